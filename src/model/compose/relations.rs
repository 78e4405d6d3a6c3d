//! What the services and networks of one project have to do with one another.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::rc::Rc;

use super::Trouble;
use super::file::{ComposeFile, ComposeNetwork};
use super::links::Condition;
use super::ports::{ComposePort, Protocol};
use super::service::ComposeService;
use crate::model::value::{Always, Field};
use crate::syntax::yaml::NodeRef;

/// Services that are remembered for one port or container name, and profiles of one service; more do not make the
/// answer another one.
const MAX_REMEMBERED: usize = 32;

/// Words in the name of a service that does one thing and ends.
const JOB_WORDS: &[&str] = &[
    "bootstrap",
    "cypress",
    "e2e",
    "init",
    "job",
    "lint",
    "migrate",
    "migration",
    "migrations",
    "migrator",
    "playwright",
    "seed",
    "seeder",
    "setup",
    "test",
    "tests",
];

/// Whether a file is named as one for `docker stack deploy`.
pub(super) fn is_for_swarm(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.split(['-', '_', '.']).any(|word| matches!(word, "stack" | "swarm"))
}

/// Fills in what one service has to know of the others.
pub(super) fn relate(services: &mut [ComposeService], for_swarm: bool) {
    for service in services.iter_mut() {
        service.for_swarm = for_swarm;
    }
    mark_jobs(services);
    mark_ports(services);
    mark_container_names(services);
    mark_addresses(services);
    mark_shared_variables(services);
}

/// Says of the variables of files whether other services are given these files too.
fn mark_shared_variables(services: &mut [ComposeService]) {
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    for service in services.iter() {
        let paths: BTreeSet<&str> =
            service.env_files.iter().filter_map(|file| Some(file.resolved_path.value()?.0.as_str())).collect();
        for path in paths {
            *users.entry(path.to_owned()).or_default() += 1;
        }
    }
    for variable in services.iter_mut().flat_map(|service| &mut service.environment.items) {
        let path = variable.env_file.value().map(|path| path.0.as_str());
        variable.is_shared = path.and_then(|path| users.get(path)).is_some_and(|users| *users > 1);
    }
}

/// Says of the addresses in environments whether they lead to services of the project, and whether those start first.
fn mark_addresses(services: &mut [ComposeService]) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for service in services.iter() {
        let aliases = service.networks.iter().flat_map(|network| network.aliases.values());
        let others = service.container_name.value().into_iter().chain(service.hostname.value()).chain(aliases);
        for name in others {
            names.entry(name.clone()).or_insert_with(|| service.name.clone());
        }
    }
    names.extend(services.iter().map(|service| (service.name.clone(), service.name.clone())));
    let waits: BTreeMap<String, BTreeSet<String>> = services
        .iter()
        .map(|service| {
            let awaited = service.depends_on.iter().map(|dependency| dependency.service.clone());
            (service.name.clone(), awaited.chain(shared_with(service)).chain([service.name.clone()]).collect())
        })
        .collect();
    // Whoever starts the one service has started what that one waits for.
    let waits_for = |service: &str, host: &str| {
        let mut queue = vec![service];
        let mut seen = BTreeSet::new();
        while let Some(next) = queue.pop() {
            let Some(awaited) = waits.get(next) else { continue };
            if awaited.contains(host) {
                return true;
            }
            if seen.len() < MAX_REMEMBERED && seen.insert(next) {
                queue.extend(awaited.iter().take(MAX_REMEMBERED).map(String::as_str));
            }
        }
        false
    };
    for service in services {
        let aliases: BTreeMap<String, String> = service.links.values().filter_map(|link| link_alias(link)).collect();
        for variable in &mut service.environment.items {
            let Field::Known(host, origin) = &variable.url_host else { continue };
            let found = names.get(host).or_else(|| aliases.get(host.as_str()));
            variable.url_host_is_service = Field::known(found.is_some(), origin.at);
            if let Some(service_name) = found {
                variable.url_host_is_awaited = Field::known(waits_for(&service.name, service_name), origin.at);
            }
        }
    }
}

/// The name by which a link calls a service, and the service: `postgres:db` (Compose Specification, `links`).
fn link_alias(link: &str) -> Option<(String, String)> {
    link.split_once(':').map(|(service, alias)| (alias.to_owned(), service.to_owned()))
}

