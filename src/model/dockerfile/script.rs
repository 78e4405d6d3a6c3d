//! The commands of RUN instructions, with variables filled in and wrappers such as `sudo` taken off.

use std::collections::BTreeMap;

use super::scope::Scope;
use crate::model::value::Field;
use crate::source::{FileId, Place, Span};
use crate::syntax::dockerfile::{Command, Expansion, Instruction, InstructionKind, Word};
use crate::syntax::shell::{self, ShellWord, SimpleCommand};

/// How deep `sh -c "…"` is followed.
const MAX_DEPTH: usize = 3;

/// A word of a command.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    /// Without quotes; variables as written.
    pub text: String,
    /// With variables filled in, where they are known.
    pub value: Option<String>,
    pub at: Place,
}

impl Argument {
    /// The value, or the text where it is not known.
    pub fn shown(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.text)
    }

    /// The value as a field.
    pub fn field(&self) -> Field<String> {
        match &self.value {
            Some(value) => Field::known(value.clone(), self.at),
            None => Field::unresolved(&*self.text, "it is filled in when the image is built", self.at),
        }
    }

    /// The part from byte `start` of the text on, such as the value of `--uid=1000`.
    pub fn tail(&self, start: usize) -> Self {
        let is_verbatim = self.at.span.len() == self.text.len();
        let span = if is_verbatim {
            Span::new(self.at.span.start as usize + start, self.at.span.end as usize)
        } else {
            self.at.span
        };
        Self {
            text: self.text.get(start..).unwrap_or("").to_owned(),
            // An option's name holds no variable, so it is as long in the value as in the text.
            value: self.value.as_ref().map(|value| value.get(start..).unwrap_or("").to_owned()),
            at: Place { file: self.at.file, span },
        }
    }
}

/// One simple command of a RUN.
#[derive(Clone, Debug)]
pub(super) struct RunCommand {
    /// Its words, wrappers taken off; never empty.
    pub words: Vec<Argument>,
    /// Targets of `>` and `>>`.
    pub outputs: Vec<Argument>,
    pub at: Place,
    /// Whether it was wrapped in `sudo` or `doas`.
    pub uses_sudo: bool,
    /// Position of the RUN in its stage.
    pub position: usize,
    /// The shells that it stands in, outermost first: a `cd` in one of them ends with it.
    pub shells: Vec<u32>,
}

impl RunCommand {
    /// The program without its directory; empty where it is not known.
    pub fn name(&self) -> &str {
        let first = self.words.first().and_then(|word| word.value.as_deref()).unwrap_or("");
        first.rsplit('/').next().unwrap_or(first)
    }

    pub fn arguments(&self) -> &[Argument] {
        self.words.get(1..).unwrap_or(&[])
    }

    /// The words with blanks between them.
    pub fn text(&self) -> String {
        self.words.iter().map(Argument::shown).collect::<Vec<_>>().join(" ")
    }
}

/// The commands that a RUN runs, in order; none for any other instruction.
pub(super) fn commands(instruction: &Instruction, file: FileId, scope: &Scope, position: usize) -> Vec<RunCommand> {
    let InstructionKind::Run(command) = &instruction.kind else { return Vec::new() };
    let mut reader =
        Reader { file, scope, position, local: BTreeMap::new(), shells: Vec::new(), started: 0, out: Vec::new() };
    match command {
        Command::Exec(words) => {
            let argument = |word: &crate::source::Spanned<String>| Argument {
                text: word.value.clone(),
                value: Some(word.value.clone()),
                at: Place { file, span: word.span },
            };
            let at = Place { file, span: instruction.span };
            let words: Vec<Argument> = words.iter().map(argument).collect();
            reader.push(words, Vec::new(), at, Vec::new(), 0);
        }
        Command::Shell(_) => {
            if let Some(script) = instruction.shell_script() {
                reader.script(shell::parse(script), 0);
            }
            let into_shell = reader.out.first().is_some_and(|command| is_shell(command.name()));
            let bodies = instruction.heredocs.iter().filter(|heredoc| !heredoc.is_whole_command && into_shell);
            for heredoc in bodies {
                reader.script(shell::parse(&heredoc.body), 0);
            }
        }
    }
    reader.out
}

struct Reader<'s> {
    file: FileId,
    scope: &'s Scope,
    position: usize,
    /// Variables that the script sets itself.
    local: BTreeMap<String, Option<String>>,
    /// The shells around the script that is read.
    shells: Vec<u32>,
    /// How many were started by `sh -c`.
    started: u32,
    out: Vec<RunCommand>,
}

