//! What a service is made of: its manifests, the packages they declare, and the tools that they configure.

mod constraint;
mod format;
mod jest;
mod library;
mod node;
mod other;
mod python;
mod requirement;
mod runtime;
mod settings;
#[cfg(test)]
mod tests;

use super::schema::PathText;
use super::value::{Field, List};
use crate::{model, words};

pub use library::{Dependencies, Manifests, ManifestsAbove, PackageGaps, RuntimeGaps, ToolSettings, Tools};

words! {
    /// Whose packages a manifest declares.
    pub enum Ecosystem {
        /// Packages for Python.
        Python = "python",
        /// Packages of npm.
        Node = "node",
        /// Modules of Go.
        Go = "go",
        /// Crates.
        Rust = "rust",
    }
}

words! {
    /// The format of a manifest.
    pub enum Format {
        /// `requirements.txt` and its like.
        Requirements = "requirements",
        /// `pyproject.toml`.
        Pyproject = "pyproject",
        /// `setup.cfg`.
        SetupCfg = "setup.cfg",
        /// `setup.py`, which is a program and not read.
        SetupPy = "setup.py",
        /// `Pipfile`.
        Pipfile = "pipfile",
        /// `package.json`.
        PackageJson = "package.json",
        /// `go.mod`.
        GoMod = "go.mod",
        /// `Cargo.toml`.
        Cargo = "cargo",
    }
}

words! {
    /// How far a constraint decides which version is taken.
    pub enum Pinned {
        /// One version.
        Exact = "exact",
        /// Several versions.
        Range = "range",
        /// Any version.
        None = "none",
        /// Something else says: a path, a commit, a hash, the workspace.
        Elsewhere = "elsewhere",
    }
}

words! {
    /// When a package is needed.
    pub enum Group {
        /// When the service runs.
        Main = "main",
        /// For an extra that whoever installs it may ask for.
        Optional = "optional",
        /// When the service is developed, tested or built.
        Dev = "dev",
    }
}

model! {
    /// A package that a manifest declares.
    pub struct Package as "dependency.package" {
        /// Its name; for Python in the form that all spellings share (PEP 503).
        name: String,
        /// Which versions may be taken, as written.
        constraint: Field<String>,
        /// How far that decides which version is taken.
        pinned: Pinned,
        /// When it is needed.
        group: Group,
        /// The ecosystem of its manifest.
        ecosystem: Ecosystem,
        /// Path of its manifest, relative to the root of the run.
        manifest: PathText,
        /// Whether a lock file holds the versions that are taken.
        has_lockfile: bool,
        /// Whether its manifest stands among tests, examples or fixtures.
        is_test_data: bool,
        /// Whether its manifest is that of something that is built, and not of a script beside it.
        is_of_service: bool,
    }
    label(package) { package.name.clone() }
}

model! {
    /// A command that a manifest gives a name.
    pub struct Script as "dependency.script" {
        /// Its name.
        name: String,
        /// The command.
        command: String,
    }
    label(script) { script.name.clone() }
}

model! {
    /// A file that declares packages.
    pub struct Manifest as "dependency.manifest" {
        /// Path, relative to the root of the run.
        path: PathText,
        /// Path, relative to the service's root.
        local_path: PathText,
        /// Its directory, relative to the root of the run; absent for that itself.
        directory: Field<String>,
        /// Last part of the path.
        name: String,
        /// Its format.
        format: Format,
        /// Whose packages it declares.
        ecosystem: Ecosystem,
        /// Whether it stands among tests, examples or fixtures.
        is_test_data: bool,
        /// Whether it is the manifest of something that is built: it stands in the root of a service, or in its
        /// `requirements`.
        is_of_service: bool,
        /// The packages it declares.
        packages: List<Package>,
        /// The names of the packages that are needed when the service runs.
        runtime_packages: List<Field<String>>,
        /// Commands that it gives names.
        scripts: List<Script>,
        /// Which versions of the language it takes: `requires-python`, `engines.node`, `go`, `rust-version`.
        runtime: Field<String>,
        /// The lock file of its packages.
        lockfile: Field<PathText>,
        /// Whether it takes its packages from another file.
        is_dynamic: bool,
    }
    with {
        /// Files whose packages are its own too, as it names them.
        listed_in: Vec<String>,
    }
    label(manifest) { manifest.path.0.clone() }
}

model! {
    /// A tool for development, and where it says so: a package, its configuration, or a hook of pre-commit.
    pub struct Tool as "dependency.tool" {
        /// Its name.
        name: String,
    }
    label(tool) { tool.name.clone() }
}

model! {
    /// A file of the repository that a setting names.
    pub struct NamedFile as "dependency.named_file" {
        /// Its path, as written.
        path: String,
        /// Whether it is there.
        is_there: bool,
    }
    label(file) { file.path.clone() }
}

model! {
    /// A setting of a tool, from its own file or its part of a shared one.
    pub struct ToolSetting as "dependency.setting" {
        /// The tool: `pytest`, `coverage`, `jest`.
        tool: String,
        /// The name of the setting, with `.` between its parts.
        key: String,
        /// Its value, or the elements of it.
        values: List<Field<String>>,
        /// Its value as a number.
        number: Field<f64>,
        /// The files of the repository that it names; of jest's set-up only.
        files: List<NamedFile>,
    }
    label(setting) { format!("{}.{}", setting.tool, setting.key) }
}

model! {
    /// An image whose version of a language is not one that a manifest takes.
    pub struct RuntimeGap as "dependency.runtime_gap" {
        /// The language.
        language: String,
        /// The version in the image.
        image: Field<String>,
        /// The versions that the manifest takes.
        manifest: Field<String>,
    }
    label(gap) { gap.language.clone() }
}

model! {
    /// A package that one file declares for Python and another does not, or does differently.
    pub struct PackageGap as "dependency.gap" {
        /// Its name.
        name: String,
        /// The constraint in `pyproject.toml`.
        pyproject: Field<String>,
        /// The constraint in `requirements.txt`; absent where it is not there.
        requirements: Field<String>,
    }
    label(gap) { gap.name.clone() }
}
