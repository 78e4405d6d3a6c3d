//! From the text of the configuration to its settings: closed keys, every mistake with its place, all of them at once.

use std::path::Path;

use super::keys::{self, Keys};
use super::place::fault;
use super::{Base, Config, FailOn, Override, RuleParams, SeverityChange, StandardChoice};
use crate::diagnostic::Problem;
use crate::finding::{Label, Severity};
use crate::rules::ast::At;
use crate::rules::load::Loader;
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Shape, Tree};

/// Reads a configuration that lies in `directory`. A file without content says nothing.
///
/// # Errors
/// Everything that is wrong with it, names of rules and standards aside.
pub fn load(tree: &Tree, base: Base, directory: &Path) -> Result<Config, Vec<Problem>> {
    let mut reader = Reader { loader: Loader::new(), directory };
    reader.loader.syntax(tree);
    let mut documents = tree.documents();
    let mut config = Config { base, ..Config::default() };
    if let Some(root) = documents.next().filter(|root| !root.is_null()) {
        reader.config(root, &mut config);
    }
    if let Some(second) = documents.next() {
        reader.problem("config/documents", "the configuration is one document", second.anchor_place());
    }
    let mut problems = reader.loader.problems;
    for problem in &mut problems {
        problem.code = code(problem.code);
    }
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

/// The codes of what the loader of rules finds, where it finds it in a configuration.
fn code(code: &'static str) -> &'static str {
    match code {
        "rule/unknown-key" => "config/unknown-key",
        "rule/missing-key" => "config/missing-key",
        "rule/shape" | "rule/type" => "config/type",
        "rule/word" => "config/word",
        "rule/syntax" => "config/syntax",
        other => other,
    }
}

/// What the sections are read with.
pub(super) struct Reader<'d> {
    pub(super) loader: Loader,
    pub(super) directory: &'d Path,
}

impl Reader<'_> {
    pub(super) fn problem(&mut self, code: &'static str, message: impl Into<String>, place: Place) -> &mut Problem {
        self.loader.problem(code, message, place)
    }

    /// Whether a node is a mapping; reports keys that do not belong into it.
    pub(super) fn closed(&mut self, node: NodeRef<'_>, (what, keys): Keys) -> bool {
        self.loader.closed(node, what, keys);
        node.shape() == Shape::Mapping
    }

    /// Names and values of a mapping whose keys are free.
    pub(super) fn entries<'t>(&mut self, node: NodeRef<'t>, what: &str) -> Vec<(At<String>, NodeRef<'t>)> {
        if node.shape() != Shape::Mapping {
            self.problem("config/type", format!("{what} is a mapping, not {}", node.type_name()), node.place());
        }
        let entry = |entry: crate::syntax::yaml::Entry<'t>| {
            (At::new(entry.key.to_owned(), entry.key_node.place()), entry.value)
        };
        node.entries().map(entry).collect()
    }

    /// The items of a list.
    pub(super) fn items<'t>(&mut self, node: NodeRef<'t>, what: &str, sample: &str) -> Vec<NodeRef<'t>> {
        if node.shape() != Shape::Sequence {
            let message = format!("{what} is a list, not {}", node.type_name());
            self.problem("config/type", message, node.place()).help = Some(format!("write it as `[{sample}]`"));
        }
        node.items().collect()
    }

    /// A list of paths or globs below the configuration's directory.
    pub(super) fn paths(&mut self, node: NodeRef<'_>, what: &str, sample: &str) -> Vec<At<String>> {
        let items = self.items(node, what, sample);
        items.into_iter().filter_map(|item| self.path(item, format!("an entry of {what}"))).collect()
    }

    pub(super) fn path(&mut self, node: NodeRef<'_>, what: String) -> Option<At<String>> {
        let mut text = self.loader.text(node, what)?;
        self.is_below(&text)?;
        let short = text.value.trim_start_matches("./");
        text.value = if short.is_empty() { ".".to_owned() } else { short.to_owned() };
        Some(text)
    }

    /// Reports a path that is none below the configuration's directory.
    pub(super) fn is_below(&mut self, path: &At<String>) -> Option<()> {
        let Some(fault) = fault(&path.value) else { return Some(()) };
        let help = "write it with `/`, counted from the directory of this file";
        self.problem("config/path", format!("`{}` {fault}", path.value), path.place).help = Some(help.to_owned());
        None
    }

    /// Reports a name that stands twice in a list.
    pub(super) fn twice(&mut self, what: &str, name: &At<String>, first: Place) {
        let label = Label { place: first, text: "first given here".to_owned() };
        let message = format!("{what} `{}` stands twice", name.value);
        self.problem("config/duplicate", message, name.place).labels.push(label);
    }

    fn config(&mut self, root: NodeRef<'_>, config: &mut Config) {
        let before = self.loader.problems.len();
        if !self.closed(root, keys::CONFIG) {
            return;
        }
        for problem in self.loader.problems.iter_mut().skip(before) {
            if problem.message.contains("`rules`") {
                problem.help = Some("directories of further rules are listed under `packs`, severities of rules under `severity`, and their parameters under `params`".to_owned());
            }
        }
        let get = |key: &str| root.get(key);
        config.standards = get("standards").map(|node| self.standards(node));
        config.params = get("params").map(|node| self.params(node)).unwrap_or_default();
        config.severity = get("severity").map(|node| self.severity(node)).unwrap_or_default();
        if let Some(node) = get("services") {
            self.services(node, config);
        }
        config.waivers = get("waivers").map(|node| self.waivers(node)).unwrap_or_default();
        config.packs = get("packs").map(|node| self.packs(node)).unwrap_or_default();
        config.compose = get("compose").map(|node| self.compose(node)).unwrap_or_default();
        config.charts = get("charts").map(|node| self.charts(node)).unwrap_or_default();
        config.pod_templates = get("kubernetes").map(|node| self.kubernetes(node)).unwrap_or_default();
        config.ignore = get("ignore").map(|node| self.ignore(node)).unwrap_or_default();
        config.fail_on = get("fail_on").and_then(|node| self.fail_on(node));
    }

    fn standards(&mut self, node: NodeRef<'_>) -> Vec<StandardChoice> {
        let items = self.items(node, "`standards`", "atonix");
        if items.is_empty() && node.shape() == Shape::Sequence {
            let found = self.problem("config/empty", "`standards` names none", node.place());
            found.help = Some("leave it out to have the standard of each service detected".to_owned());
        }
        let mut out: Vec<StandardChoice> = Vec::new();
        for item in items {
            let choice = if item.shape() == Shape::Mapping {
                self.closed(item, keys::STANDARD);
                let params = item.get("params").map(|node| self.params(node)).unwrap_or_default();
                self.loader.required(item, "id", "a standard").map(|id| StandardChoice { id, params })
            } else {
                self.loader.text(item, "a standard").map(|id| StandardChoice { id, params: Vec::new() })
            };
            let Some(choice) = choice else { continue };
            match out.iter().find(|other| other.id.value == choice.id.value) {
                Some(first) => self.twice("the standard", &choice.id, first.id.place),
                None => out.push(choice),
            }
        }
        out
    }

    fn params(&mut self, node: NodeRef<'_>) -> Vec<RuleParams> {
        let rules = self.entries(node, "`params`");
        let mut out = Vec::new();
        for (rule, node) in rules {
            let values = self.entries(node, &format!("what `params` sets for `{}`", rule.value));
            let values =
                values.into_iter().filter_map(|(name, value)| Some((name, self.loader.literal(value)?))).collect();
            out.push(RuleParams { rule, values });
        }
        out
    }

    fn severity(&mut self, node: NodeRef<'_>) -> Vec<SeverityChange> {
        let entries = self.entries(node, "`severity`");
        entries.into_iter().filter_map(|(of, node)| self.severity_change(of, node)).collect()
    }

    fn severity_change(&mut self, of: At<String>, node: NodeRef<'_>) -> Option<SeverityChange> {
        let word = self.loader.text(node, "a severity")?;
        if matches!(word.value.as_str(), "off" | "none" | "ignore" | "false") {
            let message = format!("a rule is not switched off with `{}`", word.value);
            let help = format!("waive it, with the reason: `waivers: [{{ rule: {}, reason: … }}]`", of.value);
            self.problem("config/off", message, word.place).help = Some(help);
            return None;
        }
        let severity = self.loader.word(&word, "a severity", Severity::WORDS, Severity::from_word)?;
        Some(SeverityChange { of, severity: At::new(severity, word.place) })
    }

    fn services(&mut self, node: NodeRef<'_>, config: &mut Config) {
        if !self.closed(node, keys::SERVICES) {
            return;
        }
        config.discover = node.get("discover").and_then(|node| self.discover(node));
        let overrides = node.get("overrides").map(|node| self.entries(node, "`overrides`")).unwrap_or_default();
        for (services, node) in overrides {
            let services_below = self.is_below(&services).is_some();
            if !self.closed(node, keys::OVERRIDE) || !services_below {
                continue;
            }
            let standards = node.get("standards").map(|node| self.standards(node));
            let params = node.get("params").map(|node| self.params(node)).unwrap_or_default();
            let severity = node.get("severity").map(|node| self.severity(node)).unwrap_or_default();
            config.overrides.push(Override { services, standards, params, severity });
        }
    }

    /// `auto`, or globs of roots.
    fn discover(&mut self, node: NodeRef<'_>) -> Option<Vec<At<String>>> {
        if node.shape() == Shape::Sequence {
            return Some(self.paths(node, "`discover`", "services/*"));
        }
        let word = self.loader.text(node, "`discover`")?;
        self.loader.word(
            &word,
            "a way to find services; write globs of their directories as a list",
            &["auto"],
            |word| (word == "auto").then_some(()),
        );
        None
    }

    fn fail_on(&mut self, node: NodeRef<'_>) -> Option<At<FailOn>> {
        let word = self.loader.text(node, "`fail_on`")?;
        let words = ["error", "warning", "info", "never"];
        let read = self.loader.word(&word, "a threshold", &words, |word| match word {
            "never" => Some(None),
            word => Severity::from_word(word).map(Some),
        })?;
        Some(At::new(read, word.place))
    }
}
