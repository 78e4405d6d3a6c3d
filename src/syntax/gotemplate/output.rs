//! What a template prints, with what each part of it was made of.

use std::ops::Range;
use std::rc::Rc;

use crate::source::Span;

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
    /// Of an action whose value whoever installs the chart decides about, or chance does: the texts in it that are
    /// open; all of it where there are none.
    pub open: Option<Vec<Rc<str>>>,
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
            self.pieces.push(Piece { start: self.text.len(), origin, is_literal, open });
            self.text.push_str(text);
        }
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
}
