//! `.svclint.yaml` as its users meet it: found, applied, and won over by the command line.

use super::support::{DOCKERFILE, Repository};

const COMPOSE: &str = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n";

/// A repository with a `.git`, a compose file that breaks a rule in each of two services, and a configuration.
fn repository(config: &str) -> Repository {
    let repository = Repository::new(&[
        (".svclint.yaml", config),
        ("services/api/docker-compose.yml", COMPOSE),
        ("services/web/docker-compose.yml", COMPOSE),
    ]);
    std::fs::create_dir(repository.path().join(".git")).unwrap();
    repository
}

fn privileged(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let run = repository.check(&[&["--rule", "compose-privileged"], arguments].concat());
    assert!(run.status <= 1, "{}{}", run.out, run.err);
    let lines = run.out.lines().filter(|line| line.contains("compose-privileged"));
    lines.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn it_is_found_upward_from_the_path_to_the_top_of_the_repository() {
    let config = "severity: { compose-privileged: info }\n";
    let repository = repository(config);
    assert_eq!(
        privileged(&repository, &["services/api"]),
        ["services/api/docker-compose.yml:4:17: info[compose-privileged]"]
    );
    assert_eq!(privileged(&repository, &["services/api/docker-compose.yml"]).len(), 1);
    assert!(privileged(&repository, &["services/api", "--no-config"])[0].contains("error"));
    repository.write("services/api/.git/x", b"");
    assert!(privileged(&repository, &["services/api"])[0].contains("error"), "a repository in it ends the search");
}

#[test]
fn a_file_that_is_not_quite_called_so_is_not_overlooked() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE), (".svclint.yml", "fail_on: never\n")]);
    let run = repository.check(&[]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`.svclint.yml` would not be read; call it `.svclint.yaml`"), "{}", run.err);
    assert_eq!(repository.check(&["--no-config", "--rule", "compose-privileged"]).status, 1);
}

#[test]
fn another_file_can_be_named() {
    let repository = repository("fail_on: error\n");
    repository.write("ci/lenient.yaml", b"fail_on: never\n");
    let rule = ["--rule", "compose-privileged"];
    assert_eq!(repository.check(&rule).status, 1);
    assert_eq!(repository.check(&[&["--config", "ci/lenient.yaml"], &rule[..]].concat()).status, 0);
}

#[test]
fn the_threshold_is_that_of_the_file_unless_one_is_given() {
    let repository = repository("fail_on: never\n");
    let run = |arguments: &[&str]| repository.check(&[&["--rule", "compose-privileged"], arguments].concat()).status;
    assert_eq!(run(&[]), 0);
    assert_eq!(run(&["--fail-on", "error"]), 1);
}

