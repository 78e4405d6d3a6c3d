//! The arguments of each command, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::Failure;
use super::settings::ConfigArgs;
use crate::diagnostic::nearest;
use crate::finding::Severity;
use crate::model::helm::Engine;
use crate::reference::schema;
use crate::report::Format;
use crate::triage::date::Date;

/// Judges whether a service repository conforms to written standards.
#[derive(Parser, Debug)]
#[command(name = "svclint", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
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
pub(super) enum ConfigCommand {
    /// Print every effective setting and where it comes from.
    Show(ConfigShowArgs),
}

#[derive(Args, Debug)]
pub(super) struct ConfigShowArgs {
    /// A repository or a service.
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,

    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ListFormat,

    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// The repository.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) path: PathBuf,

    /// Write `.svclint.yaml` instead of showing it. A file that is there is never overwritten.
    #[arg(long)]
    pub(super) write: bool,
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
    pub(super) fn threshold(self) -> Option<Severity> {
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
pub(super) enum Helm {
    /// This program; nothing is executed.
    #[default]
    InProcess,
    /// The `helm` that is installed.
    Exec,
}

impl Helm {
    /// The engine, where it can be had.
    pub(super) fn engine(self) -> Result<Engine, Failure> {
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
    pub(super) format: Format,
    pub(super) file: PathBuf,
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
pub(super) struct CheckArgs {
    /// A repository, a service, or single files, whose services are then checked whole.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// A standard that applies [default: detected for each service].
    #[arg(long, value_name = "ID")]
    pub(super) standard: Vec<String>,

    /// Only this rule, with the parameters of the standards in force where they use it.
    #[arg(long, value_name = "ID")]
    pub(super) rule: Vec<String>,

    /// A directory with further rules and standards.
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,

    /// The format of the report on standard output.
    #[arg(long, value_name = "FORMAT", default_value = "pretty", value_parser = parse_format)]
    pub(super) format: Format,

    /// Also write a report of this format to a file.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(super) output: Vec<Output>,

    /// The lowest severity that makes the run fail [default: `fail_on` of the configuration, else error].
    #[arg(long, value_enum)]
    pub(super) fail_on: Option<FailOn>,

    /// Compose files that form one project, laid over one another in this order, as with `docker compose -f`.
    #[arg(long, value_name = "FILE")]
    pub(super) compose_file: Vec<PathBuf>,

    /// What renders charts: this program, or the `helm` that is installed, whose findings then point at the start of
    /// the template only.
    #[arg(long, value_enum, default_value_t, value_name = "ENGINE")]
    pub(super) helm: Helm,
    /// After the report, print each standard in force as a scorecard: every clause with how it ended.
    #[arg(long)]
    pub(super) statistics: bool,

    /// With single files: show the findings in the other files of their services too.
    #[arg(long)]
    pub(super) whole_service: bool,

    #[command(flatten)]
    pub(super) config: ConfigArgs,

    /// The day by which suppressions and waivers end that have an `until` [default: today].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_day)]
    pub(super) today: Option<Date>,

    /// Threads [default: one a core].
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<usize>,

    /// When to write colours.
    #[arg(long, value_enum, default_value_t)]
    pub(super) color: Color,
}

#[derive(Args, Debug)]
pub(super) struct FixArgs {
    /// A repository, a service, or single files, in which alone findings are then mended.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Also make fixes that can change what the service does.
    #[arg(long = "unsafe")]
    pub(super) allow_unsafe: bool,

    /// Print what would change as a unified diff, and write nothing.
    #[arg(long)]
    pub(super) diff: bool,

    /// A standard that applies [default: detected for each service].
    #[arg(long, value_name = "ID")]
    pub(super) standard: Vec<String>,

    /// Only mend findings of this rule.
    #[arg(long, value_name = "ID")]
    pub(super) rule: Vec<String>,

    /// A directory with further rules and standards.
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,

    /// The lowest severity that makes the run fail, if it is left.
    #[arg(long, value_enum)]
    pub(super) fail_on: Option<FailOn>,

    /// Compose files that form one project, laid over one another in this order, as with `docker compose -f`.
    #[arg(long, value_name = "FILE")]
    pub(super) compose_file: Vec<PathBuf>,

    /// With single files: mend the findings in the other files of their services too.
    #[arg(long)]
    pub(super) whole_service: bool,

    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

/// How a list is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ListFormat,

    /// A directory with further rules and standards.
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

#[derive(Args, Debug)]
pub(super) struct RulesArgs {
    /// Only rules that this standard uses.
    #[arg(long, value_name = "ID")]
    pub(super) standard: Option<String>,

    /// Only rules of this category, such as `security`.
    #[arg(long)]
    pub(super) category: Option<String>,

    /// Only rules that look at this kind, such as `dockerfile.stage`.
    #[arg(long, value_name = "KIND")]
    pub(super) target: Option<String>,

    /// Judge the services at PATH, and say of each rule how often it had something to judge, and which never had. The
    /// rules are those of `--standard` or of the configuration's standards, else all there are.
    #[arg(long)]
    pub(super) coverage: bool,

    /// A repository or a service, or files of one [default: the current directory].
    #[arg(value_name = "PATH", requires = "coverage")]
    pub(super) paths: Vec<PathBuf>,

    /// The same as `--format json`.
    #[arg(long)]
    pub(super) json: bool,

    #[command(flatten)]
    pub(super) list: ListArgs,
}

impl RulesArgs {
    /// Whether programs read what is printed.
    pub(super) fn is_json(&self) -> bool {
        self.json || self.list.format == ListFormat::Json
    }
}

#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// A rule, a clause (`ATX-2.1-n`, `atonix/ATX-2.1-n`), or the id of another tool's rule (`hadolint:DL3002`, `DL3002`).
    #[arg(value_name = "RULE|CLAUSE")]
    pub(super) name: String,

    #[command(flatten)]
    pub(super) list: ListArgs,
}

#[derive(Args, Debug)]
pub(super) struct SchemaArgs {
    /// What the schema describes: rule, standard, pack, config or report.
    #[arg(value_parser = parse_schema)]
    pub(super) kind: schema::Kind,

    /// A directory with further rules and standards, which the schema of a standard then knows.
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,
}

pub(super) fn parse_schema(name: &str) -> Result<schema::Kind, String> {
    let names = || schema::Kind::ALL.iter().map(|kind| kind.name());
    schema::Kind::from_name(name).ok_or_else(|| match nearest(name, names()) {
        Some(near) => format!("there is no schema of `{name}`; did you mean `{near}`?"),
        None => format!("there is no schema of `{name}`; there are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

#[derive(Args, Debug)]
pub(super) struct StandardsArgs {
    #[command(subcommand)]
    pub(super) command: Option<StandardsCommand>,

    #[command(flatten)]
    pub(super) list: ListArgs,
}

#[derive(Subcommand, Debug)]
pub(super) enum StandardsCommand {
    /// Print every clause with its rules, or why it cannot be checked here.
    Show {
        /// The standard.
        id: String,

        #[command(flatten)]
        list: ListArgs,
    },
}

#[derive(Args, Debug)]
pub(super) struct ModelArgs {
    /// A repository or a service, or files of one.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ListFormat,

    /// Compose files that form one project, laid over one another in this order, as with `docker compose -f`.
    #[arg(long, value_name = "FILE")]
    pub(super) compose_file: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) config: ConfigArgs,

    /// What renders charts: this program, or the `helm` that is installed, whose findings then point at the start of
    /// the template only.
    #[arg(long, value_enum, default_value_t, value_name = "ENGINE")]
    pub(super) helm: Helm,

    /// The same as `--format json`.
    #[arg(long)]
    pub(super) json: bool,

    /// Show what is absent too.
    #[arg(long)]
    pub(super) all: bool,
}

#[derive(Args, Debug)]
pub(super) struct TestArgs {
    /// Rules to test, or directories with rules [default: the built-in rules].
    #[arg(value_name = "RULE|DIR")]
    pub(super) what: Vec<String>,

    /// Say every example, not only those that go wrong.
    #[arg(long, short)]
    pub(super) verbose: bool,

    /// Also change every line of every rule once, and report the changes that no example notices.
    #[arg(long)]
    pub(super) mutate: bool,
}

pub(super) fn parse_format(name: &str) -> Result<Format, String> {
    let names = || Format::ALL.iter().map(|format| format.name());
    Format::from_name(name).ok_or_else(|| match nearest(name, names()) {
        Some(near) => format!("there is no format `{name}`; did you mean `{near}`?"),
        None => format!("there is no format `{name}`; there are {}", names().collect::<Vec<_>>().join(", ")),
    })
}

pub(super) fn parse_day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write it as YYYY-MM-DD".to_owned())
}
