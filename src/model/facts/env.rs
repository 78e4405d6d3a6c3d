//! Variables that atonix.yaml declares and that compose or Kubernetes do not give to the service.

use std::collections::BTreeSet;

use super::Parts;
use crate::model::value::List;
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
    /// A variable that atonix.yaml declares and that is missing where the service runs. Where further variables may come
    /// from a file or from a whole ConfigMap or Secret, none is counted as missing.
    pub struct EnvGap as "service.env_gap" {
        /// The variable.
        key: String,
        /// Where it is missing.
        place: EnvPlace,
    }
    label(gap) { gap.key.clone() }
}

/// Whether the variable itself, or the file that holds it, is given.
fn has(given: &BTreeSet<&str>, key: &str) -> bool {
    given.contains(key) || given.contains(format!("{key}_FILE").as_str())
}

impl Parts<'_> {
    /// Variables of atonix.yaml that the service is not given.
    pub(in crate::model) fn env_gaps(&self) -> List<EnvGap> {
        let Some(atonix) = self.atonix else { return List::empty(self.at) };
        let declared: Vec<(&str, crate::source::Place)> =
            atonix.env.iter().filter_map(|env| Some((env.key.value()?.as_str(), env.at))).collect();
        let mut out: Vec<EnvGap> = Vec::new();
        let mut compare = |given: &BTreeSet<&str>, place: EnvPlace| {
            for (key, at) in declared.iter().filter(|(key, _)| !has(given, key)) {
                if out.iter().all(|gap| gap.key != *key || gap.place != place) {
                    out.push(EnvGap { at: *at, key: (*key).to_owned(), place });
                }
            }
        };
        for service in self.own_compose() {
            if service.env_files.items.is_empty() && service.environment.unseen.is_none() {
                compare(&service.environment.iter().map(|variable| variable.key.as_str()).collect(), EnvPlace::Compose);
            }
        }
        for container in self.own_containers() {
            if container.env_from.items.is_empty()
                && container.env_from.unseen.is_none()
                && container.env.unseen.is_none()
            {
                let given = container.env.iter().filter_map(|variable| variable.key.value().map(String::as_str));
                compare(&given.collect(), EnvPlace::Kubernetes);
            }
        }
        List::new(out, self.at)
    }
}
