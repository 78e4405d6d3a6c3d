//! Secrets that a job can do without: what it does for strangers it does without them, if with less comfort.

use super::job::Job;
use super::step::Step;
use super::variable::ValueSource;

/// Actions and their inputs for a secret without which they work on: those that report coverage of public repositories,
/// and caches that are read without a token and only written with one (README of each).
const OPTIONAL: &[(&str, &[&str])] = &[
    ("codecov/codecov-action", &["token"]),
    ("codecov/test-results-action", &["token"]),
    ("cachix/cachix-action", &["authtoken", "signingkey"]),
    ("gradle/actions/setup-gradle", &["cache-encryption-key", "develocity-access-key"]),
    ("gradle/gradle-build-action", &["cache-encryption-key", "gradle-enterprise-access-key"]),
    ("nrwl/nx-set-shas", &["gh-token"]),
];

/// Variables of which the tool that reads them uploads what it has, or does nothing without them.
const OPTIONAL_VARIABLES: &[&str] = &["CODECOV_TOKEN", "TURBO_TOKEN", "NX_CLOUD_ACCESS_TOKEN"];

/// Whether the steps without a condition read only secrets without which they work.
pub(super) fn does_without(job: &Job) -> bool {
    let from_secret = |source: ValueSource, name: &str| source == ValueSource::Secret && !is_optional_variable(name);
    job.uses.is_none()
        && !job.env.iter().any(|variable| from_secret(variable.source, &variable.name))
        && job.steps.iter().filter(|step| !step.guarded).all(|step| works_without(step))
}

fn is_optional_variable(name: &str) -> bool {
    OPTIONAL_VARIABLES.contains(&name)
}

/// Whether a step only asks whether a secret is there, for later steps to know.
fn is_only_compared(step: &Step, name: &str) -> bool {
    let read = format!("secrets.{name}");
    step.texts.iter().all(|text| {
        text.split(&read).skip(1).all(|rest| rest.trim_start().starts_with("!=") || rest.trim_start().starts_with("=="))
    })
}

fn works_without(step: &Step) -> bool {
    let needed = step.secrets.iter().filter(|name| *name != "GITHUB_TOKEN" && !is_only_compared(step, name)).count();
    if needed == 0 {
        return true;
    }
    let action = step.uses.as_ref().map_or("", |uses| uses.name.as_str()).to_ascii_lowercase();
    let inputs = OPTIONAL.iter().find(|(name, _)| *name == action).map_or(&[] as &[&str], |(_, inputs)| inputs);
    let by_input = |input: &&super::Input| {
        input.text.contains("secrets.") && inputs.contains(&input.name.to_ascii_lowercase().as_str())
    };
    let by_variable =
        |variable: &&super::EnvVar| variable.source == ValueSource::Secret && is_optional_variable(&variable.name);
    let optional = step.inputs.iter().filter(by_input).count() + step.env.iter().filter(by_variable).count();
    // A secret that the script or the condition names stands in neither of them.
    optional >= needed
}
