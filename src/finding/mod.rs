//! What a run has to say: findings, notes and counts, independent of how they are printed.

mod scorecard;

use std::fmt;
use std::sync::Arc;

use crate::source::edit::Edit;
use crate::source::{FileId, Place};

pub use self::scorecard::{ClauseOutcome, ClauseResult, RuleOutcomes, StandardSummary};

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be mended.
    Warning,
    /// Must be mended.
    Error,
}

impl Severity {
    /// The words, from the mildest.
    pub const WORDS: &'static [&'static str] = &["info", "warning", "error"];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "info" => Some(Self::Info),
            "warning" => Some(Self::Warning),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a target ended that has a finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Outcome {
    /// It does not hold.
    Fail,
    /// It cannot be told from the files.
    Unknown,
}

impl Outcome {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// A place with what there is to say about it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Label {
    /// The place.
    pub place: Place,
    /// The text; may be empty on a primary label.
    pub text: String,
}

/// The clause of a standard that a finding falls under.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ClauseRef {
    /// Id of the standard, such as `atonix`.
    pub standard: String,
    /// Id of the clause, such as `ATX-2.1-n`.
    pub clause: String,
    /// Title of the clause.
    pub title: String,
}

/// Where a suppression may stand that silences a finding, besides around its place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reach {
    /// Places that a comment may cover instead: the name of the object that was patched there, the template that
    /// prints the value.
    pub places: Vec<Place>,
    /// The action of a template that prints the value, where the finding stands in a values file.
    pub printed: Option<Place>,
    /// Where its target names the file of variables that the finding stands in.
    pub given: Option<Place>,
    /// The rules that the annotations of its object silence, with the places of these; `None` where it is about no
    /// object.
    pub annotations: Option<Vec<(String, Place)>>,
    /// Whether overlays, overrides or values files take part in what it is about.
    pub is_composed: bool,
    /// Further targets that the same value is the reason for.
    pub also: Vec<Target>,
}

impl Reach {
    /// The annotations of its object that silence a rule.
    pub fn silenced_by<'r>(&'r self, rule: &'r str) -> impl Iterator<Item = Place> + 'r {
        let all = self.annotations.iter().flatten();
        all.filter(move |(silenced, _)| silenced == rule).map(|(_, at)| *at)
    }
}

/// What a finding is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Target {
    /// Kind in the schema, such as `dockerfile.stage`.
    pub kind: String,
    /// The name people use for it.
    pub name: String,
}

/// Why a finding does not count.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Suppression {
    /// The reason given.
    pub reason: String,
    /// The comment or annotation.
    pub place: Place,
}

/// Whether a fix can change what a service does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Safety {
    /// It cannot.
    Safe,
    /// It may; somebody has to look.
    Unsafe,
}

impl Safety {
    /// The words.
    pub const WORDS: &'static [&'static str] = &["safe", "unsafe"];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }

    /// The safety a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "safe" => Some(Self::Safe),
            "unsafe" => Some(Self::Unsafe),
            _ => None,
        }
    }
}

/// A way to mend a finding, as edits of the files' text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// Whether it can change what the service does.
    pub safety: Safety,
    /// Edits of files that are there.
    pub edits: Vec<(FileId, Edit)>,
    /// Files that are not there yet: path relative to the root of the run, and text.
    pub new_files: Vec<(String, String)>,
}

/// One thing that is not as it should be, or cannot be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Id of the rule, or of its use in the standard where that has a name of its own.
    pub rule: String,
    /// The clauses that ask for it; the first decides the severity. Empty for a rule run on its own.
    pub clauses: Arc<[ClauseRef]>,
    /// How much it matters.
    pub severity: Severity,
    /// Failed or not known.
    pub outcome: Outcome,
    /// Root of the service, relative to the root of the run.
    pub service: String,
    /// What it is about.
    pub target: Target,
    /// What was found and what is wanted.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
    /// Where it is.
    pub primary: Label,
    /// Other places that take part.
    pub related: Vec<Label>,
    /// The value that was judged, as it enters the fingerprint; never a line number or message text.
    pub evidence: String,
    /// Identity over edits elsewhere in the file and over new wording; 16 hex digits.
    pub fingerprint: String,
    /// Ways to mend it; one of them is enough.
    pub fixes: Vec<Fix>,
    /// Where else a suppression may stand.
    pub reach: Reach,
    /// Set where an inline comment or annotation silences it.
    pub suppressed: Option<Suppression>,
}

