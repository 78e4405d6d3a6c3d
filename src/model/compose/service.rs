//! Services of a compose project, as they are after all files are merged.

use super::build::{ComposeBuild, ComposeCommand, read_build, read_command};
use super::env_files::{self, EnvFile, read_env_file};
use super::environment::{ComposeLabel, ComposeVariable, Granted, read_labels, read_variables};
use super::fields::{Fields, not_a, scalar, slice, text};
use super::health::{ComposeHealthcheck, read_healthcheck};
use super::image::read_image;
use super::links::{Attachment, Dependency, read_dependencies, read_networks};
use super::mounts::{ComposeGrant, ComposeMount, ComposeTmpfs, read_grant, read_tmpfs, read_volume, tmpfs_of_volume};
use super::ports::{ComposePort, read_exposed, read_port};
use super::scope::Scope;
use super::tree::{Data, Entry, Value};
use crate::model;
use crate::model::duration::Duration;
use crate::model::image::Image;
use crate::model::quantity::Quantity;
use crate::model::schema::Uid;
use crate::model::value::{Always, Field, List};

model! {
    /// What a compose service may use at most, or has set aside.
    pub struct ComposeResources as "compose.resources" {
        /// Processors.
        cpus: Field<Quantity>,
        /// Memory.
        memory: Field<Quantity>,
        /// Processes.
        pids: Field<Quantity>,
    }
    label(_resources) { "resources".to_owned() }
}

model! {
    /// A service of a compose project, after all files are merged.
    pub struct ComposeService as "compose.service" in Value {
        /// Its key.
        name: String,
        /// The image.
        image: Field<Image>,
        /// How the image is built.
        build: Field<ComposeBuild>,
        /// Whether it is part of an overlay, which is not judged alone: it has neither image nor build nor provider, or
        /// changes a service of the file below it.
        is_fragment: bool,
        /// Whether its image is built here.
        first_party: bool,
        /// Whether it does one thing and ends: another service waits for its end, its name or restart policy says so, it
        /// has only profiles of tests, or it is for somebody at a terminal.
        is_job: bool,
        /// Whether its file is for Swarm (`docker stack deploy`), as the file's name says.
        for_swarm: bool,
        /// The user as written, such as `1000:1000`.
        user: Field<String> as "user",
        /// The user's id; unresolved for a name other than `root`.
        user_uid: Field<Uid>,
        /// The group's id; absent where only a user is written.
        user_gid: Field<Uid>,
        /// Further groups.
        group_add: List<Field<String>> as "group_add",
        /// Capabilities taken away, in capital letters and without `CAP_`.
        cap_drop: List<Field<String>> as "cap_drop",
        /// Capabilities added, in capital letters and without `CAP_`.
        cap_add: List<Field<String>> as "cap_add",
        /// Security options as written.
        security_opt: List<Field<String>> as "security_opt",
        /// Whether the security options forbid gaining privileges.
        no_new_privileges: Always<bool>,
        /// Whether the root file system is read-only.
        read_only: Always<bool> as "read_only",
        /// Whether it has all privileges of the host.
        privileged: Always<bool> as "privileged",
        /// Whether an init process runs in it.
        init: Field<bool> as "init",
        /// Directories in memory, those given as volumes included.
        tmpfs: List<ComposeTmpfs> as "tmpfs",
        /// The health check.
        healthcheck: Field<ComposeHealthcheck> as "healthcheck",
        /// Published ports.
        ports: List<ComposePort>,
        /// Ports open to other services.
        expose: List<ComposePort>,
        /// Volumes and bind mounts.
        volumes: List<ComposeMount>,
        /// Environment variables, those of an `env_file` that is in the repository included.
        environment: List<ComposeVariable>,
        /// Files of environment variables.
        env_files: List<EnvFile>,
        /// Secrets it is given.
        secrets: List<ComposeGrant>,
        /// Configs it is given.
        configs: List<ComposeGrant>,
        /// Networks it names; none means `default`, unless `network_mode` is set.
        networks: List<Attachment>,
        /// Network mode, such as `host`.
        network_mode: Field<String> as "network_mode",
        /// Whose process namespace it shares.
        pid: Field<String> as "pid",
        /// Whose inter-process communication it shares.
        ipc: Field<String> as "ipc",
        /// Whose host name it shares.
        uts: Field<String> as "uts",
        /// User namespace mode.
        userns_mode: Field<String> as "userns_mode",
        /// Devices of the host.
        devices: List<Field<String>>,
        /// Services it starts after.
        depends_on: List<Dependency>,
        /// Limits, from `deploy.resources.limits` or `cpus`, `mem_limit`, `pids_limit`; 0 is none.
        limits: ComposeResources,
        /// Reservations, from `deploy.resources.reservations` or `mem_reservation`.
        reservations: ComposeResources,
        /// When it is started again.
        restart: Field<String> as "restart",
        /// When Swarm starts it again (`deploy.restart_policy.condition`).
        restart_condition: Field<String>,
        /// How many run, from `deploy.replicas` or `scale`.
        replicas: Field<i64>,
        /// Profiles it belongs to.
        profiles: List<Field<String>> as "profiles",
        /// Name of its container.
        container_name: Field<String> as "container_name",
        /// Another service of the project with the same container name that may run at the same time.
        container_name_taken_by: Field<String>,
        /// Host name in the container.
        hostname: Field<String> as "hostname",
        /// Arguments of the entry point.
        command: Field<ComposeCommand>,
        /// The entry point.
        entrypoint: Field<ComposeCommand>,
        /// Working directory.
        working_dir: Field<String> as "working_dir",
        /// Labels of the container.
        labels: List<ComposeLabel>,
        /// Logging driver.
        logging_driver: Field<String>,
        /// Options of the logging driver.
        logging_options: List<ComposeLabel>,
        /// Time it is given to stop.
        stop_grace_period: Field<Duration> as "stop_grace_period",
        /// Signal that asks it to stop.
        stop_signal: Field<String> as "stop_signal",
        /// Platform it runs on.
        platform: Field<String> as "platform",
        /// When its image is pulled.
        pull_policy: Field<String> as "pull_policy",
        /// Names of other hosts.
        extra_hosts: List<Field<String>>,
        /// Old links to other services.
        links: List<Field<String>>,
        /// Keys it has, as written.
        keys: List<Field<String>>,
    }
    label(service) { service.name.clone() }
}

