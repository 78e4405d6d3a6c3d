//! The tree of a Dockerfile: typed instructions in file order, each word with its bytes.

use std::borrow::Cow;
use std::ops::Range;

use crate::source::{Span, Spanned};
use crate::syntax::SyntaxProblem;
use crate::syntax::mapped::MappedText;

use super::expand::{self, Expansion};
use super::keyword::Keyword;

/// A Dockerfile as read. Instructions that could not be understood are there as [`InstructionKind::Unknown`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// Parser directives at the top of the file, in order (Dockerfile reference, "Parser directives").
    pub directives: Vec<Directive>,
    /// Comments, from `#` to the end of the line, including those between continuation lines but not directives.
    pub comments: Vec<Spanned<String>>,
    /// Instructions in file order.
    pub instructions: Vec<Instruction>,
    /// What could not be read, in file order. At most 1,000, the last of which then says that there are more.
    pub problems: Vec<SyntaxProblem>,
}

/// `# name=value` at the top of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// `syntax`, `escape` or `check`, in lower case.
    pub name: Spanned<String>,
    /// What follows `=`, without blanks around it.
    pub value: Spanned<String>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Which instruction; the span covers the word as written.
    pub keyword: Spanned<Keyword>,
    /// From the keyword to the last argument or heredoc terminator, without the line end.
    pub span: Span,
    /// `--name` and `--name=value` words between keyword and arguments, in order, known or not.
    pub flags: Vec<Flag>,
    /// The arguments by kind of instruction.
    pub kind: InstructionKind,
    /// Heredocs in order. Those of `ONBUILD RUN <<EOF` belong to the inner instruction.
    pub heredocs: Vec<Heredoc>,
}

impl Instruction {
    /// The last flag of a name, which is written without dashes.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().rev().find(|flag| flag.name.value == name)
    }

    /// What RUN, CMD, ENTRYPOINT or HEALTHCHECK CMD runs.
    #[must_use]
    pub fn command(&self) -> Option<&Command> {
        match &self.kind {
            InstructionKind::Run(command) | InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => {
                Some(command)
            }
            InstructionKind::Healthcheck(Healthcheck::Cmd(command)) => Some(command),
            _ => None,
        }
    }

    /// The texts that a shell runs for this instruction: the shell form's text, or the heredoc's body where the
    /// heredoc is all there is (`RUN <<EOF`) and does not name an interpreter of its own with `#!`.
    #[must_use]
    pub fn shell_script(&self) -> Option<&MappedText> {
        let command = self.command()?;
        let Command::Shell(text) = command else { return None };
        match self.heredocs.as_slice() {
            [only] if only.is_whole_command => only.runs_in_shell().then_some(&only.body),
            _ => Some(text),
        }
    }
}

/// A flag of an instruction, such as `--from=build`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The name without dashes; that of a flag which the instruction has is borrowed.
    pub name: Spanned<Cow<'static, str>>,
    /// What follows `=`, with quotes and escapes removed; the span covers it as written.
    pub value: Option<Spanned<String>>,
    /// The whole word, dashes included.
    pub span: Span,
}

/// The arguments of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstructionKind {
    /// `FROM [--platform=p] image [AS alias]`.
    From {
        /// Image or earlier stage.
        image: Word,
        /// Stage name in lower case, as BuildKit compares it.
        alias: Option<Spanned<String>>,
        /// Value of `--platform`.
        platform: Option<Word>,
    },
    /// `RUN`.
    Run(Command),
    /// `CMD`.
    Cmd(Command),
    /// `ENTRYPOINT`.
    Entrypoint(Command),
    /// `HEALTHCHECK`.
    Healthcheck(Healthcheck),
    /// `EXPOSE`, one word for each port.
    Expose(Vec<Word>),
    /// `ENV` as keys and values.
    Env(Vec<(Word, Word)>),
    /// `LABEL` as keys and values.
    Label(Vec<(Word, Word)>),
    /// `ARG` as names and defaults.
    Arg(Vec<(Word, Option<Word>)>),
    /// `COPY`.
    Copy(Box<Transfer>),
    /// `ADD`.
    Add(Box<Transfer>),
    /// `USER`.
    User(Word),
    /// `WORKDIR`.
    Workdir(Word),
    /// `VOLUME`, one word for each path.
    Volume(Vec<Word>),
    /// `SHELL`.
    Shell(Vec<Spanned<String>>),
    /// `STOPSIGNAL`.
    Stopsignal(Word),
    /// `ONBUILD` and what it wraps.
    Onbuild(Box<Instruction>),
    /// `MAINTAINER`, deprecated.
    Maintainer(Word),
    /// Not understood; a problem says why, and the span is that of the arguments.
    Unknown(Span),
}

