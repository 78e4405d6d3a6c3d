//! The exit statuses and the other promises to programs.

use super::support::{DOCKERFILE, Repository};

const COMPOSE: &str = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n";

#[test]
fn a_clean_service_exits_with_0() {
    let repository = Repository::new(&[("Dockerfile", DOCKERFILE)]);
    let run = repository.check(&["--rule", "dockerfile-user-nonroot"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
}

#[test]
fn findings_exit_with_1_in_every_format() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    for format in ["pretty", "compact", "json", "sarif", "github"] {
        let run = repository.run(&["check", "--rule", "compose-privileged", "--format", format]);
        assert_eq!(run.status, 1, "{format}: {}", run.err);
        assert!(!run.out.is_empty(), "{format}");
    }
}

#[test]
fn a_threshold_decides_what_fails_the_run() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    let run = |fail_on: &str| repository.check(&["--rule", "compose-privileged", "--fail-on", fail_on]).status;
    assert_eq!(run("never"), 0);
    assert_eq!(run("error"), 1);
    assert_eq!(run("info"), 1);
}

#[test]
fn a_file_that_git_ignores_is_named() {
    let repository =
        Repository::new(&[(".gitignore", "local.yaml\n"), ("local.yaml", "services: { a: { image: x } }\n")]);
    std::fs::create_dir(repository.path().join(".git")).unwrap();
    let run = repository.check(&["local.yaml"]);
    assert_eq!(run.status, 3);
    assert!(run.err.contains("`local.yaml` is left out by a `.gitignore`"), "{}", run.err);
}

#[test]
fn nothing_to_check_exits_with_3() {
    let repository = Repository::new(&[("README.md", "# nothing\n")]);
    let run = repository.check(&[]);
    assert_eq!(run.status, 3, "{}", run.out);
    assert!(run.err.contains("nothing to check"), "{}", run.err);
}

