//! Finds the regular expressions of `rules/`, checks them, and makes tables of them.

use std::collections::{BTreeMap, BTreeSet};

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_syntax::ParserBuilder;

use crate::embedded::automaton::{DEAD, FIRST_ROW, MATCHED};
use crate::syntax::yaml::{NodeRef, Tree};

/// What a table may take. Patterns that need more are compiled by the run that asks them.
const MAX_TABLE: usize = 24 << 10;

/// What making a table may take on the way.
const MAX_WORK: usize = 4 << 20;

/// The patterns that rules and standards name, of which each was read without a mistake.
pub fn collect<'t>(trees: impl Iterator<Item = &'t Tree> + Clone) -> BTreeSet<String> {
    let mut parameters: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for root in trees.clone().flat_map(Tree::documents) {
        let Some(rule) = root.get("rule").and_then(NodeRef::text) else { continue };
        let patterns = root.get("params").into_iter().flat_map(NodeRef::entries).filter(|param| {
            param.value.get("type").and_then(NodeRef::text).is_some_and(|ty| matches!(ty, "regex" | "list<regex>"))
        });
        parameters.entry(rule).or_default().extend(patterns.map(|param| param.key));
    }
    let mut out = BTreeSet::new();
    for root in trees.flat_map(Tree::documents) {
        if let Some(rule) = root.get("rule").and_then(NodeRef::text) {
            operands(root, &mut out);
            for param in root.get("params").into_iter().flat_map(NodeRef::entries) {
                if parameters.get(rule).is_some_and(|names| names.contains(&param.key)) {
                    texts(param.value.get("default"), &mut out);
                }
            }
        }
        for clause in root.get("clauses").into_iter().flat_map(NodeRef::items) {
            for one in clause.get("rules").into_iter().flat_map(NodeRef::items) {
                let names = one.get("rule").and_then(NodeRef::text).and_then(|rule| parameters.get(rule));
                for param in one.get("params").into_iter().flat_map(NodeRef::entries) {
                    if names.is_some_and(|names| names.contains(&param.key)) {
                        texts(Some(param.value), &mut out);
                    }
                }
            }
        }
    }
    out.retain(|pattern| regex_syntax::parse(pattern).is_ok());
    out
}

/// The patterns below a node that operators take.
fn operands(node: NodeRef<'_>, out: &mut BTreeSet<String>) {
    for entry in node.entries() {
        if matches!(entry.key, "matches" | "not_matches") {
            texts(Some(entry.value), out);
        }
        operands(entry.value, out);
    }
    node.items().for_each(|item| operands(item, out));
}

fn texts(node: Option<NodeRef<'_>>, out: &mut BTreeSet<String>) {
    if let Some(node) = node {
        out.extend(node.text().map(str::to_owned));
        node.items().for_each(|item| texts(Some(item), out));
    }
}

/// The table of a pattern that was read without a mistake; `None` where it would be large, or cannot be made. It says
/// the same as `rules::pattern::compile` does of the pattern.
pub fn table(pattern: &str) -> Option<Vec<u8>> {
    let is_ascii = pattern.is_ascii() && ParserBuilder::new().unicode(false).build().parse(pattern).is_ok();
    let config = dense::Config::new()
        .start_kind(StartKind::Unanchored)
        .accelerate(false)
        .determinize_size_limit(Some(MAX_WORK))
        .dfa_size_limit(Some(MAX_WORK));
    let automaton = dense::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().unicode(!is_ascii))
        .thompson(thompson::Config::new().which_captures(thompson::WhichCaptures::None))
        .build(pattern)
        .ok()?;
    let classes = automaton.byte_classes();
    let columns: Vec<u8> = (0..=u8::MAX).map(|byte| classes.get(byte)).collect();
    let mut representatives: Vec<u8> = Vec::new();
    for byte in 0..=u8::MAX {
        if usize::from(classes.get(byte)) == representatives.len() {
            representatives.push(byte);
        }
    }
    let first = automaton.start_state(&start::Config::new().anchored(Anchored::No)).ok()?;
    let mut states = States { automaton: &automaton, numbers: BTreeMap::new(), queue: Vec::new() };
    let first = states.number(first)?;
    let mut rows: Vec<Vec<u16>> = Vec::new();
    while let Some(state) = states.queue.get(rows.len()).copied() {
        let mut row = Vec::new();
        for byte in &representatives {
            row.push(states.number(automaton.next_state(state, *byte))?);
        }
        row.push(states.number(automaton.next_eoi_state(state))?);
        rows.push(row);
        if rows.len() * (representatives.len() + 1) * 2 > MAX_WORK {
            return None;
        }
    }
    let (first, rows) = minimal(first, &rows)?;
    let mut out = Vec::new();
    out.extend(first.to_le_bytes());
    out.extend(u16::try_from(representatives.len() + 1).ok()?.to_le_bytes());
    out.extend(columns);
    out.extend(rows.iter().flatten().flat_map(|state| state.to_le_bytes()));
    (out.len() <= MAX_TABLE).then_some(out)
}

/// The states come across so far, in the order of their rows.
struct States<'a> {
    automaton: &'a dense::DFA<Vec<u32>>,
    numbers: BTreeMap<StateID, u16>,
    queue: Vec<StateID>,
}

impl States<'_> {
    /// `None` for a state in which the automaton gives up.
    fn number(&mut self, state: StateID) -> Option<u16> {
        if self.automaton.is_quit_state(state) {
            return None;
        }
        if self.automaton.is_dead_state(state) {
            return Some(DEAD);
        }
        if self.automaton.is_match_state(state) {
            return Some(MATCHED);
        }
        if let Some(number) = self.numbers.get(&state) {
            return Some(*number);
        }
        let number = u16::try_from(self.queue.len()).ok()?.checked_add(FIRST_ROW)?;
        self.numbers.insert(state, number);
        self.queue.push(state);
        Some(number)
    }
}

/// Puts states together that nothing tells apart: those whose rows lead to the same groups, until no group splits.
fn minimal(first: u16, rows: &[Vec<u16>]) -> Option<(u16, Vec<Vec<u16>>)> {
    let mut groups: Vec<u16> = vec![FIRST_ROW; rows.len()];
    let mut count = 1;
    loop {
        let of = |state: &u16| match state.checked_sub(FIRST_ROW) {
            Some(row) => groups.get(usize::from(row)).copied().unwrap_or(DEAD),
            None => *state,
        };
        let mut found: BTreeMap<Vec<u16>, u16> = BTreeMap::new();
        let mut next = Vec::new();
        for (row, group) in rows.iter().zip(&groups) {
            let key: Vec<u16> = std::iter::once(*group).chain(row.iter().map(of)).collect();
            let number = u16::try_from(found.len()).ok()? + FIRST_ROW;
            next.push(*found.entry(key).or_insert(number));
        }
        if found.len() == count {
            let mut merged: Vec<Option<Vec<u16>>> = vec![None; count];
            for (row, group) in rows.iter().zip(&next) {
                let slot = merged.get_mut(usize::from(group - FIRST_ROW))?;
                slot.get_or_insert_with(|| row.iter().map(of).collect());
            }
            return Some((of(&first), merged.into_iter().collect::<Option<_>>()?));
        }
        count = found.len();
        groups = next;
    }
}
