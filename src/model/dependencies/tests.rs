//! Manifests read from small texts.

use std::sync::Arc;

use super::{Dependencies, Manifest, Pinned};
use crate::model::late::LateTexts;
use crate::model::layout::Layout;
use crate::source::{EntryKind, SourceFile, Sources};

fn dependencies(files: &[(&str, &str)]) -> Dependencies {
    let mut entries = vec![SourceFile::new(".".to_owned(), EntryKind::Directory)];
    for (path, text) in files {
        let file = SourceFile::new((*path).to_owned(), EntryKind::File);
        file.set_text(Arc::from(*text));
        entries.push(file);
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let sources = Arc::new(Sources::new(entries));
    let layout = Layout::new(&sources, ".", &[]);
    Dependencies::new(&LateTexts::new(&sources, None), &layout.tree, (".", true), layout.at)
}

fn manifest(path: &str, text: &str) -> Manifest {
    dependencies(&[(path, text)]).list().items.first().cloned().unwrap()
}

fn packages(manifest: &Manifest) -> Vec<(String, &'static str, &'static str)> {
    let one = |package: &super::Package| (package.name.clone(), package.pinned.as_str(), package.group.as_str());
    manifest.packages.iter().map(one).collect()
}

fn expected(list: &[(&str, &'static str, &'static str)]) -> Vec<(String, &'static str, &'static str)> {
    list.iter().map(|(name, pinned, group)| ((*name).to_owned(), *pinned, *group)).collect()
}

#[test]
fn requirements_with_extras_markers_hashes_and_urls() {
    let text = "\u{feff}# x\nFlask_Cors==3.0 # y\nuvicorn[standard] >= 0.20 ; python_version > '3.8'\nrequests\n-r base.txt\n--index-url https://x\ncertifi \\\n    --hash=sha256:00\nthing @ https://example.com/t.whl\ngit+https://example.com/a.git@1#egg=a_b\n./local\n-e .\n";
    let manifest = manifest("requirements.txt", text);
    let wanted = [
        ("flask-cors", "exact", "main"),
        ("uvicorn", "range", "main"),
        ("requests", "none", "main"),
        ("certifi", "exact", "main"),
        ("thing", "elsewhere", "main"),
        ("a-b", "elsewhere", "main"),
    ];
    assert_eq!(packages(&manifest), expected(&wanted));
    let spans: Vec<&str> = manifest.packages.iter().map(|package| package.at.span.slice(text)).collect();
    assert_eq!(spans[0], "Flask_Cors==3.0");
    assert_eq!(spans[3], "certifi");
}

#[test]
fn constraints_pin_what_requirements_leave_open() {
    let read =
        dependencies(&[("requirements.txt", "-c constraints.txt\nflask\n"), ("constraints.txt", "Flask==3.0\n")]);
    assert_eq!(read.list().items[0].packages.items[0].pinned, Pinned::Exact);
}

#[test]
fn pyproject_in_its_several_dialects() {
    let text = "[project]\nrequires-python = '>=3.11'\ndependencies = ['fastapi==0.1', 'pydantic']\n[project.optional-dependencies]\ntest = ['pytest>8']\ns3 = ['boto3']\n[dependency-groups]\nlint = ['ruff', {include-group = 'test'}]\n[tool.poetry.dependencies]\npython = '^3.11'\nredis = { version = '*', optional = true }\nhttpx = '0.27.0'\n[tool.poetry.group.dev.dependencies]\nmypy = { git = 'https://example.com' }\n";
    let manifest = manifest("pyproject.toml", text);
    let wanted = [
        ("fastapi", "exact", "main"),
        ("pydantic", "none", "main"),
        ("pytest", "range", "dev"),
        ("boto3", "none", "optional"),
        ("ruff", "none", "dev"),
        ("redis", "none", "optional"),
        ("httpx", "exact", "main"),
        ("mypy", "elsewhere", "dev"),
    ];
    assert_eq!(packages(&manifest), expected(&wanted));
    assert_eq!(manifest.runtime.value().map(String::as_str), Some(">=3.11"));
}

#[test]
fn package_json_with_its_lock_file_and_scripts() {
    let text = r#"{"scripts": {"test": "jest"}, "engines": {"node": ">=20"}, "dependencies": {"express": "^4", "x": "workspace:*"}, "devDependencies": {"jest": "29.7.0"}}"#;
    let read = dependencies(&[("package.json", text), ("yarn.lock", "")]);
    let manifest = &read.list().items[0];
    assert_eq!(
        packages(manifest),
        expected(&[("express", "range", "main"), ("x", "elsewhere", "main"), ("jest", "exact", "dev")])
    );
    assert_eq!(manifest.lockfile.value().map(|path| path.0.as_str()), Some("yarn.lock"));
    assert_eq!(manifest.scripts.items[0].name, "test");
}

#[test]
fn go_and_rust_manifests() {
    let go = manifest(
        "go.mod",
        "module x\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.2.3 // indirect\n)\nrequire github.com/c/d v0.1.0\n",
    );
    assert_eq!(packages(&go), expected(&[("github.com/a/b", "exact", "main"), ("github.com/c/d", "exact", "main")]));
    let rust = manifest(
        "Cargo.toml",
        "[dependencies]\nserde = { version = '1', features = ['derive'] }\n[dev-dependencies]\ninsta = '=1.2.3'\n",
    );
    assert_eq!(packages(&rust), expected(&[("serde", "range", "main"), ("insta", "exact", "dev")]));
}

#[test]
fn thresholds_of_coverage_have_one_name_for_all_tools() {
    let read = dependencies(&[
        (
            "pyproject.toml",
            "[tool.coverage.report]\nfail_under = 85\n[tool.pytest.ini_options]\naddopts = '-q --cov-fail-under=70'\nfilterwarnings = ['error::DeprecationWarning']\n",
        ),
        ("package.json", r#"{"jest": {"coverageThreshold": {"global": {"lines": 60}}}}"#),
        ("jest.integration.config.js", "x"),
        ("Makefile", "test:\n\tpytest --cov-fail-under 90\n# ruff\n"),
        (".pre-commit-config.yaml", "repos:\n  - repo: x\n    hooks: [{id: ruff-format}]\n"),
    ]);
    let found = read.found();
    let mut numbers: Vec<f64> = found
        .1
        .iter()
        .filter(|setting| setting.key == "threshold")
        .filter_map(|setting| setting.number.value().copied())
        .collect();
    numbers.sort_by(f64::total_cmp);
    assert_eq!(numbers, [60.0, 70.0, 85.0, 90.0]);
    let warnings = found.1.iter().find(|setting| setting.key == "filterwarnings").unwrap();
    assert_eq!((warnings.tool.as_str(), warnings.values.items.len()), ("pytest", 1));
    let tools: Vec<&str> = found.0.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(tools, ["coverage", "jest", "pytest", "ruff", "ruff-format"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "(\\PC|\n|[\\[\\]{}\"'=<>~;@\\\\-]|a==1 ){0,60}") {
        for path in ["requirements.txt", "pyproject.toml", "setup.cfg", "package.json", "go.mod", "Cargo.toml", "Pipfile", "Makefile", "tox.ini"] {
            let read = dependencies(&[(path, &text)]);
            let _ = read.found();
        }
    }
}

#[test]
fn packages_taken_from_a_requirements_file_that_is_there_are_all_known() {
    let project = "[project]\nname = \"a\"\ndynamic = [\"dependencies\"]\n";
    let named = format!("{project}[tool.setuptools.dynamic]\ndependencies = {{ file = [\"requirements.txt\"] }}\n");
    let is_seen = |files: &[(&str, &str)]| {
        let dependencies = dependencies(files);
        let mut list = dependencies.list().iter();
        list.find(|one| one.name == "pyproject.toml").map(|one| one.packages.unseen.is_none())
    };
    assert_eq!(is_seen(&[("pyproject.toml", &named), ("requirements.txt", "flask==3.0.0\n")]), Some(true));
    assert_eq!(is_seen(&[("pyproject.toml", &named)]), Some(false), "the file is made elsewhere");
    assert_eq!(is_seen(&[("pyproject.toml", project), ("requirements.txt", "flask==3.0.0\n")]), Some(false));
}
