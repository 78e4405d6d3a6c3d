//! Health checks of compose services.

use super::fields::{Fields, slice, text};
use super::tree::{Data, Value};
use crate::model::duration::Duration;
use crate::model::healthcheck::{CommandWord, HealthCommand, HealthUrl};
use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::{model, words};

words! {
    /// How a health check's command is given.
    pub enum TestForm {
        /// `[CMD, …]`: run as it is.
        Cmd = "cmd",
        /// `[CMD-SHELL, "…"]` or one string: run by the container's shell.
        CmdShell = "cmd-shell",
        /// `[NONE]`: the image's check is switched off.
        None = "none",
    }
}

model! {
    /// The health check of a compose service; it replaces the image's field by field.
    pub struct ComposeHealthcheck as "compose.healthcheck" {
        /// Whether it is switched off, by `disable` or by `NONE`.
        disabled: Always<bool>,
        /// The test as written; one element where it is a string.
        test: List<Field<String>>,
        /// How the command is given; malformed for a list that starts with neither `CMD`, `CMD-SHELL` nor `NONE`.
        form: Field<TestForm>,
        /// The command without `CMD` or `CMD-SHELL`, words joined by blanks.
        command: Field<String>,
        /// The program that does the check, such as `curl`.
        tool: Field<String>,
        /// The address it asks.
        url: Field<HealthUrl>,
        /// Whether an HTTP status of 400 and above makes it fail; absent where it speaks no HTTP.
        fails_on_http_error: Field<bool>,
        /// Whether its failure becomes the failure of the check; `|| true` swallows it.
        exit_on_failure: Field<bool>,
        /// Time between two checks.
        interval: Field<Duration> as "interval",
        /// Time one check may take.
        timeout: Field<Duration> as "timeout",
        /// Time at the start in which failures do not count.
        start_period: Field<Duration> as "start_period",
        /// Time between two checks in the start period.
        start_interval: Field<Duration>,
        /// Failures in a row after which the container is unhealthy.
        retries: Field<i64> as "retries",
    }
    label(check) { check.command.value().cloned().unwrap_or_default() }
}

/// What the test says, apart from timing.
struct Test {
    form: Field<TestForm>,
    command: Field<String>,
    found: Option<HealthCommand>,
}

/// Reads the `healthcheck` of a service.
pub(super) fn read_healthcheck(value: &Value) -> Field<ComposeHealthcheck> {
    if !matches!(value.data, Data::Map(_)) {
        return Field::malformed(value.excerpt(), "a mapping with `test`", value.at);
    }
    let at = value.anchor();
    let fields = Fields::new(value, at);
    let Test { form, command, found } = match fields.get("test") {
        Some(test) => read_test(test),
        None => Test { form: fields.missing(), command: fields.missing(), found: None },
    };
    let none = form.value() == Some(&TestForm::None);
    let disabled = if none { Always::known(true, form.place()) } else { fields.bool("disable").or_default(false) };
    let of_command = |found: Option<&HealthCommand>| found.map(|found| Field::known(found.exit_on_failure, found.at));
    Field::known(
        ComposeHealthcheck {
            at,
            disabled,
            test: match fields.get("test") {
                Some(test) if test.text().is_some() => List::new(vec![text(test)], test.anchor()),
                _ => fields.strings("test"),
            },
            exit_on_failure: of_command(found.as_ref()).unwrap_or_else(|| like(&command)),
            tool: found.as_ref().map_or_else(|| like(&command), |found| found.tool.clone()),
            url: found.as_ref().map_or_else(|| like(&command), |found| found.url.clone()),
            fails_on_http_error: found.map_or_else(|| like(&command), |found| found.fails_on_http_error),
            form,
            command,
            interval: fields.duration("interval"),
            timeout: fields.duration("timeout"),
            start_period: fields.duration("start_period"),
            start_interval: fields.duration("start_interval"),
            retries: fields.int("retries"),
        },
        at,
    )
}

/// What is not known for the same reason as the command.
fn like<T>(command: &Field<String>) -> Field<T> {
    match command {
        Field::Unresolved(unresolved) => Field::Unresolved(unresolved.clone()),
        other => Field::Absent(other.place()),
    }
}

fn read_test(test: &Value) -> Test {
    const EXPECTED: &str = "a string, or a list that starts with `CMD`, `CMD-SHELL` or `NONE`";
    let at = test.at;
    if slice(test).is_some() {
        return by_shell(test, at);
    }
    let [first, rest @ ..] = test.items() else {
        let malformed = Field::malformed(test.type_name(), EXPECTED, at);
        return Test { form: malformed, command: Field::Absent(at), found: None };
    };
    match first.text().map(|text| text.value.as_str()) {
        Some("NONE") => Test { form: Field::known(TestForm::None, first.at), command: Field::Absent(at), found: None },
        Some("CMD-SHELL") => match rest.first() {
            Some(script) => by_shell(script, first.at),
            None => Test { form: Field::known(TestForm::CmdShell, first.at), command: Field::Absent(at), found: None },
        },
        Some("CMD") => by_words(rest, first.at, at),
        _ => {
            // Compose refuses it, but what is meant can be told.
            let meant = by_words(test.items(), first.at, at);
            Test { form: Field::malformed(first.excerpt(), EXPECTED, first.at), ..meant }
        }
    }
}

fn by_shell(script: &Value, form_at: Place) -> Test {
    let form = Field::known(TestForm::CmdShell, form_at);
    let Some(whole) = slice(script) else {
        let malformed = Field::malformed(script.excerpt(), "a command", script.at);
        return Test { form, command: malformed, found: None };
    };
    let place = |range: std::ops::Range<usize>| whole.sub(range).place();
    let found = HealthCommand::from_shell(whole.raw(), &place, script.at);
    Test { form, command: whole.string(), found: Some(found) }
}

fn by_words(items: &[Value], form_at: Place, at: Place) -> Test {
    let joined: Vec<&str> = items.iter().filter_map(|item| Some(slice(item)?.raw())).collect();
    let unknown = items.iter().filter_map(slice).find(|word| word.is_unknown());
    let command = match unknown {
        Some(word) => word.unresolved(),
        None => Field::known(joined.join(" "), at),
    };
    let words: Vec<CommandWord> = items
        .iter()
        .filter_map(slice)
        .map(|word| CommandWord { text: word.raw().to_owned(), at: word.place(), verbatim: word.is_verbatim() })
        .collect();
    let found = HealthCommand::from_words(&words, at);
    Test { form: Field::known(TestForm::Cmd, form_at), command, found: Some(found) }
}
