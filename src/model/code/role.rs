//! What a file of source text is for, and whether a service's code stays up or runs to its end.

use std::sync::Arc;

use super::{CodeLanguage, Import, SourceFile};
use crate::model::value::List;

/// Directories of tests and of what tests use.
const TEST_DIRECTORIES: &[&str] = &[
    "__tests__",
    "__mocks__",
    "benchmark",
    "benchmarks",
    "benches",
    "examples",
    "fixtures",
    "k6",
    "loadtest",
    "loadtests",
    "mocks",
    "perf",
    "spec",
    "stories",
    "testdata",
    "testing",
];

/// Whether a file is a test, by its directory or its name.
pub(super) fn is_test(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path).to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or(&name);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_mock")
        || matches!(stem, "conftest" | "test" | "mock" | "mocks")
        || stem.ends_with("tests")
        || [".test.", ".spec.", ".story.", ".stories.", ".mock."].iter().any(|part| name.contains(part))
        || parts.any(|part| {
            // Source sets of Gradle: `integrationTest`, `testFixtures`.
            if part.ends_with("Test") || part.ends_with("Tests") || part.starts_with("testF") {
                return true;
            }
            let part = part.to_ascii_lowercase();
            TEST_DIRECTORIES.contains(&part.as_str())
                || part.split(['-', '_']).any(|word| matches!(word, "test" | "tests" | "unittests" | "e2e"))
        })
}

/// Whether a service's root, relative to that of the run, lies among tests: what is built there is for tests.
pub(super) fn stands_in_tests(root: &str) -> bool {
    let mut words = root.split(['/', '-', '_']);
    words.any(|word| matches!(word, "test" | "tests" | "e2e" | "loadtest" | "loadtests" | "mock" | "mocks"))
}

/// Whether a file holds the settings of developers by its name: `settings/dev.py`, `config/local.ts`.
pub(super) fn is_for_developers(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let stem = parts.next().and_then(|name| name.split('.').next()).unwrap_or("");
    matches!(stem, "dev" | "develop" | "development" | "local" | "ci" | "testing")
        && parts.next().is_some_and(|directory| matches!(directory, "conf" | "config" | "configs" | "settings" | "env"))
}

/// Whether a service's root is called what programs for the command line are: `shop-cli`, `rules-tool`; or stands among
/// jobs, which run to their end.
pub(super) fn is_command_root(root: &str) -> bool {
    if root.split('/').any(|part| matches!(part, "jobs" | "cronjobs" | "batch")) {
        return true;
    }
    let name = root.trim_end_matches('/').rsplit('/').next().unwrap_or(root);
    name.split(['-', '_']).any(|word| matches!(word, "cli" | "ctl" | "tool"))
}

/// Modules that only tests import.
const TEST_MODULES: &[&str] = &[
    "@jest",
    "@playwright/test",
    "@storybook",
    "@testing-library",
    "cypress",
    "github.com/stretchr/testify",
    "k6",
    "locust",
    "miragejs",
    "msw",
    "org.junit",
    "pytest",
    "supertest",
    "testing",
    "vitest",
];

/// Whether a file imports what only tests do.
pub(super) fn imports_tests(imports: &[Import]) -> bool {
    imports.iter().any(|import| is_below(&import.module, TEST_MODULES))
}

/// Whether a module is one of those, or lies below one.
fn is_below(module: &str, modules: &[&str]) -> bool {
    modules.iter().any(|known| {
        module.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', ':']))
    })
}

/// Directories of programs beside a service: they are run by hand, by a build or by CI.
const COMMAND_DIRECTORIES: &[&str] = &[
    ".github",
    ".husky",
    "alembic",
    "bin",
    "build",
    "ci",
    "cli",
    "clis",
    "codegen",
    "commands",
    "contrib",
    "doc",
    "docs",
    "evals",
    "extras",
    "generators",
    "hack",
    "migrations",
    "notebooks",
    "revisions",
    "samples",
    "script",
    "scripts",
    "sdks",
    "seed",
    "seeds",
    "tool",
    "tools",
    "tutorials",
    "versions",
];

