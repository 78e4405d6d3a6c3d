//! What was seen while reading that is no value of the model: notes, troubles, comments that may be suppressions.

use std::collections::BTreeMap;

use crate::discover::ReadError;
use crate::finding::{Label, Note, NoteKind};
use crate::source::{FileId, Place, Span};
use crate::syntax::SyntaxProblem;

/// Text that a suppression may stand in.
#[derive(Clone, Debug)]
pub struct Remark {
    /// Its place, from `#`.
    pub place: Place,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

/// What kind of trouble a file has that is no value of the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TroubleKind {
    /// A key stands twice in a mapping.
    DuplicateKey,
    /// The tool accepts the text and makes something else of it than a reader would.
    Suspicious,
    /// The tool refuses the file for it, though it is well-formed.
    Refused,
    /// A template of a chart that Helm cannot render.
    Unrenderable,
}

/// Something wrong in a file that is no value of the model.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    /// What kind.
    pub kind: TroubleKind,
    /// The kind of artifact.
    pub artifact: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Other places that take part.
    pub related: Vec<Label>,
}

/// The instructions of a Dockerfile, for the reach of suppressions: the span, and whether it is a `FROM`.
pub type InstructionSpans = Vec<(Span, bool)>;

/// What was seen while reading files, besides the model.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What could not be read, or was seen and not judged.
    pub notes: Vec<Note>,
    /// What is wrong in files without being a value.
    pub troubles: Vec<Trouble>,
    /// Comments that may be suppressions.
    pub remarks: Vec<Remark>,
    /// The same in files that were read line by line, whatever else they are.
    pub line_remarks: Vec<Remark>,
    /// The instructions of the Dockerfiles that have such comments.
    pub instructions: BTreeMap<FileId, InstructionSpans>,
    /// How many artifacts were read.
    pub files_read: usize,
}

impl Seen {
    /// Takes over what another one holds.
    pub fn extend(&mut self, other: Self) {
        self.notes.extend(other.notes);
        self.troubles.extend(other.troubles);
        self.remarks.extend(other.remarks);
        self.line_remarks.extend(other.line_remarks);
        self.instructions.extend(other.instructions);
        self.files_read += other.files_read;
    }

    /// Keeps the problems of a file: what a tool refuses makes it unparsed, the rest is trouble.
    pub(super) fn problems(&mut self, file: FileId, artifact: &'static str, problems: &[SyntaxProblem]) {
        for problem in problems {
            let place = Place { file, span: problem.span };
            let related: Vec<Label> = problem
                .related
                .iter()
                .map(|(span, text)| Label { place: Place { file, span: *span }, text: text.clone() })
                .collect();
            let (message, help) = (problem.message.clone(), problem.help.clone());
            if problem.fatal {
                self.notes.push(Note { kind: NoteKind::Unparsed, place, message, help, related });
            } else {
                let kind = if artifact == "dockerfile" { TroubleKind::Suspicious } else { TroubleKind::DuplicateKey };
                self.troubles.push(Trouble { kind, artifact, place, message, help, related });
            }
        }
    }

    /// Notes why the text of a file cannot be had.
    pub(in crate::model) fn unread(&mut self, file: FileId, error: &ReadError) {
        self.notes.push(Note {
            kind: NoteKind::Unparsed,
            place: Place::whole(file),
            message: error.to_string(),
            help: None,
            related: Vec::new(),
        });
    }

    /// Notes that something was seen and not judged.
    pub(super) fn not_evaluated(&mut self, place: Place, message: &str, help: Option<&str>) {
        self.notes.push(Note {
            kind: NoteKind::NotEvaluated,
            place,
            message: message.to_owned(),
            help: help.map(str::to_owned),
            related: Vec::new(),
        });
    }
}
