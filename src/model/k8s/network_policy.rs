//! NetworkPolicies: which pods they isolate, in which direction, and what they let through.

use super::container::{Protocol, protocol};
use super::object::Meta;
use super::selector::LabelSelector;
use super::text::{Pair, pairs, plain, port_or_name};
use crate::model;
use crate::model::read::Reader;
use crate::model::schema::Port;
use crate::model::value::{Always, Field, List};
use crate::syntax::yaml::NodeRef;

model! {
    /// A port that a policy lets through.
    pub struct PolicyPort as "k8s.policy_port" {
        /// The protocol.
        protocol: Always<Protocol>,
        /// The port; absent where it is given by name, or where all ports of the protocol are meant.
        port: Field<Port>,
        /// The name of the port.
        port_name: Field<String>,
        /// The last port of a range.
        end_port: Field<Port>,
        /// For ingress: whether a container of a selected workload declares the port.
        resolves: Field<bool>,
    }
    label(port) {
        let number = port.port.value().map(|number| number.0.to_string());
        number.or(port.port_name.value().cloned()).unwrap_or_default()
    }
}

model! {
    /// A peer that a policy lets through.
    pub struct PolicyPeer as "k8s.policy_peer" {
        /// Whether nothing is written in it.
        is_empty: bool,
        /// Equal labels of the pods.
        pod_labels: List<Pair>,
        /// Whether it has a pod selector, be it empty.
        has_pod_selector: bool,
        /// Equal labels of the namespaces.
        namespace_labels: List<Pair>,
        /// Whether it has a namespace selector, be it empty.
        has_namespace_selector: bool,
        /// A range of addresses.
        cidr: Field<String>,
        /// Whether it names nobody in particular: nothing is written in it, its selectors are empty, or its range is all
        /// addresses.
        is_anybody: bool,
    }
    label(_peer) { "peer".to_owned() }
}

model! {
    /// A rule of a policy.
    pub struct PolicyRule as "k8s.policy_rule" {
        /// The peers.
        peers: List<PolicyPeer>,
        /// How many peers it names.
        peer_count: i64,
        /// Whether it lets everyone through: no peer is named, or one with nothing in it.
        has_empty_peer: bool,
        /// The ports.
        ports: List<PolicyPort>,
        /// Whether it lets all ports through: none is named, or a protocol without a port.
        allows_all_ports: bool,
        /// Whether port 53 is all it lets through.
        is_dns_only: bool,
    }
    label(_rule) { "rule".to_owned() }
}

model! {
    /// A NetworkPolicy.
    pub struct NetworkPolicy as "k8s.network_policy" in Object {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Its annotations.
        annotations: List<Pair>,
        /// Equal labels of the pods it selects.
        pod_selector: List<Pair>,
        /// Whether it selects every pod of its namespace.
        selects_all: bool,
        /// The directions, as written.
        policy_types: List<Field<String>> as "spec.policyTypes",
        /// Whether it restricts what reaches the pods; so it is where no direction is written.
        governs_ingress: bool,
        /// Whether it restricts what the pods reach; where no direction is written, whether it has egress rules.
        governs_egress: bool,
        /// What reaches the pods.
        ingress: List<PolicyRule>,
        /// What the pods reach.
        egress: List<PolicyRule>,
        /// Whether names can be looked up: it does not restrict egress, or a rule lets UDP port 53 through.
        allows_dns: bool,
        /// Labels of the workloads whose pods it selects.
        selected_workloads: List<Field<String>>,
    }
    with {
        /// Path of its file.
        path: String,
        /// Its selector.
        matcher: LabelSelector,
    }
    label(policy) { policy.name.value().cloned().unwrap_or_default() }
}

