//! The manifests of a service, read when a rule first asks for them.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::format::{ecosystem_of, format_of, lockfiles, requirements_group};
use super::python::{Draft, pipfile, pyproject, setup_cfg};
use super::requirement::{Home, normal, requirements};
use super::{
    Ecosystem, Format, Group, Manifest, Package, PackageGap, Pinned, RuntimeGap, Tool, ToolSetting, node, other,
    runtime, settings,
};
use crate::discover::is_illustration;
use crate::finding::{Note, NoteKind};
use crate::model::dockerfile::Dockerfile;
use crate::model::late::LateTexts;
use crate::model::layout::{Subtree, is_test_data};
use crate::model::repo::Seen;
use crate::model::schema::{Modelled, PathText, Slot, Type};
use crate::model::value::{Field, List, Unresolved};
use crate::source::{EntryKind, FileId, Place};
use crate::syntax::yaml::Tree;
use crate::syntax::{SyntaxProblem, ini, toml};

/// A larger manifest is not read: 4 MiB.
const MAX_BYTES: u64 = 4 << 20;

/// What a service is made of.
#[derive(Clone, Debug)]
pub struct Dependencies {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    texts: LateTexts,
    tree: Subtree,
    root: String,
    is_built: bool,
    at: Place,
    manifests: OnceLock<(List<Manifest>, Seen)>,
    above: OnceLock<List<Manifest>>,
    tools: OnceLock<(List<Tool>, List<ToolSetting>)>,
}

/// The manifests of a service.
#[derive(Clone, Debug)]
pub struct Manifests(Dependencies);

/// The manifests in the directories above a service, up to the root of the run.
#[derive(Clone, Debug)]
pub struct ManifestsAbove(Dependencies);

/// The tools of a service.
#[derive(Clone, Debug)]
pub struct Tools(Dependencies);

/// The settings of the tools of a service.
#[derive(Clone, Debug)]
pub struct ToolSettings(Dependencies);

/// Where image and manifests of a service disagree on the version of its language.
#[derive(Clone, Debug)]
pub struct RuntimeGaps {
    dependencies: Dependencies,
    dockerfile: Option<Arc<Dockerfile>>,
    made: OnceLock<List<RuntimeGap>>,
}

/// Where `requirements.txt` and `pyproject.toml` of a service disagree.
#[derive(Clone, Debug)]
pub struct PackageGaps {
    dependencies: Dependencies,
    made: OnceLock<List<PackageGap>>,
}

impl Dependencies {
    /// The manifests among the files of a service, of which the root is given and whether it is built here; nothing is
    /// read yet.
    #[must_use]
    pub fn new(texts: &LateTexts, tree: &Subtree, (root, is_built): (&str, bool), at: Place) -> Self {
        let (manifests, above, tools) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let (texts, tree) = (texts.clone(), tree.clone());
        let inner = Inner { texts, tree, root: root.to_owned(), is_built, at, manifests, above, tools };
        Self { inner: Arc::new(inner) }
    }

    /// The manifests.
    #[must_use]
    pub fn manifests(&self) -> Manifests {
        Manifests(self.clone())
    }

    /// The manifests above.
    #[must_use]
    pub fn above(&self) -> ManifestsAbove {
        ManifestsAbove(self.clone())
    }

    /// The tools.
    #[must_use]
    pub fn tools(&self) -> Tools {
        Tools(self.clone())
    }

    /// The settings of the tools.
    #[must_use]
    pub fn settings(&self) -> ToolSettings {
        ToolSettings(self.clone())
    }

    /// Where the image has another version of the language than the manifests take.
    #[must_use]
    pub fn runtime_gaps(&self, dockerfile: Option<Arc<Dockerfile>>) -> RuntimeGaps {
        RuntimeGaps { dependencies: self.clone(), dockerfile, made: OnceLock::new() }
    }

    /// Where two manifests for Python disagree.
    #[must_use]
    pub fn package_gaps(&self) -> PackageGaps {
        PackageGaps { dependencies: self.clone(), made: OnceLock::new() }
    }

    /// What was seen while they were read; `None` where nobody asked for them.
    #[must_use]
    pub fn seen(&self) -> Option<&Seen> {
        self.inner.manifests.get().map(|(_, seen)| seen)
    }

