//! `.svclint.yaml`: what a repository says about how it is judged, each setting with its place.

mod apply;
mod check;
mod find;
pub mod keys;
mod load;
mod names;
mod parts;
mod place;
mod renamed;

use crate::finding::Severity;
use crate::rules::ast::{At, Literal};
use crate::source::Place;
use crate::triage::date::Date;

pub use apply::Settings;
pub use check::Known;
pub use find::{Found, NAME, find};
pub use load::load;
pub use place::{Base, Paths};

/// A configuration; the default one says nothing.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where paths of the configuration lie from the root of the run.
    pub base: Base,
    /// The standards; detected for each service where `None`.
    pub standards: Option<Vec<StandardChoice>>,
    /// Parameters, whatever the standard.
    pub params: Vec<RuleParams>,
    /// Severities.
    pub severity: Vec<SeverityChange>,
    /// Directories of further rules and standards, relative to the configuration.
    pub packs: Vec<At<String>>,
    /// Globs of the roots of services; found by what lies in the repository where `None`.
    pub discover: Option<Vec<At<String>>>,
    /// What is different for some services, in the order in which it is laid over one another.
    pub overrides: Vec<Override>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Compose files that form one project.
    pub compose: Vec<ComposeSet>,
    /// Values files of charts.
    pub charts: Vec<ChartValues>,
    /// Kinds of Kubernetes objects that own pods.
    pub pod_templates: Vec<PodTemplate>,
    /// Globs of what is left out, in the syntax of `.gitignore`.
    pub ignore: Vec<At<String>>,
    /// The lowest severity that makes a run fail.
    pub fail_on: Option<At<FailOn>>,
}

/// The lowest severity that makes a run fail; `None` for no finding.
pub type FailOn = Option<Severity>;

/// A standard with what is set for it alone.
#[derive(Clone, Debug)]
pub struct StandardChoice {
    /// Its id.
    pub id: At<String>,
    /// Parameters of its rules.
    pub params: Vec<RuleParams>,
}

/// Parameters of a rule, or of one use of it.
#[derive(Clone, Debug)]
pub struct RuleParams {
    /// The rule or use.
    pub rule: At<String>,
    /// Names and values.
    pub values: Vec<(At<String>, At<Literal>)>,
}

/// A severity for a rule, a use of it, or a clause.
#[derive(Clone, Debug)]
pub struct SeverityChange {
    /// What it is for.
    pub of: At<String>,
    /// The severity.
    pub severity: At<Severity>,
}

/// What is different for the services whose root a glob matches.
#[derive(Clone, Debug)]
pub struct Override {
    /// The glob.
    pub services: At<String>,
    /// Standards in place of the others.
    pub standards: Option<Vec<StandardChoice>>,
    /// Parameters over the others.
    pub params: Vec<RuleParams>,
    /// Severities over the others.
    pub severity: Vec<SeverityChange>,
}

/// What a waiver names.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A rule or a use of it.
    Rule(At<String>),
    /// A clause.
    Clause(At<String>),
}

impl Subject {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &At<String> {
        match self {
            Self::Rule(name) | Self::Clause(name) => name,
        }
    }
}

/// A place where a rule or clause need not be met.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// What is waived.
    pub subject: Subject,
    /// Globs of the files; all where empty.
    pub paths: Vec<At<String>>,
    /// Why.
    pub reason: At<String>,
    /// The last day on which it holds.
    pub until: Option<At<Date>>,
}

/// Compose files that form one project, in the order in which they are laid over one another.
#[derive(Clone, Debug)]
pub struct ComposeSet {
    /// Its name.
    pub name: At<String>,
    /// The files, relative to the configuration.
    pub files: Vec<At<String>>,
}

/// The values files that a chart is rendered with, one after the other.
#[derive(Clone, Debug)]
pub struct ChartValues {
    /// The chart's directory, relative to the configuration.
    pub chart: At<String>,
    /// The files, relative to the configuration.
    pub values: Vec<At<String>>,
}

/// A kind of Kubernetes objects that own pods.
#[derive(Clone, Debug)]
pub struct PodTemplate {
    /// The API group; the version does not matter.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The keys down to the pod template.
    pub path: Vec<String>,
    /// The entry.
    pub place: Place,
}
