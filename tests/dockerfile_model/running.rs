//! What an image runs: its start command, health check, ports and secrets.

use svclint::model::dockerfile::Form;
use svclint::model::schema::Port;
use svclint::model::value::Field;

use super::{last, slice};

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