    pub(super) fn list(&self) -> &List<Manifest> {
        &self.inner.manifests.get_or_init(|| self.inner.read()).0
    }

    pub(super) fn found(&self) -> &(List<Tool>, List<ToolSetting>) {
        self.inner.tools.get_or_init(|| self.inner.find_tools(self.list()))
    }
}

impl Manifests {
    /// The manifests, by path.
    #[must_use]
    pub fn list(&self) -> &List<Manifest> {
        self.0.list()
    }
}

/// Manifests for all that lies below: those of workspaces, and lists of what development needs.
const ABOVE: &[&str] = &[
    "Cargo.toml",
    "Pipfile",
    "dev-requirements.txt",
    "package.json",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements-test.txt",
    "requirements.txt",
    "requirements/dev.txt",
    "requirements/test.txt",
    "requirements_dev.txt",
    "setup.cfg",
    "setup.py",
    "test-requirements.txt",
];

/// The directories from one up to the root of the run.
fn upwards(directory: &str) -> Vec<String> {
    let mut out = vec![directory.to_owned()];
    let mut rest = directory;
    while rest != "." {
        rest = rest.rsplit_once('/').map_or(".", |(parent, _)| parent);
        out.push(rest.to_owned());
    }
    out
}

fn joined(directory: &str, name: &str) -> String {
    if directory == "." { name.to_owned() } else { format!("{directory}/{name}") }
}

impl Inner {
    fn read(&self) -> (List<Manifest>, Seen) {
        let mut seen = Seen::default();
        let mut manifests = Vec::new();
        let found = self.tree.own(EntryKind::File).filter(|(_, entry, _)| entry.size() <= MAX_BYTES);
        for (id, _, local) in found {
            let Some(format) = format_of(local) else { continue };
            match self.texts.text(id) {
                Ok(text) => {
                    seen.files_read += 1;
                    let (manifest, problems) = self.manifest(id, local, format, text);
                    manifests.extend(manifest);
                    seen.notes.extend(problems.into_iter().filter(|problem| problem.fatal).map(|problem| Note {
                        kind: NoteKind::Unparsed,
                        place: Place { file: id, span: problem.span },
                        message: problem.message,
                        help: problem.help,
                        related: Vec::new(),
                    }));
                }
                Err(error) => seen.unread(id, &error),
            }
        }
        // What is missing is said at the first one: the nearest to the root, of the languages that most rules ask for.
        manifests.sort_by_key(|manifest: &Manifest| {
            let rank = match manifest.ecosystem {
                Ecosystem::Python => 0,
                Ecosystem::Node => 1,
                _ => 2,
            };
            (manifest.local_path.0.matches('/').count(), rank)
        });
        let at = manifests.first().map_or(self.at, |manifest| manifest.at);
        (List::new(manifests, at), seen)
    }

    fn read_above(&self) -> List<Manifest> {
        let sources = self.texts.sources();
        let names = upwards(&self.root)
            .into_iter()
            .skip(1)
            .flat_map(|directory| ABOVE.iter().map(|name| joined(&directory, name)).collect::<Vec<_>>());
        let files = names.filter_map(|path| Some((sources.find(&path)?, path)));
        let files =
            files.filter(|(id, _)| sources.get(*id).kind == EntryKind::File && sources.get(*id).size() <= MAX_BYTES);
        let manifests = files.filter_map(|(id, path)| {
            let text = self.texts.text(id).ok()?;
            let manifest = self.manifest(id, &path, format_of(&path)?, text).0?;
            Some(Manifest { is_of_service: false, ..manifest })
        });
        List::new(manifests.collect(), self.at)
    }

