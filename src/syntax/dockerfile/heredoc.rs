//! Heredocs: finding `<<EOF` in an instruction and telling where its body ends.

use std::ops::Range;

use super::expand;

/// A `<<EOF` in an instruction's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// The word in the text.
    pub range: Range<usize>,
    /// The delimiter without quotes.
    pub name: String,
    /// Whether no part of the delimiter is quoted.
    pub expand: bool,
    /// Whether it is `<<-`.
    pub strip_tabs: bool,
}

/// The heredocs that an instruction's whole text announces, in order. Like BuildKit's, this knows quotes and `${…}`
/// but no shell operators, and finds nothing in a text with an open quote or a reference that it cannot read.
pub(super) fn find(text: &str) -> Vec<Marker> {
    let Some(words) = words(text) else { return Vec::new() };
    words.into_iter().filter_map(|range| marker(text, range)).collect()
}

/// Reads one word as a heredoc: digits, `<<`, perhaps `-`, and a delimiter without `<`.
pub(super) fn marker(text: &str, range: Range<usize>) -> Option<Marker> {
    let word = text.get(range.clone())?;
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (strip_tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{c}']);
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let (name, quoted) = unquoted(rest)?;
    (!name.is_empty()).then_some(Marker { range, name, expand: !quoted, strip_tabs })
}

/// Words as BuildKit's shell lexer splits them for this purpose; blanks behind `<<` do not end a word.
fn words(text: &str) -> Option<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c.is_whitespace() {
            words.extend(start.take().map(|from| from..at));
            at += c.len_utf8();
            continue;
        }
        start = start.or(Some(at));
        at = match c {
            '\'' => at + 2 + text.get(at + 1..)?.find('\'')?,
            '"' => end_of_double_quotes(text, at)?,
            '$' => expand::end_of_reference(text, at).ok()?,
            '\\' => at + 1 + text.get(at + 1..)?.chars().next().map_or(0, char::len_utf8),
            '<' if bytes.get(at + 1) == Some(&b'<') => {
                let blanks = bytes.iter().skip(at + 2).take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
                at + 2 + blanks
            }
            _ => at + c.len_utf8(),
        };
    }
    words.extend(start.map(|from| from..text.len()));
    Some(words)
}

fn end_of_double_quotes(text: &str, open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let rest = text.get(at..)?;
        at += rest.find(['"', '$', '\\'])?;
        match text.as_bytes().get(at)? {
            b'"' => return Some(at + 1),
            b'$' => at = expand::end_of_reference(text, at).ok()?,
            _ => at += 1 + text.get(at + 1..)?.chars().next().map_or(0, char::len_utf8),
        }
    }
}

/// The delimiter without quotes and escapes, and whether it had quotes; `None` where it is more than one word.
fn unquoted(word: &str) -> Option<(String, bool)> {
    let mut name = String::new();
    let mut quoted = false;
    let mut quote: Option<char> = None;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') => match chars.peek() {
                Some('"' | '$' | '\\') => name.extend(chars.next()),
                _ => name.push('\\'),
            },
            (None, '\'' | '"') => {
                quote = Some(c);
                quoted = true;
            }
            (None, '\\') => name.extend(chars.next()),
            (None, c) if c.is_whitespace() => return None,
            _ => name.push(c),
        }
    }
    quote.is_none().then_some((name, quoted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, bool, bool)> {
        find(text).into_iter().map(|marker| (marker.name, marker.expand, marker.strip_tabs)).collect()
    }

    #[test]
    fn delimiters_are_found_in_all_their_spellings() {
        assert_eq!(names("RUN cat <<EOF > f"), [("EOF".to_owned(), true, false)]);
        assert_eq!(names("RUN 3<<-'E O F' cat"), [("E O F".to_owned(), false, true)]);
        assert_eq!(names("RUN << EOF bash"), [("EOF".to_owned(), true, false)]);
        assert_eq!(names(r#"COPY <<A <<"B" /d/"#), [("A".to_owned(), true, false), ("B".to_owned(), false, false)]);
    }

    #[test]
    fn here_strings_shifts_and_quoted_text_are_no_heredocs() {
        for text in
            ["RUN cat <<< word", "RUN echo $((1<<2))", "RUN echo '<<EOF'", r#"RUN echo "a <<EOF b""#, "RUN a<<EOF"]
        {
            assert_eq!(find(text), Vec::new(), "{text}");
        }
    }
}
