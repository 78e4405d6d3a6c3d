//! Variables that one file gives to the service, or declares for it, and another does not.

use std::collections::BTreeSet;

use super::Parts;
use crate::model::compose::ComposeService;
use crate::model::k8s::{Container, EnvSource};
use crate::model::value::{Field, List};
use crate::source::Place;
use crate::{model, words};

words! {
    /// Where a variable is missing.
    pub enum EnvPlace {
        /// In the compose service.
        Compose = "compose",
        /// In the service's container.
        Kubernetes = "Kubernetes",
    }
}

model! {
    /// A variable that one file gives to the service, or declares for it, and another does not. Where further variables may come
    /// from a file or from a whole ConfigMap or Secret, none is counted as missing.
    pub struct EnvGap as "service.env_gap" {
        /// The variable.
        key: String,
        /// Where it is missing.
        place: EnvPlace,
        /// Name of the compose service or container that lacks it, the first of several.
        receiver: Field<String>,
    }
    label(gap) { gap.key.clone() }
}

/// Whether the variable itself, or the file that holds it, is given.
fn has(given: &BTreeSet<&str>, key: &str) -> bool {
    given.contains(key) || given.contains(format!("{key}_FILE").as_str())
}

/// A variable and where it is given.
type Given<'p> = (&'p str, Place);

/// A place that lacks variables.
struct Lacking {
    place: EnvPlace,
    receiver: Field<String>,
}

impl Lacking {
    fn compose(service: &ComposeService) -> Self {
        Self { place: EnvPlace::Compose, receiver: Field::known(service.name.clone(), service.at) }
    }

    fn container(container: &Container) -> Self {
        Self { place: EnvPlace::Kubernetes, receiver: container.name.clone() }
    }

    fn gap(&self, (key, at): &Given<'_>) -> EnvGap {
        EnvGap { at: *at, key: (*key).to_owned(), place: self.place, receiver: self.receiver.clone() }
    }
}

/// The variables of one place that another lacks, each once. A variable and the one that names its file are the same.
fn missing(given: &[Given<'_>], there: &[Given<'_>], lacking: &Lacking) -> Vec<EnvGap> {
    let stem = |key: &str| key.strip_suffix("_FILE").unwrap_or(key).to_owned();
    let mut known: BTreeSet<String> = there.iter().map(|(key, _)| stem(key)).collect();
    let new = given.iter().filter(|(key, _)| known.insert(stem(key)));
    new.map(|given| lacking.gap(given)).collect()
}

impl Parts<'_> {
    /// Variables that either compose or Kubernetes gives to the service, and the other does not. What tells a pod about
    /// itself has no counterpart.
    pub(in crate::model) fn env_differences(&self) -> List<EnvGap> {
        let (compose, containers) = (self.own_compose(), self.own_containers());
        let (Some(first_service), Some(first_container)) = (compose.first(), containers.first()) else {
            return List::empty(self.at);
        };
        let in_compose = || compose.iter().flat_map(|service| &service.environment);
        let in_pods: Vec<Given<'_>> = containers
            .iter()
            .flat_map(|container| &container.env)
            .filter(|variable| !matches!(variable.from.value(), Some(EnvSource::Field | EnvSource::Resource)))
            .filter_map(|variable| Some((variable.key.value()?.as_str(), variable.at)))
            .collect();
        let compose_is_whole = compose.iter().all(|service| service.environment.unseen.is_none());
        let pods_are_whole = containers.iter().all(|container| {
            container.env_from.items.is_empty() && container.env_from.unseen.is_none() && container.env.unseen.is_none()
        });
        let mut out = Vec::new();
        if pods_are_whole {
            // What a file gives to several services may be meant for another one.
            let own = in_compose().filter(|variable| !variable.is_shared);
            let own: Vec<Given<'_>> = own.map(|variable| (variable.key.as_str(), variable.at)).collect();
            out.extend(missing(&own, &in_pods, &Lacking::container(first_container)));
        }
        if compose_is_whole {
            let all: Vec<Given<'_>> = in_compose().map(|variable| (variable.key.as_str(), variable.at)).collect();
            out.extend(missing(&in_pods, &all, &Lacking::compose(first_service)));
        }
        List::new(out, self.at)
    }

    /// Variables of atonix.yaml that the service is not given.
    pub(in crate::model) fn env_gaps(&self) -> List<EnvGap> {
        let Some(atonix) = self.atonix else { return List::empty(self.at) };
        let declared: Vec<(&str, Place)> =
            atonix.env.iter().filter_map(|env| Some((env.key.value()?.as_str(), env.at))).collect();
        let mut out: Vec<EnvGap> = Vec::new();
        let mut compare = |given: &BTreeSet<&str>, lacking: &Lacking| {
            for one in declared.iter().filter(|(key, _)| !has(given, key)) {
                if out.iter().all(|gap| gap.key != one.0 || gap.place != lacking.place) {
                    out.push(lacking.gap(one));
                }
            }
        };
        for service in self.own_compose() {
            if service.environment.unseen.is_none() {
                let given = service.environment.iter().map(|variable| variable.key.as_str());
                compare(&given.collect(), &Lacking::compose(service));
            }
        }
        for container in self.own_containers() {
            if container.env_from.items.is_empty()
                && container.env_from.unseen.is_none()
                && container.env.unseen.is_none()
            {
                let given = container.env.iter().filter_map(|variable| variable.key.value().map(String::as_str));
                compare(&given.collect(), &Lacking::container(container));
            }
        }
        List::new(out, self.at)
    }
}
