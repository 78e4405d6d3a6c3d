//! A job: what it needs, where it runs, for which values of its matrix, with which services.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model;
use crate::model::read::Reader;
use crate::model::schema::PathText;
use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Shape};

use super::action::ActionRef;
use super::command::Command;
use super::expression;
use super::image::{ImageBuild, Scan};
use super::matrix::{self, MatrixKey};
use super::permission::Permissions;
use super::service::{self, ServiceContainer};
use super::step::{self, Progress, Source, Step, value, written};
use super::trigger::strings;
use super::variable::{EnvVar, ValueSource, env};

/// Steps of one job that are looked at.
const MAX_STEPS: usize = 2_000;

model! {
    /// A job of a workflow.
    pub struct Job as "workflow.job" {
        /// Its id.
        id: String,
        /// Its name.
        name: Field<String>,
        /// The jobs it waits for.
        needs: List<Field<String>>,
        /// Those, and all that they wait for.
        all_needs: List<String>,
        /// Jobs in `needs` that the workflow does not have.
        unknown_needs: List<Field<String>>,
        /// The labels of its runner.
        runs_on: List<Field<String>>,
        /// Its condition, as written.
        r#if: Field<String>,
        /// Secrets that the condition names, which GitHub refuses.
        if_secrets: List<Field<String>>,
        /// The branches that its condition names.
        if_branches: List<String>,
        /// Its matrix.
        matrix: List<MatrixKey>,
        /// The containers beside it.
        services: List<ServiceContainer>,
        /// Its own container.
        container: Field<String>,
        /// Its steps, those of composite actions of the repository behind the step that uses them.
        steps: List<Arc<Step>>,
        /// The commands of all its steps.
        commands: List<Command>,
        /// The reusable workflow that it calls.
        uses: Option<ActionRef>,
        /// Its own permissions.
        permissions: Option<Permissions>,
        /// Its own permissions, else those of the workflow.
        effective_permissions: Option<Permissions>,
        /// The environment of a deployment that it waits for.
        environment: Field<String>,
        /// Its own environment.
        env: List<EnvVar>,
        /// Minutes after which it is stopped.
        timeout_minutes: Field<i64>,
        /// Whether the workflow goes on where it fails.
        continue_on_error: Always<bool>,
        /// The scanners that its steps run.
        tools: List<String>,
        /// The scans of its steps and of the workflow that it calls.
        scans: List<Scan>,
        /// The images that it builds.
        builds: List<ImageBuild>,
        /// Whether it pushes an image.
        pushes_images: Always<bool>,
        /// Whether it runs tests.
        tests: bool,
        /// Whether it deploys somewhere that outlives it.
        deploys: bool,
        /// Whether a step needs Docker.
        uses_docker: bool,
        /// The secrets it reads, by name.
        secrets: List<String>,
        /// The variables of the repository it reads, by name.
        variables: List<String>,
        /// Whether it, or each step that reads a secret, has a condition or waits for an environment.
        guards_secrets: bool,
        /// Whether a condition keeps pull requests out.
        excludes_pull_requests: bool,
        /// The path of its workflow.
        path: PathText,
        /// The name of its workflow, else its file's without the extension.
        workflow: String,
        /// The events that start its workflow, those of its callers included.
        events: List<String>,
    }
    label(job) { job.id.clone() }
}

/// What the workflow around a job says.
pub(super) struct Around<'w> {
    pub(super) source: Source<'w>,
    pub(super) workflow: &'w str,
    pub(super) env: &'w List<EnvVar>,
    pub(super) permissions: Option<&'w Permissions>,
    pub(super) working_directory: &'w Field<String>,
    /// The steps of composite actions of the repository.
    pub(super) follow: &'w dyn Fn(&ActionRef, &mut Progress) -> Vec<Step>,
    /// The names of the directories in a directory of the repository.
    pub(super) children: &'w dyn Fn(&str) -> Option<Vec<String>>,
    /// Whether a local action or workflow is there.
    pub(super) exists: &'w dyn Fn(&str) -> Option<bool>,
}

