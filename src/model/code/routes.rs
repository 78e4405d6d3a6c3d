//! The routes that code registers, in the frameworks that services are written with.

use std::sync::Arc;

use super::tokens::Tokens;
use super::{HandlerMentions, Route, SourceFile};
use crate::model::value::{Field, List};
use crate::source::Place;
use crate::syntax::code::{Argument, Call, Language, TokenKind};

/// A router that is put under a prefix somewhere else.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The words of the argument that names the router.
    pub(super) words: Vec<String>,
    /// The prefix; empty where none is given.
    pub(super) prefix: Field<String>,
    /// The router or application that it is put into.
    pub(super) into: String,
}

/// Methods of HTTP, as routers spell their functions (RFC 9110, section 9).
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// What registers a route for every method or names the methods elsewhere.
const ANY_METHOD: &[&str] = &[
    "route",
    "api_route",
    "add_api_route",
    "add_url_rule",
    "add_route",
    "websocket",
    "websocket_route",
    "add_websocket_route",
    "all",
    "Handle",
    "HandleFunc",
    "Any",
    "Get",
    "Post",
    "Put",
    "Patch",
    "Delete",
    "Head",
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "Route",
    "WebSocketRoute",
    "APIRoute",
    "APIWebSocketRoute",
    "Mount",
    "path",
    "re_path",
    "GetMapping",
    "PostMapping",
    "PutMapping",
    "PatchMapping",
    "DeleteMapping",
    "RequestMapping",
    "nest",
    "service",
    "resource",
    "add_get",
    "add_post",
    "add_put",
    "add_delete",
    "handle",
    "handleFunc",
];

/// Receivers that have the same methods and are no routers: clients, caches and the like.
const NO_ROUTERS: &[&str] = &[
    "axios",
    "requests",
    "httpx",
    "client",
    "session",
    "http_client",
    "api",
    "cache",
    "redis",
    "fetch",
    "os",
    "params",
    "headers",
    "config",
    "map",
    "request",
    "req",
    "res",
    "response",
    "http.client",
    "superagent",
    "got",
    "test_client",
    "localStorage",
    "sessionStorage",
    "store",
    "environ",
    "sync",
    "storage",
];

/// The routes of a file.
pub(super) fn routes(tokens: &Tokens<'_>, mentions: &Arc<List<Field<String>>>) -> Vec<Route> {
    let prefixes = own_prefixes(tokens);
    let class = class_prefix(tokens);
    let outside = class.as_ref().map(|(index, _)| *index);
    let calls = tokens.calls.iter().enumerate().filter(|(index, _)| Some(*index) != outside);
    let controllers = controllers(tokens);
    let mut out: Vec<Route> = calls
        .filter_map(|(_, call)| {
            let route = route(tokens, call, &prefixes, mentions).or_else(|| bare(tokens, call, mentions))?;
            let controller = controllers.iter().rev().find(|(start, _)| call.is_decorator && *start < call.start);
            Some(controller.map_or_else(|| route.clone(), |(_, prefix)| under(&route, prefix)))
        })
        .collect();
    if let Some((_, prefix)) = class {
        out = out.iter().map(|route| under(route, &prefix)).collect();
    }
    if tokens.language == Language::Go {
        out.retain(|route| route.path.value().is_none_or(|path| path.starts_with('/')));
    }
    out
}

/// Spring: the `@RequestMapping` of a class, which stands before all paths in it.
fn class_prefix(tokens: &Tokens<'_>) -> Option<(usize, Field<String>)> {
    if !matches!(tokens.language, Language::Java | Language::Kotlin) {
        return None;
    }
    let (index, call) = tokens.calls.iter().enumerate().find(|(_, call)| call.name() == "RequestMapping")?;
    let keyword = |at: &usize| matches!(tokens.word(*at), Some("class" | "interface" | "void" | "fun"));
    let behind = (call.end..call.end + 60).find(keyword).and_then(|at| tokens.word(at));
    let is_of_class = matches!(behind, Some("class" | "interface"));
    let argument = tokens.arguments(call);
    let path = path_argument(&argument).filter(|_| is_of_class)?;
    Some((index, tokens.as_text(path)))
}

