//! Typing of fixes: every field they write is one that can be written, and gets a value of its type.

use super::Checker;
use crate::model::schema::{Located, StructDef, Type};
use crate::rules::ast::{At, Literal, Operand, ParamType};
use crate::rules::fix::{Edit, EditSource, FileText, Fix, FixSource, TARGET};
use crate::rules::ir::{Path, Root, Value};
use crate::rules::literals;
use crate::source::Place;

/// The kind that sections go into.
const DOCUMENT: &str = "markdown.document";

impl Checker<'_> {
    pub(super) fn fixes(&mut self) -> Option<Vec<Fix>> {
        let source = self.source;
        let fixes: Vec<Option<Fix>> = source.fixes.iter().map(|fix| self.fix(fix)).collect();
        fixes.into_iter().collect()
    }

    fn fix(&mut self, fix: &FixSource) -> Option<Fix> {
        let visible = self.visible.clone();
        let when = match &fix.when {
            Some(when) => Some(self.condition(when)?),
            None => None,
        };
        self.visible = visible;
        let edits: Vec<Option<Edit>> = fix.edits.iter().map(|edit| self.edit(edit)).collect();
        let title = self.template(&fix.title, true);
        Some(Fix { title, safety: fix.safety, when, edits: edits.into_iter().collect::<Option<_>>()? })
    }

    fn edit(&mut self, edit: &EditSource) -> Option<Edit> {
        match edit {
            EditSource::Set(path, value) => {
                let written = self.writable(path)?;
                let ty = written.ty;
                Some(Edit::Set(written, self.value(ty, value)?))
            }
            EditSource::Append(path, value) => {
                let written = self.writable(path)?;
                let Type::List(element) = written.ty else {
                    let message = format!("`{}` is {}, not a list", path.value, written.ty.phrase());
                    self.problem("rule/type", message, path.place).help = Some("use `set`".to_owned());
                    return None;
                };
                // Instructions, and elements with a short form, are written as text.
                let element = if matches!(*element, Type::Struct(_)) { Type::Str } else { *element };
                Some(Edit::Append(written, self.value(element, value)?))
            }
            EditSource::Remove(path) => self.removable(path).map(Edit::Remove),
            EditSource::Create(path, content) => {
                let (text, place) = self.text_of(path, "the path of a file")?;
                let is_inside = !text.is_empty() && text.split('/').all(|part| !matches!(part, "" | "." | ".."));
                if !is_inside || text.contains(['\\', '*', '?', '[', '{']) {
                    let message = format!("`{text}` is not the path of a file in the service");
                    self.problem("rule/path", message, place).help =
                        Some("write it relative to the root of the service, with `/`".to_owned());
                    return None;
                }
                match content {
                    FileText::Text(content) => Some(Edit::Create(text, content.value.clone())),
                    FileText::Template(name) => {
                        let message = format!("there is no template `{}`", name.value);
                        self.problem("rule/unknown-template", message, name.place);
                        None
                    }
                }
            }
            EditSource::Section(title, content) => {
                if self.target.name != DOCUMENT {
                    let message = format!("a section goes into a `{DOCUMENT}`, not into a `{}`", self.target.name);
                    self.problem("rule/edit", message, title.place);
                    return None;
                }
                let (text, place) = self.text_of(title, "the title of a section")?;
                if text.trim().is_empty() || text.contains(['\n', '\r']) {
                    self.problem("rule/edit", "the title of a section is one line", place);
                    return None;
                }
                Some(Edit::Section(text.trim().to_owned(), content.value.trim_end().to_owned()))
            }
        }
    }

    /// The text that an edit names, and where it is given.
    fn text_of(&mut self, named: &At<Operand>, what: &str) -> Option<(String, Place)> {
        match &named.value {
            Operand::Param(name) => {
                let source = self.source;
                let (_, literal) = self.argument(name, named.place)?;
                let param = source.params.iter().find(|param| param.name.value == *name)?;
                if matches!(&param.ty.value, ParamType::Named(ty) if matches!(ty.as_str(), "regex" | "glob")) {
                    self.problem("rule/type", format!("{what} is text, and `${name}` is a pattern"), named.place);
                    return None;
                }
                Some((literal.value.text(), literal.place))
            }
            Operand::Literal(Literal::Str(text)) => Some((text.clone(), named.place)),
            _ => {
                self.problem("rule/type", format!("{what} is text"), named.place);
                None
            }
        }
    }

    /// A field that a fix can write.
    fn writable(&mut self, path: &At<String>) -> Option<Path> {
        let found = self.path(path)?;
        if found.steps.is_empty() {
            self.problem("rule/edit", format!("`{}` has no value that could be set", path.value), path.place);
            return None;
        }
        let mut def = self.root_of(&found)?;
        let mut located = def.located;
        for (index, step) in found.steps.iter().enumerate() {
            let field = def.fields.get(*step)?;
            let is_last = index + 1 == found.steps.len();
            if let (Type::Struct(inner), false) = (field.ty, is_last) {
                let outer = std::mem::replace(&mut def, inner());
                if def.located.is_some() {
                    located = def.located;
                } else if field.key.is_none() {
                    return self.computed(outer, field.name, path);
                }
                continue;
            }
            if field.key.is_none() || located.is_none() {
                return self.computed(def, field.name, path);
            }
        }
        if matches!(found.ty, Type::Struct(_) | Type::Tree) {
            let message = format!("`{}` is {}, and only values can be written", path.value, found.ty.phrase());
            self.problem("rule/edit", message, path.place).help = Some("name one of its fields".to_owned());
            return None;
        }
        Some(found)
    }

    /// A field that a fix can take away, or an instruction as a whole.
    fn removable(&mut self, path: &At<String>) -> Option<Path> {
        let whole = if path.value == TARGET {
            let ty = self.target_type?;
            Some(Path { root: Root::Target, steps: Vec::new(), ty, optional: false, text: path.value.clone() })
        } else {
            let bound = self.visible.iter().any(|index| self.bindings[*index].name == path.value);
            if bound { Some(self.path(path)?) } else { None }
        };
        let Some(whole) = whole else { return self.writable(path) };
        let def = self.root_of(&whole)?;
        if def.located != Some(Located::Instruction) {
            self.problem("rule/edit", format!("a {} cannot be removed as a whole", def.name), path.place);
            return None;
        }
        Some(whole)
    }

    fn root_of(&mut self, path: &Path) -> Option<&'static StructDef> {
        match path.root {
            Root::Target => Some(self.target),
            Root::Binding(index) => match self.bindings.get(index)?.ty {
                Type::Struct(def) => Some(def()),
                _ => None,
            },
        }
    }

    fn computed<T>(&mut self, def: &'static StructDef, name: &str, path: &At<String>) -> Option<T> {
        let names: Vec<&str> = def.fields.iter().filter(|field| field.key.is_some()).map(|field| field.name).collect();
        let help = if names.is_empty() {
            format!("no field of `{}` can be written", def.name)
        } else {
            format!("what can be written of `{}`: {}", def.name, names.join(", "))
        };
        let message = format!("`{name}` is computed, and cannot be written");
        self.problem("rule/computed", message, path.place).help = Some(help);
        None
    }

    fn value(&mut self, ty: Type, value: &At<Operand>) -> Option<Value> {
        let given;
        let (literal, place) = match &value.value {
            Operand::Literal(literal) => (literal, value.place),
            Operand::Param(name) => {
                let (declared, found) = self.argument(name, value.place)?;
                if !literals::comparable(ty, declared) {
                    let message = format!("the parameter is {}, and {} is wanted here", declared.phrase(), ty.phrase());
                    self.problem("rule/type", message, value.place);
                    return None;
                }
                given = found;
                (&given.value, given.place)
            }
            Operand::Field(text) => {
                let other = self.path(&At::new(text.clone(), value.place))?;
                if !literals::comparable(ty, other.ty) {
                    let message =
                        format!("`{}` is {}, and {} is wanted here", other.text, other.ty.phrase(), ty.phrase());
                    self.problem("rule/type", message, value.place);
                    return None;
                }
                return Some(Value::Path(other));
            }
        };
        match literals::typed(ty, literal, place) {
            Ok(constant) => Some(Value::Const(constant)),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }
}
