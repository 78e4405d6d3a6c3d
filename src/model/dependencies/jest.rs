//! The set-up files that jest is told to load (Jest, "setupFilesAfterEnv").

use super::{NamedFile, ToolSetting};
use crate::model::value::{Field, List};
use crate::source::path::joined;
use crate::source::{EntryKind, FileId, Place, Sources, Span};
use crate::syntax::yaml::NodeRef;

const KEYS: &[&str] = &["setupFilesAfterEnv", "setupFiles"];

/// Endings that jest tries where a path has none that it knows.
const ENDINGS: &[&str] = &["", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".json"];

/// The settings in a configuration in JavaScript, whose list stands in it as it is.
pub(super) fn of_script(sources: &Sources, file: FileId, text: &str) -> Vec<ToolSetting> {
    // Another root is written as an expression more often than not.
    if text.contains("rootDir:") {
        return Vec::new();
    }
    KEYS.iter().filter_map(|key| script_setting(sources, file, text, key)).collect()
}

fn script_setting(sources: &Sources, file: FileId, text: &str, key: &str) -> Option<ToolSetting> {
    let start = text.match_indices(key).map(|(start, _)| start).find(|start| {
        let line = text.get(..*start).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        let is_key =
            text.get(start + key.len()..).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'));
        is_key && !line.trim_start().starts_with(['/', '*'])
    })?;
    let from = start + key.len();
    let open = from + text.get(from..)?.find('[')?;
    let length = text.get(open..)?.find(']')?;
    let mut values = Vec::new();
    let mut at = open + 1;
    while let Some(found) = text.get(at..open + length)?.find(['"', '\'']) {
        let quote = text.get(at + found..)?.chars().next()?;
        let inner = at + found + 1;
        let end = inner + text.get(inner..open + length)?.find(quote)?;
        let place = Place { file, span: Span::new(inner, end) };
        values.push((text.get(inner..end)?.to_owned(), place));
        at = end + 1;
    }
    let place = Place { file, span: Span::new(start, from) };
    Some(setting(sources, key, values, place))
}

/// The settings in the section of `package.json`.
pub(super) fn of_section(sources: &Sources, section: NodeRef<'_>) -> Vec<ToolSetting> {
    if section.get("rootDir").is_some() {
        return Vec::new();
    }
    let setting = |key: &&str| {
        let list = section.get(key)?;
        let values = list.items().filter_map(|item| Some((item.text()?.to_owned(), item.place()))).collect();
        Some(setting(sources, key, values, list.key_place().unwrap_or(list.place())))
    };
    KEYS.iter().filter_map(setting).collect()
}

fn setting(sources: &Sources, key: &str, values: Vec<(String, Place)>, at: Place) -> ToolSetting {
    let file = |(value, place): &(String, Place)| {
        let is_there = is_there(sources, &sources.get(place.file).path, value)?;
        Some(NamedFile { at: *place, path: value.clone(), is_there })
    };
    ToolSetting {
        at,
        tool: "jest".to_owned(),
        key: key.to_owned(),
        files: List::new(values.iter().filter_map(file).collect(), at),
        values: List::new(values.into_iter().map(|(value, place)| Field::known(value, place)).collect(), at),
        number: Field::Absent(at),
    }
}

/// Whether there is the file that a value names; `None` of a package.
fn is_there(sources: &Sources, config: &str, value: &str) -> Option<bool> {
    let path = value.strip_prefix("<rootDir>/").or_else(|| value.starts_with('.').then_some(value))?;
    if path.contains("node_modules") || path.contains('$') {
        return None;
    }
    let directory = config.rsplit_once('/').map_or(".", |(directory, _)| directory);
    let path = joined(directory, path)?;
    let is_file = |path: &str| sources.find(path).is_some_and(|id| sources.get(id).kind == EntryKind::File);
    let mut candidates = ENDINGS.iter().flat_map(|ending| [format!("{path}{ending}"), format!("{path}/index{ending}")]);
    Some(candidates.any(|candidate| is_file(&candidate)))
}
