//! A module, which is a directory of `*.tf` files, and all of a repository together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::model;
use crate::model::schema::PathText;
use crate::model::value::{Field, List, Unresolved};
use crate::source::{EntryKind, FileId, Place, Sources};
use crate::syntax::hcl::{Body, Tree};

use super::attribute::Source;
use super::block::{self, Backend, Home, ModuleCall, Output, Provider, RequiredProvider, Resource};
use super::network::{Network, networks};
use super::reference::{References, Undeclared};
use super::variable::{self, Variable};

/// Files of Terraform that are read in one repository.
const MAX_FILES: usize = 5_000;

model! {
    /// A Terraform module: the `*.tf` files of one directory.
    pub struct Module as "terraform.module" {
        /// The directory; `.` for the root of the run.
        path: PathText,
        /// The names of its files.
        files: List<String>,
        /// Whether Terraform is run in it: it configures a provider or a backend, and no module beside it calls it.
        is_root: bool,
        /// Whether it stands among tests, examples or fixtures.
        is_test_data: bool,
        /// The versions of Terraform that it allows.
        required_version: Field<String>,
        /// The major of the lowest of them.
        min_major: Field<i64>,
        /// The minor of the lowest of them.
        min_minor: Field<i64>,
        /// The providers that it requires.
        required_providers: List<RequiredProvider>,
        /// The providers of its resources that it does not require, by name, at the first resource of each.
        unrequired_providers: List<Field<String>>,
        /// Where its state is kept.
        backend: Option<Backend>,
        /// The providers that it configures.
        providers: List<Provider>,
        /// Its variables.
        variables: List<Arc<Variable>>,
        /// Its outputs.
        outputs: List<Arc<Output>>,
        /// Its resources and data sources.
        resources: List<Arc<Resource>>,
        /// The modules that it calls.
        calls: List<Arc<ModuleCall>>,
        /// References to what it does not declare.
        undeclared: List<Undeclared>,
        /// The address ranges in the defaults of its list variables.
        networks: List<Network>,
    }
    label(module) { module.path.0.clone() }
}

/// The modules of a repository with all that is in them.
#[derive(Clone, Debug)]
pub struct Infrastructure {
    /// The modules, by path.
    pub modules: List<Arc<Module>>,
    /// Their resources.
    pub resources: List<Arc<Resource>>,
    /// The modules that they call.
    pub calls: List<Arc<ModuleCall>>,
    /// Their variables.
    pub variables: List<Arc<Variable>>,
    /// Their outputs.
    pub outputs: List<Arc<Output>>,
}

/// Whether a path is that of a file of Terraform.
#[must_use]
pub fn is_terraform(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "tf")
        && !path.split('/').any(|part| part == ".terraform")
}

/// Directories of modules that nobody runs for good.
const TEST_DATA: &[&str] = &[
    "docs",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "test",
    "tests",
    "testdata",
    "test-fixtures",
    "samples",
    "snippets",
    "sample",
];

/// Reads the Terraform of a repository. `tree` reads a file and is asked once for each.
pub fn read(sources: &Sources, tree: &mut dyn FnMut(FileId) -> Tree) -> Infrastructure {
    let at = Place::whole(sources.find(".").unwrap_or(FileId(0)));
    let files = sources.iter().filter(|(_, file)| file.kind == EntryKind::File && is_terraform(&file.path));
    let mut directories: BTreeMap<String, Vec<FileId>> = BTreeMap::new();
    for (id, file) in files.take(MAX_FILES) {
        let directory = file.path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        directories.entry(directory.to_owned()).or_default().push(id);
    }
    let mut modules: Vec<Module> = directories.iter().map(|(path, files)| module(sources, path, files, tree)).collect();
    let wrapped = wrapped_names(sources);
    for module in &mut modules {
        let name = module.path.0.rsplit('/').next().unwrap_or("");
        if wrapped.contains(name) {
            leave_open(module);
        }
    }
    let called: BTreeSet<String> = modules
        .iter()
        .flat_map(|module| module.calls.iter().map(move |call| (module, call)))
        .filter(|(_, call)| call.is_local)
        .filter_map(|(module, call)| resolved(&module.path.0, call.source.value()?))
        .collect();
    for module in &mut modules {
        module.is_root &= !called.contains(&module.path.0);
    }
    let modules: Vec<Arc<Module>> = modules.into_iter().map(Arc::new).collect();
    Infrastructure {
        resources: List::new(modules.iter().flat_map(|module| &module.resources).cloned().collect(), at),
        calls: List::new(modules.iter().flat_map(|module| &module.calls).cloned().collect(), at),
        variables: List::new(modules.iter().flat_map(|module| &module.variables).cloned().collect(), at),
        outputs: List::new(modules.iter().flat_map(|module| &module.outputs).cloned().collect(), at),
        modules: List::new(modules, at),
    }
}

