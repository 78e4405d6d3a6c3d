//! Findings of the readers themselves: values of the wrong type, keys that stand twice, text that a tool refuses.

use std::collections::BTreeSet;

use super::plan::Plan;
use super::stand::Stand;
use crate::finding::{Finding, Label, Outcome, Reach, RuleInfo, Severity, Target};
use crate::model::repo::{Repo, Trouble, TroubleKind};
use crate::model::schema::{Node, Slot, View};
use crate::model::service::Service;
use crate::source::{Place, Sources};

/// One of these rules.
pub(super) struct Own {
    pub(super) id: &'static str,
    severity: Severity,
    category: &'static str,
    summary: &'static str,
    why: &'static str,
    /// Ids of other tools' rules.
    equivalents: &'static [&'static str],
}

/// The rules that no file holds: the readers report what makes a file mean something else than it says.
pub(super) const RULES: &[Own] = &[
    Own {
        id: WRONG_TYPE,
        severity: Severity::Error,
        category: "correctness",
        summary: "every field has a value of its type",
        why: "The tool that reads the file refuses a value of the wrong type, or takes it for something else.",
        equivalents: &[
            "hadolint:DL3011",
            "buildkit:ExposeInvalidFormat",
            "trivy:DS-0008",
            "kics:unix_ports_out_of_range",
        ],
    },
    Own {
        id: DUPLICATE_KEY,
        severity: Severity::Error,
        category: "correctness",
        summary: "no key stands twice in one mapping",
        why: "Some tools refuse the file, others drop one of the two values without a word.",
        equivalents: &[],
    },
    Own {
        id: REFUSED,
        severity: Severity::Error,
        category: "correctness",
        summary: "docker compose accepts the project",
        why: "A project that compose refuses does not start.",
        equivalents: &["dclint:invalid-schema", "composelint:spec-schema"],
    },
    Own {
        id: UNRENDERABLE,
        severity: Severity::Error,
        category: "correctness",
        summary: "helm renders the chart",
        why: "A chart with a template that does not render cannot be installed.",
        equivalents: &[],
    },
    Own {
        id: SUSPICIOUS,
        severity: Severity::Warning,
        category: "correctness",
        summary: "the file says what it seems to say",
        why: "The tool accepts the text and makes something else of it than a reader would.",
        equivalents: &[],
    },
    Own {
        id: UNEXPLAINED,
        severity: Severity::Warning,
        category: "operations",
        summary: "every suppression says why",
        why: "Nobody can tell later whether what it covers is still right; without a reason it does not count.",
        equivalents: &["hadolint:DL1001", "tally:require-reason", "compose-lint:reason"],
    },
];

const WRONG_TYPE: &str = "value-type";
const DUPLICATE_KEY: &str = "duplicate-key";
const SUSPICIOUS: &str = "suspicious-syntax";
const REFUSED: &str = "compose-refuses";
const UNEXPLAINED: &str = "suppression-reason";
const UNRENDERABLE: &str = "helm-refuses";

/// What reports need to know of one of these rules.
pub(super) fn info(id: &str) -> Option<RuleInfo> {
    RULES.iter().find(|rule| rule.id == id).map(|rule| RuleInfo {
        id: rule.id.to_owned(),
        summary: rule.summary.to_owned(),
        why: rule.why.to_owned(),
        help: None,
        severity: rule.severity,
        category: rule.category.to_owned(),
        equivalents: rule.equivalents.iter().map(|id| (*id).to_owned()).collect(),
    })
}

/// What these rules are, in the order of their table.
#[must_use]
pub fn all() -> Vec<RuleInfo> {
    RULES.iter().filter_map(|rule| info(rule.id)).collect()
}

/// Values of the wrong type in a service.
pub(super) fn wrong_values(sources: &Sources, service: &Service) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut seen: BTreeSet<(Place, Vec<Place>)> = BTreeSet::new();
    let stand = Stand::new(sources, service);
    for (node, object) in service.judged_nodes() {
        wrong_types(node, node, &mut |top, (found, expected, at)| {
            let message = format!("{found} stands where {expected} should");
            let label = format!("expected {expected}");
            let target = Target { kind: top.def().name.to_owned(), name: top.label() };
            let mut finding = finding(WRONG_TYPE, &service.root.0, target, message, at, label);
            stand.reach(top, object, &mut finding);
            // The same text can be the value of several fields, such as a minimum that follows from it; where one
            // object silences it, it stays for the others.
            if seen.insert((at, finding.reach.silenced_by(WRONG_TYPE).collect())) {
                out.push(finding);
            }
        });
    }
    out
}

