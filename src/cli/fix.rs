//! `fix`: mends what rules know how to mend.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::paths::{self, Scope};
use super::settings::{self, Loaded};
use super::{Exit, FailOn, Failure, FixArgs, Streams, check, replace};
use crate::discover;
use crate::engine::mend::{Judge, Mended, Texts, mend};
use crate::engine::{self, Choice};
use crate::finding::{NoteKind, Report, Safety, Severity};
use crate::model::repo::Repo;
use crate::standard::library::Library;
use crate::triage::date::Clock;

pub(super) fn run(args: &FixArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    let current = std::env::current_dir()?;
    let scope = paths::scope(&args.paths, &current)?;
    let loaded = settings::load(&args.config, &scope, &current, shown)?;
    *shown = loaded.library(&args.rules, &current)?;
    let composed = scope.relative(&args.compose_file, &current)?;
    let mut files = Files { args, scope: &scope, loaded: &loaded, composed, library: shown };
    let mended = mend(&mut files, args.allow_unsafe)?;
    if mended.report.services.is_empty() {
        writeln!(
            streams.err,
            "nothing to fix: no Dockerfile, compose file, atonix.yaml or Kubernetes manifest was found"
        )?;
        return Ok(if mended.report.is_incomplete() { Exit::Untrusted } else { Exit::Nothing });
    }
    let notes: Vec<String> = taken_back(&mended, &scope);
    if args.diff {
        for (path, text) in &mended.texts {
            let before = mended.originals.get(path);
            let diff = unified(&scope.prefixed(path), before.map(String::as_str), text);
            streams.out.write_all(diff.as_bytes())?;
        }
        streams.out.flush()?;
        writeln!(streams.err, "{}", summary(&mended, args, "Would fix"))?;
    } else {
        for (path, text) in &mended.texts {
            let before = mended.originals.get(path).map(String::as_str);
            replace::write(&scope.root, path, before, text).map_err(Failure::Message)?;
        }
        for line in made(&mended, &scope) {
            writeln!(streams.out, "{line}")?;
        }
        writeln!(streams.out, "{}", summary(&mended, args, "Fixed"))?;
    }
    for note in notes {
        writeln!(streams.err, "{note}")?;
    }
    let configured = loaded.config.fail_on.as_ref().map(|fail_on| fail_on.value);
    let threshold = args.fail_on.map(FailOn::threshold).or(configured).unwrap_or(FailOn::default().threshold());
    Ok(check::exit(&mended.report, threshold))
}

/// The files of a run, read and judged again with every change.
struct Files<'f> {
    args: &'f FixArgs,
    scope: &'f Scope,
    loaded: &'f Loaded,
    /// The compose files that were named, as one project; empty where they are looked for.
    composed: Vec<String>,
    library: &'f mut Library,
}

impl Judge for Files<'_> {
    type Error = Failure;

    fn judge(&mut self, texts: &Texts) -> Result<(Repo, Report, Option<Report>), Failure> {
        let mut discovery = discover::discover_changed(&self.scope.root, &self.loaded.walk_options(), texts)
            .map_err(|error| Failure::Message(error.to_string()))?;
        self.loaded.tell(&mut discovery.sources);
        let composition = self.loaded.composition(self.composed.clone(), &discovery.sources);
        let repo = Repo::load_with(discovery, Some(&self.scope.root), &composition);
        let all = Choice {
            standards: self.args.standard.clone(),
            rules: Vec::new(),
            only: self.scope.only.clone(),
            config: Arc::clone(&self.loaded.config),
            clock: Clock { given: None },
        };
        let everything = engine::run(&repo, self.library, &all)?;
        if self.args.rule.is_empty() && self.scope.files.is_empty() {
            return Ok((repo, everything, None));
        }
        let mut report = if self.args.rule.is_empty() {
            everything.clone()
        } else {
            engine::run(&repo, self.library, &Choice { rules: self.args.rule.clone(), ..all })?
        };
        check::keep_given_files(&mut report, &repo.sources, self.scope, self.args.whole_service);
        Ok((repo, report, Some(everything)))
    }
}

/// One line for each fix and file, with how often it was made.
fn made(mended: &Mended, scope: &Scope) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut all: Vec<_> = mended.made.iter().collect();
    all.sort_by(|a, b| (&a.path, &a.rule, &a.title).cmp(&(&b.path, &b.rule, &b.title)));
    for one in all {
        let word = if one.safety == Safety::Unsafe { " (unsafe)" } else { "" };
        let line = format!("{}: {} [{}]{word}", scope.prefixed(&one.path), one.title, one.rule);
        match lines.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            _ => lines.push((line, 1)),
        }
    }
    lines.into_iter().map(|(line, count)| if count > 1 { format!("{line} ×{count}") } else { line }).collect()
}

fn taken_back(mended: &Mended, scope: &Scope) -> Vec<String> {
    let notes = mended.report.notes.iter().filter(|note| note.kind == NoteKind::FixTakenBack);
    let line = |note: &crate::finding::Note| {
        let path = scope.prefixed(&mended.repo.sources.get(note.place.file).path);
        let help = note.help.as_deref().unwrap_or("");
        format!("note: {path}: {}; {help}", note.message)
    };
    notes.map(line).collect()
}

/// `Fixed 3 findings in 2 files; left: 1 error, 2 warnings (1 more with --unsafe)`.
fn summary(mended: &Mended, args: &FixArgs, word: &str) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let files: BTreeSet<&String> = mended.texts.keys().collect();
    let mut out = match mended.made.len() {
        0 => "Nothing to fix".to_owned(),
        n => format!("{word} {} in {}", count(n, "finding", "findings"), count(files.len(), "file", "files")),
    };
    let left: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "info")]
        .into_iter()
        .map(|(severity, word)| (mended.report.count(severity), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| count(n, word, &format!("{word}s")))
        .collect();
    out.push_str("; left: ");
    out.push_str(&if left.is_empty() { "nothing".to_owned() } else { left.join(", ") });
    let more = mended.report.active().filter(|finding| !finding.fixes.is_empty()).count();
    if more > 0 && !args.allow_unsafe {
        // Writing to a string does not fail.
        _ = write!(out, " ({more} more can be fixed with --unsafe)");
    }
    out
}

/// A file's change as `git apply` takes it.
fn unified(path: &str, before: Option<&str>, after: &str) -> String {
    let from = if before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let old = before.unwrap_or("");
    let diff = similar::TextDiff::from_lines(old, after);
    diff.unified_diff().context_radius(3).header(&from, &format!("b/{path}")).to_string()
}
