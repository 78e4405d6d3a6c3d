//! What an image is for, as far as the name of its Dockerfile and what it starts tell.

use super::start::StartCommand;
use crate::words;

words! {
    /// What an image is for.
    pub enum Role {
        /// To run, as far as nothing tells otherwise.
        Service = "service",
        /// To build others on.
        Base = "base",
        /// To build, check or release with.
        Build = "build",
        /// To test.
        Test = "test",
        /// To develop with.
        Development = "development",
    }
}

/// Words in the name of a Dockerfile, with what they make of it.
const WORDS: &[(&str, Role)] = &[
    ("base", Role::Base),
    ("build", Role::Build),
    ("builder", Role::Build),
    ("buildenv", Role::Build),
    ("ci", Role::Build),
    ("debug", Role::Development),
    ("deps", Role::Base),
    ("dev", Role::Development),
    ("devcontainer", Role::Development),
    ("devel", Role::Development),
    ("develop", Role::Development),
    ("development", Role::Development),
    ("e2e", Role::Test),
    ("lint", Role::Test),
    ("local", Role::Development),
    ("test", Role::Test),
    ("testing", Role::Test),
    ("tests", Role::Test),
    ("toolbox", Role::Build),
    ("toolchain", Role::Build),
    ("tools", Role::Build),
    ("watch", Role::Development),
];

/// Directories of which all Dockerfiles are for one of these, by the end or the whole of their name.
const DIRECTORIES: &[(&str, Role)] = &[
    ("base", Role::Base),
    ("base-image", Role::Base),
    ("base-images", Role::Base),
    ("build-env", Role::Build),
    ("build-image", Role::Build),
    ("buildenv", Role::Build),
    ("builder", Role::Build),
    ("ci", Role::Build),
    ("dev", Role::Development),
    ("development", Role::Development),
    ("toolbox", Role::Build),
    ("toolchain", Role::Build),
];

/// What the image of a Dockerfile is for. What answers or starts a program of its own is to run, whatever it is built
/// on and from: `Dockerfile.ci` may be the one that a pipeline releases.
pub(super) fn role(path: &str, start: Option<&StartCommand>, has_ports: bool) -> Role {
    let (directory, name) = path.rsplit_once('/').unwrap_or((".", path));
    let directory = directory.rsplit('/').next().unwrap_or(directory).trim_start_matches('.').to_ascii_lowercase();
    let by_name = words(name).find_map(|word| role_of(WORDS, &word.to_ascii_lowercase()));
    let by_directory = || {
        let ends = |word: &str| directory.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'));
        DIRECTORIES.iter().find(|(word, _)| ends(word)).map(|(_, role)| *role)
    };
    match by_name.or_else(by_directory) {
        Some(Role::Base | Role::Build) if has_ports || start.is_some_and(runs) => Role::Service,
        Some(role) => role,
        None => Role::Service,
    }
}

/// The words of a file's name: `Dockerfile.dev`, `DevDockerfile`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['.', '-', '_']).flat_map(|part| {
        let is_start = |at: usize| {
            let is_capital = part.as_bytes().get(at).is_some_and(u8::is_ascii_uppercase);
            is_capital && at > 0 && part.as_bytes().get(at - 1).is_some_and(u8::is_ascii_lowercase)
        };
        let mut cuts: Vec<usize> = vec![0];
        cuts.extend((0..part.len()).filter(|at| is_start(*at)));
        cuts.push(part.len());
        let words: Vec<&str> = cuts.windows(2).filter_map(|cut| part.get(*cut.first()?..*cut.last()?)).collect();
        words
    })
}

fn role_of(words: &[(&str, Role)], word: &str) -> Option<Role> {
    words.iter().find(|(known, _)| *known == word).map(|(_, role)| *role)
}

/// Whether a command is a program, and not a shell that waits for one.
fn runs(start: &StartCommand) -> bool {
    let is_shell = |program: &String| matches!(program.as_str(), "bash" | "sh" | "ash" | "zsh" | "true" | "");
    start.main_program.value().or(start.program.value()).is_none_or(|program| !is_shell(program))
}

#[cfg(test)]
mod tests {
    use super::{Role, role};

    #[test]
    fn the_name_of_a_dockerfile_tells_what_its_image_is_for() {
        let role = |path: &str| role(path, None, false);
        assert_eq!(role("api/Dockerfile"), Role::Service);
        assert_eq!(role("Dockerfile.base"), Role::Base);
        assert_eq!(role("src/dotnet-sdk-base-dockerfile"), Role::Base);
        assert_eq!(role("images/java-base/Dockerfile"), Role::Base);
        assert_eq!(role("docker/maven-builder/Dockerfile"), Role::Build);
        assert_eq!(role("ci.Dockerfile"), Role::Build);
        assert_eq!(role("docker/dev/Dockerfile"), Role::Development);
        assert_eq!(role("Dockerfile-dev"), Role::Development);
        assert_eq!(role("docker/DevNodeDockerfile"), Role::Development);
        assert_eq!(role("e2e.Dockerfile"), Role::Test);
        assert_eq!(role("database/Dockerfile"), Role::Service);
    }

    #[test]
    fn what_answers_is_a_service_whatever_its_name() {
        assert_eq!(role("Dockerfile.ci", None, true), Role::Service);
        assert_eq!(role("knowledge-base/Dockerfile", None, true), Role::Service);
        assert_eq!(role("Dockerfile.dev", None, true), Role::Development);
    }
}
