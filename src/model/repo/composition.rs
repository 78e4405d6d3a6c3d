//! What is put together with what, where somebody says so.

use std::collections::BTreeSet;
use std::path::Path;

use super::{projects, read_late};
use crate::model::helm::Engine as HelmEngine;
use crate::model::k8s::PodTemplates;
use crate::source::{FileId, Sources};

/// What is put together with what, where somebody says so.
#[derive(Clone, Debug, Default)]
pub struct Composition {
    /// Compose files that form one project, in the order in which they are laid over one another (`docker compose -f`),
    /// relative to the root of the run; one list a project. None for what compose would take by itself.
    pub compose_sets: Vec<Vec<String>>,
    /// The values files with which the chart in a directory is rendered, one after the other; those beside it for
    /// charts that are not named.
    pub charts: Vec<(String, Vec<String>)>,
    /// What renders charts.
    pub helm: HelmEngine,
    /// Further kinds of Kubernetes objects that own pods.
    pub pod_templates: PodTemplates,
    /// Directories that are services, and whether they are even where nothing in them looks like one.
    pub roots: Vec<(String, bool)>,
    /// Files that the run is asked for by name, relative to its root: those for tests are judged too.
    pub named: Vec<String>,
}

impl Composition {
    /// Compose files that somebody names and that do not look like any, read now.
    pub(super) fn further_files(&self, sources: &Sources, root: Option<&Path>, known: &[FileId]) -> BTreeSet<FileId> {
        let named = projects::named_in_env(sources);
        let files = self.compose_sets.iter().flatten().chain(&named).filter_map(|path| sources.find(path));
        let further: BTreeSet<FileId> = files.filter(|file| !known.contains(file)).collect();
        for file in &further {
            read_late(sources, root, *file);
        }
        further
    }
}
