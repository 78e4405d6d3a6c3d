//! Compose projects: which files are loaded together, and with what environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::Composition;
use super::presence;
use super::seen::{Seen, Trouble, TroubleKind};
use crate::discover::{self, Build, is_env_sample, is_settings};
use crate::finding::{Label, Note, NoteKind};
use crate::model::compose::{self, ComposeFile, ComposeInput, ComposeService, Declared, EnvSource, FileLoader};
use crate::source::{EntryKind, FileId, Place, Sources};
use crate::syntax::dotenv::names_in_example;
use crate::syntax::yaml::{NodeRef, Tree};

/// Names of the file that is merged over it without being named.
const OVERRIDES: &[&str] =
    &["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// Loads every project: the files that somebody says belong together; in each directory the files that `COMPOSE_FILE`
/// in its `.env` names, else the one that compose would take with its override; and every further file by itself.
pub(super) fn load(
    sources: &Sources,
    root: Option<&Path>,
    trees: &[Tree],
    composition: &Composition,
) -> Vec<Arc<ComposeFile>> {
    let submodules = presence::submodules(sources, root);
    let loader = Loader { sources, root, submodules: &submodules, samples: env_samples(sources) };
    let by_path: BTreeMap<&str, &Tree> =
        trees.iter().map(|tree| (sources.get(tree.file()).path.as_str(), tree)).collect();
    let mut stacks: Vec<Stack<'_>> = Vec::new();
    stacks.extend(composition.compose_sets.iter().filter_map(|files| Stack::named(files, &by_path)));
    stacks.extend(named_from_elsewhere(sources, &by_path));
    let is_own = |path: &&str| !compose::is_default_name(path);
    let composed = stacks.len().min(composition.compose_sets.len());
    let (chosen, elsewhere) = stacks.split_at(composed);
    let mut taken: BTreeSet<&str> = chosen.iter().flat_map(Stack::paths).collect();
    taken.extend(elsewhere.iter().flat_map(Stack::paths).filter(is_own));
    let mut by_directory: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in by_path.keys().copied().filter(|path| !taken.contains(path)) {
        by_directory.entry(split_path(path).0).or_default().push(path);
    }
    for (directory, paths) in &by_directory {
        let named = named_for(sources, directory);
        let first = Stack::named(&named, &by_path).or_else(|| default_stack(directory, paths, &by_path));
        taken.extend(first.iter().flat_map(Stack::paths));
        stacks.extend(first);
    }
    for (path, tree) in by_path.iter().filter(|(path, _)| !taken.contains(*path)) {
        stacks.push(Stack { files: vec![(path, tree)], missing: Vec::new(), is_named: false });
    }
    stacks.sort_by_key(|stack| stack.files.first().map(|(path, _)| *path));
    let project = |stack: &Stack<'_>| {
        let mut file = loader.project(stack)?;
        let is_named = stack.is_named || composition.named.contains(&file.path.0);
        file.for_tests = !is_named && discover::is_compose_for_tests(&file.path.0);
        Some(file)
    };
    let mut projects: Vec<ComposeFile> = stacks.par_iter().filter_map(project).collect();
    lay_over(&mut projects);
    lend_to_included(sources, &mut projects, &by_path);
    lend_from_samples(sources, root, &mut projects);
    projects.into_iter().map(Arc::new).collect()
}

/// Files that form one project, in the order in which they are laid over one another.
struct Stack<'t> {
    files: Vec<(&'t str, &'t Tree)>,
    /// Files that are named with them and are not there.
    missing: Vec<String>,
    /// Whether somebody says that they belong together.
    is_named: bool,
}

impl<'t> Stack<'t> {
    /// The files of some paths; `None` where the first of them is not there.
    fn new(paths: &[String], by_path: &BTreeMap<&'t str, &'t Tree>) -> Option<Self> {
        let found = |path: &String| by_path.get_key_value(path.as_str()).map(|(path, tree)| (*path, *tree));
        let first = found(paths.first()?)?;
        let rest = paths.get(1..).unwrap_or_default();
        let files = std::iter::once(first).chain(rest.iter().filter_map(found)).collect();
        let missing = rest.iter().filter(|path| found(path).is_none()).cloned().collect();
        Some(Self { files, missing, is_named: false })
    }

