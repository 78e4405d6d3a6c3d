//! The keys of atonix.yaml, and which of a file's keys are none of them.

use super::UnknownKey;
use crate::diagnostic::nearest;
use crate::model::value::List;
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Shape};

/// The keys under each path; `[]` stands for the elements of a list. Keys that only the platform's guides name, and
/// whose content is not looked into, are known too.
const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "apiVersion",
            "kind",
            "metadata",
            "service",
            "autoscaling",
            "resources",
            "env",
            "ports",
            "health",
            "security",
            "observability",
            "dependencies",
            "deployment",
        ],
    ),
    ("metadata", &["name", "version", "createdAt"]),
    ("service", &["name", "runtime", "replicas", "description"]),
    ("autoscaling", &["enabled", "min", "max", "targetCPU", "targetMemory", "predictive", "policies"]),
    ("resources", &["cpu", "memory", "disk", "gpu"]),
    ("env[]", &["key", "value", "secret", "configMap"]),
    ("ports[]", &["name", "containerPort", "hostPort", "protocol"]),
    (
        "health",
        &["liveness", "readiness", "periodSeconds", "timeoutSeconds", "startupDelaySeconds", "failureThreshold"],
    ),
    ("security", &["runAsNonRoot", "readOnlyRootFilesystem", "allowPrivilegeEscalation", "capabilities", "autonomous"]),
    ("security.capabilities", &["drop", "add"]),
    ("observability", &["logging", "metrics", "tracing", "anomaly_detection"]),
    ("observability.logging", &["format", "level", "excludeFields"]),
    ("observability.metrics", &["enabled", "port", "path"]),
    ("observability.tracing", &["enabled", "sampling_rate"]),
    ("dependencies[]", &["name", "type", "required"]),
    ("deployment", &["strategy", "maxSurge", "maxUnavailable", "progressDeadlineSeconds"]),
];

/// The keys of the file that the format does not know, in the order in which the sections are listed.
pub(super) fn unknown_keys(root: NodeRef<'_>, at: Place) -> List<UnknownKey> {
    let mut unknown = Vec::new();
    for (path, known) in KEYS {
        for section in sections(root, path) {
            for entry in section.entries().filter(|entry| !known.contains(&entry.key)) {
                let prefix = path.replace("[]", "");
                let name = if prefix.is_empty() { entry.key.to_owned() } else { format!("{prefix}.{}", entry.key) };
                let nearest = nearest(entry.key, known.iter().copied()).map(str::to_owned);
                unknown.push(UnknownKey { at: entry.key_node.place(), name, nearest });
            }
        }
    }
    List::new(unknown, at)
}

/// The mappings under a path.
fn sections<'t>(root: NodeRef<'t>, path: &str) -> impl Iterator<Item = NodeRef<'t>> {
    let (keys, is_list) = path.strip_suffix("[]").map_or((path, false), |list| (list, true));
    let found = if keys.is_empty() { Some(root) } else { keys.split('.').try_fold(root, NodeRef::get) };
    let (one, list) = if is_list { (None, found) } else { (found, None) };
    one.into_iter().chain(list.into_iter().flat_map(NodeRef::items))
}

/// Sections that are written and are not mappings, with what stands there.
pub(super) fn misshapen(root: NodeRef<'_>) -> impl Iterator<Item = (&'static str, NodeRef<'_>)> {
    KEYS.iter().filter(|(path, _)| !path.is_empty()).flat_map(move |(path, _)| {
        sections(root, path)
            .filter(|node| node.shape() != Shape::Mapping && !node.is_null())
            .map(move |node| (*path, node))
    })
}
