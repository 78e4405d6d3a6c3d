//! Transformers and generators that files of their own configure, of those that Kustomize brings along (Kustomize
//! reference, `transformers`, `generators`; "Builtin plugins").

use super::build::{Builder, objects};
use super::change::{self, Namespacing, Subjects};
use super::fields::FieldSpec;
use super::names;
use super::outcome::Failure;
use super::resource::Resource;
use super::value::Value;

/// The API version of what Kustomize brings along.
const BUILTIN: &str = "builtin";

impl Builder<'_> {
    /// Generates what the files under `generators` say.
    pub(super) fn run_generators(
        &mut self,
        resources: &mut Vec<Resource>,
        spec: &Value,
        path: &str,
    ) -> Result<(), Failure> {
        for config in self.plugins(spec, "generators", path)? {
            let kind = match (config.api_version(), config.kind()) {
                (BUILTIN, "ConfigMapGenerator") => "ConfigMap",
                (BUILTIN, "SecretGenerator") => "Secret",
                _ => {
                    self.gap(config.place(), "generator plugins are not run here, so nothing is judged as missing");
                    continue;
                }
            };
            let mut entry = config.root.clone();
            for key in ["name", "namespace"] {
                let own = config.root.under(&["metadata", key]);
                if let Some(own) = own.filter(|_| entry.get(key).is_none()) {
                    entry.set(key, own.at, own.clone());
                }
            }
            self.generate_one(resources, &entry, None, kind, path)?;
        }
        Ok(())
    }

    /// Does what the files under `transformers` say.
    pub(super) fn run_transformers(
        &mut self,
        resources: &mut Vec<Resource>,
        spec: &Value,
        path: &str,
    ) -> Result<(), Failure> {
        for config in self.plugins(spec, "transformers", path)? {
            let is_known = config.api_version() == BUILTIN && self.transform(resources, &config, path)?;
            if !is_known {
                self.gap(config.place(), "transformer plugins are not run here, so nothing is judged as missing");
            }
            resources.retain(|resource| !resource.deleted);
        }
        Ok(())
    }

    /// The objects that configure plugins: in files, in directories with a kustomization, or written in place.
    fn plugins(&mut self, spec: &Value, key: &str, path: &str) -> Result<Vec<Resource>, Failure> {
        let mut out = Vec::new();
        for entry in spec.list(key) {
            if entry.text().is_some_and(|text| text.contains('\n') || text.contains(": ")) {
                let documents = self.inline_yaml(entry, path)?;
                out.extend(objects(documents, path, entry.at)?);
                continue;
            }
            // What a directory configures for its own objects is not for those that are built.
            let outer = std::mem::take(&mut self.config);
            let found = self.resource(entry, path);
            self.config = outer;
            out.extend(found?);
        }
        Ok(out)
    }

    /// Does what one of the transformers that Kustomize brings along is configured to do; `false` for another one.
    fn transform(&mut self, resources: &mut [Resource], config: &Resource, path: &str) -> Result<bool, Failure> {
        let root = &config.root;
        let fields: Vec<FieldSpec> = root.list("fieldSpecs").iter().filter_map(FieldSpec::read).collect();
        let text = |key: &str| root.get(key).and_then(Value::text).unwrap_or("");
        let entry = |key: &str| root.get(key).map_or(&[][..], std::slice::from_ref);
        match config.kind() {
            "LabelTransformer" | "AnnotationsTransformer" => {
                let key = if config.kind() == "LabelTransformer" { "labels" } else { "annotations" };
                if let Some(pairs) = root.get(key) {
                    change::set_pairs(resources, pairs, &fields, &mut self.budget)?;
                }
            }
            "NamespaceTransformer" => set_namespace(root, fields)
                .map_or(Ok(()), |namespacing| namespacing.apply(resources, &mut self.budget))?,
            "PrefixTransformer" => names::set_affixes(resources, text("prefix"), "", &fields),
            "SuffixTransformer" => names::set_affixes(resources, "", text("suffix"), &fields),
            "PrefixSuffixTransformer" => {
                names::set_affixes(resources, text("prefix"), "", &fields);
                names::set_affixes(resources, "", text("suffix"), &fields);
            }
            "ImageTagTransformer" => {
                change::set_images(resources, entry("imageTag"), &fields, &mut self.budget)?;
            }
            "ReplicaCountTransformer" => {
                change::set_replicas(resources, entry("replica"), &fields, &mut self.budget)?;
            }
            "PatchTransformer" => self.apply_patch(resources, root, path)?,
            "PatchJson6902Transformer" => {
                let mut operations = root.clone();
                if let Some(list) = root.get("jsonOp") {
                    operations.set("patch", list.at, list.clone());
                }
                self.apply_patch(resources, &operations, path)?;
            }
            "PatchStrategicMergeTransformer" => {
                self.apply_strategic(resources, root.list("paths"), path)?;
                self.apply_strategic(resources, entry("patches"), path)?;
            }
            "ReplacementTransformer" => self.replace(resources, root, path)?,
            // Generated names stay without a hash here.
            "HashTransformer" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// What a `NamespaceTransformer` does; `None` where it names no namespace.
fn set_namespace(root: &Value, fields: Vec<FieldSpec>) -> Option<Namespacing<'_>> {
    let subjects = match root.text_under(&["setRoleBindingSubjects"]) {
        Some("allServiceAccounts") => Subjects::Accounts,
        Some("none") => Subjects::None,
        _ => Subjects::Default,
    };
    let keeps = root.get("unsetOnly").is_some_and(Value::is_true);
    Some(Namespacing { namespace: root.under(&["metadata", "namespace"])?, fields, subjects, keeps })
}
