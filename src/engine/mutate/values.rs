//! Other values for a literal: what a rule would hold had its author mistyped it.

use crate::rules::ast::{At, Literal, ParamType};

/// A longer list is data: one example that has it all would look like nothing that anybody writes.
const MAX_LIST: usize = 12;

/// Matches nothing.
const NEVER: &str = r"[^\s\S]";

/// A literal that takes another's place, and what became of it in words.
pub(super) struct Other {
    pub(super) literal: Literal,
    pub(super) said: String,
}

/// What the text of a literal stands for, as far as it is known before the rule is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Plain,
    Regex,
    Glob,
}

impl Reading {
    /// The reading of a parameter's values.
    pub(super) fn of_param(ty: &ParamType) -> Self {
        match ty {
            ParamType::Named(name) | ParamType::List(name) if name == "regex" => Self::Regex,
            ParamType::Named(name) | ParamType::List(name) if name == "glob" => Self::Glob,
            _ => Self::Plain,
        }
    }

    /// The reading of what an operator takes.
    pub(super) fn of_operator(word: &str) -> Self {
        match word {
            "matches" | "not_matches" => Self::Regex,
            "glob" | "has_match" => Self::Glob,
            _ => Self::Plain,
        }
    }
}

/// Every other value to try for a literal. Some may not fit the type of what they are compared with.
pub(super) fn others(literal: &Literal, reading: Reading) -> Vec<Other> {
    match literal {
        Literal::Bool(value) => vec![replaced(literal, Literal::Bool(!value))],
        Literal::Int(value) => {
            let near = [value.checked_add(1), value.checked_sub(1)];
            near.into_iter().flatten().map(|near| replaced(literal, Literal::Int(near))).collect()
        }
        Literal::Float(value) => {
            [value * 2.0, value / 2.0].map(|other| replaced(literal, Literal::Float(other))).into()
        }
        Literal::Str(text) => texts(text, reading),
        Literal::List(items) => lists(items),
    }
}

fn texts(text: &str, reading: Reading) -> Vec<Other> {
    let (never, always) = match reading {
        Reading::Regex => (NEVER, ""),
        Reading::Glob => ("\u{1}", "**"),
        Reading::Plain => {
            let amounts = amounts(text);
            let others = if amounts.is_empty() { vec![format!("x-{text}")] } else { amounts };
            let literal = Literal::Str(text.to_owned());
            return others.into_iter().map(|other| replaced(&literal, Literal::Str(other))).collect();
        }
    };
    let other = |text: &str, said: String| Other { literal: Literal::Str(text.to_owned()), said };
    vec![
        other(never, format!("`{text}` came to match nothing")),
        other(always, format!("`{text}` came to match everything")),
    ]
}

/// Twice and half of an amount with a unit, such as `30s` or `256Mi`; nothing for other text.
fn amounts(text: &str) -> Vec<String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let is_unit = matches!(unit, "ms" | "s" | "m" | "h" | "Ki" | "Mi" | "Gi" | "Ti" | "k" | "M" | "G");
    match number.parse::<u32>() {
        Ok(number) if is_unit => {
            let number = f64::from(number);
            vec![format!("{}{unit}", number * 2.0), format!("{}{unit}", number / 2.0)]
        }
        _ => Vec::new(),
    }
}

fn lists(items: &[At<Literal>]) -> Vec<Other> {
    let mut out = Vec::new();
    if !items.is_empty() {
        out.push(Other { literal: Literal::List(Vec::new()), said: "the list became empty".to_owned() });
    }
    if (2..=MAX_LIST).contains(&items.len()) {
        for (index, left_out) in items.iter().enumerate() {
            let mut rest = items.to_vec();
            rest.remove(index);
            let said = format!("`{}` was left out of the list", left_out.value.text());
            out.push(Other { literal: Literal::List(rest), said });
        }
    }
    out
}

fn replaced(from: &Literal, to: Literal) -> Other {
    let said = format!("`{}` became `{}`", from.text(), to.text());
    Other { literal: to, said }
}

#[cfg(test)]
mod tests {
    use super::{Reading, others};
    use crate::rules::ast::{At, Literal, ParamType};
    use crate::source::{FileId, Place};

    fn texts(literal: &Literal, reading: Reading) -> Vec<String> {
        others(literal, reading).into_iter().map(|other| other.literal.text()).collect()
    }

    #[test]
    fn a_number_moves_by_one_and_an_amount_doubles_and_halves() {
        assert_eq!(texts(&Literal::Int(3), Reading::Plain), ["4", "2"]);
        assert_eq!(texts(&Literal::Int(i64::MAX), Reading::Plain).len(), 1);
        assert_eq!(texts(&Literal::Float(1.5), Reading::Plain), ["3", "0.75"]);
        assert_eq!(texts(&Literal::Bool(true), Reading::Plain), ["false"]);
        assert_eq!(texts(&Literal::Str("30s".to_owned()), Reading::Plain), ["60s", "15s"]);
        assert_eq!(texts(&Literal::Str("30".to_owned()), Reading::Plain), ["x-30"]);
        assert_eq!(texts(&Literal::Str("30x".to_owned()), Reading::Plain), ["x-30x"]);
        assert_eq!(texts(&Literal::Str("1Gi".to_owned()), Reading::Plain), ["2Gi", "0.5Gi"]);
        assert_eq!(texts(&Literal::Str("root".to_owned()), Reading::Plain), ["x-root"]);
    }

    #[test]
    fn a_pattern_matches_nothing_or_everything() {
        assert_eq!(texts(&Literal::Str("^v".to_owned()), Reading::Regex), [r"[^\s\S]", ""]);
        assert_eq!(texts(&Literal::Str("*.pem".to_owned()), Reading::Glob), ["\u{1}", "**"]);
    }

    #[test]
    fn a_text_is_read_as_its_type_or_its_operator_says() {
        let of_param = |ty: &str| [ParamType::Named(ty.to_owned()), ParamType::List(ty.to_owned())];
        assert!(of_param("regex").iter().all(|ty| Reading::of_param(ty) == Reading::Regex));
        assert!(of_param("glob").iter().all(|ty| Reading::of_param(ty) == Reading::Glob));
        assert!(of_param("string").iter().all(|ty| Reading::of_param(ty) == Reading::Plain));
        assert!(["matches", "not_matches"].iter().all(|word| Reading::of_operator(word) == Reading::Regex));
        assert!(["glob", "has_match"].iter().all(|word| Reading::of_operator(word) == Reading::Glob));
        assert!(Reading::of_operator("eq") == Reading::Plain);
    }

    #[test]
    fn a_list_loses_everything_or_one_value() {
        let place = Place::whole(FileId(0));
        let item = |text: &str| At::new(Literal::Str(text.to_owned()), place);
        assert_eq!(texts(&Literal::List(vec![item("a"), item("b")]), Reading::Plain), ["", "b", "a"]);
        assert_eq!(texts(&Literal::List(vec![item("a")]), Reading::Plain), [""]);
        assert!(texts(&Literal::List(Vec::new()), Reading::Plain).is_empty());
        assert_eq!(texts(&Literal::List(vec![item("a"); 13]), Reading::Plain), [""]);
    }
}
