//! Kustomizations built, and their objects handed to the services whose files they come from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::objects::{self, Names};
use super::seen::Seen;
use super::{Repo, presence, read, skaffold};
use crate::discover::{self, is_illustration};
use crate::finding::Note;
use crate::model::k8s::{self, About, Body, Build, Failure, Files, Found, Kustomization, Object};
use crate::source::{EntryKind, FileId, Sources};
use crate::syntax::yaml::Tree;

/// How many bytes of files all builds may read, each file counted once for each build that it may be part of. What
/// comes after is judged unbuilt.
const BYTES: u64 = 256 << 20;

/// The files of a run, as a build asks for them.
struct Disk<'d> {
    sources: &'d Sources,
    root: Option<&'d Path>,
    /// Submodules that are not checked out.
    submodules: Vec<String>,
    /// The files that were read, for the builds that share them.
    trees: Mutex<BTreeMap<FileId, Arc<Tree>>>,
}

impl Files for Disk<'_> {
    fn find(&self, path: &str) -> Option<Found<'_>> {
        if path == "." {
            return Some(Found::Directory);
        }
        let file = self.sources.find(path)?;
        let source = self.sources.get(file);
        if source.kind == EntryKind::Directory {
            return Some(Found::Directory);
        }
        match discover::text(self.root, source) {
            Ok(text) => Some(Found::Text(file, text)),
            Err(error) if error.is_about_content() => Some(Found::Binary(file)),
            Err(_) => None,
        }
    }

    fn is_elsewhere(&self, path: &str) -> bool {
        presence::is_in_submodule(&self.submodules, path)
    }

    fn tree(&self, file: FileId, text: &str) -> Arc<Tree> {
        let kept = |trees: &BTreeMap<FileId, Arc<Tree>>| trees.get(&file).cloned();
        if let Some(tree) = kept(&self.trees.lock().unwrap_or_else(PoisonError::into_inner)) {
            return tree;
        }
        // Read outside of the lock: two builds may come for one file at once, others need not wait for it.
        let tree = Arc::new(Tree::parse(file, text));
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(trees.entry(file).or_insert(tree))
    }
}

/// What the kustomizations of a repository bring to one service.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// Objects that were built and linked.
    pub(super) objects: Vec<Arc<Object>>,
    /// All objects of the builds that its files take part in; empty where it has no others beside them.
    pub(super) neighbours: Vec<Arc<Object>>,
    /// Whether those builds may have more objects than can be seen.
    pub(super) is_open: bool,
    /// Files that were built from, of which only comments and mistakes are still to be read.
    pub(super) files: Vec<FileId>,
    /// What is to be said of its kustomizations.
    pub(super) notes: Vec<Note>,
    /// How many builds bring objects to it.
    pub(super) builds: usize,
}

/// A build with the kustomization that it is of, its objects, and the services they belong to.
struct Built<'k> {
    top: &'k Kustomization,
    build: Build,
    objects: Vec<Object>,
    owners: Vec<Option<usize>>,
}

/// Builds the kustomizations that no other one uses, and gives their objects to the services. Files that no build
/// takes, and kustomizations that cannot be built, are left as they are.
pub(super) fn hand_out(repo: &mut Repo, root: Option<&Path>) {
    let all = std::mem::take(&mut repo.kustomizations);
    if all.is_empty() {
        return;
    }
    let sources = Arc::clone(&repo.sources);
    let submodules = presence::submodules(&sources, root);
    let disk = Disk { sources: &sources, root, submodules, trees: Mutex::default() };
    let tops = affordable(&all, &sources);
    let results: Vec<Result<Build, Failure>> = tops.par_iter().map(|top| k8s::build(&disk, &top.path)).collect();
    let mut all_built = Vec::new();
    let mut seen = Seen::default();
    let by_dir = k8s::by_dir(&all);
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for (top, result) in tops.into_iter().zip(results) {
        match result {
            Ok(build) => {
                let parts = k8s::parts(top, &by_dir).into_iter().map(|part| part.dir.as_str());
                done.extend(parts.filter(|dir| is_for(top, dir)));
                all_built.push(read_objects(repo, top, build, &mut seen));
            }
            Err(failure) => {
                let message = format!("kustomize cannot build `{}`: {}", top.path, failure.message);
                seen.not_evaluated(failure.at, &message, None);
            }
        }
    }
    for gap in all_built.iter().flat_map(|one| &one.build.gaps) {
        seen.not_evaluated(gap.at, &gap.message, None);
    }
    repo.kustomizations = all.iter().filter(|one| !done.contains(one.dir.as_str())).cloned().collect();
    take_files(repo, &all_built);
    take_notes(repo, seen.notes);
    let loose = loose_objects(repo, &all_built);
    link(repo, &mut all_built, &loose);
    give(repo, all_built, &loose);
}

