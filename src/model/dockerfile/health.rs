//! HEALTHCHECK: options, command, and whether what it runs is in the image.

use std::ops::Range;

use super::base_image::BaseFacts;
use super::packages::InstalledPackage;
use super::scope::Scope;
use crate::model::duration::Duration;
use crate::model::healthcheck::{CommandWord, HealthCommand};
use crate::model::value::{Always, Field};
use crate::source::{FileId, Place, Span};
use crate::syntax::dockerfile::{self as syntax, Command, Expansion, Instruction, InstructionKind, Word};
use crate::{model, words};

words! {
    /// The two ways to write a command (Dockerfile reference, "Shell and exec form").
    pub enum Form {
        /// A JSON array.
        Exec = "exec",
        /// Text for a shell.
        Shell = "shell",
    }
}

model! {
    /// The health check of a stage.
    pub struct Healthcheck as "dockerfile.healthcheck" {
        /// Whether it is `HEALTHCHECK NONE`.
        disabled: bool,
        /// The command as text.
        command: Field<String>,
        /// Its form.
        form: Field<Form>,
        /// What the command does.
        check: Field<HealthCommand>,
        /// `--interval`, where it is given.
        interval: Field<Duration>,
        /// `--timeout`, where it is given.
        timeout: Field<Duration>,
        /// `--start-period`, where it is given.
        start_period: Field<Duration>,
        /// `--start-interval`, where it is given.
        start_interval: Field<Duration>,
        /// `--retries`, where it is given.
        retries: Field<i64>,
        /// The interval in force; 30s by default.
        effective_interval: Always<Duration>,
        /// The timeout in force; 30s by default.
        effective_timeout: Always<Duration>,
        /// The start period in force; 0s by default.
        effective_start_period: Always<Duration>,
        /// The retries in force; 3 by default.
        effective_retries: Always<i64>,
        /// Whether the program it runs, and the shell it may need, are in the image.
        tool_available: Field<bool>,
        /// Whether an earlier stage declares it.
        inherited: bool,
    }
    label(check) { check.command.value().cloned().unwrap_or_else(|| "NONE".to_owned()) }
}

/// What is in the file system of a stage, as far as tools go.
pub(super) struct Inventory<'s> {
    pub base: Option<&'s BaseFacts>,
    pub packages: &'s [InstalledPackage],
    /// Names of files that COPY and ADD bring.
    pub copied: &'s [String],
    /// Whether something was installed that cannot be seen, such as by a script.
    pub unseen: bool,
}

/// Tools whose absence can be told from the base image and the packages.
const JUDGED: &[&str] = &[
    "sh",
    "bash",
    "curl",
    "wget",
    "nc",
    "ncat",
    "netcat",
    "python",
    "python3",
    "node",
    "ruby",
    "php",
    "perl",
    "java",
    "http",
    "busybox",
    "psql",
    "pg_isready",
    "redis-cli",
    "mysqladmin",
    "mysql",
    "mongosh",
    "mongo",
    "dotnet",
];

impl Inventory<'_> {
    /// Whether a command is there; `Err` says why that is not known.
    fn has(&self, tool: &str) -> Result<bool, String> {
        let name = tool.rsplit('/').next().unwrap_or(tool);
        let there = |known: &str| known == name || (is_interpreter(known) && interpreter(known) == interpreter(name));
        let installed = self.packages.iter().filter(|package| !package.removed && package.manager != "pip");
        let mut provided = installed.filter_map(|package| package.name.value());
        if self.copied.iter().any(|file| there(file)) || provided.any(|package| provides(package, name)) {
            return Ok(true);
        }
        if tool.starts_with('.') || (!JUDGED.contains(&name) && !is_interpreter(name)) {
            return Err(format!("whether `{tool}` is in the image is not known"));
        }
        let Some(base) = self.base else { return Err("the tools of the base image are not known".to_owned()) };
        if base.tools.iter().any(|known| there(known)) {
            return Ok(true);
        }
        if base.family.is_none() || base.maybe.iter().any(|known| there(known)) {
            return Err(format!("whether the base image has `{name}` is not known"));
        }
        let unseen = self.unseen || self.packages.iter().any(|package| package.name.value().is_none());
        if unseen {
            return Err(format!("whether a RUN installs `{name}` is not known"));
        }
        Ok(false)
    }
}

