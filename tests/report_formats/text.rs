//! Pretty and compact reports, as people see them.

use insta::assert_snapshot;
use proptest::{prop_assert, proptest};
use svclint::diagnostic::Problem;
use svclint::finding::{Finding, Severity, Target};
use svclint::report::{Format, Style, write, write_problems};
use svclint::source::{Place, Span};

use crate::build::{Run, broken, finding, hostile, label, many, one, runs, service, suppressed, unknown, without_text};

fn pretty(run: &Run) -> String {
    run.write(Format::Pretty)
}

fn compact(run: &Run) -> String {
    run.write(Format::Compact)
}

#[test]
fn a_finding_shows_every_file_that_takes_part() {
    assert_snapshot!(pretty(&one()), @r#"
    error[dockerfile-user-nonroot]: stage `final` runs as root, not as uid 65532
       ╭─[Dockerfile:4:1]
     1 │ FROM debian:latest
       ·      ──────┬──────
       ·            ╰── the base image sets no user
     2 │ RUN apt-get update
     3 │ COPY app /app
     4 │ USER root
       · ────┬────
       ·     ╰── runs as root
     5 │ ENTRYPOINT ["/app"]
       ╰────
       ╭─[k8s/deployment.yaml:8:24]
     7 │           securityContext:
     8 │             runAsUser: 1000
       ·                        ──┬─
       ·                          ╰── the pod overrides it here
       ╰────
      help: write `USER 65532:65532` at the end of the stage
      note: atonix 1.0.0 ATX-2.1-n: Containers run as a user that is not root

    Checked 1 service, 14 files, 2 rules: 1 error
    atonix 1.0.0: 51 clauses met, 1 failed, 3 not applicable, 2 not checkable here
    "#);
}

#[test]
fn a_clean_run_says_what_was_checked() {
    assert_snapshot!(pretty(&Run::new()), @"
    Checked 1 service, 14 files, 2 rules: no findings
    atonix 1.0.0: 52 clauses met, 0 failed, 3 not applicable, 2 not checkable here
    ");
}

#[test]
fn directories_and_empty_files_are_named() {
    assert_snapshot!(pretty(&without_text()), @"
    error[dockerfile-user-nonroot]: `docs/runbook.md` is missing
      --> services/api
      --> services/api/README.md: the README does not link one either
      help: write `USER 65532:65532` at the end of the stage
      note: atonix 1.0.0 ATX-2.1-n: Containers run as a user that is not root

    error[dockerfile-user-nonroot]: stage `final` runs as root, not as uid 65532
      --> services/api/README.md: runs as root
      help: write `USER 65532:65532` at the end of the stage
      note: atonix 1.0.0 ATX-2.1-n: Containers run as a user that is not root

    Checked 1 service, 14 files, 2 rules: 2 errors
    atonix 1.0.0: 51 clauses met, 1 failed, 3 not applicable, 2 not checkable here
    ");
}

#[test]
fn what_cannot_be_told_is_not_headed_by_a_severity() {
    assert_snapshot!(pretty(&unknown()), @"
    unknown[base-image-pinned]: the tag of `${BASE}` is not known
       ╭─[Dockerfile:2:6]
     1 │ ARG BASE
     2 │ FROM ${BASE}
       ·      ───┬───
       ·         ╰── comes from a build argument without a default
       ╰────
      note: atonix 1.0.0 ATX-2.1-n: Containers run as a user that is not root
      note: cannot tell from the files; a failure would be a warning

    Checked 1 service, 14 files, 2 rules: no findings · 1 unknown
    atonix 1.0.0: 51 clauses met, 0 failed, 1 unknown, 3 not applicable, 2 not checkable here
    ");
}

#[test]
fn suppressed_findings_are_only_counted() {
    assert_snapshot!(pretty(&suppressed()), @"
    Checked 1 service, 14 files, 2 rules: no findings · 1 suppressed
    atonix 1.0.0: 52 clauses met, 0 failed, 3 not applicable, 2 not checkable here
    ");
}

#[test]
fn notes_stand_behind_the_findings() {
    let text = pretty(&broken());
    let (_, notes) = text.split_once("\n\n").unwrap();
    assert_snapshot!(notes, @"
    note[unparsed]: this list is not closed
       ╭─[compose.yaml:3:12]
     2 │   api:
     3 │     image: [
       ·            ─
       ╰────

    note[not-evaluated]: 2 templates were not rendered
      --> compose.yaml

    note[suppression]: no rule is called `user-nonrot`
      --> Dockerfile

    Checked 1 service, 14 files, 2 rules: 1 error
    atonix 1.0.0: 51 clauses met, 1 failed, 3 not applicable, 2 not checkable here
    1 place could not be read or parsed, so this result is not complete
    ");
}

#[test]
fn hostile_text_is_spelled_out() {
    assert_snapshot!(pretty(&hostile()), @r"
    error[dockerfile-user-nonroot]: bad ::error::injected\u{1b}[31m, 100%
       ╭─[a\u{a}::error::b\u{1b}[2J.txt:1:15]
     1 │ x \u{1b}]0;pwned\u{7} \u{202e}toor RESU\u{9b}31m
       ·                               ──┬─
       ·                                 ╰── here \u{1b}[0m
       ╰────
      --> a\u{a}::error::b\u{1b}[2J.txt: \u{202e}start
      help: one\u{8}
            ::warning::two

            three
      note: atonix 1.0.0 ATX-2.1-n: Containers run as a user that is not root

    Checked 1 service, 14 files, 2 rules: 1 error
    atonix 1.0.0: 51 clauses met, 1 failed, 3 not applicable, 2 not checkable here
    ");
}

#[test]
fn text_that_several_targets_get_is_drawn_once() {
    let mut run = broken();
    let first = run.report.findings[0].clone();
    for name in ["debug", "test"] {
        let target = Target { name: name.into(), ..first.target.clone() };
        run.report.findings.push(Finding { target, ..first.clone() });
    }
    let text = pretty(&run);
    assert_eq!(text.matches("error[").count(), 1, "{text}");
    assert!(text.contains("  note: the same text, 2 more: debug, test\n"), "{text}");
    assert_eq!(compact(&run).lines().filter(|line| line.contains("error[")).count(), 3);
}

#[test]
fn services_have_headings_where_there_are_several() {
    let mut run = Run::new();
    run.report.services = vec![service("services/api"), service("services/web")];
    for root in ["services/web", "services/api"] {
        let file = run.file(&format!("{root}/Dockerfile"), "USER root\n");
        let mut found = finding(run.place(file, "root"));
        found.service = root.into();
        found.severity = Severity::Warning;
        run.find(found);
    }
    assert_snapshot!(pretty(&run), @"
    ── services/api ──

    warning[dockerfile-user-nonroot]: stage `final` runs as root, not as uid 65532
       ╭─[services/api/Dockerfile:1:6]
     1 │ USER root
       ·      ──┬─
       ·        ╰── runs as root
       ╰────
      help: write `USER 65532:65532` at the end of the stage
      note: atonix 1.0.0 ATX-2.1-n: Containers run as a user that is not root

    ── services/web ──

    warning[dockerfile-user-nonroot]: stage `final` runs as root, not as uid 65532
       ╭─[services/web/Dockerfile:1:6]
     1 │ USER root
       ·      ──┬─
       ·        ╰── runs as root
       ╰────
      help: write `USER 65532:65532` at the end of the stage
      note: atonix 1.0.0 ATX-2.1-n: Containers run as a user that is not root

    Checked 2 services, 14 files, 2 rules: 2 warnings
    atonix 1.0.0: 51 clauses met, 1 failed, 3 not applicable, 2 not checkable here
    ");
}

#[test]
fn without_unicode_all_but_the_text_is_ascii() {
    let style = Style { color: false, unicode: false, width: 60 };
    let run = one();
    let text = write(Format::Pretty, &run.report, &run.sources, &style);
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn colours_change_nothing_but_colours() {
    let run = one();
    let plain = pretty(&run);
    let colored = write(Format::Pretty, &run.report, &run.sources, &Style { color: true, ..Style::default() });
    assert!(colored.contains("\u{1b}[1;31merror[dockerfile-user-nonroot]\u{1b}[0m"));
    let mut stripped = String::new();
    for (index, part) in colored.split("\u{1b}[").enumerate() {
        stripped.push_str(if index == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn further_places_are_counted_where_there_are_too_many() {
    let mut run = Run::new();
    let file = run.file("compose.yaml", &"key: 1\n".repeat(300));
    let mut found = finding(Place { file, span: Span::new(0, 3) });
    found.related = (1..300).map(|n| label(Place { file, span: Span::new(n * 7, n * 7 + 3) }, "again")).collect();
    run.find(found);
    assert!(pretty(&run).contains("note: 280 further places not drawn; --format json lists all"));
}

#[test]
fn text_for_people_never_holds_control_characters() {
    for (name, run) in runs() {
        for format in [Format::Pretty, Format::Compact, Format::Github] {
            let text = run.write(format);
            let bad = text.chars().find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(bad, None, "{name} as {}", format.name());
            assert!(text.is_empty() || text.ends_with('\n'), "{name} as {}", format.name());
            assert!(!text.contains("Failed to read"), "{name}");
        }
    }
}

#[test]
fn every_format_takes_every_run_in_every_width_and_writes_the_same_twice() {
    for (name, run) in runs() {
        for format in Format::ALL {
            for width in [0, 50, 1000] {
                let style = Style { color: width == 50, unicode: width != 0, width };
                let once = write(*format, &run.report, &run.sources, &style);
                assert_eq!(once, write(*format, &run.report, &run.sources, &style), "{name} as {}", format.name());
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_and_no_span_makes_a_format_fail(
        text in "[a:\\n\\r\\t é日\u{feff}\u{301}\u{200d}\u{1b}\u{202e}#-]{0,120}",
        spans in proptest::collection::vec((0_u32..400, 0_u32..400), 1..6),
        width in 0_usize..120,
    ) {
        let mut run = Run::new();
        let file = run.file("a.yaml", &text);
        let mut places = spans.into_iter().map(|(start, end)| Place { file, span: Span { start, end } });
        let mut found = finding(places.next().unwrap());
        found.related = places.map(|place| label(place, "takes part")).collect();
        run.find(found);
        for format in Format::ALL {
            let written = write(*format, &run.report, &run.sources, &Style { color: false, unicode: true, width });
            prop_assert!(!written.is_empty());
            prop_assert!(!written.contains("Failed to read"));
        }
    }
}

#[test]
fn compact_has_one_line_a_finding() {
    assert_snapshot!(compact(&broken()), @"
    Dockerfile:4:1: error[dockerfile-user-nonroot] stage `final` runs as root, not as uid 65532 (ATX-2.1-n)
    compose.yaml:3:12: note[unparsed] this list is not closed
    compose.yaml:1:1: note[not-evaluated] 2 templates were not rendered
    Dockerfile:1:1: note[suppression] no rule is called `user-nonrot`
    Checked 1 service, 14 files, 2 rules: 1 error
    atonix 1.0.0: 51 clauses met, 1 failed, 3 not applicable, 2 not checkable here
    1 place could not be read or parsed, so this result is not complete
    ");
    assert_snapshot!(compact(&without_text()), @"
    services/api:1:1: error[dockerfile-user-nonroot] `docs/runbook.md` is missing (ATX-2.1-n)
    services/api/README.md:1:1: error[dockerfile-user-nonroot] stage `final` runs as root, not as uid 65532 (ATX-2.1-n)
    Checked 1 service, 14 files, 2 rules: 2 errors
    atonix 1.0.0: 51 clauses met, 1 failed, 3 not applicable, 2 not checkable here
    ");
    assert_snapshot!(compact(&unknown()), @"
    Dockerfile:2:6: unknown[base-image-pinned] the tag of `${BASE}` is not known (ATX-2.1-n)
    Checked 1 service, 14 files, 2 rules: no findings · 1 unknown
    atonix 1.0.0: 51 clauses met, 0 failed, 1 unknown, 3 not applicable, 2 not checkable here
    ");
}

#[test]
fn compact_lines_have_path_line_column_and_severity() {
    let run = many();
    let text = compact(&run);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), run.report.findings.len() + 2);
    for line in &lines[..30] {
        let mut parts = line.splitn(4, ':');
        assert!(parts.next().unwrap().ends_with("/Dockerfile"));
        assert!(parts.next().unwrap().parse::<usize>().is_ok_and(|line| line > 0));
        assert!(parts.next().unwrap().parse::<usize>().is_ok_and(|column| column > 0));
        assert!(parts.next().unwrap().contains("[dockerfile-user-nonroot] "));
    }
}

#[test]
fn problems_look_like_findings() {
    let mut run = Run::new();
    let file = run.file("rules/nonroot.yaml", "id: nonroot\nuses: dockerfile.stage\nusr: {is: root}\n");
    let place = run.place(file, "usr");
    let problem = Problem::new("rule/unknown-field", "a stage has no field `usr`", label(place, "not a field"))
        .with_help("did you mean `user`?")
        .with_label(label(run.place(file, "dockerfile.stage"), "fields of this kind"));
    let placeless =
        Problem { code: "args/unknown-standard", message: "no standard `atonx`".into(), labels: vec![], help: None };
    assert_snapshot!(write_problems(&[problem, placeless], &run.sources, &Style::default()), @"
    error[rule/unknown-field]: a stage has no field `usr`
       ╭─[rules/nonroot.yaml:3:1]
     1 │ id: nonroot
     2 │ uses: dockerfile.stage
       ·       ────────┬───────
       ·               ╰── fields of this kind
     3 │ usr: {is: root}
       · ─┬─
       ·  ╰── not a field
       ╰────
      help: did you mean `user`?

    error[args/unknown-standard]: no standard `atonx`
    ");
}
