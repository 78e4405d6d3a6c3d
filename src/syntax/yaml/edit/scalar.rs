//! How a scalar is written: with the quotes of its neighbours, and with quotes where it would mean something else
//! without.

use std::fmt::Write as _;

use super::New;
use crate::syntax::yaml::{Style, is_plain_string};

/// A value as text. `like` is how what it replaces, or what stands beside it, is written.
pub(super) fn written(new: &New, like: Option<Style>, in_flow: bool) -> String {
    match new {
        New::Plain(text) => text.clone(),
        New::Text(text) => quoted(text, like, in_flow),
        New::List(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item, like, true)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn quoted(text: &str, like: Option<Style>, in_flow: bool) -> String {
    let has_controls = text.chars().any(char::is_control);
    match like {
        Some(Style::DoubleQuoted) => double(text),
        Some(Style::SingleQuoted) if !has_controls => format!("'{}'", text.replace('\'', "''")),
        _ if is_plain_string(text) && !(in_flow && text.contains([',', '[', ']', '{', '}'])) => text.to_owned(),
        _ => double(text),
    }
}

/// A text in double quotes (YAML 1.2, section 5.7), in a form that is JSON as well.
pub(super) fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || c == '\u{feff}' => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a string does not fail.
                    _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
