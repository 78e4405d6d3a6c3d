//! A small builder for reports over files held in memory.

use std::sync::Arc;

use svclint::finding::{
    ArtifactRef, ClauseRef, Finding, Label, Note, NoteKind, Outcome, Reach, Report, RuleCount, RuleInfo, ServiceRef,
    Severity, StandardSummary, Suppression, Target,
};
use svclint::report::{Format, Style, write};
use svclint::source::{EntryKind, FileId, Place, SourceFile, Sources, Span};

pub const DOCKERFILE: &str =
    "FROM debian:latest\nRUN apt-get update\nCOPY app /app\nUSER root\nENTRYPOINT [\"/app\"]\n";
pub const DEPLOYMENT: &str = "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          securityContext:\n            runAsUser: 1000\n";

/// A run in the making.
pub struct Run {
    pub sources: Sources,
    pub report: Report,
}

impl Run {
    /// A run over one service at the root in which two rules held.
    pub fn new() -> Self {
        let standard = StandardSummary {
            id: "atonix".into(),
            version: "1.0.0".into(),
            title: "Atonix services".into(),
            met: 52,
            in_part: 0,
            failed: 0,
            unknown: 0,
            waived: 0,
            not_applicable: 3,
            not_checkable: 2,
            clauses: Vec::new(),
        };
        let report = Report {
            renamed: Vec::new(),
            standards: vec![standard],
            services: vec![service(".")],
            rules: vec![rule_count("dockerfile-user-nonroot"), rule_count("base-image-pinned")],
            rule_infos: vec![rule_info("dockerfile-user-nonroot"), rule_info("base-image-pinned")],
            files_read: 14,
            ..Report::default()
        };
        Self { sources: Sources::default(), report }
    }

    pub fn file(&mut self, path: &str, text: &str) -> FileId {
        let file = SourceFile::new(path.into(), EntryKind::File);
        file.set_text(Arc::from(text));
        self.sources.add(file)
    }

    pub fn directory(&mut self, path: &str) -> FileId {
        self.sources.add(SourceFile::new(path.into(), EntryKind::Directory))
    }

    /// The place of the first occurrence of a text.
    pub fn place(&self, file: FileId, text: &str) -> Place {
        let start = self.sources.get(file).text().find(text).expect("the text occurs");
        Place { file, span: Span::new(start, start + text.len()) }
    }

    /// Adds a finding, and counts its clause as failed or unknown.
    pub fn find(&mut self, finding: Finding) -> &mut Self {
        if let (Some(standard), None) = (self.report.standards.first_mut(), &finding.suppressed) {
            standard.met = 51;
            match finding.outcome {
                Outcome::Fail => standard.failed = 1,
                Outcome::Unknown => standard.unknown = 1,
            }
        }
        self.report.findings.push(finding);
        self
    }

    pub fn note(&mut self, kind: NoteKind, place: Place, message: &str) -> &mut Self {
        self.report.notes.push(Note { kind, place, message: message.into(), help: None, related: Vec::new() });
        self
    }

    pub fn write(&self, format: Format) -> String {
        write(format, &self.report, &self.sources, &Style::default())
    }
}

/// A finding at a place, as an error under one clause.
pub fn finding(place: Place) -> Finding {
    Finding {
        rule: "dockerfile-user-nonroot".into(),
        clauses: [ClauseRef {
            standard: "atonix".into(),
            clause: "ATX-2.1-n".into(),
            title: "Containers run as a user that is not root".into(),
        }]
        .into(),
        severity: Severity::Error,
        outcome: Outcome::Fail,
        service: ".".into(),
        target: Target { kind: "dockerfile.stage".into(), name: "final".into() },
        message: "stage `final` runs as root, not as uid 65532".into(),
        help: Some("write `USER 65532:65532` at the end of the stage".into()),
        primary: Label { place, text: "runs as root".into() },
        related: Vec::new(),
        evidence: "root".into(),
        fingerprint: "0123456789abcdef".into(),
        fixes: Vec::new(),
        reach: Reach::default(),
        suppressed: None,
    }
}

pub fn label(place: Place, text: &str) -> Label {
    Label { place, text: text.into() }
}

pub fn service(root: &str) -> ServiceRef {
    let path = if root == "." { "Dockerfile".into() } else { format!("{root}/Dockerfile") };
    ServiceRef {
        root: root.into(),
        artifacts: vec![ArtifactRef { kind: "dockerfile", path }],
        standards: vec!["atonix".into()],
    }
}

fn rule_count(rule: &str) -> RuleCount {
    RuleCount { rule: rule.into(), passed: 1, ..RuleCount::default() }
}

fn rule_info(id: &str) -> RuleInfo {
    RuleInfo {
        id: id.into(),
        summary: format!("What `{id}` asks for"),
        why: "Because it helps.".into(),
        help: Some("Do it.".into()),
        severity: Severity::Error,
        category: "security".into(),
        equivalents: vec!["hadolint DL3002".into()],
    }
}

/// The runs every format has to cope with, by name.
pub fn runs() -> Vec<(&'static str, Run)> {
    vec![
        ("no finding", Run::new()),
        ("one finding", one()),
        ("many findings", many()),
        ("unicode path and text", unicode()),
        ("a directory and an empty file", without_text()),
        ("suppressed finding", suppressed()),
        ("unknown outcome", unknown()),
        ("broken file", broken()),
        ("odd spans", odd_spans()),
        ("hostile text", hostile()),
        ("a rule of its own", unclaused()),
    ]
}

