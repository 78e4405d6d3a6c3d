//! Image references of which a variable hides a part: the other parts are still known.

use super::text::Slice;
use crate::model::image::{Image, major};
use crate::model::value::Field;
use crate::source::{Place, Span};

/// Splits a reference. One that is nothing but an unknown variable is unresolved as a whole.
pub(super) fn read_image(whole: Slice<'_>) -> Field<Image> {
    let at = whole.place();
    let masked = whole.masked();
    if masked.is_empty() && whole.has_variable() {
        return Field::unresolved(whole.raw(), "its default is empty, so whoever runs it must set it", at);
    }
    if masked.is_empty() {
        return Field::malformed("``", "an image reference", at);
    }
    if masked.chars().all(|c| c == '\u{1}') {
        return whole.unresolved();
    }
    // Split at offsets of its own, then look at each part's bytes.
    let offsets = Place { file: at.file, span: Span::new(0, masked.len()) };
    let split = Image::parse(masked, offsets, true);
    let part = |field: &Field<String>| match field {
        Field::Known(value, origin) => {
            let slice = whole.sub(origin.at.span.start as usize..origin.at.span.end as usize);
            if value.contains('\u{1}') || slice.is_unknown() {
                slice.unresolved()
            } else {
                Field::known(value.clone(), slice.place())
            }
        }
        _ => Field::Absent(at),
    };
    let first = masked.split('/').next().unwrap_or("");
    let last = masked.rsplit('/').next().unwrap_or("");
    let unknown_first = first.contains('\u{1}') && (first.len() < masked.len() || first.starts_with('\u{1}'));
    let tag = match part(&split.tag) {
        // Without a colon the variable may bring the tag with it.
        Field::Absent(_) if last.contains('\u{1}') => whole.unresolved(),
        tag => tag,
    };
    Field::known(
        Image {
            at,
            major: major(&tag),
            tag,
            reference: whole.raw().to_owned(),
            // A variable in front may hold a registry, a namespace, or both.
            registry: match split.registry.value() {
                _ if unknown_first => whole.unresolved(),
                // The registry that Docker assumes stands nowhere, so no variable hides it.
                Some(registry) if !registry.contains('\u{1}') => {
                    let span = split.registry.place().span;
                    let slice = whole.sub(span.start as usize..span.end as usize);
                    Field::known(registry.clone(), slice.place())
                }
                _ => part(&split.registry),
            },
            repository: if unknown_first { whole.unresolved() } else { part(&split.repository) },
            name: part(&split.name),
            digest: match part(&split.digest) {
                Field::Absent(_) if last.ends_with('\u{1}') => whole.unresolved(),
                digest => digest,
            },
        },
        at,
    )
}
