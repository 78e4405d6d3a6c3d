//! Where the values of a build come from.

use svclint::source::Place;

use super::{API, BASE, findings, notes, repo, shown, workloads};

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
