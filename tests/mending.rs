//! What the fixes of a rule make of files, and which of them are taken back.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::sync::Arc;

use svclint::diagnostic::Problem;
use svclint::discover;
use svclint::engine;
use svclint::engine::mend::{Judge, Mended, Texts, mend};
use svclint::finding::{NoteKind, Report, Safety};
use svclint::model::repo::Repo;
use svclint::rules::Arguments;
use svclint::rules::ast::RuleSource;
use svclint::standard::library::Library;
use svclint::standard::select;

/// Files in memory, judged by some rules.
struct Files {
    rules: Vec<Arc<RuleSource>>,
    texts: Texts,
    judged: usize,
}

impl Judge for Files {
    type Error = Vec<Problem>;

    fn judge(&mut self, texts: &Texts) -> Result<(Repo, Report, Option<Report>), Vec<Problem>> {
        self.judged += 1;
        let mut files = self.texts.clone();
        files.extend(texts.clone());
        let files: Vec<(String, String)> = files.into_iter().collect();
        let repo = Repo::load(discover::in_memory(&files), None);
        let instances: Result<_, _> = self.rules.iter().map(|rule| select::single(rule, &Arguments::new())).collect();
        let report = engine::run_instances(&repo, instances?);
        Ok((repo, report, None))
    }
}

/// A rule from its `target` on.
fn rule(id: &str, body: &str) -> Arc<RuleSource> {
    let head = "since: 0.1.0\nsummary: it is as it should be\ncategory: correctness\nseverity: error\n\
                why: A test.\nmessage: \"`{target}` is not\"\n";
    let examples = "examples:\n  - { name: good, files: {} }\n  \
                    - { name: bad, files: {}, expect: [{ at: x }], fixed: { x: y } }\n";
    let mut library = Library::built_in();
    library.insert(&format!("rules/{id}.yaml"), Arc::from(format!("rule: {id}\n{head}{body}{examples}")));
    library.rule(id, None).unwrap()
}

/// A rule from its `target` on, and files.
fn files(body: &str, files: &[(&str, &str)]) -> Files {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Files { rules: vec![rule("sample", body)], texts: files, judged: 0 }
}

fn mended(body: &str, texts: &[(&str, &str)]) -> Mended {
    mend(&mut files(body, texts), true).unwrap()
}

/// The text that all fixes leave of one file.
fn fixed(body: &str, path: &str, text: &str) -> String {
    let mended = mended(body, &[(path, text)]);
    assert_eq!(mended.taken_back, 0, "{:?}", mended.report.notes);
    assert!(mended.report.findings.is_empty(), "{:?}", mended.report.findings);
    mended.texts.get(path).cloned().unwrap_or_default()
}

/// The titles of what was made, and the notes of what was taken back.
fn told(mended: &Mended) -> (Vec<&str>, Vec<&str>) {
    let notes = mended.report.notes.iter().filter(|note| note.kind == NoteKind::FixTakenBack);
    let made = mended.made.iter().map(|made| made.title.as_str());
    (made.collect(), notes.map(|note| note.message.as_str()).collect())
}

const ATONIX: &str = "apiVersion: atonixcorp.com/v1\nkind: Service\nmetadata: { name: cart }\n";

#[test]
fn a_length_of_time_is_written_in_seconds_where_the_field_counts_them() {
    let rule = |value: &str| {
        format!(
            "target: atonix\nrequire: {{ field: health.period_seconds, exists: true }}\n\
             fix: [{{ title: check, safety: safe, edits: [{{ set: health.period_seconds, to: {value} }}] }}]\n"
        )
    };
    let text = format!("{ATONIX}health:\n  timeoutSeconds: 90\n");
    let with = |period: &str| format!("{text}  periodSeconds: {period}\n");
    assert_eq!(fixed(&rule("1m30s"), "atonix.yaml", &text), with("90"));
    assert_eq!(fixed(&rule("{ field: health.timeout_seconds }"), "atonix.yaml", &text), with("90"));
    let compose = "target: compose.service\nrequire: { field: stop_grace_period, exists: true }\n\
                   fix: [{ title: wait, safety: safe, edits: [{ set: stop_grace_period, to: 1m30s }] }]\n";
    let fixed = fixed(compose, "compose.yaml", "services:\n  a:\n    image: b\n");
    assert_eq!(fixed, "services:\n  a:\n    image: b\n    stop_grace_period: 1m30s\n");
}

