//! Whether a path that a file names is there, and why that sometimes cannot be told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::discover;
use crate::source::{EntryKind, Sources};

/// What lies at a path, or why that cannot be told.
pub(super) fn presence(
    sources: &Sources,
    submodules: &[String],
    path: &str,
) -> Result<Option<EntryKind>, &'static str> {
    match sources.find(path) {
        Some(found) if !submodules.iter().any(|submodule| submodule == path) => Ok(Some(sources.get(found).kind)),
        _ if is_in_submodule(submodules, path) => Err("it lies in a submodule that is not checked out"),
        _ if is_below_unread(sources, path) => Err("it lies below a linked or generated directory, which is not read"),
        _ if is_installed(sources, path) => Err("a package manager may bring it"),
        _ => Ok(None),
    }
}

/// What git ignores, by the `.gitignore` files of the run; each is read once.
pub(super) struct GitIgnore<'s> {
    sources: &'s Sources,
    root: Option<&'s Path>,
    read: RefCell<BTreeMap<String, Option<Rc<Gitignore>>>>,
}

impl<'s> GitIgnore<'s> {
    pub fn new(sources: &'s Sources, root: Option<&'s Path>) -> Self {
        Self { sources, root, read: RefCell::default() }
    }

    /// Whether git ignores a path (gitignore(5)): the deepest `.gitignore` with a pattern that matches decides.
    pub fn ignores(&self, path: &str) -> Result<bool, &'static str> {
        let mut directory = super::projects::split_path(path).0;
        loop {
            let inside = if directory == "." { Some(path) } else { path.strip_prefix(directory) };
            if let (Some(rules), Some(inside)) = (self.of(directory), inside) {
                let found = rules.matched_path_or_any_parents(inside.trim_start_matches('/'), false);
                if !found.is_none() {
                    return Ok(found.is_ignore());
                }
            }
            if directory == "." {
                break;
            }
            directory = super::projects::split_path(directory).0;
        }
        if self.sources.has_gitignore_above() { Err("a `.gitignore` above may name it") } else { Ok(false) }
    }

    /// The patterns of a directory.
    fn of(&self, directory: &str) -> Option<Rc<Gitignore>> {
        if let Some(known) = self.read.borrow().get(directory) {
            return known.clone();
        }
        let path = if directory == "." { ".gitignore".to_owned() } else { format!("{directory}/.gitignore") };
        let file = self.sources.find(&path).map(|id| self.sources.get(id));
        let rules = file.and_then(|file| discover::text(self.root, file).ok()).and_then(|text| {
            let mut rules = GitignoreBuilder::new("");
            for line in text.lines() {
                // Git passes over a pattern that it cannot read.
                let _ = rules.add_line(None, line);
            }
            rules.build().ok().map(Rc::new)
        });
        self.read.borrow_mut().insert(directory.to_owned(), rules.clone());
        rules
    }
}

/// Directories into which package managers put what a project needs.
const PACKAGES: &[&str] = &["node_modules", "vendor"];

/// Whether a path leads into a directory of packages that is not in the repository.
fn is_installed(sources: &Sources, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at);
    let directories = ends.filter_map(|at| path.get(..at));
    directories
        .filter(|directory| PACKAGES.contains(&super::projects::split_path(directory).1))
        .any(|directory| sources.find(directory).is_none())
}

/// Whether a path is a submodule, or lies in one.
pub(super) fn is_in_submodule(submodules: &[String], path: &str) -> bool {
    let within = |submodule: &String| {
        path.strip_prefix(submodule.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    submodules.iter().any(within)
}

/// Whether the deepest directory on the way to a path is listed without anything in it, as git never has one.
fn is_below_unread(sources: &Sources, path: &str) -> bool {
    let mut directory = super::projects::split_path(path).0;
    while directory != "." {
        if sources.find(directory).is_some() {
            return sources.below(directory).is_empty();
        }
        directory = super::projects::split_path(directory).0;
    }
    false
}

/// The submodules of which no file is there (gitmodules(5)).
pub(super) fn submodules(sources: &Sources, root: Option<&Path>) -> Vec<String> {
    let Some(file) = sources.find(".gitmodules") else { return Vec::new() };
    let known = sources.get(file).text();
    let text = match root.map(|root| discover::read(root, ".gitmodules")) {
        Some(Ok(text)) if known.is_empty() => text,
        _ => known.to_owned(),
    };
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='))
        .map(|path| path.trim().trim_matches('"').trim_end_matches('/').to_owned())
        .filter(|path| !path.is_empty() && sources.below(path).is_empty())
        .collect()
}
