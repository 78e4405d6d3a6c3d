//! Plain settings of a stage: variables, labels, ports, and the reference of the base image.

use super::scope::Scope;
use crate::model;
use crate::model::image::{Image, major};
use crate::model::schema::Port;
use crate::model::secret::{has_url_credentials, is_placeholder, is_secret_key};
use crate::model::value::Field;
use crate::source::{FileId, Place, Span};
use crate::syntax::dockerfile::{Expansion, Word};

model! {
    /// An environment variable of a stage.
    pub struct EnvVariable as "dockerfile.env" {
        /// Its name.
        key: String,
        /// Its value.
        value: Field<String>,
        /// Whether its name, or a password in its value, says that it is a secret.
        is_secret_like: bool,
        /// Whether its value is written out and is no placeholder.
        has_literal: bool,
        /// Whether an earlier stage declares it.
        inherited: bool,
    }
    label(variable) { variable.key.clone() }
}

model! {
    /// A build argument.
    pub struct BuildArgument as "dockerfile.arg" {
        /// Its name.
        name: String,
        /// Its default.
        default: Field<String>,
        /// Whether its name, or a password in its default, says that it is a secret.
        is_secret_like: bool,
        /// Whether its default is written out and is no placeholder.
        has_literal: bool,
    }
    label(argument) { argument.name.clone() }
}

model! {
    /// A label of an image.
    pub struct Label as "dockerfile.label" {
        /// Its key.
        key: String,
        /// Its value.
        value: Field<String>,
        /// Whether an earlier stage declares it.
        inherited: bool,
    }
    label(label) { label.key.clone() }
}

model! {
    /// A port that a stage exposes.
    pub struct ExposedPort as "dockerfile.port" {
        /// The port.
        port: Field<Port>,
        /// `tcp`, `udp` or `sctp`; `tcp` where none is written.
        protocol: Field<String>,
        /// Whether an earlier stage declares it.
        inherited: bool,
    }
    label(port) {
        let number = port.port.value().map(|port| port.0.to_string()).unwrap_or_default();
        let other = port.protocol.value().filter(|protocol| *protocol != "tcp");
        other.map_or(number.clone(), |protocol| format!("{number}/{protocol}"))
    }
}

/// Ports of one `EXPOSE a-b` that are listed one by one.
const MAX_RANGE: u16 = 1_000;

/// One `key=value` of ENV.
pub(super) fn env(key: &Word, value: &Word, scope: &Scope, file: FileId) -> EnvVariable {
    let name = scope.value(key).unwrap_or_else(|| key.text.clone());
    let value = scope.field(value, file);
    let (is_secret_like, has_literal) = judge(&name, &value);
    EnvVariable { at: Place { file, span: key.span }, key: name, value, is_secret_like, has_literal, inherited: false }
}

/// One name of ARG.
pub(super) fn argument(name: &Word, default: Option<&Word>, scope: &Scope, file: FileId) -> BuildArgument {
    let at = Place { file, span: name.span };
    let text = scope.value(name).unwrap_or_else(|| name.text.clone());
    let default = default.map_or(Field::Absent(at), |default| scope.field(default, file));
    let (is_secret_like, has_literal) = judge(&text, &default);
    BuildArgument { at, name: text, default, is_secret_like, has_literal }
}

/// One `key=value` of LABEL.
pub(super) fn label(key: &Word, value: &Word, scope: &Scope, file: FileId) -> Label {
    Label {
        at: Place { file, span: key.span },
        key: scope.value(key).unwrap_or_else(|| key.text.clone()),
        value: scope.field(value, file),
        inherited: false,
    }
}

fn judge(name: &str, value: &Field<String>) -> (bool, bool) {
    let text = value.value();
    let in_address = text.is_some_and(|text| has_url_credentials(text));
    (is_secret_key(name) || in_address, text.is_some_and(|text| !is_placeholder(text)))
}

