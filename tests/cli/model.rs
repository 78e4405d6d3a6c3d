//! `svclint model`: what svclint sees, and where each value comes from.

use crate::support::Repository;

const COMPOSE: &str = "services:\n  web:\n    build: .\n    user: '1000'\n    environment:\n      API_TOKEN: hunter2\n      CACHE: redis://app:hunter2@cache/0\n    image: shop/web:${TAG}\n";
const OVERRIDE: &str = "services:\n  web:\n    user: '2000'\n    mem_limit: lots\n";

fn repository() -> Repository {
    Repository::new(&[
        ("Dockerfile", "FROM alpine:3.20\nUSER 1000\n"),
        ("compose.yaml", COMPOSE),
        ("compose.override.yaml", OVERRIDE),
    ])
}

fn line<'o>(out: &'o str, start: &str) -> &'o str {
    out.lines().map(str::trim).find(|line| line.starts_with(start)).unwrap_or("")
}

#[test]
fn values_come_with_the_place_that_decided_them() {
    let run = repository().run(&["model"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("service .  [.:1:1]\n"), "{}", run.out);
    assert_eq!(line(&run.out, "user: \"2000\""), "user: \"2000\"  [compose.override.yaml:3:11]");
    assert_eq!(line(&run.out, "tag:"), "tag: cannot tell from `${TAG}`: `TAG` has no default here  [:8:21]");
    assert_eq!(
        line(&run.out, "memory:"),
        "memory: `lots`, which should be an amount of bytes such as `512m` or `4G`  [:4:16]"
    );
    assert!(!run.out.contains("absent"), "{}", run.out);
    let all = repository().run(&["model", "--all"]).out;
    assert!(all.contains("absent"), "{all}");
}

#[test]
fn what_may_be_a_secret_is_not_printed() {
    for arguments in [&["model"][..], &["model", "--all"], &["model", "--format", "json"]] {
        let out = repository().run(arguments).out;
        assert!(out.contains("API_TOKEN"), "{out}");
        assert!(!out.contains("hunter2"), "{out}");
    }
}

#[test]
fn programs_get_every_state() {
    let out = repository().run(&["model", "--json"]).out;
    let model: serde_json::Value = serde_json::from_str(&out).unwrap();
    let artifacts = model["services"][0]["artifacts"].as_array().unwrap();
    let kinds: Vec<&str> = artifacts.iter().map(|artifact| artifact["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["dockerfile", "compose.file"]);
    for state in ["known", "absent", "unresolved", "malformed"] {
        assert!(out.contains(&format!("\"state\": \"{state}\"")), "{state}");
    }
}

#[test]
fn a_directory_without_services_has_no_model() {
    let run = Repository::new(&[("notes.txt", "nothing\n")]).run(&["model"]);
    assert_eq!((run.status, run.out.as_str()), (3, ""));
    assert!(run.err.starts_with("there is no service here"), "{}", run.err);
}

const BASE: &str = "services:\n  web:\n    image: shop/web:1.4\n    user: '1000'\n";
const HARDENED: &str = "services:\n  web:\n    cap_drop: [ALL]\n    user: '2000'\n";

#[test]
fn compose_files_that_belong_together_are_one_project() {
    let files = [("deploy/base.compose.yaml", BASE), ("deploy/hardened.yml", HARDENED)];
    let repository = Repository::new(&files);
    let alone = repository.run(&["model"]).out;
    assert!(alone.contains("user: \"1000\""), "{alone}");
    let arguments = ["model", "--compose-file", "deploy/base.compose.yaml", "--compose-file", "deploy/hardened.yml"];
    let together = repository.run(&arguments).out;
    assert_eq!(line(&together, "user:"), "user: \"2000\"  [deploy/hardened.yml:4:11]");
    assert_eq!(together.matches("- compose.service web").count(), 1, "{together}");
    let run = repository.run(&["check", "--compose-file", "deploy/none.yml"]);
    assert_eq!((run.status, run.err.as_str()), (2, "error: `deploy/none.yml` is not a file\n"));
}

#[test]
fn the_env_file_says_which_files_compose_takes() {
    let env = "COMPOSE_FILE=compose.yaml,hardened.yml\nCOMPOSE_PATH_SEPARATOR=,\n";
    let files = [
        (".env", env),
        ("compose.yaml", BASE),
        ("hardened.yml", HARDENED),
        ("compose.override.yaml", "services: {}\n"),
    ];
    let out = Repository::new(&files).run(&["model"]).out;
    assert_eq!(line(&out, "user:"), "user: \"2000\"  [hardened.yml:4:11]");
    assert_eq!(line(&out, "overrides:"), "overrides: 1 in all  [:1:1]");
}
