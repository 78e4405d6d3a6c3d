//! `svclint fix`: what it writes, prints and leaves.

use super::support::Repository;

const COMPOSE: &str = "# ours\r\nversion: '3.8'\r\n\r\nservices:\r\n  api:\r\n    image: nginx:1.27 # pinned\r\n    ports: [\"80:80\"]\r\n";

fn rules<'r>(more: &[&'r str]) -> Vec<&'r str> {
    let mut arguments = vec!["fix", "--rule", "compose-version-key", "--rule", "compose-restart"];
    arguments.extend(more);
    arguments
}

#[test]
fn safe_fixes_are_made_and_the_others_are_counted() {
    let repository = Repository::new(&[("compose.yaml", COMPOSE)]);
    let run = repository.run(&rules(&[]));
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("compose.yaml: remove `version` [compose-version-key]"), "{}", run.out);
    assert!(run.out.contains("1 more can be fixed with --unsafe"), "{}", run.out);
    let text = std::fs::read_to_string(repository.path().join("compose.yaml")).unwrap();
    assert_eq!(text, COMPOSE.replace("version: '3.8'\r\n", ""));
}

#[test]
fn unsafe_fixes_are_made_when_asked_for_and_a_second_run_finds_nothing() {
    let repository = Repository::new(&[("compose.yaml", COMPOSE)]);
    repository.run(&rules(&["--unsafe"]));
    let text = std::fs::read_to_string(repository.path().join("compose.yaml")).unwrap();
    assert!(text.ends_with("    ports: [\"80:80\"]\r\n    restart: unless-stopped\r\n"), "{text}");
    let again = repository.run(&rules(&["--unsafe"]));
    assert!(again.out.starts_with("Nothing to fix"), "{}", again.out);
}

#[test]
fn a_diff_is_printed_and_nothing_is_written() {
    let repository =
        Repository::new(&[("compose.yaml", "version: '3'\nservices: { api: { image: \"nginx:1.27\" } }\n")]);
    let run = repository.run(&["fix", "--diff", "--rule", "compose-version-key"]);
    let wanted = "--- a/compose.yaml\n+++ b/compose.yaml\n@@ -1,2 +1 @@\n-version: '3'\n";
    assert!(run.out.starts_with(wanted), "{}", run.out);
    assert!(run.err.contains("Would fix 1 finding in 1 file"), "{}", run.err);
    assert!(std::fs::read_to_string(repository.path().join("compose.yaml")).unwrap().starts_with("version"));
}

#[test]
fn check_never_writes_and_says_what_could_be_fixed() {
    let repository = Repository::new(&[("compose.yaml", COMPOSE)]);
    let run = repository.run(&["check", "--rule", "compose-version-key"]);
    assert!(run.out.contains("help: take the line out (safe fix)"), "{}", run.out);
    assert!(run.out.contains("1 fixable"), "{}", run.out);
    assert_eq!(std::fs::read_to_string(repository.path().join("compose.yaml")).unwrap(), COMPOSE);
}

