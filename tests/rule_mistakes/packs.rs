//! Mistakes in packs, and what a pack may do.

use super::support::{CHILD, RULE, STANDARD, of_pack, pack};

const PACK: &str = "pack: house\nversion: 1.0.0\nlanguage: 1\ntitle: Rules of the house\n";

/// A pack that is right, with one of its files in another text.
fn with<'f>(path: &'f str, text: &'f str) -> Vec<(&'f str, &'f str)> {
    let mut files = vec![("pack.yaml", PACK), ("rules/sample.yaml", RULE), ("standards/house.yaml", STANDARD)];
    match files.iter_mut().find(|(other, _)| *other == path) {
        Some(file) => file.1 = text,
        None => files.push((path, text)),
    }
    files
}

#[test]
fn a_pack_is_read_whole() {
    assert_eq!(of_pack(&with("standards/team.yaml", CHILD)), "");
    assert_eq!(of_pack(&with("docs/notes.yaml", "anything: goes")), "");
}

#[test]
fn a_directory_without_a_pack_file_works_in_the_same_way() {
    assert_eq!(of_pack(&[("security/sample.yaml", RULE), ("standards/house.yaml", STANDARD)]), "");
}

#[test]
fn the_file_of_a_pack_has_closed_keys() {
    pack(
        &with("pack.yaml", &PACK.replace("title:", "titel:")),
        "4:1 rule/unknown-key `titel`: a pack has no key `titel` (did you mean `title`?)",
    );
    pack(&with("pack.yaml", &PACK.replace("pack: house\n", "")), "1:1 rule/missing-key `version`: a pack needs `pack`");
    pack(
        &with("pack.yaml", &PACK.replace("1.0.0", "one")),
        "2:10 rule/version `one`: `one` is not a version (write three numbers: 1.2.0)",
    );
    pack(&with("pack.yaml", "- pack"), "1:1 rule/shape `- pack`: a pack is a mapping, not a list");
    pack(&with("pack.yaml", ""), "1:1 rule/syntax ``: the file is empty");
}

#[test]
fn a_pack_is_written_in_a_language_that_is_known() {
    pack(
        &with("pack.yaml", &PACK.replace("language: 1\n", "")),
        "1:1 rule/missing-key `pack`: a pack needs `language` (add `language: 1`)",
    );
    pack(
        &with("pack.yaml", &PACK.replace("language: 1", "language: 2")),
        "3:11 pack/language `2`: the rule language 2 is not known here (this svclint reads 1)",
    );
    pack(
        &with("pack.yaml", &PACK.replace("language: 1", "language: one")),
        "3:11 pack/language `one`: `language` is a whole number (write `language: 1`)",
    );
}

#[test]
fn files_that_nothing_would_read_are_told() {
    pack(
        &with("other.yaml", RULE),
        "1:1 rules/stray ``: nothing reads this file (a pack has its rules in `rules` and its standards in `standards`)",
    );
    pack(
        &with("rule/other.yaml", RULE),
        "1:1 rules/stray ``: nothing reads this file (did you mean the directory `rules`?)",
    );
    pack(
        &with("rules/other.yml", RULE),
        "1:1 rules/stray ``: nothing reads this file (rules and standards are files that end in `.yaml`)",
    );
    pack(&[("pack.yaml", PACK), ("docs/a.md", "")], "rules/empty: `DIR` has neither rules nor standards");
}

#[test]
fn a_rule_of_a_pack_takes_no_other_rules_place() {
    pack(
        &with("rules/more/sample.yaml", RULE),
        r#"1:1 rules/duplicate ``: there is a rule `sample` already (give it another name)
    and ``: here"#,
    );
    pack(
        &with("rules/compose-privileged.yaml", RULE),
        r#"1:1 rules/duplicate ``: there is a rule `compose-privileged` already (give it another name)
    and ``: here
9:11 rule/alias-clash `former-sample`: `former-sample` stands for `compose-privileged` already (a former id leads to one rule; leave it out here or there)
    and `former-sample`: here"#,
    );
}

#[test]
fn former_ids_within_a_pack_lead_to_one_rule() {
    let other = RULE.replace("rule: sample", "rule: other");
    pack(
        &with("rules/other.yaml", &other),
        r#"9:11 rule/alias-clash `former-sample`: `former-sample` stands for `other` already (a former id leads to one rule; leave it out here or there)
    and `former-sample`: here"#,
    );
}
