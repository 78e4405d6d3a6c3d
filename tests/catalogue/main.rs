//! What people who come from other linters look for: each row changes one thing of a sound service that another tool has
//! a rule about, and says what svclint finds then, and where, and nothing else; rows without an id of another tool look
//! like a violation and are none, or are checked by nobody else.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod containers;
mod dockerfile;
mod objects;
mod pods;
mod projects;

use std::collections::BTreeSet;

use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::finding::{Finding, NoteKind, Outcome, Report};
use svclint::model::repo::Repo;
use svclint::standard::library::Library;

/// By what a row is judged.
enum By {
    /// All that `recommended` asks for.
    Recommended,
    /// A rule that `recommended` does not use in this way.
    Rule(&'static str),
    /// A rule with the parameters of a standard.
    Standard(&'static str, &'static str),
}

/// A change of the sound service.
struct Row {
    /// Ids that other tools have for it, separated by commas.
    elsewhere: &'static str,
    by: By,
    /// Files, each with a text and what takes its place.
    changes: &'static [(&'static str, &'static str, &'static str)],
    /// `rule path:line` of every finding, with `?` in front where it cannot be told.
    finds: &'static [&'static str],
}

const DOCKERFILE: &str = "Dockerfile";
const COMPOSE: &str = "compose.yaml";
const MANIFESTS: &str = "k8s/shop.yaml";
const IGNORED: &str = ".dockerignore";

/// In place of a whole file: there is none.
const GONE: &str = "(gone)";

/// In front of a text that is replaced wherever it stands.
const EVERY: char = '*';

/// The sound service.
const SHOP: &[(&str, &str)] = &[
    (DOCKERFILE, include_str!("shop/Dockerfile")),
    (IGNORED, include_str!("shop/.dockerignore")),
    (COMPOSE, include_str!("shop/compose.yaml")),
    (MANIFESTS, include_str!("shop/k8s/shop.yaml")),
    ("package.json", include_str!("shop/package.json")),
    ("package-lock.json", include_str!("shop/package-lock.json")),
];

/// The service with these changes.
fn shop(changes: &[(&str, &str, &str)]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> =
        SHOP.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    for (path, from, to) in changes {
        let at = files.iter().position(|(name, _)| name == path).unwrap();
        if *to == GONE {
            files.remove(at);
            continue;
        }
        let text = &mut files[at].1;
        if let Some(every) = from.strip_prefix(EVERY) {
            *text = text.replace(every, to);
            continue;
        }
        assert!(text.contains(from), "{path} has no {from:?}");
        *text = text.replacen(from, to, 1);
    }
    files
}

/// What is found in the service with these changes.
fn report(changes: &[(&str, &str, &str)], by: &By) -> (Repo, Report) {
    let repo = Repo::load(discover::in_memory(&shop(changes)), None);
    let (standard, rules) = match by {
        By::Recommended => ("recommended", Vec::new()),
        By::Rule(rule) => ("recommended", vec![(*rule).to_owned()]),
        By::Standard(standard, rule) => (*standard, vec![(*rule).to_owned()]),
    };
    let choice = Choice { standards: vec![standard.to_owned()], rules, ..Choice::default() };
    let report = engine::run(&repo, &mut Library::built_in(), &choice).unwrap();
    let unread: Vec<_> = report.notes.iter().filter(|note| note.kind == NoteKind::Unparsed).collect();
    assert!(unread.is_empty(), "{changes:?}: {unread:?}");
    (repo, report)
}

/// `rule path:line` of every finding, in the order of their letters.
fn found(repo: &Repo, report: &Report) -> Vec<String> {
    let line = |finding: &Finding| {
        let doubt = if finding.outcome == Outcome::Fail { "" } else { "?" };
        let place = finding.primary.place;
        let source = repo.sources.get(place.file);
        let line = source.lines().line_of(place.span.start as usize);
        format!("{doubt}{} {}:{line}", finding.rule, source.path)
    };
    let mut lines: Vec<String> = report.findings.iter().map(line).collect();
    lines.sort();
    lines
}

/// Runs the rows of a table; tells those that find something else than they say, and ids that no rule of theirs carries.
fn assert_rows(rows: &[Row]) {
    let mut wrong = Vec::new();
    for row in rows {
        let (repo, report) = report(row.changes, &row.by);
        let found = found(&repo, &report);
        if found != row.finds {
            wrong.push(format!("{:?} finds {found:?}", row.changes));
        }
        let speaks = |rule: &str| report.findings.iter().any(|finding| finding.rule == rule);
        let speaking = report.rule_infos.iter().filter(|rule| speaks(&rule.id));
        let carried: BTreeSet<&str> = speaking.flat_map(|rule| rule.equivalents.iter().map(String::as_str)).collect();
        let ids = row.elsewhere.split(", ").filter(|id| !id.is_empty());
        wrong.extend(ids.filter(|id| !carried.contains(id)).map(|id| format!("no rule that speaks carries {id}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_service_is_sound() {
    let (repo, report) = report(&[], &By::Recommended);
    assert_eq!(found(&repo, &report), Vec::<String>::new());
}

#[test]
fn what_linters_of_dockerfiles_report_is_found() {
    assert_rows(dockerfile::ROWS);
}

#[test]
fn what_linters_report_of_containers_in_compose_files_is_found() {
    assert_rows(containers::ROWS);
}

#[test]
fn what_else_linters_of_compose_files_report_is_found() {
    assert_rows(projects::ROWS);
}

#[test]
fn what_linters_report_of_pods_is_found() {
    assert_rows(pods::ROWS);
}

#[test]
fn what_linters_report_of_the_objects_around_pods_is_found() {
    assert_rows(objects::ROWS);
}
