//! Parameters: defaults and given values put together, their types, their bounds, and which may be left out.

use super::{Checker, plain};
use crate::diagnostic::{Problem, nearest};
use crate::model::schema::Type;
use crate::rules::ast::{self, Arguments, At, Condition, Form, Literal, ParamType, RuleSource};
use crate::rules::ir::Const;
use crate::rules::literals::{self, named_type};
use crate::rules::pattern::Pattern;
use crate::rules::range::Range;
use crate::source::Place;

/// Names that are given to a rule and that it does not have. Each comes with its place.
pub fn unknown_params<'n>(source: &RuleSource, given: impl IntoIterator<Item = (&'n str, Place)>) -> Vec<Problem> {
    let unknown = given.into_iter().filter(|(name, _)| source.params.iter().all(|param| param.name.value != *name));
    unknown
        .map(|(name, place)| {
            let names: Vec<&str> = source.params.iter().map(|param| param.name.value.as_str()).collect();
            let message = format!("the rule `{}` has no parameter `{name}`", source.id.value);
            plain("rule/unknown-param", message, place).with_help(match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "it takes none".to_owned(),
                None => format!("its parameters are {}", names.join(", ")),
            })
        })
        .collect()
}

impl<'c> Checker<'c> {
    /// Puts defaults and given values together, and checks their types and bounds.
    pub(super) fn arguments(&mut self, given: &'c Arguments) {
        let source = self.source;
        let places = given.iter().map(|(name, value)| (name.as_str(), value.place));
        self.problems.extend(unknown_params(source, places));
        for param in &source.params {
            self.declaration(param);
            let value = given.get(&param.name.value).or(param.default.as_ref());
            let Some(value) = value else {
                self.param_type(&param.ty);
                if !param.optional {
                    let message = format!("`{}` has no default and must be given", param.name.value);
                    self.problem("rule/missing-param", message, param.name.place);
                }
                continue;
            };
            if let Some(ty) = self.param_type(&param.ty)
                && (!self.bounded(param, value) || !self.well_formed(param, ty, value))
            {
                continue;
            }
            self.arguments.insert(&param.name.value, value);
        }
    }

    /// What is wrong with a declaration, whatever is given.
    fn declaration(&mut self, param: &ast::Param) {
        let name = &param.name;
        let depends = !matches!(param.ty.value, ParamType::Named(_) | ParamType::List(_));
        if param.optional && (depends || param.default.is_some()) {
            let message = if depends {
                format!("`{}` stands for a part of the model, and cannot be left out", name.value)
            } else {
                format!("`{}` has a default, so that it is never left out", name.value)
            };
            self.problem("rule/optional-param", message, name.place).help = Some("leave out `optional`".to_owned());
        }
        let bounded = param.min.is_some() || param.max.is_some();
        let is_text = match &param.ty.value {
            ParamType::Named(ty) => !matches!(ty.as_str(), "int" | "uid" | "port") && named_type(ty).is_some(),
            _ => true,
        };
        if bounded && is_text {
            let message = format!("`{}` is no whole number, so that it has no `min` and no `max`", name.value);
            self.problem("rule/bounds", message, name.place);
        }
        if let (Some(min), Some(max)) = (param.min, param.max)
            && min > max
        {
            let message = format!("no number is at least {min} and at most {max}");
            self.problem("rule/bounds", message, name.place);
        }
        if let ParamType::Path { of } = &param.ty.value
            && *of != self.target.name
            && self.kinds.iter().any(|kind| kind.name == of)
        {
            let message = format!("the rule looks at `{}`, and its paths begin there", self.target.name);
            self.problem("rule/unknown-kind", message, param.ty.place).help =
                Some(format!("write `of: {}`", self.target.name));
        }
    }

