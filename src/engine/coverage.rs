//! Which rules had something to judge in a repository, and which never had a target.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::judge_all;
use super::plan::{Choice, Plan};
use crate::diagnostic::Problem;
use crate::finding::Report;
use crate::model::repo::Repo;
use crate::model::schema::Scope;
use crate::rules::Arguments;
use crate::rules::ast::RuleSource;
use crate::standard::library::Library;
use crate::standard::select::{self, Instance};

/// What a rule is told where it needs a value that nobody gives.
const MISSING: &str = "rule/missing-param";

/// How often a rule, or a use of it, had something to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Id of the rule, or of its use.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// The kind that it looks at.
    pub kind: String,
    /// How many of its kind there are in the services that were judged, whether or not `where` takes them.
    pub of_kind: usize,
    /// Targets for which it holds.
    pub passed: usize,
    /// Targets for which it does not.
    pub failed: usize,
    /// Targets for which it cannot be told.
    pub unknown: usize,
    /// Whether it has a parameter without a default that no standard gives, and so was not tried.
    pub lacks_params: bool,
}

impl Covered {
    /// How many targets it judged.
    #[must_use]
    pub fn targets(&self) -> usize {
        self.passed + self.failed + self.unknown
    }
}

/// Which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those of the standards in force.
    Standards,
    /// Every rule of the library, with its defaults; one that has none as the standards use it.
    Everything,
}

/// Judges a repository, and counts the targets of each rule, by id.
///
/// # Errors
/// Everything that is wrong with the rules and standards chosen.
pub fn coverage(
    repo: &Repo,
    library: &mut Library,
    choice: &Choice,
    of: Of,
) -> Result<(Report, Vec<Covered>), Vec<Problem>> {
    let mut lacking = Vec::new();
    let plan = match of {
        Of::Standards => Plan::new(repo, library, choice)?,
        Of::Everything => {
            let instances = every_rule(library, &mut lacking)?;
            Plan::of_instances(repo, instances).only(repo, choice)
        }
    };
    let report = judge_all(repo, library, &plan, false);
    let mut out: BTreeMap<String, Covered> = BTreeMap::new();
    for instance in plan.all_instances() {
        let (id, rule, kind) = (&instance.id, &instance.rule.source.id.value, instance.rule.kind.name);
        out.entry(id.clone()).or_insert_with(|| row(id, rule, kind));
    }
    for rule in &lacking {
        let id = &rule.id.value;
        out.insert(id.clone(), Covered { lacks_params: true, ..row(id, id, &rule.target.value) });
    }
    for count in &report.rules {
        if let Some(row) = out.get_mut(&count.rule) {
            (row.passed, row.failed, row.unknown) = (count.passed, count.failed, count.unknown);
        }
    }
    count_kinds(repo, &plan, &mut out);
    Ok((report, out.into_values().collect()))
}

fn row(id: &str, rule: &str, kind: &str) -> Covered {
    Covered { id: id.to_owned(), rule: rule.to_owned(), kind: kind.to_owned(), ..Covered::default() }
}

/// Every rule of a library. Those that need values which nobody gives go into `lacking`.
fn every_rule(library: &Library, lacking: &mut Vec<Arc<RuleSource>>) -> Result<Vec<Instance>, Vec<Problem>> {
    let mut standards = Vec::new();
    let (mut out, mut problems) = (Vec::new(), Vec::new());
    for id in library.standard_ids() {
        match library.standard(id) {
            Ok(standard) => standards.push(standard),
            Err(found) => problems.extend(found),
        }
    }
    let uses = || standards.iter().flat_map(|standard| &standard.clauses).flat_map(|clause| &clause.rules);
    for id in library.rule_ids() {
        let rule = match library.rule(id, None) {
            Ok(rule) => rule,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        match select::single(&rule, &Arguments::new()) {
            Ok(instance) => out.push(instance),
            Err(found) if found.iter().any(|problem| problem.code == MISSING) => {
                let given = uses().filter(|used| used.rule.value == id);
                let before = out.len();
                out.extend(given.filter_map(|used| select::single(&rule, &used.params).ok()));
                if out.len() == before {
                    lacking.push(rule);
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

/// Counts what there is of the kinds of rules that had no target: whether `where` took none of them is the question of
/// who writes such a rule.
fn count_kinds(repo: &Repo, plan: &Plan, rows: &mut BTreeMap<String, Covered>) {
    let mut counts: BTreeMap<String, usize> =
        rows.values().filter(|row| row.targets() == 0).map(|row| (row.kind.clone(), 0)).collect();
    for index in (0..repo.heads.len()).filter(|index| plan.is_judged(*index)) {
        let Some(assembled) = repo.assemble(index) else { continue };
        for (kind, count) in &mut counts {
            *count += assembled.service.targets(kind).len();
        }
    }
    for row in rows.values_mut() {
        row.of_kind = counts.get(&row.kind).copied().unwrap_or(0).max(row.targets());
    }
}
