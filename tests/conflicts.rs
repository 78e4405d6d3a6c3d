//! Two standards on one service: what cannot both be met is refused, what can is combined.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::diagnostic::Problem;
use svclint::standard::library::Library;
use svclint::standard::select::{self, Instance};

/// A standard of one clause, `{id}-1`, with one use of a rule.
fn standard(id: &str, rule: &str) -> String {
    format!(
        "standard: {id}\nversion: 1.0.0\ntitle: One\nclauses:\n  - id: {id}-1\n    title: One\n    level: must\n    rules: [{{ {rule} }}]\n"
    )
}

fn library(one: &str, other: &str) -> Library {
    let mut library = Library::built_in();
    library.insert("rules/standards/one.yaml", Arc::from(standard("one", one)));
    library.insert("rules/standards/other.yaml", Arc::from(standard("other", other)));
    library
}

fn combined(library: &mut Library, ids: &[&str]) -> Result<Vec<Instance>, Vec<Problem>> {
    let standards: Vec<_> = ids.iter().map(|id| Arc::new(library.standard(id).unwrap())).collect();
    select::instances(library, &standards)
}

/// What stands in the way of two uses: messages, and the text that their labels mark.
fn conflicts(one: &str, other: &str) -> Vec<(String, Vec<String>)> {
    let mut library = library(one, other);
    let problems = combined(&mut library, &["one", "other"]).err().unwrap_or_default();
    let marked = |problem: &Problem| {
        problem.labels.iter().map(|label| library.sources.slice(label.place).to_owned()).collect::<Vec<_>>()
    };
    problems.iter().map(|problem| (problem.message.clone(), marked(problem))).collect()
}

#[track_caller]
fn combines(one: &str, other: &str, instances: usize) {
    let mut library = library(one, other);
    let found = combined(&mut library, &["one", "other"]);
    assert_eq!(found.map(|found| found.len()).map_err(|problems| format!("{problems:?}")), Ok(instances));
}

#[test]
fn one_value_cannot_equal_two() {
    let found = conflicts(
        "rule: dockerfile-user-id, params: { uid: 65532 }",
        "rule: dockerfile-user-id, params: { uid: 1000 }",
    );
    let message = "`one` and `other` cannot both be met: one-1 wants `uid` of `dockerfile-user-id` to be 65532, other-1 wants 1000";
    assert_eq!(found, [(message.to_owned(), vec!["65532".to_owned(), "1000".to_owned()])]);
    combines("rule: dockerfile-user-id, params: { uid: 1000 }", "rule: dockerfile-user-id, params: { uid: 1000 }", 1);
}

#[test]
fn names_of_uses_do_not_hide_a_conflict() {
    let found = conflicts(
        "rule: dockerfile-user-id, as: our-user, params: { uid: 65532 }",
        "rule: dockerfile-user-id, params: { uid: 1000 }",
    );
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn bounds_combine_unless_they_exclude_each_other() {
    let retries =
        |min: u32, max: u32| format!("rule: dockerfile-healthcheck-retries, params: {{ min: {min}, max: {max} }}");
    combines(&retries(1, 5), &retries(3, 3), 2);
    assert_eq!(conflicts(&retries(1, 3), &retries(5, 9)).len(), 1);
    let interval = |max: &str| format!("rule: dockerfile-healthcheck-interval, params: {{ max: {max} }}");
    combines(&interval("1m"), &interval("30s"), 2);
    combines(&interval("60s"), &interval("60s"), 1);
}

#[test]
fn of_bounds_the_stricter_use_comes_first() {
    let interval = |max: &str| format!("rule: dockerfile-healthcheck-interval, params: {{ max: {max} }}");
    for (one, other) in [("1m", "30s"), ("30s", "1m")] {
        let mut library = library(&interval(one), &interval(other));
        let found = combined(&mut library, &["one", "other"]).unwrap();
        let stricter = if one == "30s" { "one-1" } else { "other-1" };
        assert_eq!(found.first().unwrap().clauses.first().unwrap().clause, stricter);
        assert!(found.iter().any(|instance| instance.folds));
    }
}

#[test]
fn lists_combine_where_something_is_in_both() {
    let ports = |ports: &str| format!("rule: service-port, params: {{ ports: [{ports}] }}");
    combines(&ports("8080, 3000"), &ports("8080"), 2);
    assert_eq!(conflicts(&ports("3000"), &ports("8080")).len(), 1);
}

#[test]
fn patterns_both_have_to_match() {
    let name = |pattern: &str| format!("rule: k8s-network-policy-name, params: {{ pattern: '{pattern}' }}");
    combines(&name("-policy$"), &name("-network-policy$"), 2);
}

#[test]
fn uses_that_look_at_different_things_do_not_conflict() {
    let only = |uid: u32, glob: &str| format!("rule: dockerfile-user-id, params: {{ uid: {uid} }}, only: ['{glob}']");
    combines(&only(1, "api/**"), &only(2, "web/**"), 2);
    assert_eq!(conflicts(&only(1, "api/**"), &only(2, "**/Dockerfile")).len(), 1);
    let except = "rule: dockerfile-user-id, params: { uid: 3 }, except: ['api/**']";
    combines(&only(1, "api/**"), except, 2);
    let field = |path: &str, value: &str| format!("rule: atonix-field, params: {{ path: {path}, value: {value} }}");
    combines(&field("service.replicas", "2"), &field("service.name", "shop"), 2);
    assert_eq!(conflicts(&field("service.replicas", "2"), &field("service.replicas", "3")).len(), 1);
}

#[test]
fn recommended_combines_with_every_standard() {
    let mut library = Library::built_in();
    let ids: Vec<String> = library.standard_ids().map(str::to_owned).collect();
    for id in ids.iter().filter(|id| *id != "recommended") {
        let found = combined(&mut library, &["recommended", id]);
        assert!(found.is_ok(), "{id}: {:?}", found.err());
    }
}

#[test]
fn atonix_and_pmoves_differ_in_the_user() {
    let problems = combined(&mut Library::built_in(), &["atonix", "pmoves"]).err().unwrap();
    let mut rules: Vec<&str> = problems.iter().filter_map(|problem| problem.message.split('`').nth(7)).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["dockerfile-user-id", "dockerfile-user-name"]);
}

