//! What a Dockerfile or a compose file is for, as far as its name tells: tests, what a pipeline runs, or what is deployed.

use super::classify::{name_of, parent_of};

/// Words in the names of files that are for tests. In a name of its own, `integration` and `acceptance` are environments.
const TESTS: &[&str] = &[
    "bench",
    "benchmark",
    "benchmarks",
    "cypress",
    "e2e",
    "loadtest",
    "localstack",
    "mock",
    "mocks",
    "playwright",
    "test",
    "testing",
    "tests",
    "wiremock",
];

/// Directories of what a pipeline runs.
const PIPELINES: &[&str] =
    &["ci", ".ci", ".buildkite", ".circleci", ".concourse", ".github", ".gitlab", ".semaphore", ".teamcity"];

/// Whether a compose file is for tests or for a pipeline: `docker-compose.test.yml`, `compose.ci.yaml`,
/// `ci/docker-compose.yml`.
#[must_use]
pub fn is_compose_for_tests(path: &str) -> bool {
    let is_told = |word: &str| word == "ci" || TESTS.contains(&word);
    words(name_of(path)).any(|word| is_told(&word)) || is_of_pipeline(parent_of(path))
}

/// Whether a Dockerfile is for tests: `Dockerfile.test`, `e2e.Dockerfile`. That of a pipeline may be the one that it
/// releases.
#[must_use]
pub fn is_dockerfile_for_tests(path: &str) -> bool {
    words(name_of(path)).any(|word| TESTS.contains(&word.as_str()))
}

/// Whether a directory, or one above it, is one of a pipeline.
pub(super) fn is_of_pipeline(directory: &str) -> bool {
    directory.split('/').any(|part| PIPELINES.contains(&part))
}

/// The words of a file's name, in lower case.
fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(['.', '-', '_']).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::{is_compose_for_tests, is_dockerfile_for_tests};

    #[test]
    fn compose_files_for_tests_and_pipelines_are_told_by_name_and_directory() {
        for path in [
            "docker-compose.test.yml",
            "api/compose.e2e.yaml",
            "docker-compose-ci.yml",
            "docker-compose_integration_tests.yml",
            "ci/docker-compose.yml",
            ".circleci/compose/compose.yaml",
        ] {
            assert!(is_compose_for_tests(path), "{path}");
        }
        for path in ["docker-compose.yml", "compose.dev.yaml", "contest/compose.yaml", "docker-compose.latest.yml"] {
            assert!(!is_compose_for_tests(path), "{path}");
        }
        assert!(!is_compose_for_tests("docker-compose.integration.yml"), "that is an environment");
    }

    #[test]
    fn a_dockerfile_of_a_pipeline_may_be_the_one_that_is_released() {
        assert!(is_dockerfile_for_tests("docker/Dockerfile.e2e"));
        assert!(is_dockerfile_for_tests("test.Dockerfile"));
        assert!(!is_dockerfile_for_tests("Dockerfile.ci"));
        assert!(!is_dockerfile_for_tests("tests/Dockerfile"));
    }
}
