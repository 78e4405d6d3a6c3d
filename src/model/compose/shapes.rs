//! What compose wants below the top level and the keys of services: which attributes are lists or mappings, which keys
//! they have, and which they need (`compose-spec.json` of the Compose Specification, 2026-08).

use super::Trouble;
use super::known_keys::unknown_key;
use super::tree::{Data, Tag, Value};

/// What an attribute has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A scalar too, or something that the reader of the attribute tells.
    Any,
    List,
    Mapping,
    /// A list or a mapping.
    Either,
    /// A list or one string for it.
    Strings,
}

use Kind::{Any, Either, List, Mapping, Strings};

/// An attribute: where it stands below a section's entry, what it is, and the keys it may have, or none where any are
/// fine. `*` stands for any name and `[]` for any item.
type Row = (&'static str, Kind, &'static str);

const UPDATE: &str = "delay failure_action max_failure_ratio monitor order parallelism";
const GRANT: &str = "gid mode source target uid";
const HOOK: &str = "command environment privileged user working_dir";
const DEVICE_RATE: &str = "path rate";

/// Attributes of services.
const SERVICE: &[Row] = &[
    ("annotations", Either, ""),
    (
        "blkio_config",
        Mapping,
        "device_read_bps device_read_iops device_write_bps device_write_iops weight weight_device",
    ),
    ("blkio_config.device_read_bps.[]", Mapping, DEVICE_RATE),
    ("blkio_config.device_read_iops.[]", Mapping, DEVICE_RATE),
    ("blkio_config.device_write_bps.[]", Mapping, DEVICE_RATE),
    ("blkio_config.device_write_iops.[]", Mapping, DEVICE_RATE),
    ("blkio_config.weight_device.[]", Mapping, "path weight"),
    (
        "build",
        Any,
        "additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts \
         isolation labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh \
         tags target ulimits",
    ),
    ("build.additional_contexts", Either, ""),
    ("build.args", Either, ""),
    ("build.cache_from", List, ""),
    ("build.cache_to", List, ""),
    ("build.entitlements", List, ""),
    ("build.extra_hosts", Either, ""),
    ("build.labels", Either, ""),
    ("build.platforms", List, ""),
    ("build.secrets", List, ""),
    ("build.secrets.[]", Any, GRANT),
    ("build.ssh", Either, ""),
    ("build.tags", List, ""),
    ("build.ulimits", Mapping, ""),
    ("build.ulimits.*", Any, "hard soft"),
    ("cap_add", List, ""),
    ("cap_drop", List, ""),
    ("configs", List, ""),
    ("configs.[]", Any, GRANT),
    ("credential_spec", Mapping, "config file registry"),
    ("depends_on", Either, ""),
    ("depends_on.*", Mapping, "condition required restart"),
    (
        "deploy",
        Mapping,
        "endpoint_mode labels mode placement replicas resources restart_policy rollback_config update_config",
    ),
    ("deploy.labels", Either, ""),
    ("deploy.placement", Mapping, "constraints max_replicas_per_node preferences"),
    ("deploy.placement.constraints", List, ""),
    ("deploy.placement.preferences", List, ""),
    ("deploy.placement.preferences.[]", Mapping, "spread"),
    ("deploy.resources", Mapping, "limits reservations"),
    ("deploy.resources.limits", Mapping, "cpus memory pids"),
    ("deploy.resources.reservations", Mapping, "cpus devices generic_resources memory"),
    ("deploy.resources.reservations.devices", List, ""),
    ("deploy.resources.reservations.devices.[]", Mapping, "capabilities count device_ids driver options"),
    ("deploy.resources.reservations.generic_resources", List, ""),
    ("deploy.resources.reservations.generic_resources.[]", Mapping, "discrete_resource_spec"),
    ("deploy.resources.reservations.generic_resources.[].discrete_resource_spec", Mapping, "kind value"),
    ("deploy.restart_policy", Mapping, "condition delay max_attempts window"),
    ("deploy.rollback_config", Mapping, UPDATE),
    ("deploy.update_config", Mapping, UPDATE),
    ("develop", Mapping, "watch"),
    ("develop.watch", List, ""),
    ("develop.watch.[]", Mapping, "action exec ignore include initial_sync path target"),
    ("develop.watch.[].exec", Mapping, HOOK),
    ("device_cgroup_rules", List, ""),
    ("devices", List, ""),
    ("devices.[]", Any, "permissions source target"),
    ("dns", Strings, ""),
    ("dns_opt", List, ""),
    ("dns_search", Strings, ""),
    ("env_file", Strings, ""),
    ("env_file.[]", Any, "format path required"),
    ("environment", Either, ""),
    ("expose", List, ""),
    ("extends", Any, "file service"),
    ("external_links", List, ""),
    ("extra_hosts", Either, ""),
    ("gpus", Strings, ""),
    ("group_add", List, ""),
    ("healthcheck", Any, "disable interval retries start_interval start_period test timeout"),
    ("label_file", Strings, ""),
    ("labels", Either, ""),
    ("links", List, ""),
    ("logging", Mapping, "driver options"),
    ("logging.options", Mapping, ""),
    ("models", Either, ""),
    ("models.*", Mapping, "endpoint_var model_var"),
    ("networks", Either, ""),
    (
        "networks.*",
        Mapping,
        "aliases driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips mac_address priority",
    ),
    ("networks.*.aliases", List, ""),
    ("networks.*.link_local_ips", List, ""),
    ("ports", List, ""),
    ("ports.[]", Any, "app_protocol host_ip mode name protocol published target"),
    ("post_start", List, ""),
    ("post_start.[]", Mapping, HOOK),
    ("pre_start", List, ""),
    ("pre_start.[]", Mapping, "command environment image per_replica privileged user working_dir"),
    ("pre_stop", List, ""),
    ("pre_stop.[]", Mapping, HOOK),
    ("profiles", List, ""),
    ("provider", Mapping, "options type"),
    ("secrets", List, ""),
    ("secrets.[]", Any, GRANT),
    ("security_opt", List, ""),
    ("storage_opt", Mapping, ""),
    ("sysctls", Either, ""),
    ("tmpfs", Strings, ""),
    ("ulimits", Mapping, ""),
    ("ulimits.*", Any, "hard soft"),
    ("volumes", List, ""),
    ("volumes.[]", Any, "bind consistency image read_only source target tmpfs type volume"),
    ("volumes.[].bind", Mapping, "create_host_path propagation recursive selinux"),
    ("volumes.[].image", Mapping, "subpath"),
    ("volumes.[].tmpfs", Mapping, "mode size"),
    ("volumes.[].volume", Mapping, "labels nocopy subpath"),
    ("volumes_from", List, ""),
];