/// What a note is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoteKind {
    /// A file, or part of one, that could not be read or parsed. The run exits with 2.
    Unparsed,
    /// Something that was seen and not judged, such as an unrendered template.
    NotEvaluated,
    /// A suppression that silences nothing or names no rule.
    Suppression,
    /// A setting that has no effect.
    Configuration,
    /// A fix that did not do what it says.
    FixTakenBack,
}

impl NoteKind {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unparsed => "unparsed",
            Self::NotEvaluated => "not-evaluated",
            Self::Suppression => "suppression",
            Self::Configuration => "configuration",
            Self::FixTakenBack => "fix-taken-back",
        }
    }
}

/// Something about the run itself that a reader must know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// The place; the whole file where it has no better one.
    pub place: Place,
    /// What happened.
    pub message: String,
    /// The next step.
    pub help: Option<String>,
    /// Other places that take part.
    pub related: Vec<Label>,
}

/// How the targets of one rule ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleCount {
    /// Id of the rule, or of its use.
    pub rule: String,
    /// Targets for which it holds.
    pub passed: usize,
    /// Targets for which it does not.
    pub failed: usize,
    /// Targets for which it cannot be told.
    pub unknown: usize,
    /// Services in which it had no target.
    pub not_applicable: usize,
}

impl RuleCount {
    /// Takes in how the targets of the same rule ended elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.unknown += other.unknown;
        self.not_applicable += other.not_applicable;
    }
}

/// An artifact that was judged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ArtifactRef {
    /// `dockerfile`, `compose`, `atonix` or `k8s`.
    pub kind: &'static str,
    /// Path relative to the root of the run.
    pub path: String,
}

/// A service that was judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceRef {
    /// Root, relative to the root of the run; `.` for the root itself.
    pub root: String,
    /// Its artifacts, by path.
    pub artifacts: Vec<ArtifactRef>,
    /// Ids of the standards it was judged by.
    pub standards: Vec<String>,
}

/// What a report needs to know of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleInfo {
    /// Id of the rule, or of its use.
    pub id: String,
    /// One line.
    pub summary: String,
    /// Why it is asked for.
    pub why: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Severity where nothing else is said.
    pub severity: Severity,
    /// `security`, `consistency`, …
    pub category: String,
    /// Ids of other tools' rules for the same thing.
    pub equivalents: Vec<String>,
}

/// The result of one run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The standards in force.
    pub standards: Vec<StandardSummary>,
    /// The services that were judged, by root.
    pub services: Vec<ServiceRef>,
    /// Findings in their final order: path, place, rule.
    pub findings: Vec<Finding>,
    /// Counts of every rule that ran, by id.
    pub rules: Vec<RuleCount>,
    /// What the rules are, by id; holds every rule that has a finding.
    pub rule_infos: Vec<RuleInfo>,
    /// Notes in the order of their places.
    pub notes: Vec<Note>,
    /// How many files were read.
    pub files_read: usize,
    /// Suppressions that name a rule by a former id.
    pub renamed: Vec<Renamed>,
}

/// A former id of a rule where it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renamed {
    /// The text around it.
    pub place: Place,
    /// The former id.
    pub former: String,
    /// What the rule is called now.
    pub present: String,
}

impl Report {
    /// Findings that count: those that nothing suppresses.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// How many failures of a severity count.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.active().filter(|finding| finding.outcome == Outcome::Fail && finding.severity == severity).count()
    }

    /// How many targets could not be told.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.active().filter(|finding| finding.outcome == Outcome::Unknown).count()
    }

    /// How many findings are suppressed.
    #[must_use]
    pub fn suppressed(&self) -> usize {
        self.findings.iter().filter(|finding| finding.suppressed.is_some()).count()
    }

    /// Whether part of the input could not be read or parsed.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.notes.iter().any(|note| note.kind == NoteKind::Unparsed)
    }
}

/// A fingerprint: FNV-1a over the parts, as 16 hex digits. Stable over releases.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain(std::iter::once(0)) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
