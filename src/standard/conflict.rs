//! Whether two uses of one rule ask for what cannot both be had, and which of two that can is the stricter.
//!
//! A parameter that a field has to equal is a demand that no second value can meet; lists of which nothing is in both
//! are the same, and so are patterns that no text matches both of. Of bounds and of lists the stricter one decides.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{Clause, Standard, Use};
use crate::diagnostic::Problem;
use crate::finding::Label;
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::rules::ast::{At, Condition, Form, Literal, Operand, ParamType, Quantifier, RuleSource};
use crate::rules::pattern::Pattern;
use crate::source::Place;

/// A use with where it stands.
#[derive(Clone, Copy)]
pub(super) struct Asked<'s> {
    pub(super) standard: &'s Standard,
    pub(super) clause: &'s Clause,
    pub(super) rule: &'s Use,
}

impl<'s> Asked<'s> {
    /// What it gives a parameter, or the rule's own default.
    pub(super) fn value<'r: 's>(self, source: &'r RuleSource, param: &str) -> Option<&'s At<Literal>> {
        let default = || source.params.iter().find(|known| known.name.value == param)?.default.as_ref();
        self.rule.params.get(param).or_else(default)
    }
}

/// How a parameter decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The field equals it.
    Equal,
    /// The field is one of it, or has nothing but it.
    OneOf,
    /// The field is none of it.
    NoneOf,
    /// The field is at least it.
    AtLeast,
    /// The field is at most it.
    AtMost,
    /// The field matches it.
    Matches,
    /// The field begins with it.
    StartsWith,
}

/// A comparison of a field with a parameter that has to hold.
struct Demand<'r> {
    /// The comparison in the rule.
    place: Place,
    field: &'r str,
    kind: Kind,
    param: &'r str,
}

/// How deep conditions are looked into.
const MAX_DEPTH: usize = 32;

/// The demands of a rule, and the parameters that only choose what is looked at.
struct Demands<'r> {
    all: Vec<Demand<'r>>,
    choosing: BTreeSet<&'r str>,
}

impl<'r> Demands<'r> {
    fn of(source: &'r RuleSource) -> Self {
        let mut demands = Self { all: Vec::new(), choosing: BTreeSet::new() };
        let lookups = source.lookups.iter().filter_map(|lookup| lookup.filter.as_ref());
        source.filter.iter().chain(lookups).for_each(|filter| demands.choose(filter, 0));
        demands.demand(&source.require, 0);
        demands
    }

    fn demand(&mut self, condition: &'r Condition, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match &condition.form {
            Form::All(parts) => parts.iter().for_each(|part| self.demand(part, depth + 1)),
            Form::Any(parts) => {
                let before = self.all.len();
                for part in parts {
                    let so_far = self.all.len();
                    self.demand(part, depth + 1);
                    if self.all.len() == so_far {
                        // This part can be met whatever the parameters are.
                        self.all.truncate(before);
                        return;
                    }
                }
            }
            Form::Each(each) => {
                self.quantifier(each, depth);
                each.require.iter().for_each(|require| self.demand(require, depth + 1));
            }
            Form::Field { path, operator, operand, .. } => {
                let Operand::Param(param) = &operand.value else { return };
                let Some(kind) = kind(&operator.value) else { return };
                self.all.push(Demand { place: path.place, field: &path.value, kind, param });
            }
            _ => {}
        }
    }

    fn quantifier(&mut self, quantifier: &'r Quantifier, depth: usize) {
        quantifier.filter.iter().for_each(|filter| self.choose(filter, depth + 1));
    }

    fn choose(&mut self, condition: &'r Condition, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match &condition.form {
            Form::All(parts) | Form::Any(parts) | Form::None(parts) => {
                for part in parts {
                    self.choose(part, depth + 1);
                }
            }
            Form::Not(part) => self.choose(part, depth + 1),
            Form::Each(inner) | Form::Some(inner) => {
                self.quantifier(inner, depth);
                inner.require.iter().for_each(|require| self.choose(require, depth + 1));
            }
            Form::Field { path, operand, .. } => {
                self.choosing.extend(path.value.strip_prefix('$'));
                if let Operand::Param(param) = &operand.value {
                    self.choosing.insert(param);
                }
            }
            Form::Param { name, .. } => _ = self.choosing.insert(&name.value),
            _ => {}
        }
    }
}

