//! Suppressions and paths in overlays: what an overlay says counts for what it builds, and for nothing else.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::finding::{Note, NoteKind, Report};
use svclint::model::repo::Repo;
use svclint::standard::library::Library;

const API: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 2
  selector:
    matchLabels: {app: api}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
        - name: api
          image: ghcr.io/acme/api:1.4.0
";

const PATCH: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      containers:
        - name: api
          securityContext: {privileged: true}
";

/// A base, and an overlay `dev` that says no more than that; further files lie beside them.
fn repo(more: &[(&str, &str)]) -> Repo {
    let mut files = vec![
        ("k8s/base/kustomization.yaml".to_owned(), "resources: [api.yaml]\n".to_owned()),
        ("k8s/base/api.yaml".to_owned(), API.to_owned()),
        ("k8s/overlays/dev/kustomization.yaml".to_owned(), "resources: [../../base]\n".to_owned()),
    ];
    for (path, text) in more {
        files.retain(|(known, _)| known != path);
        files.push(((*path).to_owned(), (*text).to_owned()));
    }
    files.sort();
    Repo::load(discover::in_memory(&files), None)
}

fn judged(repo: &Repo, rule: &str, only: &str) -> Report {
    let mut library = Library::built_in();
    let standard = format!(
        "standard: own\nversion: 1.0.0\ntitle: One\nclauses:\n  - id: OWN-1\n    title: One\n    level: must\n    rules: [{{ \
         rule: {rule}{only} }}]\n"
    );
    library.insert("rules/standards/own.yaml", Arc::from(standard));
    let choice = Choice { standards: vec!["own".to_owned()], ..Choice::default() };
    engine::run(repo, &mut library, &choice).unwrap()
}

/// The findings of a rule, as `path:line`, suppressed ones with their reason.
fn found(repo: &Repo, rule: &str) -> Vec<String> {
    lines(repo, &judged(repo, rule, ""))
}

fn lines(repo: &Repo, report: &Report) -> Vec<String> {
    let line = |finding: &svclint::finding::Finding| {
        let place = finding.primary.place;
        let file = repo.sources.get(place.file);
        let reason = finding.suppressed.as_ref().map_or(String::new(), |by| format!(": {}", by.reason));
        format!("{}:{}{reason}", file.path, file.lines().line_of(place.span.start as usize))
    };
    report.findings.iter().map(line).collect()
}

fn about_suppressions(report: &Report) -> Vec<&Note> {
    report.notes.iter().filter(|note| note.kind == NoteKind::Suppression).collect()
}

const LIMIT: &str = "k8s-memory-limit";
const PRIVILEGED: &str = "k8s-not-privileged";

fn annotated(kustomization: &str, reason: &str) -> String {
    format!("{kustomization}commonAnnotations: {{svclint.dev/ignore.{LIMIT}: {reason}}}\n")
}

#[test]
fn an_annotation_that_an_overlay_sets_silences_what_it_builds_and_nothing_else() {
    let prod = annotated("resources: [../../base]\n", "no limit in production");
    let repo = repo(&[("k8s/overlays/prod/kustomization.yaml", &prod)]);
    let report = judged(&repo, LIMIT, "");
    assert_eq!(lines(&repo, &report), ["k8s/base/api.yaml:14", "k8s/base/api.yaml:14: no limit in production"]);
    assert_eq!(about_suppressions(&report), Vec::<&Note>::new());
}

#[test]
fn an_annotation_of_a_base_silences_every_overlay() {
    let base = API
        .replace("  name: api\nspec", "  name: api\n  annotations: {svclint.dev/ignore.k8s-memory-limit: small}\nspec");
    let prod = ("k8s/overlays/prod/kustomization.yaml", "resources: [../../base]\n");
    let repo = repo(&[("k8s/base/api.yaml", &base), prod]);
    assert_eq!(found(&repo, LIMIT), ["k8s/base/api.yaml:15: small"]);
}

#[test]
fn an_annotation_in_a_patch_silences_what_stands_in_the_patch() {
    let patch = PATCH.replace(
        "  name: api\nspec",
        "  name: api\n  annotations: {svclint.dev/ignore.k8s-not-privileged: it loads a driver}\nspec",
    );
    let dev = ("k8s/overlays/dev/kustomization.yaml", "resources: [../../base]\npatches: [{path: patch.yaml}]\n");
    let repo = repo(&[dev, ("k8s/overlays/dev/patch.yaml", &patch)]);
    assert_eq!(found(&repo, PRIVILEGED), ["k8s/overlays/dev/patch.yaml:11: it loads a driver"]);
}

