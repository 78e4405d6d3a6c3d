//! Whether a fence holds what it says it does.

use super::Fence;
use crate::model::value::Field;
use crate::source::{FileId, Place};
use crate::syntax::yaml::Tree;

const SHELLS: &[&str] = &["bash", "console", "sh", "shell", "zsh"];

/// A fence; `at` is its opening line.
pub(super) fn fence(info: &str, text: String, at: Place) -> Fence {
    let word = info.split([' ', '\t', ',', '{']).next().unwrap_or("").to_lowercase();
    let language = if word.is_empty() { Field::Absent(at) } else { Field::known(word.clone(), at) };
    let first = text.split(|c: char| !(c.is_alphanumeric() || c == '-')).find(|word| !word.is_empty());
    let first_word = first.map_or(Field::Absent(at), |word| Field::known(word.to_owned(), at));
    let problem = match word.as_str() {
        "yaml" | "yml" => yaml_problem(&text, at),
        "json" => json_problem(&text, at),
        _ => Field::Absent(at),
    };
    let holds_yaml = SHELLS.contains(&word.as_str()) && holds_yaml(&text);
    Fence { at, language, text, first_word, problem, holds_yaml }
}

/// A template is what it is rendered to, and `…` leaves something out.
fn is_abridged(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("...") || text.contains('…')
}

/// Whether a text shows the form of a file, with `<duration>` and the like for values, as references do.
fn shows_form(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ' | b'.'))
    };
    text.lines()
        .flat_map(|line| line.split('<').skip(1))
        .any(|rest| rest.split_once('>').is_some_and(|(name, _)| is_name(name)))
}

fn yaml_problem(text: &str, at: Place) -> Field<String> {
    let tree = Tree::parse(FileId(0), text);
    // Two keys of one name are two ways to write it, shown side by side.
    match tree.problems.iter().find(|problem| problem.fatal && !problem.is_repeated_key()) {
        None => Field::Absent(at),
        Some(_) if is_abridged(text) || shows_form(text) => {
            Field::unresolved("", "parts of this example are left out", at)
        }
        Some(problem) => Field::known(problem.message.clone(), at),
    }
}

fn json_problem(text: &str, at: Place) -> Field<String> {
    if text.trim().is_empty() || text.contains("//") || text.contains("/*") || text.contains('<') {
        return Field::Absent(at);
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    match values.find_map(Result::err) {
        None => Field::Absent(at),
        Some(_) if is_part(text) || names_types(text) => Field::Absent(at),
        Some(_) if is_abridged(text) => Field::unresolved("", "parts of this example are left out", at),
        Some(error) => Field::known(error.to_string(), at),
    }
}

/// Whether a text shows the types of its values, as in `"size": number,`.
fn names_types(text: &str) -> bool {
    let is_type = |value: &str| {
        let bare = value.trim().trim_end_matches([',', ']', '[', '?']).trim_start_matches(['[', ']']);
        // `[PASTED CONTENT HERE]`
        let is_blank = value.trim().starts_with('[')
            && bare.contains(' ')
            && bare.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ');
        is_blank
            || matches!(
                bare.to_ascii_lowercase().as_str(),
                "string"
                    | "str"
                    | "number"
                    | "int"
                    | "integer"
                    | "float"
                    | "bool"
                    | "boolean"
                    | "object"
                    | "array"
                    | "any"
            )
    };
    text.lines().any(|line| line.split_once("\":").is_some_and(|(_, value)| is_type(value)))
}

/// Whether a text is a part of an object or of a list: keys with their values, or values behind one another.
fn is_part(text: &str) -> bool {
    let bare = text.trim().trim_end_matches(',');
    let parses = |text: String| serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    parses(format!("{{{bare}}}")) || parses(format!("[{bare}]"))
}

/// A key in the first column followed by a deeper line with a key, outside of what a heredoc feeds to a command.
fn holds_yaml(text: &str) -> bool {
    // What follows a prompt is what the command printed.
    if text.contains("<<") || text.lines().any(|line| line.starts_with("$ ")) {
        return false;
    }
    let is_key = |line: &str| {
        line.split_once(':').is_some_and(|(key, value)| {
            !key.is_empty()
                && (value.is_empty() || value.starts_with(' '))
                && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        })
    };
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).collect();
    lines.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        let deeper = second.starts_with([' ', '\t']);
        let body = second.trim_start();
        first.ends_with(':') && is_key(first) && deeper && (is_key(body) || body.starts_with("- "))
    })
}
