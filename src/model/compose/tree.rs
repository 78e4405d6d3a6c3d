//! The composed tree: values that keep their file and bytes while they are interpolated and merged.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::interpolate::{FILL_BUDGET, interpolate};
use super::text::Text;
use super::{Trouble, variable::Variable};
use crate::model::read::UNREADABLE;
use crate::model::value::Field;
use crate::source::{Place, Span};
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Style};

/// Values one project may have, aliases expanded (compose-go gives up at 100,000 visits as well).
const MAX_NODES: usize = 100_000;

/// How deep mappings and lists may nest.
const MAX_DEPTH: usize = 64;

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// Its text.
    pub(super) at: Place,
    /// The key it stands under; for an item of a list in short form, its name.
    pub(super) key: Option<Place>,
    pub(super) data: Data,
    pub(super) tag: Tag,
    /// Why not all of it may have been seen, so that what seems absent may be there.
    pub(super) partial: Option<&'static str>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Null,
    Scalar(Text),
    List(Vec<Value>),
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_at: Place,
    pub(super) value: Value,
}

/// The tags that compose gives a meaning in override files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    /// `!reset`: takes the attribute away.
    Reset,
    /// `!override`: replaces it without merging.
    Override,
}

impl Value {
    pub(super) fn new(data: Data, at: Place, key: Option<Place>) -> Self {
        Self { at, key, data, tag: Tag::None, partial: None }
    }

    /// The value of a key, null included.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match &mut self.data {
            Data::Map(entries) => entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value),
            _ => None,
        }
    }

    /// Takes an entry out of a mapping.
    pub(super) fn remove(&mut self, key: &str) -> Option<Value> {
        let Data::Map(entries) = &mut self.data else { return None };
        let index = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(index).value)
    }

    /// The entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(&self) -> &[Value] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&Text> {
        match &self.data {
            Data::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// Where to point when something is missing in it.
    pub(super) fn anchor(&self) -> Place {
        self.key.unwrap_or(self.at)
    }

    /// What a message calls it.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Scalar(_) => "a string",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }

    /// How many values it holds, itself included.
    pub(super) fn size(&self) -> usize {
        let entries = self.entries().iter().map(|entry| entry.value.size()).sum::<usize>();
        1 + entries + self.items().iter().map(Value::size).sum::<usize>()
    }

    /// What stands there, for a message.
    pub(super) fn excerpt(&self) -> String {
        self.text().map_or_else(|| self.type_name().to_owned(), |text| format!("`{}`", text.value))
    }
}

/// Makes values from YAML nodes, variables filled in.
pub(super) struct Composer {
    /// What the variables of the file at hand are filled in with.
    pub(super) env: Rc<BTreeMap<String, String>>,
    left: usize,
    /// How many more bytes variables may be filled in with.
    fill: usize,
    pub(super) variables: Vec<Variable>,
    pub(super) troubles: Vec<Trouble>,
}

impl Composer {
    pub(super) fn new(env: &BTreeMap<String, String>) -> Self {
        Self {
            env: Rc::new(env.clone()),
            left: MAX_NODES,
            fill: FILL_BUDGET,
            variables: Vec::new(),
            troubles: Vec::new(),
        }
    }

    /// The value of a node. What goes past the limits is null, and said once.
    pub(super) fn compose(&mut self, node: NodeRef<'_>) -> Value {
        self.value(node, 0)
    }

    fn value(&mut self, node: NodeRef<'_>, depth: usize) -> Value {
        let tag = match node.tag().map(|tag| tag.value.as_str()) {
            Some("!reset") => Tag::Reset,
            Some("!override") => Tag::Override,
            _ => Tag::None,
        };
        let data = if self.left == 0 {
            Data::Null
        } else if depth >= MAX_DEPTH {
            self.give_up(node, "mappings and lists nest too deep here");
            Data::Null
        } else {
            self.left -= 1;
            if self.left == 0 {
                self.give_up(node, "the project has more than 100000 values, aliases expanded");
            }
            self.data(node, depth)
        };
        Value { at: node.place(), key: node.key_place(), data, tag, partial: node.is_partial().then_some(UNREADABLE) }
    }

    fn give_up(&mut self, node: NodeRef<'_>, message: &str) {
        let at = node.alias_place().or(node.key_place()).unwrap_or_else(|| node.place());
        self.troubles.push(Trouble::unread(at, message).with_help("what lies below was not read"));
    }

    fn data(&mut self, node: NodeRef<'_>, depth: usize) -> Data {
        match node.shape() {
            Shape::Scalar(Scalar::Null) => Data::Null,
            Shape::Scalar(_) => Data::Scalar(self.scalar(node)),
            Shape::Sequence => Data::List(node.items().map(|item| self.value(item, depth + 1)).collect()),
            Shape::Mapping => {
                let mut entries = Vec::new();
                if let Some(merged) = node.merged_scalar() {
                    let message = "`<<` merges a mapping or a list of them, and this is neither";
                    self.troubles.push(Trouble::invalid(merged, message));
                }
                for entry in node.entries() {
                    if self.left == 0 {
                        break;
                    }
                    if let Shape::Scalar(Scalar::Int(_) | Scalar::Float(_) | Scalar::Bool(_)) = entry.key_node.shape() {
                        let message = format!("the key `{}` is not a string", entry.key);
                        let help = "put quotes around it";
                        self.troubles.push(Trouble::invalid(entry.key_node.place(), message).with_help(help));
                    }
                    entries.push(Entry {
                        key: entry.key.to_owned(),
                        key_at: entry.key_node.place(),
                        value: self.value(entry.value, depth + 1),
                    });
                }
                Data::Map(entries)
            }
        }
    }

    fn scalar(&mut self, node: NodeRef<'_>) -> Text {
        let raw = node.text().unwrap_or("");
        let at = node.place();
        let content = content_offset(raw, at.span, node.style());
        let env = &self.env;
        let out = interpolate(raw, &|name| env.get(name).map(String::as_str), &mut self.fill);
        let place = |range: &std::ops::Range<usize>| match content {
            Some(content) => Place { file: at.file, span: Span::new(content + range.start, content + range.end) },
            None => at,
        };
        for (range, message) in &out.errors {
            let help = "write `$$` for a dollar sign that is meant as one";
            self.troubles.push(Trouble::invalid(place(range), message.clone()).with_help(help));
        }
        for used in &out.uses {
            let here = place(&used.range);
            self.variables.push(Variable {
                at: here,
                name: used.name.clone(),
                default: match &used.default {
                    Some((text, range)) => Field::known(text.clone(), place(range)),
                    None => Field::Absent(here),
                },
                required: used.required,
                optional: used.optional,
                is_repeated: false,
                is_set: self.env.contains_key(&used.name),
                is_secret_like: crate::model::secret::is_secret_key(&used.name),
                is_documented: Field::Absent(here),
            });
        }
        Text::new(out.text, out.pieces, at, content)
    }
}

/// Where the text of a scalar begins in the file, if it stands there letter for letter. Escapes and folding make a
/// text shorter than its bytes, so the length tells.
fn content_offset(text: &str, span: Span, style: Option<Style>) -> Option<usize> {
    let quotes = match style? {
        Style::Plain => 0,
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        Style::Literal | Style::Folded => return None,
    };
    (span.len() == text.len() + 2 * quotes).then_some(span.start as usize + quotes)
}
