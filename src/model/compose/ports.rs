//! Published and exposed ports (Compose Specification, `ports` and `expose`).

use std::cell::Cell;

use super::fields::{Fields, parse_port, port, slice, text};
use super::text::Slice;
use super::tree::{Data, Value};
use crate::model::schema::Port;
use crate::model::value::{Always, Field};
use crate::{model, words};

/// A short form longer than this is taken as one port, however long its range.
const MAX_LENGTH: usize = 128;

words! {
    /// A transport protocol.
    pub enum Protocol {
        /// TCP
        Tcp = "tcp",
        /// UDP
        Udp = "udp",
        /// SCTP
        Sctp = "sctp",
    }
}

model! {
    /// A port of a compose service, ranges expanded.
    pub struct ComposePort as "compose.port" {
        /// Address of the host it is bound to; all addresses where absent.
        host_ip: Field<String>,
        /// Whether it is bound to the host's loopback address.
        is_loopback: Always<bool>,
        /// Port of the host; a free one where absent.
        published: Field<Port>,
        /// Port of the container.
        target: Field<Port>,
        /// Transport protocol.
        protocol: Always<Protocol>,
        /// A service that publishes the same port of the host and may run at the same time.
        taken_by: Field<String>,
        /// The short form as written, or the long form's target.
        as_written: String,
    }
    label(port) { port.as_written.clone() }
}

/// Reads one item of `ports`.
pub(super) fn read_port(item: &Value, budget: &Cell<usize>, out: &mut Vec<ComposePort>) {
    match &item.data {
        Data::Scalar(text) => short_port(text.all(), budget, out),
        Data::Map(_) => long_port(item, out),
        Data::Null | Data::List(_) => out.push(malformed(item)),
    }
}

/// Reads one item of `expose`: a port or a range, with or without protocol.
pub(super) fn read_exposed(item: &Value, budget: &Cell<usize>, out: &mut Vec<ComposePort>) {
    let Some(whole) = slice(item) else {
        out.push(malformed(item));
        return;
    };
    let (ports, protocol) = split_protocol(whole);
    push_range(whole, &Field::Absent(whole.place()), None, ports, &protocol, budget, out);
}

fn malformed(item: &Value) -> ComposePort {
    ComposePort {
        at: item.at,
        host_ip: Field::Absent(item.at),
        is_loopback: Always::known(false, item.at),
        published: Field::Absent(item.at),
        target: Field::malformed(item.excerpt(), "a port such as `8080:80`", item.at),
        protocol: Always::known(Protocol::Tcp, item.at),
        taken_by: Field::Absent(item.at),
        as_written: String::new(),
    }
}

fn split_protocol(whole: Slice<'_>) -> (Slice<'_>, Always<Protocol>) {
    match whole.rsplit_once('/') {
        Some((rest, protocol)) => (rest, read_protocol(protocol).or_default(Protocol::Tcp)),
        None => (whole, Always::known(Protocol::Tcp, whole.place())),
    }
}

fn read_protocol(slice: Slice<'_>) -> Field<Protocol> {
    slice.field("`tcp`, `udp` or `sctp`", |text| Protocol::from_word(&text.to_ascii_lowercase()))
}

/// `[[HOST_IP:][PUBLISHED]:]TARGET[/PROTOCOL]`
fn short_port(whole: Slice<'_>, budget: &Cell<usize>, out: &mut Vec<ComposePort>) {
    let (address, protocol) = split_protocol(whole);
    let Some((front, target)) = address.rsplit_once(':') else {
        push_range(whole, &Field::Absent(whole.place()), None, address, &protocol, budget, out);
        return;
    };
    let (host, published) = match front.rsplit_once(':') {
        // The colons of an IPv6 address without a port stand in its brackets.
        Some((host, published)) if !published.masked().ends_with(']') => (Some(host), published),
        _ if front.masked().contains('.') || front.masked().starts_with('[') => {
            (Some(front), front.from(front.raw().len()))
        }
        _ => (None, front),
    };
    let host_ip = match host {
        Some(host) if !host.is_empty() => {
            host.field("an address", |text| Some(text.trim_start_matches('[').trim_end_matches(']').to_owned()))
        }
        _ => Field::Absent(whole.place()),
    };
    push_range(whole, &host_ip, (!published.is_empty()).then_some(published), target, &protocol, budget, out);
}

fn is_loopback(host_ip: &Field<String>) -> Always<bool> {
    host_ip.clone().map(|ip| ip.starts_with("127.") || ip == "::1" || ip == "localhost").or_default(false)
}

