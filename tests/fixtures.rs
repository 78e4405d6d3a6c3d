//! The fixtures: services that conform give nothing, services that do not break every rule of their standard.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let output = Command::cargo_bin("svclint").unwrap().args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn check(standard: &str, path: &str) -> Value {
    json(&["check", path, "--standard", standard, "--format", "json"])
}

/// `path:line: rule: message` of every finding.
fn lines(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let location = &finding["location"];
            format!("{}:{}: {}: {}", location["path"], location["start"]["line"], finding["rule"], finding["message"])
        })
        .collect()
}

/// The ids under which a standard uses rules.
fn rules_of(standard: &str) -> BTreeSet<String> {
    let standard = json(&["standards", "show", standard, "--format", "json"]);
    let clauses = standard["clauses"].as_array().unwrap().iter();
    let uses = clauses.flat_map(|clause| clause["rules"].as_array().unwrap());
    uses.map(|rule| rule["as"].as_str().or(rule["rule"].as_str()).unwrap().to_owned()).collect()
}

/// Gives the rules that find nothing to judge.
fn assert_conforms(standard: &str) -> Vec<String> {
    let repository = tempfile::tempdir().unwrap();
    copy(Path::new(&format!("fixtures/{standard}/conforming")), repository.path());
    let report = check(standard, repository.path().to_str().unwrap());
    assert_eq!(lines(&report), Vec::<String>::new());
    // An overlay that a standard asks for is not judged without the file below it, which is no trouble.
    let notes = report["notes"].as_array().unwrap().iter();
    assert_eq!(notes.filter(|note| note["kind"] != "not-evaluated").collect::<Vec<_>>(), Vec::<&Value>::new());
    let judged = report["rules"].as_array().unwrap().iter();
    let without_target =
        judged.filter(|rule| rule["passed"] == 0).map(|rule| rule["rule"].as_str().unwrap().to_owned());
    let without_target: Vec<String> = without_target.collect();
    let passed = report["rules"].as_array().unwrap().len() - without_target.len();
    assert!(passed > 50, "a conforming service passes rules, and does not merely escape them: {passed}");
    without_target
}

/// Copies a directory with what is in it.
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

/// Every rule of a standard fires in at least one of its violating services, or of those that are wrong by any standard.
/// They are copied out of this repository, whose own files would count for them. Gives the first place of each rule.
fn assert_every_rule_fires(standard: &str) -> String {
    let mut fired: BTreeMap<String, String> = BTreeMap::new();
    for violating in [format!("fixtures/{standard}/violating"), "fixtures/cross/violating".to_owned()] {
        let mut services: Vec<_> = std::fs::read_dir(violating).unwrap().map(|entry| entry.unwrap().path()).collect();
        services.sort();
        assert!(!services.is_empty());
        for path in services {
            let repository = tempfile::tempdir().unwrap();
            copy(&path, repository.path());
            if path.join(".gitmodules").exists() {
                // Only a checkout has the empty directories of its submodules.
                std::fs::create_dir(repository.path().join(".git")).unwrap();
            }
            let root = repository.path().to_str().unwrap();
            let report = check(standard, root);
            for finding in report["findings"].as_array().unwrap() {
                if finding["outcome"] == "fail" {
                    let location = &finding["location"];
                    let file = location["path"].as_str().unwrap();
                    let file = file.strip_prefix(root).unwrap_or(file).trim_start_matches('/');
                    let service = path.file_name().unwrap().to_str().unwrap();
                    let place = format!("{service}/{file}:{}", location["start"]["line"]);
                    fired.entry(finding["rule"].as_str().unwrap().to_owned()).or_insert(place);
                }
            }
        }
    }
    let rules = rules_of(standard);
    let silent: Vec<&String> = rules.iter().filter(|rule| !fired.contains_key(*rule)).collect();
    assert_eq!(silent, Vec::<&String>::new(), "rules of `{standard}` that no violating service breaks");
    let lines: Vec<String> = fired.iter().map(|(rule, place)| format!("{rule} {place}")).collect();
    lines.join("\n")
}

