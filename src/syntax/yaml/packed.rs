//! Trees as bytes: what the build reads once and the binary only unpacks.
//!
//! A scalar whose value is a part of the text is kept as offsets, so the bytes mean something only beside their text.
//! Numbers are LEB128.

use super::{Comment, Data, Document, MERGE, NodeData, NodeId, Style, Tree, Values};
use crate::source::{FileId, Span, Spanned};

const STYLES: [(Style, u8); 5] =
    [(Style::Plain, 0), (Style::SingleQuoted, 1), (Style::DoubleQuoted, 2), (Style::Literal, 3), (Style::Folded, 4)];

/// Node types from here on: block sequence, flow sequence, block mapping, flow mapping, alias. Below: a scalar of a
/// style, with [`INLINE`] where its value is not a part of the text.
const SEQUENCE: u8 = 16;
const MAPPING: u8 = 18;
const ALIAS: u8 = 20;
const INLINE: u8 = 8;
/// Set where an anchor follows the node.
const ANCHORED: u8 = 32;

impl Tree {
    /// The tree as bytes; `None` for one with problems or tags, or of several files, which its text has to be read for.
    #[must_use]
    pub fn pack(&self, text: &str) -> Option<Vec<u8>> {
        if !self.problems.is_empty() || !self.origins.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        number(&mut out, self.nodes.len());
        for node in &self.nodes {
            pack_node(&mut out, node, &self.values, text)?;
        }
        number(&mut out, self.documents.len());
        for document in &self.documents {
            number(&mut out, document.root.0 as usize);
            number(&mut out, document.start as usize);
        }
        number(&mut out, self.comments.len());
        for comment in &self.comments {
            pack_span(&mut out, comment.span);
            out.push(u8::from(comment.own_line));
        }
        Some(out)
    }

    /// The tree of a text from the bytes that [`Tree::pack`] made of it; `None` where they are not whole.
    #[must_use]
    pub fn unpack(file: FileId, text: &str, bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes, text, values: Values::for_text(text.len()) };
        let count = reader.count()?;
        let mut nodes = Vec::with_capacity(count);
        for _ in 0..count {
            nodes.push(reader.node()?);
        }
        let pairs: Vec<(NodeId, NodeId)> = nodes
            .iter()
            .flat_map(|node| match &node.data {
                Data::Mapping { entries, .. } => entries.as_slice(),
                _ => &[],
            })
            .copied()
            .collect();
        // Repeated keys are problems, with which nothing is packed.
        let is_merge = |key: &NodeId| {
            let data = nodes.get(key.0 as usize).map(|node: &NodeData| &node.data);
            matches!(data, Some(Data::Scalar { value, .. }) if reader.values.get(*value) == MERGE)
        };
        let is_plain = !nodes.iter().any(|node| matches!(node.data, Data::Alias(_)))
            && !pairs.iter().any(|(key, _)| is_merge(key));
        for (key, value) in pairs {
            nodes.get_mut(value.0 as usize)?.key = Some(key);
        }
        let mut documents = Vec::new();
        for _ in 0..reader.count()? {
            documents.push(Document { root: reader.id()?, start: reader.number()?, partial: false });
        }
        let mut comments = Vec::new();
        for _ in 0..reader.count()? {
            let span = reader.span()?;
            let own_line = reader.byte()? != 0;
            comments.push(Comment { span, text: comment_text(span, text).to_owned(), own_line });
        }
        Some(Self {
            file,
            nodes,
            values: reader.values,
            is_plain,
            origins: Vec::new(),
            printed: Vec::new(),
            parts: Vec::new(),
            documents,
            comments,
            problems: Vec::new(),
        })
    }
}

fn comment_text(span: Span, text: &str) -> &str {
    span.slice(text).trim_start_matches('#').trim()
}

fn number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn pack_span(out: &mut Vec<u8>, span: Span) {
    number(out, span.start as usize);
    number(out, span.len());
}

