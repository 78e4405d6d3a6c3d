//! The lines of text files, read when a rule first asks for them.

use std::sync::{Arc, OnceLock};

use super::layout::{RepoLayout, Subtree, is_test_data};
use super::repo::{Remark, Seen};
use super::schema::{Modelled, PathText, Slot, Type, View};
use super::value::Field;
use crate::finding::{Note, NoteKind};
use crate::model;
use crate::source::{EntryKind, FileId, Place, SourceFile, Sources, Span};

/// A larger file is not written by people: 1 MiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// How many bytes of text one service may have.
const MAX_BYTES: u64 = 32 << 20;

/// How many lines of one service are looked at.
const MAX_LINES: usize = 1_000_000;

model! {
    /// A text file.
    pub struct TextFile as "text.file" {
        /// Last part of the path.
        name: String,
        /// What follows the last dot of the name; a leading dot starts no extension.
        extension: Field<String>,
        /// The program that runs it, as its first line says: `bash` of `#!/usr/bin/env bash`.
        interpreter: Field<String>,
        /// Whether it stands among tests, examples or fixtures.
        is_test_data: bool,
    }
    label(file) { file.name.clone() }
}

model! {
    /// A line of a text file; binary files and those over 1 MiB have none.
    pub struct Line as "text.line" {
        /// Path of the file, relative to the service's root.
        path: Arc<PathText>,
        /// The file.
        file: Arc<TextFile>,
        /// Its number, from 1.
        number: i64,
        /// Its text without the end of the line.
        text: LineText,
        /// Whether it ends as on Windows, in a carriage return and a line feed.
        ends_with_crlf: bool,
    }
    label(line) { line.path.0.clone() }
}

/// The text of one line, which all lines of a file share.
#[derive(Clone)]
pub struct LineText {
    all: Arc<str>,
    at: Place,
}

impl LineText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.at.span.slice(&self.all)
    }
}

impl std::fmt::Debug for LineText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Modelled for LineText {
    const TYPE: Type = Type::Str;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        Slot::Known(View::Str(self.as_str()), self.at.into())
    }
}

/// The lines of a service's files, and of those that are no service's where it speaks for the repository.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    made: OnceLock<(Vec<Line>, Seen)>,
}

impl Lines {
    /// The lines, by path and number.
    pub fn list(&self, own: &Subtree, repo: Option<&RepoLayout>) -> &[Line] {
        let made = self.made.get_or_init(|| {
            let mut reader = Reader { bytes: MAX_BYTES, lines: Vec::new(), seen: Seen::default() };
            for tree in std::iter::once(own).chain(repo.map(|repo| &repo.tree)) {
                let files = tree.own(EntryKind::File).filter(|(_, entry, _)| !entry.is_link);
                if !files.into_iter().all(|(id, entry, path)| reader.read(tree.sources(), id, entry, path)) {
                    break;
                }
            }
            (reader.lines, reader.seen)
        });
        &made.0
    }

    /// What was seen while they were read; `None` where nobody asked for them.
    pub fn seen(&self) -> Option<&Seen> {
        self.made.get().map(|(_, seen)| seen)
    }
}

struct Reader {
    /// How many bytes are left to read.
    bytes: u64,
    lines: Vec<Line>,
    seen: Seen,
}

impl Reader {
    /// Reads the lines of a file. `false` where there is no room for it and what follows.
    fn read(&mut self, sources: &Sources, id: FileId, entry: &SourceFile, path: &str) -> bool {
        if entry.size() > MAX_FILE_BYTES {
            return true;
        }
        let Some(left) = self.bytes.checked_sub(entry.size()).filter(|_| self.lines.len() < MAX_LINES) else {
            self.stop(id);
            return false;
        };
        let Some(text) = sources.read(id).filter(|text| !text.contains('\0')) else { return true };
        self.bytes = left;
        let all: Arc<str> = Arc::from(text.as_ref());
        let path = Arc::new(PathText(path.to_owned()));
        let file = Arc::new(text_file(id, &path.0, &all));
        let mut start = 0;
        for (index, line) in all.split_inclusive('\n').enumerate() {
            if self.lines.len() >= MAX_LINES {
                self.stop(id);
                return false;
            }
            let body = line.strip_suffix('\n').unwrap_or(line);
            let text = body.strip_suffix('\r').filter(|_| body.len() < line.len());
            let at = Place { file: id, span: Span::new(start, start + text.unwrap_or(body).len()) };
            self.seen.line_remarks.extend(remark(at, text.unwrap_or(body)));
            self.lines.push(Line {
                at,
                path: Arc::clone(&path),
                file: Arc::clone(&file),
                number: i64::try_from(index + 1).unwrap_or(i64::MAX),
                text: LineText { all: Arc::clone(&all), at },
                ends_with_crlf: text.is_some(),
            });
            start += line.len();
        }
        true
    }

    fn stop(&mut self, id: FileId) {
        self.seen.notes.push(Note {
            kind: NoteKind::NotEvaluated,
            place: Place::whole(id),
            message: format!(
                "this file, and those behind it, are not looked at line by line: the service has more than {} MiB or \
                 {MAX_LINES} lines of text",
                MAX_BYTES >> 20
            ),
            help: Some("leave out what is not written by people with `ignore`".to_owned()),
            related: Vec::new(),
        });
    }
}

