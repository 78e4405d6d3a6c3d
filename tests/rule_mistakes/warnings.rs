//! What works and is told all the same: former ids and deprecated rules.

use std::path::Path;
use std::sync::Arc;

use svclint::config::{self, Base};
use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::model::repo::Repo;
use svclint::source::{EntryKind, FileId, SourceFile};
use svclint::standard::library::Library;
use svclint::syntax::yaml::Tree;

use super::support::{CHILD, RULE, STANDARD, library, said};

fn run(library: &mut Library, choice: &Choice, compose: &str) -> svclint::finding::Report {
    let files = [("compose.yaml".to_owned(), compose.to_owned())];
    let repo = Repo::load(discover::in_memory(&files), None);
    engine::run(&repo, library, choice).unwrap()
}

const PRIVILEGED: &str = "services: { a: { build: ., privileged: true } }\n";

#[test]
fn a_former_id_in_a_standard_works() {
    let mut library = library();
    let text =
        STANDARD.replace("      - rule: sample\n        params: { strict: false }", "      - rule: former-sample");
    library.insert("rules/standards/house.yaml", Arc::from(text));
    let choice = Choice { standards: vec!["house".to_owned()], ..Choice::default() };
    let report = run(&mut library, &choice, PRIVILEGED);
    assert!(report.findings.iter().any(|finding| finding.rule == "sample"));
    assert_eq!(
        said(library.warnings(), &library),
        "11:15 rule/renamed `former-sample`: `former-sample` is called `sample` now (write `sample`)\n"
    );
}

#[test]
fn a_former_id_on_the_command_line_works() {
    let mut library = library();
    let choice = Choice { rules: vec!["former-sample".to_owned()], ..Choice::default() };
    let report = run(&mut library, &choice, PRIVILEGED);
    assert!(report.findings.iter().any(|finding| finding.rule == "sample"));
    assert_eq!(
        said(library.warnings(), &library),
        "rule/renamed: `former-sample` is called `sample` now (write `sample`)\n"
    );
}

#[test]
fn a_former_id_in_a_suppression_works() {
    let mut library = library();
    let choice = Choice { standards: vec!["house".to_owned()], ..Choice::default() };
    let compose = "services:\n  # svclint: ignore[former-sample, sample.production] it is a test\n  a:\n    build: .\n    privileged: true\n";
    let report = run(&mut library, &choice, compose);
    let sample = report.findings.iter().find(|finding| finding.rule == "sample").unwrap();
    assert!(sample.suppressed.is_some());
    let notes: Vec<&str> = report.notes.iter().map(|note| note.message.as_str()).collect();
    assert!(notes.contains(&"`former-sample` is called `sample` now"), "{notes:?}");
}

/// Judges by the standard `house` and a configuration.
fn configured(text: &str, compose: &str) -> (svclint::finding::Report, String) {
    let mut library = library();
    let file = SourceFile::new(".svclint.yaml".to_owned(), EntryKind::File);
    file.set_text(Arc::from(text));
    library.sources.set_outside(file);
    let config = config::load(&Tree::parse(FileId::OUTSIDE, text), Base::Same, Path::new(".")).unwrap();
    let choice = Choice { standards: vec!["house".to_owned()], config: Arc::new(config), ..Choice::default() };
    let report = run(&mut library, &choice, compose);
    let warnings = said(library.warnings(), &library);
    (report, warnings)
}

#[test]
fn former_ids_in_the_configuration_work() {
    let text = "severity: { former-sample: info }\nwaivers: [{ rule: former-sample, reason: it is a test }]\n";
    let (report, warnings) = configured(text, PRIVILEGED);
    let sample = report.findings.iter().find(|finding| finding.rule == "sample").unwrap();
    assert_eq!(sample.severity, svclint::finding::Severity::Info);
    assert!(sample.suppressed.is_some());
    assert_eq!(
        warnings,
        "1:13 rule/renamed `former-sample`: `former-sample` is called `sample` now (write `sample`; `svclint fix` does)\n\
         2:19 rule/renamed `former-sample`: `former-sample` is called `sample` now (write `sample`; `svclint fix` does)\n"
    );
}

#[test]
fn parameters_set_under_a_former_id_hold() {
    let capability = "services: { a: { build: ., cap_add: [NET_BIND_SERVICE] } }\n";
    let of_sample = |report: &svclint::finding::Report| {
        report.findings.iter().filter(|finding| finding.rule == "sample" && finding.suppressed.is_none()).count()
    };
    for (values, expected) in [("{ allowed: [] }", 1), ("{ allowed: [NET_BIND_SERVICE] }", 0)] {
        let now = configured(&format!("params: {{ sample: {values} }}\n"), capability);
        let (report, warnings) = configured(&format!("params: {{ former-sample: {values} }}\n"), capability);
        assert_eq!(of_sample(&report), of_sample(&now.0), "{values}");
        assert_eq!(of_sample(&report), expected, "{values}");
        assert!(warnings.contains("`former-sample` is called `sample` now"), "{warnings}");
        assert_eq!(now.1, "");
    }
}

