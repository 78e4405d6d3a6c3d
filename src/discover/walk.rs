//! Every file and directory of a repository, in an order that does not depend on the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};
use thiserror::Error;

use super::tracked::{is_worktree_of, tracked};
use super::{classify, ignored};
use crate::source::{EntryKind, Reader, SourceFile, Sources};

/// What to leave out besides what `.gitignore` and the built-in list of generated trees leave out.
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// Globs in `.gitignore` syntax.
    pub ignore: Vec<String>,
    /// The directory that they count from, absolute; the root of the run where `None`.
    pub from: Option<PathBuf>,
}

/// Why part of a tree could not be walked.
#[derive(Debug, Error)]
pub enum WalkError {
    /// The root is not there, or not a directory.
    #[error("`{path}` cannot be checked: {reason}")]
    Root {
        /// The root as given.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A glob of the configuration.
    #[error("`{glob}` is not a glob: {reason}")]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A directory or entry.
    #[error("{message}; give read permission, or leave it out with `ignore`")]
    Entry {
        /// What the operating system says, with the path.
        message: String,
    },
    /// A path that is not UTF-8, which no report could name.
    #[error("the name of `{path}` is not UTF-8; rename it, or leave it out with `ignore`")]
    Name {
        /// The path, with what is not UTF-8 replaced.
        path: String,
    },
}

/// A walked tree.
#[derive(Debug)]
pub struct Walk {
    /// All files and directories, sorted by path; the root is the entry `.`.
    pub sources: Sources,
    /// What could not be walked, sorted by text.
    pub errors: Vec<WalkError>,
    /// Generated and vendored trees that were left out, sorted.
    pub skipped: Vec<String>,
}

/// Lists a directory: hidden files too, what `.gitignore` names only where git tracks it all the same, and nothing
/// outside of it.
///
/// A symbolic link is an entry of its own where it leads to something inside the root, and is never descended into.
///
/// # Errors
/// Where the root is not a directory that can be read, or a glob is none.
pub fn walk(root: &Path, options: &WalkOptions) -> Result<Walk, WalkError> {
    let canonical = canonical_directory(root)?;
    let repository = canonical.ancestors().find(|directory| directory.join(".git").exists());
    let left_out = Arc::new(left_out(&canonical, options)?);
    // Outside a repository, a `.gitignore` further up belongs to something else.
    let mut found = pass(&canonical, &canonical, repository, &left_out);
    let mut repositories = vec![canonical.clone()];
    // Those inside of others end up in the list as well, and each is walked once.
    while let Some(embedded) = found.embedded.pop() {
        found.append(pass(&canonical, &embedded, None, &left_out));
        repositories.push(embedded);
    }
    let Found { mut files, mut errors, mut skipped, .. } = found;
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    // Outside a repository nothing tells what is tracked; a sample is there to be handed on.
    let samples = if repository.is_some() { Vec::new() } else { samples(&files) };
    let committed = Committed::find(&canonical, &left_out, &files, &repositories, samples);
    if !committed.is_empty() {
        files.extend(committed);
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }
    errors.sort_by_cached_key(ToString::to_string);
    skipped.sort_unstable();
    let gitignore_above = repository.is_some_and(|top| {
        let mut above = canonical.ancestors().skip(1).take_while(|directory| directory.starts_with(top));
        above.any(|directory| directory.join(".gitignore").is_file())
    });
    let from = root.to_owned();
    let reader = Reader::new(move |path| super::read(&from, path).ok());
    let sources = Sources::new(files).with_gitignore_above(gitignore_above).with_reader(reader);
    Ok(Walk { sources, errors, skipped })
}

/// Walks one repository of a tree, up to the repositories that lie in it: what `.gitignore` says ends at their
/// borders. `repository` is the one that `from` lies in, where that has rules of its own further up.
fn pass(root: &Path, from: &Path, repository: Option<&Path>, left_out: &Arc<Gitignore>) -> Found {
    let met: Arc<Mutex<Met>> = Arc::default();
    let mut builder = WalkBuilder::new(from);
    builder
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .require_git(false)
        .parents(repository.is_some())
        .follow_links(false)
        .filter_entry({
            let (root, left_out, met) = (root.to_owned(), Arc::clone(left_out), Arc::clone(&met));
            let repository = repository.map_or_else(|| from.to_owned(), Path::to_owned);
            move |entry| keep(&root, &repository, entry, &left_out, &met)
        });
    let mut found = small(&builder, root).unwrap_or_else(|| {
        *met.lock().unwrap_or_else(PoisonError::into_inner) = Met::default();
        large(&builder, root)
    });
    let met = std::mem::take(&mut *met.lock().unwrap_or_else(PoisonError::into_inner));
    found.skipped = met.skipped;
    found.embedded = met.embedded;
    found
}

/// What was not descended into.
#[derive(Default)]
struct Met {
    skipped: Vec<String>,
    embedded: Vec<PathBuf>,
}

/// Entries up to which one thread walks alone. The threads of a parallel walk sleep a millisecond before they notice
/// that there is nothing left, which is longer than a small tree takes.
const SMALL_TREE: usize = 256;

/// The entries of a small tree; `None` for a larger one.
fn small(builder: &WalkBuilder, root: &Path) -> Option<Found> {
    let mut found = Found::default();
    for (index, entry) in builder.build().enumerate() {
        if index == SMALL_TREE {
            return None;
        }
        found.take(root, entry);
    }
    Some(found)
}

fn large(builder: &WalkBuilder, root: &Path) -> Found {
    let found: Mutex<Found> = Mutex::default();
    builder.build_parallel().run(|| {
        let mut batch = Batch { found: &found, mine: Found::default() };
        Box::new(move |entry| {
            batch.mine.take(root, entry);
            WalkState::Continue
        })
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn canonical_directory(root: &Path) -> Result<PathBuf, WalkError> {
    let fail = |reason: String| WalkError::Root { path: root.display().to_string(), reason };
    let canonical = root.canonicalize().map_err(|error| fail(plain(&error)))?;
    if canonical.is_dir() { Ok(canonical) } else { Err(fail("it is not a directory".to_owned())) }
}

/// The text of an error without the operating system's number.
pub(super) fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn left_out(root: &Path, options: &WalkOptions) -> Result<Gitignore, WalkError> {
    let from = options.from.as_deref().and_then(|from| from.canonicalize().ok());
    let mut builder = GitignoreBuilder::new(from.as_deref().unwrap_or(root));
    builder.allow_unclosed_class(false);
    for glob in &options.ignore {
        let fail = |error: ignore::Error| WalkError::Glob { glob: glob.clone(), reason: error.to_string() };
        builder.add_line(None, glob).map_err(fail)?;
    }
    builder.build().map_err(|error| WalkError::Glob { glob: options.ignore.join(", "), reason: error.to_string() })
}

fn keep(root: &Path, repository: &Path, entry: &DirEntry, left_out: &Gitignore, met: &Mutex<Met>) -> bool {
    let Some(name) = entry.file_name().to_str() else { return true };
    if ignored::is_version_control(name) {
        return false;
    }
    let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
    if left_out.matched(entry.path(), is_directory).is_ignore() {
        return false;
    }
    if !is_directory || entry.depth() == 0 {
        return true;
    }
    let met = || met.lock().unwrap_or_else(PoisonError::into_inner);
    // Another worktree of the same repository has all of its services once more.
    if ignored::is_generated(entry.path(), name) || is_worktree_of(repository, entry.path()) {
        met().skipped.extend(relative(root, entry.path()));
        return false;
    }
    if entry.path().join(".git").exists() {
        met().embedded.push(entry.path().to_owned());
        return false;
    }
    true
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let path = path.strip_prefix(root).ok()?.to_str()?;
    if path.is_empty() {
        return Some(".".to_owned());
    }
    Some(if std::path::MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace(std::path::MAIN_SEPARATOR, "/") })
}

/// What the sample of a `.env` beside a compose file may be called.
fn samples(files: &[SourceFile]) -> Vec<String> {
    let compose =
        files.iter().map(|file| file.path.as_str()).filter(|path| classify::name_of(path).contains("compose"));
    let directories: BTreeSet<&str> = compose.map(classify::parent_of).collect();
    let within =
        |directory: &str, name: &str| if directory == "." { name.to_owned() } else { format!("{directory}/{name}") };
    let names = [".env.example", ".env.sample", ".env.template", ".env.dist"];
    directories.iter().flat_map(|directory| names.map(|name| within(directory, name))).collect()
}

/// Looks for files that are ignored and tracked all the same.
struct Committed<'w> {
    root: &'w Path,
    left_out: &'w Gitignore,
    /// Directories met so far, and whether what lies in them is to be seen.
    directories: BTreeMap<String, bool>,
}

impl<'w> Committed<'w> {
    /// The files that the `repositories` track and the `samples`, where they are not among the sorted `files`, and
    /// their directories.
    fn find(
        root: &'w Path,
        left_out: &'w Gitignore,
        files: &[SourceFile],
        repositories: &[PathBuf],
        samples: Vec<String>,
    ) -> Vec<SourceFile> {
        let mut this = Self { root, left_out, directories: BTreeMap::new() };
        let is_listed = |path: &str| files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
        let mut found: BTreeSet<(String, bool)> = BTreeSet::new();
        let of_one = |repository: &PathBuf| {
            let prefix = relative(root, repository).filter(|prefix| prefix != ".");
            tracked(repository)
                .into_iter()
                .map(move |path| prefix.as_ref().map_or_else(|| path.clone(), |prefix| format!("{prefix}/{path}")))
        };
        for path in repositories.iter().flat_map(of_one).chain(samples) {
            let full = root.join(&path);
            let is_file = || std::fs::symlink_metadata(&full).is_ok_and(|metadata| metadata.is_file());
            if is_listed(&path) || !this.is_seen(classify::parent_of(&path)) || !is_file() {
                continue;
            }
            if left_out.matched(&full, false).is_ignore() {
                continue;
            }
            let mut directory = classify::parent_of(&path);
            while !is_listed(directory) && found.insert((directory.to_owned(), true)) {
                directory = classify::parent_of(directory);
            }
            found.insert((path, false));
        }
        let entry = |(path, is_directory): (String, bool)| {
            if is_directory {
                return SourceFile::new(path, EntryKind::Directory);
            }
            let size = std::fs::metadata(root.join(&path)).map_or(0, |metadata| metadata.len());
            SourceFile::new(path, EntryKind::File).with_size(size)
        };
        found.into_iter().map(entry).collect()
    }

    /// Whether nothing generated, left out or linked stands on the way to a directory.
    fn is_seen(&mut self, directory: &str) -> bool {
        if directory == "." {
            return true;
        }
        if let Some(known) = self.directories.get(directory) {
            return *known;
        }
        let full = self.root.join(directory);
        let is_seen = self.is_seen(classify::parent_of(directory))
            && std::fs::symlink_metadata(&full).is_ok_and(|metadata| metadata.is_dir())
            && !ignored::is_version_control(classify::name_of(directory))
            && !ignored::is_generated(&full, classify::name_of(directory))
            && !self.left_out.matched(&full, true).is_ignore();
        self.directories.insert(directory.to_owned(), is_seen);
        is_seen
    }
}

#[derive(Default)]
struct Found {
    files: Vec<SourceFile>,
    errors: Vec<WalkError>,
    /// Generated and vendored trees that were left out.
    skipped: Vec<String>,
    /// Repositories of their own, which are still to be walked.
    embedded: Vec<PathBuf>,
}

impl Found {
    fn append(&mut self, mut other: Self) {
        self.files.append(&mut other.files);
        self.errors.append(&mut other.errors);
        self.skipped.append(&mut other.skipped);
        self.embedded.append(&mut other.embedded);
    }

    fn take(&mut self, root: &Path, entry: Result<DirEntry, ignore::Error>) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let message = error.to_string();
                let prefix = format!("{}{}", root.display(), std::path::MAIN_SEPARATOR);
                return self.errors.push(WalkError::Entry { message: message.replace(&prefix, "") });
            }
        };
        let Some(kind) = kind(root, &entry) else { return };
        let Some(path) = relative(root, entry.path()) else {
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy().into_owned();
            return self.errors.push(WalkError::Name { path });
        };
        let size = match kind {
            EntryKind::File => std::fs::metadata(entry.path()).map_or(0, |metadata| metadata.len()),
            EntryKind::Directory => 0,
        };
        let mut file = SourceFile::new(path, kind).with_size(size);
        file.is_link = entry.path_is_symlink();
        self.files.push(file);
    }
}

