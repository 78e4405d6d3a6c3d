//! The Markdown documents of a service, read when a rule first asks for them.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::fold::day;
use super::label::Raw;
use super::link::{Resolver, is_markdown};
use super::quoted::QuotedPaths;
use super::read::{Scan, scan};
use super::{Document, Fence, Heading, Item, Label, Link, Section, Table};
use crate::model::late::{Excerpt, LateTexts, Lowered, Slice};
use crate::model::layout::{Subtree, is_test_data};
use crate::model::repo::{Remark, Seen};
use crate::model::schema::{Modelled, PathText, Slot, Type};
use crate::model::value::{Field, List};
use crate::source::{EntryKind, FileId, Place, Span};

/// A larger document is not read: 4 MiB.
const MAX_BYTES: u64 = 4 << 20;

/// The documents of a service, in path order.
#[derive(Clone, Debug)]
pub struct Documents {
    texts: LateTexts,
    /// The service's own files, and those that are no service's where it speaks for the repository.
    trees: Vec<(Subtree, bool)>,
    at: Place,
    made: OnceLock<(List<Document>, Seen)>,
}

impl Documents {
    /// The documents among the files of `own` and `shared`; nothing is read yet.
    #[must_use]
    pub fn new(texts: &LateTexts, own: &Subtree, shared: Option<&Subtree>, at: Place) -> Self {
        let mut trees = vec![(own.clone(), true)];
        trees.extend(shared.map(|tree| (tree.clone(), false)));
        Self { texts: texts.clone(), trees, at, made: OnceLock::new() }
    }

    /// The documents.
    pub fn list(&self) -> &List<Document> {
        &self.made.get_or_init(|| self.read()).0
    }

    /// What was seen while they were read; `None` where nobody asked for them.
    pub fn seen(&self) -> Option<&Seen> {
        self.made.get().map(|(_, seen)| seen)
    }

    fn read(&self) -> (List<Document>, Seen) {
        let mut files: Vec<(FileId, Option<String>)> = Vec::new();
        for (tree, is_own) in &self.trees {
            let found = tree.own(EntryKind::File).filter(|(_, entry, path)| is_markdown(path) && !entry.is_link);
            files.extend(found.map(|(id, _, path)| (id, is_own.then(|| path.to_owned()))));
        }
        files.sort_by_key(|(id, _)| *id);
        files.dedup_by_key(|(id, _)| *id);
        let mut seen = Seen::default();
        let read: Vec<_> = files
            .into_par_iter()
            .filter(|(id, _)| self.texts.sources().get(*id).size() <= MAX_BYTES)
            .map(|(id, local)| (id, local, self.texts.text(id).map(|text| scan(text, id))))
            .collect();
        let resolver = Resolver::new(&self.texts);
        let mut documents = Vec::new();
        for (id, local, result) in read {
            match result {
                Ok(scan) => {
                    seen.files_read += 1;
                    let remarks = scan.remarks.iter().map(|span| Place { file: id, span: *span });
                    seen.remarks.extend(remarks.map(|place| Remark { place, own_line: true }));
                    documents.push(self.document(id, local, scan, &resolver));
                }
                Err(error) => seen.unread(id, &error),
            }
        }
        (List::new(documents, self.at), seen)
    }

