//! A rule as it is written: every part with its place, nothing resolved yet.

use std::collections::BTreeMap;

use super::fix::FixSource;
use crate::finding::Severity;
use crate::source::Place;

/// A piece of a rule file with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// The piece.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> At<T> {
    /// A piece at a place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

/// A literal of a rule or standard file.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Str(String),
    /// A list of literals.
    List(Vec<At<Literal>>),
}

/// Values for a rule's parameters, each with the place where it was given.
pub type Arguments = BTreeMap<String, At<Literal>>;

impl Literal {
    /// The text of a message.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Literal::Bool(value) => value.to_string(),
            Literal::Int(value) => value.to_string(),
            Literal::Float(value) => value.to_string(),
            Literal::Str(value) => value.clone(),
            Literal::List(items) => items.iter().map(|item| item.value.text()).collect::<Vec<_>>().join(", "),
        }
    }
}

/// The right-hand side of an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A literal.
    Literal(Literal),
    /// `$name`.
    Param(String),
    /// `{field: path}`.
    Field(String),
}

/// The type of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamType {
    /// A type of the schema by name, such as `uid`.
    Named(String),
    /// `list<…>`.
    List(String),
    /// A model path of a kind: `{type: path, of: atonix}`.
    Path {
        /// The kind.
        of: String,
    },
    /// A value of the type of another parameter's path: `{type: value, like: path}`.
    Value {
        /// The other parameter.
        like: String,
    },
    /// Several values of that type: `{type: values, like: path}`.
    Values {
        /// The other parameter.
        like: String,
    },
}

/// A parameter's declaration.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: At<String>,
    /// Its type.
    pub ty: At<ParamType>,
    /// Value where a standard gives none; without one the standard must.
    pub default: Option<At<Literal>>,
    /// Smallest number.
    pub min: Option<i64>,
    /// Largest number.
    pub max: Option<i64>,
    /// Whether a standard may leave it out though it has no default.
    pub optional: bool,
    /// How the values of several standards combine; where nothing says so they have to be one.
    pub together: Option<Together>,
    /// One line of documentation.
    pub doc: String,
}

/// How the values that several standards give one parameter combine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Together {
    /// Each of the lists is enough: the rule gets them all.
    Either,
    /// The least value meets them all.
    Least,
}

impl Together {
    /// The words that rules write.
    pub const WORDS: &'static [&'static str] = &["either", "least"];

    /// Reads a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "either" => Self::Either,
            "least" => Self::Least,
            _ => return None,
        })
    }
}

/// A condition as written.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The deciding key.
    pub place: Place,
    /// What it says.
    pub form: Form,
    /// What was expected, in words.
    pub say: Option<At<String>>,
}

/// The forms of a condition.
#[derive(Clone, Debug)]
pub enum Form {
    /// Every part holds.
    All(Vec<Condition>),
    /// At least one part holds.
    Any(Vec<Condition>),
    /// No part holds.
    None(Vec<Condition>),
    /// The part does not hold.
    Not(Box<Condition>),
    /// Every element meets `require`; one finding per element that does not.
    Each(Quantifier),
    /// At least one element meets `require` (written `that`).
    Some(Quantifier),
    /// The number of elements compares.
    Count(Quantifier, At<String>, At<i64>),
    /// All elements have one value.
    Agree(Quantifier, At<String>),
    /// A field compares.
    Field {
        /// The path.
        path: At<String>,
        /// The operator.
        operator: At<String>,
        /// The operand.
        operand: At<Operand>,
        /// What an absent value means.
        absent: Option<At<bool>>,
    },
    /// A parameter compares.
    Param {
        /// The parameter.
        name: At<String>,
        /// The operator.
        operator: At<String>,
        /// The operand.
        operand: At<Literal>,
    },
    /// A predicate of svclint's own.
    Check {
        /// Its name.
        name: At<String>,
        /// Its arguments by name.
        with: Vec<(At<String>, At<Operand>)>,
    },
}

/// `{in, as, where, require}`.
#[derive(Clone, Debug)]
pub struct Quantifier {
    /// A path to a list, or `$param`.
    pub list: At<Operand>,
    /// The name of an element.
    pub name: At<String>,
    /// Which elements count.
    pub filter: Option<Box<Condition>>,
    /// What they must meet; `None` for `count` and `agree`.
    pub require: Option<Box<Condition>>,
}

/// How many artifacts a lookup expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Exactly one; none or two is a finding.
    One,
    /// None or one.
    Optional,
    /// Any number.
    Many,
}

