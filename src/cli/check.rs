//! `check`: the main job.

use std::path::Path;
use std::sync::Arc;

use super::paths::{self, Scope};
use super::{CheckArgs, Exit, FailOn, Failure, Streams, settings};
use crate::discover;
use crate::engine::{self, Choice};
use crate::finding::{Report, Severity};
use crate::model::repo::Repo;
use crate::report::{self, Style};
use crate::source::Sources;
use crate::standard::library::Library;
use crate::triage::date::Clock;

pub(super) fn run(args: &CheckArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    if let Some(jobs) = args.jobs {
        // A second pool in one process is refused; then the first one's size holds.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs.max(1)).build_global();
    }
    let current = std::env::current_dir()?;
    let scope = paths::scope(&args.paths, &current)?;
    let loaded = settings::load(&args.config, &scope, &current, shown)?;
    let (library, discovery) = rayon::join(
        || loaded.library(&args.rules, &current),
        || discover::discover(&scope.root, &loaded.walk_options()),
    );
    *shown = library?;
    let mut discovery = discovery.map_err(|error| Failure::Message(error.to_string()))?;
    loaded.tell(&mut discovery.sources);
    let mut composition = loaded.composition(scope.relative(&args.compose_file, &current)?, &discovery.sources);
    composition.named.clone_from(&scope.files);
    composition.helm = args.helm.engine()?;
    let mut repo = Repo::load_with(discovery, Some(&scope.root), &composition);
    let left_out = scope.files.iter().find(|file| repo.sources.find(file).is_none()).cloned();
    let choice = Choice {
        standards: args.standard.clone(),
        rules: args.rule.clone(),
        only: scope.only.clone(),
        config: Arc::clone(&loaded.config),
        clock: Clock { given: args.today },
    };
    let mut report = engine::run(&repo, shown, &choice)?;
    if !args.config.no_config {
        report.notes.extend(loaded.unread(&repo.sources));
    }
    super::write_warnings(shown, streams)?;
    if !args.statistics {
        report.standards.iter_mut().for_each(|standard| standard.clauses.clear());
    }
    keep_given_files(&mut report, &repo.sources, &scope, args.whole_service);
    prefix(&mut report, &mut repo, &scope);
    if report.services.is_empty() {
        write_notes_of_nothing(&report, &repo.sources, left_out.as_deref(), args, streams)?;
        return Ok(if report.is_incomplete() { Exit::Untrusted } else { Exit::Nothing });
    }
    write(&report, &repo.sources, args, streams)?;
    let configured = loaded.config.fail_on.as_ref().map(|fail_on| fail_on.value);
    let threshold = args.fail_on.map(FailOn::threshold).or(configured).unwrap_or(FailOn::default().threshold());
    let exit = exit(&report, threshold);
    // The process ends here, and the system takes its memory back sooner than it could be taken apart.
    std::mem::forget((report, repo, std::mem::take(shown)));
    Ok(exit)
}

pub(super) fn exit(report: &Report, threshold: Option<Severity>) -> Exit {
    let failed = threshold.is_some_and(|threshold| {
        [Severity::Info, Severity::Warning, Severity::Error]
            .into_iter()
            .any(|severity| severity >= threshold && report.count(severity) > 0)
    });
    match (report.is_incomplete(), failed) {
        (true, _) => Exit::Untrusted,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    }
}

/// With single files given, the findings elsewhere in their services are not this run's.
pub(super) fn keep_given_files(report: &mut Report, sources: &Sources, scope: &Scope, whole_service: bool) {
    if scope.files.is_empty() || whole_service || scope.files.len() < scope.only.len() {
        return;
    }
    let given = |place: &crate::source::Place| scope.files.contains(&sources.get(place.file).path);
    report
        .findings
        .retain(|finding| given(&finding.primary.place) || finding.related.iter().any(|label| given(&label.place)));
    report.notes.retain(|note| given(&note.place));
}

/// Makes every path relative to where svclint was started.
pub(super) fn prefix(report: &mut Report, repo: &mut Repo, scope: &Scope) {
    if scope.prefix.is_empty() {
        return;
    }
    let joined = |path: &str| scope.prefixed(path);
    for service in &mut report.services {
        service.root = joined(&service.root);
        for artifact in &mut service.artifacts {
            artifact.path = joined(&artifact.path);
        }
    }
    for finding in &mut report.findings {
        finding.service = joined(&finding.service);
        for (path, _) in finding.fixes.iter_mut().flat_map(|fix| &mut fix.new_files) {
            *path = joined(path);
        }
    }
    repo.rename(&joined);
}

fn write(report: &Report, sources: &Sources, args: &CheckArgs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let text = report::write(args.format, report, sources, &super::style(args.color, streams));
    streams.out.write_all(text.as_bytes())?;
    streams.out.flush()?;
    for output in &args.output {
        let text = report::write(output.format, report, sources, &Style::default());
        write_file(&output.file, &text)?;
    }
    Ok(())
}

fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::Message(format!("`{}` cannot be written: {error}", path.display())))
}

/// Programs get a report that says there was nothing; people are told what was looked for.
fn write_notes_of_nothing(
    report: &Report,
    sources: &Sources,
    left_out: Option<&str>,
    args: &CheckArgs,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    if args.format != report::Format::Pretty || !report.notes.is_empty() {
        write(report, sources, args, streams)?;
    }
    match left_out {
        Some(file) => {
            writeln!(
                streams.err,
                "nothing to check: `{file}` is left out by a `.gitignore`, or lies in a generated tree"
            )?;
        }
        None => writeln!(
            streams.err,
            "nothing to check: no Dockerfile, compose file, atonix.yaml or Kubernetes manifest was found outside of \
             documentation and tests"
        )?,
    }
    Ok(())
}
