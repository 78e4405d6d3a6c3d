//! What selects, scales, guards and configures a workload.

use super::{Group, all, always, any, has_selector, open_match, references, same_namespace, scrape};
use crate::model::k8s::scaling::Autoscaler;
use crate::model::k8s::workload::Workload;
use crate::model::schema::Node;
use crate::model::value::{Always, Field, List, Unresolved};

const OPEN_LABELS: &str = "the labels are not all known";
const OPEN_OBJECTS: &str = "there may be more objects than these files have";
const OPEN_TARGET: &str = "the target of an autoscaler is not known";

fn open_labels(group: &Group<'_>) -> &'static str {
    if group.is_open { OPEN_OBJECTS } else { OPEN_LABELS }
}

/// A list of objects that have to do with a workload, to which there may be more.
fn or_more(mut list: List<Field<String>>, group: &Group<'_>) -> List<Field<String>> {
    if group.is_open && list.unseen.is_none() {
        let open = Unresolved { text: String::new(), why: OPEN_OBJECTS.into(), at: list.at, via: None, expected: None };
        list.unseen = Some(Box::new(open));
    }
    list
}

/// Fills in every resolved fact of a workload.
pub(super) fn wire(workload: &mut Workload, group: &Group<'_>) {
    let namespace = workload.namespace.clone();
    let at = workload.at;
    wire_policies(workload, group);
    let mut services = List::empty(at);
    for service in group.services(&namespace).filter(|service| has_selector(service)) {
        match service.matcher.matches(&workload.pod_labels) {
            Some(true) => services.items.push(Field::known(service.label(), service.at)),
            Some(false) => {}
            None => services.unseen = Some(Box::new(open_match(service.label(), at))),
        }
    }
    let named_alike = || workload.name.value().is_some_and(|name| (group.elsewhere)("Service", name));
    if services.items.is_empty() && services.unseen.is_none() && workload.declares_ports() && named_alike() {
        services.unseen = Some(Box::new(open_match(workload.label(), at)));
    }
    workload.services = or_more(services, group);
    workload.scraped_services = or_more(List { items: scrape::services(workload, group), ..List::empty(at) }, group);
    workload.rivals = rivals(workload, group);
    let guards = group.budgets(&namespace).map(|budget| budget.matcher.matches(&workload.pod_labels));
    workload.has_pdb = always(group.holds(any(guards)), open_labels(group), at);
    let scales = group.autoscalers(&namespace).map(|autoscaler| targets(autoscaler, workload));
    workload.has_hpa = always(group.holds(any(scales)), OPEN_TARGET, at);
    workload.min_replicas = min_replicas(workload, group);
    wire_account(workload, group);
    for container in &mut workload.containers.items {
        references::wire_container(container, &namespace, group);
        if workload.is_job {
            references::wire_job(container, &namespace, group);
        }
    }
    for volume in &mut workload.volumes.items {
        let templates = &workload.volume_claim_templates;
        // The StatefulSet's own claim takes the place of a volume of the same name.
        if let Some(name) = volume.name.value()
            && let Some(template) = templates.iter().find(|template| template.name.value() == Some(name))
        {
            volume.ref_exists = Field::known(true, template.at);
            continue;
        }
        references::wire_volume(volume, &namespace, group);
    }
}

fn wire_policies(workload: &mut Workload, group: &Group<'_>) {
    let at = workload.at;
    let selecting: Vec<_> = group
        .policies(&workload.namespace)
        .map(|policy| (policy, policy.matcher.matches(&workload.pod_labels)))
        .collect();
    let when = |governs: bool, selects: Option<bool>| if governs { selects } else { Some(false) };
    let names = |own: bool| {
        let mut list = List::empty(at);
        for (policy, selects) in selecting.iter().filter(|(policy, _)| !own || !policy.selects_all) {
            match selects {
                Some(true) => list.items.push(Field::known(policy.label(), policy.at)),
                Some(false) => {}
                None => list.unseen = Some(Box::new(open_match(policy.label(), at))),
            }
        }
        or_more(list, group)
    };
    workload.policies = names(false);
    workload.own_policies = names(true);
    let ingress = any(selecting.iter().map(|(policy, selects)| when(policy.governs_ingress, *selects)));
    let egress = any(selecting.iter().map(|(policy, selects)| when(policy.governs_egress, *selects)));
    let dns = any(selecting.iter().map(|(policy, selects)| when(policy.governs_egress && policy.allows_dns, *selects)));
    let (ingress, egress) = (group.holds(ingress), group.holds(egress));
    workload.policies_ingress = always(ingress, open_labels(group), at);
    workload.policies_egress = always(egress, open_labels(group), at);
    // Policies add up: what one of them lets through is let through.
    workload.dns_allowed = always(any([egress.map(|governed| !governed), dns]), OPEN_LABELS, at);
}

/// Labels of other workloads that would take these pods for theirs, or the other way round.
fn rivals(workload: &Workload, group: &Group<'_>) -> List<Field<String>> {
    let mut list = List::empty(workload.at);
    let owns = |owner: &Workload, pods: &Workload| {
        !owner.selector_matches_labels.is_absent()
            && !owner.matcher.is_empty()
            && owner.matcher.matches(&pods.pod_labels) == Some(true)
    };
    // A Job selects by an id of its own, and its pods have an owner already.
    let is_other = |other: &&Workload| {
        other.at != workload.at && !other.is_variant_of(workload) && !other.is_job && !workload.is_job
    };
    for other in group.deployed_with(workload).filter(is_other) {
        if owns(other, workload) || owns(workload, other) {
            list.items.push(Field::known(other.label(), other.at));
        }
    }
    list
}

fn targets(autoscaler: &Autoscaler, workload: &Workload) -> Option<bool> {
    let same = |wanted: &Field<String>, own: Option<&str>| match (wanted.value(), own) {
        (Some(wanted), Some(own)) => Some(wanted == own),
        (None, _) if wanted.is_absent() => Some(false),
        _ => None,
    };
    let name = workload.name.value().map(String::as_str);
    all([same(&autoscaler.target_kind, Some(workload.kind())), same(&autoscaler.target_name, name)])
}

/// How many pods a workload has at least: its autoscaler decides, else its own number of replicas.
pub(super) fn min_replicas(workload: &Workload, group: &Group<'_>) -> Always<i64> {
    let mut scalers = group.autoscalers(&workload.namespace);
    match scalers.find(|autoscaler| targets(autoscaler, workload) == Some(true)) {
        Some(autoscaler) => autoscaler.min.field().clone().via(workload.at, "it scales this workload").or_default(1),
        None => workload.replicas.clone(),
    }
}

/// The service account of pods that name none.
const DEFAULT_ACCOUNT: &str = "default";

fn wire_account(workload: &mut Workload, group: &Group<'_>) {
    let wanted = match &workload.service_account {
        Field::Absent(_) => DEFAULT_ACCOUNT,
        other => match other.value() {
            Some(name) => name.as_str(),
            None => return,
        },
    };
    let account =
        group.accounts(&workload.namespace).find(|account| account.name.value().is_some_and(|name| name == wanted));
    if let Field::Known(name, origin) = &workload.service_account {
        let found = account.is_some() || name == DEFAULT_ACCOUNT;
        // A kustomization that is not built may put a prefix before the name.
        let is_prefixed = |account: &super::ServiceAccount| {
            let rest = account.name.value().and_then(|own| name.strip_suffix(own.as_str()));
            rest.is_some_and(|prefix| prefix.ends_with('-'))
        };
        workload.service_account_exists =
            if !found && group.lacks(|body| matches!(body, super::Body::ServiceAccount(_))) {
                Field::unresolved(name, "service accounts are made elsewhere", origin.at)
            } else if !found && group.together == 0 && group.accounts(&workload.namespace).any(is_prefixed) {
                Field::unresolved(name, "a kustomization may give an account this name", origin.at)
            } else {
                group.referred(found, "ServiceAccount", name, origin.at)
            };
    }
    if let Some(account) = account
        && workload.automount_token.is_absent()
        && !account.automount_token.is_absent()
        && same_namespace(&account.namespace, &workload.namespace)
    {
        let inherited = account.automount_token.clone().via(workload.at, "this workload inherits it");
        workload.effective_automount_token = inherited.or_default(true);
    }
}