fn push_range(
    whole: Slice<'_>,
    host_ip: &Field<String>,
    published: Option<Slice<'_>>,
    target: Slice<'_>,
    protocol: &Always<Protocol>,
    budget: &Cell<usize>,
    out: &mut Vec<ComposePort>,
) {
    let mut push = |published: Field<Port>, target: Field<Port>| {
        out.push(ComposePort {
            at: whole.place(),
            is_loopback: is_loopback(host_ip),
            host_ip: host_ip.clone(),
            published,
            target,
            protocol: protocol.clone(),
            taken_by: Field::Absent(whole.place()),
            as_written: whole.raw().to_owned(),
        });
    };
    let absent = || Field::Absent(whole.place());
    let targets = range(target);
    let hosts = published.and_then(|published| Some((published, range(published)?)));
    match (targets, hosts) {
        (Some((first, last)), _) if !affordable(last - first, whole, budget) => {
            let why = "the range is too long to look at each port";
            push(
                published.map_or_else(absent, Slice::unresolved),
                Field::unresolved(target.raw(), why, target.place()),
            );
        }
        (Some((first, last)), Some((_, (from, to)))) if last - first == to - from => {
            for step in 0..=last - first {
                push(
                    Field::known(Port(from + step), published.map_or(whole.place(), Slice::place)),
                    Field::known(Port(first + step), target.place()),
                );
            }
        }
        (Some((first, last)), Some((published, (from, to)))) if first == last && from < to => {
            let why = "it is picked from the range when the container starts";
            push(Field::unresolved(published.raw(), why, published.place()), Field::known(Port(first), target.place()));
        }
        (Some((first, last)), None) if published.is_none() => {
            for port in first..=last {
                push(absent(), Field::known(Port(port), target.place()));
            }
        }
        _ => push(published.map_or_else(absent, port), port(target)),
    }
}

/// Takes further ports of a range from the budget; `false` where it has not so many.
fn affordable(further: u16, whole: Slice<'_>, budget: &Cell<usize>) -> bool {
    let left =
        budget.get().checked_sub(usize::from(further)).filter(|_| further == 0 || whole.raw().len() <= MAX_LENGTH);
    left.inspect(|left| budget.set(*left)).is_some()
}

fn range(slice: Slice<'_>) -> Option<(u16, u16)> {
    let text = slice.masked();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_port(first)?.0, parse_port(last)?.0);
    (first <= last).then_some((first, last))
}

fn long_port(item: &Value, out: &mut Vec<ComposePort>) {
    let fields = Fields::new(item, item.anchor());
    let host_ip = fields.text("host_ip");
    let target = fields.get("target").and_then(slice);
    let read = |key| fields.field(key, |value| slice(value).map_or_else(|| not_a_port(value), port));
    let at = fields.get("target").map_or(item.at, |target| target.at);
    let protocol = fields
        .field("protocol", |value| slice(value).map_or(Field::Absent(value.at), read_protocol))
        .or_default(Protocol::Tcp);
    let published = match fields.get("published").and_then(slice).and_then(range) {
        Some((from, to)) if from != to => {
            let why = "it is picked from the range when the container starts";
            fields.text("published").map(|_| Port(from)).or(|| Field::unresolved("", why, at))
        }
        _ => read("published"),
    };
    out.push(ComposePort {
        at,
        is_loopback: is_loopback(&host_ip),
        host_ip,
        published,
        target: match fields.get("target") {
            Some(_) => read("target"),
            None => Field::malformed("a port without `target`", "a port of the container", item.at),
        },
        protocol,
        taken_by: Field::Absent(at),
        as_written: target.map_or_else(String::new, |target| target.raw().to_owned()),
    });
}

fn not_a_port<T>(value: &Value) -> Field<T> {
    Field::malformed(value.excerpt(), "a port from 1 to 65535", value.at)
}

/// What makes a port the same as one in an earlier file: all of it. Another host port is another port.
pub(super) fn port_key(item: &Value) -> Option<String> {
    let mut ports = Vec::new();
    read_port(item, &Cell::new(0), &mut ports);
    let [port] = ports.as_slice() else { return None };
    if port.target.value().is_none() {
        return text(item).value().cloned();
    }
    let host = port.host_ip.value().map_or("", String::as_str);
    let number = |field: &Field<Port>| match field {
        Field::Known(port, _) => port.0.to_string(),
        Field::Unresolved(unresolved) => unresolved.text.clone(),
        _ => String::new(),
    };
    let protocol = port.protocol.value().map_or("", |protocol| protocol.as_str());
    Some(format!("{host}:{}:{}/{protocol}", number(&port.published), number(&port.target)))
}
