//! One file's tokens with what the facts ask of them.

use crate::model::value::{Field, List, Unresolved};
use crate::source::{FileId, Place, Span};
use crate::syntax::code::{self, Argument, Call, Code, Function, Language, Token, TokenKind};

/// So many tokens of one call are looked at: what is longer is data, and data in data would take quadratic time.
const MAX_TOKENS: usize = 2_000;

/// A file's tokens, its calls and its functions.
pub(super) struct Tokens<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) language: Language,
    pub(super) code: Code,
    pub(super) calls: Vec<Call>,
    pub(super) functions: Vec<Function>,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(file: FileId, text: &'t str, language: Language) -> Self {
        let code = code::lex(text, language);
        let calls = code::calls(&code, text);
        let functions = code::functions(&code, text, language);
        Self { file, text, language, code, calls, functions }
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    pub(super) fn at(&self, index: usize) -> Option<&Token> {
        self.code.tokens.get(index)
    }

    pub(super) fn word(&self, index: usize) -> Option<&'t str> {
        let token = self.at(index).filter(|token| token.kind == TokenKind::Word)?;
        Some(token.span.slice(self.text))
    }

    pub(super) fn is(&self, index: usize, mark: u8) -> bool {
        self.at(index).is_some_and(|token| token.is(mark))
    }

    pub(super) fn arguments(&self, call: &Call) -> Vec<Argument> {
        code::arguments(&self.code, self.text, call, MAX_TOKENS)
    }

    /// A literal without code in it, at a token.
    pub(super) fn literal(&self, index: usize) -> Option<Field<String>> {
        let token = self.at(index).filter(|token| token.kind == TokenKind::Text)?;
        Some(Field::known(token.inner.slice(self.text).to_owned(), self.place(token.span)))
    }

    /// An argument as a text: known where it is nothing but a literal, else left open.
    pub(super) fn as_text(&self, argument: &Argument) -> Field<String> {
        let first = self.at(argument.start);
        let at = self.place(first.map_or(Span::default(), |token| token.span));
        if let Some(literal) = self.literal(argument.start).filter(|_| argument.end == argument.start + 1) {
            return literal;
        }
        let text = first.map_or("", |token| token.span.slice(self.text));
        Field::unresolved(text, "it is put together when the program runs", at)
    }

    /// The argument of a name, or that at a position among those without one.
    pub(super) fn argument(&self, call: &Call, position: usize, keyword: &str) -> Option<Argument> {
        let all = self.arguments(call);
        let named = all.iter().find(|one| one.keyword.as_deref() == Some(keyword)).cloned();
        named.or_else(|| all.into_iter().filter(|one| one.keyword.is_none()).nth(position))
    }

    /// The value behind `key:` of an object, or behind `Key:` of a struct, among the tokens of a call.
    pub(super) fn property(&self, call: &Call, key: &str) -> Option<usize> {
        let end = call.end.min(call.start.saturating_add(MAX_TOKENS));
        (call.start..end)
            .find(|index| self.word(*index) == Some(key) && self.is(index + 1, b':'))
            .map(|index| index + 2)
    }

    /// The literals within the brackets that open at a token; what else stands there cannot be seen.
    pub(super) fn literals_in(&self, open: usize) -> List<Field<String>> {
        let at = self.place(self.at(open).map_or(Span::default(), |token| token.span));
        let mut items = List::empty(at);
        let computed = |index: usize| {
            let text = self.at(index).map_or("", |token| token.span.slice(self.text));
            Some(Box::new(Unresolved {
                text: text.to_owned(),
                why: "it is put together when the program runs".into(),
                at,
                via: None,
                expected: None,
            }))
        };
        if !self.at(open).is_some_and(|token| matches!(token.kind, TokenKind::Mark(b'[' | b'(' | b'{'))) {
            items.unseen = computed(open);
            return items;
        }
        for index in open + 1..open.saturating_add(MAX_TOKENS) {
            let Some(token) = self.at(index) else { break };
            match token.kind {
                TokenKind::Mark(b']' | b')' | b'}') => break,
                TokenKind::Word => items.unseen = items.unseen.or_else(|| computed(index)),
                _ => items.items.extend(self.literal(index)),
            }
        }
        items
    }

    /// The innermost function around a token.
    pub(super) fn function_around(&self, index: usize) -> Option<&Function> {
        let after = self.functions.partition_point(|function| function.start <= index);
        self.functions.get(..after)?.iter().rev().take(64).find(|function| index < function.end)
    }
}
