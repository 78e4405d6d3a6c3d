//! Files, byte spans and line/column positions: what every other room points with.

pub mod edit;
mod line_index;
pub mod path;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

pub use line_index::{LineIndex, Position};

/// A file or directory of one run; an index into [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The one file that takes part in a run and is none of its entries: what says how the run is made.
    pub const OUTSIDE: Self = Self(u32::MAX);
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl Span {
    /// The range from `start` to `end`; offsets past 4 GiB saturate (files that size are refused on reading).
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The empty range at `offset`.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the range holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same range `by` bytes further on.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self::new(self.start as usize + by, self.end as usize + by)
    }

    /// The text it covers, or `""` where it does not lie on character boundaries of `text`.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A span in a file. The place of a directory is the empty span at 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes within it.
    pub span: Span,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{:?}", self.file, self.span)
    }
}

impl Place {
    /// The start of a file, or a directory as a whole.
    #[must_use]
    pub fn whole(file: FileId) -> Self {
        Self { file, span: Span::default() }
    }
}

/// A value with the bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value read from `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// What an entry of [`Sources`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory; it has no text, and findings on it name only its path.
    Directory,
}

/// Where a text is kept.
#[derive(Clone, Debug)]
enum Text {
    /// In the binary.
    Static(&'static str),
    /// In memory.
    Shared(Arc<str>),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

/// One file or directory of the run.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the root of the run, with `/`; `.` for the root itself.
    pub path: String,
    /// File or directory.
    pub kind: EntryKind,
    /// Whether it is a symbolic link, to something inside of the root.
    pub is_link: bool,
    size: u64,
    text: OnceLock<Text>,
    /// How the text is read again where somebody has read it and let it go.
    again: OnceLock<Again>,
    lines: OnceLock<LineIndex>,
}

/// Reads the text of a file by its path; `None` where it cannot be had.
#[derive(Clone)]
pub struct Reader(Arc<ReadText>);

type ReadText = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Reader {
    /// A reader of files.
    pub fn new(read: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

/// A text that can be had again.
#[derive(Clone, Debug)]
struct Again {
    reader: Reader,
    path: String,
}

impl SourceFile {
    /// An entry whose text has not been read.
    #[must_use]
    pub fn new(path: String, kind: EntryKind) -> Self {
        Self {
            path,
            kind,
            is_link: false,
            size: 0,
            text: OnceLock::new(),
            again: OnceLock::new(),
            lines: OnceLock::new(),
        }
    }

    /// The same with the size that the file system gives, in bytes.
    #[must_use]
    pub fn with_size(self, size: u64) -> Self {
        Self { size, ..self }
    }

    /// Size in bytes: that of the text where it was read, else what the file system gives; 0 for a directory.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.text.get().map_or(self.size, |text| text.as_str().len() as u64)
    }

    /// The text, or `""` where none was read. What [`Sources::read`] has let go is read again.
    #[must_use]
    pub fn text(&self) -> &str {
        if let (None, Some(again)) = (self.text.get(), self.again.get())
            && let Some(text) = (again.reader.0)(&again.path)
        {
            self.set_text(Arc::from(text));
        }
        self.kept_text()
    }

    /// The text as far as it is in memory.
    #[must_use]
    pub fn kept_text(&self) -> &str {
        self.text.get().map_or("", Text::as_str)
    }

    /// Whether the text is in memory, be it empty.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.text.get().is_some()
    }

    /// Keeps the text; a second call changes nothing.
    pub fn set_text(&self, text: Arc<str>) {
        let _ = self.text.set(Text::Shared(text));
    }

    /// Points at a text that the binary holds; a second call changes nothing.
    pub fn set_static_text(&self, text: &'static str) {
        let _ = self.text.set(Text::Static(text));
    }

    fn renamed(&self, path: String) -> Self {
        Self {
            path,
            kind: self.kind,
            is_link: self.is_link,
            size: self.size,
            text: self.text.clone(),
            again: self.again.clone(),
            lines: OnceLock::new(),
        }
    }

    /// The line index of the text, made on first use.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text()))
    }
}

/// All files and directories of one run, in path order.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    outside: Option<Box<SourceFile>>,
    gitignore_above: bool,
    reader: Option<Reader>,
}

