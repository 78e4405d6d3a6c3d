//! Former ids of rules in the configuration: they keep working, with a warning that names the present one.

use std::sync::Arc;

use super::{Config, Subject, names};
use crate::diagnostic::Problem;
use crate::rules::ast::At;
use crate::standard::Standard;
use crate::standard::library::{Library, renamed};

impl Config {
    /// The same with present ids in the place of former ones, and what there is to say about each; `None` where it has
    /// none. A name that a standard in force gives to a use or a clause means that.
    #[must_use]
    pub fn with_present_ids(&self, library: &Library, in_force: &[Arc<Standard>]) -> Option<(Self, Vec<Problem>)> {
        let present = |name: &str| {
            let is_taken =
                || !names::uses(in_force, name).is_empty() || names::clauses(in_force, name).next().is_some();
            if library.has_rule(name) || is_taken() { None } else { library.present_id(name) }
        };
        if !self.clone().rule_names().any(|name| present(&name.value).is_some()) {
            return None;
        }
        let mut config = self.clone();
        let mut warnings = Vec::new();
        for name in config.rule_names() {
            if let Some(present) = present(&name.value) {
                let told = renamed(&name.value, present, Some(name.place));
                warnings.push(told.with_help(format!("write `{present}`; `svclint fix` does")));
                present.clone_into(&mut name.value);
            }
        }
        Some((config, warnings))
    }

    /// Everything in it that names a rule.
    fn rule_names(&mut self) -> impl Iterator<Item = &mut At<String>> {
        let mut out = Vec::new();
        let choices = self.standards.iter_mut().flatten();
        out.extend(choices.flat_map(|choice| &mut choice.params).map(|params| &mut params.rule));
        out.extend(self.params.iter_mut().map(|params| &mut params.rule));
        out.extend(self.severity.iter_mut().map(|change| &mut change.of));
        for one in &mut self.overrides {
            let choices = one.standards.iter_mut().flatten();
            out.extend(choices.flat_map(|choice| &mut choice.params).map(|params| &mut params.rule));
            out.extend(one.params.iter_mut().map(|params| &mut params.rule));
            out.extend(one.severity.iter_mut().map(|change| &mut change.of));
        }
        out.extend(self.waivers.iter_mut().filter_map(|waiver| match &mut waiver.subject {
            Subject::Rule(name) => Some(name),
            Subject::Clause(_) => None,
        }));
        out.into_iter()
    }
}
