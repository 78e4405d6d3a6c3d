//! Objects: what in a YAML stream is a Kubernetes object, of which kind, and under what name.

use std::cell::Cell;
use std::sync::Arc;

use super::config::{Claim, ConfigMap, ExternalSecret, Secret, ServiceAccount};
use super::deprecated;
use super::ingress::Ingress;
use super::known_fields::{MissingField, UnknownField, judge};
use super::leaf::{Leaf, leaves};
use super::network_policy::NetworkPolicy;
use super::scaling::{Autoscaler, DisruptionBudget};
use super::service::Service;
use super::text::{Pair, filled, pairs, plain};
use super::workload::{PodTemplates, Workload, is_fragment};
use crate::model;
use crate::model::read::Reader;
use crate::model::schema::VersionText;
use crate::model::value::{Always, Field, List};
use crate::source::FileId;
use crate::syntax::yaml::{NodeRef, Printed, Scalar, Shape, Tree};

model! {
    /// Any Kubernetes object, by its metadata.
    pub struct Meta as "k8s.object" in Object {
        /// Its API version, such as `apps/v1`.
        api_version: Always<String> as "apiVersion",
        /// Its kind, such as `Deployment`.
        kind: Always<String>,
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String> as "metadata.namespace",
        /// Its labels.
        labels: List<Pair>,
        /// Its annotations.
        annotations: List<Pair>,
        /// What replaces its API version, where clusters no longer serve that or will stop to.
        deprecated_api: Field<String>,
        /// The first release of Kubernetes that does not serve its API version, such as `1.25`.
        removed_in: Field<VersionText>,
        /// Path of its file.
        path: String,
        /// Its scalars, where no more of its kind is modelled than its metadata, and those of an Argo Rollout.
        fields: List<Leaf>,
        /// Its keys that its kind does not have, where the kind is built into Kubernetes.
        unknown_fields: List<UnknownField>,
        /// The fields that it lacks and has to have, where its kind is built into Kubernetes.
        missing_fields: List<MissingField>,
    }
    label(meta) { format!("{}/{}", meta.kind(), meta.name.value().map_or("", String::as_str)) }
}

/// What an object is beyond its metadata.
#[derive(Clone, Debug)]
pub enum Body {
    /// It owns pods.
    Workload(Arc<Workload>),
    /// A Service of the core API.
    Service(Box<Service>),
    /// A NetworkPolicy.
    NetworkPolicy(Box<NetworkPolicy>),
    /// An Ingress.
    Ingress(Box<Ingress>),
    /// A HorizontalPodAutoscaler.
    Autoscaler(Box<Autoscaler>),
    /// A PodDisruptionBudget.
    DisruptionBudget(Box<DisruptionBudget>),
    /// A ServiceAccount.
    ServiceAccount(Box<ServiceAccount>),
    /// A ConfigMap.
    ConfigMap(Box<ConfigMap>),
    /// A Secret.
    Secret(Box<Secret>),
    /// Something that makes a Secret in the cluster.
    ExternalSecret(Box<ExternalSecret>),
    /// A PersistentVolumeClaim.
    Claim(Box<Claim>),
    /// Any other kind.
    Other,
    /// It is too large to be read, aliases expanded.
    TooLarge,
}

/// A Kubernetes object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its metadata.
    pub meta: Meta,
    /// What it is.
    pub body: Body,
    /// Why it is a patch, where it is one: part of an object, merged into another. Patches are never judged alone.
    pub patch: Option<PatchSign>,
    /// What else it is made of than its document.
    pub making: Making,
}

/// What an object is made of besides the document that it stands in.
#[derive(Clone, Debug, Default)]
pub struct Making {
    /// The kustomizations that it goes through, the innermost first; the values file that its chart is rendered with.
    pub files: Vec<FileId>,
    /// The values of values files that its template prints.
    pub printed: Option<Arc<Printed>>,
}

/// What tells that a document is a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchSign {
    /// A kustomization lists its file as one.
    Listed,
    /// It has a `$patch` directive.
    Directive,
    /// It is a workload without selector of which no container has an image.
    Fragment,
}

impl Object {
    /// Whether it is a patch.
    #[must_use]
    pub fn is_patch(&self) -> bool {
        self.patch.is_some()
    }
}

/// How many nodes all objects of a file may have in all, aliases expanded. Guards against aliases that multiply.
const NODE_BUDGET: usize = 400_000;

/// What a mapping with merge keys counts for; looking a key up in one may visit many entries.
const MERGE_COST: usize = 1_000;

/// How many objects one file may have; lists are followed by alias too.
const OBJECT_BUDGET: usize = 20_000;

