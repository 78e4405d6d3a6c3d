//! Charts: what they render to is judged, and findings point into their templates.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot go on fails its test")]

use std::path::Path;

use assert_cmd::Command;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;
use svclint::discover;
use svclint::model::helm::{self, Rendered, Texts};

fn check(path: &Path) -> Value {
    let arguments = ["check".as_ref(), path.as_os_str(), "--format".as_ref(), "json".as_ref()];
    let output = Command::cargo_bin("svclint").unwrap().args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// `path:line:column-column rule: message` of the findings of some rules.
fn found(report: &Value, rules: &[&str]) -> String {
    let findings = report["findings"].as_array().unwrap().iter();
    let wanted = findings.filter(|finding| rules.contains(&finding["rule"].as_str().unwrap()));
    let line = |finding: &Value| {
        let at = &finding["location"];
        let path = at["path"]
            .as_str()
            .unwrap()
            .rsplit_once("fixtures/helm/")
            .map_or_else(|| at["path"].as_str().unwrap().to_owned(), |(_, path)| path.to_owned());
        let column = |end: &str| at[end]["column"].as_u64().unwrap();
        let related: String = finding["related"].as_array().into_iter().flatten().fold(String::new(), |all, one| {
            let path = one["location"]["path"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{all} ({} {path})", one["message"].as_str().or(one["text"].as_str()).unwrap_or(""))
        });
        let (rule, message) = (finding["rule"].as_str().unwrap(), finding["message"].as_str().unwrap());
        format!("{path}:{}:{}-{} {rule}: {message}{related}", at["start"]["line"], column("start"), column("end"))
    };
    wanted.map(line).collect::<Vec<_>>().join("\n")
}

fn notes(report: &Value) -> Vec<&str> {
    report["notes"].as_array().unwrap().iter().map(|note| note["message"].as_str().unwrap()).collect()
}

/// A repository of a chart with a name and these files.
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

fn render(files: &[(&str, &str)]) -> Rendered {
    let mut all = vec![("Chart.yaml".to_owned(), "apiVersion: v2\nname: shop\nversion: 1.0.0\n".to_owned())];
    all.extend(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let discovery = discover::in_memory(&all);
    let texts = Texts { sources: &discovery.sources, root: None };
    let charts = [discovery.sources.find("Chart.yaml").unwrap()];
    let roots = helm::roots(texts, &charts);
    helm::render(texts, &roots[0], &roots, None, helm::Engine::InProcess)
}

/// What the value under `it` in the only template is.
fn value(template: &str, values: &str) -> String {
    let rendered = render(&[("templates/it.yaml", template), ("values.yaml", values)]);
    let base = &rendered.renderings[0];
    assert_eq!((base.refusals.len(), base.open.len()), (0, 0), "{base:?}");
    let root = base.trees[0].documents().next().unwrap();
    root.get("it").unwrap().text().unwrap().to_owned()
}

/// A pod whose container runs as it says.
fn pod(name: &str, privileged: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{ name: {name} }}\nspec:\n  containers:\n    - name: one\n      image: \
         registry.example/one:1\n      securityContext: {{ privileged: {privileged} }}\n"
    )
}

const PRIVILEGED: &[&str] = &["k8s-not-privileged"];

#[test]
fn findings_point_at_the_literal_or_the_action_in_the_template() {
    let report = check(Path::new("fixtures/helm/shop"));
    assert_snapshot!(found(&report, &["k8s-not-privileged", "k8s-no-host-network", "k8s-memory-request"]), @"
    shop/charts/cache/templates/deployment.yaml:12:20-24 k8s-no-host-network: `Deployment/shop-cache` shares the network of its node
    shop/charts/cache/templates/deployment.yaml:14:17-22 k8s-memory-request: container `cache` of `Deployment/shop-cache` requests no memory
    shop/templates/deployment.yaml:17:17-21 k8s-memory-request: container `shop` of `Deployment/shop` requests no memory (rendered with these values values-prod.yaml)
    shop/templates/deployment.yaml:20:25-29 k8s-not-privileged: container `shop` is privileged
    shop/templates/workers.yaml:9:13-24 k8s-memory-request: container `mail` of `Pod/shop-mail` requests no memory
    shop/templates/workers.yaml:9:13-24 k8s-memory-request: container `report` of `Pod/shop-report` requests no memory
    shop/values.yaml:14:17-21 k8s-not-privileged: container `report` is privileged (printed here workers.yaml)
    ");
}

#[test]
fn a_template_that_helm_cannot_render_is_a_finding_and_hides_no_other() {
    let report = check(Path::new("fixtures/helm/broken"));
    assert_snapshot!(
        found(&report, &["helm-refuses", "k8s-ingress-backend"]),
        @"broken/templates/service.yaml:4:9-42 helm-refuses: helm cannot render this: there is no template `broken.fullname`"
    );
}

#[test]
fn a_value_that_is_wanted_and_has_no_default_is_no_finding() {
    let report = check(Path::new("fixtures/helm/guarded"));
    assert_eq!(found(&report, &["helm-refuses", "k8s-no-committed-secret"]), "");
    assert_eq!(notes(&report), ["the chart wants a value that it has no default for: a password is needed"]);
}

#[test]
fn a_failing_helper_is_told_where_it_is_called() {
    let helper = "{{ define \"it\" }}\n{{ .Values.a.b.c }}\n{{ end }}";
    let dir = chart(&[("templates/_it.tpl", helper), ("templates/it.yaml", "a: 1\nb: {{ include \"it\" . }}\n")]);
    let report = check(dir.path());
    let finding = &report["findings"][0];
    assert_eq!(finding["location"]["start"]["line"], 2);
    assert_eq!(finding["message"], "helm cannot render this: nil pointer evaluating interface {}.b");
    assert_eq!(finding["related"][0]["location"]["start"]["line"], 2);
}

#[test]
fn text_that_is_no_yaml_is_told_where_it_was_made() {
    let dir = chart(&[("templates/it.yaml", "kind: Pod\nspec:\n  {{ .Values.x }}: [\n"), ("values.yaml", "x: a\n")]);
    let message = check(dir.path())["findings"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("helm cannot render this: it renders to text that is no YAML"), "{message}");
}

#[test]
fn a_dependency_that_is_not_there_is_noted_and_excuses_what_it_would_define() {
    let metadata = "apiVersion: v2\nname: shop\ndependencies: [{ name: common, repository: https://charts.example }]\n";
    let dir = chart(&[("Chart.yaml", metadata), ("templates/it.yaml", "a: {{ include \"common.name\" . }}\n")]);
    let report = check(dir.path());
    assert_eq!(found(&report, &["helm-refuses"]), "");
    assert!(notes(&report).iter().any(|note| note.contains("`common` is not in the repository")));
}

#[test]
fn a_dependency_comes_under_its_alias_if_its_condition_holds() {
    let metadata = "apiVersion: v2\nname: shop\ndependencies:\n- { name: db, alias: store, condition: store.on }\n";
    let template = pod("{{ .Chart.Name }}", "{{ .Values.privileged }}");
    let files = |on: &str| {
        chart(&[
            ("Chart.yaml", metadata),
            ("values.yaml", &format!("store: {{ on: {on}, privileged: true }}\n")),
            ("charts/db/Chart.yaml", "apiVersion: v2\nname: db\n"),
            ("charts/db/values.yaml", "privileged: false\n"),
            ("charts/db/templates/pod.yaml", &template),
        ])
    };
    let rule = ["k8s-not-privileged", "k8s-no-bare-pod"];
    let text = found(&check(files("true").path()), &rule);
    assert!(text.contains("`Pod/store`") && text.contains("is privileged"), "{text}");
    assert_eq!(found(&check(files("false").path()), &rule), "");
}

#[test]
fn a_pod_that_tests_a_release_is_not_judged() {
    let text = pod("it", "true").replace("name: it }", "name: it, annotations: { helm.sh/hook: test } }");
    assert_eq!(found(&check(chart(&[("templates/pod.yaml", &text)]).path()), PRIVILEGED), "");
    assert_ne!(found(&check(chart(&[("templates/pod.yaml", &pod("it", "true"))]).path()), PRIVILEGED), "");
}

#[test]
fn a_library_chart_is_not_rendered_alone() {
    let metadata = "apiVersion: v2\nname: shop\ntype: library\n";
    let report = check(chart(&[("Chart.yaml", metadata), ("templates/it.yaml", "{{ fail \"no\" }}")]).path());
    assert_eq!(report["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn the_namespace_of_the_release_and_chance_leave_values_open() {
    assert_eq!(value("it: {{ .Release.Namespace }}\n", ""), "${default}");
    assert_eq!(value("{{ $n := .Release.Namespace }}\nit: a.{{ $n }}.svc\n", ""), "${a.default.svc}");
    assert_eq!(value("it: {{ if eq .Release.Namespace \"default\" }}a{{ end }}\n", ""), "a");
    let helper = "{{ define \"all\" }}\nit: fixed\nat: a.{{ .Release.Namespace }}\n{{ end }}";
    assert_eq!(value(&format!("{helper}x:\n{{{{- include \"all\" . | nindent 0 }}}}\n"), ""), "fixed");
    assert!(value("it: {{ randAlphaNum 4 | b64enc | quote }}\n", "").starts_with("${"));
    assert_eq!(value("it: {{ .Release.Name }}\n", ""), "shop");
}

#[test]
fn charts_call_the_functions_of_sprig_and_helm() {
    for (template, values, expected) in [
        ("it: {{ .Values.port }}", "port: 8080", "8080"),
        ("it: {{ default 3 .Values.none | int | add 1 }}", "", "4"),
        ("it: {{ tpl .Values.text . }}", "text: '{{ .Values.a }}-x'\na: b", "b-x"),
        ("it: {{ (.Values.a).b | default \"none\" }}", "", "none"),
        ("it: {{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" 2 }}{{ $d.b }}", "", "2"),
        ("it: {{ .Files.Get \"conf/a.txt\" | default \"none\" }}", "", "none"),
        ("it: {{ if .Capabilities.APIVersions.Has \"policy/v1/PodDisruptionBudget\" }}y{{ end }}s", "", "ys"),
        ("it: {{ semverCompare \">=1.25-0\" .Capabilities.KubeVersion.Version | ternary \"new\" \"old\" }}", "", "new"),
        ("it: {{ range $i, $e := until 3 }}{{ if eq $i 2 }}{{ break }}{{ end }}{{ $e }}{{ end }}x", "", "01x"),
        ("it:\n  {{- /* a comment */}}\n  b", "", "b"),
        ("it: {{ regexReplaceAll \"[0-9]+\" \"a1b22\" \"-\" }}", "", "a-b-"),
        ("it: {{ printf \"%s-%d\" \"a\" (int .Values.n) | quote }}", "n: 3", "a-3"),
        ("it: {{ lookup \"v1\" \"Secret\" \"a\" \"b\" | empty }}", "", "true"),
        ("it: {{ include (print $.Template.BasePath \"/_x.txt\") . }}no", "", "no"),
        ("it: {{ (pick .Release \"Name\" \"Service\").Service }}", "", "Helm"),
    ] {
        let files = [("templates/it.yaml", template), ("values.yaml", values), ("templates/_x.txt", "")];
        let rendered = render(&files);
        let base = &rendered.renderings[0];
        assert_eq!(base.refusals, [], "{template}");
        let root = base.trees[0].documents().next().unwrap();
        assert_eq!(root.get("it").unwrap().text(), Some(expected), "{template}");
    }
}

#[test]
fn a_document_may_begin_on_the_line_of_its_marker() {
    let template = "a: 1\n\n---\n\n{{- if true -}}\n\n# the second\nit: {{ .Values.tag }}\n{{ end }}";
    let rendered = render(&[("templates/it.yaml", template), ("values.yaml", "tag: one\n")]);
    let base = &rendered.renderings[0];
    assert_eq!(base.refusals, []);
    let it = base.trees[0].documents().nth(1).unwrap().get("it").unwrap();
    assert_eq!((it.text(), it.place().file == base.trees[0].file()), (Some("one"), false));
}

#[test]
fn files_of_the_chart_become_the_data_of_a_config_map() {
    let template = "data:\n  {{- (.Files.Glob \"conf/*\").AsConfig | nindent 2 }}\n";
    let rendered = render(&[("templates/it.yaml", template), ("conf/a.ini", "x = 1\n"), ("conf/b.ini", "y\n")]);
    let root = rendered.renderings[0].trees[0].documents().next().unwrap();
    assert_eq!(root.at(&["data", "a.ini"]).unwrap().text(), Some("x = 1\n"));
    assert_eq!(root.get("data").unwrap().entries().count(), 2);
}

#[test]
fn what_a_template_sets_the_later_ones_see() {
    let profile = "{{ $_ := set $ \"Values\" (merge (dict \"global\" (dict \"scope\" \"all\")) .Values) }}";
    let rendered = render(&[
        ("templates/zzz_profile.yaml", profile),
        ("templates/it.yaml", "it: {{ .Values.global.scope }}-{{ .Values.tag }}-{{ base .Template.Name }}"),
        ("values.yaml", "tag: one\n"),
    ]);
    let base = &rendered.renderings[0];
    assert_eq!(base.refusals.len(), 0, "{base:?}");
    let root = base.trees[0].documents().next().unwrap();
    assert_eq!(root.get("it").unwrap().text(), Some("all-one-it.yaml"));
}

#[test]
fn a_secret_that_values_fill_is_not_committed_and_one_written_out_is() {
    let secret = |name: &str, value: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{ name: {name} }}\nstringData:\n  password: {value}\n")
    };
    let (filled, written) = (secret("filled", "{{ .Values.password }}"), secret("written", "s0me-l1teral-value"));
    let dir = chart(&[
        ("templates/filled.yaml", &filled),
        ("templates/written.yaml", &written),
        ("values.yaml", "password: s0me-other-value\n"),
    ]);
    let report = check(dir.path());
    let found = found(&report, &["k8s-no-committed-secret"]);
    assert!(found.lines().count() == 1 && found.contains("templates/written.yaml:5:3-11 "), "{found}");
}

#[test]
fn templates_without_end_are_given_up() {
    let helper = "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}";
    for template in [
        "{{ include \"a\" . }}",
        "{{ range until 100000000 }}x{{ end }}",
        "{{ $s := \"x\" }}{{ range until 100 }}{{ $s = print $s $s }}{{ end }}{{ $s }}",
        "{{ repeat 1000000000 \"x\" }}",
        "{{ $d := dict }}{{ range until 200000 }}{{ $d = dict \"a\" $d }}{{ end }}{{ toYaml $d }}",
        "{{ $d := dict }}{{ range until 60 }}{{ $d = dict \"a\" $d \"b\" $d }}{{ end }}{{ toJson $d }}",
    ] {
        let rendered = render(&[("templates/it.yaml", template), ("templates/_a.tpl", helper)]);
        let base = &rendered.renderings[0];
        assert_eq!(base.trees.len(), 0, "{template}");
        assert!(base.hidden.is_some(), "{template}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_template_makes_the_engine_panic(parts in prop::collection::vec(part(), 0..12)) {
        let text = parts.concat();
        render(&[("templates/it.yaml", &text), ("values.yaml", "a: [1, {b: c}]\n")]);
    }
}

fn part() -> impl Strategy<Value = String> {
    let words = [
        "{{",
        "}}",
        "{{-",
        "-}}",
        " if ",
        " end ",
        " range ",
        " with ",
        " define \"a\" ",
        " template \"a\" . ",
        " include \"a\" . ",
        " .Values.a ",
        " $x := ",
        " $x ",
        "| nindent 2 ",
        "| toYaml ",
        "\"é\"",
        "`",
        "/*",
        "*/",
        "\n",
        "a: ",
        "- ",
        " (",
        ") ",
        " tpl ",
        " index . 1 ",
        " trunc -1 ",
        " else ",
        "'",
        "\\",
        "é",
        " .Files.Get ",
        " 1e9 ",
    ];
    prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,3}"]
}

#[test]
fn a_chart_takes_over_values_that_a_dependency_exports_below_its_own() {
    let metadata = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - name: part\n    version: 1.0.0\n    \
                    import-values: [ports, { child: data.db, parent: store.db }]\n";
    let part = "exports: { ports: { http: 8080, admin: 9000 } }\ndata: { db: { host: db, port: 5432 } }\n";
    let dir = chart(&[
        ("Chart.yaml", metadata),
        ("values.yaml", "http: 80\nstore: { db: { host: own } }\n"),
        ("charts/part/Chart.yaml", "apiVersion: v2\nname: part\nversion: 1.0.0\n"),
        ("charts/part/values.yaml", part),
        (
            "templates/it.yaml",
            &pod(
                "a-{{ .Values.http }}-{{ .Values.admin }}-{{ .Values.store.db.host }}-{{ .Values.store.db.port }}",
                "true",
            ),
        ),
    ]);
    let report = check(dir.path());
    let targets: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "k8s-memory-request")
        .filter_map(|finding| finding["message"].as_str())
        .collect();
    assert_eq!(targets, ["container `one` of `Pod/a-80-9000-own-5432` requests no memory"]);
}

