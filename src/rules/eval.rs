//! The evaluator: three-valued, and every verdict says which places decided it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::ast::Arity;
use super::compare;
use super::evidence::{Evidence, Group, Seen, Truth, Verdict, of_target};
use super::ir::{Compare, Compiled, Cond, Const, Form, Over, Path, Quantified, Root, Value};
use super::operators::Operator;
use crate::model::schema::{Elements, Node, Scope, Slot, View};
use crate::model::value::{Origin, Unresolved};

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

/// Judges one target.
pub fn judge<'a>(rule: &'a Compiled, target: &'a dyn Node, scope: &'a dyn Scope) -> Judgement<'a> {
    let mut env = Env { target, bindings: vec![None; rule.bindings] };
    for lookup in &rule.lookups {
        let mut found: Vec<&'a dyn Node> = Vec::new();
        for candidate in scope.targets(lookup.kind.name) {
            env.bindings[lookup.binding] = Some(Slot::Known(View::Node(candidate), candidate.place().into()));
            let takes = lookup.filter.as_ref().is_none_or(|filter| env.eval(filter, true).bad.is_none());
            if takes {
                found.push(candidate);
            }
        }
        env.bindings[lookup.binding] = match (found.first(), lookup.arity) {
            (Some(first), _) => Some(Slot::Known(View::Node(*first), first.place().into())),
            (None, Arity::Optional | Arity::Many) => Some(Slot::Absent(target.place())),
            (None, Arity::One) => return Judgement::Findings(vec![env.group(false, vec![of_target(target)])]),
        };
    }
    if let Some(filter) = &rule.filter {
        let verdict = env.eval(filter, true);
        match verdict.bad {
            Some(Truth::Fails) => return Judgement::NotApplicable,
            Some(Truth::Unknown) => return Judgement::Findings(merged(&env, verdict.groups, true)),
            _ => {}
        }
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

fn merged<'a>(env: &Env<'a>, groups: Vec<Group<'a>>, unknown: bool) -> Vec<Group<'a>> {
    let evidence: Vec<_> = groups.into_iter().flat_map(|group| group.evidence).collect();
    vec![env.group(unknown, if evidence.is_empty() { vec![of_target(env.target)] } else { evidence })]
}

impl Verdict<'_> {
    pub(super) fn holds() -> Self {
        Self::default()
    }

    fn truth(&self) -> Truth {
        self.bad.unwrap_or(Truth::Holds)
    }
}

impl<'a> Env<'a> {
    fn group(&self, unknown: bool, evidence: Vec<Evidence<'a>>) -> Group<'a> {
        Group { unknown, evidence, bindings: self.bindings.clone() }
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
        }
    }

