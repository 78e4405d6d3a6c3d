//! From files to services. What tells services apart is read first; each service is then put together when it is
//! judged, and let go, so that memory holds the services in flight and not the repository.

mod across;
mod assemble;
mod built;
mod charts;
mod composition;
mod late;
mod objects;
mod presence;
mod projects;
mod read;
mod seen;
mod skaffold;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::compose::ComposeFile;
use super::k8s::{Kustomization, Object, PodTemplates};
use super::late::LateTexts;
use super::layout::RepoLayout;
use super::service::ServiceKind;
use super::terraform;
use super::text;
use crate::discover::{
    self, Artifact, ArtifactKind, ComposeInput as ComposeRoots, Discovery, Inputs, RootKind, ServiceRoots,
};
use crate::finding::{Note, NoteKind};
use crate::source::{FileId, Place, Sources};
use crate::syntax::yaml::Tree;

pub use across::{Across, BaseImage, Member};
pub use assemble::{Assembled, Variant};
pub use composition::Composition;
pub use late::{Late, LateList};
pub use seen::{InstructionSpans, Remark, Seen, Trouble, TroubleKind};

/// What is known of a service before it is put together.
#[derive(Clone, Debug)]
pub struct Head {
    /// The root, relative to the root of the run.
    pub root: String,
    /// Whether it is built here, or only described.
    pub kind: ServiceKind,
    /// Whether it stands in documentation, among tests or among tools, and is not deployed.
    pub is_illustration: bool,
    /// Whether it has an atonix.yaml.
    pub has_atonix: bool,
    /// The artifacts as `(kind, path)`, by path.
    pub artifacts: Vec<(&'static str, String)>,
    /// The root's place.
    pub at: Place,
}

impl Head {
    /// Whether a path relative to the root of the run lies under its root or is one of its artifacts.
    #[must_use]
    pub fn owns_path(&self, path: &str) -> bool {
        self.artifacts.iter().any(|(_, artifact)| artifact == path)
            || (self.kind == ServiceKind::Service
                && (self.root == "." || path.strip_prefix(&self.root).is_some_and(|rest| rest.starts_with('/'))))
    }
}

/// The files of one service, in path order.
#[derive(Debug, Default)]
struct Files {
    dockerfiles: Vec<FileId>,
    atonix: Vec<FileId>,
    manifests: Vec<FileId>,
    /// Compose services that belong to it: the project's index and the service's index in it.
    compose_services: Vec<(usize, usize)>,
    /// Projects whose file it owns.
    projects: Vec<usize>,
    /// Projects that may take the place of one above, with the services of them that belong to it.
    alternatives: Vec<Alternative>,
    /// Objects that were read before, because they had to find their service.
    objects: Vec<Arc<Object>>,
    /// What the kustomizations that were built bring to it.
    share: built::Share,
    /// Objects of charts, each with its chart's index, as they are with the chart's own values.
    chart_objects: Vec<(usize, Arc<Object>)>,
    /// The service with further values files of its charts.
    variants: Vec<charts::Variant>,
}

impl Files {
    /// Whether nothing is known of a service besides its Dockerfiles: nobody runs it here.
    fn has_only_dockerfiles(&self) -> bool {
        self.atonix.is_empty()
            && self.compose_services.is_empty()
            && self.objects.is_empty()
            && self.chart_objects.is_empty()
            && self.share.objects.is_empty()
            && self.manifests.is_empty()
    }

    /// Keeps an object of a chart, rendered with a values file besides the chart's own.
    fn keep(&mut self, chart: usize, values: Option<FileId>, object: Arc<Object>) {
        let Some(values) = values else { return self.chart_objects.push((chart, object)) };
        match self.variants.iter_mut().find(|variant| (variant.chart, variant.values) == (chart, values)) {
            Some(variant) => variant.objects.push(object),
            None => self.variants.push(charts::Variant { chart, values, objects: vec![object] }),
        }
    }
}

/// A project of the same base as an earlier one, laid together with other files.
#[derive(Debug)]
struct Alternative {
    project: usize,
    services: Vec<usize>,
    is_home: bool,
}

/// A repository: its services and what was seen on the way to them.
#[derive(Debug)]
pub struct Repo {
    /// All files and directories.
    pub sources: Arc<Sources>,
    texts: LateTexts,
    /// The services, by root.
    pub heads: Vec<Head>,
    /// What was seen before any service was put together; troubles come with the index of their service.
    pub seen: Seen,
    /// The services that the troubles in `seen` belong to, in their order.
    pub trouble_owners: Vec<usize>,
    files: Vec<Files>,
    nested: ServiceRoots,
    projects: Vec<Arc<ComposeFile>>,
    /// Those that are not built.
    kustomizations: Vec<Kustomization>,
    manifests: Vec<FileId>,
    /// Names of images whose tag Skaffold writes.
    tagged_by_skaffold: BTreeSet<String>,
    charts: Vec<charts::Chart>,
    /// Further kinds of objects that own pods.
    pod_templates: PodTemplates,
    /// Where each Kubernetes object is, for names that are not found where they are used.
    object_names: OnceLock<objects::ObjectNames>,
    /// Those of charts.
    chart_names: objects::ObjectNames,
    late: Arc<Late>,
    /// What it holds as a whole, beside its services.
    layout: OnceLock<Arc<RepoLayout>>,
}

/// The text of a file whose name and content alone did not tell that it matters; empty where it cannot be read.
fn read_late<'s>(sources: &'s Sources, root: Option<&Path>, file: FileId) -> &'s str {
    discover::text(root, sources.get(file)).unwrap_or("")
}

