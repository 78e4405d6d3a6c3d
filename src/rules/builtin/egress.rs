//! `egress-allowed`: whether NetworkPolicies let pods reach the port of an address.

use super::{Builtin, Parameter, Wants, text};
use crate::model::schema::{Elements, Node, Slot, View};
use crate::rules::evidence::Truth;

pub(super) const EGRESS_ALLOWED: Builtin = Builtin {
    name: "egress-allowed",
    doc: "The policies, taken together, let traffic out to the port of the address. Whose address it is plays no part; \
          an address without a host or a known port holds, and so does one of the pod itself.",
    why: "The port stands inside of the address or follows from its scheme, ranges of ports are given by their ends, \
          and policies add up: one that lets everything through outweighs the rest.",
    parameters: &[
        Parameter { name: "address", wants: Wants::Text, doc: "An address with a scheme, such as `nats://bus:4222`." },
        Parameter {
            name: "policies",
            wants: Wants::ListOf("k8s.network_policy"),
            doc: "The policies that select the pods.",
        },
    ],
    expected: "a rule that lets its port out",
    decide: |arguments| {
        let Some(port) = port_of(text(arguments, 0)) else { return Truth::Holds };
        match arguments.get(1) {
            Some(View::List(policies)) => allowed(*policies, port),
            _ => Truth::Holds,
        }
    },
};

/// Ports of schemes that name none (IANA "Service Name and Transport Protocol Port Number Registry").
const USUAL: &[(&str, i64)] = &[
    ("amqp", 5672),
    ("amqps", 5671),
    ("http", 80),
    ("https", 443),
    ("mongodb", 27017),
    ("mysql", 3306),
    ("nats", 4222),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("redis", 6379),
    ("rediss", 6379),
];

/// The port of an address, where it can be told and is not one of the pod itself.
fn port_of(address: &str) -> Option<i64> {
    let (scheme, rest) = address.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host_port = authority.rsplit('@').next()?;
    let (host, port) = match host_port.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').map(|(host, port)| (host, port.strip_prefix(':')))?,
        None => host_port.split_once(':').map_or((host_port, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() || matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0") {
        return None;
    }
    if let Some(port) = port {
        return port.parse::<u16>().ok().map(i64::from);
    }
    // `postgresql+asyncpg` is a driver for the scheme in front.
    let scheme = scheme.split('+').next().unwrap_or(scheme);
    USUAL.iter().find(|(known, _)| known.eq_ignore_ascii_case(scheme)).map(|(_, port)| *port)
}

/// Policies add up: traffic passes that any of them lets through (Kubernetes API, `NetworkPolicySpec`). Where none
/// governs egress, everything passes.
fn allowed(policies: &dyn Elements, port: i64) -> Truth {
    let (mut governed, mut doubt) = (false, policies.unseen().is_some());
    for index in 0..policies.len() {
        let Some(Slot::Known(View::Node(policy), _)) = policies.get(index) else {
            doubt = true;
            continue;
        };
        if !matches!(field(policy, "governs_egress"), Some(Slot::Known(View::Bool(true), _))) {
            continue;
        }
        governed = true;
        match any(field(policy, "egress"), |rule| rule_allows(rule, port)) {
            Truth::Holds => return Truth::Holds,
            Truth::Unknown => doubt = true,
            Truth::Fails => {}
        }
    }
    match (doubt, governed) {
        (true, _) => Truth::Unknown,
        (false, governed) => Truth::of(!governed),
    }
}

fn rule_allows(rule: &dyn Node, port: i64) -> Truth {
    if matches!(field(rule, "allows_all_ports"), Some(Slot::Known(View::Bool(true), _))) {
        return Truth::Holds;
    }
    any(field(rule, "ports"), |entry| {
        let number = |name: &str| match field(entry, name) {
            Some(Slot::Known(View::Int(number), _)) => Some(number),
            _ => None,
        };
        match (number("port"), number("end_port"), field(entry, "port_name")) {
            (Some(first), last, _) => Truth::of((first..=last.unwrap_or(first)).contains(&port)),
            // What the name stands for is decided by the pods on the other side.
            (None, _, Some(Slot::Known(..) | Slot::Unresolved(_))) => Truth::Unknown,
            // Only a protocol: all its ports.
            (None, _, _) => Truth::Holds,
        }
    })
}

fn any(list: Option<Slot<'_>>, holds: impl Fn(&dyn Node) -> Truth) -> Truth {
    let Some(Slot::Known(View::List(list), _)) = list else { return Truth::Unknown };
    let mut truth = if list.unseen().is_some() { Truth::Unknown } else { Truth::Fails };
    for index in 0..list.len() {
        let of_one = match list.get(index) {
            Some(Slot::Known(View::Node(node), _)) => holds(node),
            _ => Truth::Unknown,
        };
        match of_one {
            Truth::Holds => return Truth::Holds,
            Truth::Unknown => truth = Truth::Unknown,
            Truth::Fails => {}
        }
    }
    truth
}

fn field<'n>(node: &'n dyn Node, name: &str) -> Option<Slot<'n>> {
    node.def().field(name).map(|(index, _)| node.slot(index))
}

#[cfg(test)]
mod tests {
    use super::port_of;

    #[test]
    fn the_port_is_written_or_follows_from_the_scheme() {
        assert_eq!(port_of("nats://bus:4333"), Some(4333));
        assert_eq!(port_of("postgresql+asyncpg://user:word@db/shop"), Some(5432));
        assert_eq!(port_of("https://[fd00::1]/x"), Some(443));
        assert_eq!(port_of("https://[fd00::1]:8443/x"), Some(8443));
        assert_eq!(port_of("redis://localhost:6379"), None);
        assert_eq!(port_of("tcp://bus"), None);
        assert_eq!(port_of("nats://bus:$(PORT)"), None);
        assert_eq!(port_of("debug"), None);
    }
}
