//! What becomes of a project when its files are laid over one another, and when its variables are filled in.
//!
//! The cases follow what compose-go 2 tests of its own merge (`override/*_test.go`) and templates
//! (`template/template_test.go`), in words and values of our own.

mod env_files;
mod loading;
mod published;
mod refusals;
mod typed;

use super::tree::{Data, Value};
use super::*;
use crate::source::FileId;

/// A composed value as JSON, places left out.
fn json(value: &Value) -> serde_json::Value {
    match &value.data {
        Data::Null => serde_json::Value::Null,
        Data::Scalar(text) => text.value.clone().into(),
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), json(&entry.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// A repository without further files.
const NONE: FileLoader<'_> = FileLoader { tree: &|_| None, env: &|_| None };

/// The project of some files, laid over one another in order, and what compose would refuse in it.
fn composed(files: &[&str], env: &[(&str, &str)]) -> (serde_json::Value, Vec<String>) {
    let trees: Vec<Tree> = files.iter().map(|text| Tree::parse(FileId(0), text)).collect();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let inputs: Vec<ComposeInput<'_>> = trees.iter().map(|tree| ComposeInput { tree, path: "compose.yaml" }).collect();
    let (base, overrides) = inputs.split_first().unwrap();
    let (root, loading) = merged(".", *base, overrides, &env, NONE);
    (json(&root), loading.composer.troubles.into_iter().map(|trouble| trouble.message).collect())
}

/// The service `web` of two files that say something about it, beside that of a file that says the result.
fn assert_merges(base: &str, over: &str, expected: &str) {
    let file = |attributes: &str| {
        let linked = "db: { image: x }, cache: { image: x }, 'cache=redis': { image: x }";
        format!("services: {{ web: {{ {attributes} }}, {linked} }}\nmodels: {{ small: {{ model: ai/small }} }}\n")
    };
    let (mut merged, troubles) = composed(&[&file(base), &file(over)], &[]);
    let (mut wanted, _) = composed(&[&file(expected)], &[]);
    merged.sort_all_objects();
    wanted.sort_all_objects();
    assert_eq!(merged, wanted, "{base} with {over} laid over it");
    assert!(troubles.is_empty(), "{base} with {over} laid over it: {troubles:?}");
}

#[test]
fn mappings_merge_by_key_however_they_are_written() {
    for key in ["environment", "labels", "annotations", "sysctls"] {
        assert_merges(&format!("{key}: [A=1]"), &format!("{key}: [B=2, C=, D]"), &format!("{key}: [A=1, B=2, C=, D]"));
        assert_merges(&format!("{key}: {{A: 1}}"), &format!("{key}: [A=3, B=2]"), &format!("{key}: {{A: 3, B: 2}}"));
        assert_merges(&format!("{key}: [A=1]"), &format!("{key}: {{B: '', D: null}}"), &format!("{key}: [A=1, B=, D]"));
    }
    assert_merges("deploy: {labels: [a=1]}", "deploy: {labels: {b: 2}}", "deploy: {labels: {a: 1, b: 2}}");
}

#[test]
fn builds_merge_part_by_part() {
    assert_merges("build: ./web", "build: {target: prod}", "build: {context: ./web, target: prod}");
    assert_merges(
        "build: {context: ., args: {A: 1}}",
        "build: {args: [B=2]}",
        "build: {context: ., args: {A: 1, B: 2}}",
    );
    assert_merges(
        "build: {context: ., additional_contexts: [base=/srv/base, app=docker-image://app:1]}",
        "build: {additional_contexts: {app: 'docker-image://app:2'}}",
        "build: {context: ., additional_contexts: {base: /srv/base, app: 'docker-image://app:2'}}",
    );
    assert_merges("build: {tags: [web:1]}", "build: {tags: [web:1, web:2]}", "build: {tags: [web:1, web:2]}");
}

#[test]
fn lists_append_and_keep_one_of_each() {
    assert_merges("cap_add: [BPF, CHOWN]", "cap_add: [KILL, CHOWN]", "cap_add: [BPF, CHOWN, KILL]");
    assert_merges("cap_drop: [ALL]", "cap_drop: [ALL, NET_ADMIN]", "cap_drop: [ALL, NET_ADMIN]");
    assert_merges("dns: [8.8.8.8, 9.9.9.9]", "dns: 9.9.9.9", "dns: [8.8.8.8, 9.9.9.9]");
    assert_merges("dns_search: [a.test, b.test]", "dns_search: b.test", "dns_search: [a.test, b.test]");
    assert_merges("dns_opt: [use-vc]", "dns_opt: [use-vc, no-tld-query]", "dns_opt: [use-vc, no-tld-query]");
    assert_merges("env_file: base.env", "env_file: [dev.env, base.env]", "env_file: [base.env, dev.env]");
    assert_merges("env_file: [a.env, b.env]", "env_file: [{path: b.env}]", "env_file: [a.env, {path: b.env}]");
    assert_merges("expose: ['80']", "expose: ['443', '80']", "expose: ['80', '443']");
    assert_merges("profiles: [dev]", "profiles: [dev, debug]", "profiles: [dev, debug]");
    assert_merges("tmpfs: /run", "tmpfs: [/tmp, /run]", "tmpfs: [/run, /tmp]");
    assert_merges("links: [db, cache]", "links: ['cache=redis']", "links: [db, 'cache=redis']");
}

#[test]
fn what_is_mounted_is_one_for_each_target() {
    assert_merges("volumes: ['./a:/data']", "volumes: ['./b:/data']", "volumes: ['./b:/data']");
    assert_merges(
        "volumes: ['./a:/data', 'cache:/cache']",
        "volumes: [{type: bind, source: ./b, target: /data}]",
        "volumes: [{type: bind, source: ./b, target: /data}, 'cache:/cache']",
    );
    assert_merges(
        "devices: ['/dev/sda:/dev/sda', '/dev/sdb:/dev/sdb']",
        "devices: ['/dev/nvme0:/dev/sda']",
        "devices: ['/dev/nvme0:/dev/sda', '/dev/sdb:/dev/sdb']",
    );
    assert_merges(
        "secrets: [key]",
        "secrets: [key, {source: cert, target: tls}]",
        "secrets: [key, {source: cert, target: tls}]",
    );
}

#[test]
fn ports_are_one_for_each_address() {
    assert_merges("ports: ['80:8080']", "ports: ['80:8080', '81:8080']", "ports: ['80:8080', '81:8080']");
    assert_merges(
        "ports: ['80:8080']",
        "ports: [{published: '80', target: 8080}]",
        "ports: [{published: '80', target: 8080}]",
    );
    assert_merges("ports: ['53:53/udp']", "ports: ['53:53']", "ports: ['53:53/udp', '53:53']");
}

#[test]
fn hosts_may_have_several_addresses() {
    assert_merges(
        "extra_hosts: [db=10.0.0.1]",
        "extra_hosts: [db=10.0.0.1, db=10.0.0.2, 'six:::1']",
        "extra_hosts: {db: [10.0.0.1, 10.0.0.2], six: '::1'}",
    );
    assert_merges(
        "extra_hosts: {db: 10.0.0.1}",
        "extra_hosts: {db: [10.0.0.1, 10.0.0.2]}",
        "extra_hosts: [db=10.0.0.1, db=10.0.0.2]",
    );
}

#[test]
fn commands_tests_and_limits_replace() {
    assert_merges("command: [run, --fast]", "command: serve", "command: serve");
    assert_merges("entrypoint: [/bin/a]", "entrypoint: [/bin/b]", "entrypoint: [/bin/b]");
    assert_merges(
        "healthcheck: {test: [CMD, a], interval: 5s}",
        "healthcheck: {test: [CMD, b]}",
        "healthcheck: {test: [CMD, b], interval: 5s}",
    );
    assert_merges(
        "ulimits: {nofile: {soft: 1, hard: 2, x-why: files}}",
        "ulimits: {nofile: {soft: 3, hard: 3}}",
        "ulimits: {nofile: {soft: 3, hard: 3}}",
    );
    assert_merges(
        "ulimits: {nproc: 9}",
        "ulimits: {nproc: {soft: 8, hard: 9}}",
        "ulimits: {nproc: {soft: 8, hard: 9}}",
    );
    assert_merges(
        "deploy: {resources: {limits: {cpus: '1', memory: 1G}}}",
        "deploy: {resources: {limits: {memory: 2G}}}",
        "deploy: {resources: {limits: {cpus: '1', memory: 2G}}}",
    );
}

#[test]
fn logging_options_merge_for_one_driver_and_go_with_another() {
    let base = "logging: {driver: json-file, options: {max-size: 1m}}";
    assert_merges(
        base,
        "logging: {options: {max-file: '3'}}",
        "logging: {driver: json-file, options: {max-size: 1m, max-file: '3'}}",
    );
    assert_merges(base, "logging: {driver: local}", "logging: {driver: local}");
}

#[test]
fn lists_of_names_merge_with_mappings() {
    assert_merges(
        "depends_on: [db]",
        "depends_on: {cache: {condition: service_healthy}}",
        "depends_on: {db: null, cache: {condition: service_healthy}}",
    );
    assert_merges(
        "networks: [front]",
        "networks: {back: {aliases: [api]}}",
        "networks: {front: null, back: {aliases: [api]}}",
    );
    assert_merges(
        "networks: {back: {aliases: [a, b]}}",
        "networks: {back: {aliases: [b, c]}}",
        "networks: {back: {aliases: [a, b, c]}}",
    );
    assert_merges("models: [small]", "models: {small: {endpoint_var: URL}}", "models: {small: {endpoint_var: URL}}");
}

#[test]
fn flags_of_a_model_replace() {
    let (merged, troubles) = composed(
        &[
            "models: {small: {model: ai/small, runtime_flags: [--slow, --batch=32]}}\n",
            "models: {small: {runtime_flags: [--fast]}}\n",
        ],
        &[],
    );
    assert_eq!(merged["models"]["small"].to_string(), r#"{"model":"ai/small","runtime_flags":["--fast"]}"#);
    assert!(troubles.is_empty(), "{troubles:?}");
}

#[test]
fn address_pools_merge_by_their_subnet() {
    let (mut merged, troubles) = composed(
        &[
            "networks: {back: {labels: [tier=data], ipam: {config: [{subnet: 10.1.0.0/16, gateway: 10.1.0.1}]}}}\n",
            "networks: {back: {labels: {team: shop}, ipam: {config: [{subnet: 10.1.0.0/16, gateway: 10.1.0.9}, {subnet: 10.2.0.0/16}]}}}\n",
        ],
        &[],
    );
    merged.sort_all_objects();
    assert_eq!(
        merged.to_string(),
        r#"{"networks":{"back":{"ipam":{"config":[{"gateway":"10.1.0.9","subnet":"10.1.0.0/16"},{"subnet":"10.2.0.0/16"}]},"labels":{"team":"shop","tier":"data"}}}}"#
    );
    assert!(troubles.is_empty(), "{troubles:?}");
}

#[test]
fn reset_takes_away_and_override_replaces() {
    assert_merges("image: web, ports: ['80:80']", "ports: !reset []", "image: web");
    assert_merges(
        "image: web, environment: {A: 1, B: 2}",
        "environment: {A: !reset null}",
        "image: web, environment: {B: 2}",
    );
    assert_merges("ports: ['80:80', '81:81']", "ports: !override ['82:82']", "ports: ['82:82']");
    assert_merges("image: web", "ports: !reset null", "image: web");
}

#[test]
fn a_mapping_laid_over_a_list_is_refused() {
    let (_, troubles) =
        composed(&["services: {web: {volumes: ['./a:/data']}}\n", "services: {web: {volumes: {data: ./b}}}\n"], &[]);
    assert_eq!(troubles, ["`volumes` is a mapping where a list should stand"]);
    let (_, troubles) = composed(&["services: {web: {hostname: a}}\n", "services: {web: {hostname: [a]}}\n"], &[]);
    assert_eq!(troubles, ["this is of another type than the value it is laid over"]);
}

#[test]
fn anchors_hold_within_one_document() {
    let (project, _) = composed(&["x-env: &env {A: 1}\nservices: {web: {environment: {<<: *env, B: 2}}}\n"], &[]);
    assert_eq!(project["services"]["web"]["environment"].to_string(), r#"{"B":"2","A":"1"}"#);
}

/// The image of `web` after `FULL=first` and `EMPTY=` are filled in.
fn filled(template: &str) -> String {
    let file = format!("services: {{ web: {{ image: '{template}' }} }}\n");
    let (project, troubles) = composed(&[&file], &[("FULL", "first"), ("EMPTY", "")]);
    assert!(troubles.is_empty(), "{template}: {troubles:?}");
    project["services"]["web"]["image"].as_str().unwrap_or("(none)").to_owned()
}

#[test]
fn variables_are_filled_in_as_compose_does() {
    for (template, expected) in [
        ("$${FULL}", "${FULL}"),
        ("plain", "plain"),
        ("a $ sign", "a $ sign"),
        ("^end$", "^end$"),
        ("$FULL-bar", "first-bar"),
        ("a $FULL b", "a first b"),
        ("a ${FULL} b", "a first b"),
        ("a ${EMPTY} b", "a  b"),
        ("${NONE:-def}", "def"),
        ("${NONE-def}", "def"),
        ("${EMPTY:-def}", "def"),
        ("${EMPTY-def}", ""),
        ("${FULL:-def}", "first"),
        ("${FULL:+there}", "there"),
        ("${FULL+there}", "there"),
        ("${EMPTY+there}", "there"),
        ("${EMPTY:+there}", ""),
        ("${EMPTY:-/a:-/b}", "/a:-/b"),
        (":-a ${EMPTY:-b}", ":-a b"),
        (":?a ${EMPTY-b}", ":?a "),
        ("+a ${NONE:-${EMPTY-b}}", "+a "),
        ("${NONE-$FULL}", "first"),
        ("${NONE-${FULL} ${FULL}}", "first first"),
        ("${EMPTY:-${FULL}}", "first"),
        ("${EMPTY+$FULL ${FULL:+second}}", "first second"),
        ("${FULL:?needed}", "first"),
        ("${EMPTY?needed}", ""),
        ("${NONE:-redis}.${FULL:?}", "redis.first"),
    ] {
        assert_eq!(filled(template), expected, "{template}");
    }
}

#[test]
fn templates_that_compose_refuses_are_reported() {
    for template in ["${", "${}", "${ }", "${ FULL}", "${FULL }", "${FULL!}"] {
        let file = format!("services: {{ web: {{ image: '{template}' }} }}\n");
        let (_, troubles) = composed(&[&file], &[]);
        assert_eq!(troubles.len(), 1, "{template}: {troubles:?}");
    }
}

#[test]
fn services_of_version_1_are_one_trouble_and_read_all_the_same() {
    let (project, troubles) = composed(&["web:\n  image: nginx\n  privileged: true\ndb:\n  image: mysql\n"], &[]);
    assert_eq!(troubles, ["this is a compose file of version 1: services stand at the top level"]);
    assert_eq!(project["services"]["web"]["privileged"], "true");
}

/// What compose refuses in a project of one file.
fn refused(text: &str) -> Vec<String> {
    composed(&[text], &[]).1
}

#[test]
fn parts_that_contradict_one_another_are_refused() {
    for (service, message) in [
        (
            "build: {context: ., dockerfile: D, dockerfile_inline: FROM x}",
            "`a` has both a `dockerfile` and a `dockerfile_inline`",
        ),
        (
            "build: {context: ., platforms: [linux/arm64]}, platform: linux/amd64",
            "`a` runs on `linux/amd64`, which it is not built for",
        ),
        ("image: x, network_mode: host, networks: [b]", "`a` has both a `network_mode` and `networks`"),
        ("image: x, network_mode: 'service:c'", "there is no service `c` to share with"),
        ("image: x, links: ['c:d', b]", "there is no service `c`, which `links` of `a` names"),
        (
            "image: x, volumes_from: ['container:c', 'c:ro', b]",
            "there is no service `c`, which `volumes_from` of `a` names",
        ),
        ("image: x, models: [m]", "no model `m` is declared"),
        ("build: {context: ., secrets: [s]}", "no secret `s` is declared"),
        (
            "build: {context: ., additional_contexts: ['b=service:b']}",
            "the service `b` is not built, so it cannot be a build context",
        ),
        (
            "image: x, healthcheck: {test: [curl, localhost]}",
            "the list of a health check starts with `CMD`, `CMD-SHELL` or `NONE`",
        ),
        ("image: x, scale: 2, deploy: {replicas: 3}", "`a` says `scale` and `deploy.replicas` differently"),
        (
            "image: x, mem_limit: 1g, deploy: {resources: {limits: {memory: 512M}}}",
            "`a` says `mem_limit` and `deploy.resources.limits.memory` differently",
        ),
        ("image: x, tmpfs: [/data], volumes: ['./d:/data/']", "`a` mounts two things at `/data`"),
    ] {
        let text = format!("services: {{ a: {{ {service} }}, b: {{ image: y }} }}\n");
        assert_eq!(refused(&text), [message], "{service}");
    }
}

#[test]
fn a_mount_that_another_one_further_down_replaces_is_told() {
    let service = |volumes: &str| refused(&format!("services: {{ a: {{ image: x, volumes: [{volumes}] }} }}\n"));
    let message = "`a` mounts another volume at `/x`, which takes the place of this one";
    assert_eq!(service("./one:/x, ./two:/x/"), [message]);
    assert_eq!(service("./one:/x, { type: bind, source: ./two, target: /x }"), [message]);
    assert!(service("./one:/x, ./one:/x, ./two:/y, '${D}:/x'").is_empty());
    // A service says anew where it mounts what it takes over.
    let extended = "services: {base: {image: x, volumes: ['./one:/x']}, a: {extends: base, volumes: ['./two:/x']}}\n";
    assert!(refused(extended).is_empty());
}

#[test]
fn amounts_that_are_equal_may_be_said_twice() {
    let text = "services: {a: {image: x, mem_limit: 1024m, cpus: 0.5, deploy: {resources: {limits: {memory: 1G, cpus: '0.50'}}}}}\n";
    assert!(refused(text).is_empty(), "{:?}", refused(text));
}

#[test]
fn services_that_wait_in_a_circle_are_told_once() {
    let text = "services: {a: {image: x, depends_on: [b]}, b: {image: x, links: ['c:see']}, c: {image: x, network_mode: 'service:a'}, d: {image: x, depends_on: [a]}}\n";
    assert_eq!(refused(text), ["services wait for each other in a circle: a → b → c → a"]);
    assert!(
        refused("services: {a: {image: x, depends_on: [b, c]}, b: {image: x, depends_on: [c]}, c: {image: x}}\n")
            .is_empty()
    );
}

#[test]
fn what_a_service_waits_for_runs_with_it() {
    let told = |a: &str, b: &str| refused(&format!("services: {{a: {{image: x, {a}}}, b: {{image: x, {b}}}}}\n"));
    let message = "`a` needs `b`, which only runs with the profile `dev`";
    assert_eq!(told("depends_on: [b]", "profiles: [dev]"), [message]);
    assert_eq!(told("network_mode: 'service:b'", "profiles: [dev]"), [message]);
    for (a, b) in [
        ("depends_on: {b: {condition: service_started, required: false}}", "profiles: [dev]"),
        ("profiles: [test], depends_on: [b]", "profiles: [dev]"),
        ("depends_on: {b: {condition: service_started, required: no}}", "profiles: [dev]"),
        ("profiles: [dev], depends_on: [b]", "hostname: b"),
        ("depends_on: [b]", "profiles: ['${P}']"),
    ] {
        assert_eq!(told(a, b), [""; 0], "{a} with {b}");
    }
}

#[test]
fn a_secret_needs_a_source() {
    assert_eq!(
        refused("secrets: {a: {}, b: {file: ./b}, c: {external: true}}\n"),
        ["the secret `a` comes from nowhere"]
    );
}

#[test]
fn included_projects_have_variables_of_their_own() {
    let base = Tree::parse(
        FileId(0),
        "include:\n  - db/compose.yaml\n  - { path: web/compose.yaml, env_file: web.env }\nservices: { app: { image: 'app:${TAG:-none}' } }\n",
    );
    let files = FileLoader {
        tree: &|path| {
            let service = path.split('/').next().unwrap_or("");
            Some(Tree::parse(
                FileId(1),
                &format!("services: {{ {service}: {{ image: '{service}:${{TAG:-none}}-${{ENV}}' }} }}\n"),
            ))
        },
        env: &|path| {
            let text = match path {
                "db/.env" => "TAG=16\nENV=lost\n",
                "web.env" => "TAG=2\n",
                _ => return None,
            };
            Some(EnvSource { file: FileId(2), text })
        },
    };
    let env = [("ENV".to_owned(), "prod".to_owned())].into();
    let (root, _) = merged(".", ComposeInput { tree: &base, path: "compose.yaml" }, &[], &env, files);
    let images: Vec<String> = ["app", "db", "web"]
        .iter()
        .map(|name| json(&root)["services"][name]["image"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(images, ["app:none", "db:16-prod", "web:2-prod"]);
}
