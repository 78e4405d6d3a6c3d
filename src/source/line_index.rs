//! From byte offsets to lines and columns, in logarithmic time.

/// A place as people and editors count it: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte offset in the file, from 0.
    pub byte: usize,
}

/// The offsets at which the lines of a text begin. `\n` and `\r\n` end a line.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(offset, _)| offset + 1));
        Self { starts }
    }

    /// How many lines there are; a text that ends in a newline has an empty last line.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// Byte offset at which a line (from 1) starts; the last line's for a number past the end.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        let index = line.saturating_sub(1).min(self.starts.len() - 1);
        self.starts[index]
    }

    /// The bytes of a line (from 1) without its line end.
    #[must_use]
    pub fn line_text<'t>(&self, line: usize, text: &'t str) -> &'t str {
        let start = self.line_start(line).min(text.len());
        let end = if line < self.starts.len() { self.starts[line] } else { text.len() };
        text.get(start..end.max(start)).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// Line (from 1) of a byte offset.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Line and column of a byte offset in the text that was indexed.
    #[must_use]
    pub fn position(&self, offset: usize, text: &str) -> Position {
        let offset = offset.min(text.len());
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let before = text.get(start..offset).unwrap_or("");
        // A byte order mark is not a column.
        let column = before.chars().filter(|c| *c != '\u{feff}' || start != 0).count() + 1;
        Position { line, column, byte: offset }
    }
}
