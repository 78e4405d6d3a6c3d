//! Paths of the repository that a document quotes: what its commands take, and workflows.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::read::options;
use crate::model;
use crate::model::late::{Excerpt, LateTexts};
use crate::model::schema::{Modelled, Slot, Type};
use crate::model::value::List;
use crate::source::path::joined;
use crate::source::{EntryKind, Place, Span};

model! {
    /// A path that a document quotes.
    pub struct QuotedPath as "markdown.quoted_path" {
        /// The path as written, without `./`.
        path: String,
        /// Whether it is a workflow, below `.github/workflows`; else a command in a fence takes it.
        is_workflow: bool,
        /// Whether the repository has it, in whatever directory the reader is then. What lies in no directory of the
        /// repository is the reader's own, and counts as there.
        exists: bool,
    }
    label(quoted) { quoted.path.clone() }
}

/// Paths of one document that are looked up.
const MAX_PATHS: usize = 200;

/// The quoted paths of a document, looked up when a rule first asks for them.
#[derive(Clone, Debug)]
pub struct QuotedPaths {
    texts: LateTexts,
    document: String,
    text: Excerpt,
    at: Place,
    made: OnceLock<List<QuotedPath>>,
}

impl QuotedPaths {
    pub(super) fn new(texts: &LateTexts, document: &str, text: &Excerpt, at: Place) -> Self {
        Self { texts: texts.clone(), document: document.to_owned(), text: text.clone(), at, made: OnceLock::new() }
    }

    /// The paths.
    pub fn list(&self) -> &List<QuotedPath> {
        self.made.get_or_init(|| {
            let text = self.text.as_str();
            let found = Found::read(text);
            let paths = found.paths.iter().take(MAX_PATHS).map(|(start, path, is_workflow)| QuotedPath {
                at: Place { file: self.at.file, span: Span::new(*start, *start + path.len()) },
                is_workflow: *is_workflow,
                exists: found.made.contains(bare(path)) || self.exists(bare(path)),
                path: bare(path).to_owned(),
            });
            List::new(paths.collect(), self.at)
        })
    }

    fn exists(&self, path: &str) -> bool {
        let (parent, sources) = (path.rsplit_once('/').map_or(".", |(parent, _)| parent), self.texts.sources());
        let mut is_ours = false;
        let mut directory = self.document.as_str();
        loop {
            directory = directory.rsplit_once('/').map_or(".", |(above, _)| above);
            if joined(directory, path).is_some_and(|path| self.texts.exists(&path)) {
                return true;
            }
            let around = joined(directory, parent).and_then(|parent| sources.find(&parent));
            is_ours |= around.is_some_and(|id| sources.get(id).kind == EntryKind::Directory);
            if directory == "." {
                break;
            }
        }
        let ends = |other: &str| other.strip_suffix(path).is_some_and(|rest| rest.ends_with('/'));
        !is_ours || sources.entries().iter().any(|file| ends(&file.path))
    }
}

impl Modelled for QuotedPaths {
    const TYPE: Type = List::<QuotedPath>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.list().as_slot(parent)
    }
}

fn bare(path: &str) -> &str {
    path.trim_start_matches("./")
}

const SHELLS: &[&str] = &["", "bash", "console", "sh", "shell", "zsh"];
const WORKFLOWS: &str = ".github/workflows/";

/// The fences of a document, from their opening mark on, and whether each has commands of a shell.
fn fences(text: &str) -> impl Iterator<Item = (Range<usize>, bool)> {
    Parser::new_ext(text, options()).into_offset_iter().filter_map(|(event, range)| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
            let language = info.split([' ', ',', '{']).next().unwrap_or("");
            Some((range, SHELLS.contains(&language)))
        }
        _ => None,
    })
}

/// What a document quotes: where, as written, and whether it is a workflow.
#[derive(Default)]
struct Found<'t> {
    paths: Vec<(usize, &'t str, bool)>,
    /// What its own commands make.
    made: BTreeSet<&'t str>,
}

