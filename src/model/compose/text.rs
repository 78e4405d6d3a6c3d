//! Scalars after interpolation: every part of the text still knows the bytes it came from, and what is not known.

use std::ops::Range;

use crate::model::value::Field;
use crate::source::{Place, Span};

/// Stands for one byte of a variable that cannot be filled in, so that its `:` and `/` separate nothing.
const HOLE: char = '\u{1}';

/// A run of output text with the source text it stands for; ranges are byte offsets in the scalar's own text.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Where it is in the output.
    pub(super) out: Range<usize>,
    /// The source bytes; of the same length where they were copied.
    pub(super) src: Range<usize>,
    /// The outermost `${…}` it lies in.
    pub(super) outer: Option<Range<usize>>,
    /// Why it is not known, for a variable that cannot be filled in.
    pub(super) hole: Option<Box<str>>,
}

/// A scalar.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// Its text, with the variables filled in that can be; others stay as written.
    pub(super) value: String,
    /// The same length, with [`HOLE`] for every byte that is not known. `None` where all is known.
    masked: Option<String>,
    /// Empty where the text is as in the file.
    pieces: Vec<Piece>,
    /// The scalar with its quotes.
    pub(super) at: Place,
    /// Offset in the file of the first byte of the text; `None` where escapes or folding changed it.
    content: Option<usize>,
}

impl Text {
    pub(super) fn new(value: String, pieces: Vec<Piece>, at: Place, content: Option<usize>) -> Self {
        let masked = pieces.iter().any(|piece| piece.hole.is_some()).then(|| mask(&value, &pieces));
        Self { value, masked, pieces, at, content }
    }

    /// A value that stands elsewhere, and is named at `at`.
    pub(super) fn handed_on(value: &str, at: Place) -> Self {
        let piece = Piece { out: 0..value.len(), src: 0..0, outer: Some(0..0), hole: None };
        Self::new(value.to_owned(), vec![piece], at, None)
    }

    pub(super) fn all(&self) -> Slice<'_> {
        Slice { of: self, start: 0, end: self.value.len() }
    }

    fn place(&self, range: Range<usize>) -> Place {
        let Some(content) = self.content else { return self.at };
        if range == (0..self.value.len()) {
            return self.at;
        }
        let src = self.source(range);
        Place { file: self.at.file, span: Span::new(content + src.start, content + src.end) }
    }

    /// The pieces that a range overlaps or touches; they are in order, so the first is found by halving.
    fn touching(&self, start: usize, end: usize) -> std::slice::Iter<'_, Piece> {
        let first = self.pieces.partition_point(|piece| piece.out.end < start);
        let last = self.pieces.partition_point(|piece| piece.out.start <= end);
        self.pieces.get(first..last.max(first)).unwrap_or(&[]).iter()
    }

    fn source(&self, range: Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            return range;
        }
        let touches = |piece: &&Piece| {
            (piece.out.start < range.end && range.start < piece.out.end)
                || (range.is_empty() && piece.out.start <= range.start && range.start <= piece.out.end)
        };
        let mut found = self.touching(range.start, range.end).filter(touches);
        let Some(first) = found.next() else { return range };
        let last = found.next_back();
        let exact = |piece: &Piece, offset: usize| {
            (piece.src.len() == piece.out.len() && piece.hole.is_none())
                .then(|| piece.src.start + offset.clamp(piece.out.start, piece.out.end) - piece.out.start)
        };
        let Some(last) = last else {
            let whole = first.outer.clone().unwrap_or_else(|| first.src.clone());
            let start = exact(first, range.start).unwrap_or(whole.start);
            return start..exact(first, range.end).unwrap_or(whole.end).max(start);
        };
        let literal = |piece: &Piece, offset: usize| piece.outer.is_none().then(|| exact(piece, offset)).flatten();
        let whole = |piece: &Piece| piece.outer.clone().unwrap_or_else(|| piece.src.clone());
        let start = literal(first, range.start).unwrap_or_else(|| whole(first).start);
        start..literal(last, range.end).unwrap_or_else(|| whole(last).end).max(start)
    }
}

fn mask(text: &str, pieces: &[Piece]) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces {
        if piece.hole.is_some() {
            out.extend(std::iter::repeat_n(HOLE, piece.out.len()));
        } else {
            out.push_str(text.get(piece.out.clone()).unwrap_or(""));
        }
    }
    out
}

