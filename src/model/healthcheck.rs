//! What a health-check command does: the tool, the address it asks, and whether a failure reaches the exit status.

mod address;
mod shell;

use std::ops::Range;

use super::schema::Port;
use super::value::Field;
use crate::model;
use crate::source::{Place, Span};

use address::address;
use shell::{Command, Join};

model! {
    /// The address that a health check asks.
    pub struct HealthUrl as "health_url" {
        /// As written.
        text: String,
        /// `http`, `https`, or `tcp` for a bare connection.
        scheme: Field<String>,
        /// The host asked.
        host: Field<String>,
        /// The port; that of the scheme where none is written.
        port: Field<Port>,
        /// The path without query; `/` where none is written.
        path: Field<String>,
    }
    label(url) { url.text.clone() }
}

model! {
    /// What a health-check command does.
    pub struct HealthCommand as "health_command" {
        /// The program that does the check, such as `curl`.
        tool: Field<String>,
        /// The address it asks.
        url: Field<HealthUrl>,
        /// Whether an HTTP status of 400 and above makes it fail; absent where it speaks no HTTP.
        fails_on_http_error: Field<bool>,
        /// Whether its failure becomes the failure of the check; `|| true` swallows it.
        exit_on_failure: bool,
        /// Whether it needs a shell.
        uses_shell: bool,
    }
    label(command) { command.tool.value().cloned().unwrap_or_default() }
}

/// One word of a command with the place of its text.
#[derive(Clone, Debug)]
pub struct CommandWord {
    /// The word, quotes and escapes resolved.
    pub text: String,
    /// Its text in the file.
    pub at: Place,
    /// Whether the text stands at `at` letter for letter, so that parts of it have places of their own.
    pub verbatim: bool,
}

/// How deep `sh -c "…"` and `$(…)` are followed.
const MAX_DEPTH: usize = 4;

/// The place of a range of a text.
pub type PlaceOf<'p> = &'p dyn Fn(Range<usize>) -> Place;

impl HealthCommand {
    /// Reads a command given as a list of words, as in `CMD ["curl", …]` or a Kubernetes `exec` probe.
    #[must_use]
    pub fn from_words(words: &[CommandWord], at: Place) -> Self {
        let place = |index: usize, range: Range<usize>| {
            words.get(index).map_or(at, |word| part(word.at, word.verbatim, &word.text, range))
        };
        let words: Vec<shell::Word> = words
            .iter()
            .enumerate()
            .map(|(source, word)| shell::Word { text: word.text.clone(), source, start: 0, verbatim: true })
            .collect();
        Self::of_command(&Command { words, join: Join::End, depth: 0 }, &place, at, false, 0)
    }

    /// Reads a command given as text for a shell. `place` gives the place of a range of `text`.
    #[must_use]
    pub fn from_shell(text: &str, place: PlaceOf<'_>, at: Place) -> Self {
        let by_word = |_: usize, range: Range<usize>| place(range);
        Self::of_shell(text, 0, &by_word, at, 0)
    }

    /// The same for a text that stands at `at`, letter for letter where `verbatim`.
    #[must_use]
    pub fn from_shell_at(text: &str, at: Place, verbatim: bool) -> Self {
        Self::from_shell(text, &|range| part(at, verbatim, text, range), at)
    }