#[test]
fn the_way_out_names_every_parameter_that_has_the_same_two_values() {
    let problems = combined(&mut Library::built_in(), &["atonix", "pmoves"]).err().unwrap();
    let helps: Vec<&str> = problems.iter().filter_map(|problem| problem.help.as_deref()).collect();
    let way = "`params: { dockerfile-user-id: { uid: … }, dockerfile-user-created: { uid: … } }`";
    assert!(helps.iter().any(|help| help.ends_with(way)), "{helps:?}");
}

/// Two rules of a pack, each of which asks something of every service.
fn of_two_rules(one: &str, other: &str) -> Vec<String> {
    let mut library = library("rule: ask-one", "rule: ask-other");
    for (id, text) in [("ask-one", one), ("ask-other", other)] {
        let rule = format!(
            "rule: {id}\nsince: 0.1.0\nstatus: preview\nsummary: one\ncategory: correctness\nseverity: error\nwhy: one\n{text}\nmessage: \
             one\nhelp: one\nexamples:\n  - name: one\n    files: {{ compose.yaml: \"services: {{}}\" }}\n  - name: \
             other\n    files: {{ compose.yaml: \"services: {{}}\" }}\n    expect: [{{ at: compose.yaml }}]\n"
        );
        library.insert(&format!("rules/compose/{id}.yaml"), Arc::from(rule));
    }
    let problems = combined(&mut library, &["one", "other"]).err().unwrap_or_default();
    problems.iter().map(|problem| problem.message.clone()).collect()
}

#[test]
fn different_rules_that_want_one_field_to_be_two_things_are_refused() {
    let found = of_two_rules(
        "target: compose.service\nrequire: { field: restart, eq: always }",
        "target: compose.service\nrequire: { field: restart, in: [unless-stopped, \"no\"] }",
    );
    let message = "`one` and `other` cannot both be met: one-1 wants `restart` of compose.service to be always (`ask-one`), other-1 to be unless-stopped, no (`ask-other`)";
    assert_eq!(found, [message]);
}

