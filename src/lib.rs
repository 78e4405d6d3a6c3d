//! svclint judges whether a service repository conforms to written standards.
//!
//! ```text
//! discover ──▶ syntax ──▶ model ──▶ rules ──▶ triage ──▶ report
//! ```
//!
//! Files go in at one end, findings come out at the other, and a room imports only what lies before it.

pub mod diagnostic;
pub mod discover;
pub mod finding;
pub mod model;
pub mod source;
pub mod syntax;
