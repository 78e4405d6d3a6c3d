//! Laying one compose file over another (Compose Specification, "Merge").

use std::collections::{BTreeMap, BTreeSet};

use super::Trouble;
use super::tree::{Data, Entry, Tag, Value};
use crate::source::Place;

const MISMATCH: &str = "this is of another type than the value it is laid over";

/// Leaves out what follows from a mistake that is told of the same value: of the wrong type, it fits nothing.
pub(super) fn forget_followers(troubles: &mut Vec<Trouble>) {
    let told: BTreeSet<Place> =
        troubles.iter().filter(|trouble| trouble.message != MISMATCH).map(|trouble| trouble.place).collect();
    troubles.retain(|trouble| trouble.message != MISMATCH || !told.contains(&trouble.place));
}

/// Lays `over` on `base`. Both are in canonical form; `path` says where they stand.
pub(super) fn merge(base: &mut Value, over: Value, path: &mut Vec<String>, troubles: &mut Vec<Trouble>) {
    if over.tag == Tag::Override || replaces(path, base, &over) {
        *base = over;
        return;
    }
    let partial = base.partial.or(over.partial);
    let (over_at, over_key) = (over.at, over.key);
    match (&mut base.data, over.data) {
        (Data::Map(entries), Data::Map(others)) => {
            merge_entries(entries, others, path, troubles);
        }
        (Data::List(items), Data::List(others)) if is_subnets(path) => {
            merge_subnets(items, others, path, troubles);
        }
        (Data::List(items), Data::List(others)) => items.extend(others),
        // An empty key in the override leaves a collection alone.
        (Data::Map(_) | Data::List(_), Data::Null) => {}
        (data @ (Data::Null | Data::Scalar(_)), other) => {
            let scalars = matches!((&*data, &other), (Data::Null, _) | (_, Data::Null | Data::Scalar(_)));
            if !scalars {
                troubles.push(mismatch(base.at, over_at));
            }
            base.data = other;
            base.at = over_at;
            base.key = over_key.or(base.key);
        }
        (_, other) => {
            troubles.push(mismatch(base.at, over_at));
            base.data = other;
            base.at = over_at;
            base.key = over_key.or(base.key);
        }
    }
    base.partial = partial;
}

fn is_subnets(path: &[String]) -> bool {
    matches!(path, [networks, _, ipam, config] if networks == "networks" && ipam == "ipam" && config == "config")
}

/// Address pools of one network are the same where their subnet is.
fn merge_subnets(items: &mut Vec<Value>, others: Vec<Value>, path: &mut Vec<String>, troubles: &mut Vec<Trouble>) {
    let subnet = |value: &Value| value.get("subnet").and_then(Value::text).map(|text| text.value.clone());
    for other in others {
        let key = subnet(&other);
        let earlier = items.iter_mut().find(|item| key.is_some() && subnet(item) == key);
        let Some(earlier) = earlier else {
            items.push(other);
            continue;
        };
        path.push(String::new());
        merge(earlier, other, path, troubles);
        path.pop();
    }
}

fn mismatch(base: Place, over: Place) -> Trouble {
    Trouble::invalid(over, MISMATCH).with_related(base, "laid over this")
}

fn merge_entries(entries: &mut Vec<Entry>, others: Vec<Entry>, path: &mut Vec<String>, troubles: &mut Vec<Trouble>) {
    let mut index: BTreeMap<String, usize> =
        entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
    let mut gone: Vec<usize> = Vec::new();
    for other in others {
        let found = index.get(&other.key).copied();
        match (found.and_then(|at| Some((at, entries.get_mut(at)?))), other.value.tag) {
            (Some((at, _)), Tag::Reset) => gone.push(at),
            (Some((_, entry)), _) => {
                path.push(other.key);
                let scalar = matches!(entry.value.data, Data::Scalar(_) | Data::Null);
                merge(&mut entry.value, other.value, path, troubles);
                path.pop();
                if scalar {
                    entry.key_at = other.key_at;
                }
            }
            (None, Tag::Reset) => {}
            (None, _) => {
                index.insert(other.key.clone(), entries.len());
                entries.push(other);
            }
        }
    }
    gone.sort_unstable();
    gone.dedup();
    for at in gone.into_iter().rev() {
        entries.remove(at);
    }
}

/// Whether the later value replaces the earlier one as a whole.
fn replaces(path: &[String], base: &Value, over: &Value) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["services", _, "command" | "entrypoint"]
        | ["services", _, "healthcheck", "test"]
        | ["models", _, "runtime_flags"] => !over.is_null(),
        ["services", _, "ulimits", _] => true,
        ["services", _, "logging"] => {
            let driver = |value: &Value| value.get("driver").and_then(Value::text).map(|text| text.value.clone());
            matches!((driver(base), driver(over)), (Some(before), Some(after)) if before != after)
        }
        [.., extension] if extension.starts_with("x-") => true,
        _ => false,
    }
}

/// Takes out what is still tagged `!reset` where there was nothing to take away.
pub(super) fn prune(value: &mut Value) {
    match &mut value.data {
        Data::Map(entries) => {
            entries.retain(|entry| entry.value.tag != Tag::Reset);
            for entry in entries {
                prune(&mut entry.value);
            }
        }
        Data::List(items) => {
            items.retain(|item| item.tag != Tag::Reset);
            items.iter_mut().for_each(prune);
        }
        Data::Null | Data::Scalar(_) => {}
    }
}

/// Whether two values say the same, wherever they stand.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (&one.data, &other.data) {
        (Data::Null, Data::Null) => true,
        (Data::Scalar(one), Data::Scalar(other)) => one.value == other.value,
        (Data::List(one), Data::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Data::Map(entries), Data::Map(others)) => {
            entries.len() == others.len()
                && entries.iter().all(|entry| other.get(&entry.key).is_some_and(|value| same(&entry.value, value)))
        }
        _ => false,
    }
}
