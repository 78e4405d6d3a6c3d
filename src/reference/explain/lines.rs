//! Lays out a page for a terminal: headings, wrapped paragraphs, tables, source with marks.

use std::fmt::Write as _;

use crate::report::{Style, plain};

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[1;31m";
const GREEN: &str = "\u{1b}[1;32m";
const RESET: &str = "\u{1b}[0m";

/// Paragraphs are not wider than this, however wide the terminal is.
const MAX_WIDTH: usize = 100;

/// A page in the making. What hides or steers in texts is spelled out; colours are added afterwards.
pub(super) struct Page {
    style: Style,
    out: String,
}

impl Page {
    pub(super) fn new(style: &Style) -> Self {
        Self { style: *style, out: String::new() }
    }

    fn line(&mut self, color: &str, text: &str) {
        let text = plain(text.trim_end());
        if self.style.color && !color.is_empty() {
            self.out.extend([color, &text, RESET, "\n"]);
        } else {
            self.out.extend([&text, "\n"]);
        }
    }

    /// The name, and what it is in a sentence.
    pub(super) fn title(&mut self, name: &str, sentence: &str) {
        self.line(BOLD, name);
        self.line("", sentence);
    }

    /// Short facts on one line; empty ones are left out.
    pub(super) fn facts(&mut self, facts: &[&str]) {
        let separator = if self.style.unicode { " · " } else { "; " };
        let facts: Vec<&str> = facts.iter().copied().filter(|fact| !fact.is_empty()).collect();
        self.line("", "");
        for line in wrapped(&facts.join(separator), self.width()) {
            self.line("", &line);
        }
    }

    fn width(&self) -> usize {
        self.style.width.clamp(40, MAX_WIDTH)
    }

    /// A heading with a line before it.
    pub(super) fn section(&mut self, title: &str) {
        self.line("", "");
        self.line(BOLD, title);
    }

    /// A heading of something that fails.
    pub(super) fn bad(&mut self, title: &str) {
        self.line("", "");
        self.line(RED, title);
    }

    /// A heading of something that passes.
    pub(super) fn good(&mut self, title: &str) {
        self.line("", "");
        self.line(GREEN, title);
    }

    /// Text, wrapped and indented. An empty line parts paragraphs.
    pub(super) fn paragraph(&mut self, text: &str) {
        for (index, paragraph) in text.trim().split("\n\n").enumerate() {
            if index > 0 {
                self.line("", "");
            }
            for line in wrapped(paragraph, self.width() - 2) {
                self.line("", &format!("  {line}"));
            }
        }
    }

    /// A line as it is, indented.
    pub(super) fn item(&mut self, text: &str) {
        self.line("", &format!("  {text}"));
    }

    /// A line of source with its number; a marked one stands out.
    pub(super) fn source(&mut self, number: usize, text: &str, marked: bool) {
        let (bar, mark) = (if self.style.unicode { "│" } else { "|" }, if marked { ">" } else { " " });
        self.line(if marked { BOLD } else { "" }, &format!("  {mark} {number:>3} {bar} {text}"));
    }

    /// What is said of the source line above.
    pub(super) fn remark(&mut self, text: &str) {
        let lead = if self.style.unicode { "        ╰─" } else { "        `-" };
        for (index, line) in wrapped(text, self.width().saturating_sub(12)).iter().enumerate() {
            let lead = if index == 0 { lead } else { "          " };
            self.line(RED, &format!("{lead} {line}"));
        }
    }

    /// Rows in columns; the last column is wrapped.
    pub(super) fn table(&mut self, rows: Vec<Vec<String>>) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns.saturating_sub(1))
            .map(|column| {
                rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let indent = 2 + widths.iter().map(|width| width + 2).sum::<usize>();
        for row in rows {
            let mut lead = String::from("  ");
            for (cell, width) in row.iter().zip(&widths) {
                // Writing to a string does not fail.
                _ = write!(lead, "{cell:width$}  ");
            }
            let last = if row.len() == columns { row.last().map_or("", String::as_str) } else { "" };
            let room = self.width().saturating_sub(indent).max(30);
            for line in wrapped(last, room) {
                self.line("", &format!("{lead}{line}"));
                lead = " ".repeat(indent);
            }
            if last.is_empty() {
                self.line("", &lead);
            }
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

/// The words of a text in lines of at most so many characters; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let long = word.chars().count();
        match lines.last_mut() {
            Some(line) if length + 1 + long <= width => {
                line.push(' ');
                line.push_str(word);
                length += 1 + long;
            }
            _ => {
                lines.push(word.to_owned());
                length = long;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_word_that_is_too_long_has_a_line_of_its_own() {
        assert_eq!(wrapped("a b https://example.com/long c", 5), ["a b", "https://example.com/long", "c"]);
    }
}
