//! `.pre-commit-config.yaml`: which hooks run before a commit, and from where they come.

use crate::model;
use crate::model::read::{Reader, text};
use crate::model::value::Field;
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Tree};

model! {
    /// A repository of hooks (pre-commit, ".pre-commit-config.yaml - repos").
    pub struct HookRepository as "precommit.repository" {
        /// Where it is: an address, `local` or `meta`.
        repo: Field<String>,
        /// Whether hooks are fetched from it.
        is_remote: bool,
        /// The revision that is used.
        rev: Field<String>,
    }
    label(repository) { repository.repo.value().cloned().unwrap_or_default() }
}

model! {
    /// A hook.
    pub struct Hook as "precommit.hook" {
        /// Its id.
        id: Field<String>,
        /// The repository that it comes from.
        repo: Field<String>,
        /// Its arguments, joined with spaces.
        args: Field<String>,
        /// What is run.
        entry: Field<String>,
        /// The pattern of the files that it runs for.
        files: Field<String>,
        /// The version of its language.
        language_version: Field<String>,
    }
    label(hook) { hook.id.value().cloned().unwrap_or_default() }
}

/// The repositories and the hooks of a configuration.
pub(super) fn read(tree: &Tree) -> (Vec<HookRepository>, Vec<Hook>) {
    let Some(root) = tree.documents().next() else { return (Vec::new(), Vec::new()) };
    let (mut repositories, mut hooks) = (Vec::new(), Vec::new());
    for node in root.get("repos").into_iter().flat_map(NodeRef::items) {
        let reader = Reader::new(node);
        let repo = reader.field("repo", text);
        for hook in node.get("hooks").into_iter().flat_map(NodeRef::items) {
            hooks.push(read_hook(hook, repo.clone(), Reader::new(root).child("default_language_version")));
        }
        repositories.push(HookRepository {
            at: repo.place(),
            is_remote: !matches!(repo.value().map(String::as_str), Some("local" | "meta" | "builtin")),
            rev: reader.field("rev", text),
            repo,
        });
    }
    (repositories, hooks)
}

fn read_hook(node: NodeRef<'_>, repo: Field<String>, defaults: Reader<'_>) -> Hook {
    let reader = Reader::new(node);
    let id = reader.field("id", text);
    let args = reader.list("args", text);
    let joined = args.values().cloned().collect::<Vec<_>>().join(" ");
    let at: Place = id.place();
    Hook {
        at,
        repo,
        args: if args.items.is_empty() { Field::Absent(args.at) } else { Field::known(joined, args.at) },
        entry: reader.field("entry", text),
        files: reader.field("files", text),
        language_version: reader.field("language_version", text).or(|| defaults.field("python", text)),
        id,
    }
}
