//! Functions over strings.

use std::rc::Rc;

use super::{Table, arg, count_arg, integer_arg, items, last, listed, made, text, text_arg};
use crate::syntax::gotemplate::context::Context;
use crate::syntax::gotemplate::given::Joined;
use crate::syntax::gotemplate::print;
use crate::syntax::gotemplate::{Outcome, Text, Value};

pub(super) const TABLE: Table = &[
    ("toString", |args, context| Ok(Value::Str(text(last(args)?, context)?.into()))),
    ("trim", |args, context| part(args, text(last(args)?, context)?.trim(), context)),
    ("trimAll", |args, context| trimmed(args, context, |text, set| text.trim_matches(|c| set.contains(c)))),
    ("trimPrefix", |args, context| trimmed(args, context, |text, end| text.strip_prefix(end).unwrap_or(text))),
    ("trimSuffix", |args, context| trimmed(args, context, |text, end| text.strip_suffix(end).unwrap_or(text))),
    ("upper", |args, context| made(text(last(args)?, context)?.to_uppercase(), context)),
    ("lower", |args, context| made(text(last(args)?, context)?.to_lowercase(), context)),
    ("title", |args, context| made(titled(&text(last(args)?, context)?), context)),
    ("untitle", |args, context| made(untitled(&text(last(args)?, context)?), context)),
    ("camelcase", |args, context| made(camel(&text(last(args)?, context)?), context)),
    ("snakecase", |args, context| made(cased(&text(last(args)?, context)?, '_'), context)),
    ("kebabcase", |args, context| made(cased(&text(last(args)?, context)?, '-'), context)),
    ("swapcase", |args, context| {
        let swap = |c: char| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
        made(text(last(args)?, context)?.chars().map(swap).collect::<String>(), context)
    }),
    ("nospace", |args, context| {
        made(text(last(args)?, context)?.chars().filter(|c| !c.is_whitespace()).collect::<String>(), context)
    }),
    ("repeat", |args, context| {
        let (count, text) = (count_arg(args, 0)?, text_arg(args, 1, context)?);
        context.bytes(count.saturating_mul(text.len()))?;
        Ok(Value::text(text.repeat(count)))
    }),
    ("substr", |args, context| {
        let (start, end, text) = (integer_arg(args, 0)?, integer_arg(args, 1)?, text_arg(args, 2, context)?);
        let start = usize::try_from(start).unwrap_or(0).min(text.len());
        let end = usize::try_from(end).unwrap_or(text.len()).min(text.len());
        made(text.get(start..end).unwrap_or(""), context)
    }),
    ("trunc", |args, context| {
        let (count, text) = (integer_arg(args, 0)?, text_arg(args, 1, context)?);
        let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(text.len());
        made(if count >= 0 { text.get(..size) } else { text.get(text.len() - size..) }.unwrap_or(&text), context)
    }),
    ("abbrev", |args, context| {
        let (width, text) = (count_arg(args, 0)?, text_arg(args, 1, context)?);
        if width < 4 || text.len() <= width {
            return Ok(Value::Str(text.into()));
        }
        made(format!("{}...", text.get(..width - 3).unwrap_or("")), context)
    }),
    ("initials", |args, context| {
        let text = text(last(args)?, context)?;
        made(text.split_whitespace().filter_map(|word| word.chars().next()).collect::<String>(), context)
    }),
    ("contains", |args, context| Ok(Value::bool(text_arg(args, 1, context)?.contains(&*text_arg(args, 0, context)?)))),
    ("hasPrefix", |args, context| {
        Ok(Value::bool(text_arg(args, 1, context)?.starts_with(&*text_arg(args, 0, context)?)))
    }),
    ("hasSuffix", |args, context| {
        Ok(Value::bool(text_arg(args, 1, context)?.ends_with(&*text_arg(args, 0, context)?)))
    }),
    ("quote", |args, context| quoted(args, context, print::quoted)),
    ("squote", |args, context| quoted(args, context, |text| format!("'{text}'"))),
    ("cat", |args, context| {
        let given = args.iter().filter(|value| !matches!(value, Value::Nil));
        let words: Vec<_> = given.map(|value| text(value, context)).collect::<Outcome<_>>()?;
        made(words.join(" "), context)
    }),
    ("indent", |args, context| indent(args, context, "")),
    ("nindent", |args, context| indent(args, context, "\n")),
    ("replace", |args, context| {
        let (old, new) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
        let text = text_arg(args, 2, context)?;
        let times = if old.is_empty() { text.chars().count() + 1 } else { text.matches(&*old).count() };
        context.bytes(text.len().saturating_add(times.saturating_mul(new.len())))?;
        Ok(Value::text(text.replace(&*old, &new)))
    }),
    ("plural", |args, _| arg(args, usize::from(integer_arg(args, 2)? != 1)).cloned()),
    ("split", |args, context| {
        let (separator, text) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
        let parts = text.split(&*separator).enumerate();
        context.bytes(text.len().saturating_mul(16))?;
        Ok(Value::map(parts.map(|(index, part)| (format!("_{index}"), Value::text(part)))))
    }),
    ("splitn", |args, context| {
        let (separator, count) = (text_arg(args, 0, context)?, count_arg(args, 1)?);
        let text = text_arg(args, 2, context)?;
        context.bytes(text.len().saturating_mul(16))?;
        let parts = text.splitn(count, &*separator).enumerate();
        Ok(Value::map(parts.map(|(index, part)| (format!("_{index}"), Value::text(part)))))
    }),
    ("splitList", |args, context| {
        let (separator, text) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
        context.bytes(text.len().saturating_mul(16))?;
        // Go gives one string for each character where the separator is empty.
        let parts: Vec<Value> = if separator.is_empty() {
            text.chars().map(|c| Value::text(c.to_string())).collect()
        } else {
            text.split(&*separator).map(Value::text).collect()
        };
        listed(parts, context)
    }),
    ("join", |args, context| {
        let separator = text_arg(args, 0, context)?;
        let value = arg(args, 1)?;
        let Value::List(_) = value else { return Ok(Value::Str(text(value, context)?.into())) };
        let given = items(value)?.iter().filter(|item| !matches!(item, Value::Nil));
        let parts: Vec<_> = given.map(|item| Ok((text(item, context)?, item.given()))).collect::<Outcome<Vec<_>>>()?;
        let size = parts.iter().map(|(part, _)| part.len() + separator.len()).sum();
        context.bytes(size)?;
        let mut out = Joined::default();
        for (index, (part, given)) in parts.into_iter().enumerate() {
            out.push(if index > 0 { &separator } else { "" }, None);
            out.push(&part, given);
        }
        Ok(Value::Str(out.finish()))
    }),
    ("toStrings", |args, context| {
        let parts = items(last(args)?)?.iter().map(|item| text(item, context).map(|text| Value::Str(text.into())));
        listed(parts.collect::<Outcome<Vec<_>>>()?, context)
    }),
    ("sortAlpha", |args, context| {
        let mut parts: Vec<_> = items(last(args)?)?.iter().map(|item| text(item, context)).collect::<Outcome<_>>()?;
        parts.sort();
        listed(parts.into_iter().map(|text| Value::Str(text.into())).collect(), context)
    }),
    ("wrap", |args, context| wrapped(count_arg(args, 0)?, &text_arg(args, 1, context)?, "\n", context)),
    ("wrapWith", |args, context| {
        wrapped(count_arg(args, 0)?, &text_arg(args, 2, context)?, &text_arg(args, 1, context)?, context)
    }),
];

