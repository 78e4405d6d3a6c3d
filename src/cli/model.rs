//! `model`: the typed model as svclint sees it, with the origin of every value.

use std::fmt::Write as _;

use super::paths::{self, Scope};
use super::{Exit, Failure, ListFormat, ModelArgs, Streams, settings};
use crate::config::Config;
use crate::discover;
use crate::model::outline::{self, At, Known, ServiceOutline, State, Thing};
use crate::model::repo::Repo;
use crate::standard::library::Library;

pub(super) fn run(args: &ModelArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    let current = std::env::current_dir()?;
    let scope = paths::scope(&args.paths, &current)?;
    let loaded = settings::load(&args.config, &scope, &current, shown)?;
    let mut discovery =
        discover::discover(&scope.root, &loaded.walk_options()).map_err(|error| Failure::Message(error.to_string()))?;
    loaded.tell(&mut discovery.sources);
    let mut composition = loaded.composition(scope.relative(&args.compose_file, &current)?, &discovery.sources);
    composition.named.clone_from(&scope.files);
    composition.helm = args.helm.engine()?;
    let mut repo = Repo::load_with(discovery, Some(&scope.root), &composition);
    let chosen: Vec<usize> =
        (0..repo.heads.len()).filter(|index| is_chosen(&repo, *index, &scope, &loaded.config)).collect();
    let assembled: Vec<_> = chosen.into_iter().filter_map(|index| repo.assemble(index)).collect();
    if !scope.prefix.is_empty() {
        repo.rename(&|path| scope.prefixed(path));
    }
    let services: Vec<ServiceOutline> =
        assembled.iter().map(|assembled| outline::service(&assembled.service, &repo.sources)).collect();
    if services.is_empty() {
        writeln!(streams.err, "there is no service here: no Dockerfile, compose file, atonix.yaml or manifest")?;
        return Ok(Exit::Nothing);
    }
    if args.json || args.format == ListFormat::Json {
        let text = serde_json::to_string_pretty(&serde_json::json!({ "schema": 1, "services": services }))
            .map_err(|error| Failure::Message(error.to_string()))?;
        writeln!(streams.out, "{text}")?;
    } else {
        for service in &services {
            let mut text = String::new();
            Text { out: &mut text, all: args.all }.service(service);
            streams.out.write_all(text.as_bytes())?;
        }
    }
    Ok(Exit::Clean)
}

fn is_chosen(repo: &Repo, index: usize, scope: &Scope, config: &Config) -> bool {
    let Some(head) = repo.heads.get(index).filter(|head| config.judges(&head.root)) else { return false };
    scope.only.is_empty() || scope.only.iter().any(|path| head.root == *path || head.owns_path(path) || *path == ".")
}

/// The readable tree. A place in the file of the thing around it is written without its path.
struct Text<'o> {
    out: &'o mut String,
    /// Whether what is absent is shown too, and every file with all that is known of it.
    all: bool,
}

impl Text<'_> {
    fn service(&mut self, service: &ServiceOutline) {
        self.thing(&service.service, "", "", 0);
        for artifact in &service.artifacts {
            self.thing(artifact, "", "", 1);
        }
        self.out.push('\n');
    }

    fn line(&mut self, depth: usize, text: &str, origin: &str) {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // Writing to a string does not fail.
        _ = writeln!(self.out, "{:indent$}{text}  [{origin}]", "", indent = depth * 2);
    }

    fn thing(&mut self, thing: &Thing, field: &str, within: &str, depth: usize) {
        let label = if field.is_empty() { String::new() } else { format!("{field} ") };
        self.line(depth, &format!("{label}{} {}", thing.kind, thing.name), &place(&thing.at, within));
        if thing.kind == "repo.file" && !self.all {
            return;
        }
        for field in &thing.fields {
            self.state(&field.state, &format!("{}:", field.field), &thing.at.path, depth + 1);
        }
    }

    fn state(&mut self, state: &State, field: &str, within: &str, depth: usize) {
        match state {
            State::Known { value: Known::Thing(thing), .. } => self.thing(thing, field, within, depth),
            State::Known { value: Known::List { items, unseen }, at, .. } => {
                if items.is_empty() && unseen.is_none() && !self.all {
                    return;
                }
                let more = unseen.as_ref().map(|why| format!(", and maybe more: {why}")).unwrap_or_default();
                self.line(depth, &format!("{field} {} in all{more}", items.len()), &place(at, within));
                for item in items {
                    self.state(item, "-", within, depth + 1);
                }
            }
            State::Known { value, at, via } => {
                let via = via.as_ref().map(|via| format!("; {} at {}", via.text, place(&via.at, within)));
                let origin = place(at, within) + via.as_deref().unwrap_or("");
                self.line(depth, &format!("{field} {}", plain(value)), &origin);
            }
            State::Absent { at } if self.all => self.line(depth, &format!("{field} absent"), &place(at, within)),
            State::Absent { .. } => {}
            State::Unresolved { text, why, at } => {
                self.line(depth, &format!("{field} cannot tell from `{text}`: {why}"), &place(at, within));
            }
            State::Malformed { found, expected, at } => {
                self.line(depth, &format!("{field} {found}, which should be {expected}"), &place(at, within));
            }
        }
    }
}

fn place(at: &At, within: &str) -> String {
    let path = if at.path == within { "" } else { &at.path };
    format!("{path}:{}:{}", at.line, at.column)
}

fn plain(value: &Known) -> String {
    match value {
        Known::Bool(value) => value.to_string(),
        Known::Int(value) => value.to_string(),
        Known::Float(value) => value.to_string(),
        Known::Text(value) => format!("{value:?}"),
        Known::Thing(thing) => thing.name.clone(),
        Known::List { items, .. } => items.len().to_string(),
    }
}