impl ComposeService {
    /// What the service calls a network it is in, whether it names any or not.
    #[must_use]
    pub fn network_names(&self) -> Vec<&str> {
        if self.networks.items.is_empty() && self.network_mode.is_absent() {
            return vec!["default"];
        }
        self.networks.iter().map(|network| network.name.as_str()).collect()
    }
}

/// Reads one service; a value that is no mapping gives `None`.
pub(super) fn read_service(entry: &Entry, scope: &Scope<'_>) -> Option<ComposeService> {
    if !matches!(entry.value.data, Data::Map(_)) {
        return None;
    }
    let at = entry.key_at;
    let fields = Fields::new(&entry.value, at);
    let secrets = fields.list("secrets", |item, out| read_grant(item, "secrets", scope, out));
    let env_files = fields.list("env_file", |item, out| read_env_file(item, scope, out));
    let (user, group) = user_ids(fields);
    let security_opt = fields.strings("security_opt");
    let written = |key: &str| fields.get(key).is_some();
    Some(ComposeService {
        at,
        name: entry.key.clone(),
        image: fields
            .field("image", |value| slice(value).map_or_else(|| malformed(value, "an image reference"), read_image)),
        build: fields.field("build", |value| read_build(value, scope)),
        is_fragment: !written("image") && !written("build") && !written("provider") && entry.value.partial.is_none(),
        first_party: written("build"),
        is_job: false,
        for_swarm: false,
        user: fields.text("user"),
        user_uid: user,
        user_gid: group,
        group_add: fields.strings("group_add"),
        cap_drop: capabilities(fields, "cap_drop"),
        cap_add: capabilities(fields, "cap_add"),
        no_new_privileges: no_new_privileges(&security_opt),
        security_opt,
        read_only: fields.bool("read_only").or_default(false),
        privileged: fields.bool("privileged").or_default(false),
        init: fields.bool("init"),
        tmpfs: tmpfs(fields),
        healthcheck: fields.field("healthcheck", read_healthcheck),
        ports: fields.list("ports", |item, out| read_port(item, &scope.ports, out)),
        expose: fields.list("expose", |item, out| read_exposed(item, &scope.ports, out)),
        volumes: fields.list("volumes", |item, out| read_volume(item, scope, out)),
        environment: environment(fields, &secrets, &env_files, scope),
        env_files,
        secrets,
        configs: fields.list("configs", |item, out| read_grant(item, "configs", scope, out)),
        networks: read_networks(fields, scope),
        network_mode: fields.text("network_mode"),
        pid: fields.text("pid"),
        ipc: fields.text("ipc"),
        uts: fields.text("uts"),
        userns_mode: fields.text("userns_mode"),
        devices: fields.list("devices", |item, out| out.push(item.get("source").map_or_else(|| text(item), text))),
        depends_on: read_dependencies(fields, &entry.value, scope),
        limits: limits(fields),
        reservations: reservations(fields),
        restart: fields.text("restart"),
        restart_condition: fields.child("deploy").child("restart_policy").text("condition"),
        replicas: fields.child("deploy").int("replicas").or(|| fields.int("scale")),
        profiles: profiles(fields),
        container_name: fields.text("container_name"),
        container_name_taken_by: Field::Absent(at),
        hostname: fields.text("hostname"),
        command: fields.field("command", read_command),
        entrypoint: fields.field("entrypoint", read_command),
        working_dir: fields.text("working_dir"),
        labels: read_labels(fields, "labels"),
        logging_driver: fields.child("logging").text("driver"),
        logging_options: read_labels(fields.child("logging"), "options"),
        stop_grace_period: fields.duration("stop_grace_period"),
        stop_signal: fields.text("stop_signal"),
        platform: fields.text("platform"),
        pull_policy: fields.text("pull_policy"),
        extra_hosts: extra_hosts(fields),
        links: fields.strings("links"),
        keys: List::new(
            entry.value.entries().iter().map(|entry| Field::known(entry.key.clone(), entry.key_at)).collect(),
            at,
        ),
    })
}

