//! Overlays judged as they are built: which objects a service has, and where their values point.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::fmt::Write as _;

use proptest::prelude::*;
use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::finding::Report;
use svclint::model::k8s::Workload;
use svclint::model::repo::{Assembled, Repo};
use svclint::model::schema::{Node, Scope, Slot, View};
use svclint::model::value::Field;
use svclint::source::{Place, Sources};
use svclint::standard::library::Library;

const API: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 1
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

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: api}
  ports: [{port: 80, targetPort: 8080}]
";

const BASE: (&str, &str) = ("k8s/base/kustomization.yaml", "resources: [api.yaml]\n");

fn repo(files: &[(&str, &str)]) -> Repo {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Repo::load(discover::in_memory(&files), None)
}

fn assembled(repo: &Repo) -> Vec<Assembled> {
    (0..repo.heads.len()).map(|index| repo.assemble(index).unwrap()).collect()
}

fn workloads(repo: &Repo) -> Vec<Workload> {
    assembled(repo).iter().flat_map(|one| &one.service.workloads).map(|workload| (**workload).clone()).collect()
}

fn notes(repo: &Repo) -> Vec<String> {
    let all = assembled(repo).into_iter().flat_map(|one| one.seen.notes);
    all.chain(repo.seen.notes.clone()).map(|note| note.message).collect()
}

/// `path:line text` of a place.
fn shown(sources: &Sources, place: Place) -> String {
    let file = sources.get(place.file);
    let line = file.lines().line_of(place.span.start as usize);
    format!("{}:{line} {}", file.path, sources.slice(place))
}

fn report(repo: &Repo) -> Report {
    let choice = Choice { standards: vec!["recommended".to_owned()], ..Choice::default() };
    engine::run(repo, &mut Library::built_in(), &choice).unwrap()
}

fn findings(repo: &Repo, rule: &str) -> String {
    let mut out = String::new();
    for finding in report(repo).findings.iter().filter(|finding| finding.rule == rule) {
        writeln!(out, "{} {}", shown(&repo.sources, finding.primary.place), finding.message).unwrap();
    }
    out
}

#[test]
fn a_value_from_an_overlay_points_at_the_overlay_and_the_object_at_its_base() {
    let overlay = "\
namespace: shop
resources: [../base]
images:
  - name: ghcr.io/acme/api
    newTag: 2.0.0
replicas:
  - name: api
    count: 3
patches:
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: api}
      spec:
        template:
          spec:
            serviceAccountName: runner
";
    let repo = repo(&[BASE, ("k8s/base/api.yaml", API), ("k8s/prod/kustomization.yaml", overlay)]);
    let workloads = workloads(&repo);
    let [workload] = &workloads[..] else { panic!("it is built once") };
    let place = |field: Place| shown(&repo.sources, field);
    assert_eq!(place(workload.at), "k8s/base/api.yaml:4 api");
    assert_eq!(place(workload.replicas.place()), "k8s/prod/kustomization.yaml:8 3");
    assert_eq!(place(workload.namespace.place()), "k8s/prod/kustomization.yaml:1 shop");
    assert_eq!(place(workload.service_account.place()), "k8s/prod/kustomization.yaml:17 runner");
    let container = &workload.containers.items[0];
    assert_eq!(place(container.at), "k8s/base/api.yaml:14 api");
    let image = container.image.value().unwrap();
    assert_eq!(image.reference, "ghcr.io/acme/api:2.0.0");
    assert_eq!(place(image.tag.place()), "k8s/prod/kustomization.yaml:5 2.0.0");
}

