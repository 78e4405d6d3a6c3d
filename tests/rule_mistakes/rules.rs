//! Mistakes in what a rule says of itself: keys, words, history, messages and examples.

use super::support::{RULE, of_rule, rule};

#[test]
fn unknown_keys_are_refused() {
    rule(
        "severity: error",
        "severty: error",
        "6:1 rule/unknown-key `severty`: a rule has no key `severty` (did you mean `severity`?)",
    );
    rule(
        "doc: The user id.",
        "docs: The user id.",
        "15:45 rule/unknown-key `docs`: a parameter has no key `docs` (did you mean `doc`?)",
    );
    rule(
        "  - { at: image, text:",
        "  - { att: image, text:",
        "41:7 rule/unknown-key `att`: a label has no key `att` (did you mean `at`?)",
    );
    rule(
        "    expect: [{ at:",
        "    expect: [{ att:",
        r#"42:1 rule/examples `examples`: a rule needs an example that fails (mark the line before a failing one with `#~ rule-id`, or say `expect`)
51:16 rule/unknown-key `att`: an expectation has no key `att` (did you mean `at`?)"#,
    );
    rule(
        "  - name: good\n    files:",
        "  - name: good\n    file:",
        "44:5 rule/unknown-key `file`: an example has no key `file` (did you mean `files`?)",
    );
}

#[test]
fn keys_that_stand_twice_are_refused() {
    rule(
        "severity: error\n",
        "severity: error\nseverity: info\n",
        r#"7:1 rule/syntax `severity`: the key `severity` stands twice in one mapping
    and `severity`: first given here"#,
    );
}

#[test]
fn missing_keys_are_refused() {
    rule("summary: services drop privileges\n", "", "1:1 rule/missing-key `rule`: a rule needs `summary`");
    rule(
        "require:\n  all:",
        "requires:\n  all:",
        "21:1 rule/unknown-key `requires`: a rule has no key `requires` (did you mean `require`?)",
    );
    rule(", doc: The user id. }", " }", "15:3 rule/missing-key `uid`: a parameter needs `doc`");
}

