//! A rule cannot be silently wrong: each mistake is refused at load, on the text that is wrong.

#![expect(clippy::expect_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::diagnostic::Problem;
use svclint::standard::library::Library;
use svclint::standard::select;

const RULE: &str = r#"rule: sample
since: 0.1.0
status: preview
summary: services drop privileges
category: security
severity: error
why: A process that keeps its privileges can be made to use them.
params:
  allowed: { type: list<string>, default: [NET_BIND_SERVICE], doc: Capabilities that may be added. }
target: compose.service
where: { field: first_party, eq: true }
require:
  all:
    - { field: privileged, eq: false }
    - { field: cap_add, subset_of: $allowed }
    - { field: restart, ne: "no", absent: pass }
    - each:
        in: ports
        as: p
        require: { field: p.protocol, eq: tcp }
message: "`{name}` adds {actual}"
help: "allowed are {param.allowed|list}"
fix:
  - title: "make `{name}` restart"
    safety: unsafe
    when: { field: restart, exists: false }
    edits:
      - { set: restart, to: always }
      - { append: cap_drop, value: ALL }
examples:
  - name: good
    files: { compose.yaml: "services: { a: { build: . } }" }
  - name: bad
    files: { compose.yaml: "services: { a: { build: ., privileged: true } }" }
    expect: [{ at: compose.yaml }]
    fixed: { compose.yaml: "" }
"#;

/// What loading a rule says.
fn problems(text: &str) -> Vec<(Problem, Library)> {
    let mut library = Library::built_in();
    library.insert("rules/sample.yaml", Arc::from(text));
    let found = library.rule("sample", None).and_then(|rule| {
        let arguments = svclint::rules::Arguments::new();
        select::single(&rule, &arguments).map(|_| ())
    });
    let problems = found.err().unwrap_or_default();
    problems
        .into_iter()
        .map(|problem| {
            let mut library = Library::built_in();
            library.insert("rules/sample.yaml", Arc::from(text));
            (problem, library)
        })
        .collect()
}

/// Replaces a piece of the rule, and checks that the one problem points at `marked` and says `message` and `help`.
fn refuses(from: &str, to: &str, marked: &str, message: &str, help: &str) {
    assert!(RULE.contains(from), "`{from}` is in the rule");
    let text = RULE.replacen(from, to, 1);
    let found = problems(&text);
    let all: Vec<String> = found.iter().map(|(problem, _)| problem.to_string()).collect();
    let Some((problem, library)) = found.iter().find(|(problem, _)| problem.message.contains(message)) else {
        panic!("`{message}` is said of `{to}`; said was {all:?}");
    };
    let place = problem.labels.first().expect("it has a place").place;
    assert_eq!(library.sources.slice(place), marked, "the place of: {problem}");
    let said = problem.help.clone().unwrap_or_default();
    assert!(said.contains(help), "help `{help}` for {problem}; it was `{said}`");
}

#[test]
fn the_rule_itself_loads() {
    let found = problems(RULE);
    assert!(found.is_empty(), "{:?}", found.iter().map(|(problem, _)| problem.to_string()).collect::<Vec<_>>());
}

#[test]
fn unknown_keys_are_refused() {
    refuses("severity:", "severty:", "severty", "a rule has no key `severty`", "did you mean `severity`?");
    refuses(
        "    - { field: privileged, eq: false }",
        "    - { field: privileged, eq: false, sya: x }",
        "sya",
        "no key `sya`",
        "did you mean `say`?",
    );
    refuses("        as: p\n", "        as: p\n        wher: x\n", "wher", "no key `wher`", "did you mean `where`?");
    refuses("doc: Cap", "docs: Cap", "docs", "a parameter has no key `docs`", "did you mean `doc`?");
    refuses("    expect: [{ at", "    expect: [{ att", "att", "an expectation has no key `att`", "did you mean `at`?");
}

