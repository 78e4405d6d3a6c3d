//! Compose files that are laid over one another: as commands show it, and as their names and contents imply it.

use std::collections::BTreeSet;

use super::commands::{Command, Tool};
use crate::discover::{ArtifactKind, Discovery};
use crate::model::compose;
use crate::source::FileId;
use crate::syntax::yaml::{NodeRef, Tree};

/// Sets that are proposed, at most.
const MAX_SETS: usize = 20;

/// Sets that are told apart by a number, at most.
const MAX_CALLS: usize = 1_000;

/// Compose files that form one project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) files: Vec<String>,
    /// Why svclint thinks so.
    pub(super) why: String,
}

/// The sets of a repository: those that commands name first.
pub(super) fn sets(discovery: &Discovery, commands: &[Command]) -> Vec<Set> {
    let mut out: Vec<Set> = Vec::new();
    let calls = commands.iter().filter(|command| command.tool == Tool::Compose && command.files.len() > 1);
    for call in calls {
        let name = call.files.last().map_or_else(String::new, |file| variant(file));
        add(&mut out, name, call.files.clone(), format!("{}:{}", call.at.0, call.at.1));
    }
    let files: Vec<(FileId, &str)> = discovery
        .artifacts
        .iter()
        .filter(|artifact| artifact.kind == ArtifactKind::Compose)
        .map(|artifact| (artifact.file, discovery.sources.get(artifact.file).path.as_str()))
        .collect();
    let shown: BTreeSet<String> = out.iter().flat_map(|set| set.files.clone()).collect();
    for (file, path) in files.iter().filter(|(_, path)| !shown.contains(*path)) {
        let base = files.iter().find(|(_, base)| compose::is_default_name(base) && directory(base) == directory(path));
        let Some((base, base_path)) = base.filter(|(_, base)| base != path && is_variant_of(path, base)) else {
            continue;
        };
        if is_over(discovery, *file, *base) {
            let files = vec![(*base_path).to_owned(), (*path).to_owned()];
            add(&mut out, variant(path), files, "by their names".to_owned());
        }
    }
    with_defaults(&mut out, &files);
    out.truncate(MAX_SETS);
    out
}

fn add(out: &mut Vec<Set>, name: String, files: Vec<String>, why: String) {
    if out.iter().any(|set| set.files == files) {
        return;
    }
    let taken: BTreeSet<&str> = out.iter().map(|set| set.name.as_str()).collect();
    let name = if name.is_empty() { "composed".to_owned() } else { name };
    let free = (2..=MAX_CALLS).map(|number| format!("{name}-{number}")).find(|name| !taken.contains(name.as_str()));
    let name = if taken.contains(name.as_str()) { free } else { Some(name) };
    out.extend(name.map(|name| Set { name, files, why }));
}

/// A file that a set uses is no longer composed by itself, so what compose would take without `-f` is a set as well.
fn with_defaults(out: &mut Vec<Set>, files: &[(FileId, &str)]) {
    let bases: BTreeSet<String> = out.iter().filter_map(|set| set.files.first().cloned()).collect();
    for base in bases.iter().filter(|base| compose::is_default_name(base)) {
        let over = files.iter().find(|(_, path)| directory(path) == directory(base) && variant(path) == "override");
        if let Some((_, over)) = over {
            let why = "what compose takes by itself".to_owned();
            add(out, "default".to_owned(), vec![base.clone(), (*over).to_owned()], why);
        }
    }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name)
}

/// What a file's name adds to that of a compose file: `prod` for `docker-compose.prod.yml`.
fn variant(path: &str) -> String {
    let stem = stem(path);
    let rest = ["docker-compose", "compose"].iter().find_map(|base| stem.strip_prefix(base)).unwrap_or(stem);
    rest.trim_matches(['.', '-', '_']).to_owned()
}

fn is_variant_of(path: &str, base: &str) -> bool {
    let rest = stem(path).strip_prefix(stem(base));
    rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with(['.', '-', '_'])) && variant(path) != "override"
}

/// Whether a file changes services of another without saying what they run.
fn is_over(discovery: &Discovery, file: FileId, base: FileId) -> bool {
    let tree = |file: FileId| Tree::parse(file, discovery.sources.get(file).text());
    let (over, base) = (tree(file), tree(base));
    let services = |tree: &Tree| -> BTreeSet<String> {
        let services = tree.documents().next().and_then(|root| root.get("services"));
        services.into_iter().flat_map(NodeRef::entries).map(|entry| entry.key.to_owned()).collect()
    };
    let known = services(&base);
    let own = over.documents().next().and_then(|root| root.get("services"));
    own.into_iter().flat_map(NodeRef::entries).any(|entry| {
        let says_what = ["image", "build", "extends"].iter().any(|key| entry.value.get(key).is_some());
        !says_what && known.contains(entry.key)
    })
}

#[cfg(test)]
mod tests {
    use super::{is_variant_of, variant};

    #[test]
    fn names_say_which_variant_a_file_is() {
        assert_eq!(variant("deploy/docker-compose.prod.yml"), "prod");
        assert_eq!(variant("compose-gpu.yaml"), "gpu");
        assert!(is_variant_of("compose.prod.yaml", "compose.yaml"));
        assert!(!is_variant_of("compose.override.yaml", "compose.yaml"));
        assert!(!is_variant_of("composer.yaml", "compose.yaml"));
    }
}
