//! Mistakes in conditions: forms, fields, operators, operands, and what can never change.

use super::support::{RULE, of_rule, rule};

#[test]
fn forms_are_known() {
    rule(
        "    - each:\n        in: ports",
        "    - eech:\n        in: ports",
        "29:7 rule/condition `eech`: `eech` is no form of a condition (did you mean `each`?)",
    );
    rule(
        "    - { field: privileged, eq: false }",
        "    - { }",
        "23:7 rule/condition `{ }`: a condition cannot be empty (one of all, any, none, not, each, some, count, agree, field, param, check)",
    );
    rule(
        "    - { field: privileged, eq: false }",
        "    - privileged",
        "23:7 rule/shape `privileged`: a condition is a mapping, not a string",
    );
    rule(
        "    - { field: privileged, eq: false }",
        "    - { field: privileged, eq: false, all: [] }",
        "23:9 rule/condition `field`: a condition has one deciding key (put several conditions into `all: […]` or `any: […]`)",
    );
    rule(
        "field: privileged, eq: false",
        "feild: privileged, eq: false",
        "23:9 rule/condition `feild`: `feild` is no form of a condition (did you mean `field`?)",
    );
}

#[test]
fn keys_of_conditions_are_closed() {
    rule(
        "field: privileged, eq: false",
        "field: privileged, eq: false, sya: no",
        "23:39 rule/unknown-key `sya`: a comparison has no key `sya` (did you mean `say`?)",
    );
    rule(
        "        as: p\n",
        "        as: p\n        wher: x\n",
        "32:9 rule/unknown-key `wher`: `each` has no key `wher` (did you mean `where`?)",
    );
    rule("        as: p\n", "", "29:7 rule/missing-key `each`: `each` needs `as`");
    rule("        in: ports\n", "", "29:7 rule/missing-key `each`: `each` needs `in`");
    rule(
        "        require: { field: p.protocol",
        "        that: { field: p.protocol",
        r#"29:7 rule/missing-key `each`: `each` needs `require`
32:9 rule/unknown-key `that`: `each` has no key `that` (the keys of `each` are in, as, where, require)"#,
    );
}

#[test]
fn a_key_that_is_missing_is_told_beside_another_that_is_unknown() {
    rule(
        "        as: mount\n",
        "        zzz: mount\n",
        "34:7 rule/missing-key `each`: `each` needs `as`\n\
         36:9 rule/unknown-key `zzz`: `each` has no key `zzz` (the keys of `each` are in, as, where, require)",
    );
}

#[test]
fn a_comparison_with_nothing_is_told_beside_a_key_that_is_unknown_elsewhere() {
    let text = RULE.replacen("aliases:", "alases:", 1).replacen("field: privileged, eq: false", "field: privileged", 1);
    let said = of_rule(&text);
    assert!(said.contains("a rule has no key `alases`"), "{said}");
    assert!(said.contains("`privileged` is compared with nothing"), "{said}");
}

#[test]
fn a_parameter_in_quotes_is_the_path_that_it_gives() {
    let said = of_rule(&RULE.replacen("        in: ports\n", "        in: \"$allowed\"\n", 1));
    let start = "13:44 rule/unknown-field `NET_BIND_SERVICE`: `compose.service` has no field `NET_BIND_SERVICE`";
    assert!(said.starts_with(start), "{said}");
}

#[test]
fn fields_are_known() {
    rule(
        "field: privileged,",
        "field: priviledged,",
        "23:16 rule/unknown-field `priviledged`: `compose.service` has no field `priviledged` (did you mean `privileged`?)",
    );
    rule(
        "field: p.protocol",
        "field: p.protokol",
        "32:29 rule/unknown-field `protokol`: `compose.port` has no field `protokol` (did you mean `protocol`?)",
    );
    rule(
        "field: p.protocol",
        "field: q.protocol",
        "32:27 rule/unknown-field `q`: `compose.service` has no field `q` (did you mean `p`?)",
    );
    rule(
        "field: image.tag",
        "field: image.tga",
        "26:61 rule/unknown-field `tga`: `image` has no field `tga` (did you mean `tag`?)",
    );
    rule(
        "built.final_stage.user.is_root",
        "built.final_stage.user.is_rot",
        "28:81 rule/unknown-field `is_rot`: `dockerfile.user` has no field `is_rot` (did you mean `is_root`?)",
    );
}

