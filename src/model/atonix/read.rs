//! From the YAML tree to an [`Atonix`].

use std::collections::BTreeSet;

use super::keys::{misshapen, unknown_keys};
use super::{
    Atonix, Autoscaling, Capabilities, Dependency, Deployment, Env, Health, Logging, Metadata, Metrics, Observability,
    PortEntry, Resources, Security, ServiceSection, Tracing,
};
use super::{LogFormat, LogLevel, Protocol, Runtime, Strategy};
use crate::model::read::{Reader, placeholder, text};
use crate::model::schema::{PathText, VersionText};
use crate::model::secret::{has_url_credentials, is_secret_key};
use crate::model::value::Field;
use crate::syntax::SyntaxProblem;
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

/// Reads the first document of a file. `None` where it is empty or not a mapping; problems tell what stands in the
/// wrong place, and never repeat [`Tree::problems`].
#[must_use]
pub fn read(tree: &Tree, path: &str) -> (Option<Atonix>, Vec<SyntaxProblem>) {
    let mut problems = Vec::new();
    let mut documents = tree.documents();
    let Some(root) = documents.next() else { return (None, problems) };
    if root.shape() != Shape::Mapping {
        let message = format!("{} stands where the keys of an atonix.yaml should", root.type_name());
        problems.push(SyntaxProblem::new(root.place().span, message));
        return (None, problems);
    }
    if let Some(second) = documents.next() {
        problems.push(
            SyntaxProblem::new(second.anchor_place().span, "an atonix.yaml holds one service, and this is a second")
                .with_help("give every service a directory with its own atonix.yaml"),
        );
    }
    for (path, node) in misshapen(root) {
        let name = path.replace("[]", "");
        let what = if path.ends_with("[]") { "an entry of " } else { "" };
        let message = format!("{what}`{name}` is {}, not a mapping", node.type_name());
        problems.push(SyntaxProblem::new(node.place().span, message));
    }
    (Some(atonix(root, path)), problems)
}

fn atonix(root: NodeRef<'_>, path: &str) -> Atonix {
    let file = Reader::new(root);
    let metadata = metadata(file.child("metadata"));
    Atonix {
        at: metadata.name.value().map_or(file.place(), |_| metadata.name.place()),
        path: PathText(path.to_owned()),
        misnamed: path.rsplit('/').next() != Some("atonix.yaml"),
        api_version: file.string("apiVersion"),
        kind: file.string("kind"),
        metadata,
        service: service(file.child("service")),
        autoscaling: autoscaling(file.child("autoscaling")),
        resources: resources(file.child("resources")),
        env: file.list("env", unrepeated_env()),
        ports: file.list("ports", unrepeated_ports()),
        health: health(file.child("health")),
        security: security(file.child("security")),
        observability: observability(file.child("observability")),
        dependencies: file.list("dependencies", |node| dependency(Reader::new(node))),
        deployment: deployment(file.child("deployment")),
        unknown_keys: unknown_keys(root, file.place()),
    }
}

fn metadata(section: Reader<'_>) -> Metadata {
    Metadata {
        at: section.place(),
        present: section.node().is_some(),
        name: section.string("name"),
        version: section.string("version").map(VersionText),
        created_at: section.text("createdAt"),
    }
}

fn service(section: Reader<'_>) -> ServiceSection {
    ServiceSection {
        at: section.place(),
        present: section.node().is_some(),
        name: section.string("name"),
        runtime: word(section, "runtime", "`container`, `serverless` or `vm`", Runtime::from_word),
        replicas: section.int("replicas"),
        description: section.text("description"),
    }
}

fn autoscaling(section: Reader<'_>) -> Autoscaling {
    Autoscaling {
        at: section.place(),
        present: section.node().is_some(),
        enabled: section.bool("enabled"),
        min: section.int("min"),
        max: section.int("max"),
        target_cpu: section.int("targetCPU"),
        target_memory: section.int("targetMemory"),
    }
}

fn resources(section: Reader<'_>) -> Resources {
    Resources {
        at: section.place(),
        present: section.node().is_some(),
        cpu: quantity(section, "cpu"),
        memory: quantity(section, "memory"),
        disk: quantity(section, "disk"),
        gpu: section.int("gpu"),
    }
}

/// Reads variables and remembers their names.
fn unrepeated_env<'t>() -> impl FnMut(NodeRef<'t>) -> Env {
    let mut seen = BTreeSet::new();
    move |node| {
        let mut variable = env(Reader::new(node));
        variable.is_repeated = variable.key.value().is_some_and(|key| !seen.insert(key.clone()));
        variable
    }
}

/// Reads ports and remembers their numbers; one number serves each transport once.
fn unrepeated_ports<'t>() -> impl FnMut(NodeRef<'t>) -> PortEntry {
    let mut seen = BTreeSet::new();
    move |node| {
        let mut entry = port(Reader::new(node));
        let protocol = entry.protocol.value().copied().unwrap_or(Protocol::Tcp);
        entry.is_repeated = entry.container_port.value().is_some_and(|port| !seen.insert((*port, protocol)));
        entry
    }
}

