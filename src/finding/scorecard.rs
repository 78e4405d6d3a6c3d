//! How the clauses of a standard ended over a whole run.

/// How the clauses of one standard ended over the whole run; all counts are 0 where only named rules ran.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandardSummary {
    /// Id of the standard.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: String,
    /// Clauses of which every rule holds wherever it applies.
    pub met: usize,
    /// Those among them that are not met as a whole: a rule had nothing to judge, or a part is not checked here.
    pub in_part: usize,
    /// Clauses with a failure.
    pub failed: usize,
    /// Clauses that cannot be told.
    pub unknown: usize,
    /// Clauses whose only failures are suppressed.
    pub waived: usize,
    /// Clauses with nothing to judge in this run.
    pub not_applicable: usize,
    /// Clauses that no rule checks here, whose manifest says why.
    pub not_checkable: usize,
    /// The scorecard: every clause, in the order of the standard.
    pub clauses: Vec<ClauseResult>,
}

/// How one clause ended over the whole run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ClauseOutcome {
    /// Every rule of it had a target and holds, and they decide all of it.
    Passed,
    /// Every rule of it that had a target holds; another had none, or part of the clause is not checked here.
    PassedInPart,
    /// A rule of it fails.
    Failed,
    /// A rule of it cannot be told, and none fails.
    Unknown,
    /// Its failures are suppressed, each with a reason.
    Waived,
    /// No rule of it had a target.
    NotApplicable,
    /// No rule checks it.
    NotCheckable,
}

impl ClauseOutcome {
    /// All outcomes, in the order of a scorecard's totals.
    pub const ALL: &'static [Self] = &[
        Self::Passed,
        Self::PassedInPart,
        Self::Failed,
        Self::Unknown,
        Self::Waived,
        Self::NotApplicable,
        Self::NotCheckable,
    ];

    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::PassedInPart => "passed-in-part",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
            Self::NotCheckable => "not-checkable",
        }
    }

    /// The words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::PassedInPart => "passed in part",
            Self::Failed => "failed",
            Self::Unknown => "cannot tell",
            Self::Waived => "waived",
            Self::NotApplicable => "not applicable",
            Self::NotCheckable => "not checkable here",
        }
    }
}

/// One line of a scorecard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClauseResult {
    /// Id of the clause.
    pub id: String,
    /// Its title.
    pub title: String,
    /// `must`, `should` or `example`.
    pub level: &'static str,
    /// `full`, `partial` or `manual`.
    pub coverage: &'static str,
    /// How it ended.
    pub outcome: ClauseOutcome,
    /// How many of its rules ended in which way.
    pub rules: RuleOutcomes,
    /// What is not checked, or why nothing is.
    pub gap: Option<String>,
}

/// Rules by how they ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RuleOutcomes {
    /// Rules that hold for every target they had.
    pub passed: usize,
    /// Rules with a failure that counts.
    pub failed: usize,
    /// Rules without one that cannot be told for a target.
    pub unknown: usize,
    /// Rules all of whose failures are suppressed.
    pub waived: usize,
    /// Rules without a target.
    pub not_applicable: usize,
}

impl RuleOutcomes {
    /// How many rules there are.
    #[must_use]
    pub fn total(self) -> usize {
        self.passed + self.failed + self.unknown + self.waived + self.not_applicable
    }
}
