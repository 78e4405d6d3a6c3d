//! Which rules run: the uses of a standard, typed with their parameters, equal ones run once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::Standard;
use super::library::Library;
use crate::diagnostic::Problem;
use crate::finding::{ClauseRef, Label, Severity};
use crate::model::schema::StructDef;
use crate::rules::ir::Compiled;
use crate::rules::pattern::Pattern;
use crate::rules::{Arguments, compile};
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
    only: Vec<Pattern>,
    except: Vec<Pattern>,
}

impl Instance {
    /// Whether it looks at findings in a file.
    #[must_use]
    pub fn looks_at(&self, path: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|glob| glob.is_match(path)))
            && !self.except.iter().any(|glob| glob.is_match(path))
    }
}

fn kinds() -> Vec<&'static StructDef> {
    crate::model::kinds().iter().map(|kind| (kind.schema)()).collect()
}

/// The instances of standards, in the order in which their clauses name them.
///
/// # Errors
/// Every mistake in a rule or in its parameters, and a rule used with different parameters under one name.
pub fn instances(library: &mut Library, standards: &[Standard]) -> Result<Vec<Instance>, Vec<Problem>> {
    let kinds = kinds();
    let mut problems = Vec::new();
    let mut out: Vec<(Instance, Vec<ClauseRef>, Arguments)> = Vec::new();
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    let mut ahead = typed_ahead(library, standards, &kinds);
    for standard in standards {
        for clause in &standard.clauses {
            for rule in &clause.rules {
                let severity = standard.severity(clause, rule);
                let clause_ref = ClauseRef {
                    standard: standard.id.clone(),
                    clause: clause.id.value.clone(),
                    title: clause.title.clone(),
                };
                if let Some((earlier, clauses, params)) = by_id.get(rule.id()).and_then(|index| out.get_mut(*index)) {
                    if !same_params(params, &rule.params) || earlier.rule.source.id.value != rule.rule.value {
                        if standards.len() == 1 {
                            problems.push(twice(rule, params));
                            continue;
                        }
                    } else {
                        earlier.waivable &= clause.waivable;
                        if severity > earlier.severity {
                            earlier.severity = severity;
                            clauses.insert(0, clause_ref);
                        } else {
                            clauses.push(clause_ref);
                        }
                        continue;
                    }
                }
                let typed = match ahead.remove(&rule.rule.place) {
                    Some(typed) => typed,
                    None => instance(library, rule, &kinds),
                };
                match typed {
                    Ok(mut instance) => {
                        instance.severity = severity;
                        instance.waivable = clause.waivable;
                        by_id.insert(rule.id().to_owned(), out.len());
                        out.push((instance, vec![clause_ref], rule.params.clone()));
                    }
                    Err(found) => problems.extend(found),
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(out.into_iter().map(|(instance, clauses, _)| Instance { clauses: clauses.into(), ..instance }).collect())
}

/// Reads and types the first use of every id side by side; found by the place of the use.
fn typed_ahead(
    library: &mut Library,
    standards: &[Standard],
    kinds: &[&'static StructDef],
) -> HashMap<Place, Result<Instance, Vec<Problem>>> {
    let uses = || standards.iter().flat_map(|standard| &standard.clauses).flat_map(|clause| &clause.rules);
    library.read_ahead(&uses().map(|rule| rule.rule.value.as_str()).collect());
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
    let compiled = compile(&source, &rule.params, kinds)?;
    let severity = source.severity;
    let globs = |globs: &[String]| globs.iter().map(|glob| Pattern::glob(glob)).collect();
    Ok(Instance {
        id: rule.id().to_owned(),
        rule: compiled,
        severity,
        clauses: [].into(),
        waivable: true,
        only: globs(&rule.only),
        except: globs(&rule.except),
    })
}

/// Rules named on the command line: with the parameters of the standards in force where those use them, else with
/// their defaults.
///
/// # Errors
/// An unknown rule, or what is wrong with it.
pub fn named(library: &mut Library, standards: &[Standard], ids: &[String]) -> Result<Vec<Instance>, Vec<Problem>> {
    let kinds = kinds();
    let mut out = Vec::new();
    let mut problems = Vec::new();
    let all = instances(library, standards)?;
    for id in ids {
        if all.iter().any(|instance| instance.id == *id || instance.rule.source.id.value == *id) {
            continue;
        }
        match library.rule(id, None).and_then(|source| {
            let compiled = compile(&source, &Arguments::new(), &kinds)?;
            let severity = source.severity;
            Ok(Instance {
                id: id.clone(),
                rule: compiled,
                severity,
                clauses: [].into(),
                waivable: true,
                only: Vec::new(),
                except: Vec::new(),
            })
        }) {
            Ok(instance) => out.push(instance),
            Err(found) => problems.extend(found),
        }
    }
    out.extend(
        all.into_iter().filter(|instance| ids.contains(&instance.id) || ids.contains(&instance.rule.source.id.value)),
    );
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

/// A rule with given parameters, for its examples.
///
/// # Errors
/// What is wrong with the rule or the parameters.
pub fn single(source: &Arc<crate::rules::ast::RuleSource>, params: &Arguments) -> Result<Instance, Vec<Problem>> {
    let compiled = compile(source, params, &kinds())?;
    Ok(Instance {
        id: source.id.value.clone(),
        rule: compiled,
        severity: source.severity,
        clauses: [].into(),
        waivable: true,
        only: Vec::new(),
        except: Vec::new(),
    })
}
