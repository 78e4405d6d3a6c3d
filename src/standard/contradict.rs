//! Whether different rules of two standards ask for what one field cannot both be.
//!
//! Only comparisons that have to hold of every target are looked at: those that stand alone or in an `all`, of a field of
//! the target, with a value that is known. Where the one rule passes over targets that the other one judges, they
//! contradict each other on those that both judge. What an `any`, a look-up or an element of a list could still make
//! true is never a contradiction.

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::{Asked, may_overlap};
use crate::diagnostic::Problem;
use crate::finding::Label;
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::rules::ast::{Condition, Form, Literal, Operand, RuleSource};

/// How deep conditions are looked into.
const MAX_DEPTH: usize = 32;

/// A use of a rule with the rule.
pub(super) type Use<'s> = (Asked<'s>, &'s RuleSource);

/// What a field may be.
#[derive(Clone, Debug)]
enum May {
    /// Anything that is written.
    Anything,
    /// Nothing: it is not written.
    Nothing,
    /// One of these.
    OneOf(Vec<Literal>),
    /// None of these.
    NoneOf(Vec<Literal>),
    /// At least this, or more where the flag says so.
    AtLeast(f64, bool),
    /// At most this, or less where the flag says so.
    AtMost(f64, bool),
    /// A list of nothing but these; it may be empty.
    Within(Vec<Literal>),
    /// A list with these in it.
    With(Vec<Literal>),
    /// A list with none of these in it.
    Without(Vec<Literal>),
    /// An empty list.
    Empty,
}

/// A comparison that has to hold.
struct Demand {
    field: String,
    may: May,
    /// Whether it holds of a field that is not written.
    or_absent: bool,
    /// What it asks, in words.
    words: String,
    /// The parameter that says so.
    param: Option<String>,
}

/// What a rule wants of each of its targets.
struct Wants<'s> {
    asked: Asked<'s>,
    rule: &'s RuleSource,
    /// What its targets have in common; `None` where that is more than comparisons.
    chosen: Option<BTreeSet<String>>,
    demands: Vec<Demand>,
}

/// The contradictions between rules of different standards, each told once.
pub(super) fn contradictions(uses: &[Use<'_>]) -> Vec<Problem> {
    let mut by_kind: BTreeMap<&str, Vec<Wants<'_>>> = BTreeMap::new();
    for (asked, rule) in uses {
        let wants = Wants::of(*asked, rule);
        if !wants.demands.is_empty() {
            by_kind.entry(&rule.target.value).or_default().push(wants);
        }
    }
    let mut problems = Vec::new();
    for wants in by_kind.values() {
        for (index, one) in wants.iter().enumerate() {
            for other in wants.get(index + 1..).unwrap_or(&[]) {
                problems.extend(contradiction(one, other));
            }
        }
    }
    problems
}

impl<'s> Wants<'s> {
    fn of(asked: Asked<'s>, rule: &'s RuleSource) -> Self {
        let mut chosen = Some(BTreeSet::new());
        if let Some(filter) = &rule.filter {
            choose(asked, rule, filter, &mut chosen, 0);
        }
        let mut demands = Vec::new();
        // What is looked up may not be there, and what is then asked is another matter.
        if rule.lookups.is_empty() {
            demand(asked, rule, &rule.require, false, &mut demands, 0);
        }
        Self { asked, rule, chosen, demands }
    }

    /// Whether it judges every target that another rule judges.
    fn judges_all_of(&self, other: &Self) -> bool {
        match (&self.chosen, &other.chosen) {
            (Some(own), Some(others)) => own.is_subset(others),
            (Some(own), None) => own.is_empty(),
            (None, _) => false,
        }
    }
}

fn contradiction(one: &Wants<'_>, other: &Wants<'_>) -> Option<Problem> {
    let is_candidate = one.rule.id.value != other.rule.id.value
        && one.asked.standard.id != other.asked.standard.id
        && may_overlap(one.asked.rule, other.asked.rule)
        && (one.judges_all_of(other) || other.judges_all_of(one));
    if !is_candidate {
        return None;
    }
    let pairs = one.demands.iter().flat_map(|a| other.demands.iter().map(move |b| (a, b)));
    let (a, b) = pairs.into_iter().find(|(a, b)| a.field == b.field && excludes(a, b))?;
    Some(tell((one, a), (other, b)))
}

/// The comparisons that choose targets, each as text.
fn choose(
    asked: Asked<'_>,
    rule: &RuleSource,
    condition: &Condition,
    out: &mut Option<BTreeSet<String>>,
    depth: usize,
) {
    match &condition.form {
        Form::All(parts) if depth < MAX_DEPTH => {
            for part in parts {
                choose(asked, rule, part, out, depth + 1);
            }
        }
        Form::Field { path, operator, operand, absent } => {
            let value = value(asked, rule, &operand.value);
            let absent = absent.as_ref().is_some_and(|absent| absent.value);
            match (out.as_mut(), value) {
                (Some(all), Some((value, _))) => {
                    all.insert(format!("{} {} {} {absent}", path.value, operator.value, value.text()));
                }
                _ => *out = None,
            }
        }
        _ => *out = None,
    }
}

/// What an operand is in a use: a literal, or what the use or the rule gives the parameter of a name.
fn value<'o>(asked: Asked<'_>, rule: &RuleSource, operand: &'o Operand) -> Option<(Literal, Option<&'o str>)> {
    match operand {
        Operand::Literal(literal) => Some((literal.clone(), None)),
        Operand::Param(param) => Some((asked.value(rule, param)?.value.clone(), Some(param))),
        Operand::Field(_) => None,
    }
}

