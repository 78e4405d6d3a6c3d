//! The command line: the only room that reads arguments, prints, and chooses the exit status.

mod check;
mod config;
mod explain;
mod fix;
mod init;
mod list;
mod model;
mod paths;
mod replace;
mod settings;
mod test;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::diagnostic::{Problem, nearest};
use crate::finding::Severity;
use crate::model::helm::Engine;
use crate::reference::schema;
use crate::report::{Format, Style};
use crate::standard::library::Library;
use crate::triage::date::Date;
use settings::ConfigArgs;

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

/// Judges whether a service repository conforms to written standards.
#[derive(Parser, Debug)]
#[command(name = "svclint", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Check services against the standards that apply to them.
    Check(CheckArgs),
    /// Show the page of a rule, of a clause, or of the rules that do what another tool's rule does.
    Explain(ExplainArgs),
    /// Mend what can be mended: safe fixes, or all of them.
    Fix(FixArgs),
    /// List the rules there are.
    Rules(RulesArgs),
    /// List the standards there are, or show one clause by clause.
    Standards(StandardsArgs),
    /// Show the typed model: every value that rules compare, with its state and the place that it comes from.
    Model(ModelArgs),
    /// Run the examples inside rules.
    Test(TestArgs),
    /// Show what the configuration says.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look at a repository and propose a configuration for it.
    Init(InitArgs),
    /// Print a JSON Schema, for editors and for programs.
    Schema(SchemaArgs),
}

#[derive(Subcommand, Debug)]
enum ConfigCommand {
    /// Print every effective setting and where it comes from.
    Show(ConfigShowArgs),
}

#[derive(Args, Debug)]
struct ConfigShowArgs {
    /// A repository or a service.
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,

    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: ListFormat,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Args, Debug)]
struct InitArgs {
    /// The repository.
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,

    /// Write `.svclint.yaml` instead of showing it. A file that is there is never overwritten.
    #[arg(long)]
    write: bool,
}

/// When to write colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The lowest severity that makes a run fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum FailOn {
    /// Errors.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// Every finding.
    Info,
    /// No finding.
    Never,
}

impl FailOn {
    fn threshold(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// What renders charts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Helm {
    /// This program; nothing is executed.
    #[default]
    InProcess,
    /// The `helm` that is installed.
    Exec,
}

impl Helm {
    /// The engine, where it can be had.
    fn engine(self) -> Result<Engine, Failure> {
        if self == Self::InProcess {
            return Ok(Engine::InProcess);
        }
        let missing =
            |error| Failure::Message(format!("`helm` cannot be run: {error}; install it, or leave `--helm exec` out"));
        crate::model::helm::try_installed().map(|()| Engine::Exec).map_err(missing)
    }
}

/// A further report: `FORMAT=FILE`.
#[derive(Clone, Debug)]
pub struct Output {
    format: Format,
    file: PathBuf,
}

impl std::str::FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text.split_once('=').ok_or("write it as FORMAT=FILE")?;
        let format = parse_format(format)?;
        Ok(Self { format, file: PathBuf::from(file) })
    }
}

#[derive(Args, Debug)]
struct CheckArgs {
    /// A repository, a service, or single files, whose services are then checked whole.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// A standard that applies [default: detected for each service].
    #[arg(long, value_name = "ID")]
    standard: Vec<String>,

    /// Only this rule, with the parameters of the standards in force where they use it.
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,

    /// A directory with further rules and standards.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// The format of the report on standard output.
    #[arg(long, value_name = "FORMAT", default_value = "pretty", value_parser = parse_format)]
    format: Format,

    /// Also write a report of this format to a file.
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<Output>,

    /// The lowest severity that makes the run fail [default: `fail_on` of the configuration, else error].
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,

    /// Compose files that form one project, laid over one another in this order, as with `docker compose -f`.
    #[arg(long, value_name = "FILE")]
    compose_file: Vec<PathBuf>,

    /// What renders charts: this program, or the `helm` that is installed, whose findings then point at the start of
    /// the template only.
    #[arg(long, value_enum, default_value_t, value_name = "ENGINE")]
    helm: Helm,
    /// After the report, print each standard in force as a scorecard: every clause with how it ended.
    #[arg(long)]
    statistics: bool,

    /// With single files: show the findings in the other files of their services too.
    #[arg(long)]
    whole_service: bool,

    #[command(flatten)]
    config: ConfigArgs,

    /// The day by which suppressions and waivers end that have an `until` [default: today].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_day)]
    today: Option<Date>,

