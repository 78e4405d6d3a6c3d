//! The user service that conforms to `xpress`, changed in one file at a time.

use super::Row;

pub const ROWS: &[Row] = &[
    Row {
        changes: &[("infrastructure/kubernetes/user-service.yaml", "containerPort: 3000", "containerPort: 3100")],
        rule: "one-port",
        at: &[
            "infrastructure/kubernetes/user-service.yaml:60",
            "services/user-service/Dockerfile:31",
            "services/user-service/Dockerfile:33",
            "infrastructure/kubernetes/user-service.yaml:76",
            "infrastructure/kubernetes/user-service.yaml:80",
        ],
        others: &[
            "k8s-container-port",
            "k8s-network-policy-port",
            "k8s-probe-port",
            "k8s-scrape-port",
            "k8s-service-target-port",
            "k8s-service-target-port",
            "k8s-service-target-port",
        ],
    },
    Row {
        changes: &[("infrastructure/kubernetes/user-service.yaml", "runAsUser: 1001", "runAsUser: 1002")],
        rule: "one-uid",
        at: &["infrastructure/kubernetes/user-service.yaml:88", "services/user-service/Dockerfile:24"],
        others: &["k8s-run-as-user"],
    },
    Row {
        changes: &[("infrastructure/kubernetes/user-service.yaml", "path: /health", "path: /healthz")],
        rule: "one-liveness-path",
        at: &["infrastructure/kubernetes/user-service.yaml:76", "services/user-service/Dockerfile:33"],
        others: &["k8s-liveness-path", "liveness-answered"],
    },
    Row {
        changes: &[("docker-compose.yml", "context: ./services/user-service", "context: ./services/users")],
        rule: "compose-build-path",
        at: &["docker-compose.yml:4", "docker-compose.yml:3"],
        others: &["compose-build-named"],
    },
    Row {
        changes: &[("docker-compose.yml", "target: development", "target: dev")],
        rule: "compose-build-target",
        at: &["docker-compose.yml:5", "services/user-service/Dockerfile:1"],
        others: &["compose-build-stage"],
    },
];
