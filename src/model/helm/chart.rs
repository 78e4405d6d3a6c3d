//! Charts as they lie in a repository: their metadata, templates, files and the charts they depend on.

use std::collections::BTreeSet;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::files::Texts;
use crate::source::{FileId, Place};
use crate::syntax::gotemplate::{Map, allows};
use crate::syntax::yaml::{NodeRef, Tree};

/// How deep charts may depend on each other.
const MAX_DEPTH: usize = 8;

/// How many charts one may consist of.
const MAX_CHARTS: usize = 200;

/// A chart that is no part of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its `Chart.yaml`.
    pub file: FileId,
    /// Its directory.
    pub dir: String,
    pub(super) name: String,
    version: String,
}

impl Root {
    /// A name without the release before it, which is called like the chart here.
    #[must_use]
    pub fn without_release<'n>(&self, name: &'n str) -> Option<&'n str> {
        name.strip_prefix(self.name.as_str())?.strip_prefix('-').filter(|rest| !rest.is_empty())
    }
}

/// The charts of a repository that are no part of another one.
#[must_use]
pub fn roots(texts: Texts<'_>, charts: &[FileId]) -> Vec<Root> {
    let dir_of = |file: FileId| {
        let path = &texts.sources.get(file).path;
        path.rsplit_once('/').map_or(".", |(dir, _)| dir).to_owned()
    };
    let all: BTreeSet<String> = charts.iter().map(|file| dir_of(*file)).collect();
    let is_part = |dir: &str| {
        let above = dir.match_indices("/charts/").map(|(at, _)| dir.get(..at).unwrap_or(""));
        above.into_iter().any(|parent| all.contains(parent)) || dir.starts_with("charts/") && all.contains(".")
    };
    let dirs = charts.iter().map(|file| (*file, dir_of(*file))).filter(|(_, dir)| !is_part(dir));
    let root = |(file, dir)| {
        let tree = Tree::parse(file, texts.text(file));
        let top = tree.documents().next();
        let text = |key: &str| top.and_then(|top| top.get(key)?.text()).unwrap_or("").to_owned();
        Root { file, dir, name: text("name"), version: text("version") }
    };
    dirs.map(root).collect()
}

/// A chart with those it depends on.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) name: String,
    /// The fields of `Chart.yaml` as text, by their names in templates.
    pub(super) metadata: Vec<(&'static str, String)>,
    pub(super) annotations: Vec<(String, String)>,
    pub(super) kube_version: String,
    pub(super) is_library: bool,
    pub(super) values: Option<FileId>,
    /// The templates by their path in the chart.
    pub(super) templates: Vec<(String, FileId)>,
    /// The files that are neither templates nor about the chart.
    pub(super) files: Vec<(String, FileId)>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) charts: Vec<Chart>,
    /// Dependencies that are not there, with the place that names them.
    pub(super) missing: Vec<(String, Place)>,
    /// The values that dependencies export to it.
    pub(super) imported: Option<Map>,
}

/// An entry of `dependencies`.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) alias: Option<String>,
    pub(super) condition: String,
    pub(super) tags: Vec<String>,
    /// Which of its values the chart takes over: the path there, and the path here (Helm, "Importing Child Values via
    /// dependencies").
    pub(super) imports: Vec<(String, String)>,
}

/// The fields of `Chart.yaml` that templates use, with their names there.
const FIELDS: [(&str, &str); 9] = [
    ("name", "Name"),
    ("version", "Version"),
    ("appVersion", "AppVersion"),
    ("description", "Description"),
    ("apiVersion", "APIVersion"),
    ("type", "Type"),
    ("kubeVersion", "KubeVersion"),
    ("home", "Home"),
    ("icon", "Icon"),
];

impl Chart {
    /// Reads the chart in a directory; `None` where its `Chart.yaml` has no name. `all` are the charts of the
    /// repository, which it may depend on.
    pub(super) fn load(texts: Texts<'_>, dir: &str, all: &[Root]) -> Option<Self> {
        load(Loading { texts, all }, dir, 0, &mut MAX_CHARTS.clone())
    }
}

/// What charts are loaded from.
#[derive(Clone, Copy)]
struct Loading<'l> {
    texts: Texts<'l>,
    all: &'l [Root],
}

impl<'l> Loading<'l> {
    /// The directory of the only chart of the repository with a name and a version that fits: charts that are published
    /// from one repository name each other as if they came from elsewhere.
    fn sibling(self, name: &str, constraint: &str) -> Option<&'l str> {
        let fits = |root: &&Root| root.name == name && allows(constraint, &root.version) != Some(false);
        let mut found = self.all.iter().filter(fits);
        found.next().filter(|_| found.next().is_none()).map(|root| root.dir.as_str())
    }
}

