//! What the documents of the standards show as their own examples, against what they ask for: each example of
//! `fixtures/documented/` gets the verdicts that are written below it, and no example is left out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let output = Command::cargo_bin("svclint").unwrap().args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// An example of a document.
struct Example {
    /// Its number in the document, such as `PMV-INC-03`.
    id: String,
    /// The directory of fixtures that it is part of.
    from: Option<String>,
    /// Its files, by path.
    files: Vec<(String, String)>,
    /// Findings that it must get: severity, rule and place.
    wanted: Vec<String>,
    /// Rules that must find nothing in it.
    unwanted: Vec<String>,
    /// Whether it says why nothing can be told.
    has_reason: bool,
}

/// Reads the sections of a file. A fence holds the file whose path stands behind its language; items below it are the
/// verdicts.
fn examples(standard: &str) -> Vec<Example> {
    let text = std::fs::read_to_string(format!("fixtures/documented/{standard}.md")).unwrap();
    let mut out: Vec<Example> = Vec::new();
    let mut fence: Option<(String, String, String)> = None;
    for line in text.lines() {
        if let Some((mark, path, body)) = &mut fence {
            if line == mark {
                out.last_mut().unwrap().files.push((path.clone(), std::mem::take(body)));
                fence = None;
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            let id = heading.split(':').next().unwrap().to_owned();
            let (files, wanted, unwanted) = (Vec::new(), Vec::new(), Vec::new());
            out.push(Example { id, from: None, files, wanted, unwanted, has_reason: false });
        } else if let Some(example) = out.last_mut() {
            if let Some(info) = line.strip_prefix("```") {
                let mark: String = line.chars().take_while(|c| *c == '`').collect();
                let path = info.split(' ').nth(1).unwrap_or_else(|| panic!("{}: no path in {line}", example.id));
                fence = Some((mark, path.to_owned(), String::new()));
            } else if let Some(rest) = line.strip_prefix("From `") {
                example.from = rest.split('`').next().map(str::to_owned);
            } else if let Some(rule) = line.strip_prefix("- no ") {
                example.unwanted.push(rule.trim_matches('`').to_owned());
            } else if let Some(verdict) = line.strip_prefix("- ") {
                example.wanted.push(verdict.replace('`', ""));
            } else if line.starts_with("Cannot be told: ") {
                example.has_reason = true;
            }
        }
    }
    assert!(fence.is_none(), "{standard}: a fence is left open");
    out
}

/// `severity rule at path:line` of every failure of an example.
fn verdicts(standard: &str, example: &Example) -> BTreeSet<String> {
    let repository = tempfile::tempdir().unwrap();
    if let Some(from) = &example.from {
        copy(Path::new(from), repository.path());
    }
    for (path, text) in &example.files {
        let path = repository.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let root = repository.path().to_str().unwrap();
    let report = json(&["check", root, "--standard", standard, "--format", "json"]);
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["outcome"] == "fail")
        .map(|finding| {
            let location = &finding["location"];
            let path = location["path"].as_str().unwrap();
            let path = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
            let path = if path.is_empty() { "." } else { path };
            let line = location["start"]["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
            let (severity, rule) = (finding["severity"].as_str().unwrap(), finding["rule"].as_str().unwrap());
            format!("{severity} {rule} at {path}{line}")
        })
        .collect()
}

/// The ids under which a standard uses its rules.
fn uses(standard: &str) -> BTreeSet<String> {
    let standard = json(&["standards", "show", standard, "--format", "json"]);
    let clauses = standard["clauses"].as_array().unwrap().iter();
    let uses = clauses.flat_map(|clause| clause["rules"].as_array().unwrap());
    uses.map(|rule| rule["as"].as_str().or(rule["rule"].as_str()).unwrap().to_owned()).collect()
}

/// Every example gets its verdicts; `count` is how many of its own examples the document breaks.
fn assert_verdicts(standard: &str, prefix: &str, count: usize) {
    let (examples, uses) = (examples(standard), uses(standard));
    let ids: Vec<&str> = examples.iter().map(|example| example.id.as_str()).collect();
    let all: Vec<String> = (1..=count).map(|number| format!("{prefix}-INC-{number:02}")).collect();
    assert_eq!(ids, all);
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for example in &examples {
        let id = &example.id;
        let is_told = !example.wanted.is_empty() || !example.unwanted.is_empty();
        if !is_told {
            assert!(example.has_reason, "{id} has neither verdicts nor a reason");
            continue;
        }
        let key = if example.files.is_empty() { example.from.as_ref().unwrap_or(id) } else { id };
        let found = known.entry(key.clone()).or_insert_with(|| verdicts(standard, example));
        wrong.extend(example.wanted.iter().filter(|one| !found.contains(*one)).map(|one| format!("{id} lacks {one}")));
        for rule in &example.unwanted {
            assert!(uses.contains(rule), "{id}: `{standard}` has no `{rule}`");
            let is_found = |one: &&String| one.split(' ').nth(1) == Some(rule);
            wrong.extend(found.iter().filter(is_found).map(|one| format!("{id} has {one}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_examples_of_pmoves_break_what_it_asks_for() {
    assert_verdicts("pmoves", "PMV", 22);
}

#[test]
fn the_examples_of_atonix_break_what_it_asks_for() {
    assert_verdicts("atonix", "ATX", 23);
}

#[test]
fn the_examples_of_xpress_break_what_it_asks_for() {
    assert_verdicts("xpress", "XOT", 38);
}

#[test]
fn the_examples_of_statex_break_what_it_asks_for() {
    assert_verdicts("statex", "STX", 9);
}

#[test]
fn the_examples_of_systemupdate_break_what_it_asks_for() {
    assert_verdicts("systemupdate", "SYU", 11);
}