#[test]
fn a_service_that_conforms_to_atonix_has_no_finding() {
    // What the service would have to be, or to have, for each.
    let without_target = [
        "atonix-grpc-port",                        // with gRPC
        "atonix-replicas-min",                     // not scaled by itself
        "compose-log-level",                       // without settings that are not committed, and may set it
        "compose-target-nonroot",                  // with a stage of its own for development
        "dependency-lockfile",                     // in JavaScript
        "dependency-not-latest",                   // in JavaScript
        "dockerfile-inherited-user-needs-no-root", // built on something with another user
        "image-environment-agrees",                // in JavaScript, with `NODE_ENV`
        "k8s-nonroot-user-numeric",                // without the user in its pods
        "limits-agree",                            // without atonix.yaml, with which its amounts are compared
        "mesh-strict",                             // with a mesh that says how services speak
        "migrations-for-mapper",                   // with a package that maps tables
        "no-committed-env-file",                   // with such a file, which is empty
        "no-source-at-root",                       // with source at its root, which is empty
        "pino-level",                              // in JavaScript
        "prometheus-client-go",                    // in Go
        "prometheus-client-node",                  // in JavaScript
        "prometheus-client-rust",                  // in Rust
        "service-in-compose",                      // beside others that are run by both
        "service-in-kubernetes",                   // beside others that are run by both
    ];
    assert_eq!(assert_conforms("atonix"), without_target);
}

#[test]
fn a_service_that_conforms_to_pmoves_has_no_finding() {
    // What the service would have to be, or to have, for each.
    let without_target = [
        "compose-log-level",   // without the settings that it shares, which are not committed and may set it
        "compose-secret-name", // with secrets made elsewhere
        "compose-secret-variables", // without the settings that it shares, which may hold one
        "compose-service-port", // without the settings that it shares, which may set it
        "compose-target-nonroot", // without a user in compose, which the standard asks for
        "compose-tmpfs-home",  // with a directory in memory below /home
        "datastore-version-agrees", // with a data store in its own manifests
        "dockerfile-inherited-user-needs-no-root", // built on something with another user
        "dockerfile-user-name", // on a base that lets it create its user
        "image-environment-agrees", // in JavaScript, with `NODE_ENV`
        "k8s-nonroot-user-numeric", // without the user in its pods
        "log-level-default",   // with a default for its log level in the code
        "md-review-annually",  // with a document of that cycle
        "md-review-monthly",   // with a document of that cycle
        "migrations-for-mapper", // with a package that maps tables
        "no-committed-env-file", // with such a file, which is empty
        "read-variable-set",   // without names of variables that are put together when it runs
        "service-in-compose",  // beside others that are run by both
        "service-in-kubernetes", // beside others that are run by both
        "source-secret-default", // with a secret among its variables, and not in a file
    ];
    assert_eq!(assert_conforms("pmoves"), without_target);
}

