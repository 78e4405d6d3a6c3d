//! The variables of the environment that code reads, and what it takes where they are not set.

use std::collections::BTreeSet;

use super::EnvRead;
use super::tokens::Tokens;
use crate::model::secret::is_secret_key;
use crate::model::value::Field;
use crate::source::{Place, Span};
use crate::syntax::code::{Call, Language, TokenKind};

/// The reads of a file, in order.
pub(super) fn reads(tokens: &Tokens<'_>) -> Vec<EnvRead> {
    let mut out: Vec<EnvRead> = tokens.calls.iter().filter_map(|call| by_call(tokens, call)).collect();
    match tokens.language {
        Language::Python => {
            out.extend(subscripts(tokens));
            out.extend(settings(tokens));
            let asked = asked_for(tokens);
            for read in &mut out {
                read.has_default |= asked.contains(read.name.as_str());
            }
        }
        Language::JavaScript | Language::TypeScript => out.extend(process_env(tokens)),
        _ => {}
    }
    out.sort_by_key(|read| read.at);
    out
}

/// The variables of which a program asks whether they are set, `"K" in os.environ`, and so does without.
fn asked_for<'t>(tokens: &Tokens<'t>) -> BTreeSet<&'t str> {
    let is_asked = |index: usize| {
        let module = usize::from(tokens.word(index + 2) == Some("os") && tokens.is(index + 3, b'.')) * 2;
        tokens.word(index + 1) == Some("in") && tokens.word(index + 2 + module) == Some("environ")
    };
    let texts = tokens.code.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Text);
    texts.filter(|(index, _)| is_asked(*index)).map(|(_, token)| token.inner.slice(tokens.text)).collect()
}

/// A read of the environment. `is_plain` says that its value is taken as it is.
fn read(tokens: &Tokens<'_>, name: &str, span: Span, default: Field<String>, is_plain: bool) -> EnvRead {
    let has_default = !default.is_absent();
    let default = match default {
        Field::Known(text, origin) if text.is_empty() || asks_for_one(&text) => Field::Absent(origin.at),
        other => other,
    };
    let is_no_secret = default.value().is_some_and(|default| is_no_secret(default) || is_product(name, default));
    EnvRead {
        takes_default: is_plain && !matches!(tokens.language, Language::Go | Language::Java),
        has_default,
        at: tokens.place(span),
        name: name.to_owned(),
        default,
        is_secret_like: is_secret_key(name) && !is_no_secret && !names_tests(name),
        is_of_command: false,
    }
}

/// Whether a variable is one of tests by its name, such as `DATABASE_TEST_PASSWORD`.
fn names_tests(name: &str) -> bool {
    name.split('_').any(|word| matches!(word.to_ascii_uppercase().as_str(), "TEST" | "TESTS" | "TESTING" | "E2E"))
}

/// Marks what classes of settings read that are for developers or tests by their name, such as `class TestConfig`. The
/// reads are in order.
pub(super) fn mark_classes_for_developers(text: &str, reads: &mut [EnvRead]) {
    let mut reads = reads.iter_mut().peekable();
    let (mut start, mut is_for_developers) = (0, false);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if line.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '#' | ')' | ']' | '}')) {
            let name = line.strip_prefix("class ").map(|rest| rest.split(['(', ':']).next().unwrap_or(rest));
            is_for_developers = name.is_some_and(|name| {
                ["Test", "Dev", "Local", "Debug"]
                    .iter()
                    .any(|word| name.trim().starts_with(word) || name.contains(word))
            });
        }
        while let Some(read) = reads.next_if(|read| (read.at.span.start as usize) < end) {
            read.is_of_command |= is_for_developers;
        }
        start = end;
    }
}

/// Whether a default says only that something has to stand here: `<set me>`, `YOUR_KEY_HERE`.
fn asks_for_one(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    (text.starts_with('<') && text.ends_with('>')) || ["your_", "your-"].iter().any(|start| lower.starts_with(start))
}

