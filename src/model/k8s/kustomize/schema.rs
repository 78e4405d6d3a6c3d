//! Which lists a strategic merge patch merges, and by which keys (Kubernetes API, `patchStrategy` and `patchMergeKey`).

use super::resource::Resource;

/// What is known of the type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// Nothing in it merges: lists are replaced as a whole.
    Plain,
    /// A pod, with its metadata and spec.
    Pod,
    /// What has a pod template in its spec.
    Workload,
    CronJob,
    /// What has a template of pods or jobs.
    Templated,
    Service,
    ServiceSpec,
    ServiceAccount,
    /// What has a list of webhooks.
    Webhooks,
    PodTemplate,
    Meta,
    PodSpec,
    Container,
    /// Any other type of the API server; its metadata merges.
    Object,
}

/// How a list of a patch is merged into the list that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListType {
    /// It takes the other one's place.
    Atomic,
    /// Elements with the same keys are merged.
    Keyed(&'static [&'static str]),
    /// Scalars that are not there yet are added.
    Set,
}

/// Groups of the API server, whose types kustomize knows. Lists of others are atomic.
const KNOWN_GROUPS: [&str; 18] = [
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
];

impl Schema {
    /// The type of an object.
    pub(super) fn of(resource: &Resource) -> Self {
        let (group, _) = resource.group_version();
        if !KNOWN_GROUPS.contains(&group) {
            return Self::Plain;
        }
        match (group, resource.kind()) {
            ("", "Pod") => Self::Pod,
            ("", "PodTemplate") => Self::Templated,
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job")
            | ("", "ReplicationController") => Self::Workload,
            ("batch", "CronJob") => Self::CronJob,
            ("", "Service") => Self::Service,
            ("", "ServiceAccount") => Self::ServiceAccount,
            ("admissionregistration.k8s.io", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
                Self::Webhooks
            }
            _ => Self::Object,
        }
    }

    /// The type of the value, or of the elements, under a key.
    pub(super) fn field(self, key: &str) -> Self {
        match (self, key) {
            (Self::Pod | Self::PodTemplate, "spec") => Self::PodSpec,
            (Self::Workload | Self::CronJob, "spec") => Self::Templated,
            (Self::Templated, "template") => Self::PodTemplate,
            (Self::Templated, "jobTemplate") => Self::Workload,
            (Self::Service, "spec") => Self::ServiceSpec,
            (Self::PodSpec, "containers" | "initContainers" | "ephemeralContainers") => Self::Container,
            (
                Self::Pod
                | Self::PodTemplate
                | Self::Workload
                | Self::CronJob
                | Self::Templated
                | Self::Service
                | Self::ServiceAccount
                | Self::Webhooks
                | Self::Object,
                "metadata",
            ) => Self::Meta,
            _ => Self::Plain,
        }
    }

    /// How the list under a key is merged.
    pub(super) fn list(self, key: &str) -> ListType {
        const NAME: ListType = ListType::Keyed(&["name"]);
        match (self, key) {
            (
                Self::PodSpec,
                "containers"
                | "initContainers"
                | "ephemeralContainers"
                | "volumes"
                | "imagePullSecrets"
                | "resourceClaims"
                | "schedulingGates",
            )
            | (Self::Container, "env")
            | (Self::ServiceAccount, "secrets")
            | (Self::Webhooks, "webhooks") => NAME,
            (Self::PodSpec, "hostAliases") => ListType::Keyed(&["ip"]),
            (Self::PodSpec, "topologySpreadConstraints") => ListType::Keyed(&["topologyKey", "whenUnsatisfiable"]),
            (Self::Container, "ports") => ListType::Keyed(&["containerPort", "protocol"]),
            (Self::Container, "volumeMounts") => ListType::Keyed(&["mountPath"]),
            (Self::Container, "volumeDevices") => ListType::Keyed(&["devicePath"]),
            (Self::ServiceSpec, "ports") => ListType::Keyed(&["port", "protocol"]),
            (Self::Meta, "ownerReferences") => ListType::Keyed(&["uid"]),
            (Self::Meta, "finalizers") => ListType::Set,
            _ => ListType::Atomic,
        }
    }
}