/// Leaves out values of the wrong type where it is told why compose refuses the same text: one mistake is one finding.
pub(super) fn forget_followers(findings: &mut Vec<Finding>) {
    let place = |finding: &Finding| finding.primary.place;
    let refused: BTreeSet<Place> = findings.iter().filter(|finding| finding.rule == REFUSED).map(place).collect();
    findings.retain(|finding| finding.rule != WRONG_TYPE || !refused.contains(&place(finding)));
}

/// The finding of a trouble in a file.
pub(super) fn trouble(sources: &Sources, service: &str, trouble: &Trouble) -> Finding {
    let rule = match trouble.kind {
        TroubleKind::DuplicateKey => DUPLICATE_KEY,
        TroubleKind::Suspicious => SUSPICIOUS,
        TroubleKind::Refused => REFUSED,
        TroubleKind::Unrenderable => UNRENDERABLE,
    };
    let path = sources.get(trouble.place.file).path.clone();
    let target = Target { kind: trouble.artifact.to_owned(), name: path };
    let mut found = finding(rule, service, target, trouble.message.clone(), trouble.place, String::new());
    found.help.clone_from(&trouble.help);
    found.related.clone_from(&trouble.related);
    found.evidence = sources.slice(trouble.place).chars().take(80).collect();
    found
}

/// The finding of a suppression that says no reason, with the service that it belongs to: the one whose file it stands
/// in, else the first of those that are judged.
pub(super) fn unexplained(repo: &Repo, plan: &Plan, at: Place) -> Option<Finding> {
    let path = repo.sources.get(at.file).path.clone();
    let judged = || repo.heads.iter().enumerate().filter(|(index, _)| plan.is_judged(*index));
    let (index, head) = judged().find(|(_, head)| head.owns_path(&path)).or_else(|| judged().next())?;
    let target = Target { kind: "repo.file".to_owned(), name: path };
    let message = "a suppression without a reason does not count".to_owned();
    let mut found = finding(UNEXPLAINED, &head.root, target, message, at, String::new());
    found.help = Some("write the reason behind the bracket".to_owned());
    found.evidence = repo.sources.slice(at).chars().take(80).collect();
    Some(weighed(found, plan, index))
}

/// The finding with the severity that the configuration gives it.
pub(super) fn weighed(mut finding: Finding, plan: &Plan, service: usize) -> Finding {
    finding.severity = plan.severity_of(service, &finding.rule).unwrap_or(finding.severity);
    finding
}

fn finding(rule: &str, service: &str, target: Target, message: String, at: Place, label: String) -> Finding {
    let severity = RULES.iter().find(|own| own.id == rule).map_or(Severity::Error, |own| own.severity);
    Finding {
        rule: rule.to_owned(),
        clauses: [].into(),
        severity,
        outcome: Outcome::Fail,
        service: service.to_owned(),
        target,
        evidence: message.clone(),
        message,
        help: None,
        primary: Label { place: at, text: label },
        related: Vec::new(),
        fingerprint: String::new(),
        fixes: Vec::new(),
        reach: Reach::default(),
        suppressed: None,
    }
}

/// What stands there, what should, and where.
type Wrong<'m> = (&'m str, &'m str, Place);

/// Visits every value of the wrong type below a node.
fn wrong_types<'m>(top: &'m dyn Node, node: &'m dyn Node, visit: &mut dyn FnMut(&'m dyn Node, Wrong<'m>)) {
    for index in 0..node.def().fields.len() {
        slot(top, node.slot(index), visit);
    }
}

fn slot<'m>(top: &'m dyn Node, value: Slot<'m>, visit: &mut dyn FnMut(&'m dyn Node, Wrong<'m>)) {
    match value {
        Slot::Malformed(malformed) => visit(top, (&malformed.found, &malformed.expected, malformed.at)),
        Slot::Known(View::Node(node), _) => wrong_types(top, node, visit),
        Slot::Known(View::List(list), _) => {
            if let Some(unseen) = list.unseen()
                && let Some(expected) = unseen.expected
            {
                visit(top, (&unseen.text, expected, unseen.at));
            }
            for index in 0..list.len() {
                if let Some(element) = list.get(index) {
                    slot(top, element, visit);
                }
            }
        }
        Slot::Known(..) | Slot::Absent(_) | Slot::Unresolved(_) => {}
    }
}
