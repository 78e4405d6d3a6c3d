//! Literal and folded scalars, whose indentation the first line tells.

use super::Lines;
use crate::source::Span;
use crate::syntax::yaml::Style;

/// What becomes of the line ends behind the text (YAML 1.2, section 8.1.1.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Lines<'_, '_, '_> {
    pub(super) fn block_scalar(&mut self, at: usize) -> Option<()> {
        let style = if self.byte(at)? == b'|' { Style::Literal } else { Style::Folded };
        let mut chomping = Chomping::Clip;
        let mut given = None;
        let mut header_end = at + 1;
        // One of each, in any order.
        loop {
            match self.byte(header_end)? {
                b'-' if chomping == Chomping::Clip => chomping = Chomping::Strip,
                b'+' if chomping == Chomping::Clip => chomping = Chomping::Keep,
                digit @ b'1'..=b'9' if given.is_none() => given = Some(usize::from(digit - b'0')),
                _ => break,
            }
            header_end += 1;
        }
        self.end_of_line(header_end)?;
        // What granit-parser makes of a text that ends within the scalar is its own affair.
        if !self.text.ends_with('\n') {
            return None;
        }
        let around = self.open.last()?.column;
        let (indent, breaks) = match given {
            Some(given) => (around + given, self.empty_lines(around + given)),
            None => self.indentation(around)?,
        };
        if self.skip_blanks(self.at) < self.at + indent || self.byte(self.at + indent).is_none() {
            return None;
        }
        let start = self.at + indent;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let end = self.content(indent, breaks, style, chomping, &mut scratch)?;
        self.leaf(&scratch, style, Span::new(start, end))?;
        self.scratch = scratch;
        Some(())
    }

    /// Goes to the first line of the text. Returns its column and the empty lines before it.
    fn indentation(&mut self, around: usize) -> Option<(usize, usize)> {
        let mut breaks = 0;
        let mut deepest = 0;
        loop {
            let first = self.skip_blanks(self.at);
            let column = first - self.at;
            match self.byte(first)? {
                b'\n' => {
                    deepest = deepest.max(column);
                    breaks += 1;
                    self.at = first + 1;
                }
                b'\t' => return None,
                _ => return (column > around && deepest <= column).then_some((column, breaks)),
            }
        }
    }

    /// Skips lines of up to `indent` blanks, and returns how many they are.
    fn empty_lines(&mut self, indent: usize) -> usize {
        let mut breaks = 0;
        loop {
            let column = (self.skip_blanks(self.at) - self.at).min(indent);
            if self.byte(self.at + column) != Some(b'\n') {
                return breaks;
            }
            breaks += 1;
            self.at += column + 1;
        }
    }

    /// Reads the lines of the text, goes to the line behind them and returns where the scalar ends.
    fn content(
        &mut self,
        indent: usize,
        breaks: usize,
        style: Style,
        chomping: Chomping,
        out: &mut String,
    ) -> Option<usize> {
        let mut breaks = breaks;
        let mut is_first = true;
        let mut was_blank = false;
        let end = loop {
            let line = self.text.get(self.at + indent..)?.split_once('\n')?.0;
            let is_blank = line.starts_with([' ', '\t']);
            let is_folded = style == Style::Folded && !was_blank && !is_blank;
            if !is_first && is_folded && breaks == 0 {
                out.push(' ');
            } else if !is_first && !is_folded {
                out.push('\n');
            }
            push_breaks(out, breaks);
            out.push_str(line);
            (is_first, was_blank) = (false, is_blank);
            self.at += indent + line.len() + 1;
            breaks = self.empty_lines(indent);
            let column = self.skip_blanks(self.at) - self.at;
            if column < indent || self.byte(self.at + indent).is_none() {
                break self.at + column.min(indent);
            }
        };
        if chomping != Chomping::Strip {
            out.push('\n');
        }
        if chomping == Chomping::Keep {
            push_breaks(out, breaks);
        }
        Some(end)
    }
}

fn push_breaks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n('\n', count));
}
