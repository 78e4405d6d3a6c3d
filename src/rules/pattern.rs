//! Patterns of rules: regular expressions that compile when they are first asked, and globs that need no compiling.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use crate::embedded::{self, Automaton};

/// A regular expression or a glob.
#[derive(Debug)]
pub struct Pattern {
    /// As written.
    pub text: String,
    matcher: Matcher,
}

#[derive(Debug)]
enum Matcher {
    Table(Automaton),
    Regex(OnceLock<Option<Regex>>),
    Glob(Glob),
}

impl Pattern {
    /// A regular expression (syntax of the `regex` crate, unanchored). In patterns of ASCII text the classes `\d`, `\w`
    /// and `\s` and the flag `i` mean ASCII.
    ///
    /// # Errors
    /// Why it is none.
    pub fn regex(text: &str) -> Result<Self, String> {
        // What the build has read need not be read again, and most of it is a table by now.
        if let Some(table) = embedded::pattern(text) {
            let matcher = table.map_or_else(|| Matcher::Regex(OnceLock::new()), Matcher::Table);
            return Ok(Self { text: text.to_owned(), matcher });
        }
        // Building the automaton takes a hundred times as long as reading the pattern, and many are never asked.
        match regex_syntax::parse(text) {
            Ok(_) => Ok(Self { text: text.to_owned(), matcher: Matcher::Regex(OnceLock::new()) }),
            Err(error) => {
                let reason = error.to_string();
                Err(reason.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned())
            }
        }
    }

    /// A glob over a whole path.
    #[must_use]
    pub fn glob(text: &str) -> Self {
        Self { text: text.to_owned(), matcher: Matcher::Glob(Glob::new(text)) }
    }

    /// Whether there may be a text that this and another one match; only of two patterns of built-in rules and
    /// standards it can be told that there is none.
    #[must_use]
    pub fn may_match_with(&self, other: &Self) -> bool {
        match (&self.matcher, &other.matcher) {
            (Matcher::Table(one), Matcher::Table(other)) => one.may_match_with(*other),
            _ => true,
        }
    }

    /// Whether it matches.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Table(table) => table.is_match(text),
            Matcher::Regex(compiled) => {
                compiled.get_or_init(|| compile(&self.text)).as_ref().is_some_and(|regex| regex.is_match(text))
            }
            Matcher::Glob(glob) => glob.is_match(text),
        }
    }
}

/// Unicode classes make large automata; ASCII patterns do without where the rest of the pattern allows it.
fn compile(text: &str) -> Option<Regex> {
    let ascii = || RegexBuilder::new(text).unicode(false).build().ok();
    text.is_ascii().then(ascii).flatten().or_else(|| Regex::new(text).ok())
}

