//! How a rule ends for a target whose values are written, missing, or cannot be told.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::discover;
use svclint::engine;
use svclint::finding::{Finding, Outcome};
use svclint::model::repo::Repo;
use svclint::rules::Arguments;
use svclint::standard::library::Library;
use svclint::standard::select;

/// A repository of files, and the findings of a rule that is given from its `target` on.
fn judged(body: &str, files: &[(&str, &str)]) -> (Repo, Vec<Finding>) {
    let head = "rule: sample\nsince: 0.1.0\nsummary: it is right\ncategory: correctness\nseverity: error\n\
                why: A test.\nmessage: \"{actual}, not {expected}\"\n";
    let examples = "examples:\n  - { name: good, files: {} }\n  - { name: bad, files: {}, expect: [{ at: x }] }\n";
    let mut library = Library::built_in();
    library.insert("rules/sample.yaml", Arc::from(format!("{head}{body}{examples}")));
    let source = library.rule("sample", None).unwrap();
    let instance = select::single(&source, &Arguments::new()).unwrap();
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let repo = Repo::load(discover::in_memory(&files), None);
    let findings = engine::run_instances(&repo, vec![instance]).findings;
    (repo, findings)
}

/// `outcome [evidence] message` of every finding of a rule.
fn ended(body: &str, files: &[(&str, &str)]) -> Vec<String> {
    let (_, findings) = judged(body, files);
    let shown = findings.into_iter().map(|finding| {
        let outcome = if finding.outcome == Outcome::Fail { "fails" } else { "unknown" };
        format!("{outcome} [{}] {}", finding.evidence.replace('\n', ", "), finding.message)
    });
    shown.collect()
}

/// The same for one service in a compose file.
fn of_service(body: &str, service: &str) -> Vec<String> {
    ended(&format!("target: compose.service\n{body}"), &[("compose.yaml", &format!("services: {{ a: {service} }}"))])
}

/// `text: label` of every place of the only finding in a compose file, the primary first.
fn labelled(body: &str, service: &str) -> Vec<String> {
    let file = ("compose.yaml", format!("services: {{ a: {service} }}"));
    let (repo, findings) = judged(&format!("target: compose.service\n{body}"), &[(file.0, &file.1)]);
    let [finding] = &findings[..] else { unreachable!("{findings:?}") };
    let all = std::iter::once(&finding.primary).chain(&finding.related);
    all.map(|label| format!("{}: {}", repo.sources.slice(label.place), label.text)).collect()
}

const DOUBT: &str = "cannot tell whether it is right: `P` has no default here (`${P}`)";

#[test]
fn a_target_that_may_not_be_meant_cannot_be_told() {
    let body = "where: { field: init, eq: true }\nrequire: { field: privileged, eq: false }\n";
    let privileged = |init: &str| of_service(body, &format!("{{ image: b, privileged: true, init: {init} }}"));
    assert_eq!(privileged("true"), ["fails [privileged=true] true, not false"]);
    assert_eq!(privileged("false"), Vec::<String>::new());
    assert_eq!(privileged("\"${P}\""), [format!("unknown [init=${{P}}] {DOUBT}")]);
}

#[test]
fn a_value_of_the_wrong_type_is_the_readers_finding_and_no_second_one() {
    assert_eq!(of_service("require: { field: privileged, eq: false }\n", "{ image: b, privileged: [x] }").len(), 0);
}

#[test]
fn what_stands_in_lines_that_cannot_be_read_is_no_finding() {
    let rule = "target: compose.service\nrequire: { field: privileged, eq: true }\n";
    let file = |line: &str| format!("services:\n  a:\n    image: b\n    {line}\n    hostname: c\n");
    assert_eq!(ended(rule, &[("compose.yaml", &file("privileged: false"))]).len(), 1);
    assert_eq!(ended(rule, &[("compose.yaml", &file("privileged: @x"))]), Vec::<String>::new());
}

#[test]
fn existence_is_told_of_what_is_written_whatever_it_is() {
    let ended =
        |want: bool, service: &str| of_service(&format!("require: {{ field: init, exists: {want} }}\n"), service);
    assert_eq!(ended(true, "{ image: b }"), ["fails [init=-] nothing, not `init` to be set"]);
    assert_eq!(ended(false, "{ image: b }"), Vec::<String>::new());
    assert_eq!(ended(true, "{ image: b, init: true }"), Vec::<String>::new());
    assert_eq!(ended(false, "{ image: b, init: true }"), ["fails [init=true] true, not nothing here"]);
    assert_eq!(ended(true, "{ image: b, init: \"${P}\" }"), Vec::<String>::new());
    assert_eq!(ended(false, "{ image: b, init: \"${P}\" }").len(), 1);
}

