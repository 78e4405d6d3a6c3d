//! Fixes as they are written.

use crate::finding::Safety;
use crate::rules::ast::{At, Condition, Operand};

/// One way to mend a finding, as written.
#[derive(Clone, Debug)]
pub struct FixSource {
    /// What it does.
    pub title: At<String>,
    /// Whether it can change what the service does.
    pub safety: Safety,
    /// Where it applies.
    pub when: Option<Condition>,
    /// What it changes.
    pub edits: Vec<EditSource>,
}

/// One edit, as written.
#[derive(Clone, Debug)]
pub enum EditSource {
    /// `{set: path, to: value}`
    Set(At<String>, At<Operand>),
    /// `{append: path, value: value}`
    Append(At<String>, At<Operand>),
    /// `{remove: path}`
    Remove(At<String>),
    /// `{create_file: path, content: text}`
    Create(At<Operand>, FileText),
    /// `{insert_section: title, content: text}`
    Section(At<Operand>, At<String>),
}

/// The text of a new file.
#[derive(Clone, Debug)]
pub enum FileText {
    /// As it stands in the rule.
    Text(At<String>),
    /// `{template: name}`: the text of a file in `templates/` beside the rules, which the library puts here.
    Template(At<String>),
}
