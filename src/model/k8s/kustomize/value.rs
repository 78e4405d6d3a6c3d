//! YAML values that can be edited, each with the place that it comes from.

use super::outcome::Failure;
use crate::source::Place;
use crate::syntax::yaml::{Composed, NodeRef, Part, Scalar, Shape, Style};

/// How deep a value may be nested; a deeper one is refused.
const MAX_DEPTH: usize = 200;

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// Where it is written.
    pub(super) at: Place,
    /// What it is.
    pub(super) data: Data,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Scalar { text: Box<str>, style: Style },
    List(Vec<Value>),
    Map(Vec<Entry>),
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: Box<str>,
    pub(super) key_at: Place,
    pub(super) value: Value,
}

/// How much work a build may still do, counted in nodes that are read, copied or visited.
#[derive(Debug)]
pub(super) struct Budget(pub(super) usize);

impl Budget {
    /// Takes an amount from the budget.
    ///
    /// # Errors
    /// Where it does not suffice.
    pub(super) fn charge(&mut self, amount: usize, at: Place) -> Result<(), Failure> {
        match self.0.checked_sub(amount) {
            Some(rest) => {
                self.0 = rest;
                Ok(())
            }
            None => Err(Failure::new("what it builds is too large", at)),
        }
    }
}

impl Value {
    /// A copy of a node, aliases and merge keys followed; `place` says where each of its places really is.
    ///
    /// # Errors
    /// Where it is nested too deep or too large.
    pub(super) fn read(
        node: NodeRef<'_>,
        budget: &mut Budget,
        place: &dyn Fn(Place) -> Place,
    ) -> Result<Self, Failure> {
        Self::read_at(node, budget, place, 0)
    }

    fn read_at(
        node: NodeRef<'_>,
        budget: &mut Budget,
        place: &dyn Fn(Place) -> Place,
        depth: usize,
    ) -> Result<Self, Failure> {
        let at = place(node.place());
        budget.charge(1, at)?;
        if depth > MAX_DEPTH {
            return Err(Failure::new("it is nested too deep", at));
        }
        let data = match node.shape() {
            Shape::Scalar(_) => {
                let is_text = node.tag().is_some_and(|tag| matches!(tag.value.as_str(), "!!str" | "!"));
                let style = if is_text { Style::DoubleQuoted } else { node.style().unwrap_or(Style::Plain) };
                Data::Scalar { text: node.text().unwrap_or("").into(), style }
            }
            Shape::Sequence => {
                let items = node.items().map(|item| Self::read_at(item, budget, place, depth + 1));
                Data::List(items.collect::<Result<_, _>>()?)
            }
            Shape::Mapping => {
                let entries = node.entries().map(|entry| {
                    Ok(Entry {
                        key: entry.key.into(),
                        key_at: place(entry.key_node.place()),
                        value: Self::read_at(entry.value, budget, place, depth + 1)?,
                    })
                });
                Data::Map(entries.collect::<Result<_, Failure>>()?)
            }
        };
        Ok(Self { at, data })
    }

    /// A string, whatever it looks like.
    pub(super) fn string(text: impl Into<Box<str>>, at: Place) -> Self {
        Self { at, data: Data::Scalar { text: text.into(), style: Style::DoubleQuoted } }
    }

    /// A scalar without quotes.
    pub(super) fn plain(text: impl Into<Box<str>>, at: Place) -> Self {
        Self { at, data: Data::Scalar { text: text.into(), style: Style::Plain } }
    }

    /// An empty mapping.
    pub(super) fn map(at: Place) -> Self {
        Self { at, data: Data::Map(Vec::new()) }
    }

