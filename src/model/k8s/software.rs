//! Well-known software: which images hold data or serve other programs, and so are not the team's own.

use crate::model::image::Image;
use crate::model::value::Field;
use crate::words;

words! {
    /// What the image of a well-known program is for.
    pub enum Software {
        /// A database or search index.
        Database = "database",
        /// A cache in memory.
        Cache = "cache",
        /// A message broker, or what it needs to run.
        MessageBroker = "message-broker",
        /// A node of a distributed ledger.
        DistributedLedger = "distributed-ledger",
        /// Anything else that other programs are run with: proxies, monitoring, identity, storage.
        Infrastructure = "infrastructure",
    }
}

/// The last part of the repository of such images, as their publishers name them.
const NAMES: &[(Software, &[&str])] = &[
    (
        Software::Database,
        &[
            "arangodb",
            "cassandra",
            "clickhouse",
            "clickhouse-server",
            "cockroach",
            "couchdb",
            "elasticsearch",
            "heapster-influxdb-amd64",
            "influxdb",
            "mariadb",
            "mariadb-galera",
            "mongo",
            "mongodb",
            "mysql",
            "mysql-server",
            "neo4j",
            "openldap",
            "opensearch",
            "pgvector",
            "postgis",
            "postgres",
            "postgresql",
            "qdrant",
            "scylla",
            "solr",
            "timescaledb",
        ],
    ),
    (Software::Cache, &["dragonfly", "keydb", "memcached", "redis", "redis-cluster", "redis-stack-server", "valkey"]),
    (
        Software::MessageBroker,
        &[
            "cp-kafka",
            "cp-zookeeper",
            "eclipse-mosquitto",
            "kafka",
            "nats",
            "pulsar",
            "rabbitmq",
            "redpanda",
            "zookeeper",
        ],
    ),
    (Software::DistributedLedger, &["besu", "client-go", "fabric-orderer", "fabric-peer", "quorum"]),
    (
        Software::Infrastructure,
        &[
            "alertmanager",
            "azurite",
            "blackbox-exporter",
            "cloud-sql-proxy",
            "envoy",
            "fluent-bit",
            "fluentd",
            "gce-proxy",
            "grafana",
            "haproxy",
            "heapster-grafana-amd64",
            "httpd",
            "jaeger",
            "kafka-exporter",
            "keycloak",
            "kibana",
            "kong",
            "loki",
            "minio",
            "mongodb-exporter",
            "mongodb_exporter",
            "mysqld-exporter",
            "nginx",
            "nginx-prometheus-exporter",
            "nginx-unprivileged",
            "node-exporter",
            "opa",
            "opal-client",
            "opal-server",
            "opentelemetry-collector",
            "opentelemetry-collector-contrib",
            "pgbouncer",
            "pgpool",
            "postgres-exporter",
            "postgres_exporter",
            "prometheus",
            "promtail",
            "proxyv2",
            "redis-exporter",
            "redis_exporter",
            "registry",
            "statsd-exporter",
            "traefik",
            "vault",
        ],
    ),
];

/// Ends of repositories whose last part says too little.
const PATHS: &[(Software, &str)] = &[
    (Software::Database, "mssql/server"),
    (Software::Database, "cloud-spanner-emulator/emulator"),
    (Software::Infrastructure, "jaegertracing/all-in-one"),
];

impl Software {
    /// What an image is; absent where its name is no well-known one, or not known.
    #[must_use]
    pub fn of(image: &Field<Image>) -> Field<Self> {
        let known = image.value().and_then(|image| {
            let name = image.name.value()?;
            let is_path = |path: &str| image.repository.value().is_some_and(|repository| repository.ends_with(path));
            if let Some((software, _)) = PATHS.iter().find(|(_, path)| is_path(path)) {
                return Some(*software);
            }
            let is_known = |(_, names): &&(Self, &[&str])| names.contains(&name.as_str());
            NAMES.iter().find(is_known).map(|(software, _)| *software)
        });
        known.map_or(Field::Absent(image.place()), |software| Field::known(software, image.place()))
    }

    /// Whether it keeps data for other programs.
    #[must_use]
    pub fn holds_data(self) -> bool {
        self != Self::Infrastructure
    }
}

#[cfg(test)]
mod tests {
    use super::Software;
    use crate::model::image::Image;
    use crate::model::value::Field;
    use crate::source::{FileId, Place, Span};

    fn of(reference: &str) -> Option<Software> {
        let at = Place { file: FileId(0), span: Span::new(0, 0) };
        Software::of(&Field::known(Image::parse(reference, at, false), at)).value().copied()
    }

    #[test]
    fn a_mirror_of_a_well_known_image_is_recognised() {
        assert_eq!(of("registry.example/mirror/bitnami/postgresql:16"), Some(Software::Database));
        assert_eq!(of("mcr.microsoft.com/mssql/server:2022-latest"), Some(Software::Database));
        assert_eq!(of("registry.example/mirror/redis_exporter:1.62.0"), Some(Software::Infrastructure));
        assert_eq!(of("registry.example/server:1.0.0"), None);
    }

    #[test]
    fn an_image_that_only_talks_to_a_database_is_the_teams_own() {
        assert_eq!(of("registry.example/postgres-backup-job:1.0.0"), None);
    }
}
