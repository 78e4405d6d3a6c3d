//! The changelog of the rules: what each version brought, and what it does to the number of findings.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markdown;
use super::{Catalogue, wording};
use crate::rules::ast::{Effect, RuleSource};
use crate::rules::history::numbers;

/// What one version brought.
#[derive(Default)]
struct Version<'c> {
    name: &'c str,
    new: Vec<&'c str>,
    /// The rule and what changed, by what it does to the findings.
    changes: BTreeMap<usize, Vec<(&'c str, &'c str)>>,
    deprecated: Vec<&'c RuleSource>,
}

/// The groups of changes, in the order in which a reader who updates wants to know of them.
const GROUPS: [(Effect, &str); 3] =
    [(Effect::More, "More findings"), (Effect::Fewer, "Fewer findings"), (Effect::Same, "The same findings")];

/// The page in Markdown, the newest version first.
pub(super) fn page(catalogue: &Catalogue) -> String {
    let versions = versions(catalogue.rules.values().map(AsRef::as_ref));
    let mut out = markdown::HEAD.to_owned();
    out.push_str(
        "# Changelog of the rules\n\nWhat changed in the built-in rules, from what each says of its own history. Where there \
         may be more findings than before, the version is a minor release.\n",
    );
    for (index, version) in versions.values().rev().enumerate() {
        let is_first = index + 1 == versions.len();
        // Writing to a string does not fail.
        _ = write!(out, "\n## {}\n", version.name);
        for (position, (_, title)) in GROUPS.iter().enumerate() {
            let Some(changes) = version.changes.get(&position) else { continue };
            _ = write!(out, "\n### {title}\n\n");
            for (rule, what) in changes {
                _ = writeln!(out, "- {}: {}", link(rule), what.trim());
            }
        }
        deprecated(&mut out, &version.deprecated);
        new(&mut out, &version.new, is_first);
    }
    out
}

fn versions<'c>(rules: impl Iterator<Item = &'c RuleSource>) -> BTreeMap<[u64; 3], Version<'c>> {
    fn at<'v, 'c>(versions: &'v mut BTreeMap<[u64; 3], Version<'c>>, name: &'c str) -> &'v mut Version<'c> {
        let version = versions.entry(numbers(name).unwrap_or_default()).or_default();
        version.name = name;
        version
    }
    let mut out = BTreeMap::new();
    for rule in rules {
        let id = rule.id.value.as_str();
        at(&mut out, &rule.since).new.push(id);
        for change in &rule.changes {
            let group = GROUPS.iter().position(|(effect, _)| *effect == change.effect).unwrap_or_default();
            at(&mut out, &change.version).changes.entry(group).or_default().push((id, &change.what));
        }
        if let Some(deprecated) = &rule.deprecated {
            at(&mut out, &deprecated.since).deprecated.push(rule);
        }
    }
    out
}

fn deprecated(out: &mut String, rules: &[&RuleSource]) {
    if rules.is_empty() {
        return;
    }
    out.push_str("\n### On their way out\n\n");
    for rule in rules {
        let Some(deprecated) = &rule.deprecated else { continue };
        let instead =
            deprecated.instead.as_ref().map(|instead| format!(" Use {}.", link(&instead.value))).unwrap_or_default();
        _ = writeln!(out, "- {}: {}{instead}", link(&rule.id.value), deprecated.why.trim());
    }
}

/// The first version came with all that there was, which the index lists better.
fn new(out: &mut String, rules: &[&str], is_first: bool) {
    if is_first {
        let count = wording::count(rules.len(), "rule", "rules");
        _ = write!(out, "\n### New\n\n{count} came with the first version: [the index](rules/README.md) has all.\n");
    } else if !rules.is_empty() {
        out.push_str("\n### New\n\n");
        for rule in rules {
            _ = writeln!(out, "- {}", link(rule));
        }
    }
}

fn link(id: &str) -> String {
    format!("[{id}](rules/{id}.md)")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::standard::library::Library;

    #[test]
    fn a_version_says_first_where_there_may_be_more_findings() {
        let sample = |id: &str, more: &str| {
            format!(
                "rule: {id}\nsince: 0.1.0\nsummary: memory is limited\ncategory: reliability\nseverity: warning\n\
                 why: One takes all.\n{more}target: compose.service\nrequire: {{ field: privileged, eq: false }}\n\
                 message: no\nexamples:\n  - name: a\n    files: {{ compose.yaml: a }}\n  - name: b\n    \
                 files: {{ compose.yaml: b }}\n    expect: [{{ at: compose.yaml }}]\n"
            )
        };
        let mut library = Library::default();
        let changes = "changes:\n  - { in: 0.1.1, what: no longer counts jobs, effect: fewer }\n  \
                       - { in: 0.10.0, what: also reads limits of pods, effect: more }\n";
        let deprecated = "status: deprecated\ndeprecated: { since: 0.10.0, use: b, why: It asks too much. }\n";
        library.insert("rules/b.yaml", Arc::from(sample("b", changes)));
        library.insert("rules/a.yaml", Arc::from(sample("a", deprecated)));
        library.insert("rules/c.yaml", Arc::from(sample("c", "").replace("since: 0.1.0", "since: 0.9.0")));
        let catalogue = Catalogue::new(&mut library).unwrap_or_else(|problems| unreachable!("they load: {problems:?}"));
        insta::assert_snapshot!(page(&catalogue).split_once("minor release.\n").map_or("", |(_, rest)| rest), @r"
        ## 0.10.0

        ### More findings

        - [b](rules/b.md): also reads limits of pods

        ### On their way out

        - [a](rules/a.md): It asks too much. Use [b](rules/b.md).

        ## 0.9.0

        ### New

        - [c](rules/c.md)

        ## 0.1.1

        ### Fewer findings

        - [b](rules/b.md): no longer counts jobs

        ## 0.1.0

        ### New

        2 rules came with the first version: [the index](rules/README.md) has all.
        ");
    }
}
