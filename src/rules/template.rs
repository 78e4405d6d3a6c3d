//! Messages: text with placeholders that were checked when the rule was loaded.

use super::ir::Path;

/// How a placeholder's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// As it is.
    Plain,
    /// Every element in backticks, with commas.
    List,
    /// In backticks.
    Code,
    /// How many elements.
    Count,
}

impl Filter {
    /// The filters by name.
    pub const WORDS: &'static [&'static str] = &["list", "code", "count"];

    /// The filter of a name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "list" => Some(Self::List),
            "code" => Some(Self::Code),
            "count" => Some(Self::Count),
            _ => None,
        }
    }
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text.
    Text(String),
    /// A field of the target or of a binding.
    Field(Path, Filter),
    /// `{actual}`: the value that decided.
    Actual(Filter),
    /// `{expected}`: what was wanted of it.
    Expected,
    /// `{target}`: the name of the target.
    Target,
}

/// A message with its placeholders resolved; parameters have become text.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
}

/// A raw piece of a message, before its names are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raw<'t> {
    /// Text.
    Text(String),
    /// The inside of `{…}` and its byte offset in the message.
    Placeholder(&'t str, usize),
    /// A brace without its partner, at a byte offset.
    Stray(usize),
}

/// Splits a message at its placeholders; `{{` and `}}` are braces.
pub(super) fn split(text: &str) -> Vec<Raw<'_>> {
    let is_brace = |byte: &u8| matches!(byte, b'{' | b'}');
    let mut out = Vec::with_capacity(1 + text.bytes().filter(is_brace).count());
    let mut plain = String::new();
    let mut rest = text;
    let mut offset = 0;
    while let Some(found) = rest.as_bytes().iter().position(is_brace) {
        let (before, tail) = rest.split_at(found);
        plain.push_str(before);
        let taken = if tail.starts_with("{{") || tail.starts_with("}}") {
            plain.push_str(tail.get(..1).unwrap_or(""));
            2
        } else if let Some(end) = tail.bytes().position(|byte| byte == b'}').filter(|_| tail.starts_with('{')) {
            if !plain.is_empty() {
                out.push(Raw::Text(std::mem::take(&mut plain)));
            }
            out.push(Raw::Placeholder(tail.get(1..end).unwrap_or(""), offset + found + 1));
            end + 1
        } else {
            out.push(Raw::Stray(offset + found));
            1
        };
        offset += found + taken;
        rest = tail.get(taken..).unwrap_or("");
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        out.push(Raw::Text(plain));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Raw, split};

    #[test]
    fn doubled_braces_are_text() {
        assert_eq!(
            split("a {{x}} {name|code} b"),
            [Raw::Text("a {x} ".into()), Raw::Placeholder("name|code", 9), Raw::Text(" b".into())]
        );
    }

    #[test]
    fn a_stray_brace_is_found() {
        assert_eq!(split("a { b"), [Raw::Stray(2), Raw::Text("a  b".into())]);
    }
}
