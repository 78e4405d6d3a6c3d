//! TOML as a tree in which every key and value has its bytes.

use toml_edit::{Document, Item, Table, TableLike, Value};

use super::SyntaxProblem;
use crate::source::{Span, Spanned};

/// Tables and arrays may stand this deep in one another.
const MAX_DEPTH: usize = 64;

/// A value of a TOML document.
#[derive(Clone, Debug)]
pub enum Toml {
    /// A string.
    Text(Spanned<String>),
    /// A number, boolean or date, as written.
    Plain(Spanned<String>),
    /// An array, inline or of tables.
    List(Vec<Toml>, Span),
    /// A table, in the order of its keys.
    Table(Vec<(Spanned<String>, Toml)>, Span),
}

impl Toml {
    /// The value of a key, where this is a table.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Toml> {
        self.entries().iter().find(|(name, _)| name.value == key).map(|(_, value)| value)
    }

    /// The value under several keys, one in another.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Toml> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The entries, where this is a table.
    #[must_use]
    pub fn entries(&self) -> &[(Spanned<String>, Toml)] {
        match self {
            Self::Table(entries, _) => entries,
            _ => &[],
        }
    }

    /// The elements, where this is an array.
    #[must_use]
    pub fn items(&self) -> &[Toml] {
        match self {
            Self::List(items, _) => items,
            _ => &[],
        }
    }

    /// The text of a string, number, boolean or date.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Plain(text) => Some(&text.value),
            _ => None,
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Text(text) | Self::Plain(text) => text.span,
            Self::List(_, span) | Self::Table(_, span) => *span,
        }
    }
}

/// Reads a document. An empty table where it is not TOML.
#[must_use]
pub fn parse(text: &str) -> (Toml, Vec<SyntaxProblem>) {
    // The parser takes the place of the mark at the start for that of the text.
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    match Document::parse(body) {
        Ok(document) => (table(document.as_table(), body, base), Vec::new()),
        Err(error) => {
            let span = error.span().map_or(Span::at(base), |span| Span::new(base + span.start, base + span.end));
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            (Toml::Table(Vec::new(), Span::default()), vec![SyntaxProblem::new(span, message)])
        }
    }
}

fn table(table: &Table, text: &str, base: usize) -> Toml {
    like(table, spanned(table.span(), base), text, base, 0)
}

fn spanned(range: Option<std::ops::Range<usize>>, base: usize) -> Span {
    range.map_or(Span::at(base), |range| Span::new(base + range.start, base + range.end))
}

fn like(table: &dyn TableLike, span: Span, text: &str, base: usize, depth: usize) -> Toml {
    let mut entries = Vec::new();
    for (name, item) in table.iter() {
        let key = table.key(name).and_then(toml_edit::Key::span);
        let key = Spanned::new(name.to_owned(), spanned(key, base));
        if let Some(value) = self::item(item, text, base, depth + 1) {
            entries.push((key, value));
        }
    }
    Toml::Table(entries, span)
}

fn item(item: &Item, text: &str, base: usize, depth: usize) -> Option<Toml> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match item {
        Item::None => return None,
        Item::Value(found) => value(found, text, base, depth),
        Item::Table(table) => like(table, spanned(table.span(), base), text, base, depth),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|table| like(table, spanned(table.span(), base), text, base, depth + 1));
            Toml::List(items.collect(), spanned(tables.span(), base))
        }
    })
}

fn value(value: &Value, text: &str, base: usize, depth: usize) -> Toml {
    let range = value.span();
    let span = spanned(range.clone(), base);
    match value {
        Value::String(string) => Toml::Text(Spanned::new(string.value().clone(), span)),
        Value::Array(array) if depth < MAX_DEPTH => {
            Toml::List(array.iter().map(|one| self::value(one, text, base, depth + 1)).collect(), span)
        }
        Value::InlineTable(table) => like(table, span, text, base, depth),
        _ => Toml::Plain(Spanned::new(range.and_then(|range| text.get(range)).unwrap_or("").to_owned(), span)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_key_and_value_knows_its_bytes() {
        let text = "\u{feff}# x\n[tool.poetry.dependencies]\n\"über\" = { version = \"^1\", optional = true }\n\n[[a]]\nb = [1, 'c']\n";
        let (toml, problems) = parse(text);
        assert!(problems.is_empty(), "{problems:?}");
        let version = toml.at(&["tool", "poetry", "dependencies", "über", "version"]).unwrap();
        assert_eq!((version.text(), version.span().slice(text)), (Some("^1"), "\"^1\""));
        let list = toml.get("a").unwrap().items()[0].get("b").unwrap();
        assert_eq!(list.items()[0].text(), Some("1"));
        assert_eq!(list.items()[1].span().slice(text), "'c'");
    }

    #[test]
    fn what_is_no_toml_says_where() {
        let text = "a = 1\nb = \n";
        let (_, problems) = parse(text);
        assert!(problems[0].fatal && problems[0].span.start >= 6, "{problems:?}");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\PC|\n|[\\[\\]={}\"'.,#]|a){0,60}") {
            let _ = parse(&text);
        }
    }
}
