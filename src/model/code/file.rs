//! One file of source text read into its model.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::tokens::Tokens;
use super::{
    Call, CodeLanguage, Import, Setting, SourceFile, WrittenSecret, env, logs, metrics, role, routes, secrets,
};
use crate::model::schema::PathText;
use crate::model::value::{Field, List, Unresolved};
use crate::source::{FileId, Place, Span};
use crate::syntax::code::{Language, TokenKind};

/// A longer text in code is a document, and no name that a rule could look for.
const MAX_MENTION: usize = 200;

fn language(language: Language) -> CodeLanguage {
    match language {
        Language::Python => CodeLanguage::Python,
        Language::JavaScript => CodeLanguage::JavaScript,
        Language::TypeScript => CodeLanguage::TypeScript,
        Language::Go => CodeLanguage::Go,
        Language::Rust => CodeLanguage::Rust,
        Language::Java => CodeLanguage::Java,
        Language::Kotlin => CodeLanguage::Kotlin,
    }
}

/// Reads a file. `path` is relative to the service's root.
pub(super) fn read(file: FileId, path: &str, text: &str, of: Language, is_test: bool) -> SourceFile {
    let tokens = Tokens::new(file, text, of);
    let at = Place::whole(file);
    let mentions = Arc::new(mentions(&tokens));
    let list = |items: Vec<_>| List::new(items.into_iter().map(Arc::new).collect(), at);
    let imports = imports(&tokens);
    let routes = routes::routes(&tokens, &mentions);
    let is_main = role::is_main(language(of), !routes.is_empty(), &imports, text);
    let is_command = role::is_command(path, text, &imports, is_main);
    let mut env_reads = env::reads(&tokens);
    let is_for_developers = is_command || role::is_for_developers(path);
    for read in &mut env_reads {
        read.is_of_command = is_for_developers;
    }
    if of == Language::Python {
        env::mark_classes_for_developers(text, &mut env_reads);
    }
    SourceFile {
        at,
        path: PathText(path.to_owned()),
        language: language(of),
        is_test: is_test || role::imports_tests(&imports),
        is_command,
        imports: List::new(imports, at),
        calls: List::new(tokens.calls.iter().map(|call| model_call(&tokens, call)).collect(), at),
        functions: functions(&tokens),
        settings: settings(&tokens),
        spreads: of.is_script() && spreads(&tokens),
        secrets: first_at(secrets::written(&tokens), at),
        routes: List::new(routes.into_iter().map(Arc::new).collect(), at),
        env_reads: List::new(env_reads.into_iter().map(Arc::new).collect(), at),
        unnamed_env: env::unnamed(&tokens),
        metrics: metrics::metrics(&tokens),
        log_calls: list(logs::calls(&tokens)),
        documented: documented(&tokens),
        mounts: routes::mounts(&tokens),
        mentions,
    }
}

/// Names with the literal that they are given: a word or a text, `:` or `=`, and a literal.
fn settings(tokens: &Tokens<'_>) -> List<Setting> {
    let mut items = Vec::new();
    for (index, token) in tokens.code.tokens.iter().enumerate().skip(2) {
        let is_given = tokens.is(index - 1, b':') || tokens.is(index - 1, b'=');
        if !is_given || !matches!(token.kind, TokenKind::Text | TokenKind::Number | TokenKind::Word) {
            continue;
        }
        let Some(name) = tokens.at(index - 2).filter(|name| name.is_text() || name.kind == TokenKind::Word) else {
            continue;
        };
        let (value, at) = (token.inner.slice(tokens.text), tokens.place(token.inner));
        if token.kind == TokenKind::Word && !matches!(value, "true" | "false" | "True" | "False") {
            continue;
        }
        let number = value.parse().map_or(Field::Absent(at), |number| Field::known(number, at));
        let name = name.inner.slice(tokens.text).to_owned();
        items.push(Setting { at, name, value: value.to_owned(), number });
    }
    List::new(items, Place::whole(tokens.file))
}

fn spreads(tokens: &Tokens<'_>) -> bool {
    (0..tokens.code.tokens.len())
        .any(|index| (index..index + 3).all(|at| tokens.is(at, b'.')) && tokens.word(index + 3).is_some())
}

/// A list of what should not be there: it stands where its first element does.
fn first_at(secrets: Vec<WrittenSecret>, at: Place) -> List<WrittenSecret> {
    let first = secrets.first().map_or(at, |secret| secret.at);
    List::new(secrets, first)
}

/// The identifiers, numbers and texts of a file, each once.
fn mentions(tokens: &Tokens<'_>) -> List<Field<String>> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut items = Vec::new();
    for token in &tokens.code.tokens {
        if matches!(token.kind, TokenKind::Mark(_)) {
            continue;
        }
        let text = token.inner.slice(tokens.text);
        if text.len() <= MAX_MENTION && seen.insert(text) {
            items.push(Field::known(text.to_owned(), tokens.place(token.inner)));
        }
    }
    List::new(items, Place::whole(tokens.file))
}

