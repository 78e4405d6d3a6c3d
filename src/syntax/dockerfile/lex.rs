//! Physical lines, parser directives and logical lines (continuations joined, comments taken out).

use std::collections::HashMap;

use crate::source::{Span, Spanned};
use crate::syntax::SyntaxProblem;
use crate::syntax::mapped::MappedText;

use super::tree::Directive;
use super::words;

/// Longest physical line that BuildKit's line scanner takes, in bytes without the line feed.
const MAX_LINE: usize = 65_535;

/// Lines looked through for the end of a heredoc before all lines are indexed.
const LOOK_AHEAD: usize = 500;

/// A physical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// Offset of its first byte.
    pub start: usize,
    /// Its text without the line end.
    pub text: &'t str,
    /// Its text with the line end.
    pub full: &'t str,
}

impl Line<'_> {
    pub fn span(&self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }
}

/// The lines of a file from a point on.
#[derive(Clone, Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    /// All lines; a byte order mark is not part of the first.
    pub fn new(text: &'t str) -> Self {
        Self { text, at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 } }
    }

    /// Goes on with the line that starts at `offset`.
    pub fn seek(&mut self, offset: usize) {
        self.at = offset;
    }

    /// Offset of the next line.
    pub fn offset(&self) -> usize {
        self.at
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = rest.bytes().position(|byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        let full = rest.get(..end)?;
        let length = full.bytes().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        let line = Line { start: self.at, text: full.get(..length).unwrap_or(full), full };
        self.at += full.len();
        Some(line)
    }
}

/// Splits a file into directives, comments and logical lines.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    pub lines: Lines<'t>,
    /// The escape character in force.
    pub escape: char,
    pub directives: Vec<Directive>,
    pub comments: Vec<Spanned<String>>,
    directives_are_over: bool,
    ends: Option<LineEnds<'t>>,
}

