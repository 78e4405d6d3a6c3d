//! `uses`: which action, and how firmly it is pinned.

use crate::model::value::Field;
use crate::source::{Place, Span};
use crate::{model, words};

words! {
    /// What a reference of an action is.
    pub enum Pin {
        /// A whole commit.
        Sha = "sha",
        /// A version such as `v4` or `1.2.3`.
        Version = "version",
        /// Anything else, such as `main`.
        Branch = "branch",
        /// A directory or workflow of the same repository.
        Local = "local",
        /// A container image.
        Docker = "docker",
        /// Nothing is written behind the name.
        None = "none",
    }
}

model! {
    /// What a step or a job uses.
    pub struct ActionRef as "workflow.action" {
        /// As written.
        text: String,
        /// `owner/repo` with the path behind it, such as `github/codeql-action/init`; the path of a local one.
        name: String,
        /// The owner; absent for local ones and images.
        owner: Field<String>,
        /// What stands behind `@`.
        reference: Field<String>,
        /// What that is.
        pin: Pin,
        /// The major version, where a version is written, or stands in the comment behind a commit.
        major: Field<i64>,
        /// Whether a local one is in the repository; absent for others.
        found: Field<bool>,
    }
    label(action) { action.text.clone() }
}

/// Reads what stands behind `uses:`. `comment` is the comment on its line, where a commit's version is customary.
pub(super) fn read(text: &str, at: Place, verbatim: bool, comment: Option<&str>) -> ActionRef {
    let part = |start: usize, end: usize| {
        let base = at.span.start as usize;
        let span = if verbatim { Span::new(base + start, base + end) } else { at.span };
        Place { file: at.file, span }
    };
    let is_local = text.starts_with("./") || text.starts_with("../") || text.starts_with('/');
    let is_image = text.starts_with("docker://");
    let split = text.rfind('@').filter(|_| !is_local && !is_image);
    let name = text.get(..split.unwrap_or(text.len())).unwrap_or("");
    let reference = match split {
        Some(sign) => Field::known(text.get(sign + 1..).unwrap_or("").to_owned(), part(sign + 1, text.len())),
        None => Field::Absent(at),
    };
    let pin = match reference.value() {
        _ if is_local => Pin::Local,
        _ if is_image => Pin::Docker,
        None => Pin::None,
        Some(reference) if is_sha(reference) => Pin::Sha,
        Some(reference) if version(reference).is_some() => Pin::Version,
        Some(_) => Pin::Branch,
    };
    let major = match (pin, reference.value()) {
        (Pin::Version, Some(reference)) => version(reference),
        (Pin::Sha, _) => comment.and_then(|comment| comment.split_whitespace().find_map(version)),
        _ => None,
    };
    let owner = name.split_once('/').filter(|_| !is_local && !is_image);
    ActionRef {
        at,
        text: text.to_owned(),
        name: if is_local { name.trim_start_matches("./").trim_end_matches('/').to_owned() } else { name.to_owned() },
        owner: owner.map_or(Field::Absent(at), |(owner, _)| Field::known(owner.to_owned(), part(0, owner.len()))),
        major: major.map_or(Field::Absent(at), |major| Field::known(major, reference.place())),
        reference,
        pin,
        found: Field::Absent(at),
    }
}

fn is_sha(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The major of `v4`, `4.1`, `release/v1` and `codeql-bundle-v2.1`; `None` for what is no version.
fn version(reference: &str) -> Option<i64> {
    let last = reference.rsplit(['/', '-']).next().unwrap_or(reference);
    [reference, last].into_iter().find_map(|text| {
        let digits = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let rest = digits.get(end..)?;
        let number = digits.get(..end)?.parse().ok()?;
        (rest.is_empty() || rest.starts_with(['.', '-', '+', '_'])).then_some(number)
    })
}

#[cfg(test)]
mod tests {
    use super::{Pin, read};
    use crate::source::{FileId, Place, Span};

    #[test]
    fn a_reference_is_a_commit_a_version_or_a_branch() {
        let parse = |text: &str| {
            let at = Place { file: FileId(0), span: Span::new(0, text.len()) };
            let action = read(text, at, true, Some("# v4.2.2"));
            (action.name.clone(), action.pin, action.major.value().copied())
        };
        let sha = "a".repeat(40);
        assert_eq!(parse("actions/checkout@v4"), ("actions/checkout".into(), Pin::Version, Some(4)));
        assert_eq!(parse(&format!("a/b@{sha}")), ("a/b".into(), Pin::Sha, Some(4)));
        assert_eq!(parse("a/b/c@release/v1"), ("a/b/c".into(), Pin::Version, Some(1)));
        assert_eq!(parse("a/b@master"), ("a/b".into(), Pin::Branch, None));
        assert_eq!(parse("a/b@2.x-branch").1, Pin::Version);
        assert_eq!(parse("a/b"), ("a/b".into(), Pin::None, None));
        assert_eq!(parse("./.github/actions/x/"), (".github/actions/x".into(), Pin::Local, None));
        assert_eq!(parse("docker://alpine:3.20").1, Pin::Docker);
    }
}