/// What the other sections hold.
const SECTIONS: &[(&str, &[Row])] = &[
    (
        "networks",
        &[
            ("", Mapping, "attachable driver driver_opts enable_ipv4 enable_ipv6 external internal ipam labels name"),
            ("driver_opts", Mapping, ""),
            ("ipam", Mapping, "config driver options"),
            ("ipam.config", List, ""),
            ("ipam.config.[]", Mapping, "aux_addresses gateway ip_range subnet"),
            ("labels", Either, ""),
        ],
    ),
    (
        "volumes",
        &[
            ("", Mapping, "driver driver_opts external labels name"),
            ("driver_opts", Mapping, ""),
            ("labels", Either, ""),
        ],
    ),
    ("secrets", &[("", Mapping, "driver driver_opts environment external file labels name template_driver")]),
    ("configs", &[("", Mapping, "content environment external file labels name template_driver")]),
    ("models", &[("", Mapping, "context_size model name runtime_flags"), ("runtime_flags", List, "")]),
];

/// Keys without which an entry of a service means nothing.
const NEEDED: &[(&str, &[&str])] = &[
    ("build.ulimits.*", &["soft", "hard"]),
    ("depends_on.*", &["condition"]),
    ("deploy.resources.reservations.devices.[]", &["capabilities"]),
    ("develop.watch.[]", &["action", "path"]),
    ("devices.[]", &["source"]),
    ("env_file.[]", &["path"]),
    ("post_start.[]", &["command"]),
    ("pre_stop.[]", &["command"]),
    ("provider", &["type"]),
    ("ulimits.*", &["soft", "hard"]),
    ("volumes.[]", &["type"]),
];