fn trimmed(args: &[Value], context: &Context, trim: for<'t> fn(&'t str, &str) -> &'t str) -> Outcome {
    let (what, text) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
    part(args, trim(&text, &what), context)
}

/// A part of the last argument.
fn part(args: &[Value], text: &str, context: &Context) -> Outcome {
    context.bytes(text.len())?;
    Ok(match last(args)? {
        Value::Str(all) => Value::Str(all.part(Rc::from(text))),
        _ => Value::text(text),
    })
}

fn quoted(args: &[Value], context: &Context, quote: fn(&str) -> String) -> Outcome {
    let given = args.iter().filter(|value| !matches!(value, Value::Nil));
    let words: Vec<String> =
        given.clone().map(|value| text(value, context).map(|text| quote(&text))).collect::<Outcome<_>>()?;
    let given: Vec<&Value> = given.collect();
    let out: Rc<str> = Rc::from(words.join(" "));
    context.bytes(out.len())?;
    Ok(Value::Str(match given[..] {
        [Value::Str(text)] if text.given().is_none() => text.quoted(out),
        [only] => Text::of(out, only.given()),
        _ => out.into(),
    }))
}

/// Sprig indents every line, the empty ones too.
fn indent(args: &[Value], context: &Context, before: &str) -> Outcome {
    let (count, text) = (count_arg(args, 0)?, text_arg(args, 1, context)?);
    let lines = text.split('\n').count();
    context.bytes(text.len().saturating_add(lines.saturating_mul(count)))?;
    let blanks = " ".repeat(count);
    let mut out = String::with_capacity(text.len() + lines * count + 1);
    out.push_str(before);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(&blanks);
        out.push_str(line);
    }
    let out = Rc::from(out);
    Ok(Value::Str(match arg(args, 1)? {
        Value::Str(text) => text.indented(out, before.len(), count),
        _ => out.into(),
    }))
}