/// The ports of one word of EXPOSE (Dockerfile reference, `EXPOSE`).
pub(super) fn ports(word: &Word, scope: &Scope, file: FileId) -> Vec<ExposedPort> {
    let at = Place { file, span: word.span };
    let one = |port: Field<Port>, protocol: Field<String>| ExposedPort { at, port, protocol, inherited: false };
    let value = match scope.field(word, file) {
        Field::Known(value, _) => value,
        Field::Unresolved(why) => return vec![one(Field::Unresolved(why), Field::Absent(at))],
        Field::Malformed(why) => return vec![one(Field::Malformed(why), Field::Absent(at))],
        Field::Absent(at) => return vec![one(Field::Absent(at), Field::Absent(at))],
    };
    let verbatim = value == word.text;
    let (numbers, protocol) = match value.split_once('/') {
        Some((numbers, protocol)) => (numbers, Some(protocol)),
        None => (value.as_str(), None),
    };
    let part = |from: usize, to: usize| {
        let start = word.span.start as usize;
        if verbatim { Place { file, span: Span::new(start + from, start + to) } } else { at }
    };
    let port_at = part(0, numbers.len());
    let protocol = protocol.map_or_else(
        || Field::known("tcp".to_owned(), at),
        |protocol| Field::known(protocol.to_ascii_lowercase(), part(numbers.len() + 1, value.len())),
    );
    let number = |text: &str| text.parse::<u16>().ok();
    let range = match numbers.split_once('-') {
        Some((first, last)) => number(first).zip(number(last)).filter(|(first, last)| first <= last),
        None => number(numbers).map(|port| (port, port)),
    };
    let Some((first, last)) = range else {
        return vec![one(Field::malformed(format!("`{numbers}`"), "a port from 0 to 65535", port_at), protocol)];
    };
    let last = last.min(first.saturating_add(MAX_RANGE));
    (first..=last).map(|port| one(Field::known(Port(port), port_at), protocol.clone())).collect()
}

/// Stands for a variable without a value inside a reference.
const GAP: char = '\u{1}';

/// The image of FROM. Parts that hold a variable without a value are unresolved, the others are known.
pub(super) fn image(word: &Word, scope: &Scope, file: FileId) -> Image {
    let at = Place { file, span: word.span };
    let unresolved = match word.expand(&|name| scope.get(name)) {
        Expansion::Known(value) => {
            let mut image = Image::parse(&value, at, value == word.text);
            // Repositories have no capitals (distribution/reference, "path-component").
            if !image.repository().is_empty() && image.repository().bytes().all(|byte| !byte.is_ascii_lowercase()) {
                let gap = || Field::unresolved(&*value, "it is a placeholder for an image", at);
                (image.registry, image.repository, image.name) = (gap(), gap(), gap());
                if image.tag.is_absent() && image.digest.is_absent() {
                    (image.tag, image.digest) = (gap(), gap());
                    image.major = major(&image.tag);
                }
                return image;
            }
            if let Some(given) = word.variables().iter().find_map(|name| scope.place_of(name)) {
                let via = |field: Field<String>| field.via(given, "its value is given here");
                image.registry = via(image.registry);
                image.repository = via(image.repository);
                image.name = via(image.name);
                image.tag = via(image.tag);
                image.digest = via(image.digest);
                image.major = major(&image.tag);
            }
            return image;
        }
        Expansion::Unresolved { names } => names,
        Expansion::Malformed(why) => {
            let mut image = Image::parse(&word.text, at, false);
            let bad = || Field::malformed(&*word.text, why.clone(), at);
            (image.registry, image.repository, image.name, image.tag, image.digest) =
                (bad(), bad(), bad(), bad(), bad());
            image.major = major(&image.tag);
            return image;
        }
    };
    let lookup =
        |name: &str| if unresolved.iter().any(|gap| gap == name) { Some(GAP.to_string()) } else { scope.get(name) };
    let Expansion::Known(text) = word.expand(&lookup) else { return Image::parse(&word.text, at, false) };
    let name = unresolved.first().map_or("", String::as_str);
    let gap = || Field::unresolved(&*word.text, scope.why(name), at);
    let mut image = Image::parse(&text, at, false);
    image.reference.clone_from(&word.text);
    let has_gap = |field: &Field<String>| field.value().is_some_and(|value| value.contains(GAP));
    // Whatever fills the gap may bring a registry, a tag or a digest of its own.
    let in_name = has_gap(&image.name);
    let in_path = has_gap(&image.registry) || has_gap(&image.repository);
    if in_path {
        image.registry = gap();
        image.repository = gap();
    }
    if in_name {
        image.name = gap();
    }
    if has_gap(&image.tag) || (in_name && image.tag.is_absent()) {
        image.tag = gap();
    }
    let may_bring_digest = text.trim_end().ends_with(GAP) && image.digest.is_absent();
    if has_gap(&image.digest) || may_bring_digest {
        image.digest = gap();
    }
    image.major = major(&image.tag);
    image
}

/// What stands before the first variable without a value in a reference, and behind the last, in lower case.
pub(super) fn open_ended(word: &Word, scope: &Scope) -> (String, String) {
    let Expansion::Unresolved { names } = word.expand(&|name| scope.get(name)) else { return Default::default() };
    let lookup = |name: &str| if names.iter().any(|gap| gap == name) { Some(GAP.to_string()) } else { scope.get(name) };
    let Expansion::Known(text) = word.expand(&lookup) else { return Default::default() };
    let text = text.to_lowercase();
    let start = text.split(GAP).next().unwrap_or("").to_owned();
    let end = text.rsplit(GAP).next().unwrap_or("").to_owned();
    (start, end)
}
