//! Charts rendered by an installed `helm`, where somebody asks for it.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::chart::{Root, join};
use super::files::Texts;
use super::render::{Refusal, Rendering};
use crate::source::{FileId, Place, Span};
use crate::syntax::yaml::Tree;

/// What `helm template` writes before what each template printed.
const SOURCE: &str = "# Source: ";

/// Whether an installed `helm` can be run.
///
/// # Errors
/// What the operating system says.
pub fn try_installed() -> io::Result<()> {
    let quiet = Command::new("helm").arg("version").stdin(Stdio::null()).output();
    quiet.map(|_| ())
}

/// Renders a chart with one values file besides its own. `helm` tells which template printed what, and not which part
/// of it, so that everything in a template has the place of its start.
pub(super) fn render(texts: Texts<'_>, run_root: &Path, root: &Root, values: Option<FileId>) -> Rendering {
    let mut rendering = Rendering { values, ..Rendering::default() };
    let mut command = Command::new("helm");
    let name = if root.name.is_empty() { "release" } else { &root.name };
    command.current_dir(run_root).arg("template").arg(name).arg(root.dir.as_str()).stdin(Stdio::null());
    if let Some(values) = values {
        command.arg("--values").arg(texts.sources.get(values).path.as_str());
    }
    let at = Place::whole(root.file);
    match command.output() {
        Ok(output) if output.status.success() => {
            rendering.trees = trees(texts, root, &String::from_utf8_lossy(&output.stdout));
        }
        Ok(output) => {
            let message = first_line(&String::from_utf8_lossy(&output.stderr));
            rendering.refusals.push(Refusal { at, message, inner: None });
            rendering.hidden = Some("the chart does not render".to_owned());
        }
        Err(error) => {
            let message = format!("`helm` cannot be run ({error}); install it, or leave `--helm exec` out");
            rendering.open.push((at, message));
            rendering.hidden = Some("the chart was not rendered".to_owned());
        }
    }
    rendering
}

fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("Error:")).or_else(|| text.lines().next()).unwrap_or("");
    line.trim_start_matches("Error:").trim().chars().take(200).collect()
}

/// What each template printed.
fn trees(texts: Texts<'_>, root: &Root, text: &str) -> Vec<Tree> {
    let mut parts: Vec<(FileId, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(source) = line.strip_prefix(SOURCE) {
            let file = template(texts, root, source.trim()).unwrap_or(root.file);
            parts.push((file, String::new()));
        } else if let Some((_, part)) = parts.last_mut() {
            part.push_str(line);
        }
    }
    let start = |_: Span| Span::at(0).into();
    parts.iter().map(|(file, part)| Tree::parse(*file, part).moved(&start)).collect()
}

/// The file of `chart/charts/part/templates/x.yaml`, whose first part is the name of the chart.
fn template(texts: Texts<'_>, root: &Root, source: &str) -> Option<FileId> {
    let (_, path) = source.split_once('/')?;
    texts.find(&join(&root.dir, path))
}
