//! What a reader could not make sense of.

use crate::source::Span;

/// Something a reader could not make sense of. The rest of the file is still in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// The text it is about.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it, where that is not plain from the message.
    pub help: Option<String>,
    /// Other places that take part, such as the first of two duplicate keys.
    pub related: Vec<(Span, String)>,
    /// Whether a tool that runs the file would refuse it. `false` for text that it accepts and changes silently.
    pub fatal: bool,
}

impl SyntaxProblem {
    /// A problem that makes the file's own tool refuse it.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, related: Vec::new(), fatal: true }
    }

    /// Whether it is a key of a YAML mapping that stands there already. Helm takes the last of them (sigs.k8s.io/yaml).
    #[must_use]
    pub fn is_repeated_key(&self) -> bool {
        !self.related.is_empty()
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