/// The services whose namespaces a service shares or that it links to, which start before it as well.
fn shared_with(service: &ComposeService) -> impl Iterator<Item = String> {
    let modes = [&service.network_mode, &service.pid, &service.ipc].into_iter();
    let shared = modes.filter_map(|mode| mode.value()?.strip_prefix("service:").map(str::to_owned));
    let links = service.links.values().filter_map(|link| link.split(':').next().map(str::to_owned));
    shared.chain(links)
}

fn mark_jobs(services: &mut [ComposeService]) {
    let awaited: BTreeSet<String> = services
        .iter()
        .flat_map(|service| &service.depends_on)
        .filter(|dependency| dependency.condition.value() == Some(&Condition::Completed))
        .map(|dependency| dependency.service.clone())
        .collect();
    for service in services {
        let words: Vec<String> = service.name.split(['-', '_', '.']).map(str::to_ascii_lowercase).collect();
        // `load-db` fills a database, and `load-balancer` does not end.
        let loads = words.first().is_some_and(|word| word == "load")
            && words.iter().any(|word| matches!(word.as_str(), "data" | "database" | "db" | "fixtures"));
        let named = loads || words.iter().any(|word| JOB_WORDS.contains(&word.as_str()));
        let ends = service.restart.value().is_some_and(|restart| restart == "no" || restart.starts_with("on-failure"));
        let interactive = service.keys.values().any(|key| key == "stdin_open");
        let for_tests = !service.profiles.items.is_empty()
            && service.profiles.iter().all(|profile| profile.value().is_some_and(|name| is_of_tests(name)));
        // What others talk to does not end.
        let serves = !service.ports.items.is_empty() || !service.expose.items.is_empty();
        let checked = service.healthcheck.value().is_some_and(|check| check.disabled.value() == Some(&false));
        service.is_job =
            awaited.contains(&service.name) || for_tests || ((named || ends || interactive) && !serves && !checked);
    }
}

/// Whether a profile is one of tests, as its name says.
fn is_of_tests(profile: &str) -> bool {
    profile.split(['-', '_']).any(|word| matches!(word, "test" | "tests" | "testing" | "e2e" | "ci"))
}

/// Whether two services may run at the same time: those without profiles always run.
fn coexist(a: &[String], b: &[String]) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|profile| b.contains(profile))
}

fn profiles(service: &ComposeService) -> Rc<[String]> {
    service.profiles.values().take(MAX_REMEMBERED).cloned().collect()
}

/// A port of the host that is taken.
struct Taken {
    service: String,
    profiles: Rc<[String]>,
    address: Option<String>,
}

fn mark_ports(services: &mut [ComposeService]) {
    let mut taken: BTreeMap<(u16, Protocol), Vec<Taken>> = BTreeMap::new();
    for service in services {
        let profiles = profiles(service);
        for port in &mut service.ports.items {
            let Some((key, address)) = claim(port) else { continue };
            let others = taken.entry(key).or_default();
            let other = others.iter().find(|other| {
                coexist(&other.profiles, &profiles) && overlap(other.address.as_deref(), address.as_deref())
            });
            if let Some(other) = other {
                port.taken_by = Field::known(other.service.clone(), port.at);
            }
            if others.len() < MAX_REMEMBERED {
                others.push(Taken { service: service.name.clone(), profiles: Rc::clone(&profiles), address });
            }
        }
    }
}

/// The port of the host that a mapping claims, where that is known.
fn claim(port: &ComposePort) -> Option<((u16, Protocol), Option<String>)> {
    let published = port.published.value()?.0;
    let protocol = *port.protocol.value()?;
    let address = match &port.host_ip {
        Field::Known(address, _) => Some(address.clone()),
        Field::Absent(_) => None,
        Field::Unresolved(_) | Field::Malformed(_) => return None,
    };
    (published != 0).then_some(((published, protocol), address))
}

/// Whether two addresses of the host have one in common; none written means all.
fn overlap(a: Option<&str>, b: Option<&str>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return true };
    let covers = |wide: &str, narrow: &str| match wide {
        "0.0.0.0" => !narrow.contains(':'),
        "::" => narrow.contains(':'),
        _ => wide == narrow,
    };
    covers(a, b) || covers(b, a)
}

