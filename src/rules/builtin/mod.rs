//! Predicates that rules call with `check`: the few comparisons that conditions cannot say, each with its reason.

mod egress;
mod paths;

use super::evidence::Truth;
use crate::model::schema::{Type, View};

/// What an argument of a predicate has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Text or a path.
    Text,
    /// A list of things of a kind, such as what `lookup … many` finds.
    ListOf(&'static str),
}

impl Wants {
    /// Whether a value of a type will do.
    #[must_use]
    pub fn takes(self, ty: Type) -> bool {
        match (self, ty) {
            (Self::Text, Type::Str | Type::Path | Type::Version | Type::Enum(_)) => true,
            (Self::ListOf(kind), Type::List(Type::Struct(def))) => def().name == kind,
            _ => false,
        }
    }

    /// The name that rule authors see.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Text => "string".to_owned(),
            Self::ListOf(kind) => format!("list<{kind}>"),
        }
    }
}

/// An argument of a predicate.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub wants: Wants,
    /// One line of documentation.
    pub doc: &'static str,
}

/// A predicate.
#[derive(Debug)]
pub struct Builtin {
    /// Its name, as rules write it.
    pub name: &'static str,
    /// What it holds of, in a sentence.
    pub doc: &'static str,
    /// Why a rule cannot say it with conditions.
    pub why: &'static str,
    /// Its arguments; all have to be given.
    pub parameters: &'static [Parameter],
    /// What it wants, as the end of "expected …".
    pub expected: &'static str,
    /// Decides, with every argument in its place and known.
    pub(super) decide: fn(&[View<'_>]) -> Truth,
}

/// All predicates, in the order of the reference.
pub static BUILTINS: &[Builtin] = &[paths::PATH_WITHIN, paths::FIELD_BELOW, egress::EGRESS_ALLOWED];

/// The predicate of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

fn text<'v>(arguments: &[View<'v>], index: usize) -> &'v str {
    match arguments.get(index) {
        Some(View::Str(text)) => text,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::Wants;
    use crate::model::schema::Type;

    #[test]
    fn an_argument_is_text_or_a_list_of_its_kind() {
        static SERVICE: LazyLock<Type> =
            LazyLock::new(|| Type::Struct(crate::model::kind("compose.service").unwrap().schema));
        let services = Wants::ListOf("compose.service");
        assert!([Type::Str, Type::Path, Type::Version, Type::Enum(&["a"])].iter().all(|ty| Wants::Text.takes(*ty)));
        assert!(!Wants::Text.takes(Type::Int) && !Wants::Text.takes(Type::List(&Type::Str)));
        assert!(services.takes(Type::List(&SERVICE)));
        assert!(!Wants::ListOf("compose.port").takes(Type::List(&SERVICE)));
        assert!(!services.takes(*SERVICE) && !services.takes(Type::List(&Type::Str)) && !services.takes(Type::Str));
        assert_eq!([Wants::Text.name(), services.name()], ["string", "list<compose.service>"]);
    }
}
