//! Keys without a value, which compose takes in few places (`compose-spec.json` of the Compose Specification, 2026-08).

use super::Trouble;
use super::is_default_name;
use super::tree::{Data, Entry, Value};

/// Attributes of services that may have no value.
const EMPTY: &[&str] = &["command", "deploy", "develop", "entrypoint", "pid"];

/// Mappings with names of the user's own, which may have no value; lists of names are such mappings too.
const NAMED: &[&str] = &[
    "additional_contexts",
    "annotations",
    "args",
    "depends_on",
    "environment",
    "labels",
    "models",
    "networks",
    "options",
    "ssh",
    "storage_opt",
    "sysctls",
];

/// A section whose entries need a value, beside those of which it is told otherwise: services, and what has no source.
const SECTION: &str = "models";

/// Reports keys without a value in a project whose files are merged. A file under a name that compose does not look for
/// may be laid over one that has the value, so only what can run by itself counts there.
pub(super) fn check(root: &Value, path: &str, troubles: &mut Vec<Trouble>) {
    let stands_alone = is_default_name(path);
    if root.partial.is_some() {
        return;
    }
    for section in root.entries().iter().filter(|section| !section.key.starts_with("x-")) {
        if stands_alone && section.value.is_null() {
            report(&section.key, &section.value, troubles);
        }
        for entry in section.value.entries().iter().filter(|_| section.key == SECTION) {
            if stands_alone && entry.value.is_null() {
                report(&entry.key, &entry.value, troubles);
            }
        }
    }
    for service in root.get("services").map_or(&[][..], Value::entries) {
        let runs = ["image", "build", "provider"].iter().any(|key| service.value.get(key).is_some());
        if runs && service.value.partial.is_none() {
            let may_be_empty = |entry: &Entry| entry.value.is_null() && EMPTY.contains(&entry.key.as_str());
            for entry in service.value.entries().iter().filter(|entry| !may_be_empty(entry)) {
                attribute(&entry.key, &entry.value, troubles);
            }
        }
    }
}

/// Looks at an attribute and what lies below it; how deep is bounded by the composer.
fn attribute(key: &str, value: &Value, troubles: &mut Vec<Trouble>) {
    if key.starts_with("x-") {
        return;
    }
    match &value.data {
        Data::Null => report(key, value, troubles),
        Data::Scalar(_) => {}
        Data::List(items) => items.iter().for_each(|item| attribute(key, item, troubles)),
        Data::Map(entries) => {
            let is_named = NAMED.contains(&key);
            let may_be_empty = |key: &str| is_named || key == "command";
            for entry in entries.iter().filter(|entry| !(entry.value.is_null() && may_be_empty(&entry.key))) {
                attribute(&entry.key, &entry.value, troubles);
            }
        }
    }
}

fn report(key: &str, value: &Value, troubles: &mut Vec<Trouble>) {
    let trouble = match value.key {
        Some(at) => Trouble::invalid(at, format!("`{key}` has no value, which compose refuses")),
        None => Trouble::invalid(value.at, format!("an entry of `{key}` has no value, which compose refuses")),
    };
    troubles.push(trouble.with_help("give it one, or leave it out"));
}
