//! What a kustomization sets on every object that it reaches: namespace, labels, annotations, images, replicas.

use super::fields::{Config, FieldSpec, Leaf, annotation_fields, claim_label_fields, label_fields, selector_fields};
use super::outcome::Failure;
use super::resource::Resource;
use super::value::{Budget, Data, Value};
use crate::source::Place;

/// Puts objects into the namespace (Kustomize reference, `namespace`).
///
/// # Errors
/// Where the budget does not suffice.
pub(super) fn set_namespace(
    resources: &mut [Resource],
    namespace: &Value,
    config: &Config,
    budget: &mut Budget,
) -> Result<(), Failure> {
    let Some(text) = namespace.text().filter(|text| !text.is_empty()) else { return Ok(()) };
    let at = namespace.at;
    let value = || Value::string(text, at);
    let service = FieldSpec::new("apiregistration.k8s.io", "APIService", "spec/service/namespace", true);
    let conversion = FieldSpec::new(
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        "spec/conversion/webhook/clientConfig/service/namespace",
        false,
    );
    for resource in resources {
        budget.charge(1, at)?;
        resource.remember();
        if !resource.is_cluster_scoped() {
            let metadata = resource.root.map_under("metadata", at);
            if let Some(metadata) = metadata.filter(|one| one.text_under(&["namespace"]) != Some(text)) {
                metadata.set("namespace", at, value());
            }
        }
        if resource.kind() == "Namespace" && resource.api_version() == "v1" {
            resource.rename(text);
        }
        if matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding")
            && let Some(Value { data: Data::List(subjects), .. }) = resource.root.get_mut("subjects")
        {
            for subject in subjects.iter_mut().filter(|one| one.text_under(&["name"]) == Some("default")) {
                subject.set("namespace", at, value());
            }
        }
        for field in [&service, &conversion].into_iter().chain(&config.namespace) {
            // These have rules of their own, above.
            if matches!(field.path.first().map(String::as_str), Some("metadata" | "subjects")) {
                continue;
            }
            field.visit(resource, Leaf::Scalar, at, &mut |slot| *slot = Value::string(text, at));
        }
    }
    Ok(())
}

/// Sets labels, from `labels` and `commonLabels`.
///
/// # Errors
/// Where they are no mapping of strings.
pub(super) fn set_labels(
    resources: &mut [Resource],
    spec: &Value,
    config: &Config,
    budget: &mut Budget,
) -> Result<(), Failure> {
    let flag = |entry: &Value, key: &str| entry.get(key).is_some_and(Value::is_true);
    for entry in spec.list("labels") {
        let Some(pairs) = entry.get("pairs") else { continue };
        let mut fields: Vec<FieldSpec> = entry.list("fields").iter().filter_map(FieldSpec::read).collect();
        fields.extend_from_slice(&config.labels);
        if flag(entry, "includeSelectors") {
            fields.extend(selector_fields());
            fields.extend_from_slice(&config.selectors);
        } else {
            let templates = flag(entry, "includeTemplates");
            fields.extend(label_fields(templates));
            fields.extend_from_slice(if templates { &config.template_labels } else { &[] });
            if flag(entry, "includeVolumeClaimTemplates") {
                fields.push(claim_label_fields());
            }
        }
        set_pairs(resources, pairs, &fields, budget)?;
    }
    match spec.get("commonLabels") {
        Some(pairs) => {
            let mut fields = selector_fields();
            fields.extend_from_slice(&config.selectors);
            set_pairs(resources, pairs, &fields, budget)
        }
        None => Ok(()),
    }
}

/// Sets annotations, from `commonAnnotations`.
///
/// # Errors
/// Where they are no mapping of strings.
pub(super) fn set_annotations(
    resources: &mut [Resource],
    spec: &Value,
    config: &Config,
    budget: &mut Budget,
) -> Result<(), Failure> {
    match spec.get("commonAnnotations") {
        Some(pairs) => {
            let mut fields = annotation_fields();
            fields.extend_from_slice(&config.annotations);
            set_pairs(resources, pairs, &fields, budget)
        }
        None => Ok(()),
    }
}

