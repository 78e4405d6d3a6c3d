//! A loaded compose project: its services and what they share.

use std::collections::BTreeSet;

use super::Trouble;
use super::fields::Fields;
use super::mounts::external;
use super::relations;
use super::scope::Scope;
use super::service::{ComposeService, read_service};
use super::tree::{Data, Entry, Value};
use super::variable::{self, Variable};
use crate::model;
use crate::model::schema::PathText;
use crate::model::value::{Always, Field, List, Unresolved};
use crate::source::Place;

model! {
    /// A network of a compose project.
    pub struct ComposeNetwork as "compose.network" {
        /// Its key.
        name: String,
        /// Its name outside the project, where one is written.
        declared_name: Field<String>,
        /// Whether something else makes it.
        external: Always<bool>,
        /// Its driver.
        driver: Field<String>,
        /// Whether it has no way out.
        internal: Always<bool>,
        /// Its address ranges.
        subnets: List<Field<String>>,
        /// Another network of the project with an overlapping address range (IPv4).
        overlaps: Field<String>,
        /// Whether a service is in it.
        is_used: bool,
    }
    label(network) { network.name.clone() }
}

model! {
    /// A named volume of a compose project.
    pub struct ComposeVolume as "compose.volume" {
        /// Its key.
        name: String,
        /// Its name outside the project, where one is written.
        declared_name: Field<String>,
        /// Whether something else makes it.
        external: Always<bool>,
        /// Its driver.
        driver: Field<String>,
        /// Whether a service mounts it.
        is_used: bool,
    }
    label(volume) { volume.name.clone() }
}

model! {
    /// A secret or config of a compose project.
    pub struct ComposeSecret as "compose.secret" {
        /// Its key.
        name: String,
        /// Its name outside the project, where one is written.
        declared_name: Field<String>,
        /// Whether something else makes it.
        external: Always<bool>,
        /// The file it is read from, as written.
        file: Field<String>,
        /// The file relative to the root of the run.
        file_path: Field<PathText>,
        /// Whether that file is in the repository.
        file_exists: Always<bool>,
        /// The environment variable it is read from.
        environment: Field<String>,
        /// Whether its content is written in the compose file.
        has_content: bool,
        /// Whether a service is given it.
        is_used: Always<bool>,
    }
    label(secret) { secret.name.clone() }
}

model! {
    /// A compose project: one compose file with the files laid over it.
    pub struct ComposeFile as "compose.file" in Document {
        /// Path of the first file, relative to the root of the run.
        path: PathText,
        /// The files laid over it, in order.
        overrides: List<Field<PathText>>,
        /// Name of the project, where one is written.
        name: Field<String> as "name",
        /// The `version` key, which compose ignores.
        version: Field<String> as "version",
        /// Whether its name says that it is for `docker stack deploy`.
        for_swarm: bool,
        /// Whether its name or directory says that it is for tests or for a pipeline: `docker-compose.test.yml`,
        /// `ci/compose.yaml`. Its services are judged only where somebody names the file.
        for_tests: bool,
        /// Its services.
        services: List<ComposeService>,
        /// Its networks.
        networks: List<ComposeNetwork>,
        /// Its named volumes.
        volumes: List<ComposeVolume>,
        /// Its secrets.
        secrets: List<ComposeSecret>,
        /// Its configs.
        configs: List<ComposeSecret>,
        /// All variables that its values name.
        variables: List<Variable>,
    }
    with {
        /// What is wrong beside the values of fields, and what could not be followed.
        problems: Vec<Trouble>,
    }
    label(file) { file.path.0.clone() }
}

/// What loading knows beside the tree.
pub(super) struct Loaded {
    pub(super) path: String,
    pub(super) overrides: List<Field<PathText>>,
    pub(super) variables: Vec<Variable>,
    pub(super) problems: Vec<Trouble>,
    /// The start of the base file.
    pub(super) start: Place,
}

