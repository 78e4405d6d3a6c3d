//! A run: every service judged by the rules of its standards, in parallel, into one report.

mod comments;
pub mod coverage;
pub mod examples;
mod fold;
mod judge;
pub mod mend;
pub mod mutate;
mod own;
mod plan;
pub mod shown;
mod stand;
mod summary;
mod variants;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;

use rayon::prelude::*;

use crate::diagnostic::Problem;
use crate::finding::{ArtifactRef, Finding, Note, NoteKind, Report, RuleCount, ServiceRef};
use crate::fix::Desk;
use crate::model::repo::{Assembled, Head, Repo, Seen};
use crate::standard::library::Library;
use crate::standard::select::Instance;
use crate::triage::suppress::{Annotated, Known, Said};
use crate::triage::{order, suppress};

pub use own::all as own_rules;
pub use plan::{Choice, Plan, detect};

/// Judges a repository.
///
/// # Errors
/// Everything that is wrong with the rules and standards chosen; nothing has then been judged.
pub fn run(repo: &Repo, library: &mut Library, choice: &Choice) -> Result<Report, Vec<Problem>> {
    // Taking the rules apart at the end of the process would take longer than leaving them to the system.
    let plan = ManuallyDrop::new(Plan::new(repo, library, choice)?);
    Ok(judge_all(repo, library, &plan, choice.allows_own_findings()))
}

/// Judges a repository by given instances, whatever standards its services follow.
#[must_use]
pub fn run_instances(repo: &Repo, instances: Vec<Instance>) -> Report {
    let plan = Plan::of_instances(repo, instances);
    judge_all(repo, &Library::default(), &plan, false)
}

/// What one service adds to the report.
struct Part {
    /// Which rules judged it.
    set: usize,
    judged: judge::Judged,
    own: Vec<Finding>,
    annotations: Vec<Annotated>,
    seen: Seen,
}

/// Services whose parts of the report are in memory at one time. Each holds a count for every rule.
const AT_A_TIME: usize = 256;

fn judge_all(repo: &Repo, library: &Library, plan: &Plan, own_findings: bool) -> Report {
    let desk = Desk::new(&repo.sources);
    let mut findings: Vec<Finding> = Vec::new();
    let mut totals: Vec<Vec<RuleCount>> = plan.no_counts();
    let mut annotations = Vec::new();
    let mut seen = repo.seen.clone();
    if own_findings {
        for (trouble, owner) in repo.seen.troubles.iter().zip(&repo.trouble_owners) {
            if let Some(head) = repo.heads.get(*owner).filter(|_| plan.is_judged(*owner)) {
                let finding = own::trouble(&repo.sources, &head.root, trouble);
                findings.push(own::weighed(finding, plan, *owner));
            }
        }
    }
    let judged: Vec<usize> = (0..repo.heads.len()).filter(|index| plan.is_judged(*index)).collect();
    for some in judged.chunks(AT_A_TIME) {
        let parts: Vec<Part> =
            some.par_iter().filter_map(|index| part(repo, &desk, plan, *index, own_findings)).collect();
        for part in parts {
            findings.extend(part.judged.findings);
            findings.extend(part.own);
            annotations.extend(part.annotations);
            seen.extend(part.seen);
            if let Some(totals) = totals.get_mut(part.set) {
                totals.iter_mut().zip(&part.judged.counts).for_each(|(total, count)| total.add(count));
            }
        }
    }
    own::forget_followers(&mut findings);
    seen.extend(repo.late_seen());
    let mut counts: BTreeMap<String, RuleCount> = BTreeMap::new();
    for count in totals.into_iter().flatten() {
        let total = || RuleCount { rule: count.rule.clone(), ..RuleCount::default() };
        counts.entry(count.rule.clone()).or_insert_with(total).add(&count);
    }
    let mut notes = std::mem::take(&mut seen.notes);
    let shown = |(index, head): &(usize, &Head)| head.is_illustration && !plan.is_judged(*index);
    notes.extend(repo.heads.iter().enumerate().filter(shown).map(|(_, head)| illustration(head)));
    let said = suppressions(repo, library, plan, &mut findings, &seen, &annotations);
    notes.extend(said.notes);
    findings.extend(said.unexplained.iter().filter_map(|at| own::unexplained(repo, plan, *at)));
    notes.extend(waivers::apply(repo, plan, &mut findings));
    fold::spread(&mut findings);
    notes.extend(plan.notes.iter().cloned());
    order::findings(&mut findings, &repo.sources);
    order::notes(&mut notes, &repo.sources);
    let rule_infos = summary::rule_infos(plan, &findings);
    Report {
        standards: summary::standards(plan, own_findings, &counts, &findings),
        services: services(repo, plan),
        findings,
        rules: counts.into_values().collect(),
        rule_infos,
        notes,
        files_read: seen.files_read,
        renamed: said.renamed,
    }
}

