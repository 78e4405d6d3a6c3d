//! Wiring: what the objects that are deployed together have to do with each other.

mod nearby;
mod overlay;
mod ports;
mod references;
mod scrape;
mod workloads;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::config::{ConfigMap, ExternalSecret, Secret, ServiceAccount};
use super::ingress::{Backend, Ingress};
use super::kustomize::{Generated, Kustomization, about};
use super::network_policy::NetworkPolicy;
use super::object::{Body, Object};
use super::scaling::{Autoscaler, DisruptionBudget};
use super::selector::LabelSelector;
use super::service::{Service, ServiceType};
use super::workload::Workload;
use crate::model::schema::Node;
use crate::model::value::{Always, Field, List, Unresolved};
use crate::source::Place;

/// Resolves the wiring within one group of objects that are deployed together, after marking what kustomizations
/// make a patch of or set from outside. Which objects those are is the caller's decision; `elsewhere` says whether
/// another group has an object of a kind and name, since the groups of one repository may well be deployed together.
pub fn link(objects: &mut [Object], kustomizations: &[Kustomization], elsewhere: &Elsewhere<'_>) {
    mark(objects, kustomizations);
    link_among(
        objects,
        &[],
        &About { kustomizations, is_open: false, withheld: &[], is_one_deployment: false, is_chart: false, elsewhere },
    );
}

/// Marks what kustomizations that are not built make a patch of, and leaves open what they set from outside.
pub fn mark(objects: &mut [Object], kustomizations: &[Kustomization]) {
    overlay::apply(objects, kustomizations);
}

/// Resolves the wiring within the objects that one rendering of a chart gave. `is_partial` is whether it could not be
/// rendered as a whole, so that what is not among the objects may be there all the same; `withheld` are the kinds that
/// templates would bring with other values.
pub fn link_rendered(objects: &mut [Object], is_partial: bool, withheld: &[String], elsewhere: &Elsewhere<'_>) {
    let about = About {
        kustomizations: &[],
        is_open: is_partial,
        withheld,
        is_one_deployment: true,
        is_chart: true,
        elsewhere,
    };
    link_among(objects, &[], &about);
}

/// Resolves the wiring of objects that are deployed together with others, which stay as they are.
pub fn link_among(objects: &mut [Object], others: &[Arc<Object>], about: &About<'_>) {
    let own = objects.iter().filter(|object| !object.is_patch()).count();
    let others = others.iter().map(|object| &**object);
    let mut whole: Vec<Object> = objects.iter().chain(others).filter(|object| !object.is_patch()).cloned().collect();
    leave_open_what_is_patched(&mut whole, objects.iter().filter(|object| object.is_patch()));
    let group = Group::new(&whole, about, if about.is_one_deployment { own } else { 0 });
    for object in objects.iter_mut().filter(|object| !object.is_patch()) {
        match &mut object.body {
            Body::Workload(workload) => workloads::wire(Arc::make_mut(workload), &group),
            Body::Service(service) => wire_service(service, &group),
            Body::NetworkPolicy(policy) => wire_policy(policy, &group),
            Body::Ingress(ingress) => wire_ingress(ingress, &group),
            Body::Autoscaler(autoscaler) => wire_autoscaler(autoscaler, &group),
            Body::DisruptionBudget(budget) => wire_budget(budget, &group),
            _ => {}
        }
    }
}

/// Leaves open which containers workloads have that a patch beside them may add to: no build has put them together.
fn leave_open_what_is_patched<'p>(whole: &mut [Object], patches: impl Iterator<Item = &'p Object>) {
    let named = |object: &Object| Some((object.meta.kind().to_owned(), object.meta.name.value()?.clone()));
    let added_to: BTreeSet<(String, String)> = patches.filter_map(named).collect();
    for object in whole.iter_mut().filter(|_| !added_to.is_empty()) {
        if named(object).is_some_and(|name| added_to.contains(&name))
            && let Body::Workload(workload) = &mut object.body
        {
            let at = workload.at;
            let why = "a patch may add containers".into();
            let unseen = Unresolved { text: String::new(), why, at, via: None, expected: None };
            Arc::make_mut(workload).containers.unseen = Some(Box::new(unseen));
        }
    }
}

/// Stands for a kind where another group is asked for pods with a label, in the form `key=value`.
pub const POD_LABEL: &str = "label of pods";

