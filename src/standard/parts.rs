//! A standard and its parts, as they are read.

use std::collections::BTreeMap;

use crate::diagnostic::Problem;
use crate::finding::Severity;
use crate::rules::ast::{Arguments, At};
use crate::source::Place;

/// How far a clause can be checked from files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Its rules decide it.
    Full,
    /// Its rules decide part of it; the gap is said.
    Partial,
    /// No rule does, and the reason is said.
    Manual,
}

impl Coverage {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Manual => "manual",
        }
    }
}

/// How strongly a clause asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Has to be so.
    Must,
    /// Is expected to be so.
    Should,
    /// Is shown in an example.
    Example,
}

impl Level {
    /// The words.
    pub const WORDS: &'static [&'static str] = &["must", "should", "example"];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Example => "example",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "must" => Some(Self::Must),
            "should" => Some(Self::Should),
            "example" => Some(Self::Example),
            _ => None,
        }
    }
}

/// One rule as a clause uses it.
#[derive(Clone, Debug)]
pub struct Use {
    /// The rule.
    pub rule: At<String>,
    /// The name of this use, where it is not the rule's.
    pub name: Option<At<String>>,
    /// Parameters.
    pub params: Arguments,
    /// Where the names of the parameters stand.
    pub param_names: BTreeMap<String, Place>,
    /// Severity, where the level does not decide.
    pub severity: Option<Severity>,
    /// Globs of the files it looks at; all where empty.
    pub only: Vec<String>,
    /// Globs of files it leaves out.
    pub except: Vec<String>,
}

impl Use {
    /// The id that findings carry.
    #[must_use]
    pub fn id(&self) -> &str {
        self.name.as_ref().map_or(&self.rule.value, |name| &name.value)
    }
}

/// One clause.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Id, such as `ATX-2.1-n`.
    pub id: At<String>,
    /// What it asks, in a sentence.
    pub title: String,
    /// How strongly.
    pub level: Level,
    /// Whether a finding of it may be silenced.
    pub waivable: bool,
    /// How far it can be checked.
    pub coverage: Coverage,
    /// What is not checked, or why nothing is.
    pub gap: Option<String>,
    /// Clauses of other standards that cannot be met beside it, where the parameters of their rules do not show it.
    pub apart: Vec<At<String>>,
    /// Its rules.
    pub rules: Vec<Use>,
}

/// A standard that another one builds on.
#[derive(Clone, Debug)]
pub struct Extension {
    /// Its id.
    pub id: At<String>,
    /// The version of it that was read.
    pub version: String,
}

/// A clause of an extended standard that does not apply.
#[derive(Clone, Debug)]
pub struct Removed {
    /// The clause.
    pub clause: At<String>,
    /// The reason.
    pub why: String,
}

/// A standard.
#[derive(Clone, Debug)]
pub struct Standard {
    /// Id; also its file name.
    pub id: String,
    /// Where the id stands.
    pub id_place: Place,
    /// Version.
    pub version: String,
    /// Title.
    pub title: String,
    /// What it is for, where the title does not say it.
    pub summary: Option<String>,
    /// Severities of the three levels: must, should, example.
    pub severities: [Severity; 3],
    /// The severities that it, or a standard it extends, gives of its own.
    pub levels: [Option<Severity>; 3],
    /// The standards that it builds on, in order.
    pub extends: Vec<Extension>,
    /// Its clauses, in the document's order; those of extended standards first.
    pub clauses: Vec<Clause>,
    /// What it leaves out of the standards that it extends.
    pub removed: Vec<Removed>,
    /// What works, and will not for ever.
    pub warnings: Vec<Problem>,
}

impl Standard {
    /// The severity of a use within a clause.
    #[must_use]
    pub fn severity(&self, clause: &Clause, rule: &Use) -> Severity {
        let [must, should, example] = self.severities;
        rule.severity.unwrap_or(match clause.level {
            Level::Must => must,
            Level::Should => should,
            Level::Example => example,
        })
    }
}
