//! What the token of a workflow or job may do.

use crate::model;
use crate::model::read::{Reader, text};
use crate::model::value::{Field, List};
use crate::syntax::yaml::Shape;

model! {
    /// What the token may do.
    pub struct Permissions as "workflow.permissions" {
        /// `read-all` or `write-all`, where that is written.
        all: Field<String>,
        /// The scopes that it may write, such as `contents`.
        writes: List<String>,
        /// The scopes that it may read or write.
        reads: List<String>,
        /// Whether it may write everything.
        writes_all: bool,
    }
    label(_permissions) { "permissions".to_owned() }
}

impl Permissions {
    /// Reads `permissions`; `None` where that is not written.
    pub(super) fn read(reader: Reader<'_>) -> Option<Self> {
        let node = reader.get("permissions")?;
        let at = node.key_place().unwrap_or_else(|| node.place());
        let all = if node.shape() == Shape::Mapping { Field::Absent(at) } else { text(node) };
        let with = |wanted: &[&str]| {
            let scopes = node.entries().filter(|entry| entry.value.text().is_some_and(|text| wanted.contains(&text)));
            List::new(scopes.map(|entry| entry.key.to_owned()).collect(), at)
        };
        Some(Self {
            at,
            writes: with(&["write"]),
            reads: with(&["read", "write"]),
            writes_all: all.value().is_some_and(|all| all == "write-all"),
            all,
        })
    }
}
