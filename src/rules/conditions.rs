//! From YAML to conditions: the first key decides, and every other key is closed too.

use std::sync::LazyLock;

use super::ast::{At, Condition, Form, Literal, Operand, Quantifier};
use super::keys::{self, FORMS};
use super::load::Loader;
use super::operators::Operator;
use crate::diagnostic::nearest;
use crate::syntax::yaml::{NodeRef, Scalar, Shape, Style};

static FIELD_KEYS: LazyLock<Vec<&str>> = LazyLock::new(|| with_operators(&["field", "absent", "say"]));
static PARAM_KEYS: LazyLock<Vec<&str>> = LazyLock::new(|| with_operators(&["param", "say"]));

fn with_operators(keys: &[&'static str]) -> Vec<&'static str> {
    keys.iter().copied().chain(Operator::ALL.iter().map(|operator| operator.as_str())).collect()
}

/// Conditions may stand this deep in one another.
const MAX_DEPTH: usize = 16;

pub(super) fn condition(loader: &mut Loader, node: NodeRef<'_>) -> Option<Condition> {
    nested(loader, node, 0)
}

fn nested(loader: &mut Loader, node: NodeRef<'_>, depth: usize) -> Option<Condition> {
    if depth > MAX_DEPTH {
        loader.problem("rule/depth", format!("conditions are nested more than {MAX_DEPTH} deep"), node.place());
        return None;
    }
    if node.shape() != Shape::Mapping {
        loader.problem("rule/shape", format!("a condition is a mapping, not {}", node.type_name()), node.place());
        return None;
    }
    let deciding: Vec<_> = node.entries().filter(|entry| FORMS.contains(&entry.key)).collect();
    let [entry] = deciding.as_slice() else {
        let (message, help) = match (deciding.len(), node.entries().next()) {
            (0, Some(first)) => {
                let near = nearest(first.key, FORMS.iter().copied());
                let help = near
                    .map_or_else(|| format!("one of {}", FORMS.join(", ")), |near| format!("did you mean `{near}`?"));
                (format!("`{}` is no form of a condition", first.key), help)
            }
            (0, None) => ("a condition cannot be empty".to_owned(), format!("one of {}", FORMS.join(", "))),
            _ => (
                "a condition has one deciding key".to_owned(),
                "put several conditions into `all: […]` or `any: […]`".to_owned(),
            ),
        };
        let place = node.entries().next().map_or_else(|| node.place(), |first| first.key_node.place());
        loader.problem("rule/condition", message, place).help = Some(help);
        return None;
    };
    let place = entry.key_node.place();
    let value = entry.value;
    let form = match entry.key {
        "all" => Form::All(parts(loader, node, value, "all", depth)?),
        "any" => Form::Any(parts(loader, node, value, "any", depth)?),
        "none" => Form::None(parts(loader, node, value, "none", depth)?),
        "not" => {
            loader.closed(node, "a `not`", &["not", "say"]);
            Form::Not(Box::new(nested(loader, value, depth + 1)?))
        }
        "each" => Form::Each(quantifier(loader, node, value, "each", depth)?.0),
        "some" => Form::Some(quantifier(loader, node, value, "some", depth)?.0),
        "count" => {
            let (quantifier, extra) = quantifier(loader, node, value, "count", depth)?;
            let (operator, operand) = extra?;
            let Literal::Int(number) = operand.value else {
                loader.problem("rule/type", "a count compares with an integer", operand.place);
                return None;
            };
            let least = i64::from(operator.value == "ge");
            if number < least {
                let message = match operator.value.as_str() {
                    "ge" => format!("every list has at least {number} elements"),
                    _ => format!("no list has {number} elements"),
                };
                loader.problem("rule/constant", message, operand.place);
            }
            Form::Count(quantifier, operator, At::new(number, operand.place))
        }
        "agree" => {
            let (quantifier, extra) = quantifier(loader, node, value, "agree", depth)?;
            let (_, operand) = extra?;
            Form::Agree(quantifier, At::new(operand.value.text(), operand.place))
        }
        "field" => field(loader, node, value)?,
        "check" => check(loader, node, value)?,
        _ => param(loader, node, value)?,
    };
    let say = node.get("say").and_then(|say| loader.text(say, "`say`"));
    Some(Condition { place, form, say })
}

fn parts(
    loader: &mut Loader,
    node: NodeRef<'_>,
    list: NodeRef<'_>,
    form: &str,
    depth: usize,
) -> Option<Vec<Condition>> {
    loader.closed(node, format_args!("an `{form}`"), &[form, "say"]);
    if list.shape() != Shape::Sequence || list.items().next().is_none() {
        let message = format!("`{form}` takes a list of conditions that is not empty");
        loader.problem("rule/constant", message, list.place());
        return None;
    }
    // A part that is wrong keeps the rule from running; the others are read on for what is wrong with them.
    Some(list.items().filter_map(|item| nested(loader, item, depth + 1)).collect())
}

type Extra = Option<(At<String>, At<Literal>)>;

fn quantifier(
    loader: &mut Loader,
    node: NodeRef<'_>,
    value: NodeRef<'_>,
    form: &str,
    depth: usize,
) -> Option<(Quantifier, Extra)> {
    loader.closed(node, format_args!("a condition with `{form}`"), &[form, "say"]);
    let (required, keys): (&str, &[&str]) = match form {
        "each" => ("require", keys::EACH),
        "some" => ("that", keys::SOME),
        "count" => ("", keys::COUNT),
        _ => ("value", keys::AGREE),
    };
    loader.closed(value, format_args!("`{form}`"), keys);
    if value.shape() != Shape::Mapping {
        return None;
    }
    let name = loader.required(value, "as", format_args!("`{form}`"))?;
    let Some(list) = value.get("in") else {
        loader.problem("rule/missing-key", format!("`{form}` needs `in`"), value.anchor_place());
        return None;
    };
    let text = loader.text(list, "`in`")?;
    let list = At::new(operand_of_text(&text.value, list.style()), text.place);
    let filter = match value.get("where") {
        Some(filter) => Some(Box::new(nested(loader, filter, depth + 1)?)),
        None => None,
    };
    let mut require = None;
    let mut extra = None;
    match required {
        "" => {
            let chosen: Vec<_> = value.entries().filter(|entry| ["eq", "ge", "le"].contains(&entry.key)).collect();
            let [entry] = chosen.as_slice() else {
                loader.problem("rule/operator", "`count` takes one of `eq`, `ge`, `le`", value.anchor_place());
                return None;
            };
            let operator = At::new(entry.key.to_owned(), entry.key_node.place());
            extra = Some((operator, loader.literal(entry.value)?));
        }
        "value" => {
            let path = loader.required(value, "value", "`agree`")?;
            extra = Some((path.clone(), At::new(Literal::Str(path.value), path.place)));
        }
        key => {
            let Some(inner) = value.get(key) else {
                loader.problem("rule/missing-key", format!("`{form}` needs `{key}`"), value.anchor_place());
                return None;
            };
            let mut inner = nested(loader, inner, depth + 1)?;
            if let Some(say) = value.get("say").and_then(|say| loader.text(say, "`say`")) {
                inner.say.get_or_insert(say);
            }
            require = Some(Box::new(inner));
        }
    }
    Some((Quantifier { list, name, filter, require }, extra))
}

fn field(loader: &mut Loader, node: NodeRef<'_>, value: NodeRef<'_>) -> Option<Form> {
    loader.closed(node, "a comparison", &FIELD_KEYS);
    let path = loader.text(value, "`field`")?;
    let (operator, operand) = operator(loader, node, &path.value)?;
    let absent = match node.get("absent").and_then(|word| loader.text(word, "`absent`")) {
        Some(word) => Some(At::new(
            loader.word(&word, "what absence can mean", keys::ABSENT, |word| match word {
                "pass" => Some(true),
                "fail" => Some(false),
                _ => None,
            })?,
            word.place,
        )),
        None => None,
    };
    let operand = operand_of(loader, operand)?;
    Some(Form::Field { path, operator, operand, absent })
}

fn operator<'t>(loader: &mut Loader, node: NodeRef<'t>, what: &str) -> Option<(At<String>, NodeRef<'t>)> {
    let operators: Vec<_> = node.entries().filter(|entry| Operator::from_word(entry.key).is_some()).collect();
    let [entry] = operators.as_slice() else {
        let message = if operators.is_empty() {
            format!("`{what}` is compared with nothing")
        } else {
            format!("`{what}` is compared with more than one operator")
        };
        if !loader.is_told(node, None) {
            let place = operators.get(1).map_or_else(|| node.anchor_place(), |second| second.key_node.place());
            loader.problem("rule/operator", message, place).help =
                Some("use one operator, such as `eq`, `in`, `matches` or `exists`".to_owned());
        }
        return None;
    };
    Some((At::new(entry.key.to_owned(), entry.key_node.place()), entry.value))
}

fn param(loader: &mut Loader, node: NodeRef<'_>, value: NodeRef<'_>) -> Option<Form> {
    loader.closed(node, "a comparison of a parameter", &PARAM_KEYS);
    let name = loader.text(value, "`param`")?;
    let (operator, operand) = operator(loader, node, &name.value)?;
    let operand = plain_literal(loader, operand)?;
    Some(Form::Param { name, operator, operand })
}

/// `check: name, with: {…}`.
fn check(loader: &mut Loader, node: NodeRef<'_>, value: NodeRef<'_>) -> Option<Form> {
    loader.closed(node, "a call of a predicate", &["check", "with", "say"]);
    let name = loader.text(value, "`check`")?;
    let mut with = Vec::new();
    for entry in loader.entries(node, "with") {
        let argument = At::new(entry.key.to_owned(), entry.key_node.place());
        let operand = operand_of(loader, entry.value)?;
        with.push((argument, operand));
    }
    Some(Form::Check { name, with })
}

/// A literal in which no parameter stands: `$name` would be taken for text.
fn plain_literal(loader: &mut Loader, node: NodeRef<'_>) -> Option<At<Literal>> {
    if let Some(inside) = parameter_in(node) {
        let message = format!("`{}` would be text here", inside.text().unwrap_or(""));
        loader.problem("rule/operand", message, inside.place()).help =
            Some("a parameter stands alone behind its operator; put text with a `$` in quotes".to_owned());
        return None;
    }
    loader.literal(node)
}

/// A plain scalar with a `$` in a literal.
fn parameter_in(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    match node.shape() {
        Shape::Scalar(Scalar::Str(text)) => {
            (text.starts_with('$') && node.style() == Some(Style::Plain)).then_some(node)
        }
        Shape::Sequence => node.items().find_map(parameter_in),
        _ => None,
    }
}

/// `$name` is a parameter only in a plain scalar; `"$name"` is text.
fn operand_of_text(text: &str, style: Option<Style>) -> Operand {
    match text.strip_prefix('$') {
        Some(name) if style == Some(Style::Plain) => Operand::Param(name.to_owned()),
        _ => Operand::Field(text.to_owned()),
    }
}

/// The right-hand side of an operator, at the place of what it names.
pub(super) fn operand_of(loader: &mut Loader, node: NodeRef<'_>) -> Option<At<Operand>> {
    let at = |operand: Operand| At::new(operand, node.place());
    match node.shape() {
        Shape::Mapping => {
            loader.closed(node, "an operand", &["field"]);
            let path = loader.required(node, "field", "an operand")?;
            Some(At::new(Operand::Field(path.value), path.place))
        }
        Shape::Scalar(Scalar::Str(text)) => match text.strip_prefix('$') {
            Some(name) if node.style() == Some(Style::Plain) => Some(at(Operand::Param(name.to_owned()))),
            _ => Some(at(Operand::Literal(Literal::Str(text.to_owned())))),
        },
        _ => plain_literal(loader, node).map(|literal| at(Operand::Literal(literal.value))),
    }
}
