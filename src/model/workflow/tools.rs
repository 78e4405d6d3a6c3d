//! Which tools a step runs, told by the action it uses or by the command line.

use super::command::Command;

/// Actions and the tool that they run. The names are those under which the makers publish them.
const ACTIONS: &[(&str, &str)] = &[
    ("aquasecurity/trivy-action", "trivy"),
    ("aquasecurity/setup-trivy", "trivy-setup"),
    ("crazy-max/ghaction-container-scan", "trivy"),
    ("anchore/scan-action", "grype"),
    ("docker/scout-action", "scout"),
    ("snyk/actions", "snyk"),
    ("returntocorp/semgrep-action", "semgrep"),
    ("semgrep/semgrep-action", "semgrep"),
    ("github/codeql-action/analyze", "codeql"),
    ("pypa/gh-action-pip-audit", "pip-audit"),
    ("pyupio/safety-action", "safety"),
    ("pycqa/bandit-action", "bandit"),
    ("securego/gosec", "gosec"),
    ("golang/govulncheck-action", "govulncheck"),
    ("google/osv-scanner-action", "osv-scanner"),
    ("gitleaks/gitleaks-action", "gitleaks"),
    ("trufflesecurity/trufflehog", "trufflehog"),
    ("actions/dependency-review-action", "dependency-review"),
    ("bridgecrewio/checkov-action", "checkov"),
    ("hadolint/hadolint-action", "hadolint"),
    ("sysdiglabs/scan-action", "sysdig"),
    ("azure/container-scan", "trivy"),
    ("rustsec/audit-check", "cargo-audit"),
    ("actions-rust-lang/audit", "cargo-audit"),
];

/// Programs that are tools of their own name.
const PROGRAMS: &[&str] = &[
    "trivy",
    "grype",
    "snyk",
    "semgrep",
    "bandit",
    "safety",
    "pip-audit",
    "gosec",
    "govulncheck",
    "osv-scanner",
    "gitleaks",
    "trufflehog",
    "checkov",
    "hadolint",
    "cargo-audit",
    "codeql",
    "clair",
    "clairctl",
    "dockle",
];

/// The tool that an action runs.
pub(super) fn of_action(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    ACTIONS
        .iter()
        .find(|(action, _)| lower.strip_prefix(action).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        .map(|(_, tool)| *tool)
        .or_else(|| named_after(&lower))
}

/// The tool that an action is called after, as `./.github/actions/bandit-scan` is.
fn named_after(action: &str) -> Option<&'static str> {
    let (_, last) = action.rsplit_once(".github/actions/")?;
    let words = || last.split(['-', '_', '/']);
    if words().any(|word| matches!(word, "setup" | "install" | "cache")) {
        return None;
    }
    let known = |word: &str| PROGRAMS.iter().chain(&["scout"]).find(|program| **program == word).copied();
    words().find_map(known)
}

/// The tool that a command runs, looked for in containers and runners of packages too.
pub(super) fn of_command(command: &Command) -> Option<&'static str> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["npm" | "pnpm" | "yarn", "audit", ..] | ["yarn", "npm", "audit", ..] => return Some("npm-audit"),
        ["docker", "scout", ..] => return Some("scout"),
        ["cargo", "audit" | "deny", ..] => return Some("cargo-audit"),
        ["gh", "codeql", ..] => return Some("codeql"),
        _ => {}
    }
    let program = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        let name = name.split(['@', ':']).next().unwrap_or(name);
        PROGRAMS.iter().find(|program| **program == name).copied()
    };
    match words.as_slice() {
        ["docker" | "podman", "run", rest @ ..] => rest.iter().find_map(|word| program(word)),
        ["npx" | "pipx" | "uvx" | "uv" | "poetry" | "python" | "python3" | "pnpm" | "bunx", rest @ ..] => {
            rest.iter().take(4).find_map(|word| program(word))
        }
        [first, ..] => program(first),
        [] => None,
    }
}