fn kind(operator: &str) -> Option<Kind> {
    Some(match operator {
        "eq" => Kind::Equal,
        "in" | "subset_of" => Kind::OneOf,
        "not_in" => Kind::NoneOf,
        "ge" | "gt" => Kind::AtLeast,
        "le" | "lt" => Kind::AtMost,
        "matches" => Kind::Matches,
        "starts_with" => Kind::StartsWith,
        _ => return None,
    })
}

/// Why two uses of one rule, by two standards, cannot both be met; `None` where they can.
pub(super) fn conflict(source: &RuleSource, one: Asked<'_>, other: Asked<'_>) -> Option<Problem> {
    let demands = Demands::of(source);
    let named = source.params.iter().filter(|param| matches!(param.ty.value, ParamType::Path { .. }));
    let choosing = demands.choosing.iter().copied().chain(named.map(|param| param.name.value.as_str()));
    let looks_elsewhere = |param| text(one.value(source, param)) != text(other.value(source, param));
    if choosing.into_iter().any(looks_elsewhere) || !may_overlap(one.rule, other.rule) {
        return None;
    }
    let pairs = demands.all.iter().flat_map(|a| demands.all.iter().map(move |b| (a, b)));
    let (a, b) = pairs.into_iter().find(|(a, b)| {
        let values = (one.value(source, a.param), other.value(source, b.param));
        matches!(values, (Some(x), Some(y)) if excludes(source, (a, &x.value), (b, &y.value)))
    })?;
    Some(tell(source, (one, a.param), (other, b.param)))
}

fn text(value: Option<&At<Literal>>) -> Option<String> {
    value.map(|value| value.value.text())
}

fn excludes(source: &RuleSource, (a, x): (&Demand<'_>, &Literal), (b, y): (&Demand<'_>, &Literal)) -> bool {
    let compared = || compare(source, a.param, x, y);
    match (a.kind, b.kind) {
        (Kind::Equal, Kind::Equal) => a.place == b.place && compared() != Some(Ordering::Equal),
        (Kind::OneOf, Kind::OneOf) => a.place == b.place && items(x).is_disjoint(&items(y)),
        (Kind::Matches, Kind::Matches) => a.place == b.place && !may_both_match(&x.text(), &y.text()),
        (Kind::StartsWith, Kind::StartsWith) => {
            let (x, y) = (x.text(), y.text());
            a.place == b.place && !x.starts_with(&y) && !y.starts_with(&x)
        }
        (Kind::AtLeast, Kind::AtMost) => a.field == b.field && compared() == Some(Ordering::Greater),
        (Kind::AtMost, Kind::AtLeast) => a.field == b.field && compared() == Some(Ordering::Less),
        _ => false,
    }
}

/// The order of two values of a parameter's type; only equality where the type has none.
pub(super) fn compare(source: &RuleSource, param: &str, x: &Literal, y: &Literal) -> Option<Ordering> {
    let ty = source.params.iter().find(|known| known.name.value == param).map(|param| &param.ty.value);
    let nanos = |literal: &Literal| Duration::parse(&literal.text()).map(|duration| duration.nanos);
    let milli = |literal: &Literal| Quantity::kubernetes(&literal.text()).map(|quantity| quantity.milli);
    match ty {
        Some(ParamType::Named(name)) if name == "duration" => Some(nanos(x)?.cmp(&nanos(y)?)),
        Some(ParamType::Named(name)) if name == "quantity" => Some(milli(x)?.cmp(&milli(y)?)),
        _ => match (x, y) {
            (Literal::Int(x), Literal::Int(y)) => Some(x.cmp(y)),
            (Literal::Float(x), Literal::Float(y)) => x.partial_cmp(y),
            _ => (x.text() == y.text()).then_some(Ordering::Equal),
        },
    }
}

/// Whether some text may match two patterns; one that cannot be read is told elsewhere.
fn may_both_match(one: &str, other: &str) -> bool {
    match (Pattern::regex(one), Pattern::regex(other)) {
        (Ok(one), Ok(other)) => one.may_match_with(&other),
        _ => true,
    }
}

fn items(literal: &Literal) -> BTreeSet<String> {
    match literal {
        Literal::List(items) => items.iter().map(|item| item.value.text()).collect(),
        other => BTreeSet::from([other.text()]),
    }
}

/// Whether two uses may look at the same file. Only globs that begin with different directories cannot, and files that
/// the one leaves to the other.
pub(super) fn may_overlap(one: &Use, other: &Use) -> bool {
    let left = |a: &Use, b: &Use| !b.only.is_empty() && b.only.iter().all(|glob| a.except.contains(glob));
    let fixed = |glob: &str| glob.split(['*', '?', '[', '{']).next().unwrap_or("").to_owned();
    let apart = |a: &String, b: &String| {
        let (a, b) = (fixed(a), fixed(b));
        !a.starts_with(&b) && !b.starts_with(&a)
    };
    let both = !one.only.is_empty() && !other.only.is_empty();
    let disjoint = both && one.only.iter().all(|a| other.only.iter().all(|b| apart(a, b)));
    !disjoint && !left(one, other) && !left(other, one)
}