#[test]
fn a_field_that_has_to_be_there_cannot_be_left_out() {
    let found = of_two_rules(
        "target: compose.service\nwhere: { field: first_party, eq: true }\nrequire: { field: user, exists: true }",
        "target: compose.service\nrequire: { field: user, exists: false }",
    );
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn different_rules_that_one_service_can_meet_combine() {
    let of = |one: &str, other: &str| {
        let rule = |text: &str| format!("target: compose.service\n{text}");
        of_two_rules(&rule(one), &rule(other))
    };
    for (one, other) in [
        // Both hold where nothing is written.
        (
            "require: { field: restart, eq: always, absent: pass }",
            "require: { field: restart, eq: \"no\", absent: pass }",
        ),
        ("require: { field: restart, eq: always }", "require: { field: restart, ne: \"no\", absent: fail }"),
        (
            "require: { field: restart, eq: always }",
            "require: { any: [{ field: restart, eq: \"no\" }, { field: user, exists: true }] }",
        ),
        // They look at different services.
        (
            "where: { field: first_party, eq: true }\nrequire: { field: restart, eq: always }",
            "where: { field: first_party, eq: false }\nrequire: { field: restart, eq: \"no\" }",
        ),
    ] {
        assert_eq!(of(one, other), Vec::<String>::new(), "{one} {other}");
    }
}

#[test]
fn built_in_standards_contradict_each_other_only_where_their_texts_do() {
    let mut library = Library::built_in();
    let ids = ["atonix", "pmoves", "recommended", "statex", "systemupdate", "xpress"];
    let mut found = Vec::new();
    for (index, one) in ids.iter().enumerate() {
        for other in ids.iter().skip(index + 1) {
            let problems = combined(&mut library, &[one, other]).err().unwrap_or_default();
            found.extend(problems.into_iter().map(|problem| problem.message));
        }
    }
    insta::assert_snapshot!(found.join("\n"), @"
    `atonix` and `pmoves` cannot both be met: ATX-2.1-e wants `uid` of `dockerfile-user-id` to be 1000, PMV-CTR-b wants 65532
    `atonix` and `pmoves` cannot both be met: ATX-2.1-d wants `name` of `dockerfile-user-name` to be appuser, PMV-CTR-e wants pmoves
    `atonix` and `statex` cannot both be met: ATX-9-d wants that source code lies below src, STX-ORG-a that the application is the package app
    `atonix` and `xpress` cannot both be met: ATX-2.1-e wants `uid` of `dockerfile-user-id` to be 1000, XOT-3.1-i wants 1001
    `atonix` and `xpress` cannot both be met: ATX-2.2-d wants `namespace` of `service-image-namespace` to be atonixdev/, XOT-4.2-l wants ops-tower/
    `atonix` and `xpress` cannot both be met: ATX-8.1-a wants that services listen on the port of their type, XOT-4.2-m that containers declare port 3000
    `pmoves` and `statex` cannot both be met: PMV-APPC-b wants `pattern` of `source-event-name` to be ^[a-z0-9_-]+(\\.[a-z0-9_*>-]+)+\\.v[0-9]+$|[*>], STX-EVN-f wants ^[a-z]+\\.[a-z_]+$
    `pmoves` and `xpress` cannot both be met: PMV-CTR-b wants `uid` of `dockerfile-user-id` to be 65532, XOT-3.1-i wants 1001
    `pmoves` and `xpress` cannot both be met: PMV-CTR-b wants `gid` of `dockerfile-group-id` to be 65532, XOT-3.1-i wants 1001
    `pmoves` and `xpress` cannot both be met: PMV-CTR-e wants `name` of `dockerfile-user-name` to be pmoves, XOT-3.2-a wants appuser
    `pmoves` and `xpress` cannot both be met: PMV-CHK-b wants `uid` of `k8s-run-as-user` to be 65532, XOT-4.2-y wants 1001
    `pmoves` and `xpress` cannot both be met: PMV-OPS-n wants `namespace` of k8s.workload to be pmoves-prod (`k8s-namespace`), XOT-4.2-c to be ops-tower, ops-tower-dev, ops-tower-staging, ops-tower-prod (`k8s-namespace-in`)
    `pmoves` and `xpress` cannot both be met: PMV-DEP-j wants that manifests have a base and an overlay for production, XOT-1.1-c that infrastructure is kept in four directories
    ");
}

/// What two standards are about that differ, the two, the rules or clauses that are concerned, and whether no service
/// can meet both.
const ROWS: &[(&str, [&str; 2], &[&str], bool)] = &[
    ("user", ["atonix", "pmoves"], &["dockerfile-user-id"], true),
    ("user", ["atonix", "xpress"], &["dockerfile-user-id"], true),
    ("user", ["pmoves", "xpress"], &["dockerfile-user-id", "dockerfile-group-id", "k8s-run-as-user"], true),
    ("health path", ["atonix", "pmoves"], &["path`", "route"], false),
    ("health path", ["pmoves", "xpress"], &["path`", "route"], false),
    ("health path", ["atonix", "systemupdate"], &["path`", "route"], false),
    ("latest", ["atonix", "xpress"], &["image-tag"], false),
    ("tags", ["atonix", "pmoves"], &["image-version", "image-tag"], false),
    ("base image", ["atonix", "xpress"], &["dockerfile-base"], false),
    ("port", ["atonix", "xpress"], &["ATX-8.1-a"], true),
    ("metrics port", ["atonix", "xpress"], &["metrics-port"], false),
    ("layout of a service", ["atonix", "statex"], &["STX-ORG-a"], true),
    ("layout of a repository", ["pmoves", "xpress"], &["XOT-1.1-c"], true),
    ("timing of health checks", ["atonix", "pmoves"], &["dockerfile-healthcheck-"], false),
    (
        "timing of health checks",
        ["atonix", "xpress"],
        &["dockerfile-healthcheck-", "k8s-liveness", "k8s-readiness"],
        false,
    ),
    ("root filesystem", ["pmoves", "xpress"], &["rootfs"], false),
    ("who installs", ["pmoves", "xpress"], &["installs"], false),
    ("secrets", ["pmoves", "atonix"], &["secret"], false),
    ("defaults", ["atonix", "statex"], &["default"], false),
    ("log levels", ["atonix", "pmoves"], &["log-level"], false),
    ("coverage", ["atonix", "xpress"], &["coverage"], false),
    ("registry", ["atonix", "xpress"], &["service-image-namespace"], true),
    ("scope of network policies", ["pmoves", "xpress"], &["network-policy"], false),
    ("labels", ["pmoves", "xpress"], &["labels"], false),
    ("namespace", ["pmoves", "xpress"], &["k8s-namespace"], true),
    ("replicas", ["atonix", "xpress"], &["replicas"], false),
    ("sizes", ["atonix", "xpress"], &["resource", "requests", "limit"], false),
    ("start of the process", ["pmoves", "xpress"], &["entrypoint", "init-process", "unbuffered"], false),
    ("message broker", ["statex", "systemupdate"], &["compose-image-present", "dependency-declared"], false),
    ("names of events", ["pmoves", "statex"], &["source-event-name"], true),
    ("metrics of errors", ["atonix", "xpress"], &["source-counter", "alert"], false),
    ("correlation", ["statex", "systemupdate"], &["source-mention"], false),
    ("stateful mounts", ["atonix", "pmoves"], &["volume", "persistent"], false),
    ("files of variables", ["atonix", "pmoves"], &["env-file"], false),
    ("manifests of packages", ["atonix", "statex"], &["required-one-of", "manifest"], false),
    ("tools for Python", ["pmoves", "xpress"], &["tool", "hook"], false),
    ("versions of Python", ["statex", "systemupdate"], &["runtime", "dependency-version"], false),
    ("metadata of documents", ["pmoves", "xpress"], &["md-metadata"], false),
];

#[test]
fn what_the_documents_say_differently_is_combined_where_one_service_can_meet_both() {
    let mut library = Library::built_in();
    for (about, pair, names, refused) in ROWS {
        let problems = combined(&mut library, pair).err().unwrap_or_default();
        for name in *names {
            let told = problems.iter().any(|problem| problem.message.contains(name));
            assert_eq!(told, *refused, "{about}: {name} of {pair:?}");
        }
    }
}

#[test]
fn clauses_that_are_kept_apart_are_clauses_that_are_there() {
    let library = Library::built_in();
    let standards: Vec<_> = library.standard_ids().filter_map(|id| library.standard(id).ok()).collect();
    let clauses = || standards.iter().flat_map(|standard| &standard.clauses);
    let named: Vec<&str> = clauses().flat_map(|clause| &clause.apart).map(|id| id.value.as_str()).collect();
    assert!(!named.is_empty());
    for id in named {
        assert!(clauses().any(|clause| clause.id.value == id && !clause.rules.is_empty()), "{id}");
    }
}

#[test]
fn patterns_and_beginnings_that_no_text_has_both_of_are_refused() {
    let name = |pattern: &str| format!("rule: k8s-network-policy-name, params: {{ pattern: '{pattern}' }}");
    // Patterns of built-in standards, whose automata the build has made.
    let (edge, word) = (r"^[a-z0-9_-]+(\.[a-z0-9_*>-]+)+\.v[0-9]+$|[*>]", r"^[a-z]+\.[a-z_]+$");
    assert_eq!(conflicts(&name(edge), &name(word)).len(), 1);
    assert_eq!(conflicts(&name(word), &name("-policy$")).len(), 1);
    combines(&name("^a$"), &name("^b$"), 2);
    let namespace = |start: &str| format!("rule: service-image-namespace, params: {{ namespace: '{start}' }}");
    assert_eq!(conflicts(&namespace("shop/"), &namespace("bank/")).len(), 1);
    combines(&namespace("shop/"), &namespace("shop/web/"), 2);
}
