//! What further values files of a chart, and further compositions, add to what was found without them.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use svclint::discover;
use svclint::engine::{self, Choice};
use svclint::finding::{NoteKind, Report};
use svclint::model::repo::{Composition, Repo};
use svclint::standard::library::Library;

fn report(files: &[(&str, &str)], compose_sets: &[&[&str]], rules: &[&str]) -> (Repo, Report) {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let sets = compose_sets.iter().map(|set| set.iter().map(|path| (*path).to_owned()).collect()).collect();
    let composition = Composition { compose_sets: sets, ..Composition::default() };
    let repo = Repo::load_with(discover::in_memory(&files), None, &composition);
    let choice = Choice { rules: rules.iter().map(|rule| (*rule).to_owned()).collect(), ..Choice::default() };
    let report = engine::run(&repo, &mut Library::built_in(), &choice).unwrap();
    (repo, report)
}

/// How many targets of the only rule passed, failed and could not be told.
fn counted(report: &Report) -> [usize; 3] {
    let [count] = &report.rules[..] else { unreachable!("{:?}", report.rules) };
    [count.passed, count.failed, count.unknown]
}

/// `what path` of what is told beside each finding, and whether it is silenced.
fn beside(repo: &Repo, report: &Report) -> Vec<(String, bool)> {
    let findings = report.findings.iter().map(|finding| {
        let labels = finding.related.iter().filter(|label| !label.text.is_empty());
        let told = labels.map(|label| format!("{} {}", label.text, repo.sources.get(label.place.file).path));
        (told.collect::<Vec<_>>().join(", "), finding.suppressed.is_some())
    });
    findings.collect()
}

const RULE: &str = "k8s-no-host-network";

/// A chart whose pod is on the network of its node with the values of the edge; lines go into its metadata.
fn chart(metadata: &str, spec: &str) -> (Repo, Report) {
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{metadata}spec:\n{spec}  containers: [{{ name: a, image: \"b:1\" }}]\n"
    );
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
        ("chart/values.yaml", "host: false\n"),
        ("chart/values-edge.yaml", "host: true\n"),
        ("chart/templates/pod.yaml", pod.as_str()),
    ];
    report(&files, &[], &[RULE])
}

const HOST: &str = "{{- if .Values.host }}\n  hostNetwork: true\n{{- end }}\n";

#[test]
fn a_failure_with_further_values_is_counted_and_names_them() {
    let (repo, report) = chart("", HOST);
    assert_eq!(counted(&report), [1, 1, 0]);
    assert_eq!(beside(&repo, &report), [("rendered with these values chart/values-edge.yaml".to_owned(), false)]);
}

#[test]
fn an_annotation_that_only_further_values_bring_counts_for_them() {
    let other = "  annotations:\n    svclint.dev/ignore.k8s-no-host-pid: it counts processes\n";
    let own = format!("{{{{- if .Values.host }}}}\n    svclint.dev/ignore.{RULE}: it is a router\n{{{{- end }}}}\n");
    let (repo, report) = chart(&format!("{other}{own}"), HOST);
    let [(_, is_silenced)] = &beside(&repo, &report)[..] else { unreachable!("{:?}", report.findings) };
    assert!(is_silenced);
    assert!(report.notes.iter().all(|note| note.kind != NoteKind::Suppression), "{:?}", report.notes);
}

#[test]
fn an_annotation_that_nothing_needs_is_told_once() {
    let (_, report) = chart(&format!("  annotations:\n    svclint.dev/ignore.{RULE}: it is a router\n"), "");
    let told = report.notes.iter().filter(|note| note.kind == NoteKind::Suppression);
    assert_eq!(
        told.map(|note| note.message.as_str()).collect::<Vec<_>>(),
        [format!("nothing here needs `{RULE}` to be ignored")]
    );
}

/// Two compositions of one base, which differ in a line.
fn composed(dev: &str, prod: &str, rules: &[&str]) -> (Repo, Report) {
    let of = |line: &str| format!("services:\n  web:\n    {line}\n");
    let files = [
        ("compose.yaml", "services:\n  web:\n    image: nginx:1.27\n"),
        ("compose.dev.yaml", &of(dev)),
        ("compose.prod.yaml", &of(prod)),
    ];
    report(&files, &[&["compose.yaml", "compose.dev.yaml"], &["compose.yaml", "compose.prod.yaml"]], rules)
}

#[test]
fn a_doubt_in_a_further_composition_is_counted() {
    let (repo, report) = composed("privileged: false", "privileged: \"${P}\"", &["compose-privileged"]);
    assert_eq!(counted(&report), [1, 0, 1]);
    let told = beside(&repo, &report);
    assert!(told.len() == 1 && told[0].0.contains("composed with this file compose.prod.yaml"), "{told:?}");
}

#[test]
fn a_value_of_the_wrong_type_in_a_further_composition_is_told() {
    let (repo, report) = composed("privileged: false", "privileged: [x]", &[]);
    let wrong = report.findings.iter().filter(|finding| finding.rule == "value-type");
    let paths: Vec<&str> = wrong.map(|finding| repo.sources.get(finding.primary.place.file).path.as_str()).collect();
    assert_eq!(paths, ["compose.prod.yaml"]);
}
