//! Rules: written in YAML, checked against the model's schema when they are loaded, run with evidence.

pub mod ast;
pub mod builtin;
pub mod check;
mod compare;
pub mod conclude;
mod conditions;
pub mod eval;
pub mod evidence;
pub mod fix;
pub(crate) mod history;
pub mod ir;
pub mod keys;
mod literals;
pub(crate) mod load;
pub mod operators;
pub(crate) mod packed;
pub mod pattern;
mod range;
pub mod template;
mod tree;

pub use ast::Arguments;
pub use check::{compile, compile_changed};
pub use literals::TYPE_NAMES;
pub use load::CATEGORIES;
