//! Mistakes in rules, standards and arguments, printed like findings.

use crate::diagnostic::Problem;
use crate::report::Style;
use crate::report::pretty::{Block, Painter, Tone};
use crate::source::Sources;

/// Writes problems for people: message, source with the places marked, way out. Empty for no problems.
#[must_use]
pub fn write_problems(problems: &[Problem], sources: &Sources, style: &Style) -> String {
    write(problems, sources, style, Tone::Error, "error")
}

/// Writes what works and will not for ever, in the same way.
#[must_use]
pub fn write_warnings(warnings: &[Problem], sources: &Sources, style: &Style) -> String {
    write(warnings, sources, style, Tone::Warning, "warning")
}

fn write(problems: &[Problem], sources: &Sources, style: &Style, tone: Tone, word: &'static str) -> String {
    let painter = Painter::new(sources, style);
    let mut out = String::new();
    for problem in problems {
        let labels: Vec<_> = problem.labels.iter().collect();
        let (code, message, help) = (problem.code, problem.message.as_str(), problem.help.as_deref());
        let block = Block { tone, word, code, message, labels: &labels, help, notes: &[] };
        painter.block(&mut out, &block);
        out.push('\n');
    }
    out
}
