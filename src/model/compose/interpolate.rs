//! Variables in values: the forms of the Compose Specification, "Interpolation", with defaults nested.

use std::ops::Range;

use super::text::Piece;

/// How deep defaults may nest.
const MAX_DEPTH: usize = 16;

/// The value of a variable, where it is known.
pub(super) type Lookup<'l> = &'l dyn Fn(&str) -> Option<&'l str>;

/// Bytes that variables may be filled in with in all the values of a project. Variables that hold one another grow
/// twofold with each line.
pub(super) const FILL_BUDGET: usize = 16 << 20;

/// What one scalar gave.
#[derive(Debug, Default)]
pub(super) struct Interpolated {
    pub(super) text: String,
    /// Empty where nothing was changed.
    pub(super) pieces: Vec<Piece>,
    /// The variables it names, with the range of each `$…`.
    pub(super) uses: Vec<Use>,
    /// What is no valid form, with its range.
    pub(super) errors: Vec<(Range<usize>, String)>,
}

/// One mention of a variable.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) name: String,
    pub(super) range: Range<usize>,
    /// The default as written and its range.
    pub(super) default: Option<(String, Range<usize>)>,
    /// Whether it must be set (`${V:?…}`).
    pub(super) required: bool,
    /// Whether it only switches a replacement on (`${V:+…}`).
    pub(super) optional: bool,
}

/// Fills in the variables of a scalar's text, and takes what they are filled in with from `budget`.
pub(super) fn interpolate(raw: &str, env: Lookup<'_>, budget: &mut usize) -> Interpolated {
    if !raw.contains('$') {
        return Interpolated { text: raw.to_owned(), ..Interpolated::default() };
    }
    let mut expansion = Expansion { raw, env, budget, out: Interpolated::default() };
    expansion.expand(0..raw.len(), None, 0);
    expansion.out
}

struct Expansion<'r, 'e> {
    raw: &'r str,
    env: Lookup<'e>,
    budget: &'r mut usize,
    out: Interpolated,
}

/// The part of `${NAME…}` behind the name.
enum Operator {
    None,
    /// `-`, or `:-` which also replaces an empty value.
    Default {
        empty_too: bool,
    },
    /// `?` or `:?`
    Required {
        empty_too: bool,
    },
    /// `+` or `:+`
    Replacement {
        empty_too: bool,
    },
}

impl Expansion<'_, '_> {
    fn text(&self, range: Range<usize>) -> &str {
        self.raw.get(range).unwrap_or("")
    }

    fn copy(&mut self, src: Range<usize>, outer: Option<&Range<usize>>) {
        let text = self.raw.get(src.clone()).unwrap_or("").to_owned();
        self.push(&text, src, outer.cloned(), None);
    }

    fn push(&mut self, text: &str, src: Range<usize>, outer: Option<Range<usize>>, hole: Option<Box<str>>) {
        let start = self.out.text.len();
        self.out.text.push_str(text);
        self.out.pieces.push(Piece { out: start..self.out.text.len(), src, outer, hole });
    }

    fn expand(&mut self, range: Range<usize>, outer: Option<&Range<usize>>, depth: usize) {
        let mut from = range.start;
        while let Some(found) = self.text(from..range.end).find('$') {
            let dollar = from + found;
            if dollar > from {
                self.copy(from..dollar, outer);
            }
            from = self.variable(dollar, range.end, outer, depth);
        }
        if from < range.end || range.is_empty() {
            self.copy(from..range.end, outer);
        }
    }