#[test]
fn what_a_helmignore_names_is_no_part_of_the_chart() {
    let dir = chart(&[
        (".helmignore", "# local\n*.draft.yaml\n/notes/\n"),
        ("templates/it.yaml", &pod("it", "true")),
        ("templates/it.draft.yaml", "{{ broken"),
    ]);
    let report = check(dir.path());
    assert_eq!(found(&report, &["helm-refuses"]), "");
    assert!(found(&report, PRIVILEGED).contains("templates/it.yaml"));
}

/// A `helm` that prints what a real one would for a chart with one template.
#[cfg(unix)]
fn stand_in(script: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::TempDir::new().unwrap();
    let helm = dir.path().join("helm");
    std::fs::write(&helm, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&helm, std::fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

#[cfg(unix)]
fn check_with(bin: &Path, repository: &Path) -> std::process::Output {
    std::process::Command::new(assert_cmd::cargo::cargo_bin!("svclint"))
        .args(["check", "--helm", "exec", "--format", "json", "--standard", "recommended", "."])
        .current_dir(repository)
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn an_installed_helm_renders_where_it_is_asked_for() {
    let printed = pod("by-helm", "true").replace('\n', "\\n");
    let bin =
        stand_in(&format!("[ \"$1\" = version ] || printf -- '---\\n# Source: shop/templates/it.yaml\\n{printed}'"));
    let dir = chart(&[("templates/it.yaml", "{{ anything }}")]);
    let output = check_with(bin.path(), dir.path());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found(&report, PRIVILEGED), "templates/it.yaml:1:1-1 k8s-not-privileged: container `one` is privileged");
}

#[cfg(unix)]
#[test]
fn what_an_installed_helm_says_is_told() {
    let bin = stand_in("[ \"$1\" = version ] || { echo 'Error: chart requires kubeVersion: <1' >&2; exit 1; }");
    let dir = chart(&[("templates/it.yaml", "a: 1")]);
    let output = check_with(bin.path(), dir.path());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(found(&report, &["helm-refuses"]).ends_with("chart requires kubeVersion: <1"), "{report}");
}

#[test]
fn a_service_whose_pods_only_some_values_bring_is_not_blamed() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  selector: {matchLabels: \
                      {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n    spec: {containers: [{name: shop, \
                      image: 'registry.example/shop:1.0.0'}]}\n";
    let other = deployment.replace("shop", "shop-admin");
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {selector: {app: shop}, ports: [{port: 80}]}\n";
    let found = |template: &str| {
        let files = [
            ("templates/shop.yaml", template),
            ("templates/admin.yaml", &other),
            ("templates/service.yaml", service),
            ("values.yaml", "host: ''\n"),
        ];
        found(&check(chart(&files).path()), &["k8s-service-selects"])
    };
    assert_eq!(found(&format!("{{{{ if .Values.host }}}}\n{deployment}{{{{ end }}}}\n")), "");
    let typo = deployment.replace("labels: {app: shop}", "labels: {app: shopp}");
    assert!(found(&typo).contains("selects no pods"));
}
