//! What becomes of findings: silenced where a comment says so and why, counted, and put in order.

pub mod date;
pub mod order;
pub mod pragma;
pub mod suppress;
pub mod waive;