/// `NestJS`: the `@Controller("path")` of each class, which stands before the paths of its methods (`NestJS`,
/// "Controllers").
fn controllers(tokens: &Tokens<'_>) -> Vec<(usize, Field<String>)> {
    if !tokens.language.is_script() {
        return Vec::new();
    }
    let found = tokens.calls.iter().filter(|call| call.is_decorator && call.name() == "Controller");
    found
        .map(|call| {
            let first = tokens.arguments(call).into_iter().next();
            let text = first.and_then(|argument| tokens.literal(argument.start));
            let at = tokens.place(call.span);
            let prefix =
                text.map_or_else(|| Field::known(String::new(), at), |text| text.map(|text| joined("", &text)));
            (call.start, prefix)
        })
        .collect()
}

/// `NestJS`: `@Get()`, which answers at the path of its controller.
fn bare(tokens: &Tokens<'_>, call: &Call, mentions: &Arc<List<Field<String>>>) -> Option<Route> {
    let is_bare = tokens.language.is_script()
        && call.is_decorator
        && matches!(call.name(), "Get" | "Post" | "Put" | "Patch" | "Delete" | "All")
        && call.start == call.end;
    if !is_bare {
        return None;
    }
    let at = tokens.place(call.span);
    let argument = Argument { keyword: None, start: call.start, end: call.end };
    let method = Field::known(call.name().to_ascii_uppercase(), at);
    let mentions = HandlerMentions::of(tokens, call, &argument, at, mentions);
    let path = Field::known("/".to_owned(), at);
    Some(Route { at, path, method, is_websocket: false, mentions, router: String::new() })
}

fn is_registration(tokens: &Tokens<'_>, call: &Call) -> bool {
    let name = call.name();
    let receiver = call.receiver().unwrap_or("");
    let last = receiver.rsplit('.').next().unwrap_or(receiver);
    if NO_ROUTERS.contains(&last) || last.to_ascii_lowercase().ends_with("client") {
        return false;
    }
    // Angular's client and services that wrap one.
    if tokens.language.is_script() && matches!(last, "http" | "$http" | "httpService" | "apiService") {
        return false;
    }
    match tokens.language {
        Language::Python if call.is_decorator => METHODS.contains(&name) || ANY_METHOD.contains(&name),
        // Outside of decorators `get` and its like are dictionaries.
        Language::Python => ANY_METHOD.contains(&name) && !matches!(name, "all" | "service" | "resource" | "handle"),
        Language::JavaScript | Language::TypeScript => {
            !receiver.is_empty() && (METHODS.contains(&name) || matches!(name, "all" | "route"))
                || (call.is_decorator && matches!(name, "Get" | "Post" | "Put" | "Patch" | "Delete" | "All"))
        }
        Language::Java | Language::Kotlin => {
            call.is_decorator && name.ends_with("Mapping")
                || (tokens.language == Language::Kotlin && METHODS.contains(&name))
        }
        Language::Go => !receiver.is_empty() && ANY_METHOD.contains(&name),
        Language::Rust => {
            matches!(name, "route" | "api_route" | "api_route_with" | "resource")
                || (call.is_decorator && METHODS.contains(&name))
        }
    }
}

fn route(
    tokens: &Tokens<'_>,
    call: &Call,
    prefixes: &[(String, String)],
    mentions: &Arc<List<Field<String>>>,
) -> Option<Route> {
    if !is_registration(tokens, call) {
        return None;
    }
    let arguments = tokens.arguments(call);
    let first = path_argument(&arguments)?;
    let token = tokens.at(first.start)?;
    if !token.is_text() {
        return named_path(tokens, call, first, mentions);
    }
    let text = token.inner.slice(tokens.text);
    // Django writes paths without their first slash; everywhere else one without is no path.
    let is_django = tokens.language == Language::Python && matches!(call.callee.as_str(), "path" | "re_path");
    let is_nest = call.is_decorator && matches!(tokens.language, Language::TypeScript | Language::JavaScript);
    let is_made = token.kind == TokenKind::Template && text.contains('/');
    if !is_django && !is_nest && !is_made && !text.starts_with('/') && !has_method(text) {
        return None;
    }
    // A route has a handler besides its path; `app.get("/x")` alone asks for a setting (Express, `app.get`).
    if tokens.language.is_script() && !call.is_decorator && arguments.len() < 2 && call.name() != "route" {
        return None;
    }
    // A client is given what it sends: `http.post("/orders", { id })`.
    let is_sent = |argument: &&Argument| tokens.is(argument.start, b'{');
    if tokens.language.is_script()
        && METHODS.contains(&call.name())
        && arguments.len() == 2
        && arguments.last().as_ref().is_some_and(is_sent)
    {
        return None;
    }
    let (method, path) = method_and_path(call, text);
    let at = tokens.place(token.span);
    let prefix = call
        .receiver()
        .and_then(|receiver| prefixes.iter().find(|(name, _)| name == receiver).map(|(_, prefix)| prefix.as_str()));
    let path = if token.kind == TokenKind::Template {
        Field::unresolved(text, "it is put together when the program runs", at)
    } else {
        Field::known(joined(prefix.unwrap_or(""), path), at)
    };
    let method = method.map_or(Field::Absent(at), |method| Field::known(method, at));
    let is_websocket = call.name().to_ascii_lowercase().contains("websocket");
    let router = call.receiver().unwrap_or("").to_owned();
    let mentions = HandlerMentions::of(tokens, call, first, at, mentions);
    Some(Route { at, path, method, is_websocket, mentions, router })
}

