//! What a run says of its standards and rules as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::own;
use super::plan::Plan;
use crate::finding::{
    ClauseOutcome, ClauseResult, Finding, Outcome, RuleCount, RuleInfo, RuleOutcomes, StandardSummary,
};
use crate::standard::{Clause, Coverage};

/// How the clauses of the standards in force ended; nothing of them where only named rules ran, and not whole clauses.
pub(super) fn standards(
    plan: &Plan,
    whole: bool,
    counts: &BTreeMap<String, RuleCount>,
    findings: &[Finding],
) -> Vec<StandardSummary> {
    let ended = Ended::new(counts, findings);
    plan.standards()
        .iter()
        .map(|standard| {
            let judged = standard.clauses.iter().filter(|_| whole);
            let clauses: Vec<ClauseResult> = judged.map(|clause| ended.clause(&standard.id, clause)).collect();
            let count = |outcome| clauses.iter().filter(|clause| clause.outcome == outcome).count();
            let in_part = count(ClauseOutcome::PassedInPart);
            StandardSummary {
                id: standard.id.clone(),
                version: standard.version.clone(),
                title: standard.title.clone(),
                met: count(ClauseOutcome::Passed) + in_part,
                in_part,
                failed: count(ClauseOutcome::Failed),
                unknown: count(ClauseOutcome::Unknown),
                waived: count(ClauseOutcome::Waived),
                not_applicable: count(ClauseOutcome::NotApplicable),
                not_checkable: count(ClauseOutcome::NotCheckable),
                clauses,
            }
        })
        .collect()
}

/// A rule, and the standard and clause that ask for it. Another standard may use the rule with other parameters.
type Asked<'r> = (&'r str, &'r str, &'r str);

/// How the rules of the run ended. A suppressed failure is waived, so the counts alone do not decide.
struct Ended<'r> {
    counts: &'r BTreeMap<String, RuleCount>,
    failed: BTreeSet<Asked<'r>>,
    waived: BTreeSet<Asked<'r>>,
}

impl<'r> Ended<'r> {
    fn new(counts: &'r BTreeMap<String, RuleCount>, findings: &'r [Finding]) -> Self {
        let mut ended = Self { counts, failed: BTreeSet::new(), waived: BTreeSet::new() };
        for finding in findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
            let asked = finding
                .clauses
                .iter()
                .map(|clause| (finding.rule.as_str(), clause.standard.as_str(), clause.clause.as_str()));
            if finding.suppressed.is_some() { ended.waived.extend(asked) } else { ended.failed.extend(asked) }
        }
        ended
    }

    fn clause(&self, standard: &str, clause: &Clause) -> ClauseResult {
        let mut rules = RuleOutcomes::default();
        for id in clause.rules.iter().map(crate::standard::Use::id) {
            *self.rule((id, standard, &clause.id.value), &mut rules) += 1;
        }
        ClauseResult {
            id: clause.id.value.clone(),
            title: clause.title.clone(),
            level: clause.level.as_str(),
            coverage: clause.coverage.as_str(),
            outcome: outcome(clause.coverage, rules),
            rules,
            gap: clause.gap.as_ref().map(|gap| gap.trim().to_owned()),
        }
    }

    /// The counter for a rule.
    fn rule<'c>(&self, asked: Asked<'_>, counters: &'c mut RuleOutcomes) -> &'c mut usize {
        match self.counts.get(asked.0) {
            _ if self.failed.contains(&asked) => &mut counters.failed,
            Some(count) if count.unknown > 0 => &mut counters.unknown,
            _ if self.waived.contains(&asked) => &mut counters.waived,
            Some(count) if count.passed + count.failed > 0 => &mut counters.passed,
            _ => &mut counters.not_applicable,
        }
    }
}

fn outcome(coverage: Coverage, rules: RuleOutcomes) -> ClauseOutcome {
    if coverage == Coverage::Manual {
        ClauseOutcome::NotCheckable
    } else if rules.failed > 0 {
        ClauseOutcome::Failed
    } else if rules.unknown > 0 {
        ClauseOutcome::Unknown
    } else if rules.waived > 0 {
        ClauseOutcome::Waived
    } else if rules.passed == 0 {
        ClauseOutcome::NotApplicable
    } else if rules.not_applicable > 0 || coverage == Coverage::Partial {
        ClauseOutcome::PassedInPart
    } else {
        ClauseOutcome::Passed
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(coverage: Coverage, passed: usize, not_applicable: usize) -> ClauseOutcome {
        outcome(coverage, RuleOutcomes { passed, not_applicable, ..RuleOutcomes::default() })
    }

    #[test]
    fn a_clause_passes_only_if_each_of_its_rules_had_a_target() {
        assert_eq!(ended(Coverage::Full, 2, 0), ClauseOutcome::Passed);
        assert_eq!(ended(Coverage::Full, 2, 1), ClauseOutcome::PassedInPart);
        assert_eq!(ended(Coverage::Full, 0, 2), ClauseOutcome::NotApplicable);
    }

    #[test]
    fn a_clause_that_is_checked_in_part_never_passes_as_a_whole() {
        assert_eq!(ended(Coverage::Partial, 2, 0), ClauseOutcome::PassedInPart);
        assert_eq!(ended(Coverage::Manual, 0, 0), ClauseOutcome::NotCheckable);
    }

    #[test]
    fn a_failure_outweighs_a_doubt_and_a_doubt_a_waiver() {
        let all = RuleOutcomes { passed: 1, failed: 1, unknown: 1, waived: 1, not_applicable: 1 };
        assert_eq!(outcome(Coverage::Full, all), ClauseOutcome::Failed);
        assert_eq!(outcome(Coverage::Full, RuleOutcomes { failed: 0, ..all }), ClauseOutcome::Unknown);
        assert_eq!(outcome(Coverage::Full, RuleOutcomes { failed: 0, unknown: 0, ..all }), ClauseOutcome::Waived);
    }
}
