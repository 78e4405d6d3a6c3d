//! Ingresses: hosts, TLS, and the Services behind them.

use super::object::Meta;
use super::text::{Pair, plain, port_or_name};
use crate::model;
use crate::model::read::Reader;
use crate::model::schema::Port;
use crate::model::value::{Field, List};
use crate::syntax::yaml::NodeRef;

model! {
    /// A Service that an Ingress leads to.
    pub struct Backend as "k8s.ingress_backend" {
        /// The host it serves; absent for all hosts.
        host: Field<String>,
        /// The path it serves.
        path: Field<String>,
        /// Name of the Service.
        service: Field<String>,
        /// The Service's port; that of the Service where it is given by name.
        port: Field<Port>,
        /// The name of the Service's port, where it is given by name.
        port_name: Field<String>,
        /// Whether the Service is there and has that port.
        resolves: Field<bool>,
    }
    label(backend) { backend.service.value().cloned().unwrap_or_default() }
}

model! {
    /// An Ingress.
    pub struct Ingress as "k8s.ingress" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Its annotations.
        annotations: List<Pair>,
        /// Its class, from the spec or the older annotation.
        class: Field<String>,
        /// Hosts of its rules.
        hosts: List<Field<String>>,
        /// Whether it has any TLS entry.
        has_tls: bool,
        /// Hosts of its TLS entries.
        tls_hosts: List<Field<String>>,
        /// Secrets that hold the certificates.
        tls_secrets: List<Field<String>>,
        /// Hosts of its rules that no TLS entry covers.
        hosts_without_tls: List<Field<String>>,
        /// The Services it leads to.
        backends: List<Backend>,
    }
    with {
        /// Path of its file.
        path: String,
    }
    label(ingress) { ingress.name.value().cloned().unwrap_or_default() }
}

impl Ingress {
    /// Reads an Ingress of `networking.k8s.io/v1` or of the versions before it.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let spec = root.child("spec");
        let rules = spec.list("rules", |node| read_rule(Reader::new(node)));
        let mut hosts = List::empty(rules.at);
        let mut backends = List::empty(rules.at);
        hosts.unseen.clone_from(&rules.unseen);
        backends.unseen.clone_from(&rules.unseen);
        for key in ["defaultBackend", "backend"] {
            if spec.has(key) {
                backends.items.push(read_backend(spec.child(key), Field::Absent(meta.at), Field::Absent(meta.at)));
            }
        }
        for (host, paths) in rules.items {
            if !host.is_absent() {
                hosts.items.push(host);
            }
            backends.unseen = backends.unseen.or(paths.unseen);
            backends.items.extend(paths.items);
        }
        let tls = spec.list("tls", |node| {
            let entry = Reader::new(node);
            (entry.list("hosts", plain), entry.field("secretName", plain))
        });
        let covers_all = tls.iter().any(|(hosts, _)| hosts.items.is_empty()) || tls.unseen.is_some();
        let mut tls_hosts = List::empty(tls.at);
        tls_hosts.unseen.clone_from(&tls.unseen);
        let mut tls_secrets = List::empty(tls.at);
        for (hosts, secret) in tls.items {
            tls_hosts.unseen = tls_hosts.unseen.or(hosts.unseen);
            tls_hosts.items.extend(hosts.items);
            if !secret.is_absent() {
                tls_secrets.items.push(secret);
            }
        }
        let bare = |host: &&Field<String>| {
            let covered = host.value().is_none_or(|host| tls_hosts.iter().any(|tls| covers(tls, host)));
            !covers_all && !covered
        };
        let class_annotation = meta.annotations.iter().find(|pair| pair.key == "kubernetes.io/ingress.class");
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            annotations: meta.annotations.clone(),
            class: spec
                .field("ingressClassName", plain)
                .or(|| class_annotation.map_or(Field::Absent(spec.place()), |pair| pair.value.clone())),
            has_tls: spec.get("tls").is_some_and(|tls| tls.items().next().is_some()),
            hosts_without_tls: List::new(hosts.iter().filter(bare).cloned().collect(), hosts.at),
            hosts,
            tls_hosts,
            tls_secrets,
            backends,
            path: meta.path.clone(),
        }
    }
}

/// Whether a host of a TLS entry covers a host; one that is not known may.
fn covers(tls: &Field<String>, host: &str) -> bool {
    let Some(tls) = tls.value() else { return true };
    let under_wildcard = || {
        let (_, parent) = host.split_once('.')?;
        Some(tls.strip_prefix("*.")? == parent)
    };
    tls == host || under_wildcard().unwrap_or(false)
}

fn read_rule(rule: Reader<'_>) -> (Field<String>, List<Backend>) {
    let host = rule.field("host", plain);
    let paths = rule.child("http").list("paths", |node: NodeRef<'_>| {
        let path = Reader::new(node);
        read_backend(path.child("backend"), host.clone(), path.field("path", plain))
    });
    (host, paths)
}

fn read_backend(backend: Reader<'_>, host: Field<String>, path: Field<String>) -> Backend {
    let is_old = backend.has("serviceName");
    let (service, (number, port_name)) = if is_old {
        (backend.field("serviceName", plain), port_or_name(backend, "servicePort"))
    } else {
        let service = backend.child("service");
        let port = service.child("port");
        (service.field("name", plain), (port.port("number"), port.field("name", plain)))
    };
    let at = if service.is_absent() { backend.place() } else { service.place() };
    Backend { at, host, path, port: number, port_name, resolves: Field::Absent(at), service }
}
