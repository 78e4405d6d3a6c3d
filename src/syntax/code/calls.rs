//! The calls and functions of a file, found in its tokens.

use super::{Code, Language, Token, TokenKind};
use crate::source::Span;

/// A call: `name(…)`, `a.b(…)`, `a::b!(…)`, `new A(…)`, or a decorator or annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What is called, its parts joined with dots: `app.add_middleware`.
    pub callee: String,
    /// The bytes of what is called.
    pub span: Span,
    /// The token behind `(`.
    pub start: usize,
    /// The token `)`, or the end of the file where there is none.
    pub end: usize,
    /// The variable that its result is given to.
    pub variable: Option<String>,
    /// Whether it is written with `@`.
    pub is_decorator: bool,
}

impl Call {
    /// The last part of what is called.
    #[must_use]
    pub fn name(&self) -> &str {
        self.callee.rsplit('.').next().unwrap_or(&self.callee)
    }

    /// What the last part is called on: `app` of `app.get`.
    #[must_use]
    pub fn receiver(&self) -> Option<&str> {
        self.callee.rsplit_once('.').map(|(receiver, _)| receiver)
    }
}

/// One argument of a call: a range of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name it is given by (`name=` of Python and Kotlin).
    pub keyword: Option<String>,
    /// Its first token.
    pub start: usize,
    /// The token behind it.
    pub end: usize,
}

/// A function with its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The bytes of the name.
    pub span: Span,
    /// The token of the name.
    pub start: usize,
    /// The token behind its body.
    pub end: usize,
    /// Whether its name says that others may use it.
    pub is_public: bool,
    /// Whether its body starts with a text (PEP 257).
    pub has_docstring: bool,
}

/// Longer chains of names are cut.
const MAX_PARTS: usize = 8;

/// Words before `(` that call nothing.
const NO_CALLS: &[&str] = &[
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "return",
    "and",
    "or",
    "not",
    "in",
    "elif",
    "function",
    "func",
    "fn",
    "match",
    "when",
    "await",
    "yield",
    "else",
    "is",
    "lambda",
    "print_function",
    "typeof",
    "with",
    "except",
    "assert",
    "async",
];

/// Words before a name that declare it.
const DECLARES: &[&str] = &["def", "function", "func", "fn", "fun", "class"];

fn word<'t>(text: &'t str, token: Option<&Token>) -> Option<&'t str> {
    token.filter(|token| token.kind == TokenKind::Word).map(|token| token.span.slice(text))
}

/// The calls of a file, in the order in which they end in `(`.
#[must_use]
pub fn calls(code: &Code, text: &str) -> Vec<Call> {
    let tokens = &code.tokens;
    let ends = closing(tokens);
    let mut out = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if !token.is(b'(') {
            continue;
        }
        let Some((first, span, callee)) = callee(tokens, index, text) else { continue };
        let before = first.checked_sub(1).and_then(|before| tokens.get(before));
        if word(text, before).is_some_and(|before| DECLARES.contains(&before)) {
            continue;
        }
        let is_decorator = before.is_some_and(|before| before.is(b'@'));
        let end = ends.get(index).copied().unwrap_or(tokens.len());
        let variable = variable(tokens, first, text);
        out.push(Call { callee, span, start: index + 1, end, variable, is_decorator });
    }
    out
}

/// For each opening mark the token that closes it.
fn closing(tokens: &[Token]) -> Vec<usize> {
    let mut ends = vec![tokens.len(); tokens.len()];
    let mut open: Vec<(usize, u8)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let TokenKind::Mark(mark) = token.kind else { continue };
        match mark {
            b'(' | b'[' | b'{' => open.push((index, mark)),
            b')' | b']' | b'}' => {
                let wanted = match mark {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                // One that closes nothing is passed over, so that a slip spoils no more than its own pair.
                if open.last().is_some_and(|(_, mark)| *mark == wanted)
                    && let Some((start, _)) = open.pop()
                    && let Some(end) = ends.get_mut(start)
                {
                    *end = index;
                }
            }
            _ => {}
        }
    }
    ends
}

