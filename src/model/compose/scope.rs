//! What reading one service needs to know of its project.

use std::cell::Cell;
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
    /// The entries under the top-level keys that services refer to.
    names: BTreeMap<&'static str, BTreeMap<&'s str, &'s Value>>,
    /// How many more ports ranges may stand for.
    pub(super) ports: Cell<usize>,
    /// Why a name that is not declared may be after all, such as an `include` that was not followed.
    pub(super) gap: Option<&'static str>,
}

/// Ports that the ranges of one project may stand for.
const PORT_BUDGET: usize = 20_000;

impl<'s> Scope<'s> {
    pub(super) fn new(root: &'s Value, directories: &'s BTreeMap<FileId, String>, gap: Option<&'static str>) -> Self {
        let index = |kind: &'static str| {
            let entries = root.get(kind).map_or(&[][..], Value::entries);
            (kind, entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect())
        };
        let names = ["services", "networks", "volumes", "secrets", "configs"].map(index).into();
        Self { root, directories, names, ports: Cell::new(PORT_BUDGET), gap }
    }

    /// A path as written, relative to the root of the run. What leads out of the root is unresolved.
    pub(super) fn path(&self, written: &Field<String>) -> Field<PathText> {
        let directory = self.directories.get(&written.place().file).map_or(".", String::as_str);
        path_from(directory, written)
    }

    /// Whether a name stands under a top-level key of the project.
    pub(super) fn declared(&self, kind: &str, name: &Field<String>) -> Always<bool> {
        let Field::Known(name, origin) = name else { return name.clone().map(|_| true).or_default(true) };
        let found = self.top(kind, name).is_some();
        match self.gap.or(self.root.partial) {
            Some(why) if !found => Field::unresolved(name, why, origin.at).or_default(false),
            _ => Always::known(found, origin.at),
        }
    }

    /// The entry under a top-level key.
    pub(super) fn top(&self, kind: &str, name: &str) -> Option<&'s Value> {
        self.names.get(kind)?.get(name).copied()
    }
}

/// A path as seen from a directory, relative to the root of the run. What leads out of the root is unresolved.
pub(super) fn path_from(directory: &str, written: &Field<String>) -> Field<PathText> {
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
