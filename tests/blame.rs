//! Where a failure is: for every condition, the place that is blamed and those that are named beside it.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]
#![expect(clippy::needless_raw_string_hashes, reason = "all texts of a case are written in one way")]

use std::sync::Arc;

use svclint::discover;
use svclint::engine;
use svclint::model::repo::Repo;
use svclint::report::{self, Format, Style};
use svclint::rules::Arguments;
use svclint::standard::library::Library;
use svclint::standard::select;

/// The findings of a rule on a few files, as people see them. `body` holds everything from `target` on.
fn shown(body: &str, files: &[(&str, &str)]) -> String {
    let head = "rule: sample\nsince: 0.1.0\nsummary: it is as it should be\ncategory: correctness\nseverity: error\n\
                why: A test.\nunknown: warn\n";
    let examples = "examples:\n  - { name: good, files: {} }\n  - { name: bad, files: {}, expect: [{ at: x }] }\n";
    let mut library = Library::built_in();
    library.insert("rules/sample.yaml", Arc::from(format!("{head}{body}{examples}")));
    let source = library.rule("sample", None).unwrap();
    let instance = select::single(&source, &Arguments::new()).unwrap();
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let repo = Repo::load(discover::in_memory(&files), None);
    let report = engine::run_instances(&repo, vec![instance]);
    let text = report::write(Format::Pretty, &report, &repo.sources, &Style { width: 100, ..Style::default() });
    let end = text.rfind("\n\n").unwrap_or(text.len());
    text.get(..end).unwrap_or("").trim_end().to_owned()
}