impl NetworkPolicy {
    /// Reads a NetworkPolicy (Kubernetes API, `NetworkPolicySpec`).
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let spec = root.child("spec");
        let selector = spec.child("podSelector");
        let matcher = LabelSelector::read(selector);
        let policy_types = spec.list("policyTypes", plain);
        let written = policy_types.unseen.is_none() && !policy_types.items.is_empty();
        let names = |wanted: &str| policy_types.values().any(|word| word == wanted);
        let governs_egress = if written { names("Egress") } else { spec.has("egress") };
        let egress = spec.list("egress", |node| read_rule(node, "to"));
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            annotations: meta.annotations.clone(),
            pod_selector: pairs(selector, "matchLabels"),
            selects_all: matcher.is_empty(),
            matcher,
            governs_ingress: if written { names("Ingress") } else { true },
            governs_egress,
            policy_types,
            ingress: spec.list("ingress", |node| read_rule(node, "from")),
            allows_dns: !governs_egress || egress.unseen.is_some() || egress.iter().any(PolicyRule::lets_dns_through),
            egress,
            selected_workloads: List::empty(meta.at),
            path: meta.path.clone(),
        }
    }
}

const DNS: u16 = 53;

impl PolicyRule {
    fn lets_dns_through(&self) -> bool {
        let names_none = self.ports.items.is_empty() && self.ports.unseen.is_none();
        names_none || self.ports.iter().any(|port| port.is_dns(Protocol::Udp))
    }
}

impl PolicyPort {
    /// Whether a port number is let through; `None` where that depends on a name.
    #[must_use]
    pub fn contains(&self, wanted: Port) -> Option<bool> {
        if self.is_every() {
            return Some(true);
        }
        let first = self.port.value()?;
        let last = self.end_port.value().unwrap_or(first);
        Some(*first <= wanted && wanted <= *last)
    }

    /// Whether it stands for all ports of its protocol.
    fn is_every(&self) -> bool {
        self.port.is_absent() && self.port_name.is_absent()
    }

    fn is_dns(&self, protocol: Protocol) -> bool {
        let named = self.port_name.value().is_some_and(|name| name == "dns" || name == "domain");
        let open = self.contains(Port(DNS)).unwrap_or(named);
        open && self.protocol.value().is_none_or(|own| *own == protocol)
    }
}

fn read_rule(node: NodeRef<'_>, side: &str) -> PolicyRule {
    let reader = Reader::new(node);
    let peers = reader.list(side, read_peer);
    let ports = reader.list("ports", read_port);
    let is_dns = |port: &PolicyPort| {
        !port.is_every() && port.end_port.is_absent() && (port.is_dns(Protocol::Udp) || port.is_dns(Protocol::Tcp))
    };
    PolicyRule {
        at: reader.place(),
        peer_count: i64::try_from(peers.items.len()).unwrap_or(i64::MAX),
        has_empty_peer: peers.unseen.is_none() && (peers.items.is_empty() || peers.iter().any(|peer| peer.is_empty)),
        peers,
        allows_all_ports: (ports.items.is_empty() && ports.unseen.is_none()) || ports.iter().any(PolicyPort::is_every),
        is_dns_only: !ports.items.is_empty() && ports.unseen.is_none() && ports.iter().all(is_dns),
        ports,
    }
}

fn read_peer(node: NodeRef<'_>) -> PolicyPeer {
    let reader = Reader::new(node);
    let is_empty = node.entries().next().is_none();
    let selectors = || ["podSelector", "namespaceSelector"].map(|key| reader.child(key));
    let has_selector = reader.has("podSelector") || reader.has("namespaceSelector");
    let cidr = reader.child("ipBlock").field("cidr", plain);
    let is_every_address = cidr.value().is_some_and(|range| range.ends_with("/0"));
    let selects_all = has_selector && selectors().into_iter().all(|selector| LabelSelector::read(selector).is_empty());
    PolicyPeer {
        at: reader.place(),
        is_empty,
        is_anybody: is_empty || is_every_address || selects_all,
        pod_labels: pairs(reader.child("podSelector"), "matchLabels"),
        has_pod_selector: reader.has("podSelector"),
        namespace_labels: pairs(reader.child("namespaceSelector"), "matchLabels"),
        has_namespace_selector: reader.has("namespaceSelector"),
        cidr,
    }
}

fn read_port(node: NodeRef<'_>) -> PolicyPort {
    let reader = Reader::new(node);
    let (port, port_name) = port_or_name(reader, "port");
    let place = if port_name.is_absent() { port.place() } else { port_name.place() };
    PolicyPort {
        at: place,
        protocol: protocol(reader),
        end_port: reader.port("endPort"),
        resolves: Field::Absent(place),
        port,
        port_name,
    }
}
