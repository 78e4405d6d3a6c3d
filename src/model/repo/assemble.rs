//! One service put together from its files, and what else it may be: with other values, or composed otherwise.

use std::sync::Arc;

use super::{Across, Alternative, Files, Repo, Seen, charts, objects, read};
use crate::discover::is_of_tests;
use crate::model::code::{LazySource, Packages};
use crate::model::compose::ComposeService;
use crate::model::dependencies::Dependencies;
use crate::model::dockerfile::{Copy, Dockerfile, Role, Stage};
use crate::model::layout::{Layout, RepoLayout, Subtree};
use crate::model::markdown::Documents;
use crate::model::service::{Assembly, Service, ServiceKind};
use crate::source::{EntryKind, FileId, Sources};

/// How a service may be besides what it is first taken to be.
#[derive(Clone, Copy)]
enum Which<'w> {
    Chart(&'w charts::Variant),
    Compose(&'w Alternative),
}

/// A service with other files, for a report.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The file that makes the difference.
    pub file: FileId,
    /// What it does.
    pub what: &'static str,
    /// Whether only Kubernetes objects differ; else only what does not come from them does.
    pub is_of_objects: bool,
}

/// A service with what was seen while it was read.
#[derive(Debug)]
pub struct Assembled {
    /// The service.
    pub service: Service,
    /// What was seen.
    pub seen: Seen,
}

impl Repo {
    /// Puts a service together, its charts rendered with their own values. `None` for an index that is not one of
    /// [`Repo::heads`].
    #[must_use]
    pub fn assemble(&self, index: usize) -> Option<Assembled> {
        self.put_together(index, None)
    }

    /// How a service is with further values files of its charts, and with further compositions of its compose files.
    pub fn variants(&self, index: usize) -> impl Iterator<Item = Variant> {
        let variant = |which| match which {
            Which::Chart(chart) => {
                Some(Variant { file: chart.values, what: "rendered with these values", is_of_objects: true })
            }
            Which::Compose(other) => {
                let project = self.projects.get(other.project)?;
                let last = project.overrides.values().last().unwrap_or(&project.path);
                let file = self.sources.find(&last.0)?;
                Some(Variant { file, what: "composed with this file", is_of_objects: false })
            }
        };
        self.ways(index).filter_map(variant)
    }

