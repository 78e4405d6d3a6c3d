//! Which directories are services, and which service a file belongs to.

use std::collections::{BTreeMap, BTreeSet};

use super::classify::parent_of;
use super::homes::{ancestors, dockerfile_home, manifest_home};
use super::illustration::{illustration_of, is_below_tests, is_example, is_illustration, is_of_tools};
use super::purpose::is_compose_for_tests;

/// A `build` of a compose service, as paths relative to the root of the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Build {
    /// The build context.
    pub context: String,
    /// The Dockerfile.
    pub dockerfile: String,
}

/// A compose file with what it builds. Builds outside of the repository are left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComposeInput {
    /// Its path.
    pub path: String,
    /// What it builds.
    pub builds: Vec<Build>,
}

/// What services are found from; all paths relative to the root of the run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'i> {
    /// Dockerfiles that exist, those included that only a compose file names.
    pub dockerfiles: &'i [String],
    /// atonix.yaml files.
    pub atonix: &'i [String],
    /// Compose files.
    pub compose: &'i [ComposeInput],
    /// Kubernetes manifests, kustomizations and charts.
    pub manifests: &'i [String],
    /// Directories that somebody calls services, and whether they are even where nothing in them looks like one.
    pub declared: &'i [(String, bool)],
}

/// What a root is the root of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RootKind {
    /// Something that is built: it has a Dockerfile or an atonix.yaml.
    Service,
    /// Compose files and manifests that no service's directory holds.
    Stack,
}

/// A directory that is judged as one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceRoot {
    /// The directory, `.` for the root of the run.
    pub root: String,
    /// What it is.
    pub kind: RootKind,
    /// Its Dockerfiles, by path; one of them may lie outside of the directory.
    pub dockerfiles: Vec<String>,
    /// Its atonix.yaml files, by path.
    pub atonix: Vec<String>,
    /// Compose files of which it is the nearest root, by path.
    pub compose: Vec<String>,
    /// Manifests of which it is the nearest root, by path.
    pub manifests: Vec<String>,
    /// Whether it stands in a documentation tree, among tests or tools of developers, and is never deployed.
    pub is_illustration: bool,
}

/// The roots of a run, by path.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServiceRoots {
    roots: Vec<ServiceRoot>,
}

impl ServiceRoots {
    /// The root of the run alone, for a repository of workflows or infrastructure in which nothing makes a service.
    #[must_use]
    pub fn of_repository() -> Self {
        let mut found = BTreeMap::new();
        entry(&mut found, ".", RootKind::Stack);
        Self { roots: found.into_values().collect() }
    }

    /// The roots, by path.
    #[must_use]
    pub fn roots(&self) -> &[ServiceRoot] {
        &self.roots
    }

    /// The index of the deepest root that holds a path, or is it.
    #[must_use]
    pub fn owner_of(&self, path: &str) -> Option<usize> {
        ancestors(path).find_map(|directory| self.roots.binary_search_by(|root| root.root.as_str().cmp(directory)).ok())
    }

    /// The roots below a root, which its own judgement leaves to them.
    pub fn nested_in<'r>(&'r self, root: &'r str) -> impl Iterator<Item = &'r str> {
        // In path order, what lies below a directory stands together, if not right behind it.
        let first = if root == "." { 0 } else { self.roots.partition_point(|other| is_before(&other.root, root)) };
        let rest = self.roots.get(first..).unwrap_or(&[]).iter().map(|other| other.root.as_str());
        rest.filter(move |other| *other != root).take_while(move |other| is_below(other, root))
    }
}