/// Go: a path that has a name, as in `mux.Handle(HealthPath, …)`; what it is, is not looked up.
fn named_path(
    tokens: &Tokens<'_>,
    call: &Call,
    first: &Argument,
    mentions: &Arc<List<Field<String>>>,
) -> Option<Route> {
    let is_named = tokens.language == Language::Go && matches!(call.name(), "Handle" | "HandleFunc");
    let name = tokens.word(first.start).filter(|_| is_named && tokens.arguments(call).len() == 2)?;
    let at = tokens.place(call.span);
    Some(Route {
        at,
        path: Field::unresolved(name, "the path has a name in the code", at),
        method: Field::Absent(at),
        is_websocket: false,
        mentions: HandlerMentions::of(tokens, call, first, at, mentions),
        router: call.receiver().unwrap_or("").to_owned(),
    })
}

/// The argument that holds the path.
fn path_argument(arguments: &[Argument]) -> Option<&Argument> {
    let named = |argument: &&Argument| matches!(argument.keyword.as_deref(), Some("path" | "rule" | "value"));
    arguments.iter().find(named).or_else(|| arguments.iter().find(|argument| argument.keyword.is_none()))
}

/// Whether a pattern starts with its method, as those of Go's `http.ServeMux` do.
fn has_method(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(method, path)| {
        METHODS.contains(&method.to_ascii_lowercase().as_str()) && path.trim_start().starts_with('/')
    })
}

fn method_and_path<'t>(call: &Call, text: &'t str) -> (Option<String>, &'t str) {
    if has_method(text)
        && let Some((method, path)) = text.split_once(' ')
    {
        return (Some(method.to_ascii_uppercase()), path.trim_start());
    }
    let name = call.name().trim_start_matches("add_").trim_end_matches("Mapping").to_ascii_lowercase();
    (METHODS.contains(&name.as_str()).then(|| name.to_ascii_uppercase()), text)
}

/// A prefix and a path, with one slash between them and none at the end.
pub(super) fn joined(prefix: &str, path: &str) -> String {
    let path = path.trim_start_matches('^').trim_end_matches('$');
    let all = format!("{}/{}", prefix.trim_end_matches('/'), path.trim_start_matches('/'));
    let trimmed = all.trim_end_matches('/');
    if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() }
}

/// Routers of this file with the prefix that they are made with: `APIRouter(prefix="/api")`, `r.Group("/api")`.
fn own_prefixes(tokens: &Tokens<'_>) -> Vec<(String, String)> {
    let prefix = |call: &Call| {
        let keyword = match call.name() {
            "APIRouter" => "prefix",
            "Blueprint" => "url_prefix",
            "Group" | "group" | "PathPrefix" => "",
            _ => return None,
        };
        let named = tokens.arguments(call).into_iter().find(|argument| {
            if keyword.is_empty() { argument.keyword.is_none() } else { argument.keyword.as_deref() == Some(keyword) }
        })?;
        Some((call.variable.clone()?, tokens.as_text(&named).value()?.clone()))
    };
    tokens.calls.iter().filter_map(prefix).collect()
}

/// Where routers are included: `include_router(r, prefix=…)`, `register_blueprint(b, url_prefix=…)`,
/// `app.use("/x", router)`.
pub(super) fn mounts(tokens: &Tokens<'_>) -> Vec<Mount> {
    tokens.calls.iter().filter_map(|call| mount(tokens, call)).collect()
}