impl Arity {
    /// The words.
    pub const WORDS: &'static [&'static str] = &["one", "optional", "many"];

    /// The arity of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "one" => Some(Self::One),
            "optional" => Some(Self::Optional),
            "many" => Some(Self::Many),
            _ => None,
        }
    }
}

/// A named look-up of other artifacts of the service.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Its name.
    pub name: At<String>,
    /// The kind looked up.
    pub kind: At<String>,
    /// Which ones.
    pub filter: Option<Condition>,
    /// How many.
    pub arity: Arity,
    /// What is said where one is expected and there is none, or more.
    pub say: Option<At<String>>,
}

/// A further label of the finding.
#[derive(Clone, Debug)]
pub struct LabelSpec {
    /// The field it points at.
    pub at: At<String>,
    /// Its text.
    pub text: At<String>,
}

/// What "cannot tell" becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownAs {
    /// Counted, not shown.
    Ignore,
    /// Shown with this severity.
    Show(Severity),
    /// A failure.
    Fail,
}

/// How mature a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// May still change.
    Preview,
    /// Kept compatible.
    Stable,
    /// On its way out.
    Deprecated,
}

impl Status {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Stable => "stable",
            Self::Deprecated => "deprecated",
        }
    }
}

/// Why a rule is on its way out.
#[derive(Clone, Debug)]
pub struct Deprecation {
    /// Version in which it was.
    pub since: String,
    /// The rule to use instead.
    pub instead: Option<At<String>>,
    /// The reason.
    pub why: String,
}

/// What a change of a rule does to the number of its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// There may be more.
    More,
    /// There may be fewer.
    Fewer,
    /// They are the same.
    Same,
}

impl Effect {
    /// The words.
    pub const WORDS: &'static [&'static str] = &["more", "fewer", "same"];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::Same => "same",
        }
    }

    /// The effect of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::More, Self::Fewer, Self::Same].into_iter().find(|effect| effect.as_str() == word)
    }
}

/// A change of a rule since it came.
#[derive(Clone, Debug)]
pub struct Change {
    /// Version in which it came.
    pub version: String,
    /// What changed.
    pub what: String,
    /// What it does to the number of findings.
    pub effect: Effect,
}

/// What an example expects at one place.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Path, or `path:line`.
    pub at: At<String>,
    /// Text the message must hold.
    pub message: Option<String>,
    /// Whether the outcome is "cannot tell".
    pub unknown: bool,
}

/// A small repository with the findings it must give.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub name: At<String>,
    /// Its files: path and text, markers included.
    pub files: Vec<(At<String>, At<String>)>,
    /// Parameters.
    pub params: Vec<(At<String>, At<Literal>)>,
    /// Expectations besides the markers.
    pub expect: Vec<Expectation>,
    /// The files that all fixes of the rule change, with the text that they leave.
    pub fixed: Vec<(At<String>, At<String>)>,
}

/// A rule as written.
#[derive(Clone, Debug)]
pub struct RuleSource {
    /// Its id; also its file name.
    pub id: At<String>,
    /// Version in which it came.
    pub since: String,
    /// Maturity.
    pub status: Status,
    /// One line, a sentence that states what holds.
    pub summary: String,
    /// Group, such as `security`.
    pub category: String,
    /// Severity where no standard decides.
    pub severity: Severity,
    /// The reason.
    pub why: String,
    /// Where to read on.
    pub references: Vec<String>,
    /// Ids of other tools' rules for the same thing, such as `hadolint:DL3002`.
    pub equivalents: Vec<String>,
    /// Former ids, which keep working with a warning.
    pub aliases: Vec<At<String>>,
    /// Why it is on its way out; where [`RuleSource::status`] says so.
    pub deprecated: Option<Deprecation>,
    /// Its history, the oldest change first.
    pub changes: Vec<Change>,
    /// Parameters.
    pub params: Vec<Param>,
    /// The kind it looks at.
    pub target: At<String>,
    /// Which targets.
    pub filter: Option<Condition>,
    /// Other artifacts.
    pub lookups: Vec<Lookup>,
    /// What must hold; a `forbid` is a [`Form::Not`].
    pub require: Condition,
    /// What "cannot tell" becomes.
    pub unknown: UnknownAs,
    /// Where the rule says so.
    pub unknown_at: Option<Place>,
    /// The message.
    pub message: At<String>,
    /// The message where the deciding value is absent.
    pub missing: Option<At<String>>,
    /// The next step.
    pub help: Option<At<String>>,
    /// Further labels.
    pub labels: Vec<LabelSpec>,
    /// How a finding can be mended.
    pub fixes: Vec<FixSource>,
    /// Examples.
    pub examples: Vec<Example>,
}
