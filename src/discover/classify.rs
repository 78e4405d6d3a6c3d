//! What kind of artifact a file is: a guess by its name, decided by its content.

use std::collections::BTreeSet;

use super::content;
use crate::source::{EntryKind, Sources};

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
        if is_exact_dockerfile(name) || (is_like_dockerfile(name) && content::has_from(text)) {
            return ArtifactKind::Dockerfile;
        }
        if is_env_sample(name) {
            return ArtifactKind::EnvSample;
        }
        if is_env(name) {
            return ArtifactKind::Env;
        }
        match name {
            "atonix.yaml" if !content::is_other_format(text) => return ArtifactKind::Atonix,
            "Chart.yaml" => return ArtifactKind::HelmChart,
            _ if self.in_templates(path) => return ArtifactKind::HelmTemplate,
            _ if is_kustomization(name) => return ArtifactKind::Kustomization,
            _ => {}
        }
        match extension_of(name) {
            Some("json") => content::json(text),
            Some("yaml" | "yml") => content::yaml(name, text),
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

/// The names that `docker compose` looks for by itself.
pub(super) fn is_canonical_compose(name: &str) -> bool {
    matches!(name, "compose.yaml" | "compose.yml" | "docker-compose.yaml" | "docker-compose.yml")
}

/// The names of the overrides that `docker compose` reads by itself, beside a file of a name above.
pub(super) fn is_compose_override(name: &str) -> bool {
    let base = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
    matches!(base, Some("compose.override" | "docker-compose.override"))
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
        assert_eq!(kind("docker-compose.override.yml", "networks: { back: {} }\n"), Compose);
        assert_eq!(kind("compose.override.yaml", "volumes:\n  data:\n"), Compose);
        assert_eq!(kind("compose.override.yaml", "command: docker\n"), Other);
        assert_eq!(kind("compose.prod.yaml", "volumes:\n  data:\n"), Other);
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
