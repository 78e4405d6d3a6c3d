//! Merging, extending, including, and files that are broken.

use proptest::prelude::*;

use super::super::TroubleKind;
use super::{Project, one, service, show};
use crate::model::value::Field;

fn merged(base: &str, over: &str) -> super::ComposeFile {
    Project { files: &[("compose.yaml", base), ("compose.override.yaml", over)], overrides: 1, env: &[] }.load()
}

fn web(base: &str, over: &str) -> super::ComposeService {
    let wrap = |body: &str| format!("services: {{web: {{{body}}}}}");
    let file = merged(&wrap(base), &wrap(over));
    assert_eq!(file.problems, []);
    file.services.items.into_iter().next().unwrap()
}

fn published(service: &super::ComposeService) -> Vec<String> {
    service.ports.iter().map(|port| port.as_written.clone()).collect()
}

#[test]
fn mappings_merge_and_lists_append() {
    let service = web("image: a, cap_drop: [ALL], dns: 1.1.1.1", "image: b, cap_drop: [NET_RAW], read_only: true");
    assert_eq!(show(&service.image.clone().map(|image| image.reference)), "b");
    assert_eq!(service.cap_drop.values().cloned().collect::<Vec<_>>(), ["ALL", "NET_RAW"]);
    assert_eq!(service.read_only.value(), Some(&true));
}

#[test]
fn commands_and_tests_are_replaced() {
    let service = web(
        "image: a, command: [a, b], entrypoint: x, healthcheck: {test: [CMD, a], retries: 3}",
        "command: c, entrypoint: [y, z], healthcheck: {test: [CMD, b]}",
    );
    assert_eq!(show(&service.command.value().unwrap().text), "c");
    assert_eq!(show(&service.entrypoint.value().unwrap().text), "y z");
    let check = service.healthcheck.value().unwrap();
    assert_eq!((show(&check.command), show(&check.retries)), ("b".to_owned(), "3".to_owned()));
}

#[test]
fn lists_that_stand_for_mappings_merge_by_key() {
    let service = web("image: a, environment: [A=1, B=2], labels: {x: y}", "environment: {B: 3, C: 4}, labels: [x=z]");
    let env: Vec<String> = service.environment.iter().map(|v| format!("{}={}", v.key, show(&v.value))).collect();
    assert_eq!(env, ["A=1", "B=3", "C=4"]);
    assert_eq!(show(&service.labels.items[0].value), "z");
}

#[test]
fn a_volume_of_the_same_target_and_a_port_of_the_same_address_replace() {
    let service = web(
        "image: a, volumes: ['aa:/x', 'bb:/y'], ports: ['80:80', '81:81']",
        "volumes: ['./c:/x'], ports: ['80:80/tcp', '90:80']",
    );
    let mounts: Vec<String> = service.volumes.iter().map(|mount| mount.as_written.clone()).collect();
    assert_eq!(mounts, ["./c:/x", "bb:/y"]);
    assert_eq!(published(&service), ["80:80/tcp", "81:81", "90:80"]);
}

#[test]
fn an_empty_list_removes_nothing() {
    let service = web("image: a, ports: ['80:80'], depends_on: [db]", "ports: [], depends_on: {}");
    assert_eq!(published(&service), ["80:80"]);
    assert_eq!(service.depends_on.items.len(), 1);
}

#[test]
fn reset_removes_and_override_replaces() {
    let service = web(
        "image: a, ports: ['80:80'], privileged: true, user: root",
        "ports: !override ['90:90'], privileged: !reset null, user: !reset x",
    );
    assert_eq!(published(&service), ["90:90"]);
    assert_eq!(service.privileged.value(), Some(&false));
    assert!(service.user.is_absent());
}

#[test]
fn dependencies_and_networks_merge_over_both_forms() {
    let service = web(
        "image: a, depends_on: [db], networks: [x]",
        "depends_on: {db: {condition: service_healthy}}, networks: {y: {aliases: [z]}}",
    );
    assert_eq!(show(service.depends_on.items[0].condition.field()), "service_healthy");
    assert!(!service.depends_on.items[0].is_list_form);
    assert_eq!(service.network_names(), ["x", "y"]);
}

#[test]
fn logging_of_another_driver_replaces() {
    let service = web("image: a, logging: {driver: a, options: {x: 1}}", "logging: {driver: b, options: {y: 2}}");
    assert_eq!(service.logging_options.items.iter().map(|option| option.key.as_str()).collect::<Vec<_>>(), ["y"]);
}

