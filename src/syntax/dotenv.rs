//! Files of variables, as `.env`: lines of `NAME=value`, read as compose does (compose-go, `dotenv/parser.go`).

use std::borrow::Cow;

use super::SyntaxProblem;
use crate::source::Span;

/// One variable that a file sets, or takes from whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment<'t> {
    /// The name.
    pub key: &'t str,
    /// Where the name stands.
    pub key_span: Span,
    /// The value, before variables in it are filled in; `None` for a name alone.
    pub value: Option<EnvValue<'t>>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvValue<'t> {
    /// Its text without quotes, escapes undone.
    pub text: Cow<'t, str>,
    /// Where it stands, quotes included.
    pub span: Span,
    /// Offset of the first byte of the text, where it stands in the file letter for letter.
    pub content: Option<usize>,
    /// Whether `$` has no meaning in it.
    pub is_literal: bool,
    /// Whether a `:` stands before it, as in YAML.
    pub has_colon: bool,
}

/// What a file of variables says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignments<'t> {
    /// The assignments, in order.
    pub all: Vec<Assignment<'t>>,
    /// What compose refuses the file for; it is read on behind that line.
    pub problems: Vec<SyntaxProblem>,
}

/// Reads a file of variables.
#[must_use]
pub fn parse(text: &str) -> Assignments<'_> {
    let mut parser = Parser { text, at: bom(text), out: Assignments::default() };
    while parser.statement() {}
    parser.out
}

/// Reads a file of variables in which quotes, `$` and everything behind the `=` mean themselves (Compose
/// Specification, `env_file.format: raw`; Docker's CLI, `kvfile`).
#[must_use]
pub fn parse_raw(text: &str) -> Assignments<'_> {
    let mut out = Assignments::default();
    let mut next = bom(text);
    for line in text.get(next..).unwrap_or("").split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        let body = body.strip_suffix('\r').unwrap_or(body);
        let trimmed = body.trim_start();
        let start = next + body.len() - trimmed.len();
        next += line.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (key, value) = trimmed.split_once('=').map_or((trimmed, None), |(key, value)| (key, Some(value)));
        let key_span = Span::new(start, start + key.len());
        if key.is_empty() || key.contains(char::is_whitespace) {
            out.problems.push(problem(key_span, "no name of a variable stands here"));
            continue;
        }
        let value = value.map(|value| {
            let content = start + key.len() + 1;
            let span = Span::new(content, content + value.len());
            EnvValue { text: Cow::Borrowed(value), span, content: Some(content), is_literal: true, has_colon: false }
        });
        out.all.push(Assignment { key, key_span, value });
    }
    out
}

/// The names that an example of such a file has. A line that is commented out names its variable too.
pub fn names_in_example(text: &str) -> impl Iterator<Item = &str> {
    let names = text.lines().filter_map(|line| line.split_once('='));
    names.map(|(name, _)| name.trim_start_matches(['#', ' ']).trim_start_matches("export ").trim())
}

