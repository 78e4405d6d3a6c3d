//! Conditions: below a kind every path is one of its own, until a name is bound that only the loader can follow.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::paths::{self, PathOf};
use super::types::{Definitions, fitting, say};
use super::{closed, definition, text_of};
use crate::model::schema::{StructDef, Type};
use crate::rules::builtin::BUILTINS;
use crate::rules::keys;
use crate::rules::operators::Operator;

/// Adds the conditions of a kind: `when-KIND` where nothing is bound, `in-KIND` where lookups or quantifiers bind names.
pub(super) fn of_kind(definitions: &mut Definitions, kind: &'static StructDef) {
    let paths = paths::of(kind);
    let name = kind.name;
    let lists: Vec<&PathOf> = paths.iter().filter(|path| matches!(path.ty, Type::List(_))).collect();
    definitions.insert(format!("lists-{name}"), one_of_paths(&lists));
    let typed = comparisons(definitions, &paths);
    definitions.insert(format!("fields-{name}"), json!({ "anyOf": typed }));
    let roots: Vec<&str> = kind.fields.iter().flat_map(|field| [Some(field.name), field.was]).flatten().collect();
    let bound = json!({ "type": "string", "not": { "pattern": format!("^({})(\\.|$)", roots.join("|")) } });
    definitions.insert(format!("bound-{name}"), bound);
    definitions.insert(format!("when-{name}"), condition(name, false));
    definitions.insert(format!("in-{name}"), condition(name, true));
}

/// Comparisons by type: the paths of one type share their operators.
fn comparisons(definitions: &mut Definitions, paths: &[PathOf]) -> Vec<Value> {
    let mut order: Vec<String> = Vec::new();
    let mut groups: BTreeMap<String, (Value, Vec<&PathOf>)> = BTreeMap::new();
    for path in paths.iter().filter(|path| fitting(path.ty, path.optional).next().is_some()) {
        let comparison = definitions.comparison(path.ty, path.optional);
        let key = comparison.to_string();
        if !groups.contains_key(&key) {
            order.push(key.clone());
        }
        groups.entry(key).or_insert_with(|| (comparison, Vec::new())).1.push(path);
    }
    let branch = |key: &String| {
        let (comparison, paths) = groups.get(key)?;
        Some(json!({
            "required": ["field"], "properties": { "field": one_of_paths(paths) }, "allOf": [comparison],
        }))
    };
    order.iter().filter_map(branch).collect()
}

/// One of several paths; those by a former name are marked as such.
fn one_of_paths(paths: &[&PathOf]) -> Value {
    let named = |former: bool| -> Vec<&str> {
        paths.iter().filter(|path| path.is_former == former).map(|path| path.path.as_str()).collect()
    };
    let (now, former) = (json!({ "enum": named(false) }), named(true));
    if former.is_empty() {
        return now;
    }
    json!({ "anyOf": [now, { "enum": former, "deprecated": true, "description": "A former name." }] })
}

fn condition(kind: &str, binds: bool) -> Value {
    let itself = definition(&format!("{}-{kind}", if binds { "in" } else { "when" }));
    let mut forms: Vec<Value> = keys::FORMS
        .iter()
        .filter(|form| **form != "field")
        .map(|form| self::form(form, kind, &itself, binds))
        .collect();
    forms.push(definition(&format!("fields-{kind}")));
    let by_param = json!({ "properties": { "field": definition("param") }, "allOf": [definition("compare-any")] });
    forms.push(by_param);
    if binds {
        let bound = definition(&format!("bound-{kind}"));
        forms.push(json!({ "properties": { "field": bound }, "allOf": [definition("compare-any")] }));
    }
    json!({ "type": "object", "anyOf": forms })
}

/// A form of a condition; one that is not known here may hold anything.
fn form(form: &str, kind: &str, itself: &Value, binds: bool) -> Value {
    let inside = definition(&format!("in-{kind}"));
    let list = {
        let mut lists = vec![definition(&format!("lists-{kind}")), definition("param")];
        if binds {
            lists.push(definition(&format!("bound-{kind}")));
        }
        json!({ "anyOf": lists, "description": "A list, or a parameter that is one." })
    };
    let quantified = |keys: &[&str], required: &[&str]| {
        closed(keys, required, |key| match key {
            "in" => Some(list.clone()),
            "as" => Some(text_of("The name of an element.")),
            "where" | "require" | "that" => Some(inside.clone()),
            "eq" | "ge" | "le" => Some(json!({ "type": "integer", "minimum": 0 })),
            "value" => Some(text_of("The path that must have one value everywhere.")),
            "say" => Some(say()),
            _ => None,
        })
    };
    let parts = json!({ "type": "array", "minItems": 1, "items": itself });
    let value = match form {
        "all" => described(parts, "Every part holds."),
        "any" => described(parts, "At least one part holds."),
        "none" => described(parts, "No part holds."),
        "not" => described(itself.clone(), "The part does not hold."),
        "each" => described(
            quantified(keys::EACH, &["in", "as", "require"]),
            "Every element meets `require`; one finding for each that does not.",
        ),
        "some" => described(quantified(keys::SOME, &["in", "as", "that"]), "At least one element meets `that`."),
        "count" => {
            let mut count = quantified(keys::COUNT, &["in", "as"]);
            count["oneOf"] = ["eq", "ge", "le"].iter().map(|operator| json!({ "required": [operator] })).collect();
            described(count, "So many elements meet `where`.")
        }
        "agree" => described(quantified(keys::AGREE, &["in", "as", "value"]), "All elements have one value."),
        "param" => return definition("by-param"),
        "check" => return definition("predicate"),
        _ => return json!({ "required": [form] }),
    };
    closed(&[form, "say"], &[form], |key| Some(if key == "say" { say() } else { value.clone() }))
}

fn described(mut schema: Value, doc: &str) -> Value {
    schema["description"] = json!(doc);
    schema
}

/// A call of a predicate, with all of its arguments.
pub(super) fn predicate() -> Value {
    let calls = BUILTINS.iter().map(|builtin| {
        let names: Vec<&str> = builtin.parameters.iter().map(|parameter| parameter.name).collect();
        let arguments = closed(&names, &names, |key| {
            let parameter = builtin.parameters.iter().find(|parameter| parameter.name == key)?;
            Some(json!({ "description": parameter.doc }))
        });
        closed(&["check", "with", "say"], &["check", "with"], |key| {
            Some(match key {
                "check" => json!({ "const": builtin.name, "description": builtin.doc }),
                "with" => arguments.clone(),
                _ => say(),
            })
        })
    });
    json!({ "oneOf": calls.collect::<Vec<_>>() })
}

/// A condition on a parameter.
pub(super) fn parameter() -> Value {
    let all: Vec<&str> = ["param"].into_iter().chain(keys::PARAM_OPERATORS.iter().copied()).chain(["say"]).collect();
    let mut schema = closed(&all, &["param"], |key| match key {
        "param" => Some(text_of("A parameter of the rule.")),
        "say" => Some(say()),
        operator => {
            let doc = Operator::from_word(operator).map_or("", Operator::doc);
            Some(json!({ "description": format!("The parameter {doc}.") }))
        }
    });
    schema["oneOf"] = keys::PARAM_OPERATORS.iter().map(|operator| json!({ "required": [operator] })).collect();
    schema
}