    /// Threads [default: one a core].
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,

    /// When to write colours.
    #[arg(long, value_enum, default_value_t)]
    color: Color,
}

#[derive(Args, Debug)]
struct FixArgs {
    /// A repository, a service, or single files, in which alone findings are then mended.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Also make fixes that can change what the service does.
    #[arg(long = "unsafe")]
    allow_unsafe: bool,

    /// Print what would change as a unified diff, and write nothing.
    #[arg(long)]
    diff: bool,

    /// A standard that applies [default: detected for each service].
    #[arg(long, value_name = "ID")]
    standard: Vec<String>,

    /// Only mend findings of this rule.
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,

    /// A directory with further rules and standards.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// The lowest severity that makes the run fail, if it is left.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,

    /// Compose files that form one project, laid over one another in this order, as with `docker compose -f`.
    #[arg(long, value_name = "FILE")]
    compose_file: Vec<PathBuf>,

    /// With single files: mend the findings in the other files of their services too.
    #[arg(long)]
    whole_service: bool,

    #[command(flatten)]
    config: ConfigArgs,
}

/// How a list is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[derive(Args, Debug)]
struct ListArgs {
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: ListFormat,

    /// A directory with further rules and standards.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Args, Debug)]
struct RulesArgs {
    /// Only rules that this standard uses.
    #[arg(long, value_name = "ID")]
    standard: Option<String>,

    /// Only rules of this category, such as `security`.
    #[arg(long)]
    category: Option<String>,

    /// Only rules that look at this kind, such as `dockerfile.stage`.
    #[arg(long, value_name = "KIND")]
    target: Option<String>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Args, Debug)]
struct ExplainArgs {
    /// A rule, a clause (`ATX-2.1-n`, `atonix/ATX-2.1-n`), or the id of another tool's rule (`hadolint:DL3002`, `DL3002`).
    #[arg(value_name = "RULE|CLAUSE")]
    name: String,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Args, Debug)]
struct SchemaArgs {
    /// What the schema describes: rule, standard, pack, config or report.
    #[arg(value_parser = parse_schema)]
    kind: schema::Kind,

    /// A directory with further rules and standards, which the schema of a standard then knows.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
}

fn parse_schema(name: &str) -> Result<schema::Kind, String> {
    let names = || schema::Kind::ALL.iter().map(|kind| kind.name());
    schema::Kind::from_name(name).ok_or_else(|| match nearest(name, names()) {
        Some(near) => format!("there is no schema of `{name}`; did you mean `{near}`?"),
        None => format!("there is no schema of `{name}`; there are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

#[derive(Args, Debug)]
struct StandardsArgs {
    #[command(subcommand)]
    command: Option<StandardsCommand>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Subcommand, Debug)]
enum StandardsCommand {
    /// Print every clause with its rules, or why it cannot be checked here.
    Show {
        /// The standard.
        id: String,

        #[command(flatten)]
        list: ListArgs,
    },
}

#[derive(Args, Debug)]
struct ModelArgs {
    /// A repository or a service, or files of one.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: ListFormat,

    /// Compose files that form one project, laid over one another in this order, as with `docker compose -f`.
    #[arg(long, value_name = "FILE")]
    compose_file: Vec<PathBuf>,

    #[command(flatten)]
    config: ConfigArgs,

    /// What renders charts: this program, or the `helm` that is installed, whose findings then point at the start of
    /// the template only.
    #[arg(long, value_enum, default_value_t, value_name = "ENGINE")]
    helm: Helm,

    /// The same as `--format json`.
    #[arg(long)]
    json: bool,

    /// Show what is absent too.
    #[arg(long)]
    all: bool,
}

#[derive(Args, Debug)]
struct TestArgs {
    /// Rules to test, or directories with rules [default: the built-in rules].
    #[arg(value_name = "RULE|DIR")]
    what: Vec<String>,

    /// Say every example, not only those that go wrong.
    #[arg(long, short)]
    verbose: bool,

    /// Also change every line of every rule once, and report the changes that no example notices.
    #[arg(long)]
    mutate: bool,
}

fn parse_format(name: &str) -> Result<Format, String> {
    let names = || Format::ALL.iter().map(|format| format.name());
    Format::from_name(name).ok_or_else(|| match nearest(name, names()) {
        Some(near) => format!("there is no format `{name}`; did you mean `{near}`?"),
        None => format!("there is no format `{name}`; there are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

fn parse_day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write it as YYYY-MM-DD".to_owned())
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
