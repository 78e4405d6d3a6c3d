//! Names: what is put before and behind them, and the references that follow (Kustomize, `nameReference`).

use std::collections::BTreeMap;

use super::fields::{Config, FieldSpec, Leaf};
use super::outcome::Failure;
use super::resource::Resource;
use super::value::{Budget, Data, Value};

/// Puts text before and behind names: those of the objects where `fields` has `metadata/name`, and what stands in its
/// other fields.
pub(super) fn set_affixes(resources: &mut [Resource], prefix: &str, suffix: &str, fields: &[FieldSpec]) {
    if prefix.is_empty() && suffix.is_empty() {
        return;
    }
    for resource in resources {
        let (group, _) = resource.group_version();
        let stays = matches!(
            (group, resource.kind()),
            (_, "CustomResourceDefinition" | "Namespace") | ("apiregistration.k8s.io", "APIService")
        );
        if stays {
            continue;
        }
        for field in fields {
            if field.path == OWN_NAME {
                if field.is_of(resource) {
                    rename(resource, prefix, suffix);
                }
                continue;
            }
            let at = resource.root.at;
            field.visit(resource, Leaf::Scalar, at, &mut |slot| {
                if let Some(text) = slot.text() {
                    *slot = Value::string(format!("{prefix}{text}{suffix}"), slot.at);
                }
            });
        }
    }
}

/// Where objects have their names.
const OWN_NAME: [&str; 2] = ["metadata", "name"];

/// The field that `namePrefix` and `nameSuffix` are for.
pub(super) fn name_field() -> FieldSpec {
    FieldSpec::new("", "", "metadata/name", false)
}

fn rename(resource: &mut Resource, prefix: &str, suffix: &str) {
    if !prefix.is_empty() {
        resource.remember();
        resource.prefixes.push(prefix.to_owned());
        let name = format!("{prefix}{}", resource.name());
        resource.rename(&name);
    }
    if !suffix.is_empty() {
        resource.remember();
        resource.suffixes.push(suffix.to_owned());
        let name = format!("{}{suffix}", resource.name());
        resource.rename(&name);
    }
}

/// Paths within a pod that name objects of a kind.
const IN_PODS: [(&str, &[&str]); 5] = [
    (
        "ConfigMap",
        &[
            "volumes/configMap/name",
            "containers/env/valueFrom/configMapKeyRef/name",
            "initContainers/env/valueFrom/configMapKeyRef/name",
            "containers/envFrom/configMapRef/name",
            "initContainers/envFrom/configMapRef/name",
            "volumes/projected/sources/configMap/name",
        ],
    ),
    (
        "Secret",
        &[
            "volumes/secret/secretName",
            "containers/env/valueFrom/secretKeyRef/name",
            "initContainers/env/valueFrom/secretKeyRef/name",
            "containers/envFrom/secretRef/name",
            "initContainers/envFrom/secretRef/name",
            "imagePullSecrets/name",
            "volumes/projected/sources/secret/name",
        ],
    ),
    ("ServiceAccount", &["serviceAccountName"]),
    ("PersistentVolumeClaim", &["volumes/persistentVolumeClaim/claimName"]),
    ("PriorityClass", &["priorityClassName"]),
];

