//! Rules about the lines of text files.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::discover;
use svclint::engine::{self, Choice, examples};
use svclint::finding::Report;
use svclint::model::repo::Repo;
use svclint::standard::library::Library;

/// A rule that forbids a marker in shell scripts.
const MARKER: &str = r##"rule: no-todo
since: 0.1.0
summary: scripts are finished
category: operations
severity: warning
why: Nobody comes back to it.
target: text.line
where:
  all:
    - any: [{ field: file.extension, eq: sh }, { field: file.interpreter, in: [sh, bash] }]
    - { field: file.is_test_data, eq: false }
require: { field: text, not_matches: '\bTODO\b' }
message: "line {number} of `{path}` is not finished"
help: "do it, or open an issue"
examples:
  - name: finished
    files:
      Dockerfile: "FROM scratch\n"
      run.sh: "#!/bin/sh\necho done # mentions METHODOLOGY\n"
      notes.txt: "TODO\n"
      tests/run.sh: "# TODO\n"
  - name: a script is known by its first line
    files:
      Dockerfile: "FROM scratch\n"
      bin/run: |
        #!/usr/bin/env bash
        echo
        #~ no-todo
        true # TODO: wait for it
"##;

fn report(files: &[(&str, &str)], standard: &str) -> Report {
    let mut library = Library::built_in();
    library.insert("rules/no-todo.yaml", Arc::from(MARKER));
    let standard = format!(
        "standard: team\nversion: 1.0.0\ntitle: Ours\nclauses:\n  - id: T-1\n    title: Scripts are finished\n    level: must\n    rules: [{{ rule: no-todo{standard} }}]\n"
    );
    library.insert("rules/standards/team.yaml", Arc::from(standard));
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let repo = Repo::load(discover::in_memory(&files), None);
    let choice = Choice { standards: vec!["team".to_owned()], ..Choice::default() };
    engine::run(&repo, &mut library, &choice).unwrap()
}

const DOCKERFILE: (&str, &str) = ("Dockerfile", "FROM scratch\nUSER 65532\n");

fn messages(report: &Report) -> Vec<&str> {
    report.active().map(|finding| finding.message.as_str()).collect()
}

#[test]
fn a_rule_about_lines_is_tested_like_any_other() {
    let mut library = Library::built_in();
    library.insert("rules/no-todo.yaml", Arc::from(MARKER));
    let lines = examples::run(&library.rule_with_examples("no-todo").unwrap()).unwrap();
    assert!(lines.iter().all(|line| line.word.is_right()), "{lines:?}");
}

#[test]
fn the_line_is_pointed_at() {
    let text = "#!/bin/sh\n# TODO\necho TODO\n";
    let report = report(&[DOCKERFILE, ("run.sh", text)], "");
    assert_eq!(messages(&report), ["line 2 of `run.sh` is not finished", "line 3 of `run.sh` is not finished"]);
    let spans: Vec<&str> = report.findings.iter().map(|finding| finding.primary.place.span.slice(text)).collect();
    assert_eq!(spans, ["# TODO", "echo TODO"]);
    assert_ne!(report.findings[0].fingerprint, report.findings[1].fingerprint);
}

#[test]
fn a_line_keeps_its_fingerprint_where_lines_come_before_it() {
    let before = report(&[DOCKERFILE, ("run.sh", "#!/bin/sh\n# TODO\n")], "");
    let after = report(&[DOCKERFILE, ("run.sh", "#!/bin/sh\nset -e\n\n# TODO\n")], "");
    assert_eq!(before.findings[0].fingerprint, after.findings[0].fingerprint);
}

#[test]
fn only_and_except_choose_files() {
    let files = [DOCKERFILE, ("bin/run.sh", "# TODO\n"), ("ci/run.sh", "# TODO\n")];
    assert_eq!(messages(&report(&files, ", only: [\"bin/**\"]")), ["line 1 of `bin/run.sh` is not finished"]);
    assert_eq!(messages(&report(&files, ", except: [\"bin/**\"]")), ["line 1 of `ci/run.sh` is not finished"]);
}

#[test]
fn a_comment_in_a_script_suppresses() {
    let text = "# svclint: ignore[no-todo] an issue is open\n# TODO\necho # TODO # svclint: ignore[no-todo] the same\n# TODO\n";
    let report = report(&[DOCKERFILE, ("run.sh", text)], "");
    assert_eq!(messages(&report), ["line 4 of `run.sh` is not finished"]);
    assert!(report.notes.is_empty(), "{:?}", report.notes);
}

#[test]
fn a_comment_that_is_read_twice_is_told_once() {
    let mut library = Library::built_in();
    library.insert("rules/no-todo.yaml", Arc::from(MARKER));
    let compose = "# svclint: ignore[no-such-rule] why\nservices: { a: { image: \"x:1\" } }\n".to_owned();
    let repo = Repo::load(discover::in_memory(&[("compose.yaml".to_owned(), compose)]), None);
    let choice = Choice { rules: vec!["no-todo".to_owned()], ..Choice::default() };
    let report = engine::run(&repo, &mut library, &choice).unwrap();
    assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
}
