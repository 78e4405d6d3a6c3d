//! Which rules judge which service.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Problem;
use crate::finding::RuleCount;
use crate::model::repo::{Head, Repo};
use crate::model::service::ServiceKind;
use crate::standard::Standard;
use crate::standard::library::Library;
use crate::standard::select::{self, Instance};

/// The standard of a service that has an `atonix.yaml`.
const ATONIX: &str = "atonix";

/// The standard where nothing is chosen or detected.
const RECOMMENDED: &str = "recommended";

/// What the caller asked for.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Standards; detected for each service where empty.
    pub standards: Vec<String>,
    /// Rules; those of the standards where empty.
    pub rules: Vec<String>,
    /// Files or directories; only services that own one of them are judged. All where empty.
    pub only: Vec<String>,
}

impl Choice {
    /// Whether findings of the reader itself, such as values of the wrong type, belong into the report: not when
    /// rules were named.
    #[must_use]
    pub fn allows_own_findings(&self) -> bool {
        self.rules.is_empty()
    }
}

struct Set {
    standards: Vec<String>,
    instances: Vec<Instance>,
}

/// The rules of every service of a run.
pub struct Plan {
    sets: Vec<Set>,
    /// The set of each service; `None` for one that is not judged.
    of_service: Vec<Option<usize>>,
    standards: Vec<Arc<Standard>>,
}

impl Plan {
    /// Chooses and types the rules.
    ///
    /// # Errors
    /// Everything that is wrong with the rules and standards chosen.
    pub fn new(repo: &Repo, library: &mut Library, choice: &Choice) -> Result<Self, Vec<Problem>> {
        let mut plan = Self { sets: Vec::new(), of_service: Vec::new(), standards: Vec::new() };
        let mut sets: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        // What is named is checked even where no service comes to use it.
        if !choice.standards.is_empty() {
            let index = plan.load(library, &choice.standards, &choice.rules)?;
            sets.insert(choice.standards.clone(), index);
        }
        for service in &repo.heads {
            let named = !choice.only.is_empty() && is_chosen(service, &choice.only);
            if !is_chosen(service, &choice.only) || (service.is_illustration && !named) {
                plan.of_service.push(None);
                continue;
            }
            let wanted = if choice.standards.is_empty() { detect(service) } else { choice.standards.clone() };
            let index = if let Some(index) = sets.get(&wanted) {
                *index
            } else {
                let index = plan.load(library, &wanted, &choice.rules)?;
                sets.insert(wanted, index);
                index
            };
            plan.of_service.push(Some(index));
        }
        Ok(plan)
    }

    /// One set of rules for all services.
    #[must_use]
    pub fn of_instances(repo: &Repo, instances: Vec<Instance>) -> Self {
        let set = Set { standards: Vec::new(), instances };
        Self { sets: vec![set], of_service: vec![Some(0); repo.heads.len()], standards: Vec::new() }
    }

    fn load(&mut self, library: &mut Library, ids: &[String], rules: &[String]) -> Result<usize, Vec<Problem>> {
        let mut standards: Vec<Standard> = Vec::new();
        let mut problems = Vec::new();
        for id in ids {
            match library.standard(id) {
                Ok(standard) => standards.push(standard),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let instances = if rules.is_empty() {
            select::instances(library, &standards)?
        } else {
            select::named(library, &standards, rules)?
        };
        for standard in standards {
            if self.standards.iter().all(|known| known.id != standard.id) {
                self.standards.push(Arc::new(standard));
            }
        }
        self.sets.push(Set { standards: ids.to_vec(), instances });
        Ok(self.sets.len() - 1)
    }

    /// The number of the set of rules that judge a service.
    #[must_use]
    pub fn set_of(&self, service: usize) -> Option<usize> {
        self.of_service.get(service).copied().flatten()
    }

    fn set(&self, service: usize) -> Option<&Set> {
        self.sets.get(self.set_of(service)?)
    }

    /// A count for every rule of every set, of which none has run yet.
    #[must_use]
    pub fn no_counts(&self) -> Vec<Vec<RuleCount>> {
        let count = |instance: &Instance| RuleCount { rule: instance.id.clone(), ..RuleCount::default() };
        self.sets.iter().map(|set| set.instances.iter().map(count).collect()).collect()
    }

    /// Whether a service is judged.
    #[must_use]
    pub fn is_judged(&self, service: usize) -> bool {
        self.set(service).is_some()
    }

    /// The rules of a service.
    #[must_use]
    pub fn instances(&self, service: usize) -> &[Instance] {
        self.set(service).map_or(&[], |set| &set.instances)
    }

    /// The standards of a service.
    #[must_use]
    pub fn standards_of(&self, service: usize) -> &[String] {
        self.set(service).map_or(&[], |set| &set.standards)
    }

    /// The rules of the run.
    pub fn all_instances(&self) -> impl Iterator<Item = &Instance> {
        self.sets.iter().flat_map(|set| &set.instances)
    }

    /// The standards of the run.
    #[must_use]
    pub fn standards(&self) -> &[Arc<Standard>] {
        &self.standards
    }
}

fn detect(service: &Head) -> Vec<String> {
    let id = if service.has_atonix && service.kind == ServiceKind::Service { ATONIX } else { RECOMMENDED };
    vec![id.to_owned()]
}

fn is_chosen(service: &Head, only: &[String]) -> bool {
    let below = |path: &str, directory: &str| {
        directory == "." || path == directory || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
    };
    only.is_empty()
        || only.iter().any(|chosen| {
            below(&service.root, chosen)
                || service.artifacts.iter().any(|(_, path)| path == chosen)
                || service.owns_path(chosen)
        })
}
