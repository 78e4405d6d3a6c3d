//! `path-within` and `field-below`: whether a path lies in a directory, and a field in another one.

use super::{Builtin, Parameter, Wants, text};
use crate::rules::evidence::Truth;

pub(super) const PATH_WITHIN: Builtin = Builtin {
    name: "path-within",
    doc: "The path is the directory, or lies below it.",
    why: "`starts_with` compares letters, so that `/database` would lie in `/data`, and sees neither `/data/../etc` \
          nor the `/` at the end of a directory.",
    parameters: &[
        Parameter { name: "path", wants: Wants::Text, doc: "The path, with `/`." },
        Parameter { name: "directory", wants: Wants::Text, doc: "The directory, of the same root." },
    ],
    expected: "a path within the directory",
    decide: |arguments| Truth::of(is_within(text(arguments, 0), text(arguments, 1))),
};

pub(super) const FIELD_BELOW: Builtin = Builtin {
    name: "field-below",
    doc: "The field lies below the other one: both are keys joined by dots.",
    why: "`starts_with` compares letters, so that `spec.source` would lie below `spec.so`, and takes no field as what a \
          parameter begins with.",
    parameters: &[
        Parameter { name: "field", wants: Wants::Text, doc: "The field." },
        Parameter { name: "above", wants: Wants::Text, doc: "The field that it may lie below." },
    ],
    expected: "a field below the other one",
    decide: |arguments| Truth::of(is_below(text(arguments, 0), text(arguments, 1))),
};

fn is_below(field: &str, above: &str) -> bool {
    field.strip_prefix(above).is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'))
}

/// By whole components, without looking at any file. A path that leaves its own root lies nowhere.
fn is_within(path: &str, directory: &str) -> bool {
    let (Some(path_parts), Some(directory_parts)) = (components(path), components(directory)) else { return false };
    path.starts_with('/') == directory.starts_with('/') && path_parts.starts_with(&directory_parts)
}

fn components(path: &str) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                out.pop()?;
            }
            part => out.push(part),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{is_below, is_within};

    #[test]
    fn a_field_lies_below_another_by_whole_keys() {
        assert!(is_below("spec.source.path", "spec.source"));
        assert!(!is_below("spec.source", "spec.source"));
        assert!(!is_below("spec.source", "spec.so"));
        assert!(!is_below("spec", "spec.source"));
    }

    #[test]
    fn a_path_lies_in_a_directory_by_whole_components() {
        assert!(is_within("/data/logs", "/data"));
        assert!(is_within("/data", "/data/"));
        assert!(is_within("/data//./logs", "/data"));
        assert!(is_within("/anything", "/"));
        assert!(is_within("src/app", "./src"));
        assert!(!is_within("/database", "/data"));
        assert!(!is_within("/data/../etc", "/data"));
        assert!(!is_within("data", "/data"), "roots differ");
        assert!(!is_within("../data", ".."), "nothing is known above the root");
    }
}
