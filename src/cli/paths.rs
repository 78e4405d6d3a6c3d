//! Which directory a run looks at, and which services of it, for the paths that were given.

use std::path::{Component, Path, PathBuf};

use super::Failure;

/// What the given paths mean.
#[derive(Debug)]
pub(super) struct Scope {
    /// The directory that is walked.
    pub(super) root: PathBuf,
    /// What is put before every path so that it is relative to where svclint was started; empty for nothing.
    pub(super) prefix: String,
    /// Paths relative to `root` whose services are judged; all services where empty.
    pub(super) only: Vec<String>,
    /// Files among them, whose findings alone are shown.
    pub(super) files: Vec<String>,
    /// The paths as they were given.
    given: Vec<PathBuf>,
}

impl Scope {
    /// Files relative to the root of the run.
    ///
    /// # Errors
    /// A file that is not there, or lies outside of the root.
    pub(super) fn relative(&self, files: &[PathBuf], current: &Path) -> Result<Vec<String>, Failure> {
        let absolute = |path: &Path| std::path::absolute(current.join(path)).map(|path| normal(&path));
        let root = absolute(&self.root)?;
        let mut out = Vec::new();
        for file in files {
            let full = absolute(file)?;
            if !full.is_file() {
                return Err(Failure::Message(format!("`{}` is not a file", file.display())));
            }
            let Ok(relative) = full.strip_prefix(&root) else {
                let message = format!("`{}` lies outside of `{}`", file.display(), self.root.display());
                return Err(Failure::Message(message));
            };
            out.push(slashed(relative));
        }
        Ok(out)
    }

    /// The deepest directory that holds every path that was given, absolute and without links.
    ///
    /// # Errors
    /// A path that cannot be read.
    pub(super) fn start(&self, current: &Path) -> Result<PathBuf, Failure> {
        let mut start: Option<PathBuf> = None;
        for path in &self.given {
            let full = current.join(path).canonicalize()?;
            let directory = if full.is_dir() { full.as_path() } else { full.parent().unwrap_or(&full) };
            let common = match &start {
                Some(other) => other.ancestors().find(|above| directory.starts_with(above)).unwrap_or(directory),
                None => directory,
            };
            start = Some(common.to_owned());
        }
        start.map_or_else(|| Ok(current.canonicalize()?), Ok)
    }

    /// A path of the run, relative to where svclint was started.
    pub(super) fn prefixed(&self, path: &str) -> String {
        match (self.prefix.as_str(), path) {
            ("", path) => path.to_owned(),
            (prefix, ".") => prefix.to_owned(),
            (prefix, path) => format!("{prefix}/{path}"),
        }
    }
}

/// One directory is the root of its own run. Files, or several paths, are looked at within the repository that holds
/// them, so that their services are judged whole.
pub(super) fn scope(paths: &[PathBuf], current: &Path) -> Result<Scope, Failure> {
    for path in paths {
        if !path.exists() {
            return Err(Failure::Message(format!("`{}` does not exist", path.display())));
        }
    }
    match paths {
        [] => Ok(Scope {
            root: PathBuf::from("."),
            prefix: String::new(),
            only: Vec::new(),
            files: Vec::new(),
            given: Vec::new(),
        }),
        [only] if only.is_dir() => {
            let prefix = slashed(only);
            let prefix = if prefix == "." { String::new() } else { prefix };
            let given = paths.to_vec();
            Ok(Scope { root: only.clone(), prefix, only: Vec::new(), files: Vec::new(), given })
        }
        several => within_repository(several, current),
    }
}

fn within_repository(paths: &[PathBuf], current: &Path) -> Result<Scope, Failure> {
    let absolute =
        |path: &Path| std::path::absolute(current.join(path)).map(|path| normal(&path)).map_err(Failure::from);
    let first = absolute(paths.first().map_or(Path::new("."), PathBuf::as_path))?;
    let root = first
        .ancestors()
        .skip(1)
        .find(|directory| directory.join(".git").exists())
        .map_or_else(|| current.to_owned(), Path::to_owned);
    let (mut only, mut files) = (Vec::new(), Vec::new());
    for path in paths {
        let full = absolute(path)?;
        let Ok(relative) = full.strip_prefix(&root) else {
            let message = format!("`{}` lies outside of `{}`", path.display(), root.display());
            return Err(Failure::Message(message));
        };
        let relative = slashed(relative);
        if full.is_file() {
            files.push(relative.clone());
        }
        only.push(relative);
    }
    let prefix = match (root.strip_prefix(current), current.strip_prefix(&root)) {
        (Ok(below), _) => slashed(below),
        (_, Ok(below)) => vec![".."; below.components().count()].join("/"),
        _ => slashed(&root),
    };
    let prefix = if prefix == "." { String::new() } else { prefix };
    Ok(Scope { root, prefix, only, files, given: paths.to_vec() })
}

/// A path as it is written from a directory; with `..` where it lies above it or beside it.
pub(super) fn relative_to(path: &Path, current: &Path) -> String {
    let current = current.canonicalize().unwrap_or_else(|_| current.to_owned());
    let Some(common) = current.ancestors().find(|above| path.starts_with(above)) else { return slashed(path) };
    let up = current.strip_prefix(common).map_or(0, |rest| rest.components().count());
    let down = path.strip_prefix(common).map(slashed).unwrap_or_default();
    match (up, down.as_str()) {
        (0, _) => down,
        (up, ".") => vec![".."; up].join("/"),
        (up, _) => format!("{}/{down}", vec![".."; up].join("/")),
    }
}

/// Without `.` and `..`, as far as names alone can tell.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.trim_start_matches("./").trim_end_matches('/');
    if text.is_empty() { ".".to_owned() } else { text.to_owned() }
}
