//! From a rule file to its parts: closed keys, every mistake with its place, all of them at once.

use std::fmt::Display;

use super::ast::{
    Arity, At, Example, Expectation, LabelSpec, Literal, Lookup, Param, ParamType, RuleSource, Status, UnknownAs,
};
use super::conditions;
use crate::diagnostic::{Problem, nearest};
use crate::finding::{Label, Severity};
use crate::source::Place;
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

const RULE_KEYS: &[&str] = &[
    "rule",
    "since",
    "status",
    "summary",
    "category",
    "severity",
    "why",
    "references",
    "equivalents",
    "aliases",
    "params",
    "target",
    "where",
    "lookup",
    "require",
    "forbid",
    "unknown",
    "message",
    "missing",
    "help",
    "labels",
    "fix",
    "examples",
];

/// The groups of rules.
pub const CATEGORIES: &[&str] =
    &["security", "reliability", "consistency", "supply-chain", "layout", "operations", "correctness"];

/// Reads the pieces of one file and collects what is wrong with them.
pub(crate) struct Loader {
    /// What is wrong so far.
    pub(crate) problems: Vec<Problem>,
}

impl Loader {
    pub(crate) fn new() -> Self {
        Self { problems: Vec::new() }
    }

    pub(crate) fn problem(&mut self, code: &'static str, message: impl Into<String>, place: Place) -> &mut Problem {
        let label = Label { place, text: String::new() };
        self.problems.push(Problem::new(code, message, label));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    /// Reports keys that do not belong into a mapping.
    pub(crate) fn closed(&mut self, node: NodeRef<'_>, what: impl Display, keys: &[&str]) {
        if node.shape() != Shape::Mapping {
            self.problem("rule/shape", format!("{what} is a mapping, not {}", node.type_name()), node.place());
            return;
        }
        for entry in node.entries() {
            if !keys.contains(&entry.key) {
                let help = match nearest(entry.key, keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys of {what} are {}", keys.join(", ")),
                };
                let message = format!("{what} has no key `{}`", entry.key);
                self.problem("rule/unknown-key", message, entry.key_node.place()).help = Some(help);
            }
        }
    }

    pub(crate) fn text(&mut self, node: NodeRef<'_>, what: impl Display) -> Option<At<String>> {
        match node.shape() {
            Shape::Scalar(Scalar::Str(text)) => Some(At::new(text.to_owned(), node.place())),
            Shape::Scalar(Scalar::Int(_) | Scalar::Float(_) | Scalar::Bool(_)) => {
                Some(At::new(node.text().unwrap_or("").to_owned(), node.place()))
            }
            _ => {
                self.problem("rule/type", format!("{what} is text, not {}", node.type_name()), node.place());
                None
            }
        }
    }

    pub(crate) fn required(&mut self, node: NodeRef<'_>, key: &str, what: impl Display) -> Option<At<String>> {
        if let Some(value) = node.get(key) {
            self.text(value, format_args!("`{key}`"))
        } else {
            self.problem("rule/missing-key", format!("{what} needs `{key}`"), node.anchor_place());
            None
        }
    }

    /// Reports what the YAML reader could not make sense of.
    pub(crate) fn syntax(&mut self, tree: &Tree) {
        for problem in &tree.problems {
            let place = Place { file: tree.file(), span: problem.span };
            let related = problem
                .related
                .iter()
                .map(|(span, text)| Label { place: Place { file: tree.file(), span: *span }, text: text.clone() });
            let found = self.problem("rule/syntax", problem.message.clone(), place);
            found.labels.extend(related);
        }
    }

    pub(crate) fn optional(&mut self, node: NodeRef<'_>, key: &str) -> Option<At<String>> {
        let value = node.get(key)?;
        self.text(value, format_args!("`{key}`"))
    }

    pub(crate) fn word<T>(
        &mut self,
        word: &At<String>,
        what: &str,
        words: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let read = read(&word.value);
        if read.is_none() {
            let help = match nearest(&word.value, words.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of {}", words.join(", ")),
            };
            self.problem("rule/word", format!("`{}` is not {what}", word.value), word.place).help = Some(help);
        }
        read
    }

    pub(crate) fn texts(&mut self, node: NodeRef<'_>, key: &str) -> Vec<String> {
        let Some(list) = node.get(key) else { return Vec::new() };
        if list.shape() != Shape::Sequence {
            self.problem("rule/type", format!("`{key}` is a list"), list.place());
        }
        list.items()
            .filter_map(|item| self.text(item, format_args!("an entry of `{key}`")))
            .map(|text| text.value)
            .collect()
    }

    pub(crate) fn literal(&mut self, node: NodeRef<'_>) -> Option<At<Literal>> {
        let value = match node.shape() {
            Shape::Scalar(Scalar::Bool(value)) => Literal::Bool(value),
            Shape::Scalar(Scalar::Int(value)) => Literal::Int(value),
            Shape::Scalar(Scalar::Float(value)) => Literal::Float(value),
            Shape::Scalar(Scalar::Str(value)) => Literal::Str(value.to_owned()),
            Shape::Sequence => Literal::List(node.items().filter_map(|item| self.literal(item)).collect()),
            Shape::Scalar(Scalar::Null) | Shape::Mapping => {
                self.problem("rule/type", format!("{} cannot stand here", node.type_name()), node.place());
                return None;
            }
        };
        Some(At::new(value, node.place()))
    }
}

/// Reads a rule file. Without problems the rule is whole; its conditions are not typed yet. `has_examples` is `false`
/// for a tree that ends before them.
pub(crate) fn rule(tree: &Tree, has_examples: bool) -> (Option<RuleSource>, Vec<Problem>) {
    let mut loader = Loader::new();
    loader.syntax(tree);
    let mut documents = tree.documents();
    let Some(root) = documents.next() else {
        loader.problem("rule/syntax", "the file is empty", Place::whole(tree.file()));
        return (None, loader.problems);
    };
    let rule = read_rule(&mut loader, root, has_examples);
    let whole = loader.problems.is_empty();
    (rule.filter(|_| whole), loader.problems)
}

fn read_rule(loader: &mut Loader, root: NodeRef<'_>, has_examples: bool) -> Option<RuleSource> {
    loader.closed(root, "a rule", RULE_KEYS);
    let id = loader.required(root, "rule", "a rule");
    let since = loader.required(root, "since", "a rule");
    let summary = loader.required(root, "summary", "a rule");
    let category = loader.required(root, "category", "a rule");
    let why = loader.required(root, "why", "a rule");
    let severity = loader.required(root, "severity", "a rule");
    let target = loader.required(root, "target", "a rule");
    let message = loader.required(root, "message", "a rule");
    if let Some(category) = &category {
        loader.word(category, "a category", CATEGORIES, |word| CATEGORIES.contains(&word).then_some(()));
    }
    let severity = severity.and_then(|word| loader.word(&word, "a severity", Severity::WORDS, Severity::from_word));
    let status = match loader.optional(root, "status") {
        Some(word) => loader.word(&word, "a status", &["preview", "stable", "deprecated"], |word| match word {
            "preview" => Some(Status::Preview),
            "stable" => Some(Status::Stable),
            "deprecated" => Some(Status::Deprecated),
            _ => None,
        }),
        None => Some(Status::Preview),
    };
    let unknown = match loader.optional(root, "unknown") {
        Some(word) => {
            loader.word(&word, "what \"cannot tell\" can become", &["ignore", "info", "warn", "fail"], |word| {
                Some(match word {
                    "ignore" => UnknownAs::Ignore,
                    "info" => UnknownAs::Show(Severity::Info),
                    "warn" => UnknownAs::Show(Severity::Warning),
                    "fail" => UnknownAs::Fail,
                    _ => return None,
                })
            })
        }
        None => Some(UnknownAs::Show(Severity::Info)),
    };
    let params = params(loader, root);
    let filter = root.get("where").and_then(|node| conditions::condition(loader, node));
    let lookups = lookups(loader, root);
    let require = requirement(loader, root);
    let labels = labels(loader, root);
    let fixes = super::fix::fixes(loader, root);
    let examples = if has_examples { examples(loader, root) } else { Vec::new() };
    if has_examples {
        super::fix::check_examples(loader, root, &examples);
    }
    Some(RuleSource {
        id: id?,
        since: since?.value,
        status: status?,
        summary: summary?.value,
        category: category?.value,
        severity: severity?,
        why: why?.value,
        references: loader.texts(root, "references"),
        equivalents: loader.texts(root, "equivalents"),
        aliases: loader.texts(root, "aliases"),
        params,
        target: target?,
        filter,
        lookups,
        require: require?,
        unknown: unknown?,
        message: message?,
        missing: loader.optional(root, "missing"),
        help: loader.optional(root, "help"),
        labels,
        fixes,
        examples,
    })
}

fn requirement(loader: &mut Loader, root: NodeRef<'_>) -> Option<super::ast::Condition> {
    match (root.get("require"), root.get("forbid")) {
        (Some(node), None) => conditions::condition(loader, node),
        (None, Some(node)) => {
            let inner = conditions::condition(loader, node)?;
            let place = node.key_place().unwrap_or_else(|| node.place());
            Some(super::ast::Condition { place, form: super::ast::Form::Not(Box::new(inner)), say: None })
        }
        (Some(_), Some(node)) => {
            loader.problem("rule/shape", "a rule has either `require` or `forbid`", node.place());
            None
        }
        (None, None) => {
            loader.problem("rule/missing-key", "a rule needs `require` or `forbid`", root.anchor_place());
            None
        }
    }
}

fn params(loader: &mut Loader, root: NodeRef<'_>) -> Vec<Param> {
    let Some(node) = root.get("params") else { return Vec::new() };
    let mut out = Vec::new();
    for entry in node.entries() {
        let name = At::new(entry.key.to_owned(), entry.key_node.place());
        loader.closed(entry.value, "a parameter", &["type", "of", "like", "default", "min", "max", "doc"]);
        let Some(ty) = loader.required(entry.value, "type", "a parameter") else { continue };
        let Some(doc) = loader.required(entry.value, "doc", "a parameter") else { continue };
        let kind = match ty.value.as_str() {
            "path" if entry.value.get("of").is_some() => {
                let of = loader.required(entry.value, "of", "a path parameter").map(|of| of.value);
                ParamType::Path { of: of.unwrap_or_default() }
            }
            word @ ("value" | "values") => match loader.required(entry.value, "like", "a value parameter") {
                Some(like) if word == "value" => ParamType::Value { like: like.value },
                Some(like) => ParamType::Values { like: like.value },
                None => continue,
            },
            list if list.starts_with("list<") && list.ends_with('>') => {
                ParamType::List(list.get(5..list.len() - 1).unwrap_or("").to_owned())
            }
            other => ParamType::Named(other.to_owned()),
        };
        let bound = |loader: &mut Loader, key: &str| match entry.value.get(key).map(|node| (node.shape(), node.place()))
        {
            Some((Shape::Scalar(Scalar::Int(value)), _)) => Some(value),
            Some((_, place)) => {
                loader.problem("rule/type", format!("`{key}` is an integer"), place);
                None
            }
            None => None,
        };
        let (min, max) = (bound(loader, "min"), bound(loader, "max"));
        let default = entry.value.get("default").and_then(|node| loader.literal(node));
        out.push(Param { name, ty: At::new(kind, ty.place), default, min, max, doc: doc.value });
    }
    out
}

fn lookups(loader: &mut Loader, root: NodeRef<'_>) -> Vec<Lookup> {
    let Some(node) = root.get("lookup") else { return Vec::new() };
    let mut out = Vec::new();
    for entry in node.entries() {
        loader.closed(entry.value, "a lookup", &["kind", "where", "expect"]);
        let kind = loader.required(entry.value, "kind", "a lookup");
        let arity = loader.required(entry.value, "expect", "a lookup").and_then(|word| {
            loader.word(&word, "an arity", &["one", "optional", "many"], |word| match word {
                "one" => Some(Arity::One),
                "optional" => Some(Arity::Optional),
                "many" => Some(Arity::Many),
                _ => None,
            })
        });
        let filter = entry.value.get("where").and_then(|node| conditions::condition(loader, node));
        let (Some(kind), Some(arity)) = (kind, arity) else { continue };
        let name = At::new(entry.key.to_owned(), entry.key_node.place());
        out.push(Lookup { name, kind, filter, arity });
    }
    out
}

fn labels(loader: &mut Loader, root: NodeRef<'_>) -> Vec<LabelSpec> {
    let Some(node) = root.get("labels") else { return Vec::new() };
    node.items()
        .filter_map(|item| {
            loader.closed(item, "a label", &["at", "text"]);
            let at = loader.required(item, "at", "a label")?;
            let text = loader.required(item, "text", "a label")?;
            Some(LabelSpec { at, text })
        })
        .collect()
}

fn examples(loader: &mut Loader, root: NodeRef<'_>) -> Vec<Example> {
    let place = root.get("examples").and_then(NodeRef::key_place).unwrap_or_else(|| root.anchor_place());
    let out: Vec<Example> = root
        .get("examples")
        .map(|node| node.items().collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|item| example(loader, item))
        .collect();
    let fails = |example: &Example| {
        !example.expect.is_empty() || example.files.iter().any(|(_, text)| text.value.contains("#~ "))
    };
    if !out.iter().any(|example| !fails(example)) || !out.iter().any(fails) {
        let what = if out.iter().any(fails) { "passes" } else { "fails" };
        let message = format!("a rule needs an example that {what}");
        let found = loader.problem("rule/examples", message, place);
        found.help = Some("mark the line before a failing one with `#~ rule-id`, or say `expect`".to_owned());
    }
    out
}

fn example(loader: &mut Loader, item: NodeRef<'_>) -> Option<Example> {
    loader.closed(item, "an example", &["name", "files", "params", "expect", "fixed"]);
    let name = loader.required(item, "name", "an example")?;
    let mut files = Vec::new();
    for entry in item.get("files").into_iter().flat_map(NodeRef::entries) {
        if let Some(body) = if entry.value.is_null() {
            Some(At::new(String::new(), entry.key_node.place()))
        } else {
            loader.text(entry.value, "a file")
        } {
            files.push((At::new(entry.key.to_owned(), entry.key_node.place()), body));
        }
    }
    let params = item
        .get("params")
        .into_iter()
        .flat_map(NodeRef::entries)
        .filter_map(|entry| {
            let value = loader.literal(entry.value)?;
            Some((At::new(entry.key.to_owned(), entry.key_node.place()), value))
        })
        .collect();
    let expect = item
        .get("expect")
        .map(|node| node.items().collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|node| {
            loader.closed(node, "an expectation", &["at", "message", "outcome"]);
            let at = loader.required(node, "at", "an expectation")?;
            let message = loader.optional(node, "message").map(|message| message.value);
            let unknown = match loader.optional(node, "outcome") {
                Some(word) => loader.word(&word, "an outcome", &["fail", "unknown"], |word| match word {
                    "fail" => Some(false),
                    "unknown" => Some(true),
                    _ => None,
                })?,
                None => false,
            };
            Some(Expectation { at, message, unknown })
        })
        .collect();
    Some(Example { name, files, params, expect, fixed: super::fix::fixed(loader, item) })
}