/// Whether another group has an object of a kind and name.
pub type Elsewhere<'e> = dyn Fn(&str, &str) -> bool + Sync + 'e;

/// What is known of a group of objects besides the objects.
pub struct About<'a> {
    /// Kustomizations that are not built; those that have to do with the objects count.
    pub kustomizations: &'a [Kustomization],
    /// Whether there may be more objects than can be seen.
    pub is_open: bool,
    /// Kinds of objects that templates of a chart have and did not print with these values.
    pub withheld: &'a [String],
    /// Whether all of them are deployed at once. Of files that nothing puts together one may stand in for another.
    pub is_one_deployment: bool,
    /// Whether they are those of a chart, which may print more keys with other values.
    pub is_chart: bool,
    /// Whether another group has an object of a kind and name.
    pub elsewhere: &'a Elsewhere<'a>,
}

/// The whole objects of a group, patches left out.
struct Group<'g> {
    objects: &'g [Object],
    /// How many of them, from the first, are deployed at once.
    together: usize,
    config_maps_to_come: Vec<&'g Generated>,
    secrets_to_come: Vec<&'g Generated>,
    is_open: bool,
    withheld: &'g [String],
    is_chart: bool,
    elsewhere: &'g Elsewhere<'g>,
}

macro_rules! bodies {
    ($($name:ident: $Variant:ident($Type:ty);)+) => {
        $(fn $name(&self, namespace: &Field<String>) -> impl Iterator<Item = &'g $Type> + use<'g> {
            let namespace = namespace.clone();
            self.objects.iter().filter_map(move |object| match &object.body {
                Body::$Variant(body) if same_namespace(&namespace, &body.namespace) => Some(&**body),
                _ => None,
            })
        })+
    };
}

impl<'g> Group<'g> {
    fn new(objects: &'g [Object], known: &'g About<'g>, together: usize) -> Self {
        let files = objects.iter().map(|object| object.meta.path.as_str()).collect();
        let kustomizations =
            if known.kustomizations.is_empty() { Vec::new() } else { about(known.kustomizations, &files) };
        Self {
            objects,
            together,
            config_maps_to_come: kustomizations.iter().flat_map(|one| &one.config_maps).collect(),
            secrets_to_come: kustomizations.iter().flat_map(|one| &one.secrets).collect(),
            is_open: known.is_open || kustomizations.iter().any(|one| !one.opaque.is_empty()),
            withheld: known.withheld,
            is_chart: known.is_chart,
            elsewhere: known.elsewhere,
        }
    }

    bodies! {
        workloads: Workload(Workload);
        services: Service(Service);
        policies: NetworkPolicy(NetworkPolicy);
        autoscalers: Autoscaler(Autoscaler);
        budgets: DisruptionBudget(DisruptionBudget);
        accounts: ServiceAccount(ServiceAccount);
        config_maps: ConfigMap(ConfigMap);
        secrets: Secret(Secret);
        external_secrets: ExternalSecret(ExternalSecret);
    }

    /// Whether an object of this kind may be there under a name that cannot be seen.
    fn may_hide(&self, kind: &str) -> bool {
        let is_unnamed = |object: &Object| object.meta.kind() == kind && object.meta.name.value().is_none();
        self.is_open || self.objects.iter().any(is_unnamed)
    }

    /// What holds by objects that are seen; where nothing does and there may be more of them, it cannot be told.
    fn holds(&self, found: Option<bool>) -> Option<bool> {
        found.filter(|holds| *holds || !self.is_open)
    }

    /// Whether none of the objects is of a sort that others refer to: then all of it is made elsewhere.
    fn lacks(&self, is_sort: fn(&Body) -> bool) -> bool {
        !self.objects.iter().any(|object| is_sort(&object.body))
    }

    /// Whether something is there; something that may be hidden cannot be told.
    fn existence(&self, found: bool, kind: &str, name: &str, at: Place) -> Field<bool> {
        if !found && (self.elsewhere)(kind, name) {
            return Field::unresolved(name, format!("another part of the repository has the {kind}"), at);
        }
        if found || !self.may_hide(kind) {
            return Field::known(found, at);
        }
        Field::unresolved(name, format!("a {kind} of this name may come from outside these files"), at)
    }

