//! A chart rendered: its templates run, and what they print read as YAML that points back into them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::chart::{Chart, Root, join};
use super::exec;
use super::files::{Files, Texts};
use super::release::{Release, capabilities};
use super::values;
use crate::source::{FileId, Place, Span};
use crate::syntax::gotemplate::{Context, Failure, Machine, Map, Origin, Output, Stop, Value};
use crate::syntax::yaml::{Moved, Origins, Tree, WrittenPart};

/// The stack that a chart is rendered on: templates may be nested deeper than the one of a worker thread.
const STACK: usize = 256 << 20;

/// How many further values files a chart is rendered with.
const MAX_VALUES_FILES: usize = 12;

/// Stands for all kinds that make pods, among those that templates withhold.
const PODS: &str = "Pod";

/// What renders charts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Engine {
    /// This program.
    #[default]
    InProcess,
    /// The `helm` that is installed.
    Exec,
}

/// A chart with all its renderings.
#[derive(Debug, Default)]
pub struct Rendered {
    /// With the chart's own values first, then with each further file, by path.
    pub renderings: Vec<Rendering>,
    /// What is to be said about the chart as a whole.
    pub notes: Vec<(Place, String)>,
}

/// A chart rendered with one set of values.
#[derive(Debug, Default)]
pub struct Rendering {
    /// The values file, besides the chart's own.
    pub values: Option<FileId>,
    /// What its templates print; every node stands in the template, or in the values file of which it is a value.
    pub trees: Vec<Tree>,
    /// Templates that Helm refuses.
    pub refusals: Vec<Refusal>,
    /// What could not be rendered without knowing more, with the reason.
    pub open: Vec<(Place, String)>,
    /// Why there may be objects that are not among the trees.
    pub hidden: Option<String>,
    /// Kinds of objects that templates have and did not print with these values; `Pod` where it would be one with pods.
    pub withheld: Vec<String>,
}

/// A template that Helm refuses to render.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// The action that fails.
    pub at: Place,
    /// What the engine says.
    pub message: String,
    /// The action in a template that it calls.
    pub inner: Option<Place>,
}

/// Renders a chart, of which the others may be dependencies: with its own values, and once more with each of `values`,
/// or with each further values file in its directory where nobody says which. It has a thread of its own, for the sake
/// of its stack.
#[must_use]
pub fn render(texts: Texts<'_>, root: &Root, all: &[Root], values: Option<&[FileId]>, engine: Engine) -> Rendered {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || render_here(texts, root, all, values, engine));
        thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(|| {
            let message = "this chart could not be rendered for want of memory".to_owned();
            Rendered { renderings: Vec::new(), notes: vec![(Place::whole(root.file), message)] }
        })
    })
}

fn render_here(texts: Texts<'_>, root: &Root, all: &[Root], values: Option<&[FileId]>, engine: Engine) -> Rendered {
    let mut rendered = Rendered::default();
    let Some(chart) = Chart::load(texts, &root.dir, all) else {
        rendered.notes.push((Place::whole(root.file), "this chart has no name, and is not rendered".to_owned()));
        return rendered;
    };
    if chart.is_library {
        rendered.notes.push((Place::whole(root.file), "a library chart is not rendered alone".to_owned()));
        return rendered;
    }
    let mut given = vec![None];
    let further = values.map_or_else(|| values_files(texts, &root.dir), <[FileId]>::to_vec);
    given.extend(further.into_iter().map(Some));
    if given.len() > MAX_VALUES_FILES + 1 {
        given.truncate(MAX_VALUES_FILES + 1);
        let message = format!("of its further values files only {MAX_VALUES_FILES} were rendered");
        rendered.notes.push((Place::whole(root.file), message));
    }
    let by_helm = texts.root.filter(|_| engine == Engine::Exec);
    let one = |values| {
        by_helm.map_or_else(|| with_values(texts, &chart, values), |run| exec::render(texts, run, root, values))
    };
    rendered.renderings = given.into_iter().map(one).collect();
    rendered
}