#[test]
fn a_value_that_is_inherited_is_blamed_where_it_is_written() {
    let rule = r#"target: k8s.container
require: { field: security.effective_uid, eq: 65532 }
message: "container `{name}` runs as {actual}"
missing: "container `{name}` sets no uid"
"#;
    let files = [(
        "k8s/app.yaml",
        r#"apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  securityContext: { runAsUser: 1000 }
  containers:
    - name: über
      image: registry.example/app:1
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: container `über` runs as 1000
       ╭─[k8s/app.yaml:5:33]
     4 │ spec:
     5 │   securityContext: { runAsUser: 1000 }
       ·                                 ──┬─
       ·                                   ╰── expected 65532
     6 │   containers:
     7 │     - name: über
       ·             ──┬─
       ·               ╰── this container inherits it
     8 │       image: registry.example/app:1
       ╰────
    "#);
}

#[test]
fn a_value_that_is_missing_is_blamed_on_what_would_hold_it() {
    let rule = r#"target: k8s.container
require: { field: security.effective_uid, eq: 65532 }
message: "container `{name}` runs as {actual}"
missing: "container `{name}` sets no uid"
"#;
    let files = [(
        "k8s/app.yaml",
        r#"apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: bare
      image: registry.example/app:1
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: container `bare` sets no uid
       ╭─[k8s/app.yaml:6:13]
     5 │   containers:
     6 │     - name: bare
       ·             ──┬─
       ·               ╰── `security.effective_uid` is missing here
     7 │       image: registry.example/app:1
       ╰────
    "#);
}

#[test]
fn a_value_that_cannot_be_told_is_shown_as_it_is_written() {
    let rule = r#"target: compose.service
require: { field: image.tag, eq: "1" }
message: "`{name}` has the tag {actual}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: shop/api:${TAG}
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    unknown[sample]: cannot tell whether it is as it should be: `TAG` has no default here (`${TAG}`)
       ╭─[compose.yaml:3:21]
     2 │   api:
     3 │     image: shop/api:${TAG}
       ·                     ───┬──
       ·                        ╰── `TAG` has no default here
       ╰────
      note: cannot tell from the files; a failure would be a warning
    "#);
}

#[test]
fn both_sides_of_a_comparison_are_shown() {
    let rule = r#"target: compose.service
require: { field: container_name, eq: { field: hostname } }
message: "`{name}` is called {actual} and {hostname|code}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    container_name: shop
    hostname: api
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` is called `shop` and `api`
       ╭─[compose.yaml:4:21]
     3 │     image: api:1
     4 │     container_name: shop
       ·                     ──┬─
       ·                       ╰── expected `api`
     5 │     hostname: api
       ·               ─┬─
       ·                ╰── `api` here
       ╰────
    "#);
}

#[test]
fn all_blames_the_first_part_that_fails_and_shows_the_others() {
    let rule = r#"target: compose.service
require:
  all:
    - { field: read_only, eq: true }
    - { field: privileged, eq: false }
    - { field: restart, eq: always }
    - { field: hostname, exists: true }
message: "`{name}` is not hardened: {actual}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    read_only: true
    privileged: true
    restart: "no"
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` is not hardened: true
       ╭─[compose.yaml:5:17]
     1 │ services:
     2 │   api:
       ·   ─┬─
       ·    ╰── `hostname` is missing here
     3 │     image: api:1
     4 │     read_only: true
     5 │     privileged: true
       ·                 ──┬─
       ·                   ╰── expected false
     6 │     restart: "no"
       ·              ──┬─
       ·                ╰── expected `always`
       ╰────
    "#);
}

#[test]
fn any_blames_a_value_that_is_written_and_shows_what_each_part_wants() {
    let rule = r#"target: compose.service
require:
  any:
    - { field: hostname, exists: true, say: a host name }
    - { field: container_name, eq: shop, say: "`container_name: shop`" }
message: "`{name}` has neither: {expected}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    container_name: api
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` has neither: `container_name: shop`
       ╭─[compose.yaml:4:21]
     1 │ services:
     2 │   api:
       ·   ─┬─
       ·    ╰── a host name
     3 │     image: api:1
     4 │     container_name: api
       ·                     ─┬─
       ·                      ╰── `container_name: shop`
       ╰────
    "#);
}

#[test]
fn any_blames_the_target_where_everything_is_missing() {
    let rule = r#"target: k8s.container
require:
  any:
    - { field: limits.memory, exists: true, say: a limit }
    - { field: security.effective_uid, exists: true, say: a user }
message: "`{name}` lacks {expected}"
"#;
    let files = [(
        "k8s/app.yaml",
        r#"apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  containers:
    - name: bare
      image: registry.example/app:1
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `bare` lacks a limit or a user
       ╭─[k8s/app.yaml:6:13]
     5 │   containers:
     6 │     - name: bare
       ·             ──┬─
       ·               ╰── a limit or a user
     7 │       image: registry.example/app:1
       ╰────
    "#);
}

#[test]
fn forbid_blames_the_value_that_should_not_be_there() {
    let rule = r#"target: compose.service
forbid: { field: privileged, eq: true }
message: "`{name}` is privileged"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    privileged: true
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` is privileged
       ╭─[compose.yaml:4:17]
     3 │     image: api:1
     4 │     privileged: true
       ·                 ──┬─
       ·                   ╰── expected false
       ╰────
    "#);
}

#[test]
fn none_blames_every_part_that_holds() {
    let rule = r#"target: compose.service
require:
  none:
    - { field: privileged, eq: true }
    - { field: network_mode, eq: host }
    - { field: pid, eq: host }
message: "`{name}` is too close to its host"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    pid: host
    privileged: true
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` is too close to its host
       ╭─[compose.yaml:5:17]
     3 │     image: api:1
     4 │     pid: host
       ·          ──┬─
       ·            ╰── expected anything but `host`
     5 │     privileged: true
       ·                 ──┬─
       ·                   ╰── expected false
       ╰────
    "#);
}

#[test]
fn not_blames_what_held_inside_of_it() {
    let rule = r#"target: compose.service
require:
  not: { all: [ { field: privileged, eq: true }, { field: cap_add, contains: SYS_ADMIN } ] }
message: "`{name}` has both"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    privileged: true
    cap_add: [SYS_ADMIN]
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` has both
       ╭─[compose.yaml:4:17]
     3 │     image: api:1
     4 │     privileged: true
       ·                 ──┬─
       ·                   ╰── expected false
     5 │     cap_add: [SYS_ADMIN]
       ·     ───┬───
       ·        ╰── `SYS_ADMIN`
       ╰────
    "#);
}

#[test]
fn each_makes_one_finding_for_every_element_that_fails() {
    let rule = r#"target: compose.service
require:
  each: { in: ports, as: port, require: { field: port.host_ip, eq: 127.0.0.1 } }
message: "port {port} is published on {actual}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    ports:
      - "127.0.0.1:80:80"
      - "0.0.0.0:81:81"
      - "82:82"
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: port 0.0.0.0:81:81 is published on `0.0.0.0`
       ╭─[compose.yaml:6:10]
     5 │       - "127.0.0.1:80:80"
     6 │       - "0.0.0.0:81:81"
       ·          ───┬───
       ·             ╰── expected `127.0.0.1`
     7 │       - "82:82"
       ╰────

    error[sample]: port 82:82 is published on nothing
       ╭─[compose.yaml:7:9]
     6 │       - "0.0.0.0:81:81"
     7 │       - "82:82"
       ·         ───┬───
       ·            ╰── `host_ip` is missing here
       ╰────
    "#);
}

#[test]
fn some_blames_the_key_of_the_list() {
    let rule = r#"target: compose.service
require:
  some:
    in: ports
    as: port
    that: { all: [ { field: port.target, eq: 8080 }, { field: port.protocol, eq: tcp }, { field: port.host_ip, eq: 127.0.0.1 } ] }
    say: "a port 8080 for this host alone"
message: "`{name}` lacks {expected}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    ports: ["80:80", "81:81"]
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` lacks a port 8080 for this host alone
       ╭─[compose.yaml:4:5]
     3 │     image: api:1
     4 │     ports: ["80:80", "81:81"]
       ·     ──┬──
       ·       ╰── a port 8080 for this host alone
       ╰────
    "#);
}

#[test]
fn some_of_several_conditions_says_which_field_each_is_about() {
    let rule = r#"target: compose.service
require:
  some: { in: ports, as: port, that: { all: [ { field: port.target, eq: 8080 }, { field: port.protocol, eq: udp } ] } }
message: "`{name}` lacks {expected}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    ports: ["80:80", "81:81"]
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` lacks one with `target` 8080 and `protocol` `udp`
       ╭─[compose.yaml:4:5]
     3 │     image: api:1
     4 │     ports: ["80:80", "81:81"]
       ·     ──┬──
       ·       ╰── expected one with `target` 8080 and `protocol` `udp`
       ╰────
    "#);
}

#[test]
fn some_shows_the_element_that_fails_by_one_part_only() {
    let rule = r#"target: compose.service
require:
  some:
    in: ports
    as: port
    that: { all: [ { field: port.target, eq: 8080 }, { field: port.protocol, eq: tcp }, { field: port.host_ip, eq: 127.0.0.1 } ] }
    say: "a port 8080 for this host alone"
message: "`{name}` lacks {expected}"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    ports: ["80:80", "0.0.0.0:8080:8080"]
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` lacks a port 8080 for this host alone
       ╭─[compose.yaml:4:5]
     3 │     image: api:1
     4 │     ports: ["80:80", "0.0.0.0:8080:8080"]
       ·     ──┬──             ───┬───
       ·       │                  ╰── expected `127.0.0.1`
       ·       ╰── a port 8080 for this host alone
       ╰────
    "#);
}

#[test]
fn some_blames_the_only_element_that_fails_by_one_part() {
    let rule = r#"target: compose.service
require:
  some: { in: ports, as: port, that: { all: [ { field: port.target, eq: 8080 }, { field: port.protocol, eq: tcp } ] } }
message: "`{name}` has no port 8080"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    ports: ["80:80"]
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` has no port 8080
       ╭─[compose.yaml:4:17]
     3 │     image: api:1
     4 │     ports: ["80:80"]
       ·     ──┬──       ─┬
       ·       │          ╰── expected 8080
       ·       ╰── `80:80` here
       ╰────
    "#);
}

#[test]
fn some_blames_what_would_hold_the_list() {
    let rule = r#"target: compose.service
require:
  some: { in: ports, as: port, that: { field: port.target, eq: 8080 } }
message: "`{name}` has no port 8080"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` has no port 8080
       ╭─[compose.yaml:2:3]
     1 │ services:
     2 │   api:
       ·   ─┬─
       ·    ╰── `ports` is missing here
     3 │     image: api:1
       ╰────
    "#);
}

#[test]
fn count_blames_the_list() {
    let rule = r#"target: compose.service
require:
  count: { in: ports, as: port, where: { field: port.protocol, eq: tcp }, le: 1 }
message: "`{name}` publishes too much, {expected} is wanted"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    ports:
      - "80:80"
      - "81:81"
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` publishes too much, at most 1 is wanted
       ╭─[compose.yaml:4:5]
     3 │     image: api:1
     4 │     ports:
       ·     ──┬──
       ·       ╰── expected at most 1
     5 │       - "80:80"
       ╰────
    "#);
}

#[test]
fn agree_blames_the_odd_value_and_shows_the_others() {
    let rule = r#"target: service
require:
  agree: { in: port_mentions, as: mention, value: mention.port }
message: "`{name}` names several ports: {actual|list}"
"#;
    let files = [
        (
            "atonix.yaml",
            r#"apiVersion: atonix.io/v1
kind: Service
metadata: { name: api }
ports: [{ name: http, containerPort: 8080 }]
"#,
        ),
        (
            "Dockerfile",
            r#"FROM scratch
EXPOSE 3000
"#,
        ),
        (
            "compose.yaml",
            r#"services:
  api:
    build: .
    ports: ["8080:8080"]
"#,
        ),
    ];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` names several ports: 3000, 8080
       ╭─[Dockerfile:2:8]
     1 │ FROM scratch
     2 │ EXPOSE 3000
       ·        ──┬─
       ·          ╰── 3000 here
       ╰────
       ╭─[atonix.yaml:4:38]
     3 │ metadata: { name: api }
     4 │ ports: [{ name: http, containerPort: 8080 }]
       ·                                      ──┬─
       ·                                        ╰── 8080 here
       ╰────
       ╭─[compose.yaml:4:19]
     3 │     build: .
     4 │     ports: ["8080:8080"]
       ·                   ──┬─
       ·                     ╰── 8080 here
       ╰────
    "#);
}

#[test]
fn a_lookup_of_one_that_finds_none_blames_the_field_it_looks_by() {
    let rule = r#"target: compose.service
lookup:
  file: { kind: dockerfile, where: { field: file.path, eq: { field: build.dockerfile_path } }, expect: one }
require: { field: file.stages, empty: false }
message: "it has no stages"
"#;
    let files = [
        (
            "compose.yaml",
            r#"services:
  api:
    build: { context: ., dockerfile: Dockerfile.api }
"#,
        ),
        (
            "Dockerfile",
            r#"FROM scratch
"#,
        ),
    ];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: nothing of `dockerfile` belongs to `api`, and one is expected
       ╭─[compose.yaml:3:38]
     2 │   api:
     3 │     build: { context: ., dockerfile: Dockerfile.api }
       ·                                      ───────┬──────
       ·                                             ╰── no `dockerfile` fits this
       ╰────
    "#);
}

#[test]
fn a_lookup_of_one_that_finds_several_shows_them() {
    let rule = r#"target: dockerfile
lookup:
  user: { kind: compose.service, where: { field: user.build.dockerfile_path, eq: { field: path } }, expect: one, say: "several services build `{path}`" }
require: { field: user.privileged, eq: false }
message: "it is privileged"
"#;
    let files = [
        (
            "compose.yaml",
            r#"services:
  api: { build: . }
  worker: { build: . }
"#,
        ),
        (
            "Dockerfile",
            r#"FROM scratch
"#,
        ),
    ];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: several services build `Dockerfile`
       ╭─[Dockerfile:1:1]
     1 │ FROM scratch
       · ──┬─
       ·   ╰── 2 of `compose.service` fit this
       ╰────
       ╭─[compose.yaml:2:3]
     1 │ services:
     2 │   api: { build: . }
       ·   ─┬─
       ·    ╰── `api` fits
     3 │   worker: { build: . }
       ·   ───┬──
       ·      ╰── `worker` fits
       ╰────
    "#);
}

#[test]
fn a_lookup_that_may_find_one_and_finds_several_cannot_tell() {
    let rule = r#"target: dockerfile
lookup:
  user: { kind: compose.service, where: { field: user.build.dockerfile_path, eq: { field: path } }, expect: optional }
require: { all: [ { field: user, exists: true }, { field: user.privileged, eq: false } ] }
message: "it is privileged"
"#;
    let files = [
        (
            "compose.yaml",
            r#"services:
  api: { build: . }
  worker: { build: . }
"#,
        ),
        (
            "Dockerfile",
            r#"FROM scratch
"#,
        ),
    ];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    unknown[sample]: cannot tell whether it is as it should be: 2 of `compose.service` may be meant (`api, worker`)
       ╭─[compose.yaml:2:3]
     1 │ services:
     2 │   api: { build: . }
       ·   ─┬─
       ·    ╰── 2 of `compose.service` may be meant
     3 │   worker: { build: . }
       ╰────
      note: cannot tell from the files; a failure would be a warning
    "#);
}

#[test]
fn a_lookup_of_many_is_a_list() {
    let rule = r#"target: dockerfile
lookup:
  users: { kind: compose.service, where: { field: users.build.dockerfile_path, eq: { field: path } }, expect: many }
require:
  all:
    - { field: users, contains_all: [api, mailer] }
    - each: { in: users, as: user, require: { field: user.privileged, eq: false } }
message: "{actual} of {users|count}, and {expected} is wanted"
"#;
    let files = [
        (
            "compose.yaml",
            r#"services:
  api: { build: . }
  worker:
    build: .
    privileged: true
"#,
        ),
        (
            "Dockerfile",
            r#"FROM scratch
"#,
        ),
    ];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api`, `worker` of 2, and `api`, `mailer` is wanted
       ╭─[Dockerfile:1:1]
     1 │ FROM scratch
       · ──┬─
       ·   ╰── expected `api`, `mailer`
       ╰────

    error[sample]: true of 2, and false is wanted
       ╭─[compose.yaml:5:17]
     4 │     build: .
     5 │     privileged: true
       ·                 ──┬─
       ·                   ╰── expected false
       ╰────
    "#);
}

#[test]
fn a_predicate_blames_its_first_argument() {
    let rule = r#"target: compose.service
require:
  each: { in: volumes, as: mount, require: { check: path-within, with: { path: { field: mount.target }, directory: /data } } }
message: "{actual} is mounted outside of /data"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    volumes: ["assets:/data/a", "base:/database"]
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `/database` is mounted outside of /data
       ╭─[compose.yaml:4:39]
     3 │     image: api:1
     4 │     volumes: ["assets:/data/a", "base:/database"]
       ·                                       ────┬────
       ·                                           ╰── expected a path within the directory
       ╰────
    "#);
}

#[test]
fn labels_name_further_places() {
    let rule = r#"target: compose.service
require: { field: privileged, eq: false }
message: "`{name}` is privileged"
help: "drop it"
labels:
  - { at: image, text: "the image is `{image}`" }
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    privileged: true
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    error[sample]: `api` is privileged
       ╭─[compose.yaml:4:17]
     2 │   api:
     3 │     image: api:1
       ·            ──┬──
       ·              ╰── the image is `api:1`
     4 │     privileged: true
       ·                 ──┬─
       ·                   ╰── expected false
       ╰────
      help: drop it
    "#);
}

#[test]
fn a_doubt_over_elements_is_one_for_the_list() {
    let rule = r#"target: compose.service
require:
  some: { in: environment, as: variable, that: { field: variable.key, eq: LOG_LEVEL } }
message: "`{name}` has no LOG_LEVEL"
"#;
    let files = [(
        "compose.yaml",
        r#"services:
  api:
    image: api:1
    env_file: missing.env
    environment: { PORT: "80" }
"#,
    )];
    insta::assert_snapshot!(shown(rule, &files), @r#"
    unknown[sample]: cannot tell whether it is as it should be: further variables may stand in an `env_file` that is not in the repository (`missing.env`)
       ╭─[compose.yaml:4:15]
     3 │     image: api:1
     4 │     env_file: missing.env
       ·               ─────┬─────
       ·                    ╰── further variables may stand in an `env_file` that is not in the repository
     5 │     environment: { PORT: "80" }
       ╰────
      note: cannot tell from the files; a failure would be a warning
    "#);
}