    fn ways(&self, index: usize) -> impl Iterator<Item = Which<'_>> {
        let files = self.files.get(index);
        let charts = files.into_iter().flat_map(|files| &files.variants).map(Which::Chart);
        charts.chain(files.into_iter().flat_map(|files| &files.alternatives).map(Which::Compose))
    }

    /// Puts a service together as it is with one of [`Repo::variants`].
    #[must_use]
    pub fn assemble_variant(&self, index: usize, variant: usize) -> Option<Assembled> {
        self.put_together(index, Some(self.ways(index).nth(variant)?))
    }

    fn put_together(&self, index: usize, variant: Option<Which<'_>>) -> Option<Assembled> {
        let (head, files) = (self.heads.get(index)?, self.files.get(index)?);
        let mut seen = Seen::default();
        let dockerfiles: Vec<Arc<Dockerfile>> =
            files.dockerfiles.iter().map(|file| Arc::new(read::dockerfile(&self.sources, *file, &mut seen))).collect();
        let mut atonix = None;
        for file in &files.atonix {
            // Of two the one under the right name counts.
            let found = read::atonix(&self.sources, *file, &mut seen);
            atonix = match (atonix, found) {
                (Some(first), Some(second)) => Some(if second.misnamed { first } else { second }),
                (first, second) => first.or(second),
            };
        }
        let mut objects = objects::of_files(self, files, &mut seen);
        objects.extend(files.objects.iter().chain(&files.share.objects).cloned());
        for file in &files.share.files {
            read::yaml(&self.sources, *file, "k8s", &mut seen);
        }
        seen.notes.extend(files.share.notes.iter().cloned());
        let (chart, other) = match variant {
            Some(Which::Chart(chart)) => (Some(chart), None),
            Some(Which::Compose(other)) => (None, Some(other)),
            None => (None, None),
        };
        let replaced = chart.map(|variant| variant.chart);
        let kept = files.chart_objects.iter().filter(|(chart, _)| Some(*chart) != replaced);
        objects.extend(kept.map(|(_, object)| Arc::clone(object)));
        objects.extend(chart.into_iter().flat_map(|variant| &variant.objects).cloned());
        let base = other.and_then(|other| self.projects.get(other.project)).map(|project| &project.path);
        let stays = |project: &usize| {
            let path = self.projects.get(*project).map(|project| &project.path);
            base.is_none() || base != path
        };
        let own = files.compose_services.iter().copied().filter(|(project, _)| stays(project));
        let others = other.into_iter().flat_map(|other| other.services.iter().map(|service| (other.project, *service)));
        let compose_services: Vec<Arc<ComposeService>> = own
            .chain(others)
            .filter_map(|(project, service)| self.projects.get(project)?.services.items.get(service))
            .map(|service| Arc::new(service.clone()))
            .collect();
        let projects = files.projects.iter().copied().filter(stays);
        let projects = projects.chain(other.filter(|other| other.is_home).map(|other| other.project));
        let is_apart = |root: &&str| head.is_illustration || !is_of_tests(root);
        let nested: Vec<&str> = self.nested.nested_in(&head.root).filter(is_apart).collect();
        let mut layout = Layout::new(&self.sources, &head.root, &nested);
        layout.has_dockerignore |=
            is_ignored_from_elsewhere(&self.sources, &head.root, &dockerfiles, &compose_services);
        let repo = self.layout();
        let speaks_for_repo = Some(index) == self.speaker();
        let assembly = Assembly {
            at: head.at,
            root: head.root.clone(),
            kind: if files.atonix.is_empty()
                && is_none_of_ours(files, &dockerfiles, (&layout.tree, &repo.packages), self.heads.len() == 1)
            {
                ServiceKind::Stack
            } else {
                head.kind
            },
            is_illustration: head.is_illustration,
            atonix: atonix.map(Arc::new),
            dockerfiles,
            compose_services,
            projects: projects.filter_map(|project| self.projects.get(project).cloned()).collect(),
            objects,
            is_alone: self.heads.len() == 1,
            documents: Documents::new(&self.texts, &layout.tree, speaks_for_repo.then_some(&repo.tree), head.at),
            dependencies: Dependencies::new(
                &self.texts,
                &layout.tree,
                (&head.root, head.kind == ServiceKind::Service),
                head.at,
            ),
            layout,
            repo: Arc::clone(repo),
            speaks_for_repo,
        };
        Some(Assembled { service: assembly.finish(), seen })
    }

    /// Whether one place in the files of a service may be several objects: that of a base in several overlays, or one
    /// that a loop in a chart's template prints.
    #[must_use]
    pub fn may_repeat(&self, index: usize) -> bool {
        self.files.get(index).is_some_and(|files| {
            let has_variants = !files.variants.is_empty() || !files.alternatives.is_empty();
            files.share.builds > 1 || !files.chart_objects.is_empty() || has_variants
        })
    }

    fn layout(&self) -> &Arc<RepoLayout> {
        self.layout.get_or_init(|| {
            let across = Arc::new(Across::new(self));
            Arc::new(RepoLayout::new(&self.texts, &self.roots(), &self.late, &across))
        })
    }

    /// What was seen in the files that belong to the repository as a whole and are read when a rule first asks for them.
    #[must_use]
    pub fn late_seen(&self) -> Seen {
        let mut seen = self.late.seen();
        seen.extend(self.layout.get().and_then(|layout| layout.documents.seen()).cloned().unwrap_or_default());
        seen
    }

    /// The service that speaks for the repository as a whole: the first that is judged without being named.
    fn speaker(&self) -> Option<usize> {
        self.heads.iter().position(|head| !head.is_illustration)
    }

    fn roots(&self) -> Vec<&str> {
        self.heads.iter().map(|head| head.root.as_str()).collect()
    }
}

/// Whether a file beside a Dockerfile says what its build leaves out, or one in the directory above its own that it is
/// built from: that which compose names, or where what it copies lies and does not lie below its own.
fn is_ignored_from_elsewhere(
    sources: &Sources,
    root: &str,
    dockerfiles: &[Arc<Dockerfile>],
    composed: &[Arc<ComposeService>],
) -> bool {
    let is_there = |directory: &str, path: &str| {
        let inside = directory == "." || directory.is_empty();
        sources.find(&if inside { path.to_owned() } else { format!("{directory}/{path}") }).is_some()
    };
    if dockerfiles.iter().any(|file| is_there(".", &format!("{}.dockerignore", file.path.0))) {
        return true;
    }
    let stages = dockerfiles.iter().flat_map(|file| &file.stages);
    let copies = stages.flat_map(|stage| &stage.copies).filter(|copy| copy.is_from_context);
    let paths = copies.flat_map(|copy| copy.sources.values()).map(|path| path.trim_start_matches("./"));
    let elsewhere: Vec<&str> = paths.filter(|path| !path.is_empty() && !is_there(root, path)).collect();
    let contexts: Vec<&str> = composed
        .iter()
        .filter_map(|service| service.build.value()?.context_path.value())
        .map(|path| path.0.as_str())
        .collect();
    let above = root.match_indices('/').filter_map(|(at, _)| root.get(..at));
    std::iter::once(".").chain(above).filter(|directory| *directory != root).any(|directory| {
        let is_context = contexts.contains(&directory) || elsewhere.iter().any(|path| is_there(directory, path));
        is_context && is_there(directory, ".dockerignore")
    })
}

