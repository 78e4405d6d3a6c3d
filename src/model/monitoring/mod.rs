//! What watches the services: alert rules and configuration of Prometheus, dashboards of Grafana.

mod alert;
mod dashboard;
mod scrape;

use std::sync::Arc;

use super::value::{List, Unresolved};
use crate::source::{EntryKind, FileId, Place, Sources};
use crate::syntax::yaml::Tree;

pub use alert::Alert;
pub use dashboard::Dashboard;
pub use scrape::{PrometheusConfig, RuleFiles, ScrapeJob};

/// A larger file is no configuration that a person has written: 4 MiB.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// The monitoring of a repository.
#[derive(Debug)]
pub struct Monitoring {
    /// Alert rules.
    pub alerts: List<Arc<Alert>>,
    /// Configurations of Prometheus.
    pub configs: List<Arc<PrometheusConfig>>,
    /// Dashboards.
    pub dashboards: List<Arc<Dashboard>>,
}

impl Monitoring {
    /// Leaves open what a program in Jsonnet makes, which is not run.
    fn leave_open(&mut self, text: &str, path: &str, file: FileId) {
        let unseen = || {
            let (text, why) = (path.to_owned(), "what Jsonnet makes is not evaluated".into());
            Box::new(Unresolved { text, why, at: Place::whole(file), via: None, expected: None })
        };
        if text.contains("alert:") && text.contains("expr:") {
            self.alerts.unseen.get_or_insert_with(unseen);
        }
        if ["grafanaDashboards", "grafonnet", "dashboard.new"].iter().any(|sign| text.contains(sign)) {
            self.dashboards.unseen.get_or_insert_with(unseen);
        }
    }
}

/// Whether a file with alerts is the template of a chart. What alerts themselves have in braces starts with a `$`.
fn is_template(text: &str) -> bool {
    text.contains("alert:") && ["{{-", ".Values", "{{ include", "<%", "{%"].iter().any(|sign| text.contains(sign))
}

/// Whether a file stands among tests, whose alerts watch nothing.
fn is_for_tests(path: &str) -> bool {
    let directories = path.rsplit_once('/').map_or("", |(directories, _)| directories);
    directories.split(['/', '_', '-']).any(|word| matches!(word, "test" | "tests" | "testdata" | "fixtures" | "e2e"))
}

/// Whether a file stands among documents or examples, which no Prometheus reads for good.
fn is_for_show(path: &str) -> bool {
    let directories = path.rsplit_once('/').map_or("", |(directories, _)| directories);
    directories.split('/').any(|part| matches!(part, "docs" | "documentation" | "example" | "examples" | "samples"))
}

/// Reads the monitoring of a repository. Files that do not parse or are something else are passed over: nothing in
/// their names says that they should be this.
pub fn read(sources: &Sources) -> Monitoring {
    let at = Place::whole(sources.find(".").unwrap_or(FileId(0)));
    let mut monitoring = Monitoring { alerts: List::empty(at), configs: List::empty(at), dashboards: List::empty(at) };
    for (id, file) in sources.iter() {
        let is_file =
            file.kind == EntryKind::File && file.size() <= MAX_FILE_BYTES && !is_for_tests(file.path.as_str());
        let ending = file.path.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !is_file || !matches!(ending, "yaml" | "yml" | "rules" | "json" | "jsonnet" | "libsonnet") {
            continue;
        }
        let Some(text) = sources.read(id) else { continue };
        let path = file.path.as_str();
        if ending.ends_with("sonnet") {
            monitoring.leave_open(&text, path, id);
            continue;
        }
        if ending == "json" {
            if text.contains("\"panels\"") {
                monitoring.dashboards.items.extend(dashboard::read(&Tree::parse(id, &text), path).map(Arc::new));
            }
        } else if is_template(&text) {
            let why = "templates are not rendered for this";
            let unseen =
                Unresolved { text: path.to_owned(), why: why.into(), at: Place::whole(id), via: None, expected: None };
            monitoring.alerts.unseen.get_or_insert_with(|| Box::new(unseen));
        } else if ["alert:", "\"alert\":", "scrape_configs:"].iter().any(|key| text.contains(key)) {
            let tree = Tree::parse(id, &text);
            let alerts = alert::read(&tree);
            if alerts.is_empty() && text.contains("kind: ConfigMap") && text.contains("- alert:") {
                let why = "what stands in a ConfigMap is not read for this";
                let unseen = Unresolved {
                    text: path.to_owned(),
                    why: why.into(),
                    at: Place::whole(id),
                    via: None,
                    expected: None,
                };
                monitoring.alerts.unseen.get_or_insert_with(|| Box::new(unseen));
            }
            if !is_for_show(path) {
                monitoring.alerts.items.extend(alerts.into_iter().map(Arc::new));
                monitoring.configs.items.extend(scrape::read(&tree, path, sources).map(Arc::new));
            }
        }
    }
    monitoring
}