    /// Whether what an object refers to is there. An operator, a script, another chart or somebody by hand may make it, and
    /// what builds on a kustomization brings it along. Only a name that is nearly that of another tells a mistake, or a
    /// file that brings others of the kind itself.
    fn referred(&self, found: bool, kind: &str, name: &str, at: Place) -> Field<bool> {
        let existence = self.existence(found, kind, name, at);
        if existence.value() != Some(&false) {
            return existence;
        }
        let mut others = self.objects.iter().filter(|object| object.meta.kind() == kind);
        let is_told = others.any(|object| {
            object.meta.at.file == at.file || object.meta.name.value().is_some_and(|own| nearby::is_nearly(own, name))
        });
        if is_told && !self.withholds(kind) {
            return existence;
        }
        Field::unresolved(name, format!("the {kind} may be made elsewhere, by an operator, a script or by hand"), at)
    }

    /// Whether a template of the chart would bring objects of a kind with other values.
    fn withholds(&self, kind: &str) -> bool {
        self.withheld.iter().any(|withheld| withheld == kind)
    }

    /// Whether an object that another one means by its name is certainly the one that it gets: they are deployed at
    /// once, or stand in one directory.
    fn is_meant(&self, path: &str, at: Place) -> bool {
        let mut here = self.objects.iter().filter(|object| object.meta.at.file == at.file);
        self.together > 0 || here.any(|object| nearby::directory(&object.meta.path) == nearby::directory(path))
    }

    /// The workloads that are certainly deployed at once with one: those of its chart or kustomization and of its file,
    /// and the Deployment that a Rollout was meant to replace.
    fn deployed_with(&self, workload: &Workload) -> impl Iterator<Item = &'g Workload> {
        let replaces = move |other: &Workload| {
            matches!((workload.kind(), other.kind()), ("Rollout", "Deployment") | ("Deployment", "Rollout"))
        };
        let all = self.objects.iter().enumerate().filter_map(|(index, object)| match &object.body {
            Body::Workload(other) => Some((index, &**other)),
            _ => None,
        });
        all.filter(move |(index, other)| {
            let at_once = *index < self.together || other.at.file == workload.at.file || replaces(other);
            at_once && same_namespace(&workload.namespace, &other.namespace)
        })
        .map(|(_, other)| other)
    }

    /// Whether pods that a selector wants may be there though no workload here makes them: none here is in its
    /// namespace, an operator makes them, or what lacks is a label that pods are given when they run.
    fn may_select_others(&self, matcher: &LabelSelector, namespace: &Field<String>) -> bool {
        let is_known = namespace.value().is_some();
        let elsewhere = self.objects.iter().any(|object| match &object.body {
            Body::Workload(workload) => matcher.matches(&workload.pod_labels) != Some(false),
            _ => false,
        });
        let mut here = self.workloads(namespace).filter(|workload| workload.namespace.value() == namespace.value());
        let nobody = is_known && !elsewhere && here.next().is_none();
        let shares = || self.workloads(namespace).any(|workload| matcher.shares(&workload.pod_labels));
        let is_operated = self.objects.iter().any(|object| OPERATED.contains(&object.meta.kind()))
            || self.objects.iter().any(carries_pods) && !shares();
        nobody || is_operated || self.workloads(namespace).any(|workload| matcher.awaits_role(&workload.pod_labels))
    }

    /// Whether a selector is meant for pods that are here, as far as one can see: it shares a label with some, or its
    /// object and their workload are called the same, or alike and so is a label. Otherwise somebody else may bring the pods.
    fn is_meant_for_some<'n>(&'n self, matcher: &LabelSelector, name: Option<&'n String>) -> bool {
        let begins =
            |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['-', '.']));
        let bare = |name: &'n str| KIND_SUFFIXES.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name);
        let name = name.map(|name| bare(name));
        self.objects.iter().any(|object| match &object.body {
            Body::Workload(workload) => {
                let own = workload.name.value().map(|own| bare(own));
                let is_alike = name.zip(own).is_some_and(|(name, own)| {
                    let is_begun = begins(name, own) || begins(own, name);
                    name == own || is_begun && matcher.tells_of(&workload.pod_labels, own)
                });
                is_alike || matcher.is_near(&workload.pod_labels)
            }
            _ => false,
        })
    }

    /// Whether another part of the repository, which may be deployed beside this one, has pods with all that is asked for.
    fn are_pods_elsewhere(&self, matcher: &LabelSelector) -> bool {
        let wanted = matcher.wanted();
        let is_there = |label: &String| (self.elsewhere)(POD_LABEL, label);
        !wanted.is_empty() && wanted.iter().all(|group| group.iter().any(is_there))
    }

    /// Labels of the workloads whose pods the selector of an object selects.
    fn selected(&self, matcher: &LabelSelector, (name, namespace): Named<'_>, at: Place) -> List<Field<String>> {
        let mut list = List::empty(at);
        for workload in self.workloads(namespace) {
            match workload.is_selected_by(matcher) {
                Some(true) => list.items.push(Field::known(workload.label(), workload.at)),
                Some(false) => {}
                None => list.unseen = Some(Box::new(open_match(workload.label(), at))),
            }
        }
        let elsewhere = || self.lacks(|body| matches!(body, Body::Workload(_)));
        let is_open =
            || self.is_open || self.withholds(PODS) || elsewhere() || self.may_select_others(matcher, namespace);
        let is_theirs = || !self.is_meant_for_some(matcher, name.value()) || self.are_pods_elsewhere(matcher);
        if list.items.is_empty() && (is_open() || is_theirs()) {
            let why = "its pods may come from outside these files".into();
            list.unseen = Some(Box::new(Unresolved { text: String::new(), why, at, via: None, expected: None }));
        }
        list
    }
}