/// The service that has a name, and its profiles.
type Holder = (String, Rc<[String]>);

fn mark_container_names(services: &mut [ComposeService]) {
    let mut taken: BTreeMap<String, Vec<Holder>> = BTreeMap::new();
    for service in services {
        let Field::Known(name, origin) = &service.container_name else { continue };
        let profiles = profiles(service);
        let others = taken.entry(name.clone()).or_default();
        if let Some((other, _)) = others.iter().find(|(_, other)| coexist(other, &profiles)) {
            service.container_name_taken_by = Field::known(other.clone(), origin.at);
        }
        if others.len() < MAX_REMEMBERED {
            others.push((service.name.clone(), profiles));
        }
    }
}

/// What another file that this one may be laid over declares.
#[derive(Debug, Default)]
pub struct Declared {
    /// With the number of keys each is written with.
    services: BTreeMap<String, usize>,
    networks: BTreeSet<String>,
    volumes: BTreeSet<String>,
    secrets: BTreeSet<String>,
    configs: BTreeSet<String>,
}

impl Declared {
    /// Adds what a project declares.
    pub fn add(&mut self, file: &ComposeFile) {
        for service in file.services.iter().filter(|service| !service.is_fragment) {
            let keys = self.services.entry(service.name.clone()).or_default();
            *keys = service.keys.items.len().max(*keys);
        }
        self.networks.extend(file.networks.iter().map(|network| network.name.clone()));
        self.volumes.extend(file.volumes.iter().map(|volume| volume.name.clone()));
        self.secrets.extend(file.secrets.iter().map(|secret| secret.name.clone()));
        self.configs.extend(file.configs.iter().map(|config| config.name.clone()));
    }
}

impl Declared {
    /// Adds the names in a file that is not loaded.
    pub fn add_names(&mut self, root: NodeRef<'_>) {
        let names = |key: &str| {
            let entries = root.get(key).into_iter().flat_map(NodeRef::entries);
            entries.map(|entry| entry.key.to_owned()).collect::<Vec<_>>()
        };
        self.networks.extend(names("networks"));
        self.volumes.extend(names("volumes"));
        self.secrets.extend(names("secrets"));
        self.configs.extend(names("configs"));
    }
}

/// A service with no more keys than this changes one of another file that says more of it.
const THIN: usize = 2;

const ELSEWHERE: &str = "a compose file that this one may be laid over declares it";

impl ComposeFile {
    /// Takes into account that the file may be laid over others (`docker compose -f base -f this`). It is an overlay if
    /// it needs what only they declare, or has services that cannot run by themselves; then names that they declare
    /// cannot be told, and services that they have too are fragments. In a file that stands by itself only services
    /// that say next to nothing are.
    pub fn lay_over(&mut self, others: &Declared) {
        let is_part = self.services.iter().any(|service| service.is_fragment);
        let needs = self.doubt_names(others) || is_part || self.is_override();
        for service in &mut self.services.items {
            let Some(keys) = others.services.get(&service.name) else { continue };
            let own = service.keys.items.len();
            service.is_fragment |= needs || (own <= THIN && own < *keys);
        }
    }

    /// Takes into account that another file may declare what this one names; tells whether it does.
    pub fn doubt_names(&mut self, others: &Declared) -> bool {
        let mut needs = false;
        let mut doubt = |declared: &mut Always<bool>, name: Option<&str>, is_there: &dyn Fn(&str) -> bool| {
            if declared.value() == Some(&false)
                && let Some(name) = name.filter(|name| is_there(name))
            {
                *declared = Field::unresolved(name, ELSEWHERE, declared.place()).or_default(false);
                needs = true;
            }
        };
        for service in &mut self.services.items {
            for network in &mut service.networks.items {
                doubt(&mut network.declared, Some(&network.name), &|name| others.networks.contains(name));
            }
            for dependency in &mut service.depends_on.items {
                doubt(&mut dependency.declared, Some(&dependency.service), &|name| others.services.contains_key(name));
            }
            for volume in &mut service.volumes.items {
                doubt(&mut volume.declared, volume.source.value().map(String::as_str), &|name| {
                    others.volumes.contains(name)
                });
            }
            for secret in &mut service.secrets.items {
                doubt(&mut secret.declared, secret.source.value().map(String::as_str), &|name| {
                    others.secrets.contains(name)
                });
            }
            for config in &mut service.configs.items {
                doubt(&mut config.declared, config.source.value().map(String::as_str), &|name| {
                    others.configs.contains(name)
                });
            }
        }
        needs
    }

