//! What is read from one object.

use svclint::model::k8s::{Body, ContainerRole};
use svclint::model::schema::{Node, Port, Uid};
use svclint::model::value::Field;

use super::{API, Manifests, container, probe};

#[test]
fn a_container_inherits_from_its_pod_what_it_does_not_say() {
    let manifests = Manifests::one(API);
    let workload = manifests.workload("Deployment/api");
    let api = container(workload, "api");
    assert_eq!(api.security.effective_uid.value(), Some(&Uid(1000)));
    let Field::Known(true, origin) = &api.security.effective_run_as_non_root else { panic!("it is inherited") };
    assert_eq!(manifests.slice(origin.at), "true");
    assert_eq!(origin.via.map(|via| manifests.slice(via.at)), Some("api"));
    assert!(api.security.run_as_non_root.is_absent());
    let migrate = container(workload, "migrate");
    assert_eq!(migrate.security.effective_uid.value(), Some(&Uid(65532)));
    assert_eq!(migrate.security.seccomp_profile.value().map(String::as_str), Some("RuntimeDefault"));
}

#[test]
fn what_is_absent_is_blamed_on_the_deepest_thing_that_exists() {
    let manifests = Manifests::one(API);
    let workload = manifests.workload("Deployment/api");
    let missing = |name: &str| container(workload, name).security.read_only_root_filesystem.place();
    assert_eq!(manifests.slice(missing("api")), "securityContext");
    assert_eq!(manifests.slice(missing("migrate")), "migrate");
    assert_eq!(manifests.slice(container(workload, "migrate").liveness.place()), "migrate");
}

#[test]
fn named_probe_ports_are_resolved_in_the_container() {
    let manifests = Manifests::one(API);
    let api = container(manifests.workload("Deployment/api"), "api");
    let liveness = probe(&api.liveness);
    assert_eq!(liveness.port.value(), Some(&Port(8080)));
    assert_eq!(liveness.port_resolves.value(), Some(&true));
    assert_eq!(liveness.period.value().map(ToString::to_string).as_deref(), Some("30s"));
    assert_eq!(liveness.timeout.value().map(ToString::to_string).as_deref(), Some("1s"));
    assert_eq!(liveness.failure_threshold.value(), Some(&3));
    assert_eq!(probe(&api.readiness).port_resolves.value(), Some(&false));
    let startup = probe(&api.startup);
    assert_eq!(startup.port_resolves.value(), Some(&false));
    assert_eq!(manifests.slice(startup.port_resolves.place()), "admin");
}

#[test]
fn an_init_container_that_is_always_restarted_is_a_sidecar() {
    let manifests = Manifests::one(API);
    let workload = manifests.workload("Deployment/api");
    let roles: Vec<_> = workload.containers.iter().map(|one| (one.role, one.is_long_running)).collect();
    assert_eq!(roles, [(ContainerRole::Init, false), (ContainerRole::Sidecar, true), (ContainerRole::Main, true)]);
}

#[test]
fn requests_that_are_not_written_are_the_limits() {
    let manifests = Manifests::one(API);
    let api = container(manifests.workload("Deployment/api"), "api");
    assert!(api.requests.memory.is_absent());
    assert_eq!(api.effective_requests.memory, api.limits.memory);
    assert!(api.effective_requests.ephemeral_storage.is_absent());
}

#[test]
fn values_slice_back_to_their_text() {
    let manifests = Manifests::one(API);
    let workload = manifests.workload("Deployment/api");
    let api = container(workload, "api");
    let image = api.image.value().expect("the image is read");
    assert_eq!(manifests.slice(image.tag.place()), "1.4.0");
    assert_eq!(manifests.slice(image.registry.place()), "ghcr.io");
    assert_eq!(manifests.slice(workload.at), "api");
    assert_eq!(manifests.slice(workload.kind.place()), "Deployment");
    assert_eq!(manifests.slice(api.limits.cpu.place()), "500m");
    assert_eq!(manifests.slice(api.security.capabilities_drop.items[0].place()), "ALL");
    assert_eq!(
        manifests.slice(container(workload, "proxy").image.value().expect("image").digest.place()),
        "sha256:abcd"
    );
}

#[test]
fn cron_jobs_and_rollouts_keep_their_pods_where_they_do() {
    let manifests = Manifests::one(
        "\
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup}
spec:
  schedule: '0 3 * * *'
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: dump, image: 'postgres:16'}]}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  strategy: {canary: {}}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:2'}]}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: borrowed}
spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: fn}
spec: {template: {spec: {containers: [{image: 'fn:1'}]}}}
",
    );
    let backup = manifests.workload("CronJob/backup");
    assert!(backup.is_job && !container(backup, "dump").is_long_running);
    assert_eq!(backup.schedule.value().map(String::as_str), Some("0 3 * * *"));
    let rollout = manifests.workload("Rollout/web");
    assert_eq!(rollout.strategy.value().map(String::as_str), Some("canary"));
    assert_eq!(rollout.selector_matches_labels.value(), Some(&true));
    assert!(matches!(manifests.objects[2].body, Body::Other));
    assert_eq!(manifests.workload("Service/fn").containers.items.len(), 1);
}

