//! The final order of findings and their fingerprints; the same input gives the same bytes.

use std::collections::BTreeMap;

use crate::finding::{Finding, Note, fingerprint};
use crate::source::Sources;

/// Puts findings in the order of path, place and rule, and gives each its fingerprint.
///
/// A fingerprint is made of rule, path, target and evidence. Where several findings have all of them alike, their
/// order in the file tells them apart.
pub fn findings(findings: &mut [Finding], sources: &Sources) {
    let path = |finding: &Finding| sources.get(finding.primary.place.file).path.as_str();
    findings.sort_by(|a, b| {
        (path(a), a.primary.place.span, &a.rule, &a.target, &a.message).cmp(&(
            path(b),
            b.primary.place.span,
            &b.rule,
            &b.target,
            &b.message,
        ))
    });
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let path = sources.get(finding.primary.place.file).path.as_str();
        let parts = [
            finding.rule.as_str(),
            path,
            finding.target.kind.as_str(),
            finding.target.name.as_str(),
            finding.evidence.as_str(),
        ];
        let base = fingerprint(&parts);
        let count = seen.entry(base.clone()).or_default();
        *count += 1;
        finding.fingerprint = if *count == 1 { base } else { fingerprint(&[&base, &count.to_string()]) };
    }
}

/// Puts notes in the order of their places.
pub fn notes(notes: &mut Vec<Note>, sources: &Sources) {
    notes.sort_by(|a, b| {
        let key = |note: &Note| (sources.get(note.place.file).path.clone(), note.place.span, note.message.clone());
        key(a).cmp(&key(b))
    });
    notes.dedup();
}
