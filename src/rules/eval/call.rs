//! Calls of predicates: their arguments have to be known before they decide.

use super::{Env, constant_slot, origin_of};
use crate::model::schema::{Slot, View};
use crate::model::value::Origin;
use crate::rules::builtin::Builtin;
use crate::rules::evidence::{Evidence, Seen, Truth, Verdict};
use crate::rules::ir::{Cond, Value};

impl<'a> Env<'a> {
    /// The first argument that is a field is what is blamed; one that is missing or cannot be told decides alone.
    pub(super) fn call(
        &mut self,
        condition: &'a Cond,
        builtin: &'static Builtin,
        arguments: &'a [Value],
        wanted: bool,
    ) -> Verdict<'a> {
        let mut views: Vec<View<'a>> = Vec::new();
        let mut evidence: Vec<Evidence<'a>> = Vec::new();
        for argument in arguments {
            let path = match argument {
                Value::Path(path) => path,
                Value::Const(constant) => {
                    if let Slot::Known(view, _) = constant_slot(constant, self.target.place().into()) {
                        views.push(view);
                    }
                    continue;
                }
            };
            let at = |origin: Origin, seen: Seen<'a>| Evidence {
                origin,
                seen,
                root: Some(path.root),
                field: &path.text,
                condition: Some(condition),
                negated: false,
            };
            match self.slot(path) {
                Slot::Known(view, origin) => {
                    views.push(view);
                    // A list of things only takes part through its elements.
                    if !matches!(view, View::List(_)) || evidence.is_empty() {
                        evidence.push(at(origin, Seen::Value(view)));
                    }
                }
                Slot::Absent(place) => {
                    return self.verdict(Truth::Fails, wanted, || vec![at(place.into(), Seen::Missing)]);
                }
                Slot::Unresolved(unresolved) => {
                    let seen = Seen::Unresolved(unresolved);
                    return self.verdict(Truth::Unknown, wanted, || vec![at(origin_of(unresolved), seen)]);
                }
                Slot::Malformed(malformed) => {
                    return self.verdict(Truth::Unknown, wanted, || vec![at(malformed.at.into(), Seen::Malformed)]);
                }
            }
        }
        self.verdict((builtin.decide)(&views), wanted, || evidence)
    }
}
