//! Composing a project: documents, includes, `extends`, overrides.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::canonical;
use super::consistency;
use super::interpolate::{FILL_BUDGET, interpolate};
use super::known_keys;
use super::merge::{merge, prune, same};
use super::paths;
use super::shapes;
use super::tree::{Composer, Data, Entry, Tag, Value};
use super::{ComposeInput, FileLoader, Trouble};
use crate::model::value::Field;
use crate::source::{FileId, Place};
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

/// How many services one may extend one behind the other.
const MAX_EXTENDS: usize = 32;

/// How many files one may include one behind the other.
const MAX_INCLUDES: usize = 16;

/// Values that `extends` may copy in all.
const COPY_BUDGET: usize = 1_000_000;

const EXTENDS_UNSEEN: &str = "what the service extends was not read";
const INCLUDE_UNSEEN: &str = "what the file includes was not read";

/// The state of one load.
pub(super) struct Loading<'l> {
    loader: FileLoader<'l>,
    pub(super) composer: Composer,
    /// The directory that paths in each file start from.
    pub(super) directories: BTreeMap<FileId, String>,
    /// Why not all names of the project may have been seen.
    pub(super) gap: Option<&'static str>,
    /// Files read for `extends`, in canonical form.
    extended: BTreeMap<String, Option<Rc<Value>>>,
    copies: usize,
}

/// One file to compose.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) tree: &'p Tree,
    pub(super) path: &'p str,
    /// The directory that its paths start from.
    pub(super) directory: &'p str,
}

