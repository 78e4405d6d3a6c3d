//! `${{ … }}` in text: where it stands, which contexts it reads, and text in which nothing can mistake it for shell.

use std::ops::Range;

/// Why a text that holds an expression is not known from the files.
pub(super) const WHY: &str = "it is filled in when the workflow runs";

/// The ranges of `${{ … }}` in a text, in order (GitHub, "Evaluate expressions in workflows"). One that is not closed
/// reaches to the end of the text.
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("${{")) {
        let start = at + found;
        let end = end_of(text, start + 3);
        out.push(start..end);
        at = end;
    }
    out
}

/// The end of an expression whose inside starts at `at`; `'…'` may hold `}}`.
fn end_of(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut quoted) = (at, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return at + 2,
            _ => {}
        }
        at += 1;
    }
    // A quote that is not closed hides the end; the expression then ends where it seems to.
    let start = text.len().min(at);
    text.get(..start).map_or(text.len(), str::len)
}

/// Whether a text holds an expression.
pub(super) fn has(text: &str) -> bool {
    text.contains("${{")
}

/// The inside of an expression that is the whole text, trimmed.
pub(super) fn whole(text: &str) -> Option<&str> {
    let text = text.trim();
    match ranges(text).as_slice() {
        [only] if *only == (0..text.len()) => text.get(3..text.len().checked_sub(2)?).map(str::trim),
        _ => None,
    }
}

/// The same text with every expression replaced by as many `X`, so that no shell parser sees its operators.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges(text) {
        out.push_str(text.get(at..range.start).unwrap_or(""));
        out.extend(std::iter::repeat_n('X', range.len()));
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// A read of a context, such as `secrets.TOKEN` or `github.event.issue.title`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read<'t> {
    /// The name from its first part on; `secrets['TOKEN']` gives `secrets.TOKEN`.
    pub(super) name: String,
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
    /// The text.
    pub(super) text: &'t str,
}

/// The reads of contexts inside an expression, or in an `if` without `${{ }}`. Strings are passed over.
pub(super) fn reads(expression: &str) -> Vec<Read<'_>> {
    let bytes = expression.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\'' {
            at = expression.get(at + 1..).and_then(|rest| rest.find('\'')).map_or(bytes.len(), |end| at + end + 2);
        } else if byte.is_ascii_alphabetic() || *byte == b'_' {
            let (name, end) = name_at(expression, at);
            if name.contains('.') {
                out.push(Read { name, range: at..end, text: expression.get(at..end).unwrap_or("") });
            }
            at = end.max(at + 1);
        } else {
            at += 1;
        }
    }
    out
}

/// A dotted name with `['…']` and `[…]` taken as parts of it, and where it ends.
fn name_at(text: &str, start: usize) -> (String, usize) {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut name = String::new();
    let mut at = start;
    loop {
        let word = at;
        while bytes.get(at).copied().is_some_and(is_word) {
            at += 1;
        }
        name.push_str(text.get(word..at).unwrap_or(""));
        match bytes.get(at) {
            Some(b'.') if bytes.get(at + 1).is_some_and(|next| is_word(*next) || *next == b'*') => {
                name.push('.');
                at += 1;
                if bytes.get(at) == Some(&b'*') {
                    name.push('*');
                    at += 1;
                }
            }
            Some(b'[') if bytes.get(at + 1) == Some(&b'\'') => {
                let inside = at + 2;
                let Some(length) = text.get(inside..).and_then(|rest| rest.find("']")) else { return (name, at) };
                name.push('.');
                name.push_str(text.get(inside..inside + length).unwrap_or(""));
                at = inside + length + 2;
            }
            _ => return (name, at),
        }
    }
}

/// The reads of a text with `${{ }}`, with their ranges in that text.
pub(super) fn reads_in(text: &str) -> Vec<Read<'_>> {
    let mut out = Vec::new();
    for range in ranges(text) {
        let inside = text.get(range.clone()).unwrap_or("");
        for mut read in reads(inside) {
            read.range = read.range.start + range.start..read.range.end + range.start;
            out.push(read);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{masked, ranges, reads, reads_in, whole};

    #[test]
    fn an_expression_ends_behind_its_strings() {
        let text = "a ${{ format('{0}}}', x) }} b ${{ y }}";
        let found: Vec<&str> = ranges(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["${{ format('{0}}}', x) }}", "${{ y }}"]);
        assert_eq!(whole(" ${{ matrix.os }} "), Some("matrix.os"));
        assert_eq!(whole("v${{ matrix.os }}"), None);
        assert_eq!(ranges("${{ open").len(), 1);
    }

    #[test]
    fn masked_text_has_its_length_and_no_operators() {
        assert_eq!(masked("x ${{ a && b }} | y"), "x XXXXXXXXXXXXX | y");
    }

    #[test]
    fn reads_name_their_context_however_they_are_written() {
        let names = |text| reads(text).into_iter().map(|read| read.name).collect::<Vec<_>>();
        assert_eq!(names("secrets['A_B'] != '' && github.ref == 'x.y'"), ["secrets.A_B", "github.ref"]);
        assert_eq!(names("github.event.commits.*.message"), ["github.event.commits.*.message"]);
        assert_eq!(names("always()"), Vec::<String>::new());
        let text = "-u ${{ vars.USER }}";
        let read = &reads_in(text)[0];
        assert_eq!(&text[read.range.clone()], "vars.USER");
    }
}
