//! The examples of a rule as readers see them: the files without their marks, and what the rule says of them.

use std::sync::Arc;

use super::{examples, run_instances};
use crate::diagnostic::Problem;
use crate::discover;
use crate::finding::{Finding, Outcome};
use crate::model::repo::Repo;
use crate::rules::Arguments;
use crate::rules::ast::{Example, Literal, RuleSource};
use crate::source::EntryKind;
use crate::standard::select;

/// One example, run.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it shows.
    pub name: String,
    /// Parameters that it gives.
    pub params: Vec<(String, Literal)>,
    /// Path and text of its files.
    pub files: Vec<(String, String)>,
    /// What the rule says; empty where it holds.
    pub findings: Vec<Said>,
}

/// One finding in an example.
#[derive(Clone, Debug)]
pub struct Said {
    /// The file or directory.
    pub path: String,
    /// The line, from 1; `None` for a directory and for an empty file.
    pub line: Option<usize>,
    /// The message.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
    /// Failed or not known.
    pub outcome: Outcome,
}

/// Runs the examples of a rule.
///
/// # Errors
/// What is wrong with the rule, or with the parameters of an example.
pub fn examples(source: &Arc<RuleSource>) -> Result<Vec<Shown>, Vec<Problem>> {
    source.examples.iter().map(|example| shown(source, example)).collect()
}

fn shown(source: &Arc<RuleSource>, example: &Example) -> Result<Shown, Vec<Problem>> {
    let arguments: Arguments = example.params.iter().map(|(name, value)| (name.value.clone(), value.clone())).collect();
    let instance = select::single(source, &arguments)?;
    let (files, ..) = examples::unmarked(source, example);
    let repo = Repo::load(discover::in_memory(&files), None);
    let report = run_instances(&repo, vec![instance]);
    Ok(Shown {
        name: example.name.value.clone(),
        params: example.params.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect(),
        findings: report.findings.iter().map(|finding| said(&repo, finding)).collect(),
        files,
    })
}

fn said(repo: &Repo, finding: &Finding) -> Said {
    let place = finding.primary.place;
    let file = repo.sources.get(place.file);
    let has_lines = file.kind == EntryKind::File && !file.text().is_empty();
    Said {
        path: file.path.clone(),
        line: has_lines.then(|| file.lines().line_of(place.span.start as usize)),
        message: finding.message.clone(),
        help: finding.help.clone(),
        outcome: finding.outcome,
    }
}
