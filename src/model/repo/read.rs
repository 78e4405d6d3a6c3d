//! One artifact read into its model.

use super::seen::{Remark, Seen};
use crate::model::atonix::{self, Atonix};
use crate::model::dockerfile::{self, Dockerfile};
use crate::model::k8s::{self, Body, Kustomization, Object, PatchSign, PodTemplates};
use crate::source::{FileId, Place, Sources};
use crate::syntax::SyntaxProblem;
use crate::syntax::dockerfile::InstructionKind;
use crate::syntax::hcl;
use crate::syntax::yaml::Tree;

/// Reads a Dockerfile.
pub(super) fn dockerfile(sources: &Sources, file: FileId, seen: &mut Seen) -> Dockerfile {
    let source = sources.get(file);
    let mut tree = crate::syntax::dockerfile::parse(source.text());
    seen.files_read += 1;
    if is_template(source.text(), &tree.problems) {
        seen.not_evaluated(Place::whole(file), TEMPLATE, None);
        tree = crate::syntax::dockerfile::parse("");
        tree.problems.clear();
    }
    seen.problems(file, "dockerfile", &tree.problems);
    let before = seen.remarks.len();
    let remarks = tree.comments.iter().filter(|comment| comment.value.contains("svclint:"));
    seen.remarks.extend(remarks.map(|comment| Remark { place: Place { file, span: comment.span }, own_line: true }));
    if seen.remarks.len() > before {
        let spans = tree
            .instructions
            .iter()
            .map(|instruction| (instruction.span, matches!(instruction.kind, InstructionKind::From { .. })));
        seen.instructions.insert(file, spans.collect());
    }
    dockerfile::read(file, &source.path, &tree, source.text())
}

/// Reads an atonix.yaml; `None` where there is no mapping in it.
pub(super) fn atonix(sources: &Sources, file: FileId, seen: &mut Seen) -> Option<Atonix> {
    let tree = yaml(sources, file, "atonix", seen);
    let (atonix, problems) = atonix::read(&tree, &sources.get(file).path);
    seen.problems(file, "atonix", &problems);
    atonix
}

/// Reads the Kubernetes objects of a file.
pub(super) fn objects(sources: &Sources, file: FileId, templates: &PodTemplates, seen: &mut Seen) -> Vec<Object> {
    let tree = yaml(sources, file, "k8s", seen);
    let objects = k8s::read_with(&tree, &sources.get(file).path, templates);
    remark_on(&objects, seen);
    objects
}

/// Notes which objects are not judged.
pub(super) fn remark_on(objects: &[Object], seen: &mut Seen) {
    for object in objects {
        match (&object.body, object.patch) {
            (Body::TooLarge, _) => {
                seen.not_evaluated(object.meta.at, "this object is too large to be read, its aliases expanded", None);
            }
            (_, Some(PatchSign::Fragment)) => {
                let message = "this is part of an object, to be merged into another, and not judged alone";
                seen.not_evaluated(object.meta.at, message, None);
            }
            _ => {}
        }
    }
}

/// Reads a kustomization.
pub(super) fn kustomization(sources: &Sources, file: FileId, seen: &mut Seen) -> Option<Kustomization> {
    let tree = yaml(sources, file, "k8s", seen);
    Kustomization::read(&tree, &sources.get(file).path)
}

const TEMPLATE: &str = "this is a template, and not judged before it is rendered";

/// Whether a file that does not parse is a template of Go, Jinja or their like: a line of it starts with `{{` or `{%`.
fn is_template(text: &str, problems: &[SyntaxProblem]) -> bool {
    problems.iter().any(|problem| problem.fatal)
        && text.lines().map(str::trim_start).any(|line| line.starts_with("{{") || line.starts_with("{%"))
}

/// Reads a file of Terraform.
pub(super) fn terraform(sources: &Sources, file: FileId, seen: &mut Seen) -> hcl::Tree {
    let text = sources.get(file).text();
    let tree = hcl::parse(text);
    seen.files_read += 1;
    seen.problems(file, "terraform", &tree.problems);
    let remarks = tree.comments.iter().filter(|comment| comment.slice(text).contains("svclint:"));
    seen.remarks.extend(remarks.map(|comment| {
        let before = text.get(..comment.start as usize).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        Remark { place: Place { file, span: *comment }, own_line: line.trim().is_empty() }
    }));
    tree
}

/// Reads the YAML of a file.
pub(super) fn yaml(sources: &Sources, file: FileId, artifact: &'static str, seen: &mut Seen) -> Tree {
    let mut tree = Tree::parse(file, sources.get(file).text());
    seen.files_read += 1;
    if is_template(sources.get(file).text(), &tree.problems) {
        seen.not_evaluated(Place::whole(file), TEMPLATE, None);
        tree = Tree::parse(file, "");
    }
    seen.problems(file, artifact, &tree.problems);
    seen.remarks.extend(remarks(&tree));
    tree
}

/// The comments of a file that may be suppressions.
pub(super) fn remarks(tree: &Tree) -> impl Iterator<Item = Remark> {
    let comments = tree.comments.iter().filter(|comment| comment.text.contains("svclint:"));
    let file = tree.file();
    comments.map(move |comment| Remark { place: Place { file, span: comment.span }, own_line: comment.own_line })
}
