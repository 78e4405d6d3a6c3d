//! The evaluator: three-valued, and every verdict says which places decided it.

mod call;
mod lookup;
mod quantify;
mod truth;

use std::cmp::Ordering;

use super::evidence::{Evidence, Group, Seen, Truth, Verdict, of_target};
use super::ir::{Compare, Compiled, Cond, Form, Path, Root, Value};
use super::operators::Operator;
use crate::model::schema::{Elements, Node, Slot, View};
use crate::model::value::{Origin, Unresolved};

use quantify::constant_slot;

pub use lookup::{Found, Pools};

/// How a target ends.
pub enum Judgement<'a> {
    /// The rule does not look at this target.
    NotApplicable,
    /// It holds.
    Pass,
    /// One group a finding; some may be unknown.
    Findings(Vec<Group<'a>>),
}

/// The state of one evaluation.
pub(super) struct Env<'a> {
    target: &'a dyn Node,
    pub(super) bindings: Vec<Option<Slot<'a>>>,
}

/// Judges one target. `pools` holds what the rule's look-ups choose from, and `found` keeps what they find for it.
pub fn judge<'a>(rule: &'a Compiled, target: &'a dyn Node, pools: &Pools<'a>, found: &'a Found<'a>) -> Judgement<'a> {
    let mut env = Env { target, bindings: vec![None; rule.bindings] };
    for (index, lookup) in rule.lookups.iter().enumerate() {
        if let Err(group) = env.look_up(index, lookup, pools, found) {
            return Judgement::Findings(vec![group]);
        }
    }
    if let Some(filter) = &rule.filter {
        match env.truth(filter) {
            Truth::Fails => return Judgement::NotApplicable,
            Truth::Unknown => {
                let verdict = env.eval(filter, true);
                return Judgement::Findings(merged(&env, verdict.groups, true));
            }
            Truth::Holds => {}
        }
    }
    let truth = env.truth(&rule.require);
    debug_assert_eq!(truth, env.eval(&rule.require, true).truth(), "for {}", target.label());
    if truth == Truth::Holds {
        return Judgement::Pass;
    }
    let verdict = env.eval(&rule.require, true);
    match verdict.bad {
        None | Some(Truth::Holds) => Judgement::Pass,
        Some(truth) => {
            let mut groups = verdict.groups;
            if groups.is_empty() {
                groups.push(env.group(truth == Truth::Unknown, vec![of_target(target)]));
            }
            Judgement::Findings(groups)
        }
    }
}

/// Whether a condition holds for a target and what is bound to names; not where it cannot be told.
pub(super) fn holds<'a>(
    rule: &Compiled,
    target: &'a dyn Node,
    bindings: &[Option<Slot<'a>>],
    condition: &'a Cond,
) -> bool {
    let mut env = Env { target, bindings: bindings.to_vec() };
    env.bindings.resize(rule.bindings, None);
    env.truth(condition) == Truth::Holds
}

fn merged<'a>(env: &Env<'a>, groups: Vec<Group<'a>>, unknown: bool) -> Vec<Group<'a>> {
    let evidence: Vec<_> = groups.into_iter().flat_map(|group| group.evidence).collect();
    vec![env.group(unknown, if evidence.is_empty() { vec![of_target(env.target)] } else { evidence })]
}

impl Verdict<'_> {
    pub(super) fn holds() -> Self {
        Self { bad: None, groups: Vec::new() }
    }

    fn truth(&self) -> Truth {
        self.bad.unwrap_or(Truth::Holds)
    }
}

