//! Stages, what they are built from, and what they bring into the image.

use svclint::model::dockerfile::BaseVariant;
use svclint::model::schema::{PathText, Port};
use svclint::model::value::Field;

use super::{last, read, shown, slice, user};

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
