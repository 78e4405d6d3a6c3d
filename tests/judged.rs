//! Which services of a repository are judged, by which standards, and what the reader itself finds in them.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use svclint::discover;
use svclint::engine::{self, Choice, Plan};
use svclint::finding::{NoteKind, Report, Severity};
use svclint::model::repo::Repo;
use svclint::standard::library::Library;

fn repo(files: &[(&str, &str)]) -> Repo {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Repo::load(discover::in_memory(&files), None)
}

fn run(files: &[(&str, &str)], choice: &Choice) -> Report {
    engine::run(&repo(files), &mut Library::built_in(), choice).unwrap()
}

const DOCKERFILE: &str = "FROM alpine:3.22\nUSER 65532\n";

/// Three services, one in documentation, as `root: standards`; only those that are judged.
fn judged(only: &[&str]) -> Vec<String> {
    let atonix = "apiVersion: atonixcorp.com/v1\nkind: Service\nmetadata: { name: cart }\n";
    let repo = repo(&[
        ("cart/Dockerfile", DOCKERFILE),
        ("cart/atonix.yaml", atonix),
        ("cart-web/Dockerfile", DOCKERFILE),
        ("docs/example/Dockerfile", DOCKERFILE),
    ]);
    let choice = Choice { only: only.iter().map(|path| (*path).to_owned()).collect(), ..Choice::default() };
    let plan = Plan::new(&repo, &mut Library::built_in(), &choice).unwrap();
    let heads = repo.heads.iter().enumerate().filter(|(index, _)| plan.is_judged(*index));
    heads.map(|(index, head)| format!("{}: {}", head.root, plan.standards_of(index).join(" "))).collect()
}

#[test]
fn services_are_judged_unless_they_are_illustrations() {
    assert_eq!(judged(&[]), ["cart: atonix", "cart-web: recommended"]);
}

#[test]
fn what_is_named_is_judged_and_nothing_else() {
    assert_eq!(judged(&["cart"]), ["cart: atonix"]);
    assert_eq!(judged(&["cart-web/Dockerfile"]), ["cart-web: recommended"]);
    assert_eq!(judged(&["cart/src/main.rs"]), ["cart: atonix"]);
    assert_eq!(judged(&["cart", "cart-web"]), ["cart: atonix", "cart-web: recommended"]);
    assert_eq!(judged(&["car"]), Vec::<String>::new());
    let named = judged(&["docs/example"]);
    assert!(named.len() == 1 && named[0].starts_with("docs/example: "), "{named:?}");
    assert_eq!(judged(&["."]).len(), 3, "the root of the run has all of them in it");
}

#[test]
fn an_illustration_is_told_where_it_is_not_judged() {
    let files = [("cart/Dockerfile", DOCKERFILE), ("docs/example/Dockerfile", DOCKERFILE)];
    let told = |only: &[&str]| {
        let choice = Choice { only: only.iter().map(|path| (*path).to_owned()).collect(), ..Choice::default() };
        run(&files, &choice)
            .notes
            .iter()
            .filter(|note| note.message.contains("is not judged unless it is named"))
            .count()
    };
    assert_eq!(told(&[]), 1);
    assert_eq!(told(&["docs/example"]), 0);
}

#[test]
fn the_reader_finds_what_is_wrong_itself_unless_rules_are_named() {
    let files = [("compose.yaml", "services: { a: { image: b, privileged: [x] } }")];
    let found = |rules: &[&str]| {
        let choice = Choice { rules: rules.iter().map(|rule| (*rule).to_owned()).collect(), ..Choice::default() };
        let report = run(&files, &choice);
        let found = report.findings.iter().find(|finding| finding.rule == "value-type");
        found.map(|finding| (finding.severity, finding.message.clone()))
    };
    let (severity, message) = found(&[]).unwrap();
    assert_eq!(severity, Severity::Error);
    assert!(message.contains("stands where"), "{message}");
    assert_eq!(found(&["compose-privileged"]), None);
}

#[test]
fn what_readers_find_weighs_what_its_rule_says() {
    let rules = engine::own_rules();
    let of = |id: &str| rules.iter().find(|rule| rule.id == id).unwrap();
    assert_eq!(of("suspicious-syntax").severity, Severity::Warning);
    assert_eq!(of("duplicate-key").severity, Severity::Error);
    assert_eq!(of("duplicate-key").summary, "no key stands twice in one mapping");
    let dockerfile = "FROM alpine:3.22\nUSER 65532\nCMD [\"a\", b]\n";
    let report = run(&[("Dockerfile", dockerfile)], &Choice::default());
    let found = report.findings.iter().find(|finding| finding.rule == "suspicious-syntax").unwrap();
    assert_eq!(found.severity, Severity::Warning);
    assert!(report.rule_infos.iter().any(|info| info.id == "suspicious-syntax" && info.severity == Severity::Warning));
}

#[test]
fn how_the_targets_of_a_rule_ended_is_counted() {
    let choice = Choice { rules: vec!["compose-privileged".to_owned()], ..Choice::default() };
    let counts = |compose: &str| {
        let report = run(&[("compose.yaml", compose)], &choice);
        let [count] = &report.rules[..] else { unreachable!("{:?}", report.rules) };
        [count.passed, count.failed, count.unknown, count.not_applicable]
    };
    let service = |name: &str, privileged: &str| format!("{name}: {{ build: ., privileged: {privileged} }}");
    let (good, bad, doubt) = (service("a", "false"), service("b", "true"), service("c", "\"${P}\""));
    assert_eq!(counts(&format!("services: {{ {good} }}")), [1, 0, 0, 0]);
    assert_eq!(counts(&format!("services: {{ {bad} }}")), [0, 1, 0, 0]);
    assert_eq!(counts(&format!("services: {{ {doubt} }}")), [0, 0, 1, 0]);
    assert_eq!(counts(&format!("services: {{ {good}, {bad}, {doubt} }}")), [1, 1, 1, 0]);
}

