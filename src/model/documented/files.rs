//! Holds what documents list against compose services, containers, source text, and all other files.

use std::collections::BTreeSet;

use super::claims;
use super::tables::{Listed, Lists};
use super::text::{folded, mentioned};
use super::{Documented, DocumentedThing, DocumentedVariable, Unlisted};
use crate::discover::is_env_sample;
use crate::model::code::LazySource;
use crate::model::compose::{ComposeService, MountType};
use crate::model::facts::Parts;
use crate::model::k8s::{Container, EnvSource};
use crate::model::layout::Subtree;
use crate::model::value::{Field, List};
use crate::source::{EntryKind, FileId, Place};
use crate::syntax::dotenv::names_in_example;

/// A name and where it stands.
type Found<'p> = (&'p str, Place);

/// What a service is given, by compose and in pods.
struct Given<'p> {
    compose: Vec<&'p ComposeService>,
    containers: Vec<&'p Container>,
}

/// Holds the lists against the files.
pub(super) fn hold(lists: &Lists, parts: &Parts<'_>, source: &LazySource, tree: &Subtree) -> Documented {
    let given = Given { compose: parts.own_compose(), containers: parts.own_containers() };
    let first = lists.variables.items.first().map(|variable| variable.at);
    let others = [&lists.volumes.items, &lists.secrets.items, &lists.endpoints, &lists.subjects];
    let listed = || others.into_iter().flatten().map(|listed| listed.at).next();
    let at = first.or_else(listed).or_else(|| lists.claims.first()).unwrap_or(parts.at);
    let variables = lists.variables.items.iter().map(|variable| variable.name.as_str());
    let names: BTreeSet<&str> = variables
        .chain([&lists.secrets.items, &lists.subjects].into_iter().flatten().map(|one| one.name.as_str()))
        .collect();
    let compose = parts.compose.iter().map(|service| service.at.file);
    let around: BTreeSet<FileId> = compose.chain(parts.workloads.iter().map(|workload| workload.at.file)).collect();
    let mentioned = mentioned(tree, around, &names);
    let in_files = |name: &str, at: Place| match &mentioned {
        Some(mentioned) => Field::known(mentioned.contains(name), at),
        None => Field::unresolved(name, "the service has more files than svclint reads for this", at),
    };
    let things = |listed: &[Listed], tell: &dyn Fn(&Listed) -> Field<bool>| {
        let things =
            listed.iter().map(|one| DocumentedThing { at: one.at, name: one.name.clone(), in_files: tell(one) });
        List::new(things.collect(), at)
    };
    let variables = lists.variables.items.iter().map(|variable| DocumentedVariable {
        at: variable.at,
        name: variable.name.clone(),
        is_required: variable.is_required,
        default: variable.default.clone(),
        in_files: in_files(&variable.name, variable.at),
        is_given: given.has_variable(&variable.name, parts, variable.at),
    });
    Documented {
        at,
        variables: List::new(variables.collect(), at),
        volumes: things(&lists.volumes.items, &|one| given.mounts_at(&one.name, one.at)),
        secrets: things(&lists.secrets.items, &|one| in_files(&one.name, one.at)),
        endpoints: things(&lists.endpoints, &|one| registers(source, &one.name, one.at)),
        subjects: things(&lists.subjects, &|one| in_files(&one.name, one.at)),
        tiers: claims::tiers(lists, &given.compose, at),
        controls: claims::controls(lists, parts, at),
        unlisted_dependencies: claims::unlisted_dependencies(lists, &given.compose, at),
        unlisted_variables: unlisted_variables(lists, &given, source, tree, at),
        unlisted_volumes: unlisted(lists.volumes.table.as_ref(), &lists.volumes.items, given.volumes(), at),
        unlisted_secrets: unlisted(lists.secrets.table.as_ref(), &lists.secrets.items, given.secrets(), at),
    }
}

/// A name without what marks it as that of a file.
fn stem(name: &str) -> &str {
    name.strip_suffix("_FILE").or_else(|| name.strip_suffix("_file")).unwrap_or(name)
}

