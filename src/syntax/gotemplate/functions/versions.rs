//! Semantic versions and the constraints on them, as Sprig's library reads both (github.com/Masterminds/semver).

use std::cmp::Ordering;

use super::{Table, made, text_arg};
use crate::syntax::gotemplate::{Value, refuse};

pub(super) const TABLE: Table = &[
    ("semverCompare", |args, context| {
        let (constraint, version) = (text_arg(args, 0, context)?, text_arg(args, 1, context)?);
        let Some(version) = Version::parse(&version) else { return refuse("Invalid Semantic Version") };
        holds(&constraint, &version)
            .map_or_else(|| refuse(format!("improper constraint: {constraint}")), |holds| Ok(Value::bool(holds)))
    }),
    ("semver", |args, context| {
        let text = text_arg(args, 0, context)?;
        let Some(version) = Version::parse(&text) else { return refuse("Invalid Semantic Version") };
        made(&text, context)?;
        Ok(version.value(&text))
    }),
];

/// Whether a version is one that a constraint allows; `None` where the constraint cannot be read.
pub(crate) fn allows(constraint: &str, version: &str) -> Option<bool> {
    holds(constraint, &Version::parse(version)?)
}

/// How two semantic versions are ordered; `None` where one is none.
pub(crate) fn version_order(a: &str, b: &str) -> Option<Ordering> {
    Some(Version::parse(a)?.order(&Version::parse(b)?))
}

#[derive(Debug, PartialEq, Eq)]
struct Version {
    numbers: [u64; 3],
    /// How many of the numbers are written.
    given: usize,
    pre: String,
}

impl Version {
    /// Reads `1.2.3-rc.1+build`, of which all but the first number may be missing.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next().unwrap_or(text);
        let (core, pre) = text.split_once('-').unwrap_or((text, ""));
        let mut numbers = [0; 3];
        let mut given = 0;
        for part in core.split('.') {
            if matches!(part, "x" | "X" | "*") {
                break;
            }
            *numbers.get_mut(given)? = part.parse().ok()?;
            given += 1;
        }
        Some(Self { numbers, given, pre: pre.to_owned() })
    }

    fn value(&self, original: &str) -> Value {
        let [major, minor, patch] = self.numbers.map(|number| Value::int(i64::try_from(number).unwrap_or(i64::MAX)));
        let build = original.split_once('+').map_or("", |(_, build)| build);
        let parts = [
            ("Major", major),
            ("Minor", minor),
            ("Patch", patch),
            ("Prerelease", Value::text(&self.pre)),
            ("Metadata", Value::text(build)),
            ("Original", Value::text(original)),
        ];
        Value::map(parts)
    }

    fn order(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => pre_order(&self.pre, &other.pre),
        })
    }

    /// The first version that is no longer of the same `level` numbers.
    fn next(&self, level: usize) -> Self {
        let mut numbers = [0; 3];
        for (index, number) in self.numbers.iter().enumerate().take(level) {
            if let Some(slot) = numbers.get_mut(index) {
                *slot = *number;
            }
        }
        if let Some(slot) = level.checked_sub(1).and_then(|index| numbers.get_mut(index)) {
            *slot = slot.saturating_add(1);
        }
        Self { numbers, given: 3, pre: String::new() }
    }
}

fn pre_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn holds(constraint: &str, version: &Version) -> Option<bool> {
    let mut result = false;
    for alternative in constraint.split("||") {
        let mut all = true;
        for part in parts(alternative) {
            all &= one(&part, version)?;
        }
        result |= all;
    }
    Some(result)
}

/// The comparisons of an alternative: `>= 1.2, < 2` and `1.2 - 2.3`, taken apart.
fn parts(text: &str) -> Vec<String> {
    if let Some((from, to)) = text.split_once(" - ") {
        return vec![format!(">={}", from.trim()), format!("<={}", to.trim())];
    }
    let mut out: Vec<String> = Vec::new();
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        match out.last_mut() {
            // The operator may stand apart from its version.
            Some(before) if before.chars().all(|c| "<>=!~^".contains(c)) => before.push_str(word),
            _ => out.push(word.to_owned()),
        }
    }
    out
}

fn one(part: &str, version: &Version) -> Option<bool> {
    let operator: String = part.chars().take_while(|c| "<>=!~^".contains(*c)).collect();
    let text = part.get(operator.len()..)?;
    if matches!(text, "" | "*" | "x" | "X") {
        return Some(version.pre.is_empty());
    }
    let wanted = Version::parse(text)?;
    // A pre-release is only meant where the constraint names one, such as `>= 1.2-0`.
    if !version.pre.is_empty() && wanted.pre.is_empty() {
        return Some(false);
    }
    let order = version.order(&wanted);
    let below = |level: usize| version.order(&wanted.next(level)).is_lt();
    Some(match operator.as_str() {
        "" | "=" if wanted.given < 3 => order.is_ge() && below(wanted.given),
        "" | "=" | "==" => order.is_eq(),
        "!=" => order.is_ne(),
        ">" if wanted.given < 3 && wanted.pre.is_empty() => !below(wanted.given) && order.is_gt(),
        ">" => order.is_gt(),
        ">=" | "=>" => order.is_ge(),
        "<" => order.is_lt(),
        "<=" | "=<" if wanted.given < 3 => below(wanted.given),
        "<=" | "=<" => order.is_le(),
        "~" | "~>" => order.is_ge() && below(wanted.given.min(2)),
        "^" => {
            let level = wanted.numbers.iter().position(|number| *number > 0).map_or(wanted.given, |index| index + 1);
            order.is_ge() && below(level.clamp(1, 3))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_hold_as_in_sprig() {
        for (constraint, version, expected) in [
            (">=1.21-0", "v1.33.1", true),
            (">= 1.19-0", "1.18.2-gke.1", false),
            ("<1.14-0", "1.33.0", false),
            (">=1.16 <1.20", "1.19.5", true),
            ("^1.2", "1.9.0", true),
            ("^0.2.3", "0.3.0", false),
            ("~1.2", "1.3.0", false),
            ("1.x", "1.9.1", true),
            ("1.2 - 1.4", "1.4.9", true),
            ("<1 || >=2", "2.0.0", true),
            (">1.2", "1.2.5", false),
            (">= 1.2", "1.3.0-rc.1", false),
        ] {
            assert_eq!(allows(constraint, version), Some(expected), "{constraint} {version}");
        }
        assert_eq!(allows("about 1", "1.0.0"), None);
    }
}
