//! One service judged by its rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::stand::Stand;
use crate::finding::{Finding, Label, Outcome, Reach, RuleCount, Severity, Target};
use crate::fix::Desk;
use crate::model::schema::{Node, Scope};
use crate::model::service::Service;
use crate::rules::ast::UnknownAs;
use crate::rules::conclude::{Conclusion, conclude};
use crate::rules::eval::{Found, Judgement, Pools, judge};
use crate::rules::evidence::Group;
use crate::rules::fix::plan;
use crate::source::{EntryKind, Place};
use crate::standard::select::Instance;

/// What judging one service gave.
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    /// How the targets of each rule ended, in the order of the rules and without their names.
    pub(super) counts: Vec<RuleCount>,
}

/// Rules that one thread takes at a time.
const BATCH: usize = 16;

/// Judges a service. `alone` is whether the other threads have nothing better to do than to help.
pub(super) fn service(desk: &Desk<'_>, service: &Service, instances: &[Instance], alone: bool) -> Judged {
    let mut targets: BTreeMap<&'static str, Vec<&dyn Node>> = BTreeMap::new();
    for instance in instances {
        let kind = instance.rule.kind.name;
        targets.entry(kind).or_insert_with(|| service.targets(kind));
    }
    let stand = Stand::new(desk.sources(), service);
    let batch = if alone { BATCH } else { instances.len() };
    let judged: Vec<(Vec<Finding>, RuleCount)> = instances
        .par_iter()
        .with_min_len(batch)
        .map(|instance| {
            let targets = targets.get(instance.rule.kind.name).map_or(&[][..], Vec::as_slice);
            by_rule(desk, service, &stand, instance, targets)
        })
        .collect();
    let mut findings = Vec::with_capacity(judged.iter().map(|(findings, _)| findings.len()).sum());
    let mut counts = Vec::with_capacity(judged.len());
    for (found, count) in judged {
        findings.extend(found);
        counts.push(count);
    }
    Judged { findings, counts }
}

/// Judges the Kubernetes objects of a service alone, or all but them: one list of findings for each rule.
pub(super) fn variant(
    desk: &Desk<'_>,
    service: &Service,
    instances: &[Instance],
    is_of_objects: bool,
) -> Vec<Vec<Finding>> {
    let stand = Stand::new(desk.sources(), service);
    let judged = |instance: &Instance| {
        let kind = instance.rule.kind.name;
        if kind.starts_with("k8s.") != is_of_objects {
            return Vec::new();
        }
        by_rule(desk, service, &stand, instance, &service.targets(kind)).0
    };
    instances.iter().map(judged).collect()
}

fn by_rule(
    desk: &Desk<'_>,
    service: &Service,
    stand: &Stand<'_>,
    instance: &Instance,
    targets: &[&dyn Node],
) -> (Vec<Finding>, RuleCount) {
    let mut findings = Vec::new();
    let mut count = RuleCount::default();
    let pools = Pools::new(&instance.rule, service);
    let objects = service.objects_behind(instance.rule.kind.name);
    for (index, target) in targets.iter().enumerate() {
        let object = objects.get(index).copied();
        if instance.is_choosy() && !instance.looks_at(&stand.paths(*target, object)) {
            continue;
        }
        let found = Found::new(&instance.rule);
        match judge(&instance.rule, *target, &pools, &found) {
            Judgement::NotApplicable => {}
            Judgement::Pass => count.passed += 1,
            Judgement::Findings(groups) => {
                let failed = groups.iter().any(|group| !group.unknown);
                if failed || instance.rule.source.unknown == UnknownAs::Fail {
                    count.failed += 1;
                } else {
                    count.unknown += 1;
                }
                // What is written once, such as a range of ports, may be several elements of the model.
                let mut told: BTreeSet<(Place, String)> = BTreeSet::new();
                for group in &groups {
                    let Some(conclusion) = conclude(&instance.rule, *target, group) else { continue };
                    let found = finding(instance, service, *target, conclusion).map(|mut found| {
                        stand.reach(*target, object, &mut found);
                        // A directory has no text to look at: where a file takes part, it tells nothing.
                        let is_file = |label: &Label| desk.sources().get(label.place.file).kind != EntryKind::Directory;
                        if is_file(&found.primary) {
                            found.related.retain(is_file);
                        }
                        mended(desk, instance, *target, group, found)
                    });
                    findings.extend(found.filter(|one| told.insert((one.primary.place, one.message.clone()))));
                }
            }
        }
    }
    if count.passed + count.failed + count.unknown == 0 {
        count.not_applicable = 1;
    }
    (findings, count)
}

/// The finding with the fixes that apply to it.
fn mended<'a>(
    desk: &Desk<'_>,
    instance: &'a Instance,
    target: &'a dyn Node,
    group: &Group<'a>,
    mut found: Finding,
) -> Finding {
    if found.outcome == Outcome::Fail && !group.unknown && !instance.rule.fixes.is_empty() {
        let planned = plan(&instance.rule, target, group).into_iter();
        found.fixes = planned.filter_map(|planned| desk.write(&found.service, planned)).collect();
    }
    found
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
        clauses: Arc::clone(&instance.clauses),
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
        fixes: Vec::new(),
        reach: Reach::default(),
        suppressed: None,
    })
}
