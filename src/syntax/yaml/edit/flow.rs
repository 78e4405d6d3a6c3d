//! Edits inside of brackets and braces.

use super::scalar::{double, written};
use super::{Editor, New, SHAPE, Withheld};
use crate::source::Span;
use crate::source::edit::Edit;
use crate::syntax::yaml::{Data, NodeId, Style};

impl Editor<'_> {
    pub(super) fn add_in_flow(&self, mapping: NodeId, keys: &[&str], value: &New) -> Result<Vec<Edit>, Withheld> {
        let entries = self.entries(mapping);
        let key_style = entries.iter().find_map(|(key, _)| self.style(*key));
        let value_style = entries.iter().find_map(|(_, value)| self.style(*value));
        // JSON wants quotes; elsewhere values are quoted as they need it.
        let is_json = key_style == Some(Style::DoubleQuoted);
        let like = value_style.filter(|_| is_json);
        let is_spaced = self.span_of(mapping).slice(self.text).starts_with("{ ");
        let text = chain(keys, value, is_json, is_spaced, like);
        self.behind_last(mapping, entries.last().map(|(_, value)| *value), entries.last().map(|(key, _)| *key), &text)
    }

    pub(super) fn push_in_flow(&self, list: NodeId, items: &[NodeId], value: &New) -> Result<Vec<Edit>, Withheld> {
        let like = items.last().and_then(|item| self.style(*item));
        self.behind_last(list, items.last().copied(), None, &written(value, like, true))
    }

    /// Puts a text behind the last element of a flow collection.
    fn behind_last(
        &self,
        collection: NodeId,
        last: Option<NodeId>,
        key: Option<NodeId>,
        text: &str,
    ) -> Result<Vec<Edit>, Withheld> {
        let span = self.span_of(collection);
        let inner = Span::new(span.start as usize + 1, (span.end as usize).saturating_sub(1));
        let Some(last) = last else {
            if !inner.slice(self.text).trim().is_empty() {
                return Err(SHAPE);
            }
            return Ok(vec![Edit::replace(inner, text)]);
        };
        let last = self.span_of(last);
        // `{a}` and `{a: }` have keys without a value.
        if last.is_empty() && key.is_some() {
            return Err(SHAPE);
        }
        Ok(vec![Edit::insert(last.end as usize, format!(", {text}"))])
    }

    pub(super) fn style(&self, id: NodeId) -> Option<Style> {
        match self.node(id)?.data {
            Data::Scalar { style, .. } => Some(style),
            _ => None,
        }
    }
}

/// `key: {key: value}`, with blanks inside of the braces where `is_spaced`.
pub(super) fn chain(keys: &[&str], value: &New, is_json: bool, is_spaced: bool, like: Option<Style>) -> String {
    let Some((key, rest)) = keys.split_first() else { return written(value, like, true) };
    let key = if is_json { double(key) } else { (*key).to_owned() };
    let inner = chain(rest, value, is_json, is_spaced, like);
    match (rest.is_empty(), is_spaced) {
        (true, _) => format!("{key}: {inner}"),
        (false, true) => format!("{key}: {{ {inner} }}"),
        (false, false) => format!("{key}: {{{inner}}}"),
    }
}
