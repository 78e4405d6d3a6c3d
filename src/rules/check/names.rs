//! Resolving names: parameters, paths of fields, and the placeholders of messages.

use std::borrow::Cow;

use super::{Checker, plain};
use crate::model::schema::{FieldDef, StructDef, Type};
use crate::rules::ast::{At, Literal, ParamType};
use crate::rules::ir::{Path, Root};
use crate::rules::literals;
use crate::rules::template::{Filter, Piece, Raw, Template, split};
use crate::source::{Place, Span};

impl<'c> Checker<'c> {
    /// The declared type and the value of a parameter.
    pub(super) fn argument(&mut self, name: &str, place: Place) -> Option<(Type, Cow<'c, At<Literal>>)> {
        let source = self.source;
        let Some(param) = source.params.iter().find(|param| param.name.value == name) else {
            let names: Vec<&str> = source.params.iter().map(|param| param.name.value.as_str()).collect();
            let message = format!("there is no parameter `{name}`");
            self.suggest("rule/unknown-param", message, place, name, &names, "the parameters are");
            return None;
        };
        self.used.push(&param.name.value);
        self.guarded(param, place);
        let literal = match self.arguments.get(name) {
            Some(literal) => Cow::Borrowed(*literal),
            // Left out, and so nowhere compared; its type still has to fit.
            None if param.optional => Cow::Owned(At::new(Literal::List(Vec::new()), place)),
            None => return None,
        };
        let ty = match &param.ty.value {
            ParamType::Value { like } | ParamType::Values { like } => {
                self.used.push(like);
                let path = *self.arguments.get(like.as_str())?;
                let ty = self.model_path(&At::new(path.value.text(), path.place))?.ty;
                if matches!(param.ty.value, ParamType::Values { .. }) { literals::list_of(ty) } else { ty }
            }
            _ => self.param_type(&param.ty)?,
        };
        Some((ty, literal))
    }

    /// Resolves a path; `$name` stands for the path that a parameter gives.
    pub(super) fn path(&mut self, path: &At<String>) -> Option<Path> {
        if let Some(name) = path.value.strip_prefix('$') {
            let (_, literal) = self.argument(name, path.place)?;
            let given = At::new(literal.value.text(), literal.place);
            return self.model_path(&given);
        }
        let (first, rest) = first_step(&path.value);
        let bound = self.visible.iter().rev().find(|index| self.bindings[**index].name == first).copied();
        match bound {
            Some(index) => {
                self.named.push(index);
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

    pub(super) fn model_path(&mut self, path: &At<String>) -> Option<Path> {
        if self.poisoned.iter().any(|name| name == first_step(&path.value).0) {
            return None;
        }
        let ty = self.target_type?;
        let start = Path { root: Root::Target, steps: Vec::new(), ty, optional: false, text: path.value.clone() };
        self.steps(start, &path.value, path, 0)
    }

    fn steps(&mut self, mut path: Path, rest: &str, whole: &At<String>, mut offset: usize) -> Option<Path> {
        let mut left = Some(rest);
        while let Some(rest) = left {
            let step;
            (step, left) = first_step(rest);
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
                    self.problem("rule/unknown-field", format!("{} has no field `{step}`", other.phrase()), place);
                    return None;
                }
            };
            let Some((index, field)) = def.field(step).or_else(|| self.renamed(def, step, place)) else {
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

    /// The field that was called so before, with a warning.
    fn renamed(&mut self, def: &StructDef, former: &str, place: Place) -> Option<(usize, &'static FieldDef)> {
        let (index, field) = def.renamed(former)?;
        self.warn_of_former(def, former, field.name, field.name, place);
        Some((index, field))
    }

    /// Says that a field has another name now, and what to write.
    pub(super) fn warn_of_former(&mut self, def: &StructDef, former: &str, present: &str, write: &str, place: Place) {
        let message = format!("the field `{former}` of `{}` is called `{present}` now", def.name);
        self.warnings.push(plain("rule/renamed", message, place).with_help(format!("write `{write}`")));
    }

    pub(super) fn template(&mut self, text: &At<String>, deciding: bool) -> Template {
        // Seldom more than one placeholder with text on both sides.
        let mut pieces = Vec::with_capacity(3);
        for raw in split(&text.value) {
            match raw {
                Raw::Text(text) => add_text(&mut pieces, Cow::Borrowed(text)),
                Raw::Stray(offset) => {
                    self.problem("rule/placeholder", "a brace without its partner", within(text, offset, 1)).help =
                        Some("write `{{` or `}}` for a brace".to_owned());
                }
                Raw::Placeholder(inside, offset) => {
                    let place = within(text, offset, inside.len());
                    match self.placeholder(inside, place, deciding) {
                        Some(Piece::Text(text)) => add_text(&mut pieces, Cow::Owned(text)),
                        other => pieces.extend(other),
                    }
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

/// Adds text, to the text that is there already where it follows one.
fn add_text(pieces: &mut Vec<Piece>, text: Cow<'_, str>) {
    match pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(&text),
        _ => pieces.push(Piece::Text(text.into_owned())),
    }
}

/// A path up to its first dot, and what is behind that. Paths are short, and looked at byte by byte.
fn first_step(path: &str) -> (&str, Option<&str>) {
    let dot = path.bytes().position(|byte| byte == b'.');
    match dot.and_then(|dot| Some((path.get(..dot)?, path.get(dot + 1..)?))) {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
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
