//! What building a kustomization gives: the objects of its bases, changed step by step in the order kustomize keeps.

use std::collections::BTreeSet;

use super::change::Namespacing;
use super::fields::{Config, FieldSpec};
use super::inline::Inline;
use super::outcome::{Build, Failure, Files, Found, Gap};
use super::read::{is_kustomization_file, is_remote};
use super::resource::{Id, Resource};
use super::value::{Budget, Data, Value};
use super::{change, names, replace, vars};
use crate::source::path::joined;
use crate::source::{FileId, Place};
use crate::syntax::yaml::Tree;

/// How many nodes a build may read, copy or visit.
const WORK: usize = 3_000_000;

/// How deep kustomizations may be made of each other.
const MAX_DEPTH: usize = 50;

/// How many kustomizations one may be made of, counting each use.
const MAX_PARTS: usize = 2_000;

/// The names that kustomize looks for in a directory.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Builds the kustomization of a file.
///
/// # Errors
/// Where kustomize refuses it too, or where it is too large.
pub fn build(files: &dyn Files, path: &str) -> Result<Build, Failure> {
    let mut builder = Builder {
        files,
        budget: Budget(WORK),
        gaps: Vec::new(),
        read: BTreeSet::new(),
        stack: Vec::new(),
        parts: 0,
        config: Config::default(),
    };
    let at = match files.find(path) {
        Some(Found::Text(file, _) | Found::Binary(file)) => Place::whole(file),
        _ => Place::whole(FileId(0)),
    };
    let mut resources = builder.accumulate(dir_of(path), Vec::new(), false, at)?;
    names::follow(&mut resources, &builder.config, &mut builder.budget)?;
    let is_open = builder.gaps.iter().any(|gap| gap.hides);
    for at in vars::fill_in(&mut resources, &builder.config, is_open, &mut builder.budget)? {
        builder.gap(at, "the namespace that this stands for is not set here, so what uses it is not known");
    }
    resources.retain(|resource| !is_local(resource));
    resources.iter_mut().for_each(settle_annotations);
    Ok(Build { resources, gaps: builder.gaps, files: builder.read })
}

/// Makes strings of what annotations are, as kustomize writes them.
fn settle_annotations(resource: &mut Resource) {
    let annotations = resource.root.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
    if let Some(Value { data: Data::Map(entries), .. }) = annotations {
        for value in entries.iter_mut().map(|entry| &mut entry.value).filter(|value| !change::is_text(value)) {
            *value = Value::string(value.text().unwrap_or(""), value.at);
        }
    }
}

/// Whether an object is only there for tools on the way.
fn is_local(resource: &Resource) -> bool {
    let mark = resource.root.text_under(&["metadata", "annotations", "config.kubernetes.io/local-config"]);
    mark.is_some_and(|mark| mark != "false")
}

/// A build on its way.
pub(super) struct Builder<'f> {
    files: &'f dyn Files,
    pub(super) budget: Budget,
    gaps: Vec<Gap>,
    read: BTreeSet<FileId>,
    /// The directories that are being built, the outermost first.
    stack: Vec<String>,
    parts: usize,
    /// The fields that `configurations` add, up to here.
    pub(super) config: Config,
}

/// Keys that nothing is done about, what that means, and whether it hides something.
const GAPS: [(&str, &str, bool); 5] = [
    ("helmCharts", "the objects of these charts are not rendered here, so nothing is judged as missing", true),
    (
        "helmChartInflationGenerator",
        "the objects of these charts are not rendered here, so nothing is judged as missing",
        true,
    ),
    ("crds", "custom resource definitions add no name references here", false),
    ("openapi", "lists of custom resources are merged here as without this schema", false),
    ("validators", "validator plugins are not run here", false),
];

/// Keys of kustomizations that are often written with other capitals, such as `patchesJSON6902`: kustomize reads them all
/// the same, as Go's `encoding/json` does.
const KEYS: [&str; 14] = [
    "bases",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "generatorOptions",
    "images",
    "labels",
    "namePrefix",
    "nameSuffix",
    "patchesJson6902",
    "patchesStrategicMerge",
    "resources",
    "secretGenerator",
];

impl<'f> Builder<'f> {
    /// Notes that something is left out that may bring more objects, names or values.
    pub(super) fn gap(&mut self, at: Place, message: &str) {
        self.note(Gap { message: message.to_owned(), at, hides: true });
    }

    fn note(&mut self, gap: Gap) {
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// What lies at a path that a kustomization names.
    pub(super) fn find(&self, reference: &str, kustomization: &str) -> Option<Found<'f>> {
        self.files.find(&joined(dir_of(kustomization), reference)?)
    }

