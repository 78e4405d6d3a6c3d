//! Rules: written in YAML, checked against the model's schema when they are loaded, run with evidence.

pub mod ast;
pub mod check;
mod compare;
pub mod conclude;
mod conditions;
pub mod eval;
pub mod evidence;
pub mod fix;
pub mod ir;
mod literals;
pub(crate) mod load;
pub mod operators;
pub mod pattern;
pub mod template;
mod tree;

pub use check::{Arguments, compile};
