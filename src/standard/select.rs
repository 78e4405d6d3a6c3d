//! Which rules run: the uses of a standard, typed with their parameters, equal ones run once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::Standard;
use super::conflict::{self, Asked};
use super::contradict;
use super::library::{Library, renamed};
use super::together;
use crate::diagnostic::Problem;
use crate::finding::{ClauseRef, Label, Severity};
use crate::model::schema::StructDef;
use crate::rules::ast::RuleSource;
use crate::rules::check::unknown_params;
use crate::rules::ir::Compiled;
use crate::rules::pattern::Pattern;
use crate::rules::{Arguments, compile, compile_changed};
use crate::source::Place;

/// A rule with its parameters, ready to run.
#[derive(Debug)]
pub struct Instance {
    /// The id that findings carry.
    pub id: String,
    /// The rule.
    pub rule: Compiled,
    /// Severity of its failures.
    pub severity: Severity,
    /// The clauses that ask for it; the severest first.
    pub clauses: Arc<[ClauseRef]>,
    /// Whether every one of those clauses may be waived.
    pub waivable: bool,
    /// Whether another instance has its id, of which the stricter one speaks where both fail.
    pub folds: bool,
    only: Vec<Pattern>,
    except: Vec<Pattern>,
}

impl Instance {
    /// Whether it passes some files over.
    #[must_use]
    pub fn is_choosy(&self) -> bool {
        !self.only.is_empty() || !self.except.is_empty()
    }

    /// Whether it looks at what several files make: `only` has to name one of them, `except` none.
    #[must_use]
    pub fn looks_at(&self, paths: &[&str]) -> bool {
        let names = |globs: &[Pattern]| globs.iter().any(|glob| paths.iter().any(|path| glob.is_match(path)));
        (self.only.is_empty() || names(&self.only)) && !names(&self.except)
    }
}

fn kinds() -> Vec<&'static StructDef> {
    crate::model::kinds().iter().map(|kind| (kind.schema)()).collect()
}

/// The instances of standards, in the order in which their clauses name them; of several uses under one id the stricter
/// first.
///
/// # Errors
/// Every mistake in a rule or in its parameters, a rule that one standard uses with different parameters under one
/// name, and uses of two standards that cannot both be met.
pub fn instances(library: &mut Library, standards: &[Arc<Standard>]) -> Result<Vec<Instance>, Vec<Problem>> {
    let combined = if standards.len() > 1 { together::combined(library, standards) } else { standards.to_vec() };
    let standards = combined.as_slice();
    let kinds = kinds();
    let mut problems = Vec::new();
    let mut by_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut ahead = typed_ahead(library, standards, &kinds);
    let mut out: Vec<Selected<'_>> = Vec::with_capacity(ahead.len());
    let uses = standards.iter().flat_map(|standard| {
        standard.clauses.iter().flat_map(|clause| clause.rules.iter().map(|rule| Asked { standard, clause, rule }))
    });
    for asked in uses {
        let rule = asked.rule;
        let earlier = by_rule.entry(rule.rule.value.as_str()).or_default();
        let same = earlier.iter().copied().find(|index| out.get(*index).is_some_and(|one| one.is_same(asked)));
        if let Some(same) = same.and_then(|index| out.get_mut(index)) {
            same.add(asked);
            continue;
        }
        let ahead = ahead.remove(&rule.rule.place);
        let typed = ahead.unwrap_or_else(|| instance(library, rule, &kinds));
        match typed {
            Ok(instance) => {
                let others = earlier.iter().filter_map(|index| out.get(*index));
                let (wrong, folds) = beside(&instance.rule.source, others, asked);
                problems.extend(wrong);
                earlier.push(out.len());
                out.push(Selected::new(Instance { folds, ..instance }, asked));
            }
            Err(found) => problems.extend(found),
        }
    }
    if standards.len() > 1 {
        let uses: Vec<_> = out.iter().map(|selected| (selected.first, &*selected.instance.rule.source)).collect();
        problems.extend(contradict::contradictions(&uses));
        problems.extend(together::apart(standards));
    }
    if !problems.is_empty() {
        return Err(without_repeats(problems));
    }
    for indices in by_rule.values().filter(|indices| indices.len() > 1) {
        strictest_first(&mut out, indices);
    }
    let out: Vec<Instance> = out.into_iter().map(Selected::finish).collect();
    warn(library, standards);
    for instance in &out {
        warn_of_fields(library, instance);
    }
    Ok(out)
}

/// An instance with the first use that asks for it.
struct Selected<'s> {
    instance: Instance,
    clauses: Vec<ClauseRef>,
    first: Asked<'s>,
}

impl<'s> Selected<'s> {
    fn new(mut instance: Instance, first: Asked<'s>) -> Self {
        instance.severity = first.standard.severity(first.clause, first.rule);
        instance.waivable = first.clause.waivable;
        Self { instance, clauses: vec![clause_ref(first)], first }
    }

