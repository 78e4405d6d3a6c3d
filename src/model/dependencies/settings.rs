//! Tools for development and their settings: from their own files, shared ones, hooks and workflows.

use super::{Tool, ToolSetting, jest};
use crate::model::late::LateTexts;
use crate::model::value::{Field, List};
use crate::source::{EntryKind, FileId, Place, Sources, Span};
use crate::syntax::toml::{self, Toml};
use crate::syntax::yaml::{NodeRef, Shape, Tree};
use crate::syntax::{ini, yaml};

/// Files that only one tool reads.
const OWN_FILES: &[(&str, &str)] = &[
    (".bandit", "bandit"),
    (".coveragerc", "coverage"),
    (".eslintrc", "eslint"),
    (".eslintrc.cjs", "eslint"),
    (".eslintrc.js", "eslint"),
    (".eslintrc.json", "eslint"),
    (".eslintrc.yml", "eslint"),
    (".flake8", "flake8"),
    (".golangci.yml", "golangci-lint"),
    (".golangci.yaml", "golangci-lint"),
    (".mypy.ini", "mypy"),
    (".prettierrc", "prettier"),
    (".prettierrc.json", "prettier"),
    (".pylintrc", "pylint"),
    (".ruff.toml", "ruff"),
    (".semgrep.yml", "semgrep"),
    ("biome.json", "biome"),
    ("cypress.config.js", "cypress"),
    ("cypress.config.ts", "cypress"),
    ("eslint.config.js", "eslint"),
    ("eslint.config.mjs", "eslint"),
    ("eslint.config.ts", "eslint"),
    ("jest.config.cjs", "jest"),
    ("jest.config.e2e.js", "jest"),
    ("jest.config.e2e.ts", "jest"),
    ("jest.config.integration.js", "jest"),
    ("jest.config.integration.ts", "jest"),
    ("jest.config.js", "jest"),
    ("jest.config.json", "jest"),
    ("jest.config.mjs", "jest"),
    ("jest.config.ts", "jest"),
    ("jest.e2e.config.js", "jest"),
    ("jest.e2e.config.ts", "jest"),
    ("jest.integration.config.js", "jest"),
    ("jest.integration.config.ts", "jest"),
    ("mypy.ini", "mypy"),
    ("playwright.config.js", "playwright"),
    ("playwright.config.ts", "playwright"),
    ("pylintrc", "pylint"),
    ("pyrightconfig.json", "pyright"),
    ("pytest.ini", "pytest"),
    ("ruff.toml", "ruff"),
    ("vitest.config.e2e.ts", "vitest"),
    ("vitest.config.integration.ts", "vitest"),
    ("vitest.config.js", "vitest"),
    ("vitest.config.ts", "vitest"),
    ("vitest.e2e.config.ts", "vitest"),
    ("vitest.integration.config.ts", "vitest"),
];

/// Files whose lines are commands, or hold some.
const COMMAND_FILES: &[&str] =
    &["Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "noxfile.py", "tox.ini", "Taskfile.yml"];

/// Programs that are looked for in commands.
const PROGRAMS: &[&str] = &[
    "autopep8",
    "bandit",
    "black",
    "eslint",
    "flake8",
    "golangci-lint",
    "jest",
    "k6",
    "mypy",
    "pip-audit",
    "playwright",
    "prettier",
    "pylint",
    "pyright",
    "pytest",
    "ruff",
    "safety",
    "schemathesis",
    "semgrep",
    "vitest",
];

/// Actions that run a tool.
const ACTIONS: &[(&str, &str)] = &[
    ("astral-sh/ruff-action", "ruff"),
    ("chartboost/ruff-action", "ruff"),
    ("github/codeql-action", "codeql"),
    ("golangci/golangci-lint-action", "golangci-lint"),
    ("psf/black", "black"),
    ("returntocorp/semgrep-action", "semgrep"),
    ("pypa/gh-action-pip-audit", "pip-audit"),
    ("jakebailey/pyright-action", "pyright"),
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) tools: Vec<Tool>,
    pub(super) settings: Vec<ToolSetting>,
    /// A configuration that takes settings from another one, which is not read.
    pub(super) open: Option<(String, Place)>,
}

impl Found {
    pub(super) fn tool(&mut self, name: &str, at: Place) {
        self.tools.push(Tool { at, name: name.to_owned() });
    }

