//! What the services of a repository have in common, or should have: where each is run, and what it is built on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::{Files, Head, Repo, Seen, read};
use crate::model;
use crate::model::compose::ComposeService;
use crate::model::k8s::{Body, Object};
use crate::model::schema::{Node, PathText};
use crate::model::service::ServiceKind;
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Sources};

model! {
    /// A service that is built in the repository, beside the others. Those in documentation and among tests are none.
    pub struct Member as "repo.service" {
        /// Its root, relative to the root of the run.
        root: PathText,
        /// The compose service that builds it. Unresolved where one has its name and does not build it.
        compose_service: Field<String>,
        /// Whether that is started with the others: it has no profile, and does not do one thing and end.
        is_started: bool,
        /// A workload that runs it. Unresolved where it has manifests in its own directory, which are not read for this.
        workload: Field<String>,
        /// How many others of its compose project are run by compose and by Kubernetes; of a service that no project has,
        /// in the project with the most of them.
        others_in_both: i64,
    }
    label(member) { member.root.0.clone() }
}

model! {
    /// An image on which services of the repository are built, whatever its tag.
    pub struct BaseImage as "repo.base_image" {
        /// Its registry and repository; `docker.io` is left out.
        repository: String,
        /// The tags under which they take it, in the last stages of their Dockerfiles.
        tags: List<Field<String>>,
    }
    label(base) { base.repository.clone() }
}

/// The services of a repository side by side.
#[derive(Debug)]
pub struct Across {
    sources: Arc<Sources>,
    dockerfiles: Vec<FileId>,
    members: List<Arc<Member>>,
    base_images: OnceLock<List<Arc<BaseImage>>>,
}

impl Across {
    /// Looks at what every service was given when the files were handed out.
    pub(super) fn new(repo: &Repo) -> Self {
        let at = Place::whole(repo.sources.find(".").unwrap_or(FileId(0)));
        let composed = repo.projects.iter().flat_map(|project| &project.services);
        let named: BTreeMap<&str, Place> = composed.map(|service| (service.name.as_str(), service.at)).collect();
        let judged = repo.heads.iter().zip(&repo.files);
        let judged = judged.filter(|(head, _)| !head.is_illustration && head.kind == ServiceKind::Service);
        let mut dockerfiles = Vec::new();
        // The compose projects of each of them.
        let mut projects = Vec::new();
        let mut members: Vec<Member> = Vec::new();
        for (head, files) in judged {
            let is_main = |file: &&FileId| repo.sources.get(**file).path.rsplit('/').next() == Some("Dockerfile");
            let only = (files.dockerfiles.len() == 1).then(|| files.dockerfiles.first()).flatten();
            dockerfiles.extend(files.dockerfiles.iter().find(is_main).or(only));
            let composed = first_party(repo, files);
            let own = files.compose_services.iter().filter(|_| !composed.is_empty());
            projects.push(own.map(|(project, _)| *project).collect::<BTreeSet<_>>());
            members.push(member(head, files, &composed, &named));
        }
        count_others(&mut members, &projects);
        Self {
            sources: Arc::clone(&repo.sources),
            dockerfiles,
            members: List::new(members.into_iter().map(Arc::new).collect(), at),
            base_images: OnceLock::new(),
        }
    }

    /// The services.
    pub fn members(&self) -> &List<Arc<Member>> {
        &self.members
    }

    /// What they are built on, read on the first call.
    pub fn base_images(&self) -> &List<Arc<BaseImage>> {
        self.base_images.get_or_init(|| {
            let mut by_name: BTreeMap<String, Vec<Field<String>>> = BTreeMap::new();
            for file in &self.dockerfiles {
                let dockerfile = read::dockerfile(&self.sources, *file, &mut Seen::default());
                let Some(stage) = dockerfile.final_stage.as_ref().filter(|stage| !stage.base_is_scratch) else {
                    continue;
                };
                let Some(repository) = stage.external_base.repository.value() else { continue };
                let name = match stage.external_base.registry.value().map(String::as_str) {
                    Some("docker.io") | None => repository.clone(),
                    Some(registry) => format!("{registry}/{repository}"),
                };
                by_name.entry(name).or_default().push(stage.external_base.tag.clone());
            }
            let bases = by_name.into_iter().filter_map(|(repository, tags)| {
                let at = tags.first()?.place();
                Some(Arc::new(BaseImage { at, repository, tags: List::new(tags, at) }))
            });
            List::new(bases.collect(), self.members.at)
        })
    }
}

/// The compose services that build a service.
fn first_party<'r>(repo: &'r Repo, files: &Files) -> Vec<&'r ComposeService> {
    let composed = files
        .compose_services
        .iter()
        .filter_map(|(project, service)| repo.projects.get(*project)?.services.items.get(*service));
    composed.filter(|one| one.first_party).collect()
}

/// Where a service is run; `named` has the places of the compose services of the repository by their names.
fn member(head: &Head, files: &Files, composed: &[&ComposeService], named: &BTreeMap<&str, Place>) -> Member {
    let started = composed.iter().find(|one| !one.is_job && one.profiles.items.is_empty());
    let name = head.root.rsplit('/').next().unwrap_or_default();
    let pulled = || match named.get(name) {
        Some(at) => Field::unresolved(name, "a compose service of this name does not build it", *at),
        None => Field::Absent(head.at),
    };
    let charted = files.chart_objects.iter().map(|(_, object)| object);
    let mut objects = files.objects.iter().chain(&files.share.objects).chain(charted);
    let manifests = || match files.manifests.first() {
        Some(file) => Field::unresolved("", "its manifests are not read for this", Place::whole(*file)),
        None => Field::Absent(head.at),
    };
    let by_compose = started.or(composed.first());
    Member {
        at: head.at,
        root: PathText(head.root.clone()),
        compose_service: by_compose.map_or_else(pulled, |one| Field::known(one.name.clone(), one.at)),
        is_started: started.is_some(),
        workload: objects.find_map(workload).unwrap_or_else(manifests),
        others_in_both: 0,
    }
}

/// Counts for each service how many others are run in both ways; `projects` has the compose projects of each.
fn count_others(members: &mut [Member], projects: &[BTreeSet<usize>]) {
    let mut in_both: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, of) in members.iter().zip(projects).filter(|(member, _)| is_in_both(member)) {
        for project in of {
            *in_both.entry(*project).or_default() += 1;
        }
    }
    let most = in_both.values().copied().max().unwrap_or(0);
    for (member, of) in members.iter_mut().zip(projects) {
        let own = usize::from(is_in_both(member));
        let of_own = of.iter().filter_map(|project| in_both.get(project)).copied().max().unwrap_or(0);
        let others = if of.is_empty() { most } else { of_own };
        member.others_in_both = i64::try_from(others.saturating_sub(own)).unwrap_or(i64::MAX);
    }
}

fn is_in_both(member: &Member) -> bool {
    member.compose_service.value().is_some() && !member.workload.is_absent()
}

fn workload(object: &Arc<Object>) -> Option<Field<String>> {
    match &object.body {
        Body::Workload(workload) => Some(Field::known(workload.label(), workload.at)),
        _ => None,
    }
}
