//! The waivers of the configuration, as far as this run can use them.

use std::collections::BTreeSet;

use super::own;
use super::plan::Plan;
use crate::config::{Paths, Subject};
use crate::finding::{Finding, Note};
use crate::model::repo::Repo;
use crate::standard::select::Instance;
use crate::triage::waive::{self, Waived, Waiver};

/// Applies the waivers to findings, and returns what there is to say about the waivers themselves.
pub(super) fn apply(repo: &Repo, plan: &Plan, findings: &mut [Finding]) -> Vec<Note> {
    let config = &plan.config;
    if config.waivers.is_empty() {
        return Vec::new();
    }
    let covers: Vec<_> = config
        .waivers
        .iter()
        .map(|waiver| {
            let paths = Paths::new(&waiver.paths);
            move |path: &str| config.base.from_run(path).is_some_and(|path| paths.cover(&path))
        })
        .collect();
    let waivers: Vec<Waiver<'_>> = config
        .waivers
        .iter()
        .zip(&covers)
        .map(|(waiver, covers)| {
            let name = waiver.subject.name();
            let (waived, ran) = resolve(plan, &waiver.subject);
            Waiver {
                place: name.place,
                name: &name.value,
                waived,
                covers,
                reason: &waiver.reason.value,
                until: waiver.until.as_ref().map(|until| until.value),
                is_judged: plan.is_whole && ran,
            }
        })
        .collect();
    waive::apply(findings, &repo.sources, &waivers, plan.clock)
}

/// What a name stands for among the rules that ran, and whether there is any.
fn resolve(plan: &Plan, subject: &Subject) -> (Waived, bool) {
    let instances = || plan.all_instances();
    match subject {
        Subject::Clause(name) => {
            let asks = |instance: &Instance| instance.clauses.iter().any(|clause| clause.clause == name.value);
            (Waived::Clause(name.value.clone()), instances().any(asks))
        }
        Subject::Rule(name) => {
            let mut ids: BTreeSet<String> =
                instances().filter(|instance| instance.id == name.value).map(|instance| instance.id.clone()).collect();
            ids.extend(own::info(&name.value).map(|info| info.id));
            if ids.is_empty() {
                let of_rule = instances().filter(|instance| instance.rule.source.id.value == name.value);
                ids.extend(of_rule.map(|instance| instance.id.clone()));
            }
            let ran = !ids.is_empty();
            (Waived::Rules(ids), ran)
        }
    }
}
