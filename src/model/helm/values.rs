//! Values: the chart's own below those that are given, those of a dependency under its name, and which dependencies
//! there are (Helm, `coalesce.go` and `dependencies.go`).

use std::rc::Rc;

use super::chart::Chart;
use super::files::Texts;
use crate::source::FileId;
use crate::syntax::gotemplate::{Context, Map, Outcome, Value, deep_copy, from_file};

/// How deep maps are merged.
const MAX_DEPTH: usize = 100;

/// The values of a file; an empty map where there is none or it holds no mapping.
pub(super) fn of_file(texts: Texts<'_>, file: Option<FileId>, context: &Context) -> Outcome<Map> {
    Ok(match file.map_or(Ok(None), |file| from_file(file, texts.text(file), context))? {
        Some(Value::Map(map)) => map,
        _ => Map::new([]),
    })
}

/// Keeps of a chart the dependencies that the values want, under their aliases.
pub(super) fn choose(chart: &mut Chart, given: &Map, texts: Texts<'_>, context: &Context) -> Outcome<()> {
    let all = coalesced(chart, &copy(given, context)?, texts, context)?;
    choose_in(chart, &all, texts, context, 0)
}

/// A copy that shares no map with another one.
pub(super) fn copy(map: &Map, context: &Context) -> Outcome<Map> {
    Ok(match deep_copy(&Value::Map(map.clone()), context)? {
        Value::Map(map) => map,
        _ => Map::new([]),
    })
}

fn choose_in(chart: &mut Chart, values: &Map, texts: Texts<'_>, context: &Context, depth: usize) -> Outcome<()> {
    let mut kept: Vec<Chart> = Vec::new();
    for part in &chart.charts {
        let mut wanted = chart.dependencies.iter().filter(|dependency| dependency.name == part.name).peekable();
        if wanted.peek().is_none() {
            kept.push(part.clone());
        }
        for dependency in wanted {
            let by_tags = by_tags(&dependency.tags, values);
            if by_condition(&dependency.condition, values).or(by_tags).unwrap_or(true) {
                let name = dependency.alias.clone().unwrap_or_else(|| part.name.clone());
                kept.push(Chart { name, ..part.clone() });
            }
        }
    }
    chart.charts = kept;
    // What an unwanted dependency would bring is not missed.
    let dependencies = &chart.dependencies;
    chart.missing.retain(|(name, _)| {
        let mut entries = dependencies.iter().filter(|dependency| dependency.name == *name);
        entries
            .any(|entry| by_condition(&entry.condition, values).or_else(|| by_tags(&entry.tags, values)) != Some(false))
    });
    for part in &mut chart.charts {
        let own = match values.get(&part.name) {
            Some(Value::Map(own)) => own,
            _ => Map::new([]),
        };
        if depth < MAX_DEPTH {
            let own = coalesced(part, &own, texts, context)?;
            choose_in(part, &own, texts, context, depth + 1)?;
        }
    }
    chart.imported = imported(chart, values, texts, context)?;
    Ok(())
}

/// The values that a chart takes over from its dependencies (`processImportValues`).
fn imported(chart: &Chart, values: &Map, texts: Texts<'_>, context: &Context) -> Outcome<Option<Map>> {
    let mut all: Option<Map> = None;
    for dependency in chart.dependencies.iter().filter(|dependency| !dependency.imports.is_empty()) {
        let name = dependency.alias.as_ref().unwrap_or(&dependency.name);
        let Some(part) = chart.charts.iter().find(|part| part.name == *name) else { continue };
        let own = match values.get(name) {
            Some(Value::Map(own)) => copy(&own, context)?,
            _ => Map::new([]),
        };
        let own = Value::Map(coalesced(part, &own, texts, context)?);
        for (child, parent) in &dependency.imports {
            let Some(Value::Map(table)) = at_path(&own, child) else { continue };
            let table = parent
                .split('.')
                .filter(|key| !key.is_empty())
                .rev()
                .fold(Value::Map(table), |inner, key| Value::Map(Map::new([(Rc::from(key), inner)])));
            if let Value::Map(table) = deep_copy(&table, context)? {
                // Of two exports of one value the first counts.
                under(all.get_or_insert_with(|| Map::new([])), &table, context, 0)?;
            }
        }
    }
    Ok(all)
}

fn at_path(value: &Value, path: &str) -> Option<Value> {
    path.split('.').try_fold(value.clone(), |value, key| match value {
        Value::Map(map) => map.get(key),
        _ => None,
    })
}

/// What the first of several paths that leads to a boolean says.
fn by_condition(condition: &str, values: &Map) -> Option<bool> {
    condition.split(',').map(str::trim).filter(|path| !path.is_empty()).find_map(|path| {
        match at_path(&Value::Map(values.clone()), path) {
            Some(Value::Bool(wanted, _)) => Some(wanted),
            _ => None,
        }
    })
}

/// One tag that is on is enough; one that is off is not wanted if none is on.
fn by_tags(tags: &[String], values: &Map) -> Option<bool> {
    let Some(Value::Map(all)) = values.get("tags") else { return None };
    let states: Vec<bool> = tags
        .iter()
        .filter_map(|tag| match all.get(tag) {
            Some(Value::Bool(wanted, _)) => Some(wanted),
            _ => None,
        })
        .collect();
    if states.is_empty() { None } else { Some(states.contains(&true)) }
}

/// The given values with those of the chart and of its dependencies below them. The map that is given changes.
pub(super) fn coalesced(chart: &Chart, given: &Map, texts: Texts<'_>, context: &Context) -> Outcome<Map> {
    under(given, &of_file(texts, chart.values, context)?, context, 0)?;
    if let Some(imported) = &chart.imported {
        under(given, imported, context, 0)?;
    }
    for part in &chart.charts {
        if given.get(&part.name).is_none_or(|value| matches!(value, Value::Nil)) {
            given.set(Rc::from(part.name.as_str()), Value::Map(Map::new([])));
        }
        let Some(Value::Map(own)) = given.get(&part.name) else { continue };
        globals(&own, given, context)?;
        coalesced(part, &own, texts, context)?;
    }
    Ok(given.clone())
}

/// Puts defaults below values. A value that is null takes the default away.
fn under(values: &Map, defaults: &Map, context: &Context, depth: usize) -> Outcome<()> {
    if depth > MAX_DEPTH {
        return Ok(());
    }
    for (key, default) in defaults.entries() {
        match (values.get(&key), &default) {
            (None, _) => values.set(key, deep_copy(&default, context)?),
            (Some(Value::Nil), _) => values.remove(&key),
            (Some(Value::Map(own)), Value::Map(default)) => under(&own, default, context, depth + 1)?,
            _ => {}
        }
    }
    Ok(())
}

/// Hands `global` down; what the parent says counts.
fn globals(own: &Map, parent: &Map, context: &Context) -> Outcome<()> {
    let Some(Value::Map(from)) = parent.get("global") else {
        if !own.has("global") {
            own.set(Rc::from("global"), Value::Map(Map::new([])));
        }
        return Ok(());
    };
    let all = copy(&from, context)?;
    if let Some(Value::Map(global)) = own.get("global") {
        under(&all, &global, context, 0)?;
    }
    own.set(Rc::from("global"), Value::Map(all));
    Ok(())
}
