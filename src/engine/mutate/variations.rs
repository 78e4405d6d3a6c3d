//! A condition with one thing in it changed, for every thing that can be.

use super::values::{self, Reading};
use super::{Change, Mutant};
use crate::rules::ast::{At, Condition, Form, Literal, Operand, Quantifier, RuleSource};
use crate::source::Place;

/// What is changed, before it is put back into its rule.
struct Variation {
    change: Change,
    place: Place,
    said: String,
    /// The variation, counted from the first of the same part, without which this one tells nothing new.
    within: Option<usize>,
    condition: Condition,
}

/// Puts a changed condition back where it came from.
type Rebuild<'r> = &'r dyn Fn(Condition) -> RuleSource;

/// Adds the mutants of a condition of a rule. `outer` is the mutant that leaves all of it out.
pub(super) fn condition(condition: &Condition, outer: Option<usize>, rebuild: Rebuild<'_>, out: &mut Vec<Mutant>) {
    let first = out.len();
    for variation in of_condition(condition) {
        let within = variation.within.map(|index| first + index).or(outer);
        let Variation { change, place, said, condition, .. } = variation;
        out.push(Mutant::of_rule(change, place, said, within, rebuild(condition)));
    }
}

/// Where a reader looks for a condition.
pub(super) fn place_of(condition: &Condition) -> Place {
    match &condition.form {
        Form::Field { path, .. } => path.place,
        Form::Param { name, .. } => name.place,
        _ => condition.place,
    }
}

fn of_condition(condition: &Condition) -> Vec<Variation> {
    let mut out = Vec::new();
    let with = |form: Form| Condition { form, ..condition.clone() };
    match &condition.form {
        Form::All(parts) => {
            swapped(condition, parts, ("all", "any"), with(Form::Any(parts.clone())), &mut out);
            of_parts(parts, &|parts| with(Form::All(parts)), &mut out);
        }
        Form::Any(parts) => {
            swapped(condition, parts, ("any", "all"), with(Form::All(parts.clone())), &mut out);
            of_parts(parts, &|parts| with(Form::Any(parts)), &mut out);
        }
        Form::None(parts) => of_parts(parts, &|parts| with(Form::None(parts)), &mut out),
        Form::Not(part) => nested(part, None, &|part| with(Form::Not(Box::new(part))), &mut out),
        Form::Each(each) => {
            quantified_otherwise(condition, ("each", "some"), with(Form::Some(each.clone())), &mut out);
            of_quantifier(each, &|each| with(Form::Each(each)), &mut out);
        }
        Form::Some(some) => {
            out.push(negated(condition, condition.place, "some"));
            quantified_otherwise(condition, ("some", "each"), with(Form::Each(some.clone())), &mut out);
            of_quantifier(some, &|some| with(Form::Some(some)), &mut out);
        }
        Form::Count(count, operator, number) => {
            out.push(negated(condition, operator.place, &operator.value));
            for other in values::others(&Literal::Int(number.value), Reading::Plain) {
                let Literal::Int(near) = other.literal else { continue };
                let form = Form::Count(count.clone(), operator.clone(), At::new(near, number.place));
                out.push(variation(Change::Value, number.place, other.said, with(form)));
            }
            let rebuild = |count| with(Form::Count(count, operator.clone(), number.clone()));
            of_quantifier(count, &rebuild, &mut out);
        }
        Form::Agree(agree, value) => {
            out.push(negated(condition, condition.place, "agree"));
            of_quantifier(agree, &|agree| with(Form::Agree(agree, value.clone())), &mut out);
        }
        Form::Field { path, operator, operand, absent } => {
            out.push(negated(condition, operator.place, &operator.value));
            let field = |operator: &At<String>, operand: &At<Operand>, absent: &Option<At<bool>>| {
                with(Form::Field {
                    path: path.clone(),
                    operator: operator.clone(),
                    operand: operand.clone(),
                    absent: absent.clone(),
                })
            };
            if let Some(word) = neighbour(&operator.value, &operand.value) {
                let said = format!("`{}` became `{word}`", operator.value);
                let other = At::new(word.to_owned(), operator.place);
                out.push(variation(Change::Bound, operator.place, said, field(&other, operand, absent)));
            }
            if let Some(absent) = absent {
                let flipped = At::new(!absent.value, absent.place);
                let said = format!("an absent value came to {}", if flipped.value { "pass" } else { "fail" });
                out.push(variation(Change::Absent, absent.place, said, field(operator, operand, &Some(flipped))));
            }
            if let Operand::Literal(literal) = &operand.value
                && !matches!(literal, Literal::Bool(_))
            {
                for other in values::others(literal, Reading::of_operator(&operator.value)) {
                    let changed = At::new(Operand::Literal(other.literal), operand.place);
                    out.push(variation(Change::Value, operand.place, other.said, field(operator, &changed, absent)));
                }
            }
        }
        Form::Param { operator, .. } => out.push(negated(condition, operator.place, &operator.value)),
        Form::Check { name, .. } => out.push(negated(condition, name.place, &name.value)),
    }
    out
}

