//! From hcl-edit's tree to ours: no formatting, references collected.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression as Source, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Body as SourceBody, Structure};
use hcl_edit::template::{Element, Template};

use super::{Attribute, Block, Body, Expression, Value};
use crate::source::{Span, Spanned};

/// References of one expression that are kept.
const MAX_REFERENCES: usize = 1_000;

pub(super) fn body(source: &SourceBody, offset: usize) -> Body {
    let mut out = Body::default();
    for structure in source {
        match structure {
            Structure::Attribute(attribute) => out.attributes.push(Attribute {
                key: Spanned::new(attribute.key.as_str().to_owned(), span(attribute.key.span(), offset)),
                value: expression(&attribute.value, offset, &mut Vec::new()),
            }),
            Structure::Block(block) => {
                let kind = Spanned::new(block.ident.as_str().to_owned(), span(block.ident.span(), offset));
                let labels: Vec<Spanned<String>> = block
                    .labels
                    .iter()
                    .map(|label| Spanned::new(label.as_str().to_owned(), span(label.span(), offset)))
                    .collect();
                let header = labels.last().map_or(kind.span, |last| kind.span.to(last.span));
                out.blocks.push(Block { kind, labels, header, body: body(&block.body, offset) });
            }
        }
    }
    out
}

fn span(range: Option<std::ops::Range<usize>>, offset: usize) -> Span {
    range.map_or(Span::default(), |range| Span::new(range.start + offset, range.end + offset))
}

/// `bound` are the names that a `for` around the expression defines.
fn expression(source: &Source, offset: usize, bound: &mut Vec<String>) -> Expression {
    let mut references = Vec::new();
    let value = match source {
        Source::Null(_) => Value::Null,
        Source::Bool(value) => Value::Bool(*value.value()),
        Source::Number(number) => Value::Number(number.value().to_string()),
        Source::String(text) => Value::String(text.as_str().to_owned()),
        Source::Array(array) => {
            let items: Vec<Expression> = array.iter().map(|item| expression(item, offset, bound)).collect();
            references.extend(items.iter().flat_map(|item| item.references.iter().cloned()));
            Value::List(items)
        }
        Source::Object(object) => {
            let mut entries = Vec::new();
            for (key, value) in object {
                let value = expression(value.expr(), offset, bound);
                references.extend(value.references.iter().cloned());
                match key_text(key) {
                    Some(text) => entries.push((Spanned::new(text, span(key.span(), offset)), value)),
                    None => {
                        if let ObjectKey::Expression(key) = key {
                            references.extend(expression(key, offset, bound).references);
                        }
                    }
                }
            }
            Value::Object(entries)
        }
        Source::FuncCall(call) => {
            let items: Vec<Expression> = call.args.iter().map(|item| expression(item, offset, bound)).collect();
            references.extend(items.iter().flat_map(|item| item.references.iter().cloned()));
            Value::Call(call.name.name.as_str().to_owned(), items)
        }
        Source::Parenthesis(inner) => {
            let inner = expression(inner.inner(), offset, bound);
            references = inner.references;
            inner.value
        }
        Source::HeredocTemplate(heredoc) => template(&heredoc.template, offset, bound, &mut references),
        Source::StringTemplate(text) => {
            template(text, offset, bound, &mut references);
            Value::Computed
        }
        _ => {
            computed(source, offset, bound, &mut references);
            Value::Computed
        }
    };
    references.truncate(MAX_REFERENCES);
    Expression { span: span(source.span(), offset), value, references }
}

fn key_text(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Expression(Source::String(text)) => Some(text.as_str().to_owned()),
        ObjectKey::Expression(Source::Number(number)) => Some(number.value().to_string()),
        ObjectKey::Ident(name) | ObjectKey::Expression(Source::Variable(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(_) => None,
    }
}

fn template(source: &Template, offset: usize, bound: &mut Vec<String>, references: &mut Vec<Spanned<String>>) -> Value {
    let mut text = Some(String::new());
    for element in source {
        match element {
            Element::Literal(part) => {
                if let Some(text) = text.as_mut() {
                    text.push_str(part.as_str());
                }
            }
            Element::Interpolation(inner) => {
                text = None;
                references.extend(expression(&inner.expr, offset, bound).references);
            }
            Element::Directive(directive) => {
                text = None;
                directive_references(directive, offset, bound, references);
            }
        }
    }
    text.map_or(Value::Computed, Value::String)
}

fn directive_references(
    directive: &hcl_edit::template::Directive,
    offset: usize,
    bound: &mut Vec<String>,
    references: &mut Vec<Spanned<String>>,
) {
    match directive {
        hcl_edit::template::Directive::If(directive) => {
            references.extend(expression(&directive.if_expr.cond_expr, offset, bound).references);
            template(&directive.if_expr.template, offset, bound, references);
            if let Some(other) = &directive.else_expr {
                template(&other.template, offset, bound, references);
            }
        }
        hcl_edit::template::Directive::For(directive) => {
            references.extend(expression(&directive.for_expr.collection_expr, offset, bound).references);
            let names = directive.for_expr.key_var.iter().chain([&directive.for_expr.value_var]);
            let before = bound.len();
            bound.extend(names.map(|name| name.as_str().to_owned()));
            template(&directive.for_expr.template, offset, bound, references);
            bound.truncate(before);
        }
    }
}

/// The references of an expression that has to be evaluated.
fn computed(source: &Source, offset: usize, bound: &mut Vec<String>, out: &mut Vec<Spanned<String>>) {
    match source {
        // A name without parts is a keyword such as `string`, or bound by a `for`.
        Source::Variable(name) if !bound.iter().any(|bound| bound == name.as_str()) => {
            out.push(Spanned::new(name.as_str().to_owned(), span(name.span(), offset)));
        }
        Source::Traversal(traversal) => {
            for operator in &traversal.operators {
                if let TraversalOperator::Index(index) = operator.value() {
                    out.extend(expression(index, offset, bound).references);
                }
            }
            let Source::Variable(root) = &traversal.expr else {
                out.extend(expression(&traversal.expr, offset, bound).references);
                return;
            };
            if bound.iter().any(|bound| bound == root.as_str()) {
                return;
            }
            let mut name = root.as_str().to_owned();
            for operator in &traversal.operators {
                match operator.value() {
                    TraversalOperator::GetAttr(part) => {
                        name.push('.');
                        name.push_str(part.as_str());
                    }
                    _ => break,
                }
            }
            out.push(Spanned::new(name, span(traversal.span(), offset)));
        }
        Source::Conditional(conditional) => {
            for part in [&conditional.cond_expr, &conditional.true_expr, &conditional.false_expr] {
                out.extend(expression(part, offset, bound).references);
            }
        }
        Source::UnaryOp(operation) => out.extend(expression(&operation.expr, offset, bound).references),
        Source::BinaryOp(operation) => {
            // A chain of operators leans to the left and may be long.
            out.extend(expression(&operation.lhs_expr, offset, bound).references);
            out.extend(expression(&operation.rhs_expr, offset, bound).references);
        }
        Source::ForExpr(each) => {
            out.extend(expression(&each.intro.collection_expr, offset, bound).references);
            let names = each.intro.key_var.iter().chain([&each.intro.value_var]);
            let before = bound.len();
            bound.extend(names.map(|name| name.as_str().to_owned()));
            let parts = each.key_expr.iter().chain([&each.value_expr]).chain(each.cond.iter().map(|cond| &cond.expr));
            for part in parts {
                out.extend(expression(part, offset, bound).references);
            }
            bound.truncate(before);
        }
        _ => {}
    }
}