/// Stands for all kinds that make pods, where a chart withholds them.
const PODS: &str = "Pod";

/// What people put behind the name of a Service, a policy or a workload to tell what it is.
const KIND_SUFFIXES: [&str; 6] = ["-svc", "-service", "-policy", "-netpol", "-deployment", "-deploy"];

/// Name and namespace of an object.
type Named<'o> = (&'o Field<String>, &'o Field<String>);

/// Whether an object of a kind that is not known carries a pod template, of which its operator makes pods.
fn carries_pods(object: &Object) -> bool {
    object.meta.fields.iter().any(|field| field.path.ends_with(".containers.image"))
}

/// Kinds of which operators make pods (Prometheus Operator, Strimzi, ECK, `CloudNativePG`, `RabbitMQ` and `MinIO` operators).
const OPERATED: &[&str] = &[
    "Alertmanager",
    "Cluster",
    "Elasticsearch",
    "Kafka",
    "Kibana",
    "Prometheus",
    "RabbitmqCluster",
    "Tenant",
    "ThanosRuler",
];

fn open_match(text: String, at: Place) -> Unresolved {
    Unresolved { text, why: "its labels are not all known".into(), at, via: None, expected: None }
}

/// Whether two objects are in one namespace: where either does not say, they may be.
fn same_namespace(a: &Field<String>, b: &Field<String>) -> bool {
    let text = |field: &Field<String>| match field {
        Field::Known(text, _) => Some(text.clone()),
        Field::Unresolved(unresolved) => Some(unresolved.text.clone()),
        _ => None,
    };
    match (text(a), text(b)) {
        (Some(x), Some(y)) => x == y || a.value().is_none() != b.value().is_none(),
        _ => true,
    }
}

/// Whether any of several holds; unknown where none does and some cannot be told.
fn any(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(false);
    for part in parts {
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => result = None,
        }
    }
    result
}

/// Whether all of several hold; unknown where none fails and some cannot be told.
fn all(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    any(parts.into_iter().map(|part| part.map(|holds| !holds))).map(|fails| !fails)
}

fn fact(holds: Option<bool>, why: &'static str, at: Place) -> Field<bool> {
    holds.map_or_else(|| Field::unresolved("", why, at), |holds| Field::known(holds, at))
}

fn always(holds: Option<bool>, why: &'static str, at: Place) -> Always<bool> {
    fact(holds, why, at).or_default(false)
}

/// Whether a Service leads to pods by labels of its own.
fn has_selector(service: &Service) -> bool {
    !service.selector.items.is_empty() && service.r#type.value() != Some(&ServiceType::ExternalName)
}

fn wire_service(service: &mut Service, group: &Group<'_>) {
    if !has_selector(service) {
        return;
    }
    // Where an overlay changes a label of the selector, that is what somebody would look at.
    let mut labels = service.selector.iter().map(|pair| pair.value.place());
    let at = labels.find(|place| place.file != service.at.file).unwrap_or(service.at);
    service.selected_workloads = group.selected(&service.matcher, (&service.name, &service.namespace), at);
    service.scraped_workloads.at = at;
    service.scraped_workloads.items = scrape::pods(service, group);
    let behind: Vec<&Workload> = group
        .workloads(&service.namespace)
        .filter(|workload| !workload.is_job && service.matcher.matches(&workload.pod_labels) == Some(true))
        .collect();
    let behind = nearby::nearest(group, &service.path, behind, |workload| &workload.path);
    for port in &mut service.ports.items {
        ports::resolve_target(port, &behind);
    }
}

