//! A step: the action it uses or the commands it runs, and what they amount to.

use std::collections::BTreeSet;

use crate::model;
use crate::model::read::{Reader, text};
use crate::model::schema::PathText;
use crate::model::value::{Always, Field, List};
use crate::source::{FileId, Place};
use crate::syntax::yaml::{Comment, NodeRef, Style};

use super::action::{self, ActionRef};
use super::calls::MissingCall;
use super::command::{self, Command};
use super::exposure::{checks_out_head, printed_secrets, untrusted};
use super::expression;
use super::image::{self, BuiltImage, ImageBuild, Scan};
use super::pushing;
use super::testing;
use super::tools;
use super::variable::{EnvVar, env};

model! {
    /// An input that a step gives to its action.
    pub struct Input as "workflow.input" {
        /// Its name.
        name: String,
        /// As written.
        text: String,
        /// Its value; not known where an expression decides it.
        value: Field<String>,
    }
    label(input) { input.name.clone() }
}

model! {
    /// A step of a job or of a composite action.
    pub struct Step as "workflow.step" {
        /// Its position in the job, from 1.
        index: i64,
        /// Its name.
        name: Field<String>,
        /// Its id.
        id: Field<String>,
        /// Name, else id, else action, else first command: what people call it.
        title: String,
        /// The action it uses.
        uses: Option<ActionRef>,
        /// The script it runs, as written.
        run: Field<String>,
        /// The commands of the script.
        commands: List<Command>,
        /// Scripts of a `package.json`, targets of a Makefile and paths of tests that its commands call by name, and that
        /// the repository does not have.
        missing_calls: List<MissingCall>,
        /// The inputs of the action.
        inputs: List<Input>,
        /// Its own environment.
        env: List<EnvVar>,
        /// Its condition, as written.
        r#if: Field<String>,
        /// Secrets that the condition names, which GitHub refuses.
        if_secrets: List<Field<String>>,
        /// Whether it runs when an earlier step has failed.
        runs_always: bool,
        /// Whether its job goes on where it fails.
        continue_on_error: Always<bool>,
        /// The directory it runs in, as written, without `./`.
        working_directory: Field<String>,
        /// The secrets it reads, by name.
        secrets: List<String>,
        /// The variables of the repository it reads, by name.
        variables: List<String>,
        /// The scanners it runs, such as `trivy`.
        tools: List<String>,
        /// Whether it runs tests.
        tests: bool,
        /// Whether it deploys.
        deploys: bool,
        /// Whether it takes a deployment back, or does so where that fails.
        rolls_back: bool,
        /// The images it builds.
        builds: List<ImageBuild>,
        /// The images it pushes.
        pushed: List<BuiltImage>,
        /// Whether it pushes an image.
        pushes_images: Always<bool>,
        /// The same, and yes where an expression decides.
        may_push: bool,
        /// Whether a program, a script or an action of somebody else may push an image, as its name or options say.
        may_push_otherwise: bool,
        /// Its scan for vulnerabilities.
        scan: Option<Scan>,
        /// Expressions in a script whose value anybody can choose who opens an issue or a pull request.
        untrusted: List<Field<String>>,
        /// Secrets that it prints into the log.
        printed_secrets: List<Field<String>>,
        /// Whether it checks out the commit of a pull request.
        checks_out_head: Always<bool>,
        /// Whether Docker is needed for it.
        uses_docker: bool,
        /// The actions that earlier steps of the job use, by name.
        previous_actions: List<String>,
        /// The images that earlier steps of the job build, as written.
        built_before: List<String>,
        /// The files of reports that earlier steps of the job write, as written.
        reports_before: List<String>,
        /// Whether its job, or one that this needs, scanned the image or its files before.
        scanned_before: Always<bool>,
        /// The same for scans that fail where they find something.
        gated_before: Always<bool>,
        /// The id of its job.
        job: String,
        /// The path of its workflow or action.
        path: PathText,
        /// The events that start its workflow, those of its callers included.
        events: List<String>,
        /// Whether it, or its job, has a condition, or waits for an environment.
        guarded: bool,
        /// Whether a condition keeps pull requests out.
        excludes_pull_requests: bool,
        /// Whether it stands in a composite action.
        in_action: bool,
        /// Whether its job runs on a machine with an ARM processor, as the label says.
        runs_on_arm: Always<bool>,
        /// The platforms for which the steps of its workflow build images; of one that names none, the runner's own.
        workflow_platforms: List<Field<String>>,
    }
    with {
        /// All text in which expressions may stand.
        texts: Vec<String>,
        /// Whether it starts a cluster that ends with the job.
        is_local_cluster: bool,
    }
    label(step) { step.title.clone() }
}

