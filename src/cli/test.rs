//! `test`: the examples inside rules.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;

use super::{Exit, Failure, Streams, TestArgs};
use crate::diagnostic::Problem;
use crate::engine::examples::{self, Line, Word};
use crate::engine::mutate::{self, Tally};
use crate::report::{Style, write_problems};
use crate::standard::library::Library;

pub(super) fn run(args: &TestArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    let mut ids: Vec<String> = Vec::new();
    let mut own_standards: Vec<String> = Vec::new();
    for what in &args.what {
        if !Path::new(what).is_dir() {
            ids.push(what.clone());
            continue;
        }
        let mut pack = Library::default();
        pack.add_directory(Path::new(what)).map_err(|problem| Failure::Problems(vec![problem]))?;
        ids.extend(pack.rule_ids().map(str::to_owned));
        own_standards.extend(pack.standard_ids().map(str::to_owned));
    }
    let directories = args.what.iter().filter(|what| Path::new(what).is_dir()).map(std::path::PathBuf::from);
    *shown = super::library(&directories.collect::<Vec<_>>())?;
    let all = args.what.is_empty();
    if all {
        ids = shown.rule_ids().map(str::to_owned).collect();
        own_standards = shown.standard_ids().map(str::to_owned).collect();
    }
    let mut problems: Vec<Problem> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    for id in &ids {
        match shown.rule_with_examples(id).and_then(|rule| Ok((examples::run(&rule)?, rule))) {
            Ok((found, rule)) => {
                lines.extend(found);
                if !all {
                    for warning in examples::warnings(&rule) {
                        shown.warn(warning);
                    }
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    problems.extend(standards(shown, &own_standards));
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
    super::write_warnings(shown, streams)?;
    let wrong: BTreeSet<&str> =
        lines.iter().filter(|line| !line.word.is_right()).map(|line| line.rule.as_str()).collect();
    let mut exit = if wrong.is_empty() { Exit::Clean } else { Exit::Findings };
    if args.mutate {
        ids.retain(|id| !wrong.contains(id.as_str()));
        if mutate(&ids, shown, streams)? == Exit::Findings {
            exit = Exit::Findings;
        }
    }
    Ok(exit)
}

/// Changes rules whose examples are right, and tells what the examples do not notice.
fn mutate(ids: &[String], library: &Library, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let changed = |id: &String| -> Result<Tally, Vec<Problem>> {
        let rule = library.rule_with_examples(id)?;
        Ok(mutate::run(&rule, &library.comments(id), &library.sources))
    };
    let tallies: Result<Vec<Tally>, Vec<Problem>> = ids.par_iter().map(changed).collect();
    let mut tally = Tally::default();
    tallies?.into_iter().for_each(|other| tally.add(other));
    streams.out.write_all(write_problems(&tally.problems, &library.sources, &Style::default()).as_bytes())?;
    let noticed = tally.tried - tally.explained - tally.unnoticed;
    writeln!(
        streams.out,
        "{} changes: {noticed} noticed, {} explained, {} unnoticed",
        tally.tried, tally.explained, tally.unnoticed
    )?;
    Ok(if tally.problems.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// Every standard is typed too: a parameter that does not fit would otherwise only show when it is used.
fn standards(library: &mut Library, ids: &[String]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for id in ids {
        let found = library
            .standard(id)
            .and_then(|standard| crate::standard::select::instances(library, &[std::sync::Arc::new(standard)]));
        problems.extend(found.err().unwrap_or_default());
    }
    problems
}