    fn bounded(&mut self, param: &ast::Param, value: &At<Literal>) -> bool {
        let Literal::Int(number) = value.value else { return true };
        if param.min.is_some_and(|min| number < min) || param.max.is_some_and(|max| number > max) {
            let bounds = match (param.min, param.max) {
                (Some(min), Some(max)) => format!("from {min} to {max}"),
                (Some(min), None) => format!("at least {min}"),
                (None, Some(max)) => format!("at most {max}"),
                (None, None) => return true,
            };
            self.problem("rule/bounds", format!("`{}` is {bounds}, not {number}", param.name.value), value.place);
            return false;
        }
        true
    }

    /// Whether a value has the type and the form that its parameter asks for.
    fn well_formed(&mut self, param: &ast::Param, ty: Type, value: &At<Literal>) -> bool {
        if let Err(problem) = literals::typed(ty, &value.value, value.place) {
            self.problems.push(*problem);
            return false;
        }
        let (name, values) = match (&param.ty.value, &value.value) {
            (ParamType::List(name), Literal::List(items)) => (name, items.iter().collect()),
            (ParamType::Named(name), _) => (name, vec![value]),
            (ParamType::Path { .. }, _) => {
                return self.model_path(&At::new(value.value.text(), value.place)).is_some();
            }
            _ => return true,
        };
        let before = self.problems.len();
        for value in values {
            let Literal::Str(text) = &value.value else { continue };
            if let Some(words) = literals::enum_words(name).filter(|words| !words.contains(&text.as_str())) {
                let message = format!("`{text}` is none of the words of `{}`", param.name.value);
                self.suggest("rule/enum", message, value.place, text, &words, "they are");
            }
            match name.as_str() {
                "regex" => {
                    if let Err(reason) = Pattern::regex(text) {
                        self.problem("rule/regex", format!("the pattern does not compile: {reason}"), value.place);
                    }
                }
                "range" if Range::versions(text).or_else(|| Range::addresses(text)).is_none() => {
                    self.not_a_range(text, value.place);
                }
                "image" if text.is_empty() || text.contains(char::is_whitespace) => {
                    self.problem("rule/type", format!("\"{text}\" is not an image"), value.place);
                }
                _ => {}
            }
        }
        self.problems.len() == before
    }

    pub(super) fn not_a_range(&mut self, text: &str, place: Place) {
        self.problem("rule/type", format!("\"{text}\" is no range of versions or addresses"), place).help =
            Some("write it as `>=1.2, <2` or `10.0.0.0/8`".to_owned());
    }