/// The names of the directories in which Terragrunt writes files before it runs Terraform there: those with a
/// `terragrunt.hcl`, and those that the texts of such a file lead to (Terragrunt, "Generate Blocks").
fn wrapped_names(sources: &Sources) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let files = sources.iter().filter(|(_, file)| {
        let name = file.path.rsplit('/').next().unwrap_or("");
        file.kind == EntryKind::File && matches!(name, "terragrunt.hcl" | "root.hcl")
    });
    for (id, file) in files.take(MAX_FILES) {
        names.extend(file.path.rsplit('/').nth(1).map(str::to_owned));
        let Some(text) = sources.read(id) else { continue };
        for quoted in text.split('"').skip(1).step_by(2) {
            let path = quoted.split('?').next().unwrap_or("");
            let mut parts = path.rsplit('/').filter(|part| !matches!(*part, "" | "." | ".."));
            let last = parts.next().filter(|_| path.contains('/'));
            let is_file = last.is_some_and(is_terraform);
            names.extend(if is_file { parts.next() } else { last }.map(str::to_owned));
        }
    }
    names
}

/// Of a module into which files are generated it cannot be told what they declare.
fn leave_open(module: &mut Module) {
    let at = module.at;
    let why = "Terragrunt writes further files into this module";
    let open = || Box::new(Unresolved { text: module.path.0.clone(), why: why.into(), at, via: None, expected: None });
    (module.undeclared.items, module.undeclared.unseen) = (Vec::new(), Some(open()));
    (module.unrequired_providers.items, module.unrequired_providers.unseen) = (Vec::new(), Some(open()));
    if module.required_version.is_absent() {
        module.required_version = Field::unresolved(&*module.path.0, why, at);
        module.min_major = Field::unresolved(&*module.path.0, why, at);
        module.min_minor = Field::unresolved(&*module.path.0, why, at);
    }
    module.is_root &= module.backend.is_some();
}

/// The directory that a relative source leads to.
fn resolved(from: &str, source: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').filter(|part| *part != ".").collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

fn module(sources: &Sources, path: &str, files: &[FileId], tree: &mut dyn FnMut(FileId) -> Tree) -> Module {
    let is_test_data = path.split('/').any(|part| TEST_DATA.contains(&part.to_ascii_lowercase().as_str()));
    let home = Home { path, is_test_data };
    let at = Place::whole(sources.find(path).unwrap_or(FileId(0)));
    let mut module = empty(path, at, is_test_data);
    let mut references = References::default();
    let mut is_whole = !sources.entries().get(sources.below(path)).unwrap_or(&[]).iter().any(|entry| {
        let below = entry.path.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&entry.path);
        entry.path.ends_with(".tf.json") && !below.contains('/')
    });
    for file in files {
        let entry = sources.get(*file);
        module.files.items.push(entry.path.rsplit('/').next().unwrap_or("").to_owned());
        let read = tree(*file);
        is_whole &= read.problems.is_empty();
        let source = Source { file: *file, text: entry.text() };
        references.add(source, &read.body);
        add(&mut module, source, &read.body, home);
    }
    let default =
        module.providers.iter().flat_map(|provider| provider.default_tags.iter()).cloned().collect::<Vec<_>>();
    let unseen = module.providers.iter().find_map(|provider| provider.default_tags.unseen.clone());
    for resource in &mut module.resources.items {
        let resource = Arc::make_mut(resource);
        resource.tags.items.extend(default.iter().cloned());
        if resource.tags.unseen.is_none() {
            resource.tags.unseen.clone_from(&unseen);
        }
    }
    let not_read = Unresolved {
        text: path.to_owned(),
        why: "not all files of this module could be read".into(),
        at,
        via: None,
        expected: None,
    };
    if is_whole {
        module.undeclared = List::new(references.undeclared(), at);
        module.unrequired_providers = List::new(unrequired(&module), at);
    } else {
        module.undeclared.unseen = Some(Box::new(not_read));
    }
    // What is below `modules` is there to be called, whatever it sets up (HashiCorp, "Standard Module Structure").
    let is_nested = path.split('/').any(|part| part == "modules");
    module.is_root = !module.providers.items.is_empty() && !is_nested || module.backend.is_some();
    let variables: Vec<Variable> = module.variables.iter().map(|variable| (**variable).clone()).collect();
    module.networks = List::new(networks(&variables), at);
    module
}

