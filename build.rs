//! Reads the files of `rules/` once, so that no run has to (`docs/architecture.md`, decision 8).

#![allow(
    dead_code,
    unused_imports,
    missing_docs,
    reason = "the readers are shared with the crate, which uses the rest"
)]

use std::fmt::Write;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

#[path = "src/embedded/head.rs"]
mod head;
#[path = "src/source/mod.rs"]
mod source;
#[path = "src/syntax"]
mod syntax {
    mod problem;
    pub mod yaml;

    pub use problem::SyntaxProblem;
}

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/embedded");
    println!("cargo::rerun-if-changed=src/source");
    println!("cargo::rerun-if-changed=src/syntax");
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
    let mut list = String::from("static FILES: &[Embedded] = &[\n");
    for (index, (below, path)) in files.iter().enumerate() {
        let text = fs::read_to_string(path)?;
        let head = head::head(&text);
        let packed = syntax::yaml::Tree::parse(source::FileId(0), head).pack(head).unwrap_or_default();
        let tree = out.join(format!("{index}.tree"));
        fs::write(&tree, packed)?;
        let (text, packed) = (literal(path)?, literal(&tree)?);
        writeln!(
            list,
            "    Embedded {{ path: {below:?}, text: include_str!({text}), packed: include_bytes!({packed}) }},"
        )
        .map_err(Error::other)?;
    }
    list.push_str("];\n");
    fs::write(out.join("embedded.rs"), list)
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
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            out.push(path);
        }
    }
    Ok(())
}
