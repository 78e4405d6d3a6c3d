//! The source text of a service: what its code registers, reads, calls and imports, tests set apart.

mod env;
mod file;
mod handler;
mod join;
mod logs;
mod metrics;
mod role;
mod routes;
mod secrets;
mod shared;
mod tokens;

pub use handler::HandlerMentions;
pub use shared::Packages;

use std::sync::{Arc, OnceLock};

use super::layout::Subtree;
use super::schema::{Modelled, PathText, Slot, Type, View};
use super::value::{Field, List};
use crate::source::Place;
use crate::{model, words};

words! {
    /// A programming language.
    pub enum CodeLanguage {
        /// Python.
        Python = "python",
        /// JavaScript.
        JavaScript = "javascript",
        /// TypeScript.
        TypeScript = "typescript",
        /// Go.
        Go = "go",
        /// Rust.
        Rust = "rust",
        /// Java.
        Java = "java",
        /// Kotlin.
        Kotlin = "kotlin",
    }
}

words! {
    /// What a metric measures (Prometheus, "Metric types").
    pub enum MetricType {
        /// A number that only grows.
        Counter = "counter",
        /// A number that goes up and down.
        Gauge = "gauge",
        /// Observations in buckets.
        Histogram = "histogram",
        /// Observations as quantiles.
        Summary = "summary",
    }
}

model! {
    /// A module that a file imports.
    pub struct Import as "source.import" {
        /// The module, its parts joined with dots in Python and Java, with `/` in Go and JavaScript, with `::` in Rust.
        module: String,
        /// The names that are taken from it (`from module import name` of Python).
        names: List<Field<String>>,
        /// Whether the file goes on where the module is not there: the import stands in `try`, in a condition or in a
        /// function (Python).
        is_guarded: bool,
    }
    label(import) { import.module.clone() }
}

model! {
    /// A call.
    pub struct Call as "source.call" {
        /// What is called, its parts joined with dots, such as `app.add_middleware`.
        callee: String,
        /// The last part of it.
        name: String,
        /// What that is called on.
        receiver: Field<String>,
        /// The first argument, where it is a text without code in it.
        first_text: Field<String>,
        /// The names by which arguments are given.
        keywords: List<Field<String>>,
        /// The words of the arguments, those within calls in them left out.
        words: List<Field<String>>,
        /// The function that it stands in.
        within: Field<String>,
    }
    label(call) { call.callee.clone() }
}

model! {
    /// A route that a service answers.
    pub struct Route as "source.route" {
        /// The path, with the prefixes of its routers where they are constants.
        path: Field<String>,
        /// The method, in capitals; absent where it is registered for all.
        method: Field<String>,
        /// Whether it is a WebSocket.
        is_websocket: bool,
        /// The words and texts of the file that it is registered in; not known where what answers it stands in another.
        mentions: HandlerMentions,
    }
    with {
        /// What it is registered on.
        router: String,
    }
    label(route) { route.path.value().cloned().unwrap_or_else(|| "a route".to_owned()) }
}

model! {
    /// A variable of the environment that the code reads.
    pub struct EnvRead as "source.env_read" {
        /// Its name.
        name: String,
        /// What is taken where it is not set; `""` counts as nothing.
        default: Field<String>,
        /// Whether its value is taken as it is, so that a default would stand here; what is given to a further call, or
        /// read in Go or Java, may get it later.
        takes_default: bool,
        /// Whether one is written there, be it `""`, or the program asks whether the variable is set.
        has_default: bool,
        /// Whether its name is that of a secret, and its default is no switch, amount or word for nothing.
        is_secret_like: bool,
        /// Whether a program for the command line or a script beside the service reads it.
        is_of_command: bool,
    }
    label(read) { read.name.clone() }
}

model! {
    /// A metric that the code declares.
    pub struct Metric as "source.metric" {
        /// Its name as it is exported: a counter of Python's client ends in `_total` ("Counter" of its documentation).
        name: Field<String>,
        /// What it measures.
        r#type: MetricType,
        /// Its labels.
        labels: List<Field<String>>,
        /// Whether the code updates it somewhere.
        is_updated: bool,
    }
    with {
        /// The variable that holds it.
        variable: Option<String>,
    }
    label(metric) { metric.name.value().cloned().unwrap_or_else(|| "a metric".to_owned()) }
}

model! {
    /// A call that writes to the log.
    pub struct LogCall as "source.log_call" {
        /// What is called, such as `logger.info`.
        callee: String,
        /// The variables and attributes that are written, by their last part; the literal text is none of them.
        values: List<Field<String>>,
    }
    label(call) { call.callee.clone() }
}

model! {
    /// A secret that is written in the code.
    pub struct WrittenSecret as "source.secret" {
        /// What it is: the variable that it is given to, or the kind of key that it looks like.
        name: String,
    }
    label(secret) { secret.name.clone() }
}

