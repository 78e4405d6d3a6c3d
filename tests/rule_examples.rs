//! What running the examples of a rule says of each: a finding that was expected, one that is not there, one too many.

#![expect(clippy::expect_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::engine::examples;
use svclint::engine::shown;
use svclint::standard::library::Library;

const RULE: &str = r#"rule: sample
since: 0.1.0
summary: services have no privileges
category: security
severity: error
why: A test.
target: compose.service
require: { field: privileged, eq: false }
message: "`{name}` has all privileges"
fix: [{ title: take them, safety: unsafe, edits: [{ set: privileged, to: false }] }]
examples:
  - name: good
    files: { compose.yaml: "services: { a: { build: . } }" }
  - name: bad
    files: { compose.yaml: "services: { a: { build: ., privileged: true } }" }
    expect: [{ at: compose.yaml }]
    fixed: { compose.yaml: "services: { a: { build: ., privileged: false } }" }
"#;

/// The rule with one more example.
fn rule(example: &str) -> (Library, Arc<svclint::rules::ast::RuleSource>) {
    let mut library = Library::built_in();
    library.insert("rules/sample.yaml", Arc::from(format!("{RULE}{example}")));
    let rule = library.rule_with_examples("sample").expect("the rule loads");
    (library, rule)
}

/// `word: detail` of every line that the last example gives.
fn said(example: &str) -> Vec<String> {
    let (_library, rule) = rule(example);
    let lines = examples::run(&rule).expect("its examples run").into_iter();
    let said = lines.filter(|line| line.example == "more" && line.rule == "sample").map(|line| {
        assert_eq!(line.word.is_right(), matches!(line.word.as_str(), "reported" | "validated"));
        format!("{}: {}", line.word.as_str(), line.detail)
    });
    said.collect()
}

fn of_compose(compose: &str) -> Vec<String> {
    let lines: Vec<String> = compose.lines().map(|line| format!("        {line}\n")).collect();
    said(&format!("  - name: more\n    files:\n      compose.yaml: |\n{}", lines.concat()))
}

#[test]
fn a_finding_behind_its_mark_is_reported_and_an_example_without_any_is_validated() {
    let compose = "services:\n  a:\n    build: .\n    #~ sample\n    privileged: true\n  b: { image: c }";
    assert_eq!(of_compose(compose), ["reported: compose.yaml:4: `a` has all privileges"]);
    assert_eq!(of_compose("services:\n  b: { image: c }"), ["validated: "]);
}

#[test]
fn a_finding_without_a_mark_is_too_many_and_a_mark_without_a_finding_is_missing() {
    let compose = "services:\n  #~ sample\n  a: { image: b }\n  c: { image: d, privileged: true }";
    assert_eq!(of_compose(compose), ["noisy: compose.yaml:3: `c` has all privileges", "missing: compose.yaml:2"]);
}

#[test]
fn every_mark_stands_for_one_finding() {
    let two = "services:\n  #~ sample\n  a: { image: b, privileged: true }\n  c: { image: d, privileged: true }";
    let said = of_compose(two);
    assert_eq!(
        said,
        ["reported: compose.yaml:2: `a` has all privileges", "noisy: compose.yaml:3: `c` has all privileges"]
    );
    let twice = "services:\n  #~ sample\n  #~ sample\n  a: { image: b, privileged: true }";
    assert_eq!(of_compose(twice), ["reported: compose.yaml:2: `a` has all privileges", "missing: compose.yaml:2"]);
}

#[test]
fn a_doubt_has_a_mark_of_its_own() {
    let doubt =
        "reported: compose.yaml:2: cannot tell whether services have no privileges: `P` has no default here (`${P}`)";
    assert_eq!(of_compose("services:\n  #~? sample\n  a: { image: b, privileged: \"${P}\" }"), [doubt]);
    let as_failure = of_compose("services:\n  #~ sample\n  a: { image: b, privileged: \"${P}\" }");
    assert_eq!(as_failure, [&doubt.replacen("reported", "noisy", 1), "missing: compose.yaml:2"]);
    let failure = of_compose("services:\n  #~? sample\n  a: { image: b, privileged: true }");
    assert_eq!(failure, ["noisy: compose.yaml:2: `a` has all privileges", "missing: compose.yaml:2"]);
}

#[test]
fn a_mark_of_another_rule_is_wrong() {
    assert_eq!(
        of_compose("services:\n  #~ smple\n  a: { image: b }"),
        ["wrong: compose.yaml: the mark names `smple`, not this rule"]
    );
}

