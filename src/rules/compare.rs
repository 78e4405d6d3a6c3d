//! What each operator says of two values.

use std::cmp::Ordering;

use super::eval::{has_doubt, is, known_elements};
use super::evidence::Truth;
use super::ir::Const;
use super::operators::Operator;
use crate::model::schema::{Elements, Slot, Type, View};
use crate::syntax::gotemplate::version_order;

/// A value against a constant. Types fit: the checker saw to it.
pub(super) fn with_const(view: View<'_>, operator: Operator, constant: &Const) -> Truth {
    if let View::List(list) = view {
        return list_with(list, operator, constant);
    }
    let holds = match (operator, constant) {
        (Operator::Eq, constant) => same(view, constant),
        (Operator::Ne, constant) => !same(view, constant),
        (Operator::In, Const::List(items)) => items.iter().any(|item| same(view, item)),
        (Operator::NotIn, Const::List(items)) => !items.iter().any(|item| same(view, item)),
        (Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge, constant) => is(order(view, constant), operator),
        (Operator::Matches | Operator::Glob, Const::Pattern(pattern)) => {
            text(view).is_some_and(|text| pattern.is_match(text))
        }
        (Operator::NotMatches, Const::Pattern(pattern)) => text(view).is_some_and(|text| !pattern.is_match(text)),
        (Operator::StartsWith, Const::Str(part)) => text(view).is_some_and(|text| text.starts_with(part)),
        (Operator::EndsWith, Const::Str(part)) => text(view).is_some_and(|text| text.ends_with(part)),
        (Operator::Contains, Const::Str(part)) => text(view).is_some_and(|text| text.contains(part)),
        (Operator::Within, Const::Range(range)) => text(view).is_some_and(|text| range.has(text)),
        (Operator::Empty, Const::Bool(wanted)) => text(view).is_some_and(|text| text.is_empty() == *wanted),
        _ => false,
    };
    Truth::of(holds)
}

/// A list against a constant. What cannot be seen makes the difference only where it could change the answer.
fn list_with(list: &dyn Elements, operator: Operator, constant: &Const) -> Truth {
    let has = |wanted: &Const| known_elements(list).any(|element| same(element, wanted));
    let items: &[Const] = match constant {
        Const::List(items) => items,
        _ => &[],
    };
    let doubt = has_doubt(list);
    let grows = |holds: bool| {
        if holds {
            Truth::Holds
        } else if doubt {
            Truth::Unknown
        } else {
            Truth::Fails
        }
    };
    let shrinks = |holds: bool| {
        if !holds {
            Truth::Fails
        } else if doubt {
            Truth::Unknown
        } else {
            Truth::Holds
        }
    };
    match (operator, constant) {
        (Operator::Contains, constant) => grows(has(constant)),
        (Operator::ContainsAny, _) => grows(items.iter().any(has)),
        (Operator::ContainsAll | Operator::SupersetOf, _) => grows(items.iter().all(has)),
        (Operator::SubsetOf, _) => {
            shrinks(known_elements(list).all(|element| items.iter().any(|item| same(element, item))))
        }
        (Operator::Empty, Const::Bool(true)) => shrinks(list.is_empty()),
        (Operator::Empty, _) => grows(!list.is_empty()),
        (Operator::Unique, Const::Bool(wanted)) => {
            let mut seen: Vec<View<'_>> = Vec::new();
            let mut unique = true;
            for element in known_elements(list) {
                unique &= !seen.iter().any(|other| equal(*other, element));
                seen.push(element);
            }
            if *wanted { shrinks(unique) } else { grows(!unique) }
        }
        _ => Truth::Fails,
    }
}

