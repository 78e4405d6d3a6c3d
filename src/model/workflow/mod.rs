//! GitHub workflows and the composite actions beside them.
//!
//! Expressions (`${{ … }}`) are not evaluated: where one decides a value, the value is unresolved. Reusable workflows
//! and composite actions of the same repository are followed, others are not.

mod action;
mod calls;
mod command;
mod exposure;
mod expression;
mod file;
mod follow;
mod image;
mod job;
mod matrix;
mod permission;
mod pushing;
mod secrets;
mod service;
mod step;
mod testing;
mod tools;
mod trigger;
mod variable;

pub use action::{ActionRef, Pin};
pub use calls::{CallKind, MissingCall};
pub use command::Command;
pub use file::{Automation, Workflow, read};
pub use image::{BuiltImage, ImageBuild, Scan, ScanTarget, TagKind};
pub use job::Job;
pub use matrix::MatrixKey;
pub use permission::Permissions;
pub use service::ServiceContainer;
pub use step::{Input, Step};
pub use trigger::{PathFilter, Schedule, Trigger};
pub use variable::{EnvVar, ValueSource};