#[test]
fn empty_text_is_refused() {
    rule("summary: services drop privileges", r#"summary: """#, r#"4:10 rule/empty `""`: `summary` says nothing"#);
}

#[test]
fn values_of_the_wrong_shape_are_refused() {
    rule(
        "references: [https://docs.docker.com/reference/compose-file/services/]",
        "references: https://docs.docker.com",
        "8:13 rule/shape `https://docs.docker.com`: `references` is a list, not a string",
    );
    rule(
        "labels:\n  - { at: image, text: the image }",
        "labels: { at: image, text: the image }",
        "40:9 rule/shape `{ at: image, text: the image }`: `labels` is a list, not a mapping",
    );
    rule(
        "lookup:\n  built: {",
        "lookup:\n  other: dockerfile\n  built: {",
        "19:10 rule/shape `dockerfile`: a lookup is a mapping, not a string",
    );
    rule(
        "changes:\n  - { in: 0.2.0",
        "changes:\n  in: 0.2.0\n  x:\n  - { in: 0.2.0",
        "11:3 rule/shape `in: 0.2.0`: `changes` is a list, not a mapping",
    );
}

#[test]
fn a_second_document_is_refused() {
    rule(
        "    expect: [{ at: compose.yaml }]\n",
        "    expect: [{ at: compose.yaml }]\n---\nrule: other\n",
        "53:1 rule/syntax `rule`: a file holds one rule, and this is a second document",
    );
}

#[test]
fn words_outside_of_their_list_are_refused() {
    rule(
        "severity: error",
        "severity: eror",
        "6:11 rule/word `eror`: `eror` is not a severity (did you mean `error`?)",
    );
    rule(
        "category: security",
        "category: securty",
        "5:11 rule/word `securty`: `securty` is not a category (did you mean `security`?)",
    );
    rule(
        "status: preview",
        "status: stabel",
        "3:9 rule/word `stabel`: `stabel` is not a status (did you mean `stable`?)",
    );
    rule("effect: more", "effect: mor", "11:66 rule/word `mor`: `mor` is not an effect (did you mean `more`?)");
    rule("expect: many", "expect: meny", "20:40 rule/word `meny`: `meny` is not an arity (did you mean `many`?)");
    rule(
        "target: compose.service\n",
        "target: compose.service\nunknown: warning\n",
        r#"17:10 rule/word `warning`: `warning` is not what "cannot tell" can become (one of ignore, info, warn, fail)"#,
    );
}

#[test]
fn every_word_of_a_list_is_taken() {
    for status in ["preview", "stable"] {
        assert_eq!(of_rule(&RULE.replacen("status: preview", &format!("status: {status}"), 1)), "");
    }
    for unknown in ["ignore", "info", "warn", "fail"] {
        assert_eq!(of_rule(&RULE.replacen("message:", &format!("unknown: {unknown}\nmessage:"), 1)), "", "{unknown}");
    }
    let more = "  - { name: doubt, files: {}, expect: [{ at: x, outcome: unknown }, { at: x, outcome: fail }] }\n";
    assert_eq!(of_rule(&format!("{RULE}{more}")), "");
}

#[test]
fn a_rule_is_called_like_its_file() {
    rule(
        "rule: sample",
        "rule: smaple",
        "1:7 rule/file-name `smaple`: the file is called `sample.yaml`, and the rule in it `smaple` (give both the same name)",
    );
}

#[test]
fn references_are_addresses() {
    rule(
        "[https://docs.docker.com/reference",
        "[http://docs.docker.com/reference",
        "8:14 rule/reference `http://docs.docker.com/reference/compose-file/services/`: `http://docs.docker.com/reference/compose-file/services/` is no address that begins with https:// (write https://docs.docker.com/reference/compose-file/services/)",
    );
}

#[test]
fn versions_are_three_numbers() {
    rule("since: 0.1.0", "since: 0.1", "2:8 rule/version `0.1`: `0.1` is not a version (write three numbers: 1.2.0)");
    rule("in: 0.2.0", "in: next", "11:11 rule/version `next`: `next` is not a version (write three numbers: 1.2.0)");
}

#[test]
fn changes_are_in_order_and_more_findings_wait_for_a_minor_release() {
    rule(
        "in: 0.2.0",
        "in: 0.0.9",
        r#"11:11 rule/changes `0.0.9`: 0.0.9 came before what stands above (the oldest change stands first)
11:11 rule/changes `0.0.9`: what makes more findings waits for a minor release (end the version in `.0`)"#,
    );
    rule(
        "in: 0.2.0",
        "in: 0.2.1",
        "11:11 rule/changes `0.2.1`: what makes more findings waits for a minor release (end the version in `.0`)",
    );
}

#[test]
fn a_former_id_leads_to_one_rule() {
    rule(
        "aliases: [former-sample]",
        "aliases: [compose-privileged]",
        r#"9:11 rule/alias-clash `compose-privileged`: `compose-privileged` is a rule of its own (a former id leads to one rule; leave it out here or there)
    and ``: here"#,
    );
    rule(
        "aliases: [former-sample]",
        "aliases: [sample]",
        "9:11 rule/alias-clash `sample`: `sample` stands for this rule already (leave it out)",
    );
    rule(
        "aliases: [former-sample]",
        "aliases: [former, former]",
        "9:19 rule/alias-clash `former`: `former` stands for this rule already (leave it out)",
    );
}

#[test]
fn a_deprecated_rule_says_why_and_fails_no_run() {
    rule(
        "status: preview",
        "status: deprecated",
        r#"3:9 rule/deprecated `deprecated`: a deprecated rule says since when and why (add `deprecated: { since, use, why }`)
6:11 rule/deprecated `error`: a deprecated rule is no error where no standard says so (make it `warning` or `info`)"#,
    );
    rule(
        "aliases: [former-sample]",
        "deprecated: { since: 0.2.0, why: Nobody needs it. }",
        "9:1 rule/deprecated `deprecated`: the status of this rule is another one (write `status: deprecated`)",
    );
    rule(
        "status: preview\nsummary: services drop privileges\ncategory: security\nseverity: error\n",
        "status: deprecated\nsummary: services drop privileges\ncategory: security\nseverity: info\ndeprecated: { since: 0.2.0, why: There is a better one., use: compose-priviledged }\n",
        "7:63 unknown-rule `compose-priviledged`: there is no rule `compose-priviledged` (did you mean `compose-privileged`?)",
    );
    rule(
        "status: preview\nsummary: services drop privileges\ncategory: security\nseverity: error\n",
        "status: deprecated\nsummary: services drop privileges\ncategory: security\nseverity: info\ndeprecated: { since: 0.2.0, use: sample, reason: x }\n",
        r#"7:1 rule/missing-key `deprecated`: `deprecated` needs `why`
7:34 rule/deprecated `sample`: `sample` cannot take its own place
7:42 rule/unknown-key `reason`: `deprecated` has no key `reason` (the keys of `deprecated` are since, use, why)"#,
    );
}

#[test]
fn placeholders_are_checked_where_they_stand() {
    rule(
        "`{name}` adds",
        "`{nam}` adds",
        "38:13 rule/unknown-field `nam`: `compose.service` has no field `nam` (did you mean `name`?)",
    );
    rule(
        "{param.allowed|list}",
        "{param.alowed|list}",
        "39:21 rule/unknown-param `param.alowed|list`: there is no parameter `alowed` (did you mean `allowed`?)",
    );
    rule(
        "{param.allowed|list}",
        "{param.allowed|lst}",
        "39:21 rule/placeholder `param.allowed|lst`: there is no filter `lst` (did you mean `list`?)",
    );
    rule(
        "adds {actual}",
        "adds {actual",
        "38:25 rule/placeholder `{`: a brace without its partner (write `{{` or `}}` for a brace)",
    );
    rule(
        "text: the image",
        r#"text: "the {imag}""#,
        "41:30 rule/unknown-field `imag`: `compose.service` has no field `imag` (did you mean `image`?)",
    );
    rule(
        "{ at: image,",
        "{ at: imge,",
        "41:11 rule/unknown-field `imge`: `compose.service` has no field `imge` (did you mean `image`?)",
    );
    rule(
        r#"message: "`{name}` adds {actual}""#,
        "message: |\n  `{name}` adds {nothing}",
        "39:18 rule/unknown-field `nothing`: `compose.service` has no field `nothing` (its fields are name, image, build, is_fragment, first_party, is_job, for_swarm, user, user_uid, user_gid, group_add, cap_drop, cap_add, security_opt, no_new_privileges, read_only, privileged, init, tmpfs, healthcheck, ports, expose, volumes, environment and 38 more)",
    );
}

#[test]
fn examples_pass_and_fail() {
    rule(
        "    expect: [{ at: compose.yaml }]\n",
        "",
        "42:1 rule/examples `examples`: a rule needs an example that fails (mark the line before a failing one with `#~ rule-id`, or say `expect`)",
    );
    rule(
        "    expect: [{ at: compose.yaml }]\n",
        "    expect: [{ at: compose.yaml, outcome: unknown }]\n",
        "42:1 rule/examples `examples`: a rule needs an example that fails (mark the line before a failing one with `#~ rule-id`, or say `expect`)",
    );
    rule(
        r#"compose.yaml: "services: { a: { build: . } }"
"#,
        "compose.yaml: |\n          #~ sample\n          services: { a: { build: . } }\n",
        "42:1 rule/examples `examples`: a rule needs an example that passes (mark the line before a failing one with `#~ rule-id`, or say `expect`)",
    );
    rule(
        "expect: [{ at: compose.yaml }]",
        "expect: [{ at: compose.yaml, outcome: fails }]",
        r#"42:1 rule/examples `examples`: a rule needs an example that fails (mark the line before a failing one with `#~ rule-id`, or say `expect`)
51:43 rule/word `fails`: `fails` is not an outcome (did you mean `fail`?)"#,
    );
}

#[test]
fn mistakes_in_several_parts_are_said_at_once() {
    rule(
        "since: 0.1.0\nstatus: preview\nsummary: services drop privileges\ncategory: security\nseverity: error\n",
        r#"since: 0.1.0
status: preview
sumary: services drop privileges
category: securty
severity: error
missing: "{nam} lacks it"
"#,
        r#"4:1 rule/unknown-key `sumary`: a rule has no key `sumary` (did you mean `summary`?)
5:11 rule/word `securty`: `securty` is not a category (did you mean `security`?)
7:12 rule/unknown-field `nam`: `compose.service` has no field `nam` (did you mean `name`?)"#,
    );
}

#[test]
fn what_decides_is_named_only_where_it_is_known() {
    for word in ["actual", "expected"] {
        let say = format!("{{ field: privileged, eq: false, say: \"{{{word}}}\" }}");
        let said = of_rule(&RULE.replacen("{ field: privileged, eq: false }", &say, 1));
        assert!(said.contains(&format!("`compose.service` has no field `{word}`")), "{said}");
    }
}

#[test]
fn an_image_is_one_word() {
    rule(
        "type: list<string>, default: [NET_BIND_SERVICE]",
        "type: list<image>, default: ['a b', '', 'a:1']",
        r#"13:43 rule/type `'a b'`: "a b" is not an image
13:50 rule/type `''`: "" is not an image"#,
    );
}

#[test]
fn two_changes_may_come_in_one_version() {
    let change = "  - { in: 0.2.0, what: also looks at added capabilities, effect: more }\n";
    assert_eq!(of_rule(&RULE.replacen(change, &change.repeat(2), 1)), "");
}

#[test]
fn a_misspelt_requirement_is_told_once() {
    for key in ["requir", "forbi"] {
        let said = of_rule(&RULE.replacen("require:\n  all:", &format!("{key}:\n  all:"), 1));
        assert!(said.starts_with("21:1 rule/unknown-key ") && !said.contains("rule/missing-key"), "{said}");
    }
}
