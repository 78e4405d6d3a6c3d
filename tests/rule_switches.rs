//! What a condition on a parameter decides, for every type that a parameter can have.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::discover;
use svclint::engine;
use svclint::finding::Outcome;
use svclint::model::repo::Repo;
use svclint::rules::Arguments;
use svclint::rules::ast::{At, Literal};
use svclint::standard::library::Library;
use svclint::standard::select;

/// Whether a rule holds whose parameter `p` has a type and a value, and which asks a condition of it.
fn holds(param: &str, condition: &str) -> bool {
    let rule = format!(
        "rule: sample\nsince: 0.1.0\nsummary: it is as it should be\ncategory: correctness\nseverity: error\n\
         why: A test.\nparams: {{ p: {{ {param}, doc: A value. }} }}\ntarget: compose.service\n\
         require: {{ all: [ {condition}, {{ field: privileged, eq: false }} ] }}\nmessage: no\n\
         examples:\n  - {{ name: good, files: {{}} }}\n  - {{ name: bad, files: {{}}, expect: [{{ at: x }}] }}\n"
    );
    let mut library = Library::built_in();
    library.insert("rules/sample.yaml", Arc::from(rule));
    let source = library.rule("sample", None).unwrap();
    let instance = select::single(&source, &Arguments::new()).unwrap();
    let files = [("compose.yaml".to_owned(), "services: { a: { image: b } }".to_owned())];
    let repo = Repo::load(discover::in_memory(&files), None);
    let findings = engine::run_instances(&repo, vec![instance]).findings;
    assert!(findings.iter().all(|finding| finding.outcome == Outcome::Fail), "{findings:?}");
    findings.is_empty()
}

#[test]
fn a_value_equals_itself_however_it_is_written() {
    for (param, same, other) in [
        ("type: bool, default: true", "true", "false"),
        ("type: int, default: 2", "2", "3"),
        ("type: float, default: 0.5", "0.5", "1.5"),
        ("type: string, default: a", "a", "b"),
        ("type: version, default: \"1.2\"", "\"1.2\"", "\"1.3\""),
        ("type: duration, default: 60s", "1m", "61s"),
        ("type: quantity, default: 1Gi", "1024Mi", "2Gi"),
        ("type: list<string>, default: [a, b]", "[a, b]", "[a, c]"),
        ("type: list<string>, default: [a, b]", "[a, b]", "[a]"),
        ("type: list<string>, default: [a, b]", "[a, b]", "[a, b, c]"),
        ("type: list<string>, default: [a, b]", "[a, b]", "[\"a, b\"]"),
    ] {
        for (operator, of_same, of_other) in [("eq", true, false), ("ne", false, true)] {
            assert_eq!(holds(param, &format!("{{ param: p, {operator}: {same} }}")), of_same, "{param} {operator}");
            assert_eq!(holds(param, &format!("{{ param: p, {operator}: {other} }}")), of_other, "{param} {operator}");
        }
    }
}

#[test]
fn a_value_is_among_others_or_is_not() {
    for (param, among, others) in [
        ("type: string, default: a", "[a, b]", "[b, c]"),
        ("type: int, default: 2", "[1, 2]", "[1]"),
        ("type: duration, default: 60s", "[30s, 60s]", "[30s]"),
    ] {
        for (operator, of_among, of_others) in [("in", true, false), ("not_in", false, true)] {
            assert_eq!(holds(param, &format!("{{ param: p, {operator}: {among} }}")), of_among, "{param} {operator}");
            assert_eq!(holds(param, &format!("{{ param: p, {operator}: {others} }}")), of_others, "{param} {operator}");
        }
    }
}

#[test]
fn text_and_lists_are_empty_or_are_not() {
    for (param, is_empty) in [
        ("type: string, default: \"\"", true),
        ("type: string, default: a", false),
        ("type: path, default: a", false),
        ("type: list<string>, default: []", true),
        ("type: list<string>, default: [a]", false),
    ] {
        assert_eq!(holds(param, "{ param: p, empty: true }"), is_empty, "{param}");
        assert_eq!(holds(param, "{ param: p, empty: false }"), !is_empty, "{param}");
    }
}

#[test]
fn a_parameter_that_is_left_out_is_not_there_and_compares_with_nothing() {
    let left_out = "type: int, optional: true";
    assert!(!holds(left_out, "{ param: p, exists: true }"));
    assert!(holds(left_out, "{ param: p, exists: false }"));
    assert!(holds(left_out, "{ any: [ { param: p, exists: false }, { param: p, eq: 1 } ] }"));
    assert!(!holds(left_out, "{ all: [ { param: p, exists: true }, { param: p, eq: 1 } ] }"));
}

#[test]
fn a_parameter_that_the_rule_does_not_have_is_refused() {
    let said = |params: &str, name: &str| {
        let rule = format!(
            "rule: sample\nsince: 0.1.0\nsummary: it is as it should be\ncategory: correctness\nseverity: error\n\
             why: A test.\n{params}target: compose.service\nrequire: {{ field: privileged, eq: false }}\nmessage: no\n\
             examples:\n  - {{ name: good, files: {{}} }}\n  - {{ name: bad, files: {{}}, expect: [{{ at: x }}] }}\n"
        );
        let mut library = Library::built_in();
        library.insert("rules/sample.yaml", Arc::from(rule));
        let source = library.rule("sample", None).unwrap();
        let value = At::new(Literal::Bool(true), source.message.place);
        let problems = select::single(&source, &Arguments::from([(name.to_owned(), value)])).unwrap_err();
        let problem = problems.into_iter().find(|problem| problem.code == "rule/unknown-param").unwrap();
        format!("{} ({})", problem.message, problem.help.unwrap_or_default())
    };
    let start = "the rule `sample` has no parameter";
    assert_eq!(said("", "a"), format!("{start} `a` (it takes none)"));
    let params = "params: { longest: { type: int, default: 1, doc: A number. } }\n";
    assert_eq!(said(params, "longst"), format!("{start} `longst` (did you mean `longest`?)"));
    assert_eq!(said(params, "zero"), format!("{start} `zero` (its parameters are longest)"));
}
