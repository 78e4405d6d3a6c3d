//! Reads the files of `rules/` once, so that no run has to (`docs/architecture.md`, decision 8).

#![allow(
    dead_code,
    unused_imports,
    unfulfilled_lint_expectations,
    missing_docs,
    reason = "the readers are shared with the crate, which uses the rest"
)]

use std::fmt::Write;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

#[path = "src/diagnostic.rs"]
mod diagnostic;
#[path = "src/embedded"]
mod embedded {
    pub mod automaton;
    pub mod packed;
}
#[path = "src/finding/mod.rs"]
mod finding;
#[path = "build/patterns.rs"]
mod patterns;
#[path = "src/rules"]
mod rules {
    pub mod ast;
    mod conditions;
    #[path = "fix"]
    pub mod fix {
        mod load;
        mod source;

        pub(super) use load::{check_examples, fixed, fixes};
        pub use source::{EditSource, FileText, FixSource};
    }
    pub mod history;
    pub mod keys;
    pub mod load;
    mod operators;
    mod packed;
}
#[path = "src/source/mod.rs"]
mod source;
#[path = "src/standard"]
mod standard {
    mod extend;
    mod load;
    mod packed;
    mod parts;

    use crate::diagnostic::Problem;
    use crate::finding::Label;
    use crate::syntax::yaml::Tree;

    pub use parts::{Clause, Coverage, Extension, Level, Removed, Standard, Use};

    /// Reads a standard that extends no other.
    pub fn read(tree: &Tree) -> (Option<Standard>, Vec<Problem>) {
        load::standard(tree, &mut |_, place| {
            let label = Label { place, text: String::new() };
            Err(vec![Problem::new("standard/extends", "what it extends is not at hand", label)])
        })
    }
}
#[path = "src/syntax"]
mod syntax {
    mod problem;
    pub mod yaml;

    pub use problem::SyntaxProblem;
}

use embedded::packed::Writer;
use source::FileId;
use syntax::yaml::Tree;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=rules");
    for shared in ["diagnostic.rs", "embedded", "finding", "rules", "source", "standard", "syntax"] {
        println!("cargo::rerun-if-changed=src/{shared}");
    }
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).ok_or_else(|| Error::other(name.to_owned()));
    let rules = variable("CARGO_MANIFEST_DIR")?.join("rules");
    let out = variable("OUT_DIR")?;
    let mut found = Vec::new();
    collect(&rules, &mut found)?;
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for path in found {
        let below = path.strip_prefix(&rules).map_err(Error::other)?.to_string_lossy().replace('\\', "/");
        files.push((below, path));
    }
    files.sort();
    let mut list = String::from("pub(super) static FILES: &[Embedded] = &[\n");
    let mut writer = Writer::default();
    let mut trees = Vec::new();
    for (index, (below, path)) in files.iter().enumerate() {
        let text = fs::read_to_string(path)?;
        let parsed = Tree::parse(FileId(0), &text);
        let packed = packed(&mut writer, below, &parsed, &text).unwrap_or_default();
        trees.push(parsed);
        let to = out.join(format!("{index}.packed"));
        fs::write(&to, packed)?;
        let (text, packed) = (literal(path)?, literal(&to)?);
        let name = name(below);
        writeln!(
            list,
            "    Embedded {{ path: {below:?}, name: {name:?}, text: include_str!({text}), packed: include_bytes!({packed}) }},"
        )
        .map_err(Error::other)?;
    }
    list.push_str("];\n");
    let mut by_name: Vec<usize> = (0..files.len()).collect();
    by_name.sort_by_key(|index| files.get(*index).map(|(below, _)| name(below)));
    writeln!(list, "pub(super) static BY_NAME: &[u32] = &{by_name:?};").map_err(Error::other)?;
    let texts = out.join("texts");
    fs::write(&texts, &writer.texts)?;
    writeln!(list, "pub(super) static TEXTS: &str = include_str!({});", literal(&texts)?).map_err(Error::other)?;
    write_patterns(&mut list, &trees, &out)?;
    fs::write(out.join("embedded.rs"), list)
}

/// The name of a file without its extension.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml")
}

/// What a run needs of a file; `None` where something is wrong with it, which whoever reads its text will tell.
fn packed(writer: &mut Writer, path: &str, tree: &Tree, text: &str) -> Option<Vec<u8>> {
    match path.split('/').next() {
        Some("data") => tree.pack(text),
        Some("templates") => None,
        Some("standards") => {
            let (standard, problems) = standard::read(tree);
            problems.is_empty().then(|| Some(writer.packed(&standard?)))?
        }
        _ => {
            let (rule, problems) = rules::load::rule(tree, true);
            problems.is_empty().then(|| Some(writer.packed(&rule?)))?
        }
    }
}

/// Lists the patterns of the rules in order, each with its part of a file of tables.
fn write_patterns(list: &mut String, trees: &[Tree], out: &Path) -> Result<()> {
    list.push_str("pub(super) static PATTERNS: &[(&str, usize, usize)] = &[\n");
    let mut tables = Vec::new();
    for pattern in patterns::collect(trees.iter()) {
        let start = tables.len();
        tables.extend(patterns::table(&pattern).unwrap_or_default());
        writeln!(list, "    ({pattern:?}, {start}, {}),", tables.len()).map_err(Error::other)?;
    }
    let path = out.join("patterns.tables");
    fs::write(&path, tables)?;
    writeln!(list, "];\npub(super) static TABLES: &[u8] = include_bytes!({});", literal(&path)?).map_err(Error::other)
}

/// A path as a Rust string.
fn literal(path: &Path) -> Result<String> {
    path.to_str().map(|path| format!("{path:?}")).ok_or_else(|| Error::other("the path of the build is not UTF-8"))
}

fn collect(directory: &Path, out: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, out)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") || directory.ends_with("templates") {
            out.push(path);
        }
    }
    Ok(())
}
