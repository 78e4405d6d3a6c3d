//! What there is to judge: the files of a repository, what kind each is, and which service each belongs to.

mod api_version;
mod classify;
mod content;
mod homes;
mod ignored;
mod illustration;
mod memory;
mod purpose;
mod read;
mod service;
mod tracked;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::source::{EntryKind, FileId, SourceFile, Sources};

pub use classify::{ArtifactKind, Classifier, Need, is_env_sample, is_settings, is_workflow};
pub use illustration::{is_illustration, is_of_tests};
pub use memory::in_memory;
pub use purpose::{is_compose_for_tests, is_dockerfile_for_tests};
pub use read::{MAX_FILE_BYTES, ReadError, peek, read, text};
pub use service::{Build, ComposeInput, Inputs, RootKind, ServiceRoot, ServiceRoots, service_roots};
pub use walk::{Walk, WalkError, WalkOptions, walk};

/// A file that svclint knows how to judge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Artifact {
    /// The file; its text has been read.
    pub file: FileId,
    /// What it is.
    pub kind: ArtifactKind,
}

/// The files of one run, with the text of those that matter.
#[derive(Debug)]
pub struct Discovery {
    /// All files and directories, in path order.
    pub sources: Sources,
    /// The artifacts, in path order.
    pub artifacts: Vec<Artifact>,
    /// Files that look like an artifact and cannot be read, in path order.
    pub unread: Vec<(FileId, ReadError)>,
    /// Directories and entries that could not be walked.
    pub errors: Vec<WalkError>,
    /// Vendored and generated trees that were left out, relative to the root.
    pub skipped: Vec<String>,
}

/// Walks a directory, reads whatever may be an artifact, and says what each is.
///
/// # Errors
/// Where the root itself is not a directory that can be read.
pub fn discover(root: &Path, options: &WalkOptions) -> Result<Discovery, WalkError> {
    discover_changed(root, options, &BTreeMap::new())
}

/// The same as it would be with other texts in some files, by path; files that are not there are added.
///
/// # Errors
/// See [`discover`].
pub fn discover_changed(
    root: &Path,
    options: &WalkOptions,
    changed: &BTreeMap<String, String>,
) -> Result<Discovery, WalkError> {
    let Walk { mut sources, errors, skipped } = walk(root, options)?;
    for (path, text) in changed {
        add(&mut sources, path);
        if let Some(id) = sources.find(path) {
            sources.get(id).set_text(Arc::from(text.as_str()));
        }
    }
    let classifier = Classifier::new(&sources);
    let candidates: Vec<(FileId, Need)> = sources
        .iter()
        .map(|(id, file)| (id, classifier.need(&file.path, file.kind)))
        .filter(|(_, need)| *need != Need::Nothing)
        .collect();
    let results: Vec<(FileId, Result<ArtifactKind, ReadError>)> =
        candidates.into_par_iter().map(|(id, need)| (id, inspect(root, &sources, &classifier, id, need))).collect();
    let (mut artifacts, mut unread) = (Vec::new(), Vec::new());
    for (file, result) in results {
        match result {
            Ok(ArtifactKind::Other) => {}
            Ok(kind) => artifacts.push(Artifact { file, kind }),
            Err(error) => unread.push((file, error)),
        }
    }
    drop_links(root, &sources, &mut artifacts);
    Ok(Discovery { sources, artifacts, unread, errors, skipped })
}

/// Adds a file with the directories that it needs.
fn add(sources: &mut Sources, path: &str) {
    let mut above = path;
    while let Some((directory, _)) = above.rsplit_once('/') {
        sources.insert(SourceFile::new(directory.to_owned(), EntryKind::Directory));
        above = directory;
    }
    sources.insert(SourceFile::new(path.to_owned(), EntryKind::File));
}

/// Drops links to manifests that are there under their own names: what stands in both would be told twice. A Dockerfile
/// or compose file may only be found by the name of the link.
fn drop_links(root: &Path, sources: &Sources, artifacts: &mut Vec<Artifact>) {
    let is_manifest = |artifact: &Artifact| artifact.kind == ArtifactKind::Kubernetes;
    if !artifacts.iter().any(|artifact| is_manifest(artifact) && sources.get(artifact.file).is_link) {
        return;
    }
    let Ok(canonical) = root.canonicalize() else { return };
    let own: BTreeSet<&str> = artifacts
        .iter()
        .filter(|artifact| is_manifest(artifact) && !sources.get(artifact.file).is_link)
        .map(|artifact| sources.get(artifact.file).path.as_str())
        .collect();
    let leads_to_own = |path: &str| {
        let target = root.join(path).canonicalize().ok()?;
        let target = target.strip_prefix(&canonical).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
        Some(own.contains(target.as_str()))
    };
    let doubled = |artifact: &Artifact| {
        let file = sources.get(artifact.file);
        is_manifest(artifact) && file.is_link && leads_to_own(&file.path) == Some(true)
    };
    let kept: Vec<bool> = artifacts.iter().map(|artifact| !doubled(artifact)).collect();
    let mut kept = kept.into_iter();
    artifacts.retain(|_| kept.next() != Some(false));
}

fn inspect(
    root: &Path,
    sources: &Sources,
    classifier: &Classifier,
    id: FileId,
    need: Need,
) -> Result<ArtifactKind, ReadError> {
    let file = sources.get(id);
    if file.kind == EntryKind::Directory {
        return Err(ReadError::Directory { path: file.path.clone() });
    }
    if file.text().is_empty()
        && need == Need::Peek
        && !peek(root, &file.path).is_some_and(|start| classifier.is_worth_reading(&start))
    {
        return Ok(ArtifactKind::Other);
    }
    if !file.text().is_empty() {
        return Ok(classifier.classify(&file.path, file.text()));
    }
    let text = match read(root, &file.path) {
        Ok(text) => text,
        // A name that only may be an artifact's is no reason to complain about bytes that are none.
        Err(error) if need == Need::Text || !error.is_about_content() => return Err(error),
        Err(_) => return Ok(ArtifactKind::Other),
    };
    let kind = classifier.classify(&file.path, &text);
    if kind != ArtifactKind::Other {
        file.set_text(Arc::from(text));
    }
    Ok(kind)
}
