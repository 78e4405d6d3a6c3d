//! `fix`: mends what rules know how to mend.

use std::fmt::Write as _;
use std::sync::Arc;

use super::paths::{self, Scope};
use super::settings::{self, Loaded};
use super::{Exit, FailOn, Failure, FixArgs, Streams, check, former, replace};
use crate::diagnostic::Problem;
use crate::discover;
use crate::engine::mend::{Judge, Mended, Texts, mend};
use crate::engine::{self, Choice};
use crate::finding::{NoteKind, Report, Safety, Severity};
use crate::model::repo::Repo;
use crate::report::Style;
use crate::source::FileId;
use crate::standard::library::Library;
use crate::triage::date::Clock;

pub(super) fn run(args: &FixArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    let current = std::env::current_dir()?;
    let scope = paths::scope(&args.paths, &current)?;
    let loaded = settings::load(&args.config, &scope, &current, shown)?;
    *shown = loaded.library(&args.rules, &current)?;
    let composed = scope.relative(&args.compose_file, &current)?;
    let mut files =
        Files { args, scope: &scope, loaded: &loaded, composed, library: shown, written: Texts::new(), first: None };
    let former = files.write_present_ids()?;
    let mut mended = mend(&mut files, args.allow_unsafe)?;
    files.add_written(&mut mended, &former);
    if mended.report.services.is_empty() {
        writeln!(
            streams.err,
            "nothing to fix: no Dockerfile, compose file, atonix.yaml or Kubernetes manifest was found"
        )?;
        return Ok(if mended.report.is_incomplete() { Exit::Untrusted } else { Exit::Nothing });
    }
    write_warnings(&former, files.library, streams)?;
    let notes: Vec<String> = taken_back(&mended, &scope);
    if args.diff {
        for (path, text) in &mended.texts {
            let before = mended.originals.get(path);
            let diff = unified(&scope.prefixed(path), before.map(String::as_str), text);
            streams.out.write_all(diff.as_bytes())?;
        }
        if let (Some(file), Some((text, _))) = (&loaded.file, &former.configuration) {
            streams.out.write_all(unified(&file.path, Some(file.text()), text).as_bytes())?;
        }
        streams.out.flush()?;
        writeln!(streams.err, "{}", summary(&mended, &former, args, "Would fix"))?;
    } else {
        for (path, text) in &mended.texts {
            let before = mended.originals.get(path).map(String::as_str);
            replace::write(&scope.root, path, before, text).map_err(Failure::Message)?;
        }
        if let (Some(file), Some((text, _))) = (&loaded.file, &former.configuration) {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            replace::write(&file.directory, name, Some(file.text()), text).map_err(Failure::Message)?;
        }
        for line in former.lines(&scope, &loaded).into_iter().chain(made(&mended, &scope)) {
            writeln!(streams.out, "{line}")?;
        }
        writeln!(streams.out, "{}", summary(&mended, &former, args, "Fixed"))?;
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
    /// Files in which suppressions have present ids now, under whatever else changes.
    written: Texts,
    /// The files as they are, judged already.
    first: Option<(Repo, Report, Option<Report>)>,
}

/// What was written in the place of former ids.
#[derive(Default)]
struct Former {
    /// Path, former id and present id.
    suppressions: Vec<(String, String, String)>,
    /// The configuration's new text, with former and present ids.
    configuration: Option<(String, Vec<(String, String)>)>,
    /// The texts that files with such suppressions had.
    originals: Texts,
}

impl Former {
    fn count(&self) -> usize {
        self.suppressions.len() + self.configuration.as_ref().map_or(0, |(_, made)| made.len())
    }

    fn lines(&self, scope: &Scope, loaded: &Loaded) -> Vec<String> {
        let line =
            |path: &str, former: &str, present: &str| format!("{path}: write `{present}` for its former id `{former}`");
        let config = loaded.file.as_ref().map_or("", |file| file.path.as_str());
        let configured = self.configuration.iter().flat_map(|(_, made)| made);
        let mut out: Vec<String> = configured.map(|(former, present)| line(config, former, present)).collect();
        let suppressed = self.suppressions.iter();
        out.extend(suppressed.map(|(path, former, present)| line(&scope.prefixed(path), former, present)));
        out
    }
}

impl Files<'_> {
    /// Has suppressions and the configuration name rules by their present ids. Who asks for one rule, or for some files,
    /// wants nothing else changed.
    fn write_present_ids(&mut self) -> Result<Former, Failure> {
        let first = self.judge(&Texts::new())?;
        let mut former = Former::default();
        if self.args.rule.is_empty() {
            let (repo, report) = (&first.0, first.2.as_ref().unwrap_or(&first.1));
            let is_given = |path: &str| self.scope.files.is_empty() || self.scope.files.iter().any(|file| file == path);
            let written = former::suppressions(report, &repo.sources, is_given);
            let text =
                |path: &String| Some((path.clone(), repo.sources.get(repo.sources.find(path)?).text().to_owned()));
            former.originals = written.texts.keys().filter_map(text).collect();
            former.suppressions = written.made;
            self.written = written.texts;
            if self.scope.files.is_empty() {
                former.configuration = former::configuration(self.loaded, self.library);
            }
        }
        if self.written.is_empty() {
            self.first = Some(first);
        }
        Ok(former)
    }

    /// Puts the files in which only suppressions changed beside those that were mended.
    fn add_written(&mut self, mended: &mut Mended, former: &Former) {
        for (path, text) in std::mem::take(&mut self.written) {
            mended.texts.entry(path).or_insert(text);
        }
        mended.originals.extend(former.originals.clone());
    }
}

/// Tells what works and will not for ever, but for what was written anew.
fn write_warnings(former: &Former, library: &Library, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let is_mended = |warning: &Problem| {
        former.configuration.is_some()
            && warning.code == "rule/renamed"
            && warning.labels.first().is_some_and(|label| label.place.file == FileId::OUTSIDE)
    };
    let left: Vec<Problem> = library.warnings().iter().filter(|warning| !is_mended(warning)).cloned().collect();
    let text = crate::report::write_warnings(&left, &library.sources, &Style::default());
    Ok(streams.err.write_all(text.as_bytes())?)
}

impl Judge for Files<'_> {
    type Error = Failure;

    fn judge(&mut self, texts: &Texts) -> Result<(Repo, Report, Option<Report>), Failure> {
        if let Some(first) = self.first.take_if(|_| texts.is_empty()) {
            return Ok(first);
        }
        let mut changed = self.written.clone();
        changed.extend(texts.clone());
        let mut discovery = discover::discover_changed(&self.scope.root, &self.loaded.walk_options(), &changed)
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
fn summary(mended: &Mended, former: &Former, args: &FixArgs, word: &str) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let files = mended.texts.len() + usize::from(former.configuration.is_some());
    let mut done = Vec::new();
    done.extend((!mended.made.is_empty()).then(|| count(mended.made.len(), "finding", "findings")));
    done.extend((former.count() > 0).then(|| count(former.count(), "former id", "former ids")));
    let mut out = if done.is_empty() {
        "Nothing to fix".to_owned()
    } else {
        format!("{word} {} in {}", done.join(" and "), count(files, "file", "files"))
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
