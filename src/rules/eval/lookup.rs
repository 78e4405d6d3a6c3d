//! Look-ups: the artifacts of the service that a rule joins its target with.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::{Env, of_target, origin_of};
use crate::model::read::UNREADABLE;
use crate::model::schema::{Elements, Node, Scope, Slot, View};
use crate::model::value::{Origin, Unresolved};
use crate::rules::ast::Arity;
use crate::rules::evidence::{Evidence, Group, Seen, Truth};
use crate::rules::ir::{Compiled, Cond, Form, Lookup, Path, Root, Value};
use crate::source::Place;

/// What the look-ups of a rule choose from in one service, in the order of the look-ups.
pub struct Pools<'a>(Vec<Vec<&'a dyn Node>>);

impl<'a> Pools<'a> {
    /// The candidates of every look-up.
    #[must_use]
    pub fn new(rule: &Compiled, scope: &'a dyn Scope) -> Self {
        Self(rule.lookups.iter().map(|lookup| scope.candidates(lookup.kind.name)).collect())
    }
}

/// What the look-ups of a rule found for one target, kept as long as what points at it.
#[derive(Default)]
pub struct Found<'a>(Vec<OnceCell<Kept<'a>>>);

enum Kept<'a> {
    All(Matches<'a>),
    Doubt(Unresolved),
}

/// What a look-up that expects any number found.
struct Matches<'a> {
    nodes: Vec<&'a dyn Node>,
    unseen: Option<Unresolved>,
}

impl Elements for Matches<'_> {
    fn len(&self) -> usize {
        self.nodes.len()
    }

    fn get(&self, index: usize) -> Option<Slot<'_>> {
        self.nodes.get(index).map(|node| Slot::Known(View::Node(*node), node.place().into()))
    }

    fn unseen(&self) -> Option<&Unresolved> {
        self.unseen.as_ref()
    }
}

impl Found<'_> {
    /// Room for what the look-ups of a rule find.
    #[must_use]
    pub fn new(rule: &Compiled) -> Self {
        Self(rule.lookups.iter().map(|_| OnceCell::new()).collect())
    }
}

/// What a look-up took, and the doubt over candidates that it may have to take too.
struct Choice<'a> {
    taken: Vec<&'a dyn Node>,
    doubt: Option<Unresolved>,
}

impl<'a> Env<'a> {
    /// Binds what a look-up finds. Where it does not find the one that it expects, that is the end.
    pub(super) fn look_up(
        &mut self,
        index: usize,
        lookup: &'a Lookup,
        pools: &Pools<'a>,
        found: &'a Found<'a>,
    ) -> Result<(), Group<'a>> {
        let Choice { taken, doubt } = self.choose(lookup, pools.0.get(index).map_or(&[], Vec::as_slice));
        let keep = |kept: Kept<'a>| found.0.get(index).map(|cell| cell.get_or_init(|| kept));
        let known = |node: &'a dyn Node| Slot::Known(View::Node(node), node.place().into());
        let slot = match (lookup.arity, taken.as_slice(), doubt) {
            (Arity::Many, _, unseen) => match keep(Kept::All(Matches { nodes: taken, unseen })) {
                Some(Kept::All(matches)) => Slot::Known(View::List(matches), self.target.place().into()),
                _ => Slot::Absent(self.target.place()),
            },
            (Arity::One | Arity::Optional, [only], None) => known(*only),
            (Arity::Optional, [], None) => Slot::Absent(self.target.place()),
            (Arity::One, [], None) => return Err(self.not_one(index, lookup, &[])),
            (Arity::One, [_, _, ..], _) => return Err(self.not_one(index, lookup, &taken)),
            (arity, taken, doubt) => {
                let doubt = doubt.map(|doubt| if taken.is_empty() { perhaps_nothing(doubt) } else { doubt });
                let doubt = doubt.unwrap_or_else(|| several(lookup, taken, self.target));
                let Some(Kept::Doubt(kept)) = keep(Kept::Doubt(doubt)) else { return Ok(()) };
                if arity == Arity::One {
                    let evidence =
                        Evidence { origin: origin_of(kept), seen: Seen::Unresolved(kept), ..of_target(self.target) };
                    return Err(self.group(true, vec![evidence]));
                }
                Slot::Unresolved(kept)
            }
        };
        if let Some(binding) = self.bindings.get_mut(lookup.binding) {
            *binding = Some(slot);
        }
        Ok(())
    }

    fn choose(&mut self, lookup: &'a Lookup, candidates: &[&'a dyn Node]) -> Choice<'a> {
        let mut taken: Vec<&'a dyn Node> = Vec::new();
        let mut doubt = None;
        for candidate in candidates {
            if let Some(binding) = self.bindings.get_mut(lookup.binding) {
                *binding = Some(Slot::Known(View::Node(*candidate), candidate.place().into()));
            }
            match lookup.filter.as_ref().map_or(Truth::Holds, |filter| self.truth(filter)) {
                Truth::Holds => taken.push(*candidate),
                Truth::Fails => {}
                Truth::Unknown if doubt.is_some() => {}
                Truth::Unknown => {
                    let verdict = lookup.filter.as_ref().map(|filter| self.eval(filter, true));
                    let groups = verdict.into_iter().flat_map(|verdict| verdict.groups);
                    doubt = groups.flat_map(|group| group.evidence).find_map(|evidence| match evidence.seen {
                        Seen::Unresolved(unresolved) => Some(unresolved.clone()),
                        Seen::Malformed => Some(unreadable(evidence.place())),
                        _ => None,
                    });
                }
            }
        }
        Choice { taken, doubt }
    }

    /// The finding of a look-up that expects one and finds none, or several: the field by which it looked, then what it
    /// found.
    fn not_one(&self, index: usize, lookup: &'a Lookup, taken: &[&'a dyn Node]) -> Group<'a> {
        let asked = lookup.filter.as_ref().and_then(asked).and_then(|path| match self.slot(path) {
            Slot::Known(view, origin) => Some((path, Seen::Value(view), origin)),
            Slot::Absent(at) => Some((path, Seen::Missing, at.into())),
            Slot::Unresolved(_) | Slot::Malformed(_) => None,
        });
        let at =
            |origin: Origin, seen: Seen<'a>, field: &'a str| Evidence { origin, seen, field, ..of_target(self.target) };
        let first = match asked {
            Some((path, seen, origin)) => at(origin, seen, &path.text),
            None => of_target(self.target),
        };
        let others = taken.iter().map(|node| at(node.place().into(), Seen::Value(View::Node(*node)), ""));
        let evidence = std::iter::once(first).chain(others).collect();
        Group { lookup: Some((index, taken.len())), ..self.group(false, evidence) }
    }
}

