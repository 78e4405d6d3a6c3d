//! Look-ups: their kinds, the names they bind, and whether anything asks for what they find.

use super::Checker;
use crate::model::schema::Type;
use crate::rules::ast::Arity;
use crate::rules::ir::Lookup;
use crate::rules::literals;

/// The code of a look-up that nothing asks for.
pub(super) const UNUSED: &str = "rule/unused-lookup";

impl Checker<'_> {
    pub(super) fn lookups(&mut self) -> Option<Vec<Lookup>> {
        let mut out = Vec::new();
        let mut whole = true;
        for lookup in &self.source.lookups {
            let Some(kind) = self.kinds.iter().find(|kind| kind.name == lookup.kind.value).copied() else {
                let names: Vec<&str> = self.kinds.iter().map(|kind| kind.name).collect();
                let message = format!("there is no kind `{}`", lookup.kind.value);
                let kind = &lookup.kind;
                self.suggest("rule/unknown-kind", message, kind.place, &kind.value, &names, "the kinds are");
                // The name stays known, so that what uses it is not called unknown too.
                self.poisoned.push(lookup.name.value.clone());
                whole = false;
                continue;
            };
            let (Some(element), Some(list)) = (literals::kind_type(kind), literals::list_type(kind)) else { continue };
            let binding = self.bind(&lookup.name, element, false);
            let filter = lookup.filter.as_ref().map(|filter| self.condition(filter));
            whole &= !matches!(filter, Some(None));
            // What decides over candidates does not ask for the result.
            self.named.retain(|named| *named != binding);
            let ty: Type = if lookup.arity == Arity::Many { list } else { element };
            if let Some(bound) = self.bindings.get_mut(binding) {
                bound.ty = ty;
                bound.optional = lookup.arity == Arity::Optional;
            }
            let say = lookup.say.as_ref().map(|say| self.template(say, false));
            let name = lookup.name.value.clone();
            out.push(Lookup { name, kind, binding, filter: filter.flatten(), arity: lookup.arity, say });
        }
        whole.then_some(out)
    }

    /// One that is expected to be there is a condition by itself.
    pub(super) fn unused_lookups(&mut self, lookups: &[Lookup]) {
        for lookup in lookups.iter().filter(|lookup| lookup.arity != Arity::One) {
            let source = self.source;
            if self.named.contains(&lookup.binding) {
                continue;
            }
            if let Some(written) = source.lookups.iter().find(|written| written.name.value == lookup.name) {
                let message = format!("nothing asks for `{}`", lookup.name);
                self.problem(UNUSED, message, written.name.place).help =
                    Some("name it in a condition, or leave it out".to_owned());
            }
        }
    }
}
