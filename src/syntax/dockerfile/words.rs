//! Splitting an instruction's arguments into words.

use std::borrow::Cow;
use std::ops::Range;

/// Blanks that separate plain words. Other white space, such as a no-break space, is part of a word.
pub(super) fn is_blank(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_blank_byte)
}

/// The same for a byte; none of these is a part of a longer character.
pub(super) fn is_blank_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0xb | 0xc | b'\r')
}

/// The first word between plain blanks, from the start of a text.
pub(super) fn first(text: &str) -> &str {
    let end = text.bytes().position(is_blank_byte).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// The range without white space at its ends.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = text.get(range.clone()).unwrap_or("");
    let behind = trim_start(slice);
    let start = range.start + (slice.len() - behind.len());
    let length = match behind.as_bytes().last() {
        Some(b'!'..=b'~') => behind.len(),
        _ => behind.trim_end().len(),
    };
    start..start + length
}

/// What [`str::trim_start`] gives, which is slower on what nearly always stands there: a blank or none.
pub(super) fn trim_start(text: &str) -> &str {
    let bytes = text.as_bytes();
    let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match bytes.get(blanks) {
        Some(b'!'..=b'~') => text.get(blanks..).unwrap_or(text),
        _ => text.trim_start(),
    }
}

/// Words between blanks, in which quotes mean nothing (`EXPOSE`, `FROM`, `COPY a b`).
pub(super) fn blank_separated(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes().get(range.clone()).unwrap_or(&[]);
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let start = at + rest.iter().position(|byte| !is_blank_byte(*byte))?;
        let length = bytes.get(start..)?.iter().position(|byte| is_blank_byte(*byte));
        at = length.map_or(bytes.len(), |length| start + length);
        Some(range.start + start..range.start + at)
    })
}

/// Words between white space, which quotes and the escape character can hold together (`ENV`, `LABEL`, `ARG`).
/// Quotes stay in the words. A quote that is never closed runs to the end.
pub(super) fn quoted(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let slice = text.get(range.clone()).unwrap_or("");
    let mut words = Vec::new();
    let mut start = None;
    let mut quote: Option<char> = None;
    let mut chars = slice.char_indices();
    while let Some((at, c)) = chars.next() {
        let Some(from) = start else {
            if !c.is_whitespace() {
                start = Some(at);
                quote = matches!(c, '\'' | '"').then_some(c);
                if c == escape {
                    chars.next();
                }
            }
            continue;
        };
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                } else if c == escape && open != '\'' {
                    chars.next();
                }
            }
            None if c.is_whitespace() => {
                words.push(range.start + from..range.start + at);
                start = None;
            }
            None if c == escape => {
                chars.next();
            }
            None => quote = matches!(c, '\'' | '"').then_some(c),
        }
    }
    if let Some(from) = start {
        words.push(range.start + from..range.end);
    }
    words
}

/// A flag word.
#[derive(Debug)]
pub(super) struct FlagWord<'t> {
    /// The whole word as written.
    pub range: Range<usize>,
    /// Offset of the first `=`, if there is one.
    pub equals: Option<usize>,
    /// Name without dashes, quotes and escapes.
    pub name: Cow<'t, str>,
    /// Value without quotes and escapes.
    pub value: Option<Cow<'t, str>>,
}

/// The `--` words at the start of the range, and what is left behind them. A lone `--` ends the flags.
pub(super) fn flags(text: &str, range: Range<usize>, escape: char) -> (Vec<FlagWord<'_>>, Range<usize>) {
    let mut words = Vec::new();
    let mut at = range.start;
    loop {
        let rest = trim_start(text.get(at..range.end).unwrap_or(""));
        at = range.end.max(at) - rest.len();
        if !rest.starts_with("--") {
            return (words, at..range.end);
        }
        let word = flag_word(rest, at, escape);
        at = word.range.end;
        if word.name.is_empty() && word.equals.is_none() {
            return (words, at..range.end);
        }
        words.push(word);
    }
}

fn flag_word(rest: &str, offset: usize, escape: char) -> FlagWord<'_> {
    let end = rest.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or(rest);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'"' | b'\\' | b'`');
    if !word.bytes().all(is_plain) {
        return quoted_flag_word(rest, offset, escape);
    }
    let equals = word.find('=');
    let (name, value) =
        equals.and_then(|_| word.split_once('=')).map_or((word, None), |(name, value)| (name, Some(value)));
    FlagWord {
        range: offset..offset + end,
        equals: equals.map(|at| offset + at),
        name: Cow::Borrowed(name.strip_prefix("--").unwrap_or(name)),
        value: value.map(Cow::Borrowed),
    }
}

fn quoted_flag_word(rest: &str, offset: usize, escape: char) -> FlagWord<'static> {
    let mut cooked = String::new();
    let mut equals = None;
    let mut quote: Option<char> = None;
    let mut end = rest.len();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match quote {
            None if c.is_whitespace() => {
                end = at;
                break;
            }
            None if matches!(c, '\'' | '"') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ if c == escape => cooked.extend(chars.next().map(|(_, c)| c)),
            _ => {
                if c == '=' && equals.is_none() {
                    equals = Some(offset + at);
                }
                cooked.push(c);
            }
        }
    }
    let cooked = cooked.strip_prefix("--").unwrap_or(&cooked);
    let (name, value) = match equals.and_then(|_| cooked.split_once('=')) {
        Some((name, value)) => (name, Some(value)),
        None => (cooked, None),
    };
    let (name, value) = (Cow::Owned(name.to_owned()), value.map(|value| Cow::Owned(value.to_owned())));
    FlagWord { range: offset..offset + end, equals, name, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices(text: &str, words: Vec<Range<usize>>) -> Vec<&str> {
        words.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn quotes_and_escapes_hold_a_word_together() {
        let text = r#"A="x y" B=x\ y C='it is' D="a\"b c""#;
        let words = slices(text, quoted(text, 0..text.len(), '\\'));
        assert_eq!(words, [r#"A="x y""#, r"B=x\ y", "C='it is'", r#"D="a\"b c""#]);
    }

    #[test]
    fn a_backslash_is_plain_under_a_backtick_escape() {
        let text = r"P=C:\a\ Q=x` y";
        assert_eq!(slices(text, quoted(text, 0..text.len(), '`')), [r"P=C:\a\", "Q=x` y"]);
    }

    #[test]
    fn flags_end_at_the_first_other_word() {
        let text = r#"--from=x --link --chown="a b" src --not"#;
        let (words, rest) = flags(text, 0..text.len(), '\\');
        let names: Vec<_> = words.iter().map(|word| (word.name.as_ref(), word.value.as_deref())).collect();
        assert_eq!(names, [("from", Some("x")), ("link", None), ("chown", Some("a b"))]);
        assert_eq!(&text[rest], "src --not");
    }
}