/// Other rules that both standards give the same two values under the same name: who settles one of them has to settle
/// these too, though a service could meet both values of theirs.
fn companions<'s>(one: (Asked<'s>, &str), other: (Asked<'s>, &str)) -> BTreeSet<&'s str> {
    let uses = |asked: (Asked<'s>, &str)| {
        let given = asked.0.rule.params.get(asked.1).map(|value| value.value.text());
        let name = asked.1.to_owned();
        let all = asked.0.standard.clauses.iter().flat_map(|clause| &clause.rules);
        let same =
            all.filter(move |rule| given.is_some() && rule.params.get(&name).map(|value| value.value.text()) == given);
        same.map(Use::id).collect::<BTreeSet<&str>>()
    };
    if one.1 != other.1 {
        return BTreeSet::new();
    }
    let (mine, theirs) = (uses(one), uses(other));
    let own = [one.0.rule.id(), other.0.rule.id()];
    mine.intersection(&theirs).copied().filter(|id| !own.contains(id)).collect()
}

fn tell(source: &RuleSource, one: (Asked<'_>, &str), other: (Asked<'_>, &str)) -> Problem {
    let rule = &source.id.value;
    let shown = |(asked, param): (Asked<'_>, &str)| text(asked.value(source, param)).unwrap_or_default();
    let place = |(asked, param): (Asked<'_>, &str)| {
        asked.rule.params.get(param).map_or(asked.rule.rule.place, |value| value.place)
    };
    let label = |asked: (Asked<'_>, &str)| {
        let text = format!("{} of `{}`", asked.0.clause.id.value, asked.0.standard.id);
        Label { place: place(asked), text }
    };
    let message = format!(
        "`{}` and `{}` cannot both be met: {} wants `{}` of `{rule}` to be {}, {} wants {}",
        one.0.standard.id,
        other.0.standard.id,
        one.0.clause.id.value,
        one.1,
        shown(one),
        other.0.clause.id.value,
        shown(other),
    );
    let mut ways = vec![format!("{}: {{ {}: … }}", one.0.rule.id(), one.1)];
    if one.0.rule.id() != other.0.rule.id() {
        ways.push(format!("{}: {{ {}: … }}", other.0.rule.id(), other.1));
    }
    ways.extend(companions(one, other).into_iter().map(|id| format!("{id}: {{ {}: … }}", one.1)));
    let way = ways.join(", ");
    let help =
        format!("choose one of the standards for each service, or settle it in `.svclint.yaml`: `params: {{ {way} }}`");
    Problem::new("standard/conflict", message, label(one)).with_label(label(other)).with_help(help)
}

/// How strict one use is beside another of the same rule: `Less` where the first is the stricter one, `None` where
/// they cannot be told apart by bounds and lists alone.
pub(super) fn strictness(source: &RuleSource, one: &Use, other: &Use) -> Option<Ordering> {
    if one.only != other.only || one.except != other.except {
        return None;
    }
    let demands = Demands::of(source);
    let mut order = Ordering::Equal;
    for param in &source.params {
        let name = param.name.value.as_str();
        let value = |of: &'_ Use| of.params.get(name).or(param.default.as_ref()).map(|value| value.value.clone());
        let (Some(x), Some(y)) = (value(one), value(other)) else { return None };
        if x.text() == y.text() {
            continue;
        }
        let demand = demands.all.iter().find(|demand| demand.param == name)?;
        if demands.choosing.contains(name) {
            return None;
        }
        let next = match demand.kind {
            Kind::AtMost => compare(source, name, &x, &y)?,
            Kind::AtLeast => compare(source, name, &y, &x)?,
            Kind::OneOf => inclusion(&items(&x), &items(&y))?,
            Kind::NoneOf => inclusion(&items(&y), &items(&x))?,
            Kind::Equal | Kind::Matches | Kind::StartsWith => return None,
        };
        order = if order == Ordering::Equal { next } else { order };
    }
    Some(order)
}

/// `Less` for a part of the other.
fn inclusion(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Option<Ordering> {
    match (one.is_subset(other), other.is_subset(one)) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        (false, false) => None,
    }
}