    /// The objects of the kustomization in a directory. A component changes the objects that are there already.
    fn accumulate(
        &mut self,
        dir: &str,
        inherited: Vec<Resource>,
        is_component: bool,
        at: Place,
    ) -> Result<Vec<Resource>, Failure> {
        self.parts += 1;
        if self.stack.iter().any(|above| above == dir) {
            return Err(Failure::new("it is made of itself", at));
        }
        if self.stack.len() >= MAX_DEPTH || self.parts > MAX_PARTS {
            return Err(Failure::new("it is made of too many kustomizations", at));
        }
        let (path, spec) = self.kustomization(dir, at)?;
        let kind = spec.get("kind").and_then(Value::text);
        if is_component != (kind == Some("Component")) {
            let message = if is_component { "this is no component" } else { "a component goes into `components`" };
            return Err(Failure::new(message, at));
        }
        self.stack.push(dir.to_owned());
        let outer = if is_component { None } else { Some(std::mem::take(&mut self.config)) };
        let result = self.accumulate_from(inherited, &spec, &path);
        if let Some(mut outer) = outer {
            outer.merge(std::mem::take(&mut self.config));
            self.config = outer;
        }
        self.stack.pop();
        result
    }

    fn accumulate_from(
        &mut self,
        mut resources: Vec<Resource>,
        spec: &Value,
        path: &str,
    ) -> Result<Vec<Resource>, Failure> {
        for (key, message, hides) in GAPS {
            if spec.get(key).is_some_and(|value| !value.items().is_empty() || value.is_map()) {
                let at = spec.key_place(key);
                self.note(Gap { message: message.to_owned(), at, hides });
            }
        }
        for key in ["resources", "bases"] {
            for reference in spec.list(key) {
                let more = self.resource(reference, path)?;
                append(&mut resources, more, &mut self.budget)?;
            }
        }
        for reference in spec.list("configurations") {
            for file in self.yaml_file(reference.text().unwrap_or(""), reference.at, path)? {
                self.config.add(&file);
            }
        }
        self.budget.charge(self.config.len(), spec.at)?;
        self.generate(&mut resources, spec, path)?;
        self.run_generators(&mut resources, spec, path)?;
        for reference in spec.list("components") {
            let Some(text) = reference.text() else { continue };
            match joined(dir_of(path), text) {
                Some(dir) if self.files.is_elsewhere(&dir) => self.gap(reference.at, ELSEWHERE),
                Some(dir) if !is_remote(text) => resources = self.accumulate(&dir, resources, true, reference.at)?,
                _ => self.gap(reference.at, REMOTE),
            }
        }
        self.change(&mut resources, spec, path)?;
        self.run_transformers(&mut resources, spec, path)?;
        vars::declare(&mut resources, spec, &mut self.config, &mut self.budget)?;
        for resource in &mut resources {
            resource.through.push(spec.at.file);
        }
        Ok(resources)
    }

    fn change(&mut self, resources: &mut Vec<Resource>, spec: &Value, path: &str) -> Result<(), Failure> {
        self.apply_patches(resources, spec, path)?;
        if let Some(namespace) = spec.get("namespace") {
            Namespacing::of_kustomization(namespace, &self.config).apply(resources, &mut self.budget)?;
        }
        self.affix(resources, spec);
        change::set_labels(resources, spec, &self.config, &mut self.budget)?;
        change::set_annotations(resources, spec, &self.config, &mut self.budget)?;
        self.apply_json_patches(resources, spec, path)?;
        let mut fields = change::replica_fields();
        fields.extend_from_slice(&self.config.replicas);
        change::set_replicas(resources, spec.list("replicas"), &fields, &mut self.budget)?;
        change::set_images(resources, spec.list("images"), &self.config.images, &mut self.budget)?;
        self.replace(resources, spec, path)
    }

    fn affix(&self, resources: &mut [Resource], spec: &Value) {
        let text = |key: &str| spec.get(key).and_then(Value::text).unwrap_or("");
        let fields = |more: &[FieldSpec]| [&[names::name_field()], more].concat();
        names::set_affixes(resources, text("namePrefix"), "", &fields(&self.config.prefixes));
        names::set_affixes(resources, "", text("nameSuffix"), &fields(&self.config.suffixes));
    }

    /// Copies values as `replacements` says, which may be in files of their own.
    pub(super) fn replace(&mut self, resources: &mut [Resource], spec: &Value, path: &str) -> Result<(), Failure> {
        for entry in spec.list("replacements") {
            match entry.get("path").filter(|path| path.text().is_some()) {
                Some(file) => {
                    let text = file.text().unwrap_or("");
                    for document in self.yaml_file(text, file.at, path)? {
                        let all = if document.is_map() { std::slice::from_ref(&document) } else { document.items() };
                        for one in all {
                            replace::apply(resources, one, &mut self.budget)?;
                        }
                    }
                }
                None => replace::apply(resources, entry, &mut self.budget)?,
            }
        }
        Ok(())
    }

    /// The objects behind an entry of `resources`.
    pub(super) fn resource(&mut self, reference: &Value, path: &str) -> Result<Vec<Resource>, Failure> {
        let Some(text) = reference.text() else { return Ok(Vec::new()) };
        let Some(target) = joined(dir_of(path), text) else {
            self.gap(reference.at, "this lies outside of what is read, so nothing is judged as missing");
            return Ok(Vec::new());
        };
        if self.files.is_elsewhere(&target) {
            self.gap(reference.at, ELSEWHERE);
            return Ok(Vec::new());
        }
        match self.files.find(&target) {
            Some(Found::Directory) => self.accumulate(&target, Vec::new(), false, reference.at),
            Some(Found::Text(..)) => {
                let documents = self.yaml_file(text, reference.at, path)?;
                objects(documents, &target, reference.at)
            }
            Some(Found::Binary(_)) => Err(Failure::new(format!("`{text}` is no text"), reference.at)),
            None if is_remote(text) => {
                self.gap(reference.at, REMOTE);
                Ok(Vec::new())
            }
            None => Err(Failure::new(format!("`{text}` is not there"), reference.at)),
        }
    }

