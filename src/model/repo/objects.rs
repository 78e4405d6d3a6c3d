//! Kubernetes objects that lie outside of every service's directory find the service they are named after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::charts::Chart;
use super::seen::Seen;
use super::{Files, Head, Repo, read, skaffold};
use crate::model::k8s::{self, About, Body, Object};
use crate::model::service::ServiceKind;
use crate::model::value::{Field, List};
use crate::source::FileId;

/// Names of objects with the files that have them; see [`Repo::object_names`].
pub(super) type ObjectNames = BTreeMap<(String, String), BTreeSet<FileId>>;

/// The services by the names under which they are known elsewhere.
pub(super) type Names = BTreeMap<String, usize>;

/// The linked objects of the manifests of a service that no build takes, patches left out.
pub(super) fn of_files(repo: &Repo, own: &Files, seen: &mut Seen) -> Vec<Arc<Object>> {
    let files = &own.manifests;
    let read = |file: &FileId| read::objects(&repo.sources, *file, &repo.pod_templates, seen);
    let mut objects: Vec<Object> = files.iter().flat_map(read).collect();
    let elsewhere = |kind: &str, name: &str| {
        let found = repo.object_names().get(&(kind.to_owned(), name.to_owned()));
        let is_filled_in = |file: &FileId| kind == k8s::POD_LABEL && is_template(repo.sources.get(*file).text());
        found.is_some_and(|found| found.iter().any(|file| !files.contains(file) || is_filled_in(file)))
    };
    skaffold::tag(&mut objects, &repo.tagged_by_skaffold);
    k8s::mark(&mut objects, &repo.kustomizations);
    let about = About {
        kustomizations: &repo.kustomizations,
        is_open: own.share.is_open,
        withheld: &[],
        is_one_deployment: false,
        is_chart: false,
        elsewhere: &elsewhere,
    };
    k8s::link_among(&mut objects, &own.share.neighbours, &about);
    objects.into_iter().filter(|object| !object.is_patch()).map(Arc::new).collect()
}

/// Every object of the repository by kind and name. Only asked for when a name is not found where it is used.
///
/// Read one after the other: a parallel read could pick up another service on this thread, which would wait for the
/// very names that are being gathered.
pub(super) fn object_names(repo: &Repo) -> ObjectNames {
    let mut names = repo.chart_names.clone();
    for file in &repo.manifests {
        if has_only_definitions(repo.sources.get(*file).text()) {
            continue;
        }
        let text = repo.sources.get(*file).text();
        let objects = read::objects(&repo.sources, *file, &repo.pod_templates, &mut Seen::default());
        let known: BTreeSet<(String, String)> =
            if objects.is_empty() { names_in_template(text) } else { objects.iter().flat_map(names_of).collect() };
        for name in known {
            names.entry(name).or_default().insert(*file);
        }
    }
    names
}

/// What an object is known by elsewhere: its kind and name, and the labels of its pods.
pub(super) fn names_of(object: &Object) -> Vec<(String, String)> {
    let name = object.meta.name.value().map(|name| (object.meta.kind().to_owned(), name.clone()));
    let Body::Workload(workload) = &object.body else { return name.into_iter().collect() };
    let labels = workload.pod_labels.iter().filter_map(|pair| pair_name(&pair.key, pair.value.value()?));
    name.into_iter().chain(labels).collect()
}

fn pair_name(key: &str, value: &str) -> Option<(String, String)> {
    (!key.is_empty() && !value.is_empty()).then(|| (k8s::POD_LABEL.to_owned(), format!("{key}={value}")))
}

/// What a manifest that another program fills in may give to pods: any pair in it may be one of their labels.
fn names_in_template(text: &str) -> BTreeSet<(String, String)> {
    let is_template = is_template(text);
    let pairs = text.lines().filter(|_| is_template).filter_map(|line| line.trim().split_once(": "));
    pairs.filter_map(|(key, value)| pair_name(key.trim_matches('"'), value.trim().trim_matches(['"', '\'']))).collect()
}

fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// The same of the charts alone.
pub(super) fn chart_names(charts: &[Chart]) -> ObjectNames {
    let mut names = ObjectNames::new();
    for object in charts.iter().flat_map(Chart::base_objects) {
        for name in names_of(object) {
            names.entry(name).or_default().insert(object.meta.at.file);
        }
    }
    names
}

