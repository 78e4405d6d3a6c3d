//! `path-within`: whether a path lies in a directory.

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
    use super::is_within;

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