/// The kustomizations that no other one uses, as long as the budget suffices for what they are made of. What tests
/// and documentation use is used by no one.
fn affordable<'k>(all: &'k [Kustomization], sources: &Sources) -> Vec<&'k Kustomization> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for one in all {
        let paths = one.resources.iter().filter_map(|reference| reference.path.as_deref());
        used.extend(paths.filter(|path| is_for(one, path)));
    }
    let by_dir = k8s::by_dir(all);
    let mut left = BYTES;
    let mut affords = |top: &&Kustomization| {
        let parts = k8s::parts(top, &by_dir);
        let files = parts
            .iter()
            .flat_map(|part| part.resources.iter().chain(part.patches.iter().filter_map(|patch| patch.file.as_ref())));
        let files = files.filter_map(|file| sources.find(file.path.as_deref()?));
        let size: u64 = files.map(|file| sources.get(file).size()).sum();
        let rest = left.checked_sub(size);
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let is_top = |one: &&Kustomization| {
        let is_named = by_dir.get(one.dir.as_str()).is_some_and(|named| named.path == one.path);
        is_named && !one.is_component && !used.contains(one.dir.as_str())
    };
    all.iter().filter(is_top).filter(|top| affords(top)).collect()
}

/// Reads the objects of a build, and finds the services that their files belong to.
fn read_objects<'k>(repo: &Repo, top: &'k Kustomization, build: Build, seen: &mut Seen) -> Built<'k> {
    let mut objects: Vec<Object> = Vec::new();
    for object in build.objects(&repo.pod_templates) {
        let mut read = k8s::read_with(&object.tree, &object.path, &repo.pod_templates);
        for made in &mut read {
            made.making.files.clone_from(&object.through);
        }
        if let Some(base_name) = &object.base_name {
            for object in &mut read {
                name_as_written(object, base_name);
            }
        }
        objects.extend(read);
    }
    skaffold::tag(&mut objects, &repo.tagged_by_skaffold);
    read::remark_on(&objects, seen);
    let owners: Vec<Option<usize>> = objects.iter().map(|object| repo.nested.owner_of(&object.meta.path)).collect();
    // What is generated may lie where no service is; it goes where the rest goes.
    let some = owners.iter().copied().flatten().next();
    let for_show = is_illustration(&top.dir);
    let owner = |own: Option<usize>| {
        let owner = own.or(some)?;
        let is_shown = repo.heads.get(owner).is_some_and(|head| head.is_illustration);
        // How a test changes a service is nothing that is deployed.
        (is_shown || !for_show).then_some(owner)
    };
    let owners = owners.into_iter().map(owner).collect();
    Built { top, build, objects, owners }
}

/// Calls a workload by the name that its file gives it, which is the same for all overlays and the one to look for.
fn name_as_written(object: &mut Object, base_name: &str) {
    let Body::Workload(workload) = &mut object.body else { return };
    let workload = Arc::make_mut(workload);
    workload.call(base_name);
    workload.base_name = Some(base_name.to_owned());
    for container in &mut workload.containers.items {
        container.workload_name = container.workload_name.clone().map(|_| base_name.to_owned());
    }
}

/// Whether what lies at a path is judged as a build makes it. Tests and documentation change what is not theirs for
/// themselves alone.
fn is_for(top: &Kustomization, path: &str) -> bool {
    is_illustration(path) || !is_illustration(&top.dir)
}

/// Takes the files that were built from out of the manifests that are read alone.
fn take_files(repo: &mut Repo, built: &[Built<'_>]) {
    let path = |file: FileId| repo.sources.get(file).path.as_str();
    let taken = |one: &Built<'_>| -> Vec<FileId> {
        one.build.files.iter().copied().filter(|file| is_for(one.top, path(*file))).collect()
    };
    let files: BTreeSet<FileId> = built.iter().flat_map(taken).collect();
    for list in &mut repo.files {
        list.manifests.retain(|file| !files.contains(file));
    }
    for file in files {
        let owner = repo.nested.owner_of(&repo.sources.get(file).path);
        if let Some(list) = owner.and_then(|owner| repo.files.get_mut(owner)) {
            list.share.files.push(file);
        }
    }
}

/// Gives each note to the service that owns its file, so that it is told where the service is judged.
fn take_notes(repo: &mut Repo, notes: Vec<Note>) {
    for note in notes {
        let owner = repo.nested.owner_of(&repo.sources.get(note.place.file).path);
        match owner.and_then(|owner| repo.files.get_mut(owner)) {
            Some(list) => list.share.notes.push(note),
            None => repo.seen.notes.push(note),
        }
    }
}

