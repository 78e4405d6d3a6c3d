//! A tree of text that was made from another one, moved there: every node gets the bytes that it was made of.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Data, NodeData, NodeId, Style, Tree};
use crate::source::{Place, Span};

/// Keys whose values say what an object is; they stay known whatever they were made of.
const IDENTITY: [&str; 2] = ["apiVersion", "kind"];

/// What a span was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moved {
    /// The bytes, in the file of the tree.
    pub span: Span,
    /// Whether what stands there is still open.
    pub is_open: bool,
    /// Where the value is written that is printed there and nothing else, and its key, where that is in another file.
    pub written: Option<(Place, Option<Place>)>,
}

impl From<Span> for Moved {
    fn from(span: Span) -> Self {
        Self { span, ..Self::default() }
    }
}

/// A part of a scalar's text, with the place where it is written.
pub type WrittenPart = (Range<usize>, Place);

/// Says what text was made of.
pub trait Origins {
    /// What a span was made of.
    fn of(&self, span: Span) -> Moved;

    /// The parts of a scalar that are written in other files.
    fn parts(&self, _span: Span, _text: &str) -> Vec<WrittenPart> {
        Vec::new()
    }
}

impl<F: Fn(Span) -> Moved> Origins for F {
    fn of(&self, span: Span) -> Moved {
        self(span)
    }
}

/// Values and keys of other files, each with the places that print it.
pub type Printed = BTreeMap<Place, BTreeSet<Place>>;

impl Tree {
    /// The same tree with other spans: those that it was made of. A scalar that is open becomes a placeholder.
    #[must_use]
    pub fn moved(mut self, origins: &dyn Origins) -> Self {
        let to = |span: Span| origins.of(span);
        let keys: BTreeSet<NodeId> = self.nodes.iter().filter_map(|node| node.key).collect();
        let says_what: Vec<bool> = self.nodes.iter().map(|node| self.is_identity(node.key)).collect();
        let mut written: Vec<(NodeId, Place, Option<Place>)> = Vec::new();
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let (span, moved) = (node.span, to(node.span));
            let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
            node.span = moved.span;
            if let Some((at, key)) = moved.written {
                written.push((id, at, key));
            } else if let Data::Scalar { value, .. } = &node.data
                && !moved.is_open
            {
                let parts = origins.parts(span, self.values.get(*value));
                if !parts.is_empty() {
                    self.parts.push((id, parts));
                }
            }
            let is_fixed = keys.contains(&id) || says_what.get(index).copied().unwrap_or(false);
            if let Data::Scalar { value, style } = &mut node.data
                && moved.is_open
                && !is_fixed
            {
                let placeholder = format!("${{{}}}", self.values.get(*value));
                *value = self.values.push(&placeholder);
                *style = Style::DoubleQuoted;
            }
            for part in [node.tag.as_mut(), node.anchor.as_mut()].into_iter().flatten() {
                part.span = to(part.span).span;
            }
        }
        for document in &mut self.documents {
            document.start = to(Span::at(document.start as usize)).span.start;
        }
        for comment in &mut self.comments {
            comment.span = to(comment.span).span;
        }
        for problem in &mut self.problems {
            problem.span = to(problem.span).span;
            problem.related.iter_mut().for_each(|(span, _)| *span = to(*span).span);
        }
        self.write_elsewhere(written);
        self
    }

    /// Lets nodes stand where their values are written, each under the key that it has there.
    fn write_elsewhere(&mut self, written: Vec<(NodeId, Place, Option<Place>)>) {
        if written.is_empty() {
            return;
        }
        self.origins = vec![self.file; self.nodes.len()];
        for (id, at, key_at) in written {
            let index = id.0 as usize;
            let Some(node) = self.nodes.get_mut(index) else { continue };
            self.printed.push((id, node.span));
            node.span = at.span;
            let key = node.key;
            if let Some(origin) = self.origins.get_mut(index) {
                *origin = at.file;
            }
            let (Some(key), Some(key_at)) = (key, key_at) else { continue };
            if self.place_of(key) != key_at
                && let Some(NodeData { data: Data::Scalar { value, style }, .. }) = self.node(key)
            {
                let data = Data::Scalar { value: *value, style: *style };
                let key = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
                self.nodes.push(NodeData { span: key_at.span, data, tag: None, anchor: None, key: None });
                self.origins.push(key_at.file);
                if let Some(node) = self.nodes.get_mut(index) {
                    node.key = Some(key);
                }
            }
        }
    }

    /// The values of other files that its file prints.
    #[must_use]
    pub fn printed(&self) -> Printed {
        let mut out = Printed::new();
        for (id, span) in &self.printed {
            let at = Place { file: self.file, span: *span };
            let key = self.node(*id).and_then(|node| node.key).map(|key| self.place_of(key));
            for place in std::iter::once(self.place_of(*id)).chain(key.filter(|key| key.file != self.file)) {
                out.entry(place).or_default().insert(at);
            }
        }
        for (id, parts) in &self.parts {
            let at = self.place_of(*id);
            for (_, place) in parts {
                out.entry(*place).or_default().insert(at);
            }
        }
        out
    }

    fn is_identity(&self, key: Option<NodeId>) -> bool {
        let key = key.and_then(|key| self.node(key));
        key.is_some_and(
            |key| matches!(&key.data, Data::Scalar { value, .. } if IDENTITY.contains(&self.text_of(*value))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn an_open_scalar_becomes_a_placeholder_at_its_new_place() {
        let tree = Tree::parse(FileId(0), "kind: Pod\nname: api\n");
        let moved = tree.moved(&|span: Span| Moved { span: span.shifted(100), is_open: true, written: None });
        let root = moved.documents().next().unwrap();
        assert_eq!(root.get("kind").unwrap().text(), Some("Pod"));
        let name = root.get("name").unwrap();
        assert_eq!((name.text(), name.place().span), (Some("${api}"), Span::new(116, 119)));
    }

    #[test]
    fn a_value_of_another_file_stands_there_under_its_key() {
        let tree = Tree::parse(FileId(0), "user: 0\ngroup: 1\n");
        let there = |start, end| Place { file: FileId(1), span: Span::new(start, end) };
        let moved = tree.moved(&|span: Span| Moved {
            written: (span == Span::new(6, 7)).then(|| (there(20, 21), Some(there(10, 18)))),
            ..span.into()
        });
        let root = moved.documents().next().unwrap();
        let (user, group) = (root.get("user").unwrap(), root.get("group").unwrap());
        assert_eq!((user.place(), user.key_place()), (there(20, 21), Some(there(10, 18))));
        assert_eq!(user.printed_place(), Some(Place { file: FileId(0), span: Span::new(6, 7) }));
        assert_eq!((group.place().file, group.printed_place()), (FileId(0), None));
        assert_eq!(root.entries().next().unwrap().key_node.place().file, FileId(0));
        assert_eq!(moved.printed().keys().copied().collect::<Vec<_>>(), [there(10, 18), there(20, 21)]);
    }
}