#[test]
fn a_variable_gives_its_field_the_type_and_the_place_of_where_it_comes_from() {
    let base = "\
resources: [api.yaml]
configMapGenerator: [{name: settings, envs: [settings.env]}]
configurations: [fields.yaml]
vars:
  - name: MEMORY
    objref: {kind: ConfigMap, name: settings, apiVersion: v1}
    fieldref: {fieldpath: data.memory}
  - name: SETTINGS
    objref: {kind: ConfigMap, name: settings, apiVersion: v1}
";
    let fields = "varReference: [{kind: Deployment, path: spec/template/spec/containers/resources/limits/memory}]\n";
    let api = API.to_owned()
        + "          args: [\"--from=$(SETTINGS)\"]\n          resources: {limits: {memory: $(MEMORY)}}\n";
    let repo = repo(&[
        ("k8s/base/kustomization.yaml", base),
        ("k8s/base/fields.yaml", fields),
        ("k8s/base/settings.env", "memory=512Mi\n"),
        ("k8s/base/api.yaml", api.as_str()),
        ("k8s/prod/kustomization.yaml", "resources: [../base]\nnamePrefix: prod-\n"),
    ]);
    let workload = workloads(&repo).into_iter().next().unwrap();
    let container = &workload.containers.items[0];
    assert_eq!(container.limits.memory.value().map(ToString::to_string).as_deref(), Some("512Mi"));
    assert_eq!(shown(&repo.sources, container.limits.memory.place()), "k8s/base/settings.env:1 512Mi");
    assert_eq!(container.args.items[0].value().map(String::as_str), Some("--from=prod-settings"));
    assert_eq!(findings(&repo, "value-type"), "");
    assert_eq!(notes(&repo), Vec::<String>::new());
}

#[test]
fn a_variable_whose_object_may_be_hidden_stays_and_one_without_an_object_is_noted() {
    let with = |more: &str| {
        let vars = "vars: [{name: HOST, objref: {kind: Service, name: db, apiVersion: v1}}]\n";
        let overlay = format!("resources: [../base]\n{vars}{more}");
        let files = [BASE, ("k8s/base/api.yaml", API), ("k8s/prod/kustomization.yaml", overlay.as_str())];
        notes(&repo(&files))
    };
    assert_eq!(
        with(""),
        ["kustomize cannot build `k8s/prod/kustomization.yaml`: the object that `HOST` is a field of is not there"]
    );
    let space = "- {name: SPACE, objref: {kind: Deployment, name: api, group: apps, version: v1}, \
                 fieldref: {fieldPath: metadata.namespace}}\n";
    let vars = format!("resources: [../base]\nvars:\n{space}");
    let files = [BASE, ("k8s/base/api.yaml", API), ("k8s/prod/kustomization.yaml", vars.as_str())];
    assert_eq!(
        notes(&repo(&files)),
        ["the namespace that this stands for is not set here, so what uses it is not known"]
    );
    assert_eq!(
        with("helmCharts: [{name: database}]\n"),
        ["the objects of these charts are not rendered here, so nothing is judged as missing"]
    );
}

#[test]
fn transformers_that_kustomize_brings_along_are_run_and_others_noted() {
    let labels = "\
apiVersion: builtin
kind: LabelTransformer
metadata: {name: labels}
labels: {team: shop}
fieldSpecs: [{path: metadata/labels, create: true}]
";
    let images = "\
apiVersion: builtin
kind: ImageTagTransformer
metadata: {name: images}
imageTag: {name: ghcr.io/acme/api, newTag: 2.0.0}
";
    let other = "apiVersion: example.com/v1\nkind: Sizes\nmetadata: {name: sizes}\n";
    let repo = repo(&[
        BASE,
        ("k8s/base/api.yaml", API),
        ("k8s/prod/kustomization.yaml", "resources: [../base]\ntransformers: [labels.yaml, images.yaml, sizes.yaml]\n"),
        ("k8s/prod/labels.yaml", labels),
        ("k8s/prod/images.yaml", images),
        ("k8s/prod/sizes.yaml", other),
    ]);
    let workload = workloads(&repo).into_iter().next().unwrap();
    let image = workload.containers.items[0].image.value().unwrap();
    assert_eq!(shown(&repo.sources, image.tag.place()), "k8s/prod/images.yaml:4 2.0.0");
    assert_eq!(shown(&repo.sources, workload.labels.items[0].at), "k8s/prod/labels.yaml:4 team");
    assert_eq!(notes(&repo), ["transformer plugins are not run here, so nothing is judged as missing"]);
}

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
fn what_two_overlays_have_in_common_is_reported_once() {
    let files = [
        BASE,
        ("k8s/base/api.yaml", API),
        ("k8s/dev/kustomization.yaml", "namePrefix: dev-\nresources: [../base]\n"),
        ("k8s/prod/kustomization.yaml", "resources: [../base]\nimages: [{name: ghcr.io/acme/api, newTag: latest}]\n"),
    ];
    let repo = repo(&files);
    assert_eq!(workloads(&repo).len(), 2);
    insta::assert_snapshot!(findings(&repo, "k8s-cpu-request"), @"k8s/base/api.yaml:14 api container `api` of `Deployment/api` requests no CPU");
    insta::assert_snapshot!(findings(&repo, "k8s-image-tag"), @"k8s/prod/kustomization.yaml:2 latest the image `ghcr.io/acme/api:latest` of container `api` has a tag that moves");
}

