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
