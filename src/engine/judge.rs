//! One service judged by its rules.

use crate::finding::{Finding, Outcome, RuleCount, Severity, Target};
use crate::model::repo::Repo;
use crate::model::schema::{Node, Scope};
use crate::model::service::Service;
use crate::rules::ast::UnknownAs;
use crate::rules::conclude::{Conclusion, conclude};
use crate::rules::eval::{Judgement, judge};
use crate::standard::select::Instance;

/// What judging one service gave.
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    pub(super) counts: Vec<RuleCount>,
}

/// Judges a service.
pub(super) fn service(repo: &Repo, service: &Service, instances: &[Instance]) -> Judged {
    let mut findings = Vec::new();
    let mut counts = Vec::new();
    let mut cached: Vec<(&'static str, Vec<&dyn Node>)> = Vec::new();
    for instance in instances {
        let kind = instance.rule.kind.name;
        if cached.iter().all(|(name, _)| *name != kind) {
            cached.push((kind, service.targets(kind)));
        }
        let targets = cached.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, targets)| targets);
        let mut count = RuleCount { rule: instance.id.clone(), ..RuleCount::default() };
        for target in targets {
            if !instance.looks_at(&repo.sources.get(target.place().file).path) {
                continue;
            }
            match judge(&instance.rule, *target, service) {
                Judgement::NotApplicable => {}
                Judgement::Pass => count.passed += 1,
                Judgement::Findings(groups) => {
                    let failed = groups.iter().any(|group| !group.unknown);
                    let unknown_fails = instance.rule.source.unknown == UnknownAs::Fail;
                    if failed || unknown_fails {
                        count.failed += 1
                    } else {
                        count.unknown += 1
                    }
                    for group in &groups {
                        let Some(conclusion) = conclude(&instance.rule, *target, group) else { continue };
                        findings.extend(finding(instance, service, *target, conclusion));
                    }
                }
            }
        }
        if count.passed + count.failed + count.unknown == 0 {
            count.not_applicable = 1;
        }
        counts.push(count);
    }
    Judged { findings, counts }
}

fn finding(instance: &Instance, service: &Service, target: &dyn Node, conclusion: Conclusion) -> Option<Finding> {
    let (outcome, severity) = match (conclusion.outcome, instance.rule.source.unknown) {
        (Outcome::Fail, _) | (Outcome::Unknown, UnknownAs::Fail) => (Outcome::Fail, instance.severity),
        (Outcome::Unknown, UnknownAs::Ignore) => return None,
        // A doubt never weighs more than the failure would.
        (Outcome::Unknown, UnknownAs::Show(severity)) => (Outcome::Unknown, severity.min(instance.severity)),
    };
    Some(Finding {
        rule: instance.id.clone(),
        clauses: instance.clauses.clone(),
        severity: severity.max(Severity::Info),
        outcome,
        service: service.root.0.clone(),
        target: Target { kind: target.def().name.to_owned(), name: target.label() },
        message: conclusion.message,
        help: conclusion.help,
        primary: conclusion.primary,
        related: conclusion.related,
        evidence: conclusion.evidence,
        fingerprint: String::new(),
        suppressed: None,
    })
}