    fn setting(&mut self, tool: &str, key: &str, values: Vec<(String, Place)>, at: Place) {
        let number = match values.as_slice() {
            [(only, at)] => {
                only.trim_end_matches('%').parse().map_or(Field::Absent(*at), |number| Field::known(number, *at))
            }
            _ => Field::Absent(at),
        };
        let key = key.strip_prefix("ini_options.").unwrap_or(key);
        for (value, at) in &values {
            self.thresholds(value, *at);
        }
        if is_threshold(tool, key)
            && let Field::Known(..) = number
        {
            self.threshold("", number.clone(), at);
        }
        let values = values.into_iter().map(|(value, at)| Field::known(value, at)).collect();
        self.settings.push(ToolSetting {
            at,
            tool: tool.to_owned(),
            key: key.to_owned(),
            values: List::new(values, at),
            number,
            files: List::empty(at),
        });
    }

    /// `...base` in a configuration brings what another file says.
    fn spread(&mut self, text: &str, name: &str, id: FileId) {
        let is_name = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
        if text.split("...").skip(1).any(is_name) || text.contains("mergeConfig(") {
            self.open.get_or_insert_with(|| (name.to_owned(), Place::whole(id)));
        }
    }

    /// The share of lines that tests have to reach, under one name for all tools.
    fn threshold(&mut self, suite: &str, number: Field<f64>, at: Place) {
        let key = if suite.is_empty() { "threshold".to_owned() } else { format!("threshold.{suite}") };
        let (values, files) = (List::empty(at), List::empty(at));
        self.settings.push(ToolSetting { at, tool: "coverage".to_owned(), key, values, number, files });
    }

    /// Options such as `--cov-fail-under=80` in a text.
    fn thresholds(&mut self, text: &str, at: Place) {
        for option in ["--cov-fail-under", "--fail-under", "--coverage.thresholds.lines"] {
            for (found, _) in text.match_indices(option) {
                let rest = text.get(found + option.len()..).unwrap_or("").trim_start_matches(['=', ' ', '"', '\'']);
                let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
                if let Some(number) = rest.get(..end).and_then(|number| number.parse().ok()) {
                    self.threshold("", Field::known(number, at), at);
                }
            }
        }
    }

    /// `--fail-under=$(MIN_COVERAGE)`, where the file gives the variable a number (GNU make, "Setting Variables").
    fn variable_threshold(&mut self, line: &str, text: &str, at: Place) {
        let Some((_, rest)) = line.split_once("fail-under") else { return };
        let rest = rest.trim_start_matches(['=', ' ', '"']);
        let Some(name) = rest.strip_prefix("$(").or_else(|| rest.strip_prefix("${")) else { return };
        let name = name.split([')', '}']).next().unwrap_or("");
        let given = text.lines().find_map(|line| {
            let value = line.trim_start().strip_prefix(name)?.trim_start();
            value.strip_prefix(":=").or_else(|| value.strip_prefix("?=")).or_else(|| value.strip_prefix('='))
        });
        if let Some(number) = given.and_then(|value| value.trim().parse().ok()).filter(|_| !name.is_empty()) {
            self.threshold("", Field::known(number, at), at);
        }
    }

