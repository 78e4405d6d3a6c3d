//! Variables that services get from files (`env_file`): findings, suppressions and values stand in those files.

use crate::support::Repository;

const COMPOSE: &str = "services:\n  api: { build: ., env_file: [common.conf] }\n  worker: { build: ./worker, env_file: [common.conf, worker.env] }\n  mailer: { build: ./mailer, env_file: common.conf }\n";
const COMMON: &str = "LOG_LEVEL=info\nDB_PASSWORD=correct-horse\n";
const DOCKERFILE: &str = "FROM alpine:3.20\nUSER 1000\n";

/// Three services with one file of variables, and what that says.
fn repository(common: &str) -> Repository {
    Repository::new(&[
        ("compose.yaml", COMPOSE),
        ("common.conf", common),
        ("worker.env", "API_TOKEN=battery-staple\nQUEUE=${QUEUE:-mail}\n"),
        ("Dockerfile", DOCKERFILE),
        ("worker/Dockerfile", DOCKERFILE),
        ("mailer/Dockerfile", DOCKERFILE),
    ])
}

/// The findings of some rules, each with its place and the services that it names.
fn found(repository: &Repository, rules: &[&str]) -> Vec<String> {
    let run = repository.run(&["check", "--standard", "recommended", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let of_rules = findings.filter(|finding| rules.iter().any(|rule| finding["rule"] == *rule));
    let shown = of_rules.map(|finding| {
        let related = finding["related"].as_array().unwrap().iter();
        let related: Vec<&str> = related.filter_map(|label| label["text"].as_str()).collect();
        let silenced = if finding["suppressed"].is_null() { "" } else { " (silenced)" };
        let place = &finding["location"];
        format!(
            "{} {}:{} {}{silenced}",
            finding["rule"].as_str().unwrap(),
            place["path"].as_str().unwrap(),
            place["start"]["line"],
            related.join(", ")
        )
    });
    shown.collect()
}

const SECRETS: &[&str] = &["compose-env-literal-secret", "compose-env-url-credentials", "no-committed-env-secret"];

#[test]
fn a_secret_in_a_file_is_one_finding_there_however_many_services_are_given_it() {
    assert_eq!(
        found(&repository(COMMON), SECRETS),
        [
            "compose-env-literal-secret common.conf:2 `api` is given it here, `worker` is given it too, `mailer` is given it too",
            "no-committed-env-secret worker.env:1 ",
        ]
    );
}

#[test]
fn a_comment_in_the_file_silences_what_is_found_there() {
    let common = "# svclint: ignore[compose-env-literal-secret] for tests\nDB_PASSWORD=correct-horse\nTLS_PASSWORD=correct-horse # svclint: ignore[compose-env-literal-secret] also\nLAST_PASSWORD=correct-horse\n";
    let found = found(&repository(common), &SECRETS[..1]);
    let places: Vec<&str> = found.iter().map(|one| one.split('`').next().unwrap_or("")).collect();
    let place = |line: u32| format!("compose-env-literal-secret common.conf:{line} ");
    assert_eq!(places, [place(2), place(3), place(4)]);
    let silenced: Vec<bool> = found.iter().map(|one| one.ends_with("(silenced)")).collect();
    assert_eq!(silenced, [true, true, false]);
}

#[test]
fn what_compose_refuses_in_a_file_is_told_once_with_where_it_is_named() {
    let repository = repository("LOG_LEVEL=info\ntwo words\n");
    assert_eq!(found(&repository, &["compose-refuses"]), ["compose-refuses common.conf:2 compose reads it here"]);
}

#[test]
fn the_model_tells_where_a_variable_is_from_and_hides_secrets() {
    let out = repository(COMMON).run(&["model"]).out;
    assert!(out.contains("- compose.env_var DB_PASSWORD  [common.conf:2:1]"), "{out}");
    assert!(out.contains("env_file: \"common.conf\"  [compose.yaml:3:41]"), "{out}");
    assert!(out.contains("value: \"mail\"  [:2:7]"), "{out}");
    assert!(!out.contains("correct-horse") && !out.contains("battery-staple"), "{out}");
}

#[test]
fn a_file_that_is_not_committed_is_no_error_and_leaves_the_rest_open() {
    let compose = "services:\n  api: { image: \"shop/api:1.4\", env_file: .env, restart: always }\n";
    let repository = Repository::new(&[("compose.yaml", compose), (".gitignore", ".env\n"), (".env.example", "A=\n")]);
    let out = repository.run(&["model"]).out;
    assert!(
        out.contains("maybe more: further variables may stand in an `env_file` that is not in the repository"),
        "{out}"
    );
    assert_eq!(found(&repository, &["compose-refuses", "compose-env-file"]), [""; 0]);
}