    /// Whether any part of it is known to speak HTTP.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.url.value().is_some_and(|url| url.scheme.value().is_some_and(|scheme| scheme.starts_with("http")))
    }

    fn of_shell(text: &str, offset: usize, place: WordPlace<'_>, at: Place, depth: usize) -> Self {
        let commands = shell::commands(text, offset);
        // A check by a known tool is what matters; `cd`, `test` and variables before it are not.
        let known = commands.iter().position(|command| known_tool(command).is_some());
        let other = || commands.iter().position(|command| !is_preparation(command));
        if let Some(index) = known.or_else(other).or_else(|| (!commands.is_empty()).then_some(0)) {
            let Some(command) = commands.get(index) else { return Self::none(at) };
            if known.is_none()
                && depth < MAX_DEPTH
                && let Some((inner, start)) = shell::substitution(text)
            {
                let mut found = Self::of_shell(inner, offset + start, place, at, depth + 1);
                if text.contains("http_code") {
                    found.fails_on_http_error = Field::known(true, at);
                }
                found.uses_shell = true;
                return found;
            }
            let mut found = Self::of_command(command, place, at, true, depth);
            let rest = commands.get(index..).unwrap_or(&[]);
            found.exit_on_failure &= failure_reaches_the_end(rest);
            let asks_another = |url: &HealthUrl| {
                let others = commands.iter().filter(|command| known_tool(command).is_some());
                let mut urls = others.map(|command| Self::of_command(command, place, at, true, depth).url);
                urls.any(|other| other.value().is_some_and(|other| other.text != url.text))
            };
            if let Some(url) = found.url.value().filter(|url| asks_another(url)) {
                found.url = Field::unresolved(&*url.text, "the check asks several addresses", url.at);
            }
            if rest.iter().any(|command| command.join == Join::Pipe) && found.is_http() {
                // What reads the answer judges it.
                found.fails_on_http_error = Field::known(true, at);
            }
            return found;
        }
        Self::none(at)
    }

    fn none(at: Place) -> Self {
        Self {
            at,
            tool: Field::Absent(at),
            url: Field::Absent(at),
            fails_on_http_error: Field::Absent(at),
            exit_on_failure: true,
            uses_shell: true,
        }
    }

    fn of_command(command: &Command, place: WordPlace<'_>, at: Place, in_shell: bool, depth: usize) -> Self {
        let words = strip_wrappers(&command.words);
        let Some(first) = words.first() else { return Self::none(at) };
        let name = base_name(&first.text);
        if is_shell(name) && depth < MAX_DEPTH {
            let script = words.iter().skip(1).find(|word| !word.text.starts_with('-'));
            let by_flag = words.iter().any(|word| word.text.starts_with('-') && word.text.ends_with('c'));
            if let (Some(script), true) = (script, by_flag) {
                let inside = |_: usize, range: Range<usize>| word_place(script, place, range);
                let mut found = Self::of_shell(&script.text, 0, &inside, at, depth + 1);
                found.uses_shell = true;
                return found;
            }
        }
        let args = words.get(1..).unwrap_or(&[]);
        let tool_at = word_place(first, place, 0..first.text.len());
        let (url, fails) = address(name, args, place);
        Self {
            at,
            tool: if first.text.contains('$') {
                Field::unresolved(&*first.text, "it is filled in later", tool_at)
            } else {
                Field::known(name.to_owned(), tool_at)
            },
            fails_on_http_error: match (&url, fails) {
                (Some(_), Some(fails)) => Field::known(fails, tool_at),
                _ => Field::Absent(at),
            },
            url: url.map_or(Field::Absent(at), |url| Field::known(url.clone(), url.at)),
            exit_on_failure: !always_succeeds(words),
            uses_shell: in_shell,
        }
    }
}

/// The words of a command that no shell reads, each with the range of its text.
#[must_use]
pub fn split_words(text: &str) -> Vec<(String, Range<usize>)> {
    let end = |word: &shell::Word| if word.verbatim { word.start + word.text.len() } else { text.len() };
    shell::words(text).into_iter().map(|word| (word.text.clone(), word.start..end(&word))).collect()
}

type WordPlace<'p> = &'p dyn Fn(usize, Range<usize>) -> Place;

fn part(at: Place, verbatim: bool, text: &str, range: Range<usize>) -> Place {
    if !verbatim || range == (0..text.len()) {
        return at;
    }
    // Quotes around the text are part of its place.
    let quote = at.span.len().saturating_sub(text.len()) / 2;
    let start = at.span.start as usize + quote;
    Place { file: at.file, span: Span::new(start + range.start, start + range.end) }
}