/// The values files in a chart's directory besides its own: `values-prod.yaml`, `prod.values.yaml`, `values/prod.yaml`.
/// Those in `ci/` are for tests of the chart, and nobody deploys with them (chart-testing, `ct install`).
#[must_use]
pub fn values_files(texts: Texts<'_>, dir: &str) -> Vec<FileId> {
    let is_one = |path: &str| {
        let Some(stem) = path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml")) else { return false };
        match stem.split_once('/') {
            None => {
                let begins = ["values-", "values.", "values_"].iter().any(|start| stem.starts_with(start));
                begins || [".values", "-values", "_values"].iter().any(|end| stem.ends_with(end))
            }
            Some(("values", name)) => !name.contains('/'),
            Some(_) => false,
        }
    };
    texts.below(dir).filter(|(path, _)| is_one(path)).map(|(_, file)| file).collect()
}

/// A chart that is being rendered with one set of values.
struct Run<'s> {
    texts: Texts<'s>,
    context: Context,
    machine: Machine,
    /// The files of the templates, as the machine counts them.
    files: Vec<FileId>,
    /// The templates that print manifests, with their data and file.
    jobs: Vec<(String, Template)>,
    out: Rendering,
    /// Dependencies that are not there: what is missing may be theirs.
    missing: Vec<String>,
}

fn with_values(texts: Texts<'_>, chart: &Chart, values: Option<FileId>) -> Rendering {
    let out = Rendering { values, ..Rendering::default() };
    let mut run = Run {
        texts,
        context: Context::new(),
        machine: Machine::default(),
        files: Vec::new(),
        jobs: Vec::new(),
        out,
        missing: Vec::new(),
    };
    let mut chart = chart.clone();
    let prepared = values::of_file(texts, values, &run.context).and_then(|given| {
        values::choose(&mut chart, &given, texts, &run.context)?;
        values::coalesced(&chart, &values::copy(&given, &run.context)?, texts, &run.context)
    });
    let Ok(all) = prepared else {
        run.out.hidden = Some("the chart's values are too large".to_owned());
        return run.out;
    };
    run.dependencies(&chart);
    run.prepare(&chart, &all);
    run.execute();
    run.out
}

