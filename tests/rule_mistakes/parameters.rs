//! Mistakes in the parameters of a rule: types, defaults, bounds and switches.

use super::support::{RULE, of_rule, rule};

#[test]
fn types_of_parameters_are_known() {
    rule(
        "type: list<string>",
        "type: list<strng>",
        "13:20 rule/unknown-type `list<strng>`: there is no type `strng` (did you mean `string`?)",
    );
    rule(
        "type: uid,",
        "type: service.port_mention.sorce,",
        "15:16 rule/unknown-type `service.port_mention.sorce`: there is no type `service.port_mention.sorce` (did you mean `service.port_mention.source`?)",
    );
    rule(
        "type: bool,",
        "type: enum(),",
        "14:19 rule/unknown-type `enum()`: there is no type `enum()` (the types are bool, int, float, string, path, uid, port, regex, glob, duration, quantity, version, image, range)",
    );
}

#[test]
fn defaults_fit_their_types() {
    rule(
        "default: [NET_BIND_SERVICE]",
        "default: NET_BIND_SERVICE",
        r#"13:43 rule/type `NET_BIND_SERVICE`: "NET_BIND_SERVICE" is not a list<string> (write a list: `[…]`)"#,
    );
    rule("default: true", "default: yes", r#"14:34 rule/type `yes`: "yes" is not a bool"#);
    rule(
        "type: list<string>, default: [NET_BIND_SERVICE]",
        "type: 'list<enum(SYS_TIME, SYS_NICE)>', default: [SYS_TIM]",
        "13:64 rule/enum `SYS_TIM`: `SYS_TIM` is none of the words of `allowed` (did you mean `SYS_TIME`?)",
    );
    rule(
        "type: list<string>, default: [NET_BIND_SERVICE]",
        "type: list<regex>, default: ['(']",
        "13:43 rule/regex `'('`: the pattern does not compile: unclosed group",
    );
    rule(
        "type: list<string>, default: [NET_BIND_SERVICE]",
        "type: list<version>, default: ['1.x.latest', 1.2]",
        r#"13:59 rule/type `1.2`: `1.2` is not a version (put it in quotes: "1.2")"#,
    );
    rule(
        "type: list<string>, default: [NET_BIND_SERVICE]",
        "type: list<range>, default: ['10.0.0.0/40']",
        r#"13:43 rule/type `'10.0.0.0/40'`: "10.0.0.0/40" is no range of versions or addresses (write it as `>=1.2, <2` or `10.0.0.0/8`)"#,
    );
}

#[test]
fn bounds_belong_to_whole_numbers() {
    rule("min: 1, doc", "min: 5, max: 1, doc", "15:3 rule/bounds `uid`: no number is at least 5 and at most 1");
    rule(
        "default: true, doc",
        "default: true, max: 1, doc",
        "14:3 rule/bounds `strict`: `strict` is no whole number, so that it has no `min` and no `max`",
    );
    rule(
        "optional: true, min: 1",
        "default: 0, min: 1",
        r#"15:30 rule/bounds `0`: `uid` is at least 1, not 0
27:25 rule/constant `uid`: `uid` is always there, so this can never change (a parameter that may be left out says `optional: true`)"#,
    );
    rule("min: 1, doc", "min: one, doc", "15:42 rule/type `one`: `min` is an integer");
}

#[test]
fn defaults_lie_within_their_bounds() {
    let given = "27:25 rule/constant `uid`: `uid` is always there, so this can never change (a parameter that may be left out says `optional: true`)";
    for within in
        ["default: 1, min: 1", "default: 3, max: 3", "default: 2, min: 1, max: 3", "default: 1, min: 1, max: 1"]
    {
        rule("optional: true, min: 1", within, given);
    }
    let outside = |bounds: &str, said: &str| {
        rule(
            "optional: true, min: 1",
            bounds,
            &format!("15:30 rule/bounds `{}`: `uid` is {said}\n{given}", &bounds[9..10]),
        );
    };
    outside("default: 4, max: 3", "at most 3, not 4");
    outside("default: 4, min: 1, max: 3", "from 1 to 3, not 4");
    outside("default: 0, min: 1, max: 3", "from 1 to 3, not 0");
}

#[test]
fn a_parameter_that_may_be_left_out_is_asked_for_first() {
    rule(
        "{ param: uid, exists: false }",
        "{ param: uid, exists: true }",
        "27:69 rule/optional-param `$uid`: `uid` may be left out, and nothing here asks whether it is there (put it beside `{ param: uid, exists: true }` in an `all`, or `false` in an `any`)",
    );
    rule(
        "param: strict, eq: false",
        "param: strict, exists: true",
        "26:25 rule/constant `strict`: `strict` is always there, so this can never change (a parameter that may be left out says `optional: true`)",
    );
    rule(
        "optional: true, min: 1",
        "optional: true, default: 0, min: 1",
        r#"15:3 rule/optional-param `uid`: `uid` has a default, so that it is never left out (leave out `optional`)
15:46 rule/bounds `0`: `uid` is at least 1, not 0"#,
    );
    rule(
        r#"message: "`{name}` adds"#,
        r#"message: "`{name}` {param.uid} adds"#,
        "38:21 rule/optional-param `param.uid`: `uid` may be left out, and nothing here asks whether it is there (put it beside `{ param: uid, exists: true }` in an `all`, or `false` in an `any`)",
    );
}

#[test]
fn parameters_that_stand_for_fields_belong_together() {
    rule(
        "type: uid, optional: true, min: 1",
        "type: path, of: compose.servise, default: user_uid",
        r#"15:26 rule/unknown-kind `compose.servise`: there is no kind `compose.servise` (did you mean `compose.service`?)
27:25 rule/constant `uid`: `uid` is always there, so this can never change (a parameter that may be left out says `optional: true`)
27:70 rule/type `$uid`: the parameter is a string, and a uid is wanted here"#,
    );
    rule(
        "type: uid, optional: true, min: 1",
        "type: value, like: pth, default: 0",
        r#"15:29 rule/unknown-param `pth`: there is no parameter `pth` of type `path`
27:25 rule/constant `uid`: `uid` is always there, so this can never change (a parameter that may be left out says `optional: true`)"#,
    );
    rule(
        "type: uid, optional: true, min: 1",
        "type: path, of: compose.service, default: user_udi",
        r#"15:52 rule/unknown-field `user_udi`: `compose.service` has no field `user_udi` (did you mean `user_uid`?)
27:25 rule/constant `uid`: `uid` is always there, so this can never change (a parameter that may be left out says `optional: true`)"#,
    );
}

#[test]
fn what_is_declared_is_used() {
    rule(
        "  strict: {",
        "  other: { type: uid, default: 0, doc: Not used. }\n  strict: {",
        "14:3 rule/unused-param `other`: `other` is never used",
    );
}

#[test]
fn switches_compare_values_of_the_parameter() {
    rule(
        "param: strict, eq: false",
        r#"param: strict, eq: "false""#,
        r#"26:37 rule/type `"false"`: "false" is not a bool"#,
    );
    rule(
        "param: strict, eq: false",
        "param: strct, eq: false",
        "26:25 rule/unknown-param `strct`: there is no parameter `strct` (did you mean `strict`?)",
    );
    rule(
        "param: strict, eq: false",
        "param: strict, empty: true",
        "26:33 rule/operator `empty`: `empty` cannot be used on `strict`, a bool",
    );
    rule(
        "param: strict, eq: false",
        "param: strict, gt: 1",
        "26:33 rule/operator `gt`: `gt` cannot be used on `strict`, a bool",
    );
    rule(
        "param: strict, eq: false",
        "param: strict, eq: $uid",
        "26:37 rule/operand `$uid`: `$uid` would be text here (a parameter stands alone behind its operator; put text with a `$` in quotes)",
    );
}

#[test]
fn a_list_type_is_closed() {
    let said = of_rule(&RULE.replacen("type: list<string>", "type: list<string", 1));
    assert!(said.contains("there is no type `list<string`"), "{said}");
}
