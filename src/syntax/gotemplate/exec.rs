//! Running templates: text/template's semantics, with `include` and `tpl` as Helm adds them.

mod eval;

use std::collections::BTreeMap;
use std::rc::Rc;

use gotmpl::parse::{ActionNode, BranchNode, ListNode, Node, PipeNode, Pos, SmolStr, TemplateNode};

use super::actions::Actions;
use super::context::Context;
use super::output::{Origin, Output};
use super::{Failure, Outcome, Stop, Text, Value, functions, parse, print, refuse};
use crate::source::Span;

/// How deep bodies, pipelines and calls may be nested in all.
const MAX_DEPTH: usize = 600;

/// How many calls of templates may be open at once. Helm allows 1,000.
const MAX_CALLS: usize = 100;

/// A larger output is refused: 16 MiB.
const MAX_OUTPUT: usize = 16 << 20;

#[derive(Debug)]
struct Template {
    file: usize,
    body: ListNode,
}

#[derive(Debug)]
struct File {
    text: Rc<str>,
    actions: Actions,
}

type Templates = Rc<BTreeMap<Rc<str>, Rc<Template>>>;

/// Templates that know each other.
#[derive(Debug, Default)]
pub struct Machine {
    templates: Templates,
    files: Vec<File>,
}

impl Machine {
    /// Adds a file as a template of its name, with the templates that it defines; an earlier one of the same name gives
    /// way. Files are counted from 0, those that fail included.
    ///
    /// # Errors
    /// Where it is no template.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let file = self.files.len();
        let parsed = match parse::parse(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                self.files.push(File { text: Rc::from(text), actions: Actions::default() });
                let at = Origin { template: file, span: error.at };
                return Err(Failure { why: Stop::Error(error.message), at, inner: None });
            }
        };
        self.files.push(File { text: Rc::from(text), actions: parsed.actions });
        let templates = Rc::make_mut(&mut self.templates);
        for define in parsed.defines {
            // Go keeps the earlier one where the later is blank (text/template, `AddParseTree`).
            if !(define.body.is_empty_tree() && templates.contains_key(define.name.as_str())) {
                templates.insert(Rc::from(define.name.as_str()), Rc::new(Template { file, body: define.body }));
            }
        }
        templates.insert(Rc::from(name), Rc::new(Template { file, body: parsed.body }));
        Ok(())
    }

    /// What a template prints.
    ///
    /// # Errors
    /// Where it ends early.
    pub fn render(&self, name: &str, data: &Value, context: &Context) -> Result<Output, Failure> {
        let nowhere = Origin { template: 0, span: Span::default() };
        let Some(template) = self.templates.get(name) else {
            return Err(Failure { why: Stop::NoTemplate(name.to_owned()), at: nowhere, inner: None });
        };
        let mut run = Run {
            templates: Rc::clone(&self.templates),
            files: &self.files,
            context,
            variables: Vec::new(),
            depth: 0,
            calls: 0,
            captures: 0,
            file: Some(template.file),
            outer: None,
            inner: None,
            out: Output::default(),
        };
        run.set("$", data.clone());
        match run.list(&template.body, data) {
            Ok(()) => Ok(run.out),
            Err(why) => {
                let start = Origin { template: template.file, span: Span::default() };
                let origin = |spot: Spot| self.origin(spot);
                Err(Failure { why: outside(why), at: run.outer.map_or(start, origin), inner: run.inner.map(origin) })
            }
        }
    }

    fn origin(&self, spot: Spot) -> Origin {
        let span = self.files.get(spot.file).map_or(Span::default(), |file| file.actions.around(spot.offset));
        Origin { template: spot.file, span }
    }
}

/// A `break` that no loop catches.
fn outside(why: Stop) -> Stop {
    match why {
        Stop::Break | Stop::Continue => Stop::Error("`break` or `continue` outside of `range`".to_owned()),
        why => why,
    }
}

/// A place inside of an action.
#[derive(Clone, Copy, Debug)]
struct Spot {
    file: usize,
    offset: usize,
}

struct Variable {
    name: SmolStr,
    value: Value,
    is_open: bool,
}

/// A template that is being rendered.
struct Run<'m> {
    templates: Templates,
    files: &'m [File],
    context: &'m Context,
    variables: Vec<Variable>,
    depth: usize,
    /// How many templates that others call are open.
    calls: usize,
    /// How many of those print into a value.
    captures: usize,
    /// The file whose actions run; none for text that was made by a template.
    file: Option<usize>,
    outer: Option<Spot>,
    inner: Option<Spot>,
    out: Output,
}