#[test]
fn a_build_path_merges_with_a_build_mapping() {
    let service = web("build: ./app", "build: {target: dev}");
    let build = service.build.value().unwrap();
    assert_eq!((show(build.context.field()), show(&build.target)), ("./app".to_owned(), "dev".to_owned()));
}

#[test]
fn every_merged_value_names_its_file() {
    let files = [
        ("compose.yaml", "services:\n  web:\n    image: a\n    user: root\n"),
        ("compose.hardened.yaml", "services:\n  web:\n    user: '65532'\n    read_only: true\n"),
    ];
    let project = Project { files: &files, overrides: 1, env: &[] };
    let file = project.load();
    let service = &file.services.items[0];
    assert_eq!((service.user.place().file.0, project.slice(service.user.place())), (1, "'65532'".to_owned()));
    assert_eq!(service.read_only.place().file.0, 1);
    assert_eq!(service.image.place().file.0, 0);
    assert_eq!(project.slice(service.at), "web");
    assert_eq!(project.slice(service.cap_drop.at), "web", "what is absent is blamed on the service");
}

#[test]
fn an_overlay_on_its_own_is_a_fragment() {
    assert!(service("user: '65532'").is_fragment);
    assert!(!service("image: a").is_fragment);
    assert!(!service("provider: {type: model}").is_fragment);
}

#[test]
fn merge_keys_and_aliases_are_followed() {
    let file = one(
        "x-base: &base\n  restart: always\n  environment: {A: 1}\nservices:\n  web:\n    <<: *base\n    image: a\n    environment: [B=2]\n",
    );
    let service = &file.services.items[0];
    assert_eq!(show(&service.restart), "always");
    assert_eq!(service.environment.items[0].key, "B");
}

#[test]
fn documents_of_one_file_are_merged() {
    let file = one("services: {web: {image: a}}\n---\nservices: {web: {user: '1'}}\n");
    assert_eq!(show(&file.services.items[0].user), "1");
}

#[test]
fn a_service_is_extended_within_its_file_and_from_another() {
    let files = [
        (
            "compose.yaml",
            "services:\n  web:\n    extends: {service: base}\n    image: b\n  base:\n    extends: {file: common/base.yaml, service: root}\n    user: '1'\n",
        ),
        ("common/base.yaml", "services:\n  root:\n    build: ./src\n    read_only: true\n    user: root\n"),
    ];
    let project = Project { files: &files, overrides: 0, env: &[] };
    let file = project.load();
    assert_eq!(file.problems, []);
    let web = &file.services.items[0];
    assert_eq!(web.read_only.value(), Some(&true));
    assert_eq!(show(&web.user), "1");
    assert_eq!(show(&web.build.value().unwrap().context_path.clone().map(|path| path.0)), "common/src");
    assert_eq!(project.slice(web.at), "web");
}

#[test]
fn extending_in_a_circle_is_reported() {
    let file = one("services:\n  a: {extends: b, image: x}\n  b: {extends: a}\n");
    assert!(file.problems.iter().any(|trouble| trouble.message.contains("circle")));
    assert_eq!(file.services.items.len(), 2);
}

#[test]
fn what_a_missing_base_may_say_is_unknown() {
    let file = one("services:\n  a: {extends: {file: ../../other.yaml, service: x}, user: '1'}\n");
    assert_eq!(file.problems[0].kind, TroubleKind::NotFollowed);
    let service = &file.services.items[0];
    assert_eq!(show(&service.user), "1");
    assert!(matches!(service.image, Field::Unresolved(_)));
    assert!(matches!(service.read_only.field(), Field::Unresolved(_)));
    assert!(!service.is_fragment);
}

#[test]
fn included_files_take_part() {
    let files = [
        (
            "compose.yaml",
            "include: [db/compose.yaml]\nservices:\n  web: {image: a, networks: [back], depends_on: [db]}\n",
        ),
        ("db/compose.yaml", "services:\n  db: {build: .}\nnetworks: {back: }\n"),
    ];
    let file = Project { files: &files, overrides: 0, env: &[] }.load();
    assert_eq!(file.problems, []);
    let web = file.services.iter().find(|service| service.name == "web").unwrap();
    assert_eq!(web.networks.items[0].declared.value(), Some(&true));
    assert_eq!(web.depends_on.items[0].declared.value(), Some(&true));
    let db = file.services.iter().find(|service| service.name == "db").unwrap();
    assert_eq!(show(&db.build.value().unwrap().context_path.clone().map(|path| path.0)), "db");
}