    /// The text of a scalar; `None` for null and for collections.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// The scalar, resolved.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        match &self.data {
            Data::Scalar { text, style } => Some(Scalar::resolve(text, *style)),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.scalar(), Some(Scalar::Null))
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self.scalar(), Some(Scalar::Bool(true)))
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.data, Data::Map(_))
    }

    pub(super) fn items(&self) -> &[Value] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.entries().iter().find(|entry| *entry.key == *key).map(|entry| &entry.value)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match &mut self.data {
            Data::Map(entries) => entries.iter_mut().find(|entry| *entry.key == *key).map(|entry| &mut entry.value),
            _ => None,
        }
    }

    /// Gives keys the capitals that they have in a list of them.
    pub(super) fn spell(&mut self, keys: &[&'static str]) {
        let Data::Map(entries) = &mut self.data else { return };
        for entry in entries {
            if let Some(key) = keys.iter().find(|key| key.eq_ignore_ascii_case(&entry.key)) {
                entry.key = (*key).into();
            }
        }
    }

    /// The value under several keys, one below the other.
    pub(super) fn under(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text under several keys.
    pub(super) fn text_under(&self, path: &[&str]) -> Option<&str> {
        self.under(path).and_then(Value::text)
    }

    /// The values of a list under a key.
    pub(super) fn list(&self, key: &str) -> &[Value] {
        self.get(key).map_or(&[], Value::items)
    }

    /// Where a key is written; the place of the mapping where it is not.
    pub(super) fn key_place(&self, key: &str) -> Place {
        self.entries().iter().find(|entry| *entry.key == *key).map_or(self.at, |entry| entry.key_at)
    }

    /// Sets a key, behind the others where it is new. What is no mapping stays as it is.
    pub(super) fn set(&mut self, key: &str, key_at: Place, value: Value) {
        if let Some(old) = self.get_mut(key) {
            *old = value;
        } else if let Data::Map(entries) = &mut self.data {
            entries.push(Entry { key: key.into(), key_at, value });
        }
    }

    /// Takes a key out.
    pub(super) fn remove(&mut self, key: &str) -> Option<Value> {
        let Data::Map(entries) = &mut self.data else { return None };
        let index = entries.iter().position(|entry| *entry.key == *key)?;
        Some(entries.remove(index).value)
    }

    /// The mapping under a key, made where there is none.
    pub(super) fn map_under(&mut self, key: &str, at: Place) -> Option<&mut Value> {
        if self.get(key).is_none_or(Value::is_null) {
            self.set(key, at, Value::map(at));
        }
        self.get_mut(key)
    }

    /// Whether two values are the same, wherever they are written.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (&self.data, &other.data) {
            (Data::List(a), Data::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Data::Map(a), Data::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|entry| other.get(&entry.key).is_some_and(|value| value.same(&entry.value)))
            }
            _ => self.scalar().is_some() && self.scalar() == other.scalar(),
        }
    }

    /// The number of its nodes, long texts counted as several, and how deep it is nested.
    pub(super) fn measure(&self) -> (usize, usize) {
        let inner = |(nodes, depth): (usize, usize), value: &Value| {
            let (more, deeper) = value.measure();
            (nodes + more, depth.max(deeper + 1))
        };
        match &self.data {
            Data::Scalar { text, .. } => (1 + text.len() / 64, 0),
            Data::List(items) => items.iter().fold((1, 0), inner),
            Data::Map(entries) => entries.iter().map(|entry| &entry.value).fold((1, 0), inner),
        }
    }

    /// A copy that the budget pays for.
    ///
    /// # Errors
    /// Where it is too large, or nested so deep that copies of copies could grow without end.
    pub(super) fn copied(&self, budget: &mut Budget) -> Result<Self, Failure> {
        let (nodes, depth) = self.measure();
        budget.charge(nodes, self.at)?;
        if depth > MAX_DEPTH {
            return Err(Failure::new("it is nested too deep", self.at));
        }
        Ok(self.clone())
    }

    /// What an object is known by as a part of a tree, without the rest of it.
    pub(super) fn compose_head(&self, tree: &mut Composed) -> Part {
        let head = self.entries().iter().filter(|entry| matches!(&*entry.key, "apiVersion" | "kind" | "metadata"));
        Self { at: self.at, data: Data::Map(head.cloned().collect()) }.compose(tree)
    }

    /// The value as a part of a tree.
    pub(super) fn compose(&self, tree: &mut Composed) -> Part {
        match &self.data {
            Data::Scalar { text, style } => tree.scalar(text, *style, self.at),
            Data::List(items) => {
                let items: Vec<Part> = items.iter().map(|item| item.compose(tree)).collect();
                tree.sequence(&items, self.at)
            }
            Data::Map(entries) => {
                let entries: Vec<(Part, Part)> = entries
                    .iter()
                    .map(|entry| {
                        let key = tree.scalar(&entry.key, Style::DoubleQuoted, entry.key_at);
                        (key, entry.value.compose(tree))
                    })
                    .collect();
                tree.mapping(&entries, self.at)
            }
        }
    }

    /// The value as JSON.
    pub(super) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.data {
            Data::List(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Data::Map(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.to_string(), entry.value.to_json())).collect())
            }
            Data::Scalar { .. } => match self.scalar() {
                None | Some(Scalar::Null) => Json::Null,
                Some(Scalar::Bool(value)) => Json::Bool(value),
                Some(Scalar::Int(value)) => Json::from(value),
                Some(Scalar::Float(value)) => Json::from(value),
                Some(Scalar::Str(text)) => Json::from(text),
            },
        }
    }
}
