//! What pods are configured with: ConfigMaps, Secrets and what makes them, service accounts, claims on storage.

use super::env::is_switch;
use super::kept_file;
use super::object::Meta;
use super::text::{Pair, entries, entry_text, plain, plain_text, quantity};
use crate::model;
use crate::model::quantity::Quantity;
use crate::model::read::{Reader, placeholder};
use crate::model::secret;
use crate::model::value::{Always, Field, List};
use crate::source::Place;
use crate::syntax::base64;
use crate::syntax::yaml::NodeRef;

model! {
    /// A key of a ConfigMap.
    pub struct ConfigEntry as "k8s.config_entry" {
        /// The key.
        key: String,
        /// The value.
        value: Field<String>,
        /// Whether the key, or a password in the value, makes it a secret.
        is_secret_like: bool,
        /// Whether the value stands for one that is put in later.
        is_placeholder: bool,
    }
    label(entry) { entry.key.clone() }
}

model! {
    /// A ConfigMap.
    pub struct ConfigMap as "k8s.config_map" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Its keys, those with binary values left out.
        keys: List<ConfigEntry>,
    }
    with {
        /// Path of its file.
        path: String,
        /// Keys with binary values.
        binary_keys: Vec<String>,
    }
    label(config) { config.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A key of a Secret. The value itself is not kept.
    pub struct SecretEntry as "k8s.secret_entry" {
        /// The key.
        key: String,
        /// Whether the value, decoded, is empty or stands for one that is put in later.
        is_placeholder: bool,
    }
    with {
        /// Where the value stands.
        value_at: Place,
        /// Whether everybody may know it: the key is that of a host or the like, or the value a file without secrets.
        is_public: bool,
        /// Whether the key is that of a secret, or the value has a password or a private key in it.
        is_named: bool,
    }
    label(entry) { entry.key.clone() }
}

model! {
    /// A Secret.
    pub struct Secret as "k8s.secret" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Its annotations.
        annotations: List<Pair>,
        /// Its type, such as `kubernetes.io/tls`.
        r#type: Always<String>,
        /// Whether it has a value that does not stand for one that is put in later, other than a host, a port and the like.
        has_literal_data: Always<bool>,
        /// Its keys.
        entries: List<SecretEntry>,
    }
    with {
        /// Path of its file.
        path: String,
    }
    label(secret) { secret.name.value().cloned().unwrap_or_default() }
}

model! {
    /// An object that makes Secrets in the cluster: ExternalSecret, SealedSecret, VaultStaticSecret, SecretProviderClass.
    pub struct ExternalSecret as "k8s.external_secret" {
        /// Its kind.
        kind: Always<String>,
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Names of the Secrets it makes.
        secret_names: List<Field<String>>,
    }
    with {
        /// Path of its file.
        path: String,
    }
    label(secret) { format!("{}/{}", secret.kind.value().map_or("", String::as_str), secret.name.value().map_or("", String::as_str)) }
}

model! {
    /// A ServiceAccount.
    pub struct ServiceAccount as "k8s.service_account" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// Its annotations.
        annotations: List<Pair>,
        /// Whether pods get its token when they do not say.
        automount_token: Field<bool>,
    }
    with {
        /// Path of its file.
        path: String,
    }
    label(account) { account.name.value().cloned().unwrap_or_default() }
}

model! {
    /// A PersistentVolumeClaim.
    pub struct Claim as "k8s.persistent_volume_claim" {
        /// Its name.
        name: Field<String>,
        /// Its namespace; absent where whoever applies it decides.
        namespace: Field<String>,
        /// Its labels.
        labels: List<Pair>,
        /// The storage it asks for, in bytes.
        storage: Field<Quantity>,
        /// How it may be mounted, such as `ReadWriteOnce`.
        access_modes: List<Field<String>>,
        /// The class of the storage.
        storage_class: Field<String>,
    }
    with {
        /// Path of its file.
        path: String,
    }
    label(claim) { claim.name.value().cloned().unwrap_or_default() }
}

impl ConfigMap {
    /// Reads a ConfigMap.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            keys: entries(root, "data", read_entry),
            path: meta.path.clone(),
            binary_keys: root.child("binaryData").node().into_iter().flat_map(keys_of).collect(),
        }
    }

    /// Whether it has a key.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.iter().any(|entry| entry.key == key) || self.binary_keys.iter().any(|binary| binary == key)
    }
}

fn keys_of(node: NodeRef<'_>) -> impl Iterator<Item = String> {
    node.entries().map(|entry| entry.key.to_owned())
}

fn read_entry(key: &str, at: Place, node: NodeRef<'_>) -> ConfigEntry {
    // A file kept under a key has braces and dollars of its own; only a single value can be a placeholder.
    let value = match node.text() {
        Some(text) if text.contains('\n') => crate::model::read::string(node),
        _ => entry_text(node),
    };
    let text = value.value().map_or("", String::as_str);
    let is_file = kept_file::is_file(text);
    ConfigEntry {
        at,
        key: key.to_owned(),
        is_secret_like: secret::is_secret_key(key) && ends_in_secret(key) && !is_file && !is_switch(text)
            || kept_file::has_credentials(text),
        is_placeholder: kept_file::is_encrypted(text)
            || value.value().is_none_or(|value| secret::is_placeholder(value) || names_secret(key, value)),
        value,
    }
}

