//! Files that are read only when a rule asks for what is in them, and lists that several things share parts of.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::schema::{Elements, Modelled, Slot, Type, View};
use super::value::Unresolved;
use crate::discover::{self, ReadError};
use crate::source::{FileId, Place, Sources, Span};

/// The files of a run, with a way to read those whose text nobody needed so far.
#[derive(Clone)]
pub struct LateTexts {
    sources: Arc<Sources>,
    root: Option<Arc<Path>>,
    is_site: Arc<OnceLock<bool>>,
}

/// Configurations of programs that make sites of documents.
const SITES: &[&str] = &[
    "_config.yml",
    "antora.yml",
    "book.toml",
    "conf.py",
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "hugo.toml",
    "hugo.yaml",
    "mkdocs.yaml",
    "mkdocs.yml",
];

impl fmt::Debug for LateTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LateTexts").field("root", &self.root).finish_non_exhaustive()
    }
}

impl LateTexts {
    /// Files below `root`; `None` for files that are all in memory.
    #[must_use]
    pub fn new(sources: &Arc<Sources>, root: Option<&Path>) -> Self {
        Self { sources: Arc::clone(sources), root: root.map(Arc::from), is_site: Arc::default() }
    }

    /// The files.
    #[must_use]
    pub fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// The text of a file, read now where that was not done before.
    ///
    /// # Errors
    /// See [`discover::text`].
    pub fn text(&self, file: FileId) -> Result<&str, ReadError> {
        discover::text(self.root.as_deref(), self.sources.get(file))
    }

    /// Whether documents of the run are made into a site, whose generator makes the anchors. All files are looked at
    /// once for the run.
    #[must_use]
    pub fn is_site(&self) -> bool {
        *self.is_site.get_or_init(|| {
            let mut names =
                self.sources.entries().iter().map(|file| file.path.rsplit('/').next().unwrap_or(&file.path));
            names.any(|name| SITES.contains(&name))
        })
    }

    /// Whether something is at a path below the root of the run, also where the walk left it out.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.sources.find(path).is_some() || self.root.as_ref().is_some_and(|root| root.join(path).exists())
    }
}

/// Part of a file's text, which stays where it is.
#[derive(Clone)]
pub struct Excerpt {
    sources: Arc<Sources>,
    at: Place,
}

impl Excerpt {
    /// The text at a place.
    #[must_use]
    pub fn new(sources: &Arc<Sources>, at: Place) -> Self {
        Self { sources: Arc::clone(sources), at }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.sources.slice(self.at)
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Modelled for Excerpt {
    const TYPE: Type = Type::Str;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        // The text of a whole document is pointed at by its start.
        let at = Place { file: self.at.file, span: Span::at(self.at.span.start as usize) };
        Slot::Known(View::Str(self.as_str()), at.into())
    }
}

/// The same in lower case and without some parts, made when somebody first asks for it.
#[derive(Clone, Debug)]
pub struct Lowered {
    of: Excerpt,
    without: Arc<Vec<Span>>,
    made: OnceLock<String>,
}

impl Lowered {
    /// A text in lower case, without spans of its file such as its comments; these come in order and apart.
    #[must_use]
    pub fn new(of: Excerpt, without: &Arc<Vec<Span>>) -> Self {
        Self { of, without: Arc::clone(without), made: OnceLock::new() }
    }

    fn make(&self) -> String {
        let (text, span) = (self.of.as_str(), self.of.at.span);
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        let mut keep = |part: Option<&str>| out.push_str(&part.unwrap_or("").to_lowercase());
        let first = self.without.partition_point(|gap| gap.end <= span.start);
        for gap in self.without.iter().skip(first).take_while(|gap| gap.start < span.end) {
            keep(text.get(from..gap.start.saturating_sub(span.start) as usize));
            from = gap.end.saturating_sub(span.start) as usize;
        }
        keep(text.get(from..));
        out
    }
}

impl Modelled for Lowered {
    const TYPE: Type = Type::Str;

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        let at = Place { file: self.of.at.file, span: Span::at(self.of.at.span.start as usize) };
        Slot::Known(View::Str(self.made.get_or_init(|| self.make())), at.into())
    }
}

/// Neighbours in a list of which several things have a part: a section and the sections in it hold the same links.
#[derive(Debug)]
pub struct Slice<T> {
    all: Arc<Vec<T>>,
    range: Range<usize>,
    at: Place,
}

impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        Self { all: Arc::clone(&self.all), range: self.range.clone(), at: self.at }
    }
}

impl<T> Slice<T> {
    /// The elements of a range; `at` is where to point when the list as a whole is meant.
    #[must_use]
    pub fn new(all: &Arc<Vec<T>>, range: Range<usize>, at: Place) -> Self {
        Self { all: Arc::clone(all), range, at }
    }

    /// The elements.
    #[must_use]
    pub fn items(&self) -> &[T] {
        self.all.get(self.range.clone()).unwrap_or(&[])
    }
}

impl<T: Modelled> Modelled for Slice<T> {
    const TYPE: Type = Type::List(&T::TYPE);

    fn as_slot(&self, _parent: Place) -> Slot<'_> {
        Slot::Known(View::List(self), self.at.into())
    }
}

impl<T: Modelled> Elements for Slice<T> {
    fn len(&self) -> usize {
        self.items().len()
    }

    fn get(&self, index: usize) -> Option<Slot<'_>> {
        self.items().get(index).map(|item| item.as_slot(self.at))
    }

    fn unseen(&self) -> Option<&Unresolved> {
        None
    }
}
