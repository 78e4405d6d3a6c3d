//! Files of variables that services are given (`env_file`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::dotenv::{Set, assigned};
use super::environment::{ComposeVariable, Granted, read_variable};
use super::fields::{Fields, boolean, text};
use super::presence::unseen;
use super::scope::Scope;
use super::tree::{Data, Value};
use super::{EnvSource, Trouble};
use crate::discover::is_settings;
use crate::model;
use crate::model::schema::PathText;
use crate::model::value::{Always, Field, List};
use crate::source::{FileId, Place};
use crate::syntax::dotenv::{self, Assignments};

model! {
    /// A file of environment variables.
    pub struct EnvFile as "compose.env_file" {
        /// The path as written.
        path: Field<String>,
        /// The path relative to the root of the run.
        resolved_path: Field<PathText>,
        /// Whether compose refuses to start without it.
        required: Always<bool>,
        /// How it is written: `raw`, where quotes and `$` mean themselves; absent for the usual form.
        format: Field<String>,
        /// Whether it is a file of the repository.
        exists: Always<bool>,
        /// Whether an example of it, such as `app.env.example`, stands beside it.
        has_example: Always<bool>,
        /// Whether git ignores it, as a file that everybody makes for themselves.
        is_ignored: Always<bool>,
    }
    label(file) { file.path.value().cloned().unwrap_or_default() }
}

/// Reads one item of `env_file`.
pub(super) fn read_env_file(item: &Value, scope: &Scope<'_>, out: &mut Vec<EnvFile>) {
    let (path, required, format) = match &item.data {
        Data::Map(_) => {
            let fields = Fields::new(item, item.anchor());
            (fields.text("path"), fields.field("required", boolean), fields.text("format"))
        }
        _ => (text(item), Field::Absent(item.at), Field::Absent(item.at)),
    };
    if let Field::Known(name, origin) = &format
        && name != RAW
    {
        let message = format!("`{name}` is no format of an `env_file`");
        scope.trouble(Trouble::invalid(origin.at, message).with_help("write `raw`, or leave it out"));
    }
    let resolved_path = scope.path(&path);
    let at = path.place();
    let required = required.or_default(true);
    let (exists, has_example, is_ignored) = (unseen(at), unseen(at), unseen(at));
    out.push(EnvFile { at, path, resolved_path, required, format, exists, has_example, is_ignored });
}

/// The format in which every line is taken as it stands.
const RAW: &str = "raw";

/// The text of a file of variables, read once for all services.
pub(super) struct EnvText<'t> {
    file: FileId,
    read: Assignments<'t>,
}

impl<'t> EnvText<'t> {
    /// Reads a file, and reports what compose refuses in it.
    pub(super) fn new(text: EnvSource<'t>, is_raw: bool, named: Place, scope: &Scope<'_>) -> Self {
        let read = if is_raw { dotenv::parse_raw(text.text) } else { dotenv::parse(text.text) };
        for problem in &read.problems {
            let place = Place { file: text.file, span: problem.span };
            scope
                .trouble(Trouble::invalid(place, problem.message.clone()).with_related(named, "compose reads it here"));
        }
        Self { file: text.file, read }
    }
}

/// Adds what the files set and `variables` do not. What one of them says a later one may replace.
pub(super) fn add(variables: &mut List<ComposeVariable>, files: &[EnvFile], granted: &Granted<'_>, scope: &Scope<'_>) {
    if files.is_empty() {
        return;
    }
    let own: BTreeMap<&str, Option<&str>> =
        variables.iter().map(|variable| (variable.key.as_str(), variable.value.value().map(String::as_str))).collect();
    let outer = |name: &str| scope.env(name).or_else(|| own.get(name).copied().flatten());
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    // Why a later file, which is not known, may say something else.
    let mut hidden: Option<(&EnvFile, &'static str)> = None;
    for file in files {
        let text = match read(file, scope) {
            Ok(text) => text,
            Err(why) => {
                hidden.get_or_insert((file, why));
                known.clear();
                for one in &mut found {
                    one.hidden_by = Some((file, why));
                }
                continue;
            }
        };
        for set in assigned(text.file, &text.read, &outer, &mut known, scope) {
            if own.contains_key(set.key.as_str()) || !scope.afford_variable() {
                continue;
            }
            let one = Found { file, set, hidden_by: None };
            if let Some(earlier) = index.get(&one.set.key).and_then(|at| found.get_mut(*at)) {
                *earlier = one;
            } else {
                index.insert(one.set.key.clone(), found.len());
                found.push(one);
            }
        }
    }
    if !scope.has_variables_left() {
        hidden = hidden.or_else(|| files.first().map(|file| (file, "the project has too many variables")));
    }
    let read: Vec<ComposeVariable> = found.into_iter().map(|one| one.variable(granted)).collect();
    variables.items.extend(read);
    if let Some((file, why)) = hidden
        && let Field::Unresolved(unseen) =
            Field::<()>::unresolved(file.path.value().cloned().unwrap_or_default(), why, file.at)
    {
        variables.unseen.get_or_insert(unseen);
    }
}

const NOT_HERE: &str = "further variables may stand in an `env_file` that is not in the repository";
const NOT_KNOWN: &str = "further variables may stand in an `env_file`, and which one is not known";

fn read<'s>(file: &EnvFile, scope: &Scope<'s>) -> Result<Rc<EnvText<'s>>, &'static str> {
    let Field::Known(PathText(path), _) = &file.resolved_path else { return Err(NOT_KNOWN) };
    let is_raw = file.format.value().is_some_and(|format| format == RAW);
    scope.env_text(path, is_raw, file.at).ok_or(NOT_HERE)
}

/// A variable of a file.
struct Found<'f> {
    file: &'f EnvFile,
    set: Set,
    /// A later file that may say something else.
    hidden_by: Option<(&'f EnvFile, &'static str)>,
}

impl Found<'_> {
    fn variable(self, granted: &Granted<'_>) -> ComposeVariable {
        let Set { key, key_at, value } = self.set;
        let at = value.as_ref().map_or(key_at, |value| value.at);
        let value = Value::new(value.map_or(Data::Null, Data::Scalar), at, Some(key_at));
        let mut variable = read_variable(&key, key_at, &value, granted);
        let path = self.file.resolved_path.value().map_or("", |path| path.0.as_str());
        variable.in_settings_file = is_settings(path.rsplit('/').next().unwrap_or(path));
        variable.env_file = Field::known(PathText(path.to_owned()), self.file.at);
        if let Some((other, _)) = self.hidden_by {
            let why = "a later `env_file`, which is not known, may say something else";
            let text = other.path.value().cloned().unwrap_or_default();
            variable.value = Field::unresolved(&text, why, at);
            variable.url_scheme = Field::unresolved(&text, why, at);
            variable.url_host = Field::unresolved(&text, why, at);
            variable.url_port = Field::unresolved(&text, why, at);
            variable.secret = Field::unresolved(&text, why, at);
            variable.secret_granted = Field::unresolved(&text, why, at).or_default(true);
        }
        variable
    }
}
