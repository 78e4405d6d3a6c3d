//! One workflow file, and all of a repository together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::discover::is_workflow;
use crate::model;
use crate::model::read::{Reader, text};
use crate::model::schema::PathText;
use crate::model::value::{Always, Field, List, Unresolved};
use crate::source::{EntryKind, FileId, Place, Sources};
use crate::syntax::yaml::{Shape, Tree};

use super::action::Pin;
use super::follow::{self, Actions};
use super::job::{self, Around, Job};
use super::permission::Permissions;
use super::step::{Source, Step, names_in, written};
use super::trigger::{self, Schedule, Trigger};
use super::variable::{EnvVar, env};

/// Where workflows lie; GitHub looks nowhere else.
const DIRECTORY: &str = ".github/workflows";

/// Jobs of one workflow that are read; GitHub itself allows 256 a matrix.
const MAX_JOBS: usize = 500;

/// Variables of a workflow whose use is looked for.
const MAX_ENV: usize = 100;

model! {
    /// A GitHub workflow.
    pub struct Workflow as "workflow" {
        /// Its path.
        path: PathText,
        /// The name of its file without the extension.
        stem: String,
        /// Its name.
        name: Field<String>,
        /// The events that start it.
        triggers: List<Trigger>,
        /// The names of those events, and where another workflow of the repository calls it, those of that one.
        events: List<String>,
        /// The times at which it starts.
        schedules: List<Schedule>,
        /// What its token may do where a job does not say otherwise.
        permissions: Option<Permissions>,
        /// The places at which a token gets every permission.
        write_all: List<Field<String>>,
        /// Whether it, or each of its jobs, says what the token may do.
        permissions_declared: bool,
        /// Its environment.
        env: List<EnvVar>,
        /// The variables of the environment of the workflow, its jobs and their steps.
        all_env: List<EnvVar>,
        /// Secrets that conditions of its jobs and steps name, which GitHub refuses.
        if_secrets: List<Field<String>>,
        /// Its jobs.
        jobs: List<Arc<Job>>,
        /// The group of which only one runs at a time.
        concurrency: Field<String>,
        /// Whether others can call it.
        is_reusable: bool,
        /// Whether it, or one that it calls, runs tests; not known where one of another repository may.
        tests: Always<bool>,
        /// The secrets it reads, by name.
        secrets: List<String>,
        /// The variables of the repository it reads, by name.
        variables: List<String>,
        /// The commands of all its jobs, as text.
        command_lines: List<Field<String>>,
        /// The names and ids of its jobs and steps.
        titles: List<Field<String>>,
    }
    label(workflow) { workflow.path.0.rsplit('/').next().unwrap_or("").to_owned() }
}

/// The workflows of a repository with all jobs and steps.
#[derive(Clone, Debug)]
pub struct Automation {
    /// The workflows, by path.
    pub workflows: List<Arc<Workflow>>,
    /// Their jobs.
    pub jobs: List<Arc<Job>>,
    /// The steps of the jobs, those of a composite action once.
    pub steps: List<Arc<Step>>,
}

/// Reads the workflows of a repository. `tree` reads the YAML of a file and is asked once for each that matters.
pub fn read(sources: &Sources, tree: &mut dyn FnMut(FileId) -> Tree) -> Automation {
    let at = Place::whole(sources.find(DIRECTORY).or_else(|| sources.find(".")).unwrap_or(FileId(0)));
    let files: Vec<FileId> = sources
        .iter()
        .filter(|(_, file)| file.kind == EntryKind::File && is_workflow(&file.path))
        .map(|(id, _)| id)
        .collect();
    let trees: Vec<(FileId, Tree)> = files.into_iter().map(|file| (file, tree(file))).collect();
    let actions = Actions::load(sources, &trees, tree);
    let mut workflows: Vec<Workflow> =
        trees.iter().filter_map(|(file, tree)| workflow(sources, *file, tree, &actions)).collect();
    follow::join(sources, &mut workflows);
    let workflows: Vec<Arc<Workflow>> = workflows.into_iter().map(Arc::new).collect();
    let jobs: Vec<Arc<Job>> = workflows.iter().flat_map(|workflow| &workflow.jobs).cloned().collect();
    let unseen = jobs.iter().find_map(|job| called_elsewhere(job));
    let mut steps: BTreeMap<Place, Arc<Step>> = BTreeMap::new();
    for step in jobs.iter().flat_map(|job| &job.steps) {
        steps.entry(step.at).or_insert_with(|| Arc::clone(step));
    }
    Automation {
        workflows: List::new(workflows, at),
        jobs: List { items: jobs, at, unseen: unseen.clone() },
        steps: List { items: steps.into_values().collect(), at, unseen },
    }
}

/// A workflow of another repository that a job calls, whose steps are not read.
fn called_elsewhere(job: &Job) -> Option<Box<Unresolved>> {
    let uses = job.uses.as_ref().filter(|uses| uses.pin != Pin::Local)?;
    let why = "a job calls this workflow of another repository".into();
    Some(Box::new(Unresolved { text: uses.text.clone(), why, at: uses.at, via: None, expected: None }))
}

