//! Plain and quoted scalars.

use std::borrow::Cow;

use super::Lines;
use crate::source::Span;
use crate::syntax::yaml::Style;

/// A scalar and where it ends.
pub(super) struct Read<'t> {
    pub(super) value: Cow<'t, str>,
    pub(super) style: Style,
    pub(super) end: usize,
}

/// Where the text on one line of a plain scalar ends, and the first byte that is not part of it.
struct Part {
    end: usize,
    stop: usize,
}

impl<'t> Lines<'t, '_, '_> {
    pub(super) fn push_scalar(&mut self, at: usize, scalar: &Read<'t>) -> Option<()> {
        self.leaf(&scalar.value, scalar.style, Span::new(at, scalar.end))
    }

    /// A scalar on one line, as keys are.
    pub(super) fn short_scalar(&self, at: usize) -> Option<Read<'t>> {
        match self.byte(at)? {
            b'"' => self.double_quoted(at, false),
            b'\'' => self.single_quoted(at, false),
            _ => {
                let end = self.plain_part(at).filter(|_| self.begins_plain(at))?.end;
                Some(Read { value: Cow::Borrowed(self.text.get(at..end)?), style: Style::Plain, end })
            }
        }
    }

    /// A scalar that may go on on lines that stand deeper than the block around it.
    pub(super) fn scalar(&self, at: usize) -> Option<Read<'t>> {
        match self.byte(at)? {
            b'"' => self.double_quoted(at, true),
            b'\'' => self.single_quoted(at, true),
            _ => self.plain(at),
        }
    }

    /// Whether a plain scalar can begin here (YAML 1.2, section 7.3.3); no for some that could.
    pub(super) fn begins_plain(&self, at: usize) -> bool {
        match self.byte(at) {
            Some(b'-' | b'?' | b':') => !self.is_break(at + 1),
            Some(
                b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
                | b'`' | b' ' | b'\t' | b'\n',
            )
            | None => false,
            Some(_) => true,
        }
    }

    fn plain(&self, at: usize) -> Option<Read<'t>> {
        let mut part = self.plain_part(at).filter(|_| self.begins_plain(at))?;
        let mut value = Cow::Borrowed(self.text.get(at..part.end)?);
        while self.byte(part.stop) == Some(b'\n') {
            let (next, breaks) = self.next_line(part.stop);
            if !self.is_deeper(next) || matches!(self.byte(next), None | Some(b'#')) {
                break;
            }
            part = self.plain_part(next)?;
            if self.byte(part.stop) == Some(b':') {
                return None;
            }
            fold(value.to_mut(), breaks);
            value.to_mut().push_str(self.text.get(next..part.end)?);
        }
        Some(Read { value, style: Style::Plain, end: part.end })
    }

    /// One line of a plain scalar in block context.
    fn plain_part(&self, at: usize) -> Option<Part> {
        let rest = self.text.as_bytes().get(at..)?;
        let mut length = 0;
        let mut stop = rest.len();
        for (index, byte) in rest.iter().enumerate() {
            let stops = match byte {
                b' ' => continue,
                b'\n' => true,
                b'\t' => return None,
                // A blank between a key and its colon is rare.
                b':' if self.is_break(at + index + 1) && length < index => return None,
                b':' => self.is_break(at + index + 1),
                b'#' => length < index,
                _ => false,
            };
            if stops {
                stop = index;
                break;
            }
            length = index + 1;
        }
        Some(Part { end: at + length, stop: at + stop })
    }

    /// The first byte that is no blank behind a line end, and the empty lines before it.
    fn next_line(&self, line_end: usize) -> (usize, usize) {
        let mut breaks = 0;
        let mut next = self.skip_blanks(line_end + 1);
        while self.byte(next) == Some(b'\n') {
            breaks += 1;
            next = self.skip_blanks(next + 1);
        }
        (next, breaks)
    }

    /// Whether what stands first on its line stands deeper than the innermost block.
    fn is_deeper(&self, at: usize) -> bool {
        let before = self.text.as_bytes().get(..at).unwrap_or(&[]);
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        self.open.last().is_some_and(|block| column > block.column)
    }

    pub(super) fn single_quoted(&self, at: usize, may_go_on: bool) -> Option<Read<'t>> {
        let mut quoted = Quoted::new(self.text, at + 1);
        loop {
            match self.byte(quoted.at)? {
                b'\'' if self.byte(quoted.at + 1) == Some(b'\'') => quoted.replace(2, "'")?,
                b'\'' => return quoted.finish(Style::SingleQuoted),
                b'\n' if may_go_on => self.fold_quoted(&mut quoted)?,
                b'\t' | b'\n' => return None,
                _ => quoted.at += 1,
            }
        }
    }

    pub(super) fn double_quoted(&self, at: usize, may_go_on: bool) -> Option<Read<'t>> {
        let mut quoted = Quoted::new(self.text, at + 1);
        loop {
            match self.byte(quoted.at)? {
                b'"' => return quoted.finish(Style::DoubleQuoted),
                b'\\' => match self.byte(quoted.at + 1)? {
                    b'n' => quoted.replace(2, "\n")?,
                    b't' => quoted.replace(2, "\t")?,
                    b'"' => quoted.replace(2, "\"")?,
                    b'\\' => quoted.replace(2, "\\")?,
                    b'/' => quoted.replace(2, "/")?,
                    b' ' => quoted.replace(2, " ")?,
                    b'\n' if may_go_on => {
                        quoted.replace(1, "")?;
                        let breaks = self.continue_quoted(&mut quoted)?;
                        quoted.value.extend(std::iter::repeat_n('\n', breaks));
                    }
                    _ => return None,
                },
                b'\n' if may_go_on => self.fold_quoted(&mut quoted)?,
                b'\t' | b'\n' => return None,
                _ => quoted.at += 1,
            }
        }
    }

    fn fold_quoted(&self, quoted: &mut Quoted<'t>) -> Option<()> {
        quoted.trim();
        let breaks = self.continue_quoted(quoted)?;
        fold(&mut quoted.value, breaks);
        Some(())
    }

    /// Goes from a line end to the text behind it, and returns how many empty lines lie between.
    fn continue_quoted(&self, quoted: &mut Quoted<'t>) -> Option<usize> {
        let (next, breaks) = self.next_line(quoted.at);
        (quoted.start, quoted.at) = (next, next);
        self.is_deeper(next).then_some(breaks)
    }
}