/// For how many unknown fields of a file the nearest known one is looked for, which takes time.
const SUGGESTIONS: usize = 2_000;

/// How deep lists of lists are followed.
const LIST_DEPTH: usize = 4;

/// Reads the objects of a file: those of all its documents, and the items of lists among them.
/// Kustomizations are none; [`Kustomization::read`](super::Kustomization::read) reads those.
#[must_use]
pub fn read(tree: &Tree, path: &str) -> Vec<Object> {
    read_with(tree, path, &PodTemplates::default())
}

/// The same where further kinds own pods.
#[must_use]
pub fn read_with(tree: &Tree, path: &str, templates: &PodTemplates) -> Vec<Object> {
    let mut objects = Vec::new();
    let budget = Cell::new(NODE_BUDGET);
    let mut suggestions = SUGGESTIONS;
    let mut queue: Vec<(NodeRef<'_>, usize)> = tree.documents().map(|root| (root, 0)).collect();
    queue.reverse();
    let mut seen = 0;
    while let Some((node, depth)) = queue.pop() {
        seen += 1;
        if seen > OBJECT_BUDGET {
            break;
        }
        let Some((api_version, kind)) = identity(node) else { continue };
        if is_list(api_version, kind, templates) {
            if depth < LIST_DEPTH
                && let Some(items) = node.get("items")
            {
                let room = OBJECT_BUDGET - seen.min(OBJECT_BUDGET);
                let items: Vec<_> = items.items().take(room).map(|item| (item, depth + 1)).collect();
                queue.extend(items.into_iter().rev());
            }
            continue;
        }
        if !api_version.starts_with("kustomize.config.k8s.io/") {
            let mut object = read_object(node, api_version, kind, (path, templates), &budget);
            if !object.is_patch() && !matches!(object.body, Body::TooLarge) {
                let judged = judge(node, (api_version, kind), object.meta.at, &mut suggestions);
                object.meta.unknown_fields = judged.unknown;
                object.meta.missing_fields = judged.missing;
            }
            objects.push(object);
        }
    }
    objects
}

/// API version and kind, where both are there and are strings: `apiVersion: 1` is Grafana's, not Kubernetes'.
fn identity(node: NodeRef<'_>) -> Option<(&str, &str)> {
    let word = |key: &str| match node.get(key)?.shape() {
        Shape::Scalar(Scalar::Str(word)) if !word.is_empty() => Some(word),
        _ => None,
    };
    Some((word("apiVersion")?, word("kind")?))
}

/// `List`, and the typed lists that the API server returns, such as `DeploymentList`.
fn is_list(api_version: &str, kind: &str, templates: &PodTemplates) -> bool {
    match kind.strip_suffix("List") {
        Some("") => true,
        Some(of) => templates.path(api_version, of).is_some() || matches!((api_version, of), ("v1", _)),
        None => false,
    }
}

impl Meta {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.kind.value().map_or("", String::as_str)
    }

    /// Its API version.
    #[must_use]
    pub fn api_version(&self) -> &str {
        self.api_version.value().map_or("", String::as_str)
    }

    fn read(node: NodeRef<'_>, api_version: &str, kind: &str, path: &str) -> Self {
        let root = Reader::new(node);
        let kind_place = node.get("kind").map_or_else(|| node.place(), NodeRef::place);
        let metadata = root.blaming(kind_place).child("metadata");
        let name = metadata.field("name", plain).or(|| generated_name(metadata));
        let named = node.get("metadata").and_then(|metadata| metadata.name_place("name"));
        let at = if name.is_absent() { kind_place } else { named.unwrap_or_else(|| name.place()) };
        let metadata = metadata.blaming(at);
        let api_place = node.get("apiVersion").map_or(at, NodeRef::place);
        let replacement = deprecated::replacement(api_version, kind);
        let told = |part: fn((&str, &str)) -> String| {
            replacement.map_or(Field::Absent(api_place), |both| Field::known(part(both), api_place))
        };
        Self {
            at,
            api_version: Always::known(api_version.to_owned(), api_place),
            kind: Always::known(kind.to_owned(), kind_place),
            namespace: filled(metadata, "namespace"),
            labels: pairs(metadata, "labels"),
            annotations: pairs(metadata, "annotations"),
            deprecated_api: told(|(instead, _)| instead.to_owned()),
            removed_in: told(|(_, release)| release.to_owned()).map(VersionText),
            path: path.to_owned(),
            fields: List::empty(at),
            unknown_fields: List::empty(at),
            missing_fields: List::empty(at),
            name,
        }
    }
}

