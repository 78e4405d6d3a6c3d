//! Reading on after a syntax error: the line at fault is blanked out, noted, and the stream is read again.

use super::build::Failure;
use super::{Data, Tree, build};
use crate::source::{FileId, Span};
use crate::syntax::SyntaxProblem;

/// How many bad lines one file may have before the document in question is read only as far as it parses.
const MAX_ROUNDS: usize = 12;

/// How many bytes may be read again in all, after errors, for one file.
const RETRY_BUDGET: usize = 32 << 20;

pub(super) fn parse(file: FileId, text: &str) -> Tree {
    let mut problems = Vec::new();
    let mut blanked: Vec<Span> = Vec::new();
    let mut copy: Option<String> = blank_conflicts(text, &mut problems, &mut blanked);
    let mut stream = build::build(copy.as_deref().unwrap_or(text));
    let mut budget = RETRY_BUDGET;
    let mut rounds = 0;
    let mut joins: Vec<Span> = Vec::new();
    while let Some(failure) = stream.failure.take() {
        let current = copy.as_deref().unwrap_or(text);
        rounds += 1;
        if rounds <= MAX_ROUNDS
            && let Some((joined, again, inside)) = join_quoted(current, &failure, &mut budget)
        {
            joins.push(inside);
            copy = Some(joined);
            stream = again;
            continue;
        }
        let next = if rounds > MAX_ROUNDS { None } else { best_repair(current, &failure, &mut budget) };
        let Some(repair) = next else {
            let line = line_at(current, failure.at).unwrap_or(Span::at(failure.at));
            problems.push(SyntaxProblem::new(trimmed(text, line), failure.reason));
            blanked.push(Span::new(line.start as usize, text.len()));
            break;
        };
        problems.push(SyntaxProblem::new(trimmed(text, repair.blanked), failure.reason));
        blanked.push(repair.blanked);
        copy = Some(repair.text);
        stream = repair.stream;
    }
    fold_joined(&mut stream, text, &joins);
    finish(file, stream, problems, blanked)
}

/// What the parser says of a quoted scalar whose later lines stand no deeper than its key. YAML 1.2 wants them deeper
/// (section 7.3.1); go-yaml and libyaml, and with them kubectl and compose, do not.
const SHALLOW_QUOTED: &str = "invalid indentation in multiline quoted scalar";

/// The text with the lines of such a scalar put into one, read again, and what is inside of its quotes; every offset keeps
/// its meaning.
fn join_quoted(text: &str, failure: &Failure, budget: &mut usize) -> Option<(String, build::Stream, Span)> {
    if failure.reason != SHALLOW_QUOTED {
        return None;
    }
    let quoted =
        |at: &usize| text.as_bytes().get(*at).filter(|byte| matches!(byte, b'"' | b'\'')).map(|byte| (*at, *byte));
    let (start, quote) = failure.openings.iter().find_map(quoted)?;
    let mut end = start + 1;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        match (*byte, quote) {
            (b'\\', b'"') => end += 1,
            (byte, quote) if byte == quote && !(quote == b'\'' && bytes.get(end + 1) == Some(&quote)) => break,
            (byte, quote) if byte == quote => end += 1,
            _ => {}
        }
        end += 1;
    }
    // A quote that nobody closes runs into the next one.
    let behind = text.get(end + 1..)?.lines().next().unwrap_or("").trim_start();
    if !behind.is_empty() && !behind.starts_with([',', ']', '}', '#']) {
        return None;
    }
    let inside = text.get(start..end).filter(|inside| inside.contains('\n'))?;
    *budget = budget.checked_sub(text.len())?;
    let joined = [text.get(..start)?, &inside.replace(['\n', '\r'], " "), text.get(end..)?].concat();
    let stream = build::build(&joined);
    Some((joined, stream, Span::new(start + 1, end)))
}

/// Folds the line breaks of scalars whose lines were put into one: a break with the blanks around it is a space, and
/// each further one a break (YAML 1.2.2, section 6.5).
fn fold_joined(stream: &mut build::Stream, text: &str, joins: &[Span]) {
    for node in stream.nodes.iter_mut().filter(|_| !joins.is_empty()) {
        let inside = joins.iter().find(|inside| inside.start == node.span.start + 1);
        if let (Data::Scalar { value, .. }, Some(inside)) = (&mut node.data, inside)
            && let Some(written) = text.get(inside.start as usize..inside.end as usize)
            && let Some(folded) = folded(stream.values.get(*value), written)
        {
            *value = stream.values.push(&folded);
        }
    }
}

