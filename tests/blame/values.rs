//! Conditions on one value: what is blamed, and which values are named beside it.

use super::shown;

/// Asks for the user id of a container.
const FIXED_UID: &str = r#"target: k8s.container
require: { field: security.effective_uid, eq: 65532 }
message: "container `{name}` runs as {actual}"
missing: "container `{name}` sets no uid"
"#;

/// A pod without a security context.
const BARE_CONTAINER: &[(&str, &str)] = &[(
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

#[test]
fn a_value_that_is_inherited_is_blamed_where_it_is_written() {
    let rule = FIXED_UID;
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
    let rule = FIXED_UID;
    insta::assert_snapshot!(shown(rule, BARE_CONTAINER), @r#"
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
    insta::assert_snapshot!(shown(rule, BARE_CONTAINER), @r#"
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
