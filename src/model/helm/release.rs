//! `.Release` and `.Capabilities`: what Helm knows of an installation, of which there is none here.

use std::rc::Rc;

use crate::syntax::gotemplate::{Object, Outcome, Value, allows};

/// Kubernetes releases that a chart may be made for, the current one first.
const KUBE_VERSIONS: [&str; 9] =
    ["1.33.0", "1.31.0", "1.29.0", "1.27.0", "1.25.0", "1.22.0", "1.21.0", "1.18.0", "1.15.0"];

/// The API versions of Kubernetes 1.33 itself. `helm template` assumes them, too.
const API_VERSIONS: [&str; 22] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "apiregistration.k8s.io/v1",
    "apps/v1",
    "authentication.k8s.io/v1",
    "authorization.k8s.io/v1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "certificates.k8s.io/v1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "events.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1",
    "networking.k8s.io/v1",
    "node.k8s.io/v1",
    "policy/v1",
    "rbac.authorization.k8s.io/v1",
    "resource.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1",
];

/// `.Release`. The namespace is the choice of whoever installs the chart.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) name: Rc<str>,
}

impl Object for Release {
    fn type_name(&self) -> &'static str {
        "map[string]interface {}"
    }

    fn call(&self, name: &str, _: &[Value]) -> Option<Outcome> {
        Some(Ok(match name {
            "Name" => Value::Str(Rc::clone(&self.name).into()),
            "Namespace" => Value::text("default"),
            "Service" => Value::text("Helm"),
            "Revision" => Value::int(1),
            "IsInstall" => Value::bool(true),
            "IsUpgrade" => Value::bool(false),
            _ => Value::Nil,
        }))
    }

    fn is_open(&self, name: &str) -> bool {
        name == "Namespace"
    }

    fn has_open_fields(&self) -> bool {
        true
    }

    fn entries(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let names = ["Name", "Namespace", "Service", "Revision", "IsInstall", "IsUpgrade"];
        let entries = names.iter().map(|name| Some((Rc::from(*name), self.call(name, &[])?.ok()?)));
        entries.collect()
    }

    fn text(&self) -> String {
        format!("map[Name:{}]", self.name)
    }
}

/// `.Capabilities`, for a cluster that a chart with this `kubeVersion` may be installed in.
pub(super) fn capabilities(constraint: &str) -> Value {
    let fits = |version: &&str| allows(constraint, version) == Some(true);
    let version = KUBE_VERSIONS.into_iter().find(fits).unwrap_or(KUBE_VERSIONS[0]);
    let helm = [("Version", "v3.18.0"), ("GitCommit", ""), ("GitTreeState", "clean"), ("GoVersion", "go1.24.0")];
    Value::map([
        ("KubeVersion", Value::Object(Rc::new(KubeVersion { version }))),
        ("APIVersions", Value::Object(Rc::new(ApiVersions))),
        ("HelmVersion", Value::map(helm.map(|(key, text)| (key, Value::text(text))))),
    ])
}

#[derive(Debug)]
struct KubeVersion {
    version: &'static str,
}

impl Object for KubeVersion {
    fn type_name(&self) -> &'static str {
        "chartutil.KubeVersion"
    }

    fn call(&self, name: &str, _: &[Value]) -> Option<Outcome> {
        let mut parts = self.version.split('.');
        Some(Ok(match name {
            "Major" => Value::text(parts.next().unwrap_or("")),
            "Minor" => Value::text(parts.nth(1).unwrap_or("")),
            "Version" | "GitVersion" | "String" => Value::text(self.text()),
            _ => return None,
        }))
    }

    fn text(&self) -> String {
        format!("v{}", self.version)
    }
}

#[derive(Debug)]
struct ApiVersions;

impl Object for ApiVersions {
    fn type_name(&self) -> &'static str {
        "chartutil.VersionSet"
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Outcome> {
        match (name, args) {
            ("Has", [Value::Str(wanted)]) => {
                let group = match wanted.rsplit_once('/') {
                    // `apps/v1/Deployment` and `v1/Pod` ask for a kind.
                    Some((group, kind)) if kind.starts_with(|c: char| c.is_ascii_uppercase()) => group,
                    _ => wanted,
                };
                Some(Ok(Value::bool(API_VERSIONS.contains(&group))))
            }
            _ => None,
        }
    }

    fn text(&self) -> String {
        format!("[{}]", API_VERSIONS.join(" "))
    }

    fn entries(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let entry = |(index, version): (usize, &&str)| (Rc::from(format!("{index:03}")), Value::text(version));
        Some(API_VERSIONS.iter().enumerate().map(entry).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_rendered_for_a_cluster_it_can_be_installed_in() {
        let version = |constraint: &str| match capabilities(constraint) {
            Value::Map(all) => match all.get("KubeVersion") {
                Some(Value::Object(version)) => version.text(),
                _ => String::new(),
            },
            _ => String::new(),
        };
        assert_eq!(version(""), "v1.33.0");
        assert_eq!(version(">=1.16.0 <1.20.0"), "v1.18.0");
    }

    #[test]
    fn a_cluster_has_the_kinds_of_its_api_versions() {
        let has = |wanted: &str| ApiVersions.call("Has", &[Value::text(wanted)]).unwrap().unwrap().is_true();
        assert!(has("apps/v1") && has("apps/v1/Deployment") && has("v1/Pod"));
        assert!(!has("monitoring.coreos.com/v1") && !has("monitoring.coreos.com/v1/ServiceMonitor"));
    }
}
