//! From parser events to the arena.

use std::collections::HashMap;

use granit_parser::{Event, Parser, Placement, ScalarStyle, StructureStyle};

use super::{Comment, Data, Document, MERGE, NodeData, NodeId, SMALL_MAPPING, Style, Values, lines};
use crate::source::{Span, Spanned};
use crate::syntax::SyntaxProblem;

/// Nodes one stream may have; some 100 MB of arena. A 50 MB file of ordinary YAML stays well below.
pub(super) const MAX_NODES: usize = 4_000_000;

/// What one pass over a text gave.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) nodes: Vec<NodeData>,
    pub(super) values: Values,
    /// Whether there are neither aliases nor merge keys nor repeated keys.
    pub(super) is_plain: bool,
    pub(super) documents: Vec<Document>,
    pub(super) comments: Vec<Comment>,
    pub(super) problems: Vec<SyntaxProblem>,
    /// Where the parser gave up.
    pub(super) failure: Option<Failure>,
}

/// Why and where the parser gave up.
#[derive(Debug)]
pub(super) struct Failure {
    /// Offset at which it noticed.
    pub(super) at: usize,
    /// What it says.
    pub(super) reason: String,
    /// Offsets where what it noticed may have begun: the outermost bracket that is still open, the last node and the
    /// text behind it. A quote that nobody closes is noticed far from where it stands.
    pub(super) openings: Vec<usize>,
}

struct Open {
    id: NodeId,
    /// The key that waits for its value, in a mapping.
    key: Option<NodeId>,
    /// The keys of a mapping that has outgrown comparing one by one.
    seen: Option<HashMap<Box<str>, Span>>,
}

pub(super) struct Builder<'t> {
    text: &'t str,
    stream: Stream,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
    root: Option<NodeId>,
    /// Where the document at hand starts.
    start: u32,
    /// The bytes of the last event.
    last: Span,
}

/// Reads one stream until its end or the first syntax error.
pub(super) fn build(text: &str) -> Stream {
    by_lines(text).unwrap_or_else(|| by_events(text))
}

/// The same for the part of YAML that most files keep to; `None` for other texts.
pub(super) fn by_lines(text: &str) -> Option<Stream> {
    let mut builder = Builder::new(text);
    lines::read(text, &mut builder)?;
    builder.finish_document();
    Some(builder.stream)
}

/// The same for all of YAML.
pub(super) fn by_events(text: &str) -> Stream {
    let options = granit_parser::options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: 1_000_000,
    };
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let span = byte_span(span, text);
                if !builder.accept(event, span) {
                    break;
                }
                builder.last = span;
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                let openings = builder.openings();
                builder.stream.failure = Some(Failure { at, reason: error.info(), openings });
                break;
            }
        }
    }
    builder.finish_document();
    builder.stream
}