fn word_place(word: &shell::Word, place: WordPlace<'_>, range: Range<usize>) -> Place {
    if word.verbatim {
        place(word.source, word.start + range.start..word.start + range.end)
    } else {
        place(word.source, word.start..word.start + word.text.len())
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path).trim_end_matches(".exe")
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh")
}

/// Leaves out what only runs another command: `timeout 5 …`, `exec …`, `A=b …`, `!`.
fn strip_wrappers(words: &[shell::Word]) -> &[shell::Word] {
    let mut words = words;
    while let Some(first) = words.first() {
        let skip = match base_name(&first.text) {
            "exec" | "command" | "sudo" | "!" | "env" | "if" | "then" | "else" | "elif" | "while" | "{" => 1,
            "timeout" => {
                let duration = words.iter().skip(1).position(|word| !word.text.starts_with('-'));
                duration.map_or(1, |index| index + 2)
            }
            assignment if is_assignment(assignment) && words.len() > 1 => 1,
            _ => return words,
        };
        match words.get(skip..) {
            Some(rest) if !rest.is_empty() => words = rest,
            _ => return words,
        }
    }
    words
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn known_tool(command: &Command) -> Option<&str> {
    let words = strip_wrappers(&command.words);
    let name = base_name(&words.first()?.text);
    let by_name = matches!(
        name,
        "curl"
            | "wget"
            | "nc"
            | "ncat"
            | "netcat"
            | "http"
            | "grpc_health_probe"
            | "pg_isready"
            | "redis-cli"
            | "mysqladmin"
            | "mysql"
            | "mongo"
            | "mongosh"
            | "rabbitmq-diagnostics"
            | "cqlsh"
            | "busybox"
    );
    (by_name || is_interpreter(name) || is_shell(name)).then_some(name)
}

/// Whether a command only prepares the check: `cd`, `export`, `NAME=value`, `echo … |`.
fn is_preparation(command: &Command) -> bool {
    let first = command.words.first().map_or("", |word| word.text.as_str());
    matches!(first, "cd" | "export" | "set" | "." | "source")
        || (command.join == Join::Pipe && always_succeeds(&command.words))
        || command.words.iter().all(|word| is_assignment(&word.text))
}

fn is_interpreter(name: &str) -> bool {
    ["python", "node", "ruby", "perl", "php", "deno", "bun"]
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.')))
}

/// Whether a command ends well whatever happens. In bash, writing to `/dev/tcp/…` fails where nobody listens.
fn always_succeeds(words: &[shell::Word]) -> bool {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    if words.iter().any(|word| word.contains("/dev/tcp/") || word.contains("/dev/udp/")) {
        return false;
    }
    matches!(words.as_slice(), ["true" | ":" | "echo" | "printf", ..] | ["exit", "0"])
}

/// Whether a command ends the check as failed.
fn fails(words: &[shell::Word]) -> bool {
    match words {
        [exit, status] => exit.text == "exit" && status.text != "0",
        [only] => only.text == "false",
        _ => false,
    }
}

/// Whether the exit status of the first of these commands decides that of the whole line.
fn failure_reaches_the_end(commands: &[Command]) -> bool {
    // Of a group whose output something else reads, `(curl … || echo none) | grep 200`, only that decides.
    let depth = commands.first().map_or(0, |command| command.depth);
    let group = commands.iter().take_while(|command| depth > 0 && command.depth >= depth).count();
    if let Some((before, rest)) = commands.split_at_checked(group)
        && before.last().is_some_and(|last| last.join == Join::Pipe)
    {
        return failure_reaches_the_end(rest);
    }
    let mut pairs = commands.iter().zip(commands.iter().skip(1));
    // The first join that lets a failure go on decides.
    pairs
        .find_map(|(command, next)| match command.join {
            Join::Or | Join::Then => Some(!always_succeeds(&next.words)),
            // `status | grep -q down && exit 1 || exit 0`
            Join::And if fails(&next.words) => Some(true),
            Join::And | Join::Pipe | Join::End => None,
        })
        .unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::{CommandWord, HealthCommand};
    use crate::source::{FileId, Place, Span};

    fn at(text: &str) -> Place {
        Place { file: FileId(0), span: Span::new(0, text.len()) }
    }

    fn describe(found: &HealthCommand, source: &str) -> String {
        let show = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let url = found.url.value();
        let port = url.and_then(|url| url.port.value().map(|port| (port.0.to_string(), url.port.place())));
        if let Some((port, place)) = &port {
            let text = place.span.slice(source);
            assert!(text == port || text.contains("://") || place.span.len() == source.len(), "port at `{text}`");
        }
        if let Some(path) = url.and_then(|url| url.path.value().map(|path| (path, url.path.place())))
            && path.0 != "/"
            && path.1.span.len() != source.len()
        {
            assert_eq!(path.1.span.slice(source), path.0);
        }
        format!(
            "{} {} {} {} fails={} exits={}",
            show(found.tool.value().cloned()),
            show(url.and_then(|url| url.host.value().cloned())),
            show(port.map(|(port, _)| port)),
            show(url.and_then(|url| url.path.value().cloned())),
            show(found.fails_on_http_error.value().map(ToString::to_string)),
            found.exit_on_failure,
        )
    }

    fn shell(text: &str) -> String {
        describe(&HealthCommand::from_shell_at(text, at(text), true), text)
    }

    #[test]
    fn curl_is_understood() {
        assert_eq!(
            shell("curl -f http://localhost:8080/healthz || exit 1"),
            "curl localhost 8080 /healthz fails=true exits=true"
        );
        assert_eq!(shell("curl -sSf localhost:8080/h"), "curl localhost 8080 /h fails=true exits=true");
        assert_eq!(shell("curl http://localhost/ || true"), "curl localhost 80 / fails=false exits=false");
        let grouped = "(curl -w '%{http_code}' http://localhost:80/ || echo 000) | grep 200 || exit 1";
        assert_eq!(shell(grouped), "curl localhost 80 / fails=true exits=true");
        assert_eq!(
            shell("curl -fsS -o /dev/null -H 'A: b' \"http://127.0.0.1:3000/live?x=1\""),
            "curl 127.0.0.1 3000 /live fails=true exits=true"
        );
        assert_eq!(shell("curl -o f.txt http://[::1]:80/"), "curl [::1] 80 / fails=false exits=true");
        assert_eq!(
            shell("test \"$(curl -s -o /dev/null -w '%{http_code}' http://localhost:9/x)\" = 200"),
            "curl localhost 9 /x fails=true exits=true"
        );
    }

    #[test]
    fn what_reads_the_output_of_a_group_decides() {
        let group = "(curl -s -o /dev/null -w '%{http_code}' http://localhost:8000/h || echo 000)";
        let decided = "curl localhost 8000 /h fails=true exits=true";
        assert_eq!(shell(&format!("{group} | grep -E '200|404' > /dev/null || exit 1")), decided);
        assert!(shell(&format!("{group} | grep 200 || true")).ends_with("exits=false"));
        assert!(shell(&format!("{group} && exit 0")).ends_with("exits=false"));
        assert_eq!(
            shell("echo | openssl s_client -connect localhost:1 | grep -q OK"),
            "openssl - - - fails=- exits=true"
        );
        assert!(shell("control status | grep -q down && exit 1 || exit 0").ends_with("exits=true"));
        assert!(shell("control status && echo up || exit 0").ends_with("exits=false"));
    }

    #[test]
    fn what_another_program_makes_of_an_answer_is_not_known() {
        assert_eq!(
            shell("bash -c 'A=b aws --endpoint-url=http://127.0.0.1:4566 s3 ls'"),
            "aws 127.0.0.1 4566 / fails=- exits=true"
        );
    }

    #[test]
    fn a_port_that_a_program_puts_together_is_not_known() {
        assert_eq!(
            shell("python -c \"import os, requests; requests.get(f'http://localhost:{os.environ['PORT']}/h')\""),
            "python localhost - / fails=false exits=true"
        );
    }

    #[test]
    fn a_port_from_a_variable_is_not_known() {
        assert_eq!(
            shell("curl -f http://localhost:${PORT:-80}/healthz"),
            "curl localhost - /healthz fails=true exits=true"
        );
        assert_eq!(shell("curl -f http://localhost:${PORT}"), "curl localhost - / fails=true exits=true");
        assert_eq!(shell("curl -f http://localhost:8080${HEALTH_PATH}"), "curl localhost - - fails=true exits=true");
        assert_eq!(shell("curl -f $URL"), "curl - - - fails=true exits=true");
    }

    #[test]
    fn wget_and_nc_are_understood() {
        assert_eq!(
            shell("wget --no-verbose --tries=1 --spider http://localhost:8080/ready || exit 1"),
            "wget localhost 8080 /ready fails=true exits=true"
        );
        assert_eq!(
            shell("wget -q -O- http://localhost:8080/ready | grep ok"),
            "wget localhost 8080 /ready fails=true exits=true"
        );
        assert_eq!(shell("nc -z localhost 5432"), "nc localhost 5432 - fails=- exits=true");
        assert_eq!(shell("pg_isready -U app -d db"), "pg_isready - - - fails=- exits=true");
    }

    #[test]
    fn which_of_several_addresses_counts_cannot_be_told() {
        let check =
            "if [ \"$PROXY\" = off ]; then curl -f http://localhost:8080/h; else curl -f http://localhost:3000/h; fi";
        assert_eq!(shell(check), "curl - - - fails=true exits=true");
        assert_eq!(
            shell("curl -f http://localhost:8080/h || curl -f http://localhost:8080/h"),
            "curl localhost 8080 /h fails=true exits=true"
        );
    }

    #[test]
    fn scripts_are_searched_for_their_address() {
        assert_eq!(
            shell("python -c \"import urllib.request; urllib.request.urlopen('http://localhost:8080/health')\""),
            "python localhost 8080 /health fails=true exits=true"
        );
        assert_eq!(
            shell("python3 -c 'import requests; requests.get(\"http://localhost:1/x\")'"),
            "python3 localhost 1 /x fails=false exits=true"
        );
        assert_eq!(
            shell(
                "node -e \"require('http').get('http://localhost:3000/h', r => process.exit(r.statusCode === 200 ? 0 : 1))\""
            ),
            "node localhost 3000 /h fails=true exits=true"
        );
    }

    #[test]
    fn words_have_places_of_their_own() {
        let source = r#"["CMD", "curl", "-f", "http://localhost:8080/healthz"]"#;
        let word = |text: &str| {
            let start = source.find(text).unwrap();
            let span = Span::new(start - 1, start + text.len() + 1);
            CommandWord { text: text.to_owned(), at: Place { file: FileId(0), span }, verbatim: true }
        };
        let words = ["curl", "-f", "http://localhost:8080/healthz"].map(word);
        let found = HealthCommand::from_words(&words, at(source));
        let url = found.url.value().unwrap();
        assert_eq!(url.port.place().span.slice(source), "8080");
        assert_eq!(url.path.place().span.slice(source), "/healthz");
        assert!(!found.uses_shell);
    }

    #[test]
    fn a_shell_in_a_list_of_words_is_followed() {
        let words = ["sh", "-c", "wget -qO- http://localhost:8080/h || exit 1"].map(|text| CommandWord {
            text: text.to_owned(),
            at: at(text),
            verbatim: true,
        });
        let found = HealthCommand::from_words(&words, at(""));
        assert_eq!(found.tool.value().map(String::as_str), Some("wget"));
        assert_eq!(found.url.value().unwrap().port.place().span, Span::new(27, 31));
    }
}