/// Actions that deploy.
const DEPLOY_ACTIONS: &[&str] = &[
    "azure/k8s-deploy",
    "azure/webapps-deploy",
    "google-github-actions/deploy-cloudrun",
    "aws-actions/amazon-ecs-deploy-task-definition",
    "digitalocean/app_action",
    "superfly/flyctl-actions",
    "deliverybot/helm",
];

/// Whether a step that uses an action deploys.
pub(super) fn action_deploys(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit('/').next().unwrap_or(&lower);
    let is_for_pages = ["pages", "docs", "preview", "site", "storybook"].iter().any(|word| last.contains(word));
    DEPLOY_ACTIONS.iter().any(|action| lower.starts_with(action))
        || (lower.starts_with('.') || lower.starts_with("github/actions")) && last.contains("deploy") && !is_for_pages
}

/// Whether a command deploys.
pub(super) fn is_deployment(command: &Command) -> bool {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let dry = words.iter().any(|word| word.starts_with("--dry-run"));
    let verbs = |wanted: &[&str]| words.iter().skip(1).any(|word| wanted.contains(word));
    !dry && match words.first().copied().unwrap_or("") {
        "helm" => verbs(&["upgrade", "install"]) && !verbs(&["plugin", "unittest", "repo"]),
        "kubectl" | "oc" => {
            verbs(&["apply", "replace"])
                || (verbs(&["set"]) && verbs(&["image"]))
                || (verbs(&["rollout"]) && verbs(&["restart"]))
        }
        "argocd" => verbs(&["app"]) && verbs(&["sync", "set"]),
        "flux" => verbs(&["reconcile"]),
        "kustomize" => verbs(&["edit"]) && verbs(&["image"]),
        "docker" => verbs(&["stack"]) && verbs(&["deploy"]),
        "gcloud" => verbs(&["run", "app"]) && verbs(&["deploy"]),
        "aws" => verbs(&["update-service", "create-deployment", "update-function-code"]),
        "cf" | "cf7" | "cf8" => verbs(&["push"]),
        // `npm run cdk -- deploy` and `npx cdk deploy` of AWS.
        "bunx" | "cdk" | "npm" | "npx" | "pnpm" | "poetry" | "uv" | "yarn" => {
            verbs(&["deploy"]) && words.contains(&"cdk")
        }
        "flyctl" | "fly" | "vercel" | "netlify" | "serverless" | "sls" => verbs(&["deploy"]),
        _ => false,
    }
}

/// Whether a command starts a cluster that ends with the job, on which nothing is deployed for anybody.
pub(super) fn is_local_cluster(command: &Command) -> bool {
    let text = command.text.as_str();
    let lower = text.to_ascii_lowercase();
    // Scripts that make such a cluster carry its name.
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    if words.filter(|word| matches!(*word, "kind" | "minikube" | "k3d" | "k3s" | "microk8s")).count() > 0 {
        return true;
    }
    ["kind create", "minikube start", "k3d cluster create", "k3d create", "ct install", "kind load", "microk8s"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// Whether an action starts such a cluster.
pub(super) fn action_is_local_cluster(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["kind-action", "setup-kind", "setup-minikube", "k3d-action", "setup-k3d", "action-k3s", "setup-k8s"]
        .iter()
        .any(|part| lower.contains(part))
}

/// Whether a command takes a deployment back, or does so by itself where it fails.
pub(super) fn is_rollback(command: &Command) -> bool {
    let has = |wanted: &str| command.words.iter().any(|word| word == wanted || word.starts_with(&format!("{wanted}=")));
    match command.name.as_str() {
        "helm" => has("rollback") || has("--atomic") || has("--rollback-on-failure"),
        "kubectl" | "oc" => has("rollout") && has("undo"),
        "argocd" => has("rollback"),
        _ => false,
    }
}
