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
    /// Text; more of it may follow at once.
    Text(&'t str),
    /// The inside of `{…}` and its byte offset in the message.
    Placeholder(&'t str, usize),
    /// A brace without its partner, at a byte offset.
    Stray(usize),
}

/// Splits a message at its placeholders; `{{` and `}}` are braces.
pub(super) fn split(text: &str) -> impl Iterator<Item = Raw<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        let brace = rest.bytes().position(|byte| matches!(byte, b'{' | b'}')).unwrap_or(rest.len());
        let (before, tail) = rest.split_at(brace);
        let is_doubled = tail.starts_with("{{") || tail.starts_with("}}");
        if is_doubled {
            at += brace + 2;
            return rest.get(..=brace).map(Raw::Text);
        }
        if !before.is_empty() {
            at += brace;
            return Some(Raw::Text(before));
        }
        let inside = tail.strip_prefix('{').and_then(|tail| tail.split_once('}'));
        let Some((inside, _)) = inside else {
            at += 1;
            return Some(Raw::Stray(start));
        };
        at += inside.len() + 2;
        Some(Raw::Placeholder(inside, start + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::{Raw, split};

    #[test]
    fn doubled_braces_are_text() {
        assert_eq!(
            split("a {{x}} {name|code} b").collect::<Vec<_>>(),
            [Raw::Text("a {"), Raw::Text("x}"), Raw::Text(" "), Raw::Placeholder("name|code", 9), Raw::Text(" b")]
        );
    }

    #[test]
    fn a_stray_brace_is_found() {
        assert_eq!(split("a { b").collect::<Vec<_>>(), [Raw::Text("a "), Raw::Stray(2), Raw::Text(" b")]);
        assert_eq!(split("}é{").collect::<Vec<_>>(), [Raw::Stray(0), Raw::Text("é"), Raw::Stray(3)]);
    }
}
