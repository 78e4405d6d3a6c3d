//! Ports of Services and policies, looked up among those that containers declare.

use super::{any, fact};
use crate::model::k8s::container::{ContainerPort, ContainerRole};
use crate::model::k8s::network_policy::PolicyPort;
use crate::model::k8s::service::ServicePort;
use crate::model::k8s::workload::Workload;
use crate::model::schema::Port;
use crate::model::value::Field;

const UNDECLARED: &str = "the containers do not declare all their ports";

fn declared(workload: &Workload) -> impl Iterator<Item = &ContainerPort> {
    let running = |role: ContainerRole| matches!(role, ContainerRole::Main | ContainerRole::Sidecar);
    workload.containers.iter().filter(move |container| running(container.role)).flat_map(|container| &container.ports)
}

/// Whether all ports of a workload's containers can be seen.
fn is_open(workload: &Workload) -> bool {
    let unknown =
        |port: &ContainerPort| port.container_port.value().is_none() || matches!(port.name, Field::Unresolved(_));
    workload.containers.unseen.is_some()
        || workload.containers.iter().any(|container| container.ports.unseen.is_some())
        || declared(workload).any(unknown)
}

/// Whether a container listens on a port. One that declares no port at all may still do so.
fn has_number(workload: &Workload, fits: impl Fn(&ContainerPort, Port) -> bool) -> Option<bool> {
    let does = |port: &ContainerPort| port.container_port.value().is_some_and(|number| fits(port, *number));
    if declared(workload).any(does) {
        return Some(true);
    }
    (declared(workload).next().is_some() && !is_open(workload)).then_some(false)
}

fn by_name<'w>(workload: &'w Workload, name: &str) -> Option<&'w ContainerPort> {
    declared(workload).find(|port| port.name.value().is_some_and(|own| own == name))
}

fn has_name(workload: &Workload, name: &str) -> Option<bool> {
    if by_name(workload, name).is_some() { Some(true) } else { (!is_open(workload)).then_some(false) }
}

/// Resolves the target of a Service's port in the workloads behind the Service. A connection goes to those pods that have
/// the port (Kubernetes API, `EndpointSubset`), so that one workload of several is enough.
pub(super) fn resolve_target(port: &mut ServicePort, behind: &[&Workload]) {
    if behind.is_empty() {
        return;
    }
    if let Field::Known(name, origin) = &port.target_port_name {
        let at = origin.at;
        port.resolves = fact(any(behind.iter().map(|workload| has_name(workload, name))), UNDECLARED, at);
        port.target_port = match behind.iter().find_map(|workload| by_name(workload, name)) {
            Some(found) => found.container_port.clone().via(at, "this Service names it"),
            None => Field::unresolved(name.clone(), "no container behind this Service has a port of this name", at),
        };
    } else if let Field::Known(wanted, origin) = &port.target_port {
        let holds = any(behind.iter().map(|workload| has_number(workload, |_, number| number == *wanted)));
        port.resolves = fact(holds, UNDECLARED, origin.at);
    }
}

/// Resolves a port that a policy lets through in the workloads it selects.
pub(super) fn resolve_policy_port(port: &mut PolicyPort, behind: &[&Workload]) {
    if behind.is_empty() {
        return;
    }
    let holds = match (&port.port_name, &port.port) {
        (Field::Known(name, _), _) => any(behind.iter().map(|workload| has_name(workload, name))),
        (_, Field::Known(..)) => {
            let fits = |own: &ContainerPort, number| {
                let same = own.protocol.value().zip(port.protocol.value()).is_none_or(|(own, wanted)| own == wanted);
                same && port.contains(number).unwrap_or(false)
            };
            any(behind.iter().map(|workload| has_number(workload, fits)))
        }
        _ => return,
    };
    port.resolves = fact(holds, UNDECLARED, port.at);
}
