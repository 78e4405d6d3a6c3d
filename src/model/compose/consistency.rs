//! What compose refuses although every value is well-formed: parts that contradict one another. Compose stops at the
//! first and names no place; here all are told (compose-go, `loader/validate.go` and `graph/cycle.go`).

use std::collections::{BTreeMap, BTreeSet};

use super::fields::boolean;
use super::merge::same;
use super::mounts::{refusal, tmpfs_target, volume_key};
use super::tree::{Data, Entry, Value};
use super::{Trouble, shared};
use crate::model::quantity::Quantity;

/// Reports what contradicts itself in a merged project. `complete` is whether all of its files were read.
pub(super) fn check(root: &Value, complete: bool, troubles: &mut Vec<Trouble>) {
    let project = Project { root, complete };
    for service in project.services().iter().filter(|service| service.value.partial.is_none()) {
        project.build(service, troubles);
        project.references(service, troubles);
        project.disabled(service, troubles);
        network_mode(service, troubles);
        limits(service, troubles);
        health(service, troubles);
        mounts(service, troubles);
        short_mounts(service, troubles);
        long_mounts(service, troubles);
        watches(service, troubles);
    }
    shared::check(root, complete, troubles);
    project.cycles(troubles);
}

struct Project<'v> {
    root: &'v Value,
    complete: bool,
}

/// A value somewhere below another.
fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// The text of a scalar, where all of it is known.
fn known(value: &Value) -> Option<&str> {
    let text = value.text()?;
    (!text.all().is_unknown()).then_some(text.value.as_str())
}

