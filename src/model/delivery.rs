//! What delivers the repository: the directories that Argo CD deploys.

use std::sync::Arc;

use super::k8s::plain;
use super::read::Reader;
use super::value::{Field, List};
use crate::discover::is_illustration;
use crate::model;
use crate::source::{EntryKind, FileId, Place, Sources};
use crate::syntax::yaml::{NodeRef, Tree};

/// A larger file is no Application that a person has written: 1 MiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

model! {
    /// A source of an Argo CD Application that is a directory of a Git repository (Argo CD, "Application Specification").
    pub struct ArgoSource as "argocd.source" {
        /// The name of its Application.
        application: Field<String>,
        /// The address of the Git repository.
        repository: Field<String>,
        /// The directory, from the root of that repository.
        path: Field<String>,
        /// The branch, tag or commit.
        revision: Field<String>,
        /// Whether this repository has the directory. Where it does not, the path may be one of another repository: that it
        /// is meant for this one shows where a file here has its name, or a directory, two levels down or more, is around
        /// it.
        is_directory: Field<bool>,
    }
    label(source) { source.application.value().cloned().unwrap_or_default() }
}

/// Reads the sources of all Applications of a repository. Files that do not parse or are something else are passed over.
#[must_use]
pub fn read(sources: &Sources) -> List<Arc<ArgoSource>> {
    let mut list = List::empty(Place::whole(sources.find(".").unwrap_or(FileId(0))));
    for (id, file) in sources.iter() {
        let is_yaml = matches!(file.path.rsplit_once('.'), Some((_, "yaml" | "yml")));
        let directory = file.path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        if file.kind != EntryKind::File || !is_yaml || file.size() > MAX_FILE_BYTES || is_illustration(directory) {
            continue;
        }
        let Some(text) = sources.read(id).filter(|text| text.contains("argoproj.io/")) else { continue };
        let tree = Tree::parse(id, &text);
        for application in tree.documents().filter(|root| is_application(*root)) {
            list.items.extend(sources_of(application, sources).into_iter().map(Arc::new));
        }
    }
    list
}

fn is_application(root: NodeRef<'_>) -> bool {
    let word = |key| root.get(key).and_then(NodeRef::text).unwrap_or("");
    word("apiVersion").starts_with("argoproj.io/") && word("kind") == "Application"
}

fn sources_of(root: NodeRef<'_>, sources: &Sources) -> Vec<ArgoSource> {
    let name = Reader::new(root).child("metadata").field("name", plain);
    let spec = Reader::new(root).child("spec");
    let several = spec.get("sources").into_iter().flat_map(NodeRef::items);
    let all = spec.get("source").into_iter().chain(several).filter(|one| one.get("path").is_some());
    all.map(|node| {
        let reader = Reader::new(node);
        let path = reader.field("path", plain);
        ArgoSource {
            at: path.place(),
            application: name.clone(),
            repository: reader.field("repoURL", plain),
            revision: reader.field("targetRevision", plain),
            is_directory: is_directory(&path, sources),
            path,
        }
    })
    .collect()
}

fn is_directory(path: &Field<String>, sources: &Sources) -> Field<bool> {
    let Field::Known(written, origin) = path else { return path.clone().map(|_| false) };
    let path = written.trim_matches('/').trim_start_matches("./");
    let kind = |path: &str| sources.find(path).map(|id| sources.get(id).kind);
    if path.is_empty() || path == "." || kind(path) == Some(EntryKind::Directory) {
        return Field::known(true, origin.at);
    }
    let is_file = ["", ".yaml", ".yml", ".json"].iter().any(|ending| kind(&format!("{path}{ending}")).is_some());
    let around = path.rsplit_once('/').map_or("", |(around, _)| around);
    if is_file || around.contains('/') && kind(around) == Some(EntryKind::Directory) {
        return Field::known(false, origin.at);
    }
    Field::unresolved(written, "it may be a path of another repository", origin.at)
}
