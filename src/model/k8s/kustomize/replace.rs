//! Values copied from one field to others (Kustomize reference, `replacements`).

use super::field_path::{self, FieldPath};
use super::outcome::Failure;
use super::resource::{Id, Resource};
use super::select::Selector;
use super::value::{Budget, Data, Value};

/// Copies the value of one replacement to its targets.
///
/// # Errors
/// Where the source or a target field is not there.
pub(super) fn apply(resources: &mut [Resource], entry: &Value, budget: &mut Budget) -> Result<(), Failure> {
    let value = source_value(resources, entry, budget)?;
    let Some(targets) = entry.get("targets") else {
        return Err(Failure::new("a replacement has a source and targets", entry.at));
    };
    for target in targets.items() {
        let Some(select) = target.get("select") else {
            return Err(Failure::new("a target says what it selects", target.at));
        };
        let selector = Selector::read(select)?;
        let rejects = target.list("reject").iter().map(Selector::read).collect::<Result<Vec<_>, _>>()?;
        budget.charge(resources.len(), target.at)?;
        let default = Value::string(field_path::DEFAULT, target.at);
        let texts = match target.list("fieldPaths") {
            [] => std::slice::from_ref(&default),
            paths => paths,
        };
        let paths: Vec<_> = texts.iter().map(|text| (text, FieldPath::target(text.text().unwrap_or("")))).collect();
        for resource in resources.iter_mut().filter(|one| selector.selects(one)) {
            if !rejects.iter().any(|reject| reject.selects(resource)) {
                copy_to(resource, target, &paths, &value, budget)?;
            }
        }
    }
    Ok(())
}

fn source_value(resources: &[Resource], entry: &Value, budget: &mut Budget) -> Result<Value, Failure> {
    if let Some(value) = entry.get("sourceValue") {
        return Ok(value.clone());
    }
    let Some(source) = entry.get("source") else {
        return Err(Failure::new("a replacement has a source and targets", entry.at));
    };
    budget.charge(resources.len(), source.at)?;
    let mut found = resources.iter().filter(|resource| is_source(resource, source));
    let (Some(resource), None) = (found.next(), found.next()) else {
        return Err(Failure::new("the source is not exactly one object", source.at));
    };
    let field = source.get("fieldPath");
    let path = FieldPath::source(field.and_then(Value::text).unwrap_or(field_path::DEFAULT));
    let value = path.first(&resource.root, budget)?;
    let at = field.map_or(source.at, |field| field.at);
    let Some(mut value) = value.filter(|value| !value.is_null()) else {
        return Err(Failure::new("the source has no such field", at));
    };
    if let Some(delimiter) = source.text_under(&["options", "delimiter"]).filter(|text| !text.is_empty()) {
        let index = number(source).unwrap_or(0);
        let part = usize::try_from(index).ok().and_then(|index| value.text()?.split(delimiter).nth(index));
        let Some(part) = part.map(str::to_owned) else {
            return Err(Failure::new("the source has no such part", at));
        };
        value = Value::string(part, value.at);
    }
    value.copied(budget)
}

/// The index that options name.
fn number(value: &Value) -> Option<i64> {
    value.text_under(&["options", "index"])?.parse().ok()
}

fn is_source(resource: &Resource, source: &Value) -> bool {
    let same = |key: &str, own: &str| {
        source.get(key).and_then(Value::text).is_none_or(|wanted| wanted.is_empty() || wanted == own)
    };
    let fits = |id: &Id| {
        same("group", &id.group)
            && same("version", &id.version)
            && same("kind", &id.kind)
            && same("name", &id.name)
            && same("namespace", &id.namespace)
    };
    resource.previous.iter().any(fits) || fits(&resource.id())
}

fn copy_to(
    resource: &mut Resource,
    target: &Value,
    paths: &[(&Value, FieldPath)],
    value: &Value,
    budget: &mut Budget,
) -> Result<(), Failure> {
    let creates = target.under(&["options", "create"]).is_some_and(Value::is_true);
    for (text, path) in paths {
        let copy = value.copied(budget)?;
        let mut count = 0;
        path.visit(&mut resource.root, creates.then_some(&copy), &mut |field| {
            count += 1;
            set(field, &copy, target);
        });
        budget.charge(copy.measure().0.saturating_mul(count), text.at)?;
        if count == 0 {
            let message = format!("`{}` has no field `{}`", resource.name(), text.text().unwrap_or(""));
            return Err(Failure::new(message, text.at));
        }
    }
    Ok(())
}

fn set(field: &mut Value, value: &Value, target: &Value) {
    let Some(text) = value.text() else {
        *field = value.clone();
        return;
    };
    let delimiter = target.text_under(&["options", "delimiter"]).filter(|text| !text.is_empty());
    let joined = match (delimiter, &field.data) {
        (Some(delimiter), Data::Scalar { text: old, .. }) => {
            let mut parts: Vec<&str> = old.split(delimiter).collect();
            match usize::try_from(number(target).unwrap_or(0)) {
                Err(_) => parts.insert(0, text),
                Ok(index) => match parts.get_mut(index) {
                    Some(part) => *part = text,
                    None => parts.push(text),
                },
            }
            parts.join(delimiter)
        }
        _ => text.to_owned(),
    };
    // A scalar keeps its type, so that a number stays a number.
    let is_text = !matches!(field.data, Data::Scalar { .. }) || super::change::is_string(field) && !field.is_null();
    *field = if is_text { Value::string(joined, value.at) } else { Value::plain(joined, value.at) };
}
