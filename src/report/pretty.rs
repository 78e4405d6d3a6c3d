//! The report for people: each finding with the source of every file that takes part, then a summary.

use std::collections::BTreeMap;

use crate::finding::{Finding, Label, Note, NoteKind, Outcome, Report, Severity};
use crate::report::locate::has_text;
use crate::report::snippet::{Mark, Snippets};
use crate::report::{Style, escape, scorecard, summary};
use crate::source::{FileId, Sources, Span};

/// More places than this in one finding are counted, not drawn.
const MAX_LABELS: usize = 20;

/// More targets than this that get the same text are counted, not named.
const MAX_OTHERS: usize = 8;

/// Writes findings by service and file, notes, and the summary. Suppressed findings are only counted.
///
/// What cannot be told from the files is headed `unknown`, not by its severity, so that nobody takes it for a failure.
pub(super) fn write(report: &Report, sources: &Sources, style: &Style) -> String {
    let painter = Painter::new(sources, style);
    let mut by_service: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.active() {
        by_service.entry(&finding.service).or_default().push(finding);
    }
    let mut out = String::new();
    for (service, findings) in by_service {
        if report.services.len() > 1 {
            painter.heading(&mut out, service);
        }
        for same in findings.chunk_by(|a, b| is_same_text(a, b)) {
            let [first, others @ ..] = same else { continue };
            painter.finding(&mut out, first, others, report);
            out.push('\n');
        }
    }
    for note in &report.notes {
        painter.note(&mut out, note);
        out.push('\n');
    }
    out.push_str(&summary::lines(report, style));
    out.push_str(&scorecard::lines(report, style));
    out
}

/// Whether two findings are one piece of text that several targets get, as through an anchor or a template.
fn is_same_text(a: &Finding, b: &Finding) -> bool {
    let is_other_target = a.target.kind == b.target.kind && a.target.name != b.target.name;
    let is_same = a.rule == b.rule && a.primary.place == b.primary.place && a.related == b.related;
    is_other_target && is_same && (a.outcome, a.severity) == (b.outcome, b.severity)
}

/// What a header is coloured by.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    Error,
    Warning,
    Quiet,
}

impl Tone {
    /// The ANSI sequence (ECMA-48, SGR) for bold and a colour.
    fn sgr(self) -> &'static str {
        match self {
            Self::Error => "\u{1b}[1;31m",
            Self::Warning => "\u{1b}[1;33m",
            Self::Quiet => "\u{1b}[1;36m",
        }
    }
}

const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// One thing to tell, whatever it comes from.
pub(super) struct Block<'b> {
    pub tone: Tone,
    /// `error`, `warning`, `info`, `unknown` or `note`.
    pub word: &'b str,
    /// What stands in brackets behind the word.
    pub code: &'b str,
    pub message: &'b str,
    /// The primary label comes first.
    pub labels: &'b [&'b Label],
    pub help: Option<&'b str>,
    pub notes: &'b [String],
}

/// Draws blocks in one style.
pub(super) struct Painter<'s> {
    sources: &'s Sources,
    style: Style,
    snippets: Snippets,
}

impl<'s> Painter<'s> {
    pub fn new(sources: &'s Sources, style: &Style) -> Self {
        Self { sources, style: *style, snippets: Snippets::new(style) }
    }

    /// Header, snippets, help and notes.
    pub fn block(&self, out: &mut String, block: &Block<'_>) {
        let head = format!("{}[{}]", block.word, escape::name(block.code));
        self.colored(out, block.tone.sgr(), &head);
        self.colored(out, BOLD, &format!(": {}", escape::sentence(block.message)));
        out.push('\n');
        self.places(out, block.labels);
        if let Some(help) = block.help {
            self.footer(out, "help", help);
        }
        for note in block.notes {
            self.footer(out, "note", note);
        }
    }

    fn heading(&self, out: &mut String, service: &str) {
        let line = if self.style.unicode { "──" } else { "--" };
        self.colored(out, BOLD, &format!("{line} {} {line}", escape::name(service)));
        out.push_str("\n\n");
    }