fn byte_span(span: granit_parser::Span, text: &str) -> Span {
    span.byte_range().map_or_else(|| Span::at(text.len()), |range| Span::new(range.start, range.end))
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            stream: Stream { values: Values::for_text(text.len()), is_plain: true, ..Stream::default() },
            open: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            start: 0,
            last: Span::default(),
        }
    }

    pub(super) fn begin_document(&mut self, at: usize) {
        self.start = Span::at(at).start;
    }

    pub(super) fn comment(&mut self, comment: Comment) {
        self.stream.comments.push(comment);
    }

    pub(super) fn comment_count(&self) -> usize {
        self.stream.comments.len()
    }

    fn openings(&self) -> Vec<usize> {
        let end = self.last.end as usize;
        let rest = self.text.get(end..).unwrap_or("");
        let next = end + rest.find(|c: char| !c.is_whitespace() && c != ':').unwrap_or(0);
        let flow = self
            .open
            .iter()
            .filter_map(|open| self.stream.nodes.get(open.id.0 as usize))
            .find(|node| matches!(node.data, Data::Sequence { flow: true, .. } | Data::Mapping { flow: true, .. }));
        flow.map(|node| node.span.start as usize).into_iter().chain([next, self.last.start as usize]).collect()
    }

    /// Takes one event; `false` stops reading.
    fn accept(&mut self, event: Event<'_>, span: Span) -> bool {
        match event {
            Event::DocumentStart(..) => self.begin_document(span.start as usize),
            Event::DocumentEnd => self.finish_document(),
            Event::Comment(text, placement) => {
                self.comment(Comment { span, text: text.trim().to_owned(), own_line: placement != Placement::Right });
            }
            Event::Scalar(value, style, anchor, tag) => {
                // The parser gives `~` for a value that is not written.
                let mut value = if span.is_empty() && style == ScalarStyle::Plain { "".into() } else { value };
                // The parser adds the line end that the file lacks; a block scalar only keeps what is there (YAML 1.2,
                // section 8.1.1.2).
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                if is_block && span.end as usize >= self.text.len() && !self.text.ends_with(['\n', '\r']) {
                    value = value.trim_end_matches('\n').to_owned().into();
                }
                return self.scalar(&value, convert(style), span, anchor, tag.as_deref());
            }
            Event::SequenceStart(style, anchor, tag) => {
                let data = Data::Sequence { items: Vec::new(), flow: style == StructureStyle::Flow };
                return self.start(data, span, anchor, tag.as_deref());
            }
            Event::MappingStart(style, anchor, tag) => {
                let data = Data::Mapping { entries: Vec::new(), flow: style == StructureStyle::Flow };
                return self.start(data, span, anchor, tag.as_deref());
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(target) => return self.alias(target, span),
            Event::UnresolvedAlias(name) => {
                self.stream.problems.push(
                    SyntaxProblem::new(span, format!("no anchor `&{name}` stands before this alias"))
                        .with_help("anchors hold within one document, from where they are set"),
                );
                return self.scalar("", Style::Plain, span, 0, None);
            }
            Event::Anchor(id, name) => {
                let node = self.anchors.get(&id).copied();
                if let Some(data) = node.and_then(|node| self.stream.nodes.get_mut(node.0 as usize)) {
                    data.anchor = Some(Box::new(Spanned::new(name.into_owned(), span)));
                }
            }
            _ => {}
        }
        true
    }

    fn alias(&mut self, target: usize, span: Span) -> bool {
        self.stream.is_plain = false;
        match self.anchors.get(&target).copied() {
            Some(node) if self.open.iter().all(|open| open.id != node) => self.leaf(Data::Alias(node), span, 0, None),
            _ => {
                self.stream.problems.push(SyntaxProblem::new(span, "this alias stands inside the node it refers to"));
                self.scalar("", Style::Plain, span, 0, None)
            }
        }
    }

    fn push(&mut self, data: Data, span: Span, anchor: usize, tag: Option<&granit_parser::Tag>) -> Option<NodeId> {
        if self.stream.nodes.len() >= MAX_NODES {
            let reason = format!("more than {MAX_NODES} values in one file");
            self.stream.failure = Some(Failure { at: span.start as usize, reason, openings: Vec::new() });
            return None;
        }
        let id = NodeId(u32::try_from(self.stream.nodes.len()).unwrap_or(u32::MAX));
        let tag = tag.map(|tag| Box::new(Spanned::new(tag.original(), span)));
        self.stream.nodes.push(NodeData { span, data, tag, anchor: None, key: None });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        Some(id)
    }

    pub(super) fn scalar(
        &mut self,
        value: &str,
        style: Style,
        span: Span,
        anchor: usize,
        tag: Option<&granit_parser::Tag>,
    ) -> bool {
        let value = self.stream.values.push(value);
        self.leaf(Data::Scalar { value, style }, span, anchor, tag)
    }

    fn leaf(&mut self, data: Data, span: Span, anchor: usize, tag: Option<&granit_parser::Tag>) -> bool {
        let Some(id) = self.push(data, span, anchor, tag) else { return false };
        self.attach(id);
        true
    }

    pub(super) fn start(&mut self, data: Data, span: Span, anchor: usize, tag: Option<&granit_parser::Tag>) -> bool {
        let Some(id) = self.push(data, Span::at(span.start as usize), anchor, tag) else { return false };
        self.open.push(Open { id, key: None, seen: None });
        true
    }

    pub(super) fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let last = self.last_child_end(open.id);
        if let Some(node) = self.stream.nodes.get_mut(open.id.0 as usize) {
            let flow = matches!(node.data, Data::Sequence { flow: true, .. } | Data::Mapping { flow: true, .. });
            // The end of a block collection is only seen at the next token; its text ends with its last child.
            let end = if flow { span.end } else { last.unwrap_or(node.span.end) };
            node.span = Span { start: node.span.start, end: end.max(node.span.start) };
        }
        self.attach(open.id);
    }

    fn last_child_end(&self, id: NodeId) -> Option<u32> {
        let child = match &self.stream.nodes.get(id.0 as usize)?.data {
            Data::Sequence { items, .. } => *items.last()?,
            Data::Mapping { entries, .. } => {
                let (key, value) = *entries.last()?;
                let value_span = self.stream.nodes.get(value.0 as usize)?.span;
                if value_span.is_empty() { key } else { value }
            }
            Data::Scalar { .. } | Data::Alias(_) => return None,
        };
        self.stream.nodes.get(child.0 as usize).map(|node| node.span.end)
    }

    /// Hands a finished node to the collection it stands in, or makes it the root.
    fn attach(&mut self, id: NodeId) {
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(id);
            return;
        };
        let key = open.key.take();
        let Some(parent) = self.stream.nodes.get_mut(open.id.0 as usize) else { return };
        match &mut parent.data {
            Data::Sequence { items, .. } => items.push(id),
            Data::Mapping { entries, .. } => match key {
                None => {
                    open.key = Some(id);
                    self.check_duplicate(id);
                }
                Some(key) => {
                    entries.push((key, id));
                    if let Some(node) = self.stream.nodes.get_mut(id.0 as usize) {
                        node.key = Some(key);
                    }
                }
            },
            Data::Scalar { .. } | Data::Alias(_) => {}
        }
    }

    fn check_duplicate(&mut self, key: NodeId) {
        let Some(open) = self.open.last_mut() else { return };
        let (nodes, values) = (&self.stream.nodes, &self.stream.values);
        let scalar = |id: NodeId| match nodes.get(id.0 as usize) {
            Some(NodeData { data: Data::Scalar { value, .. }, span, .. }) => Some((values.get(*value), *span)),
            _ => None,
        };
        let Some((value, span)) = scalar(key) else { return };
        self.stream.is_plain &= value != MERGE;
        let Some(NodeData { data: Data::Mapping { entries, .. }, .. }) = nodes.get(open.id.0 as usize) else { return };
        let earlier = entries.iter().filter_map(|(key, _)| scalar(*key));
        let first = if entries.len() <= SMALL_MAPPING {
            earlier.into_iter().find(|(other, _)| *other == value).map(|(_, first)| first)
        } else {
            let seen = open.seen.get_or_insert_with(|| {
                let mut seen = HashMap::new();
                for (other, first) in earlier {
                    seen.entry(other.into()).or_insert(first);
                }
                seen
            });
            let first = seen.get(value).copied();
            if first.is_none() {
                seen.insert(value.into(), span);
            }
            first
        };
        let Some(first) = first else { return };
        self.stream.is_plain = false;
        let mut problem = SyntaxProblem::new(span, format!("the key `{value}` stands twice in one mapping"))
            .with_help("keep one of the two; tools either refuse the file or drop one silently");
        problem.related.push((first, "first given here".to_owned()));
        self.stream.problems.push(problem);
    }

    /// Closes what is open (after a syntax error much may be) and keeps the document.
    pub(super) fn finish_document(&mut self) {
        while let Some(open) = self.open.last() {
            let id = open.id;
            if let Some(key) = open.key {
                let end = self.stream.nodes.get(key.0 as usize).map_or(0, |node| node.span.end);
                if !self.scalar("", Style::Plain, Span::at(end as usize), 0, None) {
                    self.open.pop();
                    continue;
                }
            }
            let end = self.last_child_end(id).map_or(self.text.len(), |end| end as usize);
            self.end(Span::at(end));
        }
        if let Some(root) = self.root.take() {
            self.stream.documents.push(Document { root, start: self.start, partial: false });
        }
        self.anchors.clear();
    }
}

fn convert(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
        ScalarStyle::Plain => Style::Plain,
    }
}
