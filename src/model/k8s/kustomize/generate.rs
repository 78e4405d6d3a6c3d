//! `ConfigMaps` and Secrets that a kustomization generates (Kustomize reference, `configMapGenerator`).

use super::build::Builder;
use super::outcome::{Failure, Found};
use super::resource::Resource;
use super::value::{Entry, Value};
use crate::source::{Place, Span};
use crate::syntax::base64;

/// A generated key: where it and its value are written, and the value; `None` for bytes that are no text.
struct Pair {
    key: String,
    at: Place,
    value: Option<String>,
    value_at: Place,
}

/// What generating one object came to.
enum Source {
    Pairs(Vec<Pair>),
    /// A file that is not there.
    Missing(Place),
}

impl Builder<'_> {
    /// Generates what `configMapGenerator` and `secretGenerator` say, and puts it to the others.
    pub(super) fn generate(&mut self, resources: &mut Vec<Resource>, spec: &Value, path: &str) -> Result<(), Failure> {
        for (key, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
            for entry in spec.list(key) {
                self.generate_one(resources, entry, spec.get("generatorOptions"), kind, path)?;
            }
        }
        Ok(())
    }

    /// Generates one object, with the options that a kustomization has for all.
    pub(super) fn generate_one(
        &mut self,
        resources: &mut Vec<Resource>,
        entry: &Value,
        options: Option<&Value>,
        kind: &str,
        path: &str,
    ) -> Result<(), Failure> {
        match self.pairs(entry, path)? {
            Source::Pairs(pairs) => absorb(resources, object(entry, options, kind, &pairs, path)?, entry)?,
            Source::Missing(at) => {
                self.gap(at, "a file that this is generated from is not there, so what it gives is not known");
            }
        }
        Ok(())
    }

    fn pairs(&mut self, entry: &Value, path: &str) -> Result<Source, Failure> {
        let mut out = Vec::new();
        let env = entry.get("env").into_iter();
        for file in env.chain(entry.list("envs")) {
            let Some(text) = file.text() else { continue };
            match self.find(text, path) {
                Some(Found::Text(id, text)) => {
                    self.budget.charge(text.len() / 16, file.at)?;
                    env_pairs(Place::whole(id), text, &mut out);
                }
                _ => return Ok(Source::Missing(file.at)),
            }
        }
        for literal in entry.list("literals") {
            let text = literal.text().unwrap_or("");
            let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
                return Err(Failure::new("a literal is `key=value`", literal.at));
            };
            let value = Some(unquoted(value).to_owned());
            out.push(Pair { key: key.to_owned(), at: literal.at, value, value_at: literal.at });
        }
        for file in entry.list("files") {
            let text = file.text().unwrap_or("");
            let (key, name) = text.split_once('=').unwrap_or_else(|| (text.rsplit('/').next().unwrap_or(text), text));
            let value = match self.find(name, path) {
                Some(Found::Text(_, text)) => {
                    self.budget.charge(text.len() / 16, file.at)?;
                    Some(text.to_owned())
                }
                Some(Found::Binary(_)) => None,
                _ => return Ok(Source::Missing(file.at)),
            };
            out.push(Pair { key: key.to_owned(), at: file.at, value, value_at: file.at });
        }
        Ok(Source::Pairs(out))
    }
}