/// Finds the roots: directories of Dockerfiles and atonix.yaml files, what compose builds, and for compose files and
/// manifests that none of these holds the nearest directory that is not a mere place for manifests.
#[must_use]
pub fn service_roots(inputs: Inputs<'_>) -> ServiceRoots {
    let mut found: BTreeMap<String, ServiceRoot> = BTreeMap::new();
    let said: BTreeSet<&str> = inputs.declared.iter().map(|(directory, _)| directory.as_str()).collect();
    for (directory, _) in inputs.declared.iter().filter(|(_, is_one)| *is_one) {
        entry(&mut found, directory, RootKind::Service);
    }
    for path in inputs.atonix {
        let root = said_above(&said, parent_of(path)).unwrap_or(parent_of(path));
        entry(&mut found, root, RootKind::Service).atonix.push(path.clone());
    }
    let declared: BTreeSet<&str> = inputs.atonix.iter().map(|path| parent_of(path)).collect();
    let built = built_roots(inputs.compose);
    for path in inputs.dockerfiles {
        let root = match built.get(path.as_str()) {
            Some(contexts) if contexts.len() == 1 => contexts.first().copied().unwrap_or("."),
            _ => dockerfile_home(parent_of(path), &declared),
        };
        let root = said_above(&said, root).or_else(|| said_above(&said, parent_of(path))).unwrap_or(root);
        entry(&mut found, root, RootKind::Service).dockerfiles.push(path.clone());
    }
    let services: BTreeSet<String> = found.keys().cloned().collect();
    let mut place = |path: &str, keep: fn(&mut ServiceRoot) -> &mut Vec<String>| {
        let parent = parent_of(path);
        let owner = ancestors(parent).find(|directory| services.contains(*directory));
        // What illustrates is no part of the service around it.
        let within = |root: &&str| is_illustration(root) || !is_illustration(parent);
        let home = || Some(manifest_home(parent)).filter(within).or_else(|| illustration_of(parent));
        let root = said_above(&said, parent).or_else(|| owner.filter(within)).or_else(home).unwrap_or(".");
        keep(entry(&mut found, root, RootKind::Stack)).push(path.to_owned());
    };
    inputs.compose.iter().for_each(|file| place(&file.path, |root| &mut root.compose));
    inputs.manifests.iter().for_each(|path| place(path, |root| &mut root.manifests));
    let mut roots: Vec<ServiceRoot> = found.into_values().collect();
    // What is built to show how the service is used is no service beside it; a repository of examples has nothing else.
    let is_built = |root: &ServiceRoot| root.kind == RootKind::Service && !root.dockerfiles.is_empty();
    let composed = composed(inputs.compose);
    let is_tool = |root: &ServiceRoot| {
        let is_run = root.dockerfiles.iter().any(|path| composed.contains(path.as_str()));
        is_of_tools(&root.root) && !is_run && root.compose.is_empty() && root.manifests.is_empty()
    };
    let is_beside = |root: &ServiceRoot| is_example(&root.root) || is_tool(root);
    if roots.iter().any(|root| is_built(root) && !root.is_illustration && !is_beside(root)) {
        for root in roots.iter_mut().filter(|root| is_built(root) && root.atonix.is_empty()) {
            root.is_illustration |= is_beside(root) || is_below_tests(&root.root);
        }
    }
    for root in &mut roots {
        root.is_illustration &= !said.contains(root.root.as_str());
        for paths in [&mut root.dockerfiles, &mut root.atonix, &mut root.compose, &mut root.manifests] {
            paths.sort_unstable();
            paths.dedup();
        }
    }
    ServiceRoots { roots }
}

/// The nearest directory, from `directory` upwards, that somebody calls a service.
fn said_above<'d>(said: &BTreeSet<&str>, directory: &'d str) -> Option<&'d str> {
    ancestors(directory).find(|directory| said.contains(directory))
}

fn entry<'f>(found: &'f mut BTreeMap<String, ServiceRoot>, root: &str, kind: RootKind) -> &'f mut ServiceRoot {
    found.entry(root.to_owned()).or_insert_with(|| ServiceRoot {
        root: root.to_owned(),
        kind,
        dockerfiles: Vec::new(),
        atonix: Vec::new(),
        compose: Vec::new(),
        manifests: Vec::new(),
        is_illustration: is_illustration(root),
    })
}

/// The contexts that Dockerfiles outside of them are built with; only there the context says whose Dockerfile it is.
fn built_roots(compose: &[ComposeInput]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut built: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for build in compose.iter().flat_map(|file| &file.builds) {
        if !is_below(&build.dockerfile, &build.context) {
            built.entry(&build.dockerfile).or_default().insert(&build.context);
        }
    }
    built
}

/// The Dockerfiles that compose builds, for more than tests.
fn composed(compose: &[ComposeInput]) -> BTreeSet<&str> {
    let run = compose.iter().filter(|file| !is_compose_for_tests(&file.path));
    run.flat_map(|file| &file.builds).map(|build| build.dockerfile.as_str()).collect()
}

/// Whether a path comes before everything below a directory, in path order.
fn is_before(path: &str, directory: &str) -> bool {
    match path.strip_prefix(directory) {
        Some(rest) => rest.as_bytes().first().is_none_or(|next| *next < b'/'),
        None => path < directory,
    }
}

