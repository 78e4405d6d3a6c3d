//! Which part of a rule file every run needs.

/// The text of a rule file without its examples, which stand last and are most of it.
pub(crate) fn head(text: &str) -> &str {
    text.split_once("\nexamples:").map_or(text, |(head, _)| head)
}
