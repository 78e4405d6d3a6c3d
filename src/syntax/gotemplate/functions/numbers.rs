//! Functions over numbers.

use super::{Table, arg, count_arg, integer, integer_arg, last, text};
use crate::syntax::gotemplate::{Outcome, Value, refuse};

pub(super) const TABLE: Table = &[
    ("int", |args, _| Ok(Value::int(integer(last(args)?)))),
    ("int64", |args, _| Ok(Value::int(integer(last(args)?)))),
    ("atoi", |args, _| Ok(Value::int(integer(last(args)?)))),
    ("float64", |args, _| Ok(Value::float(float(last(args)?)))),
    ("toDecimal", |args, context| Ok(Value::int(i64::from_str_radix(&text(last(args)?, context)?, 8).unwrap_or(0)))),
    ("add", |args, _| Ok(Value::int(args.iter().fold(0, |sum, value| sum.wrapping_add(integer(value)))))),
    ("add1", |args, _| Ok(Value::int(integer(last(args)?).wrapping_add(1)))),
    ("sub", |args, _| Ok(Value::int(integer_arg(args, 0)?.wrapping_sub(integer_arg(args, 1)?)))),
    ("mul", |args, _| Ok(Value::int(args.iter().fold(1, |product, value| product.wrapping_mul(integer(value)))))),
    ("div", |args, _| divided(args, i64::checked_div)),
    ("mod", |args, _| divided(args, i64::checked_rem)),
    ("max", |args, _| Ok(Value::int(args.iter().map(integer).max().unwrap_or(0)))),
    ("biggest", |args, _| Ok(Value::int(args.iter().map(integer).max().unwrap_or(0)))),
    ("min", |args, _| Ok(Value::int(args.iter().map(integer).min().unwrap_or(0)))),
    ("addf", |args, _| Ok(Value::float(args.iter().map(float).sum()))),
    ("add1f", |args, _| Ok(Value::float(float(last(args)?) + 1.0))),
    ("subf", |args, _| {
        Ok(Value::float(args.iter().skip(1).fold(float(arg(args, 0)?), |sum, value| sum - float(value))))
    }),
    ("mulf", |args, _| Ok(Value::float(args.iter().map(float).product()))),
    ("divf", |args, _| {
        Ok(Value::float(args.iter().skip(1).fold(float(arg(args, 0)?), |sum, value| sum / float(value))))
    }),
    ("maxf", |args, _| Ok(Value::float(args.iter().map(float).fold(f64::MIN, f64::max)))),
    ("minf", |args, _| Ok(Value::float(args.iter().map(float).fold(f64::MAX, f64::min)))),
    ("floor", |args, _| Ok(Value::float(float(last(args)?).floor()))),
    ("ceil", |args, _| Ok(Value::float(float(last(args)?).ceil()))),
    ("round", |args, _| {
        let places = i32::try_from(count_arg(args, 1)?).unwrap_or(i32::MAX).min(15);
        let scale = 10_f64.powi(places);
        Ok(Value::float((float(arg(args, 0)?) * scale).round() / scale))
    }),
];

fn divided(args: &[Value], divide: fn(i64, i64) -> Option<i64>) -> Outcome {
    match divide(integer_arg(args, 0)?, integer_arg(args, 1)?) {
        Some(result) => Ok(Value::int(result)),
        None => refuse("integer divide by zero"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "that is what Go's conversion does")]
fn float(value: &Value) -> f64 {
    match value {
        Value::Float(number, _) => *number,
        Value::Str(text) => text.trim().parse().unwrap_or(0.0),
        other => integer(other) as f64,
    }
}