fn is_interpreter(name: &str) -> bool {
    name != interpreter(name) || matches!(name, "python" | "node" | "ruby" | "php" | "perl")
}

/// `python3.11` as `python`.
fn interpreter(name: &str) -> &str {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if matches!(stem, "python" | "ruby" | "php" | "perl" | "node") { stem } else { name }
}

/// Whether a package of an operating system brings a command.
fn provides(package: &str, tool: &str) -> bool {
    if package == tool || interpreter(package) == interpreter(tool) {
        return true;
    }
    match tool {
        "nc" | "ncat" | "netcat" => {
            package.contains("netcat") || matches!(package, "nmap-ncat" | "busybox-extras" | "nmap")
        }
        "curl" => matches!(package, "curl-minimal"),
        "node" => matches!(package, "nodejs" | "nodejs-current" | "npm"),
        "python" | "python3" => package.starts_with("python3") || package.starts_with("py3-"),
        "java" => package.contains("openjdk") || package.contains("jre") || package.contains("-jdk"),
        "pg_isready" | "psql" => package.starts_with("postgresql"),
        "redis-cli" => package.starts_with("redis"),
        "mysqladmin" | "mysql" => package.contains("mysql") || package.contains("mariadb"),
        "php" => package.starts_with("php"),
        "http" => package == "httpie",
        _ => false,
    }
}

/// Text with runtime variables filled in, and the way back to the text as written.
struct Filled {
    text: String,
    /// Ranges of the filled text that stand for other ranges of the written one.
    parts: Vec<(Range<usize>, Range<usize>)>,
}

/// Fills in `$NAME`, `${NAME}` and `${NAME:-default}` from the environment; what is not known stays.
fn fill(text: &str, scope: &Scope) -> Filled {
    let mut out = Filled { text: String::new(), parts: Vec::new() };
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(found) = rest.find('$') else {
            out.push(rest, at..text.len());
            break;
        };
        out.push(rest.get(..found).unwrap_or(""), at..at + found);
        let start = at + found;
        let reference = rest.get(found..).unwrap_or("");
        let length = match reference.strip_prefix("${") {
            Some(inside) => inside.find('}').map_or(reference.len(), |end| end + 3),
            None => 1 + reference.chars().skip(1).take_while(|c| c.is_ascii_alphanumeric() || *c == '_').count(),
        };
        let written = reference.get(..length).unwrap_or(reference);
        let word = Word { text: written.to_owned(), span: Span::default(), escape: '\\' };
        let value = match word.expand(&|name| scope.get(name)) {
            Expansion::Known(value) if !word.variables().is_empty() => value,
            _ => written.to_owned(),
        };
        out.push(&value, start..start + written.len());
        at = start + written.len().max(1);
    }
    out
}

impl Filled {
    fn push(&mut self, text: &str, written: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(text);
        self.parts.push((start..self.text.len(), written));
    }

    /// The range of the written text that a range of the filled text stands for.
    fn written(&self, range: &Range<usize>) -> Range<usize> {
        let find = |at: usize, is_end: bool| {
            let mut parts = self.parts.iter();
            let holds = |part: &&(Range<usize>, Range<usize>)| {
                if is_end { part.0.start < at && at <= part.0.end } else { part.0.start <= at && at < part.0.end }
            };
            parts.find(holds).map(|(filled, written)| match (filled.len() == written.len(), is_end) {
                (true, _) => written.start + (at - filled.start),
                (false, false) => written.start,
                (false, true) => written.end,
            })
        };
        let start = find(range.start, false).unwrap_or(0);
        start..find(range.end, true).unwrap_or(start).max(start)
    }
}

/// Reads a HEALTHCHECK for a stage that declares or inherits it.
pub(super) fn read(
    instruction: &Instruction,
    file: FileId,
    scope: &Scope,
    inventory: &Inventory<'_>,
    inherited: bool,
) -> Option<Healthcheck> {
    let InstructionKind::Healthcheck(check) = &instruction.kind else { return None };
    let at = Place { file, span: instruction.keyword.span };
    let syntax::Healthcheck::Cmd(command) = check else {
        return Some(assemble(
            at,
            std::array::from_fn(|_| Field::Absent(at)),
            Field::Absent(at),
            Parts::none(at),
            inherited,
        ));
    };
    let written = |name: &str| match instruction.flag(name).and_then(|flag| flag.value.as_ref()) {
        None => Field::Absent(at),
        Some(text) => Field::known(text.value.clone(), Place { file, span: text.span }),
    };
    let lengths = ["interval", "timeout", "start-period", "start-interval"]
        .map(|name| written(name).parse("a length of time such as `30s`", |text| Duration::parse(text)));
    let retries = written("retries").parse("a whole number", |text| text.parse().ok());
    let parts = read_command(command, file, scope, inventory, at);
    Some(assemble(at, lengths, retries, parts, inherited))
}

