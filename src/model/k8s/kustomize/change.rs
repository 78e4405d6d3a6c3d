//! What a kustomization sets on every object that it reaches: namespace, labels, annotations, images, replicas.

use super::fields::{Config, FieldSpec, Leaf, annotation_fields, claim_label_fields, label_fields, selector_fields};
use super::outcome::Failure;
use super::resource::Resource;
use super::value::{Budget, Data, Value};

/// Which subjects of role bindings `namespace` is for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Subjects {
    /// Those named `default`.
    Default,
    /// All service accounts.
    Accounts,
    None,
}

/// How objects are put into a namespace.
pub(super) struct Namespacing<'n> {
    pub(super) namespace: &'n Value,
    /// The fields of objects that name it; `metadata/namespace` and subjects have rules of their own.
    pub(super) fields: Vec<FieldSpec>,
    pub(super) subjects: Subjects,
    /// Whether a namespace that is there stays.
    pub(super) keeps: bool,
}

impl<'n> Namespacing<'n> {
    /// What `namespace` of a kustomization does.
    pub(super) fn of_kustomization(namespace: &'n Value, config: &Config) -> Self {
        let mut fields = vec![
            FieldSpec::new("", "Namespace", "metadata/name", true),
            FieldSpec::new("apiregistration.k8s.io", "APIService", "spec/service/namespace", true),
            FieldSpec::new(
                "apiextensions.k8s.io",
                "CustomResourceDefinition",
                "spec/conversion/webhook/clientConfig/service/namespace",
                false,
            ),
        ];
        fields.extend_from_slice(&config.namespace);
        Self { namespace, fields, subjects: Subjects::Default, keeps: false }
    }

    /// Puts objects into the namespace (Kustomize reference, `namespace`).
    ///
    /// # Errors
    /// Where the budget does not suffice.
    pub(super) fn apply(&self, resources: &mut [Resource], budget: &mut Budget) -> Result<(), Failure> {
        let Some(text) = self.namespace.text().filter(|text| !text.is_empty()) else { return Ok(()) };
        let at = self.namespace.at;
        for resource in resources {
            budget.charge(1 + self.fields.len() / 8, at)?;
            resource.remember();
            self.set_own(resource, text);
            for field in &self.fields {
                match field.path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    ["metadata", "namespace"] => {}
                    ["metadata", "name"] => {
                        if field.is_of(resource) && resource.api_version() == "v1" {
                            resource.rename(text);
                        }
                    }
                    ["subjects", ..] if is_role_binding(resource) => {}
                    _ => field.visit(resource, Leaf::Scalar, at, &mut |slot| {
                        if !self.keeps || slot.text().is_none_or(str::is_empty) {
                            *slot = Value::string(text, at);
                        }
                    }),
                }
            }
        }
        Ok(())
    }

    /// Sets the namespace of the object itself, and of the subjects of a role binding.
    fn set_own(&self, resource: &mut Resource, text: &str) {
        let at = self.namespace.at;
        if !resource.is_cluster_scoped() && (!self.keeps || resource.namespace().is_empty()) {
            let metadata = resource.root.map_under("metadata", at);
            if let Some(metadata) = metadata.filter(|one| one.text_under(&["namespace"]) != Some(text)) {
                metadata.set("namespace", at, Value::string(text, at));
            }
        }
        if is_role_binding(resource)
            && let Some(Value { data: Data::List(subjects), .. }) = resource.root.get_mut("subjects")
        {
            let is_meant = |subject: &&mut Value| match self.subjects {
                Subjects::Default => subject.text_under(&["name"]) == Some("default"),
                Subjects::Accounts => subject.text_under(&["kind"]) == Some("ServiceAccount"),
                Subjects::None => false,
            };
            for subject in subjects.iter_mut().filter(is_meant) {
                if !self.keeps || subject.text_under(&["namespace"]).is_none_or(str::is_empty) {
                    subject.set("namespace", at, Value::string(text, at));
                }
            }
        }
    }
}

fn is_role_binding(resource: &Resource) -> bool {
    matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding")
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
        all_strings(pairs)?;
        set_pairs(resources, pairs, &fields, budget)?;
    }
    match spec.get("commonLabels") {
        Some(pairs) => {
            let mut fields = selector_fields();
            fields.extend_from_slice(&config.selectors);
            all_strings(pairs)?;
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
            all_strings(pairs)?;
            set_pairs(resources, pairs, &fields, budget)
        }
        None => Ok(()),
    }
}

/// # Errors
/// Where a value of a mapping is no string.
fn all_strings(pairs: &Value) -> Result<(), Failure> {
    match pairs.entries().iter().find(|pair| !is_string(&pair.value)) {
        Some(wrong) => {
            let message = format!("the value of `{}` is no string; put it in quotes", wrong.key);
            Err(Failure::new(message, wrong.value.at))
        }
        None => Ok(()),
    }
}

/// Sets the pairs of a mapping in each of the fields.
///
/// # Errors
/// Where the budget does not suffice.
pub(super) fn set_pairs(
    resources: &mut [Resource],
    pairs: &Value,
    fields: &[FieldSpec],
    budget: &mut Budget,
) -> Result<(), Failure> {
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

/// Whether a value is a string, and not null.
pub(super) fn is_text(value: &Value) -> bool {
    is_string(value) && !value.is_null()
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
    entries: &[Value],
    fields: &[FieldSpec],
    budget: &mut Budget,
) -> Result<(), Failure> {
    let mut changes = Vec::new();
    for entry in entries {
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
        let at = resource.root.at;
        for field in fields {
            budget.charge(changes.len(), at)?;
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
    entries: &[Value],
    fields: &[FieldSpec],
    budget: &mut Budget,
) -> Result<(), Failure> {
    for entry in entries {
        let (Some(name), Some(count)) = (entry.get("name"), entry.get("count")) else { continue };
        budget.charge(resources.len(), entry.at)?;
        let wanted = name.text().unwrap_or("");
        let was =
            |resource: &Resource| resource.name() == wanted || resource.previous.iter().any(|id| id.name == wanted);
        let mut found = false;
        for resource in resources.iter_mut().filter(|one| was(one)) {
            for field in fields {
                found |= field.is_of(resource);
                field.visit(resource, Leaf::Scalar, entry.key_place("count"), &mut |slot| {
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

/// The fields that say how many pods there are.
pub(super) fn replica_fields() -> Vec<FieldSpec> {
    SCALED.iter().map(|kind| FieldSpec::new("", kind, "spec/replicas", true)).collect()
}