fn generated_name(metadata: Reader<'_>) -> Field<String> {
    match metadata.field("generateName", plain) {
        Field::Known(prefix, origin) => Field::unresolved(prefix, "the API server completes it", origin.at),
        _ => metadata.missing(),
    }
}

fn read_object(
    node: NodeRef<'_>,
    api_version: &str,
    kind: &str,
    (path, templates): (&str, &PodTemplates),
    budget: &Cell<usize>,
) -> Object {
    let mut meta = Meta::read(node, api_version, kind, path);
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let template = templates.path(api_version, kind).filter(|template| {
        // A Rollout may leave its pods to a Deployment (Argo Rollouts, `workloadRef`); that one is judged.
        kind != "Rollout" || node.at(&["spec", "workloadRef"]).is_none() || node.at(template).is_some()
    });
    let mut sign = node.get("$patch").map(|_| PatchSign::Directive);
    let is_known = template.is_some() || KNOWN_KINDS.contains(&kind);
    if (!is_known && is_read(api_version, kind, templates) || kind == "Rollout") && spend(node, budget) {
        meta.fields = leaves(node, meta.at);
    }
    let body = if !is_known {
        Body::Other
    } else if !spend(node, budget) {
        Body::TooLarge
    } else if let Some(template) = template {
        sign = sign.or_else(|| is_fragment(node, &template).then_some(PatchSign::Fragment));
        Body::Workload(Arc::new(Workload::read(node, &meta, &template, path)))
    } else {
        read_body(node, &meta, group)
    };
    Object { meta, body, patch: sign, making: Making::default() }
}

/// Whether more of an object is read than its metadata. The schemas that a definition holds are no settings of this cluster.
pub(super) fn is_read(api_version: &str, kind: &str, templates: &PodTemplates) -> bool {
    kind != "CustomResourceDefinition" || templates.path(api_version, kind).is_some()
}

const KNOWN_KINDS: [&str; 13] = [
    "Service",
    "NetworkPolicy",
    "Ingress",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "ServiceAccount",
    "ConfigMap",
    "Secret",
    "PersistentVolumeClaim",
    "ExternalSecret",
    "SealedSecret",
    "VaultStaticSecret",
    "SecretProviderClass",
];

fn read_body(node: NodeRef<'_>, meta: &Meta, group: &str) -> Body {
    let root = Reader::new(node).blaming(meta.at);
    match (group, meta.kind()) {
        ("", "Service") => Body::Service(Box::new(Service::read(root, meta))),
        ("networking.k8s.io" | "extensions", "NetworkPolicy") => {
            Body::NetworkPolicy(Box::new(NetworkPolicy::read(root, meta)))
        }
        ("networking.k8s.io" | "extensions", "Ingress") => Body::Ingress(Box::new(Ingress::read(root, meta))),
        ("autoscaling", "HorizontalPodAutoscaler") => Body::Autoscaler(Box::new(Autoscaler::read(root, meta))),
        ("policy", "PodDisruptionBudget") => Body::DisruptionBudget(Box::new(DisruptionBudget::read(root, meta))),
        ("", "ServiceAccount") => Body::ServiceAccount(Box::new(ServiceAccount::read(root, meta))),
        ("", "ConfigMap") => Body::ConfigMap(Box::new(ConfigMap::read(root, meta))),
        ("", "Secret") => Body::Secret(Box::new(Secret::read(root, meta))),
        ("", "PersistentVolumeClaim") => Body::Claim(Box::new(Claim::read(root, meta))),
        ("external-secrets.io" | "kubernetes-client.io", "ExternalSecret")
        | ("bitnami.com", "SealedSecret")
        | ("secrets.hashicorp.com", "VaultStaticSecret")
        | ("secrets-store.csi.x-k8s.io" | "secrets-store.csi.k8s.io", "SecretProviderClass") => {
            Body::ExternalSecret(Box::new(ExternalSecret::read(root, meta)))
        }
        _ => Body::Other,
    }
}

/// Takes the size of an object, aliases expanded, from the budget; `false` where it does not suffice.
fn spend(node: NodeRef<'_>, budget: &Cell<usize>) -> bool {
    let mut left = budget.get();
    let mut queue = vec![node];
    while let Some(node) = queue.pop() {
        let cost = if node.has_merge_key() { MERGE_COST } else { 1 };
        let Some(rest) = left.checked_sub(cost) else { return false };
        left = rest;
        queue.extend(node.items());
        queue.extend(node.entries().map(|entry| entry.value));
        if queue.len() > NODE_BUDGET {
            return false;
        }
    }
    budget.set(left);
    true
}
