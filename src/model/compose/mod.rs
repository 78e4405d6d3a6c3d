//! Compose projects: files are interpolated, merged and brought into one form, then read as typed services.

mod build;
mod canonical;
mod consistency;
mod dotenv;
mod env_files;
mod environment;
mod fields;
mod file;
mod health;
mod image;
mod interpolate;
mod known_keys;
mod links;
mod load;
mod merge;
mod mounts;
mod nulls;
mod paths;
mod ports;
mod presence;
mod relations;
mod scope;
mod service;
mod shapes;
mod shared;
mod text;
mod tree;
mod trouble;
mod variable;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::value::List;
use crate::source::{FileId, Place};
use crate::syntax::yaml::Tree;

pub use build::{ComposeBuild, ComposeCommand};
pub use dotenv::{dotenv, project_name_problem};
pub use env_files::EnvFile;
pub use environment::{ComposeLabel, ComposeVariable};
pub use file::{ComposeFile, ComposeNetwork, ComposeSecret, ComposeVolume};
pub use health::{ComposeHealthcheck, TestForm};
pub use links::{Attachment, Condition, Dependency};
pub use mounts::{ComposeGrant, ComposeMount, ComposeTmpfs, MountType};
pub use paths::join as join_path;
pub use ports::{ComposePort, Protocol};
pub use presence::Presence;
pub use relations::Declared;
pub use service::{ComposeResources, ComposeService};
pub use trouble::{Trouble, TroubleKind};
pub use variable::Variable;

/// Names under which compose finds its file, in order (Compose Specification, "Compose file").
pub const DEFAULT_NAMES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Whether compose takes a file without being told.
#[must_use]
pub fn is_default_name(path: &str) -> bool {
    DEFAULT_NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// One compose file.
#[derive(Clone, Copy, Debug)]
pub struct ComposeInput<'t> {
    /// Its YAML.
    pub tree: &'t Tree,
    /// Its path, relative to the root of the run.
    pub path: &'t str,
}

/// Gives the files that a project names, by their paths relative to the root of the run; `None` for one that is not in
/// the repository.
#[derive(Clone, Copy)]
pub struct FileLoader<'l> {
    /// The YAML of a file that `extends` or `include` names.
    pub tree: &'l dyn Fn(&str) -> Option<Tree>,
    /// A file of variables.
    pub env: &'l dyn Fn(&str) -> Option<EnvSource<'l>>,
}

/// The text of a file of variables.
#[derive(Clone, Copy, Debug)]
pub struct EnvSource<'t> {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: &'t str,
}

/// Loads a project: `base` with `overrides` laid over it in order. `env` holds what the `.env` of the project sets; the
/// environment of the process never takes part. Paths in all of these files start from `directory`, which is that of the
/// first file compose is given; those in files that are extended or included start from their own.
///
/// Never fails. What compose would refuse is in [`ComposeFile::problems`] or a malformed field, and the rest lives.
#[must_use]
pub fn load(
    directory: &str,
    base: ComposeInput<'_>,
    overrides: &[ComposeInput<'_>],
    env: &BTreeMap<String, String>,
    loader: FileLoader<'_>,
) -> ComposeFile {
    let start = Place::whole(base.tree.file());
    let (root, mut loading) = merged(directory, base, overrides, env, loader);
    let files = overrides.iter().map(|input| load::file_field(input.path, input.tree)).collect();
    // A value reached through several aliases is composed several times, and says the same each time.
    let mut seen = BTreeSet::new();
    let mut variables = std::mem::take(&mut loading.composer.variables);
    variables.retain(|variable| seen.insert((variable.at, variable.name.clone())));
    let mut seen = BTreeSet::new();
    let mut problems = std::mem::take(&mut loading.composer.troubles);
    problems.retain(|problem| seen.insert((problem.place, problem.message.clone())));
    let beside =
        file::Loaded { path: base.path.to_owned(), overrides: List::new(files, start), variables, problems, start };
    let env_loader = |path: &str| (loader.env)(path);
    let scope = scope::Scope::new(&root, &loading, &env_loader);
    file::read_file(&scope, beside)
}

/// The project as one tree in canonical form.
fn merged<'l>(
    directory: &str,
    base: ComposeInput<'_>,
    overrides: &[ComposeInput<'_>],
    env: &BTreeMap<String, String>,
    loader: FileLoader<'l>,
) -> (tree::Value, load::Loading<'l>) {
    let mut loading = load::Loading::new(&load::with_name(env, std::iter::once(&base).chain(overrides)), loader);
    let mut root = load::empty(Place::whole(base.tree.file()));
    for input in std::iter::once(&base).chain(overrides) {
        let part = load::Part { tree: input.tree, path: input.path, directory };
        loading.lay(&mut root, part, &mut Vec::new());
    }
    load::Loading::finish(&mut root);
    // Any other file may be laid over one that declares more.
    let is_whole = is_default_name(base.path) && loading.gap.is_none() && root.partial.is_none();
    consistency::check(&root, is_whole, &mut loading.composer.troubles);
    shapes::check_needed(&root, &mut loading.composer.troubles);
    nulls::check(&root, base.path, &mut loading.composer.troubles);
    merge::forget_followers(&mut loading.composer.troubles);
    (root, loading)
}

#[cfg(test)]
mod tests;
