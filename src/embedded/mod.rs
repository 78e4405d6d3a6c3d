//! What the binary carries: the files of `rules/`, each with the tree that the build read from it.

mod head;

use crate::source::FileId;
use crate::syntax::yaml::Tree;

/// A file of `rules/`.
#[derive(Debug)]
pub struct Embedded {
    /// Its path below `rules/`, with `/`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The packed tree of what [`Embedded::tree`] reads; empty where the text has to be parsed.
    packed: &'static [u8],
}

impl Embedded {
    /// The tree of the file; that of a rule ends before its examples.
    #[must_use]
    pub fn tree(&self, file: FileId) -> Tree {
        let text = head::head(self.text);
        Tree::unpack(file, text, self.packed).unwrap_or_else(|| Tree::parse(file, text))
    }
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// All files, in path order.
#[must_use]
pub fn files() -> &'static [Embedded] {
    FILES
}

/// The file of a path.
#[must_use]
pub fn find(path: &str) -> Option<&'static Embedded> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|index| FILES.get(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_unpacks_to_the_tree_of_its_text() {
        assert!(FILES.len() > 300, "{} files", FILES.len());
        for file in FILES {
            let text = head::head(file.text);
            let unpacked = Tree::unpack(FileId(1), text, file.packed);
            let parsed = Tree::parse(FileId(1), text);
            assert_eq!(format!("{:?}", unpacked.as_ref()), format!("{:?}", Some(&parsed)), "{}", file.path);
        }
    }

    #[test]
    fn a_file_is_found_by_its_path() {
        assert!(find("data/base-images.yaml").is_some());
        assert!(find("data/nothing.yaml").is_none());
    }
}
