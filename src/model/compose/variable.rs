//! Variables that compose files name.

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
        /// Whether the `.env` beside the compose file sets it.
        is_set: bool,
        /// Whether the name is that of a secret.
        is_secret_like: bool,
    }
    label(variable) { variable.name.clone() }
}
