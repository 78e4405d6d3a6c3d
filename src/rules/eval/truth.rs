//! How a condition ends, without the reasons: most candidates and most targets need no more than that.

use super::Env;
use super::constant_slot;
use crate::model::schema::{Slot, View};
use crate::rules::compare;
use crate::rules::evidence::Truth;
use crate::rules::ir::{Compare, Cond, Const, Form, Over, Quantified, Value};
use crate::rules::operators::Operator;

impl<'a> Env<'a> {
    /// The truth that [`Env::eval`] gives, found with as few looks as possible.
    pub(super) fn truth(&mut self, condition: &'a Cond) -> Truth {
        match &condition.form {
            Form::Const(holds) => Truth::of(*holds),
            Form::All(parts) => self.first_to_end(parts, Truth::Fails),
            Form::Any(parts) => self.first_to_end(parts, Truth::Holds),
            Form::None(parts) => self.first_to_end(parts, Truth::Holds).not(),
            Form::Not(part) => self.truth(part).not(),
            Form::Each(quantified) => self.over(quantified, Truth::Fails),
            Form::Some(quantified) => self.over(quantified, Truth::Holds),
            Form::Compare(compare) => {
                let slot = self.slot(&compare.path);
                match slot {
                    Slot::Known(View::Tree(_), _) => self.eval(condition, true).truth(),
                    slot => self.compared_truth(compare, slot),
                }
            }
            Form::Count(..) | Form::Agree(..) | Form::Check(..) => self.eval(condition, true).truth(),
        }
    }

    /// Kleene's conjunction or disjunction, which `end` decides at once.
    fn first_to_end(&mut self, parts: &'a [Cond], end: Truth) -> Truth {
        let mut truth = end.not();
        for part in parts {
            match self.truth(part) {
                found if found == end => return end,
                Truth::Unknown => truth = Truth::Unknown,
                _ => {}
            }
        }
        truth
    }

    /// `each`, which one failing element decides, or `some`, which one that holds does.
    fn over(&mut self, quantified: &'a Quantified, end: Truth) -> Truth {
        let Some(require) = &quantified.require else { return Truth::Holds };
        let before = self.bindings.get(quantified.binding).copied().flatten();
        let mut truth = end.not();
        let mut visit = |env: &mut Self, slot: Slot<'a>| {
            if truth == end {
                return;
            }
            if let Some(binding) = env.bindings.get_mut(quantified.binding) {
                *binding = Some(slot);
            }
            match quantified.filter.as_ref().map_or(Truth::Holds, |filter| env.truth(filter)) {
                Truth::Fails => return,
                Truth::Unknown => return truth = Truth::Unknown,
                Truth::Holds => {}
            }
            match env.truth(require) {
                found if found == end => truth = end,
                Truth::Unknown => truth = Truth::Unknown,
                _ => {}
            }
        };
        let mut has_unseen = false;
        match &quantified.over {
            Over::Consts(items) => {
                let place = self.target.place();
                for item in items {
                    visit(self, constant_slot(item, place.into()));
                }
            }
            Over::Path(path) => match self.slot(path) {
                Slot::Known(View::List(list), _) => {
                    has_unseen = list.unseen().is_some();
                    for slot in (0..list.len()).filter_map(|index| list.get(index)) {
                        visit(self, slot);
                    }
                }
                Slot::Unresolved(_) => has_unseen = true,
                _ => {}
            },
        }
        if let Some(binding) = self.bindings.get_mut(quantified.binding) {
            *binding = before;
        }
        if has_unseen && truth != end { Truth::Unknown } else { truth }
    }

    /// What a comparison says of a value that is no tree of files.
    pub(super) fn compared_truth(&self, compare: &'a Compare, slot: Slot<'a>) -> Truth {
        if compare.operator == Operator::Exists {
            let want = matches!(compare.operand, Value::Const(Const::Bool(true)));
            return match slot {
                Slot::Absent(_) => Truth::of(!want),
                Slot::Unresolved(unresolved)
                    if unresolved.text.is_empty() || self.is_inside_unresolved(&compare.path) =>
                {
                    Truth::Unknown
                }
                Slot::Known(..) | Slot::Unresolved(_) | Slot::Malformed(_) => Truth::of(want),
            };
        }
        match slot {
            Slot::Absent(_) => Truth::of(compare.absent.unwrap_or(false)),
            Slot::Unresolved(_) | Slot::Malformed(_) => Truth::Unknown,
            Slot::Known(view, _) => match &compare.operand {
                Value::Const(constant) => compare::with_const(view, compare.operator, constant),
                Value::Path(path) => match self.slot(path) {
                    Slot::Known(other, _) => compare::with_view(view, compare.operator, other, compare.path.ty),
                    Slot::Absent(_) => Truth::of(compare.absent.unwrap_or(false)),
                    Slot::Unresolved(_) | Slot::Malformed(_) => Truth::Unknown,
                },
            },
        }
    }
}
