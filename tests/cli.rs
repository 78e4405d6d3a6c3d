//! The command line as its users meet it: exit statuses, bad input, and what the formats say.

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/contract.rs"]
mod contract;
#[path = "cli/support.rs"]
mod support;