#[test]
fn a_service_that_conforms_to_xpress_has_no_finding() {
    // What the service would have to be, or to have, for each.
    let without_target = [
        "atonix-resources-agree",            // with atonix.yaml
        "backup-programs",                   // with a backup in an official image
        "black-hook",                        // in Python
        "branch-checks",                     // with the protection of its branches in Terraform
        "branch-force-pushes",               // with the protection of its branches in Terraform
        "branch-reviews",                    // with the protection of its branches in Terraform
        "branch-reviews-main",               // with the protection of its branches in Terraform
        "compose-log-level",                 // with a level of logs in compose
        "compose-node-env-production",       // with a compose file for production
        "compose-tmpfs-home",                // with a directory in memory below /home
        "datastore-version-agrees",          // with a data store in its own manifests
        "documented-secret-used",            // with a table of secrets in its documents
        "isort-hook",                        // in Python
        "k8s-gpu-node",                      // with graphics cards
        "k8s-ingress-backend",               // behind an Ingress, and not behind Istio
        "k8s-nonroot-user-numeric",          // without the user in its pods
        "k8s-resource-amounts",              // outside of the environments, whose sizes differ
        "k8s-service-named",                 // deployed without a canary
        "migrations-for-mapper",             // with a package that maps tables
        "prometheus-job-authenticates",      // with a job for the API server
        "pytest-declared",                   // in Python
        "revision-dev",                      // with an Application for development
        "revision-staging",                  // with an Application for staging
        "secret-documented",                 // with a table of secrets in its documents
        "service-in-compose",                // beside others that are run by both
        "service-in-kubernetes",             // beside others that are run by both
        "terraform-gpu-nodes-tainted",       // with graphics cards
        "terraform-variable-secret-default", // with a default for a secret, which is empty
        "workflow-called-pinned",            // with a workflow of another repository
    ];
    assert_eq!(assert_conforms("xpress"), without_target);
}

#[test]
fn a_service_that_conforms_to_statex_has_no_finding() {
    // It is no portal, which uses Django with its fields for files and issues tokens, runs no Node, gives no variables of
    // its own in manifests, has no secrets committed and no table of them, no atonix.yaml, and stands beside no others.
    let without_target = [
        "atonix-resources-agree",
        "database-url-compose",
        "database-url-k8s",
        "django-version",
        "documented-secret-used",
        "image-environment-agrees",
        "k8s-config-from-map",
        "k8s-no-committed-secret",
        "object-storage-client",
        "refreshes-tokens",
        "secret-documented",
        "service-in-compose",
        "service-in-kubernetes",
    ];
    assert_eq!(assert_conforms("statex"), without_target);
}

#[test]
fn a_service_that_conforms_to_systemupdate_has_no_finding() {
    // Nothing of it runs on Node but the frontend, which is no image. It pushes no image, has no table of secrets, and no
    // services that both compose and Kubernetes run, no atonix.yaml, and its tests start no containers.
    let without_target = [
        "atonix-resources-agree",
        "ci-scan-covers-images",
        "documented-secret-used",
        "image-environment-agrees",
        "secret-documented",
        "service-in-compose",
        "service-in-kubernetes",
        "test-containers-awaited",
        "workflow-scan-gates",
    ];
    assert_eq!(assert_conforms("systemupdate"), without_target);
}

#[test]
fn every_rule_of_atonix_fires_where_it_is_broken() {
    insta::assert_snapshot!(assert_every_rule_fires("atonix"));
}

#[test]
fn every_rule_of_pmoves_fires_where_it_is_broken() {
    insta::assert_snapshot!(assert_every_rule_fires("pmoves"));
}

#[test]
fn every_rule_of_xpress_fires_where_it_is_broken() {
    insta::assert_snapshot!(assert_every_rule_fires("xpress"));
}

#[test]
fn every_rule_of_statex_fires_where_it_is_broken() {
    insta::assert_snapshot!(assert_every_rule_fires("statex"));
}

#[test]
fn every_rule_of_systemupdate_fires_where_it_is_broken() {
    insta::assert_snapshot!(assert_every_rule_fires("systemupdate"));
}

#[test]
fn a_monorepo_is_judged_service_by_service_with_its_shared_compose_file() {
    let report = json(&["check", "fixtures/monorepo", "--format", "json"]);
    let services: Vec<(&str, Vec<&str>)> = report["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| {
            let artifacts = service["artifacts"].as_array().unwrap().iter();
            (service["root"].as_str().unwrap(), artifacts.map(|one| one["path"].as_str().unwrap()).collect())
        })
        .collect();
    insta::assert_debug_snapshot!(services);
    insta::assert_debug_snapshot!(lines(&report));
}
