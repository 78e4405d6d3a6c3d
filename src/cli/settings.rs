//! The configuration of a run, found and read, and what it means for reading the repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::paths::Scope;
use super::{Failure, library};
use crate::config::{self, Base, Config, Found};
use crate::diagnostic::Problem;
use crate::discover::{self, WalkOptions};
use crate::finding::{Label, Note, NoteKind};
use crate::model::repo::Composition;
use crate::source::{EntryKind, FileId, Place, SourceFile, Sources};
use crate::standard::library::Library;
use crate::syntax::yaml::Tree;

#[derive(Args, Debug, Default)]
pub(super) struct ConfigArgs {
    /// The configuration [default: the nearest `.svclint.yaml` from PATH up to the top of the repository].
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,

    /// Use no configuration.
    #[arg(long)]
    pub(super) no_config: bool,
}

/// The configuration of a run.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) config: Arc<Config>,
    /// Its file, where there is one.
    pub(super) file: Option<File>,
}

/// The file of a configuration.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its path, relative to where svclint was started.
    pub(super) path: String,
    text: Arc<str>,
    /// The directory that its paths count from, absolute.
    pub(super) directory: PathBuf,
    /// The top of its repository, absolute.
    top: PathBuf,
}

impl File {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn source(&self) -> SourceFile {
        let source = SourceFile::new(self.path.clone(), EntryKind::File);
        source.set_text(Arc::clone(&self.text));
        source
    }
}

/// Finds and reads the configuration. What is wrong with it can be shown with `shown`.
pub(super) fn load(args: &ConfigArgs, scope: &Scope, current: &Path, shown: &mut Library) -> Result<Loaded, Failure> {
    let root = scope.root.canonicalize().unwrap_or_else(|_| scope.root.clone());
    let found = match &args.config {
        _ if args.no_config => None,
        Some(file) => Some(named(file, &root)?),
        None => config::find(&scope.start(current)?, &root).map_err(|file| misnamed(&file, current))?,
    };
    let Some(found) = found else { return Ok(Loaded::default()) };
    let name = found.file.file_name().unwrap_or_default().to_string_lossy();
    let text = discover::read(found.file.parent().unwrap_or(&root), &name)
        .map_err(|error| Failure::Message(error.to_string()))?;
    let Found { directory, file, top } = found;
    let file = File { path: super::paths::relative_to(&file, current), text: Arc::from(text), directory, top };
    let tree = Tree::parse(FileId::OUTSIDE, &file.text);
    match config::load(&tree, Base::new(&file.directory, &root), &file.directory) {
        Ok(config) => Ok(Loaded { config: Arc::new(config), file: Some(file) }),
        Err(problems) => {
            shown.sources.set_outside(file.source());
            Err(Failure::Problems(problems))
        }
    }
}

/// A file that was named: its paths count from its directory where that holds what is judged, or lies in it.
fn named(file: &Path, root: &Path) -> Result<Found, Failure> {
    let missing = |error| Failure::Message(format!("`{}` cannot be read: {error}", file.display()));
    let file = file.canonicalize().map_err(missing)?;
    let own = file.parent().unwrap_or(root).to_owned();
    let directory = if root.starts_with(&own) || own.starts_with(root) { own } else { root.to_owned() };
    let top = directory.ancestors().find(|directory| directory.join(".git").exists()).unwrap_or(&directory).to_owned();
    Ok(Found { directory, file, top })
}

fn misnamed(file: &Path, current: &Path) -> Failure {
    let path = super::paths::relative_to(file, current);
    Failure::Message(format!("`{path}` would not be read; call it `{}`, or use `--no-config`", config::NAME))
}