    fn document(&self, file: FileId, local: Option<String>, scan: Scan, resolver: &Resolver<'_>) -> Document {
        let sources = self.texts.sources();
        let (path, text) = (sources.get(file).path.clone(), sources.get(file).text());
        let at = Place::whole(file);
        let length = text.len();
        let (prose, content, rules) = (scan.prose, scan.content, scan.rules);
        let links: Vec<Link> = scan.links.into_iter().map(|link| resolver.link(link, &path, &scan.anchors)).collect();
        let mut parts = Parts {
            at,
            headings: Arc::new(scan.headings),
            labels: Arc::default(),
            items: Arc::new(scan.items),
            tables: Arc::new(scan.tables),
            fences: Arc::new(scan.fences),
            tasks: Arc::new(scan.tasks),
            links: Arc::new(links),
            comments: Arc::new(scan.comments),
        };
        let ends = Ends::new(&parts, &scan.labels, &rules, length);
        let labels = scan.labels.into_iter().map(|raw| parts.label(raw, &ends)).collect();
        parts.labels = Arc::new(labels);
        let header = parts.header(&rules, length);
        let title = parts.headings.iter().find(|heading| heading.level == 1);
        let titles = parts.headings.iter().filter(|heading| heading.level == 1);
        let titles = titles.map(|heading| Field::known(heading.title.clone(), heading.at)).collect();
        let first = content.first().copied().unwrap_or(u32::MAX);
        let all = 0..length;
        let whole = Excerpt::new(sources, Place { file, span: Span::new(0, length) });
        Document {
            at,
            name: path.rsplit('/').next().unwrap_or(&path).to_owned(),
            local_path: local.map_or(Field::Absent(at), |path| Field::known(PathText(path), at)),
            is_test_data: is_test_data(&path),
            title: title.map_or(Field::Absent(at), |title| Field::known(title.title.clone(), title.at)),
            titles: List::new(titles, at),
            starts_with_title: title.is_some_and(|title| {
                title.at.span.start <= first && parts.headings.first().is_some_and(|first| first.level == 1)
            }),
            filled_lines: i64::try_from(text.lines().filter(|line| !line.trim().is_empty()).count())
                .unwrap_or(i64::MAX),
            review_days: review_days(header.items(), at),
            sections: List::new(parts.sections(&path, self, file, &header, &prose, &content, length), at),
            header,
            labels: parts.slice(&parts.labels, &all, at, |label| label.at),
            headings: parts.slice(&parts.headings, &all, at, |heading| heading.at),
            items: parts.slice(&parts.items, &all, at, |item| item.at),
            tables: parts.slice(&parts.tables, &all, at, |table| table.at),
            fences: parts.slice(&parts.fences, &all, at, |fence| fence.at),
            tasks: parts.slice(&parts.tasks, &all, at, |task| task.at),
            links: parts.slice(&parts.links, &all, at, |link| link.at),
            placeholders: {
                let count = scan.placeholders.len();
                Slice::new(&Arc::new(scan.placeholders), 0..count, at)
            },
            lower_text: Lowered::new(whole.clone(), &parts.comments),
            quoted_paths: QuotedPaths::new(&self.texts, &path, &whole, at),
            text: whole,
            path: PathText(path),
        }
    }
}

impl Modelled for Documents {
    const TYPE: Type = List::<Document>::TYPE;

    fn as_slot(&self, parent: Place) -> Slot<'_> {
        self.list().as_slot(parent)
    }
}

/// Days from the last update to the next review, by the labels of a head.
fn review_days(header: &[Label], at: Place) -> Field<i64> {
    let date = |keys: &[&str]| {
        let label = header.iter().find(|label| keys.contains(&label.key.as_str()))?;
        Some((day(label.value.value()?)?, label.value.place()))
    };
    match (date(&["last updated"]), date(&["next review", "next review date"])) {
        (Some((last, _)), Some((next, at))) => Field::known(next - last, at),
        _ => Field::Absent(at),
    }
}

/// Where what follows a label ends: at the next label outside of lists, the next heading, or a line across the page.
struct Ends {
    stops: Vec<u32>,
    length: usize,
}

impl Ends {
    fn new(parts: &Parts, labels: &[Raw], rules: &[u32], length: usize) -> Self {
        let mut stops: Vec<u32> = parts.headings.iter().map(|heading| heading.at.span.start).collect();
        stops.extend(labels.iter().filter(|label| !label.is_in_list).map(|label| label.at.span.start));
        stops.extend(rules);
        stops.sort_unstable();
        Self { stops, length }
    }

    fn after(&self, start: u32) -> usize {
        let next = self.stops.partition_point(|stop| *stop <= start);
        self.stops.get(next).map_or(self.length, |stop| *stop as usize)
    }
}

/// The lists of a document that its sections and labels share.
struct Parts {
    at: Place,
    headings: Arc<Vec<Heading>>,
    labels: Arc<Vec<Label>>,
    items: Arc<Vec<Item>>,
    tables: Arc<Vec<Table>>,
    fences: Arc<Vec<Fence>>,
    tasks: Arc<Vec<super::Task>>,
    links: Arc<Vec<Link>>,
    comments: Arc<Vec<Span>>,
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn within<T>(all: &[T], range: &Range<usize>, place: impl Fn(&T) -> Place) -> Range<usize> {
    let start = all.partition_point(|one| (place(one).span.start as usize) < range.start);
    let end = all.partition_point(|one| (place(one).span.start as usize) < range.end);
    start..end.max(start)
}

impl Parts {
    #[expect(clippy::unused_self, reason = "every list of a document is cut the same way")]
    fn slice<T>(&self, all: &Arc<Vec<T>>, range: &Range<usize>, at: Place, place: impl Fn(&T) -> Place) -> Slice<T> {
        Slice::new(all, within(all, range, place), at)
    }

