//! Joined facts: what the files of one service say about the same thing, each with its place.

mod amounts;
mod env;
mod own;
mod start;

use std::collections::BTreeSet;

use super::atonix::Atonix;
use super::compose::ComposeService;
use super::dockerfile::Dockerfile;
use super::image::Image;
use super::k8s::{ContainerPort, Probe, Workload};
use super::schema::{Port, Uid};
use super::value::{Field, List};
use crate::source::Place;
use crate::{model, words};

words! {
    /// Which file, and which part of it, names a port.
    pub enum PortSource {
        /// `ports[].containerPort` of atonix.yaml.
        Atonix = "atonix",
        /// `EXPOSE` of the stage that is built.
        DockerfileExpose = "dockerfile.expose",
        /// The address that `HEALTHCHECK` asks.
        DockerfileHealthcheck = "dockerfile.healthcheck",
        /// The container side of compose `ports` and `expose`.
        ComposePort = "compose.port",
        /// The address that the compose health check asks.
        ComposeHealthcheck = "compose.healthcheck",
        /// `PORT` or `SERVICE_PORT` in the environment that compose sets.
        ComposeEnvironment = "compose.environment",
        /// `containerPort` of the service's container.
        K8sContainer = "k8s.container",
        /// The port of a probe.
        K8sProbe = "k8s.probe",
    }
}

model! {
    /// A port as one file names it.
    pub struct PortMention as "service.port_mention" {
        /// Which file.
        source: PortSource,
        /// The port.
        port: Field<Port>,
    }
    label(mention) { mention.source.to_string() }
}

words! {
    /// Which file names a user id.
    pub enum UidSource {
        /// The user of the stage that is built.
        Dockerfile = "dockerfile",
        /// `user` of the compose service.
        Compose = "compose",
        /// The effective `runAsUser` of the container.
        K8s = "k8s",
    }
}

model! {
    /// The user id the service runs as, as one file names it.
    pub struct UidMention as "service.uid_mention" {
        /// Which file.
        source: UidSource,
        /// The id.
        uid: Field<Uid>,
    }
    label(mention) { mention.source.to_string() }
}

model! {
    /// The group id the service runs as, as one file names it.
    pub struct GidMention as "service.gid_mention" {
        /// Which file.
        source: UidSource,
        /// The id.
        gid: Field<Uid>,
    }
    label(mention) { mention.source.to_string() }
}

words! {
    /// What a health path is asked for.
    pub enum HealthKind {
        /// Whether the service has to be restarted.
        Liveness = "liveness",
        /// Whether it can take requests.
        Readiness = "readiness",
    }
}

words! {
    /// Which file names a health path.
    pub enum HealthSource {
        /// `health` of atonix.yaml.
        Atonix = "atonix",
        /// `HEALTHCHECK` of the stage that is built.
        Dockerfile = "dockerfile",
        /// The compose health check.
        Compose = "compose",
        /// A probe.
        K8s = "k8s",
    }
}

model! {
    /// A health path as one file names it.
    pub struct HealthMention as "service.health_path" {
        /// What it is asked for.
        kind: HealthKind,
        /// Which file.
        source: HealthSource,
        /// The path, without query and trailing slash.
        path: Field<String>,
    }
    label(mention) { format!("{} of {}", mention.kind, mention.source) }
}

words! {
    /// Which file names the service or its image.
    pub enum NameSource {
        /// `metadata.name` of atonix.yaml.
        AtonixMetadata = "atonix.metadata",
        /// `service.name` of atonix.yaml.
        AtonixService = "atonix.service",
        /// The key of the compose service that builds it.
        ComposeService = "compose.service",
        /// The name of the workload.
        K8sWorkload = "k8s.workload",
        /// The last part of the image's repository.
        Image = "image",
        /// The directory.
        Directory = "directory",
    }
}

model! {
    /// The name of the service as one file gives it.
    pub struct NameMention as "service.name_mention" {
        /// Which file.
        source: NameSource,
        /// The name.
        name: Field<String>,
    }
    label(mention) { mention.source.to_string() }
}

words! {
    /// Which file names an image of the service.
    pub enum ImageSource {
        /// `image` of the compose service that builds it.
        Compose = "compose",
        /// `image` of the service's container.
        K8s = "k8s",
    }
}

