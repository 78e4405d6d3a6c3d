//! Calls that write to the log, with the values that they write.

use super::LogCall;
use super::file::own_words;
use super::tokens::Tokens;
use crate::model::value::{Field, List};
use crate::source::{Place, Span};
use crate::syntax::code::{Call, TokenKind};

/// What loggers are called, by the last part of the name before the method.
const LOGGERS: &[&str] = &[
    "log",
    "logger",
    "logging",
    "console",
    "slog",
    "winston",
    "pino",
    "zap",
    "logrus",
    "tracing",
    "structlog",
    "loguru",
];

/// The methods that write (logging of Python, console, slog, zap and logrus of Go, and their like).
const METHODS: &[&str] = &[
    "critical",
    "debug",
    "debugf",
    "error",
    "errorf",
    "exception",
    "fatal",
    "fatalf",
    "info",
    "infof",
    "log",
    "notice",
    "print",
    "printf",
    "println",
    "trace",
    "tracef",
    "verbose",
    "warn",
    "warnf",
    "warning",
];

/// Words that are written beside values and are none.
const NO_VALUES: &[&str] =
    &["extra", "exc_info", "True", "False", "None", "true", "false", "null", "self", "this", "err", "error"];

/// How names start of what has been made unreadable.
const MASKED: &[&str] =
    &["anonym", "encrypted_", "hashed_", "masked_", "obfuscated_", "pseudonym", "redacted_", "scrubbed_"];

/// The calls of a file that log.
pub(super) fn calls(tokens: &Tokens<'_>) -> Vec<LogCall> {
    tokens.calls.iter().filter(|call| is_log(call)).map(|call| log_call(tokens, call)).collect()
}

fn is_log(call: &Call) -> bool {
    let method = call.name().trim_end_matches('!').to_ascii_lowercase();
    let receiver = call.receiver().and_then(|receiver| receiver.rsplit('.').next()).unwrap_or("");
    let receiver = receiver.trim_start_matches('_').to_ascii_lowercase();
    METHODS.contains(&method.as_str()) && LOGGERS.contains(&receiver.as_str())
}

fn log_call(tokens: &Tokens<'_>, call: &Call) -> LogCall {
    let at = tokens.place(call.span);
    let is_switch = |word: &str| word.starts_with("has_") || word.starts_with("is_");
    let is_value =
        |word: &Field<String>| word.value().is_some_and(|word| !NO_VALUES.contains(&word.as_str()) && !is_switch(word));
    let mut values: Vec<Field<String>> =
        last_parts(tokens, own_words(tokens, call)).into_iter().filter(is_value).collect();
    for index in call.start..call.end.min(call.start + 200) {
        let Some(token) = tokens.at(index).filter(|token| token.kind == TokenKind::Template) else { continue };
        values.extend(interpolated(token.inner.slice(tokens.text), tokens.place(token.inner)));
    }
    LogCall { at, callee: call.callee.clone(), values: List::new(values, at) }
}

/// Of `user.address.city` only the last part: the others say whose it is.
fn last_parts(tokens: &Tokens<'_>, words: Vec<Field<String>>) -> Vec<Field<String>> {
    let is_followed = |word: &Field<String>| {
        let end = word.place().span.end as usize;
        tokens.text.get(end..).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("?."))
    };
    // `user.name if user else None` of Python writes the name, and not the user.
    let is_asked = |word: &Field<String>| {
        let start = word.place().span.start as usize;
        tokens.text.get(..start).is_some_and(|before| before.ends_with(" if "))
    };
    // `token is not None`, `!!token` and `token != ""` write whether there is one.
    let is_compared = |word: &Field<String>| {
        let span = word.place().span;
        let behind = tokens.text.get(span.end as usize..).unwrap_or("").trim_start_matches(' ');
        let chain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '?');
        let before = tokens.text.get(..span.start as usize).unwrap_or("").trim_end_matches(chain).trim_end_matches(' ');
        ["is ", "==", "!="].iter().any(|sign| behind.starts_with(sign))
            || before.ends_with('!')
            || before.strip_suffix("not").is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    // `email=masked_email` names what is written, and not how.
    let hides_value = |word: &Field<String>| {
        let behind = tokens.text.get(word.place().span.end as usize..).unwrap_or("");
        let value = behind.strip_prefix('=').filter(|rest| !rest.starts_with('=')).unwrap_or("");
        let name = if value.is_empty() { word.value().map_or("", String::as_str) } else { value.trim_start() };
        MASKED.iter().any(|start| name.to_ascii_lowercase().starts_with(start))
    };
    let stays =
        |word: &Field<String>| !is_followed(word) && !is_asked(word) && !is_compared(word) && !hides_value(word);
    words.into_iter().filter(stays).collect()
}

/// The last parts of the names within the braces of a template: `{user.name!r}`, `${token}`.
fn interpolated(text: &str, at: Place) -> Vec<Field<String>> {
    let mut out = Vec::new();
    let mut rest = 0;
    while let Some(open) = text.get(rest..).and_then(|tail| tail.find('{')).map(|open| rest + open + 1) {
        let Some(length) = text.get(open..).and_then(|tail| tail.find('}')) else { break };
        let inner = text.get(open..open + length).unwrap_or("");
        rest = open + length + 1;
        // `{{` of Python is a brace, and a call may hide what it is given.
        if inner.starts_with('{') || inner.contains('(') {
            continue;
        }
        let name_length = inner.find(['!', ':', '=']).unwrap_or(inner.len());
        let name = inner.get(..name_length).unwrap_or("").trim();
        let last = name.rsplit(['.', '[']).next().unwrap_or(name).trim_matches(['"', '\'', ']']);
        let start = at.span.start as usize + open;
        let is_name = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name {
            let span = Span::new(start, start + inner.len());
            out.push(Field::known(last.to_owned(), Place { file: at.file, span }));
        }
    }
    out
}
