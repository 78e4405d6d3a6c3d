//! What texts were made of: values that somebody wrote into a values file, each known by its place there.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::rc::Rc;

use crate::source::Place;

/// A value of a values file, or the key that it stands under; known to the context that it was read with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given {
    row: NonZeroU32,
    is_key: bool,
}

impl Given {
    /// The key that the value stands under.
    #[must_use]
    pub fn key(self) -> Self {
        Self { is_key: true, ..self }
    }

    /// Whether it is the key.
    #[must_use]
    pub fn is_key(self) -> bool {
        self.is_key
    }
}

/// Where a value is written.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its bytes.
    pub(super) at: Place,
    /// The key that it stands under.
    pub(super) key: Option<(Rc<str>, Place)>,
    /// What it is a part of.
    pub(super) parent: Option<Given>,
}

/// The values that were read from files.
#[derive(Debug, Default)]
pub(super) struct Rows(Vec<Row>);

impl Rows {
    /// Keeps a place. `None` where there are more than can be counted.
    pub(super) fn add(&mut self, row: Row) -> Option<Given> {
        self.0.push(row);
        let row = u32::try_from(self.0.len()).ok().and_then(NonZeroU32::new)?;
        Some(Given { row, is_key: false })
    }

    pub(super) fn get(&self, given: Given) -> Option<&Row> {
        self.0.get(given.row.get() as usize - 1)
    }
}

/// What a part of a text was made of. Parts that have no mark come from the template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The value; `None` for what holds values together, such as the line ends and dashes of `toYaml`.
    pub given: Option<Given>,
}

/// What a text was made of.
#[derive(Clone, Debug, Default)]
enum Made {
    /// By the template.
    #[default]
    Here,
    /// All of it of one value.
    Whole(Given),
    /// Parts of it of values; in order.
    Parts(Rc<Vec<Mark>>),
}

/// A string that knows what it was made of.
#[derive(Clone)]
pub struct Text {
    text: Rc<str>,
    made: Made,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl Deref for Text {
    type Target = Rc<str>;

    fn deref(&self) -> &Rc<str> {
        &self.text
    }
}

impl From<Rc<str>> for Text {
    fn from(text: Rc<str>) -> Self {
        Self { text, made: Made::Here }
    }
}

impl Text {
    /// A text that is a value, or says no more than one does.
    #[must_use]
    pub fn of(text: Rc<str>, given: Option<Given>) -> Self {
        Self { text, made: given.map_or(Made::Here, Made::Whole) }
    }

    /// A text with marks in order, none of which overlap.
    #[must_use]
    pub fn marked(text: Rc<str>, marks: Vec<Mark>) -> Self {
        let made = match marks.as_slice() {
            [Mark { start: 0, end, given: Some(given) }] if *end == text.len() => Made::Whole(*given),
            marks if marks.iter().all(|mark| mark.given.is_none()) => Made::Here,
            _ => Made::Parts(Rc::new(marks)),
        };
        Self { text, made }
    }

    /// The value that it is as a whole.
    #[must_use]
    pub fn given(&self) -> Option<Given> {
        match &self.made {
            Made::Whole(given) => Some(*given),
            _ => None,
        }
    }

    /// What its parts were made of, in order.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        match &self.made {
            Made::Here => Vec::new(),
            Made::Whole(given) => vec![Mark { start: 0, end: self.text.len(), given: Some(*given) }],
            Made::Parts(marks) => marks.to_vec(),
        }
    }

    /// Whether nothing of it comes from a values file.
    #[must_use]
    pub fn is_here(&self) -> bool {
        matches!(self.made, Made::Here)
    }

    /// A part of it, `text`, with the marks that lie in there.
    #[must_use]
    pub fn part(&self, text: Rc<str>) -> Self {
        if self.is_here() || text.is_empty() {
            return text.into();
        }
        let Some(from) = self.text.find(&*text) else { return text.into() };
        let to = from + text.len();
        let within = |mark: Mark| {
            let (start, end) = (mark.start.max(from), mark.end.min(to));
            (start < end).then(|| Mark { start: start - from, end: end - from, ..mark })
        };
        Self::marked(text, self.marks().into_iter().filter_map(within).collect())
    }

    /// The same between quotes: `text`. Where something in it had to be escaped, nothing is known of its parts.
    #[must_use]
    pub fn quoted(&self, text: Rc<str>) -> Self {
        if self.is_here() || text.len() != self.text.len() + 2 || text.get(1..text.len() - 1) != Some(&*self.text) {
            return text.into();
        }
        let marks = self.marks().into_iter();
        Self::marked(text, marks.map(|mark| Mark { start: mark.start + 1, end: mark.end + 1, ..mark }).collect())
    }

    /// The same with `blanks` blanks before each line, and `before` before all of it: `text`.
    #[must_use]
    pub fn indented(&self, text: Rc<str>, before: usize, blanks: usize) -> Self {
        if self.is_here() {
            return text.into();
        }
        let (mut lines, mut seen) = (1, 0);
        let mut moved = |at: usize| {
            let passed = self.text.get(seen..at).unwrap_or("");
            lines += passed.bytes().filter(|byte| *byte == b'\n').count();
            seen = at.max(seen);
            at + before + lines * blanks
        };
        let marks = self.marks().into_iter().map(|mark| {
            let start = moved(mark.start);
            Mark { start, end: moved(mark.end), ..mark }
        });
        let marks = marks.collect();
        Self::marked(text, marks)
    }
}

/// A text that is put together from values and other text.
#[derive(Debug, Default)]
pub(super) struct Joined {
    out: String,
    marks: Vec<Mark>,
}

impl Joined {
    /// Adds text that is a value, or text of the template.
    pub(super) fn push(&mut self, text: &str, given: Option<Given>) {
        let start = self.out.len();
        self.out.push_str(text);
        if given.is_some() && !text.is_empty() {
            self.marks.push(Mark { start, end: self.out.len(), given });
        }
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    pub(super) fn finish(self) -> Text {
        Text::marked(Rc::from(self.out), self.marks)
    }
}
