//! Markdown documents as people structure them: a head with metadata, sections, labels, lists, tables, links, fences.

mod anchor;
mod block;
mod fence;
mod fold;
mod label;
mod library;
mod link;
mod quoted;
mod read;
#[cfg(test)]
mod tests;

use super::late::{Excerpt, Lowered, Slice};
use super::schema::PathText;
use super::value::{Field, List};
use crate::model;

pub use anchor::{Anchors, slug};
pub use fold::fold;
pub use library::Documents;
pub use quoted::{QuotedPath, QuotedPaths};

model! {
    /// A label and what follows it: `**Status:** Draft`, or `**Targets:**` above a list, with the colon inside of the
    /// bold text or behind it. Keys of YAML front matter are labels too.
    pub struct Label as "markdown.label" {
        /// The label without its colon.
        name: String,
        /// The label in lower case, its punctuation left out.
        key: String,
        /// The text behind the label, where there is any.
        value: Field<String>,
        /// The value in lower case, its punctuation and symbols left out.
        value_key: Field<String>,
        /// The parts of the value between slashes and commas, each written like a key.
        parts: List<Field<String>>,
        /// Whether the value is a blank of a template, such as `[Name]`, `X.Y.Z` or `YYYY-MM-DD`.
        is_placeholder: bool,
        /// Whether the value is a date of the calendar as ISO 8601 writes it.
        is_date: bool,
        /// Whether it stands in an item of a list.
        is_in_list: bool,
        /// How many items there are between this label and the next that are no blanks of a template.
        item_count: i64,
        /// Items between this label and the next.
        items: Slice<Item>,
        /// Tables between this label and the next.
        tables: Slice<Table>,
        /// Fences between this label and the next.
        fences: Slice<Fence>,
    }
    label(label) { label.name.clone() }
}

model! {
    /// An item of a list.
    pub struct Item as "markdown.item" {
        /// Its text, without that of items below it.
        text: String,
        /// The text before the first colon, in lower case and without punctuation.
        key: Field<String>,
        /// The text behind that colon.
        value: Field<String>,
        /// Whether the text, or what stands behind the colon, is a blank of a template.
        is_placeholder: bool,
        /// The first code span in it.
        code: Field<String>,
    }
    label(item) { item.text.clone() }
}

model! {
    /// A cell of a table.
    pub struct Cell as "markdown.cell" {
        /// The heading of its column, written like a key.
        column: String,
        /// Its text.
        text: String,
        /// Its text in lower case, punctuation left out.
        key: String,
        /// The first whole number in it.
        number: Field<i64>,
        /// Whether nothing stands in it.
        is_empty: bool,
        /// Whether it is a blank of a template.
        is_placeholder: bool,
        /// The first code span in it.
        code: Field<String>,
    }
    label(cell) { cell.text.clone() }
}

model! {
    /// A row of a table below its heading.
    pub struct Row as "markdown.row" {
        /// The text of its first cell, written like a key.
        key: String,
        /// Its cells.
        cells: List<Cell>,
    }
    label(row) { row.cells.items.first().map(|cell| cell.text.clone()).unwrap_or_default() }
}

model! {
    /// A table.
    pub struct Table as "markdown.table" {
        /// The headings of its columns, each written like a key.
        columns: List<Field<String>>,
        /// Its rows, the heading left out.
        rows: List<Row>,
    }
    label(table) { table.columns.values().cloned().collect::<Vec<_>>().join(", ") }
}

model! {
    /// A fenced block of code.
    pub struct Fence as "markdown.fence" {
        /// The first word behind the opening fence, in lower case.
        language: Field<String>,
        /// Its text.
        text: String,
        /// The first word of its text.
        first_word: Field<String>,
        /// Why the text does not parse as what the fence says it is; looked at for YAML and JSON.
        problem: Field<String>,
        /// Whether a fence of shell commands holds a YAML mapping.
        holds_yaml: bool,
    }
    label(fence) { fence.language.value().cloned().unwrap_or_else(|| "no language".to_owned()) }
}

model! {
    /// An entry of a task list.
    pub struct Task as "markdown.task" {
        /// Whether it is ticked.
        checked: bool,
        /// Its text.
        text: String,
        /// Its text in lower case, punctuation left out.
        key: String,
    }
    label(task) { task.text.clone() }
}

