//! Kubernetes manifests as the model sees them, from text to linked objects.

#![allow(clippy::expect_used)] // A missing object fails the test it is looked up in.

use proptest::prelude::*;
use svclint::model::k8s::{
    self, Body, Container, ContainerRole, EnvSource, Kustomization, NetworkPolicy, Object, PatchSign, Probe, Service,
    VolumeType, Workload,
};
use svclint::model::schema::{Node, Port, Slot, Uid, View};
use svclint::model::value::{Field, List};
use svclint::source::{FileId, Place};
use svclint::syntax::yaml::Tree;

/// Files by path, and what they say once linked.
struct Manifests {
    texts: Vec<String>,
    objects: Vec<Object>,
}

impl Manifests {
    fn read(files: &[(&str, &str)]) -> Self {
        let mut objects = Vec::new();
        let mut kustomizations = Vec::new();
        for (index, (path, text)) in files.iter().enumerate() {
            let tree = Tree::parse(FileId(u32::try_from(index).unwrap_or(u32::MAX)), text);
            kustomizations.extend(Kustomization::read(&tree, path));
            objects.extend(k8s::read(&tree, path));
        }
        k8s::link(&mut objects, &kustomizations);
        Self { texts: files.iter().map(|(_, text)| (*text).to_owned()).collect(), objects }
    }

    fn one(text: &str) -> Self {
        Self::read(&[("k8s/app.yaml", text)])
    }

    fn workload(&self, label: &str) -> &Workload {
        let workloads = self.objects.iter().filter_map(|object| match &object.body {
            Body::Workload(workload) => Some(&**workload),
            _ => None,
        });
        workloads.into_iter().find(|workload| workload.label() == label).expect("the workload is read")
    }

    fn service(&self) -> &Service {
        let mut services = self.objects.iter().filter_map(|object| match &object.body {
            Body::Service(service) => Some(&**service),
            _ => None,
        });
        services.next().expect("the Service is read")
    }

    fn policy(&self) -> &NetworkPolicy {
        let mut policies = self.objects.iter().filter_map(|object| match &object.body {
            Body::NetworkPolicy(policy) => Some(&**policy),
            _ => None,
        });
        policies.next().expect("the NetworkPolicy is read")
    }

    fn slice(&self, place: Place) -> &str {
        self.texts.get(place.file.0 as usize).map_or("", |text| place.span.slice(text))
    }
}

fn container<'w>(workload: &'w Workload, name: &str) -> &'w Container {
    workload.containers.iter().find(|container| container.label() == name).expect("the container is read")
}

fn probe(field: &Field<Probe>) -> &Probe {
    field.value().expect("the probe is read")
}

fn names(list: &List<Field<String>>) -> Vec<&str> {
    list.values().map(String::as_str).collect()
}

const API: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  labels: {app: api}
spec:
  selector:
    matchLabels: {app: api}
  template:
    metadata:
      labels: {app: api, tier: web}
    spec:
      securityContext:
        runAsUser: 65532
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      initContainers:
      - name: migrate
        image: ghcr.io/acme/api:1.4.0
      - name: proxy
        image: envoy@sha256:abcd
        restartPolicy: Always
      containers:
      - name: api
        image: \"ghcr.io/acme/api:1.4.0\"
        ports:
        - {name: http, containerPort: 8080}
        securityContext:
          runAsUser: 1000
          capabilities: {drop: [ALL]}
        livenessProbe:
          httpGet: {path: /health, port: http}
          periodSeconds: 30
        readinessProbe:
          httpGet: {path: /ready, port: 9090}
        startupProbe:
          tcpSocket: {port: admin}
        resources:
          limits: {cpu: 500m, memory: 256Mi}
";

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
fn a_service_finds_its_pods_and_their_ports_across_files() {
    let service = "\
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: api}
  ports:
  - {name: web, port: 80, targetPort: http}
  - {name: metrics, port: 9090}
";
    let manifests = Manifests::read(&[("k8s/api.yaml", API), ("k8s/service.yaml", service)]);
    let service = manifests.service();
    assert_eq!(names(&service.selected_workloads), ["Deployment/api"]);
    assert_eq!(service.ports.items[0].target_port.value(), Some(&Port(8080)));
    assert_eq!(service.ports.items[0].resolves.value(), Some(&true));
    assert_eq!(service.ports.items[1].resolves.value(), Some(&false));
    assert_eq!(names(&manifests.workload("Deployment/api").services), ["api"]);
}