fn set_pairs(
    resources: &mut [Resource],
    pairs: &Value,
    fields: &[FieldSpec],
    budget: &mut Budget,
) -> Result<(), Failure> {
    if let Some(wrong) = pairs.entries().iter().find(|pair| !is_string(&pair.value)) {
        return Err(Failure::new(
            format!("the value of `{}` is no string; put it in quotes", wrong.key),
            wrong.value.at,
        ));
    }
    for resource in resources {
        budget.charge(pairs.entries().len() * 4, pairs.at)?;
        for field in fields {
            for pair in pairs.entries() {
                field.visit(resource, Leaf::Map, pair.key_at, &mut |map| {
                    if map.get(&pair.key).is_some_and(|old| old.text() == pair.value.text()) {
                        return;
                    }
                    map.set(&pair.key, pair.key_at, Value::string(pair.value.text().unwrap_or(""), pair.value.at));
                });
            }
        }
    }
    Ok(())
}

/// Whether kustomize takes a scalar for a string; it takes numbers and booleans for what they are.
pub(super) fn is_string(value: &Value) -> bool {
    matches!(value.scalar(), Some(crate::syntax::yaml::Scalar::Str(_) | crate::syntax::yaml::Scalar::Null))
}

/// An entry of `images`.
struct ImageChange<'v> {
    name: &'v str,
    new_name: Option<&'v Value>,
    new_tag: Option<&'v Value>,
    digest: Option<&'v Value>,
    suffix: Option<&'v Value>,
}

/// Changes images (Kustomize reference, `images`), in every list of containers and in image volumes of pods.
///
/// # Errors
/// Where a tag is no string.
pub(super) fn set_images(
    resources: &mut [Resource],
    spec: &Value,
    config: &Config,
    budget: &mut Budget,
) -> Result<(), Failure> {
    let mut changes = Vec::new();
    for entry in spec.list("images") {
        let part = |key: &str| entry.get(key).filter(|value| value.text().is_some_and(|text| !text.is_empty()));
        if let Some(wrong) = ["newTag", "newName", "digest"].iter().find_map(|key| part(key).filter(|v| !is_string(v)))
        {
            return Err(Failure::new("this is read as a number, not as a string; put it in quotes", wrong.at));
        }
        let Some(name) = entry.get("name").and_then(Value::text) else { continue };
        changes.push(ImageChange {
            name,
            new_name: part("newName"),
            new_tag: part("newTag"),
            digest: part("digest"),
            suffix: part("tagSuffix"),
        });
    }
    if changes.is_empty() {
        return Ok(());
    }
    for resource in resources.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition") {
        walk_images(&mut resource.root, &changes, budget)?;
        for field in &config.images {
            budget.charge(changes.len(), spec.at)?;
            let at = spec.at;
            field.visit(resource, Leaf::Scalar, at, &mut |image| {
                for change in &changes {
                    change_image(image, change);
                }
            });
        }
    }
    Ok(())
}

