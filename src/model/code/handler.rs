//! What stands in the file of a route's handler, and whether the handler is in that file at all.

use std::sync::Arc;

use super::tokens::Tokens;
use crate::model::schema::{Elements, Modelled, Slot, Type, View};
use crate::model::value::{Field, List, Unresolved};
use crate::source::Place;
use crate::syntax::code::{Argument, Call, Language, TokenKind};

/// So many tokens of a registration are looked at for its handler.
const MAX_TOKENS: usize = 400;

/// So many tokens behind a registration may name its handler.
const CHAINED: usize = 16;

/// The words and texts of the file in which a route is registered, standing where it is registered.
#[derive(Clone, Debug)]
pub struct HandlerMentions {
    at: Place,
    list: Arc<List<Field<String>>>,
    elsewhere: Option<Box<Unresolved>>,
}

impl HandlerMentions {
    /// The mentions for one registration; `path` is the argument that holds the route's path.
    pub(super) fn of(
        tokens: &Tokens<'_>,
        call: &Call,
        path: &Argument,
        at: Place,
        list: &Arc<List<Field<String>>>,
    ) -> Self {
        let unresolved = |name: &str| {
            let why = "what answers it stands in another file".into();
            Box::new(Unresolved { text: name.to_owned(), why, at, via: None, expected: None })
        };
        let elsewhere = handler_elsewhere(tokens, call, path).map(unresolved);
        Self { at, list: Arc::clone(list), elsewhere }
    }
}

/// The name of a handler that this file does not define.
fn handler_elsewhere<'t>(tokens: &Tokens<'t>, call: &Call, path: &Argument) -> Option<&'t str> {
    if call.is_decorator {
        return None;
    }
    // In Rust the handler may be chained behind: `resource("/x").route(web::get().to(handler))`.
    let behind = if tokens.language == Language::Rust { CHAINED } else { 0 };
    let mut name = None;
    for index in path.end..call.end.saturating_add(behind).min(path.end.saturating_add(MAX_TOKENS)) {
        let Some(token) = tokens.at(index) else { break };
        // A function that is written there: `=> …`, `|…|`, or a body in braces.
        if matches!(token.kind, TokenKind::Mark(b'{' | b'>' | b'|')) {
            return None;
        }
        let Some(word) = tokens.word(index) else { continue };
        let is_given = tokens.is(index + 1, b'=') || tokens.is(index + 1, b':');
        if matches!(word, "func" | "function" | "lambda" | "async" | "fun")
            || tokens.functions.iter().any(|function| function.name == word)
        {
            return None;
        }
        if !is_given {
            name = Some(word);
        }
    }
    let name = name?;
    let is_defined = |index: usize| {
        let before = index.checked_sub(1).and_then(|at| tokens.word(at));
        matches!(before, Some("const" | "let" | "var")) && tokens.word(index) == Some(name)
    };
    (!(0..tokens.code.tokens.len()).any(is_defined)).then_some(name)
}

impl Modelled for HandlerMentions {
    const TYPE: Type = <List<Field<String>> as Modelled>::TYPE;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        Slot::Known(View::List(self), self.at.into())
    }
}

impl Elements for HandlerMentions {
    fn len(&self) -> usize {
        Elements::len(&*self.list)
    }

    fn get(&self, index: usize) -> Option<Slot<'_>> {
        Elements::get(&*self.list, index)
    }

    fn unseen(&self) -> Option<&Unresolved> {
        self.elsewhere.as_deref()
    }
}
