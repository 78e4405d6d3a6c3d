//! What reading one service needs to know of its project.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::env_files::EnvText;
use super::interpolate::FILL_BUDGET;
use super::load::Loading;
use super::tree::Value;
use super::{EnvSource, Trouble, paths};
use crate::model::schema::PathText;
use crate::model::value::{Always, Field};
use crate::source::{FileId, Place};

/// The merged project around a service.
pub(super) struct Scope<'s> {
    /// All files laid over each other.
    pub(super) root: &'s Value,
    /// The directory that paths in each file start from.
    pub(super) directories: &'s BTreeMap<FileId, String>,
    /// The entries under the top-level keys that services refer to.
    names: BTreeMap<&'static str, BTreeMap<&'s str, &'s Value>>,
    /// How many more ports ranges may stand for.
    pub(super) ports: Cell<usize>,
    /// Why a name that is not declared may be after all, such as an `include` that was not followed.
    pub(super) gap: Option<&'static str>,
    /// What the `.env` of the project sets.
    env: &'s BTreeMap<String, String>,
    /// Gives the files of variables that services name.
    env_loader: EnvLoader<'s>,
    /// Those that were asked for, and whether they are in the raw format.
    env_texts: RefCell<EnvTexts<'s>>,
    /// How many more variables those files may give to services.
    variables: Cell<usize>,
    /// How many more bytes variables in those files may be filled in with.
    pub(super) fill: Cell<usize>,
    /// What was found wrong while services were read.
    troubles: RefCell<Vec<Trouble>>,
}

/// Gives files of variables by their paths.
pub(super) type EnvLoader<'l> = &'l dyn Fn(&str) -> Option<EnvSource<'l>>;

/// Files of variables by their paths and whether they are raw; `None` for those that are not here.
type EnvTexts<'s> = BTreeMap<(String, bool), Option<Rc<EnvText<'s>>>>;

/// Variables that files may give to the services of one project.
const VARIABLE_BUDGET: usize = 100_000;

/// Ports that the ranges of one project may stand for.
const PORT_BUDGET: usize = 20_000;

impl<'s> Scope<'s> {
    pub(super) fn new(root: &'s Value, loading: &'s Loading<'_>, env_loader: EnvLoader<'s>) -> Self {
        let index = |kind: &'static str| {
            let entries = root.get(kind).map_or(&[][..], Value::entries);
            (kind, entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect())
        };
        let names = ["services", "networks", "volumes", "secrets", "configs"].map(index).into();
        Self {
            root,
            directories: &loading.directories,
            names,
            ports: Cell::new(PORT_BUDGET),
            gap: loading.gap,
            env: &loading.composer.env,
            env_loader,
            env_texts: RefCell::default(),
            variables: Cell::new(VARIABLE_BUDGET),
            fill: Cell::new(FILL_BUDGET),
            troubles: RefCell::default(),
        }
    }

    /// Keeps what compose would refuse.
    pub(super) fn trouble(&self, trouble: Trouble) {
        self.troubles.borrow_mut().push(trouble);
    }

    /// What was found wrong while services were read.
    pub(super) fn take_troubles(&self) -> Vec<Trouble> {
        self.troubles.take()
    }

    /// The value of a variable in the `.env` of the project.
    pub(super) fn env(&self, name: &str) -> Option<&'s str> {
        self.env.get(name).map(String::as_str)
    }

    /// A file of variables that is named at a place, read once; `None` where it is not in the repository.
    pub(super) fn env_text(&self, path: &str, is_raw: bool, named: Place) -> Option<Rc<EnvText<'s>>> {
        let key = (path.to_owned(), is_raw);
        if let Some(known) = self.env_texts.borrow().get(&key) {
            return known.clone();
        }
        let text = (self.env_loader)(path).map(|text| Rc::new(EnvText::new(text, is_raw, named, self)));
        self.env_texts.borrow_mut().insert(key, text.clone());
        text
    }

    /// Takes one variable of a file from the budget.
    pub(super) fn afford_variable(&self) -> bool {
        let left = self.variables.get();
        self.variables.set(left.saturating_sub(1));
        left > 0
    }

    /// Whether all variables were read.
    pub(super) fn has_variables_left(&self) -> bool {
        self.variables.get() > 0
    }

    /// A path as written, relative to the root of the run. What leads out of the root is unresolved.
    pub(super) fn path(&self, written: &Field<String>) -> Field<PathText> {
        let directory = self.directories.get(&written.place().file).map_or(".", String::as_str);
        path_from(directory, written)
    }

    /// Whether a name stands under a top-level key of the project.
    pub(super) fn declared(&self, kind: &str, name: &Field<String>) -> Always<bool> {
        let Field::Known(name, origin) = name else { return name.clone().map(|_| true).or_default(true) };
        let found = self.top(kind, name).is_some();
        match self.gap.or(self.root.partial) {
            Some(why) if !found => Field::unresolved(name, why, origin.at).or_default(false),
            _ => Always::known(found, origin.at),
        }
    }

    /// The entry under a top-level key.
    pub(super) fn top(&self, kind: &str, name: &str) -> Option<&'s Value> {
        self.names.get(kind)?.get(name).copied()
    }
}

/// A path as seen from a directory, relative to the root of the run. What leads out of the root is unresolved.
pub(super) fn path_from(directory: &str, written: &Field<String>) -> Field<PathText> {
    let Field::Known(path, origin) = written else { return written.clone().map(PathText) };
    if paths::is_remote(path) {
        return Field::unresolved(path, "it lies on another machine", origin.at);
    }
    if paths::is_absolute(path) {
        return Field::unresolved(path, "it is an absolute path of the host", origin.at);
    }
    match paths::join(directory, path) {
        Some(path) => Field::Known(PathText(path), *origin),
        None => Field::unresolved(path, "it leads out of the repository", origin.at),
    }
}
