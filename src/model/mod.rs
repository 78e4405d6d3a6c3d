//! The typed model: what a service repository says, as values that know where they were written.

pub mod atonix;
pub mod code;
pub mod compose;
pub mod delivery;
pub mod dependencies;
pub mod dockerfile;
pub mod documented;
pub mod duration;
pub mod facts;
pub mod healthcheck;
pub mod helm;
pub mod image;
pub mod k8s;
mod kinds;
pub mod late;
pub mod layout;
pub mod markdown;
pub mod monitoring;
pub mod outline;
pub mod quantity;
pub mod read;
pub mod repo;
pub mod schema;
pub mod secret;
pub mod service;
pub mod terraform;
pub mod text;
pub mod tooling;
pub mod value;
pub mod workflow;

pub use kinds::{Kind, kind_of as kind, kinds};
