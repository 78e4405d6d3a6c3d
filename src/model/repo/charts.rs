//! Charts rendered, and their objects handed to services: those of the chart's own values to the service itself, those
//! of each further values file as a variant of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::seen::{Remark, Seen, Trouble, TroubleKind};
use super::{Composition, Repo, objects, read};
use crate::finding::{Label, Note, NoteKind};
use crate::model::helm::{self, Rendered, Rendering, Root, Texts};
use crate::model::k8s::{self, Body, Making, Object, PodTemplates};
use crate::source::{FileId, Place, Sources};
use crate::syntax::SyntaxProblem;
use crate::syntax::yaml::Tree;

/// A chart with the objects that it renders to.
#[derive(Debug)]
pub(super) struct Chart {
    /// Its `Chart.yaml`.
    file: FileId,
    path: String,
    renderings: Vec<Group>,
    seen: Seen,
}

/// The objects of one rendering.
#[derive(Debug)]
struct Group {
    /// The values file, besides the chart's own.
    values: Option<FileId>,
    objects: Vec<Object>,
    /// Whether there may be more.
    is_partial: bool,
    /// Kinds of objects that templates have and did not print.
    withheld: Vec<String>,
}

/// A service as it is with another values file of one of its charts.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) chart: usize,
    pub(super) values: FileId,
    pub(super) objects: Vec<Arc<Object>>,
}

impl Chart {
    /// The objects that it renders to with its own values.
    pub(super) fn base_objects(&self) -> &[Object] {
        self.renderings.first().map_or(&[], |base| &base.objects)
    }
}

/// Renders the charts of a repository, side by side.
pub(super) fn load(sources: &Sources, root: Option<&Path>, files: &[FileId], composition: &Composition) -> Vec<Chart> {
    if files.is_empty() {
        return Vec::new();
    }
    let texts = Texts { sources, root };
    let roots = helm::roots(texts, files);
    let render = |root: &Root| {
        let given = composition.charts.iter().find(|(dir, _)| *dir == root.dir);
        let values = given.map(|(_, values)| values.iter().filter_map(|path| texts.find(path)).collect::<Vec<_>>());
        outcome(
            sources,
            root,
            &helm::render(texts, root, &roots, values.as_deref(), composition.helm),
            &composition.pod_templates,
        )
    };
    roots.par_iter().map(render).collect()
}

fn outcome(sources: &Sources, root: &Root, rendered: &Rendered, templates: &PodTemplates) -> Chart {
    let mut seen = Seen::default();
    for (place, message) in &rendered.notes {
        seen.not_evaluated(*place, message, None);
    }
    look(sources, rendered, &mut seen);
    let renderings = rendered.renderings.iter().map(|rendering| Group {
        values: rendering.values,
        objects: rendering
            .trees
            .iter()
            .flat_map(|tree| objects_of(sources, tree, rendering, (root, templates), &mut seen))
            .collect(),
        is_partial: rendering.hidden.is_some(),
        withheld: rendering.withheld.clone(),
    });
    let renderings = renderings.collect();
    seen.notes.sort_by(|a, b| (a.place, &a.message).cmp(&(b.place, &b.message)));
    seen.notes.dedup_by(|a, b| (a.place, &a.message) == (b.place, &b.message));
    Chart { file: root.file, path: sources.get(root.file).path.clone(), renderings, seen }
}

/// Keeps what all renderings gave besides objects, each thing once.
fn look(sources: &Sources, rendered: &Rendered, seen: &mut Seen) {
    let mut told = BTreeSet::new();
    let mut remarks = BTreeSet::new();
    let (mut files, mut values) = (BTreeSet::new(), BTreeSet::new());
    for rendering in &rendered.renderings {
        for refusal in rendering.refusals.iter().filter(|refusal| told.insert((refusal.at, refusal.message.clone()))) {
            let label = |place: Place, text: &str| Label { place, text: text.to_owned() };
            let inner = refusal.inner.map(|place| label(place, "it fails here"));
            let values = rendering.values.map(|file| label(Place::whole(file), "rendered with these values"));
            seen.troubles.push(Trouble {
                kind: TroubleKind::Unrenderable,
                artifact: "helm",
                place: refusal.at,
                message: format!("helm cannot render this: {}", refusal.message),
                help: None,
                related: inner.into_iter().chain(values).collect(),
            });
        }
        for (place, message) in rendering.open.iter().filter(|open| told.insert((open.0, open.1.clone()))) {
            let note = Note {
                kind: NoteKind::NotEvaluated,
                place: *place,
                message: message.clone(),
                help: None,
                related: Vec::new(),
            };
            seen.notes.push(note);
        }
        for tree in &rendering.trees {
            files.insert(tree.file());
            values.extend(tree.printed().keys().map(|place| place.file));
            for problem in &tree.problems {
                let place = Place { file: tree.file(), span: problem.span };
                if told.insert((place, problem.message.clone())) {
                    // Of those that a template may have, only a key that stands twice does not make it refused.
                    let accepted = SyntaxProblem { fatal: false, ..problem.clone() };
                    seen.problems(tree.file(), "helm", &[accepted]);
                }
            }
            for comment in tree.comments.iter().filter(|comment| comment.text.contains("svclint:")) {
                let place = Place { file: tree.file(), span: comment.span };
                // A comment that an action printed stands nowhere.
                if sources.slice(place).contains("svclint:") && remarks.insert(place) {
                    seen.remarks.push(Remark { place, own_line: comment.own_line });
                }
            }
        }
    }
    seen.files_read += files.len();
    for file in values {
        let text = sources.get(file).text();
        if text.contains("svclint:") {
            seen.remarks.extend(read::remarks(&Tree::parse(file, text)));
        }
    }
}

