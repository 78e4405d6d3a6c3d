//! Strategic merge patches (Kubernetes, `strategic-merge-patch`), as kustomize applies them: what a patch adds to a
//! list comes first.

use super::outcome::Failure;
use super::schema::{ListType, Schema};
use super::value::{Budget, Data, Entry, Value};

/// What a patch says of the whole value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

/// Merges a patch into a value; `None` where the patch takes it out.
///
/// # Errors
/// Where the patch has a directive that is none, or another type than the value.
pub(super) fn merge(
    target: Option<Value>,
    mut patch: Value,
    schema: Schema,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    if patch.is_null() {
        return Ok(None);
    }
    let target = target.filter(|target| !target.is_null());
    match &patch.data {
        // What a patch only repeats, such as the name of a container, stays where it was written first.
        Data::Scalar { .. } => Ok(Some(target.filter(|target| target.same(&patch)).unwrap_or(patch))),
        Data::List(_) => Ok(Some(patch)),
        Data::Map(_) => {
            let directive = take_directive(&mut patch)?;
            match (directive, target) {
                (Directive::Delete, _) => Ok(None),
                (Directive::Replace, _) | (_, None) => {
                    let at = patch.at;
                    merge_map(Value::map(at), patch, schema, budget).map(Some)
                }
                (Directive::Merge, Some(target)) if target.is_map() => {
                    merge_map(target, patch, schema, budget).map(Some)
                }
                (Directive::Merge, Some(_)) => {
                    Err(Failure::new("the patch has a mapping where there is none", patch.at))
                }
            }
        }
    }
}

fn merge_map(mut target: Value, patch: Value, schema: Schema, budget: &mut Budget) -> Result<Value, Failure> {
    let Data::Map(entries) = patch.data else { return Ok(target) };
    budget.charge(entries.len(), patch.at)?;
    for Entry { key, key_at, value } in entries {
        // Order is nothing that a manifest's meaning depends on here.
        if key.starts_with("$setElementOrder/") || *key == *"$retainKeys" {
            continue;
        }
        let inner = schema.field(&key);
        let merged = if matches!(value.data, Data::List(_)) {
            let old = target.get(&key).filter(|old| !old.is_null()).cloned();
            if old.as_ref().is_some_and(|old| !matches!(old.data, Data::List(_))) {
                return Err(Failure::new(format!("the patch has a list for `{key}` where there is none"), key_at));
            }
            merge_list(old, value, schema.list(&key), inner, budget)?
        } else {
            let old = match target.get_mut(&key) {
                Some(old) => Some(std::mem::replace(old, Value::plain("", key_at))),
                None => None,
            };
            if let (Some(old), Data::Scalar { .. }) = (&old, &value.data)
                && !value.is_null()
                && !old.is_null()
                && !matches!(old.data, Data::Scalar { .. })
            {
                return Err(Failure::new(format!("the patch has a scalar for `{key}` where there is none"), key_at));
            }
            merge(old, value, inner, budget)?
        };
        match merged {
            Some(value) => target.set(&key, key_at, value),
            None => _ = target.remove(&key),
        }
    }
    Ok(target)
}

/// Takes `$patch` out of a mapping.
fn take_directive(patch: &mut Value) -> Result<Directive, Failure> {
    let Some(directive) = patch.remove("$patch") else { return Ok(Directive::Merge) };
    match directive.text() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        _ => Err(Failure::new("`$patch` is `merge`, `replace` or `delete`", directive.at)),
    }
}

fn merge_list(
    target: Option<Value>,
    mut patch: Value,
    kind: ListType,
    schema: Schema,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    if kind == ListType::Atomic {
        return Ok(Some(patch));
    }
    let mut whole = Directive::Merge;
    if let Data::List(items) = &mut patch.data
        && let Some(index) = items.iter().position(|item| item.entries().len() == 1 && item.get("$patch").is_some())
    {
        whole = take_directive(&mut items.remove(index))?;
    }
    let target = match whole {
        Directive::Delete => return Ok(None),
        Directive::Replace => None,
        Directive::Merge => target,
    };
    let at = patch.at;
    let place = target.as_ref().map_or(at, |target| target.at);
    let (Data::List(new), old) = (patch.data, target.map(|target| target.data)) else { return Ok(None) };
    let old = if let Some(Data::List(old)) = old { old } else { Vec::new() };
    budget.charge(new.len().saturating_mul(old.len() + 1), at)?;
    let items = if let ListType::Keyed(keys) = kind {
        merge_keyed(old, new, keys, schema, budget)?
    } else {
        let mut items = new;
        let more: Vec<Value> = old.into_iter().filter(|old| !items.iter().any(|item| item.same(old))).collect();
        items.extend(more);
        items
    };
    Ok(Some(Value { at: place, data: Data::List(items) }))
}

/// Whether two elements are the same one: no key differs, where one that is not written differs from none, and the
/// first, which tells them apart mostly, is the same.
fn same_element(a: &Value, b: &Value, keys: &[&str]) -> bool {
    let key = |value: &Value, key: &str| value.get(key).and_then(Value::text).map(str::to_owned);
    let Some((first, rest)) = keys.split_first() else { return false };
    key(a, first).is_some()
        && key(a, first) == key(b, first)
        && rest.iter().all(|name| match (key(a, name), key(b, name)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        })
}

/// What the patch has comes first, in its order; with several keys only what it adds does.
fn merge_keyed(
    mut old: Vec<Value>,
    new: Vec<Value>,
    keys: &[&str],
    schema: Schema,
    budget: &mut Budget,
) -> Result<Vec<Value>, Failure> {
    let mut first = Vec::new();
    let keeps_order = keys.len() > 1;
    for patch in new {
        let found = old.iter().position(|item| same_element(item, &patch, keys));
        let Some(index) = found else {
            first.extend(merge(None, patch, schema, budget)?);
            continue;
        };
        let target = old.get(index).cloned();
        match merge(target, patch, schema, budget)? {
            Some(merged) if keeps_order => {
                if let Some(slot) = old.get_mut(index) {
                    *slot = merged;
                }
            }
            merged => {
                old.remove(index);
                first.extend(merged);
            }
        }
    }
    first.extend(old);
    Ok(first)
}
