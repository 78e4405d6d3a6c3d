//! Keys that compose knows at the top level and in services; it refuses files with others.

use super::Trouble;
use super::tree::{Data, Entry, Value};
use crate::diagnostic::nearest;
use crate::source::Place;

/// Compose Specification, "Compose file".
const TOP: &[&str] = &["configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes"];

/// Compose Specification, "Services", with `build`, `deploy` and `develop`.
const SERVICE: &[&str] = &[
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "post_start",
    "pre_start",
    "pre_stop",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "pull_refresh_after",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
    "working_dir",
];

/// Past so many problems no nearest key is looked for, which takes time.
const MAX_SUGGESTIONS: usize = 200;

/// Reports keys that are none. A file of version 1 is one trouble, and is brought into the form of today, so that its
/// services are judged all the same.
pub(super) fn check(root: &mut Value, troubles: &mut Vec<Trouble>) {
    if let Some(first) = first_of_version_1(root) {
        let message = "this is a compose file of version 1: services stand at the top level";
        let help = "put them under `services:`; Docker Compose 2 does not read the old form";
        troubles.push(Trouble::invalid(first, message).with_help(help));
        let services = Value::new(std::mem::replace(&mut root.data, Data::Null), root.at, None);
        root.data = Data::Map(vec![Entry { key: "services".to_owned(), key_at: first, value: services }]);
        return;
    }
    check_keys(root, TOP, "a compose file", troubles);
    let services = root.get("services").map_or(&[][..], Value::entries);
    for service in services {
        check_keys(&service.value, SERVICE, "a compose service", troubles);
    }
}

/// The first service of a file that has no `services` and nothing but services.
fn first_of_version_1(root: &Value) -> Option<Place> {
    let service = |value: &Value| value.get("image").or(value.get("build")).is_some();
    let all = root.get("services").is_none() && root.entries().iter().all(|entry| service(&entry.value));
    all.then(|| root.entries().first().map(|entry| entry.key_at)).flatten()
}

fn check_keys(mapping: &Value, known: &[&str], of: &str, troubles: &mut Vec<Trouble>) {
    for entry in mapping.entries() {
        let key = entry.key.as_str();
        if !key.starts_with("x-") && !known.contains(&key) {
            troubles.push(unknown_key(entry, known.iter().copied(), of, troubles.len()));
        }
    }
}

/// What is wrong with a key that `of` does not have; `before` is how many troubles there are.
pub(super) fn unknown_key<'k>(entry: &Entry, known: impl Iterator<Item = &'k str>, of: &str, before: usize) -> Trouble {
    let key = entry.key.as_str();
    let trouble = Trouble::invalid(entry.key_at, format!("`{key}` is no key of {of}"));
    match if before < MAX_SUGGESTIONS { nearest(key, known) } else { None } {
        Some(near) => trouble.with_help(format!("did you mean `{near}`?")),
        None => trouble.with_help("compose refuses it; keys that start with `x-` are free"),
    }
}
