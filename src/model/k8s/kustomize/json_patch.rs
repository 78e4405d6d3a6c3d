//! JSON patches (RFC 6902).

use super::outcome::Failure;
use super::value::{Budget, Data, Value};

/// How many parts a path may have. Values are never that deep, and what patches put together must not become it.
const MAX_PARTS: usize = 100;

/// Whether a value is a list of operations.
pub(super) fn is_patch(value: &Value) -> bool {
    !value.items().is_empty() && value.items().iter().all(|item| item.get("op").is_some())
}

/// Applies a list of operations, one after the other.
///
/// # Errors
/// Where an operation is none, or does not apply.
pub(super) fn apply(root: &mut Value, patch: &Value, budget: &mut Budget) -> Result<(), Failure> {
    for operation in patch.items() {
        apply_one(root, operation, budget)?;
    }
    Ok(())
}

fn apply_one(root: &mut Value, operation: &Value, budget: &mut Budget) -> Result<(), Failure> {
    let at = operation.at;
    budget.charge(1, at)?;
    let path = pointer(operation, "path")?;
    // The library that kustomize uses takes none for null where one is put in the place of another.
    let value = || operation.get("value").ok_or_else(|| Failure::new("the operation has no `value`", at));
    match operation.get("op").and_then(Value::text) {
        Some("add") => {
            let value = value()?.copied(budget)?;
            add(root, &path, value, operation)
        }
        Some("replace") => {
            let value =
                operation.get("value").map_or_else(|| Ok(Value::plain("null", at)), |value| value.copied(budget))?;
            match find(root, &path) {
                Some(slot) => {
                    *slot = value;
                    Ok(())
                }
                // The library that kustomize uses lets a key be replaced that is not there.
                None if path.last().is_some_and(|last| last.parse::<usize>().is_err()) => {
                    add(root, &path, value, operation)
                }
                None => Err(missing(operation)),
            }
        }
        Some("remove") => remove(root, &path, operation).map(drop),
        Some("test") => {
            let wanted = value()?;
            let found = find(root, &path);
            let holds = found.map_or(wanted.is_null(), |found| found.same(wanted));
            if holds { Ok(()) } else { Err(Failure::new("the `test` does not hold", at)) }
        }
        Some("move") => {
            let from = pointer(operation, "from")?;
            let value = remove(root, &from, operation)?;
            add(root, &path, value, operation)
        }
        Some("copy") => {
            let from = pointer(operation, "from")?;
            let Some(value) = find(root, &from) else { return Err(missing(operation)) };
            let value = value.copied(budget)?;
            add(root, &path, value, operation)
        }
        _ => Err(Failure::new("`op` is `add`, `remove`, `replace`, `move`, `copy` or `test`", at)),
    }
}

fn missing(operation: &Value) -> Failure {
    let path = operation.get("path").and_then(Value::text).unwrap_or("");
    let place = operation.get("path").map_or(operation.at, |path| path.at);
    Failure::new(format!("the object has nothing at `{path}`"), place)
}

/// The parts of a path (RFC 6901).
fn pointer(operation: &Value, key: &str) -> Result<Vec<String>, Failure> {
    let text = operation.get(key).and_then(Value::text);
    let Some(text) = text else { return Err(Failure::new(format!("the operation has no `{key}`"), operation.at)) };
    let parts: Vec<String> = text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    if parts.len() > MAX_PARTS || (parts.is_empty() && !text.is_empty()) {
        return Err(Failure::new("this is no path such as `/spec/replicas`", operation.at));
    }
    Ok(parts)
}

/// The index that a part stands for; negative ones count from the end.
fn index(part: &str, length: usize) -> Option<usize> {
    match part.strip_prefix('-') {
        Some(back) => length.checked_sub(back.parse().ok()?),
        None => part.parse().ok(),
    }
}

fn find<'v>(root: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(root, |value, part| match &mut value.data {
        Data::List(items) => {
            let index = index(part, items.len())?;
            items.get_mut(index)
        }
        Data::Map(entries) => entries.iter_mut().find(|entry| *entry.key == **part).map(|entry| &mut entry.value),
        Data::Scalar { .. } => None,
    })
}

fn add(root: &mut Value, path: &[String], value: Value, operation: &Value) -> Result<(), Failure> {
    let Some((last, parents)) = path.split_last() else {
        *root = value;
        return Ok(());
    };
    let Some(parent) = find(root, parents) else { return Err(missing(operation)) };
    match &mut parent.data {
        Data::List(items) if last == "-" => items.push(value),
        Data::List(items) => {
            let Some(index) = index(last, items.len()).filter(|index| *index <= items.len()) else {
                return Err(missing(operation));
            };
            items.insert(index, value);
        }
        Data::Map(_) => {
            let at = operation.get("path").map_or(operation.at, |path| path.at);
            parent.set(last, at, value);
        }
        Data::Scalar { .. } => return Err(missing(operation)),
    }
    Ok(())
}

fn remove(root: &mut Value, path: &[String], operation: &Value) -> Result<Value, Failure> {
    let removed = path.split_last().and_then(|(last, parents)| {
        let parent = find(root, parents)?;
        match &mut parent.data {
            Data::List(items) => {
                let index = index(last, items.len()).filter(|index| *index < items.len())?;
                Some(items.remove(index))
            }
            Data::Map(_) => parent.remove(last),
            Data::Scalar { .. } => None,
        }
    });
    removed.ok_or_else(|| missing(operation))
}
