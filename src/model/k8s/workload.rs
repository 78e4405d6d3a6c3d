//! Workloads: every object that owns pods, with its pod template read the same way whatever its kind.

use std::borrow::Cow;

use super::container::{Container, ContainerRole};
use super::object::Meta;
use super::selector::LabelSelector;
use super::software::Software;
use super::text::{Pair, filled, is_text, pairs, plain, plain_text};
use super::volume::{ClaimTemplate, Volume, VolumeType, read_claim_template, read_volume, type_of_mount};
use crate::model;
use crate::model::read::Reader;
use crate::model::schema::Uid;
use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Shape};

model! {
    /// A taint of nodes that pods put up with (Kubernetes, "Taints and Tolerations").
    pub struct Toleration as "k8s.toleration" {
        /// Key of the taint; absent where every taint will do.
        key: Field<String>,
        /// Value of the taint.
        value: Field<String>,
        /// What the taint does; absent where it may be anything.
        effect: Field<String>,
    }
    label(toleration) { toleration.key.value().cloned().unwrap_or_else(|| "any taint".to_owned()) }
}

model! {
    /// An object that owns pods: Deployment, StatefulSet, DaemonSet, Job, CronJob, Pod, Rollout, Knative Service, …
    pub struct Workload as "k8s.workload" in Object {
        /// Its kind, such as `Deployment`.
        kind: Always<String>,
        /// Its API version, such as `apps/v1`.
        api_version: Always<String>,
        /// Its name.
        name: Field<String>,
        /// The name of what it runs: its name without what a kustomization puts before or behind it, the release of a chart
        /// before it, or a version behind it, as in `shop-api-v2`.
        own_name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String> as "metadata.namespace",
        /// Its labels.
        labels: List<Pair>,
        /// Its annotations.
        annotations: List<Pair>,
        /// How many pods it keeps, 1 where it does not say.
        replicas: Always<i64> as "spec.replicas",
        /// Whether it says how many pods it keeps.
        replicas_written: bool,
        /// How many pods it has at least: the minimum of its autoscaler, else `replicas`.
        min_replicas: Always<i64>,
        /// The equal labels of its selector.
        selector: List<Pair>,
        /// Whether its selector selects its own pods; absent where it has no selector.
        selector_matches_labels: Field<bool>,
        /// Labels of its pods.
        pod_labels: List<Pair>,
        /// Annotations of its pods.
        pod_annotations: List<Pair>,
        /// Whether the port that `prometheus.io/port` names is one that its containers declare; absent where its pods name
        /// none, or declare no ports.
        scrape_port_declared: Field<bool>,
        /// How it replaces its pods, such as `RollingUpdate`.
        strategy: Field<String>,
        /// When a CronJob runs.
        schedule: Field<String>,
        /// When its containers are started again.
        restart_policy: Always<String>,
        /// The service account of its pods.
        service_account: Field<String> as "{pod}.serviceAccountName",
        /// Whether that service account is there.
        service_account_exists: Field<bool>,
        /// Whether its pods say that they get the token of their service account.
        automount_token: Field<bool> as "{pod}.automountServiceAccountToken",
        /// Whether its pods get that token: the pod decides, else the service account, else yes.
        effective_automount_token: Always<bool>,
        /// Whether its pods share the network of their node.
        host_network: Always<bool> as "{pod}.hostNetwork",
        /// Whether its pods see the processes of their node.
        host_pid: Always<bool> as "{pod}.hostPID",
        /// Whether its pods share the inter-process communication of their node.
        host_ipc: Always<bool> as "{pod}.hostIPC",
        /// Group that owns its volumes.
        fs_group: Field<Uid>,
        /// Kernel parameters of its pods.
        sysctls: List<Pair>,
        /// Whether its pods keep apart: pod anti-affinity or topology spread constraints.
        spreads_pods: Always<bool>,
        /// Labels that the nodes of its pods have.
        node_selector: List<Pair>,
        /// Taints of nodes that its pods put up with.
        tolerations: List<Toleration>,
        /// Priority class of its pods.
        priority_class: Field<String> as "{pod}.priorityClassName",
        /// Volumes of its pods.
        volumes: List<Volume>,
        /// Claims made for each of its pods.
        volume_claim_templates: List<ClaimTemplate>,
        /// Whether its pods run to their end: a Job, a CronJob, or a Pod that is not always restarted.
        is_job: bool,
        /// Whether it keeps data: a StatefulSet, or one with a claim among its volumes.
        is_stateful: bool,
        /// Whether it runs well-known software that keeps data: a database, a cache, a broker, a ledger.
        holds_data: bool,
        /// Whether all it runs is well-known software, none of it the team's own.
        is_infrastructure: bool,
        /// All containers: init, main, ephemeral.
        containers: List<Container>,
        /// Names of the NetworkPolicies that select its pods.
        policies: List<Field<String>>,
        /// Those of them whose selector is not empty.
        own_policies: List<Field<String>>,
        /// Whether a NetworkPolicy restricts what reaches its pods.
        policies_ingress: Always<bool>,
        /// Whether a NetworkPolicy restricts what its pods reach.
        policies_egress: Always<bool>,
        /// Whether its pods can look up names: nothing restricts egress, or a policy lets port 53 through.
        dns_allowed: Always<bool>,
        /// Names of the Services that select its pods.
        services: List<Field<String>>,
        /// Those of them that ask for being scraped, by the annotation `prometheus.io/scrape`.
        scraped_services: List<Field<String>>,
        /// Labels of the workloads that select these pods too, or whose pods this one selects.
        rivals: List<Field<String>>,
        /// Whether an autoscaler targets it.
        has_hpa: Always<bool>,
        /// Whether a PodDisruptionBudget selects its pods.
        has_pdb: Always<bool>,
    }
    with {
        /// Path of its file.
        path: String,
        /// Its name without what a kustomization puts before or behind it, where one does.
        base_name: Option<String>,
        /// Its selector.
        matcher: LabelSelector,
        /// Labels of the pods that its experiments run.
        experiments: Vec<List<Pair>>,
    }
    label(workload) { format!("{}/{}", workload.kind(), workload.base_name().unwrap_or("")) }
}

