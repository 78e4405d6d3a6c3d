//! What a name in the configuration stands for: a rule, a use of one, or a clause.

use std::sync::Arc;

use crate::diagnostic::nearest;
use crate::standard::library::Library;
use crate::standard::{Clause, Standard, Use};

/// A use with what it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Named<'s> {
    pub(super) standard: &'s Standard,
    pub(super) clause: &'s Clause,
    pub(super) rule: &'s Use,
}

fn all(standards: &[Arc<Standard>]) -> impl Iterator<Item = Named<'_>> {
    standards.iter().flat_map(|standard| {
        standard.clauses.iter().flat_map(|clause| clause.rules.iter().map(|rule| Named { standard, clause, rule }))
    })
}

/// The uses that a name stands for: those that carry it, else those of the rule of that name.
pub(super) fn uses<'s>(standards: &'s [Arc<Standard>], name: &str) -> Vec<Named<'s>> {
    let own: Vec<Named<'_>> = all(standards).filter(|named| named.rule.id() == name).collect();
    if own.is_empty() { all(standards).filter(|named| named.rule.rule.value == name).collect() } else { own }
}

/// The clauses of an id; several standards may share one.
pub(super) fn clauses<'s>(
    standards: &'s [Arc<Standard>],
    id: &str,
) -> impl Iterator<Item = (&'s Standard, &'s Clause)> {
    let of = |standard: &'s Arc<Standard>| standard.clauses.iter().map(move |clause| (&**standard, clause));
    standards.iter().flat_map(of).filter(move |(_, clause)| clause.id.value == id)
}

/// Every standard of the library that loads.
pub(super) fn every_standard(library: &Library) -> Vec<Arc<Standard>> {
    library.standard_ids().filter_map(|id| library.standard(id).ok()).map(Arc::new).collect()
}

/// The way out for a name that nothing has. Of clauses only where they are wanted.
pub(super) fn suggestion(
    library: &Library,
    standards: &[Arc<Standard>],
    name: &str,
    (rules, clauses): (bool, bool),
) -> String {
    let uses = all(standards).map(|named| named.rule.id());
    let rules = library.rule_ids().chain(uses).filter(|_| rules);
    let ids = standards.iter().flat_map(|standard| &standard.clauses).map(|clause| clause.id.value.as_str());
    match nearest(name, rules.chain(ids.filter(|_| clauses))) {
        Some(near) => format!("did you mean `{near}`?"),
        None if clauses => "`svclint standards show ID` lists clauses with their rules".to_owned(),
        None => "`svclint rules` lists what there is".to_owned(),
    }
}