fn workflow(sources: &Sources, file: FileId, tree: &Tree, actions: &Actions<'_>) -> Option<Workflow> {
    let root = tree.documents().next().filter(|root| root.shape() == Shape::Mapping)?;
    let entry = sources.get(file);
    let reader = Reader::new(root).blaming(Place::whole(file));
    let source = Source { file, path: &entry.path, text: entry.text(), comments: &tree.comments };
    let stem = entry.path.rsplit('/').next().unwrap_or("").rsplit_once('.').map_or("", |(stem, _)| stem);
    let name = written(reader, "name");
    let title = name.value().map_or(stem, String::as_str).to_owned();
    let (triggers, schedules) = trigger::read(reader);
    let permissions = Permissions::read(reader);
    let env = used(env(reader, "env"), entry.text());
    let directory = written(reader.child("defaults").child("run"), "working-directory");
    let children = |directory: &str| children(sources, directory);
    let exists = |path: &str| actions.exists(path);
    let follow = |uses: &super::ActionRef, progress: &mut super::step::Progress| actions.steps(uses, progress, 0);
    let around = Around {
        source,
        workflow: &title,
        env: &env,
        permissions: permissions.as_ref(),
        working_directory: &directory,
        follow: &follow,
        children: &children,
        exists: &exists,
    };
    let mut jobs = reader.map("jobs", |id, at, node| Arc::new(job::read(&around, id, at, node)));
    jobs.items.truncate(MAX_JOBS);
    let events: Vec<String> = triggers.iter().map(|trigger| trigger.event.clone()).collect();
    let given: Vec<String> = env.iter().map(|variable| variable.text.clone()).collect();
    let collected = |list: fn(&Job) -> &List<String>, context: &str| {
        let of_jobs = jobs.iter().flat_map(|job| list(job)).cloned();
        let mut all: Vec<String> = of_jobs.chain(names_in(&given, &Field::Absent(jobs.at), context)).collect();
        all.sort_unstable();
        all.dedup();
        List::new(all, jobs.at)
    };
    let of_job = |job: &Arc<Job>| {
        // What a service is given is thrown away with the job.
        let steps = job.steps.iter().filter(|step| !step.in_action).flat_map(|step| &step.env);
        job.env.iter().chain(steps).cloned().collect::<Vec<_>>()
    };
    let all_env = env.iter().cloned().chain(jobs.iter().flat_map(of_job)).collect();
    let conditions = |job: &Arc<Job>| {
        let steps = job.steps.iter().filter(|step| !step.in_action).flat_map(|step| &step.if_secrets);
        job.if_secrets.iter().chain(steps).cloned().collect::<Vec<_>>()
    };
    let if_secrets = jobs.iter().flat_map(conditions).collect();
    let command_lines = jobs.iter().flat_map(|job| &job.commands);
    let command_lines = command_lines.map(|command| Field::known(command.text.clone(), command.at)).collect();
    let steps = jobs.iter().flat_map(|job| &job.steps).flat_map(|step| [&step.name, &step.id]);
    let ids = jobs.iter().map(|job| Field::known(job.id.clone(), job.at));
    let names = jobs.iter().map(|job| &job.name).chain(steps).filter(|name| name.value().is_some()).cloned();
    let inherits = jobs.iter().any(|job| job.permissions.is_none());
    let everything =
        permissions.iter().filter(|_| inherits).chain(jobs.iter().filter_map(|job| job.permissions.as_ref()));
    let write_all = everything.filter(|permissions| permissions.writes_all).map(|permissions| permissions.all.clone());
    let write_all = List::new(write_all.collect(), jobs.at);
    Some(Workflow {
        at: Place::whole(file),
        write_all,
        path: PathText(entry.path.clone()),
        stem: stem.to_owned(),
        permissions_declared: permissions.is_some()
            || (!jobs.items.is_empty() && jobs.iter().all(|job| job.permissions.is_some())),
        is_reusable: events.iter().any(|event| event == "workflow_call"),
        tests: Always::known(jobs.iter().any(|job| job.tests), jobs.at),
        secrets: collected(|job| &job.secrets, "secrets."),
        variables: collected(|job| &job.variables, "vars."),
        all_env: List::new(all_env, jobs.at),
        if_secrets: List::new(if_secrets, jobs.at),
        titles: List::new(ids.chain(names).collect(), jobs.at),
        command_lines: List::new(command_lines, jobs.at),
        concurrency: reader.field("concurrency", |node| match node.shape() {
            Shape::Mapping => Reader::new(node).field("group", text),
            _ => text(node),
        }),
        events: List::new(events, triggers.at),
        name,
        triggers,
        schedules,
        permissions,
        env,
        jobs,
    })
}

/// Says of each variable whether something in the text reads it.
fn used(mut env: List<EnvVar>, text: &str) -> List<EnvVar> {
    for variable in env.items.iter_mut().take(MAX_ENV) {
        let name = &variable.name;
        let reads = [format!("env.{name}"), format!("${name}"), format!("${{{name}"), format!("env['{name}'")];
        // Build files read variables by themselves.
        variable.used =
            text.contains("bake") || text.contains("make ") || reads.iter().any(|read| text.contains(read.as_str()));
    }
    env
}

/// The names of the directories in a directory that hold a file; `None` where there is no such directory.
fn children(sources: &Sources, directory: &str) -> Option<Vec<String>> {
    let directory = directory.trim_matches('/');
    sources.find(directory).filter(|id| sources.get(*id).kind == EntryKind::Directory)?;
    let entries = sources.entries().get(sources.below(directory)).unwrap_or(&[]);
    let mut names: Vec<String> = entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::File)
        .filter_map(|entry| entry.path.strip_prefix(directory)?.strip_prefix('/')?.split_once('/'))
        .map(|(child, _)| child.to_owned())
        .filter(|child| !child.starts_with('.'))
        .collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    Some(names)
}