fn key(name: &str) -> String {
    folded(stem(name).trim_end_matches('/'))
}

/// What the files have and no table lists, each once.
fn unlisted<'p>(
    table: Option<&Listed>,
    listed: &[Listed],
    found: impl IntoIterator<Item = Found<'p>>,
    at: Place,
) -> List<Unlisted> {
    let Some(table) = table else { return List::empty(at) };
    let mut known: BTreeSet<String> = listed.iter().map(|one| key(&one.name)).collect();
    let new = found.into_iter().filter(|(name, _)| known.insert(key(name)));
    let table = Field::known(table.name.clone(), table.at);
    List::new(new.map(|(name, at)| Unlisted { at, name: name.to_owned(), table: table.clone() }).collect(), at)
}

fn unlisted_variables(
    lists: &Lists,
    given: &Given<'_>,
    source: &LazySource,
    tree: &Subtree,
    at: Place,
) -> List<Unlisted> {
    let variables = lists.variables.items.iter().map(|one| Listed { name: one.name.clone(), at: one.at });
    let listed: Vec<Listed> = variables.chain(sampled(tree)).collect();
    let reads = source.get().into_iter().flat_map(|source| &source.env_reads);
    let is_built_with = |at: Place| is_build_configuration(&tree.sources().get(at.file).path);
    let reads = reads.filter(|read| !is_built_with(read.at));
    let found = given.variables().into_iter().chain(reads.map(|read| (read.name.as_str(), read.at)));
    unlisted(lists.variables.table.as_ref(), &listed, found, at)
}