struct Parts {
    disabled: bool,
    command: Field<String>,
    form: Field<Form>,
    check: Field<HealthCommand>,
    tool_available: Field<bool>,
}

impl Parts {
    fn none(at: Place) -> Self {
        Self {
            disabled: true,
            command: Field::Absent(at),
            form: Field::Absent(at),
            check: Field::Absent(at),
            tool_available: Field::Absent(at),
        }
    }
}

fn assemble(
    at: Place,
    [interval, timeout, start_period, start_interval]: [Field<Duration>; 4],
    retries: Field<i64>,
    parts: Parts,
    inherited: bool,
) -> Healthcheck {
    Healthcheck {
        at,
        disabled: parts.disabled,
        command: parts.command,
        form: parts.form,
        check: parts.check,
        effective_interval: interval.clone().or_default(Duration::from_seconds(30)),
        effective_timeout: timeout.clone().or_default(Duration::from_seconds(30)),
        effective_start_period: start_period.clone().or_default(Duration::from_seconds(0)),
        effective_retries: retries.clone().or_default(3),
        interval,
        timeout,
        start_period,
        start_interval,
        retries,
        tool_available: parts.tool_available,
        inherited,
    }
}

fn read_command(command: &Command, file: FileId, scope: &Scope, inventory: &Inventory<'_>, at: Place) -> Parts {
    let (text, form, check) = match command {
        Command::Exec(words) => {
            let place = words.iter().map(|word| word.span).reduce(Span::to).map_or(at, |span| Place { file, span });
            let words: Vec<CommandWord> = words
                .iter()
                .map(|word| CommandWord {
                    text: word.value.clone(),
                    at: Place { file, span: word.span },
                    verbatim: word.span.len() == word.value.len() + 2,
                })
                .collect();
            let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            (Field::known(text, place), Form::Exec, HealthCommand::from_words(&words, place))
        }
        Command::Shell(text) => {
            let place = Place { file, span: text.span() };
            let filled = fill(text.as_str(), scope);
            let by_range = |range: Range<usize>| Place { file, span: text.span_of(filled.written(&range)) };
            let check = HealthCommand::from_shell(&filled.text, &by_range, place);
            (Field::known(text.as_str().to_owned(), place), Form::Shell, check)
        }
    };
    let place = text.place();
    Parts {
        disabled: false,
        tool_available: availability(&check, inventory, place),
        form: Field::known(form, place),
        check: Field::known(check, place),
        command: text,
    }
}

fn availability(check: &HealthCommand, inventory: &Inventory<'_>, at: Place) -> Field<bool> {
    if check.uses_shell {
        match inventory.has("sh") {
            Ok(false) => return Field::known(false, at),
            Err(why) if inventory.base.is_none_or(|base| base.family.is_none()) && check.tool.value().is_none() => {
                return Field::unresolved("", why, at);
            }
            Ok(true) | Err(_) => {}
        }
    }
    match &check.tool {
        Field::Known(tool, origin) => match inventory.has(tool) {
            Ok(available) => Field::Known(available, *origin),
            // Shell builtins are there with the shell.
            Err(_) if check.uses_shell && is_builtin(tool) => Field::known(true, at),
            Err(why) => Field::unresolved(tool.as_str(), why, origin.at),
        },
        Field::Absent(_) => Field::Absent(at),
        Field::Unresolved(why) => Field::Unresolved(why.clone()),
        Field::Malformed(why) => Field::Malformed(why.clone()),
    }
}

fn is_builtin(tool: &str) -> bool {
    matches!(tool, "exit" | "true" | "false" | "test" | "[" | "[[" | ":" | "echo" | "kill" | "cat" | "ls" | "stat")
}

/// The program that a start or health command runs is one of these when it only starts another.
pub(super) fn is_init(program: &str) -> bool {
    matches!(program, "dumb-init" | "tini" | "tini-static" | "catatonit" | "s6-overlay" | "init" | "docker-init")
}