model! {
    /// The image of the service as one file names it.
    pub struct ImageMention as "service.image_mention" {
        /// Which file.
        source: ImageSource,
        /// Host of the registry, `docker.io` where none is written.
        registry: Field<String>,
        /// Registry and repository; `docker.io` is left out.
        repository: Field<String>,
        /// The tag.
        tag: Field<String>,
    }
    label(mention) { mention.source.to_string() }
}

pub use amounts::{ReplicaMention, ReplicaSource, ResourceMention, ResourceSource, VersionMention, VersionSource};
pub use env::{EnvGap, EnvPlace};
pub use start::StartGap;
pub(super) use start::gaps as start_gaps;

/// What the facts are drawn from.
#[derive(Clone)]
pub(super) struct Parts<'p> {
    pub(super) at: Place,
    pub(super) directory: Option<&'p str>,
    pub(super) atonix: Option<&'p Atonix>,
    pub(super) dockerfile: Option<&'p Dockerfile>,
    pub(super) compose: Vec<&'p ComposeService>,
    pub(super) workloads: Vec<&'p Workload>,
}

/// A port that a file declares, and whether it is one beside the service's own.
type Declared = (Field<Port>, bool);

/// The ports that are not the service's own: every kind of service may have these beside it.
const SIDE_PORTS: &[&str] =
    &["metrics", "admin", "debug", "management", "prometheus", "health", "pprof", "webhook", "admission"];

fn is_side(name: &Field<String>) -> bool {
    name.value().is_some_and(|name| SIDE_PORTS.iter().any(|side| name.to_ascii_lowercase().contains(side)))
}

