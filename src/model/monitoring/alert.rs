//! Alert rules of Prometheus, in files of their own or in a `PrometheusRule`.

use crate::model;
use crate::model::duration::Duration;
use crate::model::read::{Reader, text};
use crate::model::value::{Field, List};
use crate::syntax::yaml::{NodeRef, Tree};

model! {
    /// An alert rule (Prometheus, "Alerting rules").
    pub struct Alert as "prometheus.alert" {
        /// Its name.
        name: Field<String>,
        /// Its expression.
        expression: Field<String>,
        /// How long the expression has to hold.
        r#for: Field<Duration>,
        /// The label `severity`.
        severity: Field<String>,
        /// The keys of its labels that have a value.
        labels: List<Field<String>>,
        /// The keys of its annotations that have a value.
        annotations: List<Field<String>>,
    }
    label(alert) { alert.name.value().cloned().unwrap_or_else(|| "an alert".to_owned()) }
}

/// The alerts of a file.
pub(super) fn read(tree: &Tree) -> Vec<Alert> {
    let groups = tree.documents().flat_map(|document| {
        let inside = document.at(&["spec", "groups"]);
        document.get("groups").or(inside).into_iter().flat_map(NodeRef::items)
    });
    let rules = groups.filter_map(|group| group.get("rules")).flat_map(NodeRef::items);
    rules.filter(|rule| rule.get("alert").is_some()).map(alert).collect()
}

fn alert(node: NodeRef<'_>) -> Alert {
    let reader = Reader::new(node);
    let name = reader.field("alert", text);
    let labels = reader.child("labels");
    Alert {
        at: name.place(),
        expression: reader.field("expr", text),
        r#for: reader
            .field("for", |node| text(node).parse("a length of time such as `5m`", |text| Duration::parse(text))),
        severity: labels.field("severity", text),
        labels: filled_keys(reader, "labels"),
        annotations: filled_keys(reader, "annotations"),
        name,
    }
}

/// The keys of a mapping whose values are not empty.
fn filled_keys(reader: Reader<'_>, key: &str) -> List<Field<String>> {
    let all = reader.map(key, |key, place, value| {
        let is_filled = value.text().is_some_and(|text| !text.trim().is_empty());
        is_filled.then(|| Field::known(key.to_owned(), place))
    });
    List { items: all.items.into_iter().flatten().collect(), at: all.at, unseen: all.unseen }
}
