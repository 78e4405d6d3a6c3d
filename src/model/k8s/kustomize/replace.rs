//! Values copied from one field to others (Kustomize reference, `replacements`).

use super::outcome::Failure;
use super::resource::{Id, Resource};
use super::select::Selector;
use super::value::{Budget, Data, Value};

/// How many parts a field path may have. Values are never that deep, and what copies put together must not become it.
const MAX_PARTS: usize = 100;

/// The field that is meant where none is named.
const DEFAULT_FIELD: &str = "metadata.name";

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
        for resource in resources.iter_mut().filter(|one| selector.selects(one)) {
            if !rejects.iter().any(|reject| reject.selects(resource)) {
                copy_to(resource, target, &value, budget)?;
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
    let path = parts(field.and_then(Value::text).unwrap_or(DEFAULT_FIELD));
    let mut root = resource.root.clone();
    let mut value = None;
    visit(&mut root, &path, None, &mut |found| _ = value.get_or_insert_with(|| found.clone()));
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

fn copy_to(resource: &mut Resource, target: &Value, value: &Value, budget: &mut Budget) -> Result<(), Failure> {
    let default = Value::string(DEFAULT_FIELD, target.at);
    let paths = match target.list("fieldPaths") {
        [] => std::slice::from_ref(&default),
        paths => paths,
    };
    let creates = target.under(&["options", "create"]).is_some_and(Value::is_true);
    for path in paths {
        let text = path.text().unwrap_or("");
        let copy = value.copied(budget)?;
        let mut count = 0;
        let made = creates.then_some(&copy);
        visit(&mut resource.root, &parts(text), made, &mut |field| {
            count += 1;
            set(field, &copy, target);
        });
        budget.charge(copy.measure().0.saturating_mul(count), path.at)?;
        if count == 0 {
            return Err(Failure::new(format!("`{}` has no field `{text}`", resource.name()), path.at));
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

/// The parts of a field path: dots part them, except in brackets and behind a backslash.
fn parts(path: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut in_brackets = false;
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'.') => {
                chars.next();
                out.last_mut().into_iter().for_each(|part| part.push('.'));
            }
            '.' if !in_brackets => out.push(String::new()),
            _ => {
                in_brackets = if c == '[' { true } else { in_brackets && c != ']' };
                out.last_mut().into_iter().for_each(|part| part.push(c));
            }
        }
    }
    out.truncate(MAX_PARTS);
    out.retain(|part| !part.is_empty());
    out
}

/// Calls `found` on each value at a path; `made` is what is put where it is not there.
fn visit(value: &mut Value, path: &[String], made: Option<&Value>, found: &mut dyn FnMut(&mut Value)) {
    let Some((part, rest)) = path.split_first() else {
        found(value);
        return;
    };
    let condition = part.strip_prefix('[').and_then(|part| part.strip_suffix(']'));
    match &mut value.data {
        Data::List(items) => visit_items(items, part, condition, rest, made, found),
        Data::Map(_) if part == "*" => {
            if let Data::Map(entries) = &mut value.data {
                for entry in entries {
                    visit(&mut entry.value, rest, made, found);
                }
            }
        }
        Data::Map(_) => {
            let key = condition.unwrap_or(part);
            if value.get(key).is_none()
                && let Some(made) = made
            {
                let next = if rest.is_empty() { Value::string("", made.at) } else { empty(rest, made) };
                value.set(key, made.at, next);
            }
            if let Some(field) = value.get_mut(key) {
                visit(field, rest, made, found);
            }
        }
        Data::Scalar { .. } => {}
    }
}

/// What goes where the rest of a path will be put.
fn empty(rest: &[String], made: &Value) -> Value {
    let is_list = rest.first().is_some_and(|part| part.starts_with('[') || part == "-");
    Value { at: made.at, data: if is_list { Data::List(Vec::new()) } else { Data::Map(Vec::new()) } }
}

fn visit_items(
    items: &mut Vec<Value>,
    part: &str,
    condition: Option<&str>,
    rest: &[String],
    made: Option<&Value>,
    found: &mut dyn FnMut(&mut Value),
) {
    if part == "*" {
        for item in items {
            visit(item, rest, made, found);
        }
    } else if let Some((key, wanted)) = condition.and_then(|condition| condition.split_once('=')) {
        let is_it = |item: &Value| {
            let own = if key.is_empty() { item.text() } else { item.get(key).and_then(Value::text) };
            own == Some(wanted)
        };
        if let Some(made) = made
            && !items.iter().any(is_it)
        {
            let mut item = Value::map(made.at);
            item.set(key, made.at, Value::string(wanted, made.at));
            items.push(item);
        }
        for item in items.iter_mut().filter(|item| is_it(item)) {
            visit(item, rest, made, found);
        }
    } else if let Ok(index) = condition.unwrap_or(part).parse::<usize>() {
        if let Some(item) = items.get_mut(index) {
            visit(item, rest, made, found);
        }
    } else {
        // A key goes through the list.
        let path: Vec<String> = std::iter::once(part.to_owned()).chain(rest.iter().cloned()).collect();
        for item in items.iter_mut().filter(|item| item.is_map()) {
            visit(item, &path, None, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn dots_in_brackets_and_behind_backslashes_are_part_of_a_key() {
        assert_eq!(parts("spec.containers.[name=a.b].image"), ["spec", "containers", "[name=a.b]", "image"]);
        assert_eq!(parts("metadata.annotations.example\\.com/x"), ["metadata", "annotations", "example.com/x"]);
    }
}
