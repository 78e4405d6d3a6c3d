//! What scales workloads and what guards them while nodes are drained.

use super::object::Meta;
use super::selector::LabelSelector;
use super::text::{Pair, pairs, plain, plain_text};
use crate::model;
use crate::model::read::Reader;
use crate::model::value::{Always, Field, List};

model! {
    /// What an autoscaler looks at.
    pub struct ScalingMetric as "k8s.hpa_metric" {
        /// The resource, such as `cpu`; absent for a metric of another kind.
        resource: Field<String>,
        /// The share of what pods request, in percent, that it keeps them at.
        utilization: Field<i64>,
    }
    label(metric) { metric.resource.value().cloned().unwrap_or_default() }
}

model! {
    /// A HorizontalPodAutoscaler.
    pub struct Autoscaler as "k8s.hpa" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Kind of the workload it scales.
        target_kind: Field<String>,
        /// Name of the workload it scales.
        target_name: Field<String>,
        /// Whether that workload is there.
        target_exists: Field<bool>,
        /// How few pods it keeps, 1 where it does not say.
        min: Always<i64>,
        /// How many pods it starts at most.
        max: Field<i64>,
        /// What it looks at.
        metrics: List<ScalingMetric>,
    }
    with {
        /// Path of its file.
        path: String,
    }
    label(autoscaler) { autoscaler.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A PodDisruptionBudget.
    pub struct DisruptionBudget as "k8s.pdb" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Equal labels of the pods it guards.
        selector: List<Pair>,
        /// How many pods may be missing, as a number or percentage.
        max_unavailable: Field<String>,
        /// How many pods must be there, as a number or percentage.
        min_available: Field<String>,
        /// Labels of the workloads whose pods it guards.
        selected_workloads: List<Field<String>>,
        /// Whether it lets no pod be evicted, so that no node can be drained.
        blocks_eviction: bool,
    }
    with {
        /// Path of its file.
        path: String,
        /// Its selector.
        matcher: LabelSelector,
    }
    label(budget) { budget.name.value().cloned().unwrap_or_default() }
}

impl Autoscaler {
    /// Reads a HorizontalPodAutoscaler of any version.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let spec = root.child("spec");
        let target = spec.child("scaleTargetRef");
        let target_name = target.field("name", plain);
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            target_kind: target.field("kind", plain),
            target_exists: Field::Absent(target_name.place()),
            target_name,
            min: spec.int("minReplicas").or_default(1),
            max: spec.int("maxReplicas"),
            metrics: read_metrics(spec),
            path: meta.path.clone(),
        }
    }
}

/// The metrics of any version: `v1` has one key for CPU, `v2beta1` no `target` (Kubernetes API, `MetricSpec`).
fn read_metrics(spec: Reader<'_>) -> List<ScalingMetric> {
    const OLD: &str = "targetCPUUtilizationPercentage";
    if let Some(node) = spec.get(OLD) {
        let at = node.anchor_place();
        let resource = Field::known("cpu".to_owned(), at);
        return List::new(vec![ScalingMetric { at, resource, utilization: spec.int(OLD) }], at);
    }
    spec.list("metrics", |node| {
        let reader = Reader::new(node);
        let resource = ["resource", "containerResource"].into_iter().find(|key| reader.has(key));
        let resource = resource.map_or(Reader::absent(reader.place()), |key| reader.child(key));
        let name = resource.field("name", plain);
        ScalingMetric {
            at: if name.is_absent() { reader.place() } else { name.place() },
            utilization: resource
                .child("target")
                .int("averageUtilization")
                .or(|| resource.int("targetAverageUtilization")),
            resource: name,
        }
    })
}

impl DisruptionBudget {
    /// Reads a PodDisruptionBudget of any version.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let spec = root.child("spec");
        let selector = spec.child("selector");
        let max_unavailable = spec.field("maxUnavailable", plain_text);
        let min_available = spec.field("minAvailable", plain_text);
        let none_may_go = max_unavailable.value().is_some_and(|text| amount(text) == Some(Amount::Zero));
        let all_must_stay = min_available.value().is_some_and(|text| amount(text) == Some(Amount::All));
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            selector: pairs(selector, "matchLabels"),
            matcher: LabelSelector::read(selector),
            blocks_eviction: none_may_go || all_must_stay,
            max_unavailable,
            min_available,
            selected_workloads: List::empty(meta.at),
            path: meta.path.clone(),
        }
    }

    /// The number of pods that must be there, where it is given as a number.
    #[must_use]
    pub fn min_available_count(&self) -> Option<i64> {
        self.min_available.value()?.parse().ok()
    }
}

#[derive(PartialEq, Eq)]
enum Amount {
    Zero,
    All,
    Some,
}

fn amount(text: &str) -> Option<Amount> {
    let (number, is_percent) = text.strip_suffix('%').map_or((text, false), |number| (number, true));
    Some(match (number.parse::<u32>().ok()?, is_percent) {
        (0, _) => Amount::Zero,
        (100.., true) => Amount::All,
        _ => Amount::Some,
    })
}
