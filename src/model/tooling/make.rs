//! The targets of Makefiles.

use crate::model;
use crate::model::schema::PathText;
use crate::source::{FileId, Place, Span};

model! {
    /// A target (GNU make, "Rules").
    pub struct MakeTarget as "make.target" {
        /// Its name.
        name: String,
        /// The Makefile.
        path: PathText,
    }
    label(target) { target.name.clone() }
}

/// The targets that a Makefile has rules for, each once; those with variables or patterns in their names, and special
/// ones such as `.PHONY`, left out.
pub(super) fn read(file: FileId, path: &str, text: &str) -> Vec<MakeTarget> {
    let mut out: Vec<MakeTarget> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let line_start = start;
        start += line.len();
        if line.starts_with(['\t', '#', ' ']) {
            continue;
        }
        let Some((targets, rest)) = line.split_once(':') else { continue };
        if rest.starts_with('=') || rest.starts_with(":=") || targets.contains('=') {
            continue;
        }
        for name in targets.split_whitespace() {
            if name.starts_with('.') || name.contains(['$', '%', '(']) || out.iter().any(|target| target.name == name) {
                continue;
            }
            let at = line_start + targets.find(name).unwrap_or(0);
            let at = Place { file, span: Span::new(at, at + name.len()) };
            out.push(MakeTarget { at, name: name.to_owned(), path: PathText(path.to_owned()) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{FileId, read};

    #[test]
    fn rules_give_targets_and_assignments_do_not() {
        let text = "NAME := api\nX ?= a:b\n.PHONY: test\ntest lint: build\n\tgo test ./...\n%.o: %.c\n$(NAME): x\n";
        let names: Vec<String> = read(FileId(0), "Makefile", text).into_iter().map(|target| target.name).collect();
        assert_eq!(names, ["test", "lint"]);
    }
}
