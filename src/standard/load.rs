//! From a standard's file to its clauses: closed keys, every mistake with its place.

use super::extend;
use super::{Clause, Coverage, Level, Standard, Use};
use crate::diagnostic::Problem;
use crate::finding::{Label, Severity};
use crate::rules::ast::{Arguments, At};
use crate::rules::history;
use crate::rules::load::Loader;
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Tree};

/// Gives the standard of an id that is named at a place.
pub(super) type Resolve<'r> = dyn FnMut(&str, Place) -> Result<Standard, Vec<Problem>> + 'r;

/// The keys of a standard.
pub const STANDARD: &[&str] =
    &["standard", "version", "title", "summary", "source", "extends", "levels", "clauses", "removed"];

/// The keys of a clause.
pub const CLAUSE: &[&str] = &["id", "title", "level", "waivable", "coverage", "gap", "apart", "rules"];

/// The keys of a use of a rule.
pub const USE: &[&str] = &["rule", "as", "params", "severity", "only", "except"];

/// The keys of the document that a standard stands for.
pub const SOURCE: &[&str] = &["file", "title", "url", "version"];

/// How far a clause can be checked.
pub const COVERAGES: &[&str] = &["full", "partial", "manual"];

/// Reads a standard; `resolve` gives those that it extends. With problems it is not whole.
pub(super) fn standard(tree: &Tree, resolve: &mut Resolve<'_>) -> (Option<Standard>, Vec<Problem>) {
    let mut loader = Loader::new();
    loader.syntax(tree);
    let Some(root) = loader.single(tree, "standard") else { return (None, loader.problems) };
    loader.closed(root, "a standard", STANDARD);
    let id = loader.required(root, "standard", "a standard");
    let version = history::version(&mut loader, root, "version", "a standard");
    let title = loader.required(root, "title", "a standard");
    let summary = loader.optional(root, "summary").map(|summary| summary.value);
    if let Some(source) = root.get("source") {
        loader.closed(source, "`source`", SOURCE);
    }
    let mut inherited = extend::inherited(&mut loader, root, resolve);
    let levels = levels(&mut loader, root);
    for (level, given) in inherited.levels.iter_mut().zip(levels) {
        *level = given.or(*level);
    }
    let removed = extend::removed(&mut loader, root, &mut inherited);
    let broken = inherited.is_broken;
    let clauses = clauses(&mut loader, root, (inherited.clauses, broken), &removed);
    if clauses.is_empty() && !broken && root.get("clauses").is_none_or(|node| node.items().next().is_none()) {
        loader.problem("standard/empty", "a standard needs clauses", root.anchor_place());
    }
    let usual = [Severity::Error, Severity::Warning, Severity::Info];
    let mut severities = usual;
    for (severity, given) in severities.iter_mut().zip(inherited.levels) {
        *severity = given.unwrap_or(*severity);
    }
    let read = (|| {
        let id = id?;
        Some(Standard {
            id: id.value,
            id_place: id.place,
            version: version?,
            title: title?.value,
            summary,
            severities,
            levels: inherited.levels,
            extends: inherited.extends,
            clauses,
            removed,
            warnings: inherited.warnings,
        })
    })();
    (read, loader.problems)
}

fn levels(loader: &mut Loader, root: NodeRef<'_>) -> [Option<Severity>; 3] {
    let mut severities = [None; 3];
    if let Some(node) = root.get("levels") {
        loader.closed(node, "`levels`", Level::WORDS);
        for (word, severity) in Level::WORDS.iter().zip(severities.iter_mut()) {
            if let Some(given) = loader.optional(node, word) {
                *severity = loader.word(&given, "a severity", Severity::WORDS, Severity::from_word);
            }
        }
    }
    severities
}

/// The clauses: those that are inherited, changed where the file has one of the same id, then its own.
fn clauses(
    loader: &mut Loader,
    root: NodeRef<'_>,
    (inherited, is_broken): (Vec<Clause>, bool),
    removed: &[super::Removed],
) -> Vec<Clause> {
    let mut out = inherited;
    let from_elsewhere = out.len();
    let mut seen: Vec<At<String>> = Vec::new();
    for item in loader.items(root, "clauses") {
        let id = item.get("id").and_then(|node| Some(At::new(node.text()?.to_owned(), node.place())));
        if let Some(id) = &id {
            if let Some(first) = seen.iter().find(|other| other.value == id.value) {
                let first = Label { place: first.place, text: "first given here".to_owned() };
                let message = format!("the clause `{}` stands twice", id.value);
                loader.problem("standard/duplicate-clause", message, id.place).labels.push(first);
                continue;
            }
            seen.push(id.clone());
            if let Some(removed) = removed.iter().find(|removed| removed.clause.value == id.value) {
                let first = Label { place: removed.clause.place, text: "removed here".to_owned() };
                let message = format!("the clause `{}` is removed, and cannot be changed as well", id.value);
                loader.problem("standard/removed", message, id.place).labels.push(first);
                continue;
            }
            if let Some(clause) = out.iter_mut().take(from_elsewhere).find(|clause| clause.id.value == id.value) {
                extend::change(loader, item, clause);
                continue;
            }
            let changes_another = item.get("title").is_none() && item.get("level").is_none();
            if changes_another && is_broken {
                continue;
            }
            if from_elsewhere > 0 && changes_another {
                extend::unknown_clause(loader, id, out.iter().take(from_elsewhere));
                continue;
            }
        }
        out.extend(clause(loader, item));
    }
    out
}

