//! Where the links of a document lead, and whether something is there. Nothing on the network is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Link;
use super::anchor::Anchors;
use super::read::{RawLink, scan};
use crate::model::late::LateTexts;
use crate::model::schema::PathText;
use crate::model::value::Field;
use crate::source::{FileId, Place};

/// Resolves the links of a run, and keeps the anchors of documents that they lead to.
pub(super) struct Resolver<'r> {
    texts: &'r LateTexts,
    anchors: Mutex<BTreeMap<FileId, Arc<Anchors>>>,
}

/// How a link ends.
enum Target {
    /// Nothing to look for.
    External,
    /// In this document.
    Here,
    /// A path relative to the root of the run.
    Path(String),
    /// It leads out of the run, or cannot be told.
    Elsewhere(&'static str),
}

impl<'r> Resolver<'r> {
    pub(super) fn new(texts: &'r LateTexts) -> Self {
        Self { texts, anchors: Mutex::default() }
    }

    /// The link of a document at `path`, whose own anchors are `own`.
    pub(super) fn link(&self, raw: RawLink, path: &str, own: &Anchors) -> Link {
        let at = raw.at;
        let (before, fragment) = raw.target.split_once('#').map_or((raw.target.as_str(), None), |(a, b)| (a, Some(b)));
        let target = target_of(before, &raw.target, path);
        let fragment_field = fragment.filter(|fragment| !fragment.is_empty());
        let resolves = match &target {
            Target::External => Field::Absent(at),
            Target::Elsewhere(why) => Field::unresolved(raw.target.as_str(), *why, at),
            Target::Here => match fragment_field {
                Some(fragment) => self.in_anchors(own, fragment, at),
                None => Field::known(false, at),
            },
            Target::Path(found) => self.path_resolves(found, fragment_field, at),
        };
        let path = match &target {
            Target::Path(path) => Field::known(PathText(path.clone()), at),
            _ => Field::Absent(at),
        };
        Link {
            at,
            is_external: matches!(target, Target::External),
            fragment: fragment_field.map_or(Field::Absent(at), |text| Field::known(text.to_owned(), at)),
            target: raw.target,
            text: raw.text,
            is_image: raw.is_image,
            path,
            resolves,
        }
    }

    fn in_anchors(&self, anchors: &Anchors, fragment: &str, at: Place) -> Field<bool> {
        let fragment = decoded(fragment);
        Field::known(if self.texts.is_site() { anchors.has_on_site(&fragment) } else { anchors.has(&fragment) }, at)
    }

    fn path_resolves(&self, path: &str, fragment: Option<&str>, at: Place) -> Field<bool> {
        let Some(found) = self.find(path) else {
            // Generators of sites make the addresses of pages from titles, numbers and settings.
            let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
            return if self.texts.is_site() && !is_file {
                Field::unresolved(path, "it is the address of a page, which the generator of the site makes", at)
            } else {
                Field::known(false, at)
            };
        };
        let is_markdown = is_markdown(&found);
        let (Some(fragment), true) = (fragment, is_markdown) else { return Field::known(true, at) };
        let Some(file) = self.texts.sources().find(&found) else { return Field::known(true, at) };
        let known = self.anchors.lock().unwrap_or_else(PoisonError::into_inner).get(&file).cloned();
        let anchors = known.unwrap_or_else(|| {
            let made = Arc::new(self.texts.text(file).map(|text| scan(text, file).anchors).unwrap_or_default());
            self.anchors.lock().unwrap_or_else(PoisonError::into_inner).insert(file, Arc::clone(&made));
            made
        });
        self.in_anchors(&anchors, fragment, at)
    }

    /// The entry that a path leads to. Generators of sites leave endings out or write those of what they make.
    fn find(&self, path: &str) -> Option<String> {
        let bare = path.trim_end_matches('/');
        let bare = if bare.is_empty() { "." } else { bare };
        let stem = bare.strip_suffix(".html").unwrap_or(bare);
        let mut tries = vec![bare.to_owned()];
        tries.extend([".md", ".mdx", ".markdown", ".rst", "/index.md"].iter().map(|end| format!("{stem}{end}")));
        tries.into_iter().find(|path| self.texts.exists(path))
    }
}

/// Whether a file is read as Markdown.
pub(super) fn is_markdown(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| matches!(end.to_ascii_lowercase().as_str(), "md" | "markdown"))
}

fn target_of(before: &str, whole: &str, document: &str) -> Target {
    if whole.contains(['{', '$', '<', '%']) && !is_encoded(whole) {
        return Target::Elsewhere("it is filled in when the site is made");
    }
    if whole.starts_with("//") || has_scheme(whole) {
        return Target::External;
    }
    if before.is_empty() {
        return Target::Here;
    }
    let path = decoded(before.split('?').next().unwrap_or(before));
    // What a leading slash starts from is decided by whatever shows the document.
    if path.starts_with(['/', '\\', '~']) {
        return Target::Elsewhere("it starts from a root that is not known here");
    }
    let directory = document.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Target::Elsewhere("it leads out of what is checked");
                }
            }
            part => parts.push(part),
        }
    }
    Target::Path(parts.join("/"))
}

/// Whether every `%` starts an encoded byte and there is nothing of a template.
fn is_encoded(target: &str) -> bool {
    let is_hex = |at: usize| target.get(at + 1..at + 3).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    !target.contains(['{', '$', '<']) && target.match_indices('%').all(|(at, _)| is_hex(at))
}

/// `https:`, `mailto:` and their like (RFC 3986, section 3.1); a single letter is a drive.
fn has_scheme(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    })
}

/// A target with its encoded bytes decoded (RFC 3986, section 2.1); as written where they are no UTF-8.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        if let Some(byte) = behind.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = behind.get(2..).unwrap_or("");
        } else {
            bytes.push(b'%');
            rest = behind;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
