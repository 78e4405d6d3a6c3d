//! Mistakes in standards, and in standards that build on others.

use super::support::{child, standard};

#[test]
fn keys_are_closed() {
    standard(
        "title: The rules of the house",
        "titel: The rules of the house",
        "3:1 rule/unknown-key `titel`: a standard has no key `titel` (did you mean `title`?)",
    );
    standard(
        "levels: { must:",
        "levels: { most:",
        "5:11 rule/unknown-key `most`: `levels` has no key `most` (did you mean `must`?)",
    );
    standard(
        "    waivable: false",
        "    waiveable: false",
        "16:5 rule/unknown-key `waiveable`: a clause has no key `waiveable` (did you mean `waivable`?)",
    );
    standard(
        "        only: [",
        "        onyl: [",
        "20:9 rule/unknown-key `onyl`: a use of a rule has no key `onyl` (did you mean `only`?)",
    );
    standard(
        "source: { title:",
        "source: { titel:",
        "4:11 rule/unknown-key `titel`: `source` has no key `titel` (did you mean `title`?)",
    );
}

#[test]
fn values_are_of_their_shape() {
    standard(
        "    waivable: false",
        r#"    waivable: "no""#,
        r#"16:15 rule/type `"no"`: `waivable` is `true` or `false`"#,
    );
    standard(
        "    rules:\n      - rule: sample\n        params: { strict: false }",
        "    rules: { rule: sample }",
        r#"7:9 standard/uncovered `H-1`: the clause `H-1` has no rules (give it `rules`, or say `coverage: manual` and why in `gap`)
10:12 rule/shape `{ rule: sample }`: `rules` is a list, not a mapping"#,
    );
    standard(
        "params: { strict: false }",
        "params: [strict]",
        "12:17 rule/shape `[strict]`: `params` is a mapping, not a list",
    );
    standard(
        r#"only: ["production/**"]"#,
        "only: production",
        "20:15 rule/shape `production`: `only` is a list, not a string",
    );
    standard(
        r#"only: ["production/**"]"#,
        "only: []",
        "20:15 standard/empty `[]`: `only` names no file (leave it out)",
    );
    standard(
        "version: 2.1.0",
        "version: 2",
        "2:10 rule/version `2`: `2` is not a version (write three numbers: 1.2.0)",
    );
}

#[test]
fn a_standard_is_called_like_its_file() {
    standard(
        "standard: house",
        "standard: hous",
        "1:11 standard/file-name `hous`: the file is called `house.yaml`, and the standard in it `hous` (give both the same name)",
    );
}

#[test]
fn words_are_known() {
    standard("must: error", "must: eror", "5:17 rule/word `eror`: `eror` is not a severity (did you mean `error`?)");
    standard(
        "title: Services drop privileges\n    level: must",
        "title: Services drop privileges\n    level: most",
        "9:12 rule/word `most`: `most` is not a level (did you mean `must`?)",
    );
    standard(
        "coverage: manual",
        "coverage: manuell",
        "26:15 rule/word `manuell`: `manuell` is not a coverage (did you mean `manual`?)",
    );
    standard(
        "severity: info",
        "severity: note",
        "22:19 rule/word `note`: `note` is not a severity (one of info, warning, error)",
    );
}

#[test]
fn clauses_stand_once_and_have_what_they_need() {
    standard(
        "id: H-2",
        "id: H-1",
        r#"13:9 standard/duplicate-clause `H-1`: the clause `H-1` stands twice
    and `H-1`: first given here"#,
    );
    standard("    title: Services drop privileges\n", "", "7:5 rule/missing-key `id`: a clause needs `title`");
    standard(
        "    rules:\n      - rule: sample\n        params: { strict: false }\n",
        "",
        "7:9 standard/uncovered `H-1`: the clause `H-1` has no rules (give it `rules`, or say `coverage: manual` and why in `gap`)",
    );
    standard("    gap: People do.\n", "", "23:9 standard/gap `H-3`: say in `gap` what is not checked, and why");
    standard(
        "    coverage: manual\n    gap: People do.",
        "    gap: People do.",
        "23:9 standard/uncovered `H-3`: the clause `H-3` has no rules (give it `rules`, or say `coverage: manual` and why in `gap`)",
    );
    standard(
        "    coverage: manual\n",
        "    coverage: partial\n",
        "23:9 standard/coverage `H-3`: a clause without rules is not checked in part (say `coverage: manual`, or give it `rules`)",
    );
    standard(
        "    title: Services drop privileges\n    level: must\n",
        "    title: Services drop privileges\n    level: must\n    coverage: manual\n    gap: Nobody looks.\n",
        "7:9 standard/coverage `H-1`: a clause with rules is not `manual`",
    );
}

