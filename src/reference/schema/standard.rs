//! The schema of a standard.

use serde_json::{Map, Value, json};

use super::types::literal;
use super::{DIALECT, closed, one_of, paths, text_of, texts};
use crate::finding::Severity;
use crate::model::schema::Type;
use crate::reference::{Catalogue, wording};
use crate::rules::ast::{Param, ParamType, RuleSource};
use crate::standard::Level;
use crate::standard::load::{CLAUSE, COVERAGES, STANDARD, USE};

/// The schema, with the rules of a catalogue and their parameters. Rules that it does not know may be named too.
pub(super) fn schema(catalogue: &Catalogue) -> Value {
    let mut schema = closed(STANDARD, &["standard", "version", "title"], key_of_standard);
    let clauses = |items: Value| json!({ "properties": { "clauses": { "items": items } } });
    let mut whole = clauses(super::definition("clause"));
    whole["required"] = json!(["clauses"]);
    schema["if"] = json!({ "required": ["extends"] });
    schema["then"] = clauses(json!({ "anyOf": [super::definition("clause"), super::definition("change")] }));
    schema["else"] = whole;
    let mut definitions = Map::new();
    definitions.insert("clause".to_owned(), clause());
    definitions.insert("change".to_owned(), change());
    definitions.insert("use".to_owned(), rule_use(catalogue));
    schema["$defs"] = Value::Object(definitions);
    schema["$schema"] = json!(DIALECT);
    schema["$id"] = json!("https://svclint.dev/schemas/standard-1.json");
    schema["title"] = json!("svclint standard");
    schema["description"] =
        json!("A standard of svclint: its clauses, each with its rules or the reason why it has none.");
    schema
}

fn key_of_standard(key: &str) -> Option<Value> {
    Some(match key {
        "standard" => json!({
            "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
            "description": "The id; also the name of the file.",
        }),
        "version" => json!({ "type": "string", "description": "Its version, such as `1.0.0`." }),
        "title" => text_of("Whose standard it is."),
        "summary" => text_of("What it is for, where the title does not say it."),
        "source" => json!({ "type": "object", "description": "The document that it holds the clauses of." }),
        "levels" => {
            let severity = one_of(Severity::WORDS, "The severity of what breaks a clause of this level.");
            let mut levels = closed(Level::WORDS, &[], |_| Some(severity.clone()));
            levels["description"] = json!("The severities of the levels: error, warning, info where nothing is said.");
            levels
        }
        "extends" => texts("Standards that it builds on, each with the first number of its version: `atonix@1`."),
        "removed" => json!({ "type": "array", "description": "Clauses that it leaves out, each with the reason." }),
        "clauses" => json!({ "type": "array", "minItems": 1, "description": "Its clauses, in the document's order." }),
        _ => return None,
    })
}

fn clause() -> Value {
    let mut schema = closed(CLAUSE, &["id", "title", "level"], |key| {
        Some(match key {
            "id" => text_of("The id in the document, such as `ATX-2.1-n`."),
            "title" => text_of("What it asks, in a sentence."),
            "level" => one_of(Level::WORDS, "How strongly it asks."),
            "waivable" => {
                json!({ "type": "boolean", "description": "Whether a finding may be silenced; `true` where nothing is said." })
            }
            "apart" => json!({
                "type": "array",
                "items": { "type": "string" },
                "description": "Clauses of other standards that cannot be met beside it, where the parameters of their rules do not show it.",
            }),
            "coverage" => one_of(COVERAGES, "How far its rules decide it; `full` where nothing is said."),
            "gap" => text_of("What is not checked, and why."),
            "rules" => json!({ "type": "array", "minItems": 1, "items": super::definition("use") }),
            _ => return None,
        })
    });
    schema["allOf"] = json!([{
        "if": { "properties": { "coverage": { "const": "manual" } }, "required": ["coverage"] },
        "then": { "required": ["gap"], "properties": { "rules": false } },
        "else": { "required": ["rules"] },
    }, {
        "if": { "properties": { "coverage": { "const": "partial" } }, "required": ["coverage"] },
        "then": { "required": ["gap"] },
    }]);
    schema
}

/// What a standard says of a clause that it takes over.
fn change() -> Value {
    closed(&["id", "waivable", "rules"], &["id"], |key| {
        Some(match key {
            "id" => text_of("The clause that is taken over."),
            "waivable" => json!({ "type": "boolean" }),
            "rules" => json!({ "type": "array", "items": { "type": "object", "required": ["rule"] } }),
            _ => return None,
        })
    })
}

fn rule_use(catalogue: &Catalogue) -> Value {
    let ids: Vec<&str> = catalogue.rules.keys().map(String::as_str).collect();
    let mut schema = closed(USE, &["rule"], |key| {
        Some(match key {
            "rule" => json!({
                "anyOf": [{ "enum": ids }, { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" }],
                "description": "The rule.",
            }),
            "as" => text_of("A name of its own, where the standard uses the rule with other parameters too."),
            "params" => json!({ "type": "object", "description": "Values for the parameters of the rule." }),
            "severity" => one_of(Severity::WORDS, "The severity, where the level does not decide."),
            "only" => texts("Globs of the files that it looks at."),
            "except" => texts("Globs of files that it leaves out."),
            _ => return None,
        })
    });
    schema["allOf"] = catalogue.rules.values().map(|rule| by_rule(rule)).collect();
    schema
}

/// The parameters of one rule.
fn by_rule(rule: &RuleSource) -> Value {
    let names: Vec<&str> = rule.params.iter().map(|param| param.name.value.as_str()).collect();
    let has_to_be_given = |param: &&Param| param.default.is_none() && !param.optional;
    let required: Vec<&str> =
        rule.params.iter().filter(has_to_be_given).map(|param| param.name.value.as_str()).collect();
    let params = closed(&names, &required, |name| rule.params.iter().find(|param| param.name.value == name).map(param));
    let mut then = json!({ "properties": { "params": params } });
    if !required.is_empty() {
        then["required"] = json!(["params"]);
    }
    json!({ "if": { "properties": { "rule": { "const": rule.id.value } } }, "then": then })
}

fn param(param: &Param) -> Value {
    let mut schema = match &param.ty.value {
        ParamType::Named(name) => named(name),
        ParamType::List(name) => json!({ "type": "array", "items": named(name) }),
        ParamType::Path { of } => {
            let paths = crate::model::kind(of).map(|kind| paths::of((kind.schema)())).unwrap_or_default();
            json!({ "enum": paths.into_iter().map(|path| path.path).collect::<Vec<_>>() })
        }
        ParamType::Value { .. } => json!({ "type": ["string", "number", "boolean"] }),
        ParamType::Values { .. } => json!({ "type": "array", "items": { "type": ["string", "number", "boolean"] } }),
    };
    let default = wording::default(param);
    schema["description"] = json!(format!("{} Default: {default}.", param.doc.trim()));
    if let Some(min) = param.min {
        schema["minimum"] = json!(min);
    }
    if let Some(max) = param.max {
        schema["maximum"] = json!(max);
    }
    schema
}

/// A value of a type by its name in rules.
fn named(name: &str) -> Value {
    literal(match name {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "float" => Type::Float,
        "uid" => Type::Uid,
        "port" => Type::Port,
        "quantity" => Type::Quantity,
        _ => Type::Str,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_loader_is_described() {
        for key in STANDARD {
            assert!(key_of_standard(key).is_some(), "a standard has the key `{key}`");
        }
        let clause = clause();
        for key in CLAUSE {
            assert!(clause["properties"][key].is_object(), "a clause has the key `{key}`");
        }
    }
}
