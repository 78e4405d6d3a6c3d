//! Walking a tree: aliases and merge keys are followed, and every step knows its place.

use std::collections::HashMap;

use super::{Data, MERGE, MERGE_BUDGET, NodeData, NodeId, SMALL_MAPPING, Scalar, Style, Tree, scalar};
use crate::source::{Place, Spanned};

/// A node of a tree.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
    document: usize,
    /// The alias through which it was reached.
    alias: Option<NodeId>,
}

/// What a node is, aliases followed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Shape<'t> {
    /// A scalar, resolved.
    Scalar(Scalar<'t>),
    /// A sequence.
    Sequence,
    /// A mapping.
    Mapping,
}

/// One entry of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t> {
    /// The key's text; `""` for a key that is a collection.
    pub key: &'t str,
    /// The key's node.
    pub key_node: NodeRef<'t>,
    /// The value.
    pub value: NodeRef<'t>,
    /// Whether it comes in through a merge key.
    pub merged: bool,
}

/// Where the keys of a mapping stand among its entries. Few keys are compared one by one, which is quicker than
/// hashing them.
#[derive(Default)]
struct Seen<'t> {
    by_key: HashMap<&'t str, usize>,
}

impl<'t> Seen<'t> {
    fn find(&self, key: &str, entries: &[Entry<'t>]) -> Option<usize> {
        if self.by_key.is_empty() {
            return entries.iter().position(|entry| entry.key == key && entry.key_node.text().is_some());
        }
        self.by_key.get(key).copied()
    }

    /// Notes a key that comes behind the entries there are.
    fn insert(&mut self, key: &'t str, entries: &[Entry<'t>]) {
        if entries.len() < SMALL_MAPPING {
            return;
        }
        if self.by_key.is_empty() {
            let keyed = entries.iter().enumerate().filter(|(_, entry)| entry.key_node.text().is_some());
            self.by_key.extend(keyed.map(|(index, entry)| (entry.key, index)));
        }
        self.by_key.insert(key, entries.len());
    }
}

impl<'t> NodeRef<'t> {
    pub(super) fn new(tree: &'t Tree, id: NodeId, document: usize) -> Self {
        Self { tree, id, document, alias: None }.followed()
    }

    fn child(self, id: NodeId) -> Self {
        Self { tree: self.tree, id, document: self.document, alias: None }.followed()
    }

    /// Aliases point backwards to closed nodes, so this ends.
    fn followed(mut self) -> Self {
        while let Some(NodeData { data: Data::Alias(target), .. }) = self.tree.node(self.id) {
            self.alias.get_or_insert(self.id);
            self.id = *target;
        }
        self
    }

