//! `go.mod` (Go Modules Reference, "go.mod files") and `Cargo.toml` (The Cargo Book, "The Manifest Format").

use super::constraint;
use super::python::Draft;
use super::requirement::Home;
use super::{Group, Pinned};
use crate::model::value::Field;
use crate::source::{Place, Span};
use crate::syntax::toml::Toml;

/// Reads a `go.mod`.
pub(super) fn go_mod(text: &str, home: &Home) -> Draft {
    let mut draft = Draft::new(Place::whole(home.file));
    let mut start = 0;
    let mut in_require = false;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let body = line.split("//").next().unwrap_or("").trim();
        let words: Vec<&str> = body.split_whitespace().collect();
        let span = |word: &str| {
            let from = at + line.find(word).unwrap_or(0);
            Span::new(from, from + word.len())
        };
        let required = match words.as_slice() {
            ["require", "("] => {
                in_require = true;
                continue;
            }
            [")"] => {
                in_require = false;
                continue;
            }
            ["go", version] => {
                let place = Place { file: home.file, span: span(version) };
                draft.runtime = Field::known(format!(">={version}"), place);
                continue;
            }
            ["require", name, version] => Some((*name, *version)),
            [name, version] if in_require => Some((*name, *version)),
            _ => None,
        };
        if let Some((name, version)) = required {
            let constraint = Field::known(version.to_owned(), Place { file: home.file, span: span(version) });
            draft.packages.push(home.package(name.to_owned(), constraint, Pinned::Exact, Group::Main, span(name)));
        }
    }
    draft
}

/// Reads a `Cargo.toml`.
pub(super) fn cargo(toml: &Toml, home: &Home) -> Draft {
    let mut draft = Draft::new(Place::whole(home.file));
    let groups = [
        (toml.get("dependencies"), Group::Main),
        (toml.get("dev-dependencies"), Group::Dev),
        (toml.get("build-dependencies"), Group::Dev),
        (toml.at(&["workspace", "dependencies"]), Group::Main),
    ];
    for (table, group) in groups {
        for (name, value) in table.map_or(&[][..], Toml::entries) {
            let version = value.get("version").unwrap_or(value);
            let at = Place { file: home.file, span: version.span() };
            let (constraint, pinned) = match version {
                Toml::Text(text) => (Field::known(text.value.clone(), at), constraint::cargo(&text.value)),
                _ => (Field::Absent(at), Pinned::Elsewhere),
            };
            let package = value.get("package").and_then(Toml::text).unwrap_or(&name.value).to_owned();
            draft.packages.push(home.package(package, constraint, pinned, group, name.span));
        }
    }
    if let Some(Toml::Text(text)) = toml.at(&["package", "rust-version"]) {
        draft.runtime = Field::known(format!(">={}", text.value), Place { file: home.file, span: text.span });
    }
    draft
}
