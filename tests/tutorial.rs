//! The tutorial is true: its files are written, its edits made and its commands run in an empty directory, and what they
//! print is what the page shows. `UPDATE_PAGES=1 cargo test --test tutorial` writes what they print into the page.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fmt::Write as _;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

const PAGE: &str = "docs/tutorial.md";

/// A reader at work.
struct Reader {
    directory: TempDir,
    /// The exit status of the last command.
    status: i32,
}

impl Reader {
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    fn save(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Replaces the `-` lines of a block, which stand together in the file, by the `+` lines.
    fn edit(&self, name: &str, block: &str) {
        let of = |sign: char| -> String { joined(block.lines().filter_map(|line| line.strip_prefix(sign))) };
        let (from, to) = (of('-'), of('+'));
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        assert_eq!(text.matches(&from).count(), 1, "{name} has once:\n{from}");
        self.save(name, &text.replace(&from, &to));
    }

    /// What a command line prints, on either stream.
    fn run(&mut self, line: &str) -> String {
        if line == "echo $?" {
            return format!("{}\n", self.status);
        }
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        assert_eq!(words.next(), Some("svclint"), "the page runs svclint only: {line}");
        let output = Command::cargo_bin("svclint")
            .unwrap()
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .args(words)
            .output()
            .unwrap();
        self.status = output.status.code().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    }

    /// A block of commands with what they print.
    fn console(&mut self, block: &str) -> String {
        let mut out = String::new();
        for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let printed = self.run(line);
            writeln!(out, "$ {line}").unwrap();
            out.push_str(&printed);
            if !printed.is_empty() && !printed.ends_with('\n') {
                out.push('\n');
            }
        }
        // A report may end in an empty line, which nobody would copy.
        format!("{}\n", out.trim_end())
    }
}

/// Lines with their ends.
fn joined<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Does what a page says, and gives the page with what really was printed.
fn follow(page: &str, reader: &mut Reader) -> String {
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").unwrap();
        let Some(info) = line.strip_prefix("```") else { continue };
        let block = joined(lines.by_ref().take_while(|line| *line != "```"));
        let words: Vec<&str> = info.split(' ').collect();
        match words.as_slice() {
            ["console"] => {
                let printed = reader.console(&block);
                out.push_str(if is_shown(&block, &printed) { &block } else { &printed });
            }
            [_, "file", name] => {
                reader.save(name, &block);
                out.push_str(&block);
            }
            ["diff", name] => {
                reader.edit(name, &block);
                out.push_str(&block);
            }
            _ => out.push_str(&block),
        }
        out.push_str("```\n");
    }
    out
}

/// Whether a block shows what was printed; a line `…` stands for any lines.
fn is_shown(block: &str, printed: &str) -> bool {
    let mut rest = printed;
    let mut parts = block.split("…\n");
    let starts = parts.next().is_some_and(|first| {
        rest.strip_prefix(first).is_some_and(|after| {
            rest = after;
            true
        })
    });
    let mut last = "";
    let all = parts.all(|part| {
        last = part;
        let found = rest.find(part).and_then(|at| rest.get(at + part.len()..));
        rest = found.unwrap_or(rest);
        found.is_some()
    });
    starts && all && (rest.is_empty() || (block.contains("…\n") && (last.is_empty() || rest.ends_with(last))))
}

#[test]
fn an_ellipsis_stands_for_any_lines() {
    assert!(is_shown("a\n…\nc\n", "a\nb\nc\n"));
    assert!(is_shown("a\n…\n", "a\nb\n"));
    assert!(!is_shown("a\n…\nd\n", "a\nb\nc\n"));
    assert!(!is_shown("a\n", "a\nb\n"));
    assert!(!is_shown("b\n…\n", "a\nb\n"));
}

#[test]
fn whoever_follows_the_page_sees_what_it_shows() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    assert!(Path::new(PAGE).exists() && page.matches("```console").count() > 4, "the page runs commands");
    let mut reader = Reader { directory: TempDir::new().unwrap(), status: 0 };
    let followed = follow(&page, &mut reader);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(PAGE, followed).unwrap();
        return;
    }
    let differing = page.lines().zip(followed.lines()).position(|(shown, printed)| shown != printed);
    let line = differing.unwrap_or(page.lines().count().min(followed.lines().count()));
    assert!(
        page == followed,
        "{PAGE}:{} shows\n  {}\nand the reader sees\n  {}\nto show what is printed: UPDATE_PAGES=1 cargo test --test tutorial",
        line + 1,
        page.lines().nth(line).unwrap_or("the end"),
        followed.lines().nth(line).unwrap_or("the end"),
    );
}