#[test]
fn a_service_in_another_namespace_selects_nothing() {
    let there = API.replace("  name: api\n", "  name: api\n  namespace: shop\n");
    let service = "
apiVersion: v1
kind: Service
metadata: {name: api, namespace: billing}
spec: {selector: {app: api}, ports: [{port: 80}]}
";
    let manifests = Manifests::read(&[("k8s/api.yaml", &there), ("k8s/service.yaml", service)]);
    assert!(manifests.service().selected_workloads.items.is_empty());
    assert!(manifests.service().ports.items[0].resolves.is_absent());
}

#[test]
fn a_policy_with_an_empty_selector_covers_its_namespace_but_is_no_policy_of_the_workloads_own() {
    let policy = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny}
spec:
  podSelector: {}
";
    let manifests = Manifests::read(&[("k8s/api.yaml", API), ("k8s/deny.yaml", policy)]);
    let workload = manifests.workload("Deployment/api");
    assert!(manifests.policy().selects_all);
    assert_eq!(names(&workload.policies), ["default-deny"]);
    assert!(workload.own_policies.items.is_empty());
    assert_eq!(workload.policies_ingress.value(), Some(&true));
    assert_eq!(workload.policies_egress.value(), Some(&false), "egress is governed only where rules or types say so");
    assert_eq!(workload.dns_allowed.value(), Some(&true));
}

#[test]
fn a_policy_that_governs_egress_without_port_53_blocks_name_lookups() {
    let policy = |egress: &str| {
        format!(
            "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: api}}
spec:
  podSelector: {{matchLabels: {{app: api}}}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{{podSelector: {{matchLabels: {{tier: web}}}}}}]
    ports: [{{port: http}}, {{port: 7000}}]
  egress:
  - to: [{{podSelector: {{matchLabels: {{app: db}}}}}}]
    ports: [{{protocol: TCP, port: 5432}}]
{egress}"
        )
    };
    let closed = Manifests::read(&[("k8s/api.yaml", API), ("k8s/policy.yaml", &policy(""))]);
    assert_eq!(closed.workload("Deployment/api").dns_allowed.value(), Some(&false));
    let ports = &closed.policy().ingress.items[0].ports.items;
    assert_eq!(ports[0].resolves.value(), Some(&true));
    assert_eq!(ports[1].resolves.value(), Some(&false));
    assert_eq!(closed.slice(ports[1].resolves.place()), "7000");

    let open = policy("  - ports: [{protocol: UDP, port: 53}]\n");
    let open = Manifests::read(&[("k8s/api.yaml", API), ("k8s/policy.yaml", &open)]);
    assert_eq!(open.workload("Deployment/api").dns_allowed.value(), Some(&true));
    assert!(open.policy().egress.items[1].is_dns_only && open.policy().egress.items[1].has_empty_peer);
    assert!(!open.policy().ingress.items[0].has_empty_peer);
}

#[test]
fn patches_are_told_from_objects() {
    let kustomization = "
resources: [../base]
patches:
- path: env.yaml
";
    let listed = "
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {type: LoadBalancer}
";
    let fragment = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 3
  template: {spec: {containers: [{name: api, resources: {limits: {cpu: '1'}}}]}}
";
    let manifests = Manifests::read(&[
        ("k8s/prod/kustomization.yaml", kustomization),
        ("k8s/prod/env.yaml", listed),
        ("k8s/prod/replicas.yaml", fragment),
        ("k8s/base/api.yaml", API),
    ]);
    let signs: Vec<_> = manifests.objects.iter().map(|object| object.patch).collect();
    assert_eq!(signs, [Some(PatchSign::Listed), Some(PatchSign::Fragment), None]);
}

#[test]
fn an_image_and_a_namespace_that_a_kustomization_sets_are_open() {
    let base = "resources: [api.yaml]\n";
    let overlay = "
namespace: shop
resources: [../base]
images:
- {name: ghcr.io/acme/api, newTag: v2.0.0}
replicas:
- {name: api, count: 3}
";
    let manifests = Manifests::read(&[
        ("k8s/base/kustomization.yaml", base),
        ("k8s/prod/kustomization.yaml", overlay),
        ("k8s/base/api.yaml", API),
    ]);
    let workload = manifests.workload("Deployment/api");
    let image = container(workload, "api").image.value().expect("the image is read");
    let Field::Unresolved(tag) = &image.tag else { panic!("the overlay sets the tag") };
    assert_eq!((tag.text.as_str(), &*tag.why), ("v2.0.0", "k8s/prod/kustomization.yaml sets it"));
    assert!(matches!(&workload.namespace, Field::Unresolved(namespace) if namespace.text == "shop"));
    assert!(matches!(workload.replicas.field(), Field::Unresolved(_)));
    assert_eq!(image.repository(), "acme/api");
    assert!(container(workload, "proxy").image.value().is_some_and(|proxy| proxy.digest.value().is_some()));
}

