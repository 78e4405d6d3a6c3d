//! How a rule mends what it finds: edits of the model, as written and as typed.

mod load;
mod plan;

use super::ast::{At, Condition, Operand};
use super::ir::{Cond, Path, Value};
use super::template::Template;
use crate::finding::Safety;

pub(super) use load::{check_examples, fixed, fixes};
pub use plan::{Content, Planned, Step, Verb, plan};

/// The path that stands for the target itself.
pub(super) const TARGET: &str = "target";

/// One way to mend a finding, as written.
#[derive(Clone, Debug)]
pub struct FixSource {
    /// What it does.
    pub title: At<String>,
    /// Whether it can change what the service does.
    pub safety: Safety,
    /// Where it applies.
    pub when: Option<Condition>,
    /// What it changes.
    pub edits: Vec<EditSource>,
}

/// One edit, as written.
#[derive(Clone, Debug)]
pub enum EditSource {
    /// `{set: path, to: value}`
    Set(At<String>, At<Operand>),
    /// `{append: path, value: value}`
    Append(At<String>, At<Operand>),
    /// `{remove: path}`
    Remove(At<String>),
    /// `{create_file: path, content: text}`
    Create(At<Operand>, At<String>),
}

/// One way to mend a finding.
#[derive(Debug)]
pub struct Fix {
    /// What it does.
    pub title: Template,
    /// Whether it can change what the service does.
    pub safety: Safety,
    /// Where it applies.
    pub when: Option<Cond>,
    /// What it changes.
    pub edits: Vec<Edit>,
}

/// One edit.
#[derive(Debug)]
pub enum Edit {
    /// Gives a field a value.
    Set(Path, Value),
    /// Puts a value behind those of a list.
    Append(Path, Value),
    /// Takes a field, or a whole instruction, away.
    Remove(Path),
    /// Writes a file that is not there: its path and its text.
    Create(String, String),
}
