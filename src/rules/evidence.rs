//! What decided a condition: the value seen and its place, or the place where it is missing.

use super::ir::{Compare, Cond, Const, Form, Over, Quantified, Root, Value};
use super::operators::Operator;
use super::template::Filter;
use crate::model::schema::{Elements, Node, Slot, View};
use crate::model::value::{Origin, Unresolved};
use crate::source::Place;

/// How a condition ends: Kleene's three values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It cannot be told.
    Unknown,
}

impl Truth {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// What was seen at the deciding place.
#[derive(Clone, Copy)]
pub enum Seen<'a> {
    /// A value.
    Value(View<'a>),
    /// Nothing is written.
    Missing,
    /// Text that something else fills in.
    Unresolved(&'a Unresolved),
    /// A value of the wrong type; the model's own finding says so.
    Malformed,
    /// The target as a whole.
    Target,
}

/// One deciding place.
#[derive(Clone)]
pub struct Evidence<'a> {
    /// Where.
    pub origin: Origin,
    /// What is there.
    pub seen: Seen<'a>,
    /// Where the path of the field begins.
    pub root: Option<Root>,
    /// The path of the field, as the rule names it.
    pub field: &'a str,
    /// The condition that it decided, for the text of what was expected.
    pub condition: Option<&'a Cond>,
    /// Whether the rule wants that condition not to hold.
    pub negated: bool,
}

/// The places behind one finding, the primary first, and the names bound when it was decided.
#[derive(Clone)]
pub struct Group<'a> {
    /// Whether it could not be told.
    pub unknown: bool,
    /// The places.
    pub evidence: Vec<Evidence<'a>>,
    /// The bindings, for messages.
    pub bindings: Vec<Option<Slot<'a>>>,
    /// The look-up that expects one, and how many it found, where that is what decided.
    pub lookup: Option<(usize, usize)>,
}

/// A condition's end with its reasons. A condition that holds has reasons only where they were asked for.
pub struct Verdict<'a> {
    /// How it ends; `None` stands for [`Truth::Holds`].
    pub bad: Option<Truth>,
    /// One group a finding.
    pub groups: Vec<Group<'a>>,
}

/// The text of a value in a message.
pub(super) fn shown(view: View<'_>) -> String {
    match view {
        View::Bool(value) => value.to_string(),
        View::Int(value) => value.to_string(),
        View::Float(value) => value.to_string(),
        View::Str(value) => one_line(value),
        View::Duration(value) => value.text.clone(),
        View::Quantity(value) => value.text.clone(),
        View::Node(node) => node.label(),
        View::List(list) => elements(list, ", ", |text| text),
        View::Tree(_) => "the files".to_owned(),
    }
}

/// Values that run over lines are shortened to the first.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 120;
    let first = text.lines().next().unwrap_or("");
    if first.len() == text.trim_end().len() && first.chars().count() <= LONGEST {
        return first.to_owned();
    }
    format!("{}…", first.chars().take(LONGEST).collect::<String>())
}

fn elements(list: &dyn Elements, separator: &str, wrap: impl Fn(String) -> String) -> String {
    let texts: Vec<String> = (0..list.len())
        .filter_map(|index| match list.get(index)? {
            Slot::Known(view, _) => Some(wrap(shown(view))),
            Slot::Unresolved(unresolved) => Some(wrap(unresolved.text.clone())),
            Slot::Absent(_) | Slot::Malformed(_) => None,
        })
        .collect();
    texts.join(separator)
}

/// The text of a slot in a message, with a filter.
pub(super) fn filtered(slot: Slot<'_>, filter: Filter) -> String {
    match slot {
        Slot::Known(View::List(list), _) => match filter {
            Filter::Count => list.len().to_string(),
            Filter::Plain => elements(list, ", ", |text| text),
            Filter::List | Filter::Code => elements(list, ", ", |text| format!("`{text}`")),
        },
        Slot::Known(view, _) if matches!(filter, Filter::Code | Filter::List) => format!("`{}`", shown(view)),
        Slot::Known(view, _) => shown(view),
        Slot::Unresolved(unresolved) => format!("`{}`", one_line(&unresolved.text)),
        Slot::Malformed(malformed) => malformed.found.clone(),
        Slot::Absent(_) => "nothing".to_owned(),
    }
}

impl Evidence<'_> {
    /// The value seen, as a message writes it.
    #[must_use]
    pub fn actual(&self) -> String {
        match self.seen {
            Seen::Value(View::List(list)) if list.is_empty() => "nothing".to_owned(),
            Seen::Value(View::List(list)) => elements(list, ", ", |text| format!("`{text}`")),
            Seen::Value(view @ (View::Bool(_) | View::Int(_) | View::Float(_))) => shown(view),
            Seen::Value(view) => format!("`{}`", shown(view)),
            Seen::Missing => "nothing".to_owned(),
            Seen::Unresolved(unresolved) => format!("`{}`", one_line(&unresolved.text)),
            Seen::Malformed => "a value of the wrong type".to_owned(),
            Seen::Target => "it".to_owned(),
        }
    }

    /// The value as it enters a fingerprint.
    #[must_use]
    pub fn key(&self) -> String {
        let value = match self.seen {
            // What else stands in a list of things is another matter.
            Seen::Value(View::List(list)) if matches!(list.get(0), Some(Slot::Known(View::Node(_), _))) => {
                String::new()
            }
            Seen::Value(view) => shown(view),
            Seen::Missing => "-".to_owned(),
            Seen::Unresolved(unresolved) => unresolved.text.clone(),
            Seen::Malformed | Seen::Target => String::new(),
        };
        format!("{}={value}", self.field)
    }

    /// The place.
    #[must_use]
    pub fn place(&self) -> Place {
        self.origin.at
    }
}

