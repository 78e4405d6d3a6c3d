//! What there is to know of rules, standards and the model, for people, for programs and for editors.

mod area;
mod changelog_page;
pub mod explain;
mod markdown;
mod model_page;
mod pages;
mod rule_index;
mod rule_page;
pub mod schema;
mod standard_index;
mod standard_page;
pub mod view;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::Problem;
use crate::rules::ast::RuleSource;
use crate::standard::library::Library;
use crate::standard::{Clause, Standard, Use};

pub use pages::pages;

/// The rules and standards of a library, with who uses what.
#[derive(Debug)]
pub struct Catalogue {
    /// The rules by id, without their examples.
    pub rules: BTreeMap<String, Arc<RuleSource>>,
    /// The standards by id.
    pub standards: Vec<Standard>,
}

/// A clause that uses a rule.
#[derive(Clone, Copy, Debug)]
pub struct UseOf<'c> {
    /// The standard.
    pub standard: &'c Standard,
    /// The clause.
    pub clause: &'c Clause,
    /// How it uses the rule.
    pub rule: &'c Use,
}

impl Catalogue {
    /// Reads everything that a library holds.
    ///
    /// # Errors
    /// Everything that is wrong with its rules and standards.
    pub fn new(library: &mut Library) -> Result<Self, Vec<Problem>> {
        let ids: BTreeSet<String> = library.rule_ids().map(str::to_owned).collect();
        library.read_ahead(ids.iter().map(String::as_str));
        let mut problems = Vec::new();
        let mut rules = BTreeMap::new();
        for id in ids {
            match library.rule(&id, None) {
                Ok(rule) => _ = rules.insert(id, rule),
                Err(found) => problems.extend(found),
            }
        }
        let mut standards = Vec::new();
        let ids: Vec<String> = library.standard_ids().map(str::to_owned).collect();
        for id in ids {
            match library.standard(&id) {
                Ok(standard) => standards.push(standard),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(Self { rules, standards }) } else { Err(problems) }
    }

    /// The clauses that use a rule, in the order of standards and clauses.
    #[must_use]
    pub fn uses(&self, rule: &str) -> Vec<UseOf<'_>> {
        self.all_uses().filter(|used| used.rule.rule.value == rule).collect()
    }

    /// Every use of a rule by a clause.
    pub fn all_uses(&self) -> impl Iterator<Item = UseOf<'_>> {
        self.standards.iter().flat_map(|standard| {
            standard
                .clauses
                .iter()
                .flat_map(move |clause| clause.rules.iter().map(move |rule| UseOf { standard, clause, rule }))
        })
    }

    /// The rule behind the name of a use, such as `liveness-path`, which is what findings carry.
    #[must_use]
    pub fn rule_of_use(&self, name: &str) -> Option<&Arc<RuleSource>> {
        let used = self.all_uses().find(|used| used.rule.id() == name)?;
        self.rules.get(&used.rule.rule.value)
    }
}