/// Kinds that somebody says own pods: group, kind, and the keys down to the pod template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodTemplates(Vec<(String, String, Vec<String>)>);

impl FromIterator<(String, String, Vec<String>)> for PodTemplates {
    fn from_iter<I: IntoIterator<Item = (String, String, Vec<String>)>>(own: I) -> Self {
        Self(own.into_iter().collect())
    }
}

impl PodTemplates {
    /// Where an object of a kind keeps its pod template; `None` where it owns no pods.
    #[must_use]
    pub fn path(&self, api_version: &str, kind: &str) -> Option<Cow<'_, [&str]>> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let own = self.0.iter().find(|(own_group, own_kind, _)| own_group == group && own_kind == kind);
        own.map(|(_, _, path)| Cow::Owned(path.iter().map(String::as_str).collect()))
            .or_else(|| template_path(api_version, kind).map(Cow::Borrowed))
    }
}

/// The same for the kinds that are known.
#[must_use]
pub fn template_path(api_version: &str, kind: &str) -> Option<&'static [&'static str]> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    Some(match (group, kind) {
        ("", "Pod") => &[],
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout")
        | ("apps.kruise.io", "CloneSet" | "StatefulSet" | "DaemonSet")
        | ("serving.knative.dev", "Service" | "Configuration")
        | ("apps.openshift.io", "DeploymentConfig") => &["spec", "template"],
        ("keda.sh", "ScaledJob") => &["spec", "jobTargetRef", "template"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
        _ => return None,
    })
}

fn below<'t>(root: Reader<'t>, path: &[&str]) -> Reader<'t> {
    path.iter().fold(root, |reader, key| reader.child(key))
}

/// Whether a document is a part of a workload to be merged into another: without selector, and without containers or
/// with one that has no image.
#[must_use]
pub fn is_fragment(root: NodeRef<'_>, template: &[&str]) -> bool {
    let reader = Reader::new(root);
    let pod = below(reader, template).child("spec");
    if reader.child("spec").has("selector") || root.is_partial() {
        return false;
    }
    match pod.get("containers") {
        None => true,
        Some(list) => list.shape() == Shape::Sequence && list.items().any(|container| container.get("image").is_none()),
    }
}

impl Workload {
    /// Whether another one is the same in another variant, such as that of another overlay or a rendered copy.
    #[must_use]
    pub fn is_variant_of(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.base_name() == other.base_name()
    }

    /// Makes this the name of what it runs, which stands within its name.
    pub fn call(&mut self, name: &str) {
        self.own_name = self.name.clone().map(|_| without_version(name).to_owned());
    }

    /// Whether a selector selects its pods, or those of its experiments.
    #[must_use]
    pub fn is_selected_by(&self, matcher: &LabelSelector) -> Option<bool> {
        let tried = self.experiments.iter().any(|labels| matcher.matches(labels) == Some(true));
        if tried { Some(true) } else { matcher.matches(&self.pod_labels) }
    }

    /// Its name as its file has it.
    #[must_use]
    pub fn base_name(&self) -> Option<&str> {
        self.base_name.as_deref().or(self.name.value().map(String::as_str))
    }

    /// Whether one of its containers declares a port.
    #[must_use]
    pub fn declares_ports(&self) -> bool {
        self.containers.iter().any(|container| !container.ports.items.is_empty())
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.kind.value().map_or("", String::as_str)
    }

