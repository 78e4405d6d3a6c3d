//! Keeps text from files and rules from steering the reader's terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character acts on a terminal or hides what stands beside it: controls (C0, DEL, C1), the directional
/// formatting of the Unicode Bidirectional Algorithm (UAX #9), line separators, invisible operators and tags.
/// The joiners U+200C and U+200D are not among them, since scripts and emoji need them.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A line of a file: tabs stay, everything hostile is spelled out.
pub(super) fn source(text: &str) -> Cow<'_, str> {
    spelled(text, |c| (c == '\t').then_some('\t'))
}

/// Text of several kinds on one line: everything hostile is spelled out.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    source(text)
}

/// A path or another name, in which every character counts.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    spelled(text, |_| None)
}

/// Characters of a sentence that are printed; values quoted in it have no bound of their own.
const MAX_SENTENCE: usize = 1000;

/// A sentence on one line: line ends and tabs become spaces, and what is too long to read is cut.
pub(super) fn sentence(text: &str) -> Cow<'_, str> {
    let text = text.trim_end();
    let end = if text.len() <= MAX_SENTENCE { None } else { text.char_indices().nth(MAX_SENTENCE) };
    let end = end.map(|(end, _)| end);
    let shown = spelled(text.get(..end.unwrap_or(text.len())).unwrap_or(""), |c| {
        matches!(c, '\n' | '\r' | '\t').then_some(' ')
    });
    if end.is_some() { shown + " ..." } else { shown }
}

/// A text whose line ends the format itself can carry.
pub(super) fn paragraphs(text: &str) -> Cow<'_, str> {
    spelled(text.trim_end(), |c| match c {
        '\n' | '\r' => Some(c),
        '\t' => Some(' '),
        _ => None,
    })
}

/// Spells hostile characters as `\u{…}`, except those that `keep` has something better for.
fn spelled(text: &str, keep: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain || !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match keep(c) {
            Some(kept) => out.push(kept),
            // Writing to a string does not fail.
            None if is_hostile(c) => _ = write!(out, "\\u{{{:x}}}", u32::from(c)),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{name, sentence, source};

    #[test]
    fn escape_sequences_and_bidi_overrides_are_spelled_out() {
        assert_eq!(source("a\u{1b}[31m\tb"), "a\\u{1b}[31m\tb");
        assert_eq!(source("x\u{202e}y\u{9b}"), "x\\u{202e}y\\u{9b}");
        assert_eq!(name("a\nb"), "a\\u{a}b");
    }

    #[test]
    fn a_sentence_is_one_line() {
        assert_eq!(sentence("one\ntwo\n"), "one two");
    }

    #[test]
    fn a_sentence_without_end_is_cut() {
        let shown = sentence(&"é".repeat(1_000_000)).into_owned();
        assert_eq!(shown.chars().count(), 1004);
        assert!(shown.ends_with("é ..."));
    }

    #[test]
    fn letters_of_any_script_stay() {
        assert_eq!(source("größe 日本 👩\u{200d}💻"), "größe 日本 👩\u{200d}💻");
    }
}