fn is_below(path: &str, directory: &str) -> bool {
    directory == "." || path == directory || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{Build, ComposeInput, Inputs, RootKind, ServiceRoots, service_roots};

    fn strings(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    fn find(dockerfiles: &[&str], compose: &[(&str, &[(&str, &str)])], manifests: &[&str]) -> ServiceRoots {
        let compose: Vec<ComposeInput> = compose
            .iter()
            .map(|(path, builds)| ComposeInput {
                path: (*path).to_owned(),
                builds: builds
                    .iter()
                    .map(|(context, dockerfile)| Build { context: (*context).into(), dockerfile: (*dockerfile).into() })
                    .collect(),
            })
            .collect();
        let (dockerfiles, manifests) = (strings(dockerfiles), strings(manifests));
        let dockerfiles = &dockerfiles;
        service_roots(Inputs { dockerfiles, compose: &compose, manifests: &manifests, ..Inputs::default() })
    }

    fn names(roots: &ServiceRoots) -> Vec<String> {
        let word = |kind| if kind == RootKind::Service { "" } else { " (stack)" };
        roots.roots().iter().map(|root| format!("{}{}", root.root, word(root.kind))).collect()
    }

    #[test]
    fn a_dockerfile_makes_its_directory_a_service() {
        let roots = find(&["frontend/Dockerfile", "frontend/Dockerfile.dev", "Dockerfile.production"], &[], &[]);
        assert_eq!(names(&roots), [".", "frontend"]);
        assert_eq!(roots.roots()[1].dockerfiles.len(), 2);
    }

    #[test]
    fn the_dockerfiles_directory_is_the_root_where_the_context_is_wider() {
        let builds: &[(&str, &str)] =
            &[("services", "services/hi-rag/Dockerfile"), (".", "services/consumer/Dockerfile")];
        let roots = find(
            &["services/hi-rag/Dockerfile", "services/consumer/Dockerfile"],
            &[("docker-compose.yml", builds)],
            &[],
        );
        assert_eq!(names(&roots), [". (stack)", "services/consumer", "services/hi-rag"]);
    }

    #[test]
    fn the_context_is_the_root_where_the_dockerfile_lies_outside_of_it() {
        let roots = find(&["docker/api.Dockerfile"], &[("compose.yaml", &[("api", "docker/api.Dockerfile")])], &[]);
        assert_eq!(names(&roots), [". (stack)", "api"]);
        assert_eq!(roots.roots()[1].dockerfiles, ["docker/api.Dockerfile"]);
    }

    #[test]
    fn a_dockerfile_shared_by_two_contexts_belongs_to_its_own_directory() {
        let builds: &[(&str, &str)] = &[("a", "Dockerfile.shared"), ("b", "Dockerfile.shared")];
        assert_eq!(names(&find(&["Dockerfile.shared"], &[("compose.yaml", builds)], &[])), ["."]);
    }

    #[test]
    fn a_docker_directory_belongs_to_the_service_above_it() {
        let roots = find(&["api/docker/Dockerfile", "docker/nginx/Dockerfile", "docker/Dockerfile.apache2"], &[], &[]);
        assert_eq!(names(&roots), [".", "api", "docker/nginx"]);
        assert_eq!(names(&find(&["src/cart/src/Dockerfile", "src/ads/Dockerfile"], &[], &[])), ["src/ads", "src/cart"]);
        assert_eq!(names(&find(&["images/nginx/rootfs/Dockerfile"], &[], &[])), ["images/nginx"]);
        assert_eq!(names(&find(&["orders/src/main/docker/Dockerfile.jvm"], &[], &[])), ["orders"]);
    }

    #[test]
    fn manifests_that_no_service_holds_make_a_stack() {
        let roots = find(
            &["api/Dockerfile"],
            &[("shop/docker-stacks/portainer.yml", &[])],
            &[
                "api/k8s/app.yaml",
                "k8s/base/api.yaml",
                "shop/k8s/overlays/eu-west/patch.yaml",
                "kubernetes-manifests/x.yaml",
            ],
        );
        assert_eq!(names(&roots), [". (stack)", "api", "shop (stack)"]);
        assert_eq!(roots.roots()[1].manifests, ["api/k8s/app.yaml"]);
    }

    #[test]
    fn a_path_belongs_to_the_deepest_root_that_holds_it() {
        let roots = find(&["Dockerfile", "a/Dockerfile", "a/b/Dockerfile"], &[], &[]);
        let owner = |path| roots.owner_of(path).map(|index| roots.roots()[index].root.as_str());
        assert_eq!(owner("a/b/src/main.py"), Some("a/b"));
        assert_eq!(owner("a/bc/main.py"), Some("a"));
        assert_eq!(owner("README.md"), Some("."));
        assert_eq!(roots.nested_in("a").collect::<Vec<_>>(), ["a/b"]);
        assert_eq!(ServiceRoots::default().owner_of("x"), None);
    }

    #[test]
    fn a_service_in_the_documentation_is_an_illustration() {
        let dockerfiles =
            [".github/actions/lint/Dockerfile", "docs/plans/proto/Dockerfile", "examples/hello/Dockerfile"];
        let roots = find(&dockerfiles, &[], &["test_data/workflows/a.yaml"]);
        assert_eq!(
            roots.roots().iter().map(|root| root.is_illustration).collect::<Vec<_>>(),
            [true, true, false, true]
        );
    }

    #[test]
    fn what_tests_bring_along_is_an_illustration_and_a_test_environment_is_none() {
        let dockerfiles = ["pkg/test/echo/Dockerfile", "src/ui-tests/Dockerfile", "contest/Dockerfile"];
        let roots = find(&dockerfiles, &[], &["envs/test/app.yaml", "deploy/test/app.yaml"]);
        let illustrations: Vec<_> = roots.roots().iter().filter(|root| root.is_illustration).collect();
        assert_eq!(illustrations.iter().map(|root| &root.root).collect::<Vec<_>>(), ["pkg/test/echo", "src/ui-tests"]);
        let roots =
            find(&["api/Dockerfile", "api/test-runner/Dockerfile", "test-engineering/load/Dockerfile"], &[], &[]);
        let illustrations = roots.roots().iter().map(|root| root.is_illustration).collect::<Vec<_>>();
        assert_eq!(illustrations, [false, false, true]);
    }

    #[test]
    fn tools_beside_services_are_none_unless_compose_runs_them() {
        let dockerfiles = ["api/Dockerfile", "tools/schema/Dockerfile", "tools/relay/Dockerfile"];
        let compose: &[(&str, &[(&str, &str)])] = &[
            ("compose.yaml", &[("tools/relay", "tools/relay/Dockerfile")]),
            ("ci/compose.yaml", &[("tools/schema", "tools/schema/Dockerfile")]),
        ];
        let roots = find(&dockerfiles, compose, &[]);
        let illustrations: Vec<_> = roots.roots().iter().filter(|root| root.is_illustration).collect();
        assert_eq!(illustrations.iter().map(|root| &root.root).collect::<Vec<_>>(), ["tools/schema"]);
        let alone = find(&["tools/schema/Dockerfile"], &[], &[]);
        assert!(!alone.roots()[0].is_illustration, "a repository of tools has nothing else");
    }

    #[test]
    fn an_illustration_is_no_part_of_the_service_around_it() {
        let compose: &[(&str, &[(&str, &str)])] = &[("docs/demo/compose.yaml", &[]), ("compose.yaml", &[])];
        let roots = find(&["Dockerfile"], compose, &["deploy/api.yaml", "tests/fixtures/k8s/api.yaml"]);
        assert_eq!(names(&roots), [".", "docs/demo (stack)", "tests/fixtures (stack)"]);
        assert_eq!(roots.roots()[0].compose, ["compose.yaml"]);
        assert_eq!(roots.roots()[0].manifests, ["deploy/api.yaml"]);
    }

    #[test]
    fn a_directory_that_somebody_calls_a_service_is_one_with_all_below_it() {
        let declared = [("api".to_owned(), false), ("docs/demo".to_owned(), false), ("empty".to_owned(), true)];
        let dockerfiles = strings(&["api/docker/prod/Dockerfile", "docs/demo/Dockerfile"]);
        let manifests = strings(&["api/deploy/eu/app.yaml"]);
        let inputs = Inputs { dockerfiles: &dockerfiles, manifests: &manifests, ..Inputs::default() };
        assert_eq!(names(&service_roots(inputs)), ["api/deploy/eu (stack)", "api/docker/prod", "docs/demo"]);
        let roots = service_roots(Inputs { declared: &declared, ..inputs });
        assert_eq!(names(&roots), ["api", "docs/demo", "empty"]);
        assert!(roots.roots().iter().all(|root| !root.is_illustration));
    }

    #[test]
    fn a_directory_with_the_service_file_is_a_service_whatever_its_name() {
        let atonix = strings(&["deploy/atonix.yaml"]);
        let dockerfiles = strings(&["deploy/Dockerfile"]);
        let roots = service_roots(Inputs { atonix: &atonix, dockerfiles: &dockerfiles, ..Inputs::default() });
        assert_eq!(names(&roots), ["deploy"]);
    }
}