impl Run<'_> {
    fn dependencies(&mut self, chart: &Chart) {
        for (name, at) in &chart.missing {
            self.missing.push(name.clone());
            let message = format!("the chart `{name}` is not in the repository, and is not rendered");
            self.out.open.push((*at, message));
            self.hide(&format!("the chart `{name}`, which is not in the repository, may bring it"));
        }
        chart.charts.iter().for_each(|part| self.dependencies(part));
    }

    fn hide(&mut self, why: &str) {
        self.out.hidden.get_or_insert_with(|| why.to_owned());
    }

    /// Parses all templates. Helm goes from those that lie deepest to those on top, so that the latter win where two
    /// define one name (engine, `sortTemplates`), and renders them in that order.
    fn prepare(&mut self, chart: &Chart, values: &Map) {
        let release = Value::Object(Rc::new(Release { name: Rc::from(chart.name.as_str()) }));
        let shared = Shared { release, capabilities: capabilities(&chart.kube_version), texts: self.read_all(chart) };
        let mut templates = BTreeMap::new();
        collect(chart, &chart.name, values, &shared, &mut templates);
        let mut templates: Vec<(String, Template)> = templates.into_iter().collect();
        templates.sort_by_key(|(path, _)| path.matches('/').count());
        for (name, template) in templates.into_iter().rev() {
            let file = template.file;
            self.files.push(file);
            if let Err(failure) = self.machine.add(&name, self.texts.text(file)) {
                self.fail(&failure, file, true);
                continue;
            }
            let base = name.rsplit('/').next().unwrap_or(&name);
            if !base.starts_with('_') && base != "NOTES.txt" {
                self.jobs.push((name, template));
            }
        }
    }

    /// The texts of the files that `.Files` has, as a function that lives as long as the values do.
    fn read_all(&self, chart: &Chart) -> BTreeMap<FileId, Rc<str>> {
        let uses = |(_, file): &(String, FileId)| self.texts.text(*file).contains(".Files");
        let mut out = BTreeMap::new();
        if any_template(chart, &uses) {
            add_texts(self.texts, chart, &mut out);
        }
        out
    }

    fn execute(&mut self) {
        for (name, Template { data, base, file }) in std::mem::take(&mut self.jobs) {
            let asked = self.context.asked().len();
            let about = [("Name", Value::text(&name)), ("BasePath", Value::text(&base))];
            data.set(Rc::from("Template"), Value::map(about));
            match self.machine.render(&name, &Value::Map(data), &self.context) {
                Ok(output) => {
                    self.asked(asked, file);
                    self.read(&output.with_whole_markers(), file);
                }
                Err(failure) if self.context.asked().len() > asked => {
                    self.asked(asked, file);
                    let message = format!("this template could not be rendered without them: {}", told(&failure.why));
                    self.open(self.place(failure.at), message);
                }
                Err(failure) => self.fail(&failure, file, false),
            }
        }
    }

    fn place(&self, origin: Origin) -> Place {
        let file = self.files.get(origin.template).copied();
        file.map_or(Place::whole(FileId(0)), |file| Place { file, span: origin.span })
    }

    /// Notes what a template wants to be given.
    fn asked(&mut self, before: usize, file: FileId) {
        let Some(first) = self.context.asked().into_iter().nth(before) else { return };
        let message = format!("the chart wants a value that it has no default for: {}", line(&first));
        self.out.open.push((Place::whole(file), message));
    }

    fn open(&mut self, at: Place, message: String) {
        self.out.open.push((at, message));
        self.hide("a template of the chart, which could not be rendered, may bring it");
    }

    fn fail(&mut self, failure: &Failure, file: FileId, is_syntax: bool) {
        let at = self.place(failure.at);
        let at = if at.file == file || failure.inner.is_some() { at } else { Place { file, ..at } };
        let inner = failure.inner.map(|origin| self.place(origin)).filter(|inner| *inner != at);
        match &failure.why {
            Stop::Fail(message) => {
                self.open(at, format!("the chart refuses these values: {}", line(message)));
            }
            Stop::TooLarge => self.open(at, "this template takes too much time or memory to render".to_owned()),
            // What the missing chart defines, or brings values for, may be what is missing here.
            why @ (Stop::NoTemplate(_) | Stop::Error(_)) if !self.missing.is_empty() && !is_syntax => {
                let missing = self.missing.join("`, `");
                self.open(at, format!("{}; that may come with `{missing}`, which is not in the repository", told(why)));
            }
            why => {
                self.out.refusals.push(Refusal { at, message: told(why), inner });
                self.hide("a template of the chart, which does not render, may bring it");
            }
        }
    }

    /// Remembers the kinds that a template has in its text and not in what it printed.
    fn withhold(&mut self, file: FileId, printed: &str) {
        let text = self.texts.text(file);
        let printed: BTreeSet<&str> = kinds(printed).collect();
        let makes_pods = text.contains("containers:") && printed.is_empty();
        let kinds = kinds(text).filter(|kind| !printed.contains(kind)).chain(makes_pods.then_some(PODS));
        self.out.withheld.extend(kinds.map(str::to_owned));
    }

    /// Reads what a template printed.
    fn read(&mut self, output: &Output, file: FileId) {
        if output.text.trim().is_empty() {
            self.withhold(file, "");
            return;
        }
        self.withhold(file, &output.text);
        let tree = Tree::parse(file, &output.text);
        let made = Made { output, context: &self.context };
        if let Some(problem) = tree.problems.iter().find(|problem| problem.fatal && !problem.is_repeated_key()) {
            let at = Place { file, span: made.of(problem.span).span };
            let message = format!("it renders to text that is no YAML: {}", problem.message);
            self.out.refusals.push(Refusal { at, message, inner: None });
            self.hide("a template of the chart, which does not render, may bring it");
            return;
        }
        let moved = tree.moved(&made);
        self.out.trees.push(moved);
    }
}

/// The kinds that lines of a manifest or of its template name.
fn kinds(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let kind = line.strip_prefix("kind:")?.trim();
        (!kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(kind)
    })
}

/// What a template printed, as the origin of a tree.
struct Made<'o> {
    output: &'o Output,
    context: &'o Context,
}