/// What a condition wants, as the end of "expected …". `bind` gives the text of a path's value.
pub(super) fn expected(condition: &Cond, path_text: &dyn Fn(&super::ir::Path) -> String) -> String {
    match &condition.form {
        Form::Compare(compare) => {
            let operand = match &compare.operand {
                Value::Const(constant) => quoted(constant),
                Value::Path(path) => path_text(path),
            };
            match compare.operator {
                Operator::Eq | Operator::Contains | Operator::ContainsAll | Operator::SupersetOf => operand,
                Operator::Ne => format!("anything but {operand}"),
                Operator::In | Operator::ContainsAny => format!("one of {operand}"),
                Operator::NotIn => format!("none of {operand}"),
                Operator::Exists if operand == "true" => format!("`{}` to be set", compare.path.text),
                Operator::Exists => "nothing here".to_owned(),
                Operator::Lt => format!("less than {operand}"),
                Operator::Le => format!("at most {operand}"),
                Operator::Gt => format!("more than {operand}"),
                Operator::Ge => format!("at least {operand}"),
                Operator::Matches => format!("text that matches {operand}"),
                Operator::NotMatches => format!("text that does not match {operand}"),
                Operator::StartsWith => format!("text that starts with {operand}"),
                Operator::EndsWith => format!("text that ends with {operand}"),
                Operator::Glob => format!("a path like {operand}"),
                Operator::SubsetOf => format!("nothing but {operand}"),
                Operator::Empty if operand == "true" => "none".to_owned(),
                Operator::Empty => "at least one".to_owned(),
                Operator::Unique => "each only once".to_owned(),
                Operator::Within => format!("something in {operand}"),
                Operator::HasFile | Operator::HasMatch => format!("a file {operand}"),
                Operator::HasDirectory => format!("a directory {operand}"),
                Operator::HasFilled => format!("a directory {operand} with files in it"),
                Operator::DockerIgnores => format!("{operand} to be ignored"),
            }
        }
        Form::Not(inner) => format!("not {}", expected(inner, path_text)),
        Form::All(parts) => parts.iter().map(|part| expected(part, path_text)).collect::<Vec<_>>().join(" and "),
        Form::Any(parts) => parts.iter().map(|part| expected(part, path_text)).collect::<Vec<_>>().join(" or "),
        Form::None(parts) => {
            format!("neither {}", parts.iter().map(|part| expected(part, path_text)).collect::<Vec<_>>().join(" nor "))
        }
        Form::Some(Quantified { require: Some(require), .. }) if matches!(require.form, Form::All(_)) => {
            format!("one with {}", of_element(require, path_text))
        }
        Form::Each(quantified) | Form::Some(quantified) => match (&quantified.require, &quantified.over) {
            (Some(require), _) => expected(require, path_text),
            (None, Over::Path(path)) => path.text.clone(),
            (None, Over::Consts(_)) => String::new(),
        },
        Form::Count(_, operator, number) => match operator {
            Operator::Ge => format!("at least {number}"),
            Operator::Le => format!("at most {number}"),
            _ => number.to_string(),
        },
        Form::Agree(..) => "one value".to_owned(),
        Form::Check(builtin, _) => builtin.expected.to_owned(),
        Form::Const(_) => String::new(),
    }
}

/// What several conditions want of one element, each with the field that it is about.
fn of_element(condition: &Cond, path_text: &dyn Fn(&super::ir::Path) -> String) -> String {
    match &condition.form {
        Form::All(parts) => parts.iter().map(|part| of_element(part, path_text)).collect::<Vec<_>>().join(" and "),
        Form::Compare(Compare { operator: Operator::Exists, .. }) => expected(condition, path_text),
        Form::Compare(compare) => format!("`{}` {}", compare.path.text, expected(condition, path_text)),
        _ => expected(condition, path_text),
    }
}

/// The same for a condition that should not hold; empty where there are no good words for it.
pub(super) fn expected_not(condition: &Cond, path_text: &dyn Fn(&super::ir::Path) -> String) -> String {
    match &condition.form {
        Form::Compare(compare) => {
            let operand = match &compare.operand {
                Value::Const(constant) => quoted(constant),
                Value::Path(path) => path_text(path),
            };
            match (compare.operator, operand.as_str()) {
                (Operator::Eq, "true") => "false".to_owned(),
                (Operator::Eq, "false") => "true".to_owned(),
                (Operator::Eq, _) => format!("anything but {operand}"),
                (Operator::In, _) => format!("none of {operand}"),
                (Operator::Exists, "true") => "nothing here".to_owned(),
                (Operator::Matches, _) => format!("text that does not match {operand}"),
                _ => String::new(),
            }
        }
        Form::Not(inner) => expected(inner, path_text),
        _ => String::new(),
    }
}

fn quoted(constant: &Const) -> String {
    match constant {
        Const::Bool(_) | Const::Int(_) | Const::Float(_) => constant.text(),
        Const::List(items) => items.iter().map(quoted).collect::<Vec<_>>().join(", "),
        _ => format!("`{}`", constant.text()),
    }
}

/// The evidence of a target as a whole.
pub(super) fn of_target(target: &dyn Node) -> Evidence<'_> {
    Evidence {
        origin: target.place().into(),
        seen: Seen::Target,
        root: None,
        field: "",
        condition: None,
        negated: false,
    }
}

#[cfg(test)]
mod tests;
