//! Reading on after a syntax error: the line at fault is blanked out, noted, and the stream is read again.

use super::{Tree, build};
use crate::source::{FileId, Span};
use crate::syntax::SyntaxProblem;

/// How many bad lines one file may have before the document in question is read only as far as it parses.
const MAX_ROUNDS: usize = 12;

/// A file larger than this is not read again after an error; each round costs a whole pass.
const MAX_RETRY_BYTES: usize = 4 << 20;

pub(super) fn parse(file: FileId, text: &str) -> Tree {
    let mut problems = Vec::new();
    let mut blanked: Vec<Span> = Vec::new();
    let mut copy: Option<String> = blank_conflicts(text, &mut problems, &mut blanked);
    let stream = loop {
        let mut stream = build::build(copy.as_deref().unwrap_or(text));
        let Some((at, reason)) = stream.failure.take() else { break stream };
        let Some(line) = line_to_blank(copy.as_deref().unwrap_or(text), at) else {
            problems.push(SyntaxProblem::new(Span::at(at), reason));
            break stream;
        };
        // Further errors are often the first one's doing; each is said once per line.
        problems.push(SyntaxProblem::new(trimmed(text, line), reason));
        if blanked.len() >= MAX_ROUNDS || text.len() > MAX_RETRY_BYTES {
            blanked.push(Span::new(line.start as usize, text.len()));
            break stream;
        }
        blanked.push(line);
        copy = Some(blank(copy.as_deref().unwrap_or(text), line));
    };
    finish(file, stream, problems, &blanked)
}

fn finish(file: FileId, stream: build::Stream, mut problems: Vec<SyntaxProblem>, blanked: &[Span]) -> Tree {
    let mut documents = stream.documents;
    // A document holds everything from its root to the root of the next.
    let starts: Vec<u32> = documents
        .iter()
        .map(|document| stream.nodes.get(document.root.0 as usize).map_or(0, |node| node.span.start))
        .collect();
    for (index, document) in documents.iter_mut().enumerate() {
        let from = if index == 0 { 0 } else { starts.get(index).copied().unwrap_or(0) };
        let to = starts.get(index + 1).copied().unwrap_or(u32::MAX);
        document.partial = blanked.iter().any(|line| line.start < to && line.end >= from);
    }
    problems.extend(stream.problems);
    problems.sort_by_key(|problem| problem.span);
    Tree { file, nodes: stream.nodes, documents, comments: stream.comments, problems }
}

/// The line of an error, or the nearest line before it that is not blank; `None` where nothing is left to blank.
fn line_to_blank(text: &str, at: usize) -> Option<Span> {
    let mut end = text.get(at..)?.find('\n').map_or(text.len(), |offset| at + offset);
    loop {
        let start = text.get(..end)?.rfind('\n').map_or(0, |offset| offset + 1);
        if !text.get(start..end)?.trim().is_empty() {
            return Some(Span::new(start, end));
        }
        end = start.checked_sub(1)?;
    }
}

fn trimmed(text: &str, line: Span) -> Span {
    let whole = line.slice(text);
    let start = line.start as usize + (whole.len() - whole.trim_start().len());
    Span::new(start, start + whole.trim().len().max(1).min(text.len() - start))
}

/// The same text with a range turned to blanks; line ends stay, so that every other offset keeps its meaning.
fn blank(text: &str, range: Span) -> String {
    let (start, end) = (range.start as usize, range.end as usize);
    let mut out = String::with_capacity(text.len());
    out.push_str(text.get(..start).unwrap_or(""));
    for c in range.slice(text).chars() {
        match c {
            '\n' | '\r' => out.push(c),
            _ => (0..c.len_utf8()).for_each(|_| out.push(' ')),
        }
    }
    out.push_str(text.get(end..).unwrap_or(""));
    out
}

/// Committed merge conflicts: one problem each, and the side above `=======` is read.
fn blank_conflicts(text: &str, problems: &mut Vec<SyntaxProblem>, blanked: &mut Vec<Span>) -> Option<String> {
    if !text.contains("<<<<<<< ") || !text.contains("\n>>>>>>> ") {
        return None;
    }
    let mut copy = text.to_owned();
    let mut offset = 0;
    let mut theirs: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let span = Span::new(offset, offset + line.trim_end().len());
        if line.starts_with("<<<<<<< ") {
            problems.push(
                SyntaxProblem::new(span, "an unresolved merge conflict is committed here")
                    .with_help("keep one side and remove the markers; the side above `=======` is what was judged"),
            );
            blanked.push(span);
            copy = blank(&copy, span);
        } else if line.starts_with("=======") && theirs.is_none() {
            theirs = Some(offset);
        } else if line.starts_with(">>>>>>> ") {
            let range = Span::new(theirs.take().unwrap_or(offset), offset + line.trim_end().len());
            blanked.push(range);
            copy = blank(&copy, range);
        }
        offset += line.len();
    }
    Some(copy)
}
