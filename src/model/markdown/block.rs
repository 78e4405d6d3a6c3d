//! A run of inline text with its places: a paragraph, an item of a list, a cell or a heading.

use std::ops::Range;

use super::fold::{PATTERNS, is_blank};
use crate::source::{FileId, Place, Span};

/// What the text is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Paragraph,
    Item,
    Cell,
    Heading,
}

/// A piece of the text and the bytes it was written with.
#[derive(Debug)]
struct Piece {
    start: usize,
    source: Range<usize>,
    /// Whether each byte of the text is a byte of the source.
    exact: bool,
}

/// The text of a block while it is read.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) text: String,
    pieces: Vec<Piece>,
    /// Bold parts of the text.
    pub(super) strong: Vec<Range<usize>>,
    /// Code, links and images, in which no blank is looked for.
    pub(super) opaque: Vec<Range<usize>>,
    /// The first code span.
    pub(super) code: Option<String>,
    /// Whether a box stands before it, and is ticked.
    pub(super) task: Option<bool>,
    pub(super) start: usize,
}

impl Block {
    pub(super) fn new(kind: Kind, start: usize) -> Self {
        Self {
            kind,
            text: String::new(),
            pieces: Vec::new(),
            strong: Vec::new(),
            opaque: Vec::new(),
            code: None,
            task: None,
            start,
        }
    }

    /// Adds text that was written with the bytes of `source`.
    pub(super) fn push(&mut self, text: &str, source: Range<usize>) {
        let exact = text.len() == source.len();
        self.pieces.push(Piece { start: self.text.len(), source, exact });
        self.text.push_str(text);
    }

    /// The bytes of the source under a range of the text.
    pub(super) fn span(&self, range: &Range<usize>, base: usize) -> Span {
        let at = |offset: usize, end: bool| {
            let index =
                self.pieces.partition_point(|piece| if end { piece.start < offset } else { piece.start <= offset });
            let piece = self.pieces.get(index.saturating_sub(1))?;
            let inside = offset.saturating_sub(piece.start);
            Some(match (piece.exact, end) {
                (true, _) => (piece.source.start + inside).min(piece.source.end),
                (false, false) => piece.source.start,
                (false, true) => piece.source.end,
            })
        };
        let start = at(range.start, false).unwrap_or(self.start);
        Span::new(base + start, base + at(range.end, true).unwrap_or(start).max(start))
    }

    /// The text of a range without blanks around it, and its bytes.
    pub(super) fn trimmed(&self, range: Range<usize>, base: usize) -> Option<(String, Span)> {
        let text = self.text.get(range.clone())?;
        let start = range.start + (text.len() - text.trim_start().len());
        let words = text.trim();
        let span = self.span(&(start..start + words.len()), base);
        (!words.is_empty()).then(|| (words.replace('\n', " "), span))
    }

    /// Blanks of a template in the text: phrases in brackets that are no links, dates and versions to be filled in.
    pub(super) fn blanks(&self, file: FileId, base: usize) -> Vec<(String, Place)> {
        let mut found = Vec::new();
        let mut opaque = self.opaque.iter().peekable();
        let bytes = self.text.as_bytes();
        let mut open: Option<usize> = None;
        for (at, byte) in bytes.iter().enumerate() {
            while opaque.next_if(|range| range.end <= at).is_some() {}
            if opaque.peek().is_some_and(|range| range.contains(&at)) {
                open = None;
                continue;
            }
            match byte {
                b'[' => open = Some(at),
                b'\n' => open = None,
                b']' => {
                    let Some(start) = open.take() else { continue };
                    let before = start.checked_sub(1).and_then(|index| bytes.get(index));
                    let is_reference = before == Some(&b']') || matches!(bytes.get(at + 1), Some(b'(' | b':' | b'['));
                    let inside = self.text.get(start + 1..at).unwrap_or("");
                    if !is_reference && !inside.starts_with('^') && is_blank(inside) {
                        found.push(start..at + 1);
                    }
                }
                _ => {}
            }
        }
        for pattern in PATTERNS {
            for (at, _) in self.text.match_indices(pattern) {
                let end = at + pattern.len();
                let is_word =
                    |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
                let joined = is_word(bytes.get(end))
                    || (at > 0 && is_word(bytes.get(at - 1)) && bytes.get(at - 1) != Some(&b'v'));
                if !joined && !self.opaque.iter().any(|range| range.contains(&at)) {
                    found.push(at..end);
                }
            }
        }
        found.sort_by_key(|range| range.start);
        let place = |range: &Range<usize>| Place { file, span: self.span(range, base) };
        found.iter().map(|range| (self.text.get(range.clone()).unwrap_or("").to_owned(), place(range))).collect()
    }
}
