//! Rules, standards and packs that are right, and what loading says of broken ones.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use svclint::diagnostic::Problem;
use svclint::rules::Arguments;
use svclint::standard::library::Library;
use svclint::standard::select;

/// A rule that is right and uses most of the language.
pub const RULE: &str = include_str!("sample.yaml");

/// A standard that is right and uses [`RULE`].
pub const STANDARD: &str = r#"standard: house
version: 2.1.0
title: The rules of the house
source: { title: Handbook }
levels: { must: error, should: warning, example: info }
clauses:
  - id: H-1
    title: Services drop privileges
    level: must
    rules:
      - rule: sample
        params: { strict: false }
  - id: H-2
    title: Services drop more in production
    level: should
    waivable: false
    rules:
      - rule: sample
        as: sample.production
        only: ["production/**"]
        params: { uid: 1000 }
        severity: info
  - id: H-3
    title: Someone looks at the logs
    level: should
    coverage: manual
    gap: People do.
"#;

/// A standard that builds on [`STANDARD`].
pub const CHILD: &str = r#"standard: team
version: 1.0.0
title: The rules of the team
extends: [house@2]
clauses:
  - id: H-1
    waivable: false
    rules:
      - rule: sample
        params: { allowed: [] }
  - id: T-1
    title: Services name a fixed image
    level: must
    rules:
      - rule: dockerfile-base-tag
removed:
  - { clause: H-3, why: Nobody keeps logs here. }
"#;

/// The library with the three of them.
pub fn library() -> Library {
    let mut library = Library::built_in();
    library.insert("rules/sample.yaml", Arc::from(RULE));
    library.insert("rules/standards/house.yaml", Arc::from(STANDARD));
    library.insert("rules/standards/team.yaml", Arc::from(CHILD));
    library
}

/// `line:column code `marked`: message (help)`, one line a problem; further places indented below.
pub fn said(problems: &[Problem], library: &Library) -> String {
    let mut out = String::new();
    for problem in problems {
        let place = problem.labels.first().map(|label| label.place);
        if let Some(place) = place {
            let text = library.sources.get(place.file).text();
            let before = text.get(..place.span.start as usize).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            let marked = library.sources.slice(place).lines().next().unwrap_or("");
            let _ = write!(out, "{line}:{column} {} `{marked}`: {}", problem.code, problem.message);
        } else {
            let _ = write!(out, "{}: {}", problem.code, problem.message);
        }
        if let Some(help) = &problem.help {
            let _ = write!(out, " ({help})");
        }
        out.push('\n');
        for label in problem.labels.iter().skip(1) {
            let place = library.sources.slice(label.place).lines().next().unwrap_or("");
            let _ = writeln!(out, "    and `{place}`: {}", label.text);
        }
    }
    out
}

#[track_caller]
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` stands in the fixture once");
    text.replacen(from, to, 1)
}

#[track_caller]
fn compare(actual: &str, expected: &str) {
    assert!(!actual.is_empty(), "the mistake is refused");
    assert_eq!(actual.trim_end(), expected.trim_end(), "\n\nsaid was:\n{actual}");
}

/// What loading says of a rule.
pub fn of_rule(text: &str) -> String {
    let mut library = library();
    library.insert("rules/sample.yaml", Arc::from(text));
    let found = library.rule("sample", None).and_then(|rule| select::single(&rule, &Arguments::new()).map(|_| ()));
    said(&found.err().unwrap_or_default(), &library)
}

/// Breaks a rule, and checks all that is said of it.
#[track_caller]
pub fn broken(rule: &str, from: &str, to: &str, expected: &str) {
    compare(&of_rule(&replaced(rule, from, to)), expected);
}

/// Breaks the rule, and checks all that is said of it.
#[track_caller]
pub fn rule(from: &str, to: &str, expected: &str) {
    broken(RULE, from, to, expected);
}

fn of_standard(id: &str, text: &str) -> String {
    let mut library = library();
    library.insert(&format!("rules/standards/{id}.yaml"), Arc::from(text));
    let found =
        library.standard(id).and_then(|standard| select::instances(&mut library, &[Arc::new(standard)]).map(|_| ()));
    said(&found.err().unwrap_or_default(), &library)
}

/// Breaks the standard, and checks all that is said of it.
#[track_caller]
pub fn standard(from: &str, to: &str, expected: &str) {
    compare(&of_standard("house", &replaced(STANDARD, from, to)), expected);
}

/// Breaks the standard that extends the other.
#[track_caller]
pub fn child(from: &str, to: &str, expected: &str) {
    compare(&of_standard("team", &replaced(CHILD, from, to)), expected);
}

/// What is said of a pack with these files, when its standard `house` is asked for.
pub fn of_pack(files: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut library = Library::built_in();
    library.add_directory(directory.path()).unwrap();
    let found = library
        .standard("house")
        .and_then(|standard| select::instances(&mut library, &[Arc::new(standard)]).map(|_| ()));
    let root = directory.path().to_string_lossy().into_owned();
    said(&found.err().unwrap_or_default(), &library).replace(&root, "DIR")
}

/// Checks all that is said of a pack.
#[track_caller]
pub fn pack(files: &[(&str, &str)], expected: &str) {
    compare(&of_pack(files), expected);
}

#[test]
fn what_the_cases_break_is_right() {
    assert_eq!(of_rule(RULE), "");
    assert_eq!(of_standard("house", STANDARD), "");
    assert_eq!(of_standard("team", CHILD), "");
}
