//! One form for what compose lets people write in several: lists that stand for mappings, strings for lists.

use std::collections::BTreeMap;

use super::Trouble;
use super::mounts::{device_key, mount_key, volume_key};
use super::ports::port_key;
use super::text::Slice;
use super::tree::{Data, Entry, Value};

/// Attributes of a service that may be a list of `KEY=value` or a mapping.
const LIST_OR_MAP: &[&[&str]] = &[
    &["environment"],
    &["labels"],
    &["annotations"],
    &["sysctls"],
    &["build", "args"],
    &["build", "labels"],
    &["deploy", "labels"],
];

/// Attributes that may be one string or a list of them.
const STRING_OR_LIST: &[&str] = &["env_file", "tmpfs", "dns", "dns_search", "label_file", "profiles"];

/// Brings the services of a document into the form that merging and reading expect.
pub(super) fn document(root: &mut Value, troubles: &mut Vec<Trouble>) {
    let Some(Value { data: Data::Map(services), .. }) = root.get_mut("services") else { return };
    for entry in services {
        service(&mut entry.value, troubles);
    }
}

pub(super) fn service(service: &mut Value, troubles: &mut Vec<Trouble>) {
    if let Some(build) = service.get_mut("build")
        && let Data::Scalar(text) = &build.data
    {
        let at = text.at;
        let context = Value::new(Data::Scalar(text.clone()), at, build.key);
        build.data = Data::Map(vec![Entry { key: "context".to_owned(), key_at: at, value: context }]);
    }
    for path in LIST_OR_MAP {
        let target = path.iter().try_fold(&mut *service, |value, key| value.get_mut(key));
        if let Some(value) = target {
            pairs(value, troubles);
        }
    }
    for key in ["depends_on", "networks"] {
        if let Some(value) = service.get_mut(key) {
            names(value, troubles);
        }
    }
    for key in STRING_OR_LIST {
        if let Some(value) = service.get_mut(key)
            && let Data::Scalar(text) = &value.data
        {
            let item = Value::new(Data::Scalar(text.clone()), value.at, None);
            value.data = Data::List(vec![item]);
        }
    }
}

/// `- KEY=value` becomes `KEY: value`; the last of two equal keys wins.
fn pairs(value: &mut Value, troubles: &mut Vec<Trouble>) {
    let Data::List(items) = &mut value.data else { return };
    let mut entries: Vec<Entry> = Vec::new();
    for item in std::mem::take(items) {
        match item.data {
            Data::Scalar(text) => entries.push(pair(text.all())),
            Data::Map(inner) => {
                let message = "a mapping stands where `KEY=value` should";
                let help = "write `- KEY=value`, or leave out the `-` on every line of the list";
                troubles.push(Trouble::invalid(item.at, message).with_help(help));
                entries.extend(inner);
            }
            Data::List(_) | Data::Null => {
                troubles.push(Trouble::invalid(item.at, "this is no `KEY=value`"));
            }
        }
    }
    keep_last(&mut entries, |entry| Some(entry.key.clone()));
    value.data = Data::Map(entries);
}

fn pair(item: Slice<'_>) -> Entry {
    let (key, value) = match item.split_once('=') {
        Some((key, value)) => (key, Data::Scalar(value.to_text())),
        None => (item, Data::Null),
    };
    let at = match &value {
        Data::Scalar(text) => text.at,
        _ => key.place(),
    };
    Entry { key: key.raw().to_owned(), key_at: key.place(), value: Value::new(value, at, Some(key.place())) }
}

/// A list of names becomes a mapping of them to nothing.
fn names(value: &mut Value, troubles: &mut Vec<Trouble>) {
    let Data::List(items) = &value.data else { return };
    let mut entries: Vec<Entry> = Vec::new();
    for item in items {
        let Some(text) = item.text() else {
            troubles.push(Trouble::invalid(item.at, format!("{} stands where a name should", item.type_name())));
            continue;
        };
        let nothing = Value::new(Data::Null, item.at, Some(item.at));
        entries.push(Entry { key: text.value.clone(), key_at: item.at, value: nothing });
    }
    keep_last(&mut entries, |entry| Some(entry.key.clone()));
    value.data = Data::Map(entries);
}

/// What makes an item the same as an earlier one.
type Key<'k> = &'k dyn Fn(&Value) -> Option<String>;

/// Drops earlier items of a service's lists that later ones replace: compose keeps one volume for each target, one
/// port for each address, and so on. Done once all files are merged.
pub(super) fn unique(service: &mut Value) {
    let by_text = |item: &Value| item.text().map(|text| text.value.clone());
    let keys: &[(&str, Key<'_>)] = &[
        ("ports", &port_key),
        ("volumes", &volume_key),
        ("devices", &device_key),
        ("secrets", &mount_key),
        ("configs", &mount_key),
        ("env_file", &|item| item.get("path").map_or_else(|| by_text(item), by_text)),
        ("tmpfs", &|item| by_text(item).map(|text| text.split(':').next().unwrap_or("").to_owned())),
        ("cap_add", &by_text),
        ("cap_drop", &by_text),
        ("expose", &by_text),
        ("dns", &by_text),
        ("profiles", &by_text),
    ];
    for (name, key) in keys {
        if let Some(Value { data: Data::List(items), .. }) = service.get_mut(name) {
            keep_last(items, *key);
        }
    }
}

/// Puts a later item in the place of an earlier one with the same key.
fn keep_last<T>(items: &mut Vec<T>, key: impl Fn(&T) -> Option<String>) {
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<T> = Vec::with_capacity(items.len());
    for item in std::mem::take(items) {
        let key = key(&item);
        let earlier = key.as_ref().and_then(|key| index.get(key)).and_then(|at| kept.get_mut(*at));
        if let Some(earlier) = earlier {
            *earlier = item;
            continue;
        }
        if let Some(key) = key {
            index.insert(key, kept.len());
        }
        kept.push(item);
    }
    *items = kept;
}
