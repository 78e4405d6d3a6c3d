//! Scalars and maps as Kubernetes manifests write them, with placeholders left open.

use crate::model;
use crate::model::quantity::Quantity;
use crate::model::read::{Reader, is_mapping, is_variable, placeholder, port, string, text, unfit, unseen};
use crate::model::schema::Port;
use crate::model::value::{Field, List};
use crate::syntax::yaml::{NodeRef, Scalar, Shape};

model! {
    /// A label, an annotation, or one equality of a selector.
    pub struct Pair as "k8s.pair" {
        /// The key.
        key: String,
        /// The value.
        value: Field<String>,
        /// Whether the value is a string, which is all that the API server takes; `true` and `3000` without quotes are
        /// none (Kubernetes API, `ObjectMeta`).
        is_text: bool,
    }
    label(pair) { pair.key.clone() }
}

const FILLED_IN: &str = "it is filled in later";

/// A string; one with `${…}` or `{{ … }}` in it is unresolved.
#[must_use]
pub fn plain(node: NodeRef<'_>) -> Field<String> {
    open(string(node))
}

/// A string or number, as its text; one with `${…}` or `{{ … }}` in it is unresolved.
#[must_use]
pub fn plain_text(node: NodeRef<'_>) -> Field<String> {
    open(text(node))
}

/// A string, where an empty one counts as not written, as it does to the API server.
#[must_use]
pub fn filled(reader: Reader<'_>, key: &str) -> Field<String> {
    match reader.field(key, plain) {
        Field::Known(text, origin) if text.is_empty() => Field::Absent(origin.at),
        other => other,
    }
}

/// A port, where 0 counts as not written, as it does to the API server.
#[must_use]
pub fn given_port(reader: Reader<'_>, key: &str) -> Field<Port> {
    reader.field(key, |node| match node.shape() {
        Shape::Scalar(Scalar::Int(0)) => Field::Absent(node.place()),
        _ => port(node),
    })
}

fn open(field: Field<String>) -> Field<String> {
    match field {
        Field::Known(value, origin) if placeholder(&value) => Field::unresolved(value, FILLED_IN, origin.at),
        other => other,
    }
}

/// An amount of a resource.
#[must_use]
pub fn quantity(reader: Reader<'_>, key: &str) -> Field<Quantity> {
    reader
        .field(key, |node| match node.text() {
            Some(text) if is_variable(text) => Field::unresolved(text, FILLED_IN, node.place()),
            _ => plain_text(node),
        })
        .parse("a Kubernetes quantity such as `500m` or `256Mi`", |amount| Quantity::kubernetes(amount))
}

/// A mapping of strings; anything else is an unseen list.
#[must_use]
pub fn pairs(reader: Reader<'_>, key: &str) -> List<Pair> {
    entries(reader, key, |key, at, value| Pair {
        at,
        key: key.to_owned(),
        value: entry_text(value),
        is_text: is_text(value),
    })
}

/// Whether the API server takes a node for a string: null is an empty one, and an action that prints one may stand there.
#[must_use]
pub fn is_text(node: NodeRef<'_>) -> bool {
    match node.shape() {
        Shape::Scalar(Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_)) => false,
        Shape::Scalar(_) => true,
        _ => !is_mapping(node) && node.items().next().is_none(),
    }
}

/// The value of an entry of a mapping of strings. The API server takes null for an empty one.
#[must_use]
pub fn entry_text(node: NodeRef<'_>) -> Field<String> {
    if node.is_null() { Field::known(String::new(), node.place()) } else { plain(node) }
}

/// The entries of a mapping, each read by `read`; anything but a mapping is an unseen list.
pub fn entries<'t, T>(
    reader: Reader<'t>,
    key: &str,
    read: impl FnMut(&'t str, crate::source::Place, NodeRef<'t>) -> T,
) -> List<T> {
    let mut list = reader.map(key, read);
    list.unseen = match reader.get(key) {
        None => reader.unseen(),
        Some(node) if is_mapping(node) => None,
        Some(node) => Some(unseen(node, "a mapping")),
    };
    list
}

/// A port given by number or by name (Kubernetes API, `IntOrString`): the number, then the name. A string of digits
/// is neither: a port name has a letter.
#[must_use]
pub fn port_or_name(reader: Reader<'_>, key: &str) -> (Field<Port>, Field<String>) {
    let Some(node) = reader.get(key) else { return (reader.missing(), reader.missing()) };
    let at = node.place();
    match node.shape() {
        Shape::Scalar(Scalar::Str(name)) if placeholder(name) || name.starts_with('$') => {
            (Field::unresolved(name, FILLED_IN, at), Field::unresolved(name, FILLED_IN, at))
        }
        Shape::Scalar(Scalar::Str(name)) if name.bytes().any(|b| b.is_ascii_alphabetic()) => {
            (Field::Absent(at), Field::known(name.to_owned(), at))
        }
        Shape::Scalar(Scalar::Int(_)) => (port(node), Field::Absent(at)),
        _ => (unfit(node, "a port number or the name of a port"), Field::Absent(at)),
    }
}
