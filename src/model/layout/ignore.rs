//! `.dockerignore`: its patterns, and what they keep out of a build (Dockerfile reference, ".dockerignore file").

use regex::Regex;

use crate::model;
use crate::model::value::List;
use crate::source::{FileId, Place, Span};

model! {
    /// A pattern of a `.dockerignore` (Dockerfile reference, ".dockerignore file").
    pub struct IgnorePattern as "layout.ignore_pattern" {
        /// The pattern without `!`.
        pattern: String,
        /// Whether it brings back what an earlier pattern left out.
        negated: bool,
    }
    label(pattern) { pattern.pattern.clone() }
}

/// The patterns of a `.dockerignore`: one a line, blanks around them and lines that start with `#` left out.
#[must_use]
pub fn ignore_patterns(file: FileId, text: &str) -> List<IgnorePattern> {
    let mut patterns = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches('\u{feff}').trim();
        let start = offset + line.find(body).unwrap_or(0);
        offset += line.len();
        if body.is_empty() || line.trim_start_matches('\u{feff}').starts_with('#') {
            continue;
        }
        let negated = body.starts_with('!');
        let pattern = body.strip_prefix('!').unwrap_or(body).trim().to_owned();
        let at = Place { file, span: Span::new(start, start + body.len()) };
        patterns.push(IgnorePattern { at, pattern, negated });
    }
    List::new(patterns, Place::whole(file))
}

/// The patterns of a `.dockerignore`, ready to be asked.
#[derive(Debug)]
pub(super) struct IgnoreRules {
    rules: Vec<(Regex, bool)>,
}

impl IgnoreRules {
    /// Reads the text. A pattern that Docker would refuse ignores nothing.
    pub(super) fn new(text: &str) -> Self {
        let patterns = ignore_patterns(FileId(0), text);
        let rules = patterns.iter().filter_map(|pattern| Some((regex_of(&pattern.pattern)?, pattern.negated)));
        Self { rules: rules.collect() }
    }

    /// Whether a path, or a directory above it, is left out; the last pattern that matches decides.
    pub(super) fn ignores(&self, path: &str) -> bool {
        let path = path.trim_matches('/');
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let paths: Vec<&str> = ends.filter_map(|end| path.get(..end)).collect();
        let decides = |rule: &&(Regex, bool)| paths.iter().any(|path| rule.0.is_match(path));
        self.rules.iter().rev().find(decides).is_some_and(|(_, negated)| !negated)
    }
}

/// A pattern as a regular expression: Go's `filepath.Match`, and `**` for any number of directories.
fn regex_of(pattern: &str) -> Option<Regex> {
    let pattern = pattern.trim_start_matches("./").trim_matches('/');
    let mut out = String::from("^");
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                let whole = chars.next_if_eq(&'/').is_some();
                out.push_str(if whole { "(?:.*/)?" } else { ".*" });
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' | ']' | '-' => out.push(c),
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            other => out.push_str(&regex::escape(&other.to_string())),
        }
    }
    out.push('$');
    Regex::new(&out).ok()
}

#[cfg(test)]
mod tests {
    use super::IgnoreRules;

    #[test]
    fn a_directory_takes_what_is_in_it_along() {
        let rules = IgnoreRules::new(".git\n/node_modules/\n**/*.pem\n");
        assert!(rules.ignores(".git/config") && rules.ignores("node_modules") && rules.ignores("certs/a.pem"));
        assert!(!rules.ignores("web/.git") && !rules.ignores(".gitignore"));
    }

    #[test]
    fn the_last_pattern_decides() {
        let rules = IgnoreRules::new("*\n!src\n.env*\n!.env.example\n");
        assert!(rules.ignores(".env") && rules.ignores(".env.local") && rules.ignores("README.md"));
        assert!(!rules.ignores("src/main.py") && !rules.ignores(".env.example"));
    }
}
