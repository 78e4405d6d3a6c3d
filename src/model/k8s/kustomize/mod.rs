//! Kustomizations: what one says, and the objects that building it gives, each value with the place a person would edit.
//!
//! [`Kustomization`] is the outline that tells which files belong together; [`build`] does what `kustomize build` does
//! for everything that the files themselves say. Nothing is fetched or run: a remote base, a chart or a plugin is a
//! [`Gap`]. Names of generated objects stay without the hash that kustomize puts behind them.

mod build;
mod change;
mod field_path;
mod fields;
mod generate;
mod inline;
mod json_patch;
mod merge;
mod names;
mod outcome;
mod patch;
mod read;
mod replace;
mod resource;
mod schema;
mod select;
mod transformers;
mod value;
mod vars;

pub use build::build;
pub use outcome::{Build, Built, Failure, Files, Found, Gap};
pub use read::{Generated, ImageOverride, Kustomization, Patch, Reference};
pub(super) use read::{about, patch_files, reached_files, written_name};
pub(crate) use read::{by_dir, parts};