/// A value, in which every line break of what was written is a space so far, with its breaks folded.
fn folded(value: &str, written: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    for (index, _) in written.match_indices('\n') {
        let before = written.get(..index)?.trim_end_matches([' ', '\t', '\r']);
        // A break that follows another one belongs to the same run.
        if before.ends_with('\n') {
            continue;
        }
        let run = written.get(before.len()..)?;
        let run = run.get(..run.len() - run.trim_start_matches([' ', '\t', '\r', '\n']).len())?;
        let (head, tail) = rest.split_once(run.replace(['\n', '\r'], " ").as_str())?;
        out.push_str(head);
        match run.matches('\n').count() {
            1 => out.push(' '),
            breaks => out.extend(std::iter::repeat_n('\n', breaks - 1)),
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

/// The text without what may be at fault, read again.
struct Repair {
    blanked: Span,
    text: String,
    stream: build::Stream,
}

/// Leaves out the line of the error, the next one, or what was begun before and not ended: whichever lets the parser
/// get furthest, the earlier of these where several do.
fn best_repair(text: &str, failure: &Failure, budget: &mut usize) -> Option<Repair> {
    let mut best: Option<(usize, Repair)> = None;
    for blanked in candidates(text, failure) {
        *budget = budget.checked_sub(text.len())?;
        let copy = blank(text, blanked);
        let stream = build::build(&copy);
        let reached = stream.failure.as_ref().map_or(usize::MAX, |failure| failure.at);
        if best.as_ref().is_none_or(|(furthest, _)| reached > *furthest) {
            best = Some((reached, Repair { blanked, text: copy, stream }));
        }
        if reached == usize::MAX {
            break;
        }
    }
    best.map(|(_, repair)| repair)
}

fn candidates(text: &str, failure: &Failure) -> Vec<Span> {
    let Some(noticed) = line_at(text, failure.at) else { return Vec::new() };
    let mut out = vec![noticed];
    let begun: Vec<Span> = failure.openings.iter().filter_map(|at| line_at(text, *at)).collect();
    out.extend(&begun);
    out.extend(line_after(text, noticed));
    for line in begun {
        if let Some(before) = (noticed.start as usize).checked_sub(1).filter(|before| *before > line.end as usize) {
            out.push(Span::new(line.start as usize, before));
        }
    }
    let mut seen = Vec::new();
    out.retain(|span| {
        !seen.contains(span) && {
            seen.push(*span);
            true
        }
    });
    out
}

fn finish(file: FileId, stream: build::Stream, mut problems: Vec<SyntaxProblem>, blanked: Vec<Span>) -> Tree {
    let mut documents = stream.documents;
    let blanked = joined(blanked);
    let mut end = u32::MAX;
    for (index, document) in documents.iter_mut().enumerate().rev() {
        let start = if index == 0 { 0 } else { document.start };
        let first = blanked.get(blanked.partition_point(|lines| lines.end <= start));
        document.partial = first.is_some_and(|lines| lines.start < end);
        end = start;
    }
    problems.extend(stream.problems);
    problems.sort_by_key(|problem| problem.span);
    Tree {
        file,
        nodes: stream.nodes,
        values: stream.values,
        is_plain: stream.is_plain,
        origins: Vec::new(),
        printed: Vec::new(),
        parts: Vec::new(),
        documents,
        comments: stream.comments,
        problems,
    }
}

/// The same bytes as spans that ascend and do not overlap.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// The line of an offset, or the nearest line before it that is not blank; `None` where nothing is left to blank.
fn line_at(text: &str, at: usize) -> Option<Span> {
    let at = text.floor_char_boundary(at);
    let mut end = text.get(at..)?.find('\n').map_or(text.len(), |offset| at + offset);
    loop {
        let start = text.get(..end)?.rfind('\n').map_or(0, |offset| offset + 1);
        if !text.get(start..end)?.trim_matches(is_blank).is_empty() {
            return Some(Span::new(start, end));
        }
        end = start.checked_sub(1)?;
    }
}

/// The next line that is not blank.
fn line_after(text: &str, line: Span) -> Option<Span> {
    let rest = text.get(line.end as usize..)?;
    let start = line.end as usize + rest.find(|c| !is_blank(c))?;
    line_at(text, start)
}

/// A byte order mark counts as blank, or an otherwise empty line would be left out again and again.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// A range without the blanks around it; where it holds nothing else, the empty range at its start.
fn trimmed(text: &str, range: Span) -> Span {
    let whole = range.slice(text);
    let body = whole.trim();
    if body.is_empty() {
        return Span::at(text.floor_char_boundary(range.start as usize));
    }
    let start = range.start as usize + (whole.len() - whole.trim_start().len());
    Span::new(start, start + body.len())
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
    let mut copy = String::with_capacity(text.len());
    let mut offset = 0;
    let mut side = Side::Both;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let span = Span::new(offset, offset + content.len());
        let is_marker = match side {
            Side::Both | Side::Theirs if line.starts_with("<<<<<<< ") => {
                problems
                    .push(SyntaxProblem::new(span, "an unresolved merge conflict is committed here").with_help(
                        "keep one side and remove the markers; the side above `=======` is what was judged",
                    ));
                side = Side::Ours;
                true
            }
            Side::Ours if content == "=======" => {
                side = Side::Theirs;
                true
            }
            Side::Ours | Side::Theirs if line.starts_with(">>>>>>> ") => {
                side = Side::Both;
                true
            }
            _ => false,
        };
        if is_marker || side == Side::Theirs {
            blanked.push(span);
            copy.extend(std::iter::repeat_n(' ', content.len()));
            copy.push_str(line.get(content.len()..).unwrap_or(""));
        } else {
            copy.push_str(line);
        }
        offset += line.len();
    }
    Some(copy)
}

/// Which lines of a merge conflict the reader is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Ours,
    Theirs,
}