    /// Draws a finding; `others` are the same text for other targets, which are only named.
    fn finding(&self, out: &mut String, finding: &Finding, others: &[&Finding], report: &Report) {
        let (tone, word) = match (finding.outcome, finding.severity) {
            (Outcome::Unknown, _) => (Tone::Quiet, Outcome::Unknown.as_str()),
            (Outcome::Fail, severity @ Severity::Error) => (Tone::Error, severity.as_str()),
            (Outcome::Fail, severity @ Severity::Warning) => (Tone::Warning, severity.as_str()),
            (Outcome::Fail, severity @ Severity::Info) => (Tone::Quiet, severity.as_str()),
        };
        let mut notes: Vec<String> = finding
            .clauses
            .iter()
            .map(|clause| {
                let version = report.standards.iter().find(|standard| standard.id == clause.standard);
                let version = version.map_or(String::new(), |standard| format!(" {}", standard.version));
                format!("{}{version} {}: {}", clause.standard, clause.clause, clause.title)
            })
            .collect();
        if finding.outcome == Outcome::Unknown {
            let article = if finding.severity == Severity::Warning { "a" } else { "an" };
            notes.push(format!("cannot tell from the files; a failure would be {article} {}", finding.severity));
        }
        if !others.is_empty() {
            let names: Vec<_> = others.iter().take(MAX_OTHERS).map(|other| escape::name(&other.target.name)).collect();
            let rest = if others.len() > MAX_OTHERS { ", …" } else { "" };
            notes.push(format!("the same text, {} more: {}{rest}", others.len(), names.join(", ")));
        }
        let labels: Vec<&Label> = std::iter::once(&finding.primary).chain(&finding.related).collect();
        let help = help(finding);
        let help = help.as_deref();
        let block =
            Block { tone, word, code: &finding.rule, message: &finding.message, labels: &labels, help, notes: &notes };
        self.block(out, &block);
    }

    fn note(&self, out: &mut String, note: &Note) {
        let primary = Label { place: note.place, text: String::new() };
        let labels: Vec<&Label> = std::iter::once(&primary).chain(&note.related).collect();
        let tone = if note.kind == NoteKind::Unparsed { Tone::Warning } else { Tone::Quiet };
        let (code, message, help) = (note.kind.as_str(), note.message.as_str(), note.help.as_deref());
        self.block(out, &Block { tone, word: "note", code, message, labels: &labels, help, notes: &[] });
    }

    /// The places file by file, that of the primary label first, then in the order they are named. A place that is a
    /// directory or a file as a whole is named and not drawn.
    fn places(&self, out: &mut String, labels: &[&Label]) {
        let mut files: Vec<(FileId, Vec<Mark<'_>>)> = Vec::new();
        for (index, label) in labels.iter().take(MAX_LABELS).enumerate() {
            let mark = Mark { span: label.place.span, text: &label.text, primary: index == 0 };
            match files.iter_mut().find(|(file, _)| *file == label.place.file) {
                Some((_, marks)) => marks.push(mark),
                None => files.push((label.place.file, vec![mark])),
            }
        }
        for (file, marks) in files {
            let file = self.sources.get(file);
            let (drawn, named): (Vec<_>, Vec<_>) =
                marks.into_iter().partition(|mark| has_text(file) && mark.span != Span::default());
            if !drawn.is_empty() {
                self.snippets.draw(out, file, &drawn);
            }
            for mark in named {
                name_only(out, &file.path, mark.text);
            }
        }
        if let Some(more) = labels.len().checked_sub(MAX_LABELS).filter(|more| *more > 0) {
            let places = summary::count(more, "further place", "further places");
            self.footer(out, "note", &format!("{places} not drawn; --format json lists all"));
        }
    }

    /// `  help: …`, wrapped, with later lines below the text.
    fn footer(&self, out: &mut String, word: &str, text: &str) {
        const INDENT: usize = 8;
        let room = self.style.width.saturating_sub(INDENT).max(40);
        let text = escape::paragraphs(text);
        let lines = text.lines().flat_map(|line| wrapped(line, room));
        for (index, line) in lines.enumerate() {
            if index == 0 {
                out.push_str("  ");
                self.colored(out, Tone::Quiet.sgr(), &format!("{word}:"));
                out.push(' ');
            } else {
                out.push_str(&" ".repeat(INDENT));
            }
            out.push_str(&line);
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
        }
    }

    fn colored(&self, out: &mut String, sgr: &str, text: &str) {
        if self.style.color {
            out.push_str(sgr);
            out.push_str(text);
            out.push_str(RESET);
        } else {
            out.push_str(text);
        }
    }
}

/// The next step, and whether `svclint fix` takes it.
fn help(finding: &Finding) -> Option<String> {
    let Some(fix) = finding.fixes.first() else { return finding.help.clone() };
    let text = finding.help.as_ref().unwrap_or(&fix.title);
    Some(format!("{text} ({} fix)", fix.safety.as_str()))
}

fn name_only(out: &mut String, path: &str, text: &str) {
    out.push_str("  --> ");
    out.push_str(&escape::name(path));
    if !text.is_empty() {
        out.push_str(": ");
        out.push_str(&escape::sentence(text));
    }
    out.push('\n');
}

/// Breaks a line at spaces so that each part has at most `room` characters, unless a single word is longer.
fn wrapped(line: &str, room: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut used = 0;
    for word in line.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            parts.push(String::new());
            used = 0;
        }
        if let Some(part) = parts.last_mut() {
            if used > 0 {
                part.push(' ');
                used += 1;
            }
            part.push_str(word);
            used += length;
        }
    }
    parts
}
