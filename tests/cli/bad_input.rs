//! Bad input gets a clear message with its place, and nothing else is lost.

use super::support::{DOCKERFILE, Repository};

/// A compose file with one violation that every test below must still find.
const COMPOSE: &str = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n";

fn assert_rest_is_judged(repository: &Repository, status: i32, said: &str) {
    let run = repository.check(&["--rule", "compose-privileged"]);
    assert_eq!(run.status, status, "{}{}", run.out, run.err);
    assert!(run.out.contains(said), "`{said}` is said in:\n{}{}", run.out, run.err);
    assert!(run.out.contains("docker-compose.yml:4:17"), "the rest is judged:\n{}", run.out);
}

#[test]
fn a_file_that_is_not_utf8_is_named_with_the_byte() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    repository.write("api/Dockerfile", b"FROM scratch\nLABEL name=\"\xff\"\n");
    assert_rest_is_judged(&repository, 2, "api/Dockerfile");
}

#[test]
fn a_directory_named_dockerfile_is_told() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE), ("api/Dockerfile/README", "no\n")]);
    assert_rest_is_judged(&repository, 2, "api/Dockerfile");
}

#[test]
fn an_empty_dockerfile_is_told() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE), ("api/Dockerfile", "")]);
    assert_rest_is_judged(&repository, 2, "api/Dockerfile");
}

#[test]
fn one_bad_line_of_yaml_is_told_and_the_rest_of_the_file_is_judged() {
    let text = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n  db:\n    image: @nope\n";
    let repository = Repository::new(&[("docker-compose.yml", text)]);
    assert_rest_is_judged(&repository, 2, "docker-compose.yml:6");
}

#[test]
fn one_bad_instruction_is_told_and_the_rest_of_the_file_is_judged() {
    let repository = Repository::new(&[("Dockerfile", "FROM debian:12\nRUNN true\nUSER root\nCMD [\"/app\"]\n")]);
    let run = repository.check(&["--rule", "dockerfile-user-nonroot"]);
    assert_eq!(run.status, 2, "{}", run.out);
    assert!(run.out.contains("Dockerfile:2:1"), "{}", run.out);
    assert!(run.out.contains("Dockerfile:3:"), "{}", run.out);
}

#[test]
#[cfg(unix)]
fn a_symlink_loop_ends() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    std::os::unix::fs::symlink("../loop", repository.path().join("loop")).unwrap();
    std::os::unix::fs::symlink(".", repository.path().join("again")).unwrap();
    let run = repository.check(&["--rule", "compose-privileged"]);
    assert!(run.out.contains("docker-compose.yml:4:17"), "{}", run.out);
}

#[test]
#[cfg(unix)]
fn an_unreadable_file_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE), ("api/Dockerfile", DOCKERFILE)]);
    let path = repository.path().join("api/Dockerfile");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        eprintln!("skipped: this user may read every file, so none can be made unreadable");
        return;
    }
    assert_rest_is_judged(&repository, 2, "api/Dockerfile");
}

#[test]
fn an_alias_bomb_ends() {
    let mut text = String::from("x0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..40 {
        let before = format!("*a{}", level - 1);
        let line = format!("x{level}: &a{level} [{}]\n", [before.as_str(); 9].join(", "));
        text.push_str(&line);
    }
    text += "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n    command: *a39\n";
    let repository = Repository::new(&[("docker-compose.yml", &text)]);
    let run = repository.check(&["--rule", "compose-privileged"]);
    assert_eq!(run.status, 2, "{}{}", run.out, run.err);
    assert!(run.out.contains("more than 100000 values"), "{}{}", run.out, run.err);
}

#[test]
fn ten_thousand_levels_of_nesting_are_refused_with_their_place() {
    let deep = format!("services:\n  web: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE), ("deep/compose.yaml", &deep)]);
    assert_rest_is_judged(&repository, 2, "deep/compose.yaml:2");
}

#[test]
fn a_file_of_fifty_megabytes_is_read() {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: big }\ndata:\n  text: |\n");
    let line = format!("    {}\n", "x".repeat(1_000_000));
    for _ in 0..50 {
        text += &line;
    }
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE), ("k8s/big.yaml", &text)]);
    let run = repository.check(&["--rule", "compose-privileged"]);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
}

#[test]
fn a_file_over_the_limit_is_told() {
    let repository = Repository::new(&[("docker-compose.yml", COMPOSE)]);
    let file = std::fs::File::create(repository.path().join("Dockerfile")).unwrap();
    file.set_len(65 << 20).unwrap();
    assert_rest_is_judged(&repository, 2, "Dockerfile");
}

#[test]
fn committed_merge_conflicts_are_told_and_one_side_is_judged() {
    let text = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n<<<<<<< HEAD\n    restart: always\n=======\n    restart: unless-stopped\n>>>>>>> feature\n";
    let repository = Repository::new(&[("docker-compose.yml", text)]);
    assert_rest_is_judged(&repository, 2, "merge conflict");
}

#[test]
fn a_template_is_noted_once_and_the_run_stays_whole() {
    let manifest = "apiVersion: v1\nkind: Service\nmetadata:\n{{- if .Labels }}\n  labels: {{ .Labels }}\n{{- end }}\n";
    let dockerfile = "{{ InsertTemplate('x') }}\nset a = 1\nFROM {{ base }}\n";
    let rules = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: rules }\ndata:\n  a.tpl: |\n    {{ $labels.x }}\n";
    let files = [("gateway.yaml", manifest), ("web/Dockerfile.linux", dockerfile), ("rules.yaml", rules)];
    let run = Repository::new(&files).check(&[]);
    assert_eq!(run.out.matches("note[not-evaluated] this is a template").count(), 2, "{}", run.out);
    assert!(!run.out.contains("unparsed"), "{}", run.out);
    assert_eq!(run.status, 0, "{}", run.out);
}
