//! What workflows take from elsewhere in the repository: composite actions, called workflows, jobs before, its files.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex::Regex;

use crate::model::value::{Always, Field, List};
use crate::source::{EntryKind, FileId, Place, Sources};
use crate::syntax::yaml::{NodeRef, Shape, Tree};

use super::action::{ActionRef, Pin};
use super::calls::Callees;
use super::file::Workflow;
use super::image::{Scan, ScanTarget};
use super::job::{self, Job};
use super::secrets;
use super::step::{self, Progress, Source, Step};
use super::trigger::Trigger;

/// How deep composite actions may use one another; GitHub allows ten.
const MAX_DEPTH: usize = 10;

/// Steps of composite actions that are read in one repository, each use counted.
const MAX_STEPS: usize = 2_000;

/// Composite actions that are read.
const MAX_ACTIONS: usize = 500;

/// Filters of paths that are compared with the files.
const MAX_FILTERS: usize = 500;

/// The composite actions of a repository that something uses.
pub(super) struct Actions<'s> {
    sources: &'s Sources,
    trees: BTreeMap<String, (FileId, Tree)>,
    budget: Cell<usize>,
}

impl<'s> Actions<'s> {
    /// Reads the actions that workflows use, and those that these use.
    pub(super) fn load(
        sources: &'s Sources,
        workflows: &[(FileId, Tree)],
        tree: &mut dyn FnMut(FileId) -> Tree,
    ) -> Self {
        let mut actions = Self { sources, trees: BTreeMap::new(), budget: Cell::new(MAX_STEPS) };
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for (_, workflow) in workflows {
            let jobs = workflow.documents().next().and_then(|root| root.get("jobs"));
            for job in jobs.into_iter().flat_map(NodeRef::entries) {
                wanted.extend(local_uses(job.value.get("steps")));
            }
        }
        while let Some(path) = wanted.pop_first() {
            if actions.trees.contains_key(&path) || actions.trees.len() >= MAX_ACTIONS {
                continue;
            }
            let Some(file) = actions.file(&path) else { continue };
            let read = tree(file);
            let steps = read.documents().next().and_then(|root| root.at(&["runs", "steps"]));
            wanted.extend(local_uses(steps));
            actions.trees.insert(path, (file, read));
        }
        actions
    }

    fn file(&self, path: &str) -> Option<FileId> {
        let below =
            |name: &str| if path.is_empty() || path == "." { name.to_owned() } else { format!("{path}/{name}") };
        ["action.yml", "action.yaml"].iter().find_map(|name| self.sources.find(&below(name)))
    }

    /// Whether a local action or workflow is there; `None` where its directory may be made by the workflow itself.
    pub(super) fn exists(&self, path: &str) -> Option<bool> {
        let path = path.trim_end_matches('/');
        let is_there = self.sources.find(path).is_some_and(|id| self.sources.get(id).kind == EntryKind::File)
            || self.file(path).is_some()
            || self.sources.find(&format!("{path}/Dockerfile")).is_some();
        // A repository that is checked out into a directory brings its actions along.
        let is_own = path.starts_with(".github/") || self.sources.find(path).is_some();
        (is_there || is_own).then_some(is_there)
    }

    /// The steps of a composite action, those of further ones behind the step that uses them.
    pub(super) fn steps(&self, uses: &ActionRef, progress: &mut Progress, depth: usize) -> Vec<Step> {
        let Some((file, tree)) = self.trees.get(&uses.name).filter(|_| uses.pin == Pin::Local && depth < MAX_DEPTH)
        else {
            return Vec::new();
        };
        let entry = self.sources.get(*file);
        let source = Source { file: *file, path: &entry.path, text: entry.text(), comments: &tree.comments };
        let steps = tree.documents().next().and_then(|root| root.at(&["runs", "steps"]));
        let outer = (progress.in_action, progress.working_directory.clone());
        progress.in_action = true;
        progress.working_directory = Field::Absent(Place::whole(*file));
        let mut out = Vec::new();
        for node in steps.into_iter().flat_map(NodeRef::items) {
            let Some(rest) = self.budget.get().checked_sub(1) else { break };
            self.budget.set(rest);
            let mut step = step::read(source, node, progress);
            if let Some(uses) = step.uses.as_mut() {
                job::found(uses, &|path| self.exists(path));
            }
            let inner = step.uses.as_ref().map_or_else(Vec::new, |uses| self.steps(uses, progress, depth + 1));
            out.push(step);
            out.extend(inner);
        }
        (progress.in_action, progress.working_directory) = outer;
        out
    }
}

