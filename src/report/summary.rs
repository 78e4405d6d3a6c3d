//! The last lines of a report for people: what was checked and how it ended.

use crate::finding::{Finding, NoteKind, Report, Safety, Severity, StandardSummary};
use crate::report::Style;
use crate::report::escape;

/// The closing lines, without colours, each with its line end.
pub(super) fn lines(report: &Report, style: &Style) -> String {
    let mut out = format!("Checked {}: {}{}\n", scope(report), verdict(report, style), fixable(report, style));
    for standard in report.standards.iter().filter(|standard| is_judged(standard)) {
        out.push_str(&clauses(standard));
        out.push('\n');
    }
    let unparsed = report.notes.iter().filter(|note| note.kind == NoteKind::Unparsed).count();
    if unparsed > 0 {
        out.push_str(&count(unparsed, "place", "places"));
        out.push_str(" could not be read or parsed, so this result is not complete\n");
    }
    out
}

/// What was checked: `1 service, 14 files, 41 rules`.
fn scope(report: &Report) -> String {
    [
        count(report.services.len(), "service", "services"),
        count(report.files_read, "file", "files"),
        count(report.rules.len(), "rule", "rules"),
    ]
    .join(", ")
}

/// How it ended: `3 errors, 2 warnings · 1 suppressed, 2 unknown`.
pub(super) fn verdict(report: &Report, style: &Style) -> String {
    let counted = non_zero(&[
        (report.count(Severity::Error), "error", "errors"),
        (report.count(Severity::Warning), "warning", "warnings"),
        (report.count(Severity::Info), "info", "infos"),
    ]);
    let aside =
        non_zero(&[(report.suppressed(), "suppressed", "suppressed"), (report.unknown(), "unknown", "unknown")]);
    let counted = if counted.is_empty() { "no findings".to_owned() } else { counted };
    let separator = if style.unicode { " · " } else { "; " };
    if aside.is_empty() { counted } else { counted + separator + &aside }
}

/// Whether any clause was; none is where only named rules ran.
fn is_judged(standard: &StandardSummary) -> bool {
    let StandardSummary { met, failed, unknown, waived, not_applicable, not_checkable, .. } = standard;
    met + failed + unknown + waived + not_applicable + not_checkable > 0
}

/// What `svclint fix` would mend: ` · 1 fixable (+1 unsafe)`.
fn fixable(report: &Report, style: &Style) -> String {
    let first = |finding: &&Finding, safety: Safety| finding.fixes.iter().any(|fix| fix.safety == safety);
    let safe = report.active().filter(|finding| first(finding, Safety::Safe)).count();
    let with = report.active().filter(|finding| !finding.fixes.is_empty()).count();
    let separator = if style.unicode { " · " } else { "; " };
    match (safe, with - safe) {
        (0, 0) => String::new(),
        (safe, 0) => format!("{separator}{safe} fixable"),
        (safe, more) => format!("{separator}{safe} fixable (+{more} unsafe)"),
    }
}

/// How the clauses of a standard ended: `atonix 1.0.0: 52 clauses met, 4 failed, 3 not applicable`.
fn clauses(standard: &StandardSummary) -> String {
    let in_part = if standard.in_part > 0 { format!(" ({} in part)", standard.in_part) } else { String::new() };
    let mut out = format!(
        "{} {}: {} met{in_part}, {} failed",
        escape::sentence(&standard.id),
        escape::sentence(&standard.version),
        count(standard.met, "clause", "clauses"),
        standard.failed
    );
    let rest = non_zero(&[
        (standard.unknown, "unknown", "unknown"),
        (standard.waived, "waived", "waived"),
        (standard.not_applicable, "not applicable", "not applicable"),
        (standard.not_checkable, "not checkable here", "not checkable here"),
    ]);
    if !rest.is_empty() {
        out.push_str(", ");
        out.push_str(&rest);
    }
    out
}

/// The parts that are not zero, joined with commas.
fn non_zero(parts: &[(usize, &str, &str)]) -> String {
    let parts: Vec<String> = parts.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(*n, one, many)).collect();
    parts.join(", ")
}

/// A number with its noun.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