    /// Programs and options in commands, line by line.
    fn commands(&mut self, text: &str, file: FileId, base: usize) {
        let mut start = base;
        for line in text.split_inclusive('\n') {
            let at = Place { file, span: Span::new(start, start + line.trim_end().len()) };
            start += line.len();
            let body = line.trim_start();
            if body.starts_with('#') {
                continue;
            }
            self.thresholds(body, at);
            self.variable_threshold(body, text, at);
            let words =
                body.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '"' | '\'' | '(' | ')' | ','));
            for word in words {
                let program =
                    word.rsplit('/').next().unwrap_or(word).split(['=', '<', '>', '@', '[']).next().unwrap_or("");
                if PROGRAMS.contains(&program) {
                    self.tool(program, at);
                }
            }
        }
    }

    fn toml_settings(&mut self, tool: &str, prefix: &str, table: &Toml, file: FileId, depth: usize) {
        for (key, value) in table.entries() {
            let name = if prefix.is_empty() { key.value.clone() } else { format!("{prefix}.{}", key.value) };
            let place = |span: Span| Place { file, span };
            match value {
                Toml::Table(..) if depth < 6 => self.toml_settings(tool, &name, value, file, depth + 1),
                Toml::Table(..) => {}
                Toml::List(items, _) => {
                    let values = items.iter().filter_map(|item| Some((item.text()?.to_owned(), place(item.span()))));
                    self.setting(tool, &name, values.collect(), place(key.span));
                }
                _ => {
                    let text = value.text().unwrap_or("").to_owned();
                    self.setting(tool, &name, vec![(text, place(value.span()))], place(key.span));
                }
            }
        }
    }

    fn ini_settings(&mut self, own: Option<&str>, text: &str, file: FileId) {
        for section in ini::parse(text) {
            let (tool, prefix) = match section.name.value.split_once(':') {
                Some(("tool", tool)) => (tool, ""),
                Some((tool, part)) => (tool, part),
                None => match own {
                    Some(tool) if tool == section.name.value => (tool, ""),
                    Some(tool) => (tool, section.name.value.as_str()),
                    None => (section.name.value.as_str(), ""),
                },
            };
            let place = |span: Span| Place { file, span };
            self.tool(tool, place(section.name.span));
            for entry in &section.entries {
                let key =
                    if prefix.is_empty() { entry.key.value.clone() } else { format!("{prefix}.{}", entry.key.value) };
                let values = entry.lines.iter().map(|line| (line.value.clone(), place(line.span))).collect();
                self.setting(tool, &key, values, place(entry.key.span));
            }
        }
    }

    fn yaml_settings(&mut self, tool: &str, prefix: &str, node: NodeRef<'_>, depth: usize) {
        for entry in node.entries() {
            let name = if prefix.is_empty() { entry.key.to_owned() } else { format!("{prefix}.{}", entry.key) };
            match entry.value.shape() {
                Shape::Mapping if depth < 6 => self.yaml_settings(tool, &name, entry.value, depth + 1),
                Shape::Scalar(_) => {
                    let text = entry.value.text().unwrap_or("").to_owned();
                    self.setting(tool, &name, vec![(text, entry.value.place())], entry.key_node.place());
                }
                _ => {}
            }
        }
    }

    /// `coverageThreshold` of a configuration in JavaScript, whose numbers stand in it as they are.
    fn script_thresholds(&mut self, text: &str, name: &str, file: FileId) {
        let suite = ["integration", "e2e"].into_iter().find(|suite| name.contains(suite)).unwrap_or("");
        for start in ["coverageThreshold", "thresholds"] {
            let Some(found) = text.find(start) else { continue };
            let rest = text.get(found..).unwrap_or("");
            let end = rest.find('}').unwrap_or(rest.len());
            for measure in ["branches", "functions", "lines", "statements"] {
                let Some(at) = rest.get(..end).and_then(|rest| rest.find(measure)) else { continue };
                let value = rest.get(at + measure.len()..).unwrap_or("").trim_start_matches(['"', '\'', ':', ' ']);
                let length = value.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(value.len());
                let Some(number) = value.get(..length).and_then(|number| number.parse().ok()) else { continue };
                let span = Span::new(found + at, found + at + measure.len());
                let place = Place { file, span };
                self.threshold(suite, Field::known(number, place), place);
            }
            return;
        }
    }
}

/// Settings that hold the share of lines which tests have to reach.
fn is_threshold(tool: &str, key: &str) -> bool {
    match tool {
        "coverage" => key == "report.fail_under",
        "jest" => key.starts_with("coverageThreshold.global."),
        "nyc" | "c8" => matches!(key, "branches" | "functions" | "lines" | "statements"),
        // One for all, or one for each part of the repository (Codecov, "Status Checks").
        "codecov" => key.starts_with("coverage.status.project.") && key.ends_with(".target"),
        _ => false,
    }
}

