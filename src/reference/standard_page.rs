//! The page of a standard: its coverage matrix.

use std::fmt::Write as _;

use super::markdown::{self, cell, code};
use super::wording;
use crate::standard::{Clause, Coverage, Level, Standard};

/// The page in Markdown.
pub(super) fn page(standard: &Standard) -> String {
    let mut out = format!("{}# {} {}\n\n{}.\n\n", markdown::HEAD, standard.id, standard.version, standard.title);
    // Writing to a string does not fail.
    if let Some(summary) = &standard.summary {
        _ = write!(out, "{}\n\n", summary.trim());
    }
    totals(&mut out, standard);
    out.push_str("\n## Clauses\n\n| clause | title | level | coverage | rules | gap |\n|---|---|---|---|---|---|\n");
    for clause in &standard.clauses {
        row(&mut out, clause);
    }
    out
}

/// How many clauses of a level are covered how far.
fn totals(out: &mut String, standard: &Standard) {
    let of = |level: Option<Level>, coverage: Option<Coverage>| {
        let counts = |clause: &&Clause| {
            level.is_none_or(|level| clause.level == level)
                && coverage.is_none_or(|coverage| clause.coverage == coverage)
        };
        standard.clauses.iter().filter(counts).count()
    };
    out.push_str("| | full | partial | manual | all |\n|---|---|---|---|---|\n");
    let levels = [Some(Level::Must), Some(Level::Should), Some(Level::Example), None];
    for level in levels {
        let name = level.map_or("all", Level::as_str);
        let [full, partial, manual, all] =
            [Some(Coverage::Full), Some(Coverage::Partial), Some(Coverage::Manual), None]
                .map(|coverage| of(level, coverage));
        _ = writeln!(out, "| {name} | {full} | {partial} | {manual} | {all} |");
    }
    _ = write!(
        out,
        "\n*full*: its rules decide the clause. *partial*: they decide part of it, and the gap is said. *manual*: no rule \
         checks it, and the gap says why.\n"
    );
}

fn row(out: &mut String, clause: &Clause) {
    let rules: Vec<String> = clause
        .rules
        .iter()
        .map(|rule| {
            let id = &rule.rule.value;
            let name = rule.name.as_ref().map_or(String::new(), |name| format!(" as {}", code(&name.value)));
            let given = wording::arguments(rule.params.iter().map(|(name, value)| (name, &value.value)));
            let given = if given.is_empty() { String::new() } else { format!(" ({})", code(&given)) };
            format!("[{id}](../rules/{id}.md){name}{given}")
        })
        .collect();
    let waivable = if clause.waivable { "" } else { ", not waivable" };
    _ = writeln!(
        out,
        "| {} | {} | {}{waivable} | {} | {} | {} |",
        cell(&clause.id.value),
        cell(&clause.title),
        clause.level.as_str(),
        clause.coverage.as_str(),
        rules.join("<br>"),
        cell(clause.gap.as_deref().unwrap_or("")),
    );
}