fn malformed<T>(value: &super::tree::Value, expected: &'static str) -> Field<T> {
    Field::malformed(value.excerpt(), expected, value.at)
}

/// The profiles that start a service. An empty name, which a variable without a value leaves, is one that is always
/// given (compose-go, `WithDefaultProfiles`).
fn profiles(fields: Fields<'_>) -> List<Field<String>> {
    let mut profiles = fields.strings("profiles");
    if profiles.values().any(String::is_empty) {
        profiles.items.clear();
    }
    profiles
}

/// `USER[:GROUP]`
fn user_ids(fields: Fields<'_>) -> (Field<Uid>, Field<Uid>) {
    let Some(value) = fields.get("user") else { return (fields.missing(), fields.missing()) };
    let Some(whole) = slice(value) else {
        return (malformed(value, "a user"), malformed(value, "a user"));
    };
    let (user, group) = match whole.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (whole, None),
    };
    let id = |part: super::text::Slice<'_>| {
        if part.is_unknown() {
            return part.unresolved();
        }
        match part.raw() {
            "root" => Field::known(Uid(0), part.place()),
            name => match name.parse() {
                Ok(id) => Field::known(Uid(id), part.place()),
                Err(_) => Field::unresolved(name, "the image decides which id the name has", part.place()),
            },
        }
    };
    // An unknown variable may bring the group with it.
    let no_group = || if whole.is_unknown() { whole.unresolved() } else { Field::Absent(whole.place()) };
    (id(user), group.map_or_else(no_group, id))
}

/// Docker takes capabilities in any case, with and without `CAP_`.
fn capabilities(fields: Fields<'_>, key: &str) -> List<Field<String>> {
    let written = fields.strings(key);
    let plain = |name: String| {
        let upper = name.trim().to_ascii_uppercase();
        upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
    };
    List { items: written.items.into_iter().map(|name| name.map(plain)).collect(), ..written }
}

