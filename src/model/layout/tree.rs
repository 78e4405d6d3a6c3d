//! Whether a path is below a service's root.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::ignore::IgnoreRules;
use crate::model::schema::{Modelled, Paths, Slot, Type, View};
use crate::source::{EntryKind, FileId, Place, SourceFile, Sources};

pub(super) fn joined(root: &str, path: &str) -> String {
    if root == "." { path.to_owned() } else { format!("{root}/{path}") }
}

/// Files whose only use is that git keeps their directory.
fn is_placeholder(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some(".gitkeep" | ".keep" | ".gitignore"))
}

/// The entries below one directory, as a range of the run's entries.
#[derive(Clone, Debug)]
pub struct Subtree {
    sources: Arc<Sources>,
    root: String,
    /// The entry of the root itself; of whatever comes first where the root is not listed.
    pub(in crate::model) at: Place,
    range: Range<usize>,
    /// The ranges within it that belong to services further down, ascending.
    nested: Vec<Range<usize>>,
    /// The `.dockerignore` of the root.
    dockerignore: Option<FileId>,
    ignore: Arc<OnceLock<IgnoreRules>>,
}

impl Subtree {
    pub(super) fn new(sources: &Arc<Sources>, root: &str, nested: &[&str], dockerignore: Option<FileId>) -> Self {
        let at = Place::whole(sources.find(root).unwrap_or(FileId(0)));
        let mut inner: Vec<Range<usize>> = nested.iter().map(|root| sources.below(root)).collect();
        inner.sort_by_key(|range| range.start);
        Self {
            sources: Arc::clone(sources),
            root: root.to_owned(),
            at,
            range: sources.below(root),
            nested: inner,
            dockerignore,
            ignore: Arc::default(),
        }
    }

    /// The entries of the run.
    pub(in crate::model) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The entry at a path relative to the root, in exactly this spelling. A trailing `/` is passed over; `.` is the
    /// root, and a path that leads out of it is not found.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        let path = path.strip_prefix("./").unwrap_or(path).trim_end_matches('/');
        if path.is_empty() || path == "." {
            return self.sources.find(&self.root);
        }
        if path.split('/').any(|part| part == "..") {
            return None;
        }
        self.sources.find(&joined(&self.root, path))
    }

    /// Whether the path is a file.
    #[must_use]
    pub fn has_file(&self, path: &str) -> bool {
        self.find(path).is_some_and(|id| self.sources.get(id).kind == EntryKind::File)
    }

    /// Whether the path is a directory.
    #[must_use]
    pub fn has_directory(&self, path: &str) -> bool {
        self.find(path).is_some_and(|id| self.sources.get(id).kind == EntryKind::Directory)
    }

    /// Whether the path is a file with bytes in it, or a directory with a file in it or deeper down that does more
    /// than keep the directory in git.
    #[must_use]
    pub fn is_filled(&self, path: &str) -> bool {
        let Some(id) = self.find(path) else { return false };
        let entry = self.sources.get(id);
        match entry.kind {
            EntryKind::File => entry.size() > 0,
            EntryKind::Directory => {
                let below = self.sources.entries().get(self.sources.below(&entry.path)).unwrap_or(&[]);
                below.iter().any(|entry| entry.kind == EntryKind::File && !is_placeholder(&entry.path))
            }
        }
    }

    /// The same path with other letters in upper case, where it is there in that spelling only.
    #[must_use]
    pub fn other_spelling(&self, path: &str) -> Option<&str> {
        let wanted = joined(&self.root, path.strip_prefix("./").unwrap_or(path).trim_end_matches('/'));
        let entries = self.sources.entries().get(self.range.clone()).unwrap_or(&[]);
        let found = entries.iter().find(|entry| entry.path.eq_ignore_ascii_case(&wanted))?;
        (found.path != wanted).then_some(found.path.as_str())
    }

    /// Entries of one kind that are the service's own, with their paths relative to the root.
    pub(in crate::model) fn own(&self, kind: EntryKind) -> impl Iterator<Item = (FileId, &SourceFile, &str)> {
        let prefix = if self.root == "." { 0 } else { self.root.len() + 1 };
        let mut nested = self.nested.iter().peekable();
        let entries = self.sources.entries();
        self.range.clone().filter_map(move |index| {
            while nested.next_if(|range| range.end <= index).is_some() {}
            if nested.peek().is_some_and(|range| range.contains(&index)) {
                return None;
            }
            let entry = entries.get(index).filter(|entry| entry.kind == kind && entry.path != ".")?;
            Some((FileId(u32::try_from(index).ok()?), entry, entry.path.get(prefix..)?))
        })
    }
}

impl Paths for Subtree {
    fn file(&self, path: &str) -> Option<Place> {
        self.find(path).filter(|id| self.sources.get(*id).kind == EntryKind::File).map(Place::whole)
    }

    fn directory(&self, path: &str) -> Option<Place> {
        self.find(path).filter(|id| self.sources.get(*id).kind == EntryKind::Directory).map(Place::whole)
    }

    fn filled_directory(&self, path: &str) -> Option<Place> {
        self.directory(path).filter(|_| self.is_filled(path))
    }

    fn matching(&self, is_match: &dyn Fn(&str) -> bool) -> Option<Place> {
        self.own(EntryKind::File).find(|(_, _, path)| is_match(path)).map(|(id, _, _)| Place::whole(id))
    }

    fn is_docker_ignored(&self, path: &str) -> bool {
        // Only the root of a checkout has its history.
        if path == ".git" && self.root != "." {
            return true;
        }
        let text = || self.dockerignore.map_or("", |id| self.sources.get(id).text());
        self.ignore.get_or_init(|| IgnoreRules::new(text())).ignores(path)
    }

    fn dockerignore(&self) -> Option<Place> {
        self.dockerignore.map(Place::whole)
    }

    fn nearest(&self, path: &str) -> Place {
        let mut rest = path.trim_end_matches('/');
        while let Some((parent, _)) = rest.rsplit_once('/') {
            if let Some(place) = self.directory(parent) {
                return place;
            }
            rest = parent;
        }
        self.at
    }
}

impl Modelled for Subtree {
    const TYPE: Type = Type::Tree;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        Slot::Known(View::Tree(self), self.at.into())
    }
}
