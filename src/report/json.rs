//! The JSON report: schema 1, to which fields may be added and from which none is taken.

use serde::Serialize;

use crate::finding::{
    ClauseRef, ClauseResult, Finding, Fix, Label, Note, Report, RuleCount, RuleOutcomes, ServiceRef, Severity,
    StandardSummary,
};
use crate::report::Style;
use crate::report::locate::Located;
use crate::source::{Place, Position, Sources};

/// JSON Schema (draft 2020-12) of the report.
pub const SCHEMA: &str = include_str!("../../docs/schemas/report.json");

/// Writes the report as indented JSON.
pub(super) fn write(report: &Report, sources: &Sources, _: &Style) -> String {
    to_text(&Document {
        schema: 1,
        tool: Tool { name: "svclint", version: env!("CARGO_PKG_VERSION") },
        standards: report.standards.iter().map(StandardJson::new).collect(),
        services: report.services.iter().map(ServiceJson::new).collect(),
        findings: report.findings.iter().map(|finding| FindingJson::new(finding, sources)).collect(),
        rules: report.rules.iter().map(RuleJson::new).collect(),
        notes: report.notes.iter().map(|note| NoteJson::new(note, sources)).collect(),
        summary: Summary::new(report),
    })
}

/// Any of our documents as indented text with a line end. They hold strings, numbers and lists only, all of which
/// JSON can carry, so there is no error to report.
pub(super) fn to_text(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'r> {
    schema: u32,
    tool: Tool,
    standards: Vec<StandardJson<'r>>,
    services: Vec<ServiceJson<'r>>,
    findings: Vec<FindingJson<'r>>,
    rules: Vec<RuleJson<'r>>,
    notes: Vec<NoteJson<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct StandardJson<'r> {
    id: &'r str,
    version: &'r str,
    title: &'r str,
    clauses: ClauseCounts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scorecard: Vec<ScoreJson<'r>>,
}

#[derive(Serialize)]
struct ClauseCounts {
    met: usize,
    in_part: usize,
    failed: usize,
    unknown: usize,
    waived: usize,
    not_applicable: usize,
    not_checkable: usize,
}

impl<'r> StandardJson<'r> {
    fn new(standard: &'r StandardSummary) -> Self {
        let clauses = ClauseCounts {
            met: standard.met,
            in_part: standard.in_part,
            failed: standard.failed,
            unknown: standard.unknown,
            waived: standard.waived,
            not_applicable: standard.not_applicable,
            not_checkable: standard.not_checkable,
        };
        let scorecard = standard.clauses.iter().map(ScoreJson::new).collect();
        Self { id: &standard.id, version: &standard.version, title: &standard.title, clauses, scorecard }
    }
}

/// A line of a scorecard.
#[derive(Serialize)]
struct ScoreJson<'r> {
    id: &'r str,
    title: &'r str,
    level: &'r str,
    coverage: &'r str,
    outcome: &'static str,
    rules: RuleOutcomesJson,
    gap: Option<&'r str>,
}

#[derive(Serialize)]
struct RuleOutcomesJson {
    passed: usize,
    failed: usize,
    unknown: usize,
    waived: usize,
    not_applicable: usize,
}

impl<'r> ScoreJson<'r> {
    fn new(clause: &'r ClauseResult) -> Self {
        let RuleOutcomes { passed, failed, unknown, waived, not_applicable } = clause.rules;
        Self {
            id: &clause.id,
            title: &clause.title,
            level: clause.level,
            coverage: clause.coverage,
            outcome: clause.outcome.as_str(),
            rules: RuleOutcomesJson { passed, failed, unknown, waived, not_applicable },
            gap: clause.gap.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct ServiceJson<'r> {
    root: &'r str,
    artifacts: Vec<ArtifactJson<'r>>,
    standards: &'r [String],
}

#[derive(Serialize)]
struct ArtifactJson<'r> {
    kind: &'r str,
    path: &'r str,
}

impl<'r> ServiceJson<'r> {
    fn new(service: &'r ServiceRef) -> Self {
        let artifacts =
            service.artifacts.iter().map(|artifact| ArtifactJson { kind: artifact.kind, path: &artifact.path });
        Self { root: &service.root, artifacts: artifacts.collect(), standards: &service.standards }
    }
}

#[derive(Serialize)]
struct FindingJson<'r> {
    rule: &'r str,
    standard: Option<&'r str>,
    clause: Option<&'r str>,
    clauses: Vec<ClauseJson<'r>>,
    severity: &'static str,
    outcome: &'static str,
    service: &'r str,
    target: TargetJson<'r>,
    message: &'r str,
    label: &'r str,
    help: Option<&'r str>,
    location: LocationJson<'r>,
    related: Vec<RelatedJson<'r>>,
    evidence: &'r str,
    fixes: Vec<FixJson<'r>>,
    fingerprint: &'r str,
    suppressed: Option<SuppressionJson<'r>>,
}

#[derive(Serialize)]
struct ClauseJson<'r> {
    standard: &'r str,
    clause: &'r str,
    title: &'r str,
}

#[derive(Serialize)]
struct TargetJson<'r> {
    kind: &'r str,
    name: &'r str,
}

