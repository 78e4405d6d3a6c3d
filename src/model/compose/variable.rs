//! Variables that compose files name.

use std::collections::BTreeSet;

use super::file::ComposeFile;
use crate::model;
use crate::model::value::Field;

model! {
    /// One mention of a variable in a value of a compose file.
    pub struct Variable as "compose.variable" {
        /// Name of the variable.
        name: String,
        /// The default given here, as written; may be empty.
        default: Field<String>,
        /// Whether compose refuses to start without it (`${V:?…}`).
        required: bool,
        /// Whether it only switches a replacement on (`${V:+…}`).
        optional: bool,
        /// Whether another mention says the same of it: an earlier one has no default either, or one requires it.
        is_repeated: bool,
        /// Whether the `.env` beside the compose file sets it.
        is_set: bool,
        /// Whether the name is that of a secret.
        is_secret_like: bool,
        /// Whether an example of a `.env`, beside the compose file or at the root, has it; absent where there is none beside
        /// the compose file.
        is_documented: Field<bool>,
    }
    label(variable) { variable.name.clone() }
}

impl ComposeFile {
    /// Says of every variable whether it is one of those that examples of a `.env` have.
    pub fn document_variables(&mut self, documented: &BTreeSet<String>) {
        for variable in &mut self.variables.items {
            variable.is_documented = Field::known(documented.contains(&variable.name), variable.at);
        }
    }
}

/// Marks the mentions of which another one says enough.
pub(super) fn mark_repeated(variables: &mut [Variable]) {
    let mut answered: BTreeSet<String> =
        variables.iter().filter(|variable| variable.required).map(|variable| variable.name.clone()).collect();
    for variable in
        variables.iter_mut().filter(|variable| variable.default.is_absent() && !variable.optional && !variable.required)
    {
        variable.is_repeated = !answered.insert(variable.name.clone());
    }
}
