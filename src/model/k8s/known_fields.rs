//! The fields that Kubernetes knows of its own kinds: which keys of an object are none of them, and which it lacks.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::diagnostic::nearest;
use crate::model;
use crate::model::read::{is_mapping, is_variable, placeholder};
use crate::model::value::List;
use crate::source::Place;
use crate::syntax::yaml::NodeRef;

model! {
    /// A key of an object that Kubernetes does not know there: the API server refuses it or drops it.
    pub struct UnknownField as "k8s.unknown_field" {
        /// The key.
        name: String,
        /// Where it stands: keys joined by dots, positions in lists left out, such as `spec.template.spec.container`.
        path: String,
        /// The known field that it may be meant to be.
        nearest: Option<String>,
        /// What to do about it, in words.
        advice: String,
    }
    label(field) { field.path.clone() }
}

model! {
    /// A field without which the API server refuses what it belongs to, and that is not there.
    pub struct MissingField as "k8s.missing_field" {
        /// The key.
        name: String,
        /// Where it belongs: keys joined by dots, positions in lists left out, such as `spec.template.spec.containers`.
        path: String,
    }
    label(field) { field.path.clone() }
}

/// What an object has in its keys that its kind does not know, and lacks that it has to have.
pub(super) struct Judged {
    /// The keys of which the kind knows nothing, in the order of the text.
    pub(super) unknown: List<UnknownField>,
    /// The fields that have to be there, in the order of what they belong to.
    pub(super) missing: List<MissingField>,
}

/// The fields, as `fields.txt` has them; what a line of it means stands at its top.
struct Table {
    definitions: Vec<Definition>,
    kinds: BTreeMap<&'static str, usize>,
}

/// The fields of a definition by name, each with the place in the table of the definition that stands below it.
#[derive(Default)]
struct Definition {
    fields: BTreeMap<&'static str, Option<usize>>,
    required: Vec<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("fields.txt")));

impl Table {
    fn read(text: &'static str) -> Self {
        let lines = || text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
        let mut places = BTreeMap::new();
        let mut kinds = BTreeMap::new();
        for (place, (head, _)) in lines().enumerate() {
            let mut words = head.split(' ');
            places.extend(words.next().map(|name| (name, place)));
            kinds.extend(words.skip(1).map(|kind| (kind, place)));
        }
        let field = |word: &'static str| {
            let (name, definition) = word.split_once('=').unwrap_or((word, ""));
            (name.trim_end_matches('!'), places.get(definition).copied())
        };
        let required = |word: &'static str| word.split('=').next()?.strip_suffix('!');
        let definition = |fields: &'static str| Definition {
            fields: fields.split(' ').map(field).collect(),
            required: fields.split(' ').filter_map(required).collect(),
        };
        let definitions = lines().map(|(_, fields)| definition(fields)).collect();
        Self { definitions, kinds }
    }

    fn get(&self, place: usize) -> Option<&Definition> {
        self.definitions.get(place)
    }

    /// The definition of a kind; `None` for one that is not built in, or a version that nobody knows.
    fn of_kind(&self, api_version: &str, kind: &str) -> Option<usize> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let exact = self.kinds.get(format!("{api_version}/{kind}").as_str());
        exact.or_else(|| self.kinds.get(format!("{group}/{kind}").as_str())).copied()
    }
}

/// How many unknown fields of one object are told.
const MAX_TOLD: usize = 100;

/// A mapping on the way from the object to where one is.
struct Visit<'t> {
    above: Option<usize>,
    key: &'t str,
    definition: usize,
}

/// Judges the keys of an object; `suggestions` bounds how many known fields are looked for in the stead of those that
/// nobody knows. Nothing is said of kinds that are not built in, nor of what a version before the stable one lacks.
#[must_use]
pub(super) fn judge(
    object: NodeRef<'_>,
    (api_version, kind): (&str, &str),
    at: Place,
    suggestions: &mut usize,
) -> Judged {
    let mut judged = Judged { unknown: List::empty(at), missing: List::empty(at) };
    // What a line belongs to may hang on one that could not be read.
    let Some(definition) = TABLE.of_kind(api_version, kind).filter(|_| !object.is_partial()) else { return judged };
    let is_stable = !api_version.contains("alpha") && !api_version.contains("beta");
    let mut visits = vec![Visit { above: None, key: "", definition }];
    let mut stack = vec![(object, 0)];
    while let Some((node, visit)) = stack.pop() {
        let Some(definition) = visits.get(visit).and_then(|visit| TABLE.get(visit.definition)) else { continue };
        let start = stack.len();
        stack.extend(node.items().map(|item| (item, visit)));
        if is_mapping(node) {
            // Something else may fill in the rest.
            let is_whole = || node.entries().all(|entry| is_field_name(entry.key));
            for name in definition.required.iter().filter(|_| is_stable).filter(|name| node.get(name).is_none()) {
                if judged.missing.items.len() < MAX_TOLD && is_whole() {
                    let (at, path) = (node.key_place().unwrap_or(node.place()), join(&path(&visits, visit), name));
                    judged.missing.items.push(MissingField { at, name: (*name).to_owned(), path });
                }
            }
            for entry in node.entries() {
                match definition.fields.get(entry.key) {
                    Some(Some(below)) => {
                        visits.push(Visit { above: Some(visit), key: entry.key, definition: *below });
                        stack.push((entry.value, visits.len() - 1));
                    }
                    Some(None) => {}
                    None if !is_field_name(entry.key) || visit == 0 && entry.key == SOPS => {}
                    None if judged.unknown.items.len() < MAX_TOLD => {
                        let at = entry.key_node.place();
                        judged.unknown.items.push(unknown_field(entry.key, at, (&visits, visit), suggestions));
                    }
                    None => return judged,
                }
            }
        }
        if let Some(added) = stack.get_mut(start..) {
            added.reverse();
        }
    }
    judged
}

