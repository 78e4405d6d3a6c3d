//! What a constraint on versions says: how far it decides, and whether it takes a version.

use super::Pinned;

/// Whether a version of a package for Python is decided (PEP 440, "Version specifiers").
pub(super) fn python(constraint: &str) -> Pinned {
    let clauses: Vec<&str> = constraint.split(',').map(str::trim).filter(|clause| !clause.is_empty()).collect();
    let exact = |clause: &&str| clause.starts_with("==") && !clause.ends_with(".*");
    match clauses.as_slice() {
        [] => Pinned::None,
        clauses if clauses.iter().any(exact) => Pinned::Exact,
        _ => Pinned::Range,
    }
}

/// The same for what poetry writes, where a bare version is that version alone.
pub(super) fn poetry(constraint: &str) -> Pinned {
    match constraint.trim() {
        "*" | "" => Pinned::None,
        text if text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['*', ',', '|', ' ']) => Pinned::Exact,
        text => python(text),
    }
}

/// The same for npm (node-semver, "Ranges").
pub(super) fn npm(constraint: &str) -> Pinned {
    let text = constraint.trim();
    if text.is_empty() || matches!(text, "*" | "x" | "latest" | "next") {
        return Pinned::None;
    }
    if text.contains(':') || text.contains('/') {
        return if text.starts_with("npm:") {
            text.rsplit_once('@').map_or(Pinned::None, |(_, version)| npm(version))
        } else {
            Pinned::Elsewhere
        };
    }
    let bare = text.trim_start_matches(['=', 'v']);
    let core = bare.split(['-', '+']).next().unwrap_or("");
    let parts: Vec<&str> = core.split('.').collect();
    let is_full =
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if is_full && !text.contains(' ') { Pinned::Exact } else { Pinned::Range }
}

/// The same for cargo, where a bare version takes compatible ones too.
pub(super) fn cargo(constraint: &str) -> Pinned {
    match constraint.trim() {
        "*" | "" => Pinned::None,
        text if text.starts_with('=') && !text.contains(',') => Pinned::Exact,
        _ => Pinned::Range,
    }
}

/// Numbers of a version, as far as they are written: `3.11` has two.
fn numbers(text: &str) -> Option<(Vec<u64>, bool)> {
    let mut out = Vec::new();
    for part in text.trim().trim_start_matches('v').split(['.', '-', '+']) {
        if matches!(part, "*" | "x" | "X") {
            return Some((out, true));
        }
        match part.parse() {
            Ok(number) => out.push(number),
            Err(_) if out.is_empty() => return None,
            Err(_) => break,
        }
    }
    (!out.is_empty()).then_some((out, false))
}

/// Whether one comparison takes a version of which only the first numbers are known. `None` where it cannot be told.
fn takes_one(operator: &str, bound: &str, version: &[u64]) -> Option<bool> {
    let (bound, star) = numbers(bound)?;
    let known = version.len().min(bound.len());
    let order = version.get(..known)?.cmp(bound.get(..known)?);
    let equal = order.is_eq();
    Some(match operator {
        // A bound with more numbers than are known of the version is met by some of its releases.
        ">=" => order.is_ge(),
        "<=" => order.is_le(),
        ">" => order.is_gt() || (equal && bound.len() > version.len()) || (equal && version.len() > bound.len()),
        "<" => order.is_lt() || (equal && bound.len() > version.len()),
        "!=" => !(equal && (star || version.len() >= bound.len())),
        "~=" | "~>" => {
            let kept = bound.len().saturating_sub(1).max(1);
            order.is_ge() && version.iter().zip(&bound).take(kept).all(|(a, b)| a == b)
        }
        "~" => order.is_ge() && version.iter().zip(&bound).take(2.min(bound.len())).all(|(a, b)| a == b),
        "^" => {
            let kept = bound.iter().position(|number| *number != 0).map_or(bound.len(), |first| first + 1);
            order.is_ge() && version.iter().zip(&bound).take(kept).all(|(a, b)| a == b)
        }
        _ => equal,
    })
}

const OPERATORS: &[&str] = &["===", "==", ">=", "<=", "!=", "~=", "~>", "^", "~", ">", "<", "="];

/// Whether a constraint takes a version such as `3.11` or `20`. `None` where it cannot be told.
pub(super) fn takes(constraint: &str, version: &str) -> Option<bool> {
    let (version, _) = numbers(version)?;
    let mut any = false;
    for choice in constraint.split("||").flat_map(|choice| choice.split(" | ")) {
        any |= takes_all(choice, &version)?;
    }
    Some(any)
}

fn takes_all(choice: &str, version: &[u64]) -> Option<bool> {
    let choice = choice.trim();
    if choice.is_empty() || choice == "*" {
        return Some(true);
    }
    if let Some((from, to)) = choice.split_once(" - ") {
        return Some(takes_one(">=", from, version)? && takes_one("<=", to, version)?);
    }
    let mut rest = choice;
    let mut all = true;
    while !rest.is_empty() {
        rest = rest.trim_start_matches([' ', ',', '\t']);
        if rest.is_empty() {
            break;
        }
        let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator)).copied().unwrap_or("");
        rest = rest.get(operator.len()..)?.trim_start();
        let end = rest.find([' ', ',', '\t']).unwrap_or(rest.len());
        all &= takes_one(operator, rest.get(..end)?, version)?;
        rest = rest.get(end..)?;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::{cargo, npm, poetry, python, takes};
    use crate::model::dependencies::Pinned::{Elsewhere, Exact, None, Range};

    #[test]
    fn only_one_version_is_exact() {
        assert_eq!(
            [python("==1.2"), python("==1.*"), python(">=1,<2"), python(""), python("===1")],
            [Exact, Range, Range, None, Exact]
        );
        assert_eq!([poetry("1.2.3"), poetry("^1"), poetry("*"), poetry("==1.2")], [Exact, Range, None, Exact]);
        assert_eq!(
            [npm("1.2.3"), npm("^1.2.3"), npm("latest"), npm("1.2"), npm("=1.2.3-rc.1")],
            [Exact, Range, None, Range, Exact]
        );
        assert_eq!(
            [npm("workspace:*"), npm("npm:other@1.2.3"), npm("file:../x"), npm("user/repo")],
            [Elsewhere, Exact, Elsewhere, Elsewhere]
        );
        assert_eq!([cargo("1.2"), cargo("=1.2.3"), cargo("*")], [Range, Exact, None]);
    }

    #[test]
    fn a_version_that_is_known_in_part_is_taken_where_a_release_of_it_is() {
        for (constraint, version) in [
            (">=3.9", "3.11"),
            (">=3.11.4", "3.11"),
            ("~=3.11", "3.13"),
            ("==3.11.*", "3.11"),
            ("^3.9", "3.12"),
            (">=18", "20"),
            ("^18 || ^20.1.0", "20"),
            (">=16.0.0 <23", "22"),
            ("20.x", "20"),
            (">=3.9,<4", "3.13"),
            ("18 - 22", "20"),
            ("*", "20"),
        ] {
            assert_eq!(takes(constraint, version), Some(true), "{constraint} {version}");
        }
        for (constraint, version) in [
            (">=3.12", "3.11"),
            ("<3.11", "3.11"),
            ("~=3.11.2", "3.12"),
            ("^18", "20"),
            ("==3.11", "3.12"),
            (">=20 <22", "22"),
            ("!=3.9.*", "3.9"),
        ] {
            assert_eq!(takes(constraint, version), Some(false), "{constraint} {version}");
        }
        assert_eq!(takes("lts/*", "20"), Option::None);
    }
}
