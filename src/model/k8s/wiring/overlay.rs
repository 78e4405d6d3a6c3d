//! What kustomizations say about manifests: which are patches, and which values are set elsewhere.

use std::sync::Arc;

use crate::model::image::{Image, major};
use crate::model::k8s::kustomize::{ImageOverride, Kustomization, patch_files, reached_files, written_name};
use crate::model::k8s::object::{Body, Object, PatchSign};
use crate::model::k8s::workload::Workload;
use crate::model::value::Field;

/// Marks patches, and leaves open what kustomizations set.
pub(super) fn apply(objects: &mut [Object], kustomizations: &[Kustomization]) {
    let patches = patch_files(kustomizations);
    let reached = reached_files(kustomizations);
    for object in objects {
        if patches.contains(object.meta.path.as_str()) {
            object.patch = Some(PatchSign::Listed);
        }
        for kustomization in reached.get(object.meta.path.as_str()).into_iter().flatten() {
            set_namespace(object, kustomization);
            if let Body::Workload(workload) = &mut object.body {
                let workload = Arc::make_mut(workload);
                set_images(workload, kustomization);
                set_replicas(workload, kustomization);
            }
        }
    }
}

fn sets(kustomization: &Kustomization) -> String {
    format!("{} sets it", kustomization.path)
}

/// Kinds that belong to no namespace, of those that services bring along.
const CLUSTER_KINDS: [&str; 12] = [
    "Namespace",
    "PersistentVolume",
    "StorageClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "PriorityClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ClusterIssuer",
    "RuntimeClass",
];

fn set_namespace(object: &mut Object, kustomization: &Kustomization) {
    let Some(namespace) = &kustomization.namespace else { return };
    if CLUSTER_KINDS.contains(&object.meta.kind()) || object.meta.namespace.value() == Some(&namespace.name) {
        return;
    }
    let at = object.meta.namespace.place();
    let open = Field::unresolved(namespace.name.clone(), sets(kustomization), at)
        .via(namespace.at, "this kustomization sets the namespace");
    if let Some(own) = body_namespace(&mut object.body) {
        own.clone_from(&open);
    }
    object.meta.namespace = open;
}

fn body_namespace(body: &mut Body) -> Option<&mut Field<String>> {
    Some(match body {
        Body::Workload(body) => &mut Arc::make_mut(body).namespace,
        Body::Service(body) => &mut body.namespace,
        Body::NetworkPolicy(body) => &mut body.namespace,
        Body::Ingress(body) => &mut body.namespace,
        Body::Autoscaler(body) => &mut body.namespace,
        Body::DisruptionBudget(body) => &mut body.namespace,
        Body::ServiceAccount(body) => &mut body.namespace,
        Body::ConfigMap(body) => &mut body.namespace,
        Body::Secret(body) => &mut body.namespace,
        Body::ExternalSecret(body) => &mut body.namespace,
        Body::Claim(body) => &mut body.namespace,
        Body::Other | Body::TooLarge => return None,
    })
}

fn set_images(workload: &mut Workload, kustomization: &Kustomization) {
    for container in &mut workload.containers.items {
        let Field::Known(image, _) = &mut container.image else { continue };
        let name = written_name(&image.reference).to_owned();
        if let Some(set) = kustomization.images.iter().find(|set| set.name == name) {
            set_image(image, set, kustomization);
        }
    }
}

fn set_image(image: &mut Image, set: &ImageOverride, kustomization: &Kustomization) {
    let open = |field: &mut Field<String>, text: &str| {
        *field = Field::unresolved(text, sets(kustomization), field.place())
            .via(set.at, "this kustomization rewrites the image");
    };
    if let Some(tag) = &set.new_tag {
        open(&mut image.tag, tag);
    }
    if let Some(digest) = &set.digest {
        open(&mut image.digest, digest);
        open(&mut image.tag, "");
    }
    if let Some(name) = &set.new_name {
        let new = Image::parse(name, set.at, false);
        open(&mut image.registry, new.registry.value().map_or("", String::as_str));
        open(&mut image.repository, new.repository());
        open(&mut image.name, new.base_name());
    }
    image.major = major(&image.tag);
}

fn set_replicas(workload: &mut Workload, kustomization: &Kustomization) {
    let Some(name) = workload.name.value() else { return };
    let Some(set) = kustomization.replicas.iter().find(|set| set.name == *name) else { return };
    let at = workload.replicas.place();
    let open = Field::unresolved("", sets(kustomization), at).via(set.at, "this kustomization sets the number of pods");
    workload.replicas = open.clone().or_default(1);
    workload.min_replicas = open.or_default(1);
    workload.replicas_written = true;
}
