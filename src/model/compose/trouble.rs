//! What a compose project has wrong with it that is no field's value.

use crate::source::Place;

/// What a trouble means for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// Compose refuses the project for it.
    Invalid,
    /// Compose takes it for something else than a reader would.
    Suspicious,
    /// Something that could not be followed, so that not all was seen: a remote `include`, a missing `extends` file.
    NotFollowed,
    /// Part of the project was not read, because it goes past what svclint reads.
    Unread,
}

/// Something wrong in a compose project, or not seen of it. The rest was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it means.
    pub kind: TroubleKind,
    /// The text it is about, in whichever file of the project.
    pub place: Place,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it, where that is not plain from the message.
    pub help: Option<String>,
    /// Other places that take part.
    pub related: Vec<(Place, String)>,
}

impl Trouble {
    pub(super) fn invalid(place: Place, message: impl Into<String>) -> Self {
        Self { kind: TroubleKind::Invalid, place, message: message.into(), help: None, related: Vec::new() }
    }

    /// What could not be followed.
    #[must_use]
    pub fn not_followed(place: Place, message: impl Into<String>) -> Self {
        Self { kind: TroubleKind::NotFollowed, ..Self::invalid(place, message) }
    }

    /// What compose makes something else of.
    #[must_use]
    pub fn suspicious(place: Place, message: impl Into<String>) -> Self {
        Self { kind: TroubleKind::Suspicious, ..Self::invalid(place, message) }
    }

    pub(super) fn unread(place: Place, message: impl Into<String>) -> Self {
        Self { kind: TroubleKind::Unread, ..Self::invalid(place, message) }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn with_related(mut self, place: Place, text: impl Into<String>) -> Self {
        self.related.push((place, text.into()));
        self
    }
}
