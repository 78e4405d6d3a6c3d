//! Dockerfiles: from text to typed instructions with spans, accepting and refusing what BuildKit accepts and refuses.
//!
//! Facts are from the Dockerfile reference (docs.docker.com/reference/dockerfile) and, where that is silent, from how
//! BuildKit's front end behaves (2026-08).

mod duration;
pub mod edit;
mod expand;
mod flags;
mod heredoc;
mod instruction;
mod json;
mod keyword;
mod lex;
mod pattern;
mod suggest;
mod tree;
mod words;

pub use duration::nanoseconds as duration_nanoseconds;
pub use expand::Expansion;
pub use keyword::Keyword;
pub use suggest::slip_of;
pub use tree::{
    Command, Directive, Dockerfile, Flag, Healthcheck, Heredoc, Instruction, InstructionKind, Transfer, Word,
};

use crate::source::{Span, Spanned};
use crate::syntax::SyntaxProblem;
use crate::syntax::mapped::MappedText;

use heredoc::Marker;
use lex::{Lexer, Line};

/// Problems kept for one file; a file with more is not a Dockerfile.
const MAX_PROBLEMS: usize = 1_000;

/// Bytes of text for one instruction, about; sizes the list of them.
const BYTES_AN_INSTRUCTION: usize = 64;

/// Reads a Dockerfile. Whatever is wrong is in [`Dockerfile::problems`]; the rest is in the tree.
#[must_use]
pub fn parse(text: &str) -> Dockerfile {
    let instructions = Vec::with_capacity(text.len() / BYTES_AN_INSTRUCTION);
    let mut reader = Reader { text, lexer: Lexer::new(text), problems: Vec::new(), instructions };
    let mut line = MappedText::default();
    while reader.lexer.next_logical(&mut line, &mut reader.problems) {
        reader.read_instruction(&line);
        reader.limit_problems();
    }
    reader.check_stages();
    let Reader { lexer, mut problems, instructions, .. } = reader;
    problems.sort_by_key(|problem| problem.span.start);
    Dockerfile { directives: lexer.directives, comments: lexer.comments, instructions, problems }
}

struct Reader<'t> {
    text: &'t str,
    lexer: Lexer<'t>,
    problems: Vec<SyntaxProblem>,
    instructions: Vec<Instruction>,
}

impl Reader<'_> {
    fn read_instruction(&mut self, line: &MappedText) {
        let (mut instruction, markers) = instruction::read(line, self.lexer.escape, &mut self.problems);
        if markers.is_empty() {
            self.skip_stray_heredoc(line, &mut instruction);
        } else {
            self.attach_heredocs(line, &mut instruction, &markers);
        }
        self.instructions.push(instruction);
    }

    fn attach_heredocs(&mut self, line: &MappedText, instruction: &mut Instruction, markers: &[Marker]) {
        let heredocs: Vec<Heredoc> = markers.iter().map(|marker| self.read_body(line, marker)).collect();
        let end = heredocs.iter().map(|heredoc| heredoc.body.span().to(heredoc.end).end).max().unwrap_or(0);
        let whole = Span { start: instruction.span.start, end: instruction.span.end.max(end) };
        instruction.span = whole;
        let holder = match &mut instruction.kind {
            InstructionKind::Onbuild(inner) => {
                inner.span.end = whole.end;
                inner.as_mut()
            }
            _ => instruction,
        };
        holder.heredocs = heredocs;
        let InstructionKind::Run(Command::Shell(command)) = &holder.kind else { return };
        let is_whole = heredoc::marker(command.as_str(), 0..command.as_str().len()).is_some();
        if let (true, [only]) = (is_whole, holder.heredocs.as_mut_slice()) {
            only.is_whole_command = true;
        }
    }

    /// Reads lines up to the delimiter. Without one, the body ends before the next line that looks like an instruction,
    /// so that the rest of the file is still read.
    fn read_body(&mut self, line: &MappedText, marker: &Marker) -> Heredoc {
        let start = self.lexer.lines.offset();
        let word = line.span_of(marker.range.clone());
        let is_closed = self.lexer.has_line_from(start, &marker.name, marker.strip_tabs);
        let mut body = MappedText::plain("", start);
        let mut end = Span::at(start);
        while let Some(line) = self.lexer.next_line(&mut self.problems) {
            let stripped = if marker.strip_tabs { line.full.trim_start_matches('\t') } else { line.full };
            if stripped.trim_end_matches(['\r', '\n']) == marker.name {
                end = line.span();
                break;
            }
            if !is_closed && looks_like_instruction(line) {
                self.lexer.lines.seek(line.start);
                break;
            }
            body.push(stripped, line.start + (line.full.len() - stripped.len()));
        }
        if !is_closed {
            let message = format!("the heredoc `{}` is not closed", marker.name);
            let help = format!("a line with only `{}` ends it", marker.name);
            self.problems.push(SyntaxProblem::new(word, message).with_help(help));
        }
        Heredoc {
            name: Spanned::new(marker.name.clone(), word),
            body,
            end,
            expand: marker.expand,
            strip_tabs: marker.strip_tabs,
            is_whole_command: false,
        }
    }

    /// `CMD cat <<EOF` takes no heredoc, and BuildKit reads the body as instructions: one problem instead of one a line.
    fn skip_stray_heredoc(&mut self, line: &MappedText, instruction: &mut Instruction) {
        let takes = matches!(instruction.keyword.value, Keyword::Unknown) || instruction.keyword.value.takes_heredocs();
        if takes || !instruction::may_hold_heredoc(line.as_str()) {
            return;
        }
        for marker in heredoc::find(line.as_str()) {
            let start = self.lexer.lines.offset();
            if !self.lexer.has_line_from(start, &marker.name, marker.strip_tabs) {
                continue;
            }
            let heredoc = self.read_body(line, &marker);
            instruction.span.end = instruction.span.end.max(heredoc.end.end);
            let message = format!("{} takes no heredoc", instruction.keyword.value);
            let help = "only RUN, COPY and ADD do; the lines that follow are read as instructions";
            self.problems.push(SyntaxProblem::new(heredoc.name.span, message).with_help(help));
        }
    }

    /// A file has to have a stage, and only ARG may stand before the first.
    fn check_stages(&mut self) {
        let Some(first) = self.instructions.first() else {
            self.problems.push(SyntaxProblem::new(Span::default(), "the file has no instructions"));
            return;
        };
        let first = first.keyword.span;
        let mut before = self.instructions.iter().take_while(|one| one.keyword.value != Keyword::From);
        let early = before.find(|one| !matches!(one.keyword.value, Keyword::Arg | Keyword::Unknown));
        if !self.instructions.iter().any(|one| one.keyword.value == Keyword::From) {
            let problem = SyntaxProblem::new(first, "the file has no FROM, so there is nothing to build");
            self.problems.push(problem.with_help("start with `FROM` and an image, or `FROM scratch`"));
        } else if let Some(early) = early {
            let message = format!("{} stands before the first FROM", early.keyword.value);
            self.problems.push(SyntaxProblem::new(early.keyword.span, message).with_help("only ARG may stand there"));
        }
    }

    fn limit_problems(&mut self) {
        if self.problems.len() > MAX_PROBLEMS {
            self.problems.truncate(MAX_PROBLEMS - 1);
            let end = Span::at(self.text.len());
            self.problems.push(SyntaxProblem::new(end, "there are more problems, which are not listed"));
        }
    }
}

fn looks_like_instruction(line: Line<'_>) -> bool {
    let word = words::first(line.text);
    word.bytes().all(|b| b.is_ascii_uppercase()) && Keyword::from_word(word) != Keyword::Unknown
}