fn pack_node(out: &mut Vec<u8>, node: &NodeData, values: &Values, text: &str) -> Option<()> {
    if node.tag.is_some() {
        return None;
    }
    let anchored = if node.anchor.is_some() { ANCHORED } else { 0 };
    match &node.data {
        Data::Scalar { value, style } => {
            let (_, kind) = *STYLES.iter().find(|(other, _)| other == style)?;
            let value = values.get(*value);
            let within = node.span.slice(text).find(value);
            out.push(anchored | if within.is_some() { kind } else { kind | INLINE });
            pack_span(out, node.span);
            if let Some(offset) = within {
                number(out, offset);
            }
            number(out, value.len());
            if within.is_none() {
                out.extend(value.as_bytes());
            }
        }
        Data::Sequence { items, flow } => {
            out.push(anchored | (SEQUENCE + u8::from(*flow)));
            pack_span(out, node.span);
            number(out, items.len());
            for item in items {
                number(out, item.0 as usize);
            }
        }
        Data::Mapping { entries, flow } => {
            out.push(anchored | (MAPPING + u8::from(*flow)));
            pack_span(out, node.span);
            number(out, entries.len());
            for (key, value) in entries {
                number(out, key.0 as usize);
                number(out, value.0 as usize);
            }
        }
        Data::Alias(target) => {
            out.push(anchored | ALIAS);
            pack_span(out, node.span);
            number(out, target.0 as usize);
        }
    }
    if let Some(anchor) = &node.anchor {
        pack_span(out, anchor.span);
        number(out, anchor.value.len());
        out.extend(anchor.value.as_bytes());
    }
    Some(())
}

fn style(kind: u8) -> Option<Style> {
    STYLES.iter().find(|(_, number)| *number == kind & !INLINE).map(|(style, _)| *style)
}

struct Reader<'b> {
    bytes: &'b [u8],
    text: &'b str,
    values: Values,
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u32> {
        let mut value = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A number of things that take at least a byte each.
    fn count(&mut self) -> Option<usize> {
        let count = self.number()? as usize;
        (count <= self.bytes.len()).then_some(count)
    }

    fn id(&mut self) -> Option<NodeId> {
        self.number().map(NodeId)
    }

    fn span(&mut self) -> Option<Span> {
        let start = self.number()? as usize;
        Some(Span::new(start, start + self.number()? as usize))
    }

    fn node(&mut self) -> Option<NodeData> {
        let flags = self.byte()?;
        let kind = flags & !ANCHORED;
        let span = self.span()?;
        let data = match kind {
            ALIAS.. => Data::Alias(self.id()?),
            MAPPING.. => {
                let entries = (0..self.count()?).map(|_| Some((self.id()?, self.id()?))).collect::<Option<_>>()?;
                Data::Mapping { entries, flow: kind > MAPPING }
            }
            SEQUENCE.. => {
                let items = (0..self.count()?).map(|_| self.id()).collect::<Option<_>>()?;
                Data::Sequence { items, flow: kind > SEQUENCE }
            }
            _ => {
                let value = self.value(kind & INLINE != 0, span)?;
                Data::Scalar { value: self.values.push(value), style: style(kind)? }
            }
        };
        let anchor = if flags == kind {
            None
        } else {
            let span = self.span()?;
            Some(Box::new(Spanned::new(self.inline()?.to_owned(), span)))
        };
        Some(NodeData { span, data, tag: None, anchor, key: None })
    }

    fn inline(&mut self) -> Option<&'b str> {
        let length = self.number()? as usize;
        let (value, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        std::str::from_utf8(value).ok()
    }

    fn value(&mut self, inline: bool, span: Span) -> Option<&'b str> {
        if inline {
            return self.inline();
        }
        let start = span.start as usize + self.number()? as usize;
        self.text.get(start..start + self.number()? as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# note\na: &x [1, 'two', \"th\\nree\"]\nb:\n  c: >\n    folded\n    text\n  d:  # empty\ne: *x\n---\n- x\n";

    #[test]
    fn a_tree_comes_back_as_it_was() {
        let tree = Tree::parse(FileId(3), TEXT);
        let bytes = tree.pack(TEXT).unwrap();
        let back = Tree::unpack(FileId(3), TEXT, &bytes).unwrap();
        assert_eq!(format!("{tree:?}"), format!("{back:?}"));
    }

    #[test]
    fn bytes_that_are_cut_off_give_nothing() {
        let bytes = Tree::parse(FileId(0), TEXT).pack(TEXT).unwrap();
        for length in 0..bytes.len() {
            assert!(Tree::unpack(FileId(0), TEXT, &bytes[..length]).is_none(), "{length} bytes");
        }
    }

    #[test]
    fn what_cannot_be_packed_is_left_to_the_parser() {
        for text in ["a: !reset 1\n", "a: 1\na: 2\n", "a: [\n"] {
            assert!(Tree::parse(FileId(0), text).pack(text).is_none(), "{text}");
        }
    }
}
