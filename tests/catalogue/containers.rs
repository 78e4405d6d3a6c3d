//! What linters report of the rights, limits and health checks that compose gives to containers, and what svclint says of it.

use super::By::{Recommended, Rule};
use super::{COMPOSE, DOCKERFILE, Row};

pub const ROWS: &[Row] = &[
    Row {
        elsewhere: "compose-lint:CL-0002, kics:Privileged Containers Enabled, cis-docker:5.5",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    privileged: true\n  db:",
        )],
        finds: &["compose-privileged compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0002, kics:Privileged Containers Enabled, cis-docker:5.5",
        by: Recommended,
        changes: &[
            (COMPOSE, "services:\n", "x-base: &base { privileged: true }\nservices:\n"),
            (COMPOSE, "    build: .\n", "    <<: *base\n    build: .\n"),
        ],
        finds: &["compose-privileged compose.yaml:1"],
    },
    Row {
        elsewhere: "compose-lint:CL-0002, kics:Privileged Containers Enabled, cis-docker:5.5",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    privileged: \"${PRIVILEGED}\"\n  db:",
        )],
        finds: &["?compose-privileged compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0006, kics:Container Capabilities Unrestricted, cis-docker:5.4",
        by: Rule("compose-cap-drop"),
        changes: &[(COMPOSE, "    cap_drop: [ALL]\n", "")],
        finds: &["compose-cap-drop compose.yaml:2"],
    },
    Row {
        elsewhere: "compose-lint:CL-0006, kics:Container Capabilities Unrestricted, cis-docker:5.4",
        by: Rule("compose-cap-drop"),
        changes: &[(COMPOSE, "cap_drop: [ALL]", "cap_drop: [NET_RAW]")],
        finds: &["compose-cap-drop compose.yaml:13"],
    },
    Row {
        elsewhere: "compose-lint:CL-0024, compose-lint:CL-0011, composelint:no-cap-add-all, cis-docker:5.4",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    cap_add: [CAP_SYS_ADMIN]\n  db:",
        )],
        finds: &["compose-dangerous-capability compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0024, compose-lint:CL-0011, composelint:no-cap-add-all, cis-docker:5.4",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    cap_add: [all]\n  db:",
        )],
        finds: &["compose-dangerous-capability compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0027, compose-lint:CL-0028, compose-lint:CL-0029, compose-lint:CL-0030, kics:Container Capabilities Unrestricted",
        by: Rule("compose-cap-add"),
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    cap_add: [NET_ADMIN]\n  db:",
        )],
        finds: &["compose-cap-add compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    cap_add: [NET_BIND_SERVICE]\n  db:",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "compose-lint:CL-0003, kics:No New Privileges Not Set, cis-docker:5.26",
        by: Rule("compose-no-new-privileges"),
        changes: &[(COMPOSE, "    security_opt: [\"no-new-privileges:true\"]\n", "")],
        finds: &["compose-no-new-privileges compose.yaml:2"],
    },
    Row {
        elsewhere: "compose-lint:CL-0003, kics:No New Privileges Not Set, cis-docker:5.26",
        by: Rule("compose-no-new-privileges"),
        changes: &[(COMPOSE, "no-new-privileges:true", "no-new-privileges:false")],
        finds: &["compose-no-new-privileges compose.yaml:14"],
    },
    Row {
        elsewhere: "compose-lint:CL-0009, kics:Default Seccomp Profile Disabled, cis-docker:5.2, cis-docker:5.22",
        by: Recommended,
        changes: &[(COMPOSE, r#"["no-new-privileges:true"]"#, r#"["no-new-privileges:true", "seccomp=unconfined"]"#)],
        finds: &["compose-security-profile compose.yaml:14"],
    },
    Row {
        elsewhere: "compose-lint:CL-0009, kics:Default Seccomp Profile Disabled, cis-docker:5.2, cis-docker:5.22",
        by: Recommended,
        changes: &[(COMPOSE, r#"["no-new-privileges:true"]"#, r#"["no-new-privileges:true", "apparmor:unconfined"]"#)],
        finds: &["compose-security-profile compose.yaml:14"],
    },
    Row {
        elsewhere: "compose-lint:CL-0009, kics:Default Seccomp Profile Disabled, cis-docker:5.2, cis-docker:5.22",
        by: Recommended,
        changes: &[(COMPOSE, r#"["no-new-privileges:true"]"#, r#"["no-new-privileges:true", "label:disable"]"#)],
        finds: &["compose-security-profile compose.yaml:14"],
    },
    Row {
        elsewhere: "compose-lint:CL-0007, semgrep:writable-filesystem-service, cis-docker:5.13",
        by: Rule("compose-read-only-rootfs"),
        changes: &[(COMPOSE, "    read_only: true\n", "")],
        finds: &["compose-read-only-rootfs compose.yaml:2"],
    },
    Row {
        elsewhere: "compose-lint:CL-0008, kics:Shared Host Network Namespace, cis-docker:5.10",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    build: .\n    ports: [\"127.0.0.1:8080:8080\"]\n",
            "    build: .\n    network_mode: host\n",
        )],
        finds: &["compose-host-network compose.yaml:4"],
    },
    Row {
        elsewhere: "compose-lint:CL-0010, kics:Host Namespace is Shared, cis-docker:5.16",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    pid: host\n  db:",
        )],
        finds: &["compose-host-namespaces compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0010, kics:Shared Host IPC Namespace, cis-docker:5.17",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    ipc: host\n  db:",
        )],
        finds: &["compose-host-namespaces compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0010, cis-docker:5.21",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    uts: host\n  db:",
        )],
        finds: &["compose-host-namespaces compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0010, kics:Shared Host User Namespace, cis-docker:5.31",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    userns_mode: host\n  db:",
        )],
        finds: &["compose-host-namespaces compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0001, kics:Docker Socket Mounted In Container, cis-docker:5.32",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"/var/run/docker.sock:/var/run/docker.sock:ro\"]\n  db:",
        )],
        finds: &["compose-no-docker-socket compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0001, kics:Docker Socket Mounted In Container, cis-docker:5.32",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"/run:/host/run\"]\n  db:",
        )],
        finds: &["compose-no-docker-socket compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0001, kics:Docker Socket Mounted In Container, cis-docker:5.32",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"/run/user/1000/podman/podman.sock:/run/podman.sock\"]\n  db:",
        )],
        finds: &["compose-no-docker-socket compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0001, kics:Docker Socket Mounted In Container, cis-docker:5.32",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [{ type: bind, source: /run/containerd/containerd.sock, target: /run/c.sock }]\n  db:",
        )],
        finds: &["compose-no-docker-socket compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0001, kics:Docker Socket Mounted In Container, cis-docker:5.32",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"${SOCKET:-/var/run/docker.sock}:/run/docker.sock\"]\n  db:",
        )],
        finds: &["compose-no-docker-socket compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0013, compose-lint:CL-0025, kics:Volume Has Sensitive Host Directory, cis-docker:5.6",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"/:/host\"]\n  db:",
        )],
        finds: &["compose-system-directory compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0013, compose-lint:CL-0025, kics:Volume Has Sensitive Host Directory, cis-docker:5.6",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"/etc:/host/etc\"]\n  db:",
        )],
        finds: &["compose-system-directory compose.yaml:18"],
    },
    Row {
        elsewhere: "compose-lint:CL-0013",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"/root/.ssh:/keys:ro\"]\n  db:",
        )],
        finds: &["compose-no-host-path compose.yaml:18"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    volumes: [\"/etc/localtime:/etc/localtime:ro\", \"./conf:/app/conf:ro\"]\n  db:",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "compose-lint:CL-0026, kics:Memory Not Limited, cis-docker:5.11",
        by: Rule("compose-limits"),
        changes: &[(COMPOSE, "    mem_limit: 256m\n", "")],
        finds: &["compose-limits compose.yaml:2"],
    },
    Row {
        elsewhere: "compose-lint:CL-0026, kics:Cpus Not Limited, cis-docker:5.12",
        by: Rule("compose-limits"),
        changes: &[(COMPOSE, "    cpus: 0.5\n", "")],
        finds: &["compose-limits compose.yaml:2"],
    },
    Row {
        elsewhere: "compose-lint:CL-0026, kics:Cpus Not Limited, cis-docker:5.12",
        by: Rule("compose-limits"),
        changes: &[(COMPOSE, "    cpus: 0.5\n", "    cpus: 0\n")],
        finds: &["compose-limits compose.yaml:15"],
    },
    Row {
        elsewhere: "compose-lint:CL-0026, kics:Memory Not Limited, cis-docker:5.11",
        by: Rule("compose-limits"),
        changes: &[(
            COMPOSE,
            "    mem_limit: 256m\n",
            "    deploy: { resources: { reservations: { memory: 256m } } }\n",
        )],
        finds: &["compose-limits compose.yaml:16"],
    },
    Row {
        elsewhere: "",
        by: Rule("compose-limits"),
        changes: &[(
            COMPOSE,
            "    cpus: 0.5\n    mem_limit: 256m\n",
            "    deploy: { resources: { limits: { cpus: \"0.5\", memory: 256m } } }\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "kics:Healthcheck Not Set, composelint:require-healthcheck, cis-docker:5.27",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    healthcheck: { disable: true }\n  db:",
        )],
        finds: &["compose-healthcheck-enabled compose.yaml:18"],
    },
    Row {
        elsewhere: "kics:Healthcheck Not Set, composelint:require-healthcheck, cis-docker:5.27",
        by: Recommended,
        changes: &[(
            COMPOSE,
            "    restart: unless-stopped\n  db:",
            "    restart: unless-stopped\n    healthcheck: { test: [\"NONE\"] }\n  db:",
        )],
        finds: &["compose-healthcheck-enabled compose.yaml:18"],
    },
    Row {
        elsewhere: "kics:Healthcheck Not Set, composelint:require-healthcheck, cis-docker:5.27, hadolint:DL3057, checkov:CKV_DOCKER_2",
        by: Recommended,
        changes: &[(DOCKERFILE, "HEALTHCHECK CMD wget -qO- http://127.0.0.1:8080/healthz || exit 1\n", "")],
        finds: &["compose-healthcheck-present compose.yaml:2"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[
            (DOCKERFILE, "HEALTHCHECK CMD wget -qO- http://127.0.0.1:8080/healthz || exit 1\n", ""),
            (
                COMPOSE,
                "    restart: unless-stopped\n  db:",
                "    restart: unless-stopped\n    healthcheck: { test: \"wget -qO- http://127.0.0.1:8080/healthz\" }\n  db:",
            ),
        ],
        finds: &[],
    },
];