/// Puts a service together, judges it, and lets it go.
fn part(repo: &Repo, desk: &Desk<'_>, plan: &Plan, index: usize, own_findings: bool) -> Option<Part> {
    let Assembled { service, seen } = repo.assemble(index)?;
    let alone = repo.heads.len() < rayon::current_num_threads();
    let mut own = Vec::new();
    if own_findings {
        own = own::wrong_values(&repo.sources, &service);
        own.extend(seen.troubles.iter().map(|trouble| own::trouble(&repo.sources, &service.root.0, trouble)));
    }
    let judged = judge::service(desk, &service, plan.instances(index), alone);
    let mut seen = seen;
    seen.extend(service.late_seen());
    let mut part = Part {
        set: plan.set_of(index)?,
        judged,
        own,
        annotations: comments::annotations(&repo.sources, &service),
        seen,
    };
    variants::judge(repo, desk, plan, index, own_findings, &mut part);
    fold::stricter(&mut part.judged.findings, plan.instances(index));
    part.own = part.own.into_iter().map(|finding| own::weighed(finding, plan, index)).collect();
    Some(part)
}

fn illustration(service: &Head) -> Note {
    Note {
        kind: NoteKind::NotEvaluated,
        place: service.at,
        message: "this stands in documentation, among tests or among tools, and is not judged unless it is named"
            .to_owned(),
        help: None,
        related: Vec::new(),
    }
}

fn suppressions(
    repo: &Repo,
    library: &Library,
    plan: &Plan,
    findings: &mut [Finding],
    seen: &Seen,
    annotations: &[Annotated],
) -> Said {
    let (pragmas, misspelt) = comments::pragmas(&repo.sources, seen);
    if pragmas.is_empty() && misspelt.is_empty() && annotations.is_empty() {
        return Said::default();
    }
    let ran: BTreeSet<String> = plan.all_instances().map(|instance| instance.id.clone()).collect();
    let mut rules: BTreeSet<String> = ran.clone();
    rules.extend(library.rule_ids().map(str::to_owned));
    rules.extend(own::RULES.iter().map(|rule| rule.id.to_owned()));
    let not_waivable =
        plan.all_instances().filter(|instance| !instance.waivable).map(|instance| instance.id.clone()).collect();
    let named = pragmas.iter().flat_map(|pragma| pragma.rules.iter().map(|(rule, _)| rule));
    let mut named = named.chain(annotations.iter().map(|annotation| &annotation.rule));
    // Former ids are in the texts of the rules, which few runs have to look through.
    let former: BTreeMap<String, String> = if named.all(|rule| rules.contains(rule)) {
        BTreeMap::new()
    } else {
        library.former_ids().map(|(former, present)| (former.to_owned(), present.to_owned())).collect()
    };
    let known = Known { rules: &rules, not_waivable: &not_waivable, ran: &ran, former: &former, clock: plan.clock };
    suppress::apply(findings, &pragmas, &misspelt, annotations, &known)
}

fn services(repo: &Repo, plan: &Plan) -> Vec<ServiceRef> {
    let reference = |(index, head): (usize, &Head)| ServiceRef {
        root: head.root.clone(),
        artifacts: head.artifacts.iter().map(|(kind, path)| ArtifactRef { kind, path: path.clone() }).collect(),
        standards: plan.standards_of(index).to_vec(),
    };
    repo.heads.iter().enumerate().filter(|(index, _)| plan.is_judged(*index)).map(reference).collect()
}