/// A part of a scalar. Look-ups see variables that are not known as opaque bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice<'v> {
    of: &'v Text,
    start: usize,
    end: usize,
}

impl<'v> Slice<'v> {
    /// The text, with what is not known as written.
    pub(super) fn raw(self) -> &'v str {
        self.of.value.get(self.start..self.end).unwrap_or("")
    }

    /// The text to look for separators in.
    pub(super) fn masked(self) -> &'v str {
        self.of.masked.as_ref().unwrap_or(&self.of.value).get(self.start..self.end).unwrap_or("")
    }

    pub(super) fn place(self) -> Place {
        self.of.place(self.start..self.end)
    }

    /// Whether it stands in the file letter for letter.
    pub(super) fn is_verbatim(self) -> bool {
        self.of.content.is_some() && self.of.pieces.is_empty()
    }

    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether any part of it is filled in from a variable or its default.
    pub(super) fn has_variable(self) -> bool {
        self.of.touching(self.start, self.end).filter(|piece| piece.outer.is_some()).any(|piece| {
            let overlaps = piece.out.start < self.end && self.start < piece.out.end;
            // An empty default leaves no text behind.
            overlaps || (piece.out.is_empty() && self.start <= piece.out.start && piece.out.end <= self.end)
        })
    }

    /// Whether any part of it is not known.
    pub(super) fn is_unknown(self) -> bool {
        self.masked().contains(HOLE)
    }

    fn reason(self) -> Option<&'v str> {
        let mut pieces =
            self.of.touching(self.start, self.end).filter(|p| p.out.start < self.end && self.start < p.out.end);
        pieces.find_map(|piece| piece.hole.as_deref())
    }

    /// The bytes `range` of this part.
    pub(super) fn sub(self, range: Range<usize>) -> Self {
        let start = (self.start + range.start).min(self.end);
        Self { of: self.of, start, end: (self.start + range.end).clamp(start, self.end) }
    }

    pub(super) fn from(self, start: usize) -> Self {
        self.sub(start..self.end - self.start)
    }

    pub(super) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let found = self.masked().find(separator)?;
        Some((self.sub(0..found), self.from(found + separator.len_utf8())))
    }

    pub(super) fn rsplit_once(self, separator: char) -> Option<(Self, Self)> {
        let found = self.masked().rfind(separator)?;
        Some((self.sub(0..found), self.from(found + separator.len_utf8())))
    }

    pub(super) fn split(self, separator: char) -> Vec<Self> {
        let mut out = Vec::new();
        let mut rest = self;
        while let Some((part, tail)) = rest.split_once(separator) {
            out.push(part);
            rest = tail;
        }
        out.push(rest);
        out
    }

    /// As a scalar of its own.
    pub(super) fn to_text(self) -> Text {
        let clip = |piece: &Piece| {
            let start = piece.out.start.max(self.start);
            let end = piece.out.end.min(self.end);
            let kept = start < end || (start == end && piece.out.is_empty());
            let copied = piece.src.len() == piece.out.len() && piece.hole.is_none();
            kept.then(|| Piece {
                out: start - self.start..end - self.start,
                src: if copied {
                    piece.src.start + (start - piece.out.start)..piece.src.end - (piece.out.end - end)
                } else {
                    piece.src.clone()
                },
                outer: piece.outer.clone(),
                hole: piece.hole.clone(),
            })
        };
        let pieces: Vec<Piece> = self.of.touching(self.start, self.end).filter_map(clip).collect();
        let shift = if self.of.pieces.is_empty() { self.start } else { 0 };
        let content = self.of.content.map(|content| content + shift);
        Text::new(self.raw().to_owned(), pieces, self.place(), content)
    }

    /// The text read as something; unresolved where part of it is not known, malformed where it is not one.
    pub(super) fn field<T>(self, expected: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Field<T> {
        if self.is_unknown() {
            return self.unresolved();
        }
        match read(self.raw()) {
            Some(value) => Field::known(value, self.place()),
            None => Field::malformed(format!("`{}`", self.raw()), expected, self.place()),
        }
    }

    /// The text.
    pub(super) fn string(self) -> Field<String> {
        self.field("a string", |text| Some(text.to_owned()))
    }

    pub(super) fn unresolved<T>(self) -> Field<T> {
        let why = self.reason().unwrap_or("it is filled in later").to_owned();
        Field::unresolved(self.raw(), why, self.place())
    }
}
