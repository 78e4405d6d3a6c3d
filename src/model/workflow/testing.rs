//! Whether a step runs tests, told by its commands and by its name.

use super::command::Command;

/// Programs that run the command behind them, in an environment or a container of theirs.
const RUNNERS: &[&str] = &[
    "poetry",
    "pipenv",
    "pdm",
    "rye",
    "hatch",
    "uv",
    "uvx",
    "pixi",
    "mise",
    "npx",
    "bunx",
    "bundle",
    "coverage",
    "docker",
    "docker-compose",
    "podman",
    "nix",
    "nix-shell",
    "python",
    "python3",
    "php",
    "devbox",
];

/// Programs whose own name says that they test.
const TEST_PROGRAMS: &[&str] = &[
    "pytest",
    "py.test",
    "tox",
    "nox",
    "jest",
    "vitest",
    "rspec",
    "phpunit",
    "pest",
    "ctest",
    "bats",
    "cypress",
    "gotestsum",
    "mocha",
    "newman",
    "goss",
    "unittest",
    "behave",
    "pytest-ess",
];

/// Words of a command behind a runner that may start the command it runs.
const MAX_RUNNER_WORDS: usize = 24;

/// Whether a command runs tests.
pub(super) fn is_test(command: &Command) -> bool {
    command_tests(&command.words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn command_tests(words: &[&str]) -> bool {
    let installs = words.iter().any(|word| matches!(*word, "install" | "add" | "sync"));
    let runs = !installs && words.first().is_some_and(|first| RUNNERS.contains(first));
    let behind = if runs { words.len().min(MAX_RUNNER_WORDS) } else { 1 };
    (0..behind).any(|start| words.get(start..).is_some_and(|rest| is_test_command(rest, start == 0)))
}

/// Whether the name of a script, a target or a task says that it tests.
fn script_tests(name: &str) -> bool {
    name == "t" || name.split([':', '-', '_', '.', '#', '=', '+']).any(|part| part.starts_with("test"))
}

/// Whether words are a command that tests. `whole` says that nothing stands before them: a word behind the name of a
/// runner may be an image, a directory or an option's value.
fn is_test_command(words: &[&str], whole: bool) -> bool {
    match words {
        ["npm" | "yarn" | "pnpm" | "bun", "run" | "run-script", name, ..] => script_tests(name),
        [
            "npm" | "yarn" | "pnpm" | "bun" | "make" | "just" | "task" | "rake" | "invoke" | "inv" | "composer"
            | "rails" | "artisan" | "turbo" | "nx" | "lerna" | "moon" | "mise" | "earthly" | "dagger" | "pants" | "nix"
            | "poe",
            rest @ ..,
        ] => rest.iter().any(|word| script_tests(word)) || matches!(words, ["nix", "flake", "check", ..]),
        [
            "go" | "cargo" | "dotnet" | "bazel" | "bazelisk" | "mix" | "swift" | "deno" | "sbt" | "stack" | "cabal",
            rest @ ..,
        ] => rest.iter().take(3).any(|word| script_tests(word) || *word == "nextest"),
        ["mvn" | "./mvnw" | "mvnw" | "mvnd", rest @ ..] => {
            let skipped =
                rest.iter().any(|word| word.starts_with("-DskipTests") || word.starts_with("-Dmaven.test.skip"));
            !skipped && rest.iter().any(|word| matches!(*word, "test" | "verify" | "package" | "install"))
        }
        ["gradle" | "./gradlew" | "gradlew", rest @ ..] => {
            rest.iter().any(|word| script_tests(word) || matches!(*word, "check" | "build"))
        }
        ["playwright", "test", ..] => true,
        [first, rest @ ..] => {
            let name = first.rsplit('/').next().unwrap_or(first);
            let script = name.trim_end_matches(".sh").trim_end_matches(".py");
            TEST_PROGRAMS.contains(&name)
                // `test` by itself compares values in a shell.
                || ((script != name || whole && name != "test") && script_tests(script))
                // Django, "Running tests"; the programs of Rails and Laravel.
                || (matches!(name, "manage.py" | "rails" | "artisan")
                    && rest.first().is_some_and(|word| script_tests(word)))
        }
        [] => false,
    }
}

/// Words in the name of a step that works for tests without running them.
const AROUND_TESTS: &[&str] = &[
    "image",
    "images",
    "report",
    "reports",
    "result",
    "results",
    "setup",
    "set",
    "install",
    "build",
    "upload",
    "prepare",
    "database",
    "db",
    "environment",
    "dependencies",
    "lint",
    "cache",
    "coverage",
    "publish",
    "deploy",
    "download",
    "create",
    "data",
    "start",
    "stop",
    "wait",
    "artifacts",
    "logs",
];

/// Whether the name of a step says that it runs tests.
pub(super) fn title_tests(title: &str) -> bool {
    let lower = title.to_ascii_lowercase();
    let words = || lower.split(|c: char| !c.is_ascii_alphanumeric());
    words().any(|word| matches!(word, "test" | "tests" | "unittests" | "specs"))
        && !words().any(|word| AROUND_TESTS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::{command_tests, title_tests};

    fn runs_tests(text: &str) -> bool {
        command_tests(&text.split(' ').collect::<Vec<_>>())
    }

    #[test]
    fn a_runner_runs_the_tests_behind_it() {
        assert!(runs_tests("poetry run make test"));
        assert!(runs_tests("docker compose run --rm web pytest -q"));
        assert!(runs_tests("nix build .#test"));
        assert!(runs_tests("composer run test:unit"));
        assert!(runs_tests("./scripts/test.sh"));
        assert!(runs_tests("npx playwright test"));
    }

    #[test]
    fn an_image_or_a_comparison_that_is_called_test_is_none() {
        assert!(!runs_tests("docker build -t test ."));
        assert!(!runs_tests("test -n $TOKEN"));
        assert!(!runs_tests("python -m pip install pytest"));
    }

    #[test]
    fn a_step_says_in_its_name_that_it_tests() {
        assert!(title_tests("Unit tests"));
        assert!(!title_tests("Upload test results"));
        assert!(!title_tests("Contest"));
    }
}
