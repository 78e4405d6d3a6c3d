//! The rules and standards there are: the built-in ones, compiled into the binary, and those of further directories.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Standard, load};
use crate::diagnostic::{Problem, nearest};
use crate::embedded::{self, Embedded};
use crate::finding::Label;
use crate::rules::ast::RuleSource;
use crate::rules::load as rule_load;
use crate::source::{EntryKind, FileId, Place, SourceFile, Sources};
use crate::syntax::yaml::Tree;

/// The rules and standards of a run. Files are parsed when they are asked for.
#[derive(Debug, Default)]
pub struct Library {
    /// The files, for rendering problems.
    pub sources: Sources,
    rules: BTreeMap<String, FileId>,
    standards: BTreeMap<String, FileId>,
    loaded: BTreeMap<String, Arc<RuleSource>>,
    /// The files that came with the binary, whose examples its own tests have run.
    built_in: BTreeMap<FileId, &'static Embedded>,
}

/// Directories deeper than this are not looked at for rules.
const MAX_DEPTH: usize = 8;

impl Library {
    /// The built-in rules and standards.
    #[must_use]
    pub fn built_in() -> Self {
        let mut library = Self::default();
        for embedded in embedded::files() {
            let file = library.insert_with(embedded.path, |file| file.set_static_text(embedded.text));
            library.built_in.insert(file, embedded);
        }
        library
    }

    /// Adds the `*.yaml` files of a directory; `standards/` in it holds standards, everything else rules. A later
    /// rule of the same id takes the place of an earlier one.
    ///
    /// # Errors
    /// A directory or file that cannot be read.
    pub fn add_directory(&mut self, directory: &Path) -> Result<(), Problem> {
        let mut queue = vec![(directory.to_owned(), 0)];
        let mut found = Vec::new();
        while let Some((current, depth)) = queue.pop() {
            let entries = std::fs::read_dir(&current).map_err(|error| unreadable(&current, &error))?;
            for entry in entries {
                let path = entry.map_err(|error| unreadable(&current, &error))?.path();
                if path.is_dir() && depth < MAX_DEPTH {
                    queue.push((path, depth + 1));
                } else if path.extension().is_some_and(|extension| extension == "yaml") {
                    found.push(path);
                }
            }
        }
        found.sort();
        for path in found {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            self.insert(&path.to_string_lossy().replace('\\', "/"), Arc::from(text));
        }
        Ok(())
    }

    /// Adds one file under a path, and returns its id.
    pub fn insert(&mut self, path: &str, text: Arc<str>) -> FileId {
        self.insert_with(path, |file| file.set_text(text))
    }

    fn insert_with(&mut self, path: &str, set_text: impl FnOnce(&SourceFile)) -> FileId {
        let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml").to_owned();
        let directory = path.rsplit('/').nth(1).unwrap_or("");
        let file = SourceFile::new(format!("rules/{}", path.trim_start_matches("rules/")), EntryKind::File);
        set_text(&file);
        let id = self.sources.add(file);
        match directory {
            "standards" => {
                self.standards.insert(name, id);
            }
            "data" => {}
            _ => {
                self.loaded.remove(&name);
                self.rules.insert(name, id);
            }
        }
        id
    }

    /// The ids of all rules, in order.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }

    /// The path of a rule's file, which begins with `rules/`.
    #[must_use]
    pub fn rule_path(&self, id: &str) -> Option<&str> {
        self.rules.get(id).map(|file| self.sources.get(*file).path.as_str())
    }

    /// The ids of all standards, in order.
    pub fn standard_ids(&self) -> impl Iterator<Item = &str> {
        self.standards.keys().map(String::as_str)
    }

    /// The rule of an id, ready to run. `asked` is where it was named; `None` for the command line. A built-in rule
    /// comes without its examples: reading those takes most of the time of a small run.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with the rule.
    pub fn rule(&self, id: &str, asked: Option<Place>) -> Result<Arc<RuleSource>, Vec<Problem>> {
        match self.loaded.get(id) {
            Some(rule) => Ok(Arc::clone(rule)),
            None => self.read(id, asked, false),
        }
    }

    /// Reads the rules of several ids side by side, for [`Library::rule`] to find. What is wrong with one is told there.
    pub fn read_ahead(&mut self, ids: &BTreeSet<&str>) {
        let read: Vec<(String, Arc<RuleSource>)> = ids
            .par_iter()
            .filter(|id| !self.loaded.contains_key(**id))
            .filter_map(|id| Some(((*id).to_owned(), self.read(id, None, false).ok()?)))
            .collect();
        self.loaded.extend(read);
    }

    /// The rule of an id with its examples.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with the rule.
    pub fn rule_with_examples(&self, id: &str) -> Result<Arc<RuleSource>, Vec<Problem>> {
        self.read(id, None, true)
    }

    /// Reads a rule; one that came with the binary without its examples unless they are asked for.
    fn read(&self, id: &str, asked: Option<Place>, examples: bool) -> Result<Arc<RuleSource>, Vec<Problem>> {
        let Some(file) = self.rules.get(id).copied() else {
            return Err(vec![unknown("rule", id, asked, self.rules.keys())]);
        };
        let embedded = self.built_in.get(&file).filter(|_| !examples);
        let tree = embedded.map_or_else(|| self.parse(file), |embedded| embedded.tree(file));
        let (rule, mut problems) = rule_load::rule(&tree, embedded.is_none());
        if let Some(rule) = &rule
            && rule.id.value != id
        {
            let label = Label { place: rule.id.place, text: String::new() };
            let message = format!("the file is called `{id}.yaml`, and the rule in it `{}`", rule.id.value);
            problems.push(Problem::new("rule/file-name", message, label).with_help("give both the same name"));
        }
        match rule {
            Some(rule) if problems.is_empty() => Ok(Arc::new(rule)),
            _ => Err(problems),
        }
    }

    fn parse(&self, file: FileId) -> Tree {
        Tree::parse(file, self.sources.get(file).text())
    }

    /// The standard of an id.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with the standard.
    pub fn standard(&self, id: &str) -> Result<Standard, Vec<Problem>> {
        let Some(file) = self.standards.get(id).copied() else {
            return Err(vec![unknown("standard", id, None, self.standards.keys())]);
        };
        let tree = self.built_in.get(&file).map_or_else(|| self.parse(file), |embedded| embedded.tree(file));
        match load::standard(&tree) {
            (Some(standard), problems) if problems.is_empty() => Ok(standard),
            (_, problems) => Err(problems),
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem {
        code: "rules/unreadable",
        message: format!("`{}` cannot be read: {error}", path.display()),
        labels: Vec::new(),
        help: None,
    }
}

fn unknown<'n>(what: &str, id: &str, asked: Option<Place>, known: impl IntoIterator<Item = &'n String>) -> Problem {
    let labels = asked.map(|place| Label { place, text: String::new() }).into_iter().collect();
    let help = match nearest(id, known.into_iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`svclint {what}s` lists what there is"),
    };
    Problem {
        code: if what == "rule" { "unknown-rule" } else { "unknown-standard" },
        message: format!("there is no {what} `{id}`"),
        labels,
        help: Some(help),
    }
}
