//! Flags of instructions: reading them with their places and refusing what BuildKit refuses.

use std::borrow::Cow;
use std::ops::Range;

use crate::source::{Span, Spanned};
use crate::syntax::SyntaxProblem;
use crate::syntax::mapped::MappedText;

use super::keyword::{FlagType, Keyword};
use super::suggest::nearest;
use super::tree::Flag;
use super::{duration, words};

/// The keys of a `--mount` (Dockerfile reference, "RUN --mount").
const MOUNT_KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "src",
    "dst",
    "destination",
    "ro",
    "rw",
    "readwrite",
    "env",
];

const MOUNT_TYPES: [&str; 5] = ["bind", "cache", "tmpfs", "secret", "ssh"];

/// The flags of an instruction at the start of `range`, and the arguments behind them.
pub(super) fn read(
    keyword: Keyword,
    line: &MappedText,
    range: Range<usize>,
    escape: char,
) -> (Vec<Flag>, Range<usize>) {
    let (words, rest) = words::flags(line.as_str(), range, escape);
    let flags = words.into_iter().map(|word| {
        let name_ends = word.equals.unwrap_or(word.range.end);
        let known = keyword.flags().iter().find(|(known, _)| *known == word.name);
        let name = known.map_or_else(|| Cow::Owned(word.name.into_owned()), |(known, _)| Cow::Borrowed(*known));
        let name = Spanned::new(name, line.span_of(word.range.start + 2..name_ends));
        let value = word.value.zip(word.equals);
        let value =
            value.map(|(value, equals)| Spanned::new(value.into_owned(), line.span_of(equals + 1..word.range.end)));
        Flag { name, value, span: line.span_of(word.range) }
    });
    (flags.collect(), rest)
}

/// Whether BuildKit reads the flags of the instruction at all; those of the others are dropped without a word.
fn are_checked(keyword: Keyword, arguments: &str) -> bool {
    match keyword {
        Keyword::Arg | Keyword::Stopsignal => false,
        Keyword::Healthcheck => !arguments.eq_ignore_ascii_case("NONE"),
        _ => true,
    }
}

/// Problems of an instruction's flags.
pub(super) fn check(keyword: Keyword, flags: &[Flag], arguments: &str) -> Vec<SyntaxProblem> {
    if keyword == Keyword::Unknown {
        return Vec::new();
    }
    if !are_checked(keyword, arguments) {
        let ignored = |flag: &Flag| {
            let message = format!("{keyword} takes no flags, and this one is ignored");
            SyntaxProblem { fatal: false, ..SyntaxProblem::new(flag.span, message) }
        };
        return flags.iter().map(ignored).collect();
    }
    let mut problems = Vec::new();
    for (index, flag) in flags.iter().enumerate() {
        let name = flag.name.value.as_ref();
        let known = keyword.flags().iter().find(|(known, _)| *known == name);
        let Some((_, flag_type)) = known else {
            problems.push(unknown(keyword, flag));
            continue;
        };
        // Only known flags can be twice there, so this looks back over as many places as there are known flags.
        let first = flags.iter().take(index).find(|other| other.name.value == name);
        if let (Some(first), FlagType::Bool | FlagType::Value) = (first, flag_type) {
            let mut problem = SyntaxProblem::new(flag.span, format!("`--{name}` is given twice"));
            problem.related.push((first.span, "first given here".to_owned()));
            problems.push(problem);
            break;
        }
        problems.extend(value_problem(keyword, flag, *flag_type));
    }
    problems
}

fn unknown(keyword: Keyword, flag: &Flag) -> SyntaxProblem {
    let name = flag.name.value.as_ref();
    let problem = SyntaxProblem::new(flag.span, format!("{keyword} has no flag `--{name}`"));
    let known = keyword.flags().iter().map(|(known, _)| *known);
    match nearest(name, known.clone()) {
        Some(near) => problem.with_help(format!("did you mean `--{near}`?")),
        None if keyword.flags().is_empty() => problem,
        None => {
            let list: Vec<String> = known.map(|known| format!("`--{known}`")).collect();
            problem.with_help(format!("it has {}", list.join(", ")))
        }
    }
}

