//! `explain` and `schema`: the page of a rule or a clause, and what editors need.

use serde_json::{Value, json};

use super::{Exit, ExplainArgs, Failure, ListFormat, SchemaArgs, Streams};
use crate::engine::shown;
use crate::reference::explain::{self, Subject};
use crate::reference::{Catalogue, view};
use crate::report::Style;
use crate::standard::library::Library;

pub(super) fn run(args: &ExplainArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    *shown = super::list::library(&args.list, shown)?;
    let catalogue = Catalogue::new(shown)?;
    let subjects = explain::find(&catalogue, &args.name).map_err(|problem| vec![problem])?;
    if args.list.format == ListFormat::Json {
        writeln!(streams.out, "{:#}", json(&catalogue, shown, &subjects)?)?;
        return Ok(Exit::Clean);
    }
    let style = super::style(super::Color::Auto, streams);
    for (index, subject) in subjects.iter().enumerate() {
        if index > 0 {
            let rule = if style.unicode { "─" } else { "-" };
            writeln!(streams.out, "\n{}\n", rule.repeat(style.width.min(80)))?;
        }
        write!(streams.out, "{}", text(&catalogue, shown, subject, &style)?)?;
    }
    Ok(Exit::Clean)
}

fn text(catalogue: &Catalogue, library: &Library, subject: &Subject<'_>, style: &Style) -> Result<String, Failure> {
    Ok(match subject {
        Subject::Rule { id, because } => {
            let rule = library.rule_with_examples(id)?;
            explain::rule(catalogue, &rule, because.as_deref(), &shown::examples(&rule)?, style)
        }
        Subject::Own(info) => explain::own(info, style),
        Subject::Clause(standard, clause) => explain::clause(catalogue, standard, clause, style),
    })
}

fn json(catalogue: &Catalogue, library: &Library, subjects: &[Subject<'_>]) -> Result<Value, Failure> {
    let (mut rules, mut clauses) = (Vec::new(), Vec::new());
    for subject in subjects {
        match subject {
            Subject::Rule { id, .. } => {
                let rule = library.rule_with_examples(id)?;
                rules.push(view::explained(catalogue, &rule, &shown::examples(&rule)?));
            }
            Subject::Own(info) => rules.push(json!({
                "id": info.id, "summary": info.summary, "severity": info.severity.as_str(),
                "category": info.category, "why": info.why,
            })),
            Subject::Clause(standard, clause) => clauses.push(view::clause_explained(standard, clause)),
        }
    }
    Ok(json!({ "rules": rules, "clauses": clauses }))
}

pub(super) fn schema(args: &SchemaArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    *shown = super::library(&args.rules)?;
    let catalogue = Catalogue::new(shown)?;
    streams.out.write_all(args.kind.text(&catalogue).as_bytes())?;
    Ok(Exit::Clean)
}
