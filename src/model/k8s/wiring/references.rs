//! Names of ConfigMaps, Secrets and claims, looked up among the objects of a group.

use super::Group;
use crate::model::k8s::container::Container;
use crate::model::k8s::env::{EnvSource, EnvVar};
use crate::model::k8s::object::Body;
use crate::model::k8s::volume::{ProjectionType, Volume};
use crate::model::value::{Field, List};

/// Resolves the references of a container's environment.
pub(super) fn wire_container(container: &mut Container, namespace: &Field<String>, group: &Group<'_>) {
    for variable in &mut container.env.items {
        let key = Some(&variable.ref_key);
        variable.ref_exists = match variable.from.value() {
            Some(EnvSource::ConfigMap) => config_map(&variable.ref_name, key, namespace, group),
            Some(EnvSource::Secret) => secret(&variable.ref_name, key, namespace, group),
            _ => continue,
        };
    }
    for source in &mut container.env_from.items {
        source.ref_exists = match source.r#type.value() {
            Some(EnvSource::ConfigMap) => config_map(&source.name, None, namespace, group),
            Some(EnvSource::Secret) => secret(&source.name, None, namespace, group),
            _ => continue,
        };
    }
}

/// Tells of the variables of a job from which other Secret the workloads beside it take the same.
pub(super) fn wire_job(container: &mut Container, namespace: &Field<String>, group: &Group<'_>) {
    let Some(here) = namespace.value() else { return };
    let running = || {
        let beside = group.workloads(namespace).filter(|other| !other.is_job && other.namespace.value() == Some(here));
        beside.flat_map(|other| &other.containers)
    };
    let is_secret = |variable: &&EnvVar| variable.from.value() == Some(&EnvSource::Secret);
    for variable in container.env.items.iter_mut().filter(|variable| is_secret(&&**variable)) {
        let (Some(key), Some(own)) = (variable.key.value(), variable.ref_name.value()) else { continue };
        let takes = |other: &Container| {
            let by_name = other.env.iter().filter(is_secret).any(|one| one.ref_name.value() == Some(own));
            by_name || other.env_from.iter().any(|one| one.name.value() == Some(own))
        };
        let same: Vec<&EnvVar> = running()
            .flat_map(|other| other.env.iter().filter(is_secret))
            .filter(|one| one.key.value() == Some(key) && one.ref_key.value() == variable.ref_key.value())
            .collect();
        let Some(first) = same.first().copied() else { continue };
        let is_one = same.iter().all(|one| one.ref_name.value() == first.ref_name.value());
        if is_one && first.ref_name.value().is_some_and(|name| name != own) && !running().any(takes) {
            variable.other_secret = first.ref_name.clone();
        }
    }
}

/// Resolves the reference of a volume.
pub(super) fn wire_volume(volume: &mut Volume, namespace: &Field<String>, group: &Group<'_>) {
    if !volume.config_map_name.is_absent() {
        let look = |key: Option<&Field<String>>| config_map(&volume.config_map_name, key, namespace, group);
        volume.ref_exists = with_keys(&volume.keys, look);
    } else if !volume.secret_name.is_absent() {
        let look = |key: Option<&Field<String>>| secret(&volume.secret_name, key, namespace, group);
        volume.ref_exists = with_keys(&volume.keys, look);
    } else if !volume.claim_name.is_absent() {
        volume.ref_exists = claim(&volume.claim_name, namespace, group);
    }
    for source in &mut volume.sources.items {
        let name = &source.name;
        source.ref_exists = match source.r#type.value() {
            Some(ProjectionType::ConfigMap) => with_keys(&source.keys, |key| config_map(name, key, namespace, group)),
            Some(ProjectionType::Secret) => with_keys(&source.keys, |key| secret(name, key, namespace, group)),
            _ => continue,
        };
    }
}

/// Whether something is there with each of some keys: the first that is missing, else the first that is not known.
fn with_keys(keys: &List<Field<String>>, look: impl Fn(Option<&Field<String>>) -> Field<bool>) -> Field<bool> {
    let whole = look(None);
    if whole.value() != Some(&true) {
        return whole;
    }
    let of_keys: Vec<Field<bool>> = keys.iter().map(|key| look(Some(key))).collect();
    let missing = of_keys.iter().find(|one| one.value() == Some(&false));
    missing.or_else(|| of_keys.iter().find(|one| one.value().is_none())).cloned().unwrap_or(whole)
}

