//! The examples of a rule, read once, for all of its mutants to be judged by.

use std::sync::Arc;

use crate::discover;
use crate::engine::examples::{self, Expected};
use crate::engine::{judge, run_instances};
use crate::finding::Finding;
use crate::fix::Desk;
use crate::model::repo::Repo;
use crate::model::service::Service;
use crate::rules::Arguments;
use crate::rules::ast::RuleSource;
use crate::standard::select::{self, Instance};
use crate::triage::order;

/// One example.
pub(super) struct Subject {
    pub(super) arguments: Arguments,
    expected: Vec<Expected>,
    repo: Repo,
    /// The services of the repository; `None` where some have variants, which only a whole run puts together.
    services: Option<Vec<Service>>,
}

/// Reads the examples of a rule.
pub(super) fn subjects(source: &RuleSource) -> Vec<Subject> {
    let subject = |example| {
        let (files, expected, _) = examples::unmarked(source, example);
        let repo = Repo::load(discover::in_memory(&files), None);
        let heads = 0..repo.heads.len();
        let services = (!heads.clone().any(|index| repo.may_repeat(index)))
            .then(|| heads.filter_map(|index| Some(repo.assemble(index)?.service)).collect());
        Subject { arguments: examples::arguments(example), expected, repo, services }
    };
    source.examples.iter().map(subject).collect()
}

impl Subject {
    /// Whether the example gives what it says it gives. `None` where the rule does not load with its parameters.
    pub(super) fn agrees(&self, source: &Arc<RuleSource>, arguments: &Arguments) -> Option<bool> {
        let instance = select::changed(source, arguments).ok()?;
        let mut expected = self.expected.clone();
        let findings = self.findings(instance);
        let is_right = |finding: &Finding| examples::matched(&self.repo, finding, &mut expected).0.is_right();
        Some(findings.iter().all(is_right) && expected.iter().all(|expected| expected.met))
    }

    fn findings(&self, instance: Instance) -> Vec<Finding> {
        let Some(services) = &self.services else { return run_instances(&self.repo, vec![instance]).findings };
        let instances = [instance];
        let desk = Desk::new(&self.repo.sources);
        let judged = |service| judge::service(&desk, service, &instances, false).findings;
        let mut findings: Vec<Finding> = services.iter().flat_map(judged).collect();
        order::findings(&mut findings, &self.repo.sources);
        findings
    }
}
