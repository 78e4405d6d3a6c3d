//! `.gitmodules`: the repositories that a repository holds at a commit of theirs.

use crate::model;
use crate::model::late::LateTexts;
use crate::model::value::Field;
use crate::source::{FileId, Place, Span};

model! {
    /// A submodule (git, "gitmodules").
    pub struct Submodule as "git.submodule" {
        /// Its name.
        name: String,
        /// Where it lies, relative to the repository's root.
        path: Field<String>,
        /// Where it comes from.
        url: Field<String>,
        /// Whether something lies there, in a checkout at least an empty directory; not known outside of one, where those
        /// are left out.
        is_there: Field<bool>,
    }
    label(submodule) { submodule.name.clone() }
}

/// The submodules that the text of the file declares.
pub(super) fn read(texts: &LateTexts, file: FileId, text: &str) -> Vec<Submodule> {
    let mut out: Vec<Submodule> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let line_start = start;
        start += line.len();
        let place = |part: &str| {
            let from = line_start + line.find(part).unwrap_or(0);
            Place { file, span: Span::new(from, from + part.len()) }
        };
        let content = line.trim();
        if let Some(section) = content.strip_prefix('[') {
            let name = section
                .trim_end_matches(']')
                .trim()
                .strip_prefix("submodule")
                .map(|name| name.trim().trim_matches('"'));
            let Some(name) = name else { continue };
            let at = place(name);
            let is_there = Field::known(true, at);
            out.push(Submodule {
                at,
                name: name.to_owned(),
                path: Field::Absent(at),
                url: Field::Absent(at),
                is_there,
            });
            continue;
        }
        let (Some((key, value)), Some(submodule)) = (content.split_once('='), out.last_mut()) else { continue };
        let value = value.trim().trim_matches('"');
        match key.trim() {
            "path" => {
                submodule.path = Field::known(value.to_owned(), place(value));
                submodule.is_there = is_there(texts, value, place(value));
            }
            "url" => submodule.url = Field::known(value.to_owned(), place(value)),
            _ => {}
        }
    }
    out
}

/// Whether something is at a path; of one that leads elsewhere nothing is asked.
fn is_there(texts: &LateTexts, path: &str, at: Place) -> Field<bool> {
    let path = path.trim_end_matches('/');
    let is_plain = !path.starts_with('/') && !path.contains('\\') && path.split('/').all(|part| part != "..");
    if !is_plain || texts.exists(path) {
        Field::known(true, at)
    } else if texts.exists(".git") {
        Field::known(false, at)
    } else {
        Field::unresolved(path, "this is no checkout, and an empty directory may have been left out", at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{FileId, LateTexts, read};
    use crate::source::{EntryKind, SourceFile, Sources};

    #[test]
    fn a_submodule_lies_where_its_file_says_or_does_not() {
        let text = "[submodule \"libs/a\"]\n\tpath = libs/a\n\turl = https://example.com/a.git\n[submodule \"b\"]\n\tpath = gone/b\n[core]\n\tx = 1\n";
        let directories = |paths: &[&str]| {
            let directory = |path: &&str| SourceFile::new((*path).to_owned(), EntryKind::Directory);
            LateTexts::new(&Arc::new(Sources::new(paths.iter().map(directory).collect())), None)
        };
        let found = read(&directories(&[".git", "libs/a"]), FileId(0), text);
        let shown: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.is_there.value())).collect();
        assert_eq!(shown, [("libs/a", Some(&true)), ("b", Some(&false))]);
        let elsewhere = read(&directories(&["libs/a"]), FileId(0), text);
        assert_eq!(elsewhere[1].is_there.value(), None);
        assert_eq!(found[0].path.place().span.slice(text), "libs/a");
    }
}