    fn manifest(
        &self,
        file: FileId,
        local: &str,
        format: Format,
        text: &str,
    ) -> (Option<Manifest>, Vec<SyntaxProblem>) {
        let path = self.texts.sources().get(file).path.clone();
        let at = Place::whole(file);
        let ecosystem = ecosystem_of(format);
        let directory = local.rsplit_once('/').map_or("", |(directory, _)| directory);
        let is_of_service = self.is_built && matches!(directory, "" | "requirements");
        let is_test_data = is_test_data(local) || is_illustration(directory);
        let home = Home { file, path: path.clone(), ecosystem, is_test_data, is_of_service };
        let mut problems = Vec::new();
        let mut toml = || {
            let (toml, found) = toml::parse(text);
            problems.extend(found);
            toml
        };
        let mut draft = match format {
            Format::Requirements => self.requirements(&path, text, &home),
            Format::Pyproject => pyproject(&toml(), &home),
            Format::Pipfile => pipfile(&toml(), &home),
            Format::Cargo => other::cargo(&toml(), &home),
            Format::SetupCfg => setup_cfg(&ini::parse(text), &home),
            Format::SetupPy => Draft { unseen: Some("`setup.py` is a program, and not run"), ..Draft::new(at) },
            Format::GoMod => other::go_mod(text, &home),
            Format::PackageJson => {
                let tree = Tree::parse(file, text);
                problems.extend(tree.problems.iter().cloned());
                node::package_json(&tree, &home)
            }
        };
        if !draft.is_manifest {
            return (None, problems);
        }
        if !draft.listed_in.is_empty() && draft.listed_in.iter().all(|name| self.is_requirements(&path, name)) {
            draft.unseen = None;
        }
        if !problems.is_empty() {
            draft.unseen = Some("this file could not be read");
        }
        let lockfile = self.lockfile(&path, format, at);
        for package in &mut draft.packages {
            package.has_lockfile = lockfile.value().is_some();
        }
        let runtime_packages = draft.packages.iter().filter(|package| package.group == Group::Main);
        let runtime_packages = runtime_packages.map(|package| Field::known(package.name.clone(), package.at)).collect();
        let unseen = draft
            .unseen
            .map(|why| Box::new(Unresolved { text: String::new(), why: why.into(), at, via: None, expected: None }));
        let manifest = Manifest {
            at,
            name: local.rsplit('/').next().unwrap_or(local).to_owned(),
            directory: path
                .rsplit_once('/')
                .map_or(Field::Absent(at), |(directory, _)| Field::known(directory.to_owned(), at)),
            path: PathText(path),
            local_path: PathText(local.to_owned()),
            format,
            ecosystem,
            is_test_data: home.is_test_data,
            is_of_service,
            packages: List { unseen: unseen.clone(), ..List::new(draft.packages, at) },
            runtime_packages: List { unseen, ..List::new(runtime_packages, at) },
            scripts: List::new(draft.scripts, at),
            runtime: draft.runtime,
            lockfile,
            is_dynamic: draft.is_dynamic,
            listed_in: draft.listed_in,
        };
        (Some(manifest), problems)
    }

    /// Whether `name`, as the manifest at `path` writes it, is a requirements file, and so a manifest of its own.
    fn is_requirements(&self, path: &str, name: &str) -> bool {
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        let name = name.trim_start_matches("./");
        matches!(format_of(name), Some(Format::Requirements))
            && self.texts.sources().find(&joined(directory, name)).is_some()
    }

    /// A requirements file with what `-c` pins. Files that `-r` names are manifests of their own.
    fn requirements(&self, path: &str, text: &str, home: &Home) -> Draft {
        let mut draft = Draft::new(Place::whole(home.file));
        let read = requirements(text, requirements_group(path), home);
        draft.packages = read.packages;
        draft.listed_in = read.included;
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        for name in read.constraints {
            let path = joined(directory, name.trim_start_matches("./"));
            let pins = self.texts.sources().find(&path).and_then(|file| {
                let text = self.texts.text(file).ok()?;
                let home = Home { file, path: path.clone(), ..home.clone() };
                Some(requirements(text, Group::Main, &home).packages)
            });
            let exact: Vec<String> = pins
                .into_iter()
                .flatten()
                .filter(|package| package.pinned == Pinned::Exact)
                .map(|package| package.name)
                .collect();
            for package in &mut draft.packages {
                if exact.contains(&package.name) {
                    package.pinned = Pinned::Exact;
                }
            }
        }
        draft
    }

    fn lockfile(&self, path: &str, format: Format, at: Place) -> Field<PathText> {
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        let sources = self.texts.sources();
        // Workspaces have one for all, at their root.
        for directory in upwards(directory) {
            for name in lockfiles(format) {
                let found = joined(&directory, name);
                if let Some(id) = sources.find(&found) {
                    return Field::known(PathText(found), Place::whole(id));
                }
            }
        }
        Field::Absent(at)
    }

