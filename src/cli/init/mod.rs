//! `init`: looks at a repository and proposes a configuration, which is written only when that is asked for.

mod commands;
mod overlays;
mod proposal;

use std::collections::BTreeMap;
use std::path::Path;

use super::{Exit, Failure, InitArgs, Streams};
use crate::config::{self, Base, NAME};
use crate::discover::{self, WalkOptions};
use crate::engine;
use crate::model::helm::{self, Texts};
use crate::model::repo::{Head, Repo};
use crate::source::{FileId, Sources};
use crate::syntax::yaml::Tree;
use commands::{Command, Tool};
use proposal::Proposal;

pub(super) fn run(args: &InitArgs, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    if !args.path.is_dir() {
        return Err(Failure::Message(format!("`{}` is not a directory", args.path.display())));
    }
    let file = args.path.join(NAME);
    if args.write && file.exists() {
        let message = format!("`{}` is there already, and is left as it is", file.display());
        return Err(Failure::Message(message));
    }
    let discovery =
        discover::discover(&args.path, &WalkOptions::default()).map_err(|error| Failure::Message(error.to_string()))?;
    let commands = commands::read(&discovery.sources, &args.path);
    let sets = overlays::sets(&discovery, &commands);
    let charts = charts(&discovery.sources, &args.path, &commands);
    let repo = Repo::load(discovery, Some(&args.path));
    let services: Vec<_> = repo.heads.iter().filter(|head| !head.is_illustration).collect();
    if services.is_empty() {
        writeln!(streams.err, "there is no service here: no Dockerfile, compose file, atonix.yaml or manifest")?;
        return Ok(Exit::Nothing);
    }
    let services = services.iter().map(|head| (head.root.clone(), engine::detect(head), kinds(head))).collect();
    let proposal = Proposal { services, sets, charts };
    let text = proposal.file();
    streams.out.write_all(proposal.plan().as_bytes())?;
    loads(&args.path, &text)?;
    if args.write {
        std::fs::write(&file, &text)
            .map_err(|error| Failure::Message(format!("`{}` cannot be written: {error}", file.display())))?;
        writeln!(streams.out, "\nwritten to {}", file.display())?;
    } else {
        writeln!(streams.out, "\nThis would be {}:\n", file.display())?;
        for line in text.lines() {
            writeln!(streams.out, "{}", format!("    {line}").trim_end())?;
        }
        writeln!(streams.out, "\n`svclint init --write` writes it.")?;
    }
    streams.out.write_all(proposal::NEXT.as_bytes())?;
    Ok(Exit::Clean)
}

/// What is proposed has to be a configuration.
fn loads(directory: &Path, text: &str) -> Result<(), Failure> {
    let tree = Tree::parse(FileId::OUTSIDE, text);
    config::load(&tree, Base::Same, directory).map(|_| ()).map_err(|problems| {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::Message(format!("what would be written does not load: {}", all.join("; ")))
    })
}

/// What a service consists of: `Dockerfile, compose, 3 k8s`.
fn kinds(head: &Head) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, _) in &head.artifacts {
        *counts.entry(kind).or_default() += 1;
    }
    let shown =
        |(kind, count): (&&str, &usize)| if *count == 1 { (*kind).to_owned() } else { format!("{count} {kind}") };
    counts.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Charts that commands render with values files which svclint would not find by itself, with all their values files.
fn charts(sources: &Sources, root: &Path, commands: &[Command]) -> Vec<(String, Vec<String>)> {
    let texts = Texts { sources, root: Some(root) };
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for command in commands.iter().filter(|command| command.tool == Tool::Helm) {
        let is_chart = |path: &&String| sources.find(&format!("{path}/Chart.yaml")).is_some();
        let Some(chart) = command.words.iter().find(is_chart) else { continue };
        let beside = helm::values_files(texts, chart).into_iter().map(|file| sources.get(file).path.clone());
        let known: Vec<String> = beside.chain([format!("{chart}/values.yaml")]).collect();
        let further: Vec<&String> = command.files.iter().filter(|file| !known.contains(file)).collect();
        if further.is_empty() {
            continue;
        }
        let values = out.entry(chart.clone()).or_insert_with(|| known.iter().rev().skip(1).rev().cloned().collect());
        for file in further {
            if !values.contains(file) {
                values.push(file.clone());
            }
        }
    }
    out.into_iter().collect()
}
