//! What a step opens to others: text that they choose, secrets that it prints, code that they propose.

use crate::model::read::Reader;
use crate::model::value::{Always, Field, List};
use crate::source::Place;

use super::command::{self, Command};
use super::expression;
use super::step::Input;
use super::variable::{EnvVar, ValueSource};

/// Contexts whose value somebody outside can choose (GitHub, "Script injections").
const UNTRUSTED: &[&str] = &[
    "github.head_ref",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.head_commit.message",
    "github.event.head_commit.author.name",
    "github.event.head_commit.author.email",
    "github.event.commits.*.message",
    "github.event.commits.*.author.name",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.message",
    "github.event.pages.*.page_name",
];

/// What others can choose of the text that a step runs.
pub(super) fn untrusted(reader: Reader<'_>, file: &str, action: &str) -> List<Field<String>> {
    let script = match reader.get("run") {
        Some(run) => Some(run),
        None if action == "actions/github-script" => reader.child("with").get("script"),
        None => None,
    };
    let Some(node) = script else { return List::empty(reader.place()) };
    let text = node.text().unwrap_or("");
    let mapped = command::mapped(node, file);
    let found = expression::reads_in(text).into_iter().filter(|read| UNTRUSTED.contains(&read.name.as_str()));
    let items = found.map(|read| {
        let place = mapped
            .as_ref()
            .map_or(node.place(), |mapped| Place { file: node.place().file, span: mapped.span_of(read.range.clone()) });
        Field::known(read.name, place)
    });
    List::new(items.collect(), node.place())
}

/// The secrets that commands print.
pub(super) fn printed_secrets(
    commands: &[Command],
    own: &List<EnvVar>,
    inherited: &[(String, String)],
    at: Place,
) -> List<Field<String>> {
    let of_env = |name: &str| {
        let own = own.iter().find(|env| env.name == name);
        match own {
            Some(env) if env.source == ValueSource::Secret => env.reads.value().cloned(),
            Some(_) => None,
            None => inherited.iter().find(|(known, _)| known == name).map(|(_, secret)| secret.clone()),
        }
    };
    let mut items = Vec::new();
    for command in
        commands.iter().filter(|command| command.prints && matches!(command.name.as_str(), "echo" | "printf"))
    {
        for word in command.words.iter().skip(1) {
            // GitHub's own commands, such as `::add-mask::`, are not shown.
            if word.starts_with("::") {
                break;
            }
            let read = expression::reads_in(word)
                .into_iter()
                .find_map(|read| read.name.strip_prefix("secrets.").map(str::to_owned));
            let variable = word.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
            if let Some(secret) = read.or_else(|| variable.and_then(of_env)) {
                items.push(Field::known(secret, command.at));
            }
        }
    }
    List::new(items, at)
}

/// Whether the head of a pull request is checked out, which somebody outside may have written.
pub(super) fn checks_out_head(action: &str, inputs: &List<Input>, commands: &[Command], at: Place) -> Always<bool> {
    const HEADS: &[&str] =
        &["github.event.pull_request.head.", "github.head_ref", "refs/pull/", "github.event.workflow_run.head_"];
    let input = inputs.iter().find(|input| input.name == "ref" && HEADS.iter().any(|head| input.text.contains(head)));
    if let Some(input) = input.filter(|_| action == "actions/checkout") {
        return Always::known(true, input.value.place());
    }
    let by_command = |command: &&Command| {
        command.text.starts_with("gh pr checkout")
            || (command.name == "git" && command.text.contains("refs/pull/") && command.text.contains("fetch"))
    };
    match commands.iter().find(by_command) {
        Some(command) => Always::known(true, command.at),
        None => Always::known(false, at),
    }
}
