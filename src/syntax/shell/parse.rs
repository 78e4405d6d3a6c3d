//! From tokens to simple commands: keywords and function headers left out, groups and subshells flattened.

use std::ops::Range;

use crate::source::Spanned;
use crate::syntax::mapped::MappedText;

use super::lex::{Lexer, RawWord, Token};
use super::{Assignment, Connector, Redirection, ShellWord, SimpleCommand};

/// Command substitutions nested deeper than this stay text.
const MAX_SUBSTITUTIONS: usize = 8;

/// Subshells nested deeper than this are taken for the one around them.
const MAX_SUBSHELLS: usize = 16;

/// Breaks a script into simple commands in order.
#[must_use]
pub fn parse(text: &MappedText) -> Vec<SimpleCommand> {
    parse_nested(text, 0)
}

/// The same for a script that stands in its file as it is, from byte `offset` on.
#[must_use]
pub fn parse_str(text: &str, offset: usize) -> Vec<SimpleCommand> {
    parse(&MappedText::plain(text, offset))
}

fn parse_nested(text: &MappedText, nesting: usize) -> Vec<SimpleCommand> {
    let mut parser = Parser {
        text,
        lexer: Lexer::new(text.as_str()),
        nesting,
        out: Vec::new(),
        current: Current::default(),
        connector: Connector::Start,
        depth: 0,
        mode: Mode::Commands,
        cases: Vec::new(),
        subshells: Vec::new(),
        opened: 0,
    };
    while let Some(token) = parser.lexer.next() {
        parser.take(token);
    }
    parser.finish();
    parser.out
}

/// What the next tokens belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Commands,
    /// `for x in …`, up to `;`, a newline or `do`.
    ForHeader,
    /// `case word`, up to `in`.
    CaseHeader,
    /// `pattern | pattern )` of a case.
    CasePattern,
    /// The name behind `function`.
    FunctionName,
    /// `[[ … ]]`, in which operators are words.
    Test,
    /// `name=( … )` of bash.
    Array,
}

#[derive(Debug, Default)]
struct Current {
    assignments: Vec<Assignment>,
    words: Vec<ShellWord>,
    redirections: Vec<Redirection>,
    range: Option<Range<usize>>,
    /// Whether the last redirection still waits for its target.
    wants_target: bool,
    /// Whether the first `(` behind the only word makes it a function's name.
    is_function: bool,
}

struct Parser<'t> {
    text: &'t MappedText,
    lexer: Lexer<'t>,
    nesting: usize,
    out: Vec<SimpleCommand>,
    current: Current,
    connector: Connector,
    depth: u32,
    mode: Mode,
    /// The depth outside each open `case`.
    cases: Vec<u32>,
    /// Numbers of the open subshells.
    subshells: Vec<u32>,
    /// How many there were.
    opened: u32,
}