#[test]
fn a_chart_in_the_same_kustomization_leaves_missing_things_open() {
    let pod = "
apiVersion: v1
kind: Pod
metadata: {name: worker}
spec: {serviceAccountName: worker, containers: [{name: worker, image: 'worker:1'}]}
";
    let exists = |resources: &str| {
        let chart = format!("resources: [{resources}]\nhelmCharts: [{{name: worker}}]\n");
        let manifests = Manifests::read(&[("k8s/kustomization.yaml", &chart), ("k8s/worker.yaml", pod)]);
        manifests.workload("Pod/worker").service_account_exists.value().copied()
    };
    assert_eq!(exists("worker.yaml"), None);
    assert_eq!(exists("other.yaml"), Some(false), "a kustomization of other files says nothing");
}

#[test]
fn references_to_config_maps_are_resolved_and_those_to_foreign_secrets_left_open() {
    let manifests = Manifests::one(
        "\
apiVersion: v1
kind: Pod
metadata: {name: worker}
spec:
  containers:
  - name: worker
    image: worker:1
    env:
    - {name: LOG_LEVEL, valueFrom: {configMapKeyRef: {name: settings, key: log-level}}}
    - {name: REGION, valueFrom: {configMapKeyRef: {name: settings, key: region}}}
    - {name: MODE, valueFrom: {configMapKeyRef: {name: nowhere, key: mode}}}
    - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: database, key: password}}}
    - {name: API_TOKEN, valueFrom: {secretKeyRef: {name: tokens, key: api}}}
    - {name: DB_PASSWORD, value: hunter2}
    volumeMounts:
    - {name: scratch, mountPath: /tmp}
  volumes:
  - {name: scratch, emptyDir: {}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {log-level: info}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: tokens}
spec: {target: {name: tokens}}
",
    );
    let worker = container(manifests.workload("Pod/worker"), "worker");
    let exists: Vec<_> = worker.env.iter().map(|variable| variable.ref_exists.value().copied()).collect();
    assert_eq!(exists, [Some(true), Some(false), Some(false), None, Some(true), None]);
    assert_eq!(manifests.slice(worker.env.items[1].ref_exists.place()), "region");
    let password = &worker.env.items[5];
    assert!(password.is_secret_like && password.is_repeated && !password.is_placeholder);
    assert_eq!(password.from.value(), Some(&EnvSource::Value));
    assert_eq!(worker.volume_mounts.items[0].volume_type.value(), Some(&VolumeType::EmptyDir));
}

#[test]
fn an_autoscaler_and_a_budget_are_tied_to_their_workload() {
    let around = "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}, minReplicas: 2, maxReplicas: 6}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec: {minAvailable: 2, selector: {matchLabels: {app: api}}}
";
    let manifests = Manifests::read(&[("k8s/api.yaml", API), ("k8s/scale.yaml", around)]);
    let workload = manifests.workload("Deployment/api");
    assert_eq!(workload.has_hpa.value(), Some(&true));
    assert_eq!(workload.has_pdb.value(), Some(&true));
    assert_eq!(workload.replicas.value(), Some(&1));
    assert_eq!(workload.min_replicas.value(), Some(&2));
    let budget = manifests.objects.iter().find_map(|object| match &object.body {
        Body::DisruptionBudget(budget) => Some(budget),
        _ => None,
    });
    assert!(budget.is_some_and(|budget| budget.blocks_eviction), "two must stay of two");
}

#[test]
fn an_ingress_tells_missing_backends_and_hosts_without_tls() {
    let manifests = Manifests::one(
        "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: edge}
spec:
  tls: [{hosts: ['*.example.org'], secretName: cert}]
  rules:
  - host: api.example.org
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {name: web}}}}]}
  - host: example.net
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: gone, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{name: web, port: 80}]}
",
    );
    let ingress = manifests.objects.iter().find_map(|object| match &object.body {
        Body::Ingress(ingress) => Some(ingress),
        _ => None,
    });
    let ingress = ingress.expect("the Ingress is read");
    assert_eq!(names(&ingress.hosts_without_tls), ["example.net"]);
    let resolves: Vec<_> = ingress.backends.iter().map(|backend| backend.resolves.value().copied()).collect();
    assert_eq!(resolves, [Some(true), Some(false)]);
    assert_eq!(ingress.backends.items[0].port.value(), Some(&Port(80)));
}