/// Where each line text occurs last, to know without searching that a heredoc never ends.
#[derive(Debug, Default)]
struct LineEnds<'t> {
    exact: HashMap<&'t str, usize>,
    without_tabs: HashMap<&'t str, usize>,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            lines: Lines::new(text),
            escape: '\\',
            directives: Vec::new(),
            comments: Vec::new(),
            directives_are_over: false,
            ends: None,
        }
    }

    /// Reads the next instruction's text into `out`, and returns `false` at the end of the file.
    pub fn next_logical(&mut self, out: &mut MappedText, problems: &mut Vec<SyntaxProblem>) -> bool {
        out.clear();
        let mut continued = loop {
            let Some(line) = self.next_line(problems) else { return false };
            let text = words::trim_start(line.text);
            let start = line.start + (line.text.len() - text.len());
            if self.take_directive(text, start, problems) || self.take_comment(line) {
                continue;
            }
            self.directives_are_over = true;
            let (text, continues) = self.without_continuation(text);
            if !text.is_empty() || continues {
                out.push(text, start);
                break continues;
            }
        };
        let mut blank: Option<Span> = None;
        while continued {
            let Some(line) = self.next_line(problems) else { break };
            if self.take_comment(line) {
                continue;
            }
            if words::trim_start(line.text).is_empty() {
                blank = blank.or(Some(line.span()));
                continue;
            }
            let text;
            (text, continued) = self.without_continuation(line.text);
            out.push(text, line.start);
        }
        if let Some(span) = blank {
            let message = "an empty line inside a continued instruction is deprecated";
            let help = "remove the empty line, or put `#` on it";
            problems.push(SyntaxProblem { fatal: false, ..SyntaxProblem::new(span, message).with_help(help) });
        }
        true
    }

    /// The next line as it is, for heredoc bodies and the like.
    pub fn next_line(&mut self, problems: &mut Vec<SyntaxProblem>) -> Option<Line<'t>> {
        let line = self.lines.next()?;
        let length = line.full.strip_suffix('\n').unwrap_or(line.full).len();
        if length > MAX_LINE {
            let message = format!("line of {length} bytes, and Docker reads lines of up to {MAX_LINE} bytes");
            problems.push(SyntaxProblem::new(line.span(), message));
        }
        Some(line)
    }

    /// Whether a line with exactly this text (behind tabs, if those do not count) stands at or behind `offset`.
    pub fn has_line_from(&mut self, offset: usize, text: &str, strip_tabs: bool) -> bool {
        // Bodies are short, and the index costs as much as all the rest of the reading.
        if self.ends.is_none() {
            let near = Lines { text: self.lines.text, at: offset }.take(LOOK_AHEAD);
            let strip = |line: Line<'t>| if strip_tabs { line.text.trim_start_matches('\t') } else { line.text };
            if near.map(strip).any(|line| line == text) {
                return true;
            }
        }
        let all = self.lines.text;
        let ends = self.ends.get_or_insert_with(|| {
            let mut ends = LineEnds::default();
            for line in Lines::new(all) {
                ends.exact.insert(line.text, line.start);
                ends.without_tabs.insert(line.text.trim_start_matches('\t'), line.start);
            }
            ends
        });
        let places = if strip_tabs { &ends.without_tabs } else { &ends.exact };
        places.get(text).is_some_and(|start| *start >= offset)
    }

    fn without_continuation<'l>(&self, text: &'l str) -> (&'l str, bool) {
        // Most lines end in what neither is blank nor continues.
        if text.bytes().next_back().is_some_and(|last| last.is_ascii_alphanumeric() || last == b'"') {
            return (text, false);
        }
        let trimmed = text.trim_end_matches([' ', '\t']);
        match trimmed.strip_suffix(self.escape) {
            // Only an odd-looking single escape continues: BuildKit looks one character back, not further.
            Some(rest) if !rest.ends_with(self.escape) => (rest, true),
            _ => (text, false),
        }
    }

    fn take_comment(&mut self, line: Line<'_>) -> bool {
        let text = words::trim_start(line.text);
        if !text.starts_with('#') {
            return false;
        }
        // The builder skips a first line that names an interpreter when it looks for `syntax` and `check`.
        let is_shebang = self.comments.is_empty() && self.directives.is_empty() && line.text.starts_with("#!");
        self.directives_are_over = !is_shebang || self.directives_are_over;
        let end = line.start + line.text.len();
        self.comments.push(Spanned::new(text.to_owned(), Span::new(end - text.len(), end)));
        true
    }

    /// Parser directives stand before everything else, comments and empty lines included (Dockerfile reference,
    /// "Parser directives").
    fn take_directive(&mut self, text: &str, start: usize, problems: &mut Vec<SyntaxProblem>) -> bool {
        if self.directives_are_over {
            return false;
        }
        let behind_shebang = !self.comments.is_empty();
        let found = directive(text, start).filter(|found| !behind_shebang || found.name.value != "escape");
        let Some(directive) = found else {
            self.directives_are_over = behind_shebang || !text.starts_with("#!");
            return false;
        };
        let name = directive.name.value.as_str();
        if let Some(first) = self.directives.iter().find(|other| other.name.value == name) {
            let message = format!("parser directive `{name}` is given twice");
            let mut problem = SyntaxProblem::new(directive.name.span, message);
            problem.related.push((first.name.span, "first given here".to_owned()));
            problems.push(problem);
        } else if name == "escape" {
            match directive.value.value.as_str() {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                other => problems.push(
                    SyntaxProblem::new(directive.value.span, format!("invalid escape character `{other}`"))
                        .with_help("use `\\` or a backtick"),
                ),
            }
        }
        self.directives.push(directive);
        true
    }
}

fn directive(text: &str, start: usize) -> Option<Directive> {
    let (before, after) = text.strip_prefix('#')?.split_once('=')?;
    let name = before.trim();
    let known = ["syntax", "escape", "check"].into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
    let value = after.trim();
    if value.is_empty() {
        return None;
    }
    let name_at = start + 1 + (before.len() - before.trim_start().len());
    let value_at = start + 1 + before.len() + 1 + (after.len() - after.trim_start().len());
    Some(Directive {
        name: Spanned::new(known.to_owned(), Span::new(name_at, name_at + name.len())),
        value: Spanned::new(value.to_owned(), Span::new(value_at, value_at + value.len())),
    })
}
