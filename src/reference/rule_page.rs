//! The page of a rule.

use std::fmt::Write as _;

use super::markdown::{self, cell, code};
use super::{Catalogue, area, wording};
use crate::engine::shown::{Said, Shown};
use crate::finding::Outcome;
use crate::rules::ast::RuleSource;
use crate::standard::library::Library;

/// The page in Markdown; `examples` are those of the rule, run.
pub(super) fn page(library: &Library, catalogue: &Catalogue, rule: &RuleSource, examples: &[Shown]) -> String {
    let mut out = format!("{}# {}\n\n{}\n\n", markdown::HEAD, rule.id.value, wording::sentence(&rule.summary));
    facts(&mut out, library, rule);
    // Writing to a string does not fail.
    _ = write!(out, "## Why\n\n{}\n\n", rule.why.trim());
    fails(&mut out, examples);
    if let Some(help) = help(rule, examples) {
        _ = write!(out, "## How to fix\n\n{}\n\n", wording::sentence(help));
    }
    passes(&mut out, examples);
    params(&mut out, rule);
    clauses(&mut out, catalogue, rule);
    further(&mut out, examples);
    list(&mut out, "History", wording::history(rule).into_iter());
    list(&mut out, "Equivalents in other tools", rule.equivalents.iter().map(|id| code(id)));
    list(&mut out, "References", rule.references.iter().map(|link| format!("<{link}>")));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The help as a failing example gets it, so that its placeholders are filled in.
pub(super) fn help<'r>(rule: &'r RuleSource, examples: &'r [Shown]) -> Option<&'r str> {
    let written = rule.help.as_ref()?.value.as_str();
    if !written.contains('{') {
        return Some(written);
    }
    let said = examples.iter().find(|example| is_failing(example)).and_then(|example| example.findings.first());
    said.and_then(|said| said.help.as_deref()).or(Some(written))
}

pub(super) fn is_failing(example: &Shown) -> bool {
    example.findings.iter().any(|said| said.outcome == Outcome::Fail)
}

fn facts(out: &mut String, library: &Library, rule: &RuleSource) {
    let target = &rule.target.value;
    let target = format!("[{}](../model.md#{})", code(target), markdown::anchor(target));
    let area = area::of(library, &rule.id.value);
    let rows = [
        ("severity", rule.severity.as_str().to_owned()),
        ("category", rule.category.clone()),
        ("area", format!("[{}](README.md#{})", area::title(area), markdown::anchor(&area::title(area)))),
        ("looks at", target),
        ("cannot tell", wording::unknown(rule.unknown).to_owned()),
        ("status", format!("{}, since {}", rule.status.as_str(), rule.since)),
    ];
    out.push_str("| | |\n|---|---|\n");
    for (name, value) in rows {
        _ = writeln!(out, "| {name} | {value} |");
    }
    out.push('\n');
}

fn fails(out: &mut String, examples: &[Shown]) {
    if let Some(example) = examples.iter().find(|example| is_failing(example)) {
        out.push_str("## Fails\n\n");
        self::example(out, example);
    }
}

fn passes(out: &mut String, examples: &[Shown]) {
    if let Some(example) = examples.iter().find(|example| example.findings.is_empty()) {
        out.push_str("## Passes\n\n");
        self::example(out, example);
    }
}

fn further(out: &mut String, examples: &[Shown]) {
    let first_failing = examples.iter().position(is_failing);
    let first_passing = examples.iter().position(|example| example.findings.is_empty());
    let rest: Vec<&Shown> = examples
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != first_failing && Some(*index) != first_passing)
        .map(|(_, example)| example)
        .collect();
    if rest.is_empty() {
        return;
    }
    _ = write!(
        out,
        "## Further examples\n\n<details><summary>{}</summary>\n\n",
        wording::count(rest.len(), "example", "examples")
    );
    for example in rest {
        self::example(out, example);
    }
    out.push_str("</details>\n\n");
}

fn example(out: &mut String, example: &Shown) {
    _ = write!(out, "**{}**", wording::sentence(&example.name));
    if !example.params.is_empty() {
        let given = wording::arguments(example.params.iter().map(|(name, value)| (name, value)));
        _ = write!(out, " With `{given}`.");
    }
    out.push_str("\n\n");
    for (path, text) in &example.files {
        if text.is_empty() {
            _ = write!(out, "`{path}` (empty)\n\n");
        } else {
            _ = write!(out, "`{path}`\n\n{}\n", markdown::fenced(markdown::language(path), text));
        }
    }
    if example.files.is_empty() {
        out.push_str("No file at all.\n\n");
    }
    for said in &example.findings {
        _ = writeln!(out, "- {}{}: {}", place(said), aside(said), said.message.trim());
    }
    if !example.findings.is_empty() {
        out.push('\n');
    }
}

fn place(said: &Said) -> String {
    said.line.map_or_else(|| format!("`{}`", said.path), |line| format!("`{}`, line {line}", said.path))
}

fn aside(said: &Said) -> &'static str {
    if said.outcome == Outcome::Unknown { " (cannot tell)" } else { "" }
}

fn params(out: &mut String, rule: &RuleSource) {
    if rule.params.is_empty() {
        return;
    }
    out.push_str("## Parameters\n\n| name | type | default | meaning |\n|---|---|---|---|\n");
    for param in &rule.params {
        let (name, ty) = (code(&param.name.value), code(&wording::type_name(&param.ty.value)));
        _ = writeln!(out, "| {name} | {ty} | {} | {} |", code(&wording::default(param)), cell(&param.doc));
    }
    out.push('\n');
}

fn clauses(out: &mut String, catalogue: &Catalogue, rule: &RuleSource) {
    let uses = catalogue.uses(&rule.id.value);
    if uses.is_empty() {
        out.push_str("No standard that comes with svclint asks for it.\n\n");
        return;
    }
    out.push_str("## Clauses that ask for it\n\n| clause | level | title | parameters |\n|---|---|---|---|\n");
    for used in uses {
        let id = &used.clause.id.value;
        let link = format!("[{id}](../standards/{}.md)", used.standard.id);
        let given = wording::arguments(used.rule.params.iter().map(|(name, value)| (name, &value.value)));
        let given = if given.is_empty() { String::new() } else { code(&given) };
        let level = used.clause.level.as_str();
        _ = writeln!(out, "| {link} ({}) | {level} | {} | {given} |", used.standard.id, cell(&used.clause.title));
    }
    out.push('\n');
}

fn list(out: &mut String, title: &str, items: impl ExactSizeIterator<Item = String>) {
    if items.len() == 0 {
        return;
    }
    _ = write!(out, "## {title}\n\n");
    for item in items {
        _ = writeln!(out, "- {item}");
    }
    out.push('\n');
}