    /// The same for files that somebody names.
    fn named(paths: &[String], by_path: &BTreeMap<&'t str, &'t Tree>) -> Option<Self> {
        Self::new(paths, by_path).map(|stack| Self { is_named: true, ..stack })
    }

    /// The nearest directory above its own in which compose would find a file by itself, for a file that it would not.
    fn below(&self, sources: &Sources) -> Option<&'t str> {
        let (mut directory, name) = split_path(self.files.first().filter(|_| !self.is_named)?.0);
        if compose::is_default_name(name) {
            return None;
        }
        while directory != "." {
            directory = split_path(directory).0;
            if compose::DEFAULT_NAMES.iter().any(|name| sources.find(&within(directory, name)).is_some()) {
                return Some(directory);
            }
        }
        None
    }

    /// The file that compose takes in the place of the first one, where that is left to compose.
    fn taken_instead(&self, sources: &Sources) -> Option<&'static str> {
        let (directory, name) = split_path(self.files.first().filter(|_| !self.is_named)?.0);
        let is_there = |name: &&&str| sources.find(&within(directory, name)).is_some();
        let before = |names: &'static [&'static str]| {
            let own = names.iter().position(|other| *other == name)?;
            names.iter().take(own).find(is_there).copied()
        };
        let overrides =
            || compose::DEFAULT_NAMES.iter().any(|name| is_there(&name)).then(|| before(OVERRIDES)).flatten();
        before(compose::DEFAULT_NAMES).or_else(overrides)
    }

    fn paths(&self) -> impl Iterator<Item = &'t str> {
        self.files.iter().map(|(path, _)| *path)
    }
}

/// The file that compose takes in a directory, with its override.
fn default_stack<'t>(directory: &str, paths: &[&str], by_path: &BTreeMap<&'t str, &'t Tree>) -> Option<Stack<'t>> {
    let first =
        |names: &[&str]| names.iter().map(|name| within(directory, name)).find(|path| paths.contains(&path.as_str()));
    let names: Vec<String> = std::iter::once(first(compose::DEFAULT_NAMES)?).chain(first(OVERRIDES)).collect();
    Stack::new(&names, by_path)
}

/// The path of a name in a directory.
fn within(directory: &str, name: &str) -> String {
    if directory == "." { name.to_owned() } else { format!("{directory}/{name}") }
}

/// Files of one directory that are looked at for what the others declare; each is held against each.
const MAX_SIBLINGS: usize = 40;

/// Files that compose would not take by themselves may be laid over those that it would, in their own directory or one
/// above, and over one another (`docker compose -f compose.yaml -f compose.db.yaml -f compose.agent.yaml`).
fn lay_over(projects: &mut [ComposeFile]) {
    let beside = siblings(projects);
    let mut bases: BTreeMap<String, Declared> = BTreeMap::new();
    for file in projects.iter() {
        let (directory, name) = split_path(&file.path.0);
        if compose::is_default_name(name) {
            bases.entry(directory.to_owned()).or_default().add(file);
        }
    }
    for (file, beside) in projects.iter_mut().zip(beside) {
        let path = file.path.0.clone();
        let (mut directory, name) = split_path(&path);
        if compose::is_default_name(name) {
            // `-f compose.yaml -f ci/compose.yaml` lays one with such a name over another as well.
            let mut others: Vec<&Declared> = vec![&beside];
            while directory != "." {
                directory = split_path(directory).0;
                others.extend(bases.get(directory));
            }
            file.refuse_fragments(&others);
            for base in others.iter().skip(1) {
                file.doubt_names(base);
            }
            continue;
        }
        file.lay_over(&beside);
        let mut is_over = false;
        loop {
            if let Some(base) = bases.get(directory) {
                file.lay_over(base);
                is_over = true;
            }
            if directory == "." {
                break;
            }
            directory = split_path(directory).0;
        }
        if !is_over && file.is_override() {
            file.float();
        }
    }
}