fn demand(
    asked: Asked<'_>,
    rule: &RuleSource,
    condition: &Condition,
    negated: bool,
    out: &mut Vec<Demand>,
    depth: usize,
) {
    if depth > MAX_DEPTH {
        return;
    }
    let mut each = |parts: &[Condition], negated: bool| {
        for part in parts {
            demand(asked, rule, part, negated, out, depth + 1);
        }
    };
    match (&condition.form, negated) {
        (Form::All(parts), false) | (Form::Any(parts), true) => each(parts, negated),
        (Form::None(parts), false) => each(parts, true),
        (Form::Not(part), _) => demand(asked, rule, part, !negated, out, depth + 1),
        (Form::Field { path, operator, operand, absent }, _) => {
            let Some((value, param)) = value(asked, rule, &operand.value) else { return };
            let absent = absent.as_ref().is_some_and(|absent| absent.value);
            let Some((may, or_absent, words)) = may(&operator.value, &value, absent, negated) else { return };
            out.push(Demand { field: path.value.clone(), may, or_absent, words, param: param.map(str::to_owned) });
        }
        _ => {}
    }
}

/// What a comparison lets a field be, whether it may be absent, and that in words.
fn may(operator: &str, value: &Literal, absent: bool, negated: bool) -> Option<(May, bool, String)> {
    let list = || match value {
        Literal::List(items) => items.iter().map(|item| item.value.clone()).collect(),
        one => vec![one.clone()],
    };
    let text = value.text();
    let or_absent = absent != negated;
    Some(match (operator, negated) {
        ("exists", _) if matches!(value, Literal::Bool(true)) != negated => (May::Anything, false, "set".to_owned()),
        ("exists", _) => (May::Nothing, true, "left out".to_owned()),
        ("subset_of", false) => (May::Within(list()), or_absent, format!("nothing but {text}")),
        ("eq" | "ne", _) if matches!(value, Literal::List(_)) => return None,
        ("eq" | "in", false) | ("ne" | "not_in", true) => (May::OneOf(list()), or_absent, text),
        ("ne" | "not_in", false) | ("eq" | "in", true) => {
            (May::NoneOf(list()), or_absent, format!("other than {text}"))
        }
        ("ge", false) | ("lt", true) => (May::AtLeast(number(value)?, false), or_absent, format!("at least {text}")),
        ("gt", false) | ("le", true) => (May::AtLeast(number(value)?, true), or_absent, format!("more than {text}")),
        ("le", false) | ("gt", true) => (May::AtMost(number(value)?, false), or_absent, format!("at most {text}")),
        ("lt", false) | ("ge", true) => (May::AtMost(number(value)?, true), or_absent, format!("less than {text}")),
        ("contains" | "contains_all", false) => (May::With(list()), or_absent, format!("a list with {text}")),
        ("contains" | "contains_any", true) => (May::Without(list()), true, format!("without {text}")),
        ("empty", _) if matches!(value, Literal::Bool(true)) != negated => (May::Empty, true, "empty".to_owned()),
        _ => return None,
    })
}

