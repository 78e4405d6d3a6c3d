//! `rules --coverage`: which rules have something to judge in a repository.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::paths;
use super::{Exit, Failure, RulesArgs, Streams, list, settings};
use crate::config::Config;
use crate::discover;
use crate::engine::Choice;
use crate::engine::coverage::{Covered, Of, coverage};
use crate::finding::Report;
use crate::model::repo::Repo;
use crate::reference::Catalogue;
use crate::standard::library::Library;

pub(super) fn run(args: &RulesArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    let current = std::env::current_dir()?;
    let scope = paths::scope(&args.paths, &current)?;
    let loaded = settings::load(&args.list.config, &scope, &current, shown)?;
    *shown = loaded.library(&args.list.rules, &current)?;
    let catalogue = Catalogue::new(shown)?;
    list::check_filters(args, &catalogue)?;
    let mut discovery =
        discover::discover(&scope.root, &loaded.walk_options()).map_err(|error| Failure::Message(error.to_string()))?;
    loaded.tell(&mut discovery.sources);
    let composition = loaded.composition(Vec::new(), &discovery.sources);
    let repo = Repo::load_with(discovery, Some(&scope.root), &composition);
    let choice = Choice {
        standards: args.standard.iter().cloned().collect(),
        only: scope.only.clone(),
        config: Arc::clone(&loaded.config),
        ..Choice::default()
    };
    let of = if args.standard.is_some() || chooses(&loaded.config) { Of::Standards } else { Of::Everything };
    let (report, mut rows) = coverage(&repo, shown, &choice, of)?;
    super::write_warnings(shown, streams)?;
    let is_wanted = |row: &Covered| {
        let category = catalogue.rules.get(&row.rule).map(|rule| rule.category.as_str());
        args.category.as_deref().is_none_or(|wanted| category == Some(wanted))
            && args.target.as_ref().is_none_or(|kind| row.kind == *kind)
    };
    rows.retain(is_wanted);
    if report.services.is_empty() {
        writeln!(
            streams.err,
            "nothing to judge: no Dockerfile, compose file, atonix.yaml or Kubernetes manifest was found"
        )?;
        return Ok(if report.is_incomplete() { Exit::Untrusted } else { Exit::Nothing });
    }
    if args.is_json() {
        writeln!(streams.out, "{:#}", as_json(&report, &rows))?;
    } else {
        streams.out.write_all(text(&report, &rows).as_bytes())?;
    }
    if report.is_incomplete() {
        writeln!(streams.err, "not everything could be read: `svclint check` says what")?;
        return Ok(Exit::Untrusted);
    }
    Ok(Exit::Clean)
}

/// Whether a configuration says which standards apply.
fn chooses(config: &Config) -> bool {
    config.standards.is_some() || config.overrides.iter().any(|one| one.standards.is_some())
}

fn as_json(report: &Report, rows: &[Covered]) -> Value {
    let rules: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "rule": row.rule, "kind": row.kind, "of_kind": row.of_kind, "targets": row.targets(),
                "passed": row.passed, "failed": row.failed, "unknown": row.unknown, "lacks_params": row.lacks_params,
            })
        })
        .collect();
    let without = rows.iter().filter(|row| row.targets() == 0).count();
    json!({
        "schema": 1,
        "services": report.services.len(),
        "rules": rules,
        "summary": { "rules": rows.len(), "with_target": rows.len() - without, "without_target": without },
    })
}

/// What judged something with its counts, then what never had a target and why, then a tally.
fn text(report: &Report, rows: &[Covered]) -> String {
    let (with, without): (Vec<&Covered>, Vec<&Covered>) = rows.iter().partition(|row| row.targets() > 0);
    let mut out = String::new();
    if !with.is_empty() {
        let lines = with.iter().map(|row| {
            let counts = [row.targets(), row.passed, row.failed, row.unknown].map(|count| count.to_string());
            [&[row.id.clone(), row.kind.clone()][..], &counts].concat()
        });
        let head = ["rule", "kind", "targets", "passed", "failed", "cannot tell"].map(str::to_owned).to_vec();
        table(&mut out, std::iter::once(head).chain(lines));
        out.push('\n');
    }
    if !without.is_empty() {
        out.push_str("Never had a target:\n\n");
        table(&mut out, without.iter().map(|row| vec![row.id.clone(), row.kind.clone(), reason(row)]));
        out.push('\n');
    }
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let absent = without.iter().filter(|row| row.of_kind == 0 && !row.lacks_params).count();
    let services = count(report.services.len(), "service", "services");
    let all = count(rows.len(), "rule", "rules");
    // Writing to a string does not fail.
    _ = write!(out, "{services}, {all}: {} had a target, {} never had one", with.len(), without.len());
    if absent > 0 {
        _ = write!(out, " ({absent} as there is nothing of their kind)");
    }
    out.push('\n');
    out
}

/// Why a rule never had a target.
fn reason(row: &Covered) -> String {
    match row.of_kind {
        _ if row.lacks_params => "it needs parameters, and no standard gives them".to_owned(),
        0 => "nothing of this kind".to_owned(),
        n => format!("{n} of this kind, of which it takes none"),
    }
}

/// Columns as wide as their widest cell, numbers to the right.
fn table(out: &mut String, rows: impl Iterator<Item = Vec<String>>) {
    let rows: Vec<Vec<String>> = rows.collect();
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                let is_number = columns > 3 && column > 1;
                if is_number { format!("{cell:>width$}") } else { format!("{cell:width$}") }
            })
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
}
