//! Mistakes in rules, standards and arguments, printed like findings.

use crate::diagnostic::Problem;
use crate::report::Style;
use crate::report::pretty::{Block, Painter, Tone};
use crate::source::Sources;

/// Writes problems for people: message, source with the places marked, way out. Empty for no problems.
#[must_use]
pub fn write_problems(problems: &[Problem], sources: &Sources, style: &Style) -> String {
    let painter = Painter::new(sources, style);
    let mut out = String::new();
    for problem in problems {
        let labels: Vec<_> = problem.labels.iter().collect();
        let (code, message, help) = (problem.code, problem.message.as_str(), problem.help.as_deref());
        let block = Block { tone: Tone::Error, word: "error", code, message, labels: &labels, help, notes: &[] };
        painter.block(&mut out, &block);
        out.push('\n');
    }
    out
}
