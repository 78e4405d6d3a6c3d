//! The type checker: names become indices, literals become values, and what can never be true does not load.

mod condition;
mod fix;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ast::{self, Arity, At, Literal, ParamType, RuleSource};
use super::ir::{Compiled, Lookup};
use super::literals::{self, named_type};
use crate::diagnostic::{Problem, nearest};
use crate::finding::Label;
use crate::model::schema::{StructDef, Type};
use crate::source::Place;

/// Values for a rule's parameters, each with the place where it was given.
pub type Arguments = BTreeMap<String, At<Literal>>;

struct Binding {
    name: String,
    ty: Type,
    optional: bool,
}

struct Checker<'c> {
    source: &'c Arc<RuleSource>,
    kinds: &'c [&'static StructDef],
    target: &'static StructDef,
    arguments: Arguments,
    bindings: Vec<Binding>,
    /// Bindings that a path may name here; `as` names leave it with their quantifier.
    visible: Vec<usize>,
    used: BTreeSet<String>,
    problems: Vec<Problem>,
}

/// Types a rule with the given arguments.
///
/// # Errors
/// Every mistake in the rule or in the arguments, each with its place.
pub fn compile(
    source: &Arc<RuleSource>,
    arguments: &Arguments,
    kinds: &[&'static StructDef],
) -> Result<Compiled, Vec<Problem>> {
    let Some(target) = kinds.iter().find(|kind| kind.name == source.target.value) else {
        let mut problem =
            plain("rule/unknown-kind", format!("there is no kind `{}`", source.target.value), source.target.place);
        let names = || kinds.iter().map(|kind| kind.name);
        problem.help = Some(match nearest(&source.target.value, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the kinds are {}", names().collect::<Vec<_>>().join(", ")),
        });
        return Err(vec![problem]);
    };
    let mut checker = Checker {
        source,
        kinds,
        target,
        arguments: BTreeMap::new(),
        bindings: Vec::new(),
        visible: Vec::new(),
        used: BTreeSet::new(),
        problems: Vec::new(),
    };
    checker.arguments(arguments);
    let compiled = checker.rule();
    match compiled {
        Some(compiled) if checker.problems.is_empty() => Ok(compiled),
        _ => Err(checker.problems),
    }
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
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{what} {}", known.join(", ")),
        };
        self.problem(code, message, place).help = Some(help);
    }

    /// Puts defaults and given values together, and checks their types and bounds.
    fn arguments(&mut self, given: &Arguments) {
        let source = self.source;
        let names: Vec<&str> = source.params.iter().map(|param| param.name.value.as_str()).collect();
        for (name, value) in given {
            if !names.contains(&name.as_str()) {
                let message = format!("the rule `{}` has no parameter `{name}`", source.id.value);
                self.suggest("rule/unknown-param", message, value.place, name, &names, "its parameters are");
            }
        }
        for param in &source.params {
            let value = given.get(&param.name.value).or(param.default.as_ref());
            let Some(value) = value else {
                let message = format!("`{}` has no default and must be given", param.name.value);
                self.problem("rule/missing-param", message, param.name.place);
                continue;
            };
            if let Some(ty) = self.param_type(&param.ty) {
                self.bounded(param, value);
                if let Err(problem) = literals::typed(ty, value) {
                    self.problems.push(*problem);
                    continue;
                }
            }
            self.arguments.insert(param.name.value.clone(), value.clone());
        }
    }

    fn bounded(&mut self, param: &ast::Param, value: &At<Literal>) {
        let Literal::Int(number) = value.value else { return };
        if param.min.is_some_and(|min| number < min) || param.max.is_some_and(|max| number > max) {
            let bounds = match (param.min, param.max) {
                (Some(min), Some(max)) => format!("from {min} to {max}"),
                (Some(min), None) => format!("at least {min}"),
                (None, Some(max)) => format!("at most {max}"),
                (None, None) => return,
            };
            self.problem("rule/bounds", format!("`{}` is {bounds}, not {number}", param.name.value), value.place);
        }
    }

    /// The type of a parameter; `None` where it depends on another parameter or is unknown.
    fn param_type(&mut self, ty: &At<ParamType>) -> Option<Type> {
        let (name, list) = match &ty.value {
            ParamType::Named(name) => (name, false),
            ParamType::List(name) => (name, true),
            ParamType::Path { of } => {
                if !self.kinds.iter().any(|kind| kind.name == of) {
                    self.problem("rule/unknown-kind", format!("there is no kind `{of}`"), ty.place);
                }
                return Some(Type::Str);
            }
            ParamType::Value { like } | ParamType::Values { like } => {
                if !self.source.params.iter().any(|param| param.name.value == *like) {
                    self.problem("rule/unknown-param", format!("there is no parameter `{like}`"), ty.place);
                }
                return None;
            }
        };
        match named_type(name) {
            Some(ty) if list => Some(literals::list_of(ty)),
            Some(ty) => Some(ty),
            None => {
                let message = format!("there is no type `{name}`");
                self.suggest("rule/unknown-type", message, ty.place, name, literals::TYPE_NAMES, "the types are");
                None
            }
        }
    }

    fn rule(&mut self) -> Option<Compiled> {
        let source = self.source;
        let lookups = self.lookups();
        let filter = source.filter.as_ref().map(|condition| self.condition(condition));
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
        let mentioned = |param: &ast::Param| self.used.contains(&param.name.value);
        let unused: Vec<_> = source.params.iter().filter(|param| !mentioned(param)).collect();
        for param in unused {
            self.problem("rule/unused-param", format!("`{}` is never used", param.name.value), param.name.place);
        }
        let filter = match filter {
            Some(filter) => Some(filter?),
            None => None,
        };
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

    fn lookups(&mut self) -> Option<Vec<Lookup>> {
        let mut out = Vec::new();
        let mut whole = true;
        for lookup in &self.source.lookups {
            let Some(kind) = self.kinds.iter().find(|kind| kind.name == lookup.kind.value).copied() else {
                let names: Vec<&str> = self.kinds.iter().map(|kind| kind.name).collect();
                let message = format!("there is no kind `{}`", lookup.kind.value);
                self.suggest(
                    "rule/unknown-kind",
                    message,
                    lookup.kind.place,
                    &lookup.kind.value,
                    &names,
                    "the kinds are",
                );
                whole = false;
                continue;
            };
            let Some(ty) = literals::kind_type(kind) else { continue };
            let binding = self.bind(&lookup.name, ty, lookup.arity == Arity::Optional);
            if lookup.arity == Arity::Many {
                self.problem(
                    "rule/arity",
                    "`many` is not supported; use a list of the `service` kind",
                    lookup.name.place,
                );
            }
            let filter = match &lookup.filter {
                Some(filter) => {
                    // While a candidate is judged it is there.
                    let optional = std::mem::replace(&mut self.bindings[binding].optional, false);
                    let condition = self.condition(filter);
                    self.bindings[binding].optional = optional;
                    whole &= condition.is_some();
                    condition
                }
                None => None,
            };
            out.push(Lookup { name: lookup.name.value.clone(), kind, binding, filter, arity: lookup.arity });
        }
        whole.then_some(out)
    }
}
