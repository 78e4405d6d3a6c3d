//! What kind of artifact a file is: a guess by its name, decided by its content.

use std::collections::BTreeSet;

use super::api_version::is_of_objects;
use crate::source::{EntryKind, FileId, Sources};
use crate::syntax::yaml::{NodeRef, Shape, Tree};

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ArtifactKind {
    /// A Dockerfile, under any of its names.
    Dockerfile,
    /// A compose file.
    Compose,
    /// `atonix.yaml`, or the same content under another name.
    Atonix,
    /// A file with Kubernetes objects.
    Kubernetes,
    /// A kustomization.
    Kustomization,
    /// A template of a Helm chart; what it renders to is judged.
    HelmTemplate,
    /// `Chart.yaml`.
    HelmChart,
    /// `.env`, `.env.production`, `web.env`; samples are not among them.
    Env,
    /// `.env.example`, `env.sample`: which variables there are, without their values.
    EnvSample,
    /// `.dockerignore` or `<Dockerfile>.dockerignore`.
    DockerIgnore,
    /// A private key in PEM form.
    PrivateKey,
    /// Anything else.
    Other,
}

/// What has to be read to tell what a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing: it is no artifact.
    Nothing,
    /// Its first bytes, and the rest if they look promising.
    Peek,
    /// Its text, which may turn out to be anything.
    Sniff,
    /// Its text; the name alone says that it is an artifact.
    Text,
}

/// Endings of files that are made into a Dockerfile, or tell about one.
const NOT_DOCKERFILES: &[&str] = &[
    "adoc",
    "bak",
    "diff",
    "dockerignore",
    "erb",
    "go",
    "hbs",
    "html",
    "j2",
    "java",
    "jinja",
    "jinja2",
    "js",
    "json",
    "lock",
    "md",
    "mustache",
    "orig",
    "patch",
    "png",
    "py",
    "rb",
    "rej",
    "rs",
    "rst",
    "sh",
    "svg",
    "swp",
    "template",
    "tmpl",
    "toml",
    "tpl",
    "ts",
    "yaml",
    "yml",
];

/// What the names of files have that show which variables a `.env` has, without their values.
const ENV_SAMPLES: &[&str] =
    &["default", "defaults", "dist", "example", "examples", "sample", "template", "tmpl", "tpl"];

/// Top-level keys of a compose file (Compose Specification).
const COMPOSE_KEYS: &[&str] =
    &["version", "name", "include", "services", "networks", "volumes", "configs", "secrets", "models"];

/// `apiVersion`s of atonix.yaml; the format was renamed after its first publication.
const ATONIX_VERSIONS: &[&str] = &["atonixcorp.com/v1", "atonix.io/v1"];

/// Top-level keys that every atonix.yaml has.
const ATONIX_KEYS: &[&str] = &["apiVersion", "kind", "metadata", "service"];

/// Tells what files are. Knows the charts of the run, since a template is one only beside a `Chart.yaml`.
#[derive(Debug, Default)]
pub struct Classifier {
    charts: BTreeSet<String>,
}

impl Classifier {
    /// Takes note of the charts.
    #[must_use]
    pub fn new(sources: &Sources) -> Self {
        let charts = sources
            .iter()
            .filter(|(_, file)| file.kind == EntryKind::File && name_of(&file.path) == "Chart.yaml")
            .map(|(_, file)| parent_of(&file.path).to_owned())
            .collect();
        Self { charts }
    }

    /// What has to be read to tell what the entry is.
    #[must_use]
    pub fn need(&self, path: &str, kind: EntryKind) -> Need {
        let name = name_of(path);
        if kind == EntryKind::Directory {
            let misplaced = matches!(name, "Dockerfile" | "atonix.yaml") || is_canonical_compose(name);
            return if misplaced { Need::Text } else { Need::Nothing };
        }
        if is_exact_dockerfile(name) || name == "atonix.yaml" || is_canonical_compose(name) || is_env(name) {
            return Need::Text;
        }
        if name.ends_with(".dockerignore") || is_kustomization(name) || name == "Chart.yaml" {
            return Need::Text;
        }
        match extension_of(name) {
            // Read when a rule asks for workflows.
            Some("yaml" | "yml") if is_workflow(path) => Need::Nothing,
            Some("yaml" | "yml") => Need::Sniff,
            Some("json" | "tpl") if self.in_templates(path) => Need::Sniff,
            Some("json") if !is_known_json(name) => Need::Peek,
            _ if is_like_key(name) => Need::Peek,
            _ if is_like_dockerfile(name) || is_env_sample(name) => Need::Sniff,
            _ => Need::Nothing,
        }
    }

    /// Whether the first bytes of a JSON file may be those of a manifest, or those of a key file those of a private one.
    #[must_use]
    pub fn is_worth_reading(&self, start: &str) -> bool {
        start.contains("\"apiVersion\"") || start.contains("\"kind\"") || start.contains(PRIVATE_KEY)
    }

