//! What the model makes of realistic Dockerfiles: users, health checks, packages, order and places.

#![expect(clippy::expect_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use proptest::prelude::*;
use svclint::model::dockerfile::{self, BaseVariant, Dockerfile, Form, PrivilegedKind, Stage, User};
use svclint::model::schema::{PathText, Port, Uid};
use svclint::model::value::Field;
use svclint::source::FileId;
use svclint::syntax;

fn read(text: &str) -> Dockerfile {
    dockerfile::read(FileId(0), "Dockerfile", &syntax::dockerfile::parse(text), text)
}

fn last(text: &str) -> Arc<Stage> {
    read(text).final_stage.expect("a stage")
}

fn slice<'t, T>(field: &Field<T>, text: &'t str) -> &'t str {
    field.place().span.slice(text)
}

/// `name uid gid root?`, with `-` for absent and `?` for unresolved.
fn user(text: &str) -> String {
    let stage = last(text);
    match &stage.user {
        Field::Known(user, _) => shown(user),
        Field::Unresolved(why) => format!("unknown: {}", why.why),
        other => format!("{other:?}"),
    }
}

fn shown(user: &User) -> String {
    let id = |field: &Field<Uid>| match field {
        Field::Known(id, _) => id.0.to_string(),
        Field::Absent(_) => "-".to_owned(),
        _ => "?".to_owned(),
    };
    let name = user.name.value().map_or("-", String::as_str);
    let root = if user.is_root.value() == Some(&true) { " root" } else { "" };
    format!("{name} {} {}{root}", id(&user.uid), id(&user.gid))
}

#[test]
fn every_spelling_of_a_created_user_gives_its_id() {
    let debian = |run: &str| user(&format!("FROM debian:12-slim\nRUN {run}\nUSER app\n"));
    assert_eq!(debian("useradd -u 1000 app"), "app 1000 1000");
    assert_eq!(debian("useradd -u1000 -m app"), "app 1000 1000");
    assert_eq!(debian("useradd --uid=1000 --create-home app"), "app 1000 1000");
    assert_eq!(debian("useradd app --uid 1000 -r -s /sbin/nologin"), "app 1000 1000");
    assert_eq!(debian("useradd -ru 1000 app"), "app 1000 1000");
    assert_eq!(
        debian("groupadd -r -g 65532 app && useradd -r -u 65532 -g app -s /sbin/nologin app"),
        "app 65532 65532"
    );
    assert_eq!(debian("groupadd --system --gid 900 grp; useradd --system --uid 1000 --gid grp app"), "app 1000 900");
    assert_eq!(
        debian(
            "apt-get update \\\n && addgroup --gid 1001 app \\\n && adduser --uid 1001 --gid 1001 --disabled-password --gecos '' app"
        ),
        "app 1001 1001"
    );
    assert_eq!(debian("adduser --system --group --uid 500 app"), "app 500 500");
    assert_eq!(debian("adduser --system --uid 500 app"), "app 500 65534");
    assert_eq!(debian("useradd app"), "app - -");
    let alpine = |run: &str| user(&format!("FROM alpine:3.20\nRUN {run}\nUSER app\n"));
    assert_eq!(alpine("addgroup -g 1001 -S app && adduser -S -u 1001 -G app app"), "app 1001 1001");
    assert_eq!(alpine("addgroup -S app && adduser -S app -G app"), "app - -");
    assert_eq!(alpine("adduser -D -H -u 1000 app"), "app 1000 1000");
    assert_eq!(alpine("adduser -S -u 1001 app"), "app 1001 65533");
    assert_eq!(alpine("adduser -DHu 1000 -s /bin/sh app"), "app 1000 1000");
    assert_eq!(user("FROM rockylinux:9\nRUN adduser -r -u 1500 -M app\nUSER app"), "app 1500 1500");
}

#[test]
fn users_in_heredocs_and_nested_shells_are_found() {
    assert_eq!(
        user(
            "FROM debian:12\nRUN <<EOF\nset -e\ngroupadd -g 1000 app\nuseradd -u 1000 -g app app\nEOF\nUSER app:app\n"
        ),
        "app 1000 1000"
    );
    assert_eq!(user("FROM debian:12\nRUN [\"sh\", \"-c\", \"useradd -u 1000 app\"]\nUSER app\n"), "app 1000 1000");
    assert_eq!(user("FROM debian:12\nRUN id app || sudo useradd -u 1000 app\nUSER app\n"), "app 1000 1000");
    assert_eq!(
        user("FROM scratch\nRUN echo 'app:x:1000:1000::/:/sbin/nologin' >> /etc/passwd\nUSER app\n"),
        "app 1000 1000"
    );
}

