//! Every report format over the same set of reports, read back with that format's own parser or schema.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, in its functions too")]

#[path = "report_formats/build.rs"]
mod build;
#[path = "report_formats/programs.rs"]
mod programs;
#[path = "report_formats/text.rs"]
mod text;
