//! Environment variables of containers, and where their values come from.

use std::collections::BTreeSet;

use super::text::{plain, plain_text};
use crate::model::read::{Reader, excerpt};
use crate::model::secret;
use crate::model::value::{Always, Field, List};
use crate::syntax::yaml::NodeRef;
use crate::{model, words};

words! {
    /// Where the value of a variable comes from.
    pub enum EnvSource {
        /// It is written in the manifest.
        Value = "value",
        /// A key of a Secret.
        Secret = "secret",
        /// A key of a ConfigMap.
        ConfigMap = "config_map",
        /// A field of the pod.
        Field = "field",
        /// A resource of the container.
        Resource = "resource",
        /// Nothing: the variable is empty.
        None = "none",
    }
}

model! {
    /// An environment variable of a container.
    pub struct EnvVar as "k8s.env" {
        /// Its name.
        key: Field<String>,
        /// Its value, where it is written in the manifest.
        value: Field<String>,
        /// Where the value comes from.
        from: Always<EnvSource>,
        /// The Secret or ConfigMap it comes from.
        ref_name: Field<String>,
        /// The key in it.
        ref_key: Field<String>,
        /// Whether the Secret or ConfigMap, or the key, may be missing.
        optional: Always<bool>,
        /// Whether the ConfigMap or Secret, and the key in it, are there. Unresolved for a Secret made elsewhere.
        ref_exists: Field<bool>,
        /// In a job, the other Secret from which all workloads of its namespace that run on take the same key for a variable
        /// of this name.
        other_secret: Field<String>,
        /// Whether its name, or a password in its value, makes it a secret.
        is_secret_like: bool,
        /// Whether its value stands for one that is put in later.
        is_placeholder: bool,
        /// Whether an earlier variable of the container has the same name.
        is_repeated: bool,
    }
    label(variable) { variable.key.value().cloned().unwrap_or_default() }
}

model! {
    /// A Secret or ConfigMap of which every key becomes a variable.
    pub struct EnvFrom as "k8s.env_from" {
        /// Which of the two.
        r#type: Field<EnvSource>,
        /// Its name.
        name: Field<String>,
        /// Text put before each key.
        prefix: Field<String>,
        /// Whether it may be missing.
        optional: Always<bool>,
        /// Whether it is there. Unresolved for a Secret made elsewhere.
        ref_exists: Field<bool>,
    }
    label(source) { source.name.value().cloned().unwrap_or_default() }
}

/// Reads the variables of a container.
pub(super) fn read_env(container: Reader<'_>) -> List<EnvVar> {
    let mut seen = BTreeSet::new();
    container.list("env", |node| {
        let mut variable = read_variable(node);
        variable.is_repeated = variable.key.value().is_some_and(|key| !seen.insert(key.clone()));
        variable
    })
}

fn read_variable(node: NodeRef<'_>) -> EnvVar {
    let reader = Reader::new(node);
    let key = reader.field("name", plain);
    let at = if key.is_absent() { reader.place() } else { key.place() };
    let reader = reader.blaming(at);
    let value = reader.field("value", plain);
    let source = reader.child("valueFrom");
    let sources = [
        ("secretKeyRef", EnvSource::Secret),
        ("configMapKeyRef", EnvSource::ConfigMap),
        ("fieldRef", EnvSource::Field),
        ("resourceFieldRef", EnvSource::Resource),
    ];
    let (from, reference) = match sources.into_iter().find(|(key, _)| source.has(key)) {
        Some((key, from)) => (Field::known(from, source.child(key).place()), source.child(key)),
        None if value.is_absent() => {
            (source.missing().or(|| Field::known(EnvSource::None, value.place())), Reader::absent(at))
        }
        None => (Field::known(EnvSource::Value, value.place()), Reader::absent(at)),
    };
    let named = matches!(from.value(), Some(EnvSource::Secret | EnvSource::ConfigMap));
    let reference = if named { reference } else { Reader::absent(at) };
    let text = value.value().map_or("", String::as_str);
    // `API_KEY: API_KEY_VALUE` is there for a script to replace.
    let names_itself = key.value().is_some_and(|key| !key.is_empty() && text.starts_with(key.as_str()));
    EnvVar {
        at,
        is_secret_like: key.value().is_some_and(|key| secret::is_secret_key(key)) && !is_switch(text)
            || secret::has_url_credentials(text),
        is_placeholder: !value.is_absent() && (value.value().is_none() || names_itself || secret::is_placeholder(text)),
        is_repeated: false,
        ref_name: reference.field("name", plain),
        ref_key: reference.field("key", plain_text),
        optional: reference.bool("optional").or_default(false),
        ref_exists: Field::Absent(at),
        other_secret: Field::Absent(at),
        from: from.or_default(EnvSource::None),
        value,
        key,
    }
}

/// Reads an entry of `envFrom`.
pub(super) fn read_env_from(node: NodeRef<'_>) -> EnvFrom {
    let reader = Reader::new(node);
    let sources = [("secretRef", EnvSource::Secret), ("configMapRef", EnvSource::ConfigMap)];
    let (kind, reference) = match sources.into_iter().find(|(key, _)| reader.has(key)) {
        Some((key, source)) => {
            let reference = reader.child(key);
            (Field::known(source, reference.place()), reference)
        }
        None => (
            Field::malformed(excerpt(node), "`secretRef` or `configMapRef`", reader.place()),
            Reader::absent(reader.place()),
        ),
    };
    let name = reference.field("name", plain);
    EnvFrom {
        at: if name.is_absent() { reference.place() } else { name.place() },
        r#type: kind,
        prefix: reader.field("prefix", plain),
        optional: reference.bool("optional").or_default(false),
        ref_exists: Field::Absent(reference.place()),
        name,
    }
}

/// Whether a value switches something on or off, such as that of `VNC_NO_PASSWORD`.
pub(super) fn is_switch(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "0" | "1" | "true" | "false" | "yes" | "no" | "on" | "off")
}