#[test]
fn committed_secrets_are_told_from_placeholders() {
    let manifests = Manifests::one(
        "\
apiVersion: v1
kind: Secret
metadata: {name: database}
data: {password: Y2hhbmdlbWU=, user: cG9zdGdyZXM=}
stringData: {token: '${TOKEN}'}
",
    );
    let Body::Secret(secret) = &manifests.objects[0].body else { panic!("it is a Secret") };
    let placeholders: Vec<_> = secret.entries.iter().map(|entry| (entry.key.as_str(), entry.is_placeholder)).collect();
    assert_eq!(placeholders, [("password", true), ("user", false), ("token", true)]);
    assert!(secret.has_literal_data);
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

const AROUND: &str = "\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [api]}]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {}}]
    ports: [{port: http}, {port: 1, endPort: 9}]
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: api}
  ports: [{port: 80, targetPort: http}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api}
spec:
  tls: [{hosts: [a.example]}]
  rules:
  - host: a.example
    http: {paths: [{path: /, backend: {service: {name: api, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Secret
metadata: {name: api}
data: {key: dmFsdWU=}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  scaleTargetRef: {kind: Deployment, name: api}
  minReplicas: 2
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec: {minAvailable: 50%, selector: {matchLabels: {app: api}}}
";

/// Walks every field, so that no look-up panics and every place lies in its file.
fn visit(slot: Slot<'_>, text: &str, depth: usize) {
    let inside = |place: Place| assert!(text.get(place.span.start as usize..place.span.end as usize).is_some());
    match slot {
        Slot::Known(view, origin) => {
            inside(origin.at);
            match view {
                View::Node(node) if depth < 12 => {
                    inside(node.place());
                    (0..node.def().fields.len()).for_each(|field| visit(node.slot(field), text, depth + 1));
                }
                View::List(list) => {
                    (0..list.len()).filter_map(|index| list.get(index)).for_each(|item| visit(item, text, depth + 1));
                }
                _ => {}
            }
        }
        Slot::Absent(at) => inside(at),
        Slot::Unresolved(unresolved) => inside(unresolved.at),
        Slot::Malformed(malformed) => inside(malformed.at),
    }
}

fn check(text: &str) {
    let manifests = Manifests::one(text);
    for object in &manifests.objects {
        (0..object.meta.def().fields.len()).for_each(|field| visit(object.meta.slot(field), text, 0));
        let body: Option<&dyn Node> = match &object.body {
            Body::Workload(body) => Some(&**body),
            Body::Service(body) => Some(&**body),
            Body::NetworkPolicy(body) => Some(&**body),
            Body::Ingress(body) => Some(&**body),
            Body::Autoscaler(body) => Some(&**body),
            Body::DisruptionBudget(body) => Some(&**body),
            Body::ServiceAccount(body) => Some(&**body),
            Body::ConfigMap(body) => Some(&**body),
            Body::Secret(body) => Some(&**body),
            Body::ExternalSecret(body) => Some(&**body),
            Body::Claim(body) => Some(&**body),
            Body::Other | Body::TooLarge => None,
        };
        if let Some(body) = body {
            (0..body.def().fields.len()).for_each(|field| visit(body.slot(field), text, 0));
        }
    }
}

/// Lines of a manifest of which some are dropped, doubled or replaced, so that most still has its shape.
fn mangled() -> impl Strategy<Value = String> {
    let lines: Vec<&'static str> = API.lines().chain(AROUND.lines()).collect();
    let odd = prop_oneof![
        Just("  null"),
        Just("      containers: [1, {name: {a: b}}, [], null]"),
        Just("        ports: {x: y}"),
        Just("  - <<: *x"),
        Just("---"),
        Just("kind: Service"),
        Just("kind: List"),
        Just("  template: &x {spec: [*x]}"),
        Just("        image: {{ .Values.image }}"),
        Just("      \u{fffd}\u{1f980}: é"),
    ];
    let line = (0..lines.len(), prop_oneof![6 => Just(None), 1 => odd.prop_map(Some)]);
    proptest::collection::vec(line, 0..60).prop_map(move |edits| {
        let mut text: Vec<&str> = lines.clone();
        for (at, odd) in edits.into_iter().take(12) {
            match odd {
                Some(odd) => text[at] = odd,
                None => text[at] = lines[(at * 7 + 3) % lines.len()],
            }
        }
        text.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn no_mangled_manifest_makes_the_reader_panic(text in mangled()) {
        check(&text);
    }
}