const FILE: &str = "lookup: { file: { kind: dockerfile, where: { field: file.path, eq: { field: build.dockerfile_path } }, expect: one } }\n\
                    require: { field: file.stages, empty: false }\n";

#[test]
fn a_lookup_that_finds_nothing_is_known_by_what_it_looked_for() {
    let ended = ended(
        &format!("target: compose.service\n{FILE}"),
        &[
            ("compose.yaml", "services: { a: { build: { context: ., dockerfile: other } } }"),
            ("Dockerfile", "FROM a\n"),
        ],
    );
    let message = "nothing of `dockerfile` belongs to `a`, and one is expected";
    assert_eq!(ended, [format!("fails [build.dockerfile_path=other] {message}")]);
}

/// A Dockerfile whose services, found by their build, must not be privileged.
fn users(expect: &str, require: &str, services: &str) -> Vec<String> {
    let lookup = format!(
        "target: dockerfile\nlookup: {{ user: {{ kind: compose.service, where: {{ field: user.build.dockerfile_path, \
         eq: {{ field: path }} }}, expect: {expect} }} }}\nrequire: {require}\n"
    );
    ended(&lookup, &[("compose.yaml", &format!("services: {{ {services} }}")), ("Dockerfile", "FROM a\n")])
}

#[test]
fn a_candidate_that_cannot_be_told_makes_a_doubt_unless_another_fits() {
    let doubtful = "a: { build: { context: ., dockerfile: \"${P}\" }, privileged: true }";
    let plain = "{ field: user.privileged, eq: false }";
    let one = users("one", plain, doubtful);
    assert!(one.len() == 1 && one[0].starts_with("unknown ") && one[0].contains("`P` has no default here"), "{one:?}");
    let optional = users("optional", plain, doubtful);
    assert!(optional.len() == 1 && optional[0].starts_with("unknown "), "{optional:?}");
    let listed = |services: &str| users("many", "{ field: user, contains: worker }", services);
    let many = listed(doubtful);
    assert!(many.len() == 1 && many[0].starts_with("unknown "), "{many:?}");
    assert_eq!(listed(&format!("{doubtful}, worker: {{ build: . }}")), Vec::<String>::new());
    assert_eq!(listed("b: { build: . }"), ["fails [user=] `b`, not `worker`"]);
}

#[test]
fn a_lookup_whose_only_candidate_cannot_be_told_may_have_found_nothing() {
    let doubtful = "a: { build: { context: ., dockerfile: \"${P}\" } }";
    for want in [true, false] {
        let ended = users("optional", &format!("{{ field: user, exists: {want} }}"), doubtful);
        assert!(ended.len() == 1 && ended[0].starts_with("unknown ") && ended[0].ends_with("(`${P}`)"), "{ended:?}");
    }
    let two = "a: { build: . }, b: { build: . }";
    assert_eq!(users("optional", "{ field: user, exists: true }", two), Vec::<String>::new());
    assert_eq!(users("optional", "{ field: user, exists: false }", two).len(), 1);
}

#[test]
fn what_is_not_so_is_no_part_of_alternatives() {
    let none = |body: &str| of_service(&format!("require: {{ none: [{body}] }}\n"), "{ image: b, init: true }").len();
    assert_eq!(none("{ not: { field: init, eq: false } }"), 1);
    assert_eq!(none("{ not: { field: init, eq: true } }"), 0);
    assert_eq!(none("{ count: { in: ports, as: port, le: 0 } }"), 1);
}

#[test]
fn every_service_that_a_lookup_takes_is_judged() {
    let require = "{ each: { in: user, as: one, require: { field: one.privileged, eq: false } } }";
    let two = "a: { build: ., privileged: true }, b: { build: . }, c: { image: d, privileged: true }";
    assert_eq!(users("many", require, two), ["fails [privileged=true] true, not false"]);
}

#[test]
fn a_condition_that_a_doubt_cannot_change_is_decided() {
    let service = "{ image: b, init: \"${P}\", privileged: true, read_only: true }";
    let ended = |require: &str| of_service(&format!("require: {require}\n"), service);
    let doubt = [format!("unknown [init=${{P}}] {DOUBT}")];
    let (fails, holds) = ("{ field: privileged, eq: false }", "{ field: read_only, eq: true }");
    let unknown = "{ field: init, eq: true }";
    assert_eq!(ended(&format!("{{ all: [ {unknown}, {holds} ] }}")), doubt);
    assert_eq!(ended(&format!("{{ all: [ {unknown}, {fails} ] }}")), ["fails [privileged=true] true, not false"]);
    assert_eq!(ended(&format!("{{ any: [ {unknown}, {fails} ] }}")), doubt);
    assert_eq!(ended(&format!("{{ any: [ {unknown}, {holds} ] }}")), Vec::<String>::new());
    assert_eq!(ended(&format!("{{ none: [ {unknown}, {fails} ] }}")), doubt);
    assert_eq!(ended(&format!("{{ none: [ {unknown}, {holds} ] }}")).len(), 1);
    assert_eq!(ended(&format!("{{ not: {unknown} }}")), doubt);
    assert_eq!(ended(&format!("{{ not: {fails} }}")), Vec::<String>::new());
}

