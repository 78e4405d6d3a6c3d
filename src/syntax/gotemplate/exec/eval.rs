//! Pipelines, and the values of what stands in them.

use std::rc::Rc;

use gotmpl::parse::{CommandNode, Expr, Number, PipeNode, SmolStr};

use super::{Run, Template};
use crate::syntax::gotemplate::{Outcome, Text, Value, functions, parse, refuse};

impl Run<'_> {
    /// What another template prints.
    fn capture(&mut self, run: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome {
        let out = std::mem::take(&mut self.out);
        self.captures += 1;
        run(self)?;
        self.captures -= 1;
        let made = std::mem::replace(&mut self.out, out);
        Ok(Value::Str(Text::marked(Rc::from(made.text), made.marks)))
    }

    /// `tpl`: a value that is a template. What it defines is known to it alone (Helm, "Using the tpl Function").
    fn tpl(&mut self, args: &[Value]) -> Outcome {
        let [text, data] = args else { return refuse("wrong number of args for tpl: want 2") };
        let whole = text;
        let text = functions::text(whole, self.context)?;
        if !text.contains("{{") {
            return Ok(if let Value::Str(_) = whole { whole.clone() } else { Value::Str(text.into()) });
        }
        self.context.bytes(text.len().saturating_mul(10))?;
        let parsed = match parse::parse(&text) {
            Ok(parsed) => parsed,
            Err(error) => return refuse(format!("cannot parse the template `{}`: {}", excerpt(&text), error.message)),
        };
        let templates = Rc::clone(&self.templates);
        if !parsed.defines.is_empty() {
            let all = Rc::make_mut(&mut self.templates);
            self.context.steps(all.len())?;
            for define in parsed.defines {
                let file = self.file.unwrap_or(usize::MAX);
                all.insert(Rc::from(define.name.as_str()), Rc::new(Template { file, body: define.body }));
            }
        }
        let result = self.capture(|run| run.body(&parsed.body, None, data))?;
        self.templates = templates;
        Ok(result)
    }

    pub(super) fn pipeline(&mut self, pipe: &PipeNode, dot: &Value) -> Outcome {
        self.deeper(|run| {
            let mut value = None;
            for command in &pipe.commands {
                value = Some(run.command(command, value, dot)?);
            }
            Ok(value.unwrap_or(Value::Nil))
        })
    }

    fn command(&mut self, command: &CommandNode, piped: Option<Value>, dot: &Value) -> Outcome {
        self.context.steps(1)?;
        let Some((first, rest)) = command.args.split_first() else { return Ok(Value::Nil) };
        match first {
            Expr::Identifier(_, name) => self.function(name, rest, piped, dot),
            Expr::Field(_, names) => {
                let args = self.arguments(rest, piped, dot)?;
                self.fields(dot.clone(), names, &args)
            }
            Expr::Variable(_, name, names) => {
                let args = self.arguments(rest, piped, dot)?;
                let value = self.variable(name)?;
                self.fields(value, names, &args)
            }
            Expr::Chain(_, inner, names) => {
                let args = self.arguments(rest, piped, dot)?;
                let value = self.expression(inner, dot)?;
                self.fields(value, names, &args)
            }
            Expr::Nil(_) => refuse("nil is not a command"),
            _ if piped.is_some() || !rest.is_empty() => refuse("can't give argument to non-function"),
            other => self.expression(other, dot),
        }
    }

    fn arguments(&mut self, args: &[Expr], piped: Option<Value>, dot: &Value) -> Outcome<Vec<Value>> {
        let mut values = Vec::with_capacity(args.len() + 1);
        for arg in args {
            values.push(self.expression(arg, dot)?);
        }
        values.extend(piped);
        Ok(values)
    }

    fn variable(&self, name: &SmolStr) -> Outcome {
        let found = self.variables.iter().rev().find(|variable| variable.name == *name);
        let Some(variable) = found else { return refuse(format!("undefined variable \"{name}\"")) };
        if variable.is_open {
            self.context.leave_open();
            self.note(&variable.value);
        }
        Ok(variable.value.clone())
    }

    fn expression(&mut self, expression: &Expr, dot: &Value) -> Outcome {
        self.context.steps(1)?;
        match expression {
            Expr::Dot(_) => Ok(dot.clone()),
            Expr::Field(_, names) => self.fields(dot.clone(), names, &[]),
            Expr::Variable(_, name, names) => {
                let value = self.variable(name)?;
                self.fields(value, names, &[])
            }
            Expr::Identifier(_, name) => self.function(name, &[], None, dot),
            Expr::String(_, text) => Ok(Value::text(text)),
            Expr::Number(_, Number::Int(number)) => Ok(Value::int(*number)),
            Expr::Number(_, Number::Uint(number)) => refuse(format!("{number} overflows int")),
            Expr::Number(_, Number::Float(number)) => Ok(Value::float(*number)),
            Expr::Bool(_, truth) => Ok(Value::bool(*truth)),
            Expr::Nil(_) => Ok(Value::Nil),
            Expr::Pipe(_, pipe) => self.pipeline(pipe, dot),
            Expr::Chain(_, inner, names) => {
                let value = self.expression(inner, dot)?;
                self.fields(value, names, &[])
            }
        }
    }

    /// Follows fields; the last one takes the arguments, if there are any. A `nil` that a pipeline gave has all fields,
    /// one that is found on the way has none (text/template, `evalField`).
    fn fields(&self, start: Value, names: &[SmolStr], args: &[Value]) -> Outcome {
        if names.is_empty() && !args.is_empty() {
            return refuse("can't give argument to non-function");
        }
        if matches!(start, Value::Nil) {
            return Ok(start);
        }
        let mut value = start;
        for (index, name) in names.iter().enumerate() {
            let is_last = index + 1 == names.len();
            let given: &[Value] = if is_last { args } else { &[] };
            value = match &value {
                Value::Map(_) if !given.is_empty() => {
                    return refuse(format!("{name} is not a method but has arguments"));
                }
                Value::Map(map) => map.get(name).unwrap_or(Value::Nil),
                Value::Object(object) => {
                    if object.is_open(name) {
                        self.context.leave_open();
                    }
                    match object.call(name, given) {
                        Some(result) => result.inspect(|value| self.note(value))?,
                        None => return refuse(format!("can't evaluate field {name} in type {}", object.type_name())),
                    }
                }
                Value::Nil => return refuse(format!("nil pointer evaluating interface {{}}.{name}")),
                other => return refuse(format!("can't evaluate field {name} in type {}", other.type_name())),
            };
        }
        Ok(value)
    }

    /// Notes an open text that a method gave.
    fn note(&self, value: &Value) {
        if self.context.is_open()
            && let Value::Str(text) = value
        {
            self.context.note_open(text);
        }
    }

    fn function(&mut self, name: &str, args: &[Expr], piped: Option<Value>, dot: &Value) -> Outcome {
        match name {
            "and" | "or" => return self.short_circuit(name == "and", args, piped, dot),
            _ => {}
        }
        let before = self.context.replace_open(false);
        let args = self.arguments(args, piped, dot)?;
        let value = self.applied(name, &args)?;
        self.note(&value);
        let is_open = self.context.replace_open(before);
        if is_open {
            self.context.leave_open();
        }
        Ok(value)
    }

    fn applied(&mut self, name: &str, args: &[Value]) -> Outcome {
        match name {
            "include" => {
                let [template, data] = args else { return refuse("wrong number of args for include: want 2") };
                let template = functions::text(template, self.context)?;
                self.capture(|run| run.call(&template, data))
            }
            "tpl" => self.tpl(args),
            _ => match functions::find(name) {
                Some(function) => {
                    let value = function(args, self.context)?;
                    if args.iter().any(|arg| leaves_open(arg, &value)) {
                        self.context.leave_open();
                    }
                    functions::unchanged(value, args, self.context)
                }
                None => refuse(format!("function \"{name}\" not defined")),
            },
        }
    }

    fn short_circuit(&mut self, is_and: bool, args: &[Expr], piped: Option<Value>, dot: &Value) -> Outcome {
        let mut last = None;
        for arg in args {
            let value = self.expression(arg, dot)?;
            if value.is_true() != is_and {
                return Ok(value);
            }
            last = Some(value);
        }
        match piped.or(last) {
            Some(value) => Ok(value),
            None => refuse("wrong number of args for and/or: want at least 1"),
        }
    }
}

/// Whether what a function made of something has fields in it that whoever installs the chart decides about.
fn leaves_open(arg: &Value, made: &Value) -> bool {
    match (arg, made) {
        (Value::Object(object), Value::Map(map)) => map.entries().iter().any(|(name, _)| object.is_open(name)),
        (Value::Object(object), _) => object.has_open_fields(),
        _ => false,
    }
}

fn excerpt(text: &str) -> String {
    text.trim().chars().take(40).collect()
}