    /// Takes what starts with the `$` at `dollar`; returns where the text goes on.
    fn variable(&mut self, dollar: usize, end: usize, outer: Option<&Range<usize>>, depth: usize) -> usize {
        let behind = self.text(dollar + 1..end);
        if behind.starts_with('$') {
            self.push("$", dollar..dollar + 2, outer.cloned(), None);
            return dollar + 2;
        }
        if let Some(body) = behind.strip_prefix('{') {
            let Some(length) = closing_brace(body) else {
                return self.invalid(dollar..end, "`${` is not closed", outer);
            };
            let body = dollar + 2..dollar + 2 + length;
            self.braced(dollar..body.end + 1, body.clone(), outer, depth);
            return body.end + 1;
        }
        let length = name_length(behind);
        if length == 0 {
            // Means itself since compose-go 1.6.
            self.copy(dollar..dollar + 1, outer);
            return dollar + 1;
        }
        let expression = dollar..dollar + 1 + length;
        self.fill(&expression, dollar + 1..expression.end, &Operator::None, 0..0, outer, depth);
        expression.end
    }

    fn invalid(&mut self, range: Range<usize>, message: &str, outer: Option<&Range<usize>>) -> usize {
        self.out.errors.push((range.clone(), message.to_owned()));
        let end = range.end;
        self.copy(range, outer);
        end
    }

    fn braced(&mut self, whole: Range<usize>, body: Range<usize>, outer: Option<&Range<usize>>, depth: usize) {
        let name_end = body.start + name_length(self.text(body.clone()));
        let rest = self.text(name_end..body.end);
        let (operator, skip) = match rest.as_bytes() {
            [] => (Operator::None, 0),
            [b':', b'-', ..] => (Operator::Default { empty_too: true }, 2),
            [b':', b'?', ..] => (Operator::Required { empty_too: true }, 2),
            [b':', b'+', ..] => (Operator::Replacement { empty_too: true }, 2),
            [b'-', ..] => (Operator::Default { empty_too: false }, 1),
            [b'?', ..] => (Operator::Required { empty_too: false }, 1),
            [b'+', ..] => (Operator::Replacement { empty_too: false }, 1),
            _ => {
                self.invalid(whole, "this is no form of `${NAME}` that compose knows", outer);
                return;
            }
        };
        if name_end == body.start || depth >= MAX_DEPTH {
            self.invalid(whole, "`${…}` names no variable", outer);
            return;
        }
        self.fill(&whole, body.start..name_end, &operator, name_end + skip..body.end, outer, depth);
    }

    fn fill(
        &mut self,
        whole: &Range<usize>,
        name: Range<usize>,
        operator: &Operator,
        word: Range<usize>,
        outer: Option<&Range<usize>>,
        depth: usize,
    ) {
        let name = self.text(name).to_owned();
        let default = matches!(operator, Operator::Default { .. });
        self.out.uses.push(Use {
            name: name.clone(),
            range: whole.clone(),
            default: default.then(|| (self.text(word.clone()).to_owned(), word.clone())),
            required: matches!(operator, Operator::Required { .. }),
            optional: matches!(operator, Operator::Replacement { .. }),
        });
        let value = (self.env)(&name);
        let set = |empty_too: bool| value.is_some_and(|value| !empty_too || !value.is_empty());
        let outermost = outer.cloned().unwrap_or_else(|| whole.clone());
        match operator {
            Operator::Default { empty_too } if !set(*empty_too) => self.word(whole, word, &outermost, depth),
            Operator::Replacement { empty_too } if set(*empty_too) => self.word(whole, word, &outermost, depth),
            // Set but empty, so nothing replaces it.
            Operator::Replacement { .. } if value.is_some() => {
                self.push("", whole.clone(), Some(outermost), None);
            }
            Operator::Required { empty_too } if !set(*empty_too) => {
                self.hole(whole, format!("`{name}` must be set by whoever runs it").into(), outermost);
            }
            Operator::Replacement { .. } => {
                self.hole(whole, format!("it depends on whether `{name}` is set").into(), outermost);
            }
            _ => match value {
                Some(value) => match self.budget.checked_sub(value.len()) {
                    Some(left) => {
                        *self.budget = left;
                        self.push(value, whole.clone(), Some(outermost), None);
                    }
                    None => self.hole(whole, format!("`{name}` and others are too long together").into(), outermost),
                },
                None => self.hole(whole, format!("`{name}` has no default here").into(), outermost),
            },
        }
    }

