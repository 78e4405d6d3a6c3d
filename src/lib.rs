//! svclint judges whether a service repository conforms to written standards.
//!
//! ```text
//! discover ──▶ syntax ──▶ model ──▶ rules ──▶ triage ──▶ report
//! ```
//!
//! Files go in at one end, findings come out at the other, and a room imports only what lies before it.

pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod discover;
pub mod embedded;
pub mod engine;
pub mod finding;
pub mod fix;
pub mod model;
pub mod reference;
pub mod report;
pub mod rules;
pub mod source;
pub mod standard;
pub mod syntax;
pub mod triage;