impl<'v> Project<'v> {
    fn section(&self, name: &str) -> &'v [Entry] {
        self.root.get(name).map_or(&[], Value::entries)
    }

    fn services(&self) -> &'v [Entry] {
        self.section("services")
    }

    fn service(&self, name: &str) -> Option<&'v Entry> {
        self.services().iter().find(|entry| entry.key == name)
    }

    fn build(&self, service: &Entry, troubles: &mut Vec<Trouble>) {
        let Some(build) = at(&service.value, &["build"]) else { return };
        if let (Some(file), Some(inline)) = (at(build, &["dockerfile"]), at(build, &["dockerfile_inline"])) {
            let message = format!("`{}` has both a `dockerfile` and a `dockerfile_inline`", service.key);
            troubles.push(Trouble::invalid(inline.anchor(), message).with_related(file.anchor(), "the other one"));
        }
        if let (Some(platforms), Some(platform)) = (at(build, &["platforms"]), at(&service.value, &["platform"]))
            && let Some(wanted) = known(platform)
            && !platforms.items().is_empty()
            && platforms.items().iter().all(|one| known(one).is_some_and(|one| one != wanted))
        {
            let message = format!("`{}` runs on `{wanted}`, which it is not built for", service.key);
            troubles
                .push(Trouble::invalid(platform.anchor(), message).with_related(platforms.anchor(), "built for these"));
        }
        for context in at(build, &["additional_contexts"]).map_or(&[][..], Value::entries) {
            let named = known(&context.value).and_then(|value| value.strip_prefix("service:"));
            let Some(name) = named.filter(|_| self.complete) else { continue };
            let message = match self.service(name) {
                None => format!("there is no service `{name}` to take a build context from"),
                Some(other) if at(&other.value, &["build"]).is_none() => {
                    format!("the service `{name}` is not built, so it cannot be a build context")
                }
                Some(_) => continue,
            };
            troubles.push(Trouble::invalid(context.value.at, message));
        }
    }

    /// Names of services, models and build secrets that nothing declares; those of networks, volumes, secrets and
    /// configs are fields of the model.
    fn references(&self, service: &Entry, troubles: &mut Vec<Trouble>) {
        if !self.complete {
            return;
        }
        for key in ["network_mode", "ipc", "pid"] {
            let Some(value) = at(&service.value, &[key]) else { continue };
            let Some(name) = known(value).and_then(|value| value.strip_prefix("service:")) else { continue };
            if self.service(name).is_none() {
                troubles.push(Trouble::invalid(value.at, format!("there is no service `{name}` to share with")));
            }
        }
        for (key, item, name) in Self::listed(&service.value) {
            if self.service(name).is_none() {
                let message = format!("there is no service `{name}`, which `{key}` of `{}` names", service.key);
                troubles.push(Trouble::invalid(item.at, message));
            }
        }
        for model in at(&service.value, &["models"]).map_or(&[][..], Value::entries) {
            if self.section("models").iter().all(|entry| entry.key != model.key) {
                troubles.push(Trouble::invalid(model.key_at, format!("no model `{}` is declared", model.key)));
            }
        }
        for secret in at(&service.value, &["build", "secrets"]).map_or(&[][..], Value::items) {
            let named = secret.get("source").unwrap_or(secret);
            let Some(name) = known(named) else { continue };
            if self.section("secrets").iter().all(|entry| entry.key != name) {
                troubles.push(Trouble::invalid(named.at, format!("no secret `{name}` is declared")));
            }
        }
    }

    /// Services that one waits for which always runs, and that only a profile brings up.
    fn disabled(&self, service: &Entry, troubles: &mut Vec<Trouble>) {
        let profiles = |value: &'v Value| at(value, &["profiles"]).map_or(&[][..], Value::items);
        // Whoever names one profile may name the other one as well.
        if !self.complete || at(&service.value, &["profiles"]).is_some_and(|own| !own.items().is_empty()) {
            return;
        }
        for (name, value) in Self::needs(&service.value) {
            let Some(other) = self.service(name) else { continue };
            let wanted: Option<Vec<&str>> = profiles(&other.value).iter().map(known).collect();
            let is_optional = at(value, &["required"]).is_some_and(|value| boolean(value).value() == Some(&false));
            if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty() && !is_optional) {
                let wanted = wanted.join("` or `");
                let message = format!("`{}` needs `{name}`, which only runs with the profile `{wanted}`", service.key);
                let related = at(&other.value, &["profiles"]).map_or(other.key_at, Value::anchor);
                let trouble = Trouble::invalid(value.anchor(), message).with_related(related, "its profiles");
                troubles.push(trouble.with_help("give both the same profiles, or say `required: false`"));
            }
        }
    }

    /// The services that one waits for or shares something with, each with the value that says so.
    fn needs(service: &Value) -> BTreeMap<&str, &Value> {
        let mut out = BTreeMap::new();
        for entry in at(service, &["depends_on"]).map_or(&[][..], Value::entries) {
            out.insert(entry.key.as_str(), &entry.value);
        }
        out.extend(Self::listed(service).map(|(_, item, name)| (name, item)));
        for key in ["network_mode", "ipc", "pid"] {
            let value = at(service, &[key]);
            out.extend(value.and_then(|value| Some((known(value)?.strip_prefix("service:")?, value))));
        }
        out
    }

    /// The services that one is linked to or takes volumes from: the list, its item, and the name; `container:` names
    /// what is no service.
    fn listed(service: &Value) -> impl Iterator<Item = (&'static str, &Value, &str)> {
        let items = |key| at(service, &[key]).map_or(&[][..], Value::items).iter().map(move |item| (key, item));
        let all = ["links", "volumes_from"].into_iter().flat_map(items);
        all.filter_map(|(key, item)| {
            let name = known(item)?.split(':').next()?;
            (name != "container").then_some((key, item, name))
        })
    }

    /// Services that wait for one another in a circle; each circle is told once, at its first service.
    fn cycles(&self, troubles: &mut Vec<Trouble>) {
        let graph: BTreeMap<&str, BTreeMap<&str, &Value>> =
            self.services().iter().map(|entry| (entry.key.as_str(), Self::needs(&entry.value))).collect();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for start in graph.keys() {
            let mut path: Vec<(&str, Vec<&str>)> = Vec::new();
            let edges = |name: &str| graph.get(name).map(|needs| needs.keys().rev().copied().collect::<Vec<_>>());
            if !done.contains(start) {
                path.extend(edges(start).map(|edges| (*start, edges)));
            }
            while let Some((name, left)) = path.last_mut() {
                let name = *name;
                let Some(next) = left.pop() else {
                    done.insert(name);
                    path.pop();
                    continue;
                };
                if let Some(from) = path.iter().position(|(other, _)| *other == next) {
                    let circle: Vec<&str> = path.iter().skip(from).map(|(name, _)| *name).chain([next]).collect();
                    let Some(value) = graph.get(name).and_then(|needs| needs.get(next)) else { continue };
                    let message = format!("services wait for each other in a circle: {}", circle.join(" → "));
                    troubles.push(Trouble::invalid(value.anchor(), message));
                } else if !done.contains(next)
                    && let Some(edges) = edges(next)
                {
                    path.push((next, edges));
                }
            }
        }
    }
}

fn network_mode(service: &Entry, troubles: &mut Vec<Trouble>) {
    let Some(mode) = at(&service.value, &["network_mode"]) else { return };
    if let Some(networks) = at(&service.value, &["networks"])
        && !networks.entries().is_empty()
    {
        let message = format!("`{}` has both a `network_mode` and `networks`", service.key);
        troubles.push(Trouble::invalid(mode.anchor(), message).with_related(networks.anchor(), "the other one"));
    }
}

/// Amounts that are said in two places, and not alike.
fn limits(service: &Entry, troubles: &mut Vec<Trouble>) {
    type Read = fn(&str) -> Option<Quantity>;
    const PAIRS: &[(&str, &[&str], Read)] = &[
        ("scale", &["deploy", "replicas"], Quantity::number),
        ("cpus", &["deploy", "resources", "limits", "cpus"], Quantity::number),
        ("mem_limit", &["deploy", "resources", "limits", "memory"], Quantity::compose_bytes),
        ("mem_reservation", &["deploy", "resources", "reservations", "memory"], Quantity::compose_bytes),
        ("pids_limit", &["deploy", "resources", "limits", "pids"], Quantity::number),
    ];
    for (key, path, read) in PAIRS {
        let (Some(short), Some(long)) = (at(&service.value, &[key]), at(&service.value, path)) else { continue };
        let (Some(one), Some(other)) = (known(short).and_then(read), known(long).and_then(read)) else { continue };
        let is_set = Quantity::number("0").is_some_and(|zero| one != zero);
        if is_set && one != other {
            let message = format!("`{}` says `{key}` and `{}` differently", service.key, path.join("."));
            troubles.push(Trouble::invalid(short.anchor(), message).with_related(long.anchor(), "the other one"));
        }
    }
}

