//! Data flows one way: a room imports only what lies before it.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each room may import. A room that is missing here fails the test.
const ROOMS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("finding", &["source"]),
    ("diagnostic", &["source", "finding"]),
    ("syntax", &["source", "diagnostic"]),
    ("embedded", &["source", "syntax"]),
    ("discover", &["source", "syntax"]),
    ("model", &["source", "finding", "diagnostic", "syntax", "embedded", "discover"]),
    ("rules", &["source", "finding", "diagnostic", "syntax", "embedded", "model"]),
    ("fix", &["source", "finding", "syntax", "model", "rules"]),
    ("standard", &["source", "finding", "diagnostic", "syntax", "embedded", "model", "rules"]),
    ("triage", &["source", "finding", "diagnostic"]),
    ("config", &["source", "finding", "diagnostic", "syntax", "rules", "standard", "triage"]),
    (
        "engine",
        &["source", "finding", "diagnostic", "discover", "model", "rules", "fix", "standard", "triage", "config"],
    ),
    ("report", &["source", "finding", "diagnostic"]),
    ("reference", &["source", "finding", "diagnostic", "model", "rules", "standard", "engine", "report"]),
    (
        "cli",
        &[
            "source",
            "finding",
            "diagnostic",
            "syntax",
            "discover",
            "model",
            "rules",
            "standard",
            "triage",
            "config",
            "engine",
            "report",
            "reference",
        ],
    ),
];

fn rust_files(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

fn room_of(path: &Path) -> String {
    let first = path.strip_prefix("src").unwrap().components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a file names with `crate::room`, macros left out.
fn imports(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in text.split("crate::").skip(1) {
        let heads: Vec<&str> = match part.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or("").split(',').collect(),
            None => vec![part],
        };
        for head in heads {
            let name: String = head.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                out.push(name);
            }
        }
    }
    out
}

#[test]
fn no_room_imports_from_a_later_one() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    assert!(files.len() > 50, "the sources are found");
    let mut wrong = Vec::new();
    for path in files {
        let room = room_of(&path);
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(allowed) = allowed.get(room.as_str()) else {
            wrong.push(format!("{}: the room `{room}` is not in the table", path.display()));
            continue;
        };
        for import in imports(&std::fs::read_to_string(&path).unwrap()) {
            let known = ROOMS.iter().any(|(name, _)| *name == import);
            if known && import != room && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: `{room}` imports `{import}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