fn bom(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

fn problem(span: Span, message: &str) -> SyntaxProblem {
    SyntaxProblem::new(span, message)
}

/// White space that does not end the line.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    out: Assignments<'t>,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(skipped).len();
    }

    fn line_end(&self) -> usize {
        self.rest().find('\n').map_or(self.text.len(), |end| self.at + end)
    }

    /// Reads one assignment or comment; says whether there may be more.
    fn statement(&mut self) -> bool {
        self.skip(char::is_whitespace);
        if self.rest().is_empty() {
            return false;
        }
        if self.rest().starts_with('#') {
            self.at = self.line_end();
            return true;
        }
        if self.rest().strip_prefix("export").is_some_and(|rest| rest.starts_with(char::is_whitespace)) {
            self.at += "export".len();
            self.skip(is_blank);
        }
        let start = self.at;
        let line = self.text.get(start..self.line_end()).unwrap_or("");
        let ends = |c: char| matches!(c, '=' | ':');
        let is_of_name = |c: char| is_blank(c) || c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
        let end = line.find(|c: char| !is_of_name(c)).unwrap_or(line.len());
        let separator = line.get(end..).and_then(|rest| rest.chars().next());
        let key = line.get(..end).unwrap_or("").trim_end();
        let key_span = Span::new(start, start + key.len());
        if separator.is_some_and(|c| !ends(c)) || key.contains(is_blank) {
            let shown = Span::new(start, start + line.trim_end().len().min(end + separator.map_or(0, char::len_utf8)));
            self.out.problems.push(problem(shown, "compose takes this for no name of a variable"));
            self.at = self.line_end();
            return true;
        }
        self.at = start + end + separator.map_or(0, char::len_utf8);
        let has_colon = separator == Some(':');
        let value = separator.map(|_| {
            self.skip(is_blank);
            self.value(has_colon)
        });
        // Compose takes a name that is empty, and Docker drops it.
        if !key.is_empty() {
            self.out.all.push(Assignment { key, key_span, value });
        }
        true
    }

    fn value(&mut self, has_colon: bool) -> EnvValue<'t> {
        match self.rest().bytes().next() {
            Some(quote @ (b'"' | b'\'')) => self.quoted(char::from(quote), has_colon),
            _ => self.plain(has_colon),
        }
    }

    /// A value without quotes ends with its line, or where a comment starts.
    fn plain(&mut self, has_colon: bool) -> EnvValue<'t> {
        let start = self.at;
        let line = self.text.get(start..self.line_end()).unwrap_or("");
        let value = line.split(" #").next().unwrap_or(line).trim_end();
        self.at = start + line.len();
        EnvValue {
            text: Cow::Borrowed(value),
            span: Span::new(start, start + value.len()),
            content: Some(start),
            is_literal: false,
            has_colon,
        }
    }

    /// A value in quotes may go over several lines.
    fn quoted(&mut self, quote: char, has_colon: bool) -> EnvValue<'t> {
        let start = self.at;
        let inner = self.text.get(start + 1..).unwrap_or("");
        let is_literal = quote == '\'';
        let Some(end) = closing(inner, quote) else {
            let span = Span::new(start, self.line_end());
            self.out.problems.push(problem(span, "the quotes are not closed"));
            let value = self.plain(has_colon);
            let text = value.text.trim_matches(quote).to_owned();
            return EnvValue { text: Cow::Owned(text), content: None, is_literal, ..value };
        };
        let raw = inner.get(..end).unwrap_or("");
        self.at = start + 1 + end + 1;
        let text = unescaped(raw, quote);
        let content = (text.len() == raw.len()).then_some(start + 1);
        EnvValue { text, span: Span::new(start, self.at), content, is_literal, has_colon }
    }
}

/// Offset of the quote that ends a value, one behind a `\` left out.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (offset, c) in text.char_indices() {
        if c == quote && !is_escaped {
            return Some(offset);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    None
}

