//! What the binary carries: the files of `rules/`, each with what the build read from it, and their patterns.

mod automaton;
#[cfg_attr(not(test), expect(dead_code, reason = "only the build writes"))]
pub(crate) mod packed;

pub use automaton::Automaton;
use packed::{Packed, Reader};

use crate::source::FileId;
use crate::syntax::yaml::Tree;

/// A file of `rules/`.
#[derive(Debug)]
pub struct Embedded {
    /// Its path below `rules/`, with `/`.
    pub path: &'static str,
    /// The name of the file without its extension.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The rule, without its examples, or the standard; the tree of any other file. Empty where the text has to be read.
    packed: &'static [u8],
}

impl Embedded {
    /// The rule or standard, with its places in a file; `None` where its text has to be read.
    pub(crate) fn unpacked<T: Packed>(&self, file: FileId) -> Option<T> {
        T::unpack(&mut Reader::new(self.packed, TEXTS, file))
    }

    /// The tree of a file that is neither a rule nor a standard.
    #[must_use]
    pub fn tree(&self, file: FileId) -> Tree {
        Tree::unpack(file, self.text, self.packed).unwrap_or_else(|| Tree::parse(file, self.text))
    }
}

/// What the build wrote.
#[expect(clippy::unreadable_literal, reason = "nobody reads it")]
mod built {
    use super::Embedded;

    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}
use built::{BY_NAME, FILES, PATTERNS, TABLES, TEXTS};

/// All files, in path order.
#[must_use]
pub fn files() -> &'static [Embedded] {
    FILES
}

/// All files with their numbers in path order, in the order of their names.
pub fn by_name() -> impl Iterator<Item = (u32, &'static Embedded)> {
    BY_NAME.iter().filter_map(|index| Some((*index, FILES.get(*index as usize)?)))
}

/// The file of a path.
#[must_use]
pub fn find(path: &str) -> Option<&'static Embedded> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|index| FILES.get(index))
}

/// What the build found out about a regular expression of `rules/`: that it can be read, and its table where that is
/// not large. `None` for any other text.
#[must_use]
pub fn pattern(text: &str) -> Option<Option<Automaton>> {
    let (_, start, end) = PATTERNS.get(PATTERNS.binary_search_by(|(known, ..)| (*known).cmp(text)).ok()?)?;
    Some(TABLES.get(*start..*end).and_then(Automaton::of))
}

/// The patterns that [`pattern`] knows, in order.
pub fn patterns() -> impl Iterator<Item = &'static str> {
    PATTERNS.iter().map(|(pattern, ..)| *pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_data_unpacks_to_the_tree_of_its_text() {
        for file in FILES.iter().filter(|file| file.path.starts_with("data/")) {
            let unpacked = Tree::unpack(FileId(1), file.text, file.packed);
            let parsed = Tree::parse(FileId(1), file.text);
            assert_eq!(format!("{unpacked:?}"), format!("{:?}", Some(&parsed)), "{}", file.path);
        }
    }

    #[test]
    fn a_file_is_found_by_its_path() {
        assert!(find("data/base-images.yaml").is_some());
        assert!(find("data/nothing.yaml").is_none());
    }
}