fn value_problem(keyword: Keyword, flag: &Flag, flag_type: FlagType) -> Option<SyntaxProblem> {
    let name = flag.name.value.as_ref();
    let Some(value) = &flag.value else {
        let message = format!("`--{name}` needs a value");
        return (flag_type != FlagType::Bool)
            .then(|| SyntaxProblem::new(flag.span, message).with_help(format!("write `--{name}=…`, without a blank")));
    };
    let text = value.value.as_str();
    let wrong = |message: String| Some(SyntaxProblem::new(value_span(flag, value.span), message));
    if flag_type == FlagType::Bool {
        let is_bool = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
        return if is_bool { None } else { wrong(format!("`--{name}` is either `true` or `false`, not `{text}`")) };
    }
    match (keyword, name) {
        (Keyword::Run, "network") if !matches!(text, "default" | "none" | "host") => {
            wrong(format!("`--network` is `default`, `none` or `host`, not `{text}`"))
        }
        (Keyword::Run, "security") if !matches!(text, "sandbox" | "insecure") => {
            wrong(format!("`--security` is `sandbox` or `insecure`, not `{text}`"))
        }
        (Keyword::Run, "mount") => mount_problem(text).and_then(wrong),
        (Keyword::Run, "device") if !text.contains('$') => device_problem(text).and_then(wrong),
        (Keyword::Healthcheck, "retries") if !text.is_empty() => match text.parse::<i32>() {
            Ok(0..) => None,
            Ok(_) => wrong("`--retries` cannot be negative".to_owned()),
            Err(_) => wrong(format!("`--retries` is a whole number, not `{text}`")),
        },
        (Keyword::Healthcheck, _) if !text.is_empty() => match duration::nanoseconds(text) {
            Some(0 | 1_000_000..) => None,
            Some(_) => wrong(format!("`--{name}` cannot be less than 1ms")),
            None => wrong(format!("`--{name}` is a duration such as `30s` or `1m30s`, not `{text}`")),
        },
        _ => None,
    }
}

/// The value's bytes, or the whole flag where the value is empty.
fn value_span(flag: &Flag, value: Span) -> Span {
    if value.is_empty() { flag.span } else { value }
}

fn mount_problem(value: &str) -> Option<String> {
    for field in value.split(',') {
        let (key, value) = field.split_once('=').map_or((field, None), |(key, value)| (key, Some(value)));
        let key = key.trim_matches('"').to_ascii_lowercase();
        if !MOUNT_KEYS.contains(&key.as_str()) {
            let near = nearest(&key, MOUNT_KEYS).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            return Some(format!("`--mount` has no key `{key}`{near}"));
        }
        let Some(value) = value.filter(|value| !value.contains('$')) else { continue };
        let value = value.trim_matches('"').to_ascii_lowercase();
        if key == "type" && !MOUNT_TYPES.contains(&value.as_str()) {
            return Some(format!("`--mount` has no type `{value}`; types are {}", MOUNT_TYPES.join(", ")));
        }
        if key == "sharing" && !matches!(value.as_str(), "shared" | "private" | "locked") {
            return Some(format!("`sharing` of a mount is shared, private or locked, not `{value}`"));
        }
    }
    None
}

/// A device is a name, alone or as `name=…`, and perhaps whether it is required.
fn device_problem(value: &str) -> Option<String> {
    let mut name: Option<&str> = None;
    for field in value.split(',') {
        let (key, value) = field.split_once('=').map_or((field, None), |(key, value)| (key, Some(value)));
        match (key.to_ascii_lowercase().as_str(), value) {
            ("required", None) => {}
            // The words that Go's `strconv.ParseBool` takes.
            ("required", Some(value)) => {
                let words = ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"];
                if !words.contains(&value) {
                    return Some(format!("`required` of a device is `true` or `false`, not `{value}`"));
                }
            }
            ("name", Some(value)) if name.is_none() => name = Some(value),
            (_, _) if name.is_none() && key != "name" => name = Some(field),
            ("name", Some(_)) => return Some(format!("the device is named already: `{}`", name.unwrap_or(""))),
            _ => return Some(format!("`--device` has no key `{key}`")),
        }
    }
    None
}