/// Reads a job. `at` is its id.
pub(super) fn read(around: &Around<'_>, id: &str, at: Place, node: NodeRef<'_>) -> Job {
    let reader = Reader::new(node).blaming(at);
    let condition = written(reader, "if");
    let environment = environment(reader);
    let own_env = env(reader, "env");
    let defaults = reader.child("defaults").child("run");
    let directory =
        written(defaults, "working-directory").map(|path| trimmed(&path)).or(|| around.working_directory.clone());
    let guarded = !condition.is_absent() || !environment.is_absent();
    let secret = |env: &EnvVar| {
        let secret = env.reads.value().filter(|_| env.source == ValueSource::Secret)?;
        Some((env.name.clone(), secret.clone()))
    };
    let mut progress = Progress {
        job: id.to_owned(),
        index: 0,
        position: 0,
        guarded,
        excludes_pull_requests: condition.value().is_some_and(|condition| step::excludes_pull_requests(condition)),
        working_directory: match directory {
            Field::Absent(_) => Field::Absent(at),
            other => other,
        },
        secrets_in_env: own_env.iter().chain(around.env).filter_map(secret).collect(),
        actions: Vec::new(),
        built: Vec::new(),
        reports: Vec::new(),
        in_action: false,
        runs_on_arm: runs_on_arm(&strings(reader, "runs-on"), at),
    };
    let steps = steps(around, reader, &mut progress);
    let permissions = Permissions::read(reader);
    let texts: Vec<&str> = steps
        .iter()
        .flat_map(|step| step.texts.iter().chain(step.working_directory.value()))
        .map(String::as_str)
        .collect();
    let given = [env(reader, "with"), env(reader, "secrets")];
    let given: Vec<String> = given.iter().flatten().chain(&own_env).map(|variable| variable.text.clone()).collect();
    let named = |list: fn(&Step) -> &List<String>, context: &str| {
        let of_steps = steps.iter().flat_map(|step| list(step)).cloned();
        each_once(of_steps.chain(step::names_in(&given, &condition, context)), at)
    };
    let uses = reader.get("uses").and_then(|node| around.source.action(node));
    let uses = uses.map(|mut uses| {
        found(&mut uses, around.exists);
        uses
    });
    let local_cluster = steps.iter().any(|step| step.is_local_cluster);
    let reads_secret = |step: &&Arc<Step>| step.secrets.iter().any(|name| name != "GITHUB_TOKEN");
    let pushing = steps.iter().map(|step| &step.pushes_images).find(|pushes| pushes.value() != Some(&false));
    let services = service::read(reader, &texts);
    Job {
        at,
        id: id.to_owned(),
        name: written(reader, "name"),
        needs: strings(reader, "needs"),
        all_needs: List::empty(at),
        unknown_needs: List::empty(at),
        runs_on: strings(reader, "runs-on"),
        if_secrets: step_if_secrets(&condition, at),
        if_branches: List::new(condition.value().map_or_else(Vec::new, |text| branches(text)), condition.place()),
        matrix: matrix::read(reader, &texts, around.children),
        container: reader.field("container", |node| match node.shape() {
            Shape::Mapping => Reader::new(node).field("image", value),
            _ => value(node),
        }),
        commands: List::new(steps.iter().flat_map(|step| &step.commands).cloned().collect(), steps.at),
        effective_permissions: permissions.clone().or_else(|| around.permissions.cloned()),
        timeout_minutes: reader.int("timeout-minutes"),
        continue_on_error: step::switch(reader, "continue-on-error"),
        tools: each_once(steps.iter().flat_map(|step| &step.tools).cloned(), at),
        scans: List::new(steps.iter().filter_map(|step| step.scan.clone()).collect(), at),
        builds: List::new(steps.iter().flat_map(|step| &step.builds).cloned().collect(), at),
        pushes_images: pushing.cloned().unwrap_or_else(|| Always::known(false, at)),
        tests: steps.iter().any(|step| step.tests) || names_tests(id) && steps.iter().any(|step| runs_matrix(step)),
        deploys: !local_cluster && !is_trial(id) && steps.iter().any(|step| step.deploys),
        uses_docker: steps.iter().any(|step| step.uses_docker),
        secrets: named(|step| &step.secrets, "secrets."),
        variables: named(|step| &step.variables, "vars."),
        guards_secrets: guarded
            || (steps.iter().filter(reads_secret).all(|step| step.guarded) && guards_env(&own_env, &steps)),
        excludes_pull_requests: progress.excludes_pull_requests,
        path: PathText(around.source.path.to_owned()),
        workflow: around.workflow.to_owned(),
        events: List::empty(at),
        r#if: condition,
        permissions,
        environment,
        services,
        steps,
        uses,
        env: own_env,
    }
}

/// Whether the id of a job says that it tests.
fn names_tests(id: &str) -> bool {
    id.split(['-', '_']).any(|word| matches!(word, "test" | "tests"))
}

