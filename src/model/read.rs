//! From YAML nodes to fields: the four states, decided in one place for every reader.

use super::duration::Duration;
use super::quantity::Quantity;
use super::schema::{Port, Uid};
use super::value::{Field, List, Unresolved};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Scalar, Shape};

/// Why a field of a file with unreadable lines cannot be told. The file's own note says so already.
pub const UNREADABLE: &str = "lines of this file could not be read";

/// A YAML mapping that is read field by field. `None` stands for one that is not there.
#[derive(Clone, Copy)]
pub struct Reader<'t> {
    node: Option<NodeRef<'t>>,
    /// The deepest thing that exists, for blaming what is absent.
    at: Place,
    /// Whether lines of the document could not be read, so that what seems absent may be in them.
    partial: bool,
}

impl<'t> Reader<'t> {
    /// Reads a mapping that exists.
    #[must_use]
    pub fn new(node: NodeRef<'t>) -> Self {
        Self { node: Some(node), at: node.anchor_place(), partial: node.is_partial() }
    }

    /// Reads nothing: every field is absent at `at`.
    #[must_use]
    pub fn absent(at: Place) -> Self {
        Self { node: None, at, partial: false }
    }

    /// The mapping itself.
    #[must_use]
    pub fn node(self) -> Option<NodeRef<'t>> {
        self.node
    }

    /// Where to point when something is missing here.
    #[must_use]
    pub fn place(self) -> Place {
        self.at
    }

    /// Points somewhere else when something is missing here, such as at the name of the container.
    #[must_use]
    pub fn blaming(self, at: Place) -> Self {
        Self { at, ..self }
    }

    /// Whether the key is written, null included.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
        self.node.is_some_and(|node| node.get(key).is_some())
    }

    /// The value of a key; null counts as not written.
    #[must_use]
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        self.node?.get(key).filter(|node| !node.is_null())
    }

    /// The mapping under a key; one that is not there reads as nothing, blamed on the deepest thing that exists.
    #[must_use]
    pub fn child(self, key: &str) -> Self {
        match self.get(key) {
            Some(node) => Self { node: Some(node), at: node.key_place().unwrap_or(self.at), ..self },
            // Below what is no mapping nothing can be told either.
            None => Self { node: self.unfit(), ..self },
        }
    }

    /// A field read by `read`, which gets the node when the key is written.
    pub fn field<T>(self, key: &str, read: impl FnOnce(NodeRef<'t>) -> Field<T>) -> Field<T> {
        match self.get(key) {
            Some(node) => read(node),
            None => self.missing(),
        }
    }

    /// Absent; unresolved where lines of the document could not be read, since it may be in them, or where something else
    /// fills in the mapping; malformed where that is none.
    #[must_use]
    pub fn missing<T>(self) -> Field<T> {
        if self.partial {
            return Field::unresolved("", UNREADABLE, self.at);
        }
        self.unfit().map_or(Field::Absent(self.at), |node| unfit(node, "a mapping"))
    }

    /// What stands where the mapping should.
    fn unfit(self) -> Option<NodeRef<'t>> {
        self.node.filter(|node| !node.is_null() && !is_mapping(*node))
    }

    /// Why there may be elements of a list that is not there, or entries of a mapping.
    #[must_use]
    pub fn unseen(self) -> Option<Box<Unresolved>> {
        match self.missing::<()>() {
            Field::Unresolved(unseen) => Some(unseen),
            _ => self.unfit().map(|node| unseen(node, "a mapping")),
        }
    }

    /// Text; numbers and booleans give the text they are written with.
    #[must_use]
    pub fn text(self, key: &str) -> Field<String> {
        self.field(key, text)
    }

    /// A string; a number or boolean is malformed, as it is to Kubernetes.
    #[must_use]
    pub fn string(self, key: &str) -> Field<String> {
        self.field(key, string)
    }

    /// A boolean.
    #[must_use]
    pub fn bool(self, key: &str) -> Field<bool> {
        self.field(key, boolean)
    }

    /// An integer.
    #[must_use]
    pub fn int(self, key: &str) -> Field<i64> {
        self.field(key, integer)
    }

    /// A user or group id.
    #[must_use]
    pub fn uid(self, key: &str) -> Field<Uid> {
        self.field(key, |node| {
            narrow(integer(node), "a user id from 0 to 4294967295", |id| u32::try_from(id).ok().map(Uid))
        })
    }

    /// A port number.
    #[must_use]
    pub fn port(self, key: &str) -> Field<Port> {
        self.field(key, port)
    }

    /// A Kubernetes quantity; numbers are taken as written.
    #[must_use]
    pub fn quantity(self, key: &str) -> Field<Quantity> {
        self.field(key, |node| {
            text(node).parse("a Kubernetes quantity such as `500m` or `256Mi`", |t| Quantity::kubernetes(t))
        })
    }

    /// Whole seconds, as Kubernetes writes lengths of time.
    #[must_use]
    pub fn seconds(self, key: &str) -> Field<Duration> {
        self.field(key, |node| integer(node).map(Duration::from_seconds))
    }

    /// A list, each element read by `read`; anything but a list is malformed and so an unseen list.
    pub fn list<T>(self, key: &str, mut read: impl FnMut(NodeRef<'t>) -> T) -> List<T> {
        let Some(node) = self.get(key) else {
            return List { unseen: self.unseen(), ..List::empty(self.at) };
        };
        let at = node.key_place().unwrap_or(self.at);
        match node.shape() {
            Shape::Sequence => List::new(node.items().map(&mut read).collect(), at),
            _ => List { items: Vec::new(), at, unseen: Some(unseen(node, "a list")) },
        }
    }

    /// A list of strings.
    #[must_use]
    pub fn strings(self, key: &str) -> List<Field<String>> {
        self.list(key, string)
    }

    /// The entries of a mapping of strings, each read by `read(key text, key place, value)`.
    pub fn map<T>(self, key: &str, mut read: impl FnMut(&'t str, Place, NodeRef<'t>) -> T) -> List<T> {
        let Some(node) = self.get(key) else { return List::empty(self.at) };
        let at = node.key_place().unwrap_or(self.at);
        List::new(node.entries().map(|entry| read(entry.key, entry.key_node.place(), entry.value)).collect(), at)
    }
}