/// Two documents in one file, of which the first silences the rule for itself.
#[test]
fn an_annotation_silences_its_own_document_and_needs_a_reason() {
    let object = |name: &str, reason: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  annotations:\n    \
             svclint.dev/ignore.k8s-no-host-network: \"{reason}\"\n\
             spec:\n  hostNetwork: true\n  containers: [{{ name: c, image: \"i:1\" }}]\n"
        )
    };
    let text = format!("{}---\n{}---\n{}", object("a", " "), object("b", "a test"), object("c", ""));
    let choice = Choice { rules: vec!["k8s-no-host-network".to_owned()], ..Choice::default() };
    let report = run(&[("Dockerfile", DOCKERFILE), ("k8s/pods.yaml", &text)], &choice);
    let mut silenced: Vec<(String, bool)> =
        report.findings.iter().map(|finding| (finding.target.name.clone(), finding.suppressed.is_some())).collect();
    silenced.sort();
    assert_eq!(silenced, [("Pod/a".to_owned(), false), ("Pod/b".to_owned(), true), ("Pod/c".to_owned(), false)]);
    assert!(report.notes.iter().all(|note| note.kind != NoteKind::Unparsed));
}

#[test]
fn an_annotation_of_the_pods_silences_their_workload() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec:\n  selector: { matchLabels: { app: api } }\n  \
                      template:\n    metadata:\n      labels: { app: api }\n      annotations: { svclint.dev/ignore.k8s-no-host-network: it is a router }\n    \
                      spec:\n      hostNetwork: true\n      containers: [{ name: api, image: \"api:1\" }]\n";
    let choice = Choice { rules: vec!["k8s-no-host-network".to_owned()], ..Choice::default() };
    let report = run(&[("Dockerfile", DOCKERFILE), ("k8s/api.yaml", deployment)], &choice);
    let [finding] = &report.findings[..] else { unreachable!("{:?}", report.findings) };
    assert_eq!(finding.suppressed.as_ref().map(|by| by.reason.as_str()), Some("it is a router"));
}

#[test]
fn an_annotation_silences_what_the_reader_finds_in_its_document() {
    let object = |name: &str, annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{ name: {name}{annotation} }}\n\
             spec: {{ hostNetwork: [x], containers: [{{ name: c, image: \"i:1\" }}] }}\n"
        )
    };
    let text =
        format!("{}---\n{}", object("a", ", annotations: { svclint.dev/ignore.value-type: a test }"), object("b", ""));
    let report = run(&[("Dockerfile", DOCKERFILE), ("k8s/pods.yaml", &text)], &Choice::default());
    let wrong = report.findings.iter().filter(|finding| finding.rule == "value-type");
    assert_eq!(wrong.map(|finding| finding.suppressed.is_some()).collect::<Vec<_>>(), [true, false]);
}

/// A deployment and two overlays of it, of which one is on the network of the node.
#[test]
fn what_only_one_overlay_adds_is_counted() {
    let base = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec:\n  selector: { matchLabels: { app: api } }\n  \
                template:\n    metadata: { labels: { app: api } }\n    spec:\n      containers: [{ name: api, image: \"api:1\" }]\n";
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\n\
                 spec: { template: { spec: { hostNetwork: true } } }\n";
    let choice = Choice { rules: vec!["k8s-no-host-network".to_owned()], ..Choice::default() };
    let report = run(
        &[
            ("Dockerfile", DOCKERFILE),
            ("k8s/base/kustomization.yaml", "resources: [api.yaml]\n"),
            ("k8s/base/api.yaml", base),
            ("k8s/overlays/a/kustomization.yaml", "resources: [../../base]\n"),
            ("k8s/overlays/b/kustomization.yaml", "resources: [../../base]\npatches: [{ path: patch.yaml }]\n"),
            ("k8s/overlays/b/patch.yaml", patch),
        ],
        &choice,
    );
    let [count] = &report.rules[..] else { unreachable!("{:?}", report.rules) };
    assert_eq!((count.passed, count.failed, report.findings.len()), (1, 1, 1));
}

/// Whether a rule says that something is wrong.
fn fails(files: &[(&str, &str)], rule: &str) -> bool {
    run(files, &Choice::default()).findings.iter().any(|finding| &*finding.rule == rule)
}

#[test]
fn a_container_to_develop_in_says_nothing_of_the_service_it_builds() {
    let compose = "services:\n  api:\n    build: { context: .. }\n    privileged: true\n";
    assert!(fails(&[("Dockerfile", DOCKERFILE), ("deploy/docker-compose.yml", compose)], "compose-privileged"));
    assert!(!fails(&[("Dockerfile", DOCKERFILE), (".devcontainer/docker-compose.yml", compose)], "compose-privileged"));
}

#[test]
fn a_file_further_down_may_be_laid_over_the_one_above() {
    let base = ("compose.yaml", "services:\n  api: { image: 'registry.example/api:1.0.0' }\n");
    let over = ("ci/logs/compose.yaml", "services:\n  api: {}\n");
    let other = ("ci/logs/compose.yaml", "services:\n  web: {}\n");
    assert!(!fails(&[base, over], "compose-refuses"));
    assert!(fails(&[base, other], "compose-refuses"));
}
