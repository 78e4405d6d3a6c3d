//! What the texts of rules and standards themselves say of two standards on one service: how their values of one rule
//! combine, and which clauses cannot both be met.
//!
//! A health check may ask the path of either standard, and a probe that is due every 10 seconds is due within 30 as
//! well: such parameters say `together`, and every use of the rule gets the combined value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::conflict::compare;
use super::library::Library;
use super::{Clause, Standard, Use};
use crate::diagnostic::Problem;
use crate::finding::Label;
use crate::rules::Arguments;
use crate::rules::ast::{At, Literal, RuleSource, Together};
use crate::source::FileId;

/// The standards with the values that hold of all of them; as they are where nothing is combined.
pub(super) fn combined(library: &Library, standards: &[Arc<Standard>]) -> Vec<Arc<Standard>> {
    let mut by_rule: BTreeMap<&str, Vec<(usize, &Use)>> = BTreeMap::new();
    for (index, standard) in standards.iter().enumerate() {
        for rule in standard.clauses.iter().flat_map(|clause| &clause.rules) {
            by_rule.entry(&rule.rule.value).or_default().push((index, rule));
        }
    }
    let mut values: BTreeMap<&str, Arguments> = BTreeMap::new();
    for (rule, uses) in by_rule {
        if uses.iter().all(|(index, _)| Some(index) == uses.first().map(|(first, _)| first)) {
            continue;
        }
        // What is wrong with a rule is told when it is typed.
        let Ok(source) = library.rule(rule, None) else { continue };
        let uses: Vec<&Use> = uses.into_iter().map(|(_, rule)| rule).collect();
        let own = values_of(&source, &uses);
        if !own.is_empty() {
            values.insert(rule, own);
        }
    }
    let mut out = standards.to_vec();
    for standard in out.iter_mut().filter(|_| !values.is_empty()) {
        for rule in Arc::make_mut(standard).clauses.iter_mut().flat_map(|clause| &mut clause.rules) {
            if let Some(values) = values.get(rule.rule.value.as_str()) {
                rule.params.extend(values.clone());
            }
        }
    }
    out
}

/// The parameters that combine, where the uses differ in them and in nothing else.
fn values_of(source: &RuleSource, uses: &[&Use]) -> Arguments {
    let mut out = Arguments::new();
    for param in &source.params {
        let name = param.name.value.as_str();
        let given: Option<Vec<&At<Literal>>> =
            uses.iter().map(|rule| rule.params.get(name).or(param.default.as_ref())).collect();
        let differ =
            |given: &[&At<Literal>]| given.iter().map(|value| value.value.text()).collect::<BTreeSet<_>>().len() > 1;
        let Some(given) = given.filter(|given| differ(given)) else { continue };
        let Some(together) = param.together else { return Arguments::new() };
        let value = match together {
            Together::Either => union(&given),
            Together::Least => given
                .into_iter()
                .reduce(|one, other| {
                    let is_less =
                        compare(source, name, &other.value, &one.value).is_some_and(std::cmp::Ordering::is_lt);
                    if is_less { other } else { one }
                })
                .cloned(),
        };
        out.extend(value.map(|value| (name.to_owned(), value)));
    }
    let is_same = |one: &Use, other: &Use| (&one.only, &one.except) == (&other.only, &other.except);
    let first = uses.first();
    if uses.iter().all(|rule| first.is_some_and(|first| is_same(first, rule))) { out } else { Arguments::new() }
}

/// The elements of all lists, each once, in order; it stands where the first list does.
fn union(given: &[&At<Literal>]) -> Option<At<Literal>> {
    let mut items: Vec<At<Literal>> = Vec::new();
    for value in given {
        let own = match &value.value {
            Literal::List(own) => own.clone(),
            other => vec![At::new(other.clone(), value.place)],
        };
        let is_new = |item: &At<Literal>| items.iter().all(|known| known.value.text() != item.value.text());
        let new: Vec<At<Literal>> = own.into_iter().filter(is_new).collect();
        items.extend(new);
    }
    given.first().map(|first| At::new(Literal::List(items), first.place))
}

/// The clauses of different standards that say of each other that they cannot both be met, unless the configuration
/// gives the rules of one of them parameters of its own.
pub(super) fn apart(standards: &[Arc<Standard>]) -> Vec<Problem> {
    let clauses =
        || standards.iter().flat_map(|standard| standard.clauses.iter().map(move |clause| (standard, clause)));
    let is_settled = |clause: &Clause| {
        let mut values = clause.rules.iter().flat_map(|rule| rule.params.values());
        clause.rules.is_empty() || values.any(|value| value.place.file == FileId::OUTSIDE)
    };
    let mut out = Vec::new();
    for (standard, clause) in clauses().filter(|(_, clause)| !clause.apart.is_empty() && !is_settled(clause)) {
        let is_named = |id: &str| clause.apart.iter().any(|apart| apart.value == id);
        let others = clauses().filter(|(owner, other)| owner.id != standard.id && is_named(&other.id.value));
        out.extend(others.filter(|(_, other)| !is_settled(other)).map(|other| tell((standard, clause), other)));
    }
    out
}

fn tell((standard, clause): (&Standard, &Clause), (owner, other): (&Arc<Standard>, &Clause)) -> Problem {
    let label = |standard: &Standard, clause: &Clause| Label {
        place: clause.id.place,
        text: format!("{} of `{}`", clause.id.value, standard.id),
    };
    let message = format!(
        "`{}` and `{}` cannot both be met: {} wants that {}, {} that {}",
        standard.id,
        owner.id,
        clause.id.value,
        lower(&clause.title),
        other.id.value,
        lower(&other.title),
    );
    let help = format!(
        "choose one of the standards for each service, or settle it in `.svclint.yaml`: `waivers: [{{ clause: {}, reason: … }}]`",
        other.id.value,
    );
    Problem::new("standard/conflict", message, label(standard, clause)).with_label(label(owner, other)).with_help(help)
}

/// A title as the rest of a sentence.
fn lower(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
