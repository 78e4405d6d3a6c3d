//! From planned fixes to edits of bytes, by the writer of each syntax; what cannot be written with certainty is
//! withheld.

mod dockerfile;
mod markdown;
mod yaml;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::finding::Fix;
use crate::model::schema::Located;
use crate::rules::fix::{Planned, Step};
use crate::source::edit::Edit;
use crate::source::{FileId, Sources};
use crate::syntax::{dockerfile as dockerfile_syntax, yaml as yaml_syntax};

/// Why a fix is not offered.
type Withheld = &'static str;

/// A file that is read for editing.
enum Text<'s> {
    Yaml(yaml_syntax::edit::Editor<'s>),
    Dockerfile(dockerfile_syntax::edit::Editor<'s>),
}

/// What reading a file for editing gave.
type Read<'s> = Arc<Result<Text<'s>, Withheld>>;

/// Where fixes are written: the texts of a run, each read for editing when a fix first needs it.
pub struct Desk<'s> {
    sources: &'s Sources,
    /// By file, and whether it is read as a Dockerfile.
    texts: Mutex<BTreeMap<(FileId, bool), Read<'s>>>,
}

impl<'s> Desk<'s> {
    /// A desk for the files of a run.
    #[must_use]
    pub fn new(sources: &'s Sources) -> Self {
        Self { sources, texts: Mutex::default() }
    }

    /// The files.
    #[must_use]
    pub fn sources(&self) -> &'s Sources {
        self.sources
    }

    /// The edits of a planned fix for a service. `None` where it is withheld.
    #[must_use]
    pub fn write(&self, service: &str, planned: Planned) -> Option<Fix> {
        let (mut edits, mut new_files) = (Vec::new(), Vec::new());
        for step in &planned.steps {
            match step {
                Step::Create { path, of_repo, text } => {
                    let path = if *of_repo || service == "." { path.clone() } else { format!("{service}/{path}") };
                    self.check_new(&path)?;
                    new_files.push((path, text.clone()));
                }
                Step::Section { at, level, title, text } => {
                    let edit = markdown::section(self.sources.get(at.file).text(), *level, title, text)?;
                    edits.push((at.file, edit));
                }
                Step::Field { at, .. } => {
                    let written = self.field(step).ok()?;
                    edits.extend(written.into_iter().map(|edit| (at.file, edit)));
                }
            }
        }
        // Two steps may come to the same edit; what clashes is no fix.
        edits.sort();
        edits.dedup();
        let clash = |pair: &[(FileId, Edit)]| matches!(pair, [(f, a), (g, b)] if f == g && a.clashes(b));
        if edits.windows(2).any(clash) {
            return None;
        }
        Some(Fix { title: planned.title, safety: planned.safety, edits, new_files })
    }

    fn field(&self, step: &Step) -> Result<Vec<Edit>, Withheld> {
        let Step::Field { at, located, kind, keys, now, is_absent, verb } = step else { return Err("it is no field") };
        let is_dockerfile = matches!(located, Located::Stage | Located::Instruction | Located::Command);
        let text = self.text(at.file, is_dockerfile);
        match &*text {
            Ok(Text::Yaml(editor)) => {
                let field = yaml::Field { at: *at, located: *located, kind, keys, now: *now, is_absent: *is_absent };
                yaml::write(editor, &field, verb)
            }
            Ok(Text::Dockerfile(editor)) => dockerfile::write(editor, *located, keys, (at.span, now.span), verb),
            Err(why) => Err(why),
        }
    }

    fn text(&self, file: FileId, is_dockerfile: bool) -> Read<'s> {
        let key = (file, is_dockerfile);
        if let Some(known) = self.texts.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(known);
        }
        let read = Arc::new(self.read(file, is_dockerfile));
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(read).clone()
    }

    fn read(&self, file: FileId, is_dockerfile: bool) -> Result<Text<'s>, Withheld> {
        let source = self.sources.get(file);
        if source.text().is_empty() {
            return Err("the file has no text");
        }
        if is_dockerfile {
            return dockerfile_syntax::edit::Editor::new(source.text()).map(Text::Dockerfile);
        }
        if source.text().contains("{{") && self.is_template(&source.path) {
            return Err("a chart renders the file");
        }
        yaml_syntax::edit::Editor::new(source.text()).map(Text::Yaml)
    }

    /// Whether a file is a template of a chart.
    fn is_template(&self, path: &str) -> bool {
        let is_chart = |directory: &str| {
            let chart = if directory.is_empty() { "Chart.yaml".to_owned() } else { format!("{directory}/Chart.yaml") };
            self.sources.find(&chart).is_some()
        };
        let parts: Vec<&str> = path.split('/').collect();
        parts
            .iter()
            .enumerate()
            .any(|(index, part)| *part == "templates" && is_chart(&parts.get(..index).unwrap_or(&[]).join("/")))
    }

    /// Nothing stands at the path of a new file, nor a file where it needs a directory.
    fn check_new(&self, path: &str) -> Option<()> {
        let mut above = path;
        while let Some((directory, _)) = above.rsplit_once('/') {
            let found = self.sources.find(directory).map(|id| self.sources.get(id));
            if found.is_some_and(|entry| entry.kind == crate::source::EntryKind::File || entry.is_link) {
                return None;
            }
            above = directory;
        }
        self.sources.find(path).is_none().then_some(())
    }
}