/// Where objects of a kind keep the spec of their pods.
const POD_SPECS: [(&str, &str); 9] = [
    ("Pod", "spec"),
    ("PodTemplate", "template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
];

/// Other references: the kind that is named, then group, kind and path of the field that names it.
const ELSEWHERE: [(&str, &str, &str, &str); 41] = [
    ("Deployment", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),
    ("ReplicationController", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),
    ("ReplicaSet", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),
    ("StatefulSet", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),
    ("ConfigMap", "", "Node", "spec/configSource/configMap"),
    ("ConfigMap", "", "Role", "rules/resourceNames"),
    ("ConfigMap", "", "ClusterRole", "rules/resourceNames"),
    ("ConfigMap", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"),
    ("Secret", "", "Ingress", "spec/tls/secretName"),
    ("Secret", "", "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret"),
    ("Secret", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"),
    ("Secret", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"),
    ("Secret", "", "ServiceAccount", "imagePullSecrets/name"),
    ("Secret", "", "StorageClass", "parameters/secretName"),
    ("Secret", "", "StorageClass", "parameters/adminSecretName"),
    ("Secret", "", "StorageClass", "parameters/userSecretName"),
    ("Secret", "", "StorageClass", "parameters/secretRef"),
    ("Secret", "", "Role", "rules/resourceNames"),
    ("Secret", "", "ClusterRole", "rules/resourceNames"),
    ("Secret", "serving.knative.dev", "Service", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    ("Secret", "", "PersistentVolume", "spec/azureFile/secretName"),
    ("Service", "apps", "StatefulSet", "spec/serviceName"),
    ("Service", "", "Ingress", "spec/rules/http/paths/backend/serviceName"),
    ("Service", "", "Ingress", "spec/backend/serviceName"),
    ("Service", "", "Ingress", "spec/rules/http/paths/backend/service/name"),
    ("Service", "", "Ingress", "spec/defaultBackend/service/name"),
    ("Service", "apiregistration.k8s.io", "APIService", "spec/service/name"),
    ("Service", "admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "webhooks/clientConfig/service"),
    ("Service", "admissionregistration.k8s.io", "MutatingWebhookConfiguration", "webhooks/clientConfig/service"),
    ("Role", "rbac.authorization.k8s.io", "RoleBinding", "roleRef/name"),
    ("ClusterRole", "rbac.authorization.k8s.io", "RoleBinding", "roleRef/name"),
    ("ClusterRole", "rbac.authorization.k8s.io", "ClusterRoleBinding", "roleRef/name"),
    ("ServiceAccount", "rbac.authorization.k8s.io", "RoleBinding", "subjects"),
    ("ServiceAccount", "rbac.authorization.k8s.io", "ClusterRoleBinding", "subjects"),
    ("PersistentVolume", "", "PersistentVolumeClaim", "spec/volumeName"),
    ("PersistentVolume", "", "ClusterRole", "rules/resourceNames"),
    ("StorageClass", "", "PersistentVolume", "spec/storageClassName"),
    ("StorageClass", "", "PersistentVolumeClaim", "spec/storageClassName"),
    ("StorageClass", "", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
    ("IngressClass", "", "Ingress", "spec/ingressClassName"),
    ("ValidatingAdmissionPolicy", "", "ValidatingAdmissionPolicyBinding", "spec/policyName"),
];

/// The fields that name objects, each with the kind that it names.
fn reference_fields<'k>() -> Vec<(&'k str, FieldSpec)> {
    let in_pods = IN_PODS.iter().flat_map(|(target, paths)| {
        POD_SPECS.iter().flat_map(move |(kind, spec)| {
            paths.iter().map(move |path| (*target, FieldSpec::new("", kind, &format!("{spec}/{path}"), false)))
        })
    });
    let elsewhere =
        ELSEWHERE.iter().map(|(target, group, kind, path)| (*target, FieldSpec::new(group, kind, path, false)));
    in_pods.chain(elsewhere).collect()
}

/// What other objects need to know of one that was renamed.
struct Renamed {
    index: usize,
    kinds: Vec<String>,
    group: String,
    name: String,
    written_namespace: String,
    namespace: String,
    first_namespace: String,
    is_cluster_scoped: bool,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

impl Renamed {
    fn of(index: usize, resource: &Resource) -> Self {
        let id = resource.id();
        Self {
            index,
            kinds: resource.previous.iter().map(|id| id.kind.clone()).collect(),
            group: id.group,
            name: id.name,
            written_namespace: resource.namespace().to_owned(),
            namespace: id.namespace,
            first_namespace: resource.first_id().namespace,
            is_cluster_scoped: resource.is_cluster_scoped(),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
        }
    }
}

/// The objects that had a name, by that name.
struct Index {
    renamed: Vec<Renamed>,
    by_name: BTreeMap<String, Vec<usize>>,
}

/// Lets every reference follow the object that it names.
///
/// # Errors
/// Where a name may be that of several objects.
pub(super) fn follow(resources: &mut [Resource], config: &Config, budget: &mut Budget) -> Result<(), Failure> {
    let changed = resources.iter().enumerate().filter(|(_, resource)| !resource.previous.is_empty());
    let renamed: Vec<Renamed> = changed.map(|(index, resource)| Renamed::of(index, resource)).collect();
    if renamed.is_empty() {
        return Ok(());
    }
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, one) in renamed.iter().enumerate() {
        for id in resources.get(one.index).into_iter().flat_map(|resource| &resource.previous) {
            let positions = by_name.entry(id.name.clone()).or_default();
            if positions.last() != Some(&position) {
                positions.push(position);
            }
        }
    }
    let index = Index { renamed, by_name };
    let mut fields = reference_fields();
    fields.extend(config.references.iter().map(|(kind, field)| (kind.as_str(), field.clone())));
    for resource in resources {
        let referrer = Referrer::of(resource);
        let mut failure = None;
        budget.charge(1 + config.references.len(), resource.root.at)?;
        for (target, field) in &fields {
            let is_role = field.path.last().is_some_and(|last| last == "name") && field.path.len() == 2;
            let lookup = Lookup { target, referrer: &referrer, index: &index, is_role };
            let at = resource.root.at;
            field.visit(resource, Leaf::Scalar, at, &mut |value| {
                if let Err(error) = lookup.update(value, budget) {
                    failure.get_or_insert(error);
                }
            });
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
    Ok(())
}

/// The object that a reference stands in.
struct Referrer {
    namespace: String,
    is_cluster_scoped: bool,
    subject_namespaces: Vec<String>,
    /// Group and kind of the role that it refers to.
    role: Option<(String, String)>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

impl Referrer {
    fn of(resource: &Resource) -> Self {
        let subjects = if resource.kind() == "RoleBinding" { resource.root.list("subjects") } else { &[] };
        let role = resource.root.get("roleRef");
        let role_text = |key: &str| role.and_then(|role| role.get(key)).and_then(Value::text).map(str::to_owned);
        Self {
            namespace: resource.id().namespace,
            is_cluster_scoped: resource.is_cluster_scoped(),
            subject_namespaces: subjects
                .iter()
                .filter_map(|subject| subject.text_under(&["namespace"]).map(str::to_owned))
                .collect(),
            role: role_text("apiGroup").zip(role_text("kind")),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
        }
    }
}

struct Lookup<'a> {
    target: &'a str,
    referrer: &'a Referrer,
    index: &'a Index,
    is_role: bool,
}

impl Lookup<'_> {
    fn update(&self, value: &mut Value, budget: &mut Budget) -> Result<(), Failure> {
        match &mut value.data {
            Data::List(items) => {
                for item in items {
                    if matches!(item.data, Data::List(_)) {
                        continue;
                    }
                    self.update_one(item, budget)?;
                }
                Ok(())
            }
            _ => self.update_one(value, budget),
        }
    }

    fn update_one(&self, value: &mut Value, budget: &mut Budget) -> Result<(), Failure> {
        if value.is_map() {
            return self.update_map(value, budget);
        }
        let Some(name) = value.text() else { return Ok(()) };
        let found = self.find(name, None, value, budget)?;
        if let Some(found) = found.filter(|found| found.name != name) {
            *value = Value::string(found.name.clone(), value.at);
        }
        Ok(())
    }

    /// A reference with a namespace of its own, as subjects and webhooks have them.
    fn update_map(&self, value: &mut Value, budget: &mut Budget) -> Result<(), Failure> {
        let Some(name) = value.get("name").and_then(Value::text).map(str::to_owned) else { return Ok(()) };
        let namespace = value.get("namespace").and_then(Value::text).map(str::to_owned);
        let Some(found) = self.find(&name, namespace.as_deref(), value, budget)? else { return Ok(()) };
        let at = value.get("name").map_or(value.at, |name| name.at);
        value.set("name", at, Value::string(found.name.clone(), at));
        if !found.written_namespace.is_empty() {
            let at = value.get("namespace").map_or(at, |namespace| namespace.at);
            value.set("namespace", at, Value::string(found.written_namespace.clone(), at));
        }
        Ok(())
    }

    fn find(
        &self,
        name: &str,
        namespace: Option<&str>,
        value: &Value,
        budget: &mut Budget,
    ) -> Result<Option<&Renamed>, Failure> {
        let named = self.index.by_name.get(name).map_or(&[][..], Vec::as_slice);
        budget.charge(named.len(), value.at)?;
        let all = named.iter().filter_map(|position| self.index.renamed.get(*position));
        let mut found: Vec<&Renamed> = all.filter(|one| self.may_be(one)).collect();
        if let Some(namespace) = namespace {
            let first = found.iter().any(|one| one.first_namespace == namespace);
            found.retain(|one| if first { one.first_namespace == namespace } else { one.namespace == namespace });
        }
        if found.len() > 1 {
            found.retain(|one| self.has_same_affixes(one, true));
        }
        if found.len() > 1 {
            found.retain(|one| self.has_same_affixes(one, false));
        }
        let Some((first, rest)) = found.split_first() else { return Ok(None) };
        let same = |one: &&Renamed| {
            one.name == first.name && (!value.is_map() || one.written_namespace == first.written_namespace)
        };
        if !rest.iter().all(same) {
            return Err(Failure::new(format!("`{name}` may be the name of several objects"), value.at));
        }
        Ok(Some(first))
    }

    fn may_be(&self, one: &Renamed) -> bool {
        let referrer = self.referrer;
        let is_kind = one.kinds.iter().any(|kind| kind == self.target);
        let is_role = match &referrer.role {
            Some((group, kind)) if self.is_role && matches!(self.target, "Role" | "ClusterRole") => {
                one.group == *group && one.kinds.contains(kind)
            }
            _ => true,
        };
        is_kind
            && is_role
            && (referrer.is_cluster_scoped
                || one.is_cluster_scoped
                || one.namespace == referrer.namespace
                || (self.target == "ServiceAccount" && referrer.subject_namespaces.contains(&one.written_namespace)))
    }

    fn has_same_affixes(&self, one: &Renamed, allow_empty: bool) -> bool {
        let same = |a: &[String], b: &[String]| {
            (allow_empty && (a.is_empty() || b.is_empty())) || a.ends_with(b) || b.ends_with(a)
        };
        same(&one.prefixes, &self.referrer.prefixes) && same(&one.suffixes, &self.referrer.suffixes)
    }
}