#[test]
fn a_standard_that_uses_a_deprecated_rule_is_told() {
    let mut library = library();
    let text = RULE.replace("status: preview", "status: deprecated").replace(
        "severity: error",
        "severity: warning\ndeprecated: { since: 0.3.0, use: compose-privileged, why: It asks for too much. }",
    );
    library.insert("rules/sample.yaml", Arc::from(text));
    let choice = Choice { standards: vec!["house".to_owned()], ..Choice::default() };
    run(&mut library, &choice, PRIVILEGED);
    assert_eq!(
        said(library.warnings(), &library),
        "11:15 rule/deprecated `sample`: `sample` is deprecated since 0.3.0: It asks for too much. (use `compose-privileged`)\n\
         18:15 rule/deprecated `sample`: `sample` is deprecated since 0.3.0: It asks for too much. (use `compose-privileged`)\n"
    );
}

#[test]
fn a_standard_takes_over_changes_and_leaves_out_clauses() {
    let mut library = library();
    let standard = library.standard("team").unwrap();
    let ids: Vec<&str> = standard.clauses.iter().map(|clause| clause.id.value.as_str()).collect();
    assert_eq!(ids, ["H-1", "H-2", "T-1"]);
    assert_eq!(standard.removed[0].why, "Nobody keeps logs here.");
    let first = &standard.clauses[0];
    assert!(!first.waivable);
    let params: Vec<String> =
        first.rules[0].params.iter().map(|(name, value)| format!("{name}={}", value.value.text())).collect();
    assert_eq!(params, ["allowed=", "strict=false"], "parameters change one by one");
    let choice = Choice { standards: vec!["team".to_owned()], ..Choice::default() };
    let report = run(&mut library, &choice, "services: { a: { build: ., cap_add: [NET_BIND_SERVICE] } }\n");
    let finding = report.findings.iter().find(|finding| finding.rule == "sample").unwrap();
    assert_eq!(finding.clauses[0].standard, "team");
}

#[test]
fn levels_are_taken_over_one_by_one() {
    let mut library = library();
    let house = STANDARD.replace("must: error, should: warning", "must: warning, should: info");
    library.insert("rules/standards/house.yaml", Arc::from(house));
    let team = CHILD.replace("extends: [house@2]", "extends: [house@2]\nlevels: { should: error }");
    library.insert("rules/standards/team.yaml", Arc::from(team));
    let severities = library.standard("team").unwrap().severities.map(svclint::finding::Severity::as_str);
    assert_eq!(severities, ["warning", "error", "info"]);
}

/// A rule that says `empty`, as `is_empty` of a section was called.
const SECTIONS: &str = r##"rule: filled-sections
since: 0.1.0
summary: sections have a text
category: operations
severity: warning
why: A title alone says nothing.
params:
  title: { type: markdown.section.title, default: Alerts, doc: The section. }
target: markdown.section
where: { field: title, eq: $title }
require: { field: empty, eq: false }
message: "`{title}` is empty ({empty})"
examples:
  - name: a text
    files: { README.md: "# Alerts\n\nPage somebody.\n", Dockerfile: "FROM scratch\n" }
  - name: no text
    files: { README.md: "# Alerts\n", Dockerfile: "FROM scratch\n" }
    expect: [{ at: "README.md:1" }]
"##;

#[test]
fn the_former_name_of_a_field_works() {
    let mut library = library();
    library.insert("rules/filled-sections.yaml", Arc::from(SECTIONS));
    let rule = library.rule_with_examples("filled-sections").unwrap();
    let lines = engine::examples::run(&rule).unwrap();
    assert!(lines.iter().all(|line| line.word.is_right()), "{lines:?}");
    let warned = "11:19 rule/renamed `empty`: the field `empty` of `markdown.section` is called `is_empty` now (write `is_empty`)\n\
                  12:32 rule/renamed `empty`: the field `empty` of `markdown.section` is called `is_empty` now (write `is_empty`)\n";
    assert_eq!(said(&engine::examples::warnings(&rule)[..2], &library), warned);
    let choice = Choice { rules: vec!["filled-sections".to_owned()], ..Choice::default() };
    run(&mut library, &choice, PRIVILEGED);
    assert_eq!(said(library.warnings(), &library), warned, "each place once");
}

#[test]
fn a_present_name_is_not_told() {
    let mut library = library();
    let present = SECTIONS.replace("field: empty", "field: is_empty").replace("{empty}", "{is_empty}");
    library.insert("rules/filled-sections.yaml", Arc::from(present));
    let choice = Choice { rules: vec!["filled-sections".to_owned()], ..Choice::default() };
    run(&mut library, &choice, PRIVILEGED);
    assert_eq!(said(library.warnings(), &library), "");
}

#[test]
fn the_former_name_of_a_field_types_a_parameter() {
    let mut library = library();
    let text = SECTIONS
        .replace("type: markdown.section.title, default: Alerts", "type: markdown.section.empty, default: false")
        .replace("field: title, eq: $title", "field: title, eq: Alerts")
        .replace("field: empty, eq: false", "field: is_empty, eq: $title")
        .replace("({empty})", "");
    library.insert("rules/filled-sections.yaml", Arc::from(text));
    let choice = Choice { rules: vec!["filled-sections".to_owned()], ..Choice::default() };
    run(&mut library, &choice, PRIVILEGED);
    assert_eq!(
        said(library.warnings(), &library),
        "8:18 rule/renamed `markdown.section.empty`: the field `empty` of `markdown.section` is called `is_empty` now \
         (write `markdown.section.is_empty`)\n"
    );
}
