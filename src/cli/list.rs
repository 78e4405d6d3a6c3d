//! `rules`, `standards` and `standards show`: what there is.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Exit, Failure, ListArgs, ListFormat, RulesArgs, Streams, coverage, paths, settings};
use crate::diagnostic::{Problem, nearest};
use crate::reference::{Catalogue, view};
use crate::rules::ast::RuleSource;
use crate::standard::library::Library;
use crate::standard::{Clause, Coverage, Standard};

/// The rules and standards of where svclint was started.
pub(super) fn library(args: &ListArgs, shown: &mut Library) -> Result<Library, Failure> {
    let current = std::env::current_dir()?;
    let scope = paths::scope(&[], &current)?;
    settings::load(&args.config, &scope, &current, shown)?.library(&args.rules, &current)
}

pub(super) fn rules(args: &RulesArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    if args.coverage {
        return coverage::run(args, streams, shown);
    }
    *shown = library(&args.list, shown)?;
    let catalogue = Catalogue::new(shown)?;
    check_filters(args, &catalogue)?;
    let rules: Vec<&RuleSource> = catalogue
        .rules
        .values()
        .map(AsRef::as_ref)
        .filter(|rule| args.category.as_ref().is_none_or(|category| rule.category == *category))
        .filter(|rule| args.target.as_ref().is_none_or(|target| rule.target.value == *target))
        .filter(|rule| args.standard.as_ref().is_none_or(|id| is_used_by(&catalogue, rule, id)))
        .collect();
    if args.is_json() {
        let rules: Vec<Value> = rules.iter().map(|rule| view::rule(&catalogue, rule)).collect();
        writeln!(streams.out, "{:#}", Value::Array(rules))?;
        return Ok(Exit::Clean);
    }
    let widest = rules.iter().map(|rule| rule.id.value.len()).max().unwrap_or(0);
    for rule in &rules {
        writeln!(streams.out, "{:widest$}  {:7}  {}", rule.id.value, rule.severity.as_str(), rule.summary)?;
    }
    writeln!(streams.out, "\n{} rules; `svclint explain RULE` shows one", rules.len())?;
    Ok(Exit::Clean)
}

fn is_used_by(catalogue: &Catalogue, rule: &RuleSource, standard: &str) -> bool {
    catalogue.uses(&rule.id.value).iter().any(|used| used.standard.id == standard)
}

/// A filter that names what is not there would give an empty list that looks like an answer.
pub(super) fn check_filters(args: &RulesArgs, catalogue: &Catalogue) -> Result<(), Failure> {
    let standards: Vec<&str> = catalogue.standards.iter().map(|standard| standard.id.as_str()).collect();
    let kinds: Vec<&str> = crate::model::kinds().iter().map(|kind| (kind.schema)().name).collect();
    let filters: [(&str, Option<&String>, &[&str]); 3] = [
        ("standard", args.standard.as_ref(), &standards),
        ("category", args.category.as_ref(), crate::rules::CATEGORIES),
        ("kind", args.target.as_ref(), &kinds),
    ];
    for (what, given, known) in filters {
        if let Some(given) = given.filter(|given| !known.contains(&given.as_str())) {
            let help = match nearest(given, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.join(", ")),
            };
            let message = format!("there is no {what} `{given}`");
            let problem = Problem { code: "rules/unknown-filter", message, labels: Vec::new(), help: Some(help) };
            return Err(Failure::Problems(vec![problem]));
        }
    }
    Ok(())
}

fn all_standards(library: &Library) -> Result<Vec<Standard>, Failure> {
    let ids: Vec<String> = library.standard_ids().map(str::to_owned).collect();
    ids.iter().map(|id| library.standard(id).map_err(Failure::from)).collect()
}

pub(super) fn standards(args: &ListArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    *shown = library(args, shown)?;
    let standards = all_standards(shown)?;
    if args.format == ListFormat::Json {
        let list: Vec<Value> = standards.iter().map(view::standard).collect();
        writeln!(streams.out, "{:#}", Value::Array(list))?;
        return Ok(Exit::Clean);
    }
    let widest = standards.iter().map(|standard| standard.id.len()).max().unwrap_or(0);
    for standard in &standards {
        let clauses = standard.clauses.len();
        let manual = count(standard, Coverage::Manual);
        writeln!(
            streams.out,
            "{:widest$}  {}  {} ({clauses} clauses, {} checked here)",
            standard.id,
            standard.version,
            standard.title,
            clauses - manual,
        )?;
    }
    Ok(Exit::Clean)
}

fn count(standard: &Standard, coverage: Coverage) -> usize {
    standard.clauses.iter().filter(|clause| clause.coverage == coverage).count()
}

pub(super) fn standard(
    id: &str,
    args: &ListArgs,
    streams: &mut Streams<'_>,
    shown: &mut Library,
) -> Result<Exit, Failure> {
    *shown = library(args, shown)?;
    let standard = shown.standard(id)?;
    if args.format == ListFormat::Json {
        writeln!(streams.out, "{:#}", view::standard_whole(&standard))?;
        return Ok(Exit::Clean);
    }
    writeln!(streams.out, "{} {}: {}", standard.id, standard.version, standard.title)?;
    if let Some(summary) = &standard.summary {
        writeln!(streams.out, "{}", summary.trim_end())?;
    }
    for extended in &standard.extends {
        writeln!(streams.out, "builds on {} {}", extended.id.value, extended.version)?;
    }
    writeln!(streams.out)?;
    let widest = standard.clauses.iter().map(|clause| clause.id.value.len()).max().unwrap_or(0);
    for clause in &standard.clauses {
        writeln!(streams.out, "{}", clause_text(clause, widest))?;
    }
    for removed in &standard.removed {
        writeln!(streams.out, "{:widest$}  removed: {}", removed.clause.value, removed.why.trim_end())?;
    }
    writeln!(
        streams.out,
        "\n{} clauses: {} checked, {} in part, {} not checkable here",
        standard.clauses.len(),
        count(&standard, Coverage::Full),
        count(&standard, Coverage::Partial),
        count(&standard, Coverage::Manual),
    )?;
    Ok(Exit::Clean)
}

fn clause_text(clause: &Clause, widest: usize) -> String {
    let mut out = format!("{:widest$}  {:7}  {}", clause.id.value, clause.level.as_str(), clause.title);
    let indent = " ".repeat(widest + 2 + 7 + 2);
    let rules: Vec<&str> = clause.rules.iter().map(crate::standard::Use::id).collect();
    if !rules.is_empty() {
        let _ = write!(out, "\n{indent}checked by {}", rules.join(", "));
    }
    if let Some(gap) = &clause.gap {
        let lead = if clause.coverage == Coverage::Manual { "not checkable here: " } else { "gap: " };
        let _ = write!(out, "\n{indent}{lead}{}", gap.trim_end());
    }
    out
}