fn clause(loader: &mut Loader, node: NodeRef<'_>) -> Option<Clause> {
    loader.closed(node, "a clause", CLAUSE);
    let id = loader.required(node, "id", "a clause");
    let title = loader.required(node, "title", "a clause");
    let level = loader.required(node, "level", "a clause");
    let level = level.and_then(|level| loader.word(&level, "a level", Level::WORDS, Level::from_word));
    let waivable = loader.flag(node, "waivable").unwrap_or(true);
    let gap = loader.optional(node, "gap");
    let apart =
        loader.items(node, "apart").into_iter().filter_map(|item| loader.text(item, "a clause".to_owned())).collect();
    let rules: Vec<Use> = loader.items(node, "rules").into_iter().filter_map(|item| rule_use(loader, item)).collect();
    let coverage = coverage(loader, node)?;
    let id = id?;
    let has_rules = node.get("rules").is_some_and(|rules| rules.items().next().is_some());
    match (coverage, has_rules, gap.is_some()) {
        (Coverage::Full, false, _) => {
            let message = format!("the clause `{}` has no rules", id.value);
            loader.problem("standard/uncovered", message, id.place).help =
                Some("give it `rules`, or say `coverage: manual` and why in `gap`".to_owned());
        }
        (Coverage::Manual, true, _) => {
            loader.problem("standard/coverage", "a clause with rules is not `manual`", id.place);
        }
        (Coverage::Partial | Coverage::Manual, _, false) => {
            loader.problem("standard/gap", "say in `gap` what is not checked, and why", id.place);
        }
        (Coverage::Full, true, true) => {
            let at = node.get("gap").and_then(NodeRef::key_place).unwrap_or(id.place);
            loader.problem("standard/gap", "a clause that its rules decide has no gap", at).help =
                Some("say `coverage: partial`".to_owned());
        }
        (Coverage::Partial, false, true) => {
            loader.problem("standard/coverage", "a clause without rules is not checked in part", id.place).help =
                Some("say `coverage: manual`, or give it `rules`".to_owned());
        }
        _ => {}
    }
    // What is missing has been told; the rules are looked at all the same.
    let (title, level) = (title.map(|title| title.value).unwrap_or_default(), level.unwrap_or(Level::Must));
    Some(Clause { id, title, level, waivable, coverage, gap: gap.map(|gap| gap.value), apart, rules })
}

fn coverage(loader: &mut Loader, node: NodeRef<'_>) -> Option<Coverage> {
    let Some(word) = loader.optional(node, "coverage") else { return Some(Coverage::Full) };
    loader.word(&word, "a coverage", COVERAGES, |word| match word {
        "full" => Some(Coverage::Full),
        "partial" => Some(Coverage::Partial),
        "manual" => Some(Coverage::Manual),
        _ => None,
    })
}

pub(super) fn rule_use(loader: &mut Loader, node: NodeRef<'_>) -> Option<Use> {
    loader.closed(node, "a use of a rule", USE);
    let rule = loader.required(node, "rule", "a use of a rule");
    let name = loader.optional(node, "as");
    let severity = loader
        .optional(node, "severity")
        .and_then(|word| loader.word(&word, "a severity", Severity::WORDS, Severity::from_word));
    let mut params = Arguments::new();
    let mut param_names = std::collections::BTreeMap::new();
    for entry in loader.entries(node, "params") {
        param_names.insert(entry.key.to_owned(), entry.key_node.place());
        if let Some(value) = loader.literal(entry.value) {
            params.insert(entry.key.to_owned(), value);
        }
    }
    let (only, except) = (globs(loader, node, "only"), globs(loader, node, "except"));
    Some(Use { rule: rule?, name, params, param_names, severity, only, except })
}

/// Globs of paths. An empty list would mean all files where none is meant.
fn globs(loader: &mut Loader, node: NodeRef<'_>, key: &str) -> Vec<String> {
    let globs = loader.texts(node, key);
    if let Some(list) = node.get(key) {
        if list.shape() == crate::syntax::yaml::Shape::Sequence && list.items().next().is_none() {
            loader.problem("standard/empty", format!("`{key}` names no file"), list.place()).help =
                Some("leave it out".to_owned());
        }
        for item in list.items().filter(|item| item.text() == Some("")) {
            loader.problem("standard/empty", "no path is empty", item.place());
        }
    }
    globs
}
