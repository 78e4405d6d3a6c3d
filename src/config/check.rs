//! The names in the configuration held against the rules and standards there are: nothing in it is overlooked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::{self, Named};
use super::{Config, RuleParams, SeverityChange, StandardChoice, Subject};
use crate::diagnostic::{Problem, nearest};
use crate::finding::{Label, Note, NoteKind, Severity};
use crate::rules::ast::At;
use crate::source::{FileId, Place};
use crate::standard::library::Library;
use crate::standard::{Clause, Standard, Use, select};

/// What the configuration is held against.
pub struct Known<'k> {
    /// The rules and standards there are.
    pub library: &'k Library,
    /// The standards that judge any service.
    pub in_force: &'k [Arc<Standard>],
    /// Ids of findings that no rule makes.
    pub own: &'k [&'k str],
    /// Whether the run is the one that the configuration describes: everything judged, nothing chosen otherwise. Only
    /// then a setting can be called unused.
    pub is_whole: bool,
}

impl Config {
    /// The ids of standards that it names.
    pub fn named_standards(&self) -> impl Iterator<Item = &At<String>> {
        self.choices().map(|choice| &choice.id)
    }

    fn choices(&self) -> impl Iterator<Item = &StandardChoice> {
        let over = self.overrides.iter().filter_map(|one| one.standards.as_ref());
        self.standards.iter().chain(over).flatten()
    }

    /// Standards that it names and that are not there.
    #[must_use]
    pub fn unknown_standards(&self, library: &Library) -> Vec<Problem> {
        let ids: BTreeSet<&str> = library.standard_ids().collect();
        let unknown = self.named_standards().filter(|id| !ids.contains(id.value.as_str()));
        let tell = |id: &At<String>| {
            let help = match nearest(&id.value, ids.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`svclint standards` lists what there is".to_owned(),
            };
            problem("config/unknown-standard", format!("there is no standard `{}`", id.value), id.place).with_help(help)
        };
        unknown.map(tell).collect()
    }

    /// Holds every name and every value against the library.
    ///
    /// # Errors
    /// Everything that is wrong; otherwise what has no effect.
    pub fn check(&self, known: &Known<'_>) -> Result<Vec<Note>, Vec<Problem>> {
        let mut checker = Checker { known, every: None, problems: Vec::new(), notes: Vec::new() };
        for choice in self.choices().filter(|choice| !choice.params.is_empty()) {
            let in_force = known.in_force.iter().find(|standard| standard.id == choice.id.value).cloned();
            let standard = in_force.or_else(|| known.library.standard(&choice.id.value).ok().map(Arc::new));
            if let Some(standard) = standard {
                choice.params.iter().for_each(|params| checker.params(params, Some(std::slice::from_ref(&standard))));
            }
        }
        self.params.iter().for_each(|params| checker.params(params, None));
        self.severity.iter().for_each(|change| checker.severity(change));
        for one in &self.overrides {
            one.params.iter().for_each(|params| checker.params(params, None));
            one.severity.iter().for_each(|change| checker.severity(change));
        }
        self.waivers.iter().for_each(|waiver| checker.waiver(&waiver.subject));
        if checker.problems.is_empty() { Ok(checker.notes) } else { Err(checker.problems) }
    }
}

fn problem(code: &'static str, message: String, place: Place) -> Problem {
    Problem::new(code, message, Label { place, text: String::new() })
}

struct Checker<'k> {
    known: &'k Known<'k>,
    /// Every standard of the library, read when a name is not found in those in force.
    every: Option<Vec<Arc<Standard>>>,
    problems: Vec<Problem>,
    notes: Vec<Note>,
}