/// Looks through the directories from a service's root up to that of the run.
pub(super) fn find(texts: &LateTexts, directories: &[String]) -> Found {
    let mut found = Found::default();
    let sources = texts.sources();
    for directory in directories {
        let mut path = if directory == "." { String::new() } else { format!("{directory}/") };
        let start = path.len();
        let mut file = |name: &str| {
            path.truncate(start);
            path.push_str(name);
            sources.find(&path).filter(|id| sources.get(*id).kind == EntryKind::File)
        };
        for (name, tool) in OWN_FILES {
            let Some(id) = file(name) else { continue };
            found.tool(tool, Place::whole(id));
            let text = texts.text(id).unwrap_or("");
            match *tool {
                "coverage" | "pytest" | "mypy" | "flake8" => found.ini_settings(Some(tool), text, id),
                "jest" => {
                    found.spread(text, name, id);
                    found.script_thresholds(text, name, id);
                    found.settings.extend(jest::of_script(sources, id, text));
                }
                "vitest" => {
                    found.spread(text, name, id);
                    found.script_thresholds(text, name, id);
                }
                "ruff" => found.toml_settings("ruff", "", &toml::parse(text).0, id, 0),
                _ => {}
            }
        }
        for name in ["setup.cfg", "tox.ini"] {
            if let Some(id) = file(name) {
                found.ini_settings(None, texts.text(id).unwrap_or(""), id);
            }
        }
        if let Some(id) = file("pyproject.toml") {
            let toml = toml::parse(texts.text(id).unwrap_or("")).0;
            for (tool, settings) in toml.get("tool").map_or(&[][..], Toml::entries) {
                found.tool(&tool.value, Place { file: id, span: tool.span });
                // What poetry says of packages is no setting.
                if tool.value != "poetry" {
                    found.toml_settings(&tool.value, "", settings, id, 0);
                }
            }
        }
        if let Some(id) = file("package.json") {
            package_json(&mut found, sources, &Tree::parse(id, texts.text(id).unwrap_or("")));
        }
        for name in [".nycrc", ".nycrc.json", "codecov.yml", ".codecov.yml", "codecov.yaml", ".c8rc.json"] {
            let Some(id) = file(name) else { continue };
            let tool = if name.contains("nyc") {
                "nyc"
            } else if name.contains("c8") {
                "c8"
            } else {
                "codecov"
            };
            for root in Tree::parse(id, texts.text(id).unwrap_or("")).documents() {
                found.yaml_settings(tool, "", root, 0);
            }
        }
        if let Some(id) = file(".pre-commit-config.yaml") {
            hooks(&mut found, &Tree::parse(id, texts.text(id).unwrap_or("")));
        }
        for name in COMMAND_FILES {
            if let Some(id) = file(name) {
                found.commands(texts.text(id).unwrap_or(""), id, 0);
            }
        }
    }
    workflows(&mut found, texts);
    found
}

fn package_json(found: &mut Found, sources: &Sources, tree: &Tree) {
    let Some(root) = tree.documents().next() else { return };
    found.settings.extend(root.get("jest").map(|section| jest::of_section(sources, section)).unwrap_or_default());
    for (key, tool) in
        [("jest", "jest"), ("nyc", "nyc"), ("c8", "c8"), ("eslintConfig", "eslint"), ("prettier", "prettier")]
    {
        if let Some(node) = root.get(key) {
            found.tool(tool, node.key_place().unwrap_or(node.place()));
            found.yaml_settings(tool, "", node, 0);
        }
    }
    for entry in root.get("scripts").into_iter().flat_map(|node| node.entries().collect::<Vec<_>>()) {
        if let Some(text) = entry.value.text() {
            let at = entry.value.place();
            found.commands(text, at.file, at.span.start as usize);
        }
    }
}

/// Hooks of pre-commit, by id: `ruff-format` runs ruff.
fn hooks(found: &mut Found, tree: &Tree) {
    let Some(repos) = tree.documents().next().and_then(|root| root.get("repos")) else { return };
    for hook in repos.items().filter_map(|repo| repo.get("hooks")).flat_map(|hooks| hooks.items().collect::<Vec<_>>()) {
        let Some(id) = hook.get("id") else { continue };
        let Some(name) = id.text() else { continue };
        found.tool(name, id.place());
        if let Some((program, _)) = name.split_once('-').filter(|(program, _)| PROGRAMS.contains(program)) {
            found.tool(program, id.place());
        }
    }
}

/// Programs and actions in the steps of GitHub workflows.
fn workflows(found: &mut Found, texts: &LateTexts) {
    let sources = texts.sources();
    let directory = ".github/workflows";
    for index in sources.below(directory) {
        let Ok(id) = u32::try_from(index).map(FileId) else { continue };
        let path = &sources.get(id).path;
        if !matches!(path.rsplit_once('.'), Some((_, "yml" | "yaml"))) {
            continue;
        }
        let tree = yaml::Tree::parse(id, texts.text(id).unwrap_or(""));
        let Some(jobs) = tree.documents().next().and_then(|root| root.get("jobs")) else { continue };
        for step in
            jobs.entries().filter_map(|job| job.value.get("steps")).flat_map(|steps| steps.items().collect::<Vec<_>>())
        {
            if let Some(run) = step.get("run")
                && let Some(text) = run.text()
            {
                let at = run.place();
                let mut part = Found::default();
                part.commands(text, at.file, 0);
                // Lines of a block are not where their text is in the file.
                found.tools.extend(part.tools.into_iter().map(|tool| Tool { at, ..tool }));
                found.settings.extend(part.settings.into_iter().map(|setting| ToolSetting { at, ..setting }));
            }
            let uses = step.get("uses").and_then(|uses| Some((uses.text()?, uses.place())));
            if let Some((uses, at)) = uses
                && let Some((_, tool)) = ACTIONS.iter().find(|(action, _)| uses.starts_with(action))
            {
                found.tool(tool, at);
            }
        }
    }
}