fn health(service: &Entry, troubles: &mut Vec<Trouble>) {
    let Some(test) = at(&service.value, &["healthcheck", "test"]) else { return };
    let Some(first) = test.items().first() else { return };
    if known(first).is_some_and(|first| !matches!(first, "CMD" | "CMD-SHELL" | "NONE")) {
        let message = "the list of a health check starts with `CMD`, `CMD-SHELL` or `NONE`";
        let help = "put `CMD` in front, or write the command as one string";
        troubles.push(Trouble::invalid(first.at, message).with_help(help));
    }
}

/// Whatever is not built anew needs a place to be copied to.
fn watches(service: &Entry, troubles: &mut Vec<Trouble>) {
    for watch in at(&service.value, &["develop", "watch"]).map_or(&[][..], Value::items) {
        let action = at(watch, &["action"]);
        let is_copied = action.and_then(known).is_some_and(|action| !matches!(action, "rebuild" | "restart"));
        if let (true, Some(action), None) = (is_copied, action, at(watch, &["target"])) {
            let message = format!("`{}` watches files without a `target` to copy them to", service.key);
            troubles.push(Trouble::invalid(action.anchor(), message));
        }
    }
}

/// Mounts in their short form that do not come apart into a source, a target and options.
fn short_mounts(service: &Entry, troubles: &mut Vec<Trouble>) {
    for mount in at(&service.value, &["volumes"]).map_or(&[][..], Value::items) {
        if let Some((place, why)) = refusal(mount) {
            let text = mount.text().map_or("", |text| text.value.as_str());
            let volume = if text.is_empty() { "a volume".to_owned() } else { format!("the volume `{text}`") };
            let trouble = Trouble::invalid(place, format!("{volume} of `{}` {why}", service.key));
            troubles.push(trouble.with_help("write `SOURCE:TARGET` or `SOURCE:TARGET:ro`"));
        }
    }
}

/// What mounts in their long form lack.
fn long_mounts(service: &Entry, troubles: &mut Vec<Trouble>) {
    for mount in at(&service.value, &["volumes"]).map_or(&[][..], Value::items) {
        let is_bind = at(mount, &["type"]).and_then(known) == Some("bind");
        let source = at(mount, &["source"]);
        if is_bind && mount.partial.is_none() && source.is_none_or(|source| known(source) == Some("")) {
            troubles.push(Trouble::invalid(mount.at, format!("a bind mount of `{}` has no `source`", service.key)));
        }
        let size = at(mount, &["tmpfs", "size"]);
        if let Some((size, text)) = size.and_then(|size| Some((size, known(size)?)))
            && (text.starts_with('-') || text.parse::<f64>().is_ok_and(|number| number.fract() != 0.0))
        {
            troubles.push(Trouble::invalid(size.at, format!("`{text}` is no size of a tmpfs")));
        }
    }
}

/// Volumes that the services of one file mount where they mount another one further down: compose takes the last
/// without a word. Asked before anything is laid over them, which may replace a mount on purpose.
pub(super) fn replaced_mounts(file: &Value, troubles: &mut Vec<Trouble>) {
    for service in at(file, &["services"]).map_or(&[][..], Value::entries) {
        let mut taken: BTreeMap<String, &Value> = BTreeMap::new();
        for item in at(&service.value, &["volumes"]).map_or(&[][..], Value::items) {
            let is_known = item.text().is_none_or(|text| !text.all().is_unknown());
            let Some(target) = volume_key(item).filter(|_| is_known) else { continue };
            if let Some(earlier) = taken.insert(target.clone(), item).filter(|earlier| !same(earlier, item)) {
                let message =
                    format!("`{}` mounts another volume at `{target}`, which takes the place of this one", service.key);
                let trouble = Trouble::suspicious(earlier.at, message).with_related(item.at, "the other one");
                troubles.push(trouble.with_help("keep one of the two, or give each a directory of its own"));
            }
        }
    }
}

/// Targets that two mounts of a service share.
fn mounts(service: &Entry, troubles: &mut Vec<Trouble>) {
    let mut taken: BTreeMap<String, &Value> = BTreeMap::new();
    let lists = [("tmpfs", tmpfs_target as fn(&Value) -> Option<String>), ("volumes", volume_key)];
    for (key, target) in lists {
        let Some(Value { data: Data::List(items), .. }) = at(&service.value, &[key]) else { continue };
        for item in items {
            let is_known = item.text().is_none_or(|text| !text.all().is_unknown());
            let Some(target) = target(item).filter(|_| is_known) else { continue };
            if let Some(other) = taken.get(&target) {
                let message = format!("`{}` mounts two things at `{target}`", service.key);
                troubles.push(Trouble::invalid(item.at, message).with_related(other.at, "the other one"));
            } else {
                taken.insert(target, item);
            }
        }
    }
}
