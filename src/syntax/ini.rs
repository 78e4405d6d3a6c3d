//! INI files as Python's `configparser` reads them: sections, keys, and values that go on in deeper lines.

use crate::source::{Span, Spanned};

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Spanned<String>,
    /// The lines of the value that are not empty, comments left out.
    pub lines: Vec<Spanned<String>>,
}

impl Entry {
    /// The value on one line.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.value.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name.
    pub name: Spanned<String>,
    /// Its entries, in order.
    pub entries: Vec<Entry>,
}

impl Section {
    /// The entry of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }
}

/// The sections of a text. What stands before the first, and what is neither key nor value, is passed over.
#[must_use]
pub fn parse(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let body = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        let lead = line.find(body).unwrap_or(0);
        let piece = |text: &str, offset: usize| {
            let from = at + lead + offset;
            Spanned::new(text.to_owned(), Span::new(from, from + text.len()))
        };
        if let Some(name) =
            body.strip_prefix('[').and_then(|rest| rest.split(']').next()).filter(|_| lead == 0 || at == 0)
        {
            sections.push(Section { name: piece(name, 1), entries: Vec::new() });
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        if line.starts_with([' ', '\t']) {
            if let Some(entry) = section.entries.last_mut() {
                entry.lines.push(piece(body, 0));
            }
            continue;
        }
        let Some(split) = body.find(['=', ':']) else { continue };
        let key = body.get(..split).unwrap_or("").trim_end();
        let value = body.get(split + 1..).unwrap_or("");
        let offset = split + 1 + (value.len() - value.trim_start().len());
        let value = value.trim();
        let lines = if value.is_empty() { Vec::new() } else { vec![piece(value, offset)] };
        section.entries.push(Entry { key: piece(key, 0), lines });
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn values_go_on_in_deeper_lines() {
        let text = "[tool:pytest]\naddopts = -q\n    --cov-fail-under=80\n# no\n[flake8]\nmax-line-length: 100\n";
        let sections = parse(text);
        let addopts = sections[0].get("addopts").unwrap();
        assert_eq!(addopts.text(), "-q --cov-fail-under=80");
        assert_eq!(addopts.lines[1].span.slice(text), "--cov-fail-under=80");
        assert_eq!(
            (sections[1].name.value.as_str(), sections[1].get("max-line-length").unwrap().text().as_str()),
            ("flake8", "100")
        );
    }
}
