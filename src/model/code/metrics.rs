//! The metrics that code declares with a client library of Prometheus.

use super::tokens::Tokens;
use super::{Metric, MetricType};
use crate::model::value::{Field, List};
use crate::source::Place;
use crate::syntax::code::{Call, Language};

/// The metrics of a file.
pub(super) fn metrics(tokens: &Tokens<'_>) -> Vec<Metric> {
    tokens.calls.iter().filter_map(|call| metric(tokens, call)).collect()
}

/// Whether a metric's variable is named once more in its file than where it is declared. A metric that no variable
/// holds is registered and updated through something else.
fn is_used(tokens: &Tokens<'_>, variable: Option<&str>) -> bool {
    let Some(variable) = variable else { return true };
    (0..tokens.code.tokens.len()).filter(|index| tokens.word(*index) == Some(variable)).take(2).count() == 2
}

fn type_of(name: &str, language: Language) -> Option<MetricType> {
    let plain = match language {
        Language::Go => name.strip_prefix("New")?.trim_end_matches("Vec").trim_end_matches("Func"),
        Language::Rust => {
            let name = name.strip_prefix("register_").unwrap_or(name);
            return match name.trim_start_matches("int_").trim_end_matches("_vec") {
                "counter" => Some(MetricType::Counter),
                "gauge" => Some(MetricType::Gauge),
                "histogram" => Some(MetricType::Histogram),
                _ => None,
            };
        }
        _ => name,
    };
    match plain {
        "Counter" => Some(MetricType::Counter),
        "Gauge" => Some(MetricType::Gauge),
        "Histogram" => Some(MetricType::Histogram),
        "Summary" => Some(MetricType::Summary),
        _ => None,
    }
}

fn metric(tokens: &Tokens<'_>, call: &Call) -> Option<Metric> {
    let r#type = type_of(call.name(), tokens.language)?;
    let at = tokens.place(call.span);
    let (name, labels) = match tokens.language {
        Language::JavaScript | Language::TypeScript => script(tokens, call, at)?,
        Language::Go => go(tokens, call, at)?,
        _ => positional(tokens, call, at)?,
    };
    let exported = |name: String| {
        // Python's client takes the ending off the name and puts it on what it exports.
        let adds = tokens.language == Language::Python && r#type == MetricType::Counter && !name.ends_with("_total");
        if adds { format!("{name}_total") } else { name }
    };
    Some(Metric {
        at,
        name: name.map(exported),
        r#type,
        labels,
        is_updated: is_used(tokens, call.variable.as_deref()),
        variable: call.variable.clone(),
    })
}

type Declared = (Field<String>, List<Field<String>>);

/// `Counter("name", "what it counts", ["label"])`. A text has to come first: `collections.Counter(words)` is no metric.
fn positional(tokens: &Tokens<'_>, call: &Call, at: Place) -> Option<Declared> {
    let name = tokens.argument(call, 0, "name")?;
    if !tokens.at(name.start).is_some_and(crate::syntax::code::Token::is_text) {
        return None;
    }
    let has_help = tokens.argument(call, 1, "documentation").is_some();
    let labels = tokens.argument(call, 2, "labelnames").map(|argument| tokens.literals_in(argument.start));
    has_help.then(|| (tokens.as_text(&name), labels.unwrap_or_else(|| List::empty(at))))
}

/// `new Counter({ name: "…", labelNames: […] })`.
fn script(tokens: &Tokens<'_>, call: &Call, at: Place) -> Option<Declared> {
    if !tokens.is(call.start, b'{') {
        return None;
    }
    let name = tokens.property(call, "name")?;
    tokens.property(call, "help")?;
    let unknown = || Field::unresolved("name", "it is put together when the program runs", at);
    let labels = tokens.property(call, "labelNames").map(|open| tokens.literals_in(open));
    Some((tokens.literal(name).unwrap_or_else(unknown), labels.unwrap_or_else(|| List::empty(at))))
}

/// `prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "…", Name: "…"}, []string{"label"})`.
fn go(tokens: &Tokens<'_>, call: &Call, at: Place) -> Option<Declared> {
    let part = |key: &str| tokens.property(call, key).and_then(|index| tokens.literal(index));
    let name = tokens.property(call, "Name")?;
    let unknown = || Field::unresolved("Name", "it is put together when the program runs", at);
    let prefixes: Vec<String> =
        ["Namespace", "Subsystem"].iter().filter_map(|key| part(key)?.value().cloned()).collect();
    let name = tokens.literal(name).unwrap_or_else(unknown);
    let name = name.map(|name| prefixes.iter().chain([&name]).map(String::as_str).collect::<Vec<_>>().join("_"));
    let labels = tokens.argument(call, 1, "").map(|argument| {
        let open = (argument.start..argument.end).find(|index| tokens.is(*index, b'{')).unwrap_or(argument.start);
        tokens.literals_in(open)
    });
    Some((name, labels.unwrap_or_else(|| List::empty(at))))
}
