//! The sections of atonix.yaml. One that is not written is there all the same, with absent fields, so that rules
//! reach every field by the same path.

use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::model::schema::{Port, VersionText};
use crate::model::value::{Field, List};
use crate::{model, words};

words! {
    /// What a service runs as.
    pub enum Runtime {
        /// A container.
        Container = "container",
        /// A function.
        Serverless = "serverless",
        /// A virtual machine.
        Vm = "vm",
    }
}

words! {
    /// How log lines are written.
    pub enum LogFormat {
        /// One JSON object a line.
        Json = "json",
        /// Text.
        Text = "text",
    }
}

words! {
    /// The least severe message that is logged. `fatal` comes from the platform's logging standard.
    pub enum LogLevel {
        /// For debugging.
        Debug = "debug",
        /// What happens.
        Info = "info",
        /// What may go wrong.
        Warn = "warn",
        /// What went wrong.
        Error = "error",
        /// What ended the process.
        Fatal = "fatal",
    }
}

words! {
    /// How a new version replaces the old.
    pub enum Strategy {
        /// Instance by instance.
        Rolling = "rolling",
        /// All at once, beside the old ones.
        BlueGreen = "blue-green",
    }
}

words! {
    /// Transport of a port, as Kubernetes spells it.
    pub enum Protocol {
        /// TCP.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
        /// SCTP.
        Sctp = "SCTP",
    }
}

model! {
    /// `metadata`.
    pub struct Metadata as "atonix.metadata" {
        /// Whether the section is written.
        present: bool,
        /// Name of the service.
        name: Field<String> as "name",
        /// Version of the service; a plain `1.0` is a number and so malformed.
        version: Field<VersionText> as "version",
        /// `createdAt`, as written.
        created_at: Field<String> as "createdAt",
    }
    label(metadata) { metadata.name.value().cloned().unwrap_or_else(|| "metadata".to_owned()) }
}

model! {
    /// `service`.
    pub struct ServiceSection as "atonix.service" {
        /// Whether the section is written.
        present: bool,
        /// Name of the service.
        name: Field<String> as "name",
        /// What it runs as.
        runtime: Field<Runtime> as "runtime",
        /// How many instances run.
        replicas: Field<i64> as "replicas",
        /// What it is.
        description: Field<String> as "description",
    }
    label(service) { service.name.value().cloned().unwrap_or_else(|| "service".to_owned()) }
}

model! {
    /// `autoscaling`.
    pub struct Autoscaling as "atonix.autoscaling" {
        /// Whether the section is written.
        present: bool,
        /// Whether it is on; the format's default is true where the section is written.
        enabled: Field<bool> as "enabled",
        /// Fewest instances.
        min: Field<i64> as "min",
        /// Most instances.
        max: Field<i64> as "max",
        /// `targetCPU`, in percent.
        target_cpu: Field<i64> as "targetCPU",
        /// `targetMemory`, in percent.
        target_memory: Field<i64> as "targetMemory",
    }
    label(_this) { "autoscaling".to_owned() }
}

model! {
    /// `resources`.
    pub struct Resources as "atonix.resources" {
        /// Whether the section is written.
        present: bool,
        /// Processor time, such as `500m`.
        cpu: Field<Quantity> as "cpu",
        /// Memory, such as `512Mi`.
        memory: Field<Quantity> as "memory",
        /// Disk, such as `1Gi`.
        disk: Field<Quantity> as "disk",
        /// How many graphics processors.
        gpu: Field<i64> as "gpu",
    }
    label(_this) { "resources".to_owned() }
}

model! {
    /// One environment variable.
    pub struct Env as "atonix.env" in Mapping {
        /// Name of the variable.
        key: Field<String> as "key",
        /// Value as written; a reference such as `${DB_URL}` is known text.
        value: Field<String> as "value",
        /// Whether it is taken from the secret store.
        secret: Field<bool> as "secret",
        /// `configMap`, the `ConfigMap` it is taken from.
        config_map: Field<String> as "configMap",
        /// Whether its name, or a password in its value, speaks of a credential.
        is_secret_like: bool,
        /// Whether the value is a reference such as `${DB_URL}`.
        is_reference: bool,
        /// Whether an earlier variable has the same name.
        is_repeated: bool,
    }
    label(env) { env.key.value().cloned().unwrap_or_else(|| "env".to_owned()) }
}

model! {
    /// One port.
    pub struct PortEntry as "atonix.port" in Mapping {
        /// Name of the port.
        name: Field<String> as "name",
        /// `containerPort`.
        container_port: Field<Port> as "containerPort",
        /// `hostPort`.
        host_port: Field<Port> as "hostPort",
        /// Transport.
        protocol: Field<Protocol> as "protocol",
        /// Whether an earlier port has the same number and transport.
        is_repeated: bool,
    }
    label(port) {
        let number = || port.container_port.value().map_or_else(|| "port".to_owned(), |port| port.0.to_string());
        port.name.value().cloned().unwrap_or_else(number)
    }
}