#[derive(Serialize)]
struct SuppressionJson<'r> {
    reason: &'r str,
    location: LocationJson<'r>,
}

impl<'r> FindingJson<'r> {
    fn new(finding: &'r Finding, sources: &'r Sources) -> Self {
        let first = finding.clauses.first();
        Self {
            rule: &finding.rule,
            standard: first.map(|clause| clause.standard.as_str()),
            clause: first.map(|clause| clause.clause.as_str()),
            clauses: finding.clauses.iter().map(ClauseJson::new).collect(),
            severity: finding.severity.as_str(),
            outcome: finding.outcome.as_str(),
            service: &finding.service,
            target: TargetJson { kind: &finding.target.kind, name: &finding.target.name },
            message: &finding.message,
            label: &finding.primary.text,
            help: finding.help.as_deref(),
            location: LocationJson::new(finding.primary.place, sources),
            related: finding.related.iter().map(|label| RelatedJson::new(label, sources)).collect(),
            evidence: &finding.evidence,
            fixes: finding.fixes.iter().map(|fix| FixJson::new(fix, sources)).collect(),
            fingerprint: &finding.fingerprint,
            suppressed: finding.suppressed.as_ref().map(|suppression| SuppressionJson {
                reason: &suppression.reason,
                location: LocationJson::new(suppression.place, sources),
            }),
        }
    }
}

#[derive(Serialize)]
struct FixJson<'r> {
    title: &'r str,
    safety: &'static str,
    edits: Vec<EditJson<'r>>,
    new_files: Vec<NewFileJson<'r>>,
}

#[derive(Serialize)]
struct EditJson<'r> {
    location: LocationJson<'r>,
    text: &'r str,
}

#[derive(Serialize)]
struct NewFileJson<'r> {
    path: &'r str,
    text: &'r str,
}

impl<'r> FixJson<'r> {
    fn new(fix: &'r Fix, sources: &'r Sources) -> Self {
        let edits = fix.edits.iter().map(|(file, edit)| EditJson {
            location: LocationJson::new(Place { file: *file, span: edit.span }, sources),
            text: &edit.text,
        });
        Self {
            title: &fix.title,
            safety: fix.safety.as_str(),
            edits: edits.collect(),
            new_files: fix.new_files.iter().map(|(path, text)| NewFileJson { path, text }).collect(),
        }
    }
}

impl<'r> ClauseJson<'r> {
    fn new(clause: &'r ClauseRef) -> Self {
        Self { standard: &clause.standard, clause: &clause.clause, title: &clause.title }
    }
}

/// A place; without `start` and `end` for a directory and for a file without text.
#[derive(Serialize)]
struct LocationJson<'r> {
    path: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<PositionJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<PositionJson>,
}

#[derive(Serialize)]
struct PositionJson {
    line: usize,
    column: usize,
    byte: usize,
}

impl<'r> LocationJson<'r> {
    fn new(place: Place, sources: &'r Sources) -> Self {
        let located = Located::new(place, sources);
        let (start, end) = located.range.map(|(start, end)| (start.into(), end.into())).unzip();
        Self { path: located.path, start, end }
    }
}

impl From<Position> for PositionJson {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column, byte: position.byte }
    }
}

#[derive(Serialize)]
struct RelatedJson<'r> {
    text: &'r str,
    location: LocationJson<'r>,
}

impl<'r> RelatedJson<'r> {
    fn new(label: &'r Label, sources: &'r Sources) -> Self {
        Self { text: &label.text, location: LocationJson::new(label.place, sources) }
    }
}

#[derive(Serialize)]
struct RuleJson<'r> {
    rule: &'r str,
    passed: usize,
    failed: usize,
    unknown: usize,
    not_applicable: usize,
}

impl<'r> RuleJson<'r> {
    fn new(count: &'r RuleCount) -> Self {
        let RuleCount { rule, passed, failed, unknown, not_applicable } = count;
        Self { rule, passed: *passed, failed: *failed, unknown: *unknown, not_applicable: *not_applicable }
    }
}

#[derive(Serialize)]
struct NoteJson<'r> {
    kind: &'static str,
    path: &'r str,
    message: &'r str,
    help: Option<&'r str>,
    location: LocationJson<'r>,
    related: Vec<RelatedJson<'r>>,
}

impl<'r> NoteJson<'r> {
    fn new(note: &'r Note, sources: &'r Sources) -> Self {
        let location = LocationJson::new(note.place, sources);
        Self {
            kind: note.kind.as_str(),
            path: location.path,
            message: &note.message,
            help: note.help.as_deref(),
            location,
            related: note.related.iter().map(|label| RelatedJson::new(label, sources)).collect(),
        }
    }
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    unknown: usize,
    suppressed: usize,
    baselined: usize,
    services: usize,
    files: usize,
    rules: usize,
    complete: bool,
}

impl Summary {
    fn new(report: &Report) -> Self {
        Self {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            infos: report.count(Severity::Info),
            unknown: report.unknown(),
            suppressed: report.suppressed(),
            baselined: 0,
            services: report.services.len(),
            files: report.files_read,
            rules: report.rules.len(),
            complete: !report.is_incomplete(),
        }
    }
}