/// Whether a value is the name of a Secret or of a key of one: it stands for itself, as in `image-pull-secret:
/// image-pull-secret`, or is put together as names are, as in `s3_credentials_secret: hue-sample-s3` and
/// `CLIENT_SECRET_KEY: client-id`.
fn names_secret(key: &str, value: &str) -> bool {
    let lower = key.to_ascii_lowercase().replace(['-', '.'], "_");
    let is_about_names = lower.ends_with("_secret") || lower.ends_with("_secret_key");
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_plain = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_lowercase());
        is_plain && word.len() - letters.len() < 3
    };
    let words: Vec<&str> = value.split('-').collect();
    // `my-secret-key` is a value that somebody made up.
    let (last, before) = words.split_last().unwrap_or((&"", &[]));
    let is_made_up = *last == "key" || before.contains(&"secret");
    let is_composed = !before.is_empty() && !is_made_up && words.iter().all(|word| is_word(word));
    value == key || is_about_names && (is_composed || lower.strip_suffix("_secret") == Some(value))
}

/// Whether a key ends in a word for a secret: settings are about secrets as well, as `password_rotation_interval` and
/// `secret_name_template` are.
fn ends_in_secret(key: &str) -> bool {
    const WORDS: [&str; 10] =
        ["password", "passwd", "passphrase", "pass", "pwd", "token", "secret", "key", "credentials", "dsn"];
    let key = key.to_ascii_lowercase();
    let key = key.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '-' | '.'));
    WORDS.iter().any(|word| key.ends_with(word))
}

impl Secret {
    /// Reads a Secret.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let is_repository = is_of_argo_cd(meta);
        let entry = |key: &str, at: Place, node: NodeRef<'_>, text: Option<String>, is_open: bool| SecretEntry {
            at,
            key: key.to_owned(),
            is_placeholder: is_open || text.as_deref().is_none_or(|text| stands_for_another(key, text)),
            value_at: node.place(),
            is_public: is_public(key)
                || is_repository && is_public_of_repository(key)
                || text.as_deref().is_some_and(|text| is_harmless(key, text)),
            is_named: secret::is_secret_key(key) || text.as_deref().is_some_and(kept_file::has_credentials),
        };
        let mut all = entries(root, "data", |key, at, node| {
            let written = node.text().filter(|_| !node.is_null());
            let decoded = written.and_then(base64::decode).and_then(|bytes| String::from_utf8(bytes).ok());
            let is_open = written.is_none_or(|text| placeholder(text) || secret::is_placeholder(text) || is_slot(text));
            entry(key, at, node, decoded.or_else(|| written.map(str::to_owned)), is_open)
        });
        let plain = entries(root, "stringData", |key, at, node| {
            let written = node.text().filter(|_| !node.is_null());
            entry(key, at, node, written.map(str::to_owned), written.is_some_and(is_slot))
        });
        all.items.extend(plain.items);
        all.unseen = all.unseen.or(plain.unseen);
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            annotations: meta.annotations.clone(),
            r#type: root.field("type", plain_text).or_default("Opaque".to_owned()),
            has_literal_data: literal_data(&all, meta.at),
            entries: all,
            path: meta.path.clone(),
        }
    }

    /// Takes values for ones that are put in later, by where they stand.
    pub fn put_in_later(&mut self, is_later: impl Fn(Place) -> bool) {
        for entry in &mut self.entries.items {
            entry.is_placeholder |= is_later(entry.value_at);
        }
        self.has_literal_data = literal_data(&self.entries, self.at);
    }
}

/// Whether some value is written out, and which. Beside ones that are put in later only what is called like a secret is
/// one: the rest is what the others need.
fn literal_data(entries: &List<SecretEntry>, at: Place) -> Always<bool> {
    let is_form = entries.iter().any(|entry| entry.is_placeholder);
    let counts = |entry: &&SecretEntry| !entry.is_placeholder && !entry.is_public && (entry.is_named || !is_form);
    let first = entries.iter().find(counts);
    Always::known(first.is_some(), first.map_or(at, |entry| entry.at))
}

/// Whether a value is a name in capitals that somebody puts a value in for, such as `BASE64_CREDS` and `YOUR_TOKEN_ID`.
fn is_slot(value: &str) -> bool {
    let value = value.trim();
    if matches!(value, "KEY" | "PASSWORD" | "SECRET" | "TOKEN") {
        return true;
    }
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    value.contains('_') && value.starts_with(|c: char| c.is_ascii_uppercase()) && value.split('_').all(is_word)
}

/// Whether a Secret tells Argo CD of a repository (Argo CD, "Declarative Setup").
fn is_of_argo_cd(meta: &Meta) -> bool {
    let is_kind = |value: &str| matches!(value, "repository" | "repo-creds" | "repository-write" | "repo-write-creds");
    let is_label = |pair: &&Pair| pair.key == "argocd.argoproj.io/secret-type";
    meta.labels.iter().find(is_label).and_then(|pair| pair.value.value()).is_some_and(|value| is_kind(value))
}