/// The lines of an env file.
fn env_pairs(file: Place, text: &str, out: &mut Vec<Pair>) {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let bare = line.trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}').trim_start();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let (key, value) = bare.split_once('=').unwrap_or((bare, ""));
        let begin = start + line.find(bare).unwrap_or(0);
        let place = |from: usize, to: usize| Place { span: Span::new(begin + from, begin + to), ..file };
        out.push(Pair {
            key: key.to_owned(),
            at: place(0, key.len()),
            value: Some(value.to_owned()),
            value_at: place(bare.len() - value.len(), bare.len()),
        });
    }
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn object(entry: &Value, global: Option<&Value>, kind: &str, pairs: &[Pair], path: &str) -> Result<Resource, Failure> {
    let Some(name) = entry.get("name").filter(|name| name.text().is_some()) else {
        return Err(Failure::new("what is generated needs a `name`", entry.at));
    };
    let at = name.at;
    let text = |text: &str| Value::string(text, at);
    let mut root = Value::map(entry.at);
    root.set("apiVersion", at, text("v1"));
    root.set("kind", at, text(kind));
    let mut metadata = Value::map(at);
    metadata.set("name", entry.key_place("name"), Value::string(name.text().unwrap_or(""), at));
    if let Some(namespace) = entry.get("namespace").filter(|namespace| namespace.text().is_some()) {
        metadata.set("namespace", entry.key_place("namespace"), namespace.clone());
    }
    let local = entry.get("options");
    for key in ["labels", "annotations"] {
        let sides = [global, local].map(|options| options.and_then(|options| options.get(key)));
        for pair in sides.into_iter().flatten().flat_map(Value::entries) {
            if let Some(map) = metadata.map_under(key, pair.key_at) {
                map.set(&pair.key, pair.key_at, Value::string(pair.value.text().unwrap_or(""), pair.value.at));
            }
        }
    }
    root.set("metadata", at, metadata);
    if kind == "Secret" {
        let type_of = entry.get("type").filter(|value| value.text().is_some());
        root.set("type", entry.key_place("type"), type_of.cloned().unwrap_or_else(|| text("Opaque")));
        root.set("data", entry.at, Value::map(entry.at));
    }
    let immutable =
        [global, local].into_iter().flatten().find(|options| options.get("immutable").is_some_and(Value::is_true));
    if let Some(options) = immutable {
        root.set("immutable", options.key_place("immutable"), Value::plain("true", options.at));
    }
    for pair in pairs {
        let (key, value) = match (&pair.value, kind) {
            (Some(value), "Secret") => ("data", encode(value)),
            (Some(value), _) => ("data", value.clone()),
            (None, "Secret") => ("data", String::new()),
            (None, _) => ("binaryData", String::new()),
        };
        let Some(map) = root.map_under(key, entry.at) else { continue };
        if map.get(&pair.key).is_some() {
            return Err(Failure::new(format!("`{}` is generated twice", pair.key), pair.at));
        }
        map.set(&pair.key, pair.at, Value::string(value, pair.value_at));
    }
    Ok(Resource::new(root, path))
}

/// Puts what is generated to the objects that are there: a new one, or another one's data.
fn absorb(resources: &mut Vec<Resource>, made: Resource, entry: &Value) -> Result<(), Failure> {
    let id = made.id();
    let behaviour = entry.get("behavior").and_then(Value::text).unwrap_or("create");
    let found = resources.iter_mut().find(|resource| resource.was(&id));
    match (found, behaviour) {
        (None, "merge" | "replace") => {
            Err(Failure::new(format!("there is no {} `{}` to {behaviour}", id.kind, id.name), made.place()))
        }
        (None, _) => {
            resources.push(made);
            Ok(())
        }
        (Some(old), "merge" | "replace") => {
            take_over(old, &made, behaviour == "merge");
            Ok(())
        }
        (Some(_), _) => Err(Failure::new(
            format!("{} `{}` is there already; `behavior` is missing", id.kind, id.name),
            made.place(),
        )),
    }
}

/// Takes over generated data, labels and annotations into an object of the same name.
fn take_over(old: &mut Resource, made: &Resource, merges: bool) {
    let at = made.place();
    for key in ["data", "binaryData"] {
        if !merges {
            old.root.remove(key);
        }
        take_entries(&mut old.root, made.root.get(key), key, at);
    }
    for key in ["labels", "annotations"] {
        let from = made.root.under(&["metadata", key]);
        if let Some(metadata) = old.root.map_under("metadata", at) {
            take_entries(metadata, from, key, at);
        }
    }
    for key in ["type", "immutable"] {
        if let Some(value) = made.root.get(key) {
            old.root.set(key, value.at, value.clone());
        }
    }
}

fn take_entries(parent: &mut Value, from: Option<&Value>, key: &str, at: Place) {
    let Some(from) = from else { return };
    if let Some(map) = parent.map_under(key, at) {
        for Entry { key, key_at, value } in from.entries() {
            map.set(key, *key_at, value.clone());
        }
    }
}

/// Base64 in lines of 70 characters, as kustomize writes it (RFC 4648, section 4).
fn encode(text: &str) -> String {
    const LINE: usize = 70;
    let out = base64::encode(text.as_bytes());
    if out.len() < LINE {
        return out;
    }
    let mut lines = String::new();
    for (index, letter) in out.chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::{encode, unquoted};

    #[test]
    fn base64_is_written_in_lines() {
        assert_eq!(encode("password"), "cGFzc3dvcmQ=");
        assert_eq!(encode(""), "");
        assert_eq!(encode(&"a".repeat(60)).lines().count(), 2);
    }

    #[test]
    fn quotes_go_only_in_pairs() {
        assert_eq!(unquoted("\"a b\""), "a b");
        assert_eq!(unquoted("'a"), "'a");
        assert_eq!(unquoted("\""), "\"");
    }
}