/// Whether what is built is no service of the team: images to build others on, somebody else's program with settings of
/// its own, or what only tests.
fn is_none_of_ours(
    files: &Files,
    dockerfiles: &[Arc<Dockerfile>],
    (tree, packages): (&Subtree, &Arc<Packages>),
    is_alone: bool,
) -> bool {
    let every = |is_one: &dyn Fn(&Stage) -> bool| {
        let holds = |file: &Arc<Dockerfile>| file.final_stage.as_ref().is_some_and(|stage| is_one(stage));
        !dockerfiles.is_empty() && dockerfiles.iter().all(holds)
    };
    every(&is_store)
        || every(&tests)
        || every(&|stage| match stage.role {
            Role::Base | Role::Build | Role::Test => true,
            // A directory that only has an image to develop in belongs to the service beside it.
            Role::Development => !is_alone && !holds_manifest(tree),
            Role::Service => false,
        })
        || files.has_only_dockerfiles() && every(&is_to_build_on)
        || every(&only_configures) && !holds_pages(tree) && LazySource::new(tree, packages).get().is_none()
}

/// Whether an image is a data store.
fn is_store(stage: &Stage) -> bool {
    stage.base_software.value().is_some_and(|software| software.holds_data())
}

/// Whether an image starts tests or makes load, and no program that answers.
fn tests(stage: &Stage) -> bool {
    let program = stage.start.value().and_then(|start| start.main_program.value());
    program.is_some_and(|program| TEST_RUNNERS.contains(&program.as_str()))
}

/// Programs that run tests or make load.
const TEST_RUNNERS: &[&str] = &[
    "artillery",
    "behave",
    "cypress",
    "gor",
    "jest",
    "jmeter",
    "k6",
    "locust",
    "mocha",
    "newman",
    "playwright",
    "pytest",
    "robot",
    "rspec",
    "tox",
    "vegeta",
    "vitest",
    "wrk",
];

/// Whether an image is there to build others on, or with: it starts and exposes nothing.
fn is_to_build_on(stage: &Stage) -> bool {
    let base = &stage.external_base;
    let starts_nothing = base.repository() == "scratch" || PLAIN_BASES.contains(&base.repository());
    let brings = !stage.copies.items.is_empty() || !stage.package_commands.items.is_empty();
    starts_nothing && brings && stage.start.is_absent() && stage.exposed_ports.items.is_empty()
}

/// Whether an image starts what its base starts, and only brings single files to it.
fn only_configures(stage: &Stage) -> bool {
    let base = &stage.external_base;
    let brings_more = |copy: &Copy| !copy.is_from_context || copy.copies_whole_context || copy.copies_directory;
    let is_others = stage.base_software.value().is_some()
        || !PLAIN_BASES.contains(&base.repository()) && base.repository() != "scratch";
    let configures = !stage.copies.items.is_empty() && !stage.copies.iter().any(brings_more);
    is_others && stage.start.is_absent() && configures
}

/// Whether a directory holds a manifest of packages, and so what is developed.
fn holds_manifest(tree: &Subtree) -> bool {
    const MANIFESTS: &[&str] =
        &["Cargo.toml", "Gemfile", "build.gradle", "composer.json", "go.mod", "mix.exs", "package.json", "pom.xml"];
    tree.own(EntryKind::File).any(|(_, _, path)| {
        MANIFESTS.contains(&path) || matches!(path, "pyproject.toml" | "requirements.txt") || path.ends_with(".csproj")
    })
}

/// Whether a directory holds pages for browsers, which a web server may serve as they are.
fn holds_pages(tree: &Subtree) -> bool {
    tree.own(EntryKind::File).any(|(_, _, path)| matches!(path.rsplit_once('.'), Some((_, "html" | "htm"))))
}

/// Official images that start nothing, a shell or an interpreter.
const PLAIN_BASES: &[&str] = &[
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "bash",
    "busybox",
    "centos",
    "debian",
    "eclipse-temurin",
    "fedora",
    "golang",
    "node",
    "openjdk",
    "python",
    "ruby",
    "rust",
    "ubuntu",
];