/// What the entry counts as; a link out of the root, or to nothing, as nothing at all.
fn kind(root: &Path, entry: &DirEntry) -> Option<EntryKind> {
    let kind = entry.file_type()?;
    if kind.is_dir() {
        return Some(EntryKind::Directory);
    }
    if !kind.is_symlink() {
        // FIFOs and devices stay listed: reading them is refused with a reason.
        return Some(EntryKind::File);
    }
    let target = entry.path().canonicalize().ok()?;
    let inside = target.strip_prefix(root).ok()?;
    let hidden = inside.iter().any(|part| part.to_str().is_some_and(ignored::is_version_control));
    if hidden {
        return None;
    }
    Some(if target.is_dir() { EntryKind::Directory } else { EntryKind::File })
}

/// What one thread found, handed over when it ends.
struct Batch<'w> {
    found: &'w Mutex<Found>,
    mine: Found,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.append(std::mem::take(&mut self.mine));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_and_several_find_the_same() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/monorepo");
        let mut builder = WalkBuilder::new(&root);
        builder.hidden(false);
        let paths = |found: Found| {
            let mut paths: Vec<String> = found.files.into_iter().map(|file| file.path).collect();
            paths.sort();
            paths
        };
        let found = paths(small(&builder, &root).unwrap());
        assert!(found.len() > 10, "{found:?}");
        assert_eq!(found, paths(large(&builder, &root)));
    }

    #[test]
    fn a_sample_of_settings_is_found_though_it_is_ignored() {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in
            [(".gitignore", ".env*"), ("compose.yaml", ""), (".env.example", "A="), (".env.local", "A=1")]
        {
            std::fs::write(root.path().join(name), text).unwrap();
        }
        let found = walk(root.path(), &WalkOptions::default()).unwrap().sources;
        assert!(found.find(".env.example").is_some());
        assert!(found.find(".env.local").is_none());
    }

    #[test]
    fn a_large_tree_is_left_to_several_threads() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        assert!(small(&WalkBuilder::new(&root), &root).is_none());
    }
}
