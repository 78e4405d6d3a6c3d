//! Which fields of which kinds the settings of a kustomization reach (Kustomize, default transformer configuration).

use super::resource::Resource;
use super::value::{Data, Value};
use super::vars::Var;
use crate::source::Place;

/// A field of the objects of a kind. Lists on the way are gone through; `[]` behind a key keeps it from being made.
#[derive(Clone, Debug)]
pub(super) struct FieldSpec {
    /// Only objects of this group; of any where empty.
    pub(super) group: String,
    /// Only objects of this version; of any where empty.
    pub(super) version: String,
    /// Only objects of this kind; of any where empty.
    pub(super) kind: String,
    /// The keys on the way.
    pub(super) path: Vec<String>,
    /// Whether it is made where it is not there.
    pub(super) create: bool,
}

/// The fields that `configurations` add to those that every kustomization knows (Kustomize, transformer configuration).
#[derive(Default)]
pub(super) struct Config {
    pub(super) namespace: Vec<FieldSpec>,
    /// What `namePrefix` is put before.
    pub(super) prefixes: Vec<FieldSpec>,
    /// What `nameSuffix` is put behind.
    pub(super) suffixes: Vec<FieldSpec>,
    /// Where labels go in any case.
    pub(super) labels: Vec<FieldSpec>,
    /// Where labels go that are in templates.
    pub(super) template_labels: Vec<FieldSpec>,
    /// Where labels go that are in selectors.
    pub(super) selectors: Vec<FieldSpec>,
    pub(super) annotations: Vec<FieldSpec>,
    pub(super) images: Vec<FieldSpec>,
    pub(super) replicas: Vec<FieldSpec>,
    /// Fields that name objects, each with the kind that it names.
    pub(super) references: Vec<(String, FieldSpec)>,
    /// Fields that variables may stand in.
    pub(super) var_references: Vec<FieldSpec>,
    /// The variables that are declared, up to here.
    pub(super) vars: Vec<Var>,
}

impl Config {
    /// Adds what a file of `configurations` says.
    pub(super) fn add(&mut self, file: &Value) {
        let fields = |key: &str| file.list(key).iter().filter_map(FieldSpec::read).collect::<Vec<_>>();
        self.namespace.extend(fields("namespace"));
        self.prefixes.extend(fields("namePrefix"));
        self.suffixes.extend(fields("nameSuffix"));
        self.labels.extend(fields("labels"));
        self.template_labels.extend(fields("templateLabels"));
        self.selectors.extend(fields("commonLabels"));
        self.annotations.extend(fields("commonAnnotations"));
        self.images.extend(fields("images"));
        self.replicas.extend(fields("replicas"));
        self.var_references.extend(fields("varReference"));
        for entry in file.list("nameReference") {
            let Some(kind) = entry.get("kind").and_then(Value::text) else { continue };
            let fields = entry.list("fieldSpecs").iter().filter_map(FieldSpec::read);
            self.references.extend(fields.map(|field| (kind.to_owned(), field)));
        }
    }

    /// Adds what another one has, as a base brings it to what is made of it.
    pub(super) fn merge(&mut self, other: Self) {
        self.namespace.extend(other.namespace);
        self.prefixes.extend(other.prefixes);
        self.suffixes.extend(other.suffixes);
        self.labels.extend(other.labels);
        self.template_labels.extend(other.template_labels);
        self.selectors.extend(other.selectors);
        self.annotations.extend(other.annotations);
        self.images.extend(other.images);
        self.replicas.extend(other.replicas);
        self.references.extend(other.references);
        self.var_references.extend(other.var_references);
        self.vars.extend(other.vars);
    }

    /// How many fields it has.
    pub(super) fn len(&self) -> usize {
        let lists = [
            &self.namespace,
            &self.prefixes,
            &self.suffixes,
            &self.labels,
            &self.template_labels,
            &self.selectors,
            &self.annotations,
            &self.images,
            &self.replicas,
            &self.var_references,
        ];
        lists.into_iter().map(Vec::len).sum::<usize>() + self.references.len()
    }
}

/// What is made where a field is not there.
#[derive(Clone, Copy)]
pub(super) enum Leaf {
    Scalar,
    Map,
}

impl FieldSpec {
    pub(super) fn new(group: &str, kind: &str, path: &str, create: bool) -> Self {
        Self { group: group.to_owned(), version: String::new(), kind: kind.to_owned(), path: split(path), create }
    }

    /// Reads one from a kustomization, as `labels.fields` has them.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::text).unwrap_or("").to_owned();
        Some(Self {
            group: text("group"),
            version: text("version"),
            kind: text("kind"),
            path: split(value.get("path")?.text()?),
            create: value.get("create").is_some_and(Value::is_true),
        })
    }

    /// Whether it is a field of an object.
    pub(super) fn is_of(&self, resource: &Resource) -> bool {
        let (group, version) = resource.group_version();
        (self.kind.is_empty() || self.kind == resource.kind())
            && (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
    }

    /// Calls `set` on each value of the field, where it is one of the object. `leaf` is what is made where it is not
    /// there, at the place given.
    pub(super) fn visit(&self, resource: &mut Resource, leaf: Leaf, at: Place, set: &mut dyn FnMut(&mut Value)) {
        if self.is_of(resource) {
            visit(&mut resource.root, &self.path, self.create.then_some((leaf, at)), set);
        }
    }
}

