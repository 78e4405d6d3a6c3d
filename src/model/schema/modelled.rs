//! The Rust types that fields of the model have, and how each shows itself to rules.

use std::sync::Arc;

use super::{Elements, Modelled, Slot, Type, View};
use crate::model::duration::Duration;
use crate::model::quantity::Quantity;
use crate::model::value::{Always, Field, List, Unresolved};
use crate::source::Place;

impl Modelled for bool {
    const TYPE: Type = Type::Bool;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Bool(*self), parent.into())
    }
}

impl Modelled for i64 {
    const TYPE: Type = Type::Int;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Int(*self), parent.into())
    }
}

impl Modelled for f64 {
    const TYPE: Type = Type::Float;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Float(*self), parent.into())
    }
}

impl Modelled for String {
    const TYPE: Type = Type::Str;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Str(self), parent.into())
    }
}

/// A user or group id (POSIX `uid_t`, 32 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uid(pub u32);

/// A TCP, UDP or SCTP port; 0 only where a format gives it a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port(pub u16);

/// A path with `/`, relative to the root of the run unless its field says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathText(pub String);

/// A version as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionText(pub String);

impl Modelled for VersionText {
    const TYPE: Type = Type::Version;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Str(&self.0), parent.into())
    }
}

impl Modelled for Uid {
    const TYPE: Type = Type::Uid;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Int(i64::from(self.0)), parent.into())
    }
}

impl Modelled for Port {
    const TYPE: Type = Type::Port;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Int(i64::from(self.0)), parent.into())
    }
}

impl Modelled for PathText {
    const TYPE: Type = Type::Path;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Str(&self.0), parent.into())
    }
}

impl Modelled for Duration {
    const TYPE: Type = Type::Duration;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Duration(self), parent.into())
    }
}

impl Modelled for Quantity {
    const TYPE: Type = Type::Quantity;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        Slot::Known(View::Quantity(self), parent.into())
    }
}

impl<T: Modelled> Modelled for Field<T> {
    const TYPE: Type = T::TYPE;
    const OPTIONAL: bool = true;
    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        match self {
            Field::Known(value, origin) => match value.as_slot(origin.at) {
                Slot::Known(view, _) => Slot::Known(view, *origin),
                other => other,
            },
            Field::Absent(at) => Slot::Absent(*at),
            Field::Unresolved(unresolved) => Slot::Unresolved(unresolved),
            Field::Malformed(malformed) => Slot::Malformed(malformed),
        }
    }
}

impl<T: Modelled> Modelled for Always<T> {
    const TYPE: Type = T::TYPE;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.field().as_slot(parent)
    }
}

impl<T: Modelled> Modelled for Option<T> {
    const TYPE: Type = T::TYPE;
    const OPTIONAL: bool = true;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.as_ref().map_or(Slot::Absent(parent), |value| value.as_slot(parent))
    }
}

impl<T: Modelled> Modelled for Arc<T> {
    const TYPE: Type = T::TYPE;
    const OPTIONAL: bool = T::OPTIONAL;
    fn as_slot(&self, parent: Place) -> Slot<'_> {
        (**self).as_slot(parent)
    }
}

impl<T: Modelled> Modelled for List<T> {
    const TYPE: Type = Type::List(&T::TYPE);
    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        Slot::Known(View::List(self), self.at.into())
    }
}

impl<T: Modelled> Elements for List<T> {
    fn len(&self) -> usize {
        self.items.len()
    }

    fn get(&self, index: usize) -> Option<Slot<'_>> {
        self.items.get(index).map(|item| item.as_slot(self.at))
    }

    fn unseen(&self) -> Option<&Unresolved> {
        self.unseen.as_deref()
    }
}
