//! Typing of conditions: operators fit their fields, literals their types, and nothing is constant.

use super::Checker;
use super::constant::constant;
use crate::model::schema::Type;
use crate::rules::ast::{self, At, Literal, Operand};
use crate::rules::ir::{Compare, Cond, Const, Form, Over, Path, Quantified, Value};
use crate::rules::literals;
use crate::rules::operators::{Operator, Takes};
use crate::rules::pattern::Pattern;
use crate::rules::range::Range;
use crate::source::Place;

impl Checker<'_> {
    pub(super) fn conditions(&mut self, parts: &[ast::Condition]) -> Option<Vec<Cond>> {
        let parts: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        parts.into_iter().collect()
    }

    /// The parts of an `all`, or of an `any`. One that asks whether a parameter is there decides alone where it can, so
    /// that the others never look at a parameter that was left out.
    fn group(&mut self, parts: &[ast::Condition], is_all: bool) -> Option<Form> {
        let compiled = self.with_guards(parts, is_all, |checker| checker.conditions(parts))?;
        let asks = |part: &ast::Condition| matches!(&part.form, ast::Form::Param { operator, .. } if operator.value == "exists");
        let decided = |(part, cond): (&ast::Condition, &Cond)| {
            asks(part) && matches!(cond.form, Form::Const(holds) if holds != is_all)
        };
        if parts.iter().zip(&compiled).any(decided) {
            return Some(Form::Const(!is_all));
        }
        Some(if is_all { Form::All(compiled) } else { Form::Any(compiled) })
    }

    pub(super) fn condition(&mut self, condition: &ast::Condition) -> Option<Cond> {
        let form = match &condition.form {
            ast::Form::All(parts) => self.group(parts, true)?,
            ast::Form::Any(parts) => self.group(parts, false)?,
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
                    let message = format!("`agree` compares values, and `{}` is {}", value.value, path.ty.phrase());
                    self.problem("rule/type", message, value.place);
                    return None;
                }
                Form::Agree(over, path)
            }
            ast::Form::Field { path, operator, operand, absent } => {
                self.comparison(path, operator, operand, absent.as_ref())?
            }
            ast::Form::Param { name, operator, operand } => Form::Const(self.switch(name, operator, operand)?),
            ast::Form::Check { name, with } => self.call(name, with)?,
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
        let Some((over, element)) = self.over(&quantifier.list) else {
            self.poisoned.push(quantifier.name.value.clone());
            return None;
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

    /// The list that a quantifier goes over, with the type of its elements.
    fn over(&mut self, list: &At<Operand>) -> Option<(Over, Type)> {
        match &list.value {
            Operand::Param(name) => {
                let (ty, literal) = self.argument(name, list.place)?;
                let Type::List(element) = ty else {
                    let message = format!("`${name}` is {}, not a list", ty.phrase());
                    self.problem("rule/type", message, list.place);
                    return None;
                };
                let Const::List(items) = literals::typed(ty, &literal.value, literal.place).ok()? else { return None };
                Some((Over::Consts(items), *element))
            }
            Operand::Field(_) | Operand::Literal(_) => {
                let text = match &list.value {
                    Operand::Field(text) => text.clone(),
                    _ => return None,
                };
                let path = self.path(&At::new(text, list.place))?;
                let Type::List(element) = path.ty else {
                    let message = format!("`{}` is {}, not a list", path.text, path.ty.phrase());
                    self.problem("rule/type", message, list.place);
                    return None;
                };
                Some((Over::Path(path), *element))
            }
        }
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
            let message = format!("`{}` cannot be used on `{}`, {}", operator.value, path.text, path.ty.phrase());
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
        let compared = self.operand(word, &path, operand);
        // A field on the right that is absent leaves nothing to compare with either.
        let optional = path.optional || matches!(&compared, Some(Value::Path(other)) if other.optional);
        match absent {
            Some(absent) if !optional => {
                let message = format!("`{}` is never absent", path.text);
                self.problem("rule/absence", message, absent.place).help = Some("leave `absent` out".to_owned());
            }
            None if word.is_negative() && optional => {
                let missing = match &compared {
                    Some(Value::Path(other)) if !path.optional => &other.text,
                    _ => &path.text,
                };
                let message =
                    format!("`{missing}` may be absent, and `{}` does not say what absence means", operator.value);
                let help = "add `absent: pass` or `absent: fail`".to_owned();
                self.problem("rule/absence", message, operator.place).help = Some(help);
            }
            _ => {}
        }
        let compared = compared?;
        if let Some(why) = constant(word, &path, &compared, matches!(operand.value, Operand::Param(_))) {
            self.problem("rule/constant", why, operand.place);
        }
        Some(Form::Compare(Compare {
            path,
            operator: word,
            operand: compared,
            absent: absent.map(|absent| absent.value),
        }))
    }

    fn operand(&mut self, operator: Operator, path: &Path, operand: &At<Operand>) -> Option<Value> {
        let element = match literals::compared(path.ty) {
            Type::List(element) => *element,
            other => other,
        };
        let wanted = match operator.takes() {
            Takes::Same | Takes::Element => element,
            Takes::ListOfSame | Takes::ListOfElement => literals::list_of(element),
            Takes::Bool => Type::Bool,
            Takes::Regex | Takes::Glob | Takes::Range => Type::Str,
            Takes::Path => Type::Path,
        };
        // Part of a word is no word, so `contains` on text takes any text.
        let wanted = match (operator, wanted) {
            (Operator::Contains, Type::Enum(_) | Type::Path | Type::Version) if !matches!(path.ty, Type::List(_)) => {
                Type::Str
            }
            (Operator::StartsWith | Operator::EndsWith, Type::Enum(_) | Type::Path | Type::Version) => Type::Str,
            _ => wanted,
        };
        let given;
        let (literal, place, declared) = match &operand.value {
            Operand::Literal(literal) => (literal, operand.place, None),
            Operand::Param(name) => {
                let (ty, found) = self.argument(name, operand.place)?;
                given = found;
                (&given.value, given.place, Some(ty))
            }
            Operand::Field(text) => {
                let other = self.path(&At::new(text.clone(), operand.place))?;
                let is_pattern = operator != Operator::HasMatch
                    && matches!(operator.takes(), Takes::Regex | Takes::Glob | Takes::Range);
                if !literals::comparable(wanted, literals::compared(other.ty)) || is_pattern {
                    let message =
                        format!("`{}` is {}, and {} is wanted here", other.text, other.ty.phrase(), wanted.phrase());
                    self.problem("rule/type", message, operand.place);
                    return None;
                }
                return Some(Value::Path(other));
            }
        };
        if let Some(declared) = declared
            && !literals::comparable(wanted, declared)
        {
            let message = format!("the parameter is {}, and {} is wanted here", declared.phrase(), wanted.phrase());
            self.problem("rule/type", message, operand.place);
            return None;
        }
        if let Operand::Param(name) = &operand.value
            && !self.arguments.contains_key(name.as_str())
        {
            return Some(Value::Const(Const::List(Vec::new())));
        }
        let typed = || match (operator.takes(), element, literal) {
            // Each word of a list has to be one that can occur.
            (Takes::ListOfSame | Takes::ListOfElement, Type::Enum(_), Literal::List(items)) => {
                let words = items.iter().map(|item| literals::typed(element, &item.value, item.place));
                words.collect::<Result<_, _>>().map(Const::List)
            }
            _ => literals::typed(wanted, literal, place),
        };
        match operator.takes() {
            Takes::Regex | Takes::Glob => self.pattern(operator, literal, place),
            Takes::Range => self.range(path, literal, place),
            _ => match typed() {
                Ok(value) => Some(Value::Const(value)),
                Err(problem) => {
                    self.problems.push(*problem);
                    None
                }
            },
        }
    }

    fn pattern(&mut self, operator: Operator, literal: &Literal, place: Place) -> Option<Value> {
        let Literal::Str(text) = literal else {
            self.problem("rule/type", "a pattern is text", place);
            return None;
        };
        let pattern = match operator.takes() {
            Takes::Glob => Pattern::glob(text),
            _ => match Pattern::regex(text) {
                Ok(pattern) => pattern,
                Err(reason) => {
                    self.problem("rule/regex", format!("the pattern does not compile: {reason}"), place);
                    return None;
                }
            },
        };
        Some(Value::Const(Const::Pattern(pattern)))
    }

    fn range(&mut self, path: &Path, literal: &Literal, place: Place) -> Option<Value> {
        let Literal::Str(text) = literal else {
            self.problem("rule/type", "a range is text", place);
            return None;
        };
        let addresses = || Range::addresses(text).filter(|_| path.ty.name() != Type::Version.name());
        let Some(range) = addresses().or_else(|| Range::versions(text)) else {
            self.not_a_range(text, place);
            return None;
        };
        Some(Value::Const(Const::Range(range)))
    }
}
