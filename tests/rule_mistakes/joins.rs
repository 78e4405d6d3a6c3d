//! Mistakes in look-ups and in calls of predicates.

use super::support::rule;

#[test]
fn kinds_of_lookups_are_known() {
    rule(
        "kind: dockerfile,",
        "kind: dokerfile,",
        "19:18 rule/unknown-kind `dokerfile`: there is no kind `dokerfile` (did you mean `dockerfile`?)",
    );
    rule(
        "target: compose.service",
        "target: compose.servise",
        "16:9 rule/unknown-kind `compose.servise`: there is no kind `compose.servise` (did you mean `compose.service`?)",
    );
}

#[test]
fn a_lookup_says_how_many_it_expects() {
    rule(
        "kind: k8s.container, expect: many",
        "kind: k8s.container",
        r#"20:3 rule/missing-key `pods`: a lookup needs `expect`
33:22 rule/type `pods`: `pods` is a k8s.container, not a list"#,
    );
    rule(
        "kind: k8s.container, expect: many",
        "kind: k8s.container, expect: many, say: no pods",
        "20:51 rule/arity `no pods`: only a lookup that expects one has something to say where it finds none (write `expect: one`)",
    );
    rule(
        "expect: optional }",
        "expects: optional }",
        "19:98 rule/unknown-key `expects`: a lookup has no key `expects` (did you mean `expect`?)",
    );
}

#[test]
fn a_lookup_that_nothing_asks_for_is_refused() {
    rule(
        "  pods: {",
        "  twins: { kind: compose.service, where: { field: twins.privileged, eq: true }, expect: many }\n  pods: {",
        "20:3 rule/unused-lookup `twins`: nothing asks for `twins` (name it in a condition, or leave it out)",
    );
    rule(
        "require:\n  all:\n    - { field: priv",
        "  twins: { kind: compose.service, where: { field: twins.privileged, eq: true }, expect: many }\nrequire:\n  all:\n    - { field: priv",
        "21:3 rule/unused-lookup `twins`: nothing asks for `twins` (name it in a condition, or leave it out)",
    );
}

#[test]
fn a_lookup_that_a_mistake_may_ask_for_is_not_called_unused() {
    rule(
        "  pods: {",
        "  twins: { kind: compose.service, expect: many }\n  other: { kind: dockerfile, where: { field: twinz, empty: true }, expect: one }\n  pods: {",
        "21:46 rule/unknown-field `twinz`: `compose.service` has no field `twinz` (did you mean `twins`?)",
    );
}

#[test]
fn a_lookup_hides_no_field() {
    rule(
        "  pods: {",
        "  image: { kind: dockerfile, expect: one }\n  pods: {",
        r#"20:3 rule/hidden-field `image`: `image` hides a field of `compose.service` (choose another name)
27:61 rule/unknown-field `tag`: `dockerfile` has no field `tag` (its fields are path, stages, final_stage, stage_count, stage_names, has_from, syntax, directives, global_args, is_broken)"#,
    );
}

#[test]
fn what_may_be_several_is_a_list() {
    rule(
        "in: pods, as: pod, where: { field: pod.role, eq: main }, le: 3",
        "in: built, as: pod, le: 3",
        "33:22 rule/type `built`: `built` is a dockerfile, not a list",
    );
    rule(
        "    - { field: privileged, eq: false }",
        "    - { field: pods.role, eq: main }",
        "23:21 rule/list `role`: `role` is looked for in a list (go over its elements with `each`, `some` or `count`)",
    );
}

#[test]
fn predicates_are_known() {
    rule(
        "check: path-within,",
        "check: path-witin,",
        "37:27 rule/unknown-check `path-witin`: there is no predicate `path-witin` (did you mean `path-within`?)",
    );
}

#[test]
fn arguments_of_predicates_are_closed_and_complete() {
    rule(
        "directory: /data",
        "dir: /data",
        r#"37:79 rule/unknown-argument `dir`: `path-within` has no argument `dir` (its arguments are path, directory)
37:27 rule/missing-argument `path-within`: `path-within` needs `directory`, a string"#,
    );
    rule(
        ", directory: /data",
        "",
        "37:27 rule/missing-argument `path-within`: `path-within` needs `directory`, a string",
    );
    rule(
        "path: { field: mount.target }",
        "path: { field: mount.targt }",
        "37:69 rule/unknown-field `targt`: `compose.mount` has no field `targt` (did you mean `target`?)",
    );
    rule(
        "directory: /data",
        "directory: { field: ports }",
        "37:99 rule/type `ports`: `directory` is a string, not a list<compose.port>",
    );
    rule("directory: /data", "directory: 3", r#"37:90 rule/type `3`: `3` is not a string (put it in quotes: "3")"#);
    rule(
        "check: path-within, with:",
        "check: path-within, wiht:",
        r#"37:27 rule/missing-argument `path-within`: `path-within` needs `path`, a string
37:27 rule/missing-argument `path-within`: `path-within` needs `directory`, a string
37:40 rule/unknown-key `wiht`: a call of a predicate has no key `wiht` (did you mean `with`?)"#,
    );
}