/// Docker knows `no-new-privileges`, and the same with `:` or `=` and a boolean.
fn no_new_privileges(options: &List<Field<String>>) -> Always<bool> {
    let mut found = Field::Absent(options.at);
    for option in options {
        match option {
            Field::Known(text, origin) => {
                let Some(rest) = text.strip_prefix("no-new-privileges") else { continue };
                match rest.trim_start_matches([':', '=']).trim() {
                    "" | "true" | "1" | "t" | "T" | "TRUE" | "True" => found = Field::Known(true, *origin),
                    "false" | "0" | "f" | "F" | "FALSE" | "False" => found = Field::Known(false, *origin),
                    _ => found = Field::malformed(format!("`{text}`"), "`no-new-privileges:true`", origin.at),
                }
            }
            Field::Unresolved(unresolved) if found.is_absent() => found = Field::Unresolved(unresolved.clone()),
            _ => {}
        }
    }
    if let (true, Some(unseen)) = (found.is_absent(), &options.unseen) {
        found = Field::Unresolved(unseen.clone());
    }
    found.or_default(false)
}

fn tmpfs(fields: Fields<'_>) -> List<ComposeTmpfs> {
    let mut all = fields.list("tmpfs", read_tmpfs);
    let volumes = fields.list("volumes", tmpfs_of_volume);
    all.items.extend(volumes.items);
    all.unseen = all.unseen.or(volumes.unseen);
    all
}

fn environment(
    fields: Fields<'_>,
    secrets: &List<ComposeGrant>,
    env_files: &List<EnvFile>,
    scope: &Scope<'_>,
) -> List<ComposeVariable> {
    let granted = Granted::new(secrets);
    let mut variables = read_variables(fields, "environment", &granted, &|name| scope.env(name));
    if let Some(unseen) = &env_files.unseen {
        variables.unseen.get_or_insert_with(|| unseen.clone());
    }
    env_files::add(&mut variables, &env_files.items, &granted, scope);
    variables
}

/// 0 is no limit (Compose Deploy Specification).
fn limit(amount: Field<Quantity>) -> Field<Quantity> {
    match amount {
        Field::Known(amount, origin) if amount.milli == 0 => Field::Absent(origin.at),
        other => other,
    }
}

fn limits(fields: Fields<'_>) -> ComposeResources {
    let limits = fields.child("deploy").child("resources").child("limits");
    // -1 is no limit either, in Docker's own option only.
    let pids = |fields: Fields<'_>, key: &str| {
        fields.field(key, |value| {
            scalar(value, "an integer", |text| Quantity::number(text).filter(|q| q.milli > 0).or(Quantity::number("0")))
        })
    };
    ComposeResources {
        at: limits.place(),
        cpus: limit(limits.number("cpus").or(|| at_least(fields.number("cpus"), limits))),
        memory: limit(limits.bytes("memory").or(|| at_least(fields.bytes("mem_limit"), limits))),
        pids: limit(pids(limits, "pids").or(|| at_least(pids(fields, "pids_limit"), limits))),
    }
}

fn reservations(fields: Fields<'_>) -> ComposeResources {
    let reservations = fields.child("deploy").child("resources").child("reservations");
    ComposeResources {
        at: reservations.place(),
        cpus: reservations.number("cpus"),
        memory: reservations.bytes("memory").or(|| at_least(fields.bytes("mem_reservation"), reservations)),
        pids: Field::Absent(reservations.place()),
    }
}

/// What is written in neither place is missing in the deeper one.
fn at_least<T>(field: Field<T>, deeper: Fields<'_>) -> Field<T> {
    if field.is_absent() { Field::Absent(deeper.place()) } else { field }
}

/// Hosts with their addresses, as `HOST=ADDRESS`.
fn extra_hosts(fields: Fields<'_>) -> List<Field<String>> {
    let Some(value) = fields.get("extra_hosts") else { return fields.strings("extra_hosts") };
    let Data::Map(entries) = &value.data else {
        return List { items: Vec::new(), at: value.anchor(), unseen: Some(Box::new(not_a(value, "a list"))) };
    };
    let address = |entry: &Entry, address: &Value| text(address).map(|ip| format!("{}={ip}", entry.key));
    let all = entries.iter().flat_map(|entry| entry.value.items().iter().map(move |one| address(entry, one)));
    List::new(all.collect(), value.anchor())
}
