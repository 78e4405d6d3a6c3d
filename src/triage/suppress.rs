//! Silences findings that a comment covers, and tells of comments that silence nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::date::{Clock, Date};
use super::pragma::{Misspelt, Pragma};
use crate::diagnostic::nearest;
use crate::finding::{Finding, Note, NoteKind, Renamed, Suppression};
use crate::source::{FileId, Place};

/// What the suppressions need to know of the rules.
pub struct Known<'k> {
    /// Ids of rules and of their uses that exist.
    pub rules: &'k BTreeSet<String>,
    /// Ids whose findings may not be silenced.
    pub not_waivable: &'k BTreeSet<String>,
    /// Ids that ran; a suppression of another one cannot be called unused.
    pub ran: &'k BTreeSet<String>,
    /// What day it is.
    pub clock: Clock,
    /// Former ids of rules, each with the present one.
    pub former: &'k BTreeMap<String, String>,
}

/// A suppression by annotation: the rule, the reason, the object's text.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The annotation.
    pub place: Place,
    /// The rule.
    pub rule: String,
    /// The reason.
    pub reason: String,
    /// The document that it stands in, where that is the one of its object: it silences what is found there and belongs
    /// to no object, too.
    pub covers: Option<Place>,
}

/// What there is to say about suppressions.
#[derive(Debug, Default)]
pub struct Said {
    /// What is wrong with some of them.
    pub notes: Vec<Note>,
    /// Those that say no reason, and do not count.
    pub unexplained: Vec<Place>,
    /// Those that name a rule by a former id.
    pub renamed: Vec<Renamed>,
}

/// Applies suppressions to findings, and returns what there is to say about the suppressions themselves.
pub fn apply(
    findings: &mut [Finding],
    pragmas: &[Pragma],
    misspelt: &[Misspelt],
    annotations: &[Annotated],
    known: &Known<'_>,
) -> Said {
    let mut renamed: Vec<Renamed> = Vec::new();
    let mut notes: Vec<Note> = misspelt.iter().map(|wrong| note(wrong.place, wrong.message.clone(), None)).collect();
    let mut covers: Vec<Cover<'_>> = Vec::new();
    let mut unexplained = Vec::new();
    for pragma in pragmas {
        if pragma.reason.is_empty() {
            unexplained.push(pragma.place);
            continue;
        }
        if let Some((message, help)) = pragma.until.as_deref().and_then(|until| lapse(until, known.clock)) {
            notes.push(note(pragma.place, message, Some(help)));
            continue;
        }
        for (written, at) in &pragma.rules {
            let rule = present(written, *at, known, &mut renamed);
            let text = Place { file: pragma.place.file, span: pragma.covers };
            covers.push(Cover {
                rule,
                at: *at,
                text: Some(text),
                reason: &pragma.reason,
                used: false,
                of_object: false,
            });
        }
    }
    for annotation in annotations {
        let rule = present(&annotation.rule, annotation.place, known, &mut renamed);
        let reason = annotation.reason.as_str();
        covers.push(Cover {
            rule,
            at: annotation.place,
            text: annotation.covers,
            reason,
            used: false,
            of_object: true,
        });
    }
    covers.retain(|cover| {
        let refused = refusal(cover, known);
        notes.extend(refused.map(|(message, help)| note(cover.at, message, help)));
        known.rules.contains(cover.rule) && !known.not_waivable.contains(cover.rule)
    });
    notes.extend(renamed.iter().map(told));
    if !covers.is_empty() {
        silence(findings, &mut covers);
    }
    for cover in covers.iter().filter(|cover| !cover.used && known.ran.contains(cover.rule)) {
        let message = format!("nothing here needs `{}` to be ignored", cover.rule);
        notes.push(note(cover.at, message, Some("remove the suppression".to_owned())));
    }
    Said { notes, unexplained, renamed }
}

fn silence(findings: &mut [Finding], covers: &mut [Cover<'_>]) {
    let mut by_file: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    let mut by_annotation: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (index, cover) in covers.iter().enumerate() {
        if let Some(text) = cover.text {
            by_file.entry(text.file).or_default().push(index);
        }
        if cover.of_object {
            by_annotation.entry(cover.at).or_default().push(index);
        }
    }
    for finding in findings {
        let reach = &finding.reach;
        let mut found: Vec<usize> = Vec::new();
        for (number, place) in std::iter::once(&finding.primary.place).chain(&reach.places).enumerate() {
            let near = by_file.get(&place.file).into_iter().flatten().copied();
            found.extend(near.filter(|index| {
                // An annotation silences its own object, and what is of no object.
                let counts = |cover: &Cover<'_>| !cover.of_object || number == 0 && reach.annotations.is_none();
                covers.get(*index).is_some_and(|cover| counts(cover) && cover.holds(*place))
            }));
        }
        for (_, at) in reach.annotations.iter().flatten() {
            found.extend(by_annotation.get(at).into_iter().flatten().copied());
        }
        for index in found {
            let Some(cover) = covers.get_mut(index).filter(|cover| cover.rule == finding.rule) else { continue };
            cover.used = true;
            let reason = cover.reason.to_owned();
            finding.suppressed.get_or_insert(Suppression { reason, place: cover.at });
        }
    }
}

/// Why a suppression that ends on a day does not count.
fn lapse(until: &str, clock: Clock) -> Option<(String, String)> {
    let Some(last) = Date::parse(until) else {
        let message = format!("`{until}` is not a day, so the suppression does not count");
        return Some((message, "write it as `until=YYYY-MM-DD`".to_owned()));
    };
    let help = "mend what it covers, or give it a later day".to_owned();
    (clock.today() > last).then(|| (format!("this suppression ended on {last}, and silences nothing any more"), help))
}

/// The id of a rule as it is now; a former one is kept.
fn present<'r>(rule: &'r str, place: Place, known: &Known<'r>, renamed: &mut Vec<Renamed>) -> &'r str {
    match known.former.get(rule) {
        Some(present) if !known.rules.contains(rule) => {
            renamed.push(Renamed { place, former: rule.to_owned(), present: present.clone() });
            present
        }
        _ => rule,
    }
}

fn told(renamed: &Renamed) -> Note {
    let Renamed { place, former, present } = renamed;
    let help = format!("write `{present}`; `svclint fix` does");
    note(*place, format!("`{former}` is called `{present}` now"), Some(help))
}

struct Cover<'p> {
    rule: &'p str,
    at: Place,
    /// The text that it covers.
    text: Option<Place>,
    reason: &'p str,
    /// Whether it is an annotation.
    of_object: bool,
    used: bool,
}

impl Cover<'_> {
    fn holds(&self, at: Place) -> bool {
        let start = at.span.start;
        self.text.is_some_and(|text| text.file == at.file && text.span.start <= start && start <= text.span.end)
    }
}

fn refusal(cover: &Cover<'_>, known: &Known<'_>) -> Option<(String, Option<String>)> {
    if !known.rules.contains(cover.rule) {
        let near = nearest(cover.rule, known.rules.iter().map(String::as_str));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        return Some((format!("there is no rule `{}` to ignore", cover.rule), help));
    }
    known
        .not_waivable
        .contains(cover.rule)
        .then(|| (format!("`{}` cannot be ignored: the standard says so", cover.rule), None))
}

fn note(place: Place, message: String, help: Option<String>) -> Note {
    Note { kind: NoteKind::Suppression, place, message, help, related: Vec::new() }
}
