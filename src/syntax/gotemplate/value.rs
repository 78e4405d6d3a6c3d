//! Values of a template: as in Go, maps are shared and can change in place, everything else stays as it is.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::Outcome;
use super::given::{Given, Text};

/// A value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `nil`
    Nil,
    /// A boolean, with the value of a values file that it is.
    Bool(bool, Option<Given>),
    /// An integer that a template wrote or computed.
    Int(i64, Option<Given>),
    /// Any other number; numbers of a values file are of this kind too, as in Helm.
    Float(f64, Option<Given>),
    /// A string.
    Str(Text),
    /// A list.
    List(List),
    /// A map.
    Map(Map),
    /// Something with methods, such as `.Files`.
    Object(Rc<dyn Object>),
}

/// Something with methods.
pub trait Object: fmt::Debug {
    /// The name of its type, as `typeOf` gives it.
    fn type_name(&self) -> &'static str;
    /// What a field or a method gives; `None` where it has none of this name.
    fn call(&self, name: &str, args: &[Value]) -> Option<Outcome>;
    /// What it prints as.
    fn text(&self) -> String;
    /// Whether whoever installs the chart decides about a field.
    fn is_open(&self, _name: &str) -> bool {
        false
    }
    /// Whether there is a field of that kind.
    fn has_open_fields(&self) -> bool {
        false
    }
    /// What `range` goes over, where it can.
    fn entries(&self) -> Option<Vec<(Rc<str>, Value)>> {
        None
    }
}

/// A list, shared by those who hold it.
#[derive(Clone)]
pub struct List(Rc<ListCell>);

struct ListCell(Vec<Value>, Option<Given>);

/// A map, shared by those who hold it: what one changes the others see.
#[derive(Clone)]
pub struct Map(Rc<MapCell>);

struct MapCell(RefCell<BTreeMap<Rc<str>, Value>>, Option<Given>);

/// Takes values apart without recursion: a template can nest them deeper than the stack.
fn dismantle(mut queue: Vec<Value>) {
    while let Some(value) = queue.pop() {
        match value {
            Value::List(List(shared)) => {
                if let Some(mut cell) = Rc::into_inner(shared) {
                    queue.append(&mut cell.0);
                }
            }
            Value::Map(Map(shared)) => {
                if let Some(cell) = Rc::into_inner(shared) {
                    queue.extend(cell.0.take().into_values());
                }
            }
            _ => {}
        }
    }
}

impl Drop for ListCell {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            dismantle(std::mem::take(&mut self.0));
        }
    }
}

impl Drop for MapCell {
    fn drop(&mut self) {
        let map = std::mem::take(self.0.get_mut());
        if !map.is_empty() {
            dismantle(map.into_values().collect());
        }
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", self.items().len())
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map of {}", self.len())
    }
}

impl List {
    /// A list of items.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self(Rc::new(ListCell(items, None)))
    }

    /// A list that is a value of a values file.
    #[must_use]
    pub fn given(items: Vec<Value>, given: Option<Given>) -> Self {
        Self(Rc::new(ListCell(items, given)))
    }

    /// Its items.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.0.0
    }
}

impl Map {
    /// A map of entries; of two equal keys the last counts.
    pub fn new(entries: impl IntoIterator<Item = (Rc<str>, Value)>) -> Self {
        Self::given(entries, None)
    }

    /// A map that is a value of a values file.
    pub fn given(entries: impl IntoIterator<Item = (Rc<str>, Value)>, given: Option<Given>) -> Self {
        Self(Rc::new(MapCell(RefCell::new(entries.into_iter().collect()), given)))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        self.0.0.borrow().get(key).cloned()
    }

    /// Whether it has a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.0.borrow().contains_key(key)
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.0.borrow().len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets a key, for all who hold the map.
    pub fn set(&self, key: Rc<str>, value: Value) {
        let old = self.0.0.borrow_mut().insert(key, value);
        // Only now: what goes with the old value may look at this map.
        drop(old);
    }

    /// Takes a key out, for all who hold the map.
    pub fn remove(&self, key: &str) {
        let old = self.0.0.borrow_mut().remove(key);
        drop(old);
    }

    /// Its entries as they are now, by key.
    #[must_use]
    pub fn entries(&self) -> Vec<(Rc<str>, Value)> {
        self.0.0.borrow().iter().map(|(key, value)| (Rc::clone(key), value.clone())).collect()
    }

    /// Whether both are one map.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Value {
    /// A boolean of a template.
    #[must_use]
    pub fn bool(truth: bool) -> Self {
        Self::Bool(truth, None)
    }

    /// An integer of a template.
    #[must_use]
    pub fn int(number: i64) -> Self {
        Self::Int(number, None)
    }

    /// Any other number of a template.
    #[must_use]
    pub fn float(number: f64) -> Self {
        Self::Float(number, None)
    }

    /// The value of a values file that it is.
    #[must_use]
    pub fn given(&self) -> Option<Given> {
        match self {
            Self::Bool(_, given) | Self::Int(_, given) | Self::Float(_, given) => *given,
            Self::Str(text) => text.given(),
            Self::List(List(cell)) => cell.1,
            Self::Map(Map(cell)) => cell.1,
            Self::Nil | Self::Object(_) => None,
        }
    }

    /// The same scalar as a value of a values file.
    #[must_use]
    pub fn as_given(self, given: Given) -> Self {
        match self {
            Self::Bool(truth, _) => Self::Bool(truth, Some(given)),
            Self::Int(number, _) => Self::Int(number, Some(given)),
            Self::Float(number, _) => Self::Float(number, Some(given)),
            Self::Str(text) => Self::Str(Text::of(Rc::clone(&text), Some(given))),
            other => other,
        }
    }

    /// A string.
    #[must_use]
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Str(Rc::<str>::from(text.as_ref()).into())
    }

    /// A list.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(List::new(items))
    }

    /// A list of strings.
    #[must_use]
    pub fn texts<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::list(items.into_iter().map(Self::text).collect())
    }

    /// A map.
    #[must_use]
    pub fn map<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(Map::new(entries.into_iter().map(|(key, value)| (Rc::from(key.as_ref()), value))))
    }

    /// An integer, as lengths and counters are.
    #[must_use]
    pub fn count(count: usize) -> Self {
        Self::int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Whether `if` takes it for true (text/template, "Actions").
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(truth, _) => *truth,
            Self::Int(number, _) => *number != 0,
            Self::Float(number, _) => *number != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(list) => !list.items().is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(_) => true,
        }
    }

    /// The kind, as `kindOf` gives it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::Bool(..) => "bool",
            Self::Int(..) => "int",
            Self::Float(..) => "float64",
            Self::Str(_) => "string",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Object(_) => "struct",
        }
    }

    /// The type, as `typeOf` gives it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Object(object) => object.type_name(),
            other => other.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_nested_deeper_than_the_stack_are_let_go() {
        let mut value = Value::Nil;
        for _ in 0..300_000 {
            value = Value::list(vec![Value::map([("a", value)])]);
        }
        drop(value);
    }

    #[test]
    fn a_map_changes_for_all_who_hold_it() {
        let map = Map::new([]);
        let other = map.clone();
        other.set(Rc::from("a"), Value::bool(true));
        assert!(map.has("a"));
        other.remove("a");
        assert!(!map.has("a"));
    }
}
