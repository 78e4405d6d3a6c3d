//! Which rules judge which service.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::own;
use crate::config::{Base, Config, Known};
use crate::diagnostic::Problem;
use crate::finding::{Note, RuleCount, Severity};
use crate::model::repo::{Head, Repo};
use crate::model::service::ServiceKind;
use crate::standard::Standard;
use crate::standard::library::Library;
use crate::standard::select::{self, Instance};
use crate::triage::date::Clock;

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
    /// What the repository says; standards and rules named here win over it.
    pub config: Arc<Config>,
    /// What day it is, for what ends on one.
    pub clock: Clock,
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
    /// Severities that the configuration gives to findings of the reader itself.
    severities: BTreeMap<String, Severity>,
}

/// What a service is judged by: standards, and the overrides of the configuration that name it.
type Wish = (Vec<String>, Vec<usize>);

/// The rules of every service of a run.
#[derive(Default)]
pub struct Plan {
    sets: Vec<Set>,
    /// The set of each service; `None` for one that is not judged.
    of_service: Vec<Option<usize>>,
    standards: Vec<Arc<Standard>>,
    /// What the configuration says.
    pub(super) config: Arc<Config>,
    /// What day it is.
    pub(super) clock: Clock,
    /// Whether all is judged, and as the configuration says.
    pub(super) is_whole: bool,
    /// What there is to say about the configuration.
    pub(super) notes: Vec<Note>,
}

impl Plan {
    /// Chooses and types the rules.
    ///
    /// # Errors
    /// Everything that is wrong with the rules and standards chosen.
    pub fn new(repo: &Repo, library: &mut Library, choice: &Choice) -> Result<Self, Vec<Problem>> {
        let config = &choice.config;
        let unknown = config.unknown_standards(library);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let wishes: Vec<Option<Wish>> =
            repo.heads.iter().map(|service| is_judged(service, choice).then(|| wish(service, choice))).collect();
        let mut wanted: Vec<Wish> = Vec::new();
        // What is named is checked even where no service comes to use it.
        wanted.extend((!choice.standards.is_empty()).then(|| (choice.standards.clone(), Vec::new())));
        wanted.extend(wishes.iter().flatten().cloned());
        let mut plan =
            Self { config: Arc::clone(config), clock: choice.clock, is_whole: is_whole(choice), ..Self::default() };
        plan.read(library, wanted.iter().flat_map(|(ids, _)| ids))?;
        if let Some((present, warnings)) = config.with_present_ids(library, &plan.standards) {
            plan.config = Arc::new(present);
            for warning in warnings {
                library.warn(warning);
            }
        }
        plan.hold(repo, library)?;
        let mut sets: BTreeMap<Wish, usize> = BTreeMap::new();
        for wish in wanted {
            if let Entry::Vacant(entry) = sets.entry(wish) {
                let index = plan.load(library, entry.key(), &choice.rules)?;
                entry.insert(index);
            }
        }
        plan.of_service = wishes.iter().map(|wish| sets.get(wish.as_ref()?).copied()).collect();
        Ok(plan)
    }

    /// One set of rules for all services.
    #[must_use]
    pub fn of_instances(repo: &Repo, instances: Vec<Instance>) -> Self {
        let set = Set { standards: Vec::new(), instances, severities: BTreeMap::new() };
        Self { sets: vec![set], of_service: vec![Some(0); repo.heads.len()], ..Self::default() }
    }

    /// The same for the services alone that a choice judges.
    #[must_use]
    pub fn only(mut self, repo: &Repo, choice: &Choice) -> Self {
        for (of_service, head) in self.of_service.iter_mut().zip(&repo.heads) {
            *of_service = of_service.filter(|_| is_judged(head, choice));
        }
        self
    }

    /// Reads the standards of some ids, each once.
    fn read<'i>(&mut self, library: &Library, ids: impl Iterator<Item = &'i String>) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut tried: Vec<&str> = Vec::new();
        for id in ids {
            if tried.contains(&id.as_str()) {
                continue;
            }
            tried.push(id);
            match library.standard(id) {
                Ok(standard) => self.standards.push(Arc::new(standard)),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Holds the configuration against the standards in force and the services there are.
    fn hold(&mut self, repo: &Repo, library: &Library) -> Result<(), Vec<Problem>> {
        let own: Vec<&str> = own::RULES.iter().map(|rule| rule.id).collect();
        let known = Known { library, in_force: &self.standards, own: &own, is_whole: self.is_whole };
        self.notes = self.config.check(&known)?;
        if self.is_whole {
            let roots: Vec<&str> = repo.heads.iter().map(|head| head.root.as_str()).collect();
            self.notes.extend(self.config.unmatched(&roots));
        }
        Ok(())
    }

    fn load(&mut self, library: &mut Library, wish: &Wish, rules: &[String]) -> Result<usize, Vec<Problem>> {
        let (ids, overrides) = wish;
        let settings = self.config.settings(overrides);
        let standards: Vec<Arc<Standard>> =
            ids.iter().filter_map(|id| self.standards.iter().find(|standard| standard.id == *id)).cloned().collect();
        let standards = settings.applied(&standards);
        let instances = if rules.is_empty() {
            select::instances(library, &standards)?
        } else {
            select::named(library, &standards, rules, &|rule| settings.arguments(rule))?
        };
        let severities = settings.severities().into_iter().map(|(id, severity)| (id.to_owned(), severity)).collect();
        self.sets.push(Set { standards: ids.clone(), instances, severities });
        Ok(self.sets.len() - 1)
    }

    /// The configuration, with present ids in the place of former ones.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The severity that the configuration gives to a finding of the reader itself.
    #[must_use]
    pub fn severity_of(&self, service: usize, rule: &str) -> Option<Severity> {
        self.set(service)?.severities.get(rule).copied()
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

/// Whether a service is judged: it is not left out by the configuration or the command line, and deployed or named.
fn is_judged(service: &Head, choice: &Choice) -> bool {
    let is_named = !choice.only.is_empty() && is_chosen(service, &choice.only);
    let is_left_out = service.is_illustration || !choice.config.judges(&service.root);
    is_chosen(service, &choice.only) && (is_named || !is_left_out)
}

fn wish(service: &Head, choice: &Choice) -> Wish {
    let overrides = choice.config.overrides_of(&service.root);
    let chosen = choice.config.settings(&overrides).standards();
    let standards = match chosen {
        _ if !choice.standards.is_empty() => choice.standards.clone(),
        Some(chosen) => chosen.iter().map(|choice| choice.id.value.clone()).collect(),
        None => vec![detect(service).to_owned()],
    };
    (standards, overrides)
}

/// Whether nothing on the command line makes the run another one than the configuration describes.
fn is_whole(choice: &Choice) -> bool {
    let is_all = choice.config.base == Base::Same && choice.only.is_empty();
    is_all && choice.rules.is_empty() && choice.standards.is_empty()
}

/// The standard of a service for which nobody chose.
#[must_use]
pub fn detect(service: &Head) -> &'static str {
    if service.has_atonix && service.kind == ServiceKind::Service { ATONIX } else { RECOMMENDED }
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
