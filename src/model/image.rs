//! Image references, split into the parts that rules ask for.

use super::value::Field;
use crate::model;
use crate::source::{Place, Span};

model! {
    /// A reference to a container image.
    pub struct Image as "image" {
        /// The whole reference, variables filled in.
        reference: String,
        /// Host of the registry; `docker.io` where none is written.
        registry: Field<String>,
        /// Repository without registry and tag; official images have no `library/`.
        repository: Field<String>,
        /// Last part of the repository.
        name: Field<String>,
        /// The tag, where one is written.
        tag: Field<String>,
        /// The digest, where one is written, such as `sha256:…`.
        digest: Field<String>,
        /// The number that the tag starts with, such as 14 of `14.5-alpine`.
        major: Field<i64>,
    }
    label(image) { image.reference.clone() }
}

/// The registry that Docker assumes (distribution/reference, `defaultDomain`).
const DEFAULT_REGISTRY: &str = "docker.io";

/// Other hosts of the same registry (moby, `IndexHostname` and `DefaultV2Registry`).
const HUB_HOSTS: [&str; 2] = ["index.docker.io", "registry-1.docker.io"];

impl Image {
    /// Splits a reference as Docker does (distribution/reference): the first component is a registry if it has a dot
    /// or a colon, or is `localhost`; a digest follows `@`; a tag follows the last colon behind the last slash.
    ///
    /// `at` is the text of the whole reference; where `verbatim`, the parts get their own spans within it.
    #[must_use]
    pub fn parse(reference: &str, at: Place, verbatim: bool) -> Self {
        Self::parse_parts(reference, at, &|start, end| {
            let span = if verbatim {
                Span::new(at.span.start as usize + start, at.span.start as usize + end)
            } else {
                at.span
            };
            Place { file: at.file, span }
        })
    }

    /// The same where `part` says where the text from one offset to another stands.
    #[must_use]
    pub fn parse_parts(reference: &str, at: Place, part: &dyn Fn(usize, usize) -> Place) -> Self {
        let digest_at = reference.find('@');
        let name_end = digest_at.unwrap_or(reference.len());
        let digest = match digest_at {
            Some(found) => {
                Field::known(reference.get(found + 1..).unwrap_or("").to_owned(), part(found + 1, reference.len()))
            }
            None => Field::Absent(at),
        };
        let named = reference.get(..name_end).unwrap_or("");
        let last_slash = named.rfind('/').map_or(0, |slash| slash + 1);
        let tag_at = named.get(last_slash..).and_then(|last| last.find(':')).map(|colon| last_slash + colon);
        let tag = match tag_at {
            Some(colon) => Field::known(named.get(colon + 1..).unwrap_or("").to_owned(), part(colon + 1, name_end)),
            None => Field::Absent(at),
        };
        let path_end = tag_at.unwrap_or(name_end);
        let path = named.get(..path_end).unwrap_or("");
        let first_slash = path.find('/');
        let registry_end = first_slash.filter(|slash| {
            let first = path.get(..*slash).unwrap_or("");
            first.contains(['.', ':']) || first == "localhost"
        });
        let (registry, repository_at) = match registry_end {
            Some(end) => {
                let host = path.get(..end).unwrap_or("");
                let host = if HUB_HOSTS.contains(&host) { DEFAULT_REGISTRY } else { host };
                (Field::known(host.to_owned(), part(0, end)), end + 1)
            }
            None => (Field::known(DEFAULT_REGISTRY.to_owned(), part(0, path_end)), 0),
        };
        let mut repository = path.get(repository_at..).unwrap_or("");
        let docker = registry.value().is_some_and(|host| host == DEFAULT_REGISTRY);
        if docker {
            repository = repository.strip_prefix("library/").unwrap_or(repository);
        }
        let name = repository.rsplit('/').next().unwrap_or(repository);
        Self {
            at,
            reference: reference.to_owned(),
            registry,
            repository: Field::known(repository.to_owned(), part(repository_at, path_end)),
            name: Field::known(name.to_owned(), part(path_end - name.len().min(path_end), path_end)),
            major: major(&tag),
            tag,
            digest,
        }
    }

    /// Repository without registry and tag, or `""`.
    #[must_use]
    pub fn repository(&self) -> &str {
        self.repository.value().map_or("", String::as_str)
    }

    /// Last part of the repository, or `""`.
    #[must_use]
    pub fn base_name(&self) -> &str {
        self.name.value().map_or("", String::as_str)
    }

    /// The tag, where one is written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.value().map(String::as_str)
    }
}

/// The number that a tag starts with, a `v` before it passed over.
#[must_use]
pub fn major(tag: &Field<String>) -> Field<i64> {
    let (text, origin) = match tag {
        Field::Known(text, origin) => (text, origin),
        Field::Unresolved(unresolved) => return Field::Unresolved(unresolved.clone()),
        Field::Absent(at) => return Field::Absent(*at),
        Field::Malformed(malformed) => return Field::Malformed(malformed.clone()),
    };
    let text = text.strip_prefix('v').unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    // A tag such as `20240101` or `7a0c3f2` is a date or a commit.
    let is_version = text.get(digits..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']));
    match text.get(..digits).and_then(|digits| digits.parse().ok()) {
        Some(number) if is_version && digits < 6 => Field::Known(number, *origin),
        _ => Field::Absent(origin.at),
    }
}

#[cfg(test)]
mod tests {
    use super::Image;
    use crate::source::{FileId, Place, Span};

    fn parts(reference: &str) -> String {
        let at = Place { file: FileId(0), span: Span::new(0, reference.len()) };
        let image = Image::parse(reference, at, true);
        let show = |field: &super::Field<String>| {
            field.value().map_or("-".to_owned(), |value| {
                let place = field.place();
                assert!(
                    value == "docker.io" || value == place.span.slice(reference),
                    "the span of `{value}` covers it"
                );
                value.clone()
            })
        };
        [&image.registry, &image.repository, &image.tag, &image.digest].map(show).join(" ")
    }

    #[test]
    fn references_are_split_as_docker_splits_them() {
        assert_eq!(parts("python"), "docker.io python - -");
        assert_eq!(parts("python:3.11-slim"), "docker.io python 3.11-slim -");
        assert_eq!(parts("docker.io/python:3"), "docker.io python 3 -");
        assert_eq!(parts("index.docker.io/org/app:1"), "docker.io org/app 1 -");
        assert_eq!(parts("ghcr.io/org/app:1@sha256:ab"), "ghcr.io org/app 1 sha256:ab");
        assert_eq!(parts("localhost:5000/app"), "localhost:5000 app - -");
        assert_eq!(parts("localhost/app"), "localhost app - -");
        assert_eq!(parts("org/app@sha256:ab"), "docker.io org/app - sha256:ab");
    }
}
