//! Label selectors: which pods a Service, a policy or a workload means.

use super::text::{Pair, pairs, plain};
use crate::diagnostic::nearest;
use crate::model::read::Reader;
use crate::model::value::{Field, List};

/// A label selector as the API has it: equal labels and expressions, all of which must hold
/// (Kubernetes API, `LabelSelector`).
#[derive(Clone, Debug, Default)]
pub struct LabelSelector {
    labels: Vec<(String, Field<String>)>,
    expressions: Vec<Expression>,
    /// Whether part of it could not be read.
    unsure: bool,
}

#[derive(Clone, Debug)]
struct Expression {
    key: Option<String>,
    operator: Option<Operator>,
    values: Vec<Field<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// What a pod may become while it runs.
const ROLES: &[&str] = &["active", "false", "leader", "master", "primary", "replica", "standby", "true"];

impl Operator {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "In" => Self::In,
            "NotIn" => Self::NotIn,
            "Exists" => Self::Exists,
            "DoesNotExist" => Self::DoesNotExist,
            _ => return None,
        })
    }
}

impl LabelSelector {
    /// Reads a selector with `matchLabels` and `matchExpressions`.
    #[must_use]
    pub fn read(reader: Reader<'_>) -> Self {
        let mut selector = Self::of_pairs(&pairs(reader, "matchLabels"));
        let expressions = reader.list("matchExpressions", |node| {
            let part = Reader::new(node);
            Expression {
                key: part.field("key", plain).value().cloned(),
                operator: part.string("operator").value().and_then(|word| Operator::from_word(word)),
                values: part.list("values", plain).items,
            }
        });
        selector.unsure |= expressions.unseen.is_some();
        selector.expressions = expressions.items;
        selector
    }

    /// A selector that is a plain map of labels, as in a Service.
    #[must_use]
    pub fn of_pairs(pairs: &List<Pair>) -> Self {
        Self {
            labels: pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect(),
            expressions: Vec::new(),
            unsure: pairs.unseen.is_some(),
        }
    }

    /// Whether all that keeps it from pods with these labels is a role, which programs that elect a leader write on
    /// their own pods (Vault's `vault-active`, Patroni's `role`).
    #[must_use]
    pub fn awaits_role(&self, labels: &List<Pair>) -> bool {
        let (mut roles, mut shared) = (0_usize, 0_usize);
        let is_possible = self.labels.iter().all(|(key, wanted)| {
            let wanted = wanted.value();
            if let Some(pair) = labels.iter().find(|pair| pair.key == *key) {
                shared += 1;
                return pair.value.value() == wanted;
            }
            roles += 1;
            wanted.is_some_and(|role| ROLES.contains(&role.as_str()))
        });
        is_possible && roles > 0 && shared > 0 && self.expressions.is_empty()
    }

    /// Whether it shares a label with pods that have these.
    #[must_use]
    pub fn shares(&self, labels: &List<Pair>) -> bool {
        let is_shared = |(key, wanted): &(String, Field<String>)| match (find(labels, key), wanted.value()) {
            (Found::Value(value), Some(wanted)) => value == wanted,
            _ => false,
        };
        self.labels.iter().any(is_shared)
    }

    /// Whether it shares a label with pods that have these, but for a slip of the pen. Of expressions the key is enough.
    #[must_use]
    pub fn is_near(&self, labels: &List<Pair>) -> bool {
        let is_near = |(key, wanted): &(String, Field<String>)| match (find(labels, key), wanted.value()) {
            (Found::Value(value), Some(wanted)) => value == wanted || nearest(wanted, [value]).is_some(),
            (Found::Unknown, _) | (_, None) => true,
            (Found::Absent, _) => false,
        };
        let is_known = |expression: &Expression| {
            expression.key.as_deref().is_none_or(|key| !matches!(find(labels, key), Found::Absent))
        };
        self.expressions.iter().any(is_known) || self.labels.iter().any(is_near)
    }

