//! The index of all rules, by area.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markdown::{self, cell};
use super::{Catalogue, area, wording};
use crate::rules::ast::RuleSource;
use crate::standard::library::Library;

/// The page in Markdown.
pub(super) fn page(library: &Library, catalogue: &Catalogue) -> String {
    let mut areas: BTreeMap<&str, Vec<&RuleSource>> = BTreeMap::new();
    for rule in catalogue.rules.values() {
        areas.entry(area::of(library, &rule.id.value)).or_default().push(rule);
    }
    let mut out = markdown::HEAD.to_owned();
    // Writing to a string does not fail.
    _ = write!(
        out,
        "# Rules\n\n{} in {}. `svclint explain RULE` shows the page of one in the terminal; [the guide](../rules-guide.md) \
         says how to write one, [the standards](../standards/README.md) which apply.\n\n",
        wording::count(catalogue.rules.len(), "rule", "rules"),
        wording::count(areas.len(), "area", "areas"),
    );
    for (area, rules) in &areas {
        let title = area::title(area);
        _ = writeln!(out, "- [{title}](#{}): {}", markdown::anchor(&title), rules.len());
    }
    for (area, rules) in areas {
        _ = write!(
            out,
            "\n## {}\n\n| rule | what holds | severity | clauses |\n|---|---|---|---|\n",
            area::title(area)
        );
        for rule in rules {
            let id = &rule.id.value;
            let (summary, severity) = (cell(&rule.summary), rule.severity.as_str());
            let mut standards: BTreeMap<&str, usize> = BTreeMap::new();
            for used in catalogue.uses(id) {
                *standards.entry(&used.standard.id).or_default() += 1;
            }
            let clauses: Vec<String> = standards.iter().map(|(standard, n)| format!("{standard} {n}")).collect();
            _ = writeln!(out, "| [{id}]({id}.md) | {summary} | {severity} | {} |", clauses.join(", "));
        }
    }
    out
}
