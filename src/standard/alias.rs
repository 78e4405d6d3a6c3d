//! Former ids of rules: what each is called now, and where two rules claim one.

use std::collections::BTreeMap;

use super::library::Names;
use crate::diagnostic::Problem;
use crate::finding::Label;
use crate::rules::ast::At;
use crate::rules::history;
use crate::rules::load::Loader;
use crate::source::{Place, Sources};
use crate::syntax::yaml::Tree;

/// A former id of a rule.
#[derive(Debug)]
pub(super) struct Alias {
    /// What the rule is called now.
    pub(super) rule: String,
    /// Where the former id is given.
    place: Place,
}

/// The former ids of a library.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// By former id.
    pub(super) present: BTreeMap<String, Alias>,
    /// Former ids that are a rule's own id, or two rules' former one.
    pub(super) problems: Vec<Problem>,
}

impl Aliases {
    /// Reads the rules that give former ids; the others are not even parsed.
    pub(super) fn of(sources: &Sources, rules: &Names) -> Self {
        let mut out = Self::default();
        for (rule, file) in rules {
            let text = sources.get(*file).text();
            let own = text.split_once("\nexamples:").map_or(text, |(head, _)| head);
            if !own.contains("\naliases:") {
                continue;
            }
            let tree = Tree::parse(*file, own);
            let mut loader = Loader::new();
            let aliases = tree.documents().next().map(|root| history::aliases(&mut loader, root, None));
            for alias in aliases.into_iter().flatten() {
                out.add(rule, alias, rules);
            }
        }
        out
    }

    fn add(&mut self, rule: &str, alias: At<String>, rules: &Names) {
        if alias.value == rule {
            return;
        }
        let clash = |other: Place, message: String| {
            Problem::new("rule/alias-clash", message, Label { place: alias.place, text: String::new() })
                .with_label(Label { place: other, text: "here".to_owned() })
                .with_help("a former id leads to one rule; leave it out here or there")
        };
        if let Some(file) = rules.get(alias.value.as_str()) {
            let message = format!("`{}` is a rule of its own", alias.value);
            self.problems.push(clash(Place::whole(*file), message));
        } else if let Some(other) = self.present.get(&alias.value) {
            if other.rule != rule {
                let message = format!("`{}` stands for `{}` already", alias.value, other.rule);
                self.problems.push(clash(other.place, message));
            }
        } else {
            self.present.insert(alias.value, Alias { rule: rule.to_owned(), place: alias.place });
        }
    }
}
