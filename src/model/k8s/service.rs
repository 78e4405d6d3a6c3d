//! Services: the pods they select and the ports they lead to.

use super::container::{Protocol, protocol};
use super::object::Meta;
use super::selector::LabelSelector;
use super::text::{Pair, given_port, pairs, plain, port_or_name};
use crate::model::read::Reader;
use crate::model::schema::Port;
use crate::model::value::{Always, Field, List};
use crate::syntax::yaml::NodeRef;
use crate::{model, words};

words! {
    /// How a Service is reached.
    pub enum ServiceType {
        /// From within the cluster.
        ClusterIp = "ClusterIP",
        /// On a port of every node.
        NodePort = "NodePort",
        /// Through a load balancer outside the cluster.
        LoadBalancer = "LoadBalancer",
        /// It is another name for a host.
        ExternalName = "ExternalName",
    }
}

model! {
    /// A port of a Service.
    pub struct ServicePort as "k8s.service_port" {
        /// Its name.
        name: Field<String>,
        /// The port the Service is reached on.
        port: Field<Port>,
        /// The port of the pods; `port` where none is written, and that of the container where it is given by name.
        target_port: Field<Port>,
        /// The name of the port of the pods, where it is given by name.
        target_port_name: Field<String>,
        /// The port of every node.
        node_port: Field<Port>,
        /// The protocol.
        protocol: Always<Protocol>,
        /// Whether a container of every selected workload declares the target port; absent where none is selected.
        resolves: Field<bool>,
    }
    label(port) {
        let number = port.port.value().map(|number| number.0.to_string());
        port.name.value().cloned().or(number).unwrap_or_default()
    }
}

model! {
    /// A Service of the core API.
    pub struct Service as "k8s.service" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Its annotations.
        annotations: List<Pair>,
        /// How it is reached.
        r#type: Always<ServiceType>,
        /// Whether it has no address of its own: `clusterIP: None`.
        is_headless: bool,
        /// The labels of the pods it leads to.
        selector: List<Pair>,
        /// Its ports.
        ports: List<ServicePort>,
        /// `ClientIP` where a client is kept on one pod, else `None`.
        session_affinity: Always<String>,
        /// Addresses outside the cluster that lead to it.
        external_ips: List<Field<String>>,
        /// Labels of the workloads whose pods it selects.
        selected_workloads: List<Field<String>>,
        /// Those of them whose pods ask for being scraped, by the annotation `prometheus.io/scrape`.
        scraped_workloads: List<Field<String>>,
    }
    with {
        /// Path of its file.
        path: String,
        /// Its selector, without the labels that the control plane gives to pods.
        matcher: LabelSelector,
    }
    label(service) { service.name.value().cloned().unwrap_or_default() }
}

/// Labels that no template has, since controllers put them on pods.
const GIVEN_LABELS: [&str; 9] = [
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/job-name",
    "batch.kubernetes.io/controller-uid",
    "rollouts-pod-template-hash",
];

fn is_given(key: &str) -> bool {
    GIVEN_LABELS.contains(&key) || key.starts_with("serving.knative.dev/")
}

impl Service {
    /// Reads a Service.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let spec = root.child("spec");
        let selector = pairs(spec, "selector");
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            annotations: meta.annotations.clone(),
            r#type: spec
                .field("type", plain)
                .parse("`ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`", |word| ServiceType::from_word(word))
                .or_default(ServiceType::ClusterIp),
            is_headless: spec.string("clusterIP").value().is_some_and(|address| address == "None"),
            matcher: LabelSelector::of_pairs(&selector).without(is_given),
            selector,
            ports: spec.list("ports", read_port),
            session_affinity: spec.field("sessionAffinity", plain).or_default("None".to_owned()),
            external_ips: spec.list("externalIPs", plain),
            selected_workloads: List::empty(meta.at),
            scraped_workloads: List::empty(meta.at),
            path: meta.path.clone(),
        }
    }
}

fn read_port(node: NodeRef<'_>) -> ServicePort {
    let reader = Reader::new(node);
    let port = reader.port("port");
    let (target, target_port_name) = port_or_name(reader, "targetPort");
    let is_written = !target.is_absent() || !target_port_name.is_absent();
    ServicePort {
        at: if port.is_absent() { reader.place() } else { port.place() },
        name: reader.field("name", plain),
        target_port: if is_written { target } else { port.clone() },
        target_port_name,
        node_port: given_port(reader, "nodePort"),
        protocol: protocol(reader),
        resolves: Field::Absent(port.place()),
        port,
    }
}
