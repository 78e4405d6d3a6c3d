//! Values as text: what Go's `fmt` prints.

use std::fmt::Write as _;

use super::context::Context;
use super::given::{Joined, Text};
use super::{Outcome, Value, refuse};

/// How deep a value may be nested to be printed.
pub(super) const MAX_DEPTH: usize = 100;

/// The widest field that `printf` may ask for.
const MAX_WIDTH: usize = 10_000;

/// A float as `%v` prints it, though whole numbers never as `1e+06`: Helm keeps those of values files as they are written.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = number.abs();
    if number.fract() == 0.0 && size < 1e15 || size != 0.0 && (1e-4..1e21).contains(&size) {
        return format!("{number}");
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, size) = exponent.strip_prefix('-').map_or(('+', exponent), |size| ('-', size));
    format!("{digits}e{sign}{size:0>2}")
}

/// A value as `%v` prints it.
pub(super) fn value(value: &Value, context: &Context) -> Outcome<String> {
    let mut out = String::new();
    write(&mut out, value, context, 0)?;
    Ok(out)
}

fn write(out: &mut String, value: &Value, context: &Context, depth: usize) -> Outcome<()> {
    if depth > MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    let before = out.len();
    match value {
        Value::Nil => out.push_str("<nil>"),
        Value::Bool(truth, _) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(number, _) => _ = write!(out, "{number}"),
        Value::Float(number, _) => out.push_str(&float(*number)),
        Value::Str(text) => out.push_str(text),
        Value::Object(object) => out.push_str(&object.text()),
        Value::List(list) => {
            out.push('[');
            for (index, item) in list.items().iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write(out, item, context, depth + 1)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push_str("map[");
            for (index, (key, item)) in map.entries().iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                write(out, item, context, depth + 1)?;
            }
            out.push(']');
        }
    }
    context.bytes(out.len() - before)
}

/// `printf`.
pub(super) fn format(pattern: &str, args: &[Value], context: &Context) -> Outcome<Text> {
    let mut out = Joined::default();
    let mut args_left = args.iter();
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        out.push(rest.get(..at).unwrap_or(""), None);
        rest = rest.get(at + 1..).unwrap_or("");
        let flags: String = rest.chars().take_while(|c| "+-# 0".contains(*c)).collect();
        rest = rest.get(flags.len()..).unwrap_or("");
        let width = number(&mut rest);
        let precision = rest.strip_prefix('.').map(|tail| {
            rest = tail;
            number(&mut rest).unwrap_or(0)
        });
        let Some(verb) = rest.chars().next() else {
            out.push("%!(NOVERB)", None);
            break;
        };
        rest = rest.get(verb.len_utf8()..).unwrap_or("");
        if verb == '%' {
            out.push("%", None);
            continue;
        }
        let arg = args_left.next();
        let text = match arg {
            Some(arg) => one(verb, &flags, precision, arg, context)?,
            None => format!("%!{verb}(MISSING)"),
        };
        let given = arg.and_then(Value::given).filter(|_| width.is_none() && matches!(verb, 's' | 'v' | 'd' | 'q'));
        if given.is_some() {
            out.push(&text, given);
        } else {
            let mut padded = String::new();
            pad(&mut padded, &text, &flags, width.unwrap_or(0).min(MAX_WIDTH));
            out.push(&padded, None);
        }
        context.bytes(text.len() + width.unwrap_or(0).min(MAX_WIDTH))?;
    }
    out.push(rest, None);
    context.bytes(out.len())?;
    Ok(out.finish())
}

fn number(rest: &mut &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    number.parse().ok()
}

fn pad(out: &mut String, text: &str, flags: &str, width: usize) {
    let missing = width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
        return;
    }
    let is_number = text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'-');
    if flags.contains('0') && is_number {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        out.extend(std::iter::repeat_n(' ', missing));
        out.push_str(text);
    }
}

fn one(verb: char, flags: &str, precision: Option<usize>, arg: &Value, context: &Context) -> Outcome<String> {
    let precision = precision.map(|precision| precision.min(MAX_WIDTH));
    let text = value(arg, context)?;
    Ok(match (verb, arg) {
        ('v' | 's', Value::Str(_)) => {
            precision.map_or_else(|| text.clone(), |limit| text.chars().take(limit).collect())
        }
        ('v', _)
        | ('d', Value::Int(..))
        | ('t', Value::Bool(..))
        | ('s', Value::List(_) | Value::Map(_) | Value::Object(_))
        | ('g', Value::Float(..)) => text,
        ('q', Value::Str(_)) => quoted(&text),
        ('q', Value::List(list)) => {
            let mut items = Vec::new();
            for item in list.items() {
                items.push(quoted(&value(item, context)?));
            }
            format!("[{}]", items.join(" "))
        }
        ('T', _) => arg.type_name().to_owned(),
        ('x', Value::Int(number, _)) => format!("{number:x}"),
        ('X', Value::Int(number, _)) => format!("{number:X}"),
        ('o', Value::Int(number, _)) => format!("{number:o}"),
        ('b', Value::Int(number, _)) => format!("{number:b}"),
        ('x', Value::Str(text)) => text.bytes().fold(String::new(), |mut out, byte| {
            _ = write!(out, "{byte:02x}");
            out
        }),
        ('c', Value::Int(number, _)) => {
            u32::try_from(*number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').into()
        }
        ('f' | 'F', Value::Float(number, _)) => format!("{number:.*}", precision.unwrap_or(6)),
        ('e', Value::Float(number, _)) => format!("{number:.*e}", precision.unwrap_or(6)),
        _ if flags.contains('#') => text,
        (_, Value::Nil) => format!("%!{verb}(<nil>)"),
        _ => format!("%!{verb}({}={text})", arg.type_name()),
    })
}

/// A string as `%q` prints it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => _ = write!(out, "\\x{:02x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(pattern: &str, args: &[Value]) -> String {
        format(pattern, args, &Context::new()).unwrap().to_string()
    }

    #[test]
    fn verbs_print_as_in_go() {
        assert_eq!(printed("%s-%d", &[Value::text("a"), Value::int(3)]), "a-3");
        assert_eq!(printed("%q %v", &[Value::text("a\"b"), Value::float(8080.0)]), "\"a\\\"b\" 8080");
        assert_eq!(
            printed("%05d|%-4s|%.2f", &[Value::int(-7), Value::text("x"), Value::float(1.5)]),
            "-0007|x   |1.50"
        );
        assert_eq!(printed("%d %s", &[Value::float(1.0)]), "%!d(float64=1) %!s(MISSING)");
        assert_eq!(printed("%s", &[Value::Nil]), "%!s(<nil>)");
        assert_eq!(printed("%v", &[Value::map([("b", Value::texts(["x", "y"]))])]), "map[b:[x y]]");
    }
}
