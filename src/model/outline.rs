//! The model written out: every value with its state and the place that it comes from, for people and for programs.

use serde::Serialize;

use super::schema::{Elements, Node, Slot, View};
use super::service::Service;
use super::value::{Origin, Unresolved};
use crate::source::{Place, Sources};

/// How deep things may stand in one another.
const MAX_DEPTH: usize = 24;

/// What stands for a value that may be a secret.
const HIDDEN: &str = "(hidden: it may be a secret)";

/// A place as people and editors count it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// Path, as reports give it.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A second place that takes part in a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViaAt {
    /// The place.
    #[serde(flatten)]
    pub at: At,
    /// What it has to do with the value.
    pub text: &'static str,
}

/// A service.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceOutline {
    /// Its root.
    pub root: String,
    /// What is known of it as a whole.
    pub service: Thing,
    /// Its artifacts: atonix.yaml, Dockerfiles, compose files, Kubernetes objects.
    pub artifacts: Vec<Thing>,
}

/// A struct of the model.
#[derive(Clone, Debug, Serialize)]
pub struct Thing {
    /// Its kind, such as `dockerfile.stage`.
    pub kind: &'static str,
    /// The name people use for it.
    pub name: String,
    /// The text that names it.
    pub at: At,
    /// Its fields, in the order of the schema.
    pub fields: Vec<FieldOutline>,
}

/// A field of a struct.
#[derive(Clone, Debug, Serialize)]
pub struct FieldOutline {
    /// Its name, as rules write it.
    pub field: &'static str,
    /// Its state.
    #[serde(flatten)]
    pub state: State,
}

/// The state of a field, or of an element of a list.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum State {
    /// A value of the field's type.
    Known {
        /// The value.
        value: Known,
        /// Its text; for a default that nobody wrote, where it would be written.
        at: At,
        /// The other place, when it was inherited or merged.
        #[serde(skip_serializing_if = "Option::is_none")]
        via: Option<ViaAt>,
    },
    /// Not written.
    Absent {
        /// The deepest thing that is there.
        at: At,
    },
    /// Something outside of the repository fills it in.
    Unresolved {
        /// As written.
        text: String,
        /// Why it is not known.
        why: String,
        /// Its place.
        at: At,
    },
    /// A value of the wrong type.
    Malformed {
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
        /// Its place.
        at: At,
    },
}

/// A known value.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Known {
    /// A boolean.
    Bool(bool),
    /// An integer, uid or port.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text, a path, a word; lengths of time and amounts as written.
    Text(String),
    /// Something with fields.
    Thing(Box<Thing>),
    /// Several values.
    List {
        /// Those that can be seen.
        items: Vec<State>,
        /// Why there may be more.
        #[serde(skip_serializing_if = "Option::is_none")]
        unseen: Option<String>,
    },
}

/// Writes a service out.
#[must_use]
pub fn service(service: &Service, sources: &Sources) -> ServiceOutline {
    let artifacts: Vec<Address> = service.artifact_nodes().map(address).collect();
    let in_projects = service.projects.iter().flat_map(|project| &project.services).map(|one| address(one));
    let whole = Writer { sources, elsewhere: artifacts.iter().cloned().chain(in_projects).collect() };
    let parts = Writer { sources, elsewhere: artifacts };
    ServiceOutline {
        root: service.root.0.clone(),
        service: whole.thing(service, 0),
        artifacts: service.artifact_nodes().map(|node| parts.thing(node, 0)).collect(),
    }
}

struct Writer<'s> {
    sources: &'s Sources,
    /// What is written out by itself; its name stands for it here.
    elsewhere: Vec<Address>,
}

/// What tells two structs apart: kind, place and name.
type Address = (&'static str, Place, String);

fn address(node: &dyn Node) -> Address {
    (node.def().name, node.place(), node.label())
}

impl Writer<'_> {
    fn at(&self, place: Place) -> At {
        let file = self.sources.get(place.file);
        let position = file.lines().position(place.span.start as usize, file.text());
        At { path: file.path.clone(), line: position.line, column: position.column }
    }

    fn thing(&self, node: &dyn Node, depth: usize) -> Thing {
        let is_secret = holds_secret(node);
        // Documents are as long as their text.
        let shown = |name: &str| name != "documents" && !is_text_itself(node, name);
        let fields = node.def().fields.iter().enumerate().filter(|(_, field)| shown(field.name));
        let fields = fields
            .map(|(index, field)| {
                let hidden = is_secret && !matches!(field.name, "key" | "name");
                FieldOutline { field: field.name, state: self.state(node.slot(index), hidden, depth + 1) }
            })
            .collect();
        Thing { kind: node.def().name, name: node.label(), at: self.at(node.place()), fields }
    }

    fn state(&self, slot: Slot<'_>, hidden: bool, depth: usize) -> State {
        let text = |text: &str| if hidden { HIDDEN.to_owned() } else { text.to_owned() };
        match slot {
            Slot::Known(view, Origin { at, via }) => State::Known {
                value: self.known(view, hidden, depth),
                at: self.at(at),
                via: via.map(|via| ViaAt { at: self.at(via.at), text: via.text }),
            },
            Slot::Absent(at) => State::Absent { at: self.at(at) },
            Slot::Unresolved(unresolved) => State::Unresolved {
                text: text(&unresolved.text),
                why: unresolved.why.to_string(),
                at: self.at(unresolved.at),
            },
            Slot::Malformed(malformed) => State::Malformed {
                found: text(&malformed.found),
                expected: malformed.expected.to_string(),
                at: self.at(malformed.at),
            },
        }
    }

    fn known(&self, view: View<'_>, hidden: bool, depth: usize) -> Known {
        match view {
            View::Bool(value) => Known::Bool(value),
            View::Int(value) => Known::Int(value),
            View::Float(value) => Known::Float(value),
            View::Str(_) if hidden => Known::Text(HIDDEN.to_owned()),
            View::Str(value) => Known::Text(value.to_owned()),
            View::Duration(value) => Known::Text(value.text.clone()),
            View::Quantity(value) => Known::Text(value.text.clone()),
            View::Tree(_) => Known::Text("(files and directories)".to_owned()),
            View::Node(node) if depth > MAX_DEPTH || self.elsewhere.contains(&address(node)) => {
                Known::Text(format!("{} {}", node.def().name, node.label()))
            }
            View::Node(node) => Known::Thing(Box::new(self.thing(node, depth))),
            View::List(list) => self.list(list, hidden, depth),
        }
    }

    fn list(&self, list: &dyn Elements, hidden: bool, depth: usize) -> Known {
        let items = (0..list.len()).filter_map(|index| list.get(index));
        Known::List {
            items: items.map(|slot| self.state(slot, hidden, depth + 1)).collect(),
            unseen: list.unseen().map(|unseen: &Unresolved| unseen.why.to_string()),
        }
    }
}

/// Whether a field repeats the text of a file: its words, and the files themselves.
fn is_text_itself(node: &dyn Node, field: &str) -> bool {
    match node.def().name {
        "source" => matches!(field, "files" | "tests"),
        "source.file" | "source.route" => field == "mentions",
        _ => false,
    }
}

/// Whether a struct holds a value under the name of a secret, or an address with a password in it.
fn holds_secret(node: &dyn Node) -> bool {
    ["is_secret_like", "has_url_credentials"].iter().any(|name| {
        let field = node.def().field(name);
        field.is_some_and(|(index, _)| matches!(node.slot(index), Slot::Known(View::Bool(true), _)))
    })
}
