//! One form for what compose lets people write in several: lists that stand for mappings, strings for lists.

use std::collections::BTreeMap;

use super::Trouble;
use super::mounts::{device_key, mount_key, tmpfs_target, volume_key};
use super::ports::port_key;
use super::text::{Slice, Text};
use super::tree::{Data, Entry, Value};

/// What an attribute may be written as besides its canonical form.
#[derive(Clone, Copy)]
enum Form {
    /// A list of `KEY=value` for a mapping.
    Pairs,
    /// A list of names for a mapping of them to nothing.
    Names,
    /// A string for a list of one.
    Strings,
    /// A list of `host=ip`, or a mapping of hosts to one address or several.
    Hosts,
    /// The path of the context for the whole of `build`.
    Context,
}

/// Attributes with several forms (Compose Specification, short and long syntaxes); `*` stands for any name.
const FORMS: &[(&[&str], Form)] = &[
    (&["services", "*", "build"], Form::Context),
    (&["services", "*", "build", "args"], Form::Pairs),
    (&["services", "*", "build", "labels"], Form::Pairs),
    (&["services", "*", "build", "additional_contexts"], Form::Pairs),
    (&["services", "*", "build", "extra_hosts"], Form::Hosts),
    (&["services", "*", "environment"], Form::Pairs),
    (&["services", "*", "labels"], Form::Pairs),
    (&["services", "*", "annotations"], Form::Pairs),
    (&["services", "*", "sysctls"], Form::Pairs),
    (&["services", "*", "deploy", "labels"], Form::Pairs),
    (&["services", "*", "extra_hosts"], Form::Hosts),
    (&["services", "*", "depends_on"], Form::Names),
    (&["services", "*", "networks"], Form::Names),
    (&["services", "*", "models"], Form::Names),
    (&["services", "*", "env_file"], Form::Strings),
    (&["services", "*", "label_file"], Form::Strings),
    (&["services", "*", "tmpfs"], Form::Strings),
    (&["services", "*", "dns"], Form::Strings),
    (&["services", "*", "dns_opt"], Form::Strings),
    (&["services", "*", "dns_search"], Form::Strings),
    (&["services", "*", "profiles"], Form::Strings),
    (&["networks", "*", "labels"], Form::Pairs),
    (&["volumes", "*", "labels"], Form::Pairs),
    (&["secrets", "*", "labels"], Form::Pairs),
    (&["configs", "*", "labels"], Form::Pairs),
];

/// Brings a document into the form that merging and reading expect.
pub(super) fn document(root: &mut Value, troubles: &mut Vec<Trouble>) {
    for (pattern, form) in FORMS {
        visit(root, pattern, &mut |value| match form {
            Form::Pairs => {
                let is_variables = matches!(pattern.last(), Some(&("environment" | "args")));
                pairs(value, is_variables, troubles);
            }
            Form::Names => names(value, troubles),
            Form::Strings => strings(value),
            Form::Hosts => hosts(value, troubles),
            Form::Context => context(value),
        });
    }
}

/// Calls back with every value at a path.
fn visit(value: &mut Value, pattern: &[&str], change: &mut dyn FnMut(&mut Value)) {
    let Some((first, rest)) = pattern.split_first() else { return change(value) };
    let Data::Map(entries) = &mut value.data else { return };
    for entry in entries.iter_mut().filter(|entry| *first == "*" || entry.key == *first) {
        visit(&mut entry.value, rest, change);
    }
}

fn context(build: &mut Value) {
    if let Data::Scalar(text) = &build.data {
        let at = text.at;
        let context = Value::new(Data::Scalar(text.clone()), at, build.key);
        build.data = Data::Map(vec![Entry { key: "context".to_owned(), key_at: at, value: context }]);
    }
}

fn strings(value: &mut Value) {
    if let Data::Scalar(text) = &value.data {
        value.data = Data::List(vec![Value::new(Data::Scalar(text.clone()), value.at, None)]);
    }
}

