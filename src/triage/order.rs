//! The final order of findings and their fingerprints; the same input gives the same bytes.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::finding::{Finding, Note, fingerprint};
use crate::source::Sources;

/// Puts findings in the order of path, place and rule, and gives each its fingerprint.
///
/// A fingerprint is made of rule, path, target and evidence. Where several findings have all of them alike, their
/// order in the file tells them apart.
pub fn findings(findings: &mut Vec<Finding>, sources: &Sources) {
    let path = |finding: &Finding| sources.get(finding.primary.place.file).path.as_str();
    // A finding is large to move, so they are moved once.
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.par_sort_by(|a, b| {
        let (a, b) = (&findings[*a], &findings[*b]);
        (path(a), a.primary.place.span, &a.rule, &a.target, &a.message).cmp(&(
            path(b),
            b.primary.place.span,
            &b.rule,
            &b.target,
            &b.message,
        ))
    });
    let mut unordered: Vec<Option<Finding>> = std::mem::take(findings).into_iter().map(Some).collect();
    findings.extend(order.into_iter().filter_map(|index| unordered.get_mut(index)?.take()));
    let bases: Vec<String> = findings.par_iter().map(|finding| base(finding, path(finding))).collect();
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(bases.len());
    for (finding, base) in findings.iter_mut().zip(&bases) {
        let count = seen.entry(base).or_default();
        *count += 1;
        finding.fingerprint = if *count == 1 { base.clone() } else { fingerprint(&[base, &count.to_string()]) };
    }
}

fn base(finding: &Finding, path: &str) -> String {
    let target = &finding.target;
    fingerprint(&[&finding.rule, path, &target.kind, &target.name, &finding.evidence])
}

/// Puts notes in the order of their places.
pub fn notes(notes: &mut Vec<Note>, sources: &Sources) {
    notes.sort_by(|a, b| {
        let key = |note: &Note| (sources.get(note.place.file).path.clone(), note.place.span, note.message.clone());
        key(a).cmp(&key(b))
    });
    notes.dedup();
}
