//! What a scalar means: YAML 1.2's core schema, with the integers that go-yaml reads in addition.

use super::Style;

/// A resolved scalar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar<'t> {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`; `yes`, `no`, `on` and `off` are strings in YAML 1.2.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Everything else, and everything in quotes.
    Str(&'t str),
}

impl<'t> Scalar<'t> {
    /// What a text of a style means.
    #[must_use]
    pub fn resolve(text: &'t str, style: Style) -> Self {
        resolve(text, style, None)
    }

    /// What a message calls it.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Scalar::Null => "null",
            Scalar::Bool(_) => "a boolean",
            Scalar::Int(_) => "an integer",
            Scalar::Float(_) => "a number",
            Scalar::Str(_) => "a string",
        }
    }
}

/// Resolves a scalar by its tag, its style and its text, in that order.
pub(super) fn resolve<'t>(value: &'t str, style: Style, tag: Option<&str>) -> Scalar<'t> {
    match tag {
        Some("!!str" | "!") => return Scalar::Str(value),
        Some("!!null") => return Scalar::Null,
        Some("!!int") => return integer(value).map_or(Scalar::Str(value), Scalar::Int),
        Some("!!float") => return value.parse().map_or(Scalar::Str(value), Scalar::Float),
        _ if style != Style::Plain => return Scalar::Str(value),
        _ => {}
    }
    match value {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        _ => integer(value).map(Scalar::Int).or_else(|| float(value).map(Scalar::Float)).unwrap_or(Scalar::Str(value)),
    }
}

/// Decimal, `0x`, `0o`, and, as go-yaml reads them for compose and Kubernetes, `0755` as octal and `1_000`.
fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let plain;
    let digits = if digits.contains('_') {
        plain = digits.replace('_', "");
        plain.as_str()
    } else {
        digits
    };
    let (radix, body) = match digits.get(..2) {
        Some("0x") => (16, digits.get(2..)?),
        Some("0o") => (8, digits.get(2..)?),
        Some("0b") => (2, digits.get(2..)?),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    let value = i64::from_str_radix(body, radix).ok().filter(|_| !body.starts_with(['+', '-']))?;
    Some(if negative { -value } else { value })
}

fn float(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        ".inf" | "+.inf" | ".Inf" | ".INF" => return Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let shaped = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'))
        && digits.bytes().any(|b| b.is_ascii_digit())
        && digits.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'.');
    if shaped { text.parse().ok() } else { None }
}

/// Whether a text can stand without quotes and stays a string then, in YAML 1.1 as well as in 1.2. Says no to some that
/// could, never yes to one that could not.
pub(crate) fn is_plain_string(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts_plain = !first.is_whitespace() && !"-?:,[]{}#&*!|>'\"%@`=<".contains(first)
        || first == '-' && text.len() > 1 && !text.starts_with("- ") && !text.starts_with("--");
    starts_plain
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
        && is_string(text)
}

/// Whether a text without quotes would be read as a string, if it could stand there, in YAML 1.1 as well as in 1.2.
pub(crate) fn is_string(text: &str) -> bool {
    const OLD_WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    !OLD_WORDS.contains(&text.to_ascii_lowercase().as_str())
        && matches!(resolve(text, Style::Plain, None), Scalar::Str(_))
        && !is_like_date(text)
}

/// go-yaml reads `2001-01-02` as a time.
fn is_like_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes.iter().take(4).all(u8::is_ascii_digit) && bytes.get(4) == Some(&b'-')
}
