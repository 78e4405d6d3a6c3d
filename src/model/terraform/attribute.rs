//! The attributes of a block by path, those of nested blocks and objects included.

use crate::model;
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Span, Spanned};
use crate::syntax::hcl::{Body, Expression, Value};

/// Attributes of one block that are kept.
const MAX_ATTRIBUTES: usize = 5_000;

/// Bytes of a computed expression that are shown.
const MAX_SHOWN: usize = 80;

model! {
    /// An attribute of a block, or of a block or object in it.
    pub struct TerraformAttribute as "terraform.attribute" {
        /// Its path, such as `default_tags.tags.Owner`.
        path: String,
        /// The last part of the path.
        name: String,
        /// Its value; absent for lists and objects, not known where it is computed.
        value: Field<String>,
        /// Its value as a whole number.
        number: Field<i64>,
        /// The elements of a list that are no objects.
        items: List<Field<String>>,
        /// What it refers to, such as `var.region`.
        references: List<String>,
        /// Whether a literal stands there where its name asks for a secret.
        literal_secret: bool,
    }
    label(attribute) { attribute.path.clone() }
}

/// A file of Terraform.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    pub(super) file: FileId,
    pub(super) text: &'s str,
}

impl Source<'_> {
    pub(super) fn place(self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// A scalar, computed ones unresolved; absent for what is no scalar.
    pub(super) fn scalar(self, expression: &Expression) -> Field<String> {
        let at = self.place(expression.span);
        match &expression.value {
            Value::Bool(value) => Field::known(value.to_string(), at),
            Value::Number(text) | Value::String(text) => Field::known(text.clone(), at),
            Value::Null | Value::List(_) | Value::Object(_) => Field::Absent(at),
            Value::Call(..) | Value::Computed => {
                let mut shown = expression.span.slice(self.text).lines().next().unwrap_or("").to_owned();
                if let Some((end, _)) = shown.char_indices().nth(MAX_SHOWN) {
                    shown.truncate(end);
                }
                Field::unresolved(shown, "Terraform computes it", at)
            }
        }
    }

    /// An attribute of a body as a scalar.
    pub(super) fn field(self, body: &Body, name: &str, blame: Place) -> Field<String> {
        match body.attribute(name) {
            Some(attribute) => match self.scalar(&attribute.value) {
                Field::Absent(_) => Field::Absent(blame),
                other => other,
            },
            None => Field::Absent(blame),
        }
    }

    /// A switch, `false` where it is not written.
    pub(super) fn switch(self, body: &Body, name: &str, blame: Place) -> crate::model::value::Always<bool> {
        self.field(body, name, blame).parse("`true` or `false`", |text| text.parse().ok()).or_default(false)
    }

    /// The elements of a list, or those of a set (`toset([…])`); of what is computed none can be seen.
    pub(super) fn items(self, expression: &Expression) -> List<Field<String>> {
        let at = self.place(expression.span);
        match &expression.value {
            Value::List(items) => {
                let scalars = items.iter().map(|item| self.scalar(item)).filter(|item| !item.is_absent());
                List::new(scalars.collect(), at)
            }
            Value::Call(name, arguments) if matches!(name.as_str(), "toset" | "tolist") => {
                arguments.first().map_or_else(|| List::empty(at), |argument| self.items(argument))
            }
            Value::Call(name, arguments) if name == "concat" => {
                let mut all = List::empty(at);
                for part in arguments.iter().map(|argument| self.items(argument)) {
                    all.items.extend(part.items);
                    all.unseen = all.unseen.or(part.unseen);
                }
                all
            }
            Value::Call(..) | Value::Computed => {
                let mut unseen = List::empty(at);
                if let Field::Unresolved(computed) = self.scalar(expression) {
                    unseen.unseen = Some(computed);
                }
                unseen
            }
            _ => List::empty(at),
        }
    }
}

/// The attributes of a body.
pub(super) fn attributes(source: Source<'_>, body: &Body, at: Place) -> List<TerraformAttribute> {
    let mut out = Vec::new();
    of_body(source, body, "", &mut out);
    List::new(out, at)
}

fn of_body(source: Source<'_>, body: &Body, prefix: &str, out: &mut Vec<TerraformAttribute>) {
    for attribute in &body.attributes {
        of_expression(source, &attribute.key, &attribute.value, prefix, out);
    }
    for block in &body.blocks {
        if out.len() >= MAX_ATTRIBUTES {
            return;
        }
        let (name, inner) = match (block.kind.value.as_str(), block.labels.first()) {
            // `dynamic "tag" { content { … } }` writes blocks called `tag`.
            ("dynamic", Some(label)) => (label, block.body.blocks_of("content").next().map(|content| &content.body)),
            _ => (&block.kind, Some(&block.body)),
        };
        let path = joined(prefix, &name.value);
        let at = source.place(block.header);
        out.push(blank(path.clone(), &name.value, at));
        if let Some(inner) = inner {
            of_body(source, inner, &path, out);
        }
    }
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn blank(path: String, name: &str, at: Place) -> TerraformAttribute {
    TerraformAttribute {
        at,
        path,
        name: name.to_owned(),
        value: Field::Absent(at),
        number: Field::Absent(at),
        items: List::empty(at),
        references: List::empty(at),
        literal_secret: false,
    }
}

fn of_expression(
    source: Source<'_>,
    key: &Spanned<String>,
    value: &Expression,
    prefix: &str,
    out: &mut Vec<TerraformAttribute>,
) {
    // Terraform takes `null` for what is not written.
    if matches!(value.value, Value::Null) || out.len() >= MAX_ATTRIBUTES {
        return;
    }
    let path = joined(prefix, &key.value);
    let scalar = source.scalar(value);
    let number = match (&value.value, &scalar) {
        (Value::Number(_) | Value::String(_), Field::Known(text, origin)) => {
            text.parse().map_or(Field::Absent(origin.at), |number| Field::known(number, origin.at))
        }
        (_, Field::Unresolved(unresolved)) => Field::Unresolved(unresolved.clone()),
        _ => Field::Absent(scalar.place()),
    };
    let mut references: Vec<String> = value.references.iter().map(|name| name.value.clone()).collect();
    references.sort_unstable();
    references.dedup();
    let is_secret = matches!(key.value.as_str(), "password" | "master_password" | "admin_password" | "auth_token")
        || crate::model::secret::is_secret_key(&key.value);
    let literal = matches!(value.value, Value::String(_))
        && scalar.value().is_some_and(|text| !text.is_empty() && !crate::model::secret::is_placeholder(text));
    out.push(TerraformAttribute {
        number,
        items: source.items(value),
        references: List::new(references, source.place(value.span)),
        literal_secret: is_secret && literal,
        value: scalar,
        ..blank(path.clone(), &key.value, source.place(key.span))
    });
    if let Value::Object(entries) = &value.value {
        for (key, value) in entries {
            of_expression(source, key, value, &path, out);
        }
    }
}
