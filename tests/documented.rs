//! What the documents of the standards show as their own examples, against what they ask for: the excerpts under
//! `fixtures/*/violating/as-documented` get exactly the verdicts that follow from the text.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `severity rule path` of every failure in a violating service of a standard.
fn verdicts(standard: &str, service: &str) -> BTreeSet<String> {
    let repository = tempfile::tempdir().unwrap();
    copy(Path::new(&format!("fixtures/{standard}/violating/{service}")), repository.path());
    let root = repository.path().to_str().unwrap();
    let arguments = ["check", root, "--standard", standard, "--format", "json"];
    let output = Command::cargo_bin("svclint").unwrap().args(arguments).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}"));
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["outcome"] == "fail")
        .map(|finding| {
            let path = finding["location"]["path"].as_str().unwrap();
            let path = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
            format!("{} {} {path}", finding["severity"].as_str().unwrap(), finding["rule"].as_str().unwrap())
        })
        .collect()
}

fn assert_verdicts(standard: &str, service: &str, wanted: &[&str], unwanted: &[&str]) {
    let found = verdicts(standard, service);
    let missing: Vec<_> = wanted.iter().filter(|verdict| !found.contains(**verdict)).collect();
    assert!(missing.is_empty(), "missing {missing:#?} in {found:#?}");
    let wrong: Vec<_> =
        unwanted.iter().filter(|rule| found.iter().any(|verdict| verdict.contains(&format!(" {rule} ")))).collect();
    assert!(wrong.is_empty(), "not to be reported {wrong:#?} in {found:#?}");
}

#[test]
fn the_hardened_image_of_pmoves_checks_its_health_with_a_program_that_it_lacks() {
    assert_verdicts(
        "pmoves",
        "as-documented",
        &[
            "warning dockerfile-healthcheck-tool pmoves/services/composer/Dockerfile",
            "info dockerfile-base-distroless pmoves/services/composer/Dockerfile",
        ],
        // The manifest that is copied before the install may belong to root, and the port is known without EXPOSE.
        &["dockerfile-copy-chown", "one-port"],
    );
}

#[test]
fn the_compose_file_and_the_policy_of_pmoves_leave_out_what_other_parts_count_on() {
    assert_verdicts(
        "pmoves",
        "as-documented",
        &[
            "info compose-version-key docker-compose.composer.yml",
            "warning k8s-network-policy-dns deploy/k8s/base/composer.yaml",
        ],
        &["compose-healthcheck-image-path", "compose-healthcheck-image-port"],
    );
}

#[test]
fn the_images_of_atonix_lack_what_its_own_section_on_containers_asks_for() {
    assert_verdicts(
        "atonix",
        "as-documented",
        &[
            "error dockerfile-no-privileged-step-after-user reader/Dockerfile",
            "error dockerfile-healthcheck reader/Dockerfile",
            "warning dockerfile-expose reader/Dockerfile",
            "warning dockerfile-start-present reader/Dockerfile",
            "warning dockerfile-healthcheck-tool gateway/Dockerfile",
            "warning k8s-read-only-rootfs gateway/deploy/app.yaml",
            "info k8s-network-policy-ingress-ports gateway/deploy/app.yaml",
        ],
        // A tag that moves between patches is still no `latest`.
        &["dockerfile-base-tag-fixed"],
    );
}

#[test]
fn the_two_images_of_xpress_each_lack_what_the_other_has() {
    assert_verdicts(
        "xpress",
        "as-documented",
        &[
            "warning dockerfile-healthcheck-tool services/user-service/Dockerfile",
            "warning dockerfile-build-dev-dependencies services/user-service/Dockerfile",
            "error dockerfile-group-id services/user-service/Dockerfile",
            "warning dockerfile-user-primary-group services/user-service/Dockerfile",
            "error dockerfile-init-process services/user-service/Dockerfile",
            "error node-env services/user-service/Dockerfile",
            "info dockerfile-os-upgrade services/user-service/Dockerfile",
            "error dockerfile-healthcheck services/hardened-service/Dockerfile",
            "error dockerfile-expose services/hardened-service/Dockerfile",
            "error dockerfile-stage-count services/hardened-service/Dockerfile",
        ],
        &["dockerfile-npm-production", "dockerfile-npm-prune"],
    );
}

