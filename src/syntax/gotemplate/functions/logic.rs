//! Comparisons, defaults, types, and the functions with which a template gives up.

use std::cmp::Ordering;

use super::{Table, arg, equal, integer, last, made, text, text_arg};
use crate::syntax::gotemplate::context::Context;
use crate::syntax::gotemplate::given::Joined;
use crate::syntax::gotemplate::{Map, Outcome, Stop, Value, print, refuse};

pub(super) const TABLE: Table = &[
    ("eq", |args, context| {
        let first = arg(args, 0)?;
        arg(args, 1)?;
        for other in args.iter().skip(1) {
            if equal(first, other, context, 0)? {
                return Ok(Value::bool(true));
            }
        }
        Ok(Value::bool(false))
    }),
    ("ne", |args, context| Ok(Value::bool(!equal(arg(args, 0)?, arg(args, 1)?, context, 0)?))),
    ("lt", |args, _| compare(args, Ordering::is_lt)),
    ("le", |args, _| compare(args, Ordering::is_le)),
    ("gt", |args, _| compare(args, Ordering::is_gt)),
    ("ge", |args, _| compare(args, Ordering::is_ge)),
    ("not", |args, _| Ok(Value::bool(!arg(args, 0)?.is_true()))),
    ("len", |args, _| {
        Ok(match arg(args, 0)? {
            Value::Str(text) => Value::count(text.len()),
            Value::List(list) => Value::count(list.items().len()),
            Value::Map(map) => Value::count(map.len()),
            Value::Object(object) => Value::count(object.entries().map_or(0, |entries| entries.len())),
            other => return refuse(format!("len of type {}", other.type_name())),
        })
    }),
    ("index", |args, _| index(args)),
    ("print", |args, context| joined(args, context, "")),
    ("println", |args, context| joined(args, context, "\n")),
    ("printf", |args, context| {
        let pattern = text_arg(args, 0, context)?;
        let text = print::format(&pattern, args.get(1..).unwrap_or(&[]), context)?;
        context.bytes(text.len())?;
        Ok(Value::Str(text))
    }),
    ("default", |args, _| {
        let fallback = arg(args, 0)?;
        Ok(args.get(1).filter(|given| given.is_true()).unwrap_or(fallback).clone())
    }),
    ("empty", |args, _| Ok(Value::bool(!arg(args, 0)?.is_true()))),
    ("coalesce", |args, _| Ok(args.iter().find(|value| value.is_true()).cloned().unwrap_or(Value::Nil))),
    ("all", |args, _| Ok(Value::bool(args.iter().all(Value::is_true)))),
    ("any", |args, _| Ok(Value::bool(args.iter().any(Value::is_true)))),
    ("ternary", |args, _| {
        let test = arg(args, 2)?.is_true();
        arg(args, usize::from(!test)).cloned()
    }),
    ("fail", |args, context| Err(Stop::Fail(text_arg(args, 0, context)?.to_string()))),
    ("required", |args, context| {
        let value = arg(args, 1)?;
        let is_missing = matches!(value, Value::Nil) || matches!(value, Value::Str(text) if text.is_empty());
        if is_missing {
            context.ask(&text_arg(args, 0, context)?);
            return Ok(Value::text("required"));
        }
        Ok(value.clone())
    }),
    // Without a cluster there is nothing to look up (Helm, "Using the lookup function").
    ("lookup", |_, _| Ok(Value::Map(Map::new([])))),
    ("getHostByName", |_, _| Ok(Value::text(""))),
    ("env", |_, _| Ok(Value::text(""))),
    ("kindOf", |args, _| Ok(Value::text(arg(args, 0)?.kind()))),
    ("kindIs", |args, context| Ok(Value::bool(&*text_arg(args, 0, context)? == arg(args, 1)?.kind()))),
    ("typeOf", |args, _| Ok(Value::text(arg(args, 0)?.type_name()))),
    ("typeIs", |args, context| Ok(Value::bool(&*text_arg(args, 0, context)? == arg(args, 1)?.type_name()))),
    ("typeIsLike", |args, context| {
        Ok(Value::bool(text_arg(args, 0, context)?.trim_start_matches('*') == arg(args, 1)?.type_name()))
    }),
    ("deepEqual", |args, context| Ok(Value::bool(equal(arg(args, 0)?, arg(args, 1)?, context, 0)?))),
    ("html", |args, context| {
        let text = text(last(args)?, context)?;
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        made(escaped.replace('"', "&#34;").replace('\'', "&#39;"), context)
    }),
    ("js", |args, context| made(text(last(args)?, context)?, context)),
    ("call", |_, _| refuse("call of a value that is no function")),
];

