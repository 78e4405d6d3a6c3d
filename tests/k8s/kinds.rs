//! Which documents are objects, which objects own pods, and what becomes of values that are not what they should be.

use svclint::model::k8s::{Body, ContainerRole, PodTemplates};
use svclint::model::schema::{Node, Port, Uid};
use svclint::model::value::{Field, List};

use super::{API, Manifests, container};

const POD: &str = "{containers: [{name: one, image: 'registry.example/one:1.0.0'}]}";

/// The labels of the workloads of a text.
fn workloads(text: &str) -> Vec<String> {
    let is_workload = |body: &Body| matches!(body, Body::Workload(_));
    let manifests = Manifests::one(text);
    manifests.objects.iter().filter(|object| is_workload(&object.body)).map(|object| object.meta.label()).collect()
}

#[test]
fn every_kind_that_owns_pods_is_a_workload() {
    let template = format!("{{template: {{spec: {POD}}}}}");
    let kinds = [
        ("v1", "Pod", POD.to_owned()),
        ("v1", "ReplicationController", template.clone()),
        ("apps/v1", "Deployment", template.clone()),
        ("apps/v1", "StatefulSet", template.clone()),
        ("apps/v1", "DaemonSet", template.clone()),
        ("apps/v1", "ReplicaSet", template.clone()),
        ("extensions/v1beta1", "Deployment", template.clone()),
        ("batch/v1", "Job", template.clone()),
        ("batch/v1", "CronJob", format!("{{jobTemplate: {{spec: {template}}}}}")),
        ("argoproj.io/v1alpha1", "Rollout", template.clone()),
        ("serving.knative.dev/v1", "Service", template.clone()),
        ("serving.knative.dev/v1", "Configuration", template.clone()),
        ("apps.openshift.io/v1", "DeploymentConfig", template.clone()),
        ("apps.kruise.io/v1alpha1", "CloneSet", template.clone()),
        ("keda.sh/v1alpha1", "ScaledJob", format!("{{jobTargetRef: {template}}}")),
    ];
    for (version, kind, spec) in kinds {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n");
        let manifests = Manifests::one(&text);
        let workload = manifests.workload(&format!("{kind}/a"));
        assert_eq!(workload.containers.iter().map(Node::label).collect::<Vec<_>>(), ["one"], "{kind}");
        assert_eq!(workload.is_job, matches!(kind, "Job" | "CronJob" | "ScaledJob"), "{kind}");
    }
    assert!(workloads(&format!("apiVersion: acme.example/v1\nkind: Worker\nspec: {template}\n")).is_empty());
}

#[test]
fn a_kind_that_somebody_says_owns_pods_is_a_workload_in_all_its_versions() {
    let path = ["spec", "pods", "template"].map(str::to_owned).to_vec();
    let templates: PodTemplates = [("acme.example".to_owned(), "Worker".to_owned(), path)].into_iter().collect();
    assert_eq!(templates.path("acme.example/v2", "Worker").as_deref(), Some(&["spec", "pods", "template"][..]));
    assert_eq!(templates.path("other.example/v2", "Worker"), None);
}

#[test]
fn lists_documents_and_json_are_read_alike() {
    let pod = |name: &str| format!("{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {POD}}}");
    let text = format!(
        "{}\n---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- {}\n- {{apiVersion: v1, kind: PodList, items: \
         [{}]}}\n",
        pod("a"),
        pod("b"),
        pod("c")
    );
    assert_eq!(workloads(&text), ["Pod/a", "Pod/b", "Pod/c"]);
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n\t{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \
                \"metadata\": {\"name\": \"d\"}, \"spec\": {\"containers\": [{\"name\": \"one\", \"image\": \
                \"registry.example/one:1.0.0\"}]}}]}";
    assert_eq!(workloads(json), ["Pod/d"]);
}

#[test]
fn ephemeral_containers_are_containers_that_do_not_run_on() {
    let manifests = Manifests::one(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec:\n  containers: [{name: api, image: 'a:1'}]\n  \
         ephemeralContainers: [{name: debug, image: 'b:1', securityContext: {privileged: true}}]\n",
    );
    let debug = container(manifests.workload("Pod/api"), "debug");
    assert_eq!((debug.role, debug.is_long_running), (ContainerRole::Ephemeral, false));
    assert_eq!(debug.security.privileged.value(), Some(&true));
}

#[test]
fn knative_names_a_container_that_has_no_name() {
    let spec = "{template: {spec: {containers: [{image: 'a:1'}]}}}";
    let text = format!("apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {{name: api}}\nspec: {spec}\n");
    let manifests = Manifests::one(&text);
    assert_eq!(manifests.workload("Service/api").containers.items[0].label(), "user-container");
}

fn open<T>(field: &Field<T>) -> bool {
    matches!(field, Field::Unresolved(_))
}

fn expected<T>(list: &List<T>) -> Option<&'static str> {
    list.unseen.as_ref()?.expected
}

#[test]
fn what_is_filled_in_instead_of_a_mapping_or_list_leaves_open_what_it_may_hold() {
    for filled in ["\"${CONTEXT}\"", "'{{ .Values.context }}'", "{{ .Values.context }}"] {
        let text = API
            .replace("resources:\n          limits: {cpu: 500m, memory: 256Mi}", &format!("resources: {filled}"))
            .replace("ports:\n        - {name: http, containerPort: 8080}", &format!("ports: {filled}"));
        let start = text.find("        securityContext:\n          runAsUser: 1000").unwrap_or_default();
        let end = text.find("        livenessProbe").unwrap_or_default();
        let text = format!("{}        securityContext: {filled}\n{}", &text[..start], &text[end..]);
        let manifests = Manifests::one(&text);
        let api = container(manifests.workload("Deployment/api"), "api");
        assert!(open(&api.limits.memory) && open(&api.requests.cpu) && open(&api.effective_requests.cpu), "{filled}");
        assert!(open(&api.security.effective_uid) && open(&api.security.seccomp_profile), "{filled}");
        assert!(open(api.security.privileged.field()) && api.security.capabilities_drop.unseen.is_some(), "{filled}");
        assert!(api.ports.unseen.is_some() && expected(&api.ports).is_none(), "{filled}");
    }
}

#[test]
fn what_is_no_mapping_or_list_is_of_the_wrong_type_and_the_rest_lives_on() {
    let text = API
        .replace("matchLabels: {app: api}", "matchLabels: [api]")
        .replace("ports:\n        - {name: http, containerPort: 8080}", "ports: {http: 8080}")
        .replace("limits: {cpu: 500m, memory: 256Mi}", "limits: 256Mi")
        .replace("capabilities: {drop: [ALL]}", "capabilities: [ALL]");
    let manifests = Manifests::one(&text);
    let workload = manifests.workload("Deployment/api");
    let api = container(workload, "api");
    assert_eq!((expected(&workload.selector), expected(&api.ports)), (Some("a mapping"), Some("a list")));
    assert_eq!(expected(&api.security.capabilities_drop), Some("a mapping"));
    assert!(matches!(api.limits.memory, Field::Malformed(_)));
    assert_eq!(api.security.effective_uid.value(), Some(&Uid(1000)));
    assert_eq!(api.readiness.value().and_then(|probe| probe.port.value()), Some(&Port(9090)));
}
