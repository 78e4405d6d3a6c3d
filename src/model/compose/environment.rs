//! Environment variables, labels and build arguments: what stands under names.

use std::collections::BTreeSet;

use super::fields::{Fields, parse_port, slice, text};
use super::interpolate::Lookup;
use super::mounts::ComposeGrant;
use super::text::{Slice, Text};
use super::tree::{Data, Value};
use crate::model;
use crate::model::schema::{PathText, Port};
use crate::model::secret;
use crate::model::value::{Always, Field, List};
use crate::source::Place;

model! {
    /// An environment variable or build argument.
    pub struct ComposeVariable as "compose.env_var" {
        /// Its name.
        key: String,
        /// Its value; absent where it is passed through from whoever runs compose.
        value: Field<String>,
        /// The file of variables that it comes from, relative to the root of the run; absent where the compose file sets it.
        env_file: Field<PathText>,
        /// Whether it comes from a file that other services of the project are given as well, so that it may not be meant
        /// for this one.
        is_shared: bool,
        /// Whether it comes from a file that is named as one of settings, as `.env` and `api.env` are. What these hold is
        /// in the `settings` of a `repo.file` too.
        in_settings_file: bool,
        /// Whether the name is that of a secret.
        is_secret_like: bool,
        /// Whether the name ends in `_FILE`, so that the value should be a path.
        is_file_reference: bool,
        /// Whether the name is that of a secret followed by `_FILE`.
        is_secret_file: bool,
        /// Whether the value is written here and no part of it comes from a variable.
        is_literal: bool,
        /// Whether the value only holds a place, such as `changeme`.
        is_placeholder: bool,
        /// Whether the value holds a user and a password in an address.
        has_url_credentials: bool,
        /// The scheme, where the value is an address such as `redis://cache:6379`. This, host and port are known where
        /// only other parts of the address come from variables.
        url_scheme: Field<String>,
        /// The host of an address.
        url_host: Field<String>,
        /// The port of an address, where one is written.
        url_port: Field<Port>,
        /// Whether that host is a service of the project, or a further name of one; absent where there is no such host.
        url_host_is_service: Field<bool>,
        /// Whether the service starts after that service; absent where the host is none.
        url_host_is_awaited: Field<bool>,
        /// Name of the secret that the value points to below `/run/secrets`.
        secret: Field<String>,
        /// Whether the service is given that secret; true where it points to none.
        secret_granted: Always<bool>,
    }
    label(variable) { variable.key.clone() }
}

model! {
    /// A label.
    pub struct ComposeLabel as "compose.label" {
        /// Its name.
        key: String,
        /// Its value.
        value: Field<String>,
    }
    label(label) { label.key.clone() }
}

/// Where Compose mounts secrets.
const SECRETS: &str = "/run/secrets/";

/// The secrets of a service.
pub(super) struct Granted<'g> {
    /// Where they are mounted.
    targets: BTreeSet<&'g str>,
    /// Whether there may be others.
    hidden: bool,
}

impl<'g> Granted<'g> {
    pub(super) fn new(grants: &'g List<ComposeGrant>) -> Self {
        let targets = grants.items.iter().filter_map(|grant| Some(grant.target.value()?.0.as_str())).collect();
        let hidden = grants.unseen.is_some() || grants.items.iter().any(|grant| grant.target.value().is_none());
        Self { targets, hidden }
    }
}

/// Reads a mapping of variables. A name alone stands for what the environment of compose has.
pub(super) fn read_variables(
    fields: Fields<'_>,
    key: &str,
    granted: &Granted<'_>,
    env: Lookup<'_>,
) -> List<ComposeVariable> {
    fields.map(key, |name, at, value| match env(name).filter(|_| value.is_null()) {
        Some(given) => {
            let given = Value::new(Data::Scalar(Text::handed_on(given, at)), at, Some(at));
            read_variable(name, at, &given, granted)
        }
        None => read_variable(name, at, value, granted),
    })
}