#[test]
fn rules_and_parameters_are_known() {
    standard(
        "      - rule: sample\n        params: { strict: false }",
        "      - rule: smaple\n        params: { strict: false }",
        "11:15 unknown-rule `smaple`: there is no rule `smaple` (did you mean `sample`?)",
    );
    standard(
        "{ strict: false }",
        "{ strct: false }",
        "12:19 rule/unknown-param `strct`: the rule `sample` has no parameter `strct` (did you mean `strict`?)",
    );
    standard("{ strict: false }", r#"{ strict: "false" }"#, r#"12:27 rule/type `"false"`: "false" is not a bool"#);
    standard("{ uid: 1000 }", "{ uid: 0 }", "21:24 rule/bounds `0`: `uid` is at least 1, not 0");
    standard("{ uid: 1000 }", "{ uid: -1 }", "21:24 rule/bounds `-1`: `uid` is at least 1, not -1");
    standard(
        "{ strict: false }",
        "{ allowed: [SYS_TIME, 4] }",
        r#"12:39 rule/type `4`: `4` is not a string (put it in quotes: "4")"#,
    );
    standard(
        "      - rule: sample\n        params: { strict: false }",
        "      - rule: atonix-field",
        r#"11:15 rule/missing-param `atonix-field`: `path` has no default and must be given (give it in `params`)
    and `path`: declared here
11:15 rule/missing-param `atonix-field`: `value` has no default and must be given (give it in `params`)
    and `value`: declared here"#,
    );
}

#[test]
fn paths_and_their_values_are_typed_where_they_are_given() {
    standard(
        "      - rule: sample\n        params: { strict: false }",
        "      - rule: atonix-field\n        params: { path: service.replicas, value: two }",
        r#"12:50 rule/type `two`: "two" is not an int"#,
    );
    standard(
        "      - rule: sample\n        params: { strict: false }",
        "      - rule: atonix-field\n        params: { path: health.readyness, value: /ready }",
        "12:32 rule/unknown-field `readyness`: `atonix.health` has no field `readyness` (did you mean `readiness`?)",
    );
}

#[test]
fn two_uses_of_one_rule_have_two_names() {
    standard(
        "        as: sample.production\n",
        "",
        r#"18:15 standard/duplicate-use `sample`: `sample` is used twice with different parameters (give one of the uses a name of its own with `as`)
    and `false`: the first use"#,
    );
    standard(
        "as: sample.production",
        "as: compose-privileged",
        "19:13 standard/as-clash `compose-privileged`: `compose-privileged` is a rule of its own (write a name such as `sample.other`)",
    );
}

#[test]
fn what_is_extended_is_named_with_its_version() {
    child(
        "[house@2]",
        "[house]",
        "4:11 standard/extends `house`: `house` does not say which version is meant (write the first number of it: `house@1`)",
    );
    child(
        "[house@2]",
        "[hose@2]",
        "4:11 unknown-standard `hose@2`: there is no standard `hose` (did you mean `house`?)",
    );
    child(
        "[house@2]",
        "[house@1]",
        "4:11 standard/version `house@1`: `house` is version 2.1.0, and 1 is asked for (read what changed, then write `house@2`)",
    );
    child(
        "[house@2]",
        "[house@latest]",
        "4:11 standard/extends `house@latest`: `latest` is not the first number of a version (write `house@1`)",
    );
    child(
        "[house@2]",
        "['https://standards.example/house@2']",
        "4:11 standard/extends `'https://standards.example/house@2'`: `https://standards.example/house@2` is no id of a standard (nothing is fetched: put the pack into the repository, and name its standard)",
    );
    child(
        "[house@2]",
        "[../house]",
        "4:11 standard/extends `../house`: `../house` is no id of a standard (nothing is fetched: put the pack into the repository, and name its standard)",
    );
    child("[house@2]", "[house@2, house@2]", "4:20 standard/extends `house@2`: `house` is extended already");
    child("[house@2]", "house@2", "4:10 rule/shape `house@2`: `extends` is a list, not a string");
}

#[test]
fn a_standard_is_no_part_of_itself() {
    child(
        "[house@2]",
        "[house@2, team@1]",
        "4:20 standard/cycle `team@1`: `team` extends `team`: a standard cannot be a part of itself",
    );
}

#[test]
fn inherited_clauses_are_known_and_change_key_by_key() {
    child(
        "  - id: H-1\n    waivable: false",
        "  - id: H-11\n    waivable: false",
        "6:9 standard/unknown-clause `H-11`: no standard that this one extends has a clause `H-11` (did you mean `H-1`?)",
    );
    child(
        "    waivable: false\n",
        "    waivable: false\n    level: should\n",
        "8:5 standard/inherited `level`: `level` of an inherited clause cannot be changed (remove the clause, and write one of your own)",
    );
    child(
        "      - rule: sample\n",
        "      - rule: smaple\n",
        "9:15 standard/unknown-use `smaple`: the clause `H-1` does not use `smaple` (did you mean `sample`?)",
    );
    child(
        "allowed: []",
        "alowed: []",
        "10:19 rule/unknown-param `alowed`: the rule `sample` has no parameter `alowed` (did you mean `allowed`?)",
    );
    child(
        "      - rule: sample\n",
        "      - rule: sample\n        as: sample.staging\n",
        "10:13 standard/unknown-use `sample.staging`: the clause `H-1` does not use `sample.staging` (it uses sample)",
    );
}

#[test]
fn removed_clauses_are_known_and_have_a_reason() {
    child(
        "clause: H-3",
        "clause: H-33",
        "17:15 standard/unknown-clause `H-33`: no standard that this one extends has a clause `H-33` (did you mean `H-3`?)",
    );
    child(", why: Nobody keeps logs here.", "", "17:7 rule/missing-key `clause`: a removed clause needs `why`");
    child(
        "clause: H-3",
        "clause: H-1",
        r#"6:9 standard/removed `H-1`: the clause `H-1` is removed, and cannot be changed as well
    and `H-1`: removed here"#,
    );
}

#[test]
fn mistakes_in_a_standard_and_in_its_uses_are_told_together() {
    standard(
        "    level: must\n    rules:\n      - rule: sample\n        params: { strict: false }",
        "    level: shall\n    rules:\n      - rule: smaple\n      - rule: sample\n        params: { strict: maybe }",
        r#"9:12 rule/word `shall`: `shall` is not a level (one of must, should, example)
11:15 unknown-rule `smaple`: there is no rule `smaple` (did you mean `sample`?)
13:27 rule/type `maybe`: "maybe" is not a bool"#,
    );
}
