//! The sections of the configuration that speak of files: waivers, packs, compose files, charts, kinds and what is left out.

use std::path::Path;

use super::keys;
use super::load::Reader;
use super::{ChartValues, ComposeSet, PodTemplate, Subject, Waiver};
use crate::diagnostic::nearest;
use crate::rules::ast::At;
use crate::syntax::yaml::{NodeRef, Shape};
use crate::triage::date::Date;

impl Reader<'_> {
    pub(super) fn waivers(&mut self, node: NodeRef<'_>) -> Vec<Waiver> {
        let items = self.items(node, "`waivers`", "{ rule: …, reason: … }");
        items.into_iter().filter_map(|item| self.waiver(item)).collect()
    }

    fn waiver(&mut self, node: NodeRef<'_>) -> Option<Waiver> {
        if !self.closed(node, keys::WAIVER) {
            return None;
        }
        let rule = self.loader.optional(node, "rule");
        let clause = self.loader.optional(node, "clause");
        let subject = match (rule, clause) {
            (Some(rule), None) => Some(Subject::Rule(rule)),
            (None, Some(clause)) => Some(Subject::Clause(clause)),
            (Some(_), Some(clause)) => {
                let message = "a waiver names a rule or a clause, not both";
                self.problem("config/shape", message, clause.place).help = Some("write two waivers".to_owned());
                None
            }
            (None, None) => {
                let message = "a waiver needs `rule` or `clause`";
                self.problem("config/missing-key", message, node.anchor_place());
                None
            }
        };
        let paths = node.get("paths").map(|node| self.paths(node, "`paths`", "services/api/**")).unwrap_or_default();
        let until = self.loader.optional(node, "until").and_then(|until| self.day(&until));
        let reason = self.loader.required(node, "reason", "a waiver")?;
        if reason.value.trim().is_empty() {
            self.problem("config/empty", "a waiver says why", reason.place);
        }
        Some(Waiver { subject: subject?, paths, reason, until })
    }

    fn day(&mut self, text: &At<String>) -> Option<At<Date>> {
        let Some(day) = Date::parse(&text.value) else {
            let message = format!("`{}` is not a day", text.value);
            self.problem("config/date", message, text.place).help = Some("write it as `YYYY-MM-DD`".to_owned());
            return None;
        };
        Some(At::new(day, text.place))
    }

    pub(super) fn packs(&mut self, node: NodeRef<'_>) -> Vec<At<String>> {
        let paths = self.paths(node, "`packs`", "conformance");
        paths.into_iter().filter(|path| self.is_there(path, "directory", Path::is_dir)).collect()
    }

    pub(super) fn compose(&mut self, node: NodeRef<'_>) -> Vec<ComposeSet> {
        let sets = self.entries(node, "`compose`");
        let mut out = Vec::new();
        for (name, node) in sets {
            let what = format!("the set `{}`", name.value);
            let files = self.paths(node, &what, "compose.yaml, compose.prod.yaml");
            if files.is_empty() && node.shape() == Shape::Sequence {
                self.problem("config/empty", format!("{what} names no files"), node.place());
            }
            let files: Vec<_> = files.into_iter().filter(|file| self.is_there(file, "file", Path::is_file)).collect();
            out.push(ComposeSet { name, files });
        }
        out
    }

    pub(super) fn charts(&mut self, node: NodeRef<'_>) -> Vec<ChartValues> {
        let charts = self.entries(node, "`charts`");
        let mut out = Vec::new();
        for (mut chart, node) in charts {
            let files = self.paths(node, &format!("the values of `{}`", chart.value), "values-prod.yaml");
            if self.is_below(&chart).is_none() {
                continue;
            }
            chart = At::new(chart.value.trim_start_matches("./").trim_end_matches('/').to_owned(), chart.place);
            let is_chart = |directory: &Path| directory.join("Chart.yaml").is_file();
            self.is_there(&chart, "chart", is_chart);
            let values = files.into_iter().filter(|file| self.is_there(file, "file", Path::is_file)).collect();
            out.push(ChartValues { chart, values });
        }
        out
    }

    /// Whether something is where a path says; reports what is not.
    fn is_there(&mut self, path: &At<String>, what: &str, is_one: impl Fn(&Path) -> bool) -> bool {
        let full = self.directory.join(&path.value);
        if is_one(&full) {
            return true;
        }
        let near = neighbour(&full);
        let near = near.map(|name| match path.value.rsplit_once('/') {
            Some((directory, _)) => format!("{directory}/{name}"),
            None => name,
        });
        let message = format!("there is no {what} `{}`", path.value);
        let help = near.map_or_else(
            || "paths count from the directory of this file".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.problem("config/no-file", message, path.place).help = Some(help);
        false
    }

    pub(super) fn kubernetes(&mut self, node: NodeRef<'_>) -> Vec<PodTemplate> {
        if !self.closed(node, keys::KUBERNETES) {
            return Vec::new();
        }
        let sample = "{ apiVersion: example.com/v1, kind: Worker, path: spec.template }";
        let items = node.get("pod_templates").map(|node| self.items(node, "`pod_templates`", sample));
        items.into_iter().flatten().filter_map(|item| self.pod_template(item)).collect()
    }

    fn pod_template(&mut self, node: NodeRef<'_>) -> Option<PodTemplate> {
        if !self.closed(node, keys::POD_TEMPLATE) {
            return None;
        }
        let api_version = self.loader.required(node, "apiVersion", "a pod template");
        let kind = self.loader.required(node, "kind", "a pod template");
        let path = self.loader.required(node, "path", "a pod template");
        let (api_version, kind, path) = (api_version?, kind?, path?);
        let Some((group, _)) = api_version.value.split_once('/') else {
            let message = format!("`{}` has no group", api_version.value);
            let help = "write it as in the manifests: `example.com/v1`".to_owned();
            self.problem("config/value", message, api_version.place).help = Some(help);
            return None;
        };
        let keys: Vec<String> = path.value.split('.').map(str::to_owned).collect();
        if keys.iter().any(String::is_empty) {
            let help = "name the keys down to the pod template: `spec.template`".to_owned();
            let message = format!("`{}` is not a path of keys", path.value);
            self.problem("config/value", message, path.place).help = Some(help);
            return None;
        }
        Some(PodTemplate { group: group.to_owned(), kind: kind.value, path: keys, place: kind.place })
    }

    pub(super) fn ignore(&mut self, node: NodeRef<'_>) -> Vec<At<String>> {
        let items = self.items(node, "`ignore`", "legacy/");
        let mut out = Vec::new();
        for item in items {
            let Some(glob) = self.loader.text(item, "an entry of `ignore`") else { continue };
            // A leading slash ties a glob to the directory of the file, as in a `.gitignore`.
            let path = At::new(glob.value.trim_start_matches(['!', '/']).to_owned(), glob.place);
            if self.is_below(&path).is_some() {
                out.push(glob);
            }
        }
        out
    }
}

/// Entries of one directory that are looked at for a name that is near.
const MAX_ENTRIES: usize = 1_000;

/// The name beside a path that is nearest to its own.
fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(path.parent()?).ok()?.take(MAX_ENTRIES);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    nearest(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}
