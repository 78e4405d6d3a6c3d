//! Rules, clauses and standards as data for programs.

use serde_json::{Map, Value, json};

use super::{Catalogue, UseOf, wording};
use crate::engine::shown::Shown;
use crate::rules::ast::{Literal, RuleSource};
use crate::standard::{Clause, Standard};

/// A literal.
#[must_use]
pub fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(value) => json!(value),
        Literal::Int(value) => json!(value),
        Literal::Float(value) => json!(value),
        Literal::Str(value) => json!(value),
        Literal::List(items) => items.iter().map(|item| self::literal(&item.value)).collect(),
    }
}

/// A rule as `svclint rules` lists it.
#[must_use]
pub fn rule(catalogue: &Catalogue, rule: &RuleSource) -> Value {
    let params: Vec<Value> = rule
        .params
        .iter()
        .map(|param| {
            json!({
                "name": param.name.value,
                "type": wording::type_name(&param.ty.value),
                "default": param.default.as_ref().map(|default| literal(&default.value)),
                "min": param.min,
                "max": param.max,
                "doc": param.doc,
            })
        })
        .collect();
    let mut clauses: Vec<&str> = Vec::new();
    for used in catalogue.uses(&rule.id.value) {
        if !clauses.contains(&used.clause.id.value.as_str()) {
            clauses.push(&used.clause.id.value);
        }
    }
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
        "clauses": clauses,
    })
}

/// A rule with everything that its page says.
#[must_use]
pub fn explained(catalogue: &Catalogue, source: &RuleSource, examples: &[Shown]) -> Value {
    let mut value = rule(catalogue, source);
    let uses: Vec<Value> = catalogue.uses(&source.id.value).into_iter().map(use_of).collect();
    let further = json!({
        "why": source.why.trim(),
        "help": source.help.as_ref().map(|help| help.value.trim()),
        "references": source.references,
        "uses": uses,
        "examples": examples.iter().map(example).collect::<Vec<_>>(),
    });
    if let (Value::Object(all), Value::Object(further)) = (&mut value, further) {
        all.extend(further);
    }
    value
}

fn example(example: &Shown) -> Value {
    let files = example.files.iter().map(|(path, text)| json!({ "path": path, "text": text }));
    let findings = example.findings.iter().map(|said| {
        json!({
            "path": said.path, "line": said.line, "outcome": said.outcome.as_str(),
            "message": said.message, "help": said.help,
        })
    });
    let params = example.params.iter().map(|(name, value)| (name.clone(), literal(value)));
    json!({
        "name": example.name,
        "params": params.collect::<Map<_, _>>(),
        "files": files.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn use_of(used: UseOf<'_>) -> Value {
    let UseOf { standard, clause, rule } = used;
    let params = rule.params.iter().map(|(name, value)| (name.clone(), literal(&value.value)));
    json!({
        "standard": standard.id,
        "version": standard.version,
        "clause": clause.id.value,
        "title": clause.title,
        "level": clause.level.as_str(),
        "as": rule.name.as_ref().map(|name| name.value.clone()),
        "params": params.collect::<Map<_, _>>(),
        "severity": standard.severity(clause, rule).as_str(),
    })
}

/// A clause with its rules.
#[must_use]
pub fn clause(standard: &Standard, clause: &Clause) -> Value {
    let rules: Vec<Value> = clause
        .rules
        .iter()
        .map(|rule| {
            let params = rule.params.iter().map(|(name, value)| (name.clone(), literal(&value.value)));
            json!({
                "rule": rule.rule.value,
                "as": rule.name.as_ref().map(|name| name.value.clone()),
                "params": params.collect::<Map<_, _>>(),
                "severity": standard.severity(clause, rule).as_str(),
            })
        })
        .collect();
    json!({
        "id": clause.id.value,
        "title": clause.title,
        "level": clause.level.as_str(),
        "coverage": clause.coverage.as_str(),
        "gap": clause.gap.as_deref().map(str::trim),
        "waivable": clause.waivable,
        "rules": rules,
    })
}

/// A clause with the standard that it belongs to.
#[must_use]
pub fn clause_explained(standard: &Standard, of: &Clause) -> Value {
    let mut value = clause(standard, of);
    if let Value::Object(all) = &mut value {
        all.insert("standard".into(), json!(standard.id));
        all.insert("version".into(), json!(standard.version));
    }
    value
}

/// A standard as `svclint standards` lists it.
#[must_use]
pub fn standard(standard: &Standard) -> Value {
    json!({
        "id": standard.id,
        "version": standard.version,
        "title": standard.title,
        "clauses": standard.clauses.len(),
    })
}

/// A standard with its clauses.
#[must_use]
pub fn standard_whole(standard: &Standard) -> Value {
    let clauses: Vec<Value> = standard.clauses.iter().map(|clause| self::clause(standard, clause)).collect();
    let extends = standard.extends.iter().map(|other| json!({ "id": other.id.value, "version": other.version }));
    let removed = standard.removed.iter().map(|removed| json!({ "clause": removed.clause.value, "why": removed.why }));
    json!({
        "id": standard.id, "version": standard.version, "title": standard.title,
        "extends": extends.collect::<Vec<_>>(), "clauses": clauses, "removed": removed.collect::<Vec<_>>(),
    })
}
