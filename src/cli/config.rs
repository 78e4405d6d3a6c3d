//! `config show`: every effective setting, and where it comes from.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::settings::{self, Loaded};
use super::{ConfigShowArgs, Exit, FailOn, Failure, ListFormat, Streams, paths};
use crate::config::{Config, RuleParams, Settings, SeverityChange, StandardChoice};
use crate::discover;
use crate::engine;
use crate::finding::Severity;
use crate::model::repo::{Head, Repo};
use crate::reference::view;
use crate::rules::ast::At;
use crate::source::{Place, Sources};
use crate::standard::library::Library;

/// Where a setting comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// svclint's own.
    Default,
    /// What lies in the service.
    Detected,
    /// The configuration.
    At(Place),
}

/// One setting.
struct Setting {
    key: String,
    value: Value,
    from: Origin,
}

impl Setting {
    fn new(key: impl Into<String>, value: Value, from: Origin) -> Self {
        Self { key: key.into(), value, from }
    }
}

pub(super) fn show(args: &ConfigShowArgs, streams: &mut Streams<'_>, shown: &mut Library) -> Result<Exit, Failure> {
    let current = std::env::current_dir()?;
    let given: Vec<_> = args.path.iter().cloned().collect();
    let scope = paths::scope(&given, &current)?;
    let loaded = settings::load(&args.config, &scope, &current, shown)?;
    *shown = loaded.library(&[], &current)?;
    let discovery =
        discover::discover(&scope.root, &loaded.walk_options()).map_err(|error| Failure::Message(error.to_string()))?;
    let composition = loaded.composition(Vec::new(), &discovery.sources);
    let repo = Repo::load_with(discovery, Some(&scope.root), &composition);
    let choice = engine::Choice { config: loaded.config.clone(), ..engine::Choice::default() };
    let plan = engine::Plan::new(&repo, shown, &choice)?;
    super::write_warnings(shown, streams)?;
    let config = plan.config();
    let settings = of_file(config);
    let judged = repo.heads.iter().filter(|head| config.judges(&head.root));
    let services: Vec<(String, Vec<Setting>)> =
        judged.map(|head| (scope.prefixed(&head.root), of_service(config, head))).collect();
    let text = match args.format {
        ListFormat::Json => json_text(&loaded, &settings, &services, &shown.sources),
        ListFormat::Text => plain_text(&loaded, &settings, &services, &shown.sources),
    };
    streams.out.write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// What the file says, and what holds where it says nothing.
fn of_file(config: &Config) -> Vec<Setting> {
    let mut out = Vec::new();
    match &config.standards {
        Some(choices) => out.push(standards("standards", choices)),
        None => out.push(Setting::new("standards", json!("detected"), Origin::Default)),
    }
    for choice in config.standards.iter().flatten() {
        out.extend(params(&format!("standards.{}.params", choice.id.value), &choice.params));
    }
    out.extend(params("params", &config.params));
    out.extend(severities("severity", &config.severity));
    match &config.discover {
        Some(globs) => out.push(list("services.discover", globs)),
        None => out.push(Setting::new("services.discover", json!("auto"), Origin::Default)),
    }
    for one in &config.overrides {
        let key = format!("services.overrides.{}", one.services.value);
        if let Some(choices) = &one.standards {
            out.push(standards(&format!("{key}.standards"), choices));
            for choice in choices {
                out.extend(params(&format!("{key}.standards.{}.params", choice.id.value), &choice.params));
            }
        }
        out.extend(params(&format!("{key}.params"), &one.params));
        out.extend(severities(&format!("{key}.severity"), &one.severity));
    }
    out.extend(config.waivers.iter().map(|waiver| {
        let name = waiver.subject.name();
        let value = json!({
            "paths": waiver.paths.iter().map(|path| &path.value).collect::<Vec<_>>(),
            "reason": waiver.reason.value,
            "until": waiver.until.as_ref().map(|until| until.value.to_string()),
        });
        Setting::new(format!("waivers.{}", name.value), value, Origin::At(name.place))
    }));
    out.extend((!config.packs.is_empty()).then(|| list("packs", &config.packs)));
    for set in &config.compose {
        let value = json!(set.files.iter().map(|file| &file.value).collect::<Vec<_>>());
        out.push(Setting::new(format!("compose.{}", set.name.value), value, Origin::At(set.name.place)));
    }
    for chart in &config.charts {
        let value = json!(chart.values.iter().map(|file| &file.value).collect::<Vec<_>>());
        out.push(Setting::new(format!("charts.{}", chart.chart.value), value, Origin::At(chart.chart.place)));
    }
    for one in &config.pod_templates {
        let key = format!("kubernetes.pod_templates.{}/{}", one.group, one.kind);
        out.push(Setting::new(key, json!(one.path.join(".")), Origin::At(one.place)));
    }
    out.extend((!config.ignore.is_empty()).then(|| list("ignore", &config.ignore)));
    out.push(match &config.fail_on {
        Some(fail_on) => Setting::new("fail_on", threshold(fail_on.value), Origin::At(fail_on.place)),
        None => Setting::new("fail_on", threshold(FailOn::default().threshold()), Origin::Default),
    });
    out
}

fn threshold(severity: Option<Severity>) -> Value {
    json!(severity.map_or("never", Severity::as_str))
}

fn list(key: &str, items: &[At<String>]) -> Setting {
    let from = items.first().map_or(Origin::Default, |item| Origin::At(item.place));
    Setting::new(key, json!(items.iter().map(|item| &item.value).collect::<Vec<_>>()), from)
}

fn standards(key: &str, choices: &[StandardChoice]) -> Setting {
    let ids: Vec<At<String>> = choices.iter().map(|choice| choice.id.clone()).collect();
    list(key, &ids)
}

fn params<'c>(key: &str, all: impl IntoIterator<Item = &'c RuleParams>) -> Vec<Setting> {
    let mut out: Vec<Setting> = Vec::new();
    for params in all {
        for (name, value) in &params.values {
            let key = format!("{key}.{}.{}", params.rule.value, name.value);
            out.retain(|earlier| earlier.key != key);
            out.push(Setting::new(key, view::literal(&value.value), Origin::At(value.place)));
        }
    }
    out
}