/// Files that another one includes use what that one declares: compose checks names in the whole (compose-go,
/// `loader/include.go`). A variable in the path of an included file may stand for anything.
fn lend_to_included(sources: &Sources, projects: &mut [ComposeFile], by_path: &BTreeMap<&str, &Tree>) {
    let mut included: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, project) in projects.iter().enumerate() {
        let Some(tree) = by_path.get(project.path.0.as_str()) else { continue };
        let directory = split_path(&sources.get(tree.file()).path).0;
        for pattern in included_by(tree, directory) {
            included.entry(pattern).or_default().push(index);
        }
    }
    if included.is_empty() {
        return;
    }
    let lends = |path: &str| -> BTreeSet<usize> {
        let is_meant = |pattern: &str| pattern == path || (pattern.contains('*') && glob_matches(pattern, path));
        included.iter().filter(|(pattern, _)| is_meant(pattern)).flat_map(|(_, by)| by).copied().collect()
    };
    let lent: Vec<BTreeSet<usize>> = projects.iter().map(|project| lends(&project.path.0)).collect();
    let declared: BTreeMap<usize, Declared> = lent
        .iter()
        .flatten()
        .filter_map(|index| {
            let mut declared = Declared::default();
            declared.add(projects.get(*index)?);
            Some((*index, declared))
        })
        .collect();
    for (file, by) in projects.iter_mut().zip(&lent) {
        for other in by.iter().filter_map(|index| declared.get(index)) {
            file.doubt_names(other);
        }
    }
}

/// Samples of overrides (`docker-compose.override.yml.example`), which whoever runs a project copies, may declare what it
/// needs.
fn lend_from_samples(sources: &Sources, root: Option<&Path>, projects: &mut [ComposeFile]) {
    let is_sample = |name: &str| {
        let mut words = name.split('.');
        name.contains("compose") && words.next_back().is_some_and(|end| SAMPLES.contains(&end))
    };
    let mut declared: BTreeMap<&str, Declared> = BTreeMap::new();
    for (id, file) in sources.iter().filter(|(_, file)| file.kind == EntryKind::File) {
        let (directory, name) = split_path(&file.path);
        if is_sample(name)
            && let Ok(text) = discover::text(root, file)
        {
            let tree = Tree::parse(id, text);
            tree.documents().for_each(|document| declared.entry(directory).or_default().add_names(document));
        }
    }
    for project in projects {
        if let Some(declared) = declared.get(split_path(&project.path.0).0) {
            project.doubt_names(declared);
        }
    }
}

/// Endings of samples.
const SAMPLES: &[&str] = &["dist", "example", "sample", "template", "tmpl"];

/// Entries of `include` that are looked at in one file.
const MAX_INCLUDES: usize = 200;

/// The paths that a file includes, `*` in the place of variables.
fn included_by(tree: &Tree, directory: &str) -> Vec<String> {
    let mut patterns = Vec::new();
    for include in tree.documents().filter_map(|document| document.get("include")) {
        for item in include.items().take(MAX_INCLUDES) {
            let named = item.get("path").unwrap_or(item);
            let all = named.text().into_iter().chain(named.items().take(MAX_INCLUDES).filter_map(NodeRef::text));
            patterns.extend(all.filter_map(|path| compose::join_path(directory, &without_variables(path))));
        }
    }
    patterns
}

/// A text with `*` in the place of `$NAME` and `${NAME…}`.
fn without_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        out.push('*');
        rest = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').map_or("", |(_, rest)| rest),
            None => after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_'),
        };
    }
    out.push_str(rest);
    out
}

/// Whether a path is one that a pattern may stand for; `*` stays within a part of it.
fn glob_matches(pattern: &str, path: &str) -> bool {
    let part_matches = |(pattern, part): (&str, &str)| match pattern.split_once('*') {
        None => pattern == part,
        Some((start, rest)) => {
            let end = rest.rsplit('*').next().unwrap_or("");
            part.len() >= start.len() + end.len() && part.starts_with(start) && part.ends_with(end)
        }
    };
    pattern.split('/').count() == path.split('/').count() && pattern.split('/').zip(path.split('/')).all(part_matches)
}

/// For each file what the further files of its directory declare.
fn siblings(projects: &[ComposeFile]) -> Vec<Declared> {
    let home = |file: &ComposeFile| split_path(&file.path.0).0.to_owned();
    let mut by_directory: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, file) in projects.iter().enumerate() {
        by_directory.entry(home(file)).or_default().push(index);
    }
    let declared = |(index, file): (usize, &ComposeFile)| {
        let mut declared = Declared::default();
        let beside = by_directory.get(&home(file)).filter(|beside| beside.len() <= MAX_SIBLINGS);
        for other in beside.into_iter().flatten().filter(|other| **other != index) {
            projects.get(*other).into_iter().for_each(|other| declared.add(other));
        }
        declared
    };
    projects.iter().enumerate().map(declared).collect()
}

