//! The configuration of Prometheus: how often it asks, whom, and whom it tells.

use crate::model;
use crate::model::duration::Duration;
use crate::model::read::{Reader, boolean, text};
use crate::model::schema::PathText;
use crate::model::value::{Field, List};
use crate::source::path::joined;
use crate::source::{FileId, Sources};
use crate::syntax::yaml::{NodeRef, Tree};

model! {
    /// A job of Prometheus (Prometheus, `scrape_config`).
    pub struct ScrapeJob as "prometheus.job" {
        /// Its name.
        name: Field<String>,
        /// The roles by which it finds its targets in Kubernetes.
        roles: List<Field<String>>,
        /// The namespaces in which it looks for them.
        namespaces: List<Field<String>>,
        /// `http` or `https`.
        scheme: Field<String>,
        /// The file of the authority that it trusts.
        ca_file: Field<String>,
        /// The file of the token that it shows.
        token_file: Field<String>,
        /// Whether it takes any certificate.
        skips_verification: Field<bool>,
        /// The labels that its rules for relabelling read.
        source_labels: List<Field<String>>,
        /// What has to carry the annotation `prometheus.io/scrape` for the job to keep a target: `pod`, `service`, `node`.
        keeps_annotated: List<Field<String>>,
    }
    label(job) { job.name.value().cloned().unwrap_or_else(|| "a job".to_owned()) }
}

model! {
    /// Files of rules that Prometheus reads, by name or pattern.
    pub struct RuleFiles as "prometheus.rule_files" {
        /// The name or pattern.
        pattern: String,
        /// Whether the repository has such a file where it is looked for: beside the configuration. Of a path from the
        /// root of the machine that cannot be told.
        is_there: Field<bool>,
    }
    label(files) { files.pattern.clone() }
}

model! {
    /// A configuration of Prometheus (Prometheus, "Configuration file").
    pub struct PrometheusConfig as "prometheus.config" {
        /// Its path.
        path: PathText,
        /// How often targets are asked.
        scrape_interval: Field<Duration>,
        /// How often rules are evaluated.
        evaluation_interval: Field<Duration>,
        /// Its jobs.
        jobs: List<ScrapeJob>,
        /// Where its alerts go.
        alertmanagers: List<Field<String>>,
        /// The files of rules that it reads.
        rule_files: List<RuleFiles>,
    }
    label(config) { config.path.0.clone() }
}

/// Keys of programs that write their jobs in the same way (Promtail, the OpenTelemetry Collector).
const OTHERS: &[&str] = &["clients", "positions", "receivers", "server"];

/// The configuration in a file.
pub(super) fn read(tree: &Tree, path: &str, sources: &Sources) -> Option<PrometheusConfig> {
    let root = tree.documents().find(|document| document.get("scrape_configs").is_some())?;
    if OTHERS.iter().any(|key| root.get(key).is_some()) {
        return None;
    }
    let reader = Reader::new(root);
    let global = reader.child("global");
    let duration = |key| {
        global.field(key, |node| text(node).parse("a length of time such as `15s`", |text| Duration::parse(text)))
    };
    let targets = reader.child("alerting").list("alertmanagers", |node| {
        let groups = node.get("static_configs").into_iter().flat_map(NodeRef::items);
        groups.filter_map(|group| group.get("targets")).flat_map(NodeRef::items).map(text).collect::<Vec<_>>()
    });
    Some(PrometheusConfig {
        at: root.anchor_place(),
        path: PathText(path.to_owned()),
        scrape_interval: duration("scrape_interval"),
        evaluation_interval: duration("evaluation_interval"),
        jobs: reader.list("scrape_configs", job),
        rule_files: reader.list("rule_files", |node| rule_files(node, path, sources)),
        alertmanagers: List {
            items: targets.items.into_iter().flatten().collect(),
            at: targets.at,
            unseen: targets.unseen,
        },
    })
}

fn rule_files(node: NodeRef<'_>, config: &str, sources: &Sources) -> RuleFiles {
    let at = node.place();
    let pattern = node.text().unwrap_or("").to_owned();
    let (directory, name) = pattern.rsplit_once('/').unwrap_or(("", &pattern));
    let beside = config.rsplit_once('/').map_or(".", |(directory, _)| directory);
    let is_open = pattern.starts_with('/') || directory.contains(['*', '?', '[']) || pattern.contains(['$', '{']);
    let is_there = match joined(beside, directory).filter(|_| !is_open) {
        Some(directory) => Field::known(has_file(sources, &directory, name), at),
        None => Field::unresolved(pattern.clone(), "it is a path on the machine of Prometheus", at),
    };
    RuleFiles { at, pattern, is_there }
}

/// Whether a directory has a file of a name, in which `*` stands for anything.
fn has_file(sources: &Sources, directory: &str, name: &str) -> bool {
    let (Some((start, _)), Some((_, end))) = (name.split_once('*'), name.rsplit_once('*')) else {
        return sources.find(&joined(directory, name).unwrap_or_default()).is_some();
    };
    let ids = sources.below(directory).filter_map(|index| u32::try_from(index).ok().map(FileId));
    let mut names = ids.filter_map(|id| {
        let (parent, name) = sources.get(id).path.rsplit_once('/').unwrap_or((".", &sources.get(id).path));
        (parent == directory).then_some(name)
    });
    names.any(|name| name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end))
}

fn job(node: NodeRef<'_>) -> ScrapeJob {
    let reader = Reader::new(node);
    let name = reader.field("job_name", text);
    let found = || node.get("kubernetes_sd_configs").into_iter().flat_map(NodeRef::items);
    let at = name.place();
    let namespaces = found().filter_map(|one| one.at(&["namespaces", "names"])).flat_map(NodeRef::items).map(text);
    let relabel = node.get("relabel_configs").into_iter().flat_map(NodeRef::items);
    let kept = relabel.clone().filter(|one| one.get("action").and_then(NodeRef::text) == Some("keep"));
    let kept = kept.filter_map(|one| one.get("source_labels")).flat_map(NodeRef::items);
    let keeps_annotated =
        kept.filter_map(|label| Some(Field::known(annotated(label.text()?)?.to_owned(), label.place())));
    let labels = relabel.filter_map(|one| one.get("source_labels")).flat_map(NodeRef::items).map(text);
    let tls = reader.child("tls_config");
    let token =
        reader.field("bearer_token_file", text).or(|| reader.child("authorization").field("credentials_file", text));
    ScrapeJob {
        at,
        roles: List::new(found().filter_map(|one| one.get("role")).map(text).collect(), at),
        namespaces: List::new(namespaces.collect(), at),
        scheme: reader.field("scheme", text),
        ca_file: tls.field("ca_file", text),
        token_file: token,
        skips_verification: tls.field("insecure_skip_verify", boolean),
        source_labels: List::new(labels.collect(), at),
        keeps_annotated: List::new(keeps_annotated.collect(), at),
        name,
    }
}

/// What a label of the discovery in Kubernetes tells the annotation `prometheus.io/scrape` of (Prometheus,
/// `kubernetes_sd_config`: characters that a label cannot have become `_`).
fn annotated(label: &str) -> Option<&str> {
    label.strip_prefix("__meta_kubernetes_")?.strip_suffix("_annotation_prometheus_io_scrape")
}
