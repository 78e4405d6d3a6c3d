//! Values, types and numbers of rules in words.

use crate::finding::Severity;
use crate::rules::ast::{Effect, Literal, Param, ParamType, RuleSource, UnknownAs};

/// The type of a parameter, as a rule writes it.
pub(super) fn type_name(ty: &ParamType) -> String {
    match ty {
        ParamType::Named(name) => name.clone(),
        ParamType::List(name) => format!("list<{name}>"),
        ParamType::Path { of } => format!("path of {of}"),
        ParamType::Value { like } => format!("value like {like}"),
        ParamType::Values { like } => format!("values like {like}"),
    }
}

/// A literal as YAML on one line.
pub(super) fn yaml(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Str(value) => text(value),
        Literal::List(items) => {
            let items: Vec<String> = items.iter().map(|item| yaml(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

/// Text, in single quotes where YAML would take it for something else.
fn text(value: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let is_plain = value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '_')
        && value.chars().all(is_word)
        && !matches!(value, "true" | "false" | "null");
    if is_plain { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

/// `a: 1, b: x`
pub(super) fn arguments<'a>(given: impl IntoIterator<Item = (&'a String, &'a Literal)>) -> String {
    let given: Vec<String> = given.into_iter().map(|(name, value)| format!("{name}: {}", yaml(value))).collect();
    given.join(", ")
}

/// The default of a parameter and its bounds.
pub(super) fn default(param: &Param) -> String {
    let default = param.default.as_ref().map_or_else(|| "none: must be given".to_owned(), |value| yaml(&value.value));
    match (param.min, param.max) {
        (Some(min), Some(max)) => format!("{default} ({min} to {max})"),
        (Some(min), None) => format!("{default} (at least {min})"),
        (None, Some(max)) => format!("{default} (at most {max})"),
        (None, None) => default,
    }
}

/// What "cannot tell" becomes.
pub(super) fn unknown(unknown: UnknownAs) -> &'static str {
    match unknown {
        UnknownAs::Ignore => "counted, not shown",
        UnknownAs::Show(Severity::Info) => "shown as info",
        UnknownAs::Show(Severity::Warning) => "shown as a warning",
        UnknownAs::Show(Severity::Error) => "shown as an error",
        UnknownAs::Fail => "a failure",
    }
}

/// A sentence with a capital and a full stop, from a summary.
pub(super) fn sentence(summary: &str) -> String {
    let summary = summary.trim().trim_end_matches('.');
    let mut chars = summary.chars();
    // A name such as `atonix.yaml` keeps its spelling.
    let is_name = summary.split(' ').next().is_some_and(|word| word.contains(['.', '/', '`', '_']));
    match chars.next() {
        Some(first) if !is_name => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        _ => format!("{summary}."),
    }
}

/// A number with its noun.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What a rule says of its own history: its end, its former ids, what changed. Code is in backticks.
pub(super) fn history(rule: &RuleSource) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(deprecated) = &rule.deprecated {
        let instead = deprecated.instead.as_ref().map(|instead| format!(" Use `{}`.", instead.value));
        let (since, why) = (&deprecated.since, deprecated.why.trim());
        out.push(format!("On its way out since {since}: {why}{}", instead.unwrap_or_default()));
    }
    let former: Vec<String> = rule.aliases.iter().map(|alias| format!("`{}`", alias.value)).collect();
    if !former.is_empty() {
        out.push(format!("Formerly {}, which still works.", former.join(", ")));
    }
    out.extend(rule.changes.iter().map(|change| {
        let effect = match change.effect {
            Effect::More => "more findings",
            Effect::Fewer => "fewer findings",
            Effect::Same => "the same findings",
        };
        format!("{}: {} ({effect}).", change.version, change.what.trim().trim_end_matches('.'))
    }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_yaml_would_take_for_something_else_is_quoted() {
        let text = |value: &str| yaml(&Literal::Str(value.into()));
        assert_eq!(text("/health"), "/health");
        assert_eq!(text("true"), "'true'");
        assert_eq!(text("^it's$"), "'^it''s$'");
        assert_eq!(text("5s"), "'5s'");
    }

    #[test]
    fn a_summary_becomes_a_sentence() {
        assert_eq!(sentence("containers run as one uid"), "Containers run as one uid.");
        assert_eq!(sentence("atonix.yaml names a port"), "atonix.yaml names a port.");
    }
}