/// Directory and name; `.` for what lies in the root.
pub(super) fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}

/// What the `.env` of a directory sets.
fn environment(sources: &Sources, directory: &str) -> BTreeMap<String, String> {
    let file = sources.find(&within(directory, ".env"));
    file.map(|file| compose::dotenv(sources.get(file).text(), &BTreeMap::new())).unwrap_or_default()
}

/// The variables that examples of a `.env` have, by directory. A line that is commented out names its variable too.
fn env_samples(sources: &Sources) -> BTreeMap<&str, BTreeSet<String>> {
    let mut samples: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for file in sources.entries() {
        let (directory, name) = split_path(&file.path);
        // The sample for the machines of developers says nothing of what a project needs elsewhere.
        if is_env_sample(name) && !name.contains("development") {
            samples.entry(directory).or_default().extend(names_in_example(file.text()).map(str::to_owned));
        }
    }
    // What is committed beside an example as it is used explains its variables just as well: `.env`, `deploy.env`.
    for file in sources.entries() {
        let (directory, name) = split_path(&file.path);
        if is_settings(name)
            && !is_env_sample(name)
            && let Some(sample) = samples.get_mut(directory)
        {
            sample.extend(names_in_example(file.text()).map(str::to_owned));
        }
    }
    samples
}

/// The files that the `.env` of a directory names instead of the ones that compose would take (Docker Compose,
/// `COMPOSE_FILE`).
fn named_for(sources: &Sources, directory: &str) -> Vec<String> {
    let mut env = environment(sources, directory);
    let Some(files) = env.remove("COMPOSE_FILE") else { return Vec::new() };
    let separator = env.remove("COMPOSE_PATH_SEPARATOR").filter(|separator| !separator.is_empty());
    let names = files.split(separator.as_deref().unwrap_or(":")).filter(|name| !name.is_empty());
    names.filter_map(|name| compose::join_path(directory, name)).collect()
}

/// The projects of directories that have no compose file and a `.env` that names those of others.
fn named_from_elsewhere<'t>(sources: &Sources, by_path: &BTreeMap<&'t str, &'t Tree>) -> Vec<Stack<'t>> {
    let with_compose: BTreeSet<&str> = by_path.keys().map(|path| split_path(path).0).collect();
    let directories = sources.entries().iter().map(|file| split_path(&file.path)).filter(|(_, name)| *name == ".env");
    let others = directories.map(|(directory, _)| directory).filter(|directory| !with_compose.contains(directory));
    others.filter_map(|directory| Stack::named(&named_for(sources, directory), by_path)).collect()
}

/// The files that any `.env` names so.
pub(super) fn named_in_env(sources: &Sources) -> Vec<String> {
    let paths = sources.entries().iter().map(|file| split_path(&file.path));
    paths.filter(|(_, name)| *name == ".env").flat_map(|(directory, _)| named_for(sources, directory)).collect()
}

/// Loads projects out of the files of a run.
struct Loader<'s> {
    sources: &'s Sources,
    root: Option<&'s Path>,
    submodules: &'s [String],
    /// By directory, the variables that examples of a `.env` have.
    samples: BTreeMap<&'s str, BTreeSet<String>>,
}