impl Reader<'_> {
    fn script(&mut self, commands: Vec<SimpleCommand>, depth: usize) {
        for command in commands {
            let is_export = matches!(command.name(), Some("export" | "readonly" | "local" | "declare"));
            if command.words.is_empty() {
                for assignment in &command.assignments {
                    let value = self.argument(&assignment.value).value;
                    self.local.insert(assignment.name.value.clone(), value);
                }
            } else if is_export {
                for word in command.words.iter().skip(1) {
                    if let Some((name, value)) = word.text.split_once('=') {
                        let value = self.value(value, word.is_literal);
                        self.local.insert(name.to_owned(), value);
                    }
                }
            }
            let words: Vec<Argument> = command.words.iter().map(|word| self.argument(word)).collect();
            let outputs = command.redirections.iter().filter(|redirection| redirection.operator.value.contains('>'));
            let outputs = outputs.filter_map(|redirection| redirection.target.as_ref());
            let outputs = outputs.map(|target| self.argument(target)).collect();
            let shells = self.shells.iter().chain(&command.subshells).copied().collect();
            self.push(words, outputs, Place { file: self.file, span: command.span }, shells, depth);
        }
    }

    fn push(&mut self, mut words: Vec<Argument>, outputs: Vec<Argument>, at: Place, shells: Vec<u32>, depth: usize) {
        let wrapper = |word: &Argument| matches!(word.shown().rsplit('/').next(), Some("sudo" | "doas"));
        let sudo = words.iter().position(wrapper);
        let wrappers = wrappers(&words);
        let uses_sudo = sudo.is_some_and(|sudo| sudo < wrappers);
        words.drain(..wrappers);
        let mut command = RunCommand { words, outputs, at, uses_sudo, position: self.position, shells };
        let is_script = is_shell(command.name()) && depth < MAX_DEPTH;
        let by_flag =
            |word: &Argument| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c');
        let flag = command.arguments().iter().position(by_flag).filter(|_| is_script);
        if let Some(script) = flag.and_then(|flag| command.arguments().get(flag + 1)) {
            let around = script.at.span.len().saturating_sub(script.text.len());
            let mut inner = shell::parse_str(&script.text, script.at.span.start as usize + around / 2);
            // With escapes or lines that go on, the text is no longer what stands in the file.
            if !matches!(around, 0 | 2) {
                for command in &mut inner {
                    command.move_to(script.at.span);
                }
            }
            self.started += 1;
            let mut shells = std::mem::take(&mut command.shells);
            // Numbers of those in parentheses start over in each script.
            shells.push(u32::MAX - self.started);
            let around = std::mem::replace(&mut self.shells, shells);
            self.script(inner, depth + 1);
            self.shells = around;
            return;
        }
        if !command.words.is_empty() {
            self.out.push(command);
        }
    }

    fn argument(&self, word: &ShellWord) -> Argument {
        let value = self.value(&word.text, word.is_literal);
        Argument { text: word.text.clone(), value, at: Place { file: self.file, span: word.span } }
    }

    fn value(&self, text: &str, is_literal: bool) -> Option<String> {
        if is_literal || !text.contains(['$', '`']) {
            return Some(text.to_owned());
        }
        if text.contains("$(") || text.contains(['`', '\'', '"', '\\']) {
            return None;
        }
        let word = Word { text: text.to_owned(), span: Span::default(), escape: '\\' };
        let lookup = |name: &str| match self.local.get(name) {
            Some(value) => value.clone(),
            None => self.scope.get(name),
        };
        match word.expand(&lookup) {
            Expansion::Known(value) => Some(value),
            _ => None,
        }
    }
}

pub(super) fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh")
}

/// How many words at the start only run another command.
fn wrappers(words: &[Argument]) -> usize {
    let mut rest = words;
    while let Some((first, tail)) = rest.split_first() {
        let name = first.shown().rsplit('/').next().unwrap_or("");
        let is_option = |word: &&Argument| word.text.starts_with('-');
        let is_assignment = |word: &&Argument| word.text.contains('=') && !word.text.starts_with('-');
        let skip = match name {
            "sudo" | "exec" | "command" | "time" | "doas" | "busybox" | "eatmydata" | "nohup" => {
                tail.iter().take_while(is_option).count()
            }
            "env" => tail.iter().take_while(|word| is_option(word) || is_assignment(word)).count(),
            _ => break,
        };
        match tail.get(skip..) {
            Some(next) if !next.is_empty() => rest = next,
            _ => break,
        }
    }
    words.len() - rest.len()
}

/// Options and operands of a command.
pub(super) struct Options<'c> {
    options: Vec<(String, Option<Argument>)>,
    pub operands: Vec<&'c Argument>,
}

impl<'c> Options<'c> {
    /// Reads the arguments; `valued` names the options that take a value: letters, and words without `--`.
    pub fn read(arguments: &'c [Argument], letters: &str, valued: &[&str]) -> Self {
        let mut out = Self { options: Vec::new(), operands: Vec::new() };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let text = word.shown();
            if text == "--" {
                out.operands.extend(words);
                break;
            }
            if let Some(long) = text.strip_prefix("--") {
                match long.split_once('=') {
                    Some((name, _)) => out.options.push((name.to_owned(), Some(word.tail(name.len() + 3)))),
                    None if valued.contains(&long) => out.options.push((long.to_owned(), words.next().cloned())),
                    None => out.options.push((long.to_owned(), None)),
                }
            } else if let Some(short) = text.strip_prefix('-').filter(|short| !short.is_empty()) {
                let taking = short.char_indices().find(|(_, letter)| letters.contains(*letter));
                let end = taking.map_or(short.len(), |(at, _)| at);
                let flags = short.get(..end).unwrap_or("").chars();
                out.options.extend(flags.map(|flag| (flag.to_string(), None)));
                if let Some((at, letter)) = taking {
                    let behind = at + letter.len_utf8();
                    let value = if behind < short.len() { Some(word.tail(behind + 1)) } else { words.next().cloned() };
                    out.options.push((letter.to_string(), value));
                }
            } else {
                out.operands.push(word);
            }
        }
        out
    }

    /// Whether any of the options is there.
    pub fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The value of the last of the options.
    pub fn value(&self, names: &[&str]) -> Option<&Argument> {
        let mut options = self.options.iter().rev().filter(|(name, _)| names.contains(&name.as_str()));
        options.find_map(|(_, value)| value.as_ref())
    }
}
