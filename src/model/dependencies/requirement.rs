//! `requirements.txt` (pip, "Requirements File Format") and the requirements in it (PEP 508).

use super::constraint;
use super::{Ecosystem, Group, Package, Pinned};
use crate::model::schema::PathText;
use crate::model::value::Field;
use crate::source::{FileId, Place, Span};

/// A name as all its spellings share it (PEP 503, "Normalized Names").
pub(super) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&part.to_lowercase());
    }
    out
}

/// What a list of requirements holds.
#[derive(Debug, Default)]
pub(super) struct Requirements {
    pub(super) packages: Vec<Package>,
    /// Files that `-c` names, as written.
    pub(super) constraints: Vec<String>,
    /// Files that `-r` names, as written.
    pub(super) included: Vec<String>,
}

/// What all packages of a manifest have in common.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) file: FileId,
    pub(super) path: String,
    pub(super) ecosystem: Ecosystem,
    pub(super) is_test_data: bool,
    pub(super) is_of_service: bool,
}

impl Home {
    /// A package; whether there is a lock file is found out later.
    pub(super) fn package(
        &self,
        name: String,
        constraint: Field<String>,
        pinned: Pinned,
        group: Group,
        span: Span,
    ) -> Package {
        Package {
            at: Place { file: self.file, span },
            name,
            constraint,
            pinned,
            group,
            ecosystem: self.ecosystem,
            manifest: PathText(self.path.clone()),
            has_lockfile: false,
            is_test_data: self.is_test_data,
            is_of_service: self.is_of_service,
        }
    }
}

/// One requirement; `span` is that of the whole text. `None` where no name starts it.
pub(super) fn requirement(text: &str, span: Span, group: Group, home: &Home) -> Option<Package> {
    let text = text.split(" #").next().unwrap_or(text);
    let (text, is_hashed) = match text.find(" --") {
        Some(options) => (text.get(..options).unwrap_or(text), text.contains("--hash=")),
        None => (text, false),
    };
    let text = text.split(';').next().unwrap_or(text).trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c: char| !is_name(c)).unwrap_or(text.len());
    let name = text.get(..end).filter(|name| name.starts_with(|c: char| c.is_ascii_alphanumeric()))?;
    let mut rest = text.get(end..).unwrap_or("").trim_start();
    if let Some(extras) = rest.strip_prefix('[') {
        rest = extras.split_once(']').map_or("", |(_, rest)| rest).trim_start();
    }
    let at = Place { file: home.file, span };
    if rest.starts_with('@') {
        return Some(home.package(normal(name), Field::Absent(at), Pinned::Elsewhere, group, span));
    }
    // A path, or an option that is written without its hyphens.
    if !rest.is_empty() && !rest.starts_with(['=', '<', '>', '!', '~', '(']) {
        return None;
    }
    let rest = rest.trim_start_matches('(').trim_end_matches(')').trim();
    let pinned = if is_hashed { Pinned::Exact } else { constraint::python(rest) };
    let constraint = if rest.is_empty() { Field::Absent(at) } else { Field::known(rest.to_owned(), at) };
    Some(home.package(normal(name), constraint, pinned, group, span))
}

/// Reads a requirements file. A line that goes on with `\` is one line.
pub(super) fn requirements(text: &str, group: Group, home: &Home) -> Requirements {
    let mut out = Requirements::default();
    let mut logical = String::new();
    let (mut start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        if logical.is_empty() {
            start = offset;
        }
        offset += line.len();
        let body = line.trim_end();
        if let Some(body) = body.strip_suffix('\\') {
            logical.push_str(body);
            logical.push(' ');
            continue;
        }
        logical.push_str(body);
        take_line(&logical, start, text, group, home, &mut out);
        logical.clear();
    }
    take_line(&logical, start, text, group, home, &mut out);
    out
}

fn take_line(line: &str, start: usize, text: &str, group: Group, home: &Home, out: &mut Requirements) {
    let body = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if body.is_empty() || body.starts_with('#') {
        return;
    }
    let option = |short: &str, long: &str| {
        let rest =
            body.strip_prefix(long).map(|rest| rest.trim_start_matches('=')).or_else(|| body.strip_prefix(short));
        rest.map(str::trim).filter(|rest| !rest.is_empty()).map(str::to_owned)
    };
    if body.starts_with('-') {
        out.constraints.extend(option("-c", "--constraint"));
        out.included.extend(option("-r", "--requirement"));
        return;
    }
    let lead = line.find(body).unwrap_or(0);
    // The first written line of it is enough to point at.
    let first = text.get(start + lead..).unwrap_or("").lines().next().unwrap_or("");
    let shown = first.split(" #").next().unwrap_or(first).trim_end().trim_end_matches('\\').trim_end();
    let span = Span::new(start + lead, start + lead + shown.len());
    // An address alone; behind `name @` it is part of a requirement.
    if body.split_once("://").is_some_and(|(before, _)| !before.contains([' ', '@'])) {
        let egg = body.split_once("#egg=").map(|(_, egg)| egg.split(['&', '[', ' ']).next().unwrap_or(""));
        if let Some(egg) = egg.filter(|egg| !egg.is_empty()) {
            let at = Place { file: home.file, span };
            out.packages.push(home.package(normal(egg), Field::Absent(at), Pinned::Elsewhere, group, span));
        }
        return;
    }
    out.packages.extend(requirement(body, span, group, home));
}