#[test]
fn missing_keys_are_refused() {
    refuses("summary: services drop privileges\n", "", "rule", "a rule needs `summary`", "");
    refuses(
        "require:\n  all",
        "requires:\n  all",
        "requires",
        "a rule has no key `requires`",
        "did you mean `require`?",
    );
    refuses("        as: p\n", "", "each", "`each` needs `as`", "");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    refuses("severity: error\n", "severity: error\nseverity: info\n", "severity", "stands twice", "");
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    refuses(
        "target: compose.service",
        "target: compose.servise",
        "compose.servise",
        "there is no kind",
        "did you mean `compose.service`?",
    );
    refuses(
        "field: privileged,",
        "field: priviledged,",
        "priviledged",
        "no field `priviledged`",
        "did you mean `privileged`?",
    );
    refuses("field: p.protocol", "field: p.protokol", "protokol", "no field `protokol`", "did you mean `protocol`?");
    refuses("$allowed", "$alowed", "$alowed", "there is no parameter `alowed`", "did you mean `allowed`?");
    refuses(
        "type: list<string>",
        "type: list<strng>",
        "list<strng>",
        "there is no type `strng`",
        "did you mean `string`?",
    );
    refuses("severity: error", "severity: eror", "eror", "not a severity", "did you mean `error`?");
    refuses("category: security", "category: securty", "securty", "not a category", "did you mean `security`?");
    refuses("  all:\n", "  al:\n", "al", "no form of a condition", "did you mean `all`?");
    refuses("eq: false", "eqq: false", "eqq", "no key `eqq`", "did you mean `eq`?");
}

#[test]
fn values_that_do_not_fit_are_refused() {
    refuses("eq: false", "eq: \"false\"", "\"false\"", "is not a bool", "");
    refuses("eq: tcp", "eq: tpc", "tpc", "can never occur here", "did you mean `tcp`?");
    refuses(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.target, eq: \"80\" }",
        "\"80\"",
        "is not a port",
        "remove the quotes: 80",
    );
    refuses("{ field: p.protocol, eq: tcp }", "{ field: p.target, eq: 70000 }", "70000", "is not a port", "");
    refuses(
        "default: [NET_BIND_SERVICE]",
        "default: NET_BIND_SERVICE",
        "NET_BIND_SERVICE",
        "is not a list<string>",
        "write a list",
    );
}

#[test]
fn operators_that_do_not_fit_are_refused() {
    refuses(
        "{ field: privileged, eq: false }",
        "{ field: privileged, gt: false }",
        "gt",
        "`gt` cannot be used on `privileged`",
        "eq",
    );
    refuses(
        "{ field: privileged, eq: false }",
        "{ field: privileged }",
        "field",
        "is compared with nothing",
        "use one of",
    );
    refuses(
        "{ field: privileged, eq: false }",
        "{ field: privileged, eq: false, ne: true }",
        "field",
        "more than one operator",
        "",
    );
    refuses(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.as_written, matches: '(' }",
        "'('",
        "the pattern does not compile",
        "",
    );
}

#[test]
fn conditions_that_never_change_are_refused() {
    refuses(
        "{ field: privileged, eq: false }",
        "{ field: privileged, exists: true }",
        "privileged",
        "is always there",
        "",
    );
    refuses(
        "  all:\n    - { field: privileged, eq: false }\n    - { field: cap_add, subset_of: $allowed }",
        "  all: []\n  x:\n    - { field: cap_add, subset_of: $allowed }",
        "[]",
        "that is not empty",
        "",
    );
}

#[test]
fn absence_has_to_be_decided() {
    refuses("ne: \"no\", absent: pass", "ne: \"no\"", "ne", "does not say what absence means", "absent: pass");
    refuses(
        "{ field: privileged, eq: false }",
        "{ field: privileged, eq: false, absent: pass }",
        "pass",
        "is never absent",
        "leave `absent` out",
    );
}

