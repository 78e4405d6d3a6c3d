//! A service: everything under one root, joined.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use super::atonix::Atonix;
use super::code::LazySource;
use super::compose::{ComposeFile, ComposeService};
use super::dependencies::{Dependencies, Manifests, ManifestsAbove, PackageGaps, RuntimeGaps, ToolSettings, Tools};
use super::dockerfile::Dockerfile;
use super::documented::LazyDocumented;
use super::facts::{
    EnvGap, GidMention, HealthMention, ImageMention, NameMention, Parts, PortMention, ReplicaMention, ResourceMention,
    StartGap, UidMention, VersionMention, start_gaps,
};
use super::k8s::{Body, Object, Workload};
use super::layout::{Layout, RepoLayout};
use super::markdown::Documents;
use super::repo::Seen;
use super::schema::{Node, PathText, Scope};
use super::text::{Line, Lines};
use super::value::{Field, List};
use crate::source::Place;
use crate::{model, words};

words! {
    /// What a root is the root of.
    pub enum ServiceKind {
        /// Something that is built: it has a Dockerfile or an atonix.yaml.
        Service = "service",
        /// Compose files and manifests outside of every service's directory.
        Stack = "stack",
    }
}

model! {
    /// Everything under one root, joined.
    pub struct Service as "service" {
        /// The root, relative to the root of the run; `.` for that itself.
        root: PathText,
        /// The name: that of atonix.yaml, else of the only compose service that builds it, else of the directory.
        name: Field<String>,
        /// Whether it is built here, or only described.
        kind: ServiceKind,
        /// Whether it stands in documentation, among tests or among tools, and is not deployed.
        is_illustration: bool,
        /// Its atonix.yaml.
        atonix: Option<Arc<Atonix>>,
        /// The Dockerfile it is built with: the one named `Dockerfile`, else the only one.
        dockerfile: Option<Arc<Dockerfile>>,
        /// All its Dockerfiles.
        dockerfiles: List<Arc<Dockerfile>>,
        /// The compose services that build it or stand in its files, fragments left out.
        compose_services: List<Arc<ComposeService>>,
        /// Its workloads.
        workloads: List<Arc<Workload>>,
        /// Its files.
        layout: Layout,
        /// Its Markdown documents; those of the repository as well, for the service that speaks for it.
        documents: Arc<Documents>,
        /// What its documents list, held against its files; absent where they list nothing.
        documented: LazyDocumented,
        /// Its manifests of packages.
        manifests: Manifests,
        /// Manifests in the directories above it, such as that of a workspace, which may hold packages for it too.
        manifests_above: ManifestsAbove,
        /// The tools for development that it names or configures.
        tools: Tools,
        /// The settings of these tools.
        tool_settings: ToolSettings,
        /// Images whose version of a language is not one that its manifests take.
        runtime_gaps: RuntimeGaps,
        /// Packages on which `pyproject.toml` and `requirements.txt` disagree.
        package_gaps: PackageGaps,
        /// Its source text.
        source: Arc<LazySource>,
        /// Every place that names a port of the service.
        port_mentions: List<PortMention>,
        /// Every place that names the user id it runs as.
        uid_mentions: List<UidMention>,
        /// Every place that names the group id it runs as.
        gid_mentions: List<GidMention>,
        /// Every place that names a health path.
        health_paths: List<HealthMention>,
        /// Every place that names the service.
        name_mentions: List<NameMention>,
        /// Every place that names its image.
        image_mentions: List<ImageMention>,
        /// Every place that names its version.
        version_mentions: List<VersionMention>,
        /// Every place that says how many replicas it has.
        replica_mentions: List<ReplicaMention>,
        /// Every place that names amounts of resources for it.
        resource_mentions: List<ResourceMention>,
        /// Variables that atonix.yaml declares and that compose or Kubernetes do not give to it.
        env_gaps: List<EnvGap>,
        /// Variables that either compose or Kubernetes gives to it, and the other does not.
        env_differences: List<EnvGap>,
        /// What its image starts and does not hold.
        start_gaps: List<StartGap>,
    }
    with {
        /// What it is made of.
        dependencies: Dependencies,
        /// The compose projects whose file it owns.
        projects: Vec<Arc<ComposeFile>>,
        /// The Kubernetes objects, patches left out.
        objects: Vec<Arc<Object>>,
        /// The repository as a whole.
        repo: Arc<RepoLayout>,
        /// Whether what the repository has as a whole is judged with this service; one of a run has it.
        speaks_for_repo: bool,
        /// The lines of its text files.
        lines: Lines,
    }
    label(service) { service.root.0.clone() }
}

