//! Variable references in words: what they name and what they come to.

use std::ops::Range;

use super::pattern::Pattern;

/// References nested deeper than this are not followed.
const MAX_DEPTH: usize = 64;

/// What a word comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// The value.
    Known(String),
    /// It depends on variables whose value is not known.
    Unresolved {
        /// Their names, in order of appearance, without repeats.
        names: Vec<String>,
    },
    /// BuildKit refuses to expand it; the text says why, without a full stop.
    Malformed(String),
}

/// Part of a word.
#[derive(Debug)]
enum Piece {
    Text(String),
    /// Name, what stands behind it, and where in the word the reference stands.
    Variable(String, Operator, Range<usize>),
}

/// What stands behind the name in `${name…}` (Dockerfile reference, "Environment replacement").
#[derive(Debug)]
enum Operator {
    Plain,
    /// `-`; the flag says whether an empty value counts as unset (`:-`).
    Default(bool, Vec<Piece>),
    /// `+`.
    Alternative(bool, Vec<Piece>),
    /// `?`.
    Required(bool, Vec<Piece>),
    /// `#` and `%`.
    Trim {
        suffix: bool,
        pattern: Vec<Piece>,
    },
    /// `/` and `//`.
    Replace {
        all: bool,
        pattern: Vec<Piece>,
        with: Vec<Piece>,
    },
}

/// Expands a word as BuildKit's shell lexer does.
pub(super) fn expand(text: &str, escape: char, lookup: &dyn Fn(&str) -> Option<String>) -> Expansion {
    if !text.contains(['$', '\'', '"', escape]) {
        return Expansion::Known(text.to_owned());
    }
    let pieces = match Parser::new(text, escape).pieces(None, false) {
        Ok(pieces) => pieces,
        Err(message) => return Expansion::Malformed(message.to_owned()),
    };
    let mut evaluation = Evaluation { lookup, unresolved: Vec::new() };
    match evaluation.value(&pieces) {
        Err(message) => Expansion::Malformed(message),
        Ok(value) if evaluation.unresolved.is_empty() => Expansion::Known(value),
        Ok(_) => Expansion::Unresolved { names: evaluation.unresolved },
    }
}

/// The names a word refers to; none where it is malformed.
pub(super) fn variables(text: &str, escape: char) -> Vec<String> {
    if !text.contains('$') {
        return Vec::new();
    }
    let mut names = Vec::new();
    if let Ok(pieces) = Parser::new(text, escape).pieces(None, false) {
        collect_names(&pieces, &mut names);
    }
    names
}

fn collect_names(pieces: &[Piece], names: &mut Vec<String>) {
    for piece in pieces {
        let Piece::Variable(name, operator, _) = piece else { continue };
        if !names.contains(name) {
            names.push(name.clone());
        }
        match operator {
            Operator::Plain => {}
            Operator::Default(_, word) | Operator::Alternative(_, word) | Operator::Required(_, word) => {
                collect_names(word, names);
            }
            Operator::Trim { pattern, .. } => collect_names(pattern, names),
            Operator::Replace { pattern, with, .. } => {
                collect_names(pattern, names);
                collect_names(with, names);
            }
        }
    }
}

/// The references that come to nothing where a variable is not set, as `$V` does and `${V:-d}` does not, each with its
/// place in the word; none where the word is malformed. `is_set` says which variables are set.
pub(super) fn undefined(text: &str, escape: char, is_set: &dyn Fn(&str) -> bool) -> Vec<(String, Range<usize>)> {
    let mut uses = Vec::new();
    if text.contains('$')
        && let Ok(pieces) = Parser::new(text, escape).pieces(None, false)
    {
        collect_undefined(&pieces, is_set, &mut uses);
    }
    uses
}