/// Undoes the escapes: of the quote, and in `"` those of Go that compose knows. `\$` becomes the `$$` of templates.
fn unescaped(raw: &str, quote: char) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let behind = rest.get(at + 1..).unwrap_or("");
        let Some(c) = behind.chars().next() else {
            out.push('\\');
            rest = behind;
            break;
        };
        let mut taken = c.len_utf8();
        match c {
            c if c == quote => out.push(c),
            _ if quote == '\'' => out.extend(['\\', c]),
            '0' => {
                let digits = behind.get(1..4).filter(|digits| digits.bytes().all(|byte| matches!(byte, b'0'..=b'7')));
                let code = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
                taken += code.map_or(0, |_| 3);
                match code {
                    Some(code) => out.push(char::from(code)),
                    None => out.push_str("\\0"),
                }
            }
            _ => match escape(c) {
                Some(text) => out.push_str(text),
                None => out.extend(['\\', c]),
            },
        }
        rest = behind.get(taken..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn escape(c: char) -> Option<&'static str> {
    Some(match c {
        'a' => "\u{7}",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\u{b}",
        '$' => "$$",
        '\\' => "\\",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Assignments, names_in_example, parse, parse_raw};

    fn shown(text: &str, read: &Assignments<'_>) -> Vec<String> {
        let all = read.all.iter().map(|one| match &one.value {
            Some(value) => format!("{}={}", one.key, value.text),
            None => one.key.to_owned(),
        });
        let problems = read.problems.iter().map(|problem| format!("!{}", problem.span.slice(text)));
        all.chain(problems).collect()
    }

    fn read(text: &str) -> Vec<String> {
        shown(text, &parse(text))
    }

    #[test]
    fn blanks_around_names_and_values_do_not_count() {
        assert_eq!(read(" HOST =db"), ["HOST=db"]);
        assert_eq!(read("\tHOST= db \r\nPORT=5432\r\n"), ["HOST=db", "PORT=5432"]);
        assert_eq!(read("GREETING = good morning, all"), ["GREETING=good morning, all"]);
        assert_eq!(read("\u{feff}HOST=db\n\n\r\n  \nEMPTY=\nALSO_EMPTY = \n"), ["HOST=db", "EMPTY=", "ALSO_EMPTY="]);
    }

    #[test]
    fn names_may_have_dots_dashes_brackets_and_letters_of_any_language() {
        assert_eq!(
            read("app.name=a\nx-y=b\nhosts[0]=c\nGRÖSSE=d\n1ST=e"),
            ["app.name=a", "x-y=b", "hosts[0]=c", "GRÖSSE=d", "1ST=e"]
        );
        assert_eq!(read("=nameless"), [""; 0]);
    }

    #[test]
    fn export_is_a_word_and_no_part_of_a_name() {
        assert_eq!(read("export HOST=db\n  export\tPORT = 1"), ["HOST=db", "PORT=1"]);
        assert_eq!(
            read("exportHost=a\nexport_host =b\nexport.host= c"),
            ["exportHost=a", "export_host=b", "export.host=c"]
        );
        assert_eq!(read("export LINE=\"export it\""), ["LINE=export it"]);
    }

    #[test]
    fn a_colon_separates_as_an_equals_sign_does() {
        assert_eq!(read("LEVEL: 3\nPAIR: a=b\nURL=db:5432\nSUM=a="), ["LEVEL=3", "PAIR=a=b", "URL=db:5432", "SUM=a="]);
    }

    #[test]
    fn a_name_alone_has_no_value() {
        assert_eq!(read("HOST\nPORT=1\nexport USER"), ["HOST", "PORT=1", "USER"]);
    }

    #[test]
    fn comments_start_a_line_or_stand_behind_a_blank() {
        assert_eq!(read("# A=1\n \t# B=2\nC=3 # three\nD=4 #\nE=5#no\n"), ["C=3", "D=4", "E=5#no"]);
        assert_eq!(read("A='x#y' # z\nB=\"x # y\"#z\n"), ["A=x#y", "B=x # y"]);
    }

    #[test]
    fn quotes_keep_blanks_lines_and_the_other_quote() {
        assert_eq!(read("A=' 1 '\nB = \"it's\" # here\nC='a \"b\"'\nD=\"\""), ["A= 1 ", "B=it's", "C=a \"b\"", "D="]);
        assert_eq!(read("KEY=\"one\ntwo\n\"\nNEXT=1"), ["KEY=one\ntwo\n", "NEXT=1"]);
        assert_eq!(read("A='do\\'t'\nB=\"a\\\"b\""), ["A=do't", "B=a\"b"]);
    }

    #[test]
    fn escapes_mean_something_in_double_quotes_only() {
        assert_eq!(read(r#"A="a\tb\nc\\d""#), ["A=a\tb\nc\\d"]);
        assert_eq!(read(r"A='a\tb'"), [r"A=a\tb"]);
        assert_eq!(read(r"A=a\tb"), [r"A=a\tb"]);
        assert_eq!(read(r#"A="\0101\x41\u0041\ \c\08""#), [r"A=A\x41\u0041\ \c\08"]);
        assert_eq!(read(r#"A="\$HOME""#), ["A=$$HOME"]);
        assert_eq!(read(r#"A="\a\b\f\r\v""#), ["A=\u{7}\u{8}\u{c}\r\u{b}"]);
    }

    #[test]
    fn what_is_no_assignment_is_told_and_the_rest_is_read() {
        assert_eq!(read("two words\nA=1"), ["A=1", "!two words"]);
        assert_eq!(read("cost$=5\nA=1"), ["A=1", "!cost$"]);
        assert_eq!(read("%s=5"), ["!%"]);
        assert_eq!(read("A=\"open\nB=1"), ["A=open", "B=1", "!\"open"]);
        for open in ["A=\"", "A=\"x\\\"", "A=\"x'", "A='x\\'", "A='x\""] {
            assert_eq!(parse(open).problems.len(), 1, "{open}");
        }
    }

    #[test]
    fn values_know_their_bytes() {
        let text = "A = \"x\ty\" # z\nB=\"\\n\"\nC=ü";
        let read = parse(text);
        let spans: Vec<(&str, Option<usize>)> = read
            .all
            .iter()
            .filter_map(|one| one.value.as_ref().map(|value| (value.span.slice(text), value.content)))
            .collect();
        assert_eq!(spans, [("\"x\ty\"", Some(5)), ("\"\\n\"", None), ("ü", Some(23))]);
    }

    #[test]
    fn in_the_raw_format_everything_behind_the_sign_is_the_value() {
        let text = "\u{feff}# no\n A=\"$x\" # y \r\nB\nC=\n=1\nD E=1\n";
        assert_eq!(shown(text, &parse_raw(text)), ["A=\"$x\" # y ", "B", "C=", "!", "!D E"]);
        assert!(parse_raw("A=$x").all.iter().all(|one| one.value.as_ref().is_some_and(|value| value.is_literal)));
    }

    #[test]
    fn examples_name_variables_in_comments_too() {
        let names: Vec<&str> = names_in_example("A=\n# B = 2\n#export C=3\nprose\n").collect();
        assert_eq!(names, ["A", "B", "C"]);
    }
}