/// What a service is put together from.
pub(super) struct Assembly {
    pub(super) at: Place,
    pub(super) root: String,
    pub(super) kind: ServiceKind,
    pub(super) is_illustration: bool,
    pub(super) atonix: Option<Arc<Atonix>>,
    pub(super) dockerfiles: Vec<Arc<Dockerfile>>,
    pub(super) compose_services: Vec<Arc<ComposeService>>,
    pub(super) projects: Vec<Arc<ComposeFile>>,
    pub(super) objects: Vec<Arc<Object>>,
    pub(super) layout: Layout,
    pub(super) documents: Documents,
    /// Whether the repository has no other service.
    pub(super) is_alone: bool,
    pub(super) dependencies: Dependencies,
    pub(super) repo: Arc<RepoLayout>,
    pub(super) speaks_for_repo: bool,
}

/// Files that say of what a program is made.
const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "Gemfile",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "go.mod",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
];

impl Assembly {
    fn name(&self) -> Field<String> {
        let directory = self.root.rsplit('/').next().filter(|name| *name != ".");
        let builders: Vec<_> = self.compose_services.iter().filter(|service| service.first_party).collect();
        let atonix = self.atonix.as_ref().map(|atonix| &atonix.metadata.name).filter(|name| name.value().is_some());
        match (atonix, builders.as_slice(), directory) {
            (Some(name), _, _) => name.clone(),
            (None, [only], _) => Field::known(only.name.clone(), only.at),
            (None, _, Some(directory)) => Field::known(directory.to_owned(), self.at),
            (None, _, None) => Field::unresolved(".", "the directory of the checkout may have any name", self.at),
        }
    }

    /// The Dockerfile the service is built with.
    fn dockerfile(&self) -> Option<Arc<Dockerfile>> {
        let named = self.dockerfiles.iter().find(|file| file.path.0.rsplit('/').next() == Some("Dockerfile"));
        match (named, self.dockerfiles.as_slice()) {
            (Some(named), _) => Some(Arc::clone(named)),
            (None, [only]) => Some(Arc::clone(only)),
            _ => None,
        }
    }

    /// What its image takes from outside of the service's root, where that holds no manifest of a program: a directory with
    /// a Dockerfile for a program that lies above it.
    fn taken_from_outside(&self) -> Option<String> {
        let tree = &self.layout.tree;
        let sources = tree.sources();
        let inside = |path: &str| sources.find(&format!("{}/{path}", self.root)).is_some();
        if self.root == "." || MANIFESTS.iter().any(|name| inside(name)) {
            return None;
        }
        let above: Vec<&str> = std::iter::successors(self.root.rsplit_once('/').map(|(above, _)| above), |path| {
            path.rsplit_once('/').map(|(above, _)| above)
        })
        .collect();
        let stages = self.dockerfiles.iter().flat_map(|file| &file.stages);
        let copies = stages.flat_map(|stage| &stage.copies).filter(|copy| copy.is_from_context);
        let paths =
            copies.flat_map(|copy| copy.sources.values().map(|path| path.trim_start_matches("./").trim_matches('/')));
        paths.filter(|path| !path.is_empty() && *path != "." && !inside(path)).find_map(|path| {
            let lies_above = above.iter().any(|above| sources.find(&format!("{above}/{path}")).is_some());
            let is_of_root = path.starts_with(&self.root);
            ((lies_above || sources.find(path).is_some()) && !is_of_root).then(|| path.to_owned())
        })
    }

