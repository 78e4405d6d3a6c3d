//! Values from and to YAML and JSON, as sigs.k8s.io/yaml and encoding/json write them.

use std::rc::Rc;

use super::context::Context;
use super::given::{Given, Mark, Row, Text};
use super::print::{self, MAX_DEPTH};
use super::{List, Map, Outcome, Value, refuse};
use crate::source::{FileId, Place};
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Tree, is_plain_string, is_string};

/// What tells where the nodes of a tree come from.
#[derive(Clone, Copy)]
enum Trace<'t> {
    /// A values file: each node is a value of its own.
    File,
    /// A text of which parts are marked.
    Marks(&'t [Mark]),
}

impl Trace<'_> {
    fn given(self, node: NodeRef<'_>, under: Under<'_>, context: &Context) -> Option<Given> {
        match self {
            Trace::File => {
                let key = under.key.map(|(text, at)| (Rc::from(text), at));
                context.give(Row { at: node.place(), key, parent: under.parent })
            }
            Trace::Marks(marks) => {
                let span = node.place().span;
                let index = marks.partition_point(|mark| mark.end <= span.start as usize);
                let mark = marks.get(index)?;
                (mark.start <= span.start as usize && span.end as usize <= mark.end).then_some(mark.given)?
            }
        }
    }
}

/// What a node stands under.
#[derive(Clone, Copy, Default)]
struct Under<'t> {
    key: Option<(&'t str, Place)>,
    parent: Option<Given>,
}

fn read(node: NodeRef<'_>, context: &Context, trace: Trace<'_>, under: Under<'_>, depth: usize) -> Outcome {
    context.steps(1)?;
    if depth > MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    let shape = node.shape();
    if shape == Shape::Scalar(Scalar::Null) {
        return Ok(Value::Nil);
    }
    let given = trace.given(node, under, context);
    Ok(match shape {
        Shape::Scalar(Scalar::Null) => Value::Nil,
        Shape::Scalar(Scalar::Bool(truth)) => Value::Bool(truth, given),
        // Numbers go through JSON on their way into Helm, and what JSON has are floats.
        #[expect(clippy::cast_precision_loss, reason = "the guard leaves whole numbers that a float can hold")]
        Shape::Scalar(Scalar::Int(number)) if number.abs() < 1 << 53 => Value::Float(number as f64, given),
        Shape::Scalar(Scalar::Int(number)) => Value::Int(number, given),
        Shape::Scalar(Scalar::Float(number)) => Value::Float(number, given),
        Shape::Scalar(Scalar::Str(text)) => {
            context.bytes(text.len())?;
            Value::Str(Text::of(Rc::from(text), given))
        }
        Shape::Sequence => {
            let under = Under { key: None, parent: given };
            let items = node.items().map(|item| read(item, context, trace, under, depth + 1));
            Value::List(List::given(items.collect::<Outcome<Vec<_>>>()?, given))
        }
        Shape::Mapping => {
            let entries: Vec<_> = node.entries().collect();
            context.steps(entries.len())?;
            let entries = entries.into_iter().map(|entry| {
                let under = Under { key: Some((entry.key, entry.key_node.place())), parent: given };
                Ok((Rc::from(entry.key), read(entry.value, context, trace, under, depth + 1)?))
            });
            Value::Map(Map::given(entries.collect::<Outcome<Vec<_>>>()?, given))
        }
    })
}

/// The value of the first document of a YAML or JSON text; `None` where it does not parse.
///
/// # Errors
/// Where it is too large.
pub(super) fn from_text(text: &Text, context: &Context) -> Outcome<Option<Value>> {
    parsed(FileId(0), text, Trace::Marks(&text.marks()), context)
}

/// The same of a values file, whose values know where they are written. Who asks for a file again shares its maps with
/// who asked first, and has to copy what is to change.
///
/// # Errors
/// Where it is too large.
pub fn from_file(file: FileId, text: &str, context: &Context) -> Outcome<Option<Value>> {
    if let Some(known) = context.known(file) {
        return Ok(Some(known));
    }
    let value = parsed(file, text, Trace::File, context)?;
    if let Some(value) = &value {
        context.know(file, value);
    }
    Ok(value)
}

