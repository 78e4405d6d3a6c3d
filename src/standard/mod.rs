//! Standards: clauses with their rules, and the library in which rules and standards are found.

mod alias;
mod conflict;
mod contradict;
mod extend;
pub mod library;
pub mod load;
pub mod pack;
mod packed;
mod parts;
pub mod select;
mod together;

pub use parts::{Clause, Coverage, Extension, Level, Removed, Standard, Use};
