//! Where an object stands when it is built or rendered: the files that take part in it, and where its suppressions are.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::comments;
use crate::finding::{Finding, Label};
use crate::model::compose::{ComposeService, EnvFile};
use crate::model::k8s::{Object, Printed};
use crate::model::schema::Node;
use crate::model::service::Service;
use crate::source::{Place, Sources};

/// What a label says of the action that prints a value.
pub(super) const PRINTED: &str = "printed here";

/// What findings of one service need to know of its objects.
pub(super) struct Stand<'s> {
    sources: &'s Sources,
    /// What the templates of its charts print, each template once.
    printed: Vec<&'s Printed>,
    /// Whether compose files are laid over one another.
    is_overridden: bool,
    compose: &'s [Arc<ComposeService>],
}

impl<'s> Stand<'s> {
    pub(super) fn new(sources: &'s Sources, service: &'s Service) -> Self {
        let mut seen = BTreeSet::new();
        let all = service.objects.iter().filter_map(|object| object.making.printed.as_ref());
        let printed = all.filter(|printed| seen.insert(Arc::as_ptr(printed))).map(|printed| &**printed).collect();
        let is_overridden = service.projects.iter().any(|project| !project.overrides.items.is_empty());
        Self { sources, printed, is_overridden, compose: &service.compose_services.items }
    }

    /// The paths of the files that make a target what it is: that of its place, and of an object those of its document,
    /// the kustomizations that it goes through and the values file that its chart is rendered with.
    pub(super) fn paths(&self, target: &dyn Node, object: Option<&'s Object>) -> Vec<&'s str> {
        let path = |file| self.sources.get(file).path.as_str();
        let mut paths = vec![path(target.place().file)];
        if let Some(object) = object {
            paths.push(&object.meta.path);
            paths.extend(object.making.files.iter().map(|file| path(*file)));
        }
        paths
    }

    /// Says of a finding where a suppression of it may stand, and what prints the value that it is about.
    pub(super) fn reach(&self, target: &dyn Node, object: Option<&Object>, finding: &mut Finding) {
        let at = finding.primary.place;
        finding.reach.printed = self.printed_at(target, object, at);
        if let Some(printed) = finding.reach.printed {
            finding.reach.places.push(printed);
            if finding.related.iter().all(|label| label.place != printed) {
                finding.related.push(Label { place: printed, text: PRINTED.to_owned() });
            }
        }
        finding.reach.is_composed = self.is_overridden && target.def().name.starts_with("compose");
        if let Some(given) = self.given_at(target, at) {
            finding.reach.given = Some(given);
            finding.reach.places.extend([given, target.place()]);
            if finding.related.iter().all(|label| label.place != given) {
                let text = format!("`{}` is given it here", finding.target.name);
                finding.related.push(Label { place: given, text });
            }
        }
        if let Some(object) = object {
            finding.reach.is_composed = !object.making.files.is_empty() || object.making.printed.is_some();
            finding.reach.places.extend(Some(object.meta.at).filter(|name| name.file != at.file));
            finding.reach.annotations = Some(comments::silenced(object));
        }
    }

    /// The action that prints a value of a values file: of several the first in the target, as far as that can be told.
    fn printed_at(&self, target: &dyn Node, object: Option<&Object>, at: Place) -> Option<Place> {
        let own = object.and_then(|object| object.making.printed.as_deref()?.get(&at));
        let all = own.or_else(|| self.printed.iter().find_map(|printed| printed.get(&at)))?;
        let within = all.range(target.place()..).find(|place| place.file == target.place().file);
        within.or_else(|| all.first()).copied()
    }

    /// Where a compose service names the file of variables that a place lies in.
    fn given_at(&self, target: &dyn Node, at: Place) -> Option<Place> {
        let own = target.place();
        if own.file == at.file || target.def().name != "compose.service" {
            return None;
        }
        let path = self.sources.get(at.file).path.as_str();
        let service = self.compose.iter().find(|service| service.at == own)?;
        let named = |file: &&EnvFile| file.resolved_path.value().is_some_and(|found| found.0 == path);
        service.env_files.iter().find(named).map(|file| file.at)
    }
}