fn collect_undefined(pieces: &[Piece], is_set: &dyn Fn(&str) -> bool, uses: &mut Vec<(String, Range<usize>)>) {
    for piece in pieces {
        let Piece::Variable(name, operator, at) = piece else { continue };
        // A build has no positional or special parameters.
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        match operator {
            Operator::Default(_, word) if !is_set(name) => collect_undefined(word, is_set, uses),
            Operator::Alternative(_, word) if is_set(name) => collect_undefined(word, is_set, uses),
            Operator::Default(..) | Operator::Alternative(..) | Operator::Required(..) => {}
            Operator::Plain | Operator::Trim { .. } | Operator::Replace { .. } => {
                if is_name && !is_set(name) {
                    uses.push((name.clone(), at.clone()));
                }
            }
        }
    }
}

/// The offset behind the reference that starts with the `$` at `at`, under the escape character `\`.
pub(super) fn end_of_reference(text: &str, at: usize) -> Result<usize, &'static str> {
    let mut parser = Parser::new(text, '\\');
    parser.at = at;
    parser.reference()?;
    Ok(parser.at)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    escape: char,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, escape: char) -> Self {
        Self { text, at: 0, escape, depth: 0 }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Reads up to the end, or up to and with `stop`.
    fn pieces(&mut self, stop: Option<char>, raw_escapes: bool) -> Result<Vec<Piece>, &'static str> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                return match stop {
                    None => {
                        finish(&mut text, &mut pieces);
                        Ok(pieces)
                    }
                    Some('/') => Err("`/` is missing in `${…/…}`"),
                    Some(_) => Err("`}` is missing"),
                };
            };
            if Some(c) == stop {
                self.next();
                finish(&mut text, &mut pieces);
                return Ok(pieces);
            }
            match c {
                '\'' => self.single_quoted(&mut text)?,
                '"' => self.double_quoted(&mut text, &mut pieces, raw_escapes)?,
                '$' => self.push_reference(&mut text, &mut pieces)?,
                _ => {
                    self.next();
                    if c != self.escape {
                        text.push(c);
                        continue;
                    }
                    if raw_escapes {
                        text.push(c);
                    }
                    text.extend(self.next());
                }
            }
        }
    }

    fn single_quoted(&mut self, text: &mut String) -> Result<(), &'static str> {
        self.next();
        let rest = self.text.get(self.at..).unwrap_or("");
        let (inside, _) = rest.split_once('\'').ok_or("a single quote is not closed")?;
        text.push_str(inside);
        self.at += inside.len() + 1;
        Ok(())
    }

    fn double_quoted(&mut self, text: &mut String, pieces: &mut Vec<Piece>, raw: bool) -> Result<(), &'static str> {
        self.next();
        loop {
            match self.peek() {
                None => return Err("a double quote is not closed"),
                Some('"') => {
                    self.next();
                    return Ok(());
                }
                Some('$') => self.push_reference(text, pieces)?,
                Some(c) => {
                    self.next();
                    if c == self.escape {
                        let escaped = self.peek().filter(|next| matches!(next, '"' | '$') || *next == self.escape);
                        if raw || escaped.is_none() {
                            text.push(c);
                        }
                        if let Some(escaped) = escaped {
                            self.next();
                            text.push(escaped);
                        }
                    } else {
                        text.push(c);
                    }
                }
            }
        }
    }

    fn push_reference(&mut self, text: &mut String, pieces: &mut Vec<Piece>) -> Result<(), &'static str> {
        let start = self.at;
        match self.reference()? {
            Some((name, operator)) => {
                finish(text, pieces);
                pieces.push(Piece::Variable(name, operator, start..self.at));
            }
            None => text.push('$'),
        }
        Ok(())
    }

    /// The reference at the `$` under the cursor, or `None` for a `$` that is only a character.
    fn reference(&mut self) -> Result<Option<(String, Operator)>, &'static str> {
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            return Ok((!name.is_empty()).then_some((name, Operator::Plain)));
        }
        self.next();
        match self.peek() {
            None => return Err("`}` is missing"),
            Some('{' | '}' | ':') => return Err("a name is missing in `${…}`"),
            Some(_) => {}
        }
        if self.depth == MAX_DEPTH {
            return Err("references are nested too deeply");
        }
        self.depth += 1;
        let name = self.name();
        let operator = self.operator()?;
        self.depth -= 1;
        Ok(Some((name, operator)))
    }

    fn operator(&mut self) -> Result<Operator, &'static str> {
        const UNSUPPORTED: &str = "this form of `${…}` is not supported by Dockerfiles";
        let mut sign = self.next().ok_or("`}` is missing")?;
        let colon = sign == ':';
        if colon {
            sign = self.next().ok_or("`}` is missing")?;
        }
        Ok(match sign {
            '}' if !colon => Operator::Plain,
            '-' => Operator::Default(colon, self.pieces(Some('}'), false)?),
            '+' => Operator::Alternative(colon, self.pieces(Some('}'), false)?),
            '?' => Operator::Required(colon, self.pieces(Some('}'), false)?),
            '#' | '%' if !colon => Operator::Trim { suffix: sign == '%', pattern: self.pieces(Some('}'), true)? },
            '/' if !colon => {
                let all = self.peek() == Some('/');
                if all {
                    self.next();
                }
                let pattern = self.pieces(Some('/'), true)?;
                Operator::Replace { all, pattern, with: self.pieces(Some('}'), true)? }
            }
            _ => return Err(UNSUPPORTED),
        })
    }

    /// A name: letters, digits and `_`; or only digits; or one special parameter such as `@`.
    fn name(&mut self) -> String {
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = match rest.chars().next() {
            Some(c) if c.is_numeric() => rest.find(|c: char| !c.is_numeric()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => Some(1),
            _ => rest.find(|c: char| !c.is_alphanumeric() && c != '_'),
        };
        let name = rest.get(..length.unwrap_or(rest.len())).unwrap_or("");
        self.at += name.len();
        name.to_owned()
    }
}

