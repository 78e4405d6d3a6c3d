//! The exec form: a JSON array of strings with the place of each string.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::words;

/// What the arguments are, read as JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Array {
    /// An array of strings: each value, and its range with the quotes.
    Strings(Vec<(String, Range<usize>)>),
    /// A JSON array with something else in it, which BuildKit refuses.
    NotStrings,
    /// Not a JSON array, which BuildKit takes as shell form.
    NotJson,
}

/// Reads `text` as an array. `offset` is added to the ranges.
pub(super) fn array(text: &str, offset: usize) -> Array {
    let inner = words::trim_start(text);
    if !inner.starts_with('[') {
        return Array::NotJson;
    }
    let mut reader = Reader { text: inner, at: 1, offset: offset + (text.len() - inner.len()) };
    match reader.strings() {
        Some(strings) => Array::Strings(strings),
        None if serde_json::from_str::<Vec<IgnoredAny>>(inner).is_ok() => Array::NotStrings,
        None => Array::NotJson,
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    offset: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn strings(&mut self) -> Option<Vec<(String, Range<usize>)>> {
        let mut strings = Vec::new();
        self.skip_blanks();
        if self.take(b']').is_none() {
            loop {
                self.skip_blanks();
                let start = self.at;
                let value = self.string()?;
                strings.push((value, self.offset + start..self.offset + self.at));
                self.skip_blanks();
                if self.take(b']').is_some() {
                    break;
                }
                self.take(b',')?;
            }
        }
        self.skip_blanks();
        (self.at == self.text.len()).then_some(strings)
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut value = String::new();
        loop {
            let rest = self.text.get(self.at..)?;
            let plain = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
            value.push_str(rest.get(..plain)?);
            self.at += plain;
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(value);
                }
                b'\\' => {
                    self.at += 1;
                    value.push(self.escaped()?);
                }
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex4()?;
                let low = (0xd800..0xdc00).contains(&high).then(|| self.low_surrogate()).flatten();
                // Go puts U+FFFD for half a surrogate pair.
                match low {
                    Some(low) => char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?,
                    None => char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            _ => return None,
        })
    }

    fn low_surrogate(&mut self) -> Option<u32> {
        let before = self.at;
        let found = self.text.get(self.at..)?.starts_with("\\u").then(|| {
            self.at += 2;
            self.hex4().filter(|low| (0xdc00..0xe000).contains(low))
        });
        if found.flatten().is_none() {
            self.at = before;
        }
        found.flatten()
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_with_their_quotes_ranges() {
        let Array::Strings(strings) = array(r#" [ "a\u0041\n" , "ü" ] "#, 10) else { panic!("an array") };
        assert_eq!(strings, [("aA\n".to_owned(), 13..24), ("ü".to_owned(), 27..31)]);
        assert_eq!(array("[]", 0), Array::Strings(Vec::new()));
    }

    #[test]
    fn valid_json_of_other_things_is_told_from_invalid_json() {
        assert_eq!(array(r#"["a", ["b"]]"#, 0), Array::NotStrings);
        assert_eq!(array("[1]", 0), Array::NotStrings);
        assert_eq!(array("['a']", 0), Array::NotJson);
        assert_eq!(array(r#"["a",]"#, 0), Array::NotJson);
        assert_eq!(array(r#"["a"] x"#, 0), Array::NotJson);
        assert_eq!(array("[\"a\tb\"]", 0), Array::NotJson);
    }
}