#[test]
fn operators_are_known_and_stand_alone() {
    rule(
        "field: privileged, eq: false",
        "field: privileged, eqq: false",
        "23:28 rule/unknown-key `eqq`: a comparison has no key `eqq` (did you mean `eq`?)",
    );
    rule(
        "field: privileged, eq: false",
        "field: privileged",
        "23:9 rule/operator `field`: `privileged` is compared with nothing (use one operator, such as `eq`, `in`, `matches` or `exists`)",
    );
    rule(
        "field: privileged, eq: false",
        "field: privileged, eq: false, ne: true",
        "23:39 rule/operator `ne`: `privileged` is compared with more than one operator (use one operator, such as `eq`, `in`, `matches` or `exists`)",
    );
}

#[test]
fn operators_fit_the_type() {
    rule(
        "field: privileged, eq: false",
        "field: privileged, gt: false",
        "23:28 rule/operator `gt`: `gt` cannot be used on `privileged`, a bool (what can: eq, ne, in, not_in, exists)",
    );
    rule(
        "field: cap_add, subset_of: $allowed",
        "field: cap_add, eq: $allowed",
        "24:25 rule/operator `eq`: `eq` cannot be used on `cap_add`, a list<string> (what can: contains, contains_any, contains_all, empty, subset_of, superset_of, unique)",
    );
    rule(
        "field: privileged, eq: false",
        "field: ports, exists: true",
        "23:23 rule/operator `exists`: `exists` cannot be used on `ports`, a list<compose.port> (what can: empty)",
    );
    rule(
        "field: privileged, eq: false",
        "field: privileged, within: 10.0.0.0/8",
        "23:28 rule/operator `within`: `within` cannot be used on `privileged`, a bool (what can: eq, ne, in, not_in, exists)",
    );
    rule(
        "field: privileged, eq: false",
        "field: environment, matches: x",
        "23:29 rule/operator `matches`: `matches` cannot be used on `environment`, a list<compose.env_var> (what can: contains, contains_any, contains_all, empty, subset_of, superset_of, unique)",
    );
}

#[test]
fn operands_fit_the_type() {
    rule(
        "field: privileged, eq: false",
        r#"field: privileged, eq: "false""#,
        r#"23:32 rule/type `"false"`: "false" is not a bool"#,
    );
    rule(
        "{ field: p.protocol, eq: tcp }",
        r#"{ field: p.target, eq: "80" }"#,
        r#"32:41 rule/type `"80"`: "80" is not a port (remove the quotes: 80)"#,
    );
    rule(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.target, eq: 70000 }",
        "32:41 rule/type `70000`: `70000` is not a port",
    );
    rule(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.target, in: 80 }",
        "32:41 rule/type `80`: `80` is not a list<port> (write a list: `[…]`)",
    );
    rule(
        "field: privileged, eq: false",
        "field: stop_grace_period, le: 30 seconds, absent: pass",
        r#"23:39 rule/type `30 seconds`: "30 seconds" is not a duration (write it as `30s` or `1m30s`)"#,
    );
    rule(
        "field: privileged, eq: false",
        "field: limits.memory, le: 1 GB, absent: pass",
        r#"23:35 rule/type `1 GB`: "1 GB" is not a quantity (write it as `500m` or `256Mi`)"#,
    );
    rule(
        "field: cap_add, subset_of: $allowed",
        "field: cap_add, subset_of: $strict",
        "24:36 rule/type `$strict`: the parameter is a bool, and a list<string> is wanted here",
    );
    rule(
        "field: cap_add, subset_of: $allowed",
        "field: cap_add, subset_of: $alowed",
        "24:36 rule/unknown-param `$alowed`: there is no parameter `alowed` (did you mean `allowed`?)",
    );
    rule(
        "field: cap_add, subset_of: $allowed",
        "field: cap_add, subset_of: [$allowed]",
        "24:37 rule/operand `$allowed`: `$allowed` would be text here (a parameter stands alone behind its operator; put text with a `$` in quotes)",
    );
    rule(
        "eq: { field: build.dockerfile_path }",
        "eq: { field: privileged }",
        "19:71 rule/type `privileged`: `privileged` is a bool, and a path is wanted here",
    );
    rule(
        "eq: { field: build.dockerfile_path }",
        "eq: { param: strict }",
        r#"19:58 rule/missing-key `eq`: an operand needs `field`
19:64 rule/unknown-key `param`: an operand has no key `param` (the keys of an operand are field)"#,
    );
}

