//! Go templates as Helm runs them: parsed by gotmpl and by nothing else, executed here, so that each byte of the output
//! knows what it was made of, nested values can change in place, and nothing can run out of time, stack or memory.

mod actions;
mod context;
mod data;
mod exec;
mod functions;
mod given;
mod output;
mod parse;
mod print;
mod value;

pub use context::Context;
pub use data::from_file;
pub use exec::Machine;
pub(crate) use functions::{allows, version_order};
pub use given::{Given, Mark, Text};
pub use output::{Made, Origin, Output, Piece, Source, Written};
pub use value::{List, Map, Object, Value};

/// Why an evaluation ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The engine would refuse it.
    Error(String),
    /// A template that is not there is called, by its name.
    NoTemplate(String),
    /// The template itself asks for something else, with `fail`.
    Fail(String),
    /// It takes more time, memory or nesting than a rendering may.
    TooLarge,
    /// `{{ break }}`
    Break,
    /// `{{ continue }}`
    Continue,
}

/// A copy that shares no map with a value.
///
/// # Errors
/// Where it is too large.
pub fn deep_copy(value: &Value, context: &Context) -> Outcome {
    functions::deep_copy(value, context, 0)
}

/// A value as YAML.
///
/// # Errors
/// Where it is too large.
pub fn yaml(value: &Value) -> Outcome<String> {
    Ok(data::to_yaml(value, &Context::new())?.to_string())
}

/// What an evaluation gives.
pub type Outcome<T = Value> = Result<T, Stop>;

/// An error of the engine.
pub(crate) fn refuse<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Stop::Error(message.into()))
}

/// A template that ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub why: Stop,
    /// The action of the template that was to be rendered.
    pub at: Origin,
    /// The action in a template that it calls, where that one failed.
    pub inner: Option<Origin>,
}
