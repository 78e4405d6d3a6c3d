//! How services refer to each other and to networks.

use super::fields::{Fields, boolean, scalar};
use super::mounts::external;
use super::scope::Scope;
use super::tree::Value;
use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::{model, words};

words! {
    /// What a dependency must have reached.
    pub enum Condition {
        /// It has been started.
        Started = "service_started",
        /// Its health check passes.
        Healthy = "service_healthy",
        /// It has ended well.
        Completed = "service_completed_successfully",
    }
}

model! {
    /// A service that another one starts after.
    pub struct Dependency as "compose.dependency" in Value {
        /// Name of the service.
        service: String,
        /// What it must have reached; `service_started` where none is written.
        condition: Always<Condition> as "condition",
        /// Whether the dependency is written in the list form, which knows no condition.
        is_list_form: bool,
        /// Whether compose refuses to start without it.
        required: Always<bool> as "required",
        /// Whether the service exists.
        declared: Always<bool>,
        /// Whether the two are in a common network.
        shares_network: Always<bool>,
        /// Whether the service has a health check that is not switched off; unresolved where only its image can tell.
        has_healthcheck: Always<bool>,
        /// The name of the service's image, without registry and tag.
        image_name: Field<String>,
    }
    label(dependency) { dependency.service.clone() }
}

model! {
    /// A network that a compose service is in.
    pub struct Attachment as "compose.attachment" {
        /// Its key at the top level.
        name: String,
        /// Whether it is declared there; `default` needs no declaration.
        declared: Always<bool>,
        /// Whether something else makes it.
        external: Always<bool>,
        /// Whether it has no way out.
        internal: Always<bool>,
        /// Further names of the service in it.
        aliases: List<Field<String>>,
        /// A fixed address.
        ipv4_address: Field<String>,
    }
    label(network) { network.name.clone() }
}

/// Reads the `networks` of a service.
pub(super) fn read_networks(fields: Fields<'_>, scope: &Scope<'_>) -> List<Attachment> {
    fields.map("networks", |name, at, value| {
        let own = Fields::new(value, at);
        let known = Field::known(name.to_owned(), at);
        let (external, internal) = match scope.top("networks", name) {
            Some(network) => {
                let fields = Fields::new(network, network.anchor());
                (external(fields), fields.bool("internal").or_default(false))
            }
            None => (Always::known(false, at), Always::known(false, at)),
        };
        Attachment {
            at,
            name: name.to_owned(),
            declared: if name == "default" { Always::known(true, at) } else { scope.declared("networks", &known) },
            external,
            internal,
            aliases: own.strings("aliases"),
            ipv4_address: own.text("ipv4_address"),
        }
    })
}

/// Reads the `depends_on` of `service`.
pub(super) fn read_dependencies(fields: Fields<'_>, service: &Value, scope: &Scope<'_>) -> List<Dependency> {
    let own = networks_of(service);
    fields.map("depends_on", |name, at, value| {
        let target = scope.top("services", name);
        let entry = Fields::new(value, at);
        let condition = entry.field("condition", |value| {
            scalar(
                value,
                "`service_started`, `service_healthy` or `service_completed_successfully`",
                Condition::from_word,
            )
        });
        Dependency {
            at,
            service: name.to_owned(),
            condition: condition.or_default(Condition::Started),
            is_list_form: value.is_null(),
            required: entry.bool("required").or_default(true),
            declared: scope.declared("services", &Field::known(name.to_owned(), at)),
            shares_network: shares_network(own.as_deref(), target, at),
            has_healthcheck: has_healthcheck(target, at),
            image_name: image_name(target, at),
        }
    })
}

fn image_name(service: Option<&Value>, at: Place) -> Field<String> {
    let Some(service) = service else { return Field::Absent(at) };
    let image = Fields::new(service, at).text("image");
    image
        .map(|image| image.rsplit('/').next().unwrap_or(&image).split(['@', ':']).next().unwrap_or_default().to_owned())
}

/// Networks of one service that are looked at when two are compared.
const MAX_NETWORKS: usize = 100;

/// Names of the networks a service is in; `None` where `network_mode` decides.
fn networks_of(service: &Value) -> Option<Vec<&str>> {
    if service.get("network_mode").is_some_and(|mode| !mode.is_null()) {
        return None;
    }
    let entries = service.get("networks").map_or(&[][..], Value::entries);
    if entries.is_empty() {
        return Some(vec!["default"]);
    }
    Some(entries.iter().take(MAX_NETWORKS).map(|entry| entry.key.as_str()).collect())
}

/// Whether two services are in a common network; true where that is not for networks to say.
fn shares_network(own: Option<&[&str]>, target: Option<&Value>, at: Place) -> Always<bool> {
    let (Some(own), Some(target)) = (own, target) else { return Always::known(true, at) };
    if let Some(why) = target.partial {
        return Field::unresolved("", why, at).or_default(true);
    }
    let shares = networks_of(target).is_none_or(|other| other.iter().any(|name| own.contains(name)));
    Always::known(shares, at)
}

/// Whether a service runs one of Docker's official images as it is. They have no health checks, on purpose (README of
/// docker-library/official-images, "Why don't you use `HEALTHCHECK`").
fn is_official(service: &Value) -> bool {
    let image = service.get("image").and_then(Value::text);
    service.get("build").is_none() && image.is_some_and(|image| !image.value.contains(['/', '\u{1}', '$']))
}

fn has_healthcheck(target: Option<&Value>, at: Place) -> Always<bool> {
    let Some(target) = target else { return Always::known(false, at) };
    let inherited = || match target.partial {
        Some(why) => Field::unresolved("", why, at).or_default(false),
        None if is_official(target) => Always::known(false, at),
        None => Field::unresolved("", "its image may have a health check", at).or_default(false),
    };
    let Some(check) = target.get("healthcheck").filter(|check| !check.is_null()) else { return inherited() };
    let disabled = check.get("disable").map(boolean).and_then(|field| field.value().copied()).unwrap_or(false);
    let none = check.get("test").and_then(|test| test.items().first()?.text()).is_some_and(|text| text.value == "NONE");
    if !disabled && !none && check.get("test").is_none() {
        return inherited();
    }
    Always::known(!disabled && !none, at)
}
