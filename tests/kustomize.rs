//! Our builds of kustomizations against those of `kubectl kustomize`.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use svclint::model::k8s::{self, Build, Failure, Files, Found};
use svclint::source::FileId;
use svclint::syntax::yaml::{NodeRef, Scalar, Shape, Tree};

/// A directory of files, read once.
struct Directory {
    files: BTreeMap<String, Option<String>>,
    names: Vec<String>,
}

impl Directory {
    fn read(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut queue = vec![root.to_path_buf()];
        while let Some(directory) = queue.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    queue.push(path);
                } else if path.metadata().is_ok_and(|metadata| metadata.len() < 1 << 22) {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, std::fs::read_to_string(&path).ok());
                }
            }
        }
        let names = files.keys().cloned().collect();
        Self { files, names }
    }

    /// Paths of the kustomizations that no component is.
    fn kustomizations(&self) -> Vec<&str> {
        let is_one = |path: &&String| {
            let name = path.rsplit('/').next().unwrap();
            ["kustomization.yaml", "kustomization.yml", "Kustomization"].contains(&name)
                && self.files[*path].as_ref().is_some_and(|text| {
                    !text.contains("kind: Component") && !text.contains("kustomize.toolkit.fluxcd.io")
                })
        };
        self.files.keys().filter(is_one).map(String::as_str).collect()
    }
}

impl Files for Directory {
    fn find(&self, path: &str) -> Option<Found<'_>> {
        if let Some(text) = self.files.get(path) {
            let file = FileId(u32::try_from(self.names.binary_search(&path.to_owned()).unwrap()).unwrap());
            return Some(text.as_ref().map_or(Found::Binary(file), |text| Found::Text(file, text)));
        }
        let prefix = if path == "." { String::new() } else { format!("{path}/") };
        self.files.keys().any(|name| name.starts_with(&prefix)).then_some(Found::Directory)
    }
}

/// What kubectl builds, or what it complains about; `None` where there is no kubectl.
fn kubectl(directory: &Path) -> Option<Result<Vec<Value>, String>> {
    let output = Command::new("timeout")
        .args(["20", "kubectl", "kustomize"])
        .arg(directory)
        .env("HOME", "/nonexistent")
        .env("GIT_TERMINAL_PROMPT", "0")
        .output()
        .ok()
        .filter(|output| output.status.code() != Some(127))?;
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let tree = Tree::parse(FileId(0), &String::from_utf8(output.stdout).unwrap());
    Some(Ok(tree.documents().map(json).collect()))
}

fn json(node: NodeRef<'_>) -> Value {
    match node.shape() {
        Shape::Mapping => {
            Value::Object(node.entries().map(|entry| (entry.key.to_owned(), json(entry.value))).collect())
        }
        Shape::Sequence => Value::Array(node.items().map(json).collect()),
        Shape::Scalar(Scalar::Null) => Value::Null,
        Shape::Scalar(Scalar::Bool(value)) => Value::from(value),
        Shape::Scalar(Scalar::Int(value)) => Value::from(value),
        Shape::Scalar(Scalar::Float(value)) => Value::from(value),
        Shape::Scalar(Scalar::Str(text)) => Value::from(text),
    }
}

type Objects = BTreeMap<String, Value>;

/// Objects by what they are known by.
fn by_id(objects: Vec<Value>) -> Objects {
    let id = |object: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let metadata = &object["metadata"];
        [&object["apiVersion"], &object["kind"], &metadata["namespace"], &metadata["name"]].map(text).join(" ")
    };
    objects.into_iter().map(|object| (id(&object), normal(object))).collect()
}

/// An object without what means nothing: nulls, empty labels and annotations, line ends in Base64.
fn normal(object: Value) -> Value {
    let mut object = without_nulls(object);
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, value| value.as_object().is_none_or(|map| !map.is_empty()));
    }
    if object["kind"] == "Secret"
        && let Some(data) = object.get_mut("data").and_then(Value::as_object_mut)
    {
        for value in data.values_mut() {
            *value = Value::from(value.as_str().unwrap_or("").replace('\n', ""));
        }
    }
    object
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        Value::Object(map) => {
            let entries = map.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(entries.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        other => other,
    }
}

/// Takes the hashes off the names that kustomize has put them to, and off the references to them.
fn without_hashes(theirs: Vec<Value>, ours: &Objects) -> Vec<Value> {
    let mut names = BTreeMap::new();
    for object in &theirs {
        let kind = object["kind"].as_str().unwrap_or("");
        let name = object["metadata"]["name"].as_str().unwrap_or("");
        let is_there = |name: &str| ours.values().any(|own| own["kind"] == kind && own["metadata"]["name"] == name);
        if let Some((bare, hash)) = name.rsplit_once('-')
            && matches!(kind, "ConfigMap" | "Secret")
            && hash.len() == 10
            && !is_there(name)
            && is_there(bare)
        {
            names.insert(name.to_owned(), bare.to_owned());
        }
    }
    theirs.into_iter().map(|object| renamed(object, &names)).collect()
}

