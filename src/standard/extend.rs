//! Standards that build on others: what they take over, change and leave out.

use super::load::{Resolve, rule_use};
use super::{Clause, Extension, Removed, Use};
use crate::diagnostic::{Problem, nearest};
use crate::finding::Severity;
use crate::rules::ast::At;
use crate::rules::history;
use crate::rules::load::Loader;
use crate::syntax::yaml::{NodeRef, Shape};

/// What a standard takes over.
#[derive(Default)]
pub(super) struct Inherited {
    pub(super) extends: Vec<Extension>,
    pub(super) levels: [Option<Severity>; 3],
    pub(super) clauses: Vec<Clause>,
    pub(super) warnings: Vec<Problem>,
    /// Whether one of the standards could not be read, so that its clauses are not known.
    pub(super) is_broken: bool,
}

/// Reads `extends`. Of two standards with one clause the later wins.
pub(super) fn inherited(loader: &mut Loader, root: NodeRef<'_>, resolve: &mut Resolve<'_>) -> Inherited {
    let is_list = root.get("extends").is_none_or(|node| node.shape() == Shape::Sequence);
    let mut out = Inherited { is_broken: !is_list, ..Inherited::default() };
    for item in loader.items(root, "extends") {
        let Some(text) = loader.text(item, "an entry of `extends`") else { continue };
        let Some((id, major)) = reference(loader, &text) else {
            out.is_broken = true;
            continue;
        };
        if let Some(other) = out.extends.iter().find(|other| other.id.value == id) {
            let message = format!("`{}` is extended already", other.id.value);
            loader.problem("standard/extends", message, text.place);
            continue;
        }
        let standard = match resolve(&id, text.place) {
            Ok(standard) => standard,
            Err(problems) => {
                loader.problems.extend(problems);
                out.is_broken = true;
                continue;
            }
        };
        if history::numbers(&standard.version).is_some_and(|[actual, ..]| actual != major) {
            let message = format!("`{id}` is version {}, and {major} is asked for", standard.version);
            let actual = standard.version.split('.').next().unwrap_or("");
            let help = format!("read what changed, then write `{id}@{actual}`");
            loader.problem("standard/version", message, text.place).help = Some(help);
        }
        out.take_over(At::new(id, text.place), standard);
    }
    out
}

impl Inherited {
    fn take_over(&mut self, id: At<String>, standard: super::Standard) {
        self.extends.push(Extension { id, version: standard.version });
        for (level, given) in self.levels.iter_mut().zip(standard.levels) {
            *level = given.or(*level);
        }
        self.warnings.extend(standard.warnings);
        for clause in standard.clauses {
            match self.clauses.iter_mut().find(|other| other.id.value == clause.id.value) {
                Some(earlier) => *earlier = clause,
                None => self.clauses.push(clause),
            }
        }
    }
}

/// `id@1`: the id and the first number of the version.
fn reference(loader: &mut Loader, text: &At<String>) -> Option<(String, u64)> {
    let mut refuse = |message: String, help: &str| {
        loader.problem("standard/extends", message, text.place).help = Some(help.to_owned());
        None
    };
    if text.value.contains(['/', ':', '\\']) {
        let message = format!("`{}` is no id of a standard", text.value);
        return refuse(message, "nothing is fetched: put the pack into the repository, and name its standard");
    }
    let Some((id, version)) = text.value.split_once('@') else {
        let message = format!("`{}` does not say which version is meant", text.value);
        return refuse(message, &format!("write the first number of it: `{}@1`", text.value));
    };
    if let Ok(major) = version.parse() {
        return Some((id.to_owned(), major));
    }
    refuse(format!("`{version}` is not the first number of a version"), &format!("write `{id}@1`"))
}

/// Reads `removed`, and takes those clauses away.
pub(super) fn removed(loader: &mut Loader, root: NodeRef<'_>, inherited: &mut Inherited) -> Vec<Removed> {
    let mut out: Vec<Removed> = Vec::new();
    for item in loader.items(root, "removed") {
        loader.closed(item, "a removed clause", &["clause", "why"]);
        let clause = loader.required(item, "clause", "a removed clause");
        let why = loader.required(item, "why", "a removed clause");
        let Some(clause) = clause else { continue };
        let before = inherited.clauses.len();
        if inherited.clauses.iter().any(|other| other.id.value == clause.value) {
            inherited.clauses.retain(|other| other.id.value != clause.value);
        } else if !inherited.is_broken {
            unknown_clause(loader, &clause, inherited.clauses.iter().take(before));
        }
        out.extend(why.map(|why| Removed { clause, why: why.value }));
    }
    out
}

/// Reports a clause that no extended standard has.
pub(super) fn unknown_clause<'c>(loader: &mut Loader, id: &At<String>, clauses: impl Iterator<Item = &'c Clause>) {
    let near = nearest(&id.value, clauses.map(|clause| clause.id.value.as_str())).map(str::to_owned);
    let message = format!("no standard that this one extends has a clause `{}`", id.value);
    loader.problem("standard/unknown-clause", message, id.place).help = Some(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a clause of its own needs `title` and `level`".to_owned(),
    });
}

/// Changes an inherited clause, key by key. What it asks stays as it is: a new condition is a new clause.
pub(super) fn change(loader: &mut Loader, node: NodeRef<'_>, clause: &mut Clause) {
    for key in ["title", "level", "coverage", "gap"] {
        if let Some(place) = node.get(key).and_then(NodeRef::key_place) {
            let message = format!("`{key}` of an inherited clause cannot be changed");
            loader.problem("standard/inherited", message, place).help =
                Some("remove the clause, and write one of your own".to_owned());
        }
    }
    loader.closed(node, "a clause", &["id", "title", "level", "waivable", "coverage", "gap", "rules"]);
    if let Some(waivable) = loader.flag(node, "waivable") {
        clause.waivable = waivable;
    }
    for item in loader.items(node, "rules") {
        let Some(changed) = rule_use(loader, item) else { continue };
        let uses: Vec<&str> = clause.rules.iter().map(Use::id).collect();
        let near = nearest(changed.id(), uses.iter().copied()).map(str::to_owned);
        let list = uses.join(", ");
        let same = |rule: &&mut Use| rule.id() == changed.id() && rule.rule.value == changed.rule.value;
        if let Some(rule) = clause.rules.iter_mut().find(same) {
            merge(rule, changed);
        } else {
            let message = format!("the clause `{}` does not use `{}`", clause.id.value, changed.id());
            let help = near.map_or_else(|| format!("it uses {list}"), |near| format!("did you mean `{near}`?"));
            let place = changed.name.as_ref().map_or(changed.rule.place, |name| name.place);
            loader.problem("standard/unknown-use", message, place).help = Some(help);
        }
    }
}

fn merge(rule: &mut Use, changed: Use) {
    rule.rule.place = changed.rule.place;
    rule.params.extend(changed.params);
    rule.param_names.extend(changed.param_names);
    rule.severity = changed.severity.or(rule.severity);
    if !changed.only.is_empty() {
        rule.only = changed.only;
    }
    if !changed.except.is_empty() {
        rule.except = changed.except;
    }
}
