//! Builds of any size, and of any text.

use proptest::prelude::*;
use svclint::model::schema::{Node, Slot, View};
use svclint::source::{Place, Sources};

use super::{API, assembled, notes, repo, workloads};

#[test]
fn variables_that_multiply_text_stop_at_a_budget() {
    let long = "x".repeat(1 << 16);
    let uses = "$(A)".repeat(1 << 16);
    let base = format!(
        "resources: [api.yaml]\nvars: [{{name: A, objref: {{kind: ConfigMap, name: a, apiVersion: v1}}, \
         fieldref: {{fieldPath: data.a}}}}]\nconfigMapGenerator: [{{name: a, literals: [a={long}]}}]\n\
         commonAnnotations: {{a: \"{uses}\"}}\n"
    );
    let repo = repo(&[("k8s/kustomization.yaml", base.as_str()), ("k8s/api.yaml", API)]);
    assert_eq!(notes(&repo), ["kustomize cannot build `k8s/kustomization.yaml`: what it builds is too large"]);
}

#[test]
fn kustomizations_that_are_made_of_each_other_end() {
    let files = [
        ("a/kustomization.yaml", "resources: [../b]\n"),
        ("b/kustomization.yaml", "resources: [../a]\n"),
        ("c/kustomization.yaml", "resources: [../a, api.yaml]\n"),
        ("c/api.yaml", API),
    ];
    let repo = repo(&files);
    assert_eq!(workloads(&repo).len(), 1);
    assert_eq!(notes(&repo), ["kustomize cannot build `c/kustomization.yaml`: it is made of itself"]);
}

#[test]
fn bases_and_copies_that_multiply_stop_at_a_budget() {
    let mut files = vec![("a0/kustomization.yaml".to_owned(), "resources: [api.yaml]\n".to_owned())];
    files.push(("a0/api.yaml".to_owned(), API.to_owned()));
    files.push(("b0/kustomization.yaml".to_owned(), "resources: [../a0]\nnamePrefix: b-\n".to_owned()));
    for level in 1..20 {
        for name in ["a", "b"] {
            let text = format!("resources: [../a{0}, ../b{0}]\nnamePrefix: {name}{level}-\n", level - 1);
            files.push((format!("{name}{level}/kustomization.yaml"), text));
        }
    }
    let copies: Vec<String> = (0..60).map(|at| format!("- {{op: copy, from: /spec, path: /spec/x{at}}}\n")).collect();
    let doubling = copies.concat();
    files.push((
        "copy/kustomization.yaml".to_owned(),
        "resources: [../a0]\npatches: [{path: p.yaml, target: {}}]\n".to_owned(),
    ));
    files.push(("copy/p.yaml".to_owned(), doubling));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let notes = notes(&repo(&files));
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(
        notes.iter().all(|note| note.contains("too many") || note.contains("too large") || note.contains("too deep")),
        "{notes:?}"
    );
}

/// Walks every field, so that every place lies in its file.
fn visit(slot: Slot<'_>, sources: &Sources, depth: usize) {
    let inside = |place: Place| {
        let text = sources.get(place.file).text();
        assert!(text.get(place.span.start as usize..place.span.end as usize).is_some(), "{place:?}");
    };
    match slot {
        Slot::Known(view, origin) => {
            inside(origin.at);
            match view {
                View::Node(node) if depth < 12 => {
                    (0..node.def().fields.len()).for_each(|field| visit(node.slot(field), sources, depth + 1));
                }
                View::List(list) => {
                    (0..list.len())
                        .filter_map(|index| list.get(index))
                        .for_each(|item| visit(item, sources, depth + 1));
                }
                _ => {}
            }
        }
        Slot::Absent(at) => inside(at),
        Slot::Unresolved(unresolved) => inside(unresolved.at),
        Slot::Malformed(malformed) => inside(malformed.at),
    }
}

/// A kustomization, a patch and a list of operations with lines that are dropped, doubled or replaced.
const KUSTOMIZATION: &str = "\
namespace: shop
namePrefix: é-
resources: [../base, .]
components: [../base]
configMapGenerator:
- name: settings
  literals: [a=b, 'c=\"d\"']
  files: [ops.yaml, x=patch.yaml]
labels:
- pairs: {a: b}
  includeSelectors: true
images:
- {name: ghcr.io/acme/api, newName: x, newTag: '2'}
replicas:
- {name: api, count: 3}
patches:
- path: patch.yaml
- path: ops.yaml
  target: {kind: Deploy.*}
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec: {template: {spec: {containers: [{name: api, image: 'y:1'}]}}}
- target: {kind: Deployment}
  patch: '[{\"op\": \"add\", \"path\": \"/spec/x\", \"value\": {\"a\": [1]}}]'
vars:
- {name: SIZE, objref: {kind: Deployment, name: api, group: apps, version: v1}, fieldref: {fieldPath: 'spec.x.a[0]'}}
commonAnnotations: {size: 'is $(SIZE)'}
transformers:
- |-
  apiVersion: builtin
  kind: PrefixSuffixTransformer
  metadata: {name: names}
  suffix: é
  fieldSpecs: [{path: spec/x/a}, {path: metadata/name}]
replacements:
- source: {kind: Deployment, fieldPath: spec.replicas}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ['spec.template.spec.containers.[name=api].image', metadata.labels.x]
    options: {create: true}
";

const PATCH: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - name: api
        $patch: replace
        image: z:1
      - $patch: delete
        name: api
      volumes: null
";

const OPERATIONS: &str = "\
- {op: add, path: /spec/template/spec/containers/-, value: {name: b}}
- {op: copy, from: /spec, path: /spec/template/copy}
- {op: move, from: /spec/template/copy, path: /spec/moved}
- {op: remove, path: /spec/moved}
- {op: test, path: /spec/replicas, value: 1}
";

fn mangled(text: &'static str) -> impl Strategy<Value = String> {
    let lines: Vec<&'static str> = text.lines().collect();
    let count = lines.len();
    proptest::collection::vec((0..count, 0..count, 0..4_u8), 0..6).prop_map(move |edits| {
        let mut text = lines.clone();
        for (at, from, how) in edits {
            text[at] = match how {
                0 => "",
                1 => "- null",
                2 => "  x: [{}, null, {name: [a]}]",
                _ => lines[from],
            };
        }
        text.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_mangled_kustomization_stops_the_build(
        kustomization in mangled(KUSTOMIZATION),
        patch in mangled(PATCH),
        operations in mangled(OPERATIONS),
    ) {
        let files = [
            ("base/kustomization.yaml", "resources: [api.yaml]\n"),
            ("base/api.yaml", API),
            ("prod/kustomization.yaml", kustomization.as_str()),
            ("prod/patch.yaml", patch.as_str()),
            ("prod/ops.yaml", operations.as_str()),
        ];
        let repo = repo(&files);
        for one in assembled(&repo) {
            for workload in &one.service.workloads {
                let fields = 0..workload.def().fields.len();
                fields.for_each(|field| visit(workload.slot(field), &repo.sources, 0));
            }
        }
    }
}