#[test]
fn a_number_of_elements_is_told_where_further_ones_do_not_matter() {
    let ended = |count: &str, list: &str| {
        let require = format!("require: {{ count: {{ in: cap_add, as: cap, {count} }} }}\n");
        of_service(&require, &format!("{{ image: b, cap_add: {list} }}")).len()
    };
    assert_eq!(["ge: 2", "le: 2", "eq: 2"].map(|count| ended(count, "[A, B]")), [0, 0, 0]);
    assert_eq!(["ge: 3", "le: 1", "eq: 1"].map(|count| ended(count, "[A, B]")), [1, 1, 1]);
    assert_eq!(["ge: 1", "le: 3", "eq: 3"].map(|count| ended(count, "[A, B]")), [0, 0, 1]);
    let unseen = "require: { count: { in: cap_add, as: cap, ge: 1 } }\n";
    assert!(of_service(unseen, "{ image: b, cap_add: \"${P}\" }")[0].starts_with("unknown "), "nothing is seen of it");
    // One is seen, and there may be another.
    let seen = "a: { build: { context: ., dockerfile: \"${P}\" } }, b: { build: . }";
    let with_doubt = |count: &str| {
        let found = users("many", &format!("{{ count: {{ in: user, as: one, {count} }} }}"), seen);
        found.first().and_then(|found| found.split(' ').next().map(str::to_owned)).unwrap_or_default()
    };
    assert_eq!(["ge: 1", "ge: 2"].map(with_doubt), ["", "unknown"]);
    assert_eq!(["le: 0", "le: 1"].map(with_doubt), ["fails", "unknown"]);
    assert_eq!(["eq: 1", "eq: 2"].map(with_doubt), ["unknown", "unknown"]);
}

#[test]
fn a_list_that_cannot_be_told_may_have_anything_in_it() {
    let each = "require: { each: { in: cap_add, as: cap, require: { field: cap, eq: A } } }\n";
    let ended = |list: &str| of_service(each, &format!("{{ image: b, cap_add: {list} }}"));
    assert_eq!(ended("[A]"), Vec::<String>::new());
    assert_eq!(ended("[]"), Vec::<String>::new());
    assert_eq!(ended("[A, B]"), ["fails [cap=B] `B`, not `A`"]);
    let doubt = ended("\"${P}\"");
    assert!(doubt.len() == 1 && doubt[0].starts_with("unknown "), "{doubt:?}");
}

#[test]
fn a_list_of_what_a_lookup_may_have_found_cannot_be_told() {
    let each = "{ each: { in: user.cap_add, as: cap, require: { field: cap, eq: A } } }";
    let doubtful = "a: { build: { context: ., dockerfile: \"${P}\" }, cap_add: [A] }";
    let found = users("optional", each, doubtful);
    assert!(found.len() == 1 && found[0].starts_with("unknown "), "{found:?}");
    assert_eq!(users("optional", each, "a: { build: ., cap_add: [A] }"), Vec::<String>::new());
}

#[test]
fn a_doubt_is_told_where_it_stands_and_nothing_is_said_to_be_wrong_beside_it() {
    let body = "require: { field: container_name, eq: { field: hostname } }\n";
    let places = labelled(body, "{ image: b, container_name: c, hostname: \"${P}\" }");
    assert_eq!(places, ["\"${P}\": `P` has no default here", "c: "]);
    let lookup = "lookup: { file: { kind: dockerfile, where: { field: file.path, eq: { field: build.dockerfile_path } }, expect: one } }\n\
                  require: { field: file.stages, empty: false }\n";
    let files = [
        ("compose.yaml", "services: { a: { build: { context: ., dockerfile: \"${P}\" } } }"),
        ("Dockerfile", "FROM a\n"),
    ];
    let (repo, findings) = judged(&format!("target: compose.service\n{lookup}"), &files);
    let [finding] = &findings[..] else { unreachable!("{findings:?}") };
    assert_eq!(repo.sources.slice(finding.primary.place), "\"${P}\"");
}

#[test]
fn an_element_is_blamed_where_what_it_is_compared_with_is_missing() {
    let body = "require: { each: { in: ports, as: p, require: { field: container_name, exists: true } } }\n";
    let places = labelled(body, "{ image: b, ports: [\"80:80\"] }");
    assert_eq!(places, ["\"80:80\": missing here", "a: `container_name` is missing here"]);
}