impl Repo {
    /// Reads what tells services apart. `root` is where further files are read from, such as a Dockerfile under a
    /// name that only a compose file knows; `None` for files that are all in memory.
    #[must_use]
    pub fn load(discovery: Discovery, root: Option<&Path>) -> Self {
        Self::load_with(discovery, root, &Composition::default())
    }

    /// The same where somebody says what is put together with what.
    #[must_use]
    pub fn load_with(discovery: Discovery, root: Option<&Path>, composition: &Composition) -> Self {
        let sources = Arc::new(discovery.sources);
        let mut seen =
            Seen { notes: discovery_notes(&sources, &discovery.unread, &discovery.errors), ..Seen::default() };
        let of_kind = |kind: ArtifactKind| -> Vec<FileId> {
            discovery.artifacts.iter().filter(|artifact| artifact.kind == kind).map(|artifact| artifact.file).collect()
        };
        let charts = charts::load(&sources, root, &of_kind(ArtifactKind::HelmChart), composition);
        let mut compose_files = of_kind(ArtifactKind::Compose);
        compose_files.extend(composition.further_files(&sources, root, &compose_files));
        let projects = load_projects(&sources, root, &compose_files, composition, &mut seen);
        seen.line_remarks.extend(env_remarks(&sources, &of_kind(ArtifactKind::Env), &projects));
        let named = named_dockerfiles(&sources, root, &projects, &discovery.artifacts);
        let kustomizations: Vec<Kustomization> = of_kind(ArtifactKind::Kustomization)
            .into_iter()
            .filter_map(|file| read::kustomization(&sources, file, &mut seen))
            .collect();
        let dockerfiles: Vec<FileId> = of_kind(ArtifactKind::Dockerfile).into_iter().chain(named).collect();
        let (atonix, manifests) = (of_kind(ArtifactKind::Atonix), of_kind(ArtifactKind::Kubernetes));
        let deployed: Vec<FileId> = manifests.iter().copied().chain(charts::files(&charts)).collect();
        let roots =
            service_roots(&sources, &[dockerfiles.as_slice(), &atonix, &deployed], &projects, &composition.roots);
        let tagged_by_skaffold = skaffold::images(&sources, root);
        let texts = LateTexts::new(&sources, root);
        let mut repo = Self {
            late: Arc::new(Late::new(&texts)),
            layout: OnceLock::new(),
            heads: roots.roots().iter().map(|root| head(&sources, root)).collect(),
            files: roots.roots().iter().map(|_| Files::default()).collect(),
            nested: roots,
            trouble_owners: Vec::new(),
            texts,
            sources,
            seen,
            projects,
            kustomizations,
            object_names: OnceLock::new(),
            chart_names: objects::ObjectNames::new(),
            manifests: manifests.clone(),
            tagged_by_skaffold,
            charts,
            pod_templates: composition.pod_templates.clone(),
        };
        repo.hand_out(&dockerfiles, &atonix, &manifests, &composition.named);
        repo.hand_out_projects();
        built::hand_out(&mut repo, root);
        objects::hand_out(&mut repo);
        charts::hand_out(&mut repo);
        for head in &mut repo.heads {
            head.artifacts.sort_unstable_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        }
        repo
    }

