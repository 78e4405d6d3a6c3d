//! Whether the files that a project names are in the repository.

use super::build::ComposeBuild;
use super::env_files::EnvFile;
use super::file::{ComposeFile, ComposeSecret};
use crate::model::schema::PathText;
use crate::model::value::{Always, Field};
use crate::source::{EntryKind, Place};

/// What follows, or stands before, the name of a file of which an example is committed.
const EXAMPLE_SUFFIXES: &[&str] =
    &[".example", ".sample", ".template", ".dist", ".tmpl", ".tpl", "-example", "-sample"];

/// Says what lies at a path relative to the root of the run: `Ok(None)` for nothing, or why it cannot be told.
pub type Presence<'p> = &'p dyn Fn(&str) -> Result<Option<EntryKind>, &'static str>;

/// Says whether git ignores a path relative to the root of the run, or why it cannot be told.
pub type Ignored<'p> = &'p dyn Fn(&str) -> Result<bool, &'static str>;

/// The state before anybody looked.
pub(super) fn unseen(at: Place) -> Always<bool> {
    Field::unresolved("", "the files of the repository were not looked at", at).or_default(true)
}

impl ComposeFile {
    /// Looks for the build contexts, Dockerfiles, env files and secret files that the project names.
    pub fn look_for_files(&mut self, presence: Presence<'_>, ignored: Ignored<'_>) {
        for service in &mut self.services.items {
            if let Field::Known(build, _) = &mut service.build {
                look_for_build(build, presence);
            }
            for file in &mut service.env_files.items {
                look_for_env_file(file, presence, ignored);
            }
        }
        for secret in self.secrets.items.iter_mut().chain(&mut self.configs.items) {
            look_for_secret(secret, presence);
        }
    }
}

fn look_for_build(build: &mut ComposeBuild, presence: Presence<'_>) {
    let remote = build.context.value().is_some_and(|context| super::paths::is_remote(context));
    let context_at = build.context.place();
    let dockerfile_at = build.dockerfile.place();
    if remote {
        build.context_exists = Always::known(true, context_at);
        build.dockerfile_exists = Always::known(true, dockerfile_at);
        return;
    }
    let presence: Presence<'_> = if build.has_variable_path {
        // What is not there by default may be where the variable says.
        &|path| presence(path).and_then(|found| found.map(Some).ok_or("a variable may name another path"))
    } else {
        presence
    };
    build.context_exists = is_there(&build.context_path, EntryKind::Directory, context_at, presence);
    build.dockerfile_exists = if build.is_inline {
        Always::known(true, dockerfile_at)
    } else {
        is_there(&build.dockerfile_path, EntryKind::File, dockerfile_at, presence)
    };
    // A `dockerfile` is taken where there is no `Dockerfile` (BuildKit, `frontend/dockerui`).
    if build.dockerfile_exists.value() == Some(&false)
        && let Some(PathText(path)) = build.dockerfile_path.value()
        && let Some(start) = path.strip_suffix("Dockerfile")
        && (start.is_empty() || start.ends_with('/'))
        && presence(&format!("{start}dockerfile")) == Ok(Some(EntryKind::File))
    {
        build.dockerfile_exists = Always::known(true, dockerfile_at);
    }
}

fn look_for_env_file(file: &mut EnvFile, presence: Presence<'_>, ignored: Ignored<'_>) {
    file.exists = is_there(&file.resolved_path, EntryKind::File, file.at, presence);
    file.is_ignored = match file.resolved_path.value() {
        Some(PathText(path)) => match ignored(path) {
            Ok(ignored) => Always::known(ignored, file.at),
            Err(why) => Field::unresolved(path, why, file.at).or_default(true),
        },
        None => unseen(file.at),
    };
    let found = |path: &str| matches!(presence(path), Ok(Some(EntryKind::File)));
    file.has_example = file
        .resolved_path
        .clone()
        .map(|PathText(path)| {
            let (directory, name) =
                path.rsplit_once('/').map_or(("", path.as_str()), |(directory, name)| (directory, name));
            let beside =
                |name: &str| if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
            EXAMPLE_SUFFIXES.iter().any(|suffix| found(&format!("{path}{suffix}")))
                || ["example", "sample"]
                    .iter()
                    .any(|word| found(&beside(&format!("{word}{name}"))) || found(&beside(&format!("{word}.{name}"))))
        })
        .or_default(false);
}

fn look_for_secret(secret: &mut ComposeSecret, presence: Presence<'_>) {
    let at = secret.file.place();
    secret.file_exists = match &secret.file_path {
        Field::Absent(_) => Always::known(false, at),
        path => is_there(path, EntryKind::File, at, presence),
    };
}

/// The answer stands at `at`, the text that names the file.
fn is_there(path: &Field<PathText>, wanted: EntryKind, at: Place, presence: Presence<'_>) -> Always<bool> {
    let Field::Known(PathText(path), _) = path else { return path.clone().map(|_| true).or_default(true) };
    match presence(path) {
        Ok(found) => Always::known(found == Some(wanted) || (path == "." && found.is_none()), at),
        Err(why) => Field::unresolved(path, why, at).or_default(true),
    }
}
