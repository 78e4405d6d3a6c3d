//! What a template prints, with what each part of it was made of.

use std::ops::Range;
use std::rc::Rc;

use super::context::Context;
use super::given::{Given, Mark};
use crate::source::{Place, Span};

/// Bytes of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The template, counted as they were added to the machine.
    pub template: usize,
    /// Its bytes.
    pub span: Span,
}

/// A part of an output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Where it begins in the output.
    pub start: usize,
    /// What it was made of: the same text, or an action.
    pub origin: Origin,
    /// Whether it is the text of the template itself.
    pub is_literal: bool,
    /// Of an action: whether it is a value of a values file, or what holds several of them together.
    pub made: Made,
    /// Of an action whose value whoever installs the chart decides about, or chance does: the texts in it that are
    /// open; all of it where there are none.
    pub open: Option<Vec<Rc<str>>>,
}

/// What a piece was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Made {
    /// By the template.
    #[default]
    Here,
    /// A value of a values file.
    Given(Given),
    /// It holds values of a values file together.
    Between,
}

impl Piece {
    fn is_open(&self, text: &str) -> bool {
        let Some(open) = &self.open else { return false };
        open.is_empty() || open.iter().any(|open| text.contains(&**open))
    }
}

/// What a template printed.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The text.
    pub text: String,
    /// Its parts, in order and without gaps.
    pub pieces: Vec<Piece>,
    /// Of text that becomes a value of the template: what it was made of.
    pub(super) marks: Vec<Mark>,
}

/// The value of a values file that a part of an output is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// Its bytes.
    pub at: Place,
    /// The key that it stands under.
    pub key: Option<Place>,
}

/// The bytes of a template that a part of the output was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Source {
    /// The bytes.
    pub origin: Origin,
    /// Whether whoever installs the chart decides about a part of it.
    pub is_open: bool,
}

impl Output {
    pub(super) fn push(&mut self, text: &str, origin: Origin, is_literal: bool, open: Option<Vec<Rc<str>>>) {
        if !text.is_empty() {
            self.pieces.push(Piece { start: self.text.len(), origin, is_literal, made: Made::Here, open });
            self.text.push_str(text);
        }
    }

    /// Adds what an action printed, with what parts of it were made of.
    pub(super) fn push_marked(&mut self, text: &str, marks: &[Mark], origin: Origin, open: Option<&Vec<Rc<str>>>) {
        let base = self.text.len();
        let mut at = 0;
        let mut piece = |start: usize, made: Made| {
            let open = open.cloned();
            self.pieces.push(Piece { start: base + start, origin, is_literal: false, made, open });
        };
        for mark in marks {
            if at < mark.start {
                piece(at, Made::Here);
            }
            piece(mark.start, mark.given.map_or(Made::Between, Made::Given));
            at = mark.end;
        }
        if at < text.len() {
            piece(at, Made::Here);
        }
        self.text.push_str(text);
    }

    /// What a range of the output was made of: literal text byte by byte, an action as a whole.
    #[must_use]
    pub fn source(&self, range: Range<usize>) -> Option<Source> {
        let end = range.end.max(range.start + 1);
        let first = self.pieces.partition_point(|piece| piece.start <= range.start).checked_sub(1)?;
        let pieces = self.pieces.get(first..)?;
        let count = pieces.partition_point(|piece| piece.start < end);
        let pieces = pieces.get(..count)?;
        let (head, tail) = (pieces.first()?, pieces.last()?);
        let text = self.text.get(range.clone()).unwrap_or("");
        let is_open = pieces.iter().any(|piece| piece.is_open(text));
        let start = if head.is_literal {
            head.origin.span.start as usize + (range.start - head.start)
        } else {
            head.origin.span.start as usize
        };
        let stop = if tail.is_literal {
            tail.origin.span.start as usize + (range.end.max(tail.start) - tail.start)
        } else {
            tail.origin.span.end as usize
        };
        // What a loop prints may end before it begins; then its first part has to do.
        let is_straight = head.origin.template == tail.origin.template && start <= stop;
        let span = if is_straight { Span::new(start, stop) } else { Span::new(start, head.origin.span.end as usize) };
        Some(Source { origin: Origin { template: head.origin.template, span }, is_open })
    }
}

/// What stands between two documents.
const MARKER: &str = "---";

impl Output {
    /// Puts every line that begins a document onto a line of its own. Helm takes a manifest apart at such lines before
    /// it reads what stands behind them (releaseutil, `SplitManifests`), which an action that trims too much leaves
    /// on the same line.
    #[must_use]
    pub fn with_whole_markers(mut self) -> Self {
        let mut at = 0;
        let mut breaks = Vec::new();
        for line in self.text.split_inclusive('\n') {
            let behind = line.strip_prefix(MARKER).filter(|behind| !behind.starts_with('-'));
            let is_whole = behind.is_none_or(|behind| {
                let rest = behind.trim_start();
                rest.is_empty() || (rest.starts_with('#') && behind.starts_with(char::is_whitespace))
            });
            if !is_whole {
                breaks.push(at + MARKER.len());
            }
            at += line.len();
        }
        for at in breaks.into_iter().rev() {
            self.break_line(at);
        }
        self
    }