pub fn one() -> Run {
    let mut run = Run::new();
    let dockerfile = run.file("Dockerfile", DOCKERFILE);
    let deployment = run.file("k8s/deployment.yaml", DEPLOYMENT);
    let mut found = finding(run.place(dockerfile, "USER root"));
    found.related.push(label(run.place(dockerfile, "debian:latest"), "the base image sets no user"));
    found.related.push(label(run.place(deployment, "1000"), "the pod overrides it here"));
    run.find(found);
    run
}

pub fn many() -> Run {
    let mut run = Run::new();
    run.report.services = vec![service("services/api"), service("services/web")];
    for root in ["services/api", "services/web"] {
        let file = run.file(&format!("{root}/Dockerfile"), DOCKERFILE);
        for (at, (text, severity)) in
            [("FROM", Severity::Warning), ("RUN", Severity::Info), ("USER root", Severity::Error)].iter().enumerate()
        {
            for copy in 0..5 {
                let place = run.place(file, text);
                let fingerprint = format!("{at:08x}{copy:08x}");
                run.find(Finding { severity: *severity, service: root.into(), fingerprint, ..finding(place) });
            }
        }
    }
    run
}

fn unicode() -> Run {
    let mut run = Run::new();
    let file = run.file("dienste/größe 日本/Dockerfile", "# größe: 日本\nLABEL 名=\"äöü 👩\u{200d}💻\"\nUSER root\n");
    let place = run.place(file, "\"äöü 👩\u{200d}💻\"");
    run.find(Finding { message: "Größe „日本“ ist 100%: nein, doch".into(), ..finding(place) });
    run
}

pub fn without_text() -> Run {
    let mut run = Run::new();
    let directory = run.directory("services/api");
    let empty = run.file("services/api/README.md", "");
    let mut found = finding(Place::whole(directory));
    found.message = "`docs/runbook.md` is missing".into();
    found.primary.text = String::new();
    found.related.push(label(Place::whole(empty), "the README does not link one either"));
    run.find(found);
    run.find(finding(Place { file: empty, span: Span::new(3, 9) }));
    run
}

pub fn suppressed() -> Run {
    let mut run = Run::new();
    let file =
        run.file("Dockerfile", "# svclint: ignore[dockerfile-user-nonroot] needs raw sockets, OPS-77\nUSER root\n");
    let comment = run.place(file, "# svclint: ignore[dockerfile-user-nonroot] needs raw sockets, OPS-77");
    let mut found = finding(run.place(file, "USER root"));
    found.suppressed = Some(Suppression { reason: "needs raw sockets, OPS-77".into(), place: comment });
    run.find(found);
    run
}

pub fn unknown() -> Run {
    let mut run = Run::new();
    let file = run.file("Dockerfile", "ARG BASE\nFROM ${BASE}\n");
    let mut found = finding(run.place(file, "${BASE}"));
    found.rule = "base-image-pinned".into();
    found.outcome = Outcome::Unknown;
    found.severity = Severity::Warning;
    found.message = "the tag of `${BASE}` is not known".into();
    found.primary.text = "comes from a build argument without a default".into();
    found.help = None;
    run.find(found);
    run
}

pub fn broken() -> Run {
    let mut run = one();
    let file = run.file("compose.yaml", "services:\n  api:\n    image: [\n");
    let place = run.place(file, "[");
    run.note(NoteKind::Unparsed, place, "this list is not closed");
    run.note(NoteKind::NotEvaluated, Place::whole(file), "2 templates were not rendered");
    run.note(NoteKind::Suppression, Place::whole(FileId(0)), "no rule is called `user-nonrot`");
    run
}

/// Spans that point past the end, between bytes of a character, over line ends, and backwards.
fn odd_spans() -> Run {
    let mut run = Run::new();
    let texts = [
        "a",
        "\n",
        "\u{feff}FROM x\r\nUSER\troot\r\n",
        "日本\r\r\nx\n\n\n\n\n\n\n\n\n\nend",
        "\tkey:\t日本 👩\u{200d}💻\rx",
        "\r\n\r\n",
    ];
    for (at, text) in texts.iter().enumerate() {
        let file = run.file(&format!("odd/{at}.txt"), text);
        let length = u32::try_from(text.len()).unwrap();
        for start in 0..=length + 2 {
            for end in [0, start, start + 1, start + 4, length, length + 9, u32::MAX] {
                let place = Place { file, span: Span { start, end } };
                let mut found = finding(place);
                found.related.push(label(Place { file, span: Span { start: end, end: start } }, ""));
                found.related.push(label(Place { file, span: Span { start: 0, end } }, "from the start"));
                run.find(found);
            }
        }
    }
    run
}

/// Text that tries to steer the terminal or to break out of a format.
pub fn hostile() -> Run {
    let mut run = Run::new();
    let file = run.file("a\n::error::b\u{1b}[2J.txt", "x \u{1b}]0;pwned\u{7} \u{202e}toor RESU\u{9b}31m\n");
    let mut found = finding(run.place(file, "toor"));
    found.message = "bad\n::error::injected\u{1b}[31m, 100%".into();
    found.help = Some("one\u{8}\n::warning::two\r\n\nthree".into());
    found.primary.text = "here\n\u{1b}[0m".into();
    found.related.push(label(Place::whole(file), "\u{202e}start"));
    run.find(found);
    run
}

fn unclaused() -> Run {
    let mut run = Run::new();
    run.report.standards.clear();
    let file = run.file("Dockerfile", DOCKERFILE);
    let place = run.place(file, "USER root");
    run.find(Finding { clauses: [].into(), help: None, rule: "own:rule".into(), ..finding(place) });
    run
}
