//! The matrix of a job: its keys, their values, and the directory whose children they name.

use crate::model;
use crate::model::read::Reader;
use crate::model::schema::PathText;
use crate::model::value::{Field, List};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Shape};

use super::expression;
use super::step::value;

model! {
    /// A key of a matrix.
    pub struct MatrixKey as "workflow.matrix_key" {
        /// Its name.
        key: String,
        /// Its values.
        values: List<Field<String>>,
        /// The directory whose children the values name, where the job uses them in a path.
        directory: Field<PathText>,
        /// Children of that directory that are no values.
        missing: List<String>,
        /// Values that are no children of that directory.
        unknown: List<Field<String>>,
    }
    label(key) { key.key.clone() }
}

/// Reads the matrix of a job. `texts` are those of its steps, `children` those of a directory of the repository.
pub(super) fn read(
    reader: Reader<'_>,
    texts: &[&str],
    children: &dyn Fn(&str) -> Option<Vec<String>>,
) -> List<MatrixKey> {
    let Some(node) = reader.child("strategy").get("matrix") else { return List::empty(reader.place()) };
    let at = node.key_place().unwrap_or_else(|| node.place());
    if node.shape() != Shape::Mapping {
        let mut list = List::empty(at);
        list.leave_open(node.text().unwrap_or(""), expression::WHY, at);
        return list;
    }
    let mut keys: Vec<MatrixKey> = Vec::new();
    let key_of = |name: &str, at: Place| MatrixKey {
        at,
        key: name.to_owned(),
        values: List::empty(at),
        directory: Field::Absent(at),
        missing: List::empty(at),
        unknown: List::empty(at),
    };
    for entry in node.entries().filter(|entry| !matches!(entry.key, "include" | "exclude")) {
        let mut key = key_of(entry.key, entry.key_node.place());
        if entry.value.shape() == Shape::Sequence {
            key.values.items = entry.value.items().filter(|item| item.text().is_some()).map(value).collect();
        } else {
            key.values.leave_open(entry.value.text().unwrap_or(""), expression::WHY, key.at);
        }
        keys.push(key);
    }
    let include = node.get("include");
    if let Some(dynamic) = include.filter(|include| include.shape() != Shape::Sequence) {
        for key in &mut keys {
            key.values.leave_open(dynamic.text().unwrap_or(""), expression::WHY, dynamic.place());
        }
    }
    for entry in include.into_iter().flat_map(NodeRef::items).flat_map(NodeRef::entries) {
        let Some(text) = entry.value.text() else { continue };
        let index = keys.iter().position(|key| key.key == entry.key).unwrap_or_else(|| {
            keys.push(key_of(entry.key, entry.key_node.place()));
            keys.len() - 1
        });
        if let Some(key) = keys.get_mut(index)
            && !key.values.values().any(|known| known == text)
        {
            key.values.items.push(value(entry.value));
        }
    }
    for key in &mut keys {
        compare_with_directory(key, texts, children);
    }
    List::new(keys, at)
}

/// Finds `directory/${{ matrix.key }}` in the texts of a job and compares the values with what is in the directory.
fn compare_with_directory(key: &mut MatrixKey, texts: &[&str], children: &dyn Fn(&str) -> Option<Vec<String>>) {
    let name = format!("matrix.{}", key.key);
    let prefixes = texts.iter().flat_map(|text| {
        expression::ranges(text).into_iter().filter_map(|range| {
            let inside = expression::whole(text.get(range.clone())?)?;
            let before = text.get(..range.start)?.strip_suffix('/').filter(|_| inside == name)?;
            let start = before.rfind(|c: char| c.is_whitespace() || "\"'=:,(".contains(c)).map_or(0, |at| at + 1);
            Some(before.get(start..)?.trim_start_matches("./"))
        })
    });
    let found = prefixes.filter(|prefix| !prefix.is_empty()).find_map(|prefix| Some((prefix, children(prefix)?)));
    let Some((directory, children)) = found else { return };
    let values: Vec<&str> = key.values.values().map(String::as_str).collect();
    if !values.iter().any(|value| children.iter().any(|child| child == value)) {
        return;
    }
    key.directory = Field::known(PathText(directory.to_owned()), key.at);
    if key.values.unseen.is_none() && key.values.iter().all(|value| value.value().is_some()) {
        key.missing.items = children.iter().filter(|child| !values.contains(&child.as_str())).cloned().collect();
    } else {
        key.missing.leave_open(&*key.key, expression::WHY, key.at);
    }
    let is_child =
        |value: &&Field<String>| value.value().is_some_and(|value| !children.contains(value) && !value.contains('/'));
    key.unknown.items = key.values.items.iter().filter(is_child).cloned().collect();
}