    /// Path and content of the kustomization in a directory.
    fn kustomization(&mut self, dir: &str, at: Place) -> Result<(String, Value), Failure> {
        let path = |name: &&str| if dir == "." { (*name).to_owned() } else { format!("{dir}/{name}") };
        let mut found = NAMES.iter().map(path).filter_map(|path| match self.files.find(&path) {
            Some(Found::Text(file, text)) => Some((path, file, text)),
            _ => None,
        });
        let Some((path, file, text)) = found.next() else {
            return Err(Failure::new(format!("`{dir}` has no kustomization.yaml"), at));
        };
        if found.next().is_some() {
            return Err(Failure::new(format!("`{dir}` has several kustomizations"), at));
        }
        drop(found);
        let tree = self.files.tree(file, text);
        let mut documents = self.values(&tree, &|place| place)?;
        if documents.is_empty() {
            return Err(Failure::new("it is empty", Place::whole(file)));
        }
        let mut spec = documents.swap_remove(0);
        spec.spell(&KEYS);
        Ok((path, spec))
    }

    /// The documents of a file that a kustomization names.
    pub(super) fn yaml_file(&mut self, reference: &str, at: Place, path: &str) -> Result<Vec<Value>, Failure> {
        let found = self.find(reference, path);
        let Some(Found::Text(file, text)) = found else {
            return Err(Failure::new(format!("`{reference}` is not there"), at));
        };
        if is_kustomization_file(reference) {
            return Err(Failure::new("a kustomization is named by its directory", at));
        }
        self.read.insert(file);
        let tree = self.files.tree(file, text);
        self.values(&tree, &|place| place)
    }

    /// The documents of a text that stands in a kustomization.
    pub(super) fn inline_yaml(&mut self, scalar: &Value, path: &str) -> Result<Vec<Value>, Failure> {
        let text = scalar.text().unwrap_or("");
        let file = match self.files.find(path) {
            Some(Found::Text(_, text)) => text,
            _ => "",
        };
        let inline = Inline::new(scalar, text, file);
        let tree = Tree::parse(scalar.at.file, text);
        self.values(&tree, &|place| inline.place(place))
    }

    fn values(&mut self, tree: &Tree, place: &dyn Fn(Place) -> Place) -> Result<Vec<Value>, Failure> {
        if let Some(problem) = tree.problems.iter().find(|problem| problem.fatal) {
            return Err(Failure::new(&*problem.message, place(Place { file: tree.file(), span: problem.span })));
        }
        let documents = tree.documents().filter(|document| !document.is_null());
        documents.map(|document| Value::read(document, &mut self.budget, place)).collect()
    }
}

const REMOTE: &str = "this is not fetched, so nothing is judged as missing";

const ELSEWHERE: &str = "this lies in a submodule that is not checked out, so nothing is judged as missing";

fn dir_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(dir, _)| dir)
}

/// The objects of a file, lists taken apart.
pub(super) fn objects(documents: Vec<Value>, path: &str, at: Place) -> Result<Vec<Resource>, Failure> {
    let mut out = Vec::new();
    for document in documents {
        let is_list = document.get("kind").and_then(Value::text).is_some_and(|kind| kind.ends_with("List"));
        if is_list && document.get("items").is_some() {
            out.extend(document.list("items").iter().map(|item| Resource::new(item.clone(), path)));
        } else {
            out.push(Resource::new(document, path));
        }
    }
    for resource in &out {
        if resource.kind().is_empty() {
            return Err(Failure::new("an object without `kind` is none", resource.root.at));
        }
        if resource.name().is_empty() && resource.root.under(&["metadata", "generateName"]).is_none() {
            return Err(Failure::new("an object needs a name here", resource.root.at));
        }
    }
    if out.iter().any(|resource| resource.api_version().starts_with("kustomize.config.k8s.io/")) {
        return Err(Failure::new("a kustomization is named by its directory", at));
    }
    Ok(out)
}

/// Puts objects behind others; no two may be known by one id.
fn append(resources: &mut Vec<Resource>, more: Vec<Resource>, budget: &mut Budget) -> Result<(), Failure> {
    if resources.is_empty() && more.len() < 2 {
        resources.extend(more);
        return Ok(());
    }
    let mut ids: BTreeSet<Id> = resources.iter().map(Resource::id).collect();
    for resource in more {
        budget.charge(1, resource.root.at)?;
        let id = resource.id();
        let message = format!("{} `{}` is there twice", id.kind, id.name);
        if !ids.insert(id) {
            return Err(Failure::new(message, resource.place()));
        }
        resources.push(resource);
    }
    Ok(())
}
