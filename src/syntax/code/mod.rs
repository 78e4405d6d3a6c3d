//! Program text: words, literals and marks with their bytes, comments set apart; and the calls and functions in them.
//! This is no parser: it knows what is code, what is text and what is a remark, which is what patterns over source need.

mod calls;
mod language;
mod lex;

use crate::source::Span;

pub use calls::{Argument, Call, Function, arguments, calls, functions};
pub use language::Language;
pub use lex::lex;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// An identifier or keyword.
    Word,
    /// A string literal; see [`Token::inner`].
    Text,
    /// A string literal with code inside (`f"…"`, `` `…${}` ``).
    Template,
    /// A number.
    Number,
    /// A single character of punctuation.
    Mark(u8),
}

/// A piece of program text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub span: Span,
    /// The bytes between the quotes of a literal; `span` for everything else.
    pub inner: Span,
    /// The column of the first character of its line that is no blank, in bytes from 0, where this token is that
    /// character.
    pub indent: Option<u32>,
}

impl Token {
    /// Whether it is this character of punctuation.
    #[must_use]
    pub fn is(&self, mark: u8) -> bool {
        self.kind == TokenKind::Mark(mark)
    }

    /// Whether it is a string literal of either kind.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.kind, TokenKind::Text | TokenKind::Template)
    }
}

/// The tokens and the comments of one file.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// The tokens, in order.
    pub tokens: Vec<Token>,
    /// The comments, in order, without their marks.
    pub comments: Vec<Span>,
}
