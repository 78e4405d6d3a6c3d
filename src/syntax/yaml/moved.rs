//! A tree of text that was made from another one, moved there: every node gets the bytes that it was made of.

use std::collections::BTreeSet;

use super::{Data, NodeId, Style, Tree};
use crate::source::Span;

/// Keys whose values say what an object is; they stay known whatever they were made of.
const IDENTITY: [&str; 2] = ["apiVersion", "kind"];

impl Tree {
    /// The same tree with other spans. `to` gives the bytes that a span was made of, and whether what stands there is
    /// still open; a scalar that is becomes a placeholder.
    #[must_use]
    pub fn moved(mut self, to: &dyn Fn(Span) -> (Span, bool)) -> Self {
        let keys: BTreeSet<NodeId> = self.nodes.iter().filter_map(|node| node.key).collect();
        let says_what: Vec<bool> = self.nodes.iter().map(|node| self.is_identity(node.key)).collect();
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let (span, is_open) = to(node.span);
            node.span = span;
            let is_key = u32::try_from(index).is_ok_and(|id| keys.contains(&NodeId(id)));
            let is_fixed = is_key || says_what.get(index).copied().unwrap_or(false);
            if let Data::Scalar { value, style } = &mut node.data
                && is_open
                && !is_fixed
            {
                let placeholder = format!("${{{}}}", self.values.get(*value));
                *value = self.values.push(&placeholder);
                *style = Style::DoubleQuoted;
            }
            for part in [node.tag.as_mut(), node.anchor.as_mut()].into_iter().flatten() {
                part.span = to(part.span).0;
            }
        }
        for document in &mut self.documents {
            document.start = to(Span::at(document.start as usize)).0.start;
        }
        for comment in &mut self.comments {
            comment.span = to(comment.span).0;
        }
        for problem in &mut self.problems {
            problem.span = to(problem.span).0;
            problem.related.iter_mut().for_each(|(span, _)| *span = to(*span).0);
        }
        self
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
        let moved = tree.moved(&|span| (span.shifted(100), true));
        let root = moved.documents().next().unwrap();
        assert_eq!(root.get("kind").unwrap().text(), Some("Pod"));
        let name = root.get("name").unwrap();
        assert_eq!((name.text(), name.place().span), (Some("${api}"), Span::new(116, 119)));
    }
}
