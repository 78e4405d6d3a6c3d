//! Calls of predicates: every argument of the signature, each of its type.

use super::Checker;
use crate::model::schema::Type;
use crate::rules::ast::{At, Operand};
use crate::rules::builtin;
use crate::rules::ir::{Form, Value};
use crate::rules::literals;

impl Checker<'_> {
    /// A call of a predicate: every argument of its signature, each of its type.
    pub(super) fn call(&mut self, name: &At<String>, with: &[(At<String>, At<Operand>)]) -> Option<Form> {
        let Some(builtin) = builtin::find(&name.value) else {
            let known: Vec<&str> = builtin::BUILTINS.iter().map(|builtin| builtin.name).collect();
            let message = format!("there is no predicate `{}`", name.value);
            self.suggest("rule/unknown-check", message, name.place, &name.value, &known, "the predicates are");
            return None;
        };
        let names: Vec<&str> = builtin.parameters.iter().map(|parameter| parameter.name).collect();
        for (given, _) in with.iter().filter(|(given, _)| !names.contains(&given.value.as_str())) {
            let message = format!("`{}` has no argument `{}`", builtin.name, given.value);
            self.suggest("rule/unknown-argument", message, given.place, &given.value, &names, "its arguments are");
        }
        let mut arguments = Vec::new();
        for parameter in builtin.parameters {
            let Some((_, operand)) = with.iter().find(|(given, _)| given.value == parameter.name) else {
                let message = format!("`{}` needs `{}`, a {}", builtin.name, parameter.name, parameter.wants.name());
                self.problem("rule/missing-argument", message, name.place);
                continue;
            };
            arguments.extend(self.call_argument(parameter, operand));
        }
        (arguments.len() == builtin.parameters.len()).then_some(Form::Check(builtin, arguments))
    }

    fn call_argument(&mut self, parameter: &builtin::Parameter, operand: &At<Operand>) -> Option<Value> {
        let (ty, value) = match &operand.value {
            Operand::Field(text) => {
                let path = self.path(&At::new(text.clone(), operand.place))?;
                (path.ty, Value::Path(path))
            }
            Operand::Param(name) => {
                let (ty, literal) = self.argument(name, operand.place)?;
                (ty, Value::Const(literals::typed(ty, &literal.value, literal.place).ok()?))
            }
            Operand::Literal(literal) => {
                let constant = literals::typed(Type::Str, literal, operand.place);
                (Type::Str, Value::Const(constant.map_err(|problem| self.problems.push(*problem)).ok()?))
            }
        };
        if !parameter.wants.takes(ty) {
            let message = format!("`{}` is a {}, not {}", parameter.name, parameter.wants.name(), ty.phrase());
            self.problem("rule/type", message, operand.place);
            return None;
        }
        Some(value)
    }
}