#[test]
fn arguments_and_variables_are_filled_in() {
    assert_eq!(
        user("FROM debian:12\nARG UID=1000\nARG NAME=app\nRUN useradd -u ${UID} $NAME\nUSER $NAME\n"),
        "app 1000 1000"
    );
    assert_eq!(user("ARG UID=1234\nFROM debian:12\nARG UID\nUSER ${UID}:${UID}\n"), "- 1234 1234");
    assert_eq!(user("FROM debian:12\nENV APP=svc\nRUN U=1001 && useradd -u $U $APP\nUSER $APP\n"), "svc 1001 1001");
    assert_eq!(
        user("FROM debian:12\nARG RUN_AS\nUSER $RUN_AS\n"),
        "unknown: the build argument `RUN_AS` has no default"
    );
    assert_eq!(user("FROM debian:12\nARG RUN_AS\nUSER ${RUN_AS:-nobody}\n"), "nobody 65534 65534");
    assert_eq!(user("FROM debian:12\nARG ID\nRUN useradd -u $ID app\nUSER app\n"), "app ? ?");
}

#[test]
fn the_user_of_a_base_image_counts_where_nothing_else_is_said() {
    assert_eq!(user("FROM python:3.12-slim\n"), "root 0 0 root");
    assert_eq!(user("FROM gcr.io/distroless/static-debian12:nonroot\n"), "nonroot 65532 65532");
    assert_eq!(user("FROM nginxinc/nginx-unprivileged:1.27\n"), "nginx 101 101");
    assert_eq!(user("FROM scratch\nUSER 65534\n"), "- 65534 0");
    assert_eq!(user("FROM node:22-alpine\nUSER node\n"), "node 1000 1000");
    assert_eq!(user("FROM node:22-alpine\nUSER 1000\n"), "node 1000 1000");
    assert_eq!(
        user("FROM registry.example/base:1\n"),
        "unknown: the default user of `registry.example/base:1` is not known"
    );
    assert_eq!(user("FROM registry.example/base:1\nUSER app\n"), "app ? ?");
    assert_eq!(user("ARG BASE\nFROM ${BASE}\n"), "unknown: the base image is not known");
    assert_eq!(user("FROM debian:12\nUSER root:root\n"), "root 0 0 root");
    assert_eq!(user("FROM debian:12\nUSER 0:1000\n"), "root 0 1000 root");
}

#[test]
fn a_changed_user_of_the_base_image_has_its_new_id() {
    assert_eq!(
        user("FROM node:22\nRUN groupmod -g 1500 node && usermod -u 1500 -g 1500 node\nUSER node\n"),
        "node 1500 1500"
    );
}