fn env(entry: Reader<'_>) -> Env {
    let key = entry.text("key");
    let value = entry.text("value");
    let secret_key = key.value().is_some_and(|key| is_secret_key(key));
    Env {
        at: key.value().map_or(entry.place(), |_| key.place()),
        is_secret_like: secret_key || value.value().is_some_and(|value| has_url_credentials(value)),
        is_reference: value.value().is_some_and(|value| is_reference(value)),
        is_repeated: false,
        secret: entry.bool("secret"),
        config_map: entry.text("configMap"),
        key,
        value,
    }
}

/// `${NAME}` and nothing else.
fn is_reference(value: &str) -> bool {
    let name = value.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| !name.is_empty() && !name.contains(['$', '{', '}']))
}

fn port(entry: Reader<'_>) -> PortEntry {
    let name = entry.text("name");
    let container_port = entry.port("containerPort");
    let at = if !name.is_absent() {
        name.place()
    } else if container_port.is_absent() {
        entry.place()
    } else {
        container_port.place()
    };
    let protocol = word(entry, "protocol", "`TCP`, `UDP` or `SCTP`", Protocol::from_word);
    PortEntry { at, name, container_port, host_port: entry.port("hostPort"), protocol, is_repeated: false }
}

fn health(section: Reader<'_>) -> Health {
    Health {
        at: section.place(),
        present: section.node().is_some(),
        liveness: path(section, "liveness"),
        readiness: path(section, "readiness"),
        period_seconds: section.seconds("periodSeconds"),
        timeout_seconds: section.seconds("timeoutSeconds"),
        startup_delay_seconds: section.seconds("startupDelaySeconds"),
        failure_threshold: section.int("failureThreshold"),
    }
}

fn security(section: Reader<'_>) -> Security {
    let capabilities = section.child("capabilities");
    Security {
        at: section.place(),
        present: section.node().is_some(),
        run_as_non_root: section.bool("runAsNonRoot"),
        read_only_root_filesystem: section.bool("readOnlyRootFilesystem"),
        allow_privilege_escalation: section.bool("allowPrivilegeEscalation"),
        capabilities: Capabilities {
            at: capabilities.place(),
            present: capabilities.node().is_some(),
            drop: capabilities.strings("drop"),
            add: capabilities.strings("add"),
        },
    }
}

fn observability(section: Reader<'_>) -> Observability {
    let (logging, metrics) = (section.child("logging"), section.child("metrics"));
    let tracing = section.child("tracing");
    Observability {
        at: section.place(),
        present: section.node().is_some(),
        logging: Logging {
            at: logging.place(),
            present: logging.node().is_some(),
            format: word(logging, "format", "`json` or `text`", LogFormat::from_word),
            level: word(logging, "level", "`debug`, `info`, `warn`, `error` or `fatal`", LogLevel::from_word),
            exclude_fields: logging.strings("excludeFields"),
        },
        metrics: Metrics {
            at: metrics.place(),
            present: metrics.node().is_some(),
            enabled: metrics.bool("enabled"),
            port: metrics.port("port"),
            path: path(metrics, "path"),
        },
        tracing: Tracing {
            at: tracing.place(),
            present: tracing.node().is_some(),
            enabled: tracing.bool("enabled"),
            sampling_rate: tracing.field("sampling_rate", number),
        },
    }
}

fn dependency(entry: Reader<'_>) -> Dependency {
    let name = entry.text("name");
    Dependency {
        at: name.value().map_or(entry.place(), |_| name.place()),
        r#type: entry.text("type"),
        required: entry.bool("required"),
        name,
    }
}

fn deployment(section: Reader<'_>) -> Deployment {
    Deployment {
        at: section.place(),
        present: section.node().is_some(),
        strategy: word(section, "strategy", "`rolling` or `blue-green`", Strategy::from_word),
        max_surge: section.text("maxSurge"),
        max_unavailable: section.text("maxUnavailable"),
        progress_deadline_seconds: section.seconds("progressDeadlineSeconds"),
    }
}

/// Text that must be whole before it can be judged: a reference in it makes it unresolved.
fn settled(field: Field<String>) -> Field<String> {
    match field {
        Field::Known(text, origin) if placeholder(&text) => Field::unresolved(text, "it is filled in later", origin.at),
        other => other,
    }
}

fn path(section: Reader<'_>, key: &str) -> Field<String> {
    settled(section.string(key))
}

fn word<T>(section: Reader<'_>, key: &str, expected: &'static str, from: fn(&str) -> Option<T>) -> Field<T> {
    settled(section.text(key)).parse(expected, |word| from(word))
}

fn quantity(section: Reader<'_>, key: &str) -> Field<crate::model::quantity::Quantity> {
    match settled(section.text(key)) {
        Field::Unresolved(unresolved) => Field::Unresolved(unresolved),
        _ => section.quantity(key),
    }
}

fn number(node: NodeRef<'_>) -> Field<f64> {
    match node.shape() {
        Shape::Scalar(Scalar::Float(value)) => Field::known(value, node.place()),
        // Whole numbers in a file are far below 2^53.
        #[expect(clippy::cast_precision_loss, reason = "a rate is between 0 and 1")]
        Shape::Scalar(Scalar::Int(value)) => Field::known(value as f64, node.place()),
        _ => settled(text(node)).parse("a number", |_| None),
    }
}
