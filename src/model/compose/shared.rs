//! What compose refuses of networks, volumes, secrets and configs, and of devices that services reserve: sources that
//! are missing or that exclude each other (compose-go, `validation` and `transform/external.go`).

use super::Trouble;
use super::fields::boolean;
use super::tree::{Data, Entry, Value};

/// Where secrets and configs come from, of which one has to be named.
const SOURCES: &[(&str, &str, &[&str])] =
    &[("secrets", "secret", &["file", "environment"]), ("configs", "config", &["file", "environment", "content"])];

/// What Compose takes as a source as well.
const OTHER_SOURCES: &[&str] = &["external", "driver", "content"];

/// Lists of devices that a service reserves.
const DEVICES: &[&[&str]] = &[&["deploy", "resources", "reservations", "devices"], &["gpus"]];

/// Reports contradictions; `complete` is whether all files of the project were read.
pub(super) fn check(root: &Value, complete: bool, troubles: &mut Vec<Trouble>) {
    for (section, one, sources) in SOURCES {
        for entry in entries(root, section) {
            let given: Vec<&Value> = sources.iter().filter_map(|key| set(&entry.value, key)).collect();
            let is_elsewhere = OTHER_SOURCES.iter().any(|key| set(&entry.value, key).is_some());
            if let [first, second, ..] = given.as_slice() {
                let message = format!("the {one} `{}` comes from two places", entry.key);
                troubles.push(Trouble::invalid(second.anchor(), message).with_related(first.anchor(), "the other one"));
            } else if complete && given.is_empty() && !is_elsewhere && entry.value.partial.is_none() {
                let message = format!("the {one} `{}` comes from nowhere", entry.key);
                let help = "say `file`, `environment` or `external: true`";
                troubles.push(Trouble::invalid(entry.key_at, message).with_help(help));
            }
        }
    }
    for section in ["networks", "volumes", "secrets", "configs"] {
        for entry in entries(root, section) {
            external(section, entry, troubles);
        }
    }
    for service in entries(root, "services") {
        devices(service, troubles);
    }
}

fn entries<'v>(root: &'v Value, section: &str) -> &'v [Entry] {
    root.get(section).map_or(&[], Value::entries)
}

fn set<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.get(key).filter(|value| !value.is_null())
}

/// What something else makes has no properties here but its name.
fn external(section: &str, entry: &Entry, troubles: &mut Vec<Trouble>) {
    let Some(external) = set(&entry.value, "external") else { return };
    if let Data::Map(_) = external.data {
        let names = [set(&entry.value, "name"), set(external, "name")].map(|name| name.and_then(Value::text));
        if let [Some(name), Some(other)] = names
            && name.value != other.value
        {
            let message = format!("`{}` has two names", entry.key);
            let trouble = Trouble::invalid(name.at, message).with_related(other.at, "the other one");
            troubles.push(trouble.with_help("use `name` and `external: true`"));
        }
        return;
    }
    // Only volumes are held to it.
    if section != "volumes" || boolean(external).value() != Some(&true) {
        return;
    }
    let own = entry.value.entries().iter().filter(|own| !matches!(own.key.as_str(), "name" | "external"));
    for own in own.filter(|own| !own.key.starts_with("x-")) {
        let message = format!("`{}` is external, so `{}` cannot be set here", entry.key, own.key);
        troubles.push(Trouble::invalid(own.key_at, message).with_related(external.anchor(), "external here"));
    }
}

fn devices(service: &Entry, troubles: &mut Vec<Trouble>) {
    for path in DEVICES {
        let list = path.iter().try_fold(&service.value, |value, key| value.get(key));
        for device in list.map_or(&[][..], Value::items) {
            let count = set(device, "count");
            if let (Some(count), Some(ids)) = (count, set(device, "device_ids")) {
                let message = format!("`{}` asks for a `count` of devices and for `device_ids`", service.key);
                troubles.push(Trouble::invalid(ids.anchor(), message).with_related(count.anchor(), "the other one"));
            }
            let text = count.and_then(Value::text).filter(|text| !text.all().is_unknown());
            if let Some(text) = text.filter(|text| text.value != "all" && text.value.parse::<i64>().is_err()) {
                let message = format!("`{}` is no number of devices", text.value);
                troubles.push(Trouble::invalid(text.at, message).with_help("write a number, or `all`"));
            }
        }
    }
}
