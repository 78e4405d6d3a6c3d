//! A service: everything under one root, joined.

use std::sync::Arc;

use super::atonix::Atonix;
use super::compose::{ComposeFile, ComposeService};
use super::dockerfile::Dockerfile;
use super::facts::{HealthMention, ImageMention, NameMention, Parts, PortMention, UidMention};
use super::k8s::{Body, Object, Workload};
use super::layout::Layout;
use super::schema::{Node, PathText, Scope};
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
        /// Whether it stands in a documentation tree.
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
        /// Every place that names a port of the service.
        port_mentions: List<PortMention>,
        /// Every place that names the user id it runs as.
        uid_mentions: List<UidMention>,
        /// Every place that names a health path.
        health_paths: List<HealthMention>,
        /// Every place that names the service.
        name_mentions: List<NameMention>,
        /// Every place that names its image.
        image_mentions: List<ImageMention>,
    }
    with {
        /// The artifacts as `(kind, path)`, by path.
        artifacts: Vec<(&'static str, String)>,
        /// The compose projects whose file it owns.
        projects: Vec<Arc<ComposeFile>>,
        /// The Kubernetes objects, patches left out.
        objects: Vec<Arc<Object>>,
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
    pub(super) artifacts: Vec<(&'static str, String)>,
}

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

    /// The service.
    pub(super) fn finish(self) -> Service {
        let name = self.name();
        let dockerfile = self.dockerfile();
        let workloads: Vec<Arc<Workload>> = self
            .objects
            .iter()
            .filter_map(|object| match &object.body {
                Body::Workload(workload) => Some(Arc::new((**workload).clone())),
                _ => None,
            })
            .collect();
        let is_service = self.kind == ServiceKind::Service;
        let parts = Parts {
            at: self.at,
            directory: self.root.rsplit('/').next().filter(|name| *name != "." && is_service),
            atonix: self.atonix.as_deref(),
            dockerfile: dockerfile.as_deref(),
            compose: self.compose_services.iter().map(|service| &**service).collect(),
            workloads: workloads.iter().map(|workload| &**workload).collect(),
        };
        // A stack holds several services; what its files say is not about one of them.
        let whole = |list: bool| list && is_service;
        let port_mentions = if whole(true) { parts.ports() } else { List::empty(self.at) };
        let uid_mentions = if whole(true) { parts.uids() } else { List::empty(self.at) };
        let health_paths = if whole(true) { parts.health_paths() } else { List::empty(self.at) };
        let name_mentions = if whole(true) { parts.names() } else { List::empty(self.at) };
        let image_mentions = if whole(true) { parts.images() } else { List::empty(self.at) };
        Service {
            at: self.at,
            root: PathText(self.root),
            name,
            kind: self.kind,
            is_illustration: self.is_illustration,
            port_mentions,
            uid_mentions,
            health_paths,
            name_mentions,
            image_mentions,
            atonix: self.atonix,
            dockerfile,
            dockerfiles: List::new(self.dockerfiles, self.at),
            compose_services: List::new(self.compose_services, self.at),
            workloads: List::new(workloads, self.at),
            layout: self.layout,
            artifacts: self.artifacts,
            projects: self.projects,
            objects: self.objects,
        }
    }
}

impl Service {
    /// Whether a path relative to the root of the run lies under its root or is one of its artifacts.
    #[must_use]
    pub fn owns_path(&self, path: &str) -> bool {
        let root = self.root.0.as_str();
        self.artifacts.iter().any(|(_, artifact)| artifact == path)
            || (self.kind == ServiceKind::Service
                && (root == "." || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))))
    }

    /// The nodes in which values of the wrong type are looked for.
    pub fn artifact_nodes(&self) -> impl Iterator<Item = &dyn Node> {
        let atonix = self.atonix.iter().map(|atonix| &**atonix as &dyn Node);
        let dockerfiles = self.dockerfiles.iter().map(|dockerfile| &**dockerfile as &dyn Node);
        let projects = self.projects.iter().map(|project| &**project as &dyn Node);
        let objects = self.objects.iter().filter_map(|object| body_node(object));
        atonix.chain(dockerfiles).chain(projects).chain(objects)
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
        super::kind(kind).map_or_else(Vec::new, |kind| (kind.targets)(self))
    }
}

/// The objects of one kind, by their schema name.
pub(super) fn objects_of<'s>(service: &'s Service, kind: &str) -> Vec<&'s dyn Node> {
    service.objects.iter().filter_map(|object| body_node(object)).filter(|node| node.def().name == kind).collect()
}
