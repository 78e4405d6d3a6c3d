//! Volumes of pods: what they are made of, and the claims made for them.

use super::text::{plain, quantity};
use crate::model::quantity::Quantity;
use crate::model::read::Reader;
use crate::model::value::{Always, Field, List};
use crate::syntax::yaml::NodeRef;
use crate::{model, words};

words! {
    /// What a volume is made of.
    pub enum VolumeType {
        /// Scratch space that lives as long as the pod.
        EmptyDir = "emptyDir",
        /// A ConfigMap.
        ConfigMap = "configMap",
        /// A Secret.
        Secret = "secret",
        /// A claim on persistent storage.
        PersistentVolumeClaim = "persistentVolumeClaim",
        /// A path of the node.
        HostPath = "hostPath",
        /// Several sources in one.
        Projected = "projected",
        /// Fields of the pod.
        DownwardApi = "downwardAPI",
        /// A CSI driver.
        Csi = "csi",
        /// An NFS share.
        Nfs = "nfs",
        /// A claim made with the pod.
        Ephemeral = "ephemeral",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// What a source of a projected volume is (Kubernetes API, `VolumeProjection`).
    pub enum ProjectionType {
        /// A ConfigMap.
        ConfigMap = "configMap",
        /// A Secret.
        Secret = "secret",
        /// Fields of the pod.
        DownwardApi = "downwardAPI",
        /// A token of the pod's ServiceAccount.
        ServiceAccountToken = "serviceAccountToken",
        /// Certificates that the cluster trusts.
        ClusterTrustBundle = "clusterTrustBundle",
        /// Anything else.
        Other = "other",
    }
}

model! {
    /// A source of a projected volume.
    pub struct Projection as "k8s.projection" {
        /// What it is.
        r#type: Field<ProjectionType>,
        /// Name of the ConfigMap or Secret.
        name: Field<String>,
        /// The keys that are taken, where not all of them are (`items`).
        keys: List<Field<String>>,
        /// Whether the ConfigMap or Secret may be missing.
        optional: Always<bool>,
        /// Whether the ConfigMap or Secret is there, with its keys. Unresolved for a Secret made elsewhere.
        ref_exists: Field<bool>,
    }
    label(source) { source.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A volume of a workload's pods.
    pub struct Volume as "k8s.volume" {
        /// Its name.
        name: Field<String>,
        /// What it is made of.
        r#type: Field<VolumeType>,
        /// The path of the node, for `hostPath`.
        host_path: Field<String>,
        /// The Secret.
        secret_name: Field<String>,
        /// The ConfigMap.
        config_map_name: Field<String>,
        /// The keys that are taken from the Secret or ConfigMap, where not all of them are (`items`).
        keys: List<Field<String>>,
        /// The claim on persistent storage.
        claim_name: Field<String>,
        /// `Memory` for an `emptyDir` that is kept in memory.
        medium: Field<String>,
        /// Whether the Secret or ConfigMap may be missing.
        optional: Always<bool>,
        /// Whether the ConfigMap, claim or Secret is there, with its keys. Unresolved for a Secret made elsewhere.
        ref_exists: Field<bool>,
        /// What a `projected` one is put together of.
        sources: List<Projection>,
    }
    label(volume) { volume.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A claim that a StatefulSet makes for each of its pods.
    pub struct ClaimTemplate as "k8s.claim_template" {
        /// Its name, which is that of the volume.
        name: Field<String>,
        /// The storage it asks for, in bytes.
        storage: Field<Quantity>,
    }
    label(claim) { claim.name.value().cloned().unwrap_or_default() }
}

const VOLUME_SOURCES: [(&str, VolumeType); 10] = [
    ("emptyDir", VolumeType::EmptyDir),
    ("configMap", VolumeType::ConfigMap),
    ("secret", VolumeType::Secret),
    ("persistentVolumeClaim", VolumeType::PersistentVolumeClaim),
    ("hostPath", VolumeType::HostPath),
    ("projected", VolumeType::Projected),
    ("downwardAPI", VolumeType::DownwardApi),
    ("csi", VolumeType::Csi),
    ("nfs", VolumeType::Nfs),
    ("ephemeral", VolumeType::Ephemeral),
];

/// Reads a volume. One that names no source is an `emptyDir` (Kubernetes API, defaults of `Volume`).
pub(super) fn read_volume(node: NodeRef<'_>) -> Volume {
    let reader = Reader::new(node);
    let name = reader.field("name", plain);
    let at = node.name_place("name").filter(|_| !name.is_absent()).unwrap_or_else(|| reader.place());
    let reader = reader.blaming(at);
    let written = node.entries().find(|entry| entry.key != "name");
    let kind = match written {
        None => Field::known(VolumeType::EmptyDir, at),
        Some(entry) => {
            let found = VOLUME_SOURCES.iter().find(|(key, _)| *key == entry.key);
            Field::known(found.map_or(VolumeType::Other, |(_, kind)| *kind), entry.key_node.place())
        }
    };
    let of = |key: &str, name: &str| reader.child(key).field(name, plain);
    let source = match kind.value() {
        Some(VolumeType::Secret) => reader.child("secret"),
        Some(VolumeType::ConfigMap) => reader.child("configMap"),
        _ => Reader::absent(at),
    };
    let optional = source.bool("optional");
    Volume {
        at,
        host_path: of("hostPath", "path"),
        secret_name: of("secret", "secretName"),
        config_map_name: of("configMap", "name"),
        keys: source.list("items", |item| Reader::new(item).field("key", plain)),
        claim_name: of("persistentVolumeClaim", "claimName"),
        medium: of("emptyDir", "medium"),
        optional: optional.or_default(false),
        ref_exists: Field::Absent(at),
        sources: reader.child("projected").list("sources", read_projection),
        r#type: kind,
        name,
    }
}

const PROJECTIONS: [(&str, ProjectionType); 5] = [
    ("configMap", ProjectionType::ConfigMap),
    ("secret", ProjectionType::Secret),
    ("downwardAPI", ProjectionType::DownwardApi),
    ("serviceAccountToken", ProjectionType::ServiceAccountToken),
    ("clusterTrustBundle", ProjectionType::ClusterTrustBundle),
];

/// Reads an entry of `projected.sources`. Secrets have a `name` here, and no `secretName`.
fn read_projection(node: NodeRef<'_>) -> Projection {
    let entry = node.entries().next();
    let at = entry.as_ref().map_or(node.place(), |entry| entry.key_node.place());
    let found = entry.and_then(|entry| PROJECTIONS.iter().find(|(key, _)| *key == entry.key));
    let kind = found.map_or(ProjectionType::Other, |(_, kind)| *kind);
    let source = match found {
        Some((key, ProjectionType::ConfigMap | ProjectionType::Secret)) => Reader::new(node).blaming(at).child(key),
        _ => Reader::absent(at),
    };
    let name = source.field("name", plain);
    Projection {
        at: if name.is_absent() { at } else { name.place() },
        r#type: Field::known(kind, at),
        keys: source.list("items", |item| Reader::new(item).field("key", plain)),
        optional: source.bool("optional").or_default(false),
        ref_exists: Field::Absent(at),
        name,
    }
}

/// Reads an entry of `volumeClaimTemplates`.
pub(super) fn read_claim_template(node: NodeRef<'_>) -> ClaimTemplate {
    let reader = Reader::new(node);
    let name = reader.child("metadata").field("name", plain);
    let at = if name.is_absent() { reader.place() } else { name.place() };
    let requests = reader.blaming(at).child("spec").child("resources").child("requests");
    ClaimTemplate { at, storage: quantity(requests, "storage"), name }
}

/// The type of the volume that a mount names.
pub(super) fn type_of_mount(
    name: &Field<String>,
    volumes: &List<Volume>,
    claims: &List<ClaimTemplate>,
) -> Field<VolumeType> {
    let Some(wanted) = name.value() else { return Field::Absent(name.place()) };
    if claims.iter().any(|claim| claim.name.value() == Some(wanted)) {
        return Field::known(VolumeType::PersistentVolumeClaim, name.place());
    }
    match volumes.iter().find(|volume| volume.name.value() == Some(wanted)) {
        Some(volume) => volume.r#type.clone().via(name.place(), "mounted here"),
        None if volumes.unseen.is_some() || volumes.iter().any(|volume| volume.name.value().is_none()) => {
            Field::unresolved(wanted.clone(), "the pod's volumes are not all known", name.place())
        }
        None => Field::Absent(name.place()),
    }
}
