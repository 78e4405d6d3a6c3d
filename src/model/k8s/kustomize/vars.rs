//! Variables, which put a field of one object into texts of others as `$(NAME)` (Kustomize reference, `vars`).

use std::collections::BTreeMap;

use super::field_path::{self, FieldPath};
use super::fields::{Config, FieldSpec, Leaf};
use super::outcome::Failure;
use super::resource::{Id, Resource};
use super::value::{Budget, Data, Value};
use crate::source::Place;
use crate::syntax::yaml::Scalar;

/// A variable that some kustomization of a build declares.
pub(super) struct Var {
    name: String,
    at: Place,
    field: String,
    field_at: Place,
}

/// Declares the variables of a kustomization, and marks the objects that their values come from. What an object is
/// named here may be any name it had, without a namespace in any namespace.
///
/// # Errors
/// Where a variable is none, or may stand for several objects.
pub(super) fn declare(
    resources: &mut [Resource],
    spec: &Value,
    config: &mut Config,
    budget: &mut Budget,
) -> Result<(), Failure> {
    for entry in spec.list("vars") {
        let Some(name) = entry.get("name").filter(|name| name.text().is_some()) else {
            return Err(Failure::new("a variable needs a `name`", entry.at));
        };
        let target = Target::read(entry)?;
        budget.charge(resources.len(), entry.at)?;
        let mut found = resources.iter_mut().filter(|resource| target.is_it(resource));
        let (first, second) = (found.next(), found.next());
        if second.is_some() {
            return Err(Failure::new("several objects fit this variable", entry.at));
        }
        let text = name.text().unwrap_or("").to_owned();
        if let Some(resource) = first {
            resource.vars.push(text.clone());
        }
        // Keys are read in any case, and `fieldpath` is what the documentation had.
        let field = folded(entry, "fieldref").and_then(|field| folded(field, "fieldpath"));
        let path = field.and_then(Value::text).filter(|path| !path.is_empty()).unwrap_or(field_path::DEFAULT);
        let field_at = field.map_or(entry.at, |field| field.at);
        config.vars.push(Var { name: text, at: name.at, field: path.to_owned(), field_at });
    }
    Ok(())
}

/// The object that a variable names.
struct Target<'v> {
    id: Id,
    has_namespace: bool,
    kind: &'v str,
}

impl<'v> Target<'v> {
    fn read(entry: &'v Value) -> Result<Self, Failure> {
        let Some(object) = folded(entry, "objref") else {
            return Err(Failure::new("a variable needs an `objref`", entry.at));
        };
        let text = |key: &str| folded(object, key).and_then(Value::text).unwrap_or("");
        let (group, version) = match text("apiversion").split_once('/') {
            Some((group, version)) => (group, version),
            None if text("apiversion").is_empty() => (text("group"), text("version")),
            None => (text("group"), text("apiversion")),
        };
        let id = Id {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: text("kind").to_owned(),
            namespace: text("namespace").to_owned(),
            name: text("name").to_owned(),
        };
        Ok(Self { has_namespace: !id.namespace.is_empty(), kind: text("kind"), id })
    }

    fn is_it(&self, resource: &Resource) -> bool {
        let fits = |id: &Id| {
            id.group == self.id.group
                && id.version == self.id.version
                && id.kind == self.kind
                && id.name == self.id.name
                && (!self.has_namespace || id.namespace == self.id.namespace)
        };
        resource.previous.iter().any(fits) || fits(&resource.id())
    }
}

/// The value under a key, whatever the case of its letters, as kustomize reads its own file.
fn folded<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(key)).map(|entry| &entry.value)
}

