//! Kubernetes objects that lie outside of every service's directory find the service they are named after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::seen::Seen;
use super::{Repo, read};
use crate::model::k8s::{self, Body, Object};
use crate::model::service::ServiceKind;
use crate::model::value::{Field, List};
use crate::source::FileId;

/// Names of objects with the files that have them; see [`Repo::object_names`].
pub(super) type Names = BTreeMap<(String, String), BTreeSet<FileId>>;

/// The linked objects of files that are deployed together, patches left out.
pub(super) fn of_files(repo: &Repo, files: &[FileId], seen: &mut Seen) -> Vec<Arc<Object>> {
    let mut objects: Vec<Object> = files.iter().flat_map(|file| read::objects(&repo.sources, *file, seen)).collect();
    let elsewhere = |kind: &str, name: &str| {
        let names = repo.object_names.get_or_init(|| object_names(repo));
        let found = names.get(&(kind.to_owned(), name.to_owned()));
        found.is_some_and(|found| found.iter().any(|file| !files.contains(file)))
    };
    k8s::link(&mut objects, &repo.kustomizations, &elsewhere);
    objects.into_iter().filter(|object| !object.is_patch()).map(Arc::new).collect()
}

/// Every object of the repository by kind and name. Only asked for when a name is not found where it is used.
///
/// Read one after the other: a parallel read could pick up another service on this thread, which would wait for the
/// very names that are being gathered.
fn object_names(repo: &Repo) -> Names {
    let mut names = Names::new();
    for chart in &repo.charts {
        for object in chart.base_objects() {
            if let Some(name) = object.meta.name.value() {
                names.entry((object.meta.kind().to_owned(), name.clone())).or_default().insert(object.meta.at.file);
            }
        }
    }
    for file in &repo.manifests {
        for object in read::objects(&repo.sources, *file, &mut Seen::default()) {
            if let Some(name) = object.meta.name.value() {
                names.entry((object.meta.kind().to_owned(), name.clone())).or_default().insert(*file);
            }
        }
    }
    names
}

/// Hands the objects of stacks, and of a service at the root of several, to the services that they are named after.
pub(super) fn hand_out(repo: &mut Repo) {
    let shared: Vec<usize> = repo
        .heads
        .iter()
        .enumerate()
        .filter(|(_, head)| head.kind == ServiceKind::Stack || head.root == ".")
        .map(|(index, _)| index)
        .filter(|index| repo.files.get(*index).is_some_and(|files| !files.manifests.is_empty()))
        .collect();
    if shared.is_empty() {
        return;
    }
    let names = names(repo);
    if names.is_empty() || repo.heads.len() < 2 {
        return;
    }
    let read: Vec<(usize, Vec<Arc<Object>>, Seen)> = shared
        .into_par_iter()
        .filter_map(|index| {
            let mut seen = Seen::default();
            let files = &repo.files.get(index)?.manifests;
            Some((index, of_files(repo, files, &mut seen), seen))
        })
        .collect();
    for (index, objects, seen) in read {
        repo.trouble_owners.extend(seen.troubles.iter().map(|_| index));
        repo.seen.extend(seen);
        if let Some(files) = repo.files.get_mut(index) {
            files.manifests.clear();
        }
        for object in objects {
            let owner = owner_by_name(&object, &names).unwrap_or(index);
            let path = object.meta.path.clone();
            let (Some(files), Some(head)) = (repo.files.get_mut(owner), repo.heads.get_mut(owner)) else { continue };
            files.objects.push(object);
            if !head.artifacts.iter().any(|(kind, artifact)| *kind == "k8s" && *artifact == path) {
                head.artifacts.push(("k8s", path));
            }
        }
    }
}

/// The service that an object is named after.
pub(super) fn owner_by_name(object: &Object, names: &BTreeMap<String, usize>) -> Option<usize> {
    let subject = subject_of(object).and_then(|name| names.get(&name).copied());
    subject.or_else(|| names.get(&image_of_job(object)?).copied())
}

/// Whether a manifest has an object of a kind and name.
pub(super) fn has_manifest(repo: &Repo, wanted: &(String, String)) -> bool {
    repo.object_names.get_or_init(|| object_names(repo)).contains_key(wanted)
}

/// The names under which services are known elsewhere: their directory, their atonix.yaml, the compose service that
/// builds them.
pub(super) fn names(repo: &Repo) -> BTreeMap<String, usize> {
    let services = repo.heads.par_iter().zip(&repo.files).enumerate();
    let names: Vec<(usize, BTreeSet<String>)> = services
        .filter(|(_, (head, _))| head.kind == ServiceKind::Service)
        .map(|(index, (head, files))| {
            let mut names = BTreeSet::new();
            names.extend(head.root.rsplit('/').next().filter(|name| *name != ".").map(str::to_owned));
            names.extend(files.atonix.iter().filter_map(|file| {
                // Problems are told when the service is put together.
                let atonix = read::atonix(&repo.sources, *file, &mut Seen::default())?;
                atonix.metadata.name.value().cloned()
            }));
            let services = files
                .compose_services
                .iter()
                .filter_map(|(project, service)| repo.projects.get(*project)?.services.items.get(*service));
            names.extend(services.filter(|service| service.first_party).map(|service| service.name.clone()));
            (index, names)
        })
        .collect();
    let mut out = BTreeMap::new();
    for (index, names) in names {
        for name in names {
            out.entry(name).or_insert(index);
        }
    }
    out
}

/// The name of the workload that an object is, or is for.
fn subject_of(object: &Object) -> Option<String> {
    let only = |names: &List<Field<String>>| match names.values().collect::<Vec<_>>()[..] {
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

/// The name of the one image that a job runs: jobs are named after what they do, and run the service they do it for.
fn image_of_job(object: &Object) -> Option<String> {
    let Body::Workload(workload) = &object.body else { return None };
    let [container] = &workload.containers.items[..] else { return None };
    workload.is_job.then(|| container.image.value().map(|image| image.base_name().to_owned()))?
}
