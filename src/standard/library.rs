//! The rules and standards there are: the built-in ones, compiled into the binary, and those of further directories.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::alias::Aliases;
use super::pack::{self, Role, TEMPLATES};
use super::{Standard, load, select};
use crate::diagnostic::{Problem, nearest};
use crate::embedded::{self, Embedded};
use crate::finding::Label;
use crate::rules::Arguments;
use crate::rules::ast::{At, RuleSource, Status};
use crate::rules::fix::{EditSource, FileText};
use crate::rules::load::{self as rule_load, Loader};
use crate::source::{EntryKind, FileId, Place, SourceFile, Sources};
use crate::syntax::yaml::{Comment, Tree};

/// The rules and standards of a run. Files are parsed when they are asked for.
#[derive(Debug, Default)]
pub struct Library {
    /// The files, for rendering problems.
    pub sources: Sources,
    rules: Names,
    standards: Names,
    /// The texts for new files that directories bring, by name.
    templates: BTreeMap<String, FileId>,
    loaded: BTreeMap<String, Arc<RuleSource>>,
    aliases: OnceLock<Aliases>,
    /// What is wrong with the directories that were added.
    problems: Vec<Problem>,
    /// What works, and will not for ever.
    warnings: Vec<Problem>,
    /// The files that came with the binary, whose examples its own tests have run; the first of all files.
    built_in: &'static [Embedded],
}

/// The files of rules, or of standards, by id.
pub(super) type Names = BTreeMap<Cow<'static, str>, FileId>;

/// What a path below `rules/` holds.
fn role_of(path: &str) -> Role {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let is_in = |name: &str| directory.strip_suffix(name).is_some_and(|above| above.is_empty() || above.ends_with('/'));
    if is_in("standards") {
        Role::Standard
    } else if is_in("data") || is_in(TEMPLATES) {
        Role::Stray
    } else {
        Role::Rule
    }
}

/// The id of what a file holds.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml")
}

impl Library {
    /// The built-in rules and standards.
    #[must_use]
    pub fn built_in() -> Self {
        let built_in = embedded::files();
        let entry = |embedded: &Embedded| {
            let file = SourceFile::new(["rules/", embedded.path].concat(), EntryKind::File);
            file.set_static_text(embedded.text);
            file
        };
        let names = |role: Role| -> Names {
            let numbered = embedded::by_name().filter(|(_, embedded)| role_of(embedded.path) == role);
            numbered.map(|(index, embedded)| (Cow::Borrowed(embedded.name), FileId(index))).collect()
        };
        Self {
            sources: Sources::new(built_in.iter().map(entry).collect()),
            rules: names(Role::Rule),
            standards: names(Role::Standard),
            built_in,
            ..Self::default()
        }
    }

    /// Adds a directory: a pack, where it has a `pack.yaml`; else its `*.yaml` files, of which those in `standards/`
    /// are standards and the others rules. What lies in its `templates/` are texts for new files. Such a rule takes the
    /// place of a built-in one of the same id; a pack's may not. What is wrong with the directory is told by every later
    /// question to the library.
    ///
    /// # Errors
    /// A directory or file that cannot be read.
    pub fn add_directory(&mut self, directory: &Path) -> Result<(), Problem> {
        let found = pack::collect(directory)?;
        let mut loader = Loader::new();
        let mut added: BTreeMap<String, FileId> = BTreeMap::new();
        let is_pack = found.iter().any(|file| file.role == Role::Pack);
        if !found.iter().any(|file| matches!(file.role, Role::Rule | Role::Standard)) {
            let message = format!("`{}` has neither rules nor standards", directory.display());
            self.problems.push(Problem { code: "rules/empty", message, labels: Vec::new(), help: None });
        }
        for file in found {
            let text = std::fs::read_to_string(&file.path).map_err(|error| unreadable(&file.path, &error))?;
            let (name, shown) = (file.name(), file.shown());
            let known = match file.role {
                Role::Standard => self.standards.get(name.as_str()),
                Role::Template => self.templates.get(name.as_str()),
                _ => self.rules.get(name.as_str()),
            };
            let known = known.copied().filter(|_| !matches!(file.role, Role::Pack | Role::Stray));
            let id = self.add(shown, file.role, |source| source.set_text(Arc::from(text)));
            let place = Place::whole(id);
            match file.role {
                Role::Pack => {
                    let tree = self.parse(id);
                    pack::read(&mut loader, &tree);
                }
                Role::Stray => {
                    loader.problem("rules/stray", "nothing reads this file", place).help = Some(file.advice());
                }
                Role::Rule | Role::Standard | Role::Template => {
                    let what = match file.role {
                        Role::Rule => "rule",
                        Role::Standard => "standard",
                        _ => "template",
                    };
                    let own = added.insert(format!("{what} {name}"), id);
                    let is_built_in = known.is_some_and(|known| self.is_built_in(known));
                    if let Some(first) = own.or(known.filter(|_| is_pack || !is_built_in)) {
                        let message = format!("there is a {what} `{name}` already");
                        let first = Label { place: Place::whole(first), text: "here".to_owned() };
                        let problem = loader.problem("rules/duplicate", message, place);
                        problem.labels.push(first);
                        problem.help = Some("give it another name".to_owned());
                    }
                }
            }
        }
        self.problems.append(&mut loader.problems);
        self.aliases.take();
        let clashes = self.aliases().problems.clone();
        self.problems.extend(clashes);
        Ok(())
    }

