//! Mistakes in fixes: their keys, the fields that they write, the values that they give, and the examples that show them.

use super::support::{RULE, broken, of_rule, rule};

/// The rule of the other cases with a fix, and an example of what it leaves.
fn fixed_rule() -> String {
    let fix = r#"fix:
  - title: "take the privileges of `{name}`"
    safety: unsafe
    when: { field: privileged, eq: true }
    edits:
      - { set: privileged, to: false }
examples:
"#;
    let fixed = "    fixed: { compose.yaml: \"services: { a: { build: ., privileged: false } }\" }\n";
    format!("{}{fixed}", RULE.replacen("examples:\n", fix, 1))
}

#[track_caller]
fn fix(from: &str, to: &str, expected: &str) {
    broken(&fixed_rule(), from, to, expected);
}

/// An edit of a field that the model computes; which others could be written is said too.
#[track_caller]
fn computed(edit: &str, expected: &str) {
    let said = of_rule(&fixed_rule().replacen("{ set: privileged, to: false }", edit, 1));
    let (said, others) = said.split_once(" (what can be written of `compose.service`: ").unwrap();
    assert_eq!(said, expected);
    assert!(others.contains("privileged, init") && !others.contains("first_party"), "{others}");
}

/// Puts another edit into the fix.
#[track_caller]
fn edit(edit: &str, expected: &str) {
    fix("{ set: privileged, to: false }", edit, expected);
}

#[test]
fn edits_of_every_kind_are_right() {
    assert_eq!(of_rule(&fixed_rule()), "");
    for edit in [
        "{ remove: privileged }",
        "{ append: cap_drop, value: ALL }",
        "{ set: cap_add, to: $allowed }",
        "{ set: cap_add, to: [CHOWN] }",
        "{ set: container_name, to: { field: hostname } }",
        "{ create_file: docs/README.md, content: text }",
    ] {
        assert_eq!(of_rule(&fixed_rule().replacen("{ set: privileged, to: false }", edit, 1)), "", "{edit}");
    }
}

#[test]
fn keys_of_fixes_are_closed_and_complete() {
    fix(
        "    safety: unsafe\n",
        "    savety: unsafe\n",
        "44:5 rule/unknown-key `savety`: a fix has no key `savety` (did you mean `safety`?)",
    );
    fix("    safety: unsafe\n", "", "43:5 rule/missing-key `title`: a fix needs `safety`");
    fix(
        "    safety: unsafe\n",
        "    safety: perhaps\n",
        "44:13 rule/word `perhaps`: `perhaps` is not a safety (one of safe, unsafe)",
    );
    fix(
        "  - title: \"take the privileges of `{name}`\"\n    safety",
        "  - safety",
        "43:5 rule/missing-key `safety`: a fix needs `title`",
    );
    fix(
        "    when: { field: privileged, eq: true }\n",
        "    when: { field: privileged, eq: yes please }\n",
        r#"45:36 rule/type `yes please`: "yes please" is not a bool"#,
    );
    fix(
        "    when: { field: privileged, eq: true }\n",
        "    when: [privileged]\n",
        "45:11 rule/shape `[privileged]`: a condition is a mapping, not a list",
    );
    fix(
        "title: \"take the privileges of `{name}`\"",
        "title: \"take the privileges of `{nam}`\"",
        "43:38 rule/unknown-field `nam`: `compose.service` has no field `nam` (did you mean `name`?)",
    );
    fix(
        "    edits:\n      - { set: privileged, to: false }\n",
        "",
        "43:5 rule/missing-key `title`: a fix needs `edits`, a list that is not empty",
    );
    fix(
        "    edits:\n      - { set: privileged, to: false }\n",
        "    edits: []\n",
        "43:5 rule/missing-key `title`: a fix needs `edits`, a list that is not empty",
    );
    fix(
        "fix:\n  - title: \"take the privileges of `{name}`\"\n    safety: unsafe\n    when: { field: privileged, eq: true }\n    edits:\n      - { set: privileged, to: false }\n",
        "fix: []\n",
        "42:6 rule/type `[]`: `fix` is a list of ways to mend a finding",
    );
    fix(
        "fix:\n  - title: \"take the privileges of `{name}`\"\n    safety: unsafe\n    when: { field: privileged, eq: true }\n    edits:\n      - { set: privileged, to: false }\n",
        "fix: { title: a, safety: safe }\n",
        "42:6 rule/type `{ title: a, safety: safe }`: `fix` is a list of ways to mend a finding",
    );
}

