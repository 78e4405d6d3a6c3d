//! The schema of a rule file.

use serde_json::{Value, json};

use super::types::Definitions;
use super::{DIALECT, closed, conditions, definition, one_of, text_of, texts};
use crate::finding::Severity;
use crate::model::schema::StructDef;
use crate::rules::ast::{Effect, Together};
use crate::rules::{CATEGORIES, TYPE_NAMES, keys};

/// The schema.
pub(super) fn schema() -> Value {
    let kinds: Vec<&'static StructDef> = crate::model::kinds().iter().map(|kind| (kind.schema)()).collect();
    let mut definitions = Definitions::default();
    definitions.common();
    definitions.insert("by-param", conditions::parameter());
    definitions.insert("predicate", conditions::predicate());
    for kind in &kinds {
        conditions::of_kind(&mut definitions, kind);
    }
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let mut schema = closed(keys::RULE, keys::RULE_REQUIRED, |key| key_of_rule(key, &names));
    schema["oneOf"] = json!([{ "required": ["require"] }, { "required": ["forbid"] }]);
    schema["allOf"] = kinds.iter().map(|kind| by_target(kind.name)).collect();
    schema["$defs"] = Value::Object(definitions.into_map());
    let head = json!({
        "$schema": DIALECT,
        "$id": "https://svclint.dev/schemas/rule-1.json",
        "title": "svclint rule",
        "description": "A rule of svclint. What only the loader can check, such as names that are bound and the types of parameters, is not said here.",
    });
    merged(head, schema)
}

fn merged(head: Value, schema: Value) -> Value {
    match (head, schema) {
        (Value::Object(mut head), Value::Object(rest)) => {
            head.extend(rest);
            Value::Object(head)
        }
        (head, _) => head,
    }
}

/// The conditions of a rule with this target. A lookup binds names, so that paths may begin with them.
fn by_target(kind: &str) -> Value {
    let conditions = |lead: &str| {
        let condition = definition(&format!("{lead}-{kind}"));
        json!({ "properties": { "where": condition, "require": condition, "forbid": condition } })
    };
    let lookups = json!({ "additionalProperties": { "properties": { "where": definition(&format!("in-{kind}")) } } });
    let mut bound = conditions("in");
    bound["properties"]["lookup"] = lookups;
    json!({
        "if": { "properties": { "target": { "const": kind } }, "required": ["target"] },
        "then": { "if": { "required": ["lookup"] }, "then": bound, "else": conditions("when") },
    })
}

fn key_of_rule(key: &str, kinds: &[&str]) -> Option<Value> {
    Some(match key {
        "rule" => json!({
            "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
            "description": "The id; also the name of the file.",
        }),
        "since" => text_of("The version in which it came."),
        "status" => one_of(keys::STATUSES, "How mature it is."),
        "summary" => text_of("What holds, as a sentence without capital and full stop."),
        "category" => one_of(CATEGORIES, "Its group."),
        "severity" => one_of(Severity::WORDS, "How much a finding matters where no standard decides."),
        "why" => text_of("The harm that it keeps away."),
        "references" => texts("Where to read on."),
        "equivalents" => texts("Ids of other tools' rules for the same thing, such as `hadolint:DL3002`."),
        "aliases" => texts("Former ids."),
        "params" => json!({
            "type": "object", "additionalProperties": param(kinds),
            "description": "Typed values that standards may give; `$name` in conditions, `{param.name}` in texts.",
        }),
        "target" => one_of(kinds, "The kind that it looks at."),
        "where" => json!({ "type": "object", "description": "Which targets it looks at." }),
        "lookup" => json!({
            "type": "object", "additionalProperties": lookup(kinds),
            "description": "Other artifacts of the service, by name.",
        }),
        "require" => json!({ "type": "object", "description": "What must hold." }),
        "forbid" => json!({ "type": "object", "description": "What must not hold." }),
        "unknown" => one_of(keys::UNKNOWN, "What \"cannot tell\" becomes; `info` where nothing is said."),
        "message" => text_of("What was found and what is wanted."),
        "missing" => text_of("The message where the deciding value is absent."),
        "help" => text_of("The next step."),
        "labels" => json!({ "type": "array", "items": label(), "description": "Further places to point at." }),
        "deprecated" => {
            let mut schema = closed(&["since", "use", "why"], &["since", "why"], |key| {
                Some(match key {
                    "since" => version("The version since which it is on its way out."),
                    "use" => text_of("The rule that takes its place."),
                    _ => text_of("Why."),
                })
            });
            schema["description"] = json!("Since when it is on its way out, why, and what to use.");
            schema
        }
        "changes" => json!({
            "type": "array", "items": change(), "description": "What changed since it came, the oldest first.",
        }),
        "fix" => json!({ "type": "array", "description": "Edits that mend what it finds." }),
        "examples" => json!({
            "type": "array", "items": example(), "minItems": 2,
            "description": "Small repositories with the findings that they give; at least one passes and one fails.",
        }),
        _ => return None,
    })
}

