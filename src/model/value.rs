//! What every field of the model is: known, absent, unresolved or malformed, each with its place.

use std::borrow::Cow;

use crate::source::Place;

/// A second place that takes part in a value, such as the container that inherits it from its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    /// That place.
    pub at: Place,
    /// What it has to do with the value, as the text of a label.
    pub text: &'static str,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The text of the value; for a default that nobody wrote, where it would be written.
    pub at: Place,
    /// The other place, when it was inherited or merged.
    pub via: Option<Via>,
}

impl From<Place> for Origin {
    fn from(at: Place) -> Self {
        Self { at, via: None }
    }
}

/// A value that something outside the repository fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The text as written.
    pub text: String,
    /// Why it is not known, as the end of "cannot tell: …".
    pub why: Cow<'static, str>,
    /// Its place.
    pub at: Place,
    /// Where it would have been given.
    pub via: Option<Via>,
    /// What should stand there, such as "a list", where something of another type does.
    pub expected: Option<&'static str>,
}

impl Unresolved {
    /// Something of another type than a list or mapping that is wanted: `found` stands there.
    #[must_use]
    pub fn unfit(found: String, type_name: &str, expected: &'static str, at: Place) -> Self {
        let why = format!("{type_name} stands where {expected} should").into();
        Self { text: found, why, at, via: None, expected: Some(expected) }
    }
}

/// A value of the wrong type or form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What stands there.
    pub found: String,
    /// What should, such as "an integer".
    pub expected: Cow<'static, str>,
    /// Its place.
    pub at: Place,
}

/// A field of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field<T> {
    /// A value of the field's type.
    Known(T, Origin),
    /// Not written; the place is the deepest thing that is, under which it would be.
    Absent(Place),
    /// Not known from the files alone. Never a failure by itself.
    Unresolved(Box<Unresolved>),
    /// Written, but not a value of the field's type.
    Malformed(Box<Malformed>),
}

impl<T> Field<T> {
    /// A known value written at `at`.
    pub fn known(value: T, at: Place) -> Self {
        Self::Known(value, at.into())
    }

    /// A value that cannot be told from the files.
    pub fn unresolved(text: impl Into<String>, why: impl Into<Cow<'static, str>>, at: Place) -> Self {
        Self::Unresolved(Box::new(Unresolved { text: text.into(), why: why.into(), at, via: None, expected: None }))
    }

    /// A value of the wrong type.
    pub fn malformed(found: impl Into<String>, expected: impl Into<Cow<'static, str>>, at: Place) -> Self {
        Self::Malformed(Box::new(Malformed { found: found.into(), expected: expected.into(), at }))
    }

    /// The value, where it is known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Known(value, _) => Some(value),
            _ => None,
        }
    }

    /// Where it is, or would be.
    pub fn place(&self) -> Place {
        match self {
            Self::Known(_, origin) => origin.at,
            Self::Absent(at) => *at,
            Self::Unresolved(unresolved) => unresolved.at,
            Self::Malformed(malformed) => malformed.at,
        }
    }

    /// Whether nothing is written.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    /// The same with a second place that takes part.
    #[must_use]
    pub fn via(mut self, at: Place, text: &'static str) -> Self {
        let via = Some(Via { at, text });
        match &mut self {
            Self::Known(_, origin) => origin.via = via,
            Self::Unresolved(unresolved) => unresolved.via = via,
            Self::Absent(_) | Self::Malformed(_) => {}
        }
        self
    }

    /// A known value changed into another; every other state stays.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Known(value, origin) => Field::Known(change(value), origin),
            Self::Absent(at) => Field::Absent(at),
            Self::Unresolved(unresolved) => Field::Unresolved(unresolved),
            Self::Malformed(malformed) => Field::Malformed(malformed),
        }
    }

    /// A known value read as something else; text that is not one is malformed.
    pub fn parse<U>(self, expected: &'static str, read: impl FnOnce(&T) -> Option<U>) -> Field<U>
    where
        T: std::fmt::Display,
    {
        match self {
            Self::Known(value, origin) => match read(&value) {
                Some(out) => Field::Known(out, origin),
                None => Field::malformed(format!("`{value}`"), expected, origin.at),
            },
            Self::Absent(at) => Field::Absent(at),
            Self::Unresolved(unresolved) => Field::Unresolved(unresolved),
            Self::Malformed(malformed) => Field::Malformed(malformed),
        }
    }

    /// This field, or `other` where this one is absent.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_absent() { other() } else { self }
    }

    /// This field, or a default that nobody wrote where it is absent.
    #[must_use]
    pub fn or_default(self, default: T) -> Always<T> {
        Always(match self {
            Self::Absent(at) => Self::known(default, at),
            other => other,
        })
    }
}

/// A field that has a default and so is never absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Always<T>(Field<T>);

impl<T> Always<T> {
    /// A value known without doubt.
    pub fn known(value: T, at: Place) -> Self {
        Self(Field::known(value, at))
    }

    /// The field.
    pub fn field(&self) -> &Field<T> {
        &self.0
    }

    /// The field, given away.
    pub fn into_field(self) -> Field<T> {
        self.0
    }

    /// The value, where it is known.
    pub fn value(&self) -> Option<&T> {
        self.0.value()
    }

    /// Where it is, or would be.
    pub fn place(&self) -> Place {
        self.0.place()
    }
}

/// A list. One that is not written is empty, and its place is where it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// The elements that can be seen.
    pub items: Vec<T>,
    /// The list's key, or where it would be written.
    pub at: Place,
    /// Why there may be further elements, or others: an unresolved or malformed list, an `env_file` that is not in
    /// the repository. An element that is not among `items` may then still be there.
    pub unseen: Option<Box<Unresolved>>,
}

impl<T> List<T> {
    /// A list of which all elements are seen.
    #[must_use]
    pub fn new(items: Vec<T>, at: Place) -> Self {
        Self { items, at, unseen: None }
    }

    /// A list that is not written.
    #[must_use]
    pub fn empty(at: Place) -> Self {
        Self::new(Vec::new(), at)
    }

    /// Notes that there may be further elements: `text` at `at` would have to be known to tell, and is not because of
    /// `why`.
    pub fn leave_open(&mut self, text: impl Into<String>, why: impl Into<Cow<'static, str>>, at: Place) {
        self.unseen = Some(Box::new(Unresolved { text: text.into(), why: why.into(), at, via: None, expected: None }));
    }

    /// The elements.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

impl<T> List<Field<T>> {
    /// The known elements.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.items.iter().filter_map(Field::value)
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
