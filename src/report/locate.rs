//! From a place to the path, lines and columns that reports print.

use crate::source::{EntryKind, Place, Position, SourceFile, Sources, Span};

/// A place as people count it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located<'s> {
    /// Path relative to the root of the run, with `/`.
    pub path: &'s str,
    /// First position, and the one behind the last; `None` for a directory and for a file without text.
    pub range: Option<(Position, Position)>,
}

impl<'s> Located<'s> {
    /// Looks a place up. A span that leaves the file is cut to it.
    pub fn new(place: Place, sources: &'s Sources) -> Self {
        let file = sources.get(place.file);
        let range = has_text(file).then(|| {
            let (start, end) = clamped(place.span, file.text());
            (file.lines().position(start, file.text()), file.lines().position(end, file.text()))
        });
        Self { path: &file.path, range }
    }

    /// Line and column, from 1; the first ones where there is no text.
    pub fn line_and_column(&self) -> (usize, usize) {
        self.range.map_or((1, 1), |(start, _)| (start.line, start.column))
    }
}

/// Whether there is text that a span could point at.
pub(super) fn has_text(file: &SourceFile) -> bool {
    file.kind == EntryKind::File && !file.text().is_empty()
}

/// The byte range of a span, cut to the text and to whole characters.
pub(super) fn clamped(span: Span, text: &str) -> (usize, usize) {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary(span.end as usize).max(start);
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::clamped;
    use crate::source::Span;

    #[test]
    fn spans_are_cut_to_the_text_and_to_whole_characters() {
        assert_eq!(clamped(Span { start: 2, end: 3 }, "aé!"), (1, 3));
        assert_eq!(clamped(Span { start: 90, end: 99 }, "aé!"), (4, 4));
        assert_eq!(clamped(Span { start: 3, end: 1 }, "aé!"), (3, 3));
    }
}
