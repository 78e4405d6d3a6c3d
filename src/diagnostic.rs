//! The tool's own errors: mistakes in rules, standards and arguments, each with its place and a way out.

use std::fmt;

use crate::finding::Label;

/// A mistake in something svclint was given to work with. Problems are collected, not returned one by one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What kind of mistake, such as `rule/unknown-field`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where; the first label is the primary one. Empty where it has no place in a file.
    pub labels: Vec<Label>,
    /// The way out.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>, label: Label) -> Self {
        Self { code, message: message.into(), labels: vec![label], help: None }
    }

    /// The same with a way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with another place that takes part.
    #[must_use]
    pub fn with_label(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Problem {}

/// The nearest of several known names, for a "did you mean". `None` where none is near.
#[must_use]
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits between two names: insert, delete, replace, or swap two neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().take(64).flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let known = ["readiness", "liveness", "periodSeconds"];
        assert_eq!(nearest("readyness", known), Some("readiness"));
        assert_eq!(nearest("livenses", known), Some("liveness"));
        assert_eq!(nearest("memory", known), None);
    }
}