/// The file that is read.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    pub(super) file: FileId,
    pub(super) path: &'s str,
    pub(super) text: &'s str,
    pub(super) comments: &'s [Comment],
}

impl Source<'_> {
    /// The comment behind a place on the same line.
    fn comment_behind(&self, at: Place) -> Option<&str> {
        let end = at.span.end;
        let index = self.comments.partition_point(|comment| comment.span.start < end);
        let comment = self.comments.get(index)?;
        let between = self.text.get(end as usize..comment.span.start as usize)?;
        (!between.contains('\n')).then_some(comment.text.as_str())
    }

    /// What stands behind `uses`.
    pub(super) fn action(&self, node: NodeRef<'_>) -> Option<ActionRef> {
        let text = node.text()?;
        let place = node.place();
        let quote = u32::from(node.style() != Some(Style::Plain));
        let mut at = place;
        at.span.start += quote;
        let verbatim = at.span.start as usize + text.len() <= self.text.len()
            && self.text.get(at.span.start as usize..at.span.start as usize + text.len()) == Some(text);
        let mut action = action::read(text, if verbatim { at } else { place }, verbatim, self.comment_behind(place));
        action.at = place;
        Some(action)
    }
}

/// Text that may hold expressions: not known where it does.
pub(super) fn value(node: NodeRef<'_>) -> Field<String> {
    match text(node) {
        Field::Known(text, origin) if expression::has(&text) => Field::unresolved(text, expression::WHY, origin.at),
        other => other,
    }
}

/// Text as written, expressions included.
pub(super) fn written(reader: Reader<'_>, key: &str) -> Field<String> {
    reader.field(key, |node| match node.text() {
        Some(text) => Field::known(text.to_owned(), node.place()),
        None => text(node),
    })
}

/// A switch; an expression decides it when the workflow runs.
pub(super) fn switch(reader: Reader<'_>, key: &str) -> Always<bool> {
    reader.field(key, crate::model::read::boolean).or_default(false)
}

/// What steps before leave behind, and what the job says of all of them.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub(super) job: String,
    pub(super) index: i64,
    pub(super) position: i64,
    pub(super) guarded: bool,
    pub(super) excludes_pull_requests: bool,
    pub(super) working_directory: Field<String>,
    /// Environment of workflow and job: the name, and the secret that it holds.
    pub(super) secrets_in_env: Vec<(String, String)>,
    pub(super) actions: Vec<String>,
    pub(super) built: Vec<String>,
    pub(super) reports: Vec<String>,
    pub(super) in_action: bool,
    pub(super) runs_on_arm: Always<bool>,
}