#[test]
fn an_expectation_names_a_file_a_line_and_a_part_of_the_message() {
    let bad = "services: { a: { image: b, privileged: true } }";
    let with = |expect: &str| {
        said(&format!("  - name: more\n    files: {{ compose.yaml: \"{bad}\" }}\n    expect: [{{ {expect} }}]\n"))
    };
    let reported = "reported: compose.yaml:1: `a` has all privileges";
    assert_eq!(with("at: compose.yaml"), [reported]);
    assert_eq!(with("at: \"compose.yaml:1\""), [reported]);
    assert_eq!(with("at: compose.yaml, message: all privileges"), [reported]);
    let noisy = "noisy: compose.yaml:1: `a` has all privileges";
    assert_eq!(with("at: \"compose.yaml:2\""), [noisy, "missing: compose.yaml:2"]);
    assert_eq!(with("at: Dockerfile"), [noisy, "missing: Dockerfile"]);
    assert_eq!(with("at: compose.yaml, outcome: unknown"), [noisy, "missing: compose.yaml"]);
    assert_eq!(
        with("at: compose.yaml, message: no privileges"),
        ["wrong: compose.yaml:1: `a` has all privileges (expected a message with `no privileges`)"]
    );
}

#[test]
fn files_that_cannot_be_read_or_make_no_service_are_wrong() {
    let said = of_compose("services: { a: { image: b }");
    assert!(said[0].starts_with("wrong: compose.yaml: "), "{said:?}");
    let none = said_of_files("{ notes.txt: nothing }");
    assert_eq!(none, ["wrong: no file of it makes a service"]);
}

fn said_of_files(files: &str) -> Vec<String> {
    said(&format!("  - name: more\n    files: {files}\n"))
}

#[test]
fn what_the_fixes_leave_is_compared_with_what_the_example_says() {
    let bad = "services: { a: { image: b, privileged: true } }";
    let with = |fixed: &str| {
        let files = format!("    files: {{ compose.yaml: \"{bad}\", notes.txt: a }}\n");
        said(&format!("  - name: more\n{files}    expect: [{{ at: compose.yaml }}]\n    fixed: {{ {fixed} }}\n"))
    };
    let (reported, good) = ("reported: compose.yaml:1: `a` has all privileges", bad.replace("true", "false"));
    assert_eq!(with(&format!("compose.yaml: \"{good}\"")), [reported]);
    assert_eq!(with("compose.yaml: other"), [reported, &format!("wrong: compose.yaml: fixed, it is\n{good}")]);
    assert_eq!(
        with("notes.txt: b"),
        [
            reported,
            &format!("wrong: compose.yaml: the fix changes this file too, to\n{good}"),
            "wrong: notes.txt: no fix changes this file"
        ]
    );
}

#[test]
fn a_fix_that_does_not_mend_its_finding_is_wrong() {
    let mut library = Library::built_in();
    let rule = RULE.replace("{ set: privileged, to: false }", "{ set: init, to: true }");
    library.insert("rules/sample.yaml", Arc::from(rule));
    let rule = library.rule_with_examples("sample").expect("the rule loads");
    let lines = examples::run(&rule).expect("its examples run");
    let wrong: Vec<&str> = lines.iter().filter(|line| !line.word.is_right()).map(|line| line.detail.as_str()).collect();
    let [taken_back, untouched] = wrong[..] else { unreachable!("{wrong:?}") };
    assert!(taken_back.contains("its finding is still there"), "{taken_back}");
    assert_eq!(untouched, "compose.yaml: no fix changes this file");
}

#[test]
fn readers_see_an_example_without_its_marks_and_with_its_findings() {
    let files = "    files:\n      compose.yaml: |\n        services:\n          #~ sample\n          a: { image: b, privileged: true }\n";
    let (_library, rule) = rule(&format!("  - name: more\n{files}"));
    let shown = shown::examples(&rule).expect("its examples run").pop().expect("there is one");
    assert_eq!(shown.name, "more");
    let text = "services:\n  a: { image: b, privileged: true }\n";
    assert_eq!(shown.files, [("compose.yaml".to_owned(), text.to_owned())]);
    let [said] = &shown.findings[..] else { unreachable!("{:?}", shown.findings) };
    assert_eq!(
        (said.path.as_str(), said.line, said.message.as_str()),
        ("compose.yaml", Some(2), "`a` has all privileges")
    );
}

#[test]
fn a_finding_in_an_empty_file_has_no_line() {
    let mut library = Library::built_in();
    let rule = "rule: sample\nsince: 0.1.0\nsummary: no file is a marker\ncategory: layout\nseverity: error\n\
                why: A test.\ntarget: repo.file\nrequire: { field: name, ne: marker }\nmessage: a marker\n\
                examples:\n  - { name: good, files: { Dockerfile: FROM scratch } }\n  \
                - { name: empty, files: { Dockerfile: FROM scratch, marker: \"\" }, expect: [{ at: marker }] }\n  \
                - { name: full, files: { Dockerfile: FROM scratch, marker: x }, expect: [{ at: marker }] }\n";
    library.insert("rules/sample.yaml", Arc::from(rule));
    let rule = library.rule_with_examples("sample").expect("the rule loads");
    let shown = shown::examples(&rule).expect("its examples run");
    let lines: Vec<Vec<Option<usize>>> =
        shown.iter().map(|shown| shown.findings.iter().map(|said| said.line).collect()).collect();
    assert_eq!(lines, [vec![], vec![None], vec![Some(1)]]);
}