#[test]
fn values_that_cannot_occur_are_refused() {
    rule("eq: tcp", "eq: tpc", "32:43 rule/enum `tpc`: `tpc` can never occur here (did you mean `tcp`?)");
    rule(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.protocol, in: [tcp, upd] }",
        "32:49 rule/enum `upd`: `upd` can never occur here (did you mean `udp`?)",
    );
}

#[test]
fn patterns_and_ranges_are_read() {
    rule(
        r#"matches: '^\d+\.'"#,
        "matches: '^('",
        "26:75 rule/regex `'^('`: the pattern does not compile: unclosed group",
    );
    rule(
        r#"matches: '^\d+\.'"#,
        "within: 10.0.0.0/33",
        r#"26:74 rule/type `10.0.0.0/33`: "10.0.0.0/33" is no range of versions or addresses (write it as `>=1.2, <2` or `10.0.0.0/8`)"#,
    );
    rule(
        r#"matches: '^\d+\.'"#,
        "within: about 1",
        r#"26:74 rule/type `about 1`: "about 1" is no range of versions or addresses (write it as `>=1.2, <2` or `10.0.0.0/8`)"#,
    );
}

#[test]
fn what_never_changes_is_refused() {
    rule(
        "field: privileged, eq: false",
        "field: privileged, exists: true",
        "23:16 rule/constant `privileged`: `privileged` is always there, so this can never change",
    );
    rule(
        "    - { field: privileged, eq: false }",
        "    - { any: [] }",
        "23:14 rule/constant `[]`: `any` takes a list of conditions that is not empty",
    );
    rule(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.target, ge: 0 }",
        "32:41 rule/constant `0`: a port is from 0 to 65535, so `ge: 0` never changes",
    );
    rule(
        "field: privileged, eq: false",
        "field: name, eq: { field: name }",
        "23:35 rule/constant `name`: `name` is compared with itself",
    );
    rule(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.protocol, in: [] }",
        "32:43 rule/constant `[]`: `in` needs something to look for",
    );
    rule(
        "{ field: p.protocol, eq: tcp }",
        "{ field: p.as_written, starts_with: '' }",
        "32:54 rule/constant `''`: every text has nothing in it, so `starts_with` always holds",
    );
    rule(r#"matches: '^\d+\.'"#, "matches: ''", "26:75 rule/constant `''`: an empty pattern says nothing");
    rule("le: 3", "ge: 0", "33:79 rule/constant `0`: every list has at least 0 elements");
    rule("le: 3", "eq: -1", "33:79 rule/constant `-1`: no list has -1 elements");
    rule("le: 3", "le: three", "33:79 rule/type `three`: a count compares with an integer");
}

#[test]
fn absence_is_decided() {
    rule(
        r#"ne: "no", absent: pass"#,
        r#"ne: "no""#,
        "25:25 rule/absence `ne`: `restart` may be absent, and `ne` does not say what absence means (add `absent: pass` or `absent: fail`)",
    );
    rule(
        "field: privileged, eq: false",
        "field: privileged, eq: false, absent: pass",
        "23:47 rule/absence `pass`: `privileged` is never absent (leave `absent` out)",
    );
    rule(
        r#"ne: "no", absent: pass"#,
        r#"ne: "no", absent: ok"#,
        "25:43 rule/word `ok`: `ok` is not what absence can mean (one of pass, fail)",
    );
    rule(
        "field: privileged, eq: false",
        "field: name, ne: { field: hostname }",
        "23:22 rule/absence `ne`: `hostname` may be absent, and `ne` does not say what absence means (add `absent: pass` or `absent: fail`)",
    );
}