/// Whether a text has nothing but definitions of custom resources, which are long, and which nothing names.
fn has_only_definitions(text: &str) -> bool {
    let mut kinds = text.lines().filter_map(|line| line.strip_prefix("kind:")).map(str::trim).peekable();
    kinds.peek().is_some() && kinds.all(|kind| kind == "CustomResourceDefinition")
}

/// Hands the objects of stacks, and of a service at the root of several, to the services that they are named after.
pub(super) fn hand_out(repo: &mut Repo) {
    let shared: Vec<usize> = repo
        .heads
        .iter()
        .enumerate()
        .map(|(index, _)| index)
        .filter(|index| is_shared(repo, *index))
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
            Some((index, of_files(repo, repo.files.get(index)?, &mut seen), seen))
        })
        .collect();
    for (index, objects, seen) in read {
        repo.trouble_owners.extend(seen.troubles.iter().map(|_| index));
        repo.seen.extend(seen);
        if let Some(files) = repo.files.get_mut(index) {
            files.manifests.clear();
        }
        let beside = owners_by_file(&objects, &names);
        for object in objects {
            let owner = owner_beside(&object, &names, &beside).unwrap_or(index);
            let path = object.meta.path.clone();
            let (Some(files), Some(head)) = (repo.files.get_mut(owner), repo.heads.get_mut(owner)) else { continue };
            files.objects.push(object);
            if !head.artifacts.iter().any(|(kind, artifact)| *kind == "k8s" && *artifact == path) {
                head.artifacts.push(("k8s", path));
            }
        }
    }
}

/// By file the one service that its workloads are named after, if it is one: what stands beside them is for it.
pub(super) fn owners_by_file<'o>(
    objects: impl IntoIterator<Item = &'o Arc<Object>>,
    names: &Names,
) -> BTreeMap<FileId, Option<usize>> {
    let mut owners: BTreeMap<FileId, Option<usize>> = BTreeMap::new();
    for object in objects.into_iter().filter(|object| matches!(object.body, Body::Workload(_))) {
        let owner = owner_of(object, names);
        owners
            .entry(object.meta.at.file)
            .and_modify(|other| *other = other.filter(|_| *other == owner))
            .or_insert(owner);
    }
    owners
}

/// Whether the objects of a service may well be those of others: a stack, or a service at the root of several. What
/// stands in documentation or among tests is nobody's.
pub(super) fn is_shared(repo: &Repo, index: usize) -> bool {
    let is_shared = |head: &Head| head.kind == ServiceKind::Stack || head.root == ".";
    repo.heads.get(index).is_some_and(|head| is_shared(head) && !head.is_illustration)
}

/// The service that an object is named after, or else that of the workloads beside it in its file.
pub(super) fn owner_beside(object: &Object, names: &Names, beside: &BTreeMap<FileId, Option<usize>>) -> Option<usize> {
    let is_workload = matches!(object.body, Body::Workload(_));
    let by_file = || beside.get(&object.meta.at.file).copied().flatten().filter(|_| !is_workload);
    owner_of(object, names).or_else(by_file)
}

/// The service that an object is named after.
pub(super) fn owner_of(object: &Object, names: &Names) -> Option<usize> {
    let service = |subject: String| of_name(names, &subject).or_else(|| of_name(names, without_kind(&subject)));
    let subject = subject_of(object).and_then(service);
    subject.or_else(|| names.get(&image_of_job(object)?).copied())
}

/// The service of a name. Names in Kubernetes have no capitals, and directories may.
fn of_name(names: &Names, name: &str) -> Option<usize> {
    names.get(name).or_else(|| names.get(&name.to_ascii_lowercase())).copied()
}

/// A workload's name without its kind: `api` for `api-deployment`.
fn without_kind(name: &str) -> &str {
    let kinds = ["-deployment", "-statefulset", "-daemonset"];
    kinds.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name)
}

/// Whether a manifest has an object of a kind and name.
pub(super) fn has_manifest(repo: &Repo, wanted: &(String, String)) -> bool {
    repo.object_names().contains_key(wanted)
}

/// The names under which services are known elsewhere: their directory, their atonix.yaml, the compose service that
/// builds them.
pub(super) fn names(repo: &Repo) -> Names {
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
    let mut out = Names::new();
    for (index, names) in &names {
        for name in names {
            out.entry(name.clone()).or_insert(*index);
        }
    }
    for (index, names) in names {
        for name in names {
            out.entry(name.to_ascii_lowercase()).or_insert(index);
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
