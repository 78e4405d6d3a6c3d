//! Kubernetes manifests: objects, the workloads among them, and how they hang together.

mod config;
mod container;
mod deprecated;
mod env;
mod ingress;
mod kept_file;
mod known_fields;
mod kustomize;
mod leaf;
mod network_policy;
mod object;
mod probe;
mod scaling;
mod security;
mod selector;
mod service;
mod software;
mod text;
mod volume;
mod wiring;
mod workload;

pub use crate::syntax::yaml::Printed;
pub use config::{Claim, ConfigEntry, ConfigMap, ExternalSecret, Secret, SecretEntry, ServiceAccount};
pub use container::{Container, ContainerPort, ContainerRole, Protocol, Resources, VolumeMount};
pub use env::{EnvFrom, EnvSource, EnvVar};
pub use ingress::{Backend, Ingress};
pub use known_fields::{MissingField, UnknownField};
pub use kustomize::{
    Build, Built, Failure, Files, Found, Gap, Generated, ImageOverride, Kustomization, Patch, Reference, build,
};
pub(crate) use kustomize::{by_dir, parts};
pub use leaf::Leaf;
pub use network_policy::{NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule};
pub use object::{Body, Making, Meta, Object, PatchSign, read, read_with};
pub use probe::{Probe, ProbeType};
pub use scaling::{Autoscaler, DisruptionBudget, ScalingMetric};
pub use security::Security;
pub use selector::LabelSelector;
pub use service::{Service, ServicePort, ServiceType};
pub use software::Software;
pub use text::{Pair, plain};
pub use volume::{ClaimTemplate, Projection, ProjectionType, Volume, VolumeType};
pub use wiring::{About, Elsewhere, POD_LABEL, link, link_among, link_rendered, mark};
pub use workload::{PodTemplates, Workload, template_path};