    fn is_same(&self, asked: Asked<'_>) -> bool {
        let (own, other) = (self.first.rule, asked.rule);
        own.id() == other.id()
            && own.rule.value == other.rule.value
            && same_params(&own.params, &other.params)
            && (&own.only, &own.except) == (&other.only, &other.except)
    }

    fn add(&mut self, asked: Asked<'_>) {
        self.instance.waivable &= asked.clause.waivable;
        let severity = asked.standard.severity(asked.clause, asked.rule);
        if severity > self.instance.severity {
            self.instance.severity = severity;
            self.clauses.insert(0, clause_ref(asked));
        } else {
            self.clauses.push(clause_ref(asked));
        }
    }

    fn finish(self) -> Instance {
        Instance { clauses: self.clauses.into(), ..self.instance }
    }
}

fn clause_ref(asked: Asked<'_>) -> ClauseRef {
    ClauseRef {
        standard: asked.standard.id.clone(),
        clause: asked.clause.id.value.clone(),
        title: asked.clause.title.clone(),
    }
}

/// What is wrong with a use beside the other uses of its rule, and whether one of them has its id.
fn beside<'s>(
    source: &RuleSource,
    others: impl Iterator<Item = &'s Selected<'s>>,
    asked: Asked<'_>,
) -> (Vec<Problem>, bool) {
    let mut problems = Vec::new();
    let mut folds = false;
    for other in others {
        let has_id = other.first.rule.id() == asked.rule.id();
        if other.first.standard.id != asked.standard.id {
            folds |= has_id && conflict::strictness(source, other.first.rule, asked.rule).is_some();
            problems.extend(conflict::conflict(source, other.first, asked));
        } else if has_id && !same_params(&other.first.rule.params, &asked.rule.params) {
            problems.push(twice(asked.rule, &other.first.rule.params));
        }
    }
    (problems, folds)
}

/// Puts the uses of one rule under one id in order, where their bounds and lists say which is the stricter.
fn strictest_first(out: &mut [Selected<'_>], indices: &[usize]) {
    for (position, later) in indices.iter().enumerate() {
        for earlier in indices.iter().take(position) {
            let (Some(a), Some(b)) = (out.get(*earlier), out.get(*later)) else { continue };
            let source = &a.instance.rule.source;
            let order = (a.instance.id == b.instance.id)
                .then(|| conflict::strictness(source, a.first.rule, b.first.rule))
                .flatten();
            if order == Some(Ordering::Greater) {
                out.swap(*earlier, *later);
            }
        }
    }
}

/// A rule's own mistakes come with every use of it.
fn without_repeats(problems: Vec<Problem>) -> Vec<Problem> {
    let mut out: Vec<Problem> = Vec::new();
    for problem in problems {
        if !out.contains(&problem) {
            out.push(problem);
        }
    }
    out
}

/// Notes former ids, and uses of rules that are on their way out. Who uses a built-in standard cannot change it.
fn warn(library: &mut Library, standards: &[Arc<Standard>]) {
    for standard in standards {
        for warning in &standard.warnings {
            library.warn(warning.clone());
        }
        for rule in standard.clauses.iter().flat_map(|clause| &clause.rules) {
            if library.is_built_in(rule.rule.place.file) {
                continue;
            }
            if let Ok(source) = library.rule(&rule.rule.value, None) {
                library.warn_of_deprecation(&source, Some(rule.rule.place));
            }
        }
    }
}

/// Notes former names of fields in a rule.
fn warn_of_fields(library: &mut Library, instance: &Instance) {
    for warning in &instance.rule.warnings {
        library.warn(warning.clone());
    }
}

/// Reads and types the first use of every id side by side; found by the place of the use.
fn typed_ahead(
    library: &mut Library,
    standards: &[Arc<Standard>],
    kinds: &[&'static StructDef],
) -> HashMap<Place, Result<Instance, Vec<Problem>>> {
    let uses = || standards.iter().flat_map(|standard| &standard.clauses).flat_map(|clause| &clause.rules);
    library.read_ahead(uses().map(|rule| rule.rule.value.as_str()));
    let mut seen = HashSet::new();
    let first: Vec<&super::Use> = uses().filter(|rule| seen.insert(rule.id())).collect();
    let library = &*library;
    let typed = first.into_par_iter().map(|rule| (rule.rule.place, instance(library, rule, kinds)));
    typed.with_min_len(16).collect()
}

fn same_params(a: &Arguments, b: &Arguments) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((n, v), (m, w))| n == m && same_literal(&v.value, &w.value))
}

fn same_literal(a: &crate::rules::ast::Literal, b: &crate::rules::ast::Literal) -> bool {
    a.text() == b.text()
}

