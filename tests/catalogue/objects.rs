//! What linters report of images, resources, probes and the objects around pods, and what svclint says of it.

use super::By::{Recommended, Rule, Standard};
use super::{MANIFESTS, Row};

pub const ROWS: &[Row] = &[
    Row {
        elsewhere: "kube-linter:duplicate-env-var, kube-score:environment-variable-key-duplication",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            - { name: LOG_LEVEL, value: info }\n",
            "            - { name: LOG_LEVEL, value: info }\n            - { name: LOG_LEVEL, value: debug }\n",
        )],
        finds: &["k8s-duplicate-env k8s/shop.yaml:44"],
    },
    Row {
        elsewhere: "kube-linter:latest-tag, kube-score:container-image-tag, checkov:CKV_K8S_14, trivy:KSV-0013, kyverno:disallow-latest-tag, polaris:tagNotSpecified, kics:invalid_image",
        by: Recommended,
        changes: &[(MANIFESTS, "shop:1.4.2", "shop")],
        finds: &["k8s-image-tag k8s/shop.yaml:39"],
    },
    Row {
        elsewhere: "kube-linter:latest-tag, kube-score:container-image-tag, checkov:CKV_K8S_14, trivy:KSV-0013, kyverno:disallow-latest-tag, polaris:tagNotSpecified, kics:invalid_image",
        by: Recommended,
        changes: &[(MANIFESTS, "shop:1.4.2", "shop:latest")],
        finds: &["k8s-image-tag k8s/shop.yaml:39"],
    },
    Row {
        elsewhere: "kube-linter:latest-tag, kube-score:container-image-tag, checkov:CKV_K8S_14, trivy:KSV-0013, kyverno:disallow-latest-tag, polaris:tagNotSpecified, kics:invalid_image",
        by: Recommended,
        changes: &[(MANIFESTS, "ghcr.io/shop/shop:1.4.2", "registry.example:5000/shop")],
        finds: &["k8s-image-tag k8s/shop.yaml:39"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "shop:1.4.2",
            "shop:latest@sha256:a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2a1b2",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:latest-tag, kyverno:restrict-image-registries, trivy:KSV-0125",
        by: Rule("k8s-image-registry"),
        changes: &[(MANIFESTS, "ghcr.io/shop/shop:1.4.2", "quay.io/shop/shop:1.4.2")],
        finds: &["k8s-image-registry k8s/shop.yaml:39"],
    },
    Row {
        elsewhere: "kube-linter:unset-cpu-requirements, kube-score:container-resources, checkov:CKV_K8S_10, trivy:KSV-0015, kyverno:require-pod-requests-limits, polaris:cpuRequestsMissing, kics:cpu_requests_not_set, kubesec:RequestsCPU",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            requests: { cpu: 100m, memory: 128Mi }\n            limits: { cpu: 500m, memory: 256Mi }\n",
            "            requests: { memory: 128Mi }\n            limits: { memory: 256Mi }\n",
        )],
        finds: &["k8s-cpu-request k8s/shop.yaml:50"],
    },
    Row {
        elsewhere: "kube-linter:unset-cpu-requirements",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            requests: { cpu: 100m, memory: 128Mi }\n            limits: { cpu: 500m, memory: 256Mi }\n",
            "            requests: { cpu: 0, memory: 128Mi }\n            limits: { memory: 256Mi }\n",
        )],
        finds: &["k8s-cpu-request k8s/shop.yaml:50"],
    },
    Row {
        elsewhere: "kube-score:container-resources, checkov:CKV_K8S_11, trivy:KSV-0011, kyverno:require-cpu-limits, polaris:cpuLimitsMissing, kics:cpu_limits_not_set, kubesec:LimitsCPU",
        by: Rule("k8s-cpu-limit"),
        changes: &[(
            MANIFESTS,
            "            requests: { cpu: 100m, memory: 128Mi }\n            limits: { cpu: 500m, memory: 256Mi }\n",
            "            requests: { cpu: 100m, memory: 128Mi }\n            limits: { memory: 256Mi }\n",
        )],
        finds: &["k8s-cpu-limit k8s/shop.yaml:51"],
    },
    Row {
        elsewhere: "kube-linter:unset-memory-requirements, kube-score:container-resources, checkov:CKV_K8S_12, trivy:KSV-0016, kyverno:require-pod-requests-limits, polaris:memoryRequestsMissing, kics:memory_requests_not_defined, kubesec:RequestsMemory",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            requests: { cpu: 100m, memory: 128Mi }\n            limits: { cpu: 500m, memory: 256Mi }\n",
            "            requests: { cpu: 100m }\n            limits: { cpu: 500m }\n",
        )],
        finds: &["k8s-memory-limit k8s/shop.yaml:51", "k8s-memory-request k8s/shop.yaml:50"],
    },
    Row {
        elsewhere: "kube-linter:unset-memory-requirements, kube-score:container-resources, checkov:CKV_K8S_13, trivy:KSV-0018, kyverno:require-pod-requests-limits, polaris:memoryLimitsMissing, kics:memory_limits_not_defined, kubesec:LimitsMemory",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            requests: { cpu: 100m, memory: 128Mi }\n            limits: { cpu: 500m, memory: 256Mi }\n",
            "            requests: { cpu: 100m, memory: 128Mi }\n            limits: { cpu: 500m }\n",
        )],
        finds: &["k8s-memory-limit k8s/shop.yaml:51"],
    },
    Row {
        elsewhere: "kube-linter:no-liveness-probe, kube-score:pod-probes, checkov:CKV_K8S_8, polaris:livenessProbeMissing, kyverno:require-pod-probes, kics:liveness_probe_is_not_defined",
        by: Recommended,
        changes: &[(MANIFESTS, "          livenessProbe:\n            httpGet: { path: /healthz, port: http }\n", "")],
        finds: &["k8s-liveness-probe k8s/shop.yaml:38"],
    },
    Row {
        elsewhere: "kube-linter:no-readiness-probe, kube-score:pod-probes, checkov:CKV_K8S_9, polaris:readinessProbeMissing, kyverno:require-pod-probes, kics:readiness_probe_is_not_configured",
        by: Recommended,
        changes: &[(MANIFESTS, "          readinessProbe:\n            httpGet: { path: /ready, port: http }\n", "")],
        finds: &["k8s-readiness-probe k8s/shop.yaml:38"],
    },
    Row {
        elsewhere: "kube-linter:readiness-port",
        by: Recommended,
        changes: &[(MANIFESTS, "path: /ready, port: http", "path: /ready, port: web")],
        finds: &["k8s-probe-port-name k8s/shop.yaml:55"],
    },
    Row {
        elsewhere: "kube-linter:liveness-port",
        by: Rule("k8s-probe-port"),
        changes: &[(MANIFESTS, "path: /healthz, port: http", "path: /healthz, port: 9090")],
        finds: &["k8s-probe-port k8s/shop.yaml:53"],
    },
    Row {
        elsewhere: "kube-linter:startup-port",
        by: Rule("k8s-probe-port"),
        changes: &[(
            MANIFESTS,
            "          readinessProbe:\n            httpGet: { path: /ready, port: http }\n",
            "          startupProbe:\n            tcpSocket: { port: 9999 }\n          readinessProbe:\n            httpGet: { path: /ready, port: http }\n",
        )],
        finds: &["k8s-probe-port k8s/shop.yaml:55"],
    },
    Row {
        elsewhere: "kube-linter:minimum-three-replicas, kube-score:deployment-replicas, polaris:deploymentMissingReplicas, kyverno:require-deployments-have-multiple-replicas",
        by: Rule("k8s-replicas"),
        changes: &[(MANIFESTS, "replicas: 3", "replicas: 1")],
        finds: &["k8s-replicas k8s/shop.yaml:15"],
    },
    Row {
        elsewhere: "kube-linter:pdb-max-unavailable, polaris:pdbDisruptionsIsZero",
        by: Recommended,
        changes: &[(MANIFESTS, "  minAvailable: 1\n", "  maxUnavailable: 0\n")],
        finds: &["k8s-pdb-allows-eviction k8s/shop.yaml:75"],
    },
    Row {
        elsewhere: "kube-linter:pdb-max-unavailable, polaris:pdbDisruptionsIsZero",
        by: Recommended,
        changes: &[(MANIFESTS, "  minAvailable: 1\n", "  maxUnavailable: 0%\n")],
        finds: &["k8s-pdb-allows-eviction k8s/shop.yaml:75"],
    },
    Row {
        elsewhere: "kube-linter:pdb-min-available, polaris:pdbDisruptionsIsZero",
        by: Recommended,
        changes: &[(MANIFESTS, "  minAvailable: 1\n", "  minAvailable: 100%\n")],
        finds: &["k8s-pdb-allows-eviction k8s/shop.yaml:75"],
    },
    Row {
        elsewhere: "kube-linter:pdb-min-available, polaris:pdbDisruptionsIsZero",
        by: Recommended,
        changes: &[(MANIFESTS, "  minAvailable: 1\n", "  minAvailable: 3\n")],
        finds: &["k8s-pdb-allows-eviction k8s/shop.yaml:75"],
    },
    Row {
        elsewhere: "kube-score:poddisruptionbudget-has-policy",
        by: Recommended,
        changes: &[(MANIFESTS, "  minAvailable: 1\n", "")],
        finds: &["k8s-pdb-one-bound k8s/shop.yaml:77"],
    },
    Row {
        elsewhere: "kube-score:poddisruptionbudget-has-policy",
        by: Recommended,
        changes: &[(MANIFESTS, "  minAvailable: 1\n", "  minAvailable: 1\n  maxUnavailable: 1\n")],
        finds: &["k8s-pdb-one-bound k8s/shop.yaml:78"],
    },
    Row {
        elsewhere: "kube-linter:no-anti-affinity, kube-score:deployment-has-host-podantiaffinity, kube-score:pod-topology-spread-constraints, polaris:topologySpreadConstraint, kyverno:spread-pods-across-topology, kics:deployment_has_no_pod_anti_affinity",
        by: Rule("k8s-spread-pods"),
        changes: &[(
            MANIFESTS,
            "      topologySpreadConstraints:\n        - maxSkew: 1\n          topologyKey: kubernetes.io/hostname\n          whenUnsatisfiable: ScheduleAnyway\n          labelSelector:\n            matchLabels: { app: shop }\n",
            "",
        )],
        finds: &["k8s-spread-pods k8s/shop.yaml:11"],
    },
    Row {
        elsewhere: "",
        by: Rule("k8s-spread-pods"),
        changes: &[(
            MANIFESTS,
            "      topologySpreadConstraints:\n        - maxSkew: 1\n          topologyKey: kubernetes.io/hostname\n          whenUnsatisfiable: ScheduleAnyway\n          labelSelector:\n            matchLabels: { app: shop }\n",
            "      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: shop } } } }] } }\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:no-rolling-update-strategy, kube-score:deployment-strategy",
        by: Recommended,
        changes: &[(MANIFESTS, "type: RollingUpdate", "type: Recreate")],
        finds: &["k8s-rolling-update k8s/shop.yaml:19"],
    },
    Row {
        elsewhere: "kube-linter:dangling-service, kube-score:service-targets-pod, kics:service_does_not_target_pod",
        by: Recommended,
        changes: &[(MANIFESTS, "  selector: { app: shop }\n  ports", "  selector: { app: web }\n  ports")],
        finds: &["k8s-service-selects k8s/shop.yaml:65"],
    },
    Row {
        elsewhere: "kube-linter:invalid-target-ports, kube-score:container-ports-check",
        by: Recommended,
        changes: &[(MANIFESTS, "targetPort: http", "targetPort: web")],
        finds: &["k8s-service-port-name k8s/shop.yaml:70"],
    },
    Row {
        elsewhere: "kics:service_does_not_target_pod",
        by: Recommended,
        changes: &[(MANIFESTS, "targetPort: http", "targetPort: 9090")],
        finds: &["k8s-service-target-port k8s/shop.yaml:70"],
    },
    Row {
        elsewhere: "kube-linter:invalid-target-ports",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "            - { name: http, containerPort: 8080 }\n",
            "            - { name: http, containerPort: 8080 }\n            - { name: METRICS_PORT, containerPort: 9464 }\n",
        )],
        finds: &["k8s-port-name-valid k8s/shop.yaml:42"],
    },
    Row {
        elsewhere: "kube-linter:mismatching-selector, kube-score:deployment-pod-selector-labels-match-template-metadata-labels",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "    matchLabels: { app: shop }\n  strategy",
            "    matchLabels: { app: web }\n  strategy",
        )],
        finds: &["k8s-selector-matches k8s/shop.yaml:17"],
    },
    Row {
        elsewhere: "kube-linter:dangling-ingress, kube-score:ingress-targets-service",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "apiVersion: policy/v1\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: shop, namespace: shop }\nspec:\n  tls: [{ hosts: [shop.example], secretName: shop-tls }]\n  rules:\n    - host: shop.example\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend: { service: { name: web, port: { number: 80 } } }\n---\napiVersion: policy/v1\n",
        )],
        finds: &["k8s-ingress-backend k8s/shop.yaml:83"],
    },
    Row {
        elsewhere: "kube-linter:dangling-ingress, kube-score:ingress-targets-service",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "apiVersion: policy/v1\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: shop, namespace: shop }\nspec:\n  tls: [{ hosts: [shop.example], secretName: shop-tls }]\n  rules:\n    - host: shop.example\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend: { service: { name: shop, port: { number: 8080 } } }\n---\napiVersion: policy/v1\n",
        )],
        finds: &["k8s-ingress-backend k8s/shop.yaml:83"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "apiVersion: policy/v1\n",
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: shop, namespace: shop }\nspec:\n  tls: [{ hosts: [shop.example], secretName: shop-tls }]\n  rules:\n    - host: shop.example\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend: { service: { name: shop, port: { number: 80 } } }\n---\napiVersion: policy/v1\n",
        )],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:dangling-horizontalpodautoscaler, kube-score:horizontalpodautoscaler-has-target, kics:hpa_targets_invalid_object",
        by: Rule("k8s-hpa-target"),
        changes: &[
            (MANIFESTS, "  replicas: 3\n", ""),
            (
                MANIFESTS,
                "apiVersion: policy/v1\n",
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: shop, namespace: shop }\nspec:\n  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }\n  minReplicas: 2\n  maxReplicas: 5\n---\napiVersion: policy/v1\n",
            ),
        ],
        finds: &["k8s-hpa-target k8s/shop.yaml:75"],
    },
    Row {
        elsewhere: "kube-linter:dangling-horizontalpodautoscaler, kube-score:horizontalpodautoscaler-has-target, kics:hpa_targets_invalid_object",
        by: Rule("k8s-hpa-target"),
        changes: &[
            (MANIFESTS, "  replicas: 3\n", ""),
            (
                MANIFESTS,
                "apiVersion: policy/v1\n",
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: shop, namespace: shop }\nspec:\n  scaleTargetRef: { apiVersion: apps/v1, kind: StatefulSet, name: shop }\n  minReplicas: 2\n  maxReplicas: 5\n---\napiVersion: policy/v1\n",
            ),
        ],
        finds: &["k8s-hpa-target k8s/shop.yaml:75"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[
            (MANIFESTS, "  replicas: 3\n", ""),
            (
                MANIFESTS,
                "apiVersion: policy/v1\n",
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: shop, namespace: shop }\nspec:\n  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop }\n  minReplicas: 2\n  maxReplicas: 5\n---\napiVersion: policy/v1\n",
            ),
        ],
        finds: &[],
    },
    Row {
        elsewhere: "kube-linter:non-isolated-pod, kube-score:pod-networkpolicy, checkov:CKV2_K8S_6, polaris:missingNetworkPolicy, kyverno:require-netpol, kics:pod_misconfigured_network_policy",
        by: Rule("k8s-network-policy-covers"),
        changes: &[(
            MANIFESTS,
            "    matchLabels: { app: shop }\n  policyTypes",
            "    matchLabels: { app: web }\n  policyTypes",
        )],
        finds: &["k8s-network-policy-covers k8s/shop.yaml:11"],
    },
    Row {
        elsewhere: "kube-linter:dangling-networkpolicy, kube-score:networkpolicy-targets-pod, kics:network_policy_is_not_targeting_any_pod",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "    matchLabels: { app: shop }\n  policyTypes",
            "    matchLabels: { app: web }\n  policyTypes",
        )],
        finds: &["k8s-network-policy-selects k8s/shop.yaml:85"],
    },
    Row {
        elsewhere: "kube-linter:exposed-services, kyverno:restrict-node-port, kics:service_type_is_nodeport",
        by: Rule("k8s-no-node-port"),
        changes: &[(
            MANIFESTS,
            "  selector: { app: shop }\n  ports",
            "  type: NodePort\n  selector: { app: shop }\n  ports",
        )],
        finds: &["k8s-no-node-port k8s/shop.yaml:68"],
    },
    Row {
        elsewhere: "kube-score:service-type, kyverno:restrict-loadbalancer, kics:service_with_external_load_balancer",
        by: Rule("k8s-service-type"),
        changes: &[(
            MANIFESTS,
            "  selector: { app: shop }\n  ports",
            "  type: LoadBalancer\n  selector: { app: shop }\n  ports",
        )],
        finds: &["k8s-service-type k8s/shop.yaml:68"],
    },
    Row {
        elsewhere: "trivy:KSV-0108, kyverno:restrict-service-external-ips",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "  selector: { app: shop }\n  ports",
            "  externalIPs: [192.0.2.7]\n  selector: { app: shop }\n  ports",
        )],
        finds: &["k8s-no-external-ips k8s/shop.yaml:68"],
    },
    Row {
        elsewhere: "kube-linter:use-namespace, checkov:CKV_K8S_21, trivy:KSV-0110, kyverno:disallow-default-namespace, kics:using_unrecommended_namespace",
        by: Recommended,
        changes: &[(MANIFESTS, "*namespace: shop", "namespace: default")],
        finds: &["k8s-no-default-namespace k8s/shop.yaml:12"],
    },
    Row {
        elsewhere: "kube-linter:required-label-owner, kyverno:require-labels",
        by: Standard("xpress", "k8s-workload-labels"),
        changes: &[(MANIFESTS, r#", version: "1.4.2""#, "")],
        finds: &["k8s-workload-labels k8s/shop.yaml:13"],
    },
    Row {
        elsewhere: "kube-linter:no-extensions-v1beta, kube-score:stable-version, trivy:KSV-0107, kyverno:check-deprecated-apis, kics:object_is_using_a_deprecated_api_version",
        by: Recommended,
        changes: &[(MANIFESTS, "apiVersion: apps/v1\n", "apiVersion: extensions/v1beta1\n")],
        finds: &["k8s-deprecated-api k8s/shop.yaml:8"],
    },
    Row {
        elsewhere: "kube-linter:no-extensions-v1beta, kube-score:stable-version, trivy:KSV-0107, kyverno:check-deprecated-apis, kics:object_is_using_a_deprecated_api_version",
        by: Recommended,
        changes: &[(MANIFESTS, "apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n")],
        finds: &["k8s-deprecated-api k8s/shop.yaml:72"],
    },
    Row {
        elsewhere: "kube-linter:schema-validation",
        by: Recommended,
        changes: &[(MANIFESTS, "          ports:\n", "          imagePulPolicy: Always\n          ports:\n")],
        finds: &["k8s-known-fields k8s/shop.yaml:40"],
    },
    Row {
        elsewhere: "kube-linter:schema-validation",
        by: Recommended,
        changes: &[(
            MANIFESTS,
            "      serviceAccountName: shop\n",
            "      serviceAccountName: shop\n      readOnlyRootFilesystem: true\n",
        )],
        finds: &["k8s-known-fields k8s/shop.yaml:25"],
    },
    Row {
        elsewhere: "",
        by: Recommended,
        changes: &[(MANIFESTS, "replicas: 3", r#"replicas: "three""#)],
        finds: &["value-type k8s/shop.yaml:15"],
    },
];
