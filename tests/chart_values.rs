//! Findings in charts point at the values file where that is where a person would edit.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

use std::path::Path;

use assert_cmd::Command;
use insta::assert_snapshot;
use serde_json::Value;

fn run(arguments: &[&str], path: &Path) -> String {
    let mut command = Command::cargo_bin("svclint").unwrap();
    let output = command.current_dir(path).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn check(dir: &tempfile::TempDir) -> Value {
    let text = run(&["check", ".", "--format", "json"], dir.path());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// `path:line:column rule (label path:line) …` of the findings of some rules; suppressed ones are marked.
fn found(report: &Value, rules: &[&str]) -> String {
    let findings = report["findings"].as_array().unwrap().iter();
    let wanted = findings.filter(|finding| rules.contains(&finding["rule"].as_str().unwrap()));
    let at = |location: &Value| format!("{}:{}", location["path"].as_str().unwrap(), location["start"]["line"]);
    let line = |finding: &Value| {
        let related: String = finding["related"].as_array().into_iter().flatten().fold(String::new(), |all, one| {
            let text = one["message"].as_str().or(one["text"].as_str()).unwrap_or("");
            format!("{all} ({text} {})", at(&one["location"]))
        });
        let silenced = if finding["suppressed"].is_null() { "" } else { " suppressed" };
        let (place, column) = (at(&finding["location"]), &finding["location"]["start"]["column"]);
        format!("{place}:{column} {}{related}{silenced}", finding["rule"].as_str().unwrap())
    };
    wanted.map(line).collect::<Vec<_>>().join("\n")
}

fn notes(report: &Value) -> Vec<&str> {
    report["notes"].as_array().unwrap().iter().map(|note| note["message"].as_str().unwrap()).collect()
}

/// A chart of these files.
fn chart(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n").unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// A Deployment whose pod has these lines behind the image of its only container.
fn deployment(name: &str, container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  selector: {{ matchLabels: {{ app: \
         {name} }} }}\n  template:\n    metadata: {{ labels: {{ app: {name} }} }}\n    spec:\n      containers:\n        \
         - name: {name}\n{container}"
    )
}

const PRIVILEGED: &str = "k8s-not-privileged";

#[test]
fn a_finding_points_at_the_value_that_the_template_prints() {
    let ways = [
        ("plain", "privileged: {{ .Values.privileged }}"),
        ("default", "privileged: {{ .Values.privileged | default false }}"),
        ("ternary", "privileged: {{ ternary .Values.privileged false .Values.on }}"),
        ("whole", "{{- toYaml .Values.security | nindent 12 }}"),
        ("with", "{{- with .Values.security }}\n            {{- toYaml . | nindent 12 }}\n            {{- end }}"),
        ("variable", "{{- $it := .Values.security }}\n            privileged: {{ $it.privileged }}"),
        ("included", "privileged: {{ include \"it\" . }}"),
        ("literal", "privileged: true"),
        ("changed", "privileged: {{ not .Values.off }}"),
    ];
    let files: Vec<(String, String)> = ways
        .iter()
        .map(|(name, way)| {
            let text =
                deployment(name, &format!("          image: one:1\n          securityContext:\n            {way}\n"));
            (format!("templates/{name}.yaml"), text)
        })
        .collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("templates/_it.tpl", "{{- define \"it\" -}}\n{{ .Values.helper }}\n{{- end -}}"));
    files.push((
        "values.yaml",
        "on: true\noff: false\nprivileged: true\nsecurity:\n  privileged: true\n  user: 1\nhelper: true\n",
    ));
    assert_snapshot!(found(&check(&chart(&files)), &[PRIVILEGED]), @"
    templates/changed.yaml:14:25 k8s-not-privileged
    templates/literal.yaml:14:25 k8s-not-privileged
    values.yaml:3:13 k8s-not-privileged (printed here templates/default.yaml:14) (printed here for `plain`, too templates/plain.yaml:14) (printed here for `ternary`, too templates/ternary.yaml:14)
    values.yaml:5:15 k8s-not-privileged (printed here templates/variable.yaml:15) (printed here for `whole`, too templates/whole.yaml:14) (printed here for `with`, too templates/with.yaml:15)
    values.yaml:7:9 k8s-not-privileged (printed here templates/included.yaml:14)
    ");
}

#[test]
fn what_is_missing_in_a_printed_mapping_points_at_its_key_in_the_values_file() {
    let resources =
        "          image: one:1\n          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n";
    let dir = chart(&[
        ("templates/a.yaml", &deployment("a", resources)),
        ("templates/b.yaml", &deployment("b", resources)),
        (
            "templates/c.yaml",
            &deployment("c", "          image: one:1\n          resources: {{ .Values.none | toJson }}\n"),
        ),
        ("values.yaml", "resources: {}\nnone: {}\n"),
    ]);
    assert_snapshot!(found(&check(&dir), &["k8s-memory-limit"]), @"
    templates/c.yaml:13:11 k8s-memory-limit
    values.yaml:1:1 k8s-memory-limit (printed here templates/a.yaml:14) (printed here for `b`, too templates/b.yaml:14)
    ");
}

#[test]
fn a_part_of_an_image_points_at_its_own_value() {
    let helper =
        "{{- define \"image\" -}}\n{{- printf \"%s/%s:%s\" .registry .repository (.tag | toString) -}}\n{{- end -}}";
    let dir = chart(&[
        ("templates/_image.tpl", helper),
        ("templates/a.yaml", &deployment("a", "          image: \"{{ .Values.repository }}:{{ .Values.tag }}\"\n")),
        ("templates/b.yaml", &deployment("b", "          image: {{ include \"image\" .Values.other }}\n")),
        ("templates/c.yaml", &deployment("c", "          image: {{ .Values.whole | quote }}\n")),
        (
            "values.yaml",
            "repository: shop\ntag: latest\nother:\n  registry: registry.example\n  repository: shop\n  tag: latest\nwhole: \
             shop:latest\n",
        ),
    ]);
    assert_snapshot!(found(&check(&dir), &["k8s-image-tag"]), @"
    values.yaml:2:6 k8s-image-tag (`image.digest` is missing here templates/a.yaml:12)
    values.yaml:6:8 k8s-image-tag (`image.digest` is missing here templates/b.yaml:12)
    values.yaml:7:8 k8s-image-tag (printed here templates/c.yaml:12)
    ");
}

#[test]
fn values_of_a_subchart_a_parent_and_a_further_file_are_found_where_they_are_written() {
    let sub = deployment(
        "cache",
        "          image: one:1\n          securityContext: { privileged: {{ .Values.own }} }\n      hostNetwork: {{ \
         .Values.network }}\n      hostPID: {{ .Values.pid }}\n",
    );
    let dir = chart(&[
        ("charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n"),
        ("charts/cache/values.yaml", "own: true\nnetwork: false\npid: false\n"),
        ("charts/cache/templates/it.yaml", &sub),
        ("values.yaml", "cache:\n  network: true\n"),
        ("values-prod.yaml", "cache:\n  pid: true\n"),
    ]);
    assert_snapshot!(found(&check(&dir), &[PRIVILEGED, "k8s-no-host-network", "k8s-no-host-pid"]), @"
    charts/cache/values.yaml:1:6 k8s-not-privileged (printed here charts/cache/templates/it.yaml:13)
    values-prod.yaml:2:8 k8s-no-host-pid (printed here charts/cache/templates/it.yaml:15) (rendered with these values values-prod.yaml:1)
    values.yaml:2:12 k8s-no-host-network (printed here charts/cache/templates/it.yaml:14)
    ");
}

#[test]
fn a_loop_points_at_the_item_that_it_prints() {
    let template = deployment(
        "a",
        "          image: one:1\n      {{- range .Values.workers }}\n        - name: {{ .name }}\n          image: one:1\n          \
         securityContext: { privileged: {{ .privileged }} }\n      {{- end }}\n",
    );
    let values = "workers:\n  - name: one\n    privileged: false\n  - { name: two, privileged: true }\n";
    let dir = chart(&[("templates/a.yaml", &template), ("values.yaml", values)]);
    assert_snapshot!(found(&check(&dir), &[PRIVILEGED]), @"values.yaml:4:30 k8s-not-privileged (printed here templates/a.yaml:16)");
}

#[test]
fn containers_of_one_template_are_told_apart_where_each_prints_the_value() {
    let template = deployment(
        "a",
        "          image: one:1\n          securityContext: { privileged: {{ .Values.on }} }\n        - name: b\n          \
         image: one:1\n          securityContext: { privileged: {{ .Values.on }} }\n",
    );
    let dir = chart(&[("templates/a.yaml", &template), ("values.yaml", "on: true\n")]);
    assert_snapshot!(found(&check(&dir), &[PRIVILEGED]), @"values.yaml:1:5 k8s-not-privileged (printed here templates/a.yaml:13) (printed here for `b`, too templates/a.yaml:16)");
}

#[test]
fn of_many_templates_that_print_a_value_eight_are_shown_and_each_place_once() {
    let print = "          image: one:1\n          securityContext: { privileged: {{ $.Values.on }} }\n";
    let related = |files: &[(String, String)]| {
        let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        all.push(("values.yaml", "on: true\n"));
        let report = check(&chart(&all));
        let findings = report["findings"].as_array().unwrap().iter();
        let counts = findings.filter(|finding| finding["rule"] == PRIVILEGED);
        counts.map(|finding| finding["related"].as_array().map_or(0, Vec::len)).collect::<Vec<_>>()
    };
    let of = |name: String| (format!("templates/{name}.yaml"), deployment(&name, print));
    assert_eq!(related(&(0..9).map(|number| of(format!("n{number}"))).collect::<Vec<_>>()), [8]);
    let looped = format!("{{{{- range tuple 1 2 }}}}\n---\n{}{{{{- end }}}}\n", deployment("a{{ . }}", print));
    assert_eq!(related(&[("templates/a.yaml".to_owned(), looped)]), [1]);
}

#[test]
fn a_comment_at_the_value_or_at_its_template_silences_a_finding() {
    let print = "          image: one:1\n          securityContext:\n            privileged: {{ .Values.privileged }}";
    let silent = format!("{print} # svclint: ignore[k8s-not-privileged] it loads a driver\n");
    let in_template = chart(&[("templates/a.yaml", &deployment("a", &silent)), ("values.yaml", "privileged: true\n")]);
    assert_snapshot!(found(&check(&in_template), &[PRIVILEGED]), @"values.yaml:1:13 k8s-not-privileged (printed here templates/a.yaml:14) suppressed");
    let values = "# svclint: ignore[k8s-not-privileged] it loads a driver\nprivileged: true\n";
    let template = deployment("a", &format!("{print}\n"));
    let in_values = chart(&[("templates/a.yaml", &template), ("values.yaml", values)]);
    let report = check(&in_values);
    assert_snapshot!(found(&report, &[PRIVILEGED]), @"values.yaml:2:13 k8s-not-privileged (printed here templates/a.yaml:14) suppressed");
    assert_eq!(notes(&report), Vec::<&str>::new());
    // One template of two stays.
    let both = chart(&[
        ("templates/a.yaml", &deployment("a", &silent)),
        ("templates/b.yaml", &deployment("b", &format!("{print}\n"))),
        ("values.yaml", "privileged: true\n"),
    ]);
    assert_snapshot!(found(&check(&both), &[PRIVILEGED]), @"
    values.yaml:1:13 k8s-not-privileged (printed here templates/a.yaml:14) suppressed
    values.yaml:1:13 k8s-not-privileged (printed here templates/b.yaml:14)
    ");
}

#[test]
fn the_model_shows_where_a_value_is_written() {
    let template = deployment("a", "          image: one:1\n      hostNetwork: {{ .Values.network }}\n");
    let dir = chart(&[("templates/a.yaml", &template), ("values.yaml", "network: true\n")]);
    let model = run(&["model", "."], dir.path());
    let line = model.lines().find(|line| line.contains("host_network") || line.contains("hostNetwork"));
    assert_snapshot!(line.unwrap_or(&model).trim(), @"host_network: true  [values.yaml:1:10]");
}
