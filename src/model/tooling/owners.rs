//! `CODEOWNERS`: who has to agree to a change of which files.

use crate::model;
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Span};

model! {
    /// One line of `CODEOWNERS` (GitHub, "About code owners").
    pub struct CodeOwner as "codeowners.entry" {
        /// The pattern of the files.
        pattern: String,
        /// Their owners.
        owners: List<Field<String>>,
    }
    label(entry) { entry.pattern.clone() }
}

/// The lines of a file.
pub(super) fn read(file: FileId, text: &str) -> Vec<CodeOwner> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let line_start = start;
        start += line.len();
        let content = line.split('#').next().unwrap_or("");
        let mut words = content.split_whitespace();
        let Some(pattern) = words.next() else { continue };
        let place = |word: &str| {
            let at = line_start + content.find(word).unwrap_or(0);
            Place { file, span: Span::new(at, at + word.len()) }
        };
        let owners = words.map(|owner| Field::known(owner.to_owned(), place(owner))).collect();
        let at = place(pattern);
        out.push(CodeOwner { at, pattern: pattern.to_owned(), owners: List::new(owners, at) });
    }
    out
}