fn twice(rule: &super::Use, earlier: &Arguments) -> Problem {
    let place = rule.name.as_ref().map_or(rule.rule.place, |name| name.place);
    let message = format!("`{}` is used twice with different parameters", rule.id());
    let mut problem = Problem::new("standard/duplicate-use", message, Label { place, text: String::new() })
        .with_help("give one of the uses a name of its own with `as`");
    if let Some(value) = earlier.values().next() {
        problem.labels.push(Label { place: value.place, text: "the first use".to_owned() });
    }
    problem
}

fn instance(library: &Library, rule: &super::Use, kinds: &[&'static StructDef]) -> Result<Instance, Vec<Problem>> {
    let source = library.rule(&rule.rule.value, Some(rule.rule.place))?;
    let compiled = compile_use(&source, rule, kinds)?;
    let severity = source.severity;
    let globs = |globs: &[String]| globs.iter().map(|glob| Pattern::glob(glob)).collect();
    Ok(Instance {
        id: rule.id().to_owned(),
        rule: compiled,
        severity,
        clauses: [].into(),
        waivable: true,
        folds: false,
        only: globs(&rule.only),
        except: globs(&rule.except),
    })
}

/// Types a use of a rule. What is missing or unknown is blamed on the use.
fn compile_use(
    source: &Arc<RuleSource>,
    rule: &super::Use,
    kinds: &[&'static StructDef],
) -> Result<Compiled, Vec<Problem>> {
    let names = rule.param_names.iter().map(|(name, place)| (name.as_str(), *place));
    let unknown = unknown_params(source, names);
    let mut problems = match compile(source, &rule.params, kinds) {
        Ok(compiled) if unknown.is_empty() => return Ok(compiled),
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    };
    let told = |problem: &Problem| {
        problem.labels.first().is_some_and(|label| {
            rule.params.iter().any(|(name, value)| rule.param_names.contains_key(name) && value.place == label.place)
        })
    };
    problems.retain(|problem| problem.code != "rule/unknown-param" || !told(problem));
    for problem in problems.iter_mut().filter(|problem| problem.code == "rule/missing-param") {
        problem.labels.iter_mut().for_each(|label| "declared here".clone_into(&mut label.text));
        problem.labels.insert(0, Label { place: rule.rule.place, text: String::new() });
        problem.help = Some("give it in `params`".to_owned());
    }
    problems.extend(unknown);
    Err(problems)
}

/// Rules named on the command line: with the parameters of the standards in force where those use them, else with
/// those that `given` knows.
///
/// # Errors
/// An unknown rule, or what is wrong with it.
pub fn named(
    library: &mut Library,
    standards: &[Arc<Standard>],
    ids: &[String],
    given: &dyn Fn(&str) -> Arguments,
) -> Result<Vec<Instance>, Vec<Problem>> {
    let mut out = Vec::new();
    let mut problems = Vec::new();
    let all = instances(library, standards)?;
    let mut present = Vec::new();
    for id in ids {
        let now = library.present_id(id).map(str::to_owned);
        if let Some(now) = &now {
            library.warn(renamed(id, now, None));
        }
        present.push(now.unwrap_or_else(|| id.clone()));
    }
    let ids = present;
    for id in &ids {
        if let Ok(source) = library.rule(id, None) {
            library.warn_of_deprecation(&source, None);
        }
        if all.iter().any(|instance| instance.id == *id || instance.rule.source.id.value == *id) {
            continue;
        }
        match library.rule(id, None).and_then(|source| single(&source, &given(id))) {
            Ok(instance) => {
                warn_of_fields(library, &instance);
                out.push(instance);
            }
            Err(found) => problems.extend(found),
        }
    }
    out.extend(
        all.into_iter().filter(|instance| ids.contains(&instance.id) || ids.contains(&instance.rule.source.id.value)),
    );
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

/// What is wrong with the parameters of a use.
#[must_use]
pub fn faults(library: &Library, rule: &super::Use) -> Vec<Problem> {
    instance(library, rule, &kinds()).err().unwrap_or_default()
}

/// A rule with given parameters, by itself.
///
/// # Errors
/// What is wrong with the rule or the parameters.
pub fn single(source: &Arc<RuleSource>, params: &Arguments) -> Result<Instance, Vec<Problem>> {
    Ok(alone(compile(source, params, &kinds())?))
}

/// A changed rule with given parameters, some of which the change may have left without a use.
///
/// # Errors
/// Why the rule does not load with this change.
pub fn changed(source: &Arc<RuleSource>, params: &Arguments) -> Result<Instance, Vec<Problem>> {
    Ok(alone(compile_changed(source, params, &kinds())?))
}

fn alone(compiled: Compiled) -> Instance {
    let source = &compiled.source;
    Instance {
        id: source.id.value.clone(),
        severity: source.severity,
        rule: compiled,
        clauses: [].into(),
        waivable: true,
        folds: false,
        only: Vec::new(),
        except: Vec::new(),
    }
}
