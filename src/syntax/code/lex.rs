//! From program text to tokens, in one pass and without ever failing: what is not understood is punctuation.

use super::{Code, Language, Token, TokenKind};
use crate::source::Span;

/// Reads a file's text.
#[must_use]
pub fn lex(text: &str, language: Language) -> Code {
    let mut lexer =
        Lexer { bytes: text.as_bytes(), at: 0, line: 0, indent: None, language, wasted: 0, code: Code::default() };
    if text.starts_with('\u{feff}') {
        lexer.at = 3;
        lexer.line = 3;
    }
    if lexer.rest().starts_with(b"#!") {
        lexer.skip_line();
    }
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.code
}

struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Where the line began.
    line: usize,
    /// The indentation, until the first token of the line has taken it.
    indent: Option<u32>,
    language: Language,
    /// Bytes that were looked at for the end of a literal that has none.
    wasted: usize,
    code: Code,
}

/// So many bytes may be looked at in vain; from then on quotes are punctuation, so that no text takes quadratic time.
const MAX_WASTED: usize = 1 << 20;

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_word(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit()
}

impl Lexer<'_> {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_line(&mut self) {
        while self.at < self.bytes.len() && self.peek(0) != b'\n' {
            self.at += 1;
        }
    }

    fn step(&mut self) {
        let byte = self.peek(0);
        if byte == b'\n' {
            self.at += 1;
            self.line = self.at;
            self.indent = None;
            return;
        }
        if byte.is_ascii_whitespace() {
            self.at += 1;
            return;
        }
        if self.comment() {
            return;
        }
        let start = self.at;
        if is_word_start(byte) {
            return self.word(start);
        }
        if byte.is_ascii_digit() {
            while is_word(self.peek(0)) || self.peek(0) == b'.' {
                self.at += 1;
            }
            return self.push(TokenKind::Number, start, Span::new(start, self.at));
        }
        match byte {
            b'"' | b'\'' | b'`' | b'/' if self.wasted > MAX_WASTED => self.mark(start),
            b'"' | b'\'' => self.literal(start, false),
            b'`' if self.language.is_script() => self.template(start),
            b'`' if self.language == Language::Go => self.raw(start, b'`'),
            b'/' if self.language.is_script() && self.may_be_pattern() => self.pattern(start),
            _ => self.mark(start),
        }
    }

    fn mark(&mut self, start: usize) {
        let byte = self.peek(0);
        self.at += 1;
        self.push(TokenKind::Mark(byte), start, Span::new(start, self.at));
    }

    /// What looked like the start of a literal is punctuation: its end was not found before `end`.
    fn no_literal(&mut self, start: usize, end: usize) {
        self.wasted += end - start;
        self.mark(start);
    }

    fn push(&mut self, kind: TokenKind, start: usize, inner: Span) {
        let span = Span::new(start, self.at);
        let is_first = self.indent.is_none() && start >= self.line;
        let indent = is_first.then(|| u32::try_from(start - self.line).unwrap_or(u32::MAX));
        self.indent = indent.or(self.indent);
        let inner = if matches!(kind, TokenKind::Text | TokenKind::Template) { inner } else { span };
        self.code.tokens.push(Token { kind, span, inner, indent });
    }

    fn comment(&mut self) -> bool {
        let marks: &[u8] = if self.language.has_hash_comments() { b"#" } else { b"//" };
        if self.rest().starts_with(marks) {
            let start = self.at + marks.len();
            self.skip_line();
            self.code.comments.push(Span::new(start, self.at));
            return true;
        }
        if !self.language.has_hash_comments() && self.rest().starts_with(b"/*") {
            let start = self.at + 2;
            self.at = start;
            while self.at < self.bytes.len() && !self.rest().starts_with(b"*/") {
                self.line_break();
                self.at += 1;
            }
            self.code.comments.push(Span::new(start, self.at));
            self.at = (self.at + 2).min(self.bytes.len());
            return true;
        }
        false
    }

    /// Notes a line that ends within a literal or comment.
    fn line_break(&mut self) {
        if self.peek(0) == b'\n' {
            self.line = self.at + 1;
            self.indent = None;
        }
    }

    /// A word, or the prefix of a literal.
    fn word(&mut self, start: usize) {
        while is_word(self.peek(0)) {
            self.at += 1;
        }
        let quote = self.peek(0);
        let prefix = self.bytes.get(start..self.at).unwrap_or(&[]);
        let is_prefix = |letters: &[u8], length: usize| {
            prefix.len() <= length && prefix.iter().all(|byte| letters.contains(&byte.to_ascii_lowercase()))
        };
        match self.language {
            _ if self.wasted > MAX_WASTED => self.push(TokenKind::Word, start, Span::new(start, self.at)),
            Language::Python if matches!(quote, b'"' | b'\'') && is_prefix(b"rbuft", 2) => {
                let is_template = prefix.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
                self.literal(start, is_template);
            }
            Language::Rust if matches!(quote, b'"' | b'#') && is_prefix(b"rbc", 2) && prefix.contains(&b'r') => {
                self.rust_raw(start);
            }
            Language::Rust if matches!(quote, b'"' | b'\'') && is_prefix(b"bc", 1) => self.literal(start, false),
            _ => self.push(TokenKind::Word, start, Span::new(start, self.at)),
        }
    }

    /// A quoted literal whose opening quote is next; one that does not end where it has to is punctuation.
    fn literal(&mut self, start: usize, is_template: bool) {
        let quote = self.peek(0);
        let has_triple = matches!(self.language, Language::Python | Language::Java | Language::Kotlin);
        let triple = [quote; 3];
        let is_triple = has_triple && self.rest().starts_with(&triple);
        let open = self.at + if is_triple { 3 } else { 1 };
        let may_span = is_triple || (self.language == Language::Rust && quote == b'"');
        let mut at = open;
        loop {
            match self.bytes.get(at) {
                None => break,
                Some(b'\n') if !may_span => break,
                Some(b'\\') => at += 2,
                Some(byte) if *byte == quote && (!is_triple || self.bytes.get(at..at + 3) == Some(&triple[..])) => {
                    let is_lifetime = self.language == Language::Rust && quote == b'\'' && !self.is_char(open, at);
                    if is_lifetime {
                        break;
                    }
                    let is_template = is_template || (self.language == Language::Kotlin && self.has_dollar(open, at));
                    let end = at + if is_triple { 3 } else { 1 };
                    let kind = if is_template { TokenKind::Template } else { TokenKind::Text };
                    return self.close(kind, start, open, at, end);
                }
                Some(_) => at += 1,
            }
        }
        // A prefix without its literal is a word, a quote alone a mark.
        if self.at == start {
            return self.no_literal(start, at.min(self.bytes.len()));
        }
        self.wasted += at - start;
        self.push(TokenKind::Word, start, Span::new(start, self.at));
    }

    /// Whether what stands between single quotes of Rust is one character (Rust reference, "Character literals").
    fn is_char(&self, open: usize, close: usize) -> bool {
        let inner = self.bytes.get(open..close).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("");
        inner.starts_with('\\') || inner.chars().count() == 1
    }

    fn has_dollar(&self, open: usize, close: usize) -> bool {
        self.bytes.get(open..close).is_some_and(|inner| inner.contains(&b'$'))
    }

    /// Ends a literal, and counts the lines in it.
    fn close(&mut self, kind: TokenKind, start: usize, open: usize, inner_end: usize, end: usize) {
        self.at = end;
        self.push(kind, start, Span::new(open, inner_end));
        let inner = self.bytes.get(open..inner_end).unwrap_or(&[]);
        if let Some(last) = inner.iter().rposition(|byte| *byte == b'\n') {
            self.line = open + last + 1;
            // What follows the literal on its last line does not start a line.
            self.indent = Some(0);
        }
    }

    fn raw(&mut self, start: usize, quote: u8) {
        let open = self.at + 1;
        let length = self.bytes.get(open..).and_then(|rest| rest.iter().position(|byte| *byte == quote));
        let Some(length) = length else { return self.no_literal(start, self.bytes.len()) };
        self.close(TokenKind::Text, start, open, open + length, open + length + 1);
    }

    /// `r"…"`, `r#"…"#`: the prefix has been read.
    fn rust_raw(&mut self, start: usize) {
        let hashes = self.rest().iter().take_while(|byte| **byte == b'#').count();
        let open = self.at + hashes + 1;
        if self.peek(hashes) != b'"' {
            return self.push(TokenKind::Word, start, Span::new(start, self.at));
        }
        let mut at = open;
        while let Some(byte) = self.bytes.get(at) {
            let closing = self.bytes.get(at + 1..at + 1 + hashes);
            if *byte == b'"' && closing.is_some_and(|closing| closing.iter().all(|byte| *byte == b'#')) {
                return self.close(TokenKind::Text, start, open, at, at + 1 + hashes);
            }
            at += 1;
        }
        self.wasted += at - start;
        self.push(TokenKind::Word, start, Span::new(start, self.at));
    }

    /// A template literal of JavaScript; braces within `${…}` are counted, so that a nested literal does not end it.
    fn template(&mut self, start: usize) {
        let open = self.at + 1;
        let (mut at, mut depth, mut has_code) = (open, 0_u32, false);
        loop {
            match self.bytes.get(at) {
                None => return self.no_literal(start, self.bytes.len()),
                Some(b'\\') => at += 2,
                Some(b'$') if self.bytes.get(at + 1) == Some(&b'{') => {
                    depth += 1;
                    has_code = true;
                    at += 2;
                }
                Some(b'{') if depth > 0 => {
                    depth += 1;
                    at += 1;
                }
                Some(b'}') if depth > 0 => {
                    depth -= 1;
                    at += 1;
                }
                Some(b'`') if depth == 0 => {
                    let kind = if has_code { TokenKind::Template } else { TokenKind::Text };
                    return self.close(kind, start, open, at, at + 1);
                }
                Some(_) => at += 1,
            }
        }
    }

    /// Whether a slash starts a regular expression: behind a value it divides (ECMAScript, 12.9.5).
    fn may_be_pattern(&self) -> bool {
        let Some(last) = self.code.tokens.last() else { return true };
        match last.kind {
            TokenKind::Word => {
                let word = self.bytes.get(last.span.start as usize..last.span.end as usize).unwrap_or(&[]);
                matches!(word, b"return" | b"typeof" | b"case" | b"in" | b"of" | b"await" | b"yield")
            }
            TokenKind::Mark(mark) => !matches!(mark, b')' | b']' | b'}' | b'<' | b'>'),
            _ => false,
        }
    }

    fn pattern(&mut self, start: usize) {
        let (mut at, mut in_class) = (self.at + 1, false);
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => return self.no_literal(start, at.min(self.bytes.len())),
                Some(b'\\') => at += 2,
                Some(b'[') => {
                    in_class = true;
                    at += 1;
                }
                Some(b']') => {
                    in_class = false;
                    at += 1;
                }
                Some(b'/') if !in_class => {
                    self.at = at + 1;
                    // A pattern is no text: nobody reads a path or a name from it.
                    return self.push(TokenKind::Number, start, Span::new(start, self.at));
                }
                Some(_) => at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Code, Language, TokenKind, lex};

    fn texts<'t>(code: &Code, text: &'t str) -> Vec<&'t str> {
        code.tokens.iter().filter(|token| token.is_text()).map(|token| token.inner.slice(text)).collect()
    }

    fn words<'t>(code: &Code, text: &'t str) -> Vec<&'t str> {
        let words = code.tokens.iter().filter(|token| token.kind == TokenKind::Word);
        words.map(|token| token.span.slice(text)).collect()
    }

    #[test]
    fn comments_and_literals_of_python_are_no_code() {
        let text = "# utcnow()\nx = r'a\\d'  # later\ny = f\"{z}\"\n\"\"\"doc\nutcnow()\n\"\"\"\nnow()\n";
        let code = lex(text, Language::Python);
        assert_eq!(words(&code, text), ["x", "y", "now"]);
        assert_eq!(code.comments.len(), 2);
        assert_eq!(texts(&code, text).len(), 3);
        assert_eq!(
            code.tokens.iter().find(|token| token.span.slice(text) == "now").and_then(|now| now.indent),
            Some(0)
        );
    }

    #[test]
    fn a_slash_behind_a_value_divides_and_elsewhere_starts_a_pattern() {
        let text = "const a = b / c; s.replace(/[/\"]/g, 'x'); // \"end\"\nd(`q ${e({})} 'r'`)";
        let code = lex(text, Language::TypeScript);
        assert_eq!(texts(&code, text), ["x", "q ${e({})} 'r'"]);
        assert!(words(&code, text).contains(&"c"));
    }

    #[test]
    fn an_apostrophe_in_jsx_text_does_not_swallow_what_follows() {
        let text = "<p>Don't</p>\nfetch('/api')";
        assert_eq!(texts(&lex(text, Language::JavaScript), text), ["/api"]);
    }

    #[test]
    fn a_lifetime_is_no_literal() {
        let text = "fn f<'a>(x: &'a str) -> char { 'x' } const R: &str = r#\"a\"b\"#;";
        assert_eq!(texts(&lex(text, Language::Rust), text), ["x", "a\"b"]);
    }

    #[test]
    fn raw_literals_of_go_span_lines() {
        let text = "q := `select\n1`\nf(\"/x\")";
        assert_eq!(texts(&lex(text, Language::Go), text), ["select\n1", "/x"]);
    }

    proptest! {
        /// Any text is read to its end: tokens ascend, lie within it, and stand on character boundaries.
        #[test]
        fn any_text_becomes_ascending_tokens(text in "(?s)[a-z0-9'\"`/*#$\\{\\}()\\[\\]\\\\ \n.=,ürf]{0,200}") {
            for language in [
                Language::Python, Language::JavaScript, Language::Go, Language::Rust, Language::Java, Language::Kotlin,
            ] {
                let code = lex(&text, language);
                let mut end = 0;
                for token in &code.tokens {
                    prop_assert!(token.span.start >= end && token.span.end > token.span.start);
                    prop_assert!(text.get(token.span.start as usize..token.span.end as usize).is_some());
                    prop_assert!(text.get(token.inner.start as usize..token.inner.end as usize).is_some());
                    end = token.span.end;
                }
                prop_assert!(end as usize <= text.len());
            }
        }
    }
}