impl Origins for Made<'_> {
    fn of(&self, span: Span) -> Moved {
        let range = span.start as usize..span.end as usize;
        let Some(source) = self.output.source(range.clone()) else { return Span::at(0).into() };
        let written = if source.is_open { None } else { self.output.written(range, self.context) };
        Moved {
            span: source.origin.span,
            is_open: source.is_open,
            written: written.map(|written| (written.at, written.key)),
        }
    }

    fn parts(&self, span: Span, text: &str) -> Vec<WrittenPart> {
        self.output.parts(span.start as usize..span.end as usize, text, self.context)
    }
}

fn told(why: &Stop) -> String {
    match why {
        Stop::Error(message) | Stop::Fail(message) => line(message),
        Stop::NoTemplate(name) => format!("there is no template `{name}`"),
        Stop::TooLarge => "it is too large".to_owned(),
        Stop::Break | Stop::Continue => "`break` or `continue` outside of `range`".to_owned(),
    }
}

/// The message of a chart's author, which may have many lines, as one.
fn line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    words.join(" ").chars().take(200).collect()
}

/// A template with its data, which it shares with the others of its chart: what one changes in place the later ones see
/// (engine, `recAllTpls`).
struct Template {
    data: Map,
    /// The directory of the chart's templates.
    base: String,
    file: FileId,
}

/// What all charts of a rendering share.
struct Shared {
    release: Value,
    capabilities: Value,
    texts: BTreeMap<FileId, Rc<str>>,
}

fn any_template(chart: &Chart, holds: &dyn Fn(&(String, FileId)) -> bool) -> bool {
    chart.templates.iter().any(holds) || chart.charts.iter().any(|part| any_template(part, holds))
}

fn add_texts(texts: Texts<'_>, chart: &Chart, out: &mut BTreeMap<FileId, Rc<str>>) {
    out.extend(chart.files.iter().map(|(_, file)| (*file, Rc::from(texts.text(*file)))));
    chart.charts.iter().for_each(|part| add_texts(texts, part, out));
}

/// Gathers the templates of a chart and of those it depends on, with the data of each (engine, `recAllTpls`).
fn collect(chart: &Chart, path: &str, values: &Map, shared: &Shared, out: &mut BTreeMap<String, Template>) -> Value {
    let parts = Map::new([]);
    let entries: Rc<[(Rc<str>, FileId)]> =
        chart.files.iter().map(|(path, file)| (Rc::from(path.as_str()), *file)).collect();
    let all = shared.texts.clone();
    let read = Rc::new(move |file: FileId| all.get(&file).cloned().unwrap_or_else(|| Rc::from("")));
    let data = Map::new([
        (Rc::from("Chart"), metadata(chart)),
        (Rc::from("Files"), Value::Object(Rc::new(Files { entries, read }))),
        (Rc::from("Release"), shared.release.clone()),
        (Rc::from("Capabilities"), shared.capabilities.clone()),
        (Rc::from("Values"), Value::Map(values.clone())),
        (Rc::from("Subcharts"), Value::Map(parts.clone())),
    ]);
    for part in &chart.charts {
        let own = match values.get(&part.name) {
            Some(Value::Map(own)) => own,
            _ => Map::new([]),
        };
        let below = collect(part, &join(path, &format!("charts/{}", part.name)), &own, shared, out);
        parts.set(Rc::from(part.name.as_str()), below);
    }
    let base = join(path, "templates");
    for (template, file) in &chart.templates {
        let name = join(path, template);
        let is_partial = template.rsplit('/').next().is_some_and(|name| name.starts_with('_'));
        if chart.is_library && !is_partial {
            continue;
        }
        out.insert(name, Template { data: data.clone(), base: base.clone(), file: *file });
    }
    Value::Map(data)
}

fn metadata(chart: &Chart) -> Value {
    let fields = Map::new(chart.metadata.iter().map(|(field, text)| (Rc::from(*field), Value::text(text))));
    fields.set(Rc::from("Name"), Value::text(&chart.name));
    let annotations = chart.annotations.iter().map(|(key, text)| (key.as_str(), Value::text(text)));
    fields.set(Rc::from("Annotations"), Value::map(annotations));
    // Helm tells whether a chart is the one that was asked for.
    fields.set(Rc::from("IsRoot"), Value::bool(true));
    Value::Map(fields)
}
