//! Runs the examples inside rules: each is a small repository that has to give the findings it is marked with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mend::{Judge, Texts, mend};
use super::run_instances;
use crate::diagnostic::Problem;
use crate::discover;
use crate::finding::{Finding, NoteKind, Outcome, Report};
use crate::model::repo::Repo;
use crate::rules::Arguments;
use crate::rules::ast::{Example, RuleSource};
use crate::standard::select;

/// The mark of a finding on the next line; `#~? id` marks one that cannot be told.
const MARK: &str = "#~";

/// How one expectation, or one finding, of an example ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Word {
    /// A finding was expected and is there.
    Reported,
    /// No finding was expected and there is none.
    Validated,
    /// A finding was expected and is not there.
    Missing,
    /// A finding is there that was not expected.
    Noisy,
    /// Something else is not as the example says.
    Wrong,
}

impl Word {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Validated => "validated",
            Self::Missing => "missing",
            Self::Noisy => "noisy",
            Self::Wrong => "wrong",
        }
    }

    /// Whether the example is as it should be.
    #[must_use]
    pub fn is_right(self) -> bool {
        matches!(self, Self::Reported | Self::Validated)
    }
}

/// One line of the result of an example.
#[derive(Clone, Debug)]
pub struct Line {
    /// The rule.
    pub rule: String,
    /// The example.
    pub example: String,
    /// How it ended.
    pub word: Word,
    /// Where, and what was said there.
    pub detail: String,
}

#[derive(Clone)]
pub(super) struct Expected {
    path: String,
    /// Line from 1; `None` for any place in the file, or a directory.
    line: Option<usize>,
    message: Option<String>,
    unknown: bool,
    pub(super) met: bool,
}

/// Runs the examples of a rule.
///
/// # Errors
/// What is wrong with the rule, or with the parameters of an example.
pub fn run(source: &Arc<RuleSource>) -> Result<Vec<Line>, Vec<Problem>> {
    let mut lines = Vec::new();
    for example in &source.examples {
        let before = lines.len();
        let instance = select::single(source, &arguments(example))?;
        let (files, mut expected, mut wrong) = unmarked(source, example);
        let repo = Repo::load(discover::in_memory(&files), None);
        let report = run_instances(&repo, vec![instance]);
        let unparsed = report.notes.iter().filter(|note| note.kind == NoteKind::Unparsed);
        wrong.extend(unparsed.map(|note| format!("{}: {}", repo.sources.get(note.place.file).path, note.message)));
        let line = |word: Word, detail: String| Line {
            rule: source.id.value.clone(),
            example: example.name.value.clone(),
            word,
            detail,
        };
        lines.extend(wrong.into_iter().map(|detail| line(Word::Wrong, detail)));
        if repo.heads.is_empty() {
            lines.push(line(Word::Wrong, "no file of it makes a service".to_owned()));
        }
        for finding in &report.findings {
            let word = matched(&repo, finding, &mut expected);
            lines.push(line(word.0, word.1));
        }
        for detail in fixed(source, example, &arguments(example), &files)? {
            lines.push(line(Word::Wrong, detail));
        }
        let missing = expected.iter().filter(|expected| !expected.met);
        lines.extend(missing.map(|expected| line(Word::Missing, place(expected))));
        if lines.len() == before {
            lines.push(line(Word::Validated, String::new()));
        }
    }
    Ok(lines)
}

/// What a rule uses in its examples that works, and will not for ever.
#[must_use]
pub fn warnings(source: &Arc<RuleSource>) -> Vec<Problem> {
    let typed = source.examples.iter().filter_map(|example| select::single(source, &arguments(example)).ok());
    typed.flat_map(|instance| instance.rule.warnings).collect()
}

/// The parameters of an example.
pub(super) fn arguments(example: &Example) -> Arguments {
    example.params.iter().map(|(name, value)| (name.value.clone(), value.clone())).collect()
}