/// Whether a default is none of a secret: a switch, an amount, stars, or a word that says that there is none.
fn is_no_secret(text: &str) -> bool {
    const NOTHING: &[&str] = &[
        "true",
        "false",
        "-",
        "[]",
        "{}",
        "none",
        "null",
        "unset",
        "unused",
        "n/a",
        "dummy",
        "placeholder",
        "missing",
        "undefined",
        "nokey",
        "demo_key",
        "demo-key",
        "empty",
    ];
    let lower = text.to_ascii_lowercase();
    NOTHING.contains(&lower.as_str())
        || ["dummy-", "dummy_", "no-", "no_"].iter().any(|start| lower.starts_with(start))
        || ["not-", "not_"].iter().any(|start| lower.starts_with(start))
        || text.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X'))
        || text.len() < 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the default of the key of an API is the name of what it is for: clients of servers that ask for no key want
/// one even so, and get `ollama` in `OLLAMA_API_KEY`.
fn is_product(name: &str, default: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let product = name.to_ascii_uppercase().strip_suffix("API_KEY").map(letters);
    product.is_some_and(|product| !product.is_empty() && product == letters(default))
}

/// Whether the tokens from one to another are all that is given to a variable: what stands in a further call, a
/// choice or an object may get its default there.
fn is_plain(tokens: &Tokens<'_>, first: usize, after: usize) -> bool {
    let is_given = first.checked_sub(1).is_some_and(|sign| tokens.is(sign, b'='));
    let ends = tokens.at(after).is_none_or(|token| token.indent.is_some() || token.is(b';'));
    is_given && ends
}

/// The first token of what a call calls.
fn callee_start(call: &Call) -> usize {
    let parts = call.callee.split('.').count();
    call.start.saturating_sub(2 * parts)
}

/// Whether a text can be the name of a variable (POSIX, 8.1).
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// The first place at which variables are read by names that are put together, or all of them are handed on.
pub(super) fn unnamed(tokens: &Tokens<'_>) -> Option<Place> {
    const READERS: &[&str] =
        &["os.getenv", "os.environ.get", "environ.get", "os.Getenv", "os.LookupEnv", "System.getenv"];
    let by_call = tokens.calls.iter().find(|call| {
        let is_reader = READERS.contains(&call.callee.as_str()) || call.callee.ends_with("env.var");
        is_reader && tokens.literal(call.start).is_none()
    });
    if let Some(call) = by_call {
        return Some(tokens.place(call.span));
    }
    let handed_on = |index: &usize| {
        let (index, back) = (*index, |by: usize| index.checked_sub(by));
        match tokens.word(index) {
            Some("environ") if tokens.language == Language::Python => {
                let has_name = tokens.is(index + 1, b'[') && tokens.literal(index + 2).is_some();
                let is_called = matches!(tokens.word(index + 2), Some("get" | "setdefault" | "pop"));
                back(1).is_some_and(|dot| tokens.is(dot, b'.')) && !has_name && !is_called
            }
            Some("env") if tokens.language.is_script() => {
                back(2).and_then(|at| tokens.word(at)) == Some("process")
                    && !tokens.is(index + 1, b'.')
                    && !(tokens.is(index + 1, b'[') && tokens.literal(index + 2).is_some())
            }
            _ => false,
        }
    };
    let found = (0..tokens.code.tokens.len()).find(handed_on)?;
    tokens.at(found).map(|token| tokens.place(token.span))
}

/// Calls whose first argument is the name and whose second one is the default.
fn by_call(tokens: &Tokens<'_>, call: &Call) -> Option<EnvRead> {
    let tail = |wanted: &str| call.callee == wanted || call.callee.ends_with(&format!(".{wanted}"));
    let takes_default = match tokens.language {
        Language::Python => {
            tail("os.getenv")
                || tail("environ.get")
                || tail("environ.setdefault")
                || matches!(call.callee.as_str(), "getenv" | "env" | "config")
        }
        Language::Go => return tail_call(tokens, call, &["os.Getenv", "os.LookupEnv"]),
        Language::Rust => return rust(tokens, call),
        Language::Java | Language::Kotlin => return java(tokens, call),
        Language::JavaScript | Language::TypeScript => return None,
    };
    if !takes_default {
        return None;
    }
    let name = tokens.argument(call, 0, "key")?;
    let name = tokens.literal(name.start).filter(|_| name.end == name.start + 1)?;
    let (name, at) = (name.value()?.clone(), name.place());
    if !is_name(&name) {
        return None;
    }
    let given = tokens.argument(call, 1, "default");
    let default = given.as_ref().map_or(Field::Absent(at), |argument| {
        if tokens.word(argument.start) == Some("None") {
            Field::Absent(at)
        } else {
            literal_or_code(tokens, argument.start)
        }
    });
    let is_plain = is_plain(tokens, callee_start(call), call.end + 1);
    let mut read = read(tokens, &name, at.span, default, is_plain);
    // Another variable stands in for it.
    read.has_default |= given.is_some_and(|argument| reads_environment(tokens, argument.start));
    Some(read)
}

/// Whether what stands at a token reads the environment itself: a second variable is no default.
fn reads_environment(tokens: &Tokens<'_>, index: usize) -> bool {
    let first = tokens.word(index);
    let member = tokens.word(index + 2).filter(|_| tokens.is(index + 1, b'.'));
    match (first, member) {
        (Some("process" | "import"), Some("env" | "meta"))
        | (Some("os"), Some("environ" | "getenv" | "getenvb"))
        | (Some("environ"), _) => true,
        (Some("getenv" | "env"), _) => tokens.is(index + 1, b'('),
        _ => false,
    }
}

/// What stands at a token as a default: a literal's text, a number or word as written, else something computed.
fn literal_or_code(tokens: &Tokens<'_>, index: usize) -> Field<String> {
    let Some(token) = tokens.at(index) else { return Field::Absent(tokens.place(Span::default())) };
    let at = tokens.place(token.span);
    if reads_environment(tokens, index) {
        return Field::Absent(at);
    }
    match token.kind {
        TokenKind::Text => Field::known(token.inner.slice(tokens.text).to_owned(), at),
        TokenKind::Number => Field::known(token.span.slice(tokens.text).to_owned(), at),
        _ => Field::unresolved(token.span.slice(tokens.text), "it is computed when the program runs", at),
    }
}

fn tail_call(tokens: &Tokens<'_>, call: &Call, callees: &[&str]) -> Option<EnvRead> {
    if !callees.contains(&call.callee.as_str()) {
        return None;
    }
    let name = tokens.literal(call.start)?;
    Some(read(tokens, name.value()?, name.place().span, Field::Absent(name.place()), false))
}

/// `env::var("K")`, with the default of an `unwrap_or…` behind it.
fn rust(tokens: &Tokens<'_>, call: &Call) -> Option<EnvRead> {
    if !(call.callee.ends_with("env.var") || call.callee.ends_with("env.var_os") || call.callee == "env.var") {
        return None;
    }
    let name = tokens.literal(call.start)?;
    let mut default = Field::Absent(name.place());
    let is_taken = matches!(tokens.word(call.end + 2), Some("unwrap" | "expect"));
    if tokens.is(call.end + 1, b'.') && tokens.word(call.end + 2).is_some_and(|word| word.starts_with("unwrap_or")) {
        let behind = (call.end + 4..call.end + 8).find_map(|index| tokens.literal(index));
        default = behind.unwrap_or_else(|| literal_or_code(tokens, call.end + 4));
    }
    let is_plain = is_taken || default.value().is_some() || tokens.is(call.end + 1, b'?');
    Some(read(tokens, name.value()?, name.place().span, default, is_plain))
}

/// `System.getenv("K")` and Spring's `@Value("${K:default}")`.
fn java(tokens: &Tokens<'_>, call: &Call) -> Option<EnvRead> {
    let first = tokens.at(call.start).filter(|token| token.is_text())?;
    let (text, at) = (first.inner.slice(tokens.text), tokens.place(first.span));
    if call.callee == "System.getenv" {
        return Some(read(tokens, text, first.span, Field::Absent(at), false));
    }
    if call.callee != "Value" || !call.is_decorator {
        return None;
    }
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let (name, default) = inner.split_once(':').map_or((inner, None), |(name, default)| (name, Some(default)));
    let default = default.map_or(Field::Absent(at), |default| Field::known(default.to_owned(), at));
    is_name(name).then(|| read(tokens, name, first.span, default, false))
}

/// Python: `os.environ["K"]`, read and not written.
fn subscripts(tokens: &Tokens<'_>) -> Vec<EnvRead> {
    let indices = (0..tokens.code.tokens.len()).filter(|index| tokens.word(*index) == Some("environ"));
    indices
        .filter_map(|index| {
            if !tokens.is(index + 1, b'[') || !tokens.is(index + 3, b']') {
                return None;
            }
            let is_written = tokens.is(index + 4, b'=') && !tokens.is(index + 5, b'=');
            let name = tokens.literal(index + 2).filter(|_| !is_written)?;
            // `os.environ` before the bracket, or `environ` alone.
            let has_module = index.checked_sub(1).is_some_and(|dot| tokens.is(dot, b'.'));
            let first = if has_module { index.saturating_sub(2) } else { index };
            let is_plain = is_plain(tokens, first, index + 4);
            Some(read(tokens, name.value()?, name.place().span, Field::Absent(name.place()), is_plain))
        })
        .collect()
}

/// Python: the fields of classes of pydantic's `BaseSettings`, which are read from variables of their names in capitals.
fn settings(tokens: &Tokens<'_>) -> Vec<EnvRead> {
    let mut out = Vec::new();
    let mut inside: Option<(u32, Option<u32>)> = None;
    for index in 0..tokens.code.tokens.len() {
        let Some(column) = tokens.at(index).and_then(|token| token.indent) else { continue };
        if inside.is_some_and(|(class, _)| column <= class) {
            inside = None;
        }
        if tokens.word(index) == Some("class") && tokens.is(index + 2, b'(') {
            let bases = (index + 3..index + 12).take_while(|at| !tokens.is(*at, b')'));
            if bases.into_iter().any(|at| tokens.word(at) == Some("BaseSettings")) {
                inside = Some((column, None));
            }
            continue;
        }
        let Some((class, fields)) = inside else { continue };
        let fields = fields.unwrap_or(column);
        inside = Some((class, Some(fields)));
        let Some(name) = tokens.word(index).filter(|_| column == fields && tokens.is(index + 1, b':')) else {
            continue;
        };
        if matches!(name, "model_config" | "class" | "def") {
            continue;
        }
        out.extend(field(tokens, index, name));
    }
    out
}

/// One field of settings: `name: Type = default`.
fn field(tokens: &Tokens<'_>, index: usize, name: &str) -> Option<EnvRead> {
    let span = tokens.at(index)?.span;
    let line_end = (index + 1..index + 200).find(|at| tokens.at(*at).is_none_or(|token| token.indent.is_some()));
    let end = line_end.unwrap_or(index + 200);
    let equals = (index + 2..end).find(|at| tokens.is(*at, b'='));
    let default = match equals.map(|equals| equals + 1) {
        None => Field::Absent(tokens.place(span)),
        Some(value) if tokens.word(value) == Some("Field") => {
            let given = (value..end).find(|at| tokens.word(*at) == Some("default") && tokens.is(at + 1, b'='));
            match (given, tokens.is(value + 2, b'.'), tokens.at(value + 2)) {
                (Some(given), ..) => literal_or_code(tokens, given + 2),
                (None, false, Some(first)) if first.is_text() => literal_or_code(tokens, value + 2),
                _ => Field::Absent(tokens.place(span)),
            }
        }
        Some(value) if tokens.word(value) == Some("None") => Field::Absent(tokens.place(span)),
        Some(value) => literal_or_code(tokens, value),
    };
    Some(read(tokens, &name.to_ascii_uppercase(), span, default, true))
}

/// JavaScript: `process.env.K`, `process.env["K"]`, `import.meta.env.K`, with what stands behind `||` or `??`.
fn process_env(tokens: &Tokens<'_>) -> Vec<EnvRead> {
    let mut out = Vec::new();
    for index in 0..tokens.code.tokens.len() {
        if tokens.word(index) != Some("env") || !index.checked_sub(1).is_some_and(|dot| tokens.is(dot, b'.')) {
            continue;
        }
        if !index.checked_sub(2).and_then(|at| tokens.word(at)).is_some_and(|word| matches!(word, "process" | "meta")) {
            continue;
        }
        let (name, span, after) = if tokens.is(index + 1, b'.') {
            let Some(name) = tokens.word(index + 2) else { continue };
            (name.to_owned(), tokens.at(index + 2).map_or(Span::default(), |token| token.span), index + 3)
        } else if let (true, Some(Field::Known(name, origin))) = (tokens.is(index + 1, b'['), tokens.literal(index + 2))
        {
            (name, origin.at.span, index + 4)
        } else {
            continue;
        };
        if !is_name(&name) || (tokens.is(after, b'=') && !tokens.is(after + 1, b'=')) {
            continue;
        }
        let falls_back = [b'|', b'?'].iter().any(|mark| tokens.is(after, *mark) && tokens.is(after + 1, *mark));
        let at = tokens.place(span);
        // `??=` and `||=` give the variable its default.
        let value = if tokens.is(after + 2, b'=') { after + 3 } else { after + 2 };
        let default = if falls_back { literal_or_code(tokens, value) } else { Field::Absent(at) };
        let first = if tokens.word(index - 2) == Some("meta") { index.saturating_sub(4) } else { index - 2 };
        out.push(read(tokens, &name, span, default, is_plain(tokens, first, after)));
    }
    out
}