impl Run<'_> {
    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth >= MAX_DEPTH {
            return refuse("templates are nested too deeply");
        }
        self.depth += 1;
        let result = run(self)?;
        self.depth -= 1;
        Ok(result)
    }

    fn enter(&mut self, pos: Pos) {
        let Some(file) = self.file else { return };
        let spot = Some(Spot { file, offset: pos.offset });
        if self.calls == 0 {
            (self.outer, self.inner) = (spot, None);
        } else {
            self.inner = spot;
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        self.variables.push(Variable { name: SmolStr::new(name), value, is_open: false });
    }

    fn list(&mut self, list: &ListNode, dot: &Value) -> Outcome<()> {
        let mark = self.variables.len();
        self.deeper(|run| list.nodes.iter().try_for_each(|node| run.node(node, dot)))?;
        self.variables.truncate(mark);
        Ok(())
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Outcome<()> {
        self.context.steps(1)?;
        match node {
            Node::Text(text) => self.literal(&text.text, text.pos),
            Node::Action(action) => self.action(action, dot),
            Node::If(branch) => {
                self.enter(branch.pos);
                let mark = self.variables.len();
                let (value, _) = self.condition(&branch.pipe, dot)?;
                if value.is_true() {
                    self.list(&branch.body, dot)?;
                } else {
                    self.otherwise(branch, dot)?;
                }
                self.variables.truncate(mark);
                Ok(())
            }
            Node::With(branch) => {
                self.enter(branch.pos);
                let mark = self.variables.len();
                let (value, _) = self.condition(&branch.pipe, dot)?;
                if value.is_true() {
                    self.list(&branch.body, &value)?;
                } else {
                    self.otherwise(branch, dot)?;
                }
                self.variables.truncate(mark);
                Ok(())
            }
            Node::Range(branch) => {
                self.enter(branch.pos);
                let mark = self.variables.len();
                self.range(branch, dot)?;
                self.variables.truncate(mark);
                Ok(())
            }
            Node::Template(call) => self.template(call, dot),
            Node::List(list) => self.list(list, dot),
            Node::Define(_) => Ok(()),
            Node::Break(_) => Err(Stop::Break),
            Node::Continue(_) => Err(Stop::Continue),
        }
    }

    fn otherwise(&mut self, branch: &BranchNode, dot: &Value) -> Outcome<()> {
        branch.else_body.as_ref().map_or(Ok(()), |body| self.list(body, dot))
    }

    /// The value of a pipeline that is not printed: that it is open is no matter of what is around it.
    fn condition(&mut self, pipe: &PipeNode, dot: &Value) -> Outcome<(Value, bool)> {
        let before = self.context.replace_open(false);
        let value = self.pipeline(pipe, dot)?;
        let is_open = self.context.replace_open(before);
        if let [name] = &pipe.decl[..] {
            self.declare(name, value.clone(), is_open, pipe.is_assign);
        }
        Ok((value, is_open))
    }

    fn declare(&mut self, name: &SmolStr, value: Value, is_open: bool, is_assign: bool) {
        let known = self.variables.iter_mut().rev().find(|variable| variable.name == *name);
        match known.filter(|_| is_assign) {
            Some(variable) => (variable.value, variable.is_open) = (value, is_open),
            None => self.variables.push(Variable { name: name.clone(), value, is_open }),
        }
    }

    fn literal(&mut self, text: &str, pos: Pos) -> Outcome<()> {
        let spot = match self.file {
            Some(file) if self.calls == 0 => file,
            _ => return self.print(text),
        };
        let source = self.files.get(spot).map_or("", |file| &file.text);
        let rest = source.get(pos.offset..).unwrap_or("");
        // The position is that of the text before an action trimmed the blanks off its start.
        let blanks = rest.len() - rest.trim_start().len();
        let offset = [0, blanks].into_iter().find(|skip| rest.get(*skip..).is_some_and(|rest| rest.starts_with(text)));
        let Some(skip) = offset else { return self.print(text) };
        let start = pos.offset + skip;
        self.room(text)?;
        let origin = Origin { template: spot, span: Span::new(start, start + text.len()) };
        self.out.push(text, origin, true, None);
        Ok(())
    }

    fn room(&self, text: &str) -> Outcome<()> {
        self.context.bytes(text.len())?;
        if self.out.text.len() + text.len() > MAX_OUTPUT { Err(Stop::TooLarge) } else { Ok(()) }
    }

    /// Prints the value of an action.
    fn print_made(&mut self, text: &Text) -> Outcome<()> {
        if self.context.is_open() {
            self.context.note_open(text);
        }
        if text.is_here() {
            return self.print(text);
        }
        self.room(text)?;
        let mut marks = text.marks();
        self.context.steps(marks.len())?;
        if self.captures > 0 {
            let start = self.out.text.len();
            for mark in &mut marks {
                (mark.start, mark.end) = (mark.start + start, mark.end + start);
            }
            self.out.marks.append(&mut marks);
            self.out.text.push_str(text);
        } else if let Some((origin, open)) = self.origin() {
            self.out.push_marked(text, &marks, origin, open.as_ref());
        }
        Ok(())
    }

    /// The action that prints now, and what of it is open.
    fn origin(&self) -> Option<(Origin, Option<Vec<Rc<str>>>)> {
        let spot = self.outer?;
        let span = self.files.get(spot.file).map_or(Span::default(), |file| file.actions.around(spot.offset));
        let open = self.context.is_open().then(|| self.context.take_open());
        Some((Origin { template: spot.file, span }, open))
    }

    /// Prints text for the action that is running.
    fn print(&mut self, text: &str) -> Outcome<()> {
        self.room(text)?;
        if self.captures > 0 {
            self.out.text.push_str(text);
            return Ok(());
        }
        if let Some((origin, open)) = self.origin() {
            self.out.push(text, origin, false, open);
        }
        Ok(())
    }

    fn action(&mut self, action: &ActionNode, dot: &Value) -> Outcome<()> {
        self.enter(action.pos);
        if !action.pipe.decl.is_empty() {
            return self.condition(&action.pipe, dot).map(drop);
        }
        if self.captures == 0 {
            self.context.take_open();
        }
        let before = self.context.replace_open(false);
        let value = self.pipeline(&action.pipe, dot)?;
        match &value {
            // Helm takes `<no value>` out of what it rendered (engine, `renderWithReferences`).
            Value::Nil => {}
            Value::Str(text) => self.print_made(text)?,
            other => {
                let text = Rc::from(print::value(other, self.context)?);
                let given = other.given().filter(|_| !matches!(other, Value::List(_) | Value::Map(_)));
                self.print_made(&Text::of(text, given))?;
            }
        }
        let is_open = self.context.replace_open(before);
        if before || (self.captures > 0 && is_open) {
            self.context.leave_open();
        }
        Ok(())
    }

    fn range(&mut self, branch: &BranchNode, dot: &Value) -> Outcome<()> {
        let before = self.context.replace_open(false);
        let value = self.pipeline(&branch.pipe, dot)?;
        let is_open = self.context.replace_open(before);
        let items: Vec<(Value, Value)> = match &value {
            Value::Nil => Vec::new(),
            Value::List(list) => {
                list.items().iter().enumerate().map(|(index, item)| (Value::count(index), item.clone())).collect()
            }
            Value::Map(map) => {
                let entries = map.entries().into_iter();
                entries.map(|(key, item)| (functions::key_of(key, &item, self.context), item)).collect()
            }
            Value::Int(count, _) => {
                let count = usize::try_from(*count).unwrap_or(0);
                self.context.steps(count)?;
                (0..count).map(|index| (Value::count(index), Value::count(index))).collect()
            }
            Value::Object(object) => match object.entries() {
                Some(entries) => entries.into_iter().map(|(key, item)| (Value::Str(key.into()), item)).collect(),
                None => return refuse(format!("range can't iterate over {}", object.text())),
            },
            other => return refuse(format!("range can't iterate over {}", print::value(other, self.context)?)),
        };
        if items.is_empty() {
            return self.otherwise(branch, dot);
        }
        for (index, item) in items {
            self.context.steps(1)?;
            let (mark, depth) = (self.variables.len(), self.depth);
            match &branch.pipe.decl[..] {
                [name] => self.declare(name, item.clone(), is_open, branch.pipe.is_assign),
                [first, second] => {
                    self.declare(first, index, false, branch.pipe.is_assign);
                    self.declare(second, item.clone(), is_open, branch.pipe.is_assign);
                }
                _ => {}
            }
            let result = self.list(&branch.body, &item);
            self.variables.truncate(mark);
            match result {
                Ok(()) => {}
                Err(Stop::Continue) => self.depth = depth,
                Err(Stop::Break) => {
                    self.depth = depth;
                    break;
                }
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    fn template(&mut self, call: &TemplateNode, dot: &Value) -> Outcome<()> {
        self.enter(call.pos);
        let before = self.context.replace_open(false);
        let data = call.pipe.as_ref().map_or(Ok(Value::Nil), |pipe| self.pipeline(pipe, dot))?;
        self.call(&call.name, &data)?;
        self.context.replace_open(before);
        Ok(())
    }

    /// Runs another template, which prints where this one does.
    fn call(&mut self, name: &str, data: &Value) -> Outcome<()> {
        let Some(template) = self.templates.get(name).cloned() else { return Err(Stop::NoTemplate(name.to_owned())) };
        self.body(&template.body, Some(template.file), data)
    }

    fn body(&mut self, body: &ListNode, file: Option<usize>, data: &Value) -> Outcome<()> {
        if self.calls >= MAX_CALLS {
            return refuse("templates call each other without end");
        }
        let variables = std::mem::take(&mut self.variables);
        let (inner, from) = (self.inner, std::mem::replace(&mut self.file, file));
        self.calls += 1;
        self.set("$", data.clone());
        self.list(body, data).map_err(outside)?;
        self.calls -= 1;
        (self.variables, self.file, self.inner) = (variables, from, inner);
        Ok(())
    }
}
