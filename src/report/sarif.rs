//! SARIF 2.1.0 (OASIS Standard, Static Analysis Results Interchange Format), for code scanning services.
//!
//! Section numbers in comments are those of the standard.

mod fixes;
mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::finding::{Finding, Label, Note, NoteKind, Outcome, Report, RuleInfo, Severity};
use crate::report::Style;
use crate::report::json::to_text;
use crate::report::locate::Located;
use crate::source::{Place, Sources};
use log::{
    ArtifactLocation, BaseId, Configuration, Descriptor, DescriptorReference, Driver, Invocation, Location, Log,
    LogicalLocation, Markdown, Message, Notification, PhysicalLocation, Region, ResultObject, ResultProperties,
    RuleProperties, Run, Suppression, Tool,
};

/// What relative paths start from; where that is, only the reader knows (3.14.14).
const ROOT: &str = "SRCROOT";

/// Writes one log with one run.
pub(super) fn write(report: &Report, sources: &Sources, _: &Style) -> String {
    let indices: BTreeMap<&str, usize> =
        report.rule_infos.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
    let root = BaseId { description: Message::new("The root of the run, from which all paths start.") };
    to_text(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "svclint",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: descriptors(report),
                },
            },
            invocations: [Invocation {
                execution_successful: !report.is_incomplete(),
                tool_execution_notifications: report.notes.iter().map(|note| notification(note, sources)).collect(),
            }],
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            column_kind: "unicodeCodePoints",
            results: report.findings.iter().map(|finding| result(finding, &indices, sources)).collect(),
        }],
    })
}

/// The rules with the clauses under which they have findings.
fn descriptors(report: &Report) -> Vec<Descriptor<'_>> {
    let mut clauses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for finding in &report.findings {
        let tags = finding.clauses.iter().map(|clause| format!("{}/{}", clause.standard, clause.clause));
        clauses.entry(&finding.rule).or_default().extend(tags);
    }
    let mut rules = Vec::with_capacity(report.rule_infos.len());
    for rule in &report.rule_infos {
        rules.push(descriptor(rule, clauses.remove(rule.id.as_str()).unwrap_or_default()));
    }
    rules
}

fn descriptor(rule: &RuleInfo, clauses: BTreeSet<String>) -> Descriptor<'_> {
    let category = Some(&rule.category).filter(|category| !category.is_empty());
    let tags = category.into_iter().cloned().chain(clauses).collect();
    let text = or(rule.help.as_deref().unwrap_or_default(), &rule.summary);
    let mut markdown = format!("# {}\n\n{}\n", rule.summary.trim(), rule.why.trim());
    if let Some(help) = &rule.help {
        // Writing to a string does not fail.
        _ = write!(markdown, "\n## How to fix\n\n{}\n", help.trim());
    }
    Descriptor {
        id: &rule.id,
        short_description: Message::new(or(&rule.summary, &rule.id)),
        full_description: Message::new(or(&rule.why, or(&rule.summary, &rule.id))),
        help: Markdown { text: or(text, &rule.id).to_owned(), markdown },
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties { tags, equivalents: &rule.equivalents },
    }
}

/// A text, or another where it is empty.
fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.trim().is_empty() { other } else { text }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result<'r>(finding: &'r Finding, indices: &BTreeMap<&str, usize>, sources: &'r Sources) -> ResultObject<'r> {
    // What cannot be told is `open`, and then the level has to be `none` (3.27.9, 3.27.10).
    let (kind, level) = match finding.outcome {
        Outcome::Fail => ("fail", level(finding.severity)),
        Outcome::Unknown => ("open", "none"),
    };
    let logical = LogicalLocation { name: &finding.target.name, kind: &finding.target.kind };
    let mut primary = location(finding.primary.place, sources);
    primary.logical_locations.push(logical);
    if !finding.primary.text.is_empty() {
        primary.message = Some(Message::new(&finding.primary.text));
    }
    let suppressions = finding.suppressed.iter().map(|suppression| Suppression {
        kind: "inSource",
        status: "accepted",
        justification: &suppression.reason,
        location: location(suppression.place, sources),
    });
    ResultObject {
        rule_id: &finding.rule,
        rule_index: indices.get(finding.rule.as_str()).copied(),
        kind,
        level,
        message: Message::new(&finding.message),
        locations: [primary],
        related_locations: finding.related.iter().enumerate().map(|(at, label)| related(at, label, sources)).collect(),
        partial_fingerprints: BTreeMap::from([("svclint/v1", finding.fingerprint.as_str())]),
        fixes: finding.fixes.iter().map(|fix| fixes::fix(fix, sources)).collect(),
        suppressions: suppressions.collect(),
        properties: ResultProperties {
            service: &finding.service,
            severity: finding.severity.as_str(),
            clauses: finding.clauses.iter().map(|clause| format!("{}/{}", clause.standard, clause.clause)).collect(),
            evidence: &finding.evidence,
            help: finding.help.as_deref(),
        },
    }
}

fn related<'r>(index: usize, label: &'r Label, sources: &'r Sources) -> Location<'r> {
    let message = Message::new(or(&label.text, "takes part"));
    Location { id: Some(index + 1), message: Some(message), ..location(label.place, sources) }
}

fn notification<'r>(note: &'r Note, sources: &'r Sources) -> Notification<'r> {
    let level = match note.kind {
        NoteKind::Unparsed => "error",
        NoteKind::Suppression | NoteKind::Configuration | NoteKind::FixTakenBack => "warning",
        NoteKind::NotEvaluated => "note",
    };
    Notification {
        level,
        message: Message::new(&note.message),
        descriptor: DescriptorReference { id: note.kind.as_str() },
        locations: std::iter::once(location(note.place, sources))
            .chain(note.related.iter().enumerate().map(|(at, label)| related(at, label, sources)))
            .collect(),
    }
}

/// A place with its region. Code scanning services refuse results without one, so that a directory and a file
/// without text get the first character.
fn location(place: Place, sources: &Sources) -> Location<'_> {
    let located = Located::new(place, sources);
    let (line, column) = located.line_and_column();
    let region = match located.range {
        Some((start, end)) => {
            Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
        }
        None => Region { start_line: line, start_column: column, end_line: line, end_column: column },
    };
    let artifact_location = ArtifactLocation { uri: uri(located.path), uri_base_id: ROOT };
    let physical_location = PhysicalLocation { artifact_location, region };
    Location { id: None, physical_location, logical_locations: Vec::new(), message: None }
}

/// A relative reference (RFC 3986, 4.2): everything but unreserved characters and `/` is percent-encoded, the colon
/// too, since it would end a scheme.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_relative_references() {
        assert_eq!(uri("services/api/Dockerfile"), "services/api/Dockerfile");
        assert_eq!(uri("größe/a b:c%.yaml"), "gr%C3%B6%C3%9Fe/a%20b%3Ac%25.yaml");
    }
}
