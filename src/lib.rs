//! A linter for service conformance.

pub mod source;
pub mod syntax;