    fn hand_out(&mut self, dockerfiles: &[FileId], atonix: &[FileId], manifests: &[FileId], asked: &[String]) {
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, root) in self.nested.roots().iter().enumerate() {
            for path in &root.dockerfiles {
                named.entry(path).or_insert(index);
            }
        }
        let mut place = |file: FileId, kind: &'static str, list: fn(&mut Files) -> &mut Vec<FileId>| {
            let path = self.sources.get(file).path.clone();
            let named = named.get(path.as_str()).copied();
            let Some(owner) = named.or_else(|| self.nested.owner_of(&path)) else { return };
            if let (Some(files), Some(head)) = (self.files.get_mut(owner), self.heads.get_mut(owner)) {
                list(files).push(file);
                head.artifacts.push((kind, path));
                head.has_atonix |= kind == "atonix";
            }
        };
        let is_left_out = |file: &FileId| {
            let path = &self.sources.get(*file).path;
            let root = named.get(path.as_str()).and_then(|index| self.nested.roots().get(*index));
            // Where a service has no other Dockerfile, this one is all that there is to say of it.
            let is_beside = root.is_some_and(|root| {
                !root.is_illustration && root.dockerfiles.iter().any(|other| !discover::is_dockerfile_for_tests(other))
            });
            discover::is_dockerfile_for_tests(path) && is_beside && !asked.contains(path)
        };
        let (left_out, dockerfiles): (Vec<FileId>, Vec<FileId>) =
            dockerfiles.iter().partition(|file| is_left_out(file));
        for file in left_out {
            self.seen.not_evaluated(Place::whole(file), projects::FOR_TESTS, None);
        }
        for file in dockerfiles {
            place(file, "dockerfile", |files| &mut files.dockerfiles);
        }
        for file in atonix {
            place(*file, "atonix", |files| &mut files.atonix);
        }
        for file in manifests {
            place(*file, "k8s", |files| &mut files.manifests);
        }
    }

    /// A compose service belongs to the service whose Dockerfile it builds, else to the directory of its file. What tests
    /// and developers start says nothing of how the service runs, and stays where it is.
    fn hand_out_projects(&mut self) {
        let mut owner_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, root) in self.nested.roots().iter().enumerate() {
            owner_of.extend(root.dockerfiles.iter().map(|path| (path.as_str(), index)));
        }
        let mut bases: BTreeSet<&str> = BTreeSet::new();
        for (index, project) in self.projects.iter().enumerate() {
            let path = &project.path.0;
            let is_alternative = !bases.insert(path);
            let Some(home) = self.nested.owner_of(path) else { continue };
            // Where its directory is for show, all of it stands or falls with that.
            let is_left_out = project.for_tests && self.heads.get(home).is_some_and(|head| !head.is_illustration);
            let mut seen = projects::seen(&self.sources, project, is_left_out);
            seen.troubles.retain(|trouble| {
                // One file of variables may be named in several projects.
                let is_beside = self.sources.get(trouble.place.file).path != *path;
                let is_told = |told: &Trouble| (told.place, &told.message) == (trouble.place, &trouble.message);
                !(is_alternative || is_beside) || !self.seen.troubles.iter().any(is_told)
            });
            if is_alternative {
                seen.notes.retain(|note| !self.seen.notes.contains(note));
            }
            self.trouble_owners.extend(seen.troubles.iter().map(|_| home));
            self.seen.extend(seen);
            if is_left_out {
                continue;
            }
            let mut services: BTreeMap<usize, Vec<usize>> = BTreeMap::from([(home, Vec::new())]);
            for (position, service) in project.services.iter().enumerate().filter(|(_, one)| !one.is_fragment) {
                let dockerfile = service.build.value().and_then(|build| build.dockerfile_path.value());
                let builder = dockerfile.and_then(|path| owner_of.get(path.0.as_str()).copied());
                let is_shown = |index: usize| self.heads.get(index).is_some_and(|head| head.is_illustration);
                let builder = builder.filter(|builder| is_shown(*builder) || !is_shown(home));
                services.entry(builder.unwrap_or(home)).or_default().push(position);
            }
            for (owner, services) in services {
                let is_home = owner == home;
                let (Some(files), Some(head)) = (self.files.get_mut(owner), self.heads.get_mut(owner)) else {
                    continue;
                };
                if is_alternative {
                    files.alternatives.push(Alternative { project: index, services, is_home });
                } else {
                    files.projects.extend(is_home.then_some(index));
                    files.compose_services.extend(services.into_iter().map(|position| (index, position)));
                    head.artifacts.push(("compose", path.clone()));
                }
            }
        }
    }

    /// Every object of the repository by kind and name, read when it is first asked for.
    fn object_names(&self) -> &objects::ObjectNames {
        self.object_names.get_or_init(|| objects::object_names(self))
    }

    /// Gives every file another path, for a report that counts paths from elsewhere. Nothing can be put together
    /// afterwards.
    pub fn rename(&mut self, rename: &dyn Fn(&str) -> String) {
        self.sources = Arc::new(self.sources.renamed(rename));
    }
}

