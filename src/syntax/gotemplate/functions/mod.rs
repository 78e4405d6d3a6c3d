//! The functions that templates call: those of text/template, Sprig and Helm.

mod dates;
mod dicts;
mod encodings;
mod lists;
mod logic;
mod numbers;
mod regexes;
mod strings;
mod versions;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

pub(super) use dicts::key_of;
pub(crate) use versions::{allows, version_order};

use super::context::Context;
use super::{List, Map, Outcome, Value, print, refuse};

/// A function.
pub(super) type Function = fn(&[Value], &Context) -> Outcome;

/// Names with their functions.
type Table = &'static [(&'static str, Function)];

/// The function of a name.
pub(super) fn find(name: &str) -> Option<Function> {
    static ALL: OnceLock<HashMap<&'static str, Function>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let tables: [Table; 9] = [
            dates::TABLE,
            dicts::TABLE,
            encodings::TABLE,
            lists::TABLE,
            logic::TABLE,
            numbers::TABLE,
            regexes::TABLE,
            strings::TABLE,
            versions::TABLE,
        ];
        tables.into_iter().flatten().copied().collect()
    });
    all.get(name).copied()
}

/// An argument.
fn arg(args: &[Value], index: usize) -> Outcome<&Value> {
    match args.get(index) {
        Some(value) => Ok(value),
        None => refuse(format!("wrong number of args: want at least {}, got {}", index + 1, args.len())),
    }
}

/// The last argument, which is what a pipeline hands on.
fn last(args: &[Value]) -> Outcome<&Value> {
    arg(args, args.len().saturating_sub(1))
}

/// A value as Sprig's `strval` makes a string of it.
pub(super) fn text(value: &Value, context: &Context) -> Outcome<Rc<str>> {
    match value {
        Value::Str(text) => Ok(Rc::clone(text)),
        other => print::value(other, context).map(Rc::from),
    }
}

/// An argument as a string.
fn text_arg(args: &[Value], index: usize, context: &Context) -> Outcome<Rc<str>> {
    text(arg(args, index)?, context)
}

/// A value as an integer, as Sprig's casts make one: 0 of what is none.
fn integer(value: &Value) -> i64 {
    match value {
        Value::Int(number, _) => *number,
        #[expect(clippy::cast_possible_truncation, reason = "that is what Go's conversion does")]
        Value::Float(number, _) => *number as i64,
        Value::Bool(truth, _) => i64::from(*truth),
        Value::Str(text) => text.trim().parse().unwrap_or_else(|_| text.trim().parse().map_or(0, whole)),
        _ => 0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "that is what Go's conversion does")]
fn whole(number: f64) -> i64 {
    number as i64
}

fn integer_arg(args: &[Value], index: usize) -> Outcome<i64> {
    arg(args, index).map(integer)
}

/// A count; a negative one is 0.
fn count_arg(args: &[Value], index: usize) -> Outcome<usize> {
    Ok(usize::try_from(integer_arg(args, index)?).unwrap_or(0))
}

/// The items of a list; none of `nil`.
fn items(value: &Value) -> Outcome<&[Value]> {
    match value {
        Value::List(list) => Ok(list.items()),
        Value::Nil => Ok(&[]),
        other => refuse(format!("a list was expected, not a value of type {}", other.type_name())),
    }
}

/// What Go calls the type of a map.
const MAP_TYPE: &str = "map[string]interface {}";

/// A map; an empty one of `nil`.
fn map(value: &Value) -> Outcome<Map> {
    match value {
        Value::Map(map) => Ok(map.clone()),
        Value::Nil => Ok(Map::new([])),
        Value::Object(object) if object.type_name() == MAP_TYPE => Ok(Map::new(object.entries().unwrap_or_default())),
        other => refuse(format!("wrong type for value; expected {MAP_TYPE}; got {}", other.type_name())),
    }
}

/// What a function gave, known as the value that it was made of where it says the same: `int`, `trunc 63` and the like
/// mostly leave a value as it is.
pub(super) fn unchanged(result: Value, args: &[Value], context: &Context) -> Outcome {
    let is_scalar =
        |value: &Value| matches!(value, Value::Bool(..) | Value::Int(..) | Value::Float(..) | Value::Str(_));
    let is_here = match &result {
        Value::Str(text) => text.is_here(),
        other => is_scalar(other) && other.given().is_none(),
    };
    if !is_here {
        return Ok(result);
    }
    for arg in args.iter().rev().filter(|arg| is_scalar(arg)) {
        let Some(given) = arg.given() else { continue };
        if text(arg, context)? == text(&result, context)? {
            return Ok(result.as_given(given));
        }
    }
    Ok(result)
}

/// A string that was put together, paid for.
fn made(text: impl AsRef<str>, context: &Context) -> Outcome {
    context.bytes(text.as_ref().len())?;
    Ok(Value::text(text))
}

/// A list that was put together, paid for.
fn listed(items: Vec<Value>, context: &Context) -> Outcome {
    context.bytes(items.len().saturating_mul(std::mem::size_of::<Value>()))?;
    Ok(Value::List(List::new(items)))
}

/// Whether two values are equal all the way down.
fn equal(a: &Value, b: &Value, context: &Context, depth: usize) -> Outcome<bool> {
    context.steps(1)?;
    if depth > print::MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    #[expect(clippy::cast_precision_loss, reason = "an integer and a float are compared as floats")]
    Ok(match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a, _), Value::Bool(b, _)) => a == b,
        (Value::Int(a, _), Value::Int(b, _)) => a == b,
        (Value::Float(a, _), Value::Float(b, _)) => (a - b).abs() == 0.0,
        (Value::Int(a, _), Value::Float(b, _)) | (Value::Float(b, _), Value::Int(a, _)) => (*a as f64 - b).abs() == 0.0,
        (Value::Str(a), Value::Str(b)) => **a == **b,
        (Value::Object(a), Value::Object(b)) => Rc::ptr_eq(a, b),
        (Value::Object(object), Value::Str(text)) | (Value::Str(text), Value::Object(object)) => {
            *object.text() == ***text
        }
        (Value::List(a), Value::List(b)) => {
            if a.items().len() != b.items().len() {
                return Ok(false);
            }
            for (a, b) in a.items().iter().zip(b.items()) {
                if !equal(a, b, context, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.is(b) {
                return Ok(true);
            }
            let (a, b) = (a.entries(), b.entries());
            if a.len() != b.len() {
                return Ok(false);
            }
            for ((a_key, a), (b_key, b)) in a.iter().zip(&b) {
                if a_key != b_key || !equal(a, b, context, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}

/// A copy that shares no map with the value.
pub(super) fn deep_copy(value: &Value, context: &Context, depth: usize) -> Outcome {
    context.steps(1)?;
    if depth > print::MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    Ok(match value {
        Value::List(list) => {
            let items = list.items().iter().map(|item| deep_copy(item, context, depth + 1));
            Value::List(List::given(items.collect::<Outcome<Vec<_>>>()?, value.given()))
        }
        Value::Map(map) => {
            let entries = map.entries().into_iter().map(|(key, item)| Ok((key, deep_copy(&item, context, depth + 1)?)));
            Value::Map(Map::given(entries.collect::<Outcome<Vec<_>>>()?, value.given()))
        }
        other => other.clone(),
    })
}
