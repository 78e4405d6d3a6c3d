//! Text pieced together from parts of a file, with the way back from each of its bytes to the file.

use std::ops::Range;

use crate::source::Span;

/// A text whose bytes come, in order, from one file, though bytes between them may have been left out:
/// line continuations and comments inside a Dockerfile instruction, or the tabs that `<<-` strips.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedText {
    text: String,
    /// Where the first part stands in the file.
    offset: usize,
    /// Where further parts begin: offset in `text`, offset in the file.
    parts: Vec<(usize, usize)>,
}

impl MappedText {
    /// A text that stands in the file as it is, from `offset` on.
    #[must_use]
    pub fn plain(text: &str, offset: usize) -> Self {
        Self { text: text.to_owned(), offset, parts: Vec::new() }
    }

    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.parts.clear();
    }

    /// Adds a part that stands at `offset`; parts come in file order.
    pub(crate) fn push(&mut self, part: &str, offset: usize) {
        if self.text.is_empty() {
            self.offset = offset;
        }
        let (at, from) = self.parts.last().copied().unwrap_or((0, self.offset));
        if from + (self.text.len() - at) != offset {
            self.parts.push((self.text.len(), offset));
        }
        self.text.push_str(part);
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes of the file from the first to the last byte of a range of the text. An empty range has an empty span.
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Span {
        if self.parts.is_empty() {
            return Span::new(self.offset + range.start, self.offset + range.end);
        }
        if range.end <= range.start {
            // A gap between parts belongs to neither side: an empty range right behind a byte stays with that byte.
            let at = match range.start {
                0 => self.offset_of(0),
                start if start >= self.text.len() => self.offset_of(start - 1) + 1,
                start => self.offset_of(start),
            };
            return Span::at(at);
        }
        Span::new(self.offset_of(range.start), self.offset_of(range.end - 1) + 1)
    }

    /// The bytes of the file that the whole text covers.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span_of(0..self.text.len())
    }

    /// A range of the text as a text of its own; empty when the range is not on character boundaries.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or("");
        let first = self.parts.partition_point(|(at, _)| *at <= range.start);
        let later = self.parts.get(first..).unwrap_or(&[]).iter().take_while(|(at, _)| *at < range.end);
        let parts = later.map(|(at, from)| (at - range.start, *from)).collect();
        Self { text: text.to_owned(), offset: self.offset_of(range.start), parts }
    }

    fn offset_of(&self, at: usize) -> usize {
        let index = self.parts.partition_point(|(start, _)| *start <= at).checked_sub(1);
        let part = index.and_then(|index| self.parts.get(index));
        part.map_or(self.offset + at, |(start, from)| from + (at - start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_over_a_gap_covers_the_gap() {
        let mut text = MappedText::default();
        text.push("apk ", 4);
        text.push("add", 12);
        assert_eq!(text.as_str(), "apk add");
        assert_eq!(text.span_of(0..3), Span::new(4, 7));
        assert_eq!(text.span_of(4..7), Span::new(12, 15));
        assert_eq!(text.span_of(2..5), Span::new(6, 13));
        assert_eq!(text.part(2..6).span_of(2..4), Span::new(12, 14));
        assert_eq!(text.part(4..7).span(), Span::new(12, 15));
    }
}
