//! The commands of a `run`, each with its place in the file.

use crate::model;
use crate::model::value::List;
use crate::source::{FileId, Place};
use crate::syntax::mapped::MappedText;
use crate::syntax::shell::{self, Connector, SimpleCommand};
use crate::syntax::yaml::{NodeRef, Style};

use super::expression::masked;

/// Commands of one job that are looked at.
pub(super) const MAX_COMMANDS: usize = 5_000;

model! {
    /// A command that a step runs.
    pub struct Command as "workflow.command" {
        /// The command with its arguments, one blank between them; expressions are as written.
        text: String,
        /// The program without its directory.
        name: String,
        /// Its arguments.
        arguments: List<String>,
        /// Its position among the commands of its job.
        position: i64,
        /// Whether the step goes on, or counts as passed, where it fails: `|| true`, `continue-on-error`.
        ignores_failure: bool,
    }
    with {
        /// The program and its arguments, `sudo` and the like taken off.
        words: Vec<String>,
        /// Whether what it prints goes to the log: into no file, no pipe and no group that might redirect it.
        prints: bool,
    }
    label(command) { command.text.clone() }
}

/// The text of a scalar with the way back to its bytes, where they stand in the file as they are; expressions masked.
pub(super) fn mapped(node: NodeRef<'_>, file: &str) -> Option<MappedText> {
    let value = node.text()?;
    let hidden = masked(value);
    let span = node.place().span;
    if node.style() != Some(Style::Literal) {
        let start = span.start as usize + usize::from(node.style() != Some(Style::Plain));
        return (file.get(start..start + value.len()) == Some(value)).then(|| MappedText::plain(&hidden, start));
    }
    let header = file.get(span.start as usize..)?;
    let mut at = span.start as usize;
    if header.trim_start().starts_with('|') {
        at += header.find('\n')? + 1;
    } else {
        at = file.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    }
    let mut out = MappedText::default();
    let mut done = 0;
    for line in value.split_inclusive('\n') {
        let written = file.get(at..)?.split_inclusive('\n').next().unwrap_or("");
        let bare = line.trim_end_matches('\n');
        let body = written.trim_end_matches(['\n', '\r']);
        let indent = body.len().checked_sub(bare.len()).filter(|_| body.ends_with(bare))?;
        out.push(hidden.get(done..done + line.len())?, at + indent);
        done += line.len();
        at += written.len();
    }
    Some(out)
}

/// Programs that run what stands behind them.
const WRAPPERS: &[&str] = &["sudo", "time", "exec", "command", "nice", "env", "retry", "xvfb-run"];

/// The commands of a script, in order.
pub(super) fn read(
    node: NodeRef<'_>,
    file: FileId,
    text: &str,
    position: &mut i64,
    ignores_failure: bool,
) -> Vec<Command> {
    let Some(value) = node.text() else { return Vec::new() };
    let found = mapped(node, text);
    let known = found.is_some();
    let script = found.unwrap_or_else(|| MappedText::plain(&masked(value), 0));
    let commands = shell::parse(&script);
    let whole = node.place();
    let mut out = Vec::new();
    for (index, command) in commands.iter().enumerate().take(MAX_COMMANDS) {
        let words = words(command, if known { text } else { value });
        let Some(name) = words.first() else { continue };
        *position += 1;
        let at = if known { Place { file, span: command.span } } else { whole };
        let alternative = commands.get(index + 1).filter(|next| next.joined_by == Connector::Or);
        let piped = commands.get(index + 1).is_some_and(|next| next.joined_by == Connector::Pipe);
        out.push(Command {
            at,
            text: words.join(" "),
            name: name.rsplit('/').next().unwrap_or(name).to_owned(),
            arguments: List::new(words.iter().skip(1).cloned().collect(), at),
            position: *position,
            ignores_failure: ignores_failure || alternative.is_some_and(goes_on),
            words,
            prints: !piped && command.depth == 0 && command.redirections.is_empty(),
        });
    }
    out
}

/// Whether a command behind `||` keeps the step from failing: anything but one that ends it.
fn goes_on(command: &SimpleCommand) -> bool {
    match command.name() {
        Some("exit" | "return") => command.words.get(1).is_some_and(|code| code.text == "0"),
        Some(name) => matches!(name, "true" | ":" | "echo" | "printf"),
        None => false,
    }
}

/// The words as written, quotes off and expressions put back, without wrappers.
fn words(command: &SimpleCommand, text: &str) -> Vec<String> {
    let mut words: Vec<String> = command
        .words
        .iter()
        .map(|word| {
            if word.text.contains("XXXXXX") {
                let written = word.span.slice(text);
                written.replace(['"', '\n'], "").trim_matches('\'').to_owned()
            } else {
                word.text.clone()
            }
        })
        .collect();
    while words.first().is_some_and(|word| WRAPPERS.contains(&word.as_str())) {
        let behind = |word: &String| word.starts_with('-') || (word.contains('=') && !word.contains('/'));
        let end = words.iter().skip(1).position(|word| !behind(word)).map_or(words.len(), |found| found + 1);
        words.drain(..end);
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::source::FileId;
    use crate::syntax::yaml::Tree;

    fn commands(text: &str) -> Vec<(String, String)> {
        let tree = Tree::parse(FileId(0), text);
        let run = tree.documents().next().and_then(|root| root.get("run")).expect("a run");
        super::read(run, FileId(0), text, &mut 0, false)
            .into_iter()
            .map(|command| (command.text, command.at.span.slice(text).to_owned()))
            .collect()
    }

    #[test]
    fn commands_of_a_block_know_their_bytes() {
        let text = "run: |\n  npm ci\n\n  sudo docker build \\\n    -t ${{ a || b }}:1 .\n";
        let found = commands(text);
        assert_eq!(found[0], ("npm ci".into(), "npm ci".into()));
        assert_eq!(found[1].0, "docker build -t ${{ a || b }}:1 .");
        assert!(found[1].1.starts_with("sudo docker build") && found[1].1.ends_with("}}:1 ."), "{found:?}");
    }

    #[test]
    fn a_folded_command_points_at_its_scalar() {
        let found = commands("run: >\n  npm run\n  lint\n");
        assert_eq!(found[0].0, "npm run lint");
    }

    #[test]
    fn a_quoted_command_is_read() {
        assert_eq!(commands("run: \"npm ci\"\n")[0], ("npm ci".into(), "npm ci".into()));
    }
}