#[test]
fn a_field_below_a_section_that_is_not_written_brings_the_section() {
    let rule = "target: compose.service\nrequire: { field: healthcheck.interval, exists: true }\n\
                fix: [{ title: check, safety: safe, edits: [{ set: healthcheck.interval, to: 30s }] }]\n";
    let fixed = fixed(rule, "compose.yaml", "services:\n  a:\n    image: b\n");
    assert_eq!(fixed, "services:\n  a:\n    image: b\n    healthcheck:\n      interval: 30s\n");
}

#[test]
fn a_value_is_copied_from_another_field() {
    let rule = |field: &str, from: &str| {
        format!(
            "target: compose.service\nrequire: {{ any: [ {{ field: {field}, eq: {{ field: {from} }} }}, \
             {{ field: {from}, exists: false }} ] }}\n\
             fix: [{{ title: copy, safety: safe, edits: [{{ set: {field}, to: {{ field: {from} }} }}] }}]\n"
        )
    };
    let text = "services:\n  a:\n    image: b\n    hostname: c\n";
    let fixed_text = fixed(&rule("container_name", "hostname"), "compose.yaml", text);
    assert_eq!(fixed_text, format!("{text}    container_name: c\n"));
    let text = "services:\n  a:\n    image: b\n    init: true\n";
    let fixed_text = fixed(&rule("privileged", "init"), "compose.yaml", text);
    assert_eq!(fixed_text, format!("{text}    privileged: true\n"));
}

#[test]
fn a_list_is_copied_unless_a_value_of_it_cannot_be_told() {
    let rule = "target: compose.service\nrequire: { field: cap_drop, empty: false }\n\
                fix: [{ title: drop, safety: safe, edits: [{ set: cap_drop, to: { field: cap_add } }] }]\n";
    let text = "services:\n  a:\n    image: b\n    cap_add: [CHOWN, KILL]\n";
    let fixed = fixed(rule, "compose.yaml", text);
    assert_eq!(fixed, format!("{text}    cap_drop:\n      - CHOWN\n      - KILL\n"));
    let doubtful = "services:\n  a:\n    image: b\n    cap_add: [CHOWN, \"${MORE}\"]\n";
    assert!(mended(rule, &[("compose.yaml", doubtful)]).texts.is_empty());
}

#[test]
fn a_length_of_time_is_copied_as_it_is_written() {
    let rule = "target: compose.service\nrequire: { field: stop_grace_period, exists: true }\n\
                fix: [{ title: wait, safety: safe, edits: [{ set: stop_grace_period, to: { field: healthcheck.timeout } }] }]\n";
    let text = "services:\n  a:\n    image: b\n    healthcheck: { test: x, timeout: 1m30s }\n";
    assert_eq!(fixed(rule, "compose.yaml", text), format!("{text}    stop_grace_period: 1m30s\n"));
}

#[test]
fn an_instruction_is_added_to_a_stage_of_the_file() {
    let rule = "target: dockerfile\nrequire: { field: final_stage.user_written, exists: true }\n\
                fix: [{ title: drop, safety: safe, edits: [{ append: final_stage.instructions, value: USER 1000 }] }]\n";
    assert_eq!(fixed(rule, "Dockerfile", "FROM a\nFROM b\nCMD c\n"), "FROM a\nFROM b\nUSER 1000\nCMD c\n");
}