    /// What the file is.
    #[must_use]
    pub fn classify(&self, path: &str, text: &str) -> ArtifactKind {
        let name = name_of(path);
        if name.ends_with(".dockerignore") {
            return ArtifactKind::DockerIgnore;
        }
        if is_exact_dockerfile(name) || (is_like_dockerfile(name) && has_from(text)) {
            return ArtifactKind::Dockerfile;
        }
        if is_env_sample(name) {
            return ArtifactKind::EnvSample;
        }
        if is_env(name) {
            return ArtifactKind::Env;
        }
        match name {
            "atonix.yaml" if !is_other_format(text) => return ArtifactKind::Atonix,
            "Chart.yaml" => return ArtifactKind::HelmChart,
            _ if self.in_templates(path) => return ArtifactKind::HelmTemplate,
            _ if is_kustomization(name) => return ArtifactKind::Kustomization,
            _ => {}
        }
        match extension_of(name) {
            Some("json") => json(text),
            Some("yaml" | "yml") => yaml(name, text),
            _ if is_like_key(name) && text.contains(PRIVATE_KEY) => ArtifactKind::PrivateKey,
            _ => ArtifactKind::Other,
        }
    }

    fn in_templates(&self, path: &str) -> bool {
        path.match_indices("/templates/").any(|(at, _)| path.get(..at).is_some_and(|chart| self.charts.contains(chart)))
            || (path.starts_with("templates/") && self.charts.contains("."))
    }
}

/// The end of the line that opens a private key (RFC 7468, section 10; OpenSSH and PGP write it alike).
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// Names under which keys are kept; what is in them decides.
fn is_like_key(name: &str) -> bool {
    let known = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].contains(&name);
    known || matches!(extension_of(name), Some("pem" | "key" | "pk8" | "asc"))
}

/// Whether a path is that of a GitHub workflow: GitHub looks in one directory and not below it.
#[must_use]
pub fn is_workflow(path: &str) -> bool {
    path.strip_prefix(".github/workflows/")
        .is_some_and(|name| !name.contains('/') && matches!(extension_of(name), Some("yaml" | "yml")))
}

pub(super) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The directory of a path; `.` for one in the root.
pub(super) fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(parent, _)| parent)
}

fn extension_of(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}

fn is_exact_dockerfile(name: &str) -> bool {
    matches!(name, "Dockerfile" | "Containerfile")
}

fn is_like_dockerfile(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = ["dockerfile", "containerfile"].iter().any(|word| {
        lower.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_', '-']))
            || lower.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '_', '-']))
    });
    // A hidden one is for a tool of developers: `.gitpod.Dockerfile`.
    stem && !lower.starts_with('.')
        && !extension_of(&lower).is_some_and(|extension| NOT_DOCKERFILES.contains(&extension))
}

/// A line that starts with `FROM`; a Python import is none.
fn has_from(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("from"))
            && line.get(4..).is_some_and(|rest| rest.starts_with([' ', '\t']) && !rest.contains(" import "))
    })
}

/// The names that `docker compose` looks for by itself.
fn is_canonical_compose(name: &str) -> bool {
    matches!(name, "compose.yaml" | "compose.yml" | "docker-compose.yaml" | "docker-compose.yml")
}

