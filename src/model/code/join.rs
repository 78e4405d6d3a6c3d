//! The files of one service joined: what all its source text together registers, reads and declares.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::shared::{self, Packages};
use super::{Metric, Route, Source, SourceFile, file, role, routes};
use crate::model::layout::Subtree;
use crate::model::value::{Field, List, Unresolved};
use crate::source::{EntryKind, FileId, Place};
use crate::syntax::code::Language;

/// A longer file is generated or data: 1 MiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// So much of one service is read: 64 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// What is read, and why there may be more.
struct Files<'t> {
    code: Vec<(FileId, &'t str, Language)>,
    unread: Option<(&'t str, &'static str)>,
}

/// One file in so many may be of a language that is not read before the service counts as written in it.
const UNREAD_SHARE: usize = 10;

/// Reads the source text below a root, of an image that is perhaps made of what lies outside of it. `packages` are those
/// of the repository.
pub(super) fn read(tree: &Subtree, packages: &Packages, outside: Option<&str>) -> Option<Source> {
    let mut files = files(tree);
    if let Some(path) = outside {
        files.unread.get_or_insert((path, "the image takes it from outside of this directory"));
    }
    if files.code.is_empty() {
        return None;
    }
    let read: Vec<SourceFile> = files
        .code
        .par_iter()
        .with_min_len(8)
        .filter_map(|(id, path, language)| {
            let text = tree.sources().read(*id)?;
            if is_generated(path, &text) {
                return None;
            }
            let root = tree.sources().get(*id).path.strip_suffix(*path).unwrap_or("");
            let is_test = role::is_test(path) || role::stands_in_tests(root);
            let mut file = file::read(*id, path, without_tests(&text, *language), *language, is_test);
            file.is_command |= role::is_command_root(root);
            Some(file)
        })
        .collect();
    let (tests, code): (Vec<_>, Vec<_>) = read.into_iter().map(Arc::new).partition(|file| file.is_test);
    let shared = shared::package_of(packages, tree, &code);
    (!code.is_empty()).then(|| join(tree.at, code, tests, files.unread, shared.as_deref()))
}

fn files(tree: &Subtree) -> Files<'_> {
    let (mut code, mut others, mut unread) = (Vec::new(), Vec::new(), None);
    let mut bytes = 0;
    for (id, entry, path) in tree.own(EntryKind::File) {
        let Some(language) = Language::of_path(path) else {
            if Language::is_unread(path) && !role::is_test(path) {
                others.push(path);
            }
            continue;
        };
        if entry.size() > MAX_FILE_BYTES {
            continue;
        }
        bytes += entry.size();
        if bytes > MAX_BYTES {
            unread = Some((path, "there is more source text than svclint reads"));
            break;
        }
        code.push((id, path, language));
    }
    if others.len() * UNREAD_SHARE > code.len()
        && let Some(first) = others.first()
    {
        unread.get_or_insert((first, "svclint does not read this language"));
    }
    Files { code, unread }
}

/// The text before the module of tests that a Rust file ends with (The Rust Book, "Test Organization").
fn without_tests(text: &str, language: Language) -> &str {
    const MODULES: [&str; 3] = ["#[cfg(test)]\nmod ", "#[cfg(test)]\npub mod ", "#[cfg(test)]\npub(crate) mod "];
    let end = MODULES.iter().filter(|_| language == Language::Rust).find_map(|module| text.find(*module));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Lines of this average length, in bytes, are no person's.
const GENERATED_LINE: usize = 300;

/// Directories of code that others have written. `vendor` alone may be about those who sell.
const VENDORED: &[&str] =
    &["_vendor/", "assets/vendor/", "public/vendor/", "static/vendor/", "third_party/", "thirdparty/", "vendored/"];

/// Whether nobody here has written the file: what is minified or copied from others, and what says in its first lines
/// that a program has written it (Go, "Generate").
fn is_generated(path: &str, text: &str) -> bool {
    let lines = text.lines().count().max(1);
    let mut start = text.lines().take(5);
    let is_vendored = |directory: &&str| {
        path.match_indices(*directory)
            .any(|(at, _)| path.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('/')))
    };
    path.contains(".min.")
        || VENDORED.iter().any(is_vendored)
        || text.len() / lines > GENERATED_LINE
        || start
            .any(|line| line.contains("Code generated") || line.contains("@generated") || line.contains("DO NOT EDIT"))
}