    /// Reads a workload whose pod template lies at `template`.
    #[must_use]
    pub fn read(root: NodeRef<'_>, meta: &Meta, template: &[&str], path: &str) -> Self {
        let at = meta.at;
        let reader = Reader::new(root).blaming(at);
        let spec = reader.child("spec");
        let template = below(reader, template);
        let pod = template.child("spec");
        let pod_meta = template.child("metadata");
        let kind = meta.kind();
        let is_set_based = !matches!(kind, "ReplicationController" | "DeploymentConfig");
        let has_selector = spec.has("selector") && kind != "Pod";
        let selector = match (has_selector, is_set_based) {
            (true, true) => pairs(spec.child("selector"), "matchLabels"),
            (true, false) => pairs(spec, "selector"),
            (false, _) => List::empty(at),
        };
        let matcher = match (has_selector, is_set_based) {
            (true, true) => LabelSelector::read(spec.child("selector")),
            _ => LabelSelector::of_pairs(&selector),
        };
        let pod_labels = pairs(pod_meta, "labels");
        let restart_policy = pod.field("restartPolicy", plain).or_default("Always".to_owned());
        let ends = kind == "Pod" && restart_policy.value().is_some_and(|policy| policy != "Always");
        let is_job = matches!(kind, "Job" | "CronJob" | "ScaledJob") || ends;
        let volumes = pod.list("volumes", read_volume);
        let volume_claim_templates = spec.list("volumeClaimTemplates", read_claim_template);
        let claims = |volume: &Volume| {
            matches!(volume.r#type.value(), Some(VolumeType::PersistentVolumeClaim | VolumeType::Ephemeral))
        };
        let mut containers = read_containers(pod, meta, is_job);
        for mount in containers.items.iter_mut().flat_map(|container| &mut container.volume_mounts.items) {
            mount.volume_type = type_of_mount(&mount.name, &volumes, &volume_claim_templates);
        }
        let main: Vec<&Container> =
            containers.iter().filter(|container| container.role == ContainerRole::Main).collect();
        let software = |container: &&Container| container.software.value().copied();
        let holds_data = main.iter().filter_map(software).any(Software::holds_data);
        let is_infrastructure = !main.is_empty() && main.iter().all(|container| software(container).is_some());
        let pod_annotations = pairs(pod_meta, "annotations");
        let replicas = spec.int("replicas");
        let automount_token = pod.bool("automountServiceAccountToken");
        let strategy = if kind == "DaemonSet" || kind == "StatefulSet" { "updateStrategy" } else { "strategy" };
        Self {
            at,
            kind: meta.kind.clone(),
            api_version: meta.api_version.clone(),
            name: meta.name.clone(),
            own_name: meta.name.clone().map(|name| without_version(&name).to_owned()),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            annotations: meta.annotations.clone(),
            replicas_written: !replicas.is_absent(),
            min_replicas: replicas.clone().or_default(1),
            replicas: replicas.or_default(1),
            selector_matches_labels: self_match(has_selector, &matcher, &pod_labels, selector.at),
            selector,
            matcher,
            pod_labels,
            scrape_port_declared: scrape_port_declared(&pod_annotations, &containers),
            pod_annotations,
            strategy: read_strategy(spec, strategy),
            schedule: spec.field("schedule", plain),
            restart_policy,
            service_account: filled(pod, "serviceAccountName").or(|| filled(pod, "serviceAccount")),
            service_account_exists: Field::Absent(pod.place()),
            effective_automount_token: automount_token.clone().or_default(true),
            automount_token,
            host_network: pod.bool("hostNetwork").or_default(false),
            host_pid: pod.bool("hostPID").or_default(false),
            host_ipc: pod.bool("hostIPC").or_default(false),
            fs_group: pod.child("securityContext").uid("fsGroup"),
            sysctls: pod.child("securityContext").list("sysctls", read_sysctl),
            spreads_pods: spreads_pods(pod, at),
            node_selector: pairs(pod, "nodeSelector"),
            tolerations: pod.list("tolerations", read_toleration),
            priority_class: pod.field("priorityClassName", plain),
            is_job,
            is_stateful: kind == "StatefulSet" || volumes.iter().any(claims),
            holds_data,
            is_infrastructure,
            volumes,
            volume_claim_templates,
            containers,
            policies: List::empty(at),
            own_policies: List::empty(at),
            policies_ingress: Always::known(false, at),
            policies_egress: Always::known(false, at),
            dns_allowed: Always::known(true, at),
            services: List::empty(at),
            scraped_services: List::empty(at),
            rivals: List::empty(at),
            has_hpa: Always::known(false, at),
            has_pdb: Always::known(false, at),
            path: path.to_owned(),
            base_name: None,
            experiments: read_experiments(spec),
        }
    }
}

fn scrape_port_declared(annotations: &List<Pair>, containers: &List<Container>) -> Field<bool> {
    let Some(pair) = annotations.iter().find(|pair| pair.key == "prometheus.io/port") else {
        return Field::Absent(annotations.at);
    };
    let at = pair.value.place();
    let Some(wanted) = pair.value.value().and_then(|port| port.parse::<u16>().ok()) else { return Field::Absent(at) };
    let mut declared = containers.iter().flat_map(|container| &container.ports).peekable();
    if declared.peek().is_none() {
        return Field::Absent(at);
    }
    let found = declared.any(|port| port.container_port.value().is_some_and(|port| port.0 == wanted));
    Field::known(found, at)
}

fn self_match(has_selector: bool, matcher: &LabelSelector, labels: &List<Pair>, at: Place) -> Field<bool> {
    if !has_selector {
        return Field::Absent(at);
    }
    // The API server takes no workload that would own every pod (Kubernetes API, `DeploymentSpec`).
    if matcher.is_empty() {
        return Field::known(false, at);
    }
    match matcher.matches(labels) {
        Some(holds) => Field::known(holds, at),
        None => Field::unresolved("", "its labels are not all known", at),
    }
}

/// A name without the version that tells several of one service apart, as in `reviews-v2`.
fn without_version(name: &str) -> &str {
    match name.rsplit_once("-v") {
        Some((name, version)) if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => name,
    }
}

fn spreads_pods(pod: Reader<'_>, at: Place) -> Always<bool> {
    let affinity = pod.child("affinity");
    if affinity.has("podAntiAffinity") || pod.has("topologySpreadConstraints") {
        return Always::known(true, at);
    }
    affinity.blaming(at).missing().or_default(false)
}

/// The labels of the pods that the experiments of an Argo Rollout run beside its own (Argo Rollouts, "Experiment step").
fn read_experiments(spec: Reader<'_>) -> Vec<List<Pair>> {
    let steps = spec.child("strategy").child("canary").get("steps").into_iter().flat_map(NodeRef::items);
    let templates = steps.flat_map(|step| step.at(&["experiment", "templates"]).into_iter().flat_map(NodeRef::items));
    templates.map(|template| pairs(Reader::new(template).child("metadata"), "labels")).collect()
}

/// The type of the strategy; an Argo Rollout names its strategy by the key that holds it.
fn read_strategy(spec: Reader<'_>, key: &str) -> Field<String> {
    let strategy = spec.child(key);
    let written = strategy.field("type", plain);
    let named = ["canary", "blueGreen"].into_iter().find(|name| strategy.has(name));
    match named {
        Some(name) => written.or(|| Field::known(name.to_owned(), strategy.place())),
        None => written,
    }
}

/// What Knative calls a container that has no name (Knative Serving, `container-name-template`).
const KNATIVE_CONTAINER: &str = "user-container";

fn read_containers(pod: Reader<'_>, meta: &Meta, is_job: bool) -> List<Container> {
    let groups = [
        ("initContainers", ContainerRole::Init),
        ("containers", ContainerRole::Main),
        ("ephemeralContainers", ContainerRole::Ephemeral),
    ];
    let mut all = List::empty(pod.get("containers").and_then(NodeRef::key_place).unwrap_or_else(|| pod.place()));
    for (key, role) in groups {
        let some = pod.list(key, |node| {
            let mut container = Container::read(node, role, pod);
            container.is_long_running =
                !is_job && matches!(container.role, ContainerRole::Main | ContainerRole::Sidecar);
            container.workload_kind = meta.kind.clone();
            container.workload_name = meta.name.clone();
            container.workload_namespace = meta.namespace.clone();
            if container.name.is_absent() && meta.api_version().starts_with("serving.knative.dev/") {
                container.name = Field::known(KNATIVE_CONTAINER.to_owned(), container.at);
            }
            container
        });
        all.items.extend(some.items);
        all.unseen = all.unseen.or(some.unseen);
    }
    all
}

fn read_toleration(node: NodeRef<'_>) -> Toleration {
    let reader = Reader::new(node);
    Toleration {
        at: reader.place(),
        key: filled(reader, "key"),
        value: reader.field("value", plain_text),
        effect: filled(reader, "effect"),
    }
}

fn read_sysctl(node: NodeRef<'_>) -> Pair {
    let reader = Reader::new(node);
    Pair {
        at: reader.place(),
        key: reader.text("name").value().cloned().unwrap_or_default(),
        value: reader.field("value", plain_text),
        is_text: reader.get("value").is_none_or(is_text),
    }
}