    fn negated(inner: Verdict<'a>) -> Verdict<'a> {
        let truth = inner.truth().not();
        if truth == Truth::Holds {
            return Verdict::holds();
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
        let mut held = Vec::new();
        for part in parts {
            let verdict = self.eval(part, wanted);
            match verdict.truth() {
                Truth::Holds if wanted => return Verdict::holds(),
                Truth::Holds => held.extend(verdict.groups),
                Truth::Unknown => unknown.extend(verdict.groups),
                Truth::Fails => failed.extend(verdict.groups),
            }
        }
        if !held.is_empty() {
            return Verdict { bad: None, groups: merged(self, held, false) };
        }
        if !unknown.is_empty() {
            return Verdict { bad: Some(Truth::Unknown), groups: merged(self, unknown, true) };
        }
        let mut evidence: Vec<_> = failed.into_iter().flat_map(|group| group.evidence).collect();
        evidence.sort_by_key(|evidence| matches!(evidence.seen, Seen::Missing | Seen::Target));
        if evidence.iter().all(|evidence| matches!(evidence.seen, Seen::Missing)) && evidence.len() > 1 {
            let first = evidence.first().map(Evidence::place);
            if evidence.iter().any(|evidence| Some(evidence.place()) != first) {
                let seen = Seen::Missing;
                let field = evidence.first().map_or("", |evidence| evidence.field);
                let origin = self.target.place().into();
                evidence.insert(0, Evidence { origin, seen, root: None, field, condition: Some(condition) });
            }
        }
        if let Some(first) = evidence.first_mut()
            && condition.say.is_some()
        {
            first.condition = Some(condition);
        }
        Verdict { bad: Some(Truth::Fails), groups: vec![self.group(false, evidence)] }
    }

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
                let verdict = self.eval(filter, true);
                match verdict.truth() {
                    Truth::Holds => {}
                    Truth::Fails => continue,
                    Truth::Unknown => {
                        if doubt.is_none() {
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
                    Slot::Unresolved(unresolved) => (unresolved.at.into(), Seen::Unresolved(unresolved)),
                    Slot::Malformed(malformed) => (malformed.at.into(), Seen::Malformed),
                };
                Evidence { origin, seen, root: Some(path.root), field: &path.text, condition: Some(condition) }
            }
        }
    }

    fn each(&mut self, condition: &'a Cond, quantified: &'a Quantified, wanted: bool) -> Verdict<'a> {
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

    fn some(&mut self, condition: &'a Cond, quantified: &'a Quantified, wanted: bool) -> Verdict<'a> {
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
            return Verdict { bad: None, groups: if wanted { Vec::new() } else { merged(self, held, false) } };
        }
        if let Some(doubt) = doubt {
            unknown.push(self.group(true, vec![doubt]));
        }
        if !unknown.is_empty() {
            return Verdict { bad: Some(Truth::Unknown), groups: merged(self, unknown, true) };
        }
        let mut evidence = vec![self.list_evidence(quantified, require_or(require, condition))];
        // The only element there is, failing by one part, is what the author most likely got wrong.
        if let ([miss], 1) = (misses.as_slice(), seen)
            && miss.evidence.len() == 1
        {
            evidence.splice(0..0, miss.evidence.iter().cloned());
        }
        Verdict { bad: Some(Truth::Fails), groups: vec![self.group(false, evidence)] }
    }

    fn count(
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
    fn agree(&mut self, condition: &'a Cond, quantified: &'a Quantified, value: &'a Path) -> Verdict<'a> {
        let mut values: Vec<(String, Evidence<'a>)> = Vec::new();
        let doubt = self.elements(quantified, |env, _| {
            if let Slot::Known(view, origin) = env.slot(value) {
                let evidence = Evidence {
                    origin,
                    seen: Seen::Value(view),
                    root: Some(value.root),
                    field: &value.text,
                    condition: Some(condition),
                };
                // One amount may be written in several ways.
                let text = match view {
                    View::Quantity(quantity) => quantity.milli.to_string(),
                    View::Duration(duration) => duration.nanos.to_string(),
                    view => super::evidence::shown(view),
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
            vec![Evidence { origin, seen, root, field: &compare.path.text, condition: Some(condition) }]
        };
        if compare.operator == Operator::Exists {
            let want = matches!(compare.operand, Value::Const(Const::Bool(true)));
            return match slot {
                Slot::Absent(place) => self.verdict(Truth::of(!want), wanted, || at(place.into(), Seen::Missing)),
                Slot::Known(view, origin) => self.verdict(Truth::of(want), wanted, || at(origin, Seen::Value(view))),
                Slot::Unresolved(unresolved)
                    if unresolved.text.is_empty() || self.is_inside_unresolved(&compare.path) =>
                {
                    self.verdict(Truth::Unknown, wanted, || at(unresolved.at.into(), Seen::Unresolved(unresolved)))
                }
                Slot::Unresolved(unresolved) => {
                    self.verdict(Truth::of(want), wanted, || at(unresolved.at.into(), Seen::Unresolved(unresolved)))
                }
                Slot::Malformed(malformed) => {
                    self.verdict(Truth::of(want), wanted, || at(malformed.at.into(), Seen::Malformed))
                }
            };
        }
        match slot {
            Slot::Absent(place) => {
                let holds = compare.absent.unwrap_or(false);
                self.verdict(Truth::of(holds), wanted, || at(place.into(), Seen::Missing))
            }
            Slot::Unresolved(unresolved) => {
                let origin = Origin { at: unresolved.at, via: unresolved.via };
                self.verdict(Truth::Unknown, wanted, || at(origin, Seen::Unresolved(unresolved)))
            }
            Slot::Malformed(malformed) => {
                self.verdict(Truth::Unknown, wanted, || at(malformed.at.into(), Seen::Malformed))
            }
            Slot::Known(View::Tree(tree), origin) => self.compare_tree(condition, compare, tree, origin, wanted),
            Slot::Known(view, origin) => {
                let truth = match &compare.operand {
                    Value::Const(constant) => compare::with_const(view, compare.operator, constant),
                    Value::Path(path) => match self.slot(path) {
                        Slot::Known(other, _) => compare::with_view(view, compare.operator, other),
                        Slot::Absent(_) => Truth::of(compare.absent.unwrap_or(false)),
                        Slot::Unresolved(_) | Slot::Malformed(_) => Truth::Unknown,
                    },
                };
                self.verdict(truth, wanted, || self.compared(condition, compare, view, origin))
            }
        }
    }

    /// The value that was compared, then the one it was compared with, since both files take part.
    fn compared(&self, condition: &'a Cond, compare: &'a Compare, view: View<'a>, origin: Origin) -> Vec<Evidence<'a>> {
        let field = compare.path.text.as_str();
        let unseen = match view {
            View::List(list) => list.unseen(),
            _ => None,
        };
        let (seen, origin) = match (view, unseen) {
            (_, Some(unseen)) => (Seen::Unresolved(unseen), unseen.at.into()),
            (View::List(list), None) if list.is_empty() => (Seen::Missing, origin),
            (view, None) => (Seen::Value(view), origin),
        };
        let root = Some(compare.path.root);
        let mut out = vec![Evidence { origin, seen, root, field, condition: Some(condition) }];
        if let Value::Path(path) = &compare.operand
            && let Slot::Known(other, origin) = self.slot(path)
        {
            let seen = Seen::Value(other);
            out.push(Evidence { origin, seen, root: Some(path.root), field: &path.text, condition: None });
        }
        out
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
            group.evidence.insert(0, Evidence { origin, seen, root: own, field: "", condition: first.condition });
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
    if condition.say.is_some() { condition } else { require }
}

fn unseen_evidence<'a>(unseen: &'a Unresolved, path: &'a Path) -> Evidence<'a> {
    Evidence {
        origin: unseen.at.into(),
        seen: Seen::Unresolved(unseen),
        root: Some(path.root),
        field: &path.text,
        condition: None,
    }
}

fn constant_slot(constant: &Const, origin: Origin) -> Slot<'_> {
    let view = match constant {
        Const::Bool(value) => View::Bool(*value),
        Const::Int(value) => View::Int(*value),
        Const::Float(value) => View::Float(*value),
        Const::Str(value) => View::Str(value),
        Const::Duration(value) => View::Duration(value),
        Const::Quantity(value) => View::Quantity(value),
        Const::Pattern(pattern) => View::Str(&pattern.text),
        Const::List(_) => return Slot::Absent(origin.at),
    };
    Slot::Known(view, origin)
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