impl Checker<'_> {
    fn every(&mut self) -> Vec<Arc<Standard>> {
        self.every.get_or_insert_with(|| names::every_standard(self.known.library)).clone()
    }

    fn is_rule(&self, name: &str) -> bool {
        self.known.library.has_rule(name)
    }

    /// The parameters of a rule or use, of one standard or of all.
    fn params(&mut self, params: &RuleParams, only: Option<&[Arc<Standard>]>) {
        let name = &params.rule;
        let mut uses: Vec<Use> = owned(&names::uses(only.unwrap_or(self.known.in_force), &name.value));
        if uses.is_empty() {
            let every = self.every();
            let elsewhere = owned(&names::uses(&every, &name.value));
            if elsewhere.is_empty() && !self.is_rule(&name.value) {
                return self.unknown("rule", name, (true, false));
            }
            match only.and_then(<[_]>::first) {
                Some(standard) => {
                    let message = format!("the standard `{}` does not use `{}`", standard.id, name.value);
                    let help = "set it under `params` of the file or of an override, which hold for every standard";
                    self.problems.push(problem("config/no-use", message, name.place).with_help(help));
                    return;
                }
                None => self.unused(name, "no standard in force uses it"),
            }
            uses = elsewhere;
            if uses.is_empty() {
                uses.push(bare(name));
            }
        }
        uses.dedup_by(|a, b| a.rule.value == b.rule.value && a.id() == b.id());
        let Some(first) = uses.first() else { return };
        if !self.names_of_params(params, first) {
            return;
        }
        for mut rule in uses {
            rule.params.extend(params.values.iter().map(|(name, value)| (name.value.clone(), value.clone())));
            for mut fault in select::faults(self.known.library, &rule) {
                let is_here = fault.labels.first().is_some_and(|label| label.place.file == FileId::OUTSIDE);
                if is_here && !self.problems.iter().any(|other| other.labels == fault.labels) {
                    fault.code = "config/value";
                    self.problems.push(fault);
                }
            }
        }
    }

    /// Whether a rule has the parameters that are set.
    fn names_of_params(&mut self, params: &RuleParams, rule: &Use) -> bool {
        // What is wrong with the rule itself is told when it is loaded to run.
        let Ok(source) = self.known.library.rule(&rule.rule.value, None) else { return false };
        let known: Vec<&str> = source.params.iter().map(|param| param.name.value.as_str()).collect();
        let unknown = params.values.iter().filter(|(name, _)| !known.contains(&name.value.as_str()));
        let before = self.problems.len();
        for (name, _) in unknown {
            let message = format!("the rule `{}` has no parameter `{}`", source.id.value, name.value);
            let help = match nearest(&name.value, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "it has none".to_owned(),
                None => format!("its parameters are {}", known.join(", ")),
            };
            self.problems.push(problem("config/unknown-param", message, name.place).with_help(help));
        }
        self.problems.len() == before
    }

    fn severity(&mut self, change: &SeverityChange) {
        let (name, severity) = (&change.of, change.severity.value);
        let known = self.known;
        let by_rule = names::uses(known.in_force, &name.value);
        let by_clause = names::clauses(known.in_force, &name.value)
            .flat_map(|(standard, clause)| clause.rules.iter().map(move |rule| Named { standard, clause, rule }));
        let uses: Vec<Named<'_>> = by_rule.into_iter().chain(by_clause).collect();
        if uses.is_empty() && !known.own.contains(&name.value.as_str()) {
            return self.nowhere(name, "rule or clause", (true, true));
        }
        let lowered =
            uses.iter().find(|one| !one.clause.waivable && severity < one.standard.severity(one.clause, one.rule));
        if let Some(Named { standard, clause, rule }) = lowered.copied() {
            let word = Severity::as_str(standard.severity(clause, rule));
            let message = format!("`{}` stays {word}: the clause may not be waived", clause.id.value);
            self.fixed(message, change.severity.place, standard, clause);
        }
    }

    fn waiver(&mut self, subject: &Subject) {
        let known = self.known;
        match subject {
            Subject::Rule(name) => {
                let uses = names::uses(known.in_force, &name.value);
                if uses.is_empty() && !known.own.contains(&name.value.as_str()) {
                    return self.nowhere(name, "rule", (true, false));
                }
                if let Some(one) = uses.iter().find(|one| !one.clause.waivable) {
                    let message = format!("`{}` cannot be waived: it checks {}", name.value, one.clause.id.value);
                    self.fixed(message, name.place, one.standard, one.clause);
                }
            }
            Subject::Clause(name) => {
                let clauses: Vec<_> = names::clauses(known.in_force, &name.value).collect();
                if clauses.is_empty() {
                    return self.nowhere(name, "clause", (false, true));
                }
                if let Some((standard, clause)) = clauses.iter().find(|(_, clause)| !clause.waivable) {
                    self.fixed(format!("`{}` cannot be waived", name.value), name.place, standard, clause);
                }
            }
        }
    }

    fn fixed(&mut self, message: String, place: Place, standard: &Standard, clause: &Clause) {
        let label = Label { place: clause.id.place, text: format!("`{}` says so", standard.id) };
        let help = "meet the clause, or take the matter to whoever keeps the standard";
        self.problems.push(problem("config/not-waivable", message, place).with_label(label).with_help(help));
    }

    /// A name that no standard in force has: a mistake, unless another standard or the library has it.
    fn nowhere(&mut self, name: &At<String>, what: &str, (rules, clauses): (bool, bool)) {
        let every = self.every();
        let is_use = rules && (self.is_rule(&name.value) || !names::uses(&every, &name.value).is_empty());
        if is_use || clauses && names::clauses(&every, &name.value).next().is_some() {
            self.unused(name, "no standard in force has it");
        } else {
            self.unknown(what, name, (rules, clauses));
        }
    }

    fn unknown(&mut self, what: &str, name: &At<String>, among: (bool, bool)) {
        let every = self.every();
        let help = names::suggestion(self.known.library, &every, &name.value, among);
        let message = format!("there is no {what} `{}`", name.value);
        self.problems.push(problem("config/unknown-name", message, name.place).with_help(help));
    }

    fn unused(&mut self, name: &At<String>, why: &str) {
        if self.known.is_whole {
            let message = format!("this does nothing for `{}`: {why}", name.value);
            let (kind, place) = (NoteKind::Configuration, name.place);
            self.notes.push(Note { kind, place, message, help: None, related: Vec::new() });
        }
    }
}

fn owned(named: &[Named<'_>]) -> Vec<Use> {
    named.iter().map(|named| named.rule.clone()).collect()
}

/// A rule as it is used by nobody.
fn bare(name: &At<String>) -> Use {
    let params = crate::rules::Arguments::new();
    Use {
        rule: name.clone(),
        name: None,
        params,
        param_names: BTreeMap::new(),
        severity: None,
        only: Vec::new(),
        except: Vec::new(),
    }
}
