//! A run: every service judged by the rules of its standards, in parallel, into one report.

mod comments;
pub mod examples;
mod judge;
mod own;
mod plan;
mod summary;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::diagnostic::Problem;
use crate::finding::{ArtifactRef, Finding, Note, NoteKind, Report, RuleCount, ServiceRef};
use crate::model::repo::Repo;
use crate::model::service::Service;
use crate::standard::library::Library;
use crate::standard::select::Instance;
use crate::triage::suppress::Known;
use crate::triage::{order, suppress};

pub use plan::{Choice, Plan};

/// Judges a repository.
///
/// # Errors
/// Everything that is wrong with the rules and standards chosen; nothing has then been judged.
pub fn run(repo: &Repo, library: &mut Library, choice: &Choice) -> Result<Report, Vec<Problem>> {
    let plan = Plan::new(repo, library, choice)?;
    Ok(judge_all(repo, library, &plan, choice.allows_own_findings()))
}

/// Judges a repository by given instances, whatever standards its services follow.
#[must_use]
pub fn run_instances(repo: &Repo, instances: Vec<Instance>) -> Report {
    let plan = Plan::of_instances(repo, instances);
    judge_all(repo, &Library::default(), &plan, false)
}

fn judge_all(repo: &Repo, library: &Library, plan: &Plan, own_findings: bool) -> Report {
    let results: Vec<judge::Judged> = repo
        .services
        .par_iter()
        .enumerate()
        .filter(|(index, _)| plan.is_judged(*index))
        .map(|(index, service)| judge::service(repo, service, plan.instances(index)))
        .collect();
    let mut findings: Vec<Finding> = Vec::new();
    let mut counts: BTreeMap<String, RuleCount> = BTreeMap::new();
    for judged in results {
        findings.extend(judged.findings);
        for count in judged.counts {
            let total = counts
                .entry(count.rule.clone())
                .or_insert_with(|| RuleCount { rule: count.rule.clone(), ..RuleCount::default() });
            total.passed += count.passed;
            total.failed += count.failed;
            total.unknown += count.unknown;
            total.not_applicable += count.not_applicable;
        }
    }
    if own_findings {
        findings.extend(own::findings(repo, |service| plan.is_judged(service)));
    }
    let mut notes = repo.notes.clone();
    let shown = |(index, service): &(usize, &Service)| service.is_illustration && !plan.is_judged(*index);
    notes.extend(repo.services.iter().enumerate().filter(shown).map(|(_, service)| illustration(service)));
    notes.extend(suppressions(repo, library, plan, &mut findings));
    order::findings(&mut findings, &repo.sources);
    order::notes(&mut notes, &repo.sources);
    let rule_infos = summary::rule_infos(plan, &findings);
    Report {
        standards: summary::standards(plan, &counts, &findings),
        services: services(repo, plan),
        findings,
        rules: counts.into_values().collect(),
        rule_infos,
        notes,
        files_read: repo.files_read,
    }
}

fn illustration(service: &Service) -> Note {
    Note {
        kind: NoteKind::NotEvaluated,
        place: service.at,
        message: "this stands in documentation or test fixtures, and is not judged unless it is named".to_owned(),
        help: None,
        related: Vec::new(),
    }
}

fn suppressions(repo: &Repo, library: &Library, plan: &Plan, findings: &mut [Finding]) -> Vec<Note> {
    let ran: BTreeSet<String> = plan.all_instances().map(|instance| instance.id.clone()).collect();
    let mut rules: BTreeSet<String> = ran.clone();
    rules.extend(library.rule_ids().map(str::to_owned));
    rules.extend(own::RULES.iter().map(|rule| rule.id.to_owned()));
    let not_waivable =
        plan.all_instances().filter(|instance| !instance.waivable).map(|instance| instance.id.clone()).collect();
    let known = Known { rules: &rules, not_waivable: &not_waivable, ran: &ran };
    let (pragmas, misspelt) = comments::pragmas(repo);
    suppress::apply(findings, &pragmas, &misspelt, &comments::annotations(repo), &known)
}

fn services(repo: &Repo, plan: &Plan) -> Vec<ServiceRef> {
    let reference = |(index, service): (usize, &Service)| ServiceRef {
        root: service.root.0.clone(),
        artifacts: service.artifacts.iter().map(|(kind, path)| ArtifactRef { kind, path: path.clone() }).collect(),
        standards: plan.standards_of(index).to_vec(),
    };
    repo.services.iter().enumerate().filter(|(index, _)| plan.is_judged(*index)).map(reference).collect()
}
