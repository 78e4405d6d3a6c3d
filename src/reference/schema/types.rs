//! Values and comparisons by type.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{closed, definition, one_of, text_of};
use crate::model::schema::Type;
use crate::rules::keys;
use crate::rules::operators::{Operator, Takes};

/// The definitions that comparisons need, made when they are asked for.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    made: Map<String, Value>,
    /// The name of each closed list of words.
    enums: BTreeMap<Vec<&'static str>, String>,
}

impl Definitions {
    pub(super) fn insert(&mut self, name: impl Into<String>, schema: Value) {
        self.made.insert(name.into(), schema);
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.made
    }

    /// The name of a type within definitions.
    fn type_name(&mut self, ty: Type) -> String {
        match ty {
            Type::Enum(words) => {
                let next = format!("word-{}", self.enums.len() + 1);
                self.enums.entry(words.to_vec()).or_insert(next).clone()
            }
            Type::Struct(_) => "struct".to_owned(),
            Type::List(element) => format!("list-{}", self.type_name(*element)),
            other => other.name(),
        }
    }

    /// The definition of a comparison of a field of this type: its operators, each with an operand that fits.
    pub(super) fn comparison(&mut self, ty: Type, optional: bool) -> Value {
        let name = format!("compare-{}{}", self.type_name(ty), if optional { "-optional" } else { "" });
        if !self.made.contains_key(&name) {
            let fitting: Vec<Operator> = fitting(ty, optional).collect();
            let schema = self.closed_comparison(ty, optional, &fitting);
            self.made.insert(name.clone(), schema);
        }
        definition(&name)
    }

    fn closed_comparison(&mut self, ty: Type, optional: bool, fitting: &[Operator]) -> Value {
        let operands: BTreeMap<&str, Value> =
            fitting.iter().map(|operator| (operator.as_str(), self.operand(*operator, ty))).collect();
        let mut all: Vec<&str> = vec!["field"];
        all.extend(fitting.iter().map(|operator| operator.as_str()));
        if optional {
            all.push("absent");
        }
        all.push("say");
        let mut schema = closed(&all, &["field"], |key| match key {
            "field" => None,
            "absent" => Some(absent()),
            "say" => Some(say()),
            operator => operands.get(operator).cloned(),
        });
        schema["oneOf"] = fitting.iter().map(|operator| requires(*operator, optional)).collect();
        schema
    }

    /// The operand of an operator on a field of a type, with what the operator means.
    fn operand(&mut self, operator: Operator, ty: Type) -> Value {
        let element = match ty {
            Type::List(element) => *element,
            other => other,
        };
        let is_part = matches!(operator, Operator::Contains | Operator::StartsWith | Operator::EndsWith);
        let mut schema = match operator.takes() {
            Takes::Bool => json!({ "type": "boolean" }),
            Takes::Same | Takes::Element if is_part && matches!(element, Type::Enum(_)) => definition("text"),
            Takes::Same | Takes::Element => self.value(element),
            Takes::ListOfSame | Takes::ListOfElement => self.values(element),
            _ => definition("text"),
        };
        schema["description"] = json!(format!("The field {}.", operator.doc()));
        schema
    }

    fn value(&mut self, ty: Type) -> Value {
        let name = format!("value-{}", self.type_name(ty));
        if !self.made.contains_key(&name) {
            self.made.insert(name.clone(), json!({ "anyOf": [literal(ty), definition("param"), definition("other")] }));
        }
        definition(&name)
    }

    fn values(&mut self, ty: Type) -> Value {
        let name = format!("values-{}", self.type_name(ty));
        if !self.made.contains_key(&name) {
            let list = json!({ "type": "array", "items": literal(ty) });
            self.made.insert(name.clone(), json!({ "anyOf": [list, definition("param"), definition("other")] }));
        }
        definition(&name)
    }

    /// The definitions that do not depend on a type.
    pub(super) fn common(&mut self) {
        self.insert(
            "param",
            json!({ "type": "string", "pattern": "^\\$[a-z]", "description": "A parameter: `$name`." }),
        );
        let path = json!({ "type": "string", "minLength": 1, "description": "The path of another field." });
        self.insert("other", closed(&["field"], &["field"], |_| Some(path.clone())));
        self.insert("text", json!({ "anyOf": [{ "type": "string" }, definition("other")] }));
        let mut all: Vec<&str> = vec!["field"];
        all.extend(Operator::ALL.iter().map(|operator| operator.as_str()));
        all.extend(["absent", "say"]);
        let mut any = closed(&all, &["field"], |key| match key {
            "absent" => Some(absent()),
            "say" => Some(say()),
            operator => Operator::from_word(operator)
                .map(|operator| json!({ "description": format!("The field {}.", operator.doc()) })),
        });
        any["oneOf"] = Operator::ALL.iter().map(|operator| json!({ "required": [operator.as_str()] })).collect();
        self.insert("compare-any", any);
    }
}

/// The operators that can be used on a field.
pub(super) fn fitting(ty: Type, optional: bool) -> impl Iterator<Item = Operator> {
    let all = Operator::ALL.iter().copied();
    all.filter(move |operator| operator.fits(ty) && (optional || *operator != Operator::Exists))
}

/// One operator and, for one that holds for what is not there, what absence means.
fn requires(operator: Operator, optional: bool) -> Value {
    if optional && operator.is_negative() {
        json!({ "required": [operator.as_str(), "absent"] })
    } else {
        json!({ "required": [operator.as_str()] })
    }
}

fn absent() -> Value {
    one_of(keys::ABSENT, "What an absent value means.")
}

pub(super) fn say() -> Value {
    text_of("What was expected, in words; becomes `{expected}`.")
}

/// A literal of a type.
pub(super) fn literal(ty: Type) -> Value {
    match ty {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int => json!({ "type": "integer" }),
        Type::Float => json!({ "type": "number" }),
        Type::Uid => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Type::Port => json!({ "type": "integer", "minimum": 0, "maximum": u16::MAX }),
        Type::Struct(_) | Type::Tree => json!(true),
        Type::Quantity => json!({ "type": ["string", "integer"] }),
        Type::Enum(words) => json!({ "enum": words }),
        Type::List(element) => json!({ "type": "array", "items": literal(*element) }),
        _ => json!({ "type": "string" }),
    }
}