    /// The type of a parameter; `None` where it depends on another parameter or is unknown.
    pub(super) fn param_type(&mut self, ty: &At<ParamType>) -> Option<Type> {
        let (name, list) = match &ty.value {
            ParamType::Named(name) => (name, false),
            ParamType::List(name) => (name, true),
            ParamType::Path { of } => {
                let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.name).collect();
                if !kinds.contains(&of.as_str()) {
                    let message = format!("there is no kind `{of}`");
                    self.suggest("rule/unknown-kind", message, ty.place, of, &kinds, "the kinds are");
                }
                return Some(Type::Str);
            }
            ParamType::Value { like } | ParamType::Values { like } => {
                let source = self.source;
                let paths = source.params.iter().filter(|param| matches!(param.ty.value, ParamType::Path { .. }));
                let names: Vec<&str> = paths.map(|param| param.name.value.as_str()).collect();
                if !names.contains(&like.as_str()) {
                    let message = format!("there is no parameter `{like}` of type `path`");
                    self.suggest("rule/unknown-param", message, ty.place, like, &names, "such are");
                }
                return None;
            }
        };
        let known = match literals::enum_words(name) {
            Some(_) => Some(Type::Str),
            None => named_type(name).or_else(|| self.type_of_field(name, ty.place)),
        };
        match known {
            Some(ty) if list => Some(literals::list_of(ty)),
            Some(ty) => Some(ty),
            None => {
                let message = format!("there is no type `{name}`");
                let fields = literals::fields_like(name, self.kinds);
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                let known = if fields.is_empty() { literals::TYPE_NAMES } else { &fields };
                self.suggest("rule/unknown-type", message, ty.place, name, known, "the types are");
                None
            }
        }
    }

    /// The type of a field that is named with its struct.
    fn type_of_field(&mut self, name: &str, place: Place) -> Option<Type> {
        let (found, def, present) = literals::field_type(name, self.kinds)?;
        let (of, field) = name.rsplit_once('.')?;
        if field != present {
            self.warn_of_former(def, field, present, &format!("{of}.{present}"), place);
        }
        Some(found)
    }

    /// Refuses a parameter that may be left out where nothing has asked whether it is there.
    pub(super) fn guarded(&mut self, param: &ast::Param, place: Place) {
        if param.optional && !self.guards.contains(&param.name.value) {
            let name = &param.name.value;
            let message = format!("`{name}` may be left out, and nothing here asks whether it is there");
            let help = format!("put it beside `{{ param: {name}, exists: true }}` in an `all`, or `false` in an `any`");
            self.problem("rule/optional-param", message, place).help = Some(help);
        }
    }

    /// Runs `inside` where the parameters whose presence `parts` ask for are there.
    pub(super) fn with_guards<T>(
        &mut self,
        parts: &[Condition],
        present: bool,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.guards.len();
        self.guards.extend(parts.iter().filter_map(|part| guard(part, present)));
        let out = inside(self);
        self.guards.truncate(before);
        out
    }

    /// A switch on a parameter, decided at load.
    pub(super) fn switch(&mut self, name: &At<String>, operator: &At<String>, operand: &At<Literal>) -> Option<bool> {
        let source = self.source;
        let param = source.params.iter().find(|param| param.name.value == name.value);
        if let Some(param) = param.filter(|_| operator.value == "exists") {
            self.used.push(&param.name.value);
            if !param.optional {
                let message = format!("`{}` is always there, so this can never change", name.value);
                self.problem("rule/constant", message, name.place).help =
                    Some("a parameter that may be left out says `optional: true`".to_owned());
                return None;
            }
            let Literal::Bool(wanted) = operand.value else {
                self.problem("rule/type", "`exists` is `true` or `false`", operand.place);
                return None;
            };
            return Some(self.arguments.contains_key(name.value.as_str()) == wanted);
        }
        let (ty, literal) = self.argument(&name.value, name.place)?;
        let is_given = self.arguments.contains_key(name.value.as_str());
        let wanted = match operator.value.as_str() {
            "eq" | "ne" => ty,
            "in" | "not_in" => literals::list_of(ty),
            "empty" if matches!(ty, Type::List(_) | Type::Str | Type::Path) => Type::Bool,
            _ => {
                let message = format!("`{}` cannot be used on `{}`, {}", operator.value, name.value, ty.phrase());
                self.problem("rule/operator", message, operator.place);
                return None;
            }
        };
        let typed =
            literals::typed(wanted, &operand.value, operand.place).map_err(|problem| self.problems.push(*problem));
        if !is_given {
            return Some(false);
        }
        let given = literals::typed(ty, &literal.value, literal.place);
        let (Ok(typed), Ok(given)) = (typed, given) else { return None };
        Some(match (operator.value.as_str(), &typed) {
            ("eq", typed) => same(&given, typed),
            ("ne", typed) => !same(&given, typed),
            ("in", Const::List(items)) => items.iter().any(|item| same(&given, item)),
            ("not_in", Const::List(items)) => !items.iter().any(|item| same(&given, item)),
            (_, Const::Bool(wanted)) => match &given {
                Const::List(items) => items.is_empty() == *wanted,
                given => given.text().is_empty() == *wanted,
            },
            _ => false,
        })
    }
}

/// The parameter whose presence, or absence, a condition asks for.
fn guard(part: &Condition, present: bool) -> Option<String> {
    match &part.form {
        Form::Param { name, operator, operand }
            if operator.value == "exists" && operand.value == Literal::Bool(present) =>
        {
            Some(name.value.clone())
        }
        _ => None,
    }
}

/// Whether two constants of one type are the same.
fn same(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::Duration(a), Const::Duration(b)) => a == b,
        (Const::Quantity(a), Const::Quantity(b)) => a == b,
        (Const::List(a), Const::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => a.text() == b.text(),
    }
}