    fn label(&self, raw: Raw, ends: &Ends) -> Label {
        let start = raw.at.span.start;
        // A label in an item has that item alone.
        let range = if raw.is_in_list { 0..0 } else { start as usize..ends.after(start) };
        let at = raw.at;
        let items = self.slice(&self.items, &range, at, |item| item.at);
        Label {
            at,
            item_count: count(items.items().iter().filter(|item| !item.is_placeholder).count()),
            value_key: raw.value_key(),
            parts: raw.parts(),
            is_placeholder: raw.is_placeholder(),
            is_date: raw.is_date(),
            is_in_list: raw.is_in_list,
            items,
            tables: self.slice(&self.tables, &range, at, |table| table.at),
            fences: self.slice(&self.fences, &range, at, |fence| fence.at),
            name: raw.name,
            key: raw.key,
            value: raw.value,
        }
    }

    /// The labels of front matter, and those between the title and whatever comes next.
    fn header(&self, rules: &[u32], length: usize) -> Slice<Label> {
        let title = self.headings.iter().find(|heading| heading.level == 1);
        let start = title.map_or(0, |title| title.at.span.end);
        let heading = self.headings.iter().map(|heading| heading.at.span.start).find(|at| *at >= start);
        let labelled = self.labels.iter().map(|label| label.at.span.start).find(|at| *at >= start);
        // A line right below the title closes nothing.
        let rule = rules.iter().copied().find(|at| *at >= start && labelled.is_none_or(|label| *at > label));
        let end = heading.unwrap_or(u32::MAX).min(rule.unwrap_or(u32::MAX)) as usize;
        let range = within(&self.labels, &(0..end.min(length)), |label| label.at);
        Slice::new(&self.labels, range, title.map_or(self.at, |title| title.at))
    }

    #[expect(clippy::too_many_arguments, reason = "the lists of one document")]
    fn sections(
        &self,
        path: &str,
        documents: &Documents,
        file: FileId,
        header: &Slice<Label>,
        prose: &[u32],
        content: &[u32],
        length: usize,
    ) -> Vec<Section> {
        let second: Vec<&Heading> = self.headings.iter().filter(|heading| heading.level == 2).collect();
        let above =
            Arc::new(second.iter().map(|heading| Field::known(heading.key.clone(), heading.at)).collect::<Vec<_>>());
        let ends = section_ends(&self.headings, length);
        let starts_in = |all: &[u32], range: &Range<usize>| {
            let below = |end: usize| all.partition_point(|at| (*at as usize) < end);
            below(range.end).saturating_sub(below(range.start))
        };
        let mut parents: Vec<&Heading> = Vec::new();
        let mut seen_second = 0;
        let mut out = Vec::new();
        for (heading, end) in self.headings.iter().zip(ends) {
            while parents.last().is_some_and(|parent| parent.level >= heading.level) {
                parents.pop();
            }
            let at = heading.at;
            let range = at.span.start as usize..end;
            let parent = parents.last().map_or(Field::Absent(at), |parent| Field::known(parent.key.clone(), parent.at));
            let before = if heading.level == 2 { seen_second } else { 0 };
            seen_second += usize::from(heading.level == 2);
            parents.push(heading);
            let span = Span::new(range.start, end);
            let text = Excerpt::new(documents.texts.sources(), Place { file, span });
            out.push(Section {
                at,
                document: PathText(path.to_owned()),
                title: heading.title.clone(),
                key: heading.key.clone(),
                level: heading.level,
                anchor: heading.anchor.clone(),
                parent,
                is_empty: starts_in(content, &range) == 0,
                paragraphs: count(starts_in(prose, &range)),
                above: Slice::new(&above, 0..before, at),
                headings: self.slice(&self.headings, &(at.span.end as usize..end), at, |heading| heading.at),
                header: header.clone(),
                labels: self.slice(&self.labels, &range, at, |label| label.at),
                items: self.slice(&self.items, &range, at, |item| item.at),
                tables: self.slice(&self.tables, &range, at, |table| table.at),
                fences: self.slice(&self.fences, &range, at, |fence| fence.at),
                task_count: count(within(&self.tasks, &range, |task| task.at).len()),
                tasks: self.slice(&self.tasks, &range, at, |task| task.at),
                links: self.slice(&self.links, &range, at, |link| link.at),
                lower_text: Lowered::new(text.clone(), &self.comments),
                text,
            });
        }
        out
    }
}

/// Where each section ends, in one pass from the back.
fn section_ends(headings: &[Heading], length: usize) -> Vec<usize> {
    let mut next: [usize; 7] = [length; 7];
    let mut ends: Vec<usize> = Vec::with_capacity(headings.len());
    for heading in headings.iter().rev() {
        let level = usize::try_from(heading.level).unwrap_or(6).min(6);
        ends.push(next.iter().take(level + 1).min().copied().unwrap_or(length));
        if let Some(slot) = next.get_mut(level) {
            *slot = heading.at.span.start as usize;
        }
    }
    ends.reverse();
    ends
}
