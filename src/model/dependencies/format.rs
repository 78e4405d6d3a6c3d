//! What manifest a file is by its name, and what belongs to each format.

use super::{Ecosystem, Format, Group};

/// What a file is by its name.
pub(super) fn format_of(path: &str) -> Option<Format> {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    Some(match name {
        "pyproject.toml" => Format::Pyproject,
        "setup.cfg" => Format::SetupCfg,
        "setup.py" => Format::SetupPy,
        "Pipfile" => Format::Pipfile,
        "package.json" => Format::PackageJson,
        "go.mod" => Format::GoMod,
        "Cargo.toml" => Format::Cargo,
        _ => {
            let stem = name.strip_suffix(".txt")?;
            // They need nothing, and are read with what they hold (pip, "Constraints Files").
            if stem.contains("constraint") {
                return None;
            }
            let in_directory = directory.rsplit('/').next() == Some("requirements");
            let named = stem.starts_with("requirements") || stem.ends_with("requirements");
            return (in_directory || named).then_some(Format::Requirements);
        }
    })
}

/// Whose packages a format declares.
pub(super) fn ecosystem_of(format: Format) -> Ecosystem {
    match format {
        Format::Requirements | Format::Pyproject | Format::SetupCfg | Format::SetupPy | Format::Pipfile => {
            Ecosystem::Python
        }
        Format::PackageJson => Ecosystem::Node,
        Format::GoMod => Ecosystem::Go,
        Format::Cargo => Ecosystem::Rust,
    }
}

/// Lock files of an ecosystem, in the directory of a manifest or above.
pub(super) fn lockfiles(format: Format) -> &'static [&'static str] {
    match format {
        Format::Pyproject | Format::SetupCfg | Format::SetupPy => {
            &["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"]
        }
        Format::Pipfile => &["Pipfile.lock"],
        Format::PackageJson => {
            &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"]
        }
        Format::GoMod => &["go.sum"],
        Format::Cargo => &["Cargo.lock"],
        Format::Requirements => &[],
    }
}

/// When the packages of a requirements file are needed, by its name.
pub(super) fn requirements_group(path: &str) -> Group {
    let name = path.rsplit('/').next().unwrap_or(path);
    let words = [
        "dev", "test", "tests", "testing", "lint", "docs", "doc", "ci", "build", "local", "type", "types", "typing",
        "style", "qa",
    ];
    let is_dev = name.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|part| words.contains(&part));
    if is_dev { Group::Dev } else { Group::Main }
}
