//! Edits of a Dockerfile that leave every other byte as it is.

use super::{Dockerfile, Instruction, InstructionKind, Keyword, parse};
use crate::source::Span;
use crate::source::edit::Edit;

/// Why a Dockerfile is left as it is, as the end of "not fixed: …".
pub type Withheld = &'static str;

const SHAPE: Withheld = "what stands there has another form than this fix can write";

/// A Dockerfile that can be edited.
#[derive(Debug)]
pub struct Editor<'t> {
    tree: Dockerfile,
    text: &'t str,
    newline: &'static str,
}

impl<'t> Editor<'t> {
    /// Reads a Dockerfile.
    ///
    /// # Errors
    /// One that BuildKit would refuse.
    pub fn new(text: &'t str) -> Result<Self, Withheld> {
        let tree = parse(text);
        if tree.problems.iter().any(|problem| problem.fatal) {
            return Err("the file is not well-formed");
        }
        let first = text.split_inclusive('\n').next().unwrap_or("");
        let newline = if first.ends_with("\r\n") { "\r\n" } else { "\n" };
        Ok(Self { tree, text, newline })
    }

    /// Gives the instruction around a place another keyword, in the case of the old one.
    ///
    /// # Errors
    /// Where there is no instruction, or ONBUILD wraps it.
    pub fn set_keyword(&self, at: Span, keyword: &str) -> Result<Vec<Edit>, Withheld> {
        let instruction = self.plain(at)?;
        let span = instruction.keyword.span;
        let is_lower = span.slice(self.text).chars().all(|c| c.is_ascii_lowercase());
        let keyword = if is_lower { keyword.to_ascii_lowercase() } else { keyword.to_owned() };
        Ok(vec![Edit::replace(span, keyword)])
    }

    /// Gives the instruction around a place other arguments.
    ///
    /// # Errors
    /// An instruction of several lines, whose layout and comments would be lost.
    pub fn set_arguments(&self, at: Span, arguments: &str) -> Result<Vec<Edit>, Withheld> {
        let instruction = self.plain(at)?;
        let start = instruction.keyword.span.end as usize;
        let old = self.text.get(start..instruction.span.end as usize).ok_or(SHAPE)?;
        if old.contains('\n') || arguments.contains('\n') {
            return Err(SHAPE);
        }
        let blanks = old.len() - old.trim_start_matches([' ', '\t']).len();
        let span = Span::new(start + blanks, start + old.trim_end().len().max(blanks));
        Ok(vec![Edit::replace(span, arguments)])
    }

    /// Writes an instruction in the place of the one around a place.
    ///
    /// # Errors
    /// An old instruction of several lines, or a new one that is none.
    pub fn set_text(&self, at: Span, text: &str) -> Result<Vec<Edit>, Withheld> {
        let instruction = self.plain(at)?;
        let old = instruction.span.slice(self.text);
        if old.contains('\n') || !is_instruction(text) {
            return Err(SHAPE);
        }
        Ok(vec![Edit::replace(instruction.span, text)])
    }

    /// Takes the instruction around a place out, with its lines.
    ///
    /// # Errors
    /// Where there is no instruction, or it is the only one of the file.
    pub fn remove(&self, at: Span) -> Result<Vec<Edit>, Withheld> {
        let instruction = self.plain(at)?;
        if self.tree.instructions.len() < 2 {
            return Err(SHAPE);
        }
        let start = self.line_start(instruction.span.start as usize);
        let end = self.line_end(instruction.span.end as usize);
        let (from, to) = match self.text.get(end..) {
            Some(rest) if rest.starts_with("\r\n") => (start, end + 2),
            Some(rest) if rest.starts_with('\n') => (start, end + 1),
            // The file has no last line end, and keeps having none.
            _ => (self.text.get(..start).ok_or(SHAPE)?.trim_end_matches(['\r', '\n']).len(), end),
        };
        let before = self.text.get(..from).unwrap_or("");
        let rest = self.text.get(to..).unwrap_or("");
        let blank = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        let is_alone = before.ends_with("\n\n") || before.ends_with("\n\r\n");
        Ok(vec![Edit::replace(Span::new(from, if is_alone { to + blank } else { to }), "")])
    }

    /// Writes an instruction into the stage whose FROM is at a place: before the ENTRYPOINT and CMD that end it, else
    /// behind its last instruction.
    ///
    /// # Errors
    /// Where there is no such stage, or the text is no instruction.
    pub fn append(&self, from: Span, text: &str) -> Result<Vec<Edit>, Withheld> {
        if !is_instruction(text) {
            return Err(SHAPE);
        }
        let all = &self.tree.instructions;
        let is_from = |one: &&Instruction| one.keyword.value == Keyword::From;
        let first = all.iter().position(|one| is_from(&one) && holds(one.span, from)).ok_or(SHAPE)?;
        let stage = all.get(first..).unwrap_or(&[]);
        let length = 1 + stage.iter().skip(1).take_while(|one| !is_from(one)).count();
        let stage = stage.get(..length).unwrap_or(&[]);
        let starts = |one: &&Instruction| matches!(one.keyword.value, Keyword::Entrypoint | Keyword::Cmd);
        let kept = length - stage.iter().rev().take_while(starts).count();
        if let Some(start) = stage.get(kept).filter(|_| kept > 0) {
            let at = self.above_comments(self.line_start(start.span.start as usize));
            return Ok(vec![Edit::insert(at, format!("{text}{}", self.newline))]);
        }
        let last = stage.last().ok_or(SHAPE)?;
        let at = self.line_end(last.span.end as usize);
        Ok(vec![Edit::insert(at, format!("{}{text}", self.newline))])
    }

