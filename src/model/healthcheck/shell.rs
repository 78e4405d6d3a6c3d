//! Enough of the shell to read a health check: words, quotes and what joins commands.

/// One word.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Quotes and escapes resolved; `$…` as written.
    pub(super) text: String,
    /// Which word of a list it comes from.
    pub(super) source: usize,
    /// Offset of its text in the source.
    pub(super) start: usize,
    /// Whether the text stands there letter for letter.
    pub(super) verbatim: bool,
}

/// What follows a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
    /// `;`, `&` or a line end.
    Then,
    /// Nothing.
    End,
}

/// A simple command.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    pub(super) join: Join,
    /// How many parentheses are open around it.
    pub(super) depth: usize,
}

/// Splits a text into simple commands; `offset` is added to every place.
pub(super) fn commands(text: &str, offset: usize) -> Vec<Command> {
    let mut out = Vec::new();
    let mut words = Vec::new();
    let mut at = 0;
    let (mut open, mut depth) = (0_usize, 0_usize);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (join, length) = match rest.as_bytes() {
            [b'&', b'&', ..] => (Some(Join::And), 2),
            [b'|', b'|', ..] => (Some(Join::Or), 2),
            [b'|', ..] => (Some(Join::Pipe), 1),
            [b';' | b'&' | b'\n', ..] => (Some(Join::Then), 1),
            [b'(', ..] => {
                open += 1;
                (None, 1)
            }
            [b')', ..] => {
                open = open.saturating_sub(1);
                (None, 1)
            }
            [b'\\', b'\n', ..] => (None, 2),
            [b, ..] if b.is_ascii_whitespace() => (None, 1),
            _ => {
                let (word, length) = word(rest, offset + at);
                if words.is_empty() {
                    depth = open;
                }
                words.push(word);
                at += length.max(1);
                continue;
            }
        };
        if let Some(join) = join
            && !words.is_empty()
        {
            out.push(Command { words: std::mem::take(&mut words), join, depth });
        }
        at += length;
    }
    if !words.is_empty() {
        out.push(Command { words, join: Join::End, depth });
    }
    out
}

/// Reads one word and its length in bytes.
fn word(text: &str, offset: usize) -> (Word, usize) {
    let mut out = String::new();
    let mut quote: Option<char> = None;
    let mut parens = 0_usize;
    let mut end = text.len();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None | Some('"'), '\\') => {
                let Some((_, next)) = chars.next() else { break };
                if quote.is_some() && !matches!(next, '"' | '\\' | '$' | '`' | '\n') {
                    out.push('\\');
                }
                if next != '\n' {
                    out.push(next);
                }
            }
            (None | Some('"'), '$') if text.get(at + 1..).is_some_and(|rest| rest.starts_with(['{', '('])) => {
                out.push('$');
                if let Some((_, open)) = chars.next() {
                    out.push(open);
                }
                parens += 1;
            }
            (_, '}' | ')') if parens > 0 => {
                parens -= 1;
                out.push(c);
            }
            (None, ' ' | '\t' | '\r' | '\n' | ';' | '|' | '&' | '(' | ')') if parens == 0 => {
                // `2>&1` is one word.
                if c == '&' && out.ends_with('>') {
                    out.push(c);
                    continue;
                }
                end = at;
                break;
            }
            _ => out.push(c),
        }
    }
    let raw = text.get(..end).unwrap_or("");
    let quoted = raw.len() == out.len() + 2 && raw.get(1..raw.len().saturating_sub(1)) == Some(out.as_str());
    let (start, verbatim) = if raw == out { (offset, true) } else { (offset + usize::from(quoted), quoted) };
    (Word { text: out, source: 0, start, verbatim }, end)
}

/// The inside of the first `$(…)` or backquotes and its offset.
pub(super) fn substitution(text: &str) -> Option<(&str, usize)> {
    if let Some(found) = text.find("$(") {
        let mut open = 1_usize;
        let inner = text.get(found + 2..)?;
        let end = inner.char_indices().find_map(|(at, c)| {
            match c {
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            (open == 0).then_some(at)
        });
        return Some((inner.get(..end.unwrap_or(inner.len()))?, found + 2));
    }
    let start = text.find('`')? + 1;
    let end = text.get(start..)?.find('`')?;
    Some((text.get(start..start + end)?, start))
}

/// Splits a text at blanks outside quotes and nowhere else, as compose and Docker do without a shell.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_whitespace() || ";|&()".contains(first) {
            if !first.is_whitespace() {
                out.push(Word { text: first.to_string(), source: 0, start: at, verbatim: true });
            }
            at += first.len_utf8();
        } else {
            let (word, length) = word(rest, at);
            out.push(word);
            at += length.max(1);
        }
    }
    out
}