/// The objects of the files that no build takes, of the services that builds bring objects to.
fn loose_objects(repo: &Repo, built: &[Built<'_>]) -> BTreeMap<usize, Vec<Arc<Object>>> {
    let owners: BTreeSet<usize> = built.iter().flat_map(|one| &one.owners).copied().flatten().collect();
    let read = |owner: &usize| {
        let files = &repo.files.get(*owner)?.manifests;
        // Problems are told when the service is put together.
        let mut seen = Seen::default();
        let mut objects: Vec<Object> =
            files.iter().flat_map(|file| read::objects(&repo.sources, *file, &repo.pod_templates, &mut seen)).collect();
        k8s::mark(&mut objects, &repo.kustomizations);
        Some((*owner, objects.into_iter().map(Arc::new).collect::<Vec<_>>()))
    };
    owners.iter().filter_map(read).filter(|(_, objects)| !objects.is_empty()).collect()
}

/// Links the objects of each build, among each other and with those that are deployed beside them.
fn link(repo: &Repo, built: &mut [Built<'_>], loose: &BTreeMap<usize, Vec<Arc<Object>>>) {
    let names = built_names(built);
    built.par_iter_mut().enumerate().for_each(|(index, one)| {
        let owners: BTreeSet<usize> = one.owners.iter().copied().flatten().collect();
        let others: Vec<Arc<Object>> = owners.iter().filter_map(|owner| loose.get(owner)).flatten().cloned().collect();
        let files = &one.build.files;
        let elsewhere = |kind: &str, name: &str| {
            let key = (kind.to_owned(), name.to_owned());
            let is_raw = repo.object_names().get(&key).is_some_and(|all| all.iter().any(|file| !files.contains(file)));
            is_raw || names.get(&key).is_some_and(|builds| builds.iter().any(|other| *other != index))
        };
        let about = About {
            kustomizations: &[],
            is_open: one.build.is_open(),
            withheld: &[],
            is_one_deployment: true,
            is_chart: false,
            elsewhere: &elsewhere,
        };
        k8s::link_among(&mut one.objects, &others, &about);
    });
}

/// Kind and name of every object, with the builds that have it.
fn built_names(built: &[Built<'_>]) -> BTreeMap<(String, String), BTreeSet<usize>> {
    let mut names: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
    for (index, one) in built.iter().enumerate() {
        for object in &one.objects {
            for name in objects::names_of(object) {
                names.entry(name).or_default().insert(index);
            }
        }
    }
    names
}

/// Gives the objects to their services; those of stacks to the services that they are named after.
fn give(repo: &mut Repo, built: Vec<Built<'_>>, loose: &BTreeMap<usize, Vec<Arc<Object>>>) {
    let owners = built.iter().flat_map(|one| &one.owners).copied().flatten();
    let is_shared = owners.collect::<BTreeSet<_>>().into_iter().any(|owner| objects::is_shared(repo, owner));
    let names = if is_shared && repo.heads.len() > 1 { objects::names(repo) } else { Names::new() };
    for one in built {
        let all: Vec<(Arc<Object>, Option<usize>)> =
            one.objects.into_iter().map(Arc::new).zip(one.owners).filter(|(object, _)| !object.is_patch()).collect();
        let mut owners: BTreeSet<usize> = BTreeSet::new();
        for owner in all.iter().filter_map(|(_, owner)| *owner).collect::<BTreeSet<_>>() {
            if loose.contains_key(&owner)
                && let Some(list) = repo.files.get_mut(owner)
            {
                list.share.neighbours.extend(all.iter().map(|(object, _)| Arc::clone(object)));
                list.share.is_open |= one.build.is_open();
            }
        }
        let beside = objects::owners_by_file(all.iter().map(|(object, _)| object), &names);
        for (object, owner) in all {
            let Some(first) = owner else { continue };
            let shared = objects::is_shared(repo, first);
            let beside = shared.then(|| objects::owner_beside(&object, &names, &beside)).flatten();
            let owner = beside.unwrap_or(first);
            owners.insert(owner);
            let path = object.meta.path.clone();
            let (Some(list), Some(head)) = (repo.files.get_mut(owner), repo.heads.get_mut(owner)) else { continue };
            list.share.objects.push(object);
            let is_kustomization = path == one.top.path;
            if !is_kustomization && !head.artifacts.iter().any(|(kind, own)| *kind == "k8s" && *own == path) {
                head.artifacts.push(("k8s", path));
            }
        }
        for owner in owners {
            if let Some(list) = repo.files.get_mut(owner) {
                list.share.builds += 1;
            }
        }
    }
}