    /// Reports services of a file that compose takes by itself which say nothing of what they run, unless another file
    /// beside it does.
    pub fn refuse_fragments(&mut self, others: &[&Declared]) {
        let alone = self.services.iter().filter(|service| service.is_fragment);
        let is_elsewhere = |name: &str| others.iter().any(|other| other.services.contains_key(name));
        for service in alone.filter(|service| !is_elsewhere(&service.name)) {
            let message = format!("`{}` has neither an `image` nor a `build`", service.name);
            self.problems.push(Trouble::invalid(service.at, message));
        }
    }

    /// Whether its name says that it is laid over another file.
    #[must_use]
    pub fn is_override(&self) -> bool {
        let name = self.path.0.rsplit('/').next().unwrap_or("");
        name.split('.').any(|part| matches!(part, "override" | "overrides"))
    }

    /// Takes every service for a part of one that is not in the repository.
    pub fn float(&mut self) {
        for service in &mut self.services.items {
            service.is_fragment = true;
        }
    }
}

/// Fills in which networks have overlapping address ranges.
pub(super) fn relate_networks(networks: &mut [ComposeNetwork]) {
    // Ranges overlap only where one holds the start of the other, so in order of their starts it is enough to look at
    // the one that reaches furthest so far.
    let mut ranges: Vec<(u32, u32, usize)> = Vec::new();
    for (index, network) in networks.iter().enumerate() {
        ranges.extend(network.subnets.values().filter_map(|subnet| range(subnet)).map(|(from, to)| (from, to, index)));
    }
    ranges.sort_unstable();
    let mut furthest: Option<(u32, usize)> = None;
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (from, to, index) in ranges {
        if let Some((reach, other)) = furthest
            && from <= reach
            && other != index
        {
            found.push((other.max(index), other.min(index)));
        }
        if furthest.is_none_or(|(reach, _)| to > reach) {
            furthest = Some((to, index));
        }
    }
    for (later, earlier) in found {
        let Some(name) = networks.get(earlier).map(|network| network.name.clone()) else { continue };
        let Some(network) = networks.get_mut(later) else { continue };
        let at = network.subnets.items.first().map_or(network.at, Field::place);
        network.overlaps = Field::known(name, at);
    }
}

/// First and last address of an IPv4 range in CIDR notation (RFC 4632).
fn range(subnet: &str) -> Option<(u32, u32)> {
    let (address, prefix) = subnet.split_once('/')?;
    let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    let hosts = u32::MAX.checked_shr(prefix).unwrap_or(0);
    Some((address & !hosts, address | hosts))
}

#[cfg(test)]
mod tests {
    use super::{coexist, overlap, range};

    #[test]
    fn an_address_clashes_with_itself_and_with_all_addresses() {
        assert!(overlap(None, Some("127.0.0.1")));
        assert!(overlap(Some("0.0.0.0"), Some("127.0.0.1")));
        assert!(overlap(Some("127.0.0.1"), Some("127.0.0.1")));
        assert!(!overlap(Some("127.0.0.1"), Some("10.0.0.1")));
        assert!(!overlap(Some("0.0.0.0"), Some("::")));
    }

    #[test]
    fn services_of_different_profiles_do_not_run_together() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(coexist(&names(&[]), &names(&["gpu"])));
        assert!(coexist(&names(&["cpu", "dev"]), &names(&["dev"])));
        assert!(!coexist(&names(&["cpu"]), &names(&["gpu"])));
    }

    #[test]
    fn a_range_covers_its_addresses() {
        assert_eq!(range("172.30.1.0/24"), Some((0xac1e_0100, 0xac1e_01ff)));
        assert_eq!(range("0.0.0.0/0"), Some((0, u32::MAX)));
        assert_eq!(range("fd00::/8"), None);
        assert_eq!(range("10.0.0.0/33"), None);
    }
}
