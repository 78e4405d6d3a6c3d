//! Every line of a rule has to be tested by an example: changing it must not go unnoticed.

#![expect(clippy::expect_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use rayon::prelude::*;
use svclint::engine::examples;
use svclint::engine::mutate::{self, Tally};
use svclint::standard::library::Library;

const RULE: &str = r#"rule: sample
since: 0.1.0
status: preview
summary: services built here add few capabilities
category: security
severity: error
why: A capability that is not needed helps whoever gets in.
params:
  allowed: { type: list<string>, default: [NET_BIND_SERVICE, CHOWN], doc: Capabilities that may be added. }
target: compose.service
where: { field: first_party, eq: true }
require:
  all:
    - { field: cap_add, subset_of: $allowed }
    - { field: container_name, ne: root, absent: pass }
message: "`{name}` adds {actual}"
examples:
  - name: what is allowed
    files:
      compose.yaml: |
        services:
          a: { build: ., cap_add: [CHOWN, NET_BIND_SERVICE] }
  - name: more of it
    files:
      compose.yaml: |
        services:
          a:
            build: .
            #~ sample
            cap_add: [CHOWN, SYS_ADMIN]
  - name: a name that misleads
    files:
      compose.yaml: |
        services:
          a:
            build: .
            #~ sample
            container_name: root
  - name: a name that does not
    files:
      compose.yaml: |
        services:
          a: { build: ., container_name: a }
  - name: what others built
    files:
      compose.yaml: |
        services:
          a: { image: "b:1", cap_add: [SYS_ADMIN] }
"#;

/// The tally of a rule, and for each of its problems the code, the text it points at and the message.
fn changed(text: &str) -> (Tally, Vec<String>) {
    let mut library = Library::default();
    library.insert("rules/sample.yaml", Arc::from(text));
    let rule = library.rule_with_examples("sample").expect("it loads");
    let lines = examples::run(&rule).expect("its examples run");
    assert!(lines.iter().all(|line| line.word.is_right()), "{lines:?}");
    let tally = mutate::run(&rule, &library.comments("sample"), &library.sources);
    let told = tally.problems.iter().map(|problem| {
        let place = problem.labels.first().expect("it has a place").place;
        format!("{} `{}` {}", problem.code, library.sources.slice(place), problem.message)
    });
    let told = told.collect();
    (tally, told)
}

fn replaced(from: &str, to: &str) -> String {
    assert!(RULE.contains(from), "`{from}` is in the rule");
    RULE.replacen(from, to, 1)
}

/// A rule without one of its examples.
fn without_example(text: &str, name: &str) -> String {
    let start = text.find(&format!("  - name: {name}\n")).expect("there is such an example");
    let length = text[start + 1..].find("  - name: ").map_or(text.len() - start, |next| next + 1);
    format!("{}{}", &text[..start], &text[start + length..])
}

#[test]
fn nothing_is_said_of_a_rule_whose_every_line_is_tested() {
    let (tally, told) = changed(RULE);
    assert_eq!(told, Vec::<String>::new());
    assert_eq!((tally.unnoticed, tally.explained), (0, 0));
    assert!(tally.tried > 12, "{}", tally.tried);
}

#[test]
fn a_condition_that_no_example_needs_is_reported_at_its_field() {
    let (tally, told) = changed(&without_example(RULE, "what others built"));
    assert_eq!(told, ["mutation/drop `first_party` no example notices that this `where` was left out"]);
    assert_eq!(tally.unnoticed, 1);
}

#[test]
fn what_stands_in_a_condition_that_no_example_needs_is_not_reported_too() {
    let (_, told) = changed(&without_example(RULE, "a name that misleads"));
    assert_eq!(told, ["mutation/drop `container_name` no example notices that this was left out"]);
}

#[test]
fn a_value_that_no_example_has_is_reported() {
    let (_, told) = changed(&replaced("cap_add: [CHOWN, NET_BIND_SERVICE]", "cap_add: [CHOWN]"));
    let wanted = "no example notices that in this default, `NET_BIND_SERVICE` was left out of the list";
    assert_eq!(told, [format!("mutation/default `[NET_BIND_SERVICE, CHOWN]` {wanted}")]);
}

#[test]
fn a_parameter_that_changes_nothing_is_reported() {
    let (_, told) =
        changed(&replaced("  - name: more of it\n", "  - name: more of it\n    params: { allowed: [CHOWN] }\n"));
    assert_eq!(
        told,
        ["mutation/param `allowed` no example notices that the examples gave this parameter another value"]
    );
}

#[test]
fn absence_that_no_example_shows_is_reported_at_its_word() {
    let text =
        replaced("cap_add: [CHOWN, NET_BIND_SERVICE] }", "cap_add: [CHOWN, NET_BIND_SERVICE], container_name: a }");
    let (_, told) = changed(&text);
    assert_eq!(told, ["mutation/absent `pass` no example notices that an absent value came to fail"]);
}

#[test]
fn a_doubt_that_no_example_shows_is_reported() {
    let (_, told) = changed(&replaced("message:", "unknown: ignore\nmessage:"));
    assert_eq!(told, ["mutation/unknown `ignore` no example notices that what cannot be told came to be shown"]);
}

#[test]
fn each_and_some_have_to_be_told_apart() {
    let text = replaced(
        "  all:\n    - { field: cap_add, subset_of: $allowed }\n    - { field: container_name, ne: root, absent: pass }\n",
        "  each: { in: cap_add, as: added, require: { field: added, in: $allowed } }\n",
    );
    let text = text.replace("cap_add: [CHOWN, SYS_ADMIN]", "cap_add: [SYS_ADMIN]");
    let text = without_example(&without_example(&text, "a name that misleads"), "a name that does not");
    let (_, told) = changed(&text);
    assert_eq!(told, ["mutation/swap `each` no example notices that `each` became `some`"]);
}