/// What stands before an opening bracket: the first token, the bytes, and the parts joined with dots.
fn callee(tokens: &[Token], open: usize, text: &str) -> Option<(usize, Span, String)> {
    let mut at = open.checked_sub(1)?;
    // `vec![…]` of Rust is written with other brackets, `name!(…)` with these.
    if tokens.get(at)?.is(b'!') {
        at = at.checked_sub(1)?;
    }
    let last = *tokens.get(at)?;
    let name = word(text, Some(&last))?;
    if NO_CALLS.contains(&name) {
        return None;
    }
    let mut parts = vec![name];
    let (mut first, mut span) = (at, last.span);
    while parts.len() < MAX_PARTS {
        let dot =
            |back: usize, mark: u8| first.checked_sub(back).and_then(|at| tokens.get(at)).is_some_and(|t| t.is(mark));
        let back = if dot(1, b'.') && dot(2, b'?') {
            3
        } else if dot(1, b'.') {
            2
        } else if dot(1, b':') && dot(2, b':') {
            3
        } else {
            break;
        };
        let Some(at) = first.checked_sub(back) else { break };
        let Some(part) = word(text, tokens.get(at)) else {
            // Something is called on the result of another call.
            parts.push("");
            break;
        };
        parts.push(part);
        first = at;
        span = tokens.get(at).map_or(span, |token| token.span.to(span));
    }
    parts.reverse();
    Some((first, span, parts.join(".")))
}

/// The variable that a value starting at a token is given to.
fn variable(tokens: &[Token], first: usize, text: &str) -> Option<String> {
    let mut at = first.checked_sub(1)?;
    while word(text, tokens.get(at)).is_some_and(|word| matches!(word, "await" | "new")) || tokens.get(at)?.is(b'&') {
        at = at.checked_sub(1)?;
    }
    if !tokens.get(at)?.is(b'=') {
        return None;
    }
    at = at.checked_sub(1)?;
    if tokens.get(at)?.is(b':') {
        at = at.checked_sub(1)?;
    }
    let name = word(text, tokens.get(at))?;
    // Behind `x: Type =` stands the type.
    let typed = at.checked_sub(1).filter(|colon| tokens.get(*colon).is_some_and(|token| token.is(b':')));
    let name = typed.and_then(|colon| word(text, tokens.get(colon.checked_sub(1)?))).unwrap_or(name);
    Some(name.to_owned())
}

