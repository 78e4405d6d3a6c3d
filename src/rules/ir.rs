//! A rule with its parameters filled in and every name resolved: what the evaluator runs.

use std::sync::Arc;

use super::ast::{Arity, RuleSource};
use super::builtin::Builtin;
use super::operators::Operator;
use super::pattern::Pattern;
use super::range::Range;
use super::template::Template;
use crate::diagnostic::Problem;
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::model::schema::{StructDef, Type};

/// A constant of the type of the field it is compared with.
#[derive(Debug)]
pub enum Const {
    /// `true` or `false`.
    Bool(bool),
    /// An integer, uid or port.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Str(String),
    /// A length of time.
    Duration(Duration),
    /// An amount.
    Quantity(Quantity),
    /// A semantic version.
    Version(String),
    /// A range of versions or addresses.
    Range(Range),
    /// Several.
    List(Vec<Const>),
    /// A pattern, compiled on first use; it was checked when the rule was loaded.
    Pattern(Pattern),
}

impl Const {
    /// The text of a message.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Const::Bool(value) => value.to_string(),
            Const::Int(value) => value.to_string(),
            Const::Float(value) => value.to_string(),
            Const::Str(value) => value.clone(),
            Const::Duration(value) => value.text.clone(),
            Const::Quantity(value) => value.text.clone(),
            Const::Version(text) => text.clone(),
            Const::Range(range) => range.text().to_owned(),
            Const::List(items) => items.iter().map(Const::text).collect::<Vec<_>>().join(", "),
            Const::Pattern(pattern) => pattern.text.clone(),
        }
    }
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// At the target.
    Target,
    /// At a name bound by `as` or `lookup`.
    Binding(usize),
}

/// A field path with every step resolved.
#[derive(Clone, Debug)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// Indices of fields.
    pub steps: Vec<usize>,
    /// Type of the value.
    pub ty: Type,
    /// Whether the value may be absent.
    pub optional: bool,
    /// As written, without the name of a binding.
    pub text: String,
}

/// The right-hand side of a comparison.
#[derive(Debug)]
pub enum Value {
    /// A constant.
    Const(Const),
    /// Another field.
    Path(Path),
}

/// The list a quantifier goes over.
#[derive(Debug)]
pub enum Over {
    /// A list of the model.
    Path(Path),
    /// The values of a parameter.
    Consts(Vec<Const>),
}

/// A comparison.
#[derive(Debug)]
pub struct Compare {
    /// The field.
    pub path: Path,
    /// The operator.
    pub operator: Operator,
    /// The operand.
    pub operand: Value,
    /// What an absent value means, where the rule says it.
    pub absent: Option<bool>,
}

/// A quantifier.
#[derive(Debug)]
pub struct Quantified {
    /// The list.
    pub over: Over,
    /// The binding of an element.
    pub binding: usize,
    /// Which elements count.
    pub filter: Option<Box<Cond>>,
    /// What they must meet.
    pub require: Option<Box<Cond>>,
}

/// A condition.
#[derive(Debug)]
pub struct Cond {
    /// What it says.
    pub form: Form,
    /// What was expected, in words.
    pub say: Option<Template>,
}

/// The forms of a condition.
#[derive(Debug)]
pub enum Form {
    /// Decided by the parameters.
    Const(bool),
    /// Every part.
    All(Vec<Cond>),
    /// At least one part.
    Any(Vec<Cond>),
    /// No part.
    None(Vec<Cond>),
    /// The opposite.
    Not(Box<Cond>),
    /// Every element.
    Each(Quantified),
    /// At least one element.
    Some(Quantified),
    /// A number of elements.
    Count(Quantified, Operator, i64),
    /// One value over all elements.
    Agree(Quantified, Path),
    /// A comparison.
    Compare(Compare),
    /// A predicate of svclint's own, with its arguments in the order of its signature.
    Check(&'static Builtin, Vec<Value>),
}

/// A look-up.
#[derive(Debug)]
pub struct Lookup {
    /// Its name.
    pub name: String,
    /// The kind looked up.
    pub kind: &'static StructDef,
    /// The binding of the result.
    pub binding: usize,
    /// The binding of a candidate while `filter` decides; the same as `binding` but for `many`.
    pub filter: Option<Cond>,
    /// How many are expected.
    pub arity: Arity,
    /// What is said where there is not exactly one, and one is expected.
    pub say: Option<Template>,
}

/// A rule ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// The rule as written.
    pub source: Arc<RuleSource>,
    /// The kind it looks at.
    pub kind: &'static StructDef,
    /// Which targets.
    pub filter: Option<Cond>,
    /// Other artifacts.
    pub lookups: Vec<Lookup>,
    /// What must hold.
    pub require: Cond,
    /// The message.
    pub message: Template,
    /// The message where the deciding value is absent.
    pub missing: Option<Template>,
    /// The next step.
    pub help: Option<Template>,
    /// Further labels: the place and the text.
    pub labels: Vec<(Path, Template)>,
    /// How a finding can be mended.
    pub fixes: Vec<super::fix::Fix>,
    /// How many names are bound.
    pub bindings: usize,
    /// Former names of fields that it uses.
    pub warnings: Vec<Problem>,
}
