//! The type checker: names become indices, literals become values, and what can never be true does not load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ast::{self, Arity, At, Literal, Operand, ParamType, RuleSource};
use super::ir::{Compare, Compiled, Cond, Const, Form, Lookup, Over, Path, Quantified, Root, Value};
use super::literals::{self, named_type};
use super::operators::{Operator, Takes};
use super::pattern::Pattern;
use super::template::{Filter, Piece, Raw, Template, split};
use crate::diagnostic::{Problem, nearest};
use crate::finding::Label;
use crate::model::schema::{StructDef, Type};
use crate::source::{Place, Span};

/// Values for a rule's parameters, each with the place where it was given.
pub type Arguments = BTreeMap<String, At<Literal>>;

struct Binding {
    name: String,
    ty: Type,
    optional: bool,
}

struct Checker<'c> {
    source: &'c RuleSource,
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
        Some(compiled) if checker.problems.is_empty() => Ok(Compiled { source: Arc::clone(source), ..compiled }),
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
            source: Arc::new(source.clone()),
            kind: self.target,
            filter,
            lookups: lookups?,
            require: require?,
            message,
            missing,
            help,
            labels,
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

    fn conditions(&mut self, parts: &[ast::Condition]) -> Option<Vec<Cond>> {
        let parts: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        parts.into_iter().collect()
    }

    fn condition(&mut self, condition: &ast::Condition) -> Option<Cond> {
        let form = match &condition.form {
            ast::Form::All(parts) => Form::All(self.conditions(parts)?),
            ast::Form::Any(parts) => Form::Any(self.conditions(parts)?),
            ast::Form::None(parts) => Form::None(self.conditions(parts)?),
            ast::Form::Not(part) => Form::Not(Box::new(self.condition(part)?)),
            ast::Form::Each(quantifier) => Form::Each(self.quantifier(quantifier)?.0),
            ast::Form::Some(quantifier) => Form::Some(self.quantifier(quantifier)?.0),
            ast::Form::Count(quantifier, operator, number) => {
                let (over, ()) = self.quantifier(quantifier)?;
                Form::Count(over, Operator::from_word(&operator.value)?, number.value)
            }
            ast::Form::Agree(quantifier, value) => {
                let mut path = None;
                let (over, ()) = self.quantified(quantifier, |checker| {
                    path = checker.path(value);
                })?;
                let path = path?;
                if matches!(path.ty, Type::List(_) | Type::Struct(_) | Type::Tree) {
                    let message = format!("`agree` compares values, and `{}` is a {}", value.value, path.ty.name());
                    self.problem("rule/type", message, value.place);
                    return None;
                }
                Form::Agree(over, path)
            }
            ast::Form::Field { path, operator, operand, absent } => {
                self.comparison(path, operator, operand, absent.as_ref())?
            }
            ast::Form::Param { name, operator, operand } => self.switch(name, operator, operand)?,
        };
        let say = condition.say.as_ref().map(|say| self.template(say, false));
        Some(Cond { form, say })
    }

    fn quantifier(&mut self, quantifier: &ast::Quantifier) -> Option<(Quantified, ())> {
        self.quantified(quantifier, |_| ())
    }

    fn quantified<T>(
        &mut self,
        quantifier: &ast::Quantifier,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> Option<(Quantified, T)> {
        let (over, element) = match &quantifier.list.value {
            Operand::Param(name) => {
                let (ty, literal) = self.argument(name, quantifier.list.place)?;
                let Type::List(element) = ty else {
                    let message = format!("`${name}` is a {}, not a list", ty.name());
                    self.problem("rule/type", message, quantifier.list.place);
                    return None;
                };
                let Const::List(items) = literals::typed(ty, &literal).ok()? else { return None };
                (Over::Consts(items), *element)
            }
            Operand::Field(_) | Operand::Literal(_) => {
                let text = match &quantifier.list.value {
                    Operand::Field(text) => text.clone(),
                    _ => return None,
                };
                let path = self.path(&At::new(text, quantifier.list.place))?;
                let Type::List(element) = path.ty else {
                    let message = format!("`{}` is a {}, not a list", path.text, path.ty.name());
                    self.problem("rule/type", message, quantifier.list.place);
                    return None;
                };
                (Over::Path(path), *element)
            }
        };
        let depth = self.visible.len();
        let binding = self.bind(&quantifier.name, element, false);
        let filter = quantifier.filter.as_ref().map(|filter| self.condition(filter));
        let require = quantifier.require.as_ref().map(|require| self.condition(require));
        let inner = inside(self);
        self.visible.truncate(depth);
        let boxed = |part: Option<Option<Cond>>| match part {
            Some(Some(condition)) => Some(Some(Box::new(condition))),
            Some(None) => None,
            None => Some(None),
        };
        let (filter, require) = (boxed(filter)?, boxed(require)?);
        Some((Quantified { over, binding, filter, require }, inner))
    }

    fn switch(&mut self, name: &At<String>, operator: &At<String>, operand: &At<Literal>) -> Option<Form> {
        let given = self.argument(&name.value, name.place)?;
        let holds = match (operator.value.as_str(), &operand.value) {
            ("eq", literal) => given.1.value == *literal,
            ("ne", literal) => given.1.value != *literal,
            ("in", Literal::List(items)) => items.iter().any(|item| item.value == given.1.value),
            ("not_in", Literal::List(items)) => items.iter().all(|item| item.value != given.1.value),
            ("exists", Literal::Bool(wanted)) => *wanted,
            ("empty", Literal::Bool(wanted)) => match &given.1.value {
                Literal::List(items) => items.is_empty() == *wanted,
                Literal::Str(text) => text.is_empty() == *wanted,
                _ => !*wanted,
            },
            _ => {
                let message = format!("`{}` does not compare a parameter with this", operator.value);
                self.problem("rule/operator", message, operator.place);
                return None;
            }
        };
        Some(Form::Const(holds))
    }

    /// The declared type and the value of a parameter.
    fn argument(&mut self, name: &str, place: Place) -> Option<(Type, At<Literal>)> {
        let source = self.source;
        let Some(param) = source.params.iter().find(|param| param.name.value == name) else {
            let names: Vec<&str> = source.params.iter().map(|param| param.name.value.as_str()).collect();
            let message = format!("there is no parameter `{name}`");
            self.suggest("rule/unknown-param", message, place, name, &names, "the parameters are");
            return None;
        };
        self.used.insert(name.to_owned());
        let literal = self.arguments.get(name)?.clone();
        let ty = match &param.ty.value {
            ParamType::Value { like } | ParamType::Values { like } => {
                self.used.insert(like.clone());
                let path = self.arguments.get(like)?.clone();
                let ty = self.model_path(&At::new(path.value.text(), path.place))?.ty;
                if matches!(param.ty.value, ParamType::Values { .. }) { literals::list_of(ty) } else { ty }
            }
            _ => self.param_type(&param.ty.clone())?,
        };
        Some((ty, literal))
    }

    fn comparison(
        &mut self,
        path: &At<String>,
        operator: &At<String>,
        operand: &At<Operand>,
        absent: Option<&At<bool>>,
    ) -> Option<Form> {
        let word = Operator::from_word(&operator.value)?;
        let path_place = path.place;
        let path = self.path(path)?;
        if !word.fits(path.ty) {
            let message = format!("`{}` cannot be used on `{}`, a {}", operator.value, path.text, path.ty.name());
            let fitting: Vec<&str> =
                Operator::ALL.iter().filter(|other| other.fits(path.ty)).map(|other| other.as_str()).collect();
            let help = format!("what can: {}", fitting.join(", "));
            self.problem("rule/operator", message, operator.place).help = Some(help);
            return None;
        }
        if word == Operator::Exists && !path.optional {
            let message = format!("`{}` is always there, so this can never change", path.text);
            self.problem("rule/constant", message, path_place);
            return None;
        }
        match absent {
            Some(absent) if !path.optional => {
                let message = format!("`{}` is never absent", path.text);
                self.problem("rule/absence", message, absent.place).help = Some("leave `absent` out".to_owned());
            }
            None if word.is_negative() && path.optional => {
                let message =
                    format!("`{}` may be absent, and `{}` does not say what absence means", path.text, operator.value);
                let help = "add `absent: pass` or `absent: fail`".to_owned();
                self.problem("rule/absence", message, operator.place).help = Some(help);
            }
            _ => {}
        }
        let operand = self.operand(word, &path, operand)?;
        Some(Form::Compare(Compare { path, operator: word, operand, absent: absent.map(|absent| absent.value) }))
    }

    fn operand(&mut self, operator: Operator, path: &Path, operand: &At<Operand>) -> Option<Value> {
        let element = match path.ty {
            Type::List(element) => *element,
            other => other,
        };
        let wanted = match operator.takes() {
            Takes::Same | Takes::Element => element,
            Takes::ListOfSame | Takes::ListOfElement => literals::list_of(element),
            Takes::Bool => Type::Bool,
            Takes::Regex | Takes::Glob => Type::Str,
            Takes::Path => Type::Path,
        };
        // Part of a word is no word, so `contains` on text takes any text.
        let wanted = match (operator, wanted) {
            (Operator::Contains | Operator::StartsWith | Operator::EndsWith, Type::Enum(_) | Type::Path) => Type::Str,
            _ => wanted,
        };
        let (literal, declared) = match &operand.value {
            Operand::Literal(literal) => (At::new(literal.clone(), operand.place), None),
            Operand::Param(name) => {
                let (ty, literal) = self.argument(name, operand.place)?;
                (literal, Some(ty))
            }
            Operand::Field(text) => {
                let other = self.path(&At::new(text.clone(), operand.place))?;
                let is_pattern =
                    operator != Operator::HasMatch && matches!(operator.takes(), Takes::Regex | Takes::Glob);
                if !literals::comparable(wanted, other.ty) || is_pattern {
                    let message =
                        format!("`{}` is a {}, and a {} is wanted here", other.text, other.ty.name(), wanted.name());
                    self.problem("rule/type", message, operand.place);
                    return None;
                }
                return Some(Value::Path(other));
            }
        };
        if let Some(declared) = declared
            && !literals::comparable(wanted, declared)
        {
            let message = format!("the parameter is a {}, and a {} is wanted here", declared.name(), wanted.name());
            self.problem("rule/type", message, operand.place);
            return None;
        }
        match operator.takes() {
            Takes::Regex | Takes::Glob => self.pattern(operator, &literal),
            _ => match literals::typed(wanted, &literal) {
                Ok(value) => Some(Value::Const(value)),
                Err(problem) => {
                    self.problems.push(*problem);
                    None
                }
            },
        }
    }

    fn pattern(&mut self, operator: Operator, literal: &At<Literal>) -> Option<Value> {
        let Literal::Str(text) = &literal.value else {
            self.problem("rule/type", "a pattern is text", literal.place);
            return None;
        };
        let pattern = match operator.takes() {
            Takes::Glob => Pattern::glob(text),
            _ => match Pattern::regex(text) {
                Ok(pattern) => pattern,
                Err(reason) => {
                    self.problem("rule/regex", format!("the pattern does not compile: {reason}"), literal.place);
                    return None;
                }
            },
        };
        Some(Value::Const(Const::Pattern(pattern)))
    }

    /// Resolves a path; `$name` stands for the path that a parameter gives.
    fn path(&mut self, path: &At<String>) -> Option<Path> {
        if let Some(name) = path.value.strip_prefix('$') {
            let (_, literal) = self.argument(name, path.place)?;
            let given = At::new(literal.value.text(), literal.place);
            return self.model_path(&given);
        }
        let (first, rest) = path.value.split_once('.').map_or((path.value.as_str(), None), |(a, b)| (a, Some(b)));
        let bound = self.visible.iter().rev().find(|index| self.bindings[**index].name == first).copied();
        match bound {
            Some(index) => {
                let (ty, optional) = (self.bindings[index].ty, self.bindings[index].optional);
                let text = rest.unwrap_or(first).to_owned();
                let start = Path { root: Root::Binding(index), steps: Vec::new(), ty, optional, text };
                match rest {
                    Some(rest) => self.steps(start, rest, path, first.len() + 1),
                    None => Some(start),
                }
            }
            None => self.model_path(path),
        }
    }

    fn model_path(&mut self, path: &At<String>) -> Option<Path> {
        let ty = literals::kind_type(self.target)?;
        let start = Path { root: Root::Target, steps: Vec::new(), ty, optional: false, text: path.value.clone() };
        self.steps(start, &path.value.clone(), path, 0)
    }

    fn steps(&mut self, mut path: Path, rest: &str, whole: &At<String>, mut offset: usize) -> Option<Path> {
        for step in rest.split('.') {
            let place = within(whole, offset, step.len());
            offset += step.len() + 1;
            let def = match path.ty {
                Type::Struct(def) => def(),
                Type::List(_) => {
                    self.problem("rule/list", format!("`{step}` is looked for in a list"), place).help =
                        Some("go over its elements with `each`, `some` or `count`".to_owned());
                    return None;
                }
                other => {
                    self.problem("rule/unknown-field", format!("a {} has no field `{step}`", other.name()), place);
                    return None;
                }
            };
            let Some((index, field)) = def.field(step) else {
                let mut names: Vec<&str> = def.fields.iter().map(|field| field.name).collect();
                if path.steps.is_empty() && path.root == Root::Target {
                    names.extend(self.visible.iter().map(|index| self.bindings[*index].name.as_str()));
                }
                let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let message = format!("`{}` has no field `{step}`", def.name);
                self.suggest("rule/unknown-field", message, place, step, &names, "its fields are");
                return None;
            };
            path.steps.push(index);
            path.ty = field.ty;
            path.optional |= field.optional;
        }
        Some(path)
    }

    fn template(&mut self, text: &At<String>, deciding: bool) -> Template {
        let mut pieces = Vec::new();
        for raw in split(&text.value) {
            match raw {
                Raw::Text(text) => pieces.push(Piece::Text(text)),
                Raw::Stray(offset) => {
                    self.problem("rule/placeholder", "a brace without its partner", within(text, offset, 1)).help =
                        Some("write `{{` or `}}` for a brace".to_owned());
                }
                Raw::Placeholder(inside, offset) => {
                    let place = within(text, offset, inside.len());
                    pieces.extend(self.placeholder(inside, place, deciding));
                }
            }
        }
        Template { pieces }
    }

    fn placeholder(&mut self, inside: &str, place: Place, deciding: bool) -> Option<Piece> {
        let (name, filter) = match inside.split_once('|') {
            Some((name, filter)) => {
                if let Some(filter) = Filter::from_word(filter.trim()) {
                    (name.trim(), filter)
                } else {
                    let message = format!("there is no filter `{}`", filter.trim());
                    self.suggest("rule/placeholder", message, place, filter.trim(), Filter::WORDS, "the filters are");
                    return None;
                }
            }
            None => (inside.trim(), Filter::Plain),
        };
        match name {
            "actual" if deciding => Some(Piece::Actual(filter)),
            "expected" if deciding => Some(Piece::Expected),
            "target" => Some(Piece::Target),
            _ if name.starts_with("param.") => {
                let (_, literal) = self.argument(name.get(6..)?, place)?;
                Some(Piece::Text(literals::shown(&literal.value, filter)))
            }
            _ => Some(Piece::Field(self.path(&At::new(name.to_owned(), place))?, filter)),
        }
    }
}

/// The place of a part of a scalar. Exact for plain text on one line; elsewhere the whole scalar.
fn within(whole: &At<String>, offset: usize, length: usize) -> Place {
    let span = whole.place.span;
    let quote = match span.len().checked_sub(whole.value.len()) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return whole.place,
    };
    let start = span.start as usize + quote + offset;
    Place { file: whole.place.file, span: Span::new(start, start + length) }
}