fn severities<'c>(key: &str, all: impl IntoIterator<Item = &'c SeverityChange>) -> Vec<Setting> {
    let mut out: Vec<Setting> = Vec::new();
    for change in all {
        let key = format!("{key}.{}", change.of.value);
        out.retain(|earlier| earlier.key != key);
        out.push(Setting::new(key, json!(change.severity.value.as_str()), Origin::At(change.severity.place)));
    }
    out
}

/// What holds for one service when all is laid over one another.
fn of_service(config: &Config, head: &Head) -> Vec<Setting> {
    let settings: Settings<'_> = config.settings(&config.overrides_of(&head.root));
    let mut out = vec![match settings.standards() {
        Some(choices) => standards("standards", choices),
        None => Setting::new("standards", json!([engine::detect(head)]), Origin::Detected),
    }];
    let chosen: Vec<&str> = settings.standards().into_iter().flatten().map(|choice| choice.id.value.as_str()).collect();
    let applies = |only: Option<&str>| only.is_none_or(|id| chosen.contains(&id));
    out.extend(params("params", settings.params().filter(|(only, _)| applies(*only)).map(|(_, params)| params)));
    out.extend(severities("severity", settings.severity()));
    out
}

fn place_json(from: Origin, sources: &Sources) -> Value {
    match from {
        Origin::Default => json!("default"),
        Origin::Detected => json!("detected"),
        Origin::At(place) => {
            let file = sources.get(place.file);
            let at = file.lines().position(place.span.start as usize, file.text());
            json!({ "path": file.path, "line": at.line, "column": at.column })
        }
    }
}

fn place_text(from: Origin, sources: &Sources) -> String {
    match place_json(from, sources) {
        Value::String(word) => word,
        at => format!("{}:{}:{}", at["path"].as_str().unwrap_or(""), at["line"], at["column"]),
    }
}

fn json_text(loaded: &Loaded, settings: &[Setting], services: &[(String, Vec<Setting>)], sources: &Sources) -> String {
    let all = |settings: &[Setting]| {
        let one = |setting: &Setting| json!({ "key": setting.key, "value": setting.value, "from": place_json(setting.from, sources) });
        settings.iter().map(one).collect::<Vec<_>>()
    };
    let services: Vec<Value> =
        services.iter().map(|(root, settings)| json!({ "root": root, "settings": all(settings) })).collect();
    let file = loaded.file.as_ref().map(|file| &file.path);
    format!("{:#}\n", json!({ "schema": 1, "file": file, "settings": all(settings), "services": services }))
}

fn plain_text(loaded: &Loaded, settings: &[Setting], services: &[(String, Vec<Setting>)], sources: &Sources) -> String {
    let mut out = match &loaded.file {
        Some(file) => format!("{}\n\n", file.path),
        None => format!("no `{}` here\n\n", crate::config::NAME),
    };
    table(&mut out, settings, sources);
    for (root, settings) in services {
        // Writing to a string does not fail.
        _ = writeln!(out, "\nservice {root}");
        table(&mut out, settings, sources);
    }
    out
}

fn table(out: &mut String, settings: &[Setting], sources: &Sources) {
    let rows: Vec<(String, String, String)> = settings
        .iter()
        .map(|setting| (setting.key.clone(), value_text(&setting.value), place_text(setting.from, sources)))
        .collect();
    let widest = |of: fn(&(String, String, String)) -> &String| rows.iter().map(|row| of(row).chars().count()).max();
    let (keys, values) = (widest(|row| &row.0).unwrap_or(0), widest(|row| &row.1).unwrap_or(0).min(60));
    for (key, value, from) in &rows {
        let line: String = format!("  {key:keys$}  {value:values$}  {from}");
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        _ = writeln!(out, "{line}");
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(value_text).collect::<Vec<_>>().join(", "),
        Value::Object(entries) => {
            let filled = entries.iter().filter(|(_, value)| !value.is_null() && **value != json!([]));
            filled.map(|(key, value)| format!("{key}: {}", value_text(value))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
