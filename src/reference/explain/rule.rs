//! The page of a rule in the terminal.

use super::lines::Page;
use crate::engine::shown::Shown;
use crate::finding::Outcome;
use crate::reference::rule_page::{help, is_failing};
use crate::reference::{Catalogue, wording};
use crate::rules::ast::{RuleSource, Status};

pub(super) fn write(
    page: &mut Page,
    catalogue: &Catalogue,
    rule: &RuleSource,
    because: Option<&str>,
    examples: &[Shown],
) {
    page.title(&rule.id.value, &wording::sentence(&rule.summary));
    if let Some(because) = because {
        page.section("Asked for by another name");
        page.paragraph(because);
    }
    let target = format!("looks at {}", rule.target.value);
    let unknown = format!("\"cannot tell\" is {}", wording::unknown(rule.unknown));
    let status = match rule.status {
        Status::Stable => format!("since {}", rule.since),
        status => format!("{}, since {}", status.as_str(), rule.since),
    };
    page.facts(&[rule.severity.as_str(), &rule.category, &target, &unknown, &status]);
    page.section("Why");
    page.paragraph(&rule.why);
    if let Some(failing) = examples.iter().find(|example| is_failing(example)) {
        page.bad(&format!("Fails: {}", heading(failing)));
        example(page, failing);
    }
    if let Some(help) = help(rule, examples) {
        page.section("How to fix");
        page.paragraph(&wording::sentence(help));
    }
    if let Some(passing) = examples.iter().find(|example| example.findings.is_empty()) {
        page.good(&format!("Passes: {}", heading(passing)));
        example(page, passing);
    }
    params(page, rule);
    clauses(page, catalogue, rule);
    list(page, "History", &wording::history(rule));
    list(page, "Equivalents in other tools", &rule.equivalents);
    list(page, "References", &rule.references);
}

fn heading(example: &Shown) -> String {
    let given = wording::arguments(example.params.iter().map(|(name, value)| (name, value)));
    if given.is_empty() { example.name.clone() } else { format!("{} ({given})", example.name) }
}

/// The files of an example, with what is said of a line below it.
fn example(page: &mut Page, example: &Shown) {
    for (path, text) in &example.files {
        page.item(path);
        for (index, line) in text.lines().enumerate() {
            let here = |line: Option<usize>| line == Some(index + 1);
            let said: Vec<_> = example.findings.iter().filter(|said| said.path == *path && here(said.line)).collect();
            page.source(index + 1, line, !said.is_empty());
            for said in said {
                page.remark(&remark(said.outcome, &said.message));
            }
        }
    }
    for said in example.findings.iter().filter(|said| said.line.is_none()) {
        page.item(&format!("> {}", said.path));
        page.remark(&remark(said.outcome, &said.message));
    }
}

fn remark(outcome: Outcome, message: &str) -> String {
    if outcome == Outcome::Unknown { format!("cannot tell: {message}") } else { message.to_owned() }
}

fn params(page: &mut Page, rule: &RuleSource) {
    if rule.params.is_empty() {
        return;
    }
    page.section("Parameters");
    let rows = rule.params.iter().map(|param| {
        let default = format!("Default: {}.", wording::default(param));
        let doc = format!("{} {default}", param.doc.trim());
        vec![param.name.value.clone(), wording::type_name(&param.ty.value), doc]
    });
    page.table(rows.collect());
}

fn clauses(page: &mut Page, catalogue: &Catalogue, rule: &RuleSource) {
    let uses = catalogue.uses(&rule.id.value);
    if uses.is_empty() {
        return;
    }
    page.section("Clauses that ask for it");
    let rows = uses.into_iter().map(|used| {
        let given = wording::arguments(used.rule.params.iter().map(|(name, value)| (name, &value.value)));
        let given = if given.is_empty() { String::new() } else { format!(" ({given})") };
        vec![
            used.standard.id.clone(),
            used.clause.id.value.clone(),
            used.clause.level.as_str().to_owned(),
            format!("{}{given}", used.clause.title),
        ]
    });
    page.table(rows.collect());
}

fn list(page: &mut Page, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    page.section(title);
    for item in items {
        page.item(item);
    }
}
