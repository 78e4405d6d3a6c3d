//! Turns the result of a run into text, one format per file.
//!
//! Every format is a function of the report, the sources and the style, and of nothing else: no clock, no
//! environment, no terminal. Paths have `/`, lines and columns count from 1, columns are characters.

mod compact;
mod escape;
mod github;
mod json;
mod locate;
mod pretty;
mod problem;
mod sarif;
mod scorecard;
mod snippet;
mod summary;

use crate::finding::Report;
use crate::source::Sources;

pub use escape::plain;
pub use json::SCHEMA as JSON_SCHEMA;
pub use problem::{write_problems, write_warnings};

/// How text for people looks. Formats for programs ignore it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether to use ANSI colours.
    pub color: bool,
    /// Whether to draw with box characters; plain ASCII otherwise.
    pub unicode: bool,
    /// Columns to fit into; longer source lines are cut around what is marked.
    pub width: usize,
}

impl Default for Style {
    /// What suits a log file: no colours, box characters, 100 columns.
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100 }
    }
}

/// A way to write a report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Format {
    /// Source excerpts, for people.
    Pretty,
    /// One line a finding.
    Compact,
    /// The report of the JSON contract.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// What there is to know of a format.
struct Entry {
    name: &'static str,
    help: &'static str,
    write: fn(&Report, &Sources, &Style) -> String,
}

impl Format {
    /// All formats, the default one first.
    pub const ALL: &'static [Self] = &[Self::Pretty, Self::Compact, Self::Json, Self::Sarif, Self::Github];

    /// The table of formats.
    fn entry(self) -> Entry {
        match self {
            Self::Pretty => Entry {
                name: "pretty",
                help: "the source around each finding, with what is wrong and how to mend it",
                write: pretty::write,
            },
            Self::Compact => Entry {
                name: "compact",
                help: "one line a finding: path:line:column: severity[rule] message (clause)",
                write: compact::write,
            },
            Self::Json => Entry {
                name: "json",
                help: "everything a run has to say, for programs; see `svclint schema report`",
                write: json::write,
            },
            Self::Sarif => {
                Entry { name: "sarif", help: "SARIF 2.1.0, for code scanning services", write: sarif::write }
            }
            Self::Github => {
                Entry { name: "github", help: "annotations on a pull request in GitHub Actions", write: github::write }
            }
        }
    }

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// One line on what it is for.
    #[must_use]
    pub fn help(self) -> &'static str {
        self.entry().help
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }
}

/// Writes a report. The text ends in a line end, or is empty where the format has nothing to say.
#[must_use]
pub fn write(format: Format, report: &Report, sources: &Sources, style: &Style) -> String {
    (format.entry().write)(report, sources, style)
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(*format));
        }
        assert_eq!(Format::from_name("xml"), None);
    }
}