/// The name that is looked up, or what is to be said where it is not known.
fn known(name: &Field<String>) -> Result<&String, Field<bool>> {
    match name {
        // No name has these: a variable of Kustomize in a kustomization that was not built.
        Field::Known(name, origin) if name.contains("$(") => {
            Err(Field::unresolved(name.clone(), "it is filled in later", origin.at))
        }
        Field::Known(name, _) => Ok(name),
        Field::Unresolved(unresolved) => Err(Field::Unresolved(unresolved.clone())),
        other => Err(Field::Absent(other.place())),
    }
}

/// ConfigMaps that every namespace is given by the cluster or its mesh (Kubernetes, `RootCAConfigMap`; `OpenShift`, "service
/// CA"; Istio, the root certificate of istiod).
const GIVEN: [&str; 3] = ["kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"];

fn config_map(
    name: &Field<String>,
    key: Option<&Field<String>>,
    namespace: &Field<String>,
    group: &Group<'_>,
) -> Field<bool> {
    let wanted = match known(name) {
        Ok(wanted) => wanted,
        Err(open) => return open,
    };
    let at = name.place();
    let generated = group.config_maps_to_come.iter().any(|one| one.name == *wanted);
    let found: Vec<_> = group.config_maps(namespace).filter(|map| map.name.value() == Some(wanted)).collect();
    if generated || GIVEN.contains(&wanted.as_str()) {
        return Field::known(true, at);
    }
    if found.is_empty() {
        return group.referred(false, "ConfigMap", wanted, at);
    }
    let Some(key) = key.and_then(|key| key.value().map(|text| (text, key.place()))) else {
        return Field::known(true, at);
    };
    if found.iter().any(|map| map.has_key(key.0)) {
        return Field::known(true, at);
    }
    // An empty one is there to be filled, as OpenShift does with certificates.
    if found.iter().any(|map| map.keys.unseen.is_some() || (map.keys.items.is_empty() && map.binary_keys.is_empty())) {
        return Field::unresolved(key.0.clone(), "the keys of the ConfigMap are not all known", key.1);
    }
    if group.is_chart || !found.iter().any(|map| group.is_meant(&map.path, at)) {
        return Field::unresolved(
            key.0.clone(),
            "the ConfigMap may have more keys, or be another one of this name",
            key.1,
        );
    }
    Field::known(false, key.1)
}

fn secret(
    name: &Field<String>,
    key: Option<&Field<String>>,
    namespace: &Field<String>,
    group: &Group<'_>,
) -> Field<bool> {
    let wanted = match known(name) {
        Ok(wanted) => wanted,
        Err(open) => return open,
    };
    let at = name.place();
    let generated = group.secrets_to_come.iter().any(|one| one.name == *wanted);
    let made = group.external_secrets(namespace).any(|one| one.secret_names.values().any(|made| made == wanted));
    if generated || made {
        return Field::known(true, at);
    }
    let found: Vec<_> = group.secrets(namespace).filter(|secret| secret.name.value() == Some(wanted)).collect();
    if found.is_empty() {
        return Field::unresolved(wanted.clone(), "the Secret is not among these files", at);
    }
    let Some(key) = key.and_then(|key| key.value().map(|text| (text, key.place()))) else {
        return Field::known(true, at);
    };
    let has_key = found.iter().any(|secret| secret.entries.iter().any(|entry| entry.key == *key.0));
    let is_filled_later = found.iter().any(|secret| secret.entries.unseen.is_some() || secret.entries.items.is_empty());
    if !has_key && is_filled_later {
        return Field::unresolved(key.0.clone(), "the keys of the Secret are not all known", key.1);
    }
    if !has_key && !found.iter().any(|secret| group.is_meant(&secret.path, at)) {
        return Field::unresolved(key.0.clone(), "the Secret of this name may be another one", key.1);
    }
    Field::known(has_key, if has_key { at } else { key.1 })
}

fn claim(name: &Field<String>, namespace: &Field<String>, group: &Group<'_>) -> Field<bool> {
    let wanted = match known(name) {
        Ok(wanted) => wanted,
        Err(open) => return open,
    };
    let found = group.objects.iter().any(|object| match &object.body {
        Body::Claim(claim) => claim.name.value() == Some(wanted) && super::same_namespace(&claim.namespace, namespace),
        _ => false,
    });
    group.referred(found, "PersistentVolumeClaim", wanted, name.place())
}