    /// Expands a default or replacement; one that is not wholly known makes the whole expression unknown.
    fn word(&mut self, whole: &Range<usize>, word: Range<usize>, outermost: &Range<usize>, depth: usize) {
        let (text, pieces) = (self.out.text.len(), self.out.pieces.len());
        self.expand(word, Some(outermost), depth + 1);
        let hole = self.out.pieces.iter().skip(pieces).find_map(|piece| piece.hole.clone());
        if let Some(hole) = hole {
            self.out.text.truncate(text);
            self.out.pieces.truncate(pieces);
            self.hole(whole, hole, outermost.clone());
        }
    }

    fn hole(&mut self, whole: &Range<usize>, why: Box<str>, outermost: Range<usize>) {
        let text = self.raw.get(whole.clone()).unwrap_or("").to_owned();
        self.push(&text, whole.clone(), Some(outermost), Some(why));
    }
}

fn name_length(text: &str) -> usize {
    let starts = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if !starts {
        return 0;
    }
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// Offset of the `}` that closes an open brace, inner pairs skipped.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(offset);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{FILL_BUDGET, interpolate};

    fn shown(raw: &str) -> String {
        let env: BTreeMap<String, String> =
            [("SET", "value"), ("EMPTY", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let out = interpolate(raw, &|name| env.get(name).map(String::as_str), &mut FILL_BUDGET.clone());
        let mut shown: String = out.pieces.iter().fold(String::new(), |shown, piece| {
            let text = &out.text[piece.out.clone()];
            let (open, close) = if piece.hole.is_some() { ("<", ">") } else { ("", "") };
            shown + open + text + close
        });
        if out.pieces.is_empty() {
            shown = out.text;
        }
        for (range, message) in out.errors {
            shown = format!("{shown} !{}: {message}", &raw[range]);
        }
        shown
    }

    #[test]
    fn set_variables_are_filled_in() {
        assert_eq!(shown("a-$SET-${SET}-b"), "a-value-value-b");
        assert_eq!(shown("${SET:-d} ${SET-d} ${SET:?e} ${SET:+r}"), "value value value r");
    }

    #[test]
    fn a_default_fills_in_what_is_not_set() {
        assert_eq!(shown("${NO:-d}/${NO-d}"), "d/d");
        assert_eq!(shown("${EMPTY:-d}/${EMPTY-d}"), "d/");
        assert_eq!(shown("${NO:-}"), "");
        assert_eq!(shown("${NO:-${ALSO_NO:-c}/x}"), "c/x");
        assert_eq!(shown("${NO:-{\"a\": 1}}"), "{\"a\": 1}");
        assert_eq!(shown("${NO:-http://h:80/p}"), "http://h:80/p");
    }

    #[test]
    fn what_nobody_sets_stays_as_written() {
        assert_eq!(shown("r/${NO}:1"), "r/<${NO}>:1");
        assert_eq!(shown("${NO:?must be set}"), "<${NO:?must be set}>");
        assert_eq!(shown("${NO:+r}${EMPTY:+r}"), "<${NO:+r}>");
        assert_eq!(shown("${NO:-a$ALSO_NO}"), "<${NO:-a$ALSO_NO}>");
    }

    #[test]
    fn two_dollars_are_one() {
        assert_eq!(shown("$$HOME $${X}"), "$HOME ${X}");
        assert_eq!(shown("5$ ^a$"), "5$ ^a$");
    }

    #[test]
    fn forms_that_compose_refuses_are_reported() {
        assert_eq!(shown("${open"), "${open !${open: `${` is not closed");
        assert_eq!(shown("${}"), "${} !${}: `${…}` names no variable");
        assert_eq!(shown("${a/b}"), "${a/b} !${a/b}: this is no form of `${NAME}` that compose knows");
    }
}
