//! Trees with spans: one file's text in, one tree out. Errors are recovered from and carry their place.

pub mod base64;
pub mod code;
pub mod dockerfile;
pub mod dotenv;
pub mod gotemplate;
pub mod hcl;
pub mod ini;
pub mod mapped;
mod problem;
pub mod shell;
pub mod toml;
pub mod yaml;

pub use problem::SyntaxProblem;
