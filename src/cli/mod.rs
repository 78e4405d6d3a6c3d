//! The command line: the only room that reads arguments, prints, and chooses the exit status.

mod arguments;
mod check;
mod config;
mod coverage;
mod explain;
mod fix;
mod former;
mod init;
mod list;
mod model;
mod paths;
mod replace;
mod settings;
mod test;

use std::io::Write;
use std::path::PathBuf;

use crate::diagnostic::Problem;
use crate::report::Style;
use crate::standard::library::Library;

use arguments::{
    CheckArgs, Command, ConfigCommand, ConfigShowArgs, ExplainArgs, FixArgs, InitArgs, ListArgs, ListFormat, ModelArgs,
    RulesArgs, SchemaArgs, StandardsCommand, TestArgs,
};
pub use arguments::{Cli, Color, FailOn, Output};

/// Where a run writes.
pub struct Streams<'s> {
    /// The report and nothing else.
    pub out: &'s mut dyn Write,
    /// Everything else.
    pub err: &'s mut dyn Write,
    /// Whether `out` is a terminal.
    pub out_is_terminal: bool,
    /// Width of the terminal in columns, where it is one.
    pub width: Option<usize>,
}

/// The end of a run, as its exit status says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: checked, nothing at or above the threshold.
    Clean,
    /// 1: findings at or above the threshold.
    Findings,
    /// 2: the run itself cannot be trusted.
    Untrusted,
    /// 3: nothing found to check.
    Nothing,
}

impl Exit {
    /// The exit status.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Untrusted => 2,
            Self::Nothing => 3,
        }
    }
}

/// What stops a run before it judges anything.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Mistakes in rules, standards or arguments.
    #[error("{} mistakes in rules or standards", .0.len())]
    Problems(Vec<Problem>),
    /// Something went wrong with a path or a stream.
    #[error("{0}")]
    Message(String),
    /// The reader of the output went away.
    #[error("the output was closed")]
    Closed,
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Message(error.to_string()) }
    }
}

/// How text for people looks, by what is asked for, the terminal and the environment.
fn style(color: Color, streams: &Streams<'_>) -> Style {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto => set("CLICOLOR_FORCE") || (streams.out_is_terminal && !dumb),
    };
    Style { color, unicode: !dumb, width: streams.width.unwrap_or(Style::default().width) }
}

fn library(directories: &[PathBuf]) -> Result<Library, Failure> {
    let mut library = Library::built_in();
    for directory in directories {
        library.add_directory(directory).map_err(|problem| Failure::Problems(vec![problem]))?;
    }
    Ok(library)
}

/// Tells what works in the rules and standards of the run, and will not for ever.
fn write_warnings(library: &Library, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let text = crate::report::write_warnings(library.warnings(), &library.sources, &Style::default());
    Ok(streams.err.write_all(text.as_bytes())?)
}

/// Runs a command line.
pub fn run(cli: &Cli, streams: &mut Streams<'_>) -> Exit {
    let mut shown = Library::default();
    let result = match &cli.command {
        Command::Check(args) => check::run(args, streams, &mut shown),
        Command::Explain(args) => explain::run(args, streams, &mut shown),
        Command::Schema(args) => explain::schema(args, streams, &mut shown),
        Command::Fix(args) => fix::run(args, streams, &mut shown),
        Command::Rules(args) => list::rules(args, streams, &mut shown),
        Command::Standards(args) => match &args.command {
            Some(StandardsCommand::Show { id, list }) => list::standard(id, list, streams, &mut shown),
            None => list::standards(&args.list, streams, &mut shown),
        },
        Command::Model(args) => model::run(args, streams, &mut shown),
        Command::Test(args) => test::run(args, streams, &mut shown),
        Command::Config(ConfigCommand::Show(args)) => config::show(args, streams, &mut shown),
        Command::Init(args) => init::run(args, streams),
    };
    let text = match result {
        Ok(exit) => return exit,
        Err(Failure::Closed) => return Exit::Clean,
        Err(Failure::Message(message)) => format!("error: {message}\n"),
        Err(Failure::Problems(problems)) => crate::report::write_problems(&problems, &shown.sources, &Style::default()),
    };
    // Where the error stream is gone too there is nobody left to tell.
    let _ = streams.err.write_all(text.as_bytes());
    Exit::Untrusted
}
