//! What objects have to do with each other and with kustomizations.

use svclint::model::k8s::{self, Body, EnvSource, PatchSign, VolumeType};
use svclint::model::schema::Port;
use svclint::model::value::Field;
use svclint::source::FileId;
use svclint::syntax::yaml::Tree;

use super::{API, Manifests, container, names};

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
    let proxy = container(workload, "proxy").image.value().expect("the image is read");
    assert!(proxy.tag.is_absent() && proxy.digest.value().is_some(), "the overlay names another image");
    assert_eq!(image.repository(), "acme/api");
}

#[test]
fn a_chart_in_the_same_kustomization_leaves_missing_things_open() {
    let pod = "
apiVersion: v1
kind: Pod
metadata: {name: worker}
spec: {serviceAccountName: worker, containers: [{name: worker, image: 'worker:1'}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
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
fn an_account_is_left_open_where_none_is_made() {
    let manifests = Manifests::one(
        "\
apiVersion: v1
kind: Pod
metadata: {name: worker}
spec: {serviceAccountName: worker, containers: [{name: worker, image: 'worker:1'}]}
",
    );
    let exists = &manifests.workload("Pod/worker").service_account_exists;
    assert!(matches!(exists, Field::Unresolved(open) if open.why.contains("made elsewhere")));
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
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: sealed}
spec: {encryptedData: {key: AgB}}
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
fn a_budget_that_lets_one_pod_go_does_not_block() {
    let blocks = |spec: &str| {
        let text = format!("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: api}}\nspec: {spec}\n");
        let manifests = Manifests::one(&text);
        manifests.objects.iter().any(|object| match &object.body {
            Body::DisruptionBudget(budget) => budget.blocks_eviction,
            _ => false,
        })
    };
    assert!(!blocks("{maxUnavailable: 1}") && !blocks("{maxUnavailable: 25%}") && !blocks("{minAvailable: 1}"));
    assert!(blocks("{maxUnavailable: 0}") && blocks("{maxUnavailable: 0%}") && blocks("{minAvailable: 100%}"));
}

#[test]
fn a_copy_of_a_workload_is_no_rival_of_it() {
    let copy = Manifests::read(&[("k8s/api.yaml", API), ("release/all.yaml", API)]);
    assert!(copy.workload("Deployment/api").rivals.items.is_empty());
    let other = API.replacen("  name: api", "  name: worker", 1);
    let rivals = Manifests::read(&[("k8s/api.yaml", &format!("{API}---\n{other}"))]);
    assert_eq!(names(&rivals.workload("Deployment/api").rivals), ["Deployment/worker"]);
    let alternatives = Manifests::read(&[("k8s/api.yaml", API), ("k8s/worker.yaml", &other)]);
    assert!(alternatives.workload("Deployment/api").rivals.items.is_empty());
}

#[test]
fn a_config_map_in_another_part_of_the_repository_is_not_missing() {
    let text = "\
apiVersion: v1
kind: Pod
metadata: { name: api }
spec:
  containers:
    - name: api
      image: registry.example/api:1.4.2
      envFrom: [{ configMapRef: { name: setting } }]
";
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n";
    let exists = |elsewhere: bool| {
        let mut objects = k8s::read(&Tree::parse(FileId(0), text), "api/k8s/api.yaml");
        objects.extend(k8s::read(&Tree::parse(FileId(1), other), "api/k8s/settings.yaml"));
        k8s::link(&mut objects, &[], &|kind, name| elsewhere && (kind, name) == ("ConfigMap", "setting"));
        let found = Manifests { texts: vec![text.to_owned(), other.to_owned()], objects };
        let sources = &container(found.workload("Pod/api"), "api").env_from;
        sources.iter().next().map(|source| source.ref_exists.value().copied())
    };
    assert_eq!((exists(false), exists(true)), (Some(Some(false)), Some(None)));
}

/// Whether it is known what a Service with these labels as its selector selects, beside these workloads.
fn is_known(name: &str, selector: &str, workloads: &str) -> bool {
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {selector}, ports: [{{port: 80}}]}}\n"
    );
    let manifests = Manifests::read(&[("k8s/api.yaml", workloads), ("k8s/service.yaml", &service)]);
    let selected = &manifests.service().selected_workloads;
    assert!(selected.items.is_empty());
    selected.unseen.is_none()
}

