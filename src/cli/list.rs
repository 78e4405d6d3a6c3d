//! `rules`, `standards` and `standards show`: what there is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Exit, Failure, ListArgs, ListFormat, Streams, paths, settings};
use crate::rules::ast::{Literal, ParamType, RuleSource};
use crate::standard::library::Library;
use crate::standard::{Clause, Coverage, Standard};

/// The rules and standards of where svclint was started.
fn library(args: &ListArgs, shown: &mut Library) -> Result<Library, Failure> {
    let current = std::env::current_dir()?;
    let scope = paths::scope(&[], &current)?;
    settings::load(&args.config, &scope, &current, shown)?.library(&args.rules, &current)
}

/// The clauses of each rule, over all standards.
fn clauses_by_rule(standards: &[Standard]) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for clause in standards.iter().flat_map(|standard| &standard.clauses) {
        for rule in &clause.rules {
            let clauses = out.entry(rule.rule.value.clone()).or_default();
            if !clauses.contains(&clause.id.value) {
                clauses.push(clause.id.value.clone());
            }
        }
    }
    out
}

fn all_standards(library: &Library) -> Result<Vec<Standard>, Failure> {
    let ids: Vec<String> = library.standard_ids().map(str::to_owned).collect();
    ids.iter().map(|id| library.standard(id).map_err(Failure::from)).collect()
}

pub(super) fn rules(args: &ListArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    *shown = library(args, shown)?;
    let standards = all_standards(shown)?;
    let clauses = clauses_by_rule(&standards);
    let ids: Vec<String> = shown.rule_ids().map(str::to_owned).collect();
    let mut sources = Vec::new();
    for id in &ids {
        sources.push(shown.rule(id, None)?);
    }
    if args.format == ListFormat::Json {
        let rules: Vec<Value> = sources.iter().map(|rule| rule_json(rule, &clauses)).collect();
        writeln!(streams.out, "{:#}", Value::Array(rules))?;
        return Ok(Exit::Clean);
    }
    let widest = ids.iter().map(String::len).max().unwrap_or(0);
    for rule in &sources {
        writeln!(streams.out, "{:widest$}  {:7}  {}", rule.id.value, rule.severity.as_str(), rule.summary)?;
    }
    writeln!(streams.out, "\n{} rules", sources.len())?;
    Ok(Exit::Clean)
}

fn rule_json(rule: &RuleSource, clauses: &BTreeMap<String, Vec<String>>) -> Value {
    let params: Vec<Value> = rule
        .params
        .iter()
        .map(|param| {
            json!({
                "name": param.name.value,
                "type": type_name(&param.ty.value),
                "default": param.default.as_ref().map(|default| literal_json(&default.value)),
                "doc": param.doc,
            })
        })
        .collect();
    json!({
        "id": rule.id.value,
        "summary": rule.summary,
        "severity": rule.severity.as_str(),
        "category": rule.category,
        "status": rule.status.as_str(),
        "since": rule.since,
        "aliases": rule.aliases.iter().map(|alias| alias.value.as_str()).collect::<Vec<_>>(),
        "deprecated": rule.deprecated.as_ref().map(|deprecated| json!({
            "since": deprecated.since,
            "use": deprecated.instead.as_ref().map(|instead| instead.value.as_str()),
            "why": deprecated.why,
        })),
        "changes": rule.changes.iter().map(|change| json!({
            "in": change.version, "what": change.what, "effect": change.effect.as_str(),
        })).collect::<Vec<_>>(),
        "target": rule.target.value,
        "params": params,
        "equivalents": rule.equivalents,
        "clauses": clauses.get(&rule.id.value).cloned().unwrap_or_default(),
    })
}

fn type_name(ty: &ParamType) -> String {
    match ty {
        ParamType::Named(name) => name.clone(),
        ParamType::List(name) => format!("list<{name}>"),
        ParamType::Path { of } => format!("path of {of}"),
        ParamType::Value { like } => format!("value like {like}"),
        ParamType::Values { like } => format!("values like {like}"),
    }
}

pub(super) fn literal_json(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(value) => json!(value),
        Literal::Int(value) => json!(value),
        Literal::Float(value) => json!(value),
        Literal::Str(value) => json!(value),
        Literal::List(items) => items.iter().map(|item| literal_json(&item.value)).collect(),
    }
}

pub(super) fn standards(args: &ListArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    *shown = library(args, shown)?;
    let standards = all_standards(shown)?;
    if args.format == ListFormat::Json {
        let list: Vec<Value> = standards
            .iter()
            .map(|standard| {
                json!({
                    "id": standard.id, "version": standard.version, "title": standard.title,
                    "clauses": standard.clauses.len(),
                })
            })
            .collect();
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
        let clauses: Vec<Value> = standard.clauses.iter().map(|clause| clause_json(&standard, clause)).collect();
        let value = json!({
            "id": standard.id, "version": standard.version, "title": standard.title,
            "extends": standard.extends.iter().map(|extended| json!({
                "id": extended.id.value, "version": extended.version,
            })).collect::<Vec<_>>(),
            "clauses": clauses,
            "removed": standard.removed.iter().map(|removed| json!({
                "clause": removed.clause.value, "why": removed.why,
            })).collect::<Vec<_>>(),
        });
        writeln!(streams.out, "{value:#}")?;
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

fn clause_json(standard: &Standard, clause: &Clause) -> Value {
    let rules: Vec<Value> = clause
        .rules
        .iter()
        .map(|rule| {
            let params: serde_json::Map<String, Value> =
                rule.params.iter().map(|(name, value)| (name.clone(), literal_json(&value.value))).collect();
            json!({
                "rule": rule.rule.value,
                "as": rule.name.as_ref().map(|name| name.value.clone()),
                "params": params,
                "severity": standard.severity(clause, rule).as_str(),
            })
        })
        .collect();
    json!({
        "id": clause.id.value,
        "title": clause.title,
        "level": clause.level.as_str(),
        "coverage": clause.coverage.as_str(),
        "gap": clause.gap,
        "waivable": clause.waivable,
        "rules": rules,
    })
}
