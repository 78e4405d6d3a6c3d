//! The operators: one table for the loader, the checker, the evaluator and the texts.

/// An operator of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described by its row of the table")]
pub enum Operator {
    Eq,
    Ne,
    In,
    NotIn,
    Exists,
    Lt,
    Le,
    Gt,
    Ge,
    Matches,
    NotMatches,
    StartsWith,
    EndsWith,
    Glob,
    Contains,
    ContainsAny,
    ContainsAll,
    Empty,
    SubsetOf,
    SupersetOf,
    Unique,
    Within,
    HasFile,
    HasDirectory,
    HasFilled,
    HasMatch,
    DockerIgnores,
}

/// What an operator takes on its right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A value of the field's type.
    Same,
    /// A list of values of the field's type.
    ListOfSame,
    /// `true` or `false`.
    Bool,
    /// A regular expression (syntax of the `regex` crate, unanchored).
    Regex,
    /// A glob over a whole path; `*` stays within a component, `**` does not.
    Glob,
    /// An element of the list; for text, a part of it.
    Element,
    /// Several elements of the list.
    ListOfElement,
    /// A path below the root of the tree.
    Path,
    /// A range of versions such as `>=1.2, <2`, or of addresses such as `10.0.0.0/8`.
    Range,
}

struct Row {
    operator: Operator,
    name: &'static str,
    takes: Takes,
    /// Whether it holds for what is not there, so that `absent` must say what absence means.
    negative: bool,
    doc: &'static str,
}

const fn row(operator: Operator, name: &'static str, takes: Takes, negative: bool, doc: &'static str) -> Row {
    Row { operator, name, takes, negative, doc }
}

const TABLE: &[Row] = &[
    row(Operator::Eq, "eq", Takes::Same, false, "equals"),
    row(Operator::Ne, "ne", Takes::Same, true, "does not equal"),
    row(Operator::In, "in", Takes::ListOfSame, false, "is one of"),
    row(Operator::NotIn, "not_in", Takes::ListOfSame, true, "is none of"),
    row(Operator::Exists, "exists", Takes::Bool, false, "is written, or is not"),
    row(Operator::Lt, "lt", Takes::Same, false, "is less than"),
    row(Operator::Le, "le", Takes::Same, false, "is at most"),
    row(Operator::Gt, "gt", Takes::Same, false, "is greater than"),
    row(Operator::Ge, "ge", Takes::Same, false, "is at least"),
    row(Operator::Matches, "matches", Takes::Regex, false, "matches the regular expression"),
    row(Operator::NotMatches, "not_matches", Takes::Regex, true, "does not match the regular expression"),
    row(Operator::StartsWith, "starts_with", Takes::Same, false, "starts with"),
    row(Operator::EndsWith, "ends_with", Takes::Same, false, "ends with"),
    row(Operator::Glob, "glob", Takes::Glob, false, "matches the glob"),
    row(Operator::Contains, "contains", Takes::Element, false, "contains"),
    row(Operator::ContainsAny, "contains_any", Takes::ListOfElement, false, "contains at least one of"),
    row(Operator::ContainsAll, "contains_all", Takes::ListOfElement, false, "contains all of"),
    row(Operator::Empty, "empty", Takes::Bool, false, "has no element, or has one"),
    row(Operator::SubsetOf, "subset_of", Takes::ListOfElement, false, "has no element but"),
    row(Operator::SupersetOf, "superset_of", Takes::ListOfElement, false, "has every one of"),
    row(Operator::Unique, "unique", Takes::Bool, false, "has no element twice, or has one"),
    row(
        Operator::Within,
        "within",
        Takes::Range,
        false,
        "is in the range of versions, or of addresses in CIDR notation",
    ),
    row(Operator::HasFile, "has_file", Takes::Path, false, "has a file at the path"),
    row(Operator::HasDirectory, "has_directory", Takes::Path, false, "has a directory at the path"),
    row(Operator::HasFilled, "has_filled", Takes::Path, false, "has a directory with files in it at the path"),
    row(Operator::HasMatch, "has_match", Takes::Glob, false, "has a file of its own that matches the glob"),
    row(Operator::DockerIgnores, "docker_ignores", Takes::Path, false, "keeps the path out of the build context"),
];

impl Operator {
    /// All operators.
    pub const ALL: &'static [Operator] = &[
        Self::Eq,
        Self::Ne,
        Self::In,
        Self::NotIn,
        Self::Exists,
        Self::Lt,
        Self::Le,
        Self::Gt,
        Self::Ge,
        Self::Matches,
        Self::NotMatches,
        Self::StartsWith,
        Self::EndsWith,
        Self::Glob,
        Self::Contains,
        Self::ContainsAny,
        Self::ContainsAll,
        Self::Empty,
        Self::SubsetOf,
        Self::SupersetOf,
        Self::Unique,
        Self::Within,
        Self::HasFile,
        Self::HasDirectory,
        Self::HasFilled,
        Self::HasMatch,
        Self::DockerIgnores,
    ];

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.operator == self).unwrap_or(&TABLE[0])
    }

    /// The key in a rule.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// The operator of a key.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == word).map(|row| row.operator)
    }

    /// What it takes on its right.
    #[must_use]
    pub fn takes(self) -> Takes {
        self.row().takes
    }

    /// Whether it needs `absent` on an optional field.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.row().negative
    }

    /// What it means, as the middle of a sentence.
    #[must_use]
    pub fn doc(self) -> &'static str {
        self.row().doc
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::Operator;
    use crate::model::schema::Type;

    #[test]
    fn an_operator_fits_the_types_that_it_can_compare() {
        static SERVICE: LazyLock<Type> =
            LazyLock::new(|| Type::Struct(crate::model::kind("compose.service").unwrap().schema));
        let fitting = |ty: Type| {
            let words = Operator::ALL.iter().filter(|operator| operator.fits(ty)).map(|operator| operator.as_str());
            words.collect::<Vec<_>>().join(" ")
        };
        let equal = "eq ne in not_in exists";
        let ordered = format!("{equal} lt le gt ge");
        let text = "matches not_matches starts_with ends_with glob contains";
        assert_eq!(fitting(Type::Bool), equal);
        for ty in [Type::Int, Type::Float, Type::Uid, Type::Port, Type::Duration, Type::Quantity] {
            assert_eq!(fitting(ty), ordered, "{ty:?}");
        }
        assert_eq!(fitting(Type::Str), format!("{equal} {text} empty within"));
        assert_eq!(fitting(Type::Path), format!("{equal} {text} empty"));
        assert_eq!(fitting(Type::Enum(&["a"])), format!("{equal} {text} empty"));
        assert_eq!(fitting(Type::Version), format!("{ordered} {text} empty within"));
        let list = "contains contains_any contains_all empty subset_of superset_of unique";
        assert_eq!(fitting(Type::List(&Type::Str)), list);
        assert_eq!(fitting(*SERVICE), "exists");
        assert_eq!(fitting(Type::List(&SERVICE)), list, "things with a name are compared by it");
        assert_eq!(fitting(Type::Tree), "has_file has_directory has_filled has_match docker_ignores");
    }

    #[test]
    fn every_operator_has_its_own_word_and_text() {
        for operator in Operator::ALL {
            assert_eq!(Operator::from_word(operator.as_str()), Some(*operator));
            assert!(Operator::ALL.iter().all(|other| other == operator || other.doc() != operator.doc()));
        }
        let negative: Vec<&str> =
            Operator::ALL.iter().filter(|operator| operator.is_negative()).map(|operator| operator.as_str()).collect();
        assert_eq!(negative, ["ne", "not_in", "not_matches"]);
    }
}
