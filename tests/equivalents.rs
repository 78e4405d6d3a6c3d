//! `docs/equivalents.md` against the rules: every rule it names exists, carries the ids that the page gives it, and is in
//! `recommended` where the page says so.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::collections::BTreeSet;

use assert_cmd::Command;
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let output = Command::cargo_bin("svclint").unwrap().args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What stands in backticks in a cell.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The ids that a rule file names under `equivalents`, in either form of a YAML list.
fn equivalents(rule: &str) -> BTreeSet<String> {
    let file = ["dockerfile", "compose", "k8s", "layout", "consistency", "atonix"]
        .iter()
        .map(|area| format!("rules/{area}/{rule}.yaml"))
        .find_map(|path| std::fs::read_to_string(path).ok());
    let text = file.unwrap_or_default();
    let Some((_, rest)) = text.split_once("\nequivalents:") else { return BTreeSet::new() };
    let end = rest.find("\n\n").unwrap_or(rest.len());
    let list = rest.get(..end).unwrap();
    let list = list.find(']').and_then(|end| list.get(..end)).unwrap_or(list);
    list.split([',', '\n', '['])
        .map(|id| id.trim().trim_start_matches("- ").trim_matches(['"', '\'']).to_owned())
        .collect()
}

#[test]
fn the_page_names_rules_that_exist_with_the_ids_that_they_carry() {
    let rules = json(&["rules", "--format", "json"]);
    let rules = rules.as_array().or(rules["rules"].as_array()).unwrap();
    let known: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["rule"].as_str().or(rule["id"].as_str())).collect();
    let recommended = json(&["standards", "show", "recommended", "--format", "json"]);
    let clauses = recommended["clauses"].as_array().unwrap().iter();
    let uses = clauses.flat_map(|clause| clause["rules"].as_array().unwrap());
    let recommended: BTreeSet<&str> = uses.map(|rule| rule["rule"].as_str().unwrap()).collect();
    let page = std::fs::read_to_string("docs/equivalents.md").unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells.get(2).is_some_and(|cell| cell.starts_with('`')))
        .collect();
    assert!(rows.len() > 70, "{}", rows.len());
    for cells in rows {
        let [_, what, named, elsewhere, in_recommended, _] = cells[..] else { unreachable!("{cells:?}") };
        let named = code(named);
        let absent: Vec<_> = named.iter().filter(|rule| !known.contains(**rule)).collect();
        assert!(absent.is_empty(), "{what}: no rules {absent:?}");
        let carried: BTreeSet<String> =
            named.iter().flat_map(|rule| equivalents(rule)).filter(|id| !id.is_empty()).collect();
        let given: BTreeSet<String> = code(elsewhere).into_iter().map(str::to_owned).collect();
        assert_eq!(given, carried, "{what}");
        assert_eq!(in_recommended == "yes", named.iter().any(|rule| recommended.contains(rule)), "{what}");
    }
}