fn join(
    at: Place,
    code: Vec<Arc<SourceFile>>,
    tests: Vec<Arc<SourceFile>>,
    unread: Option<(&str, &'static str)>,
    shared: Option<&str>,
) -> Source {
    let unseen = |text: &str, why: &'static str| {
        Box::new(Unresolved { text: text.to_owned(), why: why.into(), at, via: None, expected: None })
    };
    let unread = unread.map(|(text, why)| unseen(text, why));
    let elsewhere = unread
        .clone()
        .or_else(|| shared.map(|name| unseen(name, "it is another package of this repository, and may do it")));
    let mut routes = List { items: routes::mounted(&code), at, unseen: unread.clone() };
    // What pages ask for looks like what a server answers.
    if role::is_only_pages(&code) {
        routes.items.clear();
    }
    if routes.items.is_empty() && routes.unseen.is_none() {
        routes.unseen = Some(unseen("the routes", "none is registered in a way that svclint knows"));
    }
    if routes.unseen.is_none()
        && let Some(module) = library_of(&code, registers_health)
    {
        routes.unseen = Some(unseen(&module, "it may register routes of its own"));
    }
    if routes.unseen.is_none()
        && let Some((module, _)) = import_of(&code, routes_by_files)
    {
        routes.unseen = Some(unseen(&module, "its routes are the names of files"));
    }
    let configured = configured_elsewhere(&code);
    let or_configured = |list: Option<Box<Unresolved>>| {
        list.or_else(|| configured.as_ref().map(|what| unseen(what, "it may be set up outside of the code")))
    };
    routes.unseen = or_configured(routes.unseen);
    let first = |found: Option<(String, Place)>, by_itself: Option<(String, Place)>| List {
        items: found.map(|(what, at)| Field::known(what, at)).into_iter().collect(),
        at,
        unseen: or_configured(elsewhere.clone())
            .or_else(|| by_itself.map(|(module, _)| unseen(&module, "it may do so by itself"))),
    };
    let unnamed = code.iter().find_map(|file| file.unnamed_env).map(|at| {
        let why = "names of variables are put together when the program runs".into();
        Box::new(Unresolved { text: "the environment".to_owned(), why, at, via: None, expected: None })
    });
    let instrumented = import_of(&code, exports_metrics);
    let mut languages = Vec::new();
    let mut seen = BTreeSet::new();
    for file in &code {
        if seen.insert(file.language) {
            languages.push(Field::known(file.language, file.at));
        }
    }
    let (public, documented) =
        code.iter().fold((0, 0), |sum, file| (sum.0 + file.documented.0, sum.1 + file.documented.1));
    Source {
        at,
        stays_up: unread.is_some() || !routes.items.is_empty() || configured.is_some() || role::stays_up(&code),
        languages: List { items: languages, at, unseen: unread.clone() },
        env_reads: gathered(&code, at, or_configured(elsewhere.clone()).or(unnamed), |file| &file.env_reads.items),
        log_calls: gathered(&code, at, unread.clone(), |file| &file.log_calls.items),
        metrics: List { items: all_metrics(&code), at, unseen: elsewhere.clone() },
        metrics_endpoints: first(metrics_endpoint(&code, &routes.items), instrumented.clone()),
        process_metrics: first(process_metrics(&code), instrumented),
        json_loggers: first(json_logging(&code), import_of(&code, sets_up_logs)),
        documented: match documented_share(public, documented) {
            Some(share) => Field::known(share, at),
            None => Field::Absent(at),
        },
        path_texts: List { items: path_texts(&code), at, unseen: elsewhere.clone() },
        routes,
        files: List { items: code, at, unseen: elsewhere },
        tests: List::new(tests, at),
    }
}

/// The texts that start with `/`, where the first of each stands.
fn path_texts(code: &[Arc<SourceFile>]) -> Vec<Field<String>> {
    let mut seen = BTreeSet::new();
    let texts = code.iter().flat_map(|file| file.mentions.iter());
    texts.filter(|text| text.value().is_some_and(|text| text.starts_with('/') && seen.insert(text))).cloned().collect()
}

/// Libraries that read settings or set up services by names that are not in the code.
const CONFIGURES: &[&str] = &[
    "config",
    "convict",
    "dynaconf",
    "environs",
    "github.com/alexflint/go-arg",
    "github.com/caarlos0/env",
    "github.com/ilyakaznacheev/cleanenv",
    "github.com/jessevdk/go-flags",
    "github.com/kelseyhightower/envconfig",
    "github.com/knadh/koanf",
    "github.com/sethvargo/go-envconfig",
    "github.com/spf13/viper",
    "hydra",
    "nconf",
    "org.springframework",
    "io.quarkus",
    "io.micronaut",
];