#[test]
fn lists_and_structs_are_told_apart() {
    refuses("in: ports", "in: restart", "restart", "not a list", "");
    refuses(
        "{ field: privileged, eq: false }",
        "{ field: ports.target, eq: 80 }",
        "target",
        "looked for in a list",
        "`each`",
    );
    refuses(
        "{ field: privileged, eq: false }",
        "{ field: restart.policy, eq: x }",
        "policy",
        "has no field `policy`",
        "",
    );
}

#[test]
fn names_may_not_hide_each_other() {
    refuses(
        "        as: p\n        require: { field: p.protocol",
        "        as: image\n        require: { field: image.protocol",
        "image",
        "hides a field",
        "another name",
    );
}

#[test]
fn placeholders_are_checked() {
    refuses("`{name}` adds", "`{nam}` adds", "nam", "has no field `nam`", "did you mean `name`?");
    refuses(
        "{param.allowed|list}",
        "{param.alowed|list}",
        "param.alowed|list",
        "there is no parameter `alowed`",
        "allowed",
    );
    refuses(
        "{param.allowed|list}",
        "{param.allowed|lst}",
        "param.allowed|lst",
        "there is no filter `lst`",
        "did you mean `list`?",
    );
    refuses("adds {actual}", "adds {actual", "{", "a brace without its partner", "{{");
}

#[test]
fn what_is_declared_has_to_be_used() {
    let param = "  allowed: {";
    refuses(param, "  other: { type: uid, default: 0, doc: x }\n  allowed: {", "other", "`other` is never used", "");
}

#[test]
fn examples_have_to_pass_and_to_fail() {
    refuses("    expect: [{ at: compose.yaml }]\n", "", "examples", "needs an example that fails", "#~");
}

#[test]
fn a_rule_has_to_be_called_like_its_file() {
    refuses("rule: sample", "rule: other", "other", "the file is called `sample.yaml`", "same name");
}

#[test]
fn a_fix_says_what_it_does_and_whether_it_is_safe() {
    refuses("    safety: unsafe\n", "", "title", "a fix needs `safety`", "");
    refuses("safety: unsafe", "safety: unsure", "unsure", "`unsure` is not a safety", "did you mean `unsafe`?");
    refuses("make `{name}`", "make `{nam}`", "nam", "`compose.service` has no field `nam`", "did you mean `name`?");
    refuses(
        "{ set: restart, to: always }",
        "{ sett: restart, to: always }",
        "sett",
        "an edit has no key `sett`",
        "did you mean `set`?",
    );
    refuses("    fixed: { compose.yaml: \"\" }\n", "", "fix", "needs an example with `fixed`", "add `fixed`");
}

#[test]
fn a_fix_writes_only_what_can_be_written() {
    refuses("set: restart,", "set: restar,", "restar", "has no field `restar`", "did you mean `restart`?");
    refuses(
        "set: restart, to: always",
        "set: no_new_privileges, to: true",
        "no_new_privileges",
        "`no_new_privileges` is computed, and cannot be written",
        "what can be written of `compose.service`",
    );
    refuses(
        "set: restart, to: always",
        "set: healthcheck, to: x",
        "healthcheck",
        "only values can be written",
        "one of its fields",
    );
    refuses("{ set: restart, to: always }", "{ remove: target }", "target", "cannot be removed as a whole", "");
    refuses(
        "{ set: restart, to: always }",
        "{ create_file: ../x, content: y }",
        "../x",
        "not the path of a file in the service",
        "relative to the root",
    );
}

#[test]
fn a_fix_writes_values_of_the_fields_type() {
    refuses("to: always", "to: 3", "3", "`3` is not a string", "put it in quotes");
    refuses("set: restart, to: always", "set: init, to: maybe", "maybe", "\"maybe\" is not a bool", "");
    refuses("to: always", "to: $allowed", "$allowed", "the parameter is a list<string>", "");
    refuses("append: cap_drop", "append: restart", "restart", "`restart` is a string, not a list", "use `set`");
    refuses("value: ALL", "value: [ALL]", "[ALL]", "a list is not a string", "");
}
