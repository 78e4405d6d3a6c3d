//! JSON Schemas (draft 2020-12) of what svclint reads and writes, for editors and for programs.

mod conditions;
mod paths;
mod rule;
mod standard;
mod types;
mod write;

use serde_json::{Map, Value, json};

use super::Catalogue;

/// The dialect of every schema.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What a schema describes. A further one is a row here, and in [`Kind::text`] where its text comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A rule file.
    Rule,
    /// A standard.
    Standard,
    /// `pack.yaml`.
    Pack,
    /// `.svclint.yaml`.
    Config,
    /// The report of `check --format json`.
    Report,
}

/// The schema of `.svclint.yaml`, which a test holds against the loader.
const CONFIG: &str = include_str!("../../../docs/schemas/config.schema.json");

impl Kind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::Rule, Self::Standard, Self::Pack, Self::Config, Self::Report];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Standard => "standard",
            Self::Pack => "pack",
            Self::Config => "config",
            Self::Report => "report",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether it is made from the model and the rules, so that its file under `docs/schemas` is a generated page.
    #[must_use]
    pub fn is_generated(self) -> bool {
        matches!(self, Self::Rule | Self::Standard | Self::Pack)
    }

    /// The schema as indented JSON with a line end.
    #[must_use]
    pub fn text(self, catalogue: &Catalogue) -> String {
        match self {
            Self::Rule => write::text(&rule::schema()),
            Self::Standard => write::text(&standard::schema(catalogue)),
            Self::Pack => write::text(&pack()),
            Self::Config => CONFIG.to_owned(),
            Self::Report => crate::report::JSON_SCHEMA.to_owned(),
        }
    }
}

fn pack() -> Value {
    let mut schema = closed(crate::standard::pack::KEYS, &["pack", "version", "language", "title"], |key| {
        Some(match key {
            "pack" => text_of("The name of the pack."),
            "version" => text_of("Its version, `1.2.3`."),
            "language" => json!({ "const": 1, "description": "The version of the rule language." }),
            "title" => text_of("What it is, in a line."),
            "summary" => text_of("What it is for."),
            _ => return None,
        })
    });
    schema["$schema"] = json!(DIALECT);
    schema
}

/// A mapping with these keys and no others; `describe` gives the schema of a key, and anything goes for a key that
/// it does not know.
fn closed(keys: &[&str], required: &[&str], describe: impl Fn(&str) -> Option<Value>) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), describe(key).unwrap_or(Value::Bool(true)))).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// Text with one line on what it is.
fn text_of(doc: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": doc })
}

/// One of a closed list of words.
fn one_of(words: &[&str], doc: &str) -> Value {
    json!({ "enum": words, "description": doc })
}

/// A list of texts.
fn texts(doc: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string", "minLength": 1 }, "description": doc })
}

/// A definition of the same schema.
fn definition(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}