fn configured_elsewhere(code: &[Arc<SourceFile>]) -> Option<String> {
    let is_one = |module: &str| {
        CONFIGURES
            .iter()
            .any(|known| module.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/'])))
    };
    library_of(code, is_one)
}

/// Packages that answer health checks by themselves, by their names.
fn registers_health(module: &str) -> bool {
    let is_own = module.starts_with(['.', '/', '@']) && !module.starts_with("@nestjs/terminus")
        || ["app.", "src.", "crate", "super", "self"].iter().any(|own| module.starts_with(own));
    let name = module.to_ascii_lowercase();
    let is_probes = name.ends_with("/probes") || name.starts_with("sigs.k8s.io/controller-runtime");
    !is_own && (is_probes || ["health", "actuat", "terminus", "lightship"].iter().any(|part| name.contains(part)))
}

/// Frameworks whose routes are the files of a directory (Next.js, "Route Handlers"; React Router, "File Route
/// Conventions"; `SvelteKit`, "Routing"; Nuxt, "Server"; Astro, "Endpoints").
fn routes_by_files(module: &str) -> bool {
    ["next", "@remix-run", "@react-router", "@sveltejs/kit", "nuxt", "astro"].iter().any(|framework| {
        module.strip_prefix(framework).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
    })
}

/// Packages that export metrics by themselves: wrappers of a client, and frameworks with a server for them.
fn exports_metrics(module: &str) -> bool {
    let name = module.to_ascii_lowercase();
    let is_own = module.starts_with(['.', '/'])
        || ["app.", "src.", "crate", "super", "self"].iter().any(|own| module.starts_with(own));
    let is_client = matches!(module, "prometheus_client" | "prom-client" | "prometheus")
        || module.starts_with("github.com/prometheus/");
    !is_own
        && !is_client
        && (name.contains("prometheus")
            || name.contains("metrics")
            || module.starts_with("sigs.k8s.io/controller-runtime"))
}

/// Packages that set up the logger for those who import them: a company's own, and bridges to a collector.
fn sets_up_logs(module: &str) -> bool {
    let last = module.rsplit(['/', '.']).next().unwrap_or(module);
    let is_shared = module.starts_with('@') && (last.contains("logger") || last.contains("logging"));
    is_shared
        || last.starts_with("otel") && last.contains("log")
        || module.starts_with("sigs.k8s.io/controller-runtime")
}

fn documented_share(public: u32, documented: u32) -> Option<i64> {
    (u64::from(documented) * 100).checked_div(u64::from(public)).and_then(|share| i64::try_from(share).ok())
}

fn gathered<T>(
    code: &[Arc<SourceFile>],
    at: Place,
    unseen: Option<Box<Unresolved>>,
    of: impl Fn(&SourceFile) -> &[Arc<T>],
) -> List<Arc<T>> {
    List { items: code.iter().flat_map(|file| of(file).iter().cloned()).collect(), at, unseen }
}

/// The metrics; one that its own file does not use may be used by another one.
fn all_metrics(code: &[Arc<SourceFile>]) -> Vec<Arc<Metric>> {
    let is_named_elsewhere = |metric: &Metric, home: usize| {
        let others = code.iter().enumerate().filter(|(index, _)| *index != home);
        let mut mentions = others.flat_map(|(_, file)| file.mentions.values());
        mentions.any(|mention| metric.variable.as_ref() == Some(mention))
    };
    let metrics =
        code.iter().enumerate().flat_map(|(home, file)| file.metrics.iter().map(move |metric| (home, metric)));
    metrics
        .map(|(home, metric)| {
            let is_updated = metric.is_updated || is_named_elsewhere(metric, home);
            Arc::new(Metric { is_updated, ..metric.clone() })
        })
        .collect()
}

/// Calls that serve a registry (clients of Python, Go and JavaScript).
const EXPOSERS: &[&str] = &[
    "make_asgi_app",
    "make_wsgi_app",
    "start_http_server",
    "generate_latest",
    "promhttp.Handler",
    "promhttp.HandlerFor",
    "register.metrics",
    "PrometheusMetrics",
    "express-prom-bundle",
    "promBundle",
    "PrometheusMetricLayer",
    "PrometheusBuilder.new",
];

fn metrics_endpoint(code: &[Arc<SourceFile>], routes: &[Arc<Route>]) -> Option<(String, Place)> {
    let by_route = routes.iter().find(|route| route.path.value().is_some_and(|path| path.ends_with("/metrics")));
    by_route
        .map(|route| ("/metrics".to_owned(), route.at))
        .or_else(|| {
            call_of(code, |call| {
                EXPOSERS.iter().any(|exposer| call.callee == *exposer || call.callee.ends_with(&format!(".{exposer}")))
                    || (call.name == "expose" && call.callee.contains("nstrument"))
                    || (call.callee.starts_with("Instrumentator") && call.name == "expose")
                    || (call.name == "expose" && call.receiver.value().is_some_and(String::is_empty))
            })
        })
        .or_else(|| {
            // A server written by hand compares the path.
            let mut texts = code.iter().filter(|file| !file.is_command).flat_map(|file| file.mentions.iter());
            let path = |text: &str| text == "/metrics" || text.trim_end().ends_with("GET /metrics");
            texts.find_map(|text| text.value().filter(|value| path(value)).map(|value| (value.clone(), text.place())))
        })
}

/// Clients that export the process's own metrics by themselves.
fn process_metrics(code: &[Arc<SourceFile>]) -> Option<(String, Place)> {
    let by_call =
        call_of(code, |call| call.name == "collectDefaultMetrics" || call.callee.starts_with("promhttp.Handler"));
    by_call.or_else(|| {
        import_of(code, |module| {
            module == "prometheus_client" || module.starts_with("prometheus_fastapi_instrumentator")
        })
    })
}

/// Modules that write JSON without being told to.
const JSON_LOGGERS: &[&str] = &[
    "pythonjsonlogger",
    "pino",
    "bunyan",
    "go.uber.org/zap",
    "json_logging",
    "ecs_logging",
    "nestjs-pino",
    "github.com/rs/zerolog",
    "tracing_bunyan_formatter",
];

/// `tracing_subscriber::fmt().json()` and its like, in a file that uses that library (tracing-subscriber, "Formatters").
fn json_tracing(code: &[Arc<SourceFile>]) -> Option<(String, Place)> {
    let uses = |file: &&Arc<SourceFile>| {
        file.language == super::CodeLanguage::Rust && file.mentions.values().any(|name| name == "tracing_subscriber")
    };
    let mut calls = code.iter().filter(uses).flat_map(|file| file.calls.iter());
    calls.find(|call| call.name == "json").map(|call| (call.callee.clone(), call.at))
}

fn json_logging(code: &[Arc<SourceFile>]) -> Option<(String, Place)> {
    import_of(code, |module| {
        JSON_LOGGERS.iter().any(|known| module == *known || module.starts_with(&format!("{known}.")))
    })
    .or_else(|| {
        call_of(code, |call| {
            let name = call.name.to_ascii_lowercase();
            (name.contains("json")
                && (name.contains("formatter") || name.contains("renderer") || name.contains("handler")))
                || (call.callee.ends_with("format.json") || call.callee.ends_with("slog.NewJSONHandler"))
                || call.keywords.values().any(|keyword| keyword == "serialize")
        })
    })
    .or_else(|| {
        let names = code.iter().flat_map(|file| file.mentions.iter());
        let json = names.filter(|name| {
            name.value().is_some_and(|name| name.ends_with("JSONFormatter") || name.ends_with("JsonFormatter"))
        });
        json.take(1).next().and_then(|name| Some((name.value()?.clone(), name.place())))
    })
    .or_else(|| json_tracing(code))
}

fn call_of(code: &[Arc<SourceFile>], is_it: impl Fn(&super::Call) -> bool) -> Option<(String, Place)> {
    code.iter().flat_map(|file| file.calls.iter()).find(|call| is_it(call)).map(|call| (call.callee.clone(), call.at))
}

/// Like `import_of`, without what Python finds in the service itself before it looks for libraries: `config.settings`
/// where there is a directory `config`.
fn library_of(code: &[Arc<SourceFile>], is_it: impl Fn(&str) -> bool) -> Option<String> {
    let is_own = |module: &str| {
        let name = module.split('.').next().unwrap_or(module);
        code.iter().any(|file| {
            let mut parts = file.path.0.rsplit('/');
            parts.next().and_then(|file| file.strip_suffix(".py")) == Some(name) || parts.any(|part| part == name)
        })
    };
    let imports = code.iter().flat_map(|file| file.imports.iter().map(move |import| (file.language, import)));
    imports
        .filter(|(_, import)| is_it(&import.module))
        .find(|(language, import)| *language != super::CodeLanguage::Python || !is_own(&import.module))
        .map(|(_, import)| import.module.clone())
}

fn import_of(code: &[Arc<SourceFile>], is_it: impl Fn(&str) -> bool) -> Option<(String, Place)> {
    let mut imports = code.iter().flat_map(|file| file.imports.iter());
    imports.find(|import| is_it(&import.module)).map(|import| (import.module.clone(), import.at))
}
