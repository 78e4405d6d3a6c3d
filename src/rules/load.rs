//! From a rule file to its parts: closed keys, every mistake with its place, all of them at once.

use std::fmt::Display;

use super::ast::{
    Arity, At, Example, Expectation, LabelSpec, Literal, Lookup, Param, ParamType, RuleSource, Status, Together,
    UnknownAs,
};
use super::{conditions, keys};
use crate::diagnostic::{Problem, nearest};
use crate::finding::{Label, Severity};
use crate::source::Place;
use crate::syntax::yaml::{Entry, NodeRef, Scalar, Shape, Tree};

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

    /// The text of a key that has to be there and to say something.
    pub(crate) fn required(&mut self, node: NodeRef<'_>, key: &str, what: impl Display) -> Option<At<String>> {
        if let Some(value) = node.get(key) {
            let text = self.text(value, format_args!("`{key}`"))?;
            if text.value.trim().is_empty() {
                self.problem("rule/empty", format!("`{key}` says nothing"), text.place);
            }
            Some(text)
        } else {
            if !self.is_told(node, Some(key)) {
                self.problem("rule/missing-key", format!("{what} needs `{key}`"), node.anchor_place());
            }
            None
        }
    }

    /// Whether a key of a mapping was told to be unknown; with `near`, one that was meant to be that.
    pub(crate) fn is_told(&self, node: NodeRef<'_>, near: Option<&str>) -> bool {
        node.entries().any(|entry| {
            let place = entry.key_node.place();
            let told = |problem: &Problem| {
                problem.code == "rule/unknown-key" && problem.labels.first().is_some_and(|label| label.place == place)
            };
            near.is_none_or(|near| nearest(entry.key, [near]).is_some()) && self.problems.iter().any(told)
        })
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

    /// The items of a key; none where it is not there.
    pub(crate) fn items<'t>(&mut self, node: NodeRef<'t>, key: &str) -> Vec<NodeRef<'t>> {
        let Some(list) = node.get(key) else { return Vec::new() };
        if list.shape() != Shape::Sequence {
            self.problem("rule/shape", format!("`{key}` is a list, not {}", list.type_name()), list.place());
        }
        list.items().collect()
    }

    /// The entries of a key; none where it is not there.
    pub(crate) fn entries<'t>(&mut self, node: NodeRef<'t>, key: &str) -> Vec<Entry<'t>> {
        let Some(mapping) = node.get(key) else { return Vec::new() };
        if mapping.shape() != Shape::Mapping {
            let message = format!("`{key}` is a mapping, not {}", mapping.type_name());
            self.problem("rule/shape", message, mapping.place());
        }
        mapping.entries().collect()
    }

    pub(crate) fn texts(&mut self, node: NodeRef<'_>, key: &str) -> Vec<String> {
        let items = self.items(node, key).into_iter();
        items.filter_map(|item| self.text(item, format_args!("an entry of `{key}`"))).map(|text| text.value).collect()
    }

    /// `true` or `false`; `None` where the key is not there or is something else.
    pub(crate) fn flag(&mut self, node: NodeRef<'_>, key: &str) -> Option<bool> {
        let value = node.get(key)?;
        let Shape::Scalar(Scalar::Bool(flag)) = value.shape() else {
            self.problem("rule/type", format!("`{key}` is `true` or `false`"), value.place());
            return None;
        };
        Some(flag)
    }

    /// Reports documents behind the first, which nothing would read.
    pub(crate) fn single<'t>(&mut self, tree: &'t Tree, what: &str) -> Option<NodeRef<'t>> {
        let mut documents = tree.documents();
        let first = documents.next();
        if first.is_none() {
            self.problem("rule/syntax", "the file is empty", Place::whole(tree.file()));
        }
        if let Some(second) = documents.next() {
            let message = format!("a file holds one {what}, and this is a second document");
            self.problem("rule/syntax", message, second.anchor_place());
        }
        first
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

/// Reads a rule file. With problems the rule is not whole and only there to look for more of them; its conditions are
/// not typed yet. `has_examples` is `false` for a tree that ends before them.
pub(crate) fn rule(tree: &Tree, has_examples: bool) -> (Option<RuleSource>, Vec<Problem>) {
    let mut loader = Loader::new();
    loader.syntax(tree);
    let Some(root) = loader.single(tree, "rule") else { return (None, loader.problems) };
    let rule = read_rule(&mut loader, root, has_examples);
    (rule, loader.problems)
}

