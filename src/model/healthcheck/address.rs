//! The address among the arguments of a health check's tool, and whether the tool minds the status of the answer.

use std::ops::Range;

use super::{HealthUrl, WordPlace, base_name, is_interpreter, shell, word_place};
use crate::model::schema::Port;
use crate::model::value::Field;
use crate::source::Place;

/// The address in a tool's arguments, and whether an HTTP error makes the tool fail (`None`: it speaks no HTTP).
pub(super) fn address(tool: &str, args: &[shell::Word], place: WordPlace<'_>) -> (Option<HealthUrl>, Option<bool>) {
    match tool {
        "curl" => {
            let fails = args.iter().any(|word| is_curl_fail(&word.text))
                || args.iter().any(|word| word.text.contains("http_code"));
            (operand(args, "AbcdeEFHKmoPQrTuUwxXyYz").and_then(|word| url_of(word, place)), Some(fails))
        }
        "wget" => (operand(args, "aoeiBtOTwQPUlADRIX").and_then(|word| url_of(word, place)), Some(true)),
        "busybox" => match args.split_first() {
            Some((applet, rest)) => address(base_name(&applet.text), rest, place),
            None => (None, None),
        },
        "nc" | "ncat" | "netcat" => (connection(args, place), None),
        _ => {
            let Some((word, range)) = args.iter().find_map(|word| Some((word, embedded_url(&word.text)?))) else {
                return (None, None);
            };
            let code = args.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            // What any other program makes of the answer is its own affair.
            let judges = match tool {
                "http" => Some(code.contains("--check-status")),
                _ => is_interpreter(tool).then(|| code_judges_status(tool, &code)),
            };
            (url_in(word, range, place), judges)
        }
    }
}

/// Whether a script looks at the status of the answer: `urlopen` raises by itself, the others must be asked to.
fn code_judges_status(tool: &str, code: &str) -> bool {
    if tool.starts_with("python") && code.contains("urlopen") {
        return true;
    }
    ["raise_for_status", "status", ".ok", "is_success", "getcode"].iter().any(|sign| code.contains(sign))
}

fn is_curl_fail(word: &str) -> bool {
    if matches!(word, "--fail" | "--fail-with-body" | "--fail-early") {
        return word != "--fail-early";
    }
    let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.starts_with('-')) else { return false };
    // A flag that takes a value ends the bundle.
    flags.chars().take_while(|flag| !"AbcdDeEFhHKmoPQrtTuUwxXyYz".contains(*flag)).any(|flag| flag == 'f')
}

/// Long options of curl and wget that take their value from the next word.
const LONG_WITH_VALUE: &[&str] = &[
    "--output",
    "--write-out",
    "--header",
    "--request",
    "--data",
    "--user",
    "--max-time",
    "--connect-timeout",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--cacert",
    "--cert",
    "--key",
    "--resolve",
    "--interface",
    "--unix-socket",
    "--data-raw",
    "--user-agent",
    "--proxy",
    "--output-document",
    "--timeout",
    "--tries",
    "--post-data",
    "--password",
    "--http-user",
    "--http-password",
    "--cookie",
    "--referer",
];

/// The first word that is neither an option nor an option's value; one with a scheme is preferred.
fn operand<'w>(args: &'w [shell::Word], with_value: &str) -> Option<&'w shell::Word> {
    let mut operands = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        if text == "--url" {
            return words.next();
        }
        if LONG_WITH_VALUE.contains(&text) {
            words.next();
        } else if let Some(flags) = text.strip_prefix('-').filter(|flags| !flags.starts_with('-')) {
            let taking = flags.char_indices().find(|(_, flag)| with_value.contains(*flag));
            if taking.is_some_and(|(index, _)| index + 1 == flags.len()) {
                words.next();
            }
        } else if !text.starts_with('-') && !text.starts_with(['>', '<']) && !text.starts_with("2>") && !text.is_empty()
        {
            operands.push(word);
        }
    }
    operands.iter().find(|word| word.text.contains("://")).or(operands.first()).copied()
}

/// `nc -z host port`
fn connection(args: &[shell::Word], place: WordPlace<'_>) -> Option<HealthUrl> {
    let mut plain = args.iter().filter(|word| !word.text.starts_with('-')).rev();
    let (port, host) = (plain.next()?, plain.next()?);
    let port_at = word_place(port, place, 0..port.text.len());
    let host_at = word_place(host, place, 0..host.text.len());
    Some(HealthUrl {
        at: Place { file: host_at.file, span: host_at.span.to(port_at.span) },
        text: format!("{} {}", host.text, port.text),
        scheme: Field::known("tcp".to_owned(), host_at),
        host: known_text(&host.text, host_at),
        port: port_field(&port.text, port_at),
        path: Field::Absent(port_at),
    })
}

