//! What linters report of pods and their secrets, and what svclint says of it.

use super::By::{Recommended, Rule};
use super::{MANIFESTS, Row};

pub const ROWS: &[Row] = &[
    Row {
        elsewhere: "kube-linter:run-as-non-root, checkov:CKV_K8S_23, trivy:KSV-0012, kyverno:require-run-as-nonroot, polaris:runAsRootAllowed, kics:containers_running_as_root, kubesec:RunAsNonRoot",
        by: Recommended,
        changes: &[(MANIFESTS, "        runAsNonRoot: true\n        runAsUser: 65532\n", "")],
        finds: &["k8s-run-as-non-root k8s/shop.yaml:42"],
    },
    Row {
        elsewhere: "kube-linter:run-as-non-root, trivy:KSV-0105, kyverno:require-run-as-non-root-user",
        by: Recommended,
        changes: &[(MANIFESTS, "runAsUser: 65532", "runAsUser: 0")],
        finds: &["k8s-run-as-non-root k8s/shop.yaml:34", "one-uid k8s/shop.yaml:34"],
    },
    Row {
        elsewhere: "kube-linter:run-as-non-root, trivy:KSV-0105, kyverno:require-run-as-non-root-user",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            allowPrivilegeEscalation: false\n",
            "            allowPrivilegeEscalation: false\n            runAsUser: 0\n",
        )],
        finds: &["k8s-run-as-non-root k8s/shop.yaml:46", "one-uid k8s/shop.yaml:46"],
    },
    Row { elsewhere: "", by: Recommended, changes: &[(MANIFESTS, "        runAsNonRoot: true\n", "")], finds: &[] },
    Row {
        elsewhere: "checkov:CKV_K8S_20, trivy:KSV-0001, kyverno:disallow-privilege-escalation, polaris:privilegeEscalationAllowed, kics:privilege_escalation_allowed, kubesec:AllowPrivilegeEscalation",
        by: Recommended,
        changes: &[(MANIFESTS, "            allowPrivilegeEscalation: false\n", "")],
        finds: &["k8s-no-privilege-escalation k8s/shop.yaml:44"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_20, trivy:KSV-0001, kyverno:disallow-privilege-escalation, polaris:privilegeEscalationAllowed, kics:privilege_escalation_allowed, kubesec:AllowPrivilegeEscalation, kube-linter:privilege-escalation-container",
        by: Recommended,
        changes: &[(MANIFESTS, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")],
        finds: &["k8s-no-privilege-escalation k8s/shop.yaml:45"],
    },
    Row {
        elsewhere: "kube-linter:privileged-container, kube-score:container-security-context-privileged, checkov:CKV_K8S_16, trivy:KSV-0017, kyverno:disallow-privileged-containers, polaris:runAsPrivileged, kics:container_is_privileged, kubesec:Privileged",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            allowPrivilegeEscalation: false\n",
            "            allowPrivilegeEscalation: false\n            privileged: true\n",
        )],
        finds: &["k8s-not-privileged k8s/shop.yaml:46"],
    },
    Row {
        elsewhere: "kube-linter:privileged-container, checkov:CKV_K8S_16",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      serviceAccountName: shop\n",
            "      serviceAccountName: shop\n      initContainers:\n        - { name: migrate, image: \"ghcr.io/shop/shop:1.4.2\", securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] }, privileged: true }, resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 16Mi } } }\n",
        )],
        finds: &["k8s-not-privileged k8s/shop.yaml:26"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_37, trivy:KSV-0003, trivy:KSV-0106, kyverno:require-drop-all, kics:no_drop_capabilities_for_containers, kubesec:CapDropAll",
        by: Recommended,
        changes: &[(MANIFESTS, "            capabilities:\n              drop: [ALL]\n", "")],
        finds: &["k8s-drop-all-capabilities k8s/shop.yaml:44"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_37, trivy:KSV-0003, trivy:KSV-0106, kyverno:require-drop-all, kics:no_drop_capabilities_for_containers, kubesec:CapDropAll",
        by: Recommended,
        changes: &[(MANIFESTS, "drop: [ALL]", "drop: [NET_RAW]")],
        finds: &["k8s-drop-all-capabilities k8s/shop.yaml:48"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_25, trivy:KSV-0022, kyverno:disallow-capabilities, polaris:insecureCapabilities, kics:containers_with_added_capabilities",
        by: Recommended,
        changes: &[(MANIFESTS, "drop: [ALL]", "drop: [ALL]\n              add: [NET_ADMIN]")],
        finds: &["k8s-capabilities-add k8s/shop.yaml:49"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_39, trivy:KSV-0005, polaris:dangerousCapabilities, kubesec:CapSysAdmin, kics:containers_with_sys_admin_capabilities",
        by: Recommended,
        changes: &[(MANIFESTS, "drop: [ALL]", "drop: [ALL]\n              add: [SYS_ADMIN]")],
        finds: &["k8s-capabilities-add k8s/shop.yaml:49"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(MANIFESTS, "drop: [ALL]", "drop: [ALL]\n              add: [NET_BIND_SERVICE]")],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:no-read-only-root-fs, kube-score:container-security-context-readonlyrootfilesystem, checkov:CKV_K8S_22, trivy:KSV-0014, kyverno:require-ro-rootfs, polaris:notReadOnlyRootFilesystem, kics:root_container_not_mounted_as_read_only, kubesec:ReadOnlyRootFilesystem",
        by: Recommended,
        changes: &[(MANIFESTS, "            readOnlyRootFilesystem: true\n", "")],
        finds: &["k8s-read-only-rootfs k8s/shop.yaml:44"],
    },
    Row {
        elsewhere: "kube-linter:no-read-only-root-fs, kube-score:container-security-context-readonlyrootfilesystem, checkov:CKV_K8S_22, trivy:KSV-0014, kyverno:require-ro-rootfs, polaris:notReadOnlyRootFilesystem, kics:root_container_not_mounted_as_read_only, kubesec:ReadOnlyRootFilesystem",
        by: Recommended,
        changes: &[(MANIFESTS, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")],
        finds: &["k8s-read-only-rootfs k8s/shop.yaml:46"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_31, trivy:KSV-0030, kyverno:restrict-seccomp-strict, kube-score:container-seccomp-profile, polaris:linuxHardening, kics:seccomp_profile_is_not_configured, kubesec:SeccompAny",
        by: Recommended,
        changes: &[(MANIFESTS, "        seccompProfile: { type: RuntimeDefault }\n", "")],
        finds: &["k8s-seccomp-profile k8s/shop.yaml:43"],
    },
    Row {
        elsewhere: "trivy:KSV-0104, kyverno:restrict-seccomp, kubesec:SeccompUnconfined",
        by: Recommended,
        changes: &[(MANIFESTS, "type: RuntimeDefault", "type: Unconfined")],
        finds: &["k8s-seccomp-profile k8s/shop.yaml:36"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(MANIFESTS, "{ type: RuntimeDefault }", "{ type: Localhost, localhostProfile: shop.json }")],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:host-network, checkov:CKV_K8S_19, trivy:KSV-0009, polaris:hostNetworkSet, kics:shared_host_network_namespace, kubesec:HostNetwork, kyverno:disallow-host-namespaces",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      serviceAccountName: shop\n",
            "      serviceAccountName: shop\n      hostNetwork: true\n",
        )],
        finds: &["k8s-no-host-network k8s/shop.yaml:25"],
    },
    Row {
        elsewhere: "kube-linter:host-pid, checkov:CKV_K8S_17, trivy:KSV-0010, polaris:hostPIDSet, kics:shared_host_pid_namespace, kubesec:HostPID, kyverno:disallow-host-namespaces",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      serviceAccountName: shop\n",
            "      serviceAccountName: shop\n      hostPID: true\n",
        )],
        finds: &["k8s-no-host-pid k8s/shop.yaml:25"],
    },
    Row {
        elsewhere: "kube-linter:host-ipc, checkov:CKV_K8S_18, trivy:KSV-0008, polaris:hostIPCSet, kics:shared_host_ipc_namespace, kubesec:HostIPC, kyverno:disallow-host-namespaces",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      serviceAccountName: shop\n",
            "      serviceAccountName: shop\n      hostIPC: true\n",
        )],
        finds: &["k8s-no-host-ipc k8s/shop.yaml:25"],
    },
    Row {
        elsewhere: "kube-linter:sensitive-host-mounts, trivy:KSV-0121, kics:workload_mounting_with_sensitive_os_directory",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: / } }\n",
        )],
        finds: &["k8s-no-sensitive-host-path k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "kube-linter:sensitive-host-mounts, trivy:KSV-0121, kics:workload_mounting_with_sensitive_os_directory",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: /etc } }\n",
        )],
        finds: &["k8s-no-sensitive-host-path k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "kube-linter:sensitive-host-mounts, trivy:KSV-0121, kics:workload_mounting_with_sensitive_os_directory",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: /var/run } }\n",
        )],
        finds: &["k8s-no-sensitive-host-path k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "kube-linter:sensitive-host-mounts, trivy:KSV-0121, kics:workload_mounting_with_sensitive_os_directory",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: /var/lib/kubelet } }\n",
        )],
        finds: &["k8s-no-sensitive-host-path k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "kube-linter:sensitive-host-mounts, trivy:KSV-0121, kics:workload_mounting_with_sensitive_os_directory",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: /usr } }\n",
        )],
        finds: &["k8s-no-sensitive-host-path k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "trivy:KSV-0023, kyverno:disallow-host-path, polaris:hostPathSet, kics:non_kube_system_pod_with_host_mount",
        by: Rule("k8s-no-host-path"),
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: /srv/models } }\n",
        )],
        finds: &["k8s-no-host-path k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "kube-linter:docker-sock, checkov:CKV_K8S_27, trivy:KSV-0006, kyverno:disallow-cri-sock-mount, kics:docker_daemon_socket_is_exposed_to_containers, kubesec:DockerSock",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: /var/run/docker.sock } }\n",
        )],
        finds: &["k8s-no-docker-socket k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "kube-linter:docker-sock, checkov:CKV_K8S_27, trivy:KSV-0006, kyverno:disallow-cri-sock-mount, kics:docker_daemon_socket_is_exposed_to_containers, kubesec:DockerSock",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      volumes:\n",
            "      volumes:\n        - { name: node, hostPath: { path: /run/containerd/containerd.sock } }\n",
        )],
        finds: &["k8s-no-docker-socket k8s/shop.yaml:59"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_26, trivy:KSV-0024, kyverno:disallow-host-ports, polaris:hostPortSet, kics:workload_host_port_not_specified",
        by: Recommended,
        changes: &[(MANIFESTS, "containerPort: 8080 }", "containerPort: 8080, hostPort: 8080 }")],
        finds: &["k8s-no-host-port k8s/shop.yaml:41"],
    },
    Row {
        elsewhere: "kube-linter:unsafe-proc-mount, trivy:KSV-0027, kyverno:disallow-proc-mount, polaris:procMount, kics:container_runs_unmasked, kubesec:ProcMount",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            allowPrivilegeEscalation: false\n",
            "            allowPrivilegeEscalation: false\n            procMount: Unmasked\n",
        )],
        finds: &["k8s-proc-mount k8s/shop.yaml:46"],
    },
    Row {
        elsewhere: "kube-linter:unsafe-sysctls, trivy:KSV-0026, kyverno:restrict-sysctls, kics:cluster_allows_unsafe_sysctls",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "        runAsNonRoot: true\n",
            "        runAsNonRoot: true\n        sysctls: [{ name: kernel.msgmax, value: \"65536\" }]\n",
        )],
        finds: &["k8s-safe-sysctls k8s/shop.yaml:34"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "        runAsNonRoot: true\n",
            "        runAsNonRoot: true\n        sysctls: [{ name: net.ipv4.tcp_keepalive_time, value: \"60\" }]\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:ssh-port",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            - { name: http, containerPort: 8080 }\n",
            "            - { name: http, containerPort: 8080 }\n            - { name: ssh, containerPort: 22 }\n",
        )],
        finds: &["k8s-no-ssh-port k8s/shop.yaml:42"],
    },
    Row {
        elsewhere: "kube-linter:default-service-account, checkov:CKV_K8S_41, kics:service_account_name_undefined_or_empty, kubesec:ServiceAccountName",
        by: Rule("k8s-service-account"),
        changes: &[(MANIFESTS, "      serviceAccountName: shop\n", "")],
        finds: &["k8s-service-account k8s/shop.yaml:23"],
    },
    Row {
        elsewhere: "kube-linter:default-service-account, checkov:CKV_K8S_41, kics:service_account_name_undefined_or_empty, kubesec:ServiceAccountName",
        by: Rule("k8s-service-account"),
        changes: &[(MANIFESTS, "      serviceAccountName: shop\n", "      serviceAccountName: default\n")],
        finds: &["k8s-service-account k8s/shop.yaml:24"],
    },
    Row {
        elsewhere: "kube-linter:non-existent-service-account",
        by: Recommended,
        changes: &[(MANIFESTS, "      serviceAccountName: shop\n", "      serviceAccountName: web\n")],
        finds: &["k8s-service-account-exists k8s/shop.yaml:24"],
    },
    Row {
        elsewhere: "checkov:CKV_K8S_38, trivy:KSV-0036, kyverno:restrict-automount-sa-token, polaris:automountServiceAccountToken, kics:service_account_token_automount_not_disabled, kubesec:AutomountServiceAccountToken",
        by: Recommended,
        changes: &[
            (MANIFESTS, "      serviceAccountName: shop\n", ""),
            (MANIFESTS, "      automountServiceAccountToken: false\n", ""),
        ],
        finds: &["k8s-automount-token k8s/shop.yaml:23"],
    },
    Row {
        elsewhere: "kube-linter:env-var-secret, polaris:sensitiveContainerEnvVar",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            - { name: LOG_LEVEL, value: info }\n",
            "            - { name: LOG_LEVEL, value: info }\n            - { name: DB_PASSWORD, value: hunter2 }\n",
        )],
        finds: &["k8s-secret-env k8s/shop.yaml:44"],
    },
    Row {
        elsewhere: "kube-linter:env-var-secret, polaris:sensitiveContainerEnvVar",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            - { name: LOG_LEVEL, value: info }\n",
            "            - { name: LOG_LEVEL, value: info }\n            - { name: DATABASE_URL, value: \"postgres://shop:hunter2@db/shop\" }\n",
        )],
        finds: &["k8s-secret-env k8s/shop.yaml:44"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            - { name: LOG_LEVEL, value: info }\n",
            "            - { name: LOG_LEVEL, value: info }\n            - { name: DB_PASSWORD_FILE, value: /run/secrets/db }\n            - { name: DB_PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:read-secret-from-env-var, checkov:CKV_K8S_35, kyverno:disallow-secrets-from-env-vars, kics:secrets_as_environment_variables, kubesec:SecretsAsEnvironmentVariables",
        by: Rule("k8s-secrets-as-files"),
        changes: &[(
            MANIFESTS,
            "            - { name: LOG_LEVEL, value: info }\n",
            "            - { name: LOG_LEVEL, value: info }\n            - { name: DB_PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }\n",
        )],
        finds: &["k8s-secrets-as-files k8s/shop.yaml:44"],
    },
    Row {
        elsewhere: "polaris:sensitiveConfigmapContent, trivy:KSV-0109, trivy:KSV-01010",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "apiVersion: policy/v1\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop, namespace: shop }\ndata:\n  DB_PASSWORD: hunter2\n---\napiVersion: policy/v1\n",
        )],
        finds: &["k8s-config-map-secret k8s/shop.yaml:76"],
    },
    Row {
        elsewhere: "polaris:sensitiveConfigmapContent, trivy:KSV-0109",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "apiVersion: policy/v1\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop, namespace: shop }\ndata:\n  tls.key: |\n    -----BEGIN RSA PRIVATE KEY-----\n    MIIEow\n    -----END RSA PRIVATE KEY-----\n---\napiVersion: policy/v1\n",
        )],
        finds: &["k8s-config-map-secret k8s/shop.yaml:76"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "apiVersion: policy/v1\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop, namespace: shop }\ndata:\n  PASSWORD_MIN_LENGTH: \"8\"\n---\napiVersion: policy/v1\n",
        )],
        finds: &[],
    },
];