fn parsed(file: FileId, text: &str, trace: Trace<'_>, context: &Context) -> Outcome<Option<Value>> {
    context.bytes(text.len().saturating_mul(4))?;
    let tree = Tree::parse(file, text);
    if tree.problems.iter().any(|problem| problem.fatal && !problem.is_repeated_key()) {
        return Ok(None);
    }
    let first = tree.documents().next();
    first.map_or(Ok(Value::Nil), |node| read(node, context, trace, Under::default(), 0)).map(Some)
}

/// A value as YAML, keys sorted, without the line end behind it.
pub(super) fn to_yaml(value: &Value, context: &Context) -> Outcome<Text> {
    let mut writer = Writer { out: String::new(), parts: Vec::new(), context };
    writer.block(value, 0, 0)?;
    writer.out.truncate(writer.out.trim_end_matches('\n').len());
    let marks = with_gaps(&writer.parts, writer.out.len());
    Ok(Text::marked(Rc::from(writer.out), marks))
}

/// The marks of a text of which these parts are keys and scalars; what stands between them only holds them together.
fn with_gaps(parts: &[(usize, usize, Option<Given>)], length: usize) -> Vec<Mark> {
    if parts.iter().all(|(_, _, given)| given.is_none()) {
        return Vec::new();
    }
    let mut marks = Vec::with_capacity(parts.len() * 2 + 1);
    let mut at = 0;
    for (start, end, given) in parts.iter().copied().chain([(length, length, None)]) {
        if at < start {
            marks.push(Mark { start: at, end: start, given: None });
        }
        if given.is_some() {
            marks.push(Mark { start, end, given });
        }
        at = end;
    }
    marks
}

struct Writer<'c> {
    out: String,
    /// The keys and scalars that were written: from, to, and the values that they are.
    parts: Vec<(usize, usize, Option<Given>)>,
    context: &'c Context,
}

impl Writer<'_> {
    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// A value at the start of a line or behind `- `.
    fn block(&mut self, value: &Value, indent: usize, depth: usize) -> Outcome<()> {
        if depth > MAX_DEPTH {
            return refuse("the value is nested too deeply");
        }
        self.context.bytes(indent + 8)?;
        match value {
            Value::List(list) if !list.items().is_empty() => {
                for (index, item) in list.items().iter().enumerate() {
                    if index > 0 {
                        self.indent(indent);
                    }
                    self.out.push_str("- ");
                    self.block(item, indent + 2, depth + 1)?;
                }
            }
            Value::Map(map) if !map.is_empty() => {
                let map_given = value.given().is_some();
                for (index, (key, item)) in map.entries().iter().enumerate() {
                    if index > 0 {
                        self.indent(indent);
                    }
                    let (start, before) = (self.out.len(), self.parts.len());
                    self.scalar(key, indent)?;
                    let given = item.given().filter(|given| self.context.is_under(*given, key));
                    self.parts.push((start, self.out.len(), given.map(Given::key)));
                    self.out.push(':');
                    self.entry(item, indent, depth)?;
                    if matches!(item, Value::Nil) && map_given {
                        // Null is no value, and known by what it stands in.
                        self.parts.truncate(before);
                    }
                }
            }
            other => {
                self.leaf(other, indent)?;
                self.out.push('\n');
            }
        }
        Ok(())
    }

    /// A value behind its key.
    fn entry(&mut self, value: &Value, indent: usize, depth: usize) -> Outcome<()> {
        match value {
            // Lists stand in the column of their key.
            Value::List(list) if !list.items().is_empty() => {
                self.out.push('\n');
                self.indent(indent);
                self.block(value, indent, depth + 1)
            }
            Value::Map(map) if !map.is_empty() => {
                self.out.push('\n');
                self.indent(indent + 2);
                self.block(value, indent + 2, depth + 1)
            }
            other => {
                self.out.push(' ');
                self.leaf(other, indent)?;
                self.out.push('\n');
                Ok(())
            }
        }
    }

    fn leaf(&mut self, value: &Value, indent: usize) -> Outcome<()> {
        let start = self.out.len();
        self.write(value, indent)?;
        self.parts.push((start, self.out.len(), value.given()));
        Ok(())
    }

    fn write(&mut self, value: &Value, indent: usize) -> Outcome<()> {
        match value {
            Value::Nil => self.out.push_str("null"),
            Value::List(_) => self.out.push_str("[]"),
            Value::Map(_) => self.out.push_str("{}"),
            Value::Str(text) => self.scalar(text, indent)?,
            other => self.out.push_str(&print::value(other, self.context)?),
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, indent: usize) -> Outcome<()> {
        self.context.bytes(text.len())?;
        let is_block = text.contains('\n')
            && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            && !text.starts_with([' ', '\n', '\t'])
            && text.lines().all(|line| !line.ends_with(' '));
        if is_block {
            let chomp = match (text.ends_with("\n\n"), text.ends_with('\n')) {
                (true, _) => "|+",
                (_, true) => "|",
                _ => "|-",
            };
            self.out.push_str(chomp);
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                self.context.bytes(indent + 2)?;
                self.out.push('\n');
                if !line.is_empty() {
                    self.indent(indent + 2);
                    self.out.push_str(line);
                }
            }
        } else if is_plain_string(text) {
            self.out.push_str(text);
        } else if is_string(text) && !text.chars().any(char::is_control) {
            self.out.push('\'');
            self.out.push_str(&text.replace('\'', "''"));
            self.out.push('\'');
        } else {
            self.out.push_str(&serde_json::Value::from(text).to_string());
        }
        Ok(())
    }
}

