//! Every report format over the same set of reports, read back with that format's own parser or schema.

#[path = "report_formats/build.rs"]
mod build;
#[path = "report_formats/programs.rs"]
mod programs;
#[path = "report_formats/text.rs"]
mod text;