impl<'a> Env<'a> {
    fn group(&self, unknown: bool, evidence: Vec<Evidence<'a>>) -> Group<'a> {
        Group { unknown, evidence, bindings: self.bindings.clone(), lookup: None }
    }

    /// Evaluates a condition. Reasons are collected when it ends badly: when it fails or cannot be told, or, for
    /// `wanted == false`, when it holds or cannot be told.
    pub(super) fn eval(&mut self, condition: &'a Cond, wanted: bool) -> Verdict<'a> {
        match &condition.form {
            Form::Const(holds) => {
                Verdict { bad: Some(Truth::of(*holds)).filter(|t| *t != Truth::Holds), groups: vec![] }
            }
            Form::All(parts) => self.all(parts, wanted),
            Form::Any(parts) => self.any(condition, parts, wanted),
            Form::None(parts) => {
                let inner = self.any(condition, parts, !wanted);
                Self::negated(inner)
            }
            Form::Not(part) => {
                let inner = self.eval(part, !wanted);
                Self::negated(inner)
            }
            Form::Each(quantified) => self.each(condition, quantified, wanted),
            Form::Some(quantified) => self.some(condition, quantified, wanted),
            Form::Count(quantified, operator, number) => self.count(condition, quantified, *operator, *number),
            Form::Agree(quantified, value) => self.agree(condition, quantified, value),
            Form::Compare(compare) => self.compare(condition, compare, wanted),
            Form::Check(builtin, arguments) => self.call(condition, builtin, arguments, wanted),
        }
    }

    fn negated(mut inner: Verdict<'a>) -> Verdict<'a> {
        let truth = inner.truth().not();
        if truth == Truth::Holds {
            return Verdict::holds();
        }
        for evidence in inner.groups.iter_mut().flat_map(|group| &mut group.evidence) {
            evidence.negated = !evidence.negated;
        }
        Verdict { bad: Some(truth), groups: inner.groups }
    }

    pub(super) fn verdict(
        &self,
        truth: Truth,
        wanted: bool,
        evidence: impl FnOnce() -> Vec<Evidence<'a>>,
    ) -> Verdict<'a> {
        let bad = Some(truth).filter(|truth| *truth != Truth::Holds);
        let interesting = truth == Truth::Unknown || (truth == Truth::Holds) != wanted;
        let groups = if interesting { vec![self.group(truth == Truth::Unknown, evidence())] } else { Vec::new() };
        Verdict { bad, groups }
    }

    /// Kleene's conjunction. The failing parts make one finding, but for those of `each`, which make one an element.
    fn all(&mut self, parts: &'a [Cond], wanted: bool) -> Verdict<'a> {
        let mut failed = Vec::new();
        let mut unknown = Vec::new();
        let mut held = Vec::new();
        let mut separate = Vec::new();
        let (mut fails, mut cannot_tell) = (false, false);
        for part in parts {
            let verdict = self.eval(part, wanted);
            match verdict.truth() {
                Truth::Holds => held.extend(verdict.groups),
                Truth::Unknown => {
                    cannot_tell = true;
                    unknown.extend(verdict.groups);
                }
                Truth::Fails => {
                    fails = true;
                    if matches!(part.form, Form::Each(_)) {
                        separate.extend(verdict.groups);
                    } else {
                        failed.extend(verdict.groups);
                    }
                }
            }
        }
        if fails {
            let mut groups = if failed.is_empty() { Vec::new() } else { merged(self, failed, false) };
            groups.extend(separate);
            return Verdict { bad: Some(Truth::Fails), groups };
        }
        if cannot_tell {
            return Verdict { bad: Some(Truth::Unknown), groups: merged(self, unknown, true) };
        }
        Verdict { bad: None, groups: if wanted { Vec::new() } else { merged(self, held, false) } }
    }

    /// Kleene's disjunction. Where no part holds, the value that comes nearest is blamed: one that is written before
    /// one that is missing, and the target where all are missing.
    fn any(&mut self, condition: &'a Cond, parts: &'a [Cond], wanted: bool) -> Verdict<'a> {
        let mut failed: Vec<Group<'a>> = Vec::new();
        let mut unknown = Vec::new();
        let (mut holds, mut held) = (false, Vec::new());
        for part in parts {
            let verdict = self.eval(part, wanted);
            match verdict.truth() {
                Truth::Holds if wanted => return Verdict::holds(),
                Truth::Holds => {
                    holds = true;
                    held.extend(verdict.groups);
                }
                Truth::Unknown => unknown.extend(verdict.groups),
                Truth::Fails => failed.extend(verdict.groups),
            }
        }
        if holds {
            return Verdict { bad: None, groups: merged(self, held, false) };
        }
        if !unknown.is_empty() {
            return Verdict { bad: Some(Truth::Unknown), groups: merged(self, unknown, true) };
        }
        let mut evidence: Vec<_> = failed.into_iter().flat_map(|group| group.evidence).collect();
        evidence.sort_by_key(|evidence| matches!(evidence.seen, Seen::Missing | Seen::Target));
        if evidence.iter().all(|evidence| matches!(evidence.seen, Seen::Missing)) {
            let first = evidence.first().map(Evidence::place);
            if evidence.iter().any(|evidence| Some(evidence.place()) != first) {
                let seen = Seen::Missing;
                let field = evidence.first().map_or("", |evidence| evidence.field);
                let origin = self.target.place().into();
                evidence.insert(
                    0,
                    Evidence { origin, seen, root: None, field, condition: Some(condition), negated: false },
                );
            }
        }
        // One place can say only one thing: where nothing of it is there, what each part wants.
        let place = evidence.first().map(Evidence::place);
        let is_one_place = evidence.len() > 1
            && evidence.iter().all(|other| matches!(other.seen, Seen::Missing) && Some(other.place()) == place);
        let says_all = is_one_place && parts.iter().all(|part| part.say.is_some());
        if let Some(first) = evidence.first_mut()
            && (condition.say.is_some() || says_all)
        {
            first.condition = Some(condition);
        }
        Verdict { bad: Some(Truth::Fails), groups: vec![self.group(false, evidence)] }
    }

    /// The state of a path. A step through something that is not there is not there.
    pub(super) fn slot(&self, path: &Path) -> Slot<'a> {
        let mut slot = match path.root {
            Root::Target => Slot::Known(View::Node(self.target), self.target.place().into()),
            Root::Binding(index) => match self.bindings.get(index).copied().flatten() {
                Some(slot) => slot,
                None => return Slot::Absent(self.target.place()),
            },
        };
        for step in &path.steps {
            slot = match slot {
                Slot::Known(View::Node(node), _) => node.slot(*step),
                other => other,
            };
        }
        slot
    }

    /// Whether a path leads through something that is not known, so that nothing can be said about what is in it.
    fn is_inside_unresolved(&self, path: &Path) -> bool {
        let Some((_, steps)) = path.steps.split_last() else { return false };
        let outer = Path { steps: steps.to_vec(), ..path.clone() };
        matches!(self.slot(&outer), Slot::Unresolved(_))
    }

    fn compare(&mut self, condition: &'a Cond, compare: &'a Compare, wanted: bool) -> Verdict<'a> {
        let slot = self.slot(&compare.path);
        let at = |origin: Origin, seen: Seen<'a>| {
            let root = Some(compare.path.root);
            vec![Evidence { origin, seen, root, field: &compare.path.text, condition: Some(condition), negated: false }]
        };
        if let (Slot::Known(View::Tree(tree), origin), true) = (slot, compare.operator != Operator::Exists) {
            return self.compare_tree(condition, compare, tree, origin, wanted);
        }
        let truth = self.compared_truth(compare, slot);
        self.verdict(truth, wanted, || match slot {
            Slot::Absent(place) => at(place.into(), Seen::Missing),
            Slot::Unresolved(unresolved) => at(origin_of(unresolved), Seen::Unresolved(unresolved)),
            Slot::Malformed(malformed) => at(malformed.at.into(), Seen::Malformed),
            Slot::Known(view, origin) if compare.operator == Operator::Exists => at(origin, Seen::Value(view)),
            Slot::Known(view, origin) => self.compared(condition, compare, view, origin),
        })
    }

    /// The value that was compared, then the one it was compared with, since both files take part.
    fn compared(&self, condition: &'a Cond, compare: &'a Compare, view: View<'a>, origin: Origin) -> Vec<Evidence<'a>> {
        let field = compare.path.text.as_str();
        let unseen = match view {
            View::List(list) => list.unseen(),
            _ => None,
        };
        let (seen, origin) = match (view, unseen) {
            (_, Some(unseen)) => (Seen::Unresolved(unseen), origin_of(unseen)),
            (View::List(list), None) if list.is_empty() => (Seen::Missing, origin),
            (view, None) => (Seen::Value(view), origin),
        };
        let root = Some(compare.path.root);
        let mut out = vec![Evidence { origin, seen, root, field, condition: Some(condition), negated: false }];
        let other = match &compare.operand {
            Value::Path(path) => match self.slot(path) {
                Slot::Known(other, origin) => Some((path, Seen::Value(other), origin)),
                Slot::Unresolved(unresolved) => Some((path, Seen::Unresolved(unresolved), origin_of(unresolved))),
                Slot::Absent(_) | Slot::Malformed(_) => None,
            },
            Value::Const(_) => None,
        };
        if let Some((path, seen, origin)) = other {
            out.push(Evidence {
                origin,
                seen,
                root: Some(path.root),
                field: &path.text,
                condition: None,
                negated: false,
            });
        }
        out
    }
}

/// Where a value that cannot be told is written, and where it would have been given.
pub(super) fn origin_of(unresolved: &Unresolved) -> Origin {
    Origin { at: unresolved.at, via: unresolved.via }
}

pub(super) fn known_elements(list: &dyn Elements) -> impl Iterator<Item = View<'_>> {
    (0..list.len()).filter_map(|index| match list.get(index) {
        Some(Slot::Known(view, _)) => Some(view),
        _ => None,
    })
}

/// Whether an element, or the whole list, cannot be told.
pub(super) fn has_doubt(list: &dyn Elements) -> bool {
    list.unseen().is_some() || (0..list.len()).any(|index| !matches!(list.get(index), Some(Slot::Known(..))))
}

pub(super) fn is(ordering: Option<Ordering>, operator: Operator) -> bool {
    match operator {
        Operator::Lt => ordering == Some(Ordering::Less),
        Operator::Le => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        Operator::Gt => ordering == Some(Ordering::Greater),
        Operator::Ge => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        _ => false,
    }
}
