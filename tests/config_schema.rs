//! The JSON Schema of the configuration and the loader say the same.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use serde_json::{Value, json};
use svclint::config::keys;
use svclint::source::FileId;
use svclint::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

fn schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string("docs/schemas/config.schema.json").unwrap()).unwrap()
}

fn value(node: NodeRef<'_>) -> Value {
    match node.shape() {
        Shape::Mapping => {
            Value::Object(node.entries().map(|entry| (entry.key.to_owned(), value(entry.value))).collect())
        }
        Shape::Sequence => node.items().map(value).collect(),
        Shape::Scalar(Scalar::Bool(value)) => json!(value),
        Shape::Scalar(Scalar::Int(value)) => json!(value),
        Shape::Scalar(Scalar::Float(value)) => json!(value),
        Shape::Scalar(Scalar::Str(value)) => json!(value),
        Shape::Scalar(Scalar::Null) => Value::Null,
    }
}

fn yaml(text: &str) -> Value {
    Tree::parse(FileId::OUTSIDE, text).documents().next().map_or(Value::Null, value)
}

#[test]
fn every_key_is_in_both() {
    let schema = schema();
    for (definition, (what, keys)) in keys::ALL {
        let node = if definition.is_empty() { &schema } else { &schema["$defs"][definition] };
        let mut known: Vec<&str> = node["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut keys = keys.to_vec();
        known.sort_unstable();
        keys.sort_unstable();
        assert_eq!(known, keys, "{what}");
        assert_eq!(node["additionalProperties"], false, "{what}");
    }
}

#[test]
fn no_closed_mapping_of_the_schema_is_unknown_to_the_loader() {
    let schema = schema();
    let closed = schema["$defs"].as_object().unwrap().iter().filter(|(_, node)| node["additionalProperties"] == false);
    let unknown: Vec<&String> =
        closed.map(|(name, _)| name).filter(|name| keys::ALL.iter().all(|(known, _)| known != name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_example_of_the_guide_is_valid() {
    let guide = std::fs::read_to_string("docs/configuration.md").unwrap();
    let example = guide.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&yaml(example)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for key in keys::CONFIG.1 {
        assert!(example.contains(&format!("\n{key}:")) || example.starts_with(&format!("{key}:")), "it shows `{key}`");
    }
}

#[test]
fn what_the_loader_refuses_is_not_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for text in [
        "standard: [a]",
        "standards: []",
        "standards: [{ params: {} }]",
        "params: { x: 1 }",
        "severity: { x: off }",
        "services: { discover: all }",
        "services: { overrides: { a: { waivers: [] } } }",
        "waivers: [{ rule: x }]",
        "waivers: [{ rule: x, clause: y, reason: z }]",
        "waivers: [{ reason: z }]",
        "waivers: [{ rule: x, reason: z, until: soon }]",
        "compose: { prod: [] }",
        "charts: { a: b }",
        "kubernetes: { pod_templates: [{ kind: A, path: b }] }",
        "kubernetes: { pod_templates: [{ apiVersion: v1, kind: A, path: b }] }",
        "ignore: a",
        "fail_on: warn",
    ] {
        assert!(!validator.is_valid(&yaml(text)), "{text}");
    }
    assert!(validator.is_valid(&yaml("")) && validator.is_valid(&yaml("fail_on: never")));
}
