//! Tokens of a shell script: words with their quotes resolved, operators, newlines.

use std::ops::Range;

/// Substitutions nested deeper than this are skipped as text.
const MAX_NESTING: usize = 64;

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(RawWord),
    /// `&&`, `||`, `|`, `;`, `;;`, `&`, `(`, `)`, newline.
    Operator(&'static str, Range<usize>),
    /// A redirection operator, with the digits before it.
    Redirect(&'static str, Range<usize>),
}

/// A word before its place in the file is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RawWord {
    pub text: String,
    pub range: Range<usize>,
    pub is_literal: bool,
    /// Whether any part is quoted or escaped, so that it can be no keyword.
    pub is_quoted: bool,
    /// Insides of `$(…)` and backticks.
    pub substitutions: Vec<Range<usize>>,
}

/// Control operators, longest first.
const OPERATORS: [&str; 11] = [";;&", ";;", ";&", "&&", "||", "|&", "|", ";", "&", "(", ")"];

/// Redirection operators, longest first.
const REDIRECTIONS: [&str; 12] = ["&>>", "<<<", "<<-", "&>", "<<", ">>", "<&", ">&", "<>", ">|", "<", ">"];

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Delimiters of heredocs whose bodies start after the next newline.
    pending: Vec<(String, bool)>,
    /// Whether the word to come is the delimiter of a heredoc (`Some(strip_tabs)`).
    delimiter: Option<bool>,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, pending: Vec::new(), delimiter: None }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Length of an escaped line end under the cursor.
    fn escaped_newline(&self) -> Option<usize> {
        match (self.byte(0), self.byte(1), self.byte(2)) {
            (Some(b'\\'), Some(b'\n'), _) => Some(2),
            (Some(b'\\'), Some(b'\r'), Some(b'\n')) => Some(3),
            _ => None,
        }
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            match self.byte(0) {
                Some(b' ' | b'\t' | b'\r' | 0xb | 0xc) => self.at += 1,
                Some(b'#') => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => match self.escaped_newline() {
                    Some(length) => self.at += length,
                    None => return,
                },
            }
        }
    }

    /// The text between `((` or `[[`, already read, and its closer, which is skipped.
    pub fn skip_past(&mut self, closer: &str) {
        self.at += self.rest().find(closer).map_or(self.rest().len(), |at| at + closer.len());
    }

    pub fn next(&mut self) -> Option<Token> {
        self.skip_blanks_and_comments();
        let start = self.at;
        let first = self.byte(0)?;
        if first == b'\n' {
            self.at += 1;
            self.skip_heredoc_bodies();
            return Some(Token::Operator("\n", start..start + 1));
        }
        if let Some(operator) = self.redirection() {
            self.delimiter = match operator {
                "<<" => Some(false),
                "<<-" => Some(true),
                _ => None,
            };
            return Some(Token::Redirect(operator, start..self.at));
        }
        if let Some(operator) = OPERATORS.into_iter().find(|operator| self.rest().starts_with(operator)) {
            self.at += operator.len();
            return Some(Token::Operator(operator, start..self.at));
        }
        let word = self.word();
        if let Some(strip_tabs) = self.delimiter.take() {
            self.pending.push((word.text.clone(), strip_tabs));
        }
        Some(Token::Word(word))
    }

    fn redirection(&mut self) -> Option<&'static str> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let rest = self.rest().get(digits..)?;
        if !rest.starts_with(['<', '>', '&']) || (digits > 0 && rest.starts_with('&')) {
            return None;
        }
        // `<(…)` and `>(…)` are process substitutions, which belong to a word.
        if rest.starts_with("<(") || rest.starts_with(">(") {
            return None;
        }
        let operator = REDIRECTIONS.into_iter().find(|operator| rest.starts_with(operator))?;
        self.at += digits + operator.len();
        Some(operator)
    }

    fn skip_heredoc_bodies(&mut self) {
        for (name, strip_tabs) in std::mem::take(&mut self.pending) {
            while let Some(line) = self.rest().split_inclusive('\n').next() {
                self.at += line.len();
                let line = line.trim_end_matches(['\r', '\n']);
                if name == if strip_tabs { line.trim_start_matches('\t') } else { line } {
                    break;
                }
            }
        }
    }

    fn word(&mut self) -> RawWord {
        let start = self.at;
        let mut word = RawWord { is_literal: true, ..RawWord::default() };
        while let Some(c) = self.rest().chars().next() {
            if let Some(length) = self.escaped_newline() {
                self.at += length;
                continue;
            }
            match c {
                '<' | '>' if self.byte(1) == Some(b'(') => {
                    word.is_literal = false;
                    self.at += 1;
                    word.text.push(c);
                    self.parenthesised(&mut word);
                }
                ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    self.at += 1;
                    self.single_quoted(&mut word);
                }
                '"' => {
                    self.at += 1;
                    self.double_quoted(&mut word);
                }
                '\\' => {
                    word.is_quoted = true;
                    self.at += 1;
                    if let Some(c) = self.rest().chars().next() {
                        word.text.push(c);
                        self.at += c.len_utf8();
                    }
                }
                '$' => self.dollar(&mut word, false),
                '`' => self.backticks(&mut word),
                _ => {
                    if matches!(c, '*' | '?' | '[') || (c == '~' && self.at == start) {
                        word.is_literal = false;
                    }
                    word.text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        word.range = start..self.at;
        // `[` and `[[` as words of their own are commands, not patterns.
        if matches!(word.text.as_str(), "[" | "[[") {
            word.is_literal = true;
        }
        word
    }

    fn single_quoted(&mut self, word: &mut RawWord) {
        word.is_quoted = true;
        let rest = self.rest();
        let inside = rest.split('\'').next().unwrap_or(rest);
        word.text.push_str(inside);
        self.at = (self.at + inside.len() + 1).min(self.text.len());
    }

    fn double_quoted(&mut self, word: &mut RawWord) {
        word.is_quoted = true;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '$' => self.dollar(word, true),
                '`' => self.backticks(word),
                '\\' => {
                    if let Some(length) = self.escaped_newline() {
                        self.at += length;
                        continue;
                    }
                    self.at += 1;
                    match self.byte(0) {
                        Some(next @ (b'"' | b'\\' | b'$' | b'`')) => {
                            word.text.push(char::from(next));
                            self.at += 1;
                        }
                        _ => word.text.push('\\'),
                    }
                }
                _ => {
                    word.text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn dollar(&mut self, word: &mut RawWord, in_quotes: bool) {
        let start = self.at;
        self.at += 1;
        match self.byte(0) {
            Some(b'(') => {
                word.is_literal = false;
                word.text.push('$');
                self.parenthesised(word);
            }
            Some(b'{') => {
                word.is_literal = false;
                self.at = closing(self.text, self.at).unwrap_or(self.text.len());
                word.text.push_str(self.text.get(start..self.at).unwrap_or(""));
            }
            // `$'…'` and `$"…"` of bash.
            Some(b'\'') if !in_quotes => {
                word.is_literal = false;
                self.at += 1;
                self.single_quoted(word);
            }
            Some(b)
                if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') =>
            {
                word.is_literal = false;
                let rest = self.rest();
                let is_name = b.is_ascii_alphabetic() || b == b'_';
                let end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                let length = if is_name { rest.find(end).unwrap_or(rest.len()) } else { 1 };
                self.at += length;
                word.text.push_str(self.text.get(start..self.at).unwrap_or(""));
            }
            _ => word.text.push('$'),
        }
    }

    /// `(…)` under the cursor, as part of a substitution.
    fn parenthesised(&mut self, word: &mut RawWord) {
        let start = self.at;
        let is_closed = closing(self.text, start);
        self.at = is_closed.unwrap_or(self.text.len());
        word.text.push_str(self.text.get(start..self.at).unwrap_or(""));
        // `$((…))` is arithmetic.
        if self.text.get(start..start + 2) != Some("((") && is_closed.is_some() {
            word.substitutions.push(start + 1..self.at - 1);
        }
    }

    fn backticks(&mut self, word: &mut RawWord) {
        word.is_literal = false;
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        let length = self.rest().find(|c| {
            let ends = c == '`' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        if let Some(length) = length {
            word.substitutions.push(start + 1..self.at + length);
        }
        self.at += length.map_or(self.rest().len(), |length| length + 1);
        word.text.push_str(self.text.get(start..self.at).unwrap_or(""));
    }
}

/// The offset behind the bracket that closes the one at `open`; quotes and nested brackets are passed over.
fn closing(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut stack: Vec<u8> = Vec::new();
    let mut at = open;
    while let Some(&byte) = bytes.get(at) {
        let in_quotes = stack.last() == Some(&b'"');
        let behind_dollar = at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'$');
        match byte {
            b'\\' => at += 1,
            b'"' if in_quotes => {
                stack.pop();
            }
            b'"' => stack.push(b'"'),
            b'\'' if !in_quotes => at += 1 + bytes.get(at + 1..)?.iter().position(|b| *b == b'\'')?,
            b'(' if at == open || !in_quotes || behind_dollar => stack.push(b')'),
            // A brace alone is only a character.
            b'{' if at == open || behind_dollar => stack.push(b'}'),
            b')' | b'}' if stack.last() == Some(&byte) => {
                stack.pop();
                if stack.is_empty() {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        if stack.len() > MAX_NESTING {
            return None;
        }
        at += 1;
    }
    None
}
