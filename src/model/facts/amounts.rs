//! Versions, replicas and resources as the files of one service give them.

use std::collections::BTreeSet;

use super::Parts;
use crate::model::image::Image;
use crate::model::quantity::Quantity;
use crate::model::schema::VersionText;
use crate::model::value::{Field, List};
use crate::{model, words};

words! {
    /// Which file names a version of the service.
    pub enum VersionSource {
        /// `metadata.version` of atonix.yaml.
        Atonix = "atonix",
        /// The tag of the image that the compose service builds.
        Compose = "compose",
        /// The tag of the image of the service's container.
        K8s = "k8s",
    }
}

model! {
    /// The version of the service as one file names it.
    pub struct VersionMention as "service.version_mention" {
        /// Which file.
        source: VersionSource,
        /// The version, without a leading `v`. Tags that are no three-part version, such as a commit, are left out.
        version: Field<VersionText>,
    }
    label(mention) { mention.source.to_string() }
}

words! {
    /// Which file says how many replicas there are.
    pub enum ReplicaSource {
        /// `service.replicas` of atonix.yaml.
        Atonix = "atonix",
        /// `replicas` of the workload.
        K8s = "k8s",
    }
}

model! {
    /// How many replicas the service has, as one file says it. Workloads whose number an autoscaler decides are left
    /// out.
    pub struct ReplicaMention as "service.replica_mention" {
        /// Which file.
        source: ReplicaSource,
        /// How many.
        replicas: Field<i64>,
    }
    label(mention) { mention.source.to_string() }
}

words! {
    /// Which file, and which part of it, names amounts of resources.
    pub enum ResourceSource {
        /// `resources` of atonix.yaml.
        Atonix = "atonix",
        /// The limits of the compose service.
        ComposeLimits = "compose.limits",
        /// The reservations of the compose service.
        ComposeReservations = "compose.reservations",
        /// The limits of the service's container.
        K8sLimits = "k8s.limits",
        /// The requests of the service's container.
        K8sRequests = "k8s.requests",
    }
}

model! {
    /// Resources of the service as one file names them.
    pub struct ResourceMention as "service.resource_mention" {
        /// Which file.
        source: ResourceSource,
        /// CPU, in cores.
        cpu: Field<Quantity>,
        /// Memory, in bytes.
        memory: Field<Quantity>,
    }
    label(mention) { mention.source.to_string() }
}

/// `1.4.2`, `v1.4.2-rc.1`: what semantic versions look like (semver.org, 2.0.0), with the `v` that tags like.
fn version_of(text: &str) -> Option<String> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let core = bare.split(['-', '+']).next().unwrap_or(bare);
    let parts: Vec<&str> = core.split('.').collect();
    let numeric = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(numeric)).then(|| bare.to_owned())
}

impl Parts<'_> {
    /// Every place that names a version of the service.
    pub(in crate::model) fn versions(&self) -> List<VersionMention> {
        let mut out = Vec::new();
        let mut push = |source: VersionSource, text: &Field<String>| {
            let Field::Known(text, origin) = text else { return };
            if let Some(version) = version_of(text) {
                let version = Field::Known(VersionText(version), *origin);
                out.push(VersionMention { at: origin.at, source, version });
            }
        };
        if let Some(atonix) = self.atonix {
            push(VersionSource::Atonix, &atonix.metadata.version.clone().map(|version| version.0));
        }
        let compose: Vec<_> = self.own_compose().into_iter().filter_map(|service| service.image.value()).collect();
        let pods: Vec<_> = self.own_containers().into_iter().filter_map(|container| container.image.value()).collect();
        // Several images of one service have versions of their own.
        let is_one =
            |images: &[&Image]| images.iter().map(|image| image.base_name()).collect::<BTreeSet<_>>().len() < 2;
        if is_one(&compose) {
            for image in compose {
                push(VersionSource::Compose, &image.tag);
            }
        }
        if is_one(&pods) {
            for image in pods {
                push(VersionSource::K8s, &image.tag);
            }
        }
        List::new(out, self.at)
    }

    /// Every place that says how many replicas there are.
    pub(in crate::model) fn replicas(&self) -> List<ReplicaMention> {
        let mut out = Vec::new();
        let autoscaled = self.atonix.is_some_and(|atonix| {
            atonix.autoscaling.present && atonix.autoscaling.enabled.value().is_none_or(|enabled| *enabled)
        });
        if let Some(atonix) = self.atonix.filter(|_| !autoscaled) {
            let replicas = atonix.service.replicas.clone();
            out.push(ReplicaMention { at: replicas.place(), source: ReplicaSource::Atonix, replicas });
        }
        for workload in self.own_workloads() {
            let decides = workload.replicas_written && workload.min_replicas.value() == workload.replicas.value();
            if decides {
                let replicas = workload.replicas.field().clone();
                out.push(ReplicaMention { at: replicas.place(), source: ReplicaSource::K8s, replicas });
            }
        }
        List::new(out, self.at)
    }

    /// Every place that names amounts of resources.
    pub(in crate::model) fn resources(&self) -> List<ResourceMention> {
        let mut out = Vec::new();
        let mut push = |source: ResourceSource, cpu: &Field<Quantity>, memory: &Field<Quantity>| {
            if let Some(at) = [cpu, memory].into_iter().find(|field| !field.is_absent()).map(Field::place) {
                out.push(ResourceMention { at, source, cpu: cpu.clone(), memory: memory.clone() });
            }
        };
        if let Some(atonix) = self.atonix {
            push(ResourceSource::Atonix, &atonix.resources.cpu, &atonix.resources.memory);
        }
        for service in self.own_compose() {
            push(ResourceSource::ComposeLimits, &service.limits.cpus, &service.limits.memory);
            push(ResourceSource::ComposeReservations, &service.reservations.cpus, &service.reservations.memory);
        }
        for container in self.own_containers() {
            push(ResourceSource::K8sLimits, &container.limits.cpu, &container.limits.memory);
            push(ResourceSource::K8sRequests, &container.requests.cpu, &container.requests.memory);
        }
        List::new(out, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn tags_that_are_no_three_part_version_say_nothing_about_it() {
        assert_eq!(version_of("v1.4.2-rc.1").as_deref(), Some("1.4.2-rc.1"));
        assert_eq!(version_of("3f1c2ab"), None);
        assert_eq!(version_of("latest"), None);
        assert_eq!(version_of("1.4"), None);
    }
}