/// Fills in the variables of a build, where `Config` says that they may stand, and gives the places of those that name
/// a namespace which nothing here sets: whoever builds on it does. With `is_open` the object that one names may be
/// among those that cannot be seen. The uses of both stay as they are.
///
/// # Errors
/// Where a variable is declared twice, or its field is not there.
pub(super) fn fill_in(
    resources: &mut [Resource],
    config: &Config,
    is_open: bool,
    budget: &mut Budget,
) -> Result<Vec<Place>, Failure> {
    let mut unset = Vec::new();
    if config.vars.is_empty() {
        return Ok(unset);
    }
    let mut values: BTreeMap<&str, Option<Value>> = BTreeMap::new();
    for var in &config.vars {
        let value = value_of(var, resources, is_open, budget)?;
        if value.is_none() && var.field == NAMESPACE {
            unset.push(var.field_at);
        }
        if values.insert(&var.name, value).is_some() {
            return Err(Failure::new(format!("`{}` is a variable already", var.name), var.at));
        }
    }
    let mut fields = fields();
    fields.extend_from_slice(&config.var_references);
    for resource in resources {
        budget.charge(fields.len() / 8, resource.root.at)?;
        let mut failure = None;
        for field in &fields {
            let at = resource.root.at;
            field.visit(resource, Leaf::Scalar, at, &mut |value| {
                if let Err(error) = replace(value, &values, budget) {
                    failure.get_or_insert(error);
                }
            });
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
    Ok(unset)
}

/// Where objects have their namespace.
const NAMESPACE: &str = "metadata.namespace";

fn value_of(var: &Var, resources: &[Resource], is_open: bool, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let Some(resource) = resources.iter().find(|resource| resource.vars.contains(&var.name)) else {
        if is_open {
            return Ok(None);
        }
        return Err(Failure::new(format!("the object that `{}` is a field of is not there", var.name), var.at));
    };
    match FieldPath::source(&var.field).first(&resource.root, budget)? {
        // Collections and null are left out silently.
        Some(value) => Ok(value.text().is_some().then_some(value)),
        None if var.field == NAMESPACE => Ok(None),
        None => Err(Failure::new(format!("`{}` has no field `{}`", resource.name(), var.field), var.field_at)),
    }
}

/// Replaces uses of variables in a text, in the items of a list, or in the values of a mapping.
fn replace(value: &mut Value, values: &BTreeMap<&str, Option<Value>>, budget: &mut Budget) -> Result<(), Failure> {
    match &mut value.data {
        Data::Scalar { .. } => replace_text(value, values, budget),
        Data::List(items) => items.iter_mut().try_for_each(|item| match item.scalar() {
            Some(Scalar::Str(_)) => replace_text(item, values, budget),
            _ => Err(Failure::new("a list that variables may stand in has texts only", item.at)),
        }),
        Data::Map(entries) => entries.iter_mut().try_for_each(|entry| replace_text(&mut entry.value, values, budget)),
    }
}

fn replace_text(value: &mut Value, values: &BTreeMap<&str, Option<Value>>, budget: &mut Budget) -> Result<(), Failure> {
    let Some(Scalar::Str(text)) = value.scalar() else { return Ok(()) };
    if !text.contains('$') {
        return Ok(());
    }
    // A text that is nothing but one variable takes over its type and its place.
    let only = text.strip_prefix("$(").and_then(|text| text.strip_suffix(')'));
    if let Some(Some(found)) = only.and_then(|name| values.get(name)) {
        *value = found.copied(budget)?;
        return Ok(());
    }
    let out = filled(text, values, budget.0.saturating_mul(BYTES_PER_NODE));
    budget.charge(out.len() / BYTES_PER_NODE, value.at)?;
    *value = Value::string(out, value.at);
    Ok(())
}

/// How many bytes of text cost as much as a node.
const BYTES_PER_NODE: usize = 64;

/// A text with its variables filled in, as far as it does not get longer than a limit. `$$` is a dollar sign, and what
/// is no variable of the build stays.
fn filled(text: &str, values: &BTreeMap<&str, Option<Value>>, limit: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while out.len() <= limit
        && let Some((before, behind)) = rest.split_once('$')
    {
        out.push_str(before);
        if let Some(behind) = behind.strip_prefix('$') {
            out.push('$');
            rest = behind;
        } else if let Some((name, behind)) = behind.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match values.get(name).and_then(Option::as_ref).and_then(Value::text) {
                Some(value) => out.push_str(value),
                None => out.extend(["$(", name, ")"]),
            }
            rest = behind;
        } else {
            out.push('$');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

/// Kinds with pods, and where the spec of these is.
const PODS: [(&str, &str); 7] = [
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("Pod", "spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
];

/// Where variables may stand in a container.
const IN_CONTAINERS: [&str; 4] = ["args", "command", "env/value", "volumeMounts/mountPath"];

/// Where they may stand otherwise: kind, any where empty, and field.
const ELSEWHERE: [(&str, &str); 16] = [
    // Kustomize has these two as they are here, not where volumes really stand.
    ("CronJob", "spec/jobTemplate/spec/template/volumes/nfs/server"),
    ("StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"),
    ("DaemonSet", "spec/template/spec/volumes/nfs/server"),
    ("Deployment", "spec/template/spec/volumes/nfs/server"),
    ("Deployment", "spec/template/metadata/annotations"),
    ("Job", "spec/template/spec/volumes/nfs/server"),
    ("Pod", "spec/volumes/nfs/server"),
    ("ReplicaSet", "spec/template/spec/volumes/nfs/server"),
    ("Ingress", "spec/rules/host"),
    ("Ingress", "spec/tls/hosts"),
    ("Ingress", "spec/tls/secretName"),
    ("Service", "spec/ports/port"),
    ("Service", "spec/ports/targetPort"),
    ("PersistentVolume", "spec/nfs/server"),
    ("", "metadata/labels"),
    ("", "metadata/annotations"),
];

/// The fields that variables may stand in (Kustomize, default transformer configuration, `varReference`).
fn fields() -> Vec<FieldSpec> {
    let in_pods = PODS.iter().flat_map(|(kind, spec)| {
        ["containers", "initContainers"].iter().flat_map(move |list| {
            IN_CONTAINERS.iter().map(move |field| FieldSpec::new("", kind, &format!("{spec}/{list}/{field}"), false))
        })
    });
    in_pods.chain(ELSEWHERE.iter().map(|(kind, path)| FieldSpec::new("", kind, path, false))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::filled;
    use crate::model::k8s::kustomize::value::Value;
    use crate::source::{FileId, Place};

    #[test]
    fn variables_are_filled_in_and_other_dollars_stay() {
        let host = Value::string("db", Place::whole(FileId(0)));
        let values = BTreeMap::from([("HOST", Some(host)), ("LATER", None)]);
        let fill = |text: &str| filled(text, &values, 1_000);
        assert_eq!(fill("tcp://$(HOST):5432/$(HOST)"), "tcp://db:5432/db");
        assert_eq!(fill("$$(HOST) costs $5 or $(OTHER) or $(LATER)"), "$(HOST) costs $5 or $(OTHER) or $(LATER)");
        assert_eq!(fill("$(HOST $"), "$(HOST $");
        assert!(filled(&"$(HOST)".repeat(1_000), &values, 10).starts_with("dbdbdbdbdbdb$(HOST)"));
    }
}