model! {
    /// A literal that is given to a name, as in `preset: "ts-jest"` or `workers = 4`.
    pub struct Setting as "source.setting" {
        /// The name.
        name: String,
        /// The literal as text.
        value: String,
        /// The same as a number, where it is one.
        number: Field<i64>,
    }
    label(setting) { setting.name.clone() }
}

model! {
    /// A file of source text.
    pub struct SourceFile as "source.file" {
        /// Path, relative to the service's root.
        path: PathText,
        /// Its language.
        language: CodeLanguage,
        /// Whether it is a test.
        is_test: bool,
        /// Whether it is a program for the command line or a script beside the service.
        is_command: bool,
        /// What it imports.
        imports: List<Import>,
        /// What it calls.
        calls: List<Call>,
        /// The functions that it defines.
        functions: List<Field<String>>,
        /// The literals that are given to names.
        settings: List<Setting>,
        /// Whether an object in it takes what another one has, as `...base` does (JavaScript and TypeScript).
        spreads: bool,
        /// Secrets that are written in it.
        secrets: List<WrittenSecret>,
        /// Its identifiers, numbers and texts, each once; comments are none of them.
        mentions: Arc<List<Field<String>>>,
    }
    with {
        /// Routes.
        routes: List<Arc<Route>>,
        /// Reads of the environment.
        env_reads: List<Arc<EnvRead>>,
        /// Where it reads variables by names that are put together.
        unnamed_env: Option<Place>,
        /// Metrics; whether one is updated is told for all files together.
        metrics: Vec<Metric>,
        /// Calls that log.
        log_calls: List<Arc<LogCall>>,
        /// Public functions and classes, and how many of them are documented; Python only.
        documented: (u32, u32),
        /// Prefixes under which routers are included: the words of the argument that names the router, and the prefix.
        mounts: Vec<routes::Mount>,
    }
    label(file) { file.path.0.clone() }
}

model! {
    /// The source text of a service, tests left out unless a field says so.
    pub struct Source as "source" {
        /// The languages, in order.
        languages: List<Field<CodeLanguage>>,
        /// Whether it stays up: it answers requests or waits for messages, or is written in what is not read.
        stays_up: bool,
        /// The files.
        files: List<Arc<SourceFile>>,
        /// The files of tests.
        tests: List<Arc<SourceFile>>,
        /// The routes.
        routes: List<Arc<Route>>,
        /// Reads of the environment.
        env_reads: List<Arc<EnvRead>>,
        /// The metrics.
        metrics: List<Arc<Metric>>,
        /// The texts that start with `/`, as paths do, each once.
        path_texts: List<Field<String>>,
        /// Calls that write to the log.
        log_calls: List<Arc<LogCall>>,
        /// What exposes metrics: the first route, or call that serves a registry.
        metrics_endpoints: List<Field<String>>,
        /// What exports the metrics of the process itself: the first use of a client library that does.
        process_metrics: List<Field<String>>,
        /// What writes logs as JSON: the first formatter, or library that does.
        json_loggers: List<Field<String>>,
        /// How many of a hundred public functions and classes have a docstring (Python).
        documented: Field<i64>,
    }
    label(_source) { "the source".to_owned() }
}

/// The source text of a service, read when a rule first asks for it.
#[derive(Clone, Debug)]
pub struct LazySource {
    tree: Subtree,
    packages: Arc<Packages>,
    /// A directory or file outside of the root that the image of the service is made of.
    outside: Option<String>,
    made: OnceLock<Option<Arc<Source>>>,
}

impl LazySource {
    /// The source below a service's root. `packages` are those of the repository.
    pub(super) fn new(tree: &Subtree, packages: &Arc<Packages>) -> Self {
        Self { tree: tree.clone(), packages: Arc::clone(packages), outside: None, made: OnceLock::new() }
    }

    /// The source of a service whose image is made of what lies outside of its root, which is not seen.
    pub(super) fn made_of(tree: &Subtree, packages: &Arc<Packages>, outside: Option<String>) -> Self {
        Self { outside, ..Self::new(tree, packages) }
    }

    /// The source; `None` where there is none.
    pub fn get(&self) -> Option<&Arc<Source>> {
        self.made.get_or_init(|| join::read(&self.tree, &self.packages, self.outside.as_deref()).map(Arc::new)).as_ref()
    }
}

impl Modelled for LazySource {
    const TYPE: Type = Type::Struct(Source::schema);
    const OPTIONAL: bool = true;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        match self.get() {
            Some(source) => Slot::Known(View::Node(&**source), self.tree.at.into()),
            None => Slot::Absent(self.tree.at),
        }
    }
}
