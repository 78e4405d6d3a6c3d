//! Where two standards use one rule with different bounds and both fail, the stricter use speaks for both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::{Finding, Outcome, Target};
use crate::source::Place;
use crate::standard::select::Instance;

/// What makes two findings of one rule the same to a reader.
type Key = (String, Place, Target, Outcome);

/// Leaves out the findings of a looser use where the stricter one, which comes first, has one too.
pub(super) fn stricter(findings: &mut Vec<Finding>, instances: &[Instance]) {
    let shared: BTreeSet<&str> =
        instances.iter().filter(|instance| instance.folds).map(|instance| instance.id.as_str()).collect();
    if shared.is_empty() {
        return;
    }
    let mut told: BTreeMap<Key, usize> = BTreeMap::new();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in std::mem::take(findings) {
        if !shared.contains(finding.rule.as_str()) {
            kept.push(finding);
            continue;
        }
        let key = (finding.rule.clone(), finding.primary.place, finding.target.clone(), finding.outcome);
        let first = told.get(&key).and_then(|index| kept.get_mut(*index));
        if let Some(first) = first.filter(|first| !Arc::ptr_eq(&first.clauses, &finding.clauses)) {
            let new = finding.clauses.iter().filter(|clause| !first.clauses.contains(clause));
            first.clauses = first.clauses.iter().chain(new).cloned().collect();
            first.severity = first.severity.max(finding.severity);
        } else {
            told.entry(key).or_insert(kept.len());
            kept.push(finding);
        }
    }
    *findings = kept;
}
