//! atonix.yaml: every key of the format, as the specification in `docs/ATONIX_YAML_SPEC.md` of atonixcorp lists them.

mod keys;
mod read;
mod sections;

pub use read::read;
pub use sections::{
    Autoscaling, Capabilities, Dependency, Deployment, Env, Health, LogFormat, LogLevel, Logging, Metadata, Metrics,
    Observability, PortEntry, Protocol, Resources, Runtime, Security, ServiceSection, Strategy, Tracing, UnknownKey,
};

use super::schema::PathText;
use super::value::{Field, List};
use crate::model;

model! {
    /// An atonix.yaml: what a service says about itself to the Atonix platform.
    pub struct Atonix as "atonix" in Document {
        /// Path of the file, relative to the root of the run.
        path: PathText,
        /// Whether the file has another name than `atonix.yaml`, which the platform does not look for.
        misnamed: bool,
        /// `apiVersion`; `atonixcorp.com/v1`, or `atonix.io/v1` as it was first published.
        api_version: Field<String> as "apiVersion",
        /// `kind`; the format knows only `Service`.
        kind: Field<String> as "kind",
        /// `metadata`.
        metadata: Metadata as "metadata",
        /// `service`.
        service: ServiceSection as "service",
        /// `autoscaling`.
        autoscaling: Autoscaling as "autoscaling",
        /// `resources`.
        resources: Resources as "resources",
        /// `env`, the environment variables.
        env: List<Env>,
        /// `ports`.
        ports: List<PortEntry>,
        /// `health`.
        health: Health as "health",
        /// `security`.
        security: Security as "security",
        /// `observability`.
        observability: Observability as "observability",
        /// `dependencies`.
        dependencies: List<Dependency>,
        /// `deployment`.
        deployment: Deployment as "deployment",
        /// Keys that the format does not know.
        unknown_keys: List<UnknownKey>,
    }
    label(atonix) {
        let name = atonix.metadata.name.value().or(atonix.service.name.value());
        name.cloned().unwrap_or_else(|| atonix.path.0.clone())
    }
}
