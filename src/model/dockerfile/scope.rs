//! Variables of a build: what `ARG` and `ENV` give at one point of a stage.

use std::collections::BTreeMap;

use crate::model::value::Field;
use crate::source::{FileId, Place};
use crate::syntax::dockerfile::{Expansion, Word};

#[derive(Clone, Debug)]
struct Variable {
    value: Option<String>,
    at: Place,
    is_env: bool,
}

/// Variables that are kept; a file with more is not a real one.
const MAX_VARIABLES: usize = 2_000;

/// The variables in force (Dockerfile reference, "Environment replacement", "ARG").
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    variables: BTreeMap<String, Variable>,
}

impl Scope {
    /// The value, where it is known.
    pub fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).and_then(|variable| variable.value.clone())
    }

    /// Whether an environment variable of the name is set to something else than an empty text or a word for "no".
    pub fn is_env_on(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|variable| {
            let off = |value: &String| matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off");
            variable.is_env && !variable.value.as_ref().is_some_and(off)
        })
    }

    /// Where the variable got its value.
    pub fn place_of(&self, name: &str) -> Option<Place> {
        self.variables.get(name).map(|variable| variable.at)
    }

    /// Whether a variable is set, with a value that is known or not; true of all where there are more than are kept.
    pub fn is_set(&self, name: &str) -> bool {
        self.variables.contains_key(name) || self.variables.len() >= MAX_VARIABLES
    }

    /// The names of its variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// `ENV name=value`.
    pub fn set_env(&mut self, name: String, value: Option<String>, at: Place) {
        self.set(name, Variable { value, at, is_env: true });
    }

    /// `ARG name[=default]`; an environment variable of the same name always wins.
    pub fn set_arg(&mut self, name: String, value: Option<String>, at: Place) {
        if !self.variables.get(&name).is_some_and(|variable| variable.is_env) {
            self.set(name, Variable { value, at, is_env: false });
        }
    }

    fn set(&mut self, name: String, variable: Variable) {
        if self.variables.len() < MAX_VARIABLES || self.variables.contains_key(&name) {
            self.variables.insert(name, variable);
        }
    }

    /// Why a variable has no value.
    pub fn why(&self, name: &str) -> String {
        match self.variables.get(name) {
            Some(variable) if !variable.is_env => format!("the build argument `{name}` has no default"),
            Some(_) => format!("the value of `{name}` is not known"),
            None => format!("`{name}` is not set in this file"),
        }
    }

    /// A word of an instruction with its variables filled in.
    pub fn field(&self, word: &Word, file: FileId) -> Field<String> {
        let at = Place { file, span: word.span };
        match word.expand(&|name| self.get(name)) {
            Expansion::Known(value) => {
                let field = Field::known(value, at);
                match word.variables().iter().find_map(|name| self.place_of(name)) {
                    Some(given) => field.via(given, "its value is given here"),
                    None => field,
                }
            }
            Expansion::Unresolved { names } => {
                let name = names.first().map_or("", String::as_str);
                let field = Field::unresolved(&*word.text, self.why(name), at);
                match self.place_of(name) {
                    Some(declared) => field.via(declared, "declared here without a value"),
                    None => field,
                }
            }
            Expansion::Malformed(why) => {
                Field::malformed(format!("`{}` ({why})", word.text), "a value that the builder can read", at)
            }
        }
    }

    /// A word's value, where it is known.
    pub fn value(&self, word: &Word) -> Option<String> {
        match word.expand(&|name| self.get(name)) {
            Expansion::Known(value) => Some(value),
            _ => None,
        }
    }
}
