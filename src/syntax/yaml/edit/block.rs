//! Edits of mappings and lists that are written line by line.

use super::scalar::written;
use super::{Editor, New, SHAPE, Withheld, flow};
use crate::source::Span;
use crate::source::edit::Edit;
use crate::syntax::yaml::{Data, NodeData, NodeId, Style, Tree};

/// How a file is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Columns from a key to those below it.
    step: usize,
    /// Columns from a key to the dashes of the list below it.
    dash: usize,
    /// The line end.
    pub(super) newline: &'static str,
}

impl Layout {
    /// The layout of the first places that show it; two columns where none does.
    pub(super) fn of(tree: &Tree, text: &str) -> Self {
        let (mut step, mut dash) = (None, None);
        let pairs = tree.nodes.iter().filter_map(|node| match &node.data {
            Data::Mapping { entries, flow: false } => Some(entries),
            _ => None,
        });
        for (key, value) in pairs.flatten() {
            if step.is_some() && dash.is_some() {
                break;
            }
            let (Some(key), Some(value)) = (tree.node(*key), tree.node(*value)) else { continue };
            let key_column = column(text, key.span.start as usize);
            match &value.data {
                Data::Mapping { entries, flow: false } => {
                    let first = entries.first().and_then(|(key, _)| tree.node(*key));
                    let inner = first.map(|first| column(text, first.span.start as usize));
                    step = step.or(inner.and_then(|inner| inner.checked_sub(key_column)).filter(|step| *step > 0));
                }
                Data::Sequence { items, flow: false } => {
                    let first = items.first().and_then(|item| tree.node(*item));
                    let at = first.and_then(|first| dash_before(text, first.span.start as usize));
                    dash = dash.or(at.and_then(|at| column(text, at).checked_sub(key_column)));
                }
                _ => {}
            }
        }
        let step = step.unwrap_or(2);
        let newline =
            if text.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        Self { step, dash: dash.unwrap_or(step), newline }
    }
}

/// The start of the line of an offset, behind a byte order mark.
fn line_start(text: &str, at: usize) -> usize {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1);
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// The dash of a list's item that starts at an offset.
fn dash_before(text: &str, item: usize) -> Option<usize> {
    let before = text.get(line_start(text, item)..item)?;
    let dash = before.trim_end_matches([' ', '\t']);
    dash.ends_with('-').then(|| line_start(text, item) + dash.len() - 1)
}