#[test]
fn what_an_override_takes_away_is_not_written_where_it_was() {
    let base = "services:\n  a:\n    image: b\n    init: false\n    cap_drop: [KILL]\n";
    let over = "services:\n  a:\n    init: !reset null\n    cap_drop: !reset null\n";
    for (condition, edit) in [
        ("{ field: init, eq: true }", "{ set: init, to: true }"),
        ("{ field: cap_drop, contains: ALL }", "{ append: cap_drop, value: ALL }"),
    ] {
        let rule = format!(
            "target: compose.service\nrequire: {condition}\nfix: [{{ title: it, safety: safe, edits: [{edit}] }}]\n"
        );
        let mended = mended(&rule, &[("compose.yaml", base), ("compose.override.yaml", over)]);
        assert_eq!(mended.report.findings.len(), 1);
        assert_eq!(told(&mended), (Vec::new(), Vec::new()));
    }
}

const INIT: &str = "target: compose.service\nrequire:\n  all:\n    - { field: init, eq: true }\n    \
                    - { field: hostname, ne: b, absent: pass }\n\
                    fix: [{ title: \"start {name} with init\", safety: safe, edits: [{ set: init, to: true }] }]\n";

#[test]
fn of_many_fixes_only_those_that_leave_their_finding_are_taken_back() {
    let text = "services:\n  a: { image: x }\n  b: { image: x, hostname: b }\n  c: { image: x }\n  d: { image: x }\n";
    let mended = mended(INIT, &[("compose.yaml", text)]);
    let (made, taken_back) = told(&mended);
    assert_eq!(made, ["start a with init", "start c with init", "start d with init"]);
    assert_eq!(
        taken_back,
        ["the fix \"start b with init\" of `sample` was taken back: with it, its finding is still there"]
    );
    assert_eq!(mended.taken_back, 1);
    let changed = text.replace("{ image: x }", "{ image: x, init: true }");
    assert_eq!(mended.texts.get("compose.yaml"), Some(&changed));
    assert_eq!(mended.originals.get("compose.yaml").map(String::as_str), Some(text));
    assert_eq!(mended.report.findings.len(), 1);
}

#[test]
fn what_is_right_is_left_alone_and_judged_once() {
    let mut files = files(INIT, &[("compose.yaml", "services: { a: { image: x, init: true } }")]);
    let mended = mend(&mut files, true).unwrap_or_else(|problems| unreachable!("{problems:?}"));
    assert!(mended.texts.is_empty() && mended.originals.is_empty() && mended.made.is_empty());
    assert_eq!((files.judged, mended.taken_back), (1, 0));
}

#[test]
fn an_unsafe_fix_is_made_only_when_asked_for() {
    let rule = INIT.replace("safety: safe", "safety: unsafe");
    let text = "services: { a: { image: x } }";
    let mut files = files(&rule, &[("compose.yaml", text)]);
    let careful = mend(&mut files, false).unwrap_or_else(|problems| unreachable!("{problems:?}"));
    assert!(careful.texts.is_empty() && careful.made.is_empty());
    let bold = mended(&rule, &[("compose.yaml", text)]);
    let [made] = &bold.made[..] else { unreachable!("{:?}", bold.made) };
    assert_eq!((made.rule.as_str(), made.path.as_str(), made.safety), ("sample", "compose.yaml", Safety::Unsafe));
}

#[test]
fn a_file_that_several_findings_ask_for_is_made_once() {
    let rule = "target: compose.service\nlookup: { files: { kind: layout, expect: one } }\n\
                require: { field: files.tree, has_file: LICENSE }\n\
                fix: [{ title: grant, safety: safe, edits: [{ create_file: LICENSE, content: all }] }]\n";
    let mended = mended(rule, &[("compose.yaml", "services: { a: { build: . }, b: { build: . } }")]);
    assert_eq!(told(&mended), (vec!["grant", "grant"], Vec::new()));
    let texts: Vec<_> = mended.texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(texts, [("LICENSE", "all")]);
    assert!(mended.originals.is_empty(), "nothing stood there before");
    assert!(mended.made.iter().all(|made| made.path == "LICENSE"));
}

