//! What the configuration says for one service, and what it makes of the standards.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names;
use super::place::names_root;
use super::{Config, Override, RuleParams, SeverityChange, StandardChoice, Subject};
use crate::finding::{Note, NoteKind, Severity};
use crate::rules::Arguments;
use crate::rules::ast::At;
use crate::standard::{Clause, Standard, Use};

/// The settings for the services that the same overrides name.
#[derive(Clone, Debug)]
pub struct Settings<'c> {
    config: &'c Config,
    overrides: Vec<&'c Override>,
}

impl Config {
    /// Whether a service is judged: all are, unless the configuration names the roots.
    #[must_use]
    pub fn judges(&self, root: &str) -> bool {
        let Some(globs) = &self.discover else { return true };
        let Some(root) = self.base.from_run(root) else { return false };
        globs.iter().any(|glob| names_root(&glob.value, &root))
    }

    /// The overrides that name a service, by index.
    #[must_use]
    pub fn overrides_of(&self, root: &str) -> Vec<usize> {
        let Some(root) = self.base.from_run(root).filter(|_| !self.overrides.is_empty()) else { return Vec::new() };
        let named = self.overrides.iter().enumerate().filter(|(_, one)| names_root(&one.services.value, &root));
        named.map(|(index, _)| index).collect()
    }

    /// The settings with some overrides, later ones over earlier ones.
    #[must_use]
    pub fn settings(&self, overrides: &[usize]) -> Settings<'_> {
        let overrides = overrides.iter().filter_map(|index| self.overrides.get(*index)).collect();
        Settings { config: self, overrides }
    }
}

impl<'c> Settings<'c> {
    /// The standards, where somebody chose.
    #[must_use]
    pub fn standards(&self) -> Option<&'c [StandardChoice]> {
        let over = self.overrides.iter().rev().find_map(|one| one.standards.as_deref());
        over.or(self.config.standards.as_deref())
    }

    /// Every setting of parameters in the order in which they are laid over one another, each with the standard that it
    /// is for.
    pub fn params(&self) -> impl Iterator<Item = (Option<&'c str>, &'c RuleParams)> {
        let config = self.config;
        let of_choices = |choices: Option<&'c Vec<StandardChoice>>| {
            let choices = choices.into_iter().flatten();
            choices.flat_map(|choice| choice.params.iter().map(|params| (Some(choice.id.value.as_str()), params)))
        };
        let common = config.params.iter().map(|params| (None, params)).chain(of_choices(config.standards.as_ref()));
        common.chain(self.overrides.clone().into_iter().flat_map(move |one| {
            one.params.iter().map(|params| (None, params)).chain(of_choices(one.standards.as_ref()))
        }))
    }

    /// Every setting of a severity in that order.
    pub fn severity(&self) -> impl Iterator<Item = &'c SeverityChange> {
        self.config.severity.iter().chain(self.overrides.clone().into_iter().flat_map(|one| &one.severity))
    }

    /// The standards as they hold here.
    #[must_use]
    pub fn applied(&self, standards: &[Arc<Standard>]) -> Vec<Arc<Standard>> {
        let mut out = standards.to_vec();
        for (only, params) in self.params() {
            set_params(&mut out, standards, only, params);
        }
        for change in self.severity() {
            set_severity(&mut out, standards, change);
        }
        for waiver in self.config.waivers.iter().filter(|waiver| waiver.paths.is_empty()) {
            if let Subject::Clause(clause) = &waiver.subject {
                reconcile(&mut out, &clause.value);
            }
        }
        out
    }

    /// Parameters for a rule that no standard uses.
    #[must_use]
    pub fn arguments(&self, rule: &str) -> Arguments {
        let own = self.params().filter(|(only, params)| only.is_none() && params.rule.value == rule);
        own.flat_map(|(_, params)| &params.values).map(|(name, value)| (name.value.clone(), value.clone())).collect()
    }

    /// Severities of findings that no rule of a standard makes, by their ids.
    #[must_use]
    pub fn severities(&self) -> BTreeMap<&'c str, Severity> {
        self.severity().map(|change| (change.of.value.as_str(), change.severity.value)).collect()
    }
}

