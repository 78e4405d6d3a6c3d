//! Quantifiers: conditions over the elements of a list, some of which may not be seen.

use std::collections::BTreeMap;

use super::{Env, origin_of};
use crate::model::schema::{Slot, View};
use crate::model::value::{Origin, Unresolved};
use crate::rules::evidence::{Evidence, Group, Seen, Truth, Verdict, of_target, shown};
use crate::rules::ir::{Cond, Const, Form, Over, Path, Quantified, Root};
use crate::rules::operators::Operator;

impl<'a> Env<'a> {
    /// Runs `visit` for every element that `filter` takes; says whether further elements may exist and whether the
    /// filter could not be told for one.
    fn elements(
        &mut self,
        quantified: &'a Quantified,
        mut visit: impl FnMut(&mut Self, Slot<'a>),
    ) -> Option<Evidence<'a>> {
        let mut doubt = None;
        let slots: Vec<Slot<'a>> = match &quantified.over {
            Over::Consts(items) => items.iter().map(|item| constant_slot(item, self.target.place().into())).collect(),
            Over::Path(path) => match self.slot(path) {
                Slot::Known(View::List(list), origin) => {
                    doubt = list.unseen().map(|unseen| unseen_evidence(unseen, path));
                    let _ = origin;
                    (0..list.len()).filter_map(|index| list.get(index)).collect()
                }
                Slot::Unresolved(unresolved) => {
                    doubt = Some(unseen_evidence(unresolved, path));
                    Vec::new()
                }
                _ => Vec::new(),
            },
        };
        for slot in slots {
            self.bindings[quantified.binding] = Some(slot);
            if let Some(filter) = &quantified.filter {
                match self.truth(filter) {
                    Truth::Holds => {}
                    Truth::Fails => continue,
                    Truth::Unknown => {
                        if doubt.is_none() {
                            let verdict = self.eval(filter, true);
                            doubt = verdict.groups.into_iter().flat_map(|group| group.evidence).next();
                        }
                        continue;
                    }
                }
            }
            visit(self, slot);
        }
        doubt
    }

    /// Where to point when a list as a whole is meant.
    fn list_evidence(&self, quantified: &'a Quantified, condition: &'a Cond) -> Evidence<'a> {
        match &quantified.over {
            Over::Consts(_) => Evidence { condition: Some(condition), ..of_target(self.target) },
            Over::Path(path) => {
                let (origin, seen) = match self.slot(path) {
                    Slot::Known(view @ View::List(list), origin) => {
                        (origin, if list.is_empty() { Seen::Missing } else { Seen::Value(view) })
                    }
                    Slot::Known(view, origin) => (origin, Seen::Value(view)),
                    Slot::Absent(at) => (at.into(), Seen::Missing),
                    Slot::Unresolved(unresolved) => (origin_of(unresolved), Seen::Unresolved(unresolved)),
                    Slot::Malformed(malformed) => (malformed.at.into(), Seen::Malformed),
                };
                Evidence {
                    origin,
                    seen,
                    root: Some(path.root),
                    field: &path.text,
                    condition: Some(condition),
                    negated: false,
                }
            }
        }
    }

    pub(super) fn each(&mut self, condition: &'a Cond, quantified: &'a Quantified, wanted: bool) -> Verdict<'a> {
        let Some(require) = &quantified.require else { return Verdict::holds() };
        let mut groups = Vec::new();
        let (mut fails, mut cannot_tell) = (false, false);
        let doubt = self.elements(quantified, |env, slot| {
            let verdict = env.eval(require, wanted);
            match verdict.truth() {
                Truth::Holds => {}
                Truth::Fails => fails = true,
                Truth::Unknown => cannot_tell = true,
            }
            groups.extend(verdict.groups.into_iter().map(|group| blaming_element(group, quantified, slot)));
        });
        if let Some(doubt) = doubt {
            cannot_tell = true;
            groups.push(self.group(true, vec![doubt]));
        }
        let bad = match (fails, cannot_tell) {
            (true, _) => Some(Truth::Fails),
            (false, true) => Some(Truth::Unknown),
            (false, false) => None,
        };
        if bad.is_none() && !wanted && groups.is_empty() {
            groups.push(self.group(false, vec![self.list_evidence(quantified, condition)]));
        }
        Verdict { bad, groups }
    }

    pub(super) fn some(&mut self, condition: &'a Cond, quantified: &'a Quantified, wanted: bool) -> Verdict<'a> {
        let Some(require) = &quantified.require else { return Verdict::holds() };
        let (mut holds, mut unknown, mut misses, mut held) = (false, Vec::new(), Vec::new(), Vec::new());
        let mut seen = 0usize;
        let doubt = self.elements(quantified, |env, _| {
            seen += 1;
            if holds && wanted {
                return;
            }
            let verdict = env.eval(require, wanted);
            let truth = verdict.truth();
            let groups = verdict.groups.into_iter().map(|group| in_list(group, quantified));
            match truth {
                Truth::Holds => {
                    holds = true;
                    held.extend(groups);
                }
                Truth::Unknown => unknown.extend(groups),
                Truth::Fails => misses.extend(groups),
            }
        });
        if holds {
            return Verdict { bad: None, groups: if wanted { Vec::new() } else { super::merged(self, held, false) } };
        }
        if let Some(doubt) = doubt {
            unknown.push(self.group(true, vec![doubt]));
        }
        if !unknown.is_empty() {
            return Verdict { bad: Some(Truth::Unknown), groups: super::merged(self, unknown, true) };
        }
        let mut evidence = vec![self.list_evidence(quantified, require_or(require, condition))];
        // The only element there is, failing by one part, is what the author most likely got wrong; so is the only one
        // that the filter takes. Among several, one that alone fails by one part is worth a look.
        let is_near = |miss: &&Group| miss.evidence.len() == 1 || (quantified.filter.is_some() && misses.len() == 1);
        let mut near = misses.iter().filter(is_near);
        match (near.next(), near.next(), misses.len(), seen) {
            (Some(miss), None, 1, 1) => {
                evidence.splice(0..0, miss.evidence.iter().cloned());
            }
            (Some(miss), None, 2.., 2..) => evidence.extend(miss.evidence.iter().cloned()),
            _ => {}
        }
        Verdict { bad: Some(Truth::Fails), groups: vec![self.group(false, evidence)] }
    }

    pub(super) fn count(
        &mut self,
        condition: &'a Cond,
        quantified: &'a Quantified,
        operator: Operator,
        number: i64,
    ) -> Verdict<'a> {
        let mut count: i64 = 0;
        let doubt = self.elements(quantified, |_, _| count += 1);
        let holds = match operator {
            Operator::Ge => count >= number,
            Operator::Le => count <= number,
            _ => count == number,
        };
        // Further elements can only help `ge` and only harm `le`.
        let certain = doubt.is_none()
            || match operator {
                Operator::Ge => holds,
                Operator::Le => !holds,
                _ => false,
            };
        match (certain, doubt) {
            (false, Some(doubt)) => Verdict { bad: Some(Truth::Unknown), groups: vec![self.group(true, vec![doubt])] },
            _ => self.verdict(Truth::of(holds), true, || vec![self.list_evidence(quantified, condition)]),
        }
    }

    /// All values equal. Values that cannot be told take no part: what is known may still disagree.
    pub(super) fn agree(&mut self, condition: &'a Cond, quantified: &'a Quantified, value: &'a Path) -> Verdict<'a> {
        let mut values: Vec<(String, Evidence<'a>)> = Vec::new();
        let doubt = self.elements(quantified, |env, _| {
            if let Slot::Known(view, origin) = env.slot(value) {
                let evidence = Evidence {
                    origin,
                    seen: Seen::Value(view),
                    root: Some(value.root),
                    field: &value.text,
                    condition: Some(condition),
                    negated: false,
                };
                // One amount may be written in several ways.
                let text = match view {
                    View::Quantity(quantity) => quantity.milli.to_string(),
                    View::Duration(duration) => duration.nanos.to_string(),
                    view => shown(view),
                };
                values.push((text, evidence));
            }
        });
        let _ = doubt;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (text, _) in &values {
            *counts.entry(text).or_default() += 1;
        }
        if counts.len() < 2 {
            return Verdict::holds();
        }
        // The majority is right; among equals the value that is named first.
        let most = counts.values().max().copied().unwrap_or(0);
        let right = values.iter().map(|(text, _)| text.as_str()).find(|text| counts.get(text) == Some(&most));
        let right = right.unwrap_or("").to_owned();
        let (odd, even): (Vec<_>, Vec<_>) = values.into_iter().partition(|(text, _)| *text != right);
        let evidence = odd.into_iter().chain(even).map(|(_, evidence)| evidence).collect();
        Verdict { bad: Some(Truth::Fails), groups: vec![self.group(false, evidence)] }
    }
}

/// Puts what belongs to an element before what the element only was compared with, such as a list in which it was
/// looked for. A parameter's values stand in no file, so that there the other side is all there is to point at.
fn blaming_element<'a>(mut group: Group<'a>, quantified: &Quantified, slot: Slot<'a>) -> Group<'a> {
    let own = Some(Root::Binding(quantified.binding));
    if let (false, Slot::Known(_, origin), Over::Path(_)) = (group.unknown, slot, &quantified.over) {
        group.evidence.sort_by_key(|evidence| evidence.root != own);
        if let Some(first) = group.evidence.first().filter(|first| first.root != own) {
            let seen = if matches!(first.seen, Seen::Missing) { Seen::Missing } else { Seen::Target };
            group.evidence.insert(
                0,
                Evidence { origin, seen, root: own, field: "", condition: first.condition, negated: first.negated },
            );
        }
    }
    in_list(group, quantified)
}

/// What belongs to an element belongs to whatever has the list.
fn in_list<'a>(mut group: Group<'a>, quantified: &Quantified) -> Group<'a> {
    let own = Some(Root::Binding(quantified.binding));
    let list = match &quantified.over {
        Over::Path(path) => Some(path.root),
        Over::Consts(_) => None,
    };
    for evidence in group.evidence.iter_mut().filter(|evidence| evidence.root == own) {
        evidence.root = list;
    }
    group
}

