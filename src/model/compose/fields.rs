//! From composed values to fields: the four states, and the casts that compose makes.

use super::text::{Slice, Text};
use super::tree::{Data, Value};
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::model::schema::Port;
use crate::model::value::{Field, List, Unresolved};
use crate::source::Place;

/// A mapping that is read field by field. `None` stands for one that is not there.
#[derive(Clone, Copy)]
pub(super) struct Fields<'v> {
    value: Option<&'v Value>,
    at: Place,
    partial: Option<&'static str>,
}

impl<'v> Fields<'v> {
    /// Reads a mapping, blaming `at` for what is missing.
    pub(super) fn new(value: &'v Value, at: Place) -> Self {
        Self { value: Some(value), at, partial: value.partial }
    }

    /// The deepest thing that exists.
    pub(super) fn place(self) -> Place {
        self.at
    }

    /// The value of a key; null counts as not written.
    pub(super) fn get(self, key: &str) -> Option<&'v Value> {
        self.value?.get(key).filter(|value| !value.is_null())
    }

    /// The place of a key, or of the deepest thing that exists.
    pub(super) fn at(self, key: &str) -> Place {
        self.get(key).map_or(self.at, Value::anchor)
    }

    /// The mapping under a key; one that is not there reads as nothing.
    pub(super) fn child(self, key: &str) -> Self {
        let value = self.get(key);
        Self {
            value,
            at: value.map_or(self.at, Value::anchor),
            partial: self.partial.or(value.and_then(|value| value.partial)),
        }
    }

    pub(super) fn field<T>(self, key: &str, read: impl FnOnce(&'v Value) -> Field<T>) -> Field<T> {
        self.get(key).map_or_else(|| self.missing(), read)
    }

    /// Absent, or unresolved where not all was seen.
    pub(super) fn missing<T>(self) -> Field<T> {
        match self.partial {
            Some(why) => Field::unresolved("", why, self.at),
            None => Field::Absent(self.at),
        }
    }

    pub(super) fn text(self, key: &str) -> Field<String> {
        self.field(key, text)
    }

    pub(super) fn bool(self, key: &str) -> Field<bool> {
        self.field(key, boolean)
    }

    pub(super) fn int(self, key: &str) -> Field<i64> {
        self.field(key, |value| scalar(value, "an integer", |text| text.trim().parse().ok()))
    }

    pub(super) fn duration(self, key: &str) -> Field<Duration> {
        self.field(key, |value| scalar(value, "a duration such as `30s` or `1m30s`", Duration::parse))
    }

    pub(super) fn bytes(self, key: &str) -> Field<Quantity> {
        self.field(key, |value| scalar(value, "an amount of bytes such as `512m` or `4G`", Quantity::compose_bytes))
    }

    pub(super) fn number(self, key: &str) -> Field<Quantity> {
        self.field(key, |value| scalar(value, "a number", Quantity::number))
    }

    /// A list, each item read by `read`, which may give several. Anything but a list is an unseen one.
    pub(super) fn list<T>(self, key: &str, mut read: impl FnMut(&'v Value, &mut Vec<T>)) -> List<T> {
        let Some(value) = self.get(key) else {
            return List { items: Vec::new(), at: self.at, unseen: self.unseen() };
        };
        let mut items = Vec::new();
        let mut unseen = self.unseen();
        match &value.data {
            Data::List(values) => values.iter().for_each(|item| read(item, &mut items)),
            _ => unseen = Some(Box::new(not_a(value, "a list"))),
        }
        List { items, at: value.anchor(), unseen }
    }

    pub(super) fn strings(self, key: &str) -> List<Field<String>> {
        self.list(key, |item, out| out.push(text(item)))
    }

    /// The entries of a mapping, each read by `read(key, key place, value)`.
    pub(super) fn map<T>(self, key: &str, mut read: impl FnMut(&'v str, Place, &'v Value) -> T) -> List<T> {
        let Some(value) = self.get(key) else {
            return List { items: Vec::new(), at: self.at, unseen: self.unseen() };
        };
        let mut unseen = self.unseen();
        if !matches!(value.data, Data::Map(_)) {
            unseen = Some(Box::new(not_a(value, "a mapping")));
        }
        let items = value.entries().iter().map(|entry| read(&entry.key, entry.key_at, &entry.value)).collect();
        List { items, at: value.anchor(), unseen }
    }

    fn unseen(self) -> Option<Box<Unresolved>> {
        let why = self.partial?;
        Some(Box::new(Unresolved { text: String::new(), why: why.into(), at: self.at, via: None, expected: None }))
    }
}

/// Why a list that is none has items that cannot be seen.
pub(super) fn not_a(value: &Value, wanted: &'static str) -> Unresolved {
    match value.text().filter(|text| text.all().is_unknown()) {
        Some(_) => {
            let why = "it is filled in later".into();
            Unresolved { text: value.excerpt(), why, at: value.at, via: None, expected: None }
        }
        None => Unresolved::unfit(value.excerpt(), value.type_name(), wanted, value.at),
    }
}

/// A scalar read as something; a collection is malformed.
pub(super) fn scalar<T>(value: &Value, expected: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Field<T> {
    match value.text() {
        Some(text) => text.all().field(expected, read),
        None => Field::malformed(value.excerpt(), expected, value.at),
    }
}

/// Text; numbers and booleans give the text they are written with.
pub(super) fn text(value: &Value) -> Field<String> {
    scalar(value, "a string", |text| Some(text.to_owned()))
}

/// A boolean, with the words that compose casts from strings.
pub(super) fn boolean(value: &Value) -> Field<bool> {
    scalar(value, "`true` or `false`", cast_bool)
}

fn cast_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "t" | "y" | "yes" | "on" => Some(true),
        "false" | "0" | "f" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// A port from 1 to 65535.
pub(super) fn port(slice: Slice<'_>) -> Field<Port> {
    slice.field("a port from 1 to 65535", parse_port)
}

pub(super) fn parse_port(text: &str) -> Option<Port> {
    text.trim().parse().ok().filter(|port| *port != 0).map(Port)
}

/// The scalar of a value as one part; `None` for a collection or null.
pub(super) fn slice(value: &Value) -> Option<Slice<'_>> {
    value.text().map(Text::all)
}
