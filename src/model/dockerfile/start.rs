//! ENTRYPOINT and CMD: what a container starts.

use super::health::{Form, is_init};
use super::script::is_shell;
use crate::model;
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Span};
use crate::syntax::dockerfile::{Command, Instruction, InstructionKind};
use crate::syntax::shell::{self, SimpleCommand};

model! {
    /// An ENTRYPOINT, a CMD, or what both come to.
    pub struct StartCommand as "dockerfile.start" {
        /// Exec or shell form.
        form: Form,
        /// Its words.
        words: List<Field<String>>,
        /// The words with blanks between them, or the text for the shell.
        text: String,
        /// The first word without its directory.
        program: Field<String>,
        /// Whether that is an init such as tini or dumb-init.
        has_init: bool,
        /// The program behind an init, `env`, `exec` and `sh -c`.
        main_program: Field<String>,
        /// Whether that serves whatever it is given, as uvicorn and nginx do.
        is_server: bool,
        /// Whether an earlier stage declares it.
        inherited: bool,
    }
    label(command) { command.text.clone() }
}

/// Reads an ENTRYPOINT or CMD.
pub(super) fn read(instruction: &Instruction, file: FileId, inherited: bool) -> Option<StartCommand> {
    let (InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command)) = &instruction.kind else { return None };
    let keyword = Place { file, span: instruction.keyword.span };
    let (form, at, words, text) = match command {
        Command::Exec(words) => {
            let at = words.iter().map(|word| word.span).reduce(Span::to).map_or(keyword, |span| Place { file, span });
            let fields: Vec<_> =
                words.iter().map(|word| Field::known(word.value.clone(), Place { file, span: word.span })).collect();
            (Form::Exec, at, fields, String::new())
        }
        Command::Shell(text) => {
            let first = shell::parse(text).into_iter().find(|command| !command.words.is_empty());
            let words = first.map(|command| command.words).unwrap_or_default();
            let fields = words.iter().map(|word| Field::known(word.text.clone(), Place { file, span: word.span }));
            let at = Place { file, span: text.span() };
            (Form::Shell, at, fields.collect(), text.as_str().to_owned())
        }
    };
    Some(assemble(form, words, text, at, inherited))
}

/// What ENTRYPOINT and CMD come to together (Dockerfile reference, "Understand how CMD and ENTRYPOINT interact").
pub(super) fn together(entrypoint: Option<&StartCommand>, cmd: Option<&StartCommand>) -> Option<StartCommand> {
    match (entrypoint, cmd) {
        (Some(entrypoint), Some(cmd)) if entrypoint.form == Form::Exec && !entrypoint.words.items.is_empty() => {
            let words = entrypoint.words.iter().chain(cmd.words.iter()).cloned().collect();
            let text =
                if cmd.form == Form::Shell { format!("{} {}", entrypoint.text, cmd.text) } else { String::new() };
            Some(assemble(entrypoint.form, words, text, entrypoint.at, entrypoint.inherited))
        }
        (Some(entrypoint), None) => Some(entrypoint.clone()),
        (Some(entrypoint), _) if entrypoint.form == Form::Shell => Some(entrypoint.clone()),
        (_, cmd) => cmd.cloned(),
    }
}

fn assemble(form: Form, words: Vec<Field<String>>, text: String, at: Place, inherited: bool) -> StartCommand {
    let plain: Vec<&str> = words.iter().filter_map(Field::value).map(String::as_str).collect();
    let field = |index: usize| match words.get(index) {
        Some(word) => word.clone().map(|word| base_name(&word).to_owned()),
        None => Field::Absent(at),
    };
    let program = field(0);
    let main = if form == Form::Shell { main_of_script(&text, 0).map(|name| (None, name)) } else { main_of(&plain, 0) };
    let main_program = match main {
        Some((index, name)) => Field::known(name, index.and_then(|index| words.get(index)).map_or(at, Field::place)),
        None => Field::Absent(at),
    };
    let text = if text.is_empty() { plain.join(" ") } else { text };
    let has_init = program.value().is_some_and(|program| is_init(program));
    let is_server = main_program.value().is_some_and(|name| SERVERS.contains(&name.as_str()));
    let words = List::new(words, at);
    StartCommand { at, form, words, text, program, has_init, main_program, is_server, inherited }
}

/// Programs that answer requests and do nothing else.
const SERVERS: &[&str] = &[
    "caddy",
    "daphne",
    "gunicorn",
    "httpd",
    "hypercorn",
    "nginx",
    "php-fpm",
    "puma",
    "unicorn",
    "uvicorn",
    "waitress-serve",
];

/// How deep `sh -c "…"` is followed.
const MAX_DEPTH: usize = 3;

/// The program that words start in the end, and the word that names it.
fn main_of(words: &[&str], depth: usize) -> Option<(Option<usize>, String)> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let name = base_name(word);
        let next = words.get(at + 1).copied().unwrap_or("");
        if is_shell(name) && next.starts_with('-') && next.ends_with('c') && depth < MAX_DEPTH {
            let name = main_of_script(words.get(at + 2)?, depth + 1)?;
            return Some((Some(at + 2), name));
        }
        let is_wrapper = is_init(name) || matches!(name, "env" | "exec" | "gosu" | "su-exec" | "nice" | "sudo");
        let is_detail = word.starts_with('-') || (at > 0 && word.contains('=') && !word.contains('/'));
        if !is_wrapper && !is_detail {
            return Some((Some(at), name.to_owned()));
        }
        // `gosu user program`
        at += if matches!(name, "gosu" | "su-exec") { 2 } else { 1 };
    }
    None
}

/// The program that a script keeps running: what takes the shell's place, or what comes last.
fn main_of_script(script: &str, depth: usize) -> Option<String> {
    let commands = shell::parse_str(script, 0);
    let is_program = |command: &&SimpleCommand| {
        let name = command.words.first().map(|word| word.text.as_str());
        name.is_some_and(|name| {
            !matches!(name, "cd" | "set" | "export" | "echo" | "sleep" | "exit" | "true" | "false" | "wait" | ":")
        })
    };
    let exec = commands.iter().find(|command| command.name() == Some("exec"));
    let main = exec.or_else(|| commands.iter().rfind(is_program))?;
    let words: Vec<&str> = main.words.iter().map(|word| word.text.as_str()).collect();
    main_of(&words, depth).map(|(_, name)| name)
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
