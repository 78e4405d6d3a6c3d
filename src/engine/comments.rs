//! The suppressions of a repository: comments, and annotations of Kubernetes objects.

use std::collections::BTreeMap;

use crate::model::k8s::{Body, Object, Pair};
use crate::model::repo::{Remark, Seen};
use crate::model::service::Service;
use crate::source::{FileId, Place, Sources};
use crate::triage::pragma::{self, Extent, Misspelt, Pragma, RemarkIn};
use crate::triage::suppress::Annotated;

/// The prefix of an annotation that silences a rule; the rule's id follows, the value is the reason.
const ANNOTATION: &str = "svclint.dev/ignore.";

/// The suppressions in comments, file by file.
pub(super) fn pragmas(sources: &Sources, seen: &Seen) -> (Vec<Pragma>, Vec<Misspelt>) {
    let mut by_file: BTreeMap<FileId, Vec<&Remark>> = BTreeMap::new();
    for remark in &seen.remarks {
        by_file.entry(remark.place.file).or_default().push(remark);
    }
    let (mut pragmas, mut misspelt) = (Vec::new(), Vec::new());
    // A file that is something else too has its comments from there.
    let mut by_line: BTreeMap<FileId, Vec<&Remark>> = BTreeMap::new();
    for remark in seen.line_remarks.iter().filter(|remark| !by_file.contains_key(&remark.place.file)) {
        by_line.entry(remark.place.file).or_default().push(remark);
    }
    let lines = by_line.into_iter().map(|(file, mut remarks)| {
        // Each variant of a service reads its lines anew.
        remarks.sort_by_key(|remark| remark.place);
        remarks.dedup_by_key(|remark| remark.place);
        (file, remarks, Extent::Line)
    });
    let others = by_file.into_iter().map(|(file, remarks)| {
        let extent = seen.instructions.get(&file).map_or(Extent::Yaml, |spans| Extent::Dockerfile(spans));
        (file, remarks, extent)
    });
    for (file, remarks, extent) in others.chain(lines) {
        let text = sources.get(file).text();
        let remarks: Vec<RemarkIn<'_>> = remarks
            .iter()
            .map(|remark| RemarkIn {
                span: remark.place.span,
                text: remark.place.span.slice(text),
                own_line: remark.own_line,
            })
            .collect();
        let (found, wrong) = pragma::read(file, text, &remarks, extent);
        pragmas.extend(found);
        misspelt.extend(wrong);
    }
    (pragmas, misspelt)
}

/// The suppressions in annotations, on an object or on its pod template. Each silences what is found in its object, and
/// what else stands in its document.
pub(super) fn annotations(sources: &Sources, service: &Service) -> Vec<Annotated> {
    let of = |object: &Object| -> Vec<Annotated> {
        let given = given(object).filter_map(|(rule, pair)| {
            let reason = reason(pair)?.to_owned();
            let is_beside = pair.at.file == object.meta.at.file;
            let covers = is_beside.then(|| document_around(sources.get(pair.at.file).text(), object.meta.at));
            Some(Annotated { place: pair.at, rule: rule.to_owned(), reason, covers })
        });
        given.collect()
    };
    service.objects.iter().flat_map(|object| of(object)).collect()
}

/// The rules that the annotations of an object silence, with the places of these.
pub(super) fn silenced(object: &Object) -> Vec<(String, Place)> {
    let counts = given(object).filter(|(_, pair)| reason(pair).is_some());
    counts.map(|(rule, pair)| (rule.to_owned(), pair.at)).collect()
}

fn given(object: &Object) -> impl Iterator<Item = (&str, &Pair)> {
    let of_pods = match &object.body {
        Body::Workload(workload) => workload.pod_annotations.items.as_slice(),
        _ => &[],
    };
    let all = object.meta.annotations.items.iter().chain(of_pods);
    all.filter_map(|pair| Some((pair.key.strip_prefix(ANNOTATION)?, pair)))
}

fn reason(pair: &Pair) -> Option<&str> {
    pair.value.value().map(String::as_str).filter(|reason| !reason.trim().is_empty())
}

/// The text between the `---` around a place.
fn document_around(text: &str, at: Place) -> Place {
    let offset = (at.span.start as usize).min(text.len());
    let before = text.get(..offset).unwrap_or("");
    let after = text.get(offset..).unwrap_or("");
    let start = before.rfind("\n---").map_or(0, |found| found + 1);
    let end = after.find("\n---").map_or(text.len(), |found| offset + found);
    Place { file: at.file, span: crate::source::Span::new(start, end) }
}

#[cfg(test)]
mod tests {
    use super::document_around;
    use crate::source::{FileId, Place, Span};

    #[test]
    fn a_document_ends_at_the_dashes_around_it() {
        let text = "a: 1\n---\nb: 2\nc: 3\n---\nd: 4\n";
        let around = |part: &str| {
            let start = text.find(part).unwrap();
            let at = Place { file: FileId(0), span: Span::new(start, start + part.len()) };
            document_around(text, at).span.slice(text)
        };
        assert_eq!(around("a: 1"), "a: 1");
        assert_eq!(around("c: 3"), "---\nb: 2\nc: 3");
        assert_eq!(around("d: 4"), "---\nd: 4\n");
    }
}