#[test]
fn a_selector_that_has_nothing_to_do_with_the_pods_here_may_mean_others() {
    assert!(!is_known("exporter-service", "{app: gpu-exporter}", API));
    assert!(is_known("web", "{app: apis}", API), "a slip of the pen");
    assert!(is_known("web", "{tier: web, app: site}", API), "it shares a label");
    assert!(is_known("api-service", "{app: site}", API), "it is called like the workload");
    let deployment = API.replace("name: api\n  labels", "name: api-deployment\n  labels");
    assert!(is_known("api-service", "{app: site}", &deployment), "but for its kind");
}

#[test]
fn an_object_that_carries_a_pod_template_may_be_what_a_service_selects() {
    let cluster = "\
---
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: api}
spec:
  headGroupSpec:
    template: {spec: {containers: [{name: head, image: 'registry.example/ray:2.9.0'}]}}
";
    let both = format!("{API}{cluster}");
    assert!(is_known("api-head", "{cluster: api, role: head}", API));
    assert!(!is_known("api-head", "{cluster: api, role: head}", &both));
    assert!(is_known("api", "{app: api, role: head}", &both), "it shares a label with pods that are here");
}

#[test]
fn a_service_selects_the_pods_of_an_experiment() {
    let rollout = "\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  strategy:
    canary:
      steps:
      - setWeight: 20
      - experiment: {templates: [{name: preview, specRef: canary, metadata: {labels: {app: api-preview}}}]}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: 'registry.example/api:1.4.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: api-preview}
spec: {selector: {app: api-preview}, ports: [{port: 80}]}
";
    assert_eq!(names(&Manifests::one(rollout).service().selected_workloads), ["Rollout/api"]);
}

#[test]
fn a_service_leads_to_the_pods_of_its_own_file_before_those_of_another_example() {
    let service = "\
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api}
spec: {defaultBackend: {service: {name: api, port: {number: 80}}}}
";
    let other = format!("{API}{service}").replace("8080", "9191").replace("port: 80,", "port: 90,");
    let own = format!("{API}{service}");
    let manifests = Manifests::read(&[("basic/api.yaml", &other), ("tls/api.yaml", &own)]);
    let resolved: Vec<_> = manifests
        .objects
        .iter()
        .filter_map(|object| match &object.body {
            Body::Service(service) => service.ports.items[0].resolves.value().copied(),
            Body::Ingress(ingress) if object.meta.path == "tls/api.yaml" => {
                ingress.backends.items[0].resolves.value().copied()
            }
            _ => None,
        })
        .collect();
    assert_eq!(resolved, [true, true, true]);
}

#[test]
fn a_service_beside_the_workload_for_the_pods_of_others_may_mean_them() {
    assert!(!is_known("api-upstream", "{k8s-app: kube-dns}", API));
    assert!(is_known("api-legacy", "{app: api-legacy}", API), "its label is called like the workload");
}

#[test]
fn pods_that_another_part_of_the_repository_has_may_be_the_ones_that_are_selected() {
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: site}, ports: [{port: 80}]}\n";
    let is_known = |label: &str| {
        let mut objects = k8s::read(&Tree::parse(FileId(0), API), "api/k8s/api.yaml");
        objects.extend(k8s::read(&Tree::parse(FileId(1), service), "api/k8s/service.yaml"));
        k8s::link(&mut objects, &[], &|kind, name| (kind, name) == (k8s::POD_LABEL, label));
        let found = Manifests { texts: vec![API.to_owned(), service.to_owned()], objects };
        found.service().selected_workloads.unseen.is_none()
    };
    assert!(is_known("app=shop") && !is_known("app=site"));
}

#[test]
fn a_patch_beside_a_workload_may_add_the_port_that_a_service_names() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {app: api}, ports: [{port: 443, targetPort: https}]}\n";
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: proxy, ports: [{name: https, containerPort: 8443}]}]}}}\n";
    let resolves = |files: &[(&str, &str)]| {
        let found = Manifests::read(files);
        found.service().ports.iter().next().and_then(|port| port.resolves.value().copied())
    };
    assert_eq!(resolves(&[("k8s/api.yaml", API), ("k8s/service.yaml", service)]), Some(false));
    assert_eq!(resolves(&[("k8s/api.yaml", API), ("k8s/service.yaml", service), ("k8s/patch.yaml", patch)]), None);
}
