//! The typed model: what a service repository says, as values that know where they were written.

pub mod compose;
pub mod dockerfile;
pub mod duration;
pub mod healthcheck;
pub mod image;
pub mod quantity;
pub mod read;
pub mod schema;
pub mod secret;
pub mod value;

use schema::StructDef;

/// A kind that rules can target.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its row of the schema.
    pub schema: fn() -> &'static StructDef,
}

/// All kinds, in the order of the reference.
#[must_use]
pub fn kinds() -> &'static [Kind] {
    &[]
}

/// The kind of a name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    kinds().iter().find(|kind| (kind.schema)().name == name)
}
