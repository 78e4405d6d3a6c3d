//! What a base image comes to where a build is given no arguments.

use std::collections::BTreeMap;

use super::walk::is_given;
use crate::syntax::dockerfile::{Expansion, Word};

/// Arguments that are kept; a file with more is not a real one.
const MAX_ARGUMENTS: usize = 2_000;

/// Arguments without a default that are named for one value.
const MAX_ROOTS: usize = 8;

/// The arguments before the first FROM, as a build without `--build-arg` has them.
#[derive(Default)]
pub(super) struct Defaults {
    arguments: BTreeMap<String, Argument>,
}

struct Argument {
    value: String,
    /// The arguments without a default that its value is made of; itself where it has none.
    roots: Vec<String>,
}

impl Defaults {
    /// `ARG name[=default]`.
    pub fn take(&mut self, name: &str, default: Option<&Word>) {
        let argument = match default {
            // A later `ARG name` takes nothing away, and BuildKit gives what is its own.
            None if self.arguments.contains_key(name) || is_given(name) => return,
            None => Argument { value: String::new(), roots: vec![name.to_owned()] },
            Some(default) => {
                let value = self.value(default, None).unwrap_or_default();
                let roots = self.roots(default, |_| true);
                let is_empty = value.is_empty() && roots.is_empty();
                Argument { value, roots: if is_empty { vec![name.to_owned()] } else { roots } }
            }
        };
        if self.arguments.len() < MAX_ARGUMENTS {
            self.arguments.insert(name.to_owned(), argument);
        }
    }

    /// The arguments without which a base image is empty or no valid reference.
    pub fn needed_by(&self, image: &Word) -> Vec<String> {
        let is_valid = |but: Option<&str>| self.value(image, but).is_none_or(|value| is_reference(&value));
        if is_valid(None) {
            return Vec::new();
        }
        let needed = self.roots(image, |name| !is_valid(Some(name)));
        if needed.is_empty() { self.roots(image, |_| true) } else { needed }
    }

    /// What a word comes to: with the defaults alone, or where all arguments but one are given a word.
    fn value(&self, word: &Word, but: Option<&str>) -> Option<String> {
        let lookup = |name: &str| match self.arguments.get(name) {
            Some(argument) if but.is_none_or(|but| but == name) || argument.roots.is_empty() => {
                Some(argument.value.clone())
            }
            // Whatever the platform is, it makes a reference no worse than a word does.
            None if !is_given(name) => None,
            _ => Some("x".to_owned()),
        };
        match word.expand(&lookup) {
            Expansion::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The arguments without a default behind the references of a word that pass. What has an operator such as `:-` is
    /// filled in there.
    fn roots(&self, word: &Word, passes: impl Fn(&str) -> bool) -> Vec<String> {
        let mut roots: Vec<String> = Vec::new();
        for (name, _) in word.undefined(&|_| false).into_iter().take(MAX_ROOTS) {
            if !passes(&name) {
                continue;
            }
            for root in self.arguments.get(&name).into_iter().flat_map(|argument| &argument.roots) {
                if roots.len() < MAX_ROOTS && !roots.contains(root) {
                    roots.push(root.clone());
                }
            }
        }
        roots
    }
}

/// Whether a text is an image reference, or the name of a stage: `[host[:port]/]path[:tag][@digest]` with a path in small
/// letters (distribution/reference, "Grammar").
fn is_reference(text: &str) -> bool {
    let (named, digest) = text.split_once('@').map_or((text, None), |(named, digest)| (named, Some(digest)));
    let slash = named.rfind('/').map_or(0, |slash| slash + 1);
    let (path, tag) = match named.get(slash..).and_then(|last| last.find(':')) {
        Some(colon) => (named.get(..slash + colon).unwrap_or(""), named.get(slash + colon + 1..)),
        None => (named, None),
    };
    let (host, path) = match path.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
        _ => (None, path),
    };
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let is_component = |part: &str| {
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends(part.chars().next())
            && ends(part.chars().next_back())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
    };
    let is_tag = |tag: &str| {
        tag.starts_with(|c: char| is_word(c) || c == '_')
            && tag.chars().all(|c| is_word(c) || matches!(c, '_' | '.' | '-'))
    };
    let is_digest =
        |digest: &str| digest.split_once(':').is_some_and(|(kind, sum)| !kind.is_empty() && sum.len() >= 32);
    host.is_none_or(|host| host.starts_with(is_word))
        && path.split('/').all(is_component)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest)
}