fn titled(text: &str) -> String {
    let mut starts = true;
    let title = |c: char| {
        let c = if starts { c.to_ascii_uppercase() } else { c };
        starts = c.is_whitespace() || c == '-' || c == '_';
        c
    };
    text.chars().map(title).collect()
}

fn untitled(text: &str) -> String {
    let mut starts = true;
    let untitle = |c: char| {
        let c = if starts { c.to_ascii_lowercase() } else { c };
        starts = c.is_whitespace();
        c
    };
    text.chars().map(untitle).collect()
}

fn camel(text: &str) -> String {
    let words = text.split(['_', '-', ' ', '.']).filter(|word| !word.is_empty());
    words.map(titled).collect()
}

fn cased(text: &str, separator: char) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None::<char>;
    for c in text.chars() {
        if matches!(c, '_' | '-' | ' ' | '.') {
            out.push(separator);
        } else {
            if c.is_uppercase() && before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit()) {
                out.push(separator);
            }
            out.extend(c.to_lowercase());
        }
        before = Some(c);
    }
    out
}

fn wrapped(width: usize, text: &str, end: &str, context: &Context) -> Outcome {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        if column > 0 && column + 1 + word.len() > width {
            out.push_str(end);
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
    made(out, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, args: &[Value]) -> String {
        let context = Context::new();
        let value = super::super::find(name).unwrap()(args, &context).unwrap();
        text(&value, &context).unwrap().to_string()
    }

    #[test]
    fn strings_are_cut_and_indented() {
        assert_eq!(call("trunc", &[Value::int(3), Value::text("abcdef")]), "abc");
        assert_eq!(call("trunc", &[Value::int(-2), Value::text("abcdef")]), "ef");
        assert_eq!(call("nindent", &[Value::int(2), Value::text("a\nb")]), "\n  a\n  b");
        assert_eq!(call("trimSuffix", &[Value::text("-"), Value::text("api-")]), "api");
        assert_eq!(call("snakecase", &[Value::text("FirstName")]), "first_name");
    }

    #[test]
    fn a_string_larger_than_the_budget_is_not_made() {
        let context = Context::new();
        for (name, args) in [
            ("repeat", vec![Value::int(1 << 40), Value::text("ab")]),
            ("nindent", vec![Value::int(1 << 40), Value::text("a\nb")]),
        ] {
            assert!(super::super::find(name).unwrap()(&args, &context).is_err());
        }
    }
}
