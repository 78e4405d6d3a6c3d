//! From the events of a parser to what stands in a document, in the order in which it stands there.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::anchor::Anchors;
use super::block::{Block, Kind};
use super::fence::fence;
use super::fold::{fold, heading_key, is_placeholder};
use super::label::{Raw, key_and_value, labels};
use super::{Cell, Fence, Heading, Item, Placeholder, Row, Table, Task};
use crate::model::value::{Field, List};
use crate::source::{FileId, Place, Span};
use crate::syntax::yaml::Tree;

/// A link as it is written.
#[derive(Debug)]
pub(super) struct RawLink {
    pub(super) at: Place,
    pub(super) target: String,
    pub(super) text: String,
    pub(super) is_image: bool,
}

/// Everything in a document, list by list.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) headings: Vec<Heading>,
    pub(super) labels: Vec<Raw>,
    pub(super) items: Vec<Item>,
    pub(super) tables: Vec<Table>,
    pub(super) fences: Vec<Fence>,
    pub(super) tasks: Vec<Task>,
    pub(super) links: Vec<RawLink>,
    pub(super) placeholders: Vec<Placeholder>,
    /// Where paragraphs of prose start.
    pub(super) prose: Vec<u32>,
    /// Where anything but a heading starts.
    pub(super) content: Vec<u32>,
    /// Where lines across the page stand.
    pub(super) rules: Vec<u32>,
    /// Comments in HTML that may be meant for svclint.
    pub(super) remarks: Vec<Span>,
    /// Comments in HTML, in order and apart.
    pub(super) comments: Vec<Span>,
    pub(super) anchors: Anchors,
}

pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

/// What is open while the events go by.
struct Reader<'t> {
    out: Scan,
    file: FileId,
    text: &'t str,
    /// Bytes before what the parser sees.
    base: usize,
    block: Option<Block>,
    /// Starts in the block's text of what is bold.
    strong: Vec<usize>,
    links: Vec<(usize, usize, String, bool)>,
    code: Option<(String, String, usize)>,
    front: Option<usize>,
    table: Option<(usize, Vec<Field<String>>, Vec<Row>)>,
    row: Option<(usize, Vec<Cell>, bool)>,
    level: i64,
    heading_id: Option<String>,
    /// How many lists stand around.
    depth: usize,
    /// Whether a comment in HTML is open, which ends on a later line.
    in_comment: bool,
}

/// Reads a document.
pub(super) fn scan(text: &str, file: FileId) -> Scan {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        out: Scan::default(),
        file,
        text: body,
        base: text.len() - body.len(),
        block: None,
        strong: Vec::new(),
        links: Vec::new(),
        code: None,
        front: None,
        table: None,
        row: None,
        level: 1,
        heading_id: None,
        depth: 0,
        in_comment: false,
    };
    for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
        reader.take(event, range);
    }
    reader.flush();
    reader.out
}