#[expect(clippy::cast_precision_loss, reason = "an integer and a float are compared as floats")]
fn compare(args: &[Value], holds: fn(Ordering) -> bool) -> Outcome {
    let order = match (arg(args, 0)?, arg(args, 1)?) {
        (Value::Int(a, _), Value::Int(b, _)) => a.cmp(b),
        (Value::Float(a, _), Value::Float(b, _)) => a.total_cmp(b),
        (Value::Int(a, _), Value::Float(b, _)) => (*a as f64).total_cmp(b),
        (Value::Float(a, _), Value::Int(b, _)) => a.total_cmp(&(*b as f64)),
        (Value::Str(a), Value::Str(b)) => (**a).cmp(&**b),
        _ => return refuse("incompatible types for comparison"),
    };
    Ok(Value::bool(holds(order)))
}

fn index(args: &[Value]) -> Outcome {
    let mut value = arg(args, 0)?.clone();
    for key in args.iter().skip(1) {
        value = match (&value, key) {
            (Value::Map(map), Value::Str(key)) => map.get(key).unwrap_or(Value::Nil),
            (Value::List(list), Value::Int(..) | Value::Float(..)) => {
                let index = integer(key);
                match usize::try_from(index).ok().and_then(|index| list.items().get(index)) {
                    Some(item) => item.clone(),
                    None => return refuse(format!("error calling index: index out of range: {index}")),
                }
            }
            (Value::Str(text), Value::Int(..) | Value::Float(..)) => {
                let byte = usize::try_from(integer(key)).ok().and_then(|index| text.as_bytes().get(index));
                match byte {
                    Some(byte) => Value::int(i64::from(*byte)),
                    None => return refuse("error calling index: index out of range"),
                }
            }
            (Value::Object(object), Value::Str(key)) => match object.call(key, &[]) {
                Some(result) => result?,
                None => Value::Nil,
            },
            (Value::Nil, _) => return refuse("error calling index: index of untyped nil"),
            (other, _) => {
                return refuse(format!("error calling index: can't index item of type {}", other.type_name()));
            }
        };
    }
    Ok(value)
}

/// `print`: blanks between values of which neither is a string; `println`: always (Go, `fmt`).
fn joined(args: &[Value], context: &Context, end: &str) -> Outcome {
    let mut out = Joined::default();
    for (index, value) in args.iter().enumerate() {
        let is_text = |value: Option<&Value>| matches!(value, Some(Value::Str(_)));
        let apart = !is_text(Some(value)) && !is_text(index.checked_sub(1).and_then(|before| args.get(before)));
        if index > 0 && (apart || !end.is_empty()) {
            out.push(" ", None);
        }
        out.push(&text(value, context)?, value.given());
    }
    out.push(end, None);
    context.bytes(out.len())?;
    Ok(Value::Str(out.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, args: &[Value]) -> Outcome {
        super::super::find(name).unwrap()(args, &Context::new())
    }

    #[test]
    fn a_number_of_a_values_file_equals_one_of_a_template() {
        assert!(call("eq", &[Value::float(1.0), Value::int(1)]).unwrap().is_true());
        assert!(call("gt", &[Value::float(2.0), Value::int(1)]).unwrap().is_true());
        assert!(call("lt", &[Value::text("a"), Value::int(1)]).is_err());
    }

    #[test]
    fn what_is_required_and_missing_is_asked_for() {
        let context = Context::new();
        let function = super::super::find("required").unwrap();
        assert_eq!(function(&[Value::text("give it"), Value::Nil], &context).unwrap().kind(), "string");
        assert_eq!(context.asked(), ["give it"]);
    }
}
