//! Excerpts of a file with marks on the exact text, drawn by miette.
//!
//! miette's own sources search a file from its start for every read. Here only the lines that are shown are taken out,
//! by line index, with hostile characters spelled out and long lines cut; miette sees that [`View`] and nothing else.

use std::collections::BTreeSet;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::report::locate::clamped;
use crate::report::{Style, escape};
use crate::source::{SourceFile, Span};

/// Lines shown before and behind a mark.
const CONTEXT: usize = 1;
/// A mark over more lines than this is drawn on its first line only.
const MAX_MARK_LINES: usize = 6;
/// Columns that line numbers and the frame take.
const FRAME: usize = 10;

/// A span to be marked, with what there is to say about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mark<'t> {
    pub span: Span,
    /// May be empty.
    pub text: &'t str,
    pub primary: bool,
}

/// Draws snippets in one style.
pub(super) struct Snippets {
    handler: GraphicalReportHandler,
    cut: Cut,
}

/// How long lines are shortened.
#[derive(Clone, Copy)]
struct Cut {
    /// Characters of a source line that are shown.
    room: usize,
    /// What stands for the rest.
    ellipsis: &'static str,
}

impl Snippets {
    pub fn new(style: &Style) -> Self {
        let theme = GraphicalTheme {
            characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
            styles: if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_urls(false)
            .with_width(style.width.max(40))
            .with_context_lines(CONTEXT)
            .without_syntax_highlighting()
            .without_cause_chain()
            // The name of a view already holds line and column.
            .without_primary_span_start();
        let ellipsis = if style.unicode { "…" } else { "..." };
        Self { handler, cut: Cut { room: style.width.saturating_sub(FRAME).clamp(40, 400), ellipsis } }
    }

    /// Draws the lines of a file that the marks touch. The file has text.
    pub fn draw(&self, out: &mut String, file: &SourceFile, marks: &[Mark<'_>]) {
        let view = View::new(file, marks, self.cut);
        draw(&self.handler, out, &view, &view.labels);
    }
}

/// Draws a source with its labels, and nothing of the message that miette puts above it.
fn draw(handler: &GraphicalReportHandler, out: &mut String, source: &dyn SourceCode, labels: &[LabeledSpan]) {
    let mut drawn = String::new();
    // Writing to a string does not fail, and a view reads every span it made itself.
    _ = handler.render_report(&mut drawn, &Excerpt { source, labels });
    if let Some((_, snippets)) = drawn.split_once('\n') {
        // miette leaves spaces at the ends of empty source lines.
        for line in snippets.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

/// A diagnostic that is nothing but labelled source.
struct Excerpt<'e> {
    source: &'e dyn SourceCode,
    labels: &'e [LabeledSpan],
}

impl fmt::Debug for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Excerpt").field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt<'_> {}

impl Diagnostic for Excerpt<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The lines of a file that are shown, as they are shown.
struct View {
    text: String,
    lines: Vec<ViewLine>,
    labels: Vec<LabeledSpan>,
    /// `path:line:column` of each label.
    names: Vec<String>,
}

/// A line of a view.
struct ViewLine {
    /// Number in the file, from 1.
    number: usize,
    /// Where it starts in the text of the view; its line end belongs to it.
    start: usize,
    /// Bytes of the file that are shown.
    shown: std::ops::Range<usize>,
    /// Where those bytes start in the text of the view.
    shown_at: usize,
}

impl View {
    fn new(file: &SourceFile, marks: &[Mark<'_>], cut: Cut) -> Self {
        let mut spans: Vec<(Mark<'_>, usize, usize)> = Vec::new();
        for mark in marks {
            let (start, end) = on_few_lines(file, mark.span);
            if !spans.iter().any(|(other, s, e)| (other.text, *s, *e) == (mark.text, start, end)) {
                spans.push((*mark, start, end));
            }
        }
        let mut view = Self { text: String::new(), lines: Vec::new(), labels: Vec::new(), names: Vec::new() };
        for number in shown_lines(file, &spans) {
            let first_mark = spans.iter().filter(|(_, start, _)| file.lines().line_of(*start) == number);
            view.push_line(file, number, first_mark.map(|(_, start, _)| *start).min(), cut);
        }
        for (mark, start, end) in spans {
            let at = file.lines().position(start, file.text());
            let span = view.offset(file, start)..view.offset(file, end);
            let text = (!mark.text.is_empty()).then(|| escape::sentence(mark.text).into_owned());
            view.labels.push(if mark.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            });
            view.names.push(format!("{}:{}:{}", escape::name(&file.path), at.line, at.column));
        }
        view
    }

    /// Takes a line over, cut around the first mark on it.
    fn push_line(&mut self, file: &SourceFile, number: usize, first_mark: Option<usize>, cut: Cut) {
        let line_start = file.lines().line_start(number);
        let line = file.lines().line_text(number, file.text());
        // A byte order mark is not shown.
        let skipped = if line_start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let line = line.get(skipped..).unwrap_or("");
        let line_start = line_start + skipped;
        let window = window(line, first_mark.map_or(0, |mark| mark.saturating_sub(line_start)), cut.room);
        let start = self.text.len();
        if window.start > 0 {
            self.text.push_str(cut.ellipsis);
        }
        let shown_at = self.text.len();
        self.text.push_str(&escape::source(line.get(window.clone()).unwrap_or("")));
        if window.end < line.len() {
            self.text.push_str(cut.ellipsis);
        }
        self.text.push('\n');
        let shown = line_start + window.start..line_start + window.end;
        self.lines.push(ViewLine { number, start, shown, shown_at });
    }

    /// Where an offset of the file is shown; the nearest place where it is not.
    fn offset(&self, file: &SourceFile, offset: usize) -> usize {
        let number = file.lines().line_of(offset);
        let index = self.lines.partition_point(|line| line.number <= number).saturating_sub(1);
        let Some(line) = self.lines.get(index) else { return 0 };
        let end = offset.clamp(line.shown.start, line.shown.end);
        line.shown_at + escape::source(file.text().get(line.shown.start..end).unwrap_or("")).len()
    }

    /// Index of the line that holds an offset of the view.
    fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }

    fn follows(&self, index: usize) -> bool {
        let numbers = self.lines.get(index).zip(index.checked_sub(1).and_then(|before| self.lines.get(before)));
        numbers.is_some_and(|(line, before)| line.number == before.number + 1)
    }
}

impl SourceCode for View {
    /// Reads whole lines. The count of lines is that of the excerpt (miette's own sources count from the start of the
    /// file, and so join marks that lie far apart).
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let mut first = self.line_at(span.offset());
        let mut last = self.line_at(span.offset() + span.len().saturating_sub(1)).max(first);
        for _ in 0..before {
            first -= usize::from(self.follows(first));
        }
        for _ in 0..after {
            last += usize::from(self.follows(last + 1));
        }
        let line = self.lines.get(first).ok_or(MietteError::OutOfBounds)?;
        let end = self.lines.get(last + 1).map_or(self.text.len(), |next| next.start);
        let data = self.text.get(line.start..end).ok_or(MietteError::OutOfBounds)?;
        let named = self.labels.iter().zip(&self.names).filter(|(label, _)| label.inner() == span);
        let name = named.max_by_key(|(label, _)| label.primary()).map(|(_, name)| name.clone());
        Ok(Box::new(MietteSpanContents::new_named(
            name.unwrap_or_default(),
            data.as_bytes(),
            (line.start, data.len()).into(),
            line.number - 1,
            0,
            last - first + 1,
        )))
    }
}

/// The byte range of a span within the file, cut to its first line where it covers too many.
fn on_few_lines(file: &SourceFile, span: Span) -> (usize, usize) {
    let (start, end) = clamped(span, file.text());
    let first = file.lines().line_of(start);
    let last = file.lines().line_of(end.saturating_sub(1).max(start));
    if last < first + MAX_MARK_LINES {
        return (start, end);
    }
    let first_end = file.lines().line_start(first) + file.lines().line_text(first, file.text()).len();
    (start, first_end.max(start))
}

/// Numbers of the lines under the spans and around them, in order.
fn shown_lines(file: &SourceFile, spans: &[(Mark<'_>, usize, usize)]) -> BTreeSet<usize> {
    let index = file.lines();
    let count = index.line_count();
    // What follows the last line end is a line only when something points there.
    let last_context = if index.line_start(count) == file.text().len() { count - 1 } else { count };
    let mut shown = BTreeSet::new();
    for (_, start, end) in spans {
        let first = index.line_of(*start);
        let last = index.line_of(end.saturating_sub(1).max(*start));
        shown.extend(first.saturating_sub(CONTEXT).max(1)..=last);
        shown.extend(last..=(last + CONTEXT).min(last_context));
    }
    shown
}

/// The part of a line to show: all of it if it has at most `room` characters, else that many from a little before
/// `mark`, a byte offset in the line.
fn window(line: &str, mark: usize, room: usize) -> std::ops::Range<usize> {
    if line.len() <= room || line.chars().nth(room).is_none() {
        return 0..line.len();
    }
    let mark = line.floor_char_boundary(mark);
    let (before, behind) = line.split_at(mark);
    let start = if before.chars().rev().nth(room * 3 / 4).is_none() {
        0
    } else {
        before.char_indices().rev().nth(room / 4).map_or(0, |(offset, _)| offset)
    };
    let length = room.saturating_sub(line.get(start..mark).map_or(0, |text| text.chars().count()));
    let end = behind.char_indices().nth(length).map_or(line.len(), |(offset, _)| mark + offset);
    start..end
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use miette::NamedSource;

    use super::*;
    use crate::source::EntryKind;

    const TEXT: &str = "FROM debian AS build\nRUN make\n\tCOPY a b\nFROM scratch\nUSER root\nCMD [\"x\"]\n# end\n";

    fn file(text: &str) -> SourceFile {
        let file = SourceFile::new("a/Dockerfile".into(), EntryKind::File);
        file.set_text(Arc::from(text));
        file
    }

    fn mark(text: &str, part: &str, says: &'static str) -> Mark<'static> {
        let start = text.find(part).unwrap();
        Mark { span: Span::new(start, start + part.len()), text: says, primary: says == "primary" }
    }

    fn drawn(text: &str, marks: &[Mark<'_>]) -> String {
        let mut out = String::new();
        Snippets::new(&Style::default()).draw(&mut out, &file(text), marks);
        out
    }

    fn drawn_from_miettes_own_source(text: &str, marks: &[Mark<'_>]) -> String {
        let labels: Vec<LabeledSpan> = marks
            .iter()
            .map(|mark| {
                let (label, span) = (Some(mark.text.to_owned()), (mark.span.start as usize, mark.span.len()));
                if mark.primary {
                    LabeledSpan::new_primary_with_span(label, span)
                } else {
                    LabeledSpan::new_with_span(label, span)
                }
            })
            .collect();
        let handler = Snippets::new(&Style::default()).handler.with_primary_span_start();
        let mut out = String::new();
        draw(&handler, &mut out, &NamedSource::new("a/Dockerfile", text.to_owned()), &labels);
        out
    }

    #[test]
    fn a_view_is_drawn_as_miettes_own_source_would_be() {
        let crlf = TEXT.replace('\n', "\r\n");
        let no_end = TEXT.trim_end();
        for text in [TEXT, crlf.as_str(), no_end] {
            let several_lines = text.get(text.find("make").unwrap()..text.find("oot").unwrap()).unwrap();
            for marks in [
                vec![mark(text, "FROM debian", "primary")],
                vec![mark(text, "debian", "one"), mark(text, "USER root", "primary")],
                vec![mark(text, "USER", "one"), mark(text, "root", "primary"), mark(text, "CMD", "two")],
                vec![mark(text, "a b", "primary")],
                vec![mark(text, several_lines, "primary"), mark(text, "USER", "inside")],
                vec![mark(text, "# end", "primary")],
            ] {
                assert_eq!(drawn(text, &marks), drawn_from_miettes_own_source(text, &marks), "{marks:?}");
            }
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}needle{}\n", "<".repeat(500_000), ">".repeat(500_000));
        let drawn = drawn(&text, &[mark(&text, "needle", "primary")]);
        assert!(drawn.contains("a/Dockerfile:1:500001"));
        assert!(drawn.contains("…<") && drawn.contains("needle") && drawn.contains(">…"));
        assert!(drawn.lines().all(|line| line.chars().count() <= 100), "{drawn}");
    }

    #[test]
    fn marks_far_apart_are_drawn_apart() {
        let text = (1..=900).fold(String::new(), |text, n| text + &format!("line {n} of many\n"));
        let drawn = drawn(&text, &[mark(&text, "line 500 ", "primary"), mark(&text, "line 700 ", "other")]);
        assert_eq!(drawn.lines().count(), 14, "{drawn}");
        assert!(drawn.contains(":500:1]") && drawn.contains(":700:1]"));
    }

    #[test]
    fn a_mark_over_many_lines_is_drawn_on_its_first() {
        let text = "key:\n".to_owned() + &"  - item\n".repeat(5000);
        let drawn = drawn(&text, &[Mark { span: Span::new(0, text.len()), text: "all of it", primary: true }]);
        assert!(drawn.lines().count() < 8, "{drawn}");
    }

    #[test]
    fn the_end_of_a_file_can_be_marked() {
        for text in ["a: 1", "a: 1\n"] {
            let drawn = drawn(text, &[Mark { span: Span::at(text.len()), text: "here", primary: true }]);
            assert!(drawn.contains("╰── here"), "{drawn}");
        }
    }
}