fn finish(text: &mut String, pieces: &mut Vec<Piece>) {
    if !text.is_empty() {
        pieces.push(Piece::Text(std::mem::take(text)));
    }
}

struct Evaluation<'l> {
    lookup: &'l dyn Fn(&str) -> Option<String>,
    unresolved: Vec<String>,
}

impl Evaluation<'_> {
    fn value(&mut self, pieces: &[Piece]) -> Result<String, String> {
        let mut value = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => value.push_str(text),
                Piece::Variable(name, operator, _) => value.push_str(&self.variable(name, operator)?),
            }
        }
        Ok(value)
    }

    fn variable(&mut self, name: &str, operator: &Operator) -> Result<String, String> {
        let found = (self.lookup)(name);
        let is_set = |empty_is_unset: bool| found.as_deref().is_some_and(|value| !(empty_is_unset && value.is_empty()));
        match operator {
            Operator::Default(colon, word) if !is_set(*colon) => return self.value(word),
            Operator::Alternative(colon, word) => {
                return if is_set(*colon) { self.value(word) } else { Ok(String::new()) };
            }
            Operator::Required(true, word) if found.as_deref() == Some("") => {
                let message = self.value(word)?;
                return Err(if message.is_empty() { format!("{name} is empty") } else { format!("{name}: {message}") });
            }
            _ => {}
        }
        let Some(found) = found else {
            // A build has no positional or special parameters.
            if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                return Ok(String::new());
            }
            if !self.unresolved.iter().any(|other| other == name) {
                self.unresolved.push(name.to_owned());
            }
            return Ok(String::new());
        };
        match operator {
            Operator::Trim { suffix, pattern } => {
                let pattern = self.value(pattern)?;
                let sign = if *suffix { '%' } else { '#' };
                let (pattern, longest) = pattern.strip_prefix(sign).map_or((pattern.as_str(), false), |p| (p, true));
                Pattern::parse(pattern)?.trimmed(&found, *suffix, longest)
            }
            Operator::Replace { all, pattern, with } => {
                let pattern = Pattern::parse(&self.value(pattern)?)?;
                let with = self.value(with)?;
                pattern.replaced(&found, &with, *all)
            }
            _ => Ok(found),
        }
    }
}