#[test]
fn an_edit_says_one_thing_to_do() {
    edit(
        "{ sett: privileged, to: false }",
        r#"47:9 rule/edit `{ sett: privileged, to: false }`: an edit says one thing to do (use one of set, append, remove, create_file, insert_section)
47:11 rule/unknown-key `sett`: an edit has no key `sett` (did you mean `set`?)"#,
    );
    edit(
        "{ set: privileged, to: false, remove: privileged }",
        "47:9 rule/edit `{ set: privileged, to: false, remove: privileged }`: an edit says one thing to do (use one of set, append, remove, create_file, insert_section)",
    );
    edit(
        "privileged",
        "47:9 rule/edit `privileged`: an edit says one thing to do (use one of set, append, remove, create_file, insert_section)",
    );
    edit(
        "{ set: privileged, value: false }",
        r#"47:11 rule/missing-key `set`: an edit with `set` needs `to`
47:28 rule/unknown-key `value`: an edit with `set` has no key `value` (the keys of an edit with `set` are set, to)"#,
    );
    edit("{ append: cap_drop }", "47:11 rule/missing-key `append`: an edit with `append` needs `value`");
    edit(
        "{ remove: privileged, to: false }",
        "47:31 rule/unknown-key `to`: an edit with `remove` has no key `to` (the keys of an edit with `remove` are remove)",
    );
    edit("{ set: [privileged], to: false }", "47:16 rule/type `[privileged]`: `set` is text, not a list");
    edit(
        "{ set: privileged, to: { a: b } }",
        r#"47:28 rule/missing-key `to`: an operand needs `field`
47:34 rule/unknown-key `a`: an operand has no key `a` (the keys of an operand are field)"#,
    );
    edit(
        "{ create_file: LICENSE }",
        "47:11 rule/missing-key `create_file`: an edit with `create_file` needs `content`",
    );
    edit("{ create_file: LICENSE, content: [a] }", "47:42 rule/type `[a]`: `content` is text, not a list");
    edit("{ create_file: [a], content: text }", "47:24 rule/type `[a]`: the path of a file is text");
}

#[test]
fn a_fix_writes_fields_that_can_be_written() {
    edit(
        "{ set: privilegd, to: false }",
        "47:16 rule/unknown-field `privilegd`: `compose.service` has no field `privilegd` (did you mean `privileged`?)",
    );
    computed(
        "{ set: first_party, to: false }",
        "47:16 rule/computed `first_party`: `first_party` is computed, and cannot be written",
    );
    computed(
        "{ set: image.tag, to: \"1\" }",
        "47:16 rule/computed `image.tag`: `image` is computed, and cannot be written",
    );
    computed("{ set: image, to: \"a:1\" }", "47:16 rule/computed `image`: `image` is computed, and cannot be written");
    edit(
        "{ set: healthcheck, to: none }",
        "47:16 rule/edit `healthcheck`: `healthcheck` is a compose.healthcheck, and only values can be written (name one of its fields)",
    );
    let said =
        of_rule(&fixed_rule().replacen("{ set: privileged, to: false }", "{ set: built.final_stage, to: a }", 1));
    assert!(said.contains("`final_stage` is computed, and cannot be written"), "{said}");
    edit("{ set: built, to: a }", "47:16 rule/edit `built`: `built` has no value that could be set");
    edit(
        "{ set: built.path, to: a }",
        "47:16 rule/computed `built.path`: `path` is computed, and cannot be written (no field of `dockerfile` can be written)",
    );
    edit(
        "{ append: privileged, value: false }",
        "47:19 rule/type `privileged`: `privileged` is a bool, not a list (use `set`)",
    );
    computed(
        "{ remove: first_party }",
        "47:19 rule/computed `first_party`: `first_party` is computed, and cannot be written",
    );
    edit("{ remove: target }", "47:19 rule/edit `target`: a compose.service cannot be removed as a whole");
    edit("{ remove: built }", "47:19 rule/edit `built`: a dockerfile cannot be removed as a whole");
}

