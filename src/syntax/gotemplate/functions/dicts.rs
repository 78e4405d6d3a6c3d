//! Functions over maps.

use std::rc::Rc;

use super::{Table, arg, deep_copy, items, listed, map, print, text, text_arg};
use crate::syntax::gotemplate::context::Context;
use crate::syntax::gotemplate::{Given, Map, Outcome, Text, Value, refuse};

pub(super) const TABLE: Table = &[
    ("dict", |args, context| {
        let out = Map::new([]);
        context.bytes(args.len().saturating_mul(64))?;
        for pair in args.chunks(2) {
            out.set(text(arg(pair, 0)?, context)?, pair.get(1).cloned().unwrap_or_else(|| Value::text("")));
        }
        Ok(Value::Map(out))
    }),
    ("get", |args, context| {
        Ok(map(arg(args, 0)?)?.get(&text_arg(args, 1, context)?).unwrap_or_else(|| Value::text("")))
    }),
    ("set", |args, context| {
        let (target, key, value) = (map(arg(args, 0)?)?, text_arg(args, 1, context)?, arg(args, 2)?);
        context.bytes(key.len() + 64)?;
        if holds(value, &target, context, 0)? {
            return refuse("a map cannot hold itself");
        }
        target.set(key, value.clone());
        Ok(Value::Map(target))
    }),
    ("unset", |args, context| {
        let target = map(arg(args, 0)?)?;
        target.remove(&text_arg(args, 1, context)?);
        Ok(Value::Map(target))
    }),
    ("hasKey", |args, context| Ok(Value::bool(map(arg(args, 0)?)?.has(&text_arg(args, 1, context)?)))),
    ("keys", |args, context| {
        let mut keys = Vec::new();
        for one in args {
            keys.extend(map(one)?.entries().into_iter().map(|(key, value)| key_of(key, &value, context)));
        }
        listed(keys, context)
    }),
    ("values", |args, context| {
        listed(map(arg(args, 0)?)?.entries().into_iter().map(|(_, value)| value).collect(), context)
    }),
    ("pluck", |args, context| {
        let key = text_arg(args, 0, context)?;
        let mut found = Vec::new();
        for one in args.iter().skip(1) {
            found.extend(map(one)?.get(&key));
        }
        listed(found, context)
    }),
    ("pick", |args, context| chosen(args, context, true)),
    ("omit", |args, context| chosen(args, context, false)),
    ("dig", |args, context| {
        let (path, rest) = args.split_at(args.len().saturating_sub(2));
        let mut at = map(arg(rest, 1)?)?;
        for (index, key) in path.iter().enumerate() {
            let Some(found) = at.get(&text(key, context)?) else { return arg(rest, 0).cloned() };
            if index + 1 == path.len() {
                return Ok(found);
            }
            at = map(&found)?;
        }
        arg(rest, 0).cloned()
    }),
    ("deepCopy", |args, context| deep_copy(arg(args, 0)?, context, 0)),
    ("mustDeepCopy", |args, context| deep_copy(arg(args, 0)?, context, 0)),
    ("merge", |args, context| merge(args, context, false)),
    ("mustMerge", |args, context| merge(args, context, false)),
    ("mergeOverwrite", |args, context| merge(args, context, true)),
    ("mustMergeOverwrite", |args, context| merge(args, context, true)),
];

/// Whether a map can be reached from a value. Maps that held each other would have no end to print.
fn holds(value: &Value, wanted: &Map, context: &Context, depth: usize) -> Outcome<bool> {
    context.steps(1)?;
    if depth > print::MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    let parts: Vec<Value> = match value {
        Value::Map(map) if map.is(wanted) => return Ok(true),
        Value::Map(map) => map.entries().into_iter().map(|(_, value)| value).collect(),
        Value::List(list) => list.items().to_vec(),
        _ => return Ok(false),
    };
    for part in parts.iter().filter(|part| matches!(part, Value::Map(_) | Value::List(_))) {
        if holds(part, wanted, context, depth + 1)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A key of a map; what a values file holds knows where that is.
pub(in crate::syntax::gotemplate) fn key_of(key: Rc<str>, value: &Value, context: &Context) -> Value {
    let given = value.given().filter(|given| context.is_under(*given, &key));
    Value::Str(Text::of(key, given.map(Given::key)))
}

fn chosen(args: &[Value], context: &Context, is_wanted: bool) -> Outcome {
    let source = map(arg(args, 0)?)?;
    let mut keys: Vec<Rc<str>> = Vec::new();
    for key in args.iter().skip(1) {
        match key {
            Value::List(_) => {
                for key in items(key)? {
                    keys.push(text(key, context)?);
                }
            }
            key => keys.push(text(key, context)?),
        }
    }
    let entries = source.entries();
    context.bytes(entries.len().saturating_mul(64))?;
    Ok(Value::Map(Map::new(entries.into_iter().filter(|(key, _)| keys.contains(key) == is_wanted))))
}

/// Merges maps into the first one, which changes (Sprig, `merge`).
fn merge(args: &[Value], context: &Context, overwrites: bool) -> Outcome {
    let target = map(arg(args, 0)?)?;
    for source in args.iter().skip(1) {
        merge_into(&target, &map(source)?, context, overwrites, 0)?;
    }
    Ok(Value::Map(target))
}

fn merge_into(target: &Map, source: &Map, context: &Context, overwrites: bool, depth: usize) -> Outcome<()> {
    if depth > print::MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    if target.is(source) {
        return Ok(());
    }
    for (key, value) in source.entries() {
        context.bytes(key.len() + 64)?;
        match (target.get(&key), &value) {
            (Some(Value::Map(own)), Value::Map(other)) => merge_into(&own, other, context, overwrites, depth + 1)?,
            (Some(own), _) if own.is_true() && !(overwrites && value.is_true()) => {}
            (Some(_), _) if !value.is_true() => {}
            _ => target.set(key, deep_copy(&value, context, depth)?),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, args: &[Value]) -> Outcome<String> {
        let context = Context::new();
        print::value(&super::super::find(name).unwrap()(args, &context)?, &context)
    }

    #[test]
    fn the_first_of_merged_maps_wins_unless_it_is_overwritten() {
        let maps = || {
            let first = Value::map([("a", Value::int(1)), ("c", Value::map([("x", Value::int(1))]))]);
            let second = Value::map([("a", Value::int(2)), ("c", Value::map([("y", Value::int(2))]))]);
            [first, second]
        };
        assert_eq!(call("merge", &maps()).unwrap(), "map[a:1 c:map[x:1 y:2]]");
        assert_eq!(call("mergeOverwrite", &maps()).unwrap(), "map[a:2 c:map[x:1 y:2]]");
    }

    #[test]
    fn a_path_that_leads_nowhere_gives_its_default() {
        let tree = Value::map([("a", Value::map([("b", Value::int(1))]))]);
        let dig = |path: &[&str]| {
            let mut args: Vec<Value> = path.iter().map(Value::text).collect();
            args.extend([Value::text("none"), tree.clone()]);
            call("dig", &args).unwrap()
        };
        assert_eq!((dig(&["a", "b"]), dig(&["a", "c"])), ("1".to_owned(), "none".to_owned()));
    }

    #[test]
    fn a_map_never_holds_itself() {
        let map = Value::map([("a", Value::Nil)]);
        assert!(call("set", &[map.clone(), Value::text("b"), Value::list(vec![map])]).is_err());
    }
}
