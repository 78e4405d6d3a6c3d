//! Fixes as SARIF has them (3.55 to 3.57).

use std::collections::BTreeMap;

use serde::Serialize;

use super::log::{ArtifactLocation, Message, Region};
use super::{location, uri};
use crate::finding::Fix;
use crate::source::{Place, Sources};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FixObject<'r> {
    description: Message,
    artifact_changes: Vec<ArtifactChange<'r>>,
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    safety: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'r> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'r> {
    deleted_region: Region,
    inserted_content: Content<'r>,
}

#[derive(Serialize)]
struct Content<'r> {
    text: &'r str,
}

/// A fix, its edits file by file. A new file is one that begins as nothing.
pub(super) fn fix<'r>(fix: &'r Fix, sources: &Sources) -> FixObject<'r> {
    let mut changes: BTreeMap<&str, Vec<Replacement<'r>>> = BTreeMap::new();
    for (file, edit) in &fix.edits {
        let place = Place { file: *file, span: edit.span };
        let deleted_region = location(place, sources).physical_location.region;
        let replacement = Replacement { deleted_region, inserted_content: Content { text: &edit.text } };
        changes.entry(&sources.get(*file).path).or_default().push(replacement);
    }
    for (path, text) in &fix.new_files {
        let deleted_region = Region { start_line: 1, start_column: 1, end_line: 1, end_column: 1 };
        changes.entry(path).or_default().push(Replacement { deleted_region, inserted_content: Content { text } });
    }
    let change = |(path, replacements): (&str, Vec<Replacement<'r>>)| ArtifactChange {
        artifact_location: ArtifactLocation { uri: uri(path), uri_base_id: super::ROOT },
        replacements,
    };
    FixObject {
        description: Message::new(&fix.title),
        artifact_changes: changes.into_iter().map(change).collect(),
        properties: FixProperties { safety: fix.safety.as_str() },
    }
}