    /// Adds one file under a path, and returns its id.
    pub fn insert(&mut self, path: &str, text: Arc<str>) -> FileId {
        self.add(format!("rules/{}", path.trim_start_matches("rules/")), role_of(path), |file| file.set_text(text))
    }

    fn add(&mut self, path: String, role: Role, set_text: impl FnOnce(&SourceFile)) -> FileId {
        let name = name_of(&path).to_owned();
        let file = SourceFile::new(path, EntryKind::File);
        set_text(&file);
        let id = self.sources.add(file);
        match role {
            Role::Standard => {
                self.standards.insert(name.into(), id);
            }
            Role::Rule => {
                self.loaded.remove(&name);
                self.rules.insert(name.into(), id);
            }
            Role::Template => {
                self.templates.insert(self.sources.get(id).path.rsplit('/').next().unwrap_or("").to_owned(), id);
            }
            Role::Pack | Role::Stray => {}
        }
        self.aliases.take();
        id
    }

    /// The ids of all rules, in order.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(Cow::as_ref)
    }

    /// Whether there is a rule of an id.
    #[must_use]
    pub fn has_rule(&self, id: &str) -> bool {
        self.rules.contains_key(id)
    }

    /// The path of a rule's file, which begins with `rules/`.
    #[must_use]
    pub fn rule_path(&self, id: &str) -> Option<&str> {
        self.rules.get(id).map(|file| self.sources.get(*file).path.as_str())
    }

    /// The ids of all standards, in order.
    pub fn standard_ids(&self) -> impl Iterator<Item = &str> {
        self.standards.keys().map(Cow::as_ref)
    }

    /// The id that a rule has now, where `id` is a former one.
    #[must_use]
    pub fn present_id(&self, id: &str) -> Option<&str> {
        if self.rules.contains_key(id) {
            return None;
        }
        self.aliases().present.get(id).map(|alias| alias.rule.as_str())
    }

    /// The former ids of all rules, each with the present one.
    pub fn former_ids(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases().present.iter().map(|(former, alias)| (former.as_str(), alias.rule.as_str()))
    }

    fn aliases(&self) -> &Aliases {
        self.aliases.get_or_init(|| Aliases::of(&self.sources, &self.rules))
    }

    /// Notes something that works and will not for ever; the same thing only once.
    pub fn warn(&mut self, warning: Problem) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Notes that a rule is on its way out, if it is. `asked` is where it was named.
    pub(super) fn warn_of_deprecation(&mut self, rule: &RuleSource, asked: Option<Place>) {
        let Some(deprecated) = rule.deprecated.as_ref().filter(|_| rule.status == Status::Deprecated) else { return };
        let labels = asked.map(|place| Label { place, text: String::new() }).into_iter().collect();
        let since = &deprecated.since;
        self.warn(Problem {
            code: "rule/deprecated",
            message: format!("`{}` is deprecated since {since}: {}", rule.id.value, deprecated.why.trim()),
            labels,
            help: deprecated.instead.as_ref().map(|instead| format!("use `{}`", instead.value)),
        });
    }

    /// What was noted so far.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Whether a file came with the binary.
    #[must_use]
    pub fn is_built_in(&self, file: FileId) -> bool {
        self.embedded(file).is_some()
    }

    fn embedded(&self, file: FileId) -> Option<&'static Embedded> {
        self.built_in.get(file.0 as usize)
    }

    /// The rule of an id, ready to run. `asked` is where it was named; `None` for the command line. A built-in rule
    /// comes without its examples: reading those takes most of the time of a small run.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with the rule.
    pub fn rule(&self, id: &str, asked: Option<Place>) -> Result<Arc<RuleSource>, Vec<Problem>> {
        match self.loaded.get(id) {
            Some(rule) => Ok(Arc::clone(rule)),
            None => self.read(id, asked, false),
        }
    }

    /// Reads the rules of several ids side by side, for [`Library::rule`] to find. What is wrong with one is told there.
    pub fn read_ahead<'i>(&mut self, ids: impl Iterator<Item = &'i str>) {
        let mut seen = HashSet::new();
        let ids: Vec<&str> = ids.filter(|id| seen.insert(*id) && !self.loaded.contains_key(*id)).collect();
        let read: Vec<(String, Arc<RuleSource>)> = ids
            .into_par_iter()
            .with_min_len(16)
            .filter_map(|id| Some((id.to_owned(), self.read(id, None, false).ok()?)))
            .collect();
        self.loaded.extend(read);
    }

    /// The rule of an id with its examples.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with the rule.
    pub fn rule_with_examples(&self, id: &str) -> Result<Arc<RuleSource>, Vec<Problem>> {
        self.read(id, None, true)
    }

    /// The comments of a rule's file without their `#`; none for an unknown id.
    #[must_use]
    pub fn comments(&self, id: &str) -> Vec<At<String>> {
        let Some(file) = self.rules.get(id).copied() else { return Vec::new() };
        let at = |comment: Comment| At::new(comment.text, Place { file, span: comment.span });
        self.parse(file).comments.into_iter().map(at).collect()
    }

    /// Reads a rule; one that came with the binary without its examples unless they are asked for.
    fn read(&self, id: &str, asked: Option<Place>, examples: bool) -> Result<Arc<RuleSource>, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems.clone());
        }
        let Some(file) = self.rules.get(id).copied() else {
            return Err(vec![unknown("rule", id, asked, self.rule_ids())]);
        };
        let embedded = self.embedded(file).filter(|_| !examples);
        let (rule, mut problems) = match embedded.and_then(|embedded| embedded.unpacked(file)) {
            Some(rule) => (Some(rule), Vec::new()),
            None => rule_load::rule(&self.parse(file), true),
        };
        let Some(mut rule) = rule else { return Err(problems) };
        problems.extend(self.fill_in_templates(&mut rule));
        let rule = Arc::new(rule);
        if rule.id.value != id {
            let label = Label { place: rule.id.place, text: String::new() };
            let message = format!("the file is called `{id}.yaml`, and the rule in it `{}`", rule.id.value);
            problems.push(Problem::new("rule/file-name", message, label).with_help("give both the same name"));
        }
        problems.extend(self.history_problems(&rule));
        if problems.is_empty() {
            return Ok(rule);
        }
        // A mistake in one part hides none in another.
        let typed = select::single(&rule, &Arguments::new()).err().unwrap_or_default();
        // What is wrong may be what would have used it; a template that is not there is told already.
        let follows = |problem: &Problem| {
            let unused = matches!(problem.code, "rule/missing-param" | "rule/unused-param" | "rule/unused-lookup");
            unused || problem.code == "rule/unknown-template"
        };
        problems.extend(typed.into_iter().filter(|problem| !follows(problem)));
        problems.sort_by_key(|problem| problem.labels.first().map(|label| label.place));
        problems.dedup();
        Err(problems)
    }

    /// Puts the texts of templates into the fixes of a rule. A template that came with the binary is there for every
    /// rule; one of a directory is for rules of directories.
    fn fill_in_templates(&self, rule: &mut RuleSource) -> Vec<Problem> {
        let own = if self.is_built_in(rule.id.place.file) { None } else { Some(&self.templates) };
        let text_of = |name: &str| match own.and_then(|own| own.get(name)) {
            Some(file) => Some(self.sources.get(*file).text()),
            None => embedded::find(&format!("{TEMPLATES}/{name}")).map(|file| file.text),
        };
        let mut problems = Vec::new();
        for edit in rule.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            let EditSource::Create(_, content) = edit else { continue };
            let FileText::Template(name) = content else { continue };
            if let Some(text) = text_of(&name.value) {
                *content = FileText::Text(At::new(text.to_owned(), name.place));
                continue;
            }
            let built_in = embedded::files().iter().filter_map(|file| file.path.strip_prefix("templates/"));
            let known = own.into_iter().flat_map(BTreeMap::keys).map(String::as_str).chain(built_in);
            let label = Label { place: name.place, text: String::new() };
            let problem =
                Problem::new("rule/unknown-template", format!("there is no template `{}`", name.value), label);
            problems.push(problem.with_help(match nearest(&name.value, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "templates are files in `templates`, beside the rules".to_owned(),
            }));
        }
        problems
    }

    /// What a rule says of other rules has to be so.
    fn history_problems(&self, rule: &RuleSource) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !rule.aliases.is_empty() {
            let of_this =
                |problem: &&Problem| problem.labels.iter().any(|label| label.place.file == rule.id.place.file);
            problems.extend(self.aliases().problems.iter().filter(of_this).cloned());
        }
        if let Some(instead) = rule.deprecated.as_ref().and_then(|deprecated| deprecated.instead.as_ref())
            && !self.rules.contains_key(instead.value.as_str())
        {
            problems.push(unknown("rule", &instead.value, Some(instead.place), self.rule_ids()));
        }
        problems
    }

    fn parse(&self, file: FileId) -> Tree {
        Tree::parse(file, self.sources.get(file).text())
    }

    /// The standard of an id, with what it takes from others.
    ///
    /// # Errors
    /// An unknown id, or everything that is wrong with the standard or with those that it extends.
    pub fn standard(&self, id: &str) -> Result<Standard, Vec<Problem>> {
        self.standard_within(id, None, &mut Vec::new())
    }

    /// `open` holds the standards that are being read, each of which extends the next.
    fn standard_within(
        &self,
        id: &str,
        asked: Option<Place>,
        open: &mut Vec<String>,
    ) -> Result<Standard, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems.clone());
        }
        let Some(file) = self.standards.get(id).copied() else {
            return Err(vec![unknown("standard", id, asked, self.standard_ids())]);
        };
        if let (Some(at), Some(place)) = (open.iter().position(|other| other == id), asked) {
            let chain = open.get(at..).unwrap_or_default().join("` extends `");
            let message = format!("`{chain}` extends `{id}`: a standard cannot be a part of itself");
            return Err(vec![Problem::new("standard/cycle", message, Label { place, text: String::new() })]);
        }
        let embedded = self.embedded(file).and_then(|embedded| embedded.unpacked(file));
        let (standard, mut problems) = if let Some(standard) = embedded {
            (Some(standard), Vec::new())
        } else {
            open.push(id.to_owned());
            let read = load::standard(&self.parse(file), &mut |id, place| self.standard_within(id, Some(place), open));
            open.pop();
            read
        };
        let Some(mut standard) = standard else { return Err(problems) };
        self.check_names(&mut standard, file, &mut problems);
        if standard.id != id {
            let label = Label { place: standard.id_place, text: String::new() };
            let message = format!("the file is called `{id}.yaml`, and the standard in it `{}`", standard.id);
            problems.push(Problem::new("standard/file-name", message, label).with_help("give both the same name"));
        }
        if problems.is_empty() {
            return Ok(standard);
        }
        // A mistake in one part hides none in another. What has no value is told already.
        let uses = standard.clauses.iter().flat_map(|clause| &clause.rules);
        let own = uses.filter(|rule| rule.rule.place.file == file && rule.params.len() == rule.param_names.len());
        problems.extend(own.flat_map(|rule| select::faults(self, rule)));
        problems.sort_by_key(|problem| problem.labels.first().map(|label| label.place));
        problems.dedup();
        Err(problems)
    }

    /// Puts present ids of rules in the place of former ones, and refuses names that mean something else.
    fn check_names(&self, standard: &mut Standard, file: FileId, problems: &mut Vec<Problem>) {
        let mut warnings = Vec::new();
        let uses = standard.clauses.iter_mut().flat_map(|clause| &mut clause.rules);
        for rule in uses.filter(|rule| rule.rule.place.file == file) {
            if let Some(present) = self.present_id(&rule.rule.value) {
                warnings.push(renamed(&rule.rule.value, present, Some(rule.rule.place)));
                rule.rule.value = present.to_owned();
            }
            if let Some(name) = rule
                .name
                .as_ref()
                .filter(|name| name.value != rule.rule.value && self.rules.contains_key(name.value.as_str()))
            {
                let label = Label { place: name.place, text: String::new() };
                let message = format!("`{}` is a rule of its own", name.value);
                let help = format!("write a name such as `{}.{}`", rule.rule.value, "other");
                problems.push(Problem::new("standard/as-clash", message, label).with_help(help));
            }
        }
        standard.warnings.extend(warnings);
    }
}

/// What is said of a former id.
pub(crate) fn renamed(former: &str, present: &str, place: Option<Place>) -> Problem {
    Problem {
        code: "rule/renamed",
        message: format!("`{former}` is called `{present}` now"),
        labels: place.map(|place| Label { place, text: String::new() }).into_iter().collect(),
        help: Some(format!("write `{present}`")),
    }
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem {
        code: "rules/unreadable",
        message: format!("`{}` cannot be read: {error}", path.display()),
        labels: Vec::new(),
        help: None,
    }
}

fn unknown<'n>(what: &str, id: &str, asked: Option<Place>, known: impl Iterator<Item = &'n str>) -> Problem {
    let labels = asked.map(|place| Label { place, text: String::new() }).into_iter().collect();
    let help = match nearest(id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`svclint {what}s` lists what there is"),
    };
    Problem {
        code: if what == "rule" { "unknown-rule" } else { "unknown-standard" },
        message: format!("there is no {what} `{id}`"),
        labels,
        help: Some(help),
    }
}