impl<'t> Found<'t> {
    fn read(text: &'t str) -> Self {
        let mut found = Self::default();
        let mut fences = fences(text).peekable();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            while fences.next_if(|(range, _)| range.end <= start).is_some() {}
            match fences.peek().filter(|(range, _)| range.start < start + line.len()) {
                None => found.workflows(line, start),
                Some((range, true)) if range.start < start => found.command(line, start),
                Some(_) => {}
            }
            start += line.len();
        }
        found
    }

    /// Workflows that a line names, unless as those of another repository.
    fn workflows(&mut self, line: &'t str, start: usize) {
        for (at, _) in line.match_indices(WORKFLOWS) {
            let rest = line.get(at..).unwrap_or("");
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/')))
                .unwrap_or(rest.len());
            let path = rest.get(..end).unwrap_or("").trim_end_matches('.');
            let before = line.get(..at).unwrap_or("").trim_end_matches("./");
            let is_own = !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '}' | '>' | '-' | '_'));
            let is_pinned = rest.get(end..).is_some_and(|rest| rest.starts_with(['@', '*', '<', '{', '$']));
            if is_own && !is_pinned && matches!(path.rsplit_once('.'), Some((_, "yml" | "yaml"))) {
                self.paths.push((start + at, path, true));
            }
        }
    }

    fn command(&mut self, line: &'t str, start: usize) {
        let mut offset = 0;
        let mut words: Vec<(usize, &'t str)> = Vec::new();
        for word in line.split([' ', '\t', '\n', '\r']) {
            if word.starts_with('#') {
                break;
            }
            if !(word.is_empty() || words.is_empty() && matches!(word, "$" | "sudo" | ">")) {
                words.push((start + offset, word));
            }
            offset += word.len() + 1;
        }
        let Some((first, name)) = words.first().copied() else { return };
        let makes = |pair: &[(usize, &'t str)]| match pair {
            [(_, ">" | ">>" | "-o" | "--output" | "tee"), (_, made)] => Some(bare(made)),
            _ => None,
        };
        self.made.extend(words.windows(2).filter_map(makes));
        let arguments = words.get(1..).unwrap_or(&[]);
        let mut plain = arguments.iter().copied().filter(|(_, word)| !word.starts_with('-'));
        let mut taken: Vec<(usize, &'t str)> = Vec::new();
        match name {
            "cp" | "mv" => {
                taken.extend(plain.next());
                self.made.extend(plain.next_back().map(|(_, made)| bare(made)));
            }
            "touch" | "mkdir" | "nano" | "vi" | "vim" | "cat" => self.made.extend(plain.map(|(_, made)| bare(made))),
            "bash" | "sh" | "python" | "python3" | "node" if arguments.first() == plain.next().as_ref() => {
                taken.extend(arguments.first());
            }
            "docker" | "docker-compose" | "kubectl" | "podman-compose" => {
                let options = words.windows(2).filter(|pair| matches!(pair, [(_, "-f" | "--file" | "--filename"), _]));
                taken.extend(options.filter_map(|pair| pair.get(1).copied()));
            }
            _ if name.starts_with("./") => taken.push((first, name)),
            _ => {}
        }
        self.paths.extend(taken.into_iter().filter(|(_, path)| is_quoted(path)).map(|(at, path)| (at, path, false)));
    }
}

/// Whether a word is a path of a file below the directory that the reader is in, written out.
fn is_quoted(path: &str) -> bool {
    let path = bare(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_'));
    is_plain && path.contains('/') && !path.starts_with(['/', '.']) && name.contains('.') && !name.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::Found;

    #[test]
    fn commands_stand_in_fences_of_shells_and_workflows_outside_of_fences() {
        let text = "See .github/workflows/ci.yml.\n\n\
            ````md\n```sh\nsh scripts/shown.sh\n```\n````\n\n\
            - Then\n  ```bash\n  sh scripts/run.sh\n  ```\n\n\
            ~~~yaml\nuses: .github/workflows/other.yml\n~~~\n\n\
            ```\n./tools/last.sh\n";
        let paths: Vec<&str> = Found::read(text).paths.into_iter().map(|(_, path, _)| path).collect();
        assert_eq!(paths, [".github/workflows/ci.yml", "scripts/run.sh", "./tools/last.sh"]);
    }
}
