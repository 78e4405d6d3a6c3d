//! The instructions that exist and the flags that each of them takes.

use std::fmt;

/// An instruction's name (Dockerfile reference, "Overview").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// Any other word where an instruction should be.
    Unknown,
}

/// What may follow a flag's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagType {
    /// Nothing, or `=true` or `=false`.
    Bool,
    /// `=value`, once.
    Value,
    /// `=value`, any number of times.
    Values,
}

impl Keyword {
    /// All real keywords in alphabetical order.
    pub const ALL: [Self; 18] = [
        Self::Add,
        Self::Arg,
        Self::Cmd,
        Self::Copy,
        Self::Entrypoint,
        Self::Env,
        Self::Expose,
        Self::From,
        Self::Healthcheck,
        Self::Label,
        Self::Maintainer,
        Self::Onbuild,
        Self::Run,
        Self::Shell,
        Self::Stopsignal,
        Self::User,
        Self::Volume,
        Self::Workdir,
    ];

    /// The keyword that a word names, in any case.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        let initial: &[Self] = match word.as_bytes().first().map(u8::to_ascii_uppercase) {
            Some(b'A') => &[Self::Add, Self::Arg],
            Some(b'C') => &[Self::Cmd, Self::Copy],
            Some(b'E') => &[Self::Entrypoint, Self::Env, Self::Expose],
            Some(b'F') => &[Self::From],
            Some(b'H') => &[Self::Healthcheck],
            Some(b'L') => &[Self::Label],
            Some(b'M') => &[Self::Maintainer],
            Some(b'O') => &[Self::Onbuild],
            Some(b'R') => &[Self::Run],
            Some(b'S') => &[Self::Shell, Self::Stopsignal],
            Some(b'U') => &[Self::User],
            Some(b'V') => &[Self::Volume],
            Some(b'W') => &[Self::Workdir],
            _ => &[],
        };
        let is_named = |keyword: &&Self| keyword.name() == word || keyword.name().eq_ignore_ascii_case(word);
        let named = initial.iter().find(is_named);
        named.copied().unwrap_or(Self::Unknown)
    }

    /// The name in capitals.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Arg => "ARG",
            Self::Cmd => "CMD",
            Self::Copy => "COPY",
            Self::Entrypoint => "ENTRYPOINT",
            Self::Env => "ENV",
            Self::Expose => "EXPOSE",
            Self::From => "FROM",
            Self::Healthcheck => "HEALTHCHECK",
            Self::Label => "LABEL",
            Self::Maintainer => "MAINTAINER",
            Self::Onbuild => "ONBUILD",
            Self::Run => "RUN",
            Self::Shell => "SHELL",
            Self::Stopsignal => "STOPSIGNAL",
            Self::User => "USER",
            Self::Volume => "VOLUME",
            Self::Workdir => "WORKDIR",
            Self::Unknown => "(unknown)",
        }
    }

    /// Whether BuildKit reads heredocs for it.
    pub(super) fn takes_heredocs(self) -> bool {
        matches!(self, Self::Run | Self::Copy | Self::Add)
    }

    /// The flags that BuildKit's instruction parser declares for it.
    pub(super) fn flags(self) -> &'static [(&'static str, FlagType)] {
        use FlagType::{Bool, Value, Values};
        match self {
            Self::From => &[("platform", Value)],
            Self::Run => &[("mount", Values), ("network", Value), ("security", Value), ("device", Values)],
            Self::Copy => &[
                ("chown", Value),
                ("from", Value),
                ("chmod", Value),
                ("link", Bool),
                ("exclude", Values),
                ("parents", Bool),
            ],
            Self::Add => &[
                ("chown", Value),
                ("chmod", Value),
                ("link", Bool),
                ("keep-git-dir", Bool),
                ("checksum", Value),
                ("unpack", Bool),
                ("exclude", Values),
            ],
            Self::Healthcheck => &[
                ("interval", Value),
                ("timeout", Value),
                ("start-period", Value),
                ("start-interval", Value),
                ("retries", Value),
            ],
            _ => &[],
        }
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
