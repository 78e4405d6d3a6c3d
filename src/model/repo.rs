//! From files to services: every artifact is read in parallel, then each finds the service it belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::atonix::{self, Atonix};
use super::compose::{self, ComposeFile, ComposeInput, ComposeService};
use super::dockerfile::{self, Dockerfile};
use super::k8s::{self, Body, Kustomization, Object};
use super::layout::Layout;
use super::service::{Assembly, Service, ServiceKind};
use crate::discover::{
    self, ArtifactKind, Build, ComposeInput as ComposeRoots, Discovery, Inputs, RootKind, ServiceRoots,
};
use crate::finding::{Label, Note, NoteKind};
use crate::source::{FileId, Place, Sources, Span};
use crate::syntax::{SyntaxProblem, yaml::Tree};

/// Text that a suppression may stand in.
#[derive(Clone, Debug)]
pub struct Remark {
    /// Its place, from `#`.
    pub place: Place,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

/// What kind of trouble a file has that is no value of the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TroubleKind {
    /// A key stands twice in a mapping.
    DuplicateKey,
    /// The tool accepts the text and makes something else of it than a reader would.
    Suspicious,
    /// The tool refuses the file for it, though it is well-formed.
    Refused,
}

/// Something wrong in a file that is no value of the model.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What kind.
    pub kind: TroubleKind,
    /// The kind of artifact.
    pub artifact: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Other places that take part.
    pub related: Vec<Label>,
}

/// The instructions of a Dockerfile, for the reach of suppressions: the span, and whether it is a `FROM`.
pub type InstructionSpans = Vec<(Span, bool)>;

/// A repository: its services and what was seen on the way.
#[derive(Debug)]
pub struct Repo {
    /// All files and directories.
    pub sources: Arc<Sources>,
    /// The services, by root.
    pub services: Vec<Service>,
    /// What could not be read, or was seen and not judged.
    pub notes: Vec<Note>,
    /// What is wrong in files without being a value, with the index of the service.
    pub troubles: Vec<(usize, Trouble)>,
    /// Comments that may be suppressions, by file.
    pub remarks: Vec<Remark>,
    /// The instructions of the Dockerfiles that have such comments.
    pub instructions: BTreeMap<FileId, InstructionSpans>,
    /// How many artifacts were read.
    pub files_read: usize,
}

/// One artifact, read.
enum Parsed {
    Dockerfile(Arc<Dockerfile>),
    Compose(Tree),
    Atonix(Option<Arc<Atonix>>),
    Objects(Vec<Object>),
    Kustomization(Option<Kustomization>),
    Other,
}

struct Read {
    file: FileId,
    parsed: Parsed,
    notes: Vec<Note>,
    troubles: Vec<Trouble>,
    remarks: Vec<Remark>,
    instructions: Option<InstructionSpans>,
}

impl Repo {
    /// Reads what was discovered. `root` is where further files are read from, such as a Dockerfile under a name that
    /// only a compose file knows; `None` for files that are all in memory.
    #[must_use]
    pub fn load(discovery: Discovery, root: Option<&Path>) -> Self {
        let sources = Arc::new(discovery.sources);
        let mut notes = discovery_notes(&sources, &discovery.unread, &discovery.errors);
        let mut read: Vec<Read> = discovery
            .artifacts
            .par_iter()
            .map(|artifact| read_artifact(&sources, artifact.file, artifact.kind))
            .collect();
        let mut projects = load_projects(&sources, &read);
        for project in &projects {
            notes.extend(project.notes(&sources));
        }
        read.extend(named_dockerfiles(&sources, root, &projects, &read));
        let files_read = read.iter().filter(|one| !matches!(one.parsed, Parsed::Other)).count();
        let roots = roots(&sources, &read, &projects);
        let mut builder = Builder::new(&sources, &roots);
        let mut troubles = Vec::new();
        let (mut remarks, mut instructions) = (Vec::new(), BTreeMap::new());
        for one in &mut read {
            notes.append(&mut one.notes);
            remarks.append(&mut one.remarks);
            if let Some(spans) = one.instructions.take() {
                instructions.insert(one.file, spans);
            }
            let service = roots.owner_of(&sources.get(one.file).path).unwrap_or(0);
            troubles.extend(one.troubles.drain(..).map(|trouble| (service, trouble)));
        }
        for project in &mut projects {
            let service = roots.owner_of(&project.file.path.0).unwrap_or(0);
            troubles.extend(project.troubles().into_iter().map(|trouble| (service, trouble)));
        }
        let kustomizations: Vec<Kustomization> = read
            .iter_mut()
            .filter_map(|one| match &mut one.parsed {
                Parsed::Kustomization(kustomization) => kustomization.take(),
                _ => None,
            })
            .collect();
        for one in read {
            builder.add(one);
        }
        for project in projects {
            builder.add_project(project);
        }
        let services = builder.finish(&kustomizations);
        Self { sources, services, notes, troubles, remarks, instructions, files_read }
    }
}

