//! `.gitmodules`: the repositories that a repository holds at a commit of theirs.

use crate::model;
use crate::model::late::LateTexts;
use crate::model::value::{Always, Field};
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
        /// Whether something lies there: of one that is not checked out the empty directory.
        is_there: Always<bool>,
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
            let is_there = Always::known(true, at);
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
                submodule.is_there = Always::known(lies_there(texts, value), place(value));
            }
            "url" => submodule.url = Field::known(value.to_owned(), place(value)),
            _ => {}
        }
    }
    out
}

/// Whether something is at a path; of one that leads elsewhere nothing is asked.
fn lies_there(texts: &LateTexts, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let is_plain = !path.starts_with('/') && !path.contains('\\') && path.split('/').all(|part| part != "..");
    !is_plain || texts.exists(path)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{FileId, LateTexts, read};
    use crate::source::{EntryKind, SourceFile, Sources};

    #[test]
    fn a_submodule_lies_where_its_file_says_or_does_not() {
        let text = "[submodule \"libs/a\"]\n\tpath = libs/a\n\turl = https://example.com/a.git\n[submodule \"b\"]\n\tpath = gone/b\n[core]\n\tx = 1\n";
        let sources = Sources::new(vec![SourceFile::new("libs/a".to_owned(), EntryKind::Directory)]);
        let found = read(&LateTexts::new(&Arc::new(sources), None), FileId(0), text);
        let shown: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.is_there.value())).collect();
        assert_eq!(shown, [("libs/a", Some(&true)), ("b", Some(&false))]);
        assert_eq!(found[0].path.place().span.slice(text), "libs/a");
    }
}
