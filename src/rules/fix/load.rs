//! From YAML to the fixes of a rule, and to the files that an example expects after them.

use super::{EditSource, FileText, FixSource};
use crate::finding::Safety;
use crate::rules::ast::{At, Example};
use crate::rules::conditions;
use crate::rules::load::Loader;
use crate::syntax::yaml::{NodeRef, Shape};

/// Reads `fix`.
pub(in crate::rules) fn fixes(loader: &mut Loader, root: NodeRef<'_>) -> Vec<FixSource> {
    let Some(node) = root.get("fix") else { return Vec::new() };
    if node.shape() != Shape::Sequence || node.items().next().is_none() {
        loader.problem("rule/type", "`fix` is a list of ways to mend a finding", node.place());
    }
    node.items().filter_map(|item| fix(loader, item)).collect()
}

fn fix(loader: &mut Loader, item: NodeRef<'_>) -> Option<FixSource> {
    loader.closed(item, "a fix", &["title", "safety", "when", "edits"]);
    let title = loader.required(item, "title", "a fix");
    let safety = loader
        .required(item, "safety", "a fix")
        .and_then(|word| loader.word(&word, "a safety", Safety::WORDS, Safety::from_word));
    let when = match item.get("when") {
        Some(node) => Some(conditions::condition(loader, node)?),
        None => None,
    };
    let Some(list) = item.get("edits").filter(|list| list.items().next().is_some()) else {
        loader.problem("rule/missing-key", "a fix needs `edits`, a list that is not empty", item.anchor_place());
        return None;
    };
    let edits: Vec<Option<EditSource>> = list.items().map(|node| edit(loader, node)).collect();
    // Without it the rule is refused, and the rest of the fix is looked at all the same.
    let safety = safety.unwrap_or(Safety::Unsafe);
    Some(FixSource { title: title?, safety, when, edits: edits.into_iter().collect::<Option<_>>()? })
}

const VERBS: &[&str] = &["set", "append", "remove", "create_file", "insert_section"];

/// What stands beside a verb.
const ARGUMENTS: &[&str] = &["to", "value", "content"];

fn edit(loader: &mut Loader, node: NodeRef<'_>) -> Option<EditSource> {
    let verbs: Vec<_> = node.entries().filter(|entry| VERBS.contains(&entry.key)).collect();
    let [verb] = verbs.as_slice() else {
        let help = format!("use one of {}", VERBS.join(", "));
        if node.shape() == Shape::Mapping {
            loader.closed(node, "an edit", &[VERBS, ARGUMENTS].concat());
        }
        loader.problem("rule/edit", "an edit says one thing to do", node.place()).help = Some(help);
        return None;
    };
    let (key, what) = (verb.key, verb.value);
    let (argument, keys): (&str, &[&str]) = match key {
        "set" => ("to", &["set", "to"]),
        "append" => ("value", &["append", "value"]),
        "remove" => ("", &["remove"]),
        "insert_section" => ("content", &["insert_section", "content"]),
        _ => ("content", &["create_file", "content"]),
    };
    loader.closed(node, format_args!("an edit with `{key}`"), keys);
    if argument == "content" {
        let named = conditions::operand_of(loader, what)?;
        let template = node.get(argument).filter(|content| key == "create_file" && content.shape() == Shape::Mapping);
        if let Some(template) = template {
            loader.closed(template, "a `content`", &["template"]);
            let name = loader.required(template, "template", "a `content`")?;
            return Some(EditSource::Create(named, FileText::Template(name)));
        }
        let content = loader.required(node, argument, format_args!("an edit with `{key}`"))?;
        return Some(match key {
            "create_file" => EditSource::Create(named, FileText::Text(content)),
            _ => EditSource::Section(named, content),
        });
    }
    let path = loader.text(what, format_args!("`{key}`"))?;
    if argument.is_empty() {
        return Some(EditSource::Remove(path));
    }
    let Some(value) = node.get(argument) else {
        let message = format!("an edit with `{key}` needs `{argument}`");
        loader.problem("rule/missing-key", message, node.anchor_place());
        return None;
    };
    let value = conditions::operand_of(loader, value)?;
    Some(if key == "set" { EditSource::Set(path, value) } else { EditSource::Append(path, value) })
}

/// Whether an example shows what a fix leaves, and `fix` stands where rules that are read without their examples have
/// it.
pub(in crate::rules) fn check_examples(loader: &mut Loader, root: NodeRef<'_>, examples: &[Example]) {
    let place_of = |key: &str| root.get(key).and_then(NodeRef::key_place);
    let Some(fix) = place_of("fix") else {
        for (path, _) in examples.iter().filter_map(|example| example.fixed.first()) {
            loader.problem("rule/examples", "the rule has no `fix`", path.place);
        }
        return;
    };
    if place_of("examples").is_some_and(|examples| examples.span.start < fix.span.start) {
        loader.problem("rule/order", "`fix` stands before `examples`", fix);
    }
    if examples.iter().all(|example| example.fixed.is_empty()) {
        let found = loader.problem("rule/examples", "a rule with `fix` needs an example with `fixed`", fix);
        found.help = Some("add `fixed`: the files that the fix changes, with the text it leaves".to_owned());
    }
}

/// Reads `fixed` of an example: path and text.
pub(in crate::rules) fn fixed(loader: &mut Loader, example: NodeRef<'_>) -> Vec<(At<String>, At<String>)> {
    let mut out = Vec::new();
    for entry in example.get("fixed").into_iter().flat_map(NodeRef::entries) {
        if let Some(text) = loader.text(entry.value, "a file") {
            out.push((At::new(entry.key.to_owned(), entry.key_node.place()), text));
        }
    }
    out
}