#[test]
fn names_may_be_declared_in_an_include_that_was_not_read() {
    let file = one("include: ['oci://registry/x']\nservices: {web: {image: a, networks: [n]}}\n");
    assert_eq!(file.problems[0].kind, TroubleKind::NotFollowed);
    assert!(matches!(file.services.items[0].networks.items[0].declared.field(), Field::Unresolved(_)));
}

#[test]
fn one_bad_service_does_not_lose_the_others() {
    let file = one("services:\n  a: \n  b: text\n  c: {image: x, ports: 80, healthcheck: [x]}\n");
    let messages: Vec<&str> = file.problems.iter().map(|trouble| trouble.message.as_str()).collect();
    assert_eq!(messages, ["the service `a` is null", "the service `b` is a string"]);
    let c = &file.services.items[0];
    assert!(c.ports.unseen.is_some());
    assert_eq!(show(&c.healthcheck.clone().map(|_| "")), "!a list");
}

#[test]
fn unknown_keys_are_reported_with_the_nearest_one() {
    let file = one("services:\n  a: {image: x, enviroment: {}}\nservice-name: {}\nx-free: 1\n");
    let problems: Vec<_> =
        file.problems.iter().map(|trouble| (trouble.message.as_str(), trouble.help.as_deref())).collect();
    assert_eq!(
        problems,
        [
            (
                "`service-name` is no key of a compose file",
                Some("compose refuses it; keys that start with `x-` are free")
            ),
            ("`enviroment` is no key of a compose service", Some("did you mean `environment`?")),
        ]
    );
}

#[test]
fn variables_are_listed_with_their_defaults() {
    let files = [("compose.yaml", "services: {web: {image: 'a:${TAG:-1}', environment: ['P=${PW:?}', 'Q=$Q']}}")];
    let project = Project { files: &files, overrides: 0, env: &[("Q", "x")] };
    let file = project.load();
    let all: Vec<String> =
        file.variables.iter().map(|v| format!("{} {} {} {}", v.name, show(&v.default), v.required, v.is_set)).collect();
    assert_eq!(all, ["TAG 1 false false", "PW - true false", "Q - false true"]);
    assert_eq!(project.slice(file.variables.items[0].at), "${TAG:-1}");
    assert_eq!(project.slice(file.variables.items[0].default.place()), "1");
}

#[test]
fn an_alias_bomb_ends() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let item = format!("*a{}, ", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{item}]\n");
    }
    let file = one(&format!(
        "x-bomb:\n{}services: {{web: {{image: a}}}}\n",
        text.lines().map(|l| format!("  {l}\n")).collect::<String>()
    ));
    assert!(file.problems.iter().any(|trouble| trouble.message.contains("100000")));
}

#[test]
fn values_that_nest_too_deep_are_reported() {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let file = one(&format!("services: {{web: {{image: a}}}}\nx-deep: {deep}\n"));
    assert!(file.problems.iter().any(|trouble| trouble.message.contains("too deep")));
    assert_eq!(file.services.items.len(), 1);
}

#[test]
fn a_variable_behind_an_alias_is_listed_once() {
    let file = one(
        "x-env: &env {A: '${A}', B: '$'}\nservices:\n  a: {image: a, environment: *env}\n  b: {image: b, environment: *env}\n",
    );
    assert_eq!(file.variables.items.len(), 1);
    assert_eq!(file.problems.len(), 1);
}

#[test]
fn a_long_chain_of_extends_ends() {
    let mut text = "services:\n  s0: {image: a}\n".to_owned();
    for index in 1..2000 {
        text += &format!("  s{index}: {{extends: s{}}}\n", index - 1);
    }
    assert_eq!(one(&text).services.items.len(), 2000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_loads_without_panic(text in "\\PC{0,200}") {
        one(&text);
    }

    #[test]
    fn anything_that_looks_like_compose_loads_without_panic(
        keys in proptest::collection::vec(("(image|ports|volumes|environment|healthcheck|build|depends_on|extends|tmpfs|user|command|networks|secrets|deploy|env_file)", "[-a-z0-9$:{}\\[\\],./ '\"|>&*!?~é@=]{0,24}"), 0..6),
    ) {
        let body: String = keys.iter().map(|(key, value)| format!("    {key}: {value}\n")).collect();
        one(&format!("services:\n  web:\n{body}"));
        let listed: String = keys.iter().map(|(key, value)| format!("    {key}:\n      - {value}\n")).collect();
        merged(&format!("services:\n  web:\n{body}"), &format!("services:\n  web:\n{listed}"));
    }
}
