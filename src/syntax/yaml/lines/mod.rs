//! The part of YAML that nearly all files keep to, read line by line and several times as fast as the whole language:
//! block collections, scalars and flow collections within a line, block scalars, comments.
//!
//! What is beyond it, whether that is valid YAML or not, is left to granit-parser, whose events this makes otherwise;
//! the tests hold the two against each other.

mod block_scalar;
mod flow;
mod scalar;
#[cfg(test)]
mod tests;

use super::build::{Builder, MAX_NODES};
use super::{Comment, Data, Style};
use crate::source::Span;

/// Collections within each other. granit-parser takes more, and no file of a person has as many.
const MAX_DEPTH: usize = 64;

/// Bytes from a key's start to its colon. YAML allows 1,024 characters (YAML 1.2, section 7.4.2).
const MAX_KEY: usize = 1_000;

/// Hands the nodes and comments of a text to `builder`. `None` where the text goes beyond what is read here; the builder
/// has then got a part of it.
pub(super) fn read(text: &str, builder: &mut Builder<'_>) -> Option<()> {
    if !is_ordinary(text) {
        return None;
    }
    let mut lines = Lines {
        text,
        at: 0,
        builder,
        open: Vec::new(),
        waiting: None,
        document: Document::None,
        scratch: String::new(),
    };
    lines.stream()
}

/// Whether a text has neither carriage returns nor control characters, nor any of those that YAML treats in a way of
/// its own.
fn is_ordinary(text: &str) -> bool {
    let is_special = |byte: u8| (byte < b' ' && byte != b'\n' && byte != b'\t') || byte >= 0x7f;
    // Without a way out, the loop runs over many bytes at once.
    if !text.as_bytes().chunks(256).any(|chunk| chunk.iter().fold(false, |any, byte| any | is_special(*byte))) {
        return true;
    }
    text.chars().all(|c| match c {
        '\n' | '\t' | ' '..='~' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        c => c >= '\u{a0}',
    })
}

/// An open block collection.
#[derive(Clone, Copy)]
struct Block {
    column: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mapping,
    Sequence,
    /// A sequence as deep as the key that it is the value of.
    Indentless,
}

#[derive(Clone, Copy)]
enum Document {
    /// No document has begun, or only comments stand behind the last one.
    None,
    /// Begun, and without a node. Holds where an empty one is placed.
    Empty(usize),
    /// Its root is known.
    Rooted,
}

struct Lines<'t, 'b, 'u> {
    text: &'t str,
    /// Start of the line that is read next.
    at: usize,
    builder: &'b mut Builder<'u>,
    open: Vec<Block>,
    /// Whether the innermost block has a key or a dash without a node yet, and where an empty one is placed.
    waiting: Option<usize>,
    document: Document,
    scratch: String,
}

