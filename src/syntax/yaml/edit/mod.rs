//! Edits of a YAML text that leave everything but the addressed value as it is: comments, indentation, quotes, order.

mod block;
mod find;
mod flow;
mod remove;
mod scalar;

use super::{Data, NodeData, NodeId, Style, Tree};
use crate::source::edit::Edit;
use crate::source::{FileId, Span};

/// A value that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum New {
    /// A number or a boolean, as it is written.
    Plain(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<New>),
}

/// Why a value is left as it is, as the end of "not fixed: …".
pub type Withheld = &'static str;

const SHARED: Withheld = "the text stands behind an anchor that is used elsewhere";
const MERGED: Withheld = "the value comes in through a merge key or an alias";
const PLACEHOLDER: Withheld = "something else fills in the value";
const SHAPE: Withheld = "what stands there has another form than this fix can write";

/// A mapping of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot(NodeId);

/// A YAML text that can be edited.
#[derive(Debug)]
pub struct Editor<'t> {
    tree: Tree,
    text: &'t str,
    parents: Vec<Option<NodeId>>,
    /// Whether an alias elsewhere refers to the node.
    aliased: Vec<bool>,
    /// Scalars that are written, by their bytes.
    scalars: Vec<(Span, NodeId)>,
    layout: block::Layout,
}

/// What a path of keys leads to.
enum Target {
    /// A value; what is not written behind its key is null.
    Value { mapping: NodeId, index: usize, value: NodeId },
    /// Nothing: from this mapping on, the last `rest` keys are missing.
    Missing { mapping: NodeId, rest: usize },
    /// A key without a value, below which the last `rest` keys are missing.
    Hollow { key: NodeId, value: NodeId, rest: usize },
}

impl<'t> Editor<'t> {
    /// Reads a text.
    ///
    /// # Errors
    /// One that is not well-formed: what is not understood as a whole is not edited.
    pub fn new(text: &'t str) -> Result<Self, Withheld> {
        let tree = Tree::parse(FileId(0), text);
        if !tree.problems.is_empty() {
            return Err("the file is not well-formed");
        }
        let mut parents = vec![None; tree.nodes.len()];
        let mut aliased = vec![false; tree.nodes.len()];
        let mut scalars = Vec::new();
        for (index, node) in tree.nodes.iter().enumerate() {
            let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
            let mut adopt = |child: &NodeId| {
                if let Some(parent) = parents.get_mut(child.0 as usize) {
                    *parent = Some(id);
                }
            };
            match &node.data {
                Data::Sequence { items, .. } => items.iter().for_each(adopt),
                Data::Mapping { entries, .. } => entries.iter().for_each(|(key, value)| {
                    adopt(key);
                    adopt(value);
                }),
                Data::Alias(target) => {
                    if let Some(flag) = aliased.get_mut(target.0 as usize) {
                        *flag = true;
                    }
                }
                Data::Scalar { .. } if !node.span.is_empty() => scalars.push((node.span, id)),
                Data::Scalar { .. } => {}
            }
        }
        scalars.sort_unstable();
        let layout = block::Layout::of(&tree, text);
        Ok(Self { tree, text, parents, aliased, scalars, layout })
    }

    /// The bytes of a mapping.
    #[must_use]
    pub fn span(&self, spot: Spot) -> Span {
        self.span_of(spot.0)
    }

    /// Gives the value under a path of keys below a mapping another text, or writes it where it is missing.
    ///
    /// # Errors
    /// A value that is not this mapping's own, or cannot be written in its form.
    pub fn set(&self, spot: Spot, path: &[&str], value: &New) -> Result<Vec<Edit>, Withheld> {
        match self.target(spot, path)? {
            Target::Value { mapping, value: old, .. } => self.replace(mapping, old, value),
            Target::Missing { mapping, rest } => self.add(mapping, last(path, rest), value),
            Target::Hollow { key, value: old, rest } => self.fill(key, old, last(path, rest), value),
        }
    }

    /// Whether a path of keys leads to a value other than an empty list.
    #[must_use]
    pub fn has_value(&self, spot: Spot, path: &[&str]) -> bool {
        let is_empty = |value: NodeId| matches!(self.node(value), Some(NodeData { data: Data::Sequence { items, .. }, .. }) if items.is_empty());
        matches!(self.target(spot, path), Ok(Target::Value { value, .. }) if !is_empty(value))
    }

    /// Puts a value behind those of the list under a path of keys, or writes a list of one where there is none.
    ///
    /// # Errors
    /// A list that is not this mapping's own, or cannot be written in its form.
    pub fn append(&self, spot: Spot, path: &[&str], value: &New) -> Result<Vec<Edit>, Withheld> {
        let whole = New::List(vec![value.clone()]);
        match self.target(spot, path)? {
            Target::Value { value: list, .. } => self.push(list, value),
            Target::Missing { mapping, rest } => self.add(mapping, last(path, rest), &whole),
            Target::Hollow { key, value: old, rest } => self.fill(key, old, last(path, rest), &whole),
        }
    }

