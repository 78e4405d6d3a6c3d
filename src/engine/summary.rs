//! What a run says of its standards and rules as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::own;
use super::plan::Plan;
use crate::finding::{Finding, Outcome, RuleCount, RuleInfo, StandardSummary};
use crate::standard::Coverage;

/// How the clauses of the standards in force ended.
pub(super) fn standards(
    plan: &Plan,
    counts: &BTreeMap<String, RuleCount>,
    findings: &[Finding],
) -> Vec<StandardSummary> {
    // A suppressed failure is waived, so the counts of the rules alone do not decide.
    let failed: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding.suppressed.is_none() && finding.outcome == Outcome::Fail)
        .map(|finding| finding.rule.as_str())
        .collect();
    plan.standards()
        .iter()
        .map(|standard| {
            let mut summary = StandardSummary {
                id: standard.id.clone(),
                version: standard.version.clone(),
                title: standard.title.clone(),
                met: 0,
                failed: 0,
                unknown: 0,
                not_applicable: 0,
                not_checkable: 0,
            };
            for clause in &standard.clauses {
                if clause.coverage == Coverage::Manual {
                    summary.not_checkable += 1;
                    continue;
                }
                let ids = || clause.rules.iter().map(crate::standard::Use::id);
                let sum = |of: fn(&RuleCount) -> usize| ids().filter_map(|id| counts.get(id)).map(of).sum::<usize>();
                if ids().any(|id| failed.contains(id)) {
                    summary.failed += 1;
                } else if sum(|count| count.unknown) > 0 {
                    summary.unknown += 1;
                } else if sum(|count| count.passed + count.failed) > 0 {
                    summary.met += 1;
                } else {
                    summary.not_applicable += 1;
                }
            }
            summary
        })
        .collect()
}

/// What the rules of the run are.
pub(super) fn rule_infos(plan: &Plan, findings: &[Finding]) -> Vec<RuleInfo> {
    let mut infos: BTreeMap<String, RuleInfo> = BTreeMap::new();
    for instance in plan.all_instances() {
        let source = &instance.rule.source;
        infos.entry(instance.id.clone()).or_insert_with(|| RuleInfo {
            id: instance.id.clone(),
            summary: source.summary.clone(),
            why: source.why.trim().to_owned(),
            help: None,
            severity: instance.severity,
            category: source.category.clone(),
            equivalents: source.equivalents.clone(),
        });
    }
    for finding in findings {
        if let Some(info) = own::info(&finding.rule) {
            infos.entry(info.id.clone()).or_insert(info);
        }
    }
    infos.into_values().collect()
}
