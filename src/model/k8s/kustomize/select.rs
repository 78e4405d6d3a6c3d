//! Which objects a patch or a replacement is for (Kustomize reference, `patches.target`).

use regex::Regex;

use super::outcome::Failure;
use super::resource::Resource;
use super::value::Value;

/// The selector of a target. Patterns match as a whole, and one that is not there matches everything.
pub(super) struct Selector<'v> {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Vec<Requirement<'v>>,
    annotations: Vec<Requirement<'v>>,
}

enum Pattern {
    Any,
    Word(String),
    Regex(Regex),
}

impl Pattern {
    fn read(target: &Value, key: &str) -> Result<Self, Failure> {
        let Some(text) = target.get(key).and_then(Value::text).filter(|text| !text.is_empty()) else {
            return Ok(Self::Any);
        };
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Ok(Self::Word(text.to_owned()));
        }
        let at = target.get(key).map_or(target.at, |value| value.at);
        Regex::new(&format!("^(?:{text})$"))
            .map(Self::Regex)
            .map_err(|_| Failure::new(format!("`{text}` is no regular expression"), at))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Word(word) => word == text,
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

impl<'v> Selector<'v> {
    /// Reads a selector.
    ///
    /// # Errors
    /// Where a pattern is no regular expression.
    pub(super) fn read(target: &'v Value) -> Result<Self, Failure> {
        let pattern = |key: &str| Pattern::read(target, key);
        let requirements = |key: &str| requirements(target.get(key).and_then(Value::text).unwrap_or(""));
        Ok(Self {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels: requirements("labelSelector"),
            annotations: requirements("annotationSelector"),
        })
    }

    /// Whether it selects an object, by the name it has or the one it had first.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        let (group, version) = resource.group_version();
        let (now, first) = (resource.id(), resource.first_id());
        self.kind.matches(resource.kind())
            && self.group.matches(group)
            && self.version.matches(version)
            && (self.name.matches(&first.name) || self.name.matches(&now.name))
            && (self.namespace.matches(&first.namespace) || self.namespace.matches(&now.namespace))
            && holds(&self.labels, resource, "labels")
            && holds(&self.annotations, resource, "annotations")
    }
}

fn holds(requirements: &[Requirement<'_>], resource: &Resource, key: &str) -> bool {
    let pairs = resource.root.under(&["metadata", key]);
    requirements.iter().all(|requirement| {
        let value = pairs.and_then(|pairs| pairs.get(requirement.key)).and_then(Value::text);
        requirement.holds(value)
    })
}

/// One part of a label selector.
struct Requirement<'v> {
    key: &'v str,
    /// `None` asks only whether the key is there.
    values: Option<Vec<&'v str>>,
    negated: bool,
}

impl Requirement<'_> {
    fn holds(&self, value: Option<&str>) -> bool {
        let found = match (&self.values, value) {
            (None, value) => value.is_some(),
            (Some(values), Some(value)) => values.contains(&value),
            (Some(_), None) => false,
        };
        found != self.negated
    }
}

/// Reads `a=b,c!=d,e in (f, g),h,!i` (Kubernetes, label selectors).
fn requirements(text: &str) -> Vec<Requirement<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut depth = 0_usize;
        let end = rest.find(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        });
        let (part, tail) =
            end.map_or((rest, ""), |end| (rest.get(..end).unwrap_or(""), rest.get(end + 1..).unwrap_or("")));
        out.extend(requirement(part.trim()));
        rest = tail;
    }
    out
}

fn requirement(part: &str) -> Option<Requirement<'_>> {
    if part.is_empty() {
        return None;
    }
    let set = |text: &'_ str| -> Option<(usize, bool)> {
        text.find(" notin ").map(|at| (at, true)).or_else(|| text.find(" in ").map(|at| (at, false)))
    };
    if part.ends_with(')')
        && let Some((at, negated)) = set(part)
    {
        let (key, values) = part.split_at_checked(at)?;
        let values = values.split_once('(')?.1.trim_end_matches(')');
        return Some(Requirement {
            key: key.trim(),
            values: Some(values.split(',').map(str::trim).collect()),
            negated,
        });
    }
    let equal = |key: &'_ str| key.trim_end_matches('=').trim().len();
    Some(if let Some((key, value)) = part.split_once("!=") {
        Requirement { key: key.trim(), values: Some(vec![value.trim()]), negated: true }
    } else if let Some((key, value)) = part.split_once('=') {
        let key = key.get(..equal(key)).unwrap_or(key);
        Requirement { key, values: Some(vec![value.trim_start_matches('=').trim()]), negated: false }
    } else if let Some(key) = part.strip_prefix('!') {
        Requirement { key: key.trim(), values: None, negated: true }
    } else {
        Requirement { key: part, values: None, negated: false }
    })
}

#[cfg(test)]
mod tests {
    use super::requirements;

    #[test]
    fn a_label_selector_is_read_in_all_its_forms() {
        let all = requirements("a=b, c!=d,e in (f, g),h,!i,j == k");
        let shown: Vec<String> =
            all.iter().map(|one| format!("{} {:?} {}", one.key, one.values, one.negated)).collect();
        assert_eq!(
            shown,
            [
                "a Some([\"b\"]) false",
                "c Some([\"d\"]) true",
                "e Some([\"f\", \"g\"]) false",
                "h None false",
                "i None true",
                "j Some([\"k\"]) false",
            ]
        );
    }
}