#[test]
fn standards_of_the_file_apply_and_those_of_the_command_line_win() {
    let repository = repository("standards: [pmoves]\n");
    let ids = |arguments: &[&str]| {
        let run = repository.run(&[&["check", "--format", "json"], arguments].concat());
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        report["standards"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["pmoves"]);
    assert_eq!(ids(&["--standard", "recommended"]), ["recommended"]);
}

#[test]
fn a_service_may_have_standards_and_severities_of_its_own() {
    let config = "services:\n  overrides:\n    services/web:\n      standards: [pmoves]\n      severity: { compose-privileged: warning }\n";
    let repository = repository(config);
    assert_eq!(
        privileged(&repository, &[]),
        [
            "services/api/docker-compose.yml:4:17: error[compose-privileged]",
            "services/web/docker-compose.yml:4:17: warning[compose-privileged]",
        ]
    );
    let run = repository.run(&["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["standards"][0]["id"], "recommended");
    assert_eq!(report["standards"][1]["id"], "pmoves");
}

#[test]
fn named_roots_are_the_services_and_nothing_else_is() {
    let repository = repository("services: { discover: [services/web] }\n");
    assert_eq!(privileged(&repository, &[]), ["services/web/docker-compose.yml:4:17: error[compose-privileged]"]);
    let model = repository.run(&["model"]);
    assert!(model.out.starts_with("service services/web "), "{}", model.out);
    assert!(!model.out.contains("services/api"), "{}", model.out);
}

#[test]
fn what_is_ignored_counts_from_the_directory_of_the_file() {
    let repository = repository("ignore: [/services/web/]\n");
    assert_eq!(privileged(&repository, &[]).len(), 1);
    assert_eq!(privileged(&repository, &["services"]).len(), 1);
}

#[test]
fn a_waiver_silences_where_it_says_and_shows_its_reason() {
    let config = "waivers:\n  - { rule: compose-privileged, paths: [services/api], reason: it drives the GPU }\n";
    let repository = repository(config);
    let run = repository.run(&["check", "--rule", "compose-privileged", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["findings"][0]["suppressed"]["reason"], "it drives the GPU");
    assert_eq!(report["findings"][0]["suppressed"]["location"]["path"], ".svclint.yaml", "{}", report["findings"][0]);
    assert!(report["findings"][1]["suppressed"].is_null());
    assert_eq!((report["summary"]["errors"].as_u64(), report["summary"]["suppressed"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn a_waiver_that_has_ended_or_covers_nothing_is_told() {
    let config = "waivers:\n  - { rule: compose-privileged, reason: a trial, until: 2026-03-31 }\n  - { rule: compose-cap-add, reason: nothing does }\n";
    let repository = repository(config);
    let on = |day: &str| repository.run(&["check", "--today", day]);
    let run = on("2026-03-31");
    assert!(!run.out.contains("error[compose-privileged]"), "{}", run.out);
    let run = on("2026-04-01");
    assert!(run.out.contains("error[compose-privileged]"), "{}", run.out);
    assert!(run.out.contains("the waiver of `compose-privileged` ended on 2026-03-31"), "{}", run.out);
}

#[test]
fn an_unused_waiver_is_told_only_where_all_was_judged() {
    let repository = repository(
        "standards: [recommended]\nwaivers: [{ rule: compose-privileged, paths: [nowhere], reason: none }]\n",
    );
    let text = "nothing needs `compose-privileged` to be waived here";
    let run = repository.run(&["check"]);
    assert!(run.out.contains(text), "{}", run.out);
    assert!(run.out.contains(".svclint.yaml:2:19"), "{}", run.out);
    assert!(!repository.run(&["check", "services/api"]).out.contains(text));
    assert!(!repository.run(&["check", "--standard", "recommended"]).out.contains(text));
}

#[test]
fn a_waiver_of_a_clause_that_no_rule_of_the_run_decides_is_not_called_unneeded() {
    let repository = repository("packs: [company]\nstandards: [company]\nwaivers: [{ clause: C-2, reason: later }]\n");
    let manual =
        "  - id: C-2\n    title: Someone is on call\n    level: should\n    coverage: manual\n    gap: People are.\n";
    repository.write("company/rules/compose-has-healthcheck.yaml", RULE.as_bytes());
    repository.write("company/standards/company.yaml", format!("{STANDARD}{manual}").as_bytes());
    let run = repository.run(&["check"]);
    assert_eq!(run.err, "");
    assert!(!run.out.contains("to be waived here"), "{}", run.out);
}

#[test]
fn what_the_reader_finds_weighs_what_the_file_says() {
    let repository = repository("severity: { value-type: info }\n");
    repository
        .write("services/web/docker-compose.yml", b"services:\n  web:\n    image: nginx:1.27\n    privileged: [x]\n");
    let lines = |arguments: &[&str]| {
        let out = repository.check(arguments).out;
        out.lines().filter(|line| line.contains("[value-type]")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (with, without) = (lines(&[]), lines(&["--no-config"]));
    assert!(with.len() == 1 && with[0].contains(" info[value-type]"), "{with:?}");
    assert!(without.len() == 1 && without[0].contains(" error[value-type]"), "{without:?}");
}

#[test]
fn a_finding_stays_while_one_clause_asks_for_it() {
    let repository = Repository::new(&[
        ("Dockerfile", "FROM debian:12\nUSER 1000\n"),
        (
            ".svclint.yaml",
            "standards: [atonix]\nparams: { dockerfile-user-id: { uid: 2000 } }\nwaivers: [{ clause: ATX-2.1-e, reason: a trial }]\n",
        ),
    ]);
    let clauses = || {
        let run = repository.run(&["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let all = report["findings"].as_array().unwrap().clone();
        all.into_iter().find(|finding| finding["rule"] == "dockerfile-user-id").unwrap()
    };
    let finding = clauses();
    assert!(finding["suppressed"].is_null());
    assert_eq!(finding["clause"], "ATX-11.1-a");
    repository.write(".svclint.yaml", b"standards: [atonix]\nparams: { dockerfile-user-id: { uid: 2000 } }\nwaivers: [{ clause: ATX-2.1-e, reason: a trial }, { clause: ATX-11.1-a, reason: a trial }]\n");
    assert_eq!(clauses()["suppressed"]["reason"], "a trial");
}

#[test]
fn a_suppression_in_a_file_ends_on_its_day() {
    let text = COMPOSE.replace("true\n", "true # svclint: ignore[compose-privileged] a trial until=2026-03-31\n");
    let repository = Repository::new(&[("docker-compose.yml", &text)]);
    let on = |day: &str| repository.check(&["--rule", "compose-privileged", "--today", day]);
    assert_eq!(on("2026-03-31").status, 0);
    let run = on("2026-04-01");
    assert_eq!(run.status, 1);
    assert!(run.out.contains("this suppression ended on 2026-03-31"), "{}", run.out);
    let text = text.replace("2026-03-31", "2026-02-30");
    repository.write("docker-compose.yml", text.as_bytes());
    assert!(on("2026-01-01").out.contains("`2026-02-30` is not a day"));
}

#[test]
fn parameters_are_set_for_a_standard_for_all_and_for_a_service() {
    let uid = |config: &str| {
        let repository =
            Repository::new(&[("api/Dockerfile", "FROM debian:12\nUSER 4000\n"), (".svclint.yaml", config)]);
        let run = repository.check(&["--rule", "dockerfile-user-id"]);
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        run.out
    };
    assert!(uid("standards: [atonix]\n").contains("not as 1000"));
    assert!(uid("standards: [{ id: atonix, params: { dockerfile-user-id: { uid: 2000 } } }]\n").contains("2000"));
    assert!(uid("standards: [atonix]\nparams: { dockerfile-user-id: { uid: 3000 } }\n").contains("3000"));
    let both = "standards: [atonix]\nparams: { dockerfile-user-id: { uid: 3000 } }\nservices: { overrides: { api: { params: { dockerfile-user-id: { uid: 5000 } } } } }\n";
    assert!(uid(both).contains("5000"));
}

#[test]
fn packs_bring_rules_that_run_and_are_listed() {
    let repository = repository("packs: [company]\nstandards: [company]\n");
    repository.write("company/rules/compose-has-healthcheck.yaml", RULE.as_bytes());
    repository.write("company/standards/company.yaml", STANDARD.as_bytes());
    let run = repository.check(&["services/api"]);
    assert!(run.out.contains("error[compose-has-healthcheck] `web` has no health check"), "{}{}", run.out, run.err);
    assert!(repository.run(&["rules"]).out.contains("compose-has-healthcheck"));
    assert!(repository.run(&["standards", "show", "company"]).out.contains("C-1"));
    assert!(!repository.run(&["rules", "--no-config"]).out.contains("compose-has-healthcheck"));
}

const RULE: &str = r#"rule: compose-has-healthcheck
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
    files: { compose.yaml: "services: { a: { image: b, healthcheck: { test: [CMD, a] } } }" }
  - name: it has none
    files: { compose.yaml: "services: { a: { image: b } }" }
    expect: [{ at: compose.yaml }]
"#;

const STANDARD: &str = "standard: company\nversion: 1.0.0\ntitle: What we agreed on\nclauses:\n  - id: C-1\n    title: Services have health checks\n    level: must\n    waivable: false\n    rules: [{ rule: compose-has-healthcheck }]\n";

#[test]
fn a_clause_that_may_not_be_waived_is_not() {
    for waiver in ["clause: C-1", "rule: compose-has-healthcheck"] {
        let config = format!("packs: [company]\nstandards: [company]\nwaivers: [{{ {waiver}, reason: later }}]\n");
        let repository = repository(&config);
        repository.write("company/rules/compose-has-healthcheck.yaml", RULE.as_bytes());
        repository.write("company/standards/company.yaml", STANDARD.as_bytes());
        let run = repository.check(&[]);
        assert_eq!(run.status, 2, "{}", run.out);
        assert!(run.err.contains("config/not-waivable") && run.err.contains(".svclint.yaml:3:"), "{}", run.err);
        assert!(run.err.contains("`company` says so"), "{}", run.err);
        repository.write(".svclint.yaml", b"packs: [company]\nstandards: [company]\nseverity: { C-1: info }\n");
        let run = repository.check(&[]);
        assert!(run.err.contains("`C-1` stays error"), "{}", run.err);
    }
}

#[test]
fn compose_files_that_belong_together_are_judged_together() {
    let base = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n";
    let files = [("compose.yaml", base), ("compose.prod.yaml", "services:\n  web:\n    privileged: false\n")];
    let repository = Repository::new(&files);
    assert_eq!(privileged(&repository, &[]).len(), 1);
    repository.write(".svclint.yaml", b"compose: { prod: [compose.yaml, compose.prod.yaml] }\n");
    assert_eq!(privileged(&repository, &[]).len(), 0);
    assert_eq!(privileged(&repository, &["--compose-file", "compose.yaml"]).len(), 1, "the command line wins");
}

#[test]
fn what_two_compositions_have_in_common_is_told_once() {
    let base = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n";
    let over = "services:\n  web:\n    restart: always\n";
    let repository = Repository::new(&[
        ("compose.yaml", base),
        ("compose.dev.yaml", over),
        ("compose.prod.yaml", over),
        (
            ".svclint.yaml",
            "compose:\n  dev: [compose.yaml, compose.dev.yaml]\n  prod: [compose.yaml, compose.prod.yaml]\n",
        ),
    ]);
    assert_eq!(privileged(&repository, &[]), ["compose.yaml:4:17: error[compose-privileged]"]);
}

#[test]
fn a_chart_is_rendered_with_the_values_that_are_named() {
    let deployment = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  hostNetwork: {{ .Values.host }}\n  containers: [{ name: a, image: b }]\n";
    let repository = Repository::new(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
        ("chart/values.yaml", "host: false\n"),
        ("chart/values-edge.yaml", "host: true\n"),
        ("env/edge.yaml", "host: true\n"),
        ("chart/templates/pod.yaml", deployment),
    ]);
    let found = || repository.check(&["--rule", "k8s-no-host-network"]).out;
    assert!(found().contains("k8s-no-host-network"), "{}", found());
    repository.write(".svclint.yaml", b"charts: { chart: [] }\n");
    assert!(!found().contains("k8s-no-host-network"), "{}", found());
    repository.write(".svclint.yaml", b"charts: { chart: [env/edge.yaml] }\n");
    assert!(found().contains("k8s-no-host-network"), "{}", found());
}

#[test]
fn a_kind_of_ones_own_can_carry_a_pod_template() {
    let worker = "apiVersion: example.com/v1\nkind: Worker\nmetadata: { name: a }\nspec:\n  pods:\n    template:\n      spec:\n        hostNetwork: true\n        containers: [{ name: a, image: b }]\n";
    let repository = Repository::new(&[("k8s/worker.yaml", worker)]);
    let found = || repository.check(&["--rule", "k8s-no-host-network"]).out;
    assert!(!found().contains("k8s-no-host-network"), "{}", found());
    let config = "kubernetes:\n  pod_templates:\n    - { apiVersion: example.com/v1beta1, kind: Worker, path: spec.pods.template }\n";
    repository.write(".svclint.yaml", config.as_bytes());
    assert!(found().contains("k8s-no-host-network"), "{}", found());
    assert!(repository.run(&["model"]).out.contains("k8s.workload Worker/a"), "{}", repository.run(&["model"]).out);
}

#[test]
fn what_has_no_effect_is_told() {
    let config = "standards: [recommended]\nparams: { dockerfile-user-name: { name: a } }\nservices: { overrides: { services/wbe: {} } }\n";
    let repository = repository(config);
    repository.write("services/api/.svclint.yaml", b"fail_on: never\n");
    let out = repository.run(&["check"]).out;
    assert!(out.contains("this does nothing for `dockerfile-user-name`: no standard in force uses it"), "{out}");
    assert!(out.contains("`services/wbe` is the directory of no service"), "{out}");
    assert!(out.contains("this configuration is not read by a run that starts above it"), "{out}");
    let one = repository.run(&["check", "services/api"]).out;
    assert!(!one.contains("does nothing") && !one.contains("of no service"), "{one}");
}

#[test]
fn the_configuration_of_a_run_is_not_called_unread_however_its_place_is_written() {
    let repository = repository("standards: [recommended]\n");
    let path = repository.path().to_str().unwrap().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    for arguments in [vec!["check", &path], vec!["check", &path, "--no-config"]] {
        let out = super::support::run_in(elsewhere.path(), &arguments).out;
        assert!(!out.contains("not read by a run"), "{out}");
    }
}

#[test]
fn a_standard_of_the_command_line_alone_is_told_once_and_one_of_the_configuration_is_not() {
    let rule = ["--standard", "pmoves", "--rule", "standard-declared"];
    let repository = Repository::new(&[("api/Dockerfile", "FROM scratch\n"), ("web/Dockerfile", "FROM scratch\n")]);
    let found = |arguments: &[&str]| repository.check(&[arguments, &rule].concat()).out;
    assert_eq!(found(&[]).matches("[standard-declared]").count(), 1, "{}", found(&[]));
    repository.write(".svclint.yaml", b"standards: [pmoves]\n");
    for path in [".", "api"] {
        assert!(!found(&[path]).contains("[standard-declared]"), "{}", found(&[path]));
    }
}

#[test]
fn a_mistake_stops_the_run_before_anything_is_judged() {
    let repository = repository("standards: [atonics]\n");
    let run = repository.check(&[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    insta::assert_snapshot!(run.err, @r"
    error[config/unknown-standard]: there is no standard `atonics`
       ╭─[.svclint.yaml:1:13]
     1 │ standards: [atonics]
       ·             ───────
       ╰────
      help: did you mean `atonix`?
    ");
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "# nothing\n", "---\n"] {
        let repository = Repository::new(&[("Dockerfile", DOCKERFILE), (".svclint.yaml", text)]);
        let run = repository.check(&["--rule", "dockerfile-user-nonroot"]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{text:?}");
    }
}

const IMAGE: &str = "FROM debian:12\nHEALTHCHECK --interval=45s CMD true\nUSER 1000\n";

#[test]
fn standards_that_cannot_both_be_met_stop_the_run_until_the_file_settles_it() {
    let repository = Repository::new(&[("Dockerfile", IMAGE), (".svclint.yaml", "standards: [atonix, pmoves]\n")]);
    let run = repository.check(&[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("error[standard/conflict]: `atonix` and `pmoves` cannot both be met"), "{}", run.err);
    assert!(run.err.contains("rules/standards/atonix.yaml:") && run.err.contains("rules/standards/pmoves.yaml:"));
    let settled = "standards: [atonix, pmoves]\nparams:\n  dockerfile-user-id: { uid: 1000 }\n  dockerfile-user-name: { name: app }\n  dockerfile-healthcheck-path: { path: /health }\n";
    repository.write(".svclint.yaml", settled.as_bytes());
    let run = repository.check(&[]);
    assert_eq!(run.err, "");
    assert!(!run.out.contains("dockerfile-user-id"), "{}", run.out);
}

#[test]
fn where_two_standards_set_a_bound_the_stricter_one_speaks_once() {
    let repository = |interval: &str| {
        let settled = "standards: [atonix, pmoves]\nparams:\n  dockerfile-user-id: { uid: 1000 }\n  dockerfile-user-name: { name: app }\n  dockerfile-healthcheck-path: { path: /health }\n";
        Repository::new(&[("Dockerfile", &IMAGE.replace("45s", interval)), (".svclint.yaml", settled)])
    };
    let lines = |interval: &str| {
        let out = repository(interval).check(&[]).out;
        out.lines()
            .filter(|line| line.contains("[dockerfile-healthcheck-interval]"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let between = lines("45s");
    assert_eq!(between.len(), 1, "{between:?}");
    assert!(between[0].contains("(ATX-2.1-k)"), "{between:?}");
    let above = lines("90s");
    assert_eq!(above.len(), 1, "{above:?}");
    assert!(above[0].contains("ATX-2.1-k") && above[0].contains("PMV-CTR-o") && above[0].contains("30s"), "{above:?}");
}
