//! The patches of a kustomization, found and applied (Kustomize reference, `patches`).

use super::build::Builder;
use super::json_patch;
use super::merge::merge;
use super::outcome::Failure;
use super::resource::{Id, Resource};
use super::schema::Schema;
use super::select::Selector;
use super::value::{Budget, Value};
use crate::source::Place;

/// What a patch may change that it otherwise may not.
#[derive(Clone, Copy, Default)]
struct Options {
    name: bool,
    kind: bool,
}

impl Builder<'_> {
    /// Applies `patchesStrategicMerge`, then `patches`.
    pub(super) fn apply_patches(
        &mut self,
        resources: &mut Vec<Resource>,
        spec: &Value,
        path: &str,
    ) -> Result<(), Failure> {
        self.apply_strategic(resources, spec.list("patchesStrategicMerge"), path)?;
        for entry in spec.list("patches") {
            self.apply_patch(resources, entry, path)?;
        }
        resources.retain(|resource| !resource.deleted);
        Ok(())
    }

    /// Applies patches that stand in files, or in the list itself.
    pub(super) fn apply_strategic(
        &mut self,
        resources: &mut [Resource],
        items: &[Value],
        path: &str,
    ) -> Result<(), Failure> {
        for item in items {
            let Some(text) = item.text() else { continue };
            // A list item is a file or a whole patch; no file name has a line end or a key.
            let is_inline = text.contains('\n') || text.contains(": ");
            let patches = if is_inline { self.inline_yaml(item, path)? } else { self.patch_file(item, path)? };
            for patch in &patches {
                merge_by_id(resources, patch, Options::default(), &mut self.budget)?;
            }
        }
        Ok(())
    }

    /// Applies `patchesJson6902`.
    pub(super) fn apply_json_patches(
        &mut self,
        resources: &mut Vec<Resource>,
        spec: &Value,
        path: &str,
    ) -> Result<(), Failure> {
        for entry in spec.list("patchesJson6902") {
            self.apply_patch(resources, entry, path)?;
        }
        resources.retain(|resource| !resource.deleted);
        Ok(())
    }

    fn patch_file(&mut self, reference: &Value, path: &str) -> Result<Vec<Value>, Failure> {
        let text = reference.text().unwrap_or("");
        self.yaml_file(text, reference.at, path)
    }

    /// Applies an entry of `patches` or `patchesJson6902`.
    pub(super) fn apply_patch(&mut self, resources: &mut [Resource], entry: &Value, path: &str) -> Result<(), Failure> {
        // `patches` was once a plain list of files.
        let file = if entry.text().is_some() { Some(entry) } else { entry.get("path") };
        let inline = entry.get("patch").filter(|patch| patch.text().is_some_and(|text| !text.trim().is_empty()));
        let patches = match (file.filter(|file| file.text().is_some_and(|text| !text.is_empty())), inline) {
            (Some(file), None) => self.patch_file(file, path)?,
            (None, Some(inline)) => {
                // What starts as JSON is read as JSON.
                let text = inline.text().unwrap_or("").trim();
                if text.starts_with('[') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
                    return Err(Failure::new("a patch that starts with `[` has to be JSON", inline.at));
                }
                self.inline_yaml(inline, path)?
            }
            _ => return Err(Failure::new("a patch has either `path` or `patch`", entry.at)),
        };
        let flag = |key: &str| entry.under(&["options", key]).is_some_and(Value::is_true);
        let options = Options { name: flag("allowNameChange"), kind: flag("allowKindChange") };
        let target = entry.get("target").filter(|target| !target.is_null());
        let Some(first) = patches.first() else { return Ok(()) };
        if json_patch::is_patch(first) {
            let Some(target) = target else { return Err(Failure::new("a JSON patch needs a `target`", first.at)) };
            return self.apply_operations(resources, first, target);
        }
        let Some(target) = target else {
            for patch in &patches {
                merge_by_id(resources, patch, options, &mut self.budget)?;
            }
            return Ok(());
        };
        if let Some(second) = patches.get(1) {
            return Err(Failure::new("an entry with a `target` has one patch", second.at));
        }
        let selector = Selector::read(target)?;
        self.budget.charge(resources.len(), target.at)?;
        for resource in resources.iter_mut().filter(|resource| selector.selects(resource)) {
            merge_into(resource, first, options, &mut self.budget)?;
        }
        Ok(())
    }

    fn apply_operations(
        &mut self,
        resources: &mut [Resource],
        operations: &Value,
        target: &Value,
    ) -> Result<(), Failure> {
        let selector = Selector::read(target)?;
        self.budget.charge(resources.len(), target.at)?;
        for resource in resources.iter_mut().filter(|resource| selector.selects(resource)) {
            resource.remember();
            // Kustomize keeps annotations of its own on the way, so there always are some.
            let at = operations.at;
            if let Some(metadata) = resource.root.map_under("metadata", at) {
                metadata.map_under("annotations", at);
            }
            json_patch::apply(&mut resource.root, operations, &mut self.budget)?;
            if let Some(metadata) = resource.root.get_mut("metadata")
                && metadata.get("annotations").is_some_and(|map| map.is_map() && map.entries().is_empty())
            {
                metadata.remove("annotations");
            }
        }
        Ok(())
    }
}

/// The id that a patch names.
fn id_of(patch: &Value) -> Id {
    Resource::new(patch.clone(), "").id()
}

fn merge_by_id(
    resources: &mut [Resource],
    patch: &Value,
    options: Options,
    budget: &mut Budget,
) -> Result<(), Failure> {
    let id = id_of(patch);
    budget.charge(resources.len(), patch.at)?;
    let place = patch.under(&["metadata", "name"]).map_or(patch.at, |name| name.at);
    let mut matching = resources.iter_mut().filter(|resource| !resource.deleted && resource.was(&id));
    let Some(target) = matching.next() else {
        return Err(unmatched(&id, "no object is", place));
    };
    if matching.next().is_some() {
        return Err(unmatched(&id, "several objects are", place));
    }
    merge_into(target, patch, options, budget)
}

fn unmatched(id: &Id, what: &str, at: Place) -> Failure {
    let group = if id.group.is_empty() { String::new() } else { format!("{}/", id.group) };
    Failure::new(format!("{what} {group}{} {} `{}`, which this patches", id.version, id.kind, id.name), at)
}

/// Merges a patch into an object, which keeps its name, kind and namespace where `options` says nothing else.
fn merge_into(resource: &mut Resource, patch: &Value, options: Options, budget: &mut Budget) -> Result<(), Failure> {
    let mut patch = patch.copied(budget)?;
    patch.remove("apiVersion");
    if !options.kind {
        patch.remove("kind");
    }
    if let Some(metadata) = patch.get_mut("metadata") {
        metadata.remove("namespace");
        if !options.name {
            metadata.remove("name");
        }
    }
    if options.name || options.kind {
        resource.remember();
    }
    let schema = Schema::of(resource);
    let root = std::mem::replace(&mut resource.root, Value::map(patch.at));
    let kept = (root.get("apiVersion").cloned(), root.get("kind").cloned(), root.get("metadata").cloned());
    if let Some(merged) = merge(Some(root), patch, schema, budget)? {
        resource.root = merged;
        // `$patch: replace` takes everything, and what it is known by stays.
        let at = resource.root.at;
        for (key, value) in [("apiVersion", kept.0), ("kind", kept.1), ("metadata", kept.2)] {
            if let Some(value) = value.filter(|_| resource.root.get(key).is_none()) {
                resource.root.set(key, at, value);
            }
        }
    } else {
        resource.deleted = true;
    }
    Ok(())
}