/// A glob: `*` and `?` stay within a path component, `**` crosses them, `{a,b}` is a choice.
#[derive(Debug)]
pub struct Glob {
    /// One list of tokens a choice.
    choices: Vec<Vec<Token>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`
    One,
    /// `*`
    Within,
    /// `**`
    Across,
    /// `**/`: nothing, or any directories.
    Directories,
}

/// Choices one glob may spell out.
const MAX_CHOICES: usize = 64;

impl Glob {
    /// Reads a glob. There is no text that is none: a brace without its partner means itself.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { choices: choices(text).iter().map(|choice| tokens(choice)).collect() }
    }

    /// Whether it matches the whole of a path.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        self.choices.iter().any(|tokens| matches(tokens, path))
    }
}

/// Spells out the first `{a,b}`, and those behind it.
fn choices(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        let Some((inside, after)) = tail.split_once('}') else { break };
        let parts: Vec<&str> = inside.split(',').collect();
        if out.len() * parts.len() > MAX_CHOICES {
            break;
        }
        out = out.iter().flat_map(|start| parts.iter().map(move |part| format!("{start}{before}{part}"))).collect();
        rest = after;
    }
    for choice in &mut out {
        choice.push_str(rest);
    }
    out
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                if chars.next_if_eq(&'/').is_some() {
                    Token::Directories
                } else {
                    Token::Across
                }
            }
            '*' => Token::Within,
            '?' => Token::One,
            c => Token::Char(c),
        });
    }
    out
}

/// Whether the text before the first wildcard and behind the last one is there; most paths fail here.
fn has_ends(tokens: &[Token], path: &str) -> bool {
    let literal = |token: &Token| match token {
        Token::Char(c) => Some(*c),
        _ => None,
    };
    let starts = tokens.iter().map_while(literal).zip(path.chars().map(Some).chain(std::iter::repeat(None)));
    let ends = tokens.iter().rev().map_while(literal).zip(path.chars().rev().map(Some).chain(std::iter::repeat(None)));
    starts.chain(ends).all(|(wanted, found)| found == Some(wanted))
}

/// Follows all ways through the tokens at once, so that no path takes longer than its length times theirs.
fn matches(tokens: &[Token], path: &str) -> bool {
    if !has_ends(tokens, path) {
        return false;
    }
    let mut states = Vec::new();
    let mut next = Vec::new();
    enter(&mut states, tokens, 0);
    for c in path.chars() {
        for index in states.drain(..) {
            match tokens.get(index) {
                Some(Token::Char(wanted)) if *wanted == c => enter(&mut next, tokens, index + 1),
                Some(Token::One) if c != '/' => enter(&mut next, tokens, index + 1),
                Some(Token::Within) if c != '/' => enter(&mut next, tokens, index),
                Some(Token::Across) => enter(&mut next, tokens, index),
                Some(Token::Directories) if c == '/' => enter(&mut next, tokens, index),
                Some(Token::Directories) => mark(&mut next, index),
                _ => {}
            }
        }
        if next.is_empty() {
            return false;
        }
        std::mem::swap(&mut states, &mut next);
    }
    states.contains(&tokens.len())
}

/// Few states are active at a time, so a list of them is quicker than a mark for each.
fn mark(states: &mut Vec<usize>, index: usize) {
    if !states.contains(&index) {
        states.push(index);
    }
}

/// Enters a state, and those behind it that need no character.
fn enter(states: &mut Vec<usize>, tokens: &[Token], mut index: usize) {
    mark(states, index);
    while let Some(Token::Within | Token::Across | Token::Directories) = tokens.get(index) {
        index += 1;
        mark(states, index);
    }
}

#[cfg(test)]
mod tests {
    use super::{Glob, Pattern, compile};
    use crate::embedded;

    #[test]
    fn patterns_share_a_text_or_do_not() {
        // All are patterns of built-in rules or standards, of which the build has made tables.
        let pattern = |text: &str| Pattern::regex(text).unwrap();
        let semver = pattern(r"^\d+\.\d+\.\d+(-[\w.]+)?$");
        let event = pattern(r"^[a-z]+\.[a-z_]+$");
        assert!(semver.may_match_with(&pattern(r"^v?\d+\.\d+\.\d+")));
        assert!(event.may_match_with(&event) && !event.may_match_with(&semver) && !semver.may_match_with(&event));
        assert!(event.may_match_with(&pattern("^no built-in pattern$")));
    }

    #[test]
    fn a_star_stays_within_a_component_and_two_stars_do_not() {
        let matches = |glob: &str, path: &str| Glob::new(glob).is_match(path);
        assert!(matches("*.pem", "key.pem"));
        assert!(!matches("*.pem", "certs/key.pem"));
        assert!(matches("**/*.pem", "certs/old/key.pem"));
        assert!(matches("**/*.pem", "key.pem"));
        assert!(!matches("**/b", "ab"));
        assert!(matches("gpu/**", "gpu/a/b"));
        assert!(matches("{a,b}.{yml,yaml}", "b.yaml"));
        assert!(!matches("{a,b}.yml", "c.yml"));
        assert!(matches("a{b", "a{b"));
        assert!(!matches("a.yml", "aXyml"));
        assert!(matches("?.yml", "a.yml"));
        assert!(!matches("a?b", "a/b"));
        assert!(matches("**/b", "a/x/b"));
        assert!(matches("a*b*c", "axbyc"));
        assert!(!matches("a*b*c", "axyc"));
    }

    #[test]
    fn choices_that_multiply_are_spelled_out_up_to_a_bound() {
        let matches = |glob: &str, path: &str| Glob::new(glob).is_match(path);
        assert!(matches(&"{a,b}".repeat(6), "abbaab"), "64 choices");
        assert!(matches(&"{a,b,c}".repeat(4), "abc{a,b,c}"), "27 choices, and the last braces mean themselves");
        assert!(!matches(&"{a,b,c}".repeat(4), "abca"));
    }

    #[test]
    fn many_stars_on_a_long_path_end() {
        assert!(!Glob::new(&"*a".repeat(200)).is_match(&"a".repeat(10_000).replace("aa", "ab")[..5_000]));
    }

    #[test]
    fn a_table_of_the_build_says_what_the_expression_says() {
        let mut tables = 0;
        for text in embedded::patterns() {
            let compiled = compile(text).unwrap();
            let Some(Some(table)) = embedded::pattern(text) else { continue };
            tables += 1;
            let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            let plain: String = text.chars().filter(|c| !"()[]^$\\?*+|{}".contains(*c)).collect();
            let first = words.first().copied().unwrap_or("a");
            let mut samples: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            samples.extend([
                plain.clone(),
                plain.to_uppercase(),
                format!("größe {plain}\n"),
                format!("x{first}-{first}"),
            ]);
            samples.extend(words.windows(2).flat_map(|pair| {
                ["", " ", "-", "_", "/", ".", ":", "=", "://", " --"].map(|between| pair.join(between))
            }));
            samples.extend(SAMPLES.iter().map(|sample| (*sample).to_owned()));
            for sample in samples {
                assert_eq!(table.is_match(&sample), compiled.is_match(&sample), "`{text}` in `{sample}`");
            }
        }
        assert!(tables > 300, "{tables} tables");
    }

    const SAMPLES: &[&str] = &[
        "",
        "\n",
        "é",
        "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}",
        "v1.2.3-rc.1",
        "0.95 of 100%",
        "svc-api",
        "/etc/ssl/certs/a.pem",
        "https://user:secret@db.example:5432/app?sslmode=require",
        "DATABASE_PASSWORD",
        "npm run dev -- --watch",
        "python -m uvicorn app.main:app --host 0.0.0.0 --reload",
        "docker-compose -f a.yml -p b --profile c",
        "0 3 * * *",
        "feature/new-thing",
        "$HOME/${NAME:-x}",
        "Running the tests locally",
        "ghcr.io/acme/api@sha256:0123456789abcdef",
    ];

    #[test]
    fn an_ascii_pattern_finds_its_text_among_other_letters() {
        let pattern = Pattern::regex(r"(?i)^über-\d+$|^api-\d+$").unwrap();
        assert!(pattern.is_match("API-12"));
        let pattern = Pattern::regex("[^/]+-api").unwrap();
        assert!(pattern.is_match("größe-api"));
    }
}