/// Reports attributes of the wrong type, and keys that are none, in a document as it is written.
pub(super) fn check(root: &Value, troubles: &mut Vec<Trouble>) {
    for (section, rows) in [("services", SERVICE)].iter().chain(SECTIONS) {
        for entry in root.get(section).map_or(&[][..], Value::entries) {
            for row @ (path, ..) in *rows {
                let name = path.rsplit('.').find(|part| !matches!(*part, "" | "*" | "[]")).unwrap_or(section);
                let is_entry = path.is_empty() || path.ends_with(['*', ']']);
                visit(&entry.value, path, &mut |value| check_one(value, name, is_entry, *row, troubles));
            }
        }
    }
}

/// Reports what the entries of a whole project lack.
pub(super) fn check_needed(root: &Value, troubles: &mut Vec<Trouble>) {
    for entry in root.get("services").map_or(&[][..], Value::entries) {
        for (path, needed) in NEEDED {
            let name = path.split('.').rfind(|part| !matches!(*part, "*" | "[]")).unwrap_or(path);
            visit(&entry.value, path, &mut |value| {
                let is_whole = matches!(value.data, Data::Map(_)) && value.partial.is_none();
                let missing = needed.iter().find(|key| is_whole && value.get(key).is_none_or(Value::is_null));
                if let Some(key) = missing {
                    let of = if path.ends_with(['*', ']']) { "an entry of " } else { "" };
                    troubles.push(Trouble::invalid(value.anchor(), format!("{of}`{name}` has no `{key}`")));
                }
            });
        }
    }
}

/// Calls back with every value at a path; what `!reset` takes away does not count.
fn visit<'v>(value: &'v Value, path: &str, found: &mut dyn FnMut(&'v Value)) {
    if value.tag == Tag::Reset {
        return;
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    match step {
        "" => found(value),
        "*" => value.entries().iter().for_each(|entry| visit(&entry.value, rest, found)),
        "[]" => value.items().iter().for_each(|item| visit(item, rest, found)),
        key => {
            if let Some(value) = value.get(key) {
                visit(value, rest, found);
            }
        }
    }
}

fn check_one(value: &Value, name: &str, is_entry: bool, (_, kind, keys): Row, troubles: &mut Vec<Trouble>) {
    let is_right = match (&value.data, kind) {
        (Data::Null, _) | (_, Any) => true,
        (Data::List(_), kind) => kind != Mapping,
        (Data::Map(_), kind) => matches!(kind, Mapping | Either),
        (Data::Scalar(_), kind) => kind == Strings,
    };
    if !is_right {
        let wanted = match kind {
            List | Any => "a list",
            Mapping => "a mapping",
            Either => "a mapping or a list",
            Strings => "a list or a string",
        };
        let of = if is_entry { "an entry of " } else { "" };
        let message = format!("{of}`{name}` is {} where {wanted} should stand", value.type_name());
        troubles.push(Trouble::invalid(value.at, message));
        return;
    }
    if keys.is_empty() {
        return;
    }
    let of = if is_entry { format!("an entry of `{name}`") } else { format!("`{name}`") };
    for entry in value.entries() {
        let key = entry.key.as_str();
        if !key.starts_with("x-") && keys.split(' ').all(|known| known != key) {
            troubles.push(unknown_key(entry, keys.split(' '), &of, troubles.len()));
        }
    }
}
