//! What svclint says of its own rules and standards, and the scorecard of a run.

use serde_json::Value;

use super::support::{DOCKERFILE, Repository, Run};

fn run(arguments: &[&str]) -> Run {
    Repository::new(&[]).run(arguments)
}

fn json(arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    let run = run(&all);
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn a_rule_is_explained_with_its_examples_run() {
    let run = run(&["explain", "dockerfile-no-root-after-user"]);
    assert_eq!(run.status, 0, "{}", run.err);
    for piece in [
        "No later step goes back to root.\n",
        "\nWhy\n  What runs after the way back to root",
        "  >   3 │ USER root\n        ╰─ `USER root` goes back to root after the switch to another user\n",
        "\nHow to fix\n  Do what needs root before the first USER",
        "\nPasses: root first, then the user\n",
        "  hadolint:DL3002\n",
        "  https://docs.docker.com/reference/dockerfile/#user\n",
    ] {
        assert!(run.out.contains(piece), "`{piece}` in:\n{}", run.out);
    }
}

#[test]
fn the_id_of_another_tool_leads_to_the_rules_that_do_the_same() {
    for name in ["hadolint:DL3002", "DL3002", "dl3002"] {
        let run = run(&["explain", name]);
        assert_eq!(run.status, 0, "{}", run.err);
        assert!(run.out.starts_with("dockerfile-no-root-after-user\n"), "{}", run.out);
        assert!(run.out.contains("`hadolint:DL3002` asks for the same"), "{}", run.out);
    }
    assert!(run(&["explain", "CKV_DOCKER_3"]).out.contains("dockerfile-user-nonroot"));
}

#[test]
fn a_clause_is_explained_in_every_standard_that_has_it() {
    let both = run(&["explain", "XC-01"]).out;
    assert!(both.contains("atonix 1.0.0") && both.contains("pmoves 1.0.0"), "{both}");
    let one = run(&["explain", "atonix/XC-01"]).out;
    assert!(one.contains("Checked by\n  one-port") && !one.contains("pmoves"), "{one}");
    let manual = run(&["explain", "ATX-1-a"]).out;
    assert!(manual.contains("not checkable here") && manual.contains("Why no rule checks it"), "{manual}");
}

#[test]
fn what_the_readers_report_is_explained_too() {
    let run = run(&["explain", "duplicate-key"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("No key stands twice in one mapping."), "{}", run.out);
}

#[test]
fn an_unknown_name_gets_a_suggestion() {
    for (name, near) in [
        ("one-prot", "one-port"),
        ("ATX-2.1-nn", "ATX-2.1-n"),
        ("DL30022", "DL3002"),
        ("atonix", "standards show atonix"),
    ] {
        let run = run(&["explain", name]);
        assert_eq!(run.status, 2, "{}", run.out);
        assert!(run.err.contains(near), "`{near}` for `{name}`: {}", run.err);
    }
}

#[test]
fn explained_as_data_a_rule_has_everything_that_its_page_says() {
    let value = json(&["explain", "k8s-liveness-path"]);
    let rule = &value["rules"][0];
    assert_eq!(rule["params"][0]["default"], "/health");
    assert!(rule["uses"].as_array().unwrap().iter().any(|used| used["standard"] == "atonix"), "{rule}");
    let examples = rule["examples"].as_array().unwrap();
    let failing = examples.iter().find(|example| example["findings"][0]["outcome"] == "fail").unwrap();
    assert_eq!(failing["findings"][0]["path"], "k8s/api.yaml");
    assert!(json(&["explain", "XC-01"])["clauses"].as_array().is_some_and(|clauses| clauses.len() == 5));
}

#[test]
fn the_list_of_rules_has_the_fields_that_were_promised() {
    let rules = json(&["rules"]);
    for rule in rules.as_array().unwrap() {
        for field in ["id", "summary", "severity", "category", "status", "target", "params", "equivalents", "clauses"] {
            assert!(!rule[field].is_null(), "`{field}` of {rule}");
        }
    }
}

#[test]
fn rules_can_be_filtered_and_a_filter_that_names_nothing_is_refused() {
    let all = json(&["rules"]).as_array().unwrap().len();
    let some = json(&["rules", "--standard", "recommended", "--target", "dockerfile.stage"]);
    let some = some.as_array().unwrap();
    assert!(!some.is_empty() && some.len() < all);
    assert!(some.iter().all(|rule| rule["target"] == "dockerfile.stage"));
    let run = run(&["rules", "--category", "securty"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `security`?"), "{}", run.err);
}

#[test]
fn a_standard_shows_each_clause_with_its_rules_or_its_gap() {
    let standard = json(&["standards", "show", "atonix"]);
    for clause in standard["clauses"].as_array().unwrap() {
        let coverage = clause["coverage"].as_str().unwrap();
        assert_eq!(coverage == "manual", clause["rules"].as_array().unwrap().is_empty(), "{clause}");
        assert_eq!(coverage == "full", clause["gap"].is_null(), "{clause}");
        assert!(clause["waivable"].is_boolean() && clause["level"].is_string() && clause["title"].is_string());
    }
}

#[test]
fn every_schema_is_printed_and_an_unknown_one_is_refused() {
    for kind in ["rule", "standard", "pack", "config", "report"] {
        let run = run(&["schema", kind]);
        assert_eq!(run.status, 0, "{}", run.err);
        let schema: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    let run = run(&["schema", "rul"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `rule`?"), "{}", run.err);
}

const STANDARD: &str = "standard: ours
version: 1.2.0
title: Our services
clauses:
  - { id: A-1, title: The image runs as a user, level: must, rules: [{ rule: dockerfile-user-nonroot }] }
  - { id: A-2, title: Volumes are left to compose, level: must, rules: [{ rule: dockerfile-no-volume }] }
  - id: A-3
    title: The image and the pod run as a user
    level: should
    rules: [{ rule: dockerfile-user-nonroot }, { rule: k8s-not-privileged }]
  - { id: A-4, title: Pods have no privileges, level: should, rules: [{ rule: k8s-not-privileged }] }
  - id: A-5
    title: The working directory is known
    level: example
    rules: [{ rule: dockerfile-workdir-absolute, severity: error }]
    coverage: partial
    gap: What the base image sets is not known.
  - { id: A-6, title: Somebody reads it, level: must, coverage: manual, gap: Reading leaves no file. }
  - { id: A-7, title: An atonix.yaml is there, level: must, rules: [{ rule: atonix-present }] }
";

#[test]
fn a_scorecard_says_how_each_clause_ended() {
    let dockerfile = format!(
        "{DOCKERFILE}WORKDIR /app\n# svclint: ignore[dockerfile-no-volume] the data is scratch\nVOLUME /data\n"
    );
    let repository = Repository::new(&[("Dockerfile", &dockerfile), ("ours/standards/ours.yaml", STANDARD)]);
    let arguments = ["check", ".", "--rules", "ours", "--standard", "ours", "--statistics"];
    let text = repository.run(&arguments).out;
    let table = text.split_once("\nours 1.2.0: Our services\n").map_or("", |(_, table)| table);
    insta::assert_snapshot!(table, @r"
    clause  level    outcome             rules        title
    A-1     must     passed              1 of 1       The image runs as a user
    A-2     must     waived              1 of 1       Volumes are left to compose
    A-3     should   passed in part      1 of 2       The image and the pod run as a user
    A-4     should   not applicable      1 of 1       Pods have no privileges
    A-5     example  passed in part      1 of 1, gap  The working directory is known
    A-6     must     not checkable here               Somebody reads it
    A-7     must     failed              1 of 1       An atonix.yaml is there

                         must  should  example    all
    passed                  1       0        0      1
    passed in part          0       1        1      2
    failed                  1       0        0      1
    cannot tell             0       0        0      0
    waived                  1       0        0      1
    not applicable          0       1        0      1
    not checkable here      1       0        0      1

    rules: how many of the clause's rules ended like it; gap: a part of it is not checked here
    2 clauses say what is not checked here: `svclint standards show ours`
    ");
    let mut arguments = arguments.to_vec();
    arguments.extend(["--format", "json"]);
    let report: Value = serde_json::from_str(&repository.run(&arguments).out).unwrap();
    let standard = &report["standards"][0];
    let outcomes: Vec<&str> =
        standard["scorecard"].as_array().unwrap().iter().map(|clause| clause["outcome"].as_str().unwrap()).collect();
    assert_eq!(
        outcomes,
        ["passed", "waived", "passed-in-part", "not-applicable", "passed-in-part", "not-checkable", "failed"]
    );
    assert_eq!((&standard["clauses"]["met"], &standard["clauses"]["in_part"]), (&3.into(), &2.into()));
    let schema: Value = serde_json::from_str(svclint::report::JSON_SCHEMA).unwrap();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn without_statistics_a_report_has_no_scorecard() {
    let repository = Repository::new(&[("Dockerfile", DOCKERFILE)]);
    let report: Value = serde_json::from_str(&repository.run(&["check", ".", "--format", "json"]).out).unwrap();
    assert!(report["standards"][0]["scorecard"].is_null());
    assert!(report["standards"][0]["clauses"]["met"].as_u64() > Some(0));
}

const COMPOSE: &str = "services:\n  api:\n    image: registry.example/api:1.4\n    privileged: true\n  worker:\n    image: registry.example/worker:${TAG}\n";

/// The row of a rule.
fn row<'v>(value: &'v Value, id: &str) -> &'v Value {
    value["rules"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap_or(&Value::Null)
}

#[test]
fn coverage_says_which_rules_had_something_to_judge() {
    let repository = Repository::new(&[("compose.yaml", COMPOSE)]);
    let run = repository.run(&["rules", "--coverage", "--json"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let value: Value = serde_json::from_str(&run.out).unwrap();
    let privileged = row(&value, "compose-privileged");
    assert_eq!(
        (&privileged["targets"], &privileged["failed"], &privileged["passed"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!(privileged["kind"], "compose.service");
    assert_eq!(row(&value, "compose-image-tag")["unknown"], 1, "the tag is filled in later");
    let without = row(&value, "dockerfile-base-tag");
    assert_eq!((&without["targets"], &without["of_kind"]), (&0.into(), &0.into()));
    let all = repository.run(&["rules", "--format", "json"]);
    let all: Value = serde_json::from_str(&all.out).unwrap();
    assert_eq!(value["summary"]["rules"], all.as_array().unwrap().len(), "every rule there is");
    assert!(row(&value, "atonix-field")["lacks_params"] == false, "as the standards use it");
}

#[test]
fn coverage_reads_well() {
    let repository = Repository::new(&[("compose.yaml", COMPOSE)]);
    let rules = ["rules", "--coverage", "--category", "security", "--target", "compose.service"];
    let run = repository.run(&rules);
    let (with, without) = run.out.split_once("Never had a target:\n\n").unwrap();
    assert!(with.starts_with("rule "), "{with}");
    let line = with.lines().find(|line| line.starts_with("compose-privileged ")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words, ["compose-privileged", "compose.service", "2", "1", "1", "0"]);
    assert!(without.contains(" 2 of this kind, of which it takes none\n"), "{without}");
    assert!(run.out.lines().last().unwrap().starts_with("1 service, "), "{}", run.out);
}

#[test]
fn coverage_is_that_of_the_standards_where_some_are_chosen() {
    let repository = Repository::new(&[("services/api/compose.yaml", COMPOSE)]);
    let ids = |arguments: &[&str]| -> Vec<String> {
        let value: Value = serde_json::from_str(&repository.run(arguments).out).unwrap();
        value["rules"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(&["rules", "--coverage", "--json"]);
    let chosen = ids(&["rules", "--coverage", "--json", "--standard", "recommended", "services/api"]);
    assert!(chosen.len() < all.len() && chosen.contains(&"compose-privileged".to_owned()), "{chosen:?}");
    repository.write(".svclint.yaml", b"standards: [recommended]\n");
    assert_eq!(ids(&["rules", "--coverage", "--json"]), chosen);
    assert_eq!(ids(&["rules", "--coverage", "--json", "--no-config"]), all);
}

#[test]
fn coverage_of_nothing_is_no_coverage() {
    let repository = Repository::new(&[("notes.txt", "nothing")]);
    let run = repository.run(&["rules", "--coverage"]);
    assert_eq!((run.status, run.out.as_str()), (3, ""));
    let run = repository.run(&["rules", "notes.txt"]);
    assert_eq!(run.status, 2, "a path belongs to --coverage");
}
