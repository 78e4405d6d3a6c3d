//! What overlays and charts say of a service several times is told once: objects that several builds have in common, and
//! those that a chart renders to with further values files, of which only what they add is told; the same for compose
//! files that are laid together in several ways.

use std::collections::BTreeSet;

use super::plan::Plan;
use super::{Part, comments, judge, own};
use crate::finding::{Finding, Label, Outcome};
use crate::fix::Desk;
use crate::model::repo::{Assembled, Repo, Variant};
use crate::source::Place;
use crate::triage::suppress::Annotated;

/// What makes two findings the same to a reader.
type Key = (String, Place, String, Outcome, Vec<Place>);

/// Judges the variants of a service, and adds to its part what was not found before.
pub(super) fn judge(repo: &Repo, desk: &Desk<'_>, plan: &Plan, index: usize, own_findings: bool, part: &mut Part) {
    if !repo.may_repeat(index) {
        return;
    }
    let variants: Vec<Variant> = repo.variants(index).collect();
    let mut told: BTreeSet<Key> = BTreeSet::new();
    part.judged.findings.retain(|finding| told.insert(key(finding)));
    part.own.retain(|finding| told.insert(key(finding)));
    for (position, variant) in variants.into_iter().enumerate() {
        let Some(Assembled { service, .. }) = repo.assemble_variant(index, position) else { continue };
        if own_findings {
            let new =
                own::wrong_values(&repo.sources, &service).into_iter().filter(|finding| told.insert(key(finding)));
            part.own.extend(new.map(|finding| told_of(finding, variant)));
        }
        let judged = judge::variant(desk, &service, plan.instances(index), variant.is_of_objects);
        for (count, findings) in part.judged.counts.iter_mut().zip(judged) {
            for finding in findings.into_iter().filter(|finding| told.insert(key(finding))) {
                match finding.outcome {
                    Outcome::Fail => count.failed += 1,
                    Outcome::Unknown => count.unknown += 1,
                }
                part.judged.findings.push(told_of(finding, variant));
            }
        }
        for annotated in comments::annotations(&repo.sources, &service) {
            let is_known = |other: &Annotated| (other.place, &other.rule) == (annotated.place, &annotated.rule);
            if !part.annotations.iter().any(is_known) {
                part.annotations.push(annotated);
            }
        }
    }
}

fn key(finding: &Finding) -> Key {
    // Where one overlay silences a finding, it stays for the others.
    let silenced = finding.reach.silenced_by(&finding.rule).collect();
    (finding.rule.clone(), finding.primary.place, finding.message.clone(), finding.outcome, silenced)
}

fn told_of(mut finding: Finding, variant: Variant) -> Finding {
    finding.related.push(Label { place: Place::whole(variant.file), text: variant.what.to_owned() });
    finding
}