/// The local actions that a list of steps uses.
fn local_uses(steps: Option<NodeRef<'_>>) -> Vec<String> {
    let uses = steps.into_iter().flat_map(NodeRef::items).filter(|step| step.shape() == Shape::Mapping);
    uses.filter_map(|step| step.get("uses")?.text()?.strip_prefix("./"))
        .map(|path| path.trim_end_matches('/').to_owned())
        .collect()
}

/// Fills in what only all workflows together tell.
pub(super) fn join(sources: &Sources, workflows: &mut [Workflow]) {
    let events = effective_events(workflows);
    let scans: BTreeMap<String, Vec<Scan>> = workflows
        .iter()
        .filter(|workflow| workflow.is_reusable)
        .map(|workflow| {
            let scans = workflow.jobs.iter().flat_map(|job| &job.scans).cloned().collect();
            (workflow.path.0.clone(), scans)
        })
        .collect();
    join_tests(workflows);
    let mut filters = MAX_FILTERS;
    let mut callees = Callees::new(sources);
    for (workflow, events) in workflows.iter_mut().zip(events) {
        let at = workflow.events.at;
        let platforms = platforms(workflow);
        workflow.events = List::new(events.clone(), at);
        for trigger in &mut workflow.triggers.items {
            compare_with_files(sources, trigger, &mut filters);
        }
        let ids: BTreeSet<String> = workflow.jobs.iter().map(|job| job.id.clone()).collect();
        let needs: BTreeMap<String, Vec<String>> =
            workflow.jobs.iter().map(|job| (job.id.clone(), job.needs.values().cloned().collect())).collect();
        let conditional: BTreeSet<String> =
            workflow.jobs.iter().filter(|job| !job.r#if.is_absent()).map(|job| job.id.clone()).collect();
        for job in &mut workflow.jobs.items {
            let job = Arc::make_mut(job);
            job.events = List::new(events.clone(), at);
            job.all_needs.items = all_needs(&job.id, &needs);
            // A job without a condition is skipped where one that it needs is (GitHub, "Using conditions to control job
            // execution").
            job.guards_secrets |= job.all_needs.iter().any(|need| conditional.contains(need));
            job.guards_secrets |= secrets::does_without(job);
            let is_unknown = |need: &&Field<String>| need.value().is_some_and(|need| !ids.contains(need));
            job.unknown_needs = List::new(job.needs.iter().filter(is_unknown).cloned().collect(), job.needs.at);
            let called = job.uses.as_ref().filter(|uses| uses.pin == Pin::Local);
            job.scans.items.extend(called.and_then(|uses| scans.get(&uses.name)).into_iter().flatten().cloned());
            let mut is_own = false;
            for step in &mut job.steps.items {
                let step = Arc::make_mut(step);
                if step.uses.as_ref().is_some_and(|uses| uses.name == "actions/checkout") {
                    is_own =
                        !step.inputs.iter().any(|input| matches!(input.name.as_str(), "repository" | "path" | "ref"));
                }
                step.missing_calls = callees.missing(step, is_own);
                step.events = List::new(events.clone(), at);
                if !step.builds.items.is_empty() {
                    let place =
                        step.inputs.iter().find(|input| input.name == "platforms").map_or(step.at, |input| input.at);
                    step.workflow_platforms = List { at: place, ..platforms.clone() };
                }
            }
        }
        scanned_before(workflow);
    }
}

/// A step of a job whose whole command an expression decides.
fn decided_later(job: &Arc<Job>) -> Option<Always<bool>> {
    let run = job.steps.iter().find_map(|step| step.run.value().filter(|run| run.trim_start().starts_with("${{")))?;
    Some(Field::unresolved(run.as_str(), "what it runs is decided when the workflow runs", job.at).or_default(false))
}

/// Tells of each workflow whether those that it calls run tests.
fn join_tests(workflows: &mut [Workflow]) {
    let index: BTreeMap<String, usize> =
        workflows.iter().enumerate().map(|(index, workflow)| (workflow.path.0.clone(), index)).collect();
    for _ in 0..MAX_DEPTH {
        let mut changed = false;
        for caller in 0..workflows.len() {
            let Some(workflow) = workflows.get(caller).filter(|workflow| workflow.tests.value() != Some(&true)) else {
                continue;
            };
            let called = |job: &Arc<Job>| {
                let Some(uses) = job.uses.as_ref() else { return decided_later(job) };
                if uses.pin == Pin::Local {
                    return workflows.get(*index.get(&uses.name)?).map(|called| called.tests.clone());
                }
                let why = "what it does is not in this repository";
                Some(Field::unresolved(uses.text.as_str(), why, uses.at).or_default(false))
            };
            let mut found: Option<Always<bool>> = None;
            for tests in workflow.jobs.iter().filter_map(called) {
                match tests.value() {
                    Some(true) => found = Some(tests),
                    None if found.is_none() => found = Some(tests),
                    _ => {}
                }
            }
            let Some(found) = found.filter(|found| found.value() != workflow.tests.value()) else { continue };
            if let Some(workflow) = workflows.get_mut(caller) {
                workflow.tests = found;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

/// The platform of a job's runner, for which `docker build` builds where nothing else is said.
fn runner_platform(job: &Job, at: Place) -> Field<String> {
    match job.steps.items.first().map(|step| &step.runs_on_arm) {
        Some(is_arm) => match is_arm.value() {
            Some(true) => Field::known("linux/arm64".to_owned(), at),
            Some(false) => Field::known("linux/amd64".to_owned(), at),
            None => Field::unresolved("runs-on", "an expression decides on which machine it runs", at),
        },
        None => Field::known("linux/amd64".to_owned(), at),
    }
}

/// The platforms for which the builds of a workflow are made, each once.
fn platforms(workflow: &Workflow) -> List<Field<String>> {
    let builds = workflow.jobs.iter().flat_map(|job| job.builds.iter().map(move |build| (job, build)));
    let mut all: List<Field<String>> = List::empty(workflow.events.at);
    for (job, build) in builds {
        let platforms = &build.platforms;
        if platforms.items.is_empty() && platforms.unseen.is_none() {
            let own = runner_platform(job, build.at);
            if !all.items.iter().any(|known| known.value() == own.value()) {
                all.items.push(own);
            }
        }
        for platform in platforms {
            if !all.items.iter().any(|known| known.value() == platform.value()) {
                all.items.push(platform.clone());
            }
        }
        all.unseen = all.unseen.or_else(|| platforms.unseen.clone());
    }
    all
}

/// The events of each workflow, with those of the workflows that call it.
fn effective_events(workflows: &[Workflow]) -> Vec<Vec<String>> {
    let index: BTreeMap<&str, usize> =
        workflows.iter().enumerate().map(|(index, workflow)| (workflow.path.0.as_str(), index)).collect();
    let mut events: Vec<BTreeSet<String>> =
        workflows.iter().map(|workflow| workflow.events.items.iter().cloned().collect()).collect();
    let calls: Vec<(usize, usize)> = workflows
        .iter()
        .enumerate()
        .flat_map(|(caller, workflow)| workflow.jobs.iter().map(move |job| (caller, job)))
        .filter_map(|(caller, job)| Some((caller, *index.get(job.uses.as_ref()?.name.as_str())?)))
        .collect();
    for _ in 0..MAX_DEPTH {
        let mut changed = false;
        for (caller, called) in &calls {
            let add = events.get(*caller).cloned().unwrap_or_default();
            if let Some(known) = events.get_mut(*called) {
                let before = known.len();
                known.extend(add.into_iter().filter(|event| event != "workflow_call"));
                changed |= known.len() > before;
            }
        }
        if !changed {
            break;
        }
    }
    events.into_iter().map(|events| events.into_iter().collect()).collect()
}

fn all_needs(id: &str, needs: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut queue: Vec<&str> = vec![id];
    while let Some(job) = queue.pop() {
        for need in needs.get(job).into_iter().flatten() {
            if need != id && found.insert(need.clone()) {
                queue.push(need);
            }
        }
    }
    found.into_iter().collect()
}

/// Tells of each step whether images or files were scanned before it.
fn scanned_before(workflow: &mut Workflow) {
    struct Before {
        scanned: bool,
        gated: Field<bool>,
        /// A workflow of another repository that may scan.
        elsewhere: Option<(String, Place)>,
    }
    let counts = |scan: &&Scan| matches!(scan.target.value(), Some(ScanTarget::Image | ScanTarget::Files));
    let of = |scans: &mut dyn Iterator<Item = &Scan>, at: Place| {
        let (mut scanned, mut gated) = (false, Field::known(false, at));
        for scan in scans.filter(counts) {
            scanned = true;
            match (&scan.gates, &gated) {
                (Field::Known(true, _), _) | (Field::Unresolved(_), Field::Known(false, _)) => {
                    gated = scan.gates.clone();
                }
                _ => {}
            }
        }
        (scanned, gated)
    };
    let jobs: BTreeMap<String, Arc<Job>> = workflow.jobs.iter().map(|job| (job.id.clone(), Arc::clone(job))).collect();
    for job in &mut workflow.jobs.items {
        let before: Vec<&Arc<Job>> = job.all_needs.iter().filter_map(|id| jobs.get(id)).collect();
        let (scanned, gated) = of(&mut before.iter().flat_map(|job| &job.scans), job.at);
        let remote = before.iter().filter_map(|job| job.uses.as_ref()).find(|uses| uses.pin != Pin::Local);
        let elsewhere = remote.map(|uses| (uses.text.clone(), uses.at));
        let mut state = Before { scanned, gated, elsewhere };
        let job = Arc::make_mut(job);
        let gating = |step: &Arc<Step>| {
            step.scan.as_ref().is_some_and(|scan| counts(&scan) && scan.gates.value() == Some(&true))
        };
        let gates_beside = job.steps.iter().any(gating);
        for step in &mut job.steps.items {
            let step = Arc::make_mut(step);
            if let Some(scan) = &mut step.scan {
                scan.gates_beside = gates_beside && scan.gates.value() != Some(&true);
            }
            let open = |known: Field<bool>| match (&state.elsewhere, known.value()) {
                (Some((text, at)), Some(false)) => {
                    Field::unresolved(text.as_str(), "what it does is not in this repository", *at)
                }
                _ => known,
            };
            step.scanned_before = open(Field::known(state.scanned, step.at)).or_default(false);
            step.gated_before = open(state.gated.clone()).or_default(false);
            if let Some(scan) = step.scan.as_ref().filter(counts) {
                state.scanned = true;
                if state.gated.value() != Some(&true) {
                    state.gated = scan.gates.clone();
                }
            }
        }
    }
}

/// Tells of each filter of paths whether a file matches it.
fn compare_with_files(sources: &Sources, trigger: &mut Trigger, budget: &mut usize) {
    for filter in &mut trigger.paths.items {
        let Some(rest) = budget.checked_sub(1) else { return };
        *budget = rest;
        if filter.pattern.starts_with('!') {
            continue;
        }
        filter.matches = match matches(sources, &filter.pattern) {
            Some(found) => Field::known(found, filter.at),
            None => Field::unresolved(&*filter.pattern, "what lies there is not read", filter.at),
        };
    }
}

/// Whether a file of the repository matches a pattern; `None` where generated or vendored files may.
fn matches(sources: &Sources, pattern: &str) -> Option<bool> {
    let special = |c: char| "*?+[]\\".contains(c);
    if !pattern.contains(special) {
        return Some(sources.find(pattern).is_some_and(|id| sources.get(id).kind == EntryKind::File))
            .filter(|found| *found || !may_be_unread(sources, pattern));
    }
    let fixed = pattern.split('/').take_while(|part| !part.contains(special)).collect::<Vec<_>>().join("/");
    let regex = Regex::new(&expression(pattern)).ok()?;
    let found = sources
        .entries()
        .iter()
        .filter(|entry| entry.kind == EntryKind::File && entry.path.starts_with(&fixed))
        .any(|entry| regex.is_match(&entry.path));
    (found || !may_be_unread(sources, &fixed)).then_some(found)
}

/// Whether the deepest directory on the way to a path is there and empty, as one that is not read is.
fn may_be_unread(sources: &Sources, path: &str) -> bool {
    let mut path = path;
    loop {
        if !path.is_empty() && sources.find(path).is_some() {
            return sources.below(path).is_empty() && !path.contains('.');
        }
        match path.rsplit_once('/') {
            Some((parent, _)) => path = parent,
            None => return false,
        }
    }
}

/// A filter pattern as a regular expression (GitHub, "Filter pattern cheat sheet").
fn expression(pattern: &str) -> String {
    let mut out = String::from("^");
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("**/") {
            out.push_str("(?:.*/)?");
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix("**") {
            out.push_str(".*");
            rest = after;
            continue;
        }
        match c {
            '*' => out.push_str("[^/]*"),
            '?' | '+' | '[' | ']' | '-' => out.push(c),
            _ => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    out.push('$');
    out
}

#[cfg(test)]
mod tests {
    use super::expression;
    use regex::Regex;

    #[test]
    fn filters_match_as_github_does() {
        let matches = |pattern: &str, path: &str| Regex::new(&expression(pattern)).expect("a pattern").is_match(path);
        assert!(matches("src/**", "src/a/b.rs"));
        assert!(matches("**.js", "a/b.js"));
        assert!(matches("**/docs/**", "docs/a.md"));
        assert!(matches("*.jsx?", "page.js"));
        assert!(!matches("*.js", "a/b.js"));
        assert!(!matches("docs/*", "docs/a/b.md"));
    }
}
