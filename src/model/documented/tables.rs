//! What documents list: the rows of tables, items below labels, and headings that name an endpoint.

use super::claims::Claims;
use crate::model::markdown::{Document, Row, Table};
use crate::model::value::Field;
use crate::source::Place;

/// A name in a document.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) at: Place,
}

/// A row of a table of variables.
pub(super) struct ListedVariable {
    pub(super) name: String,
    pub(super) at: Place,
    pub(super) is_required: bool,
    pub(super) default: Field<String>,
}

/// What tables of one sort list.
pub(super) struct Group<T> {
    pub(super) items: Vec<T>,
    /// The columns of the first of these tables.
    pub(super) table: Option<Listed>,
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Self { items: Vec::new(), table: None }
    }
}

impl<T> Group<T> {
    fn extend(&mut self, items: impl Iterator<Item = T>, table: Listed) {
        let before = self.items.len();
        self.items.extend(items);
        if self.table.is_none() && self.items.len() > before {
            self.table = Some(table);
        }
    }
}

/// Everything that the documents of a service list.
#[derive(Default)]
pub(super) struct Lists {
    pub(super) variables: Group<ListedVariable>,
    pub(super) volumes: Group<Listed>,
    pub(super) secrets: Group<Listed>,
    pub(super) endpoints: Vec<Listed>,
    pub(super) subjects: Vec<Listed>,
    pub(super) claims: Claims,
}

impl Lists {
    pub(super) fn is_empty(&self) -> bool {
        self.variables.items.is_empty()
            && self.volumes.items.is_empty()
            && self.secrets.items.is_empty()
            && self.endpoints.is_empty()
            && self.subjects.is_empty()
            && self.claims.first().is_none()
    }
}

/// Headings of a first column that lists variables whatever is in it.
const VARIABLES: &[&str] =
    &["env", "env var", "env variable", "environment variable", "environment variables", "variable", "variables"];

/// Headings of a first column that lists variables where it holds names in capital letters.
const SETTINGS: &[&str] = &["config", "key", "name", "option", "parameter", "setting"];

/// Labels above lists of subjects.
const SUBJECTS: &[&str] = &["published subjects", "subscribed subjects"];

/// What stands in the column `Default` of a variable that has none, punctuation left out.
const NO_DEFAULT: &[&str] = &["", "n a", "none"];

const METHODS: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Reads what the documents list.
pub(super) fn listed<'d>(documents: impl Iterator<Item = &'d Document>) -> Lists {
    let mut lists = Lists::default();
    for document in documents {
        lists.claims.read(document);
        let before = lists.variables.items.len();
        for table in document.tables.items() {
            read_table(table, &mut lists);
        }
        if is_about_tools(&document.path.0) {
            lists.variables.items.iter_mut().skip(before).for_each(|variable| variable.is_required = false);
        }
        for heading in document.headings.items() {
            let title = heading.title.trim_matches('`');
            if let Some((method, path)) = title.split_once(' ')
                && METHODS.contains(&method)
                && path.trim_start().starts_with('/')
            {
                lists.endpoints.push(Listed { name: title.to_owned(), at: heading.at });
            }
        }
        for label in document.labels.items().iter().filter(|label| SUBJECTS.contains(&label.key.as_str())) {
            let subjects = label.items.items().iter().filter(|item| !item.is_placeholder);
            lists.subjects.extend(
                subjects.filter_map(|item| Some(Listed { name: item.code.value()?.clone(), at: item.code.place() })),
            );
        }
    }
    lists
}

/// Whether a document is about programs beside the service, which needs none of their variables.
fn is_about_tools(path: &str) -> bool {
    let directories = path.rsplit_once('/').map_or("", |(directories, _)| directories);
    directories.split('/').any(|part| matches!(part, "tool" | "tools" | "script" | "scripts"))
}

/// Whether a text is the name of a variable of the environment as people write them: capital letters.
fn is_variable(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The name in the first cell: its code span, or all of it.
fn name(row: &Row) -> Option<(&str, Place)> {
    cell(row, 0)
}

fn cell(row: &Row, column: usize) -> Option<(&str, Place)> {
    let cell = row.cells.items.get(column).filter(|cell| !cell.is_empty && !cell.is_placeholder)?;
    let code = cell.code.value().map(|code| (code.as_str(), cell.code.place()));
    Some(code.unwrap_or_else(|| (cell.text.trim(), cell.at)))
}

fn read_table(table: &Table, lists: &mut Lists) {
    let columns: Vec<&str> = table.columns.values().map(String::as_str).collect();
    let column = |wanted: &str| columns.iter().position(|column| *column == wanted);
    let Some(first) = columns.first() else { return };
    let here = Listed { name: columns.join(", "), at: table.at };
    let mut names = table.rows.iter().filter_map(name);
    let is_variables = VARIABLES.contains(first)
        || SETTINGS.contains(first)
            && table.rows.items.len() > 1
            && names.all(|(name, _)| is_variable(name) && name.contains('_'));
    if is_variables {
        let (required, default) = (column("required"), column("default"));
        let rows = table.rows.iter().filter_map(|row| variable(row, required, default));
        lists.variables.extend(rows, here);
    } else if matches!(*first, "volume" | "volumes")
        && let Some(path) = column("path")
    {
        let paths = table.rows.iter().filter_map(|row| cell(row, path));
        lists.volumes.extend(paths.filter(|(path, _)| path.starts_with('/')).map(named), here);
    } else if matches!(*first, "secret" | "secrets") {
        lists.secrets.extend(table.rows.iter().filter_map(name).map(named), here);
    }
}

fn named((name, at): (&str, Place)) -> Listed {
    Listed { name: name.to_owned(), at }
}

fn variable(row: &Row, required: Option<usize>, default: Option<usize>) -> Option<ListedVariable> {
    let (name, at) = name(row).filter(|(name, _)| is_variable(name))?;
    let is_required = required.and_then(|column| row.cells.items.get(column));
    let is_required = is_required.is_some_and(|cell| matches!(cell.key.as_str(), "yes" | "required" | "true"));
    let default =
        default.and_then(|column| row.cells.items.get(column)).filter(|cell| !NO_DEFAULT.contains(&cell.key.as_str()));
    let default = default.map_or(Field::Absent(at), |cell| Field::known(cell.text.clone(), cell.at));
    Some(ListedVariable { name: name.to_owned(), at, is_required, default })
}