/// Reads one variable.
pub(super) fn read_variable(name: &str, at: Place, value: &Value, granted: &Granted<'_>) -> ComposeVariable {
    let whole = slice(value);
    let raw = whole.map_or("", Slice::raw);
    let field = if value.is_null() { Field::Absent(at) } else { text(value) };
    let secret = match whole {
        Some(whole) if raw.starts_with(SECRETS) && field.value().is_some() => whole.from(SECRETS.len()).string(),
        _ => Field::Absent(value.at),
    };
    let has = granted.targets.contains(raw);
    ComposeVariable {
        at,
        key: name.to_owned(),
        env_file: Field::Absent(at),
        is_shared: false,
        in_settings_file: false,
        is_secret_like: secret::is_secret_key(name),
        is_file_reference: name.to_ascii_uppercase().ends_with("_FILE"),
        is_secret_file: is_secret_file(name),
        is_literal: whole.is_some_and(|whole| !whole.has_variable()),
        is_placeholder: whole.is_some_and(|whole| secret::is_placeholder(whole.raw())),
        has_url_credentials: secret::has_url_credentials(raw),
        url_scheme: whole.map_or(Field::Absent(value.at), url_scheme),
        url_host: whole.map_or(Field::Absent(value.at), url_host),
        url_port: whole.map_or(Field::Absent(value.at), url_port),
        url_host_is_service: Field::Absent(value.at),
        url_host_is_awaited: Field::Absent(value.at),
        secret_granted: match &secret {
            Field::Known(name, origin) if !has && granted.hidden => {
                Field::unresolved(name, "not all secrets of the service are known", origin.at).or_default(false)
            }
            Field::Known(_, origin) => Always::known(has, origin.at),
            _ => Always::known(true, value.at),
        },
        secret,
        value: field,
    }
}

/// The scheme of an address.
fn url_scheme(value: Slice<'_>) -> Field<String> {
    let end = value.masked().find("://");
    match value.sub(0..end.unwrap_or(0)) {
        // The variable may hold the scheme.
        _ if end.is_none() && value.is_unknown() => value.unresolved(),
        scheme if scheme.is_unknown() => scheme.unresolved(),
        scheme if is_scheme(scheme.raw()) => {
            Field::known(without_jdbc(scheme.raw()).to_ascii_lowercase(), value.place())
        }
        _ => Field::Absent(value.place()),
    }
}

/// Java's addresses of databases are those of others behind a prefix (JDBC 4.3, 9.4).
fn without_jdbc(scheme: &str) -> &str {
    scheme.strip_prefix("jdbc:").unwrap_or(scheme)
}

fn is_scheme(text: &str) -> bool {
    let text = without_jdbc(text);
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// The port of an address.
fn url_port(value: Slice<'_>) -> Field<Port> {
    let place = value.place();
    let Some(start) = value.masked().find("://").map(|at| at + "://".len()) else { return Field::Absent(place) };
    let rest = value.from(start);
    let authority = rest.sub(0..rest.masked().find(['/', '?', '#']).unwrap_or(rest.masked().len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_ipv6 = host.raw().ends_with(']');
    match host.rsplit_once(':').filter(|_| !is_ipv6) {
        Some((_, port)) if port.is_unknown() => port.unresolved(),
        Some((_, port)) => parse_port(port.raw()).map_or(Field::Absent(place), |port| Field::known(port, place)),
        // The variable may hold the port as well.
        None if host.is_unknown() && !is_ipv6 => host.unresolved(),
        None => Field::Absent(place),
    }
}

/// The host of an address; one that a variable fills in is none.
fn url_host(value: Slice<'_>) -> Field<String> {
    let host = value.masked().find("://").and_then(|end| {
        let scheme = value.sub(0..end);
        let rest = value.from(end + "://".len());
        let authority = rest.sub(0..rest.masked().find(['/', '?', '#']).unwrap_or(rest.masked().len()));
        let behind = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = behind.split_once(':').map_or(behind, |(host, _)| host).raw();
        let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        ((scheme.is_unknown() || is_scheme(scheme.raw())) && is_host).then(|| host.to_owned())
    });
    host.map_or(Field::Absent(value.place()), |host| Field::known(host, value.place()))
}

fn is_secret_file(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.strip_suffix("_FILE").is_some_and(secret::is_secret_key)
}

/// Reads a mapping of labels.
pub(super) fn read_labels(fields: Fields<'_>, key: &str) -> List<ComposeLabel> {
    fields.map(key, |name, at, value| ComposeLabel {
        at,
        key: name.to_owned(),
        value: if value.is_null() { Field::known(String::new(), at) } else { text(value) },
    })
}