#[test]
fn the_compose_file_of_xpress_holds_passwords_and_publishes_its_datastores() {
    assert_verdicts(
        "xpress",
        "as-documented",
        &[
            "warning compose-env-url-credentials docker-compose.yml",
            "warning compose-env-literal-secret docker-compose.yml",
            "warning compose-depends-on-healthcheck docker-compose.yml",
            "warning compose-target-nonroot services/user-service/Dockerfile",
            "info compose-datastore-ports docker-compose.yml",
            "info compose-version-key docker-compose.yml",
        ],
        &["compose-volumes-declared", "compose-url-awaited", "compose-dev-modules-volume"],
    );
}

#[test]
fn the_manifests_of_xpress_contradict_each_other() {
    let of = |rule: &str, file: &str| format!("{rule} infrastructure/kubernetes/{file}");
    let wanted = [
        of("error k8s-image-tag", "user-service.yaml"),
        of("error k8s-image-tag", "user-service-rollout.yaml"),
        of("error k8s-unique-workload", "user-service-rollout.yaml"),
        of("error k8s-liveness-probe", "user-service-rollout.yaml"),
        of("error k8s-cpu-limit", "user-service-rollout.yaml"),
        of("error k8s-run-as-non-root", "user-service-rollout.yaml"),
        of("warning k8s-hpa-replicas", "user-service.yaml"),
        of("warning canary-service", "user-service-rollout.yaml"),
        of("warning stable-service", "user-service-rollout.yaml"),
        of("warning canary-virtual-service", "user-service-rollout.yaml"),
        of("warning canary-analysis", "user-service-rollout.yaml"),
        of("info k8s-read-only-rootfs", "user-service.yaml"),
        of("info k8s-selector-stable", "user-service.yaml"),
    ];
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    assert_verdicts("xpress", "as-documented", &wanted, &["k8s-resource-amounts", "hpa-cpu", "hpa-memory", "one-port"]);
}

#[test]
fn policies_vault_and_backup_of_xpress_are_open_where_its_text_closes_them() {
    assert_verdicts(
        "xpress",
        "as-documented",
        &[
            "warning k8s-network-policy-namespace-label infrastructure/security/network-policies.yaml",
            "warning k8s-network-policy-egress-peers infrastructure/security/network-policies.yaml",
            "warning k8s-network-policy-dns infrastructure/kubernetes/user-service.yaml",
            "error vault-storage-password infrastructure/security/vault-config.yaml",
            "warning backup-storage infrastructure/backup/database-backup.yaml",
            "error k8s-cpu-limit infrastructure/backup/database-backup.yaml",
        ],
        &["vault-storage-tls", "vault-tls-on", "backup-schedule", "backup-dump", "argo-project"],
    );
}

#[test]
fn the_structure_of_statex_has_no_place_for_what_other_sections_ask_for() {
    assert_verdicts(
        "statex",
        "as-documented",
        &["warning compose-present ", "error decision-records ", "warning contract-tests ", "error runbook "],
        &["app-directory", "main-module", "app-telemetry", "helm-directory", "readme-present"],
    );
}

#[test]
fn a_health_check_that_is_switched_off_for_a_rollback_still_fails_systemupdate() {
    assert_verdicts(
        "systemupdate",
        "loose-compose",
        &[
            "error compose-healthcheck-enabled docker-compose.yml",
            "error auth-default-compose docker-compose.yml",
            "warning no-smoke-log jwt-smoke-last.log",
        ],
        &[],
    );
}
