//! Dashboards of Grafana as JSON, alone or wrapped as its API takes them.

use crate::model;
use crate::model::read::{Reader, text};
use crate::model::schema::PathText;
use crate::model::value::{Field, List};
use crate::syntax::yaml::{NodeRef, Tree};

/// Panels in rows in panels are looked into so far.
const MAX_DEPTH: usize = 4;

model! {
    /// A dashboard (Grafana, "Dashboard JSON model").
    pub struct Dashboard as "grafana.dashboard" {
        /// Its path.
        path: PathText,
        /// Its title.
        title: Field<String>,
        /// Its number; absent where it is `null` or not written.
        id: Field<String>,
        /// Its tags.
        tags: List<Field<String>>,
        /// The titles of its panels.
        panels: List<Field<String>>,
        /// The queries of its panels.
        queries: List<Field<String>>,
    }
    label(dashboard) { dashboard.path.0.clone() }
}

/// The dashboard of a file.
pub(super) fn read(tree: &Tree, path: &str) -> Option<Dashboard> {
    let document = tree.documents().next()?;
    let root = document.get("dashboard").unwrap_or(document);
    root.get("panels").or_else(|| root.get("rows").filter(|rows| holds_panels(*rows)))?;
    let reader = Reader::new(root);
    let at = root.anchor_place();
    let (mut panels, mut queries) = (List::empty(at), List::empty(at));
    collect(root, &mut panels.items, &mut queries.items, 0);
    let id = root.get("id").filter(|node| !node.is_null());
    Some(Dashboard {
        at,
        path: PathText(path.to_owned()),
        title: reader.field("title", text),
        id: id.map_or(Field::Absent(at), text),
        tags: reader.list("tags", text),
        panels,
        queries,
    })
}

/// Whether rows are those of a dashboard, as Grafana wrote them before version 5, and templates of dashboards still do.
fn holds_panels(rows: NodeRef<'_>) -> bool {
    rows.items().any(|row| {
        row.get("panels").is_some()
            || row.get("rows").is_some_and(|inner| inner.items().any(|row| row.get("panels").is_some()))
    })
}

fn collect(node: NodeRef<'_>, titles: &mut Vec<Field<String>>, queries: &mut Vec<Field<String>>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for panel in node.get("panels").into_iter().flat_map(NodeRef::items) {
        titles.extend(panel.get("title").map(text));
        let targets = panel.get("targets").into_iter().flat_map(NodeRef::items);
        queries.extend(targets.filter_map(|target| target.get("expr")).map(text));
        collect(panel, titles, queries, depth + 1);
    }
    for row in node.get("rows").into_iter().flat_map(NodeRef::items) {
        collect(row, titles, queries, depth + 1);
    }
}
