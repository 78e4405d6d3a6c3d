//! The command line as its users meet it: exit statuses, bad input, and what the formats say.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails its test")]

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/contract.rs"]
mod contract;
#[path = "cli/env_files.rs"]
mod env_files;
#[path = "cli/fix.rs"]
mod fix;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/model.rs"]
mod model;
#[path = "cli/reference.rs"]
mod reference;
#[path = "cli/support.rs"]
mod support;
