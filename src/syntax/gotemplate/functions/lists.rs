//! Functions over lists.

use super::{Table, arg, count_arg, equal, integer, integer_arg, items, last, listed, made, print};
use crate::syntax::gotemplate::context::Context;
use crate::syntax::gotemplate::{Outcome, Value, refuse};

pub(super) const TABLE: Table = &[
    ("list", |args, context| listed(args.to_vec(), context)),
    ("tuple", |args, context| listed(args.to_vec(), context)),
    ("first", |args, _| Ok(items(last(args)?)?.first().cloned().unwrap_or(Value::Nil))),
    ("mustFirst", |args, _| Ok(items(last(args)?)?.first().cloned().unwrap_or(Value::Nil))),
    ("last", |args, _| Ok(items(last(args)?)?.last().cloned().unwrap_or(Value::Nil))),
    ("mustLast", |args, _| Ok(items(last(args)?)?.last().cloned().unwrap_or(Value::Nil))),
    ("rest", |args, context| listed(items(last(args)?)?.get(1..).unwrap_or(&[]).to_vec(), context)),
    ("mustRest", |args, context| listed(items(last(args)?)?.get(1..).unwrap_or(&[]).to_vec(), context)),
    ("initial", initial),
    ("mustInitial", initial),
    ("append", append),
    ("mustAppend", append),
    ("push", append),
    ("prepend", prepend),
    ("mustPrepend", prepend),
    ("concat", |args, context| {
        let mut all = Vec::new();
        for list in args {
            all.extend(items(list)?.iter().cloned());
        }
        listed(all, context)
    }),
    ("reverse", |args, context| listed(items(last(args)?)?.iter().rev().cloned().collect(), context)),
    ("mustReverse", |args, context| listed(items(last(args)?)?.iter().rev().cloned().collect(), context)),
    ("uniq", uniq),
    ("mustUniq", uniq),
    ("without", without),
    ("mustWithout", without),
    ("has", has),
    ("mustHas", has),
    ("compact", compact),
    ("mustCompact", compact),
    ("slice", sliced),
    ("mustSlice", sliced),
    ("chunk", |args, context| {
        let size = count_arg(args, 0)?.max(1);
        listed(items(arg(args, 1)?)?.chunks(size).map(|part| Value::list(part.to_vec())).collect(), context)
    }),
    ("until", |args, context| steps(0, integer_arg(args, 0)?, 1, context)),
    ("untilStep", |args, context| steps(integer_arg(args, 0)?, integer_arg(args, 1)?, integer_arg(args, 2)?, context)),
    ("seq", |args, context| {
        let numbers: Vec<i64> = args.iter().map(integer).collect();
        let (start, end, step) = match numbers[..] {
            [end] => (1, end, if end < 1 { -1 } else { 1 }),
            [start, end] => (start, end, if end < start { -1 } else { 1 }),
            [start, step, end] => (start, end, step),
            _ => return Ok(Value::text("")),
        };
        let list = steps(start, end.saturating_add(step.signum()), step, context)?;
        let words: Vec<String> =
            items(&list)?.iter().map(|item| print::value(item, context)).collect::<Outcome<_>>()?;
        made(words.join(" "), context)
    }),
];

fn initial(args: &[Value], context: &Context) -> Outcome {
    let all = items(last(args)?)?;
    listed(all.get(..all.len().saturating_sub(1)).unwrap_or(&[]).to_vec(), context)
}

fn append(args: &[Value], context: &Context) -> Outcome {
    let mut all = items(arg(args, 0)?)?.to_vec();
    all.push(arg(args, 1)?.clone());
    listed(all, context)
}

fn prepend(args: &[Value], context: &Context) -> Outcome {
    let mut all = vec![arg(args, 1)?.clone()];
    all.extend_from_slice(items(arg(args, 0)?)?);
    listed(all, context)
}

fn holds(all: &[Value], wanted: &Value, context: &Context) -> Outcome<bool> {
    for item in all {
        if equal(item, wanted, context, 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn uniq(args: &[Value], context: &Context) -> Outcome {
    let mut out: Vec<Value> = Vec::new();
    for item in items(last(args)?)? {
        if !holds(&out, item, context)? {
            out.push(item.clone());
        }
    }
    listed(out, context)
}

fn without(args: &[Value], context: &Context) -> Outcome {
    let unwanted = args.get(1..).unwrap_or(&[]);
    let mut out = Vec::new();
    for item in items(arg(args, 0)?)? {
        if !holds(unwanted, item, context)? {
            out.push(item.clone());
        }
    }
    listed(out, context)
}

fn has(args: &[Value], context: &Context) -> Outcome {
    Ok(Value::bool(holds(items(arg(args, 1)?)?, arg(args, 0)?, context)?))
}

fn compact(args: &[Value], context: &Context) -> Outcome {
    listed(items(last(args)?)?.iter().filter(|item| item.is_true()).cloned().collect(), context)
}

/// Sprig's `slice` is for lists; text/template's, which it hides, for strings as well.
fn sliced(args: &[Value], context: &Context) -> Outcome {
    let value = arg(args, 0)?;
    let from = if args.len() > 1 { count_arg(args, 1)? } else { 0 };
    if let Value::Str(text) = value {
        let to = if args.len() > 2 { count_arg(args, 2)? } else { text.len() };
        return text
            .get(from..to)
            .map_or_else(|| refuse("error calling slice: index out of range"), |part| made(part, context));
    }
    let all = items(value)?;
    let to = if args.len() > 2 { count_arg(args, 2)? } else { all.len() };
    all.get(from..to)
        .map_or_else(|| refuse("error calling slice: index out of range"), |part| listed(part.to_vec(), context))
}

fn steps(start: i64, end: i64, step: i64, context: &Context) -> Outcome {
    let mut out = Vec::new();
    let mut at = start;
    while step != 0 && (step > 0 && at < end || step < 0 && at > end) {
        context.bytes(std::mem::size_of::<Value>())?;
        out.push(Value::int(at));
        let Some(next) = at.checked_add(step) else { break };
        at = next;
    }
    Ok(Value::list(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, args: &[Value]) -> Outcome<String> {
        let context = Context::new();
        print::value(&super::super::find(name).unwrap()(args, &context)?, &context)
    }

    #[test]
    fn lists_are_counted_and_filtered() {
        assert_eq!(call("until", &[Value::int(3)]).unwrap(), "[0 1 2]");
        assert_eq!(call("seq", &[Value::int(1), Value::int(3)]).unwrap(), "1 2 3");
        assert_eq!(call("uniq", &[Value::texts(["a", "b", "a"])]).unwrap(), "[a b]");
        assert_eq!(call("without", &[Value::texts(["a", "b"]), Value::text("a")]).unwrap(), "[b]");
        assert!(call("until", &[Value::int(i64::MAX)]).is_err());
    }
}
