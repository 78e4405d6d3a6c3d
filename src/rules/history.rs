//! The history of a rule: former ids, why it is on its way out, and what changed since it came.

use super::ast::{At, Change, Deprecation, Effect, Status};
use super::load::Loader;
use crate::finding::Severity;
use crate::source::Place;
use crate::syntax::yaml::NodeRef;

/// What a rule file says of its own history.
pub(super) struct History {
    pub(super) aliases: Vec<At<String>>,
    pub(super) deprecated: Option<Deprecation>,
    pub(super) changes: Vec<Change>,
}

/// Reads the keys about the history. `id` is the rule's.
pub(super) fn read(loader: &mut Loader, root: NodeRef<'_>, id: Option<&At<String>>) -> History {
    History {
        aliases: aliases(loader, root, id),
        deprecated: deprecated(loader, root, id),
        changes: changes(loader, root),
    }
}

/// The former ids that a rule gives.
pub(crate) fn aliases(loader: &mut Loader, root: NodeRef<'_>, id: Option<&At<String>>) -> Vec<At<String>> {
    let mut out: Vec<At<String>> = Vec::new();
    for item in loader.items(root, "aliases") {
        let Some(alias) = loader.text(item, "an entry of `aliases`") else { continue };
        if id.is_some_and(|id| id.value == alias.value) || out.iter().any(|other| other.value == alias.value) {
            let message = format!("`{}` stands for this rule already", alias.value);
            loader.problem("rule/alias-clash", message, alias.place).help = Some("leave it out".to_owned());
        }
        out.push(alias);
    }
    out
}

fn deprecated(loader: &mut Loader, root: NodeRef<'_>, id: Option<&At<String>>) -> Option<Deprecation> {
    let node = root.get("deprecated")?;
    loader.closed(node, "`deprecated`", &["since", "use", "why"]);
    let since = version(loader, node, "since", "`deprecated`");
    let why = loader.required(node, "why", "`deprecated`");
    let instead = loader.optional(node, "use");
    if let (Some(instead), Some(id)) = (&instead, id)
        && instead.value == id.value
    {
        let message = format!("`{}` cannot take its own place", id.value);
        loader.problem("rule/deprecated", message, instead.place);
    }
    Some(Deprecation { since: since?, instead, why: why?.value })
}

/// Checks that what a rule says of its end agrees: a rule on its way out fails no run by itself.
pub(super) fn agrees(loader: &mut Loader, root: NodeRef<'_>, status: Option<Status>, severity: Option<Severity>) {
    let place = |key: &str| root.get(key).map_or_else(|| root.anchor_place(), NodeRef::place);
    match (status, root.get("deprecated")) {
        (Some(Status::Deprecated), None) => {
            loader.problem("rule/deprecated", "a deprecated rule says since when and why", place("status")).help =
                Some("add `deprecated: { since, use, why }`".to_owned());
        }
        (Some(Status::Preview | Status::Stable), Some(node)) => {
            let at: Place = node.key_place().unwrap_or_else(|| node.place());
            loader.problem("rule/deprecated", "the status of this rule is another one", at).help =
                Some("write `status: deprecated`".to_owned());
        }
        _ => {}
    }
    if status == Some(Status::Deprecated) && severity == Some(Severity::Error) {
        let message = "a deprecated rule is no error where no standard says so";
        loader.problem("rule/deprecated", message, place("severity")).help =
            Some("make it `warning` or `info`".to_owned());
    }
}

fn changes(loader: &mut Loader, root: NodeRef<'_>) -> Vec<Change> {
    let mut out = Vec::new();
    let mut last: Option<[u64; 3]> = root.get("since").and_then(NodeRef::text).and_then(numbers);
    for item in loader.items(root, "changes") {
        loader.closed(item, "a change", &["in", "what", "effect"]);
        let at = version(loader, item, "in", "a change");
        let what = loader.required(item, "what", "a change");
        let effect = loader
            .required(item, "effect", "a change")
            .and_then(|word| loader.word(&word, "an effect", Effect::WORDS, Effect::from_word));
        let (Some(at), Some(what), Some(effect)) = (at, what, effect) else { continue };
        let place = item.get("in").map_or_else(|| item.anchor_place(), NodeRef::place);
        let read = numbers(&at);
        if let (Some(last), Some(read)) = (last, read)
            && read < last
        {
            let message = format!("{at} came before what stands above");
            loader.problem("rule/changes", message, place).help = Some("the oldest change stands first".to_owned());
        }
        if effect == Effect::More && read.is_some_and(|[_, _, patch]| patch > 0) {
            loader.problem("rule/changes", "what makes more findings waits for a minor release", place).help =
                Some("end the version in `.0`".to_owned());
        }
        last = read.or(last);
        out.push(Change { version: at, what: what.value, effect });
    }
    out
}

/// A required key that is a version of three numbers.
pub(crate) fn version(loader: &mut Loader, node: NodeRef<'_>, key: &str, what: &str) -> Option<String> {
    let text = loader.required(node, key, what)?;
    if numbers(&text.value).is_none() {
        let message = format!("`{}` is not a version", text.value);
        loader.problem("rule/version", message, text.place).help = Some("write three numbers: 1.2.0".to_owned());
        return None;
    }
    Some(text.value)
}

/// The three numbers of a version.
pub(crate) fn numbers(version: &str) -> Option<[u64; 3]> {
    let parts: Vec<u64> = version.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    parts.try_into().ok()
}