#[test]
fn fixes_are_edits_of_bytes_in_json_and_sarif() {
    let repository =
        Repository::new(&[("compose.yaml", "version: '3'\nservices: { api: { image: \"nginx:1.27\" } }\n")]);
    let json = repository.run(&["check", "--rule", "compose-version-key", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema: serde_json::Value = serde_json::from_str(svclint::report::JSON_SCHEMA).unwrap();
    assert!(jsonschema::is_valid(&schema, &json));
    let fix = &json["findings"][0]["fixes"][0];
    assert_eq!((&fix["title"], &fix["safety"]), (&"remove `version`".into(), &"safe".into()));
    let edit = &fix["edits"][0];
    assert_eq!((&edit["location"]["start"]["byte"], &edit["location"]["end"]["byte"]), (&0.into(), &13.into()));
    assert_eq!(edit["text"], "");
    let sarif = repository.run(&["check", "--rule", "compose-version-key", "--format", "sarif"]).out;
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let replacement = &sarif["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["deletedRegion"]["endLine"], 2);
    assert_eq!(replacement["insertedContent"]["text"], "");
}

#[test]
fn a_missing_file_is_created_beside_its_service() {
    let repository = Repository::new(&[("api/Dockerfile", "FROM scratch\n")]);
    let run = repository.run(&["fix", "--rule", "gitignore-present"]);
    assert!(run.out.contains("api/.gitignore: create"), "{}", run.out);
    assert_eq!(std::fs::read_to_string(repository.path().join("api/.gitignore")).unwrap(), ".env\n");
}

#[test]
fn a_missing_section_is_put_at_the_end_of_its_document() {
    let config = "params: { md-section: { section: glossary } }\n";
    let document = "# Orders\n\n### Status\n\nDraft.\n";
    let files = [("Dockerfile", "FROM scratch\n"), (".svclint.yaml", config), ("docs/orders.md", document)];
    let repository = Repository::new(&files);
    let run = repository.run(&["fix", "--rule", "md-section"]);
    assert!(run.out.starts_with("Nothing to fix"), "it has to be asked for: {}", run.out);
    repository.run(&["fix", "--rule", "md-section", "--unsafe"]);
    assert_eq!(
        std::fs::read_to_string(repository.path().join("docs/orders.md")).unwrap(),
        format!("{document}\n### Glossary\n\nNobody has written this section yet.\n")
    );
}

#[test]
fn a_section_behind_an_open_fence_is_taken_back() {
    let config = "params: { md-section: { section: glossary } }\n";
    let document = "# Orders\n\n```\ncode\n";
    let files = [("Dockerfile", "FROM scratch\n"), (".svclint.yaml", config), ("docs/orders.md", document)];
    let repository = Repository::new(&files);
    let run = repository.run(&["fix", "--rule", "md-section", "--unsafe"]);
    assert!(run.err.contains("was taken back: with it, its finding is still there"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(repository.path().join("docs/orders.md")).unwrap(), document);
}

/// A rule that wants notes, and begins them with a template.
const HAS_NOTES: &str = r##"rule: has-notes
since: 0.1.0
summary: there are notes
category: operations
severity: warning
why: A test.
target: repo
require: { field: tree, has_file: docs/notes.md }
message: there are no notes
fix:
  - title: begin them
    safety: safe
    edits: [{ create_file: docs/notes.md, content: { template: notes.md } }]
examples:
  - { name: there are, files: { Dockerfile: FROM scratch, docs/notes.md: x } }
  - name: there are none
    files: { Dockerfile: FROM scratch }
    expect: [{ at: . }]
    fixed: { docs/notes.md: "# Notes\n" }
"##;

#[test]
fn a_new_file_gets_the_text_of_a_template() {
    let repository = Repository::new(&[
        ("Dockerfile", "FROM scratch\n"),
        ("more/has-notes.yaml", HAS_NOTES),
        ("more/templates/notes.md", "# Notes\n"),
    ]);
    let test = repository.run(&["test", "more"]);
    assert_eq!(test.status, 0, "{}{}", test.out, test.err);
    let run = repository.run(&["fix", "--rules", "more", "--rule", "has-notes"]);
    assert!(run.out.contains("docs/notes.md: begin them [has-notes]"), "{}{}", run.out, run.err);
    assert_eq!(std::fs::read_to_string(repository.path().join("docs/notes.md")).unwrap(), "# Notes\n");
}

/// A rule that wants services to have all privileges.
fn bad_rule(edit: &str) -> String {
    format!(
        "rule: wants-privileges\nsince: 0.1.0\nsummary: services are privileged\ncategory: operations\n\
         severity: warning\nwhy: A test.\ntarget: compose.service\nrequire: {{ field: privileged, eq: true }}\n\
         message: \"`{{name}}` is not privileged\"\n\
         fix: [{{ title: make it privileged, safety: safe, edits: [{edit}] }}]\n\
         examples:\n\
         - {{ name: it is, files: {{ compose.yaml: \"services: {{ a: {{ image: b, privileged: true }} }}\" }} }}\n\
         - name: it is not\n  \
           files: {{ compose.yaml: \"services: {{ a: {{ image: b }} }}\" }}\n  \
           expect: [{{ at: compose.yaml }}]\n  \
           fixed: {{ compose.yaml: \"services: {{ a: {{ image: b, privileged: true }} }}\" }}\n"
    )
}

#[test]
fn a_fix_that_lets_another_rule_fail_is_taken_back_and_told() {
    let rule = bad_rule("{ set: privileged, to: true }");
    let repository = Repository::new(&[("compose.yaml", COMPOSE), ("more/wants-privileges.yaml", &rule)]);
    let run = repository.run(&["fix", "--rules", "more", "--rule", "wants-privileges"]);
    assert!(run.out.starts_with("Nothing to fix"), "{} {}", run.out, run.err);
    assert!(run.err.contains("was taken back: with it, `compose-privileged` finds something"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(repository.path().join("compose.yaml")).unwrap(), COMPOSE);
}

#[test]
fn a_fix_whose_finding_stays_is_taken_back_and_told() {
    let rule = bad_rule("{ set: init, to: true }");
    let repository = Repository::new(&[("compose.yaml", COMPOSE), ("more/wants-privileges.yaml", &rule)]);
    let run = repository.run(&["fix", "--rules", "more", "--rule", "wants-privileges"]);
    assert!(run.err.contains("was taken back: with it, its finding is still there"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(repository.path().join("compose.yaml")).unwrap(), COMPOSE);
}

/// A rule that had another id before.
const RENAMED: &str = "rule: has-limit\nsince: 0.1.0\nsummary: memory is limited\ncategory: reliability\nseverity: error\nwhy: One service takes all.\naliases: [memory-limit]\ntarget: compose.service\nrequire: { field: limits.memory, exists: true }\nmessage: no limit\nexamples:\n  - name: limited\n    files: { compose.yaml: \"services: { a: { build: ., mem_limit: 1g } }\" }\n  - name: not limited\n    files: { compose.yaml: \"services: { a: { build: . } }\" }\n    expect: [{ at: compose.yaml }]\n";

const SUPPRESSED: &str = "services:\r\n  # svclint: ignore[memory-limit, compose-restart] memory-limit: it is small, until=2099-01-01\r\n  api: { image: \"registry.example/api:1.4\" }\r\n";

const CONFIGURED: &str = "# ours\npacks: [team]\nseverity:\n  'memory-limit': warning # for now\nwaivers:\n  - { rule: memory-limit, paths: [web], reason: it has its own }\n";

#[test]
fn former_ids_are_rewritten_where_they_stand() {
    let files = [("compose.yaml", SUPPRESSED), (".svclint.yaml", CONFIGURED), ("team/has-limit.yaml", RENAMED)];
    let repository = Repository::new(&files);
    let before = repository.run(&["check", "--rule", "has-limit"]);
    assert!(before.err.contains("write `has-limit`; `svclint fix` does"), "{}", before.err);
    let diff = repository.run(&["fix", "--diff"]);
    assert!(
        diff.out.contains("-  'memory-limit': warning # for now\n+  'has-limit': warning # for now\n"),
        "{}",
        diff.out
    );
    let read = |path: &str| std::fs::read_to_string(repository.path().join(path)).unwrap();
    assert_eq!((read("compose.yaml").as_str(), read(".svclint.yaml").as_str()), (SUPPRESSED, CONFIGURED));
    let run = repository.run(&["fix"]);
    assert!(run.out.contains("compose.yaml: write `has-limit` for its former id `memory-limit`\n"), "{}", run.out);
    assert!(run.out.contains("Fixed 3 former ids in 2 files"), "{}", run.out);
    assert!(!run.err.contains("memory-limit"), "what is mended is not warned of: {}", run.err);
    assert_eq!(read("compose.yaml"), SUPPRESSED.replacen("memory-limit", "has-limit", 1), "the reason stays");
    assert_eq!(read(".svclint.yaml"), CONFIGURED.replace("memory-limit", "has-limit"));
    let after = repository.run(&["check", "--rule", "has-limit"]);
    assert_eq!((after.status, after.err.as_str()), (before.status, ""));
    assert!(repository.run(&["fix"]).out.starts_with("Nothing to fix"));
}

#[test]
fn a_former_id_stays_where_the_present_one_stands_too() {
    let config = "packs: [team]\nseverity: { memory-limit: warning, has-limit: info }\n";
    let object = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    svclint.dev/ignore.memory-limit: small\n    svclint.dev/ignore.has-limit: small\nspec: { containers: [{ name: a, image: \"registry.example/a:1\" }] }\n";
    let files = [("k8s/pod.yaml", object), (".svclint.yaml", config), ("team/has-limit.yaml", RENAMED)];
    let repository = Repository::new(&files);
    repository.run(&["fix"]);
    let read = |path: &str| std::fs::read_to_string(repository.path().join(path)).unwrap();
    assert_eq!(read("k8s/pod.yaml"), object);
    assert_eq!(read(".svclint.yaml"), config);
}

#[test]
fn former_ids_elsewhere_stay_where_one_rule_or_file_is_asked_for() {
    let files = [("compose.yaml", SUPPRESSED), (".svclint.yaml", CONFIGURED), ("team/has-limit.yaml", RENAMED)];
    let repository = Repository::new(&files);
    let read = |path: &str| std::fs::read_to_string(repository.path().join(path)).unwrap();
    repository.run(&["fix", "--rule", "has-limit"]);
    assert_eq!(read("compose.yaml"), SUPPRESSED);
    repository.run(&["fix", "compose.yaml"]);
    assert_eq!(read("compose.yaml"), SUPPRESSED.replacen("memory-limit", "has-limit", 1));
    assert_eq!(read(".svclint.yaml"), CONFIGURED);
}