/// Reads a step.
pub(super) fn read(source: Source<'_>, node: NodeRef<'_>, progress: &mut Progress) -> Step {
    progress.index += 1;
    let at = node.entries().next().map_or_else(|| node.place(), |first| first.key_node.place());
    let reader = Reader::new(node).blaming(at);
    let continue_on_error = switch(reader, "continue-on-error");
    let condition = written(reader, "if");
    let ignores = continue_on_error.value().copied().unwrap_or(false);
    let commands = reader
        .get("run")
        .map_or_else(Vec::new, |run| command::read(run, source.file, source.text, &mut progress.position, ignores));
    let uses = reader.get("uses").and_then(|node| source.action(node));
    let inputs = inputs(reader);
    let env = env(reader, "env");
    let run = written(reader, "run");
    let name = written(reader, "name");
    let action = uses.as_ref().map_or("", |uses| uses.name.as_str()).to_owned();
    let images = Images::of(&action, &inputs, &commands, at);
    let scan = image::scan_of_action(&action, &inputs, at, ignores)
        .or_else(|| commands.iter().find_map(image::scan_of_command));
    let id = written(reader, "id");
    let directory = written(reader, "working-directory");
    let given = inputs.iter().map(|input| &input.text).chain(env.iter().map(|env| &env.text));
    let own = [run.value(), condition.value()].into_iter().flatten();
    let texts: Vec<String> = own.chain(given).chain(directory.value()).cloned().collect();
    let step = Step {
        at,
        missing_calls: List::empty(at),
        index: progress.index,
        title: title(&name, &id, uses.as_ref(), &run),
        id,
        if_secrets: if_secrets(&condition, at),
        runs_always: condition.value().is_some_and(|condition| runs_always(condition)),
        working_directory: directory
            .map(|path| path.trim_start_matches("./").trim_end_matches('/').to_owned())
            .or(|| progress.working_directory.clone()),
        secrets: List::new(names_in(&texts, &condition, "secrets."), at),
        variables: List::new(names_in(&texts, &condition, "vars."), at),
        tests: commands.iter().any(testing::is_test)
            || (!commands.is_empty() && name.value().is_some_and(|name| testing::title_tests(name))),
        deploys: tools::action_deploys(&action) || commands.iter().any(tools::is_deployment),
        rolls_back: commands.iter().any(tools::is_rollback),
        untrusted: untrusted(reader, source.text, &action),
        printed_secrets: printed_secrets(&commands, &env, &progress.secrets_in_env, at),
        checks_out_head: checks_out_head(&action, &inputs, &commands, at),
        uses_docker: action.starts_with("docker/") || commands.iter().any(|command| command.name == "docker"),
        previous_actions: List::new(progress.actions.clone(), at),
        built_before: List::new(progress.built.clone(), at),
        reports_before: List::new(progress.reports.clone(), at),
        scanned_before: Always::known(false, at),
        gated_before: Always::known(false, at),
        job: progress.job.clone(),
        path: PathText(source.path.to_owned()),
        events: List::empty(at),
        guarded: progress.guarded || !condition.is_absent(),
        excludes_pull_requests: progress.excludes_pull_requests
            || condition.value().is_some_and(|condition| excludes_pull_requests(condition)),
        in_action: progress.in_action,
        runs_on_arm: progress.runs_on_arm.clone(),
        workflow_platforms: List::empty(at),
        tools: List::new(scanners(&action, &commands), at),
        is_local_cluster: tools::action_is_local_cluster(&action) || commands.iter().any(tools::is_local_cluster),
        may_push_otherwise: pushing::action(&action) || commands.iter().any(pushing::command),
        commands: List::new(commands, run.place()),
        may_push: images.publishes.value() != Some(&false),
        pushes_images: images.publishes,
        pushed: images.pushed,
        builds: images.builds,
        continue_on_error,
        r#if: condition,
        name,
        uses,
        run,
        inputs,
        env,
        scan,
        texts,
    };
    progress.after(&step);
    step
}

fn inputs(reader: Reader<'_>) -> List<Input> {
    reader.map("with", |name, at, node| Input {
        at,
        name: name.to_owned(),
        text: node.text().unwrap_or("").to_owned(),
        value: value(node),
    })
}

/// What people call a step.
fn title(name: &Field<String>, id: &Field<String>, uses: Option<&ActionRef>, run: &Field<String>) -> String {
    if let Some(given) = name.value().or(id.value()).or(uses.map(|uses| &uses.text)) {
        return given.clone();
    }
    let first = run.value().and_then(|run| run.lines().find(|line| !line.trim().is_empty()));
    first.unwrap_or("a step").trim().to_owned()
}

fn runs_always(condition: &str) -> bool {
    let condition = condition.replace(' ', "");
    ["always()", "!cancelled()", "failure()"].iter().any(|call| condition.contains(call))
}