    /// Writes an option behind a word of a command in a RUN.
    ///
    /// # Errors
    /// A word that is not written as it is, as in a JSON array or in quotes.
    pub fn add_option(&self, word: Span, option: &str) -> Result<Vec<Edit>, Withheld> {
        let instruction = self.around(word)?;
        let text = word.slice(self.text);
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let behind = self.text.get(word.end as usize..).ok_or(SHAPE)?;
        let ends = behind.is_empty() || behind.starts_with([' ', '\t', '\r', '\n', ';', '&', '|']);
        if instruction.keyword.value != Keyword::Run || !is_plain || !ends {
            return Err(SHAPE);
        }
        Ok(vec![Edit::insert(word.end as usize, format!(" {option}"))])
    }

    fn around(&self, at: Span) -> Result<&Instruction, Withheld> {
        self.tree.instructions.iter().find(|one| holds(one.span, at)).ok_or(SHAPE)
    }

    /// An instruction that is not wrapped by ONBUILD.
    fn plain(&self, at: Span) -> Result<&Instruction, Withheld> {
        let found = self.around(at)?;
        if matches!(found.kind, InstructionKind::Onbuild(_)) { Err(SHAPE) } else { Ok(found) }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The start of the comment lines that stand directly above a line.
    fn above_comments(&self, mut start: usize) -> usize {
        while let Some(end) = start.checked_sub(1) {
            let above = self.line_start(end);
            let line = self.text.get(above..end).unwrap_or("");
            if !line.trim_start().starts_with('#') {
                break;
            }
            start = above;
        }
        start
    }
}

/// Whether a text is one instruction on one line.
#[must_use]
pub fn is_instruction(text: &str) -> bool {
    let tree = parse(&format!("FROM scratch\n{text}\n"));
    let is_whole = matches!(tree.instructions.as_slice(), [_, one] if one.span.len() == text.len());
    is_whole && tree.problems.is_empty() && !text.contains('\n')
}

fn holds(span: Span, at: Span) -> bool {
    span.start <= at.start && at.end <= span.end
}

#[cfg(test)]
mod tests {
    use super::{Editor, Withheld};
    use crate::source::Span;
    use crate::source::edit::{Edit, apply};

    fn edited(text: &str, word: &str, edit: impl Fn(&Editor<'_>, Span) -> Result<Vec<Edit>, Withheld>) -> String {
        let editor = Editor::new(text).unwrap();
        let start = text.find(word).unwrap();
        apply(text, &edit(&editor, Span::new(start, start + word.len())).unwrap()).unwrap()
    }

    #[test]
    fn a_keyword_keeps_its_case_and_its_arguments() {
        let after =
            edited("from alpine\nadd --chown=1:1 a \\\n  b\n", "add", |editor, at| editor.set_keyword(at, "COPY"));
        assert_eq!(after, "from alpine\ncopy --chown=1:1 a \\\n  b\n");
    }

    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is not general enough")]
    #[test]
    fn an_instruction_goes_with_all_its_lines() {
        let text = "FROM alpine\r\nCMD [\"a\", \\\r\n  \"b\"]\r\n\r\nCMD c\r\n";
        assert_eq!(edited(text, "CMD", |editor, at| editor.remove(at)), "FROM alpine\r\n\r\nCMD c\r\n");
        assert_eq!(
            edited("FROM alpine\n\nCMD a\n\nCMD c", "CMD a", |editor, at| editor.remove(at)),
            "FROM alpine\n\nCMD c"
        );
        assert_eq!(edited("FROM alpine\nCMD a", "CMD", |editor, at| editor.remove(at)), "FROM alpine");
    }

    #[test]
    fn an_instruction_comes_before_what_starts_the_image() {
        let text = "FROM alpine\nRUN x\n\n# starts it\nENTRYPOINT [\"a\"]\nCMD b\nFROM scratch\n";
        let after = edited(text, "FROM alpine", |editor, at| editor.append(at, "USER 1000"));
        assert_eq!(after, "FROM alpine\nRUN x\n\nUSER 1000\n# starts it\nENTRYPOINT [\"a\"]\nCMD b\nFROM scratch\n");
        let after = edited("FROM alpine\nRUN x", "FROM", |editor, at| editor.append(at, "USER 1000"));
        assert_eq!(after, "FROM alpine\nRUN x\nUSER 1000");
    }

    #[test]
    fn what_is_no_single_instruction_is_not_written() {
        let editor = Editor::new("FROM alpine\n").unwrap();
        for text in ["USER a\nUSER b", "NONSENSE", "# no", "RUN a \\", "RUN <<EOF"] {
            assert!(editor.append(Span::new(0, 4), text).is_err(), "{text}");
        }
    }
}
