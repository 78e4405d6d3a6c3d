//! One line a finding, for `grep`, editors and problem matchers; then the summary.

use std::fmt::Write as _;

use rayon::prelude::*;

use crate::finding::{Finding, Outcome, Report};
use crate::report::locate::Located;
use crate::report::{Style, escape, scorecard, summary};
use crate::source::{Place, Sources};

/// Findings that one thread writes at a time.
const BATCH: usize = 256;

/// Writes `path:line:column: severity[rule] message (clause)` for each finding that counts, then the notes.
/// What has no line, such as a directory, stands at `1:1`, so that every line has the same shape.
pub(super) fn write(report: &Report, sources: &Sources, style: &Style) -> String {
    let findings: Vec<&Finding> = report.active().collect();
    let parts: Vec<String> = findings
        .par_chunks(BATCH)
        .map(|findings| {
            let mut out = String::new();
            for finding in findings {
                write_finding(&mut out, finding, sources);
            }
            out
        })
        .collect();
    let mut out = parts.concat();
    for note in &report.notes {
        line(&mut out, note.place, sources, "note", note.kind.as_str(), &note.message);
        out.push('\n');
    }
    out.push_str(&summary::lines(report, style));
    out.push_str(&scorecard::lines(report, style));
    out
}

fn write_finding(out: &mut String, finding: &Finding, sources: &Sources) {
    let word = match finding.outcome {
        Outcome::Fail => finding.severity.as_str(),
        Outcome::Unknown => Outcome::Unknown.as_str(),
    };
    line(out, finding.primary.place, sources, word, &finding.rule, &finding.message);
    clauses(out, finding);
    out.push('\n');
}

fn line(out: &mut String, place: Place, sources: &Sources, word: &str, code: &str, message: &str) {
    let located = Located::new(place, sources);
    let (line, column) = located.line_and_column();
    let (path, code, message) = (escape::name(located.path), escape::name(code), escape::sentence(message));
    // Writing to a string does not fail.
    _ = write!(out, "{path}:{line}:{column}: {word}[{code}] {message}");
}

fn clauses(out: &mut String, finding: &Finding) {
    let ids: Vec<_> = finding.clauses.iter().map(|clause| escape::name(&clause.clause)).collect();
    if !ids.is_empty() {
        _ = write!(out, " ({})", ids.join(", "));
    }
}
