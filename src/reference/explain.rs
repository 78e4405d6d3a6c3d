//! What `svclint explain` says: a rule, a clause, or the rules that do what another tool's rule does.

mod lines;
mod rule;

use crate::diagnostic::{Problem, nearest};
use crate::engine::own_rules;
use crate::finding::RuleInfo;
use crate::report::Style;
use crate::rules::ast::RuleSource;
use crate::standard::{Clause, Coverage, Standard};

use super::{Catalogue, wording};
use crate::engine::shown::Shown;
use lines::Page;

/// What a name stands for.
#[derive(Debug)]
pub enum Subject<'c> {
    /// A rule of a file.
    Rule {
        /// Its id.
        id: String,
        /// How the name leads to it, where it is not its id.
        because: Option<String>,
    },
    /// What the readers of files report without a rule file.
    Own(RuleInfo),
    /// A clause of a standard.
    Clause(&'c Standard, &'c Clause),
}

/// Finds what a name stands for: a rule, a former id of one, the name under which a standard uses one, a clause
/// (alone or as `standard/clause`), or the id of another tool's rule, with or without the tool.
///
/// # Errors
/// A name that stands for nothing, with the nearest one that does.
pub fn find<'c>(catalogue: &'c Catalogue, name: &str) -> Result<Vec<Subject<'c>>, Problem> {
    let name = name.trim();
    let subjects = by_name(catalogue, name);
    if !subjects.is_empty() {
        return Ok(subjects);
    }
    let help = if let Some(standard) = catalogue.standards.iter().find(|standard| standard.id == name) {
        format!("it is a standard: `svclint standards show {}` prints its clauses", standard.id)
    } else {
        match nearest(name, names(catalogue)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`svclint rules` and `svclint standards` list what there is".to_owned(),
        }
    };
    Err(Problem {
        code: "explain/unknown",
        message: format!("there is no rule or clause `{name}`, and no rule is equivalent to it"),
        labels: Vec::new(),
        help: Some(help),
    })
}

fn by_name<'c>(catalogue: &'c Catalogue, name: &str) -> Vec<Subject<'c>> {
    let rule = |rule: &RuleSource, because: Option<String>| Subject::Rule { id: rule.id.value.clone(), because };
    if let Some(found) = catalogue.rules.get(name) {
        return vec![rule(found, None)];
    }
    if let Some(found) = catalogue.rules.values().find(|rule| rule.aliases.iter().any(|alias| alias.value == name)) {
        return vec![rule(found, Some(format!("`{name}` is a former id of this rule")))];
    }
    if let Some(own) = own_rules().into_iter().find(|own| own.id == name) {
        return vec![Subject::Own(own)];
    }
    if let Some(used) = catalogue.all_uses().find(|used| used.rule.id() == name)
        && let Some(found) = catalogue.rule_of_use(name)
    {
        let (standard, clause) = (&used.standard.id, &used.clause.id.value);
        return vec![rule(found, Some(format!("`{name}` is what {standard} calls its use of this rule in {clause}")))];
    }
    let clauses = clauses(catalogue, name);
    if !clauses.is_empty() {
        return clauses;
    }
    let equivalent = |id: &&String| is_equivalent(id, name);
    let found = catalogue.rules.values().filter_map(|found| {
        let id = found.equivalents.iter().find(equivalent)?;
        Some(rule(found, Some(format!("`{id}` asks for the same"))))
    });
    let own = own_rules().into_iter().filter(|own| own.equivalents.iter().any(|id| is_equivalent(id, name)));
    found.chain(own.map(Subject::Own)).collect()
}

fn clauses<'c>(catalogue: &'c Catalogue, name: &str) -> Vec<Subject<'c>> {
    let (of, id) = name.split_once('/').map_or((None, name), |(standard, id)| (Some(standard), id));
    let standards = catalogue.standards.iter().filter(|standard| of.is_none_or(|of| standard.id == of));
    let found = standards.flat_map(|standard| {
        let matching = standard.clauses.iter().filter(|clause| clause.id.value.eq_ignore_ascii_case(id));
        matching.map(move |clause| Subject::Clause(standard, clause))
    });
    found.collect()
}

/// Whether a name is an id of another tool, with or without the tool's name.
fn is_equivalent(id: &str, name: &str) -> bool {
    id.eq_ignore_ascii_case(name) || id.split_once(':').is_some_and(|(_, bare)| bare.eq_ignore_ascii_case(name))
}

/// Every name that [`find`] knows.
fn names(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    let rules = catalogue.rules.values().flat_map(|rule| {
        let bare = rule.equivalents.iter().filter_map(|id| id.split_once(':').map(|(_, bare)| bare));
        let others = rule.aliases.iter().map(|alias| &alias.value).chain(&rule.equivalents).map(String::as_str);
        std::iter::once(rule.id.value.as_str()).chain(others).chain(bare)
    });
    let clauses = catalogue.standards.iter().flat_map(|standard| &standard.clauses);
    let uses = catalogue.all_uses().map(|used| used.rule.id());
    rules.chain(clauses.map(|clause| clause.id.value.as_str())).chain(uses)
}

/// The page of a rule in the terminal; `examples` are those of the rule, run.
#[must_use]
pub fn rule(
    catalogue: &Catalogue,
    source: &RuleSource,
    because: Option<&str>,
    examples: &[Shown],
    style: &Style,
) -> String {
    let mut page = Page::new(style);
    rule::write(&mut page, catalogue, source, because, examples);
    page.finish()
}

/// The page of what a reader reports by itself.
#[must_use]
pub fn own(info: &RuleInfo, style: &Style) -> String {
    let mut page = Page::new(style);
    page.title(&info.id, &wording::sentence(&info.summary));
    page.facts(&[info.severity.as_str(), &info.category, "reported by the readers of files; no rule file holds it"]);
    page.section("Why");
    page.paragraph(&info.why);
    page.finish()
}

/// The page of a clause in the terminal.
#[must_use]
pub fn clause(catalogue: &Catalogue, standard: &Standard, clause: &Clause, style: &Style) -> String {
    let mut page = Page::new(style);
    page.title(&clause.id.value, &wording::sentence(&clause.title));
    let whose = format!("{} {}: {}", standard.id, standard.version, standard.title);
    let waivable = if clause.waivable { "" } else { "cannot be waived" };
    let coverage = match clause.coverage {
        Coverage::Full => "its rules decide it",
        Coverage::Partial => "its rules decide part of it",
        Coverage::Manual => "not checkable here",
    };
    page.facts(&[&whose, clause.level.as_str(), coverage, waivable]);
    if let Some(gap) = &clause.gap {
        page.section(if clause.coverage == Coverage::Manual { "Why no rule checks it" } else { "What is not checked" });
        page.paragraph(gap);
    }
    if !clause.rules.is_empty() {
        page.section("Checked by");
        let rows = clause.rules.iter().map(|used| {
            let summary = catalogue.rules.get(&used.rule.value).map_or("", |rule| rule.summary.as_str());
            let given = wording::arguments(used.params.iter().map(|(name, value)| (name, &value.value)));
            let given = if given.is_empty() { String::new() } else { format!(" ({given})") };
            let name = used.name.as_ref().map_or(String::new(), |name| format!(" as {}", name.value));
            let severity = standard.severity(clause, used).as_str();
            vec![format!("{}{name}", used.rule.value), severity.to_owned(), format!("{}{given}", summary.trim())]
        });
        page.table(rows.collect());
    }
    page.finish()
}
