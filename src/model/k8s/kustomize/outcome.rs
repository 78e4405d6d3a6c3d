//! What goes into a build and what comes out of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::resource::Resource;
use crate::model::k8s::PodTemplates;
use crate::model::k8s::object::is_read;
use crate::source::{FileId, Place};
use crate::syntax::yaml::{Composed, Tree};

/// How many nodes one object may have.
const OBJECT_NODES: usize = 400_000;

/// What lies at a path.
#[derive(Clone, Copy, Debug)]
pub enum Found<'f> {
    /// A file of text.
    Text(FileId, &'f str),
    /// A file of bytes that are no text.
    Binary(FileId),
    /// A directory.
    Directory,
}

/// Where a build finds its files.
pub trait Files: Sync {
    /// What lies at a path from the root of the run.
    fn find(&self, path: &str) -> Option<Found<'_>>;

    /// Whether a path lies in something that belongs to the repository and is not there, such as a submodule.
    fn is_elsewhere(&self, _path: &str) -> bool {
        false
    }

    /// What a file holds. Overlays share their bases, so whoever can keeps it for the next build.
    fn tree(&self, file: FileId, text: &str) -> Arc<Tree> {
        Arc::new(Tree::parse(file, text))
    }
}

/// Why kustomize refuses a kustomization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: Place,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>, at: Place) -> Self {
        Self { message: message.into(), at }
    }
}

/// A part of a kustomization that a build without network and programs leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is left out, and what that means.
    pub message: String,
    /// Where it is written.
    pub at: Place,
    /// Whether there may be objects, names or values that cannot be seen for it.
    pub hides: bool,
}

/// What building a kustomization gives.
#[derive(Debug)]
pub struct Build {
    pub(super) resources: Vec<Resource>,
    /// What was left out.
    pub gaps: Vec<Gap>,
    /// The manifests and patches that it was built from.
    pub files: BTreeSet<FileId>,
}

/// An object that was built.
#[derive(Debug)]
pub struct Built {
    /// Its tree, of one document; each node points at the file that it comes from.
    pub tree: Tree,
    /// Path of the file that the object itself comes from.
    pub path: String,
    /// Its name without what is put before or behind it, where something is.
    pub base_name: Option<String>,
    /// The kustomizations that it went through, the innermost first.
    pub through: Vec<FileId>,
}

impl Build {
    /// The objects, each as a tree of its own; of definitions the metadata only. `templates` are further kinds that own pods.
    pub fn objects(&self, templates: &PodTemplates) -> impl Iterator<Item = Built> {
        self.resources.iter().map(|resource| {
            let mut tree = Composed::new(resource.root.at.file, OBJECT_NODES);
            let root = if is_read(resource.api_version(), resource.kind(), templates) {
                resource.root.compose(&mut tree)
            } else {
                resource.root.compose_head(&mut tree)
            };
            tree.document(root);
            let renamed = !resource.prefixes.is_empty() || !resource.suffixes.is_empty();
            let base_name = renamed.then(|| resource.first_id().name);
            let through = resource.through.clone();
            Built { tree: tree.finish(), path: resource.path.clone(), base_name, through }
        })
    }

    /// The objects as JSON, for comparison with what kustomize prints.
    #[must_use]
    pub fn to_json(&self) -> Vec<serde_json::Value> {
        self.resources.iter().map(|resource| resource.root.to_json()).collect()
    }

    /// Whether there may be more than it gives.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.gaps.iter().any(|gap| gap.hides)
    }
}
