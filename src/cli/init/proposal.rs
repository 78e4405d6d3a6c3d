//! What `init` found, as a plan for people and as the text of a configuration.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::overlays::Set;

/// What there is to put into a configuration.
pub(super) struct Proposal {
    /// Roots with the standard that is detected and what they consist of.
    pub(super) services: Vec<(String, &'static str, String)>,
    /// Compose files that form one project.
    pub(super) sets: Vec<Set>,
    /// Charts with the values files that commands name for them.
    pub(super) charts: Vec<(String, Vec<String>)>,
}

/// What to do with a configuration.
pub(super) const NEXT: &str = "
Then
  svclint config show     every setting and where it comes from
  svclint check           the findings; known exceptions go under `waivers`, with their reason

Before each commit, in .pre-commit-config.yaml:
    - repo: https://github.com/svclint/svclint
      rev: v0.1.0
      hooks: [{ id: svclint }]

In CI:
    svclint check --format github --output sarif=svclint.sarif
";

/// Services that the plan names; more are counted.
const MAX_SHOWN: usize = 30;

impl Proposal {
    /// What was found.
    pub(super) fn plan(&self) -> String {
        let mut out = format!("{} found:\n", counted(self.services.len(), "service"));
        let widest = self.services.iter().map(|(root, ..)| root.chars().count()).max().unwrap_or(0).min(50);
        for (root, standard, kinds) in self.services.iter().take(MAX_SHOWN) {
            // Writing to a string does not fail.
            _ = writeln!(out, "  {:widest$}  {standard:11}  {kinds}", plain(root));
        }
        if self.services.len() > MAX_SHOWN {
            _ = writeln!(out, "  and {} more", self.services.len() - MAX_SHOWN);
        }
        if !self.sets.is_empty() {
            out.push_str("\nCompose files that are laid over one another:\n");
        }
        for set in &self.sets {
            _ = writeln!(out, "  {}: {}  ({})", plain(&set.name), plain(&set.files.join(" + ")), plain(&set.why));
        }
        if !self.charts.is_empty() {
            out.push_str("\nCharts with values files that commands name:\n");
        }
        for (chart, values) in &self.charts {
            _ = writeln!(out, "  {}: {}", plain(chart), plain(&values.join(", ")));
        }
        out
    }

    /// The text of the configuration.
    pub(super) fn file(&self) -> String {
        let mut out =
            String::from("# How svclint judges this repository. Paths count from the directory of this file.\n\n");
        let detected: BTreeSet<&str> = self.services.iter().map(|(_, standard, _)| *standard).collect();
        match detected.iter().collect::<Vec<_>>()[..] {
            [only] => {
                out.push_str("# `svclint standards` lists what there is. Without this the standard of each service is detected.\n");
                _ = writeln!(out, "standards: [{only}]\n");
            }
            _ => out.push_str(
                "# The standard of each service is detected; name some here to have them apply to all.\n# standards: [recommended]\n\n",
            ),
        }
        out.push_str(
            "services:\n  # Every directory that builds or describes something; or globs: [services/*].\n  discover: auto\n  # What is different for some, by their directory.\n  # overrides:\n  #   services/legacy-*:\n  #     standards: [recommended]\n\n",
        );
        if !self.sets.is_empty() {
            out.push_str("# Compose files that form one project, as `docker compose -f … -f …` lays them over one another.\ncompose:\n");
            for set in &self.sets {
                let files: Vec<String> = set.files.iter().map(|file| scalar(file)).collect();
                _ = writeln!(out, "  {}: [{}]", scalar(&set.name), files.join(", "));
            }
            out.push('\n');
        }
        if !self.charts.is_empty() {
            out.push_str(
                "# The values files that each chart is rendered with, one after the other, besides its own.\ncharts:\n",
            );
            for (chart, values) in &self.charts {
                let values: Vec<String> = values.iter().map(|file| scalar(file)).collect();
                _ = writeln!(out, "  {}: [{}]", scalar(chart), values.join(", "));
            }
            out.push('\n');
        }
        out.push_str(REST);
        out
    }
}

const REST: &str = "# Parameters and severities of rules, as `svclint rules` and `svclint standards show` name them.
# params:
#   dockerfile-user-id: { uid: 65532 }
# severity:
#   compose-image-tag: warning

# What need not be met, where, why, and until when.
# waivers:
#   - rule: compose-privileged
#     paths: [services/gpu]
#     reason: the driver needs the device
#     until: 2027-03-31

# Left out besides what `.gitignore` names.
# ignore: [legacy/]

# error, warning, info or never.
fail_on: error
";

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Text for a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// A YAML scalar, quoted where it has to be.
fn scalar(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_safe);
    if is_word && crate::syntax::yaml::is_plain_string(text) {
        text.to_owned()
    } else {
        serde_json::json!(text).to_string()
    }
}
