//! Which `apiVersion`s are those of objects in a cluster. Many tools have files of the same form for themselves.

/// Groups of the API server that are no domain; those of custom resources are one (Kubernetes, "Custom Resources").
const BUILT_IN: &[&str] = &["apps", "autoscaling", "batch", "extensions", "policy"];

/// Groups of files that a tool reads, and that are never applied to a cluster.
const OF_TOOLS: &[&str] = &[
    "apiserver.config.k8s.io",
    "audit.k8s.io",
    "backstage.io",
    "cli.kyverno.io",
    "client.authentication.k8s.io",
    "config.kubernetes.io",
    "ctlptl.dev",
    "eksctl.io",
    "k3d.io",
    "kind.x-k8s.io",
    "krew.googlecontainertools.github.com",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kubeproxy.config.k8s.io",
    "kubescheduler.config.k8s.io",
    "kuttl.dev",
    "scorecard.operatorframework.io",
];

/// Whether objects of this version can be in a cluster, or are what Kustomize makes them of.
pub(super) fn is_of_objects(version: &str) -> bool {
    match version.rsplit_once('/') {
        None => version.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())),
        Some((group, _)) => (BUILT_IN.contains(&group) || group.contains('.')) && !OF_TOOLS.contains(&group),
    }
}

#[cfg(test)]
mod tests {
    use super::{OF_TOOLS, is_of_objects};

    #[test]
    fn a_group_is_built_in_or_a_domain() {
        for version in ["v1", "apps/v1", "batch/v1beta1", "networking.k8s.io/v1", "serving.knative.dev/v1"] {
            assert!(is_of_objects(version), "{version}");
        }
        for version in ["1", "builtin", "skaffold/v4beta1", "release-notes/v2", "backstage.io/v1alpha1", ""] {
            assert!(!is_of_objects(version), "{version}");
        }
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(OF_TOOLS.is_sorted());
    }
}
