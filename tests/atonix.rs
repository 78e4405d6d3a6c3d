//! atonix.yaml: every key of the format, its four states and their places.

#![expect(clippy::expect_used, reason = "functions that tests share may fail a test")]

use svclint::model::atonix::{Atonix, LogFormat, Runtime, read};
use svclint::model::value::Field;
use svclint::source::{FileId, Place};
use svclint::syntax::yaml::Tree;

const FULL: &str = r#"apiVersion: atonixcorp.com/v1
kind: Service
metadata:
  name: billing
  version: 1.4.0
  createdAt: 2026-01-05T10:00:00Z
service:
  name: billing
  runtime: container
  replicas: 3
  description: Invoices
autoscaling:
  enabled: true
  min: 2
  max: 8
  targetCPU: 70
  targetMemory: 80
  predictive: { enabled: true }
resources:
  cpu: 500m
  memory: 512Mi
  disk: 1Gi
  gpu: 1
env:
  - key: LOG_LEVEL
    value: info
  - key: DB_PASSWORD
    value: ${DB_PASSWORD}
    secret: true
  - key: FEATURES
    configMap: billing-features
ports:
  - name: http
    containerPort: 8080
    hostPort: 80
    protocol: TCP
health:
  liveness: /health
  readiness: /ready
  periodSeconds: 30
  timeoutSeconds: 5
  startupDelaySeconds: 10
  failureThreshold: 3
security:
  runAsNonRoot: true
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities:
    drop: [ALL]
    add: []
observability:
  logging:
    format: json
    level: info
    excludeFields: [password]
  metrics:
    enabled: true
    port: 9090
    path: /metrics
  tracing:
    enabled: true
    sampling_rate: 0.1
dependencies:
  - name: db
    type: postgres
    required: true
deployment:
  strategy: rolling
  maxSurge: "25%"
  maxUnavailable: 25%
  progressDeadlineSeconds: 600
"#;

fn parse(text: &str) -> Atonix {
    read(&Tree::parse(FileId(0), text), "api/atonix.yaml").0.expect("a mapping")
}

fn slice(text: &str, place: Place) -> &str {
    place.span.slice(text)
}