fn variation(change: Change, place: Place, said: String, condition: Condition) -> Variation {
    Variation { change, place, said, within: None, condition }
}

fn negated(condition: &Condition, place: Place, word: &str) -> Variation {
    let negated = Condition { form: Form::Not(Box::new(condition.clone())), ..condition.clone() };
    variation(Change::Negate, place, format!("`{word}` was turned around"), negated)
}

fn swapped(
    condition: &Condition,
    parts: &[Condition],
    (from, to): (&str, &str),
    other: Condition,
    out: &mut Vec<Variation>,
) {
    if parts.len() > 1 {
        out.push(variation(Change::Swap, condition.place, format!("`{from}` became `{to}`"), other));
    }
}

fn quantified_otherwise(condition: &Condition, (from, to): (&str, &str), other: Condition, out: &mut Vec<Variation>) {
    out.push(variation(Change::Swap, condition.place, format!("`{from}` became `{to}`"), other));
}

/// The operator that differs only where both sides are equal, or only in how many of several are wanted. For whole
/// numbers the first is the same as a number that moves by one.
fn neighbour(word: &str, operand: &Operand) -> Option<&'static str> {
    if matches!(operand, Operand::Literal(Literal::Int(_))) {
        return None;
    }
    Some(match word {
        "lt" => "le",
        "le" => "lt",
        "gt" => "ge",
        "ge" => "gt",
        "contains_any" => "contains_all",
        "contains_all" => "contains_any",
        "subset_of" => "superset_of",
        "superset_of" => "subset_of",
        _ => return None,
    })
}

fn of_parts(parts: &[Condition], rebuild: &dyn Fn(Vec<Condition>) -> Condition, out: &mut Vec<Variation>) {
    for (index, part) in parts.iter().enumerate() {
        let mut dropped = None;
        if parts.len() > 1 {
            let mut rest = parts.to_vec();
            rest.remove(index);
            dropped = Some(out.len());
            out.push(variation(Change::Drop, place_of(part), "this was left out".to_owned(), rebuild(rest)));
        }
        let put_back = |part: Condition| {
            let mut all = parts.to_vec();
            if let Some(place) = all.get_mut(index) {
                *place = part;
            }
            rebuild(all)
        };
        nested(part, dropped, &put_back, out);
    }
}

fn of_quantifier(quantifier: &Quantifier, rebuild: &dyn Fn(Quantifier) -> Condition, out: &mut Vec<Variation>) {
    if let Some(filter) = &quantifier.filter {
        let dropped = out.len();
        let without = Quantifier { filter: None, ..quantifier.clone() };
        out.push(variation(Change::Drop, place_of(filter), "this `where` was left out".to_owned(), rebuild(without)));
        let put_back = |filter| rebuild(Quantifier { filter: Some(Box::new(filter)), ..quantifier.clone() });
        nested(filter, Some(dropped), &put_back, out);
    }
    if let Some(require) = &quantifier.require {
        let put_back = |require| rebuild(Quantifier { require: Some(Box::new(require)), ..quantifier.clone() });
        nested(require, None, &put_back, out);
    }
}

fn nested(part: &Condition, within: Option<usize>, rebuild: &dyn Fn(Condition) -> Condition, out: &mut Vec<Variation>) {
    let first = out.len();
    for inner in of_condition(part) {
        let within = inner.within.map(|index| first + index).or(within);
        out.push(Variation { within, condition: rebuild(inner.condition), ..inner });
    }
}

#[cfg(test)]
mod tests {
    use super::neighbour;
    use crate::rules::ast::{Literal, Operand};

    #[test]
    fn an_operator_has_the_neighbour_that_differs_at_its_bound() {
        let amount = Operand::Literal(Literal::Str("30s".to_owned()));
        for (one, other) in [("lt", "le"), ("gt", "ge"), ("contains_any", "contains_all"), ("subset_of", "superset_of")]
        {
            assert_eq!(neighbour(one, &amount), Some(other));
            assert_eq!(neighbour(other, &amount), Some(one));
        }
        assert_eq!(neighbour("eq", &amount), None);
        assert_eq!(neighbour("lt", &Operand::Literal(Literal::Int(3))), None, "a number that moves says the same");
    }
}
