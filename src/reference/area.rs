//! The areas of rules: the directories of `rules/`.

use crate::standard::library::Library;

/// The area of a rule.
pub(super) fn of<'l>(library: &'l Library, rule: &str) -> &'l str {
    library.rule_path(rule).and_then(|path| path.rsplit('/').nth(1)).unwrap_or("rules")
}

/// What the rules of an area look at. An area without a line of its own is called by its name.
pub(super) fn title(area: &str) -> String {
    match area {
        "atonix" => "atonix.yaml".into(),
        "compose" => "Compose files".into(),
        "consistency" => "Agreement between artifacts".into(),
        "dependencies" => "Dependency manifests".into(),
        "dockerfile" => "Dockerfiles".into(),
        "k8s" => "Kubernetes manifests".into(),
        "layout" => "Layout of the repository".into(),
        "markdown" => "Markdown documents".into(),
        "terraform" => "Terraform".into(),
        "workflow" => "Workflows of GitHub Actions".into(),
        other => other.to_owned(),
    }
}
