//! HCL, as Terraform writes it: blocks, attributes and expressions with their bytes, read by hcl-edit and by nothing else.

mod convert;
mod depth;

use crate::source::{Span, Spanned};
use crate::syntax::SyntaxProblem;

/// The contents of a file or block.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `name = expression`, in order.
    pub attributes: Vec<Attribute>,
    /// `kind "label" { … }`, in order.
    pub blocks: Vec<Block>,
}

impl Body {
    /// The attribute of a name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.key.value == name)
    }

    /// The blocks of a kind.
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| block.kind.value == kind)
    }
}

/// `name = expression`.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name.
    pub key: Spanned<String>,
    /// The expression.
    pub value: Expression,
}

/// `kind "label" { … }`.
#[derive(Clone, Debug)]
pub struct Block {
    /// The kind, such as `resource`.
    pub kind: Spanned<String>,
    /// The labels, without quotes.
    pub labels: Vec<Spanned<String>>,
    /// From the kind to the last label.
    pub header: Span,
    /// What stands between the braces.
    pub body: Body,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Its bytes.
    pub span: Span,
    /// What it is.
    pub value: Value,
    /// What it refers to, such as `var.region` and `module.vpc.vpc_id`, those of its parts included.
    pub references: Vec<Spanned<String>>,
}

/// What an expression is, as far as it can be told without evaluating it.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string or heredoc without `${…}`.
    String(String),
    /// `[…]`.
    List(Vec<Expression>),
    /// `{…}`; keys that are expressions are left out.
    Object(Vec<(Spanned<String>, Expression)>),
    /// A call of a function.
    Call(String, Vec<Expression>),
    /// Anything that is computed: references, templates, operators, `for`.
    Computed,
}

/// A file that was read.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Its contents; empty where it does not parse.
    pub body: Body,
    /// Comments, from their sign to the end of the line or of the comment.
    pub comments: Vec<Span>,
    /// Why it does not parse.
    pub problems: Vec<SyntaxProblem>,
}

/// A larger file is not read: some parts of hcl-edit take time that grows with the square of an object's keys.
pub const MAX_BYTES: usize = 1 << 20;

/// Reads a file. Never fails: what could not be read is in [`Tree::problems`].
#[must_use]
pub fn parse(text: &str) -> Tree {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = text.len() - bare.len();
    let problem = |message: String, at: usize| SyntaxProblem::new(Span::at(offset + at), message);
    let refused = |message: String, help: &str, at: usize| Tree {
        problems: vec![problem(message, at).with_help(help)],
        ..Tree::default()
    };
    if bare.len() > MAX_BYTES {
        return refused("this file has more than 1 MiB, and is not read".to_owned(), "split it", 0);
    }
    let scan = depth::scan(bare);
    if let Some(at) = scan.too_deep {
        let message = format!("brackets are nested more than {} deep here", depth::MAX_DEPTH);
        return refused(message, "give parts of it names with `locals`", at);
    }
    let comments = scan.comments.into_iter().map(|span| span.shifted(offset)).collect();
    match hcl_edit::parser::parse_body(bare) {
        Ok(body) => Tree { body: convert::body(&body, offset), comments, problems: Vec::new() },
        Err(error) => {
            let at = error.location().offset().min(bare.len());
            let message = format!("this is not HCL: {}", error.message());
            Tree { body: Body::default(), comments, problems: vec![problem(message, at)] }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, parse};

    #[test]
    fn every_part_knows_its_bytes() {
        let text = "\u{feff}# état\nresource \"aws_x\" \"main\" {\n  size = 3 # three\n  name = \"a-${var.env}\"\n  tags = { Name = \"n\" }\n}\n";
        let tree = parse(text);
        assert!(tree.problems.is_empty(), "{:?}", tree.problems);
        let block = &tree.body.blocks[0];
        assert_eq!(block.header.slice(text), "resource \"aws_x\" \"main\"");
        assert_eq!(block.labels[1].value, "main");
        let size = block.body.attribute("size").expect("size");
        assert_eq!((size.key.span.slice(text), size.value.span.slice(text)), ("size", "3"));
        let name = block.body.attribute("name").expect("name");
        assert!(matches!(name.value.value, Value::Computed));
        assert_eq!(name.value.span.slice(text), "\"a-${var.env}\"");
        assert_eq!(name.value.references[0].value, "var.env");
        assert_eq!(name.value.references[0].span.slice(text), "var.env");
        let tags = block.body.attribute("tags").expect("tags");
        let Value::Object(entries) = &tags.value.value else { panic!("an object") };
        assert_eq!((entries[0].0.span.slice(text), entries[0].1.span.slice(text)), ("Name", "\"n\""));
        assert_eq!(tree.comments.len(), 2);
        assert_eq!(tree.comments[1].slice(text), "# three");
    }

    #[test]
    fn an_error_has_its_place() {
        let text = "a = 1\nb = [1,\nresource \"x\" {}\n";
        let tree = parse(text);
        assert_eq!(tree.problems.len(), 1);
        assert!(tree.problems[0].span.start >= 6, "{:?}", tree.problems);
    }

    #[test]
    fn deep_input_is_refused_and_not_recursed_into() {
        for open in ["[", "{a=", "(", "f(", "[for x in ", "\"${", "{for x in "] {
            let text = format!("x = {}", open.repeat(5_000));
            assert_eq!(parse(&text).problems.len(), 1, "{open}");
        }
        let blocks = "a {\n".repeat(5_000);
        assert_eq!(parse(&blocks).problems.len(), 1);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let text = format!("# {0}\n/* {0} */\nx = \"{0}\"\ny = <<EOT\n{0}\nEOT\n", "[(".repeat(100));
        assert!(parse(&text).problems.is_empty(), "{:?}", parse(&text).problems);
    }
}
