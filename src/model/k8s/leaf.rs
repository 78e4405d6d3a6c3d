//! Scalars of objects of which no more than the metadata is modelled: what operators read from their custom resources.

use super::text::plain_text;
use crate::model;
use crate::model::read::is_mapping;
use crate::model::value::{Field, List, Unresolved};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Shape};

model! {
    /// A scalar somewhere in an object.
    pub struct Leaf as "k8s.field" {
        /// Where it stands: keys joined by dots, positions in lists left out, such as `spec.source.path`.
        path: String,
        /// Its value, as text.
        value: Field<String>,
    }
    label(leaf) { leaf.path.clone() }
}

/// How many nodes of one object are looked at, aliases expanded; custom resources that people write have less.
const NODE_BUDGET: usize = 4_000;

/// How long a path may become, in bytes.
const PATH_LENGTH: usize = 400;

/// The scalars of an object, in the order of its text.
#[must_use]
pub(super) fn leaves(object: NodeRef<'_>, at: Place) -> List<Leaf> {
    let mut list = List::empty(at);
    let mut stack = vec![(object, String::new())];
    let mut seen = 0;
    while let Some((node, path)) = stack.pop() {
        seen += 1;
        if seen + stack.len() > NODE_BUDGET || path.len() > PATH_LENGTH {
            let why = "the object is too large to be read as a whole".into();
            list.unseen = Some(Box::new(Unresolved { text: String::new(), why, at, via: None, expected: None }));
            break;
        }
        match node.shape() {
            Shape::Scalar(_) if node.is_null() => {}
            Shape::Scalar(_) => list.items.push(leaf(node, path)),
            // `{{ … }}` without quotes
            Shape::Mapping if !is_mapping(node) => list.items.push(leaf(node, path)),
            _ => {
                let start = stack.len();
                let room = NODE_BUDGET.saturating_sub(start);
                stack.extend(node.items().take(room).map(|item| (item, path.clone())));
                let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                stack.extend(node.entries().take(room).map(|entry| (entry.value, below(entry.key))));
                if let Some(added) = stack.get_mut(start..) {
                    added.reverse();
                }
            }
        }
    }
    list
}

fn leaf(node: NodeRef<'_>, path: String) -> Leaf {
    Leaf { at: node.anchor_place(), path, value: plain_text(node) }
}