/// A candidate whose deciding value is of the wrong type, which has a finding of its own.
fn unreadable(at: Place) -> Unresolved {
    Unresolved { text: String::new(), why: Cow::Borrowed(UNREADABLE), at, via: None, expected: None }
}

/// A doubt over the only candidates, so that there may be nothing at all: no text stands for what was found.
fn perhaps_nothing(doubt: Unresolved) -> Unresolved {
    let says_it = doubt.text.is_empty() || doubt.why == UNREADABLE || doubt.why.contains(&*doubt.text);
    let why = if says_it { doubt.why } else { Cow::Owned(format!("{} (`{}`)", doubt.why, doubt.text)) };
    Unresolved { text: String::new(), why, ..doubt }
}

fn several(lookup: &Lookup, taken: &[&dyn Node], target: &dyn Node) -> Unresolved {
    let at = taken.first().map_or_else(|| target.place(), |node| node.place());
    let names: Vec<String> = taken.iter().take(3).map(|node| node.label()).collect();
    Unresolved {
        text: names.join(", "),
        why: Cow::Owned(format!("{} of `{}` may be meant", taken.len(), lookup.kind.name)),
        at,
        via: None,
        expected: None,
    }
}

/// The field of the target that a condition compares candidates with.
fn asked(condition: &Cond) -> Option<&Path> {
    match &condition.form {
        Form::All(parts) | Form::Any(parts) | Form::None(parts) => parts.iter().find_map(asked),
        Form::Not(part) => asked(part),
        Form::Compare(compare) => match (&compare.path, &compare.operand) {
            (path, _) if path.root == Root::Target => Some(path),
            (_, Value::Path(other)) if other.root == Root::Target => Some(other),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::asked;
    use crate::model::schema::Type;
    use crate::rules::ir::{Compare, Cond, Const, Form, Path, Root, Value};
    use crate::rules::operators::Operator;

    fn path(root: Root, text: &str) -> Path {
        Path { root, steps: Vec::new(), ty: Type::Str, optional: false, text: text.to_owned() }
    }

    fn compare(path: Path, operand: Value) -> Cond {
        Cond { form: Form::Compare(Compare { path, operator: Operator::Eq, operand, absent: None }), say: None }
    }

    #[test]
    fn a_lookup_asks_for_the_first_field_of_the_target_that_it_compares() {
        let (target, found) = (|| path(Root::Target, "mine"), || path(Root::Binding(0), "theirs"));
        let constant = || Value::Const(Const::Bool(true));
        let both = || vec![compare(found(), constant()), compare(found(), Value::Path(target()))];
        let of = |form: Form| asked(&Cond { form, say: None }).map(|path| path.text.clone());
        assert_eq!(asked(&compare(target(), constant())).map(|path| path.text.as_str()), Some("mine"));
        assert_eq!(asked(&compare(found(), Value::Path(target()))).map(|path| path.text.as_str()), Some("mine"));
        assert!(asked(&compare(found(), Value::Path(found()))).is_none());
        for form in [Form::All(both()), Form::Any(both()), Form::None(both())] {
            assert_eq!(of(form).as_deref(), Some("mine"));
        }
        assert_eq!(of(Form::Not(Box::new(compare(target(), constant())))).as_deref(), Some("mine"));
        assert_eq!(of(Form::Const(true)), None);
    }
}