/// Libraries for the command line.
const COMMAND_MODULES: &[&str] =
    &["argparse", "click", "commander", "fire", "rich", "tqdm", "typer", "yargs", "commander.js", "inquirer"];

/// Whether a file is a program for the command line or a script, by its directory, its name or its text.
pub(super) fn is_command(path: &str, text: &str, imports: &[Import], is_main: bool) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path).to_ascii_lowercase();
    let is_set_up = name.contains(".config.")
        || matches!(name.split('.').next(), Some("manage" | "setup" | "noxfile" | "gulpfile" | "preinstall" | "cli"));
    is_set_up
        || is_main
        || text.starts_with("#!")
        || imports.iter().any(|import| is_below(&import.module, COMMAND_MODULES))
        || parts.any(|part| {
            let part = part.to_ascii_lowercase();
            COMMAND_DIRECTORIES.contains(&part.as_str()) || part.split(['-', '_']).any(|word| word == "cli")
        })
}

/// Frameworks of services and of consumers of messages. A client of the same name may be imported too, but a program
/// that imports a framework seldom only calls others.
const SERVERS: &[&str] = &[
    "@hono",
    "@nestjs",
    "actix_web",
    "aio_pika",
    "aiohttp.web",
    "aiokafka",
    "amqplib",
    "axum",
    "bottle",
    "bullmq",
    "celery",
    "django",
    "express",
    "falcon",
    "fastapi",
    "fastify",
    "flask",
    "github.com/gin-gonic/gin",
    "github.com/go-chi/chi",
    "github.com/gofiber/fiber",
    "github.com/gorilla/mux",
    "github.com/labstack/echo",
    "github.com/nats-io/nats.go",
    "gradio",
    "hono",
    "hypercorn",
    "io.dropwizard",
    "io.ktor.server",
    "io.micronaut",
    "io.quarkus",
    "kafkajs",
    "koa",
    "nats",
    "next",
    "org.springframework.boot",
    "pika",
    "prom-client",
    "prometheus_client",
    "quart",
    "rocket",
    "sanic",
    "sigs.k8s.io/controller-runtime",
    "socket.io",
    "starlette",
    "streamlit",
    "tonic",
    "tornado",
    "uvicorn",
    "warp",
];

/// Calls that listen, by their last part.
const LISTENERS: &[&str] = &[
    "ListenAndServe",
    "ListenAndServeTLS",
    "NewServer",
    "Serve",
    "ServeTLS",
    "createServer",
    "listen",
    "run_app",
    "serve",
    "serve_forever",
    "start_consuming",
];

/// Libraries for pages, whose code listens to the address of a page.
const PAGES: &[&str] = &["@angular/core", "preact", "react-dom", "svelte", "vue", "umi"];

/// Whether what a service is written in is for pages, and nothing in it serves them.
pub(super) fn is_only_pages(files: &[Arc<SourceFile>]) -> bool {
    let imports = || files.iter().filter(|file| !file.is_command).flat_map(|file| file.imports.iter());
    imports().any(|import| is_below(&import.module, PAGES))
        && !imports().any(|import| is_below(&import.module, SERVERS))
}

/// Whether files of a service keep it up.
pub(super) fn stays_up(files: &[Arc<SourceFile>]) -> bool {
    let own = files.iter().filter(|file| !file.is_command);
    let is_of_pages = is_only_pages(files);
    own.clone().any(|file| {
        let serves =
            |list: &List<super::Call>| !is_of_pages && list.iter().any(|call| LISTENERS.contains(&call.name.as_str()));
        file.imports.iter().any(|import| is_below(&import.module, SERVERS)) || serves(&file.calls)
    })
}

/// Whether a Python file runs something of its own when it is started, and is no service.
pub(super) fn is_main(language: CodeLanguage, has_routes: bool, imports: &[Import], text: &str) -> bool {
    language == CodeLanguage::Python
        && !has_routes
        && !imports.iter().any(|import| is_below(&import.module, SERVERS))
        && text.contains("__main__")
}
