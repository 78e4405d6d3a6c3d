//! Trees put together from parts of others, in which every node still points at the file that it comes from.

use super::{Data, Document, NodeData, NodeId, NodeRef, Shape, Style, Tree, Values};
use crate::source::{FileId, Place, Span};

/// How deep a copied part may be nested; what lies deeper is left out as null.
const MAX_DEPTH: usize = 200;

/// A node of a tree that is being put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part(NodeId);

/// A tree that is being put together.
#[derive(Debug)]
pub struct Composed {
    file: FileId,
    nodes: Vec<NodeData>,
    values: Values,
    origins: Vec<FileId>,
    documents: Vec<Document>,
    budget: usize,
}

impl Composed {
    /// An empty tree that goes by the name of a file. It takes at most `budget` nodes, against parts that multiply.
    #[must_use]
    pub fn new(file: FileId, budget: usize) -> Self {
        Self { file, nodes: Vec::new(), values: Values::default(), origins: Vec::new(), documents: Vec::new(), budget }
    }

    /// Whether the budget is used up, so that something was left out as null.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.nodes.len() >= self.budget
    }

    fn push(&mut self, data: Data, at: Place) -> Part {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(NodeData { span: at.span, data, tag: None, anchor: None, key: None });
        self.origins.push(at.file);
        Part(id)
    }

    /// A scalar.
    pub fn scalar(&mut self, value: &str, style: Style, at: Place) -> Part {
        let value = self.values.push(value);
        self.push(Data::Scalar { value, style }, at)
    }

    /// A sequence of parts.
    pub fn sequence(&mut self, items: &[Part], at: Place) -> Part {
        self.push(Data::Sequence { items: items.iter().map(|part| part.0).collect(), flow: false }, at)
    }

    /// A mapping of parts: keys, which are scalars, and their values.
    pub fn mapping(&mut self, entries: &[(Part, Part)], at: Place) -> Part {
        for (key, value) in entries {
            if let Some(node) = self.nodes.get_mut(value.0.0 as usize) {
                node.key = Some(key.0);
            }
        }
        let entries = entries.iter().map(|(key, value)| (key.0, value.0)).collect();
        self.push(Data::Mapping { entries, flow: false }, at)
    }

    /// A copy of a node of another tree, aliases and merge keys followed.
    pub fn copy(&mut self, node: NodeRef<'_>) -> Part {
        self.copy_at(node, 0)
    }

    fn copy_at(&mut self, node: NodeRef<'_>, depth: usize) -> Part {
        if depth > MAX_DEPTH || self.is_full() {
            return self.scalar("", Style::Plain, node.place());
        }
        match node.shape() {
            Shape::Scalar(_) => {
                let part = self.scalar(node.text().unwrap_or(""), node.style().unwrap_or(Style::Plain), node.place());
                let tag = node.tag().cloned();
                if let (Some(tag), Some(data)) = (tag, self.nodes.last_mut()) {
                    data.tag = Some(Box::new(tag));
                }
                part
            }
            Shape::Sequence => {
                let items: Vec<Part> = node.items().map(|item| self.copy_at(item, depth + 1)).collect();
                self.sequence(&items, node.place())
            }
            Shape::Mapping => {
                let entries: Vec<(Part, Part)> = node
                    .entries()
                    .map(|entry| {
                        let key = self.copy_at(entry.key_node, depth + 1);
                        (key, self.copy_at(entry.value, depth + 1))
                    })
                    .collect();
                self.mapping(&entries, node.place())
            }
        }
    }

    /// Makes a part the root of a document, behind those that there are.
    pub fn document(&mut self, root: Part) {
        let start = self.nodes.get(root.0.0 as usize).map_or(Span::default(), |node| node.span).start;
        self.documents.push(Document { root: root.0, start, partial: false });
    }

    /// The tree.
    #[must_use]
    pub fn finish(self) -> Tree {
        Tree {
            file: self.file,
            nodes: self.nodes,
            values: self.values,
            // The keys of its mappings are somebody else's choice.
            is_plain: false,
            origins: self.origins,
            printed: Vec::new(),
            parts: Vec::new(),
            documents: self.documents,
            comments: Vec::new(),
            problems: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_points_at_its_own_file() {
        let base = Tree::parse(FileId(1), "x: &x {a: 1}\nspec:\n  <<: *x\n  b: 2\n");
        let patch = Tree::parse(FileId(2), "b: three\n");
        let (base, patch) = (base.documents().next().unwrap(), patch.documents().next().unwrap());
        let mut composed = Composed::new(FileId(1), 100);
        let spec = base.get("spec").unwrap();
        let a = spec.entries().find(|entry| entry.key == "a").unwrap();
        let b = patch.entries().next().unwrap();
        let entries = [a, b].map(|entry| (composed.copy(entry.key_node), composed.copy(entry.value)));
        let root = composed.mapping(&entries, spec.place());
        composed.document(root);
        let tree = composed.finish();
        let root = tree.documents().next().unwrap();
        assert_eq!(root.place(), spec.place());
        assert_eq!(root.get("a").unwrap().place(), a.value.place());
        let b = root.get("b").unwrap();
        assert_eq!((b.text(), b.place().file), (Some("three"), FileId(2)));
        assert_eq!(b.key_place().unwrap().file, FileId(2));
    }

    #[test]
    fn parts_that_multiply_stop_at_the_budget() {
        let text = "a: &a [1, 1, 1, 1]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n";
        let tree = Tree::parse(FileId(0), text);
        let mut composed = Composed::new(FileId(0), 100);
        composed.copy(tree.documents().next().unwrap());
        assert!(composed.is_full());
        assert!(composed.nodes.len() < 500, "{}", composed.nodes.len());
    }
}
