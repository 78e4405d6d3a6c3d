//! Compose projects: which files are loaded together, and with what environment.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::presence;
use super::seen::{Seen, Trouble, TroubleKind};
use crate::discover::Build;
use crate::finding::{Label, Note, NoteKind};
use crate::model::compose::{self, ComposeFile, ComposeInput, ComposeService, Declared};
use crate::source::{FileId, Place, Sources};
use crate::syntax::yaml::Tree;

/// Names under which compose finds its file, in order (Compose Specification, "Compose file").
const BASES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Names of the file that is merged over it without being named.
const OVERRIDES: &[&str] =
    &["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// Loads every project: in each directory the file that compose would take with its override, and every further file
/// by itself.
pub(super) fn load(sources: &Sources, root: Option<&Path>, trees: &[Tree]) -> Vec<Arc<ComposeFile>> {
    let submodules = presence::submodules(sources, root);
    let mut by_directory: BTreeMap<&str, Vec<(&str, &Tree)>> = BTreeMap::new();
    for tree in trees {
        let (directory, name) = split_path(&sources.get(tree.file()).path);
        by_directory.entry(directory).or_default().push((name, tree));
    }
    let groups: Vec<(&str, Vec<(&str, &Tree)>)> = by_directory.into_iter().collect();
    let load = |(directory, files): &(&str, Vec<(&str, &Tree)>)| load_directory(sources, &submodules, directory, files);
    let mut projects: Vec<ComposeFile> = groups.par_iter().flat_map_iter(load).collect();
    lay_over(&mut projects);
    projects.into_iter().map(Arc::new).collect()
}

/// Files of one directory that are looked at for what the others declare; each is held against each.
const MAX_SIBLINGS: usize = 40;

/// Files that compose would not take by themselves may be laid over those that it would, in their own directory or one
/// above, and over one another (`docker compose -f compose.yaml -f compose.db.yaml -f compose.agent.yaml`).
fn lay_over(projects: &mut [ComposeFile]) {
    let beside = siblings(projects);
    let mut bases: BTreeMap<String, Declared> = BTreeMap::new();
    for file in projects.iter() {
        let (directory, name) = split_path(&file.path.0);
        if BASES.contains(&name) {
            bases.entry(directory.to_owned()).or_default().add(file);
        }
    }
    for (file, beside) in projects.iter_mut().zip(beside) {
        let path = file.path.0.clone();
        let (mut directory, name) = split_path(&path);
        if BASES.contains(&name) {
            continue;
        }
        file.lay_over(&beside);
        let mut is_over = false;
        loop {
            if let Some(base) = bases.get(directory) {
                file.lay_over(base);
                is_over = true;
            }
            if directory == "." {
                break;
            }
            directory = split_path(directory).0;
        }
        if !is_over && file.is_override() {
            file.float();
        }
    }
}

/// For each file what the further files of its directory declare.
fn siblings(projects: &[ComposeFile]) -> Vec<Declared> {
    let home = |file: &ComposeFile| split_path(&file.path.0).0.to_owned();
    let mut by_directory: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, file) in projects.iter().enumerate() {
        by_directory.entry(home(file)).or_default().push(index);
    }
    let declared = |(index, file): (usize, &ComposeFile)| {
        let mut declared = Declared::default();
        let beside = by_directory.get(&home(file)).filter(|beside| beside.len() <= MAX_SIBLINGS);
        for other in beside.into_iter().flatten().filter(|other| **other != index) {
            projects.get(*other).into_iter().for_each(|other| declared.add(other));
        }
        declared
    };
    projects.iter().enumerate().map(declared).collect()
}

/// Directory and name; `.` for what lies in the root.
pub(super) fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}

fn load_directory(
    sources: &Sources,
    submodules: &[String],
    directory: &str,
    files: &[(&str, &Tree)],
) -> Vec<ComposeFile> {
    let named = |names: &[&str]| {
        names.iter().find_map(|name| files.iter().find(|(file, _)| file == name)).map(|(name, _)| *name)
    };
    let base = named(BASES);
    let overlay = base.and(named(OVERRIDES));
    let env = environment(sources, directory);
    let path = |name: &str| if directory == "." { name.to_owned() } else { format!("{directory}/{name}") };
    let loader = |path: &str| {
        let file = sources.find(path)?;
        let text = sources.get(file).text();
        (!text.is_empty()).then(|| Tree::parse(file, text))
    };
    let mut projects = Vec::new();
    for (name, tree) in files.iter().filter(|(name, _)| Some(*name) != overlay) {
        let base_path = path(name);
        let over: Vec<(String, &Tree)> = files
            .iter()
            .filter(|(file, _)| Some(*name) == base && Some(*file) == overlay)
            .map(|(file, tree)| (path(file), *tree))
            .collect();
        let overrides: Vec<ComposeInput<'_>> = over.iter().map(|(path, tree)| ComposeInput { tree, path }).collect();
        let mut file = compose::load(ComposeInput { tree, path: &base_path }, &overrides, &env, &loader);
        file.look_for_files(&|path| presence::presence(sources, submodules, path));
        projects.push(file);
    }
    projects
}

/// What the `.env` beside a compose file sets (Compose Specification, "Interpolation").
fn environment(sources: &Sources, directory: &str) -> BTreeMap<String, String> {
    let path = if directory == "." { ".env".to_owned() } else { format!("{directory}/.env") };
    let Some(file) = sources.find(&path) else { return BTreeMap::new() };
    let lines = sources.get(file).text().lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), unquoted(value.trim()).to_owned()))
        .collect()
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.split(quote).next()) {
            return inner;
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

/// What there is to say of a project besides its values.
pub(super) fn seen(sources: &Sources, project: &ComposeFile) -> Seen {
    let mut seen = Seen::default();
    for problem in &project.problems {
        let (place, message, help) = (problem.place, problem.message.clone(), problem.help.clone());
        let related = labels(&problem.related);
        match problem.kind {
            compose::TroubleKind::NotFollowed => {
                seen.notes.push(Note { kind: NoteKind::NotEvaluated, place, message, help, related });
            }
            compose::TroubleKind::Unread => {
                seen.notes.push(Note { kind: NoteKind::Unparsed, place, message, help, related });
            }
            compose::TroubleKind::Invalid => {
                let kind = TroubleKind::Refused;
                seen.troubles.push(Trouble { kind, artifact: "compose", place, message, help, related });
            }
        }
    }
    if project.services.iter().any(|service| service.is_fragment) {
        let file = sources.find(&project.path.0).unwrap_or(FileId(0));
        let message = "this file is an overlay; services that it changes are not judged without the file below it";
        seen.not_evaluated(Place::whole(file), message, None);
    }
    seen
}

fn labels(related: &[(Place, String)]) -> Vec<Label> {
    related.iter().map(|(place, text)| Label { place: *place, text: text.clone() }).collect()
}

/// What a service builds, where both paths lie in the repository.
pub(super) fn build_of(service: &ComposeService) -> Option<Build> {
    let build = service.build.value()?;
    let context = build.context_path.value()?.0.clone();
    let dockerfile = build.dockerfile_path.value()?.0.clone();
    Some(Build { context, dockerfile })
}