impl Sources {
    /// Takes the entries as they are; their index is their [`FileId`].
    #[must_use]
    pub fn new(files: Vec<SourceFile>) -> Self {
        Self { files, outside: None, gitignore_above: false, reader: None }
    }

    /// Keeps the file of [`FileId::OUTSIDE`], whose path is relative to where svclint was started.
    pub fn set_outside(&mut self, file: SourceFile) {
        self.outside = Some(Box::new(file));
    }

    /// The file of [`FileId::OUTSIDE`], where there is one.
    #[must_use]
    pub fn outside(&self) -> Option<&SourceFile> {
        self.outside.as_deref()
    }

    /// Notes whether the repository has a `.gitignore` in a directory above the root of the run.
    #[must_use]
    pub fn with_gitignore_above(self, gitignore_above: bool) -> Self {
        Self { gitignore_above, ..self }
    }

    /// Whether the repository has a `.gitignore` in a directory above the root of the run.
    #[must_use]
    pub fn has_gitignore_above(&self) -> bool {
        self.gitignore_above
    }

    /// Takes note of how files are read that nobody has asked for yet.
    #[must_use]
    pub fn with_reader(self, reader: Reader) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// The text of a file that only this caller needs: it is not kept, and read again when a report shows it. `None`
    /// where it cannot be had.
    #[must_use]
    pub fn read(&self, id: FileId) -> Option<Cow<'_, str>> {
        let file = self.get(id);
        if let Some(text) = file.text.get() {
            return Some(Cow::Borrowed(text.as_str()));
        }
        let reader = self.reader.as_ref()?;
        let text = (reader.0)(&file.path)?;
        let _ = file.again.set(Again { reader: reader.clone(), path: file.path.clone() });
        Some(Cow::Owned(text))
    }

    /// Adds an entry and returns its id.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// Puts an entry in its place in path order, unless there is one of its path. Ids given out before lose their
    /// meaning.
    pub fn insert(&mut self, file: SourceFile) {
        if let Err(index) = self.files.binary_search_by(|other| other.path.cmp(&file.path)) {
            self.files.insert(index, file);
        }
    }

    /// The entry of an id that this value gave out.
    ///
    /// # Panics
    /// When the id comes from another `Sources`.
    #[must_use]
    pub fn get(&self, id: FileId) -> &SourceFile {
        match &self.outside {
            Some(outside) if id == FileId::OUTSIDE => outside,
            _ => &self.files[id.0 as usize],
        }
    }

    /// The entry with exactly this path. The entries must be in path order, as discovery gives them.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        let index = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        u32::try_from(index).ok().map(FileId)
    }

    /// The indices of the entries below a directory, which stand together in path order; `.` holds every entry but
    /// itself.
    #[must_use]
    pub fn below(&self, directory: &str) -> std::ops::Range<usize> {
        if directory == "." {
            return 0..self.files.len();
        }
        // Both without making the text of `directory/`: this is asked for every directory of a repository.
        let behind = |path: &str| path.strip_prefix(directory).map(|rest| rest.as_bytes().first().copied());
        let is_before = |path: &str| match behind(path) {
            Some(next) => next.is_none_or(|next| next < b'/'),
            None => path < directory,
        };
        let start = self.files.partition_point(|file| is_before(&file.path));
        let rest = self.files.get(start..).unwrap_or(&[]);
        start..start + rest.partition_point(|file| behind(&file.path) == Some(Some(b'/')))
    }

    /// All entries, by id.
    #[must_use]
    pub fn entries(&self) -> &[SourceFile] {
        &self.files
    }

    /// All entries with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(u32::try_from(index).unwrap_or(u32::MAX)), file))
    }

    /// The same entries under other paths. What needs path order does not hold of the result.
    #[must_use]
    pub fn renamed(&self, rename: &dyn Fn(&str) -> String) -> Self {
        let files = self.files.iter().map(|file| file.renamed(rename(&file.path)));
        let outside = self.outside.as_ref().map(|file| Box::new(file.renamed(file.path.clone())));
        Self { outside, ..Self::new(files.collect()) }
    }

    /// The text under a place.
    #[must_use]
    pub fn slice(&self, place: Place) -> &str {
        place.span.slice(self.get(place.file).text())
    }
}