/// How `toJson` and its kin write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct JsonStyle {
    /// With line ends and two blanks for each level.
    pub(super) is_pretty: bool,
    /// With `<`, `>` and `&` as they are.
    pub(super) is_raw: bool,
}

/// A value as JSON, keys sorted.
pub(super) fn to_json(value: &Value, style: JsonStyle, context: &Context) -> Outcome<String> {
    let mut out = String::new();
    json(&mut out, value, style, context, 0)?;
    Ok(out)
}

fn json(out: &mut String, value: &Value, style: JsonStyle, context: &Context, depth: usize) -> Outcome<()> {
    if depth > MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    context.bytes(8)?;
    let line = |out: &mut String, depth: usize| {
        if style.is_pretty {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    match value {
        Value::Nil => out.push_str("null"),
        Value::Str(text) => json_text(out, text, style, context)?,
        Value::Object(object) => json_text(out, &object.text(), style, context)?,
        Value::List(list) => {
            out.push('[');
            for (index, item) in list.items().iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                json(out, item, style, context, depth + 1)?;
            }
            if !list.items().is_empty() {
                line(out, depth);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, item)) in map.entries().iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                json_text(out, key, style, context)?;
                out.push_str(if style.is_pretty { ": " } else { ":" });
                json(out, item, style, context, depth + 1)?;
            }
            if !map.is_empty() {
                line(out, depth);
            }
            out.push('}');
        }
        other => out.push_str(&print::value(other, context)?),
    }
    Ok(())
}

fn json_text(out: &mut String, text: &str, style: JsonStyle, context: &Context) -> Outcome<()> {
    context.bytes(text.len())?;
    let quoted = serde_json::Value::from(text).to_string();
    if style.is_raw {
        out.push_str(&quoted);
    } else {
        out.push_str(&quoted.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn round(text: &str) -> String {
        let context = Context::new();
        let value = from_file(FileId(0), text, &context).unwrap().unwrap();
        to_yaml(&value, &context).unwrap().to_string()
    }

    #[test]
    fn yaml_is_written_as_helm_writes_it() {
        let text =
            "a: 8080\nb:\n- x: 1\n  z: \"true\"\n- []\nc: |\n  one\n  two\nd: {}\ne: null\nf: \"1.0\"\ng: 'a: \"b\"'";
        assert_eq!(round(text), text);
        assert_eq!(round("- - a\n  - b\n- 1000000\n"), "- - a\n  - b\n- 1000000");
    }

    #[test]
    fn json_is_sorted_and_escaped() {
        let context = Context::new();
        let value = from_file(FileId(0), "{b: [1, null], a: '<x>'}", &context).unwrap().unwrap();
        assert_eq!(to_json(&value, JsonStyle::default(), &context).unwrap(), r#"{"a":"\u003cx\u003e","b":[1,null]}"#);
    }

    #[test]
    fn aliases_that_multiply_use_the_budget_up() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            _ = writeln!(text, "a{level}: &a{level} [{items}]");
        }
        assert!(from_file(FileId(0), &text, &Context::new()).is_err());
    }
}