impl Editor<'_> {
    pub(super) fn add_in_block(&self, mapping: NodeId, keys: &[&str], value: &New) -> Result<Vec<Edit>, Withheld> {
        let (first, _) = *self.entries(mapping).first().ok_or(SHAPE)?;
        let (_, last) = *self.entries(mapping).last().ok_or(SHAPE)?;
        let column = self.column_of_block(first)?;
        let at = self.line_behind(last, column)?;
        let dash = self.dash_in(mapping).filter(|_| keys.len() == 1).unwrap_or(self.layout.dash);
        let lines = self.lines(keys, value, column, dash);
        Ok(vec![Edit::insert(at, format!("{}{lines}", self.layout.newline))])
    }

    /// Writes a value, or keys and a value, behind a key that has none.
    pub(super) fn fill(&self, key: NodeId, old: NodeId, keys: &[&str], value: &New) -> Result<Vec<Edit>, Withheld> {
        let mapping = self.parent(key).ok_or(SHAPE)?;
        let old = self.span_of(old);
        if self.is_flow(mapping) {
            if old.is_empty() {
                return Err(SHAPE);
            }
            let text = flow::chain(keys, value, false, false, None);
            let text = if keys.is_empty() { text } else { format!("{{{text}}}") };
            return Ok(vec![Edit::replace(old, text)]);
        }
        let column = self.column_of_block(key)?;
        let colon = self.behind_colon(key)?;
        let is_block = !keys.is_empty() || matches!(value, New::List(_));
        if is_block && !old.is_empty() {
            // A `null` or `~` that is written gives way to one line.
            let text = flow::chain(keys, value, false, false, None);
            return Ok(vec![Edit::replace(old, if keys.is_empty() { text } else { format!("{{{text}}}") })]);
        }
        if !is_block {
            let text = written(value, None, false);
            let edit = if old.is_empty() { Edit::insert(colon, format!(" {text}")) } else { Edit::replace(old, text) };
            return Ok(vec![edit]);
        }
        let at = self.end_of_line(colon)?;
        let newline = self.layout.newline;
        let lines = match value {
            New::List(items) if keys.is_empty() => {
                self.dashes(items, column, self.dash_in(mapping).unwrap_or(self.layout.dash))
            }
            _ => self.lines(keys, value, column + self.layout.step, self.layout.dash),
        };
        Ok(vec![Edit::insert(at, format!("{newline}{lines}"))])
    }

    /// Puts a value behind those of a list.
    pub(super) fn push(&self, sequence: NodeId, value: &New) -> Result<Vec<Edit>, Withheld> {
        let node = self.node(sequence).ok_or(SHAPE)?;
        let Data::Sequence { items: elements, flow } = &node.data else { return Err(SHAPE) };
        if *flow {
            return self.push_in_flow(sequence, elements, value);
        }
        let (first, last) = (*elements.first().ok_or(SHAPE)?, *elements.last().ok_or(SHAPE)?);
        let start = self.span_of(first).start as usize;
        let dash = dash_before(self.text, start).ok_or(SHAPE)?;
        let gap = self.text.get(dash + 1..start).filter(|gap| !gap.is_empty()).unwrap_or(" ");
        let column = self.indent(dash)?;
        let at = self.line_behind(last, column)?;
        let new = written(value, self.style(last), false);
        let line = format!("{}{}-{gap}{new}", self.layout.newline, " ".repeat(column));
        Ok(vec![Edit::insert(at, line)])
    }

    /// Writes other values in the place of a list's.
    pub(super) fn replace_list(
        &self,
        list: NodeId,
        items: &[NodeId],
        flow: bool,
        values: &[New],
    ) -> Result<Vec<Edit>, Withheld> {
        let span = self.span_of(list);
        let is_inside = |at: Span| at.start >= span.start && at.end <= span.end;
        let is_written = |item: &NodeId| {
            let is_scalar =
                matches!(self.style(*item), Some(style) if !matches!(style, Style::Literal | Style::Folded));
            is_scalar && !self.span_of(*item).is_empty()
        };
        let has_comment = self.tree.comments.iter().any(|comment| is_inside(comment.span));
        if has_comment || self.has_aliased(span) || !items.iter().all(is_written) {
            return Err(SHAPE);
        }
        let like = items.last().and_then(|item| self.style(*item));
        if flow {
            return Ok(vec![Edit::replace(span, written(&New::List(values.to_vec()), like, true))]);
        }
        let first = self.span_of(*items.first().ok_or(SHAPE)?).start as usize;
        let dash = dash_before(self.text, first).ok_or(SHAPE)?;
        let column = self.indent(dash)?;
        let texts: Vec<String> = values.iter().map(|value| written(value, like, false)).collect();
        let between = format!("{}{}- ", self.layout.newline, " ".repeat(column));
        Ok(vec![Edit::replace(Span::new(first, span.end as usize), texts.join(&between))])
    }

    /// Whether a node within the bytes is used elsewhere.
    pub(super) fn has_aliased(&self, span: Span) -> bool {
        let nodes = self.tree.nodes.iter().zip(&self.aliased);
        nodes.into_iter().any(|(node, aliased)| *aliased && node.span.start >= span.start && node.span.end <= span.end)
    }

    /// `key:` lines and a value, without the first line's line end.
    fn lines(&self, keys: &[&str], value: &New, column: usize, dash: usize) -> String {
        let mut out = String::new();
        let mut column = column;
        for (index, key) in keys.iter().enumerate() {
            if index > 0 {
                out.push_str(self.layout.newline);
            }
            out.push_str(&" ".repeat(column));
            out.push_str(key);
            out.push(':');
            if index + 1 < keys.len() {
                column += self.layout.step;
            }
        }
        match value {
            New::List(items) if !items.is_empty() => {
                out.push_str(self.layout.newline);
                out.push_str(&self.dashes(items, column, dash));
            }
            value => {
                out.push(' ');
                out.push_str(&written(value, None, false));
            }
        }
        out
    }

    /// How far the dashes of the lists below the keys of a mapping stand behind those.
    fn dash_in(&self, mapping: NodeId) -> Option<usize> {
        self.entries(mapping).iter().find_map(|(key, value)| match &self.node(*value)?.data {
            Data::Sequence { items, flow: false } => {
                let dash = dash_before(self.text, self.span_of(*items.first()?).start as usize)?;
                column(self.text, dash).checked_sub(column(self.text, self.span_of(*key).start as usize))
            }
            _ => None,
        })
    }

    fn dashes(&self, items: &[New], key_column: usize, dash: usize) -> String {
        let indent = " ".repeat(key_column + dash);
        let lines: Vec<String> = items.iter().map(|item| format!("{indent}- {}", written(item, None, false))).collect();
        lines.join(self.layout.newline)
    }

    /// The column of a key whose line has nothing before it but blanks and the dashes of lists.
    fn column_of_block(&self, key: NodeId) -> Result<usize, Withheld> {
        self.indent(self.span_of(key).start as usize)
    }

    fn indent(&self, at: usize) -> Result<usize, Withheld> {
        let start = line_start(self.text, at);
        let before = self.text.get(start..at).ok_or(SHAPE)?;
        let is_indent = before.chars().all(|c| matches!(c, ' ' | '-')) && !before.contains("--");
        if is_indent { Ok(before.len()) } else { Err(SHAPE) }
    }

    fn behind_colon(&self, key: NodeId) -> Result<usize, Withheld> {
        let end = self.span_of(key).end as usize;
        let rest = self.text.get(end..).ok_or(SHAPE)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest.get(blanks..).is_some_and(|rest| rest.starts_with(':')) { Ok(end + blanks + 1) } else { Err(SHAPE) }
    }

    /// The end of the line of an offset behind which nothing but a comment stands.
    pub(super) fn end_of_line(&self, at: usize) -> Result<usize, Withheld> {
        let rest = self.text.get(at..).ok_or(SHAPE)?;
        let line = rest.split('\n').next().unwrap_or("");
        let line = line.strip_suffix('\r').unwrap_or(line);
        let behind = line.trim_start_matches([' ', '\t']);
        let is_comment = behind.starts_with('#') && (behind.len() < line.len());
        if behind.is_empty() || is_comment { Ok(at + line.len()) } else { Err(SHAPE) }
    }

    /// Where the text of a node ends.
    pub(super) fn content_end(&self, id: NodeId) -> Result<usize, Withheld> {
        let node = self.node(id).ok_or(SHAPE)?;
        match &node.data {
            Data::Mapping { entries, flow: false } => {
                let (key, value) = entries.last().ok_or(SHAPE)?;
                match self.node(*value) {
                    Some(NodeData { data: Data::Scalar { .. }, span, .. }) if span.is_empty() => {
                        self.behind_colon(*key)
                    }
                    _ => self.content_end(*value),
                }
            }
            Data::Sequence { items, flow: false } => self.content_end(*items.last().ok_or(SHAPE)?),
            Data::Scalar { style: Style::Literal | Style::Folded, .. } => {
                let text = node.span.slice(self.text);
                // The blank lines at the end of `|+` belong to the text.
                if self.keeps_blank_lines(node.span) || text.trim_end().len() < 2 {
                    return Err(SHAPE);
                }
                // Without a last line end the text has none either, and would get one.
                if node.span.end as usize >= self.text.len() && !self.text.ends_with('\n') {
                    return Err(SHAPE);
                }
                Ok(node.span.start as usize + text.trim_end_matches(['\n', '\r', ' ', '\t']).len())
            }
            Data::Scalar { .. } if node.span.is_empty() => match node.key {
                Some(key) => self.behind_colon(key),
                None => Err(SHAPE),
            },
            _ => Ok(node.span.end as usize),
        }
    }

    /// Whether the header of a block scalar has a `+`. The bytes of the scalar start with the header or behind it.
    fn keeps_blank_lines(&self, span: Span) -> bool {
        let text = span.slice(self.text);
        let header = if text.starts_with(['|', '>']) {
            text.lines().next().unwrap_or("")
        } else {
            let before = self.text.get(..span.start as usize).unwrap_or("").trim_end();
            before.rsplit(['\n', ' ']).next().unwrap_or("")
        };
        header.split('#').next().is_some_and(|header| header.contains('+')) || !header.starts_with(['|', '>'])
    }

    /// The end of the last line of a node, and of the comments below it that stand deeper than `column`.
    pub(super) fn line_behind(&self, id: NodeId, column: usize) -> Result<usize, Withheld> {
        let mut at = self.end_of_line(self.content_end(id)?)?;
        while let Some(next) = self.line_after(at) {
            let line = self.text.get(next..).unwrap_or("").split('\n').next().unwrap_or("").trim_end_matches('\r');
            let inner = line.trim_start_matches(' ');
            if !inner.starts_with('#') || line.len() - inner.len() <= column {
                break;
            }
            at = next + line.len();
        }
        Ok(at)
    }

    /// The start of the line behind the one that ends at an offset.
    pub(super) fn line_after(&self, end: usize) -> Option<usize> {
        let rest = self.text.get(end..)?;
        if rest.starts_with("\r\n") {
            return Some(end + 2);
        }
        rest.starts_with('\n').then_some(end + 1)
    }

    /// The start of the line of an offset.
    pub(super) fn line_of(&self, at: usize) -> usize {
        line_start(self.text, at)
    }
}