fn read_rule(loader: &mut Loader, root: NodeRef<'_>, has_examples: bool) -> Option<RuleSource> {
    loader.closed(root, "a rule", keys::RULE);
    let id = loader.required(root, "rule", "a rule");
    let since = super::history::version(loader, root, "since", "a rule");
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
        Some(word) => loader.word(&word, "a status", keys::STATUSES, |word| match word {
            "preview" => Some(Status::Preview),
            "stable" => Some(Status::Stable),
            "deprecated" => Some(Status::Deprecated),
            _ => None,
        }),
        None => Some(Status::Preview),
    };
    let unknown = match loader.optional(root, "unknown") {
        Some(word) => loader.word(&word, "what \"cannot tell\" can become", keys::UNKNOWN, |word| {
            Some(match word {
                "ignore" => UnknownAs::Ignore,
                "info" => UnknownAs::Show(Severity::Info),
                "warn" => UnknownAs::Show(Severity::Warning),
                "fail" => UnknownAs::Fail,
                _ => return None,
            })
        }),
        None => Some(UnknownAs::Show(Severity::Info)),
    };
    super::history::agrees(loader, root, status, severity);
    let history = super::history::read(loader, root, id.as_ref());
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
    let nothing = || At::new(String::new(), root.anchor_place());
    let said = |text: Option<At<String>>| text.map(|text| text.value).unwrap_or_default();
    Some(RuleSource {
        id: id.unwrap_or_else(nothing),
        since: since.unwrap_or_default(),
        status: status.unwrap_or(Status::Preview),
        summary: said(summary),
        category: said(category),
        severity: severity.unwrap_or(Severity::Error),
        why: said(why),
        references: references(loader, root),
        equivalents: loader.texts(root, "equivalents"),
        aliases: history.aliases,
        deprecated: history.deprecated,
        changes: history.changes,
        params,
        target: target?,
        filter,
        lookups,
        require: require?,
        unknown: unknown.unwrap_or(UnknownAs::Fail),
        unknown_at: root.get("unknown").map(NodeRef::place),
        message: message.unwrap_or_else(nothing),
        missing: loader.optional(root, "missing"),
        help: loader.optional(root, "help"),
        labels,
        fixes,
        examples,
    })
}

fn references(loader: &mut Loader, root: NodeRef<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for item in loader.items(root, "references") {
        let Some(text) = loader.text(item, "an entry of `references`") else { continue };
        if !text.value.starts_with("https://") {
            let message = format!("`{}` is no address that begins with https://", text.value);
            let help = text.value.strip_prefix("http://").map(|rest| format!("write https://{rest}"));
            loader.problem("rule/reference", message, text.place).help = help;
        }
        out.push(text.value);
    }
    out
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
            if !loader.is_told(root, Some("require")) && !loader.is_told(root, Some("forbid")) {
                loader.problem("rule/missing-key", "a rule needs `require` or `forbid`", root.anchor_place());
            }
            None
        }
    }
}

fn params(loader: &mut Loader, root: NodeRef<'_>) -> Vec<Param> {
    let mut out = Vec::new();
    for entry in loader.entries(root, "params") {
        let name = At::new(entry.key.to_owned(), entry.key_node.place());
        loader.closed(entry.value, "a parameter", keys::PARAM);
        if entry.value.shape() != Shape::Mapping {
            continue;
        }
        let Some(ty) = loader.required(entry.value, "type", "a parameter") else { continue };
        let doc = loader.required(entry.value, "doc", "a parameter").map(|doc| doc.value).unwrap_or_default();
        // What a type depends on is named apart from it.
        let of = entry.value.get("of").or_else(|| entry.value.get("like")).map_or(ty.place, NodeRef::place);
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
        let optional = loader.flag(entry.value, "optional").unwrap_or(false);
        let together = loader
            .optional(entry.value, "together")
            .and_then(|word| loader.word(&word, "a way to combine values", Together::WORDS, Together::from_word));
        out.push(Param { name, ty: At::new(kind, of), default, min, max, optional, together, doc });
    }
    out
}

