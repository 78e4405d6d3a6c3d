//! The closed keys and words of rule files: one list each for the loader and for the schemas of editors.

/// A rule.
pub const RULE: &[&str] = &[
    "rule",
    "since",
    "status",
    "summary",
    "category",
    "severity",
    "why",
    "references",
    "equivalents",
    "aliases",
    "deprecated",
    "changes",
    "params",
    "target",
    "where",
    "lookup",
    "require",
    "forbid",
    "unknown",
    "message",
    "missing",
    "help",
    "labels",
    "fix",
    "examples",
];

/// What a rule cannot do without, besides `require` or `forbid`.
pub const RULE_REQUIRED: &[&str] =
    &["rule", "since", "summary", "category", "severity", "why", "target", "message", "examples"];

/// A parameter.
pub const PARAM: &[&str] = &["type", "of", "like", "default", "optional", "together", "min", "max", "doc"];

/// A lookup.
pub const LOOKUP: &[&str] = &["kind", "where", "expect", "say"];

/// A label.
pub const LABEL: &[&str] = &["at", "text"];

/// An example.
pub const EXAMPLE: &[&str] = &["name", "files", "params", "expect", "fixed"];

/// What an example expects at one place.
pub const EXPECTATION: &[&str] = &["at", "message", "outcome"];

/// The deciding keys of conditions.
pub const FORMS: &[&str] = &["all", "any", "none", "not", "each", "some", "count", "agree", "field", "param", "check"];

/// Inside of `each`.
pub const EACH: &[&str] = &["in", "as", "where", "require"];

/// Inside of `some`.
pub const SOME: &[&str] = &["in", "as", "where", "that", "say"];

/// Inside of `count`.
pub const COUNT: &[&str] = &["in", "as", "where", "eq", "ge", "le"];

/// Inside of `agree`.
pub const AGREE: &[&str] = &["in", "as", "where", "value"];

/// The operators that compare a parameter.
pub const PARAM_OPERATORS: &[&str] = &["eq", "ne", "in", "not_in", "exists", "empty"];

/// How mature a rule is.
pub const STATUSES: &[&str] = &["preview", "stable", "deprecated"];

/// What "cannot tell" can become.
pub const UNKNOWN: &[&str] = &["ignore", "info", "warn", "fail"];

/// How many artifacts a lookup can expect.
pub const ARITIES: &[&str] = &["one", "optional", "many"];

/// How a finding of an example can end.
pub const OUTCOMES: &[&str] = &["fail", "unknown"];

/// What absence can mean.
pub const ABSENT: &[&str] = &["pass", "fail"];
