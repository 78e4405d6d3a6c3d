//! YAML: an arena of nodes in which every key and value has its bytes, read by granit-parser and by nothing else.
//!
//! Aliases stay references, merge keys are followed on look-up, and nothing is expanded, so an alias bomb costs no
//! more than its text.

mod build;
mod composed;
pub mod edit;
mod lines;
mod moved;
mod navigate;
mod packed;
mod recover;
mod scalar;

use crate::source::{FileId, Place, Span, Spanned};
use crate::syntax::SyntaxProblem;

pub use composed::{Composed, Part};
pub use moved::{Moved, Origins, Printed, WrittenPart};
pub use navigate::{Entry, Items, NodeRef, Shape};
pub use scalar::Scalar;
pub(crate) use scalar::{is_plain_string, is_string};

/// How many entries one merged mapping may have in all. Guards against merge keys that multiply.
pub(crate) const MERGE_BUDGET: usize = 10_000;

/// The key that merges other mappings into one (yaml.org/type/merge.html).
const MERGE: &str = "<<";

/// Keys of a mapping up to this number are compared one by one, which is quicker than hashing them.
const SMALL_MAPPING: usize = 16;

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Without quotes; the only style that can be a number, a boolean or null.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// The text of a scalar; a part of [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    start: u32,
    length: u32,
}

/// The texts of all scalars of a tree, one behind the other, so that a scalar needs no memory of its own.
#[derive(Debug, Default)]
pub(crate) struct Values(String);

impl Values {
    /// Room for the scalars of a text of so many bytes.
    pub(crate) fn for_text(length: usize) -> Self {
        Self(String::with_capacity(length / 2))
    }

    pub(crate) fn push(&mut self, value: &str) -> Text {
        // Files past 4 GiB are refused on reading.
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let text = Text { start: number(self.0.len()), length: number(value.len()) };
        self.0.push_str(value);
        text
    }

    pub(crate) fn get(&self, text: Text) -> &str {
        let start = text.start as usize;
        self.0.get(start..start + text.length as usize).unwrap_or("")
    }
}

#[derive(Debug)]
pub(crate) enum Data {
    Scalar {
        value: Text,
        style: Style,
    },
    Sequence {
        items: Vec<NodeId>,
        flow: bool,
    },
    Mapping {
        entries: Vec<(NodeId, NodeId)>,
        flow: bool,
    },
    /// `*name`, resolved; the target comes earlier in the same document and is closed.
    Alias(NodeId),
}

#[derive(Debug)]
pub(crate) struct NodeData {
    pub(crate) span: Span,
    pub(crate) data: Data,
    pub(crate) tag: Option<Box<Spanned<String>>>,
    pub(crate) anchor: Option<Box<Spanned<String>>>,
    /// The key of which this node is the value.
    pub(crate) key: Option<NodeId>,
}

/// A comment with the `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its bytes, from `#` to the end of the line.
    pub span: Span,
    /// The text behind `#`, trimmed.
    pub text: String,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// One document of a stream.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) root: NodeId,
    /// Offset of its `---`, or of its first token where it has none.
    pub(crate) start: u32,
    /// Whether lines had to be left out to read it, so that what seems absent may be in them.
    pub(crate) partial: bool,
}

/// A YAML stream.
#[derive(Debug)]
pub struct Tree {
    pub(crate) file: FileId,
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) values: Values,
    /// Whether there are neither aliases nor merge keys nor repeated keys, so that a mapping is its own entries.
    pub(crate) is_plain: bool,
    /// The file of each node, in a tree that is put together from several; empty where all come from `file`.
    pub(crate) origins: Vec<FileId>,
    /// Nodes that the file of the tree prints and another one writes, with the bytes that print them; in order.
    pub(crate) printed: Vec<(NodeId, Span)>,
    /// Scalars of which parts are written in other files; in order.
    pub(crate) parts: Vec<(NodeId, Vec<WrittenPart>)>,
    pub(crate) documents: Vec<Document>,
    /// All comments, in order.
    pub comments: Vec<Comment>,
    /// What could not be read, and keys that stand twice.
    pub problems: Vec<SyntaxProblem>,
}

impl Tree {
    /// Reads a stream. Never fails: what could not be read is in [`Tree::problems`], and a document in which a line
    /// does not parse is read without that line and says so ([`NodeRef::is_partial`]).
    #[must_use]
    pub fn parse(file: FileId, text: &str) -> Self {
        recover::parse(file, text)
    }

    /// The roots of the documents that are not empty, in order.
    pub fn documents(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.documents
            .iter()
            .enumerate()
            .map(|(index, document)| NodeRef::new(self, document.root, index))
            .filter(|root| !root.is_empty_document())
    }

    /// The file the stream was read from.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The bytes of a node, in the file that it comes from.
    pub(crate) fn place_of(&self, id: NodeId) -> Place {
        Place {
            file: self.origins.get(id.0 as usize).copied().unwrap_or(self.file),
            span: self.node(id).map_or(Span::default(), |node| node.span),
        }
    }

    pub(crate) fn text_of(&self, text: Text) -> &str {
        self.values.get(text)
    }

    pub(crate) fn node(&self, id: NodeId) -> Option<&NodeData> {
        self.nodes.get(id.0 as usize)
    }
}