/// Whether the commands of a step stand in the matrix of its job.
fn runs_matrix(step: &Step) -> bool {
    step.run.value().is_some_and(|run| run.trim_start().starts_with("${{ matrix."))
}

/// Names in order, each once.
fn each_once(names: impl Iterator<Item = String>, at: Place) -> List<String> {
    List::new(names.collect::<BTreeSet<String>>().into_iter().collect(), at)
}

/// Whether steps have a condition that could not do without a secret in the environment of their job: those whose script
/// names the variable, and at least one, since scripts of the repository read it as well.
fn guards_env(env: &List<EnvVar>, steps: &List<Arc<Step>>) -> bool {
    let is_secret = |variable: &&EnvVar| {
        variable.source == ValueSource::Secret && variable.reads.value().is_none_or(|name| name != "GITHUB_TOKEN")
    };
    env.iter().filter(is_secret).all(|variable| {
        let names = |step: &&Arc<Step>| step.run.value().is_some_and(|run| run.contains(&variable.name));
        steps.iter().any(|step| step.guarded) && steps.iter().filter(names).all(|step| step.guarded)
    })
}

/// Whether the labels of a runner are those of a machine with an ARM processor (GitHub, "Standard GitHub-hosted runners").
fn runs_on_arm(labels: &List<Field<String>>, at: Place) -> Always<bool> {
    let is_arm = |label: &str| label.to_ascii_lowercase().split(['-', '_']).any(|part| part.starts_with("arm"));
    let unresolved = labels.iter().find(|label| matches!(label, Field::Unresolved(_)));
    match unresolved {
        _ if labels.values().any(|label| is_arm(label)) => Always::known(true, labels.at),
        Some(label) => label.clone().map(|_| false).or_default(false),
        None => Always::known(false, at),
    }
}

/// Whether the id of a job says that what it deploys is for a test.
fn is_trial(id: &str) -> bool {
    let lower = id.to_ascii_lowercase();
    ["test", "e2e", "validat", "verify", "smoke", "lint", "check"].iter().any(|word| lower.contains(word))
}

fn trimmed(path: &str) -> String {
    path.trim_start_matches("./").trim_end_matches('/').to_owned()
}

fn step_if_secrets(condition: &Field<String>, at: Place) -> List<Field<String>> {
    let reads = condition.value().map_or_else(Vec::new, |text| expression::reads(text));
    let named = reads.into_iter().filter(|read| read.name.starts_with("secrets."));
    let place = if condition.is_absent() { at } else { condition.place() };
    List::new(named.map(|read| Field::known(read.name, place)).collect(), place)
}

/// Says of a local action or workflow whether it is there.
pub(super) fn found(uses: &mut ActionRef, exists: &dyn Fn(&str) -> Option<bool>) {
    if uses.pin == super::action::Pin::Local
        && let Some(found) = exists(&uses.name)
    {
        uses.found = Field::known(found, uses.at);
    }
}

fn steps(around: &Around<'_>, reader: Reader<'_>, progress: &mut Progress) -> List<Arc<Step>> {
    let at = reader.get("steps").and_then(NodeRef::key_place).unwrap_or(reader.place());
    let mut out = Vec::new();
    for node in reader.get("steps").into_iter().flat_map(NodeRef::items) {
        let mut step = step::read(around.source, node, progress);
        if let Some(uses) = step.uses.as_mut() {
            found(uses, around.exists);
        }
        let inner = step.uses.as_ref().map_or_else(Vec::new, |uses| (around.follow)(uses, progress));
        out.push(Arc::new(step));
        out.extend(inner.into_iter().map(Arc::new));
        if out.len() >= MAX_STEPS {
            break;
        }
    }
    List::new(out, at)
}

fn environment(reader: Reader<'_>) -> Field<String> {
    reader.field("environment", |node| match node.shape() {
        Shape::Mapping => Reader::new(node).field("name", value),
        _ => value(node),
    })
}

/// The branches that a condition names: `refs/heads/main`, or the name that `github.ref_name` is compared with.
fn branches(condition: &str) -> Vec<String> {
    let mut out = Vec::new();
    let quoted = condition.split(['\'', '"']).skip(1).step_by(2);
    let by_name = condition.contains("ref_name") || condition.contains("base_ref") || condition.contains("head_branch");
    for text in quoted {
        match text.strip_prefix("refs/heads/") {
            Some(branch) if !branch.is_empty() => out.push(branch.to_owned()),
            None if by_name => out.push(text.to_owned()),
            _ => {}
        }
    }
    out
}
