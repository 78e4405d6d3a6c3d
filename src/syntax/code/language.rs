//! The languages whose text is read, by the endings of their files, and how they write comments and literals.

/// A programming language.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Language {
    /// Python 3.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript, with JSX.
    TypeScript,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// Java.
    Java,
    /// Kotlin.
    Kotlin,
}

impl Language {
    /// The language of a file, by the ending of its name.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next()?;
        Some(match name.rsplit_once('.')?.1 {
            "py" => Self::Python,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "ts" | "mts" | "cts" | "tsx" => Self::TypeScript,
            "go" => Self::Go,
            "rs" => Self::Rust,
            "java" => Self::Java,
            "kt" | "kts" => Self::Kotlin,
            _ => return None,
        })
    }

    /// Whether the file belongs to a language that is not read, so that what seems missing may be there.
    #[must_use]
    pub fn is_unread(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.').is_some_and(|(_, ending)| {
            matches!(
                ending,
                "c" | "cc"
                    | "clj"
                    | "cpp"
                    | "cr"
                    | "cs"
                    | "dart"
                    | "erl"
                    | "ex"
                    | "exs"
                    | "fs"
                    | "groovy"
                    | "hs"
                    | "jl"
                    | "lua"
                    | "ml"
                    | "nim"
                    | "php"
                    | "pl"
                    | "rb"
                    | "scala"
                    | "swift"
                    | "vb"
                    | "zig"
            )
        })
    }

    /// Whether `#` starts a comment; everywhere else `//` and `/*` do.
    pub(super) fn has_hash_comments(self) -> bool {
        self == Self::Python
    }

    /// Whether it is JavaScript or TypeScript.
    #[must_use]
    pub fn is_script(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript)
    }
}