impl Parser<'_> {
    fn take(&mut self, token: Token) {
        match (self.mode, token) {
            (Mode::Test, Token::Operator(text, range) | Token::Redirect(text, range)) if text != "\n" => {
                let word = RawWord { text: text.to_owned(), range, is_literal: true, ..RawWord::default() };
                self.push_word(&word);
            }
            (Mode::Array, Token::Operator(")", range)) => {
                self.extend(&range);
                self.mode = Mode::Commands;
            }
            (Mode::CasePattern, Token::Operator(")", _)) | (Mode::FunctionName, Token::Word(_)) => {
                self.mode = Mode::Commands;
            }
            (Mode::CasePattern, Token::Word(word)) if word.text == "esac" && !word.is_quoted => self.end_case(),
            (Mode::CaseHeader, Token::Word(word)) if word.text == "in" => self.mode = Mode::CasePattern,
            (Mode::ForHeader, Token::Word(word)) if word.text == "do" => self.mode = Mode::Commands,
            (Mode::Array | Mode::CasePattern, _)
            | (Mode::CaseHeader | Mode::ForHeader, Token::Word(_) | Token::Redirect(..)) => {}
            (_, Token::Operator(operator, range)) => self.operator(operator, &range),
            (_, Token::Redirect(_, range)) => self.redirect(&range),
            (_, Token::Word(word)) => self.word(&word),
        }
    }

    fn operator(&mut self, operator: &'static str, range: &Range<usize>) {
        match operator {
            "(" => return self.open(range),
            ")" => {
                if std::mem::take(&mut self.current.is_function) {
                    self.current = Current::default();
                    return;
                }
                self.finish();
                self.depth = self.depth.saturating_sub(1);
                self.subshells.pop();
                self.connector = Connector::Sequence;
            }
            "&&" => self.join(Connector::And),
            "||" => self.join(Connector::Or),
            "|" | "|&" => self.join(Connector::Pipe),
            "&" => self.join(Connector::Background),
            ";;" | ";&" | ";;&" => {
                self.join(Connector::Sequence);
                if !self.cases.is_empty() {
                    self.mode = Mode::CasePattern;
                    return;
                }
            }
            _ => self.finish(),
        }
        self.mode = Mode::Commands;
    }

    fn open(&mut self, range: &Range<usize>) {
        let is_double = self.text.as_str().as_bytes().get(range.end) == Some(&b'(');
        if self.mode == Mode::ForHeader || (is_double && self.current.range.is_none()) {
            self.lexer.skip_past("))");
            return;
        }
        if self.current.words.len() == 1 && self.current.redirections.is_empty() {
            self.current.is_function = true;
        } else if self.current.words.is_empty() && self.current.range.as_ref().is_some_and(|r| r.end == range.start) {
            self.mode = Mode::Array;
        } else {
            let connector = self.connector;
            let is_fresh = self.current.range.is_none();
            self.finish();
            if is_fresh {
                self.connector = connector;
            }
            self.depth += 1;
            self.opened += 1;
            if self.subshells.len() < MAX_SUBSHELLS {
                self.subshells.push(self.opened);
            }
        }
    }

    fn join(&mut self, connector: Connector) {
        self.finish();
        self.connector = connector;
    }

    fn end_case(&mut self) {
        self.depth = self.cases.pop().unwrap_or(0);
        self.mode = Mode::Commands;
        self.connector = Connector::Sequence;
    }

    fn redirect(&mut self, range: &Range<usize>) {
        let operator = self.text.as_str().get(range.clone()).unwrap_or("").to_owned();
        let operator = Spanned::new(operator, self.text.span_of(range.clone()));
        self.current.redirections.push(Redirection { operator, target: None });
        self.current.wants_target = true;
        self.extend(range);
    }

    fn word(&mut self, word: &RawWord) {
        if std::mem::take(&mut self.current.wants_target) {
            let target = self.shell_word(word);
            if let Some(redirection) = self.current.redirections.last_mut() {
                redirection.target = Some(target);
            }
            self.extend(&word.range);
            return;
        }
        if self.current.range.is_none() && !word.is_quoted && self.keyword(&word.text) {
            return;
        }
        if self.current.words.is_empty() {
            if let Some(equals) = self.assignment(word) {
                self.push_assignment(word, equals);
                return;
            }
            if word.text == "[[" {
                self.mode = Mode::Test;
            }
        } else if self.mode == Mode::Test && word.text == "]]" {
            self.mode = Mode::Commands;
        }
        self.push_word(word);
    }

    /// Takes a reserved word at the start of a command (POSIX, "Reserved Words").
    fn keyword(&mut self, text: &str) -> bool {
        match text {
            "if" | "while" | "until" | "{" => self.depth += 1,
            "fi" | "done" | "}" => {
                self.depth = self.depth.saturating_sub(1);
                self.connector = Connector::Sequence;
            }
            "then" | "elif" | "else" | "do" | "!" | "time" => {}
            "for" | "select" => {
                self.depth += 1;
                self.mode = Mode::ForHeader;
            }
            "case" => {
                self.cases.push(self.depth);
                self.depth += 1;
                self.mode = Mode::CaseHeader;
            }
            "esac" => self.end_case(),
            "function" => self.mode = Mode::FunctionName,
            _ => return false,
        }
        true
    }

    /// The offset of the `=` of a word that is an assignment.
    fn assignment(&self, word: &RawWord) -> Option<usize> {
        let raw = self.text.as_str().get(word.range.clone())?;
        let name_ends = raw.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let starts_well = raw.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let behind = raw.get(name_ends..)?;
        let plus = usize::from(behind.starts_with("+="));
        (starts_well && behind.get(plus..)?.starts_with('=')).then_some(name_ends + plus)
    }

    fn push_assignment(&mut self, word: &RawWord, equals: usize) {
        let start = word.range.start;
        let name = self.text.as_str().get(start..start + equals).unwrap_or("").trim_end_matches('+').to_owned();
        let name = Spanned::new(name.clone(), self.text.span_of(start..start + name.len()));
        let mut value = self.shell_word(word);
        value.text.drain(..(equals + 1).min(value.text.len()));
        value.span = self.text.span_of(start + equals + 1..word.range.end);
        self.current.assignments.push(Assignment { name, value });
        self.extend(&word.range);
    }

    fn push_word(&mut self, word: &RawWord) {
        let shell_word = self.shell_word(word);
        self.current.words.push(shell_word);
        self.extend(&word.range);
    }

    fn shell_word(&self, word: &RawWord) -> ShellWord {
        let substitutions = if self.nesting < MAX_SUBSTITUTIONS {
            let parts = word.substitutions.iter().map(|range| self.text.part(range.clone()));
            parts.flat_map(|part| parse_nested(&part, self.nesting + 1)).collect()
        } else {
            Vec::new()
        };
        ShellWord {
            text: word.text.clone(),
            span: self.text.span_of(word.range.clone()),
            is_literal: word.is_literal,
            substitutions,
        }
    }

    fn extend(&mut self, range: &Range<usize>) {
        let start = self.current.range.as_ref().map_or(range.start, |before| before.start);
        self.current.range = Some(start..range.end);
    }

    fn finish(&mut self) {
        let current = std::mem::take(&mut self.current);
        let Some(range) = current.range else { return };
        self.out.push(SimpleCommand {
            joined_by: self.connector,
            assignments: current.assignments,
            words: current.words,
            redirections: current.redirections,
            span: self.text.span_of(range),
            depth: self.depth,
            subshells: self.subshells.clone(),
        });
        self.connector = Connector::Sequence;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each command on a line: connector, depth, assignments, words, redirections.
    fn shown(script: &str) -> String {
        let mut out = String::new();
        for command in parse_str(script, 0) {
            assert!(!command.span.slice(script).is_empty());
            let mut line = vec![format!("{:?} {}", command.joined_by, command.depth)];
            for assignment in &command.assignments {
                line.push(format!("{}={}", assignment.name.value, assignment.value.text));
            }
            for word in &command.words {
                line.push(if word.is_literal { format!("[{}]", word.text) } else { format!("<{}>", word.text) });
            }
            for redirection in &command.redirections {
                let target = redirection.target.as_ref().map_or("", |word| word.text.as_str());
                line.push(format!("{} {target}", redirection.operator.value).trim_end().to_owned());
            }
            out += &line.join(" ");
            out.push('\n');
        }
        out
    }

    #[test]
    fn each_subshell_has_a_number_of_its_own() {
        let commands = parse_str("(a; (b) && c) && (d) || { e; }; case x in y) (f);; esac; g", 0);
        let numbers: Vec<_> = commands.iter().map(|one| (one.name().unwrap_or(""), one.subshells.clone())).collect();
        let expected = [
            ("a", vec![1]),
            ("b", vec![1, 2]),
            ("c", vec![1]),
            ("d", vec![3]),
            ("e", vec![]),
            ("f", vec![4]),
            ("g", vec![]),
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn connectors_split_commands() {
        insta::assert_snapshot!(shown("set -ex; curl -fsSL https://x.y/z | tar -xz && make || exit 1 & wait"), @r"
        Start 0 [set] [-ex]
        Sequence 0 [curl] [-fsSL] [https://x.y/z]
        Pipe 0 [tar] [-xz]
        And 0 [make]
        Or 0 [exit] [1]
        Background 0 [wait]
        ");
    }

    #[test]
    fn quotes_expansions_and_patterns_are_told_apart() {
        insta::assert_snapshot!(shown(r#"useradd -c "App user" 'it'"'"s\ me "$HOME/x" /tmp/* "${A:-b c}" $(id -u)"#), @"Start 0 [useradd] [-c] [App user] [it's me] <$HOME/x> </tmp/*> <${A:-b c}> <$(id -u)>");
    }

    #[test]
    fn assignments_and_redirections_are_kept_apart() {
        insta::assert_snapshot!(shown("DEBIAN_FRONTEND=noninteractive A='b c' apt-get install -y x=1 >/dev/null 2>&1 < in"), @"Start 0 DEBIAN_FRONTEND=noninteractive A=b c [apt-get] [install] [-y] [x=1] > /dev/null 2>& 1 < in");
    }

    #[test]
    fn compound_commands_leave_their_simple_commands() {
        let script = "if [ -f a ]; then b; else c; fi; for x in 1 2; do echo $x; done; (cd d && e) || { f; }; g() { h; }\n\
                      case $y in 1|2) i;; *) j ;; esac; while ! k; do l; done; [[ a == b && c < d ]] && m";
        insta::assert_snapshot!(shown(script), @r"
        Start 1 [[] [-f] [a] []]
        Sequence 1 [b]
        Sequence 1 [c]
        Sequence 1 [echo] <$x>
        Sequence 1 [cd] [d]
        And 1 [e]
        Or 1 [f]
        Sequence 1 [h]
        Sequence 1 [i]
        Sequence 1 [j]
        Sequence 1 [k]
        Sequence 1 [l]
        Sequence 0 [[[] [a] [==] [b] [&&] [c] [<] [d] []]]
        And 0 [m]
        ");
    }

    #[test]
    fn comments_heredoc_bodies_and_line_joins_are_no_words() {
        let script = "# first\necho a#b # c\ncat <<EOF > f\nuseradd no\nEOF\napk add \\\n  curl\n";
        insta::assert_snapshot!(shown(script), @r"
        Start 0 [echo] [a#b]
        Sequence 0 [cat] << EOF > f
        Sequence 0 [apk] [add] [curl]
        ");
    }

    #[test]
    fn commands_inside_substitutions_are_found() {
        let commands = parse_str(r#"sh -c "$(curl -s https://x.y | tee `mktemp`)""#, 0);
        let inner = &commands[0].words[2].substitutions;
        assert_eq!(inner.iter().filter_map(SimpleCommand::name).collect::<Vec<_>>(), ["curl", "tee"]);
        assert_eq!(inner[1].words[1].substitutions[0].name(), Some("mktemp"));
    }
}