/// A command in one of its two forms (Dockerfile reference, "Shell and exec form").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A JSON array of strings; spans cover the quoted strings, quotes included.
    Exec(Vec<Spanned<String>>),
    /// Text for the shell, with continuations removed.
    Shell(MappedText),
}

/// The two forms of `HEALTHCHECK`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Healthcheck {
    /// `HEALTHCHECK NONE`: the base image's check is switched off.
    None,
    /// `HEALTHCHECK [options] CMD command`. The options are flags of the instruction; durations are as written (Go
    /// syntax, such as `1m30s`).
    Cmd(Command),
}

/// The arguments of `COPY` and `ADD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Source paths, images, URLs; heredocs are with the instruction.
    pub sources: Vec<Word>,
    /// Destination.
    pub dest: Word,
    /// `--from` (`COPY` only).
    pub from: Option<Word>,
    /// `--chown`.
    pub chown: Option<Word>,
    /// `--chmod`.
    pub chmod: Option<Word>,
}

/// A word that may hold quotes and variable references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word with continuations removed and quotes, escapes and references as written.
    pub text: String,
    /// From its first to its last byte in the file.
    pub span: Span,
    /// The escape character in force, `\` or a backtick.
    pub escape: char,
}

impl Word {
    /// The value with variables replaced and quotes removed.
    ///
    /// `lookup` gives a variable's value, or `None` for one that is not set as far as is known: `$V` is then
    /// unresolved, `${V:-d}` is `d`, and `${V:+r}` is empty.
    #[must_use]
    pub fn expand(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Expansion {
        expand::expand(&self.text, self.escape, lookup)
    }

    /// The value where it needs no variable.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        match self.expand(&|_| None) {
            Expansion::Known(value) if self.variables().is_empty() => Some(value),
            _ => None,
        }
    }

    /// Names of the variables that the word refers to, in order, those inside `${…:-…}` included.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        expand::variables(&self.text, self.escape)
    }

    /// The references that come to nothing where a variable is not set, in order, each with its place in the text.
    /// `${V:-d}`, `${V:+r}` and `${V:?why}` are none; `is_set` says which variables are set.
    #[must_use]
    pub fn undefined(&self, is_set: &dyn Fn(&str) -> bool) -> Vec<(String, Range<usize>)> {
        expand::undefined(&self.text, self.escape, is_set)
    }
}

/// A heredoc of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The delimiter without quotes; the span covers the word from `<<` on (or the descriptor before it).
    pub name: Spanned<String>,
    /// The lines between, each with its line end; the leading tabs that `<<-` strips are left out.
    pub body: MappedText,
    /// Where the delimiter line stands; empty where it is missing.
    pub end: Span,
    /// Whether variables in the body are replaced by the builder (no quote in the delimiter).
    pub expand: bool,
    /// Whether it is `<<-`.
    pub strip_tabs: bool,
    /// Whether the instruction is nothing but this heredoc, so that its body is the script to run.
    pub is_whole_command: bool,
}

impl Heredoc {
    /// The interpreter line without `#!`, where the body starts with one.
    #[must_use]
    pub fn interpreter(&self) -> Option<&str> {
        self.body.as_str().strip_prefix("#!").and_then(|rest| rest.lines().next()).map(str::trim)
    }

    /// Whether a POSIX-like shell reads the body when it is run as a script.
    #[must_use]
    pub fn runs_in_shell(&self) -> bool {
        let Some(line) = self.interpreter() else { return true };
        let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        let program = words.find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='));
        program.is_some_and(|name| matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh" | "busybox"))
    }
}