impl<'l> Loading<'l> {
    pub(super) fn new(env: &BTreeMap<String, String>, loader: FileLoader<'l>) -> Self {
        Self {
            loader,
            composer: Composer::new(env),
            directories: BTreeMap::new(),
            gap: None,
            extended: BTreeMap::new(),
            copies: COPY_BUDGET,
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.composer.troubles.push(trouble);
    }

    /// Lays all documents of a file on `root`.
    pub(super) fn lay(&mut self, root: &mut Value, part: Part<'_>, stack: &mut Vec<String>) {
        self.directories.entry(part.tree.file()).or_insert_with(|| part.directory.to_owned());
        stack.push(part.path.to_owned());
        for document in part.tree.documents() {
            let mut value = self.composer.compose(document);
            if let Some(name) = document.get("name").filter(|name| is_no_text(*name)) {
                let message = "the name of the project is no string, which compose refuses";
                self.trouble(Trouble::invalid(name.place(), message).with_help("put quotes around it"));
            }
            if !matches!(value.data, Data::Map(_)) {
                let message = format!("a compose file is a mapping, and this is {}", value.type_name());
                self.trouble(Trouble::invalid(value.at, message));
                continue;
            }
            known_keys::check(&mut value, &mut self.composer.troubles);
            shapes::check(&value, &mut self.composer.troubles);
            canonical::document(&mut value, &mut self.composer.troubles);
            consistency::replaced_mounts(&value, &mut self.composer.troubles);
            if let Some(include) = value.remove("include") {
                self.include(root, &include, part.directory, stack);
            }
            self.extend_services(&mut value, part.path);
            root.partial = root.partial.or(value.partial);
            merge(root, value, &mut Vec::new(), &mut self.composer.troubles);
        }
        stack.pop();
    }

    /// Brings the merged tree into its last form.
    pub(super) fn finish(root: &mut Value) {
        prune(root);
        canonical::unique(root);
    }

    fn include(&mut self, root: &mut Value, include: &Value, directory: &str, stack: &mut Vec<String>) {
        let single = std::slice::from_ref(include);
        let items = if matches!(include.data, Data::List(_)) { include.items() } else { single };
        for item in items {
            let named = item.get("path").unwrap_or(item);
            let all = if matches!(named.data, Data::List(_)) { named.items() } else { std::slice::from_ref(named) };
            let project = item.get("project_directory").and_then(Value::text).map(|text| text.value.clone());
            let project = project.and_then(|project| paths::join(directory, &project));
            let mut included = Value::new(Data::Map(Vec::new()), item.at, None);
            let home = project.clone().or_else(|| {
                let first = all.first()?.text()?;
                paths::join(directory, &first.value).map(|path| paths::directory(&path))
            });
            let outer = self.with_own_env(item.get("env_file"), directory, home.as_deref());
            for name in all {
                self.include_one(&mut included, name, directory, project.as_deref(), stack);
            }
            self.composer.env = outer;
            root.partial = root.partial.or(included.partial);
            self.add(root, included);
        }
    }

    /// Adds what the env files of an included project set to what is set already, which goes first; those named for it,
    /// else the `.env` in its directory (Compose Specification, `include`). Returns what was set before.
    fn with_own_env(
        &mut self,
        named: Option<&Value>,
        directory: &str,
        home: Option<&str>,
    ) -> Rc<BTreeMap<String, String>> {
        let files: Vec<String> = match named {
            Some(value) => {
                let single = std::slice::from_ref(value);
                let items = if matches!(value.data, Data::List(_)) { value.items() } else { single };
                let path = |item: &Value| paths::join(directory, &item.text()?.value);
                items.iter().filter_map(path).collect()
            }
            None => home.and_then(|home| paths::join(home, ".env")).into_iter().collect(),
        };
        let outer = Rc::clone(&self.composer.env);
        let mut env = BTreeMap::new();
        for source in files.iter().filter_map(|path| (self.loader.env)(path)) {
            env.extend(super::dotenv(source.text, &outer));
        }
        env.extend(outer.iter().map(|(name, value)| (name.clone(), value.clone())));
        self.composer.env = Rc::new(env);
        outer
    }

    fn include_one(
        &mut self,
        included: &mut Value,
        name: &Value,
        directory: &str,
        project: Option<&str>,
        stack: &mut Vec<String>,
    ) {
        let found = self.find(name, directory, "the included file");
        let Some((path, tree)) = found else {
            self.gap = Some(INCLUDE_UNSEEN);
            return;
        };
        if stack.contains(&path) || stack.len() >= MAX_INCLUDES {
            self.trouble(Trouble::invalid(
                name.at,
                format!("`{path}` includes itself, or files include each other too deep"),
            ));
            return;
        }
        let own = paths::directory(&path);
        let part = Part { tree: &tree, path: &path, directory: project.unwrap_or(&own) };
        self.lay(included, part, stack);
    }

    /// Adds what an included file declares; a name that stands for something else already is an error.
    fn add(&mut self, root: &mut Value, included: Value) {
        let Data::Map(sections) = included.data else { return };
        for section in sections {
            let Data::Map(entries) = &section.value.data else { continue };
            if section.key.starts_with("x-") {
                continue;
            }
            if root.get(&section.key).is_none() {
                let Data::Map(all) = &mut root.data else { return };
                all.push(section);
                continue;
            }
            let Some(Value { data: Data::Map(all), .. }) = root.get_mut(&section.key) else { continue };
            let index: BTreeMap<String, usize> =
                all.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
            for entry in entries {
                match index.get(&entry.key).and_then(|at| all.get(*at)) {
                    None => all.push(entry.clone()),
                    Some(earlier) if same(&earlier.value, &entry.value) => {}
                    Some(earlier) => {
                        let message =
                            format!("an included file has another `{}` of this name in `{}`", entry.key, section.key);
                        let trouble = Trouble::invalid(entry.key_at, message);
                        self.composer.troubles.push(trouble.with_related(earlier.key_at, "the other one"));
                    }
                }
            }
        }
    }

    /// The file that a value names, or a note why it was not read.
    fn find(&mut self, name: &Value, directory: &str, what: &str) -> Option<(String, Rc<Tree>)> {
        let Some(text) = name.text() else {
            self.trouble(Trouble::invalid(name.at, format!("{} stands where a path should", name.type_name())));
            return None;
        };
        let note = |why: &str| {
            Trouble::not_followed(name.at, format!("{what} `{}` was not read: {why}", text.value))
                .with_help("what it declares is not known to the checks")
        };
        if text.all().is_unknown() {
            self.trouble(note("part of the path is a variable without default"));
            return None;
        }
        if paths::is_remote(&text.value) || text.value.starts_with("oci:") {
            self.trouble(note("it lies on another machine"));
            return None;
        }
        let Some(path) = paths::join(directory, &text.value) else {
            self.trouble(note("it lies outside the repository"));
            return None;
        };
        let Some(tree) = (self.loader.tree)(&path) else {
            self.trouble(note("there is no such file in the repository"));
            return None;
        };
        Some((path, Rc::new(tree)))
    }

    fn extend_services(&mut self, document: &mut Value, path: &str) {
        let Some(services) = document.get("services") else { return };
        if services.entries().iter().all(|entry| entry.value.get("extends").is_none()) {
            return;
        }
        let services = services.clone();
        let mut done = BTreeMap::new();
        let mut extended = Vec::new();
        for entry in services.entries() {
            let mut stack = Vec::new();
            let value = self.extended_service(&services, &entry.key, path, &mut stack, &mut done);
            let value = value.unwrap_or_else(|| {
                let mut value = entry.value.clone();
                value.partial = value.remove("extends").map(|_| EXTENDS_UNSEEN).or(value.partial);
                value
            });
            extended.push(Entry { key: entry.key.clone(), key_at: entry.key_at, value });
        }
        if let Some(services) = document.get_mut("services") {
            services.data = Data::Map(extended);
        }
    }

    /// A service with what it extends laid under it.
    fn extended_service(
        &mut self,
        services: &Value,
        name: &str,
        path: &str,
        stack: &mut Vec<(String, String)>,
        done: &mut BTreeMap<(String, String), Value>,
    ) -> Option<Value> {
        let id = (path.to_owned(), name.to_owned());
        if let Some(value) = done.get(&id) {
            return self.afford(value).then(|| value.clone());
        }
        let written = services.get(name)?;
        if !self.afford(written) {
            return None;
        }
        let mut service = written.clone();
        let Some(extends) = service.remove("extends").filter(|extends| !extends.is_null()) else {
            return Some(service);
        };
        if stack.contains(&id) || stack.len() >= MAX_EXTENDS {
            let message = "services extend each other in a circle, or too deep";
            self.trouble(Trouble::invalid(extends.anchor(), message));
            return Some(service);
        }
        stack.push(id.clone());
        let base = self.base(services, &extends, path, stack, done);
        stack.pop();
        let merged = if let Some(mut base) = base {
            let mut at = vec!["services".to_owned(), name.to_owned()];
            let (own_at, own_key, tag) = (service.at, service.key, service.tag);
            merge(&mut base, service, &mut at, &mut self.composer.troubles);
            Value { at: own_at, key: own_key, tag, ..base }
        } else {
            service.partial = service.partial.or(Some(EXTENDS_UNSEEN));
            service
        };
        if self.afford(&merged) {
            done.insert(id, merged.clone());
        }
        Some(merged)
    }

    /// Takes a copy of a value from the budget; the first that is too much is reported.
    fn afford(&mut self, value: &Value) -> bool {
        let Some(left) = self.copies.checked_sub(value.size()) else {
            if self.copies > 0 {
                let message =
                    format!("the services of this project extend each other to more than {COPY_BUDGET} values");
                self.trouble(Trouble::not_followed(value.anchor(), message));
            }
            self.copies = 0;
            return false;
        };
        self.copies = left;
        true
    }

    fn base(
        &mut self,
        services: &Value,
        extends: &Value,
        path: &str,
        stack: &mut Vec<(String, String)>,
        done: &mut BTreeMap<(String, String), Value>,
    ) -> Option<Value> {
        let named = extends.get("service").unwrap_or(extends);
        let Some(name) = named.text().map(|text| text.value.clone()) else {
            self.trouble(Trouble::invalid(extends.at, "`extends` names no service"));
            return None;
        };
        let missing = |at: Place| Trouble::invalid(at, format!("there is no service `{name}` to extend"));
        let Some(file) = extends.get("file") else {
            let found = self.extended_service(services, &name, path, stack, done);
            if services.get(&name).is_none() {
                self.trouble(missing(named.at));
            }
            return found;
        };
        let directory = paths::directory(path);
        let (path, root) = self.extended_file(file, &directory)?;
        let Some(services) = root.get("services") else {
            self.trouble(missing(named.at));
            return None;
        };
        let found = self.extended_service(services, &name, &path, stack, done);
        if services.get(&name).is_none() {
            self.trouble(missing(named.at));
        }
        found
    }

    /// A file that services are taken from, in canonical form.
    fn extended_file(&mut self, file: &Value, directory: &str) -> Option<(String, Rc<Value>)> {
        let (path, tree) = self.find(file, directory, "the extended file")?;
        if let Some(known) = self.extended.get(&path) {
            return known.clone().map(|root| (path, root));
        }
        self.directories.entry(tree.file()).or_insert_with(|| paths::directory(&path));
        let mut root: Option<Value> = None;
        for document in tree.documents() {
            let mut value = self.composer.compose(document);
            canonical::document(&mut value, &mut self.composer.troubles);
            match &mut root {
                Some(root) => merge(root, value, &mut Vec::new(), &mut self.composer.troubles),
                None => root = Some(value),
            }
        }
        let root = root.map(Rc::new);
        self.extended.insert(path.clone(), root.clone());
        root.map(|root| (path, root))
    }
}

/// What is set, with the name of the project that its files give (compose-go, `loader.projectName`).
pub(super) fn with_name<'i, 't: 'i>(
    env: &BTreeMap<String, String>,
    inputs: impl Iterator<Item = &'i ComposeInput<'t>>,
) -> BTreeMap<String, String> {
    let mut env = env.clone();
    let names = inputs.flat_map(|input| input.tree.documents()).filter_map(|root| root.get("name"));
    if let Some(name) = names.filter_map(NodeRef::text).filter(|name| !name.is_empty()).last() {
        let name = interpolate(name, &|variable| env.get(variable).map(String::as_str), &mut FILL_BUDGET.clone());
        let is_known = name.pieces.iter().all(|piece| piece.hole.is_none());
        let plain = name.text.to_ascii_lowercase();
        let plain: String = plain.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect();
        env.remove(PROJECT_NAME);
        if is_known {
            env.insert(PROJECT_NAME.to_owned(), plain.trim_start_matches(['_', '-']).to_owned());
        }
    }
    env
}

/// The variable that holds the name of the project.
const PROJECT_NAME: &str = "COMPOSE_PROJECT_NAME";

/// A root with nothing in it.
pub(super) fn empty(at: Place) -> Value {
    Value { at, key: None, data: Data::Map(Vec::new()), tag: Tag::None, partial: None }
}

/// Whether YAML makes something else than text of a scalar.
fn is_no_text(node: NodeRef<'_>) -> bool {
    matches!(node.shape(), Shape::Scalar(Scalar::Int(_) | Scalar::Float(_) | Scalar::Bool(_)))
}

/// The place of a file's path in a list of files.
pub(super) fn file_field(path: &str, tree: &Tree) -> Field<crate::model::schema::PathText> {
    Field::known(crate::model::schema::PathText(path.to_owned()), Place::whole(tree.file()))
}
