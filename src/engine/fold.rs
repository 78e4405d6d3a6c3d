//! Findings that say one thing are told once: where two standards use one rule with different bounds and both fail, the
//! stricter use speaks for both; a value that templates print several times, or that a file gives to several services, is
//! one finding.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::stand::PRINTED;
use crate::finding::{Finding, Label, Outcome, Target};
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

/// How many further actions that print a value, or services that are given it, are shown.
const SHOWN: usize = 8;

/// Makes one finding of those that one value is the reason of: one of a values file, which several templates print, or
/// one of a file of variables, which several services are given.
pub(super) fn spread(findings: &mut Vec<Finding>) {
    let through = |finding: &Finding| finding.reach.printed.or(finding.reach.given);
    if findings.iter().all(|finding| through(finding).is_none()) {
        return;
    }
    let mut groups: BTreeMap<Same, Vec<usize>> = BTreeMap::new();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let (mut told, others): (Vec<Finding>, Vec<Finding>) =
        std::mem::take(findings).into_iter().partition(|finding| through(finding).is_some());
    told.sort_by_key(through);
    for finding in told {
        let Some(at) = through(&finding) else { continue };
        let group = groups.entry(Same::of(&finding)).or_default();
        // What one target has several findings of are different things, such as two labels that it lacks.
        let other = group.iter().copied().find(|index| {
            let mut told =
                kept.get(*index).into_iter().flat_map(|first| std::iter::once(&first.target).chain(&first.reach.also));
            told.all(|target| *target != finding.target)
        });
        let Some(first) = other.and_then(|index| kept.get_mut(index)) else {
            group.push(kept.len());
            kept.push(finding);
            continue;
        };
        first.reach.also.push(finding.target.clone());
        let is_new = first.related.iter().all(|label| label.place != at);
        if is_new && first.related.len() < SHOWN {
            let name = &finding.target.name;
            let is_printed = finding.reach.printed.is_some();
            let text =
                if is_printed { format!("{PRINTED} for `{name}`, too") } else { format!("`{name}` is given it too") };
            first.related.push(Label { place: at, text });
        }
    }
    kept.extend(others);
    *findings = kept;
}

/// What findings have in common that one value is the reason of.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Same {
    rule: String,
    /// Empty where one file speaks to all services.
    service: String,
    place: Place,
    outcome: Outcome,
    evidence: String,
    is_suppressed: bool,
    clauses: usize,
}

impl Same {
    fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.clone(),
            service: finding.reach.given.map_or_else(|| finding.service.clone(), |_| String::new()),
            place: finding.primary.place,
            outcome: finding.outcome,
            evidence: finding.evidence.clone(),
            is_suppressed: finding.suppressed.is_some(),
            clauses: finding.clauses.len(),
        }
    }
}
