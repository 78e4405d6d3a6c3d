//! What becomes of `extends`, `include`, `!reset` and aliases. The cases follow compose-go 2, `loader/extends_test.go`,
//! `include_test.go`, `override_test.go` and `reset_test.go`, in words and values of our own.

use super::*;

/// The project whose files are given, the first by path being its own, and what compose would refuse in it.
fn project(files: &[(&str, &str)]) -> (serde_json::Value, Vec<String>) {
    let tree = |path: &str| {
        let at = files.iter().position(|(name, _)| *name == path)?;
        Some(Tree::parse(FileId(u32::try_from(at).ok()?), files[at].1))
    };
    let base = tree(files[0].0).unwrap();
    let loader = FileLoader { tree: &tree, env: &|_| None };
    let input = ComposeInput { tree: &base, path: files[0].0 };
    let (root, loading) = merged(".", input, &[], &BTreeMap::new(), loader);
    (json(&root), loading.composer.troubles.into_iter().map(|trouble| trouble.message).collect())
}

/// A service of a project in which nothing is wrong.
fn service(files: &[(&str, &str)], name: &str) -> serde_json::Value {
    let (root, troubles) = project(files);
    assert!(troubles.is_empty(), "{troubles:?}");
    root["services"][name].clone()
}

#[test]
fn a_service_of_another_file_comes_with_its_ports_limits_and_build() {
    let base = (
        "shared/base.yaml",
        "services:\n  plain: {image: base}\n  second: {extends: plain}\n  open: {ports: ['8000:8000']}\n  limited: {image: x, ulimits: {nproc: 9, nofile: {soft: 1, hard: 2}}}\n  built: {extends: {file: more.yaml, service: built}}\n  nothing:\n",
    );
    let more = ("shared/more.yaml", "services: {built: {build: .}}\n");
    let with = |service: &str| {
        format!("services: {{a: {{hostname: h, extends: {{file: shared/base.yaml, service: {service}}}}}}}\n")
    };
    for (name, key, wanted) in [
        ("plain", "image", r#""base""#),
        ("second", "image", r#""base""#),
        ("open", "ports", r#"["8000:8000"]"#),
        ("limited", "ulimits", r#"{"nproc":"9","nofile":{"soft":"1","hard":"2"}}"#),
        ("built", "build", r#"{"context":"."}"#),
        ("nothing", "hostname", r#""h""#),
    ] {
        let own = with(name);
        let found = service(&[("compose.yaml", &own), base, more], "a");
        assert_eq!(found[key], serde_json::from_str::<serde_json::Value>(wanted).unwrap(), "{name}");
        assert_eq!(found["hostname"], "h", "{name}");
    }
    let (_, troubles) = project(&[("compose.yaml", &with("missing")), base, more]);
    assert_eq!(troubles, ["there is no service `missing` to extend"]);
    let (_, troubles) =
        project(&[("compose.yaml", "services: {a: {image: x, extends: {file: shared/base.yaml}}}\n"), base]);
    assert_eq!(troubles, ["`extends` names no service"]);
}

#[test]
fn services_extend_one_another_in_one_file_and_across_files() {
    let chain = "services:\n  a: {image: own, extends: b}\n  b: {image: x, command: one, extends: c}\n  c: {extends: {service: d}, command: two}\n  d: {image: y, user: '1'}\n";
    let found = service(&[("compose.yaml", chain)], "a");
    assert_eq!(found.to_string(), r#"{"image":"own","user":"1","command":"one"}"#);
    let sub = (
        "sub/compose.yaml",
        "services:\n  base: {build: {context: ..}}\n  more: {extends: base, build: {target: t}}\n",
    );
    let own = "services:\n  one: {extends: {file: sub/compose.yaml, service: base}}\n  two: {extends: {file: ./sub/compose.yaml, service: more}}\n";
    let files = [("compose.yaml", own), sub];
    assert_eq!(service(&files, "one")["build"].to_string(), r#"{"context":".."}"#);
    assert_eq!(service(&files, "two")["build"].to_string(), r#"{"context":"..","target":"t"}"#);
}

#[test]
fn what_an_extended_service_shares_with_has_to_be_here() {
    for shared in ["network_mode: 'service:z'", "ipc: 'service:z'", "pid: 'service:z'"] {
        let base = format!("services: {{base: {{image: b, {shared}}}, z: {{image: hidden}}}}\n");
        let own = "services: {a: {extends: {file: base.yaml, service: base}}}\n";
        let (_, troubles) = project(&[("compose.yaml", own), ("base.yaml", &base)]);
        assert_eq!(troubles, ["there is no service `z` to share with"], "{shared}");
        let own = "services: {a: {extends: {file: base.yaml, service: base}}, z: {image: own}}\n";
        assert_eq!(service(&[("compose.yaml", own), ("base.yaml", &base)], "a")["image"], "b", "{shared}");
    }
}

#[test]
fn tags_work_in_services_that_are_extended() {
    let own = "services: {a: {extends: {file: base.yaml, service: base}}}\n";
    let base = "services:\n  init: {image: x, command: sleep}\n  base: {extends: {service: init}, command: !reset }\n";
    let found = service(&[("compose.yaml", own), ("base.yaml", base)], "a");
    assert_eq!(found.to_string(), r#"{"image":"x"}"#);

    let files = [
        (
            "compose.yaml",
            "services:\n  a:\n    image: x\n    extends: {file: middle.yaml, service: middle}\n    volumes: ['/c:/c']\n    networks: !override [last]\nnetworks: {last: {}}\n",
        ),
        (
            "middle.yaml",
            "services:\n  middle:\n    extends: {file: base.yaml, service: base}\n    volumes: !override ['/b:/b']\n    networks: !override [second]\n",
        ),
        ("base.yaml", "services: {base: {volumes: ['/a:/a'], networks: [first]}}\n"),
    ];
    let found = service(&files, "a");
    assert_eq!(found["volumes"].to_string(), r#"["/b:/b","/c:/c"]"#);
    assert_eq!(found["networks"].to_string(), r#"{"last":null}"#);

    let own = "services:\n  one: {image: x, depends_on: [db]}\n  two: {extends: one, depends_on: !override [one]}\n  three: {extends: two, depends_on: [late]}\n  late: {image: x}\n  db: {image: x}\n";
    assert_eq!(service(&[("compose.yaml", own)], "two")["depends_on"].to_string(), r#"{"one":null}"#);
    assert_eq!(service(&[("compose.yaml", own)], "three")["depends_on"].to_string(), r#"{"one":null,"late":null}"#);
}

#[test]
fn variables_of_an_extended_file_are_filled_in() {
    let base = "services: {base: {image: x, volumes: ['${FROM:-/dev/null}:/tmp/x:ro']}}\n";
    let own = "services: {a: {extends: {file: base.yaml, service: base}}}\n";
    let found = service(&[("compose.yaml", own), ("base.yaml", base)], "a");
    assert_eq!(found["volumes"][0], "/dev/null:/tmp/x:ro");
}

#[test]
fn one_name_may_come_from_one_file_only() {
    let other = ("b.yaml", "services: {db: {image: other}}\n");
    let own = "include: [a.yaml, b.yaml]\n";
    let (_, troubles) = project(&[("compose.yaml", own), ("a.yaml", "services: {db: {image: one}}\n"), other]);
    assert_eq!(troubles, ["an included file has another `db` of this name in `services`"]);
    let (_, troubles) = project(&[("compose.yaml", own), ("a.yaml", "services: {db: {image: other}}\n"), other]);
    assert!(troubles.is_empty(), "what is equal may come twice: {troubles:?}");
}

#[test]
fn included_files_include_and_extend_and_are_overridden() {
    let files = [
        ("compose.yaml", "include:\n  - path: [sub/a.yaml, sub/over.yaml]\n"),
        ("sub/a.yaml", "include: deep/b.yaml\nservices: {a: {extends: {file: base.yaml, service: base}}}\n"),
        ("sub/over.yaml", "services: {a: {user: '7'}}\n"),
        ("sub/base.yaml", "services: {base: {image: base}}\n"),
        ("sub/deep/b.yaml", "services: {b: {image: deep}}\n"),
    ];
    assert_eq!(service(&files, "a").to_string(), r#"{"image":"base","user":"7"}"#);
    assert_eq!(service(&files, "b")["image"], "deep");
    let (_, troubles) = project(&[("compose.yaml", "include: a.yaml\n"), ("a.yaml", "include: compose.yaml\n")]);
    assert_eq!(troubles, ["`compose.yaml` includes itself, or files include each other too deep"]);
}

#[test]
fn tags_take_away_and_replace_what_stands_at_the_top_level() {
    let base = "networks: {net: {name: n, external: true}}\n";
    assert_eq!(composed(&[base, "networks: {net: !reset {}}\n"], &[]).0["networks"].to_string(), "{}");
    assert_eq!(composed(&[base, "networks: {net: !override {}}\n"], &[]).0["networks"].to_string(), r#"{"net":{}}"#);
}

#[test]
fn tags_work_through_aliases_and_merge_keys() {
    let base = "services:\n  a: {image: x, ports: ['1:1']}\n  b: {image: y, ports: ['2:2']}\n";
    for over in [
        "x-r: &r {ports: !reset []}\nservices: {a: {<<: *r}, b: {<<: *r}}\n",
        "x-i: &i {ports: !reset []}\nx-o: &o {<<: *i}\nservices: {a: {<<: *o}, b: {<<: *o}}\n",
        "x-r: &r !reset []\nservices: {a: {ports: *r}, b: {ports: *r}}\n",
    ] {
        let (root, troubles) = composed(&[base, over], &[]);
        assert_eq!(root["services"].to_string(), r#"{"a":{"image":"x"},"b":{"image":"y"}}"#, "{over}");
        assert!(troubles.is_empty(), "{troubles:?}");
    }
}

#[test]
fn merge_keys_take_mappings_and_lists_of_them() {
    for text in [
        "x-b: &b {image: n, user: '1'}\nservices: {s: {<<: *b}}\n",
        "x-l: &l [{image: n, user: '1'}]\nservices: {s: {<<: *l}}\n",
        "x-b: &b {image: n}\nservices: {s: {<<: [*b, {user: '1'}]}}\n",
    ] {
        let (root, troubles) = composed(&[text], &[]);
        assert_eq!(root["services"]["s"].to_string(), r#"{"image":"n","user":"1"}"#, "{text}");
        assert!(troubles.is_empty(), "{troubles:?}");
    }
    let (_, troubles) = composed(&["x-s: &s text\nservices: {s: {image: n, <<: *s}}\n"], &[]);
    assert_eq!(troubles, ["`<<` merges a mapping or a list of them, and this is neither"]);
}

#[test]
fn aliases_of_services_are_no_circles_and_bombs_are_given_up() {
    for text in [
        "services: {a: &a {image: x}, b: *a}\n",
        "services: {t.unit: &s {image: x}, t: *s, t.other: *s}\n",
        "x-c: &c\n  restart: always\nservices: {a: {<<: *c, image: x}, b: {<<: *c, image: x}}\n",
    ] {
        assert!(refused(text).is_empty(), "{text}: {:?}", refused(text));
    }
    let levels = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let multiplied = levels.windows(2).map(|pair| {
        let references = [format!("*{}", pair[0]).as_str(); 9].join(", ");
        format!("x-{0}: &{0} [{references}]\n", pair[1])
    });
    let bomb = format!("x-a: &a {{k: v}}\n{}services: {{s: {{image: x}}}}\n", multiplied.collect::<Vec<_>>().concat());
    assert_eq!(refused(&bomb), ["the project has more than 100000 values, aliases expanded"]);
}

#[test]
fn a_large_project_is_read_whole() {
    let variables = (0..122).map(|n| format!("      KEY_{n}: v\n")).collect::<Vec<_>>().concat();
    let one = |n: usize| format!("  s{n}:\n    image: x\n    environment:\n{variables}");
    let services = (0..400).map(one).collect::<Vec<_>>().concat();
    let (root, troubles) = composed(&[&format!("services:\n{services}")], &[]);
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(root["services"]["s399"]["environment"]["KEY_121"], "v");
}

#[test]
fn what_cannot_be_read_is_noted_and_never_passed_over() {
    for (path, why) in [
        ("oci://x.example/app:1", "it lies on another machine"),
        ("https://x.example/app.git#main:sub", "it lies on another machine"),
        ("git@x.example:app.git", "it lies on another machine"),
        ("'${WHERE}/compose.yaml'", "part of the path is a variable without default"),
        ("../outside.yaml", "it lies outside the repository"),
        ("missing.yaml", "there is no such file in the repository"),
    ] {
        for text in [
            format!("include: [{path}]\n"),
            format!("services: {{a: {{image: x, extends: {{file: {path}, service: b}}}}}}\n"),
        ] {
            let (_, troubles) = project(&[("compose.yaml", &text)]);
            assert!(
                troubles.len() == 1 && troubles[0].ends_with(&format!("was not read: {why}")),
                "{text}: {troubles:?}"
            );
        }
    }
}