/// Hosts become a mapping to lists of addresses, since one host may have several.
fn hosts(value: &mut Value, troubles: &mut Vec<Trouble>) {
    if let Data::List(items) = &value.data {
        let mut entries: Vec<Entry> = Vec::new();
        for item in items {
            let parts = item.text().map(host_and_address);
            if item.text().is_some_and(|text| text.all().is_unknown()) && parts.is_some_and(|parts| parts.is_none()) {
                // A variable may hold both.
                continue;
            }
            let Some(Some((host, address))) = parts else {
                troubles.push(Trouble::invalid(item.at, "this is no `HOST=ADDRESS`"));
                continue;
            };
            let (key_at, at) = (host.place(), address.place());
            let address = Value::new(Data::Scalar(address.to_text()), at, Some(key_at));
            match entries.iter_mut().find(|entry| entry.key == host.raw()) {
                Some(Entry { value: Value { data: Data::List(items), .. }, .. }) => items.push(address),
                _ => entries.push(Entry {
                    key: host.raw().to_owned(),
                    key_at,
                    value: Value::new(Data::List(vec![address]), at, Some(key_at)),
                }),
            }
        }
        value.data = Data::Map(entries);
    } else if let Data::Map(entries) = &mut value.data {
        for entry in entries {
            strings(&mut entry.value);
        }
    }
}

/// `HOST=ADDRESS`, or `HOST:ADDRESS` of old; the address may be IPv6, with or without brackets.
fn host_and_address(text: &Text) -> Option<(Slice<'_>, Slice<'_>)> {
    text.all().split_once('=').or_else(|| text.all().split_once(':'))
}

/// `- KEY=value` becomes `KEY: value`; the last of two equal keys wins. The names of variables end with no blank
/// (compose-go, `MappingWithEquals`).
fn pairs(value: &mut Value, is_variables: bool, troubles: &mut Vec<Trouble>) {
    let Data::List(items) = &mut value.data else { return };
    let mut entries: Vec<Entry> = Vec::new();
    for item in std::mem::take(items) {
        match item.data {
            Data::Scalar(text) => {
                let pair = pair(text.all());
                if is_variables && pair.key.ends_with(char::is_whitespace) {
                    let message = format!("the name `{}` ends with a blank", pair.key);
                    let help = "leave out the blanks around `=`";
                    troubles.push(Trouble::invalid(pair.key_at, message).with_help(help));
                }
                entries.push(pair);
            }
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
type Key = fn(&Value) -> Option<String>;

/// Lists in which a later item replaces an earlier one of the same key (compose-go, "unicity").
const UNIQUE: &[(&[&str], Key)] = &[
    (&["services", "*", "ports"], port_key),
    (&["services", "*", "volumes"], volume_key),
    (&["services", "*", "devices"], device_key),
    (&["services", "*", "secrets"], mount_key),
    (&["services", "*", "configs"], mount_key),
    (&["services", "*", "env_file"], path_key),
    (&["services", "*", "tmpfs"], tmpfs_target),
    (&["services", "*", "links"], |item| text_before(item, '=')),
    (&["services", "*", "cap_add"], whole_text),
    (&["services", "*", "cap_drop"], whole_text),
    (&["services", "*", "expose"], whole_text),
    (&["services", "*", "dns"], whole_text),
    (&["services", "*", "dns_opt"], whole_text),
    (&["services", "*", "dns_search"], whole_text),
    (&["services", "*", "profiles"], whole_text),
    (&["services", "*", "extra_hosts", "*"], whole_text),
    (&["services", "*", "build", "extra_hosts", "*"], whole_text),
    (&["services", "*", "build", "tags"], whole_text),
    (&["services", "*", "build", "platforms"], whole_text),
    (&["services", "*", "networks", "*", "aliases"], whole_text),
    (&["services", "*", "networks", "*", "link_local_ips"], whole_text),
];

fn whole_text(item: &Value) -> Option<String> {
    item.text().map(|text| text.value.clone())
}

fn text_before(item: &Value, separator: char) -> Option<String> {
    item.text()?.value.split(separator).next().map(str::to_owned)
}

fn path_key(item: &Value) -> Option<String> {
    whole_text(item.get("path").unwrap_or(item))
}

/// Drops earlier items of lists that later ones replace. Done once all files are merged.
pub(super) fn unique(root: &mut Value) {
    for (pattern, key) in UNIQUE {
        visit(root, pattern, &mut |value| {
            if let Data::List(items) = &mut value.data {
                keep_last(items, key);
            }
        });
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