/// What the texts and a condition, which is an expression without braces too, read of a context such as `secrets.`, by
/// name.
pub(super) fn names_in(texts: &[String], condition: &Field<String>, context: &str) -> Vec<String> {
    let conditions = condition.value().into_iter().flat_map(|condition| expression::reads(condition));
    let reads = texts.iter().flat_map(|text| expression::reads_in(text)).chain(conditions);
    let names: BTreeSet<String> = reads.filter_map(|read| read.name.strip_prefix(context).map(str::to_owned)).collect();
    names.into_iter().collect()
}

fn scanners(action: &str, commands: &[Command]) -> Vec<String> {
    let of_commands = commands.iter().filter_map(tools::of_command);
    let names: BTreeSet<&str> = tools::of_action(action).into_iter().chain(of_commands).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// The images of a step.
struct Images {
    builds: List<ImageBuild>,
    pushed: List<BuiltImage>,
    /// Whether it pushes any.
    publishes: Always<bool>,
}

impl Images {
    fn of(action: &str, inputs: &List<Input>, commands: &[Command], at: Place) -> Self {
        let mut builds: Vec<ImageBuild> = commands.iter().filter_map(image::build_of_command).collect();
        builds.extend(image::build_of_action(action, inputs, at));
        let of_commands = commands.iter().filter_map(image::push_of_command).filter(|image| !image.is_local());
        let mut pushed = List::new(of_commands.collect(), at);
        let stays = |build: &ImageBuild| build.images.unseen.is_none() && build.images.iter().any(BuiltImage::is_local);
        let may_push: Vec<&ImageBuild> =
            builds.iter().filter(|build| build.pushes.value() != Some(&false) && !stays(build)).collect();
        let is_pushed = !pushed.items.is_empty() || may_push.iter().any(|build| build.pushes.value() == Some(&true));
        pushed.items.extend(may_push.iter().flat_map(|build| &build.images).cloned());
        pushed.unseen = may_push.iter().find_map(|build| build.images.unseen.clone());
        let publishes = match may_push.first() {
            _ if is_pushed => Always::known(true, pushed.items.first().map_or(at, |image| image.at)),
            Some(undecided) => undecided.pushes.clone(),
            None => Always::known(false, at),
        };
        Self { pushed, publishes, builds: List::new(builds, at) }
    }
}

/// What steps before leave behind of each kind; each step carries a copy.
const MAX_BEFORE: usize = 200;

impl Progress {
    fn after(&mut self, step: &Step) {
        self.take(step);
        for list in [&mut self.actions, &mut self.built, &mut self.reports] {
            list.truncate(MAX_BEFORE);
        }
    }

    fn take(&mut self, step: &Step) {
        self.actions.extend(step.uses.iter().map(|uses| uses.name.clone()));
        self.built.extend(step.builds.iter().flat_map(|build| &build.images).map(|image| image.text.clone()));
        self.reports.extend(step.scan.iter().filter_map(|scan| scan.output.value().cloned()));
        for command in &step.commands {
            let mut words = command.words.iter();
            while let Some(word) = words.next() {
                if matches!(word.as_str(), "-o" | "--output" | "--sarif-file-output") {
                    self.reports.extend(words.next().cloned());
                } else if let Some((_, value)) = word.split_once('=').filter(|(option, _)| option.contains("output")) {
                    self.reports.push(value.to_owned());
                }
            }
        }
    }
}

/// Whether a condition keeps pull requests out: it names a branch or tag, or the event. What an earlier job or step has
/// found out may say so too.
pub(super) fn excludes_pull_requests(condition: &str) -> bool {
    let text = condition.replace([' ', '"'], "").replace('"', "'");
    [
        "refs/heads/",
        "refs/tags/",
        "github.ref_name",
        "github.ref_type",
        "github.event_name",
        "github.event.pull_request",
        ".outputs.",
        // A workflow of this name is not started by them.
        "github.workflow==",
    ]
    .iter()
    .any(|part| text.contains(part))
}

fn if_secrets(condition: &Field<String>, at: Place) -> List<Field<String>> {
    let items = condition.value().map_or_else(Vec::new, |text| {
        let reads = expression::reads(text).into_iter().filter(|read| read.name.starts_with("secrets."));
        reads.map(|read| Field::known(read.name, condition.place())).collect()
    });
    List::new(items, if condition.is_absent() { at } else { condition.place() })
}
