//! All mutants of a rule.

use super::values::{self, Reading};
use super::variations::{self, place_of};
use super::{Change, Difference, Mutant};
use crate::finding::Severity;
use crate::rules::Arguments;
use crate::rules::ast::{Arity, At, Condition, Lookup, RuleSource, UnknownAs};

/// The mutants of a rule, those of an outer part before those of what is in it.
pub(super) fn of_rule(source: &RuleSource) -> Vec<Mutant> {
    let rule = RuleSource { examples: Vec::new(), ..source.clone() };
    let mut out = Vec::new();
    parameters(source, &rule, &mut out);
    if let Some(filter) = &rule.filter {
        let without = RuleSource { filter: None, ..rule.clone() };
        let rebuild = |filter: Condition| RuleSource { filter: Some(filter), ..rule.clone() };
        dropped(filter, without, &rebuild, &mut out);
    }
    lookups(&rule, &mut out);
    if let Some(place) = rule.unknown_at {
        let (unknown, said) = match rule.unknown {
            UnknownAs::Ignore => (UnknownAs::Show(Severity::Info), "what cannot be told came to be shown"),
            UnknownAs::Show(_) | UnknownAs::Fail => (UnknownAs::Ignore, "what cannot be told came to be ignored"),
        };
        let changed = RuleSource { unknown, ..rule.clone() };
        out.push(Mutant::of_rule(Change::Unknown, place, said.to_owned(), None, changed));
    }
    let rebuild = |require: Condition| RuleSource { require, ..rule.clone() };
    variations::condition(&rule.require, None, &rebuild, &mut out);
    out
}

fn dropped(filter: &Condition, without: RuleSource, rebuild: &dyn Fn(Condition) -> RuleSource, out: &mut Vec<Mutant>) {
    let index = out.len();
    let said = "this `where` was left out".to_owned();
    out.push(Mutant::of_rule(Change::Drop, place_of(filter), said, None, without));
    variations::condition(filter, Some(index), rebuild, out);
}

fn lookups(rule: &RuleSource, out: &mut Vec<Mutant>) {
    for (index, lookup) in rule.lookups.iter().enumerate() {
        let with = |change: &dyn Fn(&mut Lookup)| {
            let mut changed = rule.clone();
            changed.lookups.get_mut(index).into_iter().for_each(change);
            changed
        };
        if lookup.arity == Arity::One {
            let said = "this look-up came to be optional".to_owned();
            let changed = with(&|lookup| lookup.arity = Arity::Optional);
            out.push(Mutant::of_rule(Change::Arity, lookup.name.place, said, None, changed));
        }
        if let Some(filter) = &lookup.filter {
            let without = with(&|lookup| lookup.filter = None);
            let rebuild = |filter: Condition| with(&|lookup| lookup.filter = Some(filter.clone()));
            dropped(filter, without, &rebuild, out);
        }
    }
}

/// Every default is changed, and every value that examples give to a parameter.
fn parameters(source: &RuleSource, rule: &RuleSource, out: &mut Vec<Mutant>) {
    for (index, param) in rule.params.iter().enumerate() {
        let reading = Reading::of_param(&param.ty.value);
        if let Some(default) = &param.default {
            for other in values::others(&default.value, reading) {
                let mut changed = rule.clone();
                let value = At::new(other.literal, default.place);
                changed.params.get_mut(index).into_iter().for_each(|param| param.default = Some(value.clone()));
                let said = format!("in this default, {}", other.said);
                out.push(Mutant::of_rule(Change::Default, default.place, said, None, changed));
            }
        }
        let mut given = source.examples.iter().flat_map(|example| &example.params);
        if given.any(|(name, _)| name.value == param.name.value) {
            out.push(Mutant {
                change: Change::Param,
                place: param.name.place,
                said: "the examples gave this parameter another value".to_owned(),
                within: None,
                difference: Difference::Given(param.name.value.clone()),
            });
        }
    }
}

/// The arguments of an example with other values for one of them; none where the example does not give it.
pub(super) fn other_arguments(rule: &RuleSource, arguments: &Arguments, name: &str) -> Vec<Arguments> {
    let param = rule.params.iter().find(|param| param.name.value == name);
    let (Some(param), Some(given)) = (param, arguments.get(name)) else { return Vec::new() };
    let others = values::others(&given.value, Reading::of_param(&param.ty.value)).into_iter();
    others
        .map(|other| {
            let mut arguments = arguments.clone();
            arguments.insert(name.to_owned(), At::new(other.literal, given.place));
            arguments
        })
        .collect()
}
