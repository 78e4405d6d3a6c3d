//! Which Services and pods ask Prometheus for being scraped.

use super::{Group, has_selector};
use crate::model::k8s::service::Service;
use crate::model::k8s::text::Pair;
use crate::model::k8s::workload::Workload;
use crate::model::schema::Node;
use crate::model::value::{Field, List};

/// The annotation by which people ask for it; what it does is written in the configuration of Prometheus.
const SCRAPE: &str = "prometheus.io/scrape";

/// The annotation, unless it says no.
fn asks(annotations: &List<Pair>) -> Option<&Pair> {
    let mut asking = annotations.iter().filter(|annotation| annotation.key == SCRAPE);
    asking.find(|annotation| annotation.value.value().is_none_or(|value| value == "true"))
}

/// The Services before a workload that ask for it.
pub(super) fn services(workload: &Workload, group: &Group<'_>) -> Vec<Field<String>> {
    let before = group
        .services(&workload.namespace)
        .filter(|service| has_selector(service) && service.matcher.matches(&workload.pod_labels) != Some(false));
    before.filter_map(|service| Some(Field::known(service.label(), asks(&service.annotations)?.at))).collect()
}

/// The workloads behind a Service whose pods ask for it.
pub(super) fn pods(service: &Service, group: &Group<'_>) -> Vec<Field<String>> {
    let behind = group.workloads(&service.namespace);
    let behind = behind.filter(|workload| service.matcher.matches(&workload.pod_labels) != Some(false));
    behind.filter_map(|workload| Some(Field::known(workload.label(), asks(&workload.pod_annotations)?.at))).collect()
}