/// The objects that a template prints, those left out that only test a release (Helm, "Chart Tests").
fn objects_of(
    sources: &Sources,
    tree: &Tree,
    rendering: &Rendering,
    (root, templates): (&Root, &PodTemplates),
    seen: &mut Seen,
) -> Vec<Object> {
    let mut objects = k8s::read_with(tree, &sources.get(tree.file()).path, templates);
    objects.retain(|object| !is_test(object));
    let printed = Some(tree.printed()).filter(|printed| !printed.is_empty()).map(Arc::new);
    for object in &mut objects {
        object.making = Making { files: rendering.values.into_iter().collect(), printed: printed.clone() };
        if let Body::Workload(workload) = &mut object.body
            && let Some(name) = object.meta.name.value().and_then(|name| root.without_release(name))
        {
            Arc::make_mut(workload).call(name);
        }
        // What an action prints is for whoever installs the chart to give; a default may be no more than an example.
        if let Body::Secret(secret) = &mut object.body {
            secret.put_in_later(|at| at.file != tree.file() || sources.slice(at).contains("{{"));
        }
    }
    for object in objects.iter().filter(|object| matches!(object.body, Body::TooLarge)) {
        seen.not_evaluated(object.meta.at, "this object is too large to be read, its aliases expanded", None);
    }
    objects
}

fn is_test(object: &Object) -> bool {
    let hook = object.meta.annotations.items.iter().find(|pair| pair.key == "helm.sh/hook");
    let hooks = hook.and_then(|pair| pair.value.value()).map_or("", String::as_str);
    hooks.split(',').any(|hook| matches!(hook.trim(), "test" | "test-success" | "test-failure"))
}

/// Links the objects of each rendering, and gives them to the service that owns the chart, or that they are named after.
pub(super) fn hand_out(repo: &mut Repo) {
    if repo.charts.is_empty() {
        return;
    }
    link(repo);
    let names = if repo.heads.len() < 2 { BTreeMap::new() } else { objects::names(repo) };
    let charts = std::mem::take(&mut repo.charts);
    for (index, chart) in charts.iter().enumerate() {
        let Some(home) = repo.nested.owner_of(&chart.path) else { continue };
        repo.trouble_owners.extend(chart.seen.troubles.iter().map(|_| home));
        repo.seen.extend(chart.seen.clone());
        let is_shared = objects::is_shared(repo, home);
        let mut owners = BTreeSet::from([home]);
        for rendering in &chart.renderings {
            let own = rendering
                .objects
                .iter()
                .filter(|object| !object.is_patch() && !is_judged_alone(object, chart, &charts));
            for object in own {
                let namesake = if is_shared { objects::owner_of(object, &names) } else { None };
                let owner = namesake.unwrap_or(home);
                owners.insert(owner);
                if let Some(files) = repo.files.get_mut(owner) {
                    files.keep(index, rendering.values, Arc::new(object.clone()));
                }
            }
        }
        for owner in owners {
            if let Some(head) = repo.heads.get_mut(owner) {
                head.artifacts.push(("helm", chart.path.clone()));
            }
        }
    }
    repo.charts = charts;
    for chart in &mut repo.charts {
        // What was handed out is held there.
        chart.renderings.truncate(1);
    }
}

/// Whether an object comes from another chart of the repository, which this one depends on by its path.
fn is_judged_alone(object: &Object, chart: &Chart, charts: &[Chart]) -> bool {
    let path = object.meta.path.as_str();
    let holds = |chart: &Chart| {
        let dir = chart.path.strip_suffix("Chart.yaml").unwrap_or("");
        path.starts_with(dir)
    };
    !holds(chart) && charts.iter().any(|other| other.file != chart.file && !other.renderings.is_empty() && holds(other))
}

/// Each rendering is installed by itself, so its objects are linked among themselves.
fn link(repo: &mut Repo) {
    // Gathered while the charts are still there, since their objects are among them.
    repo.chart_names = objects::chart_names(&repo.charts);
    let mut charts = std::mem::take(&mut repo.charts);
    let names: Vec<BTreeSet<(String, String)>> = charts.iter().map(names_of).collect();
    let shared = &*repo;
    charts.par_iter_mut().enumerate().for_each(|(index, chart)| {
        let elsewhere = |kind: &str, name: &str| {
            let wanted = (kind.to_owned(), name.to_owned());
            let others = names.iter().enumerate().filter(|(other, _)| *other != index);
            others.into_iter().any(|(_, names)| names.contains(&wanted)) || objects::has_manifest(shared, &wanted)
        };
        for rendering in &mut chart.renderings {
            k8s::link_rendered(&mut rendering.objects, rendering.is_partial, &rendering.withheld, &elsewhere);
        }
    });
    repo.charts = charts;
}

fn names_of(chart: &Chart) -> BTreeSet<(String, String)> {
    chart.base_objects().iter().flat_map(objects::names_of).collect()
}

/// The `Chart.yaml` of all charts, for the roots of services.
pub(super) fn files(charts: &[Chart]) -> Vec<FileId> {
    charts.iter().map(|chart| chart.file).collect()
}