/// Why the elements of something that is no list, or the entries of something that is no mapping, cannot be seen.
#[must_use]
pub fn unseen(node: NodeRef<'_>, expected: &'static str) -> Box<Unresolved> {
    match unfit::<()>(node, expected) {
        Field::Unresolved(unresolved) => unresolved,
        _ => Box::new(Unresolved::unfit(excerpt(node), node.type_name(), expected, node.place())),
    }
}

/// Text in a message: a scalar's own, or what a collection is.
#[must_use]
pub fn excerpt(node: NodeRef<'_>) -> String {
    node.text().map_or_else(|| node.type_name().to_owned(), |text| format!("`{text}`"))
}

/// `${…}` or `{{ … }}` in a value that should be something else: a placeholder for something outside.
#[must_use]
pub fn placeholder(text: &str) -> bool {
    text.contains("${") || (text.contains("{{") && text.contains("}}"))
}

/// `$(NAME)`: a variable of Kustomize, or a parameter of a pipeline, where no text can stand.
#[must_use]
pub fn is_variable(text: &str) -> bool {
    text.strip_prefix("$(").is_some_and(|rest| rest.ends_with(')'))
}

/// `{{ … }}` without quotes, which YAML reads as a mapping whose key is a mapping.
fn is_braced(node: NodeRef<'_>) -> bool {
    node.is_flow() && node.entries().next().is_some_and(|entry| entry.key_node.is_flow())
}

/// Whether something is a mapping, and no `{{ … }}` without quotes.
#[must_use]
pub fn is_mapping(node: NodeRef<'_>) -> bool {
    node.shape() == Shape::Mapping && !is_braced(node)
}

/// A value of another type than expected; unresolved where something else fills it in.
#[must_use]
pub fn unfit<T>(node: NodeRef<'_>, expected: &'static str) -> Field<T> {
    match node.text() {
        Some(text) if placeholder(text) || is_variable(text) => {
            Field::unresolved(text, "it is filled in later", node.place())
        }
        // What a line is taken for may hang on one that could not be read.
        _ if node.is_partial() => Field::unresolved("", UNREADABLE, node.place()),
        None if is_braced(node) => Field::unresolved("{{ … }}", "it is filled in later", node.place()),
        _ => Field::malformed(excerpt(node), expected, node.place()),
    }
}

/// See [`Reader::text`].
#[must_use]
pub fn text(node: NodeRef<'_>) -> Field<String> {
    match node.text() {
        Some(text) => Field::known(text.to_owned(), node.place()),
        None => unfit(node, "a string"),
    }
}

/// See [`Reader::string`].
#[must_use]
pub fn string(node: NodeRef<'_>) -> Field<String> {
    match node.shape() {
        Shape::Scalar(Scalar::Str(text)) => Field::known(text.to_owned(), node.place()),
        _ => unfit(node, "a string"),
    }
}

/// See [`Reader::bool`].
#[must_use]
pub fn boolean(node: NodeRef<'_>) -> Field<bool> {
    match node.shape() {
        Shape::Scalar(Scalar::Bool(value)) => Field::known(value, node.place()),
        _ => unfit(node, "`true` or `false`"),
    }
}

/// See [`Reader::int`].
#[must_use]
pub fn integer(node: NodeRef<'_>) -> Field<i64> {
    match node.shape() {
        Shape::Scalar(Scalar::Int(value)) => Field::known(value, node.place()),
        _ => unfit(node, "an integer"),
    }
}

/// See [`Reader::port`].
#[must_use]
pub fn port(node: NodeRef<'_>) -> Field<Port> {
    narrow(integer(node), "a port from 1 to 65535", |port| u16::try_from(port).ok().filter(|port| *port != 0).map(Port))
}

fn narrow<T>(field: Field<i64>, expected: &'static str, read: impl Fn(i64) -> Option<T>) -> Field<T> {
    field.parse(expected, |value| read(*value))
}
