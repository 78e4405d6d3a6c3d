//! What a fix would change for one finding, with every value filled in: still edits of the model.

use super::{Edit, Fix};
use crate::finding::Safety;
use crate::model::schema::{Elements, Located, Node, Slot, Type, View};
use crate::rules::conclude;
use crate::rules::eval;
use crate::rules::evidence::Group;
use crate::rules::ir::{Compiled, Const, Path, Root, Value};
use crate::source::Place;

/// A fix for one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What it does.
    pub title: String,
    /// Whether it can change what the service does.
    pub safety: Safety,
    /// What it changes.
    pub steps: Vec<Step>,
}

/// One edit of a planned fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An edit of a field.
    Field {
        /// The place of the struct that the keys start from.
        at: Place,
        /// Where the text of that struct is.
        located: Located,
        /// The kind of that struct.
        kind: &'static str,
        /// The keys that lead to the field; none for the struct as a whole.
        keys: Vec<&'static str>,
        /// Where the field is now, or would be.
        now: Place,
        /// Whether the model has no value of it.
        is_absent: bool,
        /// What to do.
        verb: Verb,
    },
    /// A new file: its path, relative to the service unless `of_repo`, and its text.
    Create {
        /// The path.
        path: String,
        /// Whether the path is relative to the root of the run.
        of_repo: bool,
        /// The text.
        text: String,
    },
    /// A section at the end of a Markdown document.
    Section {
        /// The document.
        at: Place,
        /// The level of its heading, from 1.
        level: usize,
        /// Its title.
        title: String,
        /// Its text.
        text: String,
    },
}

/// What to do with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Give it a value.
    Set(Content),
    /// Put a value behind those it has.
    Append(Content),
    /// Take it away.
    Remove,
}

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A number or a boolean.
    Plain(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Content>),
}

/// The fixes of a rule that apply to a finding, in the order of the rule.
#[must_use]
pub fn plan<'a>(rule: &'a Compiled, target: &'a dyn Node, group: &Group<'a>) -> Vec<Planned> {
    let writer = Planner { target, bindings: &group.bindings };
    let applies = |fix: &&'a Fix| fix.when.as_ref().is_none_or(|when| eval::holds(rule, target, &group.bindings, when));
    let fixes = rule.fixes.iter().filter(applies);
    let planned = fixes.filter_map(|fix| {
        let steps: Option<Vec<Step>> = fix.edits.iter().map(|edit| writer.step(edit)).collect();
        Some(Planned { title: conclude::title(rule, target, group, &fix.title), safety: fix.safety, steps: steps? })
    });
    planned.collect()
}

struct Planner<'p, 'a> {
    target: &'a dyn Node,
    bindings: &'p [Option<Slot<'a>>],
}

impl<'a> Planner<'_, 'a> {
    fn step(&self, edit: &Edit) -> Option<Step> {
        let (path, verb) = match edit {
            Edit::Set(path, value) => (path, Verb::Set(self.content(value, path)?)),
            Edit::Append(path, value) => (path, Verb::Append(self.content(value, path)?)),
            Edit::Remove(path) => (path, Verb::Remove),
            Edit::Create(path, text) => {
                let of_repo = self.target.def().name == "repo";
                return Some(Step::Create { path: path.clone(), of_repo, text: text.clone() });
            }
            Edit::Section(title, text) => {
                let (at, title) = (self.target.place(), capitalised(title));
                return Some(Step::Section { at, level: section_level(self.target), title, text: text.clone() });
            }
        };
        self.field(path, verb)
    }

    fn root(&self, path: &Path) -> Option<Slot<'a>> {
        match path.root {
            Root::Target => Some(Slot::Known(View::Node(self.target), self.target.place().into())),
            Root::Binding(index) => self.bindings.get(index).copied().flatten(),
        }
    }

    /// The keys start from the last struct on the way whose text can be found by its own place.
    fn field(&self, path: &Path, verb: Verb) -> Option<Step> {
        let Some(Slot::Known(View::Node(mut node), origin)) = self.root(path) else { return None };
        let (mut start, mut keys, mut now, mut is_absent) = (node, Vec::new(), origin.at, false);
        for (index, step) in path.steps.iter().enumerate() {
            let field = node.def().fields.get(*step)?;
            let slot = node.slot(*step);
            now = place_of(slot);
            is_absent = match slot {
                Slot::Absent(_) => true,
                Slot::Known(View::List(list), _) => list.is_empty() && list.unseen().is_none(),
                _ => false,
            };
            match (slot, field.ty, index + 1 == path.steps.len()) {
                (Slot::Known(View::Node(inner), _), Type::Struct(def), false) if def().located.is_some() => {
                    (node, start) = (inner, inner);
                    keys.clear();
                    continue;
                }
                (Slot::Known(View::Node(inner), _), ..) => node = inner,
                // Below a section that is not written, the fields of its schema are.
                (Slot::Absent(_), Type::Struct(def), false) => {
                    keys.extend(field.key?.split('.'));
                    keys.extend(keys_below(def(), path.steps.get(index + 1..)?)?);
                    break;
                }
                (_, _, false) => return None,
                _ => {}
            }
            keys.extend(field.key?.split('.'));
        }
        let located = start.def().located?;
        Some(Step::Field { at: start.place(), located, kind: start.def().name, keys, now, is_absent, verb })
    }

    fn content(&self, value: &Value, path: &Path) -> Option<Content> {
        let in_seconds = || path.text.ends_with("_seconds");
        match value {
            Value::Const(constant) => of_const(constant, in_seconds()),
            Value::Path(other) => {
                let Slot::Known(mut view, _) = self.root(other)? else { return None };
                for step in &other.steps {
                    let View::Node(node) = view else { return None };
                    let Slot::Known(inner, _) = node.slot(*step) else { return None };
                    view = inner;
                }
                of_view(view, in_seconds())
            }
        }
    }
}

