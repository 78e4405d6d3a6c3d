//! Variables that a stage does not define, and base images that need build arguments.

use svclint::model::value::Field;

use super::{last, read};

/// `written`, then `near NAME`, `outside`, `later`, `scratch` as they hold.
fn undefined(text: &str) -> Vec<String> {
    let stage = last(text);
    let shown = stage.undefined_variables.iter().map(|variable| {
        assert_eq!(variable.at.span.slice(text), variable.written);
        let near = variable.near.value().map_or(String::new(), |near| format!(" near {near}"));
        let says = |holds: bool, word: &'static str| if holds { word } else { "" };
        let outside = says(variable.declared_outside, " outside");
        let later = says(variable.set_later, " later");
        let scratch = says(!variable.may_come_from_base, " scratch");
        format!("{}{near}{outside}{later}{scratch}", variable.written)
    });
    shown.collect()
}

#[test]
fn an_argument_counts_in_the_stage_that_declares_it() {
    let text = "ARG VERSION=1\nFROM alpine\nLABEL a=$VERSION b=${TARGETARCH} c=$VERSION\n";
    assert_eq!(undefined(text), ["$VERSION outside", "${TARGETARCH} outside"]);
    assert!(undefined("ARG VERSION=1\nFROM alpine\nARG VERSION\nLABEL a=$VERSION\n").is_empty());
    assert!(undefined("FROM alpine AS a\nARG DIR=/a\nFROM a\nWORKDIR $DIR\n").is_empty());
    assert_eq!(undefined("FROM alpine AS a\nENV DIR=/a\nFROM debian\nWORKDIR $DIR\n"), ["$DIR outside"]);
    assert_eq!(undefined("ARG VERSION=1\nFROM alpine\nENV VERSION=$VERSION\n"), ["$VERSION outside"]);
}

#[test]
fn a_slip_and_a_late_definition_are_told() {
    assert_eq!(undefined("FROM alpine\nENV APP_HOME=/a\nWORKDIR $APP_HOEM\n"), ["$APP_HOEM near APP_HOME"]);
    assert_eq!(undefined("FROM alpine\nENV DIR=/a SUB=$DIR/b\n"), ["$DIR later"]);
    assert_eq!(undefined("FROM scratch\nCOPY a $DIR\n"), ["$DIR scratch"]);
    assert_eq!(undefined("FROM registry.example/base\nUSER $APP_UID\n"), ["$APP_UID"]);
}

#[test]
fn what_the_builder_does_not_expand_is_no_use() {
    let text = "FROM scratch\nCOPY ${A:-a} ${B:+b} ${C:?c} \\$D '$E' $1/ /x/\nRUN echo $F\nCMD echo $G\n";
    assert!(undefined(text).is_empty());
    assert_eq!(undefined("FROM scratch\nCOPY ${A:-$B} /x/\nADD --chown=$C c /x/\n"), ["$B scratch", "$C scratch"]);
}

#[test]
fn what_a_base_image_brings_is_left_out() {
    assert!(
        undefined("FROM alpine\nENV PATH=$PATH:/x LD_LIBRARY_PATH=/y:$LD_LIBRARY_PATH NAME=$NAME\n")[..] == ["$NAME"]
    );
    assert!(undefined("ARG NODE_VERSION=22\nFROM node:${NODE_VERSION}\nLABEL v=$NODE_VERSION\n").is_empty());
    assert!(undefined("ARG BASE\nARG DIR=/a\nFROM alpine AS a\nARG DIR\nFROM $BASE\nWORKDIR $DIR\n").is_empty());
}

#[test]
fn a_base_image_needs_the_arguments_without_which_it_is_no_reference() {
    let needed = |text: &str| -> Vec<String> {
        let file = read(text);
        let stage = file.stages.items.last().unwrap();
        stage.needed_base_arguments.iter().filter_map(Field::value).cloned().collect()
    };
    assert_eq!(needed("ARG TAG\nFROM alpine:${TAG}\n"), ["TAG"]);
    assert_eq!(needed("ARG IMAGE=\"\"\nFROM $IMAGE\n"), ["IMAGE"]);
    assert_eq!(needed("ARG VARIANT\nARG TAG\nFROM node${VARIANT}:${TAG}\n"), ["TAG"]);
    assert_eq!(needed("ARG TAG\nARG IMAGE=node:$TAG\nFROM $IMAGE\n"), ["TAG"]);
    assert_eq!(needed("ARG SUM\nFROM alpine@${SUM}\n"), ["SUM"]);
    for fine in [
        "ARG VARIANT\nFROM node:22${VARIANT}\n",
        "ARG TAG\nFROM alpine:${TAG:-3.20}\n",
        "ARG TAG=3\nARG TAG\nFROM alpine:$TAG\n",
        "ARG HOST\nFROM ${HOST}alpine:3.20\n",
        "ARG TARGETARCH\nFROM registry.example:5000/team/base_${TARGETARCH}\n",
        "FROM alpine:$TAG\n",
    ] {
        assert_eq!(needed(fine), Vec::<String>::new(), "{fine}");
    }
}