fn wire_policy(policy: &mut NetworkPolicy, group: &Group<'_>) {
    policy.selected_workloads = group.selected(&policy.matcher, (&policy.name, &policy.namespace), policy.at);
    let behind: Vec<&Workload> = group
        .workloads(&policy.namespace)
        .filter(|workload| policy.matcher.matches(&workload.pod_labels) == Some(true))
        .collect();
    let behind = nearby::nearest(group, &policy.path, behind, |workload| &workload.path);
    for port in policy.ingress.items.iter_mut().flat_map(|rule| &mut rule.ports.items) {
        ports::resolve_policy_port(port, &behind);
    }
}

fn wire_ingress(ingress: &mut Ingress, group: &Group<'_>) {
    let services: Vec<&Service> = group.services(&ingress.namespace).collect();
    for backend in &mut ingress.backends.items {
        wire_backend(backend, &ingress.path, &services, group);
    }
}

fn wire_backend(backend: &mut Backend, path: &str, services: &[&Service], group: &Group<'_>) {
    let Some(name) = backend.service.value() else { return };
    let at = backend.service.place();
    let named = services.iter().copied().filter(|service| service.name.value() == Some(name)).collect();
    let Some(service) = nearby::nearest(group, path, named, |service| &service.path).first().copied() else {
        backend.resolves = group.referred(false, "Service", name, at);
        return;
    };
    let by_number = |port: &&super::ServicePort| {
        backend.port.value().is_some_and(|wanted| port.port.value() == Some(wanted))
            || backend.port_name.value().is_some_and(|wanted| port.name.value() == Some(wanted))
    };
    let found = service.ports.iter().find(by_number);
    let is_open = service.ports.unseen.is_some()
        || matches!(backend.port, Field::Unresolved(_))
        || service.ports.iter().any(|port| port.port.value().is_none());
    let holds = if found.is_some() { Some(true) } else { (!is_open).then_some(false) };
    backend.resolves = fact(holds, "the Service's ports are not all known", at);
    if let (Some(port), Some(_)) = (found, backend.port_name.value()) {
        backend.port = port.port.clone().via(backend.port_name.place(), "this Ingress names it");
    }
}

fn wire_autoscaler(autoscaler: &mut Autoscaler, group: &Group<'_>) {
    let (Some(kind), Some(name)) = (autoscaler.target_kind.value(), autoscaler.target_name.value()) else { return };
    let found = group.objects.iter().any(|object| {
        object.meta.kind() == kind
            && object.meta.name.value() == Some(name)
            && same_namespace(&object.meta.namespace, &autoscaler.namespace)
    });
    let at = autoscaler.target_name.place();
    autoscaler.target_exists = if group.lacks(|body| matches!(body, Body::Workload(_))) {
        Field::unresolved(name, "its workload is made elsewhere", at)
    } else {
        group.existence(found, kind, name, at)
    };
}

fn wire_budget(budget: &mut DisruptionBudget, group: &Group<'_>) {
    budget.selected_workloads = group.selected(&budget.matcher, (&budget.name, &budget.namespace), budget.at);
    let (Some(wanted), None) = (budget.min_available_count(), &budget.selected_workloads.unseen) else { return };
    let guarded: Vec<&Workload> = group
        .workloads(&budget.namespace)
        .filter(|workload| budget.matcher.matches(&workload.pod_labels) == Some(true))
        .collect();
    let counts: Option<Vec<i64>> = guarded
        .iter()
        .map(|workload| workloads::min_replicas(workload, group).value().copied().filter(|_| is_counted(workload)))
        .collect();
    let total = counts.map(|counts| counts.iter().fold(0_i64, |sum, count| sum.saturating_add(*count)));
    budget.blocks_eviction |= !guarded.is_empty() && total.is_some_and(|total| wanted >= total);
}

/// Whether the number of a workload's pods is the one it says; a DaemonSet has as many as there are nodes.
fn is_counted(workload: &Workload) -> bool {
    matches!(workload.kind(), "Deployment" | "StatefulSet" | "ReplicaSet" | "Rollout")
}
