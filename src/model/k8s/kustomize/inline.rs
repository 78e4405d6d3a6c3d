//! YAML that stands as text inside a kustomization, with every place mapped back into the file.

use super::value::Value;
use crate::source::{Place, Span};

/// Where the lines of a block scalar stand in its file.
pub(super) struct Inline {
    whole: Place,
    /// For each line of the text, its offset in the text, its length, and its offset in the file. Empty where the
    /// text is not written line by line, as in quotes.
    lines: Vec<(usize, usize, usize)>,
}

impl Inline {
    /// Maps the text of a scalar to the file that it stands in.
    pub(super) fn new(scalar: &Value, text: &str, file: &str) -> Self {
        Self { whole: scalar.at, lines: lines(scalar.at.span, text, file).unwrap_or_default() }
    }

    /// The place in the file of a place in the text.
    pub(super) fn place(&self, inner: Place) -> Place {
        let (Some(start), Some(end)) = (self.offset(inner.span.start as usize), self.offset(inner.span.end as usize))
        else {
            return self.whole;
        };
        Place { file: self.whole.file, span: Span::new(start, end.max(start)) }
    }

    fn offset(&self, offset: usize) -> Option<usize> {
        let index = self.lines.partition_point(|(start, ..)| *start <= offset).checked_sub(1)?;
        let (start, length, real) = self.lines.get(index)?;
        Some(real + (offset - start).min(*length))
    }
}

/// Finds each line of the text at the end of a line of the file, indented; `None` where one is not there.
fn lines(span: Span, text: &str, file: &str) -> Option<Vec<(usize, usize, usize)>> {
    let from = file.get(..span.start as usize)?.rfind('\n').map_or(0, |end| end + 1);
    let mut real = file.get(from..)?.split_inclusive('\n').scan(from, |offset, line| {
        let start = *offset;
        *offset += line.len();
        Some((start, line.trim_end_matches(['\n', '\r'])))
    });
    // The line with the indicator comes first, unless the scalar's bytes begin behind it.
    let header = file.get(span.start as usize..)?.starts_with(['|', '>']);
    if header {
        real.next();
    }
    let mut out = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let (start, found) = real.next()?;
        let indent = found.strip_suffix(bare)?;
        if !indent.chars().all(|c| c == ' ' || c == '\t') {
            return None;
        }
        out.push((offset, bare.len(), start + indent.len()));
        offset += line.len();
    }
    Some(out)
}