/// Sets parameters on the uses that a name stands for.
fn set_params(out: &mut [Arc<Standard>], as_written: &[Arc<Standard>], only: Option<&str>, params: &RuleParams) {
    let concerned: Vec<Arc<Standard>> =
        as_written.iter().filter(|standard| only.is_none_or(|id| standard.id == id)).cloned().collect();
    let ids: Vec<&str> = names::uses(&concerned, &params.rule.value).iter().map(|named| named.rule.id()).collect();
    for standard in out.iter_mut().filter(|standard| only.is_none_or(|id| standard.id == id)) {
        if !uses_of(standard).any(|(_, rule)| ids.contains(&rule.id())) {
            continue;
        }
        let uses = Arc::make_mut(standard).clauses.iter_mut().flat_map(|clause| &mut clause.rules);
        for rule in uses.filter(|rule| ids.contains(&rule.id())) {
            let values = params.values.iter().map(|(name, value)| (name.value.clone(), value.clone()));
            rule.params.extend(values);
        }
    }
}

/// Sets the severity of the uses that a name stands for, or of those of a clause.
fn set_severity(out: &mut [Arc<Standard>], as_written: &[Arc<Standard>], change: &SeverityChange) {
    let name = &change.of.value;
    let ids: Vec<&str> = names::uses(as_written, name).iter().map(|named| named.rule.id()).collect();
    let is_meant = |clause: &Clause, rule: &Use| clause.id.value == *name || ids.contains(&rule.id());
    for standard in out {
        if !uses_of(standard).any(|(clause, rule)| is_meant(clause, rule)) {
            continue;
        }
        for clause in &mut Arc::make_mut(standard).clauses {
            let meant: Vec<bool> = clause.rules.iter().map(|rule| is_meant(clause, rule)).collect();
            for (rule, _) in clause.rules.iter_mut().zip(meant).filter(|(_, is_meant)| *is_meant) {
                rule.severity = Some(change.severity.value);
            }
        }
    }
}

/// A clause that is waived everywhere stands in the way of no other.
fn reconcile(out: &mut [Arc<Standard>], waived: &str) {
    let concerns = |clause: &Clause| clause.id.value == waived || clause.apart.iter().any(|id| id.value == waived);
    for standard in out {
        if standard.clauses.iter().all(|clause| clause.apart.is_empty() || !concerns(clause)) {
            continue;
        }
        for clause in &mut Arc::make_mut(standard).clauses {
            let is_own = clause.id.value == waived;
            clause.apart.retain(|id| !is_own && id.value != waived);
        }
    }
}

/// The uses of a standard with their clauses.
fn uses_of(standard: &Standard) -> impl Iterator<Item = (&Clause, &Use)> {
    standard.clauses.iter().flat_map(|clause| clause.rules.iter().map(move |rule| (clause, rule)))
}

impl Config {
    /// Overrides and globs of `discover` that name none of these services.
    #[must_use]
    pub fn unmatched(&self, roots: &[&str]) -> Vec<Note> {
        let roots: Vec<String> = roots.iter().filter_map(|root| self.base.from_run(root)).collect();
        let over = self.overrides.iter().map(|one| &one.services);
        let globs = over.chain(self.discover.iter().flatten());
        let unmatched = globs.filter(|glob| !roots.iter().any(|root| names_root(&glob.value, root)));
        let note = |glob: &At<String>| Note {
            kind: NoteKind::Configuration,
            place: glob.place,
            message: format!("`{}` is the directory of no service", glob.value),
            help: Some("`svclint config show` lists the services".to_owned()),
            related: Vec::new(),
        };
        unmatched.map(note).collect()
    }
}