/// Whether a key of such a Secret is no credential.
fn is_public_of_repository(key: &str) -> bool {
    const SETTINGS: [&str; 14] = [
        "depth",
        "enableLfs",
        "enableOCI",
        "forceHttpBasicAuth",
        "githubAppEnterpriseBaseUrl",
        "githubAppID",
        "githubAppInstallationID",
        "insecure",
        "insecureIgnoreHostKey",
        "name",
        "noProxy",
        "project",
        "type",
        "url",
    ];
    SETTINGS.contains(&key)
}

/// Whether a value is there to be replaced: a placeholder, or its own key or the end of it, as in `client_secret:
/// client-secret` and `aws.access.key: access_key`; a `password: password` may well be meant.
fn stands_for_another(key: &str, value: &str) -> bool {
    let bare = |text: &str| text.trim().to_ascii_lowercase().replace(['-', '.'], "_");
    secret::is_placeholder(value)
        || kept_file::is_encrypted(value)
        || has_gap(value)
        || is_slot(value)
        || is_encoded_placeholder(value)
        || bare(value).contains('_') && bare(key).ends_with(&bare(value))
}

/// Whether a value is the Base64 of a placeholder, as in a generator of Secrets, which encodes it once more.
fn is_encoded_placeholder(value: &str) -> bool {
    let decoded = base64::decode(value).and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|text| {
        text.len() > 5 && text.bytes().all(|byte| byte.is_ascii_graphic()) && secret::is_placeholder(&text)
    })
}

/// Whether part of a value is put in later and nothing of it is a password: `postgresql://${USER}@db/${NAME}`,
/// `"audience": "//iam/<POOL>"`, `"secret_key": "$PASSWORD"`.
fn has_gap(value: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let slots = value.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    let has_slot = slots.into_iter().any(|(name, _)| is_name(name));
    let is_variable = |rest: &str| rest.starts_with('{') || rest.bytes().take_while(u8::is_ascii_uppercase).count() > 2;
    let has_variable = value.split('$').skip(1).any(is_variable);
    (has_slot || has_variable) && !secret::has_url_credentials(value) && !value.contains(kept_file::PRIVATE_KEY)
}

/// Whether what stands under a key is a file without a secret, or a value that lets nobody in.
fn is_harmless(key: &str, text: &str) -> bool {
    kept_file::is_harmless(key, text) || !secret::is_secret_key(key) && kept_file::is_harmless_value(text)
}

/// Whether a key is that of something everybody may know: where a database is and what it is called, who or which one
/// it is, and certificates. The id of a secret (Vault's `AppRole`) and of a session let somebody in.
fn is_public(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let lets_in = |before: &str| before.ends_with("secret") || before.ends_with("session") || before.ends_with("sess");
    if let Some(before) = key.strip_suffix("_id").or_else(|| key.strip_suffix("-id")) {
        return !lets_in(before);
    }
    let last = key.rsplit(['_', '-', '.']).next().unwrap_or(&key);
    matches!(
        last,
        "host"
            | "hostname"
            | "port"
            | "dbname"
            | "database"
            | "namespace"
            | "region"
            | "username"
            | "user"
            | "domain"
            | "ip"
            | "name"
            | "protocol"
            | "scheme"
            | "bucket"
            | "level"
            | "mode"
            | "zone"
            | "crt"
            | "cert"
    )
}

impl ExternalSecret {
    /// Reads an object that makes Secrets.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let spec = root.child("spec");
        let named = |reader: Reader<'_>| List::new(vec![reader.field("name", plain)], reader.place());
        let mut secret_names = match meta.kind() {
            "ExternalSecret" => named(spec.child("target")),
            "SealedSecret" => named(spec.child("template").child("metadata")),
            "VaultStaticSecret" => named(spec.child("destination")),
            _ => spec.list("secretObjects", |node| Reader::new(node).field("secretName", plain)),
        };
        // An ExternalSecret or SealedSecret that names none makes one of its own name.
        if matches!(meta.kind(), "ExternalSecret" | "SealedSecret") {
            for name in &mut secret_names.items {
                if name.is_absent() {
                    name.clone_from(&meta.name);
                }
            }
        }
        Self {
            at: meta.at,
            kind: meta.kind.clone(),
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            secret_names,
            path: meta.path.clone(),
        }
    }
}

impl ServiceAccount {
    /// Reads a ServiceAccount.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            annotations: meta.annotations.clone(),
            automount_token: root.bool("automountServiceAccountToken"),
            path: meta.path.clone(),
        }
    }
}

impl Claim {
    /// Reads a PersistentVolumeClaim.
    #[must_use]
    pub fn read(root: Reader<'_>, meta: &Meta) -> Self {
        let spec = root.child("spec");
        Self {
            at: meta.at,
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            storage: quantity(spec.child("resources").child("requests"), "storage"),
            access_modes: spec.list("accessModes", plain),
            storage_class: spec.field("storageClassName", plain),
            path: meta.path.clone(),
        }
    }
}