model! {
    /// A link or an image.
    pub struct Link as "markdown.link" {
        /// Where it leads, as written.
        target: String,
        /// Its text.
        text: String,
        /// Whether it shows an image.
        is_image: bool,
        /// Whether it leads out of the repository, by an address with a scheme.
        is_external: bool,
        /// What it leads to, relative to the root of the run, where it leads to a file of the repository.
        path: Field<PathText>,
        /// What stands behind `#`.
        fragment: Field<String>,
        /// Whether the file, and the heading in it, are there. Addresses on the network are never asked.
        resolves: Field<bool>,
    }
    label(link) { link.target.clone() }
}

model! {
    /// A blank of a template that nobody filled in.
    pub struct Placeholder as "markdown.placeholder" {
        /// Its text.
        text: String,
    }
    label(placeholder) { placeholder.text.clone() }
}

model! {
    /// A heading.
    pub struct Heading as "markdown.heading" {
        /// Its text.
        title: String,
        /// Its text in lower case, without punctuation and leading numbers.
        key: String,
        /// 1 to 6.
        level: i64,
        /// The anchor that GitHub gives it.
        anchor: String,
    }
    label(heading) { heading.title.clone() }
}

model! {
    /// A section: a heading and everything up to the next one of its level or above.
    pub struct Section as "markdown.section" {
        /// Path of the document, relative to the root of the run.
        document: PathText,
        /// The text of its heading.
        title: String,
        /// Its heading in lower case, without punctuation and leading numbers.
        key: String,
        /// 1 to 6.
        level: i64,
        /// The anchor that GitHub gives it.
        anchor: String,
        /// The heading that it stands under, written like a key.
        parent: Field<String>,
        /// Whether nothing but headings stands in it.
        #[was = "empty"]
        is_empty: bool,
        /// Paragraphs of prose, labels and blanks of a template left out.
        paragraphs: i64,
        /// What stands above it and is of its level, written like keys; only for level 2.
        above: Slice<Field<String>>,
        /// The headings in it.
        headings: Slice<Heading>,
        /// The labels of the document's head.
        header: Slice<Label>,
        /// The labels in it.
        labels: Slice<Label>,
        /// Items of its lists.
        items: Slice<Item>,
        /// Its tables.
        tables: Slice<Table>,
        /// Its fences.
        fences: Slice<Fence>,
        /// Entries of its task lists.
        tasks: Slice<Task>,
        /// How many entries its task lists have.
        task_count: i64,
        /// Its links and images.
        links: Slice<Link>,
        /// Its text as written.
        text: Excerpt,
        /// Its text in lower case.
        lower_text: Lowered,
    }
    label(section) { section.title.clone() }
}

model! {
    /// A Markdown document.
    pub struct Document as "markdown.document" {
        /// Path, relative to the root of the run.
        path: PathText,
        /// Path, relative to the service's root, for a file of the service.
        local_path: Field<PathText>,
        /// Last part of the path.
        name: String,
        /// Whether it stands among tests, examples or fixtures.
        is_test_data: bool,
        /// The first heading of level 1.
        title: Field<String>,
        /// All headings of level 1.
        titles: List<Field<String>>,
        /// Whether a heading of level 1 is the first thing in it, front matter aside.
        starts_with_title: bool,
        /// Lines that are not empty.
        filled_lines: i64,
        /// The labels of its head: front matter, and what stands between the title and the next heading or rule.
        header: Slice<Label>,
        /// Days from the date of the label `Last Updated` to that of `Next Review` or `Next Review Date`.
        review_days: Field<i64>,
        /// All labels.
        labels: Slice<Label>,
        /// All headings.
        headings: Slice<Heading>,
        /// Its sections, those within others too.
        sections: List<Section>,
        /// Items of its lists.
        items: Slice<Item>,
        /// Its tables.
        tables: Slice<Table>,
        /// Its fences.
        fences: Slice<Fence>,
        /// Entries of its task lists.
        tasks: Slice<Task>,
        /// Its links and images.
        links: Slice<Link>,
        /// Blanks of a template outside of code.
        placeholders: Slice<Placeholder>,
        /// Paths of the repository that its commands take, and workflows that it names.
        quoted_paths: QuotedPaths,
        /// Its text as written.
        text: Excerpt,
        /// Its text in lower case.
        lower_text: Lowered,
    }
    label(document) { document.path.0.clone() }
}
