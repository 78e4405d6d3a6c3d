//! Directories that hold documentation, tests, examples or tools of developers, and no service that is deployed.

use super::classify::parent_of;
use super::homes::{ancestors, is_manifest_home, last};
use super::purpose::is_of_pipeline;

/// Directories whose services are shown, tested or developed with, and never deployed.
const ILLUSTRATIONS: &[&str] = &[
    "docs",
    "doc",
    "documentation",
    ".buildkite",
    ".ci",
    ".circleci",
    ".ddev",
    ".devcontainer",
    ".devcontainers",
    ".github",
    ".gitlab",
    ".gitpod",
    "benchmark",
    "benchmarks",
    "cypress",
    "dev-container",
    "dev-tools",
    "devcontainer",
    "devcontainers",
    "devenv",
    "devtools",
    "e2e-test",
    "fixtures",
    "gitpod",
    "golden",
    "hack",
    "integration-test",
    "integration_test",
    "integrationtest",
    "integrationtests",
    "load-test",
    "load-testing",
    "load_test",
    "loadtest",
    "loadtests",
    "mocks",
    "playwright",
    "testdata",
    "test_data",
    "test-data",
    "_testdata",
    "testfiles",
    "test-fixtures",
    "test-resources",
    "__fixtures__",
];

/// Directories of tests. Among manifests `test` is an environment like `prod`, and so may `e2e` be.
const TESTS: &[&str] = &["test", "tests", "unittests", "__tests__", "e2e", "fuzz", "terratest"];

/// Words for what stands in for somebody else's service while this one is developed or tested.
const STANDS_IN: &[&str] = &["mock", "mocks", "stub", "stubs", "emulator", "wiremock"];

const ENVIRONMENTS: &[&str] = &["test", "e2e"];

/// What divides the tests in such a directory, which is no environment then.
const SUITES: &[&str] = &["unit", "integration", "snapshots", "__snapshots__"];

/// Whether a directory, or one above it, holds documentation, tests or tools of developers.
#[must_use]
pub fn is_illustration(root: &str) -> bool {
    illustration_of(root).is_some()
}

/// Whether a directory, or one above it, holds tests: those of the service around it, even where a Dockerfile or a
/// manifest among them makes a root of it.
#[must_use]
pub fn is_of_tests(root: &str) -> bool {
    root.split('/').any(|part| TESTS.contains(&part))
}

/// The directory, from `directory` upwards, that makes an illustration of it.
pub(super) fn illustration_of(root: &str) -> Option<&str> {
    ancestors(root).find(|directory| {
        let name = last(directory);
        let tests = TESTS.contains(&name)
            || name.starts_with("tests-")
            || name.ends_with("-tests")
            || name.ends_with("_tests")
            || name.ends_with("-loadtest")
            || name.starts_with("e2e-")
            || name.ends_with("-e2e")
            || name.split(['-', '_']).any(|word| STANDS_IN.contains(&word));
        ILLUSTRATIONS.contains(&name)
            || (tests && !(ENVIRONMENTS.contains(&name) && is_among_manifests(parent_of(directory))))
            || (tests && below(root, directory).is_some_and(|next| SUITES.contains(&next)))
    })
}

/// The directory right below another one on the way to `root`.
fn below<'r>(root: &'r str, directory: &str) -> Option<&'r str> {
    root.strip_prefix(directory)?.strip_prefix('/')?.split('/').next()
}

/// Directories of what is built to be shown.
const EXAMPLES: &[&str] = &["demo", "demos", "example", "examples", "sample", "samples"];

/// Whether a directory, or one above it, holds examples.
pub(super) fn is_example(root: &str) -> bool {
    root.split('/').any(|part| EXAMPLES.contains(&part.trim_start_matches('.')))
}

/// Directories of what builds, checks and releases the services beside it, and is none of them.
const TOOLS: &[&str] = &["build-tools", "buildtools", "script", "scripts", "tooling", "tools"];

/// Whether a directory, or one above it, holds tools or what a pipeline runs.
pub(super) fn is_of_tools(root: &str) -> bool {
    root.split('/').any(|part| TOOLS.contains(&part)) || is_of_pipeline(root)
}

/// Whether a directory above it is one of tests, as one of the words of its name says: `test-engineering/load`.
pub(super) fn is_below_tests(root: &str) -> bool {
    let is_of_tests = |part: &str| part.split(['-', '_']).any(|word| matches!(word, "test" | "tests" | "testing"));
    root.rsplit('/').skip(1).any(is_of_tests)
}

/// Whether a directory, or one above it, is a place for manifests, that of tests left aside.
fn is_among_manifests(directory: &str) -> bool {
    directory.split('/').any(|part| !TESTS.contains(&part) && is_manifest_home(part))
}
