//! Functions over regular expressions. Go's are of the same kind as those of the crate `regex`: linear in the text.

use std::collections::BTreeMap;
use std::sync::Mutex;

use regex::{Regex, RegexBuilder};

use super::{Table, integer_arg, listed, made, text_arg};
use crate::syntax::gotemplate::context::Context;
use crate::syntax::gotemplate::{Outcome, Value, refuse};

/// How large a compiled expression may be: 1 MiB.
const MAX_COMPILED: usize = 1 << 20;

/// What compiling one counts for.
const COMPILE_STEPS: usize = 300;

pub(super) const TABLE: Table = &[
    ("regexMatch", matches),
    ("mustRegexMatch", matches),
    ("regexFind", find),
    ("mustRegexFind", find),
    ("regexFindAll", find_all),
    ("mustRegexFindAll", find_all),
    ("regexReplaceAll", |args, context| replace(args, context, false)),
    ("mustRegexReplaceAll", |args, context| replace(args, context, false)),
    ("regexReplaceAllLiteral", |args, context| replace(args, context, true)),
    ("mustRegexReplaceAllLiteral", |args, context| replace(args, context, true)),
    ("regexSplit", split),
    ("mustRegexSplit", split),
    ("regexQuoteMeta", |args, context| made(regex::escape(&text_arg(args, 0, context)?), context)),
];

/// How many are kept.
const MAX_KEPT: usize = 64;

/// Those that were compiled: charts have few, in helpers that they all share, and compiling them again for each call was
/// a third of the time that 120 charts took.
static KEPT: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());

fn compiled(pattern: &str, text: &str, context: &Context) -> Outcome<Regex> {
    context.steps(COMPILE_STEPS + pattern.len())?;
    context.bytes(text.len().saturating_mul(4))?;
    let kept = KEPT.lock().ok().and_then(|kept| kept.get(pattern).cloned());
    if let Some(regex) = kept {
        return Ok(regex);
    }
    let Ok(regex) = RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build() else {
        return refuse(format!("error parsing regexp: `{pattern}`"));
    };
    if let Some(mut kept) = KEPT.lock().ok().filter(|kept| kept.len() < MAX_KEPT) {
        kept.insert(pattern.to_owned(), regex.clone());
    }
    Ok(regex)
}

fn matches(args: &[Value], context: &Context) -> Outcome {
    let (pattern, text) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
    Ok(Value::bool(compiled(&pattern, &text, context)?.is_match(&text)))
}

fn find(args: &[Value], context: &Context) -> Outcome {
    let (pattern, text) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
    made(compiled(&pattern, &text, context)?.find(&text).map_or("", |found| found.as_str()), context)
}

/// How many are wanted; a negative number stands for all.
fn limit(args: &[Value]) -> Outcome<usize> {
    Ok(usize::try_from(integer_arg(args, 2)?).unwrap_or(usize::MAX))
}

fn find_all(args: &[Value], context: &Context) -> Outcome {
    let (pattern, text) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
    let regex = compiled(&pattern, &text, context)?;
    listed(regex.find_iter(&text).take(limit(args)?).map(|found| Value::text(found.as_str())).collect(), context)
}

fn replace(args: &[Value], context: &Context, is_literal: bool) -> Outcome {
    let (pattern, text, new) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?, text_arg(args, 2, context)?);
    let regex = compiled(&pattern, &text, context)?;
    let mut out = String::new();
    let mut from = 0;
    for captures in regex.captures_iter(&text) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(text.get(from..whole.start()).unwrap_or(""));
        if is_literal {
            out.push_str(&new);
        } else {
            captures.expand(&new, &mut out);
        }
        context.bytes(new.len() + whole.len())?;
        from = whole.end();
    }
    out.push_str(text.get(from..).unwrap_or(""));
    made(out, context)
}

fn split(args: &[Value], context: &Context) -> Outcome {
    let (pattern, text) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
    let regex = compiled(&pattern, &text, context)?;
    listed(regex.splitn(&text, limit(args)?).map(Value::text).collect(), context)
}
