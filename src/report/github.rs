//! Annotations on a pull request: workflow commands of GitHub Actions
//! ("Workflow commands for GitHub Actions", `error`, `warning`, `notice`).

use std::fmt::Write as _;

use crate::finding::{Finding, Note, NoteKind, Outcome, Report, Severity};
use crate::report::locate::Located;
use crate::report::{Style, escape, summary};
use crate::source::{Place, Sources};

/// GitHub shows this many annotations of a level for one step and drops the rest
/// (actions/toolkit, `docs/problem-matchers.md`, "Limitations").
const SHOWN_PER_LEVEL: usize = 10;

/// Levels, the one that matters most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    fn command(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Writes errors, then warnings, then notices; what cannot be told is a notice. Where a level has more than GitHub
/// shows, a count of all comes before the other notices, since the last ones are those that are dropped.
pub(super) fn write(report: &Report, sources: &Sources, style: &Style) -> String {
    let mut commands: Vec<(Level, String)> = Vec::new();
    commands
        .extend(report.notes.iter().filter(|note| note.kind == NoteKind::Unparsed).map(|note| of_note(note, sources)));
    commands.extend(report.active().map(|finding| of_finding(finding, sources)));
    commands
        .extend(report.notes.iter().filter(|note| note.kind != NoteKind::Unparsed).map(|note| of_note(note, sources)));
    let too_many = |level| commands.iter().filter(|(other, _)| *other == level).count() > SHOWN_PER_LEVEL;
    if Level::ALL.into_iter().any(too_many) {
        let text = format!(
            "{}. GitHub shows {SHOWN_PER_LEVEL} annotations of a level for a step; the log of this step has all.",
            summary::verdict(report, style)
        );
        commands.insert(0, (Level::Notice, format!("title=svclint::{}", data(&text))));
    }
    commands.sort_by_key(|(level, _)| *level);
    let mut out = String::new();
    for (level, rest) in commands {
        // Writing to a string does not fail.
        _ = writeln!(out, "::{} {rest}", level.command());
    }
    out
}

fn of_finding(finding: &Finding, sources: &Sources) -> (Level, String) {
    let level = match (finding.outcome, finding.severity) {
        (Outcome::Fail, Severity::Error) => Level::Error,
        (Outcome::Fail, Severity::Warning) => Level::Warning,
        (Outcome::Fail, Severity::Info) | (Outcome::Unknown, _) => Level::Notice,
    };
    let mut title = finding.rule.clone();
    if finding.outcome == Outcome::Unknown {
        title.push_str(" (unknown)");
    }
    for clause in finding.clauses.iter() {
        title.push_str(" · ");
        title.push_str(&clause.clause);
    }
    (level, command(finding.primary.place, sources, &title, &finding.message, finding.help.as_deref()))
}

fn of_note(note: &Note, sources: &Sources) -> (Level, String) {
    let level = match note.kind {
        NoteKind::Unparsed => Level::Error,
        NoteKind::Suppression | NoteKind::Configuration | NoteKind::FixTakenBack => Level::Warning,
        NoteKind::NotEvaluated => Level::Notice,
    };
    (level, command(note.place, sources, note.kind.as_str(), &note.message, note.help.as_deref()))
}

/// Properties and message. Columns are left out where a place covers several lines: GitHub refuses them there.
fn command(place: Place, sources: &Sources, title: &str, message: &str, help: Option<&str>) -> String {
    let located = Located::new(place, sources);
    let mut out = format!("file={}", property(located.path));
    if let Some((start, end)) = located.range {
        _ = write!(out, ",line={}", start.line);
        if start.line == end.line {
            _ = write!(out, ",col={},endLine={},endColumn={}", start.column, end.line, end.column);
        } else {
            _ = write!(out, ",endLine={}", end.line);
        }
    }
    _ = write!(out, ",title={}::{}", property(title), data(message));
    if let Some(help) = help {
        _ = write!(out, "%0Ahelp: {}", data(help));
    }
    out
}

/// Escapes a message (actions/toolkit, `escapeData`).
fn data(text: &str) -> String {
    escape::paragraphs(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property (actions/toolkit, `escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn what_separates_commands_and_properties_is_escaped() {
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
