//! Byte edits of a text, and which of them cannot be made together.

use super::Span;

/// One change of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes that go; empty for an insertion.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

impl Edit {
    /// Puts a text in the place of another.
    #[must_use]
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Puts a text between two bytes.
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { span: Span::at(at), text: text.into() }
    }

    /// Whether two edits have bytes in common, or touch where one of them only inserts, so that their order would
    /// matter. Whole lines, and elements behind a comma, can come one behind the other; they are put in the order of
    /// their text, which has deeper lines before those that end what they belong to.
    #[must_use]
    pub fn clashes(&self, other: &Self) -> bool {
        let (a, b) = (self.span, other.span);
        if a == b && a.is_empty() {
            let is_element = |edit: &Self| edit.text.starts_with(", ");
            let is_line = |edit: &Self| edit.text.starts_with(['\n', '\r']);
            let alike = is_element(self) && is_element(other) || is_line(self) && is_line(other);
            return !alike || self.head() == other.head();
        }
        if a.is_empty() || b.is_empty() {
            return a.start <= b.end && b.start <= a.end;
        }
        a.start < b.end && b.start < a.end
    }

    /// What is inserted, up to the end of a key.
    fn head(&self) -> &str {
        let text = self.text.trim_start_matches([',', ' ', '\r', '\n']);
        text.split(':').next().unwrap_or(text)
    }
}

/// The text with edits made. `None` where two clash, or one does not lie on character boundaries.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort();
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for (index, edit) in ordered.iter().enumerate() {
        if ordered.get(index + 1).is_some_and(|next| edit.clashes(next)) {
            return None;
        }
        out.push_str(text.get(done..edit.span.start as usize)?);
        out.push_str(&edit.text);
        done = edit.span.end as usize;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Edit, apply};
    use crate::source::Span;

    #[test]
    fn edits_are_made_in_the_order_of_their_places() {
        let edits = [Edit::insert(6, "new "), Edit::replace(Span::new(0, 1), "A")];
        assert_eq!(apply("a, b, c", &edits).as_deref(), Some("A, b, new c"));
    }

    #[test]
    fn lines_at_one_place_come_one_behind_the_other() {
        let lines = [Edit::insert(1, "\n  b: 1"), Edit::insert(1, "\n    c: 2")];
        assert_eq!(apply("a", &lines).as_deref(), Some("a\n    c: 2\n  b: 1"));
        assert_eq!(apply("a", &[Edit::insert(1, "\nb: 1"), Edit::insert(1, "\nb: 2")]), None);
        assert_eq!(apply("a", &[Edit::insert(1, ", b: 1"), Edit::insert(1, "\nb: 2")]), None);
    }

    #[test]
    fn two_insertions_at_one_place_clash() {
        assert_eq!(apply("ab", &[Edit::insert(1, "x"), Edit::insert(1, "y")]), None);
        assert_eq!(apply("ab", &[Edit::insert(1, "x"), Edit::replace(Span::new(0, 1), "y")]), None);
        assert!(apply("ab", &[Edit::replace(Span::new(0, 1), "x"), Edit::replace(Span::new(1, 2), "y")]).is_some());
    }

    #[test]
    fn half_a_character_is_not_cut() {
        assert_eq!(apply("ü", &[Edit::insert(1, "x")]), None);
    }
}
