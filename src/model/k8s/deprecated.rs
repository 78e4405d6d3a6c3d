//! API versions that clusters have stopped serving, or have said they will.

/// What takes the place of an API version for a kind, and the release of Kubernetes that no longer serves it; `None`
/// where it is current or not one of Kubernetes' own (Kubernetes documentation, "Deprecated API Migration Guide").
#[must_use]
pub fn replacement(api_version: &str, kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match (api_version, kind) {
        ("extensions/v1beta1", "Deployment" | "DaemonSet" | "ReplicaSet") | ("apps/v1beta1" | "apps/v1beta2", _) => {
            ("apps/v1", "1.16")
        }
        ("extensions/v1beta1", "NetworkPolicy") => ("networking.k8s.io/v1", "1.16"),
        ("extensions/v1beta1" | "networking.k8s.io/v1beta1", "Ingress")
        | ("networking.k8s.io/v1beta1", "IngressClass") => ("networking.k8s.io/v1", "1.22"),
        ("extensions/v1beta1", "PodSecurityPolicy") => ("Pod Security Admission", "1.16"),
        ("policy/v1beta1", "PodSecurityPolicy") => ("Pod Security Admission", "1.25"),
        ("policy/v1beta1", "PodDisruptionBudget") => ("policy/v1", "1.25"),
        ("batch/v2alpha1", "CronJob") => ("batch/v1", "1.21"),
        ("batch/v1beta1", "CronJob") => ("batch/v1", "1.25"),
        ("autoscaling/v2beta1", "HorizontalPodAutoscaler") => ("autoscaling/v2", "1.25"),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler") => ("autoscaling/v2", "1.26"),
        ("rbac.authorization.k8s.io/v1beta1" | "rbac.authorization.k8s.io/v1alpha1", _) => {
            ("rbac.authorization.k8s.io/v1", "1.22")
        }
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition") => ("apiextensions.k8s.io/v1", "1.22"),
        ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
            ("admissionregistration.k8s.io/v1", "1.22")
        }
        ("apiregistration.k8s.io/v1beta1", "APIService") => ("apiregistration.k8s.io/v1", "1.22"),
        ("certificates.k8s.io/v1beta1", "CertificateSigningRequest") => ("certificates.k8s.io/v1", "1.22"),
        ("coordination.k8s.io/v1beta1", "Lease") => ("coordination.k8s.io/v1", "1.22"),
        ("discovery.k8s.io/v1beta1", "EndpointSlice") => ("discovery.k8s.io/v1", "1.25"),
        ("events.k8s.io/v1beta1", "Event") => ("events.k8s.io/v1", "1.25"),
        ("flowcontrol.apiserver.k8s.io/v1beta1", _) => (FLOW_CONTROL, "1.26"),
        ("flowcontrol.apiserver.k8s.io/v1beta2", _) => (FLOW_CONTROL, "1.29"),
        ("flowcontrol.apiserver.k8s.io/v1beta3", _) => (FLOW_CONTROL, "1.32"),
        ("node.k8s.io/v1beta1", "RuntimeClass") => ("node.k8s.io/v1", "1.25"),
        ("scheduling.k8s.io/v1beta1", "PriorityClass") => ("scheduling.k8s.io/v1", "1.22"),
        ("storage.k8s.io/v1beta1", "CSIStorageCapacity") => ("storage.k8s.io/v1", "1.27"),
        ("storage.k8s.io/v1beta1", "StorageClass" | "VolumeAttachment" | "CSIDriver" | "CSINode") => {
            ("storage.k8s.io/v1", "1.22")
        }
        _ => return None,
    })
}

const FLOW_CONTROL: &str = "flowcontrol.apiserver.k8s.io/v1";