#[test]
fn a_stage_inherits_what_its_parent_sets() {
    let text = "FROM python:3.12-slim AS base
RUN useradd -u 1000 app
USER app
WORKDIR /app
ENV PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s CMD python -c \"import urllib.request; urllib.request.urlopen('http://localhost:8080/health')\"
ENTRYPOINT [\"python\", \"-u\", \"main.py\"]

FROM base AS production
WORKDIR src
";
    let stage = last(text);
    let user = stage.user.value().unwrap();
    assert_eq!(shown(user), "app 1000 1000");
    assert_eq!(slice(&user.uid, text), "1000");
    assert_eq!(slice(&stage.user, text), "app");
    let Field::Known(_, origin) = &stage.user else { panic!("known") };
    assert_eq!(origin.via.unwrap().at.span.slice(text), "base");
    assert_eq!(origin.via.unwrap().text, "inherited by this stage");
    assert_eq!(stage.workdir.value(), Some(&PathText("/app/src".into())));
    assert_eq!(stage.exposed_port_numbers.values().collect::<Vec<_>>(), [&Port(8080)]);
    let check = stage.healthcheck.value().unwrap();
    assert!(check.inherited);
    assert_eq!(check.tool_available.value(), Some(&true));
    assert!(stage.entrypoint.value().unwrap().inherited);
    assert!(stage.base_is_stage);
    assert_eq!(stage.external_base.reference, "python:3.12-slim");
    assert_eq!(stage.base_variant.value(), Some(&BaseVariant::Slim));
    let file = read(text);
    assert_eq!(file.stage_named("BASE").unwrap().index, 0);
}

#[test]
fn a_child_can_take_back_what_it_inherits() {
    let stage = last(
        "FROM alpine AS a\nUSER nobody\nHEALTHCHECK CMD wget -q http://localhost/\nCMD [\"a\"]\nFROM a\nUSER root\nHEALTHCHECK NONE\nENTRYPOINT [\"b\"]\n",
    );
    assert_eq!(stage.user.value().unwrap().is_root.value(), Some(&true));
    assert!(stage.healthcheck.value().unwrap().disabled);
    assert!(stage.cmd.is_absent(), "an ENTRYPOINT voids the inherited CMD");
}

#[test]
fn only_stages_that_the_last_one_needs_are_reachable() {
    let text = "FROM golang:1.22 AS build\nFROM build AS test\nRUN go test ./...\nFROM alpine AS certs\nFROM scratch\nCOPY --from=build /app /app\nRUN --mount=type=bind,from=certs,target=/c true\n";
    let reachable: Vec<bool> = read(text).stages.iter().map(|stage| stage.is_reachable).collect();
    assert_eq!(reachable, [true, false, true, true]);
}

#[test]
fn parts_of_an_image_are_known_where_they_can_be() {
    let text = "ARG TAG\nARG REG=ghcr.io\nFROM ${REG}/org/app:${TAG}\n";
    let base = &last(text).base;
    assert_eq!(base.registry.value().map(String::as_str), Some("ghcr.io"));
    assert_eq!(base.repository(), "org/app");
    assert!(matches!(base.tag, Field::Unresolved(_)));
    let base = last("ARG PREFIX\nFROM ${PREFIX}/python:3.12\n").base.clone();
    assert!(matches!(base.registry, Field::Unresolved(_)));
    assert_eq!(base.base_name(), "python");
    assert_eq!(base.tag(), Some("3.12"));
    let text = "FROM ghcr.io/org/app:1.2@sha256:abc AS x\n";
    let base = last(text).base.clone();
    assert_eq!(slice(&base.tag, text), "1.2");
    assert_eq!(slice(&base.digest, text), "sha256:abc");
}

fn tool(text: &str) -> String {
    let stage = last(text);
    let check = stage.healthcheck.value().expect("a check");
    let tool = check.check.value().and_then(|check| check.tool.value().cloned()).unwrap_or_default();
    match &check.tool_available {
        Field::Known(available, _) => format!("{tool} {available}"),
        Field::Unresolved(why) => format!("{tool} unknown: {}", why.why),
        _ => format!("{tool} -"),
    }
}

#[test]
fn a_health_tool_has_to_be_in_the_image() {
    let curl = "HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1\n";
    assert_eq!(tool(&format!("FROM python:3.12-slim\n{curl}")), "curl false");
    assert_eq!(tool(&format!("FROM python:3.12\n{curl}")), "curl true");
    assert_eq!(tool(&format!("FROM node:22-alpine\n{curl}")), "curl false");
    assert_eq!(
        tool(&format!(
            "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n{curl}"
        )),
        "curl true"
    );
    assert_eq!(
        tool(&format!("FROM alpine AS base\nRUN apk add --no-cache curl=8.9.0-r0\nFROM base\n{curl}")),
        "curl true"
    );
    assert_eq!(tool(&format!("FROM alpine\nRUN apk add -t .build curl gcc && apk del .build\n{curl}")), "curl false");
    assert_eq!(
        tool(&format!("FROM registry.example/base:1\n{curl}")),
        "curl unknown: the tools of the base image are not known"
    );
    assert_eq!(tool("FROM alpine\nHEALTHCHECK CMD wget -qO- http://localhost/ || exit 1\n"), "wget true");
    assert_eq!(tool("FROM debian:12-slim\nHEALTHCHECK CMD wget -qO- http://localhost/ || exit 1\n"), "wget false");
    assert_eq!(tool("FROM gcr.io/distroless/base\nHEALTHCHECK CMD exit 0\n"), "exit false");
    assert_eq!(
        tool(
            "FROM scratch\nCOPY --from=tools /curl /usr/bin/curl\nHEALTHCHECK CMD [\"curl\", \"-f\", \"http://localhost/\"]\n"
        ),
        "curl true"
    );
    assert_eq!(tool("FROM scratch\nCOPY app /app\nHEALTHCHECK CMD [\"/app\", \"--health\"]\n"), "app true");
    assert_eq!(tool("FROM python:3.12-slim\nHEALTHCHECK CMD [\"python3.12\", \"-c\", \"pass\"]\n"), "python3.12 true");
    assert_eq!(
        tool("FROM golang:1.22\nHEALTHCHECK CMD python3 -c pass\n"),
        "python3 unknown: whether the base image has `python3` is not known"
    );
}

#[test]
fn health_options_that_are_not_given_are_absent_at_the_keyword() {
    let text =
        "FROM alpine\nHEALTHCHECK --interval=1m30s --retries=5 CMD wget -q http://localhost:3000/healthz || exit 1\n";
    let stage = last(text);
    let check = stage.healthcheck.value().unwrap();
    assert_eq!(check.interval.value().unwrap().nanos, 90_000_000_000);
    assert_eq!(slice(&check.interval, text), "1m30s");
    assert!(check.timeout.is_absent());
    assert_eq!(slice(&check.timeout, text), "HEALTHCHECK");
    assert_eq!(check.effective_timeout.value().unwrap().nanos, 30_000_000_000);
    assert_eq!(check.retries.value(), Some(&5));
    assert_eq!(check.form.value(), Some(&Form::Shell));
    let url = check.check.value().unwrap().url.value().unwrap().clone();
    assert_eq!(slice(&url.port, text), "3000");
    assert_eq!(slice(&url.path, text), "/healthz");
}

#[test]
fn a_port_of_a_health_check_can_come_from_the_environment() {
    let text = "FROM alpine\nENV PORT=3000\nHEALTHCHECK CMD wget -q http://localhost:${PORT}/health || exit 1\n";
    let stage = last(text);
    let url = stage.healthcheck.value().unwrap().check.value().unwrap().url.value().unwrap().clone();
    assert_eq!(url.port.value(), Some(&Port(3000)));
    assert_eq!(slice(&url.port, text), "${PORT}");
    assert_eq!(slice(&url.path, text), "/health");
}

#[test]
fn packages_know_their_versions() {
    let text = "FROM debian:12
RUN apt-get update && apt-get install -y -t bookworm curl=7.88.1-10 git && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir -r requirements.txt flask==3.0.1 'uvicorn[standard]>=0.30' ./local
RUN npm i -g pm2@5.3.0 yarn
";
    let stage = last(text);
    let shown: Vec<String> = stage
        .installed_packages
        .iter()
        .map(|package| {
            let version = package.version.value().map_or("-", String::as_str);
            format!("{} {} {version} {}", package.manager, package.name.value().unwrap(), package.pinned)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "apt-get curl 7.88.1-10 true",
            "apt-get git - false",
            "pip flask 3.0.1 true",
            "pip uvicorn >=0.30 false",
            "npm pm2 5.3.0 true",
            "npm yarn - false"
        ]
    );
    assert_eq!(stage.installed_packages.items[2].at.span.slice(text), "flask==3.0.1");
    let install = stage.package_commands.iter().find(|command| command.manager == "pip").unwrap();
    assert!(install.no_cache && install.installs_manifest);
    assert!(
        stage
            .package_commands
            .iter()
            .any(|command| command.manager == "apt-get" && command.installs && command.no_cache)
    );
}

#[test]
fn a_cache_can_be_switched_off_in_other_ways() {
    let no_cache = |text: &str| last(text).package_commands.items[0].no_cache;
    assert!(no_cache("FROM python\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n"));
    assert!(!no_cache("FROM python\nENV PIP_NO_CACHE_DIR=0\nRUN pip install flask\n"));
    assert!(no_cache("FROM python\nRUN --mount=type=cache,target=/root/.cache python3 -m pip install flask\n"));
    assert!(no_cache("FROM alpine\nRUN apk add --no-cache curl\n"));
    assert!(!no_cache("FROM alpine\nRUN apk add curl\n"));
}

#[test]
fn manifests_come_before_sources() {
    let order = |text: &str| last(text).manifest_installed_before_source.value().copied();
    assert_eq!(
        order("FROM python\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"),
        Some(true)
    );
    assert_eq!(order("FROM node\nCOPY package*.json ./\nRUN npm ci\nCOPY src/ src/\n"), Some(true));
    assert_eq!(order("FROM node\nCOPY . .\nRUN npm ci\n"), Some(false));
    assert_eq!(
        order("FROM node\nRUN --mount=type=bind,source=package.json,target=package.json npm ci\nCOPY . .\n"),
        Some(true)
    );
    assert_eq!(order("FROM node\nCOPY . .\n"), None);
}

#[test]
fn what_needs_root_after_the_switch_is_listed() {
    let text = "FROM python:3.12-slim
RUN useradd -m -u 1000 app
WORKDIR /app
COPY --chown=app:app . .
COPY run.sh /usr/local/bin/run.sh
USER app
RUN chmod +x start.sh
RUN chmod +x /usr/local/bin/run.sh
RUN apt-get update && apt-get install -y curl
RUN mkdir -p /home/app/data && chmod 700 /home/app/data
RUN chown -R app /data
USER root
";
    let stage = last(text);
    let steps: Vec<_> =
        stage.privileged_after_user.iter().map(|step| (step.kind, step.needs_root.value().copied())).collect();
    assert_eq!(
        steps,
        [
            (PrivilegedKind::Chmod, Some(true)),
            (PrivilegedKind::Packages, Some(true)),
            (PrivilegedKind::Packages, Some(true)),
            (PrivilegedKind::Chown, Some(true)),
            (PrivilegedKind::UserRoot, Some(true)),
        ]
    );
    assert_eq!(stage.privileged_after_user.items[0].at.span.slice(text), "chmod +x /usr/local/bin/run.sh");
    assert_eq!(stage.ends_as_root_again.value(), Some(&true));
    let stage = last("FROM node:22\nUSER root\nRUN apt-get update\nUSER node\n");
    assert!(stage.privileged_after_user.items.is_empty());
    assert_eq!(stage.ends_as_root_again.value(), Some(&false));
}

#[test]
fn copies_know_their_source_and_owner() {
    let text = "FROM node:22 AS build\nFROM node:22-slim\nWORKDIR /app\nCOPY --from=build --chown=node:node /src/dist ./dist/\nCOPY --from=0 /a /b\nCOPY --from=7 /a /b\nCOPY --chown=root . .\nADD https://example.com/x /x\nADD conf /conf\nUSER node\n";
    let stage = last(text);
    let copies = &stage.copies.items;
    assert_eq!(copies[0].dest_resolved.value(), Some(&PathText("/app/dist".into())));
    assert_eq!(copies[0].chown_is_user.value(), Some(&true));
    assert!(copies[0].from_is_stage && copies[1].from_is_stage);
    assert_eq!(copies[2].from_resolves.value(), Some(&false));
    assert_eq!(copies[3].chown_is_user.value(), Some(&false));
    assert!(copies[3].copies_whole_context);
    assert!(!copies[4].is_plain_add && copies[5].is_plain_add);
    assert!(stage.copies_from_stage);
}

#[test]
fn directories_know_whether_the_user_owns_them() {
    let text = "FROM debian:12\nRUN useradd -u 1000 app && mkdir -p /app /data/{in,out} && chown -R app:app /app /data\nWORKDIR /srv\nUSER app\n";
    let stage = last(text);
    let owned: Vec<_> = stage
        .directories
        .iter()
        .map(|dir| (dir.path.0.as_str(), dir.created, dir.owned_by_user.value().copied()))
        .collect();
    assert_eq!(
        owned,
        [
            ("/app", true, Some(true)),
            ("/data/in", true, Some(true)),
            ("/data/out", true, Some(true)),
            ("/data", true, Some(true)),
            ("/srv", true, Some(false)),
        ]
    );
}

#[test]
fn start_commands_are_seen_through_inits() {
    let stage = last("FROM python\nENTRYPOINT [\"/usr/bin/dumb-init\", \"--\"]\nCMD [\"python\", \"app.py\"]\n");
    let start = stage.start.value().unwrap();
    assert!(start.has_init);
    assert_eq!(start.main_program.value().map(String::as_str), Some("python"));
    let stage = last("FROM node\nCMD npm start\n");
    assert_eq!(stage.start_form.value(), Some(&Form::Shell));
    assert_eq!(stage.start.value().unwrap().program.value().map(String::as_str), Some("npm"));
    let stage = last("FROM node\nCMD [\"sh\", \"-c\", \"cd /x && exec node app.js\"]\n");
    assert_eq!(stage.start.value().unwrap().main_program.value().map(String::as_str), Some("node"));
}

#[test]
fn ports_and_secrets_are_read() {
    let text = "FROM alpine\nARG API_TOKEN=abc123\nENV PORT=8080 DB_PASSWORD=hunter2 TOKEN_FILE=/run/x\nEXPOSE $PORT 53/udp 7000-7002\n";
    let stage = last(text);
    let ports: Vec<String> = stage
        .exposed_ports
        .iter()
        .map(|port| format!("{}/{}", port.port.value().unwrap().0, port.protocol.value().unwrap()))
        .collect();
    assert_eq!(ports, ["8080/tcp", "53/udp", "7000/tcp", "7001/tcp", "7002/tcp"]);
    assert_eq!(slice(&stage.exposed_ports.items[1].port, text), "53");
    let secret: Vec<&str> = stage
        .env
        .iter()
        .filter(|variable| variable.is_secret_like && variable.has_literal)
        .map(|variable| variable.key.as_str())
        .collect();
    assert_eq!(secret, ["DB_PASSWORD"]);
    assert!(stage.args.items[0].is_secret_like && stage.args.items[0].has_literal);
}

#[test]
fn accounts_that_come_by_copy_are_known() {
    let text = "FROM alpine AS build\nRUN adduser -D -u 10001 app\nFROM scratch\nCOPY --from=build /etc/passwd /etc/passwd\nUSER app\n";
    assert_eq!(user(text), "app 10001 10001");
}

#[test]
fn a_base_stage_named_by_a_platform_argument_is_not_a_failure() {
    let text = "FROM alpine AS base_amd64\nFROM debian AS base_arm64\nFROM busybox AS other\nFROM base_${TARGETARCH}\n";
    let file = read(text);
    let reachable: Vec<bool> = file.stages.iter().map(|stage| stage.is_reachable).collect();
    assert_eq!(reachable, [true, true, false, true]);
    let stage = file.final_stage.unwrap();
    assert!(matches!(stage.base.tag, Field::Unresolved(_)));
    assert!(matches!(stage.user, Field::Unresolved(_)));
}

#[test]
fn images_for_one_architecture_are_known_too() {
    assert_eq!(user("FROM arm32v7/alpine:3.20\nUSER nobody\n"), "nobody 65534 65534");
}

#[test]
fn a_script_keeps_its_last_program_running() {
    let main = |script: &str| {
        let stage = last(&format!("FROM python\nCMD [\"sh\", \"-c\", \"{script}\"]\n"));
        stage.start.value().unwrap().main_program.value().cloned().unwrap_or_default()
    };
    assert_eq!(main("./migrate.sh && python app.py"), "python");
    assert_eq!(main("exec gunicorn app:app || exit 1"), "gunicorn");
    let stage = last("FROM alpine\nCMD set -xe && syslogd && exec gosu app pppd -d\n");
    assert_eq!(stage.start.value().unwrap().main_program.value().map(String::as_str), Some("pppd"));
}

#[test]
fn a_file_of_many_stages_and_accounts_is_read_in_time() {
    let mut text = "FROM alpine AS s0\nRUN true".to_owned();
    for n in 0..4_000 {
        text = text + " && " + &format!("adduser -u {n} u{n} && apk add p{n} && mkdir /d{n} && chmod 1 /d{n}");
    }
    for n in 0..4_000 {
        text = text + "\n" + &format!("ENV V{n}=1");
    }
    for n in 1..1_000 {
        text = text + "\n" + &format!("FROM s{} AS s{n}\nUSER u\nRUN chmod 7 /d", n - 1);
    }
    let file = read(&text);
    assert!(file.stages.items.len() > 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_the_model_panic(text in "\\PC{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn no_mix_of_instructions_makes_the_model_panic(lines in prop::collection::vec(
        ("(FROM|RUN|USER|COPY|ADD|ENV|ARG|HEALTHCHECK|EXPOSE|CMD|ENTRYPOINT|WORKDIR|LABEL|VOLUME|SHELL|ONBUILD RUN)",
         "( ?(a|b|\\$A|\\$\\{B:-é\\}|AS|--from=0|--chown=a:b|CMD|NONE|useradd|-u|--uid=|apk|add|-t|chmod|chown|/x|/é/\\{a,b\\}|\"|'|\\[\"|\"\\]|&&|=|:|/|<<E|curl|http://localhost:\\$P/|sh -c|1-9|@)){0,8}"),
        0..12)) {
        let text = lines.iter().map(|(keyword, rest)| format!("{keyword} {rest}")).collect::<Vec<_>>().join("\n");
        let _ = read(&text);
    }
}

#[test]
fn a_directory_that_is_there_keeps_its_owner() {
    let stage = last(
        "FROM python:3.12-slim\nRUN useradd -r app && mkdir -p /app && chown -R app /app\nCOPY requirements.txt /app/\n\
         COPY --chown=app . /app/\nWORKDIR /app\nUSER app\nRUN chmod +x start.sh\n",
    );
    let app = stage.directories.iter().find(|directory| directory.path.0 == "/app").expect("the directory");
    assert_eq!(app.owned_by_user.value(), Some(&true));
    assert!(stage.privileged_after_user.iter().next().is_none());
}

#[test]
fn a_chown_that_changes_nothing_needs_no_root() {
    let steps = |run: &str| {
        let text = format!("FROM alpine:3.20\nRUN adduser -S app\nUSER app\nRUN mkdir /tmp/cache\nRUN {run}\n");
        last(&text).privileged_after_user.iter().count()
    };
    assert_eq!(steps("chown -R app /tmp/cache"), 0);
    assert_eq!(steps("chown -R nobody /tmp/cache"), 1);
    assert_eq!(steps("chown -R app /etc"), 1);
}

#[test]
fn only_layers_of_the_last_stage_are_in_the_image() {
    let file = read("FROM golang:1.23 AS build\nFROM alpine:3.20 AS base\nFROM base\nCOPY --from=build /a /a\n");
    let in_image: Vec<bool> = file.stages.iter().map(|stage| stage.in_final_image).collect();
    assert_eq!(in_image, [false, true, true]);
}

#[test]
fn a_working_directory_is_rooted_by_an_absolute_one_before_it() {
    let unrooted = |text: &str| {
        let stage = last(text);
        stage.instructions.iter().filter(|one| one.is_unrooted_workdir).count()
    };
    assert_eq!(unrooted("FROM alpine\nWORKDIR app\nWORKDIR /srv\nWORKDIR app\n"), 1);
    assert_eq!(unrooted("FROM alpine\nENV DIR=/srv\nWORKDIR ${DIR}\nWORKDIR app\n"), 0);
    assert_eq!(unrooted("FROM alpine AS base\nWORKDIR /srv\nFROM base\nWORKDIR app\n"), 0);
}

#[test]
fn sudo_is_remembered_when_it_is_taken_off() {
    let stage = last("FROM debian:12-slim\nRUN cd /tmp && sudo -E apt-get update && apt-get install -y sudo\n");
    let used: Vec<bool> = stage.run_commands.iter().map(|command| command.uses_sudo).collect();
    assert_eq!(used, [true, false]);
}

#[test]
fn a_stage_cannot_copy_from_itself() {
    let stage = last("FROM golang:1.23 AS build\nCOPY --from=build /a /a\n");
    let resolves: Vec<_> = stage.copies.iter().map(|copy| copy.from_resolves.value().copied()).collect();
    assert_eq!(resolves, [Some(false)]);
}

#[test]
fn a_command_in_a_script_over_several_lines_stands_where_the_script_does() {
    let text =
        "FROM debian:12\nRUN bash -c ' \\\n    set -e && \\\n    chmod 777 /srv'\nRUN bash -c 'chmod 700 /srv'\n";
    let stage = last(text);
    let places: Vec<&str> =
        stage.run_commands.iter().filter(|run| run.name == "chmod").map(|run| run.at.span.slice(text)).collect();
    assert_eq!(places, ["' \\\n    set -e && \\\n    chmod 777 /srv'", "chmod 700 /srv"]);
}
