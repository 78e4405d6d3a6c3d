//! The type checker: names become indices, literals become values, and what can never be true does not load.

mod call;
mod condition;
mod constant;
mod fits;
mod fix;
mod lookups;
mod names;
mod params;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{self, Arguments, At, Literal, RuleSource};
use super::ir::{Compiled, Cond, Form, Lookup};
use super::literals;
use crate::diagnostic::{Problem, nearest};
use crate::finding::Label;
use crate::model::schema::{StructDef, Type};
use crate::source::Place;

pub use params::unknown_params;

const UNUSED_PARAM: &str = "rule/unused-param";

struct Binding {
    name: String,
    ty: Type,
    optional: bool,
}

struct Checker<'c> {
    source: &'c Arc<RuleSource>,
    kinds: &'c [&'static StructDef],
    target: &'static StructDef,
    /// The type of the target, where every path begins.
    target_type: Option<Type>,
    /// The values given, and the defaults of the others.
    arguments: BTreeMap<&'c str, &'c At<Literal>>,
    bindings: Vec<Binding>,
    /// Bindings that a path may name here; `as` names leave it with their quantifier.
    visible: Vec<usize>,
    used: Vec<&'c str>,
    /// Bindings that something names; what nothing names was looked up in vain.
    named: Vec<usize>,
    /// Parameters that may be left out, and that are there where the checker stands.
    guards: Vec<String>,
    /// Names whose binding failed; what uses them is not told again.
    poisoned: Vec<String>,
    problems: Vec<Problem>,
    /// What works, and will not for ever.
    warnings: Vec<Problem>,
}

/// A part of a rule that does not type; what is wrong with it has been told.
struct Broken;