model! {
    /// `health`.
    pub struct Health as "atonix.health" {
        /// Whether the section is written.
        present: bool,
        /// URL path that answers while the process lives.
        liveness: Field<String> as "liveness",
        /// URL path that answers while it can take requests.
        readiness: Field<String> as "readiness",
        /// `periodSeconds`, between two checks.
        period_seconds: Field<Duration> as "periodSeconds",
        /// `timeoutSeconds`, of one check.
        timeout_seconds: Field<Duration> as "timeoutSeconds",
        /// `startupDelaySeconds`, before the first check.
        startup_delay_seconds: Field<Duration> as "startupDelaySeconds",
        /// `failureThreshold`, failed checks in a row.
        failure_threshold: Field<i64> as "failureThreshold",
    }
    label(_this) { "health".to_owned() }
}

model! {
    /// `security.capabilities`.
    pub struct Capabilities as "atonix.capabilities" {
        /// Whether the section is written.
        present: bool,
        /// Capabilities taken away.
        drop: List<Field<String>> as "drop",
        /// Capabilities given.
        add: List<Field<String>> as "add",
    }
    label(_this) { "capabilities".to_owned() }
}

model! {
    /// `security`.
    pub struct Security as "atonix.security" {
        /// Whether the section is written.
        present: bool,
        /// `runAsNonRoot`.
        run_as_non_root: Field<bool> as "runAsNonRoot",
        /// `readOnlyRootFilesystem`.
        read_only_root_filesystem: Field<bool> as "readOnlyRootFilesystem",
        /// `allowPrivilegeEscalation`.
        allow_privilege_escalation: Field<bool> as "allowPrivilegeEscalation",
        /// `capabilities`.
        capabilities: Capabilities as "capabilities",
    }
    label(_this) { "security".to_owned() }
}

model! {
    /// `observability.logging`.
    pub struct Logging as "atonix.logging" {
        /// Whether the section is written.
        present: bool,
        /// How lines are written.
        format: Field<LogFormat> as "format",
        /// The least severe message that is logged.
        level: Field<LogLevel> as "level",
        /// `excludeFields`, fields that are never logged.
        exclude_fields: List<Field<String>> as "excludeFields",
    }
    label(_this) { "logging".to_owned() }
}

model! {
    /// `observability.metrics`.
    pub struct Metrics as "atonix.metrics" {
        /// Whether the section is written.
        present: bool,
        /// Whether metrics are served.
        enabled: Field<bool> as "enabled",
        /// Port they are served on.
        port: Field<Port> as "port",
        /// URL path they are served under.
        path: Field<String> as "path",
    }
    label(_this) { "metrics".to_owned() }
}

model! {
    /// `observability.tracing`.
    pub struct Tracing as "atonix.tracing" {
        /// Whether the section is written.
        present: bool,
        /// Whether traces are sent.
        enabled: Field<bool> as "enabled",
        /// Share of requests that are traced, 0 to 1.
        sampling_rate: Field<f64> as "sampling_rate",
    }
    label(_this) { "tracing".to_owned() }
}

model! {
    /// `observability`.
    pub struct Observability as "atonix.observability" {
        /// Whether the section is written.
        present: bool,
        /// `logging`.
        logging: Logging as "logging",
        /// `metrics`.
        metrics: Metrics as "metrics",
        /// `tracing`.
        tracing: Tracing as "tracing",
    }
    label(_this) { "observability".to_owned() }
}

model! {
    /// Another service that this one needs.
    pub struct Dependency as "atonix.dependency" in Mapping {
        /// Its name.
        name: Field<String> as "name",
        /// What it is, such as `postgres`.
        r#type: Field<String> as "type",
        /// Whether the service cannot run without it.
        required: Field<bool> as "required",
    }
    label(dependency) { dependency.name.value().cloned().unwrap_or_else(|| "dependency".to_owned()) }
}

model! {
    /// `deployment`.
    pub struct Deployment as "atonix.deployment" {
        /// Whether the section is written.
        present: bool,
        /// How a new version replaces the old.
        strategy: Field<Strategy> as "strategy",
        /// `maxSurge`, as written, such as `25%`.
        max_surge: Field<String> as "maxSurge",
        /// `maxUnavailable`, as written, such as `25%`.
        max_unavailable: Field<String> as "maxUnavailable",
        /// `progressDeadlineSeconds`.
        progress_deadline_seconds: Field<Duration> as "progressDeadlineSeconds",
    }
    label(_this) { "deployment".to_owned() }
}

model! {
    /// A key that the format does not know.
    pub struct UnknownKey as "atonix.unknown_key" {
        /// The key with those above it, such as `health.livenes`.
        name: String,
        /// The known key that it may be meant to be.
        nearest: Option<String>,
    }
    label(key) { key.name.clone() }
}