#[test]
fn a_doubt_is_not_mended_even_where_it_fails() {
    let text = "services: { a: { image: x, init: \"${INIT}\" } }";
    for unknown in ["", "unknown: fail\n"] {
        let mended = mended(&format!("{unknown}{INIT}"), &[("compose.yaml", text)]);
        assert_eq!(mended.report.findings.len(), 1);
        assert!(mended.report.findings.iter().all(|finding| finding.fixes.is_empty()));
        assert!(mended.texts.is_empty() && mended.taken_back == 0);
    }
}

#[test]
fn fixes_that_do_not_touch_each_other_are_judged_together() {
    let text = "services:\n  a: { image: x }\n  c: { image: x }\n  d: { image: x }\n";
    let mut files = files(INIT, &[("compose.yaml", text)]);
    let mended = mend(&mut files, true).unwrap_or_else(|problems| unreachable!("{problems:?}"));
    assert_eq!((mended.made.len(), files.judged), (3, 2));
}

#[test]
fn a_doubt_is_not_mended_by_a_file_beside_it_either() {
    let rule = "target: compose.service\nrequire: { field: init, eq: true }\n\
                fix: [{ title: tell why, safety: safe, edits: [{ create_file: init.txt, content: why }] }]\n";
    let of = |unknown: &str, init: &str| {
        let compose = format!("services: {{ a: {{ build: ., init: {init} }} }}");
        let mended = mended(&format!("{unknown}{rule}"), &[("compose.yaml", &compose)]);
        mended.report.findings.iter().map(|finding| finding.fixes.len()).collect::<Vec<_>>()
    };
    assert_eq!(of("", "false"), [1]);
    assert_eq!(of("", "\"${INIT}\""), [0]);
    assert_eq!(of("unknown: fail\n", "\"${INIT}\""), [0]);
}

#[test]
fn of_two_texts_for_one_new_file_the_first_is_made() {
    let granting = |id: &str, text: &str| {
        let body = format!(
            "target: compose.service\nlookup: {{ files: {{ kind: layout, expect: one }} }}\n\
             require: {{ field: files.tree, has_file: LICENSE }}\n\
             fix: [{{ title: grant {text}, safety: safe, edits: [{{ create_file: LICENSE, content: {text} }}] }}]\n"
        );
        rule(id, &body)
    };
    let texts = Texts::from([("compose.yaml".to_owned(), "services: { a: { build: . } }".to_owned())]);
    let mut files = Files { rules: vec![granting("one", "all"), granting("two", "nothing")], texts, judged: 0 };
    let mended = mend(&mut files, true).unwrap_or_else(|problems| unreachable!("{problems:?}"));
    assert_eq!(told(&mended), (vec!["grant all"], Vec::new()));
    assert_eq!(mended.texts.get("LICENSE").map(String::as_str), Some("all"));
}

/// What is said to do next of the only fix that is taken back.
fn next_step(body: &str, texts: &[(&str, &str)]) -> String {
    let mended = mended(body, texts);
    let mut notes = mended.report.notes.into_iter().filter(|note| note.kind == NoteKind::FixTakenBack);
    let (first, second) = (notes.next(), notes.next());
    assert!(second.is_none(), "{second:?}");
    first.and_then(|note| note.help).unwrap_or_default()
}