/// What of an example is not as `fixed` says once all fixes of the rule, unsafe ones too, have been made.
fn fixed(
    source: &Arc<RuleSource>,
    example: &Example,
    arguments: &Arguments,
    files: &[(String, String)],
) -> Result<Vec<String>, Vec<Problem>> {
    if example.fixed.is_empty() {
        return Ok(Vec::new());
    }
    let mended = mend(&mut InMemory { source, arguments, files }, true)?;
    let mut wrong: Vec<String> = mended
        .report
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::FixTakenBack)
        .map(|note| note.message.clone())
        .collect();
    let wanted =
        |path: &String| example.fixed.iter().find(|(name, _)| name.value == *path).map(|(_, text)| &text.value);
    for (path, text) in &mended.texts {
        match wanted(path) {
            Some(wanted) if wanted == text => {}
            Some(_) => wrong.push(format!("{path}: fixed, it is\n{text}")),
            None => wrong.push(format!("{path}: the fix changes this file too, to\n{text}")),
        }
    }
    let untouched = example.fixed.iter().filter(|(path, _)| !mended.texts.contains_key(&path.value));
    wrong.extend(untouched.map(|(path, _)| format!("{}: no fix changes this file", path.value)));
    Ok(wrong)
}

/// The files of an example, judged by its rule.
struct InMemory<'e> {
    source: &'e Arc<RuleSource>,
    arguments: &'e Arguments,
    files: &'e [(String, String)],
}

impl Judge for InMemory<'_> {
    type Error = Vec<Problem>;

    fn judge(&mut self, texts: &Texts) -> Result<(Repo, Report, Option<Report>), Vec<Problem>> {
        let mut files: BTreeMap<String, String> = self.files.iter().cloned().collect();
        files.extend(texts.clone());
        let files: Vec<(String, String)> = files.into_iter().collect();
        let repo = Repo::load(discover::in_memory(&files), None);
        let report = run_instances(&repo, vec![select::single(self.source, self.arguments)?]);
        Ok((repo, report, None))
    }
}

fn place(expected: &Expected) -> String {
    expected.line.map_or_else(|| expected.path.clone(), |line| format!("{}:{line}", expected.path))
}

pub(super) fn matched(repo: &Repo, finding: &Finding, expected: &mut [Expected]) -> (Word, String) {
    let file = repo.sources.get(finding.primary.place.file);
    let line = file.lines().line_of(finding.primary.place.span.start as usize);
    let unknown = finding.outcome == Outcome::Unknown;
    let said = format!("{}:{line}: {}", file.path, finding.message);
    let here = expected.iter_mut().find(|expected| {
        !expected.met
            && expected.path == file.path
            && expected.unknown == unknown
            && expected.line.is_none_or(|wanted| wanted == line)
    });
    let Some(here) = here else { return (Word::Noisy, said) };
    here.met = true;
    match &here.message {
        Some(text) if !finding.message.contains(text.as_str()) => {
            (Word::Wrong, format!("{said} (expected a message with `{text}`)"))
        }
        _ => (Word::Reported, said),
    }
}

/// The files without their marks, what the marks and `expect` ask for, and mistakes in them.
pub(super) fn unmarked(source: &RuleSource, example: &Example) -> (Vec<(String, String)>, Vec<Expected>, Vec<String>) {
    let (mut files, mut expected, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (path, text) in &example.files {
        let mut out = String::new();
        let mut number = 1;
        for line in text.value.split_inclusive('\n') {
            let Some(mark) = line.trim().strip_prefix(MARK) else {
                out.push_str(line);
                number += 1;
                continue;
            };
            let (unknown, id) = match mark.strip_prefix('?') {
                Some(rest) => (true, rest.trim()),
                None => (false, mark.trim()),
            };
            if id == source.id.value {
                let path = path.value.clone();
                expected.push(Expected { path, line: Some(number), message: None, unknown, met: false });
            } else {
                wrong.push(format!("{}: the mark names `{id}`, not this rule", path.value));
            }
        }
        files.push((path.value.clone(), out));
    }
    for expectation in &example.expect {
        let (path, line) = match expectation.at.value.rsplit_once(':') {
            Some((path, line)) => (path, line.parse().ok()),
            None => (expectation.at.value.as_str(), None),
        };
        expected.push(Expected {
            path: path.to_owned(),
            line,
            message: expectation.message.clone(),
            unknown: expectation.unknown,
            met: false,
        });
    }
    (files, expected, wrong)
}
