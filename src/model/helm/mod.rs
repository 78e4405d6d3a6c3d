//! Helm charts, rendered in process: with the chart's own values, and once more with each further values file beside it.
//!
//! What Helm does is taken from its source: chart loading (`pkg/chart/loader`), values (`pkg/chartutil/coalesce.go`,
//! `dependencies.go`) and rendering (`pkg/engine`). Nothing is executed or fetched, so a packed dependency and one that
//! is not in the repository are missing, and `lookup` finds nothing.

mod chart;
mod files;
mod release;
mod render;
mod values;

pub use chart::{Root, roots};
pub use files::Texts;
pub use render::{Refusal, Rendered, Rendering, render, values_files};
