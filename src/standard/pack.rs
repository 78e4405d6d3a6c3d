//! Directories with rules and standards, and packs: such directories with a `pack.yaml`.

use std::path::{Path, PathBuf};

use super::library::unreadable;
use crate::diagnostic::{Problem, nearest};
use crate::rules::history;
use crate::rules::load::Loader;
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

/// The keys of `pack.yaml`.
pub const KEYS: &[&str] = &["pack", "version", "language", "title", "summary"];

/// The version of the rule language that is read here.
pub const LANGUAGE: i64 = 1;

/// The file that makes a directory a pack.
const PACK: &str = "pack.yaml";

/// The directories of a pack that are read.
const PARTS: &[&str] = &["rules", "standards", TEMPLATES];

/// The directory of texts for new files.
pub(super) const TEMPLATES: &str = "templates";

/// Directories deeper than this are not looked at for rules.
const MAX_DEPTH: usize = 8;

/// Files that one directory may bring.
const MAX_FILES: usize = 10_000;

/// What a file is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It holds a rule.
    Rule,
    /// It holds a standard.
    Standard,
    /// It is the text of a file that a fix writes.
    Template,
    /// It describes the pack.
    Pack,
    /// It looks like a rule or a standard, and is none.
    Stray,
}

/// A file of a directory.
pub(super) struct Member {
    pub(super) path: PathBuf,
    pub(super) role: Role,
}

impl Member {
    /// Its name, without the extension where that is the id of what it holds.
    pub(super) fn name(&self) -> String {
        let name = if self.role == Role::Template { self.path.file_name() } else { self.path.file_stem() };
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Its path as messages show it.
    pub(super) fn shown(&self) -> String {
        self.path.to_string_lossy().replace('\\', "/")
    }

    /// What to do with one that nothing reads.
    pub(super) fn advice(&self) -> String {
        if self.path.extension().is_some_and(|extension| extension == "yml") {
            return "rules and standards are files that end in `.yaml`".to_owned();
        }
        let directory = self.path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        match directory.and_then(|directory| nearest(&directory, PARTS.iter().copied())) {
            Some(near) => format!("did you mean the directory `{near}`?"),
            None => "a pack has its rules in `rules` and its standards in `standards`".to_owned(),
        }
    }
}

/// The files of a directory, in path order. Links to directories are not followed.
pub(super) fn collect(directory: &Path) -> Result<Vec<Member>, Problem> {
    let is_pack = directory.join(PACK).is_file();
    let mut queue = vec![(directory.to_owned(), 0)];
    let mut out = Vec::new();
    while let Some((current, depth)) = queue.pop() {
        for entry in std::fs::read_dir(&current).map_err(|error| unreadable(&current, &error))? {
            let entry = entry.map_err(|error| unreadable(&current, &error))?;
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
                if depth < MAX_DEPTH && !is_hidden {
                    queue.push((path, depth + 1));
                }
            } else if out.len() < MAX_FILES
                && let Some(role) = role(directory, &path, is_pack)
            {
                out.push(Member { path, role });
            }
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(out)
}

fn role(directory: &Path, path: &Path, is_pack: bool) -> Option<Role> {
    let below: Vec<String> =
        path.strip_prefix(directory).ok()?.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let names: Vec<&str> = below.iter().map(String::as_str).collect();
    if let [TEMPLATES, _] = names.as_slice() {
        return Some(Role::Template);
    }
    let extension = path.extension()?.to_str()?;
    let is_yaml = match extension {
        "yaml" => true,
        "yml" => false,
        _ => return None,
    };
    let part = |name: &str, file: Role| Some(if is_yaml { file } else { Role::Stray }).filter(|_| !name.is_empty());
    match names.as_slice() {
        [PACK] => Some(Role::Pack),
        ["rules", ..] if is_pack && names.len() > 1 => part("rules", Role::Rule),
        ["standards", ..] if is_pack && names.len() > 1 => part("standards", Role::Standard),
        // A pack may hold other things, such as its own workflows; those that look like a mistake are told.
        [_] if is_pack => Some(Role::Stray),
        [first, ..] if is_pack => nearest(first, PARTS.iter().copied()).map(|_| Role::Stray),
        [.., "data", _] => None,
        [.., "standards", _] => part("standards", Role::Standard),
        _ => part("rules", Role::Rule),
    }
}

/// Checks a `pack.yaml`.
pub(super) fn read(loader: &mut Loader, tree: &Tree) {
    loader.syntax(tree);
    let Some(root) = loader.single(tree, "pack") else { return };
    loader.closed(root, "a pack", KEYS);
    if root.shape() != Shape::Mapping {
        return;
    }
    loader.required(root, "pack", "a pack");
    history::version(loader, root, "version", "a pack");
    loader.required(root, "title", "a pack");
    loader.optional(root, "summary");
    language(loader, root);
}

fn language(loader: &mut Loader, root: NodeRef<'_>) {
    let Some(node) = root.get("language") else {
        loader.problem("rule/missing-key", "a pack needs `language`", root.anchor_place()).help =
            Some(format!("add `language: {LANGUAGE}`"));
        return;
    };
    let (message, help) = match node.shape() {
        Shape::Scalar(Scalar::Int(LANGUAGE)) => return,
        Shape::Scalar(Scalar::Int(other)) => {
            (format!("the rule language {other} is not known here"), format!("this svclint reads {LANGUAGE}"))
        }
        _ => ("`language` is a whole number".to_owned(), format!("write `language: {LANGUAGE}`")),
    };
    loader.problem("pack/language", message, node.place()).help = Some(help);
}
