//! Labels in a block of text: bold words with a colon, and what stands behind them.

use std::ops::Range;

use super::block::Block;
use super::fold::{day, fold, heading_key, is_placeholder};
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Span};

/// A longer bold text is a sentence.
const MAX_NAME: usize = 80;

/// A label before it is known what follows.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) at: Place,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) value: Field<String>,
    pub(super) is_in_list: bool,
    /// Whether anything but labels stands before it in its block.
    pub(super) text_start: usize,
}

impl Raw {
    pub(super) fn new(name: &str, at: Place, value: Option<(String, Span)>, is_in_list: bool) -> Self {
        let value = match value {
            Some((text, span)) => Field::known(text, Place { span, ..at }),
            None => Field::Absent(at),
        };
        Self { at, name: name.to_owned(), key: heading_key(name), value, is_in_list, text_start: 0 }
    }

    pub(super) fn is_placeholder(&self) -> bool {
        self.value.value().is_some_and(|value| is_placeholder(value))
    }

    pub(super) fn is_date(&self) -> bool {
        self.value.value().is_some_and(|value| day(value).is_some())
    }

    pub(super) fn value_key(&self) -> Field<String> {
        self.value.clone().map(|value| fold(&value))
    }

    /// The value's parts between slashes and commas.
    pub(super) fn parts(&self) -> List<Field<String>> {
        let Field::Known(value, origin) = &self.value else { return List::empty(self.at) };
        let parts = value.split(['/', ',', '،', ';']).map(fold).filter(|part| !part.is_empty());
        List::new(parts.map(|part| Field::known(part, origin.at)).collect(), origin.at)
    }
}

/// Characters between labels on one line.
const SEPARATORS: &[char] = &['|', '·', '•', '—', '–', ';'];

fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：')
}

/// A bold text that is a label: the range of its name and where what follows the colon starts.
fn as_label(block: &Block, strong: &Range<usize>) -> Option<(Range<usize>, usize)> {
    let before = block.text.get(..strong.start)?;
    let line = before.rsplit('\n').next().unwrap_or("").trim_end();
    if !line.is_empty() && !line.ends_with(SEPARATORS) {
        return None;
    }
    let text = block.text.get(strong.clone())?;
    let name = text.trim();
    let bare = name.strip_suffix(is_colon).map(str::trim_end);
    let behind = block.text.get(strong.end..)?;
    let value_start = if bare.is_some() {
        strong.end
    } else {
        let colon = behind.trim_start_matches([' ', '\u{a0}']);
        let first = colon.chars().next().filter(|c| is_colon(*c))?;
        strong.end + (behind.len() - colon.len()) + first.len_utf8()
    };
    let bare = bare.unwrap_or(name);
    let start = strong.start + (text.len() - text.trim_start().len());
    (!bare.is_empty() && bare.len() <= MAX_NAME && !bare.contains('\n'))
        .then(|| (start..start + bare.len(), value_start))
}

/// The labels of a block, in order.
pub(super) fn labels(block: &Block, file: FileId, base: usize, is_in_list: bool) -> Vec<Raw> {
    let found: Vec<(Range<usize>, usize)> = block.strong.iter().filter_map(|strong| as_label(block, strong)).collect();
    let mut out = Vec::new();
    for (index, (name, value_start)) in found.iter().enumerate() {
        let end = found.get(index + 1).map_or(block.text.len(), |(next, _)| next.start);
        let value = block.text.get(*value_start..end).unwrap_or("");
        let kept = value.trim_end().trim_end_matches(SEPARATORS).len();
        let value = block.trimmed(*value_start..value_start + kept, base);
        let at = Place { file, span: block.span(name, base) };
        let mut raw = Raw::new(block.text.get(name.clone()).unwrap_or(""), at, value, is_in_list);
        raw.text_start = name.start;
        out.push(raw);
    }
    out
}

/// A text split at its first colon, where what stands before is short enough to name the rest.
pub(super) fn key_and_value(text: &str) -> Option<(&str, &str)> {
    let (at, colon) = text.char_indices().find(|(_, c)| is_colon(*c))?;
    let (key, value) = (text.get(..at)?.trim(), text.get(at + colon.len_utf8()..)?);
    let is_key = !key.is_empty() && key.len() <= MAX_NAME && key.split_whitespace().count() <= 6;
    (is_key && !value.starts_with("//")).then(|| (key, value.trim()))
}