fn version(doc: &str) -> Value {
    json!({ "type": "string", "pattern": r"^\d+\.\d+\.\d+$", "description": doc })
}

fn change() -> Value {
    let keys = &["in", "what", "effect"];
    let mut schema = closed(keys, keys, |key| {
        Some(match key {
            "in" => {
                version("The version that changed it; what makes more findings waits for a minor release, `x.y.0`.")
            }
            "what" => text_of("What changed, in a few words."),
            _ => one_of(Effect::WORDS, "What it does to the number of findings."),
        })
    });
    let minor = json!({ "properties": { "in": { "pattern": r"\.0$" } } });
    schema["if"] = json!({ "properties": { "effect": { "const": "more" } } });
    schema["then"] = minor;
    schema
}

fn param(kinds: &[&str]) -> Value {
    closed(keys::PARAM, &["type", "doc"], |key| {
        Some(match key {
            "type" => {
                let lists: Vec<String> = TYPE_NAMES.iter().map(|name| format!("list<{name}>")).collect();
                let mut words: Vec<&str> = TYPE_NAMES.to_vec();
                words.extend(lists.iter().map(String::as_str));
                words.extend(["value", "values"]);
                one_of(
                    &words,
                    "The type. `path` with `of` is a path of a kind; `value` and `values` are typed `like` it.",
                )
            }
            "of" => one_of(kinds, "The kind whose path it is."),
            "like" => text_of("The parameter that is a path."),
            "default" => {
                json!({ "description": "The value where a standard gives none; without it the standard must." })
            }
            "optional" => json!({ "type": "boolean", "description": "Whether a standard may leave it out." }),
            "together" => json!({
                "enum": Together::WORDS,
                "description": "How the values of several standards combine: each of the lists is enough, or the least value holds for all.",
            }),
            "min" => json!({ "type": "integer", "description": "The smallest number." }),
            "max" => json!({ "type": "integer", "description": "The largest number." }),
            "doc" => text_of("What it is, in a line."),
            _ => return None,
        })
    })
}

fn lookup(kinds: &[&str]) -> Value {
    closed(keys::LOOKUP, &["kind", "expect"], |key| {
        Some(match key {
            "kind" => one_of(kinds, "The kind that is looked up."),
            "where" => json!({ "type": "object", "description": "Which of them." }),
            "say" => text_of("What was looked for, in words."),
            "expect" => one_of(keys::ARITIES, "How many; `one` that finds none or two is a finding."),
            _ => return None,
        })
    })
}

fn label() -> Value {
    closed(keys::LABEL, &["at", "text"], |key| {
        Some(match key {
            "at" => text_of("The path of the field that it points at."),
            "text" => text_of("What it says."),
            _ => return None,
        })
    })
}

fn example() -> Value {
    closed(keys::EXAMPLE, &["name"], |key| {
        Some(match key {
            "name" => text_of("What it shows."),
            "files" => json!({
                "type": "object", "additionalProperties": { "type": ["string", "null"] },
                "description": "Path and text of its files; `#~ RULE` on a line of its own marks the next line.",
            }),
            "params" => json!({ "type": "object", "description": "Parameters of the rule." }),
            "expect" => json!({
                "type": "array", "items": expectation(),
                "description": "Findings where no mark can stand.",
            }),
            "fixed" => json!({
                "type": "object", "additionalProperties": { "type": ["string", "null"] },
                "description": "The files that the rule's fixes change, as they leave them.",
            }),
            _ => return None,
        })
    })
}

fn expectation() -> Value {
    closed(keys::EXPECTATION, &["at"], |key| {
        Some(match key {
            "at" => text_of("A path, or `path:line`."),
            "message" => text_of("Text that the message holds."),
            "outcome" => one_of(keys::OUTCOMES, "`unknown` for \"cannot tell\"."),
            _ => return None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that the loader takes and the schema passes over would not be completed, nor checked.
    #[test]
    fn every_key_of_the_loader_is_described() {
        for key in keys::RULE {
            assert!(key_of_rule(key, &[]).is_some(), "a rule has the key `{key}`");
        }
        let described = |schema: &Value, keys: &[&str]| {
            for key in keys {
                assert!(schema["properties"][key].is_object(), "`{key}` of {schema}");
            }
        };
        described(&param(&[]), keys::PARAM);
        described(&lookup(&[]), keys::LOOKUP);
        described(&label(), keys::LABEL);
        described(&example(), keys::EXAMPLE);
        described(&expectation(), keys::EXPECTATION);
    }
}