/// The arguments of a call. Looks at no more than `limit` tokens.
#[must_use]
pub fn arguments(code: &Code, text: &str, call: &Call, limit: usize) -> Vec<Argument> {
    let end = call.end.min(call.start.saturating_add(limit)).min(code.tokens.len());
    let (mut out, mut start, mut depth) = (Vec::new(), call.start, 0_u32);
    for index in call.start..end {
        let Some(token) = code.tokens.get(index) else { break };
        match token.kind {
            TokenKind::Mark(b'(' | b'[' | b'{') => depth += 1,
            TokenKind::Mark(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            TokenKind::Mark(b',') if depth == 0 => {
                out.push(argument(code, text, start, index));
                start = index + 1;
            }
            _ => {}
        }
    }
    if start < end {
        out.push(argument(code, text, start, end));
    }
    out
}

fn argument(code: &Code, text: &str, start: usize, end: usize) -> Argument {
    let is_named = code.tokens.get(start + 1).is_some_and(|token| token.is(b'='))
        && code.tokens.get(start + 2).is_some_and(|token| !token.is(b'=') && !token.is(b'>'));
    match word(text, code.tokens.get(start)).filter(|_| is_named && start + 2 < end) {
        Some(keyword) => Argument { keyword: Some(keyword.to_owned()), start: start + 2, end },
        None => Argument { keyword: None, start, end },
    }
}

/// The functions of a file, with their bodies.
#[must_use]
pub fn functions(code: &Code, text: &str, language: Language) -> Vec<Function> {
    if language == Language::Python { python_functions(code, text) } else { braced_functions(code, text) }
}

/// Python: a body goes on while lines are indented deeper than `def`.
fn python_functions(code: &Code, text: &str) -> Vec<Function> {
    let tokens = &code.tokens;
    let mut out: Vec<Function> = Vec::new();
    let mut open: Vec<(usize, u32)> = Vec::new();
    let (mut indent, mut depth) = (0, 0_u32);
    for (index, token) in tokens.iter().enumerate() {
        if let Some(column) = token.indent.filter(|_| depth == 0) {
            indent = column;
            while let Some((function, _)) = open.pop_if(|(_, of)| column <= *of) {
                if let Some(function) = out.get_mut(function) {
                    function.end = index;
                }
            }
        }
        match token.kind {
            TokenKind::Mark(b'(' | b'[' | b'{') => depth += 1,
            TokenKind::Mark(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if word(text, Some(token)) != Some("def") {
            continue;
        }
        let Some(name) = tokens.get(index + 1) else { continue };
        let Some(text_of) = word(text, Some(name)) else { continue };
        open.push((out.len(), indent));
        out.push(Function {
            name: text_of.to_owned(),
            span: name.span,
            start: index + 1,
            end: tokens.len(),
            is_public: !text_of.starts_with('_'),
            has_docstring: has_docstring(tokens, index + 2),
        });
    }
    out
}

/// Whether the first token behind the colon of a `def` is a text.
fn has_docstring(tokens: &[Token], from: usize) -> bool {
    let mut depth = 0_u32;
    for (index, token) in tokens.iter().enumerate().skip(from).take(2_000) {
        match token.kind {
            TokenKind::Mark(b'(' | b'[' | b'{') => depth += 1,
            TokenKind::Mark(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            TokenKind::Mark(b':') if depth == 0 => return tokens.get(index + 1).is_some_and(Token::is_text),
            _ => {}
        }
    }
    false
}

/// Languages with braces: a body is the first braces behind the name.
fn braced_functions(code: &Code, text: &str) -> Vec<Function> {
    let ends = closing(&code.tokens);
    let tokens = &code.tokens;
    let mut out = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if !word(text, Some(token)).is_some_and(|word| matches!(word, "function" | "func" | "fn" | "fun")) {
            continue;
        }
        // A method of Go has its receiver before its name.
        let at = if tokens.get(index + 1).is_some_and(|token| token.is(b'(')) {
            ends.get(index + 1).map_or(index + 1, |end| end + 1)
        } else {
            index + 1
        };
        let Some(name) = tokens.get(at) else { continue };
        let Some(text_of) = word(text, Some(name)) else { continue };
        let body = tokens.iter().enumerate().skip(at).take(500).find(|(_, token)| token.is(b'{') || token.is(b';'));
        let Some((open, _)) = body.filter(|(_, token)| token.is(b'{')) else { continue };
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let is_public = text_of.starts_with(char::is_uppercase)
            || word(text, before).is_some_and(|word| matches!(word, "export" | "pub" | "public"));
        let end = ends.get(open).copied().unwrap_or(tokens.len());
        let has_docstring = false;
        out.push(Function { name: text_of.to_owned(), span: name.span, start: at, end, is_public, has_docstring });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::lex;
    use super::{Language, arguments, calls, functions};

    #[test]
    fn calls_know_what_they_are_made_on_and_what_they_are_given_to() {
        let text = "app = FastAPI(title='x', lifespan=lifespan)\n@app.get('/health')\ndef health(): return a.b?.c(1)\n";
        let code = lex(text, Language::Python);
        let found = calls(&code, text);
        let callees: Vec<&str> = found.iter().map(|call| call.callee.as_str()).collect();
        assert_eq!(callees, ["FastAPI", "app.get", "a.b.c"]);
        assert_eq!(found[0].variable.as_deref(), Some("app"));
        assert!(found[1].is_decorator);
        let keywords: Vec<_> = arguments(&code, text, &found[0], 100).into_iter().map(|one| one.keyword).collect();
        assert_eq!(keywords, [Some("title".to_owned()), Some("lifespan".to_owned())]);
    }

    #[test]
    fn the_variable_of_a_typed_or_awaited_value_is_its_name() {
        let text = "const a: Counter = new Counter({name: 'x'}); let b = await open(); c := prometheus.NewCounter(o)";
        let found = calls(&lex(text, Language::TypeScript), text);
        let variables: Vec<_> = found.iter().filter_map(|call| call.variable.as_deref()).collect();
        assert_eq!(variables, ["a", "b", "c"]);
    }

    #[test]
    fn what_is_declared_is_not_called() {
        let text = "func main() { if (x) { serve(1) } }";
        let found = calls(&lex(text, Language::Go), text);
        assert_eq!(found.iter().map(|call| call.callee.as_str()).collect::<Vec<_>>(), ["serve"]);
    }

    #[test]
    fn a_body_of_python_ends_where_the_indentation_does() {
        let text =
            "async def lifespan(app):\n    \"\"\"Starts.\"\"\"\n    start(\n1)\n    yield\nstop()\ndef _x(): pass\n";
        let code = lex(text, Language::Python);
        let found = functions(&code, text, Language::Python);
        let inner = &code.tokens[found[0].start..found[0].end];
        assert!(inner.iter().any(|token| token.span.slice(text) == "yield"));
        assert!(!inner.iter().any(|token| token.span.slice(text) == "stop"));
        assert!(found[0].has_docstring && found[0].is_public && !found[1].is_public);
    }

    #[test]
    fn a_body_in_braces_ends_with_its_brace() {
        let text = "func (s *Server) Health(w W) { w.Write(1) }\nfunc main() { run() }";
        let code = lex(text, Language::Go);
        let found = functions(&code, text, Language::Go);
        assert_eq!(found.iter().map(|function| function.name.as_str()).collect::<Vec<_>>(), ["Health", "main"]);
        assert!(code.tokens[found[0].start..found[0].end].iter().all(|token| token.span.slice(text) != "run"));
    }
}
