//! A template parsed: its body and the templates that it defines.

use gotmpl::TemplateError;
use gotmpl::parse::{DefineNode, ListNode, Parser};

use super::actions::Actions;
use crate::source::Span;

/// A larger template is refused: 4 MiB.
const MAX_BYTES: usize = 4 << 20;

/// A parsed text.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) body: ListNode,
    pub(super) defines: Vec<DefineNode>,
    pub(super) actions: Actions,
}

/// Why a text is no template.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    pub(super) at: Span,
}

/// Parses a text.
pub(super) fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    if text.len() > MAX_BYTES {
        return Err(SyntaxError { message: "the template is too large".to_owned(), at: Span::at(0) });
    }
    let actions = Actions::find(text);
    let plain = actions.without_comments(text);
    let parsed = Parser::new(plain.as_deref().unwrap_or(text), "{{", "}}").and_then(Parser::parse);
    let (body, defines) = parsed.map_err(|error| {
        let (message, offset) = told(text, &error);
        SyntaxError { message, at: actions.around(offset) }
    })?;
    if let Err(wrong) = actions.check(text) {
        return Err(SyntaxError { message: wrong.message.to_owned(), at: wrong.at });
    }
    Ok(Parsed { body, defines, actions })
}

/// The message of an error, and the offset that it is about.
fn told(text: &str, error: &TemplateError) -> (String, usize) {
    let (TemplateError::Parse { line, col, message, .. } | TemplateError::Lex { line, col, message, .. }) = error
    else {
        return (error.to_string(), 0);
    };
    let lines = text.split_inclusive('\n');
    let start: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
    let row = text.get(start..).unwrap_or("");
    let within = row.char_indices().nth(col.saturating_sub(1)).map_or(0, |(at, _)| at);
    (message.clone(), start + within)
}
