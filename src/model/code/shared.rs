//! Packages of the same repository that a service imports: what they do, it does not have to do itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use super::{CodeLanguage, SourceFile, role};
use crate::model::layout::Subtree;
use crate::source::{self, EntryKind, FileId, Sources};

/// Manifests of Node that are looked at in one repository.
const MAX_MANIFESTS: usize = 10_000;

/// Where the packages of each name are, by a file that makes them one.
type Homes = BTreeMap<String, Vec<FileId>>;

/// The packages that a repository holds, looked for when a service first imports something, once for all services.
#[derive(Debug, Default)]
pub struct Packages {
    python: OnceLock<Homes>,
    node: OnceLock<Homes>,
}

/// The first of the packages of some names that lies outside of a directory.
fn outside<'n>(homes: &Homes, names: impl Iterator<Item = &'n str>, sources: &Sources, root: &str) -> Option<&'n str> {
    let home_of = |name: &'n str| {
        let home = homes.get(name)?.iter().find(|id| !sources.get(**id).path.starts_with(root))?;
        Some((*home, name))
    };
    names.filter_map(home_of).min().map(|(_, name)| name)
}

/// The first package of the repository, outside of the service, that its code imports.
pub(super) fn package_of(packages: &Packages, tree: &Subtree, code: &[Arc<SourceFile>]) -> Option<String> {
    let sources = tree.sources();
    let root = code.first().and_then(|file| {
        let path = &sources.get(file.at.file).path;
        path.strip_suffix(file.path.0.as_str()).map(str::to_owned)
    })?;
    // The service is the whole repository.
    if root.is_empty() {
        return None;
    }
    python(packages, sources, &root, code)
        .or_else(|| node(packages, sources, &root, code))
        .or_else(|| go(sources, &root, code))
}

/// The first names of what files in some languages import.
fn imported<'f>(
    code: &'f [Arc<SourceFile>],
    is_one: impl Fn(CodeLanguage) -> bool + 'f,
) -> impl Iterator<Item = &'f str> {
    let files = code.iter().filter(move |file| is_one(file.language));
    files.flat_map(|file| file.imports.iter()).map(|import| import.module.as_str())
}

/// Python: a directory with an `__init__.py` that is in no package itself.
fn python(packages: &Packages, sources: &Sources, root: &str, code: &[Arc<SourceFile>]) -> Option<String> {
    let mut names: BTreeSet<&str> = imported(code, |language| language == CodeLanguage::Python)
        .filter_map(|module| module.split('.').next())
        .filter(|name| !name.is_empty())
        .collect();
    for file in code {
        for part in file.path.0.split('/') {
            names.remove(part.strip_suffix(".py").unwrap_or(part));
        }
    }
    if names.is_empty() {
        return None;
    }
    let homes = packages.python.get_or_init(|| {
        let mut homes = Homes::new();
        for (id, file) in sources.iter() {
            let Some(package) = file.path.strip_suffix("/__init__.py").filter(|_| !role::is_test(&file.path)) else {
                continue;
            };
            let (parent, name) = package.rsplit_once('/').unwrap_or((".", package));
            if sources.find(&format!("{parent}/__init__.py")).is_none() {
                homes.entry(name.to_owned()).or_default().push(id);
            }
        }
        homes
    });
    outside(homes, names.into_iter(), sources, root).map(str::to_owned)
}

/// What is read of a `package.json`.
#[derive(Deserialize)]
struct Manifest {
    name: Option<String>,
}

/// Node: a `package.json` of that name (npm, "Workspaces").
fn node(packages: &Packages, sources: &Sources, root: &str, code: &[Arc<SourceFile>]) -> Option<String> {
    let is_script = |language| matches!(language, CodeLanguage::JavaScript | CodeLanguage::TypeScript);
    let names: BTreeSet<String> = imported(code, is_script)
        .filter(|module| !module.starts_with(['.', '/']))
        .map(|module| module.split('/').take(if module.starts_with('@') { 2 } else { 1 }).collect::<Vec<_>>().join("/"))
        .collect();
    if names.is_empty() {
        return None;
    }
    let homes = packages.node.get_or_init(|| {
        let is_manifest =
            |file: &source::SourceFile| file.kind == EntryKind::File && file.path.ends_with("/package.json");
        let mut homes = Homes::new();
        for (id, _) in sources.iter().filter(|(_, file)| is_manifest(file)).take(MAX_MANIFESTS) {
            let manifest = sources.read(id).and_then(|text| serde_json::from_str::<Manifest>(&text).ok());
            if let Some(name) = manifest.and_then(|manifest| manifest.name) {
                homes.entry(name).or_default().push(id);
            }
        }
        homes
    });
    outside(homes, names.iter().map(String::as_str), sources, root).map(str::to_owned)
}

/// Go: a package of the module that the service is part of, as `cmd/api` is (Go, "Organizing a Go module").
fn go(sources: &Sources, root: &str, code: &[Arc<SourceFile>]) -> Option<String> {
    let root = root.trim_end_matches('/');
    let above = std::iter::successors(Some(root), |path| path.rsplit_once('/').map(|(parent, _)| parent));
    let (home, manifest) = above
        .map(|directory| (directory, format!("{directory}/go.mod")))
        .chain([("", "go.mod".to_owned())])
        .find_map(|(directory, path)| Some((directory, sources.find(&path)?)))?;
    if home == root {
        return None;
    }
    let text = sources.read(manifest)?;
    let module = text.lines().find_map(|line| line.trim().strip_prefix("module "))?.trim().trim_matches('"');
    let within = root.strip_prefix(home)?.trim_start_matches('/');
    let own = format!("{module}/{within}");
    let is_below = |import: &str, parent: &str| {
        import.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    imported(code, |language| language == CodeLanguage::Go)
        .find(|import| is_below(import, module) && !is_below(import, &own))
        .map(str::to_owned)
}
