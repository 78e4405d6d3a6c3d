//! Whether a step may push an image although it names no `docker push`: programs that build and deliver in one go, scripts
//! and targets of the repository, and actions of others.

use super::command::Command;

/// Words that stand for an image in the name of an action, a script or a target.
const IMAGE: &[&str] = &["docker", "image", "images", "container", "containers", "ecr", "acr", "gcr", "ghcr"];

/// Programs in the name of an action that push what they build.
const BUILDERS: &[&str] = &["goreleaser", "kaniko", "skaffold", "jib", "buildah", "earthly", "promci"];

/// Programs and the words of which one makes them push an image; options are matched by their start.
const PROGRAMS: &[(&[&str], &[&str])] = &[
    (&["cdk", "fly", "flyctl", "copilot", "sam", "serverless", "sls"], &["deploy"]),
    (&["az"], &["acr"]),
    (&["gcloud"], &["submit", "--source"]),
    (&["skaffold"], &["run", "build", "deploy"]),
    (&["werf"], &["converge", "build", "publish"]),
    (&["ko"], &["build", "publish", "apply", "resolve"]),
    (&["pack"], &["--publish"]),
    (&["goreleaser"], &["release"]),
    (&["crane", "skopeo", "regctl", "oras"], &["push", "copy", "cp", "append"]),
    (&["heroku"], &["container:"]),
    (&["docker", "docker-compose", "podman", "depot", "earthly"], &["push", "--push"]),
    (
        &["mvn", "./mvnw", "gradle", "./gradlew", "sbt"],
        &["jib", "dockerPush", "docker:push", "docker:publish", "build-image", "bootBuildImage"],
    ),
    (&["npx", "npm", "pnpm", "yarn"], &["cdk", "sst", "serverless"]),
];

/// Programs that run a target or script of the repository by its name.
const TASKS: &[&str] =
    &["make", "just", "task", "mise", "rake", "inv", "invoke", "npm", "yarn", "pnpm", "bun", "bash", "sh", "nix"];

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
}

/// Whether the name of an action says that it pushes an image. Those of Docker tell by their inputs.
pub(super) fn action(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if ["docker/", "actions/", "."].iter().any(|own| lower.starts_with(own)) {
        return false;
    }
    let has = |wanted: &[&str]| words(&lower).any(|word| wanted.contains(&word));
    !has(&["login", "scan", "setup"])
        && (has(BUILDERS) || (has(IMAGE) && has(&["push", "publish", "release", "build"])))
}

/// Whether the name of a target or a script says that it pushes an image.
fn named(name: &str) -> bool {
    let lower = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let has = |wanted: &[&str]| words(&lower).any(|word| wanted.contains(&word));
    has(&["push", "deploy"]) || (has(IMAGE) && has(&["publish", "release"]))
}

/// Whether a command may push an image among what it does.
pub(super) fn command(command: &Command) -> bool {
    of_words(&command.words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn of_words(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    // A registry on the machine of the job ends with it.
    if rest.iter().any(|word| word.starts_with("localhost:")) {
        return false;
    }
    let by_option = PROGRAMS
        .iter()
        .filter(|(programs, _)| programs.contains(first))
        .any(|(_, wanted)| rest.iter().any(|word| wanted.iter().any(|start| word.starts_with(start))));
    let by_name = if TASKS.contains(first) {
        rest.iter().any(|word| named(word))
    } else {
        (first.contains('/') || first.rsplit('.').next() == Some("sh")) && named(first)
    };
    by_option || by_name
}

#[cfg(test)]
mod tests {
    use super::{action, of_words};

    fn may_push(text: &str) -> bool {
        of_words(&text.split(' ').collect::<Vec<_>>())
    }

    #[test]
    fn targets_and_builders_may_push() {
        assert!(may_push("make push-image --file docker/django/Makefile"));
        assert!(may_push("./scripts/docker-publish.sh"));
        assert!(may_push("./gradlew jib"));
        assert!(may_push("docker buildx bake --push"));
    }

    #[test]
    fn what_pushes_something_else_does_not() {
        assert!(!may_push("git push origin main"));
        assert!(!may_push("make docker-build"));
        assert!(!may_push("npm publish"));
        assert!(!may_push("docker push localhost:5000/api:ci"));
        assert!(!may_push("docker build -t api ."));
    }

    #[test]
    fn an_action_says_in_its_name_that_it_pushes() {
        assert!(action("mozilla-it/deploy-actions/docker-push"));
        assert!(action("goreleaser/goreleaser-action"));
        assert!(!action("aws-actions/amazon-ecr-login"));
        assert!(!action("docker/build-push-action"));
        assert!(!action("JS-DevTools/npm-publish"));
    }
}