impl Parts<'_> {
    /// Every place that names a port of the service. A port that some file declares beside the main one, such as that
    /// of metrics, is no disagreement and is left out; a probe or health check of a port that nothing declares is.
    pub(super) fn ports(&self) -> List<PortMention> {
        let mut declared: Vec<(PortSource, Vec<Declared>)> = Vec::new();
        if let Some(atonix) = self.atonix {
            let ports = atonix.ports.iter().map(|port| (port.container_port.clone(), is_side(&port.name)));
            declared.push((PortSource::Atonix, ports.collect()));
        }
        if let Some(stage) = self.dockerfile.and_then(|dockerfile| dockerfile.final_stage.as_ref()) {
            let ports = stage.exposed_ports.iter().map(|port| (port.port.clone(), is_no_web(&port.port)));
            declared.push((PortSource::DockerfileExpose, ports.collect()));
        }
        for service in self.own_compose() {
            let ports = service.ports.iter().chain(&service.expose);
            let ports = ports.map(|port| (port.target.clone(), is_no_web(&port.target)));
            declared.push((PortSource::ComposePort, ports.collect()));
        }
        for container in self.own_containers() {
            let ports = container.ports.iter();
            let is_beside = |port: &ContainerPort| is_side(&port.name) || is_no_web(&port.container_port);
            let ports = ports.map(|port| (port.container_port.clone(), is_beside(port)));
            declared.push((PortSource::K8sContainer, ports.collect()));
        }
        // A number that is called a side port wherever it has a name is one where it has none, such as in EXPOSE.
        let named = |side: bool| -> BTreeSet<Port> {
            let named =
                declared.iter().filter(|(source, _)| matches!(source, PortSource::Atonix | PortSource::K8sContainer));
            let of_kind = named.flat_map(|(_, ports)| ports).filter(|(_, is_side)| *is_side == side);
            of_kind.filter_map(|(port, _)| port.value().copied()).collect()
        };
        let beside: BTreeSet<Port> = named(true).difference(&named(false)).copied().collect();
        for (port, side) in declared.iter_mut().flat_map(|(_, ports)| ports) {
            *side |= port.value().is_some_and(|port| beside.contains(port));
        }
        let every: Vec<Port> =
            declared.iter().flat_map(|(_, ports)| ports).filter_map(|(port, _)| port.value().copied()).collect();
        let shared = |port: Port| every.iter().filter(|other| **other == port).count() > 1;
        let mut out: Vec<PortMention> = Vec::new();
        for (source, ports) in declared {
            let of_service = || ports.iter().filter(|(_, side)| !side).map(|(port, _)| port);
            // One port that others name too is enough to agree; of several that nobody else names it is not known which
            // is the service's own.
            let mut distinct: Vec<Port> = of_service().filter_map(|port| port.value().copied()).collect();
            distinct.dedup();
            let main = of_service()
                .find(|port| port.value().is_some_and(|port| shared(*port)))
                .or_else(|| of_service().next().filter(|_| distinct.len() < 2));
            out.extend(main.map(|port| mention(source, port)));
        }
        // Programs of one image that listen on ports of their own do so by design.
        for source in [PortSource::ComposePort, PortSource::K8sContainer] {
            let ports: BTreeSet<_> =
                out.iter().filter(|one| one.source == source).filter_map(|one| one.port.value()).copied().collect();
            out.retain(|one| ports.len() < 2 || one.source != source);
        }
        let mut checks: Vec<(PortSource, Field<Port>)> = Vec::new();
        if let Some(check) = self.dockerfile_check() {
            checks.push((PortSource::DockerfileHealthcheck, check.1));
        }
        for service in self.own_compose() {
            if let Some(url) = service.healthcheck.value().and_then(|check| check.url.value()) {
                checks.push((PortSource::ComposeHealthcheck, url.port.clone()));
            }
            let own = service.environment.iter().filter(|variable| !variable.is_shared);
            let variables = own.filter(|variable| is_port_variable(&variable.key));
            checks.extend(variables.map(|variable| {
                let port = match &variable.value {
                    Field::Known(text, origin) => {
                        text.parse().map_or(Field::Absent(origin.at), |port| Field::Known(Port(port), *origin))
                    }
                    other => Field::Absent(other.place()),
                };
                (PortSource::ComposeEnvironment, port)
            }));
        }
        for container in self.own_containers() {
            let probes = [&container.liveness, &container.readiness, &container.startup];
            let ports = probes.into_iter().filter_map(Field::value).map(|probe| probe.port.clone());
            checks.extend(ports.map(|port| (PortSource::K8sProbe, port)));
        }
        for (source, port) in checks {
            let main = out.iter().any(|mention| mention.port.value() == port.value());
            let elsewhere = port.value().is_some_and(|port| every.contains(port));
            if port.value().is_some() && (main || !elsewhere) {
                out.push(mention(source, &port));
            }
        }
        List::new(out, self.at)
    }

    /// Path and port that the image's health check asks.
    fn dockerfile_check(&self) -> Option<(Field<String>, Field<Port>)> {
        let stage = self.dockerfile?.final_stage.as_ref()?;
        let check = stage.healthcheck.value()?;
        let url = check.check.value()?.url.value()?;
        Some((url.path.clone(), url.port.clone()))
    }

    /// Every place that names the user id. An image without USER leaves it to whoever runs it.
    pub(super) fn uids(&self) -> List<UidMention> {
        let mut out = Vec::new();
        let mut push = |source: UidSource, uid: &Field<Uid>| {
            out.push(UidMention { at: uid.place(), source, uid: uid.clone() });
        };
        if let Some(stage) = self.dockerfile.and_then(|dockerfile| dockerfile.final_stage.as_ref())
            && let Some(user) = stage.user.value().filter(|user| !user.from_base)
        {
            push(UidSource::Dockerfile, &user.uid);
        }
        for service in self.own_compose().into_iter().filter(|service| !service.user_uid.is_absent()) {
            push(UidSource::Compose, &service.user_uid);
        }
        for container in self.own_containers() {
            if !container.security.effective_uid.is_absent() {
                push(UidSource::K8s, &container.security.effective_uid);
            }
        }
        List::new(out, self.at)
    }

    /// Every place that names the group id. A user without a group leaves it to the image.
    pub(super) fn gids(&self) -> List<GidMention> {
        let mut out = Vec::new();
        let mut push = |source: UidSource, gid: &Field<Uid>| {
            if !gid.is_absent() {
                out.push(GidMention { at: gid.place(), source, gid: gid.clone() });
            }
        };
        if let Some(stage) = self.dockerfile.and_then(|dockerfile| dockerfile.final_stage.as_ref())
            && let Some(user) = stage.user.value().filter(|user| !user.from_base && (user.has_group || user.is_created))
        {
            push(UidSource::Dockerfile, &user.gid);
        }
        for service in self.own_compose() {
            push(UidSource::Compose, &service.user_gid);
        }
        for container in self.own_containers() {
            push(UidSource::K8s, &container.security.effective_gid);
        }
        List::new(out, self.at)
    }

    /// Every place that names a health path.
    pub(super) fn health_paths(&self) -> List<HealthMention> {
        let mut out = Vec::new();
        let mut push = |kind: HealthKind, source: HealthSource, path: &Field<String>| {
            if !path.is_absent() {
                out.push(HealthMention { at: path.place(), kind, source, path: path.clone().map(|path| bare(&path)) });
            }
        };
        if let Some(atonix) = self.atonix {
            push(HealthKind::Liveness, HealthSource::Atonix, &atonix.health.liveness);
            push(HealthKind::Readiness, HealthSource::Atonix, &atonix.health.readiness);
        }
        if let Some((path, _)) = self.dockerfile_check() {
            push(HealthKind::Liveness, HealthSource::Dockerfile, &path);
        }
        for service in self.own_compose() {
            if let Some(url) = service.healthcheck.value().and_then(|check| check.url.value()) {
                push(HealthKind::Liveness, HealthSource::Compose, &url.path);
            }
        }
        for container in self.own_containers() {
            let path = |probe: &Field<Probe>| probe.value().map(|probe| probe.path.clone());
            if let Some(path) = path(&container.liveness) {
                push(HealthKind::Liveness, HealthSource::K8s, &path);
            }
            if let Some(path) = path(&container.readiness) {
                push(HealthKind::Readiness, HealthSource::K8s, &path);
            }
        }
        List::new(out, self.at)
    }

    /// Every place that names the service.
    pub(super) fn names(&self) -> List<NameMention> {
        let mut out = Vec::new();
        let mut push = |source: NameSource, name: Field<String>| {
            if !name.is_absent() {
                out.push(NameMention { at: name.place(), source, name });
            }
        };
        if let Some(atonix) = self.atonix {
            push(NameSource::AtonixMetadata, atonix.metadata.name.clone());
            push(NameSource::AtonixService, atonix.service.name.clone());
        }
        for service in self.own_compose() {
            push(NameSource::ComposeService, Field::known(service.name.clone(), service.at));
        }
        for workload in self.own_workloads().into_iter().filter(|workload| workload.base_name.is_none()) {
            push(NameSource::K8sWorkload, workload.name.clone());
        }
        for container in self.own_containers() {
            if let Some(image) = container.image.value() {
                push(NameSource::Image, image.name.clone());
            }
        }
        if let Some(directory) = self.directory {
            push(NameSource::Directory, Field::known(directory.to_owned(), self.at));
        }
        List::new(out, self.at)
    }

    /// Every place that names the service's image.
    pub(super) fn images(&self) -> List<ImageMention> {
        let compose = self.own_compose();
        // A name without registry and namespace is that of a local build, which nobody can pull.
        let published = |image: &&Image| {
            image.repository().contains('/') || image.registry.value().is_none_or(|registry| registry != "docker.io")
        };
        let compose = compose.iter().filter_map(|service| service.image.value().filter(published));
        let compose = compose.map(|image| (ImageSource::Compose, image));
        let k8s = self.own_containers();
        let k8s = k8s.iter().filter_map(|container| container.image.value().filter(published));
        let k8s = k8s.map(|image| (ImageSource::K8s, image));
        let mentions = compose.chain(k8s).map(|(source, image)| {
            let full = |repository: String| match image.registry.value() {
                Some(registry) if registry != "docker.io" => format!("{registry}/{repository}"),
                _ => repository,
            };
            ImageMention {
                at: image.at,
                source,
                registry: image.registry.clone(),
                repository: image.repository.clone().map(full),
                tag: image.tag.clone(),
            }
        });
        List::new(mentions.collect(), self.at)
    }
}

fn is_port_variable(name: &str) -> bool {
    matches!(name, "PORT" | "SERVICE_PORT" | "HTTP_PORT" | "SERVER_PORT")
}

/// Ports of protocols that are neither HTTP nor gRPC: SSH, SMTP, DNS, NTP, IMAP, POP3, TURN, and the gossip of memberlist
/// (IANA, Service Name and Transport Protocol Port Number Registry; hashicorp/memberlist, `DefaultLANConfig`).
const NO_WEB: [u16; 13] = [22, 25, 53, 110, 123, 143, 465, 587, 993, 995, 3478, 5349, 7946];

fn is_no_web(port: &Field<Port>) -> bool {
    port.value().is_some_and(|port| NO_WEB.contains(&port.0))
}

fn mention(source: PortSource, port: &Field<Port>) -> PortMention {
    PortMention { at: port.place(), source, port: port.clone() }
}

/// A path without query and trailing slash.
fn bare(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() }
}
