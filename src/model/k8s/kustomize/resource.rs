//! An object on its way through a build: its root, and the names it has had.

use super::value::Value;
use crate::source::{FileId, Place};

/// What an object is known by. Two objects of a build never share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    /// The namespace; `default` where none is written, and empty for what belongs to no namespace.
    pub(super) namespace: String,
    pub(super) name: String,
}

/// An object that is being built.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) root: Value,
    /// Path of the file that it comes from.
    pub(super) path: String,
    /// The ids it had before, the first one first.
    pub(super) previous: Vec<Id>,
    /// What was put before its name, the first first.
    pub(super) prefixes: Vec<String>,
    /// What was put behind its name, the first first.
    pub(super) suffixes: Vec<String>,
    /// Whether a `$patch: delete` took it out.
    pub(super) deleted: bool,
    /// The kustomizations that it went through, the innermost first.
    pub(super) through: Vec<FileId>,
    /// The variables that are fields of it.
    pub(super) vars: Vec<String>,
}

/// Kinds that belong to no namespace, of those that Kustomize 5.5 knows: it gives policies of admission a namespace.
const CLUSTER_KINDS: [(&str, &str); 22] = [
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("", "ComponentStatus"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "VolumeAttachment"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("node.k8s.io", "RuntimeClass"),
    ("networking.k8s.io", "IngressClass"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("policy", "PodSecurityPolicy"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("authentication.k8s.io", "TokenReview"),
];

/// The namespace of objects that name none.
const DEFAULT_NAMESPACE: &str = "default";

impl Resource {
    /// An object that nothing has been done to.
    pub(super) fn new(root: Value, path: &str) -> Self {
        Self {
            root,
            path: path.to_owned(),
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            deleted: false,
            through: Vec::new(),
            vars: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> &str {
        self.root.get("kind").and_then(Value::text).unwrap_or("")
    }

    pub(super) fn api_version(&self) -> &str {
        self.root.get("apiVersion").and_then(Value::text).unwrap_or("")
    }

    /// Group and version.
    pub(super) fn group_version(&self) -> (&str, &str) {
        self.api_version().split_once('/').unwrap_or(("", self.api_version()))
    }

    pub(super) fn name(&self) -> &str {
        self.root.text_under(&["metadata", "name"]).unwrap_or("")
    }

    /// The namespace as written.
    pub(super) fn namespace(&self) -> &str {
        self.root.text_under(&["metadata", "namespace"]).unwrap_or("")
    }

    /// Whether it surely belongs to no namespace; kinds that are not built in are taken to belong to one.
    pub(super) fn is_cluster_scoped(&self) -> bool {
        let (group, _) = self.group_version();
        CLUSTER_KINDS.contains(&(group, self.kind()))
    }

    /// What it is known by now.
    pub(super) fn id(&self) -> Id {
        let (group, version) = self.group_version();
        let namespace = match self.namespace() {
            _ if self.is_cluster_scoped() => "",
            "" => DEFAULT_NAMESPACE,
            namespace => namespace,
        };
        Id {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: self.kind().to_owned(),
            namespace: namespace.to_owned(),
            name: self.name().to_owned(),
        }
    }

    /// What it was known by first.
    pub(super) fn first_id(&self) -> Id {
        self.previous.first().cloned().unwrap_or_else(|| self.id())
    }

    /// Remembers what it is known by, before that changes.
    pub(super) fn remember(&mut self) {
        let id = self.id();
        if self.previous.last() != Some(&id) {
            self.previous.push(id);
        }
    }

    /// Whether it is, or ever was, known by an id.
    pub(super) fn was(&self, id: &Id) -> bool {
        self.previous.contains(id) || self.id() == *id
    }

    /// Gives it another name. The name keeps its place: it is in the object's own file that a person looks for it.
    pub(super) fn rename(&mut self, name: &str) {
        let at = self.place();
        if let Some(metadata) = self.root.map_under("metadata", at) {
            let at = metadata.get("name").map_or(at, |name| name.at);
            metadata.set("name", at, Value::string(name, at));
        }
    }

    /// Where it is: its name, else its first bytes.
    pub(super) fn place(&self) -> Place {
        self.root.under(&["metadata", "name"]).map_or(self.root.at, |name| name.at)
    }
}
