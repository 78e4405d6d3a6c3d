//! References of a module to what it does not declare.

use std::collections::BTreeSet;

use crate::model;
use crate::source::Place;
use crate::syntax::hcl::{Block, Body, Expression, Value};

use super::attribute::Source;

/// References without a declaration that are kept.
const MAX_UNDECLARED: usize = 500;

model! {
    /// A reference to what the module does not declare.
    pub struct Undeclared as "terraform.undeclared" {
        /// What it refers to, such as `var.region`.
        name: String,
    }
    label(reference) { reference.name.clone() }
}

/// What a module declares, and what it refers to.
#[derive(Default)]
pub(super) struct References {
    declared: BTreeSet<String>,
    /// First words of the types of its resources, which are names of providers.
    providers: BTreeSet<String>,
    used: Vec<(String, Place)>,
}

/// Attributes whose names are no references: settings of providers, types, and what changes are ignored.
const NO_REFERENCES: &[&str] =
    &["provider", "providers", "type", "ignore_changes", "replace_triggered_by", "configuration_aliases"];

impl References {
    /// Takes in a file.
    pub(super) fn add(&mut self, source: Source<'_>, body: &Body) {
        for block in &body.blocks {
            let label = |index: usize| block.labels.get(index).map_or("", |label| label.value.as_str());
            match block.kind.value.as_str() {
                "variable" => drop(self.declared.insert(format!("var.{}", label(0)))),
                "module" => drop(self.declared.insert(format!("module.{}", label(0)))),
                "data" => drop(self.declared.insert(format!("data.{}.{}", label(0), label(1)))),
                "resource" => {
                    self.declared.insert(format!("{}.{}", label(0), label(1)));
                    self.providers.extend(label(0).split('_').next().map(str::to_owned));
                }
                "locals" => {
                    let names = block.body.attributes.iter().map(|attribute| format!("local.{}", attribute.key.value));
                    self.declared.extend(names);
                }
                // What has moved or was removed is no longer there.
                "moved" | "removed" | "import" | "terraform" => continue,
                _ => {}
            }
            self.collect(source, block, &mut Vec::new());
        }
    }

    fn collect(&mut self, source: Source<'_>, block: &Block, bound: &mut Vec<String>) {
        let before = bound.len();
        if block.kind.value == "dynamic" {
            let iterator = block.body.attribute("iterator").and_then(|attribute| attribute.value.references.first());
            bound.extend(block.labels.first().map(|label| label.value.clone()));
            bound.extend(iterator.map(|name| name.value.clone()));
        }
        let attributes =
            block.body.attributes.iter().filter(|attribute| !NO_REFERENCES.contains(&attribute.key.value.as_str()));
        for attribute in attributes {
            self.expression(source, &attribute.value, bound);
        }
        for inner in &block.body.blocks {
            self.collect(source, inner, bound);
        }
        bound.truncate(before);
    }

    fn expression(&mut self, source: Source<'_>, expression: &Expression, bound: &[String]) {
        if matches!(expression.value, Value::Null) {
            return;
        }
        for reference in &expression.references {
            let root = reference.value.split('.').next().unwrap_or("");
            if !bound.iter().any(|bound| bound == root) {
                self.used.push((reference.value.clone(), source.place(reference.span)));
            }
        }
    }

    /// The first reference to each thing that is not declared, by place.
    pub(super) fn undeclared(&self) -> Vec<Undeclared> {
        let mut told: BTreeSet<String> = BTreeSet::new();
        let mut out = Vec::new();
        for (name, at) in &self.used {
            let Some(wanted) = self.wanted(name) else { continue };
            if !self.declared.contains(&wanted) && told.insert(wanted.clone()) && out.len() < MAX_UNDECLARED {
                out.push(Undeclared { at: *at, name: wanted });
            }
        }
        out
    }

    /// What a reference wants declared; `None` for what Terraform itself provides.
    fn wanted(&self, name: &str) -> Option<String> {
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            [root @ ("var" | "local" | "module"), name, ..] => Some(format!("{root}.{name}")),
            ["data", kind, name, ..] => Some(format!("data.{kind}.{name}")),
            [kind, name, ..] => {
                let (provider, rest) = kind.split_once('_')?;
                (!rest.is_empty() && self.providers.contains(provider)).then(|| format!("{kind}.{name}"))
            }
            _ => None,
        }
    }
}
