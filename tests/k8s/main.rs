//! Kubernetes manifests as the model sees them, from text to linked objects.

#![allow(clippy::expect_used)] // A missing object fails the test it is looked up in.

mod arbitrary;
mod kinds;
mod reading;
mod wiring;

use svclint::model::k8s::{self, Body, Container, Kustomization, NetworkPolicy, Object, Probe, Service, Workload};
use svclint::model::schema::Node;
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
        k8s::link(&mut objects, &kustomizations, &|_, _| false);
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
