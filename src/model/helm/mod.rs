//! Helm charts, rendered in process: with the chart's own values, and once more with each further values file beside it.
//!
//! What Helm does is taken from its source: chart loading (`pkg/chart/loader`), values (`pkg/chartutil/coalesce.go`,
//! `dependencies.go`) and rendering (`pkg/engine`). Nothing is executed, unless somebody asks for an installed `helm`, or fetched, so a packed dependency and one that
//! is not in the repository are missing, and `lookup` finds nothing.

mod chart;
mod exec;
mod files;
mod release;
mod render;
mod values;

pub use chart::{Root, roots};
pub use exec::try_installed;
pub use files::Texts;
pub use render::{Engine, Refusal, Rendered, Rendering, render, values_files};