fn load(from: Loading<'_>, dir: &str, depth: usize, left: &mut usize) -> Option<Chart> {
    let texts = from.texts;
    *left = left.checked_sub(1)?;
    if depth > MAX_DEPTH {
        return None;
    }
    let file = texts.find(&join(dir, "Chart.yaml"))?;
    let tree = Tree::parse(file, texts.text(file));
    let root = tree.documents().next()?;
    let text = |key: &str| root.get(key).and_then(NodeRef::text).unwrap_or("").to_owned();
    let name = Some(text("name")).filter(|name| !name.is_empty())?;
    let requirements = texts.find(&join(dir, "requirements.yaml"));
    let old = requirements.map(|file| Tree::parse(file, texts.text(file)));
    let old_root = old.as_ref().and_then(|tree| tree.documents().next());
    let listed = root.get("dependencies").or_else(|| old_root?.get("dependencies"));
    let mut chart = Chart {
        name,
        metadata: FIELDS.iter().map(|(key, field)| (*field, text(key))).collect(),
        annotations: root.get("annotations").map(pairs).unwrap_or_default(),
        kube_version: text("kubeVersion"),
        is_library: text("type") == "library",
        values: texts.find(&join(dir, "values.yaml")),
        templates: Vec::new(),
        files: Vec::new(),
        dependencies: Vec::new(),
        charts: Vec::new(),
        missing: Vec::new(),
        imported: None,
    };
    let mut parts: BTreeSet<String> = BTreeSet::new();
    let ignored = if depth == 0 { ignored(texts, dir) } else { None };
    for (path, file) in texts.below(dir) {
        if ignored.as_ref().is_some_and(|rules| rules.matched_path_or_any_parents(path, false).is_ignore()) {
            continue;
        }
        if path.starts_with("templates/") {
            chart.templates.push((path.to_owned(), file));
        } else if let Some((part, inner)) = path.strip_prefix("charts/").and_then(|rest| rest.split_once('/')) {
            // Helm leaves out what begins with `_` or `.` (loader, `LoadFiles`).
            if inner == "Chart.yaml" && !part.starts_with(['_', '.']) {
                parts.insert(join(dir, &format!("charts/{part}")));
            }
        } else if !path.starts_with("charts/") && !matches!(path, "Chart.yaml" | "values.yaml" | "Chart.lock") {
            chart.files.push((path.to_owned(), file));
        }
    }
    chart.charts.extend(parts.iter().filter_map(|part| load(from, part, depth + 1, left)));
    for node in listed.into_iter().flat_map(NodeRef::items) {
        depend(&mut chart, from, dir, node, depth, left);
    }
    Some(chart)
}

/// What the `.helmignore` of a chart leaves out (Helm, "The .helmignore file"), whose patterns are those of
/// `.gitignore` without `**`.
fn ignored(texts: Texts<'_>, dir: &str) -> Option<Gitignore> {
    let file = texts.find(&join(dir, ".helmignore"))?;
    let mut builder = GitignoreBuilder::new("");
    for line in texts.text(file).lines() {
        // Helm refuses a pattern that it cannot read; the chart is then the same with it as without.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}

/// Takes in an entry of `dependencies`: what is not under `charts/` may lie at a `file://` path, or beside it.
fn depend(chart: &mut Chart, from: Loading<'_>, dir: &str, node: NodeRef<'_>, depth: usize, left: &mut usize) {
    let text = |key: &str| node.get(key).and_then(NodeRef::text).filter(|text| !text.is_empty()).map(str::to_owned);
    let Some(name) = text("name") else { return };
    let is_there = chart.charts.iter().any(|part| part.name == name);
    if !is_there {
        let path = text("repository").and_then(|url| join_relative(dir, url.strip_prefix("file://")?));
        let sibling = || from.sibling(&name, &text("version").unwrap_or_default()).map(str::to_owned);
        match path.or_else(sibling).and_then(|path| load(from, &path, depth + 1, left)) {
            Some(part) => chart.charts.push(part),
            None => chart.missing.push((name.clone(), node.get("name").unwrap_or(node).place())),
        }
    }
    let tags = node.get("tags").into_iter().flat_map(NodeRef::items).filter_map(NodeRef::text).map(str::to_owned);
    let condition = text("condition").unwrap_or_default();
    let imports = node.get("import-values").into_iter().flat_map(NodeRef::items).filter_map(import).collect();
    chart.dependencies.push(Dependency { name, alias: text("alias"), condition, tags: tags.collect(), imports });
}

/// An entry of `import-values`: the name of an export, or a path in the dependency with one in the chart.
fn import(node: NodeRef<'_>) -> Option<(String, String)> {
    if let Some(export) = node.text() {
        return Some((format!("exports.{export}"), ".".to_owned()));
    }
    Some((node.get("child")?.text()?.to_owned(), node.get("parent")?.text()?.to_owned()))
}

fn pairs(node: NodeRef<'_>) -> Vec<(String, String)> {
    node.entries().filter_map(|entry| Some((entry.key.to_owned(), entry.value.text()?.to_owned()))).collect()
}

/// The path of a file in a directory.
pub(super) fn join(dir: &str, path: &str) -> String {
    if dir == "." { path.to_owned() } else { format!("{dir}/{path}") }
}

/// A relative path below a directory; `None` where it leads out of the root of the run.
fn join_relative(dir: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| *part != ".").collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}
