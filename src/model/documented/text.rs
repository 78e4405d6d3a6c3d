//! Whether names occur anywhere in the files of a service that are no documents.

use std::collections::BTreeSet;

use crate::model::layout::Subtree;
use crate::source::{EntryKind, FileId};

/// A longer file is generated or data: 1 MiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// So much of one service is read: 64 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// Endings of files that only describe the service.
const PROSE: &[&str] = &[".adoc", ".md", ".markdown", ".mdx", ".rst", ".txt"];

/// A name as it is looked for: in lower case, without what joins its words. `MAX_WORKERS`, `max-workers` and
/// `maxWorkers` are the same.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// What is looked for of a name.
struct Needles {
    /// All of it, and it without its first word where two words are left: settings may add a prefix to each name.
    folded: Vec<String>,
    /// The prefix by itself, as settings name it.
    prefix: Vec<String>,
}

impl Needles {
    fn new(name: &str) -> Self {
        let parts = name.split_once('_');
        let behind = parts.map(|(_, rest)| rest).filter(|rest| rest.contains('_')).map(folded);
        let prefix = parts.map(|(prefix, _)| ['"', '\'', '`'].map(|quote| format!("{prefix}_{quote}")));
        Self {
            folded: std::iter::once(folded(name)).chain(behind).collect(),
            prefix: prefix.into_iter().flatten().collect(),
        }
    }

    fn are_in(&self, text: &str, folded: &str) -> bool {
        self.folded.iter().any(|needle| folded.contains(needle))
            || self.prefix.iter().any(|needle| text.contains(needle))
    }
}

/// The names that some file of the service, or one of the `others` that describe it, mentions; `None` where not all
/// files can be read.
pub(super) fn mentioned<'n>(
    tree: &Subtree,
    others: BTreeSet<FileId>,
    names: &BTreeSet<&'n str>,
) -> Option<BTreeSet<&'n str>> {
    let mut wanted: Vec<(&str, Needles)> = names.iter().map(|name| (*name, Needles::new(name))).collect();
    let mut found = BTreeSet::new();
    let mut bytes = 0;
    let own = tree.own(EntryKind::File).map(|(id, ..)| id);
    for id in own.chain(others) {
        if wanted.is_empty() {
            break;
        }
        let entry = tree.sources().get(id);
        let path = entry.path.to_ascii_lowercase();
        if entry.size() > MAX_FILE_BYTES || PROSE.iter().any(|ending| path.ends_with(ending)) {
            continue;
        }
        bytes += entry.size();
        if bytes > MAX_BYTES {
            return None;
        }
        let Some(text) = tree.sources().read(id) else { continue };
        let lower = folded(&text);
        wanted.retain(|(name, needles)| {
            let here = needles.are_in(&text, &lower);
            if here {
                found.insert(*name);
            }
            !here
        });
    }
    Some(found)
}
