//! `package.json` (npm, "package.json").

use super::constraint;
use super::python::Draft;
use super::requirement::Home;
use super::{Group, Script};
use crate::model::value::Field;
use crate::source::Place;
use crate::syntax::yaml::{Shape, Tree};

/// Reads a `package.json`.
pub(super) fn package_json(tree: &Tree, home: &Home) -> Draft {
    let mut draft = Draft::new(Place::whole(home.file));
    let Some(root) = tree.documents().next().filter(|root| root.shape() == Shape::Mapping) else { return draft };
    let groups =
        [("dependencies", Group::Main), ("optionalDependencies", Group::Optional), ("devDependencies", Group::Dev)];
    for (key, group) in groups {
        for entry in root.get(key).into_iter().flat_map(|node| node.entries().collect::<Vec<_>>()) {
            let text = entry.value.text().unwrap_or("");
            let (at, key) = (entry.value.place(), entry.key_node.place());
            let constraint = Field::known(text.to_owned(), at);
            draft.packages.push(home.package(entry.key.to_owned(), constraint, constraint::npm(text), group, key.span));
        }
    }
    for entry in root.get("scripts").into_iter().flat_map(|node| node.entries().collect::<Vec<_>>()) {
        let command = entry.value.text().unwrap_or("").to_owned();
        draft.scripts.push(Script { at: entry.key_node.place(), name: entry.key.to_owned(), command });
    }
    if let Some(node) = root.at(&["engines", "node"])
        && let Some(text) = node.text()
    {
        draft.runtime = Field::known(text.to_owned(), node.place());
    }
    draft
}