fn walk_images(value: &mut Value, changes: &[ImageChange<'_>], budget: &mut Budget) -> Result<(), Failure> {
    budget.charge(1, value.at)?;
    match &mut value.data {
        Data::Scalar { .. } => {}
        Data::List(items) => {
            for item in items {
                walk_images(item, changes, budget)?;
            }
        }
        Data::Map(entries) => {
            for entry in entries {
                walk_images(&mut entry.value, changes, budget)?;
                let key: &[&str] = match &*entry.key {
                    "containers" | "initContainers" => &["image"],
                    "volumes" => &["image", "reference"],
                    _ => continue,
                };
                let Data::List(items) = &mut entry.value.data else { continue };
                for item in items {
                    let image = key.iter().try_fold(item, |value, key| value.get_mut(key));
                    let Some(image) = image.filter(|image| image.text().is_some()) else { continue };
                    budget.charge(changes.len(), image.at)?;
                    for change in changes {
                        change_image(image, change);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Name, tag and digest of an image reference, where it is one of a name.
fn split_image<'t>(image: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let rest = image.strip_prefix(name)?;
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_.{}-".contains(c));
    let (tag, digest) = rest.split_once('@').unwrap_or((rest, ""));
    let tag = if tag.is_empty() { tag } else { tag.strip_prefix(':')? };
    let hash = digest.strip_prefix("sha256:").unwrap_or(digest);
    (is_word(tag) && is_word(hash) && (digest.is_empty() || digest != hash)).then_some((tag, digest))
}

fn change_image(image: &mut Value, change: &ImageChange<'_>) {
    let Some(text) = image.text().map(str::to_owned) else { return };
    let Some((mut tag, mut digest)) = split_image(&text, change.name) else { return };
    let word = |value: Option<&'_ Value>| value.and_then(Value::text).map(str::to_owned);
    let (new_tag, new_digest, suffix) = (word(change.new_tag), word(change.digest), word(change.suffix));
    let suffixed = suffix.map(|suffix| format!("{tag}{suffix}"));
    match (&new_tag, &new_digest, &suffixed) {
        (Some(new_tag), Some(new_digest), _) => (tag, digest) = (new_tag, new_digest),
        (Some(new_tag), None, _) => (tag, digest) = (new_tag, ""),
        (None, Some(new_digest), _) => (tag, digest) = ("", new_digest),
        (None, None, Some(suffixed)) => (tag, digest) = (suffixed, ""),
        (None, None, None) => {}
    }
    let mut out = change.new_name.and_then(Value::text).unwrap_or(change.name).to_owned();
    for (mark, part) in [(':', tag), ('@', digest)] {
        if !part.is_empty() {
            out.push(mark);
            out.push_str(part);
        }
    }
    if out == text {
        return;
    }
    // What a person would change most is the tag.
    let place =
        change.new_tag.or(change.digest).or(change.new_name).or(change.suffix).map_or(image.at, |value| value.at);
    *image = Value::string(out, place);
}

/// Kinds that have a number of pods.
const SCALED: [&str; 4] = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"];

/// Sets the number of pods (Kustomize reference, `replicas`).
///
/// # Errors
/// Where there is no such workload.
pub(super) fn set_replicas(
    resources: &mut [Resource],
    spec: &Value,
    config: &Config,
    budget: &mut Budget,
) -> Result<(), Failure> {
    for entry in spec.list("replicas") {
        let (Some(name), Some(count)) = (entry.get("name"), entry.get("count")) else { continue };
        budget.charge(resources.len(), entry.at)?;
        let wanted = name.text().unwrap_or("");
        let was =
            |resource: &Resource| resource.name() == wanted || resource.previous.iter().any(|id| id.name == wanted);
        let mut found = false;
        for resource in resources.iter_mut().filter(|one| was(one)) {
            if SCALED.contains(&resource.kind()) {
                found = true;
                set_replicas_of(resource, count, entry.key_place("count"));
            }
            for field in &config.replicas {
                found |= field.is_of(resource);
                field.visit(resource, Leaf::Scalar, count.at, &mut |slot| {
                    *slot = Value::plain(count.text().unwrap_or("0"), count.at);
                });
            }
        }
        if !found {
            return Err(Failure::new(format!("no workload is named `{wanted}`"), name.at));
        }
    }
    Ok(())
}

fn set_replicas_of(resource: &mut Resource, count: &Value, key_at: Place) {
    let spec = resource.root.map_under("spec", key_at);
    if let Some(spec) = spec {
        spec.set("replicas", key_at, Value::plain(count.text().unwrap_or("0"), count.at));
    }
}