    /// The service.
    pub(super) fn finish(self) -> Service {
        let root = self.root.clone();
        let name = self.name();
        let dockerfile = self.dockerfile();
        let workloads: Vec<Arc<Workload>> = self
            .objects
            .iter()
            .filter_map(|object| match &object.body {
                Body::Workload(workload) => Some(Arc::clone(workload)),
                _ => None,
            })
            .collect();
        let is_service = self.kind == ServiceKind::Service;
        let parts = Parts {
            at: self.at,
            directory: root.rsplit('/').next().filter(|name| *name != "."),
            atonix: self.atonix.as_deref(),
            dockerfile: dockerfile.as_deref(),
            compose: self.compose_services.iter().map(|service| &**service).collect(),
            workloads: Vec::new(),
        };
        // A stack holds several services; what its files say is not about one of them.
        let parts: Vec<Parts<'_>> = if is_service {
            variants(&workloads).into_iter().map(|workloads| Parts { workloads, ..parts.clone() }).collect()
        } else {
            vec![Parts::nothing(self.at)]
        };
        let outside = is_service.then(|| self.taken_from_outside()).flatten();
        let source = LazySource::made_of(&self.layout.tree, &self.repo.packages, outside);
        let (documents, source) = (Arc::new(self.documents), Arc::new(source));
        let builders: Vec<&ComposeService> = self.compose_services.iter().map(|service| &**service).collect();
        let start_gaps = start_gaps(dockerfile.as_deref(), &builders, self.layout.tree.sources(), self.at);
        let documented = LazyDocumented {
            at: self.at,
            documents: is_service.then(|| Arc::clone(&documents)),
            is_alone: self.is_alone,
            directory: root.rsplit('/').next().filter(|name| *name != ".").map(str::to_owned),
            dockerfile: dockerfile.clone(),
            compose: self.compose_services.clone(),
            workloads: workloads.clone(),
            source: Arc::clone(&source),
            tree: self.layout.tree.clone(),
            made: OnceLock::new(),
        };
        Service {
            at: self.at,
            root: PathText(self.root),
            name,
            kind: self.kind,
            is_illustration: self.is_illustration,
            port_mentions: agreed(&parts, self.at, Parts::ports),
            uid_mentions: agreed(&parts, self.at, Parts::uids),
            gid_mentions: agreed(&parts, self.at, Parts::gids),
            health_paths: agreed(&parts, self.at, Parts::health_paths),
            name_mentions: agreed(&parts, self.at, Parts::names),
            image_mentions: agreed(&parts, self.at, Parts::images),
            version_mentions: agreed(&parts, self.at, Parts::versions),
            replica_mentions: agreed(&parts, self.at, Parts::replicas),
            resource_mentions: agreed(&parts, self.at, Parts::resources),
            env_gaps: agreed(&parts, self.at, Parts::env_gaps),
            env_differences: agreed(&parts, self.at, Parts::env_differences),
            start_gaps,
            atonix: self.atonix,
            runtime_gaps: self.dependencies.runtime_gaps(dockerfile.clone()),
            dockerfile,
            dockerfiles: List::new(self.dockerfiles, self.at),
            compose_services: List::new(self.compose_services, self.at),
            workloads: List::new(workloads, self.at),
            source,
            layout: self.layout,
            documents,
            documented,
            manifests: self.dependencies.manifests(),
            manifests_above: self.dependencies.above(),
            tools: self.dependencies.tools(),
            tool_settings: self.dependencies.settings(),
            package_gaps: self.dependencies.package_gaps(),
            dependencies: self.dependencies,
            projects: self.projects,
            objects: self.objects,
            repo: self.repo,
            speaks_for_repo: self.speaks_for_repo,
            lines: Lines::default(),
        }
    }
}

