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

#[test]
fn files_that_the_env_file_names_may_lie_above_it_and_may_be_missing() {
    let files = [
        ("dev/.env", "COMPOSE_FILE=../compose.yaml:../hardened.yml:local.yml\n"),
        ("compose.yaml", BASE),
        ("hardened.yml", HARDENED),
    ];
    let repository = Repository::new(&files);
    assert_eq!(line(&repository.run(&["model"]).out, "user:"), "user: \"2000\"  [hardened.yml:4:11]");
    let report = repository.run(&["check", "--standard", "recommended", "--format", "json"]).out;
    assert!(
        report.contains("`dev/local.yml` was not laid over this: there is no such file in the repository"),
        "{report}"
    );
}

#[test]
fn of_files_with_names_that_compose_looks_for_it_takes_the_first() {
    let told = |files: &[(&str, &str)]| {
        let report = Repository::new(files).run(&["check", "--standard", "recommended", "--format", "compact"]).out;
        report.lines().filter(|line| line.contains("compose takes")).map(str::to_owned).collect::<Vec<_>>()
    };
    let over = "services: { web: { restart: always } }\n";
    let both = told(&[("compose.yaml", BASE), ("docker-compose.yml", BASE)]);
    assert!(both.len() == 1 && both[0].starts_with("docker-compose.yml:"), "{both:?}");
    assert!(both[0].contains("compose takes `compose.yaml`, which stands beside it, and not this file"), "{both:?}");
    let overrides = [("compose.yml", BASE), ("compose.override.yml", over), ("docker-compose.override.yml", over)];
    let overridden = told(&overrides);
    assert!(overridden.len() == 1 && overridden[0].starts_with("docker-compose.override.yml:"), "{overridden:?}");
    let env = (".env", "COMPOSE_FILE=docker-compose.yml\n");
    assert_eq!(told(&[env, ("compose.yaml", BASE), ("docker-compose.yml", BASE)]), [""; 0]);
    assert_eq!(told(&[("compose.yaml", BASE), ("compose.override.yaml", over)]), [""; 0]);
}

#[test]
fn paths_of_a_file_for_another_directory_start_where_they_lead_somewhere() {
    let extra = "services: { beat: { build: { context: extras/beat } } }\n";
    let files = [
        ("compose.yaml", BASE),
        ("extras/beat/beat-compose.yaml", extra),
        ("extras/beat/Dockerfile", "FROM alpine:3.22\n"),
    ];
    let repository = Repository::new(&files);
    let report = repository.run(&["check", "--standard", "recommended", "--format", "compact"]).out;
    assert!(!report.contains("which the repository does not have"), "{report}");
    let gone = [files[0], files[1], ("extras/other/Dockerfile", "FROM alpine:3.22\n")];
    let report = Repository::new(&gone).run(&["check", "--standard", "recommended", "--format", "compact"]).out;
    assert!(report.contains("`beat` is built from `Dockerfile` in `extras/beat`"), "{report}");
}

#[test]
fn what_lies_in_an_absent_submodule_cannot_be_told() {
    let files = [
        (".gitmodules", "[submodule \"api\"]\n\tpath = services/api\n\turl = https://x.example/api.git\n"),
        ("compose.yaml", "services: { api: { build: services/api }, out: { build: ../other } }\n"),
    ];
    let report = Repository::new(&files).run(&["check", "--standard", "recommended", "--format", "compact"]).out;
    assert!(report.contains("it lies in a submodule that is not checked out (`services/api`)"), "{report}");
    assert!(report.contains("it leads out of the repository (`../other`)"), "{report}");
    assert!(!report.contains("which the repository does not have"), "{report}");
}

#[test]
fn dockerfiles_of_one_directory_are_one_service_under_any_of_their_names() {
    let names = ["Dockerfile", "Dockerfile.dev", "dev.Dockerfile", "Dockerfile-prod", "Containerfile", "dockerfile.ci"];
    let files: Vec<(String, &str)> = names.iter().map(|name| (format!("api/{name}"), "FROM alpine:3.22\n")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let out = Repository::new(&files).run(&["model"]).out;
    assert_eq!(out.matches("\nservice ").count() + usize::from(out.starts_with("service ")), 1, "{out}");
    assert_eq!(line(&out, "dockerfiles:"), "dockerfiles: 6 in all  [:1:1]");
}
