//! Images whose tag Skaffold writes: the artifacts that a `skaffold.yaml` builds stand in manifests without one
//! (Skaffold reference, `build.artifacts`, also of `profiles`).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::model::image::major;
use crate::model::k8s::{Body, Object};
use crate::model::value::Field;
use crate::source::Sources;
use crate::syntax::yaml::{NodeRef, Tree};

const NAMES: &[&str] = &["skaffold.yaml", "skaffold.yml"];

const TAGGED: &str = "Skaffold builds this image and gives it its tag";

/// The names of all images that a `skaffold.yaml` of the repository builds.
pub(super) fn images(sources: &Sources, root: Option<&Path>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (id, file) in sources.iter() {
        if !NAMES.contains(&file.path.rsplit('/').next().unwrap_or("")) {
            continue;
        }
        for document in Tree::parse(id, super::read_late(sources, root, id)).documents() {
            let profiles = document.get("profiles").into_iter().flat_map(NodeRef::items);
            let builds = std::iter::once(document).chain(profiles).filter_map(|one| one.at(&["build", "artifacts"]));
            let artifacts = builds.flat_map(NodeRef::items);
            out.extend(artifacts.filter_map(|artifact| artifact.get("image")?.text().map(str::to_owned)));
        }
    }
    out
}

/// Takes into account that such an image has a tag when it is deployed.
pub(super) fn tag(objects: &mut [Object], images: &BTreeSet<String>) {
    if images.is_empty() {
        return;
    }
    for object in objects {
        let Body::Workload(workload) = &mut object.body else { continue };
        for container in &mut Arc::make_mut(workload).containers.items {
            let Field::Known(image, _) = &mut container.image else { continue };
            let is_built = images.contains(&image.reference);
            if is_built && image.tag.is_absent() && image.digest.is_absent() {
                image.tag = Field::unresolved("", TAGGED, image.tag.place());
                image.major = major(&image.tag);
            }
        }
    }
}