/// Types a rule with the given arguments.
///
/// # Errors
/// Every mistake in the rule or in the arguments, each with its place.
pub fn compile(
    source: &Arc<RuleSource>,
    arguments: &Arguments,
    kinds: &[&'static StructDef],
) -> Result<Compiled, Vec<Problem>> {
    let (compiled, problems) = typed(source, arguments, kinds);
    compiled.filter(|_| problems.is_empty()).ok_or(problems)
}

/// Types a rule from which something was taken, so that a parameter or a look-up may have lost its use.
///
/// # Errors
/// Every other mistake in the rule or in the arguments, each with its place.
pub fn compile_changed(
    source: &Arc<RuleSource>,
    arguments: &Arguments,
    kinds: &[&'static StructDef],
) -> Result<Compiled, Vec<Problem>> {
    let (compiled, mut problems) = typed(source, arguments, kinds);
    problems.retain(|problem| problem.code != UNUSED_PARAM && problem.code != lookups::UNUSED);
    compiled.filter(|_| problems.is_empty()).ok_or(problems)
}

fn typed(
    source: &Arc<RuleSource>,
    arguments: &Arguments,
    kinds: &[&'static StructDef],
) -> (Option<Compiled>, Vec<Problem>) {
    let Some(target) = kinds.iter().find(|kind| kind.name == source.target.value) else {
        let mut problem =
            plain("rule/unknown-kind", format!("there is no kind `{}`", source.target.value), source.target.place);
        let names = || kinds.iter().map(|kind| kind.name);
        problem.help = Some(match nearest(&source.target.value, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the kinds are {}", names().collect::<Vec<_>>().join(", ")),
        });
        return (None, vec![problem]);
    };
    let mut checker = Checker {
        source,
        kinds,
        target,
        target_type: literals::kind_type(target),
        arguments: BTreeMap::new(),
        bindings: Vec::new(),
        visible: Vec::new(),
        used: Vec::new(),
        named: Vec::new(),
        guards: Vec::new(),
        poisoned: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    };
    checker.arguments(arguments);
    let compiled = checker.rule();
    (compiled, without_repeats(checker.problems))
}

/// One mistake may be come across several times, such as a parameter that is used twice.
fn without_repeats(problems: Vec<Problem>) -> Vec<Problem> {
    let mut out: Vec<Problem> = Vec::new();
    for problem in problems {
        if !out.contains(&problem) {
            out.push(problem);
        }
    }
    out
}

fn plain(code: &'static str, message: impl Into<String>, place: Place) -> Problem {
    Problem::new(code, message, Label { place, text: String::new() })
}

impl Checker<'_> {
    fn problem(&mut self, code: &'static str, message: impl Into<String>, place: Place) -> &mut Problem {
        self.problems.push(plain(code, message, place));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    fn suggest(&mut self, code: &'static str, message: String, place: Place, name: &str, known: &[&str], what: &str) {
        /// Names that a message lists; more of them help nobody.
        const LISTED: usize = 24;
        let mut lists = known.chunks(LISTED);
        let help = match (nearest(name, known.iter().copied()), lists.next(), lists.next()) {
            (Some(near), ..) => Some(format!("did you mean `{near}`?")),
            (None, Some(first), Some(_)) => {
                Some(format!("{what} {} and {} more", first.join(", "), known.len() - LISTED))
            }
            (None, Some(all), None) => Some(format!("{what} {}", all.join(", "))),
            (None, None, _) => None,
        };
        self.problem(code, message, place).help = help;
    }

    fn rule(&mut self) -> Option<Compiled> {
        let source = self.source;
        let lookups = self.lookups();
        let filter = match &source.filter {
            Some(condition) => self.condition(condition).ok_or(Broken),
            None => Ok(Cond { form: Form::Const(true), say: None }),
        };
        // What `where` asks for is there in the rest of the rule.
        let asked: &[ast::Condition] = match source.filter.as_ref() {
            Some(ast::Condition { form: ast::Form::All(parts), .. }) => parts,
            Some(condition) => std::slice::from_ref(condition),
            None => &[],
        };
        self.with_guards(asked, true, |checker| checker.checked(lookups, filter))
    }

    fn checked(&mut self, lookups: Option<Vec<Lookup>>, filter: Result<Cond, Broken>) -> Option<Compiled> {
        let source = self.source;
        let require = self.condition(&source.require);
        // Messages may name what `each` binds on the way to the failing element.
        self.visible = (0..self.bindings.len()).collect();
        let message = self.template(&source.message, true);
        let missing = source.missing.as_ref().map(|text| self.template(text, true));
        let help = source.help.as_ref().map(|text| self.template(text, true));
        let mut labels = Vec::new();
        for label in &source.labels {
            let path = self.path(&label.at);
            let text = self.template(&label.text, true);
            labels.extend(path.map(|path| (path, text)));
        }
        let fixes = self.fixes();
        // A part that is wrong may be the one that would have named them.
        if require.is_some() && filter.is_ok() {
            self.unused_lookups(lookups.as_deref().unwrap_or_default());
        }
        let misspelt = self.problems.iter().any(|problem| problem.code == "rule/unknown-param");
        let mentioned = |param: &ast::Param| self.used.contains(&param.name.value.as_str());
        let unused: Vec<_> = source.params.iter().filter(|param| !misspelt && !mentioned(param)).collect();
        for param in unused {
            self.problem(UNUSED_PARAM, format!("`{}` is never used", param.name.value), param.name.place);
        }
        let filter = source.filter.as_ref().map(|_| filter).transpose().ok()?;
        Some(Compiled {
            source: Arc::clone(source),
            kind: self.target,
            filter,
            lookups: lookups?,
            require: require?,
            message,
            missing,
            help,
            labels,
            fixes: fixes?,
            bindings: self.bindings.len(),
            warnings: without_repeats(std::mem::take(&mut self.warnings)),
        })
    }

    fn bind(&mut self, name: &At<String>, ty: Type, optional: bool) -> usize {
        if self.target.field(&name.value).is_some() {
            let message = format!("`{}` hides a field of `{}`", name.value, self.target.name);
            self.problem("rule/hidden-field", message, name.place).help = Some("choose another name".to_owned());
        }
        if self.visible.iter().any(|index| self.bindings[*index].name == name.value) {
            self.problem("rule/hidden-field", format!("`{}` is already bound here", name.value), name.place);
        }
        self.bindings.push(Binding { name: name.value.clone(), ty, optional });
        let index = self.bindings.len() - 1;
        self.visible.push(index);
        index
    }
}