/// A number, or an amount with its unit.
fn number(literal: &Literal) -> Option<f64> {
    match literal {
        #[expect(clippy::cast_precision_loss, reason = "bounds in rules are small")]
        Literal::Int(number) => Some(*number as f64),
        Literal::Float(number) => Some(*number),
        _ => None,
    }
}

/// Whether nothing can meet both.
fn excludes(a: &Demand, b: &Demand) -> bool {
    !(a.or_absent && b.or_absent) && (are_apart(&a.may, &b.may) || are_apart(&b.may, &a.may))
}

fn are_apart(a: &May, b: &May) -> bool {
    let holds = |all: &[Literal], one: &Literal| all.iter().any(|other| is_same(other, one));
    match (a, b) {
        // That both may be absent is asked before.
        (May::Nothing, other) => !matches!(other, May::Nothing),
        (May::OneOf(a), May::OneOf(b)) => !a.iter().any(|one| holds(b, one)),
        (May::OneOf(a), May::NoneOf(b)) => a.iter().all(|one| holds(b, one)),
        (May::OneOf(a), May::AtLeast(least, above)) => {
            a.iter().all(|one| number(one).is_some_and(|one| one < *least || *above && one <= *least))
        }
        (May::OneOf(a), May::AtMost(most, below)) => {
            a.iter().all(|one| number(one).is_some_and(|one| one > *most || *below && one >= *most))
        }
        (May::AtLeast(least, above), May::AtMost(most, below)) => least > most || (*above || *below) && least >= most,
        (May::With(a), May::Without(b)) => a.iter().any(|one| holds(b, one)),
        (May::With(a), May::Within(b)) => a.iter().any(|one| !holds(b, one)),
        (May::With(a), May::Empty) => !a.is_empty(),
        _ => false,
    }
}

/// Whether two values are one, in whatever unit they are written. In doubt they are.
fn is_same(a: &Literal, b: &Literal) -> bool {
    let (x, y) = (a.text(), b.text());
    let nanos = |text: &str| Duration::parse(text).map(|duration| duration.nanos);
    let milli = |text: &str| Quantity::kubernetes(text).map(|quantity| quantity.milli);
    x.eq_ignore_ascii_case(&y)
        || nanos(&x).is_some() && nanos(&x) == nanos(&y)
        || milli(&x).is_some() && milli(&x) == milli(&y)
}

fn tell(one: (&Wants<'_>, &Demand), other: (&Wants<'_>, &Demand)) -> Problem {
    let name = |(wants, _): (&Wants<'_>, &Demand)| wants.asked.clause.id.value.clone();
    let label = |asks: (&Wants<'_>, &Demand)| Label {
        place: asks.0.asked.rule.rule.place,
        text: format!("{} of `{}`", name(asks), asks.0.asked.standard.id),
    };
    let asks = |asks: (&Wants<'_>, &Demand)| format!("to be {} (`{}`)", asks.1.words, asks.0.rule.id.value);
    let message = format!(
        "`{}` and `{}` cannot both be met: {} wants `{}` of {} {}, {} {}",
        one.0.asked.standard.id,
        other.0.asked.standard.id,
        name(one),
        one.1.field,
        one.0.rule.target.value,
        asks(one),
        name(other),
        asks(other),
    );
    let settled = [one, other].into_iter().find_map(|(wants, demand)| {
        let param = demand.param.as_ref()?;
        Some(format!("`params: {{ {}: {{ {param}: … }} }}`", wants.asked.rule.id()))
    });
    let help = match settled {
        Some(params) => {
            format!("choose one of the standards for each service, or settle it in `.svclint.yaml`: {params}")
        }
        None => "choose one of the standards for each service, under `services` in `.svclint.yaml`".to_owned(),
    };
    Problem::new("standard/conflict", message, label(one)).with_label(label(other)).with_help(help)
}