/// What a line end within a scalar stands for, with the empty lines behind it (YAML 1.2, section 6.5).
fn fold(value: &mut String, breaks: usize) {
    if breaks == 0 {
        value.push(' ');
    }
    value.extend(std::iter::repeat_n('\n', breaks));
}

/// A quoted scalar on the way.
struct Quoted<'t> {
    text: &'t str,
    /// What stands before `start`, its escapes replaced.
    value: String,
    start: usize,
    at: usize,
    is_verbatim: bool,
}

impl<'t> Quoted<'t> {
    fn new(text: &'t str, at: usize) -> Self {
        Self { text, value: String::new(), start: at, at, is_verbatim: true }
    }

    fn replace(&mut self, length: usize, with: &str) -> Option<()> {
        self.value.push_str(self.text.get(self.start..self.at)?);
        self.value.push_str(with);
        self.at += length;
        self.start = self.at;
        self.is_verbatim = false;
        Some(())
    }

    /// Takes what is left of a line, without the blanks at its end.
    fn trim(&mut self) {
        self.value.push_str(Span::new(self.start, self.at).slice(self.text).trim_end_matches(' '));
        self.is_verbatim = false;
    }

    fn finish(mut self, style: Style) -> Option<Read<'t>> {
        let rest = self.text.get(self.start..self.at)?;
        let value = if self.is_verbatim {
            Cow::Borrowed(rest)
        } else {
            self.value.push_str(rest);
            Cow::Owned(self.value)
        };
        Some(Read { value, style, end: self.at + 1 })
    }
}