    /// Takes away the key at the end of a path.
    ///
    /// # Errors
    /// A key that is not this mapping's own, or the only one of it.
    pub fn remove(&self, spot: Spot, path: &[&str]) -> Result<Vec<Edit>, Withheld> {
        match self.target(spot, path)? {
            Target::Value { mapping, index, .. } => self.take_out(mapping, index),
            Target::Hollow { key, rest: 0, .. } => {
                match self.parent(key).map(|mapping| (mapping, self.entries(mapping))) {
                    Some((mapping, entries)) => {
                        let index = entries.iter().position(|(other, _)| *other == key).ok_or(SHAPE)?;
                        self.take_out(mapping, index)
                    }
                    None => Err(SHAPE),
                }
            }
            Target::Missing { .. } | Target::Hollow { .. } => Err("there is nothing to remove"),
        }
    }

    fn target(&self, spot: Spot, path: &[&str]) -> Result<Target, Withheld> {
        self.check_own(spot.0)?;
        let mut mapping = spot.0;
        for (depth, name) in path.iter().enumerate() {
            let entries = self.entries(mapping);
            let found = entries.iter().enumerate().find(|(_, (key, _))| self.scalar_text(*key) == Some(name));
            let Some((index, (key, value))) = found else {
                if self.is_merged(mapping, name) {
                    return Err(MERGED);
                }
                return Ok(Target::Missing { mapping, rest: path.len() - depth });
            };
            let node = self.node(*value).ok_or(SHAPE)?;
            if node.tag.is_some() {
                return Err(SHAPE);
            }
            if self.is_aliased(*value) {
                return Err(SHARED);
            }
            let rest = path.len() - depth - 1;
            match &node.data {
                Data::Alias(_) => return Err(MERGED),
                Data::Scalar { value: text, style: Style::Plain }
                    if matches!(self.tree.text_of(*text), "" | "~" | "null") =>
                {
                    return Ok(Target::Hollow { key: *key, value: *value, rest });
                }
                _ if rest == 0 => return Ok(Target::Value { mapping, index, value: *value }),
                Data::Mapping { .. } => mapping = *value,
                Data::Scalar { .. } | Data::Sequence { .. } => return Err(SHAPE),
            }
        }
        Err(SHAPE)
    }

    /// Gives a value that is written another text.
    fn replace(&self, mapping: NodeId, old: NodeId, new: &New) -> Result<Vec<Edit>, Withheld> {
        let node = self.node(old).ok_or(SHAPE)?;
        if is_filled_in(node.span.slice(self.text)) {
            return Err(PLACEHOLDER);
        }
        match (&node.data, new) {
            (Data::Scalar { style, .. }, New::Plain(_) | New::Text(_)) => {
                if matches!(style, Style::Literal | Style::Folded) {
                    return Err(SHAPE);
                }
                let in_flow = self.is_flow(mapping);
                Ok(vec![Edit::replace(node.span, scalar::written(new, Some(*style), in_flow))])
            }
            (Data::Sequence { items, flow }, New::List(values)) => self.replace_list(old, items, *flow, values),
            _ => Err(SHAPE),
        }
    }

    /// Writes a missing path of keys into a mapping.
    fn add(&self, mapping: NodeId, keys: &[&str], value: &New) -> Result<Vec<Edit>, Withheld> {
        if self.is_flow(mapping) {
            self.add_in_flow(mapping, keys, value)
        } else {
            self.add_in_block(mapping, keys, value)
        }
    }

    /// Whether neither the node nor anything around it is used elsewhere.
    fn check_own(&self, node: NodeId) -> Result<(), Withheld> {
        let mut current = Some(node);
        while let Some(id) = current {
            if self.is_aliased(id) {
                return Err(SHARED);
            }
            current = self.parent(id);
        }
        Ok(())
    }

    fn node(&self, id: NodeId) -> Option<&NodeData> {
        self.tree.node(id)
    }

    fn span_of(&self, id: NodeId) -> Span {
        self.node(id).map_or(Span::default(), |node| node.span)
    }

    fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.parents.get(id.0 as usize).copied().flatten()
    }

    fn is_aliased(&self, id: NodeId) -> bool {
        self.aliased.get(id.0 as usize).copied().unwrap_or(false)
    }

    fn entries(&self, id: NodeId) -> &[(NodeId, NodeId)] {
        match self.node(id) {
            Some(NodeData { data: Data::Mapping { entries, .. }, .. }) => entries,
            _ => &[],
        }
    }

    fn is_flow(&self, id: NodeId) -> bool {
        matches!(
            self.node(id),
            Some(NodeData { data: Data::Mapping { flow: true, .. } | Data::Sequence { flow: true, .. }, .. })
        )
    }

    fn scalar_text(&self, id: NodeId) -> Option<&str> {
        match self.node(id) {
            Some(NodeData { data: Data::Scalar { value, .. }, .. }) => Some(self.tree.text_of(*value)),
            _ => None,
        }
    }

    /// Whether a merge key may bring in a key.
    fn is_merged(&self, mapping: NodeId, name: &str) -> bool {
        let merges = self.entries(mapping).iter().any(|(key, _)| self.scalar_text(*key) == Some("<<"));
        merges && super::NodeRef::new(&self.tree, mapping, 0).get(name).is_some()
    }
}

fn last<'p, 'k>(path: &'p [&'k str], count: usize) -> &'p [&'k str] {
    path.get(path.len().saturating_sub(count)..).unwrap_or(&[])
}

/// Whether a text is filled in by compose, a shell, a template or a pipeline.
fn is_filled_in(text: &str) -> bool {
    text.contains('$') || text.contains("{{") || text.contains("<%")
}
