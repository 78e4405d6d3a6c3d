//! Which of the compose services, workloads and containers around a service are the service itself.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Parts;
use crate::model::compose::ComposeService;
use crate::model::image::Image;
use crate::model::k8s::{Container, ContainerRole, Workload};
use crate::model::value::Field;
use crate::source::Place;

/// Images of databases, caches, brokers and the like: a workload that runs one of them is not the service itself.
const INFRASTRUCTURE: &[&str] = &[
    "alertmanager",
    "busybox",
    "cassandra",
    "clickhouse-server",
    "consul",
    "elasticsearch",
    "etcd",
    "grafana",
    "influxdb",
    "jaeger",
    "kafka",
    "keycloak",
    "kibana",
    "loki",
    "mariadb",
    "memcached",
    "minio",
    "mongo",
    "mongodb",
    "mysql",
    "nats",
    "neo4j",
    "nginx",
    "opa",
    "postgis",
    "postgres",
    "postgresql",
    "prometheus",
    "rabbitmq",
    "redis",
    "traefik",
    "valkey",
    "vault",
    "zookeeper",
];

fn is_infrastructure(image: &Image) -> bool {
    INFRASTRUCTURE.contains(&image.base_name())
}

/// Directories of manifests that are applied instead of others, or only tried.
const VARIANTS: &[&str] =
    &["demo", "dev", "development", "example", "examples", "extras", "legacy", "overlays", "samples", "test", "tests"];

/// Workloads of one name are variants of one, of which a cluster has one: what they disagree in is meant. The
/// one that is least a variant by its path stands for all.
fn one_of_each_name(workloads: Vec<&Workload>) -> Vec<&Workload> {
    let mut best: BTreeMap<&str, &Workload> = BTreeMap::new();
    let rank = |workload: &Workload| {
        let parts = workload.path.split('/');
        let is_variant = parts.clone().any(|part| VARIANTS.contains(&part));
        (is_variant, parts.count(), workload.path.clone(), workload.at.span.start)
    };
    for workload in workloads {
        let kept = best.entry(workload.name.value().map_or("", String::as_str)).or_insert(workload);
        if rank(workload) < rank(kept) {
            *kept = workload;
        }
    }
    best.into_values().collect()
}

/// Whether a stage of this name is built to develop or test the service, and not to run it.
fn is_for_development(target: &str) -> bool {
    let words = target.split(['-', '_', '.']).map(str::to_ascii_lowercase);
    words.into_iter().any(|word| {
        matches!(
            word.as_str(),
            "dev" | "development" | "debug" | "local" | "test" | "tests" | "testing" | "builder" | "build"
        )
    })
}

impl Parts<'_> {
    /// No files, no facts.
    pub(in crate::model) fn nothing(at: Place) -> Self {
        Self { at, directory: None, atonix: None, dockerfile: None, compose: Vec::new(), workloads: Vec::new() }
    }

    /// The names under which the service is known: of atonix.yaml, of the compose services that build it, and of its
    /// directory.
    fn known_names(&self) -> BTreeSet<&str> {
        let compose = self.own_compose();
        let mut names: BTreeSet<&str> = self.declared_names().collect();
        names.extend(compose.iter().map(|service| service.name.as_str()));
        names.extend(compose.iter().filter_map(|service| service.image.value()).map(Image::base_name));
        names
    }

    /// The names of atonix.yaml and of the directory.
    fn declared_names(&self) -> impl Iterator<Item = &str> {
        let atonix = self.atonix.iter().flat_map(|atonix| [&atonix.metadata.name, &atonix.service.name]);
        atonix.filter_map(|name| name.value().map(String::as_str)).chain(self.directory)
    }

    /// The workloads that run the service: the only one, unless it runs a database or the like; of several, those that
    /// bear its name or run an image of its name.
    pub(super) fn own_workloads(&self) -> Vec<&Workload> {
        let lasting: Vec<&Workload> = self.workloads.iter().copied().filter(|workload| !workload.is_job).collect();
        let main = |workload: &Workload, takes: &dyn Fn(&Container) -> bool| {
            workload.containers.iter().any(|container| container.role == ContainerRole::Main && takes(container))
        };
        if let [only] = lasting.as_slice() {
            let is_other = main(only, &|container| container.image.value().is_some_and(is_infrastructure))
                && self.dockerfile.is_some();
            return if is_other { Vec::new() } else { lasting };
        }
        let names = self.known_names();
        let bears_name = |name: &Field<String>| name.value().is_some_and(|name| names.contains(name.as_str()));
        let is_own = |workload: &&Workload| {
            bears_name(&workload.name)
                || main(workload, &|container| {
                    container.image.value().is_some_and(|image| names.contains(image.base_name()))
                })
        };
        one_of_each_name(lasting.into_iter().filter(is_own).collect())
    }

    /// The containers that run the service itself: the only main container of its workload, or the one that is named
    /// like the workload or the service, or runs an image of that name.
    pub(in crate::model) fn own_containers(&self) -> Vec<&Container> {
        let mut out = Vec::new();
        // Most workloads have one container, which needs no name.
        let names = LazyCell::new(|| self.known_names());
        for workload in self.own_workloads() {
            let main: Vec<&Container> =
                workload.containers.iter().filter(|container| container.role == ContainerRole::Main).collect();
            let is_name =
                |name: &str| names.contains(name) || workload.name.value().is_some_and(|workload| workload == name);
            let bears_name = |container: &&Container| container.name.value().is_some_and(|name| is_name(name));
            let imaged =
                |container: &&Container| container.image.value().is_some_and(|image| is_name(image.base_name()));
            match main.as_slice() {
                [only] => out.push(*only),
                several => {
                    out.extend(
                        several.iter().copied().find(bears_name).or_else(|| several.iter().copied().find(imaged)),
                    );
                }
            }
        }
        out
    }

    /// The compose services that run the service: those that build its Dockerfile, but not up to a stage for
    /// development. Where some of them run the image as it is and others with another command, such as a worker, the
    /// first are the service; where each has a command of its own, the one that bears the service's name.
    pub(in crate::model) fn own_compose(&self) -> Vec<&ComposeService> {
        let dockerfile = self.dockerfile.map(|dockerfile| &dockerfile.path);
        let builds = |service: &&ComposeService| {
            let built = service.build.value().and_then(|build| build.dockerfile_path.value());
            let target = service.build.value().and_then(|build| build.target.value());
            service.first_party
                && (built.is_none() || dockerfile.is_none() || built == dockerfile)
                && target.is_none_or(|target| !is_for_development(target))
        };
        let own: Vec<&ComposeService> = self.compose.iter().copied().filter(builds).collect();
        let plain = |service: &&ComposeService| service.command.is_absent() && service.entrypoint.is_absent();
        if own.len() < 2 {
            return own;
        }
        let names: Vec<&str> = self.declared_names().collect();
        let bears_name = |service: &&ComposeService| names.contains(&service.name.as_str());
        let has_plain = own.iter().any(&plain);
        own.into_iter().filter(|service| if has_plain { plain(service) } else { bears_name(service) }).collect()
    }
}