#[test]
fn a_comment_above_the_line_or_behind_it_explains_a_change() {
    let text = without_example(RULE, "what others built");
    let why = "# svclint: equivalent[drop] there are no others";
    for explained in [
        text.replace("where: {", &format!("{why}\nwhere: {{")),
        text.replace("where: {", &format!("{why}\n# Two comments.\nwhere: {{")),
        text.replace("eq: true }\n", &format!("eq: true }} {why}\n")),
    ] {
        let (tally, told) = changed(&explained);
        assert_eq!(told, Vec::<String>::new(), "{explained}");
        assert_eq!((tally.unnoticed, tally.explained), (0, 1));
    }
}

#[test]
fn a_comment_explains_no_other_change_and_no_other_line() {
    let text = without_example(RULE, "what others built");
    let other = text.replace("where: {", "# svclint: equivalent[negate] there are no others\nwhere: {");
    let (tally, told) = changed(&other);
    assert_eq!(tally.unnoticed, 1);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("this explains no change that the examples fail to notice"), "{told:?}");
    let apart = text.replace("target:", "# svclint: equivalent[drop] there are no others\ntarget:");
    assert_eq!(changed(&apart).1.len(), 2);
    let behind = apart.replace("target: compose.service\n", "target: compose.service # What people run.\n");
    assert_eq!(changed(&behind).1.len(), 2);
}

#[test]
fn a_condition_on_a_parameter_that_no_example_needs_is_reported_at_its_name() {
    let part = "    - { field: container_name, ne: root, absent: pass }\n";
    let (_, told) = changed(&replaced(part, &format!("{part}    - {{ param: allowed, empty: false }}\n")));
    assert_eq!(told, ["mutation/drop `allowed` no example notices that this was left out"]);
}

#[test]
fn the_only_part_of_a_condition_is_not_left_out() {
    let tried = |filter: &str| changed(&replaced("where: { field: first_party, eq: true }", filter)).0.tried;
    let alone = tried("where: { field: first_party, eq: true }");
    assert_eq!(tried("where: { all: [ { field: first_party, eq: true } ] }"), alone);
    assert_eq!(tried("where: { any: [ { field: first_party, eq: true } ] }"), alone);
}

#[test]
fn a_comment_that_explains_nothing_is_reported() {
    let (tally, told) = changed(&replaced("where: {", "# svclint: equivalent[drop] there are no others\nwhere: {"));
    let comment = "# svclint: equivalent[drop] there are no others";
    assert_eq!(
        told,
        [format!("mutation/needless `{comment}` this explains no change that the examples fail to notice")]
    );
    assert_eq!(tally.explained, 0);
}

#[test]
fn a_comment_has_to_name_changes_and_a_reason() {
    for (comment, said) in [
        ("# svclint: equivalent[dorp] no", "where a change is one of drop, swap, negate"),
        ("# svclint: equivalent no", "write `svclint: equivalent[change] why`"),
        ("# svclint: equivalent[drop]", "say why no example can tell the difference"),
    ] {
        let (_, told) = changed(&replaced("where: {", &format!("{comment}\nwhere: {{")));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(said), "{told:?}");
    }
}

#[test]
fn what_only_further_values_of_a_chart_show_is_noticed() {
    let text = r#"rule: sample
since: 0.1.0
summary: pods have networks of their own
category: security
severity: error
why: A test.
target: k8s.workload
where: { field: kind, ne: Job }
require: { field: host_network, eq: false }
message: "`{target}` has not"
examples:
  - name: it has
    files:
      Chart.yaml: "{ apiVersion: v2, name: a, version: 1.0.0 }"
      values.yaml: "on: false"
      templates/pod.yaml: |
        apiVersion: v1
        kind: Pod
        metadata: { name: a }
        spec: { hostNetwork: {{ .Values.on }}, containers: [{ name: a, image: b }] }
  - name: at the edge it has not
    files:
      Chart.yaml: "{ apiVersion: v2, name: a, version: 1.0.0 }"
      values.yaml: "on: false"
      values-edge.yaml: |
        #~ sample
        on: true
      templates/pod.yaml: |
        apiVersion: v1
        kind: Pod
        metadata: { name: a }
        spec: { hostNetwork: {{ .Values.on }}, containers: [{ name: a, image: b }] }
"#;
    let (_, told) = changed(text);
    assert_eq!(told, ["mutation/drop `kind` no example notices that this `where` was left out"]);
}

#[test]
fn the_examples_of_the_built_in_rules_are_right_and_test_every_line() {
    let library = Library::built_in();
    let ids: Vec<&str> = library.rule_ids().collect();
    assert!(ids.len() > 500, "{}", ids.len());
    let told: Vec<String> = ids
        .par_iter()
        .flat_map_iter(|id| {
            let rule = library.rule_with_examples(id).expect("it loads");
            let lines = examples::run(&rule).expect("its examples run").into_iter();
            let wrong = lines.filter(|line| !line.word.is_right()).map(|line| format!("{line:?}"));
            let problems = mutate::run(&rule, &library.comments(id), &library.sources).problems;
            wrong.chain(problems.into_iter().map(|problem| format!("{id}: {problem}"))).collect::<Vec<_>>()
        })
        .collect();
    assert!(told.is_empty(), "`svclint test --mutate` shows where:\n{}", told.join("\n"));
}