fn discovery_notes(
    sources: &Sources,
    unread: &[(FileId, discover::ReadError)],
    errors: &[discover::WalkError],
) -> Vec<Note> {
    let note = |place: Place, message: String| Note {
        kind: NoteKind::Unparsed,
        place,
        message,
        help: None,
        related: Vec::new(),
    };
    let root = sources.find(".").unwrap_or(FileId(0));
    let unread = unread.iter().map(|(file, error)| note(Place::whole(*file), error.to_string()));
    let errors = errors.iter().map(|error| note(Place::whole(root), error.to_string()));
    unread.chain(errors).collect()
}

fn load_projects(
    sources: &Sources,
    root: Option<&Path>,
    files: &[FileId],
    composition: &Composition,
    seen: &mut Seen,
) -> Vec<Arc<ComposeFile>> {
    let read: Vec<(Tree, Seen)> = files
        .par_iter()
        .map(|file| {
            let mut seen = Seen::default();
            (read::yaml(sources, *file, "compose", &mut seen), seen)
        })
        .collect();
    let (trees, all): (Vec<Tree>, Vec<Seen>) = read.into_iter().unzip();
    for one in all {
        seen.extend(one);
    }
    projects::load(sources, root, &trees, composition)
}

/// The comments of files of variables that may be suppressions.
fn env_remarks(sources: &Sources, files: &[FileId], projects: &[Arc<ComposeFile>]) -> Vec<Remark> {
    let services = projects.iter().flat_map(|project| &project.services);
    let named = services.flat_map(|service| &service.env_files).filter_map(|file| file.resolved_path.value());
    let named = named.filter_map(|path| sources.find(&path.0));
    let all: BTreeSet<FileId> = files.iter().copied().chain(named).collect();
    all.into_iter().flat_map(|file| text::remarks(file, sources.get(file).kept_text())).collect()
}

/// Dockerfiles under names that only a compose file knows.
fn named_dockerfiles(
    sources: &Sources,
    root: Option<&Path>,
    projects: &[Arc<ComposeFile>],
    artifacts: &[Artifact],
) -> Vec<FileId> {
    let known: BTreeSet<FileId> = artifacts.iter().map(|artifact| artifact.file).collect();
    let services = projects.iter().flat_map(|project| &project.services);
    let paths: BTreeSet<&str> = services
        .filter_map(|service| service.build.value()?.dockerfile_path.value())
        .map(|path| path.0.as_str())
        .collect();
    let mut out = Vec::new();
    for path in paths {
        let Some(file) = sources.find(path).filter(|file| !known.contains(file)) else { continue };
        if !read_late(sources, root, file).is_empty() {
            out.push(file);
        }
    }
    out
}

fn service_roots(
    sources: &Sources,
    [dockerfiles, atonix, manifests]: &[&[FileId]; 3],
    projects: &[Arc<ComposeFile>],
    declared: &[(String, bool)],
) -> ServiceRoots {
    let paths =
        |files: &[FileId]| -> Vec<String> { files.iter().map(|file| sources.get(*file).path.clone()).collect() };
    let compose: Vec<ComposeRoots> = projects
        .iter()
        .map(|project| ComposeRoots {
            path: project.path.0.clone(),
            builds: project.services.iter().filter_map(projects::build_of).collect(),
        })
        .collect();
    let (dockerfiles, atonix, manifests) = (paths(dockerfiles), paths(atonix), paths(manifests));
    let roots = discover::service_roots(Inputs {
        dockerfiles: &dockerfiles,
        atonix: &atonix,
        compose: &compose,
        manifests: &manifests,
        declared,
    });
    let is_late = |path: &str| discover::is_workflow(path) || terraform::is_terraform(path);
    if roots.roots().is_empty() && sources.iter().any(|(_, file)| is_late(&file.path)) {
        return ServiceRoots::of_repository();
    }
    roots
}

fn head(sources: &Sources, root: &discover::ServiceRoot) -> Head {
    Head {
        root: root.root.clone(),
        kind: match root.kind {
            RootKind::Service => ServiceKind::Service,
            RootKind::Stack => ServiceKind::Stack,
        },
        is_illustration: root.is_illustration,
        has_atonix: false,
        artifacts: Vec::new(),
        at: Place::whole(sources.find(&root.root).unwrap_or(FileId(0))),
    }
}
