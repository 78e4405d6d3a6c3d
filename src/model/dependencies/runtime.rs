//! Whether the image that a service runs in has a version of its language that its manifests take.

use super::constraint::takes;
use super::{Ecosystem, Manifest, RuntimeGap};
use crate::model::dockerfile::Dockerfile;
use crate::model::value::Field;

/// The language of an official image, or of one that is made like it.
fn language(repository: &str) -> Option<(Ecosystem, &'static str)> {
    match repository.rsplit('/').next()? {
        "python" => Some((Ecosystem::Python, "Python")),
        "node" => Some((Ecosystem::Node, "Node.js")),
        "golang" => Some((Ecosystem::Go, "Go")),
        "rust" => Some((Ecosystem::Rust, "Rust")),
        _ => None,
    }
}

/// The version at the start of a tag: `3.11-slim` has `3.11`. `None` for names such as `lts-alpine`.
fn version(tag: &str) -> Option<&str> {
    let end = tag.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(tag.len());
    let version = tag.get(..end)?.trim_end_matches('.');
    (!version.is_empty()).then_some(version)
}

/// The stages whose version no manifest of their language in the service's root takes.
pub(super) fn gaps(manifests: &[Manifest], dockerfile: Option<&Dockerfile>) -> Vec<RuntimeGap> {
    let Some(dockerfile) = dockerfile else { return Vec::new() };
    let mut out: Vec<RuntimeGap> = Vec::new();
    for stage in dockerfile.stages.iter().filter(|stage| !stage.base_is_stage) {
        let (Some(repository), Some(tag)) = (stage.base.repository.value(), stage.base.tag.value()) else { continue };
        let Some((ecosystem, name)) = language(repository) else { continue };
        let Some(version) = version(tag) else { continue };
        for manifest in manifests.iter().filter(|manifest| manifest.ecosystem == ecosystem) {
            if manifest.local_path.0.contains('/') || manifest.is_test_data {
                continue;
            }
            let Some(constraint) = manifest.runtime.value() else { continue };
            if takes(constraint, version) == Some(false)
                && out.iter().all(|gap| gap.image.place() != stage.base.tag.place())
            {
                let at = stage.base.tag.place();
                out.push(RuntimeGap {
                    at,
                    language: name.to_owned(),
                    image: Field::known(version.to_owned(), at),
                    manifest: manifest.runtime.clone(),
                });
            }
        }
    }
    out
}
