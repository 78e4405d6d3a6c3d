//! Paths to fields with dots between their parts, as `replacements` and `vars` have them.

use regex::Regex;

use super::outcome::Failure;
use super::value::{Budget, Data, Value};

/// How many parts a field path may have. Values are never that deep, and what copies put together must not become it.
const MAX_PARTS: usize = 100;

/// The field that is meant where none is named.
pub(super) const DEFAULT: &str = "metadata.name";

/// A path that was taken apart.
pub(super) struct FieldPath(Vec<Part>);

enum Part {
    /// `*`: everything in a list.
    Every,
    /// A key, or the place of an item.
    Key(String, Option<usize>),
    /// `[key=wanted]`: the items that have a value under a key; the items themselves where the key is empty.
    Where { key: String, wanted: String, pattern: Option<Regex> },
}

impl FieldPath {
    /// A path to where a value comes from.
    pub(super) fn source(path: &str) -> Self {
        Self(parts(path).iter().map(|part| Part::read(part, false)).collect())
    }

    /// A path to where a value goes. Kustomize takes the value of a condition for a regular expression there, which
    /// may match any part of the text.
    pub(super) fn target(path: &str) -> Self {
        Self(parts(path).iter().map(|part| Part::read(part, true)).collect())
    }

    /// A copy of the first value at the path, paid for by the budget.
    ///
    /// # Errors
    /// Where the object is too large.
    pub(super) fn first(&self, root: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
        let mut root = root.copied(budget)?;
        let mut value = None;
        self.visit(&mut root, None, &mut |found| _ = value.get_or_insert_with(|| found.clone()));
        Ok(value)
    }

    /// Calls `found` on each value at the path; `made` is what is put where it is not there.
    pub(super) fn visit(&self, root: &mut Value, made: Option<&Value>, found: &mut dyn FnMut(&mut Value)) {
        visit(root, &self.0, made, found);
    }
}

impl Part {
    fn read(text: &str, takes_patterns: bool) -> Self {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        if text == "*" {
            return Self::Every;
        }
        if let Some((key, wanted)) = inner.and_then(|inner| inner.split_once('=')) {
            let pattern = if takes_patterns { Regex::new(wanted).ok() } else { None };
            return Self::Where { key: key.to_owned(), wanted: wanted.to_owned(), pattern };
        }
        let key = inner.unwrap_or(text);
        Self::Key(key.to_owned(), key.parse().ok())
    }

    /// Whether it is a part of a list.
    fn is_of_list(&self) -> bool {
        !matches!(self, Self::Key(_, None))
    }
}

/// The parts of a field path: dots part them, except in brackets and behind a backslash.
fn parts(path: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut in_brackets = false;
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'.') => {
                chars.next();
                out.last_mut().into_iter().for_each(|part| part.push('.'));
            }
            '.' if !in_brackets => out.push(String::new()),
            // `ports[0]` is `ports.0`.
            '[' if !in_brackets && out.last().is_some_and(|part| !part.is_empty()) => {
                in_brackets = true;
                out.push("[".to_owned());
            }
            _ => {
                in_brackets = if c == '[' { true } else { in_brackets && c != ']' };
                out.last_mut().into_iter().for_each(|part| part.push(c));
            }
        }
    }
    out.truncate(MAX_PARTS);
    out.retain(|part| !part.is_empty());
    out
}

fn visit(value: &mut Value, path: &[Part], made: Option<&Value>, found: &mut dyn FnMut(&mut Value)) {
    let Some((part, rest)) = path.split_first() else {
        found(value);
        return;
    };
    match (&mut value.data, part) {
        (Data::List(items), Part::Every) => items.iter_mut().for_each(|item| visit(item, rest, made, found)),
        (Data::List(items), Part::Key(_, Some(index))) => {
            if let Some(made) = made
                && *index == items.len()
            {
                items.push(empty(rest, made));
            }
            if let Some(item) = items.get_mut(*index) {
                visit(item, rest, made, found);
            }
        }
        (Data::List(items), Part::Where { key, wanted, pattern }) => {
            let is_it = |item: &Value| {
                let own = if key.is_empty() { item.text() } else { item.get(key).and_then(Value::text) };
                own.is_some_and(|own| pattern.as_ref().map_or(own == wanted, |pattern| pattern.is_match(own)))
            };
            if let Some(made) = made
                && !items.iter().any(is_it)
            {
                items.push(wanted_item(key, wanted, made));
            }
            items.iter_mut().filter(|item| is_it(item)).for_each(|item| visit(item, rest, made, found));
        }
        (Data::Map(_), Part::Key(key, _)) => {
            if let Some(made) = made
                && value.get(key).is_none()
            {
                value.set(key, made.at, empty(rest, made));
            }
            if let Some(field) = value.get_mut(key) {
                visit(field, rest, made, found);
            }
        }
        _ => {}
    }
}

fn wanted_item(key: &str, wanted: &str, made: &Value) -> Value {
    if key.is_empty() {
        return Value::plain(wanted, made.at);
    }
    let mut item = Value::map(made.at);
    item.set(key, made.at, Value::plain(wanted, made.at));
    item
}

/// What goes where the rest of a path will be put; a scalar becomes what its text looks like.
fn empty(rest: &[Part], made: &Value) -> Value {
    match rest.first() {
        None => Value::plain("", made.at),
        Some(part) if part.is_of_list() => Value { at: made.at, data: Data::List(Vec::new()) },
        Some(_) => Value::map(made.at),
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn dots_in_brackets_and_behind_backslashes_are_part_of_a_key() {
        assert_eq!(parts("spec.containers.[name=a.b].image"), ["spec", "containers", "[name=a.b]", "image"]);
        assert_eq!(parts("metadata.annotations.example\\.com/x"), ["metadata", "annotations", "example.com/x"]);
        assert_eq!(parts("spec.ports[0].port"), ["spec", "ports", "[0]", "port"]);
    }
}
