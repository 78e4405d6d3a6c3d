//! A configuration cannot be silently wrong: each mistake is refused before anything is judged, on the text that is wrong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::config::{self, Base, Known};
use svclint::diagnostic::Problem;
use svclint::source::{EntryKind, FileId, SourceFile, Sources};
use svclint::standard::Standard;
use svclint::standard::library::Library;
use svclint::syntax::yaml::Tree;
use tempfile::TempDir;

const CONFIG: &str = r"standards:
  - atonix
  - id: company
    params: { dockerfile-healthcheck-interval: { max: 20s } }
params:
  dockerfile-user-id: { uid: 2000 }
severity: { dockerfile-user-id: warning, ATX-2.1-e: info }
services:
  discover: [services/*]
  overrides:
    services/web:
      standards: [recommended]
      params: { compose-restart: { policy: always } }
waivers:
  - { rule: dockerfile-user-id, paths: [services/gpu/**], reason: the driver wants 1000, until: 2027-03-31 }
  - { clause: ATX-11.1-a, reason: later }
packs: [company]
compose: { prod: [compose.yaml, compose.prod.yaml] }
charts: { deploy/chart: [deploy/values-prod.yaml] }
kubernetes:
  pod_templates: [{ apiVersion: example.com/v1, kind: Worker, path: spec.template }]
ignore: [/legacy/]
fail_on: warning
";

const COMPANY: &str = r"standard: company
version: 1.0.0
title: What we agreed on
clauses:
  - id: C-1
    title: The health check runs often
    level: must
    waivable: false
    rules: [{ rule: dockerfile-healthcheck-interval, params: { max: 10s } }]
";

fn directory() -> TempDir {
    let directory = TempDir::new().unwrap();
    for path in ["company/x", "compose.yaml", "compose.prod.yaml", "deploy/chart/Chart.yaml", "deploy/values-prod.yaml"]
    {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    directory
}

/// What reading a configuration says, and the text that its places lie in.
fn problems(text: &str) -> (Vec<Problem>, Sources) {
    let mut library = Library::built_in();
    library.insert("rules/standards/company.yaml", Arc::from(COMPANY));
    let source = SourceFile::new(config::NAME.to_owned(), EntryKind::File);
    source.set_text(Arc::from(text));
    library.sources.set_outside(source);
    let directory = directory();
    let tree = Tree::parse(FileId::OUTSIDE, text);
    let found = config::load(&tree, Base::Same, directory.path()).and_then(|config| {
        let unknown = config.unknown_standards(&library);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let mut in_force: Vec<Arc<Standard>> = Vec::new();
        for id in config.named_standards() {
            in_force.push(Arc::new(library.standard(&id.value)?));
        }
        config.check(&Known { library: &library, in_force: &in_force, own: &["duplicate-key"], is_whole: true })
    });
    (found.err().unwrap_or_default(), library.sources)
}

/// Replaces a piece of the configuration, and checks that a problem of this code points at `marked` and says what it says.
#[track_caller]
fn refuses(from: &str, to: &str, code: &str, marked: &str, message: &str, help: &str) {
    assert!(CONFIG.contains(from), "`{from}` is in the configuration");
    let (found, sources) = problems(&CONFIG.replacen(from, to, 1));
    let all: Vec<String> = found.iter().map(ToString::to_string).collect();
    let Some(problem) = found.iter().find(|problem| problem.message.contains(message)) else {
        panic!("`{message}` is said of `{to}`; said was {all:?}");
    };
    assert_eq!(problem.code, code, "{problem}");
    assert_eq!(sources.slice(problem.labels.first().unwrap().place), marked, "the place of: {problem}");
    let said = problem.help.clone().unwrap_or_default();
    assert!(said.contains(help), "help `{help}` for {problem}; it was `{said}`");
}

#[test]
fn the_configuration_itself_loads() {
    let (found, _) = problems(CONFIG);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn unknown_keys_are_refused_at_every_depth() {
    let key = "config/unknown-key";
    refuses("waivers:", "wavers:", key, "wavers", "no key `wavers`", "did you mean `waivers`?");
    refuses("discover:", "discovery:", key, "discovery", "no key `discovery`", "did you mean `discover`?");
    refuses("    params: { dock", "    param: { dock", key, "param", "a standard has no key `param`", "`params`?");
    refuses("      standards: [rec", "      standard: [rec", key, "standard", "an override has no key", "`standards`?");
    refuses(", reason: later", ", reason: later, untill: x", key, "untill", "a waiver has no key", "`until`?");
    refuses("pod_templates:", "podTemplates:", key, "podTemplates", "no key `podTemplates`", "`pod_templates`?");
    refuses("kind: Worker", "kinds: Worker", key, "kinds", "a pod template has no key `kinds`", "`kind`?");
    refuses("packs: [company]", "rules: [company]", key, "rules", "no key `rules`", "under `packs`");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    refuses("ignore:", "params: {}\nignore:", "config/syntax", "params", "stands twice", "");
    refuses("  - atonix\n", "  - atonix\n  - atonix\n", "config/duplicate", "atonix", "`atonix` stands twice", "");
}

#[test]
fn text_that_is_no_yaml_is_refused() {
    let (found, _) = problems("standards: [atonix\nfail_on: error\n");
    assert!(found.iter().any(|problem| problem.code == "config/syntax"), "{found:?}");
    let (found, _) = problems("fail_on: error\n---\nfail_on: info\n");
    assert_eq!(found.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["config/documents"]);
}

#[test]
fn values_of_another_type_are_refused() {
    let ty = "config/type";
    refuses("ignore: [/legacy/]", "ignore: legacy", ty, "legacy", "`ignore` is a list", "[legacy/]");
    refuses("params:\n  dockerfile-user-id: { uid: 2000 }", "params: [a]", ty, "[a]", "`params` is a mapping", "");
    refuses("{ uid: 2000 }", "2000", ty, "2000", "for `dockerfile-user-id` is a mapping", "");
    refuses(
        "prod: [compose.yaml, compose.prod.yaml]",
        "prod: compose.yaml",
        ty,
        "compose.yaml",
        "`prod` is a list",
        "",
    );
    refuses("discover: [services/*]", "discover: all", "config/word", "all", "a way to find services", "auto");
    refuses("fail_on: warning", "fail_on: warn", "config/word", "warn", "`warn` is not a threshold", "warning");
    refuses("2027-03-31", "31.03.2027", "config/date", "31.03.2027", "is not a day", "`YYYY-MM-DD`");
    refuses("2027-03-31", "2027-02-30", "config/date", "2027-02-30", "is not a day", "");
    refuses(
        "standards:\n  - atonix",
        "standards: []\nx:\n  - atonix",
        "config/empty",
        "[]",
        "names none",
        "leave it out",
    );
    refuses("path: spec.template", "path: spec..template", "config/value", "spec..template", "not a path of keys", "");
    refuses("example.com/v1", "v1", "config/value", "v1", "`v1` has no group", "example.com/v1");
}

#[test]
fn what_has_to_be_said_is_asked_for() {
    let missing = "config/missing-key";
    refuses(", reason: later", "", missing, "clause", "a waiver needs `reason`", "");
    refuses("clause: ATX-11.1-a, ", "", missing, "reason", "a waiver needs `rule` or `clause`", "");
    refuses(
        "clause: ATX-11.1-a",
        "clause: ATX-11.1-a, rule: x",
        "config/shape",
        "ATX-11.1-a",
        "not both",
        "two waivers",
    );
    refuses("reason: later", "reason: ''", "config/empty", "''", "says why", "");
    refuses("id: company\n    params", "params", missing, "params", "a standard needs `id`", "");
    refuses(", path: spec.template", "", missing, "apiVersion", "a pod template needs `path`", "");
}

#[test]
fn a_rule_is_not_switched_off_without_a_reason() {
    refuses(
        "ATX-2.1-e: info",
        "ATX-2.1-e: off",
        "config/off",
        "off",
        "not switched off",
        "waivers: [{ rule: ATX-2.1-e",
    );
    refuses("ATX-2.1-e: info", "ATX-2.1-e: eror", "config/word", "eror", "not a severity", "did you mean `error`?");
}

#[test]
fn names_that_nothing_has_are_refused_with_the_nearest() {
    let name = "config/unknown-name";
    refuses("- atonix\n", "- atonics\n", "config/unknown-standard", "atonics", "no standard `atonics`", "`atonix`?");
    refuses("[recommended]", "[recomended]", "config/unknown-standard", "recomended", "no standard", "`recommended`?");
    refuses(
        "  dockerfile-user-id: {",
        "  dockerfile-userid: {",
        name,
        "dockerfile-userid",
        "no rule",
        "`dockerfile-user-id`?",
    );
    refuses("ATX-2.1-e: info", "ATX-2.1e: info", name, "ATX-2.1e", "no rule or clause", "did you mean `ATX-2.1-e`?");
    refuses("clause: ATX-11.1-a", "clause: ATX-11.1a", name, "ATX-11.1a", "no clause", "did you mean `ATX-11.1-a`?");
    refuses(
        "rule: dockerfile-user-id",
        "rule: dockerfile-user-ids",
        name,
        "dockerfile-user-ids",
        "no rule",
        "`dockerfile-user-id`?",
    );
    refuses("{ policy:", "{ polcy:", "config/unknown-param", "polcy", "no parameter `polcy`", "did you mean `policy`?");
    refuses(
        "{ dockerfile-healthcheck-interval:",
        "{ dockerfile-user-id:",
        "config/no-use",
        "dockerfile-user-id",
        "`company` does not use",
        "for every standard",
    );
}

#[test]
fn values_of_parameters_are_typed() {
    let value = "config/value";
    refuses("uid: 2000", "uid: two", value, "two", "is not a uid", "");
    refuses("uid: 2000", "uid: \"2000\"", value, "\"2000\"", "is not a uid", "remove the quotes: 2000");
    refuses("max: 20s", "max: often", value, "often", "is not a duration", "write it as `30s`");
    refuses("policy: always", "policy: '('", value, "'('", "pattern", "");
}

#[test]
fn a_clause_that_may_not_be_waived_stays() {
    let code = "config/not-waivable";
    refuses("clause: ATX-11.1-a", "clause: C-1", code, "C-1", "`C-1` cannot be waived", "keeps the standard");
    refuses(
        "rule: dockerfile-user-id",
        "rule: dockerfile-healthcheck-interval",
        code,
        "dockerfile-healthcheck-interval",
        "it checks C-1",
        "",
    );
    refuses("ATX-2.1-e: info", "C-1: info", code, "info", "`C-1` stays error", "");
}

#[test]
fn paths_stay_below_the_configuration_and_are_there() {
    let (path, file) = ("config/path", "config/no-file");
    refuses("packs: [company]", "packs: [../company]", path, "../company", "leads out", "counted from");
    refuses("[services/gpu/**]", "[/services/gpu/**]", path, "/services/gpu/**", "is absolute", "");
    refuses("services/web:", "services\\web:", path, "services\\web", "has a backslash", "with `/`");
    refuses("[services/*]", "['']", path, "''", "is empty", "");
    refuses(
        "packs: [company]",
        "packs: [compny]",
        file,
        "compny",
        "there is no directory `compny`",
        "did you mean `company`?",
    );
    refuses(
        "compose.prod.yaml",
        "compose.prd.yaml",
        file,
        "compose.prd.yaml",
        "there is no file",
        "`compose.prod.yaml`?",
    );
    refuses(
        "deploy/chart:",
        "deploy/charts:",
        file,
        "deploy/charts",
        "there is no chart",
        "did you mean `deploy/chart`?",
    );
    refuses(
        "deploy/values-prod.yaml",
        "deploy/values-prd.yaml",
        file,
        "deploy/values-prd.yaml",
        "no file",
        "`deploy/values-prod.yaml`?",
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "standards: atonix\nwavers: []\nfail_on: often\nwaivers: [{ rule: x }, { clause: y, reason: z, until: soon }]\n";
    let (found, _) = problems(text);
    let codes: Vec<&str> = found.iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        ["config/unknown-key", "config/type", "config/missing-key", "config/date", "config/word"],
        "{found:?}"
    );
    let (found, _) = problems(
        "params: { dockerfile-user-i: { uid: 1 } }\nseverity: { nothing-like-it: info }\nwaivers: [{ rule: y-y, reason: z }]\n",
    );
    assert_eq!(found.len(), 3, "{found:?}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_or_refused(at in 0..CONFIG.len(), cut in 0_usize..40, put in "[\\PC\\n]{0,12}") {
        let at = CONFIG.floor_char_boundary(at);
        let rest = CONFIG.get((at + cut).min(CONFIG.len())..).unwrap_or("");
        let text = format!("{}{put}{rest}", &CONFIG[..at]);
        let (found, sources) = problems(&text);
        for problem in &found {
            for label in problem.labels.iter().filter(|label| label.place.file == FileId::OUTSIDE) {
                proptest::prop_assert!(label.place.span.end as usize <= text.len(), "{problem}");
                let _ = sources.slice(label.place);
            }
        }
    }
}