fn lookups(loader: &mut Loader, root: NodeRef<'_>) -> Vec<Lookup> {
    let mut out = Vec::new();
    for entry in loader.entries(root, "lookup") {
        loader.closed(entry.value, "a lookup", keys::LOOKUP);
        if entry.value.shape() != Shape::Mapping {
            continue;
        }
        let kind = loader.required(entry.value, "kind", "a lookup");
        let expect = loader.required(entry.value, "expect", "a lookup");
        let arity = expect.as_ref().and_then(|word| loader.word(word, "an arity", Arity::WORDS, Arity::from_word));
        // What is misspelt keeps the rule from running, and is read on as what it is most like.
        let meant = || nearest(&expect.as_ref()?.value, Arity::WORDS.iter().copied()).and_then(Arity::from_word);
        let arity = arity.or_else(meant).unwrap_or(Arity::Optional);
        let filter = entry.value.get("where").and_then(|node| conditions::condition(loader, node));
        let Some(kind) = kind else { continue };
        let name = At::new(entry.key.to_owned(), entry.key_node.place());
        let say = loader.optional(entry.value, "say");
        if let (Some(say), false) = (&say, arity == Arity::One) {
            let message = "only a lookup that expects one has something to say where it finds none";
            loader.problem("rule/arity", message, say.place).help = Some("write `expect: one`".to_owned());
        }
        out.push(Lookup { name, kind, filter, arity, say });
    }
    out
}

fn labels(loader: &mut Loader, root: NodeRef<'_>) -> Vec<LabelSpec> {
    let items = loader.items(root, "labels").into_iter();
    items
        .filter_map(|item| {
            loader.closed(item, "a label", keys::LABEL);
            let at = loader.required(item, "at", "a label")?;
            let text = loader.required(item, "text", "a label")?;
            Some(LabelSpec { at, text })
        })
        .collect()
}

fn examples(loader: &mut Loader, root: NodeRef<'_>) -> Vec<Example> {
    let place = root.get("examples").and_then(NodeRef::key_place).unwrap_or_else(|| root.anchor_place());
    let items = loader.items(root, "examples").into_iter();
    let out: Vec<Example> = items.filter_map(|item| example(loader, item)).collect();
    // An example of what cannot be told, `#~? id`, neither passes nor fails.
    let marked = |example: &Example, mark: &str| example.files.iter().any(|(_, text)| text.value.contains(mark));
    let fails =
        |example: &Example| example.expect.iter().any(|expectation| !expectation.unknown) || marked(example, "#~ ");
    let passes = |example: &Example| example.expect.is_empty() && !marked(example, "#~");
    for (what, there) in [("passes", out.iter().any(passes)), ("fails", out.iter().any(fails))] {
        if !there {
            let found = loader.problem("rule/examples", format!("a rule needs an example that {what}"), place);
            found.help = Some("mark the line before a failing one with `#~ rule-id`, or say `expect`".to_owned());
        }
    }
    out
}

fn example(loader: &mut Loader, item: NodeRef<'_>) -> Option<Example> {
    loader.closed(item, "an example", keys::EXAMPLE);
    let name = loader.required(item, "name", "an example")?;
    let mut files = Vec::new();
    for entry in loader.entries(item, "files") {
        if let Some(body) = if entry.value.is_null() {
            Some(At::new(String::new(), entry.key_node.place()))
        } else {
            loader.text(entry.value, "a file")
        } {
            files.push((At::new(entry.key.to_owned(), entry.key_node.place()), body));
        }
    }
    let params = loader.entries(item, "params").into_iter();
    let params = params
        .filter_map(|entry| {
            let value = loader.literal(entry.value)?;
            Some((At::new(entry.key.to_owned(), entry.key_node.place()), value))
        })
        .collect();
    let expect = loader.items(item, "expect").into_iter();
    let expect = expect
        .filter_map(|node| {
            loader.closed(node, "an expectation", keys::EXPECTATION);
            let at = loader.required(node, "at", "an expectation")?;
            let message = loader.optional(node, "message").map(|message| message.value);
            let unknown = match loader.optional(node, "outcome") {
                Some(word) => loader.word(&word, "an outcome", keys::OUTCOMES, |word| match word {
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
