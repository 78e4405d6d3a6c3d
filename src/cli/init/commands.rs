//! The calls of `docker compose` and `helm` that a repository's own documents and scripts show.

use std::path::Path;

use crate::discover;
use crate::source::{EntryKind, Sources};

/// Files that are read for commands, at most.
const MAX_FILES: usize = 400;

/// Bytes of one such file, at most.
const MAX_BYTES: u64 = 256 * 1024;

/// A call with files that are there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Command {
    /// `compose` or `helm`.
    pub(super) tool: Tool,
    /// The files that it names with `-f` and the like, in order.
    pub(super) files: Vec<String>,
    /// Its other words, as paths of the repository.
    pub(super) words: Vec<String>,
    /// Where it stands: path and line.
    pub(super) at: (String, usize),
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tool {
    /// `docker compose`, `docker-compose`, `podman-compose`.
    Compose,
    /// `helm`.
    Helm,
}

/// Reads the commands of Makefiles, documents, scripts and workflows.
pub(super) fn read(sources: &Sources, root: &Path) -> Vec<Command> {
    let files = sources.entries().iter().filter(|entry| entry.kind == EntryKind::File && may_show(&entry.path));
    let small = files.filter(|entry| entry.size() <= MAX_BYTES).take(MAX_FILES);
    let mut out = Vec::new();
    for entry in small {
        if let Ok(text) = discover::read(root, &entry.path) {
            out.extend(in_text(sources, &entry.path, &text));
        }
    }
    out
}

fn may_show(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let has_end = [".md", ".sh", ".mk", ".ps1", ".bat"].iter().any(|end| lower.ends_with(end));
    let is_named = ["makefile", "gnumakefile", "justfile", "taskfile.yml", "taskfile.yaml", "package.json"];
    has_end || is_named.contains(&lower.as_str()) || path.contains(".github/workflows/")
}

fn in_text(sources: &Sources, path: &str, text: &str) -> Vec<Command> {
    let mut out = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, first)) = lines.next() {
        let mut line = first.to_owned();
        while let Some(start) = line.strip_suffix('\\') {
            let Some((_, next)) = lines.next() else { break };
            line = format!("{start} {next}");
        }
        // One line may hold several calls.
        for call in line.split(['|', ';']).flat_map(|part| part.split("&&")) {
            out.extend(in_call(sources, path, number + 1, call));
        }
    }
    out
}

fn in_call(sources: &Sources, path: &str, line: usize, call: &str) -> Option<Command> {
    let words: Vec<&str> = call.split_whitespace().map(bare).collect();
    let (tool, start) = words.iter().enumerate().find_map(|(index, word)| match *word {
        "docker-compose" | "podman-compose" => Some((Tool::Compose, index + 1)),
        "compose" if index > 0 && words.get(index - 1) == Some(&"docker") => Some((Tool::Compose, index + 1)),
        "helm" => Some((Tool::Helm, index + 1)),
        _ => None,
    })?;
    let flags: &[&str] = if tool == Tool::Compose { &["-f", "--file"] } else { &["-f", "--values"] };
    let (mut files, mut others) = (Vec::new(), Vec::new());
    let mut rest = words.get(start..)?.iter();
    while let Some(word) = rest.next() {
        if flags.contains(word) {
            files.push(*rest.next()?);
        } else if let Some((flag, file)) = word.split_once('=')
            && flags.contains(&flag)
        {
            files.push(file);
        } else {
            others.push(*word);
        }
    }
    let files: Vec<String> =
        files.iter().flat_map(|file| file.split(',')).map(|file| found(sources, path, file)).collect::<Option<_>>()?;
    let words = others.iter().filter_map(|word| found(sources, path, word)).collect();
    (!files.is_empty()).then(|| Command { tool, files, words, at: (path.to_owned(), line) })
}

/// A word without quotes, and without what a sentence around it ends with.
fn bare(word: &str) -> &str {
    let quotes = ['`', '"', '\'', ',', '(', ')'];
    word.trim_matches(quotes).trim_end_matches(['.', ':']).trim_matches(quotes)
}

/// The path that a word means: counted from the file's directory, else from the root.
fn found(sources: &Sources, path: &str, word: &str) -> Option<String> {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    [directory, ""].iter().filter_map(|from| joined(from, word)).find(|path| sources.find(path).is_some())
}

fn joined(directory: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{Tool, in_text};
    use crate::source::{EntryKind, SourceFile, Sources};

    fn sources(paths: &[&str]) -> Sources {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        Sources::new(paths.iter().map(|path| SourceFile::new((*path).to_owned(), EntryKind::File)).collect())
    }

    #[test]
    fn the_files_of_a_call_are_found_over_continued_lines() {
        let sources = sources(&["compose.yaml", "deploy/prod.yaml"]);
        let text = "up:\n\tdocker compose -f compose.yaml \\\n\t  --file=deploy/prod.yaml up -d && echo done\n";
        let found = in_text(&sources, "Makefile", text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].tool, found[0].at.1), (Tool::Compose, 2));
        assert_eq!(found[0].files, ["compose.yaml", "deploy/prod.yaml"]);
    }

    #[test]
    fn a_call_that_names_a_variable_or_a_missing_file_is_left_out() {
        let sources = sources(&["compose.yaml"]);
        for text in ["docker compose -f compose.yaml -f $EXTRA up", "docker-compose -f compose.yaml -f gone.yaml up"] {
            assert_eq!(in_text(&sources, "README.md", text), []);
        }
    }

    #[test]
    fn a_document_may_count_from_its_own_directory() {
        let sources = sources(&["api/a.yaml", "api/b.yaml", "b.yaml"]);
        let found = in_text(&sources, "api/README.md", "run `docker compose -f a.yaml -f ../b.yaml up`");
        assert_eq!(found[0].files, ["api/a.yaml", "b.yaml"]);
    }
}
