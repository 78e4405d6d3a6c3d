//! What reading one service needs to know of its project.

use std::collections::BTreeMap;

use super::paths;
use super::tree::Value;
use crate::model::schema::PathText;
use crate::model::value::{Always, Field};
use crate::source::FileId;

/// The merged project around a service.
pub(super) struct Scope<'s> {
    /// All files laid over each other.
    pub(super) root: &'s Value,
    /// The directory that paths in each file start from.
    pub(super) directories: &'s BTreeMap<FileId, String>,
    /// Why a name that is not declared may be after all, such as an `include` that was not followed.
    pub(super) gap: Option<&'static str>,
}

impl Scope<'_> {
    /// A path as written, relative to the root of the run. What leads out of the root is unresolved.
    pub(super) fn path(&self, written: &Field<String>) -> Field<PathText> {
        let directory = self.directories.get(&written.place().file).map_or(".", String::as_str);
        self.path_from(directory, written)
    }

    pub(super) fn path_from(&self, directory: &str, written: &Field<String>) -> Field<PathText> {
        let Field::Known(path, origin) = written else { return written.clone().map(PathText) };
        if paths::is_remote(path) {
            return Field::unresolved(path, "it lies on another machine", origin.at);
        }
        if paths::is_absolute(path) {
            return Field::unresolved(path, "it is an absolute path of the host", origin.at);
        }
        match paths::join(directory, path) {
            Some(path) => Field::Known(PathText(path), *origin),
            None => Field::unresolved(path, "it leads out of the repository", origin.at),
        }
    }

    /// Whether a name stands under a top-level key of the project.
    pub(super) fn declared(&self, kind: &str, name: &Field<String>) -> Always<bool> {
        let Field::Known(name, origin) = name else { return name.clone().map(|_| true).or_default(true) };
        let found = self.root.get(kind).is_some_and(|all| all.get(name).is_some());
        match self.gap.or(self.root.partial) {
            Some(why) if !found => Field::unresolved(name, why, origin.at).or_default(false),
            _ => Always::known(found, origin.at),
        }
    }

    /// The entry under a top-level key.
    pub(super) fn top(&self, kind: &str, name: &str) -> Option<&Value> {
        self.root.get(kind)?.get(name)
    }
}
