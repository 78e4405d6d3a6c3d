//! Silences findings that the configuration waives, and tells of waivers that have ended or cover nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::date::{Clock, Date};
use crate::finding::{ClauseRef, Finding, Label, Note, NoteKind, Suppression};
use crate::source::{Place, Sources};

/// What a waiver names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Waived {
    /// Findings of these ids.
    Rules(BTreeSet<String>),
    /// What one clause asks. Where another clause asks the same, the finding stays for that one.
    Clause(String),
}

/// A waiver of the configuration.
pub struct Waiver<'w> {
    /// The rule or clause that it names.
    pub place: Place,
    /// That name as written.
    pub name: &'w str,
    /// What it stands for.
    pub waived: Waived,
    /// Whether it covers a path of the run.
    pub covers: &'w (dyn Fn(&str) -> bool + Sync),
    /// Why.
    pub reason: &'w str,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Whether this run looked at all that it may cover; only then it can be called unused.
    pub is_judged: bool,
}

impl Waiver<'_> {
    fn waives(&self, finding: &Finding) -> bool {
        match &self.waived {
            Waived::Rules(ids) => ids.contains(&finding.rule),
            Waived::Clause(id) => finding.clauses.iter().any(|clause| clause.clause == *id),
        }
    }
}

/// Applies waivers to findings, and returns what there is to say about the waivers themselves.
pub fn apply(findings: &mut [Finding], sources: &Sources, waivers: &[Waiver<'_>], clock: Clock) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut alive = Vec::new();
    for waiver in waivers {
        match waiver.until {
            Some(until) if clock.today() > until => notes.push(ended(waiver, until)),
            _ => alive.push((waiver, false)),
        }
    }
    if alive.is_empty() {
        return notes;
    }
    for finding in findings {
        let places = std::iter::once(finding.primary.place).chain(finding.reach.printed);
        let paths: Vec<&str> = places.map(|place| sources.get(place.file).path.as_str()).collect();
        let mut by: Vec<&Waiver<'_>> = Vec::new();
        for (waiver, used) in &mut alive {
            if waiver.waives(finding) && paths.iter().any(|path| (waiver.covers)(path)) {
                *used = true;
                by.push(*waiver);
            }
        }
        silence(finding, &by);
    }
    let unused = alive.iter().filter(|(waiver, used)| !used && waiver.is_judged);
    notes.extend(unused.map(|(waiver, _)| unneeded(waiver)));
    notes
}

/// A finding is silent when its rule is waived, or every clause that asks for it.
fn silence(finding: &mut Finding, by: &[&Waiver<'_>]) {
    let whole = by.iter().find(|waiver| matches!(waiver.waived, Waived::Rules(_)));
    let is_waived = |clause: &&ClauseRef| {
        by.iter().any(|waiver| matches!(&waiver.waived, Waived::Clause(id) if *id == clause.clause))
    };
    let rest: Vec<ClauseRef> = finding.clauses.iter().filter(|clause| !is_waived(clause)).cloned().collect();
    match whole.or_else(|| by.first().filter(|_| rest.is_empty())) {
        Some(waiver) => {
            let suppression = Suppression { reason: waiver.reason.to_owned(), place: waiver.place };
            finding.suppressed.get_or_insert(suppression);
        }
        None if !by.is_empty() => finding.clauses = Arc::from(rest),
        None => {}
    }
}

fn ended(waiver: &Waiver<'_>, until: Date) -> Note {
    let message = format!("the waiver of `{}` ended on {until}, and silences nothing any more", waiver.name);
    note(waiver.place, message, "mend what it covers, or give it a later day")
}

fn unneeded(waiver: &Waiver<'_>) -> Note {
    note(waiver.place, format!("nothing needs `{}` to be waived here", waiver.name), "remove the waiver")
}

fn note(place: Place, message: String, help: &str) -> Note {
    let related: Vec<Label> = Vec::new();
    Note { kind: NoteKind::Suppression, place, message, help: Some(help.to_owned()), related }
}