/// Whether a key names a field. Directives of patches and what something else fills in do not: a word in capitals, such
/// as `DEPLOYMENT_AFFINITY`, is one that a script replaces.
fn is_field_name(key: &str) -> bool {
    let is_token = key.contains('_') && !key.bytes().any(|b| b.is_ascii_lowercase());
    !key.is_empty() && !key.starts_with('$') && !placeholder(key) && !is_variable(key) && !is_token
}

/// What SOPS adds to the top of an encrypted object, and takes away with the encryption (SOPS, "Encryption protocol").
const SOPS: &str = "sops";

fn unknown_field(
    name: &str,
    at: Place,
    (visits, visit): (&[Visit<'_>], usize),
    suggestions: &mut usize,
) -> UnknownField {
    let parent = path(visits, visit);
    let definition = visits.get(visit).and_then(|visit| TABLE.get(visit.definition));
    let mut near = None;
    if let Some(rest) = suggestions.checked_sub(1) {
        *suggestions = rest;
        let known = definition.into_iter().flat_map(|definition| definition.fields.keys().copied());
        near = nearest(name, known);
    }
    let advice = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => match below(definition, name).map(|key| join(&parent, &key)).or_else(|| above(visits, visit, name)) {
            Some(place) if place.is_empty() => format!("`{name}` is a field of the object itself"),
            Some(place) => format!("`{name}` is a field of `{place}`"),
            None => "remove it, or write the field that is meant".to_owned(),
        },
    };
    UnknownField { at, path: join(&parent, name), name: name.to_owned(), nearest: near.map(str::to_owned), advice }
}

/// The keys down to a mapping, joined by dots.
fn path(visits: &[Visit<'_>], visit: usize) -> String {
    let up = |visit: &&Visit<'_>| visit.above.and_then(|above| visits.get(above));
    let mut keys: Vec<&str> = std::iter::successors(visits.get(visit), up).map(|visit| visit.key).collect();
    keys.pop();
    keys.reverse();
    keys.join(".")
}

fn join(parent: &str, key: &str) -> String {
    if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") }
}

/// The one field of a definition, or of what stands below one, that has a field of this name.
fn below(definition: Option<&Definition>, name: &str) -> Option<String> {
    let inner = |definition: &'static Definition| fields_below(definition);
    let near: Vec<_> = fields_below(definition?).collect();
    let one = |found: Vec<String>| <[String; 1]>::try_from(found).ok().map(|[one]| one);
    let has = |definition: &Definition| definition.fields.contains_key(name);
    let found: Vec<String> = near.iter().filter(|(_, below)| has(below)).map(|(key, _)| (*key).to_owned()).collect();
    if !found.is_empty() {
        return one(found);
    }
    let far = near.iter().flat_map(|(key, below)| inner(below).map(move |(last, below)| (*key, last, below)));
    one(far.filter(|(_, _, below)| has(below)).map(|(key, last, _)| join(key, last)).collect())
}

/// The fields of a definition below which there is another, containers once.
fn fields_below(definition: &Definition) -> impl Iterator<Item = (&'static str, &'static Definition)> {
    let further = |key: &str| matches!(key, "initContainers" | "ephemeralContainers");
    let fields = definition.fields.iter().filter(move |(key, _)| !further(key));
    fields.filter_map(|(key, below)| Some((*key, TABLE.get((*below)?)?)))
}

/// Where above a mapping a field of this name belongs; `""` for the object itself.
fn above(visits: &[Visit<'_>], visit: usize, name: &str) -> Option<String> {
    let up = |place: &usize| visits.get(*place).and_then(|visit| visit.above);
    let has = |place: &usize| {
        let definition = visits.get(*place).and_then(|visit| TABLE.get(visit.definition));
        definition.is_some_and(|definition| definition.fields.contains_key(name))
    };
    std::iter::successors(up(&visit), up).find(has).map(|place| path(visits, place))
}

#[cfg(test)]
mod tests {
    use super::{TABLE, judge};
    use crate::source::FileId;
    use crate::syntax::yaml::Tree;

    /// What is told about an object: path and advice, a line each.
    fn told(api_version: &str, kind: &str, text: &str) -> Vec<(String, String)> {
        let tree = Tree::parse(FileId(0), text);
        let root = tree.documents().next().unwrap();
        let found = judge(root, (api_version, kind), root.place(), &mut 100).unknown;
        found.items.into_iter().map(|field| (field.path, field.advice)).collect()
    }

    fn paths(api_version: &str, kind: &str, text: &str) -> Vec<String> {
        told(api_version, kind, text).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn every_line_of_the_table_is_read_and_names_definitions_that_there_are() {
        let text = include_str!("fields.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.clone().count(), TABLE.definitions.len());
        for word in lines.flat_map(|line| line.split(' ')) {
            if let Some((_, definition)) = word.split_once('=') {
                let head = |line: &str| line.split([' ', ':']).next() == Some(definition);
                assert!(text.lines().any(head), "{word}");
            }
        }
    }

    #[test]
    fn a_misspelt_field_has_the_known_one_as_advice() {
        let found = told(
            "apps/v1",
            "Deployment",
            "spec: { replica: 3, template: { spec: { containers: [{ livenessProb: {} }] } } }",
        );
        let advice = |path: &str, near: &str| (path.to_owned(), format!("did you mean `{near}`?"));
        assert_eq!(
            found,
            [advice("spec.replica", "replicas"), advice("spec.template.spec.containers.livenessProb", "livenessProbe")]
        );
    }

    #[test]
    fn a_field_of_another_level_is_told_where_it_belongs() {
        let text = "spec: { securityContext: {}, template: { spec: { replicas: 2, envFrom: [], containers: [{ runAsUser: 1, kind: x }] } } }";
        let advice: Vec<_> = told("apps/v1", "Deployment", text).into_iter().map(|(_, advice)| advice).collect();
        assert_eq!(
            advice,
            [
                "`securityContext` is a field of `spec.template.spec`",
                "`replicas` is a field of `spec`",
                "`envFrom` is a field of `spec.template.spec.containers`",
                "`runAsUser` is a field of `spec.template.spec.containers.securityContext`",
                "`kind` is a field of the object itself",
            ]
        );
    }

    #[test]
    fn maps_of_own_keys_scalars_and_the_status_are_not_judged() {
        let text = "metadata: { labels: { a: b }, annotations: { c: d } }\nspec: { selector: { matchLabels: { a: b } }, template: { spec: { nodeSelector: { e: f }, containers: [{ command: { a: b }, resources: { limits: { gpu: 1 } } }] } } }\nstatus: { g: h }\n";
        assert!(paths("apps/v1", "Deployment", text).is_empty());
        assert!(paths("v1", "ConfigMap", "data: { a: b }\nbinaryData: { c: d }").is_empty());
    }

    #[test]
    fn case_counts() {
        assert_eq!(paths("v1", "Service", "spec: { ClusterIP: None }"), ["spec.ClusterIP"]);
    }

    #[test]
    fn placeholders_directives_of_patches_and_merge_keys_are_no_fields() {
        let text = "x: &x { kind: Pod }\nspec: { $patch: replace, POD_AFFINITY: '', '{{ .key }}': 1, '${KEY}': 2, containers: {{ .all }} }\n<<: *x";
        assert_eq!(paths("v1", "Pod", text), ["x"]);
    }

    #[test]
    fn what_sops_adds_to_an_encrypted_object_is_no_field_of_it() {
        assert_eq!(paths("v1", "Secret", "sops: { version: 3.9.0 }\nmetadata: { sops: {} }"), ["metadata.sops"]);
    }

    #[test]
    fn versions_that_differ_have_their_own_fields() {
        let backend = "spec: { rules: [{ http: { paths: [{ backend: { serviceName: api, servicePort: 80 } }] } }] }";
        assert!(paths("extensions/v1beta1", "Ingress", backend).is_empty());
        assert_eq!(paths("networking.k8s.io/v1", "Ingress", backend).len(), 2);
        assert_eq!(paths("autoscaling/v1", "HorizontalPodAutoscaler", "spec: { metrics: [] }"), ["spec.metrics"]);
        assert!(paths("autoscaling/v2", "HorizontalPodAutoscaler", "spec: { metrics: [] }").is_empty());
    }

    #[test]
    fn kinds_that_are_not_built_in_are_not_judged() {
        assert!(paths("serving.knative.dev/v1", "Service", "spec: { replica: 3 }").is_empty());
        assert!(paths("autoscaling/v9", "HorizontalPodAutoscaler", "spec: { replica: 3 }").is_empty());
        assert!(paths("v1", "Deployment", "spec: { replica: 3 }").is_empty());
    }

    #[test]
    fn what_stands_for_every_key_of_a_large_mapping_is_bounded() {
        let many: Vec<String> = (0..5_000).map(|index| format!("key{index}: 1")).collect();
        assert_eq!(paths("v1", "Pod", &many.join("\n")).len(), super::MAX_TOLD);
    }
}