#[test]
fn every_key_of_the_format_is_read() {
    let file = parse(FULL);
    assert_eq!(file.api_version.value().unwrap(), "atonixcorp.com/v1");
    assert_eq!(file.metadata.created_at.value().unwrap(), "2026-01-05T10:00:00Z");
    assert_eq!(file.service.runtime.value(), Some(&Runtime::Container));
    assert_eq!(file.service.replicas.value(), Some(&3));
    assert_eq!(file.autoscaling.target_cpu.value(), Some(&70));
    assert_eq!(file.resources.cpu.value().unwrap().milli, 500);
    assert_eq!(file.ports.items[0].container_port.value().unwrap().0, 8080);
    assert_eq!(file.health.period_seconds.place(), file.health.period_seconds.place());
    assert_eq!(slice(FULL, file.health.readiness.place()), "/ready");
    assert_eq!(file.security.capabilities.drop.values().collect::<Vec<_>>(), ["ALL"]);
    assert_eq!(file.observability.logging.format.value(), Some(&LogFormat::Json));
    assert_eq!(file.observability.tracing.sampling_rate.value(), Some(&0.1));
    assert_eq!(file.dependencies.items[0].r#type.value().unwrap(), "postgres");
    assert_eq!(file.deployment.max_unavailable.value().unwrap(), "25%");
    assert!(file.unknown_keys.items.is_empty());
    assert!(!file.misnamed && file.health.present);
    assert_eq!(slice(FULL, file.at), "billing");
}

#[test]
fn a_field_is_named_type_in_the_schema() {
    assert!(svclint::model::atonix::Dependency::schema().field("type").is_some());
}

#[test]
fn a_missing_field_is_blamed_on_the_deepest_key_there_is() {
    let text = "kind: Service\nhealth:\n  liveness: /health\n";
    let file = parse(text);
    assert!(file.health.readiness.is_absent());
    assert_eq!(slice(text, file.health.readiness.place()), "health");
    assert!(!file.security.present && file.security.capabilities.drop.items.is_empty());
    assert_eq!(slice(text, file.security.run_as_non_root.place()), "kind");
}

#[test]
fn a_version_that_is_a_number_is_malformed() {
    let text = "metadata:\n  version: 1.0\n";
    let Field::Malformed(malformed) = parse(text).metadata.version else { panic!("not malformed") };
    assert_eq!((malformed.found.as_str(), slice(text, malformed.at)), ("`1.0`", "1.0"));
}

#[test]
fn references_are_unresolved_in_typed_fields_and_known_in_env() {
    let text = "service:\n  replicas: ${REPLICAS}\n  runtime: ${RT}\nresources:\n  cpu: ${CPU}\nhealth:\n  \
                liveness: ${P}\nenv:\n  - key: API_TOKEN\n    value: ${API_TOKEN}\n  - key: URL\n    value: \
                postgres://u:pw@db/x\n  - key: GREETING\n    value: hi ${NAME}\n";
    let file = parse(text);
    assert!(matches!(file.service.replicas, Field::Unresolved(_)));
    assert!(matches!(file.service.runtime, Field::Unresolved(_)));
    assert!(matches!(file.resources.cpu, Field::Unresolved(_)));
    assert!(matches!(file.health.liveness, Field::Unresolved(_)));
    let env: Vec<(bool, bool)> = file.env.iter().map(|env| (env.is_secret_like, env.is_reference)).collect();
    assert_eq!(env, [(true, true), (true, false), (false, false)]);
    assert_eq!(file.env.items[0].value.value().unwrap(), "${API_TOKEN}");
}

#[test]
fn words_outside_of_the_list_are_malformed() {
    let file = parse("service: { runtime: docker }\nobservability: { logging: { level: WARN } }\n");
    assert!(matches!(file.service.runtime, Field::Malformed(_)));
    assert!(matches!(file.observability.logging.level, Field::Malformed(_)));
}

#[test]
fn unknown_keys_are_named_with_their_place_and_the_nearest_known_one() {
    let text = "health:\n  livenes: /health\nports:\n  - name: http\n    hostport: 80\nowner: me\n";
    let file = parse(text);
    let keys: Vec<(&str, Option<&str>)> =
        file.unknown_keys.iter().map(|key| (key.name.as_str(), key.nearest.as_deref())).collect();
    assert_eq!(keys, [("owner", None), ("ports.hostport", Some("hostPort")), ("health.livenes", Some("liveness"))]);
    assert_eq!(slice(text, file.unknown_keys.items[1].at), "hostport");
}

#[test]
fn a_section_of_the_wrong_shape_is_a_problem() {
    let text = "kind: Service\nhealth: /health\nports: [8080]\n";
    let (file, problems) = read(&Tree::parse(FileId(0), text), "atonix.yml");
    assert!(file.unwrap().misnamed);
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["an entry of `ports` is an integer, not a mapping", "`health` is a string, not a mapping"]);
}

#[test]
fn a_file_without_a_mapping_is_none() {
    for text in ["", "# nothing\n", "- a\n", "text\n"] {
        assert!(read(&Tree::parse(FileId(0), text), "atonix.yaml").0.is_none(), "{text:?}");
    }
}

#[test]
fn a_second_service_in_the_file_is_a_problem() {
    let (_, problems) = read(&Tree::parse(FileId(0), "kind: Service\n---\nkind: Service\n"), "atonix.yaml");
    assert_eq!(problems.len(), 1);
}

#[test]
fn what_a_partly_read_file_lacks_is_not_known() {
    let file = parse("kind: Service\n\tbad: [\nservice:\n  name: a\n");
    assert!(matches!(file.health.liveness, Field::Unresolved(_)));
    assert_eq!(file.service.name.value().unwrap(), "a");
}
