//! Edits of fields that stand in a Dockerfile.

use super::Withheld;
use crate::model::schema::Located;
use crate::rules::fix::{Content, Verb};
use crate::source::Span;
use crate::source::edit::Edit;
use crate::syntax::dockerfile::edit::Editor;

/// The edits that change a field. `places` are those of its struct and of the field itself.
pub(super) fn write(
    editor: &Editor<'_>,
    located: Located,
    keys: &[&str],
    places: (Span, Span),
    verb: &Verb,
) -> Result<Vec<Edit>, Withheld> {
    let (at, now) = places;
    match (located, keys, verb) {
        (Located::Instruction, [], Verb::Remove) => editor.remove(at),
        (Located::Instruction, ["keyword"], Verb::Set(Content::Text(word))) => editor.set_keyword(at, word),
        (Located::Instruction, ["arguments"], Verb::Set(Content::Text(text))) => editor.set_arguments(at, text),
        (Located::Instruction, ["text"], Verb::Set(Content::Text(text))) => editor.set_text(at, text),
        (Located::Stage, ["instructions"], Verb::Append(Content::Text(text))) => editor.append(at, text),
        (Located::Command, ["flags"], Verb::Append(Content::Text(option))) => editor.add_option(now, option),
        _ => Err("a Dockerfile has no such edit"),
    }
}
