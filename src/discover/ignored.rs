//! Trees that tools generate or copy in, which are nobody's service even where they are committed.

use std::path::Path;

/// Directory names that are only ever written by a tool.
const GENERATED: &[&str] = &[
    ".eggs",
    ".git",
    ".gradle",
    ".hg",
    ".jj",
    ".mypy_cache",
    ".next",
    ".nox",
    ".nuxt",
    ".parcel-cache",
    ".pytest_cache",
    ".ruff_cache",
    ".svelte-kit",
    ".svn",
    ".terraform",
    ".terragrunt-cache",
    ".tox",
    ".turbo",
    ".venv",
    ".yarn",
    "__pycache__",
    "bower_components",
    "node_modules",
    "site-packages",
    "venv",
];

/// Names that are generated only beside or around the file named with them; `../` looks beside the directory.
const GENERATED_WITH: &[(&str, &[&str])] = &[
    ("dist", &["../package.json", "../pyproject.toml", "../setup.py"]),
    ("target", &["../Cargo.toml", "../pom.xml", "CACHEDIR.TAG"]),
    ("vendor", &["modules.txt", "autoload.php", "bundle", "cache"]),
];

/// Files that mark a generated tree under any name (PEP 405, Cache Directory Tagging Specification).
const MARKERS: &[&str] = &["pyvenv.cfg", "CACHEDIR.TAG"];

/// Whether a version control system keeps its own data under this name; never walked, and not worth a word.
pub(super) fn is_version_control(name: &str) -> bool {
    matches!(name, ".git" | ".hg" | ".jj" | ".svn")
}

/// Whether a directory is generated or vendored.
pub(super) fn is_generated(directory: &Path, name: &str) -> bool {
    GENERATED.contains(&name)
        || GENERATED_WITH
            .iter()
            .any(|(known, beside)| *known == name && beside.iter().any(|file| is_there(directory, file)))
        || MARKERS.iter().any(|marker| is_there(directory, marker))
}

fn is_there(directory: &Path, file: &str) -> bool {
    match file.strip_prefix("../") {
        Some(file) => directory.with_file_name(file).exists(),
        None => directory.join(file).exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::GENERATED;

    #[test]
    fn the_list_is_sorted() {
        assert!(GENERATED.is_sorted());
    }
}
