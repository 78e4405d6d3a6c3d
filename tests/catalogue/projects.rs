//! What linters report of what else stands in compose files, and what svclint says of it.

use super::By::{Recommended, Rule};
use super::{COMPOSE, Row};

pub const ROWS: &[Row] = &[
    Row {
        elsewhere: "cis-docker:5.15",
        by: Recommended,
        changes: &[(COMPOSE, "    restart: unless-stopped\n  db:", "  db:")],
        finds: &["compose-restart compose.yaml:2"],
    },
    Row {
        elsewhere: "cis-docker:5.15",
        by: Recommended,
        changes: &[(COMPOSE, "    restart: unless-stopped\n  db:", "    restart: \"no\"\n  db:")],
        finds: &["compose-restart compose.yaml:17"],
    },
    Row {
        elsewhere: "cis-docker:5.15",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    deploy: { restart_policy: { condition: none } }\n  db:",
        )],
        finds: &["compose-restart compose.yaml:17"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(COMPOSE, "    restart: unless-stopped\n  db:", "    restart: on-failure:5\n  db:")],
        finds: &[],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14",
        by: Recommended,
        changes: &[(COMPOSE, "    image: postgres:17.2\n", "    image: postgres:17.2\n    ports: [\"5432:5432\"]\n")],
        finds: &["compose-datastore-ports compose.yaml:20"],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"0.0.0.0:5432:5432\"]\n",
        )],
        finds: &["compose-datastore-ports compose.yaml:20"],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"[::]:5432:5432\"]\n",
        )],
        finds: &["compose-datastore-ports compose.yaml:20"],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14",
        by: Recommended,
        changes: &[(COMPOSE, "    image: postgres:17.2\n", "    image: postgres:17.2\n    ports: [\"5432\"]\n")],
        finds: &["compose-datastore-ports compose.yaml:20"],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [{ target: 5432, published: 5432 }]\n",
        )],
        finds: &["compose-datastore-ports compose.yaml:20"],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"${BIND:-0.0.0.0}:5432:5432\"]\n",
        )],
        finds: &["compose-datastore-ports compose.yaml:20"],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"5432-5433:5432-5433\"]\n",
        )],
        finds: &["compose-datastore-ports compose.yaml:20"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"127.0.0.1:5432:5432\"]\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"[::1]:5432:5432\"]\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [{ target: 5432, published: 5432, host_ip: 127.0.0.1 }]\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "compose-lint:CL-0005, dclint:no-unbound-port-interfaces, cis-docker:5.14, kics:Container Traffic Not Bound To Host Interface",
        by: Rule("compose-ports-bound"),
        changes: &[(COMPOSE, "127.0.0.1:8080:8080", "8080:8080")],
        finds: &["compose-ports-bound compose.yaml:4"],
    },
    Row {
        elsewhere: "dclint:no-duplicate-exported-ports",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"127.0.0.1:8080:5432\"]\n",
        )],
        finds: &["compose-ports-unique compose.yaml:20"],
    },
    Row {
        elsewhere: "dclint:no-duplicate-exported-ports",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"127.0.0.1:8079-8081:5430-5432\"]\n",
        )],
        finds: &["compose-ports-unique compose.yaml:20"],
    },
    Row {
        elsewhere: "",
        by: Rule("compose-ports-unique"),
        changes: &[(
            COMPOSE,
            "    image: postgres:17.2\n",
            "    image: postgres:17.2\n    ports: [\"127.0.0.1:8080:5432/udp\", \"127.0.0.2:8080:5432\"]\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "dclint:no-duplicate-container-names",
        by: Recommended,
        changes: &[
            (
                COMPOSE,
                "    restart: unless-stopped\n  db:",
                "    restart: unless-stopped\n    container_name: shop\n  db:",
            ),
            (COMPOSE, "    image: postgres:17.2\n", "    image: postgres:17.2\n    container_name: shop\n"),
        ],
        finds: &["compose-container-names-unique compose.yaml:21"],
    },
    Row {
        elsewhere: "compose-lint:CL-0004, dclint:service-image-require-explicit-tag, cis-docker:5.28",
        by: Recommended,
        changes: &[(COMPOSE, "postgres:17.2", "postgres")],
        finds: &["compose-image-tag compose.yaml:19"],
    },
    Row {
        elsewhere: "compose-lint:CL-0004, dclint:service-image-require-explicit-tag, cis-docker:5.28",
        by: Recommended,
        changes: &[(COMPOSE, "postgres:17.2", "postgres:latest")],
        finds: &["compose-image-tag compose.yaml:19"],
    },
    Row {
        elsewhere: "compose-lint:CL-0004, dclint:service-image-require-explicit-tag, cis-docker:5.28",
        by: Recommended,
        changes: &[(COMPOSE, "postgres:17.2", "postgres:stable")],
        finds: &["compose-image-tag compose.yaml:19"],
    },
    Row {
        elsewhere: "compose-lint:CL-0004, dclint:service-image-require-explicit-tag, cis-docker:5.28",
        by: Recommended,
        changes: &[(COMPOSE, "postgres:17.2", "registry.example:5000/postgres")],
        finds: &["compose-image-tag compose.yaml:19"],
    },
    Row {
        elsewhere: "compose-lint:CL-0004, dclint:service-image-require-explicit-tag, cis-docker:5.28",
        by: Recommended,
        changes: &[(COMPOSE, "postgres:17.2", "postgres:${PG:-latest}")],
        finds: &["compose-image-tag compose.yaml:19"],
    },
    Row {
        elsewhere: "compose-lint:CL-0004, dclint:service-image-require-explicit-tag, cis-docker:5.28",
        by: Recommended,
        changes: &[(COMPOSE, "postgres:17.2", "postgres:${PG}")],
        finds: &["?compose-image-tag compose.yaml:19"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "postgres:17.2",
            "postgres@sha256:a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    image: shop\n  db:",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "compose-lint:CL-0020, kics:Passwords And Secrets",
        by: Recommended,
        changes: &[(COMPOSE, "      LOG_LEVEL: info\n", "      LOG_LEVEL: info\n      DB_PASSWORD: hunter2\n")],
        finds: &["compose-env-literal-secret compose.yaml:7"],
    },
    Row {
        elsewhere: "compose-lint:CL-0020, kics:Passwords And Secrets",
        by: Recommended,
        changes: &[(COMPOSE, "    environment:\n      LOG_LEVEL: info\n", "    environment: [DB_PASSWORD=hunter2]\n")],
        finds: &["compose-env-literal-secret compose.yaml:5"],
    },
    Row {
        elsewhere: "compose-lint:CL-0021",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "      LOG_LEVEL: info\n",
            "      LOG_LEVEL: info\n      DATABASE_URL: postgres://shop:hunter2@db:5432/shop\n",
        )],
        finds: &["compose-env-url-credentials compose.yaml:7"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "      LOG_LEVEL: info\n",
            "      LOG_LEVEL: info\n      DB_PASSWORD: ${DB_PASSWORD:?}\n      DATABASE_URL: postgres://shop:${DB_PASSWORD}@db:5432/shop\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "compose-lint:CL-0018",
        by: Recommended,
        changes: &[(COMPOSE, r#"user: "65532:65532""#, "user: root")],
        finds: &["compose-user-not-root compose.yaml:10", "one-uid compose.yaml:10"],
    },
    Row {
        elsewhere: "compose-lint:CL-0018",
        by: Recommended,
        changes: &[(COMPOSE, r#"user: "65532:65532""#, r#"user: "0:0""#)],
        finds: &["compose-user-not-root compose.yaml:10", "one-uid compose.yaml:10"],
    },
    Row {
        elsewhere: "dclint:no-version-field",
        by: Recommended,
        changes: &[(COMPOSE, "services:\n", "version: \"3.8\"\nservices:\n")],
        finds: &["compose-version-key compose.yaml:1"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    restrt: always\n  db:",
        )],
        finds: &["compose-refuses compose.yaml:18"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(COMPOSE, "    build: .\n", "")],
        finds: &["compose-refuses compose.yaml:2"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    healthcheck: { test: [\"wget\", \"-qO-\", \"http://127.0.0.1:8080/healthz\"] }\n  db:",
        )],
        finds: &["compose-refuses compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    x-note: kept\n  db:",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    networks: [default, back]\n  db:",
        )],
        finds: &["compose-networks-declared compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"cache:/cache\"]\n  db:",
        )],
        finds: &["compose-volumes-declared compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    secrets: [api]\n  db:",
        )],
        finds: &["compose-secrets-declared compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    configs: [routes]\n  db:",
        )],
        finds: &["compose-configs-declared compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "      db:\n        condition: service_healthy",
            "      cache:\n        condition: service_started",
        )],
        finds: &["compose-depends-on-exists compose.yaml:8"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "      db:\n        condition: service_healthy",
            "      cache: { condition: service_started, required: false }",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    links: [cache]\n  db:",
        )],
        finds: &["compose-refuses compose.yaml:18"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes_from: [cache]\n  db:",
        )],
        finds: &["compose-refuses compose.yaml:18"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[
            (
                COMPOSE,
                "    restart: unless-stopped\n  db:",
                "    restart: unless-stopped\n    network_mode: \"service:cache\"\n  db:",
            ),
            (COMPOSE, "    ports: [\"127.0.0.1:8080:8080\"]\n", ""),
        ],
        finds: &["compose-refuses compose.yaml:17"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    cpus: 0.5\n",
            "    cpus: 0.5\n    deploy: { resources: { limits: { cpus: \"1\" } } }\n",
        )],
        finds: &["compose-refuses compose.yaml:15"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    network_mode: bridge\n    networks: [default]\n  db:",
        )],
        finds: &["compose-refuses compose.yaml:18"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"./cache:/tmp\"]\n  db:",
        )],
        finds: &["compose-refuses compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"./one:/data\", \"./two:/data\"]\n  db:",
        )],
        finds: &["suspicious-syntax compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    container_name: shop\n    deploy: { replicas: 2 }\n  db:",
        )],
        finds: &["compose-container-name-scaled compose.yaml:19"],
    },
    Row {
        elsewhere: "dclint:invalid-schema, composelint:spec-schema",
        by: Recommended,
        changes: &[(COMPOSE, "    image: postgres:17.2\n", "    image: postgres:17.2\n    depends_on: [shop]\n")],
        finds: &["compose-refuses compose.yaml:8"],
    },
];
