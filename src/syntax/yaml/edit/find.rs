//! Finding the mapping that a place belongs to.

use super::{Editor, Spot};
use crate::source::Span;
use crate::syntax::yaml::{Data, NodeId};

impl Editor<'_> {
    /// The root of the document around a place.
    #[must_use]
    pub fn document(&self, at: Span) -> Option<Spot> {
        let behind = self.tree.documents.partition_point(|document| document.start <= at.start);
        let document = self.tree.documents.get(behind.saturating_sub(1))?;
        self.mapping(document.root)
    }

    /// The smallest mapping around a scalar.
    #[must_use]
    pub fn mapping_around(&self, at: Span) -> Option<Spot> {
        let scalar = self.scalar_at(at)?;
        self.above(scalar).find_map(|id| self.mapping(id))
    }

    /// The mapping under a key.
    #[must_use]
    pub fn value_of_key(&self, at: Span) -> Option<Spot> {
        let scalar = self.scalar_at(at)?;
        let around = self.parent(scalar)?;
        let (_, value) = *self.entries(around).iter().find(|(key, _)| *key == scalar)?;
        self.mapping(value)
    }

    /// The smallest mapping around a scalar that has certain keys.
    #[must_use]
    pub fn mapping_with(&self, at: Span, keys: &[&str]) -> Option<Spot> {
        let scalar = self.scalar_at(at)?;
        let has = |id: NodeId, name: &str| self.entries(id).iter().any(|(key, _)| self.scalar_text(*key) == Some(name));
        self.above(scalar).find(|id| keys.iter().all(|key| has(*id, key))).map(Spot)
    }

    /// The text under a key of a mapping.
    #[must_use]
    pub fn text_of(&self, spot: Spot, name: &str) -> Option<&str> {
        let (_, value) = self.entries(spot.0).iter().find(|(key, _)| self.scalar_text(*key) == Some(name))?;
        self.scalar_text(*value)
    }

    fn mapping(&self, id: NodeId) -> Option<Spot> {
        matches!(self.node(id)?.data, Data::Mapping { .. }).then_some(Spot(id))
    }

    fn above(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.parent(id), |id| self.parent(*id))
    }

    fn scalar_at(&self, at: Span) -> Option<NodeId> {
        let behind = self.scalars.partition_point(|(span, _)| span.start <= at.start);
        let (span, id) = self.scalars.get(behind.checked_sub(1)?)?;
        (span.end >= at.end).then_some(*id)
    }
}
