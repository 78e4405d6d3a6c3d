//! The typed model: what a service repository says, as values that know where they were written.

pub mod compose;
pub mod duration;
pub mod healthcheck;
pub mod image;
pub mod quantity;
pub mod read;
pub mod schema;
pub mod secret;
pub mod value;
