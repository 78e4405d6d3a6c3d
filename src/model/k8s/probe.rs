//! Probes, with the defaults that the API server fills in.

use super::container::ContainerPort;
use super::text::{plain, port_or_name};
use crate::model::duration::Duration;
use crate::model::read::{Reader, is_mapping};
use crate::model::schema::Port;
use crate::model::value::{Always, Field, List};
use crate::{model, words};

words! {
    /// How a probe asks.
    pub enum ProbeType {
        /// An HTTP GET.
        Http = "http",
        /// A TCP connection.
        Tcp = "tcp",
        /// A command in the container.
        Exec = "exec",
        /// The gRPC health protocol.
        Grpc = "grpc",
    }
}

model! {
    /// A liveness, readiness or startup probe.
    pub struct Probe as "k8s.probe" {
        /// How it asks.
        r#type: Field<ProbeType>,
        /// Path of an HTTP probe; `/` where none is written.
        path: Field<String>,
        /// Port of an HTTP, TCP or gRPC probe; that of the container's port where it is given by name.
        port: Field<Port>,
        /// Name of the port, where it is given by name.
        port_name: Field<String>,
        /// Whether the container declares the port, by that name or number.
        port_resolves: Field<bool>,
        /// `HTTP` or `HTTPS`, for an HTTP probe.
        scheme: Field<String>,
        /// Host of an HTTP or TCP probe, where it is not the pod's own address.
        host: Field<String>,
        /// The command of an exec probe.
        command: List<Field<String>>,
        /// Time between two probes.
        period: Always<Duration>,
        /// Time after which one has failed.
        timeout: Always<Duration>,
        /// Time before the first one.
        initial_delay: Always<Duration>,
        /// How many failures in a row count.
        failure_threshold: Always<i64>,
    }
    label(probe) { probe.r#type.value().map_or_else(String::new, |kind| format!("{kind} probe")) }
}

const HANDLERS: [(&str, ProbeType); 4] =
    [("httpGet", ProbeType::Http), ("tcpSocket", ProbeType::Tcp), ("exec", ProbeType::Exec), ("grpc", ProbeType::Grpc)];

impl Probe {
    /// Reads the probe under `key` of a container; its named port is looked up among the container's own.
    #[must_use]
    pub fn read(container: Reader<'_>, key: &str, ports: &List<ContainerPort>) -> Field<Self> {
        let Some(node) = container.get(key) else { return container.missing() };
        let reader = container.child(key);
        let at = reader.place();
        let written: Vec<_> = HANDLERS.iter().filter(|(handler, _)| reader.has(handler)).collect();
        let (kind, handler) = match written.as_slice() {
            [(name, kind)] => {
                let handler = reader.child(name);
                (Field::known(*kind, handler.place()), handler)
            }
            [] if node.is_partial() || !is_mapping(node) => (reader.missing(), Reader::absent(at)),
            [] => (Field::malformed("none", "one of `httpGet`, `tcpSocket`, `exec`, `grpc`", at), Reader::absent(at)),
            _ => (Field::malformed("several", "one of `httpGet`, `tcpSocket`, `exec`, `grpc`", at), Reader::absent(at)),
        };
        let is_http = kind.value() == Some(&ProbeType::Http);
        let default_text = |key: &str, default: &str| {
            let field = handler.field(key, plain);
            if is_http { field.or(|| Field::known(default.to_owned(), handler.place())) } else { field }
        };
        let (number, port_name) = port_or_name(handler, "port");
        let (port, port_resolves) = resolve(number, &port_name, ports);
        let seconds = |key: &str, default: i64| reader.seconds(key).or_default(Duration::from_seconds(default));
        let probe = Self {
            at,
            path: default_text("path", "/"),
            port,
            port_name,
            port_resolves,
            scheme: default_text("scheme", "HTTP"),
            host: handler.field("host", plain),
            command: handler.strings("command"),
            period: seconds("periodSeconds", 10),
            timeout: seconds("timeoutSeconds", 1),
            initial_delay: seconds("initialDelaySeconds", 0),
            failure_threshold: reader.int("failureThreshold").or_default(3),
            r#type: kind,
        };
        Field::known(probe, at)
    }
}

/// The number of a probe's port and whether the container declares it. A container that declares none may still
/// listen, so nothing is said about it there.
fn resolve(number: Field<Port>, name: &Field<String>, ports: &List<ContainerPort>) -> (Field<Port>, Field<bool>) {
    match (&number, name) {
        (_, Field::Known(name, origin)) => {
            let named = ports.iter().find(|port| port.name.value() == Some(name));
            match named {
                Some(port) => {
                    let declared = port.container_port.clone().via(origin.at, "this probe names it");
                    (declared, Field::known(true, origin.at))
                }
                None if ports.iter().any(|port| matches!(port.name, Field::Unresolved(_)))
                    || ports.unseen.is_some() =>
                {
                    let why = "the container's ports are not all known";
                    (Field::unresolved(name.clone(), why, origin.at), Field::unresolved(name.clone(), why, origin.at))
                }
                None => {
                    let why = "the container has no port of this name";
                    (Field::unresolved(name.clone(), why, origin.at), Field::known(false, origin.at))
                }
            }
        }
        (Field::Known(wanted, origin), _) => {
            let declared = ports.iter().any(|port| port.container_port.value() == Some(wanted));
            let all_known = ports.unseen.is_none() && ports.iter().all(|port| port.container_port.value().is_some());
            let resolves = if declared {
                Field::known(true, origin.at)
            } else if ports.items.is_empty() && ports.unseen.is_none() {
                Field::unresolved(wanted.0.to_string(), "the container declares no ports", origin.at)
            } else if all_known {
                Field::known(false, origin.at)
            } else {
                Field::unresolved(wanted.0.to_string(), "the container's ports are not all known", origin.at)
            };
            (number, resolves)
        }
        _ => {
            let resolves = match &number {
                Field::Unresolved(unresolved) => Field::Unresolved(unresolved.clone()),
                other => Field::Absent(other.place()),
            };
            (number, resolves)
        }
    }
}
