//! Values from and to YAML and JSON, as sigs.k8s.io/yaml and encoding/json write them.

use std::rc::Rc;

use super::context::Context;
use super::print::{self, MAX_DEPTH};
use super::{Map, Outcome, Value, refuse};
use crate::source::FileId;
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Tree, is_plain_string, is_string};

/// The value of a node, aliases expanded.
///
/// # Errors
/// Where that is too large.
pub fn from_node(node: NodeRef<'_>, context: &Context) -> Outcome {
    read(node, context, 0)
}

fn read(node: NodeRef<'_>, context: &Context, depth: usize) -> Outcome {
    context.steps(1)?;
    if depth > MAX_DEPTH {
        return refuse("the value is nested too deeply");
    }
    Ok(match node.shape() {
        Shape::Scalar(Scalar::Null) => Value::Nil,
        Shape::Scalar(Scalar::Bool(truth)) => Value::Bool(truth),
        // Numbers go through JSON on their way into Helm, and what JSON has are floats.
        #[expect(clippy::cast_precision_loss, reason = "the guard leaves whole numbers that a float can hold")]
        Shape::Scalar(Scalar::Int(number)) if number.abs() < 1 << 53 => Value::Float(number as f64),
        Shape::Scalar(Scalar::Int(number)) => Value::Int(number),
        Shape::Scalar(Scalar::Float(number)) => Value::Float(number),
        Shape::Scalar(Scalar::Str(text)) => {
            context.bytes(text.len())?;
            Value::text(text)
        }
        Shape::Sequence => {
            Value::list(node.items().map(|item| read(item, context, depth + 1)).collect::<Outcome<Vec<_>>>()?)
        }
        Shape::Mapping => {
            let entries: Vec<_> = node.entries().collect();
            context.steps(entries.len())?;
            let entries =
                entries.into_iter().map(|entry| Ok((Rc::from(entry.key), read(entry.value, context, depth + 1)?)));
            Value::Map(Map::new(entries.collect::<Outcome<Vec<_>>>()?))
        }
    })
}

/// The value of the first document of a YAML or JSON text; `None` where it does not parse.
///
/// # Errors
/// Where it is too large.
pub fn from_text(text: &str, context: &Context) -> Outcome<Option<Value>> {
    context.bytes(text.len().saturating_mul(4))?;
    let tree = Tree::parse(FileId(0), text);
    if tree.problems.iter().any(|problem| problem.fatal && !problem.is_repeated_key()) {
        return Ok(None);
    }
    let first = tree.documents().next();
    first.map_or(Ok(Value::Nil), |node| from_node(node, context)).map(Some)
}

/// A value as YAML, keys sorted, without the line end behind it.
pub(super) fn to_yaml(value: &Value, context: &Context) -> Outcome<String> {
    let mut writer = Writer { out: String::new(), context };
    writer.block(value, 0, 0)?;
    writer.out.truncate(writer.out.trim_end_matches('\n').len());
    Ok(writer.out)
}

struct Writer<'c> {
    out: String,
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
                for (index, (key, item)) in map.entries().iter().enumerate() {
                    if index > 0 {
                        self.indent(indent);
                    }
                    self.scalar(key, indent)?;
                    self.out.push(':');
                    self.entry(item, indent, depth)?;
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
        let value = from_text(text, &context).unwrap().unwrap();
        to_yaml(&value, &context).unwrap()
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
        let value = from_text("{b: [1, null], a: '<x>'}", &context).unwrap().unwrap();
        assert_eq!(to_json(&value, JsonStyle::default(), &context).unwrap(), r#"{"a":"\u003cx\u003e","b":[1,null]}"#);
    }

    #[test]
    fn aliases_that_multiply_use_the_budget_up() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            _ = writeln!(text, "a{level}: &a{level} [{items}]");
        }
        assert!(from_text(&text, &Context::new()).is_err());
    }
}
