//! From a standard's file to its clauses: closed keys, every mistake with its place.

use super::{Clause, Coverage, Level, Standard, Use};
use crate::diagnostic::Problem;
use crate::finding::Severity;
use crate::rules::ast::At;
use crate::rules::load::Loader;
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

/// The keys of a standard.
pub const STANDARD: &[&str] = &["standard", "version", "title", "summary", "source", "levels", "clauses"];

/// The keys of a clause.
pub const CLAUSE: &[&str] = &["id", "title", "level", "waivable", "coverage", "gap", "rules"];

/// The keys of a use of a rule.
pub const USE: &[&str] = &["rule", "as", "params", "severity", "only", "except"];

/// How far a clause can be checked.
pub const COVERAGES: &[&str] = &["full", "partial", "manual"];

/// Reads a standard.
pub(super) fn standard(tree: &Tree) -> (Option<Standard>, Vec<Problem>) {
    let mut loader = Loader::new();
    loader.syntax(tree);
    let Some(root) = tree.documents().next() else {
        loader.problem("standard/syntax", "the file is empty", crate::source::Place::whole(tree.file()));
        return (None, loader.problems);
    };
    loader.closed(root, "a standard", STANDARD);
    let id = loader.required(root, "standard", "a standard");
    let version = loader.required(root, "version", "a standard");
    let title = loader.required(root, "title", "a standard");
    let summary = loader.optional(root, "summary").map(|summary| summary.value);
    let severities = levels(&mut loader, root);
    let mut clauses: Vec<Clause> = Vec::new();
    for item in root.get("clauses").map(NodeRef::items).into_iter().flatten() {
        let Some(clause) = clause(&mut loader, item) else { continue };
        if let Some(first) = clauses.iter().find(|other| other.id.value == clause.id.value) {
            let first = crate::finding::Label { place: first.id.place, text: "first given here".to_owned() };
            let message = format!("the clause `{}` stands twice", clause.id.value);
            loader.problem("standard/duplicate-clause", message, clause.id.place).labels.push(first);
        }
        clauses.push(clause);
    }
    if clauses.is_empty() {
        loader.problem("standard/empty", "a standard needs clauses", root.anchor_place());
    }
    let whole = loader.problems.is_empty();
    let read = (|| {
        Some(Standard { id: id?.value, version: version?.value, title: title?.value, summary, severities, clauses })
    })();
    (read.filter(|_| whole), loader.problems)
}

fn levels(loader: &mut Loader, root: NodeRef<'_>) -> [Severity; 3] {
    let mut severities = [Severity::Error, Severity::Warning, Severity::Info];
    if let Some(node) = root.get("levels") {
        loader.closed(node, "`levels`", Level::WORDS);
        for (word, severity) in Level::WORDS.iter().zip(severities.iter_mut()) {
            if let Some(given) = loader.optional(node, word)
                && let Some(read) = loader.word(&given, "a severity", Severity::WORDS, Severity::from_word)
            {
                *severity = read;
            }
        }
    }
    severities
}

fn clause(loader: &mut Loader, node: NodeRef<'_>) -> Option<Clause> {
    loader.closed(node, "a clause", CLAUSE);
    let id = loader.required(node, "id", "a clause")?;
    let title = loader.required(node, "title", "a clause")?.value;
    let level = loader.required(node, "level", "a clause")?;
    let level = loader.word(&level, "a level", Level::WORDS, Level::from_word)?;
    let waivable = match node.get("waivable").map(|node| (node.shape(), node.place())) {
        None => true,
        Some((Shape::Scalar(Scalar::Bool(value)), _)) => value,
        Some((_, place)) => {
            loader.problem("standard/type", "`waivable` is `true` or `false`", place);
            true
        }
    };
    let gap = loader.optional(node, "gap");
    let rules: Vec<Use> =
        node.get("rules").map(NodeRef::items).into_iter().flatten().filter_map(|item| rule_use(loader, item)).collect();
    let coverage = match loader.optional(node, "coverage") {
        Some(word) => loader.word(&word, "a coverage", COVERAGES, |word| match word {
            "full" => Some(Coverage::Full),
            "partial" => Some(Coverage::Partial),
            "manual" => Some(Coverage::Manual),
            _ => None,
        })?,
        None => Coverage::Full,
    };
    let at = id.place;
    match (coverage, rules.is_empty(), gap.is_some()) {
        (Coverage::Full, true, _) => {
            let message = format!("the clause `{}` has no rules", id.value);
            loader.problem("standard/uncovered", message, at).help =
                Some("give it `rules`, or say `coverage: manual` and why in `gap`".to_owned());
        }
        (Coverage::Manual, false, _) => {
            loader.problem("standard/coverage", "a clause with rules is not `manual`", at);
        }
        (Coverage::Partial | Coverage::Manual, _, false) => {
            loader.problem("standard/gap", "say in `gap` what is not checked, and why", at);
        }
        _ => {}
    }
    Some(Clause { id, title, level, waivable, coverage, gap: gap.map(|gap| gap.value), rules })
}

fn rule_use(loader: &mut Loader, node: NodeRef<'_>) -> Option<Use> {
    loader.closed(node, "a use of a rule", USE);
    let rule = loader.required(node, "rule", "a use of a rule")?;
    let name = loader.optional(node, "as");
    let severity = match loader.optional(node, "severity") {
        Some(word) => Some(loader.word(&word, "a severity", Severity::WORDS, Severity::from_word)?),
        None => None,
    };
    let params = node
        .get("params")
        .into_iter()
        .flat_map(NodeRef::entries)
        .filter_map(|entry| loader.literal(entry.value).map(|value| (entry.key.to_owned(), value)))
        .map(|(name, value)| (name, At::new(value.value, value.place)))
        .collect();
    Some(Use { rule, name, params, severity, only: loader.texts(node, "only"), except: loader.texts(node, "except") })
}