/// Standards name sections in lower case.
fn capitalised(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// The level of the sections that a document has below its title; 2 where it has none.
fn section_level(document: &dyn Node) -> usize {
    let field = |node: &dyn Node, name: &str| node.def().field(name).map(|(index, _)| index);
    let headings = field(document, "headings").map(|index| document.slot(index));
    let Some(Slot::Known(View::List(headings), _)) = headings else { return 2 };
    let level = |index: usize| match headings.get(index)? {
        Slot::Known(View::Node(heading), _) => match heading.slot(field(heading, "level")?) {
            Slot::Known(View::Int(level), _) => usize::try_from(level).ok(),
            _ => None,
        },
        _ => None,
    };
    (0..headings.len()).filter_map(level).filter(|level| *level > 1).min().unwrap_or(2)
}

fn keys_below(mut def: &'static crate::model::schema::StructDef, steps: &[usize]) -> Option<Vec<&'static str>> {
    let mut keys = Vec::new();
    for step in steps {
        let field = def.fields.get(*step)?;
        keys.extend(field.key?.split('.'));
        if let Type::Struct(inner) = field.ty {
            def = inner();
        }
    }
    Some(keys)
}

fn place_of(slot: Slot<'_>) -> Place {
    match slot {
        Slot::Known(_, origin) => origin.at,
        Slot::Absent(at) => at,
        Slot::Unresolved(unresolved) => unresolved.at,
        Slot::Malformed(malformed) => malformed.at,
    }
}

fn seconds(nanos: i128) -> Content {
    Content::Plain((nanos / 1_000_000_000).to_string())
}

fn of_const(constant: &Const, in_seconds: bool) -> Option<Content> {
    Some(match constant {
        Const::Bool(_) | Const::Int(_) | Const::Float(_) => Content::Plain(constant.text()),
        Const::Duration(duration) if in_seconds => seconds(duration.nanos),
        Const::Str(_) | Const::Version(_) | Const::Duration(_) | Const::Quantity(_) => Content::Text(constant.text()),
        Const::List(items) => {
            Content::List(items.iter().map(|item| of_const(item, in_seconds)).collect::<Option<_>>()?)
        }
        Const::Pattern(_) | Const::Range(_) => return None,
    })
}

fn of_view(view: View<'_>, in_seconds: bool) -> Option<Content> {
    Some(match view {
        View::Bool(value) => Content::Plain(value.to_string()),
        View::Int(value) => Content::Plain(value.to_string()),
        View::Float(value) => Content::Plain(value.to_string()),
        View::Str(text) => Content::Text(text.to_owned()),
        View::Duration(duration) if in_seconds => seconds(duration.nanos),
        View::Duration(duration) => Content::Text(duration.text.clone()),
        View::Quantity(quantity) => Content::Text(quantity.text.clone()),
        View::List(list) => Content::List(of_elements(list, in_seconds)?),
        View::Node(_) | View::Tree(_) => return None,
    })
}

fn of_elements(list: &dyn Elements, in_seconds: bool) -> Option<Vec<Content>> {
    let item = |index: usize| match list.get(index) {
        Some(Slot::Known(view, _)) => of_view(view, in_seconds),
        _ => None,
    };
    (0..list.len()).map(item).collect()
}
