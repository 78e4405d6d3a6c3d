//! How a compose service's image is built, and its commands.

use super::environment::{ComposeVariable, Granted, read_variables};
use super::fields::{Fields, slice, text};
use super::presence::unseen;
use super::scope::{Scope, path_from};
use super::tree::{Data, Value};
use crate::model;
use crate::model::healthcheck::split_words;
use crate::model::schema::PathText;
use crate::model::value::{Always, Field, List};
use crate::source::Place;

model! {
    /// How a compose service's image is built.
    pub struct ComposeBuild as "compose.build" {
        /// The build context as written; `.` where none is (Compose Build Specification).
        context: Always<String>,
        /// The context relative to the root of the run; unresolved where it leads out of it or is an address.
        context_path: Field<PathText>,
        /// The Dockerfile as written, relative to the context; `Dockerfile` where none is.
        dockerfile: Always<String>,
        /// The Dockerfile relative to the root of the run; absent where it is written inline.
        dockerfile_path: Field<PathText>,
        /// Whether the Dockerfile is written in the compose file.
        is_inline: bool,
        /// Whether the context is a directory of the repository; true where it lies on another machine.
        context_exists: Always<bool>,
        /// Whether the Dockerfile is a file of the repository; true where it lies on another machine or is inline.
        dockerfile_exists: Always<bool>,
        /// The stage that is built.
        target: Field<String>,
        /// The same in lower case, as names of stages are compared.
        target_stage: Field<String>,
        /// Build arguments.
        args: List<ComposeVariable>,
    }
    with {
        /// Whether a variable takes part in the paths, so that they may be others on another machine.
        has_variable_path: bool,
    }
    label(build) { build.context.value().cloned().unwrap_or_default() }
}

model! {
    /// A `command` or `entrypoint`; compose splits a string into words without running a shell.
    pub struct ComposeCommand as "compose.command" {
        /// As one text.
        text: Field<String>,
        /// Its words.
        words: List<Field<String>>,
        /// Whether it is written as a list.
        is_list: bool,
    }
    label(command) { command.text.value().cloned().unwrap_or_default() }
}

/// Reads the `build` of a service.
pub(super) fn read_build(value: &Value, scope: &Scope<'_>) -> Field<ComposeBuild> {
    if !matches!(value.data, Data::Map(_)) {
        return Field::malformed(value.excerpt(), "a path or a mapping with `context`", value.at);
    }
    let at = value.anchor();
    let fields = Fields::new(value, at);
    let context = fields.text("context").or_default(".".to_owned());
    let context_path = scope.path(&forward(context.field()));
    let dockerfile = fields.text("dockerfile").or_default("Dockerfile".to_owned());
    let is_inline = fields.get("dockerfile_inline").is_some();
    let dockerfile_path = match &context_path {
        _ if is_inline => Field::Absent(at),
        Field::Known(directory, _) => path_from(&directory.0, &forward(dockerfile.field())),
        other => other.clone(),
    };
    let args = read_variables(fields, "args", &Granted::new(&List::empty(at)), &|name| scope.env(name));
    let target = fields.text("target");
    let has_variable = |key: &str| fields.get(key).and_then(slice).is_some_and(super::text::Slice::has_variable);
    let build = ComposeBuild {
        at,
        has_variable_path: has_variable("context") || has_variable("dockerfile"),
        context_exists: unseen(context.place()),
        dockerfile_exists: unseen(dockerfile.place()),
        context,
        context_path,
        dockerfile,
        dockerfile_path,
        is_inline,
        target_stage: target.clone().map(|name| name.to_lowercase()),
        target,
        args,
    };
    Field::known(build, at)
}

/// A path with slashes: on Windows compose takes either kind.
fn forward(path: &Field<String>) -> Field<String> {
    path.clone().map(|text| text.replace('\\', "/"))
}

/// Reads a `command` or `entrypoint`.
pub(super) fn read_command(value: &Value) -> Field<ComposeCommand> {
    let at = value.anchor();
    let command = if let Data::List(items) = &value.data {
        let words = List::new(items.iter().map(text).collect(), at);
        ComposeCommand { at, text: joined(&words, value.at), words, is_list: true }
    } else {
        let Some(whole) = slice(value) else {
            return Field::malformed(value.excerpt(), "a string or a list of words", value.at);
        };
        let words = split_words(whole.raw()).into_iter().map(|(word, range)| {
            let part = whole.sub(range);
            if part.is_unknown() { part.unresolved() } else { Field::known(word, part.place()) }
        });
        ComposeCommand { at, words: List::new(words.collect(), at), text: whole.string(), is_list: false }
    };
    Field::known(command, at)
}

fn joined(words: &List<Field<String>>, at: Place) -> Field<String> {
    if let Some(unknown) = words.iter().find(|word| word.value().is_none()) {
        return unknown.clone();
    }
    let words: Vec<&str> = words.values().map(String::as_str).collect();
    Field::known(words.join(" "), at)
}
