//! What commands call by a name that a file of the repository has to give: scripts of npm, targets of make, tests.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::tooling::make::{FILE_NAMES, Makefile};
use crate::model::value::{Field, List};
use crate::source::path::joined;
use crate::source::{FileId, Sources};
use crate::syntax::yaml::{NodeRef, Tree};
use crate::{model, words};

use super::command::Command;
use super::step::Step;

words! {
    /// What is called.
    pub enum CallKind {
        /// A script of a `package.json`.
        Script = "script",
        /// A target of a Makefile.
        Target = "target",
        /// A file or directory of tests.
        Path = "path",
    }
}

model! {
    /// A call of something that the repository does not have.
    pub struct MissingCall as "workflow.missing_call" {
        /// What is called.
        kind: CallKind,
        /// Its name.
        name: String,
        /// The file, or for tests the directory, that should have it.
        file: String,
    }
    label(call) { call.name.clone() }
}

/// The names that a file gives; `None` where they cannot all be told.
type Names = Option<BTreeSet<String>>;

/// The files that were looked at.
pub(super) struct Callees<'s> {
    sources: &'s Sources,
    known: BTreeMap<FileId, Names>,
}

/// Files that are read for this, at most.
const MAX_FILES: usize = 500;

/// Larger files are not read for this: 1 MiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

impl<'s> Callees<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, known: BTreeMap::new() }
    }

    /// The calls of a step whose names nothing gives. `is_own` is whether its job works on this repository, checked out
    /// at its root.
    pub(super) fn missing(&mut self, step: &Step, is_own: bool) -> List<MissingCall> {
        let directory = match &step.working_directory {
            Field::Absent(_) => Some("."),
            other => other.value().map(String::as_str).filter(|path| !path.contains('$')),
        };
        let mut missing = List::empty(step.at);
        let Some(directory) = directory.filter(|_| is_own) else { return missing };
        for command in &step.commands {
            // Where it is after that, and what there is, the shell decides.
            if matches!(command.name.as_str(), "cd" | "pushd" | "git" | "." | "source") {
                break;
            }
            missing.items.extend(self.of_command(command, directory));
        }
        missing
    }

    fn of_command(&mut self, command: &Command, directory: &str) -> Vec<MissingCall> {
        let words: Vec<&str> = command.words.iter().skip(1).map(String::as_str).collect();
        let call = |kind, name: &str, file: &str| MissingCall {
            at: command.at,
            kind,
            name: name.to_owned(),
            file: file.to_owned(),
        };
        let is_literal = |word: &&str| !word.contains(['$', '*', '{', '`', '(']);
        match (command.name.as_str(), words.as_slice()) {
            ("npm", [first, ..]) => {
                let Some(script) = script(first, &words).filter(is_literal) else { return Vec::new() };
                let Some((path, names)) = self.names(directory, &["package.json"], scripts) else { return Vec::new() };
                let is_there = names.contains(script) || script == "start" && self.is_there(directory, "server.js");
                if is_there { Vec::new() } else { vec![call(CallKind::Script, script, &path)] }
            }
            ("make", _) => {
                let is_plain = |word: &&str| matches!(*word, "-s" | "-k" | "-B") || word.starts_with("-j");
                if words.iter().any(|word| word.starts_with('-') && !is_plain(word) || !is_literal(word)) {
                    return Vec::new();
                }
                let Some((path, names)) = self.names(directory, FILE_NAMES, targets) else { return Vec::new() };
                let is_target = |word: &&&str| !word.starts_with('-') && !word.contains('=');
                let targets =
                    words.iter().filter(is_target).filter(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
                let missing = targets.filter(|name| !names.contains(**name) && !self.is_there(directory, name));
                missing.map(|name| call(CallKind::Target, name, &path)).collect()
            }
            ("pytest", [path, ..]) | ("python" | "python3", ["-m", "pytest", path, ..]) => {
                let path = path.split("::").next().unwrap_or(path);
                let is_path = !path.starts_with(['-', '/', '~']) && is_literal(&path);
                let is_missing = is_path && self.is_checked_out(directory) && !self.is_there(directory, path);
                if is_missing { vec![call(CallKind::Path, path, directory)] } else { Vec::new() }
            }
            _ => Vec::new(),
        }
    }

    fn is_there(&self, directory: &str, path: &str) -> bool {
        joined(directory, path.trim_end_matches('/')).is_some_and(|path| self.sources.find(&path).is_some())
    }

    fn is_checked_out(&self, directory: &str) -> bool {
        directory == "." || self.sources.find(directory).is_some()
    }

    /// The path of the first of several files that a directory has, and the names that it gives.
    fn names(
        &mut self,
        directory: &str,
        files: &[&str],
        read: fn(FileId, &str) -> Names,
    ) -> Option<(String, BTreeSet<String>)> {
        let path =
            files.iter().find_map(|name| joined(directory, name).filter(|path| self.sources.find(path).is_some()))?;
        let file = self.sources.find(&path)?;
        if !self.known.contains_key(&file) {
            let is_read = self.known.len() < MAX_FILES && self.sources.get(file).size() <= MAX_FILE_BYTES;
            let text = is_read.then(|| self.sources.read(file)).flatten();
            let names = text.and_then(|text| read(file, &text));
            self.known.insert(file, names);
        }
        let names = self.known.get(&file)?.clone()?;
        Some((path, names))
    }
}

/// The script that a call of npm runs (npm, "npm run"). Options may send it to another package.
fn script<'w>(first: &'w str, words: &[&'w str]) -> Option<&'w str> {
    let own = words.iter().take_while(|word| **word != "--");
    if own.clone().any(|word| word.starts_with('-') && !matches!(*word, "-s" | "--silent")) {
        return None;
    }
    match first {
        "test" | "t" | "tst" => Some("test"),
        "start" => Some("start"),
        "run" | "run-script" => own.copied().filter(|word| !word.starts_with('-')).nth(1).filter(|name| *name != "env"),
        _ => None,
    }
}

fn scripts(file: FileId, text: &str) -> Names {
    let tree = Tree::parse(file, text);
    let root = tree.documents().next()?;
    let scripts = root.get("scripts").into_iter().flat_map(NodeRef::entries);
    Some(scripts.map(|entry| entry.key.to_owned()).collect())
}

/// The targets of a Makefile, unless it takes some from elsewhere or makes their names.
fn targets(file: FileId, text: &str) -> Names {
    let made = Makefile::read(file, text);
    let targets = made.targets.into_iter().map(|(name, _)| name);
    made.is_whole.then(|| targets.chain(made.phony).collect())
}
