//! One logical line as a typed instruction.

use std::ops::Range;

use crate::source::{Span, Spanned};
use crate::syntax::SyntaxProblem;
use crate::syntax::mapped::MappedText;

use super::heredoc::{self, Marker};
use super::json::{self, Array};
use super::keyword::Keyword;
use super::suggest::nearest;
use super::tree::{Command, Flag, Healthcheck, Instruction, InstructionKind, Transfer, Word};
use super::{flags, words};

/// Problems after which unknown words get no "did you mean" any more.
const MAX_GUESSES: usize = 100;

/// Reads the instruction of a logical line, and the heredocs whose bodies follow it.
pub(super) fn read(line: &MappedText, escape: char, problems: &mut Vec<SyntaxProblem>) -> (Instruction, Vec<Marker>) {
    let range = words::trim(line.as_str(), 0..line.as_str().len());
    let mut reader = Reader { line, escape, problems, wrapped: false };
    reader.instruction(range)
}

struct Reader<'r> {
    line: &'r MappedText,
    escape: char,
    problems: &'r mut Vec<SyntaxProblem>,
    /// Whether this is inside ONBUILD, whose instruction BuildKit checks in full only when it is triggered.
    wrapped: bool,
}

impl Reader<'_> {
    fn slice(&self, range: Range<usize>) -> &str {
        self.line.as_str().get(range).unwrap_or("")
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.line.span_of(range)
    }

    fn word(&self, range: Range<usize>) -> Word {
        Word { text: self.slice(range.clone()).to_owned(), span: self.span(range), escape: self.escape }
    }

    fn value_word(&self, value: Spanned<String>) -> Word {
        Word { text: value.value, span: value.span, escape: self.escape }
    }

    /// What BuildKit refuses when it turns a line into an instruction.
    fn refuse(&mut self, span: Span, message: impl Into<String>) -> &mut SyntaxProblem {
        let problem = SyntaxProblem { fatal: !self.wrapped, ..SyntaxProblem::new(span, message) };
        self.push(problem)
    }

    /// What BuildKit refuses when it reads the line, even inside ONBUILD.
    fn refuse_line(&mut self, span: Span, message: impl Into<String>) -> &mut SyntaxProblem {
        self.push(SyntaxProblem::new(span, message))
    }

    fn warn(&mut self, span: Span, message: impl Into<String>) -> &mut SyntaxProblem {
        self.push(SyntaxProblem { fatal: false, ..SyntaxProblem::new(span, message) })
    }

    fn push(&mut self, problem: SyntaxProblem) -> &mut SyntaxProblem {
        self.problems.push(problem);
        let last = self.problems.len() - 1;
        #[allow(clippy::indexing_slicing)] // Just pushed.
        &mut self.problems[last]
    }

    fn instruction(&mut self, range: Range<usize>) -> (Instruction, Vec<Marker>) {
        let keyword_end = range.start + words::first(self.slice(range.clone())).len();
        let keyword_range = range.start..keyword_end;
        let keyword = Keyword::from_word(self.slice(keyword_range.clone()));
        let (flags, arguments) = flags::read(keyword, self.line, keyword_end..range.end, self.escape);
        let arguments = words::trim(self.line.as_str(), arguments);

        for problem in flags::check(keyword, &flags, self.slice(arguments.clone())) {
            let fatal = problem.fatal && !self.wrapped;
            self.push(SyntaxProblem { fatal, ..problem });
        }
        let (kind, markers) = self.kind(keyword, &flags, keyword_range.clone(), arguments);
        let keyword = Spanned::new(keyword, self.span(keyword_range));
        (Instruction { keyword, span: self.span(range), flags, kind, heredocs: Vec::new() }, markers)
    }

    fn kind(
        &mut self,
        keyword: Keyword,
        flags: &[Flag],
        name: Range<usize>,
        arguments: Range<usize>,
    ) -> (InstructionKind, Vec<Marker>) {
        if keyword == Keyword::Unknown {
            return (self.unknown(name, arguments), Vec::new());
        }
        if keyword == Keyword::Onbuild {
            return self.onbuild(name, arguments);
        }
        let mut markers = Vec::new();
        if keyword.takes_heredocs() && may_hold_heredoc(self.line.as_str()) {
            let is_json = matches!(json::array(self.slice(arguments.clone()), 0), Array::Strings(_));
            if !is_json {
                markers = heredoc::find(self.line.as_str());
            }
        }
        let place = self.span(name);
        let kind = match keyword {
            Keyword::From => self.from(flags, place, arguments.clone()),
            Keyword::Run => self.command(keyword, place, arguments.clone()).map(InstructionKind::Run),
            Keyword::Cmd => self.command(keyword, place, arguments.clone()).map(InstructionKind::Cmd),
            Keyword::Entrypoint => self.command(keyword, place, arguments.clone()).map(InstructionKind::Entrypoint),
            Keyword::Healthcheck => self.healthcheck(place, arguments.clone()),
            Keyword::Expose => self.expose(place, arguments.clone()),
            Keyword::Env => self.pairs(keyword, place, arguments.clone()).map(InstructionKind::Env),
            Keyword::Label => self.pairs(keyword, place, arguments.clone()).map(InstructionKind::Label),
            Keyword::Arg => self.arg(place, arguments.clone()),
            Keyword::Copy => self
                .transfer(keyword, flags, place, arguments.clone(), &markers)
                .map(Box::new)
                .map(InstructionKind::Copy),
            Keyword::Add => self
                .transfer(keyword, flags, place, arguments.clone(), &markers)
                .map(Box::new)
                .map(InstructionKind::Add),
            Keyword::User => self.one(keyword, place, arguments.clone()).map(InstructionKind::User),
            Keyword::Workdir => self.one(keyword, place, arguments.clone()).map(InstructionKind::Workdir),
            Keyword::Stopsignal => self.one(keyword, place, arguments.clone()).map(InstructionKind::Stopsignal),
            Keyword::Maintainer => self.one(keyword, place, arguments.clone()).map(InstructionKind::Maintainer),
            Keyword::Volume => self.volume(place, arguments.clone()),
            Keyword::Shell => self.shell(place, arguments.clone()),
            Keyword::Onbuild | Keyword::Unknown => None,
        };
        (kind.unwrap_or_else(|| InstructionKind::Unknown(self.span(arguments))), markers)
    }

    fn unknown(&mut self, name: Range<usize>, arguments: Range<usize>) -> InstructionKind {
        let word = self.slice(name.clone()).to_owned();
        let span = self.span(name);
        if word.is_empty() {
            self.refuse(span, "a continuation that continues nothing");
        } else {
            let shown: String = word.chars().take(40).collect();
            // A file of nothing but unknown words is not made better by a guess at each.
            let guesses = self.problems.len() < MAX_GUESSES;
            let near = guesses.then(|| nearest(&word, Keyword::ALL.into_iter().map(Keyword::name))).flatten();
            let problem = self.refuse(span, format!("unknown instruction `{shown}`"));
            problem.help = near.map(|near| format!("did you mean `{near}`?"));
        }
        InstructionKind::Unknown(self.span(arguments))
    }

    fn onbuild(&mut self, name: Range<usize>, arguments: Range<usize>) -> (InstructionKind, Vec<Marker>) {
        let place = self.span(name);
        let word = words::first(self.slice(arguments.clone()));
        let inner = Keyword::from_word(word);
        let word_span = self.span(arguments.start..arguments.start + word.len());
        match inner {
            Keyword::Unknown if arguments.is_empty() => {
                self.refuse(place, "ONBUILD needs an instruction");
            }
            Keyword::Onbuild => {
                self.refuse(word_span, "ONBUILD cannot wrap another ONBUILD");
            }
            Keyword::From | Keyword::Maintainer => {
                self.refuse(word_span, format!("ONBUILD cannot wrap {inner}"));
            }
            _ => {
                let before = std::mem::replace(&mut self.wrapped, true);
                let (inner, markers) = self.instruction(arguments);
                self.wrapped = before;
                return (InstructionKind::Onbuild(Box::new(inner)), markers);
            }
        }
        (InstructionKind::Unknown(self.span(arguments)), Vec::new())
    }

    fn from(&mut self, flags: &[Flag], place: Span, arguments: Range<usize>) -> Option<InstructionKind> {
        let mut words = words::blank_separated(self.line.as_str(), arguments.clone());
        let Some(image) = words.next() else {
            self.refuse(place, "FROM needs an image");
            return None;
        };
        let (second, third) = (words.next(), words.next());
        let is_as = second.as_ref().is_some_and(|word| self.slice(word.clone()).eq_ignore_ascii_case("as"));
        let is_named = is_as && third.is_some() && words.next().is_none();
        if let Some(second) = second.filter(|_| !is_named) {
            self.refuse(self.span(second.start..arguments.end), "FROM takes an image, or an image and `AS name`");
        }
        let alias =
            third.filter(|_| is_as).map(|word| Spanned::new(self.slice(word.clone()).to_lowercase(), self.span(word)));
        if let Some(alias) = &alias
            && !is_stage_name(&alias.value)
        {
            let message = format!("invalid stage name `{}`", alias.value);
            self.refuse(alias.span, message).help =
                Some("a stage name starts with a letter and goes on with letters, digits, `-`, `_` and `.`".to_owned());
        }
        Some(InstructionKind::From { image: self.word(image), alias, platform: self.flag_word(flags, "platform") })
    }

    fn flag_word(&self, flags: &[Flag], name: &str) -> Option<Word> {
        let flag = flags.iter().rev().find(|flag| flag.name.value == name)?;
        flag.value.clone().map(|value| self.value_word(value))
    }

    /// The arguments as a JSON array: `Ok` where they are one, `Err(true)` where the instruction is refused for it.
    fn json(&mut self, arguments: Range<usize>) -> Result<Vec<Spanned<String>>, bool> {
        match json::array(self.slice(arguments.clone()), arguments.start) {
            Array::Strings(strings) => {
                Ok(strings.into_iter().map(|(value, range)| Spanned::new(value, self.span(range))).collect())
            }
            Array::NotStrings => {
                self.refuse_line(self.span(arguments), "a JSON array here can hold only strings");
                Err(true)
            }
            Array::NotJson => Err(false),
        }
    }

    fn command(&mut self, keyword: Keyword, place: Span, arguments: Range<usize>) -> Option<Command> {
        if arguments.is_empty() {
            self.warn(place, format!("{keyword} has no command"));
        }
        match self.json(arguments.clone()) {
            Ok(words) => Some(Command::Exec(words)),
            Err(true) => None,
            Err(false) => {
                self.check_broken_json(keyword, arguments.clone());
                Some(Command::Shell(self.line.part(arguments)))
            }
        }
    }

    /// A shell-form text that was surely meant as JSON. `[ "$x" = y ]` is a shell's own test, so RUN has to look more like it.
    fn check_broken_json(&mut self, keyword: Keyword, arguments: Range<usize>) {
        let text = self.slice(arguments.clone());
        let Some(inside) = text.strip_prefix('[') else { return };
        let is_quoted = inside.trim_start().starts_with(['"', '\'', '“', '”', '‘', '’']);
        let is_list = text.ends_with(']') && (text.contains("\",") || text.contains("',"));
        if is_quoted && (keyword != Keyword::Run || is_list) {
            let message = format!("this is not valid JSON, so {keyword} takes it as plain words");
            self.warn(self.span(arguments), message).help =
                Some("the exec form is a JSON array of strings in double quotes".to_owned());
        }
    }

    fn healthcheck(&mut self, place: Span, arguments: Range<usize>) -> Option<InstructionKind> {
        let line = self.line;
        let text = line.as_str().get(arguments.clone()).unwrap_or("");
        let word = text.get(..text.find(char::is_whitespace).unwrap_or(text.len())).unwrap_or("");
        let rest = words::trim(self.line.as_str(), arguments.start + word.len()..arguments.end);
        let word_span = self.span(arguments.start..arguments.start + word.len());
        if word.is_empty() {
            self.refuse(place, "HEALTHCHECK needs `CMD` and a command, or `NONE`");
            return None;
        }
        if word.eq_ignore_ascii_case("NONE") {
            if !rest.is_empty() {
                self.refuse(self.span(rest), "HEALTHCHECK NONE takes no arguments");
            }
            return Some(InstructionKind::Healthcheck(Healthcheck::None));
        }
        if !word.eq_ignore_ascii_case("CMD") {
            self.refuse(word_span, format!("HEALTHCHECK takes `CMD` or `NONE`, not `{word}`")).help =
                Some("write `CMD` before the command".to_owned());
            return None;
        }
        let command = match self.json(rest.clone()) {
            Ok(words) => Command::Exec(words),
            Err(true) => return None,
            Err(false) => {
                self.check_broken_json(Keyword::Healthcheck, rest.clone());
                Command::Shell(self.line.part(rest))
            }
        };
        let is_empty = match &command {
            Command::Exec(words) => words.is_empty(),
            Command::Shell(text) => text.as_str().is_empty(),
        };
        if is_empty {
            self.refuse(word_span, "a command is missing after HEALTHCHECK CMD");
        }
        Some(InstructionKind::Healthcheck(Healthcheck::Cmd(command)))
    }

    fn expose(&mut self, place: Span, arguments: Range<usize>) -> Option<InstructionKind> {
        let words = words::blank_separated(self.line.as_str(), arguments);
        let ports: Vec<Word> = words.map(|word| self.word(word)).collect();
        if ports.is_empty() {
            self.refuse(place, "EXPOSE needs at least one port");
            return None;
        }
        Some(InstructionKind::Expose(ports))
    }

    /// Keys and values of ENV and LABEL, in the form `key=value …` or the legacy form `key value`.
    fn pairs(&mut self, keyword: Keyword, place: Span, arguments: Range<usize>) -> Option<Vec<(Word, Word)>> {
        let words = words::quoted(self.line.as_str(), arguments.clone(), self.escape);
        let Some(first) = words.first().cloned() else {
            self.refuse(place, format!("{keyword} needs at least one key and value"));
            return None;
        };
        if !self.slice(first.clone()).contains('=') {
            return self.legacy_pair(keyword, arguments).map(|pair| vec![pair]);
        }
        let mut pairs = Vec::with_capacity(words.len());
        for word in words {
            let Some(equals) = self.slice(word.clone()).find('=').map(|at| word.start + at) else {
                let shown: String = self.slice(word.clone()).chars().take(40).collect();
                self.refuse_line(self.span(word), format!("`{shown}` has no `=`")).help =
                    Some(format!("{keyword} takes `key=value` pairs; put quotes around a value with blanks"));
                continue;
            };
            if equals == word.start {
                self.refuse(self.span(word.clone()), format!("a name is missing in {keyword}"));
                continue;
            }
            pairs.push((self.word(word.start..equals), self.word(equals + 1..word.end)));
        }
        Some(pairs)
    }

    fn legacy_pair(&mut self, keyword: Keyword, arguments: Range<usize>) -> Option<(Word, Word)> {
        let text = self.slice(arguments.clone());
        let Some(blank) = text.find(words::is_blank) else {
            let span = self.span(arguments);
            self.refuse_line(span, format!("{keyword} needs a value for this name")).help =
                Some(format!("write `{keyword} name=value`"));
            return None;
        };
        let key_end = arguments.start + blank;
        let rest = text.get(blank..).unwrap_or("");
        let value_start = key_end + (rest.len() - rest.trim_start_matches(words::is_blank).len());
        Some((self.word(arguments.start..key_end), self.word(value_start..arguments.end)))
    }

    fn arg(&mut self, place: Span, arguments: Range<usize>) -> Option<InstructionKind> {
        let words = words::quoted(self.line.as_str(), arguments, self.escape);
        if words.is_empty() {
            self.refuse(place, "ARG needs a name");
            return None;
        }
        let mut names = Vec::with_capacity(words.len());
        for word in words {
            match self.slice(word.clone()).find('=').map(|at| word.start + at) {
                Some(equals) if equals == word.start => {
                    self.refuse(self.span(word), "a name is missing in ARG");
                }
                Some(equals) => names.push((self.word(word.start..equals), Some(self.word(equals + 1..word.end)))),
                None => names.push((self.word(word), None)),
            }
        }
        Some(InstructionKind::Arg(names))
    }

    /// The words of COPY, ADD and VOLUME: a JSON array or words between blanks.
    fn list(&mut self, keyword: Keyword, arguments: Range<usize>) -> Option<Vec<(Word, Range<usize>)>> {
        match self.json(arguments.clone()) {
            Ok(strings) => Some(strings.into_iter().map(|string| (self.value_word(string), 0..0)).collect()),
            Err(true) => None,
            Err(false) => {
                self.check_broken_json(keyword, arguments.clone());
                let words = words::blank_separated(self.line.as_str(), arguments);
                Some(words.map(|range| (self.word(range.clone()), range)).collect())
            }
        }
    }

    fn transfer(
        &mut self,
        keyword: Keyword,
        flags: &[Flag],
        place: Span,
        arguments: Range<usize>,
        markers: &[Marker],
    ) -> Option<Transfer> {
        let mut words = self.list(keyword, arguments)?;
        let Some((dest, dest_range)) = words.pop() else {
            self.refuse(place, format!("{keyword} needs a source and a destination"));
            return None;
        };
        if words.is_empty() {
            self.refuse(dest.span, format!("{keyword} needs a source and a destination"));
            return None;
        }
        if markers.iter().any(|marker| marker.range == dest_range) {
            self.refuse(dest.span, format!("the destination of {keyword} cannot be a heredoc"));
        }
        let is_heredoc = |range: &Range<usize>| {
            markers.binary_search_by(|marker| {
                if marker.range.end <= range.start {
                    std::cmp::Ordering::Less
                } else if marker.range.start > range.start {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
        };
        let mut sources = Vec::with_capacity(words.len());
        let kept = words.into_iter().filter(|(_, range)| range.is_empty() || is_heredoc(range).is_err());
        sources.extend(kept.map(|(word, _)| word));
        Some(Transfer {
            sources,
            dest,
            from: self.flag_word(flags, "from"),
            chown: self.flag_word(flags, "chown"),
            chmod: self.flag_word(flags, "chmod"),
        })
    }

    fn one(&mut self, keyword: Keyword, place: Span, arguments: Range<usize>) -> Option<Word> {
        if arguments.is_empty() {
            self.refuse(place, format!("{keyword} needs an argument"));
            return None;
        }
        Some(self.word(arguments))
    }

    fn volume(&mut self, place: Span, arguments: Range<usize>) -> Option<InstructionKind> {
        let words = self.list(Keyword::Volume, arguments)?;
        if words.is_empty() {
            self.refuse(place, "VOLUME needs at least one path");
            return None;
        }
        let mut paths = Vec::with_capacity(words.len());
        for (word, _) in words {
            if word.text.trim().is_empty() {
                self.refuse(word.span, "a path of VOLUME cannot be empty");
            } else {
                paths.push(word);
            }
        }
        Some(InstructionKind::Volume(paths))
    }

    fn shell(&mut self, place: Span, arguments: Range<usize>) -> Option<InstructionKind> {
        match self.json(arguments.clone()) {
            Ok(words) if words.is_empty() => {
                self.refuse(place, "SHELL needs at least one argument");
                None
            }
            Ok(words) => Some(InstructionKind::Shell(words)),
            Err(true) => None,
            Err(false) => {
                let span = if arguments.is_empty() { place } else { self.span(arguments) };
                self.refuse(span, "SHELL takes a JSON array of strings").help =
                    Some("such as `SHELL [\"/bin/bash\", \"-c\"]`".to_owned());
                None
            }
        }
    }
}

/// Whether a text has a `<` at all, which is quicker told than whether it has two.
pub(super) fn may_hold_heredoc(text: &str) -> bool {
    text.as_bytes().contains(&b'<') && text.contains("<<")
}

fn is_stage_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'))
}