    fn find_tools(&self, manifests: &List<Manifest>) -> (List<Tool>, List<ToolSetting>) {
        let mut found = settings::find(&self.texts, &upwards(&self.root));
        for package in manifests.iter().flat_map(|manifest| &manifest.packages) {
            found.tool(&package.name, package.at);
        }
        found.tools.sort_by(|a, b| (&a.name, a.at).cmp(&(&b.name, b.at)));
        found.tools.dedup_by(|a, b| a.name == b.name);
        // What a repository lacks stands in none of the manifests of its services.
        let own = manifests.items.first().filter(|_| self.is_built);
        let at = own.map_or(self.at, |manifest| manifest.at);
        let mut all = List::new(found.settings, at);
        if let Some((name, place)) = found.open {
            all.leave_open(name, "it takes settings from another file", place);
        }
        (List::new(found.tools, at), all)
    }
}

impl Modelled for Manifests {
    const TYPE: Type = List::<Manifest>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.list().as_slot(parent)
    }
}

impl Modelled for ManifestsAbove {
    const TYPE: Type = List::<Manifest>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        let inner = &self.0.inner;
        inner.above.get_or_init(|| inner.read_above()).as_slot(parent)
    }
}

impl Modelled for Tools {
    const TYPE: Type = List::<Tool>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.0.found().0.as_slot(parent)
    }
}

impl Modelled for ToolSettings {
    const TYPE: Type = List::<ToolSetting>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.0.found().1.as_slot(parent)
    }
}

impl Modelled for RuntimeGaps {
    const TYPE: Type = List::<RuntimeGap>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        let made = self.made.get_or_init(|| {
            let gaps = runtime::gaps(&self.dependencies.list().items, self.dockerfile.as_deref());
            List::new(gaps, self.dependencies.inner.at)
        });
        made.as_slot(parent)
    }
}

impl Modelled for PackageGaps {
    const TYPE: Type = List::<PackageGap>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        let made = self
            .made
            .get_or_init(|| List::new(package_gaps(&self.dependencies.list().items), self.dependencies.inner.at));
        made.as_slot(parent)
    }
}

/// Packages that `pyproject.toml` in the root needs and `requirements.txt` beside it has not, or has in another exact
/// version.
fn package_gaps(manifests: &[Manifest]) -> Vec<PackageGap> {
    let named = |name: &str| manifests.iter().find(|manifest| manifest.local_path.0 == name);
    let (Some(pyproject), Some(requirements)) = (named("pyproject.toml"), named("requirements.txt")) else {
        return Vec::new();
    };
    if pyproject.is_dynamic || pyproject.packages.items.is_empty() {
        return Vec::new();
    }
    // What it includes lies beside it; a file of the same name elsewhere is not meant.
    let mut files = vec![requirements];
    let mut next = 0;
    while let Some(file) = files.get(next) {
        let included = file.listed_in.iter().filter_map(|name| named(name.trim_start_matches("./")));
        let new: Vec<&Manifest> =
            included.filter(|found| !files.iter().any(|known| known.path == found.path)).collect();
        files.extend(new);
        next += 1;
    }
    let packages = files.iter().flat_map(|file| &file.packages);
    let listed: BTreeMap<String, &Package> = packages.map(|package| (normal(&package.name), package)).collect();
    let mut out = Vec::new();
    for package in pyproject.packages.iter().filter(|package| package.group == Group::Main) {
        let constraint = package.constraint.clone();
        match listed.get(&package.name) {
            None => out.push(PackageGap {
                at: package.at,
                name: package.name.clone(),
                pyproject: constraint,
                requirements: Field::Absent(package.at),
            }),
            Some(other) if disagree(package, other) => out.push(PackageGap {
                at: package.at,
                name: package.name.clone(),
                pyproject: constraint,
                requirements: other.constraint.clone(),
            }),
            Some(_) => {}
        }
    }
    out
}

/// Whether the one exact version that `requirements.txt` has is none that `pyproject.toml` takes.
fn disagree(pyproject: &Package, requirements: &Package) -> bool {
    let (Some(wanted), Some(pinned)) = (pyproject.constraint.value(), requirements.constraint.value()) else {
        return false;
    };
    let exact = pinned.trim_start_matches('=').trim();
    requirements.pinned == Pinned::Exact && super::constraint::takes(wanted, exact) == Some(false)
}
