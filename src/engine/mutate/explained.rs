//! `# svclint: equivalent[change] why`: a comment beside a line of a rule that no example can test.

use super::{Change, Survivor};
use crate::diagnostic::Problem;
use crate::finding::Label;
use crate::rules::ast::At;
use crate::source::{Place, Sources};

/// What a comment explains.
struct Explanation {
    place: Place,
    changes: Vec<Change>,
    /// Lines from 1 on which a change begins that it explains.
    lines: (usize, usize),
    needed: bool,
}

/// Takes the survivors out that a comment explains; returns what is left, how many were explained, and what is wrong
/// with the comments.
pub(super) fn apply(
    survivors: Vec<Survivor>,
    comments: &[At<String>],
    sources: &Sources,
) -> (Vec<Survivor>, usize, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut explanations = Vec::new();
    for comment in comments {
        match read(comment, comments, sources) {
            Ok(found) => explanations.extend(found),
            Err(message) => problems.push(problem("mutation/comment", message, comment.place)),
        }
    }
    let total = survivors.len();
    let mut left = Vec::new();
    for survivor in survivors {
        let line = line_of(survivor.place, sources);
        let reaches = |explanation: &&mut Explanation| {
            (explanation.lines.0..=explanation.lines.1).contains(&line)
                && explanation.changes.contains(&survivor.change)
        };
        match explanations.iter_mut().find(reaches) {
            Some(explanation) => explanation.needed = true,
            None => left.push(survivor),
        }
    }
    for explanation in explanations.iter().filter(|explanation| !explanation.needed) {
        let message = "this explains no change that the examples fail to notice";
        problems.push(problem("mutation/needless", message, explanation.place).with_help("delete the comment"));
    }
    let explained = total - left.len();
    (left, explained, problems)
}

fn problem(code: &'static str, message: impl Into<String>, place: Place) -> Problem {
    Problem::new(code, message, Label { place, text: String::new() })
}

fn line_of(place: Place, sources: &Sources) -> usize {
    sources.get(place.file).lines().line_of(place.span.start as usize)
}

/// `Ok(None)` for a comment of another kind.
fn read(comment: &At<String>, all: &[At<String>], sources: &Sources) -> Result<Option<Explanation>, String> {
    let Some(text) = comment.value.strip_prefix("svclint:") else { return Ok(None) };
    let wanted = || {
        let words: Vec<&str> = Change::ALL.iter().map(|change| change.as_str()).collect();
        format!("write `svclint: equivalent[change] why`, where a change is one of {}", words.join(", "))
    };
    let rest = text.trim().strip_prefix("equivalent[").ok_or_else(wanted)?;
    let (words, why) = rest.split_once(']').ok_or_else(wanted)?;
    let changes: Option<Vec<Change>> = words.split(',').map(|word| Change::from_word(word.trim())).collect();
    let changes = changes.ok_or_else(wanted)?;
    if why.trim().is_empty() {
        return Err("say why no example can tell the difference".to_owned());
    }
    let line = line_of(comment.place, sources);
    let file = sources.get(comment.place.file);
    let own_line = |line: usize| file.text().lines().nth(line - 1).is_some_and(|line| line.trim().starts_with('#'));
    let mut last = line;
    // Several comments above one line all speak of it.
    while own_line(last) && all.iter().any(|other| line_of(other.place, sources) == last) {
        last += 1;
    }
    Ok(Some(Explanation { place: comment.place, changes, lines: (line, last), needed: false }))
}