/// The keys of a path; a slash behind a backslash is part of a key.
fn split(path: &str) -> Vec<String> {
    let escaped = path.replace("\\/", "\0");
    escaped.split('/').filter(|part| !part.is_empty()).map(|part| part.replace('\0', "/")).collect()
}

/// Calls `set` on each value under the keys of a path, through all lists on the way.
fn visit(value: &mut Value, path: &[String], create: Option<(Leaf, Place)>, set: &mut dyn FnMut(&mut Value)) {
    let Some((key, rest)) = path.split_first() else {
        set(value);
        return;
    };
    if let Data::List(items) = &mut value.data {
        for item in items {
            visit_map(item, key, rest, create, set);
        }
    } else {
        visit_map(value, key, rest, create, set);
    }
}

fn visit_map(
    value: &mut Value,
    key: &str,
    rest: &[String],
    create: Option<(Leaf, Place)>,
    set: &mut dyn FnMut(&mut Value),
) {
    if !value.is_map() {
        return;
    }
    let (key, makes) = match key.strip_suffix("[]") {
        Some(key) => (key, None),
        None => (key, create),
    };
    if let Some((leaf, at)) = makes
        && value.get(key).is_none_or(Value::is_null)
    {
        let made = match leaf {
            Leaf::Scalar if rest.is_empty() => Value::string("", at),
            _ => Value::map(at),
        };
        value.set(key, at, made);
    }
    if let Some(field) = value.get_mut(key) {
        visit(field, rest, create, set);
    }
}

/// Kinds with a pod template at `spec/template`, with the group that kustomize demands of them.
const TEMPLATES: [(&str, &str); 6] = [
    ("", "ReplicationController"),
    ("", "Deployment"),
    ("", "ReplicaSet"),
    ("", "DaemonSet"),
    ("apps", "StatefulSet"),
    ("batch", "Job"),
];

/// Where labels go that are in no selector: on the object, and where asked on its pod template.
pub(super) fn label_fields(templates: bool) -> Vec<FieldSpec> {
    let mut out = vec![FieldSpec::new("", "", "metadata/labels", true)];
    if templates {
        out.extend(
            TEMPLATES.iter().map(|(group, kind)| FieldSpec::new(group, kind, "spec/template/metadata/labels", true)),
        );
        for path in ["spec/jobTemplate/metadata/labels", "spec/jobTemplate/spec/template/metadata/labels"] {
            out.push(FieldSpec::new("batch", "CronJob", path, true));
        }
    }
    out
}

/// Where labels go on the claims that a StatefulSet makes.
pub(super) fn claim_label_fields() -> FieldSpec {
    FieldSpec::new("apps", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true)
}

/// Where labels go that are in selectors too.
pub(super) fn selector_fields() -> Vec<FieldSpec> {
    let mut out = vec![
        FieldSpec { version: "v1".to_owned(), ..FieldSpec::new("", "Service", "spec/selector", true) },
        FieldSpec { version: "v1".to_owned(), ..FieldSpec::new("", "ReplicationController", "spec/selector", true) },
        FieldSpec::new("", "Deployment", "spec/selector/matchLabels", true),
        FieldSpec::new("", "ReplicaSet", "spec/selector/matchLabels", true),
        FieldSpec::new("", "DaemonSet", "spec/selector/matchLabels", true),
        FieldSpec::new("apps", "StatefulSet", "spec/selector/matchLabels", true),
        FieldSpec::new("batch", "Job", "spec/selector/matchLabels", false),
        FieldSpec::new("batch", "CronJob", "spec/jobTemplate/spec/selector/matchLabels", false),
        FieldSpec::new("policy", "PodDisruptionBudget", "spec/selector/matchLabels", false),
    ];
    for path in [
        "spec/podSelector/matchLabels",
        "spec/ingress/from/podSelector/matchLabels",
        "spec/egress/to/podSelector/matchLabels",
    ] {
        out.push(FieldSpec::new("networking.k8s.io", "NetworkPolicy", path, false));
    }
    for kind in ["Deployment", "StatefulSet"] {
        for affinity in ["podAffinity", "podAntiAffinity"] {
            for terms in [
                "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
                "requiredDuringSchedulingIgnoredDuringExecution",
            ] {
                let path = format!("spec/template/spec/affinity/{affinity}/{terms}/labelSelector/matchLabels");
                out.push(FieldSpec::new("apps", kind, &path, false));
            }
        }
        let spread = "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels";
        out.push(FieldSpec::new("apps", kind, spread, false));
    }
    out.extend(label_fields(true));
    out.push(claim_label_fields());
    out
}

/// Where annotations go.
pub(super) fn annotation_fields() -> Vec<FieldSpec> {
    let mut out = vec![FieldSpec::new("", "", "metadata/annotations", true)];
    let templates = TEMPLATES.iter().map(|(group, kind)| {
        // Unlike with labels, any group will do for a StatefulSet.
        let group = if *kind == "StatefulSet" { "" } else { group };
        FieldSpec::new(group, kind, "spec/template/metadata/annotations", true)
    });
    out.extend(templates);
    for path in ["spec/jobTemplate/metadata/annotations", "spec/jobTemplate/spec/template/metadata/annotations"] {
        out.push(FieldSpec::new("batch", "CronJob", path, true));
    }
    out
}
