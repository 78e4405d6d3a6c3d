//! Flow collections.

use std::borrow::Cow;

use super::scalar::Read;
use super::{Lines, MAX_DEPTH, MAX_KEY};
use crate::source::Span;
use crate::syntax::yaml::{Data, Style};

impl<'t> Lines<'t, '_, '_> {
    /// Reads a collection and returns where it ends.
    pub(super) fn flow(&mut self, at: usize, depth: usize) -> Option<usize> {
        if self.open.len() + depth >= MAX_DEPTH {
            return None;
        }
        self.document = super::Document::Rooted;
        let is_mapping = self.byte(at) == Some(b'{');
        let (data, closing) = if is_mapping {
            (Data::Mapping { entries: Vec::new(), flow: true }, b'}')
        } else {
            (Data::Sequence { items: Vec::new(), flow: true }, b']')
        };
        self.builder.start(data, Span::new(at, at + 1), 0, None).then_some(())?;
        let mut at = self.skip_flow(at + 1)?;
        while self.byte(at) != Some(closing) {
            at = if is_mapping { self.flow_entry(at, depth)? } else { self.flow_node(at, depth)? };
            at = self.skip_flow(at)?;
            match self.byte(at)? {
                b',' => at = self.skip_flow(at + 1)?,
                byte if byte == closing => {}
                _ => return None,
            }
        }
        self.builder.end(Span::new(at, at + 1));
        Some(at + 1)
    }

    /// Behind blanks and line ends. Lines that go on have to stand deeper than the block around them.
    fn skip_flow(&self, at: usize) -> Option<usize> {
        let mut at = self.skip_blanks(at);
        while self.byte(at) == Some(b'\n') {
            let line = at + 1;
            at = self.skip_blanks(line);
            let column = at - line;
            let is_deep = self.open.last().map_or(column > 0, |block| column > block.column);
            let is_closing_root = self.open.is_empty() && matches!(self.byte(at), Some(b']' | b'}'));
            if self.byte(at) != Some(b'\n') && !is_deep && !is_closing_root {
                return None;
            }
        }
        Some(at)
    }

    fn flow_node(&mut self, at: usize, depth: usize) -> Option<usize> {
        if let b'[' | b'{' = self.byte(at)? {
            return self.flow(at, depth + 1);
        }
        let scalar = self.flow_scalar(at)?;
        // A pair in a sequence is rare, and so is a quoted scalar with something right behind it.
        if self.byte(self.skip_blanks(scalar.end)) == Some(b':') {
            return None;
        }
        self.push_scalar(at, &scalar)?;
        Some(scalar.end)
    }

    fn flow_entry(&mut self, at: usize, depth: usize) -> Option<usize> {
        let key = self.flow_scalar(at)?;
        let colon = key.end;
        let is_spaced = matches!(self.byte(colon + 1)?, b' ' | b'\n') || key.style != Style::Plain;
        if self.byte(colon) != Some(b':') || !is_spaced || colon - at > MAX_KEY {
            return None;
        }
        self.push_scalar(at, &key)?;
        let next = self.skip_flow(colon + 1)?;
        if let b',' | b'}' = self.byte(next)? {
            self.leaf("", Style::Plain, Span::at(colon))?;
            return Some(next);
        }
        self.flow_node(next, depth)
    }

    fn flow_scalar(&self, at: usize) -> Option<Read<'t>> {
        match self.byte(at)? {
            b'"' => self.double_quoted(at, false),
            b'\'' => self.single_quoted(at, false),
            _ => self.flow_plain(at),
        }
    }

    fn flow_plain(&self, at: usize) -> Option<Read<'t>> {
        let is_odd = match self.byte(at)? {
            b'-' => matches!(self.byte(at + 1)?, b',' | b']' | b'}'),
            b'?' | b':' => true,
            _ => false,
        };
        if is_odd || !self.begins_plain(at) {
            return None;
        }
        let rest = self.text.as_bytes().get(at..)?;
        let mut length = 0;
        for (index, byte) in rest.iter().enumerate() {
            match byte {
                b' ' => {}
                b',' | b']' | b'}' => break,
                b'\t' | b'[' | b'{' => return None,
                b'\n' => {
                    // It may go on behind the line.
                    let next = self.skip_flow(at + index)?;
                    if !matches!(self.byte(next)?, b',' | b']' | b'}') {
                        return None;
                    }
                    break;
                }
                b':' if matches!(rest.get(index + 1), None | Some(b' ' | b'\n')) && length == index => break,
                b':' if matches!(rest.get(index + 1), Some(b',' | b'[' | b']' | b'{' | b'}' | b' ' | b'\n')) => {
                    return None;
                }
                b'#' if length < index => return None,
                _ => length = index + 1,
            }
        }
        let end = at + length;
        Some(Read { value: Cow::Borrowed(self.text.get(at..end)?), style: Style::Plain, end })
    }
}
