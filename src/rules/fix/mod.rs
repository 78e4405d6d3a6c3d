//! How a rule mends what it finds: edits of the model, as written and as typed.

mod load;
mod plan;
mod source;

use super::ir::{Cond, Path, Value};
use super::template::Template;
use crate::finding::Safety;

pub(super) use load::{check_examples, fixed, fixes};
pub use plan::{Content, Planned, Step, Verb, plan};
pub use source::{EditSource, FileText, FixSource};

/// The path that stands for the target itself.
pub(super) const TARGET: &str = "target";

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
    /// Puts a section at the end of the target, a Markdown document: its title and its text.
    Section(String, String),
}
