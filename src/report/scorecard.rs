//! The scorecard of a standard, for people: every clause with how it ended, then totals by level.

use std::fmt::Write as _;

use crate::finding::{ClauseOutcome, ClauseResult, Report, StandardSummary};
use crate::report::summary::count;
use crate::report::{Style, escape};

/// The levels, the strongest first.
const LEVELS: &[&str] = &["must", "should", "example"];

/// A title is given at least this many columns, however narrow the terminal is.
const MIN_TITLE: usize = 24;

/// The scorecards of a report that holds them; empty otherwise.
pub(super) fn lines(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    for standard in report.standards.iter().filter(|standard| !standard.clauses.is_empty()) {
        let (id, version) = (escape::sentence(&standard.id), escape::sentence(&standard.version));
        // Writing to a string does not fail.
        _ = writeln!(out, "\n{id} {version}: {}\n", escape::sentence(&standard.title));
        table(&mut out, standard, style);
        out.push('\n');
        totals(&mut out, standard);
    }
    out
}

fn table(out: &mut String, standard: &StandardSummary, style: &Style) {
    let ids = standard.clauses.iter().map(|clause| clause.id.chars().count()).max().unwrap_or(0).max(6);
    let details: Vec<String> = standard.clauses.iter().map(detail).collect();
    let widest = details.iter().map(|detail| detail.chars().count()).max().unwrap_or(0).max(5);
    let left = ids + 2 + 7 + 2 + 18 + 2 + widest + 2;
    let room = style.width.saturating_sub(left).max(MIN_TITLE);
    _ = writeln!(out, "{:ids$}  {:7}  {:18}  {:widest$}  title", "clause", "level", "outcome", "rules");
    for (clause, detail) in standard.clauses.iter().zip(&details) {
        let id = escape::sentence(&clause.id);
        let (level, outcome) = (clause.level, clause.outcome.words());
        let title = cut(&escape::sentence(&clause.title), room, style.unicode);
        _ = writeln!(out, "{id:ids$}  {level:7}  {outcome:18}  {detail:widest$}  {title}");
    }
}

/// How many of the rules are behind the outcome, and whether there is a gap: `2 of 3`, `1 of 1, gap`.
fn detail(clause: &ClauseResult) -> String {
    let rules = clause.rules;
    let decided = match clause.outcome {
        ClauseOutcome::Passed | ClauseOutcome::PassedInPart => rules.passed,
        ClauseOutcome::Failed => rules.failed,
        ClauseOutcome::Unknown => rules.unknown,
        ClauseOutcome::Waived => rules.waived,
        ClauseOutcome::NotApplicable => rules.not_applicable,
        ClauseOutcome::NotCheckable => return String::new(),
    };
    let gap = if clause.gap.is_some() { ", gap" } else { "" };
    format!("{decided} of {}{gap}", rules.total())
}

/// A text in at most so many characters.
fn cut(text: &str, room: usize, unicode: bool) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mark = if unicode { "…" } else { "..." };
    let kept: String = text.chars().take(room - mark.chars().count()).collect();
    format!("{}{mark}", kept.trim_end())
}

fn totals(out: &mut String, standard: &StandardSummary) {
    let of = |level: Option<&str>, outcome| {
        let counts =
            |clause: &&ClauseResult| clause.outcome == outcome && level.is_none_or(|level| clause.level == level);
        standard.clauses.iter().filter(counts).count()
    };
    _ = writeln!(out, "{:18}  {:>5}  {:>6}  {:>7}  {:>5}", "", "must", "should", "example", "all");
    for outcome in ClauseOutcome::ALL {
        let [must, should, example] = [0, 1, 2].map(|index| of(LEVELS.get(index).copied(), *outcome));
        let all = of(None, *outcome);
        _ = writeln!(out, "{:18}  {must:>5}  {should:>6}  {example:>7}  {all:>5}", outcome.words());
    }
    _ = writeln!(out, "\nrules: how many of the clause's rules ended like it; gap: a part of it is not checked here");
    let gaps = standard.clauses.iter().filter(|clause| clause.gap.is_some()).count();
    if gaps > 0 {
        let say = if gaps == 1 { "says" } else { "say" };
        let (clauses, id) = (count(gaps, "clause", "clauses"), escape::sentence(&standard.id));
        _ = writeln!(out, "{clauses} {say} what is not checked here: `svclint standards show {id}`");
    }
}