fn mount(tokens: &Tokens<'_>, call: &Call) -> Option<Mount> {
    let arguments = tokens.arguments(call);
    let keyword = |name: &str| arguments.iter().find(|one| one.keyword.as_deref() == Some(name));
    let (prefix, router) = match call.name() {
        "include_router" => (keyword("prefix"), arguments.first()?),
        "register_blueprint" => (keyword("url_prefix"), arguments.first()?),
        "use" if tokens.language.is_script() => {
            let first = arguments.first()?;
            let has_path = tokens.at(first.start).is_some_and(crate::syntax::code::Token::is_text);
            (has_path.then_some(first), arguments.last()?)
        }
        _ => return None,
    };
    let words: Vec<String> =
        (router.start..router.end.min(router.start + 12)).filter_map(|at| tokens.word(at)).map(str::to_owned).collect();
    if words.is_empty() {
        return None;
    }
    let at = tokens.place(call.span);
    let prefix = prefix.map_or_else(|| Field::known(String::new(), at), |prefix| tokens.as_text(prefix));
    Some(Mount { words, prefix, into: call.receiver().unwrap_or("").to_owned() })
}

/// Names that routers have in many files, so that they do not tell which one is meant.
const COMMON_NAMES: &[&str] = &["api", "app", "blueprint", "bp", "main", "r", "route", "router", "routes", "server"];

/// Includes in includes are followed so far.
const MAX_DEPTH: usize = 4;

/// The routes of all files, each under the prefixes with which its router is included.
pub(super) fn mounted(files: &[Arc<SourceFile>]) -> Vec<Arc<Route>> {
    let mounts: Vec<(usize, &Mount)> = files
        .iter()
        .enumerate()
        .flat_map(|(index, file)| file.mounts.iter().map(move |mount| (index, mount)))
        .collect();
    let mut out = Vec::new();
    for (index, file) in files.iter().enumerate() {
        for route in &file.routes {
            let prefix = prefix_of(files, &mounts, index, &route.router, 0);
            out.push(match prefix.value() {
                Some(prefix) if prefix.is_empty() => Arc::clone(route),
                _ => Arc::new(under(route, &prefix)),
            });
        }
    }
    out
}

/// What stands before the paths of a router.
fn prefix_of(
    files: &[Arc<SourceFile>],
    mounts: &[(usize, &Mount)],
    file: usize,
    router: &str,
    depth: usize,
) -> Field<String> {
    let none = |at: Place| Field::known(String::new(), at);
    let Some(here) = files.get(file) else { return none(Place::whole(crate::source::FileId(0))) };
    let mut parts = here.path.0.rsplit('/');
    let stem = parts.next().and_then(|name| name.split('.').next()).unwrap_or("");
    let directory = parts.next().unwrap_or("");
    let is_common = COMMON_NAMES.contains(&router);
    let is_generic = COMMON_NAMES.contains(&stem) || matches!(stem, "index" | "__init__");
    let names = |index: usize, mount: &Mount| {
        mount.words.iter().any(|word| {
            (word == router && (index == file || !is_common))
                || (index != file && (word == stem && !is_generic || word == directory && is_generic))
        })
    };
    let found = mounts.iter().find(|(index, mount)| mount.into != router && names(*index, mount));
    let Some((index, mount)) = found.filter(|_| depth < MAX_DEPTH) else { return none(here.at) };
    let outer = prefix_of(files, mounts, *index, &mount.into, depth + 1);
    match (outer, mount.prefix.clone()) {
        (Field::Known(outer, _), Field::Known(inner, origin)) if inner.is_empty() => Field::Known(outer, origin),
        (Field::Known(outer, _), Field::Known(inner, origin)) => Field::Known(joined(&outer, &inner), origin),
        (Field::Known(..), unknown) | (unknown, _) => unknown,
    }
}

/// A route under a further prefix.
fn under(route: &Route, prefix: &Field<String>) -> Route {
    let path = match (&route.path, prefix) {
        (Field::Known(path, _), Field::Known(prefix, _)) => Field::known(joined(prefix, path), route.at),
        (Field::Known(path, _), _) => {
            Field::unresolved(path, "the prefix of its router is put together when the program runs", route.at)
        }
        (other, _) => other.clone(),
    };
    Route { path, ..route.clone() }
}