fn is_kustomization(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

fn is_env(name: &str) -> bool {
    let named = name == ".env" || name.starts_with(".env.") || name.strip_suffix(".env").is_some_and(|s| !s.is_empty());
    named && !name.split('.').any(|part| ENV_SAMPLES.contains(&part))
}

/// Whether a name is that of a file of settings: `.env`, `api.env`, `.env.example` (Compose Specification, `env_file`).
#[must_use]
pub fn is_settings(name: &str) -> bool {
    name.split('.').any(|part| part == "env")
}

/// Whether a name is that of a file which shows the variables of a `.env` without their values: `.env.example`.
#[must_use]
pub fn is_env_sample(name: &str) -> bool {
    is_settings(name) && name.split(['.', '-', '_']).any(|part| ENV_SAMPLES.contains(&part))
}

fn is_known_json(name: &str) -> bool {
    name.starts_with("package")
        || name.starts_with("tsconfig")
        || name.ends_with("-lock.json")
        || name == "composer.json"
}

fn json(text: &str) -> ArtifactKind {
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
fn is_other_format(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let sketches = sketches(text);
    !text.trim_start().starts_with('{')
        && sketches.iter().any(|sketch| !sketch.keys.is_empty())
        && !sketches.iter().any(|sketch| ATONIX_KEYS.iter().any(|key| sketch.has(key)))
}

fn yaml(name: &str, text: &str) -> ArtifactKind {
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

#[cfg(test)]
mod tests {
    use super::ArtifactKind::{
        Atonix, Compose, Dockerfile, Env, EnvSample, HelmTemplate, Kubernetes, Kustomization, Other,
    };
    use super::{ArtifactKind, Classifier};

    fn kind(path: &str, text: &str) -> ArtifactKind {
        Classifier { charts: ["chart".to_owned()].into() }.classify(path, text)
    }

    #[test]
    fn dockerfiles_are_told_by_name_and_from_line() {
        let from = "# syntax=docker/dockerfile:1\nFROM alpine:3.20\n";
        for name in
            ["Dockerfile", "a/Dockerfile.prod", "Dockerfile_1", "api.Dockerfile", "web.dockerfile", "Containerfile.dev"]
        {
            assert_eq!(kind(name, from), Dockerfile, "{name}");
        }
        assert_eq!(kind(".gitpod.Dockerfile", from), Other);
        for name in ["Dockerfile.md", "Dockerfile.j2", "Dockerfile.template", "my-dockerfiles", "Dockerfiles/readme"] {
            assert_eq!(kind(name, from), Other, "{name}");
        }
        assert_eq!(kind("Dockerfile.notes", "Use the base image.\nfrom x import y\n"), Other);
        assert_eq!(kind("Dockerfile", ""), Dockerfile);
    }

    #[test]
    fn compose_files_are_told_by_content() {
        let stack = "services:\n  web:\n    image: nginx:1\n";
        assert_eq!(kind("docker-compose.prod.yml", stack), Compose);
        assert_eq!(kind("stacks/portainer.yml", stack), Compose);
        assert_eq!(kind("compose.yml", "networks: { back: {} }\nweb:\n  networks: [back]\n"), Compose);
        assert_eq!(kind("roles/web/tasks/compose.yml", "- name: start\n  command: docker compose up\n"), Other);
        assert_eq!(kind("docker-compose.hardened.yml", "services:\n  web:\n    read_only: true\n"), Compose);
        assert_eq!(kind("docker-compose.full.yml", "version: '3'\nservices:\n  # web:\n"), Compose);
        assert_eq!(kind("compose.yaml", "include: [a.yaml]\n"), Compose);
        assert_eq!(kind("docker-compose.yml", "web:\n  image: nginx\ndb:\n  build: db\n"), Compose);
    }

    #[test]
    fn other_formats_with_services_are_no_compose_files() {
        assert_eq!(kind("mcp/compose.yaml", "name: compose\ncommand: docker\nargs: [mcp]\n"), Other);
        assert_eq!(kind(".gitlab-ci.yml", "services:\n  - postgres:16\n"), Other);
        assert_eq!(kind("config/services.yaml", "services:\n  _defaults:\n    autowire: true\n"), Other);
        assert_eq!(kind("azure.yaml", "name: shop\nservices:\n  web:\n    project: src\n"), Other);
        let workflow = "on: push\njobs:\n  test:\n    services:\n      db:\n        image: postgres:16\n";
        assert_eq!(kind(".github/workflows/docker-compose.yml", workflow), Other);
    }

    #[test]
    fn kubernetes_objects_need_a_text_version_and_a_kind() {
        assert_eq!(kind("k8s/all.yaml", "# app\n---\nkind: Pod\napiVersion: v1\n---\na: 1\n"), Kubernetes);
        assert_eq!(kind("grafana/ds.yaml", "apiVersion: 1\ndatasources: []\n"), Other);
        assert_eq!(kind("catalog-info.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\n"), Other);
        assert_eq!(kind("skaffold.yaml", "apiVersion: skaffold/v4beta1\nkind: Config\n"), Other);
        assert_eq!(kind("kind.json", "{\"kind\": \"Cluster\", \"apiVersion\": \"kind.x-k8s.io/v1alpha4\"}"), Other);
        assert_eq!(kind("pod.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}"), Kubernetes);
        assert_eq!(kind("tekton/build-docker-image.yaml", "apiVersion: tekton.dev/v1\nkind: Task\n"), Kubernetes);
        assert_eq!(kind("a.yaml", "spec:\n  apiVersion: v1\n  kind: Pod\n"), Other);
        assert_eq!(kind("k8s/kustomization.yaml", ""), Kustomization);
        assert_eq!(kind("chart/templates/deployment.yaml", "{{ if .Values.x }}\n"), HelmTemplate);
        assert_eq!(kind("other/templates/deployment.yaml", "apiVersion: v1\nkind: Pod\n"), Kubernetes);
    }

    #[test]
    fn the_service_file_is_known_under_a_wrong_name() {
        assert_eq!(kind("api/atonix.yaml", ""), Atonix);
        assert_eq!(kind("api/atonix.yaml", "servce:\n  runtime: container\nmetadata:\n  name: api\n"), Atonix);
        assert_eq!(kind("standards/atonix.yaml", "standard: atonix\nclauses: []\n"), Other);
        assert_eq!(kind("api/atonix.yml", "apiVersion: atonix.io/v1\nkind: Service\n"), Atonix);
        assert_eq!(kind("api/atonix.yml", "pipeline:\n  steps: []\n"), Other);
        assert_eq!(kind("op/sample.yaml", "apiVersion: cache.atonixcorp.com/v1alpha1\nkind: Atonixcorp\n"), Kubernetes);
    }

    #[test]
    fn samples_of_env_files_are_no_env_files() {
        assert_eq!(kind("api/.env", ""), Env);
        assert_eq!(kind("api/.env.production", ""), Env);
        assert_eq!(kind("web.env", ""), Env);
        assert_eq!(kind(".env.example", ""), EnvSample);
        assert_eq!(kind(".env.production.sample", ""), EnvSample);
    }
}