fn functions(tokens: &Tokens<'_>) -> List<Field<String>> {
    let names = tokens.functions.iter();
    let items = names.map(|function| Field::known(function.name.clone(), tokens.place(function.span))).collect();
    List::new(items, Place::whole(tokens.file))
}

fn model_call(tokens: &Tokens<'_>, call: &crate::syntax::code::Call) -> Call {
    let at = tokens.place(call.span);
    let arguments = tokens.arguments(call);
    let first = arguments.iter().find(|argument| argument.keyword.is_none());
    let first_text = first.and_then(|argument| tokens.literal(argument.start)).unwrap_or(Field::Absent(at));
    let keywords = arguments.iter().filter_map(|argument| Some(Field::known(argument.keyword.clone()?, at)));
    let mut keywords = List::new(keywords.collect(), at);
    if let Some(argument) = arguments.iter().find(|argument| is_unpacked(tokens, argument.start)) {
        let place = tokens.at(argument.start).map_or(at, |token| tokens.place(token.span));
        let text = tokens.word(argument.start + 2).unwrap_or_default().to_owned();
        let why = "the arguments are put together elsewhere".into();
        keywords.unseen = Some(Box::new(Unresolved { text, why, at: place, via: None, expected: None }));
    }
    let within = tokens.function_around(call.start);
    Call {
        at,
        name: call.name().to_owned(),
        receiver: call.receiver().map_or(Field::Absent(at), |receiver| Field::known(receiver.to_owned(), at)),
        first_text,
        keywords,
        words: List::new(own_words(tokens, call), at),
        within: within
            .map_or(Field::Absent(at), |function| Field::known(function.name.clone(), tokens.place(function.span))),
        callee: call.callee.clone(),
    }
}

/// Whether an argument is a mapping that gives further ones by name: `**options`.
fn is_unpacked(tokens: &Tokens<'_>, start: usize) -> bool {
    tokens.is(start, b'*') && tokens.is(start + 1, b'*')
}

/// The words of a call's arguments, those in the brackets of further calls left out.
pub(super) fn own_words(tokens: &Tokens<'_>, call: &crate::syntax::code::Call) -> Vec<Field<String>> {
    let (mut items, mut depth) = (Vec::new(), 0_u32);
    for index in call.start..call.end.min(call.start.saturating_add(MAX_WORDS)) {
        let Some(token) = tokens.at(index) else { break };
        match token.kind {
            TokenKind::Mark(b'(') => depth += 1,
            TokenKind::Mark(b')') => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 && !tokens.is(index + 1, b'(') => {
                items.push(Field::known(token.span.slice(tokens.text).to_owned(), tokens.place(token.span)));
            }
            _ => {}
        }
    }
    items
}

/// So many tokens of a call's arguments are looked at for words.
const MAX_WORDS: usize = 200;

fn documented(tokens: &Tokens<'_>) -> (u32, u32) {
    if tokens.language != Language::Python {
        return (0, 0);
    }
    let public = tokens.functions.iter().filter(|function| function.is_public);
    let count = |documented: bool| public.clone().filter(|function| function.has_docstring || !documented).count();
    (u32::try_from(count(false)).unwrap_or(u32::MAX), u32::try_from(count(true)).unwrap_or(u32::MAX))
}

fn imports(tokens: &Tokens<'_>) -> Vec<Import> {
    match tokens.language {
        Language::Python => python_imports(tokens),
        Language::JavaScript | Language::TypeScript => script_imports(tokens),
        Language::Go => go_imports(tokens),
        Language::Rust => dotted_imports(tokens, "use", "::"),
        Language::Java | Language::Kotlin => dotted_imports(tokens, "import", "."),
    }
}

fn import(tokens: &Tokens<'_>, module: String, span: Span, is_guarded: bool) -> Import {
    let at = tokens.place(span);
    Import { at, module, names: List::empty(at), is_guarded }
}

/// The words from a token on that are joined by a mark, and the token behind them.
fn path_at(tokens: &Tokens<'_>, start: usize, joint: &str) -> (String, Span, usize) {
    let marks = joint.as_bytes();
    let mut module = String::new();
    let mut span = tokens.at(start).map_or(Span::default(), |token| token.span);
    let mut index = start;
    while let Some(word) = tokens.word(index) {
        module.push_str(word);
        span = tokens.at(index).map_or(span, |token| span.to(token.span));
        index += 1;
        if !marks.iter().enumerate().all(|(offset, mark)| tokens.is(index + offset, *mark))
            || tokens.word(index + marks.len()).is_none()
        {
            break;
        }
        module.push_str(joint);
        index += marks.len();
    }
    (module, span, index)
}