#[test]
fn a_fix_gives_a_value_of_the_type_of_its_field() {
    edit("{ set: privileged, to: \"false\" }", r#"47:32 rule/type `"false"`: "false" is not a bool"#);
    edit(
        "{ set: privileged, to: $allowed }",
        "47:32 rule/type `$allowed`: the parameter is a list<string>, and a bool is wanted here",
    );
    edit(
        "{ set: privileged, to: $alowed }",
        "47:32 rule/unknown-param `$alowed`: there is no parameter `alowed` (did you mean `allowed`?)",
    );
    edit(
        "{ set: privileged, to: { field: hostname } }",
        "47:41 rule/type `hostname`: `hostname` is a string, and a bool is wanted here",
    );
    edit(
        "{ set: privileged, to: { field: hostnam } }",
        "47:41 rule/unknown-field `hostnam`: `compose.service` has no field `hostnam` (did you mean `hostname`?)",
    );
    edit("{ append: cap_drop, value: [ALL] }", "47:36 rule/type `[ALL]`: a list is not a string");
    computed(
        "{ set: user_uid, to: $uid }",
        "47:16 rule/computed `user_uid`: `user_uid` is computed, and cannot be written",
    );
}

#[test]
fn a_file_is_created_inside_of_the_service() {
    for path in
        ["../a", "/a", "a//b", "./a", "a/", "\"\"", "\"a\\\\b\"", "\"docs/*.md\"", "\"a?\"", "\"[a]\"", "\"{a}\""]
    {
        let said = of_rule(&fixed_rule().replacen(
            "{ set: privileged, to: false }",
            &format!("{{ create_file: {path}, content: text }}"),
            1,
        ));
        assert!(said.contains(" rule/path "), "{path}: {said}");
    }
    edit(
        "{ create_file: ../a, content: text }",
        "47:24 rule/path `../a`: `../a` is not the path of a file in the service (write it relative to the root of the service, with `/`)",
    );
    edit(
        "{ create_file: { field: hostname }, content: text }",
        "47:33 rule/type `hostname`: the path of a file is text",
    );
}

/// What is said of a fix of documents, with parameters.
fn of_document(params: &str, edit: &str) -> Vec<String> {
    let rule = format!(
        "rule: sample\nsince: 0.1.0\nsummary: the document has notes\ncategory: layout\nseverity: info\nwhy: A test.\n\
         params: {{ {params} }}\ntarget: markdown.document\nrequire: {{ field: title, eq: $title }}\nmessage: no\n\
         fix: [{{ title: write it, safety: unsafe, edits: [{edit}] }}]\nexamples:\n\
         \x20 - {{ name: good, files: {{}} }}\n  - {{ name: bad, files: {{}}, expect: [{{ at: x }}], fixed: {{ x: y }} }}\n"
    );
    of_rule(&rule).lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect()
}

const TITLE: &str = "title: { type: string, default: a, doc: A title. }";

#[test]
fn the_title_of_a_section_is_one_line_of_text() {
    let of = |title: &str| of_document(TITLE, &format!("{{ insert_section: {title}, content: None yet. }}"));
    assert_eq!(of("Notes"), Vec::<String>::new());
    assert_eq!(of("$title"), Vec::<String>::new());
    assert_eq!(of("\" \""), ["rule/edit `\" \"`: the title of a section is one line"]);
    assert_eq!(of("\"a\\nb\""), ["rule/edit `\"a\\nb\"`: the title of a section is one line"]);
}

#[test]
fn what_an_edit_names_is_text_and_no_pattern() {
    let params = format!("{TITLE}, like: {{ type: regex, default: ^a, doc: A pattern. }}");
    let of = |name: &str| {
        let all = of_document(&params, &format!("{{ create_file: {name}, content: None yet. }}"));
        all.into_iter().filter(|line| !line.contains("is never used")).collect::<Vec<_>>()
    };
    assert_eq!(of("$title"), Vec::<String>::new());
    assert_eq!(of("$like"), ["rule/type `$like`: the path of a file is text, and `$like` is a pattern"]);
}

#[test]
fn an_example_shows_what_a_fix_leaves() {
    let fixed = "    fixed: { compose.yaml: \"services: { a: { build: ., privileged: false } }\" }\n";
    fix(
        fixed,
        "",
        "42:1 rule/examples `fix`: a rule with `fix` needs an example with `fixed` (add `fixed`: the files that the fix changes, with the text it leaves)",
    );
    fix(
        fixed,
        "    fixed: { compose.yaml: [a] }\n",
        r#"42:1 rule/examples `fix`: a rule with `fix` needs an example with `fixed` (add `fixed`: the files that the fix changes, with the text it leaves)
58:28 rule/type `[a]`: a file is text, not a list"#,
    );
    broken(
        &format!("{RULE}{fixed}"),
        "aliases: [former-sample]\n",
        "",
        "51:14 rule/examples `compose.yaml`: the rule has no `fix`",
    );
    let text = fixed_rule();
    let (start, end) = (text.find("fix:\n").unwrap(), text.find("examples:\n").unwrap());
    let fix = &text[start..end];
    let behind = format!("{}{fix}", text.replacen(fix, "", 1));
    broken(&behind, "aliases: [former-sample]\n", "", "52:1 rule/order `fix`: `fix` stands before `examples`");
}

#[test]
fn edits_of_a_fix_are_ones_that_can_be_made() {
    let fix = |edit: &str, expected: &str| {
        let fix = format!("fix: [{{ title: mend it, safety: unsafe, edits: [{edit}] }}]\nlabels:\n");
        let whole = "40:1 rule/examples `fix`: a rule with `fix` needs an example with `fixed` (add `fixed`: the files that the fix changes, with the text it leaves)";
        rule("labels:\n", &fix, &format!("{whole}\n{expected}"));
    };
    fix(
        "{ insert_section: Notes, content: None. }",
        "40:67 rule/edit `Notes`: a section goes into a `markdown.document`, not into a `compose.service`",
    );
    fix(
        "{ create_file: ../notes.md, content: None. }",
        "40:64 rule/path `../notes.md`: `../notes.md` is not the path of a file in the service (write it relative to the root of the service, with `/`)",
    );
    fix(
        "{ create_file: .dockerignore, content: { template: dockerignor } }",
        "40:100 rule/unknown-template `dockerignor`: there is no template `dockerignor` (did you mean `dockerignore`?)",
    );
}
