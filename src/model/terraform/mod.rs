//! Terraform: modules with their settings, providers, variables, resources and calls of other modules.
//!
//! Nothing is evaluated: a value that is computed is unresolved, and says what it refers to.

mod attribute;
mod block;
mod module;
mod network;
mod reference;
mod variable;
mod window;

pub use attribute::TerraformAttribute;
pub use block::{Backend, ModuleCall, Output, Provider, RequiredProvider, Resource, ResourceMode};
pub use module::{Infrastructure, Module, is_terraform, read};
pub use network::Network;
pub use reference::Undeclared;
pub use variable::Variable;