fn known_text(text: &str, at: Place) -> Field<String> {
    // `{` begins a value in an f-string of Python.
    if text.contains(['$', '{']) {
        return Field::unresolved(text, "it is filled in later", at);
    }
    Field::known(text.to_owned(), at)
}

fn port_field(text: &str, at: Place) -> Field<Port> {
    // `{settings['port']}` in the text of a program is no port that somebody got wrong.
    if text.contains(['{', '[', '%', '+', '\'', '"']) {
        return Field::unresolved(text, "a program puts it together", at);
    }
    known_text(text, at).parse("a port from 1 to 65535", |text| text.parse().ok().filter(|port| *port != 0).map(Port))
}

/// An address within a script.
fn embedded_url(text: &str) -> Option<Range<usize>> {
    let start = ["http://", "https://"].iter().filter_map(|scheme| text.find(scheme)).min()?;
    let rest = text.get(start..)?;
    let end = rest.find(|c: char| c.is_whitespace() || "'\"`)\\,;".contains(c)).unwrap_or(rest.len());
    Some(start..start + end)
}

fn url_of(word: &shell::Word, place: WordPlace<'_>) -> Option<HealthUrl> {
    url_in(word, 0..word.text.len(), place)
}

/// End of the first `$…` expression at the start of a text, so that its `:` and `/` separate nothing.
fn expression_end(text: &str) -> usize {
    if text.starts_with("${") || text.starts_with("$(") {
        let close = if text.starts_with("${") { '}' } else { ')' };
        return text.find(close).map_or(text.len(), |end| end + 1);
    }
    1
}

/// The first of some characters that stands in no `$…` expression.
fn find_outside(text: &str, wanted: &[char]) -> Option<usize> {
    let mut offset = 0;
    while let Some(rest) = text.get(offset..) {
        let c = rest.chars().next()?;
        if c == '$' {
            offset += expression_end(rest);
        } else if wanted.contains(&c) {
            return Some(offset);
        } else {
            offset += c.len_utf8();
        }
    }
    None
}

/// Whether an authority ends in an expression that may stand for more than a port: `localhost:8080${HEALTH_PATH}`.
fn may_hold_path(authority: &str) -> bool {
    authority.rfind('$').is_some_and(|start| {
        let is_port = authority.get(..start).is_some_and(|before| before.ends_with(':'));
        let reaches_the_end = authority.get(start..).is_some_and(|tail| {
            expression_end(tail) >= tail.len() || tail.chars().skip(1).all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        reaches_the_end && !is_port
    })
}

fn url_in(word: &shell::Word, range: Range<usize>, place: WordPlace<'_>) -> Option<HealthUrl> {
    let text = word.text.get(range.clone())?;
    let at = |part: Range<usize>| word_place(word, place, range.start + part.start..range.start + part.end);
    let whole = at(0..text.len());
    let (scheme, rest_start) = match text.find("://") {
        Some(end) => (known_text(text.get(..end)?, at(0..end)), end + 3),
        None if text.starts_with('$') => (Field::unresolved(text, "it is filled in later", whole), 0),
        // curl and wget take HTTP where no scheme is written.
        None => (Field::known("http".to_owned(), whole), 0),
    };
    let rest = text.get(rest_start..)?;
    let authority_end = rest_start + find_outside(rest, &['/', '?', '#']).unwrap_or(rest.len());
    let mut host_start = rest_start;
    if let Some(user) = text.get(rest_start..authority_end)?.rfind('@') {
        host_start += user + 1;
    }
    let authority = text.get(host_start..authority_end)?;
    let bracket = authority.starts_with('[').then(|| authority.find(']')).flatten().unwrap_or(0);
    let colon =
        authority.get(bracket..).and_then(|tail| find_outside(tail, &[':'])).map(|colon| host_start + bracket + colon);
    let host_end = colon.unwrap_or(authority_end);
    let host = text.get(host_start..host_end)?;
    let port = match (colon, scheme.value().map(String::as_str)) {
        (Some(colon), _) => port_field(text.get(colon + 1..authority_end)?, at(colon + 1..authority_end)),
        (None, _) if host.contains('$') => Field::unresolved(host, "it is filled in later", whole),
        (None, Some("https")) => Field::known(Port(443), whole),
        (None, Some("http")) => Field::known(Port(80), whole),
        (None, _) => Field::Absent(whole),
    };
    let path_end = text.get(authority_end..)?.find(['?', '#']).map_or(text.len(), |end| authority_end + end);
    let path = text.get(authority_end..path_end)?;
    Some(HealthUrl {
        at: whole,
        text: text.to_owned(),
        scheme,
        host: known_text(host, at(host_start..host_end)),
        port,
        path: if path.is_empty() && may_hold_path(authority) {
            Field::unresolved(text, "it is filled in later", whole)
        } else if path.is_empty() {
            Field::known("/".to_owned(), whole)
        } else {
            known_text(path, at(authority_end..path_end))
        },
    })
}