#[test]
fn lists_and_single_values_are_told_apart() {
    rule("in: ports", "in: restart", "30:13 rule/type `restart`: `restart` is a string, not a list");
    rule(
        "field: privileged, eq: false",
        "field: ports.target, eq: 80",
        "23:22 rule/list `target`: `target` is looked for in a list (go over its elements with `each`, `some` or `count`)",
    );
    rule(
        "field: privileged, eq: false",
        "field: restart.policy, eq: x",
        "23:24 rule/unknown-field `policy`: a string has no field `policy`",
    );
    rule("in: ports", "in: $strict", "30:13 rule/type `$strict`: `$strict` is a bool, not a list");
}

#[test]
fn names_do_not_hide_each_other() {
    rule(
        "        as: p\n        require: { field: p.protocol",
        "        as: image\n        require: { field: image.protocol",
        "31:13 rule/hidden-field `image`: `image` hides a field of `compose.service` (choose another name)",
    );
    rule(
        "        as: p\n        require: { field: p.protocol",
        "        as: built\n        require: { field: built.protocol",
        "31:13 rule/hidden-field `built`: `built` is already bound here",
    );
}

#[test]
fn conditions_are_not_nested_without_end() {
    rule(
        "    - { field: privileged, eq: false }",
        "    - { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { not: { field: privileged, eq: true } } } } } } } } } } } } } } } } } } }",
        "23:119 rule/depth `{ not: { not: { field: privileged, eq: true } } }`: conditions are nested more than 16 deep",
    );
}

#[test]
fn every_form_counts_as_one_level() {
    let forms: [(&str, &str); 7] = [
        ("{ not: ", " }"),
        ("{ all: [ ", " ] }"),
        ("{ any: [ ", " ] }"),
        ("{ none: [ ", " ] }"),
        ("{ each: { in: ports, as: pN, require: ", " } }"),
        ("{ some: { in: ports, as: pN, that: ", " } }"),
        ("{ count: { in: ports, as: pN, ge: 1, where: ", " } }"),
    ];
    for (open, close) in forms {
        let nested = |depth: usize| {
            let open: String = (0..depth).map(|level| open.replace("pN", &format!("p{level}"))).collect();
            let condition = format!("where: {open}{{ field: first_party, eq: true }}{}", close.repeat(depth));
            of_rule(&RULE.replacen("where: { field: first_party, eq: true }", &condition, 1))
        };
        assert!(!nested(16).contains("rule/depth"), "{open}");
        assert!(nested(17).contains("rule/depth"), "{open}");
    }
}

#[test]
fn part_of_a_word_is_any_text_and_quoted_text_is_no_parameter() {
    for (from, to) in [
        ("{ field: p.protocol, eq: tcp }", "{ field: p.protocol, starts_with: t }"),
        ("{ field: p.protocol, eq: tcp }", "{ field: p.protocol, ends_with: p }"),
        ("{ field: p.protocol, eq: tcp }", "{ field: p.protocol, contains: c }"),
        ("field: restart, ne: \"no\"", "field: restart, ne: \"$uid\""),
        ("le: 3", "le: 0"),
        ("le: 3", "eq: 0"),
        ("le: 3", "ge: 1"),
    ] {
        assert_eq!(of_rule(&RULE.replacen(from, to, 1)), "", "{to}");
    }
    assert!(
        of_rule(&RULE.replacen("{ field: p.protocol, eq: tcp }", "{ field: p.protocol, eq: t }", 1))
            .contains("can never occur")
    );
}

#[test]
fn of_two_fields_the_one_that_may_be_absent_is_named() {
    let said = |field: &str, missing: &str, column: usize| {
        rule(
            "{ field: privileged, eq: false }",
            &format!("{{ field: {field}, ne: {{ field: hostname }} }}"),
            &format!(
                "23:{column} rule/absence `ne`: `{missing}` may be absent, and `ne` does not say what absence means (add `absent: pass` or `absent: fail`)"
            ),
        );
    };
    said("name", "hostname", 22);
    said("container_name", "container_name", 32);
}

#[test]
fn what_follows_from_a_wrong_list_is_not_told() {
    let text = RULE.replace("in: ports", "in: port").replace("`{name}` adds {actual}", "`{p.published}` is open");
    assert_eq!(
        of_rule(&text).trim_end(),
        "30:13 rule/unknown-field `port`: `compose.service` has no field `port` (did you mean `ports`?)"
    );
}