/// Whether a file configures what the service is built or tested with, such as `vite.config.ts` and `build.rs`, or is a
/// script of its developers.
fn is_build_configuration(path: &str) -> bool {
    const DIRECTORIES: [&str; 6] = [".ci", ".github", "ci", "hack", "script", "scripts"];
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    if parts.any(|part| DIRECTORIES.contains(&part)) {
        return true;
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name == "build.rs"
        || stem.ends_with(".config") && [".js", ".cjs", ".mjs", ".ts", ".mts"].iter().any(|end| name.ends_with(end))
}

/// The variables that examples of a `.env` explain.
fn sampled(tree: &Subtree) -> impl Iterator<Item = Listed> {
    let samples =
        tree.own(EntryKind::File).filter(|(_, _, path)| is_env_sample(path.rsplit('/').next().unwrap_or(path)));
    samples.flat_map(|(id, ..)| {
        let text = tree.sources().read(id).unwrap_or_default();
        names_in_example(&text).map(|name| Listed { name: name.to_owned(), at: Place::whole(id) }).collect::<Vec<_>>()
    })
}

impl<'p> Given<'p> {
    fn variables(&self) -> Vec<Found<'p>> {
        let compose = self.compose.iter().flat_map(|service| &service.environment);
        let compose = compose.filter(|variable| !variable.is_shared);
        let pods = self.containers.iter().flat_map(|container| &container.env);
        let compose = compose.map(|variable| (variable.key.as_str(), variable.at));
        compose.chain(pods.filter_map(|variable| Some((variable.key.value()?.as_str(), variable.at)))).collect()
    }

    /// Secrets under the names of what the service reads them by: those that compose grants, and variables that come
    /// from a Secret.
    fn secrets(&self) -> Vec<Found<'p>> {
        let granted = self.compose.iter().flat_map(|service| &service.secrets);
        let granted = granted.filter_map(|grant| Some((grant.source.value()?.as_str(), grant.at)));
        let pods = self.containers.iter().flat_map(|container| &container.env);
        let pods = pods.filter(|variable| variable.from.value() == Some(&EnvSource::Secret));
        granted.chain(pods.filter_map(|variable| Some((variable.key.value()?.as_str(), variable.at)))).collect()
    }

    /// Where named volumes of compose are mounted.
    fn volumes(&self) -> Vec<Found<'p>> {
        let mounts = self.compose.iter().flat_map(|service| &service.volumes);
        let named =
            mounts.filter(|mount| mount.r#type.value() == Some(&MountType::Volume) && mount.source.value().is_some());
        named.filter_map(|mount| Some((mount.target.value()?.0.as_str(), mount.at))).collect()
    }

    /// Whether what runs the service is given a variable, or a file that holds it. Programs of one service share its
    /// documents, so that one of them is enough.
    fn has_variable(&self, name: &str, parts: &Parts<'_>, at: Place) -> Field<bool> {
        let stage = parts.dockerfile.and_then(|dockerfile| dockerfile.final_stage.as_ref());
        let in_image = stage.is_some_and(|stage| stage.env.iter().any(|env| env.key == name));
        if self.compose.is_empty() && self.containers.is_empty() {
            return Field::Absent(at);
        }
        let open = self.compose.iter().any(|service| service.environment.unseen.is_some())
            || self.containers.iter().any(|container| {
                !container.env_from.items.is_empty()
                    || container.env_from.unseen.is_some()
                    || container.env.unseen.is_some()
            });
        let is = |given: &str| stem(given) == name;
        let in_compose = self.compose.iter().any(|service| service.environment.iter().any(|one| is(&one.key)));
        let in_pods = || {
            let has =
                |container: &&Container| container.env.iter().any(|one| one.key.value().is_some_and(|key| is(key)));
            self.containers.iter().any(has)
        };
        if in_image || in_compose || in_pods() {
            return Field::known(true, at);
        }
        if open {
            return Field::Absent(at);
        }
        let first = self.compose.first().map(|service| service.at);
        let first = first.or_else(|| self.containers.first().map(|container| container.at));
        Field::known(false, first.unwrap_or(at))
    }

    /// Whether something is mounted at a path, in compose or in a pod.
    fn mounts_at(&self, path: &str, at: Place) -> Field<bool> {
        if self.compose.is_empty() && self.containers.is_empty() {
            return Field::Absent(at);
        }
        let path = path.trim_end_matches('/');
        let is = |target: &str| target.trim_end_matches('/') == path;
        let compose = |service: &&ComposeService| {
            let volumes = service.volumes.iter().filter_map(|mount| mount.target.value());
            let memory = service.tmpfs.iter().filter_map(|mount| mount.target.value());
            volumes.chain(memory).any(|target| is(&target.0))
        };
        let pods = |container: &&Container| {
            container.volume_mounts.iter().any(|mount| mount.mount_path.value().is_some_and(|target| is(target)))
        };
        let open = self.compose.iter().any(|service| service.volumes.unseen.is_some())
            || self.containers.iter().any(|container| container.volume_mounts.unseen.is_some());
        match self.compose.iter().any(compose) || self.containers.iter().any(pods) {
            false if open => Field::unresolved(path, "further mounts cannot be seen", at),
            is_mounted => Field::known(is_mounted, at),
        }
    }
}

/// Whether the code registers a route that a heading such as `GET /orders/{id}` names. A router's prefix may be given
/// elsewhere, so the end of the path is enough.
fn registers(source: &LazySource, heading: &str, at: Place) -> Field<bool> {
    let Some((_, path)) = heading.split_once(' ') else { return Field::Absent(at) };
    let Some(source) = source.get().filter(|source| !source.routes.items.is_empty()) else {
        return Field::Absent(at);
    };
    let wanted = shape(path);
    let ends = |route: &String| {
        let route = shape(route);
        route == wanted || route.len() > 1 && wanted.ends_with(&route)
    };
    let is_known = |route: Option<&String>| route.is_some_and(ends);
    if source.routes.iter().any(|route| is_known(route.path.value())) {
        return Field::known(true, at);
    }
    let open = source.routes.unseen.is_some() || source.routes.iter().any(|route| route.path.value().is_none());
    if open { Field::unresolved(path, "not all routes can be told", at) } else { Field::known(false, at) }
}

/// A path with one sign for each parameter, whatever the framework or the document writes.
fn shape(path: &str) -> String {
    let path = path.split(['?', ' ']).next().unwrap_or(path).trim_end_matches('/');
    let parts = path.split('/').map(|part| if part.starts_with([':', '{', '<', '*']) { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
