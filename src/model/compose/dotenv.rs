//! What files of variables set, with the variables in their values filled in (Compose Specification, "Interpolation";
//! compose-go, `dotenv`).

use std::collections::BTreeMap;

use super::Trouble;
use super::interpolate::{FILL_BUDGET, Lookup, interpolate};
use super::scope::Scope;
use super::text::Text;
use crate::source::{FileId, Place, Span};
use crate::syntax::dotenv::{Assignment, Assignments, EnvValue, parse};

/// The longest variable that a program can be given, in bytes (Linux, `MAX_ARG_STRLEN`).
const MAX_VALUE: usize = 128 << 10;

/// What a `.env` sets. A value with a variable that neither the file nor `outer` sets stays out, since it cannot be
/// told; `outer` goes first.
#[must_use]
pub fn dotenv(text: &str, outer: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut budget = FILL_BUDGET;
    for one in &parse(text).all {
        let outer = |name: &str| outer.get(name).map(String::as_str);
        keep(one, fill(FileId::OUTSIDE, one, &outer, &out, &mut budget).0.as_ref(), &outer, &mut out);
    }
    out
}

/// What compose refuses of the name that a `.env` gives to the project (compose-go, `InvalidProjectNameErr`).
#[must_use]
pub fn project_name_problem(file: FileId, text: &str) -> Option<Trouble> {
    let name = parse(text).all.into_iter().rfind(|one| one.key == "COMPOSE_PROJECT_NAME")?.value?;
    let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    if name.text.contains('$') || (name.text.bytes().all(is_fine) && !name.text.starts_with(['_', '-'])) {
        return None;
    }
    let message = format!("`{}` is no name of a project", name.text);
    let help = "small letters, digits, `-` and `_` make one, and a letter or digit starts it";
    Some(Trouble::invalid(Place { file, span: name.span }, message).with_help(help))
}

/// A variable that a file sets.
pub(super) struct Set {
    pub(super) key: String,
    pub(super) key_at: Place,
    /// Its value; `None` where it is passed through from whoever runs compose.
    pub(super) value: Option<Text>,
}

/// What a file sets, in order. `known` has what earlier files set, and gets what this one does; what `outer` has goes
/// before both where a value names it.
pub(super) fn assigned(
    file: FileId,
    read: &Assignments<'_>,
    outer: Lookup<'_>,
    known: &mut BTreeMap<String, String>,
    scope: &Scope<'_>,
) -> Vec<Set> {
    let mut out = Vec::with_capacity(read.all.len());
    for one in &read.all {
        let mut budget = scope.fill.get();
        let (text, troubles) = fill(file, one, outer, known, &mut budget);
        scope.fill.set(budget);
        for trouble in troubles {
            scope.trouble(trouble);
        }
        keep(one, text.as_ref(), outer, known);
        let key_at = Place { file, span: one.key_span };
        out.push(Set { key: one.key.to_owned(), key_at, value: text });
    }
    out
}

/// Remembers a value for those below it.
fn keep(one: &Assignment<'_>, text: Option<&Text>, outer: Lookup<'_>, known: &mut BTreeMap<String, String>) {
    let is_known = |text: &&Text| !text.all().is_unknown() && text.value.len() <= MAX_VALUE;
    match (&one.value, text.filter(is_known)) {
        (_, Some(text)) => drop(known.insert(one.key.to_owned(), text.value.clone())),
        (None, None) if outer(one.key).is_none() => {}
        _ => drop(known.remove(one.key)),
    }
}

/// The value of an assignment, and what is no template in it.
fn fill(
    file: FileId,
    one: &Assignment<'_>,
    outer: Lookup<'_>,
    known: &BTreeMap<String, String>,
    budget: &mut usize,
) -> (Option<Text>, Vec<Trouble>) {
    let Some(EnvValue { text, span, content, is_literal, .. }) = &one.value else {
        let given = outer(one.key).map(|given| Text::handed_on(given, Place { file, span: one.key_span }));
        return (given, Vec::new());
    };
    let at = Place { file, span: *span };
    if *is_literal {
        return (Some(Text::new(text.to_string(), Vec::new(), at, *content)), Vec::new());
    }
    let lookup = |name: &str| outer(name).or_else(|| known.get(name).map(String::as_str));
    let filled = interpolate(text, &lookup, budget);
    let place = |range: &std::ops::Range<usize>| match content {
        Some(content) => Place { file, span: Span::new(content + range.start, content + range.end) },
        None => at,
    };
    let trouble = |(range, message): &(std::ops::Range<usize>, String)| {
        let help = "write `$$` for a dollar sign that is meant as one, or put the value in single quotes";
        Trouble::invalid(place(range), message.clone()).with_help(help)
    };
    let troubles = filled.errors.iter().map(trouble).collect();
    (Some(Text::new(filled.text, filled.pieces, at, *content)), troubles)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::dotenv;

    fn value(text: &str, name: &str) -> Option<String> {
        let outer = [("HOST".to_owned(), "outside".to_owned())].into();
        dotenv(text, &outer).remove(name)
    }

    #[test]
    fn values_may_use_what_stands_above_them() {
        let text = "# storage\nROOT=/srv # here\nexport DATA=${ROOT}/data\nLOGS=\"${LOG_ROOT:-/var/log}/app\"\nRAW='${ROOT}'\nTAG=${BUILD_TAG}\n";
        assert_eq!(value(text, "DATA").as_deref(), Some("/srv/data"));
        assert_eq!(value(text, "LOGS").as_deref(), Some("/var/log/app"));
        assert_eq!(value(text, "RAW").as_deref(), Some("${ROOT}"));
        assert_eq!(value(text, "TAG"), None);
    }

    #[test]
    fn what_is_set_outside_goes_first() {
        assert_eq!(value("HOST=inside\nURL=http://$HOST", "URL").as_deref(), Some("http://outside"));
        assert_eq!(value("HOST=inside\n", "HOST").as_deref(), Some("inside"));
        assert_eq!(value("HOST\n", "HOST").as_deref(), Some("outside"));
        assert_eq!(value("PORT=${PORT:-80}\nALL=$PORT:${PORT}", "ALL").as_deref(), Some("80:80"));
    }

    #[test]
    fn escaped_dollars_name_no_variable() {
        assert_eq!(value(r#"A="\$HOST \${HOST} $HOST""#, "A").as_deref(), Some("$HOST ${HOST} outside"));
        assert_eq!(value("A=$$HOST", "A").as_deref(), Some("$HOST"));
    }

    #[test]
    fn values_that_double_with_every_line_are_given_up() {
        let lines = (1..64).map(|n| format!("A{n}=$A{0}$A{0}\n", n - 1));
        let text: String = std::iter::once("A0=xxxxxxxx\n".to_owned()).chain(lines).collect();
        let set = dotenv(&text, &BTreeMap::new());
        assert!(set.len() > 10 && set.len() < 64, "{}", set.len());
        assert!(set.values().all(|value| value.len() <= super::MAX_VALUE));
    }
}