    /// Whether it asks for a value that tells of pods with these labels, or of their workload by its name.
    #[must_use]
    pub fn tells_of(&self, labels: &List<Pair>, name: &str) -> bool {
        let begins =
            |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['-', '.']));
        let is_told = |wanted: &str| {
            let is_named = wanted == name || begins(wanted, name) || begins(name, wanted);
            is_named || labels.iter().any(|pair| pair.value.value().is_none_or(|value| value == wanted))
        };
        let mut wanted = self.labels.iter().map(|(_, wanted)| wanted.value());
        !self.expressions.is_empty() || wanted.any(|wanted| wanted.is_none_or(|wanted| is_told(wanted)))
    }

    /// What pods have to have among their labels, each as `key=value`, of which one of every group is asked for.
    #[must_use]
    pub fn wanted(&self) -> Vec<Vec<String>> {
        let pair = |key: &str, value: &Field<String>| value.value().map(|value| format!("{key}={value}"));
        let equal = self.labels.iter().map(|(key, value)| pair(key, value).into_iter().collect());
        let listed = self.expressions.iter().filter(|expression| expression.operator == Some(Operator::In));
        let listed = listed.map(|expression| {
            let key = expression.key.as_deref().unwrap_or_default();
            expression.values.iter().filter_map(|value| pair(key, value)).collect()
        });
        equal.chain(listed).collect()
    }

    /// The same without the labels that the control plane gives to pods. Where nothing else is asked for, it cannot be
    /// told which pods are meant.
    #[must_use]
    pub fn without(mut self, is_given: impl Fn(&str) -> bool) -> Self {
        let asked = self.labels.len();
        self.labels.retain(|(key, _)| !is_given(key));
        self.unsure |= self.labels.is_empty() && asked > 0;
        self
    }

    /// Whether it asks for nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty() && !self.unsure
    }

    /// Whether pods with these labels are selected; `None` where that cannot be told.
    #[must_use]
    pub fn matches(&self, labels: &List<Pair>) -> Option<bool> {
        let equal = self.labels.iter().map(|(key, wanted)| match find(labels, key) {
            Found::Value(value) => wanted.value().map(|wanted| wanted == value),
            Found::Absent => Some(false),
            Found::Unknown => None,
        });
        let expressed = self.expressions.iter().map(|expression| expression.holds(labels));
        let mut result = if self.unsure { None } else { Some(true) };
        for one in equal.chain(expressed) {
            match one {
                Some(false) => return Some(false),
                Some(true) => {}
                None => result = None,
            }
        }
        result
    }
}

impl Expression {
    fn holds(&self, labels: &List<Pair>) -> Option<bool> {
        let found = find(labels, self.key.as_deref()?);
        let is_listed = |value: &str| {
            if self.values.iter().any(|listed| listed.value().is_some_and(|listed| listed == value)) {
                return Some(true);
            }
            self.values.iter().all(|listed| listed.value().is_some()).then_some(false)
        };
        match (self.operator?, found) {
            (_, Found::Unknown) => None,
            (Operator::Exists, Found::Value(_)) | (Operator::DoesNotExist | Operator::NotIn, Found::Absent) => {
                Some(true)
            }
            (Operator::Exists | Operator::In, Found::Absent) | (Operator::DoesNotExist, Found::Value(_)) => Some(false),
            (Operator::In, Found::Value(value)) => is_listed(value),
            (Operator::NotIn, Found::Value(value)) => is_listed(value).map(|listed| !listed),
        }
    }
}

#[derive(Clone, Copy)]
enum Found<'l> {
    Value(&'l str),
    Absent,
    Unknown,
}

fn find<'l>(labels: &'l List<Pair>, key: &str) -> Found<'l> {
    match labels.iter().find(|pair| pair.key == key) {
        Some(pair) => pair.value.value().map_or(Found::Unknown, |value| Found::Value(value)),
        None if labels.unseen.is_some() => Found::Unknown,
        None => Found::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::LabelSelector;
    use crate::model::k8s::text::pairs;
    use crate::model::read::Reader;
    use crate::source::FileId;
    use crate::syntax::yaml::Tree;

    fn matches(selector: &str, labels: &str) -> Option<bool> {
        let text = format!("selector: {selector}\nlabels: {labels}\n");
        let tree = Tree::parse(FileId(0), &text);
        let root = Reader::new(tree.documents().next()?);
        LabelSelector::read(root.child("selector")).matches(&pairs(root, "labels"))
    }

    #[test]
    fn every_part_of_a_selector_must_hold() {
        let selector = "{matchLabels: {app: api}, matchExpressions: [{key: tier, operator: In, values: [web, api]}]}";
        assert_eq!(matches(selector, "{app: api, tier: web}"), Some(true));
        assert_eq!(matches(selector, "{app: api, tier: data}"), Some(false));
        assert_eq!(matches(selector, "{app: api}"), Some(false));
        assert_eq!(matches("{}", "{app: api}"), Some(true));
    }

    #[test]
    fn a_label_that_is_filled_in_later_leaves_the_match_open() {
        assert_eq!(matches("{matchLabels: {app: '${NAME}'}}", "{app: api}"), None);
        assert_eq!(matches("{matchLabels: {app: api}}", "{app: '${NAME}'}"), None);
        assert_eq!(matches("{matchLabels: {app: '${NAME}', tier: web}}", "{app: api, tier: data}"), Some(false));
    }

    #[test]
    fn a_missing_label_satisfies_not_in_and_does_not_exist() {
        assert_eq!(matches("{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}", "{}"), Some(true));
        assert_eq!(matches("{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{}"), Some(true));
        assert_eq!(matches("{matchExpressions: [{key: a, operator: Exists}]}", "{}"), Some(false));
    }
}
