//! Whole compose files, from text to facts.

mod loading;
mod short_forms;

use std::collections::BTreeMap;

use super::{ComposeFile, ComposeInput, ComposeService, load};
use crate::model::value::Field;
use crate::source::{FileId, Place};
use crate::syntax::yaml::Tree;

/// Some files; the first is the base, the next are laid over it, and all can be extended or included.
pub(super) struct Project<'t> {
    pub(super) files: &'t [(&'t str, &'t str)],
    pub(super) overrides: usize,
    pub(super) env: &'t [(&'t str, &'t str)],
}

impl Project<'_> {
    pub(super) fn load(&self) -> ComposeFile {
        let tree = |index: usize| {
            let (_, text) = self.files.get(index)?;
            Some(Tree::parse(FileId(u32::try_from(index).ok()?), text))
        };
        let trees: Vec<Tree> = (0..=self.overrides).filter_map(tree).collect();
        let inputs: Vec<ComposeInput<'_>> =
            trees.iter().zip(self.files).map(|(tree, (path, _))| ComposeInput { tree, path }).collect();
        let env: BTreeMap<String, String> =
            self.env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let loader = |path: &str| tree(self.files.iter().position(|(known, _)| *known == path)?);
        load(inputs[0], &inputs[1..], &env, &loader)
    }

    /// The text under a place.
    pub(super) fn slice(&self, place: Place) -> String {
        self.files.get(place.file.0 as usize).map_or("", |(_, text)| place.span.slice(text)).to_owned()
    }
}

pub(super) fn one(text: &str) -> ComposeFile {
    Project { files: &[("app/compose.yaml", text)], overrides: 0, env: &[] }.load()
}

/// The first service of a file whose services are written one level down.
pub(super) fn service(text: &str) -> ComposeService {
    let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
    let file = one(&format!("services:\n  web:\n{indented}"));
    assert_eq!(file.problems, [], "the service is sound");
    file.services.items.into_iter().next().unwrap()
}

/// A field in one word: its value, `-`, `?text` or `!found`.
pub(super) fn show<T: ToString>(field: &Field<T>) -> String {
    match field {
        Field::Known(value, _) => value.to_string(),
        Field::Absent(_) => "-".to_owned(),
        Field::Unresolved(unresolved) => format!("?{}", unresolved.text),
        Field::Malformed(malformed) => format!("!{}", malformed.found),
    }
}
