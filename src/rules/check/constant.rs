//! Comparisons that end the same way whatever is compared.

use crate::model::schema::Type;
use crate::rules::ir::{Const, Path, Value};
use crate::rules::operators::{Operator, Takes};

/// Why a comparison ends the same way whatever is compared. What a standard gives may be empty.
pub(super) fn constant(operator: Operator, path: &Path, operand: &Value, is_param: bool) -> Option<String> {
    let word = operator.as_str();
    match operand {
        Value::Path(other) if (other.root, &other.steps) == (path.root, &path.steps) => {
            Some(format!("`{}` is compared with itself", path.text))
        }
        Value::Const(Const::List(items)) if !is_param => {
            let texts: Vec<String> = items.iter().map(Const::text).collect();
            let needs_some = matches!(operator.takes(), Takes::ListOfSame | Takes::ListOfElement);
            if items.is_empty() && needs_some && operator != Operator::SubsetOf {
                return Some(format!("`{word}` needs something to look for"));
            }
            let all_words = |words: &[&str]| words.iter().all(|word| texts.iter().any(|text| text == word));
            match path.ty {
                Type::Enum(words) if !path.optional && all_words(words) => {
                    Some(format!("these are all values that `{}` can have", path.text))
                }
                Type::List(Type::Enum(words)) if operator == Operator::SubsetOf && all_words(words) => {
                    Some(format!("these are all values that elements of `{}` can have", path.text))
                }
                _ => None,
            }
        }
        Value::Const(Const::Str(text)) if !is_param && text.is_empty() => match operator {
            Operator::StartsWith | Operator::EndsWith | Operator::Contains if !matches!(path.ty, Type::List(_)) => {
                Some(format!("every text has nothing in it, so `{word}` always holds"))
            }
            _ => None,
        },
        Value::Const(Const::Pattern(pattern)) if !is_param && pattern.text.is_empty() => {
            Some("an empty pattern says nothing".to_owned())
        }
        Value::Const(Const::Int(number)) if !is_param => {
            let highest = match path.ty {
                Type::Uid => i64::from(u32::MAX),
                Type::Port => i64::from(u16::MAX),
                _ => return None,
            };
            let always = match operator {
                Operator::Ge | Operator::Lt => *number == 0,
                Operator::Le | Operator::Gt => *number == highest,
                _ => false,
            };
            always.then(|| format!("a {} is from 0 to {highest}, so `{word}: {number}` never changes", path.ty.name()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::constant;
    use crate::model::schema::Type;
    use crate::rules::ir::{Const, Path, Root, Value};
    use crate::rules::operators::Operator;
    use crate::rules::pattern::Pattern;

    fn path(ty: Type, optional: bool) -> Path {
        Path { root: Root::Target, steps: vec![1], ty, optional, text: "tag".to_owned() }
    }

    fn text(text: &str) -> Const {
        Const::Str(text.to_owned())
    }

    fn words(words: &[&str]) -> Const {
        Const::List(words.iter().map(|word| text(word)).collect())
    }

    static WORDS: Type = Type::Enum(&["a", "b"]);

    #[test]
    fn what_always_ends_the_same_way_is_told() {
        let nothing = "`in` needs something to look for";
        let all = "these are all values that `tag` can have";
        let elements = "these are all values that elements of `tag` can have";
        for (operator, ty, constant_, said) in [
            (Operator::In, Type::Str, words(&[]), nothing),
            (Operator::In, WORDS, words(&["b", "a"]), all),
            (Operator::SubsetOf, Type::List(&WORDS), words(&["a", "b"]), elements),
            (Operator::StartsWith, Type::Str, text(""), "every text has nothing in it, so `starts_with` always holds"),
            (Operator::EndsWith, Type::Path, text(""), "every text has nothing in it, so `ends_with` always holds"),
            (Operator::Contains, Type::Str, text(""), "every text has nothing in it, so `contains` always holds"),
            (Operator::Matches, Type::Str, Const::Pattern(Pattern::glob("")), "an empty pattern says nothing"),
            (Operator::Ge, Type::Port, Const::Int(0), "a port is from 0 to 65535, so `ge: 0` never changes"),
            (Operator::Lt, Type::Uid, Const::Int(0), "a uid is from 0 to 4294967295, so `lt: 0` never changes"),
            (Operator::Le, Type::Port, Const::Int(65535), "a port is from 0 to 65535, so `le: 65535` never changes"),
            (Operator::Gt, Type::Port, Const::Int(65535), "a port is from 0 to 65535, so `gt: 65535` never changes"),
        ] {
            let operand = Value::Const(constant_);
            assert_eq!(constant(operator, &path(ty, false), &operand, false).as_deref(), Some(said));
            assert_eq!(constant(operator, &path(ty, false), &operand, true), None, "a standard may give it: {said}");
        }
    }

    #[test]
    fn what_can_change_is_not() {
        for (operator, ty, optional, constant_) in [
            (Operator::In, WORDS, true, words(&["a", "b"])),
            (Operator::In, WORDS, false, words(&["a"])),
            (Operator::SubsetOf, Type::List(&Type::Str), false, words(&[])),
            (Operator::SubsetOf, Type::List(&WORDS), false, words(&["a"])),
            (Operator::ContainsAny, Type::List(&WORDS), false, words(&["a", "b"])),
            (Operator::Contains, Type::List(&Type::Str), false, text("")),
            (Operator::Contains, Type::Str, false, text("a")),
            (Operator::Eq, Type::Str, false, text("")),
            (Operator::Ge, Type::Port, false, Const::Int(1)),
            (Operator::Le, Type::Port, false, Const::Int(65534)),
            (Operator::Eq, Type::Port, false, Const::Int(0)),
            (Operator::Ge, Type::Int, false, Const::Int(0)),
        ] {
            let said = constant(operator, &path(ty, optional), &Value::Const(constant_), false);
            assert_eq!(said, None, "{operator:?}");
        }
    }

    #[test]
    fn a_field_is_not_compared_with_itself() {
        let other = |steps: Vec<usize>| Value::Path(Path { steps, ..path(Type::Str, false) });
        let of = |operand: &Value| constant(Operator::Eq, &path(Type::Str, false), operand, false);
        assert_eq!(of(&other(vec![1])).as_deref(), Some("`tag` is compared with itself"));
        assert_eq!(of(&other(vec![2])), None);
    }
}