fn renamed(value: Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(names.get(&text).cloned().unwrap_or(text)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| renamed(item, names)).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, renamed(value, names))).collect()),
        other => other,
    }
}

/// How our build of a kustomization compares with kubectl's.
#[derive(Debug, PartialEq)]
enum Comparison {
    Equal,
    Different(String),
    /// Something that we do not do.
    Gap(String),
    BothRefuse(String),
    OnlyWeRefuse(String),
    OnlyTheyRefuse(String),
}

fn compare(ours: Result<Build, Failure>, theirs: Result<Vec<Value>, String>) -> Comparison {
    match (ours, theirs) {
        (Ok(build), _) if build.gaps.iter().any(|gap| gap.hides) => {
            Comparison::Gap(build.gaps.into_iter().map(|gap| gap.message).collect::<Vec<_>>().join("; "))
        }
        (Ok(build), Ok(theirs)) => {
            let ours = by_id(build.to_json());
            let theirs = by_id(without_hashes(theirs, &ours));
            let ids =
                |a: &Objects, b: &Objects| a.keys().filter(|id| !b.contains_key(*id)).cloned().collect::<Vec<_>>();
            let (more, less) = (ids(&ours, &theirs), ids(&theirs, &ours));
            if !more.is_empty() || !less.is_empty() {
                return Comparison::Different(format!("ours {more:?}, theirs {less:?}"));
            }
            let wrong = ours.iter().find_map(|(id, own)| Some((id, difference(own, &theirs[id], "")?)));
            wrong.map_or(Comparison::Equal, |(id, what)| Comparison::Different(format!("{id}: {what}")))
        }
        (Err(ours), Err(_)) => Comparison::BothRefuse(ours.message),
        (Err(ours), Ok(_)) => Comparison::OnlyWeRefuse(ours.message),
        (Ok(_), Err(theirs)) => Comparison::OnlyTheyRefuse(theirs),
    }
}

/// The first difference between two values.
fn difference(ours: &Value, theirs: &Value, path: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| match (a.get(key), b.get(key)) {
                (Some(a), Some(b)) => difference(a, b, &format!("{path}/{key}")),
                (a, b) => Some(format!("{path}/{key}: ours {a:?}, theirs {b:?}")),
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| difference(a, b, &format!("{path}/{index}")))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (Value::String(a), Value::String(b)) if a != b => {
            let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
            let around = |text: &str| text.chars().skip(same.saturating_sub(20)).take(80).collect::<String>();
            Some(format!("{path}: ours {:?}, theirs {:?}, from character {same}", around(a), around(b)))
        }
        _ => (ours != theirs).then(|| format!("{path}: ours {ours}, theirs {theirs}")),
    }
}

fn compare_all(root: &Path) -> Option<BTreeMap<String, Comparison>> {
    let files = Directory::read(root);
    let mut out = BTreeMap::new();
    for path in files.kustomizations() {
        let ours = k8s::build(&files, path);
        // Nothing remote is asked for.
        let is_open = ours.as_ref().is_ok_and(Build::is_open);
        let theirs = if is_open { Err(String::new()) } else { kubectl(root.join(path).parent().unwrap_or(root))? };
        out.insert(path.to_owned(), compare(ours, theirs));
    }
    Some(out)
}

#[test]
fn our_builds_are_those_of_kubectl() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/kustomize");
    let Some(compared) = compare_all(&root) else {
        eprintln!("skipped: there is no kubectl");
        return;
    };
    assert!(compared.len() >= 10, "the fixtures are found");
    let wrong: Vec<_> = compared.iter().filter(|(_, one)| **one != Comparison::Equal).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `SVCLINT_KUSTOMIZATIONS` names a directory of repositories.
#[test]
#[ignore = "needs repositories and kubectl"]
fn builds_of_real_repositories_are_those_of_kubectl() {
    let Ok(root) = std::env::var("SVCLINT_KUSTOMIZATIONS") else { return };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let root = entry.unwrap().path();
        for (path, comparison) in compare_all(&root).unwrap_or_default() {
            let shown = format!("{comparison:?}");
            let kind = shown.split('(').next().unwrap_or("").to_owned();
            if kind != "Equal" {
                eprintln!("{}/{path}: {}", root.display(), shown.chars().take(400).collect::<String>());
            }
            *counts.entry(kind).or_default() += 1;
        }
    }
    eprintln!("{counts:#?}");
}
