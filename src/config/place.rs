//! Paths of the configuration and paths of a run: the one counts from the file's directory, the other from what is judged.

use std::path::Path;

use crate::rules::ast::At;
use crate::rules::pattern::Pattern;

/// Where the configuration's directory lies from the root of the run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Base {
    /// It is the root.
    #[default]
    Same,
    /// It lies above; the root is this path in it.
    Above(String),
    /// It lies below, at this path of the run.
    Below(String),
}

impl Base {
    /// The relation of two absolute directories. A configuration that lies elsewhere is taken as if it lay at the root.
    #[must_use]
    pub fn new(directory: &Path, root: &Path) -> Self {
        let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
        match (root.strip_prefix(directory), directory.strip_prefix(root)) {
            (Ok(rest), _) if !rest.as_os_str().is_empty() => Self::Above(text(rest)),
            (_, Ok(rest)) if !rest.as_os_str().is_empty() => Self::Below(text(rest)),
            _ => Self::Same,
        }
    }

    /// A path of the run as the configuration would write it; `None` for what lies outside of its directory.
    #[must_use]
    pub fn from_run(&self, path: &str) -> Option<String> {
        match self {
            Self::Same => Some(path.to_owned()),
            Self::Above(root) if path == "." => Some(root.clone()),
            Self::Above(root) => Some(format!("{root}/{path}")),
            Self::Below(directory) if path == directory => Some(".".to_owned()),
            Self::Below(directory) => path.strip_prefix(directory.as_str())?.strip_prefix('/').map(str::to_owned),
        }
    }

    /// A path of the configuration as the run knows it; `None` for what lies outside of the run.
    #[must_use]
    pub fn to_run(&self, path: &str) -> Option<String> {
        match self {
            Self::Same => Some(path.to_owned()),
            Self::Above(root) if path == root => Some(".".to_owned()),
            Self::Above(root) => path.strip_prefix(root.as_str())?.strip_prefix('/').map(str::to_owned),
            Self::Below(directory) if path == "." => Some(directory.clone()),
            Self::Below(directory) => Some(format!("{directory}/{path}")),
        }
    }
}

/// Globs that cover what they match and everything below it.
#[derive(Debug)]
pub struct Paths {
    globs: Vec<Pattern>,
}

impl Paths {
    /// Reads globs.
    #[must_use]
    pub fn new(globs: &[At<String>]) -> Self {
        let glob = |glob: &At<String>| {
            let text = glob.value.trim_end_matches('/');
            Pattern::glob(text.strip_suffix("/**").unwrap_or(text))
        };
        Self { globs: globs.iter().map(glob).collect() }
    }

    /// Whether they cover a path; no globs cover every path.
    #[must_use]
    pub fn cover(&self, path: &str) -> bool {
        let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        self.globs.is_empty()
            || std::iter::once(path).chain(above).any(|path| self.globs.iter().any(|glob| glob.is_match(path)))
    }
}

/// Whether the root of a service is one that a glob names.
#[must_use]
pub fn names_root(glob: &str, root: &str) -> bool {
    Pattern::glob(glob.trim_end_matches('/')).is_match(root)
}

/// What is wrong with a path or glob of the configuration.
pub(super) fn fault(path: &str) -> Option<&'static str> {
    if path.trim().is_empty() {
        Some("is empty")
    } else if path.starts_with('/') || path.get(1..3).is_some_and(|start| start == ":/" || start == ":\\") {
        Some("is absolute")
    } else if path.split('/').any(|part| part == "..") {
        Some("leads out of the directory of the configuration")
    } else if path.contains('\\') {
        Some("has a backslash")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Base, Paths, names_root};
    use crate::rules::ast::At;
    use crate::source::{FileId, Place};
    use std::path::Path;

    fn paths(globs: &[&str]) -> Paths {
        let at = |glob: &&str| At::new((*glob).to_owned(), Place::whole(FileId::OUTSIDE));
        Paths::new(&globs.iter().map(at).collect::<Vec<_>>())
    }

    #[test]
    fn paths_are_told_between_a_run_and_its_configuration() {
        let base = |directory: &str, root: &str| Base::new(Path::new(directory), Path::new(root));
        assert_eq!(base("/r", "/r"), Base::Same);
        let above = base("/r", "/r/services/api");
        assert_eq!(above.from_run("Dockerfile").as_deref(), Some("services/api/Dockerfile"));
        assert_eq!(above.from_run(".").as_deref(), Some("services/api"));
        assert_eq!(above.to_run("services/api/k8s").as_deref(), Some("k8s"));
        assert_eq!(above.to_run("services/web"), None);
        let below = base("/r/services", "/r");
        assert_eq!(below.from_run("services/api").as_deref(), Some("api"));
        assert_eq!(below.from_run("other"), None);
        assert_eq!(below.to_run("api").as_deref(), Some("services/api"));
    }

    #[test]
    fn a_glob_covers_what_it_matches_and_all_below_it() {
        let gpu = paths(&["services/gpu"]);
        assert!(gpu.cover("services/gpu") && gpu.cover("services/gpu/k8s/a.yaml") && !gpu.cover("services/gpus"));
        assert!(paths(&["services/gpu/**"]).cover("services/gpu"));
        assert!(paths(&["**/*.yaml"]).cover("a/b.yaml") && !paths(&["*.yaml"]).cover("a/b.yaml"));
        assert!(paths(&[]).cover("anything"));
    }

    #[test]
    fn a_glob_names_roots_and_not_what_lies_below() {
        assert!(names_root("services/*", "services/api") && !names_root("services/*", "services/api/inner"));
        assert!(names_root(".", "."));
    }
}