    fn break_line(&mut self, at: usize) {
        self.text.insert(at, '\n');
        let first = self.pieces.partition_point(|piece| piece.start < at);
        for piece in self.pieces.iter_mut().skip(first) {
            piece.start += 1;
        }
        let Some(before) = first.checked_sub(1).and_then(|before| self.pieces.get(before)).cloned() else { return };
        let begins = self.pieces.get(first).is_some_and(|piece| piece.start == at + 1);
        // The line end belongs to the part in front of it, whose rest is a part of its own.
        if before.is_literal && !begins {
            let from = before.origin.span.start as usize + (at - before.start);
            let span = Span::new(from, before.origin.span.end as usize);
            let rest = Piece { start: at + 1, origin: Origin { span, ..before.origin }, ..before };
            self.pieces.insert(first, rest);
        }
    }

    /// The value of a values file that a range of the output is as a whole.
    #[must_use]
    pub fn written(&self, range: Range<usize>, context: &Context) -> Option<Written> {
        let range = self.unquoted(range);
        let first = self.pieces.partition_point(|piece| piece.start <= range.start).checked_sub(1)?;
        let pieces = self.pieces.get(first..)?;
        let mut found: Option<(usize, Given)> = None;
        for (index, piece) in pieces.iter().take_while(|piece| piece.start < range.end).enumerate() {
            match piece.made {
                Made::Here => return None,
                Made::Given(given) if found.is_none() => found = Some((index, given)),
                _ => {}
            }
        }
        let (index, given) = found?;
        let end = pieces.get(index + 1).map_or(self.text.len(), |next| next.start);
        let before = self.text.get(range.start..pieces.get(index)?.start.max(range.start))?;
        // Each dash in front of the first value opens a list that it is in.
        let lists = before.matches("- ").count();
        let mut whole = match (given.is_key(), lists, range.end <= end) {
            (_, 0, true) => return Some(Written { at: context.place(given)?, key: context.key_place(given) }),
            (false, 0, false) => return None,
            (true, ..) => context.parent(given)?,
            (false, ..) => given,
        };
        for _ in 0..lists {
            whole = context.parent(whole)?;
        }
        Some(Written { at: context.place(whole)?, key: context.key_place(whole) })
    }

    /// The values of values files in a range that says `text` in quotes or without: the bytes of each within that text.
    #[must_use]
    pub fn parts(&self, range: Range<usize>, text: &str, context: &Context) -> Vec<(Range<usize>, Place)> {
        let range = self.unquoted(range);
        let Some(first) = self.pieces.partition_point(|piece| piece.start <= range.start).checked_sub(1) else {
            return Vec::new();
        };
        let pieces = self.pieces.get(first..).unwrap_or(&[]);
        let count = pieces.partition_point(|piece| piece.start < range.end);
        let ends = pieces.iter().skip(1).map(|next| next.start).chain([self.text.len()]);
        let given = pieces.iter().take(count).zip(ends).filter_map(|(piece, end)| match piece.made {
            Made::Given(given) => {
                let (start, end) = (piece.start.max(range.start), end.min(range.end));
                Some((start - range.start..end - range.start, context.place(given)?))
            }
            _ => None,
        });
        let parts: Vec<_> = given.collect();
        if self.text.get(range) == Some(text) { parts } else { Vec::new() }
    }

    /// A range without the quotes around it.
    fn unquoted(&self, range: Range<usize>) -> Range<usize> {
        let text = self.text.get(range.clone()).unwrap_or("");
        let is_quoted =
            text.len() > 2 && ['"', '\''].iter().any(|quote| text.starts_with(*quote) && text.ends_with(*quote));
        if is_quoted { range.start + 1..range.end - 1 } else { range }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_text_is_exact_and_an_action_is_whole() {
        let template = "image: {{ .repo }}:1\n";
        let mut output = Output::default();
        let at = |start, end| Origin { template: 0, span: Span::new(start, end) };
        output.push("image: ", at(0, 7), true, None);
        output.push("api", at(7, 18), false, None);
        output.push(":1\n", at(18, 21), true, None);
        let slice = |range| output.source(range).map(|source| source.origin.span.slice(template).to_owned());
        assert_eq!(slice(0..5).as_deref(), Some("image"));
        assert_eq!(slice(8..9).as_deref(), Some("{{ .repo }}"));
        assert_eq!(slice(7..12).as_deref(), Some("{{ .repo }}:1"));
    }

    #[test]
    fn what_stands_behind_the_start_of_a_document_gets_a_line_of_its_own() {
        let template = "a: 1\n---kind: {{ .kind }}\n--- # next\n-----BEGIN\n";
        let mut output = Output::default();
        let at = |start, end| Origin { template: 0, span: Span::new(start, end) };
        output.push("a: 1\n---kind: ", at(0, 14), true, None);
        output.push("Pod", at(14, 25), false, None);
        output.push("\n--- # next\n-----BEGIN\n", at(25, 48), true, None);
        let output = output.with_whole_markers();
        assert_eq!(output.text, "a: 1\n---\nkind: Pod\n--- # next\n-----BEGIN\n");
        let slice = |range| output.source(range).map(|source| source.origin.span.slice(template).to_owned());
        assert_eq!(slice(9..13).as_deref(), Some("kind"));
        assert_eq!(slice(15..18).as_deref(), Some("{{ .kind }}"));
        assert_eq!(slice(23..29).as_deref(), Some("# next"));
    }
}
