//! The targets of Makefiles.

use std::collections::BTreeSet;

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

/// The names by which a Makefile is looked for, in this order (GNU make, "What Name to Give Your Makefile").
pub(in crate::model) const FILE_NAMES: &[&str] = &["GNUmakefile", "makefile", "Makefile"];

/// What the text of a Makefile gives.
#[derive(Debug)]
pub(in crate::model) struct Makefile {
    /// The targets that it has rules for, each once; those with variables or patterns in their names, and special ones
    /// such as `.PHONY`, left out.
    pub targets: Vec<(String, Place)>,
    /// The targets that it calls phony. One that has no rule is none to fail for.
    pub phony: Vec<String>,
    /// Whether make has no other targets: the file takes none from elsewhere, and computes none.
    pub is_whole: bool,
}

impl Makefile {
    /// Reads the text of a file.
    pub fn read(file: FileId, text: &str) -> Self {
        // What goes on in the next line is one line, and stays as long as it was.
        let text = text.replace("\\\r\n", "   ").replace("\\\n", "  ");
        let mut made = Self { targets: Vec::new(), phony: Vec::new(), is_whole: true };
        let mut known = BTreeSet::new();
        let (mut start, mut is_defining) = (0, false);
        for line in text.split_inclusive('\n') {
            let line_start = start;
            start += line.len();
            let first = line.split_whitespace().next().unwrap_or("");
            if is_defining || first == "define" {
                is_defining = first != "endef";
                made.is_whole = false;
            } else if matches!(first, "include" | "-include" | "sinclude") || first.starts_with("$(") {
                made.is_whole = false;
            } else if !line.starts_with(['\t', '#']) {
                made.rule(line, (file, line_start), &mut known);
            }
        }
        made
    }

    fn rule(&mut self, line: &str, (file, start): (FileId, usize), known: &mut BTreeSet<String>) {
        let Some((targets, rest)) = line.split_once(':') else { return };
        if rest.trim_start_matches(':').starts_with('=') || targets.contains(['=', '#']) {
            return;
        }
        let mut end = 0;
        for name in targets.split_whitespace() {
            let from = end + targets.get(end..).and_then(|rest| rest.find(name)).unwrap_or(0);
            end = from + name.len();
            if name == ".PHONY" {
                self.phony.extend(rest.split_whitespace().map(str::to_owned));
            } else if name.contains(['$', '%', '(']) || name == ".DEFAULT" {
                self.is_whole = false;
            } else if !name.starts_with('.') && known.insert(name.to_owned()) {
                let span = Span::new(start + from, start + end);
                self.targets.push((name.to_owned(), Place { file, span }));
            }
        }
    }
}

/// The targets of a Makefile.
pub(super) fn read(file: FileId, path: &str, text: &str) -> Vec<MakeTarget> {
    let targets = Makefile::read(file, text).targets.into_iter();
    targets.map(|(name, at)| MakeTarget { at, name, path: PathText(path.to_owned()) }).collect()
}

#[cfg(test)]
mod tests {
    use super::{FileId, Makefile};

    fn names(text: &str) -> Vec<String> {
        Makefile::read(FileId(0), text).targets.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn rules_give_targets_and_assignments_do_not() {
        let text =
            "NAME := api\nX ?= a:b\nY ::= c\n.PHONY: test\ntest lint: build\n\tgo test ./...\n%.o: %.c\n$(NAME): x\n";
        assert_eq!(names(text), ["test", "lint"]);
    }

    #[test]
    fn a_line_that_goes_on_is_one_line_and_places_stay() {
        let text = "SOURCES = a \\\n  b:c\nlint \\\r\n test: build\n.PHONY: lint \\\n  docs\n";
        let made = Makefile::read(FileId(0), text);
        let at =
            |(_, place): &(String, crate::source::Place)| &text[place.span.start as usize..place.span.end as usize];
        assert_eq!(made.targets.iter().map(at).collect::<Vec<_>>(), ["lint", "test"]);
        assert_eq!(made.phony, ["lint", "docs"]);
        assert!(made.is_whole);
    }

    #[test]
    fn targets_from_elsewhere_cannot_all_be_told() {
        for text in
            ["include common.mk\n", "%.o: %.c\n", "define RULE\nx: y\nendef\n", "$(eval $(RULE))\n", "$(BIN): x\n"]
        {
            assert!(!Makefile::read(FileId(0), text).is_whole, "{text}");
            assert_eq!(names(text), Vec::<String>::new(), "{text}");
        }
    }
}