/// Python: `import a.b, c as d` and `from a.b import c`; the module of the latter, and the module with each name.
fn python_imports(tokens: &Tokens<'_>) -> Vec<Import> {
    let mut out = Vec::new();
    for index in 0..tokens.code.tokens.len() {
        // What is indented is reached by `try`, by a condition or by a call only.
        let Some(column) = tokens.at(index).and_then(|token| token.indent) else { continue };
        match tokens.word(index) {
            Some("import") => {
                let is_guarded = column > 0;
                let mut at = index + 1;
                loop {
                    let (module, span, after) = path_at(tokens, at, ".");
                    if module.is_empty() {
                        break;
                    }
                    out.push(import(tokens, module, span, is_guarded));
                    at = if tokens.word(after) == Some("as") { after + 2 } else { after };
                    if !tokens.is(at, b',') {
                        break;
                    }
                    at += 1;
                }
            }
            Some("from") => {
                let dots = (index + 1..index + 9).take_while(|at| tokens.is(*at, b'.')).count();
                let start = index + 1 + dots;
                let (module, span, after) = match tokens.word(start) {
                    Some("import") => {
                        (String::new(), tokens.at(index).map_or(Span::default(), |token| token.span), start)
                    }
                    _ => path_at(tokens, start, "."),
                };
                if tokens.word(after) == Some("import") {
                    let module = format!("{}{module}", ".".repeat(dots));
                    let names = imported_names(tokens, after + 1);
                    out.push(Import { names, ..import(tokens, module, span, column > 0) });
                }
            }
            _ => {}
        }
    }
    out
}

/// The names behind `from module import`, in brackets or up to the end of the line.
fn imported_names(tokens: &Tokens<'_>, start: usize) -> List<Field<String>> {
    let at = tokens.place(tokens.at(start).map_or(Span::default(), |token| token.span));
    let is_bracketed = tokens.is(start, b'(');
    let mut items = Vec::new();
    for index in start..start.saturating_add(MAX_WORDS) {
        let Some(token) = tokens.at(index) else { break };
        if tokens.is(index, b')') || (!is_bracketed && token.indent.is_some()) {
            break;
        }
        let is_alias = index.checked_sub(1).is_some_and(|before| tokens.word(before) == Some("as"));
        if let Some(word) = tokens.word(index).filter(|word| *word != "as" && !is_alias) {
            items.push(Field::known(word.to_owned(), tokens.place(token.span)));
        }
    }
    List::new(items, at)
}

/// JavaScript: `import … from "x"`, `import "x"`, `require("x")`, `import("x")`, and `transport: { target: "x" }`, by
/// which Pino loads a module (Pino, "Transports").
fn script_imports(tokens: &Tokens<'_>) -> Vec<Import> {
    let mut out = Vec::new();
    for (index, token) in tokens.code.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Text) {
        let before = |back: usize| index.checked_sub(back);
        let word = |back: usize| before(back).and_then(|at| tokens.word(at));
        let is_called = before(1).is_some_and(|at| tokens.is(at, b'('));
        let is_mark = |back: usize, mark: u8| before(back).is_some_and(|at| tokens.is(at, mark));
        let is_transport = word(2) == Some("target")
            && word(5) == Some("transport")
            && is_mark(1, b':')
            && is_mark(3, b'{')
            && is_mark(4, b':');
        let is_import = matches!(word(1), Some("from" | "import"));
        if is_import || is_transport || (is_called && matches!(word(2), Some("require" | "import"))) {
            out.push(import(tokens, token.inner.slice(tokens.text).to_owned(), token.span, false));
        }
    }
    out
}

/// Go: the texts behind `import`, alone or in brackets.
fn go_imports(tokens: &Tokens<'_>) -> Vec<Import> {
    let mut out = Vec::new();
    let mut index = 0;
    while index < tokens.code.tokens.len() {
        if tokens.word(index) == Some("import") && tokens.at(index).is_some_and(|token| token.indent == Some(0)) {
            let is_block = tokens.is(index + 1, b'(');
            index += 1;
            while tokens.at(index).is_some() && !tokens.is(index, b')') {
                if let Some(Field::Known(module, origin)) = tokens.literal(index) {
                    out.push(import(tokens, module, origin.at.span, false));
                    if !is_block {
                        break;
                    }
                } else if !is_block && tokens.word(index).is_none() && !tokens.is(index, b'.') {
                    break;
                }
                index += 1;
            }
        }
        index += 1;
    }
    out
}

fn dotted_imports(tokens: &Tokens<'_>, keyword: &str, joint: &str) -> Vec<Import> {
    let mut out = Vec::new();
    for index in 0..tokens.code.tokens.len() {
        if tokens.word(index) != Some(keyword) || tokens.at(index).is_some_and(|token| token.indent.is_none()) {
            continue;
        }
        let start = if tokens.word(index + 1) == Some("static") { index + 2 } else { index + 1 };
        let (module, span, _) = path_at(tokens, start, joint);
        if !module.is_empty() {
            out.push(import(tokens, module, span, false));
        }
    }
    out
}