#[test]
fn committed_secrets_are_told_from_placeholders() {
    let manifests = Manifests::one(
        "\
apiVersion: v1
kind: Secret
metadata: {name: database}
data: {password: Y2hhbmdlbWU=, user: cG9zdGdyZXM=, api-key: ZjM5YTEwYjc0Yw==}
stringData: {token: '${TOKEN}'}
---
apiVersion: v1
kind: Secret
metadata: {name: account}
stringData: {user: postgres, password: changeme}
---
apiVersion: v1
kind: Secret
metadata: {name: form}
stringData: {token: '${TOKEN}', level: debug}
",
    );
    let secret = |index: usize| match &manifests.objects[index].body {
        Body::Secret(secret) => secret,
        _ => panic!("it is a Secret"),
    };
    let entries = secret(0).entries.iter().map(|entry| (entry.key.as_str(), entry.is_placeholder));
    assert_eq!(entries.collect::<Vec<_>>(), [("password", true), ("user", false), ("api-key", false), ("token", true)]);
    let has_data = |index| secret(index).has_literal_data.value().copied();
    // The name of a user is no secret, nor is what a form has beside the secret that is put in later.
    assert_eq!([has_data(0), has_data(1), has_data(2)], [Some(true), Some(false), Some(false)]);
}

#[test]
fn a_wrong_type_costs_one_field_and_not_the_object() {
    let manifests = Manifests::one(&API.replace("runAsUser: 1000", "runAsUser: 'root'"));
    let workload = manifests.workload("Deployment/api");
    let api = container(workload, "api");
    assert!(matches!(api.security.effective_uid, Field::Malformed(_)));
    assert_eq!(api.ports.items[0].container_port.value(), Some(&Port(8080)));
}

#[test]
fn a_variable_of_a_kustomization_leaves_an_amount_and_a_number_open() {
    let with =
        API.replace("memory: 256Mi", "memory: $(MEMORY)").replace("periodSeconds: 30", "periodSeconds: $(PERIOD)");
    let manifests = Manifests::one(&with);
    let workload = manifests.workload("Deployment/api");
    let period = &probe(&container(workload, "api").liveness).period;
    assert!(format!("{period:?}").contains("it is filled in later"), "{period:?}");
    let memory = &container(workload, "api").limits.memory;
    assert!(matches!(memory, Field::Unresolved(_)), "{memory:?}");
}

#[test]
fn null_in_a_mapping_of_strings_is_an_empty_one() {
    let manifests = Manifests::one(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {tier: }}\ndata:\n  MODE:\n  LEVEL: info\n",
    );
    let Body::ConfigMap(map) = &manifests.objects[0].body else { panic!("it is a ConfigMap") };
    let values = [&map.labels.items[0].value, &map.keys.items[0].value];
    assert!(values.iter().all(|value| value.value().is_some_and(String::is_empty)), "{values:?}");
}

#[test]
fn grafana_provisioning_and_lists_are_told_apart() {
    let manifests = Manifests::one(
        "\
apiVersion: 1
kind: provider
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
- {apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: old}}
",
    );
    let labels: Vec<_> = manifests.objects.iter().map(|object| object.meta.label()).collect();
    assert_eq!(labels, ["Namespace/shop", "Ingress/old"]);
    let old = &manifests.objects[1].meta.deprecated_api;
    assert_eq!(old.value().map(String::as_str), Some("networking.k8s.io/v1"));
    assert_eq!(manifests.slice(old.place()), "extensions/v1beta1");
}

#[test]
fn aliases_that_multiply_do_not_multiply_the_work() {
    let containers = "    - {env: *env}\n".repeat(3000);
    let env = "- {name: A}\n".repeat(3000).replace("- {", "  - {");
    let text = format!("env: &env\n{env}apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{containers}");
    let manifests = Manifests::one(&text.replace("    - {env", "  - {env"));
    assert!(matches!(manifests.objects[0].body, Body::TooLarge));
}

#[test]
fn a_pod_that_is_not_always_restarted_runs_to_its_end() {
    let is_job = |policy: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: once}}\nspec: {{restartPolicy: {policy}, containers: [{{name: once, image: 'once:1'}}]}}\n"
        );
        Manifests::one(&text).workload("Pod/once").is_job
    };
    assert!(is_job("Never") && is_job("OnFailure"));
    assert!(!is_job("Always"));
    assert!(!Manifests::one(API).workload("Deployment/api").is_job);
}

#[test]
fn placeholders_leave_a_value_open() {
    let text = API.replace("runAsUser: 1000", "runAsUser: {{ .Values.uid }}").replace("256Mi", "'${MEMORY}'");
    let manifests = Manifests::one(&text.replace("\"ghcr.io/acme/api:1.4.0\"", "ghcr.io/acme/api:${TAG}"));
    let api = container(manifests.workload("Deployment/api"), "api");
    assert!(matches!(api.security.effective_uid, Field::Unresolved(_)));
    assert!(matches!(api.limits.memory, Field::Unresolved(_)));
    assert!(matches!(api.image, Field::Unresolved(_)));
}