fn require_or<'a>(require: &'a Cond, condition: &'a Cond) -> &'a Cond {
    // Of several conditions on one element each has to say which field it is about.
    let is_several = require.say.is_none() && matches!(require.form, Form::All(_));
    if condition.say.is_some() || is_several { condition } else { require }
}

fn unseen_evidence<'a>(unseen: &'a Unresolved, path: &'a Path) -> Evidence<'a> {
    Evidence {
        origin: origin_of(unseen),
        seen: Seen::Unresolved(unseen),
        root: Some(path.root),
        field: &path.text,
        condition: None,
        negated: false,
    }
}

pub(super) fn constant_slot(constant: &Const, origin: Origin) -> Slot<'_> {
    let view = match constant {
        Const::Bool(value) => View::Bool(*value),
        Const::Int(value) => View::Int(*value),
        Const::Float(value) => View::Float(*value),
        Const::Str(value) => View::Str(value),
        Const::Duration(value) => View::Duration(value),
        Const::Quantity(value) => View::Quantity(value),
        Const::Pattern(pattern) => View::Str(&pattern.text),
        Const::Version(text) => View::Str(text),
        Const::Range(range) => View::Str(range.text()),
        Const::List(_) => return Slot::Absent(origin.at),
    };
    Slot::Known(view, origin)
}
