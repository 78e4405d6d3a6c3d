//! Shell scripts broken into simple commands, as far as a linter needs them: RUN lines, heredoc scripts, `CMD-SHELL`.
//!
//! This follows the grammar of POSIX `sh` with bash's common additions (`[[ … ]]`, `$'…'`, `&>`, `<<<`), never runs
//! anything, and takes any text: what it cannot make sense of becomes words.

mod lex;
mod parse;

pub use parse::{parse, parse_str};

use crate::source::{Span, Spanned};

/// A command with its arguments, such as `apk add curl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// What stands between the command before and this one.
    pub joined_by: Connector,
    /// `NAME=value` words before the command's name.
    pub assignments: Vec<Assignment>,
    /// The command's name and arguments; empty where there are only assignments or redirections.
    pub words: Vec<ShellWord>,
    /// Redirections, wherever they stand in the command.
    pub redirections: Vec<Redirection>,
    /// From the first to the last byte of the above.
    pub span: Span,
    /// How many subshells, groups and compound commands (`if`, `for`, …) it stands in.
    pub depth: u32,
    /// The subshells in parentheses that it stands in, outermost first; each has a number of its own in the script.
    pub subshells: Vec<u32>,
}

impl SimpleCommand {
    /// The command's name without its directory, where it is literal.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let first = self.words.first().filter(|word| word.is_literal)?;
        first.text.rsplit('/').next()
    }

    /// Points everything at one place, for a command whose bytes do not stand in the file as they are.
    pub fn move_to(&mut self, span: Span) {
        self.span = span;
        for word in &mut self.words {
            word.move_to(span);
        }
        for assignment in &mut self.assignments {
            assignment.name.span = span;
            assignment.value.move_to(span);
        }
        for redirection in &mut self.redirections {
            redirection.operator.span = span;
            redirection.target.iter_mut().for_each(|target| target.move_to(span));
        }
    }
}

/// How a command follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    /// It is the first of the script or substitution. The first of a subshell or group has what stands before that.
    Start,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `|` or `|&`.
    Pipe,
    /// `;`, a newline, or the end of a branch.
    Sequence,
    /// `&`.
    Background,
}

/// `NAME=value` before a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: Spanned<String>,
    /// What stands behind `=`.
    pub value: ShellWord,
}

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellWord {
    /// The word without quotes and escapes; expansions are as written.
    pub text: String,
    /// The word as written.
    pub span: Span,
    /// Whether the text is the value: it holds no expansion, command substitution or pattern.
    pub is_literal: bool,
    /// The commands inside its `$(…)` and backticks, in order, with those of nested substitutions in their words.
    pub substitutions: Vec<SimpleCommand>,
}

impl ShellWord {
    fn move_to(&mut self, span: Span) {
        self.span = span;
        for command in &mut self.substitutions {
            command.move_to(span);
        }
    }
}

/// A redirection such as `> file` or `2>&1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The operator with the file descriptor before it.
    pub operator: Spanned<String>,
    /// What it goes to or comes from, where that is there.
    pub target: Option<ShellWord>,
}
