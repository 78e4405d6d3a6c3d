//! What the services of a repository have in common, or should have: where each is run, and what it is built on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::{Repo, Seen, read};
use crate::model;
use crate::model::compose::ComposeService;
use crate::model::k8s::{Body, Object};
use crate::model::schema::{Modelled, Node, PathText, Slot, Type};
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
        let mut members: Vec<Member> = Vec::new();
        let mut dockerfiles = Vec::new();
        // The compose projects of each of them.
        let mut projects = Vec::new();
        for (head, files) in repo.heads.iter().zip(&repo.files) {
            if head.is_illustration || head.kind != ServiceKind::Service {
                continue;
            }
            let is_main = |file: &&FileId| repo.sources.get(**file).path.rsplit('/').next() == Some("Dockerfile");
            let only = (files.dockerfiles.len() == 1).then(|| files.dockerfiles.first()).flatten();
            dockerfiles.extend(files.dockerfiles.iter().find(is_main).or(only));
            let composed = files
                .compose_services
                .iter()
                .filter_map(|(project, service)| repo.projects.get(*project)?.services.items.get(*service));
            let composed: Vec<&ComposeService> = composed.filter(|one| one.first_party).collect();
            let is_started = |one: &&&ComposeService| !one.is_job && one.profiles.items.is_empty();
            let started = composed.iter().find(is_started);
            let name = head.root.rsplit('/').next().unwrap_or_default();
            let pulled = || match named.get(name) {
                Some(at) => Field::unresolved(name, "a compose service of this name does not build it", *at),
                None => Field::Absent(head.at),
            };
            let charted = files.chart_objects.iter().map(|(_, object)| object);
            let mut objects = files.objects.iter().chain(&files.share.objects).chain(charted);
            let workload = objects.find_map(workload);
            let manifests = || match files.manifests.first() {
                Some(file) => Field::unresolved("", "its manifests are not read for this", Place::whole(*file)),
                None => Field::Absent(head.at),
            };
            let own = files.compose_services.iter().filter(|_| !composed.is_empty());
            projects.push(own.map(|(project, _)| *project).collect::<BTreeSet<_>>());
            members.push(Member {
                at: head.at,
                root: PathText(head.root.clone()),
                compose_service: started
                    .or(composed.first())
                    .map_or_else(pulled, |one| Field::known(one.name.clone(), one.at)),
                is_started: started.is_some(),
                workload: workload.unwrap_or_else(manifests),
                others_in_both: 0,
            });
        }
        let mut in_both: BTreeMap<usize, usize> = BTreeMap::new();
        for (_, of) in members.iter().zip(&projects).filter(|(member, _)| is_in_both(member)) {
            for project in of {
                *in_both.entry(*project).or_default() += 1;
            }
        }
        for (member, of) in members.iter_mut().zip(&projects) {
            let own = usize::from(is_in_both(member));
            let counts = in_both.iter().filter(|(project, _)| of.is_empty() || of.contains(project));
            let most = counts.map(|(_, count)| *count).max().unwrap_or(0);
            member.others_in_both = i64::try_from(most.saturating_sub(own)).unwrap_or(i64::MAX);
        }
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

fn is_in_both(member: &Member) -> bool {
    member.compose_service.value().is_some() && !member.workload.is_absent()
}

fn workload(object: &Arc<Object>) -> Option<Field<String>> {
    match &object.body {
        Body::Workload(workload) => Some(Field::known(workload.label(), workload.at)),
        _ => None,
    }
}

/// A list of what the services have in common.
#[derive(Clone, Debug)]
pub struct AcrossList<T: 'static> {
    across: Arc<Across>,
    get: fn(&Across) -> &List<Arc<T>>,
}

impl<T> AcrossList<T> {
    /// The list that `get` reads.
    pub(crate) fn new(across: &Arc<Across>, get: fn(&Across) -> &List<Arc<T>>) -> Self {
        Self { across: Arc::clone(across), get }
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &List<Arc<T>> {
        (self.get)(&self.across)
    }
}

impl<T: Modelled + std::fmt::Debug + 'static> Modelled for AcrossList<T> {
    const TYPE: Type = List::<Arc<T>>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.list().as_slot(parent)
    }
}