    fn data(self) -> Option<&'t NodeData> {
        self.tree.node(self.id)
    }

    fn place_of(self, id: NodeId) -> Place {
        self.tree.place_of(id)
    }

    /// The node's bytes; for one reached through an alias, those of the anchored node.
    #[must_use]
    pub fn place(self) -> Place {
        self.place_of(self.id)
    }

    /// The bytes of the alias through which it was reached.
    #[must_use]
    pub fn alias_place(self) -> Option<Place> {
        self.alias.map(|alias| self.place_of(alias))
    }

    /// The place of the key of which this is the value.
    #[must_use]
    pub fn key_place(self) -> Option<Place> {
        self.tree.node(self.alias.unwrap_or(self.id))?.key.map(|key| self.place_of(key))
    }

    /// The bytes in the file of the tree that print it, where it is written in another file.
    #[must_use]
    pub fn printed_place(self) -> Option<Place> {
        let index = self.tree.printed.binary_search_by_key(&self.id, |(id, _)| *id).ok()?;
        self.tree.printed.get(index).map(|(_, span)| Place { file: self.tree.file, span: *span })
    }

    /// Where the bytes of a scalar's text from `start` to `end` are written, where that is in another file.
    #[must_use]
    pub fn part_place(self, start: usize, end: usize) -> Option<Place> {
        let index = self.tree.parts.binary_search_by_key(&self.id, |(id, _)| *id).ok()?;
        let (_, parts) = self.tree.parts.get(index)?;
        parts.iter().find(|(range, _)| range.start <= start && end <= range.end).map(|(_, at)| *at)
    }

    /// Where to point when something that has a name is meant: at that name, `key`, as far as it is written with the
    /// rest of it.
    #[must_use]
    pub fn name_place(self, key: &str) -> Option<Place> {
        let name = self.get(key)?;
        let printed = name.printed_place().filter(|_| self.printed_place().is_none());
        Some(printed.unwrap_or_else(|| name.place()))
    }

    /// Where to point when something is missing in this node: its key, else its first bytes.
    #[must_use]
    pub fn anchor_place(self) -> Place {
        self.key_place().unwrap_or_else(|| {
            let place = self.place();
            let first = self.entries().next().map(|entry| entry.key_node.place());
            first.filter(|first| first.file == place.file).unwrap_or(place)
        })
    }

    /// The tag as written, such as `!reset`.
    #[must_use]
    pub fn tag(self) -> Option<&'t Spanned<String>> {
        let own = self.alias.and_then(|alias| self.tree.node(alias)).and_then(|node| node.tag.as_deref());
        own.or_else(|| self.data()?.tag.as_deref())
    }

    /// Whether lines of this document could not be read, so that what seems absent may be in them.
    #[must_use]
    pub fn is_partial(self) -> bool {
        self.tree.documents.get(self.document).is_some_and(|document| document.partial)
    }

    /// Position of its document in the stream, from 0.
    #[must_use]
    pub fn document_index(self) -> usize {
        self.document
    }

    pub(super) fn is_empty_document(self) -> bool {
        self.style() == Some(Style::Plain) && self.text() == Some("")
    }

    /// What the node is.
    #[must_use]
    pub fn shape(self) -> Shape<'t> {
        match self.data() {
            Some(NodeData { data: Data::Scalar { value, style }, tag, .. }) => {
                let value = self.tree.text_of(*value);
                Shape::Scalar(scalar::resolve(value, *style, tag.as_deref().map(|tag| tag.value.as_str())))
            }
            Some(NodeData { data: Data::Sequence { .. }, .. }) => Shape::Sequence,
            Some(NodeData { data: Data::Mapping { .. }, .. }) => Shape::Mapping,
            _ => Shape::Scalar(Scalar::Null),
        }
    }

    /// What a message calls the node.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self.shape() {
            Shape::Scalar(scalar) => scalar.type_name(),
            Shape::Sequence => "a list",
            Shape::Mapping => "a mapping",
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.shape() == Shape::Scalar(Scalar::Null)
    }

    /// The text of a scalar as written, escapes and folding resolved, whatever it means.
    #[must_use]
    pub fn text(self) -> Option<&'t str> {
        match &self.data()?.data {
            Data::Scalar { value, .. } => Some(self.tree.text_of(*value)),
            _ => None,
        }
    }

    /// How a scalar is written.
    #[must_use]
    pub fn style(self) -> Option<Style> {
        match &self.data()?.data {
            Data::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// Whether a collection is written in brackets or braces.
    #[must_use]
    pub fn is_flow(self) -> bool {
        matches!(
            self.data(),
            Some(NodeData { data: Data::Sequence { flow: true, .. } | Data::Mapping { flow: true, .. }, .. })
        )
    }

    /// The items of a sequence; none for anything else.
    #[must_use]
    pub fn items(self) -> Items<'t> {
        let ids: &[NodeId] = match self.data() {
            Some(NodeData { data: Data::Sequence { items, .. }, .. }) => items,
            _ => &[],
        };
        Items { parent: self, ids: ids.iter() }
    }

    fn own_entries(self) -> OwnEntries<'t> {
        let entries: &[(NodeId, NodeId)] = match self.data() {
            Some(NodeData { data: Data::Mapping { entries, .. }, .. }) => entries,
            _ => &[],
        };
        OwnEntries { parent: self, ids: entries.iter() }
    }

    /// Whether it is a mapping in which a merge key stands.
    #[must_use]
    pub fn has_merge_key(self) -> bool {
        !self.tree.is_plain && self.own_entries().any(|entry| entry.key == MERGE)
    }

    /// Where a merge key of this mapping names a scalar, which cannot be merged.
    #[must_use]
    pub fn merged_scalar(self) -> Option<Place> {
        if self.tree.is_plain {
            return None;
        }
        let is_scalar = |value: NodeRef<'_>| matches!(value.shape(), Shape::Scalar(_));
        let mut merges = self.own_entries().filter(Self::is_merge);
        let found = merges.find(|entry| is_scalar(entry.value) || entry.value.items().any(is_scalar));
        found.map(|entry| entry.key_node.place())
    }

    fn is_merge(entry: &Entry<'t>) -> bool {
        entry.key == MERGE && entry.key_node.style() == Some(Style::Plain)
    }

    /// The entries of a mapping: its own in order (the last of two equal keys wins), then those that merge keys
    /// bring in and it does not set itself. None for anything but a mapping.
    pub fn entries(self) -> impl Iterator<Item = Entry<'t>> {
        let (own, merged) =
            if self.tree.is_plain { (Some(self.own_entries()), None) } else { (None, Some(self.merged_entries())) };
        own.into_iter().flatten().chain(merged.into_iter().flatten())
    }

    fn merged_entries(self) -> Vec<Entry<'t>> {
        let mut out: Vec<Entry<'t>> = Vec::new();
        let mut seen = Seen::default();
        let mut queue: Vec<(NodeRef<'t>, bool)> = vec![(self, false)];
        let mut budget = MERGE_BUDGET;
        while let Some((mapping, merged)) = queue.pop() {
            let mut sources = Vec::new();
            if merged {
                let cost = 1 + mapping.own_entries().count();
                let Some(rest) = budget.checked_sub(cost) else { break };
                budget = rest;
            }
            for entry in mapping.own_entries() {
                if Self::is_merge(&entry) {
                    match entry.value.shape() {
                        Shape::Mapping => sources.push((entry.value, true)),
                        Shape::Sequence => sources.extend(entry.value.items().map(|item| (item, true))),
                        Shape::Scalar(_) => {}
                    }
                } else if entry.key_node.text().is_none() {
                    out.push(Entry { merged, ..entry });
                } else if let Some(index) = seen.find(entry.key, &out) {
                    if !merged && let Some(earlier) = out.get_mut(index) {
                        *earlier = entry;
                    }
                } else {
                    seen.insert(entry.key, &out);
                    out.push(Entry { merged, ..entry });
                }
            }
            // The first of several merged mappings wins, so it is looked at first.
            queue.extend(sources.into_iter().rev());
        }
        out
    }

    /// The value of a key, own ones before merged ones.
    #[must_use]
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        let Some(NodeData { data: Data::Mapping { entries, .. }, .. }) = self.data() else { return None };
        let mut found = None;
        let mut merges = false;
        for (key_id, value) in entries {
            let Some(NodeData { data: Data::Scalar { value: text, .. }, .. }) = self.tree.node(*key_id) else {
                continue;
            };
            let text = self.tree.text_of(*text);
            if text == key {
                found = Some(self.child(*value));
                if self.tree.is_plain {
                    return found;
                }
            }
            merges |= text == MERGE;
        }
        if found.is_some() || !merges {
            return found;
        }
        self.entries().find(|entry| entry.key == key).map(|entry| entry.value)
    }

    /// The value under several keys, one below the other.
    #[must_use]
    pub fn at(self, path: &[&str]) -> Option<NodeRef<'t>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

/// The entries that a mapping has of its own.
#[derive(Clone, Debug)]
struct OwnEntries<'t> {
    parent: NodeRef<'t>,
    ids: std::slice::Iter<'t, (NodeId, NodeId)>,
}

impl<'t> Iterator for OwnEntries<'t> {
    type Item = Entry<'t>;

    fn next(&mut self) -> Option<Entry<'t>> {
        self.ids.next().map(|(key, value)| {
            let key_node = self.parent.child(*key);
            Entry { key: key_node.text().unwrap_or(""), key_node, value: self.parent.child(*value), merged: false }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ids.size_hint()
    }
}

/// The items of a sequence.
#[derive(Clone, Debug)]
pub struct Items<'t> {
    parent: NodeRef<'t>,
    ids: std::slice::Iter<'t, NodeId>,
}

impl<'t> Iterator for Items<'t> {
    type Item = NodeRef<'t>;

    fn next(&mut self) -> Option<NodeRef<'t>> {
        self.ids.next().map(|id| self.parent.child(*id))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ids.size_hint()
    }
}