#[test]
fn what_several_files_make_is_to_be_changed_where_it_is_set() {
    let (wrong, composed) = ("the rule's fix is wrong here", "an overlay, an override or a values file");
    let of_compose = |files: &[(&str, &str)]| next_step(INIT, files);
    let alone = ("compose.yaml", "services: { b: { image: x, hostname: b } }");
    let over = ("compose.override.yaml", "services: { b: { restart: always } }");
    assert!(of_compose(&[alone]).starts_with(wrong));
    assert!(of_compose(&[alone, over]).starts_with(composed));
    let rule = "target: k8s.workload\nrequire: { field: automount_token, exists: false }\n\
                fix: [{ title: leave it out, safety: safe, edits: [{ set: automount_token, to: true }] }]\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  automountServiceAccountToken: false\n  \
               containers: [{ name: a, image: b }]\n";
    assert!(next_step(rule, &[("k8s/pod.yaml", pod)]).starts_with(wrong));
    let kustomization = ("k8s/kustomization.yaml", "resources: [pod.yaml]\nnamePrefix: x-\n");
    assert!(next_step(rule, &[("k8s/pod.yaml", pod), kustomization]).starts_with(composed));
}

/// Every published port of a service asks for the same field.
fn by_port(value: &str) -> String {
    format!(
        "target: compose.service\nrequire:\n  each: {{ in: ports, as: p, require: {{ field: container_name, exists: true }} }}\n\
         fix: [{{ title: \"name it\", safety: safe, edits: [{{ set: container_name, to: {value} }}] }}]\n"
    )
}

#[test]
fn an_edit_that_mends_two_findings_is_made_once_for_both() {
    let text = "services:\n  a:\n    image: x\n    ports: [\"1:1/tcp\", \"2:2/udp\"]\n";
    let mended = mended(&by_port("shop"), &[("compose.yaml", text)]);
    assert_eq!(told(&mended), (vec!["name it", "name it"], Vec::new()));
    assert_eq!(mended.texts.get("compose.yaml"), Some(&format!("{text}    container_name: shop\n")));
}

#[test]
fn of_two_edits_of_one_place_the_first_is_made() {
    let text = "services:\n  a:\n    image: x\n    ports: [\"1:1/tcp\", \"2:2/udp\"]\n";
    let mended = mended(&by_port("{ field: p.protocol }"), &[("compose.yaml", text)]);
    assert_eq!(told(&mended), (vec!["name it"], Vec::new()));
    assert_eq!(mended.texts.get("compose.yaml"), Some(&format!("{text}    container_name: tcp\n")));
}

#[test]
fn a_fix_that_makes_a_file_unreadable_is_taken_back() {
    let rule = "target: compose.service\nlookup: { files: { kind: layout, expect: one } }\n\
                require: { field: files.tree, has_file: k8s/app.yaml }\n\
                fix: [{ title: deploy, safety: safe, edits: [{ create_file: k8s/app.yaml, content: \"apiVersion: v1\\nkind: Pod\\nmetadata: [\" }] }]\n";
    let mended = mended(rule, &[("compose.yaml", "services: { a: { build: . } }")]);
    let (made, taken_back) = told(&mended);
    assert!(made.is_empty() && mended.texts.is_empty());
    let [note] = &taken_back[..] else { unreachable!("{taken_back:?}") };
    assert!(note.ends_with("with it, a file can no longer be read"), "{note}");
}

#[test]
fn looking_for_the_fixes_that_do_harm_ends() {
    let services: Vec<String> = (0..80).map(|n| format!("  s{n}: {{ image: x, hostname: b }}\n")).collect();
    let text = format!("services:\n{}", services.concat());
    let mut files = files(INIT, &[("compose.yaml", &text)]);
    let mended = mend(&mut files, true).unwrap_or_else(|problems| unreachable!("{problems:?}"));
    assert_eq!(files.judged, 65, "once at first, and as often as a run may");
    assert!(mended.texts.is_empty() && mended.made.is_empty(), "what was not judged is not made");
}

#[test]
fn a_fix_is_made_where_it_says_that_it_applies() {
    let rule = INIT.replace("safety: safe", "safety: safe, when: { field: container_name, exists: true }");
    let text = "services:\n  a: { image: x }\n  c: { image: x, container_name: c }\n";
    let mended = mended(&rule, &[("compose.yaml", text)]);
    assert_eq!(told(&mended), (vec!["start c with init"], Vec::new()));
}
