//! What is said of a service that overlays build.

use svclint::model::repo::Assembled;
use svclint::model::schema::Scope;
use svclint::model::value::Field;

use super::{API, BASE, SERVICE, assembled, findings, notes, repo, workloads};

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
