//! Values that agree, look-ups, predicates and labels: the places on both sides.

use super::shown;

/// Two services that are built from one Dockerfile.
const TWO_SERVICES: &[(&str, &str)] = &[
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
    insta::assert_snapshot!(shown(rule, TWO_SERVICES), @r#"
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
    insta::assert_snapshot!(shown(rule, TWO_SERVICES), @r#"
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