#[test]
fn an_unknown_rule_exits_with_2_and_a_suggestion() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    let run = repository.check(&["--rule", "compose-priviledged"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `compose-privileged`?"), "{}", run.err);
}

#[test]
fn an_unknown_standard_exits_with_2_and_a_suggestion() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    let run = repository.check(&["--standard", "atonics"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `atonix`?"), "{}", run.err);
}

#[test]
fn a_path_that_is_not_there_exits_with_2() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    let run = repository.check(&["no-such-directory"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("no-such-directory"), "{}", run.err);
}

#[test]
fn a_further_report_goes_to_its_file() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    let run = repository.check(&["--rule", "compose-privileged", "--output", "json=report.json"]);
    assert_eq!(run.status, 1);
    let text = std::fs::read_to_string(repository.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["findings"][0]["rule"], "compose-privileged");
    assert_eq!(report["findings"][0]["location"]["path"], "docker-compose.yml");
    assert_eq!(report["findings"][0]["location"]["start"]["line"], 4);
}

#[test]
fn the_report_counts_for_each_rule_how_its_targets_ended() {
    let repository = Repository::new(&[
        ("web/Dockerfile", "FROM scratch\n"),
        ("web/compose.yaml", "services:\n  web: { build: ., privileged: true }\n  db: { image: \"postgres:16.4\" }\n"),
        ("api/Dockerfile", "FROM scratch\n"),
        ("api/compose.yaml", "services:\n  api: { build: . }\n"),
    ]);
    let rules = ["--rule", "compose-privileged", "--rule", "atonix-names-equal"];
    let run = repository.run(&[&["check", "--format", "json"], &rules[..]].concat());
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let count = |rule: &str| {
        let counts = report["rules"].as_array().unwrap().iter();
        let own = counts.filter(|count| count["rule"] == rule).collect::<Vec<_>>();
        assert_eq!(own.len(), 1, "{}", report["rules"]);
        ["passed", "failed", "unknown", "not_applicable"].map(|end| own[0][end].as_u64().unwrap())
    };
    assert_eq!(count("compose-privileged"), [2, 1, 0, 0]);
    assert_eq!(count("atonix-names-equal"), [0, 0, 0, 2]);
}

#[test]
fn the_report_counts_how_the_clauses_of_a_standard_ended() {
    let clause =
        |id: &str, rule: &str| format!("  - {{ id: {id}, title: {id}, level: must, rules: [{{ rule: {rule} }}] }}\n");
    let standard = format!(
        "standard: company\nversion: 1.0.0\ntitle: Company\nclauses:\n{}{}{}{}{}",
        clause("fails", "compose-privileged"),
        clause("holds", "compose-host-network"),
        clause("open", "compose-image-tag"),
        clause("elsewhere", "atonix-names-equal"),
        "  - { id: people, title: people, level: must, coverage: manual, gap: only people can tell }\n",
    );
    let compose = "services:\n  web: { image: \"web:${TAG}\", privileged: true }\n";
    let repository = Repository::new(&[("docker-compose.yml", compose), ("own/standards/company.yaml", &standard)]);
    let run =
        repository.run(&["check", "docker-compose.yml", "--rules", "own", "--standard", "company", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let wanted = serde_json::json!({
        "met": 1, "in_part": 0, "failed": 1, "unknown": 1, "waived": 0, "not_applicable": 1, "not_checkable": 1,
    });
    assert_eq!(report["standards"][0]["clauses"], wanted);
}

#[test]
fn a_finding_of_a_reader_comes_with_what_its_rule_is() {
    let wrong = "services:\n  web:\n    image: nginx:1.27\n    privileged: [1]\n";
    let repository = Repository::new(&[("docker-compose.yml", wrong)]);
    let run = repository.run(&["check", "--format", "sarif"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let own = rules.iter().find(|rule| rule["id"] == "value-type").unwrap();
    assert_eq!(own["shortDescription"]["text"], "every field has a value of its type");
}

#[test]
fn paths_are_relative_to_where_svclint_was_started() {
    let repository = Repository::new(&[("services/web/docker-compose.yml", COMPOSE)]);
    let run = repository.check(&["services/web", "--rule", "compose-privileged"]);
    assert!(run.out.starts_with("services/web/docker-compose.yml:4:17"), "{}", run.out);
}

#[test]
fn given_files_limit_what_is_shown_and_not_what_is_judged() {
    let files = [("api/docker-compose.yml", COMPOSE), ("api/Dockerfile", "FROM debian:12\nUSER root\n")];
    let repository = Repository::new(&files);
    let rules = ["--rule", "compose-privileged", "--rule", "dockerfile-user-nonroot"];
    let run = repository.check(&[&["api/Dockerfile"], &rules[..]].concat());
    assert!(run.out.contains("dockerfile-user-nonroot"), "{}", run.out);
    assert!(!run.out.contains("compose-privileged"), "{}", run.out);
    let run = repository.check(&[&["api/Dockerfile", "--whole-service"], &rules[..]].concat());
    assert!(run.out.contains("compose-privileged"), "{}", run.out);
}

#[test]
fn the_output_does_not_depend_on_the_number_of_threads() {
    let mut files = Vec::new();
    let paths: Vec<String> = (0..40).map(|index| format!("services/s{index}/docker-compose.yml")).collect();
    files.extend(paths.iter().map(|path| (path.as_str(), COMPOSE)));
    let repository = Repository::new(&files);
    let one = repository.check(&["--jobs", "1"]).out;
    assert_eq!(one, repository.check(&["--jobs", "4"]).out);
}

#[test]
fn check_writes_nothing_into_the_repository() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE), ("Dockerfile", DOCKERFILE)]);
    let list = || {
        let mut names: Vec<_> =
            std::fs::read_dir(repository.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = list();
    repository.check(&[]);
    assert_eq!(before, list());
}

#[test]
fn a_suppression_with_a_reason_silences_and_one_without_does_not() {
    let with = COMPOSE.replace("true\n", "true # svclint: ignore[compose-privileged] needs the device\n");
    let repository = Repository::new(&[("docker-compose.yml", &with)]);
    let run = repository.check(&["--rule", "compose-privileged"]);
    assert_eq!(run.status, 0, "{}", run.out);
    let without = COMPOSE.replace("true\n", "true # svclint: ignore[compose-privileged]\n");
    let repository = Repository::new(&[("docker-compose.yml", &without)]);
    let run = repository.check(&["--rule", "compose-privileged"]);
    assert_eq!(run.status, 1, "{}", run.out);
    assert!(run.out.contains("without a reason"), "{}", run.out);
}

#[test]
fn a_suppression_without_a_reason_is_a_finding_whose_severity_the_configuration_gives() {
    let text = COMPOSE.replace("true\n", "true # svclint: ignore[compose-privileged]\n");
    let repository = Repository::new(&[("docker-compose.yml", &text)]);
    let found = || repository.check(&["--rule", "compose-restart"]);
    assert!(found().out.contains("docker-compose.yml:"), "{}", found().out);
    assert!(found().out.contains("warning[suppression-reason] a suppression without a reason"), "{}", found().out);
    repository.write(".svclint.yaml", b"severity: { suppression-reason: error }\n");
    assert_eq!(found().status, 1);
    assert!(found().out.contains("error[suppression-reason]"), "{}", found().out);
}

#[test]
fn a_suppression_that_names_no_rule_is_told() {
    let text = COMPOSE.replace("true\n", "true # svclint: ignore[compose-priviledged] a typo\n");
    let repository = Repository::new(&[("docker-compose.yml", &text)]);
    let run = repository.run(&["check", "--rule", "compose-privileged"]);
    assert!(run.out.contains("there is no rule `compose-priviledged` to ignore"), "{}", run.out);
    assert!(run.out.contains("did you mean `compose-privileged`?"), "{}", run.out);
}

#[test]
fn rules_and_standards_are_listed_for_programs() {
    let repository = Repository::new(&[]);
    let rules: serde_json::Value = serde_json::from_str(&repository.run(&["rules", "--format", "json"]).out).unwrap();
    assert!(rules.as_array().unwrap().len() >= 40);
    let fields = ["id", "summary", "severity", "category", "status", "target", "params", "equivalents", "clauses"];
    for rule in rules.as_array().unwrap() {
        assert!(fields.iter().all(|field| rule.get(field).is_some()), "{rule}");
    }
    let run = repository.run(&["standards", "show", "atonix", "--format", "json"]);
    let standard: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    for clause in standard["clauses"].as_array().unwrap() {
        let checked = !clause["rules"].as_array().unwrap().is_empty();
        assert!(checked || clause["gap"].is_string(), "{clause} has rules, or a reason why not");
    }
}

#[test]
fn rules_of_a_directory_run_like_the_built_in_ones() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    repository.write(
        "company/rules/compose-has-healthcheck.yaml",
        br#"rule: compose-has-healthcheck
since: 0.1.0
summary: every compose service has a health check
category: reliability
severity: warning
why: Compose cannot tell a hung service from a working one without it.
target: compose.service
require: { field: healthcheck, exists: true }
message: "`{name}` has no health check"
examples:
  - name: it has one
    files:
      compose.yaml: |
        services:
          a: { image: b, healthcheck: { test: [CMD, "true"] } }
  - name: it has none
    files:
      compose.yaml: |
        services:
          #~ compose-has-healthcheck
          a: { image: b }
"#,
    );
    let run = repository.check(&["--rules", "company", "--rule", "compose-has-healthcheck"]);
    assert!(run.out.contains("`web` has no health check"), "{}{}", run.out, run.err);
    let run = repository.run(&["test", "company"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("1 reported, 1 validated"), "{}", run.out);
}

#[test]
fn a_line_of_a_rule_that_no_example_tests_is_shown_and_fails_the_run() {
    let rule = r#"rule: compose-own-name
since: 0.1.0
summary: a service built here has no name of its own
category: consistency
severity: warning
why: A fixed name keeps a second copy from running.
target: compose.service
where: { field: first_party, eq: true }
forbid: { field: container_name, exists: true }
message: "`{name}` has a name of its own"
examples:
  - { name: none, files: { compose.yaml: "services: { a: { build: . } }" } }
  - { name: one, files: { compose.yaml: "services: { a: { build: ., container_name: b } }" }, expect: [{ at: compose.yaml }] }
"#;
    let repository = Repository::new(&[("company/compose-own-name.yaml", rule)]);
    assert_eq!(repository.run(&["test", "company"]).status, 0);
    let run = repository.run(&["test", "--mutate", "company"]);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("error[mutation/drop]: no example notices that this `where` was left out"), "{}", run.out);
    assert!(run.out.contains("compose-own-name.yaml:8:17"), "{}", run.out);
    assert!(run.out.contains("2 changes: 1 noticed, 0 explained, 1 unnoticed"), "{}", run.out);
    repository.write(
        "company/compose-own-name.yaml",
        rule.replace("where:", "# svclint: equivalent[drop] nobody names the images of others\nwhere:").as_bytes(),
    );
    let run = repository.run(&["test", "--mutate", "company"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("1 explained, 0 unnoticed"), "{}", run.out);
}

#[test]
fn a_misspelt_field_in_a_rule_stops_the_run_with_its_place() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    repository.write(
        "company/wrong.yaml",
        br#"rule: wrong
since: 0.1.0
summary: services drop privileges
category: security
severity: error
why: A misspelt field must not make a rule that checks nothing.
target: compose.service
require: { field: priviledged, eq: false }
message: "no"
examples:
  - { name: a, files: { compose.yaml: "services: { a: { image: b } }" } }
  - { name: b, files: {}, expect: [{ at: . }] }
"#,
    );
    let run = repository.check(&["--rules", "company", "--rule", "wrong"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.out, "");
    assert!(run.err.contains("`compose.service` has no field `priviledged`"), "{}", run.err);
    assert!(run.err.contains("did you mean `privileged`?"), "{}", run.err);
    assert!(run.err.contains("wrong.yaml:8:19"), "{}", run.err);
}
