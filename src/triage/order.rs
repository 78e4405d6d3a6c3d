//! The final order of findings and their fingerprints; the same input gives the same bytes.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::finding::{Finding, Note, fingerprint};
use crate::source::Sources;

/// Puts findings in the order of path, place and rule, and gives each its fingerprint.
///
/// A fingerprint is made of rule, path, target and evidence. Where several findings have all of them alike, their
/// order in the file tells them apart.
pub fn findings(findings: &mut [Finding], sources: &Sources) {
    let path = |finding: &Finding| sources.get(finding.primary.place.file).path.as_str();
    // A finding is large, and there can be many: they are moved once, and within the memory that they have.
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.par_sort_by(|a, b| {
        let (a, b) = (&findings[*a], &findings[*b]);
        (path(a), a.primary.place.span, &a.rule, &a.target, &a.message).cmp(&(
            path(b),
            b.primary.place.span,
            &b.rule,
            &b.target,
            &b.message,
        ))
    });
    permute(findings, order);
    let bases: Vec<String> = findings.par_iter().map(|finding| base(finding, path(finding))).collect();
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(bases.len());
    for (finding, base) in findings.iter_mut().zip(&bases) {
        let count = seen.entry(base).or_default();
        *count += 1;
        finding.fingerprint = if *count == 1 { base.clone() } else { fingerprint(&[base, &count.to_string()]) };
    }
}

/// Moves items so that `order[n]` says where the one that ends at `n` was.
fn permute<T>(items: &mut [T], mut order: Vec<usize>) {
    for start in 0..order.len() {
        let mut at = start;
        while let Some(from) = order.get_mut(at).map(|from| std::mem::replace(from, at)) {
            if from == start || from == at {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

fn base(finding: &Finding, path: &str) -> String {
    let target = &finding.target;
    fingerprint(&[&finding.rule, path, &target.kind, &target.name, &finding.evidence])
}

/// Puts notes in the order of their places.
pub fn notes(notes: &mut Vec<Note>, sources: &Sources) {
    notes.sort_by(|a, b| {
        let key = |note: &Note| (sources.get(note.place.file).path.clone(), note.place.span, note.message.clone());
        key(a).cmp(&key(b))
    });
    notes.dedup();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::permute;

    proptest! {
        #[test]
        fn permuting_puts_each_item_where_the_order_wants_it(order in Just((0..40).collect::<Vec<usize>>()).prop_shuffle()) {
            let mut items: Vec<usize> = (100..140).collect();
            let wanted: Vec<usize> = order.iter().map(|from| from + 100).collect();
            permute(&mut items, order);
            prop_assert_eq!(items, wanted);
        }
    }
}
