//! Literals as values of the model's types.

use std::sync::LazyLock;

use super::ast::Literal;
use super::ir::Const;
use super::template::Filter;
use crate::diagnostic::Problem;
use crate::finding::Label;
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::model::schema::{StructDef, Type};
use crate::source::Place;
use crate::syntax::gotemplate::version_order;

/// The types a parameter can have; each also as `list<…>`. Besides there are `enum(…)` and the fields of the model, such
/// as `service.port_mention.source`.
pub const TYPE_NAMES: &[&str] = &[
    "bool", "int", "float", "string", "path", "uid", "port", "regex", "glob", "duration", "quantity", "version",
    "image", "range",
];

static BOOL: Type = Type::Bool;
static INT: Type = Type::Int;
static FLOAT: Type = Type::Float;
static STR: Type = Type::Str;
static PATH: Type = Type::Path;
static VERSION: Type = Type::Version;
static UID: Type = Type::Uid;
static PORT: Type = Type::Port;
static DURATION: Type = Type::Duration;
static QUANTITY: Type = Type::Quantity;

/// The type of a name.
pub(super) fn named_type(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "float" => Type::Float,
        "string" | "regex" | "glob" | "image" | "range" => Type::Str,
        "version" => Type::Version,
        "path" => Type::Path,
        "uid" => Type::Uid,
        "port" => Type::Port,
        "duration" => Type::Duration,
        "quantity" => Type::Quantity,
        _ => return None,
    })
}

/// The type of a list of scalars. A list of words is a list of text whose entries are checked one by one.
pub(super) fn list_of(element: Type) -> Type {
    Type::List(match element {
        Type::Bool => &BOOL,
        Type::Int => &INT,
        Type::Float => &FLOAT,
        Type::Path => &PATH,
        Type::Version => &VERSION,
        Type::Uid => &UID,
        Type::Port => &PORT,
        Type::Duration => &DURATION,
        Type::Quantity => &QUANTITY,
        Type::Str | Type::Enum(_) | Type::Struct(_) | Type::List(_) | Type::Tree => &STR,
    })
}

/// The type as which values of a type are compared: things go by their names.
pub(super) fn compared(ty: Type) -> Type {
    match ty {
        Type::Struct(_) => Type::Str,
        Type::List(element) => list_of(compared(*element)),
        other => other,
    }
}

/// The words of `enum(a, b)`; `None` for any other type.
pub(super) fn enum_words(name: &str) -> Option<Vec<&str>> {
    let inside = name.strip_prefix("enum(")?.strip_suffix(')')?;
    let words: Vec<&str> = inside.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then_some(words)
}