impl Loader<'_> {
    fn project(&self, stack: &Stack<'_>) -> Option<ComposeFile> {
        let inputs: Vec<ComposeInput<'_>> =
            stack.files.iter().map(|(path, tree)| ComposeInput { tree, path }).collect();
        let (base, overrides) = inputs.split_first()?;
        let own = split_path(base.path).0;
        let mut file = self.load_in(own, *base, overrides);
        // Laid over the file of a directory above, its paths start there (`-f compose.yaml -f extras/extra.yaml`).
        let above = stack.below(self.sources).filter(|_| lacks_build(&file));
        if let Some(other) =
            above.map(|above| self.load_in(above, *base, overrides)).filter(|other| !lacks_build(other))
        {
            file = other;
        }
        for path in &stack.missing {
            let message = format!("`{path}` was not laid over this: there is no such file in the repository");
            let trouble = compose::Trouble::not_followed(Place::whole(base.tree.file()), message);
            file.problems.push(trouble);
        }
        if let Some(other) = stack.taken_instead(self.sources) {
            let message = format!("compose takes `{other}`, which stands beside it, and not this file");
            file.problems.push(compose::Trouble::suspicious(Place::whole(base.tree.file()), message));
        }
        // Compose reads the `.env` of its own directory; one of the root may be made of several samples.
        let samples = [split_path(base.path).0, "."].map(|directory| self.samples.get(directory));
        if samples.first().is_some_and(Option::is_some) {
            file.document_variables(&samples.into_iter().flatten().flatten().cloned().collect());
        }
        Some(file)
    }

    /// A project whose paths start from `directory`.
    fn load_in(&self, directory: &str, base: ComposeInput<'_>, overrides: &[ComposeInput<'_>]) -> ComposeFile {
        let text = |path: &str| {
            let file = self.sources.find(path)?;
            let text = self.sources.get(file).text();
            (!text.is_empty()).then_some((file, text))
        };
        let files = FileLoader {
            tree: &|path| text(path).map(|(file, text)| Tree::parse(file, text)),
            env: &|path| {
                let file = self.sources.find(path).filter(|file| self.sources.get(*file).kind == EntryKind::File)?;
                let text = discover::text(self.root, self.sources.get(file)).ok()?;
                Some(EnvSource { file, text })
            },
        };
        let env = environment(self.sources, directory);
        let mut file = compose::load(directory, base, overrides, &env, files);
        if let Some(found) = self.sources.find(&within(directory, ".env")) {
            file.problems.extend(compose::project_name_problem(found, self.sources.get(found).text()));
        }
        let ignore = presence::GitIgnore::new(self.sources, self.root);
        let presence = |path: &str| presence::presence(self.sources, self.submodules, path);
        file.look_for_files(&presence, &|path| ignore.ignores(path));
        file
    }
}

/// Whether a service is built from what is not in the repository.
fn lacks_build(file: &ComposeFile) -> bool {
    let builds = file.services.iter().filter_map(|service| service.build.value());
    builds.into_iter().any(|build| build.dockerfile_exists.value() == Some(&false))
}

/// What is said of a file whose name tells that it is for tests.
pub(super) const FOR_TESTS: &str =
    "this is for tests or for a pipeline, as its name says, and what it runs is not judged unless the file is named";

/// What there is to say of a project besides its values, and whether those are left out as being for tests.
pub(super) fn seen(sources: &Sources, project: &ComposeFile, is_left_out: bool) -> Seen {
    let mut seen = Seen::default();
    for problem in &project.problems {
        let (place, message, help) = (problem.place, problem.message.clone(), problem.help.clone());
        let related = labels(&problem.related);
        match problem.kind {
            compose::TroubleKind::NotFollowed => {
                seen.notes.push(Note { kind: NoteKind::NotEvaluated, place, message, help, related });
            }
            compose::TroubleKind::Unread => {
                seen.notes.push(Note { kind: NoteKind::Unparsed, place, message, help, related });
            }
            compose::TroubleKind::Invalid | compose::TroubleKind::Suspicious => {
                let is_refused = problem.kind == compose::TroubleKind::Invalid;
                let kind = if is_refused { TroubleKind::Refused } else { TroubleKind::Suspicious };
                seen.troubles.push(Trouble { kind, artifact: "compose", place, message, help, related });
            }
        }
    }
    let is_overlay = !compose::is_default_name(&project.path.0);
    if is_left_out {
        let file = sources.find(&project.path.0).unwrap_or(FileId(0));
        seen.not_evaluated(Place::whole(file), FOR_TESTS, None);
    } else if is_overlay && project.services.iter().any(|service| service.is_fragment) {
        let file = sources.find(&project.path.0).unwrap_or(FileId(0));
        let message = "this file is an overlay; services that it changes are not judged without the file below it";
        seen.not_evaluated(Place::whole(file), message, None);
    }
    seen
}

fn labels(related: &[(Place, String)]) -> Vec<Label> {
    related.iter().map(|(place, text)| Label { place: *place, text: text.clone() }).collect()
}

/// What a service builds, where both paths lie in the repository.
pub(super) fn build_of(service: &ComposeService) -> Option<Build> {
    let build = service.build.value()?;
    let context = build.context_path.value()?.0.clone();
    let dockerfile = build.dockerfile_path.value()?.0.clone();
    Some(Build { context, dockerfile })
}
