//! Users of an image, what needs root, and what belongs to whom.

use svclint::model::dockerfile::PrivilegedKind;
use svclint::model::schema::PathText;

use super::{last, user};

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
fn accounts_that_come_by_copy_are_known() {
    let text = "FROM alpine AS build\nRUN adduser -D -u 10001 app\nFROM scratch\nCOPY --from=build /etc/passwd /etc/passwd\nUSER app\n";
    assert_eq!(user(text), "app 10001 10001");
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
fn sudo_is_remembered_when_it_is_taken_off() {
    let stage = last("FROM debian:12-slim\nRUN cd /tmp && sudo -E apt-get update && apt-get install -y sudo\n");
    let used: Vec<bool> = stage.run_commands.iter().map(|command| command.uses_sudo).collect();
    assert_eq!(used, [true, false]);
}
