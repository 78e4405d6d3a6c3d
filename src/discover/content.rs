//! What the text of a file shows it to be, whatever its name.

use super::api_version::is_of_objects;
use super::classify::{ArtifactKind, is_canonical_compose, is_compose_override};
use crate::source::FileId;
use crate::syntax::yaml::{NodeRef, Shape, Tree};

/// Top-level keys of a compose file (Compose Specification).
const COMPOSE_KEYS: &[&str] =
    &["version", "name", "include", "services", "networks", "volumes", "configs", "secrets", "models"];

/// `apiVersion`s of atonix.yaml; the format was renamed after its first publication.
const ATONIX_VERSIONS: &[&str] = &["atonixcorp.com/v1", "atonix.io/v1"];

/// Top-level keys that every atonix.yaml has.
const ATONIX_KEYS: &[&str] = &["apiVersion", "kind", "metadata", "service"];

/// A line that starts with `FROM`; a Python import is none.
pub(super) fn has_from(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("from"))
            && line.get(4..).is_some_and(|rest| rest.starts_with([' ', '\t']) && !rest.contains(" import "))
    })
}

pub(super) fn json(text: &str) -> ArtifactKind {
    if !text.contains("\"apiVersion\"") || !text.contains("\"kind\"") {
        return ArtifactKind::Other;
    }
    let tree = Tree::parse(FileId(0), text);
    let is_object = tree.documents().any(|root| {
        let word = |key| root.get(key).and_then(NodeRef::text);
        word("apiVersion").is_some_and(is_of_objects) && word("kind").is_some()
    });
    if is_object { ArtifactKind::Kubernetes } else { ArtifactKind::Other }
}

/// The top-level keys of one document, by its lines alone.
#[derive(Default)]
struct Sketch<'t> {
    /// Column of the first key; all of them stand there.
    indent: Option<usize>,
    api_version: Option<&'t str>,
    kind: Option<&'t str>,
    keys: Vec<&'t str>,
}

impl<'t> Sketch<'t> {
    fn take(&mut self, line: &'t str) {
        let body = line.trim_start();
        if body.is_empty() || body.starts_with('#') || body.starts_with('%') {
            return;
        }
        let indent = line.len() - body.len();
        if indent != *self.indent.get_or_insert(indent) {
            return;
        }
        let Some((key, value)) = body.split_once(':') else { return };
        let value = value.split(" #").next().unwrap_or("").trim().trim_matches(['"', '\'']);
        let key = key.trim_end().trim_matches(['"', '\'']);
        match key {
            "apiVersion" => self.api_version = Some(value),
            "kind" => self.kind = Some(value),
            _ => {}
        }
        self.keys.push(key);
    }

    fn has(&self, key: &str) -> bool {
        self.keys.contains(&key)
    }

    /// Whether there is anything but comments.
    fn any(&self) -> bool {
        self.indent.is_some()
    }

    fn is_kubernetes(&self) -> bool {
        self.api_version.is_some_and(is_of_objects) && self.kind.is_some_and(|kind| !kind.is_empty())
    }
}

/// One for each document of a text in block style.
fn sketches(text: &str) -> Vec<Sketch<'_>> {
    let mut sketches = vec![Sketch::default()];
    for line in text.lines() {
        if line == "---" || line.starts_with("--- ") {
            sketches.push(Sketch::default());
        } else if let Some(sketch) = sketches.last_mut() {
            sketch.take(line);
        }
    }
    sketches
}

/// Whether a file has keys and none that atonix.yaml demands, such as a configuration of a tool of the same name.
pub(super) fn is_other_format(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let sketches = sketches(text);
    !text.trim_start().starts_with('{')
        && sketches.iter().any(|sketch| !sketch.keys.is_empty())
        && !sketches.iter().any(|sketch| ATONIX_KEYS.iter().any(|key| sketch.has(key)))
}

pub(super) fn yaml(name: &str, text: &str) -> ArtifactKind {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        return json(text);
    }
    let sketches = sketches(text);
    let is_atonix = |sketch: &Sketch<'_>| {
        sketch.kind == Some("Service") && sketch.api_version.is_some_and(|version| ATONIX_VERSIONS.contains(&version))
    };
    if sketches.iter().any(is_atonix) {
        return ArtifactKind::Atonix;
    }
    if sketches.iter().any(Sketch::is_kubernetes) {
        let kustomize = |sketch: &Sketch<'_>| {
            sketch.api_version.is_some_and(|version| version.starts_with("kustomize.config.k8s.io/"))
        };
        let only = sketches.iter().filter(|sketch| sketch.any()).all(kustomize);
        return if only { ArtifactKind::Kustomization } else { ArtifactKind::Kubernetes };
    }
    let named = name.to_ascii_lowercase().contains("compose");
    let empty = sketches.iter().all(|sketch| !sketch.any());
    if is_canonical_compose(name) && (empty || sketches.iter().any(declares) || is_compose_1(text)) {
        return ArtifactKind::Compose;
    }
    if is_compose_override(name) && sketches.iter().any(declares) {
        return ArtifactKind::Compose;
    }
    if sketches.iter().any(|sketch| sketch.has("services") || (named && sketch.has("include")))
        && is_compose(text, named)
    {
        return ArtifactKind::Compose;
    }
    ArtifactKind::Other
}

/// Whether a document that bears compose's own name has a section of a compose file, be it without services.
fn declares(sketch: &Sketch<'_>) -> bool {
    ["services", "include", "networks", "volumes", "secrets", "configs"].iter().any(|section| sketch.has(section))
}

/// Whether the first document has nothing but services at its top level, as compose files of version 1 had.
fn is_compose_1(text: &str) -> bool {
    let tree = Tree::parse(FileId(0), text);
    tree.documents()
        .next()
        .is_some_and(|root| root.shape() == Shape::Mapping && root.entries().all(|entry| runs(entry.value)))
}

/// Whether a compose service says what it runs.
fn runs(service: NodeRef<'_>) -> bool {
    service.get("image").or(service.get("build")).is_some()
}

/// Whether the first document is a compose file. One whose name does not say so must have nothing but compose's keys
/// and a service with an image or a build, since many formats have `services:`.
fn is_compose(text: &str, named: bool) -> bool {
    let tree = Tree::parse(FileId(0), text);
    let Some(root) = tree.documents().next() else { return named };
    let Some(services) = root.get("services") else { return named && root.get("include").is_some() };
    let is_mapping = services.shape() == Shape::Mapping;
    if named {
        return is_mapping || services.is_null();
    }
    let known = root.entries().all(|entry| COMPOSE_KEYS.contains(&entry.key) || entry.key.starts_with("x-"));
    is_mapping && known && services.entries().any(|entry| runs(entry.value))
}
