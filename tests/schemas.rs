//! The schemas for editors take every file that loads, and refuse the mistakes that people make.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails its test")]

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Map, Number, Value};
use svclint::reference::{Catalogue, schema::Kind};
use svclint::source::FileId;
use svclint::standard::library::Library;
use svclint::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

fn validator(kind: Kind) -> Validator {
    let catalogue = Catalogue::new(&mut Library::built_in()).expect("the built-in rules load");
    let schema: Value = serde_json::from_str(&kind.text(&catalogue)).unwrap();
    jsonschema::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::validator_for(&schema).unwrap()
}

/// A YAML file as an editor's language server sees it.
fn value(text: &str) -> Value {
    let tree = Tree::parse(FileId(0), text);
    tree.documents().next().map_or(Value::Null, node)
}

fn node(node: NodeRef<'_>) -> Value {
    match node.shape() {
        Shape::Scalar(Scalar::Null) => Value::Null,
        Shape::Scalar(Scalar::Bool(value)) => Value::Bool(value),
        Shape::Scalar(Scalar::Int(value)) => Value::from(value),
        Shape::Scalar(Scalar::Float(value)) => Number::from_f64(value).map_or(Value::Null, Value::Number),
        Shape::Scalar(Scalar::Str(text)) => Value::from(text),
        Shape::Sequence => node.items().map(self::node).collect(),
        Shape::Mapping => {
            let entries = node.entries().map(|entry| (entry.key.to_owned(), self::node(entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn yaml_files(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            out.push(path);
        }
    }
}

/// What a schema has against the files of `rules/` whose directory `is_chosen` takes.
fn complaints(kind: Kind, is_chosen: impl Fn(&str) -> bool) -> (usize, Vec<String>) {
    let validator = validator(kind);
    let (mut files, mut complaints) = (Vec::new(), Vec::new());
    yaml_files(Path::new("rules"), &mut files);
    files.retain(|path| is_chosen(path.parent().unwrap().file_name().unwrap().to_str().unwrap()));
    for path in &files {
        let value = value(&std::fs::read_to_string(path).unwrap());
        let found = validator.iter_errors(&value).map(|error| format!("{}: {}", path.display(), short(&error)));
        complaints.extend(found);
    }
    (files.len(), complaints)
}

fn short(error: &jsonschema::ValidationError<'_>) -> String {
    let text = error.to_string();
    format!("{} at {}", text.chars().take(300).collect::<String>(), error.instance_path())
}

#[test]
fn every_built_in_rule_fits_the_schema() {
    let (files, complaints) = complaints(Kind::Rule, |directory| directory != "standards" && directory != "data");
    assert!(files > 300, "{files} rules");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_built_in_standard_fits_the_schema() {
    let (files, complaints) = complaints(Kind::Standard, |directory| directory == "standards");
    assert!(files >= 3, "{files} standards");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

const RULE: &str = r#"rule: sample
since: 0.1.0
status: preview
summary: services drop privileges
category: security
severity: error
why: A process that keeps its privileges can be made to use them.
changes:
  - { in: 0.2.0, what: also looks at ports, effect: more }
deprecated: { since: 0.3.0, why: It asks for too much. }
params:
  allowed: { type: list<string>, default: [NET_BIND_SERVICE], doc: Capabilities that may be added. }
target: compose.service
where: { field: first_party, eq: true }
require:
  all:
    - { field: privileged, eq: false }
    - { field: cap_add, subset_of: $allowed }
    - { field: restart, ne: "no", absent: pass }
    - { param: allowed, empty: false }
    - { check: path-within, with: { path: { field: working_dir }, directory: /data } }
    - each:
        in: ports
        as: p
        require: { field: p.protocol, eq: tcp }
message: "`{name}` adds {actual}"
examples:
  - name: good
    files: { compose.yaml: "services: { a: { build: . } }" }
  - name: bad
    files: { compose.yaml: "services: { a: { build: ., privileged: true } }" }
    expect: [{ at: compose.yaml }]
"#;

const STANDARD: &str = "standard: ours
version: 1.0.0
title: Our standard
levels: { must: error }
clauses:
  - id: A-1
    title: Images run as one user
    level: must
    rules:
      - rule: dockerfile-user-id
        params: { uid: 65532 }
  - id: A-2
    title: Our own rule holds
    level: should
    coverage: partial
    gap: The other half.
    rules:
      - rule: our-own-rule
        params: { anything: 1 }
  - id: A-3
    title: Somebody reviews it
    level: must
    coverage: manual
    gap: Reviews are not in files.
";

/// Holds changes of a text that fits against the schema, which has to refuse each.
fn refuses(kind: Kind, text: &str, changes: &[(&str, &str)]) {
    let validator = validator(kind);
    let errors: Vec<String> = validator.iter_errors(&value(text)).map(|error| short(&error)).collect();
    assert!(errors.is_empty(), "the text fits as it is: {errors:?}");
    let mut taken = Vec::new();
    for (from, to) in changes {
        assert!(text.contains(from), "`{from}` is in the text");
        if validator.is_valid(&value(&text.replacen(from, to, 1))) {
            taken.push(format!("`{from}` → `{to}`"));
        }
    }
    assert!(taken.is_empty(), "the schema takes:\n{}", taken.join("\n"));
}

#[test]
fn mistakes_in_rules_are_refused() {
    refuses(
        Kind::Rule,
        RULE,
        &[
            ("require:\n", "requires:\n"),
            ("message:", "mesage:"),
            ("target: compose.service", "target: compose.servcie"),
            ("severity: error", "severity: eror"),
            ("category: security", "category: secure"),
            ("status: preview", "status: draft"),
            ("in: 0.2.0", "in: 0.2.1"),
            ("in: 0.2.0", "at: 0.2.0"),
            ("effect: more", "effect: most"),
            ("since: 0.3.0, why", "since: soon, why"),
            ("why: It asks for too much.", "use: other"),
            ("rule: sample", "rule: Sample_Rule"),
            ("why: A process that keeps its privileges can be made to use them.\n", ""),
            ("type: list<string>", "type: list<text>"),
            (", doc: Capabilities that may be added.", ""),
            ("field: first_party", "field: first_partie"),
            ("first_party, eq: true", "first_party, equals: true"),
            ("first_party, eq: true", "first_party, eq: yes"),
            ("first_party, eq: true", "first_party, gt: 1"),
            ("first_party, eq: true", "first_party, eq: true, ne: false"),
            ("privileged, eq: false", "privilegd, eq: false"),
            ("field: privileged, eq: false", "field: privileged"),
            ("cap_add, subset_of: $allowed", "cap_add, eq: [NET_ADMIN]"),
            ("cap_add, subset_of: $allowed", "cap_add, subset_of: NET_ADMIN"),
            ("restart, ne: \"no\", absent: pass", "restart, ne: \"no\""),
            ("absent: pass", "absent: passes"),
            ("privileged, eq: false", "privileged, eq: false, absent: pass"),
            ("param: allowed, empty: false", "param: allowed, lt: 1"),
            ("check: path-within", "check: path-without"),
            ("directory: /data", "folder: /data"),
            (", directory: /data", ""),
            ("  all:\n", "  al:\n"),
            ("in: ports", "in: port"),
            ("in: ports", "in: image"),
            ("        as: p\n", ""),
            ("as: p\n        require:", "as: p\n        requires:"),
            ("field: p.protocol, eq: tcp", "field: ports.protocol, eq: tcp"),
            ("expect: [{ at: compose.yaml }]", "expect: [{ place: compose.yaml }]"),
            ("expect: [{ at: compose.yaml }]", "expect: [{ at: compose.yaml, outcome: pass }]"),
            ("  - name: good\n    files: { compose.yaml: \"services: { a: { build: . } }\" }\n", ""),
        ],
    );
}

#[test]
fn mistakes_in_standards_are_refused() {
    refuses(
        Kind::Standard,
        STANDARD,
        &[
            ("standard: ours", "standards: ours"),
            ("levels: { must: error }", "levels: { must: fatal }"),
            ("levels: { must: error }", "levels: { shall: error }"),
            ("level: must", "level: shall"),
            ("    level: must\n    rules", "    rules"),
            ("rule: dockerfile-user-id", "rules: dockerfile-user-id"),
            ("uid: 65532", "uid: nobody"),
            ("uid: 65532", "uid: -1"),
            ("uid: 65532", "user: 65532"),
            ("coverage: partial", "coverage: half"),
            ("    gap: The other half.\n", ""),
            ("    gap: Reviews are not in files.\n", ""),
            ("    coverage: manual\n    gap: Reviews are not in files.\n", ""),
            ("coverage: partial", "coverage: manual"),
            ("title: Our standard\n", ""),
        ],
    );
}