impl<'t> Lines<'t, '_, '_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The first offset from `at` on without a blank.
    fn skip_blanks(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        at + rest.iter().take_while(|byte| **byte == b' ').count()
    }

    /// Whether a line or a blank ends or begins at `at`.
    fn is_break(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b' ' | b'\n'))
    }

    fn begins(&self, at: usize, with: &str) -> bool {
        self.text.get(at..).is_some_and(|rest| rest.starts_with(with))
    }

    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == Some(b'-') && self.is_break(at + 1)
    }

    fn stream(&mut self) -> Option<()> {
        while self.at < self.text.len() {
            let at = self.skip_blanks(self.at);
            let column = at - self.at;
            match self.byte(at) {
                None => self.at = at,
                Some(b'\n') => self.at = at + 1,
                Some(b'#') => self.comment(at, true)?,
                Some(b'.') if column == 0 && self.begins(at, "...") => return None,
                Some(b'-') if column == 0 && self.begins(at, "---") => self.marker(at)?,
                Some(_) => self.line(at, column)?,
            }
        }
        self.end_document()
    }

    /// `---`.
    fn marker(&mut self, at: usize) -> Option<()> {
        self.end_document()?;
        self.builder.finish_document();
        self.builder.begin_document(at);
        self.document = Document::Empty(at + 3);
        self.end_of_line(at + 3)
    }

    fn end_document(&mut self) -> Option<()> {
        while !self.open.is_empty() {
            self.close()?;
        }
        if let Document::Empty(at) = self.document {
            self.leaf("", Style::Plain, Span::at(at))?;
        }
        self.document = Document::None;
        Some(())
    }

    /// Blanks and a comment, up to the end of the line.
    fn end_of_line(&mut self, at: usize) -> Option<()> {
        let next = self.skip_blanks(at);
        match self.byte(next) {
            None => self.at = next,
            Some(b'\n') => self.at = next + 1,
            Some(b'#') if next > at => self.comment(next, false)?,
            Some(_) => return None,
        }
        Some(())
    }

    fn comment(&mut self, at: usize, own_line: bool) -> Option<()> {
        let line = self.text.get(at..)?;
        let line = line.split_once('\n').map_or(line, |(line, _)| line);
        let text = line.get(1..)?.trim().to_owned();
        self.builder.comment(Comment { span: Span::new(at, at + line.len()), text, own_line });
        self.at = at + line.len() + 1;
        (self.builder.comment_count() < MAX_NODES / 16).then_some(())
    }

    /// A line with something on it, from its first byte that is no blank.
    fn line(&mut self, at: usize, column: usize) -> Option<()> {
        if let Document::None = self.document {
            self.builder.begin_document(at);
            self.document = Document::Empty(at);
        }
        let is_dash = self.is_dash(at);
        while let Some(top) = self.open.last().copied() {
            let ends = column < top.column || (column == top.column && top.kind == Kind::Indentless && !is_dash);
            if !ends {
                break;
            }
            self.close()?;
        }
        let Some(top) = self.open.last().copied() else {
            return if let Document::Empty(_) = self.document { self.node(at, column) } else { None };
        };
        if column > top.column {
            self.waiting.take()?;
            return self.node(at, column);
        }
        match top.kind {
            Kind::Mapping if is_dash => {
                self.waiting.take()?;
                // granit-parser lets such a sequence begin with its first item.
                self.start_sequence(self.behind_dash(at), column, Kind::Indentless)?;
                self.item(at, column)
            }
            Kind::Mapping => {
                self.fill()?;
                self.entry(at)
            }
            Kind::Sequence | Kind::Indentless if is_dash => {
                self.fill()?;
                self.item(at, column)
            }
            Kind::Sequence | Kind::Indentless => None,
        }
    }

    /// Gives what still waits for a node an empty one.
    fn fill(&mut self) -> Option<()> {
        match self.waiting.take() {
            Some(at) => self.leaf("", Style::Plain, Span::at(at)),
            None => Some(()),
        }
    }

    fn close(&mut self) -> Option<()> {
        self.fill()?;
        self.open.pop();
        self.builder.end(Span::at(self.at));
        Some(())
    }

    fn start(&mut self, at: usize, column: usize, kind: Kind, data: Data) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        self.document = Document::Rooted;
        self.open.push(Block { column, kind });
        self.builder.start(data, Span::at(at), 0, None).then_some(())
    }

    fn start_sequence(&mut self, at: usize, column: usize, kind: Kind) -> Option<()> {
        self.start(at, column, kind, Data::Sequence { items: Vec::new(), flow: false })
    }

    fn leaf(&mut self, value: &str, style: Style, span: Span) -> Option<()> {
        self.document = Document::Rooted;
        self.builder.scalar(value, style, span, 0, None).then_some(())
    }

    /// A node that begins a block, or stands alone.
    fn node(&mut self, at: usize, column: usize) -> Option<()> {
        let (mut at, mut column) = (at, column);
        while self.is_dash(at) {
            self.start_sequence(at, column, Kind::Sequence)?;
            let next = self.behind_dash(at);
            if self.is_end(next) {
                return self.wait(at + 1, next);
            }
            column += next - at;
            at = next;
        }
        self.start_of_node(at, column)
    }

    /// An item of the innermost sequence.
    fn item(&mut self, dash: usize, column: usize) -> Option<()> {
        let next = self.behind_dash(dash);
        if self.is_end(next) { self.wait(dash + 1, next) } else { self.node(next, column + (next - dash)) }
    }

    /// Where the node of an item begins, or the end of the line where there is none.
    fn behind_dash(&self, dash: usize) -> usize {
        let next = self.skip_blanks(dash + 1);
        if self.byte(next) == Some(b'#') {
            let rest = self.text.get(next..).unwrap_or("");
            return next + rest.find('\n').unwrap_or(rest.len());
        }
        next
    }

    fn is_end(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b'\n'))
    }

    /// Leaves the rest of the line without a node; an empty one would stand at `place`.
    fn wait(&mut self, at: usize, place: usize) -> Option<()> {
        self.waiting = Some(place);
        self.end_of_line(at)
    }

    /// The first entry of a mapping, or a node that is neither a block mapping nor a block sequence.
    fn start_of_node(&mut self, at: usize, column: usize) -> Option<()> {
        if matches!(self.byte(at)?, b'[' | b'{' | b'|' | b'>') {
            return self.value(at);
        }
        match self.short_scalar(at) {
            Some(key) if self.byte(key.end) == Some(b':') => {
                self.start(at, column, Kind::Mapping, Data::Mapping { entries: Vec::new(), flow: false })?;
                self.behind_key(at, &key)
            }
            _ => self.value(at),
        }
    }

    /// An entry of the innermost mapping.
    fn entry(&mut self, at: usize) -> Option<()> {
        let key = self.short_scalar(at)?;
        self.behind_key(at, &key)
    }

    fn behind_key(&mut self, at: usize, key: &scalar::Read<'t>) -> Option<()> {
        let colon = key.end;
        if self.byte(colon) != Some(b':') || !self.is_break(colon + 1) || colon - at > MAX_KEY {
            return None;
        }
        self.push_scalar(at, key)?;
        let next = self.skip_blanks(colon + 1);
        if self.is_end(next) || self.byte(next) == Some(b'#') {
            return self.wait(colon + 1, colon);
        }
        self.value(next)
    }

    /// A node that is neither a block mapping nor a block sequence.
    fn value(&mut self, at: usize) -> Option<()> {
        let end = match self.byte(at)? {
            b'[' | b'{' => self.flow(at, 0)?,
            b'|' | b'>' => return self.block_scalar(at),
            _ => {
                let scalar = self.scalar(at)?;
                self.push_scalar(at, &scalar)?;
                scalar.end
            }
        };
        self.end_of_line(end)
    }
}