fn empty(path: &str, at: Place, is_test_data: bool) -> Module {
    Module {
        at,
        path: PathText(path.to_owned()),
        files: List::empty(at),
        is_root: false,
        is_test_data,
        required_version: Field::Absent(at),
        min_major: Field::Absent(at),
        min_minor: Field::Absent(at),
        required_providers: List::empty(at),
        unrequired_providers: List::empty(at),
        backend: None,
        providers: List::empty(at),
        variables: List::empty(at),
        outputs: List::empty(at),
        resources: List::empty(at),
        calls: List::empty(at),
        undeclared: List::empty(at),
        networks: List::empty(at),
    }
}

fn add(module: &mut Module, source: Source<'_>, body: &Body, home: Home<'_>) {
    for block in &body.blocks {
        let at = source.place(block.header);
        match block.kind.value.as_str() {
            "terraform" => {
                if block.body.attribute("required_version").is_some() || module.required_version.is_absent() {
                    module.required_version = source.field(&block.body, "required_version", at);
                    let lowest = module.required_version.value().and_then(|text| lowest(text));
                    let place = module.required_version.place();
                    let part = |part: Option<i64>| part.map_or(Field::Absent(place), |part| Field::known(part, place));
                    module.min_major = part(lowest.map(|lowest| lowest.0));
                    module.min_minor = part(lowest.map(|lowest| lowest.1));
                }
                for inner in &block.body.blocks {
                    match inner.kind.value.as_str() {
                        "required_providers" => {
                            module.required_providers.at = source.place(inner.header);
                            module.required_providers.items.extend(block::required_providers(source, inner));
                        }
                        "backend" | "cloud" => module.backend = Some(block::backend(source, inner)),
                        _ => {}
                    }
                }
            }
            "provider" => module.providers.items.push(block::provider(source, block, home)),
            "variable" => module.variables.items.push(Arc::new(variable::read(source, block, home))),
            "output" => module.outputs.items.push(Arc::new(block::output(source, block, home))),
            "resource" | "data" => module.resources.items.push(Arc::new(block::resource(source, block, home))),
            "module" => module.calls.items.push(Arc::new(block::call(source, block, home))),
            _ => {}
        }
    }
}

/// The lowest version that a constraint allows, as major and minor; `None` where it has no lower bound.
fn lowest(constraint: &str) -> Option<(i64, i64)> {
    let bounds = constraint.split(',').map(str::trim).filter_map(|part| {
        let version = part.trim_start_matches(['~', '>', '=', ' ']);
        let is_lower = !part.starts_with(['<', '!']);
        let mut numbers = version.split('.').map(|number| number.trim().parse::<i64>().ok());
        is_lower.then_some((numbers.next()??, numbers.next().flatten().unwrap_or(0)))
    });
    bounds.max()
}

/// The providers of resources that no `required_providers` names. The name of a provider is the first word of its types.
fn unrequired(module: &Module) -> Vec<Field<String>> {
    let required: BTreeSet<&str> = module.required_providers.iter().map(|provider| provider.name.as_str()).collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut out = Vec::new();
    for resource in &module.resources {
        let name = resource.provider.as_str();
        // `google-beta` has the types of `google`; `terraform` is built in.
        let is_required = name == "terraform"
            || required.iter().any(|required| *required == name || required.starts_with(&format!("{name}-")));
        if !is_required && told.insert(name) {
            out.push(Field::known(name.to_owned(), resource.at));
        }
    }
    out
}
