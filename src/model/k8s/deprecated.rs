//! API versions that clusters have stopped serving, or have said they will.

/// What replaces an API version for a kind; `None` where it is current or not one of Kubernetes' own
/// (Kubernetes documentation, "Deprecated API Migration Guide").
#[must_use]
pub fn replacement(api_version: &str, kind: &str) -> Option<&'static str> {
    Some(match (api_version, kind) {
        ("extensions/v1beta1", "Deployment" | "DaemonSet" | "ReplicaSet") | ("apps/v1beta1" | "apps/v1beta2", _) => {
            "apps/v1"
        }
        ("extensions/v1beta1", "Ingress" | "NetworkPolicy")
        | ("networking.k8s.io/v1beta1", "Ingress" | "IngressClass") => "networking.k8s.io/v1",
        ("extensions/v1beta1" | "policy/v1beta1", "PodSecurityPolicy") => "Pod Security Admission",
        ("policy/v1beta1", "PodDisruptionBudget") => "policy/v1",
        ("batch/v1beta1" | "batch/v2alpha1", "CronJob") => "batch/v1",
        ("autoscaling/v2beta1" | "autoscaling/v2beta2", "HorizontalPodAutoscaler") => "autoscaling/v2",
        ("rbac.authorization.k8s.io/v1beta1" | "rbac.authorization.k8s.io/v1alpha1", _) => {
            "rbac.authorization.k8s.io/v1"
        }
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition") => "apiextensions.k8s.io/v1",
        ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
            "admissionregistration.k8s.io/v1"
        }
        ("apiregistration.k8s.io/v1beta1", "APIService") => "apiregistration.k8s.io/v1",
        ("certificates.k8s.io/v1beta1", "CertificateSigningRequest") => "certificates.k8s.io/v1",
        ("coordination.k8s.io/v1beta1", "Lease") => "coordination.k8s.io/v1",
        ("discovery.k8s.io/v1beta1", "EndpointSlice") => "discovery.k8s.io/v1",
        ("events.k8s.io/v1beta1", "Event") => "events.k8s.io/v1",
        (
            "flowcontrol.apiserver.k8s.io/v1beta1"
            | "flowcontrol.apiserver.k8s.io/v1beta2"
            | "flowcontrol.apiserver.k8s.io/v1beta3",
            _,
        ) => "flowcontrol.apiserver.k8s.io/v1",
        ("node.k8s.io/v1beta1", "RuntimeClass") => "node.k8s.io/v1",
        ("scheduling.k8s.io/v1beta1", "PriorityClass") => "scheduling.k8s.io/v1",
        (
            "storage.k8s.io/v1beta1",
            "StorageClass" | "VolumeAttachment" | "CSIDriver" | "CSINode" | "CSIStorageCapacity",
        ) => "storage.k8s.io/v1",
        _ => return None,
    })
}
