//! `pyproject.toml` (PEP 621, PEP 735, poetry, PDM, uv), `setup.cfg` and `Pipfile`.

use super::constraint;
use super::requirement::{Home, normal, requirement};
use super::{Group, Package, Pinned, Script};
use crate::model::value::Field;
use crate::source::{Place, Span};
use crate::syntax::ini::Section;
use crate::syntax::toml::Toml;

/// What a manifest says, before it is known which files stand beside it.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) packages: Vec<Package>,
    pub(super) scripts: Vec<Script>,
    pub(super) runtime: Field<String>,
    /// Whether the packages are taken from another file.
    pub(super) is_dynamic: bool,
    /// The files that they are taken from, as the manifest names them.
    pub(super) listed_in: Vec<String>,
    /// Why packages cannot be seen.
    pub(super) unseen: Option<&'static str>,
    /// Whether it is about a package at all; a `pyproject.toml` may hold settings of tools alone.
    pub(super) is_manifest: bool,
}

impl Draft {
    pub(super) fn new(at: Place) -> Self {
        Self {
            packages: Vec::new(),
            scripts: Vec::new(),
            runtime: Field::Absent(at),
            is_dynamic: false,
            listed_in: Vec::new(),
            unseen: None,
            is_manifest: true,
        }
    }
}

/// Groups that are for development by their name.
pub(super) fn group_of(name: &str) -> Group {
    let words =
        ["dev", "test", "lint", "doc", "typing", "format", "ci", "build", "local", "check", "type", "style", "qa"];
    let lower = name.to_lowercase();
    let is_dev =
        lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| words.iter().any(|word| part.starts_with(word)));
    if is_dev { Group::Dev } else { Group::Optional }
}

/// Reads a `pyproject.toml`.
pub(super) fn pyproject(toml: &Toml, home: &Home) -> Draft {
    let at = Place::whole(home.file);
    let mut draft = Draft::new(at);
    let place = |span: Span| Place { file: home.file, span };
    let mut strings = |list: Option<&Toml>, group: Group| {
        for item in list.map_or(&[][..], Toml::items) {
            if let Toml::Text(text) = item {
                draft.packages.extend(requirement(&text.value, text.span, group, home));
            }
        }
    };
    let project = toml.get("project");
    strings(toml.at(&["project", "dependencies"]), Group::Main);
    for (name, list) in toml.at(&["project", "optional-dependencies"]).map_or(&[][..], Toml::entries) {
        strings(Some(list), group_of(&name.value));
    }
    for table in [toml.get("dependency-groups"), toml.at(&["tool", "pdm", "dev-dependencies"])].into_iter().flatten() {
        for (_, list) in table.entries() {
            strings(Some(list), Group::Dev);
        }
    }
    strings(toml.at(&["tool", "uv", "dev-dependencies"]), Group::Dev);
    let poetry = toml.at(&["tool", "poetry"]);
    if let Some(poetry) = poetry {
        poetry_packages(poetry.get("dependencies"), Group::Main, home, &mut draft.packages);
        poetry_packages(poetry.get("dev-dependencies"), Group::Dev, home, &mut draft.packages);
        for (name, group) in poetry.get("group").map_or(&[][..], Toml::entries) {
            let kind = if name.value == "main" { Group::Main } else { Group::Dev };
            poetry_packages(group.get("dependencies"), kind, home, &mut draft.packages);
        }
    }
    let runtime = toml.at(&["project", "requires-python"]).or(toml.at(&["tool", "poetry", "dependencies", "python"]));
    if let Some(Toml::Text(text)) = runtime {
        draft.runtime = Field::known(text.value.clone(), place(text.span));
    }
    if project.is_none() && poetry.is_none() && toml.at(&["tool", "uv", "workspace"]).is_some() {
        draft.runtime = Field::unresolved("the workspace", "its members say it", at);
    }
    let dynamic = toml.at(&["project", "dynamic"]).map_or(&[][..], Toml::items);
    draft.is_dynamic = dynamic.iter().any(|item| item.text() == Some("dependencies"));
    if draft.is_dynamic {
        draft.unseen = Some("the packages are listed in another file");
        let files = toml.at(&["tool", "setuptools", "dynamic", "dependencies", "file"]);
        // One name, or a list of them (setuptools, "Dynamic Metadata").
        let names = files
            .into_iter()
            .flat_map(|files| files.text().into_iter().chain(files.items().iter().filter_map(Toml::text)));
        draft.listed_in = names.map(str::to_owned).collect();
    }
    for scripts in [
        toml.at(&["project", "scripts"]),
        toml.at(&["tool", "poetry", "scripts"]),
        toml.at(&["tool", "pdm", "scripts"]),
    ] {
        for (name, value) in scripts.map_or(&[][..], Toml::entries) {
            let command = value.text().unwrap_or("").to_owned();
            draft.scripts.push(Script { at: place(name.span), name: name.value.clone(), command });
        }
    }
    draft.is_manifest = project.is_some() || poetry.is_some() || !draft.packages.is_empty();
    draft
}

/// Packages as poetry and Pipfile write them: a version, or a table.
fn poetry_packages(table: Option<&Toml>, group: Group, home: &Home, out: &mut Vec<Package>) {
    for (name, value) in table.map_or(&[][..], Toml::entries) {
        if name.value.eq_ignore_ascii_case("python") {
            continue;
        }
        let version = value.get("version").unwrap_or(value);
        let at = Place { file: home.file, span: version.span() };
        let (constraint, pinned) = match version {
            Toml::Text(text) => (Field::known(text.value.clone(), at), constraint::poetry(&text.value)),
            Toml::Table(..) => (Field::Absent(at), Pinned::Elsewhere),
            _ => (Field::Absent(at), Pinned::Range),
        };
        let optional = value.get("optional").and_then(Toml::text) == Some("true");
        let group = if optional && group == Group::Main { Group::Optional } else { group };
        out.push(home.package(normal(&name.value), constraint, pinned, group, name.span));
    }
}

/// Reads a `Pipfile`.
pub(super) fn pipfile(toml: &Toml, home: &Home) -> Draft {
    let mut draft = Draft::new(Place::whole(home.file));
    poetry_packages(toml.get("packages"), Group::Main, home, &mut draft.packages);
    poetry_packages(toml.get("dev-packages"), Group::Dev, home, &mut draft.packages);
    if let Some(Toml::Text(text)) = toml.at(&["requires", "python_version"]) {
        draft.runtime = Field::known(format!("=={}.*", text.value), Place { file: home.file, span: text.span });
    }
    draft
}

/// Reads a `setup.cfg` (setuptools, "Configuring setuptools using setup.cfg files").
pub(super) fn setup_cfg(sections: &[Section], home: &Home) -> Draft {
    let mut draft = Draft::new(Place::whole(home.file));
    let section = |name: &str| sections.iter().find(|section| section.name.value == name);
    let options = section("options");
    draft.is_manifest = options.is_some();
    if let Some(entry) = options.and_then(|options| options.get("install_requires")) {
        draft.is_dynamic = entry.text().starts_with("file:");
        for line in &entry.lines {
            draft.packages.extend(requirement(&line.value, line.span, Group::Main, home));
        }
    }
    for entry in section("options.extras_require").into_iter().flat_map(|section| &section.entries) {
        for line in &entry.lines {
            draft.packages.extend(requirement(&line.value, line.span, group_of(&entry.key.value), home));
        }
    }
    if let Some(line) = options.and_then(|options| options.get("python_requires")).and_then(|entry| entry.lines.first())
    {
        draft.runtime = Field::known(line.value.clone(), Place { file: home.file, span: line.span });
    }
    draft
}