#[test]
fn what_an_overlay_mends_is_not_reported() {
    let patch = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          resources: {requests: {cpu: 100m}}
";
    let overlay = "resources: [../base]\npatches: [{path: cpu.yaml}]\n";
    let alone = [("k8s/base/api.yaml", API)];
    assert!(!findings(&repo(&alone), "k8s-cpu-request").is_empty());
    let files =
        [BASE, ("k8s/base/api.yaml", API), ("k8s/prod/kustomization.yaml", overlay), ("k8s/prod/cpu.yaml", patch)];
    assert_eq!(findings(&repo(&files), "k8s-cpu-request"), "");
}

#[test]
fn a_selector_that_an_overlay_breaks_is_told_where_the_overlay_has_it() {
    let patch = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  selector: {app: apis}\n";
    let repo = repo(&[
        ("k8s/base/kustomization.yaml", "resources: [api.yaml, service.yaml]\n"),
        ("k8s/base/api.yaml", API),
        ("k8s/base/service.yaml", SERVICE),
        ("k8s/overlays/dev/kustomization.yaml", "resources: [../../base]\npatches: [{path: service.yaml}]\n"),
        ("k8s/overlays/dev/service.yaml", patch),
    ]);
    let found = findings(&repo, "k8s-service-selects");
    assert_eq!(found, "k8s/overlays/dev/service.yaml:5 apis the Service `api` selects no pods\n");
}

#[test]
fn names_are_looked_up_among_the_objects_of_a_build() {
    let overlay = "\
namePrefix: prod-
resources: [../base, service.yaml]
configMapGenerator:
  - name: settings
    literals: [LOG_LEVEL=info]
";
    let api = API.to_owned() + "          envFrom: [{configMapRef: {name: settings}}]\n";
    let files = [
        BASE,
        ("k8s/base/api.yaml", api.as_str()),
        ("k8s/prod/kustomization.yaml", overlay),
        ("k8s/prod/service.yaml", SERVICE),
    ];
    let repo = repo(&files);
    let workload = workloads(&repo).into_iter().next().unwrap();
    let source = &workload.containers.items[0].env_from.items[0];
    assert_eq!(source.name.value().unwrap(), "prod-settings");
    assert_eq!(source.ref_exists.value(), Some(&true));
    assert_eq!(workload.services.values().collect::<Vec<_>>(), ["prod-api"]);
}

#[test]
fn a_manifest_beside_the_kustomizations_is_linked_with_what_they_build() {
    let files = [("Dockerfile", "FROM scratch"), BASE, ("k8s/base/api.yaml", API), ("k8s/service.yaml", SERVICE)];
    let repo = repo(&files);
    let all = assembled(&repo);
    let services: Vec<_> = all.iter().flat_map(|one| &one.service.workloads).flat_map(|one| &one.services).collect();
    assert_eq!(services.iter().filter_map(|one| one.value()).collect::<Vec<_>>(), ["api"]);
    assert_eq!(findings(&repo, "k8s-service-selects"), "");
}

#[test]
fn a_kustomization_that_cannot_be_built_is_noted_and_its_files_are_judged_as_they_are() {
    let overlay = "resources: [../base, missing.yaml]\nimages: [{name: ghcr.io/acme/api, newTag: '2'}]\n";
    let repo = repo(&[BASE, ("k8s/base/api.yaml", API), ("k8s/prod/kustomization.yaml", overlay)]);
    let message = "kustomize cannot build `k8s/prod/kustomization.yaml`: `missing.yaml` is not there";
    assert_eq!(notes(&repo), [message]);
    let workload = workloads(&repo).into_iter().next().unwrap();
    let image = workload.containers.items[0].image.value().unwrap();
    assert!(matches!(image.tag, Field::Unresolved(_)), "the overlay may well set it");
}