/// The comment of a line that may be a suppression.
fn remark(at: Place, line: &str) -> Option<Remark> {
    let found = line.find("svclint:")?;
    let lead = line.get(..found).unwrap_or("").trim_end();
    let before = lead.strip_suffix('#').map(|lead| lead.trim_end_matches('#'))?;
    let span = Span::new(at.span.start as usize + before.len(), at.span.end as usize);
    Some(Remark { place: Place { file: at.file, span }, own_line: before.trim().is_empty() })
}

/// The comments of a text that may be suppressions, line by line.
pub(super) fn remarks(file: FileId, text: &str) -> Vec<Remark> {
    if !text.contains("svclint:") {
        return Vec::new();
    }
    let mut start = 0;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\r', '\n']);
        out.extend(remark(Place { file, span: Span::new(start, start + body.len()) }, body));
        start += line.len();
    }
    out
}

fn text_file(id: FileId, path: &str, text: &str) -> TextFile {
    let whole = Place::whole(id);
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => Field::known(extension.to_owned(), whole),
        _ => Field::Absent(whole),
    };
    TextFile {
        at: whole,
        name: name.to_owned(),
        extension,
        interpreter: interpreter(id, text),
        is_test_data: is_test_data(path),
    }
}

/// The program that the first line names (`execve(2)`, "Interpreter scripts"); behind `env` its first word that is
/// neither an option nor an assignment.
fn interpreter(id: FileId, text: &str) -> Field<String> {
    let line = text.lines().next().unwrap_or("");
    let last = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    let named = line.strip_prefix("#!").and_then(|command| {
        let mut words = command.split_whitespace();
        let program = last(words.next()?);
        if program != "env" {
            return Some(program);
        }
        words.find(|word| !word.starts_with('-') && !word.contains('=')).map(last)
    });
    match named {
        Some(program) => Field::known(program, Place { file: id, span: Span::new(0, line.len()) }),
        None => Field::Absent(Place::whole(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layout::Layout;

    fn lines(files: &[(&str, &str)]) -> (Arc<Sources>, Lines) {
        let root = SourceFile::new(".".to_owned(), EntryKind::Directory);
        let mut entries = vec![root];
        for (path, text) in files {
            let file = SourceFile::new((*path).to_owned(), EntryKind::File).with_size(text.len() as u64);
            file.set_text(Arc::from(*text));
            entries.push(file);
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let sources = Arc::new(Sources::new(entries));
        let lines = Lines::default();
        lines.list(&Layout::new(&sources, ".", &[]).tree, None);
        (sources, lines)
    }

    fn half() -> usize {
        usize::try_from(MAX_FILE_BYTES / 2).unwrap_or(0)
    }

    fn all(lines: &Lines) -> &[Line] {
        lines.made.get().map_or(&[], |(lines, _)| lines)
    }

    #[test]
    fn a_line_knows_its_bytes_without_its_end() {
        let (sources, lines) = lines(&[("run.sh", "#!/bin/sh\r\necho ü\n\nlast")]);
        let seen: Vec<(i64, &str, bool)> =
            all(&lines).iter().map(|line| (line.number, sources.slice(line.at), line.ends_with_crlf)).collect();
        assert_eq!(seen, [(1, "#!/bin/sh", true), (2, "echo ü", false), (3, "", false), (4, "last", false)]);
        assert!(all(&lines).iter().all(|line| line.text.as_str() == sources.slice(line.at)));
    }

    #[test]
    fn what_is_no_text_has_no_lines() {
        let (_, lines) = lines(&[("a.bin", "a\0b\n"), ("b.txt", "x\n"), ("empty.txt", "")]);
        let paths: Vec<&str> = all(&lines).iter().map(|line| line.path.0.as_str()).collect();
        assert_eq!(paths, ["b.txt"]);
    }

    #[test]
    fn a_large_file_has_no_lines_and_hides_no_other() {
        let large = "x\n".repeat(half() + 1);
        let (_, lines) = lines(&[("a.txt", &large), ("b.txt", "x\n")]);
        assert_eq!(all(&lines).len(), 1);
        assert_eq!(lines.seen().map(|seen| seen.notes.len()), Some(0));
    }

    #[test]
    fn where_there_are_too_many_lines_it_is_told() {
        let many = "\n".repeat(2 * half());
        let (_, lines) = lines(&[("a.txt", &many), ("b.txt", "x\n")]);
        assert_eq!(all(&lines).len(), MAX_LINES);
        assert_eq!(lines.seen().map(|seen| seen.notes.len()), Some(1));
    }

    #[test]
    fn the_first_line_names_the_program() {
        let of = |text: &str| interpreter(FileId(0), text).value().cloned();
        assert_eq!(of("#!/bin/bash -e\n").as_deref(), Some("bash"));
        assert_eq!(of("#!/usr/bin/env -S A=1 python3 -u\n").as_deref(), Some("python3"));
        assert_eq!(of("# /bin/bash\n"), None);
        assert_eq!(of("#!\n"), None);
    }

    #[test]
    fn a_suppression_is_a_comment() {
        let text = "a # svclint: ignore[x] why\n## svclint: ignore[y] why\nsay svclint: no\n";
        let (sources, lines) = lines(&[("a.sh", text)]);
        let remarks = lines.seen().map_or(&[][..], |seen| &seen.line_remarks);
        let seen: Vec<(&str, bool)> = remarks.iter().map(|one| (sources.slice(one.place), one.own_line)).collect();
        assert_eq!(seen, [("# svclint: ignore[x] why", false), ("## svclint: ignore[y] why", true)]);
    }
}