impl Repo {
    /// Gives every file another path, for a report that counts paths from elsewhere. The order of the files, and so
    /// their ids, stay.
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

fn read_artifact(sources: &Sources, file: FileId, kind: ArtifactKind) -> Read {
    let source = sources.get(file);
    let text = source.text();
    let mut read = Read {
        file,
        parsed: Parsed::Other,
        notes: Vec::new(),
        troubles: Vec::new(),
        remarks: Vec::new(),
        instructions: None,
    };
    match kind {
        ArtifactKind::Dockerfile => read_dockerfile(&mut read, &source.path, text),
        ArtifactKind::Compose => {
            let tree = read_yaml(&mut read, "compose", text);
            read.parsed = Parsed::Compose(tree);
        }
        ArtifactKind::Atonix => {
            let tree = read_yaml(&mut read, "atonix", text);
            let (atonix, problems) = atonix::read(&tree, &source.path);
            read.problems("atonix", &problems);
            read.parsed = Parsed::Atonix(atonix.map(Arc::new));
        }
        ArtifactKind::Kubernetes => {
            let tree = read_yaml(&mut read, "k8s", text);
            let objects = k8s::read(&tree, &source.path);
            read.notes.extend(objects.iter().filter_map(unjudged));
            read.parsed = Parsed::Objects(objects);
        }
        ArtifactKind::Kustomization => {
            let tree = read_yaml(&mut read, "k8s", text);
            read.parsed = Parsed::Kustomization(Kustomization::read(&tree, &source.path));
        }
        ArtifactKind::HelmTemplate => read.notes.push(Note {
            kind: NoteKind::NotEvaluated,
            place: Place::whole(file),
            message: "a chart's template is not judged before it is rendered".to_owned(),
            help: Some("render the chart and check the result".to_owned()),
            related: Vec::new(),
        }),
        ArtifactKind::HelmChart | ArtifactKind::Env | ArtifactKind::DockerIgnore | ArtifactKind::Other => {}
    }
    read
}

/// Why an object is not judged, where that is plain without knowing the kustomizations.
fn unjudged(object: &Object) -> Option<Note> {
    let message = match (&object.body, object.patch) {
        (Body::TooLarge, _) => "this object is too large to be read, its aliases expanded",
        (_, Some(k8s::PatchSign::Fragment)) => {
            "this is part of an object, to be merged into another, and not judged alone"
        }
        _ => return None,
    };
    Some(Note {
        kind: NoteKind::NotEvaluated,
        place: object.meta.at,
        message: message.to_owned(),
        help: None,
        related: Vec::new(),
    })
}

fn read_dockerfile(read: &mut Read, path: &str, text: &str) {
    let tree = crate::syntax::dockerfile::parse(text);
    let file = read.file;
    read.problems("dockerfile", &tree.problems);
    for comment in tree.comments.iter().filter(|comment| comment.value.contains("svclint:")) {
        read.remarks.push(Remark { place: Place { file, span: comment.span }, own_line: true });
    }
    if !read.remarks.is_empty() {
        let spans = tree.instructions.iter().map(|instruction| {
            let is_from = matches!(instruction.kind, crate::syntax::dockerfile::InstructionKind::From { .. });
            (instruction.span, is_from)
        });
        read.instructions = Some(spans.collect());
    }
    read.parsed = Parsed::Dockerfile(Arc::new(dockerfile::read(file, path, &tree, text)));
}

fn read_yaml(read: &mut Read, artifact: &'static str, text: &str) -> Tree {
    let tree = Tree::parse(read.file, text);
    read.problems(artifact, &tree.problems);
    let file = read.file;
    let remarks = tree.comments.iter().filter(|comment| comment.text.contains("svclint:"));
    read.remarks.extend(
        remarks.map(|comment| Remark { place: Place { file, span: comment.span }, own_line: comment.own_line }),
    );
    tree
}

impl Read {
    /// What a tool refuses makes the file unparsed; the rest is trouble.
    fn problems(&mut self, artifact: &'static str, problems: &[SyntaxProblem]) {
        for problem in problems {
            let place = Place { file: self.file, span: problem.span };
            let related: Vec<Label> = problem
                .related
                .iter()
                .map(|(span, text)| Label { place: Place { file: self.file, span: *span }, text: text.clone() })
                .collect();
            let (message, help) = (problem.message.clone(), problem.help.clone());
            if problem.fatal {
                self.notes.push(Note { kind: NoteKind::Unparsed, place, message, help, related });
            } else {
                let kind = if artifact == "dockerfile" { TroubleKind::Suspicious } else { TroubleKind::DuplicateKey };
                self.troubles.push(Trouble { kind, artifact, place, message, help, related });
            }
        }
    }
}

/// A compose project with the files it was loaded from.
struct Project {
    file: Arc<ComposeFile>,
}

/// Names under which compose finds its file, in order (Compose Specification, "Compose file").
const BASES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Names of the file that is merged over it without being named.
const OVERRIDES: &[&str] =
    &["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// Loads every project: in each directory the file that compose would take with its override, and every further file
/// by itself.
fn load_projects(sources: &Sources, read: &[Read]) -> Vec<Project> {
    let mut by_directory: BTreeMap<&str, Vec<(&str, &Tree)>> = BTreeMap::new();
    for one in read {
        if let Parsed::Compose(tree) = &one.parsed {
            let path = sources.get(one.file).path.as_str();
            let (directory, name) = path.rsplit_once('/').unwrap_or((".", path));
            by_directory.entry(directory).or_default().push((name, tree));
        }
    }
    let groups: Vec<(&str, Vec<(&str, &Tree)>)> = by_directory.into_iter().collect();
    groups.par_iter().flat_map_iter(|(directory, files)| load_directory(sources, directory, files)).collect()
}

fn load_directory(sources: &Sources, directory: &str, files: &[(&str, &Tree)]) -> Vec<Project> {
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
        let file = compose::load(ComposeInput { tree, path: &base_path }, &overrides, &env, &loader);
        projects.push(Project { file: Arc::new(file) });
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

impl Project {
    fn is_fragment(&self) -> bool {
        self.file.services.iter().any(|service| service.is_fragment)
    }

    fn notes(&self, sources: &Sources) -> Vec<Note> {
        let mut notes = Vec::new();
        for problem in &self.file.problems {
            if problem.kind == compose::TroubleKind::NotFollowed {
                notes.push(Note {
                    kind: NoteKind::NotEvaluated,
                    place: problem.place,
                    message: problem.message.clone(),
                    help: problem.help.clone(),
                    related: labels(&problem.related),
                });
            }
        }
        if self.is_fragment() {
            let file = sources.find(&self.file.path.0).unwrap_or(FileId(0));
            notes.push(Note {
                kind: NoteKind::NotEvaluated,
                place: Place::whole(file),
                message: "services with neither `image` nor `build` are an overlay, which is not judged alone"
                    .to_owned(),
                help: None,
                related: Vec::new(),
            });
        }
        notes
    }

    fn troubles(&self) -> Vec<Trouble> {
        let refused = self.file.problems.iter().filter(|problem| problem.kind == compose::TroubleKind::Invalid);
        refused
            .map(|problem| Trouble {
                kind: TroubleKind::Refused,
                artifact: "compose",
                place: problem.place,
                message: problem.message.clone(),
                help: problem.help.clone(),
                related: labels(&problem.related),
            })
            .collect()
    }
}

fn labels(related: &[(Place, String)]) -> Vec<Label> {
    related.iter().map(|(place, text)| Label { place: *place, text: text.clone() }).collect()
}

/// Dockerfiles under names that only a compose file knows.
fn named_dockerfiles(sources: &Sources, root: Option<&Path>, projects: &[Project], read: &[Read]) -> Vec<Read> {
    let known: BTreeSet<FileId> = read.iter().map(|one| one.file).collect();
    let services = projects.iter().flat_map(|project| &project.file.services);
    let paths: BTreeSet<&str> = services
        .filter_map(|service| service.build.value()?.dockerfile_path.value())
        .map(|path| path.0.as_str())
        .collect();
    let mut out = Vec::new();
    for path in paths {
        let Some(file) = sources.find(path).filter(|file| !known.contains(file)) else { continue };
        let source = sources.get(file);
        if source.text().is_empty()
            && let Some(Ok(text)) = root.map(|root| discover::read(root, path))
        {
            source.set_text(Arc::from(text));
        }
        if !source.text().is_empty() {
            out.push(read_artifact(sources, file, ArtifactKind::Dockerfile));
        }
    }
    out
}

fn roots(sources: &Sources, read: &[Read], projects: &[Project]) -> ServiceRoots {
    let path = |one: &Read| sources.get(one.file).path.clone();
    let paths = |wanted: fn(&Parsed) -> bool| -> Vec<String> {
        read.iter().filter(|one| wanted(&one.parsed)).map(path).collect()
    };
    let dockerfiles = paths(|parsed| matches!(parsed, Parsed::Dockerfile(_)));
    let atonix = paths(|parsed| matches!(parsed, Parsed::Atonix(_)));
    let manifests = paths(|parsed| matches!(parsed, Parsed::Objects(_)));
    let compose: Vec<ComposeRoots> = projects
        .iter()
        .map(|project| ComposeRoots {
            path: project.file.path.0.clone(),
            builds: project.file.services.iter().filter_map(build_of).collect(),
        })
        .collect();
    discover::service_roots(Inputs {
        dockerfiles: &dockerfiles,
        atonix: &atonix,
        compose: &compose,
        manifests: &manifests,
    })
}

fn build_of(service: &ComposeService) -> Option<Build> {
    let build = service.build.value()?;
    let context = build.context_path.value()?.0.clone();
    let dockerfile = build.dockerfile_path.value()?.0.clone();
    Some(Build { context, dockerfile })
}

/// Puts services together.
struct Builder<'b> {
    sources: &'b Arc<Sources>,
    roots: &'b ServiceRoots,
    parts: Vec<Assembly>,
    owner_of_dockerfile: BTreeMap<&'b str, usize>,
}

impl<'b> Builder<'b> {
    fn new(sources: &'b Arc<Sources>, roots: &'b ServiceRoots) -> Self {
        let mut owner_of_dockerfile = BTreeMap::new();
        let mut parts = Vec::new();
        for (index, root) in roots.roots().iter().enumerate() {
            owner_of_dockerfile.extend(root.dockerfiles.iter().map(|path| (path.as_str(), index)));
            let nested: Vec<&str> = roots.nested_in(&root.root).collect();
            parts.push(Assembly {
                at: Place::whole(sources.find(&root.root).unwrap_or(FileId(0))),
                root: root.root.clone(),
                kind: match root.kind {
                    RootKind::Service => ServiceKind::Service,
                    RootKind::Stack => ServiceKind::Stack,
                },
                is_illustration: root.is_illustration,
                atonix: None,
                dockerfiles: Vec::new(),
                compose_services: Vec::new(),
                projects: Vec::new(),
                objects: Vec::new(),
                layout: Layout::new(sources, &root.root, &nested),
                artifacts: Vec::new(),
            });
        }
        Self { sources, roots, parts, owner_of_dockerfile }
    }

    fn part(&mut self, path: &str) -> Option<&mut Assembly> {
        let owner = self.owner_of_dockerfile.get(path).copied().or_else(|| self.roots.owner_of(path))?;
        self.parts.get_mut(owner)
    }

    fn add(&mut self, one: Read) {
        let path = self.sources.get(one.file).path.clone();
        let Some(part) = self.part(&path) else { return };
        match one.parsed {
            Parsed::Dockerfile(dockerfile) => {
                part.artifacts.push(("dockerfile", path));
                part.dockerfiles.push(dockerfile);
            }
            Parsed::Atonix(Some(atonix)) => {
                part.artifacts.push(("atonix", path));
                // Of two the one under the right name counts.
                if part.atonix.as_ref().is_none_or(|other| other.misnamed) {
                    part.atonix = Some(atonix);
                }
            }
            Parsed::Objects(objects) => {
                part.artifacts.push(("k8s", path));
                part.objects.extend(objects.into_iter().map(Arc::new));
            }
            Parsed::Compose(_) => part.artifacts.push(("compose", path)),
            Parsed::Atonix(None) | Parsed::Kustomization(_) | Parsed::Other => {}
        }
    }

    /// A compose service belongs to the service whose Dockerfile it builds, else to the directory of its file.
    fn add_project(&mut self, project: Project) {
        let path = project.file.path.0.clone();
        for service in project.file.services.iter().filter(|service| !service.is_fragment) {
            let dockerfile = service.build.value().and_then(|build| build.dockerfile_path.value());
            let owner = dockerfile
                .and_then(|dockerfile| self.owner_of_dockerfile.get(dockerfile.0.as_str()).copied())
                .or_else(|| self.roots.owner_of(&path));
            if let Some(part) = owner.and_then(|owner| self.parts.get_mut(owner)) {
                part.compose_services.push(Arc::new(service.clone()));
                if !part.artifacts.iter().any(|(kind, artifact)| *kind == "compose" && *artifact == path) {
                    part.artifacts.push(("compose", path.clone()));
                }
            }
        }
        if let Some(part) = self.part(&path) {
            part.projects.push(project.file);
        }
    }

    fn finish(mut self, kustomizations: &[Kustomization]) -> Vec<Service> {
        self.parts.par_iter_mut().for_each(|part| link(part, kustomizations));
        self.hand_out_objects();
        self.parts
            .into_par_iter()
            .map(|mut part| {
                part.artifacts.sort_unstable_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
                part.finish()
            })
            .collect()
    }

    /// Objects outside of every service's directory belong to the service that they are named after, with the
    /// Services and policies that select them.
    fn hand_out_objects(&mut self) {
        let names: BTreeMap<String, usize> = self
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.kind == ServiceKind::Service)
            .flat_map(|(index, part)| names_of(part).into_iter().map(move |name| (name, index)))
            .collect();
        for index in 0..self.parts.len() {
            let Some(part) = self.parts.get_mut(index) else { continue };
            let own_name_differs = part.kind == ServiceKind::Stack || part.root == ".";
            if !own_name_differs || names.len() < 2 {
                continue;
            }
            let objects = std::mem::take(&mut part.objects);
            for object in objects {
                let owner = subject_of(&object).and_then(|name| names.get(&name).copied()).unwrap_or(index);
                let path = object.meta.path.clone();
                let Some(part) = self.parts.get_mut(owner) else { continue };
                part.objects.push(object);
                if owner != index && !part.artifacts.iter().any(|(_, artifact)| *artifact == path) {
                    part.artifacts.push(("k8s", path));
                }
            }
        }
    }
}

/// The names under which a service is known elsewhere.
fn names_of(part: &Assembly) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    names.extend(part.root.rsplit('/').next().filter(|name| *name != ".").map(str::to_owned));
    names.extend(part.atonix.iter().filter_map(|atonix| atonix.metadata.name.value().cloned()));
    names
        .extend(part.compose_services.iter().filter(|service| service.first_party).map(|service| service.name.clone()));
    names
}

/// The name of the workload that an object is, or is for.
fn subject_of(object: &Object) -> Option<String> {
    let only = |names: &super::value::List<super::value::Field<String>>| match names.values().collect::<Vec<_>>()[..] {
        [only] => only.rsplit('/').next().map(str::to_owned),
        _ => None,
    };
    match &object.body {
        Body::Workload(workload) => workload.name.value().cloned(),
        Body::Service(service) => only(&service.selected_workloads),
        Body::NetworkPolicy(policy) => only(&policy.selected_workloads),
        Body::DisruptionBudget(budget) => only(&budget.selected_workloads),
        Body::Autoscaler(autoscaler) => autoscaler.target_name.value().cloned(),
        _ => None,
    }
}

fn link(part: &mut Assembly, kustomizations: &[Kustomization]) {
    let mut objects: Vec<Object> = std::mem::take(&mut part.objects)
        .into_iter()
        .map(|object| Arc::try_unwrap(object).unwrap_or_else(|shared| (*shared).clone()))
        .collect();
    k8s::link(&mut objects, kustomizations);
    part.objects = objects.into_iter().filter(|object| !object.is_patch()).map(Arc::new).collect();
}
