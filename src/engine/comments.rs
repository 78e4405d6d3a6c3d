//! The suppressions of a repository: comments, and annotations of Kubernetes objects.

use std::collections::BTreeMap;

use crate::model::k8s::Pair;
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
    for (file, remarks) in by_file {
        let text = sources.get(file).text();
        let remarks: Vec<RemarkIn<'_>> = remarks
            .iter()
            .map(|remark| RemarkIn {
                span: remark.place.span,
                text: remark.place.span.slice(text),
                own_line: remark.own_line,
            })
            .collect();
        let extent = seen.instructions.get(&file).map_or(Extent::Yaml, |spans| Extent::Dockerfile(spans));
        let (found, wrong) = pragma::read(file, text, &remarks, extent);
        pragmas.extend(found);
        misspelt.extend(wrong);
    }
    (pragmas, misspelt)
}

/// The suppressions in annotations, on an object or on its pod template. Each covers the object's document.
pub(super) fn annotations(sources: &Sources, service: &Service) -> Vec<Annotated> {
    let mut out = Vec::new();
    for object in &service.objects {
        let pairs = object.meta.annotations.iter();
        out.extend(pairs.filter_map(|pair| annotation(sources, pair, object.meta.at)));
    }
    for workload in &service.workloads {
        let pairs = workload.pod_annotations.iter();
        out.extend(pairs.filter_map(|pair| annotation(sources, pair, workload.at)));
    }
    out
}

fn annotation(sources: &Sources, pair: &Pair, object: Place) -> Option<Annotated> {
    let rule = pair.key.strip_prefix(ANNOTATION)?.to_owned();
    let reason = pair.value.value().filter(|reason| !reason.trim().is_empty())?.clone();
    let covers = document_around(sources.get(object.file).text(), object);
    Some(Annotated { place: pair.at, rule, reason, covers })
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