impl Service {
    /// The lines of its text files, read on the first call.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        self.lines.list(&self.layout.tree, self.speaks_for_repo.then_some(&*self.repo))
    }

    /// What was seen in files that are read only when a rule asks for them.
    #[must_use]
    pub fn late_seen(&self) -> Seen {
        let mut seen = Seen::default();
        let late = [self.documents.seen(), self.dependencies.seen(), self.lines.seen()];
        for late in late.into_iter().flatten() {
            seen.extend(late.clone());
        }
        seen
    }

    /// The nodes in which values of the wrong type are looked for.
    pub fn artifact_nodes(&self) -> impl Iterator<Item = &dyn Node> {
        self.judged_nodes().map(|(node, _)| node)
    }

    /// The same, each with the object that it is, if it is one.
    pub fn judged_nodes(&self) -> impl Iterator<Item = (&dyn Node, Option<&Object>)> {
        let atonix = self.atonix.iter().map(|atonix| &**atonix as &dyn Node);
        let dockerfiles = self.dockerfiles.iter().map(|dockerfile| &**dockerfile as &dyn Node);
        let projects = self.projects.iter().map(|project| &**project as &dyn Node);
        let objects = self.objects.iter().filter_map(|object| Some((body_node(object)?, Some(&**object))));
        atonix.chain(dockerfiles).chain(projects).map(|node| (node, None)).chain(objects)
    }
}

fn body_node(object: &Object) -> Option<&dyn Node> {
    Some(match &object.body {
        Body::Workload(body) => &**body,
        Body::Service(body) => &**body,
        Body::NetworkPolicy(body) => &**body,
        Body::Ingress(body) => &**body,
        Body::Autoscaler(body) => &**body,
        Body::DisruptionBudget(body) => &**body,
        Body::ServiceAccount(body) => &**body,
        Body::ConfigMap(body) => &**body,
        Body::Secret(body) => &**body,
        Body::ExternalSecret(body) => &**body,
        Body::Claim(body) => &**body,
        Body::Other | Body::TooLarge => return None,
    })
}

impl Scope for Service {
    fn targets(&self, kind: &str) -> Vec<&dyn Node> {
        super::kind(kind).map_or_else(Vec::new, |kind| kind.targets(self))
    }

    fn candidates(&self, kind: &str) -> Vec<&dyn Node> {
        super::kind(kind).map_or_else(Vec::new, |kind| kind.candidates(self))
    }
}

impl Service {
    /// The objects that the targets of a kind are, or belong to, in the order of those; none for kinds that are of
    /// something else.
    #[must_use]
    pub fn objects_behind(&self, kind: &str) -> Vec<&Object> {
        let objects = self.objects.iter().map(|object| &**object);
        match kind {
            "k8s.object" => objects.collect(),
            "k8s.container" => objects
                .flat_map(|object| match &object.body {
                    Body::Workload(workload) => std::iter::repeat_n(object, workload.containers.items.len()),
                    _ => std::iter::repeat_n(object, 0),
                })
                .collect(),
            _ => objects.filter(|object| body_node(object).is_some_and(|node| node.def().name == kind)).collect(),
        }
    }
}

/// The workloads in the variants that overlays make of them: each variant has every workload once.
fn variants(workloads: &[Arc<Workload>]) -> Vec<Vec<&Workload>> {
    let mut by_place: BTreeMap<Place, Vec<&Workload>> = BTreeMap::new();
    for workload in workloads {
        by_place.entry(workload.at).or_default().push(workload);
    }
    let count = by_place.values().map(Vec::len).max().unwrap_or(1);
    if count == 1 {
        return vec![workloads.iter().map(|workload| &**workload).collect()];
    }
    let variant = |index: usize| by_place.values().filter_map(|all| all.get(index).or(all.last()).copied()).collect();
    (0..count).map(variant).collect()
}

/// What the files say of the service in every variant; where overlays make it differ on purpose, nothing disagrees.
fn agreed<'p, T: Debug>(variants: &[Parts<'p>], at: Place, facts: impl Fn(&Parts<'p>) -> List<T>) -> List<T> {
    let Some((first, rest)) = variants.split_first() else { return List::empty(at) };
    let mut list = facts(first);
    for other in rest {
        let said: BTreeSet<String> = facts(other).items.iter().map(|fact| format!("{fact:?}")).collect();
        list.items.retain(|fact| said.contains(&format!("{fact:?}")));
    }
    list
}

/// The objects of one kind, by their schema name.
pub(super) fn objects_of<'s>(service: &'s Service, kind: &str) -> Vec<&'s dyn Node> {
    service.objects.iter().filter_map(|object| body_node(object)).filter(|node| node.def().name == kind).collect()
}