#[test]
fn what_stands_in_the_file_of_a_workload_goes_with_it_to_its_service() {
    let routes = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: routes}\n";
    let repo = repo(&[
        ("docker-compose.yml", "services: {api: {build: services/api}, web: {build: services/web}}\n"),
        ("services/api/Dockerfile", "FROM scratch\n"),
        ("services/web/Dockerfile", "FROM scratch\n"),
        BASE,
        ("k8s/base/api.yaml", &format!("{API}{routes}")),
    ]);
    let has_routes =
        |one: &&Assembled| one.service.targets("k8s.object").iter().any(|object| object.label().contains("routes"));
    let owners: Vec<String> =
        assembled(&repo).iter().filter(has_routes).map(|one| one.service.root.0.clone()).collect();
    assert_eq!(owners, ["services/api"]);
}

#[test]
fn beside_a_chart_nothing_counts_as_missing() {
    let overlay = "resources: [../base]\nhelmCharts: [{name: database}]\n";
    let api = API.to_owned() + "          envFrom: [{configMapRef: {name: settings}}]\n";
    let files = [BASE, ("k8s/base/api.yaml", api.as_str()), ("k8s/prod/kustomization.yaml", overlay)];
    let repo = repo(&files);
    let workload = workloads(&repo).into_iter().next().unwrap();
    assert_eq!(workload.containers.items[0].env_from.items[0].ref_exists.value(), None);
    assert!(workload.policies.unseen.is_some() && workload.has_pdb.value().is_none());
    assert_eq!(notes(&repo), ["the objects of these charts are not rendered here, so nothing is judged as missing"]);
}

#[test]
fn beside_a_submodule_that_is_not_checked_out_nothing_counts_as_missing() {
    let api = API.to_owned() + "          envFrom: [{configMapRef: {name: settings}}]\n";
    let overlay = "resources: [../base, ../../shared/k8s]\ncomponents: [../../shared/mesh]\n";
    let files = [
        BASE,
        (".gitmodules", "[submodule \"shared\"]\n\tpath = shared\n\turl = https://example.com/shared\n"),
        ("k8s/base/api.yaml", api.as_str()),
        ("k8s/prod/kustomization.yaml", overlay),
    ];
    let repo = repo(&files);
    let workload = workloads(&repo).into_iter().next().unwrap();
    assert_eq!(workload.containers.items[0].env_from.items[0].ref_exists.value(), None);
    let note = "this lies in a submodule that is not checked out, so nothing is judged as missing";
    assert_eq!(notes(&repo), [note, note]);
}

#[test]
fn where_overlays_differ_on_purpose_the_files_do_not_disagree() {
    let atonix = "apiVersion: atonix.io/v1\nkind: Service\nmetadata: {name: api}\nreplicas: {min: 1}\n";
    let dev = "resources: [../base]\n";
    let prod = "resources: [../base]\nreplicas: [{name: api, count: 5}]\n";
    let files = [
        ("Dockerfile", "FROM scratch"),
        ("atonix.yaml", atonix),
        BASE,
        ("k8s/base/api.yaml", API),
        ("k8s/dev/kustomization.yaml", dev),
        ("k8s/prod/kustomization.yaml", prod),
    ];
    let mentions = |files: &[(&str, &str)]| {
        let all = assembled(&repo(files));
        all[0].service.replica_mentions.iter().filter(|one| one.source.to_string().starts_with("k8s")).count()
    };
    assert_eq!(mentions(&files), 0);
    assert_eq!(mentions(&files[..5]), 1, "one overlay says how it is");
}

#[test]
fn an_overlay_of_a_test_changes_nothing_about_the_service() {
    let files = [
        BASE,
        ("k8s/base/api.yaml", API),
        ("docs/kustomization.yaml", "resources: [../k8s/base]\nreplicas: [{name: api, count: 9}]\n"),
    ];
    let replicas: Vec<_> = workloads(&repo(&files)).iter().map(|one| one.replicas.value().copied()).collect();
    assert_eq!(replicas, [Some(1)]);
}

#[test]
fn a_component_that_only_an_overlay_of_a_test_uses_is_judged() {
    let files = [
        BASE,
        ("k8s/base/api.yaml", API),
        ("k8s/components/collector/kustomization.yaml", "kind: Component\nresources: [collector.yaml]\n"),
        ("k8s/components/collector/collector.yaml", &API.replace("name: api", "name: collector")),
        ("k8s/tests/all/kustomization.yaml", "resources: [../../base]\ncomponents: [../../components/collector]\n"),
    ];
    let repo = repo(&files);
    let judged: Vec<_> = workloads(&repo).iter().map(|one| one.name.value().cloned().unwrap_or_default()).collect();
    assert_eq!(judged, ["collector", "api"]);
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