/// A value against another value of the model. `ty` is the declared type of the first, which tells versions from text.
pub(super) fn with_view(view: View<'_>, operator: Operator, other: View<'_>, ty: Type) -> Truth {
    if let (Type::Version, View::Str(a), View::Str(b)) = (ty, view, other)
        && let Some(order) = version_order(a, b)
    {
        match operator {
            Operator::Eq => return Truth::of(order.is_eq()),
            Operator::Ne => return Truth::of(order.is_ne()),
            Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => return Truth::of(is(Some(order), operator)),
            _ => {}
        }
    }
    match (view, operator, other) {
        (View::List(list), Operator::Contains, other) => {
            let holds = known_elements(list).any(|element| equal(element, other));
            if holds {
                Truth::Holds
            } else if has_doubt(list) {
                Truth::Unknown
            } else {
                Truth::Fails
            }
        }
        (View::List(a), _, View::List(b)) => lists(a, operator, b),
        (_, Operator::In, View::List(list)) => {
            let holds = known_elements(list).any(|element| equal(element, view));
            if holds {
                Truth::Holds
            } else if has_doubt(list) {
                Truth::Unknown
            } else {
                Truth::Fails
            }
        }
        (_, Operator::NotIn, View::List(list)) => with_view(view, Operator::In, View::List(list), ty).not(),
        (_, Operator::Eq, _) => Truth::of(equal(view, other)),
        (_, Operator::Ne, _) => Truth::of(!equal(view, other)),
        (_, Operator::StartsWith, _) => Truth::of(texts(view, other).is_some_and(|(a, b)| a.starts_with(b))),
        (_, Operator::EndsWith, _) => Truth::of(texts(view, other).is_some_and(|(a, b)| a.ends_with(b))),
        (_, Operator::Contains, _) => Truth::of(texts(view, other).is_some_and(|(a, b)| a.contains(b))),
        _ => Truth::of(is(view_order(view, other), operator)),
    }
}

fn lists(a: &dyn Elements, operator: Operator, b: &dyn Elements) -> Truth {
    let within = |inner: &dyn Elements, outer: &dyn Elements| {
        known_elements(inner).all(|element| known_elements(outer).any(|other| equal(element, other)))
    };
    let holds = match operator {
        Operator::SubsetOf => within(a, b),
        Operator::SupersetOf | Operator::ContainsAll => within(b, a),
        Operator::ContainsAny => known_elements(b).any(|element| known_elements(a).any(|other| equal(element, other))),
        _ => false,
    };
    if has_doubt(a) || has_doubt(b) { Truth::Unknown } else { Truth::of(holds) }
}

/// Text as it is; of a thing in a list, what people call it.
fn text(view: View<'_>) -> Option<&str> {
    match view {
        View::Str(text) => Some(text),
        View::Node(node) => match node.slot(node.def().grip()?) {
            Slot::Known(View::Str(text), _) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn texts<'a>(a: View<'a>, b: View<'a>) -> Option<(&'a str, &'a str)> {
    Some((text(a)?, text(b)?))
}

#[expect(clippy::cast_precision_loss, reason = "a fraction is compared with small whole numbers")]
fn same(view: View<'_>, constant: &Const) -> bool {
    match (view, constant) {
        (View::Bool(a), Const::Bool(b)) => a == *b,
        (View::Int(a), Const::Int(b)) => a == *b,
        (View::Int(a), Const::Float(b)) => (a as f64 - b).abs() < f64::EPSILON,
        (View::Float(a), Const::Float(b)) => (a - b).abs() < f64::EPSILON,
        (View::Str(a), Const::Str(b)) => a == b,
        (View::Str(a), Const::Version(b)) => a == b || version_order(a, b).is_some_and(Ordering::is_eq),
        (View::Node(_), Const::Str(b)) => text(view) == Some(b),
        (View::Duration(a), Const::Duration(b)) => a == b,
        (View::Quantity(a), Const::Quantity(b)) => a == b,
        _ => false,
    }
}

fn order(view: View<'_>, constant: &Const) -> Option<Ordering> {
    match (view, constant) {
        (View::Int(a), Const::Int(b)) => Some(a.cmp(b)),
        (View::Float(a), Const::Float(b)) => a.partial_cmp(b),
        (View::Str(a), Const::Version(b)) => version_order(a, b),
        (View::Duration(a), Const::Duration(b)) => Some(a.nanos.cmp(&b.nanos)),
        (View::Quantity(a), Const::Quantity(b)) => Some(a.milli.cmp(&b.milli)),
        _ => None,
    }
}

fn equal(a: View<'_>, b: View<'_>) -> bool {
    match (a, b) {
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Str(a), View::Str(b)) => a == b,
        (View::Node(_), _) | (_, View::Node(_)) => texts(a, b).is_some_and(|(a, b)| a == b),
        _ => view_order(a, b) == Some(Ordering::Equal),
    }
}

fn view_order(a: View<'_>, b: View<'_>) -> Option<Ordering> {
    match (a, b) {
        (View::Int(a), View::Int(b)) => Some(a.cmp(&b)),
        (View::Float(a), View::Float(b)) => a.partial_cmp(&b),
        (View::Duration(a), View::Duration(b)) => Some(a.nanos.cmp(&b.nanos)),
        (View::Quantity(a), View::Quantity(b)) => Some(a.milli.cmp(&b.milli)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
