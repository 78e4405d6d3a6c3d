//! The patterns of `${V#…}`, `${V%…}` and `${V/…/…}`: `*`, `?` and plain characters.

/// Steps after which matching gives up, so that no pattern can make it hang.
const BUDGET: usize = 20_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Character(char),
    One,
    Any,
}

/// A pattern.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Token>);

impl Pattern {
    /// Reads a pattern; a backslash takes the meaning of `*`, `?`, `\`, `/` and `}` and may stand before nothing else.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::Any,
                '?' => Token::One,
                '\\' => match chars.next() {
                    Some(c @ ('*' | '?' | '\\' | '/' | '}')) => Token::Character(c),
                    other => return Err(format!("invalid escape `\\{}` in a pattern", other.map_or(' ', |c| c))),
                },
                c => Token::Character(c),
            });
        }
        Ok(Self(tokens))
    }

    /// The value without the shortest or longest start or end that matches.
    pub fn trimmed(&self, value: &str, suffix: bool, longest: bool) -> Result<String, String> {
        let mut chars: Vec<char> = value.chars().collect();
        let mut tokens = self.0.clone();
        if suffix {
            chars.reverse();
            tokens.reverse();
        }
        let mut budget = BUDGET;
        let Some(length) = matched(&tokens, &chars, longest, &mut budget)? else { return Ok(value.to_owned()) };
        let rest = chars.get(length..).unwrap_or(&[]).iter();
        Ok(if suffix { rest.rev().collect() } else { rest.collect() })
    }

    /// The value with the first match, or all, replaced; each match is as long as it can be.
    pub fn replaced(&self, value: &str, with: &str, all: bool) -> Result<String, String> {
        let chars: Vec<char> = value.chars().collect();
        let mut out = String::new();
        let mut budget = BUDGET;
        let mut at = 0;
        let mut done = false;
        while at <= chars.len() {
            let rest = chars.get(at..).unwrap_or(&[]);
            let length = if done { None } else { matched(&self.0, rest, true, &mut budget)? };
            if length.is_some() {
                out.push_str(with);
                done = !all;
            }
            match length {
                Some(length) if length > 0 => at += length,
                _ => {
                    out.extend(rest.first());
                    at += 1;
                }
            }
            if at == chars.len() && length.is_some_and(|length| length > 0) {
                break;
            }
        }
        Ok(out)
    }
}

/// The shortest or longest length at the start of `chars` that the tokens match.
fn matched(tokens: &[Token], chars: &[char], longest: bool, budget: &mut usize) -> Result<Option<usize>, String> {
    // The lengths that the tokens so far can match, as a set of flags by length.
    let mut lengths = vec![0_usize];
    for token in tokens {
        *budget = budget.checked_sub(lengths.len() + 1).ok_or("the pattern takes too long to match")?;
        lengths = match token {
            Token::Any => {
                let from = lengths.first().copied().unwrap_or(0);
                *budget = budget.checked_sub(chars.len()).ok_or("the pattern takes too long to match")?;
                (from..=chars.len()).collect()
            }
            Token::One => lengths.into_iter().filter(|at| *at < chars.len()).map(|at| at + 1).collect(),
            Token::Character(c) => {
                lengths.into_iter().filter(|at| chars.get(*at) == Some(c)).map(|at| at + 1).collect()
            }
        };
        if lengths.is_empty() {
            return Ok(None);
        }
    }
    Ok(if longest { lengths.last().copied() } else { lengths.first().copied() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_trims_the_shortest_or_longest_match() {
        let dots = Pattern::parse("*.").expect("a pattern");
        assert_eq!(dots.trimmed("a.b.c", false, false).as_deref(), Ok("b.c"));
        assert_eq!(dots.trimmed("a.b.c", false, true).as_deref(), Ok("c"));
        let dots = Pattern::parse(".*").expect("a pattern");
        assert_eq!(dots.trimmed("a.b.c", true, false).as_deref(), Ok("a.b"));
        assert_eq!(dots.trimmed("a.b.c", true, true).as_deref(), Ok("a"));
        assert_eq!(dots.trimmed("abc", true, true).as_deref(), Ok("abc"));
    }

    #[test]
    fn a_pattern_replaces_the_first_or_all_matches() {
        let o = Pattern::parse("o").expect("a pattern");
        assert_eq!(o.replaced("foo bor", "0", false).as_deref(), Ok("f0o bor"));
        assert_eq!(o.replaced("foo bor", "0", true).as_deref(), Ok("f00 b0r"));
        assert_eq!(o.replaced("foo", "0", true).as_deref(), Ok("f00"));
    }
}