/// The type of a field by the name of its struct and its own, such as `service.port_mention.source`; its struct and its
/// present name too.
pub(super) fn field_type(name: &str, kinds: &[&'static StructDef]) -> Option<(Type, &'static StructDef, &'static str)> {
    let (of, field) = name.rsplit_once('.')?;
    let def = struct_of(of, kinds)?;
    let (_, field) = def.field(field).or_else(|| def.renamed(field))?;
    (!matches!(field.ty, Type::Struct(_) | Type::List(_) | Type::Tree)).then_some((field.ty, def, field.name))
}

/// The types by the names of fields, of the struct that a name begins with.
pub(super) fn fields_like(name: &str, kinds: &[&'static StructDef]) -> Vec<String> {
    let Some((of, _)) = name.rsplit_once('.') else { return Vec::new() };
    let fields = struct_of(of, kinds).map_or(&[][..], |def| def.fields);
    fields.iter().map(|field| format!("{of}.{}", field.name)).collect()
}

fn struct_of(name: &str, kinds: &[&'static StructDef]) -> Option<&'static StructDef> {
    let mut queue: Vec<&'static StructDef> = kinds.to_vec();
    let mut seen: Vec<&str> = Vec::new();
    while let Some(def) = queue.pop() {
        if seen.contains(&def.name) {
            continue;
        }
        seen.push(def.name);
        if def.name == name {
            return Some(def);
        }
        queue.extend(def.fields.iter().filter_map(|field| match field.ty {
            Type::Struct(inner) => Some(inner()),
            Type::List(Type::Struct(inner)) => Some(inner()),
            _ => None,
        }));
    }
    None
}

/// The types of lists of every kind, which `lookup … many` gives.
pub(super) fn list_type(kind: &'static StructDef) -> Option<Type> {
    static ELEMENTS: LazyLock<Vec<(&str, Type)>> = LazyLock::new(|| {
        crate::model::kinds().iter().map(|kind| ((kind.schema)().name, Type::Struct(kind.schema))).collect()
    });
    ELEMENTS.iter().find(|(name, _)| *name == kind.name).map(|(_, element)| Type::List(element))
}

/// The struct type of a kind.
pub(super) fn kind_type(kind: &'static StructDef) -> Option<Type> {
    crate::model::kind(kind.name).map(|entry| Type::Struct(entry.schema))
}

/// Whether values of two types can be compared.
pub(super) fn comparable(a: Type, b: Type) -> bool {
    let number = |ty| matches!(ty, Type::Int | Type::Uid | Type::Port | Type::Float);
    let text = |ty| matches!(ty, Type::Str | Type::Path | Type::Enum(_) | Type::Version);
    match (a, b) {
        (Type::List(a), Type::List(b)) => comparable(*a, *b),
        (Type::Bool, Type::Bool) | (Type::Duration, Type::Duration) | (Type::Quantity, Type::Quantity) => true,
        (a, b) => (number(a) && number(b)) || (text(a) && text(b)),
    }
}

/// A literal as a value of a type, or why it is none.
pub(super) fn typed(ty: Type, literal: &Literal, place: Place) -> Result<Const, Box<Problem>> {
    let wrong = |help: Option<String>| {
        let shown = match literal {
            Literal::Str(text) => format!("\"{text}\""),
            Literal::List(_) => "a list".to_owned(),
            other => format!("`{}`", other.text()),
        };
        let label = Label { place, text: String::new() };
        let mut problem = Problem::new("rule/type", format!("{shown} is not {}", ty.phrase()), label);
        problem.help = help;
        Err(Box::new(problem))
    };
    match (ty, literal) {
        (Type::List(element), Literal::List(items)) => {
            items.iter().map(|item| typed(*element, &item.value, item.place)).collect::<Result<_, _>>().map(Const::List)
        }
        (Type::List(_), _) => wrong(Some("write a list: `[…]`".to_owned())),
        (Type::Bool, Literal::Bool(value)) => Ok(Const::Bool(*value)),
        (Type::Float, Literal::Float(value)) => Ok(Const::Float(*value)),
        #[expect(clippy::cast_precision_loss, reason = "rule authors write small numbers")]
        (Type::Float, Literal::Int(value)) => Ok(Const::Float(*value as f64)),
        (Type::Int, Literal::Int(value)) => Ok(Const::Int(*value)),
        (Type::Uid, Literal::Int(value)) if u32::try_from(*value).is_ok() => Ok(Const::Int(*value)),
        (Type::Port, Literal::Int(value)) if u16::try_from(*value).is_ok() => Ok(Const::Int(*value)),
        (Type::Int | Type::Uid | Type::Port, Literal::Str(text)) if text.parse::<i64>().is_ok() => {
            wrong(Some(format!("remove the quotes: {text}")))
        }
        (Type::Str | Type::Path, Literal::Str(text)) => Ok(Const::Str(text.clone())),
        (Type::Version, Literal::Str(text)) => match version_order(text, text) {
            Some(_) => Ok(Const::Version(text.clone())),
            None => wrong(Some("write it as `1.4.2`".to_owned())),
        },
        (Type::Str | Type::Version, Literal::Int(_) | Literal::Float(_) | Literal::Bool(_)) => {
            wrong(Some(format!("put it in quotes: \"{}\"", literal.text())))
        }
        (Type::Enum(words), Literal::Str(text)) => {
            if words.contains(&text.as_str()) {
                return Ok(Const::Str(text.clone()));
            }
            let label = Label { place, text: String::new() };
            let problem = Problem::new("rule/enum", format!("`{text}` can never occur here"), label);
            let near = crate::diagnostic::nearest(text, words.iter().copied());
            let help =
                near.map_or_else(|| format!("one of {}", words.join(", ")), |near| format!("did you mean `{near}`?"));
            Err(Box::new(problem.with_help(help)))
        }
        (Type::Duration, Literal::Str(text)) => match Duration::parse(text) {
            Some(duration) => Ok(Const::Duration(duration)),
            None => wrong(Some("write it as `30s` or `1m30s`".to_owned())),
        },
        (Type::Quantity, Literal::Str(text)) => match Quantity::kubernetes(text) {
            Some(quantity) => Ok(Const::Quantity(quantity)),
            None => wrong(Some("write it as `500m` or `256Mi`".to_owned())),
        },
        (Type::Quantity, Literal::Int(value)) => {
            Ok(Const::Quantity(Quantity { milli: i128::from(*value) * 1000, text: value.to_string() }))
        }
        _ => wrong(None),
    }
}

/// A parameter in a message.
pub(super) fn shown(literal: &Literal, filter: Filter) -> String {
    match (filter, literal) {
        (Filter::List, Literal::List(items)) => {
            items.iter().map(|item| format!("`{}`", item.value.text())).collect::<Vec<_>>().join(", ")
        }
        (Filter::Count, Literal::List(items)) => items.len().to_string(),
        (Filter::Code | Filter::List, literal) => format!("`{}`", literal.text()),
        (_, literal) => literal.text(),
    }
}

#[cfg(test)]
mod tests;