#[test]
fn a_part_that_its_parameter_switches_off_is_not_named() {
    let body = "params: { p: { type: int, default: 1, doc: A number. } }\n\
                require: { any: [ { param: p, eq: 2, say: the other way }, { field: container_name, exists: true, say: a name } ] }\n";
    let found = of_service(body, "{ image: b }");
    assert_eq!(found, ["fails [container_name=-] nothing, not a name"]);
}

#[test]
fn what_none_of_several_values_fits_says_what_it_wants() {
    let body = "params: { names: { type: list<string>, default: [c, d], doc: Names. } }\n\
                require: { some: { in: $names, as: one, that: { field: container_name, eq: { field: one } }, say: one of the names } }\n";
    assert_eq!(of_service(body, "{ image: b, container_name: c }"), Vec::<String>::new());
    let found = of_service(body, "{ image: b, container_name: x }");
    assert!(found.len() == 1 && found[0].ends_with(", not one of the names"), "{found:?}");
}

#[test]
fn what_holds_for_every_element_can_be_forbidden() {
    let each = "forbid: { each: { in: cap_add, as: cap, require: { field: cap, eq: A } } }\n";
    let ended = |list: &str| of_service(each, &format!("{{ image: b, cap_add: {list} }}"));
    assert_eq!(ended("[A]"), ["fails [cap=A] `A`, not anything but `A`"]);
    assert_eq!(ended("[A, B]"), Vec::<String>::new());
    assert_eq!(ended("[]"), ["fails [cap_add=-] nothing, not "]);
}

#[test]
fn a_value_that_is_wanted_is_named_as_a_number_or_as_text() {
    let port = "require: { each: { in: ports, as: p, require: { field: p.published, eq: { field: p.target } } } }\n";
    let found = of_service(port, "{ image: b, ports: [\"81:80\"] }");
    assert!(found.len() == 1 && found[0].ends_with(" 81, not 80"), "{found:?}");
    let name = "require: { field: container_name, eq: { field: hostname } }\n";
    let found = of_service(name, "{ image: b, container_name: c, hostname: d }");
    assert!(found.len() == 1 && found[0].ends_with(" `c`, not `d`"), "{found:?}");
}

#[test]
fn values_agree_whatever_way_they_are_written() {
    let require = "require: { agree: { in: ports, as: p, value: p.protocol } }\n";
    let ended = |ports: &str| of_service(require, &format!("{{ image: b, ports: {ports} }}"));
    assert_eq!(ended("[\"1:1/tcp\", \"2:2\"]"), Vec::<String>::new());
    let odd = ended("[\"1:1/tcp\", \"2:2/udp\", \"3:3\"]");
    assert!(odd.len() == 1 && odd[0].starts_with("fails [protocol=udp, protocol=tcp"), "{odd:?}");
    let odd = ended("[\"1:1/tcp\", \"2:2/udp\", \"3:3/udp\"]");
    assert!(odd.len() == 1 && odd[0].starts_with("fails [protocol=tcp, protocol=udp"), "the most are right: {odd:?}");
}

#[test]
fn a_tree_is_asked_for_files_directories_and_what_is_in_them() {
    let files =
        [("Dockerfile", "FROM a\n"), (".dockerignore", "secrets\n"), ("docs/index.md", "x"), ("empty/.gitkeep", "")];
    let holds = |condition: &str| {
        ended(&format!("target: layout\nrequire: {{ field: tree, {condition} }}\n"), &files).is_empty()
    };
    for (operator, yes, no) in [
        ("has_file", "docs/index.md", "docs"),
        ("has_directory", "docs", "Dockerfile"),
        ("has_filled", "docs", "empty"),
        ("has_match", "\"**/*.md\"", "\"*.md\""),
        ("docker_ignores", "secrets", "docs"),
    ] {
        assert!(holds(&format!("{operator}: {yes}")), "{operator} {yes}");
        assert!(!holds(&format!("{operator}: {no}")), "{operator} {no}");
    }
}

#[test]
fn of_alternatives_that_are_all_missing_each_is_named() {
    let ended = |say: &str| {
        let require = format!(
            "require: {{ any: [ {{ field: healthcheck.interval, eq: 30s, say: soon }}, {{ field: container_name, eq: c{say} }} ] }}\n"
        );
        let found = of_service(&require, "{ image: b, healthcheck: { test: x } }");
        found
            .first()
            .and_then(|found| found.split_once("] "))
            .map(|(_, message)| message.to_owned())
            .unwrap_or_default()
    };
    assert_eq!(ended(""), "nothing, not `30s` or `c`");
    assert_eq!(ended(", say: a name"), "nothing, not soon or a name");
}