impl Reader<'_> {
    fn place(&self, range: &Range<usize>) -> Place {
        Place { file: self.file, span: Span::new(self.base + range.start, self.base + range.end) }
    }

    /// The first line of a range.
    fn line(&self, range: &Range<usize>) -> Place {
        let text = self.text.get(range.clone()).unwrap_or("");
        let end = range.start + text.find('\n').unwrap_or(text.len());
        self.place(&(range.start..end))
    }

    fn content(&mut self, start: usize) {
        self.out.content.push(Span::at(self.base + start).start);
    }

    fn open(&mut self, kind: Kind, start: usize) {
        if kind == Kind::Paragraph && self.block.as_ref().is_some_and(|block| block.kind == Kind::Item) {
            return;
        }
        self.flush();
        self.strong.clear();
        self.block = Some(Block::new(kind, start));
    }

    fn block(&mut self, start: usize) -> &mut Block {
        self.block.get_or_insert_with(|| Block::new(Kind::Paragraph, start))
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => match (&mut self.code, self.front) {
                (Some((_, code, _)), _) => code.push_str(&text),
                (None, Some(_)) => self.front_matter(&range),
                (None, None) => self.block(range.start).push(&text, range),
            },
            Event::Code(text) => {
                let block = self.block(range.start);
                let start = block.text.len();
                block.push(&text, range);
                block.opaque.push(start..block.text.len());
                block.code.get_or_insert_with(|| text.to_string());
            }
            Event::SoftBreak | Event::HardBreak => self.block(range.start).push("\n", range),
            Event::Rule => {
                self.flush();
                self.out.rules.push(Span::at(self.base + range.start).start);
            }
            Event::TaskListMarker(checked) => self.block(range.start).task = Some(checked),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html, &range),
            Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    /// Keeps the comments in a piece of HTML; blocks come line by line.
    fn comments(&mut self, html: &str, start: usize) {
        let mut at = 0;
        while let Some(rest) = html.get(at..) {
            let open = if self.in_comment { Some(0) } else { rest.find("<!--") };
            let Some(open) = open else { return };
            let close = rest.get(open..).and_then(|rest| rest.find("-->"));
            let end = close.map_or(rest.len(), |close| open + close + "-->".len());
            self.out.comments.push(self.place(&(start + at + open..start + at + end)).span);
            self.in_comment = close.is_none();
            at += end;
            if self.in_comment {
                return;
            }
        }
    }

    fn html(&mut self, html: &str, range: &Range<usize>) {
        self.out.anchors.html(html);
        self.comments(html, range.start);
        if let Some(found) = html.find("svclint:") {
            let rest = html.get(found..).unwrap_or("");
            let length = rest.split("-->").next().unwrap_or(rest).trim_end().len();
            let start = range.start + found;
            self.out.remarks.push(self.place(&(start..start + length)).span);
        }
        if !html.trim_start().starts_with("<!--") {
            self.content(range.start);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, id, .. } => {
                self.open(Kind::Heading, range.start);
                self.level = depth_of(level);
                self.heading_id = id.map(|id| id.to_string());
            }
            Tag::Paragraph => self.open(Kind::Paragraph, range.start),
            Tag::List(_) => {
                self.flush();
                self.depth += 1;
            }
            Tag::Item => self.open(Kind::Item, range.start),
            Tag::CodeBlock(kind) => {
                self.flush();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((info, String::new(), range.start));
            }
            Tag::MetadataBlock(_) => self.front = Some(range.start),
            Tag::Table(_) => {
                self.flush();
                self.table = Some((range.start, Vec::new(), Vec::new()));
            }
            Tag::TableHead => self.row = Some((range.start, Vec::new(), true)),
            Tag::TableRow => self.row = Some((range.start, Vec::new(), false)),
            Tag::TableCell => self.open(Kind::Cell, range.start),
            Tag::Strong => {
                let start = self.block(range.start).text.len();
                self.strong.push(start);
            }
            Tag::Link { link_type: LinkType::Email, dest_url, .. } => {
                self.open_link(format!("mailto:{dest_url}"), range.start, false);
            }
            Tag::Link { dest_url, .. } => self.open_link(dest_url.to_string(), range.start, false),
            Tag::Image { dest_url, .. } => self.open_link(dest_url.to_string(), range.start, true),
            _ => {}
        }
    }

    fn open_link(&mut self, target: String, start: usize, is_image: bool) {
        let at = self.block(start).text.len();
        self.links.push((at, start, target, is_image));
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Strong => {
                if let (Some(start), Some(block)) = (self.strong.pop(), &mut self.block) {
                    block.strong.push(start.min(block.text.len())..block.text.len());
                }
            }
            TagEnd::Link | TagEnd::Image => self.end_link(&range),
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell => self.flush(),
            TagEnd::List(_) => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                if let Some((info, text, start)) = self.code.take() {
                    let at = self.line(&(start..range.end));
                    self.content(start);
                    if self.text.get(start..).is_some_and(|text| text.starts_with(['`', '~'])) {
                        self.out.fences.push(fence(&info, text, at));
                    }
                }
            }
            TagEnd::MetadataBlock(_) => self.front = None,
            TagEnd::HtmlBlock => self.in_comment = false,
            TagEnd::TableHead | TagEnd::TableRow => self.end_row(&range),
            TagEnd::Table => {
                if let Some((start, columns, rows)) = self.table.take() {
                    let at = self.line(&(start..range.end));
                    self.content(start);
                    let (columns, rows) = (List::new(columns, at), List::new(rows, at));
                    self.out.tables.push(Table { at, columns, rows });
                }
            }
            _ => {}
        }
    }

    fn end_link(&mut self, range: &Range<usize>) {
        let Some((at, start, target, is_image)) = self.links.pop() else { return };
        let place = self.place(&(start..range.end));
        let Some(block) = &mut self.block else { return };
        let text = block.text.get(at..).unwrap_or("").to_owned();
        // An image in a link is within it.
        block.opaque.retain(|opaque| opaque.start < at);
        block.opaque.push(at.min(block.text.len())..block.text.len());
        self.out.links.push(RawLink { at: place, target, text, is_image });
    }

    fn end_row(&mut self, range: &Range<usize>) {
        self.flush();
        let (Some((_, cells, is_head)), Some(table)) = (self.row.take(), &self.table) else { return };
        let at = self.line(range);
        if is_head {
            let columns = cells.into_iter().map(|cell| Field::known(cell.key, cell.at)).collect();
            if let Some(table) = &mut self.table {
                table.1 = columns;
            }
            return;
        }
        let names: Vec<String> = table.1.iter().map(|column| column.value().cloned().unwrap_or_default()).collect();
        let cells: Vec<Cell> = cells.into_iter().zip(names).map(|(cell, column)| Cell { column, ..cell }).collect();
        let key = cells.first().map(|cell| cell.key.clone()).unwrap_or_default();
        if let Some(table) = &mut self.table {
            table.2.push(Row { at, key, cells: List::new(cells, at) });
        }
    }

    /// Keeps the block that is open.
    fn flush(&mut self) {
        let Some(block) = self.block.take() else { return };
        let at = self.line(&(block.start..self.text.len()));
        let (text, span) = block
            .trimmed(0..block.text.len(), self.base)
            .unwrap_or_else(|| (String::new(), Span::at(self.base + block.start)));
        let place = Place { file: self.file, span };
        let blanks = block.blanks(self.file, self.base);
        let has_blanks = !blanks.is_empty();
        self.out.placeholders.extend(blanks.into_iter().map(|(text, at)| Placeholder { at, text }));
        match block.kind {
            Kind::Heading => self.keep_heading(text, at),
            Kind::Cell => self.keep_cell(&block, text, place),
            Kind::Item | Kind::Paragraph if text.is_empty() && block.task.is_none() => {}
            Kind::Item => {
                self.content(block.start);
                self.out.labels.extend(labels(&block, self.file, self.base, true));
                self.keep_item(&block, text, place);
            }
            Kind::Paragraph => {
                self.content(block.start);
                let found = labels(&block, self.file, self.base, self.depth > 0);
                let is_label = found
                    .first()
                    .is_some_and(|label| block.text.get(..label.text_start).is_some_and(|t| t.trim().is_empty()));
                let is_blank = has_blanks && is_placeholder(&text);
                if !is_label && !is_blank && self.depth == 0 {
                    self.out.prose.push(span.start);
                }
                self.out.labels.extend(found);
            }
        }
    }

    fn keep_heading(&mut self, title: String, at: Place) {
        let anchor = self.out.anchors.heading(&title);
        if let Some(id) = self.heading_id.take() {
            self.out.anchors.explicit(&id);
        }
        self.out.headings.push(Heading { at, key: heading_key(&title), title, level: self.level, anchor });
    }

    fn keep_cell(&mut self, block: &Block, text: String, at: Place) {
        let Some((_, cells, _)) = &mut self.row else { return };
        let digits = text.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
        let number = digits.and_then(|digits| digits.parse().ok());
        cells.push(Cell {
            at,
            column: String::new(),
            key: fold(&text),
            number: number.map_or(Field::Absent(at), |number| Field::known(number, at)),
            is_empty: text.is_empty(),
            is_placeholder: is_placeholder(&text),
            code: block.code.clone().map_or(Field::Absent(at), |code| Field::known(code, at)),
            text,
        });
    }

    fn keep_item(&mut self, block: &Block, text: String, at: Place) {
        if let Some(checked) = block.task {
            self.out.tasks.push(Task { at, checked, key: fold(&text), text: text.clone() });
        }
        let split = key_and_value(&text);
        let (key, value) = split.map_or((Field::Absent(at), Field::Absent(at)), |(key, value)| {
            let value = if value.is_empty() { Field::Absent(at) } else { Field::known(value.to_owned(), at) };
            (Field::known(heading_key(key), at), value)
        });
        let is_placeholder = is_placeholder(&text) || value.value().is_some_and(|value| is_placeholder(value));
        let code = block.code.clone().map_or(Field::Absent(at), |code| Field::known(code, at));
        self.out.items.push(Item { at, text, key, value, is_placeholder, code });
    }

    /// Keys with a scalar, as labels.
    fn front_matter(&mut self, range: &Range<usize>) {
        let tree = Tree::parse(self.file, self.text.get(range.clone()).unwrap_or(""));
        let shift = |place: Place| Place { span: place.span.shifted(self.base + range.start), ..place };
        for entry in tree.documents().flat_map(|root| root.entries().collect::<Vec<_>>()) {
            let at = shift(entry.key_node.place());
            let value = entry.value.text().filter(|text| !text.is_empty());
            let value = value.map(|text| (text.to_owned(), shift(entry.value.place()).span));
            self.out.labels.push(Raw::new(&entry.key.replace(['_', '-'], " "), at, value, false));
        }
    }
}

fn depth_of(level: HeadingLevel) -> i64 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
