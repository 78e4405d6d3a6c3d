//! Directories that hold a service's Dockerfile or manifests without being the service.

use std::collections::BTreeSet;

use super::classify::parent_of;

/// Directories that hold a service's Dockerfile without being the service.
const DOCKERFILE_HOMES: &[&str] = &[
    ".docker",
    "build",
    "ci",
    "container",
    "containers",
    "deploy",
    "deployment",
    "docker",
    "dockerfiles",
    "packaging",
    "rootfs",
    "scripts",
    "src",
];

/// Words that make a directory's name that of a place for manifests, wherever in it they stand.
const MANIFEST_WORDS: &[&str] = &[
    "chart",
    "charts",
    "compose",
    "helm",
    "k8s",
    "kubernetes",
    "kustomize",
    "manifest",
    "manifests",
    "overlays",
    "stacks",
];

/// Names that hold manifests or compose files without being what these describe.
const MANIFEST_HOMES: &[&str] = &[
    ".docker",
    ".github",
    "backup",
    "backups",
    "base",
    "bases",
    "ci",
    "components",
    "config",
    "configmaps",
    "configs",
    "crds",
    "cronjobs",
    "daemonsets",
    "deploy",
    "deployment",
    "deployments",
    "dev",
    "development",
    "docker",
    "environments",
    "envs",
    "gitops",
    "infra",
    "infrastructure",
    "ingresses",
    "local",
    "logging",
    "monitoring",
    "networking",
    "networkpolicies",
    "ops",
    "overlay",
    "prod",
    "production",
    "release",
    "resources",
    "security",
    "staging",
    "statefulsets",
    "templates",
    "test",
    "tests",
];

/// Directories whose children are named after environments or variants.
const VARIANT_HOMES: &[&str] = &["components", "environments", "envs", "overlays", "tests", "variants"];

/// The service of a Dockerfile in `directory`: `api` for `api/docker/` and `api/src/main/docker/`, `.` for `build/`.
pub(super) fn dockerfile_home<'d>(directory: &'d str, declared: &BTreeSet<&str>) -> &'d str {
    let mut home = directory;
    // The Dockerfiles of Quarkus lie in `src/main/docker` (quarkus.io, "Container images").
    let is_home = |home: &str| DOCKERFILE_HOMES.contains(&last(home)) || home.ends_with("src/main");
    while home != "." && !declared.contains(home) && is_home(home) {
        home = parent_of(home);
    }
    home
}

/// What the manifests in `directory` describe: `shop` for `shop/k8s/overlays/prod/`.
pub(super) fn manifest_home(directory: &str) -> &str {
    let mut home = directory;
    while home != "." {
        let parent = parent_of(home);
        let is_variant = parent != "." && VARIANT_HOMES.contains(&last(parent));
        if !is_variant && !is_manifest_home(last(home)) {
            break;
        }
        home = parent;
    }
    home
}

/// Whether a directory of this name is a place for manifests.
pub(super) fn is_manifest_home(name: &str) -> bool {
    let mut words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    MANIFEST_HOMES.contains(&name) || words.any(|word| MANIFEST_WORDS.contains(&word))
}

/// The last part of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The path itself and every directory above it, `.` last.
pub(super) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| (*path != ".").then(|| parent_of(path)))
}
