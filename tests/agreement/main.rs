//! What the files of a service say of the same thing: where one file of a conforming service is changed, one finding tells
//! the disagreement, with a place in every file that takes part.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod atonix;
mod pmoves;
mod xpress;

use std::path::Path;

use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::finding::{Finding, Label, Report};
use svclint::model::repo::Repo;
use svclint::standard::library::Library;

/// A change of a conforming service.
struct Row {
    /// Files, each with a text and what takes its place.
    changes: &'static [(&'static str, &'static str, &'static str)],
    /// The rule that tells the disagreement, once.
    rule: &'static str,
    /// `path:line` of its places, the one that differs first.
    at: &'static [&'static str],
    /// What else is found, which is about the changed value and not about another file.
    others: &'static [&'static str],
}

/// The files below a directory, by their paths from there.
fn files(root: &Path, directory: &Path, out: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, out);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            out.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The conforming service of a standard, with these changes.
fn report(standard: &str, changes: &[(&str, &str, &str)]) -> (Repo, Report) {
    let root = format!("fixtures/{standard}/conforming");
    let mut all = Vec::new();
    files(Path::new(&root), Path::new(&root), &mut all);
    all.sort();
    for (path, from, to) in changes {
        let (_, text) = all.iter_mut().find(|(name, _)| name == path).unwrap();
        assert!(text.contains(from), "{path} has no {from:?}");
        *text = text.replacen(from, to, 1);
    }
    let repo = Repo::load(discover::in_memory(&all), None);
    let choice = Choice { standards: vec![standard.to_owned()], ..Choice::default() };
    let report = engine::run(&repo, &mut Library::built_in(), &choice).unwrap();
    (repo, report)
}

/// `path:line` of every place of a finding.
fn places(repo: &Repo, finding: &Finding) -> Vec<String> {
    let place = |label: &Label| {
        let source = repo.sources.get(label.place.file);
        format!("{}:{}", source.path, source.lines().line_of(label.place.span.start as usize))
    };
    std::iter::once(&finding.primary).chain(&finding.related).map(place).collect()
}

fn assert_rows(standard: &str, rows: &[Row]) {
    let (_, sound) = report(standard, &[]);
    assert!(sound.findings.is_empty(), "{:?}", sound.findings);
    for row in rows {
        let (repo, report) = report(standard, row.changes);
        let (mut told, others): (Vec<_>, Vec<_>) = report.findings.iter().partition(|finding| finding.rule == row.rule);
        let Some(finding) = told.pop().filter(|_| told.is_empty()) else {
            unreachable!("{:?}: `{}` is not told once", row.changes, row.rule)
        };
        assert_eq!(places(&repo, finding), row.at, "{:?}", row.changes);
        let mut others: Vec<&str> = others.iter().map(|finding| finding.rule.as_str()).collect();
        others.sort_unstable();
        assert_eq!(others, row.others, "{:?}", row.changes);
    }
}

#[test]
fn a_change_of_one_file_of_the_gateway_is_told_once() {
    assert_rows("atonix", atonix::ROWS);
}

#[test]
fn a_change_of_one_file_of_the_indexer_is_told_once() {
    assert_rows("pmoves", pmoves::ROWS);
}

#[test]
fn a_change_of_one_file_of_the_user_service_is_told_once() {
    assert_rows("xpress", xpress::ROWS);
}
