//! The part of the SARIF 2.1.0 object model that reports use; names and meanings are those of the standard, section 3.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Log<'r> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'r> {
    pub tool: Tool<'r>,
    pub invocations: [Invocation<'r>; 1],
    pub original_uri_base_ids: BTreeMap<&'static str, BaseId>,
    pub column_kind: &'static str,
    pub results: Vec<ResultObject<'r>>,
}

#[derive(Serialize)]
pub(super) struct Tool<'r> {
    pub driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'r> {
    pub name: &'static str,
    pub version: &'static str,
    pub semantic_version: &'static str,
    pub rules: Vec<Descriptor<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'r> {
    pub id: &'r str,
    pub short_description: Message,
    pub full_description: Message,
    pub help: Markdown,
    pub default_configuration: Configuration,
    pub properties: RuleProperties<'r>,
}

#[derive(Serialize)]
pub(super) struct Markdown {
    pub text: String,
    pub markdown: String,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub level: &'static str,
}

#[derive(Serialize)]
pub(super) struct RuleProperties<'r> {
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub equivalents: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'r> {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification<'r>>,
}

#[derive(Serialize)]
pub(super) struct Notification<'r> {
    pub level: &'static str,
    pub message: Message,
    pub descriptor: DescriptorReference,
    pub locations: Vec<Location<'r>>,
}

#[derive(Serialize)]
pub(super) struct DescriptorReference {
    pub id: &'static str,
}

#[derive(Serialize)]
pub(super) struct BaseId {
    pub description: Message,
}

#[derive(Serialize)]
pub(super) struct Message {
    pub text: String,
}

impl Message {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultObject<'r> {
    pub rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    pub kind: &'static str,
    pub level: &'static str,
    pub message: Message,
    pub locations: [Location<'r>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location<'r>>,
    pub partial_fingerprints: BTreeMap<&'static str, &'r str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<super::fixes::FixObject<'r>>,
    pub suppressions: Vec<Suppression<'r>>,
    pub properties: ResultProperties<'r>,
}

#[derive(Serialize)]
pub(super) struct ResultProperties<'r> {
    pub service: &'r str,
    pub severity: &'static str,
    pub clauses: Vec<String>,
    pub evidence: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the standard names them so")]
pub(super) struct Location<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    pub physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: ArtifactLocation,
    pub region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub uri: String,
    pub uri_base_id: &'static str,
}

/// Lines and columns from 1; the end is behind the last character.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: usize,
    pub start_column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

#[derive(Serialize)]
pub(super) struct LogicalLocation<'r> {
    pub name: &'r str,
    pub kind: &'r str,
}

#[derive(Serialize)]
pub(super) struct Suppression<'r> {
    pub kind: &'static str,
    pub status: &'static str,
    pub justification: &'r str,
    pub location: Location<'r>,
}
