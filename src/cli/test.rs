//! `test`: the examples inside rules.

use std::path::Path;

use super::{Exit, Failure, Streams, TestArgs};
use crate::diagnostic::Problem;
use crate::engine::examples::{self, Line, Word};
use crate::standard::library::Library;

pub(super) fn run(args: &TestArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    let mut ids: Vec<String> = Vec::new();
    for what in &args.what {
        if !Path::new(what).is_dir() {
            ids.push(what.clone());
            continue;
        }
        let mut pack = Library::default();
        pack.add_directory(Path::new(what)).map_err(|problem| Failure::Problems(vec![problem]))?;
        ids.extend(pack.rule_ids().map(str::to_owned));
    }
    let directories = args.what.iter().filter(|what| Path::new(what).is_dir()).map(std::path::PathBuf::from);
    *shown = super::library(&directories.collect::<Vec<_>>())?;
    let all = args.what.is_empty();
    if all {
        ids = shown.rule_ids().map(str::to_owned).collect();
    }
    let mut problems: Vec<Problem> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    for id in &ids {
        match shown.rule_with_examples(id).and_then(|rule| examples::run(&rule)) {
            Ok(found) => lines.extend(found),
            Err(found) => problems.extend(found),
        }
    }
    problems.extend(standards(shown, all));
    for line in lines.iter().filter(|line| args.verbose || !line.word.is_right()) {
        let detail = if line.detail.is_empty() { String::new() } else { format!(": {}", line.detail) };
        writeln!(streams.out, "{} {} ({}){detail}", line.word.as_str(), line.rule, line.example)?;
    }
    let count = |word: Word| lines.iter().filter(|line| line.word == word).count();
    let words = [Word::Reported, Word::Validated, Word::Missing, Word::Noisy, Word::Wrong];
    let counts: Vec<String> = words.iter().map(|word| format!("{} {}", count(*word), word.as_str())).collect();
    let rules = if ids.len() == 1 { "rule" } else { "rules" };
    writeln!(streams.out, "{} {rules}: {}", ids.len(), counts.join(", "))?;
    if !problems.is_empty() {
        return Err(Failure::Problems(problems));
    }
    Ok(if lines.iter().all(|line| line.word.is_right()) { Exit::Clean } else { Exit::Findings })
}

/// Every standard is typed too: a parameter that does not fit would otherwise only show when it is used.
fn standards(library: &mut Library, all: bool) -> Vec<Problem> {
    if !all {
        return Vec::new();
    }
    let ids: Vec<String> = library.standard_ids().map(str::to_owned).collect();
    let mut problems = Vec::new();
    for id in ids {
        let found = library
            .standard(&id)
            .and_then(|standard| crate::standard::select::instances(library, std::slice::from_ref(&standard)));
        problems.extend(found.err().unwrap_or_default());
    }
    problems
}
