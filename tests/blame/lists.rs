//! Conditions on lists: the element that is blamed, or what would hold it.

use super::shown;

/// Asks for one port that meets three conditions.
const LOCAL_PORT: &str = r#"target: compose.service
require:
  some:
    in: ports
    as: port
    that: { all: [ { field: port.target, eq: 8080 }, { field: port.protocol, eq: tcp }, { field: port.host_ip, eq: 127.0.0.1 } ] }
    say: "a port 8080 for this host alone"
message: "`{name}` lacks {expected}"
"#;

/// A service with two ports.
const TWO_PORTS: &[(&str, &str)] = &[(
    "compose.yaml",
    r#"services:
  api:
    image: api:1
    ports: ["80:80", "81:81"]
"#,
)];

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
    let rule = LOCAL_PORT;
    insta::assert_snapshot!(shown(rule, TWO_PORTS), @r#"
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
    insta::assert_snapshot!(shown(rule, TWO_PORTS), @r#"
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
    let rule = LOCAL_PORT;
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