/// Reads the merged tree.
pub(super) fn read_file(scope: &Scope<'_>, loaded: Loaded) -> ComposeFile {
    let mut problems = loaded.problems;
    let mut variables = loaded.variables;
    variable::mark_repeated(&mut variables);
    let at = scope.root.get("services").map_or(loaded.start, Value::anchor);
    let fields = Fields::new(scope.root, loaded.start);
    let mut services = List::new(Vec::new(), at);
    for entry in section(fields, "services", &mut problems) {
        match read_service(entry, scope) {
            Some(service) => services.items.push(service),
            None => problems.push(
                Trouble::invalid(entry.key_at, format!("the service `{}` is {}", entry.key, entry.value.type_name()))
                    .with_help("a service is a mapping with at least `image` or `build`"),
            ),
        }
    }
    services.unseen = scope
        .gap
        .or(scope.root.partial)
        .map(|why| Box::new(Unresolved { text: String::new(), why: why.into(), at, via: None, expected: None }));
    // Several services may name one file.
    for trouble in scope.take_troubles() {
        if !problems.contains(&trouble) {
            problems.push(trouble);
        }
    }
    let for_swarm = relations::is_for_swarm(&loaded.path);
    relations::relate(&mut services.items, for_swarm);
    let named = uses(&services);
    let is_used = |kind: &'static str, name: &str| named.contains(&(kind, name.to_owned()));
    let secrets = |kind: &'static str, problems: &mut Vec<Trouble>| {
        let entries = section(fields, kind, problems);
        List::new(
            entries
                .iter()
                .map(|entry| {
                    let is_used = is_given(&services, kind, entry, is_used(kind, &entry.key));
                    read_secret(entry, scope, is_used)
                })
                .collect(),
            fields.at(kind),
        )
    };
    let networks = section(fields, "networks", &mut problems);
    let mut networks: Vec<ComposeNetwork> =
        networks.iter().map(|entry| read_network(entry, is_used("networks", &entry.key))).collect();
    relations::relate_networks(&mut networks);
    let volumes = section(fields, "volumes", &mut problems);
    ComposeFile {
        at,
        path: PathText(loaded.path),
        overrides: loaded.overrides,
        name: fields.text("name"),
        version: fields.text("version"),
        for_swarm,
        for_tests: false,
        networks: List::new(networks, fields.at("networks")),
        volumes: List::new(
            volumes.iter().map(|entry| read_volume(entry, is_used("volumes", &entry.key))).collect(),
            fields.at("volumes"),
        ),
        secrets: secrets("secrets", &mut problems),
        configs: secrets("configs", &mut problems),
        variables: List::new(variables, at),
        services,
        problems,
    }
}

/// The entries of a top-level mapping.
fn section<'v>(fields: Fields<'v>, key: &str, problems: &mut Vec<Trouble>) -> &'v [Entry] {
    let Some(value) = fields.get(key) else { return &[] };
    if !matches!(value.data, Data::Map(_)) {
        let message = format!("`{key}` is {} where a mapping of names should stand", value.type_name());
        problems.push(Trouble::invalid(value.anchor(), message));
    }
    value.entries()
}

/// The top-level names that services refer to, with the key they stand under.
fn uses(services: &List<ComposeService>) -> BTreeSet<(&'static str, String)> {
    let mut uses = BTreeSet::new();
    for service in services {
        uses.extend(service.network_names().into_iter().map(|name| ("networks", name.to_owned())));
        let volumes = service.volumes.iter().filter_map(|mount| mount.source.value());
        uses.extend(volumes.map(|name| ("volumes", name.clone())));
        for (kind, grants) in [("secrets", &service.secrets), ("configs", &service.configs)] {
            uses.extend(grants.iter().filter_map(|grant| grant.source.value()).map(|name| (kind, name.clone())));
        }
    }
    uses
}

/// The name outside the project, in its form of today or as `external: { name: … }`.
fn declared_name(fields: Fields<'_>) -> Field<String> {
    fields.text("name").or(|| match fields.get("external").map(|external| &external.data) {
        Some(Data::Map(_)) => fields.child("external").text("name"),
        _ => Field::Absent(fields.place()),
    })
}

fn read_network(entry: &Entry, is_used: bool) -> ComposeNetwork {
    let fields = Fields::new(&entry.value, entry.key_at);
    let ipam = fields.child("ipam");
    ComposeNetwork {
        at: entry.key_at,
        name: entry.key.clone(),
        declared_name: declared_name(fields),
        external: external(fields),
        driver: fields.text("driver"),
        internal: fields.bool("internal").or_default(false),
        subnets: ipam.list("config", |item, out| {
            let subnet = Fields::new(item, ipam.at("config")).text("subnet");
            if !subnet.is_absent() {
                out.push(subnet);
            }
        }),
        overlaps: Field::Absent(entry.key_at),
        is_used,
    }
}

fn read_volume(entry: &Entry, is_used: bool) -> ComposeVolume {
    let fields = Fields::new(&entry.value, entry.key_at);
    ComposeVolume {
        at: entry.key_at,
        name: entry.key.clone(),
        declared_name: declared_name(fields),
        external: external(fields),
        driver: fields.text("driver"),
        is_used,
    }
}

/// Whether a service is given a secret or config. Services that are not known whole may be given any.
fn is_given(services: &List<ComposeService>, kind: &str, entry: &Entry, is_used: bool) -> Always<bool> {
    let grants = |service: &ComposeService| {
        let grants = if kind == "secrets" { &service.secrets } else { &service.configs };
        grants.unseen.clone()
    };
    match services.unseen.clone().or_else(|| services.iter().find_map(grants)) {
        Some(unseen) if !is_used => Field::Unresolved(unseen).or_default(false),
        _ => Always::known(is_used, entry.key_at),
    }
}

fn read_secret(entry: &Entry, scope: &Scope<'_>, is_used: Always<bool>) -> ComposeSecret {
    let fields = Fields::new(&entry.value, entry.key_at);
    let file = fields.text("file");
    ComposeSecret {
        at: entry.key_at,
        name: entry.key.clone(),
        declared_name: declared_name(fields),
        external: external(fields),
        file_path: scope.path(&file),
        file_exists: super::presence::unseen(file.place()),
        file,
        environment: fields.text("environment"),
        has_content: fields.get("content").is_some(),
        is_used,
    }
}