#[test]
fn an_annotation_in_a_patch_of_any_kind_silences_what_the_patch_brings() {
    let inline = PATCH
        .replace(
            "  name: api\nspec",
            "  name: api\n  annotations: {svclint.dev/ignore.k8s-not-privileged: a driver}\nspec",
        )
        .replace('\n', "\n      ");
    let by_operations = [
        "      - {op: add, path: /metadata/annotations, value: {svclint.dev/ignore.k8s-not-privileged: a driver}}",
        "      - op: add",
        "        path: /spec/template/spec/containers/0/securityContext",
        "        value: {privileged: true}",
    ]
    .join("\n");
    let merged = format!("resources: [../../base]\npatches:\n  - patch: |-\n      {inline}\n");
    let operated =
        format!("resources: [../../base]\npatches:\n  - target: {{kind: Deployment}}\n    patch: |-\n{by_operations}");
    for (text, line) in [(&merged, 14), (&operated, 8)] {
        let repo = repo(&[("k8s/overlays/dev/kustomization.yaml", text)]);
        let wanted = format!("k8s/overlays/dev/kustomization.yaml:{line}: a driver");
        assert_eq!(found(&repo, PRIVILEGED), [wanted]);
    }
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n";
    let patch = PATCH.replace(
        "  name: api\nspec",
        "  name: api\n  annotations: {svclint.dev/ignore.k8s-not-privileged: a driver}\nspec",
    );
    let repo = repo(&[
        ("k8s/overlays/dev/kustomization.yaml", "resources: [../../base]\ncomponents: [../../driver]\n"),
        ("k8s/driver/kustomization.yaml", component),
        ("k8s/driver/patch.yaml", &patch),
    ]);
    assert_eq!(found(&repo, PRIVILEGED), ["k8s/driver/patch.yaml:11: a driver"]);
}

#[test]
fn an_annotation_silences_a_value_of_the_wrong_type_that_its_patch_brings() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec: {replicas: '3'}\n";
    let silent = patch.replace("name: api", "name: api\n  annotations: {svclint.dev/ignore.value-type: filled in}");
    let with = |patch: &str| {
        let dev = ("k8s/overlays/dev/kustomization.yaml", "resources: [../../base]\npatches: [{path: patch.yaml}]\n");
        let repo = repo(&[dev, ("k8s/overlays/dev/patch.yaml", patch)]);
        let mut report = judged(&repo, LIMIT, "");
        report.findings.retain(|finding| finding.rule == "value-type");
        lines(&repo, &report)
    };
    assert_eq!(with(patch), ["k8s/overlays/dev/patch.yaml:5"]);
    assert_eq!(with(&silent), ["k8s/overlays/dev/patch.yaml:6: filled in"]);
}

#[test]
fn an_annotation_silences_its_own_object_and_not_its_neighbour() {
    let other = API.replace("name: api\nspec", "name: web\nspec").replace("app: api", "app: web");
    let own = API
        .replace("  name: api\nspec", "  name: api\n  annotations: {svclint.dev/ignore.k8s-memory-limit: small}\nspec");
    let repo = repo(&[("k8s/base/api.yaml", &format!("{own}---\n{other}"))]);
    assert_eq!(found(&repo, LIMIT), ["k8s/base/api.yaml:15: small", "k8s/base/api.yaml:31"]);
}

#[test]
fn a_comment_silences_in_the_patch_and_above_the_document_that_is_patched() {
    let dev = ("k8s/overlays/dev/kustomization.yaml", "resources: [../../base]\npatches: [{path: patch.yaml}]\n");
    let in_patch = PATCH.replace(
        "          securityContext",
        "          # svclint: ignore[k8s-not-privileged] a driver\n          securityContext",
    );
    let repo_with_patch = repo(&[dev, ("k8s/overlays/dev/patch.yaml", &in_patch)]);
    assert_eq!(found(&repo_with_patch, PRIVILEGED), ["k8s/overlays/dev/patch.yaml:11: a driver"]);
    let base = format!("# svclint: ignore[k8s-not-privileged] a driver\n{API}");
    let repo_with_base = repo(&[dev, ("k8s/overlays/dev/patch.yaml", PATCH), ("k8s/base/api.yaml", &base)]);
    assert_eq!(found(&repo_with_base, PRIVILEGED), ["k8s/overlays/dev/patch.yaml:10: a driver"]);
}

#[test]
fn a_comment_in_a_kustomization_silences_what_it_sets() {
    let text = "resources: [../../base]\nimages:\n  - name: ghcr.io/acme/api\n    newTag: latest # svclint: ignore[k8s-image-tag] a preview\n";
    let repo = repo(&[("k8s/overlays/dev/kustomization.yaml", text)]);
    assert_eq!(found(&repo, "k8s-image-tag"), ["k8s/overlays/dev/kustomization.yaml:4: a preview"]);
}

#[test]
fn only_names_an_object_by_its_file_and_by_the_overlays_that_build_it() {
    let prod = ("k8s/overlays/prod/kustomization.yaml", "resources: [../../base]\npatches: [{path: patch.yaml}]\n");
    let repo = repo(&[prod, ("k8s/overlays/prod/patch.yaml", PATCH)]);
    let with = |only: &str| lines(&repo, &judged(&repo, PRIVILEGED, only));
    let there = ["k8s/overlays/prod/patch.yaml:10"];
    assert_eq!(with(""), there);
    assert_eq!(with(", only: [\"k8s/overlays/prod/**\"]"), there);
    assert_eq!(with(", only: [\"k8s/base/**\"]"), there);
    assert_eq!(with(", only: [\"k8s/overlays/dev/**\"]"), Vec::<String>::new());
    assert_eq!(with(", except: [\"k8s/overlays/dev/**\"]"), there);
    assert_eq!(with(", except: [\"k8s/overlays/prod/**\"]"), Vec::<String>::new());
    let limits = |only: &str| lines(&repo, &judged(&repo, LIMIT, only));
    assert_eq!(limits(", only: [\"k8s/overlays/prod/**\"]"), ["k8s/base/api.yaml:14"]);
    assert_eq!(limits(", except: [\"k8s/overlays/*/**\"]"), Vec::<String>::new());
}