impl Loaded {
    /// The rules and standards there are: the built-in ones, those of packs, those of further directories.
    pub(super) fn library(&self, directories: &[PathBuf], current: &Path) -> Result<Library, Failure> {
        let mut packs = Vec::new();
        for pack in &self.config.packs {
            let Some(file) = &self.file else { break };
            let full = file.directory.join(&pack.value);
            if !full.canonicalize().is_ok_and(|full| full.starts_with(&file.top)) {
                let label = Label { place: pack.place, text: String::new() };
                let message = format!("`{}` leads out of the repository", pack.value);
                return Err(Failure::Problems(vec![Problem::new("config/path", message, label)]));
            }
            packs.push(PathBuf::from(super::paths::relative_to(&full, current)));
        }
        packs.extend(directories.iter().cloned());
        let mut library = library(&packs)?;
        if let Some(file) = &self.file {
            library.sources.set_outside(file.source());
        }
        Ok(library)
    }

    /// What the walk leaves out.
    pub(super) fn walk_options(&self) -> WalkOptions {
        let ignore = self.config.ignore.iter().map(|glob| glob.value.clone()).collect();
        let from = self.file.as_ref().map(|file| file.directory.clone());
        WalkOptions { ignore, from }
    }

    /// What is put together with what. Compose files that were named win over those of the configuration.
    pub(super) fn composition(&self, compose_files: Vec<String>, sources: &Sources) -> Composition {
        let config = &self.config;
        let to_run = |path: &crate::rules::ast::At<String>| config.base.to_run(&path.value);
        let sets = config.compose.iter().map(|set| set.files.iter().filter_map(to_run).collect());
        let compose_sets = if compose_files.is_empty() {
            sets.filter(|files: &Vec<String>| !files.is_empty()).collect()
        } else {
            vec![compose_files]
        };
        let charts = config
            .charts
            .iter()
            .filter_map(|chart| Some((to_run(&chart.chart)?, chart.values.iter().filter_map(to_run).collect())));
        let templates = config.pod_templates.iter().map(|own| (own.group.clone(), own.kind.clone(), own.path.clone()));
        Composition {
            compose_sets,
            charts: charts.collect(),
            pod_templates: templates.collect(),
            roots: self.roots(sources),
            ..Composition::default()
        }
    }

    /// The directories that the configuration calls services: those that a glob matches, and those without wildcard
    /// even where nothing in them looks like one.
    fn roots(&self, sources: &Sources) -> Vec<(String, bool)> {
        let Some(globs) = &self.config.discover else { return Vec::new() };
        let is_literal = |path: &str| globs.iter().any(|glob| glob.value.trim_end_matches('/') == path);
        let directories = sources.entries().iter().filter(|entry| entry.kind == EntryKind::Directory);
        let own = directories.filter(|entry| self.config.judges(&entry.path));
        own.map(|entry| {
            let literal = self.config.base.from_run(&entry.path).is_some_and(|path| is_literal(&path));
            (entry.path.clone(), literal)
        })
        .collect()
    }

    /// Makes the file known to a report.
    pub(super) fn tell(&self, sources: &mut Sources) {
        if let Some(file) = &self.file {
            sources.set_outside(file.source());
        }
    }

    /// Configurations below what is judged, which this run does not read.
    pub(super) fn unread(&self, sources: &Sources) -> Vec<Note> {
        let name = self.file.as_ref().map(|file| file.path.rsplit('/').next().unwrap_or(&file.path));
        let own = name.and_then(|name| self.config.base.to_run(name));
        let is_one = |path: &str| path.rsplit('/').next() == Some(config::NAME);
        let others = sources.iter().filter(|(_, entry)| is_one(&entry.path) && own.as_ref() != Some(&entry.path));
        let note = |(id, _): (FileId, &SourceFile)| Note {
            kind: NoteKind::Configuration,
            place: Place::whole(id),
            message: "this configuration is not read by a run that starts above it".to_owned(),
            help: Some("start one in its directory, or move what it says up, under `services.overrides`".to_owned()),
            related: Vec::new(),
        };
        others.map(note).collect()
    }
}
